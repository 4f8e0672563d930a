"""papermill and its in-process kernel, imported without what nothing here uses of them."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# jsonschema tries this package to check texts declared as « iri », and does without when it is absent (``with
# suppress(ImportError)``). It compiles a grammar as it is imported: 0.8 s, two thirds of papermill's import. No schema
# of a notebook declares an « iri ».
GRAMMAIRE = "rfc3987_syntax"
# ipykernel's debugger tries this one (``try: … except ImportError``): a hundred modules. Nobody sets a breakpoint here.
DEBOGUEUR = "debugpy"


@contextmanager
def sans(*paquets: str) -> Iterator[None]:
    """Make packages look as if they were not installed to what the block imports.

    A name that stands for None in ``sys.modules`` is, for an import, an absent package.
    """
    absents = [nom for nom in paquets if nom not in sys.modules]
    sys.modules.update(dict.fromkeys(absents))
    try:
        yield
    finally:
        for nom in absents:
            del sys.modules[nom]


def importer_papermill() -> ModuleType:
    """Return papermill, with our engine known to it."""
    with sans(GRAMMAIRE, DEBOGUEUR):
        import ipykernel.debugger  # noqa: F401
        import papermill
        from papermill.engines import papermill_engines

        from ctglib.production.moteur import MoteurCtg
    papermill_engines.register("ctg", MoteurCtg)
    return papermill
