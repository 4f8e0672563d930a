"""What each YAML file may hold: frozen classes, closed to unknown keys, a module a subject."""

from __future__ import annotations

import re
from datetime import date
from operator import attrgetter
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetPydanticSchema,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

Identifiant = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
# may begin with a digit: « 6-11 »
CodeModalite = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
CodeStatut = Literal["A", "P", "E", "L", "M", "O", "Q"]
# Of Insee (a région is « R32 », France « FR »: bare, 32 is the Gers), or the SIREN of an EPCI.
CodeTerritoire = Annotated[
    str, StringConstraints(pattern=r"^([0-9][0-9AB][0-9]{0,3}|[0-9]{9}|R[0-9]{2}|FR)$")
]
Couleur = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Texte = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Annee = Annotated[int, Field(ge=1900, le=2100)]
# A text that is a well-formed regular expression: pydantic compiles it, and the text is kept.
Expression = Annotated[
    str,
    GetPydanticSchema(lambda _, construire: construire(re.Pattern[str])),
    AfterValidator(attrgetter("pattern")),
]
Positif = Annotated[int, Field(ge=1)]  # a number, a rank, how many


def _tel_qu_ecrit(numero: object) -> object:
    """Return a number of the convention as a text; an unquoted « 1.10 » has lost its zero."""
    if isinstance(numero, float):
        raise PydanticCustomError("numero_sans_guillemets", "a number that is not quoted")
    return str(numero) if type(numero) is int else numero


NUMERO = r"[0-9A-Za-z]+([ ./-][0-9A-Za-z]+)*"
# What the convention numbers: a fiche (« 2 », « 1.1 », « A-2 »), a modalité, an avenant.
Numero = Annotated[
    str,
    BeforeValidator(_tel_qu_ecrit),
    StringConstraints(pattern=f"^{NUMERO}$", max_length=20),
]
NumeroOuNom = Annotated[Texte, BeforeValidator(_tel_qu_ecrit)]
Date = date  # the type for layers that have no clock


class Modele(BaseModel):
    """A checked, immutable object read from a YAML file."""

    # Its checks are built when something is first checked: most processes are given what another
    # has read.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, defer_build=True)


class Nomme(Modele):  # what has an id, and its name in a report
    id: Identifiant
    libelle: Texte


def complet(codes: object) -> AfterValidator:
    """Return a check that each code of a ``Literal`` has its entry, once.

    An entry is a key of a dict, or the id of an item of a tuple.
    """

    def verifier(entrees: dict | tuple) -> dict | tuple:
        if isinstance(entrees, dict):
            codes_ecrits = list(entrees)
        else:
            codes_ecrits = [entree.id for entree in entrees]
        manquants = [code for code in get_args(codes) if code not in codes_ecrits]
        if manquants:
            raise ValueError(f"un mot pour chaque code ; manquent : {', '.join(manquants)}")
        if len(codes_ecrits) > len(set(codes_ecrits)):
            raise ValueError("chaque code une seule fois")
        return entrees

    return AfterValidator(verifier)


def soit(premiere: str, seconde: str) -> object:
    """Return a check that one of two keys is written, and only one."""

    def verifier(self: Modele) -> Modele:
        premiere_absente = getattr(self, premiere) in (None, ())
        seconde_absente = getattr(self, seconde) in (None, ())
        if premiere_absente == seconde_absente:
            raise ValueError(f"donner soit « {premiere} », soit « {seconde} »")
        return self

    return model_validator(mode="after")(verifier)
