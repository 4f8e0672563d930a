"""A downloaded file, whatever its format, as tables of texts: a header among its first rows, then
rows.

A CSV, a Parquet, a GeoJSON or an answer of the Insee's API is one table; a workbook is one a sheet,
an archive one a file in it. Nothing is understood here: what a column means, and which row is the
header, ``officiels`` says.
"""

from __future__ import annotations

import csv
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from gzip import BadGzipFile, GzipFile
from itertools import chain, islice
from pathlib import Path, PurePath

from ctglib.donnees.enclos import ILLISIBLE
from ctglib.donnees.fautes import mots, refus

Lignes = Iterator[tuple[int, list[str]]]  # the line in the file of each row, then its cells

OCTETS_MAX = 100 * 1024**2
LIGNES_MAX = 5_000_000
_FORMATS_D_UNE_ARCHIVE = (".csv", ".txt", ".json", ".geojson", ".xlsx", ".gz", ".zip")
_PREMIERES = 12  # rows of a sheet among which its header is sought
_AUTRES_FORMATS = {
    b"%P": "un PDF",
    b"\xd0\xcf": "un classeur d'un ancien Excel (.xls)",
}


@dataclass
class Tableau:
    """A table of a file, not yet understood.

    Attributes:
        nom: The sheet, or the file in an archive; "" when the file is that table.
        premieres: The rows among which the header is: the first of a CSV, several of a sheet.
        suite: The rows after them.
        coupures: What makes one think that its end is missing, in French.
        libre: Rows may be shorter than the header, or be notes of one cell: those of a sheet.
    """

    nom: str
    premieres: list[tuple[int, list[str]]]
    suite: Lignes
    coupures: list[str] = field(default_factory=list)
    libre: bool = False

    def lignes(self, rang: int) -> Lignes:
        """Return the rows below the header, which is the row of that rank among the first."""
        return chain(self.premieres[rang + 1 :], self.suite)


def lire_tableaux(nom: str, contenu: bytes, chemin: Path | None = None) -> Iterator[Tableau]:
    """Yield the tables of a file, or refuse it.

    Args:
        nom: How its faults name it.
        contenu: Its bytes.
        chemin: Where they were read; without it, a Parquet is refused: DuckDB reads files.
    """
    if contenu[:4] == b"PAR1" and chemin:
        yield _parquet(nom, chemin)
    elif contenu[:2] == b"PK":
        yield from _archive(nom, contenu)
    elif contenu[:2] == b"\x1f\x8b":
        yield from lire_tableaux(nom, _decompresse(nom, contenu))
    else:
        _refuser_ce_qui_n_est_pas_du_texte(nom, contenu)
        if contenu.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
            yield _json(nom, contenu)
        else:
            yield _csv(nom, contenu)


def _refuser_ce_qui_n_est_pas_du_texte(nom: str, contenu: bytes) -> None:
    """Raise a fault for an empty file, or one of a format that nothing here reads."""
    autre_format = None
    if not contenu.strip():
        autre_format = "un fichier vide"
    elif contenu[:2] in _AUTRES_FORMATS:
        autre_format = _AUTRES_FORMATS[contenu[:2]]
    elif b"\0" in contenu[:4096]:
        autre_format = "un fichier qui n'est pas du texte"
    if autre_format:
        raise refus(nom, *mots("officiel_d_une_autre_sorte", sorte=autre_format))


def _csv(nom: str, contenu: bytes) -> Tableau:
    """Return a CSV (« ; », « , », « | » or tabulation; UTF-8 or Windows-1252)."""
    encodage = "utf-8-sig"
    try:
        contenu.decode(encodage)
    except UnicodeDecodeError:
        encodage = "cp1252"
    # Decoded line after line: a national file, as one text, takes four times its bytes.
    texte = io.TextIOWrapper(io.BytesIO(contenu), encodage, errors="replace", newline="")
    premiere_ligne = contenu[:100_000].decode(encodage, errors="replace").split("\n", 1)[0]
    separateur = max(";,\t|", key=premiere_ligne.count)
    if separateur not in premiere_ligne:
        raise refus(nom, *mots("officiel_sans_separateur", entete=premiere_ligne.strip()), ligne=1)
    lecteur = csv.reader(texte, delimiter=separateur)

    def lire() -> Lignes:
        try:
            for cellules in lecteur:
                yield lecteur.line_num, cellules
        except csv.Error:
            raise refus(nom, *mots("officiel_mal_forme"), ligne=lecteur.line_num) from None

    lignes = lire()
    coupures = []
    if not contenu.endswith((b"\n", b"\r")):
        coupures.append(
            "le fichier ne finit pas par un saut de ligne : le téléchargement a pu être coupé ; "
            "comparer sa taille à celle que dit la page du producteur"
        )
    return Tableau("", list(islice(lignes, 1)), lignes, coupures)


def _parquet(nom: str, chemin: Path) -> Tableau:
    """Return a Parquet file, all cells as text, "" for a missing one.

    The rows are numbered from 2, as below the header of a CSV.
    """
    import duckdb

    options: dict[str, str | bool | int] = {"threads": 1, "memory_limit": "200MB"}
    moteur = duckdb.connect(config={**options, "autoinstall_known_extensions": False})
    try:
        moteur.execute("select sum(num_rows) from parquet_file_metadata(?)", [str(chemin)])
        ((nombre,),) = moteur.fetchall()
        if nombre > LIGNES_MAX:
            raise refus(nom, *mots("officiel_trop_long", lignes=LIGNES_MAX))
        resultat = moteur.execute("select columns(*)::varchar from read_parquet(?)", [str(chemin)])
    except duckdb.OutOfMemoryException:
        raise MemoryError from None
    except duckdb.Error:
        raise refus(nom, *mots("parquet_abime")) from None
    entete = [colonne[0] for colonne in resultat.description]
    lignes = ([cellule or "" for cellule in ligne] for ligne in iter(resultat.fetchone, None))
    return Tableau("", [(1, entete)], enumerate(lignes, 2))


