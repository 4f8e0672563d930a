"""The chart of the ages, as the convention gives them and in the cases it does not have."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyse_exemple import contexte
from dessin_svg import Boite, cadre, chevauchements, debords, mots, racine, tailles, traits
from graphiques_exemple import HOSTILE
from offre_exemple import tableau_ages, tableau_tranches

from ctglib.calculs import offre as lecture
from ctglib.document.figure import Figure, charte
from ctglib.donnees.dossier import lire_dossier
from ctglib.graphiques.barres import ages

DOSSIER_CAS = Path(__file__).parent / "cas"
CAS_HARNES = yaml.safe_load((DOSSIER_CAS / "graphiques_offre.yaml").read_text(encoding="utf-8"))
VIDE = float("nan")
LONG = "Maison de la petite enfance et de la parentalité des communes associées du bassin minier"
NOMS_DIFFICILES = {"longs": LONG, "hostiles": HOSTILE, "interminables": "m" * 5000}


TRANCHES = tableau_tranches((0, 2, 473.0), (3, 5, 458.0), (6, 11, 980.0), (12, 17, VIDE))
SANS_TRANCHE = tableau_tranches()


def dessiner(*tables: object, jusqu_a: int = 0) -> Figure:
    return ages(*tables, contexte({}), nom="ages", titre="Un titre", jusqu_a=jusqu_a)


@cache
def harnes() -> Figure:
    dossier = lire_dossier("harnes")
    catalogue = dossier.catalogue
    annexe1 = dossier.annexe1
    counts = annexe1[annexe1["territoire"] == dossier.convention.territoire].set_index(
        "indicateur"
    )["valeur"]
    rows = [
        (*ages, counts[name], catalogue.indicateurs[name].libelle)
        for name, ages in catalogue.synthese.tranches_age.items()
    ]
    tranches = pd.DataFrame(rows, columns=["age_min", "age_max", "effectif", "libelle"])
    return dessiner(lecture.ages(dossier.offre, catalogue.offre), tranches)


def dessins(figure: Figure) -> tuple[str, str]:
    return figure.svg_large, figure.svg_etroit


def _bleus(svg: str) -> list[Boite]:
    """Return what is filled with the colour of the territory, from top to bottom."""
    bleu = charte().couleurs.territoire
    debuts = {
        item.get("d")[:40]
        for item in racine(svg).iter()
        if item.get("fill") == bleu and item.tag.endswith("path")
    }
    found = [item for item in traits(svg) if item.mot.removeprefix("tracé ") in debuts]
    return sorted(found, key=lambda item: (item.haut, item.gauche))


def barres(svg: str) -> list[tuple[float, float]]:
    """Return the left and right ends of the bars, from top to bottom."""
    return [(item.gauche, item.droite) for item in _bleus(svg)]


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def verifier(figure: Figure) -> None:
    """Fail when a text is small, leaves its frame or covers another, in either size."""
    for svg, width in zip(dessins(figure), charte().largeurs.values(), strict=True):
        assert debords(svg) == []
        assert chevauchements(svg) == []
        assert tailles(svg) == {9.0}
        assert cadre(svg)[0] == pytest.approx(width * 72 / 2.54, abs=0.01)


def test_les_dessins_de_harnes_tiennent_dans_leur_cadre() -> None:
    verifier(harnes())


@pytest.mark.parametrize("cas", CAS_HARNES, ids=[cas["forme"] for cas in CAS_HARNES])
def test_chaque_valeur_de_la_convention_se_lit_sur_les_deux_dessins(cas: dict) -> None:
    for svg in dessins(harnes()):
        said = lisible(mots(svg))
        assert [wanted for wanted in cas["dessins"] if wanted not in said] == []


@pytest.mark.parametrize("cas", CAS_HARNES, ids=[cas["forme"] for cas in CAS_HARNES])
def test_la_lecture_et_l_alternative_disent_de_vrais_chiffres(cas: dict) -> None:
    figure = harnes()

    assert lisible(figure.lecture) == cas["lecture"]
    assert [wanted for wanted in cas["alternative"] if wanted not in lisible(figure.alt)] == []
    assert figure.tableau.donnees_de == figure.nom == cas["forme"]
    for size, svg in zip(("large", "etroit"), dessins(figure), strict=True):
        assert f'class="dessin-{size}" role="img" aria-label="' in svg


def test_l_age_le_plus_haut_est_dessine_jusqu_a_sa_fin_et_trente_mois_sont_un_instant() -> None:
    table = tableau_ages(("A", "Un", 2.0, 10.0), ("B", "Un", 0.0, 2.5), ("C", "Un", 0.0, 17.0))

    for svg in dessins(dessiner(table, TRANCHES)):
        first, second, whole = barres(svg)
        year = (whole[1] - whole[0]) / 18

        assert (first[1] - first[0]) / year == pytest.approx(9, abs=0.02)
        assert (second[1] - second[0]) / year == pytest.approx(2.5, abs=0.02)


def test_un_age_au_dela_de_l_echelle_finit_par_une_fleche_au_bord() -> None:
    figure = dessiner(tableau_ages(("A", "Un", 16.0, 25.0)), TRANCHES)

    for svg in dessins(figure):
        (_, fin_de_la_barre), (pointe, bord) = barres(svg)
        assert fin_de_la_barre == pytest.approx(pointe, abs=0.05)
        assert bord - pointe > 4
        assert bord == pytest.approx(max(item.droite for item in traits(svg)), abs=0.05)
    verifier(figure)


ABSENCES = {
    "aucun âge": (tableau_ages(), TRANCHES),
    "aucune tranche": (tableau_ages(("A", "Un", 2.0, 10.0)), SANS_TRANCHE),
    "ni âge ni tranche": (tableau_ages(), SANS_TRANCHE),
    "tranches étroites": (
        tableau_ages(("A", "Un", 0.0, 29.0)),
        tableau_tranches(*((age, age, 1234.0) for age in range(30))),
    ),
}


@pytest.mark.parametrize("cas", ABSENCES.values(), ids=ABSENCES)
def test_une_absence_ou_un_extreme_se_dessine_et_se_dit(cas: tuple) -> None:
    figure = dessiner(*cas)

    verifier(figure)
    for text in (mots(figure.svg_large), mots(figure.svg_etroit), figure.alt, figure.lecture):
        assert text.strip()
        assert "nan" not in text.split()


@pytest.mark.parametrize("nom", NOMS_DIFFICILES.values(), ids=NOMS_DIFFICILES)
def test_un_nom_difficile_ne_deborde_pas(nom: str) -> None:
    verifier(dessiner(tableau_ages((nom, nom, 2.0, 10.0)), TRANCHES))


def test_les_memes_tables_donnent_les_memes_octets_et_restent_intactes() -> None:
    tables = (tableau_ages(("A", "Un", 2.0, 10.0)), TRANCHES)
    before = [table.copy(deep=True) for table in tables]

    first = dessiner(*tables)
    second = dessiner(*tables)

    assert dessins(first) == dessins(second)
    for table, kept in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, kept)


def test_l_echelle_va_jusqu_a_l_age_qu_une_fiche_vise() -> None:
    table = tableau_ages(("A", "Un", 16.0, 25.0))

    for cut, whole in zip(
        dessins(dessiner(table, TRANCHES)),
        dessins(dessiner(table, TRANCHES, jusqu_a=25)),
        strict=True,
    ):
        assert "26" in mots(whole).split() and "26" not in mots(cut).split()
