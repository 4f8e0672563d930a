"""Small multiples of a follow-up: a panel a series, with its points by year and its target.

A series is an indicator, or one of its modalités. A panel is ordinary axes of matplotlib, on its
own scale: years across, values upward. An absent year and a break cut the line; a provisional value
is hollow; the value of a point is written beside it where it covers nothing. Under the panel,
remarks say in words what is missing, provisional or broken.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby, pairwise
from math import isnan, nan
from typing import Unpack

import pandas as pd
from matplotlib.path import Path
from matplotlib.transforms import Bbox

from ctglib.calculs.ecriture import INSECABLE, enumerer, minuscule
from ctglib.document.contexte import MARQUES, Contexte
from ctglib.document.contexte import legende as notes_des_marques
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, compter
from ctglib.donnees.lignes import lignes as lire_lignes
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.planche import Echelle, Legende, Planche, assemble, dire, round_step

COLONNES = [
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
# in points
GAP = 22.0  # between two panels of a row
BEFORE_NOTE = 6.0
PANELS_A_ROW = {1: 1, 2: 2, 4: 2}  # by the number of panels
MOST_PANELS_A_ROW = 3
MANY_YEARS = 8  # beyond, two panels a row, and one row a year in the table
SYMBOLE_COURT = 2  # letters: such a unit is written after each value, « 20 % »
# height of the points: three tenths of the width, between these
LEAST_HEIGHT = 58.0
MOST_HEIGHT = 96.0
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
BETWEEN_ROWS = 14.0  # of panels
GRADUATIONS = 4
# share of the highest value under which a spread does not fill a panel: noise would look like a
# slope
STEEPEST = 0.2
BESIDE = 6.0  # from a point to its value
CLEARANCE = 1.2  # around a value
# height of a text of the charter, and how far more it goes down
CAPITAL = 7.6
DESCENT = 1.0
MARQUE_DE_RUPTURE = "(r)"


@dataclass(frozen=True)
class Point:
    """A year of a series: a row of the follow-up (see ``trajectoires``), its rank, its text."""

    indicateur: str
    libelle: str
    unite: str
    serie: str
    annee: int
    valeur: float
    statut: str
    cible: float
    annee_cible: float | None
    rupture: bool
    rang: int  # of its series
    texte: str  # the value, « 12 », or the words of its absence, « non transmis »


@dataclass(frozen=True)
class Cible:
    """A target; ``texte`` is « 20 en 2026 »."""

    annee: int
    valeur: float
    texte: str


@dataclass(frozen=True)
class Remarque:
    """A sentence under a panel, after the sign of the drawing that it explains."""

    signe: str  # « cible », « absence », « provisoire », « rupture » (see ``_put_sign``), or ""
    texte: str  # « 2023 et 2024 : non transmis »


@dataclass(frozen=True)
class Serie:
    """An indicator, or one of its modalités, and what its panel shows.

    - ``nom``: its name in a sentence, « Naissances (garçons) »; ``titre`` is that of its panel,
      and ``detail`` what stands under it: the modalité, the unit.
    - ``points``: one a year, in order; ``mesures`` are those that have a value, and ``etiquettes``
      what is written beside each of them.
    """

    nom: str
    titre: str
    detail: str
    points: tuple[Point, ...]
    mesures: tuple[Point, ...]
    etiquettes: tuple[str, ...]
    cible: Cible | None
    remarques: tuple[Remarque, ...]

    @property
    def phrase(self) -> str:
        """« « Projets » : 12 en 2023, 15 en 2025 (cible : 20 en 2026) »; "" without values.

        The first and the last value, once when they are the same, then the remarks.
        """
        if not self.mesures:
            return ""
        premiere = f"{self.mesures[0].texte} en {self.mesures[0].annee}"
        derniere = f"{self.mesures[-1].texte} en {self.mesures[-1].annee}"
        phrase = f"« {self.nom} » : {premiere}"
        if derniere != premiere:
            phrase += f", {derniere}"
        if self.remarques:
            notes = " ; ".join(minuscule(remarque.texte) for remarque in self.remarques)
            phrase += f" ({notes})"
        return phrase

    @property
    def bornes(self) -> tuple[float, float]:
        """The ends of the scale of its panel, the lowest first.

        The scale starts at zero, unless the lowest value is half of the highest one or more: the
        slope would be drawn flat, so the scale then starts a little under the lowest. Even then it
        is a fifth of the highest value long at least (``STEEPEST``): a small change, which may be
        noise, must not fill the panel. The target is one of the values.
        """
        valeurs = [point.valeur for point in self.mesures]
        if self.cible:
            valeurs.append(self.cible.valeur)
        minimum = min(valeurs)
        maximum = max(valeurs)
        if minimum < maximum / 2 or maximum <= 0:
            haut = minimum + 1 if maximum == minimum else maximum  # a scale cannot have no length
            return min(minimum, 0.0), max(haut, 0.0)
        etendue = max(maximum - minimum, STEEPEST * maximum)
        milieu = (minimum + maximum) / 2
        bas = min(minimum - 0.25 * etendue, milieu - etendue / 2)
        return max(bas, 0.0), max(maximum, milieu + etendue / 2)


def trajectoires(
    lignes: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure | None:
    """Return the panels of the series that have a value, in order; None when none has.

    A series without any value has no panel: the alternative text and the reading name it. Two
    points are joined unless a year between them is absent, or a break of the series stands there.

    - ``lignes``: one row a series and year: ``indicateur``, ``libelle``, ``unite``, ``serie`` (the
      modalité, "" when the indicator has none; the same as the label when the panel bears its name
      alone), ``annee``, ``valeur`` (NaN with the absence that ``statut`` tells), ``statut``,
      ``cible`` and ``annee_cible`` (the same on all the rows of a series; missing, or no such
      column, without a target), ``rupture`` (True in the first year of the new series).
    """
    annees = _annees_des_series(lignes, contexte)
    points = lire_lignes(annees, Point)
    series = [
        _serie(tuple(points_de_la_serie), contexte)
        for _, points_de_la_serie in groupby(points, key=lambda point: point.rang)
    ]
    avec_valeur = [serie for serie in series if serie.mesures]
    if not avec_valeur:
        return None
    sans_valeur = [f"« {serie.nom} »" for serie in series if not serie.mesures]
    sans_panneau = ""
    if sans_valeur:
        sans_panneau = f" Sans aucune valeur, donc sans panneau : {enumerer(sans_valeur)}."
    la_plus_longue = max(
        avec_valeur, key=lambda serie: (len(serie.mesures), serie.cible is not None)
    )
    evolutions = " ".join(f"{serie.phrase}." for serie in avec_valeur)
    colonnes, tableau, groupes = _tableau(annees, series)
    statuts_des_valeurs = set(annees.loc[annees["valeur"].notna(), "statut"])
    notes = notes_des_marques(statuts_des_valeurs, contexte)
    if annees["rupture"].any():
        notes = (*notes, dire("rupture", marque=MARQUE_DE_RUPTURE))
    return assemble(
        contexte,
        partial(_draw, series=avec_valeur),
        **legende,
        lecture=f"{la_plus_longue.phrase}.{sans_panneau}",
        alt=f"Évolution de {compter(len(avec_valeur), 'série')}. {evolutions}{sans_panneau}",
        colonnes=colonnes,
        lignes=tableau,
        donnees=annees[COLONNES],
        groupes=groupes,
        notes=notes,
    )


def _annees_des_series(lignes: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the rows by series, then by year, with ``rang`` and ``texte`` (see ``Point``).

    The series keep the order in which they come.
    """
    colonnes = lignes.columns.union(["cible", "annee_cible"], sort=False)
    annees = lignes.reindex(columns=colonnes)[COLONNES]
    annees = annees.astype({"annee": "int64", "rupture": bool})
    # Through pandas' own numbers, which a missing value of any kind enters.
    annees["valeur"] = annees["valeur"].astype("Float64").astype("float64")
    annees["cible"] = annees["cible"].astype("Float64").astype("float64")
    annees["rang"] = annees.groupby(["indicateur", "serie"], sort=False).ngroup()
    annees = annees.sort_values(["rang", "annee"], kind="stable", ignore_index=True)
    valeurs = zip(annees["indicateur"], annees["valeur"], annees["statut"], strict=True)
    annees["texte"] = [contexte.valeur(*valeur) for valeur in valeurs]
    return annees


