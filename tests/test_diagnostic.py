"""The diagnostic of the real convention: what it has that the other reports have not."""

from __future__ import annotations

import re
from html import unescape

import pytest
from rapports_produits import Production, Rapport

DIAGNOSTIC = Rapport("harnes", "diagnostic")


@pytest.fixture(scope="module")
def html(rapports_produits: Production) -> str:
    return rapports_produits.html(DIAGNOSTIC)


def test_la_page_suit_les_themes_de_l_annexe_1(html: str) -> None:
    titres = [unescape(titre) for titre in re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html)]

    assert titres[:2] == ["Sommaire", "Synthèse"]
    for theme in ("Données de cadrage", "Petite enfance", "Logement et habitat", "Indicateurs de précarité"):
        assert theme in titres
    assert titres[-1] == "Sources et limites"


def test_le_diagnostic_a_ses_tableaux_et_ses_figures(html: str) -> None:
    assert html.count("<table>") > 20
    assert html.count("<figure") > 8


def test_la_synthese_tient_sur_la_premiere_page(rapports_produits: Production) -> None:
    pages = rapports_produits.pages(DIAGNOSTIC)

    assert "Synthèse" in pages[0]
    assert "Sommaire" in pages[1]


def test_ce_qui_controle_la_convention_est_dans_un_rapport_a_part(rapports_produits: Production) -> None:
    controle = {"coherence", "coherence-regles", "affirmations", "corrections", "lacunes", "offre-manques"}

    assert controle <= set(rapports_produits.csv(Rapport("harnes", "controle")))
    assert not controle & set(rapports_produits.csv(DIAGNOSTIC))
