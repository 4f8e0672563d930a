"""The statement of accessibility says what the tests measure, never more, and whom to write to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from navigateur import AXE, Navigateur, fautes, largeur_du_document

from ctglib.production.echec import MODELES
from ctglib.production.manifeste import FORME
from ctglib.production.plan import ACCESSIBILITE, MANIFESTE
from ctglib.production.site import ecrire_le_site

FAITS = yaml.safe_load((MODELES / "accessibilite.yaml").read_text("utf-8"))


def poser(sortie: Path, convention: str, **page: str) -> None:
    """Write the manifest of a convention that has one report, of which the portal says ``page``."""
    trace = {
        "carnet": "",
        "parametres": {},
        "code": "",
        "versions": {},
        "lus": {},
        "absents": [],
        "listes": {},
        "page": {"titre": "Bilan", "territoire": convention.title(), **page},
        "sorties": {},
        "parts": {},
    }
    contenu = {"forme": FORME, "rapports": {"2025/bilan": trace}, "echecs": {}}
    (sortie / convention).mkdir(parents=True)
    (sortie / convention / MANIFESTE).write_text(json.dumps(contenu), encoding="utf-8")


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    """The statement of a site of three conventions, one of which gives no contact."""
    poser(tmp_path, "harnes")
    adresse = "mairie@lens.example"
    poser(tmp_path, "lens", contact="Mairie de Lens", adresse_du_contact=adresse, date="2025-12-31")
    formulaire = "https://arras.example/contact"
    poser(tmp_path, "arras", contact="Mairie d'Arras", adresse_du_contact=formulaire)
    ecrire_le_site(tmp_path)
    return tmp_path / ACCESSIBILITE


def test_chaque_mesure_dite_est_faite_par_un_test(depot: Path) -> None:
    assert all((depot / "tests" / mesure["test"]).is_file() for mesure in FAITS["mesures"])
    regles = [regle for regle in AXE["runOnly"] if f"« {regle} »" in FAITS["mesures"][0]["dit"]]
    assert regles == AXE["runOnly"]


def test_sans_audit_le_site_se_dit_non_conforme_et_ne_donne_aucun_taux(declaration: Path) -> None:
    page = declaration.read_text("utf-8")

    assert "Ce site est <strong>non conforme</strong>" in page
    assert "aucun résultat d'audit" in page and "partiellement conforme" not in page
    assert "arrêtés, pour le dernier, au 31/12/2025" in page


def test_le_contact_est_celui_de_chaque_convention_ou_son_absence_est_dite(
    declaration: Path,
) -> None:
    page = declaration.read_text("utf-8")

    assert '<a href="mailto:mairie@lens.example">Mairie de Lens (mairie@lens.example)</a>' in page
    assert '<a href="https://arras.example/contact">' in page
    assert "<li>Harnes&nbsp;: aucun contact n'est encore donné</li>" in page


def test_un_site_sans_rapport_a_sa_declaration(tmp_path: Path) -> None:
    ecrire_le_site(tmp_path)

    assert "Aucun contact n'est encore donné." in (tmp_path / ACCESSIBILITE).read_text("utf-8")


def test_elle_n_est_ecrite_que_si_elle_change(declaration: Path) -> None:
    avant = declaration.stat().st_mtime_ns

    ecrire_le_site(declaration.parent)

    assert declaration.stat().st_mtime_ns == avant


@pytest.mark.complet
@pytest.mark.parametrize("largeur", [360, 1280])
def test_elle_est_accessible_et_tient_dans_la_page(
    declaration: Path, navigateur: Navigateur, largeur: int
) -> None:
    (trouve, large), demandes = navigateur.lire(
        declaration, largeur, lambda page: (fautes(page, AXE), largeur_du_document(page))
    )

    assert trouve == [] and large <= largeur and demandes == []
