"""The first page of a fiche: how many modalités and indicators stand where, what moves, what asks for attention."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ctglib.calculs.collecte import APPRECIATION, ETAT, MOYEN, VALEUR
from ctglib.calculs.essentiel import FAVORABLE, NON_EVALUABLE, SANS_DIRECTION
from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.blocs import Bloc, ChiffreCle, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.mesures import BANDE, bande, marquer
from ctglib.document.typographie import accorder, compter, date_longue, enumerer, nombre

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from ctglib.calculs.essentiel import Essentiel
    from ctglib.calculs.suivi import Numerotes
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.coherence import MotDeVerdict
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.fiches import Responsable

INCONNU, RIEN_A_FAIRE = "inconnu", "sans objet"  # nobody said; nothing had to be done yet
ATTEINTES = ("atteint", "en_bonne_voie")
MANQUES = (
    (ETAT, ("a_completer",), "état de modalité", "états de modalités"),
    (VALEUR, ("a_completer",), "valeur de l'année", "valeurs de l'année"),
    (VALEUR, ("a_confirmer",), "valeur à confirmer", "valeurs à confirmer"),
    (VALEUR, ("valeur_initiale",), "valeur de départ", "valeurs de départ"),
    (MOYEN, ("a_completer",), "ligne de moyens", "lignes de moyens"),
    (APPRECIATION, ("a_completer",), "appréciation"),
)
RIEN_NE_MANQUE = "Rien de ce qui était attendu ne manque."
RIEN_N_AVANCE = "Rien de ce qui est connu n'avance."
RIEN_A_SIGNALER = "Rien de ce qui est connu ne va en sens contraire."
RIEN_DE_NET = "Rien ne va nettement en sens contraire. À contresens, mais trop peu pour conclure"


def page(found: Essentiel, mots: Evaluation, contexte: Contexte, annee: int, inconnu: Bloc) -> Bloc:
    """Return the whole first page of a fiche that has some follow-up.

    Args:
        found: The counts and the rows to name.
        mots: Words, signs, and how many points a list gives.
        contexte: The words of the indicators.
        annee: Year of the report.
        inconnu: What is missing, in short.
    """
    going = [*_realisees(found), *(_evolution(row, mots, contexte) for row in found.avancees.itertuples())]
    wrong = [*_en_difficulte(found), *(_attention(row, mots, contexte) for row in found.attentions.itertuples())]
    return (
        chiffres(found, mots, annee)
        + colonnes(
            sous_titre("Ce qui avance") + _points(going, mots, RIEN_N_AVANCE),
            sous_titre("Ce qui demande attention") + _points(wrong, mots, _rien(found, contexte)),
        )
        + colonnes(sous_titre("Ce qui manque") + inconnu)
    )


def _rien(found: Essentiel, contexte: Contexte) -> str:
    """Return what to say when nothing asks for attention: what still moved the other way is named."""
    if found.contraires.empty:
        return RIEN_A_SIGNALER
    told = [
        f"{contexte.indicateurs[row.indicateur].libelle} ({_valeurs(row, contexte)})"
        for row in found.contraires.itertuples()
    ]
    return f"{RIEN_DE_NET} : {' ; '.join(told)}."


def chiffres(found: Essentiel, mots: Evaluation, annee: int) -> Bloc:
    """Return the four counts: modalités done, indicators informed, evolutions, targets."""
    judged = sum(count for verdict, count in found.verdicts.items() if verdict != NON_EVALUABLE)
    reached = sum(found.verdicts.get(verdict, 0) for verdict in ATTEINTES)
    compared = sum(count for code, count in found.evolutions.items() if code and code not in SANS_DIRECTION)
    untold = RIEN_A_FAIRE if found.non_commencees == found.modalites else INCONNU
    return chiffres_cles(
        [
            ChiffreCle(
                _sur(found.etats.get("realisee", 0), found.modalites) if _connus(found) else untold,
                "modalités réalisées",
                _autres_etats(found, mots),
            ),
            ChiffreCle(
                _sur(found.renseignes, found.attendus),
                f"indicateurs renseignés en {annee}",
                f"dont {compter(found.provisoires, 'provisoire')}" if found.provisoires else "",
            ),
            ChiffreCle(
                _sur(found.evolutions.get(FAVORABLE, 0), compared) if compared else INCONNU,
                "évolutions favorables, parmi celles qui se jugent",
                _comptes(found.evolutions, mots.evolutions, sauf=(FAVORABLE, "")),
            ),
            ChiffreCle(
                _sur(reached, judged) if judged else INCONNU,
                "cibles ou références atteintes ou en bonne voie, parmi celles qui se jugent",
                _comptes(found.verdicts, mots.verdicts, sauf=(*ATTEINTES, NON_EVALUABLE)),
            ),
        ]
    )


def sans_suivi(fiche: Fiche, found: Essentiel, mots: Evaluation, annee: int, *, commencee: bool) -> Bloc:
    """Return what is said of a fiche when nothing was ever handed in: what is unknown, and what this page is for."""
    if not commencee:
        return paragraphe(
            f"La fiche commence en {fiche.debut.year} : rien n'était encore à faire en {annee}. Cette page dit ce "
            f"qu'elle promet, et ce qui manque pour en mesurer le départ. {mots.mots['proposition']}"
        )
    waiting = f" ({compter(found.non_commencees, 'autre')} à commencer plus tard)" if found.non_commencees else ""
    known = compter(found.modalites - found.non_commencees, "modalité")
    return paragraphe(
        f"Aucun suivi n'a été transmis pour {annee}. Ce que la fiche est devenue n'est pas connu, ni bon, ni mauvais : "
        f"{known}{waiting}, {compter(found.attendus, 'indicateur')}. Cette page dit ce qu'elle promet, ce qui manque "
        f"et à qui le demander. {mots.mots['proposition']}"
    )


def _sur(part: int, tout: int) -> str:
    return f"{nombre(part)} sur {nombre(tout)}"


def _connus(found: Essentiel) -> bool:
    return any(count for state, count in found.etats.items() if state != NON_RENSEIGNEE)


def _autres_etats(found: Essentiel, mots: Evaluation) -> str:
    """Return the other states, the late ones counted apart, those that have not begun last."""
    parts = [_comptes(found.etats, mots.etats, sauf=("realisee",))]
    if found.non_commencees:
        parts.append(compter(found.non_commencees, "non commencée", "non commencées"))
    if len(found.en_retard):
        parts.append(f"dont {nombre(len(found.en_retard))} en retard")
    return ", ".join(part for part in parts if part)


def _comptes(comptes: Mapping[str, int], mots: Mapping[str, MotDeVerdict], *, sauf: tuple[str, ...]) -> str:
    """Return « 2 en cours, 1 reportée » in the order of the words."""
    told = {code: count for code in mots if code not in sauf and (count := comptes.get(code))}
    words = {code: mots[code].feminin or mots[code].mot for code in told}
    return ", ".join(f"{nombre(count)} {accorder(words[code], count)}" for code, count in told.items())


def _realisees(found: Essentiel) -> Iterator[str]:
    for row in found.realisees.itertuples():
        yield f"Réalisée : {row.modalite} {row.libelle}"


def _en_difficulte(found: Essentiel) -> Iterator[str]:
    for rows in (found.en_retard, found.arretees):
        for row in rows.itertuples():
            reason = f" ({row.motif})" if row.motif else ""
            yield f"{row.modalite} {row.libelle} : {row.mot}{reason}"


def _evolution(row: object, mots: Evaluation, contexte: Contexte) -> str:
    label = contexte.indicateurs[row.indicateur].libelle
    told = f"{_valeurs(row, contexte)}{_fin(row, mots)}{_bande(row, mots, contexte)}"
    return f"{mots.evolutions[row.evolution].signe} {label} : {told}"


def _attention(row: object, mots: Evaluation, contexte: Contexte) -> str:
    word = mots.verdicts[row.verdict] if row.verdict != NON_EVALUABLE else mots.evolutions[row.evolution]
    label = contexte.indicateurs[row.indicateur].libelle
    return f"{word.signe} {label} : {_valeurs(row, contexte)}, {word.mot}{_bande(row, mots, contexte)}"


def _valeurs(row: object, contexte: Contexte) -> str:
    """Return « 412 en 2024, 418 (p) en 2025 », the last value alone when there is none before it."""
    now = f"{marquer(contexte.valeur(row.indicateur, row.valeur, row.statut), row.statut)} en {row.annee}"
    if row.valeur_precedente != row.valeur_precedente:
        return now
    return f"{contexte.valeur(row.indicateur, row.valeur_precedente)} en {row.annee_precedente}, {now}"


def _bande(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return the signed gap of a value held within its band: the band does not hide it."""
    if row.raison == BANDE:
        return f", {bande(row, row.valeur, row.cible, contexte, mots)}"
    if row.raison_evolution == BANDE:
        return f", {bande(row, row.valeur, row.a_maintenir, contexte, mots)}"
    return ""


