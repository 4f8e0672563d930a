"""The means of each signatory: euros with euros, full-time equivalents with full-time equivalents, never together.

Each total has its keys, then the columns ``TOTAL``: a line that is not known makes ``valeur`` unknown, and
``valeur_connue`` is then « at least ».
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.donnees.statuts import PROVISOIRES, Statut

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import ReferentielEmploi

PAR_SIGNATAIRE = ("signataire", "fiche", "nature")
PAR_STRUCTURE = ("structure", "signataire", "nature", "poste")
PAR_POSTE = ("signataire", "nature", "poste")
PAR_OBJET = ("signataire", "objet", "nature")
STRUCTURE, TERRITOIRE, ENSEMBLE = "structure", "territoire", "ensemble"
TOTAL = ("valeur", "valeur_connue", "lignes", "manquantes", "statut")
ETP = "etp"
ABSENCES = (Statut.SECRET, Statut.NON_TRANSMIS, Statut.NON_DISPONIBLE)  # « sans objet » is nothing to add
GRAVITE = (*ABSENCES, *PROVISOIRES, Statut.NORMAL, Statut.SANS_OBJET)


def moyens_par_signataire(moyens: pd.DataFrame, referentiel: ReferentielEmploi) -> pd.DataFrame:
    """Return the total of each signatory for each fiche and nature, and what its posts would cost at the référentiel.

    A means that belongs to no fiche has an empty fiche and is apart. ``cout_reference`` is in euros, for ETP only.
    """
    table = _totaux(moyens, PAR_SIGNATAIRE)
    return table.assign(cout_reference=(table["valeur"] * referentiel.cout_etp).where(table["nature"].eq(ETP)))


def moyens_par_structure(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return what each signatory brings to each structure, line by line of the budget; means without one are out."""
    return _totaux(moyens[moyens["structure"].ne("")], PAR_STRUCTURE)


def moyens_par_poste(moyens: pd.DataFrame, fiche: int) -> pd.DataFrame:
    """Return what each signatory brings to a fiche, line by line of the budget."""
    return _totaux(moyens[moyens["fiche"].eq(fiche).fillna(value=False)], PAR_POSTE)


def moyens_du_territoire(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return what each signatory brings to the territory, to no fiche nor structure, line by line of the budget."""
    return _totaux(moyens[_sans_objet(moyens)], PAR_POSTE)


def moyens_par_objet(moyens: pd.DataFrame) -> pd.DataFrame:
    """Return what each signatory brings to each object, then in all: nothing is counted twice but in the whole.

    ``objet`` is the number of a fiche as text, "structure" for what goes to a structure and no fiche, "territoire" for
    what goes to neither, or "ensemble".
    """
    objects = moyens["fiche"].astype("string").fillna(STRUCTURE).mask(_sans_objet(moyens), TERRITOIRE)
    parts = _totaux(moyens.assign(objet=objects.astype(object)), PAR_OBJET)
    return pd.concat([parts, _totaux(moyens.assign(objet=ENSEMBLE), PAR_OBJET)], ignore_index=True)


def rapprocher(totaux: pd.DataFrame, precedents: pd.DataFrame) -> pd.DataFrame:
    """Return the totals of a year beside those of the year before (``valeur_avant``…), this year's lines first.

    A line that one of the years lacks has no ``lignes`` there.
    """
    keys = [name for name in totaux.columns if name not in (*TOTAL, "cout_reference")]
    earlier = precedents[[*keys, *TOTAL]].rename(columns={name: f"{name}_avant" for name in TOTAL})
    return totaux[[*keys, *TOTAL]].merge(earlier, how="outer", on=keys, sort=False)


def _sans_objet(moyens: pd.DataFrame) -> pd.Series:
    return moyens["fiche"].isna() & moyens["structure"].eq("")


def _totaux(moyens: pd.DataFrame, cles: tuple[str, ...]) -> pd.DataFrame:
    """Return the sum of each group, in order of first appearance."""
    told = moyens.assign(manque=moyens["statut"].isin(ABSENCES), gravite=moyens["statut"].map(GRAVITE.index))
    groups = told.groupby(list(cles), sort=False, dropna=False)
    known, missing = groups["valeur"].sum(min_count=1), groups["manque"].sum()
    table = pd.DataFrame(
        {
            "valeur": known.mask(missing.gt(0)),
            "valeur_connue": known,
            "lignes": groups.size().astype("Int64"),
            "manquantes": missing.astype("Int64"),
            "statut": groups["gravite"].min().map(GRAVITE.__getitem__).astype(object),
        }
    )
    return table.reset_index()
