"""The pages of the desk, and the forms that they post.

What reads or writes the data runs in one thread: the library keeps what it reads by process. The
token of a form is among what it posts, never in an address, which a history would keep.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlparse

from jupyter_server.auth.decorator import allow_unauthenticated
from jupyter_server.base.handlers import JupyterHandler
from tornado import httputil, web
from tornado.iostream import StreamClosedError

from ctglib.bureau.demandes import courriels, paquet
from ctglib.bureau.depot import Depot, deposer, reprendre
from ctglib.bureau.etat import MOTS, Lecteur, lieu_de, texte_de
from ctglib.bureau.formulaire import Partie, enregistrer, formulaire, situer
from ctglib.bureau.memoire import (
    Demandes,
    noter_les_demandes,
    noter_les_retours,
    se_souvenir,
)
from ctglib.bureau.officiels import Apport
from ctglib.bureau.publies import (
    fichier_publie,
    pages_de_l_an_dernier,
    pour_le_comite,
    rapports_de,
)
from ctglib.bureau.travail import Travail, clore_l_annee, produire_l_annee
from ctglib.collecte.feuilles import ouvrir_cadre
from ctglib.collecte.manques import demandes
from ctglib.donnees.cloture import est_close
from ctglib.donnees.fautes import DonneesInvalides, Empechement, Faute
from ctglib.donnees.lecture import conventions
from ctglib.production import plan

T = TypeVar("T")
OCTETS_MAX = 20 * 1024**2  # of what is posted at once
DEPOTS_GARDES = 20
JETON = "_xsrf"  # as tornado reads it, in a form
ANNONCES = 0.5  # seconds between two looks at a piece of work
ICI = Path(__file__).parent
EXPORT = ICI.parent / "export"
# A page of the desk runs its own script and nothing else, and is in no frame.
POLITIQUE = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
    " font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
# A report runs nothing, and asks for nothing.
POLITIQUE_DES_RAPPORTS = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:;"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
ENTETES = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".csv": "text/csv; charset=utf-8",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".zip": "application/zip",
}
A_TELECHARGER = (".csv", ".docx", ".odt", ".xlsx", ".pptx", ".zip")
INTERDIT_DANS_UN_NOM = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]')


class Bureau:
    """What the pages share while the server is up."""

    def __init__(self, sortie: Path, carnets: Path, depots: Path) -> None:
        self.sortie = sortie
        self.carnets = carnets
        self.dossier_des_depots = depots
        self.lecteur = Lecteur(sortie, carnets)
        self.depots: dict[str, Depot] = {}
        self.formulaires: dict[str, tuple[Partie, ...]] = {}
        self.apport: Apport | None = None  # the last official files that were dropped
        self.travail: Travail | None = None
        self.atelier: subprocess.Popen[bytes] | None = None
        self.fil = ThreadPoolExecutor(1, thread_name_prefix="bureau")
        self.quitter: Callable[[], object] | None = None  # ends the server, a page later
