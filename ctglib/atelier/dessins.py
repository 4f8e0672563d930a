"""Les graphiques et les cartes : des axes de matplotlib ordinaires, dans la charte, la source dans
l'image.
"""

from collections.abc import Callable, Iterable, Sequence
from textwrap import fill
from typing import NamedTuple

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import ColorType

from ctglib.atelier.phrases import dire, impossible, inconnu
from ctglib.atelier.tables import Attributs, attributs, dire_valeur
from ctglib.document.figure import charte, charter_style
from ctglib.document.typographie import nombre_court
from ctglib.donnees import publiques
from ctglib.donnees.nombres import marques_de
from ctglib.graphiques.feuille import ecarter
from ctglib.graphiques.teintes import CONTOURS, tracer_carte

MARQUES = ("o", "D", "s", "^", "v", "P")
# inches: the text width of a page
LARGEUR = 6.7
HAUTEUR = 3.8
LARGEUR_DES_NOMS = 26  # signs
# inches
UNE_LIGNE = 0.26
UN_NOM = 0.18
POINTS_PAR_POUCE = 72
INTERLIGNE = 11  # points of a line of a name
UNITES = {"pour_100": "pour 100", "pourcent": "%"}
# columns that tell rows of one name apart
DISTINCTIONS = ("annee", "categorie", "dispositif", "modalite", "ligne", "indicateur")
LEGENDE = "ctg"  # the attribute of a figure of the atelier: what a report says of it


class Bout(NamedTuple):
    """The end of a line: its last value, and the name that is written there."""

    valeur: float
    annee: int
    nom: str
    couleur: ColorType


# A function that draws a mark a row: axes, ranks of the rows, their values, their colours.
Marqueur = Callable[[Axes, Sequence[int], Sequence[float], Sequence[str]], None]


