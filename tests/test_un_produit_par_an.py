"""One product a year: what is drawn from a bilan is made with it, what somebody filled in is kept,
and nothing that ``produire`` leaves is refused afterwards.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from annee_exemple import (
    Annee,
    ecrire_les_carnets,
    remplir_le_classeur,
    remplir_le_releve,
    sur_place,
)

CLASSEUR = "dossier/ctg-harnes-2025-rpe.xlsx"
LETTRE = "dossier/lettre-rpe.docx"
RELEVE = "2025/releve.docx"
RELEVE_ODT = "2025/releve.odt"
JEU = "2025/bilan.presentation.pptx"


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ecrire_les_carnets(tmp_path_factory.mktemp("modele") / "carnets")


@pytest.fixture
def annee(modele: Path, donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Annee:
    """The year, nothing made yet."""
    sur_place(monkeypatch)
    return Annee(tmp_path, shutil.copytree(modele, tmp_path / "carnets"), donnees)


@pytest.fixture
def produite(annee: Annee) -> Annee:
    """The year once all its reports have been made."""
    annee.produire("-a", "2025", "-f", "html")
    return annee


def test_ce_qui_se_tire_du_bilan_est_refait_avec_lui(produite: Annee) -> None:
    avant = produite.lus()
    produite.corriger()

    produite.produire("bilan", "-a", "2025", "-f", "html")

    apres = produite.lus()
    changes = {nom for nom in apres if apres[nom] != avant[nom]}
    assert {"2025/bilan.html", JEU, RELEVE, "en-clair.html", "dossier.html"} <= changes
    assert "diagnostic.html" not in changes
    assert set(apres) == set(avant)


def test_un_bilan_seul_ne_fait_pas_ce_qui_n_a_jamais_ete_demande(annee: Annee) -> None:
    annee.produire("bilan", "-a", "2025", "-f", "html")

    assert set(annee.lus()) == {"2025/bilan.html"}


def test_le_releve_rempli_est_mis_de_cote_et_l_archive_ne_le_prend_pas(produite: Annee) -> None:
    neuf = (produite.rapports / RELEVE).read_bytes()
    remplis = [remplir_le_releve(produite.rapports / RELEVE, "Adoptée")]
    assert "produire le met de côté" in produite.lancer("verifier", "--sans-rejouer").stdout
    premiere = produite.produire("-a", "2025", "-f", "html")
    remplis.append(remplir_le_releve(produite.rapports / RELEVE, "Rejetée"))
    produite.corriger()

    produite.produire("-a", "2025", "-f", "html")

    assert produite.a_reprendre == {RELEVE: remplis[0], "2025/releve (2).docx": remplis[1]}
    assert "Mis de côté" in premiere and RELEVE in premiere and "ctg importer" in premiere
    assert (produite.rapports / RELEVE).read_bytes() not in (neuf, *remplis)
    produite.produire("-f", "html")
    produite.concorder()
    with zipfile.ZipFile(produite.dossier / "archive.zip") as archive:
        noms = archive.namelist()
    assert f"reports/harnes/{RELEVE}" in noms
    assert not [nom for nom in noms if "a-reprendre" in nom]


def test_un_releve_rempli_dans_libreoffice_est_mis_de_cote_comme_en_word(produite: Annee) -> None:
    produite.produire("releve", "-a", "2025", "-f", "odt")
    odt = produite.rapports / RELEVE_ODT
    neuf = odt.read_bytes()
    with zipfile.ZipFile(odt, "a") as archive:
        archive.writestr("Thumbnails/thumbnail.png", b"")
    rempli = odt.read_bytes()
    assert "produire le met de côté" in produite.lancer("verifier", "--sans-rejouer").stdout
    produite.corriger()

    dit = produite.produire("bilan", "-a", "2025", "-f", "html")

    assert "Mis de côté" in dit and produite.a_reprendre == {RELEVE_ODT: rempli}
    assert (produite.rapports / RELEVE_ODT).read_bytes() not in (neuf, rempli)
    assert (produite.rapports / RELEVE).is_file()


def test_une_archive_en_l_etat_ne_prend_pas_ce_qui_est_rempli(produite: Annee) -> None:
    rempli = remplir_le_releve(produite.rapports / RELEVE, "Adoptée")

    produite.reussir("archiver", "-c", "harnes", "--vers", "archive.zip", "--tel-quel")

    with zipfile.ZipFile(produite.dossier / "archive.zip") as archive:
        contenus = {nom: archive.read(nom) for nom in archive.namelist()}
    assert f"reports/harnes/{JEU}" in contenus
    assert rempli not in contenus.values()
    assert RELEVE in contenus["LISEZMOI.md"].decode("utf-8"), "ce qui manque y est dit"


def test_un_releve_intact_est_remplace_sans_rien_mettre_de_cote(produite: Annee) -> None:
    produite.corriger()

    dit = produite.produire("-a", "2025", "-f", "html")

    assert "Mis de côté" not in dit
    assert produite.a_reprendre == {}


def test_ce_que_le_dossier_ne_demande_plus_s_en_va_mais_non_ce_qui_est_rempli(
    produite: Annee,
) -> None:
    rempli = remplir_le_classeur(produite.rapports / CLASSEUR, "7")
    (produite.donnees / "conventions" / "harnes" / "complet.csv").write_bytes(b"oui\n")

    produite.produire("-f", "html")

    assert not (produite.rapports / LETTRE).exists()
    assert not (produite.rapports / CLASSEUR).exists()
    assert produite.a_reprendre == {CLASSEUR: rempli}


def test_ce_qui_n_est_d_aucun_rapport_est_mis_de_cote_meme_si_tout_est_a_jour(
    produite: Annee,
) -> None:
    dossier = produite.rapports
    shutil.copy(dossier / JEU, dossier / "2025" / "releve.presentation.pptx")
    (dossier / "2025" / "notes.pdf").write_bytes(b"notes")
    (dossier / "2025" / "releve.html").write_bytes(b"ancien")
    (dossier / "2025" / "~$releve.docx").write_bytes(b"ouvert dans Word")
    assert produite.lancer("verifier", "--sans-rejouer").returncode == 1

    dit = produite.produire("-a", "2025", "-f", "html")

    assert "à jour" in dit and "notes.pdf" in dit
    assert set(produite.a_reprendre) == {"2025/notes.pdf", "2025/releve.presentation.pptx"}
    assert not (dossier / "2025" / "releve.html").exists()
    assert (dossier / "2025" / "~$releve.docx").exists()
    produite.verifier()


def test_le_rapport_d_une_fiche_que_le_plan_n_a_plus_s_en_va(produite: Annee) -> None:
    path = produite.donnees / "conventions" / "harnes" / "convention.yaml"
    (produite.rapports / "2025" / "fiche-9.html").write_bytes(b"d'un autre")
    _renommer_la_fiche(produite, "2025/fiche-4", "2025/fiche-9")

    produite.produire("bilan", "-a", "2025", "-f", "html")

    assert "2025/fiche-9" not in produite.cles()
    assert not (produite.rapports / "2025" / "fiche-9.html").exists()
    path.write_text("numero: [", encoding="utf-8")
    _renommer_la_fiche(produite, "2025/fiche-3", "2025/fiche-9")

    produite.lancer("produire", "bilan", "-a", "2025", "-f", "html", "-c", "harnes")

    assert "2025/fiche-9" in produite.cles(), "rien ne dit quelles fiches il y a"


def _renommer_la_fiche(annee: Annee, avant: str, apres: str) -> None:
    """Change the key of a report in the manifest, as when the plan had another fiche."""
    manifeste = annee.rapports / "manifeste.json"
    texte = manifeste.read_text(encoding="utf-8")
    assert avant in texte
    manifeste.write_text(texte.replace(avant, apres), encoding="utf-8")


def test_un_manifeste_illisible_ne_fait_rien_perdre(produite: Annee) -> None:
    rempli = remplir_le_releve(produite.rapports / RELEVE, "Adoptée")
    avant = produite.lus()
    (produite.rapports / "manifeste.json").write_bytes(b"{")

    produite.produire("bilan", "-a", "2025", "-f", "html")
    assert produite.lus().keys() == avant.keys() - {JEU}
    assert set(produite.a_reprendre) == {JEU}, "rien ne dit qui l'a écrit"

    produite.produire("-a", "2025", "-f", "html")
    assert produite.a_reprendre[RELEVE] == rempli
    produite.verifier()


@pytest.mark.parametrize(
    "ecrire",
    [remplir_le_releve, lambda path, _: path.write_bytes(b"")],
    ids=["rempli", "abîmé"],
)
def test_a_blanc_rien_n_est_deplace(produite: Annee, ecrire: Callable[[Path, str], object]) -> None:
    ecrire(produite.rapports / RELEVE, "Adoptée")
    avant = produite.lus()

    dit = produite.produire("-a", "2025", "-f", "html", "--a-blanc")

    assert "a été rempli ou modifié" in dit
    assert (produite.lus(), produite.a_reprendre) == (avant, {})
