"""The lines that the parties sign on a first page: what each rests on, and whether it still holds.

A line keeps what the page showed on the day it was signed (``repose_sur``). When one of these facts
is no longer shown, the page says our own words in its place, and the line is noted « à relire ».
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import yaml

from ctglib.blocs.annee import etudier
from ctglib.blocs.constats import ConstatDit, compter_les_cibles
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.page_une import page_une
from ctglib.calculs.constats import premiers_par_fiche
from ctglib.document.blocs import Groupe
from ctglib.document.typographie import date_longue
from ctglib.donnees.lecture import noter_a_relire, superposer
from ctglib.donnees.modeles.rapports import (
    CHAPO,
    PLACE_DU_CHAPO,
    LignesSignees,
    MessageDesParties,
)
from ctglib.donnees.pieces import annees_presentes
from ctglib.donnees.plan import dossier_du_suivi

Appuis = dict[str, dict[str, str]]  # what a line rests on: facts as they are shown, by finding
Place = tuple[str, ...]  # of a line (``MessageDesParties.place``)

FAITS = ("avant", "depart", "cible", "entrees", "sorties")
CIBLES = "cibles"
ACTIONS = "actions"
PUBLIQUE = "publique"
BILAN = "bilan"  # the report whose lines the workbook of a year has


def page_des_parties(messages: MessagesDuSuivi, ecrits: Iterable[MessageDesParties]) -> Groupe:
    """Return the first page of a report of the follow-up with the lines that the parties signed.

    One that no longer holds is left out, so that the page says its finding, and is noted.
    """
    tenues = []
    for ecrit in ecrits:
        raisons = changements(messages, ecrit)
        if raisons:
            ou = _nom_de(messages, ecrit.constat) if ecrit.constat else ""
            noter_a_relire(dire_a_relire(messages.regles.signees, ecrit, raisons, ou))
        else:
            tenues.append(ecrit)
    signes = frozenset(ecrit.constat for ecrit in tenues if ecrit.constat)
    return page_une(messages.regles, replace(messages, signes=signes).page, tenues)


def dire_a_relire(
    regles: LignesSignees, ecrit: MessageDesParties, raisons: Iterable[str], ou: str
) -> str:
    """Return in one line which line is to be read again, who signed it, and why; not its words,
    which no longer hold. ``ou`` is its finding in words, "" for one that has only a rank.
    """
    return regles.a_relire.format(
        ligne=regles.lignes[ecrit.rubrique].format(place=ou or ecrit.rang),
        auteur=ecrit.auteur,
        date=date_longue(ecrit.date),
        pourquoi=" ; ".join(raisons),
    )


def changements(messages: MessagesDuSuivi, ecrit: MessageDesParties) -> list[str]:
    """Return in words what a line rested on and is no more, what has come; none when it holds."""
    regles = messages.regles.signees
    etats = messages.etude.catalogue.evaluation.etats
    noms_des_faits = {**_mots_des_verdicts(messages), **etats, **regles.faits}
    actuels = appuis(messages, ecrit)
    attendus = [ecrit.constat] if ecrit.constat else []
    phrases = []
    for nom in dict.fromkeys([*ecrit.repose_sur, *attendus, *actuels]):
        quoi = _nom_de(messages, nom)
        avant = ecrit.repose_sur.get(nom, {})
        apres = actuels.get(nom, {})
        if not apres:
            disparu = regles.parti if ecrit.rubrique == CHAPO else regles.disparu
            phrases.append(disparu.format(quoi=quoi))
        elif avant:
            faits = [
                regles.fait.format(
                    fait=noms_des_faits.get(fait, fait),
                    avant=avant.get(fait, regles.rien),
                    apres=apres.get(fait, regles.rien),
                )
                for fait in dict.fromkeys([*avant, *apres])
                if avant.get(fait) != apres.get(fait)
            ]
            if faits:
                phrases.append(regles.ecart.format(quoi=quoi, faits=", ".join(faits)))
        elif ecrit.repose_sur:  # one typed by hand, which rests on nothing, is not held to anything
            phrases.append(regles.nouveau.format(quoi=quoi))
    return phrases


def _mots_des_verdicts(messages: MessagesDuSuivi) -> dict[str, str]:
    verdicts = messages.etude.catalogue.evaluation.verdicts
    return {code: verdict.mot for code, verdict in verdicts.items()}


def _nom_de(messages: MessagesDuSuivi, nom: str) -> str:
    """Return what a line rests on in words: the label of an indicator, or what is counted."""
    indicateurs = messages.etude.contexte.indicateurs
    if nom in indicateurs:
        return f"« {indicateurs[nom].libelle} »"
    return messages.regles.signees.comptes.get(nom, f"« {nom} »")


def appuis(messages: MessagesDuSuivi, ecrit: MessageDesParties) -> Appuis:
    """Return what a line rests on, as the page shows it now.

    A chapô rests on where the targets and the actions stand, and on the findings that weigh most; a
    line that takes the place of a finding, on that one; another, on those that it says.
    """
    if ecrit.rubrique == CHAPO:
        return appuis_du_chapo(messages)
    noms = [ecrit.constat] if ecrit.constat else list(ecrit.repose_sur)
    return appuis_des_constats(messages, noms)


def appuis_du_chapo(messages: MessagesDuSuivi) -> Appuis:
    """Return the counts of targets by verdict, of actions by state, and the first findings."""
    verdicts = messages.etude.catalogue.evaluation.verdicts
    cibles = compter_les_cibles(messages.indicateurs, verdicts)
    actions = messages.etude.etats["statut"].value_counts().sort_index()
    premiers = premiers_par_fiche(messages.constats, messages.regles.nombre)
    comptes = {
        CIBLES: {code: str(combien) for code, combien in cibles.items() if combien},
        ACTIONS: {str(code): str(combien) for code, combien in actions.items()},
    }
    return {
        **{nom: compte for nom, compte in comptes.items() if compte},
        **appuis_des_constats(messages, [constat.indicateur for constat in premiers]),
    }


def appuis_des_constats(messages: MessagesDuSuivi, noms: Iterable[str]) -> Appuis:
    """Return the facts of some findings, as they are shown, by indicator; those that are known."""
    par_indicateur = {constat.indicateur: constat for constat in messages.constats}
    verdicts = _mots_des_verdicts(messages)
    faits_par_constat: Appuis = {}
    for nom in noms:
        constat = par_indicateur.get(nom)
        if constat is None:
            continue
        dit = ConstatDit(constat, messages.etude, messages.dire_un_chiffre)
        faits = {"valeur": dit.valeur}
        faits |= {fait: str(dit.faits[fait]) for fait in FAITS}
        if constat.annee_cible:
            faits["annee_cible"] = str(constat.annee_cible)
        if constat.verdict:
            faits["verdict"] = verdicts[constat.verdict]
        faits_par_constat[nom] = {fait: texte for fait, texte in faits.items() if texte}
    return faits_par_constat


# For the workbook of the year.


def propositions(convention: str, annee: int) -> dict[Place, str]:
    """Return what the bilan of a year would say of each line that may be signed, by its place: the
    chapô, then the findings of its first page; nothing before something is handed in.
    """
    if annee not in annees_presentes(convention):
        return {}
    messages = MessagesDuSuivi(etudier(convention, annee, PUBLIQUE))
    if messages.muette:
        return {}
    ecrits = [ecrit for ecrit in messages.etude.annuel.messages if ecrit.rapport == BILAN]
    signes = frozenset(ecrit.constat for ecrit in ecrits if ecrit.constat)
    dites: dict[Place, str] = {PLACE_DU_CHAPO: messages.chapo()}
    for dit in replace(messages, signes=signes).premiers_constats:
        redige = dit.rediger()
        suite = [f"{intitule} : {texte}" for intitule, texte in redige.suite]
        place = (BILAN, "", "messages", dit.constat.indicateur)
        dites[place] = "\n".join([f"{redige.premier}.", *suite])
    for ecrit in ecrits:
        raisons = changements(messages, ecrit)
        if raisons:
            pourquoi = " ; ".join(raisons)
            proposition = dites.get(ecrit.place, "")
            rappel = messages.regles.signees.rappel.format(pourquoi=pourquoi)
            dites[ecrit.place] = "\n".join(filter(None, [rappel, proposition]))
    return dites


def asseoir(convention: str, annee: int, fichiers: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files that an import is to write, each line just signed with what it rests on.

    That is what the page shows once all these files are there. A line just signed says
    ``repose_sur`` without anything in it.
    """
    chemin = f"{dossier_du_suivi(convention)}/{annee}/messages.yaml"
    if chemin not in fichiers:
        return dict(fichiers)
    with superposer(fichiers):
        messages = MessagesDuSuivi(etudier(convention, annee, PUBLIQUE))
        ecrits = messages.etude.annuel.messages
        contenu = yaml.safe_load(fichiers[chemin])
        for ecrit, ligne in zip(ecrits, contenu["messages"], strict=True):
            if "repose_sur" in ligne and not ecrit.repose_sur:
                ligne["repose_sur"] = appuis(messages, ecrit)
    texte = yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False, width=120)
    return {**fichiers, chemin: texte.encode("utf-8")}
