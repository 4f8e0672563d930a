"""The gap of a commune to the trend of comparable ones: what rounding leaves of it, and never an
effect.

A change is 100 × (count / count of reference − 1). A printed count stands for any whole number
within ``marge`` of it; the bounds are the least and the greatest values over all of these, each
count being free of the others.
"""

from collections.abc import Mapping
from typing import NamedTuple

import pandas as pd

from ctglib.donnees.modeles.catalogue import Comparaison, Indicateur, Reglage
from ctglib.donnees.modeles.convention import Convention

# what is left of floats once equal numbers are subtracted
PRESQUE_NUL = 1e-18
DECIMALES = 10
PREMIERES = ("commune", "nom", "departement", "annee", "statut")
COLONNES = {
    "indicateur": "str",
    "libelle": "str",
    "annee_reference": "Int64",
    "annee": "Int64",
    "rupture": "bool",
    "valeur_reference": "Int64",
    "valeur": "Int64",
    "variation": "float",
    "nombre": "Int64",
    "variation_moyenne": "float",
    "ecart": "float",
    "ecart_min": "float",
    "ecart_max": "float",
    "bruit": "boolean",
    "rang": "Int64",
    "ex_aequo": "Int64",
    "aussi_eloignees": "Int64",
    "part_placebo": "float",
    "communes_departement": "Int64",
    "variation_departement": "float",
    "ecart_departement": "float",
    "ecart_departement_min": "float",
    "ecart_departement_max": "float",
    "bruit_departement": "boolean",
}
BRUIT = "bruit"
TIENT = "tient"
CHANGE = "change"


class Resultat(NamedTuple):
    """A comparison that could be made."""

    annee_reference: int  # changes and ratios start from it
    annee: int  # the last one
    candidates: int  # communes of the window that could be compared
    retenues: (
        pd.DataFrame
    )  # the territory, then the comparable communes, the nearest first: commune, nom, the size, a
    # ratio per 100 of the size a column (named as its numerator), distance (missing for the
    # territory)
    exclues: (
        pd.DataFrame
    )  # commune, nom, indicateur, annee, nulle: what made a commune impossible to compare
    ecarts: pd.DataFrame  # the columns ``COLONNES``, one row an indicator (see ``_ecarts``)
    points: pd.DataFrame  # the comparable communes' changes: indicateur, commune, nom, variation
    variantes: (
        pd.DataFrame
    )  # ``ecarts`` by rule: variante (0 is the rule), its setting, candidates, ``COLONNES``

    nombre = property(lambda self: len(self.retenues) - 1)  # how many communes it is compared with


def comparer(
    effectifs: pd.DataFrame,
    comparaison: Comparaison,
    indicateurs: Mapping[str, Indicateur],
    convention: Convention,
) -> Resultat | None:
    """Return the comparison of a commune; None without its own counts of two years, or any
    comparable commune.
    """
    place = convention.territoire
    names = [name for name in effectifs.columns if name not in PREMIERES]
    size = comparaison.taille
    ratios = list(comparaison.ratios)
    items = [indicateurs[name] for name in comparaison.indicateurs]
    counts = (
        effectifs.astype(dict.fromkeys(names, "float64"))
        .set_index(["annee", "commune"])[names]
        .sort_index()
    )
    labels = effectifs.drop_duplicates("commune").set_index("commune")["nom"]
    last = max(effectifs["annee"].astype(int), default=0)
    chosen = []
    tables = []
    for rank, setting in enumerate((comparaison.reglage, *comparaison.variantes)):
        years = convention.debut.year - setting.annees_avant, last
        found = _choisir(counts, place, comparaison, setting, years)
        if rank == 0 and found is None:
            return None
        chosen.append((years, found))
        near, candidates = (list(found[0].index), found[1]) if found else (None, 0)
        told = {"variante": rank, **setting.model_dump(exclude={"titre"}), "candidates": candidates}
        tables.append(_ecarts(counts, place, near, years, items).assign(**told))
    years, (near, candidates, excluded) = chosen[0]
    kept = [place, *near.index]
    gaps = tables[0][list(COLONNES)]
    start, end = (counts.loc[year].loc[kept] for year in years)
    changes = (
        (100 * (end / start - 1))
        .loc[kept[1:], gaps.loc[~gaps["rupture"], "indicateur"]]
        .round(DECIMALES)
    )
    points = (
        changes.unstack().rename_axis(["indicateur", "commune"]).rename("variation").reset_index()
    )
    shares = (100 * start[ratios]).div(start[size], axis=0)
    whole = pd.concat([start[[size]].astype("int64"), shares], axis=1).rename_axis("commune")
    return Resultat(
        *years,
        candidates=candidates,
        retenues=whole.assign(nom=labels, distance=near).reset_index()[
            ["commune", "nom", size, *ratios, "distance"]
        ],
        exclues=excluded.assign(nom=excluded["commune"].map(labels)),
        ecarts=gaps,
        points=points.assign(nom=points["commune"].map(labels)),
        variantes=pd.concat(tables, ignore_index=True)[[*told, *COLONNES]],
    )


