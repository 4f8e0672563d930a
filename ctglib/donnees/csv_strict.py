"""A CSV to rows of text that fit their schema, then to a DataFrame, or French faults: line, column, what to do."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from ctglib.donnees.confidentialite import colonne_personnelle, valeur_personnelle
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import lire_texte, proches
from ctglib.donnees.modeles import Expression, Modele, Texte
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ctglib.donnees.modeles.catalogue import Confidentialite


LIGNES_MAX = 100_000
_SEPARATEURS = {";": "des points-virgules", "\t": "des tabulations", "|": "des barres verticales"}
_REMEDE_SEPARATEUR = (
    "dans le tableur, « Enregistrer sous » > « CSV UTF-8 (délimité par des virgules) » ; "
    "si le tableur écrit tout de même autre chose, remettre des virgules dans un éditeur de texte"
)
_REMEDE_CELLULES = (
    "écrire les nombres avec un point (59.4), et entourer de guillemets doubles un texte qui contient une virgule"
)
_GUILLEMETS = (
    "un guillemet mal placé ou jamais refermé",
    'des guillemets doubles autour de la cellule entière : "…"',
    'refermer le guillemet ouvert sur cette ligne, et doubler ("") tout guillemet à l\'intérieur du texte',
)


@dataclass(frozen=True)
class Ligne:
    """A row as written: ``numero`` is the line of the file where it begins, ``cellules`` its texts by column."""

    numero: int
    cellules: dict[str, str]


@dataclass(frozen=True)
class TableLue:
    """A CSV read as far as it goes: the rows that have the right number of cells, and the faults of all."""

    fichier: str
    lignes: tuple[Ligne, ...]
    fautes: tuple[Faute, ...]


def examiner_csv(relatif: str, schema: SchemaTable, confidentialite: Confidentialite | None = None) -> TableLue:
    """Return a CSV checked against its schema, with all its faults instead of an exception.

    ``confidentialite`` also refuses what is about a person, by its heading or by its value.
    """
    try:
        text = lire_texte(relatif)
    except DonneesInvalides as error:
        return TableLue(relatif, (), error.fautes)
    faults: list[Faute] = []
    records = _enregistrements(relatif, text, faults)
    _, header = next(records, (1, []))
    if header:
        faults.extend(_fautes_d_en_tete(relatif, header, schema, confidentialite))
    if len(header) <= 1:
        return TableLue(relatif, (), tuple(faults))
    rows = []
    for number, cells in records:
        if number > LIGNES_MAX:
            found, remedy = f"plus de {LIGNES_MAX} lignes", "vérifier que c'est le bon fichier"
            return TableLue(relatif, (), (Faute(relatif, found, f"{LIGNES_MAX} lignes au plus", remedy),))
        if fault := _faute_de_ligne(relatif, number, cells, len(header)):
            faults.append(fault)
        else:
            rows.append(Ligne(number, _par_colonne(header, cells, schema)))
    if not (rows or faults or schema.sans_ligne):
        found = "l'en-tête seul, sans aucune ligne"
        faults.append(Faute(relatif, found, "une ligne de valeurs au moins", "remettre les lignes du tableau"))
    faults.extend(_fautes_de_cellule(relatif, rows, schema, confidentialite))
    return TableLue(relatif, tuple(rows), (*faults, *_doublons(relatif, rows, schema)))


def _enregistrements(relatif: str, text: str, faults: list[Faute]) -> Iterator[tuple[int, list[str]]]:
    """Yield the records that are not blank, each with the line where it begins; a broken quote ends the reading."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        faults.append(Faute(relatif, *_GUILLEMETS, ligne=start))


def _fautes_de_cellule(
    relatif: str, rows: list[Ligne], schema: SchemaTable, regles: Confidentialite | None
) -> Iterator[Faute]:
    sound: set[tuple[str, str]] = set()  # the cells of a column repeat each other: one look at each text
    for row in rows:
        for champ in schema.fields:
            cell = champ.name, row.cellules.get(champ.name)
            if cell in sound or cell[1] is None:
                continue
            faults = examiner_cellule(relatif, row.numero, cell[1], champ)
            faults = faults or _cellule_personnelle(relatif, row, champ, regles)
            yield from faults
            if not faults:
                sound.add(cell)


def _cellule_personnelle(relatif: str, row: Ligne, champ: Champ, regles: Confidentialite | None) -> list[Faute]:
    if regles is None or champ.type != "string":
        return []
    text = row.cellules[champ.name]
    if (what := valeur_personnelle(text, regles)) is None:
        return []
    return [Faute(relatif, f"« {text[:80]} », {what}", regles.pourquoi, regles.remede, row.numero, champ.name)]


