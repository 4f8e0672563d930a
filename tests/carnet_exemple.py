"""An executed notebook made by hand: every kind of output of a report, and texts that try to be
something else.
"""

from __future__ import annotations

import nbformat
import pandas as pd

from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Couverture,
    Dessin,
    Encadre,
    Logo,
    liste,
    sous_titre,
)
from ctglib.document.tableau import Colonne, Tableau

PIEGES = (
    "<script>alert(1)</script>",
    "{{7*7}}",
    "$x$ et $$y$$",
    "#let x = 1",
    "=1+1",
    "m" * 5000,
    '[a](b) *c* _d_ `e` @f \\g <b>h</b> "i" // j',
    "\u202eإ 😀 \x07",
)
COLONNES = (
    Colonne("a", "Indicateur"),
    Colonne("b", "Harnes", numerique=True, groupe="Variation sur 5 ans"),
    Colonne("c", "Pas-de-Calais", numerique=True, groupe="Variation sur 5 ans"),
    Colonne("d", "Écart", numerique=True),
)
SVG = (
    '<svg role="img" aria-label="Deux points : 12 et 15 % &amp; plus" viewBox="0 0 100 40" width="100" height="40" '
    'xmlns="http://www.w3.org/2000/svg"><circle cx="12" cy="20" r="4"/><circle cx="15" cy="20" r="4"/></svg>'
)


def tableau(premiers: tuple[str, ...] = PIEGES, lignes: int = 60) -> Tableau:
    """Return a table that runs over several pages and begins with these labels."""
    labels = [*premiers, *(f"Ligne {rang}" for rang in range(lignes))]
    cells = pd.DataFrame(
        {"a": labels, "b": "12\u202f324", "c": "53,9\u202f%", "d": "+4,9\u00a0points"}
    )
    half = len(labels) // 2
    groupes = ("Effectifs",) * half + ("Parts",) * (len(labels) - half)
    return Tableau(
        "essai",
        "Un tableau, Harnes, 2020",
        COLONNES,
        cells,
        cells,
        "Caf",
        groupes=groupes,
        notes=("Note.",),
    )


def figure() -> Dessin:
    """Return a chart with its numbers."""
    numbers = Tableau(
        "points",
        "les points",
        COLONNES,
        tableau().cellules.tail(2),
        tableau().donnees.tail(2),
        "Caf",
    )
    return Dessin(
        "points",
        "Où sont les points ?",
        "Deux points : 12 et 15 % & plus",
        SVG,
        SVG,
        "le point vaut 12 %.",
        "Caf",
        numbers.__class__(**{**numbers.__dict__, "donnees_de": "points"}),
    )


def carnet(*, premiers: tuple[str, ...] = PIEGES) -> nbformat.NotebookNode:
    """Return the executed notebook."""
    couverture = Couverture(
        sujet="Convention territoriale globale 2023–2026",
        territoire="Harnes",
        mentions=(("Période", "2023–2026"), ("Statut", "définitif")),
        logos=(Logo("Ville de Harnes", None), Logo("Caf du Pas-de-Calais", SVG.encode())),
        source="Source : Caf du Pas-de-Calais.",
        date="2023-01-01",
    )
    synthese = Colonnes(
        (sous_titre("Points forts") + liste(["un"]), sous_titre("Besoins") + liste(["deux"]))
    )
    cells = [
        nbformat.v4.new_markdown_cell("# Diagnostic d'essai"),
        montrer(couverture),
        nbformat.v4.new_markdown_cell("## Synthèse"),
        montrer(liste(["12\u202f324 habitants en 2018"] * 12)),
        montrer(synthese),
        nbformat.v4.new_markdown_cell("## Cadrage\n\nQui vit sur le territoire ?"),
        montrer(liste(premiers)),
        montrer(tableau(premiers)),
        montrer(figure()),
        montrer(Encadre(("Hypothèse de travail.",))),
        nbformat.v4.new_markdown_cell("## Sources"),
    ]
    return nbformat.v4.new_notebook(cells=cells)


def montrer(objet: Bloc) -> nbformat.NotebookNode:
    """Return an executed cell that shows an object of a document."""
    cell = nbformat.v4.new_code_cell("montrer()")
    cell.outputs = [nbformat.v4.new_output("display_data", data=objet._repr_mimebundle_())]
    return cell