def _choisir(
    effectifs: pd.DataFrame, ici: str, regle: Comparaison, reglage: Reglage, annees: tuple[int, int]
) -> tuple[pd.Series, int, pd.DataFrame] | None:
    """Return the distances of the comparable communes by code, how many could be compared, what
    excluded the others.

    None when the territory's own counts are not whole or nobody is comparable.
    """
    before, after = annees
    if (before, ici) not in effectifs.index or after <= before:
        return None
    start = effectifs.loc[before]
    end = effectifs.loc[after]
    sizes = start[regle.taille]
    needed = list(dict.fromkeys([regle.taille, *regle.ratios, *regle.indicateurs]))
    inside = (sizes * reglage.fenetre >= sizes[ici]) & (sizes <= sizes[ici] * reglage.fenetre)
    first = start.loc[inside | (start.index == ici), needed]
    last = end.reindex(first.index)[needed]
    # A relative change has no meaning from zero; to zero, it has.
    lacks = pd.concat({before: ~first.gt(0), after: last.isna()}, axis=1).swaplevel(axis=1)
    lacks = lacks.loc[
        lacks.any(axis=1), [(name, year) for name in needed for year in lacks.columns.unique(1)]
    ]
    excluded = pd.DataFrame(
        [
            (code, name, year, year == before and first.at[code, name] == 0)
            for code, (name, year) in (lacks.idxmax(axis=1) if len(lacks) else {}).items()
        ],
        columns=["commune", "indicateur", "annee", "nulle"],
    )
    kept = first.drop(excluded["commune"])
    if ici not in kept.index or len(kept) == 1:
        return None
    near = distances(kept[list(regle.ratios)].div(kept[regle.taille], axis=0), ici).head(
        reglage.voisins
    )
    return near, len(kept) - 1, excluded


def distances(parts: pd.DataFrame, ici: str) -> pd.Series:
    """Return how far the shares of territories are from those of one, the nearest first, ties by
    code.

    The root of the sum of squared gaps, each over the variance of its share: none weighs more by
    its scale, and one that is the same everywhere weighs nothing.
    """
    spread = parts.var(ddof=0)
    gaps = (parts - parts.loc[ici]).loc[:, spread > PRESQUE_NUL] / spread[spread > PRESQUE_NUL].pow(
        0.5
    )
    return (
        gaps.pow(2)
        .sum(axis=1)
        .pow(0.5)
        .round(DECIMALES)
        .drop(ici)
        .sort_index()
        .sort_values(kind="stable")
    )


def marge(arrondi: float | None) -> int:
    """Return how far a whole number may be from its printed multiple.

    Examples:
        >>> marge(5), marge(10), marge(None)
        (2, 5, 0)
    """
    return int(arrondi or 1) // 2


def _ecarts(
    effectifs: pd.DataFrame,
    ici: str,
    communes: list[str] | None,
    annees: tuple[int, int],
    items: list[Indicateur],
) -> pd.DataFrame:
    """Return the gaps of a commune, one row an indicator of the rule: changes in %, gaps in points
    of %.

    ``rang`` is among the comparable communes and the territory, the greatest rise first;
    ``aussi_eloignees`` how many comparable communes are at least as far from the mean of the
    others, ``part_placebo`` the same as a share. The département is the sum of its other communes.
    A break between the two years leaves no gap.
    """
    names = pd.Index([item.id for item in items], name="indicateur")
    rows = pd.DataFrame({"libelle": [item.libelle for item in items]}, names)
    rows = rows.assign(annee_reference=annees[0], annee=annees[1], rupture=False)
    if communes is not None:
        start, end = (effectifs.loc[year, list(names)] for year in annees)
        broken = [
            any(annees[0] < one.annee <= annees[1] for one in item.ruptures) for item in items
        ]
        rows = rows.assign(rupture=broken, valeur_reference=start.loc[ici], valeur=end.loc[ici])
        margins = pd.Series([marge(item.arrondi_source) for item in items], index=names)
        rows = rows.join(
            _calculer(start, end.reindex(start.index), ici, communes, margins).where(
                ~rows["rupture"]
            )
        )
    return rows.reset_index().reindex(columns=list(COLONNES)).astype(COLONNES)


def _calculer(
    start: pd.DataFrame, end: pd.DataFrame, ici: str, communes: list[str], marges: pd.Series
) -> pd.DataFrame:
    """Return the figures of the gaps, one row an indicator; a bound of a gap takes every count at
    its worst end.
    """
    change = 100 * (end / start - 1)
    low = 100 * ((end - marges).clip(lower=0) / (start + marges) - 1)
    high = 100 * ((end + marges) / (start - marges) - 1)
    own = change.loc[ici]
    others = change.loc[communes]
    rest = (start.notna() & end.notna()).drop(index=ici)
    first = start.drop(index=ici).where(rest)
    last = end.drop(index=ici).where(rest)
    before = first.sum()
    after = last.sum()
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
            "ecart_departement_max": (high.loc[ici] - 100 * (least[1] / most[0] - 1)).where(
                bounded.notna()
            ),
        }
    ).round(DECIMALES)
    for suffix in ("", "_departement"):
        low = found[f"ecart{suffix}_min"]
        high = found[f"ecart{suffix}_max"]
        found[f"bruit{suffix}"] = (low.le(0) & high.ge(0)).astype("boolean").mask(low.isna())
    return found


def tenue(variantes: pd.DataFrame) -> pd.DataFrame:
    """Return how each indicator's gap holds under the rule and its variants.

    Returns:
        indicateur, libelle, calculees (rules under which there is a gap), depassent (those where it
        is beyond rounding), hausses (those of them where it is positive), tenue (« bruit »: none is
        beyond it; « tient »: all that are have one sign; « change »: both signs are found).
    """
    gap = variantes["ecart"]
    beyond = gap.notna() & ~variantes["bruit"].fillna(True).astype(bool)
    told = variantes.assign(calculees=gap.notna(), depassent=beyond, hausses=beyond & gap.gt(0))
    counts = ["calculees", "depassent", "hausses"]
    found = told.groupby(["indicateur", "libelle"], sort=False)[counts].sum().reset_index()
    one_way = found["hausses"].isin([0]) | found["hausses"].eq(found["depassent"])
    kind = one_way.map({True: TIENT, False: CHANGE}).mask(found["depassent"].eq(0), BRUIT)
    return found.assign(tenue=kind)
