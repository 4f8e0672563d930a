"""What a worker does: make one report, run its notebook and export it. It writes nothing: the parent does."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE, Journal, enregistrer
from ctglib.production.echec import Echec, RapportEchoue
from ctglib.production.paroles import refuser_les_paroles
from ctglib.production.plan import INTERNE, RESUMES, Carnet, Commande
from ctglib.production.pool import annoncer

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ctglib.document.blocs import Couverture

STATUT = "Statut"
EXPORTEURS = {
    "html": "ExporteurHTML",
    "pdf": "ExporteurPDF",
    "docx": "ExporteurDOCX",
    "resume.pdf": "ExporteurPDF",
    "resume.docx": "ExporteurDOCX",
    "presentation.pptx": "ExporteurPresentation",
    "presentation.pdf": "ExporteurPresentationPDF",
}


@dataclass(frozen=True)
class Tache:
    """An order as it is handed to a worker.

    Attributes:
        commande: Which report.
        moteur: ``ctg`` or ``standard``.
        donnees: The data folder, when it is not the project's.
        temporaire: Where to put temporary files, the system's folder when empty.
    """

    commande: Commande
    moteur: str
    donnees: str | None
    temporaire: str = ""


@dataclass(frozen=True)
class Fabrication:
    """A report made and not yet written.

    Attributes:
        carnet: Fingerprint of the notebook that ran.
        contenus: The bytes of each file, by its path in the folder of the convention's reports.
        journal: What the library asked of the data folder meanwhile.
        page: What the portal and an archive say of it: titre, carnet, territoire, sujet, avertissement, statut, date.
        mesures: Seconds by step, and « memoire », the worker's peak in MB where the system tells it.
    """

    carnet: str
    contenus: dict[str, bytes]
    journal: Journal
    page: dict[str, str]
    mesures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Etude:
    """The study of a year, worked out: what it read, and the fingerprints of its parts."""

    journal: Journal
    parts: dict[str, str]


def fabriquer(tache: Tache) -> Fabrication | Echec:
    """Return a report made, or what its notebook died of."""
    from ctglib.production.moteur import executer

    _s_installer(tache.donnees, tache.temporaire)
    commande, mesures = tache.commande, {}
    try:
        fingerprint = Carnet(commande.carnet).empreinte
        with _chronometre(mesures, "total"), enregistrer() as journal:
            with _chronometre(mesures, "execution"):
                carnet = executer(commande.carnet, dict(commande.parametres), tache.moteur, journal)
            _refuser_les_bruts(commande, journal)
            contenus, page = _exporter(carnet, commande, mesures)
    except RapportEchoue as error:
        return error.echec
    return Fabrication(fingerprint, contenus, journal, page, {**mesures, **_memoire()})


def _refuser_les_bruts(commande: Commande, journal: Journal) -> None:
    """Refuse a public report whose notebook read the follow-up as entered, by ``brut=True`` or file by file."""
    if commande.diffusion == INTERNE or not journal.bruts:
        return
    read = "".join(f"\n- {nom}" for nom in journal.bruts)
    raise RapportEchoue(
        Echec(
            carnet=commande.carnet.name,
            cause=f"Le carnet {commande.carnet.name} lit des effectifs bruts, qu'un rapport public ne peut contenir.",
            details=f"Fichiers lus tels que saisis :{read}",
            remede="Retirer brut=True et passer par ouvrir_bilan, ouvrir_evaluation ou lire_suivi, qui masquent les "
            "petits effectifs ; ou en faire un document interne (ctg produire --diffusion interne).",
        )
    )


def etudier(nom: str, donnees: str | None) -> Etude | None:
    """Work out a study, which the reports of this production then share; None when its data do not hold.

    Args:
        nom: « etude/convention/annee/diffusion ».
        donnees: The data folder, when it is not the project's.
    """
    from ctglib.blocs import annee as annuel

    _s_installer(donnees)
    _, convention, annee, diffusion = nom.split("/")
    try:
        with enregistrer() as journal:
            found = annuel.etudier(convention, int(annee), diffusion)
    except DonneesInvalides:
        return None
    return Etude(journal, annuel.parts(found))


def _s_installer(donnees: str | None, temporaire: str = "") -> None:
    """Read the data, and write temporary files, where the parent says."""
    if donnees is None:
        os.environ.pop(VARIABLE, None)
    else:
        os.environ[VARIABLE] = donnees
    if temporaire:
        os.environ["TMPDIR"] = tempfile.tempdir = temporaire


def _exporter(
    carnet: NotebookNode, commande: Commande, mesures: dict[str, float]
) -> tuple[dict[str, bytes], dict[str, str]]:
    from ctglib import export
    from ctglib.export.document import CarnetImpubliable

    annoncer("")
    with _chronometre(mesures, "html"):
        try:
            html, ressources = export.ExporteurHTML().from_notebook_node(carnet)
        except CarnetImpubliable as error:
            raise RapportEchoue(Echec.de_l_erreur("ValueError", str(error), carnet=commande.carnet.name)) from error
    page = ressources["page"]
    try:
        refuser_les_paroles(commande, page)
    except DonneesInvalides as error:
        raise RapportEchoue(Echec.de_l_erreur("DonneesInvalides", str(error), carnet=commande.carnet.name)) from error
    contenus = {f"{commande.cle}/{nom}.csv": texte.encode("utf-8") for nom, texte in ressources["tableaux"].items()}
    contenus |= page.pieces
    if "html" in commande.formats:
        contenus[f"{commande.cle}.html"] = html.encode("utf-8")
    for suffixe in [kind for kind in commande.formats if kind != "html"]:
        with _chronometre(mesures, suffixe):
            exporteur = getattr(export, EXPORTEURS[suffixe])()
            shown = page.resume if suffixe in RESUMES else page
            contenus[f"{commande.cle}.{suffixe}"] = exporteur.from_notebook_node(carnet, {"page": shown})[0]
    return contenus, {"titre": page.titre, "carnet": commande.carnet.name, **_couverture(page.couverture)}


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
    debut, cpu = time.perf_counter(), sum(os.times()[:4])
    yield
    mesures[nom] = time.perf_counter() - debut
    mesures[f"{nom}_cpu"] = sum(os.times()[:4]) - cpu
