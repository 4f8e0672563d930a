"""Small multiples: one panel an indicator, its points by year, its target, and in words what is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.typographie import INSECABLE, avec_unite, compter, enumerer, minuscule
from ctglib.graphiques.assemblage import Cartouche, assembler
from ctglib.graphiques.chiffres_annuels import chiffres_annuels
from ctglib.graphiques.panneau import hauteur_du_titre, poser_panneau, poser_remarques
from ctglib.graphiques.rangees import poser_note
from ctglib.graphiques.serie import Cible, Point, Serie, Signe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

PROPRE_ECHELLE = "Chaque panneau a sa propre échelle, à partir de zéro."
DEPUIS_ZERO = "L'échelle part de zéro."
ENTRE_PANNEAUX = 22.0
SOUS_UN_RANG = 14.0
PANNEAUX_PAR_RANG = {1: 1, 2: 2, 4: 2}  # three otherwise, on a wide sheet
LE_PLUS = 3
TROP_D_ANNEES = 8  # beyond, two panels a line
AVANT_LA_NOTE = 6.0
SYMBOLE_COURT = 2  # letters
PROVISOIRE = "P"


def trajectoires(lignes: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure | None:
    """Return the panels of the series that have a value, in order; None when none has.

    A series without any value has no panel: the alternative text and the reading name it. Two points are joined unless
    a year between them is absent, or a break of the series stands there.

    Args:
        lignes: One row a series and year: ``indicateur``, ``libelle``, ``unite``, ``serie`` (the modalité, "" when the
            indicator has none; the same as the label when the panel bears its name alone), ``annee``, ``valeur`` (NaN
            with the absence that ``statut`` tells), ``statut``, ``cible`` and ``annee_cible`` (the same on all the rows
            of a series, missing when it has none), ``rupture`` (True in the first year of the new series).
        contexte: The words and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    rows = lignes.sort_values("annee", kind="stable")
    rows = rows.assign(**{name: rows[name].astype("Float64").astype("float64") for name in ("valeur", "cible")})
    rows = rows.assign(texte=[_texte(row, row.valeur, contexte) for row in rows.itertuples()])
    keys = list(dict.fromkeys(zip(lignes["indicateur"], lignes["serie"], strict=True)))
    found: dict[tuple[str, str], list[object]] = {key: [] for key in keys}
    for row in rows.itertuples():
        found[row.indicateur, row.serie].append(row)
    series = [_serie(members, contexte) for members in found.values()]
    known = [serie for serie in series if serie.connus]
    if not known:
        return None
    absentes = [serie.nom for serie in series if not serie.connus]
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, known),
        alt=_alt(known, absentes),
        lecture=_lecture(known, absentes),
        chiffres=chiffres_annuels(
            [row for members in found.values() for row in members],
            contexte,
            nom=_nom,
            cible=lambda row: _cible(row, contexte),
        ),
    )


def _nom(row: object) -> str:
    return f"{row.libelle} ({_modalite(row)})" if _modalite(row) else row.libelle


def _modalite(row: object) -> str:
    """Return the modalité, when it is not itself the title of the panel."""
    return "" if row.serie == row.libelle else row.serie


def _texte(row: object, valeur: float, contexte: Contexte) -> str:
    """Return a value with its unit, or the word of its absence; a series that is no indicator has its unit's form."""
    if row.indicateur in contexte.indicateurs or pd.isna(valeur):
        return contexte.valeur(row.indicateur, valeur, row.statut)
    unit = contexte.unites[row.unite]
    return avec_unite(valeur, unit.symbole, unit.decimales)


def _etiquette(row: object, contexte: Contexte) -> str:
    """Return a value as it is written beside its point: with its unit when the symbol is as short as « % »."""
    symbole = contexte.unites[row.unite].symbole
    if len(symbole) <= SYMBOLE_COURT:
        return row.texte
    return row.texte.removesuffix(f"{INSECABLE}{symbole}")


