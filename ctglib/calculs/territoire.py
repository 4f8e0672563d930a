"""The public series beside the convention: in a year, then and now, and as they renew a diagnostic.

Context, never an effect: a change is a rise or a fall, and is neither favourable nor unfavourable
here. A short series of counts is read on means of years: chance alone moves a count n by some 2√n.
"""

from collections.abc import Iterable, Mapping
from math import sqrt

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES, DUREE_VARIATION
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.evaluation import mouvement
from ctglib.calculs.formules import ratio_pour_100, somme
from ctglib.calculs.suivi import LIGNE, comparer_millesimes, contexte_connu
from ctglib.donnees.modeles.catalogue import Indicateur, PetiteSerie, Unite
from ctglib.donnees.modeles.evaluation import SeuilsEvaluation, ThemeRevisite
from ctglib.donnees.modeles.sources import DonneesPubliques, LignePublique
from ctglib.donnees.statuts import Statut

MOYENNES = (
    "periode_avant",
    "moyenne_avant",
    "periode",
    "moyenne",
    "variation_des_moyennes",
    "hasard",
    "annees_notees",
    "note_des_annees",
)
COLONNES = (
    *LIGNE,
    "unite",
    "annee",
    "valeur",
    "statut",
    "annee_avant",
    "valeur_avant",
    "ecart",
    "lecture",
    "valeur_depart",
    "variation",
    "variation_depart",
    "variation_reference",
    "variation_reference_depart",
    *MOYENNES,
    "source",
    "note",
)
TROP_PEU = "trop_peu"


def contexte_du_territoire(
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    meanings: Mapping[str, Indicateur],
    seuils: SeuilsEvaluation,
    *,
    territoires: tuple[str, str],
    depart: int,
) -> pd.DataFrame:
    """Return one row a public series of the territory, in the order of the indicators, the whole
    before its modalités.

    ``territoires`` are its code and that of its reference; ``depart`` is the year before the
    convention, from which a longer change is read.

    Returns:
        The columns ``COLONNES``. ``lecture`` is "hausse", "baisse", "stable", "dans_le_bruit",
        "trop_peu", "rupture", "seule" (no earlier figure) or "absente"; ``variation…`` in %,
        missing across a break. A reference is read over the same years, never as a level. A short
        series has means of years, and no change from one year to another.
    """
    order = pd.Index(list(dict.fromkeys(indicateurs)))
    rows = []
    wanted = series[series["indicateur"].isin(order)].astype(
        {"annee": "int64", "valeur": "float64"}
    )
    wanted = wanted.sort_values("indicateur", key=order.get_indexer, kind="stable")
    own, other = (wanted[wanted["territoire"].eq(code)] for code in territoires)
    beside = {key: part.set_index("annee")["valeur"] for key, part in other.groupby(LIGNE)}
    for key, part in own.groupby(LIGNE, sort=False):
        item = meanings[key[0]]
        known = part[part["valeur"].notna()].sort_values("annee")
        latest = known.iloc[-1] if len(known) else part.loc[part["annee"].idxmax()]
        row = {**latest, "lecture": None}
        rows.append(row)
        if item.petite_serie:
            row |= {"lecture": "seule", **moyennes(known, item.petite_serie, seuils.hasard_ecarts)}
            continue
        values = known.set_index("annee")["valeur"]
        there = beside.get(key, pd.Series())
        last = latest["annee"]
        before = values.index[-2] if len(values) > 1 else np.nan
        for suffix, start in {"": before, "_depart": depart}.items():
            if start < last and not any(start < cut.annee <= last for cut in item.ruptures):
                row[f"variation{suffix}"] = variation(values, start, last)
                row[f"variation_reference{suffix}"] = variation(there, start, last)
        row |= {
            "annee_avant": before,
            "valeur_avant": values.get(before),
            "valeur_depart": values.get(depart),
        }
        if "variation" not in row:
            row["lecture"] = (
                "absente" if known.empty else "seule" if np.isnan(before) else "rupture"
            )
    types = {
        "annee": "Int64",
        "annee_avant": "Int64",
        "valeur_avant": "float64",
        "valeur_depart": "float64",
    }
    table = pd.DataFrame(rows, columns=list(COLONNES)).astype(types)
    items = [meanings[name] for name in table["indicateur"]]
    rules = {
        "arrondi": [item.arrondi_source or 0.0 for item in items],
        "hasard": [item.hasard for item in items],
    }
    moved, _ = mouvement(table.assign(valeur_precedente=table["valeur_avant"], **rules), seuils)
    gap = (table["valeur"] - table["valeur_avant"]).round(DECIMALES_EXACTES)
    return table.assign(ecart=gap, lecture=table["lecture"].fillna(moved))


