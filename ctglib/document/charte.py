"""The visual charter, read from ``data/catalogue/charte.yaml``."""

from __future__ import annotations

from functools import lru_cache

from ctglib.donnees.lecture import lire_octets
from ctglib.donnees.modeles.catalogue import Charte
from ctglib.donnees.yaml_strict import charger_yaml

FICHIER = "catalogue/charte.yaml"


def charte() -> Charte:
    """Return the charter. The file is read at each call, so that its reading is recorded; its analysis is kept."""
    return _analyser(lire_octets(FICHIER))


@lru_cache(maxsize=4)
def _analyser(octets: bytes) -> Charte:
    """Return the charter; the bytes are what the file holds now, and the key under which its analysis is kept."""
    return charger_yaml(FICHIER, Charte)
