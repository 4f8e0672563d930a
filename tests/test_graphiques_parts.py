"""Parts, grids and movements of a year's evaluation: lengths, shades, and what is hidden or missing
said in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from dessin_svg import mots, racine, textes, traits
from graphiques_annuels_exemple import (
    GRILLE,
    MOUVEMENTS,
    aplats,
    dessiner,
    lisible,
    tableau_grille,
    tableau_mouvements,
    tableau_parts,
    tableau_series,
)
from graphiques_exemple import TAILLES, dessins, verifier
from matplotlib.colors import to_rgb
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from ctglib.document.figure import charte

COULEURS = charte().couleurs
LUMINANCE = (0.2126, 0.7152, 0.0722)  # WCAG 2: of the parts of a colour of sRGB


def _contraste(une: str, autre: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    low, high = sorted(
        sum(
            weight * (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
            for weight, part in zip(LUMINANCE, to_rgb(colour), strict=True)
        )
        for colour in (une, autre)
    )
    return (high + 0.05) / (low + 0.05)


def _ecrits_sur_un_aplat(svg: str) -> list[tuple[str, str]]:
    """Return the colour of each text that lies on a coloured surface, and that of the surface."""
    fills = {item.get("fill") for item in racine(svg).iter() if item.tag.endswith("path")}
    surfaces = [(box, colour) for colour in fills - {"none"} for box in aplats(svg, colour)]
    inks = [item.get("fill") for item in racine(svg).iter() if item.tag.endswith("text")]
    pairs = []
    for text, ink in zip(textes(svg), inks, strict=True):
        across = (text.gauche + text.droite) / 2
        down = (text.haut + text.bas) / 2
        for (left, top, right, bottom), colour in surfaces:
            if left < across < right and top < down < bottom:
                pairs.append((ink, colour))
    return pairs


@pytest.mark.parametrize("nombre", range(1, 11))
def test_une_part_se_lit_sur_sa_nuance_et_aucune_nuance_ne_se_repete(nombre: int) -> None:
    table = tableau_parts(("Un", {f"m{rank}": 10.0 for rank in range(nombre)}))

    written = _ecrits_sur_un_aplat(dessiner("parts", table).svg_large)

    shades = list(dict.fromkeys(shade for _, shade in sorted(written)))
    assert len(written) == 2 * nombre  # the name of each part, and its share
    assert len(shades) == nombre
    assert min(_contraste(ink, shade) for ink, shade in written) >= 4.5


def test_la_premiere_part_est_la_plus_soutenue_et_les_suivantes_de_plus_en_plus_claires() -> None:
    table = tableau_parts(("Un", {f"m{rank}": 10.0 for rank in range(10)}))

    svg = dessiner("parts", table).svg_large

    fills = {item.get("fill") for item in racine(svg).iter() if item.tag.endswith("path")}
    across = sorted((aplats(svg, shade)[0][0], shade) for shade in fills - {"none"})
    light = [_contraste(shade, COULEURS.fond) for _, shade in across]
    assert light == sorted(light, reverse=True)


@pytest.mark.parametrize("taille", TAILLES)
@pytest.mark.parametrize(
    "valeurs",
    [(1e8, 9e8, 1e8, 9e8), (9e8, 5e8, 1e8, 9e8), (1e8, 1.2e8, 9e8, 8.8e8)],
    ids=["dents de scie", "creux", "marche"],
)
def test_aucune_ligne_ne_traverse_une_valeur_ecrite(
    valeurs: tuple[float, ...], taille: str
) -> None:
    given = dict(zip(range(2022, 2026), valeurs, strict=True))
    table = tableau_series(("Budget", "euros", "", given, None, None, None))

    svg = dessins(dessiner("trajectoires", table))[taille]

    curves = [
        Path([tuple(map(float, pair)) for pair in re.findall(r"([\d.-]+) ([\d.-]+)", drawn)])
        for item in racine(svg).iter()
        if item.get("stroke") == COULEURS.territoire and "L" in (drawn := item.get("d", ""))
    ]
    values = [box for box in textes(svg) if lisible(box.mot).endswith("00 000 €")]
    assert curves and len(values) >= 2
    for box in values:
        place = Bbox.from_extents(box.gauche, box.haut, box.droite, box.bas)
        assert not any(curve.intersects_bbox(place, filled=False) for curve in curves), box.mot


# The parts.


def hachures(svg: str) -> list:
    """Return the hatched surfaces."""
    starts = [item.get("d")[:40] for item in racine(svg).iter() if "url(#" in item.get("fill", "")]
    return [item for item in traits(svg) if item.mot.removeprefix("tracé ") in starts]


@pytest.mark.parametrize("taille", TAILLES)
def test_une_part_cachee_est_hachuree_et_dite_et_les_autres_ont_leur_longueur(taille: str) -> None:
    table = tableau_parts(("Séjours", {"a": 30.0, "b": 62.0, "c": "Q"}))

    svg = dessins(dessiner("parts", table))[taille]

    shades = charte().degrade
    widths = [right - left for shade in shades[:2] for left, _, right, _ in aplats(svg, shade)[:1]]
    assert widths[1] / widths[0] == pytest.approx(62 / 30, abs=0.01)
    hatched = [box.droite - box.gauche for box in hachures(svg)]
    assert max(hatched) / widths[0] == pytest.approx(8 / 30, abs=0.01)
    assert "secret" in mots(svg)


def test_deux_parts_cachees_ne_se_partagent_pas_en_deux_longueurs() -> None:
    figure = dessiner("parts", tableau_parts(("Séjours", {"a": 30.0, "b": "Q", "c": "Q"})))

    assert figure.svg_large.count('fill="url(#') == 1
    assert "b et c" in mots(figure.svg_large)
    assert list(figure.tableau.cellules["g0"]) == ["65,2", "secret", "secret"]


def test_les_parts_ont_une_ligne_par_modalite_et_une_colonne_par_groupe() -> None:
    table = tableau_parts(("Un", {"a": 30.0, "b": 70.0}), ("Deux", {"b": 2.0, "c": 2.0}))

    shown = dessiner("parts", table).tableau

    assert [column.libelle for column in shown.colonnes] == ["Modalité", "Un (%)", "Deux (%)"]
    assert shown.cellules.to_numpy().tolist() == [
        ["a", "30,0", "–"],
        ["b", "70,0", "50,0"],
        ["c", "–", "50,0"],
    ]


def test_une_modalite_garde_sa_nuance_d_un_groupe_a_l_autre() -> None:
    table = tableau_parts(("Un", {"a": 1.0, "b": 3.0}), ("Deux", {"b": 2.0, "a": 2.0}))

    svg = dessiner("parts", table).svg_large

    strong = [box for box in aplats(svg, charte().degrade[0]) if box[2] - box[0] > 10]
    (first, _, end, _), (second, *_) = strong
    assert second - first == pytest.approx(2 * (end - first), abs=0.1)


# The grid.


@pytest.mark.parametrize("taille", TAILLES)
def test_chaque_case_de_la_grille_porte_sa_valeur_ou_son_mot(taille: str) -> None:
    svg = dessins(dessiner("grille", GRILLE))[taille]

    said = [box.mot for box in textes(svg)]
    assert [said.count(text) for text in ("0", "1", "2", "3", "4")] == [3, 1, 1, 1, 1]
    assert lisible(mots(svg)).count("non transmis") == 2
    assert svg.count('fill="url(#') == 2


def test_la_case_la_plus_haute_a_la_nuance_la_plus_soutenue_et_zero_la_plus_claire() -> None:
    svg = dessiner("grille", GRILLE).svg_large

    shades = charte().degrade
    assert [len(aplats(svg, shade)) for shade in shades] == [1, 1, 1, 1, 3]


@pytest.mark.parametrize("taille", TAILLES)
def test_une_grille_a_signes_les_ecrit_et_passe_a_la_ligne_quand_les_colonnes_sont_nombreuses(
    taille: str,
) -> None:
    columns = {
        f"verdict {word}": 1
        for word in ("atteint", "insuffisant", "évaluable", "recul", "surveiller", "voie")
    }
    table = tableau_grille(("Fiche 1", columns)).assign(signe="●")

    figure = dessiner("grille", table)

    verifier(figure)
    said = lisible(mots(dessins(figure)[taille]))
    assert said.count("● 1") == 6
    assert "évaluable" in said


# Entries and exits.


@pytest.mark.parametrize("taille", TAILLES)
def test_les_entrees_montent_les_sorties_descendent_et_le_solde_est_ecrit(taille: str) -> None:
    svg = dessins(dessiner("entrees_sorties", tableau_mouvements((2023, 4, 8), (2024, 6, 2))))[
        taille
    ]

    up, down = (sorted(aplats(svg, shade)) for shade in charte().degrade[:2])
    assert [
        round((bottom - top) / (up[0][3] - up[0][1]), 2) for _, top, _, bottom in (*up, *down)
    ] == [1, 1.5, 2, 0.5]
    assert {bottom for *_, bottom in up} == {top for _, top, _, _ in down}
    said = {lisible(box.mot) for box in textes(svg)}
    assert {"Solde : −4", "Solde : +4", "Entrées", "Sorties"} <= said


@pytest.mark.parametrize("taille", TAILLES)
def test_une_annee_absente_est_hachuree_et_dite_et_son_solde_est_inconnu(taille: str) -> None:
    figure = dessiner("entrees_sorties", MOUVEMENTS)

    said = lisible(mots(dessins(figure)[taille]))
    assert said.count("non transmis") == 3
    assert said.count("inconnu") == 2
    assert "2024 : entrées non transmis, sorties 3, solde inconnu" in lisible(figure.alt)
    assert lisible(figure.lecture) == "en 2025, entrées : 6 ; sorties : 2 ; solde : +4."


FORMES: dict[str, Callable] = {
    "zéros": lambda: tableau_mouvements((2023, 0, 0)),
    "une seule": lambda: tableau_mouvements((2023, 1, "L")),
    "démesurées": lambda: tableau_mouvements((2023, 1, 123456), (2024, 0, 0)),
}


@pytest.mark.parametrize("cas", FORMES.values(), ids=FORMES)
def test_des_mouvements_extremes_se_dessinent(cas: Callable) -> None:
    verifier(dessiner("entrees_sorties", cas()))