def variation(valeurs: pd.Series, depart: float, annee: int) -> float:
    """Return the change of a series by year in %, missing when one of the two is not known, or the
    first is zero.
    """
    start = valeurs.get(depart, np.nan)
    return 100 * (valeurs.get(annee, np.nan) / start - 1) if start else np.nan


def moyennes(rows: pd.DataFrame, periodes: PetiteSerie, ecarts: float) -> dict[str, object]:
    """Return the two means of a short series, whose known years are given in order, and what chance
    explains of them.

    Returns:
        ``MOYENNES`` (``hasard`` is what chance moves one year by; ``annees_notees`` the years that
        bear a note, as the inferred ones do) and ``lecture``: "trop_peu", "hausse" or "baisse".
        Empty when a period has no known year.
    """
    first, last = periodes.avant
    later = rows[rows["annee"].ge(periodes.depuis)].tail(last - first + 1)
    before, after = parts = (rows[rows["annee"].between(first, last)], later)
    if before.empty or after.empty:
        return {}
    old, new = (float(part["valeur"].mean()) for part in parts)
    spans = [
        " à ".join(dict.fromkeys(part["annee"].iloc[[0, -1]].astype(int).astype(str)))
        for part in parts
    ]
    noted = pd.concat(parts)[lambda rows: rows["note"].fillna("").ne("")]
    explained = abs(new - old) <= ecarts * sqrt(old / len(before) + new / len(after))
    return {
        "periode_avant": spans[0],
        "moyenne_avant": old,
        "periode": spans[1],
        "moyenne": new,
        "variation_des_moyennes": 100 * (new / old - 1) if old else None,
        "hasard": ecarts * sqrt(new),
        "annees_notees": SEPARATEUR.join(str(int(annee)) for annee in noted["annee"]),
        "note_des_annees": noted["note"].iloc[0] if len(noted) else "",
        "lecture": TROP_PEU if explained else "hausse" if new > old else "baisse",
    }


def revisions_du_territoire(contexte: pd.DataFrame, annee: int) -> pd.DataFrame:
    """Return the public figures that last year's bilan gave otherwise; one that came out since is
    no revision.
    """
    table = comparer_millesimes(
        contexte_connu(contexte, annee - 1), contexte_connu(contexte, annee)
    )
    told = table["valeur_ancienne"].notna() & table["valeur"].ne(table["valeur_ancienne"])
    return table[told].reset_index(drop=True)


def trajectoires_du_territoire(
    series: pd.DataFrame,
    indicateurs: Iterable[str],
    meanings: Mapping[str, Indicateur],
    *,
    territoire: str,
    depuis: int,
) -> pd.DataFrame:
    """Return the years of the wholes of some series from a year on, as a chart of trajectories
    reads them.
    """
    wanted = pd.Index(list(indicateurs))
    own = (
        series["territoire"].eq(territoire)
        & series["annee"].ge(depuis)
        & series["dimension"].eq("")
    )
    rows = series[own & series["indicateur"].isin(wanted)].sort_values("annee")
    rows = rows.sort_values("indicateur", key=wanted.get_indexer, kind="stable", ignore_index=True)
    breaks = {(name, item.annee) for name in wanted for item in meanings[name].ruptures}
    return rows.assign(
        libelle=[meanings[name].libelle for name in rows["indicateur"]],
        serie="",
        rupture=[key in breaks for key in zip(rows["indicateur"], rows["annee"], strict=True)],
    )


