"""The modalités of a fiche on the years of the convention: what was planned, what is known to be done, and today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, date_longue, enumerer
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.assemblage import Chiffres, assemble
from ctglib.graphiques.echelle import Echelle
from ctglib.graphiques.rangees import (
    GUTTER,
    Cle,
    Rangees,
    left_of_marks,
    put_key,
    put_rows,
    put_values,
    put_vertical_rules,
    write_over,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

PART_OF_STATES = 0.22
LINES, LINES_OF_A_STATE = 6, 4
PLANNED, REAL, LINE = 11.0, 5.0, 1.4  # thickness of the bars, and of a line
SAMPLE = 16.0
EN_MARCHE = ("en_cours", "partielle")  # begun, not over: its bar runs until today
TEINTES = {"realisee": "favorable", "en_cours": "territoire", "partielle": "a_surveiller", "reportee": "insuffisant",
           "abandonnee": "defavorable"}  # fmt: skip
TIRET = "–"
A_VENIR = "à venir"
GARDEES = ["fiche", "modalite", "libelle", "debut", "echeance", "echeance_ecrite", "statut", "en_retard", "debut_reel",
           "fin", "mot"]  # fmt: skip


@dataclass(frozen=True)
class Barres:
    """A row: its label and its state, when it is planned, and what is known of it (None when not)."""

    libelle: str
    etat: str
    teinte: str
    prevu: tuple[date, date]
    echeance_ecrite: bool
    reel: tuple[date, date] | None
    seul: date | None


def frise(
    etats: pd.DataFrame, debut: date, fin: date, aujourd_hui: date, contexte: Contexte, *,
    nom: str, titre: str, source: str = "",
) -> Figure | None:  # fmt: skip
    """Return the timeline of a fiche, one row a modalité; None without a row.

    Args:
        etats: Rows of ``ctglib.calculs.etats.etats``.
        debut: First day of the convention.
        fin: Its last day.
        aujourd_hui: Date of the bilan.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    if etats.empty:
        return None
    rows = [_bars(row, aujourd_hui) for row in etats.itertuples()]
    return assemble(
        contexte, lambda planche: _draw(planche, rows, (debut, fin, aujourd_hui)), nom=nom, titre=titre, source=source,
        alt=_alt(etats, debut, fin, aujourd_hui), lecture=_lecture(etats, aujourd_hui),
        chiffres=_chiffres(etats, contexte, aujourd_hui),
    )  # fmt: skip


def _day(instant: pd.Timestamp) -> date | None:
    return None if pd.isna(instant) else instant.date()


def _bars(row: object, today: date) -> Barres:
    start, end = _day(row.debut_reel), _day(row.fin)
    end = end if end and end <= today else None  # one to come is a date set, and nothing real
    until = end or (today if start and row.statut in EN_MARCHE else None)
    known = (start, until) if start and until and start <= until else None
    return Barres(
        libelle=f"{row.modalite} {row.libelle}",
        etat=row.mot,
        teinte=TEINTES.get(row.statut, "absence"),
        prevu=(_day(row.debut), _day(row.echeance)),
        echeance_ecrite=bool(row.echeance_ecrite),
        reel=known,
        seul=None if known else (end or start),
    )


