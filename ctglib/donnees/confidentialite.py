"""What is about a person, which no table of the follow-up may hold: told from a heading, or from a cell.

The spreadsheet's importer and the reader of the CSV files share it, so that what one refuses the other does too.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Confidentialite


def colonne_personnelle(titre: str, regles: Confidentialite) -> str | None:
    """Return what a column of that heading would hold about a person (« le nom d'une personne »), or None."""
    plain = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return next((rule.objet for rule in regles.colonnes if re.fullmatch(rule.motif, key)), None)


def valeur_personnelle(texte: str, regles: Confidentialite) -> str | None:
    """Return what a cell gives away about a person (« une adresse électronique »), or None."""
    return next((rule.objet for rule in regles.valeurs if re.search(rule.motif, texte)), None)
