"""The figures of all the communes of a département: read by the final evaluation alone, never by a year's bilan.

A real convention reads the folder of ``sources`` that the catalogue names; a fictional one its own ``comparables.csv``,
if it has one, with the same columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.csv_strict import charger_schema, en_table, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.verifications_communes import fautes_entre_lignes
from ctglib.donnees.yaml_strict import examiner_yaml

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.catalogue import Catalogue
    from ctglib.donnees.csv_strict import SchemaTable, TableLue
    from ctglib.donnees.dossier import Dossier
    from ctglib.donnees.modeles.convention import Convention

SCHEMA = "communes"
SOURCES = "sources"
EFFECTIFS = "effectifs.csv"
INVENTEES = "comparables.csv"


@dataclass(frozen=True)
class Communes:
    """The communes of the département of a convention, checked.

    Attributes:
        effectifs: commune, nom, departement, annee (Int64), statut, and a column an indicator (Int64, missing when not
            available at the source).
        origine: Where the figures come from, None when they are invented.
        fichier: The file, relative to the data folder.
    """

    effectifs: pd.DataFrame
    origine: Origine | None
    fichier: str


def lire_communes(dossier: Dossier) -> Communes | None:
    """Return the communes of the département of a convention, None when there is no file, or nothing of it there.

    Raises:
        DonneesInvalides: All the faults of the file and of its origin.
    """
    found, faults = _examiner(dossier.convention, dossier.catalogue)
    if faults:
        raise DonneesInvalides(faults)
    if found is None:
        return None
    table, schema, origin = found
    rows = en_table(table, schema)
    kept = rows[rows["departement"] == dossier.convention.reference].reset_index(drop=True)
    return Communes(kept, origin, table.fichier) if len(kept) else None


def fautes_de_communes(convention: Convention, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of the communes that a convention would read; none when there is no file."""
    return _examiner(convention, catalogue)[1]


def _examiner(
    convention: Convention, catalogue: Catalogue
) -> tuple[tuple[TableLue, SchemaTable, Origine | None] | None, list[Faute]]:
    """Return the rows, their schema and their origin, None when there is no file; and all the faults."""
    invented = f"conventions/{convention.id}/{INVENTEES}"
    present = existe(invented)
    if not convention.fictive:
        folder = f"{SOURCES}/{catalogue.comparaison.serie}"
        faults = [_faute_inventee(invented)] if present else []
        return _rows(f"{folder}/{EFFECTIFS}", f"{folder}/origine.yaml", catalogue, faults)
    return _rows(invented, None, catalogue, []) if present else (None, [])


def _rows(
    relatif: str, origine: str | None, catalogue: Catalogue, faults: list[Faute]
) -> tuple[tuple[TableLue, SchemaTable, Origine | None] | None, list[Faute]]:
    if not existe(relatif):
        return None, faults
    try:
        schema = charger_schema(SCHEMA)
    except DonneesInvalides as error:
        return None, [*faults, *error.fautes]
    table = examiner_csv(relatif, schema)
    document = examiner_yaml(origine, Origine) if origine else None
    faults = [*faults, *table.fautes, *(document.fautes if document else ()), *_colonnes(schema, catalogue)]
    if not faults:
        faults = fautes_entre_lignes(table, catalogue)
    return (table, schema, document.objet if document else None), faults


def _colonnes(schema: SchemaTable, catalogue: Catalogue) -> list[Faute]:
    """Return the faults of an indicator that the catalogue compares and that the table does not carry."""
    rule = catalogue.comparaison
    wanted = dict.fromkeys([*rule.indicateurs, rule.taille, *rule.ratios])
    expected = f"une colonne de schemas/{SCHEMA}.schema.json : {', '.join(schema.colonnes)}"
    remedy = "retirer cet indicateur, ou ajouter sa colonne au schéma et au fichier"
    return [
        Faute("catalogue/comparaison.yaml", f"l'indicateur « {name} »", expected, remedy)
        for name in wanted
        if name not in schema.colonnes
    ]


def _faute_inventee(relatif: str) -> Faute:
    return Faute(
        relatif,
        "des communes propres à la convention, qui n'est pas fictive",
        "aucun fichier de ce nom : les communes sont dans « sources »",
        "supprimer le fichier, ou verser ses chiffres dans « sources » avec leur origine",
    )
