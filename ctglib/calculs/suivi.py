"""The follow-up as a bilan of one year reads it: each value under its latest millésime.

Also what is computed from others, the years of the indicators, and what parts them: a break of the
source, a definition changed by avenant.
"""

from collections.abc import Collection, Iterable, Mapping
from math import nan

import pandas as pd

from ctglib.calculs.formules import appliquer
from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.modeles import Date
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.suivi import Avenant, Changement
from ctglib.donnees.statuts import ABSENCES, GRAVITE, Statut

LIGNE = ["indicateur", "dimension", "modalite"]  # an empty dimension and modalité is the whole
CELLULE = ["territoire", "annee", "dimension", "modalite"]
CLE = ["territoire", "annee", *LIGNE]
REVISIONS = (
    *CLE,
    "millesime_ancien",
    "valeur_ancienne",
    "statut_ancien",
    "millesime",
    "valeur",
    "statut",
    "source",
    "note",
)
ANNEES = (
    "indicateur",
    "libelle",
    "unite",
    "dimension",
    "modalite",
    "libelle_modalite",
    "detaille",
    "annee",
    "valeur",
    "statut",
)
DEUX_POINTS = 2  # a single point draws no way


def a_la_date(observations: pd.DataFrame, annee: int, *, delai: int = 0) -> pd.DataFrame:
    """Return the values that the bilan of ``annee`` reads: years and millésimes up to it, the
    latest millésime of each.

    A revision is a new row; an earlier bilan made again reads what it read then. One row a ``CLE``,
    sorted by it. ``delai`` is how many years later than its own a value may be known.
    """
    known = observations[
        observations["millesime"].le(annee + delai) & observations["annee"].le(annee)
    ]
    ordered = known.sort_values([*CLE, "millesime"], kind="stable")
    return ordered.drop_duplicates(CLE, keep="last", ignore_index=True)


def revisions(
    observations: pd.DataFrame, annee: int, *, debut: int, indicateurs: Collection[Indicateur] = ()
) -> pd.DataFrame:
    """Return what the bilan of ``annee`` says of earlier years otherwise than the bilan of the year
    before.

    A value changed, came where there was none, or was withdrawn. A row for a year already told,
    that no earlier millésime had, was « non transmis » until then. A change of status alone
    (provisional made normal) is no revision.

    What ``indicateurs`` compute from others is revised with them. ``debut`` is the year of the
    first bilan, which has nothing to revise.

    Returns:
        The columns ``REVISIONS``, by indicator then year; ``note`` is that of the new row: why it
        changed.
    """
    told = observations[observations["annee"] < annee]
    before, now = (completer(a_la_date(told, year), indicateurs) for year in (annee - 1, annee))
    table = comparer_millesimes(before, now[now["millesime"] > debut])
    table = table.assign(statut_ancien=table["statut_ancien"].fillna(Statut.NON_TRANSMIS))
    absent = table[["valeur", "valeur_ancienne"]].isna().all(axis=1)
    same = table["valeur"].eq(table["valeur_ancienne"]) | (
        absent & table["statut"].eq(table["statut_ancien"])
    )
    return table[~same].sort_values([*LIGNE, "territoire", "annee"], ignore_index=True)


