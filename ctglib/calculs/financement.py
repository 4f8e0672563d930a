"""The financing plan of a convention: what each line plans, and what was spent of it."""

from collections.abc import Mapping

import pandas as pd

from ctglib.donnees.modeles.convention import Financement, LigneDeFinancement
from ctglib.donnees.statuts import PROVISOIRES

EUROS = "euros"
EN_EUROS = {"euros": 1, "k_euros": 1000}  # how many euros an amount of the plan is worth
MONTANTS = ["prevu", "depense"]


def rapprocher_du_plan(
    financement: Financement, moyens: Mapping[int, pd.DataFrame]
) -> pd.DataFrame:
    """Return what each line of the plan plans for each year, and what was spent of it.

    What was spent is the sum of the means in euros of its payer, of its poste and of its fiche
    where it names them. A line whose payer has not signed, or that names neither a poste nor a
    fiche, is not followed: nothing of the follow-up is its own.

    Args:
        financement: The plan; its unit is that of all that is returned.
        moyens: The means of each year (see ``donnees.suivi.Suivi``).

    Returns:
        One row a line and year: rang (of the line), annee, prevu (missing when the plan writes
        nothing for the year), depense (the sum of what is known, missing when nothing is), suivie,
        incomplet (a means of a followed line is not known, or none was handed in for a year when
        the plan writes an amount), provisoire (a means is provisional or estimated).
    """
    table = []
    for rang, ligne in enumerate(financement.lignes):
        for annee, moyens_de_l_annee in moyens.items():
            moyens_de_la_ligne = _moyens_de_la_ligne(ligne, moyens_de_l_annee)
            if not ligne.suivie:
                moyens_de_la_ligne = moyens_de_la_ligne.head(0)
            valeurs = moyens_de_la_ligne["valeur"]
            # Nothing is awaited of a year for which the plan writes nothing.
            manque = annee in ligne.montants if valeurs.empty else bool(valeurs.isna().any())
            table.append(
                {
                    "rang": rang,
                    "annee": annee,
                    "prevu": ligne.montants.get(annee),
                    "depense": valeurs.sum(min_count=1) / EN_EUROS[financement.unite],
                    "suivie": ligne.suivie,
                    "incomplet": ligne.suivie and manque,
                    "provisoire": bool(moyens_de_la_ligne["statut"].isin(PROVISOIRES).any()),
                }
            )
    return pd.DataFrame(table).astype(dict.fromkeys(MONTANTS, float))


def _moyens_de_la_ligne(ligne: LigneDeFinancement, moyens: pd.DataFrame) -> pd.DataFrame:
    """Return the means that a line of the plan is about."""
    de_la_ligne = moyens["signataire"].eq(ligne.payeur or "")
    if ligne.poste:
        de_la_ligne &= moyens["poste"].eq(ligne.poste)
    else:
        de_la_ligne &= moyens["nature"].eq(EUROS)
    if ligne.fiche:
        de_la_ligne &= moyens["fiche"].astype("string").eq(str(ligne.fiche)).fillna(False)
    return moyens[de_la_ligne]


def additionner(rapproches: pd.DataFrame, cles: list[str]) -> pd.DataFrame:
    """Return the sums of some rows of ``rapprocher_du_plan``, or of its sums, by group.

    Returns:
        The columns ``cles``, prevu, depense (the sum of what is known), suivie (one of the rows
        is), incomplet (what was spent is at least the sum), provisoire (one is), hors_suivi (what
        is planned by the rows that are not followed: nothing spent stands beside it).
    """
    hors_suivi = rapproches["prevu"].where(~rapproches["suivie"], 0)
    groupes = rapproches.assign(hors_suivi=hors_suivi.fillna(0)).groupby(cles, sort=False)
    sommes = groupes[MONTANTS].sum(min_count=1)
    return sommes.assign(
        suivie=groupes["suivie"].any(),
        incomplet=groupes["incomplet"].any(),
        provisoire=groupes["provisoire"].any(),
        hors_suivi=groupes["hors_suivi"].sum(),
    ).reset_index()
