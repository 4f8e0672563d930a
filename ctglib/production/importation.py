"""Loading what a process needs, fast: papermill, its in-process kernel and nbconvert without what nothing here uses."""

from __future__ import annotations

import gc
import sys
import warnings
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# What is tried, and done without when it is absent (``with suppress(ImportError)``, ``try: … except ImportError``):
# more than a second that no report has a use for.
FACULTATIFS = (
    # jsonschema checks with them texts declared as « iri », « uri » or « duration », as none of a notebook is: the
    # first compiles a grammar as it is imported, 0.8 s, the second an expression, 0.02 s; the third loads a calendar.
    "rfc3987_syntax",
    "rfc3986_validator",
    "isoduration",
    "debugpy",  # ipykernel's debugger: a hundred modules, and nobody sets a breakpoint here
)
FACULTATIFS_DE_NBCONVERT = (
    "soupsieve",  # Beautiful Soup's selectors, which nbconvert does not use: 0.03 s of expressions
    "tornado.httpserver",  # the server of slides
)
ETUDES = ("ctglib.classeur.annuel.etudier", "highspy")  # what the study of a year needs
RAMASSAGE = 50_000  # objects made, and not let go of, between two looks for garbage; 700 by default
CLIENT_HTTP = "requests"  # papermill reads notebooks from the network too; ours are files


class _Remis(ModuleType):
    """Stands for a package that is loaded when something of it is used."""

    def __getattr__(self, nom: str) -> object:
        """Return what the package has under this name."""
        return getattr(import_module(self.__name__), nom)


@contextmanager
def sans(*paquets: str, remis: tuple[str, ...] = ()) -> Iterator[None]:
    """Make packages look as if they were not installed to what the block imports.

    A name that stands for None in ``sys.modules`` is, for an import, an absent package.

    Args:
        paquets: Their names.
        remis: Names of packages that the block imports, loaded when something of them is used.
    """
    places = dict.fromkeys(paquets) | {nom: _Remis(nom) for nom in remis}
    places = {nom: place for nom, place in places.items() if nom not in sys.modules}
    sys.modules.update(places)
    try:
        yield
    finally:
        for nom in places:
            del sys.modules[nom]


@contextmanager
def chargement() -> Iterator[None]:
    """Load in the block what stays until the process ends.

    Nothing of it is garbage, and looking for some is a fifth of the loading; collecting it again later would copy its
    pages in each worker. What a report makes after is seldom garbage either: it is looked for less often.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(RAMASSAGE)
        gc.enable()


def importer(modules: Iterable[str]) -> None:
    """Import modules by name."""
    for module in modules:
        import_module(module)


def importer_papermill() -> ModuleType:
    """Return papermill, with our engine known to it."""
    with sans(*FACULTATIFS, remis=(CLIENT_HTTP,)):
        import ipykernel.debugger  # noqa: F401
        import papermill
        from papermill.engines import papermill_engines

        from ctglib.production.moteur import MoteurCtg
    papermill_engines.register("ctg", MoteurCtg)
    return papermill


def importer_nbconvert() -> None:
    """Load nbconvert for a process that makes reports."""
    with sans(*FACULTATIFS_DE_NBCONVERT), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of soupsieve, which Beautiful Soup misses aloud
        import nbconvert  # noqa: F401
