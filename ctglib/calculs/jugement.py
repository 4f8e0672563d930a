"""How an indicator is judged: its start and its target, the way it has made, the verdict, the evolution.

A paced way, the band of a maintien, a threshold, or why there is no verdict; an evolution needs no target.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Literal

from ctglib.calculs.comparaison import DECIMALES_EXACTES
from ctglib.calculs.suivi import Coupure, Mesure, coupure_entre
from ctglib.donnees.modeles.convention import ValeurDatee
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import IndicateurFiche
    from ctglib.donnees.modeles.evaluation import Evolution, SeuilsEvaluation, VerdictIndicateur
    from ctglib.donnees.modeles.suivi import Changement

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
    return {**serie, initial.annee: Mesure(initial.annee, initial.valeur, Statut.NORMAL)}


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


@dataclass(frozen=True)
class Passage:
    """Two values and how to read what separates them.

    Args:
        precedente: Earlier value.
        mesure: Value of the year.
        sens: hausse, baisse, maintien or neutre.
        maintenir: Value that a maintien keeps (target or initial value); None: the earlier value.
        arrondi: The source's rounding, 0 when none.
        coupures: What parts the years.
        hasard: Whether chance alone moves it: a count of persons, families or births.
    """

    precedente: Mesure
    mesure: Mesure
    sens: str
    maintenir: float | None
    arrondi: float
    coupures: tuple[Coupure, ...]
    hasard: bool = False


def evolution(changement: Passage, seuils: SeuilsEvaluation) -> tuple[Evolution | str, str]:
    """Return the evolution, and why it is silent, noise or banded: ("favorable", ""), ("", "rupture").

    Two equal values are stable; a difference up to the source's rounding is noise, whatever its sign; one that chance
    explains has no direction. A value kept within its band is stable, and the reason tells it from an equal one.
    """
    if reason := _empechement(changement):
        return "", reason
    gap = round(changement.mesure.valeur - changement.precedente.valeur, DECIMALES_EXACTES)
    if gap == 0:
        return "stable", ""
    if abs(gap) <= changement.arrondi:
        return "dans_le_bruit", "sous_arrondi"
    if changement.hasard and explique_par_le_hasard(changement.precedente.valeur, changement.mesure.valeur, seuils):
        return "trop_peu", "hasard"
    if changement.sens == "maintien":
        return _maintien(changement, seuils.tolerance_maintien)
    return ("favorable" if ORIENTATIONS[changement.sens] * gap > 0 else "defavorable"), ""


def _empechement(changement: Passage) -> str:
    if changement.mesure.raison_d_absence:
        return changement.mesure.raison_d_absence
    if changement.precedente.valeur is None:
        return "sans_valeur_precedente"
    if found := coupure_entre(changement.coupures, changement.precedente.annee, changement.mesure.annee):
        return found.raison
    return "" if changement.sens == "maintien" or changement.sens in ORIENTATIONS else "sans_sens"


def _maintien(changement: Passage, tolerance: float) -> tuple[Evolution | str, str]:
    """Return what a change does to a value that is to be kept.

    Inside the band it is stable; nearer to the value, favourable; lower and farther, unfavourable. Higher and farther
    is neither: the text wants the offer kept, not held down.
    """
    earlier, now = changement.precedente.valeur, changement.mesure.valeur
    kept = earlier if changement.maintenir is None else changement.maintenir
    width = largeur_de_bande(kept, tolerance, changement.arrondi)
    before, after = (round(abs(valeur - kept), DECIMALES_EXACTES) for valeur in (earlier, now))
    if max(before, after) <= width:
        return "stable", "dans_la_bande" if after else ""
    if after < before:
        return "favorable", ""
    return ("defavorable", "") if now < earlier else ("", "au_dessus_du_maintien")
