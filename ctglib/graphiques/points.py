"""Marks in rows: values beside those of a reference, indices, a place among others like it.

``points`` draws on plain axes of matplotlib; ``haltere``, ``points_indices`` and
``points_comparables`` are the charts of the reports, with what is said of them. In columns and
fields, ``ici`` is what is written for the territory, and ``la`` for its reference.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from typing import Any, NamedTuple, Unpack

import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Dessin
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

from ctglib.calculs.comparables import Resultat
from ctglib.calculs.comparaison import DECIMALES_INDICE
from ctglib.calculs.comparaison import ranger as ranger_les_indices
from ctglib.calculs.ecriture import FINE, INSECABLE, enumerer, minuscule, nombre, pourcent
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte, charter_style
from ctglib.document.typographie import (
    RIEN,
    de_a,
    nombre_court,
    remplir,
    signe,
)
from ctglib.document.typographie import (
    points as en_points,
)
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.catalogue import Comparaison, Largeur, Radar
from ctglib.graphiques.feuille import (
    GOUTTIERE,
    INTERLIGNE,
    MARQUE,
    PART_DES_LIBELLES,
    Legende,
    assemble,
    couper,
    dire,
    en_travers,
    est_etroit,
    feuille,
    figure_de,
    finir,
    largeur_de,
    longueur,
    ranger,
    sur_fond,
)

# in points
A_COTE = 7.0  # between a mark and its text
SOUS_LA_CLE = 6.0
ENTRE_NOMS = 16.0  # of the key
DISQUE = 6.8
LOSANGE = 7.5  # its points show around a disc put over it
CLE = 7.0  # of a mark in the key
POINT = 4.3  # of the others in a row
INTERVALLE = 6.0  # the height of the span of a value
PAS_AU_PLUS = 8  # steps of a scale
PLACE_D_UNE_GRADUATION = 14.0  # besides what is written
COLONNES_DES_HALTERES = [
    "indicateur",
    "libelle",
    "unite",
    "annee",
    "valeur",
    "statut",
    "valeur_reference",
    "statut_reference",
    "ecart",
]
BASE = 100.0  # the index of the reference
# a drawing stops at so many times the high threshold, so that one index does not crush the others
CEILING = 2.0
GRADUATIONS = 8
RANGEE_D_UN_NUAGE = 18.0  # points
ABSENTE = "valeur absente"


class Marque(NamedTuple):
    """A kind of mark: a column of values, and that of their texts, "" when none is written."""

    colonne: str
    nom: str  # in the key, "" to leave it out
    couleur: str
    textes: str = ""
    forme: str = "o"  # a marker of matplotlib
    gras: bool = False
    creuse: bool = False  # its values may still change


class Repere(NamedTuple):
    """Vertical lines through all the rows, and what they are."""

    valeurs: Sequence[float]
    nom: str
    couleur: str
    tirets: bool = False


def points(
    table: pd.DataFrame,
    ax: Axes | None = None,
    *,
    marques: Sequence[Marque],
    par: str = "libelle",
    depuis: float | None = None,
    reperes: Sequence[Repere] = (),
    nuage: pd.DataFrame | None = None,
    intervalle: tuple[str, str] | None = None,
    droite: str = "",
    entete: str = "",
    symbole: str = "",
    signe: bool = False,
    zero: bool = True,
) -> Axes:
    """Return axes with a row a line of a table: a mark for each of its values, its text beside it.

    The lowest of two values has its text on its left, the other on its right; the word of an
    absence stands after the only mark, or at the beginning of the row.

    Args:
        table: One row a row of the drawing, from top to bottom.
        ax: Where to draw: axes alone in their figure, whose height the caller sets (``finir``); new
            axes as wide as a page by default.
        marques: The marks of each row.
        par: The column of the names of the rows.
        depuis: A thick line goes from this value to the mark of each row; without it, from mark to
            mark.
        reperes: Vertical lines.
        nuage: Other values on the rows, as grey dots: the column ``par``, and valeur.
        intervalle: The columns of the two ends of a bar under the marks.
        droite: The column of what is written at the right of each row.
        entete: What is written over them.
        symbole: The unit of the graduations.
        signe: Whether these have their sign.
        zero: Whether the scale has zero; a length that stands for a value or a gap needs it.
    """
    with charter_style():
        axes = ax or feuille().add_subplot()
        couleurs = charte().couleurs
        largeur = largeur_de(axes)
        etroit = est_etroit(axes)
        largeur_a_droite = 0.0
        if droite:
            ecrits = [longueur(texte, gras=True) for texte in table[droite]]
            largeur_a_droite = max([longueur(entete), *ecrits]) + GOUTTIERE
            mise_en_page = figure_de(axes).get_layout_engine()
            assert isinstance(mise_en_page, ConstrainedLayoutEngine)
            mise_en_page.set(rect=(0, 0, 1 - largeur_a_droite / largeur, 1))
        place = largeur - largeur_a_droite - (0 if etroit else PART_DES_LIBELLES * largeur)
        cle = _cle(axes, marques, reperes, place)
        haut = INTERLIGNE * max(cle, 1 if entete else 0) + (SOUS_LA_CLE if cle or entete else 0)
        hauteur = MARQUE if nuage is None else RANGEE_D_UN_NUAGE
        milieux = ranger(axes, table[par].astype(str).tolist(), haut=haut, marques=hauteur)
        table = table.assign(y=milieux)

        colonnes = [marque.colonne for marque in marques] + list(intervalle or ())
        toutes = [valeur for colonne in colonnes for valeur in table[colonne].dropna()]
        toutes += [valeur for repere in reperes for valeur in repere.valeurs]
        if nuage is not None:
            nuage = nuage.merge(table[[par, "y"]], on=par)
            toutes += nuage["valeur"].tolist()
        autour = _place_des_absences(table, marques)
        _graduer(axes, toutes, place - autour, symbole=symbole, signe=signe, zero=zero)

        for repere in reperes:
            for valeur in repere.valeurs:
                axes.axvline(valeur, **_trait(repere))
        if nuage is not None:
            tous = pd.concat([nuage[["y", "valeur"]], *(_places(table, m) for m in marques)])
            etendues = tous.groupby("y")["valeur"].agg(["min", "max"])
            axes.hlines(
                etendues.index,
                etendues["min"],
                etendues["max"],
                colors=couleurs.filet,
                linewidth=0.8,
            )
            axes.plot(
                nuage["valeur"],
                nuage["y"],
                **_marque("o", couleurs.secondaire, POINT),
            )
        else:
            ends = table[[marque.colonne for marque in marques]].astype("float64")
            ends = ends.assign(depuis=nan if depuis is None else depuis)
            reliees = ends.count(axis=1).gt(1)
            axes.hlines(
                table["y"][reliees],
                ends.min(axis=1)[reliees],
                ends.max(axis=1)[reliees],
                colors=couleurs.filet,
                linewidth=2.4,
            )
        if intervalle:
            debut, fin = (table[colonne] for colonne in intervalle)
            axes.barh(table["y"], fin - debut, INTERVALLE, debut, color=charte().degrade[2])
        for marque in marques:
            places = _places(table, marque)
            if places.empty:  # matplotlib would give them a place
                continue
            style = _marque(marque.forme, marque.couleur, creuse=marque.creuse)
            axes.plot(places["valeur"], places["y"], **style)
        _ecrire(axes, table, marques, depuis, place)
        if droite:
            axes.text(1, INTERLIGNE / 2, entete, **_a_droite(axes), color=couleurs.secondaire)
            for y, texte in zip(milieux, table[droite], strict=True):
                gras = any(lettre.isdigit() for lettre in texte)
                couleur = couleurs.texte if gras else couleurs.absence
                poids = "bold" if gras else "normal"
                axes.text(1, y, texte, **_a_droite(axes), weight=poids, color=couleur)
        if ax is None:
            finir(axes)
    return axes


def _places(table: pd.DataFrame, marque: Marque) -> pd.DataFrame:
    """Return y and valeur of the marks of a kind."""
    places = table[["y", marque.colonne]].set_axis(["y", "valeur"], axis=1)
    return places.astype("float64").dropna()


def _marque(
    forme: str, couleur: str, taille: float = 0.0, *, creuse: bool = False
) -> dict[str, Any]:
    """Return the style of a mark: a thin edge of paper, a stroke without edge, or hollow."""
    if forme == "|":
        return {
            "linestyle": "",
            "marker": forme,
            "markersize": taille or RANGEE_D_UN_NUAGE - 1,
            "markeredgecolor": couleur,
            "markeredgewidth": 1.6,
            "clip_on": False,
        }
    return {
        "linestyle": "",
        "marker": forme,
        "markersize": taille or (LOSANGE if forme == "D" else DISQUE),
        "markerfacecolor": charte().couleurs.fond if creuse else couleur,
        "markeredgecolor": couleur if creuse else charte().couleurs.fond,
        "clip_on": False,
    }


def _trait(repere: Repere) -> dict[str, Any]:
    """Return the style of vertical lines."""
    return {
        "color": repere.couleur,
        "linewidth": 0.9 if repere.tirets else 1.2,
        "linestyle": "--" if repere.tirets else "-",
        "zorder": 1,
    }


def _a_droite(axes: Axes) -> dict[str, Any]:
    """Return the place of what is written at the right of the figure of axes."""
    return {"transform": en_travers(axes), "ha": "right", "va": "center", "in_layout": False}


def _cle(axes: Axes, marques: Sequence[Marque], reperes: Sequence[Repere], place: float) -> int:
    """Put the key over the rows, side by side where there is room; return its lines."""
    signes: list[Artist] = []
    noms = []
    couleurs = []
    for marque in marques:
        if marque.nom:
            signes.append(Line2D([], [], **_marque(marque.forme, marque.couleur, CLE)))
            noms.append(couper(marque.nom, place - ENTRE_NOMS, 1, gras=True))
            couleurs.append(marque.couleur)
    for repere in reperes:
        signes.append(Line2D([], [], **_trait(repere)))
        noms.append(couper(repere.nom, place - ENTRE_NOMS, 1, gras=True))
        couleurs.append(repere.couleur)
    if not noms:
        return 0
    sur_une_ligne = sum(longueur(nom, gras=True) + 2 * ENTRE_NOMS for nom in noms) <= place
    cle = axes.legend(
        signes,
        noms,
        loc="upper left",
        bbox_to_anchor=(0, 1),
        borderaxespad=0,
        borderpad=0,
        labelspacing=0.2,
        handlelength=1.0,
        handletextpad=0.4,
        columnspacing=1.6,
        ncols=len(noms) if sur_une_ligne else 1,
        labelcolor=couleurs,
        frameon=True,
        facecolor=charte().couleurs.fond,
        edgecolor="none",
        framealpha=1,
    )
    for texte in cle.get_texts():
        texte.set(fontweight="bold")
    return 1 if sur_une_ligne else len(noms)


def _place_des_absences(table: pd.DataFrame, marques: Sequence[Marque]) -> float:
    """Return how wide the texts are, in points, that stand on both sides of a mark which is alone
    on its row because another is absent; 0 where none is.
    """
    ecrites = [marque for marque in marques if marque.textes]
    mots = [
        texte
        for marque in ecrites
        for texte in table.loc[table[marque.colonne].isna(), marque.textes]
    ]
    if not any(mots):
        return 0.0
    textes = [texte for marque in ecrites for texte in table[marque.textes]]
    plus_long_mot = max(longueur(mot) for mot in mots)
    plus_long_texte = max(longueur(texte, gras=True) for texte in textes)
    return plus_long_mot + plus_long_texte + 2 * A_COTE


def _graduer(
    axes: Axes, valeurs: Sequence[float], place: float, *, symbole: str, signe: bool, zero: bool
) -> None:
    """Set the scale across: from a round value to the greatest one, so that the marks use the whole
    width.
    """
    connues = [valeur for valeur in valeurs if not isnan(valeur)] or [0.0, 1.0]
    bas = min(connues)
    haut = max(connues)
    if zero:
        bas = min(bas, 0.0)
        haut = max(haut, 0.0)
    if haut - bas < 1e-9:
        bas, haut = (bas, haut + 1) if zero else (bas - 1, haut + 1)
    unite = f"{FINE}{symbole}" if symbole else ""

    def ecrire(valeur: float, _: float = 0.0) -> str:
        texte = nombre_court(round(valeur, 6)) + unite
        return f"+{texte}" if signe and valeur > 0 else texte

    # As many steps as there is room for: the fewer they are, the fewer decimals they have.
    for nombre_de_pas in range(PAS_AU_PLUS, 0, -1):
        graduations = MaxNLocator(nombre_de_pas, steps=[1, 2, 5, 10]).tick_values(bas, haut)
        plus_longue = max(longueur(ecrire(graduation)) for graduation in graduations)
        if nombre_de_pas * (plus_longue + PLACE_D_UNE_GRADUATION) <= place:
            break
    if bas < 0 or not zero:
        bas = max(graduation for graduation in graduations if graduation <= bas + 1e-9)
    axes.set_xlim(bas, haut)
    axes.xaxis.set_major_locator(FixedLocator([g for g in graduations if bas <= g <= haut]))
    axes.xaxis.set_major_formatter(ecrire)
    axes.xaxis.grid(True)


def _ecrire(
    axes: Axes,
    table: pd.DataFrame,
    marques: Sequence[Marque],
    depuis: float | None,
    place: float,
) -> None:
    """Write the texts of the marks beside them; room is made on the left for those that would
    cover the names of their rows.
    """
    couleurs = charte().couleurs
    bas, haut = axes.get_xlim()
    ecrites = [marque for marque in marques if marque.textes]
    manque = 0.0
    for _, rangee in table.iterrows():
        presentes = sorted(
            (float(rangee[m.colonne]), m) for m in ecrites if pd.notna(rangee[m.colonne])
        )
        absences = [
            rangee[m.textes] for m in ecrites if pd.isna(rangee[m.colonne]) and rangee[m.textes]
        ]
        a_gauche = presentes[:1]
        a_droite = presentes[1:][-1:]
        seul_sous_le_depart = depuis is not None and presentes and presentes[0][0] < depuis
        if len(presentes) == 1 and not absences and not seul_sous_le_depart:
            a_gauche = []
            a_droite = presentes
        for cote, etiquettes in ((-1, a_gauche), (1, a_droite)):
            for valeur, marque in etiquettes:
                texte = rangee[marque.textes]
                if cote < 0:
                    avant = (valeur - bas) / (haut - bas) * place
                    manque = max(manque, longueur(texte, gras=True) + A_COTE - avant)
                _a_cote(axes, texte, valeur, rangee["y"], cote, marque.couleur, gras=marque.gras)
        if absences and presentes:
            valeur, _ = presentes[0]
            _a_cote(axes, absences[0], valeur, rangee["y"], 1, couleurs.absence)
        elif ecrites and not presentes:
            texte = " / ".join(dict.fromkeys(absences)) or RIEN
            _a_cote(axes, texte, bas, rangee["y"], 1, couleurs.absence)
    if not est_etroit(axes):
        axes.tick_params(axis="y", pad=GOUTTIERE + max(manque, 0.0))


def _a_cote(
    axes: Axes, texte: str, x: float, y: float, cote: int, couleur: str, *, gras: bool = False
) -> None:
    """Write a text at a place's left (−1) or right (1)."""
    axes.annotate(
        texte,
        (x, y),
        (A_COTE * cote, 0),
        textcoords="offset points",
        ha="right" if cote < 0 else "left",
        va="center",
        color=couleur,
        weight="bold" if gras else "normal",
        annotation_clip=False,
        bbox=sur_fond(),
    )


