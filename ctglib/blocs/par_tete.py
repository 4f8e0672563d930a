"""What the Caf pays by head, beside the reference, and what the contract before the convention paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import lieux_et_dates
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import enumerer, majuscule, minuscule, nombre

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import ContratPrecedent, ParTete
    from ctglib.donnees.modeles.convention import Convention

EUROS = "\u00a0€"
FOIS = 1.05  # closer than that, two amounts by head are alike


def par_tete(comparaison: pd.DataFrame, regles: Iterable[ParTete]) -> pd.DataFrame:
    """Return a row a rule of which the territory has every amount and the count of heads, zero amounts included.

    Returns:
        id, libelle, mot, par, annee, montant, montant_reference, tete, tete_reference, fois (how many times more the
        reference pays by head; missing when one of the two is absent or zero).
    """
    known = comparaison.set_index("indicateur")
    rows = []
    for rule in regles:
        names = [*rule.montants, rule.par]
        if not set(names) <= set(known.index) or known.loc[names, "valeur"].isna().any():
            continue
        sums = known.loc[rule.montants, ["valeur", "valeur_reference"]].sum(skipna=False)
        heads = known.loc[rule.par, ["valeur", "valeur_reference"]].where(lambda counts: counts > 0)
        here, there = (sums / heads).astype("float64")
        year, times = known.loc[rule.montants[0], "annee"], there / here if here else float("nan")
        rows.append((rule.id, rule.libelle, rule.mot, rule.par, year, *sums, here, there, times))
    names = ["id", "libelle", "mot", "par", "annee", "montant", "montant_reference", "tete", "tete_reference", "fois"]
    return pd.DataFrame(rows, columns=names).dropna(subset="tete", ignore_index=True)


def tableau_par_tete(montants: pd.DataFrame, contexte: Contexte, doutes: Collection[str]) -> Tableau:
    """Return the amounts: in all, then by head in both territories; a doubtful count of heads is marked.

    Args:
        montants: As ``par_tete`` returns it.
        contexte: The words.
        doutes: The doubtful indicators.
    """
    doubtful = montants["par"].isin(list(doutes))

    def libelle(row: pd.Series) -> str:
        return f"{row['libelle']}, par {row['mot']}" + (" (?)" if row["par"] in doutes else "")

    group = "Par tête"
    return Tableau.de(
        montants,
        [
            Colonne("objet", "Ce que la Caf verse", ecrire=libelle),
            Colonne("montant", f"En tout, {contexte.territoire.nom}", numerique=True, ecrire=_euros),
            Colonne("tete", contexte.territoire.nom, numerique=True, groupe=group, ecrire=_euros),
            Colonne("tete_reference", contexte.reference.nom, numerique=True, groupe=group, ecrire=_euros),
        ],
        nom="par-tete",
        titre=f"Action sociale de la Caf par tête, {lieux_et_dates(contexte, montants['annee'])}",
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        notes=("(?) Le nombre d'enfants est à vérifier : le contrôle de la convention dit pourquoi.",)
        * int(doubtful.any()),
    )


def _euros(valeur: float) -> str:
    return "–" if pd.isna(valeur) else nombre(valeur) + EUROS


def phrases_par_tete(montants: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return where the reference pays most more by head, then where the territory is ahead, in words.

    Args:
        montants: As ``par_tete`` returns it.
        contexte: The two territories.
    """
    known = montants.dropna(subset="fois").assign(ecart=montants["tete_reference"] - montants["tete"])
    known = known.sort_values("ecart", ascending=False)
    behind, ahead = known[known["fois"] >= FOIS], known[known["fois"] <= 1 / FOIS]
    told = []
    if len(behind):
        first = behind.iloc[0]
        told.append(
            f"L'écart le plus large est celui de « {minuscule(first['libelle'])} » : par {first['mot']}, la Caf verse "
            f"{nombre(first['fois'], 1)} fois plus {contexte.reference.a}."
        )
    if len(ahead):
        names = enumerer([f"« {minuscule(name)} »" for name in ahead["libelle"]])
        told.append(f"Elle verse en revanche davantage {contexte.territoire.a} pour {names}.")
    return told


def phrase_du_contrat(
    comparaison: pd.DataFrame, contrat: ContratPrecedent, convention: Convention, contexte: Contexte
) -> str:
    """Return what the contract before the convention paid, which the convention takes as its base, and what to ask for.

    Nothing without an amount, or when the convention does not say how it is funded.
    """
    known = comparaison.set_index("indicateur")
    clause = convention.clause("moyens")
    names = [name for name in contrat.montants if name in known.index and pd.notna(known.loc[name, "valeur"])]
    if not names or clause is None:
        return ""
    year = int(known.loc[names[0], "annee"])
    amounts = known.loc[names, "valeur"]
    parts = enumerer([f"{_euros(amounts[name])} pour le {contrat.montants[name]}" for name in names])
    total = f", soit {_euros(amounts.sum())}" if len(names) > 1 else ""
    told = f"En {year}, le {contrat.nom} versait {contexte.territoire.a} {parts}{total}."
    before = convention.debut.year - 1
    if year == before:
        return told
    rule = (
        f"{majuscule(clause.texte)} ({convention.citer('moyens')})" if clause.texte else "L'année d'avant sert de base"
    )
    return f"{told} {rule} : le montant de {before} est à demander à la Caf."
