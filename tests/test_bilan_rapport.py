"""The bilan as its readers get it: one page for the élus, no empty heading, what is missing and from whom."""

from __future__ import annotations

import re
from html import unescape

import pytest
from rapports_produits import Production, Rapport, choisir

from ctglib import ouvrir_bilan

BILANS = choisir(nom="bilan")
SANS_SUIVI, AVEC_SUIVI = Rapport("harnes", "2024/bilan"), Rapport("demonstration", "2025/bilan")
PREMIERE = "L'année en une page"
SECTIONS = [
    "Sommaire",
    PREMIERE,
    "Gouvernance",
    "Les fiches en bref",
    "Les moyens de chaque signataire",
    "Le territoire",
    "Ce que nous avons pu recueillir",
    "Chiffres révisés depuis le dernier bilan",
    "À collecter l'an prochain",
    "Limites",
    "Sources et traçabilité",
]


@pytest.fixture(params=[SANS_SUIVI, AVEC_SUIVI], ids=["sans suivi", "avec suivi"])
def html(request: pytest.FixtureRequest, rapports_produits: Production) -> str:
    return rapports_produits.html(request.param)


@pytest.mark.parametrize("rapport", BILANS, ids=str)
def test_l_annee_tient_sur_une_page_et_une_seule(rapports_produits: Production, rapport: Rapport) -> None:
    first, second, *_ = rapports_produits.pages(rapport)

    assert PREMIERE in first and "Décisions à prendre" in first and "Le contexte" in first
    assert "Sommaire" in second[:400]


def test_les_sections_sont_toutes_la_dans_l_ordre(html: str) -> None:
    titles = [unescape(title) for title in re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html)]

    assert titles == SECTIONS


def test_une_question_sans_reponse_n_a_pas_de_titre(rapports_produits: Production) -> None:
    without, with_ = (rapports_produits.html(rapport) for rapport in (SANS_SUIVI, AVEC_SUIVI))

    for question in ("Qu'a décidé le comité", "Que sont devenues les décisions"):
        assert question not in unescape(without)
    assert "Qu'a décidé le comité" in unescape(with_)


def test_un_bilan_sans_suivi_dit_a_qui_demander_et_ce_que_disent_les_series_publiques(
    rapports_produits: Production,
) -> None:
    page = unescape(rapports_produits.html(SANS_SUIVI))
    first = page[page.index(PREMIERE) : page.index("Gouvernance</h2>")]

    for said in (
        "Services municipaux (12)",
        "Valeurs de départ connues",
        "Foyers au RSA (Cnaf)",
        "en 2024, −20 depuis 2023",
    ):
        assert said in first


def test_chaque_fiche_mene_a_son_rapport(html: str) -> None:
    assert re.findall(r'<a href="(fiche-\d\.html)">', html) == [f"fiche-{n}.html" for n in range(1, 5)]


def test_la_diffusion_interne_se_dit_et_elle_seule(rapports_produits: Production) -> None:
    assert "Diffusion interne" not in rapports_produits.html(AVEC_SUIVI)
    assert "Diffusion interne" in ouvrir_bilan("demonstration", 2025, "interne").couverture().avertissement
