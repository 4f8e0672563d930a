"""What a year asks of the services, and what of it is missing: the one count that the import, the
workbook, the letters, the dossier, the bilan and the portal say.

One thing is what a service has to answer in the workbook: the awaited cells of a row, or of the
rows of one appreciation. Optional rows ask for nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import astuple, fields, replace

import pandas as pd

from ctglib.collecte.feuilles import (
    NON_RENSEIGNEE,
    Cadre,
    Demande,
    Feuille,
    Ligne,
    cadres_des_reponses,
    lignes_demandees,
)
from ctglib.donnees.modeles.suivi import FeuilleGabarit, Gabarit
from ctglib.donnees.statuts import Statut
from ctglib.donnees.suivi import DossierSuivi

PARTIES = tuple(champ.name for champ in fields(Demande))
COLONNES = ("annee", "responsable", *PARTIES, "feuille", "manque")
# What says of a row that nobody has answered it: it is as an empty one.
SANS_REPONSE = (NON_RENSEIGNEE, Statut.NON_TRANSMIS)


def demandes(cadre: Cadre) -> pd.DataFrame:
    """Return what the year of a frame asks for, one row a thing, those that are missing or not.

    A thing is missing as long as no row that asks for it is answered: empty, « non transmise » or
    « non renseignée ». « Non disponible » and « sans objet » are answers, as is a value that
    secrecy hides.

    Returns:
        The columns ``COLONNES``: ``responsable`` is who owes it, ``feuille`` the title of its
        sheet, ``manque`` whether it is missing; the others are those of ``Demande``.
    """
    return _en_table(cadre, lignes_demandees(cadre))


def manques(cadre: Cadre) -> pd.DataFrame:
    """Return what the year of a frame asks for and nobody has answered, as ``demandes`` does."""
    table = demandes(cadre)
    return table[table["manque"]].reset_index(drop=True)


def demandes_du_suivi(suivi: DossierSuivi, gabarit: Gabarit) -> pd.DataFrame:
    """Return ``demandes`` of all the years of a follow-up, each as all of them answer it."""
    tables = [demandes(cadre) for cadre in cadres_des_reponses(suivi, gabarit)]
    return pd.concat(tables, ignore_index=True)


def ce_qui_manque_seul(
    plan: Iterable[Feuille], manquantes: pd.DataFrame, departs: Collection[str] = ()
) -> tuple[Feuille, ...]:
    """Return the sheets of a workbook without the rows of what was answered: those that ask for one
    of ``manquantes`` (rows of ``demandes``), for the initial value of one of the indicators
    ``departs``, or for nothing.
    """
    voulues = set(manquantes[list(PARTIES)].itertuples(index=False, name=None))
    gardees = []
    for feuille in plan:
        lignes = []
        for ligne in feuille.lignes:
            depart = ligne.depart if ligne.depart in departs else ""
            demande = ligne.demande
            if demande is not None and astuple(demande) not in voulues:
                demande = None
            ne_demandait_rien = ligne.demande is None and not ligne.depart
            if demande or depart or ne_demandait_rien:
                lignes.append(replace(ligne, demande=demande, depart=depart))
        if lignes:
            gardees.append(replace(feuille, lignes=tuple(lignes)))
    return tuple(gardees)


def compter_les_elements(
    manquantes: pd.DataFrame, gabarit: Gabarit, *, sans_total: bool = False
) -> str:
    """Return how much some rows of ``demandes`` are, in all and by nature.

    « 6 éléments (2 valeurs, 4 états d'actions) », « 2 valeurs » when all are of one nature or
    ``sans_total``, "" when there is none.
    """
    effectifs = manquantes["nature"].value_counts()
    parties = []
    for nature, mot in gabarit.elements.items():
        if nature in effectifs:
            effectif = int(effectifs[nature])
            parties.append(f"{effectif}\u00a0{mot.un if effectif == 1 else mot.plusieurs}")
    if sans_total or len(parties) < 2:
        return ", ".join(parties)
    return f"{len(manquantes)}\u00a0éléments ({', '.join(parties)})"


def compter_les_departs(nombre: int, gabarit: Gabarit) -> str:
    """Return how many initial values are asked for: « 3 valeurs de départ »."""
    mot = gabarit.depart.un if nombre == 1 else gabarit.depart.plusieurs
    return f"{nombre}\u00a0{mot}"


def elements_manquants(cadre: Cadre, plan: Iterable[Feuille]) -> str:
    """Return how much the sheets of a workbook still ask for, as ``compter_les_elements`` does."""
    lignes = [(feuille.modele, ligne) for feuille in plan for ligne in feuille.lignes]
    table = _en_table(cadre, lignes)
    return compter_les_elements(table[table["manque"]], cadre.gabarit)


def _en_table(cadre: Cadre, lignes: Iterable[tuple[FeuilleGabarit, Ligne]]) -> pd.DataFrame:
    """Return what some rows ask for, each with its sheet, as ``demandes`` does."""
    demandees: dict[Demande, list[object]] = {}
    repondues: set[Demande] = set()
    for feuille, ligne in lignes:
        demande = ligne.demande
        if demande is None:
            continue
        demandees[demande] = [cadre.annee, ligne.service, *astuple(demande), feuille.titre]
        if _est_repondue(cadre, ligne):
            repondues.add(demande)
    table = pd.DataFrame(
        [[*textes, demande not in repondues] for demande, textes in demandees.items()],
        columns=COLONNES,
    )
    return table.astype({"annee": "Int64", "manque": bool})


def _est_repondue(cadre: Cadre, ligne: Ligne) -> bool:
    """Tell whether a row of the follow-up answers a row of a sheet."""
    connue = cadre.connue(ligne.cibles[0])
    return bool(connue) and connue.get("statut") not in SANS_REPONSE
