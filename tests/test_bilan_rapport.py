"""The bilan as its readers get it: one page for the élus, no empty heading, what is missing and
from whom.
"""

from __future__ import annotations

import csv
import re
from html import unescape

import pytest
from rapports_produits import Production, Rapport, choisir

from ctglib import ouvrir_bilan

BILANS = choisir(nom="bilan")
SANS_SUIVI = Rapport("harnes", "2024/bilan")
AVEC_SUIVI = Rapport("demonstration", "2025/bilan")
INCERTAIN = "Ce qui est incertain"
SECTIONS = [
    "Sommaire",
    "Ce que les familles ont reçu, axe par axe",
    "Les moyens engagés",
    "Participation et coopération",
    "Gouvernance",
    "Le territoire",
    "Ce qui manque, et à qui le demander",
    "Limites",
    "Annexe : le détail",
    "Sources et traçabilité",
]
MUETTES = [
    "Sommaire",
    "Gouvernance",
    "Le territoire",
    "Ce qui manque, et à qui le demander",
]
PAGES = 7
AVEC_ANNEXE = 9
SANS_RIEN = 2


@pytest.mark.parametrize("rapport", BILANS, ids=str)
def test_l_annee_tient_sur_une_page_et_une_seule(
    rapports_produits: Production, rapport: Rapport
) -> None:
    first, second, *_ = rapports_produits.pages(rapport)

    assert INCERTAIN in first and "À décider" in first
    assert "À décider" not in second


@pytest.mark.parametrize("rapport", BILANS, ids=str)
def test_un_bilan_tient_en_sept_pages_neuf_avec_son_annexe_et_deux_quand_rien_n_est_transmis(
    rapports_produits: Production, rapport: Rapport
) -> None:
    pages = rapports_produits.pages(rapport)
    annex = next(
        (
            rank
            for rank, page in enumerate(pages, start=1)
            if re.search(r"^Annexe : le détail$", page, re.MULTILINE)
        ),
        0,
    )

    if not annex:
        assert len(pages) <= SANS_RIEN
    else:
        assert annex <= PAGES and len(pages) <= AVEC_ANNEXE


def test_les_sections_sont_toutes_la_dans_l_ordre_et_un_bilan_sans_suivi_n_en_a_que_quatre(
    rapports_produits: Production, harnes_sans_suivi: Production
) -> None:
    for produits, rapport, sections in (
        (rapports_produits, AVEC_SUIVI, SECTIONS),
        (harnes_sans_suivi, SANS_SUIVI, MUETTES),
    ):
        html = produits.html(rapport)
        titles = re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html)
        sommaire, constat, *suite = [unescape(title).replace("\u00a0", " ") for title in titles]
        assert [sommaire, *suite] == sections
        assert constat[0].isupper() or constat[0] in "«0123456789", (
            "le premier titre est un constat"
        )


def test_un_bilan_sans_suivi_dit_a_qui_demander(harnes_sans_suivi: Production) -> None:
    page = unescape(harnes_sans_suivi.html(SANS_SUIVI))

    assert re.search(
        r"Rien n'a encore été transmis pour 2024\. À demander : \d+ éléments \([^)]*\)\. "
        r"Par service : (?:[^.]*, )?Services municipaux \(\d+\)",
        page.replace("\u202f", " ").replace("\xa0", " "),
    )


def test_chaque_fiche_mene_a_son_rapport_sous_son_axe(rapports_produits: Production) -> None:
    _, html = rapports_produits.html(AVEC_SUIVI).split("<main", 1)

    assert re.findall(r'<a href="(fiche-\d\.html)">', html) == [
        f"fiche-{n}.html" for n in range(1, 5)
    ]
    assert (
        html.index("Axe Enfance jeunesse")
        < html.index('href="fiche-2.html"')
        < html.index("Axe Transversal")
    )


def test_le_fonctionnement_et_l_investissement_ne_s_additionnent_pas(
    rapports_produits: Production,
) -> None:
    with rapports_produits.csv(AVEC_SUIVI)["moyens-signataires"].open(
        encoding="utf-8", newline=""
    ) as file:
        whole = {
            (row["signataire"], row["nature"]): row["valeur"]
            for row in csv.DictReader(file)
            if row["objet"] == "ensemble"
        }

    assert whole["ville", "euros"] == "1202500.0"
    assert whole["ville", "investissement"] == "186000.0"


def test_la_diffusion_interne_se_dit_et_elle_seule(rapports_produits: Production) -> None:
    assert "Diffusion interne" not in rapports_produits.html(AVEC_SUIVI)
    assert (
        "Diffusion interne"
        in ouvrir_bilan("demonstration", 2025, "interne").couverture().avertissement
    )


def test_la_participation_dit_qui_a_repondu_ce_qui_a_change_et_qui_n_a_pas_ete_interroge(
    rapports_produits: Production,
) -> None:
    page = re.sub(
        r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(rapports_produits.html(AVEC_SUIVI)))
    )

    assert "Le 12 juin 2025, 84 familles ont répondu" in page
    assert "Ce qui change, selon la saisie (sans date) : Le mercredi ouvre à 7 h 30" in page
    assert "En 2025, personne n'a été interrogé parmi les partenaires." in page
    without = re.sub(
        r"\s+", " ", unescape(rapports_produits.html(Rapport("demonstration", "2024/bilan")))
    )
    assert "La feuille de la participation n'a pas été remplie" in without
