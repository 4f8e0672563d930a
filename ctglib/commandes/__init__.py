"""The command line ``ctg``."""

import atexit
import gc
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

# What judges the program must not run the bytecode beside it: it may not be of its source.
SANS_CODE_COMPILE = "verifier"
_RELANCE = """\
import json, sys
sys.path[:] = json.loads(sys.argv.pop(1))
from ctglib.commandes.application import lancer
sys.exit(lancer(sys.argv[1:]))
"""


def main() -> None:
    """Run ``ctg`` and leave with its exit code."""
    if sys.argv[1:2] == [SANS_CODE_COMPILE]:
        sys.exit(_relancer(sys.argv[1:]))

    from ctglib.commandes.application import lancer

    # All goes with the process: to look through it once more for garbage is a tenth of a short
    # command.
    atexit.register(gc.freeze)
    sys.exit(lancer(sys.argv[1:]))


def _relancer(arguments: list[str]) -> int:
    """Run the command line in a process that compiles what it imports, and return its exit code.

    It is isolated as by ``-I``, but for where it keeps what it compiles: its own processes would
    get ``-I``, and not ``-X pycache_prefix``; the environment passes both on.
    """
    chemins = list(sys.path)
    if not sys.flags.safe_path:
        del chemins[0]  # the folder of the script, or the current one
    projet = str(Path(__file__).parents[2])
    if projet not in chemins:
        chemins.insert(0, projet)
    environnement = {
        nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("PYTHON")
    }
    commande = [sys.executable, "-s", "-P", "-c", _RELANCE, json.dumps(chemins), *arguments]
    with tempfile.TemporaryDirectory(prefix="ctg-") as compile_ici:
        environnement["PYTHONPYCACHEPREFIX"] = compile_ici
        with subprocess.Popen(commande, env=environnement) as enfant:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that works
            return enfant.wait()