# The diagnostic, then and now.

REVISITEES = (
    "theme",
    "indicateur",
    "libelle",
    "unite",
    "sens",
    "annee_avant",
    "avant",
    "annee",
    "apres",
    "variation_type",
    "variation",
    "variation_reference",
    "dans_le_bruit",
    "motif",
    "annee_rupture",
    "lecture",
    *MOYENNES,
)
POINTS = "points"
POURCENT = "pourcent"
SANS_DEPART = "depart_absent"
APRES_RUPTURE = "depart_rupture"
SANS_VALEUR = "sans_valeur"


def annee_du_diagnostic(annexe1: pd.DataFrame) -> int | None:
    """Return the year of most figures of Annexe 1, the earliest of equals; None when it has none."""
    years = annexe1.loc[annexe1["valeur"].notna(), "annee"].dropna()
    return int(years.mode().min()) if len(years) else None


def revisiter(
    contexte: pd.DataFrame,
    themes: Iterable[ThemeRevisite],
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    *,
    territoires: tuple[str, str],
    depart: int | None,
    hasard: float,
) -> pd.DataFrame:
    """Return one row a public series: its value in the year of the diagnostic, its latest, and what
    separates them.

    A short series is read on means of years, then and now. A series that breaks in between starts
    after its break. Rates change by points, everything else in %; the reference's change is over
    the same years. ``depart`` is the year of the diagnostic, ``hasard`` how many standard
    deviations chance is allowed in a short series.
    """
    whole = contexte[contexte["dimension"].eq("") & contexte["valeur"].notna()].sort_values("annee")
    rows = []
    known = dict(iter(whole.groupby(["indicateur", "territoire"])))
    for theme, name in [(one.theme, name) for one in themes for name in one.series]:
        item = indicateurs[name]
        parts = [known.get((name, code), whole[:0]) for code in territoires]
        own, other = (part.set_index("annee")["valeur"] for part in parts)
        row = {"theme": theme, "indicateur": name, "motif": SANS_VALEUR}
        row["variation_type"] = POINTS if unites[item.unite].ecart == POINTS else POURCENT
        row |= {field: getattr(item, field) for field in ("libelle", "unite", "sens")}
        if len(own):
            last = own.index[-1]
            broken = max((one.annee for one in item.ruptures if one.annee <= last), default=0)
            first = min(
                (year for year in own.index if year >= max(depart or 0, broken)), default=last
            )
            row |= {"annee": last, "apres": own[last], "motif": SANS_DEPART}
            if first != last:
                parted = depart is not None and broken > depart
                row |= {
                    "annee_avant": first,
                    "avant": own[first],
                    "motif": APRES_RUPTURE if parted else "",
                }
                row |= {"avant_la": other.get(first), "apres_la": other.get(last)}
                row["annee_rupture"] = broken if parted else None
        if item.petite_serie:
            means, beside = (moyennes(part, item.petite_serie, hasard) for part in parts)
            row |= means | {
                "annee_avant": None,
                "avant": means.get("moyenne_avant"),
                "apres": means.get("moyenne", row.get("apres")),
                "avant_la": beside.get("moyenne_avant"),
                "apres_la": beside.get("moyenne"),
                "motif": "" if means else SANS_DEPART,
            }
        rows.append(row)
    table = pd.DataFrame(rows, columns=[*REVISITEES, "avant_la", "apres_la"])
    table = table.astype(dict.fromkeys(("annee_avant", "annee", "annee_rupture"), "Int64"))
    table = table.astype(dict.fromkeys(("avant", "apres", "avant_la", "apres_la"), "float64"))
    in_points = table["variation_type"].eq(POINTS) & table["moyenne"].isna()
    for column, place in {
        "variation_reference": "_la",
        "variation": "",
    }.items():  # its own gap last: noise is of it
        start = table[f"avant{place}"].where(table["avant"].notna())
        gap = (table[f"apres{place}"] - start).round(DECIMALES_EXACTES)
        table[column] = gap.where(in_points, 100 * gap / start.where(start.ne(0)))
    steps = table["indicateur"].map(lambda name: indicateurs[name].arrondi_source or 0)
    return table.assign(dans_le_bruit=gap.abs().le(steps) & table["moyenne"].isna())[
        list(REVISITEES)
    ]


