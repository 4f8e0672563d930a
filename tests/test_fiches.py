"""The reports of the fiches action, as their readers get them: one page without follow-up, every
section with it.
"""

from __future__ import annotations

import csv
import re
from html import unescape

import pikepdf
import pytest
from fiches_exemple import FICHES, SECTIONS, sections
from rapports_produits import Production, Rapport

ANNEES = (2023, 2024, 2025, 2026)


@pytest.fixture
def sans_suivi(harnes_sans_suivi: Production) -> Production:
    """The fiches of Harnes, all years, without any follow-up."""
    return harnes_sans_suivi


def de_harnes(annee: int, fiche: int) -> Rapport:
    return Rapport("harnes", f"{annee}/fiche-{fiche}")


def suivie(fiche: int) -> Rapport:
    """Return a fiche of a year that was told of everything."""
    return Rapport("demonstration", f"2025/fiche-{fiche}")


@pytest.mark.parametrize("annee", ANNEES)
@pytest.mark.parametrize("fiche", FICHES)
def test_sans_aucun_suivi_une_fiche_tient_en_deux_pages(
    sans_suivi: Production, annee: int, fiche: int
) -> None:
    with pikepdf.open(sans_suivi.chemin(de_harnes(annee, fiche), "pdf")) as pdf:
        assert len(pdf.pages) <= 2
    assert sections(sans_suivi.html(de_harnes(annee, fiche))) == [
        "Ce que dit la convention",
        *(["Ce que disent les chiffres publics"] if fiche != 4 else []),
        "Ce qui manque",
    ]


@pytest.mark.parametrize("annee", ANNEES)
@pytest.mark.parametrize("fiche", FICHES)
def test_une_fiche_suivie_tient_en_cinq_pages_six_avec_un_avenant_et_huit_avec_ses_profils(
    rapports_produits: Production, annee: int, fiche: int
) -> None:
    pages = rapports_produits.pages(Rapport("demonstration", f"{annee}/fiche-{fiche}"))
    annexe = next(
        (rank for rank, page in enumerate(pages, 1) if "Annexe : les profils" in page), len(pages)
    )

    # What an avenant abandons and adds is told twice: in what the convention writes, and in what was
    # done of it. Where profiles follow, what ends the body may stand above them.
    avec_un_avenant = re.search(r"(?:Abandonn|Ajout)ée par\s+l'avenant", " ".join(pages))
    assert annexe <= (6 if avec_un_avenant or annexe < len(pages) else 5)
    assert len(pages) <= (8 if annexe < len(pages) else 5)


def test_une_action_qui_commence_la_derniere_annee_est_prevue_cette_annee_la(
    rapports_produits: Production,
) -> None:
    html = unescape(rapports_produits.html(Rapport("demonstration", "2026/fiche-2")))

    assert "Modalité 2.1, de 2023 à 2026" in html
    assert "Modalité 2.6, en 2026" in html
    assert "de 2026 à 2026" not in html.lower()


def test_sans_aucun_suivi_la_page_dit_ce_qui_manque_sans_rien_inventer(
    sans_suivi: Production,
) -> None:
    html = sans_suivi.html(de_harnes(2024, 2))

    assert "Rien n&#x27;a été transmis pour" in html
    assert "Services municipaux" in html and "Service action sociale de la Caf" in html
    assert "<figure" not in html


def test_une_fiche_qui_n_a_pas_commence_n_est_pas_blamee(sans_suivi: Production) -> None:
    html = unescape(sans_suivi.html(de_harnes(2023, 1)))

    assert "ne commence rien avant 2024" in html
    assert "État en 2023" not in html and "Appréciation de 2023" not in html


def test_un_resultat_sans_indicateur_le_dit(sans_suivi: Production) -> None:
    assert sans_suivi.html(de_harnes(2024, 3)).count("aucun indicateur ne le montre") == 3


def test_ce_qui_est_propose_n_engage_personne_et_c_est_dit_une_fois(
    sans_suivi: Production, rapports_produits: Production
) -> None:
    for fiche in FICHES:
        for html in (
            sans_suivi.html(de_harnes(2024, fiche)),
            rapports_produits.html(suivie(fiche)),
        ):
            assert unescape(html).count("n'engage personne tant que les parties") == 1


@pytest.mark.parametrize("fiche", FICHES)
def test_avec_un_suivi_toutes_les_sections_sont_la_dans_l_ordre(
    rapports_produits: Production, fiche: int
) -> None:
    titres = [
        titre.replace("\xa0", " ") for titre in sections(rapports_produits.html(suivie(fiche)))
    ]

    absent = {"Ce qui manque"} - set(titres)  # when nothing that is asked for is missing
    assert [titre for titre in titres if titre in SECTIONS] == [
        titre for titre in SECTIONS if titre not in absent
    ]
    assert set(titres) - set(SECTIONS) <= {
        "Ce que disent les chiffres publics",
        "Annexe : les profils",
    }


def test_la_premiere_page_porte_l_essentiel_et_la_suite_le_contrat(
    rapports_produits: Production,
) -> None:
    for fiche in FICHES:
        pages = rapports_produits.pages(suivie(fiche))

        assert "Ce qui est incertain" in pages[0] and "Sommaire" not in "".join(pages)
        assert "Ce que dit la convention" in "".join(pages[:2])


def test_les_seuils_du_rythme_sont_imprimes(rapports_produits: Production) -> None:
    html = unescape(rapports_produits.html(suivie(2)))

    assert "en bonne voie à partir de 0,95" in html
    assert "à surveiller à partir de 0,60" in html


def test_le_csv_des_sources_donne_l_empreinte_entiere_de_chaque_fichier_mais_du_suivi(
    rapports_produits: Production,
) -> None:
    with rapports_produits.csv(suivie(1))["sources"].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    lengths = {row["fichier"]: len(row["sha256"]) for row in rows}
    assert "conventions/demonstration/suivi/2025/actions.csv" in lengths
    assert {length for name, length in lengths.items() if "/suivi/" in name} == {0}
    assert {length for name, length in lengths.items() if "/suivi/" not in name} == {64}
