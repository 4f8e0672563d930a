"""The charts of the offer: places, ages and hours, as the convention gives them and in the cases it does not have."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyse_exemple import contexte
from dessin_svg import cadre, chevauchements, debords, mots, tailles, traits
from graphiques_exemple import HOSTILE
from offre_exemple import tableau_ages, tableau_places, tableau_semaine, tableau_tranches

from ctglib.calculs import offre as lecture
from ctglib.calculs.offre import Ouverture, journees
from ctglib.document.charte import charte
from ctglib.document.figure import Figure
from ctglib.document.horaires import JOURS, jours, plage
from ctglib.document.typographie import enumerer
from ctglib.donnees.dossier import lire_dossier
from ctglib.graphiques.offre import ages, places, semaine

DOSSIER_CAS = Path(__file__).parent / "cas"
CAS = yaml.safe_load((DOSSIER_CAS / "journees.yaml").read_text(encoding="utf-8"))
CAS_HARNES = yaml.safe_load((DOSSIER_CAS / "graphiques_offre.yaml").read_text(encoding="utf-8"))
VIDE = float("nan")
ECOLE = ("lundi", "mardi", "jeudi", "vendredi")
LONG = "Maison de la petite enfance et de la parentalité des communes associées du bassin minier"
NOMS_DIFFICILES = {"longs": LONG, "hostiles": HOSTILE, "interminables": "m" * 5000}
EPAISSEUR = 12.0


TRANCHES = tableau_tranches((0, 2, 473.0), (3, 5, 458.0), (6, 11, 980.0), (12, 17, VIDE))
SANS_TRANCHE = tableau_tranches()


def dessiner(forme: str, *tables: object) -> Figure:
    return {"places": places, "ages": ages, "semaine": semaine}[forme](
        *tables, contexte({}), nom=forme, titre="Un titre"
    )


@cache
def harnes(forme: str) -> Figure:
    dossier = lire_dossier("harnes")
    offre, catalogue, annexe1 = dossier.offre, dossier.catalogue, dossier.annexe1
    vocabulaire, synthese = catalogue.offre, catalogue.synthese
    counts = annexe1[annexe1["territoire"] == dossier.convention.territoire].set_index("indicateur")["valeur"]
    rows = [
        (item.age_min, item.age_max, counts[item.indicateur], catalogue.indicateurs[item.indicateur].libelle)
        for item in synthese.tranches_age
    ]
    tranches = pd.DataFrame(rows, columns=["age_min", "age_max", "effectif", "libelle"])
    tables = {
        "places": (lecture.places(offre, vocabulaire), counts[synthese.enfants_moins_3]),
        "ages": (lecture.ages(offre, vocabulaire), tranches),
        "semaine": (lecture.semaine(offre, synthese, vocabulaire),),
    }
    return dessiner(forme, *tables[forme])


def dessins(figure: Figure) -> tuple[str, str]:
    return figure.svg_large, figure.svg_etroit


def barres(svg: str, epaisseur: float = EPAISSEUR) -> list[tuple[float, float]]:
    """Return the left and right ends of the bars of that thickness, from top to bottom."""
    found = [item for item in traits(svg) if abs(item.bas - item.haut - epaisseur) < 0.02]
    return [(item.gauche, item.droite) for item in sorted(found, key=lambda item: item.haut)]


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ")


def verifier(figure: Figure) -> None:
    """Fail when a text is small, leaves its frame or covers another, in either size."""
    for svg, width in zip(dessins(figure), (charte().largeurs.large, charte().largeurs.etroit), strict=True):
        assert debords(svg) == []
        assert chevauchements(svg) == []
        assert tailles(svg) == {9.0}
        assert cadre(svg)[0] == pytest.approx(width * 72 / 2.54, abs=0.01)


@pytest.mark.parametrize("forme", ["places", "ages", "semaine"])
def test_les_dessins_de_harnes_tiennent_dans_leur_cadre(forme: str) -> None:
    verifier(harnes(forme))


@pytest.mark.parametrize("cas", CAS_HARNES, ids=[cas["forme"] for cas in CAS_HARNES])
def test_chaque_valeur_de_la_convention_se_lit_sur_les_deux_dessins(cas: dict) -> None:
    for svg in dessins(harnes(cas["forme"])):
        said = lisible(mots(svg))
        assert [wanted for wanted in cas["dessins"] if wanted not in said] == []


@pytest.mark.parametrize("cas", CAS_HARNES, ids=[cas["forme"] for cas in CAS_HARNES])
def test_la_lecture_et_l_alternative_disent_de_vrais_chiffres(cas: dict) -> None:
    figure = harnes(cas["forme"])

    assert lisible(figure.lecture) == cas["lecture"]
    assert [wanted for wanted in cas["alternative"] if wanted not in lisible(figure.alt)] == []
    assert figure.tableau.donnees_de == figure.nom == cas["forme"]
    for size, svg in zip(("large", "etroit"), dessins(figure), strict=True):
        assert f'class="dessin-{size}" role="img" aria-label="' in svg


def test_les_barres_partent_du_meme_zero_et_mesurent_les_places_sur_l_echelle_des_enfants() -> None:
    table = tableau_places(("A", "Crèche", "publique", 40.0), ("B", "Crèche", "", VIDE), ("C", "MAM", "privée", 10.0))

    for svg in dessins(dessiner("places", table, 200.0)):
        spans = barres(svg)

        assert len({left for left, _ in spans}) == 1
        lengths = [right - left for left, right in spans]
        assert [length / lengths[0] for length in lengths] == pytest.approx([1, 0.25, 0.2, 0.05], abs=1e-3)


def test_l_age_le_plus_haut_est_dessine_jusqu_a_sa_fin_et_trente_mois_sont_un_instant() -> None:
    table = tableau_ages(("A", "Un", 2.0, 10.0), ("B", "Un", 0.0, 2.5), ("C", "Un", 0.0, 17.0))

    for svg in dessins(dessiner("ages", table, TRANCHES)):
        first, second, whole = barres(svg)
        year = (whole[1] - whole[0]) / 18

        assert (first[1] - first[0]) / year == pytest.approx(9, abs=0.02)
        assert (second[1] - second[0]) / year == pytest.approx(2.5, abs=0.02)


def test_un_age_au_dela_de_l_echelle_finit_par_une_fleche_au_bord() -> None:
    figure = dessiner("ages", tableau_ages(("A", "Un", 16.0, 25.0)), TRANCHES)

    for svg in dessins(figure):
        (span,) = barres(svg)
        assert span[1] == pytest.approx(cadre(svg)[0] - 8, abs=0.05)
        assert max(item.droite for item in traits(svg)) == pytest.approx(cadre(svg)[0], abs=0.05)
    verifier(figure)


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_la_semaine_se_range_en_journees_comme_dans_l_exemple(cas: dict) -> None:
    found = journees(tableau_semaine(*cas["lignes"]))

    read = [
        (
            jours(item.jours),
            [_dire(opened) for opened in item.ouvertures],
            {cle: list(noms) for cle, noms in item.absents},
        )
        for item in found
    ]
    assert read == [(item["jours"], item["ouvertures"], item.get("absents", {})) for item in cas["attendu"]]
    assert all(
        {jour for item in found if item.periode == periode for jour in item.jours} == set(JOURS)
        for periode in {item.periode for item in found}
    )


def _dire(opened: Ouverture) -> str:
    hours = ", ".join(plage(*span) for span in opened.plages)
    return lisible(f"{enumerer(list(opened.noms))} : {hours}")


def test_un_horaire_sans_place_au_dessus_de_sa_barre_suit_le_nom() -> None:
    spans = [(start, start + 0.5) for start in (8, 9, 10, 11, 12, 13)]
    rows = [("Le relais", "RPE", "scolaire", ECOLE, *span) for span in spans]

    figure = dessiner("semaine", tableau_semaine(*rows))

    verifier(figure)
    for svg in dessins(figure):
        assert len(barres(svg, 7.0)) == len(spans)
        assert lisible(mots(svg)).count("8 h à 8 h 30") == 1
        assert "13 h à 13 h 30" in lisible(mots(svg))


ABSENCES = {
    "aucune structure": ("places", tableau_places(), 473.0),
    "aucune place transmise": ("places", tableau_places(("A", "Crèche", "", VIDE)), 473.0),
    "enfants absents": ("places", tableau_places(("A", "Crèche", "publique", 40.0)), VIDE),
    "rien du tout": ("places", tableau_places(), VIDE),
    "zéro place": ("places", tableau_places(("A", "Crèche", "publique", 0.0)), 3.0),
    "plus de places que d'enfants": ("places", tableau_places(("A", "Crèche", "publique", 900.0)), 3.0),
    "aucun âge": ("ages", tableau_ages(), TRANCHES),
    "aucune tranche": ("ages", tableau_ages(("A", "Un", 2.0, 10.0)), SANS_TRANCHE),
    "ni âge ni tranche": ("ages", tableau_ages(), SANS_TRANCHE),
    "tranches étroites": ("ages", tableau_ages(("A", "Un", 0.0, 29.0)),
                          tableau_tranches(*((age, age, 1234.0) for age in range(30)))),
    "aucun horaire": ("semaine", tableau_semaine()),
    "rien que des horaires absents": ("semaine", tableau_semaine(("A", "Accueil", "vacances", ECOLE, VIDE, VIDE))),
    "nuit et jour": ("semaine", tableau_semaine(("A", "Accueil", "scolaire", JOURS, 0.0, 24.0))),
    "un quart d'heure": ("semaine", tableau_semaine(("A", "Accueil", "scolaire", ("dimanche",), 23.5, 23.75))),
}  # fmt: skip


@pytest.mark.parametrize("cas", ABSENCES.values(), ids=ABSENCES)
def test_une_absence_ou_un_extreme_se_dessine_et_se_dit(cas: tuple) -> None:
    forme, *tables = cas

    figure = dessiner(forme, *tables)

    verifier(figure)
    for text in (mots(figure.svg_large), mots(figure.svg_etroit), figure.alt, figure.lecture):
        assert text.strip()
        assert "nan" not in text.split()


@pytest.mark.parametrize("nom", NOMS_DIFFICILES.values(), ids=NOMS_DIFFICILES)
def test_un_nom_difficile_ne_deborde_pas(nom: str) -> None:
    week = [(nom, nom, "scolaire", ECOLE, 7.5, 8.5), (f"{nom} 2", nom, "scolaire", ECOLE, VIDE, VIDE)]

    for figure in (
        dessiner("places", tableau_places((nom, f"Type {nom}", nom, 12.0), (nom, nom, "", VIDE)), 473.0),
        dessiner("ages", tableau_ages((nom, nom, 2.0, 10.0)), TRANCHES),
        dessiner("semaine", tableau_semaine(*week)),
    ):
        verifier(figure)


def test_les_memes_tables_donnent_les_memes_octets_et_restent_intactes() -> None:
    tables = (tableau_places(("A", "Crèche", "publique", 40.0)), tableau_ages(("A", "Un", 2.0, 10.0)), TRANCHES)
    week = tableau_semaine(("A", "Accueil", "scolaire", ECOLE, 7.5, 8.5))
    before = [table.copy(deep=True) for table in (*tables, week)]

    drawn = [
        (dessiner("places", tables[0], 100.0), dessiner("ages", *tables[1:]), dessiner("semaine", week))
        for _ in range(2)
    ]

    assert [dessins(figure) for figure in drawn[0]] == [dessins(figure) for figure in drawn[1]]
    for table, kept in zip((*tables, week), before, strict=True):
        pd.testing.assert_frame_equal(table, kept)
