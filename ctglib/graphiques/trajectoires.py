"""Small multiples of a follow-up: one panel an indicator, its points by year, its target, what is
missing in words.

A panel is ordinary axes of matplotlib, on its own scale: years across, values upward. An absent
year and a break cut the line; a provisional value is hollow; the value of a point is written where
it covers nothing.
"""

from collections import namedtuple
from collections.abc import Sequence
from functools import partial
from itertools import groupby, pairwise
from math import isnan, nan
from typing import Any, NamedTuple

import pandas as pd
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from ctglib.calculs.ecriture import INSECABLE, enumerer, minuscule
from ctglib.document.contexte import MARQUES, Contexte, legende
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, compter
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.planche import Echelle, Planche, assemble, dire, round_step

GARDEES = [
    "indicateur",
    "libelle",
    "unite",
    "serie",
    "annee",
    "valeur",
    "statut",
    "cible",
    "annee_cible",
    "rupture",
]
Point = namedtuple(
    "Point", [*GARDEES, "rang", "texte"]
)  # a year of a series, and what its value reads
GAP = 22.0
BEFORE_NOTE = 6.0
COLUMNS = {1: 1, 2: 2, 4: 2}
MOST_COLUMNS = 3
MANY_YEARS = 8  # beyond, two panels a row, and one row a year in the table
SHORT_SYMBOL = 2  # letters
HEIGHTS = (58.0, 96.0)  # of the points: three tenths of the width, between these
PART_OF_WIDTH = 0.3
OVER_POINTS = 17.0  # room for a value over the highest point
UNDER_AXIS = 10.0
LINES_OF_A_TITLE = 5
LINES_OF_A_REMARK = 6
RADIUS = 3.3
SQUARE = 8.0  # of an absent year
TARGET = 14.0  # width of the mark of a target
INDENT = 13.0  # of a remark, after its sign
ALL_VALUES = 5  # up to that many points, each has its value where there is room
BETWEEN_ROWS = 14.0
GRADUATIONS = 4
# share of the highest value under which a spread does not fill a panel: noise would look like a
# slope
STEEPEST = 0.2
# from a point to its value, and around it
BESIDE = 6.0
CLEARANCE = 1.2
# height of a text of the charter, and how far more it goes down
CAPITAL = 7.6
DESCENT = 1.0
MARQUE_DE_RUPTURE = "(r)"


class Serie(NamedTuple):
    """An indicator, or one of its modalités, and what its panel shows.

    - ``detail``: what stands under its title: the modalité, the unit.
    - ``points``: one a year, in order; ``etiquettes`` is what is written beside those that have a
      value.
    - ``bornes``: the ends of the panel's own scale.
    - ``cible``: year and value of the target; ``cible_dite`` is « 20 en 2026 ».
    - ``remarques``: sentences under the panel, each after the sign of the drawing that it explains
      (see ``_sign``).
    - ``phrase``: « « Projets » : 12 en 2023, 15 en 2025 (cible : 20 en 2026) »; empty when no value
      is known.
    """

    nom: str
    titre: str
    detail: str
    points: tuple[Point, ...]
    etiquettes: tuple[str, ...]
    bornes: tuple[float, float]
    cible: tuple[int, float] | None
    cible_dite: str
    remarques: tuple[tuple[str, str], ...]
    phrase: str


