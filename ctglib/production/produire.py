"""Making the reports that are out of date, each on its own: one that fails never stops the others."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import PROVISOIRES, EcritureImpossible
from ctglib.donnees.lecture import VARIABLE
from ctglib.production.echec import RELANCER, Echec
from ctglib.production.fabrication import Fabrication, Tache, fabriquer
from ctglib.production.manifeste import Trace
from ctglib.production.page_echec import page_d_echec
from ctglib.production.pannes import echec_de

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from ctglib.production.plan import Prevision
    from ctglib.production.rapports import Commande

SUFFIXE_ECHEC = ".echec.html"
PATIENCE = 1.0  # seconds: Windows hears Ctrl-C only between two waits


@dataclass(frozen=True)
class Resultat:
    """What became of an order: the files written, or the failure that says why not."""

    prevision: Prevision
    fichiers: dict[Path, int] = field(default_factory=dict)
    echec: Echec | None = None
    mesures: dict[str, float] = field(default_factory=dict)

    @property
    def commande(self) -> Commande:
        """The order."""
        return self.prevision.commande

    @property
    def page_echec(self) -> Path:
        """Where the page of its failure lies."""
        return chemin_echec(self.commande)


def chemin_echec(commande: Commande) -> Path:
    """Return where the page of a failure lies, beside the report."""
    return commande.base.with_name(commande.base.name + SUFFIXE_ECHEC)


def realiser(previsions: Iterable[Prevision], executeur: Executor, *, moteur: str, places: int) -> Iterator[Resultat]:
    """Make reports, and yield what became of each as it is done and written.

    Args:
        previsions: The reports to make.
        executeur: Who makes them. Few are handed to it at a time, and each is written as soon as it is made: memory
            does not grow with their number.
        moteur: ``ctg`` or ``standard``.
        places: How many may be handed over at once.
    """
    # The longest first, so that none begins when the others end; the size of a notebook tells well enough.
    restantes = deque(sorted(previsions, key=lambda item: -item.commande.carnet.stat().st_size))
    en_cours: dict[Future, Prevision] = {}
    while restantes or en_cours:
        while restantes and len(en_cours) < places:
            prevision = restantes.popleft()
            tache = Tache(prevision.commande, moteur, os.environ.get(VARIABLE))
            en_cours[executeur.submit(fabriquer, tache)] = prevision
        finis, _ = wait(en_cours, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in finis:
            yield _ranger(en_cours.pop(future), future)


def oublier_les_echecs(previsions: Iterable[Prevision]) -> None:
    """Remove the page of failure of the reports that are up to date again, without having been made again."""
    for prevision in previsions:
        manifeste, cle = prevision.manifeste, prevision.commande.cle
        if not prevision.raisons and cle in manifeste.echecs:
            manifeste.consigner({}, cle)
            chemin_echec(prevision.commande).unlink(missing_ok=True)


def retirer_les_restes(sortie: Path, conventions: Iterable[str]) -> None:
    """Remove the temporary files that a killed command left."""
    for path in (*sortie.glob(PROVISOIRES), *(p for nom in conventions for p in (sortie / nom).rglob(PROVISOIRES))):
        with suppress(OSError):
            path.unlink()


def _ranger(prevision: Prevision, future: Future) -> Resultat:
    """Write what a report gave, or the page of its failure."""
    error = future.exception()
    rendu = future.result() if error is None else echec_de(error, prevision.commande)
    if isinstance(rendu, Echec):
        return _echouer(prevision, rendu)
    try:
        fichiers = _ecrire(prevision, rendu)
    except EcritureImpossible as error:
        return _echouer(prevision, Echec(cause=str(error), remede=RELANCER))
    return Resultat(prevision, fichiers=fichiers, mesures=rendu.mesures)


def _ecrire(prevision: Prevision, fabrication: Fabrication) -> dict[Path, int]:
    """Write the files of a report, then the manifest that tells them, all of them or none."""
    commande, manifeste = prevision.commande, prevision.manifeste
    contenus = {commande.dossier / nom: content for nom, content in fabrication.contenus.items()}
    manifeste.consigner(contenus, commande.cle, trace=Trace.de(commande, fabrication, prevision.trace))
    _retirer_tableaux_disparus(commande, contenus)
    chemin_echec(commande).unlink(missing_ok=True)
    return {path: len(content) for path, content in contenus.items()}


def _echouer(prevision: Prevision, echec: Echec) -> Resultat:
    """Write the page of a failure beside the report that stays, and return the result."""
    commande, manifeste = prevision.commande, prevision.manifeste
    page = page_d_echec(commande, echec, prevision.trace)
    with suppress(EcritureImpossible):  # it is what failed, perhaps, and the command says so
        manifeste.consigner({chemin_echec(commande): page}, commande.cle, echec=echec.cause)
    return Resultat(prevision, echec=echec)


def _retirer_tableaux_disparus(commande: Commande, contenus: dict[Path, bytes]) -> None:
    """Remove the CSV of tables that the report no longer has: the folder beside a report is the report's own."""
    for path in commande.base.glob("*.csv"):
        if path not in contenus:
            path.unlink()
