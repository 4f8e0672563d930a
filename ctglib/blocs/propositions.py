"""What the data of a year call the comité to decide, and what became of what it decided.

A proposal is no decision. The catalogue has its rules with their texts; the functions of this file
say which things of the year each rule is about: where there are none, the rule proposes nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.constats import constats_de, selon_leur_poids
from ctglib.blocs.decisions import fil_des_decisions, sont_decides, sont_sans_suite
from ctglib.calculs.ecriture import SEPARATEUR, enumerer, majuscule, minuscule, nombre
from ctglib.calculs.etats import echeance_venue, etat_inconnu
from ctglib.calculs.evaluation import IMPLICITE, QUALITATIF
from ctglib.calculs.parcours import MANQUES
from ctglib.document.typographie import abreger, compter, date_longue, nombrer, remplir
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.modeles.rapports import CodeProposition, RegleDeProposition
from ctglib.donnees.modeles.suivi import nom_de_la_decision
from ctglib.donnees.plan import ARRETES, est_du
from ctglib.donnees.statuts import Statut

NOMS_CITES = 2  # of the things that page one quotes: more are counted
SIGNATAIRES_CITES = 3  # more names than that are counted, and not written
PROPOSITIONS = [
    "regle",
    "fiche",
    "objets",
    "nombre",
    "proposition",
    "page",
    "pourquoi",
    "reference",
]


class Objet(NamedTuple):
    """Something that a proposal names: an action, an indicator or a service.

    Page one quotes its ``nom`` and its ``precision``; the table has all of it: « 2.1 Ouvrir un
    accueil », « Places (30 pour une cible de 40 en 2026) », « Ville (3) ».
    """

    nom: str
    avant: str = ""
    precision: str = ""
    apres: str = ""
    nombre: int = 1  # how many things it stands for: the values that a service has to give

    @property
    def texte(self) -> str:
        """The name with what is before and after it."""
        return f"{self.avant}{self.nom}{self.precision}{self.apres}"


def ensembles(evaluation: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the indicators as wholes: a modalité is never counted beside its whole."""
    return evaluation[evaluation["dimension"].eq("")]


def a_montrer(indicateurs: pd.DataFrame) -> pd.DataFrame:
    """Return the indicators that the table of a fiche shows: those that somebody is asked for, and
    those that have a value, now or before.
    """
    a_une_valeur = indicateurs[["valeur", "valeur_precedente"]].notna().any(axis=1)
    return indicateurs[a_une_valeur | indicateurs["renseigne"] | ~indicateurs["facultatif"]]


def ont_une_cible(evaluation: pd.DataFrame) -> pd.Series:
    """Tell, row by row, which indicators have a target: written, proposed or set by an avenant.

    A reference that the text only implies is no target.
    """
    return evaluation["cible"].notna() & evaluation["origine_cible"].ne(IMPLICITE)


def service(etude: EtudeAnnuelle, identifiant: str) -> str:
    """Return the label of a service, without what it has in brackets: « service à désigner » for
    an unknown code.
    """
    responsable = etude.catalogue.responsables.get(identifiant)
    if responsable is None:
        return "service à désigner"
    libelle, _, _ = responsable.libelle.partition(" (")
    return libelle


def premiers_noms(noms: Sequence[str], combien: int) -> list[str]:
    """Return the first ``combien`` names, then, if there are others, « et 3 autres »."""
    autres = len(noms) - combien
    if autres <= 0:
        return list(noms)
    return [*noms[:combien], f"et {compter(autres, 'autre')}"]


