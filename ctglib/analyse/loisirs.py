"""Fiche 2: how full the accueils are, and how many hours the children with AEEH come for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.analyse.annees import details, ensemble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.analyses import IndicateursLoisirs
    from ctglib.donnees.modeles.catalogue import Indicateur

OCCUPATION = (
    "modalite", "libelle", "capacite", "statut_capacite", "offertes", "statut_offertes", "realisees",
    "statut_realisees", "taux", "statut_taux", "taux_precedent", "statut_precedent",
)  # fmt: skip
INCLUSION = (
    "modalite", "libelle", "enfants", "statut_enfants", "enfants_precedent", "statut_precedent", "heures",
    "statut_heures", "heures_par_enfant",
)  # fmt: skip
NON_TRANSMIS, SANS_OBJET, SECRET = "L", "M", "Q"
ABSENCES = (SECRET, NON_TRANSMIS, "O", SANS_OBJET)
GRAVITE = (*ABSENCES, "P", "E", "A")


def occupation(table: pd.DataFrame, noms: IndicateursLoisirs, annee: int) -> pd.DataFrame:
    """Return, by dispositif, the hours offered and realised of a year and the rate they make, beside last year's.

    The last row is the whole (modalité ""): the entered one, failing that the sum of the dispositifs, and its rate the
    quotient of the sums, known only when all of them are.

    Args:
        table: What ``annees`` returns.
        noms: Which indicator is which.
        annee: Year.
    """
    now, before = _colonnes(table, noms, annee), _colonnes(table, noms, annee - 1)
    both = now.join(before[["taux", "statut_taux"]].add_suffix("_avant"))
    named = both.rename(columns={"taux_avant": "taux_precedent", "statut_taux_avant": "statut_precedent"})
    return named.assign(statut_precedent=named["statut_precedent"].fillna(NON_TRANSMIS)).reset_index()[list(OCCUPATION)]


def inclusion(
    table: pd.DataFrame, noms: IndicateursLoisirs, annee: int, indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return, by dispositif then whole, the children with AEEH of a year and the one before, and their hours.

    ``heures_par_enfant`` needs both figures: a hidden count has none, so that the hours do not give it away. The hours
    of the whole are the sum of the dispositifs' where nobody entered them; the children are never added up.

    Args:
        table: What ``annees`` returns.
        noms: Which indicator is which.
        annee: Year.
        indicateurs: The catalogue: a dispositif that an indicator does not concern has no such figure.
    """
    read = {
        "enfants": (noms.aeeh, annee, "statut_enfants"),
        "enfants_precedent": (noms.aeeh, annee - 1, "statut_precedent"),
        "heures": (noms.heures_aeeh, annee, "statut_heures"),
    }
    frames = {column: _annee(table, name, year) for column, (name, year, _) in read.items()}
    names = list(dict.fromkeys(name for frame in frames.values() for name in frame.index))
    joined = pd.DataFrame({"libelle": _libelles(frames.values()).reindex(names)}, index=names)
    for column, (name, _, status) in read.items():
        known = frames[column].reindex(names)
        concerned = [mode == "" or mode in (indicateurs[name].modalites or names) for mode in names]
        absent = pd.Series([NON_TRANSMIS if here else SANS_OBJET for here in concerned], names)
        joined = joined.assign(**{column: known["valeur"], status: known["statut"].fillna(absent)})
    joined = _heures_de_l_ensemble(joined)
    mean = joined["heures"] / joined["enfants"].where(joined["enfants"] > 0)
    return _ensemble_a_la_fin(joined.assign(heures_par_enfant=mean)).reset_index(names="modalite")[list(INCLUSION)]


