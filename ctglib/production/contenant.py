"""The ZIP of an archive: the one way it is written, and whether one is written so."""

from __future__ import annotations

import io
import os
import shutil
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from ctglib.donnees.ecriture import EPOQUE
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import CLE, VARIABLE
from ctglib.donnees.provisoires import dossier_provisoire
from ctglib.export.formats import extensions_bureautiques

DESCRIPTION = "ro-crate-metadata.json"  # of all the files of an archive, itself set apart
UNIX = 3  # of the ZIP format: the system whose rights the entries have
DROITS = 0o100644
DROITS_DE_LA_CLE = 0o100600  # the convention's secret key: for its owner alone
DEJA_COMPRESSES = (".whl", ".png", ".pdf")  # and office files
OCTETS_MAX = 4 * 1024**3
FICHIERS_MAX = 60_000  # the ZIP format as we write it counts no more
SOMMAIRE_MAX = 16 * 1024**2  # of the list of the files, which Python reads whole
# What is parsed here of an archive, by kind: the most of a file, and of all of them; ten times what
# ours have.
TEXTES_MAX = {
    ".yaml": (1024**2, 8 * 1024**2),
    ".json": (3 * 1024**2, 12 * 1024**2),
    ".csv": (8 * 1024**2, 64 * 1024**2),
}
EN_UTF8 = 0x800  # the flag of an entry whose name is not in ASCII
FIN = "<4s4H2LH"  # of a ZIP: its sign, disks, numbers of entries, size and place of its directory
SIGNE_DE_FIN = b"PK\5\6"
SIGNE_D_UNE_AUTRE_FIN = b"PK\6\7"  # just before it: where that of a larger ZIP is
COMMENTAIRE_MAX = 0xFFFF  # at the end of a ZIP
# What a reader of the archive would not see changed.
CHAMPS = (
    *("create_system", "create_version", "extract_version", "reserved", "compress_type"),
    *("date_time", "external_attr", "internal_attr", "volume", "extra", "comment"),
)


