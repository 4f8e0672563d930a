"""The ages that the structures of the territory take, beside the children of each age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, enumerer, minuscule, nombre
from ctglib.graphiques.assemblage import Chiffres, assemble
from ctglib.graphiques.echelle import Echelle, echelle
from ctglib.graphiques.rangees import GUTTER, Groupe, Ligne, left_of_marks, put_groups, put_rules

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

THICKNESS, BESIDE = 12.0, 5.0
UNITE_DES_AGES = "Âge, en années"
SANS_AGE = "Aucune structure dont les âges soient connus."
BANDEAU = "Enfants des familles allocataires de la Caf, selon l'âge"
HEIGHT_OF_BAND, POINT_OF_ARROW = 15.0, 8.0


def _bar(axes: Axes, y: float, start: float, end: float, color: str, thickness: float = THICKNESS) -> None:
    """Put a horizontal bar over the rules; ``y`` is its middle."""
    axes.barh(y, end - start, thickness, start, color=color, zorder=2.2, clip_on=False)


# Ages.


def ages(
    ages: pd.DataFrame, tranches: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "",
    jusqu_a: int = 0,
) -> Figure:  # fmt: skip
    """Return the chart of the ages, category by category; an age that goes beyond the scale ends with an arrow.

    Args:
        ages: Rows of ``ctglib.calculs.offre.ages``.
        tranches: Children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN when absent) and
            ``libelle`` (« Enfants de 3 à 5 ans »).
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
        jusqu_a: The oldest age that must be seen, beyond the children who are counted.
    """
    rows = ages.assign(fin=ages["age_max"].map(_end_of_age))
    bands = tranches.assign(fin=tranches["age_max"].map(_end_of_age)).sort_values("age_min")
    return assemble(
        contexte, lambda planche: _draw_ages(planche, rows, bands, _end_of_age(jusqu_a)), nom=nom, titre=titre,
        source=source, alt=_alt_of_ages(rows, bands, contexte), lecture=_lecture_of_ages(rows, bands, contexte),
        chiffres=_chiffres_of_ages(rows, bands),
    )  # fmt: skip


def _end_of_age(age_max: float) -> float:
    """Return where an age ends: « 10 ans » lasts until the eleventh birthday, while 30 months is a point in time."""
    return age_max + 1 if age_max == int(age_max) else age_max


def _draw_ages(planche: Planche, rows: pd.DataFrame, bands: pd.DataFrame, furthest: float) -> float:
    ends = bands["fin"] if len(bands) else rows["fin"]
    scale = echelle([0.0, *ends, furthest], left_of_marks(planche), planche.width, zero=True)
    axes = planche.across(scale)
    top = _put_band(planche, axes, scale, bands) if len(bands) else 0.0
    groups = [
        Groupe(str(title), tuple(Ligne(row.nom, _kind(row.nom, row.libelle_type)) for row in members.itertuples()))
        for title, members in rows.groupby("libelle_categorie", sort=False)
    ]
    rangees = put_groups(planche, groups or [Groupe("", (), SANS_AGE)], top)
    bounds = sorted(
        {*bands["age_min"], *bands["fin"], max(furthest, bands["fin"].max())} if len(bands) else scale.graduations()
    )
    bottom = put_rules(planche, axes, scale, rangees, [(bound, nombre(bound)) for bound in bounds],
                       unite=UNITE_DES_AGES)  # fmt: skip
    for y, row in zip(rangees.middles, rows.itertuples(), strict=True):
        _put_span(planche, axes, scale, y, row)
    return bottom


def _kind(nom: str, kind: str) -> str:
    """Return the kind, unless the name begins with it."""
    return "" if nom.startswith(kind) else kind


def _put_band(planche: Planche, axes: Axes, scale: Echelle, bands: pd.DataFrame) -> float:
    """Put the children of each age group as a thin band, and return where the rows start."""
    width = planche.width if planche.narrow else scale.left - GUTTER
    lines = planche.wrap(BANDEAU, width, bold=True)
    text = len(lines) * planche.leading
    height = text + HEIGHT_OF_BAND + 2 if planche.narrow else max(text, HEIGHT_OF_BAND)
    middle = height - HEIGHT_OF_BAND / 2 if planche.narrow else height / 2
    planche.write_lines(0, text / 2 if planche.narrow else middle, lines, bold=True)
    axes.barh([middle] * len(bands), bands["fin"] - bands["age_min"], HEIGHT_OF_BAND, bands["age_min"],
              color=planche.shade(3), edgecolor=planche.couleurs.fond, linewidth=1.5, clip_on=False)  # fmt: skip
    for band in bands.itertuples():
        left, right = scale.place(band.age_min), scale.place(band.fin)
        written = "–" if pd.isna(band.effectif) else nombre(band.effectif)
        if planche.measure(written, bold=True) <= right - left - 1.5:
            planche.write((left + right) / 2, middle, written, ha="center", bold=True)
    return height + GUTTER


def _put_span(planche: Planche, axes: Axes, scale: Echelle, y: float, row: object) -> None:
    """Put a span and its text: on its right, on its left when there is no room, else on the span itself."""
    beyond, colour = row.fin > scale.high, planche.couleurs.territoire
    left, right = scale.place(row.age_min), scale.place(min(row.fin, scale.high))
    end = min(row.fin, scale.high)
    if beyond:
        planche.arrow(right, y, (1.0, 0.0), colour)
        end -= POINT_OF_ARROW * (scale.high - scale.low) / (scale.right - scale.left)
    _bar(axes, y, row.age_min, end, colour)
    width = planche.measure(row.texte) + BESIDE
    if not beyond and right + width <= planche.width:
        planche.write(right + BESIDE, y, row.texte, hide=True)
    elif left - width >= scale.left:
        planche.write(left - BESIDE, y, row.texte, ha="right", hide=True)
    else:
        planche.write(left + BESIDE, y, row.texte, color=planche.couleurs.fond)


def _sentence_of_age(row: object) -> str:
    return f"« {row.nom} » : {row.texte}"


def _counts(bands: pd.DataFrame) -> str:
    """Return « 473 enfants de moins de 3 ans et 458 enfants de 3 à 5 ans »; nothing when no count is known."""
    known = bands[bands["effectif"].notna()]
    return enumerer([f"{nombre(band.effectif)} {minuscule(band.libelle)}" for band in known.itertuples()])


def _alt_of_ages(rows: pd.DataFrame, bands: pd.DataFrame, contexte: Contexte) -> str:
    spans, counts = " ; ".join(map(_sentence_of_age, rows.itertuples())), _counts(bands)
    opening = f"Âges de {compter(len(rows), 'structure')}, {contexte.territoire.nom}. {spans}." if spans else SANS_AGE
    return f"{opening} Enfants comptés : {counts}." if counts else opening


def _lecture_of_ages(rows: pd.DataFrame, bands: pd.DataFrame, contexte: Contexte) -> str:
    """Return the reading of the widest span within the scale, and of the children counted at these ages."""
    if rows.empty:
        return minuscule(SANS_AGE)
    last = (bands if len(bands) else rows)["fin"].max()
    row = max(rows.itertuples(), key=lambda row: row.fin - row.age_min if row.fin <= last else 0)
    counts = _counts(bands[(bands["age_min"] >= row.age_min) & (bands["fin"] <= row.fin)])
    children = f" ; {contexte.territoire.a}, on compte {counts}" if counts else ""
    return f"{_sentence_of_age(row)}, l'âge le plus haut étant compris{children}."


def _chiffres_of_ages(rows: pd.DataFrame, bands: pd.DataFrame) -> Chiffres:
    columns = (
        Colonne("nom", "Structure ou tranche d'âge"),
        Colonne("libelle_type", "Type"),
        Colonne("texte", "Âges"),
        Colonne("effectif", "Enfants", numerique=True),
    )
    counted = pd.DataFrame(
        {
            "nom": bands["libelle"],
            "libelle_type": "",
            "texte": [f"{nombre(band.age_min)} à {nombre(band.age_max)} ans" for band in bands.itertuples()],
            "effectif": ["–" if pd.isna(value) else nombre(value) for value in bands["effectif"]],
        }
    )
    cells = pd.concat([rows[["nom", "libelle_type", "texte"]].assign(effectif=""), counted], ignore_index=True)
    raw = pd.concat([rows.drop(columns=["fin", "texte"]), bands.rename(columns={"libelle": "nom"}).drop(columns="fin")])
    return Chiffres(columns, cells, raw.reset_index(drop=True))