def _serie(points: tuple[Point, ...], contexte: Contexte) -> Serie:
    """Return a series from its points, one a year, in order."""
    premier = points[0]
    unite = contexte.unites[premier.unite]
    mesures = tuple(point for point in points if not isnan(point.valeur))
    modalite = "" if premier.serie == premier.libelle else premier.serie
    nom = f"{premier.libelle} ({modalite})" if modalite else premier.libelle

    cible = None
    avec_cible = [point for point in points if not isnan(point.cible)]
    if avec_cible:
        point = avec_cible[0]  # the target is the same in each
        annee_de_la_cible = points[-1].annee
        texte_de_la_cible = contexte.valeur(point.indicateur, point.cible)
        if pd.notna(point.annee_cible):  # without a year, it is drawn at the last point
            annee_de_la_cible = int(point.annee_cible)
            texte_de_la_cible += f" en {annee_de_la_cible}"
        cible = Cible(annee_de_la_cible, point.cible, texte_de_la_cible)

    details = [modalite] if modalite else []
    if len(unite.symbole) <= SYMBOLE_COURT:  # each value has it, « 20 % »; else it is the detail
        ecrire = contexte.valeur
    else:
        ecrire = contexte.valeur_nue
        details.append(minuscule(unite.libelle))
    return Serie(
        nom=nom,
        titre=premier.libelle,
        detail=", ".join(details),
        points=points,
        mesures=mesures,
        etiquettes=tuple(ecrire(point.indicateur, point.valeur) for point in mesures),
        cible=cible,
        remarques=tuple(_remarques(points, cible, contexte)),
    )