def _fin(row: object, mots: Evaluation) -> str:
    return "" if row.verdict == NON_EVALUABLE else f", {mots.verdicts[row.verdict].mot}"


def _points(phrases: list[str], mots: Evaluation, rien: str) -> Bloc:
    """Return the first points, and how many more there are: all are in the tables."""
    if not phrases:
        return paragraphe(rien)
    kept, more = phrases[: mots.points_de_l_essentiel], len(phrases) - mots.points_de_l_essentiel
    return liste([*kept, f"Et {compter(more, 'autre')}, dans les tableaux."] if more > 0 else kept)


def objectifs(fiche: Fiche, changements: Numerotes) -> Bloc:
    """Return whom the fiche is for, what it aims at, who carries it, and what an avenant changed of it."""
    sentences = [
        f"Pour : {' ; '.join(fiche.publics)}.",
        f"Objectifs : {' ; '.join(fiche.objectifs)}.",
        f"Services mobilisés et responsables de l'action : {' ; '.join(fiche.services)}.",
        f"Partenaires sollicités : {' ; '.join(fiche.partenaires)}."
        if fiche.partenaires
        else "Partenaires : la fiche n'en écrit aucun.",
        *(
            f"Changé par l'avenant {number}, à partir du {date_longue(change.effet)} : {change.nouveau}."
            for number, change in changements
            if change.nature == "fiche" and change.element == fiche.numero
        ),
    ]
    return liste(sentences)


def ce_qui_manque(manques: pd.DataFrame, responsables: Mapping[str, Responsable]) -> Bloc:
    """Return how many things each service still has to give, in the order of the services; a sentence when none.

    Args:
        manques: As ``ctglib.calculs.collecte.manques`` returns them.
        responsables: The services by id.
    """
    if manques.empty:
        return paragraphe(RIEN_NE_MANQUE)
    asked = set(zip(*(manques[name] for name in ("responsable", "nature", "motif", "element")), strict=True))
    counts = Counter(tuple(what) for *what, _ in asked)
    lines = []
    for service, item in responsables.items():
        found = [(sum(counts[service, nature, motif] for motif in motifs), noun) for nature, motifs, *noun in MANQUES]
        told = [compter(count, *noun) for count, noun in found if count]
        lines += [f"{item.libelle} : {enumerer(told)}."] if told else []
    return liste(lines)
