"""``ctg produire``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from rich.console import Console

from ctglib.commandes.compte_rendu import annoncer, rendre_compte, suivre
from ctglib.commandes.messages import proposer
from ctglib.donnees.conventions import conventions
from ctglib.donnees.ecriture import EcritureImpossible, ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.production.executeurs import coeurs, ouvrir_etudes, ouvrir_executeur
from ctglib.production.execution import MOTEURS
from ctglib.production.fabrication import FORMATS
from ctglib.production.grappe import OrdonnanceurAbsent
from ctglib.production.parts import confirmer, preparer
from ctglib.production.plan import Demande, Prevision, annees_de, commandes, prevoir
from ctglib.production.portail import ecrire_portail
from ctglib.production.pressentir import pressentir
from ctglib.production.produire import Resultat, oublier_l_echec, realiser, retirer_les_restes
from ctglib.production.rapports import CARNETS, DIFFUSIONS, PUBLIQUE, rapports_connus
from ctglib.production.verrou import DejaEnCours, verrouiller

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor
    from pathlib import Path

    from ctglib.production.rapports import Commande


@dataclass(frozen=True)
class Options:
    """What is typed after ``ctg produire``; see ``application.py``."""

    rapports: tuple[str, ...]
    conventions: tuple[str, ...]
    annees: tuple[int, ...]
    formats: str
    sortie: Path
    diffusion: str = PUBLIQUE
    moteur: str = MOTEURS[0]
    travailleurs: int = 0
    delai: float = 600
    forcer: bool = False
    a_blanc: bool = False
    ordonnanceur: str = ""
    mesures: Path | None = None
    carnets: Path = CARNETS


def produire_rapports(options: Options) -> int:
    """Make the reports asked for that are out of date, and return 0, or 1 when one failed."""
    try:
        demande = _comprendre(options)
        if options.a_blanc:
            orders = commandes(demande)
            a_faire = [item for item in prevoir(orders, forcer=options.forcer) if item.raisons]
            annoncer(a_faire, len(orders) - len(a_faire))
            return 0
        with verrouiller(options.sortie), ouvrir_etudes(options.delai) as etudes:
            if pressentir(options.sortie, options.carnets).donnees and not options.ordonnanceur:
                etudes.submit(preparer)
            retirer_les_restes(options.sortie, demande.conventions)
            return _produire(commandes(demande), options, etudes)
    except (DonneesInvalides, EcritureImpossible, DejaEnCours, OrdonnanceurAbsent, _Incompris) as error:
        Console(stderr=True, highlight=False).print(str(error), markup=False, soft_wrap=True)
        return 1


class _Incompris(Exception):
    """What was typed names something that does not exist."""


def _comprendre(options: Options) -> Demande:
    """Return what is asked for, with all that exists where nothing is named.

    Raises:
        _Incompris: Something named does not exist; every one is said.
        DonneesInvalides: The data folder is not there.
    """
    connues, rapports = conventions(), rapports_connus(options.carnets)
    formats = tuple(dict.fromkeys(part.strip() for part in options.formats.split(",") if part.strip()))
    fautes = [
        *_inconnus("Le rapport", options.rapports, rapports),
        *_inconnus("La convention", options.conventions, connues),
        *_inconnus("Le format", formats, FORMATS),
        *_inconnus("La diffusion", (options.diffusion,), DIFFUSIONS),
        *_inconnus("Le moteur", (options.moteur,), MOTEURS),
    ]
    demandees = options.conventions or connues
    if not fautes:
        fautes = [*_annees_inconnues(options.annees, demandees)]
    if not formats:
        fautes.append(f"Aucun format demandé : {', '.join(FORMATS)}.")
    if options.travailleurs < 0 or options.delai <= 0:
        fautes.append("Le nombre de travailleurs et le délai sont plus grands que zéro.")
    if fautes:
        raise _Incompris("\n".join(fautes))
    return Demande(
        rapports=options.rapports or rapports,
        conventions=tuple(dict.fromkeys(demandees)),
        annees=options.annees,
        diffusion=options.diffusion,
        formats=formats,
        sortie=options.sortie,
        carnets=options.carnets,
    )


def _inconnus(quoi: str, demandes: Iterable[str], connus: tuple[str, ...]) -> list[str]:
    return [
        f"{quoi} « {nom} » n'existe pas{proposer(nom, connus)}. Possibles : {', '.join(connus)}."
        for nom in demandes
        if nom not in connus
    ]


def _annees_inconnues(annees: tuple[int, ...], demandees: Iterable[str]) -> list[str]:
    """Return what to say of the years that are of none of the conventions."""
    if not annees:
        return []
    connues = sorted({annee for convention in demandees for annee in annees_de(convention)})
    return [
        f"L'année {annee} n'est dans aucune convention demandée. Possibles : {', '.join(map(str, connues))}."
        for annee in annees
        if annee not in connues
    ]


def _produire(orders: list[Commande], options: Options, etudes: Executor) -> int:
    """Make what is out of date, bring the portal up to date, and say what became of each."""
    a_faire = _perimes(prevoir(orders, forcer=options.forcer))
    resultats: list[Resultat] = []
    if premier := next(a_faire, None):
        nombre = min(options.travailleurs or coeurs(), len(orders))
        grappe = options.ordonnanceur
        with ouvrir_executeur(travailleurs=nombre, delai=options.delai, ordonnanceur=grappe) as (executeur, places):
            perimes = chain([premier], a_faire)
            if not grappe:  # whose machines share nothing
                perimes = _perimes(confirmer(perimes, etudes))
            marche = realiser(perimes, executeur, moteur=options.moteur, places=places)
            resultats = list(suivre(marche))
    portail = ecrire_portail(options.sortie)
    rendre_compte(resultats, len(orders) - len(resultats), portail)
    if options.mesures:
        ecrire({options.mesures: json.dumps([_mesure(item) for item in resultats], indent=1).encode()})
    return 1 if any(resultat.echec for resultat in resultats) else 0


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
