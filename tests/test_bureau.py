"""The desk driven in Debian's Chromium: workbooks dropped, a value confirmed, reports made and read,
by clicks alone.
"""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from annee_exemple import ecrire_les_carnets
from bureau_ouvert import BureauOuvert, conduire, ouvrir
from classeur_rempli import enregistrer, poser, vierge
from donnees_suivies import DONNEES
from import_exemple import SUIVI
from navigateur import AXE, fautes, largeur_du_document
from suivi_exemple import OBSERVATIONS

from ctglib.bureau.etat import annee_courante
from ctglib.bureau.memoire import (
    ARevoir,
    Demandes,
    noter_les_demandes,
    noter_les_retours,
    se_souvenir,
)
from ctglib.bureau.publies import en_zip

if TYPE_CHECKING:
    from playwright.sync_api import Page

AVANT = "62413,2024,pij_demandes,,,2024,540,nombre,A,Registre,\n"
JOUR = date(2026, 2, 12)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BureauOuvert]:
    """A desk over a copy of Harnes with a figure of 2024, and small notebooks."""
    dossier = tmp_path_factory.mktemp("bureau")
    donnees = dossier / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration"))
    suivi = donnees / SUIVI / "2024"
    suivi.mkdir(parents=True)
    (suivi / "observations.csv").write_text(OBSERVATIONS + AVANT, encoding="utf-8")
    carnets = dossier / "carnets"
    carnets.mkdir()
    ecrire_les_carnets(carnets)
    with ouvrir(dossier, donnees, "--port", "8931", "--carnets", str(carnets)) as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def rendus(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Four files sent back: one right, one that astonishes, one with faults, one that is nothing."""
    dossier = tmp_path_factory.mktemp("rendus")
    juste = vierge("rpe")
    poser(juste, "Indicateurs", "etp_rpe", Valeur_2025=0.8)
    etonnant = vierge("pij")
    poser(etonnant, "Indicateurs", "pij_demandes", Valeur_2025=5400)
    fautif = vierge("enfance")
    poser(fautif, "Indicateurs", "heures_realisees", Valeur_2025="beaucoup")
    poser(fautif, "Indicateurs", "heures_offertes", Valeur_2025=-5)
    chemins = [
        enregistrer(juste, dossier, "ctg-harnes-2025-rpe.xlsx"),
        enregistrer(etonnant, dossier, "ctg-harnes-2025-pij.xlsx"),
        enregistrer(fautif, dossier, "ctg-harnes-2025-enfance.xlsx"),
        dossier / "note.xlsx",
    ]
    chemins[-1].write_bytes(b"rien")
    return [str(chemin) for chemin in chemins]


def texte(page: Page, ou: str) -> str:
    """Return what is read somewhere in a page, its spaces as one types them."""
    return page.inner_text(ou).replace("\u00a0", " ")


def examiner(page: Page) -> None:
    """Be sure that a page is accessible, and no wider than its window, in each mode."""
    for mode in ("light", "dark"):
        page.emulate_media(color_scheme=mode)
        assert fautes(page, AXE) == [], f"{page.url}, {mode}"
    page.emulate_media(color_scheme="light", forced_colors="active")
    assert fautes(page, AXE) == [], f"{page.url}, couleurs forcées"
    page.emulate_media(color_scheme="light", forced_colors="none")
    for largeur in (360, 1280):
        page.set_viewport_size({"width": largeur, "height": 900})
        assert largeur_du_document(page) <= largeur, f"{page.url}, {largeur}"


@pytest.mark.navigateur
def test_le_bilan_d_une_annee_se_fait_par_clics_depuis_des_classeurs_dont_deux_sont_a_reprendre(
    bureau: BureauOuvert, rendus: list[str]
) -> None:
    pytest.importorskip("playwright", reason="playwright n'est pas installé") if not os.environ.get(
        "CI"
    ) else None
    harnes = bureau.donnees / SUIVI
    erreurs: list[str] = []

    def suivre(page: Page) -> None:
        page.on("console", lambda message: erreurs.append(message.text))
        page.goto(bureau.adresse)
        assert "token" not in page.url, "le jeton reste dans l'historique"
        examiner(page)

        page.set_input_files("#fichiers", rendus)
        page.get_by_role("button", name="Vérifier et enregistrer").click()
        page.wait_for_url("**/depots/*")
        assert texte(page, "h1") == "1 fichier enregistré, 3 à reprendre"
        assert "« beaucoup »" in texte(page, "main")
        assert "5400 pour « Demandes traitées" in texte(page, "main")
        examiner(page)
        with page.expect_download() as copie:
            page.get_by_role("link", name="Télécharger la copie annotée").first.click()
        assert copie.value.suggested_filename.startswith("ctg-harnes-2025-")

        page.get_by_label("La valeur est juste, parce que").fill("Deux points ouverts")
        assert page.input_value("#service") == "pij", "celui du classeur est proposé"
        page.get_by_role("button", name="Confirmer et enregistrer").click()
        page.get_by_role("heading", name="2 fichiers enregistrés, 2 à reprendre").wait_for()
        examiner(page)

        page.get_by_role("link", name="harnes, 2025").first.click()
        page.get_by_role("heading", name="Bilan 2025 : 1 fichier est à corriger").wait_for()
        assert "ctg-harnes-2025-enfance.xlsx" in texte(page, "main")
        examiner(page)

        page.get_by_role("button", name="Produire les rapports 2025").click()
        page.wait_for_url("**/travail")
        page.get_by_text("terminée").wait_for()
        assert "10 rapports faits" in texte(page, "main")
        examiner(page)

        page.get_by_role("link", name="Lire et télécharger les rapports").click()
        page.get_by_role("heading", name="10 rapports à lire ou à envoyer").wait_for()
        examiner(page)
        with page.expect_download() as comite:
            page.get_by_role("link", name="Télécharger le dossier du comité").click()
        noms = zipfile.ZipFile(comite.value.path()).namelist()
        assert {"bilan.html", "bilan.pdf", "fiche-1.pdf", "releve.docx"} <= set(noms)
        page.get_by_role("link", name="Page HTML : Rapport bilan").click()
        page.wait_for_url("**/rapports/harnes/2025/bilan.html")

    conduire(suivre)

    assert erreurs == []
    assert "etp_rpe" in (harnes / "2025/observations.csv").read_text(encoding="utf-8")
    confirmations = (harnes / "2025/confirmations.csv").read_text(encoding="utf-8")
    ligne = f"5400,pij,{date.today().isoformat()},Deux points ouverts"
    assert ligne in confirmations
    assert (bureau.dossier / "a-renvoyer/ctg-harnes-2025-enfance.xlsx").is_file()
    assert list((bureau.dossier / "reports/harnes/2025").glob("bilan.*"))


@pytest.mark.navigateur
def test_sans_script_la_page_se_relit_seule_et_une_production_s_arrete(
    bureau: BureauOuvert,
) -> None:
    def suivre(page: Page) -> None:
        page.goto(bureau.adresse)
        page.goto(page.url.rstrip("/") + "/conventions/harnes/2026")
        page.get_by_role("button", name="Produire les rapports 2026").click()
        page.wait_for_url("**/travail")
        assert 'http-equiv="refresh"' in page.content()
        page.get_by_role("button", name="Arrêter").click()
        page.get_by_text("arrêtée").wait_for()
        assert "Les rapports faits sont gardés" in texte(page, "main")

    conduire(suivre, java_script_enabled=False)


@pytest.mark.navigateur
def test_au_clavier_seul_on_saute_au_contenu_puis_on_depose(bureau: BureauOuvert) -> None:
    vus: list[str] = []

    def suivre(page: Page) -> None:
        page.goto(bureau.adresse)
        page.keyboard.press("Tab")
        vus.append(page.evaluate("document.activeElement.textContent"))
        for _ in range(40):
            page.keyboard.press("Tab")
            vus.append(
                page.evaluate("document.activeElement.textContent || document.activeElement.id")
            )

    conduire(suivre)

    assert vus[0] == "Aller au contenu"
    assert {"fichiers", "Vérifier et enregistrer"} <= set(vus)


@pytest.mark.parametrize(
    ("mots", "attendue"),
    [
        ({2023: "close", 2024: "commencee", 2025: "commencee"}, 2024),
        ({2024: "vide", 2025: "vide", 2026: "vide"}, 2025),
        ({2026: "vide", 2027: "a_venir"}, 2026),
        ({2023: "close", 2024: "close"}, 2024),
    ],
)
def test_l_annee_proposee_est_celle_a_laquelle_on_travaille(
    mots: dict[int, str], attendue: int
) -> None:
    assert annee_courante(mots, date(2026, 2, 1)) == attendue


def test_le_bureau_se_souvient_des_demandes_et_oublie_un_fichier_corrige(donnees: Path) -> None:
    fautif = ARevoir(fichier="ctg-harnes-2025-rpe.xlsx", le=JOUR, service="rpe", fautes=2)
    autre = ARevoir(fichier="rendu.xlsx", le=JOUR, fautes=1)

    noter_les_demandes("harnes", 2025, Demandes(le=JOUR, reponse=date(2026, 3, 1)))
    noter_les_retours("harnes", 2025, [fautif, autre], [])
    assert se_souvenir("harnes").de(2025).a_revoir == (fautif, autre)
    noter_les_retours("harnes", 2025, [], ["rpe"])

    de_2025 = se_souvenir("harnes").de(2025)
    assert de_2025.a_revoir == (autre,)
    assert de_2025.demandes == Demandes(le=JOUR, reponse=date(2026, 3, 1))
    assert se_souvenir("harnes").de(2026).demandes is None


def test_deux_archives_des_memes_fichiers_sont_les_memes_octets() -> None:
    fichiers = [("bilan.pdf", b"%PDF"), ("fiche-1.pdf", b"%PDF")]

    archive = en_zip(fichiers)

    assert archive == en_zip(fichiers)
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["bilan.pdf", "fiche-1.pdf"]
