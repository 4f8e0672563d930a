"""The figures of all the communes of a département: for the final evaluation and the check, never a year's bilan.

A real convention reads the store of public figures; a fictional one its own ``comparables.csv``, if it has one.
"""

from __future__ import annotations

import pandas as pd

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots
from ctglib.donnees.lecture import existe, lire_octets
from ctglib.donnees.magasin import charger_famille, departement_de, lire_tables, tables
from ctglib.donnees.modeles.catalogue import Comparaison
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.sources import Famille
from ctglib.donnees.officiels import lire_csv
from ctglib.donnees.publiques import source
from ctglib.donnees.statuts import Statut
from ctglib.donnees.vraisemblance import invraisemblances
from ctglib.donnees.yaml_strict import charger_yaml

INVENTEES = "catalogue/comparables.yaml"  # what the file of a fictional convention holds


def lire_communes(convention: Convention, regle: Comparaison) -> pd.DataFrame | None:
    """Return the communes of the département of a convention, checked, None when there is none to read.

    Returns:
        commune, nom, departement, annee (Int64), statut (A; O when a count is missing at the source), and a column an
        indicator (Int64). ``attrs["source"]``: producer, data set and years, None when the figures are invented.

    Raises:
        DonneesInvalides: All the faults of the file, or of the store.
    """
    invented, faults = f"conventions/{convention.id}/comparables.csv", []
    names = list(dict.fromkeys([*regle.indicateurs, regle.taille, *regle.ratios]))
    family = charger_famille(regle.serie)
    codes = [item.code for item in family.series]
    if not convention.fictive and existe(invented):
        faults.append(Faute(invented, *mots("communes_d_une_vraie")))
    for name in [name for name in names if name not in codes]:
        words = mots("indicateur_sans_serie", nom=name, famille=regle.serie, connues=", ".join(codes))
        faults.append(Faute("catalogue/comparaison.yaml", *words))
    if faults:
        raise DonneesInvalides(faults)
    if convention.fictive and not existe(invented):
        return None
    kept = [] if convention.fictive else [item for item in tables(family.id).values() if item.niveau == "commune"]
    if convention.fictive:
        rows = _inventees(invented)
    else:
        rows = lire_tables(kept, None, ["libelle", *names])
        rows = rows.assign(departement=departement_de(rows["territoire"].astype("str")))
    rows = rows[rows["departement"].eq(convention.reference)].reset_index(drop=True)
    if rows.empty:
        return None
    counts = rows[names].astype("Int64")
    status = counts.notna().all(axis=1).map({True: Statut.NORMAL, False: Statut.NON_DISPONIBLE}).astype("str")
    found = rows.rename(columns={"territoire": "commune", "libelle": "nom"})[["commune", "nom", "departement", "annee"]]
    found = found.astype({"annee": "Int64"}).assign(statut=status, **counts)
    found.attrs["source"] = source(family, [item.annee for item in kept]) if kept else None
    return found


def _inventees(path: str) -> pd.DataFrame:
    """Return the communes of a fictional convention, that the reader of official files reads and checks."""
    family = charger_yaml(INVENTEES, Famille)
    read = lire_csv(path, lire_octets(path), {family.id: family})
    wrong = [said for (year, _), one in read.tables.items() for said in invraisemblances(family, one, str(year))]
    if wrong:
        raise DonneesInvalides([Faute(path, *mots("effectif_impossible", dit=said)) for said in wrong])
    rows = pd.concat([one.assign(annee=year) for (year, _), one in read.tables.items()]).reset_index()
    return rows.sort_values(["territoire", "annee"])
