"""The means of each signatory: euros with euros, full-time equivalents with full-time equivalents, never together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import ReferentielEmploi

PAR_SIGNATAIRE = ("signataire", "fiche", "nature")
PAR_STRUCTURE = ("structure", "signataire", "nature", "poste")
TOTAL = ("valeur", "valeur_connue", "lignes", "manquantes", "statut")
SANS_OBJET, ETP = "M", "etp"
ABSENCES = ("Q", "L", "O")  # « sans objet » is nothing to add, the others are something unknown
GRAVITE = (*ABSENCES, "P", "E", "A", SANS_OBJET)


def moyens_par_signataire(moyens: pd.DataFrame, referentiel: ReferentielEmploi) -> pd.DataFrame:
    """Return the total of each signatory for each fiche and nature, and what its posts would cost at the référentiel.

    A line that is not known makes the total unknown: ``valeur_connue`` is then « at least ». A means that belongs to no
    fiche has an empty fiche and is apart.

    Args:
        moyens: signataire, fiche, structure, nature, poste, valeur, statut.
        referentiel: ``cout_etp``: euros a year for one full-time equivalent.

    Returns:
        signataire, fiche (Int64), nature, the columns ``TOTAL``, and ``cout_reference``: euros, for ETP only.
    """
    table = _totaux(moyens, PAR_SIGNATAIRE)
    return table.assign(cout_reference=(table["valeur"] * referentiel.cout_etp).where(table["nature"].eq(ETP)))


def moyens_par_structure(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return what each signatory brings to each structure, line by line of the budget; lines without structure are out.

    Returns:
        structure, signataire, nature, poste and the columns ``TOTAL``.
    """
    return _totaux(moyens[moyens["structure"].ne("")], PAR_STRUCTURE)


def _totaux(moyens: pd.DataFrame, cles: tuple[str, ...]) -> pd.DataFrame:
    """Return the sum of each group, in order of first appearance."""
    missing = moyens["statut"].isin(ABSENCES)
    rank = moyens["statut"].map(GRAVITE.index).astype("Int64")
    told = moyens.assign(manquante=missing, rang=rank)
    groups = told.groupby(list(cles), sort=False, dropna=False)
    table = groups.agg(
        valeur_connue=("valeur", lambda valeurs: valeurs.sum(min_count=1)),
        lignes=("valeur", "size"),
        manquantes=("manquante", "sum"),
        rang=("rang", "min"),
    ).reset_index()
    table = table.assign(
        valeur=table["valeur_connue"].where(table["manquantes"].eq(0)),
        statut=[GRAVITE[rang] for rang in table["rang"]],
    )
    kinds = {"valeur": "float64", "valeur_connue": "float64", "lignes": "Int64", "manquantes": "Int64"}
    return table[[*cles, *TOTAL]].astype(kinds)