def _serie(rows: Sequence[object], contexte: Contexte) -> Serie:
    first, target = rows[0], next((row for row in rows if pd.notna(row.cible)), None)
    points = [
        Point(int(row.annee), row.valeur, row.texte, _etiquette(row, contexte), row.statut == PROVISOIRE,
              bool(row.rupture))
        for row in rows
    ]  # fmt: skip
    cible = None
    if target is not None:
        year = None if pd.isna(target.annee_cible) else int(target.annee_cible)
        cible = Cible(target.cible, _texte(target, target.cible, contexte), year)
    unit = contexte.unites[first.unite]
    words = minuscule(unit.libelle) if len(unit.symbole) > SYMBOLE_COURT else ""
    return Serie(first.libelle, _modalite(first), words, tuple(points), cible, _mot(PROVISOIRE, contexte))


def _mot(statut: str, contexte: Contexte) -> str:
    """Return the label of a status inside a sentence; none for one that is not in the catalogue."""
    return minuscule(contexte.statuts[statut].libelle) if statut in contexte.statuts else ""


def _dessiner(planche: Planche, series: Sequence[Serie]) -> float:
    bounds = (min(serie.bornes[0] for serie in series), max(serie.bornes[1] for serie in series))
    columns = 1 if planche.etroite else PANNEAUX_PAR_RANG.get(len(series), LE_PLUS)
    if bounds[1] - bounds[0] >= TROP_D_ANNEES:
        columns = min(columns, 2)
    width = (planche.largeur - (columns - 1) * ENTRE_PANNEAUX) / columns
    shared = _provisoires_partagees(series)
    shown = [replace(serie, provisoire="") for serie in series] if shared else series
    top = -SOUS_UN_RANG
    for start in range(0, len(shown), columns):
        rank, top = shown[start : start + columns], top + SOUS_UN_RANG
        title = max(hauteur_du_titre(planche, serie, width) for serie in rank)
        lefts = [place * (width + ENTRE_PANNEAUX) for place in range(columns)]
        top = max(
            poser_panneau(planche, serie, (left, left + width), (top, title), bounds)
            for left, serie in zip(lefts, rank, strict=False)
        )
    if shared:
        top = poser_remarques(planche, [(Signe.PROVISOIRE, shared)], (0.0, planche.largeur), top + AVANT_LA_NOTE)
    return poser_note(planche, 0.0, top + AVANT_LA_NOTE, PROPRE_ECHELLE if len(series) > 1 else DEPUIS_ZERO)


def _provisoires_partagees(series: Sequence[Serie]) -> str:
    """Return which values are not final when several panels say the same: it is then said once, under them all."""
    said = [serie.remarque_provisoire for serie in series if serie.remarque_provisoire]
    return said[0] if len(said) > 1 and len(set(said)) == 1 else ""


def _phrase(serie: Serie) -> str:
    """Return « « Projets » : 12 en 2023, 15 en 2025 (cible : 20 en 2026) » : both ends, and what goes with them."""
    ends = dict.fromkeys((serie.connus[0], serie.connus[-1]))
    notes = " ; ".join(minuscule(note) for _, note in serie.remarques())
    path = ", ".join(f"{point.texte} en {point.annee}" for point in ends)
    return f"« {serie.nom} » : {path}" + (f" ({notes})" if notes else "")


def _absentes(absentes: Sequence[str]) -> str:
    names = enumerer([f"« {name} »" for name in absentes])
    return f" Sans aucune valeur, donc sans panneau : {names}." if absentes else ""


def _alt(series: Sequence[Serie], absentes: Sequence[str]) -> str:
    said = " ".join(f"{_phrase(serie)}." for serie in series)
    return f"Évolution de {compter(len(series), 'série')}. {said}{_absentes(absentes)}"


def _lecture(series: Sequence[Serie], absentes: Sequence[str]) -> str:
    """Return the reading of the series with the most values, the first of those that have a target."""
    longest = max(series, key=lambda serie: (len(serie.connus), serie.cible is not None))
    return f"{_phrase(longest)}.{_absentes(absentes)}"


def _cible(row: object, contexte: Contexte) -> str:
    year = "" if pd.isna(row.annee_cible) else f" en {int(row.annee_cible)}"
    return _texte(row, row.cible, contexte) + year
