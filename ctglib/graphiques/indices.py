"""What the two charts of the radar's indices share: their words, their numbers, and where they stop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE, ranger
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import enumerer, nombre
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.echelle import pas_rond

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.catalogue import Radar
    from ctglib.graphiques.planche import Planche

BASE = 100.0
PLAFOND = 2.0  # a drawing stops at so many times the high threshold, so that one index does not crush the others
GRADUATIONS = 8


@dataclass(frozen=True)
class Axes:
    """The axes of a radar, ready to be drawn.

    Args:
        rows: The rows of ``ctglib.calculs.radar.indices``, with ``texte`` (the index), ``ici`` and ``la`` (both values)
            and ``raison`` (why there is no index).
        radar: The thresholds.
        contexte: The words.
    """

    rows: pd.DataFrame
    radar: Radar
    contexte: Contexte

    @cached_property
    def presents(self) -> pd.DataFrame:
        """Return the axes that have an index."""
        return self.rows[self.rows["niveau"] != "absent"]

    @cached_property
    def absents(self) -> pd.DataFrame:
        """Return the axes without one."""
        return self.rows[self.rows["niveau"] == "absent"]

    @cached_property
    def maximum(self) -> float:
        """Return the greatest index that a drawing shows at its place, a round number."""
        greatest = max([*self.presents["indice"], self.radar.seuil_haut, BASE])
        step = pas_rond(greatest / GRADUATIONS)
        return min(-(-greatest // step) * step, PLAFOND * self.radar.seuil_haut)

    @cached_property
    def reference(self) -> str:
        """Return the name of the line or circle at 100."""
        return f"{self.contexte.reference.nom} = {indice(BASE)}"

    def place(self, valeur: float) -> float:
        """Return the index where the drawing puts a value: its own, or the end of the scale."""
        return min(max(valeur, 0.0), self.maximum)

    def hors_echelle(self) -> str:
        """Return the sentence about the indices that do not fit, or "" when all do."""
        if all(self.place(value) == value for value in self.presents["indice"]):
            return ""
        end = indice(self.maximum)
        return f"Une flèche marque un indice hors de l'échelle, qui s'arrête à {end} : sa valeur est écrite."

    def sans_indice(self) -> str:
        """Return the axes without an index and why, as a sentence, or "" when all have one."""
        items = [f"{row.libelle} ({row.raison})" for row in self.absents.itertuples()]
        return f"Sans indice : {enumerer(items)}." if items else ""


def figure(axes: Axes, dessiner: Callable[[Planche], float], forme: str, *, nom: str, titre: str) -> Figure:
    """Return the figure of one of the two charts.

    Args:
        axes: The axes.
        dessiner: Draws on a sheet and returns the height it took.
        forme: What the chart is, to begin its alternative text.
        nom: Short name of the figure.
        titre: Its caption.
    """
    return assembler(
        Cartouche(nom, titre, axes.contexte.source),
        dessiner,
        alt=_alt(axes, forme),
        lecture=_lecture(axes),
        chiffres=_chiffres(axes),
    )


def axes(indices: pd.DataFrame, radar: Radar, contexte: Contexte) -> Axes:
    """Return the axes with their words."""
    rows = list(indices.itertuples())
    own = [_valeur(contexte, row.indicateur, row.valeur, row.statut) for row in rows]
    other = [_valeur(contexte, row.indicateur, row.valeur_reference, row.statut_reference) for row in rows]
    words = indices.reset_index(drop=True).assign(
        texte=[indice(row.indice) if row.niveau != "absent" else "–" for row in rows],
        ici=own,
        la=other,
        raison=[_raison(*item, contexte) for item in zip(rows, own, other, strict=True)],
    )
    return Axes(words, radar, contexte)


def indice(valeur: float) -> str:
    """Return an index as it is printed."""
    return nombre(valeur, DECIMALES_INDICE)


def seuil(valeur: float) -> str:
    """Return a threshold with the decimals it needs."""
    return nombre(valeur, 0 if valeur == int(valeur) else 1)


def _valeur(contexte: Contexte, indicateur: str, valeur: float, statut: str) -> str:
    return contexte.valeur(indicateur, valeur, statut) or "valeur absente"


def _raison(row: object, ici: str, la: str, contexte: Contexte) -> str:
    """Return why an axis has no index, or "" when it has one."""
    if row.niveau != "absent":
        return ""
    if pd.isna(row.valeur):
        return f"{ici} {contexte.territoire.a}"
    if pd.isna(row.valeur_reference):
        return f"{la} {contexte.reference.a}"
    return "valeur nulle" if 0 in (row.valeur, row.valeur_reference) else "années différentes"


def _alt(axes: Axes, forme: str) -> str:
    radar, present = axes.radar, axes.presents
    parts = [
        _groupe(present, "haut", f"Au seuil haut ({seuil(radar.seuil_haut)}) ou au-delà"),
        _groupe(present, "bas", f"Au seuil bas ({seuil(radar.seuil_bas)}) ou en deçà"),
        _groupe(present, "proche", "Entre les deux"),
        axes.sans_indice(),
    ]
    opening = f"{forme}, {len(axes.rows)} axes, {axes.contexte.territoire.nom}, {axes.reference}."
    return " ".join([opening, *(part for part in parts if part)])


def _groupe(rows: pd.DataFrame, niveau: str, debut: str) -> str:
    items = [f"« {row.libelle} » {row.texte}" for row in ranger(rows[rows["niveau"] == niveau]).itertuples()]
    return f"{debut} : {', '.join(items)}." if items else ""


def _lecture(axes: Axes) -> str:
    if axes.presents.empty:
        return axes.sans_indice()
    row = ranger(axes.presents).iloc[0]
    here, there = axes.contexte.territoire, axes.contexte.reference
    return (
        f"en {int(row['annee'])}, « {row['libelle']} » : {row['ici']} {here.a}, {row['la']} {there.a}, "
        f"soit un indice de {row['texte']} ({axes.reference})."
    )


def _chiffres(axes: Axes) -> Chiffres:
    here, there = axes.contexte.territoire.nom, axes.contexte.reference.nom
    columns = (
        Colonne("axe", "Axe"),
        Colonne("annee", "Année", numerique=True),
        Colonne("ici", here, numerique=True),
        Colonne("la", there, numerique=True),
        Colonne("texte", f"Indice ({axes.reference})", numerique=True),
    )
    rows = axes.rows
    cells = rows.assign(
        axe=[f"{rank}. {libelle}" for rank, libelle in enumerate(rows["libelle"], start=1)],
        annee=["–" if pd.isna(annee) else str(int(annee)) for annee in rows["annee"]],
    )
    return Chiffres(
        columns, cells[[column.cle for column in columns]], rows.drop(columns=["texte", "ici", "la", "raison"])
    )
