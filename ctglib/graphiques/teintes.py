"""Values as shades of one colour: a heat map of rows and columns, a map of communes.

What has no value is hatched.
"""

from collections.abc import Collection, Mapping
from math import cos, radians
from textwrap import fill
from typing import Any, Unpack

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure as Dessin
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from ctglib.calculs.ecriture import INSECABLE, nombre
from ctglib.document.contexte import Contexte
from ctglib.document.figure import Figure, charte
from ctglib.document.typographie import RIEN, compter
from ctglib.donnees.modeles.catalogue import Largeur
from ctglib.graphiques.feuille import (
    ENTRE_LIGNES,
    GOUTTIERE,
    INTERLIGNE,
    PART_DES_LIBELLES,
    POINTS_PAR_POUCE,
    Legende,
    assemble,
    couper,
    dire,
    encre,
    est_etroit,
    feuille,
    figure_de,
    finir,
    hachures,
    largeur_de,
    lignes_de,
    longueur,
    nuances,
    ranger,
    sur_fond,
)

LIGNES = 3
MARGE = 4.0  # points
CASE = 0.97  # of the width of a column
NUANCES = 5
COLONNES_PAR_BLOC = 3  # at least
CLASSES = 5  # of a map
PAS_D_UNE_PLACE = 25  # where the middle of a text is tried in a commune, on each side
LARGEUR_DES_MOTS = 22  # signs of a line of the key
CONTOURS = "IGN, Admin Express COG"  # to be named under every map


def grille(cellules: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]) -> Figure | None:
    """Return the heat map of a table, None when no cell has a value.

    Rows and columns are in the order in which they come; a cell that comes twice has its last row.

    - ``cellules``: one row a cell: ``ligne``, ``colonne``, ``valeur`` (NaN when missing), ``texte``
      (what is written: the value, or the word of its absence) and, if wanted, ``signe``, written
      before it. Colour goes from zero, or from the lowest value when it is negative, to the highest
      one.
    """
    if not cellules["valeur"].notna().any():
        return None
    liste = cellules.astype({"ligne": str, "colonne": str, "texte": str, "valeur": "Float64"})
    if "signe" in liste:
        signes = liste["signe"].where(liste["signe"].notna(), "").astype(str)
        liste["texte"] = signes.where(signes.eq(""), signes + INSECABLE) + liste["texte"]
    lignes = list(dict.fromkeys(liste["ligne"]))
    colonnes = list(dict.fromkeys(liste["colonne"]))
    croisement = liste.drop_duplicates(["ligne", "colonne"], keep="last")
    croisement = croisement.set_index(["ligne", "colonne"])
    textes = croisement["texte"].unstack().reindex(index=lignes, columns=colonnes)
    valeurs = croisement["valeur"].unstack().reindex(index=lignes, columns=colonnes)

    phrases = []
    for ligne, textes_de_la_ligne in textes.iterrows():
        presents = textes_de_la_ligne.dropna()
        mots = ", ".join(f"{colonne} {texte}" for colonne, texte in presents.items())
        phrases.append(f"{ligne} : {mots}.")

    textes = textes.fillna(RIEN)
    teintes = _teintes(valeurs.astype("float64"))

    cles = [f"c{rang}" for rang in range(len(colonnes))]
    nombre_de_lignes = compter(len(lignes), "ligne")
    nombre_de_colonnes = compter(len(colonnes), "colonne")
    plus_haute = liste["valeur"].idxmax()
    ligne = liste.at[plus_haute, "ligne"]
    colonne = liste.at[plus_haute, "colonne"]
    return assemble(
        contexte,
        lambda taille: _dessiner_la_grille(taille, textes, teintes),
        **legende,
        alt=f"{nombre_de_lignes}, {nombre_de_colonnes}. {' '.join(phrases)}",
        lecture=f"« {ligne} », {colonne} : {liste.at[plus_haute, 'texte']}.",
        colonnes={"ligne": "Ligne", **dict(zip(cles, colonnes, strict=True))},
        lignes=textes.set_axis(cles, axis=1).rename_axis("ligne").reset_index(),
        donnees=cellules,
    )


def _teintes(valeurs: pd.DataFrame) -> pd.DataFrame:
    """Return how strong the shade of each value is, from 0 to 1; NaN stays.

    0 is zero, or the lowest value when it is negative; 1 is the highest value.
    """
    minimum = min(0.0, np.nanmin(valeurs.to_numpy()))
    maximum = np.nanmax(valeurs.to_numpy())
    if maximum > minimum:
        return (valeurs - minimum) / (maximum - minimum)
    return valeurs * 0.0


