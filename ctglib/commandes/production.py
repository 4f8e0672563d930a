"""``ctg produire``."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain, repeat
from typing import TYPE_CHECKING

from rich.console import Console

from ctglib.commandes.compte_rendu import annoncer, rendre_compte, suivre
from ctglib.commandes.demande import Incompris, Options, comprendre
from ctglib.donnees.ecriture import EcritureImpossible, ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.partage import oublier
from ctglib.production.executeurs import Atelier, coeurs
from ctglib.production.grappe import OrdonnanceurAbsent
from ctglib.production.parts import confirmer, preparer
from ctglib.production.plan import Prevision, commandes, prevoir
from ctglib.production.portail import composer, ecrire_portail
from ctglib.production.pressentir import pressentir
from ctglib.production.produire import Resultat, oublier_l_echec, realiser, retirer_les_restes
from ctglib.production.verrou import DejaEnCours, verrouiller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

REFUS = (DonneesInvalides, EcritureImpossible, DejaEnCours, OrdonnanceurAbsent, Incompris)


def produire_rapports(options: Options) -> int:
    """Make the reports asked for that are out of date, and return 0, or 1 when one failed."""
    if options.a_blanc:
        return _dire(_essayer, options)
    with Atelier(options.delai, options.ordonnanceur) as atelier:
        if atelier.etudes and (options.suivre or pressentir(options.sortie, options.carnets).donnees):
            atelier.etudes.submit(preparer)
        return _dire(_suivre if options.suivre else _passer, options, atelier)


def _dire(faire: Callable[..., int], *arguments: object) -> int:
    """Return the exit code of what is done; what stops it is said."""
    try:
        return faire(*arguments)
    except REFUS as error:
        Console(stderr=True, highlight=False).print(str(error), markup=False, soft_wrap=True)
        return 1


def _essayer(options: Options) -> int:
    """Say what would be made."""
    orders = commandes(comprendre(options))
    a_faire = [item for item in prevoir(orders, forcer=options.forcer) if item.raisons]
    annoncer(a_faire, len(orders) - len(a_faire))
    return 0


def _suivre(options: Options, atelier: Atelier) -> int:
    """Make what is out of date, now and each time data change."""
    from ctglib.commandes.surveillance import surveiller

    passages = chain([options], repeat(replace(options, forcer=False)))
    return surveiller(lambda: _dire(_passer, next(passages), atelier), options.carnets)


def _passer(options: Options, atelier: Atelier) -> int:
    """Make what is out of date, bring the portal up to date, and say what became of each."""
    demande = comprendre(options)
    orders = commandes(demande)
    with verrouiller(options.sortie):
        oublier()
        retirer_les_restes(options.sortie, demande.conventions)
        resultats = _produire(prevoir(orders, forcer=options.forcer), options, atelier)
        portail = ecrire_portail(options.sortie)
    rendre_compte(resultats, len(orders) - len(resultats), portail)
    if options.mesures:
        ecrire({options.mesures: json.dumps([_mesure(item) for item in resultats], indent=1).encode()})
    return 1 if any(resultat.echec for resultat in resultats) else 0


def _produire(previsions: Iterable[Prevision], options: Options, atelier: Atelier) -> list[Resultat]:
    """Make what is out of date, and return what became of each."""
    a_faire = _perimes(previsions)
    premier = next(a_faire, None)
    if not premier:
        return []
    executeur, places = atelier.ouvrir(options.travailleurs or coeurs())
    perimes = chain([premier], a_faire)
    if atelier.etudes:
        perimes = _perimes(confirmer(perimes, atelier.etudes))
    with ThreadPoolExecutor(1) as fil:
        fil.submit(composer, ())  # the portal's libraries load while the reports are made
        return list(suivre(realiser(perimes, executeur, moteur=options.moteur, places=places)))


def _perimes(previsions: Iterable[Prevision]) -> Iterator[Prevision]:
    """Yield what has to be made; of the others, a former failure is forgotten."""
    for prevision in previsions:
        if prevision.raisons:
            yield prevision
        else:
            oublier_l_echec(prevision)


def _mesure(resultat: Resultat) -> dict[str, object]:
    return {
        "rapport": resultat.commande.cle,
        "convention": resultat.commande.convention,
        "secondes": resultat.mesures.get("total", 0.0),
        "etapes": resultat.mesures,
    }
