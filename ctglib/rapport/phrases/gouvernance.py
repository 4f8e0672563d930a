"""What is said of the comité de pilotage: held or not, year after year, and what the convention asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.modeles.convention import Absence
from ctglib.rapport.blocs import Bloc, liste, paragraphe
from ctglib.rapport.typographie import abreger, date_longue, enumerer, minuscule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.suivi import Bilan


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


def comites(bilans: Mapping[int, Bilan], annee: int, regles: ReglesBilan) -> Bloc:
    """Return the comité of the year, what the convention asks, and those of the years before.

    Args:
        bilans: The bilan of each year, up to this one.
        annee: The year.
        regles: The words.
    """
    now = paragraphe(f"{etat_du_comite(bilans[annee], regles)} {regles.mots['comite_annuel']}")
    earlier = {year: bilan for year, bilan in bilans.items() if year < annee}
    return now + liste([_avant(earlier)] if earlier else [])


def _avant(bilans: Mapping[int, Bilan]) -> str:
    """Return « Années précédentes : tenu pour 2023 ; sans information pour 2024. »."""
    kinds: dict[str, list[str]] = {}
    for year, bilan in bilans.items():
        kinds.setdefault(_genre(bilan), []).append(str(year))
    told = [f"{kind} pour {enumerer(years)}" for kind, years in kinds.items()]
    return f"Années précédentes : {' ; '.join(told)}."


def _genre(bilan: Bilan) -> str:
    if bilan.comite is None:
        return "sans information"
    return "non tenu" if isinstance(bilan.comite.date, Absence) else "tenu"


def _en_suite(raison: str, signes: int | None) -> str:
    """Return a reason that ends a sentence which has its own full stop."""
    return minuscule(raison if signes is None else abreger(raison, signes)).rstrip(" .")