def _avec_textes(comparaison: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return rows of a comparison with three columns of text: ``an``, ``ici`` and ``la``.

    The year (« 2023 », « – » when it is missing), the value of the territory (« 15,9 % », or the
    word of its absence) and that of its reference.
    """
    indicateurs = comparaison["indicateur"]
    annees = comparaison["annee"]
    ici = zip(indicateurs, comparaison["valeur"], comparaison["statut"], strict=True)
    la = zip(
        indicateurs, comparaison["valeur_reference"], comparaison["statut_reference"], strict=True
    )
    return comparaison.assign(
        an=[RIEN if pd.isna(annee) else str(int(annee)) for annee in annees],
        ici=[contexte.valeur(*valeur) for valeur in ici],
        la=[contexte.valeur(*valeur) for valeur in la],
    )


# Dumbbells.


@dataclass(frozen=True)
class Haltere:
    """An indicator of a dumbbell chart, with its texts (see ``_avec_textes``)."""

    libelle: str
    an: str
    valeur: float
    ici: str
    valeur_reference: float
    la: str
    texte_ecart: str  # « +0,8 point », « – » without a gap
    lieu: str  # where the value is, in a sentence: « à Exemple »
    lieu_reference: str
    la_dit: str  # the value of the reference, as a sentence writes it
    ailleurs: str  # the third value and where it is, "" without one


def haltere(
    comparaison: pd.DataFrame,
    contexte: Contexte,
    *,
    autre: str = "",
    autre_lieu: str = "",
    **legende: Unpack[Legende],
) -> Figure:
    """Return the dumbbell chart of a comparison, from the highest gap to the lowest; rows without a
    gap come last.

    - ``comparaison``: rows of ``ctglib.calculs.comparaison.comparer``, at least one, whose values
      share a scale; a column ``valeur_autre`` adds the values of third places, which ``autre``
      names; ``lieu`` and ``lieu_reference`` say where the values of each row are, when that is not
      the territory and its reference; ``sans_ecart`` what is written for a gap that is not one, and
      ``la_dit`` how a sentence writes the value of the reference.
    - ``autre``: what the third mark of a row is.
    - ``autre_lieu``: where its value is, in a sentence (« dans les communes semblables »): the
      alternative text then has the three values of each row.

    Raises:
        ValueError: The rows mix units that do not share a scale: rates do (in %, for 100), others
            only with themselves.
    """
    unites = set(comparaison["unite"])
    if len(unites) > 1 and set(comparaison["ecart_type"]) != {"points"}:
        raise ValueError(
            f"Un graphique en haltères ne mêle pas ces unités : {', '.join(sorted(unites))}."
        )
    ordonnee = comparaison.sort_values(
        "ecart", ascending=False, kind="stable", na_position="last"
    ).reset_index(drop=True)
    ecarts = zip(ordonnee["indicateur"], ordonnee["ecart"], ordonnee["ecart_type"], strict=True)
    halteres = _avec_textes(ordonnee, contexte).assign(
        texte_ecart=[RIEN if pd.isna(ecart[1]) else contexte.ecart(*ecart) for ecart in ecarts],
        symbole=[contexte.unites[unite].symbole for unite in ordonnee["unite"]],
    )
    if "sans_ecart" in halteres:
        sans_ecart = halteres["sans_ecart"]
        halteres["texte_ecart"] = sans_ecart.where(sans_ecart.ne(""), halteres["texte_ecart"])
    if "la_dit" not in halteres:
        halteres = halteres.assign(la_dit=halteres["la"])
    if "lieu" not in halteres:
        halteres = halteres.assign(lieu=contexte.territoire.a, lieu_reference=contexte.reference.a)
    halteres = halteres.assign(ailleurs="")
    if autre_lieu:
        troisiemes = zip(halteres["indicateur"], halteres["valeur_autre"], strict=True)
        halteres["ailleurs"] = [
            "" if pd.isna(valeur) else f"{contexte.valeur(indicateur, valeur)} {autre_lieu}"
            for indicateur, valeur in troisiemes
        ]
    avec_ecart = halteres[halteres["ecart"].notna()]
    # The first row has a gap if any has: gaps come first.
    premiere = next(lignes(halteres, Haltere))
    phrases = [_phrase_haltere(premiere)]
    rangees_dites = halteres if autre_lieu else avec_ecart.tail(1)  # none when no row has a gap
    for derniere in lignes(rangees_dites, Haltere):
        phrase = _phrase_haltere(derniere)
        if phrase not in phrases:  # a single row is both
            phrases.append(phrase)
    sujet = "Un indicateur"
    if len(halteres) > 1:
        sujet = f"{len(halteres)} indicateurs, de l'écart le plus haut au plus bas"
    lecture = f"{_phrase_haltere(premiere)}."
    if premiere.an != RIEN and premiere.an not in premiere.libelle:
        lecture = f"en {premiere.an}, {lecture}"
    ici = contexte.territoire.nom
    la = contexte.reference.nom
    return assemble(
        contexte,
        lambda taille: _dessiner_les_halteres(taille, halteres, contexte, autre),
        **legende,
        alt=f"{sujet}, {ici} et {la}. {' ; '.join(phrases)}.",
        lecture=lecture,
        colonnes={
            "libelle": "Indicateur",
            "an": "Année",
            "ici": ici,
            "la": la,
            "texte_ecart": "Écart",
        },
        lignes=halteres,
        donnees=ordonnee[COLONNES_DES_HALTERES],
    )


def _phrase_haltere(rangee: Haltere) -> str:
    """Return « « Part » : 15,9 % à Exemple, 15,1 % dans l'Ain (écart : +0,8 point) »."""
    ici = f"{rangee.ici or ABSENTE} {rangee.lieu}"
    la = f"{rangee.la_dit or ABSENTE} {rangee.lieu_reference}"
    phrase = f"« {rangee.libelle} » : {ici}, {la}"
    if rangee.ailleurs:
        phrase += f", {rangee.ailleurs}"
    if rangee.texte_ecart != RIEN:
        phrase += f" (écart : {rangee.texte_ecart})"
    return phrase


def _dessiner_les_halteres(
    taille: Largeur, halteres: pd.DataFrame, contexte: Contexte, autre: str
) -> Dessin:
    """Return a row an indicator: the territory, its reference, the gap at the right.

    ``autre`` names the third value of the rows (``valeur_autre``), a grey stroke; "" when they have
    none.
    """
    couleurs = charte().couleurs
    symboles = halteres["symbole"].unique().tolist()
    tout_en_pourcent = symboles == ["%"]
    entete = "Écart"
    if tout_en_pourcent:  # the header says the unit, once: « +0,8 » without « point »
        entete = dire("ecart_en_points")
        courts = [ecart.partition(INSECABLE)[0] for ecart in halteres["texte_ecart"]]
        halteres = halteres.assign(texte_ecart=courts)
    marques = [
        Marque("valeur_reference", contexte.reference.nom, couleurs.reference, "la", "D"),
        Marque("valeur", contexte.territoire.nom, couleurs.territoire, "ici", gras=True),
    ]
    if autre:
        marques.insert(0, Marque("valeur_autre", autre, couleurs.secondaire, forme="|"))
    axes = points(
        halteres,
        feuille(taille).add_subplot(),
        marques=marques,
        droite="texte_ecart",
        entete=entete,
        symbole="%" if tout_en_pourcent else "",
    )
    note = ""
    if len(symboles) > 1:
        note = dire("echelle_commune", symboles=enumerer(symboles))
    return finir(axes, note)


# Indices.


@dataclass(frozen=True)
class Indice:
    """An axis of the radar, with its index and its texts (see ``_avec_textes``)."""

    libelle: str
    an: str
    valeur: float
    ici: str
    valeur_reference: float
    la: str
    indice: float
    texte: str


def points_indices(
    indices: pd.DataFrame, radar: Radar, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure:
    """Return the dot plot of the indices, in the order of ``comparaison.ranger``.

    ``indices`` are rows of ``ctglib.calculs.comparaison.indices``, one an axis of the radar. Those
    without an index are named, with the reason, in the texts around the chart.
    """
    ici = contexte.territoire
    la = contexte.reference
    reference = f"{la.nom} = {nombre(BASE, DECIMALES_INDICE)}"
    axes_du_radar = _avec_textes(indices.reset_index(drop=True), contexte)
    axes_du_radar = axes_du_radar.replace({"ici": {"": ABSENTE}, "la": {"": ABSENTE}})
    axes_du_radar["axe"] = [
        f"{rang}. {libelle}" for rang, libelle in enumerate(axes_du_radar["libelle"], start=1)
    ]
    axes_du_radar["texte"] = [
        RIEN if pd.isna(indice) else nombre(indice, DECIMALES_INDICE)
        for indice in axes_du_radar["indice"]
    ]
    avec_indice = ranger_les_indices(axes_du_radar[axes_du_radar["niveau"] != "absent"])
    absents = [
        f"{axe.libelle} ({_raison_sans_indice(axe, contexte)})"
        for axe in lignes(axes_du_radar[axes_du_radar["niveau"] == "absent"], Indice)
    ]
    sans_indice = dire("sans_indice", axes=enumerer(absents)) if absents else ""
    phrases = [dire("indices", axes=len(axes_du_radar), lieu=ici.nom, reference=reference)]
    for niveau, seuil in (("haut", radar.seuil_haut), ("bas", radar.seuil_bas), ("proche", 0)):
        du_niveau = lignes(avec_indice[avec_indice["niveau"] == niveau], Indice)
        noms = ", ".join(f"« {axe.libelle} » {axe.texte}" for axe in du_niveau)
        if noms:
            phrases.append(dire(f"indices_{niveau}", seuil=nombre_court(seuil), axes=noms))
    lecture = sans_indice
    if len(avec_indice):
        premier = next(lignes(avec_indice, Indice))
        lecture = dire(
            "un_indice",
            an=premier.an,
            libelle=premier.libelle,
            ici=premier.ici,
            ou=ici.a,
            la=premier.la,
            la_bas=la.a,
            texte=premier.texte,
            reference=reference,
        )
    if sans_indice:
        phrases.append(sans_indice)

    def dessiner(taille: Largeur) -> Dessin:
        return _dessiner_les_indices(taille, avec_indice, radar, reference, sans_indice)

    return assemble(
        contexte,
        dessiner,
        **legende,
        alt=" ".join(phrases),
        lecture=lecture,
        colonnes={
            "axe": "Axe",
            "an": "Année",
            "ici": ici.nom,
            "la": la.nom,
            "texte": f"Indice ({reference})",
        },
        lignes=axes_du_radar,
        donnees=indices,
    )


def _raison_sans_indice(axe: Indice, contexte: Contexte) -> str:
    """Return why an axis has no index: an absent value, else a zero, else two different years."""
    if pd.isna(axe.valeur):
        return f"{axe.ici} {contexte.territoire.a}"
    if pd.isna(axe.valeur_reference):
        return f"{axe.la} {contexte.reference.a}"
    if 0 in (axe.valeur, axe.valeur_reference):
        return "valeur nulle"
    return "années différentes"


def _dessiner_les_indices(
    taille: Largeur, indices: pd.DataFrame, radar: Radar, reference: str, sans_indice: str
) -> Dessin:
    """Return a row an index: a line from 100 to its mark, or to an arrow when it is off the scale.

    Vertical lines stand at the two thresholds and at 100, which ``reference`` names:
    « Pas-de-Calais = 100 ».
    """
    couleurs = charte().couleurs
    dessin = feuille(taille)
    axes = dessin.add_subplot()
    if indices.empty:
        axes.set_axis_off()
        axes.set_ylim(1, 0)
        return finir(axes, sans_indice)
    # The scale ends on a round value; an index beyond it has an arrow.
    plus_haut = max(*indices["indice"], radar.seuil_haut, BASE)
    rondes = MaxNLocator(GRADUATIONS, steps=[1, 2, 5, 10]).tick_values(0, plus_haut)
    fin = min(rondes[-1], CEILING * radar.seuil_haut)
    beyond = indices["indice"].gt(fin)
    points(
        indices.assign(
            place=indices["indice"].mask(beyond),
            fin=indices["indice"].where(beyond).clip(upper=fin),
            texte_de_la_place=indices["texte"].mask(beyond, ""),
            texte_de_la_fin=indices["texte"].where(beyond, ""),
        ),
        axes,
        marques=[
            Marque("place", "", couleurs.territoire, "texte_de_la_place", gras=True),
            Marque("fin", "", couleurs.territoire, "texte_de_la_fin", ">", gras=True),
        ],
        depuis=BASE,
        reperes=[
            Repere([BASE], reference, couleurs.reference),
            Repere(
                [radar.seuil_bas, radar.seuil_haut],
                dire(
                    "seuils",
                    bas=nombre_court(radar.seuil_bas),
                    haut=nombre_court(radar.seuil_haut),
                ),
                couleurs.secondaire,
                tirets=True,
            ),
        ],
        zero=False,
    )
    notes = []
    if axes.get_xlim()[0] > 0:
        notes.append(dire("echelle_sans_zero", n=1))
    if beyond.any():
        notes.append(dire("hors_de_l_echelle", fin=nombre(fin, DECIMALES_INDICE)))
    if sans_indice:
        notes.append(sans_indice)
    return finir(axes, " ".join(notes))


# Comparable communes.


@dataclass(frozen=True)
class Evolution:
    """How an indicator changed here and among comparable communes, and the gap between the two."""

    libelle: str
    variation: float  # of the commune, in %
    variation_moyenne: float  # of the comparable communes, in %
    ecart: float  # the first less the second, in points
    # the bounds that the gap may have, as the counts of its source are rounded
    ecart_min: float
    ecart_max: float
    loin: float  # the bound that is farthest from zero, without its sign
    bruit: bool  # the rounding alone may explain the gap


def points_comparables(
    resultat: Resultat, comparaison: Comparaison, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure | None:
    """Return the strip of comparable communes, one row an indicator that has a gap.

    Rows are in the order of ``resultat.ecarts``; None when no gap could be computed.
    """
    ecarts = resultat.ecarts[resultat.ecarts["ecart"].notna()].reset_index(drop=True)
    if ecarts.empty:
        return None
    extremes = resultat.points.groupby("indicateur")["variation"].agg(bas="min", haut="max")
    ecarts = ecarts.join(extremes, on="indicateur")
    bornes = ecarts[["ecart_min", "ecart_max"]].round(1)
    evolutions = list(lignes(ecarts.assign(loin=bornes.abs().max(axis=1)), Evolution))
    ici = contexte.territoire.nom
    mots = {
        "depart": resultat.annee_reference,
        "annee": resultat.annee,
        "comparables": resultat.nombre,
        **contexte.lieux,
    }
    enumeration = ", ".join(
        f"{evolution.libelle} {pourcent(evolution.variation, signe=True)} "
        f"contre {pourcent(evolution.variation_moyenne, signe=True)}"
        for evolution in evolutions
    )
    bande = ecarts.assign(
        texte=[
            comparaison.mots["bruit"] if evolution.bruit else signe(evolution.ecart)
            for evolution in evolutions
        ],
        intervalle=[de_a(evolution.ecart_min, evolution.ecart_max) for evolution in evolutions],
    )
    en_texte = {
        colonne: bande[colonne].map(signe)
        for colonne in ("variation", "variation_moyenne", "bas", "haut", "ecart")
    }
    moyenne = remplir(comparaison.phrases["moyenne"], **mots)
    signes = remplir(comparaison.phrases["signes"], **mots)
    return assemble(
        contexte,
        lambda taille: _dessiner_les_comparables(
            taille, bande, resultat.points, (ici, moyenne), signes
        ),
        **legende,
        alt=remplir(
            comparaison.phrases["alt"], rangees=len(ecarts), evolutions=enumeration, **mots
        ),
        lecture=_lecture_des_comparables(evolutions, comparaison.phrases["lecture"], mots),
        colonnes={
            "libelle": "Série",
            "variation": f"{ici}, en %",
            "variation_moyenne": "Moyenne, en %",
            "bas": "La plus basse, en %",
            "haut": "La plus haute, en %",
            "ecart": dire("ecart_en_points"),
            "intervalle": "Selon l'arrondi, en points",
        },
        lignes=bande.assign(**en_texte),
        donnees=ecarts,
    )


def _lecture_des_comparables(
    evolutions: Sequence[Evolution], phrase: str, mots: dict[str, object]
) -> str:
    """Return the sentence that reads one row: the widest gap that is more than rounding.

    The first row when no gap is.
    """
    nettes = [evolution for evolution in evolutions if not evolution.bruit]
    lue = max(nettes, key=lambda evolution: abs(evolution.ecart)) if nettes else evolutions[0]
    return remplir(
        phrase,
        libelle=minuscule(lue.libelle),
        ici=pourcent(lue.variation, signe=True),
        moyenne=pourcent(lue.variation_moyenne, signe=True),
        ecart=en_points(lue.ecart),
        bornes=de_a(lue.ecart_min, lue.ecart_max),
        loin=lue.loin,
        bruit=", dans le bruit" if lue.bruit else "",
        **mots,
    )


def _dessiner_les_comparables(
    taille: Largeur,
    ecarts: pd.DataFrame,
    comparables: pd.DataFrame,
    noms: tuple[str, str],
    signes: str,
) -> Dessin:
    """Return a row an indicator: how the comparable communes, their mean and the territory changed.

    A bar is the span of where the territory could stand, given the rounding of the counts: from the
    mean plus ``ecart_min`` to the mean plus ``ecart_max``.

    Args:
        taille: The width.
        ecarts: Rows of ``Evolution`` with ``indicateur`` and ``texte``, what is written of the gap.
        comparables: One row a commune and indicator: ``indicateur``, ``variation``.
        noms: What the territory and the mean are called.
        signes: The note that says what the signs are.
    """
    couleurs = charte().couleurs
    ici, moyenne = noms
    libelles = ecarts[["indicateur", "libelle"]]
    axes = points(
        ecarts.assign(
            debut=ecarts["variation_moyenne"] + ecarts["ecart_min"],
            fin=ecarts["variation_moyenne"] + ecarts["ecart_max"],
        ),
        feuille(taille).add_subplot(),
        marques=[
            Marque("variation_moyenne", moyenne, couleurs.texte, forme="|"),
            Marque("variation", ici, couleurs.territoire),
        ],
        nuage=comparables.merge(libelles, on="indicateur").rename(columns={"variation": "valeur"}),
        intervalle=("debut", "fin"),
        droite="texte",
        entete=dire("ecart_en_points"),
        symbole="%",
        signe=True,
    )
    return finir(axes, signes)
