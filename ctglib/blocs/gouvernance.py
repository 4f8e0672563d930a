"""Who conducts the convention: the pilots of its fiches, and how often its comité met."""

from collections.abc import Iterable

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.propositions import service
from ctglib.calculs import suivi as calculs
from ctglib.donnees.modeles.plan import Absence, Fiche


def pilotes_de_la_fiche(etude: EtudeAnnuelle, fiche: Fiche) -> list[str]:
    """Return who conducts a fiche on the day that the year is stopped: parties and services."""
    jour = etude.bilan.date_arretee
    parties = {partie.id: partie.nom_court for partie in etude.convention.parties}
    pilotes = []
    for pilote in fiche.pilotes:
        commence = pilote.debut is None or pilote.debut <= jour
        acheve = pilote.fin is not None and pilote.fin < jour
        if commence and not acheve:
            pilotes.append(parties.get(pilote.id) or service(etude, pilote.id))
    return pilotes


def compte_des_comites(etude: EtudeAnnuelle, annees: Iterable[int]) -> str:
    """Return « Tenu 3 fois sur 4 prévues par la convention (article 6-a). » for some years.

    "" when the convention does not say how many times a year its comité meets, or when nothing is
    known of any of these years.
    """
    comite = etude.convention.comite
    if comite is None or comite.par_an is None:
        return ""
    comptes = [_comites_de_l_annee(etude, annee) for annee in annees]
    connus = [compte for compte in comptes if compte is not None]
    if not connus:
        return ""
    cle = "comite_compte" if len(connus) == len(comptes) else "comite_au_moins"
    return etude.mot(cle, tenus=sum(connus), prevus=comite.par_an * len(comptes))


def _comites_de_l_annee(etude: EtudeAnnuelle, annee: int) -> int | None:
    """Return how many comités a year had: the count handed in, or else 1 or 0 by its date.

    None when neither is known.
    """
    indicateur = etude.catalogue.bilan.pilotage.comites
    observations = calculs.a_la_date(etude.suivi.observations, etude.annee)
    transmis = calculs.ensemble(observations, indicateur)["valeur"].get(annee)
    if pd.notna(transmis):
        return int(transmis)
    suivi = etude.suivi.suivis.get(annee)
    if suivi is None or suivi.bilan.comite is None:
        return None
    return 0 if isinstance(suivi.bilan.comite.date, Absence) else 1
