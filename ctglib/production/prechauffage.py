"""What every report needs, loaded once: the forkserver imports this module, and its workers are born with it.

Nothing here may start a thread that a forked process would miss, nor read a data file: a read made before a report
would not be in its record.
"""

from __future__ import annotations

import signal
from datetime import date
from importlib import import_module

from ctglib.production.importation import ETUDES, chargement, importer, importer_nbconvert, importer_papermill
from ctglib.production.precoce import naitre

FORMAT_DES_CARNETS = (4, 5)
SIGNES_COURANTS = "".join(map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100))))
# Imported by the code where it is used, all of it by any report.
MODULES = (
    "IPython.core.application",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "babel.dates",
    "babel.numbers",
    "ctglib.classeur.annuel.ouverture",
    "ctglib.classeur.classeur",
    "ctglib.classeur.finale.ouverture",
    "ctglib.export.balises",
    "ctglib.export.exporteurs",
    "ctglib.export.typst",
    "ctglib.production.fabrication",
    "ctglib.graphiques.planche",
    "ipykernel.inprocess.blocking",
    "ipykernel.inprocess.ipkernel",
    "ipykernel.inprocess.manager",
    "jinja2.ext",
    "mistune.plugins.table",
    "pandas.core.methods.to_dict",
    "pandas.io.formats.csvs",
    "pandas.io.formats.string",
    "pikepdf",
    "psutil",
    "tornado.locks",
    "tornado.platform.asyncio",
    "tornado.queues",
    "typst",
    "uharfbuzz",
    "zmq.utils.garbage",
)


def prechauffer() -> None:
    """Load what every report needs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends the workers
    with chargement():
        importer(ETUDES)
    naitre()
    with chargement():
        importer_papermill()
        importer_nbconvert()
        importer(MODULES)
        _amorcer()


def _amorcer() -> None:
    """Do what is done at a first use and kept: schema of a notebook, French words, widths of signs."""
    import_module("nbformat.validator").get_validator(*FORMAT_DES_CARNETS)
    typographie = import_module("ctglib.document.typographie")
    typographie.date_longue(date.min)
    typographie.nombre(0)
    for gras in (False, True):
        import_module("ctglib.graphiques.textes").mesurer(SIGNES_COURANTS, 1.0, gras)


prechauffer()
