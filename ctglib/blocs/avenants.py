"""What avenants have changed of the convention: in a table, and beside a fiche or an action."""

from collections.abc import Iterable
from datetime import date

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import INSECABLE, majuscule, minuscule
from ctglib.document.tableau import RIEN, Tableau, ecrire_valeur
from ctglib.document.typographie import date_longue
from ctglib.donnees.modeles.avenants import ECRITS, Avenant, Changement
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.plan import Etape, Vivant
from ctglib.donnees.plan import DU_PLAN

DONNEES = ["avenant", "date", "nature", "action", "element", "ancien", "nouveau", "annee", "effet"]


def tableau_avenants(etude: EtudeAnnuelle, avenants: Iterable[Avenant]) -> Tableau | None:
    """Return what each avenant changes, from what to what, from when; None when there is none."""
    lignes: list[tuple[str, ...]] = []
    donnees = []
    for avenant in avenants:
        titre = (
            f"Avenant n°{INSECABLE}{avenant.numero} du {date_longue(avenant.date)} : "
            f"{avenant.objet} ({avenant.reference})"
        )
        for changement in avenant.changements:
            lignes.append((titre, *_cellules(etude, changement)))
            donnees.append(
                {"avenant": avenant.numero, "date": avenant.date, **changement.model_dump()}
            )
        if not avenant.changements:
            lignes.append((titre, etude.mot("avenant_sans_changement"), RIEN, RIEN, RIEN))
    if not lignes:
        return None
    table = pd.DataFrame(lignes, columns=["groupe", "objet", "ancien", "nouveau", "effet"])
    return etude.tableau(
        "avenants",
        table,
        donnees=pd.DataFrame(donnees, columns=DONNEES),
        groupes=table["groupe"],
    )


def _cellules(etude: EtudeAnnuelle, changement: Changement) -> tuple[str, str, str, str]:
    """Return the cells of a change: its object, before, after, from when.

    « Cible : Places d'accueil », « 40 places », « 45 places en 2026 », « 1er mars 2025 »; or
    « Modalité 2.4 : Transporter les enfants », « – », « Abandon : la ligne de bus… ».
    """
    nature = etude.catalogue.bilan.natures_d_avenant[changement.nature]
    element = "" if changement.element is None else str(changement.element)
    indicateur = etude.contexte.indicateurs.get(element)
    objet = f"{nature} {element}".strip()
    if indicateur:
        objet = f"{nature} : {indicateur.libelle}"
    elif changement.nature in DU_PLAN:
        libelle = _libelle(etude, changement)
        # A party is called by its name; a fiche, a modalité by its number too.
        de_son_nom = changement.nature in ("partie", "pilote") and libelle
        debut = nature if de_son_nom else objet
        objet = f"{debut} : {libelle}" if libelle else objet
    if changement.nature in DU_PLAN and changement.nouveau is None:
        nouveau = etude.catalogue.bilan.actions_d_avenant[changement.action]
        if changement.raison:
            nouveau += f" : {minuscule(changement.raison)}"
    else:
        nouveau = _valeur(etude, changement, changement.nouveau)
    if changement.annee:
        nouveau += f" en {changement.annee}"
    ancien = _valeur(etude, changement, changement.ancien)
    return objet, ancien, nouveau, date_longue(changement.effet)


def _libelle(etude: EtudeAnnuelle, changement: Changement) -> str:
    """Return how the convention calls a fiche, a modalité, a party or a pilot that an avenant
    changes; "" when no plan of the years has it.
    """
    cle = ECRITS[changement.nature]
    nom = str(changement.element)
    ecrit = getattr(changement, cle)
    libelles: dict[tuple[str, str], str] = {}
    plans = [*etude.suivi.dossier.plans.values(), etude.convention]
    for plan in plans:
        libelles |= _libelles(plan)
    services = {item.id: item.libelle for item in etude.catalogue.responsables.values()}
    if changement.nature == "pilote":
        return libelles.get(("partie", nom), services.get(nom, ""))
    du_plan = libelles.get((changement.nature, nom), "")
    return du_plan or getattr(ecrit, "titre", "") or getattr(ecrit, "libelle", "")


def _libelles(plan: Convention) -> dict[tuple[str, str], str]:
    """Return the labels of the parties, fiches and modalités of a plan, by nature and name."""
    libelles = {("partie", partie.id): partie.nom for partie in plan.parties}
    for fiche in plan.fiches:
        libelles["fiche", str(fiche.numero)] = fiche.titre
        for modalite in fiche.modalites:
            libelles["modalite", modalite.numero] = modalite.libelle
    return libelles


def _valeur(etude: EtudeAnnuelle, changement: Changement, valeur: float | str | None) -> str:
    """Return a target with the unit of its indicator, a day in full, words as they are."""
    if isinstance(valeur, str):
        return majuscule(en_long(valeur) if changement.nature == "duree" else valeur)
    element = str(changement.element)
    if element in etude.contexte.indicateurs and valeur is not None:
        return etude.contexte.valeur(element, valeur)
    return ecrire_valeur(valeur)


def en_long(jour: str) -> str:
    """Return an ISO day in full, « 30 juin 2024 »; another text, as « non précisé », as it is."""
    try:
        return date_longue(date.fromisoformat(jour))
    except ValueError:
        return jour


def histoire(etude: EtudeAnnuelle, element: Vivant) -> list[str]:
    """Return what avenants did to a fiche or a modalité, a text a step, in their order.

    « abandonnée par l'avenant n° 2, le 27 janvier 2026 : la ligne de bus rend le même service ».
    """
    return [_etape(etude, etape) for etape in element.histoire]


def _etape(etude: EtudeAnnuelle, etape: Etape) -> str:
    texte = etude.texte(
        "suivi.etape_d_avenant",
        fait=etude.catalogue.bilan.etapes_d_avenant[etape.action],
        avenant=etape.avenant,
        jour=date_longue(etape.effet),
    )
    return f"{texte} : {minuscule(etape.raison).rstrip('.')}" if etape.raison else texte