def _remarques(points: Sequence[Point], cible: Cible | None, contexte: Contexte) -> list[Remarque]:
    """Return what is said under a panel: target, absences by reason, provisional years, breaks.

    « Cible : 20 en 2026 », « 2023 et 2024 : non transmis », « 2025 : provisoire », « Rupture de
    série en 2024 ».
    """
    remarques = []
    if cible:
        remarques.append(Remarque("cible", f"Cible : {cible.texte}"))
    annees_par_absence: dict[str, list[str]] = {}
    for point in points:
        if isnan(point.valeur):
            annees_par_absence.setdefault(point.texte, []).append(str(point.annee))
    for absence, annees in annees_par_absence.items():
        remarques.append(Remarque("absence", f"{enumerer(annees)} : {absence}"))
    provisoires = [str(point.annee) for point in points if _est_provisoire(point)]
    statut = contexte.statuts.get(Statut.PROVISOIRE)
    if provisoires and statut:
        texte = f"{enumerer(provisoires)} : {minuscule(statut.libelle)}"
        remarques.append(Remarque("provisoire", texte))
    # A break in the first year has nothing before it on the panel.
    ruptures = [str(point.annee) for point in points[1:] if point.rupture]
    if ruptures:
        remarques.append(Remarque("rupture", f"Rupture de série en {enumerer(ruptures)}"))
    return remarques


def _est_provisoire(point: Point) -> bool:
    return point.statut == Statut.PROVISOIRE and not isnan(point.valeur)


# The numbers.


def _tableau(
    annees: pd.DataFrame, series: Sequence[Serie]
) -> tuple[dict[str, str], pd.DataFrame, tuple[str, ...] | None]:
    """Return the table of numbers: its columns and their headers, its rows, the group of each row.

    One row a series and one column a year, without groups (None); with more than ``MANY_YEARS``,
    one row a year, grouped by series. A cell is the value with its marks: « 12 (r) » in the first
    year after a break.
    """
    cibles = [serie.cible.texte if serie.cible else RIEN for serie in series]
    noms = pd.DataFrame({"nom": [serie.nom for serie in series], "cible_dite": cibles})
    cellules = annees.join(noms, on="rang").assign(an=annees["annee"].astype(str))
    marques = cellules["statut"].map(MARQUES).where(cellules["valeur"].notna()).fillna("")
    marques_de_rupture = cellules["rupture"].map({True: f" {MARQUE_DE_RUPTURE}", False: ""})
    cellules["texte"] += marques + marques_de_rupture
    ans = sorted(cellules["an"].unique())
    if len(ans) > MANY_YEARS:
        colonnes = {"annee": "Année", "texte": "Valeur"}
        tableau = cellules.assign(annee=cellules["an"])
        groupes = tuple(cellules["nom"])
    else:
        colonnes = {"nom": "Série", **{an: an for an in ans}}
        tableau = cellules.pivot(
            index=["rang", "nom", "cible_dite"], columns="an", values="texte"
        ).reset_index()
        groupes = None
    if any(serie.cible for serie in series):
        colonnes["cible_dite"] = "Cible"
    return colonnes, tableau, groupes


