"""The ages that the structures of the territory take, beside the children of each age."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.tableau import Colonne
from ctglib.document.typographie import compter, enumerer, minuscule, nombre
from ctglib.graphiques.echelle import Echelle, echelle
from ctglib.graphiques.planche import OVER_RULES, assemble
from ctglib.graphiques.rangees import BETWEEN_ROWS, GUTTER, left_of_marks, put_axis, put_rows

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
BEFORE_A_GROUP, UNDER_A_TITLE = 8.0, 5.0


def ages(
    ages: pd.DataFrame, tranches: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "",
    jusqu_a: int = 0,
) -> Figure:  # fmt: skip
    """Return the chart of the ages, category by category; an age that goes beyond the scale ends with an arrow.

    - ``ages``: rows of ``ctglib.calculs.offre.ages``.
    - ``tranches``: children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN when absent) and
      ``libelle`` (« Enfants de 3 à 5 ans »).
    - ``jusqu_a``: the oldest age that must be seen, beyond the children who are counted.
    The other arguments are those of ``planche.assemble``.
    """
    rows = ages.assign(fin=ages["age_max"].map(_end_of_age))
    bands = tranches.assign(
        fin=tranches["age_max"].map(_end_of_age),
        compte=["–" if pd.isna(value) else nombre(value) for value in tranches["effectif"]],
    ).sort_values("age_min")
    spans, counts = " ; ".join(map(_sentence, rows.itertuples())), _counts(bands)
    place = contexte.territoire
    alt = f"Âges de {compter(len(rows), 'structure')}, {place.nom}. {spans}." if spans else SANS_AGE
    lecture = minuscule(SANS_AGE)
    if len(rows):  # the widest span within the scale, and the children counted at these ages
        last = (bands if len(bands) else rows)["fin"].max()
        row = max(rows.itertuples(), key=lambda row: row.fin - row.age_min if row.fin <= last else 0)
        within = _counts(bands[(bands["age_min"] >= row.age_min) & (bands["fin"] <= row.fin)])
        children = f" ; {place.a}, on compte {within}" if within else ""
        lecture = f"{_sentence(row)}, l'âge le plus haut étant compris{children}."
    columns = (
        Colonne("nom", "Structure ou tranche d'âge"),
        Colonne("libelle_type", "Type"),
        Colonne("texte", "Âges"),
        Colonne("compte", "Enfants", numerique=True),
    )
    counted = bands.assign(
        nom=bands["libelle"], libelle_type="",
        texte=[f"{nombre(band.age_min)} à {nombre(band.age_max)} ans" for band in bands.itertuples()],
    )  # fmt: skip
    raw = [
        rows.drop(columns=["fin", "texte"]),
        bands.rename(columns={"libelle": "nom"}).drop(columns=["fin", "compte"]),
    ]
    return assemble(
        contexte, lambda planche: _draw(planche, rows, bands, _end_of_age(jusqu_a)), nom=nom, titre=titre,
        source=source, alt=f"{alt} Enfants comptés : {counts}." if counts else alt, lecture=lecture, colonnes=columns,
        lignes=pd.concat([rows.assign(compte=""), counted]), donnees=pd.concat(raw, ignore_index=True),
    )  # fmt: skip


def _end_of_age(age_max: float) -> float:
    """Return where an age ends: « 10 ans » lasts until the eleventh birthday, while 30 months is a point in time."""
    return age_max + 1 if age_max == int(age_max) else age_max


def _sentence(row: object) -> str:
    return f"« {row.nom} » : {row.texte}"


def _counts(bands: pd.DataFrame) -> str:
    """Return « 473 enfants de moins de 3 ans et 458 enfants de 3 à 5 ans »; nothing when no count is known."""
    known = bands[bands["effectif"].notna()]
    return enumerer([f"{band.compte} {minuscule(band.libelle)}" for band in known.itertuples()])


def _draw(planche: Planche, rows: pd.DataFrame, bands: pd.DataFrame, furthest: float) -> float:
    ends = bands["fin"] if len(bands) else rows["fin"]
    scale = echelle([0.0, *ends, furthest], left_of_marks(planche), planche.width, zero=True)
    axes, grey = planche.across(scale), planche.couleurs
    top = y = _put_band(planche, axes, scale, bands) if len(bands) else 0.0
    if rows.empty:
        y = planche.put_text(0, y, SANS_AGE, color=grey.absence) + BETWEEN_ROWS
    for rank, (title, members) in enumerate(rows.groupby("libelle_categorie", sort=False)):
        if rank:
            planche.rule([(0, y), (planche.width, y)], grey.filet, 0.5)
            y += BEFORE_A_GROUP
        y = planche.put_text(0, y, str(title), lines=3, bold=True, hide=True) + UNDER_A_TITLE
        # The kind qualifies the name, unless it begins with it.
        kinds = ["" if row.nom.startswith(row.libelle_type) else row.libelle_type for row in members.itertuples()]
        rangees = put_rows(planche, members["nom"], y, details=kinds)
        y = rangees.bottom + BETWEEN_ROWS
        for middle, row in zip(rangees.middles, members.itertuples(), strict=True):
            _put_span(planche, axes, scale, middle, row)
    bounds = (
        {*bands["age_min"], *bands["fin"], max(furthest, bands["fin"].max())} if len(bands) else scale.graduations()
    )
    bottom = put_axis(planche, axes, scale, top, y - BETWEEN_ROWS,
                      values=[(bound, nombre(bound)) for bound in sorted(bounds)])  # fmt: skip
    right, line = (planche.width, bottom + 5) if planche.narrow else (scale.left - GUTTER, bottom - 6)
    planche.write(right, line, UNITE_DES_AGES, ha="right", color=grey.secondaire)
    return line + 6


def _put_band(planche: Planche, axes: Axes, scale: Echelle, bands: pd.DataFrame) -> float:
    """Put the children of each age group as a thin band, and return where the rows start."""
    width = planche.width if planche.narrow else scale.left - GUTTER
    lines = planche.wrap(BANDEAU, width, bold=True)
    text = len(lines) * planche.leading
    height = text + HEIGHT_OF_BAND + 2 if planche.narrow else max(text, HEIGHT_OF_BAND)
    middle = height - HEIGHT_OF_BAND / 2 if planche.narrow else height / 2
    planche.write_lines(0, text / 2 if planche.narrow else middle, lines, bold=True)
    axes.barh([middle] * len(bands), bands["fin"] - bands["age_min"], HEIGHT_OF_BAND, bands["age_min"],
              color=planche.shade[3], edgecolor=planche.couleurs.fond, linewidth=1.5, clip_on=False)  # fmt: skip
    for band in bands.itertuples():
        left, right = scale.place(band.age_min), scale.place(band.fin)
        if planche.measure(band.compte, bold=True) <= right - left - 1.5:
            planche.write((left + right) / 2, middle, band.compte, ha="center", bold=True)
    return height + GUTTER


def _put_span(planche: Planche, axes: Axes, scale: Echelle, y: float, row: object) -> None:
    """Put a span and its text: on its right, on its left when there is no room, else on the span itself."""
    beyond, colour, end = row.fin > scale.high, planche.couleurs.territoire, min(row.fin, scale.high)
    left, right = scale.place(row.age_min), scale.place(end)
    if beyond:
        planche.arrow(right, y, 1, colour)
        end -= POINT_OF_ARROW * (scale.high - scale.low) / (scale.right - scale.left)
    axes.barh(y, end - row.age_min, THICKNESS, row.age_min, color=colour, zorder=OVER_RULES, clip_on=False)
    width = planche.measure(row.texte) + BESIDE
    if not beyond and right + width <= planche.width:
        planche.write(right + BESIDE, y, row.texte, hide=True)
    elif left - width >= scale.left:
        planche.write(left - BESIDE, y, row.texte, ha="right", hide=True)
    else:
        planche.write(left + BESIDE, y, row.texte, color=planche.couleurs.fond)
