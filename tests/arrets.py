"""A command stopped at each of its writes, one run after the other.

    python arrets.py mort|plein PART/PARTS LIEU DOSSIER COMMANDE…

« mort »: the process ends there, as if it were killed. « plein »: what is asked of the disk there
fails. A run is a child of this program, where all is loaded; it has a copy of its own of a folder,
LIEU, where the command is typed and all of its writes are watched: « donnees », « provisoires »,
which stands for the system's temporary folder, and with them reports or notebooks. The reports are
made in the process itself, which takes no time to start. After each, the next command is run; where
that leaves another state than the old or the new, the same command again. A line of JSON says what
became of the folder.

« 2/3 » is the second of three thirds of the writes: 2, 5, 8…
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

from ctglib.commandes.application import lancer
from ctglib.donnees.ecriture import VERROU
from ctglib.donnees.lecture import VARIABLE
from ctglib.production import pool

MORT = 9
ECRITURES = ("os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.chmod", "fsync")
PROVISOIRES = "provisoires"
DER = b"\x30"  # what a signature begins with
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
        if not ecrit or isinstance(arguments[0], int):  # of a file that is open already
            return
        chemin = os.path.abspath(os.fsdecode(arguments[0]))  # noqa: PTH100
        if chemin.startswith(str(dossier)):
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


@contextmanager
def executeur_de_ce_processus(**_: object) -> Iterator[tuple[Executor, int]]:
    """Yield what makes the reports in a thread of this process."""
    with ThreadPoolExecutor(1) as executeur:
        yield executeur, 1


def commander(lieu: Path, arguments: list[str], dit: Path, rang: int = 0, mode: str = "") -> int:
    """Run a command in a folder, stopped at one of its writes; write how many there are, and what it
    says.
    """
    os.environ[VARIABLE] = str(lieu / "donnees")
    if arguments[0] == "ouvrir":  # its icon goes to the home of who asks for it
        os.environ["HOME"] = str(lieu)
    tempfile.tempdir = str(lieu / PROVISOIRES)
    os.chdir(lieu)
    pool.ouvrir_executeur = executeur_de_ce_processus
    nombre = arreter(lieu, rang, mode)
    texte = io.StringIO()
    with redirect_stdout(texte), redirect_stderr(texte):
        code = lancer(arguments)
    dit.write_text(json.dumps([nombre(), texte.getvalue()]), encoding="utf-8")
    return code


def etat(donnees: Path) -> dict[str, str]:
    """Return each file of a folder, with its rights; not the locks nor the key, at random. A
    signature, which bears the time, is only told to be one.
    """
    contenus = {}
    for path in sorted(donnees.rglob("*")):
        if path.name in (VERROU, ".cle"):
            continue
        octets = ""
        if path.is_file():
            contenu = path.read_bytes()
            octets = hashlib.sha256(contenu).hexdigest()
            if path.suffix == ".p7s" and contenu.startswith(DER):
                octets = "une signature"
        contenus[path.relative_to(donnees).as_posix()] = f"{path.stat().st_mode:o} {octets}"
    return contenus


def main(mode: str, part: str, lieu: Path, dossier: Path, *arguments: str) -> None:
    import ctglib.atelier.ordinaires
    import ctglib.collecte.import_convention
    import ctglib.collecte.importer
    import ctglib.donnees.ajout
    import ctglib.donnees.officiels
    import ctglib.export.document
    import ctglib.production.archive
    import ctglib.production.cloture
    import ctglib.production.moteur
    import ctglib.production.prechargement
    import ctglib.production.signature
    import ctglib.secret.publication  # noqa: F401

    premier, parts = map(int, part.split("/"))
    dit = dossier / "dit.txt"
    # Where the copies will be: what is written may say where it is.
    modele = Path(shutil.copytree(lieu, dossier / "copie"))
    ancien = etat(modele)
    code = dans_un_enfant(lambda: commander(modele, [*arguments], dit))
    nombre, texte = json.loads(dit.read_text(encoding="utf-8"))
    nouveau = etat(modele)
    assert code == 0 or nouveau != ancien, texte
    shutil.rmtree(modele)
    for rang in range(premier, nombre + 1, parts):
        copie = Path(shutil.copytree(lieu, dossier / "copie"))
        code = dans_un_enfant(lambda: commander(copie, [*arguments], dit, rang, mode))  # noqa: B023
        message = "" if code == MORT else json.loads(dit.read_text(encoding="utf-8"))[1]
        brut = etat(copie)
        dans_un_enfant(lambda: commander(copie, ["source", "liste"], dit))  # noqa: B023
        apres = _nommer(etat(copie), ancien, nouveau)
        fini = apres
        if apres not in ("ancien", "nouveau"):
            dans_un_enfant(lambda: commander(copie, [*arguments], dit))  # noqa: B023
            fini = _nommer(etat(copie), ancien, nouveau)
        essai = {
            "rang": rang,
            "code": code,
            "dit": message,
            "laisse": _nommer(brut, ancien, nouveau),
            "apres": apres,
            "fini": fini,
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
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]), *sys.argv[5:])
