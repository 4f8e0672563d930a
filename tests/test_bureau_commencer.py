"""What begins on the desk, by clicks: a convention, the one that follows it, figures of official
files, the atelier.
"""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from bureau_ouvert import BureauOuvert, conduire, examiner, ouvrir, texte
from donnees_suivies import DONNEES
from officiels_exemple import cnaf, ecrire

from ctglib.bureau import officiels, pages
from ctglib.bureau.publies import pages_de_l_an_dernier

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BureauOuvert]:
    dossier = tmp_path_factory.mktemp("commencer")
    donnees = dossier / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration"))
    with ouvrir(dossier, donnees, "--port", "8971") as ouvert:
        yield ouvert


@pytest.mark.navigateur
def test_une_convention_se_commence_par_un_code_puis_celle_qui_suit_harnes(
    bureau: BureauOuvert, tmp_path: Path
) -> None:
    def suivre(page: Page) -> None:
        page.goto(bureau.adresse)
        page.get_by_role("link", name="Commencer une convention").click()
        examiner(page)
        page.get_by_label("Son nom court").fill("lens")
        page.get_by_label("Premier jour").fill("2027-01-01")
        page.get_by_label("Dernier jour").fill("2030-12-31")
        page.get_by_label("Son territoire").fill("62498")
        page.get_by_label("Ses signataires").fill("Ville de Lens")
        page.get_by_label("Nombre de fiches action").fill("trois")
        page.get_by_role("button", name="Écrire le dossier").click()
        page.get_by_text("refusée").wait_for()
        assert "au moins deux signataires" in texte(page, "#parties-defaut")
        assert "de 1 à 20" in texte(page, "#fiches-defaut")
        assert "--" not in texte(page, "main"), "une option de commande ne dit rien ici"
        assert page.get_by_label("Son territoire").input_value() == "62498", "rien n'est à retaper"
        examiner(page)

        page.get_by_label("Ses signataires").fill("Ville de Lens ; Caf du Pas-de-Calais")
        page.get_by_label("Nombre de fiches action").fill("3")
        page.get_by_role("button", name="Écrire le dossier").click()
        page.get_by_role("heading", name="Le dossier de la convention est écrit").wait_for()
        examiner(page)
        page.get_by_role("link", name="Revenir au bureau").click()
        de_lens = page.get_by_role("region", name="Lens")
        assert de_lens.get_by_text("le texte est à saisir").is_visible()
        assert de_lens.get_by_role("progressbar").count() == 0, "rien ne se demande sans texte"
        saisir_le_texte(page, de_lens, tmp_path)

        page.get_by_role("link", name="Commencer une convention").click()
        page.get_by_label("Son nom court").fill("harnes_2027")
        page.get_by_label("Premier jour").fill("2026-06-01")
        page.get_by_label("Dernier jour").fill("2030-12-31")
        page.get_by_label("Elle suit une convention qui s’achève").select_option("harnes")
        page.get_by_role("button", name="Écrire le dossier").click()
        page.get_by_text("refusée").wait_for()
        assert "L’ancienne convention s’achève le" in texte(page, "#debut-defaut")
        page.get_by_label("Premier jour").fill("2027-01-01")
        page.get_by_role("button", name="Écrire le dossier").click()
        page.get_by_role("heading", name="Le dossier de la convention est écrit").wait_for()
        page.get_by_role("link", name="Saisir le texte").click()
        page.get_by_role("heading", name="Le texte de la convention est en projet").wait_for()
        examiner(page)
        with page.expect_download() as annexes:
            page.get_by_role("link", name="projet-annexes.docx").click()
        assert zipfile.is_zipfile(annexes.value.path())

    conduire(suivre)

    for nom in ("lens", "harnes_2027"):
        assert (bureau.donnees / "conventions" / nom / "convention.yaml").is_file()


def saisir_le_texte(page: Page, de_lens: Locator, dossier: Path) -> None:
    """Take the workbook of a convention from the desk, fill it, and drop it on its page."""
    de_lens.get_by_role("link", name="Prendre son classeur").click()
    page.get_by_role("heading", name="Le texte de la convention est à saisir").wait_for()
    examiner(page)
    with page.expect_download() as pris:
        page.get_by_role("link", name="convention.xlsx").click()
    rempli = dossier / "convention.xlsx"
    pris.value.save_as(rempli)
    classeur = openpyxl.load_workbook(rempli)
    for feuille in classeur:
        for rangee in feuille.iter_rows():
            for cellule in rangee:
                if cellule.value == "À compléter":
                    cellule.value = "Écrit"
    classeur.save(rempli)
    page.set_input_files("#fichiers", str(rempli))
    page.get_by_role("button", name="Vérifier et enregistrer").click()
    page.get_by_role("heading", name="1 fichier enregistré").wait_for()
    page.get_by_role("link", name="Bureau", exact=True).click()
    assert not de_lens.get_by_text("le texte est à saisir").is_visible()
    assert de_lens.get_by_role("link", name="Année 2027").is_visible()


