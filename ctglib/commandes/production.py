"""``ctg produire``."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from itertools import chain, repeat
from typing import TYPE_CHECKING

from ctglib.commandes.compte_rendu import annoncer, rendre_compte, suivre
from ctglib.commandes.demande import Options, demander
from ctglib.commandes.messages import refusant
from ctglib.donnees.ecriture import ecrire
from ctglib.production.manifeste import prevoir
from ctglib.production.plan import carnets_ignores
from ctglib.production.pool import ouvrir_executeur
from ctglib.production.portail import ecrire_portail
from ctglib.production.produire import Resultat, confirmer, realiser, retenir, verrouiller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from ctglib.production.manifeste import Prevision


def produire_rapports(options: Options) -> int:
    """Make the reports asked for that are out of date, and return 0, or 1 when one failed."""
    if options.a_blanc:
        return _essayer(options)
    with ExitStack() as pile:

        @cache
        def ouvrir() -> tuple[Executor, int]:
            """Open who makes the reports when there is something to make; they stay from one pass to the next."""
            ouvert = ouvrir_executeur(
                travailleurs=options.travailleurs, delai=options.delai, ordonnanceur=options.ordonnanceur
            )
            return pile.enter_context(ouvert)

        return (_suivre if options.suivre else _passer)(options, ouvrir)


@refusant()
def _essayer(options: Options) -> int:
    """Say what would be made."""
    orders, _ = demander(options)
    a_faire = [item for item in prevoir(orders, forcer=options.forcer) if item.raisons]
    annoncer(a_faire, len(orders) - len(a_faire))
    return 0


@refusant()
def _suivre(options: Options, ouvrir: Callable[[], tuple[Executor, int]]) -> int:
    """Make what is out of date, now and each time data change."""
    from ctglib.commandes.surveillance import surveiller

    ouvrir()
    passages = chain([options], repeat(replace(options, forcer=False)))
    return surveiller(lambda: _passer(next(passages), ouvrir), options.carnets)


@refusant()
def _passer(options: Options, ouvrir: Callable[[], tuple[Executor, int]]) -> int:
    """Make what is out of date, bring the portal up to date, and say what became of each."""
    orders, folders = demander(options)
    with verrouiller(options.sortie, folders) as travail:
        previsions = prevoir(orders, forcer=options.forcer)
        resultats = _produire(previsions, options, ouvrir, str(travail.absolute()))
        portail = ecrire_portail(options.sortie)
    rendre_compte(resultats, len(orders) - len(resultats), portail, carnets_ignores(options.carnets))
    if options.mesures:
        ecrire({options.mesures: json.dumps([_mesure(item) for item in resultats], indent=1).encode()})
    return 1 if any(resultat.echec for resultat in resultats) else 0


def _produire(
    previsions: Iterable[Prevision], options: Options, ouvrir: Callable[[], tuple[Executor, int]], travail: str
) -> list[Resultat]:
    """Make what is out of date, and return what became of each."""
    a_faire = retenir(previsions)
    premier = next(a_faire, None)
    if not premier:
        return []
    executeur, places = ouvrir()
    executeur.oublier()
    perimes = retenir(confirmer(chain([premier], a_faire), executeur))
    return list(suivre(realiser(perimes, executeur, moteur=options.moteur, places=places, temporaire=travail)))


def _mesure(resultat: Resultat) -> dict[str, object]:
    return {
        "rapport": resultat.commande.cle,
        "convention": resultat.commande.convention,
        "secondes": resultat.mesures.get("total", 0.0),
        "etapes": resultat.mesures,
    }
