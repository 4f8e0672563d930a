"""The offer of the territory: places and the children they are for, ages that structures take, hours of the week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, isnan
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.offre import journees
from ctglib.document.horaires import heure, jours, plage
from ctglib.document.tableau import Colonne
from ctglib.document.typographie import INSECABLE, compter, enumerer, majuscule, minuscule, nombre
from ctglib.graphiques.assemblage import Chiffres, assemble
from ctglib.graphiques.echelle import Echelle, echelle
from ctglib.graphiques.etiquettes import spread
from ctglib.graphiques.rangees import GUTTER, Groupe, Ligne, left_of_marks, put_groups, put_rules

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ctglib.calculs.offre import Journee, Ouverture
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.graphiques.planche import Planche

THICKNESS, BESIDE = 12.0, 5.0
ENFANTS = "Enfants de moins de 3 ans des familles allocataires de la Caf"
ENSEMBLE = "Ensemble des places citées"
UNITE_DES_PLACES, UNITE_DES_AGES, UNITE_DES_HEURES = "Enfants ou places", "Âge, en années", "Heure de la journée"
SANS_AGE = "Aucune structure dont les âges soient connus."
BANDEAU = "Enfants des familles allocataires de la Caf, selon l'âge"
HEIGHT_OF_BAND, POINT_OF_ARROW = 15.0, 8.0
PERIODES = {"scolaire": "en période scolaire", "vacances": "pendant les vacances scolaires"}
JOURS_SUPPOSES = "jours non précisés"
AUCUN_HORAIRE = "aucun horaire"
BAR, BETWEEN_TEXTS, UNDER_TEXT = 7.0, 4.0, 2.0
STEPS = (1, 2, 3, 4, 6)  # hours between two rules: the first that leaves room for the values
ROOM_OF_AN_HOUR = 30.0


def _bar(axes: Axes, y: float, start: float, end: float, color: str, thickness: float = THICKNESS) -> None:
    """Put a horizontal bar over the rules; ``y`` is its middle."""
    axes.barh(y, end - start, thickness, start, color=color, zorder=2.2, clip_on=False)


# Places.


@dataclass(frozen=True)
class Barre:
    """A row: its name, its value (NaN when ``texte`` says that it is absent) and its colour."""

    ligne: Ligne
    valeur: float
    texte: str
    color: str


def places(
    places: pd.DataFrame, enfants: float, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure:
    """Return the chart of the places, kind by kind; structures whose places are absent come last and are said in words.

    Args:
        places: Rows of ``ctglib.calculs.offre.places``.
        enfants: Children under three, NaN when absent.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    kinds = {kind: rank for rank, kind in enumerate(dict.fromkeys(places["type"]))}
    rows = places.assign(
        inconnu=places["places"].isna(),
        rang=places["type"].map(kinds),
        texte=[contexte.absence(row.statut) if pd.isna(row.places) else compter(row.places, "place")
               for row in places.itertuples()],
    )  # fmt: skip
    order = ["inconnu", "rang", "places"]
    rows = rows.sort_values(order, ascending=[True, True, False], kind="stable").reset_index(drop=True)
    return assemble(
        contexte, lambda planche: _draw_places(planche, rows, enfants), nom=nom, titre=titre, source=source,
        alt=_alt_of_places(rows, enfants, contexte), lecture=_lecture_of_places(rows, enfants, contexte),
        chiffres=_chiffres_of_places(rows, enfants),
    )  # fmt: skip


def _children(enfants: float) -> str:
    return "nombre absent" if pd.isna(enfants) else compter(enfants, "enfant")


def _ratio(total: float, enfants: float) -> str:
    """Return « 7,2 pour 100 enfants », nothing without children."""
    return f"{nombre(100 * total / enfants, 1)} pour 100{INSECABLE}enfants" if enfants > 0 else ""


def _draw_places(planche: Planche, rows: pd.DataFrame, enfants: float) -> float:
    bars = _bars_of_places(planche, rows, enfants)
    groups = [Groupe("", tuple(bar.ligne for bar in part)) for part in (bars[:1], bars[1:])]
    rangees = put_groups(planche, groups, 0)
    known = [(y, bar) for y, bar in zip(rangees.middles, bars, strict=True) if not isnan(bar.valeur)]
    scale = _scale_of_places(planche, [bar for _, bar in known])
    axes = planche.across(scale)
    marks = [(value, nombre(value)) for value in scale.graduations()]
    behind = replace(rangees, middles=tuple(y for y, _ in known))
    bottom = put_rules(planche, axes, scale, behind, marks, unite=UNITE_DES_PLACES)
    for y, bar in known:
        _bar(axes, y, 0, bar.valeur, bar.color)
    for y, bar in zip(rangees.middles, bars, strict=True):
        absent = isnan(bar.valeur)
        colour = planche.couleurs.absence if absent else planche.couleurs.texte
        end = scale.place(0.0 if absent else bar.valeur) + BESIDE
        planche.write(end, y, bar.texte, bold=bar.ligne.gras, color=colour, hide=True)
    return bottom


