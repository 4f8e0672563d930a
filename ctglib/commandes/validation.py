"""``ctg valider``."""

from __future__ import annotations

from rich.console import Console

from ctglib.donnees.dossier import conventions, lire_dossier
from ctglib.donnees.fautes import DonneesInvalides


def valider_conventions(demandees: list[str]) -> int:
    """Check conventions, say every fault, and return 0, or 1 when one has a fault."""
    console = Console(highlight=False)
    fautes = []
    for nom in demandees or conventions():
        try:
            dossier = lire_dossier(nom)
        except DonneesInvalides as error:
            fautes.extend(error.fautes)
        else:
            console.print(f"✓ {nom} : {len(dossier.fichiers)} fichiers lus, aucune faute.", markup=False)
    if fautes:
        Console(stderr=True, highlight=False).print(str(DonneesInvalides(fautes)), markup=False, soft_wrap=True)
    return 1 if fautes else 0
