"""The command line ``ctg``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``ctg`` and leave with its exit code."""
    from ctglib.commandes.application import lancer

    sys.exit(lancer(sys.argv[1:]))
