"""The diagnostic of the real convention: what it has that the other reports have not."""

from __future__ import annotations

import re
from html import unescape

import pytest
from rapports_produits import Production, Rapport

DIAGNOSTIC = Rapport("harnes", "diagnostic")
PAGES = 14
REDITES = 4  # the first page, the section, the needs, and one chance meeting of two rates


@pytest.fixture(scope="module")
def html(rapports_produits: Production) -> str:
    return rapports_produits.html(DIAGNOSTIC)


def test_les_sections_se_suivent_de_la_petite_enfance_aux_questions(html: str) -> None:
    titres = [unescape(titre) for titre in re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html)]

    assert [titre.replace("\u00a0", " ") for titre in titres] == [
        "Sommaire",
        "À Harnes, l'accueil collectif offre 5,5 places pour 100 jeunes enfants, contre 14,5 dans le Pas-de-Calais",
        "Lire ce diagnostic",
        "Le territoire et ses familles",
        "Petite enfance",
        "Enfance et jeunesse",
        "Parentalité et vie sociale",
        "Précarité, logement, RSA",
        "Dans les quartiers",
        "Parmi les communes voisines",
        "Moyens par tête",
        "Besoins et fiches action",
        "Questions à poser",
        "Sources et limites",
    ]


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_une_section_a_au_plus_un_graphique_et_aucun_n_a_une_seule_ligne(
    rapports_produits: Production, convention: str
) -> None:
    rapport = Rapport(convention, "diagnostic")
    drawn = [
        path for name, path in rapports_produits.csv(rapport).items() if name.startswith("donnees-")
    ]

    assert all(
        section.count("<figure") <= 1
        for section in re.split("<h2 ", rapports_produits.html(rapport))
    )
    assert len(drawn) == rapports_produits.html(rapport).count("<figure") > 2
    assert all(len(path.read_text(encoding="utf-8").splitlines()) > 2 for path in drawn)


def test_l_ecart_d_accueil_est_dans_le_collectif_et_la_fiche_dans_l_individuel(html: str) -> None:
    text = unescape(html).replace("\u202f", " ").replace("\u00a0", " ")

    assert (
        "L'écart tenait à l'accueil collectif (9,0 de moins) ; l'accueil individuel en offrait 1,8 de plus."
        in text
    )
    assert (
        "La fiche action 1 soutient l'accueil individuel ; aucune n'a d'action sur l'accueil collectif."
        in text
    )


def test_l_annee_du_covid_est_dite_une_fois(html: str) -> None:
    assert html.count("Covid") == 1


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_le_diagnostic_tient_en_quatorze_pages(
    rapports_produits: Production, convention: str
) -> None:
    assert len(rapports_produits.pages(Rapport(convention, "diagnostic"))) <= PAGES


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_un_chiffre_n_est_pas_redit_de_page_en_page(
    rapports_produits: Production, convention: str
) -> None:
    pages = " ".join(rapports_produits.pages(Rapport(convention, "diagnostic")))
    rates = re.findall(r"(?<![\d,+−])\d+,\d\s?%", pages)

    assert max(rates.count(rate) for rate in set(rates)) <= REDITES


def test_la_synthese_tient_sur_la_premiere_page(rapports_produits: Production) -> None:
    pages = rapports_produits.pages(DIAGNOSTIC)

    assert "À décider" in pages[0]
    assert "Sommaire" in pages[0]  # under it: what it does not fill


def test_ce_qui_controle_la_convention_est_dans_un_rapport_a_part(
    rapports_produits: Production,
) -> None:
    controle = {
        "coherence",
        "coherence-regles",
        "affirmations",
        "corrections",
        "lacunes",
        "offre-manques",
    }

    assert controle <= set(rapports_produits.csv(Rapport("harnes", "controle")))
    assert not controle & set(rapports_produits.csv(DIAGNOSTIC))
