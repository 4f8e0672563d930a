"""What the atelier takes from the catalogue: which public series count households, and what a profile is made of."""

from __future__ import annotations

from functools import lru_cache

from ctglib.donnees.modeles.base import Modele
from ctglib.donnees.yaml_strict import charger_yaml


class Profil(Modele):
    """A way of being alike: shares of one denominator, from public series."""

    libelle: str
    denominateur: str
    parts: tuple[str, ...]
    minimum: int


class Reperes(Modele):
    """``catalogue/atelier.yaml``."""

    foyers: str
    taux_minimum: int
    iris: str
    profils: dict[str, Profil]


@lru_cache(maxsize=1)
def reperes() -> Reperes:
    """Return the landmarks of the atelier."""
    return charger_yaml("catalogue/atelier.yaml", Reperes)
