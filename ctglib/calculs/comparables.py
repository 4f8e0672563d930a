"""The gap of a commune to the trend of comparable ones: what rounding leaves of it, and never an effect.

A change is 100 × (count / count of reference − 1). A printed count stands for any whole number within ``marge`` of it;
the bounds are the least and the greatest values over all of these, each count being free of the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from ctglib.donnees.modeles.catalogue import Comparaison, Indicateur
from ctglib.donnees.modeles.convention import Convention

PRESQUE_NUL, DECIMALES = 1e-18, 10  # what is left of floats once equal numbers are subtracted
PREMIERES = ("commune", "nom", "departement", "annee", "statut")
COLONNES = (
    "indicateur", "libelle", "annee_reference", "annee", "rupture", "valeur_reference", "valeur", "variation",
    "nombre", "variation_moyenne", "ecart", "ecart_min", "ecart_max", "bruit", "rang", "ex_aequo", "aussi_eloignees",
    "part_placebo", "communes_departement", "variation_departement", "ecart_departement", "ecart_departement_min",
    "ecart_departement_max", "bruit_departement",
)  # fmt: skip
ENTIERS = ("annee_reference", "annee", "valeur_reference", "valeur", "nombre", "rang", "ex_aequo", "aussi_eloignees",
           "communes_departement")  # fmt: skip
BOOLEENS = ("bruit", "bruit_departement")
BRUIT, TIENT, CHANGE = "bruit", "tient", "change"


class Regle(NamedTuple):
    """The catalogue's rule, once the years are known: changes and ratios start from ``annee_reference``."""

    taille: str  # indicator of the window, and denominator of the ratios
    ratios: tuple[str, ...]  # numerators of the ratios of the distance
    indicateurs: tuple[str, ...]  # what is compared
    voisins: int  # how many communes are kept
    fenetre: int  # the window goes from the size divided by it to the size multiplied by it
    annee_reference: int
    annee: int


class Resultat(NamedTuple):
    """A comparison that could be made."""

    regle: Regle
    candidates: int  # communes of the window that could be compared
    retenues: pd.DataFrame  # the territory, then the comparable communes, the nearest first: commune, nom, the size, a
    # ratio per 100 of the size a column (named as its numerator), distance (missing for the territory)
    exclues: pd.DataFrame  # commune, nom, indicateur, annee, nulle: what made a commune impossible to compare
    ecarts: pd.DataFrame  # the columns ``COLONNES``, one row an indicator (see ``_ecarts``)
    points: pd.DataFrame  # the comparable communes' changes: indicateur, commune, nom, variation
    variantes: pd.DataFrame  # ``ecarts`` by rule: variante (0 is the rule), its setting, candidates, ``COLONNES``

    nombre = property(lambda self: len(self.retenues) - 1)  # how many communes it is compared with


def comparer(
    effectifs: pd.DataFrame, comparaison: Comparaison, indicateurs: Mapping[str, Indicateur], convention: Convention
) -> Resultat | None:
    """Return the comparison of the commune of a convention with those of ``effectifs``, None when it cannot be made.

    It cannot without the commune's own counts of the year of reference and of a later year, or without any comparable
    commune.
    """
    place, names = convention.territoire, [name for name in effectifs.columns if name not in PREMIERES]
    counts = effectifs.astype(dict.fromkeys(names, "float64")).set_index(["annee", "commune"])[names].sort_index()
    years, begun = sorted({int(year) for year in effectifs["annee"]}), convention.debut.year
    labels = effectifs.drop_duplicates("commune").set_index("commune")["nom"]
    rules, tables = [], []
    for rank, setting in enumerate((comparaison.reglage, *comparaison.variantes)):
        rule = Regle(
            comparaison.taille, comparaison.ratios, comparaison.indicateurs, setting.voisins, setting.fenetre,
            begun - setting.annees_avant, max(years, default=begun),
        )  # fmt: skip
        found = _choisir(counts, place, rule) if rule.annee_reference in years else None
        if rank == 0 and found is None:
            return None
        rules.append((rule, found))
        told = {"variante": rank, **setting.model_dump(), "candidates": found[1] if found else 0}
        near = list(found[0].index) if found else None
        tables.append(_ecarts(counts, place, near, rule, indicateurs).assign(**told))
    rule, (near, candidates, excluded) = rules[0]
    kept, gaps = [place, *near.index], tables[0][list(COLONNES)]
    start, end = (counts.loc[year].loc[kept] for year in (rule.annee_reference, rule.annee))
    ratios = (100 * start[list(rule.ratios)]).div(start[rule.taille], axis=0)
    changes = (100 * (end / start - 1)).loc[kept[1:], gaps.loc[~gaps["rupture"], "indicateur"]].round(DECIMALES)
    points = changes.unstack().rename_axis(["indicateur", "commune"]).rename("variation").reset_index()
    whole = pd.concat([start[[rule.taille]].astype("int64"), ratios], axis=1).rename_axis("commune")
    return Resultat(
        regle=rule,
        candidates=candidates,
        retenues=whole.assign(nom=labels, distance=near).reset_index()[
            ["commune", "nom", rule.taille, *rule.ratios, "distance"]
        ],
        exclues=excluded.assign(nom=excluded["commune"].map(labels)),
        ecarts=gaps,
        points=points.assign(nom=points["commune"].map(labels)),
        variantes=pd.concat(tables, ignore_index=True)[["variante", *setting.model_dump(), "candidates", *COLONNES]],
    )


