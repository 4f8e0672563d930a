"""Everything of a convention checked at once: its texts, the catalogue, the follow-up of its years, its evaluation."""

from __future__ import annotations

from ctglib.donnees.conventions import DOSSIER, conventions
from ctglib.donnees.dossier_suivi import fautes_de_convention
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.finale import fautes_finales
from ctglib.donnees.lecture import enregistrer, existe, lire_octets
from ctglib.donnees.verifications_sources import fautes_du_diagnostic


def valider(convention: str) -> tuple[str, ...]:
    """Check all the files of a convention and of the catalogue, and return the names of those read.

    Raises:
        DonneesInvalides: All the faults of all the files, or a convention that is not there.
    """
    with enregistrer() as journal:
        faults = [*fautes_de_convention(convention), *fautes_finales(convention)]
        faults = faults or fautes_du_diagnostic(convention)
    if faults:
        raise DonneesInvalides(list(faults))
    return tuple(sorted(journal.lus))


A_COMPLETER = "À compléter"
COPIES = ("annexe1.csv", "offre.csv")


def avertissements(convention: str) -> list[str]:
    """Return what is no fault and has to be seen: what is left to fill, and the files of another convention."""
    folder = f"{DOSSIER}/{convention}"
    lines = lire_octets(f"{folder}/convention.yaml").decode("utf-8").splitlines()
    left = [str(rank) for rank, line in enumerate(lines, 1) if A_COMPLETER in line.partition("#")[0]]
    told = [f"{folder}/convention.yaml, {len(left)} « {A_COMPLETER} » (lignes {', '.join(left[:8])})"] if left else []
    for name in COPIES:
        content = lire_octets(f"{folder}/{name}")
        if content.count(b"\n") < 2:
            told.append(f"{folder}/{name}, aucune ligne : le diagnostic n'en dira rien")
            continue
        twins = [one for one in conventions() if one != convention and existe(path := f"{DOSSIER}/{one}/{name}")
                 and lire_octets(path) == content]  # fmt: skip
        told += [f"{folder}/{name}, le même fichier que celui de « {twin} »" for twin in twins]
    return told
