"""Making the reports that are out of date, each on its own: one that fails never stops the others."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import groupby, islice
from typing import TYPE_CHECKING, TypeVar

from ctglib.donnees.ecriture import PROVISOIRES, EcritureImpossible
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import VARIABLE, publiable
from ctglib.production.echec import RELANCER, Echec, echec_de, page_d_echec, titre_de
from ctglib.production.fabrication import Etude, Fabrication, Tache, etudier, fabriquer
from ctglib.production.manifeste import Trace
from ctglib.production.pool import DelaiDepasse, OuvrierPerdu, TacheEchouee

if TYPE_CHECKING:
    from pathlib import Path

    from ctglib.production.manifeste import Prevision
    from ctglib.production.plan import Commande

VERROU, TRAVAIL = ".ctg-verrou", ".ctg-travail"  # in the folder of the reports
PATIENCE = 1.0  # seconds: Windows hears Ctrl-C only between two waits


Prevu = TypeVar("Prevu")  # what holds the order of a report as its ``commande``


class DejaEnCours(Empechement):
    """Another command is making reports, or making them again, in this folder; the message says what to do."""


@dataclass(frozen=True)
class Resultat:
    """What became of an order."""

    commande: Commande
    raisons: tuple[str, ...]  # why the report had to be made
    tailles: dict[str, int] = field(default_factory=dict)  # bytes of each format written; none when it failed
    tableaux: int = 0  # number of CSV written
    echec: Echec | None = None
    mesures: dict[str, float] = field(default_factory=dict)  # seconds by step


@contextmanager
def verrouiller(sortie: Path, conventions: Iterable[str] = ()) -> Iterator[Path]:
    """Hold the folder of the reports until the block ends, and yield the folder of temporary files of the workers.

    The lock is the system's: it goes with the process that holds it. What a killed command left goes with this one.

    Raises:
        DejaEnCours: Another process holds it.
        EcritureImpossible: The folder cannot be written in.
    """
    from filelock import FileLock, Timeout

    travail = sortie / TRAVAIL
    try:
        sortie.mkdir(parents=True, exist_ok=True)
        tenu = FileLock(sortie / VERROU, timeout=0, mode=0o644).acquire()
        travail.mkdir(mode=0o700, exist_ok=True)
    except Timeout:
        raise DejaEnCours(
            f"Une autre commande ctg (produire ou verifier) travaille déjà dans {sortie}. Attendez qu'elle finisse, ou "
            "choisissez un autre dossier par --sortie. Rien n'a été changé."
        ) from None
    except OSError as error:
        raise EcritureImpossible(
            f"Impossible d'écrire dans {sortie} ({error.strerror}). Vérifiez que ce dossier accepte l'écriture, ou "
            "choisissez-en un autre par --sortie."
        ) from error
    with tenu:
        for path in [*sortie.glob(PROVISOIRES), *(p for nom in conventions for p in (sortie / nom).rglob(PROVISOIRES))]:
            with suppress(OSError):
                path.unlink()
        try:
            yield travail
        finally:
            shutil.rmtree(travail, ignore_errors=True)


def realiser(
    previsions: Iterable[Prevision], executeur: Executor, *, moteur: str, places: int, temporaire: str = ""
) -> Iterator[Resultat]:
    """Make reports, and yield what became of each as it is done and written; the arguments are those of ``confier``."""
    for prevision, rendu in confier(previsions, executeur, moteur=moteur, places=places, temporaire=temporaire):
        yield _echouer(prevision, rendu) if isinstance(rendu, Echec) else _ranger(prevision, rendu)


def confier(
    prevus: Iterable[Prevu], executeur: Executor, *, moteur: str, places: int, temporaire: str = ""
) -> Iterator[tuple[Prevu, Fabrication | Echec]]:
    """Yield what each report gave, or why it gave nothing, as it is done; nothing is written.

    Few are handed over at once (``places``): memory does not grow with their number. ``temporaire`` is the folder of
    temporary files, the system's when empty.
    """
    restants, en_cours = iter(prevus), {}
    while True:
        for prevu in islice(restants, places - len(en_cours)):
            tache = Tache(prevu.commande, moteur, os.environ.get(VARIABLE), temporaire)
            en_cours[executeur.submit(fabriquer, tache)] = prevu
        if not en_cours:
            return
        finis, _ = wait(en_cours, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in finis:
            prevu, error = en_cours.pop(future), future.exception()
            yield prevu, future.result() if error is None else echec_de(error, prevu.commande)


def _ranger(prevision: Prevision, rendu: Fabrication) -> Resultat:
    """Write what a report gave, then the manifest that tells of it."""
    commande = prevision.commande
    contenus = {commande.dossier / nom: content for nom, content in rendu.contenus.items()}
    trace = Trace.de(commande, rendu, prevision.trace)
    try:
        prevision.manifeste.consigner(contenus, commande.cle, trace=trace)
    except EcritureImpossible as error:
        return _echouer(prevision, Echec(cause=str(error), remede=RELANCER))
    for path in commande.base.glob("*.csv"):  # of tables that the report no longer has: that folder is its own
        if path not in contenus:
            path.unlink()
    commande.page_echec.unlink(missing_ok=True)
    tailles = {kind: len(rendu.contenus[f"{commande.cle}.{kind}"]) for kind in commande.formats}
    tableaux = sum(nom.endswith(".csv") for nom in rendu.contenus)
    return Resultat(commande, prevision.raisons, tailles=tailles, tableaux=tableaux, mesures=rendu.mesures)


def _echouer(prevision: Prevision, echec: Echec) -> Resultat:
    """Write the page of a failure beside the report that stays, and return the result."""
    commande, trace = prevision.commande, prevision.trace
    page = page_d_echec(commande, echec, trace)
    with suppress(EcritureImpossible):  # it is what failed, perhaps, and the command says so
        prevision.manifeste.consigner({commande.page_echec: page}, commande.cle, echec=titre_de(commande, trace))
    return Resultat(commande, prevision.raisons, echec=echec)


def retenir(previsions: Iterable[Prevision]) -> Iterator[Prevision]:
    """Yield what has to be made; of the others, a former failure is forgotten."""
    for prevision in previsions:
        if prevision.raisons:
            yield prevision
        elif prevision.commande.cle in prevision.manifeste.echecs:
            prevision.oublier_l_echec()


def confirmer(previsions: Iterable[Prevision], executeur: Executor) -> Iterator[Prevision]:
    """Yield what has to be made, without reason what is up to date all the same.

    A fiche reads a part of its year's study, and the files that the study is made from hold the parts of all. So when
    one of them changes the study is made again, once for all its reports, while those that surely have to be made are
    begun; then its parts are compared with those that each of the others was made from.
    """
    for _, group in groupby(previsions, key=lambda prevision: prevision.commande.dossier):
        attente = list(group)
        suspendues = [(prevision, prevision.trace.etudes) for prevision in attente if prevision.suspendue]
        taches = {
            nom: executeur.submit(etudier, nom, os.environ.get(VARIABLE))
            for nom in dict.fromkeys(nom for _, noms in suspendues for nom in noms)
        }
        yield from (prevision for prevision in attente if not prevision.suspendue)
        for prevision, noms in suspendues:
            yield _confirmer(prevision, [etude for nom in noms if (etude := _resultat(taches[nom]))])


def _resultat(tache: Future) -> Etude | None:
    """Return a study; one that cannot be worked out is left to its reports, which will say why."""
    try:
        return tache.result()
    except (DelaiDepasse, OuvrierPerdu, TacheEchouee):
        return None


def _confirmer(prevision: Prevision, etudes: list[Etude]) -> Prevision:
    """Return a report without reason, its trace brought up to date, when its parts are those that it was made from."""
    trace = prevision.trace
    parts = {nom: digest for etude in etudes for nom, digest in etude.parts.items()}
    lus = {nom: digest for etude in etudes for nom, digest in etude.journal.lus.items() if nom in trace.lus}
    touches = [nom for nom, digest in lus.items() if publiable(nom) and digest != trace.lus[nom]]
    if touches or any(parts.get(nom) != digest for nom, digest in trace.parts.items()):
        return replace(prevision, suspendue=False)
    prevision.oublier_l_echec(replace(trace, lus={**trace.lus, **lus}))
    return replace(prevision, raisons=(), suspendue=False)
