"""What a notebook opens past the mask of secrecy, or by a way that nobody can look at.

What was opened decides, never what numbers look like. Python tells each file that is opened and
each program that is started (its audit events); a library that opens files by itself tells nothing:
that a notebook asks for it is enough.
"""

import os
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Literal

# suivi: a file of the follow-up, or counts asked for as entered; classeur: a workbook or minutes
# that a service sent back; processus: another program; lecteur: a library that reads files by
# itself; avant: what ran before the workbook could look.
Genre = Literal["suivi", "classeur", "processus", "lecteur", "avant"]
PROCESSUS = {
    "os.exec",
    "os.fork",
    "os.forkpty",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.system",
    "pty.spawn",
    "subprocess.Popen",
}
# How Python starts a process of ours without a word: it first imports one of these.
MULTIPLES = "multiprocessing.popen_"
EVENEMENTS = {"open", "import", *PROCESSUS}
# Libraries of the field whose own code opens files.
LECTEURS = {
    "adbc_driver_manager",
    "chdb",
    "cudf",
    "daft",
    "datafusion",
    "datatable",
    "deltalake",
    "duckdb",
    "fiona",
    "h5py",
    "ibis",
    "netCDF4",
    "osgeo",
    "polars",
    "pyarrow",
    "pyogrio",
    "python_calamine",
    "rasterio",
    "tables",
    "vaex",
}
# Modules of Python that start a program to know the machine: it reads nothing of ours.
SANS_LECTURE = {"ctypes.util", "platform", "uuid"}
# What our workbooks and minutes say of themselves, whatever name they are given.
PROPRIETES = ("docProps/custom.xml", "docProps/core.xml", "meta.xml")
SIGNATURES = (b"ctglib", b'name="convention"')
SAISIES = (".csv", ".yaml")  # what the follow-up is made of: a link to it has another name
CLASSEURS = (".xlsx", ".xlsm", ".ods", ".docx", ".odt")
_DOSSIERS = [sysconfig.get_path(nom) for nom in ("stdlib", "platstdlib", "purelib", "platlib")]
_INSTALLES = tuple({*_DOSSIERS, *(str(Path(dossier).resolve()) for dossier in _DOSSIERS)})


@dataclass(frozen=True)
class Ouverture:
    """Something opened: the file, the program or the library is ``quoi``."""

    genre: Genre
    quoi: str


def lire_evenement(evenement: str, arguments: tuple, donnees: Path) -> Ouverture | None:
    """Return what an audit event opens, None when it opens nothing that counts.

    Args:
        evenement: Its name (« open », « subprocess.Popen », « import »).
        arguments: Its arguments, as Python gives them.
        donnees: The data folder.
    """
    if evenement == "open":
        chemin, _, modes = arguments
        if isinstance(chemin, bytes):
            chemin = os.fsdecode(chemin)
        if not isinstance(chemin, str) or modes & (os.O_WRONLY | os.O_RDWR):
            return None
        return _fichier(chemin, donnees)
    if evenement in PROCESSUS:
        quoi = arguments[0] if arguments else evenement
        return Ouverture("processus", os.fsdecode(quoi) if isinstance(quoi, bytes) else str(quoi))
    if evenement == "import":
        module = str(arguments[0])
        if module.startswith(MULTIPLES):
            return Ouverture("processus", "multiprocessing")
        if module.partition(".")[0] in LECTEURS:
            return Ouverture("lecteur", module.partition(".")[0])
    return None


def _fichier(chemin: str, donnees: Path) -> Ouverture | None:
    """Return what a file is, by its name and by where it lies; None when it is nothing of ours."""
    if (
        "suivi" in chemin.lower()
        or chemin.lower().endswith(SAISIES)
        or not Path(chemin).is_absolute()
    ):
        fichier = Path(chemin).resolve()
        with suppress(ValueError):  # out of the data folder
            relatif = fichier.relative_to(donnees.resolve())
            parties = relatif.parts
            du_suivi = parties[:1] == ("conventions",) and parties[2:3] == ("suivi",)
            if du_suivi and fichier.is_file():
                return Ouverture("suivi", relatif.as_posix())
    if chemin.lower().endswith(CLASSEURS):
        return Ouverture("classeur", chemin)
    return None


def est_de_la_collecte(chemin: str) -> bool:
    """Tell whether a workbook or minutes come from the yearly collection, by what they say of
    themselves.
    """
    try:
        with zipfile.ZipFile(chemin) as archive:
            presentes = [nom for nom in PROPRIETES if nom in archive.namelist()]
            dites = b"".join(archive.read(nom) for nom in presentes)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return False
    return any(signature in dites for signature in SIGNATURES)


def qui_demande(evenement: str) -> str:
    """Return whose code is at work: "classeur" (ours), "paquet" (an installed package that is being
    imported, that imports another for itself, or that asks what the machine is), "carnet" (a cell,
    a script), "" when none is known.
    """
    for rang, cadre in enumerate(_cadres(sys._getframe(2))):
        module = cadre.f_globals.get("__name__", "")
        if module.startswith("ctglib."):
            return "classeur"
        fichier = cadre.f_code.co_filename
        est_installe = fichier.startswith(_INSTALLES)
        s_importe = est_installe and cadre.f_code.co_name == "<module>"
        importe_pour_lui = est_installe and evenement == "import" and rang == 0
        if module in SANS_LECTURE or s_importe or importe_pour_lui:
            return "paquet"
        if module == "__main__" and _est_de_l_auteur(cadre.f_code):
            return "carnet"
    return ""


def est_une_cellule() -> bool:
    """Tell whether a notebook runs in this process: what nobody's code asks for is a cell's, from
    another thread.
    """
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None


def _cadres(cadre: FrameType | None) -> Iterator[FrameType]:
    """Yield the frames of the code at work, the last one called first, but those of the watch and
    of Python's imports.
    """
    while cadre is not None:
        module = cadre.f_globals.get("__name__", "")
        est_de_la_veille = module in (__name__, "ctglib.donnees.lecture")
        if not est_de_la_veille and not module.startswith(("importlib", "_frozen_importlib")):
            yield cadre
        cadre = cadre.f_back


def _est_de_l_auteur(code: CodeType) -> bool:
    """Tell whether code of the main module is that of a cell, or of a script that somebody runs:
    not of an installed program.
    """
    return est_une_cellule() or (est_un_script() and not code.co_filename.startswith(_INSTALLES))


def est_un_script() -> bool:
    """Tell whether Python runs a file that somebody wrote, and no installed program."""
    principal = sys.modules["__main__"]
    fichier = getattr(principal, "__file__", None) or ""
    return fichier.endswith(".py") and getattr(principal, "__spec__", None) is None
