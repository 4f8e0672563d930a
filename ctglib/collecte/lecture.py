"""The sheets of a file read as those of the plan: what was entered, the faults of each cell, what
is to be told.

The gabarit and its CSV are read; anything else has a fault that says where it departs from the
gabarit.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from openpyxl.utils import get_column_letter as lettre

from ctglib.collecte.cellules import (
    Illisible,
    lire_choix,
    lire_date,
    lire_nombre,
    lire_texte_libre,
    montrer,
)
from ctglib.collecte.classeur import PLI, SANS_SAISIE
from ctglib.collecte.feuilles import Cle, Feuille, Ligne
from ctglib.collecte.fichiers import VIDE, Cellule, ClasseurLu, Grille
from ctglib.donnees.csv_strict import colonne_personnelle, valeur_personnelle
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.lecture import proches, sans_accents
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.modeles.suivi import NomsDePersonnes

_LIGNES_D_EN_TETE = 20
_TITRE_MAX = 60
_LONGUEUR_D_UN_NIR = 13


@dataclass(frozen=True)
class Origine:
    """Where something was read: a row of a sheet of a file, and the letter and title of its columns
    by name.
    """

    fichier: str
    feuille: str
    ligne: int
    colonnes: dict[str, str]

    def faute(self, colonne: str, cle: str, /, **valeurs: object) -> Faute:
        """Return a fault of one of the row's cells, in the words that ``fautes.yaml`` has for it."""
        return self.placer(colonne, *mots(cle, **valeurs))

    def placer(self, colonne: str, *mots: str) -> Faute:
        """Return a fault of one of the row's cells, in words already said."""
        return Faute(
            self.fichier, *mots, self.ligne, self.colonnes.get(colonne, colonne), self.feuille
        )

    def __str__(self) -> str:
        return f"{self.fichier}, feuille « {self.feuille} », ligne {self.ligne}"


@dataclass(frozen=True)
class Entree:
    """A row of a table of the follow-up, or some of its cells: those that were entered."""

    table: str
    cle: Cle
    valeurs: dict[str, str]
    origine: Origine


@dataclass
class Lecture:
    """What the files say, their faults, what is to be told without stopping, how many awaited cells
    are empty.
    """

    entrees: list[Entree] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    attendues: int = 0


def lire(
    classeurs: list[ClasseurLu],
    plan: tuple[Feuille, ...],
    regles: Confidentialite,
    noms: NomsDePersonnes,
) -> Lecture:
    """Return what all the files say, with all their faults.

    What is about a person (``regles``) is refused; what may be a person's name (``noms``) is told.
    """
    read = Lecture()
    for book in classeurs:
        before = (len(read.entrees), len(read.fautes))
        places = {}
        for grid, sheet in _attribuer(book, plan, read.fautes):
            reader = _Lecteur(grid, sheet, noms, read)
            reader.lire()
            places[grid.feuille] = {
                reader.colonnes[name]: place for name, place in reader.places.items()
            }
        for grid in book.grilles:
            read.fautes += _donnees_personnelles(grid, regles, places.get(grid.feuille, {}))
        if before == (len(read.entrees), len(read.fautes)):
            titles = ", ".join(sheet.modele.titre for sheet in plan)
            read.fautes.append(Faute(book.fichier, *mots("rien_de_rempli", feuilles=titles)))
    return read


def _porte_le_nom(grille: Grille, nom: str) -> bool:
    """Tell whether a sheet has a name; before it, a CSV may have that of the workbook
    (« rempli-Actions.csv »).
    """
    key = sans_accents(grille.feuille)
    name = sans_accents(nom)
    return key == name or (grille.csv and key.endswith(f" {name}"))


def _attribuer(
    classeur: ClasseurLu, plan: tuple[Feuille, ...], fautes: list[Faute]
) -> list[tuple[Grille, Feuille]]:
    """Return each sheet of the gabarit that the file has, under its name; any other that says
    something is a fault.
    """
    found: dict[str, tuple[Grille, Feuille]] = {}
    aside: list[Grille] = []
    for grid in classeur.grilles:
        sheet = next((sheet for sheet in plan if _porte_le_nom(grid, sheet.modele.titre)), None)
        if sheet is None:
            if grid.lignes and not any(_porte_le_nom(grid, name) for name in SANS_SAISIE):
                aside.append(grid)
        elif (title := sheet.modele.titre) in found:
            fautes.append(
                grid.faute("feuille_en_double", titre=title, autre=found[title][0].feuille)
            )
        else:
            found[title] = grid, sheet
    left = [f"« {sheet.modele.titre} »" for sheet in plan if sheet.modele.titre not in found]
    names = ", ".join(left)
    choice = " ou ".join(left)
    if aside and not found:
        fautes.append(aside[0].faute("tableau_d_ailleurs", feuilles=names))
        return []
    kind = "feuille_renommee" if left else "feuille_de_trop"
    fautes += [grid.faute(kind, nom=grid.feuille, feuilles=names, choix=choice) for grid in aside]
    return list(found.values())


