"""The charts draw every value of the data, in both sizes, without a text that leaves the frame or covers another."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
from analyse_exemple import ICI, LA, UNITES, contexte, indicateur, lignes
from dessin_svg import chevauchements, debords, mots, racine, tailles
from hypothesis import given, settings
from hypothesis import strategies as st
from test_svg import HOSTILE

from ctglib.analyse.comparaison import comparer
from ctglib.analyse.radar import indices
from ctglib.donnees.modeles.catalogue import AxeRadar, Radar
from ctglib.rapport.charte import charte
from ctglib.rapport.figure import Figure
from ctglib.rapport.graphiques.haltere import haltere
from ctglib.rapport.graphiques.points_indices import points_indices
from ctglib.rapport.graphiques.radar import radar

LONG = "Part des allocataires dont les ressources dépendent entièrement des prestations familiales et sociales versées"
VIDE = float("nan")
CAS = {
    "ordinaire": [(15.9, 15.1), (37.0, 44.4), (59.4, 53.9)],
    "toutes égales": [(8.7, 8.7)] * 4,
    "une seule rangée": [(8.7, 8.7)],
    "toutes nulles": [(0.0, 0.0), (0.0, 0.0)],
    "presque égales": [(36.3, 36.4), (0.0, 0.1), (99.9, 100.0)],
    "négatives": [(-12.4, 3.6), (-0.4, -45.9), (17.6, -4.3)],
    "un côté absent": [(15.9, VIDE), (VIDE, 44.4), (59.4, 53.9)],
    "rien que des absences": [(VIDE, VIDE), (VIDE, 44.4)],
    "très différentes": [(0.1, 99.9), (0.2, 0.1), (1200.5, 80.0)],
    "treize": [(10.0 + rank, 10.0 + 2 * (rank % 5)) for rank in range(13)],
}
LIBELLES = {"courts": "Part", "longs": LONG, "hostiles": HOSTILE, "interminables": "m" * 5000}
TAILLES = ("large", "etroit")
VALEUR = st.one_of(st.just(VIDE), st.floats(0, 150).map(lambda value: round(value, 1)))
PAIRES = st.lists(st.tuples(VALEUR, VALEUR), min_size=1, max_size=6)


def _lignes(valeurs: list[tuple[float, float]], unite: str = "pourcent") -> pd.DataFrame:
    rows = []
    for rank, pair in enumerate(valeurs):
        for code, value in zip((ICI.code, LA.code), pair, strict=True):
            rows.append((f"i{rank}", code, 2020, value, None, unite, "A" if value == value else "L"))
    return lignes(*rows)


def _haltere(valeurs: list[tuple[float, float]], libelle: str = "Part", unite: str = "pourcent") -> Figure:
    items = {
        f"i{rank}": indicateur(f"i{rank}", unite, libelle=f"{rank} {libelle}", bornes=(-100, None))
        for rank in range(len(valeurs))
    }
    table = comparer(_lignes(valeurs, unite), items, UNITES, ICI.code, LA.code)
    return haltere(table, contexte(items), nom="essai", titre="Un titre")


def _radar(nombre: int, libelle: str = "Axe", transformation: str = "direct") -> Radar:
    axes = [
        AxeRadar(indicateur=f"i{rank}", libelle=f"{libelle} {rank}", transformation=transformation) for rank in range(nombre)
    ]
    return Radar(
        avertissement="Hypothèse.", formule="Formule.", groupe_de_reference="Le département.", seuil_bas=80,
        seuil_haut=120, axes=axes,
    )  # fmt: skip


def _indices(
    genre: object, valeurs: list[tuple[float, float]], libelle: str = "Axe", transformation: str = "direct"
) -> Figure:
    model = _radar(len(valeurs), libelle, transformation)
    items = {axe.indicateur: indicateur(axe.indicateur) for axe in model.axes}
    table = indices(_lignes(valeurs), model, ICI.code, LA.code)
    return genre(table, model, contexte(items), nom="essai", titre="Un titre")


def _dessins(figure: Figure) -> dict[str, str]:
    return {"large": figure.svg_large, "etroit": figure.svg_etroit}


def _verifier(figure: Figure) -> None:
    for taille, svg in _dessins(figure).items():
        assert debords(svg) == [], taille
        assert chevauchements(svg) == [], taille
        assert min(tailles(svg)) >= 9
        assert racine(svg).get("aria-label") == figure.alt


@pytest.mark.parametrize("valeurs", CAS.values(), ids=CAS)
@pytest.mark.parametrize("libelle", LIBELLES.values(), ids=LIBELLES)
def test_une_haltere_tient_dans_son_cadre_sans_texte_sur_un_autre(
    valeurs: list[tuple[float, float]], libelle: str
) -> None:
    _verifier(_haltere(valeurs, libelle))


@given(PAIRES)
@settings(max_examples=25, deadline=None)
def test_une_haltere_de_valeurs_quelconques_tient_dans_son_cadre(valeurs: list[tuple[float, float]]) -> None:
    _verifier(_haltere(valeurs))


@pytest.mark.parametrize("taille", TAILLES)
def test_une_haltere_nomme_chaque_indicateur_et_ecrit_ses_deux_valeurs_et_son_ecart(taille: str) -> None:
    said = mots(_dessins(_haltere([(15.9, 15.1), (37.0, 44.4)]))[taille])

    for expected in ("0 Part", "1 Part", "15,9\u202f%", "15,1\u202f%", "+0,8", "37,0\u202f%", "44,4\u202f%", "−7,4"):
        assert expected in said
    assert {"Exemple", "Ain", "Écart, en points"} <= {item for item in said.split(" ")} | {"Écart, en points"}
    assert "Écart, en points" in said


@pytest.mark.parametrize("taille", TAILLES)
def test_une_haltere_range_les_ecarts_du_plus_haut_au_plus_bas(taille: str) -> None:
    said = mots(_dessins(_haltere([(10.0, 20.0), (30.0, 10.0), (5.0, VIDE), (12.0, 10.0)]))[taille])

    assert [said.index(f"{rank} Part") for rank in (1, 3, 0, 2)] == sorted(said.index(f"{rank} Part") for rank in range(4))


@pytest.mark.parametrize("taille", TAILLES)
def test_une_valeur_absente_est_un_mot_et_n_a_pas_d_ecart(taille: str) -> None:
    figure = _haltere([(15.9, VIDE), (37.0, 44.4)])

    assert "non transmis" in mots(_dessins(figure)[taille])
    assert list(figure.tableau.cellules["texte_ecart"]) == ["−7,4\u00a0points", "–"]


def test_deux_taux_pour_cent_partagent_une_echelle_et_le_disent() -> None:
    items = {"i0": indicateur("i0"), "i1": indicateur("i1", "pour_100")}
    rows = pd.concat([_lignes([(20.0, 30.0)]), _lignes([(0, 0), (34.1, 51.5)], "pour_100").iloc[2:]])
    table = comparer(rows, items, UNITES, ICI.code, LA.code)

    figure = haltere(table, contexte(items), nom="essai", titre="Un titre")

    _verifier(figure)
    assert "Échelle commune, en\u202f% et pour 100." in mots(figure.svg_large)
    assert "34,1\u00a0pour 100" in mots(figure.svg_etroit)


def test_une_haltere_refuse_des_unites_sans_echelle_commune() -> None:
    items = {"i0": indicateur("i0"), "i1": indicateur("i1", "euros_par_habitant")}
    rows = pd.concat([_lignes([(20.0, 30.0)]), _lignes([(0, 0), (1038, 1200)], "euros_par_habitant").iloc[2:]])
    table = comparer(rows, items, UNITES, ICI.code, LA.code)

    with pytest.raises(ValueError, match="ne mêle pas ces unités : euros_par_habitant, pourcent"):
        haltere(table, contexte(items), nom="essai", titre="Un titre")


def test_l_echelle_d_une_haltere_part_de_zero_pour_que_l_ecart_se_compare() -> None:
    assert "0\u202f%" in mots(_haltere([(25.5, 28.2), (34.9, 31.8)]).svg_large).split(" ")


def test_le_texte_de_remplacement_et_la_lecture_d_une_haltere_disent_les_vrais_chiffres() -> None:
    figure = _haltere([(15.9, 15.1), (37.0, 44.4)])

    assert "2 indicateurs" in figure.alt
    for expected in ("15,9\u202f%", "15,1\u202f%", "37,0\u202f%", "44,4\u202f%", "−7,4\u00a0points"):
        assert expected in figure.alt
    assert figure.lecture.startswith("en 2020, « 0 Part » : 15,9\u202f% à Exemple, 15,1\u202f% dans l'Ain")
    assert list(figure.tableau.donnees["valeur"]) == [15.9, 37.0]


GENRES = {"points": points_indices, "radar": radar}
CAS_INDICES = {
    "ordinaire": [(105.0, 100.0), (128.0, 100.0), (66.0, 100.0), (100.0, 100.0)],
    "treize": [(80.0 + 6 * rank, 100.0) for rank in range(13)],
    "vingt": [(60.0 + 5 * rank, 100.0) for rank in range(20)],
    "toutes égales": [(50.0, 50.0)] * 13,
    "toutes nulles": [(0.0, 50.0)] * 5,
    "hors échelle": [(5.0, 0.1), (50.0, 50.0), (0.0, 20.0), (61.0, 60.0)],
    "des absences": [(VIDE, 50.0), (50.0, 50.0), (60.0, VIDE), (40.0, 50.0), (3.0, 0.0)],
    "une seule présence": [(VIDE, 50.0), (60.0, 50.0), (60.0, VIDE)],
    "rien que des absences": [(VIDE, 50.0)] * 3,
}


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
@pytest.mark.parametrize("valeurs", CAS_INDICES.values(), ids=CAS_INDICES)
@pytest.mark.parametrize("libelle", LIBELLES.values(), ids=LIBELLES)
def test_les_indices_tiennent_dans_leur_cadre_sans_texte_sur_un_autre(
    genre: object, valeurs: list[tuple[float, float]], libelle: str
) -> None:
    _verifier(_indices(genre, valeurs, libelle))


@given(st.lists(st.tuples(VALEUR, VALEUR), min_size=3, max_size=15), st.sampled_from(list(GENRES)))
@settings(max_examples=25, deadline=None)
def test_des_indices_quelconques_tiennent_dans_leur_cadre(valeurs: list[tuple[float, float]], genre: str) -> None:
    _verifier(_indices(GENRES[genre], valeurs))


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
@pytest.mark.parametrize("taille", TAILLES)
def test_chaque_axe_est_nomme_avec_son_indice_la_reference_et_les_seuils(genre: object, taille: str) -> None:
    said = mots(_dessins(_indices(genre, CAS_INDICES["treize"]))[taille])

    for rank in range(13):
        assert f"Axe {rank}" in said
        assert f" {80 + 6 * rank} " in f" {said} "
    for expected in ("Ain = 100", "80", "120", "Seuil"):
        assert expected in said


@pytest.mark.parametrize("taille", TAILLES)
def test_les_points_sont_ranges_du_plus_haut_indice_au_plus_bas(taille: str) -> None:
    said = mots(_dessins(_indices(points_indices, CAS_INDICES["ordinaire"]))[taille])

    assert sorted(range(4), key=lambda rank: said.index(f"Axe {rank}")) == [1, 0, 3, 2]


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
@pytest.mark.parametrize("taille", TAILLES)
def test_un_axe_absent_est_nomme_avec_sa_raison(genre: object, taille: str) -> None:
    figure = _indices(genre, CAS_INDICES["des absences"])
    said = mots(_dessins(figure)[taille])

    reasons = "Axe 0 (non transmis à Exemple), Axe 2 (non transmis dans l'Ain) et Axe 4 (valeur nulle)"
    assert f"Sans indice\u00a0: {reasons}." in said
    assert f"Sans indice : {reasons}." in figure.alt


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
@pytest.mark.parametrize("taille", TAILLES)
def test_un_indice_hors_de_l_echelle_garde_sa_valeur_et_le_dessin_le_dit(genre: object, taille: str) -> None:
    said = mots(_dessins(_indices(genre, CAS_INDICES["hors échelle"]))[taille])

    assert "5\u202f000" in said
    assert "s'arrête à 240" in said
    assert "s'arrête" not in mots(_dessins(_indices(genre, CAS_INDICES["ordinaire"]))[taille])


@pytest.mark.parametrize("genre", GENRES.values(), ids=GENRES)
def test_le_texte_de_remplacement_et_la_lecture_des_indices_disent_les_vrais_chiffres(genre: object) -> None:
    figure = _indices(genre, [(51.5, 34.1), (36.0, 30.0), (34.1, 51.5), (10.0, 10.0)], transformation="inverse")

    assert "Au seuil haut (120) ou au-delà : Axe 2 (151)." in figure.alt
    assert "Au seuil bas (80) ou en deçà : Axe 0 (66)." not in figure.alt
    assert "Axe 1 (83)" in figure.alt
    assert figure.lecture == (
        "en 2020, « Axe 2 » : 34,1\u202f% à Exemple, 51,5\u202f% dans l'Ain, soit un indice de 151 "
        "(rapport inversé, Ain = 100)."
    )
    assert list(figure.tableau.cellules["texte"]) == ["66", "83", "151", "100"]


def test_le_polygone_du_radar_s_ouvre_a_un_axe_absent() -> None:
    blue = charte().couleurs.territoire

    closed, opened = (_indices(radar, CAS_INDICES[cas]).svg_large for cas in ("ordinaire", "des absences"))

    def segments(svg: str) -> int:
        return sum(path.get("d").count("L") for path in racine(svg).iter() if path.get("stroke") == blue)

    legend = 1
    assert segments(closed) - legend == 4
    assert segments(opened) - legend == 0


def test_les_dessins_n_emploient_que_les_couleurs_de_la_charte() -> None:
    known = {*charte().couleurs.model_dump().values(), *charte().degrades.territoire, "none"}

    for figure in (_haltere(CAS["un côté absent"]), _indices(radar, CAS_INDICES["hors échelle"])):
        used = {item.get(kind) for item in racine(figure.svg_large).iter() for kind in ("fill", "stroke")} - {None}
        assert used <= known


def test_importer_un_graphique_ne_charge_pas_matplotlib() -> None:
    names = ("haltere", "points_indices", "radar")
    code = f"{'; '.join(f'import ctglib.rapport.graphiques.{name}' for name in names)}; import sys; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()

    assert "ctglib.rapport.graphiques.radar" in loaded
    assert "matplotlib" not in loaded
