"""Every file of the follow-up, read as far as it goes, so that all faults are told at once.

All of it is optional: an absent file is an empty one, and is recorded as looked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.csv_strict import SchemaTable, TableLue, charger_schema, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe, lister, proches
from ctglib.donnees.magasin import LOCALES, PUBLIQUES
from ctglib.donnees.modeles.rapports import MessagesDesParties
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.modeles.suivi import Appreciations, Bilan, Participation
from ctglib.donnees.yaml_strict import Document, examiner_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles import Modele
    from ctglib.donnees.modeles.catalogue import Confidentialite
    from ctglib.donnees.pieces import Pieces

DOCUMENTS: dict[str, type[Modele]] = {
    "bilan": Bilan, "appreciations": Appreciations, "participation": Participation, "messages": MessagesDesParties,
}  # fmt: skip
TABLES = ("observations", "actions", "moyens", "profils", "posture")
SCHEMAS = (*TABLES, "masque")
SOURCES = "sources"
MAGASINS = (PUBLIQUES, LOCALES)
_ANNEE = re.compile(r"(19|20)[0-9]{2}/")


@dataclass(frozen=True)
class PiecesAnnee:
    """The files of ``suivi/<annee>`` that are there, by name without suffix."""

    annee: int
    documents: dict[str, Document]
    tables: dict[str, TableLue]


@dataclass(frozen=True)
class PiecesSerie:
    """A folder of ``sources``: where the series comes from, and its rows (None when their schema is faulty)."""

    origine: Document[Origine]
    observations: TableLue | None


@dataclass(frozen=True)
class PiecesSuivi:
    """What was read.

    Attributes:
        pieces: The convention and the catalogue.
        annees: The years read, whether or not something was found.
        tables: ``masque`` and ``contexte``, when they are there.
        series: The public series by name of folder.
        schemas: Schemas by name of table, those without fault.
        fautes: The faults of each of these files taken alone.
    """

    pieces: Pieces
    annees: dict[int, PiecesAnnee]
    tables: dict[str, TableLue]
    series: dict[str, PiecesSerie]
    schemas: dict[str, SchemaTable]
    fautes: tuple[Faute, ...]


def dossier_du_suivi(convention: str) -> str:
    """Return the folder of the years of follow-up."""
    return f"conventions/{convention}/suivi"


def annees_presentes(convention: str) -> tuple[int, ...]:
    """Return the years that have a folder, in order; none when there is no follow-up yet."""
    names = noms(dossier_du_suivi(convention))
    return tuple(int(name[:4]) for name in names if _ANNEE.fullmatch(name))


def noms(dossier: str) -> tuple[str, ...]:
    """Return the names in a folder, none when it is not there; either way it is recorded."""
    try:
        return lister(dossier)
    except DonneesInvalides:
        return ()


def rassembler_suivi(pieces: Pieces, annees: Iterable[int]) -> PiecesSuivi:
    """Return the follow-up of these years, the mask and the context, with the faults of each file."""
    faults: list[Faute] = []
    schemas = _schemas(faults)
    rules = pieces.documents["confidentialite"][0].objet
    years = {annee: _annee(pieces.convention, annee, schemas, rules) for annee in annees}
    folder = f"conventions/{pieces.convention}"
    named = {"masque": "masque", "contexte": "observations"}
    tables = {name: _table(f"{folder}/{name}.csv", schemas.get(schema), rules) for name, schema in named.items()}
    tables = {name: table for name, table in tables.items() if table}
    series = {name: _serie(name, schemas) for name in _noms_des_series()}
    documents = [document for year in years.values() for document in year.documents.values()]
    documents += [serie.origine for serie in series.values()]
    read = [*tables.values(), *(table for year in years.values() for table in year.tables.values())]
    read += [serie.observations for serie in series.values() if serie.observations]
    faults += [fault for item in (*documents, *read) for fault in item.fautes]
    return PiecesSuivi(pieces, years, tables, series, schemas, tuple(faults))


def fautes_de_nom(convention: str) -> list[Faute]:
    """Return the faults of names in the folders of the follow-up: what is not known would be silently left out."""
    folder = dossier_du_suivi(convention)
    known = [*(f"{name}.yaml" for name in DOCUMENTS), *(f"{name}.csv" for name in TABLES)]
    faults = [
        Faute(
            f"{folder}/{name[:-1]}",
            f"un dossier nommé « {name[:-1][:80]} »",
            "une année sur quatre chiffres",
            "renommer le dossier, ou le sortir du suivi",
        )
        for name in noms(folder)
        if name.endswith("/") and not _ANNEE.fullmatch(name)
    ]
    for annee in annees_presentes(convention):
        for name in noms(f"{folder}/{annee}"):
            if name not in known and re.search(r"\.(csv|ya?ml)", name, re.IGNORECASE):
                close = proches(name, known)
                remedy = f"renommer en « {close[0]} »" if close else "renommer le fichier, ou le sortir du dossier"
                found = f"un fichier nommé « {name[:80]} »"
                faults.append(Faute(f"{folder}/{annee}/{name}", found, f"l'un des noms {', '.join(known)}", remedy))
    return faults


def _schemas(faults: list[Faute]) -> dict[str, SchemaTable]:
    schemas = {}
    for name in SCHEMAS:
        try:
            schemas[name] = charger_schema(name)
        except DonneesInvalides as error:
            faults.extend(error.fautes)
    return schemas


def _annee(convention: str, annee: int, schemas: dict[str, SchemaTable], regles: Confidentialite | None) -> PiecesAnnee:
    folder = f"{dossier_du_suivi(convention)}/{annee}"
    documents = {
        name: examiner_yaml(path, model) for name, model in DOCUMENTS.items() if existe(path := f"{folder}/{name}.yaml")
    }
    tables = {name: _table(f"{folder}/{name}.csv", schemas.get(name), regles) for name in TABLES}
    return PiecesAnnee(annee, documents, {name: table for name, table in tables.items() if table})


def _noms_des_series() -> list[str]:
    """Return the folders of the public series, without the stores, which only what needs all communes reads."""
    return [name[:-1] for name in noms(SOURCES) if name.endswith("/") and f"{SOURCES}/{name[:-1]}" not in MAGASINS]


def _serie(nom: str, schemas: dict[str, SchemaTable]) -> PiecesSerie:
    """Return a series; both its files are wanted, since a figure without an origin is not published."""
    folder = f"{SOURCES}/{nom}"
    schema = schemas.get("observations")
    table = examiner_csv(f"{folder}/observations.csv", schema) if schema else None
    return PiecesSerie(examiner_yaml(f"{folder}/origine.yaml", Origine), table)


def _table(relatif: str, schema: SchemaTable | None, regles: Confidentialite | None) -> TableLue | None:
    return examiner_csv(relatif, schema, regles) if existe(relatif) and schema else None
