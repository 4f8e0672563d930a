"""A CSV to rows of text that fit their schema, then to typed columns, or French faults: line, column, what to do."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
from pydantic import Field

from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import lire_texte, proches
from ctglib.donnees.modeles import Expression, Modele, Texte
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.yaml_strict import charger_yaml

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


@dataclass(frozen=True)
class TableLue:
    """A CSV read as far as it goes: its known columns as text, and the faults of the whole file.

    ``lignes`` has the rows that have the right number of cells, each at the line of the file where it begins.
    """

    fichier: str
    lignes: pd.DataFrame = field(default_factory=pd.DataFrame)
    fautes: tuple[Faute, ...] = ()


def charger_schema(nom: str) -> SchemaTable:
    """Return the schema of a table; JSON is read as YAML, so that its faults have a line and are French."""
    return charger_yaml(f"schemas/{nom}.schema.json", SchemaTable)


def examiner_csv(relatif: str, schema: SchemaTable, confidentialite: Confidentialite | None = None) -> TableLue:
    """Return a CSV checked against its schema, with all its faults instead of an exception.

    ``confidentialite`` also refuses what is about a person, by its heading or by its value.
    """
    faults: list[Faute] = []
    records: dict[int, list[str]] = {}  # those that are not blank, by the line where they begin
    start = 1
    try:
        reader = csv.reader(io.StringIO(lire_texte(relatif), newline=""), strict=True)
        for cells in reader:
            if start > LIGNES_MAX:
                found, remedy = f"plus de {LIGNES_MAX} lignes", "vérifier que c'est le bon fichier"
                raise refus(relatif, found, f"{LIGNES_MAX} lignes au plus", remedy)
            if cells:
                records[start] = cells
            start = reader.line_num + 1
    except DonneesInvalides as error:
        return TableLue(relatif, fautes=error.fautes)
    except csv.Error:  # a broken quote ends the reading
        faults.append(Faute(relatif, *_GUILLEMETS, ligne=start))
    if not records:
        return TableLue(relatif, fautes=tuple(faults))
    header = records.pop(next(iter(records)))
    if len(header) == 1:
        separator = next((words for mark, words in _SEPARATEURS.items() if mark in header[0]), None)
        found = f"{separator} entre les colonnes" if separator else "une seule colonne"
        fault = Faute(relatif, found, "des virgules entre les colonnes", _REMEDE_SEPARATEUR, 1)
        return TableLue(relatif, fautes=(*faults, fault))
    faults += _fautes_d_en_tete(relatif, header, schema, confidentialite)
    if not (records or faults or schema.sans_ligne):
        found = "l'en-tête seul, sans aucune ligne"
        faults.append(Faute(relatif, found, "une ligne de valeurs au moins", "remettre les lignes du tableau"))
    kept: dict[int, list[str]] = {}
    for number, cells in records.items():
        if not any(cell.strip() for cell in cells):
            words = ("une ligne sans aucune valeur", "des lignes remplies", "supprimer la ligne")
            faults.append(Faute(relatif, *words, number))
        elif len(cells) != len(header):
            found = f"{len(cells)} cellule{'s' if len(cells) > 1 else ''}"
            expected = f"{len(header)} cellules, comme l'en-tête"
            faults.append(Faute(relatif, found, expected, _REMEDE_CELLULES, number))
        else:
            kept[number] = cells
    rows = pd.DataFrame(kept.values(), index=list(kept), columns=header, dtype="str")
    rows = rows.loc[:, ~rows.columns.duplicated()].filter(schema.colonnes)  # of a doubled column, the first counts
    for champ in schema.fields:
        if champ.name in rows:
            column = rows[champ.name]  # its cells repeat each other: one look at each text
            wrong = {text: words for text in column.unique() if (words := _probleme(text, champ, confidentialite))}
            for number, text in column[column.isin(list(wrong))].items():
                faults.append(Faute(relatif, *wrong[text], number, champ.name))
    return TableLue(relatif, rows, (*faults, *_doublons(relatif, rows, schema)))


def _fautes_d_en_tete(
    relatif: str, header: list[str], schema: SchemaTable, regles: Confidentialite | None
) -> Iterator[Faute]:
    known = schema.colonnes
    missing = [name for name in known if name not in header]
    for name, count in Counter(name for name in header if name.strip()).items():
        if count > 1:
            words = ("une seule fois chaque colonne", "supprimer ou renommer la colonne en double")
            yield Faute(relatif, f"la colonne « {name[:60]} » {count} fois", *words, 1, name[:60])
        if name in known:
            continue
        found = f"la colonne inconnue « {name[:60]} »"
        if regles and (what := colonne_personnelle(name, regles)):
            found, words = f"la colonne « {name[:60]} », {what}", (regles.pourquoi, regles.remede)
        elif close := proches(name, missing):  # that column misspelt: one fault, not two
            missing.remove(close[0])
            words = (f"« {close[0]} », qui manque", f"renommer en « {close[0]} »")
        else:
            words = (f"les colonnes {', '.join(known)}", "supprimer cette colonne, ou corriger son nom")
        yield Faute(relatif, found, *words, 1, name[:60])
    for name in missing:
        words = (f"une colonne nommée « {name} »", f"ajouter la colonne « {name} »")
        yield Faute(relatif, "colonne absente", *words, 1, name)
    if unnamed := sum(not name.strip() for name in header):
        found = f"{unnamed} colonne{'s' if unnamed > 1 else ''} sans nom"
        remedy = "supprimer les colonnes vides, souvent à droite du tableau"
        yield Faute(relatif, found, "un nom pour chaque colonne", remedy, 1)


def _doublons(relatif: str, rows: pd.DataFrame, schema: SchemaTable) -> Iterator[Faute]:
    """Yield a fault for each row whose key an earlier row has."""
    key = list(schema.cle)
    if rows.empty or not set(key) <= set(rows):
        return
    first = rows.index.to_series().groupby([rows[name] for name in key]).transform("first")
    for number in first.index[first.ne(first.index)]:
        shown = ", ".join(part or "(vide)" for part in rows.loc[number, key])[:120]
        yield Faute(
            relatif,
            f"« {shown} » une seconde fois (déjà ligne {first[number]})",
            f"une seule ligne par {', '.join(key)}",
            "supprimer l'une des deux lignes, ou corriger la clé",
            number,
            ", ".join(key),
        )


_ECRITURES = {
    "number": (
        re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"),
        "un nombre : chiffres, point décimal, signe - s'il est négatif",
    ),
    "integer": (re.compile(r"-?[0-9]{1,15}"), "un nombre entier, en chiffres"),
    "year": (re.compile(r"[0-9]{4}"), "une année sur quatre chiffres"),
}
_ESPACES = re.compile(r"[\s\u00a0\u2007\u202f']")
_ERREUR_DE_TABLEUR = re.compile(r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM)[ \u00a0]?[!?]?|#{2,}")


def _probleme(texte: str, champ: Champ, regles: Confidentialite | None) -> tuple[str, str, str] | None:
    """Return what was found, expected and is to be done for the first thing wrong with a cell, or None.

    Any text is allowed in a free column, « =1+1 » included: reports show it as text.
    """
    rules = champ.constraints
    if not texte:
        return ("une cellule vide", champ.description, "remplir la cellule") if rules.required else None
    found = f"« {texte[:80]} »"
    if champ.type in _ECRITURES and not (number := _ECRITURES[champ.type])[0].fullmatch(texte):
        # What can be guessed is told: « 59,4 % » is 59.4, « 1 466 743 » is 1466743.
        guess = _ESPACES.sub("", texte).replace("\u2212", "-").replace(",", ".").lstrip("+").rstrip("%€")
        guess = guess if champ.type == "number" else re.sub(r"\.0+$", "", guess)
        if number[0].fullmatch(guess):
            return found, number[1], f"écrire {guess}"
        lacking = "" if rules.required else " ; s'il manque, laisser la cellule vide et le dire par le statut"
        return found, number[1], f"écrire le nombre en chiffres{lacking}"
    if champ.type == "date" and not est_un_jour(texte):
        return found, champ.description, "écrire la date dans l'ordre année-mois-jour : 2024-01-31"
    if texte != texte.strip():
        return f"des espaces autour de {found}", "un texte sans espace au début ni à la fin", "supprimer ces espaces"
    if _ERREUR_DE_TABLEUR.fullmatch(texte):
        remedy = "corriger la formule dans le tableur, ou écrire la valeur"
        return f"{found}, une erreur du tableur", champ.description, remedy
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
    if regles and champ.type == "string" and (what := valeur_personnelle(texte, regles)):
        return f"{found}, {what}", regles.pourquoi, regles.remede
    return None


def est_un_jour(texte: str) -> bool:
    """Return whether a text is a day of the calendar, year-month-day."""
    return len(texte) == 10 and pd.notna(pd.to_datetime(texte, format="%Y-%m-%d", errors="coerce"))


# What is about a person, which no table of the follow-up may hold: the spreadsheet's importer asks the same questions.
def colonne_personnelle(titre: str, regles: Confidentialite) -> str | None:
    """Return what a column of that heading would hold about a person (« le nom d'une personne »), or None."""
    plain = unicodedata.normalize("NFKD", titre).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    return next((found for motif, found in regles.colonnes.items() if re.fullmatch(motif, key)), None)


def valeur_personnelle(texte: str, regles: Confidentialite) -> str | None:
    """Return what a cell gives away about a person (« une adresse électronique »), or None."""
    return next((found for motif, found in regles.valeurs.items() if re.search(motif, texte)), None)


def en_table(lignes: pd.DataFrame, schema: SchemaTable) -> pd.DataFrame:
    """Return rows without fault, typed by their schema: text, float64, or Int64 for years and integers."""
    columns = lignes.reindex(columns=list(schema.colonnes)).reset_index(drop=True).to_dict("series")
    for champ in schema.fields:
        if champ.type in ("string", "date"):
            columns[champ.name] = columns[champ.name].astype("str")
        else:
            numbers = columns[champ.name].where(columns[champ.name].ne("")).astype("float64")
            columns[champ.name] = numbers if champ.type == "number" else numbers.astype("Int64")
    return pd.DataFrame(columns)
