"""Parts of a whole: one bar of 100 % a group, its labels in its segments, what is hidden hatched and said in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import FINE, INSECABLE, compter, enumerer, minuscule, pourcent
from ctglib.graphiques.assemblage import Cartouche, Chiffres, assembler
from ctglib.graphiques.nuances import encre, nuances
from ctglib.graphiques.paquets import entier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

LIGNES = 3
LIGNES_DEDANS = 2
MARGE = 4.0
SOUS_LE_NOM = 2.0
ENTRE_BARRES = 11.0
SEPARATEUR = 1.4
PASTILLE = 7.0
ENTRE_ENTREES = 12.0
TOUT = 100.0
MINIMUM = 0.05  # a rest of 100 % that is only rounding
TIRET = "–"
LUES = ("groupe", "modalite", "libelle", "part", "statut")
GARDEES = ("groupe", "modalite", "libelle", "part", "effectif", "statut")


@dataclass(frozen=True)
class Part:
    """What a group has of a modalité, in %; None when it is absent, and ``texte`` then says so."""

    modalite: str
    libelle: str
    part: float | None
    texte: str


Groupes = dict[str, list[Part]]


@dataclass(frozen=True)
class Segment:
    """A part of a bar, in %; ``couleur`` is empty when it is hidden or absent, and ``texte`` then says so."""

    libelle: str
    texte: str
    part: float
    couleur: str


def parts(parts: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure | None:
    """Return the bars of the groups, in order; None when no part is known.

    Args:
        parts: One row a group and modalité: ``groupe``, ``modalite``, ``libelle`` (of the modalité), ``part`` (in %,
            NaN with the absence that ``statut`` tells), ``effectif`` (NaN when hidden), ``statut``.
        contexte: The words and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    if not parts["part"].notna().any():
        return None
    groups: dict[str, list[Part]] = {}
    for groupe, modalite, libelle, value, statut in zip(*(parts[name] for name in LUES), strict=True):
        absent = pd.isna(value)
        text = contexte.absence(statut) if absent else pourcent(value, 1)
        groups.setdefault(str(groupe), []).append(Part(modalite, libelle, None if absent else float(value), text))
    return assembler(
        Cartouche(nom, titre, source or contexte.source),
        lambda planche: _dessiner(planche, groups),
        alt=_alt(groups),
        lecture=_lecture(groups),
        chiffres=_chiffres(groups, parts[list(GARDEES)]),
    )


def _modalites(groups: Groupes) -> dict[str, str]:
    """Return the label of each modalité, in the order in which they are met."""
    return {part.modalite: part.libelle for members in groups.values() for part in members}


def _dessiner(planche: Planche, groups: Groupes) -> float:
    names = _modalites(groups)
    shades = dict(zip(names, nuances(planche, len(names)), strict=True))
    y = 0.0
    for name, members in groups.items():
        y = _barre(planche, y, name, _segments(members, shades)) + ENTRE_BARRES
    return y - ENTRE_BARRES + 2


def _segments(members: Sequence[Part], shades: dict[str, str]) -> list[Segment]:
    """Return the known parts in order, then one segment a reason of absence, which share what is left of 100 %."""
    known = [part for part in members if part.part is not None]
    found = [Segment(part.libelle, part.texte, part.part, shades[part.modalite]) for part in known]
    hidden = _absentes(members)
    left = max(TOUT - sum(part.part for part in known), 0.0)
    rest = left / len(hidden) if len(hidden) and left > MINIMUM else 0.0
    return found + [Segment(_ensemble(labels), word, rest, "") for word, labels in hidden.items()]


def _absentes(members: Sequence[Part]) -> dict[str, list[str]]:
    """Return the labels of the parts that are absent, by the word that says so."""
    found: dict[str, list[str]] = {}
    for part in members:
        if part.part is None:
            found.setdefault(part.texte, []).append(part.libelle)
    return found


def _ensemble(labels: Sequence[str]) -> str:
    """Return « Autre commune et non renseigné »."""
    return enumerer([label if rank == 0 else minuscule(label) for rank, label in enumerate(labels)])


def _barre(planche: Planche, haut: float, nom: str, segments: Sequence[Segment]) -> float:
    """Put the name of a group, its bar, and under it the labels that have no room inside; return its bottom."""
    lead = planche.interligne
    names = planche.couper(nom, planche.largeur, LIGNES, gras=True)
    planche.paragraphe(0, haut + len(names) * lead / 2, names, gras=True)
    top = haut + len(names) * lead + SOUS_LE_NOM
    whole = max(sum(segment.part for segment in segments), TOUT)
    widths = [segment.part / whole * planche.largeur for segment in segments]
    inside = [_dedans(planche, segment, width) for segment, width in zip(segments, widths, strict=True)]
    height = max(1, *(len(lines) for lines in inside)) * lead + 2 * MARGE
    x = 0.0
    for segment, width, lines in zip(segments, widths, inside, strict=True):
        _segment(planche, segment, (x, top, width, height), lines)
        x += width
    _contour(planche, (0.0, top, planche.largeur, height))
    outside = [segment for segment, lines in zip(segments, inside, strict=True) if not lines]
    return _dehors(planche, top + height + 4, outside)


