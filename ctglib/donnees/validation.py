"""Everything of a convention checked at once: its texts, the catalogue, the follow-up of its years, its evaluation."""

from __future__ import annotations

from ctglib.donnees.dossier_suivi import fautes_de_convention
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.finale import fautes_finales
from ctglib.donnees.lecture import enregistrer


def valider(convention: str) -> tuple[str, ...]:
    """Check all the files of a convention and of the catalogue, and return the names of those read.

    Raises:
        DonneesInvalides: All the faults of all the files, or a convention that is not there.
    """
    with enregistrer() as journal:
        faults = [*fautes_de_convention(convention), *fautes_finales(convention)]
    if faults:
        raise DonneesInvalides(list(faults))
    return tuple(sorted(journal.lus))
