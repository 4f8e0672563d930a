"""Making the reports that are out of date, each on its own: one that fails never stops the others."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, wait
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol, TypeVar

from ctglib.donnees.ecriture import PROVISOIRES, EcritureImpossible
from ctglib.donnees.lecture import VARIABLE
from ctglib.production import interruption
from ctglib.production.echec import RELANCER, Echec
from ctglib.production.fabrication import Fabrication, Tache, fabriquer
from ctglib.production.manifeste import Trace
from ctglib.production.page_echec import page_d_echec, titre_de
from ctglib.production.pannes import echec_de

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from ctglib.production.plan import Prevision
    from ctglib.production.rapports import Commande

SUFFIXE_ECHEC = ".echec.html"
PATIENCE = 1.0  # seconds: Windows hears Ctrl-C only between two waits


class Ordonne(Protocol):
    """What holds the order of a report."""

    @property
    def commande(self) -> Commande:
        """The order."""


Prevu = TypeVar("Prevu", bound=Ordonne)


@dataclass(frozen=True)
class Resultat:
    """What became of an order.

    Attributes:
        commande: The order.
        raisons: Why the report had to be made.
        tailles: Bytes of each format written; none when it failed.
        tableaux: Number of CSV written.
        echec: Why it failed.
        mesures: Seconds by step.
    """

    commande: Commande
    raisons: tuple[str, ...]
    tailles: dict[str, int] = field(default_factory=dict)
    tableaux: int = 0
    echec: Echec | None = None
    mesures: dict[str, float] = field(default_factory=dict)

    @property
    def page_echec(self) -> Path:
        """Where the page of its failure lies."""
        return chemin_echec(self.commande)


def chemin_echec(commande: Commande) -> Path:
    """Return where the page of a failure lies, beside the report."""
    return commande.base.with_name(commande.base.name + SUFFIXE_ECHEC)


def realiser(previsions: Iterable[Prevision], executeur: Executor, *, moteur: str, places: int) -> Iterator[Resultat]:
    """Make reports, and yield what became of each as it is done and written; the arguments are those of ``confier``."""
    for prevision, rendu in confier(previsions, executeur, moteur=moteur, places=places):
        yield _ranger(prevision, rendu)


def confier(
    prevus: Iterable[Prevu], executeur: Executor, *, moteur: str, places: int
) -> Iterator[tuple[Prevu, Fabrication | Echec]]:
    """Yield what each report gave, or why it gave nothing, as it is done; nothing is written.

    Args:
        prevus: The reports to make, each with its order.
        executeur: Who makes them. Few are handed to it at a time: memory does not grow with their number.
        moteur: ``ctg`` or ``standard``.
        places: How many may be handed over at once.
    """
    restants, en_cours = iter(prevus), {}
    while True:
        interruption.verifier()
        for prevu in islice(restants, places - len(en_cours)):
            tache = Tache(prevu.commande, moteur, os.environ.get(VARIABLE))
            en_cours[executeur.submit(fabriquer, tache)] = prevu
        if not en_cours:
            return
        finis, _ = wait(en_cours, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in finis:
            prevu, error = en_cours.pop(future), future.exception()
            yield prevu, future.result() if error is None else echec_de(error, prevu.commande)


def oublier_l_echec(prevision: Prevision) -> None:
    """Remove the page of failure of a report that is up to date again, without having been made again."""
    if prevision.commande.cle in prevision.manifeste.echecs:
        prevision.manifeste.consigner({}, prevision.commande.cle)
        chemin_echec(prevision.commande).unlink(missing_ok=True)


def retirer_les_restes(sortie: Path, conventions: Iterable[str]) -> None:
    """Remove the temporary files that a killed command left."""
    for path in (*sortie.glob(PROVISOIRES), *(p for nom in conventions for p in (sortie / nom).rglob(PROVISOIRES))):
        with suppress(OSError):
            path.unlink()


def _ranger(prevision: Prevision, rendu: Fabrication | Echec) -> Resultat:
    """Write what a report gave, or the page of its failure."""
    if isinstance(rendu, Echec):
        return _echouer(prevision, rendu)
    try:
        _ecrire(prevision, rendu)
    except EcritureImpossible as error:
        return _echouer(prevision, Echec(cause=str(error), remede=RELANCER))
    commande, contenus = prevision.commande, rendu.contenus
    return Resultat(
        commande,
        prevision.raisons,
        tailles={kind: len(contenus[f"{commande.cle}.{kind}"]) for kind in commande.formats},
        tableaux=sum(nom.endswith(".csv") for nom in contenus),
        mesures=rendu.mesures,
    )


def _ecrire(prevision: Prevision, fabrication: Fabrication) -> None:
    """Write the files of a report, then the manifest that tells them, all of them or none."""
    commande, manifeste = prevision.commande, prevision.manifeste
    contenus = {commande.dossier / nom: content for nom, content in fabrication.contenus.items()}
    manifeste.consigner(contenus, commande.cle, trace=Trace.de(commande, fabrication, prevision.trace))
    _retirer_tableaux_disparus(commande, contenus)
    chemin_echec(commande).unlink(missing_ok=True)


def _echouer(prevision: Prevision, echec: Echec) -> Resultat:
    """Write the page of a failure beside the report that stays, and return the result."""
    commande, manifeste = prevision.commande, prevision.manifeste
    page, titre = page_d_echec(commande, echec, prevision.trace), titre_de(commande, prevision.trace)
    with suppress(EcritureImpossible):  # it is what failed, perhaps, and the command says so
        manifeste.consigner({chemin_echec(commande): page}, commande.cle, echec=titre)
    return Resultat(commande, prevision.raisons, echec=echec)


def _retirer_tableaux_disparus(commande: Commande, contenus: dict[Path, bytes]) -> None:
    """Remove the CSV of tables that the report no longer has: the folder beside a report is the report's own."""
    for path in commande.base.glob("*.csv"):
        if path not in contenus:
            path.unlink()