def _dessiner_la_grille(taille: Largeur, textes: pd.DataFrame, teintes: pd.DataFrame) -> Dessin:
    """Return a row a row of a table, a cell a column, its value in it, in its shade.

    ``textes`` and ``teintes`` (see ``_teintes``) have the same rows and columns. Columns that have
    no room side by side are in blocks, one under the other, each with all the rows.
    """
    axes = feuille(taille).add_subplot()
    couleurs = charte().couleurs
    place = largeur_de(axes) - 2
    if not est_etroit(axes):
        place *= 1 - PART_DES_LIBELLES
        place -= GOUTTIERE
    mots = {mot for texte in textes.to_numpy().ravel() for mot in texte.split(" ")}
    mots |= {mot for colonne in map(str, textes.columns) for mot in colonne.split(" ")}
    besoin = max(longueur(mot, gras=True) for mot in mots) + 2 * MARGE
    par_bloc = max(int(place / besoin), COLONNES_PAR_BLOC)
    blocs = -(-len(textes.columns) // par_bloc)
    par_bloc = -(-len(textes.columns) // blocs)
    largeur = place / par_bloc - 2 * MARGE

    nuances_des_cases = nuances(NUANCES)[::-1]  # from light to strong
    coupes = textes.map(lambda texte: couper(texte, largeur, LIGNES, gras=True))
    tetes = [couper(str(colonne), largeur, LIGNES) for colonne in textes.columns]
    hauteur = coupes.map(lignes_de).max().max() * INTERLIGNE + MARGE
    hauteur_des_tetes = max(map(lignes_de, tetes)) * INTERLIGNE
    libelles = ["", *textes.index] * blocs
    milieux = ranger(
        axes, libelles, marques=[hauteur_des_tetes, *([hauteur] * len(textes))] * blocs
    )
    style: dict[str, Any] = {"ha": "center", "va": "center", "linespacing": ENTRE_LIGNES}
    for rang, tete in enumerate(tetes):
        bloc, x = divmod(rang, par_bloc)
        premiere = bloc * (len(textes) + 1)
        y = milieux[premiere]
        axes.text(x + 0.5, y, tete, color=couleurs.secondaire, **style)
        for ligne, (texte, teinte) in enumerate(
            zip(coupes.iloc[:, rang], teintes.iloc[:, rang], strict=True), start=1
        ):
            y = milieux[premiere + ligne]
            if pd.isna(teinte):
                axes.barh(y, CASE, hauteur, x, **hachures())
                encre_de_la_case = {"color": couleurs.absence, "bbox": sur_fond()}
            else:
                nuance = nuances_des_cases[round(teinte * (NUANCES - 1))]
                axes.barh(y, CASE, hauteur, x, color=nuance)
                encre_de_la_case = {"color": encre(nuance)}
            axes.text(x + CASE / 2, y, texte, weight="bold", **encre_de_la_case, **style)
    axes.set_xlim(0, par_bloc)
    axes.xaxis.set_visible(False)
    return finir(axes, dire("plus_fonce"))


def tracer_carte(
    ax: Axes, communes: pd.DataFrame, *, legende: str, entouree: str = "", absence: str = ""
) -> dict[str, str]:
    """Draw a map of communes on axes, which lose their frame; return the shade of each, by code.

    The values are cut in ``CLASSES`` classes of nearly as many communes, the highest in the
    strongest shade.

    Args:
        ax: Axes of matplotlib.
        communes: One row a commune: ``code``, ``contour`` (rings of longitudes and latitudes),
            ``valeur`` (NaN for none).
        legende: The title of the key.
        entouree: The code of the commune whose border is drawn over the others, "" for none.
        absence: What the key says of those without value, by default no more than that.
    """
    couleurs = charte().couleurs
    valeurs = communes["valeur"]
    sans_valeur = communes[valeurs.isna()]
    if len(sans_valeur):
        libelle = fill(absence or dire("sans_valeur"), LARGEUR_DES_MOTS)
        _colorer(ax, sans_valeur, libelle, facecolor="none", edgecolor=couleurs.filet, hatch="////")
    teinte_de: dict[str, str] = {}
    nombre_de_classes = min(CLASSES, valeurs.nunique())
    if nombre_de_classes:
        classes = communes.groupby(
            pd.qcut(valeurs, nombre_de_classes, duplicates="drop"), observed=True
        )
        teintes = charte().degrade[: len(classes)][::-1]  # from light to strong
        arrondies = valeurs.dropna().astype(float).round(1)
        decimales = 1 if (arrondies != arrondies.round()).any() else 0
        for (_, de_la_classe), teinte in zip(classes, teintes, strict=True):
            minimum = nombre(float(de_la_classe["valeur"].min()), decimales)
            maximum = nombre(float(de_la_classe["valeur"].max()), decimales)
            libelle = minimum if minimum == maximum else f"{minimum} à {maximum}"
            # White between strong shades; it would not show between those that are nearly white.
            bord = couleurs.fond if teinte in charte().degrade[:2] else couleurs.secondaire
            _colorer(ax, de_la_classe, libelle, facecolor=teinte, edgecolor=bord)
            teinte_de |= dict.fromkeys(de_la_classe["code"], teinte)
    if entouree:
        commune = communes[communes["code"].eq(entouree)]
        _colorer(ax, commune, "", facecolor="none", edgecolor=couleurs.texte, linewidth=1.8)
    latitudes = [contour[:, 1].mean() for contours in communes["contour"] for contour in contours]
    latitude_moyenne = sum(latitudes) / len(latitudes)
    ax.autoscale_view()
    ax.set_aspect(1 / cos(radians(latitude_moyenne)))  # a degree of longitude is shorter there
    ax.set_axis_off()
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1), title=fill(legende, LARGEUR_DES_MOTS))
    return teinte_de