class _Lecteur:
    """A sheet as it is read: its headings stand in the first row with two of them, its columns are
    known by number.
    """

    def __init__(
        self, grille: Grille, feuille: Feuille, noms: NomsDePersonnes, lecture: Lecture
    ) -> None:
        self.grille = grille
        self.feuille = feuille
        self.noms = noms
        self.lecture = lecture
        titles = {sans_accents(spec.titre): spec.id for spec in feuille.modele.colonnes}
        self.titres = 0
        self.connues = {}
        for row, cells in list(grille.lignes.items())[:_LIGNES_D_EN_TETE]:
            keys = {column: sans_accents(cell.texte) for column, cell in cells.items()}
            known = {column: titles[key] for column, key in keys.items() if key in titles}
            if len(known) > 1:
                self.titres = row
                self.connues = known
                break
        self.colonnes = {name: column for column, name in reversed(self.connues.items())}
        present = [spec for spec in feuille.modele.colonnes if spec.id in self.colonnes]
        self.cles, self.saisies = (
            [spec for spec in present if spec.role == role] for role in ("cle", "saisie")
        )
        self.places = {
            spec.id: f"{lettre(self.colonnes[spec.id])} : {spec.titre}" for spec in present
        }

    def lire(self) -> None:
        """Add what the rows under the headings say; the heading of a fold says nothing."""
        specs = self.feuille.modele.colonnes
        if not self.titres:
            titles = ", ".join(spec.titre for spec in specs[:4])
            self.lecture.fautes.append(self.grille.faute("sans_titres", titres=titles))
            return
        self.lecture.fautes += self._fautes_de_colonnes()
        if len(self.cles) < sum(spec.role == "cle" for spec in specs):
            return
        index = {
            tuple(sans_accents(str(ligne.montre.get(spec.id, ""))) for spec in self.cles): ligne
            for ligne in self.feuille.lignes
        }
        seen: dict[tuple[str, Cle], int] = {}
        for number, row in self.grille.lignes.items():
            read = ((spec.id, self.colonnes[spec.id]) for spec in self.cles + self.saisies)
            cells = {name: row[column] for name, column in read if column in row}
            if (
                number <= self.titres
                or not cells
                or cells.get(self.cles[0].id, VIDE).texte.startswith(PLI)
            ):
                continue
            origin = Origine(self.grille.fichier, self.grille.feuille, number, self.places)
            ligne = index.get(
                tuple(sans_accents(cells.get(spec.id, VIDE).texte) for spec in self.cles)
            )
            if ligne is None:
                if (cle := self._cle_ajoutee(cells, origin)) is None:
                    continue
                # A row that was added may be one of the plan in other words.
                own = replace(
                    self.feuille.libre, cibles=(replace(self.feuille.libre.cibles[0], cle=cle),)
                )
                ligne = next((one for one in self.feuille.lignes if one.cibles[0].cle == cle), own)
            if (
                before := seen.setdefault((ligne.cibles[0].table, ligne.cibles[0].cle), number)
            ) != number:
                shown = ", ".join(cells[spec.id].texte for spec in self.cles if spec.id in cells)
                self.lecture.fautes.append(
                    origin.faute(self.cles[0].id, "ligne_en_double", cle=shown, ligne=before)
                )
            else:
                self._lire_les_saisies(cells, origin, ligne)

    def _fautes_de_colonnes(self) -> Iterator[Faute]:
        """Yield what is wrong with the headings: a column lost, doubled, added, or cells merged."""
        grid = self.grille
        titles = self.titres
        count = Counter(self.connues.values())
        for spec in self.feuille.modele.colonnes:
            # A CSV that a program wrote may leave out what is filled only when there is something
            # to say.
            optional = spec.role == "rappel" or (
                grid.csv and spec.role != "cle" and not spec.attendue
            )
            if not count[spec.id] and not optional:
                yield grid.faute("titre_perdu", titles, spec.titre)
            if count[spec.id] > 1:
                yield grid.faute("titre_en_double", titles, spec.titre, fois=count[spec.id])
        # What stands under no heading would be lost in silence.
        first: dict[int, int] = {}
        for line, cells in grid.lignes.items():
            for column in cells.keys() - self.connues.keys() if line > titles else ():
                first.setdefault(column, line)
        for column, line in sorted(first.items()):
            title = grid.lignes[titles].get(column, VIDE).texte[:60]
            kind = "colonne_ajoutee" if title else "colonne_sans_titre"
            place = lettre(column)
            yield grid.faute(
                kind, titles, f"{place} : {title}" if title else place, titre=title, premiere=line
            )
        for area in grid.fusions:
            if area.max_row >= titles:
                yield grid.faute(
                    "cellules_fusionnees", area.min_row, lettre(area.min_col), zone=area.coord
                )

    def _cle_ajoutee(self, cells: dict[str, Cellule], origin: Origine) -> Cle | None:
        """Return the key of a row that is not written as one of the plan; None, and its faults,
        where it has none.
        """
        first = self.cles[0]
        faults = self.lecture.fautes
        if not any(sans_accents(cells[spec.id].texte) for spec in self.cles if spec.id in cells):
            written = montrer(next(iter(cells.values())))
            faults.append(
                origin.faute(first.id, "ligne_sans_cle", titre=first.titre, ecrit=written)
            )
            return None
        if not self.feuille.libre:
            for spec in [*self.cles, first]:
                cell = cells.get(spec.id, VIDE)
                names = [str(row.montre.get(spec.id, "")) for row in self.feuille.lignes]
                if sans_accents(cell.texte) not in map(sans_accents, names):
                    break
            kind = "cle_proche" if (close := proches(cell.texte, names)) else "cle_etrangere"
            if hasattr(cell.valeur, "strftime"):  # what a spreadsheet made of « 1.2 »
                kind = "cle_en_date"
            found = "une cellule vide" if cell.vide else montrer(cell)
            faults.append(
                origin.faute(spec.id, kind, titre=spec.titre, trouve=found, proches=close)
            )
            return None
        codes = {}
        before = len(faults)
        for spec in self.cles:
            codes[spec.id] = ""
            if spec.id in cells:
                try:
                    choices = self.feuille.listes[spec.id]
                    words = choices.par.get(codes.get(spec.selon, ""), choices.codes)
                    codes[spec.id] = lire_choix(cells[spec.id], words)
                except Illisible as problem:
                    faults.append(origin.placer(spec.id, *problem.args))
            elif spec.attendue:
                faults.append(origin.faute(spec.id, "choix_absent"))
        return tuple(codes.values()) if len(faults) == before else None

    def _lire_les_saisies(self, cells: dict[str, Cellule], origin: Origine, ligne: Ligne) -> None:
        """Add what the entry cells of a row say, as rows of the follow-up; none when one of them is
        at fault.
        """
        opened = ligne.ouvertes
        values = {}
        faults = []
        for spec in [spec for spec in self.saisies if spec.id in cells]:
            cell = cells[spec.id]
            said = []
            try:
                if spec.id not in opened:
                    raise Illisible(cell, "cellule_fermee")
                if spec.type == "nombre":
                    values[spec.id], *said = lire_nombre(cell, ligne.nombre)
                elif spec.type == "date":
                    values[spec.id] = lire_date(cell)
                elif spec.type == "liste" and (choices := self.feuille.liste(ligne, spec.id)):
                    values[spec.id] = lire_choix(cell, choices.codes)
                else:
                    values[spec.id] = lire_texte_libre(cell, lignes=spec.type == "phrases")
            except Illisible as problem:
                faults.append(origin.placer(spec.id, *problem.args))
                continue
            if cell.formule:
                said.append(f"formule, son résultat enregistré est {montrer(cell)}.")
            if spec.type not in ("nombre", "date", "liste") and (
                names := noms_possibles(values[spec.id], self.noms)
            ):
                quoted = ", ".join(f"« {name} »" for name in names)
                said.append(
                    f"{quoted}, peut-être le nom d'une personne ; si c'en est une, le retirer."
                )
            self.lecture.remarques += [
                f"{origin}, « {self.places[spec.id]} » : {text}" for text in said
            ]
        # A cell would be lost if what it is about is empty; not as prefilled.
        for spec in [spec for spec in self.saisies if spec.id in values] if not faults else ():
            about = [name for name in spec.accompagne if name in opened]
            prefilled = sans_accents(str(ligne.montre.get(spec.id, ""))) == sans_accents(
                values[spec.id]
            )
            if about and not any(map(values.get, about)) and not (ligne.montre and prefilled):
                named = " ou ".join(
                    f"« {one.titre} »" for one in self.feuille.modele.colonnes if one.id in about
                )
                faults.append(
                    origin.faute(
                        spec.id, "sans_objet", trouve=montrer(cells[spec.id]), colonnes=named
                    )
                )
        self.lecture.fautes += faults
        if ligne.montre and not values.get("statut"):
            empty = (spec for spec in self.feuille.modele.colonnes if not values.get(spec.id))
            self.lecture.attendues += sum(spec.attendue for spec in empty)
        alone = {spec.id for spec in self.saisies if opened.isdisjoint(spec.accompagne)}
        for target in ligne.cibles if not faults else ():
            if any(values.get(cell) for cell in alone & target.champs.keys()):
                said = {
                    column: values[cell]
                    for cell, column in target.champs.items()
                    if values.get(cell)
                }
                own = {
                    column: self.places[cell]
                    for cell, column in target.champs.items()
                    if cell in self.places
                }
                place = replace(origin, colonnes={**self.places, **own})
                self.lecture.entrees.append(
                    Entree(target.table, target.cle, {**target.defauts, **said}, place)
                )


