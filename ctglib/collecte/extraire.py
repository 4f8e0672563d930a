"""The rows of a recognised sheet: which row of the gabarit each is, what was entered in it, and what is wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from ctglib.collecte.cellules import Lu, lire_choix, lire_date, lire_nombre, lire_texte_libre, montrer
from ctglib.collecte.fichiers import VIDE, cle_de_titre
from ctglib.collecte.reconnaitre import PLI
from ctglib.donnees.confidentialite import valeur_personnelle
from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.collecte.feuilles import Ligne
    from ctglib.collecte.fichiers import Cellule, Grille
    from ctglib.collecte.reconnaitre import FeuilleReconnue
    from ctglib.donnees.modeles.catalogue import Confidentialite
    from ctglib.donnees.modeles.gabarit import ColonneGabarit, NomsDePersonnes


@dataclass(frozen=True)
class Origine:
    """Where something was read: a row of a sheet of a file, and the letter and title of its columns by id."""

    fichier: str
    feuille: str
    ligne: int
    colonnes: dict[str, str] = field(default_factory=dict, compare=False)

    def faute(self, colonne: str, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault of one of the row's cells; ``colonne`` is an id, or words for a column that is not there."""
        place = self.colonnes.get(colonne, colonne)
        return Faute(self.fichier, trouve, attendu, remede, self.ligne, place, self.feuille)

    def sous(self, noms: dict[str, str]) -> Origine:
        """Return the same place, some columns of the follow-up standing under other ids in the sheet."""
        moved = {name: self.colonnes[sheet] for name, sheet in noms.items() if sheet in self.colonnes}
        return replace(self, colonnes={**self.colonnes, **moved})

    def __str__(self) -> str:
        return f"{self.fichier}, feuille « {self.feuille} », ligne {self.ligne}"


@dataclass(frozen=True)
class Entree:
    """A row of a table of the follow-up, or some of its cells: those that were entered."""

    table: str
    cle: tuple[str, ...]
    valeurs: dict[str, str]
    origine: Origine


@dataclass(frozen=True)
class LigneLue:
    """A row of a sheet: what it is (``codes``), what was entered (``valeurs``, by column of the sheet), and where."""

    feuille: str
    codes: dict[str, str]
    valeurs: dict[str, str]
    origine: Origine


# The sheet whose texts are lists of sentences.
_EN_PHRASES = "appreciations"


@dataclass
class Extraction:
    """The rows read, the faults found, and what is to be told without stopping."""

    lignes: list[LigneLue] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    attendues: int = 0


def extraire(reconnue: FeuilleReconnue, noms: NomsDePersonnes) -> Extraction:
    """Return what a sheet says, with all its faults."""
    found = Extraction()
    index = {cle_montree(ligne, reconnue): ligne for ligne in reconnue.feuille.lignes}
    seen: dict[tuple[tuple[str, str], ...], int] = {}
    for rangee in rangees(reconnue):
        ligne, codes, faults = identifier(rangee, reconnue, index)
        found.fautes += faults
        if codes is None:
            continue
        key = tuple(sorted(codes.items()))
        if key in seen:
            found.fautes.append(en_double(rangee, reconnue, seen[key]))
            continue
        seen[key] = rangee.origine.ligne
        _lire_la_rangee(rangee, reconnue, ligne, codes, found=found, noms=noms)
    return found


