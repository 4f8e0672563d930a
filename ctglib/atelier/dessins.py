"""Les graphiques et les cartes : des axes de matplotlib ordinaires, dans la charte, la source dans
l'image.
"""

from collections.abc import Callable
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ctglib.atelier.carnet import impossible, inconnu
from ctglib.atelier.series import attributs
from ctglib.document.figure import charte, charter_style
from ctglib.document.typographie import nombre_court
from ctglib.donnees import publiques
from ctglib.graphiques.planche import spread
from ctglib.graphiques.teintes import CONTOURS, tracer_carte

MARQUES = ("o", "D", "s", "^", "v", "P")
# inches: the text width of a page
LARGEUR = 6.7
HAUTEUR = 3.8
LARGEUR_DES_NOMS = 26  # signs
# inches
UNE_LIGNE = 0.26
UN_NOM = 0.18
EN_POINTS = 72


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
    told = _tracable(table, y, "annee", "libelle")
    written = sum(1 + len(name) // (LARGEUR_DES_NOMS - 5) for name in table["libelle"].unique())
    with charter_style():
        ax = _axes(ax, max(HAUTEUR, 1 + written * UN_NOM))
        ends = []
        said = []
        for rank, (name, rows) in enumerate(table.groupby("libelle", sort=False)):
            own = rows.sort_values("annee").astype({"annee": int})
            (line,) = ax.plot(
                own["annee"], _nombres(own[y]), marker=MARQUES[rank % len(MARQUES)], label=name
            )
            if known := own.dropna(subset=y)[["annee", y]].to_records(index=False).tolist():
                (start, first), (end, last) = known[0], known[-1]
                ends.append((float(last), end, name, line.get_color()))
                said.append(f"{name} : {ecrire(first)} en {start}, {ecrire(last)} en {end}")
        years = sorted({int(year) for year in table["annee"]})
        ax.set_xticks(years)
        ax.margins(y=0.15)
        ax.yaxis.set_major_formatter(lambda value, _: ecrire(value))
        ax.yaxis.grid(True)
        _nommer_les_bouts(ax, ends)
        return _cadre(ax, told, titre, said, f"indice, 100 en {years[0]}" if y == "indice" else "")


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
    """
    return _rangees(
        table,
        y,
        par,
        titre,
        ax,
        lambda axes, *bars, color: axes.barh(*bars, color=color, height=0.62),
    )


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
    """

    def mark(axes: Axes, rows: list[int], values: np.ndarray, color: list[str]) -> None:
        axes.scatter(values, rows, c=color, s=40, zorder=3)
        axes.xaxis.grid(True)

    return _rangees(table, y, par, titre, ax, mark)


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
    told = _tracable(table, y, "territoire", "annee")
    year = int(table["annee"].max())
    rows = table[table["annee"] == year]
    _tracable(rows, y)
    shapes = publiques.contours(rows["territoire"])
    if shapes.empty:
        raise impossible("sans_contour")
    drawn = shapes.merge(
        rows.assign(code=rows["territoire"], valeur=_nombres(rows[y]))[["code", "valeur"]],
        how="left",
    )
    with charter_style():
        ax = _axes(ax, HAUTEUR * 1.5)
        tracer_carte(ax, drawn, legende=dire_unite(told))
        source = {**told, "source": f"{told['source']} ; contours : {CONTOURS}"}
        known = drawn.dropna(subset="valeur").sort_values("valeur")
        ends = pd.concat([known.head(1), known.tail(1)])
        said = [f"{row.nom} : {ecrire(row.valeur)}" for row in ends.itertuples()]
        return _cadre(ax, source, f"{titre or told['titre']}, {year}", list(dict.fromkeys(said)))


def _rangees(
    table: pd.DataFrame, y: str, par: str, titre: str | None, ax: Axes | None, mark: Callable
) -> Axes:
    told = _tracable(table, y, par)
    names = table[par].astype(str)
    if names.duplicated().any():
        key = next(
            (
                name
                for name in ("annee", "categorie", "dispositif")
                if name in table and name != par
            ),
            None,
        )
        names = names if key is None else names + ", " + table[key].astype(str)
    values = _nombres(table[y])
    rows = list(range(len(table)))
    colours = charte().couleurs
    shades = [
        colours.territoire if kept else colours.secondaire
        for kept in table.get("choisi", [True] * len(table))
    ]
    with charter_style():
        ax = _axes(ax, 0.9 + UNE_LIGNE * len(table))
        mark(ax, rows, values, color=shades)
        for row, value, word in zip(
            rows, values, table.get("statut", [""] * len(table)), strict=True
        ):
            if value == value:
                ax.annotate(f"  {ecrire(value)}", (value, row), va="center")
            else:
                ax.annotate(f" {word or 'absent'}", (ax.get_xlim()[0], row), va="center")
        ax.set_yticks(rows, names)
        ax.set_ylim(len(table) - 0.4, -0.6)
        ax.margins(x=0.12)
        ax.xaxis.set_major_formatter(lambda value, _: ecrire(value))
        said = [
            f"{name} : {ecrire(value)}"
            for name, value in zip(names, values, strict=True)
            if value == value
        ]
        return _cadre(ax, told, titre, said)


def _nombres(values: pd.Series) -> np.ndarray:
    return values.astype("Float64").to_numpy(dtype=float, na_value=float("nan"))


def _tracable(table: pd.DataFrame, y: str, *noms: str) -> dict:
    """Return what a table tells of itself, once it has these columns, and a value to draw."""
    told = attributs(table)
    for name in (y, *noms):
        if name not in table:
            raise inconnu("La colonne", name, table.columns)
    if table.empty:
        raise impossible("table_vide")
    if table[y].isna().all():
        words = table["statut"].value_counts() if "statut" in table else {"absente": len(table)}
        absent = ", ".join(f"{count} « {word} »" for word, count in words.items())
        raise impossible("sans_valeur", absentes=absent)
    return told


def ecrire(valeur: float) -> str:
    """Return a number as a chart or a table writes it: one decimal at most."""
    return nombre_court(round(float(valeur), 1))


def _axes(ax: Axes | None, hauteur: float = HAUTEUR) -> Axes:
    if ax is None:
        return Figure(figsize=(LARGEUR, hauteur), layout="constrained").add_subplot()
    if not hasattr(ax, "get_xlim"):
        raise impossible("faux_axes", genre=type(ax).__name__)
    return ax


def _cadre(ax: Axes, told: dict, titre: str | None, dit: list[str], complement: str = "") -> Axes:
    """Write the title, the unit and the source, and keep on the figure what a report will say of
    it.
    """
    title = titre or told["titre"]
    ax.set_title(title, loc="left", wrap=True)
    unit = ", ".join(part for part in (dire_unite(told), complement) if part)
    if unit and ax.axison:
        ax.set_xlabel(unit) if ax.yaxis_inverted() else ax.set_ylabel(unit)
    grey = charte().couleurs.secondaire
    ax.figure.supxlabel(
        f"Source : {told['source']}", x=0.01, ha="left", fontsize="small", color=grey
    )
    alt = f"{title}. {' ; '.join(dit)}." if dit else title
    ax.figure.ctg = {"titre": title, "source": told["source"], "alt": alt}
    return ax


def dire_unite(told: dict) -> str:
    """Return the unit of a table as a reader says it, empty when there is none to say."""
    return {"pour_100": "pour 100", "pourcent": "%"}.get(told["unite"], told["unite"])


def _nommer_les_bouts(ax: Axes, bouts: list[tuple[float, int, str, str]]) -> None:
    """Write the name of each line at its end, apart from the others."""
    ax.figure.draw_without_rendering()
    ordered = sorted(bouts)
    labels = [fill(f"{name}  {ecrire(value)}", LARGEUR_DES_NOMS) for value, _, name, _ in ordered]
    heights = [11 * (1 + label.count("\n")) * ax.figure.dpi / EN_POINTS for label in labels]
    places = [ax.transData.transform((0, value))[1] for value, *_ in ordered]
    apart = spread(
        [place - height / 2 for place, height in zip(places, heights, strict=True)], heights, 1.0
    )
    for (value, year, _, colour), label, height, place, start in zip(
        ordered, labels, heights, places, apart, strict=True
    ):
        shift = (start + height / 2 - place) * EN_POINTS / ax.figure.dpi
        ax.annotate(
            label, (year, value), (8, shift), textcoords="offset points", va="center", color=colour
        )