def _bars_of_places(planche: Planche, rows: pd.DataFrame, enfants: float) -> list[Barre]:
    """Return the bar of the children, then that of all the places when some are known, then the structures'."""
    blue, total = planche.couleurs.territoire, rows["places"].sum()
    label = ", soit ".join(part for part in (compter(total, "place"), _ratio(total, enfants)) if part)
    found = [Barre(Ligne(ENFANTS, gras=True), enfants, _children(enfants), planche.shade(2))]
    if rows["places"].notna().any():
        found.append(Barre(Ligne(ENSEMBLE, gras=True), total, label, blue))
    for row in rows.itertuples():
        kind = "" if row.nom == row.libelle_type else row.libelle_type
        parts = (kind, f"gestion {row.libelle_gestion}" if row.libelle_gestion else "")
        found.append(Barre(Ligne(row.nom, ", ".join(part for part in parts if part)), row.places, row.texte, blue))
    return found


def _scale_of_places(planche: Planche, bars: list[Barre]) -> Echelle:
    """Return a scale as long as it can be when every bar leaves room for its text on its right."""
    left, right = left_of_marks(planche), planche.width
    scale = echelle([0.0, *(bar.valeur for bar in bars)], left, right, zero=True)
    rooms = [(bar.valeur / scale.high, planche.measure(bar.texte, bar.ligne.gras) + BESIDE) for bar in bars]
    lengths = [(right - left - text) / part for part, text in rooms if part]
    return replace(scale, right=left + min([right - left, *lengths]))


def _alt_of_places(rows: pd.DataFrame, enfants: float, contexte: Contexte) -> str:
    known, absent = rows[~rows["inconnu"]], rows[rows["inconnu"]]
    parts = [f"{_children(enfants)} de moins de 3 ans des familles allocataires {contexte.territoire.a}"]
    parts += [f"{compter(known['places'].sum(), 'place')} d'accueil dans {_structures(known)}"] if len(known) else []
    parts += [f"places absentes pour {_structures(absent)}"] if len(absent) else []
    return " ; ".join(parts) + "."


def _structures(rows: pd.DataFrame) -> str:
    count = f"{len(rows)} structures" if len(rows) > 1 else "une structure"
    return f"{count} ({enumerer(list(rows['nom']))})"


def _lecture_of_places(rows: pd.DataFrame, enfants: float, contexte: Contexte) -> str:
    known, absent = rows[~rows["inconnu"]], rows[rows["inconnu"]]
    if not len(known):
        return f"aucune place n'est transmise {contexte.territoire.a}, pour {_children(enfants)}."
    total = known["places"].sum()
    ratio = f" pour {_children(enfants)}, soit {_ratio(total, enfants)}" if enfants > 0 else ""
    words = enumerer(list(dict.fromkeys(absent["texte"])))
    missing = f", sans compter {enumerer(list(absent['nom']))} ({words})" if len(absent) else ""
    return f"{contexte.territoire.a}, {compter(total, 'place')}{ratio}{missing}."


def _chiffres_of_places(rows: pd.DataFrame, enfants: float) -> Chiffres:
    columns = (
        Colonne("nom", "Structure"),
        Colonne("libelle_type", "Type"),
        Colonne("libelle_gestion", "Gestion"),
        Colonne("texte", "Places ou enfants", numerique=True),
    )
    head = {"nom": ENFANTS, "libelle_type": "", "libelle_gestion": "", "texte": _children(enfants)}
    cells = pd.concat([pd.DataFrame([head]), rows[[column.cle for column in columns]]], ignore_index=True)
    kept = rows[["structure", "nom", "type", "libelle_type", "gestion", "places", "statut"]]
    return Chiffres(columns, cells, kept.assign(enfants=enfants))


# Ages.


