"""What an analyst types at the end: ``evaluation = ouvrir_evaluation("harnes")``, then one word for one result."""

from __future__ import annotations

from ctglib.classeur.finale.evaluation_finale import EvaluationFinale
from ctglib.classeur.finale.ouverture import ouvrir_evaluation

__all__ = ["EvaluationFinale", "ouvrir_evaluation"]
