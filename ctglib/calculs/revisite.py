"""Annexe 1 then and now, by the public series that compare; and renewed by them for the next convention."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES, DUREE_VARIATION
from ctglib.calculs.formules import ratio_pour_100, somme
from ctglib.calculs.moyennes import MOYENNES, moyennes
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.catalogue import Indicateur, Unite
    from ctglib.donnees.modeles.evaluation import ThemeRevisite
    from ctglib.donnees.modeles.sources import DonneesPubliques, LignePublique

COLONNES = (
    "theme", "indicateur", "libelle", "unite", "sens", "annee_avant", "avant", "annee", "apres", "variation_type",
    "variation", "variation_reference", "dans_le_bruit", "motif", "annee_rupture", "lecture", *MOYENNES,
)  # fmt: skip
SERIE = ("indicateur", "territoire", "annee", "valeur")
POINTS, POURCENT, NOMBRE = "points", "pourcent", "nombre"
SANS_DEPART, APRES_RUPTURE, SANS_VALEUR = "depart_absent", "depart_rupture", "sans_valeur"


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
    """Return one row a public series: its value in the year of the diagnostic, its latest, and what separates them.

    A short series is read on means of years, then and now. A series that breaks in between starts after its break.
    Rates change by points, everything else in %; the reference's change is over the same years.

    Args:
        contexte: Public figures: territoire, annee, indicateur, dimension, valeur; one millésime each.
        themes: Which series speak of which theme.
        indicateurs: Meanings of the series.
        unites: ``ecart`` tells how two values compare.
        territoires: Codes of the territory and of its reference.
        depart: Year of the diagnostic.
        hasard: How many standard deviations chance is allowed in a short series.
    """
    whole = contexte[contexte["dimension"].eq("") & contexte["valeur"].notna()]
    known = _series(whole)
    rows = []
    for theme in themes:
        for name in theme.series:
            item = indicateurs[name]
            series = [known.get((name, code), {}) for code in territoires]
            row = {"theme": theme.theme, **_ligne(item, unites[item.unite], series, depart)}
            if item.petite_serie:
                years = [whole[whole["indicateur"].eq(name) & whole["territoire"].eq(code)] for code in territoires]
                row |= _en_moyennes(*(moyennes(own, item.petite_serie, hasard) for own in years))
            rows.append(row)
    kinds = dict.fromkeys(("annee_avant", "annee", "annee_rupture"), "Int64")
    reals = dict.fromkeys(
        (
            "avant",
            "apres",
            "variation",
            "variation_reference",
            "moyenne_avant",
            "moyenne",
            "variation_des_moyennes",
            "hasard",
        ),
        "float64",
    )
    return pd.DataFrame(rows, columns=list(COLONNES)).astype(kinds | reals | {"dans_le_bruit": "bool"})


def _series(whole: pd.DataFrame) -> dict[tuple[str, str], dict[int, float]]:
    """Return, by indicator and territory, the values of the whole by year."""
    found: dict[tuple[str, str], dict[int, float]] = {}
    for name, code, year, value in zip(*(whole[column] for column in SERIE), strict=True):
        found.setdefault((name, code), {})[int(year)] = float(value)
    return found


def _ligne(indicateur: Indicateur, unite: Unite, series: list[dict[int, float]], depart: int | None) -> dict:
    own, other = series
    named = {name: getattr(indicateur, name) for name in ("libelle", "unite", "sens")}
    kind = POINTS if unite.ecart == POINTS else POURCENT
    row = {"indicateur": indicateur.id, **named, "variation_type": kind, "dans_le_bruit": False, "motif": SANS_VALEUR}
    if not own:
        return row
    last = max(own)
    broken = max((item.annee for item in indicateur.ruptures if item.annee <= last), default=None)
    parted = broken is not None and depart is not None and broken > depart
    first = min((year for year in own if year >= max(depart or 0, broken or 0)), default=last)
    row |= {"annee": last, "apres": own[last], "motif": SANS_DEPART}
    if first == last:
        return row
    gap = abs(round(own[last] - own[first], DECIMALES_EXACTES))
    return row | {
        "annee_avant": first,
        "avant": own[first],
        "variation": _variation(own, first, last, kind),
        "variation_reference": _variation(other, first, last, kind),
        "dans_le_bruit": gap <= (indicateur.arrondi_source or 0),
        "motif": APRES_RUPTURE if parted else "",
        "annee_rupture": broken if parted else None,
    }


def _en_moyennes(own: Mapping[str, object], other: Mapping[str, object]) -> dict[str, object]:
    """Return what the means say in the place of two years: nothing when one of them is missing."""
    if not own:
        return {**dict.fromkeys(("avant", "annee_avant", "variation", "variation_reference")), "motif": SANS_DEPART}
    return {
        **own,
        "annee_avant": None,
        "avant": own["moyenne_avant"],
        "apres": own["moyenne"],
        "variation": own["variation_des_moyennes"],
        "variation_reference": other.get("variation_des_moyennes"),
        "motif": "",
    }


def _variation(serie: Mapping[int, float], first: int, last: int, kind: str) -> float | None:
    if first not in serie or last not in serie:
        return None
    if kind == POINTS:
        return round(serie[last] - serie[first], DECIMALES_EXACTES)
    return 100 * (serie[last] - serie[first]) / serie[first] if serie[first] else None


COLONNES_ANNEXE = (
    "section", "indicateur", "territoire", "annee", "valeur", "variation_5_ans", "unite", "statut", "note",
)  # fmt: skip
DECIMALES, CLE_PUBLIQUE = 1, ("indicateur", "territoire", "annee")


def remplir(lignes: pd.DataFrame, publiques: pd.DataFrame, regles: DonneesPubliques, territoire: str) -> pd.DataFrame:
    """Return the rows of a diagnostic, with the value of each that public figures give.

    The year of an indicator is the latest for which the territory has it, unless it is too old; its reference takes
    the same year, or is « non transmis ». A row that nothing fills takes the latest of these years: the one to ask for.

    Args:
        lignes: section, indicateur, territoire, annee, unite, and ``note``: what a row says that nothing fills.
        publiques: Public figures: territoire, annee, indicateur (the series), valeur, statut, source.
        regles: Which series say which indicator; what a filled row says.
        territoire: Code of the territory.

    Returns:
        The columns of ``annexe1.csv``, in the order of the rows.
    """
    found = pd.concat([_publique(item, publiques, regles.note) for item in regles.lignes], ignore_index=True)
    years = found[found["territoire"].eq(territoire)].groupby("indicateur")["annee"].max()
    asked = years.max() if len(years) else lignes["annee"]
    years = years[years >= years.max() - regles.anciennete]
    before = found.assign(annee=found["annee"] + DUREE_VARIATION)[[*CLE_PUBLIQUE, "valeur"]]
    found = found.merge(before, "left", [*CLE_PUBLIQUE], suffixes=("", "_avant"))
    kept = found[found["annee"].eq(found["indicateur"].map(years))]
    table = lignes[["section", "indicateur", "territoire", "unite", "note"]].merge(
        kept, "left", ["indicateur", "territoire"]
    )
    change = 100 * (table["valeur"] / table["valeur_avant"].where(table["valeur_avant"].ne(0)) - 1)
    return table.assign(
        annee=table["indicateur"].map(years).astype("Int64").fillna(asked),
        variation_5_ans=change.round(DECIMALES).where(table["unite"].eq(NOMBRE)),
        statut=table["statut"].astype(object).fillna(str(Statut.NON_TRANSMIS)),
        note=table["dit"].astype(object).fillna(table["note"]),
    )[list(COLONNES_ANNEXE)]


def _publique(item: LignePublique, publiques: pd.DataFrame, note: str) -> pd.DataFrame:
    """Return what public series say of an indicator: a share is the quotient of the sums, never a mean of shares."""
    names = [*item.series, *item.sur]
    rows = publiques[publiques["indicateur"].isin(names)]
    counts = rows.pivot_table(index=["territoire", "annee"], columns="indicateur", values="valeur").reindex(
        columns=names
    )
    values = somme(counts[list(item.series)])
    if item.sur:
        values = ratio_pour_100(values, somme(counts[list(item.sur)])).round(DECIMALES)
    told = note.format(source=" ; ".join(dict.fromkeys(rows.groupby("indicateur")["source"].last())))
    table = values.rename("valeur").dropna().reset_index()
    guessed = rows[rows["statut"].eq(Statut.ESTIME)].set_index(["territoire", "annee"]).index
    status = table.set_index(["territoire", "annee"]).index.isin(guessed)
    return table.assign(
        indicateur=item.indicateur,
        statut=[str(Statut.ESTIME if one else Statut.NORMAL) for one in status],
        dit=f"{told} ; {item.reserve}" if item.reserve else told,
    )


def annees_renouvelees(annexe1: pd.DataFrame) -> list[int]:
    """Return the years of the values that are there, in order."""
    return sorted({int(year) for year in annexe1.loc[annexe1["valeur"].notna(), "annee"]})
