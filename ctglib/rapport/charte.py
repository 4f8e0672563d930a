"""The visual charter, read from ``data/catalogue/charte.yaml``."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import yaml
from pydantic import ValidationError

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.texte import lire_texte

if TYPE_CHECKING:
    from ctglib.donnees.modeles.charte import Charte

FICHIER = "catalogue/charte.yaml"


def charte() -> Charte:
    """Return the charter. The file is read at each call, so that its reading is recorded; its analysis is kept."""
    return _analyser(lire_texte(FICHIER))


@lru_cache(maxsize=4)
def _analyser(texte: str) -> Charte:
    from ctglib.donnees.modeles.charte import Charte

    try:
        return Charte.model_validate(yaml.safe_load(texte))
    except ValidationError as error:
        raise DonneesInvalides([_faute(item) for item in error.errors()]) from None


def _faute(error: dict) -> Faute:
    return Faute(
        FICHIER,
        str(error["input"]),
        "une valeur de la charte graphique",
        "reprendre la couleur ou la taille d'origine",
        colonne=".".join(str(part) for part in error["loc"]),
    )
