"""What is wrong with the headings of a sheet: a column lost, doubled, added, or cells merged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ctglib.collecte.grille import lettre
from ctglib.donnees.fautes import Faute

if TYPE_CHECKING:
    from ctglib.collecte.feuille import Feuille
    from ctglib.collecte.grille import Grille

RECOPIER = "reprendre le gabarit et y recopier les valeurs"


def fautes_de_colonnes(grille: Grille, feuille: Feuille, titres: int, connues: dict[int, str]) -> list[Faute]:
    """Return the faults of the headings of a sheet.

    Args:
        grille: The sheet as read.
        feuille: The sheet of the plan that it is.
        titres: The row of the headings.
        connues: The id of each column that was recognised.
    """
    return [
        *_absentes(grille, feuille, titres, connues),
        *_repetees(grille, feuille, titres, connues),
        *_inconnues(grille, titres, connues),
        *_fusionnees(grille, titres),
    ]


def _absentes(grille: Grille, feuille: Feuille, titres: int, connues: dict[int, str]) -> list[Faute]:
    """Return a fault for each column that the import needs and that is not there.

    A CSV that a program wrote may leave out those that are filled only when there is something to say.
    """
    needed = [spec for spec in feuille.colonnes if spec.role == "cle" or spec.attendue or not grille.est_un_csv]
    missing = [spec for spec in needed if spec.role != "rappel" and spec.id not in connues.values()]
    return [
        Faute(
            grille.fichier,
            "colonne supprimée, déplacée hors du tableau ou renommée",
            f"une colonne « {spec.titre} »",
            f"remettre le titre « {spec.titre} » sur la ligne {titres}, ou {RECOPIER}",
            titres,
            spec.titre,
            grille.feuille,
        )
        for spec in missing
    ]


def _repetees(grille: Grille, feuille: Feuille, titres: int, connues: dict[int, str]) -> list[Faute]:
    titles = {spec.id: spec.titre for spec in feuille.colonnes}
    return [
        Faute(
            grille.fichier,
            f"{count} colonnes « {titles[name]} »",
            "une seule fois chaque colonne",
            "supprimer la colonne en double",
            titres,
            titles[name],
            grille.feuille,
        )
        for name, count in Counter(connues.values()).items()
        if count > 1
    ]


def _inconnues(grille: Grille, titres: int, connues: dict[int, str]) -> list[Faute]:
    """Return a fault for each column of no connues heading that holds something: it would be lost in silence."""
    holding: dict[int, int] = {}
    for line, column in sorted(grille.cellules):
        if line > titres and column not in connues and not grille.cellule(line, column).vide:
            holding.setdefault(column, line)
    faults = []
    for column, line in holding.items():
        title = grille.cellule(titres, column).texte
        found = f"une colonne ajoutée, « {title[:60]} »" if title else "une valeur dans une colonne sans titre"
        faults.append(
            Faute(
                grille.fichier,
                f"{found} (première valeur ligne {line})",
                "les colonnes du gabarit",
                "déplacer son contenu dans « Note » ou « Commentaire », puis supprimer la colonne",
                titres,
                f"{lettre(column)} : {title[:60]}" if title else lettre(column),
                grille.feuille,
            )
        )
    return faults


def _fusionnees(grille: Grille, titres: int) -> list[Faute]:
    """Return a fault for each merged area of the table: only its first cell would be read."""
    return [
        Faute(
            grille.fichier,
            f"les cellules fusionnées {lettre(left)}{top}:{lettre(right)}{bottom}",
            "une valeur par cellule",
            "annuler la fusion (Accueil > Fusionner), puis écrire la valeur dans chaque cellule",
            top,
            lettre(left),
            grille.feuille,
        )
        for top, left, bottom, right in grille.fusions
        if bottom >= titres
    ]
