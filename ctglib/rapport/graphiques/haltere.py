"""Dumbbells: the rates of a territory and of its reference, one row an indicator, sorted by gap."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.rapport.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.rapport.graphiques.echelle import echelle
from ctglib.rapport.graphiques.rangees import GOUTTIERE, gauche_des_marques, poser_axe, poser_noms, poser_rangees
from ctglib.rapport.tableau import Colonne
from ctglib.rapport.typographie import nombre

if TYPE_CHECKING:
    from ctglib.rapport.contexte import Contexte
    from ctglib.rapport.figure import Figure
    from ctglib.rapport.graphiques.echelle import Echelle
    from ctglib.rapport.graphiques.planche import Planche

ENTETE = 26.0
ECART_DU_TEXTE = 7.0


def haltere(comparaison: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure:
    """Return the dumbbell chart of a comparison, the greatest gap first; rows without a gap come last.

    Args:
        comparaison: Rows of ``ctglib.analyse.comparaison.comparer`` whose values share a scale.
        contexte: The words, the two territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    rows = comparaison.sort_values("ecart", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    texts = _textes(rows, contexte)
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, texts, contexte),
        alt=_alt(texts, contexte),
        lecture=_lecture(texts, contexte),
        chiffres=_chiffres(rows, texts, contexte),
    )


def _textes(rows: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the rows with what is shown of each value: ``texte``, ``texte_reference``, ``texte_ecart``, ``ecart_nu``."""
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
    right = max(planche.mesurer(text, gras=True) for text in [header, *gaps])
    rangees = poser_rangees(planche, list(rows["libelle"]), ENTETE, premiere=planche.interligne + 3, reserve=0)
    margin = max(planche.mesurer(text, gras=True) for text in [*rows["texte"], *rows["texte_reference"]])
    margin += ECART_DU_TEXTE
    left = gauche_des_marques(planche) + margin
    scale = echelle([*rows["valeur"], *rows["valeur_reference"]], left, planche.largeur - right - GOUTTIERE - margin)
    bottom = poser_axe(planche, scale, ENTETE - 2, rangees.bas, symbole="%" if percent else "")
    planche.texte(planche.largeur, 7, header, ancre="right", couleur=planche.couleurs.secondaire)
    for y, row, gap in zip(rangees.centres, rows.itertuples(), gaps, strict=True):
        _rangee(planche, scale, y, row, contexte)
        planche.texte(planche.largeur, y, gap, ancre="right", gras=True)
    names = rangees.centres[0] - planche.interligne - 3 if planche.etroite else 7 + planche.interligne
    _noms(planche, scale, names, next(rows.itertuples()), contexte)
    return bottom if scale.part_de_zero else _avertir(planche, bottom)


def _rangee(planche: Planche, scale: Echelle, y: float, row: object, contexte: Contexte) -> None:
    marks = [
        (row.valeur, row.texte, "disque", planche.couleurs.territoire, contexte.territoire.nom),
        (row.valeur_reference, row.texte_reference, "losange", planche.couleurs.reference, contexte.reference.nom),
    ]
    present = sorted((mark for mark in marks if pd.notna(mark[0])), key=lambda mark: mark[0])
    if not present:
        planche.texte(scale.gauche, y, row.texte or row.texte_reference, couleur=planche.couleurs.absence)
        return
    if len(present) == 2:
        planche.trait([(scale.x(present[0][0]), y), (scale.x(present[1][0]), y)], planche.couleurs.filet, 2.4)
    for rank, (value, text, forme, couleur, _) in enumerate(present):
        side = -1 if rank == 0 else 1
        planche.marque(scale.x(value), y, forme, couleur)
        planche.texte(scale.x(value) + side * ECART_DU_TEXTE, y, text, ancre="right" if side < 0 else "left",
                      couleur=couleur, gras=forme == "disque")  # fmt: skip
    if len(present) == 1:
        _dire_l_absence(planche, scale, y, present[0][0], next(mark for mark in marks if pd.isna(mark[0])))


def _dire_l_absence(planche: Planche, scale: Echelle, y: float, value: float, absent: tuple) -> None:
    """Put the word of the absent value at the right of the only mark, or after the left value when there is no room."""
    word = absent[1] or "–"
    room = planche.largeur - scale.x(value)
    del room
    planche.texte(scale.x(value) + ECART_DU_TEXTE, y, word, couleur=planche.couleurs.absence)


def _noms(planche: Planche, scale: Echelle, y: float, row: object, contexte: Contexte) -> None:
    names = [
        (row.valeur, contexte.territoire.nom, planche.couleurs.territoire),
        (row.valeur_reference, contexte.reference.nom, planche.couleurs.reference),
    ]
    present = [(scale.x(value), name, couleur) for value, name, couleur in names if pd.notna(value)]
    if present:
        poser_noms(planche, y, sorted(present, key=lambda item: item[0]))


def _avertir(planche: Planche, bottom: float) -> float:
    planche.texte(planche.largeur, bottom + 6, "L'échelle ne part pas de zéro.", ancre="right",
                  couleur=planche.couleurs.secondaire)  # fmt: skip
    return bottom + 13


def _phrase(row: object, contexte: Contexte) -> str:
    gap = "" if row.texte_ecart == "–" else f" (écart : {row.texte_ecart})"
    own = row.texte or "valeur absente"
    other = row.texte_reference or "valeur absente"
    return f"« {row.libelle} » : {own} {contexte.territoire.a}, {other} {contexte.reference.a}{gap}"


def _alt(rows: pd.DataFrame, contexte: Contexte) -> str:
    first, last = rows.iloc[0], rows[rows["ecart"].notna()].tail(1)
    count = f"{len(rows)} indicateurs, du plus grand écart au plus petit" if len(rows) > 1 else "Un indicateur"
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
    kept = ["indicateur", "libelle", "unite", "annee", "valeur", "statut", "valeur_reference", "statut_reference", "ecart"]
    return Chiffres(columns, cells, rows[kept])
