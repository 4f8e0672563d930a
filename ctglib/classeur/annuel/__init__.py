"""What an analyst types of a year: ``bilan = ouvrir_bilan("harnes", 2024)``, then ``bilan.fiche(1)``."""

from __future__ import annotations

from ctglib.classeur.annuel.bilan import Bilan
from ctglib.classeur.annuel.fiche import Fiche
from ctglib.classeur.annuel.ouverture import ouvrir_bilan

__all__ = ["Bilan", "Fiche", "ouvrir_bilan"]
