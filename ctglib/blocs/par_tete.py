"""What the Caf pays by head, beside the reference, and what the contract before the convention paid."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pandas as pd

from ctglib.blocs.theme import lieux_et_dates
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import avec_unite, enumerer, majuscule, minuscule, nombre
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.rapports import ContratPrecedent, MontantsParTete

FOIS = 1.05  # closer than that, two amounts by head are alike
COLONNES = ["id", "libelle", "mot", "par", "annee", "montant", "montant_reference", "tete", "tete_reference", "fois"]


def par_tete(comparaison: pd.DataFrame, regles: Iterable[MontantsParTete]) -> pd.DataFrame:
    """Return a row a rule of which the territory has every amount and the count of heads, zero amounts included.

    Returns:
        The columns ``COLONNES``; ``fois`` is how many times more the reference pays by head, missing when one of the
        two is absent or zero.
    """
    values = comparaison.set_index("indicateur")[["valeur", "valeur_reference", "annee"]]
    rows = []
    for rule in regles:
        known = values.reindex([*rule.montants, rule.par])
        if known["valeur"].isna().any():
            continue
        counts = known.iloc[-1][["valeur", "valeur_reference"]].astype("float64")
        sums = known.iloc[:-1][["valeur", "valeur_reference"]].sum(skipna=False)
        here, there = sums / counts.where(counts.gt(0))
        times = there / here if here else float("nan")
        rows.append((rule.id, rule.libelle, rule.mot, rule.par, known["annee"].iloc[0], *sums, here, there, times))
    return pd.DataFrame(rows, columns=COLONNES).dropna(subset="tete", ignore_index=True)


def tableau_par_tete(montants: pd.DataFrame, contexte: Contexte, doutes: Collection[str]) -> Tableau:
    """Return the amounts: in all, then by head in both territories; a doubtful count of heads is marked."""
    here, there = contexte.territoire.nom, contexte.reference.nom
    doubtful = "(?) Le nombre d'enfants est à vérifier : le contrôle de la convention dit pourquoi."
    return Tableau.de(
        montants,
        [
            Colonne("objet", "Ce que la Caf verse", ecrire=lambda row: (
                f"{row['libelle']}, par {row['mot']}" + " (?)" * (row["par"] in doutes))),
            Colonne("montant", f"En tout, {here}", True, ecrire=_euros),
            Colonne("tete", here, True, "Par tête", _euros),
            Colonne("tete_reference", there, True, "Par tête", _euros),
        ],
        nom="par-tete",
        titre=f"Action sociale de la Caf par tête, {lieux_et_dates(contexte, montants['annee'])}",
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        notes=(doubtful,) * int(montants["par"].isin(list(doutes)).any()),
    )  # fmt: skip


def _euros(valeur: float) -> str:
    return RIEN if pd.isna(valeur) else avec_unite(valeur, "€", 0)


def phrases_par_tete(montants: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return where the reference pays most more by head, then where the territory is ahead, in words."""
    known = montants.assign(ecart=montants["tete_reference"] - montants["tete"]).sort_values("ecart", ascending=False)
    told = [
        f"L'écart le plus large est celui de « {minuscule(first.libelle)} » : par {first.mot}, la Caf verse "
        f"{nombre(first.fois, 1)} fois plus {contexte.reference.a}."
        for first in known[known["fois"].ge(FOIS)].head(1).itertuples()
    ]
    if ahead := [f"« {minuscule(name)} »" for name in known.loc[known["fois"].le(1 / FOIS), "libelle"]]:
        told.append(f"Elle verse en revanche davantage {contexte.territoire.a} pour {enumerer(ahead)}.")
    return told


def phrase_du_contrat(
    comparaison: pd.DataFrame, contrat: ContratPrecedent, convention: Convention, contexte: Contexte
) -> list[str]:
    """Return what the contract before the convention paid, which the convention takes as its base, and what to ask for.

    Nothing without an amount, or when the convention does not say how it is funded.
    """
    amounts = comparaison.set_index("indicateur").reindex(list(contrat.montants)).dropna(subset="valeur")
    clause = convention.clause("moyens")
    if amounts.empty or clause is None:
        return []
    year, before = int(amounts["annee"].iloc[0]), convention.debut.year - 1
    parts = [f"{_euros(value)} pour le {contrat.montants[name]}" for name, value in amounts["valeur"].items()]
    total = f", soit {_euros(amounts['valeur'].sum())}" if len(parts) > 1 else ""
    told = f"En {year}, le {contrat.nom} versait {contexte.territoire.a} {enumerer(parts)}{total}."
    if year == before:
        return [told]
    rule = (
        f"{majuscule(clause.texte)} ({convention.citer('moyens')})" if clause.texte else "L'année d'avant sert de base"
    )
    return [f"{told} {rule} : le montant de {before} est à demander à la Caf."]
