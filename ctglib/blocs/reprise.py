"""What of a convention goes on after its last day, and why the rest doesn't.

The folder of the next convention, and the draft of its annexes, both ask it here.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

from ctglib.blocs.fin import EtudeFinale
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Analyse, Fiche, IndicateurFiche, ModaliteAction
from ctglib.donnees.plan import Dispense, dispense

# Why an element of the plan is not carried on; "" when it is. « decidee »: the parties have decided
# to stop all the objectives of the fiche. « sans_terme »: what it is computed from is not carried.
Motif = Dispense | Literal["decidee", "sans_terme"]
ARRETER = "arreter"


def rangs_repris(etude: EtudeFinale, fiche: Fiche) -> dict[int, int]:
    """Return the rank in the next convention of each objective of a fiche that is carried on, by
    its rank in this one: all but those that the parties have decided to stop.
    """
    prises = etude.decisions_des_objectifs
    rangs: dict[int, int] = {}
    for rang in range(1, len(fiche.objectifs) + 1):
        prise = prises.get((fiche.numero, rang))
        if prise is None or prise.decision != ARRETER:
            rangs[rang] = len(rangs) + 1
    return rangs


def arret_de_la_fiche(etude: EtudeFinale, fiche: Fiche) -> Motif:
    """Return why a fiche is not carried on."""
    motif = dispense(fiche, etude.suivi.fin)
    if motif:
        return motif
    # An avenant that extends the convention does not end its fiches before it.
    if fiche.fin < etude.convention.fin:
        return "terminee"
    if fiche.objectifs and not rangs_repris(etude, fiche):
        return "decidee"
    return ""


def arret_de_la_modalite(etude: EtudeFinale, fiche: Fiche, modalite: ModaliteAction) -> Motif:
    """Return why a modalité of a fiche that is carried on is not."""
    etats = dict(zip(etude.etats["modalite"], etude.etats["statut"], strict=True))
    dernier_etat = etats[modalite.numero]
    return dispense(fiche, etude.suivi.fin, modalite, dernier_etat=dernier_etat)


def arret_de_l_indicateur(etude: EtudeFinale, fiche: Fiche, prevu: IndicateurFiche) -> Motif:
    """Return why an indicator of a fiche that is carried on is not: among others, what was asked up
    to the last day at most, and what was awaited once, by a day that has passed.
    """
    fin = etude.suivi.fin
    motif = dispense(fiche, fin, prevu)
    if motif:
        return motif
    if prevu.fin is not None and prevu.fin <= fin:
        return "terminee"
    definition = etude.catalogue.indicateurs_fiches[prevu.id]
    if definition.unique and prevu.echeance is not None and prevu.echeance <= fin:
        return "terminee"
    return ""


def ce_qui_vit(etude: EtudeFinale) -> Convention:
    """Return the convention with what lives of its plan on its last day, and nothing else.

    Neither what an avenant has suspended or abandoned, nor what has ended, nor an action that is
    done or was given up, nor an objective that the parties have decided to stop, nor what is
    computed from, or shows, an indicator that does not go on; nor its financing plan, which is of
    its own years.
    """
    convention = etude.convention
    fiches = []
    suivis: set[str] = set()
    for fiche in convention.fiches:
        if arret_de_la_fiche(etude, fiche):
            continue
        indicateurs = [
            prevu for prevu in fiche.indicateurs if not arret_de_l_indicateur(etude, fiche, prevu)
        ]
        modalites = [
            modalite
            for modalite in fiche.modalites
            if not arret_de_la_modalite(etude, fiche, modalite)
        ]
        repris = rangs_repris(etude, fiche)
        objectifs = [
            objectif for rang, objectif in enumerate(fiche.objectifs, start=1) if rang in repris
        ]
        suivis |= {prevu.id for prevu in indicateurs}
        contenu = {"indicateurs": indicateurs, "modalites": modalites, "objectifs": objectifs}
        fiches.append(fiche.model_copy(update=contenu))
    definitions = etude.catalogue.indicateurs_fiches
    suivis = {nom for nom in suivis if suivis.issuperset(definitions[nom].termes)}
    return convention.model_copy(
        update={
            "fiches": [_fiche_sans(fiche, suivis) for fiche in fiches],
            "livrables": [nom for nom in convention.livrables if nom in suivis],
            "financement": None,
        }
    )


def _fiche_sans(fiche: Fiche, suivis: set[str]) -> Fiche:
    """Return a fiche as a text writes it, with the indicators that are followed still: without its
    histoire, nor a result, an analysis or a pilot of what has ended.
    """
    resultats = []
    for resultat in fiche.resultats:
        indicateurs = [nom for nom in resultat.indicateurs if nom in suivis]
        resultats.append(resultat.model_copy(update={"indicateurs": indicateurs}))
    return fiche.model_copy(
        update={
            "histoire": (),
            "indicateurs": [prevu for prevu in fiche.indicateurs if prevu.id in suivis],
            "resultats": resultats,
            "analyses": list(_analyses_sans(fiche.analyses, suivis)),
            "pilotes": [
                pilote.model_copy(update={"debut": None})
                for pilote in fiche.pilotes
                if pilote.fin is None
            ],
        }
    )


def _analyses_sans(analyses: Iterable[Analyse], suivis: set[str]) -> Iterator[Analyse]:
    """Yield the analyses of what is followed still: of the indicators that play a role together,
    those that are; none of an analysis one role of which nothing plays any more.
    """
    for analyse in analyses:
        roles = {}
        for role, indicateurs in analyse.roles.items():
            if not isinstance(indicateurs, str):
                indicateurs = tuple(nom for nom in indicateurs if nom in suivis)
            roles[role] = indicateurs
        gardee = analyse.model_copy(update={"roles": roles})
        cites = {*gardee.indicateurs_des_roles(*roles)}
        for rapport in analyse.rapports:
            cites |= {rapport.numerateur, rapport.denominateur}
        if cites <= suivis and all(roles.values()):
            yield gardee
