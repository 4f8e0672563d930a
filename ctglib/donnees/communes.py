"""The figures of all the communes of a département: read by the final evaluation alone, never by a year's bilan.

A real convention reads the store of public figures; a fictional one its own ``comparables.csv``, if it has one.
"""

from __future__ import annotations

import pandas as pd

from ctglib.donnees.catalogue import Catalogue
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir
from ctglib.donnees.lecture import existe, lire_octets
from ctglib.donnees.magasin import charger_famille, departement_de, lire_tables, tables
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.sources import Famille
from ctglib.donnees.officiels import lire_csv
from ctglib.donnees.publiques import source
from ctglib.donnees.statuts import Statut
from ctglib.donnees.vraisemblance import invraisemblances
from ctglib.donnees.yaml_strict import charger_yaml

INVENTEES = "catalogue/comparables.yaml"  # what the file of a fictional convention holds


def lire_communes(dossier: Dossier) -> pd.DataFrame | None:
    """Return the communes of the département of a convention, checked, None when there is none to read.

    Returns:
        commune, nom, departement, annee (Int64), statut (A; O when a count is missing at the source), and a column an
        indicator (Int64). ``attrs["source"]``: producer, data set and years, None when the figures are invented.

    Raises:
        DonneesInvalides: All the faults of the file, or of the store.
    """
    convention, catalogue = dossier.convention, dossier.catalogue
    if faults := _fautes(convention, catalogue):
        raise DonneesInvalides(faults)
    if convention.fictive:
        rows, told = _inventees(convention), None
        names = [item.code for item in charger_yaml(INVENTEES, Famille).series]
    else:
        names, family = _indicateurs(catalogue), charger_famille(catalogue.comparaison.serie)
        kept = [item for item in tables(family.id).values() if item.niveau == "commune"]
        rows = lire_tables(kept, None, ["libelle", *names])
        rows = rows.assign(departement=departement_de(rows["territoire"].astype("str")))
        told = source(family, [item.annee for item in kept]) if kept else None
    if rows is None or (rows := rows[rows["departement"].eq(convention.reference)]).empty:
        return None
    counts = rows[names].astype("Int64")
    fixed = rows.rename(columns={"territoire": "commune", "libelle": "nom"})[["commune", "nom", "departement", "annee"]]
    status = counts.notna().all(axis=1).map({True: Statut.NORMAL, False: Statut.NON_DISPONIBLE}).astype("str")
    found = fixed.astype({"annee": "Int64"}).assign(statut=status, **counts).reset_index(drop=True)
    found.attrs["source"] = told
    return found


def fautes_de_communes(convention: Convention, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of the communes that a convention would read; none when there is no file."""
    faults = _fautes(convention, catalogue)
    if convention.fictive and not faults:
        with recueillir(faults):
            _inventees(convention)
    return faults


def _fautes(convention: Convention, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of an indicator that the store does not carry, and of a file that is not the convention's."""
    invented, rule, faults = f"conventions/{convention.id}/comparables.csv", catalogue.comparaison, []
    if not convention.fictive and existe(invented):
        faults.append(Faute(invented, *mots("communes_d_une_vraie")))
    codes = [item.code for item in charger_famille(rule.serie).series]
    for name in [name for name in _indicateurs(catalogue) if name not in codes]:
        words = mots("indicateur_sans_serie", nom=name, famille=rule.serie, connues=", ".join(codes))
        faults.append(Faute("catalogue/comparaison.yaml", *words))
    return faults


def _indicateurs(catalogue: Catalogue) -> list[str]:
    rule = catalogue.comparaison
    return list(dict.fromkeys([*rule.indicateurs, rule.taille, *rule.ratios]))


def _inventees(convention: Convention) -> pd.DataFrame | None:
    path = f"conventions/{convention.id}/comparables.csv"
    if not existe(path):
        return None
    family = charger_yaml(INVENTEES, Famille)
    read = lire_csv(path, lire_octets(path), {family.id: family})
    wrong = [said for (year, _), one in read.tables.items() for said in invraisemblances(family, one, str(year))]
    if wrong:
        raise DonneesInvalides([Faute(path, *mots("effectif_impossible", dit=said)) for said in wrong])
    rows = pd.concat([one.assign(annee=year) for (year, _), one in read.tables.items()]).reset_index()
    return rows.sort_values(["territoire", "annee"])
