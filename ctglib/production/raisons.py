"""Why a report has to be made again, in words; no reason, nothing to do."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from ctglib.donnees import lecture
from ctglib.donnees.empreintes import publiable
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import lister, racine
from ctglib.production.identite import empreinte, empreinte_du_code, versions
from ctglib.production.rapports import Carnet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ctglib.production.manifeste import Trace
    from ctglib.production.rapports import Commande

JAMAIS = "jamais produit"
FORCE = "demandé par --forcer"


class Donnees:
    """The data folder as it is now, each file read once however many reports have read it."""

    def __init__(self) -> None:
        self.empreinte = cache(_empreinte)
        self.noms = cache(_noms)
        self.existe = cache(_existe)


def raisons(commande: Commande, trace: Trace | None, donnees: Donnees) -> tuple[str, ...]:
    """Return why a report has to be made, the causes that a reader knows best first."""
    if trace is None:
        return (JAMAIS,)
    return (
        *_formats(commande, trace.sorties),
        *causes(commande, trace, donnees),
        *sorties_touchees(commande.dossier, trace.sorties),
    )


def tient_a_des_parts(trouvees: tuple[str, ...], trace: Trace, donnees: Donnees) -> bool:
    """Return whether all that has changed is follow-up, of which the report used parts: only they tell if it matters.

    A part without fingerprint is a whole.

    Args:
        trouvees: What ``raisons`` returns.
        trace: The last success of the report.
        donnees: The data folder.
    """
    suivi = replace(
        trace, lus={nom: lue for nom, lue in trace.lus.items() if not publiable(nom)}, absents=(), listes={}
    )
    return bool(trace.parts) and all(trace.parts.values()) and trouvees == tuple(_des_donnees(suivi, donnees))


def causes(commande: Commande, trace: Trace, donnees: Donnees) -> tuple[str, ...]:
    """Return what is no longer as it was when a report was made: data, parameters, notebook, code, versions."""
    return (
        *_des_donnees(trace, donnees),
        *_des_parametres(commande, trace),
        *_du_carnet(commande, trace),
        *_du_code(trace),
        *_des_versions(trace.versions),
    )


def sorties_touchees(dossier: Path, sorties: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that are not those that were made: removed, touched, or left by a work cut short."""
    for nom, attendue in sorties.items():
        path = dossier / nom
        if not path.is_file():
            yield f"{nom} a été retiré"
        elif empreinte(path.read_bytes()) != attendue:
            yield f"{nom} n'est pas celui qui avait été produit (travail interrompu, ou fichier modifié)"


def _formats(commande: Commande, sorties: Mapping[str, str]) -> Iterator[str]:
    for suffixe in commande.formats:
        if f"{commande.cle}.{suffixe}" not in sorties:
            yield f"format {suffixe} pas encore produit"


def _des_donnees(trace: Trace, donnees: Donnees) -> Iterator[str]:
    for nom, lue in trace.lus.items():
        actuelle = donnees.empreinte(nom)
        if actuelle is None:
            yield f"{nom} a disparu"
        elif actuelle != lue:
            yield f"{nom} a changé"
    for nom in trace.absents:
        if donnees.existe(nom):
            yield f"{nom} est apparu"
    for nom, listes in trace.listes.items():
        actuels = donnees.noms(nom)
        yield from (f"{nom}/{ajoute} est apparu" for ajoute in sorted(set(actuels) - set(listes)))
        yield from (f"{nom}/{retire} a disparu" for retire in sorted(set(listes) - set(actuels)))


def _des_parametres(commande: Commande, trace: Trace) -> Iterator[str]:
    if dict(commande.parametres) != trace.parametres:
        yield "les paramètres ont changé"


def _du_carnet(commande: Commande, trace: Trace) -> Iterator[str]:
    if empreinte(Carnet(commande.carnet).octets) != trace.carnet:
        yield f"le carnet {commande.carnet.name} a changé"


def _du_code(trace: Trace) -> Iterator[str]:
    if trace.code != empreinte_du_code():
        yield "le code du classeur a changé"


def _des_versions(anciennes: Mapping[str, str]) -> Iterator[str]:
    actuelles = versions()
    for nom in sorted({*anciennes, *actuelles}):
        avant, apres = anciennes.get(nom), actuelles.get(nom)
        if avant is None:
            yield f"{nom} {apres} a été installé"
        elif apres is None:
            yield f"{nom} {avant} a été retiré"
        elif avant != apres:
            yield f"{nom} est passé de {avant} à {apres}"


def _empreinte(relatif: str) -> str | None:
    try:
        return lecture.empreinte(relatif)
    except DonneesInvalides:
        return None


def _noms(relatif: str) -> tuple[str, ...]:
    try:
        return lister(relatif)
    except DonneesInvalides:
        return ()


def _existe(relatif: str) -> bool:
    return (racine() / relatif).exists()