def _decompresse(nom: str, contenu: bytes) -> bytes:
    """Return what a .gz holds; refuse one that is broken, or swells beyond what is read."""
    try:
        with GzipFile(fileobj=io.BytesIO(contenu)) as fichier:
            octets = fichier.read(OCTETS_MAX + 1)
    except (BadGzipFile, EOFError, zlib.error):
        raise refus(nom, *mots("archive_abimee")) from None
    if len(octets) > OCTETS_MAX:
        raise refus(nom, *mots("archive_trop_grosse", mo=OCTETS_MAX // 1024**2))
    return octets


def _archive(nom: str, contenu: bytes) -> Iterator[Tableau]:
    """Yield the tables of a ZIP: the sheets of a workbook, else those of the files in it.

    What an archive has beside the data, a note in a PDF or a page, is left aside.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(contenu))
        dedans = [fichier for fichier in archive.infolist() if not fichier.is_dir()]
        if any(fichier.filename == "[Content_Types].xml" for fichier in dedans):
            yield from _classeur(nom, contenu)
            return
        if sum(fichier.file_size for fichier in dedans) > OCTETS_MAX:
            raise refus(nom, *mots("archive_trop_grosse", mo=OCTETS_MAX // 1024**2))
        for fichier in dedans:
            if PurePath(fichier.filename).suffix.lower() in _FORMATS_D_UNE_ARCHIVE:
                for tableau in lire_tableaux(nom, archive.read(fichier)):
                    tableau.nom = " ".join(filter(None, (fichier.filename, tableau.nom)))
                    yield tableau
    # An encrypted file is a RuntimeError.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError):
        raise refus(nom, *mots("archive_abimee")) from None


def _classeur(nom: str, contenu: bytes) -> Iterator[Tableau]:
    """Yield the sheets of a workbook that are seen, their cells as texts."""
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            classeur = load_workbook(io.BytesIO(contenu), read_only=True, data_only=True)
            for feuille in classeur.worksheets:
                if feuille.sheet_state != "visible":
                    continue
                feuille.reset_dimensions()  # what a file says of its own size is not to be trusted
                rangees = _rangees(nom, feuille.iter_rows(values_only=True))
                premieres = list(islice(rangees, _PREMIERES))
                if premieres:
                    yield Tableau(feuille.title, premieres, rangees, libre=True)
    except (*ILLISIBLE, OSError):
        raise refus(nom, *mots("archive_abimee")) from None


def _rangees(nom: str, rangees: Iterator[tuple[object, ...]]) -> Lignes:
    """Yield the rows of a sheet as texts, without the blank cells at their end."""
    try:
        for numero, rangee in enumerate(rangees, 1):
            if numero > LIGNES_MAX:
                raise refus(nom, *mots("officiel_trop_long", lignes=LIGNES_MAX))
            cellules = [_texte(valeur) for valeur in rangee]
            while cellules and not cellules[-1]:
                del cellules[-1]
            yield numero, cellules
    except (*ILLISIBLE, OSError):
        raise refus(nom, *mots("archive_abimee")) from None


def _texte(valeur: object) -> str:
    """Return a cell of a sheet as a CSV would have it: « 12 » for 12.0, « 2024-12-31 »."""
    if valeur is None:
        return ""
    if isinstance(valeur, float) and valeur.is_integer():
        return str(int(valeur))
    if isinstance(valeur, datetime):
        return valeur.date().isoformat()
    return str(valeur)


def _json(nom: str, contenu: bytes) -> Tableau:
    """Return a GeoJSON (a row a feature, « contour » its geometry), an answer of the Insee's API
    (Melodi: a row an observation), or a list of objects; the rows are numbered from 1.
    """
    try:
        lu = json.loads(contenu.decode("utf-8-sig"))
        if isinstance(lu, dict) and "observations" in lu:
            objets = [_observation(observation) for observation in lu["observations"]]
        elif isinstance(lu, dict):
            objets = []
            for objet in lu["features"]:
                contour = json.dumps(objet["geometry"], separators=(",", ":"))
                objets.append({**objet["properties"], "contour": contour})
        else:
            objets = lu
        entete = list(dict.fromkeys(colonne for objet in objets for colonne in objet))
        lignes = []
        for objet in objets:
            valeurs = [objet.get(colonne) for colonne in entete]
            lignes.append(["" if valeur is None else str(valeur) for valeur in valeurs])
        if not entete:
            raise ValueError
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise refus(nom, *mots("carte_abimee")) from None
    return Tableau("", [(0, entete)], enumerate(lignes, 1))


def _observation(observation: dict) -> dict[str, object]:
    """Return an observation of Melodi in the columns of its CSV.

    « 2025-COM-62413 » is the territory 62413 of the level COM, in the geography of 2025.
    """
    dimensions = dict(observation["dimensions"])
    _, niveau, code = dimensions["GEO"].split("-", 2)
    dimensions |= {"GEO": code, "GEO_OBJECT": niveau}
    (mesure,) = observation["measures"].values()
    return {**dimensions, **observation["attributes"], "OBS_VALUE": mesure.get("value")}
