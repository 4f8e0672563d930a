"""Which sheet of the gabarit each sheet of a file is, and which column is which; all else is a fault."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter as lettre

from ctglib.collecte.fichiers import cle_de_titre
from ctglib.donnees.confidentialite import colonne_personnelle
from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.collecte.feuilles import Feuille
    from ctglib.collecte.fichiers import ClasseurLu, Grille
    from ctglib.donnees.modeles.catalogue import Confidentialite

# The sheets of the workbook that nothing is entered in.
SANS_SAISIE = ("Mode d'emploi", "Listes")
PLI = "+ "  # begins the heading of folded rows, which says nothing
_LIGNES_D_EN_TETE, _TITRE_MAX = 20, 60
_RECOPIER = "reprendre le gabarit (« ctg gabarit ») et y recopier les valeurs"


@dataclass(frozen=True)
class FeuilleReconnue:
    """A sheet of a file: the sheet of the plan that it is, the row of its headings, its columns by id."""

    grille: Grille
    feuille: Feuille
    titres: int
    colonnes: dict[str, int]

    def places(self) -> dict[str, str]:
        """Return how a fault names each column: letter, then title."""
        titles = {spec.id: spec.titre for spec in self.feuille.colonnes}
        return {name: f"{lettre(column)} : {titles[name]}" for name, column in self.colonnes.items()}


def reconnaitre(
    classeur: ClasseurLu, plan: tuple[Feuille, ...], regles: Confidentialite
) -> tuple[list[FeuilleReconnue], list[Faute], list[str]]:
    """Return the sheets of the gabarit, the faults of names and columns, and what was left aside.

    A service's workbook has not all the sheets of the plan.
    """
    found: list[FeuilleReconnue] = []
    faults: list[Faute] = []
    aside: list[Grille] = []
    named: dict[str, Grille] = {}
    for grid in classeur.grilles:
        faults += _colonnes_personnelles(grid, regles)
        sheet = next((sheet for sheet in plan if _porte_le_nom(grid, sheet.modele.titre)), None)
        if sheet is None:
            aside += [grid] if grid.lignes else []
        elif before := named.get(sheet.modele.titre):
            what = f"une seconde feuille « {sheet.modele.titre} » (déjà « {before.feuille} »)"
            faults.append(_du_nom(grid, what, "une seule feuille de chaque", "supprimer ou renommer l'une des deux"))
        else:
            named[sheet.modele.titre] = grid
            recognised, own = _colonnes(grid, sheet)
            faults += own
            found += [recognised] if recognised else []
    aside = [grid for grid in aside if not any(_porte_le_nom(grid, name) for name in SANS_SAISIE)]
    if aside and not named:
        names = ", ".join(f"« {sheet.modele.titre} »" for sheet in plan)
        return found, [*faults, _du_nom(aside[0], "un tableau qui n'est pas du gabarit", names, _RECOPIER)], []
    notes = []
    for grid in aside:
        missing = [sheet for sheet in plan if sheet.modele.titre not in named]
        meant = next((sheet.modele.titre for sheet in missing if _ressemble(grid, sheet)), "")
        if meant:
            what = f"une feuille nommée « {grid.feuille} »"
            faults.append(_du_nom(grid, what, f"le nom « {meant} »", f"renommer la feuille en « {meant} »"))
        else:
            notes.append(f"{grid.fichier} : la feuille « {grid.feuille} » n'est pas du gabarit, elle n'a pas été lue.")
    return found, faults, notes


def _du_nom(grille: Grille, trouve: str, attendu: str, remede: str) -> Faute:
    return Faute(grille.fichier, trouve, attendu, remede, feuille=grille.feuille)


def _porte_le_nom(grille: Grille, nom: str) -> bool:
    """Tell whether a sheet has a name; before it, a CSV may have that of the workbook (« rempli-Actions.csv »)."""
    key, name = cle_de_titre(grille.feuille), cle_de_titre(nom)
    return key == name or (grille.est_un_csv and key.endswith(f" {name}"))


def _ressemble(grille: Grille, feuille: Feuille) -> bool:
    """Tell whether a sheet is one of the gabarit under another name."""
    return bool(_ligne_des_titres(grille, feuille)[0] or proches(grille.feuille, [feuille.modele.titre], 0.75))


def _ligne_des_titres(grille: Grille, feuille: Feuille) -> tuple[int, dict[int, str]]:
    """Return the row of the headings and the id of each column: the first row with two of them; 0 when none has."""
    titles = {cle_de_titre(spec.titre): spec.id for spec in feuille.colonnes}
    for row, cells in list(grille.lignes.items())[:_LIGNES_D_EN_TETE]:
        known = {column: titles[key] for column, cell in cells.items() if (key := cle_de_titre(cell.texte)) in titles}
        if len(known) > 1:
            return row, known
    return 0, {}


def _colonnes(grille: Grille, feuille: Feuille) -> tuple[FeuilleReconnue | None, list[Faute]]:
    """Return a sheet with its columns, and the faults of its headings."""
    row, known = _ligne_des_titres(grille, feuille)
    if not row:
        expected = f"les titres de colonnes « {', '.join(spec.titre for spec in feuille.colonnes[:4])}… »"
        remedy = f"remettre la ligne des titres, ou {_RECOPIER}"
        return None, [_du_nom(grille, "aucune ligne de titres de colonnes", expected, remedy)]
    faults = list(_fautes_de_colonnes(grille, feuille, row, known))
    columns = {name: column for column, name in reversed(known.items())}
    usable = not any(spec.role == "cle" and spec.id not in columns for spec in feuille.colonnes)
    return (FeuilleReconnue(grille, feuille, row, columns) if usable else None), faults


def _fautes_de_colonnes(grille: Grille, feuille: Feuille, titres: int, connues: dict[int, str]) -> Iterator[Faute]:
    """Yield what is wrong with the headings of a sheet: a column lost, doubled, added, or cells merged."""

    def faute(trouve: str, attendu: str, remede: str, colonne: str, ligne: int = titres) -> Faute:
        return Faute(grille.fichier, trouve, attendu, remede, ligne, colonne, grille.feuille)

    count = Counter(connues.values())
    for spec in feuille.colonnes:
        # A CSV that a program wrote may leave out what is filled only when there is something to say.
        optional = spec.role == "rappel" or (grille.est_un_csv and spec.role != "cle" and not spec.attendue)
        if not count[spec.id] and not optional:
            remedy = f"remettre le titre « {spec.titre} » sur la ligne {titres}, ou {_RECOPIER}"
            found = "colonne supprimée, déplacée hors du tableau ou renommée"
            yield faute(found, f"une colonne « {spec.titre} »", remedy, spec.titre)
        if count[spec.id] > 1:
            found = f"{count[spec.id]} colonnes « {spec.titre} »"
            yield faute(found, "une seule fois chaque colonne", "supprimer la colonne en double", spec.titre)
    # What stands under no heading would be lost in silence.
    below = [(column, line) for line, cells in grille.lignes.items() if line > titres for column in cells]
    for column, line in sorted({column: line for column, line in reversed(below) if column not in connues}.items()):
        title = grille.cellule(titres, column).texte[:60]
        found = f"une colonne ajoutée, « {title} »" if title else "une valeur dans une colonne sans titre"
        yield faute(
            f"{found} (première valeur ligne {line})",
            "les colonnes du gabarit",
            "déplacer son contenu dans « Note » ou « Commentaire », puis supprimer la colonne",
            f"{lettre(column)} : {title}" if title else lettre(column),
        )
    for top, left, bottom, right in grille.fusions:
        if bottom >= titres:
            found = f"les cellules fusionnées {lettre(left)}{top}:{lettre(right)}{bottom}"
            remedy = "annuler la fusion (Accueil > Fusionner), puis écrire la valeur dans chaque cellule"
            yield faute(found, "une valeur par cellule", remedy, lettre(left), top)


def _colonnes_personnelles(grille: Grille, regles: Confidentialite) -> Iterator[Faute]:
    """Yield a fault for each cell of the first rows that heads a column about a person, beside another short text."""
    for row, cells in list(grille.lignes.items())[:_LIGNES_D_EN_TETE]:
        texts = {column: cell.texte for column, cell in cells.items() if isinstance(cell.valeur, str)}
        texts = {column: text for column, text in texts.items() if len(text) <= _TITRE_MAX}
        if len(texts) < 2:
            continue
        for column, text in texts.items():
            if what := colonne_personnelle(text, regles):
                place = f"{lettre(column)} : {text}"
                found = f"la colonne « {text} », {what}"
                yield Faute(grille.fichier, found, regles.pourquoi, regles.remede, row, place, grille.feuille)
        return
