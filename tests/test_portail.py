"""The portal says what was produced, convention by convention, year by year, with its status."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from navigateur import Navigateur, fautes, largeur_du_document
from production_exemple import (
    ANNEE,
    CONVENTION,
    COUVERTURE,
    LECTURE,
    demande,
    ecrire_carnet,
    produire,
)
from rapports_produits import Production

from ctglib.production.portail import ecrire_portail

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A diagnostic that holds, a bilan that failed one year after having held, and one that never
    held; made once.
    """
    base = tmp_path_factory.mktemp("portail")
    carnets = base / "carnets"
    folder = base / "sortie"
    ecrire_carnet(carnets / "diagnostic.ipynb", COUVERTURE, LECTURE)
    ecrire_carnet(carnets / "bilan.ipynb", COUVERTURE, LECTURE, parametres=(CONVENTION, ANNEE))
    produire(demande(carnets, folder, annees=(2023, 2024)))
    ecrire_carnet(carnets / "bilan.ipynb", "inconnu()", parametres=(CONVENTION, ANNEE))
    produire(demande(carnets, folder, annees=(2024, 2025), rapports=("bilan",)))
    return folder


@pytest.fixture
def sortie(modele: Path, tmp_path: Path) -> Path:
    """These reports, beside which a test may make others."""
    return shutil.copytree(modele, tmp_path / "sortie")


def test_le_portail_met_l_annee_la_plus_recente_d_abord_et_dit_le_statut(sortie: Path) -> None:
    page = ecrire_portail(sortie).read_text(encoding="utf-8")

    ordre = ['<h2 id="harnes">Harnes</h2>', ">2025<", ">2024<", ">2023<", "Rapport diagnostic"]
    places = [page.index(piece) for piece in ordre]
    assert places == sorted(places)
    assert "Définitif" in page and "CTG 2023–2026" in page
    assert (
        "La version précédente est restée en place (définitif)" in page and "Jamais produit" in page
    )
    assert 'href="harnes/2025/bilan.echec.html"' in page


def test_une_convention_fictive_vient_apres_les_autres(sortie: Path, tmp_path: Path) -> None:
    fictive = COUVERTURE.replace("'2023-01-01')", "'2023-01-01', 'Données fictives')")
    ecrire_carnet(tmp_path / "fictifs" / "diagnostic.ipynb", fictive, LECTURE)
    produire(demande(tmp_path / "fictifs", sortie, conventions=("demonstration",)))

    page = ecrire_portail(sortie).read_text(encoding="utf-8")

    assert page.index('id="harnes"') < page.index('id="demonstration"')


def test_le_portail_n_est_ecrit_que_s_il_change(sortie: Path) -> None:
    portail = ecrire_portail(sortie)
    premier = portail.read_bytes()
    moment = portail.stat().st_mtime_ns

    ecrire_portail(sortie)

    assert portail.stat().st_mtime_ns == moment
    portail.write_bytes(b"abime")
    assert ecrire_portail(sortie).read_bytes() == premier


def test_un_portail_sans_rapport_le_dit(tmp_path: Path) -> None:
    page = ecrire_portail(tmp_path).read_text(encoding="utf-8")

    assert "Aucun rapport n'a encore été produit dans ce dossier." in page


@pytest.mark.navigateur
@pytest.mark.parametrize("largeur", [360, 1280])
def test_le_portail_est_accessible_et_tient_dans_la_page(
    sortie: Path, largeur: int, navigateur: Navigateur, rapports_produits: Production
) -> None:
    def lire(page: Page) -> tuple:
        cadres = page.eval_on_selector_all(
            ".cadre", "all => all.map(one => one.scrollWidth - one.clientWidth)"
        )
        liens = page.eval_on_selector_all("a[href]", "all => all.map(a => a.textContent.trim())")
        return fautes(page, {}), largeur_du_document(page), cadres, liens

    for portail in (ecrire_portail(sortie), rapports_produits.sortie / "index.html"):
        (violations, large, cadres, liens), demandes = navigateur.lire(portail, largeur, lire)

        assert violations == []
        assert demandes == [] and large <= largeur
        assert max(cadres) <= 0, "aucun tableau ne défile de côté, même sur un téléphone"
        dits = [lien for lien in liens if not lien.endswith(".csv")]
        assert len(set(dits)) == len(dits), "deux liens ne se lisent jamais de même"
