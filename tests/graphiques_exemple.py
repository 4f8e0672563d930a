"""Charts of the example, and what must hold for any of them."""

from __future__ import annotations

import pandas as pd
from analyse_exemple import ICI, LA, RENVERSEMENTS, UNITES, contexte, indicateur, lignes
from dessin_svg import chevauchements, debords, racine, tailles

from ctglib.calculs.comparaison import comparer, indices
from ctglib.document.figure import Figure
from ctglib.donnees.modeles.catalogue import AxeRadar, Radar
from ctglib.graphiques.points import haltere, points_indices

HOSTILE = "<script>alert(1)</script> & \"x\" 'y' {{7*7}} $x^2$ #let ]]> \\frac{1}{2}"
LONG = "Part des allocataires dont les ressources dépendent entièrement des prestations familiales et sociales versées"
VIDE = float("nan")
LIBELLES = {"courts": "Part", "longs": LONG, "hostiles": HOSTILE, "interminables": "m" * 5000}
TAILLES = ("large", "etroit")


def observations(valeurs: list[tuple[float, float]], unite: str = "pourcent") -> pd.DataFrame:
    rows = []
    for rank, pair in enumerate(valeurs):
        for code, value in zip((ICI.code, LA.code), pair, strict=True):
            rows.append(
                (f"i{rank}", code, 2020, value, None, unite, "A" if value == value else "L")
            )
    return lignes(*rows)


def figure_en_halteres(
    valeurs: list[tuple[float, float]], libelle: str = "Part", unite: str = "pourcent"
) -> Figure:
    bas = -100 if any(value < 0 for pair in valeurs for value in pair) else 0
    items = {
        f"i{rank}": indicateur(f"i{rank}", unite, libelle=f"{rank} {libelle}", bornes=(bas, None))
        for rank in range(len(valeurs))
    }
    table = comparer(observations(valeurs, unite), items, UNITES, ICI.code, LA.code)
    return haltere(table, contexte(items), nom="essai", titre="Un titre")


def modele(nombre: int, libelle: str = "Axe", *, renverse: bool = False) -> Radar:
    axes = [
        AxeRadar(indicateur=f"i{rank}", libelle=f"{libelle} {rank}", renverse=renverse)
        for rank in range(nombre)
    ]
    return Radar(
        avertissement="Hypothèse.",
        formule="Formule.",
        groupe_de_reference="Le département.",
        seuil_bas=80,
        seuil_haut=120,
        axes=axes,
        renversements=RENVERSEMENTS,
    )


def figure_des_indices(
    valeurs: list[tuple[float, float]],
    libelle: str = "Axe",
    *,
    renverse: bool = False,
    doutes: tuple[str, ...] = (),
) -> Figure:
    model = modele(len(valeurs), libelle, renverse=renverse)
    items = {axe.indicateur: indicateur(axe.indicateur) for axe in model.axes}
    rules = dict.fromkeys(items, "inverse")
    table = indices(
        observations(valeurs), model, (ICI.code, LA.code), renversements=rules, doutes=doutes
    )
    return points_indices(table, model, contexte(items), nom="essai", titre="Un titre")


def dessins(figure: Figure) -> dict[str, str]:
    return {"large": figure.svg_large, "etroit": figure.svg_etroit}


def verifier(figure: Figure) -> None:
    """Assert that both drawings hold in their frame, no text over another text or a mark, none too
    small to read.
    """
    for taille, svg in dessins(figure).items():
        assert debords(svg) == [], taille
        assert chevauchements(svg) == [], taille
        assert min(tailles(svg)) >= 9
        assert racine(svg).get("aria-label") == figure.alt