def proposer(etude: EtudeAnnuelle) -> pd.DataFrame:
    """Return what the data of a year propose, in the words and order of the catalogue.

    What the comité of the year has decided is not proposed any more, nor what one of an earlier
    year has decided once and for all, nor an action or an indicator that a decision is about, as
    long as it is open. A rule that the convention has to write (``exigee``) proposes
    nothing where no clause does. In the last year, a rule may have other words.

    Returns:
        One row a proposal: regle (its code), fiche (whether the page of a fiche says it too),
        objets (the texts of all that it names), nombre (how many things these stand for),
        proposition (the sentence of the table, which names the first ones and counts the others),
        page (that of page one, which quotes the first), pourquoi, reference (the clause).
    """
    objets_par_regle = objets(etude)
    messages = etude.catalogue.messages
    objets_cites = etude.catalogue.bilan.objets_du_tableau
    derniere_annee = etude.annee >= etude.suivi.fin.year
    propositions = []
    for regle in etude.catalogue.bilan.propositions:
        if _est_decidee(etude, regle):
            continue
        objets_de_la_regle = objets_par_regle[regle.id]
        clauses = etude.convention.citer(*regle.clauses)
        if not objets_de_la_regle or (regle.exigee and not clauses):
            continue
        phrase = regle.texte
        phrase_de_la_page = regle.page
        if derniere_annee:
            phrase = regle.texte_final or phrase
            phrase_de_la_page = regle.page_finale or phrase_de_la_page
        premier = objets_de_la_regle[0]
        nom_du_premier = abreger(premier.nom.rstrip(" ."), messages.signes)
        textes = tuple(objet.texte for objet in objets_de_la_regle)
        combien = sum(objet.nombre for objet in objets_de_la_regle)
        listes = premiers_noms([texte.rstrip(" .") for texte in textes], objets_cites)
        propositions.append(
            (
                regle.id,
                regle.fiche,
                textes,
                combien,
                phrase.format(objets=" ; ".join(listes), nombre=nombre(combien), annee=etude.annee),
                remplir(
                    phrase_de_la_page,
                    n=len(objets_de_la_regle),
                    premier=f"« {nom_du_premier} »{premier.precision}",
                    cites=_cites(etude, [objet.nom for objet in objets_de_la_regle]),
                    tous=enumerer(list(textes)),
                    noms=enumerer([objet.nom for objet in objets_de_la_regle]),
                    de_tous=_de_tous(etude, textes),
                    indicateurs=nombrer(combien, "indicateur"),
                    annee=etude.annee,
                ),
                regle.pourquoi,
                majuscule(clauses or "convention"),
            )
        )
    return pd.DataFrame(propositions, columns=PROPOSITIONS)


def _cites(etude: EtudeAnnuelle, noms: Sequence[str]) -> str:
    """Return « « A » et « B » », or « « A » et deux autres » when they are more than two."""
    signes = etude.catalogue.messages.signes
    deux_au_plus = noms if len(noms) <= NOMS_CITES else noms[:1]
    cites = [f"« {abreger(nom.rstrip(' .'), signes)} »" for nom in deux_au_plus]
    autres = len(noms) - len(cites)
    if autres:
        cites.append(nombrer(autres, "autre"))
    return enumerer(cites)


def _est_decidee(etude: EtudeAnnuelle, regle: RegleDeProposition) -> bool:
    """Tell whether a comité has decided, adopted or rejected, of what a rule proposes: that of the
    year, or any up to it when it is decided once.
    """
    annees = etude.suivi.suivis if regle.une_fois else [etude.annee]
    reponses = {nom_de_la_decision(regle.id, annee) for annee in annees}
    comites = [suivi.bilan.comite for suivi in etude.suivi.suivis.values()]
    decidees = {decision.id for comite in comites if comite for decision in comite.decisions}
    return not reponses.isdisjoint(decidees)


def _de_tous(etude: EtudeAnnuelle, noms: Sequence[str]) -> str:
    """Return « de la Caf et du Département », or « des sept signataires » when they are many."""
    parties = len(etude.convention.parties)
    if len(noms) > SIGNATAIRES_CITES:
        return etude.texte("bilan.de_tous", signataires=len(noms), parties=parties)
    messages = etude.catalogue.messages
    return enumerer([messages.avec_preposition("de", nom) for nom in noms])