def courbes(
    table: pd.DataFrame, *, y: str = "valeur", titre: str | None = None, ax: Axes | None = None
) -> Axes:
    """Trace l'évolution de chaque lieu : une courbe par lieu, son nom au bout, la source dessous.

    Paramètres :
        table: Ce que rend ``donnees``, ``comparer`` ou ``ratio``.
        y: La colonne : « valeur », ou « indice » (base 100) pour comparer des lieux de tailles
            différentes.
        titre: Le titre ; celui de la table par défaut.
        ax: Des axes de matplotlib où dessiner ; de nouveaux par défaut.

    Rend :
        Des axes de matplotlib : ``ax.set_ylim(…)``, ``ax.annotate(…)`` s'y appliquent.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.courbes(a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"]), y="indice")
        >>> len(ax.lines)
        2
    """
    attrs = _tracable(table, y, "annee", "libelle")
    noms = table["libelle"].unique()
    lignes_des_noms = sum(1 + len(nom) // (LARGEUR_DES_NOMS - 5) for nom in noms)
    with charter_style():
        ax = _axes(ax, max(HAUTEUR, 1 + lignes_des_noms * UN_NOM))
        bouts = []
        phrases = []
        for rang, (nom, lignes_du_lieu) in enumerate(table.groupby("libelle", sort=False)):
            lignes = lignes_du_lieu.sort_values("annee").astype({"annee": int})
            marque = MARQUES[rang % len(MARQUES)]
            (courbe,) = ax.plot(lignes["annee"], _nombres(lignes[y]), marker=marque, label=nom)
            presentes = lignes.dropna(subset=y)
            if presentes.empty:
                continue
            annees = presentes["annee"].tolist()
            dites = _dites(presentes[y])
            derniere = float(presentes[y].iloc[-1])
            bouts.append(Bout(derniere, annees[-1], str(nom), courbe.get_color()))
            phrase = f"{nom} : {dites[0]} en {annees[0]}, {dites[-1]} en {annees[-1]}"
            absentes = [str(annee) for annee in lignes.loc[lignes[y].isna(), "annee"]]
            phrases.append(f"{phrase}, absent en {', '.join(absentes)}" if absentes else phrase)
        toutes_les_annees = sorted({int(annee) for annee in table["annee"]})
        ax.set_xticks(toutes_les_annees)
        ax.margins(y=0.15)
        ax.yaxis.set_major_formatter(lambda valeur, _: ecrire(valeur))
        ax.yaxis.grid(True)
        _nommer_les_bouts(ax, bouts)
        annees_connues = table.loc[table[y].notna(), "annee"]
        base = f"indice, 100 en {annees_connues.min()}" if y == "indice" else ""
        ruptures = [
            dire("rupture_courte", annee=annee, raison=raison)
            for origine in attrs["series"].values()
            for annee, raison in origine.ruptures
            if annees_connues.min() < annee <= annees_connues.max()
        ]
        return _cadre(ax, attrs, titre, [*phrases, *dict.fromkeys(ruptures)], base)


def barres(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace une barre par ligne de la table, de haut en bas, la valeur au bout ; une valeur secrète
    est dite en mot.

    Paramètres :
        table: Une table d'une seule année, ou dont ``par`` nomme chaque ligne.
        y: La colonne des valeurs.
        par: La colonne des noms.
        titre: Le titre ; celui de la table par défaut.
        ax: Des axes de matplotlib où dessiner.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.barres(a.ratio("iris_monoparents", "iris_allocataires", a.lieux(iris="Harnes"), 2020))
        >>> len(ax.patches)
        7
    """  # noqa: E501 - an analyst copies the example

    def barre(
        axes: Axes, rangs: Sequence[int], valeurs: Sequence[float], couleurs: Sequence[str]
    ) -> None:
        axes.barh(rangs, valeurs, color=couleurs, height=0.62)

    return _rangees(table, y, par, titre, ax, barre)


def points(
    table: pd.DataFrame,
    *,
    y: str = "valeur",
    par: str = "libelle",
    titre: str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Trace un point par ligne : comme ``barres``, quand l'axe n'a pas à partir de zéro.

    Exemples :
        >>> from ctglib import atelier as a
        >>> ax = a.points(a.comparer("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"], 2024, pour="cnaf_foyers"))
        >>> ax.get_title(loc="left")[:13]
        'Foyers au RSA'
    """  # noqa: E501 - an analyst copies the example

    def point(
        axes: Axes, rangs: Sequence[int], valeurs: Sequence[float], couleurs: Sequence[str]
    ) -> None:
        axes.scatter(valeurs, rangs, c=couleurs, s=40, zorder=3)
        axes.xaxis.grid(True)

    return _rangees(table, y, par, titre, ax, point)


def carte(
    table: pd.DataFrame, *, y: str = "valeur", titre: str | None = None, ax: Axes | None = None
) -> Axes:
    """Colorie les communes selon leur valeur, en classes de même effectif ; une commune sans valeur
    est hachurée.

    Paramètres :
        table: Une ligne par commune (``donnees``, ``ratio``) ; sa dernière année est montrée.
        y: La colonne des valeurs.
        titre: Le titre ; celui de la table par défaut.
        ax: Des axes de matplotlib où dessiner.

    Exemples :
        >>> from ctglib import atelier as a
        >>> voisines = a.lieux(epci="Lens-Liévin")
        >>> ax = a.carte(a.ratio("cnaf_foyers_rsa", "cnaf_foyers", voisines))
        >>> len(ax.collections) > 1
        True
    """
    attrs = _tracable(table, y, "territoire", "annee")
    annee = int(table["annee"].max())
    lignes = table[table["annee"] == annee]
    _tracable(lignes, y)  # that year has a value
    contours = publiques.contours(lignes["territoire"])
    if contours.empty:
        raise impossible("sans_contour")
    valeurs = pd.DataFrame({"code": lignes["territoire"], "valeur": _nombres(lignes[y])})
    communes = contours.merge(valeurs, how="left")
    with charter_style():
        ax = _axes(ax, HAUTEUR * 1.5)
        tracer_carte(ax, communes, legende=dire_unite(attrs))
        presentes = communes.dropna(subset="valeur").sort_values("valeur")
        extremes = pd.concat([presentes.head(1), presentes.tail(1)])
        phrases = [
            f"{nom} : {ecrire(valeur)}"
            for nom, valeur in zip(extremes["nom"], extremes["valeur"], strict=True)
        ]
        source = f"{attrs['source']} ; contours : {CONTOURS}"
        avec_contours: Attributs = {**attrs, "source": source}
        titre_et_annee = f"{titre or attrs['titre']}, {annee}"
        return _cadre(ax, avec_contours, titre_et_annee, dict.fromkeys(phrases))


def _rangees(
    table: pd.DataFrame, y: str, par: str, titre: str | None, ax: Axes | None, marqueur: Marqueur
) -> Axes:
    """Draw a mark for each row of a table, from top to bottom, with its name and its value.

    A row without a value has the word of its absence. When two rows have the same name, all have
    with it what tells them apart, by the columns of ``DISTINCTIONS``: « Harnes, 2024 ».
    """
    attrs = _tracable(table, y, par)
    noms = table[par].astype(str)
    for colonne in DISTINCTIONS:
        distingue = colonne in table and colonne != par and table[colonne].nunique() > 1
        if distingue and noms.duplicated().any():
            noms = noms + ", " + table[colonne].astype(str)
    valeurs = _nombres(table[y])
    rangs = list(range(len(table)))
    charte_des_couleurs = charte().couleurs
    couleurs = [charte_des_couleurs.territoire] * len(table)
    if "choisi" in table:  # the place that was asked for stands out
        couleurs = [
            charte_des_couleurs.territoire if choisi else charte_des_couleurs.secondaire
            for choisi in table["choisi"]
        ]
    statuts = table["statut"] if "statut" in table else [""] * len(table)
    phrases = []
    with charter_style():
        ax = _axes(ax, 0.9 + UNE_LIGNE * len(table))
        marqueur(ax, rangs, valeurs, couleurs)
        dites = _dites(table[y])
        par_ligne = zip(rangs, noms, valeurs, statuts, dites, strict=True)
        for rang, nom, valeur, statut, dite in par_ligne:
            if pd.isna(valeur):
                absente = statut or "absent"
                ax.annotate(f" {absente}", (ax.get_xlim()[0], rang), va="center")
                phrases.append(f"{nom} : {absente}")
            else:
                ax.annotate(f"  {dite}", (valeur, rang), va="center")
                phrases.append(f"{nom} : {dite}")
        ax.set_yticks(rangs, noms.tolist())
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.margins(x=0.12)
        ax.xaxis.set_major_formatter(lambda valeur, _: ecrire(valeur))
        return _cadre(ax, attrs, titre, phrases)


def _dites(valeurs: pd.Series) -> list[str]:
    """Return values as a text says them, with their status: « 57 (p) »."""
    marques = marques_de(valeurs)
    return [dire_valeur(valeur, marque) for valeur, marque in zip(valeurs, marques, strict=True)]


def _nombres(valeurs: pd.Series) -> list[float]:
    """Return values as matplotlib draws them: NaN for what is absent."""
    return valeurs.astype("Float64").to_numpy(dtype=float, na_value=float("nan")).tolist()


def _tracable(table: pd.DataFrame, y: str, *colonnes: str) -> Attributs:
    """Return the attributs of a table that can be drawn.

    Raises:
        DemandeImpossible: It lacks one of these columns, or has no row, or no value in ``y``.
    """
    attrs = attributs(table, colonne=y)
    for colonne in (y, *colonnes):
        if colonne not in table:
            raise inconnu("La colonne", colonne, table.columns)
    if table.empty:
        raise impossible("table_vide")
    if table[y].isna().all():
        statuts = {"absente": len(table)}
        if "statut" in table:
            statuts = table["statut"].value_counts()
        absentes = ", ".join(f"{effectif} « {statut} »" for statut, effectif in statuts.items())
        raise impossible("sans_valeur", absentes=absentes)
    return attrs


def ecrire(valeur: float) -> str:
    """Return a number as a chart or a table writes it: one decimal at most."""
    return nombre_court(round(float(valeur), 1))


def _axes(ax: Axes | None, hauteur: float = HAUTEUR) -> Axes:
    """Return the axes given, or new ones of that height, in inches."""
    if ax is None:
        return Figure(figsize=(LARGEUR, hauteur), layout="constrained").add_subplot()
    if not isinstance(ax, Axes):
        raise impossible("faux_axes", genre=type(ax).__name__)
    return ax


def _cadre(
    ax: Axes,
    attrs: Attributs,
    titre: str | None,
    phrases: Iterable[str],
    base: str = "",
) -> Axes:
    """Write the title, the unit and the source of a chart; return its axes.

    The title, the source and the alternative text, « titre. phrase ; phrase. », are also kept on
    the figure, for a report (``legende_de``).
    """
    titre = titre or attrs["titre"]
    source = attrs["source"]
    ax.set_title(titre, loc="left", wrap=True)
    unite = ", ".join(filter(None, (dire_unite(attrs), base)))
    if unite and ax.axison:  # a map has no axis
        if ax.yaxis_inverted():  # rows go from top to bottom: their values are across
            ax.set_xlabel(unite)
        else:
            ax.set_ylabel(unite)
    gris = charte().couleurs.secondaire
    ax.figure.supxlabel(f"Source : {source}", x=0.01, ha="left", fontsize="small", color=gris)
    contenu = " ; ".join(phrases)
    alt = f"{titre}. {contenu}." if contenu else titre
    setattr(ax.figure, LEGENDE, {"titre": titre, "source": source, "alt": alt})
    return ax


def legende_de(figure: object) -> dict[str, str]:
    """Return « titre », « source » and « alt » of a figure of the atelier; {} for any other."""
    return getattr(figure, LEGENDE, {})


def dire_unite(attrs: Attributs) -> str:
    """Return the unit of a table as it is written, « % »; "" when it has none."""
    unite = attrs["unite"]
    return UNITES.get(unite, unite)


def _nommer_les_bouts(ax: Axes, bouts: list[Bout]) -> None:
    """Write the name and the last value of each line at its end, without any covering another."""
    figure = ax.get_figure(root=True)
    assert figure is not None  # the axes were just drawn on
    figure.draw_without_rendering()  # it sets where the values stand in pixels
    bouts = sorted(bouts)
    noms = [fill(f"{bout.nom}  {ecrire(bout.valeur)}", LARGEUR_DES_NOMS) for bout in bouts]
    # In pixels, upward.
    hauteurs = [INTERLIGNE * (1 + nom.count("\n")) * figure.dpi / POINTS_PAR_POUCE for nom in noms]
    milieux = [ax.transData.transform((0, bout.valeur))[1] for bout in bouts]
    bas = [milieu - hauteur / 2 for milieu, hauteur in zip(milieux, hauteurs, strict=True)]
    bas_ecartes = ecarter(bas, hauteurs, 1.0)
    for rang, bout in enumerate(bouts):
        decalage = bas_ecartes[rang] + hauteurs[rang] / 2 - milieux[rang]
        ax.annotate(
            noms[rang],
            (bout.annee, bout.valeur),
            (8, decalage * POINTS_PAR_POUCE / figure.dpi),
            textcoords="offset points",
            va="center",
            color=bout.couleur,
        )
