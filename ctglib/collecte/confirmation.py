"""A value that looks wrong and is right, confirmed after the workbook came back: the reason is
written in it where the service would have, and the workbook is read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ctglib.collecte.feuilles import CONFIRMATION, Cadre, feuilles
from ctglib.collecte.importer import cadre_a_lire
from ctglib.collecte.lecture import FeuilleLue, lire
from ctglib.collecte.ouverture import Cellule, ClasseurLu, Grille

Endroit = tuple[str, str, int]  # the file of a sheet, the sheet, the row


def confirmer(
    cadre: Cadre, classeur: ClasseurLu, raisons: Mapping[Endroit, str], service: str
) -> ClasseurLu:
    """Return a workbook with why some values are right, said by a service.

    A sheet without the column where it is said, such as the table of a relevé, stays as it is: the
    import asks again.

    Args:
        cadre: The convention and the year of the workbook.
        classeur: The workbook, as read.
        raisons: The reason, by the row that it confirms.
        service: Who confirms.
    """
    plan = feuilles(cadre_a_lire(cadre), a_lire=True)
    regles = cadre.dossier.catalogue.confidentialite
    lecture = lire(classeur, plan, regles, cadre.gabarit.noms)
    lues = {(lue.grille.fichier, lue.grille.feuille): lue for lue in lecture.feuilles}
    grilles = []
    for grille in classeur.grilles:
        lue = lues.get((grille.fichier, grille.feuille))
        grilles.append(_avec_les_raisons(grille, lue, raisons) if lue else grille)
    proprietes = {**classeur.proprietes, "responsable": service}
    return replace(classeur, grilles=tuple(grilles), proprietes=proprietes)


def _avec_les_raisons(grille: Grille, lue: FeuilleLue, raisons: Mapping[Endroit, str]) -> Grille:
    numero = lue.numeros.get(CONFIRMATION)
    if numero is None:
        return grille
    lignes = dict(grille.lignes)
    for ligne in grille.lignes:
        raison = raisons.get((grille.fichier, grille.feuille, ligne))
        if raison:
            lignes[ligne] = {**grille.lignes[ligne], numero: Cellule(raison)}
    return replace(grille, lignes=lignes)
