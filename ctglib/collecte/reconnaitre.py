"""Which sheet of the plan each sheet of a file is, where its headings are, and which column is which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.collecte.colonnes import RECOPIER, fautes_de_colonnes
from ctglib.collecte.grille import cle_de_titre, lettre
from ctglib.donnees.confidentialite import colonne_personnelle
from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.feuille import Feuille
    from ctglib.collecte.grille import ClasseurLu, Grille
    from ctglib.donnees.modeles.confidentialite import Confidentialite

_LIGNES_D_EN_TETE = 20
# The sheets of the workbook that nothing is entered in.
SANS_SAISIE = ("Mode d'emploi", "Listes")
_TITRES_AU_MOINS = 2
_TITRE_COURT = 40


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
    """Return the sheets that the plan knows, the faults of names and columns, and what was left aside.

    A service's workbook has not all the sheets of the plan; one that is like a missing one was renamed.
    """
    found: list[FeuilleReconnue] = []
    faults: list[Faute] = []
    notes: list[str] = []
    unknown: list[Grille] = []
    for grid in classeur.grilles:
        sheet = _feuille_nommee(grid, plan)
        if sheet is None:
            faults += _colonnes_personnelles(grid, _titres_probables(grid), regles)
            unknown.append(grid)
            continue
        if before := next((item for item in found if item.feuille is sheet), None):
            faults.append(_en_double(grid, before))
            continue
        recognised, own = _colonnes(grid, sheet)
        faults += [*own, *_colonnes_personnelles(grid, _ligne_des_titres(grid, sheet)[0], regles)]
        found += [recognised] if recognised else []
    for grid in unknown:
        _inconnue(grid, plan, {item.feuille.modele.id for item in found}, faults, notes)
    return found, faults, notes


def _feuille_nommee(grille: Grille, plan: tuple[Feuille, ...]) -> Feuille | None:
    """Return the sheet of the plan that a sheet is named after."""
    names = {cle_de_titre(sheet.modele.titre): sheet for sheet in plan} | {sheet.modele.id: sheet for sheet in plan}
    return next((sheet for name, sheet in names.items() if _porte_le_nom(grille, name)), None)


def _porte_le_nom(grille: Grille, nom: str) -> bool:
    """Tell whether a sheet has a name; before it, a CSV may have that of the workbook (« rempli-Actions.csv »)."""
    key = cle_de_titre(grille.feuille)
    return key == nom or (grille.est_un_csv and key.endswith(f" {nom}"))


def _inconnue(grille: Grille, plan: tuple[Feuille, ...], trouvees: set[str], faults: list, notes: list[str]) -> None:
    """Tell what an unknown sheet is: one of the plan under another name, or something aside."""
    if not grille.lignes:
        return
    missing = [sheet for sheet in plan if sheet.modele.id not in trouvees]
    for sheet in missing:
        row, columns = _ligne_des_titres(grille, sheet)
        if row and _TITRES_AU_MOINS < len(columns) >= len(sheet.colonnes) // 2:
            faults.append(
                Faute(
                    grille.fichier,
                    f"une feuille nommée « {grille.feuille} », qui a les colonnes de « {sheet.modele.titre} »",
                    f"le nom « {sheet.modele.titre} »",
                    f"renommer la feuille en « {sheet.modele.titre} »",
                    feuille=grille.feuille,
                )
            )
            return
    close = proches(grille.feuille, [sheet.modele.titre for sheet in missing], 0.75)
    if close:
        remedy = f"renommer la feuille en « {close[0]} »"
        found = f"une feuille nommée « {grille.feuille} »"
        faults.append(Faute(grille.fichier, found, f"le nom « {close[0]} »", remedy, feuille=grille.feuille))
    elif not any(_porte_le_nom(grille, cle_de_titre(name)) for name in SANS_SAISIE):
        notes.append(f"{grille.fichier} : la feuille « {grille.feuille} » n'est pas du gabarit, elle n'a pas été lue.")


def _en_double(grille: Grille, avant: FeuilleReconnue) -> Faute:
    return Faute(
        grille.fichier,
        f"une seconde feuille « {avant.feuille.modele.titre} » (déjà « {avant.grille.feuille} »)",
        "une seule feuille de chaque",
        "supprimer ou renommer l'une des deux",
        feuille=grille.feuille,
    )


def _titres(feuille: Feuille) -> dict[str, str]:
    """Return the ids of the columns by what their heading may be: the title, or the id itself."""
    ids = {spec.id.replace("_", " "): spec.id for spec in feuille.colonnes}
    return ids | {cle_de_titre(spec.titre): spec.id for spec in feuille.colonnes}


def _ligne_des_titres(grille: Grille, feuille: Feuille) -> tuple[int, dict[int, str]]:
    """Return the row that has the most known headings, and their columns; 0 when none has one."""
    titles = _titres(feuille)
    best: tuple[int, dict[int, str]] = (0, {})
    for row in [row for row in grille.lignes if row <= _LIGNES_D_EN_TETE]:
        known = {
            column: titles[key]
            for column, cell in grille.rangee(row).items()
            if (key := cle_de_titre(cell.texte)) in titles
        }
        if len(known) > len(best[1]):
            best = (row, known)
    return best


def _colonnes(grille: Grille, feuille: Feuille) -> tuple[FeuilleReconnue | None, list[Faute]]:
    """Return a sheet with its columns, or the faults of its headings."""
    row, known = _ligne_des_titres(grille, feuille)
    if len(known) < min(_TITRES_AU_MOINS, len(feuille.colonnes)):
        expected = f"les titres de colonnes « {', '.join(spec.titre for spec in feuille.colonnes[:4])}… »"
        fault = Faute(
            grille.fichier,
            "aucune ligne de titres de colonnes",
            expected,
            f"remettre la ligne des titres, ou {RECOPIER}",
            feuille=grille.feuille,
        )
        return None, [fault]
    faults = fautes_de_colonnes(grille, feuille, row, known)
    columns = {name: column for column, name in reversed(known.items())}
    usable = not any(spec.role == "cle" and spec.id not in columns for spec in feuille.colonnes)
    return (FeuilleReconnue(grille, feuille, row, columns) if usable else None), faults


def _colonnes_personnelles(grille: Grille, titres: int, regles: Confidentialite) -> list[Faute]:
    """Return a fault for each heading of a column about a person."""
    faults = []
    for column, cell in grille.rangee(titres).items():
        if isinstance(cell.valeur, str) and (what := colonne_personnelle(cell.valeur, regles)):
            found = f"la colonne « {cell.texte[:60]} », {what}"
            place = f"{lettre(column)} : {cell.texte[:60]}"
            faults.append(Faute(grille.fichier, found, regles.pourquoi, regles.remede, titres, place, grille.feuille))
    return faults


def _titres_probables(grille: Grille) -> int:
    """Return the row that looks like the headings of an unknown sheet: the first with several short texts."""
    for row in grille.lignes[:_LIGNES_D_EN_TETE]:
        texts = [cell.texte for cell in grille.rangee(row).values() if isinstance(cell.valeur, str)]
        if len(texts) > 1 and max(map(len, texts)) <= _TITRE_COURT:
            return row
    return 0