def ages(
    ages: pd.DataFrame, tranches: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = ""
) -> Figure:
    """Return the chart of the ages, category by category; an age that goes beyond the scale ends with an arrow.

    Args:
        ages: Rows of ``ctglib.calculs.offre.ages``.
        tranches: Children by age: ``age_min``, ``age_max`` (both included), ``effectif`` (NaN when absent) and
            ``libelle`` (« Enfants de 3 à 5 ans »).
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    rows = ages.assign(fin=ages["age_max"].map(_end_of_age))
    bands = tranches.assign(fin=tranches["age_max"].map(_end_of_age)).sort_values("age_min")
    return assemble(
        contexte, lambda planche: _draw_ages(planche, rows, bands), nom=nom, titre=titre, source=source,
        alt=_alt_of_ages(rows, bands, contexte), lecture=_lecture_of_ages(rows, bands, contexte),
        chiffres=_chiffres_of_ages(rows, bands),
    )  # fmt: skip


def _end_of_age(age_max: float) -> float:
    """Return where an age ends: « 10 ans » lasts until the eleventh birthday, while 30 months is a point in time."""
    return age_max + 1 if age_max == int(age_max) else age_max


def _draw_ages(planche: Planche, rows: pd.DataFrame, bands: pd.DataFrame) -> float:
    ends = bands["fin"] if len(bands) else rows["fin"]
    scale = echelle([0.0, *ends], left_of_marks(planche), planche.width, zero=True)
    axes = planche.across(scale)
    top = _put_band(planche, axes, scale, bands) if len(bands) else 0.0
    groups = [
        Groupe(str(title), tuple(Ligne(row.nom, _kind(row.nom, row.libelle_type)) for row in members.itertuples()))
        for title, members in rows.groupby("libelle_categorie", sort=False)
    ]
    rangees = put_groups(planche, groups or [Groupe("", (), SANS_AGE)], top)
    bounds = sorted({*bands["age_min"], *bands["fin"]}) if len(bands) else scale.graduations()
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


# The week.


def semaine(semaine: pd.DataFrame, contexte: Contexte, *, nom: str, titre: str, source: str = "") -> Figure:
    """Return the chart of the opening hours, one group of rows for the days that are alike, holidays apart.

    Args:
        semaine: Rows of ``ctglib.calculs.offre.semaine``.
        contexte: The words, the territories and the source.
        nom: Short name of the figure.
        titre: Its caption.
        source: Producer and document, when not the context's.
    """
    days = journees(semaine)
    return assemble(
        contexte, lambda planche: _draw_week(planche, days, contexte), nom=nom, titre=titre, source=source,
        alt=_alt_of_week(days, contexte), lecture=_lecture_of_week(days),
        chiffres=_chiffres_of_week(semaine, days, contexte),
    )  # fmt: skip


def _draw_week(planche: Planche, days: Sequence[Journee], contexte: Contexte) -> float:
    rows = [ouverture for journee in days for ouverture in journee.ouvertures]
    scale = _hours(planche, rows)
    height = planche.leading + UNDER_TEXT + BAR
    groups = [_group(planche, scale, journee, contexte) for journee in days]
    rangees = put_groups(planche, groups or [Groupe("", (), f"{AUCUN_HORAIRE}.")], 0, mark=height)
    if not rows:
        return rangees.bottom
    axes = planche.across(scale)
    marks = [(value, heure(value)) for value in scale.graduations()]
    bottom = put_rules(planche, axes, scale, rangees, marks, unite=UNITE_DES_HEURES, mark=height)
    for middle, ouverture in zip(rangees.middles, rows, strict=True):
        y = middle + height / 2 - BAR / 2
        for start, end in ouverture.plages:
            _bar(axes, y, start, end, planche.couleurs.territoire, BAR)
        above = y - BAR / 2 - UNDER_TEXT - planche.leading / 2
        for x, text in zip(_places_of_hours(planche, scale, ouverture), _spans(ouverture), strict=False):
            planche.write(x, above, text, hide=True)
    return bottom


def _group(planche: Planche, scale: Echelle, journee: Journee, contexte: Contexte) -> Groupe:
    """Return the rows of the days that are alike; hours that have no room above their bars go with the name."""
    lines = []
    for item in journee.ouvertures:
        beside = "" if _places_of_hours(planche, scale, item) else enumerer(_spans(item))
        lines.append(Ligne(enumerer(list(item.noms)), ", ".join(part for part in (_detail(item), beside) if part)))
    absents = [f"Horaire {contexte.absence(statut)} : {enumerer(list(noms))}." for statut, noms in journee.absents]
    if not lines and not absents:
        return Groupe("", (), f"{_moment(journee)} : {AUCUN_HORAIRE}.")
    return Groupe(_moment(journee), tuple(lines), " ".join(absents))


def _moment(journee: Journee) -> str:
    """Return « Lundi, mardi, jeudi et vendredi, en période scolaire »."""
    return majuscule(f"{jours(journee.jours)}, {PERIODES[journee.periode]}")


def _detail(ouverture: Ouverture) -> str:
    """Return the kind, unless the name begins with it, and whether the days are taken for granted."""
    kind = _kind(ouverture.noms[0], ouverture.libelle_type)
    return ", ".join(part for part in (kind, JOURS_SUPPOSES if ouverture.jours_supposes else "") if part)


def _hours(planche: Planche, rows: Sequence[Ouverture]) -> Echelle:
    """Return a scale of whole hours around all the openings."""
    spans = [span for ouverture in rows for span in ouverture.plages] or [(0.0, 0.0)]
    first, last = floor(min(start for start, _ in spans)), ceil(max(end for _, end in spans))
    left, right, hours = left_of_marks(planche), planche.width, max(last - first, 1)
    steps = (step for step in STEPS if (right - left) * step / hours >= ROOM_OF_AN_HOUR)
    return Echelle(first, first + hours, left, right, next(steps, STEPS[-1]))


def _spans(ouverture: Ouverture) -> list[str]:
    return [plage(*span) for span in ouverture.plages]


def _places_of_hours(planche: Planche, scale: Echelle, ouverture: Ouverture) -> list[float]:
    """Return where the hours of each bar start; nothing when they do not fit on one line."""
    widths = [planche.measure(text) for text in _spans(ouverture)]
    middles = [(scale.place(start) + scale.place(end)) / 2 for start, end in ouverture.plages]
    wanted = [middle - width / 2 for middle, width in zip(middles, widths, strict=True)]
    starts = spread(wanted, widths, BETWEEN_TEXTS, scale.left, planche.width)
    return starts if starts and starts[0] >= scale.left else []


def _counted(journee: Journee) -> str:
    return compter(sum(len(item.noms) for item in journee.ouvertures), "lieu ouvert", "lieux ouverts")


def _alt_of_week(days: Sequence[Journee], contexte: Contexte) -> str:
    parts = [f"{_moment(journee)} : {_summary(journee, contexte)}." for journee in days]
    return " ".join([f"Horaires d'ouverture, {contexte.territoire.nom}.", *(parts or [f"{AUCUN_HORAIRE}."])])


def _summary(journee: Journee, contexte: Contexte) -> str:
    """Return « 3 lieux ouverts, entre 7 h 30 et 19 h 30 ; horaire non transmis pour 2 lieux »."""
    spans = [span for item in journee.ouvertures for span in item.plages]
    hours = f", entre {heure(min(spans)[0])} et {heure(max(end for _, end in spans))}" if spans else ""
    parts = [f"{_counted(journee)}{hours}"] if spans else []
    for statut, noms in journee.absents:
        parts.append(f"horaire {contexte.absence(statut)} pour {compter(len(noms), 'lieu', 'lieux')}")
    return " ; ".join(parts) or AUCUN_HORAIRE


def _lecture_of_week(days: Sequence[Journee]) -> str:
    """Return the reading of the days on which the fewest places open."""
    opened = [journee for journee in days if journee.ouvertures]
    if not opened:
        return f"{AUCUN_HORAIRE}."
    journee = min(opened, key=lambda item: sum(len(ouverture.noms) for ouverture in item.ouvertures))
    spans = " ; ".join(f"{enumerer(list(item.noms))}, {enumerer(_spans(item))}" for item in journee.ouvertures)
    return f"{minuscule(_moment(journee))}, {_counted(journee)} : {spans}."


def _chiffres_of_week(semaine: pd.DataFrame, days: Sequence[Journee], contexte: Contexte) -> Chiffres:
    columns = (Colonne("nom", "Lieu"), Colonne("type", "Type"), Colonne("horaires", "Horaires"))
    cells, moments = [], []
    for journee in days:
        for item in journee.ouvertures:
            cells += [(nom, _detail(item), enumerer(_spans(item))) for nom in item.noms]
        cells += [(nom, "", contexte.absence(statut)) for statut, noms in journee.absents for nom in noms]
        moments += [_moment(journee)] * (len(cells) - len(moments))
    shown = pd.DataFrame(cells, columns=[column.cle for column in columns])
    return Chiffres(columns, shown, semaine, groupes=tuple(moments) or None)