def comparer_millesimes(avant: pd.DataFrame, maintenant: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of now with what was said before, missing where nothing was: the columns
    ``REVISIONS``.
    """
    old = avant[[*CLE, "millesime", "valeur", "statut"]].rename(
        columns={
            "millesime": "millesime_ancien",
            "valeur": "valeur_ancienne",
            "statut": "statut_ancien",
        }
    )
    return maintenant.merge(old, "left", CLE)[list(REVISIONS)]


def contexte_connu(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that the bilan of ``annee`` N knows: years up to N, published by
    the end of N+1.

    It is written in the winter of N+1, and the picture of December N comes out in N+1. What is
    published later belongs to the next bilan, so that an old one can be made again.
    """
    return a_la_date(contexte, annee, delai=1)


def completer(observations: pd.DataFrame, indicateurs: Iterable[Indicateur]) -> pd.DataFrame:
    """Return the rows and, for each computed indicator, those that its inputs allow; what somebody
    entered stays.

    A missing or suppressed input makes the result missing, for the same reason. An empty
    denominator makes it « sans objet ». The millésime of a result is the latest of its inputs: a
    revision of one is a revision of the other.
    """
    table = observations.assign(cellule=observations.groupby(CELLULE).ngroup())
    for item in indicateurs:
        if item.calcul is None:
            continue
        entered = table.loc[table["indicateur"].eq(item.id), "cellule"]
        rows = table[table["indicateur"].isin(item.termes) & ~table["cellule"].isin(entered)]
        if rows.empty:
            continue
        cells = rows.drop_duplicates("cellule").set_index("cellule", drop=False).sort_index()
        terms = {
            name: rows[rows["indicateur"].eq(name)].set_index("cellule") for name in item.termes
        }
        values, states = (
            pd.DataFrame({name: one[column] for name, one in terms.items()}, cells.index)
            for column in ("valeur", "statut")
        )
        result = appliquer(item.calcul, item.entrees, values)
        worst = pire(states.astype(object).fillna(Statut.NON_TRANSMIS))
        new = cells.assign(
            indicateur=item.id,
            valeur=result,
            statut=worst.mask(result.isna() & ~worst.isin(ABSENCES), Statut.SANS_OBJET),
            millesime=rows.groupby("cellule")["millesime"].max(),
            unite=item.unite,
            source=item.collecte.document if item.collecte else "",
            note="",
        )
        table = pd.concat([table, new], ignore_index=True)
    return table.drop(columns="cellule")


def pire(*statuts: pd.Series | pd.DataFrame) -> pd.Series:
    """Return, row by row, the most serious of some statuses: that of a total of what they are the
    statuses of.
    """
    return (
        pd.concat(statuts, axis=1)
        .apply(lambda column: column.map(GRAVITE.index))
        .min(axis=1)
        .map(GRAVITE.__getitem__)
    )


def series(
    observations: pd.DataFrame, indicateurs: Iterable[Indicateur], *, territoire: str, annee: int
) -> pd.DataFrame:
    """Return the values by year, one row for each ``LIGNE`` and year: then annee, valeur, statut."""
    rows = completer(
        a_la_date(observations[observations["territoire"] == territoire], annee), indicateurs
    )
    return rows[[*LIGNE, "annee", "valeur", "statut"]].astype(
        {"annee": "int64", "valeur": "float64"}
    )


def dernieres_mesures(mesures: pd.DataFrame, lignes: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the latest measured value of some rows up to a year: annee, valeur, statut.

    When there is none, what is known of that year. Of two values of a year, the last row counts.
    """
    known = mesures["valeur"].notna()
    told = mesures.assign(connue=known)[
        mesures["annee"].le(annee) & (known | mesures["annee"].eq(annee))
    ]
    last = told.sort_values(["connue", "annee"], kind="stable").drop_duplicates(LIGNE, keep="last")
    found = lignes[LIGNE].merge(last, "left")[["annee", "valeur", "statut"]]
    return found.astype({"statut": object}).fillna({"annee": annee, "statut": Statut.NON_TRANSMIS})


def modalites(indicateur: Indicateur, catalogue: Catalogue) -> dict[str, str]:
    """Return the labels of the modalités that concern an indicator, by code; none when it has no
    dimension.
    """
    if indicateur.dimension is None:
        return {}
    known = {item.id: item.libelle for item in catalogue.dimensions[indicateur.dimension].modalites}
    return {
        code: known[code]
        for code in known
        if not indicateur.modalites or code in indicateur.modalites
    }


def par_avenant(avenants: Iterable[Avenant], date_arretee: Date) -> list[tuple[int, Changement]]:
    """Return the changes that a bilan reads, with the number of their avenant: see
    ``changements_en_vigueur``.
    """
    known = [
        (change.effet, avenant.date, avenant.numero, change)
        for avenant in avenants
        for change in avenant.changements
        if max(avenant.date, change.effet) <= date_arretee
    ]
    return [(number, change) for *_, number, change in sorted(known, key=lambda item: item[:3])]


def changements_en_vigueur(
    avenants: Iterable[Avenant], date_arretee: Date
) -> tuple[Changement, ...]:
    """Return the changes that a bilan reads: signed and in force at its date, the latest in force
    last.
    """
    return tuple(change for _, change in par_avenant(avenants, date_arretee))


def coupures(indicateur: Indicateur, changements: Iterable[Changement]) -> list[tuple[int, str]]:
    """Return from which years values no longer compare with earlier ones, and why: the source, then
    the definition.
    """
    redefined = [
        item
        for item in changements
        if item.nature == "definition" and item.element == indicateur.id
    ]
    known = [(item.annee, "rupture") for item in indicateur.ruptures]
    return known + [(item.effet.year, "changement_definition") for item in redefined]


def coupure_entre(
    table: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    changements: tuple[Changement, ...],
    depuis: pd.Series,
) -> pd.Series:
    """Return the first break that lies between two years of each row, "" when there is none.

    A break of year r parts the years before r from r and after: it lies between if start < r ≤ end.
    """
    cuts = {name: coupures(indicateurs[name], changements) for name in table["indicateur"].unique()}
    spans = zip(table["indicateur"], depuis, table["annee"], strict=True)
    found = [
        next((why for year, why in cuts[name] if start < year <= end), "")
        for name, start, end in spans
    ]
    return pd.Series(found, table.index, dtype=object)


def annees(
    mesures: pd.DataFrame,
    catalogue: Catalogue,
    identifiants: Iterable[str],
    *,
    annees: tuple[int, int],
) -> pd.DataFrame:
    """Return the values of indicators by year, every year said: the whole of each, then its
    modalités that have a row.

    A year without a row is « non transmis ». The year before the first one is there when something
    is known of it.

    Returns:
        The columns ``ANNEES``, by indicator in the order wanted; ``detaille``: the indicator has
        modalités there.
    """
    items = [catalogue.indicateurs_fiches[name] for name in identifiants]
    (first, last) = annees
    told = mesures[mesures["indicateur"].isin([item.id for item in items])]
    known = set(zip(*(told[name] for name in LIGNE), strict=True))
    years = pd.DataFrame(
        {"annee": range(first - bool(told["annee"].eq(first - 1).any()), last + 1)}
    )
    rows = []
    for item in items:
        labels = modalites(item, catalogue).items()
        keys = [
            (item.dimension, name, label)
            for name, label in labels
            if (item.id, item.dimension, name) in known
        ]
        whole = [("", "", "")] if (item.id, "", "") in known or not keys else []
        rows += [(item.id, item.libelle, item.unite, *key, bool(keys)) for key in (*whole, *keys)]
    lines = (
        pd.DataFrame(rows, columns=list(ANNEES[:7]))
        .astype({"detaille": bool})
        .merge(years, how="cross")
    )
    table = lines.merge(told, "left", [*LIGNE, "annee"]).fillna({"statut": Statut.NON_TRANSMIS})
    return table.astype({"annee": "Int64"})


def est_muet(table: pd.DataFrame) -> bool:
    """Tell whether nothing at all is known: no value, and none hidden."""
    return not (table["valeur"].notna() | table["statut"].eq(Statut.SECRET)).any()


def ensemble(table: pd.DataFrame, identifiant: str) -> pd.DataFrame:
    """Return the values of the whole of an indicator, by year: valeur, statut."""
    rows = table[table["indicateur"].eq(identifiant) & table["dimension"].eq("")]
    return rows.set_index("annee")[["valeur", "statut"]]


def details(table: pd.DataFrame, identifiant: str) -> pd.DataFrame:
    """Return the rows of the modalités of an indicator."""
    return table[table["indicateur"].eq(identifiant) & table["dimension"].ne("")]


def croiser(table: pd.DataFrame, colonnes: Mapping[str, tuple[str, int]]) -> pd.DataFrame:
    """Return an indicator and a year of ``annees`` a column, one row a modalité, the whole last if
    one of them has it.

    Returns:
        Indexed by modalité: ``libelle``, then ``<column>`` and ``statut_<column>``; « non
        transmis » without a row.
    """
    read = {
        name: table[table["indicateur"].eq(indicateur) & table["annee"].eq(year)].set_index(
            "modalite"
        )
        for name, (indicateur, year) in colonnes.items()
    }
    labels = {
        code: label for rows in read.values() for code, label in rows["libelle_modalite"].items()
    }
    order = sorted(labels, key=lambda mode: mode == "")  # the whole last
    frame = pd.DataFrame({"libelle": labels}, pd.Index(order, dtype=object), dtype=object)
    for name, rows in read.items():
        frame[name] = rows["valeur"].reindex(order).astype("float64")
        frame[f"statut_{name}"] = (
            rows["statut"].astype(object).reindex(order).fillna(Statut.NON_TRANSMIS)
        )
    return frame


def somme(lignes: pd.DataFrame, nom: str) -> tuple[float, str]:
    """Return the sum of a column of ``croiser``, and its status: a missing part makes it missing."""
    concerned = lignes[lignes[f"statut_{nom}"].ne(Statut.SANS_OBJET)]
    if concerned.empty:
        return nan, Statut.NON_TRANSMIS
    return concerned[nom].sum(skipna=False), min(concerned[f"statut_{nom}"], key=GRAVITE.index)


def avec_reperes(
    table: pd.DataFrame,
    evaluation: pd.DataFrame,
    catalogue: Catalogue,
    changements: Iterable[Changement],
) -> pd.DataFrame:
    """Return the table with what a chart of its series draws: target, break and name of each
    series.

    Added: ``serie`` (the modalité, "" for the whole), ``cible``, ``annee_cible``, ``rupture``: True
    in the first year of a new series.
    """
    changes = tuple(changements)
    keys = ["indicateur", "modalite"]
    meanings = catalogue.indicateurs_fiches
    aimed = evaluation[
        evaluation["origine_cible"].ne("implicite")
    ]  # what the text implies is no target to draw
    targets = aimed[[*keys, "cible", "annee_cible"]].drop_duplicates(keys)
    breaks = {
        (name, year)
        for name in {*table["indicateur"]}
        for year, _ in coupures(meanings[name], changes)
    }
    broken = [key in breaks for key in zip(table["indicateur"], table["annee"], strict=True)]
    drawn = table.assign(serie=table["libelle_modalite"]).merge(targets, "left", keys)
    return drawn.assign(rupture=broken)


def avec_departs(table: pd.DataFrame, departs: pd.DataFrame) -> pd.DataFrame:
    """Return the wholes of ``annees`` with the initial value of each in its year, where nothing
    else is measured.
    """
    rows = table[table["dimension"].eq("")]
    first = rows.drop_duplicates("indicateur").drop(columns=["annee", "valeur"])
    starts = departs[["indicateur", "annee_initiale", "valeur_initiale"]].dropna()
    initial = first.merge(
        starts.set_axis(["indicateur", "annee", "valeur"], axis=1), on="indicateur"
    )
    known = pd.concat([rows[rows["valeur"].notna()], initial.assign(statut=Statut.NORMAL), rows])
    known = known.drop_duplicates(["indicateur", "annee"]).sort_values("annee")
    order = pd.Index(rows["indicateur"].unique())
    known = known.sort_values("indicateur", key=order.get_indexer, kind="stable", ignore_index=True)
    return known[list(table.columns)]


def depuis_le_depart(table: pd.DataFrame, evaluation: pd.DataFrame, debut: int) -> pd.DataFrame:
    """Return the wholes that have two values at least, from their initial value on: what a chart of
    a fiche draws.

    A year before the convention is there only when it has a value: nobody was asked for the others.
    """
    rows = avec_departs(table, evaluation[evaluation["dimension"].eq("")])
    rows = rows[rows["annee"].ge(debut) | rows["valeur"].notna()]
    counts = rows.groupby("indicateur")["valeur"].transform("count")
    return rows[counts >= DEUX_POINTS].reset_index(drop=True)
