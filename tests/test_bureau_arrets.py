"""A desk that is killed while it does what it was asked: nothing that was recorded is lost, and the
same is asked again. Closing is a command, stopped at its writes in ``test_arrets``.
"""

from __future__ import annotations

import http.client
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from bureau_ouvert import BureauOuvert, Reponse, ouvrir
from classeur_rempli import enregistrer, poser, vierge
from donnees_suivies import DONNEES
from import_exemple import SUIVI
from ligne_de_commande import programme
from officiels_exemple import cnaf, ecrire
from suivi_exemple import OBSERVATIONS

from ctglib.bureau.formulaire import formulaire
from ctglib.donnees.lecture import VARIABLE

pytestmark = pytest.mark.complet  # each opens the desk twice

JETON = "a" * 32
LIMITE = "limite"
ANNEE = "/conventions/harnes/2025"
REPONSE = (date.today() + timedelta(days=30)).isoformat()
AVANT = "62413,2024,pij_demandes,,,2024,540,nombre,A,Registre,\n"
CHAPO = "Le relais a trouvé son public"


def envoyer(bureau: BureauOuvert, chemin: str, **valeurs: str) -> Reponse:
    """Post a form with its token."""
    corps = urlencode({"_xsrf": JETON, **valeurs}).encode()
    nature = "application/x-www-form-urlencoded"
    return bureau.demander("POST", chemin, corps, Content_Type=nature, Cookie=f"_xsrf={JETON}")


def deposer(bureau: BureauOuvert, chemin: str, fichier: Path, **valeurs: str) -> str:
    """Post a file with its form, and return the page that it leads to."""
    parties = []
    for nom, valeur in {"_xsrf": JETON, **valeurs}.items():
        entete = f'--{LIMITE}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n'
        parties.append(f"{entete}{valeur}\r\n".encode())
    entete = f'--{LIMITE}\r\nContent-Disposition: form-data; name="fichiers"; '
    parties.append(f'{entete}filename="{fichier.name}"\r\n\r\n'.encode())
    corps = b"".join([*parties, fichier.read_bytes(), f"\r\n--{LIMITE}--\r\n".encode()])
    nature = f"multipart/form-data; boundary={LIMITE}"
    rendu = bureau.demander("POST", chemin, corps, Content_Type=nature, Cookie=f"_xsrf={JETON}")
    assert rendu.code == 303, rendu.texte
    return rendu.entetes["Location"]


Action = Callable[[], Reponse]


def noter_la_demande(bureau: BureauOuvert, dossier: Path) -> Action:
    return partial(envoyer, bureau, f"{ANNEE}/demander", reponse=REPONSE)


def confirmer(bureau: BureauOuvert, dossier: Path) -> Action:
    classeur = vierge("pij")
    poser(classeur, "Indicateurs", "pij_demandes", Valeur_2025=5400)
    rendu = enregistrer(classeur, dossier, "ctg-harnes-2025-pij.xlsx")
    page = deposer(bureau, "/depots", rendu)
    return partial(envoyer, bureau, page, **{"raison-0": "Deux points ouverts", "service-0": "pij"})


def ecrire_le_chapo(bureau: BureauOuvert, dossier: Path) -> Action:
    rangees = [rangee for partie in formulaire("harnes", 2025) for rangee in partie.rangees]
    (chapo,) = [rangee for rangee in rangees if rangee.rubrique.startswith("Chapô")]
    phrase, auteur, _ = chapo.champs
    mots = {phrase.nom: CHAPO, auteur.nom: "Coordination"}
    return partial(envoyer, bureau, f"{ANNEE}/ecrire", **mots)


def produire(bureau: BureauOuvert, dossier: Path) -> Action:
    return partial(envoyer, bureau, f"{ANNEE}/produire")


def commencer(bureau: BureauOuvert, dossier: Path) -> Action:
    reponses = {
        "nom": "lens",
        "debut": "2027-01-01",
        "fin": "2030-12-31",
        "territoire": "62498",
        "parties": "Ville de Lens ; Caf du Pas-de-Calais",
        "fiches": "3",
    }
    return partial(envoyer, bureau, "/nouvelle-convention", **reponses)


def ajouter_des_chiffres(bureau: BureauOuvert, dossier: Path) -> Action:
    fichier = ecrire(dossier, "ndur_s_ben_com_f.csv", cnaf())
    page = deposer(bureau, "/officiels", fichier, le="2026-06-30")
    return partial(envoyer, bureau, page, faux="lu")


# What is done, and what the data then have: a file, and words of it.
ACTIONS = {
    "noter la demande": (noter_la_demande, "conventions/harnes/.bureau.yaml", REPONSE),
    "confirmer": (confirmer, f"{SUIVI}/2025/confirmations.csv", "Deux points ouverts"),
    "écrire": (ecrire_le_chapo, f"{SUIVI}/2025/messages.yaml", CHAPO),
    "produire": (produire, f"{SUIVI}/2025/observations.csv", "etp_rpe"),
    "commencer": (commencer, "conventions/lens/convention.yaml", "62498"),
    "ajouter des chiffres": (ajouter_des_chiffres, "sources/locales/origine.yaml", "2026-06-30"),
}


@pytest.fixture
def donnees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of Harnes where a figure of 2024 and one of 2025 are recorded."""
    donnees = tmp_path / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration"))
    avant = donnees / SUIVI / "2024"
    avant.mkdir(parents=True)
    (avant / "observations.csv").write_text(OBSERVATIONS + AVANT, encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(donnees))
    classeur = vierge("rpe")
    poser(classeur, "Indicateurs", "etp_rpe", Valeur_2025=0.8)
    rendu = enregistrer(classeur, tmp_path, "ctg-harnes-2025-rpe.xlsx")
    assert programme("importer", str(rendu), dossier=tmp_path).returncode == 0
    return donnees


@pytest.mark.parametrize("secondes", [0.1, 1.5])
@pytest.mark.parametrize("nom", ACTIONS)
def test_un_bureau_tue_pendant_une_action_ne_perd_rien(
    nom: str, secondes: float, donnees: Path, tmp_path: Path
) -> None:
    preparer, fichier, ecrit = ACTIONS[nom]
    with ouvrir(tmp_path, donnees, "--port", "9011") as tue, ThreadPoolExecutor(1) as fil:
        faite = fil.submit(preparer(tue, tmp_path))
        time.sleep(secondes)
        tue.processus.kill()
        with suppress(OSError, http.client.HTTPException):
            faite.result()

    with ouvrir(tmp_path, donnees, "--port", "9031") as rouvert:
        assert rouvert.demander("GET", ANNEE).code == 200
        assert "etp_rpe" in (donnees / SUIVI / "2025/observations.csv").read_text(encoding="utf-8")
        assert preparer(rouvert, tmp_path)().code < 500, "demandé de nouveau, fait ou déjà là"

    assert ecrit in (donnees / fichier).read_text(encoding="utf-8")
    assert not list(donnees.rglob(".ctg-*.tmp"))
    valide = programme("valider", dossier=tmp_path)
    assert valide.returncode == 0, valide.stdout + valide.stderr
