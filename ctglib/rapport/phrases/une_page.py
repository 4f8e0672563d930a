"""The year on one page, for the élus: done, moved, unknown, to be decided. Short lines: it holds on one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.bilan.comptes import NON_EVALUABLE, deduits, ensembles, vises
from ctglib.calculs.bilan.marquants import evolutions_marquantes, verdicts
from ctglib.calculs.bilan.propositions import service
from ctglib.calculs.essentiel import pas_commencees
from ctglib.calculs.evaluation.etats import NON_RENSEIGNEE
from ctglib.document.blocs import Bloc, ChiffreCle, Groupe, chiffres_cles, colonnes, liste, paragraphe, sous_titre
from ctglib.document.typographie import abreger, accorder, compter, enumerer, majuscule, nombre, pourcent
from ctglib.rapport.phrases.gouvernance import etat_du_comite
from ctglib.rapport.phrases.marquants import (
    MANQUEES,
    TENUES,
    buts,
    comptes,
    evolution_nommee,
    qui_commencent,
    verdict_nomme,
)
from ctglib.rapport.phrases.propositions import propositions_courtes
from ctglib.rapport.phrases.territoire import chiffre_du_territoire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.bilan.propositions import Proposition, Situation
    from ctglib.document.contexte import Contexte

EVOLUTIONS = ("favorable", "defavorable")
INCONNU = "inconnu"
REALISEE, EN_COURS = "realisee", "en_cours"
NOM_DE_SERVICE = 30
A_SUIVRE = ("partielle", "reportee", "abandonnee")


def une_page(
    situation: Situation, propositions: tuple[Proposition, ...], territoire: pd.DataFrame, contexte: Contexte
) -> Bloc:
    """Return the whole page.

    Args:
        situation: What the year's data say.
        propositions: What they call the comité to decide.
        territoire: The public series (``contexte_du_territoire``).
        contexte: The words.
    """
    rules = situation.catalogue.bilan
    done = sous_titre("Ce qui est fait") + liste(phrase.replace("….", "…") for phrase in _fait(situation))
    moved = sous_titre("Ce qui a bougé") + liste(_bouge(situation, contexte))
    place = _territoire(situation, territoire, contexte)
    unknown = sous_titre("Ce qui n'est pas connu") + liste(_inconnu(situation))
    decide = sous_titre("Décisions à prendre") + paragraphe(rules.mots["propositions"])
    decide += liste(propositions_courtes(propositions, rules, situation.bilan.annee))
    left, right = (
        (done + moved + place, unknown + decide) if _muette(situation) else (done + moved, unknown + decide + place)
    )
    return chiffres(situation) + colonnes(left, right)


def _muette(situation: Situation) -> bool:
    """Tell whether no indicator of the year is informed: the territory then takes the place that nothing else fills."""
    return not ensembles(situation.evaluation)["renseigne"].any()


def chiffres(situation: Situation) -> Bloc:
    """Return the four counts: modalités, evolutions, targets, collection."""
    return chiffres_cles([_actions(situation), _evolutions(situation), _cibles(situation), _collecte(situation)])


def _actions(situation: Situation) -> ChiffreCle:
    rows, words = situation.etats, situation.catalogue.evaluation.etats
    due = rows[~_a_venir(situation)]
    done, late = int(due["statut"].eq(REALISEE).sum()), int(rows["en_retard"].sum())
    others = [*comptes(due["statut"], words, sauf=(REALISEE,)), *([f"dont {nombre(late)} en retard"] if late else [])]
    landmark = ", ".join([*others, *qui_commencent(rows[_a_venir(situation)])])
    known = due["statut"].ne(NON_RENSEIGNEE).any()
    return ChiffreCle(f"{nombre(done)} sur {nombre(len(rows))}" if known else INCONNU, "modalités réalisées", landmark)


def _a_venir(situation: Situation) -> pd.Series:
    return pas_commencees(situation.etats, pd.Timestamp(situation.bilan.date_arretee))


def _evolutions(situation: Situation) -> ChiffreCle:
    rows, words = ensembles(situation.evaluation), situation.catalogue.evaluation.evolutions
    counts = {code: int(rows["evolution"].eq(code).sum()) for code in words}
    read = sum(counts.values())
    value = " ".join(f"{nombre(counts[code])} {words[code].signe}" for code in EVOLUTIONS) if read else "aucune"
    label = "évolutions favorables et défavorables" if read else "évolution lisible"
    others = comptes(rows["evolution"], words, sauf=EVOLUTIONS)
    return ChiffreCle(value, label, ", ".join([*others, f"{nombre(len(rows) - read)} qui ne se lisent pas"]))


def _cibles(situation: Situation) -> ChiffreCle:
    rows, words = ensembles(situation.evaluation), situation.catalogue.evaluation.verdicts
    judged = rows[rows["verdict"].ne(NON_EVALUABLE)]
    kept = int(judged["verdict"].isin(TENUES).sum())
    targets = f"{buts(rows)} pour {compter(len(rows), 'indicateur')}"
    if judged.empty:
        return ChiffreCle("aucune", "cible qui se juge" if vises(rows).any() else "cible écrite", targets)
    rest = comptes(judged["verdict"], words, sauf=TENUES)
    return ChiffreCle(
        f"{nombre(kept)} sur {nombre(len(judged))}",
        "cibles ou références atteintes ou en bonne voie",
        ", ".join([*rest, targets]),
    )


def _collecte(situation: Situation) -> ChiffreCle:
    whole = situation.collecte.iloc[0]
    rate = "sans objet" if pd.isna(whole["taux"]) else pourcent(whole["taux"], 0)
    landmark = f"{nombre(int(whole['renseignes']))} sur {compter(int(whole['attendus']), 'attendu')}"
    if whole["provisoires"]:
        landmark += f", dont {compter(int(whole['provisoires']), 'provisoire')}"
    return ChiffreCle(rate, "des indicateurs sont renseignés", landmark)


def _fait(situation: Situation) -> Iterator[str]:
    """Yield the comité, then the modalités done, running, stopped and late."""
    rows, evaluation = situation.etats, situation.catalogue.evaluation
    yield etat_du_comite(situation.bilan, situation.catalogue.bilan, situation.catalogue.bilan.page.signes)
    due = rows[~_a_venir(situation)]
    if due["statut"].eq(NON_RENSEIGNEE).all():
        running = compter(len(due), "modalité")
        yield f"L'état d'aucune des {running} à mener en {situation.bilan.annee} n'a été transmis."
        yield from _calendrier(situation)
        return
    for code in (REALISEE, EN_COURS):
        named = rows[rows["statut"].eq(code)]
        if len(named):
            word = accorder(evaluation.etats[code].mot, len(named))
            yield f"{majuscule(word)} : {_nommer(named, situation, court=code == EN_COURS)}."
    named = rows[rows["statut"].isin(A_SUIVRE)]
    if len(named):
        yield f"À suivre : {_nommer(named, situation, court=False, etat=True)}."


def _calendrier(situation: Situation) -> Iterator[str]:
    """Yield what the convention wants begun or done in the year: all that is known of it without a follow-up."""
    rows, year = situation.etats, situation.bilan.annee
    words = situation.catalogue.bilan.mots
    begun = [f"fiche {fiche.numero}" for fiche in situation.convention.fiches if fiche.debut.year == year]
    if begun:
        yield words["debut_de_fiche"].format(annee=year, objets=enumerer(begun))
    due = rows[rows["echeance_ecrite"] & rows["echeance"].dt.year.eq(year)]
    named = [_nommer(due, situation, court=False)] if len(due) else []
    whole, meanings = ensembles(situation.evaluation), situation.catalogue.indicateurs_fiches
    once = [row.libelle for row in whole.itertuples() if meanings[row.indicateur].unique and row.annee_cible == year]
    if named or once:
        yield words["echeance_de_l_annee"].format(annee=year, objets=" ; ".join([*named, *once]))


def _nommer(rows: pd.DataFrame, situation: Situation, *, court: bool, etat: bool = False) -> str:
    """Return the modalités, the first with their labels, then how many others; numbers alone when ``court``.

    With their state when ``etat``, where they do not share one.
    """
    page, states = situation.catalogue.bilan.page, situation.catalogue.evaluation.etats
    if court:
        return enumerer(list(rows["modalite"]))
    shown = [
        f"{row.modalite} {abreger(row.libelle, page.signes)}" + (f" ({states[row.statut].mot})" if etat else "")
        for row in rows.head(page.actions).itertuples()
    ]
    more = len(rows) - len(shown)
    return " ; ".join([*shown, *([f"et {compter(more, 'autre')}"] if more > 0 else [])])


def _bouge(situation: Situation, contexte: Contexte) -> Iterator[str]:
    """Yield the verdicts to be known first, then the evolutions each way, with their figures."""
    rules = situation.catalogue.bilan.page
    told = []
    for codes in (MANQUEES, TENUES):
        for row in verdicts(situation.evaluation, codes).head(rules.verdicts).itertuples():
            told.append(row.indicateur)
            yield verdict_nomme(row, situation, contexte)
    for code in EVOLUTIONS:
        rows = evolutions_marquantes(situation.evaluation, code)
        for row in rows[~rows["indicateur"].isin(told)].head(rules.evolutions).itertuples():
            yield evolution_nommee(row, situation, contexte)
    if not ensembles(situation.evaluation)["evolution"].ne("").any():
        yield "Aucun indicateur n'a deux valeurs qui se comparent."
        yield from _departs(situation, contexte)


def _departs(situation: Situation, contexte: Contexte) -> Iterator[str]:
    """Yield the initial values that are known: what later years will be read against."""
    rows = ensembles(situation.evaluation)
    known = rows[rows["valeur_initiale"].notna()]
    told = [
        f"{abreger(row.libelle, situation.catalogue.bilan.page.signes)} "
        f"({contexte.valeur(row.indicateur, row.valeur_initiale)}, pour {row.annee_initiale})"
        for row in known.itertuples()
    ]
    if told:
        yield f"Valeurs de départ connues, par le texte ou un relevé : {' ; '.join(told)}."


def _territoire(situation: Situation, territoire: pd.DataFrame, contexte: Contexte) -> Bloc:
    rules = situation.catalogue.bilan
    wanted = list(rules.page.chiffres_du_territoire)
    rows = territoire[territoire["indicateur"].isin(wanted) & territoire["dimension"].eq("")]
    ordered = rows.sort_values("indicateur", key=lambda column: column.map(wanted.index), kind="stable")
    shown = ordered if _muette(situation) else ordered.head(rules.page.contexte)
    if shown.empty:
        return Groupe()
    title = sous_titre(f"Le contexte {contexte.territoire.a}")
    return title + liste(chiffre_du_territoire(row, rules, contexte) for row in shown.itertuples())


def _inconnu(situation: Situation) -> Iterator[str]:
    """Yield what is missing and from whom, one line a kind."""
    page, whole = situation.catalogue.bilan.page, situation.collecte.iloc[0]
    lacking = int(whole["attendus"] - whole["renseignes"])
    if lacking:
        yield f"{compter(lacking, 'indicateur')} sur {whole['attendus']} : {_services(situation, page.services)}."
    silent = situation.etats[situation.etats["statut"].eq(NON_RENSEIGNEE) & ~_a_venir(situation)]
    if len(silent):
        fiches = [str(numero) for numero in dict.fromkeys(silent["fiche"])]
        noun = "fiche" if len(fiches) == 1 else "fiches"
        yield f"L'état de {compter(len(silent), 'modalité')} ({noun} {enumerer(fiches)})."
    given = set(situation.moyens.loc[situation.moyens["valeur"].notna(), "signataire"])
    absent = [partie.nom_court for partie in situation.convention.parties if partie.id not in given]
    if absent:
        yield f"Les moyens engagés : {enumerer(absent)}."
    rows = ensembles(situation.evaluation)
    yield (
        f"Sans valeur de départ : {compter(int(rows['valeur_initiale'].isna().sum()), 'indicateur')} sur {len(rows)}. "
        f"Sans cible : {nombre(int((~vises(rows)).sum()))}{_dont_deduites(rows)}."
    )


def _dont_deduites(rows: pd.DataFrame) -> str:
    implied = int(deduits(rows).sum())
    return f", dont {nombre(implied)} avec une référence déduite du texte" if implied else ""


def _services(situation: Situation, plus: int) -> str:
    rows = situation.collecte[situation.collecte["groupe"].eq("responsable")]
    rows = rows.assign(manque=rows["attendus"] - rows["renseignes"])
    rows = rows[rows["manque"].gt(0)].sort_values("manque", ascending=False, kind="stable")
    named = [
        f"{abreger(service(situation, row.valeur_groupe), NOM_DE_SERVICE)} ({row.manque})"
        for row in rows.head(plus).itertuples()
    ]
    left = int(rows["manque"].iloc[plus:].sum())
    return ", ".join([*named, *([f"autres ({left})"] if left else [])])