@pytest.mark.navigateur
def test_un_fichier_officiel_montre_ce_qu_il_change_avant_d_etre_ajoute(
    bureau: BureauOuvert, tmp_path: Path
) -> None:
    fichier = ecrire(tmp_path, "ndur_s_ben_com_f.csv", cnaf())
    mauvais = tmp_path / "rien.csv"
    mauvais.write_text("a;b\n1;2\n", encoding="utf-8")
    registre = bureau.donnees / "sources/locales/origine.yaml"

    def suivre(page: Page) -> None:
        page.goto(bureau.adresse)
        page.get_by_role("link", name="Ajouter des chiffres publics").click()
        examiner(page)
        page.set_input_files("#fichiers", str(fichier))
        page.get_by_label("Leur date").fill("2026-06-30")
        page.set_input_files("#fichiers", str(mauvais))
        page.get_by_role("button", name="Voir ce qu’ils changent").click()
        page.get_by_role("link", name="Revenir au formulaire").click()
        page.set_input_files("#fichiers", str(fichier))
        page.get_by_label("Leur date").fill("2026-06-30")
        page.get_by_role("button", name="Voir ce qu’ils changent").click()
        page.get_by_role("heading", name="Ce que ces fichiers ajouteraient").wait_for()
        assert "2025" in texte(page, "main")
        assert not registre.exists(), "rien n'est enregistré avant la réponse"
        examiner(page)
        faux = page.get_by_label("J’ai lu ce qui paraît faux")
        if faux.count():
            faux.check()
        page.get_by_role("button", name="Ajouter ces chiffres").click()
        page.get_by_role("heading", name="Chiffres ajoutés").wait_for()

        page.get_by_role("link", name="En déposer d’autres").click()
        page.set_input_files("#fichiers", str(fichier))
        page.get_by_label("Leur date").fill("2026-06-30")
        page.get_by_role("button", name="Voir ce qu’ils changent").click()
        page.get_by_role("heading", name="Tout est déjà là").wait_for()

    conduire(suivre)

    assert "2026-06-30" in registre.read_text(encoding="utf-8")


def test_des_chiffres_qui_ont_change_depuis_ne_sont_pas_ajoutes(
    donnees: Path, tmp_path: Path
) -> None:
    chemins = [ecrire(tmp_path, "ndur_s_ben_com_f.csv", cnaf())]
    jour = date(2026, 6, 30)
    apport = officiels.Apport([], jour, None, "", officiels.annoncer(chemins, jour, None, ""))
    officiels.ajouter(chemins, apport)

    assert not officiels.ajouter(chemins, apport), "la page disait qu'ils seraient ajoutés"


def test_l_atelier_s_ouvre_une_fois_et_se_ferme_avec_le_bureau(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lances = []
    ouvrir_un_processus = subprocess.Popen

    def dormir(commande: list[str], **options: object) -> subprocess.Popen[bytes]:
        lances.append(commande[2:])
        return ouvrir_un_processus([commande[0], "-c", "import time; time.sleep(60)"])

    monkeypatch.setattr(pages.subprocess, "Popen", dormir)
    ouvert = pages.Bureau(tmp_path, tmp_path, tmp_path / "depots")

    ouvert.ouvrir_l_atelier()
    ouvert.ouvrir_l_atelier()
    atelier = ouvert.atelier
    assert atelier is not None
    assert atelier.poll() is None
    ouvert.fermer()

    assert lances == [["ctglib", "laboratoire"]]
    assert atelier.wait(timeout=20) != 0


def test_le_rapport_de_l_an_dernier_est_a_cote_de_celui_qui_le_suit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Manifeste:
        traces = ("2024/bilan", "2024/fiche-1", "2025/bilan", "diagnostic")

    monkeypatch.setattr("ctglib.bureau.publies.lire_manifeste", lambda dossier: Manifeste)
    (tmp_path / "harnes/2024").mkdir(parents=True)
    (tmp_path / "harnes/2024/bilan.html").write_bytes(b"")

    assert pages_de_l_an_dernier(tmp_path, "harnes", 2025) == {
        "2025/bilan": "harnes/2024/bilan.html"
    }
