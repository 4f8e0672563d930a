"""The sheets of a file read as those of the plan: what was entered, the faults of each cell, what is to be told.

The gabarit and its CSV are read; anything else has a fault that says where it departs from the gabarit.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter as lettre

from ctglib.collecte.cellules import Illisible, Lu, lire_choix, lire_date, lire_nombre, lire_texte_libre, montrer
from ctglib.collecte.classeur import PLI, SANS_SAISIE
from ctglib.collecte.fichiers import REPRENDRE, VIDE, cle_de_titre
from ctglib.donnees.csv_strict import colonne_personnelle, valeur_personnelle
from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.collecte.feuilles import Cible, Feuille, Ligne
    from ctglib.collecte.fichiers import Cellule, ClasseurLu, Grille
    from ctglib.donnees.modeles.catalogue import Confidentialite
    from ctglib.donnees.modeles.gabarit import ColonneGabarit, NomsDePersonnes

_LIGNES_D_EN_TETE, _TITRE_MAX = 20, 60


@dataclass(frozen=True)
class Origine:
    """Where something was read: a row of a sheet of a file, and the letter and title of its columns by name."""

    fichier: str
    feuille: str
    ligne: int
    colonnes: dict[str, str] = field(default_factory=dict, compare=False)

    def faute(self, colonne: str, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault of one of the row's cells."""
        place = self.colonnes.get(colonne, colonne)
        return Faute(self.fichier, trouve, attendu, remede, self.ligne, place, self.feuille)

    def __str__(self) -> str:
        return f"{self.fichier}, feuille « {self.feuille} », ligne {self.ligne}"


@dataclass(frozen=True)
class Entree:
    """A row of a table of the follow-up, or some of its cells: those that were entered."""

    table: str
    cle: tuple[str, ...]
    valeurs: dict[str, str]
    origine: Origine


@dataclass
class Lecture:
    """What the files say, their faults, what is to be told without stopping, how many awaited cells are empty."""

    entrees: list[Entree] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    attendues: int = 0


def lire(
    classeurs: list[ClasseurLu], plan: tuple[Feuille, ...], regles: Confidentialite, noms: NomsDePersonnes
) -> Lecture:
    """Return what all the files say, with all their faults.

    Args:
        classeurs: The files.
        plan: The sheets of the workbook; a service's has not all of them.
        regles: What is about a person, and refused.
        noms: What may be a person's name, and is told.
    """
    read = Lecture()
    for book in classeurs:
        before = len(read.entrees), len(read.fautes)
        places: dict[str, dict[int, str]] = {}
        for grid, sheet in _attribuer(book, plan, read):
            row, columns = _ligne_des_titres(grid, sheet)
            if row:
                reader = _Lecteur(grid, sheet, row, columns, noms, read)
                places[grid.feuille] = {reader.colonnes[name]: place for name, place in reader.places.items()}
                reader.lire()
            else:
                expected = f"les titres de colonnes « {', '.join(spec.titre for spec in sheet.modele.colonnes[:4])}… »"
                remedy = f"remettre la ligne des titres, ou {REPRENDRE}"
                read.fautes.append(_du_nom(grid, "aucune ligne de titres de colonnes", expected, remedy))
        for grid in book.grilles:
            read.fautes += _colonnes_personnelles(grid, regles)
            read.fautes += _valeurs_personnelles(grid, regles, places.get(grid.feuille, {}))
        if before == (len(read.entrees), len(read.fautes)):
            expected = "une saisie au moins dans l'une des feuilles " + ", ".join(one.modele.titre for one in plan)
            remedy = (
                "si le classeur était en « Mode protégé », cliquer sur « Activer la modification », remplir, "
                "puis enregistrer"
            )
            read.fautes.append(Faute(book.fichier, "aucune cellule remplie", expected, remedy))
    return read


def _du_nom(grille: Grille, trouve: str, attendu: str, remede: str) -> Faute:
    return Faute(grille.fichier, trouve, attendu, remede, feuille=grille.feuille)


def _porte_le_nom(grille: Grille, nom: str) -> bool:
    """Tell whether a sheet has a name; before it, a CSV may have that of the workbook (« rempli-Actions.csv »)."""
    key, name = cle_de_titre(grille.feuille), cle_de_titre(nom)
    return key == name or (grille.est_un_csv and key.endswith(f" {name}"))


