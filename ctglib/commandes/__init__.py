"""The command line ``ctg``."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    """Run ``ctg`` and leave with its exit code."""
    arguments = sys.argv[1:]
    from ctglib.commandes.messages import dire_refus

    try:
        if arguments[:1] == ["produire"]:
            from ctglib.production.pressentir import devancer

            devancer(arguments[1:])
    except OSError as error:
        sys.exit(dire_refus(error))
    from ctglib.commandes.application import lancer

    code = lancer(arguments)
    gc.freeze()  # Python looks for garbage twice as it ends: a tenth of a second, for what goes anyway
    sys.exit(code)
