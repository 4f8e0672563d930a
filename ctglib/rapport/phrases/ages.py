"""The sentences of the ages: which structure takes whom, who is left, and what the fiches aim at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.ages import AgesDeFiche, ages_des_fiches, sans_dispositif
from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import INSECABLE, enumerer

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.donnees.modeles.catalogue import VocabulaireOffre
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.synthese import TrancheAge

AGES = ("age_min", "age_max")


def ages_constats(
    ages: pd.DataFrame,
    manques: pd.DataFrame,
    *,
    fiches: Iterable[Fiche],
    tranches: Iterable[TrancheAge],
    vocabulaire: VocabulaireOffre,
) -> Bloc:
    """Return which ages the structures take, which ages have none, and how that meets the ages of the fiches.

    Args:
        ages: As ``ctglib.calculs.offre.ages`` returns it.
        manques: As ``ctglib.calculs.manques.manques`` returns it: structures whose ages are not said.
        fiches: The fiches of the convention.
        tranches: The ages of the children that Annexe 1 counts.
        vocabulaire: The words of the offer.
    """
    counted = list(tranches)
    sentences = [
        *_par_categorie(ages, vocabulaire),
        _ages_seuls(ages, counted),
        *(sentence for item in ages_des_fiches(ages, fiches) for sentence in _fiche(item)),
        _non_dits(manques),
    ]
    return liste([sentence for sentence in sentences if sentence])


def plages(annees: Iterable[int]) -> str:
    """Return ages as spans.

    Examples:
        >>> plages([6, 7, 8, 13]).replace("\\xa0", " ")
        '6 à 8 ans et 13 ans'
    """
    spans: list[list[int]] = []
    for annee in sorted(annees):
        if spans and annee == spans[-1][1] + 1:
            spans[-1][1] = annee
        else:
            spans.append([annee, annee])
    return enumerer([_plage(low, high) for low, high in spans])


def _plage(low: int, high: int) -> str:
    unit = "an" if high <= 1 else "ans"
    return f"{low}{INSECABLE}{unit}" if low == high else f"{low} à {high}{INSECABLE}{unit}"


def _par_categorie(ages: pd.DataFrame, vocabulaire: VocabulaireOffre) -> list[str]:
    sentences = []
    for categorie in vocabulaire.categories:
        rows = ages[ages["categorie"] == categorie.id]
        if len(rows):
            parts = [f"{row.nom}, {row.texte}" for row in rows.itertuples()]
            sentences.append(f"{categorie.libelle} : {' ; '.join(parts)}.")
    return sentences


def _ages_seuls(ages: pd.DataFrame, tranches: list[TrancheAge]) -> str:
    if not tranches:
        return ""
    span = _plage(min(tranche.age_min for tranche in tranches), max(tranche.age_max for tranche in tranches))
    alone = sans_dispositif(ages, tranches)
    if alone:
        return f"De {span}, aucun dispositif d'âge connu ne reçoit ces enfants : {plages(alone)}."
    return f"De {span}, au moins un dispositif reçoit chaque âge, ce qui ne dit ni le nombre de places ni les moments."


def _fiche(item: AgesDeFiche) -> list[str]:
    """Return what the offer takes of the ages of a fiche, then what it takes beyond them."""
    aimed = f"La fiche action {item.numero} vise les {_plage(item.age_min, item.age_max)}"
    if item.sans_dispositif:
        covered = f"aucun dispositif d'âge connu pour {plages(item.sans_dispositif)}"
    else:
        covered = "chacun de ces âges a au moins un dispositif"
    names = enumerer(list(item.dispositifs))
    told = [f"{aimed} : {covered}{f', parmi {names}' if names else ''}."]
    told += [
        f"{nom} ({texte}) reçoit aussi, hors de la fiche action {item.numero}, des enfants de {plages(annees)}."
        for nom, texte, annees in item.en_dehors
    ]
    return told


def _non_dits(manques: pd.DataFrame) -> str:
    names = list(dict.fromkeys(manques.loc[manques["caracteristique"].isin(AGES), "nom"]))
    return f"Âges que la convention ne dit pas : {enumerer(names)}." if names else ""
