"""A CSV as any spreadsheet saves one: comma or semicolon, UTF-8 or Windows-1252, to a sheet of cells."""

from __future__ import annotations

import codecs
import csv
import io
from typing import TYPE_CHECKING

from ctglib.collecte.grille import Cellule, ClasseurLu, Grille
from ctglib.donnees.fautes import DonneesInvalides, Faute

if TYPE_CHECKING:
    from pathlib import Path

_SEPARATEURS = (";", ",", "\t")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Excel tells itself the separator on a first line.
_INDICE = "sep="
_APERCU = 20
_REMEDE = "l'enregistrer de nouveau : « Enregistrer sous » > « CSV UTF-8 »"


def lire_dossier_csv(dossier: Path) -> ClasseurLu:
    """Return the CSV files of a folder as the sheets of one workbook, in the order of their names.

    Raises:
        DonneesInvalides: A file cannot be read, or there is none.
    """
    paths = sorted(path for path in dossier.iterdir() if path.suffix.lower() == ".csv" and path.name[0] not in ".~")
    if not paths:
        raise DonneesInvalides(
            [Faute(dossier.name, "aucun fichier .csv", "un fichier .csv par feuille", "vérifier le dossier donné")]
        )
    sheets: list[Grille] = []
    faults: list[Faute] = []
    for path in paths:
        try:
            sheets.append(lire_csv(path, f"{dossier.name}/{path.name}"))
        except DonneesInvalides as error:
            faults.extend(error.fautes)
    if faults:
        raise DonneesInvalides(faults)
    return ClasseurLu(dossier.name, tuple(sheets))


def lire_csv(path: Path, nom: str = "") -> Grille:
    """Return a CSV file as a sheet named after it; rows are numbered as a spreadsheet shows them.

    Raises:
        DonneesInvalides: It is empty, encoded in another way, or a quote is never closed.
    """
    name = nom or path.name
    text = _decoder(path, name)
    rows = _lignes(text, name)
    cells = {
        (row, column): Cellule(value)
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
        if value.strip()
    }
    return Grille(name, path.stem, cells)


def _decoder(path: Path, name: str) -> str:
    """Return the text of a file: UTF-8 when it is, else Windows-1252, which any bytes but five are."""
    try:
        content = path.read_bytes()
    except OSError:
        remedy = "fermer le fichier s'il est ouvert dans un tableur, vérifier son nom et ses droits, puis recommencer"
        raise DonneesInvalides([Faute(name, "un fichier que l'on ne peut pas ouvrir", "un CSV", remedy)]) from None
    if content.startswith(_UTF16) or content.count(0) > len(content) // 4:
        raise DonneesInvalides([Faute(name, "un fichier en UTF-16 (« Texte Unicode »)", "un CSV UTF-8", _REMEDE)])
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.strip():
            return text
        raise DonneesInvalides([Faute(name, "un fichier vide", "une feuille remplie", _REMEDE)])
    raise DonneesInvalides([Faute(name, "des caractères d'un autre encodage", "un CSV UTF-8", _REMEDE)])


def _lignes(text: str, name: str) -> list[list[str]]:
    """Return the rows, cut at the separator that makes the widest table of the first lines."""
    first, _, rest = text.partition("\n")
    separator = ""
    if first.lower().startswith(_INDICE):
        separator, text = first.strip()[len(_INDICE) :], f"\n{rest}"
    separator = separator or max(_SEPARATEURS, key=lambda mark: _largeur(_couper(text, mark, strict=False)))
    try:
        return _couper(text, separator)
    except csv.Error:
        expected = 'des guillemets doubles refermés : "…"'
        raise DonneesInvalides([Faute(name, "un guillemet jamais refermé", expected, _REMEDE)]) from None


def _couper(text: str, separator: str, strict: bool = True) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict))


def _largeur(rows: list[list[str]]) -> int:
    """Return the most cells that a row has with something in them; titles stand over several columns."""
    return max((sum(bool(cell.strip()) for cell in row) for row in rows[:_APERCU]), default=0)