def _heures_de_l_ensemble(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with the hours of the whole, added up where nobody entered them."""
    if "" not in rows.index or rows.loc["", "statut_heures"] != NON_TRANSMIS:
        return rows
    total, status = _somme(rows[rows.index != ""], "heures")
    whole = rows.index == ""
    return rows.assign(
        heures=rows["heures"].mask(whole, total), statut_heures=rows["statut_heures"].mask(whole, status)
    )


def part(numerateur: float, denominateur: float) -> float:
    """Return 100 × numerator / denominator, missing when one is missing or the denominator is zero."""
    return 100 * numerateur / denominateur if denominateur else float("nan")


def _colonnes(table: pd.DataFrame, noms: IndicateursLoisirs, annee: int) -> pd.DataFrame:
    """Return capacity, hours and rate of a year by dispositif, with the whole as the last row."""
    read = {
        "capacite": _annee(table, noms.capacite, annee),
        "offertes": _annee(table, noms.heures_offertes, annee),
        "realisees": _annee(table, noms.heures, annee),
        "taux": _annee(table, noms.occupation, annee),
    }
    names = list(dict.fromkeys(name for frame in read.values() for name in frame.index))
    columns: dict[str, pd.Series] = {}
    for column, frame in read.items():
        whole = frame.reindex(names)
        columns |= {column: whole["valeur"], f"statut_{column}": whole["statut"].fillna(NON_TRANSMIS)}
    joined = pd.DataFrame(columns).assign(libelle=_libelles(read.values()).reindex(names))
    return _ensemble_a_la_fin(_avec_ensemble(joined).rename_axis("modalite"))


def _libelles(frames: Iterable[pd.DataFrame]) -> pd.Series:
    """Return the label of each modalité."""
    labels = pd.concat([frame["libelle"] for frame in frames])
    return labels[~labels.index.duplicated()]


def _avec_ensemble(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows with a whole: its hours are the sums where nobody entered them, its rate their quotient."""
    parts = rows[rows.index != ""]
    whole = rows.loc[""].to_dict() if "" in rows.index else {"libelle": "", "capacite": float("nan")}
    if whole.get("statut_capacite", NON_TRANSMIS) == NON_TRANSMIS:
        whole["statut_capacite"] = SANS_OBJET  # places of different moments are not added up
    for name in ("offertes", "realisees"):
        if whole.get(f"statut_{name}", NON_TRANSMIS) == NON_TRANSMIS:
            whole[name], whole[f"statut_{name}"] = _somme(parts, name)
    entered = whole.get("statut_taux", NON_TRANSMIS) != NON_TRANSMIS
    if not entered:
        whole["taux"] = part(whole["realisees"], whole["offertes"])
        statuses = (SANS_OBJET if whole["offertes"] == 0 else whole["statut_offertes"], whole["statut_realisees"])
        whole["statut_taux"] = min(statuses, key=GRAVITE.index)
    return pd.concat([parts, pd.DataFrame([whole], index=[""])]) if len(parts) else pd.DataFrame([whole], index=[""])


def _somme(parts: pd.DataFrame, nom: str) -> tuple[float, str]:
    """Return the sum of what concerns the dispositifs and its status: a missing part makes it missing."""
    concerned = parts[parts[f"statut_{nom}"].ne(SANS_OBJET)]
    if concerned.empty:
        return float("nan"), NON_TRANSMIS
    return concerned[nom].sum(skipna=False), min(concerned[f"statut_{nom}"], key=GRAVITE.index)


def _annee(table: pd.DataFrame, identifiant: str, annee: int) -> pd.DataFrame:
    """Return the rows of an indicator in a year, by modalité (« » for the whole): libelle, valeur, statut."""
    parts = details(table, identifiant)
    rows = parts[parts["annee"].eq(annee)].set_index("modalite")
    found = rows[["libelle_modalite", "valeur", "statut"]].rename(columns={"libelle_modalite": "libelle"})
    whole = ensemble(table, identifiant)
    if annee not in whole.index:
        return found
    return pd.concat([found, whole.loc[[annee]].assign(libelle="").set_axis([""])])


def _ensemble_a_la_fin(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([rows[rows.index != ""], rows[rows.index == ""]])