def trajectoires(lignes: pd.DataFrame, contexte: Contexte, **legende: str) -> Figure | None:
    """Return the panels of the series that have a value, in order; None when none has.

    A series without any value has no panel: the alternative text and the reading name it. Two
    points are joined unless a year between them is absent, or a break of the series stands there.

    - ``lignes``: one row a series and year: ``indicateur``, ``libelle``, ``unite``, ``serie`` (the
      modalité, "" when the indicator has none; the same as the label when the panel bears its name
      alone), ``annee``, ``valeur`` (NaN with the absence that ``statut`` tells), ``statut``,
      ``cible`` and ``annee_cible`` (the same on all the rows of a series; missing, or no such
      column, without a target), ``rupture`` (True in the first year of the new series).
    """
    columns = lignes.columns.union(["cible", "annee_cible"], sort=False)
    rows = lignes.reindex(columns=columns)[GARDEES].astype({"annee": "int64", "rupture": bool})
    numbers = rows[["valeur", "cible"]].astype("Float64").astype("float64")
    rows = rows.assign(**numbers, rang=rows.groupby(["indicateur", "serie"], sort=False).ngroup())
    rows = rows.sort_values(["rang", "annee"], kind="stable", ignore_index=True)
    rows["texte"] = [
        contexte.valeur(row.indicateur, row.valeur, row.statut) for row in rows.itertuples()
    ]
    points = map(Point._make, rows[list(Point._fields)].itertuples(index=False, name=None))
    series = [
        _serie(tuple(own), contexte) for _, own in groupby(points, key=lambda point: point.rang)
    ]
    known = [serie for serie in series if serie.phrase]
    if not known:
        return None
    absent = [f"« {serie.nom} »" for serie in series if not serie.phrase]
    without = f" Sans aucune valeur, donc sans panneau : {enumerer(absent)}." if absent else ""
    longest = max(
        known,
        key=lambda serie: (
            sum(not isnan(point.valeur) for point in serie.points),
            bool(serie.cible),
        ),
    )
    said = " ".join(f"{serie.phrase}." for serie in known)
    return assemble(
        contexte,
        partial(_draw, panels=known),
        **legende,
        lecture=f"{longest.phrase}.{without}",
        alt=f"Évolution de {compter(len(known), 'série')}. {said}{without}",
        **_chiffres(rows, series, contexte),
    )


def _serie(points: tuple[Point, ...], contexte: Contexte) -> Serie:
    first = points[0]
    known = [point for point in points if not isnan(point.valeur)]
    unite = contexte.unites[first.unite]
    provisoire = contexte.statuts.get(Statut.PROVISOIRE)
    modalite = "" if first.serie == first.libelle else first.serie
    nom = f"{first.libelle} ({modalite})" if modalite else first.libelle
    remarks = []
    target = ""
    place = None
    absent = {}
    for point in points:
        if isnan(point.valeur):
            absent.setdefault(point.texte, []).append(str(point.annee))
        if place is None and not isnan(point.cible):
            year = None if pd.isna(point.annee_cible) else int(point.annee_cible)
            target = contexte.valeur(point.indicateur, point.cible) + (
                "" if year is None else f" en {year}"
            )
            place = (
                points[-1].annee if year is None else year,
                point.cible,
            )  # without a year, at the last point
            remarks.append(("cible", f"Cible : {target}"))
    remarks += [("absence", f"{enumerer(years)} : {word}") for word, years in absent.items()]
    hollow = [str(point.annee) for point in known if point.statut == Statut.PROVISOIRE]
    if hollow and provisoire:
        remarks.append(("provisoire", f"{enumerer(hollow)} : {minuscule(provisoire.libelle)}"))
    breaks = [str(point.annee) for point in points[1:] if point.rupture]
    if breaks:
        remarks.append(("rupture", f"Rupture de série en {enumerer(breaks)}"))
    short = len(unite.symbole) <= SHORT_SYMBOL  # then a value bears it beside its point
    write = contexte.valeur if short else contexte.valeur_nue
    labels = tuple(write(point.indicateur, point.valeur) for point in known)
    detail = ", ".join(filter(None, (modalite, "" if short else minuscule(unite.libelle))))
    ends = dict.fromkeys(f"{point.texte} en {point.annee}" for point in (*known[:1], *known[-1:]))
    notes = " ; ".join(minuscule(note) for _, note in remarks)
    sentence = f"« {nom} » : {', '.join(ends)}" + (f" ({notes})" if notes else "") if ends else ""
    values = [*(point.valeur for point in known), *([place[1]] if place else [])]
    limits = _limits(values) if known else (0.0, 1.0)
    return Serie(
        nom, first.libelle, detail, points, labels, limits, place, target, tuple(remarks), sentence
    )


