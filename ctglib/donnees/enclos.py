"""What comes from outside is parsed by a child process, bounded in memory and in time.

No reader of a format protects against a file made to hurt: 58 KB of a workbook take openpyxl
1.45 GB. The child may die of it; the command says so in French and goes on with the other files.

The parent opens the file, sends its bytes, and unpickles what the child answers: it trusts its own
code in the child, and not the file. What is bounded is what a parse takes; a reader that a file
would have taken over is not held here.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from xml.parsers import expat

from ctglib.donnees.fautes import DonneesInvalides, mots, refus

Objet = TypeVar("Objet")
# What the libraries that parse here raise for a file that is not one of theirs, or a broken one.
ILLISIBLE = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
    NotImplementedError,
    RecursionError,
    expat.ExpatError,
)
MEGA = 1024**2
MEMOIRE_MAX = 420 * MEGA  # resident, of the child
# What it may ask of Linux, which holds it there at once: the libraries reserve more than they use,
# duckdb thrice as much.
ADRESSES_MAX = 600 * MEGA
ADRESSES_DE_DUCKDB = 1536 * MEGA
SECONDES_MAX = 16  # of processor, for a file of ordinary size
# Seconds without using the processor: a child that waits will not end, one that a busy computer
# makes slow goes on. They are counted look by look, not by the clock: a computer may sleep.
ATTENTE_MAX = 120
PAUSE = 0.02  # between two looks at the child
_EPUISE = 3  # the exit code of a child that lacks memory
_EPUISES = (_EPUISE, -24)  # or seconds: SIGXCPU
_ENFANT = """\
import pickle, sys
sys.path[:] = pickle.load(sys.stdin.buffer)
from ctglib.donnees.enclos import servir
servir()
"""


class Enclos:
    """A child process that parses files one after the other; one that died is started anew."""

    def __init__(self) -> None:
        self._enfant: subprocess.Popen[bytes] | None = None
        self._secondes = 0.0  # of processor that the child may have used, at most
        self._lit = False  # it has a file to read
        self._attente = 0.0  # seconds since it was last seen to use the processor
        self._arrete = False  # past a bound

    def lire(
        self,
        lecteur: Callable[..., Objet],
        fichier: str | Path,
        *arguments: object,
        secondes: int = SECONDES_MAX,
        adresses: int = ADRESSES_MAX,
    ) -> Objet:
        """Return what a function of a module of ours gives, called in the child.

        A file that ends a child which has read others is read again by a new one, and judged by
        itself: what the others left in memory may have been too much.

        Args:
            lecteur: The function.
            fichier: Its first argument, the name of a file or the file itself: faults name it.
            arguments: The others.
            secondes: How long it may take the processor.
            adresses: How much memory it may ask for, used or not.

        Raises:
            DonneesInvalides: What the function refuses; or the file takes more than the bounds, or
                ends the child.
        """
        neuf = self._enfant is None
        enfant = self._enfant or self._lancer()
        self._enfant = enfant
        self._accorder(enfant, secondes)
        assert enfant.stdin is not None
        assert enfant.stdout is not None
        try:
            pickle.dump((secondes, adresses, lecteur, (fichier, *arguments)), enfant.stdin)
            enfant.stdin.flush()
            objet, fautes = pickle.load(enfant.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            self.fermer()
            if not neuf:
                return self.lire(lecteur, fichier, *arguments, secondes=secondes, adresses=adresses)
            trop_lourd = self._arrete or enfant.returncode in _EPUISES
            cle = "fichier_trop_lourd" if trop_lourd else "fichier_qui_arrete"
            bornes = {"mo": MEMOIRE_MAX // MEGA, "secondes": secondes}
            nom = fichier.name if isinstance(fichier, Path) else fichier
            raise refus(nom, *mots(cle, **bornes)) from None
        self._lit = False
        if fautes:
            raise DonneesInvalides(fautes)
        return objet

    def _lancer(self) -> subprocess.Popen[bytes]:
        """Start the child, which imports from where this process does."""
        options = ["-I"]
        if sys.pycache_prefix:  # ``ctg verifier`` runs no bytecode but its own
            options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
        enfant = subprocess.Popen(
            [sys.executable, *options, "-c", _ENFANT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what ends it is said by the fault
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )
        assert enfant.stdin is not None
        pickle.dump(sys.path, enfant.stdin)
        self._arrete = False
        self._lit = False
        threading.Thread(target=self._surveiller, args=(enfant,), daemon=True).start()
        return enfant

    def _accorder(self, enfant: subprocess.Popen[bytes], secondes: int) -> None:
        """Give the child its seconds for one more file."""
        import psutil

        with suppress(psutil.Error):
            temps = psutil.Process(enfant.pid).cpu_times()
            self._secondes = temps.user + temps.system + secondes
        self._attente = 0.0
        self._lit = True

    def _surveiller(self, enfant: subprocess.Popen[bytes]) -> None:
        """Kill the child at the first bound that it passes; only Linux holds it to its memory."""
        import psutil

        with suppress(psutil.Error):  # it has ended
            regarde = psutil.Process(enfant.pid)
            secondes_vues = 0.0
            while enfant.poll() is None:
                temps = regarde.cpu_times()
                secondes = temps.user + temps.system
                if secondes > secondes_vues:
                    secondes_vues = secondes
                    self._attente = 0.0
                else:
                    self._attente += PAUSE
                if self._lit and (
                    regarde.memory_info().rss > MEMOIRE_MAX
                    or secondes > self._secondes
                    or self._attente > ATTENTE_MAX
                ):
                    self._arrete = True
                    enfant.kill()
                    return
                time.sleep(PAUSE)

    def fermer(self) -> None:
        """End the child."""
        if self._enfant is not None:
            self._enfant.kill()
            self._enfant.communicate()
            self._enfant = None


_ouverts: list[Enclos] = []


@contextmanager
def ouvrir_enclos() -> Iterator[Enclos]:
    """Yield the enclosure that is open, or one that lasts as long as the block."""
    if _ouverts:
        yield _ouverts[-1]
        return
    enclos = Enclos()
    _ouverts.append(enclos)
    try:
        yield enclos
    finally:
        _ouverts.remove(enclos)
        enclos.fermer()


def servir() -> None:
    """Answer the parent, in the child, until it closes the pipe."""
    reponses = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints says nothing to the parent
    while True:
        try:
            secondes, adresses, lecteur, arguments = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        _se_borner(secondes, adresses)
        reponse: tuple[Any, tuple] = (None, ())
        try:
            reponse = (lecteur(*arguments), ())
        except DonneesInvalides as error:
            reponse = (None, error.fautes)
        except MemoryError:
            os._exit(_EPUISE)
        pickle.dump(reponse, reponses)
        reponses.flush()


def _se_borner(secondes: int, adresses: int) -> None:
    """Bound this process by the system too, where it can: an allocation is quicker than a look, and
    the parent may be killed.
    """
    if sys.platform == "win32":
        return
    import resource

    echeance = int(time.process_time()) + secondes + 1
    bornes = {resource.RLIMIT_AS: adresses, resource.RLIMIT_CPU: echeance}
    for borne, valeur in bornes.items():
        with suppress(ValueError, OSError):  # macOS refuses some
            resource.setrlimit(borne, (valeur, resource.getrlimit(borne)[1]))
