"""Files written whole or not at all, a temporary file beside the target, then a rename; CSV, Office
files undated.
"""

import os
import re
import secrets
import zipfile
from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from pathlib import Path

from ctglib.donnees.fautes import Empechement

PREFIXE = ".ctg-"
SUFFIXE = ".tmp"
PROVISOIRES = f"{PREFIXE}*{SUFFIXE}"  # what a killed command may leave
# What a program may take for the end of a cell, the French spreadsheets' « ; » included.
_A_ENTOURER = re.compile(r'[,;\t"\r\n]')
_MODIFIE_LE = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
EPOQUE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can write


class EcritureImpossible(Empechement):
    """The folder or the file cannot be written; the message says what to do, in French."""


def ecrire(fichiers: dict[Path, bytes]) -> None:
    """Write all files, or leave all as they were.

    Every content is first written beside its target; only when all are on the disk do they take
    their names, and a name refused puts the others back.

    Raises:
        EcritureImpossible: The disk is full, the folder is read-only, or a file is open in another
            program.
    """
    temporaires: dict[Path, Path] = {}  # by target
    anciens: dict[Path, bytes | None] = {}  # None: it was not there
    cible = next(iter(fichiers))  # the file that an error is about: the last that was touched
    try:
        for cible, contenu in fichiers.items():
            cible.parent.mkdir(parents=True, exist_ok=True)
            # A name that nobody can guess, and the rights that the umask leaves.
            temporaires[cible] = cible.with_name(f"{PREFIXE}{secrets.token_hex(8)}{SUFFIXE}")
            with temporaires[cible].open("xb") as file:
                file.write(contenu)
                file.flush()
                os.fsync(file.fileno())
        for cible in temporaires:
            # One held by another program (Windows) stops all before any rename.
            if cible.exists():
                with cible.open("r+b"):
                    pass
        for cible, temporaire in temporaires.items():
            ancien = cible.read_bytes() if cible.exists() else None
            temporaire.replace(cible)
            anciens[cible] = ancien
    except OSError as error:
        for renommee, ancien in anciens.items():
            if ancien is None:
                renommee.unlink(missing_ok=True)
            else:
                renommee.write_bytes(ancien)
        raise EcritureImpossible(
            f"Impossible d'écrire {cible} ({error.strerror}). Fermez le fichier s'il est ouvert"
            " dans un autre programme, vérifiez que le dossier accepte l'écriture et que le disque"
            " n'est pas plein, puis recommencez."
        ) from error
    finally:
        for temporaire in temporaires.values():
            temporaire.unlink(missing_ok=True)


def dater(archive: BytesIO, instant: datetime) -> bytes:
    """Return the bytes of an Office file whose parts, and the change it tells of, bear an instant
    and not the clock.
    """
    stamp = rb"\g<1>" + instant.strftime("%Y-%m-%dT%H:%M:%SZ").encode() + rb"\g<2>"
    date = (
        instant.year,
        instant.month,
        instant.day,
        instant.hour,
        instant.minute,
        instant.second,
    )
    target = BytesIO()
    with zipfile.ZipFile(archive) as source, zipfile.ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIE_LE.sub(stamp, content)
            part = zipfile.ZipInfo(name, max(date, EPOQUE))
            copy.writestr(part, content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def en_csv(lignes: Iterable[Iterable[object]]) -> str:
    """Return rows as our CSV: comma, line feed, quotes around a cell that holds a separator, of any
    spreadsheet.

    Examples:
        >>> en_csv([["a", 1.5, None], ["b;c", "d,e", ""]])
        'a,1.5,\\n"b;c","d,e",\\n'
    """
    return "".join(",".join(map(_cellule, ligne)) + "\n" for ligne in lignes)


def _cellule(valeur: object) -> str:
    """Return a value as a cell of our CSV, empty for None."""
    texte = "" if valeur is None else str(valeur)
    if _A_ENTOURER.search(texte):
        return '"' + texte.replace('"', '""') + '"'
    return texte
