"""Model of ``data/catalogue/confidentialite.yaml``: how a column or a value about a person is told (articles 8, 14)."""

from __future__ import annotations

from pydantic import Field

from ctglib.donnees.modeles.base import Expression, Modele, Texte


class MotifPersonnel(Modele):
    """A regular expression, and what it finds: « une adresse électronique »."""

    motif: Expression
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
