"""Making one report: run its notebook, export it. It writes nothing: what it gives back, the parent writes."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import VARIABLE, Journal, enregistrer
from ctglib.production.avancement import Etape, annoncer
from ctglib.production.echec import Echec, RapportEchoue
from ctglib.production.execution import STANDARD, executer
from ctglib.production.identite import empreinte
from ctglib.production.noyau import journal_du_noyau
from ctglib.production.rapports import Carnet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

    from ctglib.document.couverture import Couverture
    from ctglib.production.rapports import Commande

FORMATS = ("html", "pdf", "docx")
STATUT = "Statut"


@dataclass(frozen=True)
class Tache:
    """An order as it is handed to a worker: which report, by which engine, from which data folder."""

    commande: Commande
    moteur: str
    donnees: str | None


@dataclass(frozen=True)
class Fabrication:
    """A report made and not yet written.

    Attributes:
        carnet: Fingerprint of the notebook that ran.
        contenus: The bytes of each file, by its path in the folder of the convention's reports.
        journal: What the library asked of the data folder meanwhile.
        page: What the portal and an archive say of the report: titre, territoire, sujet, avertissement, statut, date.
        mesures: Seconds by step, and « memoire », the worker's peak in MB where the system tells it.
    """

    carnet: str
    contenus: dict[str, bytes]
    journal: Journal
    page: dict[str, str]
    mesures: dict[str, float] = field(default_factory=dict)


def fabriquer(tache: Tache) -> Fabrication | Echec:
    """Return a report made, or what its notebook died of."""
    if tache.donnees is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = tache.donnees
    try:
        return _fabriquer(tache)
    except RapportEchoue as error:
        return error.echec


def _fabriquer(tache: Tache) -> Fabrication:
    mesures: dict[str, float] = {}
    notebook = empreinte(Carnet(tache.commande.carnet).octets)
    with _chronometre(mesures, "total"), enregistrer() as journal:
        with _chronometre(mesures, "execution"):
            carnet = _executer(tache, journal)
        contenus, page = _exporter(carnet, tache.commande, mesures)
    return Fabrication(notebook, contenus, journal, page, {**mesures, **_memoire()})


def _executer(tache: Tache, journal: Journal) -> NotebookNode:
    parametres = dict(tache.commande.parametres)
    if tache.moteur != STANDARD:
        return executer(tache.commande.carnet, parametres)
    with journal_du_noyau(journal):
        return executer(tache.commande.carnet, parametres, STANDARD)


def _exporter(
    carnet: NotebookNode, commande: Commande, mesures: dict[str, float]
) -> tuple[dict[str, bytes], dict[str, str]]:
    from ctglib import export
    from ctglib.export.document import CarnetImpubliable

    annoncer(Etape())
    with _chronometre(mesures, "html"):
        try:
            html, ressources = export.ExporteurHTML().from_notebook_node(carnet)
        except CarnetImpubliable as error:
            raise RapportEchoue(Echec.de_l_erreur("ValueError", str(error), carnet=commande.carnet.name)) from error
    page = ressources["page"]
    contenus = {f"{commande.cle}/{nom}.csv": texte.encode("utf-8") for nom, texte in ressources["tableaux"].items()}
    if "html" in commande.formats:
        contenus[f"{commande.cle}.html"] = html.encode("utf-8")
    for suffixe, exporteur in (("pdf", "ExporteurPDF"), ("docx", "ExporteurDOCX")):
        if suffixe in commande.formats:
            with _chronometre(mesures, suffixe):
                contenus[f"{commande.cle}.{suffixe}"] = getattr(export, exporteur)().from_notebook_node(
                    carnet, {"page": page}
                )[0]
    return contenus, {"titre": page.titre, **_couverture(page.couverture)}


def _couverture(couverture: Couverture | None) -> dict[str, str]:
    """Return what the cover says that the portal and an archive repeat."""
    said = {name: getattr(couverture, name, "") for name in ("territoire", "sujet", "avertissement", "date")}
    return {**said, "statut": dict(couverture.mentions if couverture else ()).get(STATUT, "")}


def _memoire() -> dict[str, float]:
    """Return the peak of this process in MB; Windows has no such count."""
    try:
        import resource
    except ImportError:
        return {}
    return {"memoire": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6}


@contextmanager
def _chronometre(mesures: dict[str, float], nom: str) -> Iterator[None]:
    """Note the seconds of a block under ``nom``, and those of the processor under ``nom_cpu``."""
    debut, cpu = time.perf_counter(), _processeur()
    yield
    mesures[nom] = time.perf_counter() - debut
    mesures[f"{nom}_cpu"] = _processeur() - cpu


def _processeur() -> float:
    """Return the seconds of processor of this process and of the programs it has waited for."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