def _attribuer(classeur: ClasseurLu, plan: tuple[Feuille, ...], read: Lecture) -> list[tuple[Grille, Feuille]]:
    """Return each sheet of the gabarit that the file has, under its name; any other that says something is a fault."""
    found: dict[str, tuple[Grille, Feuille]] = {}
    aside: list[Grille] = []
    for grid in classeur.grilles:
        title = next((sheet.modele.titre for sheet in plan if _porte_le_nom(grid, sheet.modele.titre)), "")
        if title in found:
            what = f"une seconde feuille « {title} » (déjà « {found[title][0].feuille} »)"
            remedy = "supprimer ou renommer l'une des deux"
            read.fautes.append(_du_nom(grid, what, "une seule feuille de chaque", remedy))
        elif title:
            found[title] = grid, next(sheet for sheet in plan if sheet.modele.titre == title)
        elif grid.lignes and not any(_porte_le_nom(grid, name) for name in SANS_SAISIE):
            aside.append(grid)
    names = ", ".join(f"« {sheet.modele.titre} »" for sheet in plan if sheet.modele.titre not in found)
    if aside and not found:
        read.fautes.append(_du_nom(aside[0], "un tableau qui n'est pas du gabarit", names, REPRENDRE))
        return []
    for grid in aside:
        expected = (
            f"le nom d'une feuille du gabarit : {names}" if names else "les feuilles du gabarit, qui y sont toutes"
        )
        remedy = f"renommer la feuille en {names.replace(', ', ' ou ')}, ou la supprimer" if names else "la supprimer"
        read.fautes.append(_du_nom(grid, f"une feuille nommée « {grid.feuille} »", expected, remedy))
    return list(found.values())


def _ligne_des_titres(grille: Grille, feuille: Feuille) -> tuple[int, dict[int, str]]:
    """Return the row of the headings and the id of each column: the first row with two of them; 0 when none has."""
    titles = {cle_de_titre(spec.titre): spec.id for spec in feuille.modele.colonnes}
    for row, cells in list(grille.lignes.items())[:_LIGNES_D_EN_TETE]:
        known = {column: titles[key] for column, cell in cells.items() if (key := cle_de_titre(cell.texte)) in titles}
        if len(known) > 1:
            return row, known
    return 0, {}


def _fautes_de_colonnes(grille: Grille, feuille: Feuille, titres: int, connues: dict[int, str]) -> Iterator[Faute]:
    """Yield what is wrong with the headings of a sheet: a column lost, doubled, added, or cells merged."""

    def faute(colonne: str, trouve: str, attendu: str, remede: str, ligne: int = titres) -> Faute:
        return Faute(grille.fichier, trouve, attendu, remede, ligne, colonne, grille.feuille)

    count = Counter(connues.values())
    for spec in feuille.modele.colonnes:
        # A CSV that a program wrote may leave out what is filled only when there is something to say.
        optional = spec.role == "rappel" or (grille.est_un_csv and spec.role != "cle" and not spec.attendue)
        if not count[spec.id] and not optional:
            found = "colonne supprimée, déplacée hors du tableau ou renommée"
            remedy = f"remettre le titre « {spec.titre} » sur la ligne {titres}, ou {REPRENDRE}"
            yield faute(spec.titre, found, f"une colonne « {spec.titre} »", remedy)
        if count[spec.id] > 1:
            found = f"{count[spec.id]} colonnes « {spec.titre} »"
            yield faute(spec.titre, found, "une seule fois chaque colonne", "supprimer la colonne en double")
    # What stands under no heading would be lost in silence.
    first: dict[int, int] = {}
    for line, cells in grille.lignes.items():
        for column in cells if line > titres else ():
            first.setdefault(column, line)
    for column in sorted(first.keys() - connues.keys()):
        title = grille.cellule(titres, column).texte[:60]
        found = f"une colonne ajoutée, « {title} »" if title else "une valeur dans une colonne sans titre"
        yield faute(
            f"{lettre(column)} : {title}" if title else lettre(column),
            f"{found} (première valeur ligne {first[column]})",
            "les colonnes du gabarit",
            "déplacer son contenu dans « Note » ou « Commentaire », puis supprimer la colonne",
        )
    for top, left, bottom, right in grille.fusions:
        if bottom >= titres:
            found = f"les cellules fusionnées {lettre(left)}{top}:{lettre(right)}{bottom}"
            remedy = "annuler la fusion (Accueil > Fusionner), puis écrire la valeur dans chaque cellule"
            yield faute(lettre(left), found, "une valeur par cellule", remedy, top)


