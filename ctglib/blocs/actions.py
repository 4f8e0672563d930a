"""Where the actions stand, drawn: a band a fiche, a case an action."""

import pandas as pd
from matplotlib.figure import Figure as Dessin

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import majuscule
from ctglib.calculs.etats import (
    NON_RENSEIGNEE,
    PARTIELLE,
    REALISEE,
    REPORTEE,
    SUSPENDUE,
    pas_commencees,
)
from ctglib.calculs.ordre import rang_dans
from ctglib.document.figure import Figure, charte
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.catalogue import Largeur
from ctglib.graphiques.bandes import bandes

# States that a drawing tells apart, besides those that are entered.
EN_RETARD = "en_retard"
REALISEE_EN_RETARD = f"{REALISEE}_{EN_RETARD}"
PLUS_TARD = "plus_tard"
EN_CHEMIN = ("en_cours", "prevue")  # the state of these is not said once they are late
# These are, as well.
DITS_EN_RETARD = {code: f"{code}_{EN_RETARD}" for code in (PARTIELLE, REPORTEE)}


def etats_dessines(etude: EtudeAnnuelle) -> pd.Series:
    """Return how each action of a year is drawn: one of ``cases`` in ``charte.yaml``."""
    etats = etude.etats
    etat = etats["statut"].mask(etats["dispense"].eq(SUSPENDUE), SUSPENDUE)
    etat = etat.mask(pas_commencees(etats, etude.arrete), PLUS_TARD)
    etat = etat.mask(etats["en_retard"] & etat.isin(EN_CHEMIN), EN_RETARD)
    etat = etat.mask(etats["en_retard"] & etat.isin(list(DITS_EN_RETARD)), etat.map(DITS_EN_RETARD))
    return etat.mask(etats["apres_l_echeance"], REALISEE_EN_RETARD)


def titres_des_bandes(etude: EtudeAnnuelle) -> dict[str, str]:
    """Return what is written beside the actions of each fiche, by its number."""
    return {
        fiche.numero: f"Fiche {fiche.numero}, {fiche.titre}" for fiche in etude.convention.fiches
    }


def bandes_des_actions(etude: EtudeAnnuelle) -> Figure:
    """Return the states of the actions of each fiche, a band a fiche, under a title that counts
    them.
    """
    etats = etude.etats
    cases = charte().cases
    etat = etats_dessines(etude)
    titres = titres_des_bandes(etude)
    dessinees = pd.DataFrame(
        {"ligne": etats["fiche"].map(titres), "case": etats["modalite"], "etat": etat}
    )
    dessinees = dessinees.sort_values("ligne", key=rang_dans(titres.values()), kind="stable")
    mots = {code: case.mot for code, case in cases.items()}
    chiffres = dessinees.assign(
        action=etats["libelle"],
        # how long after is said where there is room
        dit=dessinees["etat"].map(mots).mask(etats["apres_l_echeance"], etats["mot"]),
        echeance=etats["echeance"],
    )
    phrases = []
    for libelle, bande in chiffres.groupby("ligne", sort=False):
        etats_dits = [
            f"{case} {dit}" for case, dit in zip(bande["case"], bande["dit"], strict=True)
        ]
        phrases.append(f"{libelle} : {' ; '.join(etats_dits)}.")
    en_retard = chiffres[chiffres["etat"].isin((EN_RETARD, *DITS_EN_RETARD.values()))]
    premiere = (en_retard if len(en_retard) else chiffres).iloc[0]
    comptes = {
        "total": len(etat),
        "realisees": int(etat.isin((REALISEE, REALISEE_EN_RETARD)).sum()),
        "en_retard": len(en_retard),
        "sans_nouvelles": int(etat.eq(NON_RENSEIGNEE).sum()),
    }

    def dessiner(taille: Largeur) -> Dessin:
        figure = Dessin()
        bandes(dessinees, taille, figure)
        return figure

    return Figure(
        nom="etats-des-fiches",
        titre=etude.textes.dire("titre_des_actions", comptes),
        alt=" ".join(phrases),
        lecture=etude.texte(
            "suivi.lecture_des_bandes",
            case=premiere["case"],
            action=premiere["action"],
            etat=premiere["dit"],
        ),
        source=etude.contexte.source,
        tableau=etude.tableau(
            "etats_des_fiches",
            chiffres,
            {"dit": majuscule, "echeance": _en_jour},
            groupes=chiffres["ligne"],
            donnees_de="etats-des-fiches",
        ),
        dessiner=dessiner,
        territoire=etude.contexte.territoire.nom,
    )


def _en_jour(jour: pd.Timestamp) -> str:
    return date_longue(jour.date())
