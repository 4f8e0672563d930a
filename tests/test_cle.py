"""The secret key of a convention: made by the import of the first sensitive value, and by nothing
else.
"""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest
from classeur_rempli import enregistrer, photographie, poser, vierge
from import_exemple import PROFIL
from ligne_de_commande import ctg, reussir
from suivi_exemple import ecrire_suivi

from ctglib.donnees.lecture import CLE, cle_de

NOM = "harnes"
CONVENTION = Path("conventions") / NOM
MANQUE = "aucune clé secrète, alors que conventions/harnes/suivi/2023/observations.csv compte"


def importer(dossier: Path, *, sensible: bool, valeur: int = 58) -> str:
    """Import a workbook of the year that counts persons, or none, and return what is said."""
    classeur = vierge()
    poser(classeur, "Actions", "1.1", État_fin_2025="En cours", Date_de_début="15/03/2024")
    if sensible:
        poser(classeur, "Profils", PROFIL, Effectif_2025=valeur)
    return reussir("importer", str(enregistrer(classeur, dossier)), dossier=dossier)


def test_l_import_de_la_premiere_valeur_sensible_fait_la_cle_et_le_suivant_la_garde(
    donnees: Path, tmp_path: Path
) -> None:
    chemin = donnees / CONVENTION / CLE

    sans = importer(tmp_path, sensible=False)
    faite_trop_tot = chemin.exists()
    avec = importer(tmp_path, sensible=True)
    cle = chemin.read_bytes()
    importer(tmp_path, sensible=True, valeur=60)

    assert not faite_trop_tot and "Clé secrète" not in sans
    assert "Clé secrète du suivi : data/conventions/harnes/suivi/.cle" in avec
    assert stat.S_IMODE(chemin.stat().st_mode) == 0o600
    assert chemin.read_bytes() == cle and len(cle_de(NOM)) == 32


def test_deux_cles_faites_ne_sont_pas_la_meme(donnees: Path, tmp_path: Path) -> None:
    importer(tmp_path, sensible=True)
    premiere = cle_de(NOM)
    shutil.rmtree(donnees / CONVENTION / "suivi")

    importer(tmp_path, sensible=True)

    assert cle_de(NOM) != premiere


def test_lire_ne_fait_pas_de_cle_et_n_ecrit_rien(donnees: Path, tmp_path: Path) -> None:
    importer(tmp_path, sensible=False)
    avant = photographie(donnees)

    for commande in (
        ("valider", "-c", NOM),
        ("gabarit", "2025", "-c", NOM, "--remplacer"),
        ("produire", "bilan", "-c", NOM, "-a", "2025", "-f", "html"),
    ):
        reussir(*commande, dossier=tmp_path)

    assert photographie(donnees) == avant and not (donnees / CONVENTION / CLE).exists()


@pytest.mark.parametrize(
    "commande",
    [
        ("valider", "-c", NOM),
        ("gabarit", "2024", "-c", NOM),
        ("importer", "ctg-harnes-2024.xlsx"),
        ("produire", "bilan", "-c", NOM, "-a", "2024", "-f", "html"),
    ],
)
def test_une_saisie_sans_sa_cle_arrete_tout_et_dit_comment_la_ramener(
    commande: tuple[str, ...], donnees: Path, tmp_path: Path
) -> None:
    (ecrire_suivi(donnees) / "masque.csv").unlink()
    enregistrer(vierge(), tmp_path, "ctg-harnes-2024.xlsx")
    (donnees / CONVENTION / CLE).unlink()
    avant = photographie(donnees)

    fait = ctg(*commande, dossier=tmp_path)

    assert fait.returncode == 1 and MANQUE in fait.stderr + fait.stdout, fait.stderr + fait.stdout
    assert "ctg importer --nouvelle-cle -c harnes" in fait.stderr + fait.stdout
    assert photographie(donnees) == avant and not (donnees / CONVENTION / CLE).exists()


def test_une_nouvelle_cle_se_demande_ou_rien_n_a_ete_publie(donnees: Path, tmp_path: Path) -> None:
    (ecrire_suivi(donnees) / "masque.csv").unlink()
    (donnees / CONVENTION / CLE).unlink()

    a_blanc = reussir("importer", "--nouvelle-cle", "-c", NOM, "--a-blanc", dossier=tmp_path)
    faite_a_blanc = (donnees / CONVENTION / CLE).exists()
    fait = reussir("importer", "--nouvelle-cle", "-c", NOM, dossier=tmp_path)

    assert "rien n'a été écrit" in a_blanc and not faite_a_blanc
    assert "suivi/.cle" in fait and len(cle_de(NOM)) == 32
    reussir("valider", "-c", NOM, dossier=tmp_path)


@pytest.mark.parametrize("commande", [("importer",), ("importer", "--nouvelle-cle")])
def test_un_import_de_rien_dit_ce_qu_il_attend(commande: tuple[str, ...], tmp_path: Path) -> None:
    fait = ctg(*commande, dossier=tmp_path)

    assert fait.returncode == 1 and "ctg importer" in fait.stderr


def test_une_convention_copiee_recoit_sa_cle_et_valider_dit_celle_d_une_autre(
    donnees: Path, tmp_path: Path
) -> None:
    importer(tmp_path, sensible=True)
    copie = donnees / "conventions" / "essai"
    shutil.copytree(donnees / CONVENTION, copie)
    texte = (copie / "convention.yaml").read_text(encoding="utf-8")
    (copie / "convention.yaml").write_text(texte.replace(f"id: {NOM}", "id: essai"), "utf-8")
    rempli = vierge()
    poser(rempli, "Profils", PROFIL, Effectif_2025=61)
    rempli.custom_doc_props["convention"].value = "essai"  # pyright: ignore[reportAttributeAccessIssue]

    dit = reussir("valider", "-c", "essai", dossier=tmp_path)
    dit_de_l_original = reussir("valider", "-c", NOM, dossier=tmp_path)
    reussir("importer", str(enregistrer(rempli, tmp_path)), dossier=tmp_path)

    assert "la clé de la convention « harnes », venue avec une copie" in dit
    assert "la clé de la convention" not in dit_de_l_original
    assert "la même clé" not in dit_de_l_original
    assert len(cle_de("essai")) == 32 and cle_de("essai") != cle_de(NOM)
    assert "la clé de" not in reussir("valider", "-c", "essai", dossier=tmp_path)


def test_une_meme_cle_sans_nom_est_dite_aux_deux_conventions(donnees: Path, tmp_path: Path) -> None:
    ecrire_suivi(donnees)
    cle = (donnees / "conventions/demonstration" / CLE).read_text(encoding="utf-8")
    (donnees / CONVENTION / CLE).write_text(cle.splitlines()[-1], encoding="utf-8")

    dit = reussir("valider", "-c", NOM, dossier=tmp_path)

    assert "la même clé que la convention « demonstration »" in dit
