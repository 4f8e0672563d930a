"""The verdict on the attainment of a target: a paced way, the band of a maintien, a threshold, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING

from ctglib.calculs.comparaison import DECIMALES_EXACTES
from ctglib.calculs.evaluation.rythme import Progression, Trajet, progression, verdict_du_rythme
from ctglib.calculs.evaluation.serie import Coupure, Mesure, coupure_entre

if TYPE_CHECKING:
    from ctglib.calculs.evaluation.cible import Cible, Depart
    from ctglib.donnees.modeles.evaluation import SeuilsEvaluation, VerdictIndicateur

ORIENTATIONS = {"hausse": 1, "baisse": -1}  # a maintien or a neutral indicator has no better side


@dataclass(frozen=True)
class Cas:
    """All that a verdict reads. ``debut``: year from which an implied threshold is comparable, without initial value.

    Args:
        sens: hausse, baisse, maintien or neutre.
        depart: Initial value.
        mesure: Value of the year.
        cible: Target in force.
        arrondi: The source's rounding, 0 when none: a difference up to it is noise.
        coupures: What parts the years.
        debut: First year of the convention.
        hasard: Whether chance alone moves it.
    """

    sens: str
    depart: Depart | None
    mesure: Mesure
    cible: Cible | None
    arrondi: float
    coupures: tuple[Coupure, ...]
    debut: int
    hasard: bool = False


@dataclass(frozen=True)
class Jugement:
    """A verdict, why (the first reason is the one to say), and the progression where there is a way to go."""

    verdict: VerdictIndicateur
    raisons: tuple[str, ...] = ()
    progression: Progression | None = None


def juger(cas: Cas, seuils: SeuilsEvaluation) -> Jugement:
    """Return the verdict of a case; « non évaluable » comes with every reason that stands in the way.

    A threshold that the text implies is held or not. A target that is the initial value, or a direction « maintien »,
    is a band. A target already met at the outset is kept or lost. Everything else is a way with its pace. A count that
    chance may have lowered is to be watched: it is not said to go back.
    """
    if reasons := tuple(_empechements(cas)):
        return Jugement("non_evaluable", reasons)
    if _est_bande(cas):
        found = _bande(cas, seuils.tolerance_maintien)
    elif cas.depart is None or cas.cible.annuelle:
        found = _seuil(cas, "seuil_non_tenu", "insuffisant")
    elif _deja_atteinte(cas):
        found = _seuil(cas, "deja_atteinte_au_depart", "en_recul")
    else:
        found = _chemin(cas, seuils)
    if found.verdict != "en_recul" or not (cas.hasard and cas.depart):
        return found
    silent = explique_par_le_hasard(cas.depart.valeur, cas.mesure.valeur, seuils)
    return replace(found, verdict="a_surveiller", raisons=(*found.raisons, "hasard")) if silent else found


def _empechements(cas: Cas) -> Iterator[str]:
    """Yield what makes a verdict impossible, before any computation."""
    held_or_not = cas.cible is not None and cas.cible.est_seuil
    if cas.depart is None and not held_or_not:
        yield "sans_valeur_initiale"
    if cas.cible is None:
        yield "sans_cible"
    if cas.depart is not None and cas.mesure.annee <= cas.depart.annee and not (held_or_not and cas.cible.annuelle):
        yield "premiere_annee"
    if cas.mesure.raison_d_absence:
        yield cas.mesure.raison_d_absence
    start = cas.depart.annee if cas.depart else cas.debut
    if found := coupure_entre(cas.coupures, start, cas.mesure.annee):
        yield found.raison


def _est_bande(cas: Cas) -> bool:
    return cas.sens == "maintien" or (
        cas.depart is not None and cas.depart.valeur == cas.cible.valeur and not cas.cible.annuelle
    )


def _bande(cas: Cas, tolerance: float) -> Jugement:
    """Return whether a value is held: no ratio, a band around the target, at least as wide as the source's rounding.

    Outside, on the good side of a direction, the target is attained; where there is no direction, a value under the
    band goes back, and one above it is to be looked at: keeping an offer is keeping at least that offer.
    """
    gap = round(cas.mesure.valeur - cas.cible.valeur, DECIMALES_EXACTES)
    if abs(gap) <= largeur_de_bande(cas.cible.valeur, tolerance, cas.arrondi):
        return Jugement("atteint", ("dans_la_bande",) if gap else ())
    where = "au_dessus_de_la_bande" if gap > 0 else "sous_la_bande"
    side = ORIENTATIONS.get(cas.sens)
    if side is None:
        return Jugement("a_surveiller" if gap > 0 else "en_recul", (where,))
    return Jugement("atteint" if side * gap > 0 else "en_recul", (where,))


def largeur_de_bande(valeur: float, tolerance: float, arrondi: float) -> float:
    """Return how far from a value to be kept one may be: a share of it, or the rounding of the source."""
    return round(max(tolerance * abs(valeur), arrondi), DECIMALES_EXACTES)


def explique_par_le_hasard(avant: float, apres: float, seuils: SeuilsEvaluation) -> bool:
    """Tell whether chance alone may explain the change of a count: few events, or a gap under some 2√(a + b).

    A count n varies by about √n when nothing changes, the difference of two by √(a + b).

    Examples:
        >>> from types import SimpleNamespace
        >>> seuils = SimpleNamespace(hasard_ecarts=2, hasard_effectif=10)
        >>> [explique_par_le_hasard(*two, seuils) for two in ((7, 6), (941, 985), (905, 1032))]
        [True, True, False]
    """
    if max(avant, apres) < seuils.hasard_effectif:
        return True
    return abs(apres - avant) <= seuils.hasard_ecarts * sqrt(avant + apres)


def _deja_atteinte(cas: Cas) -> bool:
    """Tell whether the initial value was already on the good side of the target, beyond it."""
    return ORIENTATIONS.get(cas.sens, 0) * (cas.depart.valeur - cas.cible.valeur) > 0


def _seuil(cas: Cas, raison: str, sinon: VerdictIndicateur) -> Jugement:
    """Return whether the value is on the good side of the target; a miss within the source's rounding is not one."""
    gap = ORIENTATIONS.get(cas.sens, 1) * (cas.mesure.valeur - cas.cible.valeur)
    if gap >= 0:
        return Jugement("atteint", (raison,) if sinon == "en_recul" else ())
    if -gap <= cas.arrondi:
        return Jugement("non_evaluable", ("sous_arrondi",))
    if not cas.cible.annuelle and cas.depart is None and cas.mesure.annee < cas.cible.annee:
        return Jugement("non_evaluable", ("sans_valeur_initiale",))
    return Jugement(sinon, (raison,))


def _chemin(cas: Cas, seuils: SeuilsEvaluation) -> Jugement:
    if cas.arrondi > 0 and abs(round(cas.mesure.valeur - cas.depart.valeur, DECIMALES_EXACTES)) <= cas.arrondi:
        return Jugement("non_evaluable", ("sous_arrondi",))
    found = progression(
        Trajet(
            cas.depart.valeur, cas.depart.annee, cas.mesure.valeur, cas.mesure.annee, cas.cible.valeur, cas.cible.annee
        )
    )
    verdict = verdict_du_rythme(found, seuils)
    late = verdict != "atteint" and cas.mesure.annee >= cas.cible.annee
    return Jugement(verdict, ("echeance_passee",) if late else (), found)
