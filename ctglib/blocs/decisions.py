"""The thread of decisions: what a comité decided in each year, who is to do it, by when, and what
became of it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.avenants import en_long
from ctglib.calculs.ecriture import SEPARATEUR, enumerer, majuscule, minuscule
from ctglib.calculs.etats import NON_RENSEIGNEE, REALISEE
from ctglib.document.blocs import Groupe, Liste, Renvoi, sous_titre
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import abreger, accorder, date_longue, nombrer, sont
from ctglib.donnees.lecture import sans_accents
from ctglib.donnees.lignes import lignes
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.modeles.suivi import (
    REJETEE,
    SUITES_OUVERTES,
    Comite,
    Decision,
    EtatSuite,
    Suite,
    nom_de_la_decision,
)
from ctglib.donnees.plan import est_du

FAITE: EtatSuite = "faite"
DEMANDE_AUX_SERVICES = "collecte"  # the rule of bilan.yaml that proposes it
DECIDEE = "decidee"  # in the year: nobody had to say yet what became of it
COLONNES = [
    "annee",
    "date",
    "id",
    "texte",
    "responsable",
    "echeance",
    "etat",
    "annee_de_la_suite",
    "raison",
    "commentaire",
    "remarque",
    "fiche",
    "modalites",
    "indicateurs",
]
LETTRES_D_UN_MOT = 5  # of one that tells two texts alike
DANS_LA_LISTE = 2  # of those still open, on page one
LIGNES_DE_LA_LISTE = 3  # as each list of a first page


@dataclass(frozen=True)
class DecisionSuivie:
    """What a sentence reads of a row of the thread."""

    annee: int
    date: str
    texte: str
    responsable: str
    echeance: str
    etat: str
    annee_de_la_suite: int  # missing when no bilan says what became of it
    raison: str
    remarque: str


def fil_des_decisions(etude: EtudeAnnuelle) -> pd.DataFrame:
    """Return every decision up to the year, the latest comité first, with what became of it.

    Of several comités that say what became of a decision, the last one counts. One that is still
    open although all the actions that it decides are done is done: the state of an action is a
    dated fact with its proof, and the comité may not have met since. The thread then says what the
    comité had said. One that names no action is brought near the one that has its service and its
    échéance, and that is told.

    Returns:
        The columns ``COLONNES``. date: that of the comité, "" when it is not known; echeance: the
        last one that it was given; etat: "decidee" of what the year decided, "rejetee",
        or what a later one says ("faite", "en_cours", "abandonnee", "non_renseignee" when none
        does); annee_de_la_suite: the year that says so; remarque: what is wrong with it, in words,
        "" when nothing is; fiche, modalites, indicateurs: what it is about, "" when it doesn't say.
    """
    comites = {
        annee: suivi.bilan.comite
        for annee, suivi in etude.suivi.suivis.items()
        if suivi.bilan.comite is not None
    }
    suites: dict[str, tuple[int | None, Suite]] = {}
    for annee, comite in sorted(comites.items()):
        for suite in comite.suites:  # a later comité replaces an earlier one
            suites[suite.decision] = (annee, suite)
    deja_prises: set[str] = set()
    decisions = []
    for annee, comite in sorted(comites.items()):
        for decision in comite.decisions:
            sans_suite = (None, Suite(decision=decision.id, etat=NON_RENSEIGNEE))
            annee_de_la_suite, suite = suites.get(decision.id, sans_suite)
            etat = suite.etat
            if decision.etat == REJETEE:
                etat = REJETEE
            elif annee == etude.annee:
                etat = DECIDEE
            echeance = suite.echeance or decision.echeance
            siennes = _actions(etude, decision)
            realisation = _realisation(etude, siennes) if etat in SUITES_OUVERTES else ""
            if realisation:
                etat = FAITE
            remarques = _remarques(etude, decision, etat, echeance)
            remarques += _realisee_trop_tard(etude, siennes, suite, echeance)
            if realisation:
                remarques.append(
                    etude.texte(
                        "bilan.decision_deja_faite",
                        actions=siennes["modalite"].tolist(),
                        rapprochee=not decision.modalites,
                        jour="" if realisation == str(etude.annee) else en_long(realisation),
                        dite=""
                        if suite.etat == NON_RENSEIGNEE
                        else mot_de_l_etat(etude, suite.etat),
                        annee_dite=annee_de_la_suite,
                    )
                )
            texte = sans_accents(decision.texte)
            if texte in deja_prises:
                remarques.append(etude.texte("bilan.decision_deja_prise"))
            deja_prises.add(texte)
            decisions.append(
                {
                    "annee": annee,
                    "date": _jour(comite),
                    "id": decision.id,
                    "texte": decision.texte,
                    "responsable": decision.responsable or "",
                    "echeance": str(echeance or ""),
                    "etat": etat,
                    "annee_de_la_suite": annee_de_la_suite,
                    "raison": suite.raison or "",
                    "commentaire": suite.commentaire or "",
                    "remarque": " ; ".join(remarques),
                    "fiche": decision.fiche or "",
                    "modalites": SEPARATEUR.join(decision.modalites),
                    "indicateurs": SEPARATEUR.join(decision.indicateurs),
                }
            )
    table = pd.DataFrame(decisions, columns=COLONNES)
    table = table.astype({"annee": "Int64", "annee_de_la_suite": "Int64"})
    # What was rejected comes last; before it, what only asks the services for their figures.
    est_une_demande = table["id"].isin(
        [nom_de_la_decision(DEMANDE_AUX_SERVICES, annee) for annee in comites]
    )
    rang = est_une_demande.astype(int).mask(table["etat"].eq(REJETEE), 2)
    ordre = pd.DataFrame({"annee": -table["annee"], "rang": rang})
    table = table.loc[ordre.sort_values(["annee", "rang"], kind="stable").index]
    return table.reset_index(drop=True)


def _actions(etude: EtudeAnnuelle, decision: Decision) -> pd.DataFrame:
    """Return the states of the actions of a decision: those that it names, or else the one action
    that has its service, its échéance and a word of its text. None when one that it names is not in
    the plan of the year, or when several are alike.
    """
    etats = etude.etats
    if decision.modalites:
        siennes = etats[
            etats["fiche"].eq(decision.fiche or "") & etats["modalite"].isin(decision.modalites)
        ]
        return siennes if len(siennes) == len(decision.modalites) else siennes.iloc[:0]
    if decision.echeance is None:
        return etats.iloc[:0]
    mots_de_la_decision = _mots(decision.texte)
    ressemblantes = etats[
        etats["responsable"].eq(decision.responsable or "")
        & etats["responsable"].ne("")
        & etats["echeance_ecrite"]
        & etats["echeance"].eq(pd.Timestamp(decision.echeance))
        & etats["libelle"].map(
            lambda libelle: not mots_de_la_decision.isdisjoint(_mots(str(libelle)))
        )
    ]
    return ressemblantes if len(ressemblantes) == 1 else ressemblantes.iloc[:0]


def _mots(texte: str) -> set[str]:
    """Return the words of a text that can say what it is about: those of some length."""
    mots = sans_accents(texte).lower().replace("'", " ").split()
    return {mot for mot in mots if len(mot) >= LETTRES_D_UN_MOT}


def _realisation(etude: EtudeAnnuelle, actions: pd.DataFrame) -> str:
    """Return the day when the last of some actions was done, or the year when no day is given; ""
    when one is not done, or there is none.
    """
    if actions.empty or not actions["statut"].eq(REALISEE).all():
        return ""
    return str(etude.annee) if actions["fin"].isna().any() else str(actions["fin"].max().date())


def _realisee_trop_tard(
    etude: EtudeAnnuelle, actions: pd.DataFrame, suite: Suite, echeance: date | None
) -> list[str]:
    """Return that a decision said to be done was done after its échéance, when the actions that it
    decides say on which day; nothing otherwise.
    """
    if suite.etat != FAITE or echeance is None or actions["fin"].isna().any():
        return []
    jour = _realisation(etude, actions)
    if not jour or date.fromisoformat(jour) <= echeance:
        return []
    numeros = actions["modalite"].tolist()
    return [etude.texte("bilan.decision_faite_trop_tard", actions=numeros, jour=en_long(jour))]


def sont_decides(etude: EtudeAnnuelle, decisions: pd.DataFrame) -> pd.Series:
    """Tell which decisions of the thread answer what is asked of a comité: those of the year, voted
    or not, and those of earlier ones that are still open.
    """
    de_l_annee = decisions["annee"].eq(etude.annee).fillna(False).astype(bool)
    return de_l_annee | decisions["etat"].isin(SUITES_OUVERTES)


def sont_sans_suite(etude: EtudeAnnuelle, decisions: pd.DataFrame) -> pd.Series:
    """Tell which decisions of the thread, of earlier years, nobody follows: of which nothing is
    said, or whose last deadline is past.
    """
    echeances = decisions["echeance"]
    est_echue = echeances.ne("") & est_du(echeances, etude.bilan.date_arretee.isoformat())
    sans_nouvelles = decisions["etat"].eq(NON_RENSEIGNEE)
    ouverte_et_echue = decisions["etat"].isin(SUITES_OUVERTES) & est_echue
    return decisions["annee"].lt(etude.annee) & (sans_nouvelles | ouverte_et_echue)


def _remarques(
    etude: EtudeAnnuelle, decision: Decision, etat: str, echeance: date | None
) -> list[str]:
    """Return what is wrong with a decision, in words; nothing of one that was rejected."""
    if etat == REJETEE:
        return []
    remarques = []
    if decision.responsable is None:
        remarques.append(etude.texte("bilan.decision_sans_responsable"))
    if echeance is not None and echeance > etude.suivi.fin:
        remarques.append(
            etude.texte("bilan.decision_apres_la_fin", fin=date_longue(etude.suivi.fin))
        )
    ouverte = etat in SUITES_OUVERTES
    if echeance is not None and ouverte and est_du(echeance, etude.bilan.date_arretee):
        remarques.append(etude.texte("bilan.decision_en_retard"))
    return remarques


def tableau_du_fil(etude: EtudeAnnuelle) -> Tableau | None:
    """Return the thread as a table, a group a comité; None when none decided anything."""
    decisions = fil_des_decisions(etude)
    if decisions.empty:
        return None
    ecrire: dict[str, Callable[..., str] | None] = {
        "responsable": lambda responsable: responsable or RIEN,
        "echeance": lambda echeance: en_long(echeance) or RIEN,
        "etat": lambda etat: majuscule(mot_de_l_etat(etude, etat)),
        "dit": partial(dit_de_la_decision, annee=etude.annee),
    }
    dits = [dit_de_la_decision(decision, etude.annee) for _, decision in decisions.iterrows()]
    if not any(dits):
        ecrire["dit"] = None
    groupes = [
        _comite_du(etude, annee, jour)
        for annee, jour in zip(decisions["annee"], decisions["date"], strict=True)
    ]
    return etude.tableau("decisions", decisions, ecrire, groupes=groupes)


def liste_du_fil(etude: EtudeAnnuelle) -> Groupe:
    """Return the list of a first page: what the comité of the year decided, what is still open of
    earlier ones, then, where a line is left, how many of theirs are done or dropped. Empty when
    none decided anything.
    """
    decisions = fil_des_decisions(etude)
    prises = decisions[decisions["annee"].eq(etude.annee) & decisions["etat"].ne(REJETEE)]
    d_avant = decisions[decisions["annee"].lt(etude.annee)]
    ouvertes = d_avant[d_avant["etat"].isin(SUITES_OUVERTES)]
    signes = etude.catalogue.messages.signes
    phrases = []
    for decision in islice(lignes(prises, DecisionSuivie), 1):
        quand = etude.texte("bilan.en_annee", annee=decision.annee)
        if decision.date:
            quand = etude.texte("bilan.le_jour", jour=en_long(decision.date))
        phrases.append(
            etude.texte(
                "bilan.prises" if len(prises) > 1 else "bilan.prise",
                quand=quand,
                quoi=minuscule(_avec_qui_et_quand(decision, signes)),
                autres=nombrer(len(prises) - 1, "autre décision", feminin=True),
            )
        )
    for decision in islice(lignes(ouvertes, DecisionSuivie), DANS_LA_LISTE):
        phrases.append(
            etude.texte(
                "bilan.encore_ouverte",
                quoi=_avec_qui_et_quand(decision, signes),
                etat=etat_a_ce_jour(etude, decision.etat, decision.annee_de_la_suite),
                remarque=decision.remarque,
            )
        )
    closes = d_avant["etat"].value_counts().drop([*SUITES_OUVERTES, REJETEE], errors="ignore")
    comptes = []
    for etat, mot in etude.catalogue.evaluation.suites.items():
        if etat in closes:
            comptes.append(sont(int(closes[etat]), mot, accorder(mot, int(closes[etat]))))
    if comptes and len(phrases) < LIGNES_DE_LA_LISTE:
        phrases.append(etude.texte("bilan.decisions_closes", comptes=enumerer(comptes)))
    if not phrases:
        return Groupe()
    renvoi = Renvoi("tableau-decisions", entre_parentheses=True)
    phrases[0] = (phrases[0].rstrip("."), renvoi, ".")
    return sous_titre(etude.mot("fil")) + Liste(tuple(phrases), classe="brefs")


def dit_de_la_decision(decision: pd.Series, annee: int) -> str:
    """Return what is said of a decision in the bilan of a year: why it was dropped or put off, then
    the comment, with its year when an earlier one says so, then what is wrong with it.
    """
    dits = [dit.rstrip(" .") for dit in (decision.raison, decision.commentaire) if dit]
    dite_avant = pd.notna(decision.annee_de_la_suite) and decision.annee_de_la_suite < annee
    if dits and dite_avant:
        dits[-1] += f" ({decision.annee_de_la_suite})"
    if decision.remarque:
        dits.append(decision.remarque.rstrip(" ."))
    return " ".join(f"{majuscule(dit)}." for dit in dits)


def _avec_qui_et_quand(decision: DecisionSuivie, signes: int) -> str:
    """Return « Rouvrir le site (Service enfance, 30 juin 2026) », each text in so many signs."""
    raison = minuscule(decision.raison.rstrip(" ."))
    precisions = [abreger(decision.responsable, signes), en_long(decision.echeance)]
    precisions.append(abreger(raison, signes))
    dites = [precision for precision in precisions if precision]
    texte = abreger(decision.texte.rstrip(" ."), signes)
    return f"{texte} ({', '.join(dites)})" if dites else texte


def mot_de_l_etat(etude: EtudeAnnuelle, etat: str) -> str:
    """Return how a decision stands, in a word: « décidée », « faite »."""
    mots = {**etude.catalogue.evaluation.suites, DECIDEE: etude.mot("decidee")}
    return mots[etat]


def etat_a_ce_jour(etude: EtudeAnnuelle, etat: str, annee: int) -> str:
    """Return how a decision that is still open stands, with the year of the bilan that says so when
    that of the year does not: « en cours d'après le bilan de 2024 ».
    """
    mot = mot_de_l_etat(etude, etat)
    redite = pd.isna(annee) or annee == etude.annee
    if redite or etat == NON_RENSEIGNEE or etat not in SUITES_OUVERTES:
        return mot
    return etude.texte("bilan.etat_d_avant", etat=mot, annee_dite=annee)


def _jour(comite: Comite) -> str:
    return "" if isinstance(comite.date, Absence) else comite.date.isoformat()


def _comite_du(etude: EtudeAnnuelle, annee: int, jour: str) -> str:
    """Return the title of the group of a comité: « Comité du 9 décembre 2025 »."""
    if jour:
        return etude.texte("bilan.comite_du", jour=en_long(jour))
    return etude.texte("bilan.comite_de", annee=annee)
