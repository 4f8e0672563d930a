"""The figures of all the communes of a département: read by the final evaluation alone, never by a year's bilan.

A real convention reads the store of public figures; a fictional one its own ``comparables.csv``, if it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe, lire_octets
from ctglib.donnees.magasin import charger_famille, departement_de
from ctglib.donnees.modeles.sources import Famille
from ctglib.donnees.statuts import Statut
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Convention


@dataclass(frozen=True)
class Communes:
    """The communes of the département of a convention, checked.

    ``effectifs``: commune, nom, departement, annee (Int64), statut (A; O when a count is missing at the source), and a
    column an indicator (Int64). ``source``: producer, data set and years, None when the figures are invented.
    """

    effectifs: pd.DataFrame
    source: str | None


def lire_communes(dossier: Dossier) -> Communes | None:
    """Return the communes of the département of a convention, None when there is none to read.

    Raises:
        DonneesInvalides: All the faults of the file, or of the store.
    """
    convention, catalogue = dossier.convention, dossier.catalogue
    if faults := _fautes(convention, catalogue):
        raise DonneesInvalides(faults)
    found = _inventees(convention) if convention.fictive else _du_magasin(catalogue)
    if found is None or (rows := found.effectifs[found.effectifs["departement"] == convention.reference]).empty:
        return None
    return Communes(rows.reset_index(drop=True), found.source)


def fautes_de_communes(convention: Convention, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of the communes that a convention would read; none when there is no file."""
    faults = _fautes(convention, catalogue)
    if convention.fictive and not faults:
        try:
            _inventees(convention)
        except DonneesInvalides as error:
            return list(error.fautes)
    return faults


def _fautes(convention: Convention, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of an indicator that the store does not carry, and of a file that is not the convention's."""
    invented, rule, faults = _propres(convention), catalogue.comparaison, []
    if not convention.fictive and existe(invented):
        found = "des communes propres à la convention, qui n'est pas fictive"
        remedy = "supprimer le fichier ; les chiffres publics s'ajoutent par « ctg source ajouter »"
        faults.append(Faute(invented, found, "aucun fichier de ce nom : les communes sont dans « sources »", remedy))
    codes = [item.code for item in charger_famille(rule.serie).series]
    expected = f"une série de catalogue/sources/{rule.serie}.yaml : {', '.join(codes)}"
    remedy = "retirer cet indicateur, ou ajouter sa série"
    unknown = [name for name in _indicateurs(catalogue) if name not in codes]
    return faults + [
        Faute("catalogue/comparaison.yaml", f"l'indicateur « {name} »", expected, remedy) for name in unknown
    ]


def _propres(convention: Convention) -> str:
    return f"conventions/{convention.id}/comparables.csv"


def _indicateurs(catalogue: Catalogue) -> list[str]:
    rule = catalogue.comparaison
    return list(dict.fromkeys([*rule.indicateurs, rule.taille, *rule.ratios]))


def _du_magasin(catalogue: Catalogue) -> Communes | None:
    from ctglib.donnees.magasin import lire_tables, tables
    from ctglib.donnees.publiques import source

    family, names = charger_famille(catalogue.comparaison.serie), _indicateurs(catalogue)
    kept = [item for item in tables(family.id).values() if item.niveau == "commune"]
    if not kept:
        return None
    rows = lire_tables(kept, None, ["libelle", *names])
    rows = rows.assign(departement=departement_de(rows["territoire"]))
    return Communes(_effectifs(rows, names), source(family, [item.annee for item in kept]))


def _inventees(convention: Convention) -> Communes | None:
    import pandas as pd

    from ctglib.donnees.officiels import lire_csv
    from ctglib.donnees.vraisemblance import invraisemblances

    path = _propres(convention)
    if not existe(path):
        return None
    family = charger_yaml("catalogue/comparables.yaml", Famille)
    read = lire_csv(path, lire_octets(path), {family.id: family})
    wrong = [said for (year, _), one in read.tables.items() for said in invraisemblances(family, one, str(year))]
    if wrong:
        raise DonneesInvalides([Faute(path, said, "des effectifs possibles", "corriger le fichier") for said in wrong])
    rows = pd.concat([one.assign(annee=year) for (year, _), one in read.tables.items()]).reset_index()
    return Communes(_effectifs(rows.sort_values(["territoire", "annee"]), [item.code for item in family.series]), None)


def _effectifs(rows: pd.DataFrame, series: list[str]) -> pd.DataFrame:
    """Return the rows as the comparison reads them."""
    counts = rows[series].astype("Int64")
    fixed = rows.rename(columns={"territoire": "commune", "libelle": "nom"})[["commune", "nom", "departement", "annee"]]
    status = counts.notna().all(axis=1).map({True: Statut.NORMAL, False: Statut.NON_DISPONIBLE}).astype("str")
    return fixed.astype({"annee": "Int64"}).assign(statut=status, **counts).reset_index(drop=True)