def _lire_la_rangee(
    rangee: Rangee,
    reconnue: FeuilleReconnue,
    ligne: Ligne | None,
    codes: dict[str, str],
    *,
    found: Extraction,
    noms: NomsDePersonnes,
) -> None:
    """Read the entry cells of a row into what was found."""
    values: dict[str, str] = {}
    sound = True
    for spec in colonnes(reconnue, "saisie"):
        cell = rangee.cellule(spec.id)
        if cell.vide:
            continue
        read = _lire(cell, spec, reconnue, ligne)
        if read.probleme:
            sound = False
            found.fautes.append(rangee.origine.faute(spec.id, *read.probleme))
            continue
        values[spec.id] = read.texte
        found.remarques += _remarques(rangee, spec, cell, read, noms)
    lost = _sans_ce_qu_elles_accompagnent(rangee, reconnue, ligne, values) if sound else []
    found.fautes += lost
    if ligne and not values.get("statut"):
        found.attendues += sum(not values.get(name) for name in ligne.attendues)
    if sound and not lost:
        found.lignes.append(LigneLue(reconnue.feuille.modele.id, codes, values, rangee.origine))


def _lire(cell: Cellule, spec: ColonneGabarit, reconnue: FeuilleReconnue, ligne: Ligne | None) -> Lu:
    if ligne and spec.id in ligne.fermees:
        remedy = "effacer cette cellule : elle ne sert pas sur cette ligne"
        return Lu(probleme=(montrer(cell), "une cellule vide (fond hachuré)", remedy))
    if spec.type == "nombre":
        return lire_nombre(cell, reconnue.feuille.nombre(ligne, spec.id))
    if spec.type == "date":
        return lire_date(cell)
    if spec.type == "liste" and (choices := reconnue.feuille.liste(ligne, spec.id)):
        return lire_choix(cell, choices.codes)
    return lire_texte_libre(cell, lignes=reconnue.feuille.modele.id == _EN_PHRASES and spec.type == "texte_long")


def _remarques(rangee: Rangee, spec: ColonneGabarit, cell: Cellule, read: Lu, noms: NomsDePersonnes) -> list[str]:
    """Return what is told of a cell that was read: how it was understood, a formula, what may be a name."""
    place = f"{rangee.origine}, « {rangee.origine.colonnes[spec.id]} »"
    told = [f"{place} : {read.remarque}."] if read.remarque else []
    if cell.formule:
        told.append(f"{place} : formule, son résultat enregistré est {montrer(cell)}.")
    if spec.type in ("texte", "texte_long"):
        names = ", ".join(f"« {name} »" for name in noms_possibles(read.texte, noms))
        told += [f"{place} : {names}, peut-être le nom d'une personne ; si c'en est une, le retirer."] if names else []
    return told


def _sans_ce_qu_elles_accompagnent(
    rangee: Rangee, reconnue: FeuilleReconnue, ligne: Ligne | None, values: dict[str, str]
) -> list[Faute]:
    """Return a fault for each cell that would be lost, what it is about being empty; as prefilled, it says nothing."""
    titles = {spec.id: spec.titre for spec in reconnue.feuille.colonnes}
    faults = []
    for spec in reconnue.feuille.colonnes:
        if not spec.accompagne or spec.id not in values or any(values.get(name) for name in spec.accompagne):
            continue
        if ligne and cle_de_titre(str(ligne.montre.get(spec.id, ""))) == cle_de_titre(values[spec.id]):
            continue
        about = " ou ".join(f"« {titles[name]} »" for name in spec.accompagne)
        found = f"{montrer(rangee.cellule(spec.id))}, alors que {about} est vide"
        faults.append(
            rangee.origine.faute(spec.id, found, f"{about} rempli", f"remplir {about}, ou effacer cette cellule")
        )
    return faults


@dataclass(frozen=True)
class Rangee:
    """A row of the file: its cells by column id, and where it is."""

    cellules: dict[str, Cellule]
    origine: Origine

    def cellule(self, colonne: str) -> Cellule:
        """Return a cell, empty when the row has none there."""
        return self.cellules.get(colonne, VIDE)


def colonnes(reconnue: FeuilleReconnue, role: str) -> list[ColonneGabarit]:
    """Return the columns of a role that the file has."""
    return [spec for spec in reconnue.feuille.colonnes if spec.role == role and spec.id in reconnue.colonnes]