# The drawing.


def _draw(planche: Planche, series: Sequence[Serie]) -> float:
    """Draw the panels row by row, then what is said of them all; return the height of the whole.

    All have the same years across, from the first to the last that a point or a target has.
    """
    annees = [point.annee for serie in series for point in serie.points]
    annees += [serie.cible.annee for serie in series if serie.cible]
    years = (min(annees), max(annees))
    columns = 1 if planche.narrow else PANELS_A_ROW.get(len(series), MOST_PANELS_A_ROW)
    if years[1] - years[0] >= MANY_YEARS:
        columns = min(columns, 2)
    width = (planche.width - (columns - 1) * GAP) / columns

    # The remark on provisional values is written once, under all the panels, when two panels or
    # more have one and all in the same words.
    provisoires = [
        remarque
        for serie in series
        for remarque in serie.remarques
        if remarque.signe == "provisoire"
    ]
    remarque_partagee = None
    if len(provisoires) > 1 and len(set(provisoires)) == 1:
        remarque_partagee = provisoires[0]

    bottom = -BETWEEN_ROWS  # so that the first row begins at 0
    for start in range(0, len(series), columns):
        row = series[start : start + columns]
        bottom = _put_row(planche, row, bottom + BETWEEN_ROWS, width, years, remarque_partagee)
    if remarque_partagee:
        bottom = _put_remarks(
            planche, [remarque_partagee], (0.0, planche.width), bottom + BEFORE_NOTE
        )

    avec_zero = [serie.bornes[0] <= 0 for serie in series]
    if all(avec_zero):
        note = "echelle_de_zero"
    elif any(avec_zero):
        note = "echelle_de_chacun"
    else:
        note = "echelle_sans_zero"
    return planche.put_note(0.0, bottom + BEFORE_NOTE, dire(note, n=len(series)))


def _put_row(
    planche: Planche,
    series: Sequence[Serie],
    top: float,
    width: float,
    years: tuple[int, int],
    remarque_partagee: Remarque | None,
) -> float:
    """Put panels side by side, their points at the same height; return the bottom of the lowest.

    A remark that is ``remarque_partagee`` is left out: it is written under all the panels.
    """
    lead = planche.leading
    titres = [planche.wrap(serie.titre, width, LINES_OF_A_TITLE, bold=True) for serie in series]
    details = [
        planche.wrap(serie.detail, width, LINES_OF_A_TITLE) if serie.detail else []
        for serie in series
    ]
    lines = max(len(titre) + len(detail) for titre, detail in zip(titres, details, strict=True))
    bottoms = []
    for rank, serie in enumerate(series):
        titre = titres[rank]
        detail = details[rank]
        left = rank * (width + GAP)
        sides = (left, left + width)
        planche.write_lines(left, top + len(titre) * lead / 2, titre, bold=True)
        middle_of_detail = top + (len(titre) + len(detail) / 2) * lead
        planche.write_lines(left, middle_of_detail, detail, color=planche.couleurs.secondaire)
        panneau = Panneau(planche, serie, sides, top + lines * lead, years)
        sans_place = panneau.draw()
        remarques = [
            remarque
            for remarque in (*serie.remarques, *sans_place)
            if remarque != remarque_partagee
        ]
        bottoms.append(_put_remarks(planche, remarques, sides, panneau.bottom_of_years))
    return max(bottoms)


