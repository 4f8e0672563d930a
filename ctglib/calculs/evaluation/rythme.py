"""How far an indicator is on its way to a target, and how far it should be: linear pace, and a compound reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.calculs.comparaison import DECIMALES_EXACTES

if TYPE_CHECKING:
    from ctglib.donnees.modeles.evaluation import SeuilsEvaluation, VerdictIndicateur


@dataclass(frozen=True)
class Progression:
    """What was done of the way, what should have been, and their ratio; ``rythme_compose`` None where undefined."""

    realise: float
    attendu: float
    rythme: float
    rythme_compose: float | None


@dataclass(frozen=True)
class Trajet:
    """From a value of one year to a target of another, and where it stands: ``annee`` is after ``annee_depart``."""

    depart: float
    annee_depart: int
    valeur: float
    annee: int
    cible: float
    annee_cible: int


def progression(trajet: Trajet) -> Progression:
    """Return achieved, expected and pace, rounded so that a threshold does not see the binary tail.

    Raises:
        ZeroDivisionError: The target is the initial value (a maintien), or the year is that of the initial value.
    """
    done = realise(trajet)
    due = attendu(trajet)
    return Progression(
        round(done, DECIMALES_EXACTES), due, round(done / due, DECIMALES_EXACTES), rythme_compose(trajet)
    )


def realise(trajet: Trajet) -> float:
    """Return the share of the way that is done: (y_t − y_0) / (y_T − y_0), negative when going backwards.

    Examples:
        >>> realise(Trajet(40, 2022, 30, 2024, 20, 2026))
        0.5
    """
    return (trajet.valeur - trajet.depart) / (trajet.cible - trajet.depart)


def attendu(trajet: Trajet) -> float:
    """Return the share of the way that a straight line would have done; all of it once the target's year is there.

    Examples:
        >>> attendu(Trajet(40, 2022, 30, 2024, 20, 2026)), attendu(Trajet(40, 2022, 30, 2027, 20, 2026))
        (0.5, 1.0)
    """
    if trajet.annee >= trajet.annee_cible:
        return 1.0
    return (trajet.annee - trajet.annee_depart) / (trajet.annee_cible - trajet.annee_depart)


def rythme_compose(trajet: Trajet) -> float | None:
    """Return the yearly growth that was had over the one that the target needs, or None where that has no meaning.

    Growth needs three values above zero, a target other than the initial value, and a year up to the target's. It is a
    second reading: it calls late a way that a straight line finds half done at mid-term.

    Examples:
        >>> round(rythme_compose(Trajet(40, 2022, 30, 2024, 20, 2026)), 2)
        0.84
    """
    defined = min(trajet.depart, trajet.valeur, trajet.cible) > 0 and trajet.cible != trajet.depart
    if not defined or not trajet.annee_depart < trajet.annee <= trajet.annee_cible:
        return None
    had = (trajet.valeur / trajet.depart) ** (1 / (trajet.annee - trajet.annee_depart)) - 1
    needed = (trajet.cible / trajet.depart) ** (1 / (trajet.annee_cible - trajet.annee_depart)) - 1
    return round(had / needed, DECIMALES_EXACTES)


def verdict_du_rythme(found: Progression, seuils: SeuilsEvaluation) -> VerdictIndicateur:
    """Return the verdict that a pace gives: at a threshold, the better one."""
    if found.realise >= 1:
        return "atteint"
    if found.rythme < 0:
        return "en_recul"
    if found.rythme >= seuils.en_bonne_voie:
        return "en_bonne_voie"
    return "a_surveiller" if found.rythme >= seuils.a_surveiller else "insuffisant"