def rangees(reconnue: FeuilleReconnue) -> list[Rangee]:
    """Return the rows under the headings that hold a key or an entry; the heading of a fold is neither."""
    grid = reconnue.grille
    first = reconnue.colonnes.get(reconnue.feuille.colonnes[0].id)
    places = reconnue.places()
    wanted = {spec.id: reconnue.colonnes[spec.id] for role in ("cle", "saisie") for spec in colonnes(reconnue, role)}
    rows = []
    for row in [row for row in sorted(grid.lignes) if row > reconnue.titres]:
        if first and grid.cellule(row, first).texte.startswith(PLI):
            continue
        cells = {name: grid.cellule(row, column) for name, column in wanted.items()}
        cells = {name: cell for name, cell in cells.items() if not cell.vide}
        if cells:
            rows.append(Rangee(cells, Origine(grid.fichier, grid.feuille, row, places)))
    return rows


def cle_montree(ligne: Ligne, reconnue: FeuilleReconnue) -> tuple[str, ...]:
    """Return the key of a row of the plan as its words, for the columns that the file has."""
    return tuple(cle_de_titre(str(ligne.montre.get(spec.id, ""))) for spec in colonnes(reconnue, "cle"))


def identifier(
    rangee: Rangee, reconnue: FeuilleReconnue, index: dict[tuple[str, ...], Ligne]
) -> tuple[Ligne | None, dict[str, str] | None, list[Faute]]:
    """Return the row of the plan that a row is, and its codes; a free row has codes of its own."""
    keys = colonnes(reconnue, "cle")
    written = tuple(cle_de_titre(rangee.cellule(spec.id).texte) for spec in keys)
    if ligne := index.get(written):
        return ligne, ligne.codes, []
    if not any(written):
        return None, None, [_sans_cle(rangee, keys)]
    if not reconnue.feuille.modele.lignes_libres:
        return None, None, [_cle_inconnue(rangee, reconnue, keys)]
    codes, faults = _codes(rangee, reconnue, keys)
    if faults:
        return None, None, faults
    same = next((ligne for ligne in reconnue.feuille.lignes if ligne.codes == codes), None)
    return same, codes, []


def _codes(rangee: Rangee, reconnue: FeuilleReconnue, keys: list[ColonneGabarit]) -> tuple[dict[str, str], list[Faute]]:
    """Return the codes that the words of a free row choose."""
    codes: dict[str, str] = {}
    faults = []
    for spec in keys:
        cell = rangee.cellule(spec.id)
        if cell.vide:
            codes[spec.id] = ""
            if spec.attendue:
                faults.append(
                    rangee.origine.faute(spec.id, "une cellule vide", "un choix de la liste", "choisir dans la liste")
                )
            continue
        choices = reconnue.feuille.listes[spec.id]
        read = lire_choix(cell, choices.mots(codes))
        codes[spec.id] = read.texte
        faults += [rangee.origine.faute(spec.id, *read.probleme)] if read.probleme else []
    return codes, faults


def _sans_cle(rangee: Rangee, keys: list[ColonneGabarit]) -> Faute:
    first = next(iter(rangee.cellules.values()))
    return rangee.origine.faute(
        keys[0].id,
        f"une ligne sans « {keys[0].titre} », où l'on a écrit {montrer(first)}",
        "les lignes du gabarit",
        f"remettre « {keys[0].titre} » d'après le gabarit, ou déplacer cette saisie sur sa ligne",
    )


