"""``ctg valider``."""

from __future__ import annotations

from rich.console import Console

from ctglib.donnees.conventions import conventions
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.validation import avertissements, valider


def valider_conventions(demandees: list[str]) -> int:
    """Check conventions, say every fault, and return 0, or 1 when one has a fault."""
    console = Console(highlight=False)
    fautes = []
    for nom in demandees or _toutes(fautes):
        try:
            fichiers = valider(nom)
        except DonneesInvalides as error:
            fautes.extend(error.fautes)
        else:
            console.print(f"✓ {nom} : {len(fichiers)} fichiers lus, aucune faute.", markup=False, soft_wrap=True)
            for line in avertissements(nom):
                console.print(f"  à voir : {line}", markup=False, soft_wrap=True)
    from ctglib.donnees.verifications_sources import fautes_des_sources

    fautes.extend(fautes_des_sources())
    if fautes:
        Console(stderr=True, highlight=False).print(str(DonneesInvalides(fautes)), markup=False, soft_wrap=True)
    return 1 if fautes else 0


def _toutes(fautes: list[Faute]) -> tuple[str, ...]:
    """Return the names of the conventions, or none and the fault of their folder."""
    try:
        noms = conventions()
    except DonneesInvalides as error:
        fautes.extend(error.fautes)
        return ()
    if not noms:
        fautes.append(Faute("conventions", "aucune convention", "un dossier par convention", "remettre le dossier"))
    return noms