def objets(etude: EtudeAnnuelle) -> dict[CodeProposition, list[Objet]]:
    """Return the things that each rule of the catalogue is about, by the code of the rule.

    An empty list where there is none: the rule then proposes nothing.
    """
    indicateurs = ensembles(etude.evaluation)
    libelles = {nom: item.libelle for nom, item in etude.contexte.indicateurs.items()}
    fin = etude.suivi.fin

    comite_non_tenu = _comite_non_tenu(etude)
    etats = etude.etats
    decisions = fil_des_decisions(etude)
    decides = decisions[sont_decides(etude, decisions)]
    indicateurs_decides = etude.indicateurs_decides.union(
        SEPARATEUR.join(decides["indicateurs"]).split(SEPARATEUR)
    )
    reportees = etats["fin"].notna() & etats["fin"].gt(etude.arrete)  # a new date was given
    en_retard = etats[etats["en_retard"] & ~reportees & ~_sont_decidees(etats, decides)]
    echeance_passee = echeance_venue(etats, etude.arrete)
    echues_sans_etat = etats[etat_inconnu(etats) & echeance_passee]
    oublies = [libelle for libelle, _ in attendus_une_fois(etude)]
    ecrits_sans_cible = indicateurs.loc[
        indicateurs["origine"].eq("convention")
        & indicateurs["raison"].ne(QUALITATIF)
        & ~indicateurs["dispense"].isin(ARRETES)
        & ~ont_une_cible(indicateurs),
        "indicateur",
    ]
    moyens = etude.annuel.moyens
    signataires_connus = set(moyens.loc[moyens["valeur"].notna(), "signataire"])
    decisions_sans_suite = decisions.loc[sont_sans_suite(etude, decisions), "texte"]
    departs_demandes = etude.a_collecter.loc[
        etude.a_collecter["motif"].eq("valeur_initiale"), "responsable"
    ]
    return {
        "comite_non_tenu": comite_non_tenu,
        "reconduction": [Objet(date_longue(fin))] if etude.annee >= fin.year - 1 else [],
        "retard": _actions(selon_leur_poids(etude, en_retard)),
        "echeance_sans_etat": [
            *_actions(selon_leur_poids(etude, echues_sans_etat)),
            *map(Objet, oublies),
        ],
        "cible_manquee": _cibles_manquees(
            etude, indicateurs[~indicateurs["indicateur"].isin(indicateurs_decides)]
        ),
        "postes_de_pilotage": _postes_a_convertir(etude, indicateurs),
        "collecte": _services_a_relancer(etude),
        "moyens": [
            Objet(partie.nom_court)
            for partie in etude.convention.parties
            if etude.moyens_suivis and partie.id not in signataires_connus
        ],
        "suites": [Objet(texte) for texte in decisions_sans_suite],
        "cibles": [Objet(libelles[nom]) for nom in ecrits_sans_cible],
        "valeurs_initiales": [
            Objet(service(etude, str(responsable)), apres=f" ({combien})", nombre=int(combien))
            for responsable, combien in departs_demandes.value_counts().items()
        ],
        "lacunes": [Objet(lacune.objet) for lacune in etude.convention.lacunes_en_ordre],
    }


def _sont_decidees(etats: pd.DataFrame, decisions: pd.DataFrame) -> pd.Series:
    """Tell which actions some decisions of the thread are about."""
    decidees = set()
    for fiche, modalites in zip(decisions["fiche"], decisions["modalites"], strict=True):
        decidees |= {(fiche, modalite) for modalite in modalites.split(SEPARATEUR)}
    actions = zip(etats["fiche"], etats["modalite"], strict=True)
    return pd.Series([action in decidees for action in actions], etats.index, dtype=bool)


def _comite_non_tenu(etude: EtudeAnnuelle) -> list[Objet]:
    """Return what is to be done of the comité of the year when it was not held, or nobody knows:
    once the year is over, it is the next one that is to be held.
    """
    comite = etude.bilan.comite
    raison = ""
    if comite is None and not etude.comites_comptes():
        raison = etude.texte("bilan.aucune_date")
    elif comite and isinstance(comite.date, Absence):
        raison = minuscule(comite.date.absent)
    if not raison:
        return []
    texte = etude.texte(
        "bilan.comite_non_tenu",
        suivante=etude.annee + 1,
        finie=etude.annee_revolue,
        pas_tenu=comite is not None or etude.comites_comptes() == 0,
        derniere=etude.annee >= etude.suivi.fin.year,
    )
    return [Objet(texte, apres=f" ({raison})")]


