"""The natures of indicators that share a chart: what a fiche does, then what comes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Groupe:
    """Natures of indicators that share a chart: a fiche's thirteen panels would not hold on a page."""

    nom: str
    natures: tuple[str, ...]
    question: str


GROUPES = (
    Groupe("actions", ("moyen", "realisation"), "comment les moyens et les réalisations ont-ils évolué"),
    Groupe("resultats", ("resultat",), "comment les résultats ont-ils évolué"),
)
