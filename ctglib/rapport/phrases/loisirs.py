"""Fiche 2 in sentences: who comes, how full the accueils are, the children with AEEH, the stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.loisirs import SECRET, part
from ctglib.document.blocs import Bloc, liste
from ctglib.document.mesures import ligne, marquer, mesure, mesures
from ctglib.document.typographie import compter, enumerer, minuscule, nombre, points, pourcent

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.analyses import IndicateursLoisirs
    from ctglib.donnees.modeles.evaluation import Evaluation

HAUSSES, BAISSES, EGALES = "en hausse", "en baisse", "sans changement"
SANS_DIRECTION = "sans direction, trop peu pour conclure"
CONVENTION = "convention"  # where an initial value comes from


def frequentation(evaluation: pd.DataFrame, indicateur: str, contexte: Contexte, mots: Evaluation) -> Bloc:
    """Return the count of different persons, then which dispositifs rise and fall, and which can't be compared.

    Args:
        evaluation: The scoring of the year.
        indicateur: The count of persons, by dispositif.
        contexte: The words.
        mots: The words of the scoring.
    """
    rows = evaluation[evaluation["indicateur"].eq(indicateur) & evaluation["modalite"].ne("")]
    whole = ligne(evaluation, indicateur)
    told = [mesure(whole, contexte, mots)] if whole is not None else []
    return liste([*told, *_mouvements(rows, contexte, mots)])


def _mouvements(rows: pd.DataFrame, contexte: Contexte, mots: Evaluation) -> list[str]:
    """Return one sentence a direction, its dispositifs with their change; one a reason, those that don't compare."""
    gap = (rows["valeur"] - rows["valeur_precedente"]).where(~rows["raison_evolution"].isin(_coupures(mots)))
    chance = rows["evolution"].eq("trop_peu")
    groups = {HAUSSES: gap.gt(0) & ~chance, BAISSES: gap.lt(0) & ~chance, SANS_DIRECTION: chance, EGALES: gap.eq(0)}
    told = []
    for word, concerned in groups.items():
        if not concerned.any():
            continue
        named = [
            minuscule(row.libelle_modalite)
            + (f" ({contexte.ecart(row.indicateur, row.ecart, '')} depuis {row.annee_precedente})" if row.ecart else "")
            for row in rows.assign(ecart=gap)[concerned].itertuples()
        ]
        told.append(f"{compter(len(named), 'dispositif')} {word} : {' ; '.join(named)}.")
    return told + _sans_comparaison(rows[gap.isna()], len(rows), contexte, mots)


def _coupures(mots: Evaluation) -> list[str]:
    return [name for name in mots.raisons if name in ("rupture", "changement_definition")]


def _sans_comparaison(rows: pd.DataFrame, total: int, contexte: Contexte, mots: Evaluation) -> list[str]:
    """Return one sentence a reason; ``total`` dispositifs in all."""
    reasons: dict[str, list[str]] = {}
    for row in rows.itertuples():
        reasons.setdefault(_pourquoi(row, contexte, mots), []).append(minuscule(row.libelle_modalite))
    if [len(names) for names in reasons.values()] == [total]:
        return [f"Aucun dispositif ne se compare ({next(iter(reasons))})."]
    return [
        f"{compter(len(names), 'dispositif')} sans comparaison ({why}) : {' ; '.join(names)}."
        for why, names in reasons.items()
    ]


def _pourquoi(row: object, contexte: Contexte, mots: Evaluation) -> str:
    if pd.isna(row.valeur):
        return contexte.absence(row.statut)
    if pd.isna(row.valeur_precedente):
        word = contexte.absence(row.statut_precedent)
        return f"{word} en {row.annee_precedente}" if word else mots.raisons["sans_valeur_precedente"]
    return mots.raisons[row.raison_evolution]


def occupation(table: pd.DataFrame) -> Bloc:
    """Return the rate of the whole and its change, then the fullest and the emptiest dispositif.

    Args:
        table: What ``ctglib.calculs.loisirs.occupation`` returns.
    """
    whole, parts = table[table["modalite"].eq("")], table[table["modalite"].ne("")]
    known = parts[parts["taux"].notna()].sort_values("taux", kind="stable")
    told = [_taux_d_ensemble(row) for row in whole.itertuples() if pd.notna(row.taux)]
    if len(known) > 1:
        low, high = (f"{row.libelle}, {pourcent(row.taux)}" for row in (known.iloc[0], known.iloc[-1]))
        told.append(f"Le plus occupé : {high}. Le moins occupé : {low}.")
    unknown = [minuscule(row.libelle) for row in parts[parts["taux"].isna()].itertuples()]
    if unknown and (told or len(known)):
        told.append(f"Taux inconnu : {' ; '.join(unknown)}.")
    return liste(told)