def nommer_les_communes(
    ax: Axes,
    communes: pd.DataFrame,
    textes: Mapping[str, str],
    teinte_de: Mapping[str, str],
    toujours: Collection[str] = (),
) -> None:
    """Write texts on the communes of a map that has its place, one line or two each, where none
    covers another and each holds in its commune.

    Args:
        ax: The axes of ``tracer_carte``.
        communes: Its rows.
        textes: By code, in the order in which they take the room.
        teinte_de: What ``tracer_carte`` returned.
        toujours: The codes of those that are written even where they go out of their commune.
    """
    par_point = Affine2D().scale(POINTS_PAR_POUCE / figure_de(ax).dpi)
    en_points = ax.transData + par_point
    contours_de = communes.set_index("code")["contour"]
    ecrits: list[Bbox] = []
    for code, texte in textes.items():
        if code not in contours_de.index:
            continue
        contours = [en_points.transform(contour) for contour in contours_de[code]]
        plus_grand = max(contours, key=_aire)
        largeur = max(longueur(ligne, gras=True) for ligne in texte.split("\n"))
        hauteur = lignes_de(texte) * INTERLIGNE
        milieu, tient = _place_dans(plus_grand, largeur, hauteur)
        place = Bbox.from_bounds(milieu[0] - largeur / 2, milieu[1] - hauteur / 2, largeur, hauteur)
        if not (tient or code in toujours) or any(place.overlaps(ecrit) for ecrit in ecrits):
            continue
        ecrits.append(place)
        x, y = en_points.inverted().transform(milieu)
        teinte = teinte_de.get(code, charte().couleurs.fond)
        fond = None if tient and code in teinte_de else sur_fond()
        ax.text(
            x,
            y,
            texte,
            ha="center",
            va="center",
            linespacing=ENTRE_LIGNES,
            fontweight="bold",
            color=encre(teinte) if fond is None else charte().couleurs.texte,
            bbox=fond,
            zorder=5,
        ).set_in_layout(False)


def _aire(contour: np.ndarray) -> float:
    """Return the area of a ring of points."""
    x, y = contour.T
    return abs(float(np.sum(x * np.roll(y, 1) - y * np.roll(x, 1)))) / 2


def _place_dans(
    contour: np.ndarray, largeur: float, hauteur: float
) -> tuple[tuple[float, float], bool]:
    """Return where the middle of a text stands in a ring, as far from its border as can be, and
    whether all of the text is inside.
    """
    trace = Path(contour)
    cadre = trace.get_extents()
    grille_x = np.linspace(cadre.x0, cadre.x1, PAS_D_UNE_PLACE)
    grille_y = np.linspace(cadre.y0, cadre.y1, PAS_D_UNE_PLACE)
    milieux = np.array([(x, y) for x in grille_x for y in grille_y])
    dedans = np.ones(len(milieux), dtype=bool)
    for de_cote in (-0.5, -0.25, 0.0, 0.25, 0.5):
        for de_haut in (-0.5, 0.0, 0.5):
            ecart = np.array([de_cote * largeur, de_haut * hauteur])
            dedans &= trace.contains_points(milieux + ecart)
    tient = bool(dedans.any())
    if not tient:
        dedans = trace.contains_points(milieux)
    if not dedans.any():
        return (float(contour[:, 0].mean()), float(contour[:, 1].mean())), False
    candidats = milieux[dedans]
    au_bord = np.linalg.norm(candidats[:, None, :] - contour[None, :, :], axis=2).min(axis=1)
    x, y = candidats[au_bord.argmax()]
    return (float(x), float(y)), tient


def _colorer(ax: Axes, communes: pd.DataFrame, libelle: str, **style: object) -> None:
    """Put communes on axes in a style; the key has their label, unless it is empty."""
    contours = [contour for contours in communes["contour"] for contour in contours]
    polygones = PolyCollection(contours)
    # matplotlib's key leaves out what begins with « _ ».
    polygones.set(**{"linewidth": 0.4, "label": libelle or "_", **style})
    ax.add_collection(polygones)
