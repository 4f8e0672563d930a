"""Model of ``data/catalogue/confidentialite.yaml``: how a column or a value about a person is told (articles 8, 14)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from ctglib.donnees.modeles.base import Modele, Texte


def _expression(motif: str) -> str:
    try:
        re.compile(motif)
    except re.error as error:
        raise ValueError("une expression régulière bien formée") from error
    return motif


class MotifPersonnel(Modele):
    """A regular expression, and what it finds: « une adresse électronique »."""

    motif: Annotated[Texte, AfterValidator(_expression)]
    objet: Texte


class Confidentialite(Modele):
    """``confidentialite.yaml``.

    ``colonnes`` fit a whole heading without accents, capitals or signs (« date de naissance » reads
    ``date_de_naissance``); ``valeurs`` are searched for in a cell.
    """

    pourquoi: Texte
    remede: Texte
    colonnes: tuple[MotifPersonnel, ...] = Field(min_length=1)
    valeurs: tuple[MotifPersonnel, ...] = Field(min_length=1)