class Panneau:
    """The panel of a series: its points on their axes, under its title.

    ``sides`` are its left and its right on the sheet, ``top`` the bottom of its title, ``years``
    the first and the last year of all the panels. ``rectangles`` and ``lines`` are what has been
    drawn, which the text of no value may cover; ``frame`` is what no such text may go out of.
    """

    def __init__(
        self,
        planche: Planche,
        serie: Serie,
        sides: tuple[float, float],
        top: float,
        years: tuple[int, int],
    ) -> None:
        left, right = sides
        first, last = years
        minimum, maximum = serie.bornes
        self.planche = planche
        self.serie = serie
        self.years = years
        height = min(max(LEAST_HEIGHT, PART_OF_WIDTH * (right - left)), MOST_HEIGHT)
        self.bottom = top + OVER_POINTS + height
        self.frame = Bbox.from_extents(left, top, right, self.bottom + 1)
        step = round_step((maximum - minimum) / GRADUATIONS)
        self.upward = Echelle(minimum, maximum, self.bottom, self.bottom - height, step)
        # With room for the values beyond the first and the last year.
        widest = planche.widest([*serie.etiquettes, str(last)], bold=True)
        edge = min(widest / 2 + 1, (right - left) / 3)
        around = 0.5 if first == last else 0.0  # a single year stands in the middle
        self.across = Echelle(first - around, last + around, left + edge, right - edge)
        self.axes = planche.plot(self.across, self.upward)
        self.rectangles: list[Bbox] = []
        self.lines: list[Path] = []

    @property
    def bottom_of_years(self) -> float:
        """The bottom of the years, which are written under the points."""
        return self.bottom + UNDER_AXIS + self.planche.leading / 2 + 2

    def place(self, annee: float, valeur: float) -> tuple[float, float]:
        """Return where the value of a year stands on the sheet, in points: x, then y."""
        return self.across.place(annee), self.upward.place(valeur)

    def draw(self) -> list[Remarque]:
        """Draw the panel; return a remark for each end value that had no room: « 2023 : 12 »."""
        if self.upward.minimum <= 0:
            self.axes.axhline(0, color=self.planche.couleurs.filet, linewidth=0.8, clip_on=False)
        if self.serie.cible:
            self._put_target(self.serie.cible)

        # A dotted line between the year before a break and its first year.
        minimum, maximum = self.serie.bornes
        breaks = [
            (avant.annee + apres.annee) / 2
            for avant, apres in pairwise(self.serie.points)
            if apres.rupture
        ]
        if breaks:
            self.axes.vlines(
                breaks,
                minimum,
                maximum,
                colors=self.planche.couleurs.secondaire,
                linewidth=1.0,
                linestyle=":",
                clip_on=False,
            )
        for annee in breaks:
            self.lines.append(Path([self.place(annee, minimum), self.place(annee, maximum)]))

        self._put_points()
        # The sign of absence stands on the line of zero, or at the bottom of a scale without zero.
        floor = self.upward.place(0) if minimum <= 0 <= maximum else self.bottom
        y = floor - SQUARE / 2
        for point in self.serie.points:
            if isnan(point.valeur):
                x = self.across.place(point.annee)
                _put_sign(self.planche, "absence", x, y)
                self.rectangles.append(_around((x, y), SQUARE / 2))

        sans_place = self._write_values()

        # The first and the last year, and between them those that have room.
        first, last = self.years
        annees = [first]
        if last != first:
            annees.append(last)
        annees += range(first + 1, last)
        years = [(annee, str(annee)) for annee in annees]
        self.planche.put_values(self.across, self.bottom + UNDER_AXIS, years)
        return sans_place

    def _put_target(self, cible: Cible) -> None:
        """Put a thick mark at the target, and a dashed line up to it."""
        first = self.across.minimum
        self.axes.plot(
            [first, cible.annee],
            [cible.valeur, cible.valeur],
            color=self.planche.couleurs.secondaire,
            linewidth=0.6,
            linestyle="--",
            clip_on=False,
        )
        self.axes.plot(
            [cible.annee],
            [cible.valeur],
            "_",
            color=self.planche.couleurs.texte,
            markersize=TARGET,
            markeredgewidth=2.2,
            clip_on=False,
        )
        start = self.place(first, cible.valeur)
        end = self.place(cible.annee, cible.valeur)
        self.rectangles.append(_around(end, TARGET / 2, 1.5))
        self.lines.append(Path([start, end]))

    def _put_points(self) -> None:
        """Put the points and the line that joins them; provisional ones are hollow."""
        blue = self.planche.couleurs.territoire
        # A missing value cuts the line of matplotlib: one is added before each break.
        ligne: list[tuple[int, float]] = []
        for point in self.serie.points:
            if point.rupture:
                ligne.append((point.annee, nan))
            ligne.append((point.annee, point.valeur))
        self.axes.plot(
            [annee for annee, _ in ligne],
            [valeur for _, valeur in ligne],
            color=blue,
            marker="o",
            markeredgecolor=self.planche.couleurs.fond,
            clip_on=False,
        )
        for start, end in pairwise(ligne):
            if not isnan(start[1]) and not isnan(end[1]):
                self.lines.append(Path([self.place(*start), self.place(*end)]))
        provisoires = [point for point in self.serie.mesures if _est_provisoire(point)]
        if provisoires:
            self.planche.marks(
                [point.annee for point in provisoires],
                [point.valeur for point in provisoires],
                blue,
                axes=self.axes,
                hollow=True,
            )
        for point in self.serie.mesures:
            self.rectangles.append(_around(self.place(point.annee, point.valeur), RADIUS))

    def _write_values(self) -> list[Remarque]:
        """Write the values of points where they cover nothing of what is drawn.

        The first and the last one before the others, which are written when they are few. Returns a
        remark for the first and for the last when it had no room; the others are left out.
        """
        mesures = self.serie.mesures
        last = len(mesures) - 1
        ends = [0, last] if last else [0]
        ranks = [*ends]
        if len(mesures) <= ALL_VALUES:
            ranks += range(1, last)
        sans_place = []
        for rank in ranks:
            etiquette = self.serie.etiquettes[rank]
            annee = mesures[rank].annee
            place = free_place(
                self.planche.measure(etiquette, bold=True),
                self.place(annee, mesures[rank].valeur),
                self.rectangles,
                self.lines,
                self.frame,
            )
            if place:
                self.rectangles.append(place)
                self.planche.write(
                    place.x0,
                    place.y0 + CAPITAL / 2,
                    etiquette,
                    bold=True,
                    color=self.planche.couleurs.territoire,
                )
            elif rank in ends:
                sans_place.append(Remarque("", f"{annee} : {etiquette}"))
        return sans_place


