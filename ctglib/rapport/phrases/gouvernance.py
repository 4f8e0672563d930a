"""What is said of the comité de pilotage: held or not, year after year, and what the convention asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.typographie import abreger, date_longue, enumerer, minuscule
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.coherence import MotDeVerdict
    from ctglib.donnees.modeles.suivi import Bilan


OUVERTES, SANS_SUITE = ("en_cours", "non_renseignee"), "non_renseignee"


def etat_du_comite(bilan: Bilan, regles: ReglesBilan, signes: int | None = None) -> str:
    """Return whether the comité of a year was held, on which day, or why not; what nobody says is unknown.

    Args:
        bilan: That of the year.
        regles: The words.
        signes: Length that the reason may have, none when None.
    """
    if bilan.comite is None:
        return regles.mots["comite_inconnu"].format(annee=bilan.annee)
    day = bilan.comite.date
    if isinstance(day, Absence):
        return regles.mots["comite_non_tenu"].format(annee=bilan.annee, raison=_en_suite(day.absent, signes))
    return regles.mots["comite_tenu"].format(annee=bilan.annee, date=date_longue(day))


def comites(bilans: Mapping[int, Bilan], annee: int, regles: ReglesBilan, suites: Mapping[str, MotDeVerdict]) -> Bloc:
    """Return the comité of the year, what the convention asks, those of the years before, and what they left open.

    Args:
        bilans: The bilan of each year, up to this one.
        annee: The year.
        regles: The words.
        suites: The words of what becomes of a decision.
    """
    now = paragraphe(f"{etat_du_comite(bilans[annee], regles)} {regles.mots['comite_annuel']}")
    earlier = {year: bilan for year, bilan in bilans.items() if year < annee}
    return now + liste([_avant(earlier), *_ouvertes(earlier, annee, suites)] if earlier else [])


def _avant(bilans: Mapping[int, Bilan]) -> str:
    """Return « Années précédentes : tenu pour 2023 ; sans information pour 2024. »."""
    kinds: dict[str, list[str]] = {}
    for year, bilan in bilans.items():
        kinds.setdefault(_genre(bilan), []).append(str(year))
    told = [f"{kind} pour {enumerer(years)}" for kind, years in kinds.items()]
    return f"Années précédentes : {' ; '.join(told)}."


def _ouvertes(bilans: Mapping[int, Bilan], annee: int, suites: Mapping[str, MotDeVerdict]) -> Iterator[str]:
    """Yield the decisions that the last comité held left open, when it is older than the year before.

    Those of the year before have their own table; a year without a comité would otherwise make them forgotten.
    """
    held = [year for year, bilan in bilans.items() if bilan.comite and bilan.comite.decisions]
    if not held or held[-1] == annee - 1:
        return
    told = {
        suite.decision: suite.etat
        for year, bilan in bilans.items()
        if year > held[-1] and bilan.comite
        for suite in bilan.comite.suites
    }
    states = {item.texte: told.get(item.id, SANS_SUITE) for item in bilans[held[-1]].comite.decisions}
    named = [f"{text} ({suites[state].mot})" for text, state in states.items() if state in OUVERTES]
    if named:
        yield f"Décisions de {held[-1]} encore ouvertes au bilan {annee - 1} : {' ; '.join(named)}."


def _genre(bilan: Bilan) -> str:
    if bilan.comite is None:
        return "sans information"
    return "non tenu" if isinstance(bilan.comite.date, Absence) else "tenu"


def _en_suite(raison: str, signes: int | None) -> str:
    """Return a reason that ends a sentence which has its own full stop."""
    return minuscule(raison if signes is None else abreger(raison, signes)).rstrip(" .")
