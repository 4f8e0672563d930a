"""Where a page stands in the site of the reports, and where it leads.

It is what the plan and the list of the reports say, never what the folder holds on that day: the
same data give the same page, and a closed year keeps its own. All that « ctg produire » makes is
there; a link leads nowhere as long as only a part was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from pathlib import Path

from ctglib.document.blocs import Lien
from ctglib.donnees.numeros import noms_de_fichiers
from ctglib.export.document import Place
from ctglib.production.plan import (
    FORMATS,
    INTERNE,
    PORTRAITS,
    Carnet,
    Commande,
    avenants_de,
    carnets_declares,
    convention_de,
    fiches_de,
    formats_ordinaires,
)
from ctglib.production.portail import BILAN, PAGE, PORTAIL

DES_PORTRAITS = "Portraits"
FICHE = "Fiche"


def place_de(commande: Commande, territoire: str) -> Place:
    """Return the place of the page of a report; ``territoire`` is the name on its cover.

    The page of an internal report leads to none of the others, which may not be there.
    """
    page = commande.base.relative_to(commande.sortie)
    racine = "../" * len(page.parent.parts)
    portail = f"{racine}{PORTAIL}"
    nom = Carnet(commande.carnet).titre
    liens = [
        Lien(libelle, f"{page.name}.{sorte}")
        for sorte, (libelle, _) in FORMATS.items()
        if sorte != PAGE and sorte in formats_ordinaires(commande.carnet)
    ]
    chemin = [Lien("Rapports", portail)]
    avant = apres = None
    if commande.convention.startswith(f"{PORTRAITS}/"):
        chemin.append(Lien(DES_PORTRAITS, f"{portail}#{PORTRAITS}"))
        nom = territoire
    else:
        chemin.append(Lien(territoire or commande.convention, f"{portail}#{commande.convention}"))
    if commande.diffusion == INTERNE:
        liens = []
    elif commande.annee:
        liens += _de_l_annee(commande)
        avant, apres = _d_une_annee_a_l_autre(commande, page.name)
    if commande.annee:
        chemin.append(Lien(str(commande.annee), ""))
    if commande.fiche:
        nom = f"{FICHE} {commande.fiche}"
    chemin.append(Lien(nom, ""))
    return Place(tuple(chemin), tuple(liens), avant, apres, racine, version("ctglib"))


def _de_l_annee(commande: Commande) -> Iterator[Lien]:
    """Yield the links from a bilan to its fiches, or to the bilan from another report of the year."""
    assert commande.annee
    carnets = {carnet.nom: carnet for carnet in carnets_declares(commande.carnet.parent)}
    if Carnet(commande.carnet).nom != BILAN:
        if BILAN in carnets:
            yield Lien(carnets[BILAN].titre, f"{BILAN}.{PAGE}")
        return
    for nom, carnet in carnets.items():
        if "fiche" in carnet.parametres:
            for numero, nom_de_la_fiche in fiches_de(commande.convention, commande.annee).items():
                yield Lien(f"{FICHE} {numero}", f"{nom}-{nom_de_la_fiche}.{PAGE}")


def _d_une_annee_a_l_autre(commande: Commande, page: str) -> tuple[Lien | None, Lien | None]:
    """Return the links to the same report a year before and a year after, None where there is none.

    A closed year is read in its copy. A fiche has a link when it is in the plan from the first to
    the last day of the other year: its report is then there, whenever that year is stopped.
    """
    from ctglib.donnees.plan import en_vigueur, plan_clos, rembobine

    assert commande.annee
    copie = plan_clos(commande.convention, commande.annee)
    avenants = () if copie else avenants_de(commande.convention)
    convention = copie.convention if copie else convention_de(commande.convention)
    fin = convention.fin_selon(avenants)
    trouves: list[Lien | None] = []
    for annee in (commande.annee - 1, commande.annee + 1):
        la = convention.debut.year <= annee <= fin.year
        for jour in (date(annee, 1, 1), date(annee, 12, 31)):
            if copie:
                alors = rembobine(convention, jour)
            else:
                alors = en_vigueur(convention, avenants, jour)
            fiches = noms_de_fichiers(fiche.numero for fiche in alors.fiches)
            if commande.fiche and fiches.get(commande.fiche) != commande.nom_de_la_fiche:
                la = False
        adresse = Path("..", str(annee), f"{page}.{PAGE}").as_posix()
        trouves.append(Lien(str(annee), adresse) if la else None)
    avant, apres = trouves
    return avant, apres
