"""Values over the years: a line a name, its points joined unless something parts them.

An absent year and a break cut the line; a provisional value is hollow; a target is a thick stroke.
Plain axes of matplotlib, whose key, under them, says in words each sign that they hold.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, isnan, nan
from typing import NamedTuple

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.ticker import FixedLocator
from matplotlib.transforms import Affine2D, Bbox, ScaledTranslation
from matplotlib.typing import ColorType

from ctglib.calculs.ecriture import INSECABLE, enumerer, minuscule
from ctglib.document.figure import charte, charter_style
from ctglib.document.typographie import nombre_court
from ctglib.donnees import statuts
from ctglib.graphiques.feuille import (
    ENTRE_COLONNES,
    ENTRE_LIGNES,
    INTERLIGNE,
    POINTS_PAR_POUCE,
    aerer,
    annoter,
    couper,
    dire,
    ecarter,
    espacer,
    feuille,
    figure_de,
    hachures,
    largeur_de,
    lignes_de,
    longueur,
)

# in points
AU_DESSUS = 17.0  # room for a value over the highest point
AU_DESSOUS = 5.0  # room for half of the lowest point
RAYON = 3.3
CREUX = 5.6  # size of a hollow point, which its edge makes as wide as the others
CARRE = 8.0  # of an absent year
CIBLE = 14.0  # width of the mark of a target
RETRAIT = 14.0  # of a remark, after its sign
ECARTS = (6.0, 12.0, 18.0)  # from a point to its value
JEU = 1.2  # around a value
CAPITALE = 7.6  # height of a text of the charter, and how far more it goes down
JAMBAGE = 1.0
ENTRE_RANGS = 9.0  # of panels
SOUS_LE_TITRE = 3.0
LES_ANNEES = 17.0  # the height that they take under the axes
LES_VALEURS = 60.0  # the width that they and their unit take on the left of several lines
PART_DE_LA_LARGEUR = 0.3  # the height of the points of a panel, between these
PLUS_BAS = 58.0
PLUS_HAUT = 96.0
HAUTEUR = 210.0  # of the points of several lines
PLUS_HAUT_QUE_LARGE = 0.75  # of the width, at most
LARGEUR_DES_NOMS = 120.0  # at the ends of the lines
PART_DES_NOMS = 0.5  # of the width of the axes, at most
A_COTE = 8.0  # from the end of a line to its name
LIGNES_D_UN_TITRE = 5
LIGNES_D_UNE_REMARQUE = 6
PANNEAUX_PAR_RANG = {1: 1, 2: 2, 4: 2}  # by the number of panels
AU_PLUS_PAR_RANG = 3
BEAUCOUP_D_ANNEES = 8  # beyond, two panels a row
TOUTES_LES_VALEURS = 5  # up to that many points, each has its value where there is room
# share of the highest value under which a spread does not fill the axes: noise would look like a
# slope
PENTE = 0.2
# how much wider a mark is made for each one that covers it, and how near they then are
PLUS_LARGE = 0.75
COUVERTS = 1.3  # times RAYON
MARQUES = ("o", "D", "s", "^", "v", "P")  # of the lines, in order
TIRETS = Path([(0, y) for y in (-1.0, -0.6, -0.2, 0.2, 0.6, 1.0)], [1, 2, 1, 2, 1, 2])


class Annee(NamedTuple):
    """A year of a line (see ``courbes``)."""

    annee: int
    valeur: float
    statut: str = ""
    texte: str = ""
    rupture: bool = False
    rupture_en: int = 0  # its year, when it is before this one
    raison: str = ""
    cible: float = nan
    annee_cible: float = nan
    cible_dite: str = ""

    @property
    def provisoire(self) -> bool:
        """Whether its value may still change, or is not its source's."""
        return self.statut in statuts.CREUX and not isnan(self.valeur)

    @property
    def ecrite(self) -> str:
        """The value as it is written beside its point."""
        return self.texte or nombre_court(round(self.valeur, 1))


@dataclass(frozen=True)
class Remarque:
    """A sentence under the axes, after the sign of the drawing that it explains."""

    signe: str  # « cible », « absence », « provisoire », « rupture »
    texte: str  # « 2023 et 2024 : non transmis »
    rang: int = 0  # of the first line that it is about: its sign has the shape of that one