def emballer(fichiers: Mapping[str, bytes]) -> bytes:
    """Return the ZIP of files by path: sorted, with a fixed date and the same system everywhere.

    The same files give the same bytes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for chemin, contenu in sorted(fichiers.items()):
            archive.writestr(_entree(chemin), contenu)
    return buffer.getvalue()


def _entree(chemin: str) -> zipfile.ZipInfo:
    entree = zipfile.ZipInfo(chemin, EPOQUE)
    entree.create_system = UNIX
    droits = DROITS_DE_LA_CLE if chemin.endswith(f"/{CLE}") else DROITS
    entree.external_attr = droits << 16
    deja_compresse = chemin.endswith((*DEJA_COMPRESSES, *extensions_bureautiques()))
    entree.compress_type = zipfile.ZIP_STORED if deja_compresse else zipfile.ZIP_DEFLATED
    return entree


@contextmanager
def deballer(archive: Path) -> Iterator[Path]:
    """Yield a temporary folder that has the files of an archive, whose data are read until the
    block ends; nothing that it holds is run.

    Raises:
        DonneesInvalides: It cannot be read, is no archive of the workbook, or holds what no archive
            of ours does: a link, a name out of its folder, a name twice, too much.
    """
    with dossier_provisoire() as dossier:
        with _ouvrir(archive) as contenu:
            entrees = _entrees_sures(archive.name, contenu)
            # Python checks that an entry is no longer than it says, and its checksum.
            for entree in entrees:
                cible = dossier / entree.filename
                cible.parent.mkdir(parents=True, exist_ok=True)
                with contenu.open(entree) as source, cible.open("xb") as fichier:
                    shutil.copyfileobj(source, fichier)
        avant = os.environ.get(VARIABLE)
        os.environ[VARIABLE] = str(dossier / "data")
        try:
            yield dossier
        finally:
            os.environ.pop(VARIABLE)
            if avant is not None:
                os.environ[VARIABLE] = avant


def lire_dans(archive: Path, chemin: str) -> bytes | None:
    """Return a file of an archive, None when there is none, or no archive that can be read."""
    try:
        with _ouvrir(archive) as contenu:
            for entree in _entrees_sures(archive.name, contenu):
                if entree.filename == chemin:
                    return contenu.read(entree)
    except DonneesInvalides:
        return None
    return None


@contextmanager
def _ouvrir(archive: Path) -> Iterator[zipfile.ZipFile]:
    try:
        if archive.exists() and not archive.is_file():  # a pipe would be waited for, without end
            attendu = mots("archive_sans_description", description=DESCRIPTION)[1]
            raise refus(archive.name, *mots("fichier_tube", attendu=attendu, nom=archive.name))
        if _sommaire_trop_long(archive):
            raise refus(archive.name, *_trop_grande())
        with zipfile.ZipFile(archive) as contenu:
            yield contenu
    except (
        *(zipfile.BadZipFile, zlib.error, struct.error, EOFError),
        *(NotImplementedError, RuntimeError, ValueError, OverflowError, OSError),
    ) as erreur:
        raise refus(archive.name, *mots("archive_illisible", erreur=erreur)) from erreur


def _sommaire_trop_long(archive: Path) -> bool:
    """Tell whether the list of the files of a ZIP is longer than any of ours, before it is read."""
    avant = len(SIGNE_D_UNE_AUTRE_FIN) + struct.calcsize("<LQL")
    with archive.open("rb") as fichier:
        octets = fichier.seek(0, os.SEEK_END)
        fichier.seek(max(octets - struct.calcsize(FIN) - COMMENTAIRE_MAX - avant, 0))
        dernier = fichier.read()
    place = len(dernier) - struct.calcsize(FIN)
    sans_commentaire = dernier[place:].startswith(SIGNE_DE_FIN) and dernier.endswith(b"\0\0")
    if not sans_commentaire:
        place = dernier.rfind(SIGNE_DE_FIN)
    if place < 0:
        return False  # no ZIP: Python says so
    if dernier[max(place - avant, 0) : place].startswith(SIGNE_D_UNE_AUTRE_FIN):
        return True
    sommaire = struct.unpack_from(FIN, dernier, place)[5]
    return sommaire > SOMMAIRE_MAX


def _trop_grande() -> tuple[str, str, str]:
    limites = {"go": OCTETS_MAX // 1024**3, "fichiers": FICHIERS_MAX}
    return mots("archive_trop_grande", **limites)


def _texte_trop_long(entrees: Iterable[zipfile.ZipInfo]) -> tuple[str, int] | None:
    """Return the first file that is too long to be parsed, and the most that it may have, in MB."""
    totaux: Counter[str] = Counter()
    for entree in entrees:
        sorte = PurePosixPath(entree.filename).suffix.lower()
        if sorte not in TEXTES_MAX:
            continue
        d_un_fichier, de_tous = TEXTES_MAX[sorte]
        totaux[sorte] += entree.file_size
        if entree.file_size > d_un_fichier or totaux[sorte] > de_tous:
            return entree.filename, d_un_fichier // 1024**2
    return None


def _entrees_sures(nom: str, contenu: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entrees = [entree for entree in contenu.infolist() if not entree.is_dir()]
    noms = [entree.filename for entree in entrees]
    fautes = []
    for entree in entrees:
        chemin = PurePosixPath(entree.filename)
        dehors = chemin.is_absolute() or ".." in chemin.parts or "\\" in entree.filename
        if dehors or stat.S_ISLNK(entree.external_attr >> 16):
            fautes.append(Faute(nom, *mots("archive_suspecte", dedans=entree.filename)))
    for double, combien in Counter(noms).items():
        if combien > 1:
            fautes.append(Faute(nom, *mots("archive_en_double", dedans=double)))
    octets = sum(entree.file_size for entree in entrees)
    if octets > OCTETS_MAX or len(entrees) > FICHIERS_MAX:
        fautes.append(Faute(nom, *_trop_grande()))
    trop_long = _texte_trop_long(entrees)
    if trop_long:
        dedans, mo = trop_long
        fautes.append(Faute(nom, *mots("archive_texte_trop_long", dedans=dedans, mo=mo)))
    if DESCRIPTION not in noms:
        fautes.append(Faute(nom, *mots("archive_sans_description", description=DESCRIPTION)))
    if fautes:
        raise DonneesInvalides(fautes)
    return entrees


def est_tel_qu_emballe(archive: Path) -> bool:
    """Tell whether a ZIP has nothing but what ``emballer`` writes: no comment, no other date, order
    or right, no byte before, between or after its files.

    How well a file is compressed does not count: another version of zlib gives other bytes.
    """
    with _ouvrir(archive) as contenu, archive.open("rb") as fichier:
        entrees = contenu.infolist()
        noms = [entree.filename for entree in entrees]
        place = 0
        for entree in entrees:
            if entree.header_offset != place or not _est_la_notre(entree, fichier):
                return False
            place = fichier.tell()
        sommaire = archive.stat().st_size - place - struct.calcsize(FIN)
        fichier.seek(place + max(sommaire, 0))
        fin = struct.pack(
            *(FIN, SIGNE_DE_FIN, 0, 0),
            *(len(noms), len(noms), sommaire, place, 0),
        )
        return noms == sorted(noms) and contenu.start_dir == place and fichier.read() == fin


def _est_la_notre(entree: zipfile.ZipInfo, fichier: BinaryIO) -> bool:
    """Tell whether an entry is as we write it, in the directory and at its place; the file is then
    read to its end.
    """
    modele = _entree(entree.filename)
    en_utf8 = 0 if entree.filename.isascii() else EN_UTF8
    if entree.flag_bits != en_utf8 or entree.orig_filename != entree.filename:
        return False
    if any(getattr(entree, champ) != getattr(modele, champ) for champ in CHAMPS):
        return False
    fichier.seek(entree.header_offset)
    entete = entree.FileHeader()
    if fichier.read(len(entete)) != entete:
        return False
    contenu = fichier.read(entree.compress_size)
    if entree.compress_type == zipfile.ZIP_STORED:
        return entree.compress_size == entree.file_size
    lecteur = zlib.decompressobj(-zlib.MAX_WBITS)
    lecteur.decompress(contenu, entree.file_size + 1)
    return lecteur.eof and not lecteur.unused_data
