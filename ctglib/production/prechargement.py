"""What the forkserver imports first: papermill and its kernel, as the engine loads them (see ``pool.PRECHARGES``).

Nothing here may start a thread that a forked process would miss, nor keep anything of a data file: a read made before a
report would not be in its record.
"""

from __future__ import annotations

import gc
import signal
from contextlib import suppress

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.graphiques.planche import prepare
from ctglib.production.moteur import charger_papermill

signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, who ends the workers
gc.disable()  # nothing that stays loaded is garbage; each worker turns it on again (``pool.servir``)
charger_papermill()
with suppress(DonneesInvalides):  # of the charter, which the command or a report will tell
    prepare()