def _draw(planche: Planche, rows: Sequence[Barres], dates: tuple[date, date, date]) -> float:
    column, lead = 0.0 if planche.narrow else PART_OF_STATES * planche.width, planche.leading
    states = [planche.wrap(row.etat, column or planche.width, LINES_OF_A_STATE, bold=True) for row in rows]
    text = lead * max(map(len, states))
    height = text + 2 + PLANNED if planche.narrow else max(text, PLANNED)
    top = 0 if planche.narrow else lead + 4
    rangees = put_rows(planche, [row.libelle for row in rows], top, mark=height, lines=LINES)
    middles = tuple(y + (height - PLANNED) / 2 if planche.narrow else y for y in rangees.middles)
    rangees = replace(rangees, middles=middles)
    scale = _calendar(planche, rows, dates, column + GUTTER if column else 0.0)
    axes = planche.across(scale)
    _put_years(planche, axes, scale, rangees)
    _put_bars(planche, axes, scale, [*zip(middles, rows, strict=True)])
    for y, row, lines in zip(middles, rows, states, strict=True):
        above = y - PLANNED / 2 - 2 - len(lines) * lead / 2
        place = (0.0, above) if planche.narrow else (planche.width - column, y)
        planche.write_lines(*place, lines, bold=True, color=getattr(planche.couleurs, row.teinte))
    _put_today(planche, axes, scale, dates[2], rangees)
    return put_key(planche, rangees.bottom + 19, _key(planche, rows, dates[2]))


def _calendar(planche: Planche, rows: Sequence[Barres], dates: tuple[date, date, date], reserve: float) -> Echelle:
    """Return the days from the start of the convention to its end, and further when a bar or today is."""
    days = [*dates]
    for row in rows:
        days += [*row.prevu, *(row.reel or ()), *([row.seul] if row.seul else [])]
    ends = min(days).toordinal(), max(days).toordinal() + 1
    return Echelle(*ends, left_of_marks(planche), planche.width - reserve, 1)


def _put_years(planche: Planche, axes: Axes, scale: Echelle, rangees: Rangees) -> None:
    """Put a light rule at each new year and the years under the rows."""
    first, last = (date.fromordinal(int(end)) for end in (scale.low, scale.high - 1))
    years = range(first.year, last.year + 1)
    limits = [max(date(years[0], 1, 1).toordinal(), scale.low)]
    limits += [min(date(year + 1, 1, 1).toordinal(), scale.high) for year in years]
    put_vertical_rules(planche, axes, rangees, limits, PLANNED)
    middles = [(start + end) / 2 for start, end in pairwise(limits)]
    put_values(planche, rangees.bottom + 10, [*zip(map(scale.place, middles), map(str, years), strict=True)])


def _put_bars(planche: Planche, axes: Axes, scale: Echelle, rows: Sequence[tuple[float, Barres]]) -> None:
    """Put the light bars of what was planned, the lines of the deadlines, and over them what is known."""
    blue, least, planned, deadlines, real = planche.couleurs.territoire, _days(scale, REAL), [], [], []
    for y, row in rows:
        end = row.prevu[1].toordinal() + 1
        planned.append((y, row.prevu[0].toordinal(), end))
        if row.echeance_ecrite:
            deadlines.append((y, end - _days(scale, LINE), end))
        if row.reel or row.seul:
            first, last = row.reel or (row.seul, row.seul)
            start, end = first.toordinal(), last.toordinal() + 1
            if end - start < least:  # long enough to be seen
                start = min(max((start + end - least) / 2, scale.low), scale.high - least)
                end = start + least
            real.append((y, start, end))
    _bars_of(axes, planned, PLANNED, planche.shade(3), 0.0)
    _bars_of(axes, deadlines, PLANNED, blue, 0.01)
    _bars_of(axes, real, REAL, blue, 0.02)


def _bars_of(axes: Axes, bars: Sequence[tuple[float, float, float]], thickness: float, color: str, rank: float) -> None:
    """Put bars given as (middle, start, end), in days."""
    if bars:
        ys, starts, ends = zip(*bars, strict=True)
        lengths = [end - start for start, end in zip(starts, ends, strict=True)]
        axes.barh(ys, lengths, thickness, starts, color=color, zorder=2.2 + rank, clip_on=False)


def _days(scale: Echelle, points: float) -> float:
    return points * (scale.high - scale.low) / (scale.right - scale.left)


