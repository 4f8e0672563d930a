"""The figures of a portrait: shares of a territory beside its département and those alike, and how
counts moved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctglib.calculs.comparables import distances
from ctglib.calculs.evaluation import mouvement
from ctglib.calculs.territoire import variation
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation
from ctglib.donnees.modeles.rapports import Mesure, Semblables
from ctglib.donnees.modeles.sources import SerieOfficielle

ICI = "territoire"
LA = "departement"
SECRET = "secret"
ABSENT = "absent"
TROP_PEU = "trop_peu"


@dataclass(frozen=True)
class Lieu:
    """A place: the code that producers publish it under ("" for none), and the communes that add up
    to it.

    ``groupe``: its sums leave out the parts that are not known; those of a commune, or of all its
    IRIS, do not.
    """

    code: str
    membres: tuple[str, ...]
    groupe: bool


@dataclass(frozen=True)
class Chiffres:
    """Public figures, as they were published."""

    tables: Mapping[
        str, pd.DataFrame
    ]  # by family: annee, territoire, commune (of an IRIS; itself), a column a series;
    # NaN absent, inf secret
    familles: Mapping[str, str]  # family of each series
    series: Mapping[str, SerieOfficielle]  # what each means
    sommees: Mapping[
        str, float
    ]  # families whose communes add up, with the share of them that may be missing


def en_annees(chiffres: Chiffres, lieu: Lieu, *series: str) -> pd.DataFrame:
    """Return some series of one family at a place by year: as published, else the sum of what is
    below.

    A year when too many of its communes are missing has none.
    """
    family = chiffres.familles[series[0]]
    lacking = 1.0
    rows = chiffres.tables[family]
    own = rows[rows["territoire"].eq(lieu.code)]
    if own.empty and family in chiffres.sommees:
        own = rows[rows["commune"].isin(lieu.membres)]
        if lieu.groupe and own["niveau"].ne("iris").any():
            lacking = chiffres.sommees[family]
    cells = own[["annee", *series]].astype(dict.fromkeys(series, float))
    if lieu.groupe:
        cells = cells[np.isfinite(cells[list(series)]).all(axis=1)]
    years = cells.groupby("annee")
    missing = 1 - years.size() / len(lieu.membres)
    return years.sum(skipna=False)[(lacking == 1) | (missing <= lacking)]


def mesurer(
    chiffres: Chiffres,
    lieux: Mapping[str, Lieu],
    mesures: Sequence[Mesure],
    minimum: int,
    ecarts: float,
) -> pd.DataFrame:
    """Return a row a measure: its year, and at each place its value, or why there is none.

    « territoire » is the one looked at, « departement » what its gap is to. Under ``minimum`` a
    denominator gives no rate; ``ecarts`` is how many standard deviations chance is allowed.

    Returns:
        mesure, serie, annee, then for each role (no suffix for the territory) numerateur,
        denominateur, valeur, raison ("", "secret", "absent", "trop_peu"); ecart to the département
        (relative, in %, between amounts) and marge: what the rounding and chance make of it.
    """
    rows = []
    for measure in mesures:
        names = [name for name in measure.numerateur if name in chiffres.familles]
        if found := [_ligne(chiffres, lieux, measure, name, minimum) for name in names]:
            rows.append(
                max(
                    found,
                    key=lambda row: [
                        row.get(f"raison{role}") in ("", TROP_PEU) for role in ("", f"_{LA}")
                    ],
                )
            )
    table = pd.DataFrame(rows)
    if f"valeur_{LA}" not in table:
        return table.assign(ecart=np.nan, marge=np.nan)
    gap = table["valeur"] - table[f"valeur_{LA}"]
    reference = table[f"valeur_{LA}"]
    unit = table["unite"]
    half = table["serie"].map(lambda name: (chiffres.series[name].arrondi or 0) // 2)
    chance = half + ecarts * table["numerateur"].where(table["numerateur"] < np.inf).pow(0.5)
    gap = gap.mask(unit.eq("euros"), 100 * gap / reference).mask(unit.eq("nombre"))
    return table.assign(ecart=gap, marge=table["pour"] * chance / table["denominateur"])


def _ligne(
    chiffres: Chiffres, lieux: Mapping[str, Lieu], mesure: Mesure, serie: str, minimum: int
) -> dict[str, object]:
    """Return the row of a measure: in the last year that the territory and its département both
    have, if any.
    """
    years = {role: _valeurs(chiffres, lieu, mesure, serie) for role, lieu in lieux.items()}
    told = {role: set(table.index[np.isfinite(table["valeur"])]) for role, table in years.items()}
    here = told[ICI]
    there = told.get(LA, set())
    known = (
        (here & there) or here or there or set(chiffres.tables[chiffres.familles[serie]]["annee"])
    )
    year = max(known, default=0)
    row = {
        "mesure": mesure.id,
        "serie": serie,
        "annee": year,
        "unite": mesure.unite,
        "pour": mesure.pour,
    }
    for role, table in years.items():
        suffix = "" if role == ICI else f"_{role}"
        cells = table.loc[year] if year in table.index else dict.fromkeys(table.columns, np.nan)
        few = mesure.denominateur is not None and cells["denominateur"] < minimum
        reason = (
            SECRET
            if np.isinf(cells["valeur"])
            else ABSENT
            if cells["valeur"] != cells["valeur"]
            else ""
        )
        row |= {f"{name}{suffix}": cells[name] for name in ("numerateur", "denominateur")}
        row[f"valeur{suffix}"] = np.nan if few or reason else cells["valeur"]
        row[f"raison{suffix}"] = TROP_PEU if few and not reason else reason
    return row


def _valeurs(chiffres: Chiffres, lieu: Lieu, mesure: Mesure, serie: str) -> pd.DataFrame:
    """Return numerateur, denominateur and valeur by year; a denominator of another family is that
    of its last year.
    """
    below = mesure.denominateur
    families = chiffres.familles
    if below is None:
        counts = en_annees(chiffres, lieu, serie)[serie].rolling(mesure.moyenne).mean()
        return pd.DataFrame({"numerateur": counts, "denominateur": np.nan, "valeur": counts})
    if below not in families:
        return pd.DataFrame(columns=["numerateur", "denominateur", "valeur"], dtype=float)
    if families[below] == families[serie]:
        counts = en_annees(chiffres, lieu, serie, below)
    else:
        last = en_annees(chiffres, lieu, below)[below]
        counts = en_annees(chiffres, lieu, serie).assign(
            **{below: last.iloc[-1] if len(last) else np.nan}
        )
    above = counts[serie]
    under = counts[below]
    value = mesure.pour * above / under.where(under.ne(0))
    return pd.DataFrame(
        {"numerateur": above, "denominateur": under, "valeur": value.mask(np.isinf(under), np.inf)}
    )


def par_commune(
    chiffres: Chiffres, mesure: Mesure, communes: Sequence[str], minimum: int
) -> pd.DataFrame:
    """Return numerateur, denominateur and valeur of a ratio by commune, in the last year of each
    series.
    """
    counts = {}
    for role, name in (("numerateur", mesure.numerateur[0]), ("denominateur", mesure.denominateur)):
        rows = chiffres.tables[chiffres.familles[name]]
        last = rows[rows["annee"].eq(rows["annee"].max())].set_index("territoire")
        counts[role] = last[name].reindex(communes)
    found = pd.DataFrame(counts).replace(np.inf, np.nan)
    enough = found["denominateur"].ge(minimum)
    return found.assign(
        valeur=(mesure.pour * found["numerateur"] / found["denominateur"]).where(enough)
    )


def semblables(comptes: pd.DataFrame, ici: str, regles: Semblables, voisins: int) -> pd.Series:
    """Return the territories most alike one, with their distance, the nearest first; none when
    shares are unknown.
    """
    known = comptes[np.isfinite(comptes).all(axis=1) & comptes[regles.taille].gt(0)]
    if ici not in known.index:
        return pd.Series(dtype=float)
    sizes = known[regles.taille]
    window = known[sizes.between(sizes[ici] / regles.fenetre, sizes[ici] * regles.fenetre)]
    shares = window[list(regles.parts)].div(window[regles.taille], axis=0)
    return distances(shares, ici).head(voisins)


def evolutions(
    chiffres: Chiffres, lieux: Mapping[str, Lieu], series: Sequence[str], seuils: SeuilsEvaluation
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return every year's count of the territory, then how each series moved there and at the other
    places.

    Returns:
        indicateur, annee, valeur, rupture; then indicateur, depart, annee (the first one after the
        last break), valeur_depart, valeur, variation (%, and one a role), lecture ("hausse",
        "baisse", "stable", "trop_peu").
    """
    years = []
    rows = []
    for name in series:
        counts = {
            role: en_annees(chiffres, lieu, name)[name].dropna() for role, lieu in lieux.items()
        }
        own = counts[ICI]
        if own.empty:
            continue
        broken = [cut.annee for cut in chiffres.series[name].ruptures if cut.annee > own.index[0]]
        years += [(name, year, value, year in broken) for year, value in own.items()]
        own = own[own.index >= max(broken, default=own.index[0])]
        start = own.index[0]
        end = own.index[-1]
        changes = [variation(values, start, end) for values in counts.values()]
        rows.append((name, start, end, own[start], own[end], *changes))
    names = ["indicateur", "depart", "annee", "valeur_depart", "valeur"]
    names += ["variation" if role == ICI else f"variation_{role}" for role in lieux]
    moves = pd.DataFrame(rows, columns=names)
    steps = [chiffres.series[name].arrondi or 0 for name in moves["indicateur"]]
    read, _ = mouvement(
        moves.assign(valeur_precedente=moves["valeur_depart"], arrondi=steps, hasard=True), seuils
    )
    moves = moves.assign(lecture=read.replace("dans_le_bruit", TROP_PEU))
    return pd.DataFrame(years, columns=["indicateur", "annee", "valeur", "rupture"]), moves
