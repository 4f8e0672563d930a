"""What changed since the last known value, and whether that is what is wanted: no target is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.calculs.comparaison import DECIMALES_EXACTES
from ctglib.calculs.evaluation.jugement import ORIENTATIONS, explique_par_le_hasard, largeur_de_bande
from ctglib.calculs.evaluation.serie import Coupure, Mesure, coupure_entre

if TYPE_CHECKING:
    from ctglib.donnees.modeles.evaluation import Evolution, SeuilsEvaluation


@dataclass(frozen=True)
class Changement:
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


def evolution(changement: Changement, seuils: SeuilsEvaluation) -> tuple[Evolution | str, str]:
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


def _empechement(changement: Changement) -> str:
    if changement.mesure.raison_d_absence:
        return changement.mesure.raison_d_absence
    if changement.precedente.valeur is None:
        return "sans_valeur_precedente"
    if found := coupure_entre(changement.coupures, changement.precedente.annee, changement.mesure.annee):
        return found.raison
    return "" if changement.sens == "maintien" or changement.sens in ORIENTATIONS else "sans_sens"


def _maintien(changement: Changement, tolerance: float) -> tuple[Evolution | str, str]:
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
