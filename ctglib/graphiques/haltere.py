"""Dumbbells: the rates of a territory and of its reference, one row an indicator, sorted by gap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import enumerer, nombre
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.echelle import echelle
from ctglib.graphiques.rangees import (
    GOUTTIERE,
    LIGNE_DES_NOMS,
    poser_axe,
    poser_noms,
    poser_note,
    poser_rangees,
)

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

ENTETE = 17.0
ECART_DU_TEXTE = 7.0


@dataclass(frozen=True)
class Marque:
    """One end of a dumbbell; ``valeur`` is missing when ``texte`` says why."""

    valeur: float
    texte: str
    forme: str
    couleur: str
    nom: str

    @property
    def en_gras(self) -> bool:
        """Return whether its text stands out: the territory's does."""
        return self.forme == "disque"


def haltere(comparaison: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure:
    """Return the dumbbell chart of a comparison, from the highest gap to the lowest; rows without a gap come last.

    Args:
        comparaison: Rows of ``ctglib.calculs.comparaison.comparer``, at least one, whose values share a scale.
        contexte: The words, the two territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.

    Raises:
        ValueError: The rows mix units that do not share a scale.
    """
    _refuser_deux_echelles(comparaison)
    rows = comparaison.sort_values("ecart", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    texts = _textes(rows, contexte)
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, texts, contexte),
        alt=_alt(texts, contexte),
        lecture=_lecture(texts, contexte),
        chiffres=_chiffres(rows, texts, contexte),
    )


def _refuser_deux_echelles(comparaison: pd.DataFrame) -> None:
    """Raise when the units do not share a scale: rates do (in %, for 100), anything else only with itself."""
    kinds, units = set(comparaison["ecart_type"]), set(comparaison["unite"])
    if len(units) > 1 and kinds != {"points"}:
        message = f"Un graphique en haltères ne mêle pas ces unités : {', '.join(sorted(units))}."
        raise ValueError(message)


