"""Which conventions there are: known without loading what reads them."""

from __future__ import annotations

from ctglib.donnees.lecture import lister

DOSSIER = "conventions"


def conventions() -> tuple[str, ...]:
    """Return the names of the conventions: the folders of ``conventions``, sorted."""
    return tuple(name.removesuffix("/") for name in lister(DOSSIER) if name.endswith("/"))