def _taux_d_ensemble(row: object) -> str:
    change = ""
    if pd.notna(row.taux_precedent):
        change = f", contre {pourcent(row.taux_precedent)} l'année précédente ({points(row.taux - row.taux_precedent)})"
    return (
        f"Sur {marquer(nombre(row.offertes), row.statut_offertes)} heures offertes, "
        f"{marquer(nombre(row.realisees), row.statut_realisees)} ont été réalisées : un taux d'occupation de "
        f"{pourcent(row.taux)}{change}."
    )


def inclusion(
    evaluation: pd.DataFrame, noms: IndicateursLoisirs, table: pd.DataFrame, contexte: Contexte, mots: Evaluation
) -> Bloc:
    """Return how many children with AEEH came, which share they are, and their hours; a hidden count gives no share.

    Args:
        evaluation: The scoring of the year.
        noms: Which indicator is which.
        table: What ``ctglib.calculs.loisirs.inclusion`` returns.
        contexte: The words.
        mots: The words of the scoring.
    """
    told = mesures(evaluation, (noms.aeeh,), contexte, mots) + _heures(evaluation, noms, table, contexte, mots)
    rows = [ligne(evaluation, name) for name in (noms.aeeh, noms.frequentation)]
    if all(row is not None and pd.notna(row["valeur"]) and row["valeur"] > 0 for row in rows):
        share = pourcent(part(rows[0]["valeur"], rows[1]["valeur"]))
        told.append(f"Ils sont {share} des enfants et des jeunes accueillis.")
    return liste([*told, *_accueils(table[table["modalite"].ne("")])])


def _heures(
    evaluation: pd.DataFrame, noms: IndicateursLoisirs, table: pd.DataFrame, contexte: Contexte, mots: Evaluation
) -> list[str]:
    """Return the hours entered for the whole, failing that the sum of those of the dispositifs."""
    row, whole = ligne(evaluation, noms.heures_aeeh), table[table["modalite"].eq("")]
    if row is None or pd.notna(row["valeur"]) or whole.empty or pd.isna(whole.iloc[0]["heures"]):
        return mesures(evaluation, (noms.heures_aeeh,), contexte, mots)
    label = contexte.indicateurs[noms.heures_aeeh].libelle
    hours = contexte.valeur(noms.heures_aeeh, whole.iloc[0]["heures"])
    return [f"{label} : {hours} en {row['annee']}, somme des dispositifs."]


def _accueils(parts: pd.DataFrame) -> list[str]:
    present = [minuscule(row.libelle) for row in parts[parts["enfants"].gt(0)].itertuples()]
    absent = [minuscule(row.libelle) for row in parts[parts["enfants"].eq(0)].itertuples()]
    hidden = [minuscule(row.libelle) for row in parts[parts["statut_enfants"].eq(SECRET)].itertuples()]
    told = (("Accueillis", present), ("Aucun enfant", absent), ("Nombre sous secret", hidden))
    return [f"{word} : {' ; '.join(names)}." for word, names in told if names]


def sejour(evaluation: pd.DataFrame, noms: IndicateursLoisirs, contexte: Contexte, mots: Evaluation) -> Bloc:
    """Return the places, length and participants of the stay, and how full it was.

    Args:
        evaluation: The scoring of the year.
        noms: Which indicator is which.
        contexte: The words.
        mots: The words of the scoring.
    """
    told = mesures(evaluation, (noms.sejour_places, noms.sejour_jours, noms.sejour_participants), contexte, mots)
    rows = [ligne(evaluation, name) for name in (noms.sejour_participants, noms.sejour_places)]
    if all(row is not None and pd.notna(row["valeur"]) for row in rows) and rows[1]["valeur"]:
        gone, places = (row["valeur"] for row in rows)
        told.append(f"Le séjour a rempli {pourcent(part(gone, places), 0)} de ses places.")
    return liste([*told, *_sejour_ecrit(evaluation, noms, contexte)])


def _sejour_ecrit(evaluation: pd.DataFrame, noms: IndicateursLoisirs, contexte: Contexte) -> list[str]:
    """Return what the convention describes of the stay, which its fiche wants maintained."""
    places, days = (ligne(evaluation, name) for name in (noms.sejour_places, noms.sejour_jours))
    written = [
        text(row["valeur_initiale"])
        for row, text in (
            (places, lambda count: compter(count, "place")),
            (days, lambda count: contexte.valeur(noms.sejour_jours, count)),
        )
        if row is not None and row["origine_initiale"] == CONVENTION
    ]
    return [f"D'après l'annexe 2 : {enumerer(written)}, à maintenir."] if written else []
