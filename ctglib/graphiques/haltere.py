"""Dumbbells: the rates of a territory and of its reference, one row an indicator, sorted by gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, enumerer
from ctglib.graphiques.echelle import echelle
from ctglib.graphiques.planche import assemble
from ctglib.graphiques.rangees import GUTTER, LINE_OF_NAMES, put_axis, put_names, put_note, put_rows

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.echelle import Echelle
    from ctglib.graphiques.planche import Planche

TOP = 17.0
BESIDE, THIRD = 7.0, 5.5
TIRET = "–"
GARDEES = ["indicateur", "libelle", "unite", "annee", "valeur", "statut", "valeur_reference", "statut_reference",
           "ecart"]  # fmt: skip


def haltere(
    comparaison: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "", autre: str = ""
) -> Figure:
    """Return the dumbbell chart of a comparison, from the highest gap to the lowest; rows without a gap come last.

    - ``comparaison``: rows of ``ctglib.calculs.comparaison.comparer``, at least one, whose values share a scale; a
      column ``valeur_autre`` adds the values of third places, which ``autre`` names.
    - ``autre``: what the third mark of a row is.
    The other arguments are those of ``planche.assemble``.

    Raises:
        ValueError: The rows mix units that do not share a scale: rates do (in %, for 100), others only with themselves.
    """
    unites = set(comparaison["unite"])
    if len(unites) > 1 and set(comparaison["ecart_type"]) != {"points"}:
        raise ValueError(f"Un graphique en haltères ne mêle pas ces unités : {', '.join(sorted(unites))}.")
    rows = comparaison.sort_values("ecart", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    told = list(rows.itertuples())
    shown = rows.assign(
        texte=[contexte.valeur(row.indicateur, row.valeur, row.statut) for row in told],
        texte_reference=[contexte.valeur(row.indicateur, row.valeur_reference, row.statut_reference) for row in told],
        texte_ecart=[
            TIRET if pd.isna(row.ecart) else contexte.ecart(row.indicateur, row.ecart, row.ecart_type) for row in told
        ],
        symbole=[contexte.unites[row.unite].symbole for row in told],
        an=[TIRET if pd.isna(row.annee) else str(int(row.annee)) for row in told],
    )
    complete = shown[shown["ecart"].notna()]
    first, last = (complete if len(complete) else shown).iloc[0], shown.iloc[[0, *complete.index[-1:]]]
    count = f"{len(rows)} indicateurs, de l'écart le plus haut au plus bas" if len(rows) > 1 else "Un indicateur"
    ends = dict.fromkeys(_sentence(row, contexte) for row in last.itertuples())
    columns = (
        Colonne("libelle", "Indicateur"),
        Colonne("an", "Année", numerique=True),
        Colonne("texte", contexte.territoire.nom, numerique=True),
        Colonne("texte_reference", contexte.reference.nom, numerique=True),
        Colonne("texte_ecart", "Écart", numerique=True),
    )
    return assemble(
        contexte, lambda planche: _draw(planche, shown, contexte, autre), nom=nom, titre=titre, source=source,
        alt=f"{count}, {contexte.territoire.nom} et {contexte.reference.nom}. {' ; '.join(ends)}.",
        lecture=("" if pd.isna(first["annee"]) else f"en {first['an']}, ") + f"{_sentence(first, contexte)}.",
        colonnes=columns, lignes=shown, donnees=rows[GARDEES],
    )  # fmt: skip


def _sentence(row: object, contexte: Contexte) -> str:
    gap = "" if row.texte_ecart == TIRET else f" (écart : {row.texte_ecart})"
    own, other = row.texte or "valeur absente", row.texte_reference or "valeur absente"
    return f"« {row.libelle} » : {own} {contexte.territoire.a}, {other} {contexte.reference.a}{gap}"


def _draw(planche: Planche, rows: pd.DataFrame, contexte: Contexte, autre: str) -> float:
    percent = set(rows["symbole"]) == {"%"}
    header = "Écart, en points" if percent else "Écart"
    gaps = rows["texte_ecart"].str.partition(INSECABLE)[0] if percent else rows["texte_ecart"]
    heading = planche.measure(header)
    right = max(heading, planche.widest(gaps, bold=True)) + GUTTER
    rangees = put_rows(planche, rows["libelle"], TOP, first=planche.leading + 3)
    scale = _scale(planche, rows, rangees.left, planche.width - right)
    axes = planche.across(scale)
    bottom = put_axis(planche, axes, scale, TOP - 2, rangees.bottom, symbole="%" if percent else "")
    planche.write(planche.width, LINE_OF_NAMES, header, ha="right", color=planche.couleurs.secondaire)
    placed = rows.assign(y=rangees.middles)
    both = placed[placed["ecart"].notna()]
    axes.hlines(both["y"], both["valeur"], both["valeur_reference"], colors=planche.couleurs.filet, linewidth=2.4)
    if autre:
        axes.vlines(placed["valeur_autre"], placed["y"] - THIRD, placed["y"] + THIRD, linewidth=1.6, clip_on=False,
                    colors=planche.couleurs.secondaire)  # fmt: skip
    names = []
    for name, label, role, form in (("valeur_reference", contexte.reference.nom, "reference", "D"),
                                    ("valeur", contexte.territoire.nom, "territoire", "o")):  # fmt: skip
        known, colour = placed[placed[name].notna()], getattr(planche.couleurs, role)
        planche.marks(axes, known[name], known["y"], colour, form=form)
        names.append((scale.place(known[name].iloc[0]) if len(known) else scale.left, label, colour))
    names.sort(key=lambda name: name[0])
    for row, gap in zip(placed.itertuples(), gaps, strict=True):
        _write_values(planche, axes, scale, row)
        planche.write(planche.width, row.y, gap, ha="right", bold=True)
    if planche.narrow:
        put_names(planche, rangees.middles[0] - planche.leading - 3, names)
    else:
        put_names(planche, LINE_OF_NAMES, names, planche.width - heading - GUTTER)
    symbols = list(dict.fromkeys(rows["symbole"]))
    notes = [f"Échelle commune, en {enumerer(symbols)}."] if len(symbols) > 1 else []
    notes += [f"Trait gris : {autre}."] if autre else []
    return put_note(planche, rangees.left, bottom, " ".join(notes)) if notes else bottom


def _scale(planche: Planche, rows: pd.DataFrame, left: float, right: float) -> Echelle:
    """Return a scale as wide as its zone allows once every value has its text beside its mark."""
    values = [*rows["valeur"], *rows["valeur_reference"]]
    others = rows["valeur_autre"].dropna() if "valeur_autre" in rows else []
    widths = [planche.measure(text, bold=True) + BESIDE for text in (*rows["texte"], *rows["texte_reference"])]
    sure = echelle([*values, *others], left + max(widths), right - max(widths), zero=True)
    if pd.isna(values).any():
        return sure
    places = [(sure.place(value), width) for value, width in zip(values, widths, strict=True)]
    before = max(width - (x - sure.left) for x, width in places)
    after = max(width - (sure.right - x) for x, width in places)
    return replace(sure, left=left + max(before, 0), right=right - max(after, 0))


def _write_values(planche: Planche, axes: Axes, scale: Echelle, row: object) -> None:
    """Write the lowest value on the left of its mark, the other on the right of the last one; or what is absent."""
    colours = planche.couleurs
    ends = [(row.valeur_reference, row.texte_reference, colours.reference, False),
            (row.valeur, row.texte, colours.territoire, True)]  # fmt: skip
    present = sorted((end for end in ends if pd.notna(end[0])), key=lambda end: end[0])
    if not present:
        words = " / ".join(dict.fromkeys(text for _, text, _, _ in ends if text)) or TIRET
        planche.write(scale.left, row.y, words, color=colours.absence, hide=True)
        return
    first, last = present[0], present[-1]
    other = last if first is not last else next(end for end in ends if end is not first)
    for value, side, (_, text, colour, bold) in ((first[0], -1, first), (last[0], 1, other)):
        planche.annotate(axes, (value, row.y), text or TIRET, dx=side * BESIDE, ha="right" if side < 0 else "left",
                         bold=bold, color=colour)  # fmt: skip