@dataclass
class _Lecteur:
    """A sheet as it is read: its headings stand in the row ``titres``, its columns are known by number."""

    grille: Grille
    feuille: Feuille
    titres: int
    connues: dict[int, str]
    noms: NomsDePersonnes
    lecture: Lecture

    def __post_init__(self) -> None:
        self.colonnes = {name: column for column, name in reversed(self.connues.items())}
        present = [spec for spec in self.feuille.modele.colonnes if spec.id in self.colonnes]
        self.cles, self.saisies = ([spec for spec in present if spec.role == role] for role in ("cle", "saisie"))
        self.places = {spec.id: f"{lettre(self.colonnes[spec.id])} : {spec.titre}" for spec in present}

    def lire(self) -> None:
        """Add what the rows under the headings say; the heading of a fold says nothing."""
        self.lecture.fautes += _fautes_de_colonnes(self.grille, self.feuille, self.titres, self.connues)
        if len(self.cles) < sum(spec.role == "cle" for spec in self.feuille.modele.colonnes):
            return
        index = {self._montree(ligne): ligne for ligne in self.feuille.lignes}
        seen: dict[tuple[str, ...], int] = {}
        for number in sorted(number for number in self.grille.lignes if number > self.titres):
            cells = {spec.id: self.grille.cellule(number, self.colonnes[spec.id]) for spec in self.cles + self.saisies}
            cells = {name: cell for name, cell in cells.items() if not cell.vide}
            if not cells or self.grille.cellule(number, self.colonnes[self.cles[0].id]).texte.startswith(PLI):
                continue
            origin = Origine(self.grille.fichier, self.grille.feuille, number, self.places)
            try:
                ligne, codes = self._identifier(cells, index)
            except _Refus as refus:
                self.lecture.fautes += [origin.faute(*words) for words in refus.args]
                continue
            if (before := seen.setdefault(tuple(codes.values()), number)) != number:
                shown = ", ".join(cells[spec.id].texte for spec in self.cles if spec.id in cells)
                found = f"« {shown[:80]} » une seconde fois (déjà ligne {before})"
                remedy = "supprimer l'une des deux lignes, ou en corriger le début"
                self.lecture.fautes.append(origin.faute(self.cles[0].id, found, "une seule ligne de chaque", remedy))
                continue
            cibles = ligne.cibles if ligne else (replace(self.feuille.libre, cle=tuple(codes.values())),)
            self._lire_les_saisies(cells, origin, ligne, cibles)

    def _montree(self, ligne: Ligne) -> tuple[str, ...]:
        return tuple(cle_de_titre(str(ligne.montre.get(spec.id, ""))) for spec in self.cles)

    def _identifier(
        self, cells: dict[str, Cellule], index: dict[tuple[str, ...], Ligne]
    ) -> tuple[Ligne | None, dict[str, str]]:
        """Return the row of the plan that a row is, and its codes; a row that was added has codes of its own."""
        written = tuple(cle_de_titre(cells.get(spec.id, VIDE).texte) for spec in self.cles)
        if ligne := index.get(written):
            return ligne, ligne.codes
        if not any(written):
            title, first = self.cles[0].titre, montrer(next(iter(cells.values())))
            found = f"une ligne sans « {title} », où l'on a écrit {first}"
            remedy = f"remettre « {title} » d'après le gabarit, ou déplacer cette saisie sur sa ligne"
            raise _Refus((self.cles[0].id, found, "les lignes du gabarit", remedy))
        if not self.feuille.libre:
            raise _Refus(self._cle_inconnue(cells))
        codes, faults = {}, []
        for spec in self.cles:
            codes[spec.id] = ""
            if spec.id in cells:
                try:
                    words = self.feuille.listes[spec.id].mots(codes.get(spec.selon, ""))
                    codes[spec.id] = lire_choix(cells[spec.id], words).texte
                except Illisible as problem:
                    faults.append((spec.id, *problem.args))
            elif spec.attendue:
                faults.append((spec.id, "une cellule vide", "un choix de la liste", "choisir dans la liste"))
        if faults:
            raise _Refus(*faults)
        return next((ligne for ligne in self.feuille.lignes if ligne.codes == codes), None), codes

    def _cle_inconnue(self, cells: dict[str, Cellule]) -> tuple[str, str, str, str]:
        """Return the fault of a key that the plan has not; a date there is what a spreadsheet made of « 1.2 »."""
        names = {spec.id: [str(row.montre.get(spec.id, "")) for row in self.feuille.lignes] for spec in self.cles}
        for spec in [*self.cles, self.cles[0]]:
            cell = cells.get(spec.id, VIDE)
            if cle_de_titre(cell.texte) not in map(cle_de_titre, names[spec.id]):
                break
        close = proches(cell.texte, names[spec.id])
        remedy = f"écrire « {close[0]} »" if close else f"remettre « {spec.titre} » d'après le gabarit"
        if hasattr(cell.valeur, "strftime"):
            remedy = f"mettre la cellule au format Texte, puis retaper « {spec.titre} » d'après le gabarit"
        found = "une cellule vide" if cell.vide else montrer(cell)
        return spec.id, found, f"« {spec.titre} » tel que dans le gabarit", remedy

    def _lire_les_saisies(
        self, cells: dict[str, Cellule], origin: Origine, ligne: Ligne | None, cibles: tuple[Cible, ...]
    ) -> None:
        """Add what the entry cells of a row say, as rows of the follow-up; none when one of them is at fault."""
        ouvertes = {cell for target in cibles for cell in target.champs}
        values: dict[str, str] = {}
        faults = []
        for spec in [spec for spec in self.saisies if spec.id in cells]:
            cell, place = cells[spec.id], f"{origin}, « {self.places[spec.id]} »"
            try:
                if spec.id not in ouvertes:
                    remedy = "effacer cette cellule : elle ne sert pas sur cette ligne"
                    raise Illisible(montrer(cell), "une cellule vide (fond hachuré)", remedy)
                values[spec.id], note = self._lire_la_cellule(cell, spec, ligne)
            except Illisible as problem:
                faults.append(origin.faute(spec.id, *problem.args))
                continue
            said = [f"{note}."] if note else []
            if cell.formule:
                said.append(f"formule, son résultat enregistré est {montrer(cell)}.")
            if spec.type not in ("nombre", "date", "liste") and (names := noms_possibles(values[spec.id], self.noms)):
                quoted = ", ".join(f"« {name} »" for name in names)
                said.append(f"{quoted}, peut-être le nom d'une personne ; si c'en est une, le retirer.")
            self.lecture.remarques += [f"{place} : {text}" for text in said]
        faults = faults or list(self._sans_ce_qu_elles_accompagnent(cells, values, origin, ligne, ouvertes))
        self.lecture.fautes += faults
        if ligne and not values.get("statut"):
            self.lecture.attendues += sum(
                spec.attendue and not values.get(spec.id) for spec in self.feuille.modele.colonnes
            )
        alone = {spec.id for spec in self.saisies if not spec.accompagne or not ouvertes & {*spec.accompagne}}
        for target in cibles if not faults else ():
            said = {column: values[cell] for cell, column in target.champs.items() if values.get(cell)}
            if any(values.get(cell) for cell in alone & target.champs.keys()):
                own = {column: self.places[cell] for cell, column in target.champs.items() if cell in self.places}
                place = replace(origin, colonnes={**self.places, **own})
                self.lecture.entrees.append(Entree(target.table, target.cle, {**target.defauts, **said}, place))

    def _lire_la_cellule(self, cell: Cellule, spec: ColonneGabarit, ligne: Ligne | None) -> Lu:
        if spec.type == "nombre":
            return lire_nombre(cell, self.feuille.nombre(ligne))
        if spec.type == "date":
            return lire_date(cell)
        if spec.type == "liste" and (choices := self.feuille.liste(ligne, spec.id)):
            return lire_choix(cell, choices.codes)
        return lire_texte_libre(cell, lignes=spec.type == "phrases")

    def _sans_ce_qu_elles_accompagnent(
        self,
        cells: dict[str, Cellule],
        values: dict[str, str],
        origin: Origine,
        ligne: Ligne | None,
        ouvertes: set[str],
    ) -> Iterator[Faute]:
        """Yield a fault for each cell that would be lost, what it is about being empty; not as prefilled."""
        titles = {spec.id: spec.titre for spec in self.feuille.modele.colonnes}
        for spec in self.saisies:
            about = [name for name in spec.accompagne if name in ouvertes]
            if not about or spec.id not in values or any(values.get(name) for name in about):
                continue
            if ligne and cle_de_titre(str(ligne.montre.get(spec.id, ""))) == cle_de_titre(values[spec.id]):
                continue
            named = " ou ".join(f"« {titles[name]} »" for name in about)
            found, remedy = f"{montrer(cells[spec.id])}, alors que {named} est vide", f"remplir {named}, ou effacer"
            yield origin.faute(spec.id, found, f"{named} rempli", f"{remedy} cette cellule")