def _donnees_personnelles(
    grille: Grille, regles: Confidentialite, places: dict[int, str]
) -> Iterator[Faute]:
    """Yield a fault for each cell that heads a column about a person, or is an e-mail, a telephone
    or a NIR.
    """
    # The headings are the first short texts that stand beside another.
    for row, cells in list(grille.lignes.items())[:_LIGNES_D_EN_TETE]:
        texts = {
            column: cell.texte for column, cell in cells.items() if isinstance(cell.valeur, str)
        }
        texts = {column: text for column, text in texts.items() if len(text) <= _TITRE_MAX}
        if len(texts) > 1:
            for column, text in texts.items():
                if what := colonne_personnelle(text, regles):
                    yield grille.faute(
                        "colonne_personnelle",
                        row,
                        f"{lettre(column)} : {text}",
                        nom=text,
                        quoi=what,
                    )
            break
    for row, cells in grille.lignes.items():
        for column, cell in cells.items():
            typed = isinstance(cell.valeur, str | int | float) and not isinstance(cell.valeur, bool)
            if not typed or (
                not isinstance(cell.valeur, str) and len(cell.texte) < _LONGUEUR_D_UN_NIR
            ):
                continue
            if what := valeur_personnelle(cell.texte, regles):
                text = " ".join(cell.texte.split())
                yield grille.faute(
                    "personne", row, places.get(column, lettre(column)), texte=text, quoi=what
                )


