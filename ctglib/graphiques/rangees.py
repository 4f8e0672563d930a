"""Rows of a chart: labels on the left of a wide sheet, above the marks of a narrow one; groups, rules, names, notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.document.typographie import nombre
from ctglib.graphiques.etiquettes import spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

PART_OF_LABELS = 0.36
GUTTER = 10.0
BETWEEN_ROWS = 8.0
LINES_OF_A_LABEL, LINES_OF_A_NOTE = 3, 12
BETWEEN_NAMES, LINE_OF_NAMES = 10.0, 7.0
BEFORE_A_GROUP, UNDER_A_TITLE, BETWEEN_VALUES = 8.0, 5.0, 4.0
NAME_AND_DETAIL = 5.0
AFTER_SAMPLE, BETWEEN_ENTRIES = 4.0, 12.0
MARK = 12.0
SANS_ZERO = "L'échelle ne part pas de zéro."


@dataclass(frozen=True)
class Rangees:
    """Where rows are: ``middles`` of their marks, ``top`` and ``bottom`` of the whole, ``left`` of the marks' zone."""

    middles: tuple[float, ...]
    top: float
    bottom: float
    left: float


@dataclass(frozen=True)
class Ligne:
    """A row: its name, and in the colour of secondary text what qualifies it (kind, management)."""

    nom: str
    detail: str = ""
    gras: bool = False


@dataclass(frozen=True)
class Groupe:
    """Rows under a title, and a remark under them (what is absent); an empty title is not written."""

    titre: str
    lignes: tuple[Ligne, ...] = ()
    remarque: str = ""


def left_of_marks(planche: Planche) -> float:
    """Return where the zone of the marks starts."""
    return 0.0 if planche.narrow else PART_OF_LABELS * planche.width + GUTTER


def put_rows(
    planche: Planche, labels: Sequence[str], top: float, *, mark: float = MARK, first: float = 0.0,
    lines: int = LINES_OF_A_LABEL,
) -> Rangees:  # fmt: skip
    """Write the labels of rows and return the rows.

    Args:
        planche: The sheet.
        labels: One a row.
        top: Top of the first row.
        mark: Height that the marks of a row need.
        first: On a narrow sheet, height kept between the first label and its marks.
        lines: Lines that a label may take.
    """
    left = left_of_marks(planche)
    width = planche.width if planche.narrow else left - GUTTER
    middles, y = [], top
    for rank, label in enumerate(labels):
        wrapped = planche.wrap(label, width, lines)
        text = len(wrapped) * planche.leading
        if planche.narrow:
            planche.write_lines(0, y + text / 2, wrapped, hide=True)
            y += text + (first if rank == 0 else 0)
            middles.append(y + mark / 2 + 1)
            y += mark + BETWEEN_ROWS + 1
        else:
            height = max(text, mark)
            planche.write_lines(0, y + height / 2, wrapped)
            middles.append(y + height / 2)
            y += height + BETWEEN_ROWS
    return Rangees(tuple(middles), top, y - BETWEEN_ROWS, left)


def put_groups(planche: Planche, groups: Sequence[Groupe], top: float, *, mark: float = MARK) -> Rangees:
    """Write titles, names and remarks of groups, and return the rows of all of them in order."""
    middles: list[float] = []
    grey, y = planche.couleurs, top
    for rank, group in enumerate(groups):
        if rank:
            planche.rule([(0, y), (planche.width, y)], grey.filet, 0.5)
            y += BEFORE_A_GROUP
        if group.titre:
            y = _write_hidden(planche, y, group.titre, LINES_OF_A_LABEL, bold=True) + UNDER_A_TITLE
        for ligne in group.lignes:
            width = planche.width if planche.narrow else left_of_marks(planche) - GUTTER
            names, details = _lines_of(planche, ligne, width)
            text = (len(names) + len(details)) * planche.leading
            height = text + 1 + mark if planche.narrow else max(text, mark)
            _write_name(planche, y if planche.narrow else y + (height - text) / 2, ligne, names, details)
            middles.append(y + (text + 1 + mark / 2 if planche.narrow else height / 2))
            y += height + BETWEEN_ROWS
        if group.remarque:
            y = _write_hidden(planche, y, group.remarque, LINES_OF_A_NOTE, color=grey.absence) + BETWEEN_ROWS
    return Rangees(tuple(middles), top, y - BETWEEN_ROWS, left_of_marks(planche))


def _write_hidden(planche: Planche, y: float, text: str, most: int, **style: object) -> float:
    """Write lines over the rules and return their bottom."""
    lines = planche.wrap(text, planche.width, most, bool(style.get("bold")))
    height = len(lines) * planche.leading
    planche.write_lines(0, y + height / 2, lines, hide=True, **style)
    return y + height


def _lines_of(planche: Planche, ligne: Ligne, width: float) -> tuple[list[str], list[str]]:
    """Return the lines of a name and of its detail, which has none when it follows the name on a narrow sheet."""
    names = planche.wrap(ligne.nom, width, LINES_OF_A_LABEL, ligne.gras)
    after = planche.measure(ligne.nom, ligne.gras) + NAME_AND_DETAIL + planche.measure(ligne.detail)
    if not ligne.detail or (planche.narrow and len(names) == 1 and after <= width):
        return names, []
    return names, planche.wrap(ligne.detail, width, LINES_OF_A_LABEL)


def _write_name(planche: Planche, y: float, ligne: Ligne, names: list[str], details: list[str]) -> None:
    lead, grey = planche.leading, planche.couleurs.secondaire
    planche.write_lines(0, y + len(names) * lead / 2, names, bold=ligne.gras)
    planche.write_lines(0, y + (len(names) + len(details) / 2) * lead, details, color=grey)
    if ligne.detail and not details:
        x = planche.measure(ligne.nom, ligne.gras) + NAME_AND_DETAIL
        planche.write(x, y + lead / 2, ligne.detail, color=grey)