class _Refus(Exception):
    """A row that is none of the plan: the column, what was found, expected and is to be done, of each fault."""


def _colonnes_personnelles(grille: Grille, regles: Confidentialite) -> Iterator[Faute]:
    """Yield a fault for each cell of the first rows that heads a column about a person, beside another short text."""
    for row, cells in list(grille.lignes.items())[:_LIGNES_D_EN_TETE]:
        texts = {column: cell.texte for column, cell in cells.items() if isinstance(cell.valeur, str)}
        texts = {column: text for column, text in texts.items() if len(text) <= _TITRE_MAX}
        if len(texts) < 2:
            continue
        for column, text in texts.items():
            if what := colonne_personnelle(text, regles):
                found, place = f"la colonne « {text} », {what}", f"{lettre(column)} : {text}"
                yield Faute(grille.fichier, found, regles.pourquoi, regles.remede, row, place, grille.feuille)
        return


_LONGUEUR_D_UN_NIR = 13


def _valeurs_personnelles(grille: Grille, regles: Confidentialite, places: dict[int, str]) -> Iterator[Faute]:
    """Yield a fault for each cell of a sheet with an e-mail, a telephone or a NIR, typed as text or as a number."""
    for row, cells in grille.lignes.items():
        for column, cell in cells.items():
            if isinstance(cell.valeur, bool) or not isinstance(cell.valeur, str | int | float):
                continue
            if not isinstance(cell.valeur, str) and len(cell.texte) < _LONGUEUR_D_UN_NIR:
                continue
            if what := valeur_personnelle(cell.texte, regles):
                found = f"« {' '.join(cell.texte.split())[:80]} », {what}"
                place = places.get(column, lettre(column))
                yield Faute(grille.fichier, found, regles.pourquoi, regles.remede, row, place, grille.feuille)