# Atomic, and never begun inside a chain of hyphens: a long text is read once, not once from each of
# its words.
_MOT = r"(?>[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+)*)"
_PAIRE = re.compile(rf"(?<![\w-])({_MOT}) ((?:{_MOT}|[A-ZÀ-ÖØ-Ý]{{3,}}))\b")


def noms_possibles(texte: str, regles: NomsDePersonnes) -> list[str]:
    """Return what looks like a person's name in a text: after a civility, or two capitalised words.

    Of two such words, the first is not one of those admitted; the second may begin the next pair.

    Examples:
        >>> from ctglib.donnees.modeles.suivi import NomsDePersonnes
        >>> rules = NomsDePersonnes(civilites=("Mme",), mots_admis=("Centre",))
        >>> noms_possibles("Vu avec Mme Durand au Centre Jean Moulin", rules)
        ['Mme Durand', 'Jean Moulin']
    """
    titles = "|".join(re.escape(word) for word in sorted(regles.civilites, key=len, reverse=True))
    found = re.findall(rf"\b(?:{titles})\.? (?:{_MOT}|[A-ZÀ-Ý]{{2,}})", texte)
    rest = texte
    start = 0
    for name in found:
        rest = rest.replace(name, "·")
    while match := _PAIRE.search(rest, start):
        admitted = match.group(1) in regles.mots_admis
        start = match.start(2) if admitted else match.end()
        found += [] if admitted else [match.group()]
    return found
