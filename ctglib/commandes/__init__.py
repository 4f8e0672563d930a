"""The command line ``ctg``."""

import sys


def main() -> None:
    """Run ``ctg`` and leave with its exit code."""
    from ctglib.commandes.application import lancer

    sys.exit(lancer(sys.argv[1:]))
