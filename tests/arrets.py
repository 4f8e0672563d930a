"""A command stopped at each of its writes in the data folder, one run after the other.

    python arrets.py mort|plein DONNÉES DOSSIER COMMANDE…

« mort »: the process ends there, as if it were killed. « plein »: what is asked of the disk there
fails. A run is a child of this program, where all is loaded; it has a copy of the data of its own.
After each, the next command is run; a line of JSON then says what became of the data.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from ctglib.commandes.application import lancer
from ctglib.donnees.ecriture import VERROU
from ctglib.donnees.lecture import VARIABLE

MORT = 9
ECRITURES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "fsync")
DU_DISQUE = ("open", "os.mkdir", "fsync")  # what a full disk refuses


def arreter(dossier: Path, rang: int, mode: str) -> Callable[[], int]:
    """Stop this process at the write of this rank in a folder, at none for 0; return what gives
    their number.
    """
    comptes = 0

    def compter(evenement: str, *arguments: object) -> None:
        nonlocal comptes
        comptes += 1
        if comptes != rang:
            return
        if mode == "mort":
            os._exit(MORT)
        if evenement in DU_DISQUE:
            raise OSError(28, "No space left on device")
        if evenement == "os.rename":
            raise PermissionError(13, "The process cannot access the file")

    def guetter(evenement: str, arguments: tuple) -> None:
        ecrit = evenement in ECRITURES
        if evenement == "open":
            ecrit = bool(arguments[2] & (os.O_WRONLY | os.O_RDWR))
        if ecrit and str(arguments[0]).startswith(str(dossier)):
            compter(evenement)

    vrai = os.fsync

    def fsync(descriptor: int) -> None:
        compter("fsync")
        vrai(descriptor)

    sys.addaudithook(guetter)
    os.fsync = fsync
    return lambda: comptes


def dans_un_enfant(faire: Callable[[], int]) -> int:
    """Return the exit code of a child of this process that does something."""
    enfant = os.fork()
    if not enfant:
        code = 1
        try:
            code = faire()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1])


def commander(donnees: Path, arguments: list[str], dit: Path, rang: int = 0, mode: str = "") -> int:
    os.environ[VARIABLE] = str(donnees)
    nombre = arreter(donnees, rang, mode)
    texte = io.StringIO()
    with redirect_stdout(texte), redirect_stderr(texte):
        code = lancer(arguments)
    dit.write_text(json.dumps([nombre(), texte.getvalue()]), encoding="utf-8")
    return code


def etat(donnees: Path) -> dict[str, str]:
    """Return each file of a data folder, with its rights; not the lock nor the key, at random."""
    contenus = {}
    for path in sorted(donnees.rglob("*")):
        if path.name in (VERROU, ".cle"):
            continue
        octets = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        contenus[path.relative_to(donnees).as_posix()] = f"{path.stat().st_mode:o} {octets}"
    return contenus


def main(mode: str, donnees: Path, dossier: Path, *arguments: str) -> None:
    import ctglib.collecte.import_convention
    import ctglib.collecte.importer
    import ctglib.donnees.officiels
    import ctglib.secret.publication  # noqa: F401

    dit = dossier / "dit.txt"
    modele = Path(shutil.copytree(donnees, dossier / "modele"))
    ancien = etat(modele)
    code = dans_un_enfant(lambda: commander(modele, [*arguments], dit))
    nombre, texte = json.loads(dit.read_text(encoding="utf-8"))
    nouveau = etat(modele)
    assert code == 0 and nouveau != ancien, texte
    for rang in range(1, nombre + 1):
        copie = Path(shutil.copytree(donnees, dossier / "copie"))
        code = dans_un_enfant(lambda: commander(copie, [*arguments], dit, rang, mode))  # noqa: B023
        message = "" if code == MORT else json.loads(dit.read_text(encoding="utf-8"))[1]
        brut = etat(copie)
        dans_un_enfant(lambda: commander(copie, ["source", "liste"], dit))  # noqa: B023
        apres = etat(copie)
        essai = {
            "rang": rang,
            "code": code,
            "dit": message,
            "laisse": _nommer(brut, ancien, nouveau),
            "apres": _nommer(apres, ancien, nouveau),
        }
        sys.stdout.write(json.dumps(essai) + "\n")
        shutil.rmtree(copie)


def _nommer(trouve: dict[str, str], ancien: dict[str, str], nouveau: dict[str, str]) -> str:
    """Return which state of the data this one is; else in which files it differs from the old."""
    if trouve == ancien:
        return "ancien"
    if trouve == nouveau:
        return "nouveau"
    differents = set(trouve.items()) ^ set(ancien.items())
    return "autre : " + ", ".join(sorted({nom for nom, _ in differents}))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), *sys.argv[4:])