# A diagnostic renewed by public figures, for the next convention.

DECIMALES = 1
CLE_PUBLIQUE = ["indicateur", "territoire", "annee"]


def remplir(
    lignes: pd.DataFrame, publiques: pd.DataFrame, regles: DonneesPubliques, territoire: str
) -> pd.DataFrame:
    """Return the rows of a diagnostic, with the value of each that public figures give.

    The year of an indicator is the latest for which the territory has it, unless it is too old; its
    reference takes the same year, or is « non transmis ». A row that nothing fills takes the latest
    of these years: the one to ask for.

    ``lignes``: section, indicateur, territoire, annee, unite, and ``note``: what a row says that
    nothing fills. ``publiques``: territoire, annee, indicateur (the series), valeur, statut,
    source.

    Returns:
        The columns of ``annexe1.csv``, in the order of the rows.
    """
    found = pd.concat(
        [_publique(item, publiques, regles.mots["note"]) for item in regles.lignes],
        ignore_index=True,
    )
    years = found[found["territoire"].eq(territoire)].groupby("indicateur")["annee"].max()
    asked = years.max() if len(years) else lignes["annee"]
    years = years[years >= years.max() - regles.anciennete]
    before = found.assign(annee=found["annee"] + DUREE_VARIATION)[[*CLE_PUBLIQUE, "valeur"]]
    found = found.merge(before, "left", CLE_PUBLIQUE, suffixes=("", "_avant"))
    kept = found[found["annee"].eq(found["indicateur"].map(years))]
    table = lignes[["section", "indicateur", "territoire", "unite", "note"]]
    table = table.merge(kept, "left", ["indicateur", "territoire"])
    change = 100 * (table["valeur"] / table["valeur_avant"].where(table["valeur_avant"].ne(0)) - 1)
    return table.assign(
        annee=table["indicateur"].map(years).astype("Int64").fillna(asked),
        variation_5_ans=change.round(DECIMALES).where(table["unite"].eq("nombre")),
        statut=table["statut"].astype(object).fillna(str(Statut.NON_TRANSMIS)),
        note=table["dit"].astype(object).fillna(table["note"]),
    )[
        [
            "section",
            "indicateur",
            "territoire",
            "annee",
            "valeur",
            "variation_5_ans",
            "unite",
            "statut",
            "note",
        ]
    ]


def _publique(item: LignePublique, publiques: pd.DataFrame, note: str) -> pd.DataFrame:
    """Return what public series say of an indicator: a share is the quotient of the sums, never a
    mean of shares.
    """
    names = [*item.series, *item.sur]
    rows = publiques[publiques["indicateur"].isin(names)]
    counts = rows.pivot_table("valeur", ["territoire", "annee"], "indicateur").reindex(
        columns=names
    )
    values = somme(counts[list(item.series)])
    if item.sur:
        values = ratio_pour_100(values, somme(counts[list(item.sur)])).round(DECIMALES)
    told = note.format(
        source=" ; ".join(dict.fromkeys(rows.groupby("indicateur")["source"].last()))
    )
    table = values.rename("valeur").dropna().reset_index()
    guessed = rows[rows["statut"].eq(Statut.ESTIME)].set_index(["territoire", "annee"]).index
    status = table.set_index(["territoire", "annee"]).index.isin(guessed)
    return table.assign(
        indicateur=item.indicateur,
        statut=[str(Statut.ESTIME if one else Statut.NORMAL) for one in status],
        dit=f"{told} ; {item.reserve}" if item.reserve else told,
    )
