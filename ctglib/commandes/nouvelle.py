"""``ctg nouvelle-convention``."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console

from ctglib.commandes.suivante import preparer
from ctglib.commandes.suivante.depart import preparer_depart
from ctglib.donnees.ecriture import EcritureImpossible, ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import racine

if TYPE_CHECKING:
    from ctglib.commandes.suivante.preparer import Projet


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


QUESTIONS = {
    "territoire": "Code Insee de la commune, ou SIREN de l'EPCI (exemple : 62413)",
    "debut": "Premier jour de la convention (exemple : 2024-01-01)",
    "fin": "Dernier jour (exemple : 2028-12-31)",
    "parties": "Signataires, séparés par « ; » (exemple : Ville de Lens ; Caf du Pas-de-Calais)",
    "fiches": "Nombre de fiches action (exemple : 4)",
}


def commencer_convention(nom: str, territoire: str, debut: str, fin: str, parties: str, fiches: int) -> int:
    """Write the folder of a convention to fill, asking at a terminal for what was not given; return 0, or 1."""
    given = {"territoire": territoire, "debut": debut, "fin": fin, "parties": parties, "fiches": str(fiches or "")}
    if sys.stdin.isatty():
        given |= {name: input(f"{QUESTIONS[name]} : ").strip() for name, text in given.items() if not text}
    try:
        days = [_jour(f"--{name}", given[name]) for name in ("debut", "fin")]
        names = [party.strip() for party in given["parties"].split(";") if party.strip()]
        count = int(given["fiches"]) if given["fiches"].isdecimal() else 0
        begun = preparer_depart(nom, given["territoire"], *days, parties=names, fiches=count)
        ecrire({racine() / path: content for path, content in begun.fichiers.items()})
    except (DonneesInvalides, EcritureImpossible) as error:
        message = f"{error}\n\nRien n'a été écrit."
        Console(stderr=True, highlight=False).print(message, markup=False, soft_wrap=True)
        return 1
    console = Console(highlight=False)
    for line in (
        f"Dossier écrit : data/conventions/{nom} ({len(begun.fichiers)} fichiers).",
        f"Diagnostic : {begun.remplies[0]} indicateurs sur {begun.remplies[1]} remplis de données publiques.",
        f"À demander (la note de chaque ligne d'annexe1.csv dit quoi, et à qui) : {' ; '.join(begun.a_demander)}.",
        "À faire : remplir convention.yaml le texte signé sous les yeux (docs/une-convention.md), "
        f"puis « ctg valider -c {nom} ».",
    ):
        console.print(line, markup=False, soft_wrap=True)
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
        f"Diagnostic renouvelé : {project.renouveles[0]} lignes sur {project.renouveles[1]} ; le reste est à demander.",
        f"À faire : relire convention.yaml, puis « ctg produire diagnostic -c {project.nom} ».",
    ]
    console = Console(highlight=False)
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