def _cle_inconnue(rangee: Rangee, reconnue: FeuilleReconnue, keys: list[ColonneGabarit]) -> Faute:
    """Return the fault of a key that the plan has not; a date there is what a spreadsheet made of « 1.2 »."""
    known = reconnue.feuille.lignes
    wrong = next(
        spec
        for spec in [*keys, keys[0]]
        if spec is keys[0]
        or cle_de_titre(rangee.cellule(spec.id).texte)
        not in {cle_de_titre(str(ligne.montre.get(spec.id, ""))) for ligne in known}
    )
    cell = rangee.cellule(wrong.id)
    names = list(dict.fromkeys(str(ligne.montre.get(wrong.id, "")) for ligne in known))
    close = proches(cell.texte, names)
    remedy = f"écrire « {close[0]} »" if close else f"remettre « {wrong.titre} » d'après le gabarit"
    if hasattr(cell.valeur, "strftime"):
        remedy = f"mettre la cellule au format Texte, puis retaper « {wrong.titre} » d'après le gabarit"
    found = montrer(cell) if not cell.vide else "une cellule vide"
    return rangee.origine.faute(wrong.id, found, f"« {wrong.titre} » tel que dans le gabarit", remedy)


def en_double(rangee: Rangee, reconnue: FeuilleReconnue, avant: int) -> Faute:
    """Return the fault of a row whose key an earlier row has."""
    keys = colonnes(reconnue, "cle")
    shown = ", ".join(rangee.cellule(spec.id).texte for spec in keys if not rangee.cellule(spec.id).vide)
    return rangee.origine.faute(
        keys[0].id,
        f"« {shown[:80]} » une seconde fois (déjà ligne {avant})",
        "une seule ligne de chaque",
        "supprimer l'une des deux lignes, ou en corriger le début",
    )


# Atomic, and never begun inside a chain of hyphens: a long text is read once, not once from each of its words.
_MOT = r"(?>[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+)*)"
_PAIRE = re.compile(rf"(?<![\w-])({_MOT}) ((?:{_MOT}|[A-ZÀ-ÖØ-Ý]{{3,}}))\b")
_LONGUEUR_D_UN_NIR = 13


def fautes_de_personnes(grille: Grille, regles: Confidentialite, places: dict[int, str]) -> list[Faute]:
    """Return a fault for each cell of a sheet with an e-mail, a telephone or a NIR, typed as text or as a number.

    ``places`` are the words of the columns that are known, by number.
    """
    faults = []
    for row, column, cell in [
        (row, column, cell) for row, cells in grille.lignes.items() for column, cell in cells.items()
    ]:
        if isinstance(cell.valeur, bool) or not isinstance(cell.valeur, str | int | float):
            continue
        if not isinstance(cell.valeur, str) and len(cell.texte) < _LONGUEUR_D_UN_NIR:
            continue
        if what := valeur_personnelle(cell.texte, regles):
            found = f"« {' '.join(cell.texte.split())[:80]} », {what}"
            place = places.get(column, get_column_letter(column))
            faults.append(Faute(grille.fichier, found, regles.pourquoi, regles.remede, row, place, grille.feuille))
    return faults


def noms_possibles(texte: str, regles: NomsDePersonnes) -> list[str]:
    """Return what looks like a person's name in a text: after a civility, or two capitalised words.

    Examples:
        >>> from ctglib.donnees.modeles.gabarit import NomsDePersonnes
        >>> rules = NomsDePersonnes(civilites=("Mme",), mots_admis=("Centre",))
        >>> noms_possibles("Vu avec Mme Durand au Centre Jean Moulin", rules)
        ['Mme Durand', 'Jean Moulin']
    """
    titles = "|".join(re.escape(word) for word in sorted(regles.civilites, key=len, reverse=True))
    called = [match.group() for match in re.finditer(rf"\b(?:{titles})\.? (?:{_MOT}|[A-ZÀ-Ý]{{2,}})", texte)]
    rest = texte
    for name in called:
        rest = rest.replace(name, "·")
    return [*called, *_paires(rest, regles.mots_admis)]


def _paires(texte: str, admis: tuple[str, ...]) -> list[str]:
    """Return the pairs of capitalised words whose first is not admitted; the second may begin the next pair."""
    pairs, start = [], 0
    while match := _PAIRE.search(texte, start):
        if match.group(1) in admis:
            start = match.start(2)
            continue
        pairs.append(match.group())
        start = match.end()
    return pairs
