"""What an analyst types in a notebook: ``ctg = ouvrir("harnes")``, then one word for one result."""

from __future__ import annotations

from ctglib.classeur.classeur import Classeur, ouvrir

__all__ = ["Classeur", "ouvrir"]
