"""What is typed after ``ctg produire``, and what it asks for: every word of it that names nothing is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.commandes.messages import proposer
from ctglib.donnees.conventions import conventions
from ctglib.donnees.fautes import Empechement
from ctglib.production.plan import (
    CARNETS,
    DIFFUSIONS,
    FORMATS,
    MOTEURS,
    PORTRAITS,
    PUBLIQUE,
    RESUMES,
    Commande,
    Demande,
    annees_de,
    commandes,
    portraits,
    rapports_connus,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


RESUME = "resume"  # what is typed for both formats of the first page alone


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
    suivre: bool = False
    ordonnanceur: str = ""
    mesures: Path | None = None
    carnets: Path = CARNETS
    territoires: tuple[str, ...] = ()
    departements: tuple[str, ...] = ()


class Incompris(Empechement):
    """What was typed names something that does not exist."""


def demander(options: Options) -> tuple[list[Commande], tuple[str, ...]]:
    """Return the orders of what is asked for, and the folders of its reports.

    Raises:
        Incompris: Something named does not exist; every one is said.
        DonneesInvalides: A territory does not exist, or the data folder is not there.
    """
    if options.territoires or options.departements:
        return _portraits(options), (PORTRAITS,)
    demande = comprendre(options)
    return commandes(demande), demande.conventions


def comprendre(options: Options) -> Demande:
    """Return what is asked for, with all that exists where nothing is named.

    Raises:
        Incompris: Something named does not exist; every one is said.
        DonneesInvalides: The data folder is not there.
    """
    connues, rapports = conventions(), rapports_connus(options.carnets)
    formats, fautes = _formats(options)
    fautes = [
        *inconnus("Le rapport", options.rapports, rapports),
        *inconnus("La convention", options.conventions, connues),
        *inconnus("La diffusion", (options.diffusion,), DIFFUSIONS),
        *fautes,
    ]
    demandees = options.conventions or connues
    if not fautes:
        fautes = [*_annees_inconnues(options.annees, demandees)]
    if fautes:
        raise Incompris("\n".join(fautes))
    return Demande(
        rapports=options.rapports or rapports,
        conventions=tuple(dict.fromkeys(demandees)),
        annees=options.annees,
        diffusion=options.diffusion,
        formats=formats,
        sortie=options.sortie,
        carnets=options.carnets,
    )


def _formats(options: Options) -> tuple[tuple[str, ...], list[str]]:
    """Return the formats asked for, and what to say of how reports are to be made."""
    asked = [part.strip() for part in options.formats.split(",") if part.strip()]
    formats = tuple(dict.fromkeys(kind for part in asked for kind in (RESUMES if part == RESUME else (part,))))
    fautes = [*inconnus("Le format", asked, (*FORMATS, RESUME)), *inconnus("Le moteur", (options.moteur,), MOTEURS)]
    if not formats:
        fautes.append(f"Aucun format demandé : {', '.join(FORMATS)}.")
    if options.travailleurs < 0 or options.delai <= 0:
        fautes.append("Le nombre de travailleurs et le délai sont plus grands que zéro.")
    return formats, fautes


def _portraits(options: Options) -> list[Commande]:
    """Return the portraits of the territories asked for, and of all the communes of the départements."""
    from ctglib.donnees.publiques import communes_de, verifier_territoires

    formats, fautes = _formats(options)
    if fautes:
        raise Incompris("\n".join(fautes))
    verifier_territoires([*options.territoires, *options.departements])
    codes = [*options.territoires, *(code for one in options.departements for code in communes_de(one))]
    return portraits(dict.fromkeys(codes), formats, options.sortie, options.carnets)


def inconnus(quoi: str, demandes: Iterable[str], connus: tuple[str, ...]) -> list[str]:
    """Return what to say of each name that does not exist."""
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
