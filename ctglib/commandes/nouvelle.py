"""``ctg nouvelle-convention``."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console

from ctglib.classeur.suivante import preparer
from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides, Faute

if TYPE_CHECKING:
    from ctglib.classeur.suivante.preparer import Projet


def creer_convention(nom: str, depuis: str, debut: str, fin: str) -> int:
    """Write the folder of the next convention, say what it holds, and return 0, or 1 with what prevents it."""
    try:
        project = preparer(nom, depuis, *(_jour(option, text) for option, text in (("--debut", debut), ("--fin", fin))))
        project.ecrire()
    except (DonneesInvalides, EcritureImpossible) as error:
        message = f"{error}\n\nRien n'a été écrit."
        Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)
        return 1
    _rendre_compte(project)
    return 0


def _jour(option: str, texte: str) -> date | None:
    """Return the date of an option, None when it was not given.

    Raises:
        DonneesInvalides: It is no date.
    """
    if not texte:
        return None
    try:
        return date.fromisoformat(texte)
    except ValueError:
        expected = "une date, année-mois-jour"
        fault = Faute("conventions", f"« {texte[:40]} » pour {option}", expected, f"écrire {option} 2027-01-01")
        raise DonneesInvalides([fault]) from None


def _rendre_compte(project: Projet) -> None:
    lines = [
        f"Projet de convention écrit : data/conventions/{project.nom} ({len(project.fichiers)} fichiers).",
        f"Valeurs de départ reprises : {project.departs[0]} indicateurs sur {project.departs[1]} ; cibles à convenir.",
        f"Annexe 1 renouvelée : {project.renouveles[0]} lignes sur {project.renouveles[1]} ; le reste est à demander.",
        f"À faire : relire convention.yaml, puis « ctg produire diagnostic -c {project.nom} ».",
    ]
    console = Console(highlight=False)
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
