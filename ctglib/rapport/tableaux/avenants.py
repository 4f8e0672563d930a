"""The table of the avenants: what each one changes, from what to what, from when (article 11)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, date_longue, majuscule

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.avenants import Avenant, Changement
    from ctglib.donnees.modeles.bilan import ReglesBilan

COLONNES = (
    Colonne("objet", "Ce qui change"),
    Colonne("ancien", "Avant"),
    Colonne("nouveau", "Après"),
    Colonne("effet", "À partir du"),
)
RIEN = "–"
SANS_CHANGEMENT = "Aucun changement suivi par le classeur"


def tableau_avenants(avenants: Iterable[Avenant], regles: ReglesBilan, contexte: Contexte, annee: int) -> Tableau:
    """Return one group an avenant, one row a change.

    Args:
        avenants: Those signed up to the year, in order.
        regles: The words of what is changed.
        contexte: The words of the indicators, the source.
        annee: Year of the bilan.
    """
    groups, cells, data = [], [], []
    for item in avenants:
        title = f"Avenant n°{INSECABLE}{item.numero} du {date_longue(item.date)} : {item.objet} ({item.reference})"
        rows = [_cellules(change, regles, contexte) for change in item.changements]
        rows = rows or [[SANS_CHANGEMENT, *[RIEN] * 3]]
        cells += rows
        groups += [title] * len(rows)
        data += [{"avenant": item.numero, "date": item.date, **change.model_dump()} for change in item.changements]
    names = ["avenant", "date", "nature", "element", "ancien", "nouveau", "annee", "effet"]
    return Tableau(
        nom="avenants",
        titre=f"Avenants signés, {contexte.territoire.nom}, jusqu'en {annee}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=pd.DataFrame(data, columns=names),
        source=contexte.source,
        groupes=tuple(groups),
        classe="texte-long",
    )


def _cellules(change: Changement, regles: ReglesBilan, contexte: Contexte) -> list[str]:
    kind = regles.natures_d_avenant[change.nature]
    known = contexte.indicateurs.get(str(change.element))
    element = known.libelle if known else "" if change.element is None else str(change.element)
    head = f"{kind} : {element}" if known else f"{kind} {element}".strip()
    after = _valeur(change.nouveau, change, contexte)
    year = f" en {change.annee}" if change.annee else ""
    return [
        head,
        majuscule(_valeur(change.ancien, change, contexte)),
        majuscule(after) + year,
        date_longue(change.effet),
    ]


def _valeur(ecrit: float | str | None, change: Changement, contexte: Contexte) -> str:
    """Return what an avenant writes: a target with the unit of its indicator, a day in full, words as they are."""
    if ecrit is None:
        return RIEN
    if isinstance(ecrit, float | int):
        known = str(change.element) in contexte.indicateurs
        return contexte.valeur(str(change.element), float(ecrit)) if known else str(ecrit)
    return _jour(ecrit) if change.nature == "duree" else ecrit


def _jour(ecrit: str) -> str:
    """Return a day in full; the one before may be written in words."""
    try:
        return date_longue(date.fromisoformat(ecrit))
    except ValueError:
        return ecrit
