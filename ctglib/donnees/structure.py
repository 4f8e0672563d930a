"""What communes are alike by: their density, how many live there, how many to a household."""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

import pandas as pd

from ctglib.donnees.magasin import SECRET, lire_tables, tables
from ctglib.donnees.modeles.catalogue import Ressemblance
from ctglib.donnees.modeles.sources import TableGardee
from ctglib.donnees.passage import lire_chiffres

DENSITE = "densite"  # the column of the density grid


def lire_structure(regle: Ressemblance, communes: Iterable[str] | None = None) -> pd.DataFrame:
    """Return what communes are alike by, by code, each from the last table that has it.

    All the communes of the density grid by default.

    Returns:
        degre (the densest is 1), habitants, menages, personnes; NaN is unknown, or withheld.
        ``attrs["tables"]``: family and year of the tables read.
    """
    codes = None if communes is None else list(communes)
    colonnes = {DENSITE: DENSITE}
    for role in ("habitants", "menages", "personnes"):
        colonnes[role] = getattr(regle, role)
    parties = []
    lues_de: dict[str, int] = {}
    for role, colonne in colonnes.items():
        gardees = [
            table
            for table in tables().values()
            if table.niveau == "commune"
            and (colonne in table.series or (role == DENSITE and table.famille == regle.grille))
        ]
        dernieres = _dernieres_valeurs(gardees, codes, colonne)
        parties.append(dernieres[colonne].rename(role))
        for famille, annees in dernieres.groupby("famille")["annee"]:
            lues_de[str(famille)] = int(annees.max())
    structure = en_degres(pd.concat(parties, axis=1), regle)
    structure.attrs["tables"] = lues_de
    return structure


def _dernieres_valeurs(
    gardees: Iterable[TableGardee], codes: list[str] | None, colonne: str
) -> pd.DataFrame:
    """Return the last value known of each commune in some tables: annee, famille, and the column,
    by code. A value that is withheld is not known.
    """
    lues = [
        lire_chiffres([table], codes, [colonne]).assign(famille=table.famille)
        for table in sorted(gardees, key=attrgetter("annee"))
    ]
    valeurs = pd.concat([lire_tables([]), *lues])
    valeurs = valeurs.reindex(columns=["territoire", "annee", "famille", colonne])
    connues = valeurs[valeurs[colonne].notna() & valeurs[colonne].ne(SECRET)]
    return connues.drop_duplicates("territoire", keep="last").set_index("territoire")


def en_degres(lieux: pd.DataFrame, regle: Ressemblance) -> pd.DataFrame:
    """Return communes with ``degre`` in place of the name of their degree of density."""
    degres = {nom: rang for rang, nom in enumerate(regle.degres, start=1)}
    effectifs = lieux[["habitants", "menages", "personnes"]].astype(float).replace(SECRET, None)
    return effectifs.assign(degre=lieux[DENSITE].map(degres).astype(float))