def _fautes_d_en_tete(
    relatif: str, header: list[str], schema: SchemaTable, regles: Confidentialite | None
) -> list[Faute]:
    if len(header) == 1:
        return [_faute_de_separateur(relatif, header[0])]
    known = schema.colonnes
    missing = [name for name in known if name not in header]
    named = Counter(name for name in header if name.strip())
    # An unknown name close to a missing one is that column misspelt: one fault, not two.
    meant = {name: close[0] for name in named if name not in known and (close := proches(name, missing))}
    unknown = [name for name in named if name not in known]
    personal = {name: what for name in unknown if regles and (what := colonne_personnelle(name, regles))}
    faults = [
        Faute(relatif, f"la colonne « {name[:60]} », {what}", regles.pourquoi, regles.remede, 1, name[:60])
        for name, what in personal.items()
    ]
    faults += [_faute_d_une_colonne(relatif, name, meant.get(name), known) for name in unknown if name not in personal]
    faults += [
        Faute(relatif, "colonne absente", f"une colonne nommée « {name} »", f"ajouter la colonne « {name} »", 1, name)
        for name in missing
        if name not in meant.values()
    ]
    faults += [
        Faute(
            relatif,
            f"la colonne « {name[:60]} » {count} fois",
            "une seule fois chaque colonne",
            "supprimer ou renommer la colonne en double",
            1,
            name[:60],
        )
        for name, count in named.items()
        if count > 1
    ]
    return [*faults, *_faute_de_colonnes_sans_nom(relatif, len(header) - named.total())]


def _faute_d_une_colonne(relatif: str, name: str, meant: str | None, known: tuple[str, ...]) -> Faute:
    expected = f"« {meant} », qui manque" if meant else f"les colonnes {', '.join(known)}"
    remedy = f"renommer en « {meant} »" if meant else "supprimer cette colonne, ou corriger son nom"
    return Faute(relatif, f"la colonne inconnue « {name[:60]} »", expected, remedy, 1, name[:60])


def _faute_de_colonnes_sans_nom(relatif: str, count: int) -> list[Faute]:
    if not count:
        return []
    found = f"{count} colonne{'s' if count > 1 else ''} sans nom"
    remedy = "supprimer les colonnes vides, souvent à droite du tableau"
    return [Faute(relatif, found, "un nom pour chaque colonne", remedy, 1)]


def _faute_de_separateur(relatif: str, header: str) -> Faute:
    separator = next((words for mark, words in _SEPARATEURS.items() if mark in header), None)
    found = f"{separator} entre les colonnes" if separator else "une seule colonne"
    return Faute(relatif, found, "des virgules entre les colonnes", _REMEDE_SEPARATEUR, 1)


def _faute_de_ligne(relatif: str, number: int, cells: list[str], width: int) -> Faute | None:
    if not any(cell.strip() for cell in cells):
        return Faute(relatif, "une ligne sans aucune valeur", "des lignes remplies", "supprimer la ligne", ligne=number)
    if len(cells) != width:
        found = f"{len(cells)} cellule{'s' if len(cells) > 1 else ''}"
        return Faute(relatif, found, f"{width} cellules, comme l'en-tête", _REMEDE_CELLULES, ligne=number)
    return None


def _par_colonne(header: list[str], cells: list[str], schema: SchemaTable) -> dict[str, str]:
    """Return the cells of the known columns; of a doubled column, the first counts."""
    first = {name: rank for rank, name in reversed(list(enumerate(header)))}
    return {name: cells[first[name]] for name in schema.colonnes if name in first}


def _doublons(relatif: str, rows: list[Ligne], schema: SchemaTable) -> list[Faute]:
    """Return a fault for each row whose key an earlier row has."""
    first: dict[tuple[str, ...], int] = {}
    faults = []
    for row in rows:
        if any(name not in row.cellules for name in schema.cle):
            return []
        key = tuple(row.cellules[name] for name in schema.cle)
        if key in first:
            shown = ", ".join(part or "(vide)" for part in key)[:120]
            faults.append(
                Faute(
                    relatif,
                    f"« {shown} » une seconde fois (déjà ligne {first[key]})",
                    f"une seule ligne par {', '.join(schema.cle)}",
                    "supprimer l'une des deux lignes, ou corriger la clé",
                    ligne=row.numero,
                    colonne=", ".join(schema.cle),
                )
            )
        first.setdefault(key, row.numero)
    return faults


_ECRITURES = {
    "number": (
        re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"),
        "un nombre : chiffres, point décimal, signe - s'il est négatif",
    ),
    "integer": (re.compile(r"-?[0-9]{1,15}"), "un nombre entier, en chiffres"),
    "year": (re.compile(r"[0-9]{4}"), "une année sur quatre chiffres"),
}
_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ESPACES = re.compile(r"[\s\u00a0\u2007\u202f']")
_ERREUR_DE_TABLEUR = re.compile(r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM)[ \u00a0]?[!?]?|#{2,}")


def examiner_cellule(relatif: str, ligne: int, texte: str, champ: Champ) -> list[Faute]:
    """Return the faults of one cell: the first thing that is wrong with it, or none.

    Any text is allowed in a free column, « =1+1 » included: reports show it as text.
    """
    problem = _probleme(texte, champ)
    return [Faute(relatif, *problem, ligne=ligne, colonne=champ.name)] if problem else []


