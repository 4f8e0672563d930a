"""What is asked for, as reports to make; and, of those, which are out of date and why."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.manifeste import Manifeste, Trace, lire_manifeste
from ctglib.production.raisons import FORCE, Donnees, raisons, tient_a_des_parts
from ctglib.production.rapports import CARNETS, Carnet, Commande, carnets

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True)
class Demande:
    """What is asked for: every report, of every convention, for each year, unless they are named.

    Attributes:
        rapports: Names of reports, as on the command line.
        conventions: Names of conventions.
        annees: Years of the yearly reports; all those of the convention when empty.
        diffusion: « publique » or « interne ».
        formats: « html », « pdf », « docx ».
        sortie: Folder of the reports.
        carnets: Folder of the notebooks.
    """

    rapports: tuple[str, ...]
    conventions: tuple[str, ...]
    annees: tuple[int, ...]
    diffusion: str
    formats: tuple[str, ...]
    sortie: Path
    carnets: Path = CARNETS


@dataclass(frozen=True)
class Prevision:
    """A report, its manifest, and why it has to be made; no reason, it is up to date.

    ``suspendue``: it may be up to date all the same, when the parts that it used of the follow-up have not changed.
    """

    commande: Commande
    manifeste: Manifeste
    raisons: tuple[str, ...]
    suspendue: bool = False

    @property
    def trace(self) -> Trace | None:
        """The last success of the report."""
        return self.manifeste.traces.get(self.commande.cle)


def prevoir(orders: Iterable[Commande], *, forcer: bool = False) -> Iterator[Prevision]:
    """Yield the reports asked for, with why each has to be made.

    They come convention by convention, and one manifest at a time is held: memory does not grow with their number.
    Within a convention the longest come first, so that none begins when the others end: those of the whole convention,
    then, of the yearly ones, those of the largest notebooks.

    Args:
        orders: The reports, those of a convention together.
        forcer: Whether what is up to date has to be made again.

    Raises:
        DonneesInvalides: The data folder is not there.
    """
    donnees = Donnees()
    for dossier, group in groupby(orders, key=lambda order: order.dossier):
        manifeste = lire_manifeste(dossier)
        for commande in sorted(group, key=_du_plus_long):
            trace = manifeste.traces.get(commande.cle)
            found = raisons(commande, trace, donnees)
            suspendue = bool(trace and found) and not forcer and tient_a_des_parts(found, trace, donnees)
            yield Prevision(commande, manifeste, found or ((FORCE,) if forcer else ()), suspendue)


def _du_plus_long(commande: Commande) -> tuple[bool, int]:
    return commande.annee is not None, -commande.carnet.stat().st_size


def commandes(demande: Demande) -> list[Commande]:
    """Return the reports asked for, by convention: those of the whole convention first, then year by year."""
    notebooks = [carnet for rapport in demande.rapports for carnet in carnets(rapport, demande.carnets)]
    orders = []
    for convention in demande.conventions:
        durables = [carnet for carnet in notebooks if "annee" not in carnet.parametres]
        annuels = [carnet for carnet in notebooks if "annee" in carnet.parametres]
        orders += [commander(demande, carnet, convention, None) for carnet in durables]
        annees = _annees(demande, convention) if annuels else ()
        orders += [commander(demande, carnet, convention, annee) for annee in annees for carnet in annuels]
    return orders


def annees_de(convention: str) -> tuple[int, ...]:
    """Return the years of a convention, from the one it begins in to the one it ends in.

    Raises:
        DonneesInvalides: ``convention.yaml`` does not hold.
    """
    found = charger_yaml(f"conventions/{convention}/convention.yaml", Convention)
    return tuple(range(found.debut.year, found.fin.year + 1))


def _annees(demande: Demande, convention: str) -> tuple[int, ...]:
    """Return the years asked for that a convention has; those of its reports when its file does not hold.

    Their notebooks will say what is wrong with it.
    """
    try:
        annees = annees_de(convention)
    except DonneesInvalides:
        anciennes = (key.partition("/")[0] for key in lire_manifeste(demande.sortie / convention).traces)
        annees = tuple(sorted({int(annee) for annee in anciennes if annee.isdecimal()}))
    return tuple(annee for annee in annees if not demande.annees or annee in demande.annees)


def commander(demande: Demande, carnet: Carnet, convention: str, annee: int | None) -> Commande:
    """Return the order of one report; its notebook is told what it declares, and no more."""
    possibles = {"convention": convention, "annee": annee, "diffusion": demande.diffusion}
    return Commande(
        carnet=carnet.chemin,
        convention=convention,
        annee=annee,
        diffusion=demande.diffusion,
        formats=demande.formats,
        sortie=demande.sortie,
        parametres=tuple((nom, value) for nom, value in possibles.items() if nom in carnet.parametres),
    )