def _choisir(effectifs: pd.DataFrame, ici: str, regle: Regle) -> tuple[pd.Series, int, pd.DataFrame] | None:
    """Return the distances of the comparable communes by code, how many could be compared, what excluded the others.

    None when the territory's own counts are not whole or nobody is comparable. The window keeps both its ends. A
    relative change has no meaning from zero; to zero, it has.
    """
    start, end = effectifs.loc[regle.annee_reference], effectifs.loc[regle.annee]
    if ici not in start.index or regle.annee <= regle.annee_reference:
        return None
    sizes, needed = start[regle.taille], list(dict.fromkeys([regle.taille, *regle.ratios, *regle.indicateurs]))
    window = start[(sizes * regle.fenetre >= sizes[ici]) & (sizes <= sizes[ici] * regle.fenetre) | (start.index == ici)]
    first, last = window[needed], end.reindex(window.index)[needed]
    lacks = pd.concat({regle.annee_reference: ~first.gt(0), regle.annee: last.isna()}, axis=1).swaplevel(axis=1)
    lacks = lacks.loc[lacks.any(axis=1), [(name, year) for name in needed for year in lacks.columns.unique(1)]]
    excluded = pd.DataFrame(
        [(code, *cell, cell[1] == regle.annee_reference and first.at[code, cell[0]] == 0)
         for code, cell in (lacks.idxmax(axis=1) if len(lacks) else {}).items()],
        columns=["commune", "indicateur", "annee", "nulle"],
    )  # fmt: skip
    kept = window.drop(excluded["commune"])
    if ici not in kept.index or len(kept) == 1:
        return None
    near = distances(kept[list(regle.ratios)].div(kept[regle.taille], axis=0), ici).head(regle.voisins)
    return near, len(kept) - 1, excluded


def distances(parts: pd.DataFrame, ici: str) -> pd.Series:
    """Return how far the shares of territories are from those of one, the nearest first, ties by code.

    The root of the sum of squared gaps, each over the variance of its share: none weighs more by its scale, and one
    that is the same everywhere weighs nothing.
    """
    spread = parts.var(ddof=0)
    gaps = (parts - parts.loc[ici]).loc[:, spread > PRESQUE_NUL] / spread[spread > PRESQUE_NUL].pow(0.5)
    return gaps.pow(2).sum(axis=1).pow(0.5).round(DECIMALES).drop(ici).sort_index().sort_values(kind="stable")


def marge(arrondi: float | None) -> int:
    """Return how far a whole number may be from its printed multiple.

    Examples:
        >>> marge(5), marge(10), marge(None)
        (2, 5, 0)
    """
    return int(arrondi or 1) // 2