def _put_today(planche: Planche, axes: Axes, scale: Echelle, today: date, rangees: Rangees) -> None:
    """Put the line of the date, over the bars: whole under its date on a wide sheet, on each bar of a narrow one."""
    width, end = _days(scale, LINE), today.toordinal() + 1
    start = min(max(end - width / 2, scale.low), scale.high - width)
    top, bottom = planche.leading, rangees.bottom + 3
    middles, thickness = (rangees.middles, PLANNED + 6) if planche.narrow else ([(top + bottom) / 2], bottom - top)
    _bars_of(axes, [(y, start, start + width) for y in middles], thickness, planche.couleurs.texte, 0.03)
    if not planche.narrow:
        write_over(planche, scale.place(end), planche.leading / 2 - 1, date_longue(today), bold=True)


def _key(planche: Planche, rows: Sequence[Barres], today: date) -> list[Cle]:
    """Return what each bar means; only those that the chart shows."""
    light, strong, dark = planche.shade(3), planche.couleurs.territoire, planche.couleurs.texte
    shown = [(light, SAMPLE, PLANNED - 2, "prévu par la convention")]
    shown += [(strong, LINE, PLANNED - 2, "échéance écrite")] if any(row.echeance_ecrite for row in rows) else []
    shown += [(strong, SAMPLE, REAL, "réel")] if any(row.reel or row.seul for row in rows) else []
    shown += [(dark, LINE, PLANNED, date_longue(today))] if planche.narrow else []
    return [Cle(text, width, partial(_put_sample, planche, colour, width, height), planche.couleurs.secondaire)
            for colour, width, height, text in shown]  # fmt: skip


def _put_sample(planche: Planche, color: str, width: float, height: float, x: float, y: float) -> None:
    planche.rectangle(x, y - height / 2, width, height, color)


def _alt(etats: pd.DataFrame, debut: date, fin: date, aujourd_hui: date) -> str:
    """Return the count of modalités, and which ones are in each state."""
    members = etats.groupby("mot", sort=False)["modalite"].agg(list)
    states = " ; ".join(f"{word} : {enumerer(list(numbers))}" for word, numbers in members.items())
    span = f"du {date_longue(debut)} au {date_longue(fin)}"
    return f"{compter(len(etats), 'modalité')} sur la convention, {span}. Au {date_longue(aujourd_hui)} : {states}."


def _lecture(etats: pd.DataFrame, aujourd_hui: date) -> str:
    begun = etats[etats["debut_reel"].notna()]
    row = next((begun if len(begun) else etats).itertuples())
    real = f", commencée le {date_longue(_day(row.debut_reel))}" if len(begun) else ""
    planned = f"prévue du {date_longue(_day(row.debut))} au {date_longue(_day(row.echeance))}"
    return f"la modalité {row.modalite}, {planned}{real}, a pour état au {date_longue(aujourd_hui)} : {row.mot}."


def _chiffres(etats: pd.DataFrame, contexte: Contexte, aujourd_hui: date) -> Chiffres:
    columns = (
        Colonne("libelle", "Modalité"),
        Colonne("debut", "Début prévu"),
        Colonne("echeance", "Échéance"),
        Colonne("debut_reel", "Début réel"),
        Colonne("fin", "Fin"),
        Colonne("etat", "État"),
    )
    rows = []
    for row in etats.itertuples():
        absent = contexte.absence(Statut.NON_TRANSMIS) if row.statut == NON_RENSEIGNEE else TIRET
        days = {name: _day(getattr(row, name)) for name in ("debut", "echeance", "debut_reel", "fin")}
        words = {name: date_longue(day) if day else absent for name, day in days.items()}
        if days["fin"] and days["fin"] > aujourd_hui:
            words["fin"] += f", {A_VENIR}"
        rows.append({"libelle": f"{row.modalite} {row.libelle}", **words, "etat": row.mot})
    cells = pd.DataFrame(rows, columns=[column.cle for column in columns])
    return Chiffres(columns, cells, etats[GARDEES])
