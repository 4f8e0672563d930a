"""Whether what has changed of the follow-up reaches a report: the study of its year is worked out before it.

A fiche reads a part of its year's study; the files that the study is made from hold the parts of all. So when one of
them changes, the study is made again, once for all the reports that use it, and its parts are compared with those that
each report was made from.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from ctglib.donnees.empreintes import publiable
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE, Journal, enregistrer
from ctglib.production.importation import ETUDES, chargement, importer
from ctglib.production.processus import DelaiDepasse, OuvrierPerdu, TacheEchouee
from ctglib.production.produire import chemin_echec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from concurrent.futures import Executor, Future

    from ctglib.production.manifeste import Trace
    from ctglib.production.plan import Prevision

ETUDE = "etude"  # first word of the name of a study, and of its parts


@dataclass(frozen=True)
class Etude:
    """A study worked out: what it read, and the fingerprints of its parts."""

    journal: Journal
    parts: dict[str, str]


def preparer() -> None:
    """Load what a study needs, before it is known which."""
    with chargement():
        importer(ETUDES)


def etudier(nom: str, donnees: str | None) -> Etude | None:
    """Work out a study, which the reports of this production then share; None when its data do not hold.

    Args:
        nom: « etude/convention/annee/diffusion ».
        donnees: The data folder.
    """
    from ctglib.classeur.annuel import etudier as annuel

    if donnees is not None:
        os.environ[VARIABLE] = donnees
    _, convention, annee, diffusion = nom.split("/")
    try:
        with enregistrer() as journal:
            found = annuel.etudier(convention, int(annee), diffusion)
    except DonneesInvalides:
        return None
    return Etude(journal, annuel.parts(found))


def confirmer(previsions: Iterable[Prevision], executeur: Executor) -> Iterator[Prevision]:
    """Yield what has to be made, without reason what is up to date all the same.

    The studies that decide of a report are worked out while the others are begun, which share them.

    Args:
        previsions: What has reasons to be made, the reports of a convention together.
        executeur: Who works the studies out, on this computer.
    """
    for _, group in groupby(previsions, key=lambda prevision: prevision.commande.dossier):
        attente = list(group)
        suspendues = [prevision for prevision in attente if prevision.suspendue]
        noms = dict.fromkeys(nom for prevision in suspendues for nom in _etudes(prevision.trace))
        taches = {nom: executeur.submit(etudier, nom, os.environ.get(VARIABLE)) for nom in noms}
        yield from (prevision for prevision in attente if not prevision.suspendue)
        for prevision in suspendues:
            yield _confirmer(prevision, {nom: _resultat(taches[nom]) for nom in _etudes(prevision.trace)})


def _resultat(tache: Future) -> Etude | None:
    """Return a study; one that cannot be worked out is left to its reports, which will say why."""
    try:
        return tache.result()
    except (DelaiDepasse, OuvrierPerdu, TacheEchouee):
        return None


def _etudes(trace: Trace | None) -> tuple[str, ...]:
    """Return the names of the studies that a report used, whole or in part."""
    names = trace.parts if trace else ()
    return tuple(dict.fromkeys("/".join(nom.split("/")[:4]) for nom in names if nom.startswith(f"{ETUDE}/")))


def _confirmer(prevision: Prevision, etudes: Mapping[str, Etude | None]) -> Prevision:
    """Return a report without reason, its trace brought up to date, when its parts are those that it was made from."""
    trace, found = prevision.trace, [etude for etude in etudes.values() if etude]
    parts = {nom: digest for etude in found for nom, digest in etude.parts.items()}
    lus = {nom: digest for etude in found for nom, digest in etude.journal.lus.items() if nom in trace.lus}
    touches = [nom for nom, digest in lus.items() if publiable(nom) and digest != trace.lus[nom]]
    if touches or any(parts.get(nom) != digest for nom, digest in trace.parts.items()):
        return replace(prevision, suspendue=False)
    prevision.manifeste.consigner({}, prevision.commande.cle, trace=replace(trace, lus={**trace.lus, **lus}))
    chemin_echec(prevision.commande).unlink(missing_ok=True)
    return replace(prevision, raisons=(), suspendue=False)