def _limits(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of a scale: from zero unless the slope would be drawn flat.

    Half of the highest value, or more, under the lowest one is room that says nothing; the scale
    then starts near the lowest, yet a spread under a fifth of the highest value never fills the
    panel.
    """
    low = min(values)
    high = max(values)
    if low < high / 2 or high <= 0:
        return min(low, 0.0), max(high, 0.0, low + 1 if high <= low else high)
    reach = max(high - low, STEEPEST * high)
    middle = (low + high) / 2
    return max(min(low - 0.25 * reach, middle - reach / 2), 0.0), max(high, middle + reach / 2)


def _draw(planche: Planche, panels: Sequence[Serie]) -> float:
    years = [point.annee for panel in panels for point in panel.points]
    years += [panel.cible[0] for panel in panels if panel.cible]
    ends = (min(years), max(years))
    columns = 1 if planche.narrow else COLUMNS.get(len(panels), MOST_COLUMNS)
    columns = min(columns, 2) if ends[1] - ends[0] >= MANY_YEARS else columns
    said = [remark for panel in panels for remark in panel.remarques if remark[0] == "provisoire"]
    shared = said[:1] if len(said) > 1 and len(set(said)) == 1 else []  # said once, under all
    width = (planche.width - (columns - 1) * GAP) / columns
    bottom = -BETWEEN_ROWS
    for start in range(0, len(panels), columns):
        top = bottom + BETWEEN_ROWS
        row = [
            (
                panel,
                planche.wrap(panel.titre, width, LINES_OF_A_TITLE, bold=True),
                planche.wrap(panel.detail, width, LINES_OF_A_TITLE) if panel.detail else [],
            )
            for panel in panels[start : start + columns]
        ]
        under_title = (
            top + max(len(names) + len(detail) for _, names, detail in row) * planche.leading
        )
        for rank, (panel, names, detail) in enumerate(row):
            left = rank * (width + GAP)
            lead = planche.leading
            planche.write_lines(left, top + len(names) * lead / 2, names, bold=True)
            middle = top + (len(names) + len(detail) / 2) * lead
            planche.write_lines(left, middle, detail, color=planche.couleurs.secondaire)
            below, unplaced = _put_panel(planche, panel, (left, left + width), under_title, ends)
            remarks = [remark for remark in (*panel.remarques, *unplaced) if remark not in shared]
            bottom = max(bottom, _put_remarks(planche, remarks, (left, left + width), below))
    if shared:
        bottom = _put_remarks(planche, shared, (0.0, planche.width), bottom + BEFORE_NOTE)
    zero = {panel.bornes[0] <= 0 for panel in panels}
    note = (
        "echelle_de_chacun"
        if len(zero) > 1
        else "echelle_de_zero"
        if True in zero
        else "echelle_sans_zero"
    )
    return planche.put_note(0.0, bottom + BEFORE_NOTE, dire(note, n=len(panels)))


def _put_panel(
    planche: Planche, panel: Serie, sides: tuple[float, float], top: float, years: tuple[int, int]
) -> tuple[float, list[tuple[str, str]]]:
    """Put the points of a panel between two sides, under its title; return its bottom, and remarks
    for its values.

    The first and the last value are written, and the others when they are few, where they cover
    nothing of what is drawn: a remark tells the first and the last one when they have no room.
    """
    (left, right), (low, high), (first, last), points = sides, panel.bornes, years, panel.points
    grey = planche.couleurs.secondaire
    dark = planche.couleurs.texte
    blue = planche.couleurs.territoire
    known = [point for point in points if not isnan(point.valeur)]
    height = min(max(HEIGHTS[0], PART_OF_WIDTH * (right - left)), HEIGHTS[1])
    bottom = top + OVER_POINTS + height
    upward = Echelle(low, high, bottom, bottom - height, round_step((high - low) / GRADUATIONS))
    # With room for the values beyond the first and the last year.
    edge = min(
        planche.widest([*panel.etiquettes, str(last)], bold=True) / 2 + 1, (right - left) / 3
    )
    middle = 0.5 * (first == last)
    across = Echelle(first - middle, last + middle, left + edge, right - edge)
    axes = planche.plot(across, upward)
    # what no value may cover
    taken = []
    lines = []

    def place(year: float, value: float) -> tuple[float, float]:
        return across.place(year), upward.place(value)

    if low <= 0:
        axes.axhline(0, color=planche.couleurs.filet, linewidth=0.8, clip_on=False)
    if panel.cible:
        year, value = panel.cible
        axes.plot(
            [across.low, year],
            [value] * 2,
            color=grey,
            linewidth=0.6,
            linestyle="--",
            clip_on=False,
        )
        axes.plot(
            [year], [value], "_", color=dark, markersize=TARGET, markeredgewidth=2.2, clip_on=False
        )
        taken.append(_around(*place(year, value), TARGET / 2, 1.5))
        lines.append(Path([place(across.low, value), place(year, value)]))
    breaks = [
        (before.annee + after.annee) / 2 for before, after in pairwise(points) if after.rupture
    ]
    if breaks:
        axes.vlines(breaks, low, high, colors=grey, linewidth=1.0, linestyle=":", clip_on=False)
        lines += [Path([place(year, low), place(year, high)]) for year in breaks]
    drawn: list[tuple[int, float]] = []
    for point in points:  # a missing value cuts the line, and so does one put before each break
        drawn += [(point.annee, nan)] * point.rupture + [(point.annee, point.valeur)]
    axes.plot(
        *zip(*drawn, strict=True),
        color=blue,
        marker="o",
        markeredgecolor=planche.couleurs.fond,
        clip_on=False,
    )
    ends = [(place(*start), place(*end)) for start, end in pairwise(drawn)]
    lines += [Path(pair) for pair in ends if not isnan(pair[0][1] + pair[1][1])]
    hollow = [(point.annee, point.valeur) for point in known if point.statut == Statut.PROVISOIRE]
    if hollow:
        planche.marks(*zip(*hollow, strict=True), blue, axes=axes, hollow=True)
    # An absent year stands on zero, or at the bottom of a scale without it.
    floor = (upward.place(0) if low <= 0 <= high else bottom) - SQUARE / 2
    for point in points:
        if isnan(point.valeur):
            _sign(planche, "absence", across.place(point.annee), floor)
            taken.append(_around(across.place(point.annee), floor, SQUARE / 2))
    places = [place(point.annee, point.valeur) for point in known]
    taken += [_around(x, y, RADIUS) for x, y in places]
    frame = Bbox.from_extents(left, top, right, bottom + 1)
    unplaced = []
    ends = [0, len(known) - 1]
    between = range(1, len(known) - 1) if len(known) <= ALL_VALUES else ()
    for rank in dict.fromkeys((*ends, *between)):
        label = panel.etiquettes[rank]
        found = free_place(planche.measure(label, bold=True), places[rank], taken, lines, frame)
        if found:
            taken.append(found)
            planche.write(found.x0, found.y0 + CAPITAL / 2, label, bold=True, color=blue)
        elif rank in ends:
            unplaced.append(("", f"{known[rank].annee} : {label}"))
    # The first and the last year, and between them those that have room.
    line = bottom + UNDER_AXIS
    told = dict.fromkeys((first, last, *range(first + 1, last)))
    planche.put_values(across, line, [(year, str(year)) for year in told])
    return line + planche.leading / 2 + 2, unplaced


def _around(x: float, y: float, width: float, height: float = 0.0) -> Bbox:
    return Bbox.from_extents(x - width, y - (height or width), x + width, y + (height or width))


def free_place(
    width: float,
    point: tuple[float, float],
    taken: Sequence[Bbox],
    lines: Sequence[Path],
    frame: Bbox,
) -> Bbox | None:
    """Return the first place of that width around a point that is free and inside a frame, None
    when there is none.

    It touches no rectangle of ``taken`` and crosses no line. The most natural places come first:
    over the point, under it, beside it, then a little further.
    """
    half = CAPITAL / 2
    (x, y) = point
    for far in (BESIDE, BESIDE + 6, BESIDE + 12):
        over = [
            (x + (shift - 0.5) * width, y + side * (far + half))
            for shift in (0, -0.35, 0.35)
            for side in (-1, 1)
        ]
        for left, middle in (*over, (x + far, y), (x - far - width, y)):
            place = Bbox.from_extents(left, middle - half, left + width, middle + half + DESCENT)
            inside = frame.contains(place.x0, place.y0) and frame.contains(place.x1, place.y1)
            clear = place.padded(CLEARANCE)
            if (
                inside
                and not any(map(clear.overlaps, taken))
                and not any(line.intersects_bbox(clear, filled=False) for line in lines)
            ):
                return place
    return None


def _put_remarks(
    planche: Planche, remarks: Sequence[tuple[str, str]], sides: tuple[float, float], top: float
) -> float:
    y = top
    (left, right) = sides
    for signe, text in remarks:
        indent = INDENT if signe else 0.0
        _sign(planche, signe, left + SQUARE / 2, y + planche.leading / 2)
        y = planche.put_text(
            left + indent,
            y,
            text.replace(" : ", f"{INSECABLE}: "),
            width=right - left - indent,
            lines=LINES_OF_A_REMARK,
            color=planche.couleurs.secondaire,
        )
    return y


def _sign(planche: Planche, signe: str, x: float, y: float) -> None:
    half = SQUARE / 2
    if signe == "cible":
        planche.rule([(x - half, y), (x + half, y)], planche.couleurs.texte, 2.2)
    elif signe == "absence":
        planche.rectangle(x - half, y - half, SQUARE, SQUARE, None)
    elif signe == "provisoire":
        planche.marks([x], [y], planche.couleurs.territoire, hollow=True)
    elif signe == "rupture":
        planche.rule([(x, y - half), (x, y + half)], planche.couleurs.secondaire, 1.0, ":")


def _chiffres(rows: pd.DataFrame, series: Sequence[Serie], contexte: Contexte) -> dict[str, Any]:
    """Return the numbers: one row a series and one column a year; with many years, one row a year,
    by series.
    """
    told = pd.DataFrame(
        [(serie.nom, serie.cible_dite or RIEN) for serie in series], columns=["nom", "cible_dite"]
    )
    rows = rows.join(told, on="rang").assign(an=rows["annee"].astype(str))
    marks = rows["statut"].map(MARQUES).where(rows["valeur"].notna()).fillna("")
    rows["texte"] += marks + rows["rupture"].map({True: f" {MARQUE_DE_RUPTURE}", False: ""})
    years = sorted(rows["an"].unique())
    groups = None
    if len(years) > MANY_YEARS:
        shown = rows.assign(annee=rows["an"])
        groups = tuple(rows["nom"])
        columns = {"annee": "Année", "texte": "Valeur"}
    else:
        shown = rows.pivot(
            index=["rang", "nom", "cible_dite"], columns="an", values="texte"
        ).reset_index()
        columns = {"nom": "Série", **{year: year for year in years}}
    columns |= {"cible_dite": "Cible"} if any(serie.cible for serie in series) else {}
    notes = legende(set(rows.loc[rows["valeur"].notna(), "statut"]), contexte)
    return {
        "colonnes": columns,
        "lignes": shown,
        "donnees": rows[GARDEES],
        "groupes": groups,
        "notes": (
            *notes,
            *[dire("rupture", marque=MARQUE_DE_RUPTURE)] * bool(rows["rupture"].any()),
        ),
    }
