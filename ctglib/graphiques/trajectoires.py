"""Small multiples of a follow-up: one panel an indicator, its points by year, its target, what is missing in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, avec_unite, compter, enumerer, minuscule
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.panneaux import Panneau, put_panels, put_remarks
from ctglib.graphiques.planche import assemble
from ctglib.graphiques.rangees import put_note

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

GARDEES = ["indicateur", "libelle", "unite", "serie", "annee", "valeur", "statut", "cible", "annee_cible", "rupture"]
GAP, BEFORE_NOTE = 22.0, 6.0
COLUMNS, MOST_COLUMNS = {1: 1, 2: 2, 4: 2}, 3
MANY_YEARS = 8  # beyond, two panels a row, and one row a year in the table
SHORT_SYMBOL = 2  # letters
TIRET = "–"
MARQUE_DE_RUPTURE = "(r)"
RUPTURE = f"{MARQUE_DE_RUPTURE} Rupture de série : les valeurs d'avant ne s'y comparent pas."
ECHELLES = {
    (False, True): "L'échelle part de zéro.",
    (False, False): "L'échelle ne part pas de zéro.",
    (True, True): "Chaque panneau a sa propre échelle, à partir de zéro.",
    (True, False): "Chaque panneau a sa propre échelle, qui ne part pas de zéro.",
    (True, None): "Chaque panneau a sa propre échelle ; elle part de zéro là où un trait est tiré sous les points.",
}


@dataclass(frozen=True)
class Serie:
    """An indicator, or one of its modalités: its rows, its panel, its target in words, and the sentence that reads it.

    The sentence, « « Projets » : 12 en 2023, 15 en 2025 (cible : 20 en 2026) », is empty when no value is known.
    """

    nom: str
    rows: pd.DataFrame
    panneau: Panneau
    cible: str
    phrase: str


def trajectoires(lignes: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure | None:
    """Return the panels of the series that have a value, in order; None when none has.

    A series without any value has no panel: the alternative text and the reading name it. Two points are joined unless
    a year between them is absent, or a break of the series stands there.

    Args:
        lignes: One row a series and year: ``indicateur``, ``libelle``, ``unite``, ``serie`` (the modalité, "" when the
            indicator has none; the same as the label when the panel bears its name alone), ``annee``, ``valeur`` (NaN
            with the absence that ``statut`` tells), ``statut``, ``cible`` and ``annee_cible`` (the same on all the rows
            of a series, missing when it has none), ``rupture`` (True in the first year of the new series).
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    rows = lignes.sort_values("annee", kind="stable").astype(
        {"annee": "int64", "valeur": "Float64", "cible": "Float64"}
    )
    rows = rows.astype({"valeur": "float64", "cible": "float64", "rupture": bool})
    rows["texte"] = [_text(row, row.valeur, contexte) for row in rows.itertuples()]
    members = dict(iter(rows.groupby(["indicateur", "serie"], sort=False)))
    series = [_serie(members[key], contexte)
              for key in dict.fromkeys(zip(lignes["indicateur"], lignes["serie"], strict=True))]  # fmt: skip
    known = [serie for serie in series if serie.phrase]
    if not known:
        return None
    absent = [f"« {serie.nom} »" for serie in series if not serie.phrase]
    without = f" Sans aucune valeur, donc sans panneau : {enumerer(absent)}." if absent else ""
    longest = max(known, key=lambda serie: (serie.rows["valeur"].count(), bool(serie.cible)))
    said = " ".join(f"{serie.phrase}." for serie in known)
    return assemble(
        contexte, lambda planche: _draw(planche, [serie.panneau for serie in known]), nom=nom, titre=titre,
        source=source, alt=f"Évolution de {compter(len(known), 'série')}. {said}{without}",
        lecture=f"{longest.phrase}.{without}", **_chiffres(series, contexte),
    )  # fmt: skip


def _text(row: object, value: float, contexte: Contexte) -> str:
    """Return a value with its unit, or the word of its absence; a series that is no indicator has its unit's form."""
    if row.indicateur in contexte.indicateurs or pd.isna(value):
        return contexte.valeur(row.indicateur, value, row.statut)
    unite = contexte.unites[row.unite]
    return avec_unite(value, unite.apres(value), unite.decimales)


