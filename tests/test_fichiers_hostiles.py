"""A file made to hurt has a French message, and nothing is written.

What each takes is bounded in memory and in seconds of processor, which a busy machine does not
change; ``fichiers_hostiles.py`` prints it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import fichiers_hostiles
import lecteurs_d_essai
import pytest
from classeur_rempli import enregistrer, photographie, poser, vierge
from donnees_suivies import DONNEES
from fichiers_hostiles import CARNETS, CLASSEURS, ESSAIS, QUI_LISENT, VERIFIER
from import_exemple import fautes

from ctglib.collecte.fichiers import recevoir
from ctglib.donnees.enclos import ADRESSES_MAX, Enclos
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.production.plan import CARNETS as LIVRES
from ctglib.production.plan import eprouver

MEMOIRE_D_UN_FICHIER = 500  # MB: of the process that reads it, and what the command takes on top
SECONDES_D_UN_FICHIER = 20  # of processor, of both
posix = pytest.mark.skipif(os.name == "nt", reason="Windows ne compte pas ainsi la mémoire")


@pytest.fixture(scope="session")
def essais(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What the command said of each hostile file, and took; one program takes them all."""
    dossier = tmp_path_factory.mktemp("hostiles")
    donnees = dossier / "donnees"
    shutil.copytree(DONNEES, donnees)
    for rang, (_, nom, hostile) in enumerate(ESSAIS.values()):
        (dossier / str(rang)).mkdir()
        hostile(dossier / str(rang) / nom)
    avant = photographie(donnees)

    done = subprocess.run(
        [sys.executable, fichiers_hostiles.__file__, str(dossier)],
        capture_output=True,
        text=True,
        env={**os.environ, VARIABLE: str(donnees)},
        cwd=dossier,
        check=False,
    )

    assert photographie(donnees) == avant
    return dict(zip(ESSAIS, map(json.loads, done.stdout.splitlines()), strict=True))


@posix
@pytest.mark.complet
@pytest.mark.parametrize("nom", ESSAIS)
def test_un_fichier_hostile_est_refuse_en_francais_sans_prendre_l_ordinateur(
    nom: str, essais: dict[str, dict[str, Any]]
) -> None:
    essai = essais[nom]

    assert essai["code"] == 1 and "Traceback" not in essai["dit"]
    juge = ESSAIS[nom][0] == VERIFIER and "✗" in essai["dit"]
    assert juge or ("trouvé : " in essai["dit"] and "à faire : " in essai["dit"])
    if ESSAIS[nom][0] not in QUI_LISENT:
        assert re.search("Rien n'a été (enregistré|changé|écrit)", essai["dit"])


@posix
@pytest.mark.nuit
@pytest.mark.parametrize("nom", ESSAIS)
def test_un_fichier_hostile_ne_prend_ni_la_memoire_ni_le_processeur(
    nom: str, essais: dict[str, dict[str, Any]]
) -> None:
    essai = essais[nom]

    assert essai["memoire"] < MEMOIRE_D_UN_FICHIER
    assert essai["secondes"] < SECONDES_D_UN_FICHIER


def test_soixante_fichiers_hostiles_au_moins_sont_essayes() -> None:
    assert len(ESSAIS) >= 60


@pytest.mark.parametrize("nom", ["xlsx, lien sur toute la feuille", "docx, un million de cellules"])
def test_un_fichier_qui_demande_trop_de_memoire_le_dit(nom: str, tmp_path: Path) -> None:
    (_, fichier, hostile) = ESSAIS[nom]
    chemin = tmp_path / fichier
    hostile(chemin)

    (faute,) = fautes(chemin)

    assert faute.fichier == chemin.name
    assert "plus de 420 Mo de mémoire" in faute.trouve and "fichier neuf" in faute.remede


@pytest.mark.parametrize("nom", CARNETS)
def test_un_carnet_hostile_est_refuse_avant_que_la_commande_ne_le_lise(
    nom: str, tmp_path: Path
) -> None:
    carnet = tmp_path / "recu.ipynb"
    CARNETS[nom](carnet)

    with pytest.raises(DonneesInvalides) as refus:
        eprouver(carnet)

    assert [faute.fichier for faute in refus.value.fautes] == ["recu.ipynb"]


def test_un_carnet_livre_est_lu() -> None:
    for carnet in LIVRES.glob("b*.ipynb"):
        eprouver(carnet)


def test_les_fichiers_qui_suivent_un_fichier_hostile_sont_lus(tmp_path: Path) -> None:
    hostile = tmp_path / "a.xlsx"
    CLASSEURS["600 000 formats"](hostile)
    wb = vierge("pij")
    poser(wb, "Indicateurs", wb["Indicateurs"]["A5"].value, Valeur_2025=3)
    bon = enregistrer(wb, tmp_path)

    lus, illisibles = recevoir([hostile, bon])

    assert [lu.fichier for lu in lus] == [bon.name]
    assert [faute.fichier for faute in illisibles] == [hostile.name]


def test_un_lecteur_qui_meurt_est_dit_et_le_suivant_lit() -> None:
    enclos = Enclos()

    with pytest.raises(DonneesInvalides, match="un fichier qui arrête le programme"):
        enclos.lire(lecteurs_d_essai.mourir, "a.xlsx")

    assert enclos.lire(lecteurs_d_essai.dire_trop, "b.xlsx") == "b.xlsx"
    enclos.fermer()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ne borne pas la mémoire d'un coup")
def test_un_fichier_est_juge_par_lui_meme_et_non_par_ce_que_les_autres_ont_laisse() -> None:
    enclos = Enclos()
    la_moitie = ADRESSES_MAX // 2

    lus = [enclos.lire(lecteurs_d_essai.garder, nom, la_moitie) for nom in ("a.xlsx", "b.xlsx")]

    assert lus == ["a.xlsx", "b.xlsx"]
    with pytest.raises(DonneesInvalides, match="plus de 420 Mo"):
        enclos.lire(lecteurs_d_essai.garder, "c.xlsx", ADRESSES_MAX)
    enclos.fermer()


def test_un_lecteur_qui_tourne_sans_fin_est_arrete() -> None:
    enclos = Enclos()

    with pytest.raises(DonneesInvalides, match="plus de 1 secondes de calcul"):
        enclos.lire(lecteurs_d_essai.tourner, "a.xlsx", secondes=1)


def test_l_enfant_finit_avec_l_enclos() -> None:
    enclos = Enclos()
    enclos.lire(lecteurs_d_essai.dire_trop, "a.xlsx")
    enfant = enclos._enfant
    assert enfant is not None

    enclos.fermer()

    assert enfant.returncode is not None
