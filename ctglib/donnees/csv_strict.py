"""A CSV to rows of text that fit their schema, then to typed columns, or French faults: line,
column, what to do.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

import pandas as pd
from pydantic import Field

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import lire_texte, proches, proposer, sans_accents
from ctglib.donnees.modeles import Expression, Identifiant, Modele, Texte
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.yaml_strict import charger_yaml

LIGNES_MAX = 100_000
_SEPARATEURS = {";": "des points-virgules", "\t": "des tabulations", "|": "des barres verticales"}


class Contraintes(Modele):
    """What a cell must satisfy, once it is not empty."""

    required: bool = False
    pattern: Expression | None = None
    enum: tuple[Texte, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None


class Champ(Modele):
    """A column. ``description`` is shown as what was expected when a cell does not fit ``pattern``
    or is no date.

    Two keys are ours: ``vocabulaire``, the kind of names that its cells cite (``noms.yaml``), and
    ``selon``, the column that says in what each is chosen.
    """

    name: Texte
    type: Literal["string", "integer", "year", "number", "date"]
    title: Texte
    description: Texte
    constraints: Contraintes = Contraintes()
    vocabulaire: Identifiant | None = None
    selon: Identifiant | None = None


class SchemaTable(Modele):
    """The subset of Table Schema that our tables use; an empty cell is the only missing value."""

    norme: Texte = Field(alias="$schema")
    name: Texte
    title: Texte
    description: Texte
    fields: tuple[Champ, ...] = Field(min_length=1)
    cle: tuple[Texte, ...] = Field(alias="primaryKey", min_length=1)
    vides: tuple[Literal[""], ...] = Field(default=("",), alias="missingValues")

    @property
    def colonnes(self) -> tuple[str, ...]:
        """Return the names of the columns, in order."""
        return tuple(champ.name for champ in self.fields)


@dataclass(frozen=True)
class TableLue:
    """A CSV read as far as it goes: its known columns as text, and the faults of the whole file.

    ``lignes`` has the rows that have the right number of cells, each at the line of the file where
    it begins.
    """

    fichier: str
    lignes: pd.DataFrame = field(default_factory=pd.DataFrame)
    fautes: tuple[Faute, ...] = ()


def charger_schema(nom: str) -> SchemaTable:
    """Return the schema of a table; JSON is read as YAML, so that its faults have a line and are
    French.
    """
    return charger_yaml(f"schemas/{nom}.schema.json", SchemaTable)


def examiner_csv(
    relatif: str, nom: str, confidentialite: Confidentialite | None = None
) -> TableLue:
    """Return a CSV checked against the schema of a table, with all its faults instead of an
    exception.

    ``confidentialite`` also refuses what is about a person, by its heading or by its value.
    """
    schema = charger_schema(nom)
    faults = []
    records: dict[int, list[str]] = {}  # those that are not blank, by the line where they begin
    start = 1
    try:
        reader = csv.reader(io.StringIO(lire_texte(relatif), newline=""), strict=True)
        for cells in reader:
            if start > LIGNES_MAX:
                raise refus(relatif, *mots("trop_de_lignes", lignes=LIGNES_MAX))
            if cells:
                records[start] = cells
            start = reader.line_num + 1
    except DonneesInvalides as error:
        return TableLue(relatif, fautes=error.fautes)
    except csv.Error:  # a broken quote ends the reading
        faults.append(Faute(relatif, *mots("guillemet_de_csv"), start))
    if not records:
        return TableLue(relatif, fautes=tuple(faults))
    header = records.pop(next(iter(records)))
    if len(header) == 1:
        separator = next((words for mark, words in _SEPARATEURS.items() if mark in header[0]), None)
        found = f"{separator} entre les colonnes" if separator else "une seule colonne"
        return TableLue(
            relatif, fautes=(*faults, Faute(relatif, *mots("separateur", trouve=found), 1))
        )
    faults += _fautes_d_en_tete(relatif, header, schema, confidentialite)
    kept: dict[int, list[str]] = {}
    for number, cells in records.items():
        if not any(cell.strip() for cell in cells):
            faults.append(Faute(relatif, *mots("ligne_vide"), number))
        elif len(cells) != len(header):
            found = f"{len(cells)} cellule{'s' if len(cells) > 1 else ''}"
            faults.append(
                Faute(relatif, *mots("cellules", trouve=found, attendu=len(header)), number)
            )
        else:
            kept[number] = cells
    rows = pd.DataFrame(kept.values(), index=list(kept), columns=header, dtype="str")
    rows = rows.loc[:, ~rows.columns.duplicated()].filter(
        schema.colonnes
    )  # of a doubled column, the first counts
    for champ in schema.fields:
        if champ.name in rows:
            column = rows[champ.name]  # its cells repeat each other: one look at each text
            wrong = {
                text: words
                for text in column.unique()
                if (words := _probleme(text, champ, confidentialite))
            }
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
            yield Faute(relatif, *mots("colonne_repetee", nom=name, fois=count), 1, name[:60])
        if name in known:
            continue
        if regles and (what := colonne_personnelle(name, regles)):
            told = mots("colonne_personnelle", nom=name, quoi=what)
        elif close := proches(name, missing):  # that column misspelt: one fault, not two
            missing.remove(close[0])
            told = mots("colonne_mal_ecrite", nom=name, proche=close[0])
        else:
            told = mots("colonne_inconnue", nom=name, connues=", ".join(known))
        yield Faute(relatif, *told, 1, name[:60])
    for name in missing:
        yield Faute(relatif, *mots("colonne_absente", nom=name), 1, name)
    if unnamed := sum(not name.strip() for name in header):
        found = f"{unnamed} colonne{'s' if unnamed > 1 else ''}"
        yield Faute(relatif, *mots("colonnes_sans_nom", trouve=found), 1)


def _doublons(relatif: str, rows: pd.DataFrame, schema: SchemaTable) -> Iterator[Faute]:
    key = list(schema.cle)
    if rows.empty or not set(key) <= set(rows):
        return
    first = rows.index.to_series().groupby([rows[name] for name in key]).transform("first")
    for number in first.index[first.ne(first.index)]:
        shown = ", ".join(part or "(vide)" for part in rows.loc[number, key])
        columns = ", ".join(key)
        told = mots("ligne_repetee", cle=shown, ligne=first[number], colonnes=columns)
        yield Faute(relatif, *told, number, columns)


_ECRITURES = {  # how a number is written, and the fault of one that is not
    "number": (re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?"), "nombre"),
    "integer": (re.compile(r"-?[0-9]{1,15}"), "entier"),
    "year": (re.compile(r"[0-9]{4}"), "annee"),
}
_ESPACES = re.compile(r"[\s\u00a0\u2007\u202f']")
ERREUR_DE_TABLEUR = re.compile(
    r"#(REF|DIV/0|N/A|NOM|NAME|VALEUR|VALUE|NUL|NULL|NOMBRE|NUM|SPILL|EPARS)[ \u00a0]?[!?]?|#{2,}|Err:\d+"
)


def _probleme(
    texte: str, champ: Champ, regles: Confidentialite | None
) -> tuple[str, str, str] | None:
    """Return the words of the first thing wrong with a cell; a free column takes any text, « =1+1 »
    included.
    """
    rules = champ.constraints
    told = {"cellule": texte, "attendu": champ.description}
    if not texte:
        return mots("cellule_vide", **told) if rules.required else None
    if champ.type in _ECRITURES and not (number := _ECRITURES[champ.type])[0].fullmatch(texte):
        # What can be guessed is told: « 59,4 % » is 59.4, « 1 466 743 » is 1466743.
        guess = (
            _ESPACES.sub("", texte)
            .replace("\u2212", "-")
            .replace(",", ".")
            .lstrip("+")
            .rstrip("%€")
        )
        guess = guess if champ.type == "number" else re.sub(r"\.0+$", "", guess)
        lacking = (
            ""
            if rules.required
            else " ; s'il manque, laisser la cellule vide et le dire par le statut"
        )
        remedy = (
            f"écrire {guess}"
            if number[0].fullmatch(guess)
            else f"écrire le nombre en chiffres{lacking}"
        )
        return mots(number[1], **told, remede=remedy)
    if champ.type == "date" and not est_un_jour(texte):
        return mots("jour", **told)
    if texte != texte.strip():
        return mots("espaces", **told)
    if ERREUR_DE_TABLEUR.fullmatch(texte):
        return mots("erreur_de_tableur", **told)
    if rules.enum and texte not in rules.enum:
        close = proposer(texte, rules.enum, "l'une de ces valeurs")
        return mots("valeur_permise", **told, permises=", ".join(rules.enum), proche=close)
    if rules.pattern and not re.fullmatch(rules.pattern, texte):
        return mots("motif", **told, titre=champ.title)
    for name, bound in (("minimum", rules.minimum), ("maximum", rules.maximum)):
        if bound is not None and (
            float(texte) < bound if name == "minimum" else float(texte) > bound
        ):
            return mots(name, **told, **{name: bound})
    if regles and champ.type == "string" and (what := valeur_personnelle(texte, regles)):
        return mots("personne", texte=texte, quoi=what)
    return None


def est_un_jour(texte: str) -> bool:
    """Return whether a text is a day of the calendar, year-month-day."""
    return len(texte) == 10 and pd.notna(pd.to_datetime(texte, format="%Y-%m-%d", errors="coerce"))


# What is about a person, which no table of the follow-up may hold: the spreadsheet's importer asks
# the same questions.
def colonne_personnelle(titre: str, regles: Confidentialite) -> str | None:
    """Return what a column of that heading would hold about a person (« le nom d'une personne »),
    or None.
    """
    key = sans_accents(titre).replace(" ", "_")
    return next(
        (found for motif, found in regles.colonnes.items() if re.fullmatch(motif, key)), None
    )


def valeur_personnelle(texte: str, regles: Confidentialite) -> str | None:
    """Return what a cell gives away about a person (« une adresse électronique »), or None."""
    return next((found for motif, found in regles.valeurs.items() if re.search(motif, texte)), None)


def en_table(nom: str, lues: Iterable[TableLue]) -> pd.DataFrame:
    """Return the rows of files of a kind, typed by their schema: text, float64, or Int64 for years
    and integers.
    """
    schema = charger_schema(nom)
    rows = pd.concat([pd.DataFrame(), *(one.lignes for one in lues)])
    columns = rows.reindex(columns=list(schema.colonnes)).reset_index(drop=True).to_dict("series")
    for champ in schema.fields:
        if champ.type in ("string", "date"):
            columns[champ.name] = columns[champ.name].astype("str")
        else:
            numbers = columns[champ.name].where(columns[champ.name].ne("")).astype("float64")
            columns[champ.name] = numbers if champ.type == "number" else numbers.astype("Int64")
    return pd.DataFrame(columns)
