"""Parts of a whole: one bar of 100 % a group, its labels in its segments, what is hidden hatched and said in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import FINE, INSECABLE, compter, enumerer, minuscule, pourcent
from ctglib.graphiques.echelle import Echelle
from ctglib.graphiques.planche import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

LINES, LINES_INSIDE = 3, 2
MARGIN = 4.0
UNDER_NAME, BETWEEN_BARS = 2.0, 11.0
SEPARATOR = 1.4
PATCH, AFTER_PATCH, BETWEEN_ENTRIES = 7.0, 4.0, 12.0
WHOLE = 100.0
LEAST = 0.05  # a rest of 100 % that is only rounding
TIRET = "–"
GARDEES = ["groupe", "modalite", "libelle", "part", "effectif", "statut"]


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in %; ``color`` is empty when it is hidden or absent, and ``texte`` then says so."""

    libelle: str
    texte: str
    part: float
    color: str


def parts(parts: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure | None:
    """Return the bars of the groups, in order; None when no part is known.

    - ``parts``: one row a group and modalité: ``groupe``, ``modalite``, ``libelle`` (of the modalité), ``part`` (in %,
      NaN with the absence that ``statut`` tells), ``effectif`` (NaN when hidden), ``statut``.
    The other arguments are those of ``planche.assemble``.
    """
    if not parts["part"].notna().any():
        return None
    pairs = zip(parts["part"], parts["statut"], strict=True)
    rows = parts.astype({"groupe": str, "part": "float64"}).assign(
        texte=[contexte.absence(statut) if pd.isna(part) else pourcent(part, 1) for part, statut in pairs]
    )
    groups = {str(name): members for name, members in rows.groupby("groupe", sort=False)}
    name, members = next((name, members) for name, members in groups.items() if members["part"].notna().any())
    most = members.loc[members["part"].idxmax()]
    absent = " ; ".join(f"{word} : {minuscule(_together(labels))}" for word, labels in _absent(members).items())
    counts = f"{compter(rows['modalite'].nunique(), 'modalité')} dans {compter(len(groups), 'groupe')}"
    said = [f"{name} : {', '.join(members['libelle'] + ' ' + members['texte'])}." for name, members in groups.items()]
    # One row a modalité and one column a group; the counts, which the CSV has, are not repeated.
    told = rows.assign(texte=rows["texte"].str.removesuffix(f"{FINE}%")).drop_duplicates(
        ["modalite", "groupe"], keep="last"
    )
    cells = told.pivot(index="modalite", columns="groupe", values="texte")[list(groups)].fillna(TIRET)
    keys = [f"g{rank}" for rank in range(len(groups))]
    cells = cells.set_axis(keys, axis=1)
    cells["libelle"] = rows.drop_duplicates("modalite", keep="last").set_index("modalite")["libelle"]
    columns = [
        Colonne("libelle", "Modalité"),
        *(Colonne(key, f"{name} (%)", True) for key, name in zip(keys, groups, strict=True)),
    ]
    return assemble(
        contexte, lambda planche: _draw(planche, groups), nom=nom, titre=titre, source=source,
        alt=f"Parts de {counts}. {' '.join(said)}",
        lecture=f"{name}, « {most['libelle']} » : {most['texte']}" + (f" ({absent})." if absent else "."),
        colonnes=columns, lignes=cells.loc[list(dict.fromkeys(rows["modalite"]))], donnees=parts[GARDEES],
    )  # fmt: skip


def _draw(planche: Planche, groups: dict[str, pd.DataFrame]) -> float:
    names = list(dict.fromkeys(name for rows in groups.values() for name in rows["modalite"]))
    shades = dict(zip(names, planche.shades(len(names)), strict=True))
    bars = {name: _segments(rows, shades) for name, rows in groups.items()}
    whole = max(WHOLE, *(sum(segment.part for segment in segments) for segments in bars.values()))
    scale = Echelle(0, whole, 0, planche.width)
    axes, y = planche.across(scale), 0.0
    for name, segments in bars.items():
        y = _put_bar(planche, axes, scale, y, name, segments) + BETWEEN_BARS
    return y - BETWEEN_BARS + 2


def _segments(rows: pd.DataFrame, shades: dict[str, str]) -> list[Segment]:
    """Return the known parts in order, then one segment a reason of absence, which share what is left of 100 %."""
    known, hidden = rows[rows["part"].notna()], _absent(rows)
    left = max(WHOLE - known["part"].sum(), 0.0)
    rest = left / len(hidden) if len(hidden) and left > LEAST else 0.0
    found = [Segment(row.libelle, row.texte, row.part, shades[row.modalite]) for row in known.itertuples()]
    return found + [Segment(_together(labels), word, rest, "") for word, labels in hidden.items()]


def _absent(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Return the labels of the parts that are absent, by the word that says so."""
    return rows[rows["part"].isna()].groupby("texte", sort=False)["libelle"].agg(list).to_dict()


def _together(labels: Sequence[str]) -> str:
    """Return « Autre commune et non renseigné »."""
    return enumerer([label if rank == 0 else minuscule(label) for rank, label in enumerate(labels)])


def _put_bar(planche: Planche, axes: Axes, scale: Echelle, top: float, name: str, segments: Sequence[Segment]) -> float:
    """Put the name of a group, its bar, and under it the labels that have no room inside; return its bottom."""
    lead, colours = planche.leading, planche.couleurs
    top = planche.put_text(0, top, name, lines=LINES, bold=True) + UNDER_NAME
    inside = [_inside(planche, segment, scale.place(segment.part)) for segment in segments]
    height = max(1, *map(len, inside)) * lead + 2 * MARGIN
    start = 0.0
    for segment, lines in zip(segments, inside, strict=True):
        x, ink = scale.place(start), planche.ink(segment.color) if segment.color else colours.absence
        if segment.part and segment.color:
            axes.barh(top + height / 2, segment.part, height, start, color=segment.color, clip_on=False)
        elif segment.part:
            planche.rectangle(start, top, segment.part, height, None, axes=axes)
        if segment.part and start:
            axes.vlines(start, top, top + height, colors=colours.fond, linewidth=SEPARATOR, clip_on=False)
        first = top + (height - (len(lines) - 1) * lead) / 2
        for rank, line in enumerate(lines):
            planche.write(x + MARGIN, first + rank * lead, line, bold=rank == len(lines) - 1, color=ink,
                          hide=not segment.color)  # fmt: skip
        start += segment.part
    _outline(planche, 0.0, top, scale.place(start), height)
    outside = [segment for segment, lines in zip(segments, inside, strict=True) if not lines]
    return _put_key(planche, top + height + 4, outside) if outside else top + height + 2


def _inside(planche: Planche, segment: Segment, width: float) -> list[str]:
    """Return the lines of a segment: its label, then its part; none without room.

    Over hatching a label has one line, or goes under the bar.
    """
    room = width - 2 * MARGIN
    if planche.measure(segment.texte, bold=True) > room:
        return []
    lines = planche.wrap(segment.libelle, room, LINES_INSIDE if segment.color else 1)
    return [*lines, segment.texte] if " ".join(lines) == planche.wrap(segment.libelle, 1e6, 1)[0] else []


def _outline(planche: Planche, x: float, y: float, width: float, height: float) -> None:
    """Put a thin outline, without which the lightest shade would be lost on the page."""
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    planche.rule(corners, planche.couleurs.filet, 0.5)


def _put_key(planche: Planche, top: float, segments: Sequence[Segment]) -> float:
    """Put labels under a bar, each after a patch of its colour, on a new line when one is full; return their bottom."""
    lead, indent, x, y = planche.leading, PATCH + AFTER_PATCH, 0.0, top
    for segment in segments:
        said = segment.texte.replace(" ", INSECABLE) if FINE in segment.texte else segment.texte
        lines = planche.wrap(f"{segment.libelle} : {said}", planche.width - indent, LINES)
        width = indent + planche.widest(lines)
        if x and (x + width > planche.width or len(lines) > 1):
            x, y = 0.0, y + lead
        planche.rectangle(x, y + (lead - PATCH) / 2, PATCH, PATCH, segment.color or None)
        _outline(planche, x, y + (lead - PATCH) / 2, PATCH, PATCH)
        planche.write_lines(x + indent, y + len(lines) * lead / 2, lines)
        x, y = x + width + BETWEEN_ENTRIES, y + (len(lines) - 1) * lead
    return y + lead
