"""What the forkserver imports first: papermill, the reports, their writers, what they compile.

Nothing here may start a thread that a forked process would miss, nor keep anything of a data file:
a read made before a report would not be in its record.
"""

import gc
import signal
from importlib import import_module
from pkgutil import iter_modules

from ctglib import rapports
from ctglib.export.formats import DU_CLASSEUR
from ctglib.production.moteur import charger_papermill

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends the workers
# nothing that stays loaded is garbage; each worker turns it on again (``pool.servir``)
gc.disable()
charger_papermill()
RAPPORTS = [module.name for module in iter_modules(rapports.__path__, "ctglib.rapports.")]
ECRIVAINS = {"ctglib.export.exporteurs": None} | {sorte.module: None for sorte in DU_CLASSEUR}
# What the engine, a notebook and their readings import as they begin.
DEBUT = ["ctglib.production.paroles", "ctglib.atelier.carnet", "babel.numbers"]
for nom in (*RAPPORTS, *ECRIVAINS, *DEBUT):
    import_module(nom)
nbformat = import_module("nbformat")
nbformat.validate(nbformat.v4.new_notebook())  # compiles the schema of notebooks
html = import_module("ctglib.export.html")
for modele in ("page.html.j2", "blocs.html.j2"):
    html.modeles().get_template(modele)
figure = import_module("ctglib.document.figure")
with figure.charter_style():  # style and fonts: found at a first drawing, and kept
    dessin = import_module("matplotlib.figure").Figure()
    dessin.add_axes((0, 0, 1, 1)).text(0, 0, "1", weight=700)
    figure.svg(dessin, "", "", "large")
