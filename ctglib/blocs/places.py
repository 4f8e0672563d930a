"""The offer beside the children: places for those under three, and the ages that the structures take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.coherence.constat import SEPARATEUR_CLE
from ctglib.calculs.offre import AgesDeFiche, ages_des_fiches, sans_dispositif
from ctglib.document.blocs import Bloc, Groupe, liste, paragraphe
from ctglib.document.typographie import INSECABLE, compter, enumerer, majuscule, minuscule, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.calculs.comparaison import Constat
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import TrancheAge
    from ctglib.donnees.modeles.catalogue import VocabulaireOffre
    from ctglib.donnees.modeles.coherence import MemeEffectif
    from ctglib.donnees.modeles.convention import Fiche

REGLE = "meme_effectif"  # the rule that runs on relations of this kind
DECIMALES_RAPPORT = 1  # as Annexe 1 prints its rates


def places_constats(
    places: pd.DataFrame,
    enfants: Constat | None,
    capacite: Constat | None,
    contexte: Contexte,
    *,
    vocabulaire: VocabulaireOffre,
    contradictions: pd.DataFrame,
) -> Bloc:
    """Return how many places there are by kind and management, for how many children, and what does not agree.

    Args:
        places: As ``ctglib.calculs.offre.places`` returns it.
        enfants: The finding on the children that the places are set against, None when annexe 1 does not give it.
        capacite: The finding on Annexe 1's theoretical capacity, which is another measure; or None.
        contexte: The words.
        vocabulaire: The words of the offer.
        contradictions: Rows of the consistency check about these places (see ``contradictions_des_places``).
    """
    known = places[places["places"].notna()]
    facts = [
        *(() if known.empty else (_par_type(known), _par_gestion(known, vocabulaire))),
        "" if known.empty else _pour_100(known["places"].sum(), enfants, contexte),
        _capacite(capacite, contexte),
        _sans_nombre(places),
    ]
    told = [_contradiction(row) for _, row in contradictions.iterrows()]
    intro = "D'un endroit à l'autre de la convention, ces nombres ne s'accordent pas, ou manquent :"
    return liste([fact for fact in facts if fact]) + (paragraphe(intro) + liste(told) if told else Groupe())


def contradictions_des_places(
    controle: pd.DataFrame, relations: Iterable[MemeEffectif], vocabulaire: VocabulaireOffre
) -> pd.DataFrame:
    """Return the findings of the consistency check that come from a relation on kinds that take under-threes."""
    kinds = {item.id for item in vocabulaire.types if item.accueil_moins_3}
    concerned = {
        relation.id for relation in relations if any(kinds & set(lecture.types) for lecture in relation.lectures)
    }
    return controle[controle["cle"].isin([f"{REGLE}{SEPARATEUR_CLE}{identifiant}" for identifiant in concerned])]


def _par_type(known: pd.DataFrame) -> str:
    total = known["places"].sum()
    groups = known.groupby("libelle_type", sort=False)["places"].agg(["sum", "count"])
    parts = [
        f"{nombre(row['sum'])} en {minuscule(str(label))} ({compter(row['count'], 'structure')})"
        for label, row in groups.iterrows()
    ]
    told = f", soit {enumerer(parts)}" if parts else ""
    return f"Places citées dans les structures qui reçoivent des enfants de moins de trois ans : {nombre(total)}{told}."


def _par_gestion(known: pd.DataFrame, vocabulaire: VocabulaireOffre) -> str:
    by_kind = known.groupby("gestion")["places"].sum()
    parts = [f"{_places(by_kind.get(gestion, 0))} en gestion {mot}" for gestion, mot in vocabulaire.gestions.items()]
    if "" in by_kind.index:
        parts.append(f"{_places(by_kind[''])} sans gestion dite")
    return f"Selon la gestion : {enumerer(parts)}."


def _places(effectif: float) -> str:
    return compter(effectif, "place") if effectif else "aucune place"


def _pour_100(total: float, enfants: Constat | None, contexte: Contexte) -> str:
    if enfants is None or not enfants.niveau:
        return ""
    label = minuscule(contexte.indicateurs[enfants.indicateur].libelle)
    ratio = nombre(100 * total / enfants.niveau, DECIMALES_RAPPORT)
    children = nombre(enfants.niveau)
    return (
        f"Rapport calculé ici : {ratio} places citées pour {nombre(100)} enfants ({_places(total)} ; {children} "
        f"{label} en {enfants.annee})."
    )


def _capacite(capacite: Constat | None, contexte: Contexte) -> str:
    if capacite is None:
        return ""
    item = contexte.indicateurs[capacite.indicateur]
    own = contexte.valeur(capacite.indicateur, capacite.niveau, capacite.statut)
    other = contexte.valeur(capacite.indicateur, capacite.reference, capacite.statut_reference)
    counted = minuscule(item.definition.partition(". ")[0]).rstrip(".")
    return (
        f"Ce calcul n'est pas l'indicateur du diagnostic, « {item.libelle} » ({own} {contexte.territoire.a}, {other} "
        f"{contexte.reference.a} en {capacite.annee}), qui compte autre chose : {counted}."
    )


def _sans_nombre(places: pd.DataFrame) -> str:
    unknown = places[places["places"].isna()]
    parts = [f"{row.nom} ({minuscule(row.note)})" if row.note else row.nom for row in unknown.itertuples()]
    return f"Sans nombre de places, donc hors de ces totaux : {enumerer(parts)}." if parts else ""


def _contradiction(row: pd.Series) -> str:
    subject = majuscule(row["objet"])
    told = f"{subject} : {row['ecrit']}."
    return f"{told} {row['pourquoi']}" if row["pourquoi"] else told


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
        manques: As ``ctglib.calculs.offre.manques`` returns it: structures whose ages are not said.
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
