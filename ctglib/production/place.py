"""Where a page stands in the site of the reports, and where it leads.

It is what the plan and the list of the reports say, never what the folder holds on that day: the
same data give the same page, and a closed year keeps its own. All that « ctg produire » makes is
there; a link leads nowhere as long as only a part was made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from importlib.metadata import version

from ctglib.document.blocs import Lien
from ctglib.donnees.numeros import noms_de_fichiers
from ctglib.export.document import Place
from ctglib.export.formats import formats_connus
from ctglib.production.plan import (
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
        Lien(sorte.libelle, f"{page.name}.{sorte.nom}")
        for sorte in formats_connus().values()
        if sorte.nom != PAGE and sorte.nom in formats_ordinaires(commande.carnet)
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
        liens += _de_l_annee(commande, commande.annee)
        avant = _autre_annee(commande, commande.annee, commande.annee - 1)
        apres = _autre_annee(commande, commande.annee, commande.annee + 1)
    if commande.annee:
        chemin.append(Lien(str(commande.annee), ""))
    if commande.fiche:
        nom = f"{FICHE} {commande.fiche}"
    chemin.append(Lien(nom, ""))
    return Place(
        tuple(chemin), tuple(liens), avant, apres, racine, version("ctglib"), _licence(commande)
    )


def _licence(commande: Commande) -> str:
    """Return the licence of a convention, as the copy of a closed year has it; "" for none."""
    from ctglib.donnees.plan import plan_clos

    if commande.convention.startswith(f"{PORTRAITS}/"):
        return ""
    copie = plan_clos(commande.convention, commande.annee) if commande.annee else None
    convention = copie.convention if copie else convention_de(commande.convention)
    return convention.licence.titre if convention.licence else ""


def _de_l_annee(commande: Commande, annee: int) -> Iterator[Lien]:
    """Yield the links from a bilan to its fiches, or to the bilan from another report."""
    carnets = {carnet.nom: carnet for carnet in carnets_declares(commande.carnet.parent)}
    if Carnet(commande.carnet).nom != BILAN:
        if BILAN in carnets:
            yield Lien(carnets[BILAN].titre, f"{BILAN}.{PAGE}")
        return
    for nom, carnet in carnets.items():
        if "fiche" in carnet.parametres:
            for numero, nom_de_la_fiche in fiches_de(commande.convention, annee).items():
                yield Lien(f"{FICHE} {numero}", f"{nom}-{nom_de_la_fiche}.{PAGE}")


def _autre_annee(commande: Commande, annee: int, autre: int) -> Lien | None:
    """Return the link to the same report of another year, None when that year has none.

    A closed year is read in its copy. A fiche has a link when it is in the plan from the first to
    the last day of the other year: its report is then there, whenever that year is stopped.
    """
    from ctglib.donnees.plan import en_vigueur, plan_clos, rembobine

    copie = plan_clos(commande.convention, annee)
    avenants = () if copie else avenants_de(commande.convention)
    convention = copie.convention if copie else convention_de(commande.convention)
    if not convention.debut.year <= autre <= convention.fin_selon(avenants).year:
        return None
    for jour in (date(autre, 1, 1), date(autre, 12, 31)):
        plan = en_vigueur(convention, avenants, jour)
        if copie:
            plan = rembobine(convention, jour)
        fiches = noms_de_fichiers(fiche.numero for fiche in plan.fiches)
        if commande.fiche and fiches.get(commande.fiche) != commande.nom_de_la_fiche:
            return None
    return Lien(str(autre), f"../{autre}/{commande.base.name}.{PAGE}")
