"""Making published reports again, beside them in memory, and telling what is not the same."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ctglib.production.chiffres import Changement, comparer
from ctglib.production.echec import Echec
from ctglib.production.identite import empreinte
from ctglib.production.produire import confier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from ctglib.production.fabrication import Fabrication
    from ctglib.production.rapports import Commande
    from ctglib.production.verifier_fichiers import Publie

SOURCES = "sources.csv"  # of fingerprints, not of figures: which inputs changed is told before


@dataclass(frozen=True)
class Rejeu:
    """What a report gave when it was made again.

    Attributes:
        publie: The report.
        fichiers: The files whose bytes are not those of the manifest, or that only one of both has.
        changements: What is not the same in the tables, from what lies in the folder to what was made again.
        echec: Why it could not be made again.
    """

    publie: Publie
    fichiers: tuple[str, ...] = ()
    changements: tuple[Changement, ...] = ()
    echec: Echec | None = None

    @property
    def commande(self) -> Commande:
        """The order of the report."""
        return self.publie.commande


def rejouer(publies: Iterable[Publie], executeur: Executor, *, moteur: str, places: int) -> Iterator[Rejeu]:
    """Make reports again and yield how each compares, as it is done.

    A worker gives back bytes and writes nothing, so that no folder is needed, not even a temporary one.

    Args:
        publies: The reports.
        executeur: Who makes them.
        moteur: ``ctg`` or ``standard``.
        places: How many may be handed over at once.
    """
    for publie, rendu in confier(publies, executeur, moteur=moteur, places=places):
        yield Rejeu(publie, echec=rendu) if isinstance(rendu, Echec) else confronter(publie, rendu)


def confronter(publie: Publie, fabrication: Fabrication) -> Rejeu:
    """Return how a report made again compares with its manifest and with the tables that lie in the folder."""
    rejoues, annonces = fabrication.contenus, publie.trace.sorties
    refaits = {nom: empreinte(content) for nom, content in rejoues.items()}
    noms = sorted({*refaits, *annonces})
    changements = [
        item
        for nom in noms
        if nom.endswith(".csv") and PurePosixPath(nom).name != SOURCES
        for item in comparer(nom, _octets(publie.commande.dossier / nom), rejoues.get(nom))
    ]
    differents = tuple(nom for nom in noms if refaits.get(nom) != annonces.get(nom))
    return Rejeu(publie, differents, tuple(changements))


def _octets(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