class Panneau(NamedTuple):
    """One of several axes side by side: its title, what stands under it, the years of its line,
    what is said under them.
    """

    titre: str
    detail: str
    annees: list[Annee]
    cle: list[Remarque]


def courbes(
    table: pd.DataFrame, ax: Axes | None = None, *, y: str = "valeur", par: str = "libelle"
) -> Axes:
    """Return axes with a line a name: its values beside its points when it is alone, else its name
    and its last value at its end.

    Two points are joined unless a year between them is absent, or a break stands there.

    Args:
        table: One row a name and year: annee, the values, and if any ``par`` (the name), statut (a
            code of ``Statut``), texte (the value as it is written, or the word of its absence),
            rupture (True in the first year that no longer compares with those before), raison
            (why), cible, annee_cible and cible_dite (the same on all the rows of a name).
        ax: Where to draw; new axes as wide as a page by default.
        y: The column of the values.
        par: The column of the names.
    """
    with charter_style():
        lignes = par_nom(table, y, par)
        cle = remarques(lignes)
        axes = ax
        if axes is None:
            dessin = feuille()
            axes = dessin.add_subplot()
            dessin.set_figheight(hauteur_de(lignes, largeur_de(dessin)) / POINTS_PAR_POUCE)
        _tracer(axes, lignes, cle)
        _mettre_en_page(axes)
        _regler(axes, lignes)
        if len(lignes) > 1:
            _decouvrir(axes, lignes)
    return axes


def hauteur_de(lignes: dict[str, list[Annee]], largeur: float) -> float:
    """Return how high lines are drawn in a width, with their key, a title and a unit, in points."""
    hauteur = _hauteur_des_points(largeur)
    place = largeur
    if len(lignes) > 1:
        hauteur = min(HAUTEUR, PLUS_HAUT_QUE_LARGE * largeur)
        place -= LES_VALEURS
    hauteur += AU_DESSUS + AU_DESSOUS + LES_ANNEES + 3 * INTERLIGNE
    return hauteur + _hauteur_de_la_cle(remarques(lignes), place)