def _probleme(texte: str, champ: Champ) -> tuple[str, str, str] | None:
    """Return what was found, expected and is to be done, or None for a cell that holds."""
    if not texte:
        if champ.constraints.required:
            return "une cellule vide", champ.description, "remplir la cellule"
        return None
    found = f"« {texte[:80]} »"
    if champ.type in _ECRITURES and not _ECRITURES[champ.type][0].fullmatch(texte):
        expected = _ECRITURES[champ.type][1]
        return found, expected, _remede_de_nombre(texte, champ)
    if champ.type == "date" and not _est_un_jour(texte):
        return found, champ.description, "écrire la date dans l'ordre année-mois-jour : 2024-01-31"
    if texte != texte.strip():
        return f"des espaces autour de {found}", "un texte sans espace au début ni à la fin", "supprimer ces espaces"
    if _ERREUR_DE_TABLEUR.fullmatch(texte):
        return (
            f"{found}, une erreur du tableur",
            champ.description,
            "corriger la formule dans le tableur, ou écrire la valeur",
        )
    return _hors_contraintes(texte, found, champ)


def _est_un_jour(texte: str) -> bool:
    """Tell whether a text is a day of the calendar, year-month-day."""
    if not _JOUR.fullmatch(texte):
        return False
    try:
        date.fromisoformat(texte)
    except ValueError:
        return False
    return True


def _remede_de_nombre(texte: str, champ: Champ) -> str:
    """Return what to write when the number can be guessed: « 59,4 % » is 59.4, « 1 466 743 » is 1466743."""
    guess = _ESPACES.sub("", texte).replace("\u2212", "-").replace(",", ".").lstrip("+").rstrip("%€")
    if champ.type != "number":
        guess = re.sub(r"\.0+$", "", guess)
    if _ECRITURES[champ.type][0].fullmatch(guess):
        return f"écrire {guess}"
    if champ.constraints.required:
        return "écrire le nombre en chiffres"
    return "écrire le nombre en chiffres ; s'il manque, laisser la cellule vide et le dire par le statut"


def _hors_contraintes(texte: str, found: str, champ: Champ) -> tuple[str, str, str] | None:
    rules = champ.constraints
    if rules.enum and texte not in rules.enum:
        close = proches(texte, rules.enum)
        remedy = f"écrire « {close[0]} »" if close else "écrire l'une de ces valeurs"
        return found, f"l'une des valeurs {', '.join(rules.enum)}", remedy
    if rules.pattern and not re.fullmatch(rules.pattern, texte):
        return found, champ.description, f"écrire « {champ.title} » comme sur les autres lignes"
    if rules.minimum is not None and float(texte) < rules.minimum:
        return found, f"{rules.minimum:g} au moins", "corriger le nombre"
    if rules.maximum is not None and float(texte) > rules.maximum:
        return found, f"{rules.maximum:g} au plus", "corriger le nombre"
    return None


DOSSIER = "schemas"


class Contraintes(Modele):
    """What a cell must satisfy, once it is not empty."""

    required: bool = False
    pattern: Expression | None = None
    enum: tuple[Texte, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None


class Champ(Modele):
    """A column. ``description`` is shown as what was expected when a cell does not fit ``pattern`` or is no date."""

    name: Texte
    type: Literal["string", "integer", "year", "number", "date"]
    title: Texte
    description: Texte
    constraints: Contraintes = Contraintes()


class SchemaTable(Modele):
    """The subset of Table Schema that our tables use; an empty cell is the only missing value.

    ``sans_ligne`` is ours: the header alone is a table without rows, and not one whose rows were lost.
    """

    norme: Texte = Field(alias="$schema")
    name: Texte
    title: Texte
    description: Texte
    fields: tuple[Champ, ...] = Field(min_length=1)
    cle: tuple[Texte, ...] = Field(alias="primaryKey", min_length=1)
    vides: tuple[Literal[""], ...] = Field(default=("",), alias="missingValues")
    sans_ligne: bool = Field(default=False, alias="sansLigne")

    @property
    def colonnes(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(champ.name for champ in self.fields)


def charger_schema(nom: str) -> SchemaTable:
    """Return the schema of a table; JSON is read as the YAML that it is, so that its faults have a line and are French.

    Raises:
        DonneesInvalides: The schema is absent, or is not one.
    """
    return charger_yaml(f"{DOSSIER}/{nom}.schema.json", SchemaTable)


def en_table(lue: TableLue, schema: SchemaTable) -> pd.DataFrame:
    """Return the rows of a table without fault, typed by its schema: text, float64, or Int64 for years and integers."""
    import pandas as pd

    return pd.DataFrame(
        {champ.name: _colonne([row.cellules[champ.name] for row in lue.lignes], champ) for champ in schema.fields}
    )


def _colonne(textes: list[str], champ: Champ) -> pd.Series:
    import pandas as pd

    if champ.type == "number":
        return pd.Series([float(texte) if texte else float("nan") for texte in textes], dtype="float64")
    if champ.type in ("integer", "year"):
        return pd.Series([int(texte) if texte else None for texte in textes], dtype="Int64")
    return pd.Series(textes, dtype="str")
