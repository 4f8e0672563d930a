"""The command line ``ctg``."""

import atexit
import gc
import sys


def main() -> None:
    """Run ``ctg`` and leave with its exit code."""
    from ctglib.commandes.application import lancer

    # All goes with the process: to look through it once more for garbage is a tenth of a short
    # command.
    atexit.register(gc.freeze)
    sys.exit(lancer(sys.argv[1:]))
