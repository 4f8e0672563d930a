"""Small multiples of a follow-up: one panel an indicator, its points by year, its target, what is missing in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, avec_unite, compter, enumerer, minuscule
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.assemblage import Chiffres, assemble

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.panneaux import Panneau
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
    """An indicator, or one of its modalités.

    Args:
        rows: Its rows, in the order of the years, with ``texte`` and ``etiquette``: what a value reads.
        modalite: The modalité, "" when it is itself the title.
        unite: Said under the title when values are written without it.
        provisoire: The word for a value that is not final.
        cible: Value, text and year of the target (None when the text gives none), if there is a target.
    """

    rows: list[Any]
    modalite: str
    unite: str
    provisoire: str
    cible: tuple[float, str, int | None] | None

    @property
    def nom(self) -> str:
        """Return the label, and the modalité when there is one."""
        label = self.rows[0].libelle
        return f"{label} ({self.modalite})" if self.modalite else label

    @cached_property
    def known(self) -> list[Any]:
        """Return the rows that have a value."""
        return [row for row in self.rows if row.valeur == row.valeur]

    @property
    def target(self) -> str:
        """Return « 20 en 2026 »."""
        _, text, year = self.cible
        return text if year is None else f"{text} en {year}"

    @property
    def target_year(self) -> int:
        """Return where the target is drawn: at the last point when the text gives no year."""
        written = self.cible[2] if self.cible else None
        return self.rows[-1].annee if written is None else written

    @property
    def provisional(self) -> str:
        """Return which values are not final, "" when all are, or when it is said elsewhere."""
        hollow = [str(row.annee) for row in self.known if row.statut == Statut.PROVISOIRE]
        return f"{enumerer(hollow)} : {self.provisoire}" if hollow and self.provisoire else ""

    @cached_property
    def remarks(self) -> list[tuple[str, str]]:
        """Return what the points alone do not say, each with its sign: target, absent years by reason, and so on."""
        notes, absent = [("cible", f"Cible : {self.target}")] if self.cible else [], {}
        for row in self.rows:
            if row.valeur != row.valeur:
                absent.setdefault(row.texte, []).append(str(row.annee))
        notes += [("absence", f"{enumerer(years)} : {word}") for word, years in absent.items()]
        notes += [("provisoire", self.provisional)] if self.provisional else []
        breaks = [str(row.annee) for row in self.rows[1:] if row.rupture]
        return [*notes, *([("rupture", f"Rupture de série en {enumerer(breaks)}")] if breaks else [])]

    @cached_property
    def sentence(self) -> str:
        """Return « « Projets » : 12 en 2023, 15 en 2025 (cible : 20 en 2026) »: both ends, and what goes with them."""
        ends = dict.fromkeys(f"{row.texte} en {row.annee}" for row in (self.known[0], self.known[-1]))
        notes = " ; ".join(minuscule(note) for _, note in self.remarks)
        return f"« {self.nom} » : {', '.join(ends)}" + (f" ({notes})" if notes else "")


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
    rows = lignes.sort_values("annee", kind="stable")
    rows = rows.astype({"annee": "int64", "valeur": "Float64", "cible": "Float64"})
    rows = rows.astype({"valeur": "float64", "cible": "float64"})
    rows["texte"] = [_text(row, row.valeur, contexte) for row in rows.itertuples()]
    rows["etiquette"] = [_label(row, contexte) for row in rows.itertuples()]
    found = {key: [] for key in zip(lignes["indicateur"], lignes["serie"], strict=True)}
    for row in rows.itertuples():
        found[row.indicateur, row.serie].append(row)
    series = [_serie(members, contexte) for members in found.values()]
    known = [serie for serie in series if serie.known]
    if not known:
        return None
    absent = [f"« {serie.nom} »" for serie in series if not serie.known]
    without = f" Sans aucune valeur, donc sans panneau : {enumerer(absent)}." if absent else ""
    longest = max(known, key=lambda serie: (len(serie.known), serie.cible is not None))
    said = " ".join(f"{serie.sentence}." for serie in known)
    return assemble(
        contexte, lambda planche: _draw(planche, known), nom=nom, titre=titre, source=source,
        alt=f"Évolution de {compter(len(known), 'série')}. {said}{without}",
        lecture=f"{longest.sentence}.{without}",
        chiffres=_chiffres(series, contexte), plots=len(known),
    )  # fmt: skip


def _text(row: object, value: float, contexte: Contexte) -> str:
    """Return a value with its unit, or the word of its absence; a series that is no indicator has its unit's form."""
    if row.indicateur in contexte.indicateurs or pd.isna(value):
        return contexte.valeur(row.indicateur, value, row.statut)
    unite = contexte.unites[row.unite]
    return avec_unite(value, unite.apres(value), unite.decimales)


