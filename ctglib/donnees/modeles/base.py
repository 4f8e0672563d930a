"""The base of every model: frozen, and closed to unknown keys."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

Identifiant = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
CodeModalite = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
CodeTerritoire = Annotated[str, StringConstraints(pattern=r"^([0-9][0-9AB][0-9]{0,3}|[0-9]{9})$")]
Texte = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Annee = Annotated[int, Field(ge=1900, le=2100)]


def _expression(motif: str) -> str:
    try:
        re.compile(motif)
    except re.error as error:
        raise ValueError("une expression régulière bien formée") from error
    return motif


Expression = Annotated[str, AfterValidator(_expression)]
Date = date  # the type for layers that have no clock


class Modele(BaseModel):
    """A checked, immutable object read from a YAML file."""

    # Its checks are built when something is first checked: most processes are given what another has read.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False, defer_build=True)