def _ecarts(
    effectifs: pd.DataFrame, ici: str, communes: list[str] | None, regle: Regle, indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return the gaps of a commune, one row an indicator of the rule: changes in %, gaps in points of %.

    ``rang`` is among the comparable communes and the territory, the greatest rise first; ``aussi_eloignees`` how many
    comparable communes are at least as far from the mean of the others, ``part_placebo`` the same as a share. The
    département is the sum of its other communes. A break between the two years leaves no gap.
    """
    names, years = list(regle.indicateurs), (regle.annee_reference, regle.annee)
    items = [indicateurs[name] for name in names]
    rows = pd.DataFrame({"libelle": [item.libelle for item in items]}, pd.Index(names, name="indicateur"))
    broken = [any(years[0] < one.annee <= years[1] for one in item.ruptures) for item in items]
    rows = rows.assign(annee_reference=years[0], annee=years[1], rupture=broken)
    if communes is not None:
        start, end = (effectifs.loc[year, names] for year in years)
        rows = rows.assign(valeur_reference=start.loc[ici], valeur=end.loc[ici])
        margins = pd.Series([marge(item.arrondi_source) for item in items], index=names)
        found = _calculer(start, end.reindex(start.index), ici, communes, margins)
        rows = rows.join(found.where(~rows["rupture"])) if (~rows["rupture"]).any() else rows
    table = rows.reset_index().reindex(columns=list(COLONNES))
    table = table.assign(rupture=table["rupture"] & (communes is not None))
    kinds = dict.fromkeys(ENTIERS, "Int64") | dict.fromkeys(BOOLEENS, "boolean") | {"rupture": bool}
    numbers = [name for name in COLONNES[7:] if name not in kinds]
    return table.astype(dict.fromkeys(numbers, "float64") | kinds)


def _calculer(start: pd.DataFrame, end: pd.DataFrame, ici: str, communes: list[str], marges: pd.Series) -> pd.DataFrame:
    """Return the figures of the gaps, one row an indicator.

    The gap grows with the last count and with the others' counts of reference, and falls with the rest: each of its
    bounds takes every count at one end. A count is never under zero.
    """
    change = 100 * (end / start - 1)
    low = 100 * ((end - marges).clip(lower=0) / (start + marges) - 1)
    high = 100 * ((end + marges) / (start - marges) - 1)
    own, others = change.loc[ici], change.loc[communes]
    rest = (start.notna() & end.notna()).drop(index=ici)
    first, last = start.drop(index=ici).where(rest), end.drop(index=ici).where(rest)
    before, after = first.sum(), last.sum()
    least = [(one - marges).clip(lower=0).sum() for one in (first, last)]
    most = [(one + marges).sum() for one in (first, last)]
    whole = 100 * (after / before.where(before.gt(0)) - 1).where(least[0].gt(0) | before.gt(0))
    bounded = least[0].where(least[0].gt(0))
    centre = pd.concat([change.loc[[ici]], others]).mean()
    away = (others - centre).abs().round(DECIMALES).ge((own - centre).abs().round(DECIMALES)).sum()
    found = pd.DataFrame(
        {
            "variation": own,
            "nombre": len(communes),
            "variation_moyenne": others.mean(),
            "ecart": own - others.mean(),
            "ecart_min": low.loc[ici] - high.loc[communes].mean(),
            "ecart_max": high.loc[ici] - low.loc[communes].mean(),
            "rang": 1 + (others - own).round(DECIMALES).gt(0).sum(),
            "ex_aequo": (others - own).round(DECIMALES).eq(0).sum(),
            "aussi_eloignees": away,
            "part_placebo": away / len(communes),
            "communes_departement": rest.sum(),
            "variation_departement": whole,
            "ecart_departement": (own - whole).where(bounded.notna()),
            "ecart_departement_min": low.loc[ici] - 100 * (most[1] / bounded - 1),
            "ecart_departement_max": (high.loc[ici] - 100 * (least[1] / most[0] - 1)).where(bounded.notna()),
        }
    ).round(DECIMALES)
    for suffix in ("", "_departement"):
        low, high = found[f"ecart{suffix}_min"], found[f"ecart{suffix}_max"]
        found[f"bruit{suffix}"] = (low.le(0) & high.ge(0)).astype("boolean").mask(low.isna())
    return found


def tenue(variantes: pd.DataFrame) -> pd.DataFrame:
    """Return how each indicator's gap holds under the rule and its variants.

    Returns:
        indicateur, libelle, calculees (rules under which there is a gap), depassent (those where it is beyond
        rounding), hausses (those of them where it is positive), tenue (« bruit »: none is beyond it; « tient »:
        all that are have one sign; « change »: both signs are found).
    """
    beyond = variantes["ecart"].notna() & ~variantes["bruit"].fillna(True).astype(bool)
    told = variantes.assign(
        calculees=variantes["ecart"].notna(), depassent=beyond, hausses=beyond & variantes["ecart"].gt(0)
    )
    counts = ["calculees", "depassent", "hausses"]
    found = told.groupby(["indicateur", "libelle"], sort=False)[counts].sum().reset_index()
    one_way = found["hausses"].isin([0]) | found["hausses"].eq(found["depassent"])
    kind = one_way.map({True: TIENT, False: CHANGE}).mask(found["depassent"].eq(0), BRUIT)
    return found.assign(tenue=kind)