def _label(row: object, contexte: Contexte) -> str:
    """Return a value as it is written beside its point: with its unit when the symbol is as short as « % »."""
    unite = contexte.unites[row.unite]
    if len(unite.symbole) <= SHORT_SYMBOL:
        return row.texte
    return row.texte.removesuffix(f"{INSECABLE}{unite.symbole}").removesuffix(f"{INSECABLE}{unite.singulier}")


def _serie(rows: list[Any], contexte: Contexte) -> Serie:
    first, unite = rows[0], contexte.unites[rows[0].unite]
    cible = None
    for row in [row for row in rows if row.cible == row.cible][:1]:
        year = None if pd.isna(row.annee_cible) else int(row.annee_cible)
        cible = (row.cible, _text(row, row.cible, contexte), year)
    statut = contexte.statuts.get(Statut.PROVISOIRE)
    return Serie(
        rows,
        modalite="" if first.serie == first.libelle else first.serie,
        unite=minuscule(unite.libelle) if len(unite.symbole) > SHORT_SYMBOL else "",
        provisoire=minuscule(statut.libelle) if statut else "",
        cible=cible,
    )


def _draw(planche: Planche, series: Sequence[Serie]) -> float:
    from ctglib.graphiques.panneaux import Signe, put_panels, put_remarks
    from ctglib.graphiques.rangees import put_note

    years = [year for serie in series for year in (serie.rows[0].annee, serie.rows[-1].annee, serie.target_year)]
    columns = 1 if planche.narrow else COLUMNS.get(len(series), MOST_COLUMNS)
    columns = min(columns, 2) if max(years) - min(years) >= MANY_YEARS else columns
    said = [serie.provisional for serie in series if serie.provisional]
    shared = said[0] if len(said) > 1 and len(set(said)) == 1 else ""  # said once, under all the panels
    panels = [_panneau(replace(serie, provisoire="") if shared else serie) for serie in series]
    bottom = put_panels(planche, panels, 0.0, columns=columns, gap=GAP, years=(min(years), max(years)))
    if shared:
        bottom = put_remarks(planche, [(Signe.PROVISOIRE, shared)], (0.0, planche.width), bottom + BEFORE_NOTE)
    starts = {panel.from_zero for panel in panels}
    note = ECHELLES[len(panels) > 1, starts.pop() if len(starts) == 1 else None]
    return put_note(planche, 0.0, bottom + BEFORE_NOTE, note)


def _panneau(serie: Serie) -> Panneau:
    from ctglib.graphiques.panneaux import Courbe, Panneau, Point, Signe

    points = [
        Point(row.annee, row.valeur, row.etiquette, row.statut == Statut.PROVISOIRE, bool(row.rupture))
        for row in serie.rows
    ]
    return Panneau(
        titre=serie.rows[0].libelle,
        detail=", ".join(part for part in (serie.modalite, serie.unite) if part),
        courbes=(Courbe("territoire", tuple(points)),),
        cible=(serie.target_year, serie.cible[0]) if serie.cible else None,
        remarques=tuple((Signe(sign), text) for sign, text in serie.remarks),
    )


def _chiffres(series: Sequence[Serie], contexte: Contexte) -> Chiffres:
    """Return the numbers: one row a series and one column a year; with many years, one row a year, by series."""
    rows = [row for serie in series for row in serie.rows]
    years = [str(year) for year in sorted({row.annee for row in rows})]
    targets = [Colonne("cible", "Cible", numerique=True)] if any(serie.cible for serie in series) else []
    notes = (*legende({row.statut for row in rows if row.valeur == row.valeur}, contexte),
             *((RUPTURE,) if any(row.rupture for row in rows) else ()))  # fmt: skip
    cells, groups = [], None
    for serie in series:
        told = {str(row.annee): _cell(row) for row in serie.rows}
        cible = {"cible": serie.target if serie.cible else TIRET}
        if len(years) > MANY_YEARS:
            groups = (*(groups or ()), *[serie.nom] * len(told))
            cells += [{"annee": year, "texte": text, **cible} for year, text in told.items()]
        else:
            cells.append({"serie": serie.nom, **dict.fromkeys(years, TIRET), **told, **cible})
    if groups:
        columns = (Colonne("annee", "Année"), Colonne("texte", "Valeur", numerique=True), *targets)
    else:
        columns = (Colonne("serie", "Série"), *(Colonne(year, year, numerique=True) for year in years), *targets)
    table = pd.DataFrame(cells, columns=[column.cle for column in columns])
    return Chiffres(columns, table, pd.DataFrame(rows)[GARDEES], groups, notes)


def _cell(row: Any) -> str:
    """Return a value with its marks, or the word of its absence."""
    marked = row.texte if row.valeur != row.valeur else marquer(row.texte, row.statut)
    return f"{marked} {MARQUE_DE_RUPTURE}" if row.rupture else marked