def _serie(rows: pd.DataFrame, contexte: Contexte) -> Serie:
    first, known = rows.iloc[0], rows[rows["valeur"].notna()]
    unite, statut = contexte.unites[first.unite], contexte.statuts.get(Statut.PROVISOIRE)
    modalite = "" if first.serie == first.libelle else first.serie
    nom = f"{first.libelle} ({modalite})" if modalite else first.libelle
    remarks, target, place = [], "", None
    for row in rows[rows["cible"].notna()].head(1).itertuples():
        year = None if pd.isna(row.annee_cible) else int(row.annee_cible)
        target = _text(row, row.cible, contexte) + ("" if year is None else f" en {year}")
        place = (rows["annee"].iloc[-1] if year is None else year, row.cible)  # without a year, at the last point
        remarks.append(("cible", f"Cible : {target}"))
    for word, years in rows[rows["valeur"].isna()].groupby("texte", sort=False)["annee"]:
        remarks.append(("absence", f"{_years(years)} : {word}"))
    hollow = known["statut"].eq(Statut.PROVISOIRE)
    if hollow.any() and statut:
        remarks.append(("provisoire", f"{_years(known.loc[hollow, 'annee'])} : {minuscule(statut.libelle)}"))
    breaks = rows.loc[rows["rupture"], "annee"][lambda years: years.index != rows.index[0]]
    if len(breaks):
        remarks.append(("rupture", f"Rupture de série en {_years(breaks)}"))
    short = len(unite.symbole) <= SHORT_SYMBOL  # then a value bears it beside its point
    labels = rows["texte"] if short else [
        text.removesuffix(f"{INSECABLE}{unite.symbole}").removesuffix(f"{INSECABLE}{unite.singulier}")
        for text in rows["texte"]
    ]  # fmt: skip
    points = pd.DataFrame({
        "annee": rows["annee"], "nouvelle": rows["rupture"], "provisoire": rows["statut"].eq(Statut.PROVISOIRE),
        "valeur": rows["valeur"], "texte": labels,
    })  # fmt: skip
    detail = ", ".join(filter(None, (modalite, "" if short else minuscule(unite.libelle))))
    ends = dict.fromkeys(
        f"{row.texte} en {row.annee}" for row in known.iloc[[0, -1] if len(known) else []].itertuples()
    )
    notes = " ; ".join(minuscule(note) for _, note in remarks)
    sentence = f"« {nom} » : {', '.join(ends)}" + (f" ({notes})" if notes else "") if ends else ""
    return Serie(nom, rows, Panneau(first.libelle, detail, points, place, tuple(remarks)), target, sentence)


def _years(years: pd.Series) -> str:
    return enumerer([str(year) for year in years])


def _draw(planche: Planche, panels: Sequence[Panneau]) -> float:
    years = [*(year for panel in panels for year in panel.points["annee"]), *(p.cible[0] for p in panels if p.cible)]
    columns = 1 if planche.narrow else COLUMNS.get(len(panels), MOST_COLUMNS)
    columns = min(columns, 2) if max(years) - min(years) >= MANY_YEARS else columns
    said = [text for panel in panels for signe, text in panel.remarques if signe == "provisoire"]
    shared = [("provisoire", said[0])] if len(said) > 1 and len(set(said)) == 1 else []  # said once, under all
    panels = [replace(panel, remarques=tuple(note for note in panel.remarques if note not in shared))
              for panel in panels]  # fmt: skip
    bottom = put_panels(planche, panels, 0.0, columns=columns, gap=GAP)
    if shared:
        bottom = put_remarks(planche, shared, (0.0, planche.width), bottom + BEFORE_NOTE)
    starts = {panel.from_zero for panel in panels}
    note = ECHELLES[len(panels) > 1, starts.pop() if len(starts) == 1 else None]
    return put_note(planche, 0.0, bottom + BEFORE_NOTE, note)


def _chiffres(series: Sequence[Serie], contexte: Contexte) -> dict[str, Any]:
    """Return the numbers: one row a series and one column a year; with many years, one row a year, by series."""
    rows = pd.concat([serie.rows for serie in series], ignore_index=True)
    years = [str(year) for year in sorted(rows["annee"].unique())]
    cells, groups = [], []
    for serie in series:
        told = {str(row.annee): _cell(row) for row in serie.rows.itertuples()}
        cible = {"cible": serie.cible or TIRET}
        if len(years) > MANY_YEARS:
            groups += [serie.nom] * len(told)
            cells += [{"annee": year, "texte": text, **cible} for year, text in told.items()]
        else:
            cells.append({"serie": serie.nom, **dict.fromkeys(years, TIRET), **told, **cible})
    columns = [Colonne("annee", "Année"), Colonne("texte", "Valeur", numerique=True)]
    if not groups:
        columns = [Colonne("serie", "Série"), *(Colonne(year, year, numerique=True) for year in years)]
    if any(serie.cible for serie in series):
        columns.append(Colonne("cible", "Cible", numerique=True))
    notes = legende(set(rows.loc[rows["valeur"].notna(), "statut"]), contexte)
    return {"colonnes": columns, "lignes": pd.DataFrame(cells), "donnees": rows[GARDEES],
            "groupes": tuple(groups) or None, "notes": (*notes, *[RUPTURE] * bool(rows["rupture"].any()))}  # fmt: skip


def _cell(row: Any) -> str:
    """Return a value with its marks, or the word of its absence."""
    marked = row.texte if pd.isna(row.valeur) else marquer(row.texte, row.statut)
    return f"{marked} {MARQUE_DE_RUPTURE}" if row.rupture else marked
