"""The command line ``ctg``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``ctg`` and leave with its exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["produire"]:
        from ctglib.production.pressentir import devancer

        devancer(arguments[1:])
    from ctglib.commandes.application import lancer

    sys.exit(lancer(arguments))
