"""A Table Schema of ``data/schemas``: what the columns of a CSV are, in the words its faults are told with."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles.base import Modele, Texte
from ctglib.donnees.yaml_strict import charger_yaml

DOSSIER = "schemas"


def _expression(motif: str) -> str:
    try:
        re.compile(motif)
    except re.error as error:
        raise ValueError("une expression régulière bien formée") from error
    return motif


class Contraintes(Modele):
    """What a cell must satisfy, once it is not empty."""

    required: bool = False
    pattern: Annotated[str, AfterValidator(_expression)] | None = None
    enum: tuple[Texte, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None


class Champ(Modele):
    """A column. ``description`` is shown as what was expected when a cell does not fit ``pattern`` or is no date."""

    name: Texte
    type: Literal["string", "integer", "year", "number", "date"]
    title: Texte
    description: Texte
    constraints: Contraintes = Contraintes()


class SchemaTable(Modele):
    """The subset of Table Schema that our tables use; an empty cell is the only missing value.

    ``sans_ligne`` is ours: the header alone is a table without rows, and not one whose rows were lost.
    """

    norme: Texte = Field(alias="$schema")
    name: Texte
    title: Texte
    description: Texte
    fields: tuple[Champ, ...] = Field(min_length=1)
    cle: tuple[Texte, ...] = Field(alias="primaryKey", min_length=1)
    vides: tuple[Literal[""], ...] = Field(default=("",), alias="missingValues")
    sans_ligne: bool = Field(default=False, alias="sansLigne")

    @property
    def colonnes(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(champ.name for champ in self.fields)


def charger_schema(nom: str) -> SchemaTable:
    """Return the schema of a table; JSON is read as the YAML that it is, so that its faults have a line and are French.

    Raises:
        DonneesInvalides: The schema is absent, or is not one.
    """
    return charger_yaml(f"{DOSSIER}/{nom}.schema.json", SchemaTable)