def panneaux(
    series: Sequence[Panneau],
    dessin: Dessin,
    note: str = "",
    *,
    commune: bool = False,
    titre: str = "",
) -> list[Axes]:
    """Return axes side by side on an empty sheet (see ``feuille``), a line each, all with the same
    years across, each with its own scale unless it is ``commune``.

    A remark that two or more have, and all in the same words, stands once under them, one that has
    no room under its panel too, then ``note``; ``titre`` is over them.
    """
    annees = _bouts(annee for serie in series for annee in serie.annees)
    colonnes = _colonnes_de_panneaux(dessin, len(series), annees)
    rangs = -(-len(series) // colonnes)
    largeur = largeur_de(dessin, colonnes)
    cles, dites_une_fois = _repartir_les_remarques(series, largeur)
    entetes = [_entete(serie, largeur) for serie in series]

    hauteur = _hauteur_des_rangs(entetes, cles, colonnes, largeur)
    sous_les_panneaux = " ".join(filter(None, [*dites_une_fois, note]))
    if sous_les_panneaux:
        hauteur += annoter(dessin, sous_les_panneaux)
    if titre:
        sur_une_page = couper(titre, largeur_de(dessin) - JEU, LIGNES_D_UN_TITRE, gras=True)
        dessin.suptitle(sur_une_page, x=0, ha="left", fontsize="medium", fontweight="bold")
        hauteur += lignes_de(sur_une_page) * INTERLIGNE + ENTRE_RANGS
    dessin.set_figheight(hauteur / POINTS_PAR_POUCE)
    espacer(dessin, colonnes, rangs, ENTRE_RANGS)

    places = dessin.subplots(rangs, colonnes, squeeze=False).ravel().tolist()
    grille = places[: len(series)]
    for axes in places[len(series) :]:
        axes.remove()
    for axes, serie, entete, cle in zip(grille, series, entetes, cles, strict=True):
        _ecrire_l_entete(axes, entete)
        _tracer(axes, {"": serie.annees}, cle)
    _mettre_en_page(grille[0])
    echelle = bornes([annee for serie in series for annee in serie.annees]) if commune else None
    for axes, serie in zip(grille, series, strict=True):
        _regler(axes, {"": serie.annees}, annees, echelle)
    return grille


class _Entete(NamedTuple):
    """What is written over a panel, cut for its width; ``detail`` may be ""."""

    titre: str
    detail: str


def _colonnes_de_panneaux(dessin: Dessin, nombre: int, annees: tuple[int, int]) -> int:
    """Return how many panels stand side by side: one on a telephone, two at most for many years."""
    if dessin.get_figwidth() * POINTS_PAR_POUCE < 2 * LARGEUR_DES_NOMS + 5 * ENTRE_COLONNES:
        return 1
    colonnes = PANNEAUX_PAR_RANG.get(nombre, AU_PLUS_PAR_RANG)
    premiere, derniere = annees
    return min(colonnes, 2) if derniere - premiere >= BEAUCOUP_D_ANNEES else colonnes


def _repartir_les_remarques(
    series: Sequence[Panneau], largeur: float
) -> tuple[list[list[Remarque]], list[str]]:
    """Return the remarks that stand under each panel, and the sentences that stand once under all:
    those too long for a panel, then the provisional years when all of them are said alike.
    """
    provisoires = [
        remarque for serie in series for remarque in serie.cle if remarque.signe == "provisoire"
    ]
    partagee = len(provisoires) > 1 and len(set(provisoires)) == 1
    a_part = set(provisoires) if partagee else set()
    cles = []
    phrases = []
    for serie in series:
        cle = []
        for remarque in serie.cle:
            if remarque in a_part:
                continue
            if _est_trop_longue(remarque, largeur):
                phrases.append(f"{serie.titre}, {minuscule(remarque.texte)}.")
            else:
                cle.append(remarque)
        cles.append(cle)
    if partagee:
        phrases.append(f"{dire('point_creux')} {minuscule(provisoires[0].texte)}.")
    return cles, phrases


def _entete(serie: Panneau, largeur: float) -> _Entete:
    """Return what is written over a panel."""
    titre = couper(serie.titre, largeur - JEU, LIGNES_D_UN_TITRE, gras=True)
    detail = couper(serie.detail, largeur - JEU, LIGNES_D_UN_TITRE) if serie.detail else ""
    return _Entete(titre, detail)


def _hauteur_des_rangs(
    entetes: Sequence[_Entete], cles: Sequence[list[Remarque]], colonnes: int, largeur: float
) -> float:
    """Return how high the rows of panels are together, in points: each as its highest texts."""
    hauteur = -ENTRE_RANGS
    for debut in range(0, len(entetes), colonnes):
        du_rang = slice(debut, debut + colonnes)
        hauteur += INTERLIGNE * max(
            lignes_de(entete.titre) + lignes_de(entete.detail) for entete in entetes[du_rang]
        )
        hauteur += max(_hauteur_de_la_cle(cle, largeur) for cle in cles[du_rang])
        hauteur += SOUS_LE_TITRE + AU_DESSUS + _hauteur_des_points(largeur) + AU_DESSOUS
        hauteur += LES_ANNEES + ENTRE_RANGS
    return hauteur


def _ecrire_l_entete(axes: Axes, entete: _Entete) -> None:
    """Write the title of a panel, and its detail between it and the lines."""
    place_du_detail = lignes_de(entete.detail) * INTERLIGNE + 2 if entete.detail else 0
    axes.set_title(entete.titre, pad=SOUS_LE_TITRE + place_du_detail, linespacing=ENTRE_LIGNES)
    axes.annotate(
        entete.detail,
        (0, 1),
        (0, SOUS_LE_TITRE),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        linespacing=ENTRE_LIGNES,
        color=charte().couleurs.secondaire,
    )


def remarques(lignes: dict[str, list[Annee]]) -> list[Remarque]:
    """Return what is said under axes: targets, absences by reason, provisional years, breaks.

    « Cible : 20 en 2026 », « 2023 et 2024 : non transmis », « 2025 : valeur provisoire », « Rupture
    de série en 2024 »; what only some of the lines have begins with their names.
    """
    noms: dict[Remarque, list[str]] = {}
    for nom, annees in lignes.items():
        for remarque in _remarques_d_une_ligne(annees):
            noms.setdefault(remarque, []).append(nom)
    rangs = {nom: rang for rang, nom in enumerate(lignes)}
    dites = []
    for remarque, concernees in noms.items():
        texte = remarque.texte
        if len(concernees) < len(lignes):
            texte = f"{enumerer(concernees)}, {minuscule(remarque.texte)}"
        dites.append(Remarque(remarque.signe, texte, rangs[concernees[0]]))
    return dites


def _remarques_d_une_ligne(annees: Sequence[Annee]) -> list[Remarque]:
    """Return what is said of a line, without its name."""
    dites = []
    if not isnan(annees[0].cible):
        dites.append(Remarque("cible", dire("cible", texte=annees[0].cible_dite)))
    a_dire: dict[tuple[str, str], list[str]] = {}  # years, by sign and words
    for annee in annees:
        if isnan(annee.valeur):
            signe = ("absence", annee.texte)
        elif annee.provisoire:
            signe = ("provisoire", dire(f"statut_{annee.statut.lower()}"))
        else:
            continue
        a_dire.setdefault(signe, []).append(str(annee.annee))
    for (signe, mot), quand in sorted(a_dire.items(), key=lambda dit: dit[0][0]):
        dites.append(Remarque(signe, f"{enumerer(quand)}{INSECABLE}: {mot}"))
    # A break in the first year has nothing before it in the drawing.
    par_raison: dict[str, list[str]] = {}
    for annee in annees[1:]:
        if annee.rupture:
            quand_rompue = str(annee.rupture_en or annee.annee)
            par_raison.setdefault(annee.raison, []).append(quand_rompue)
    for raison, quand in par_raison.items():
        texte = dire("rupture_en", annees=enumerer(quand))
        if raison:
            texte += f"{INSECABLE}: {minuscule(raison).removesuffix('.')}"
        dites.append(Remarque("rupture", texte))
    return dites


def bornes(annees: Sequence[Annee]) -> tuple[float, float]:
    """Return the ends of the scale of years, the lowest first; targets are on it.

    The scale starts at zero, unless the lowest value is half of the highest one or more: the slope
    would be drawn flat, so the scale then starts a little under the lowest. Even then it is a fifth
    of the highest value long at least (``PENTE``): a small change, which may be noise, must not
    fill the axes.
    """
    valeurs = [valeur for annee in annees for valeur in (annee.valeur, annee.cible)]
    connues = [valeur for valeur in valeurs if not isnan(valeur)]
    minimum = min(connues)
    maximum = max(connues)
    if minimum < maximum / 2 or maximum <= 0:
        haut = minimum + 1 if maximum == minimum else maximum  # a scale cannot have no length
        return min(minimum, 0.0), max(haut, 0.0)
    etendue = max(maximum - minimum, PENTE * maximum)
    milieu = (minimum + maximum) / 2
    bas = min(minimum - 0.25 * etendue, milieu - etendue / 2)
    return max(bas, 0.0), max(maximum, milieu + etendue / 2)


def par_nom(table: pd.DataFrame, y: str = "valeur", par: str = "") -> dict[str, list[Annee]]:
    """Return the years of each name, in order; of "" alone when the table has no such names."""
    annees = table.assign(
        valeur=table[y].astype("Float64").astype("float64"), annee=table["annee"].astype(int)
    ).sort_values("annee", kind="stable")
    for colonne, defaut in Annee._field_defaults.items():
        if colonne not in annees:
            annees[colonne] = defaut
    noms = table[par].unique().tolist() if par in table else [""]
    tous = annees[par] if par in table else pd.Series("", annees.index)
    champs = list(Annee._fields)
    return {
        str(nom): [Annee(*ligne) for ligne in annees.loc[tous.eq(nom), champs].to_numpy()]
        for nom in noms
    }


def _bouts(annees: Iterable[Annee]) -> tuple[int, int]:
    """Return the first and the last year of rows, targets included."""
    toutes = []
    for annee in annees:
        toutes.append(annee.annee)
        if pd.notna(annee.annee_cible):
            toutes.append(int(annee.annee_cible))
    return min(toutes), max(toutes)


def _hauteur_des_points(largeur: float) -> float:
    return min(max(PLUS_BAS, PART_DE_LA_LARGEUR * largeur), PLUS_HAUT)


def _hauteur_de_la_cle(cle: Sequence[Remarque], largeur: float) -> float:
    return INTERLIGNE * sum(lignes_de(_couper(remarque, largeur)) for remarque in cle)


def _est_trop_longue(remarque: Remarque, largeur: float) -> bool:
    entiere = couper(remarque.texte, largeur - RETRAIT - JEU, 2 * LIGNES_D_UNE_REMARQUE)
    return lignes_de(entiere) > LIGNES_D_UNE_REMARQUE


def _couper(remarque: Remarque, largeur: float) -> str:
    return couper(remarque.texte, largeur - RETRAIT - JEU, LIGNES_D_UNE_REMARQUE)


# What is drawn.


def _tracer(axes: Axes, lignes: dict[str, list[Annee]], cle: Sequence[Remarque]) -> None:
    """Draw the lines with their signs, and the key under them."""
    couleurs = charte().couleurs
    couleurs_des_lignes = []
    for rang, (nom, annees) in enumerate(lignes.items()):
        marque = MARQUES[rang % len(MARQUES)]
        # A missing value cuts the line of matplotlib: one is added before each break.
        abscisses, valeurs = zip(*_points(annees), strict=True)
        (courbe,) = axes.plot(
            abscisses,
            valeurs,
            label=nom,
            marker=marque,
            markeredgecolor=couleurs.fond,
            clip_on=False,
            zorder=_rang_de_trace(rang, lignes),
        )
        couleurs_des_lignes.append(courbe.get_color())
        creux = [annee for annee in annees if annee.provisoire]
        if creux:
            style = _creux(marque, courbe.get_color())
            axes.plot(
                [annee.annee for annee in creux],
                [annee.valeur for annee in creux],
                **style,
                clip_on=False,
                zorder=_rang_de_trace(rang, lignes),
            )
        for annee in _ruptures(annees):
            axes.axvline(annee, color=couleurs.secondaire, linewidth=1.0, linestyle=":")
        for annee, valeur in _cible(annees):
            axes.hlines(
                valeur,
                annees[0].annee,
                annee,
                colors=couleurs.secondaire,
                linewidth=0.6,
                linestyle="--",
            )
            axes.plot([annee], [valeur], **_trait(CIBLE))
    axes.spines[:].set_visible(False)
    axes.patch.set_visible(False)
    axes.tick_params(length=0)
    axes.margins(x=0.15)  # the years at the ends hold in the axes until these have their place
    if len(lignes) > 1:
        axes.yaxis.set_major_formatter(lambda valeur, _: nombre_court(round(valeur, 6)))
        axes.yaxis.grid(True)
    else:
        axes.yaxis.set_visible(False)
    _graduer(axes, _bouts(annee for annees in lignes.values() for annee in annees))
    if cle:
        largeur = largeur_de(axes) - (LES_VALEURS if len(lignes) > 1 else 0)
        legende = axes.legend(
            [_signe(remarque, couleurs_des_lignes[remarque.rang]) for remarque in cle],
            [_couper(remarque, largeur) for remarque in cle],
            loc="upper left",
            bbox_to_anchor=(0, 0),
            bbox_transform=axes.transAxes + _decalage(axes, -LES_ANNEES),
            borderaxespad=0,
            borderpad=0,
            labelspacing=0.2,
            handlelength=CARRE / 9,
            handletextpad=(RETRAIT - CARRE) / 9,
            handleheight=CARRE / 9,
            labelcolor=couleurs.secondaire,
        )
        for texte in legende.get_texts():
            texte.set_linespacing(ENTRE_LIGNES)


def _rang_de_trace(rang: int, lignes: dict[str, list[Annee]]) -> float:
    """Return in what order a line is drawn: the first, that of the place that was asked for first,
    over the others.
    """
    return 2 + (len(lignes) - rang) / (len(lignes) + 1)


def _decouvrir(axes: Axes, lignes: dict[str, list[Annee]]) -> None:
    """Make the mark of a value that a line over its own covers wider, so that both are seen."""
    en_points = axes.transData + _en_points(axes)
    traits = {trait.get_label(): trait for trait in axes.get_lines()}
    places: list[tuple[float, float]] = []
    for rang, (nom, annees) in enumerate(lignes.items()):
        marque = MARQUES[rang % len(MARQUES)]
        couleur = traits[nom].get_color()
        les_siennes = []
        for annee in annees:
            if isnan(annee.valeur):
                continue
            x, y = en_points.transform((annee.annee, annee.valeur))
            les_siennes.append((float(x), float(y)))
            dessus = sum(hypot(x - x_0, y - y_0) < COUVERTS * RAYON for x_0, y_0 in places)
            if not dessus:
                continue
            style = _creux(marque, couleur) if annee.provisoire else {"color": couleur}
            taille = traits[nom].get_markersize() * (1 + PLUS_LARGE * dessus)
            axes.plot(
                [annee.annee],
                [annee.valeur],
                **{"marker": marque, "linestyle": "", **style, "markersize": taille},
                clip_on=False,
                zorder=_rang_de_trace(rang, lignes),
            )
        places += les_siennes


def _signe(remarque: Remarque, couleur: ColorType) -> Artist:
    """Return what the axes draw for a target, an absence, a break, or the provisional value of a
    line, which has its shape and its colour.
    """
    couleurs = charte().couleurs
    signe = remarque.signe
    if signe == "cible":
        return Line2D([], [], **_trait(CARRE))
    if signe == "absence":
        return Rectangle((0, 0), 1, 1, **hachures())
    if signe == "provisoire":
        return Line2D([], [], **_creux(MARQUES[remarque.rang % len(MARQUES)], couleur))
    return Line2D(
        [],
        [],
        linestyle="",
        marker=TIRETS,
        markersize=CARRE + 1,
        markeredgecolor=couleurs.secondaire,
        markeredgewidth=1.0,
    )


def _creux(marque: str, couleur: ColorType) -> dict:
    """Return the style of a hollow mark; without a colour, it would take that of the next line."""
    return {
        "color": couleur,
        "linestyle": "",
        "marker": marque,
        "markersize": CREUX,
        "markerfacecolor": charte().couleurs.fond,
        "markeredgecolor": couleur,
        "markeredgewidth": 1.4,
    }


def _trait(largeur: float) -> dict:
    """Return the style of the mark of a target."""
    return {
        "linestyle": "",
        "marker": "_",
        "markersize": largeur,
        "markeredgecolor": charte().couleurs.texte,
        "markeredgewidth": 2.2,
        "clip_on": False,
    }


def _points(annees: Sequence[Annee]) -> list[tuple[int, float]]:
    """Return the points of a line, with one without a value before each break."""
    points = []
    for annee in annees:
        if annee.rupture:
            points.append((annee.annee, nan))
        points.append((annee.annee, annee.valeur))
    return points


def _ruptures(annees: Sequence[Annee]) -> list[float]:
    """Return where the breaks stand: between the year before each of them and its first year."""
    return [(avant.annee + apres.annee) / 2 for avant, apres in pairwise(annees) if apres.rupture]


def _cible(annees: Sequence[Annee]) -> list[tuple[int, float]]:
    """Return the year and the value of the target of a line, if it has one; without a year, it is
    at the last point.
    """
    premiere = annees[0]
    if isnan(premiere.cible):
        return []
    if pd.isna(premiere.annee_cible):
        return [(annees[-1].annee, premiere.cible)]
    return [(int(premiere.annee_cible), premiere.cible)]


# What is set and written once it is known how wide and high the axes are.


def _mettre_en_page(axes: Axes) -> None:
    """Lay out the figure of axes, so that their places are known."""
    mise_en_page = figure_de(axes).get_layout_engine()
    if mise_en_page is not None:
        mise_en_page.execute(figure_de(axes))


def _en_points(axes: Axes) -> Affine2D:
    """Return the transform from the pixels of a figure to points."""
    return Affine2D().scale(POINTS_PAR_POUCE / figure_de(axes).dpi)


def _decalage(axes: Axes, points: float) -> ScaledTranslation:
    """Return the transform that moves by so many points, upward."""
    return ScaledTranslation(0, points / POINTS_PAR_POUCE, figure_de(axes).dpi_scale_trans)


def _regler(
    axes: Axes,
    lignes: dict[str, list[Annee]],
    bouts: tuple[int, int] | None = None,
    echelle: tuple[float, float] | None = None,
) -> None:
    """Set the limits of axes that have their place, so that what is then written holds in them."""
    cadre = axes.get_window_extent().transformed(_en_points(axes))
    toutes = [annee for annees in lignes.values() for annee in annees]
    premiere, derniere = bouts or _bouts(toutes)
    seule = len(lignes) == 1
    # With room for half of a value beyond the first and the last year.
    textes = [annee.ecrite for annee in toutes if not isnan(annee.valeur)]
    plus_long = max(longueur(texte, gras=True) for texte in [*textes, str(derniere)])
    bord = min(plus_long / 2 + 1, cadre.width / 3)
    noms = bord if seule else min(LARGEUR_DES_NOMS, PART_DES_NOMS * cadre.width)
    annees_par_point = max(derniere - premiere, 1) / (cadre.width - bord - noms)
    autour = 0.0 if derniere > premiere else 0.5  # a single year stands in the middle
    axes.set_xlim(
        premiere - autour - bord * annees_par_point, derniere + autour + noms * annees_par_point
    )
    bas, haut = echelle or bornes(toutes)
    unites_par_point = (haut - bas) / (cadre.height - AU_DESSUS - AU_DESSOUS)
    axes.set_ylim(bas - AU_DESSOUS * unites_par_point, haut + AU_DESSUS * unites_par_point)
    if seule and bas <= 0 <= haut:
        axes.axhline(0, color=charte().couleurs.filet, linewidth=0.8, zorder=1)
    _graduer(axes, aerer(range(premiere, derniere + 1), 1 / annees_par_point))
    # The sign of absence stands on the line of zero, or at the bottom of a scale without zero.
    absentes = [annee.annee for annee in toutes if isnan(annee.valeur)]
    plancher = 0.0 if bas <= 0 <= haut else bas
    if absentes:
        axes.scatter(
            absentes,
            [plancher] * len(absentes),
            CARRE**2,
            marker="s",
            transform=axes.transData + _decalage(axes, CARRE / 2),
            clip_on=False,
            **hachures(),
        )
    if seule:
        _ecrire_les_valeurs(axes, toutes, plancher)
    else:
        _nommer_les_bouts(axes, lignes, noms)


def _graduer(axes: Axes, annees: Sequence[float]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(annees))
    axes.xaxis.set_major_formatter("{x:.0f}")


def _ecrire_les_valeurs(axes: Axes, annees: Sequence[Annee], plancher: float) -> None:
    """Write the values of points where they cover nothing of what is drawn.

    The first, the last and the last sure one before the others, which are written when they are
    few; one of the two ends that has no room stands over all the points.
    """
    en_points = axes.transData + _en_points(axes)
    cadre = axes.get_window_extent().transformed(_en_points(axes))

    def place(annee: float, valeur: float) -> tuple[float, float]:
        x, y = en_points.transform((annee, valeur))
        return float(x), float(y)

    mesures = [annee for annee in annees if not isnan(annee.valeur)]
    obstacles = [_autour(place(annee.annee, annee.valeur), RAYON) for annee in mesures]
    for annee in annees:
        if isnan(annee.valeur):
            x, y = place(annee.annee, plancher)
            obstacles.append(_autour((x, y + CARRE / 2), CARRE / 2))
    traits = [
        Path([place(*debut), place(*fin)])
        for debut, fin in pairwise(_points(annees))
        if not isnan(debut[1]) and not isnan(fin[1])
    ]
    for milieu in _ruptures(annees):
        x, _ = place(milieu, plancher)
        traits.append(Path([(x, cadre.y0), (x, cadre.y1)]))
    for annee_cible, valeur in _cible(annees):
        bout = place(annee_cible, valeur)
        obstacles.append(_autour(bout, CIBLE / 2, 1.5))
        traits.append(Path([place(annees[0].annee, valeur), bout]))

    dernier = len(mesures) - 1
    bouts = sorted({0, dernier})
    sures = [rang for rang, annee in enumerate(mesures) if not annee.provisoire]
    if sures:  # the last value that holds, before those that may change
        bouts = sorted({*bouts, sures[-1]})
    rangs = bouts
    if len(mesures) <= TOUTES_LES_VALEURS:
        rangs = [*bouts, *(rang for rang in range(1, dernier) if rang not in bouts)]
    for rang in rangs:
        annee = mesures[rang]
        texte = annee.ecrite
        point = place(annee.annee, annee.valeur)
        libre = place_libre(longueur(texte, gras=True), point, obstacles, traits, cadre)
        if not libre and rang in (0, dernier):  # over all the points, with its year
            texte = f"{annee.annee}{INSECABLE}: {texte}"
            largeur = longueur(texte, gras=True)
            gauche = cadre.x1 - largeur if rang else cadre.x0
            libre = Bbox.from_bounds(gauche, cadre.y1 - CAPITALE - JEU, largeur, CAPITALE)
        if libre:
            obstacles.append(libre)
            axes.annotate(
                couper(texte, cadre.width, 1, gras=True),
                (annee.annee, annee.valeur),
                (libre.x0 - point[0], libre.y1 - CAPITALE - point[1]),
                textcoords="offset points",
                weight="bold",
                color=charte().couleurs.territoire,
            ).set_in_layout(False)


def _autour(point: tuple[float, float], demi_largeur: float, demi_hauteur: float = 0.0) -> Bbox:
    """Return the rectangle around a point; a square without ``demi_hauteur``."""
    x, y = point
    demi_hauteur = demi_hauteur or demi_largeur
    return Bbox.from_extents(x - demi_largeur, y - demi_hauteur, x + demi_largeur, y + demi_hauteur)


def place_libre(
    largeur: float,
    point: tuple[float, float],
    obstacles: Sequence[Bbox],
    traits: Sequence[Path],
    cadre: Bbox,
) -> Bbox | None:
    """Return the first place around a point, in points and upward, where a text of that width
    covers nothing; None when there is none.

    A free place is inside the frame, touches no obstacle and crosses no line. Places are tried over
    the point and under it, then a third of the width aside, then beside it; then the same a little
    further, twice.
    """
    x, y = point
    places = []  # the left and the middle height of each
    for ecart in ECARTS:
        for decalage in (0, -0.35, 0.35):
            gauche = x + (decalage - 0.5) * largeur
            places.append((gauche, y + (ecart + CAPITALE / 2)))
            places.append((gauche, y - (ecart + CAPITALE / 2)))
        places.append((x + ecart, y))
        places.append((x - ecart - largeur, y))

    for gauche, milieu in places:
        place = Bbox.from_extents(
            gauche, milieu - CAPITALE / 2 - JAMBAGE, gauche + largeur, milieu + CAPITALE / 2
        )
        if not cadre.contains(place.x0, place.y0) or not cadre.contains(place.x1, place.y1):
            continue
        avec_jeu = place.padded(JEU)
        if any(avec_jeu.overlaps(obstacle) for obstacle in obstacles):
            continue
        if any(trait.intersects_bbox(avec_jeu, filled=False) for trait in traits):
            continue
        return place
    return None


def _nommer_les_bouts(axes: Axes, lignes: dict[str, list[Annee]], largeur: float) -> None:
    """Write the name and the last value of each line at its end, in a width, without any covering
    another.
    """
    en_points = axes.transData + _en_points(axes)
    traits = {trait.get_label(): trait for trait in axes.get_lines()}
    bouts = []
    for nom, annees in lignes.items():
        mesures = [annee for annee in annees if not isnan(annee.valeur)]
        if not mesures:
            continue
        derniere = mesures[-1]
        valeur = derniere.ecrite.replace(" ", INSECABLE)
        texte = couper(f"{nom}  {valeur}", largeur - A_COTE, LIGNES_D_UN_TITRE)
        _, milieu = en_points.transform((derniere.annee, derniere.valeur))
        couleur = traits[nom].get_color()
        bouts.append((float(milieu), derniere.annee, derniere.valeur, texte, couleur))
    bouts.sort(key=lambda bout: bout[0])
    hauteurs = [lignes_de(texte) * INTERLIGNE for _, _, _, texte, _ in bouts]
    bas = [bout[0] - hauteur / 2 for bout, hauteur in zip(bouts, hauteurs, strict=True)]
    ecartes = ecarter(bas, hauteurs, 1.0)
    for (milieu, annee, valeur, texte, couleur), debut, hauteur in zip(
        bouts, ecartes, hauteurs, strict=True
    ):
        axes.annotate(
            texte,
            (annee, valeur),
            (A_COTE, debut + hauteur / 2 - milieu),
            textcoords="offset points",
            va="center",
            linespacing=ENTRE_LIGNES,
            color=couleur,
        )
