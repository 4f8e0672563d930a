"""What a worker does: make one report, run its notebook and export it. It writes nothing: the parent does."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NamedTuple

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE, Journal, enregistrer
from ctglib.production.echec import Echec, RapportEchoue
from ctglib.production.paroles import fautes_de
from ctglib.production.plan import INTERNE, RESUMES, Carnet, Commande
from ctglib.production.pool import annoncer

if TYPE_CHECKING:
    from nbformat import NotebookNode


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


class Tache(NamedTuple):
    """An order as it is handed to a worker."""

    commande: Commande
    moteur: str
    donnees: str | None  # the data folder, when it is not the project's
    temporaire: str = ""  # where to put temporary files, the system's folder when empty


class Fabrication(NamedTuple):
    """A report made and not yet written."""

    carnet: str  # fingerprint of the notebook that ran
    contenus: dict[str, bytes]  # of each file, by its path in the folder of the convention's reports
    journal: Journal  # what the library asked of the data folder meanwhile
    page: dict[str, str]  # what the portal and an archive say of it
    mesures: dict[str, float]  # seconds by step, and « memoire », the worker's peak in MB where the system tells it


class Etude(NamedTuple):
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
            if commande.diffusion != INTERNE and journal.bruts:
                raise RapportEchoue(_effectifs_bruts(commande.carnet.name, journal))
            contenus, page = _exporter(carnet, commande, mesures)
    except RapportEchoue as error:
        return error.echec
    with suppress(ImportError):  # Windows does not count the peak of a process
        import resource

        mesures["memoire"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    return Fabrication(fingerprint, contenus, journal, page, mesures)


def _effectifs_bruts(carnet: str, journal: Journal) -> Echec:
    """Return the failure of a public report whose notebook read the follow-up as entered, whole or file by file."""
    return Echec(
        carnet=carnet,
        cause=f"Le carnet {carnet} lit des effectifs bruts, qu'un rapport public ne peut contenir.",
        details="Fichiers lus tels que saisis :" + "".join(f"\n- {nom}" for nom in journal.bruts),
        remede="Retirer brut=True et passer par ouvrir_bilan, ouvrir_evaluation ou lire_suivi, qui masquent les petits "
        "effectifs ; ou en faire un document interne (ctg produire --diffusion interne).",
    )


def etudier(nom: str, donnees: str | None) -> Etude | None:
    """Work out « etude/convention/annee/diffusion », which the reports then share; None when its data do not hold."""
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
    """Return the files of a report by path, and what its cover says that the portal and an archive repeat."""
    from ctglib import export
    from ctglib.export.document import CarnetImpubliable

    annoncer("")
    try:
        with _chronometre(mesures, "html"):
            html, ressources = export.ExporteurHTML().from_notebook_node(carnet)
        page = ressources["page"]
        if faults := fautes_de(commande, page):
            raise DonneesInvalides(faults)
    except (CarnetImpubliable, DonneesInvalides) as error:
        echec = Echec.de_l_erreur(type(error).__name__, str(error), carnet=commande.carnet.name)
        raise RapportEchoue(echec) from error
    contenus = {f"{commande.cle}/{nom}.csv": texte.encode("utf-8") for nom, texte in ressources["tableaux"].items()}
    contenus |= page.pieces
    for suffixe in commande.formats:
        if suffixe == "html":
            contenus[f"{commande.cle}.html"] = html.encode("utf-8")
            continue
        with _chronometre(mesures, suffixe):
            shown = page.resume if suffixe in RESUMES else page
            exporteur = getattr(export, EXPORTEURS[suffixe])()
            contenus[f"{commande.cle}.{suffixe}"] = exporteur.from_notebook_node(carnet, {"page": shown})[0]
    cover = page.couverture
    said = {name: getattr(cover, name, "") for name in ("territoire", "sujet", "avertissement", "date")}
    statut = dict(cover.mentions if cover else ()).get(STATUT, "")
    return contenus, {"titre": page.titre, "carnet": commande.carnet.name, **said, "statut": statut}


@contextmanager
def _chronometre(mesures: dict[str, float], nom: str) -> Iterator[None]:
    """Note the seconds of a block under ``nom``, and those of the processor under ``nom_cpu``."""
    debut, cpu = time.perf_counter(), sum(os.times()[:4])
    yield
    mesures[nom] = time.perf_counter() - debut
    mesures[f"{nom}_cpu"] = sum(os.times()[:4]) - cpu
