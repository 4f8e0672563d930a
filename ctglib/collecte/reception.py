"""The files and folders given on the command line, each to what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.csv_libre import lire_csv, lire_dossier_csv
from ctglib.collecte.grille import ClasseurLu
from ctglib.collecte.xlsx.lire import lire_classeur
from ctglib.donnees.fautes import DonneesInvalides, Faute

if TYPE_CHECKING:
    from pathlib import Path

_CLASSEURS = (".xlsx", ".xlsm", ".xls", ".ods")


def recevoir(chemins: list[Path]) -> list[ClasseurLu]:
    """Return what was given: workbooks, CSV files, folders of either.

    Raises:
        DonneesInvalides: All that cannot be read, at once.
    """
    books: list[ClasseurLu] = []
    faults: list[Faute] = []
    for path in chemins:
        try:
            books += _recevoir(path)
        except DonneesInvalides as error:
            faults.extend(error.fautes)
    if faults:
        raise DonneesInvalides(faults)
    return books


def _recevoir(path: Path) -> list[ClasseurLu]:
    if not path.exists():
        remedy = "vérifier le nom et le dossier ; un nom qui contient des espaces se met entre guillemets"
        raise DonneesInvalides([Faute(path.name, "fichier absent", "un fichier ou un dossier qui existe", remedy)])
    if path.is_dir():
        return _dossier(path)
    if path.suffix.lower() == ".csv":
        return [ClasseurLu(path.name, (lire_csv(path),))]
    return [lire_classeur(path)]


def _dossier(folder: Path) -> list[ClasseurLu]:
    """Return the workbooks of a folder, and its CSV files as one more."""
    names = sorted(path for path in folder.iterdir() if path.name[0] not in ".~")
    workbooks = [path for path in names if path.suffix.lower() in _CLASSEURS]
    if not workbooks:
        return [lire_dossier_csv(folder)]
    books = [book for path in workbooks for book in recevoir([path])]
    return [*books, lire_dossier_csv(folder)] if any(path.suffix.lower() == ".csv" for path in names) else books