def put_axis(
    planche: Planche, axes: Axes, scale: Echelle, top: float, bottom: float, *, symbole: str = "", signe: bool = False
) -> float:
    """Put light vertical rules and their values under the rows, and return the bottom of the axis."""
    values = scale.graduations()
    axes.vlines(values, top, bottom + 3, colors=planche.couleurs.filet, linewidth=0.5, clip_on=False)
    for value in values:
        text = nombre(value, scale.decimals, signe=signe) + (f" {symbole}" if symbole else "")
        write_over(planche, scale.place(value), bottom + 10, text, color=planche.couleurs.secondaire)
    return bottom + 16


def put_rules(
    planche: Planche, axes: Axes, scale: Echelle, rangees: Rangees, values: Sequence[tuple[float, str]], *, unite: str,
    mark: float = MARK,
) -> float:  # fmt: skip
    """Put light vertical rules, their values and their unit under the rows, and return the bottom of the axis.

    On a narrow sheet, where names stand above the marks, the rules run behind the marks only. A value that would touch
    the one on its left is left out.
    """
    put_vertical_rules(planche, axes, rangees, [value for value, _ in values], mark)
    y, grey = rangees.bottom + 10, planche.couleurs.secondaire
    put_values(planche, y, [(scale.place(value), text) for value, text in values])
    if planche.narrow:
        planche.write(planche.width, y + planche.leading, unite, ha="right", color=grey)
    else:
        planche.write(rangees.left - GUTTER, y, unite, ha="right", color=grey)
    return y + 6 + (planche.leading if planche.narrow else 0.0)


def put_vertical_rules(
    planche: Planche, axes: Axes, rangees: Rangees, values: Sequence[float], mark: float = MARK
) -> None:
    """Put light rules through all the rows, on a narrow sheet behind the marks of each."""
    half = mark / 2 + 2
    spans = [(y - half, y + half) for y in rangees.middles] if planche.narrow else [(rangees.top, rangees.bottom + 3)]
    for top, bottom in spans:
        axes.vlines(values, top, bottom, colors=planche.couleurs.filet, linewidth=0.5, clip_on=False)


def put_values(planche: Planche, y: float, values: Sequence[tuple[float, str]]) -> None:
    """Write values centred on places, from left to right; one that would touch the one before is left out."""
    free = float("-inf")
    for x, text in values:
        width = planche.measure(text)
        left = min(max(x - width / 2, 0.0), planche.width - width)
        if left >= free:
            planche.write(left, y, text, color=planche.couleurs.secondaire)
            free = left + width + BETWEEN_VALUES


def write_over(planche: Planche, x: float, y: float, text: str, **style: object) -> None:
    """Write a text centred on a place, moved so that it stays on the sheet, shortened when it is wider than it."""
    bold = bool(style.get("bold"))
    (line,) = planche.wrap(text, planche.width, 1, bold)
    half = planche.measure(line, bold) / 2
    planche.write(min(max(x, half), planche.width - half), y, line, ha="center", **style)


@dataclass(frozen=True)
class Cle:
    """What a sign of a chart means: its text, the width of a sample, what puts the sample at a place."""

    texte: str
    width: float
    put: Callable[[float, float], None]
    color: str = ""
    gras: bool = False


def put_key(planche: Planche, top: float, entries: Sequence[Cle]) -> float:
    """Put the key, one entry after another and on a new line when it is full; return its bottom."""
    lead, x, y = planche.leading, 0.0, top + planche.leading / 2
    for entry in entries:
        indent = entry.width + AFTER_SAMPLE
        lines = planche.wrap(entry.texte, planche.width - indent, LINES_OF_A_LABEL, entry.gras)
        width = indent + max(planche.measure(line, entry.gras) for line in lines)
        if x and (x + width > planche.width or len(lines) > 1):
            x, y = 0.0, y + lead
        entry.put(x, y)
        y += (len(lines) - 1) * lead / 2
        planche.write_lines(x + indent, y, lines, bold=entry.gras, color=entry.color or None)
        x, y = x + width + BETWEEN_ENTRIES, y + (len(lines) - 1) * lead / 2
    return y + lead / 2 if entries else top


def put_note(planche: Planche, left: float, top: float, text: str) -> float:
    """Write a remark under the chart, on as many lines as it takes, and return its bottom."""
    lines = planche.wrap(text, planche.width - left, LINES_OF_A_NOTE)
    height = len(lines) * planche.leading
    planche.write_lines(left, top + height / 2, lines, color=planche.couleurs.secondaire)
    return top + height + 2


def put_names(planche: Planche, y: float, names: Sequence[tuple[float, str, str]], right: float | None = None) -> None:
    """Write one or two names above their marks, away from each other and inside the sheet.

    Args:
        planche: The sheet.
        y: Middle of the names.
        names: Place of the mark, name and colour, from left to right.
        right: Where the names must end, when not at the end of the sheet.
    """
    limit = planche.width if right is None else right
    room = limit / len(names) - BETWEEN_NAMES
    texts = [planche.wrap(nom, room, 1, bold=True)[0] for _, nom, _ in names]
    widths = [planche.measure(text, bold=True) for text in texts]
    wanted = [x - width + 4 for (x, _, _), width in zip(names[:-1], widths[:-1], strict=True)] + [names[-1][0] - 4]
    starts = spread(wanted, widths, BETWEEN_NAMES, 0.0, limit)
    for start, text, (_, _, colour) in zip(starts, texts, names, strict=True):
        planche.write(start, y, text, bold=True, color=colour)
