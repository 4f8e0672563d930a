"""``ctg produire``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console

from ctglib.commandes.compte_rendu import annoncer, rendre_compte, suivre
from ctglib.commandes.messages import proposer
from ctglib.donnees.dossier import conventions
from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.production.executeurs import coeurs, ouvrir_executeur
from ctglib.production.execution import MOTEURS
from ctglib.production.fabrication import FORMATS
from ctglib.production.grappe import OrdonnanceurAbsent
from ctglib.production.plan import Demande, Prevision, annees_de, prevoir
from ctglib.production.portail import ecrire_portail
from ctglib.production.produire import Resultat, oublier_les_echecs, realiser, retirer_les_restes
from ctglib.production.rapports import CARNETS, DIFFUSIONS, PUBLIQUE, rapports_connus
from ctglib.production.verrou import DejaEnCours, verrouiller

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


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
            annoncer(prevoir(demande))
            return 0
        with verrouiller(options.sortie):
            retirer_les_restes(options.sortie, demande.conventions)
            return _produire(prevoir(demande), options)
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
        forcer=options.forcer,
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


def _produire(previsions: list[Prevision], options: Options) -> int:
    """Make what is out of date, bring the portal up to date, and say what became of each."""
    a_faire = [prevision for prevision in previsions if prevision.raisons]
    oublier_les_echecs(previsions)
    resultats: list[Resultat] = []
    if a_faire:
        nombre = min(options.travailleurs or coeurs(), len(a_faire))
        with ouvrir_executeur(travailleurs=nombre, delai=options.delai, ordonnanceur=options.ordonnanceur) as (
            executeur,
            places,
        ):
            marche = realiser(a_faire, executeur, moteur=options.moteur, places=places)
            resultats = list(suivre(marche, len(a_faire)))
            portail = ecrire_portail(options.sortie, executeur)
    else:
        portail = ecrire_portail(options.sortie)
    rendre_compte(resultats, len(previsions) - len(a_faire), portail)
    if options.mesures:
        options.mesures.write_text(json.dumps([_mesure(item) for item in resultats], indent=1), encoding="utf-8")
    return 1 if any(resultat.echec for resultat in resultats) else 0


def _mesure(resultat: Resultat) -> dict[str, object]:
    return {
        "rapport": resultat.commande.cle,
        "convention": resultat.commande.convention,
        "secondes": resultat.mesures.get("total", 0.0),
        "etapes": resultat.mesures,
    }