def _actions(etats: pd.DataFrame) -> list[Objet]:
    """Return some actions, each after its number: « 2.1 Ouvrir un accueil »."""
    return [
        Objet(libelle, avant=f"{numero} ")
        for libelle, numero in zip(etats["libelle"], etats["modalite"], strict=True)
    ]


def attendus_une_fois(etude: EtudeAnnuelle) -> list[tuple[str, date]]:
    """Return the indicators awaited once that are past their échéance and unknown: their label, and
    the day.
    """
    arrete = etude.arrete.date()
    jours: dict[str, date] = {}
    for fiche in etude.convention.fiches:
        for indicateur in fiche.indicateurs:
            jour = indicateur.echeance
            unique = etude.catalogue.indicateurs_fiches[indicateur.id].unique
            if jour is not None and est_du(jour, arrete) and unique:
                jours[indicateur.id] = jour
    indicateurs = ensembles(etude.evaluation)
    oublies = (
        indicateurs["indicateur"].isin(list(jours))
        & ~indicateurs["renseigne"]
        & indicateurs["statut"].ne(Statut.SANS_OBJET)
    )
    return [
        (str(libelle), jours[str(indicateur)])
        for indicateur, libelle in indicateurs.loc[oublies, ["indicateur", "libelle"]].itertuples(
            index=False
        )
    ]


def _cibles_manquees(etude: EtudeAnnuelle, indicateurs: pd.DataFrame) -> list[Objet]:
    """Return the indicators of the year that miss their target, what weighs most first, each with
    its value and target.
    """
    contexte = etude.contexte
    cibles = []
    for manquee in constats_de(etude, indicateurs):
        if manquee.verdict not in MANQUES:
            continue
        valeur = contexte.valeur(manquee.indicateur, manquee.valeur)
        cible = contexte.valeur(manquee.indicateur, manquee.cible)
        faits = {"valeur": valeur, "cible": cible, "annee_cible": manquee.annee_cible}
        precision = etude.texte("bilan.cible_manquee", implicite=manquee.implicite, **faits)
        libelle = contexte.indicateurs[manquee.indicateur].libelle
        cibles.append(Objet(libelle, precision=f" {precision}"))
    return cibles


def _postes_a_convertir(etude: EtudeAnnuelle, indicateurs: pd.DataFrame) -> list[Objet]:
    """Return one thing, how many posts of coordination have become posts of chargé de coopération
    as the convention asks: « 1 poste sur 2 postes à ce jour »; none once all have.
    """
    contexte = etude.contexte
    pilotage = etude.catalogue.bilan.pilotage
    valeurs = indicateurs.set_index("indicateur")["valeur"]
    cibles = indicateurs.set_index("indicateur")["cible"]
    if pilotage.postes not in valeurs.index or pilotage.convertis not in valeurs.index:
        return []
    postes = valeurs[pilotage.postes]
    convertis = valeurs[pilotage.convertis]
    cible = cibles[pilotage.convertis]
    if pd.notna(convertis) and pd.notna(postes) and convertis >= postes:
        return []
    texte = etude.texte(
        "bilan.postes_a_convertir",
        convertis="" if pd.isna(convertis) else contexte.valeur(pilotage.convertis, convertis),
        postes="" if pd.isna(postes) else contexte.valeur(pilotage.postes, postes),
        cible="" if pd.isna(cible) else contexte.valeur(pilotage.convertis, cible),
    )
    return [Objet(texte)]


def _services_a_relancer(etude: EtudeAnnuelle) -> list[Objet]:
    """Return the services that have something to hand in, with how much: « Ville (3) ».

    Those with the most come first. None when the rate of all together is high enough.
    """
    collecte = etude.collecte
    taux_d_ensemble = collecte.loc[collecte["groupe"].eq("ensemble"), "taux"]
    if not taux_d_ensemble.lt(etude.catalogue.bilan.taux_a_relancer).any():
        return []
    services = collecte[collecte["groupe"].eq("responsable") & collecte["manquent"].gt(0)]
    services = services.sort_values("manquent", ascending=False, kind="stable")
    return [
        Objet(service(etude, responsable), apres=f" ({manquent})")
        for responsable, manquent in zip(
            services["valeur_groupe"], services["manquent"], strict=True
        )
    ]
