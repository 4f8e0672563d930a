"""Where an indicator starts from and what it has to reach: the convention's word, then the avenants'."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ctglib.calculs.evaluation.serie import MESURE, Mesure
from ctglib.donnees.modeles.convention import ValeurDatee

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.avenants import Changement
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import IndicateurFiche

OrigineCible = Literal["convention", "propose", "avenant", "implicite"]


@dataclass(frozen=True)
class Depart:
    """The initial value: written in the convention, or observed for the year before it or its first one."""

    annee: int
    valeur: float
    origine: Literal["convention", "observation"]


@dataclass(frozen=True)
class Cible:
    """A value to reach. ``annuelle``: to hold every year, such as a threshold that the text implies without a date."""

    valeur: float
    annee: int
    origine: OrigineCible
    annuelle: bool = False

    @property
    def est_seuil(self) -> bool:
        """Whether the text implies it: a threshold is held or not, wherever one started from."""
        return self.origine == "implicite"


def sens_voulu(prevu: IndicateurFiche, indicateur: Indicateur) -> str:
    """Return the direction wanted: what the convention's text implies, or else the catalogue's."""
    return prevu.implicite.sens if prevu.implicite else indicateur.sens


def depart(prevu: IndicateurFiche, serie: Mapping[int, Mesure], debut: int) -> Depart | None:
    """Return the initial value, or None.

    The convention's, when it writes one. Otherwise what was measured the year before the convention, or failing that in
    its first year: what the convention asks its services for. A later measure is no initial value.
    """
    if isinstance(prevu.valeur_initiale, ValeurDatee):
        return Depart(prevu.valeur_initiale.annee, prevu.valeur_initiale.valeur, "convention")
    return depart_observe(serie, debut)


def depart_observe(serie: Mapping[int, Mesure], debut: int) -> Depart | None:
    """Return the value measured the year before ``debut``, failing that in ``debut``, or None."""
    for year in (debut - 1, debut):
        if year in serie and serie[year].valeur is not None:
            return Depart(year, serie[year].valeur, "observation")
    return None


def avec_depart(serie: Mapping[int, Mesure], initial: Depart | None) -> dict[int, Mesure]:
    """Return the series with the initial value in its year, where nothing else is measured."""
    if initial is None or (initial.annee in serie and serie[initial.annee].valeur is not None):
        return dict(serie)
    return {**serie, initial.annee: Mesure(initial.annee, initial.valeur, MESURE)}


def cible(
    prevu: IndicateurFiche, indicateur: Indicateur, changements: Iterable[Changement], annee: int
) -> Cible | None:
    """Return the target in force, or None: the latest avenant's, the convention's, or the threshold its text implies.

    A target of an indicator that the convention does not write is a proposal, and binds nobody before an avenant. A
    direction alone is no target.

    Args:
        prevu: The indicator in its fiche.
        indicateur: Its meaning.
        changements: The changes in force, the latest last.
        annee: Year of the bilan, in which an undated threshold has to hold.
    """
    changed = [item for item in changements if item.nature == "cible" and item.element == prevu.id]
    if changed:
        return Cible(float(changed[-1].nouveau), changed[-1].annee, "avenant")
    if isinstance(prevu.cible, ValeurDatee):
        written = "convention" if indicateur.origine == "convention" else "propose"
        return Cible(prevu.cible.valeur, prevu.cible.annee, written)
    implied = prevu.implicite
    if implied is None or implied.valeur is None:
        return None
    return Cible(implied.valeur, implied.annee or annee, "implicite", annuelle=implied.annee is None)
