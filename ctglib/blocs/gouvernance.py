"""Who conducts the convention: the pilots of its fiches, and how often its comité met."""

from collections.abc import Iterable

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.propositions import service
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
    known of any of these years. Where only a date was handed in and several are due, there may have
    been others: « au moins ».
    """
    comite = etude.convention.comite
    if comite is None or comite.par_an is None:
        return ""
    annees = list(annees)
    comptes = [etude.comites_comptes(annee) for annee in annees]
    dates = [_comite_date(etude, annee) for annee in annees]
    tenus = 0
    au_moins = False
    for compte, date in zip(comptes, dates, strict=True):
        connu = date if compte is None else compte
        tenus += connu or 0
        au_moins |= connu is None or (compte is None and 0 < connu < comite.par_an)
    if all(connu is None for connu in (*comptes, *dates)):
        return ""
    prevus = comite.par_an * len(annees)
    return etude.texte("suivi.comites_tenus", tenus=tenus, prevus=prevus, au_moins=au_moins)


def _comite_date(etude: EtudeAnnuelle, annee: int) -> int | None:
    """Return 1 when a year says the day of its comité, 0 when it says why there was none, None when
    it says nothing.
    """
    suivi = etude.suivi.suivis.get(annee)
    if suivi is None or suivi.bilan.comite is None:
        return None
    return 0 if isinstance(suivi.bilan.comite.date, Absence) else 1