def _textes(rows: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the rows with what is shown of them, in the columns ``texte…``, ``ecart_nu`` and ``symbole``."""
    return rows.assign(
        texte=[contexte.valeur(r.indicateur, r.valeur, r.statut) for r in rows.itertuples()],
        texte_reference=[
            contexte.valeur(r.indicateur, r.valeur_reference, r.statut_reference) for r in rows.itertuples()
        ],
        texte_ecart=[
            "–" if pd.isna(r.ecart) else contexte.ecart(r.indicateur, r.ecart, r.ecart_type) for r in rows.itertuples()
        ],
        ecart_nu=[
            "–" if pd.isna(r.ecart) else nombre(r.ecart, contexte.indicateurs[r.indicateur].decimales, signe=True)
            for r in rows.itertuples()
        ],
        symbole=[contexte.unites[unite].symbole for unite in rows["unite"]],
    )


def _dessiner(planche: Planche, rows: pd.DataFrame, contexte: Contexte) -> float:
    percent = set(rows["symbole"]) == {"%"}
    gaps = rows["ecart_nu"] if percent else rows["texte_ecart"]
    header = "Écart, en points" if percent else "Écart"
    heading = planche.mesurer(header)
    right = max(heading, *(planche.mesurer(text, gras=True) for text in gaps)) + GOUTTIERE
    rangees = poser_rangees(planche, list(rows["libelle"]), ENTETE, premiere=planche.interligne + 3)
    scale = _echelle(planche, rows, rangees.gauche, planche.largeur - right)
    bottom = poser_axe(planche, scale, ENTETE - 2, rangees.bas, symbole="%" if percent else "")
    planche.texte(planche.largeur, LIGNE_DES_NOMS, header, ancre="right", couleur=planche.couleurs.secondaire)
    for y, row, gap in zip(rangees.centres, rows.itertuples(), gaps, strict=True):
        _rangee(planche, scale, y, _marques(planche, row, contexte), comparable=pd.notna(row.ecart))
        planche.texte(planche.largeur, y, gap, ancre="right", gras=True)
    if planche.etroite:
        _noms(planche, scale, rangees.centres[0] - planche.interligne - 3, rows, contexte)
    else:
        _noms(planche, scale, LIGNE_DES_NOMS, rows, contexte, droite=planche.largeur - heading - GOUTTIERE)
    symbols = list(dict.fromkeys(rows["symbole"]))
    if len(symbols) == 1:
        return bottom
    return poser_note(planche, rangees.gauche, bottom, f"Échelle commune, en {enumerer(symbols)}.")


def _echelle(planche: Planche, rows: pd.DataFrame, gauche: float, droite: float) -> Echelle:
    """Return a scale as wide as its zone allows once every value has its text beside its mark."""
    values = [*rows["valeur"], *rows["valeur_reference"]]
    texts = [*rows["texte"], *rows["texte_reference"]]
    widths = [planche.mesurer(text, gras=True) + ECART_DU_TEXTE for text in texts]
    widest = max(widths)
    sure = echelle(values, gauche + widest, droite - widest, zero=True)
    places = [(sure.x(value), width) for value, width in zip(values, widths, strict=True) if pd.notna(value)]
    if len(places) < len(values):
        return sure
    left = max(width - (x - sure.gauche) for x, width in places)
    right = max(width - (sure.droite - x) for x, width in places)
    return replace(sure, gauche=gauche + max(left, 0), droite=droite - max(right, 0))


def _marques(planche: Planche, row: object, contexte: Contexte) -> list[Marque]:
    """Return the reference's mark, then the territory's, which is drawn over it."""
    own, other = contexte.territoire, contexte.reference
    return [
        Marque(row.valeur_reference, row.texte_reference, "losange", planche.couleurs.reference, other.nom),
        Marque(row.valeur, row.texte, "disque", planche.couleurs.territoire, own.nom),
    ]


def _rangee(planche: Planche, scale: Echelle, y: float, marques: list[Marque], comparable: bool) -> None:
    present = sorted((mark for mark in marques if pd.notna(mark.valeur)), key=lambda mark: mark.valeur)
    if not present:
        words = " / ".join(dict.fromkeys(mark.texte for mark in marques if mark.texte)) or "–"
        planche.texte(scale.gauche, y, words, couleur=planche.couleurs.absence, fond=True)
        return
    if comparable:
        planche.trait([(scale.x(mark.valeur), y) for mark in present], planche.couleurs.filet, 2.4)
    for mark in marques:
        if pd.notna(mark.valeur):
            planche.marque(scale.x(mark.valeur), y, mark.forme, mark.couleur)
    first, last = present[0], present[-1]
    if first is last:
        last = next(mark for mark in marques if mark is not first)
    left, right = scale.x(first.valeur), scale.x(present[-1].valeur)
    planche.texte(left - ECART_DU_TEXTE, y, first.texte, ancre="right", couleur=first.couleur, gras=first.en_gras)
    planche.texte(right + ECART_DU_TEXTE, y, last.texte or "–", couleur=last.couleur, gras=last.en_gras)


def _noms(
    planche: Planche, scale: Echelle, y: float, rows: pd.DataFrame, contexte: Contexte, droite: float | None = None
) -> None:  # fmt: skip
    """Name both marks above those of the first row that has them, or at the start of the scale when none has."""
    marks = _marques(planche, next(rows.itertuples()), contexte)
    values = [rows[column].dropna() for column in ("valeur_reference", "valeur")]
    places = [
        (scale.x(found.iloc[0]) if len(found) else scale.gauche, mark.nom, mark.couleur)
        for mark, found in zip(marks, values, strict=True)
    ]
    poser_noms(planche, y, sorted(places, key=lambda place: place[0]), droite)


def _phrase(row: object, contexte: Contexte) -> str:
    gap = "" if row.texte_ecart == "–" else f" (écart : {row.texte_ecart})"
    own = row.texte or "valeur absente"
    other = row.texte_reference or "valeur absente"
    return f"« {row.libelle} » : {own} {contexte.territoire.a}, {other} {contexte.reference.a}{gap}"


def _alt(rows: pd.DataFrame, contexte: Contexte) -> str:
    first, last = rows.iloc[0], rows[rows["ecart"].notna()].tail(1)
    count = f"{len(rows)} indicateurs, de l'écart le plus haut au plus bas" if len(rows) > 1 else "Un indicateur"
    ends = [_phrase(first, contexte)]
    if len(last) and last.index[0] != first.name:
        ends.append(_phrase(last.iloc[0], contexte))
    return f"{count}, {contexte.territoire.nom} et {contexte.reference.nom}. {' ; '.join(ends)}."


def _lecture(rows: pd.DataFrame, contexte: Contexte) -> str:
    complete = rows[rows["ecart"].notna()]
    row = (complete if len(complete) else rows).iloc[0]
    year = "" if pd.isna(row["annee"]) else f"en {int(row['annee'])}, "
    return f"{year}{_phrase(row, contexte)}."


def _chiffres(rows: pd.DataFrame, texts: pd.DataFrame, contexte: Contexte) -> Chiffres:
    columns = (
        Colonne("libelle", "Indicateur"),
        Colonne("annee", "Année", numerique=True),
        Colonne("texte", contexte.territoire.nom, numerique=True),
        Colonne("texte_reference", contexte.reference.nom, numerique=True),
        Colonne("texte_ecart", "Écart", numerique=True),
    )
    cells = texts[[column.cle for column in columns]].assign(
        annee=["–" if pd.isna(year) else str(int(year)) for year in texts["annee"]]
    )
    kept = [
        "indicateur",
        "libelle",
        "unite",
        "annee",
        "valeur",
        "statut",
        "valeur_reference",
        "statut_reference",
        "ecart",
    ]
    return Chiffres(columns, cells, rows[kept])