def _around(point: tuple[float, float], half_width: float, half_height: float = 0.0) -> Bbox:
    """Return the rectangle around a point; a square without ``half_height``."""
    x, y = point
    half_height = half_height or half_width
    return Bbox.from_extents(x - half_width, y - half_height, x + half_width, y + half_height)


def free_place(
    width: float,
    point: tuple[float, float],
    rectangles: Sequence[Bbox],
    lines: Sequence[Path],
    frame: Bbox,
) -> Bbox | None:
    """Return the first place around a point where a text of that width covers nothing.

    A free place is inside the frame, touches no rectangle and crosses no line. Places are tried
    over the point and under it, then a third of the width aside, then beside it; then the same a
    little further, twice. None when none is free.
    """
    x, y = point
    places = []  # the left and the middle height of each
    for distance in (BESIDE, BESIDE + 6, BESIDE + 12):
        for shift in (0, -0.35, 0.35):
            left = x + (shift - 0.5) * width
            places.append((left, y - (distance + CAPITAL / 2)))
            places.append((left, y + (distance + CAPITAL / 2)))
        places.append((x + distance, y))
        places.append((x - distance - width, y))

    for left, middle in places:
        place = Bbox.from_extents(
            left, middle - CAPITAL / 2, left + width, middle + CAPITAL / 2 + DESCENT
        )
        if not frame.contains(place.x0, place.y0) or not frame.contains(place.x1, place.y1):
            continue
        with_margin = place.padded(CLEARANCE)
        if any(with_margin.overlaps(rectangle) for rectangle in rectangles):
            continue
        if any(line.intersects_bbox(with_margin, filled=False) for line in lines):
            continue
        return place
    return None


def _put_remarks(
    planche: Planche, remarques: Sequence[Remarque], sides: tuple[float, float], top: float
) -> float:
    """Write remarks under each other, each after its sign, and return the bottom of the last."""
    left, right = sides
    y = top
    for remarque in remarques:
        indent = INDENT if remarque.signe else 0.0
        _put_sign(planche, remarque.signe, left + SQUARE / 2, y + planche.leading / 2)
        y = planche.put_text(
            left + indent,
            y,
            remarque.texte.replace(" : ", f"{INSECABLE}: "),
            width=right - left - indent,
            lines=LINES_OF_A_REMARK,
            color=planche.couleurs.secondaire,
        )
    return y


def _put_sign(planche: Planche, signe: str, x: float, y: float) -> None:
    """Put what the panels draw for a target, an absence, a provisional value or a break.

    Nothing for another sign: a remark may have none.
    """
    half = SQUARE / 2
    if signe == "cible":
        planche.rule([(x - half, y), (x + half, y)], planche.couleurs.texte, 2.2)
    elif signe == "absence":
        planche.rectangle(x - half, y - half, SQUARE, SQUARE, None)
    elif signe == "provisoire":
        planche.marks([x], [y], planche.couleurs.territoire, hollow=True)
    elif signe == "rupture":
        planche.rule([(x, y - half), (x, y + half)], planche.couleurs.secondaire, 1.0, ":")