def _dedans(planche: Planche, segment: Segment, largeur: float) -> list[str]:
    """Return the lines of a segment: its label, then its part; none without room.

    Over hatching a label has one line, or goes under the bar.
    """
    room, text = largeur - 2 * MARGE, segment.texte
    if planche.mesurer(text, gras=True) > room:
        return []
    lines = planche.couper(segment.libelle, room, LIGNES_DEDANS if segment.couleur else 1)
    return [*lines, text] if entier(" ".join(planche.couper(segment.libelle, 1e6, 1)), lines) else []


def _segment(
    planche: Planche, segment: Segment, place: tuple[float, float, float, float], lignes: Sequence[str]
) -> None:
    (x, y, width, height), lead = place, planche.interligne
    if not width:
        return
    hidden = not segment.couleur
    planche.rectangle(x, y, width, height, couleur=segment.couleur or None, hachure=hidden)
    if x:
        planche.trait([(x, y), (x, y + height)], planche.couleurs.fond, SEPARATEUR)
    colour = planche.couleurs.absence if hidden else encre(planche, segment.couleur)
    first = y + (height - (len(lignes) - 1) * lead) / 2
    for rank, line in enumerate(lignes):
        last = rank == len(lignes) - 1
        planche.texte(x + MARGE, first + rank * lead, line, gras=last, couleur=colour, fond=hidden)


def _contour(planche: Planche, place: tuple[float, float, float, float]) -> None:
    """Put a thin outline, without which the lightest shade would be lost on the page."""
    x, y, width, height = place
    corners = [(x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y)]
    planche.trait(corners, planche.couleurs.filet, 0.5)


def _dehors(planche: Planche, haut: float, segments: Sequence[Segment]) -> float:
    """Put the labels under the bar, each after a patch of its colour, one after another; return their bottom."""
    lead, x, y = planche.interligne, 0.0, haut + planche.interligne / 2
    for segment in segments:
        indent = PASTILLE + MARGE
        lines = planche.couper(f"{segment.libelle} : {_soude(segment.texte)}", planche.largeur - indent, LIGNES)
        width = indent + max(planche.mesurer(line) for line in lines)
        if x and (x + width > planche.largeur or len(lines) > 1):
            x, y = 0.0, y + lead
        planche.rectangle(x, y - PASTILLE / 2, PASTILLE, PASTILLE, couleur=segment.couleur or None,
                          hachure=not segment.couleur)  # fmt: skip
        _contour(planche, (x, y - PASTILLE / 2, PASTILLE, PASTILLE))
        planche.paragraphe(x + indent, y + (len(lines) - 1) * lead / 2, lines)
        x, y = x + width + ENTRE_ENTREES, y + (len(lines) - 1) * lead
    return y + lead / 2 if segments else haut - 2


def _soude(texte: str) -> str:
    return texte.replace(" ", INSECABLE) if FINE in texte else texte


def _alt(groups: Groupes) -> str:
    said = [
        f"{name} : {', '.join(f'{part.libelle} {part.texte}' for part in members)}." for name, members in groups.items()
    ]
    counts = f"{compter(len(_modalites(groups)), 'modalité')} dans {compter(len(said), 'groupe')}"
    return f"Parts de {counts}. {' '.join(said)}"


def _lecture(groups: Groupes) -> str:
    """Return the reading of the greatest part of the first group that has one, and what is hidden there."""
    known = {name: [part for part in members if part.part is not None] for name, members in groups.items()}
    name = next(name for name, members in known.items() if members)
    most = max(known[name], key=lambda part: part.part)
    words = " ; ".join(f"{word} : {minuscule(_ensemble(labels))}" for word, labels in _absentes(groups[name]).items())
    return f"{name}, « {most.libelle} » : {most.texte}" + (f" ({words})." if words else ".")


def _chiffres(groups: Groupes, donnees: pd.DataFrame) -> Chiffres:
    """Return the parts, one row a modalité and one column a group; the counts, which the CSV has, are not repeated."""
    columns = (
        Colonne("libelle", "Modalité"),
        *(Colonne(f"g{rank}", f"{name} (%)", numerique=True) for rank, name in enumerate(groups)),
    )
    told = [{part.modalite: part.texte.removesuffix(f"{FINE}%") for part in members} for members in groups.values()]
    cells = [[label, *(group.get(modalite, TIRET) for group in told)] for modalite, label in _modalites(groups).items()]
    return Chiffres(columns, pd.DataFrame(cells, columns=[column.cle for column in columns]), donnees)