# Atomic, and never begun inside a chain of hyphens: a long text is read once, not once from each of its words.
_MOT = r"(?>[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+)*)"
_PAIRE = re.compile(rf"(?<![\w-])({_MOT}) ((?:{_MOT}|[A-ZÀ-ÖØ-Ý]{{3,}}))\b")


def noms_possibles(texte: str, regles: NomsDePersonnes) -> list[str]:
    """Return what looks like a person's name in a text: after a civility, or two capitalised words.

    Of two such words, the first is not one of those admitted; the second may begin the next pair.

    Examples:
        >>> from ctglib.donnees.modeles.gabarit import NomsDePersonnes
        >>> rules = NomsDePersonnes(civilites=("Mme",), mots_admis=("Centre",))
        >>> noms_possibles("Vu avec Mme Durand au Centre Jean Moulin", rules)
        ['Mme Durand', 'Jean Moulin']
    """
    titles = "|".join(re.escape(word) for word in sorted(regles.civilites, key=len, reverse=True))
    found = re.findall(rf"\b(?:{titles})\.? (?:{_MOT}|[A-ZÀ-Ý]{{2,}})", texte)
    rest, start = texte, 0
    for name in found:
        rest = rest.replace(name, "·")
    while match := _PAIRE.search(rest, start):
        admitted = match.group(1) in regles.mots_admis
        start = match.start(2) if admitted else match.end()
        found += [] if admitted else [match.group()]
    return found
