"""``ctg valider``."""

from __future__ import annotations

from ctglib.commandes.messages import dire, refuser
from ctglib.donnees.conventions import conventions
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.validation import avertissements, valider
from ctglib.donnees.verifications_sources import examiner_les_sources
from ctglib.production.paroles import fautes_des_paroles


def valider_conventions(demandees: list[str]) -> int:
    """Check conventions, say every fault, and return 0, or 1 when one has a fault."""
    fautes = []
    for nom in demandees or _toutes(fautes):
        try:
            fichiers = valider(nom)
            if faults := fautes_des_paroles(nom):
                fautes.extend(faults)
                continue
        except DonneesInvalides as error:
            fautes.extend(error.fautes)
        else:
            dire(f"✓ {nom} : {len(fichiers)} fichiers lus, aucune faute.")
            dire(*(f"  à voir : {line}" for line in avertissements(nom)))
    impossible, odd = examiner_les_sources()
    fautes.extend(impossible)
    dire(*(f"  à voir : {line}" for line in odd))
    return refuser(str(DonneesInvalides(fautes))) if fautes else 0


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
