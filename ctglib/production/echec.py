"""Why a report could not be made, in words its reader can act upon, and the page that says so."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from ctglib.donnees.lecture import publiable
from ctglib.production.manifeste import Trace
from ctglib.production.plan import INTERNE, Carnet, Commande

MODELES = Path(__file__).parent / "modeles"
EXPORT = Path(__file__).parents[1] / "export"  # of style sheets; its modules would load nbconvert

# where each fault begins in the message of a ``DonneesInvalides``: « - conventions/harnes/… »
FAUTE = re.compile(r"^(?=- (?:catalogue|conventions|schemas|sources)/)", re.MULTILINE)


@cache
def phrases() -> dict[str, Any]:
    """Return ``echecs.yaml``: causes by name of error, remedies, refusals (``dire_refus``)."""
    import yaml

    return yaml.safe_load((MODELES / "echecs.yaml").read_text(encoding="utf-8"))


def dire_refus(cle: str, **valeurs: object) -> str:
    """Return the words of ``echecs.yaml`` for a refusal: why, and what to do. Raises nothing."""
    return phrases()["refus"][cle].format(**valeurs)


@dataclass(eq=False)
class Panne(Exception):
    """Why a task gave nothing, as texts: the parent process may not have the class of the error."""

    # the name of the error; « perdu » when the process ended before the task, « delai » when a step
    # took too long
    sorte: str
    dit: str = ""  # what the error says, or the code that the process ended with
    trace: str = ""
    etape: str | None = None  # source of the cell it was at; "" after the cells, None before them


@dataclass(eq=False)
class Echec(Exception):
    """A report that could not be made: where, why, and what to do."""

    cause: str  # one sentence
    remede: str
    carnet: str = ""  # file name of the notebook, when it is the notebook that stopped
    cellule: int | None = None  # counted from 1 as the notebook is delivered
    section: str = ""  # the heading above that cell
    ligne: int | None = None  # within the cell
    code: str = ""  # that line
    # what else there is to say: the faults of the data, the trace of a fault of ours
    details: str = ""

    @classmethod
    def de(cls, sorte: str, dit: str, **lieu: Any) -> Echec:
        """Return a failure in the words that ``echecs.yaml`` has for it.

        Args:
            sorte: The name of an error, or a key of ours in ``causes`` (« delai », « bruts »).
            dit: What the error says: the cause on its first line, then the details.
            **lieu: Where it failed: other fields of the failure.
        """
        cause, _, details = dit.strip().partition("\n")
        if sorte == "DonneesInvalides":
            cause = cause.removesuffix(" :")
        causes = phrases()["causes"]
        if sorte not in causes:
            cause = f"{sorte} : {cause or sorte}"
            sorte = "autre"
        modele, remede = causes[sorte]
        champs = {"details": details, **lieu}
        return cls(modele.format(dit=cause or sorte), phrases()["remedes"][remede], **champs)

    @property
    def lieu(self) -> str:
        """Where it failed, empty when it is not in a notebook."""
        if self.cellule is None:
            return ""
        section = f", section « {self.section} »" if self.section else ""
        ligne = f", ligne {self.ligne}" if self.ligne else ""
        return f"Le carnet {self.carnet} s'est arrêté à la cellule {self.cellule}{section}{ligne}."

    def __str__(self) -> str:
        lignes = [
            self.lieu,
            f"    code : {self.code}" if self.code else "",
            f"    cause : {self.cause}",
            self.details,
            f"    à faire : {self.remede}",
        ]
        return "\n".join(ligne for ligne in lignes if ligne)


def echec_de(error: BaseException, commande: Commande) -> Echec:
    """Return the failure of a report from the error that its task raised."""
    nom = commande.carnet.name
    if not isinstance(error, Panne):
        return Echec.de(type(error).__name__, str(error), carnet=nom)
    cellule = None
    section = ""
    if error.etape:
        cellule, section = Carnet(commande.carnet).situer(error.etape)
    return Echec.de(
        error.sorte,
        nom if error.sorte == "delai" else error.dit,
        carnet=nom,
        cellule=cellule,
        section=section,
        details=error.trace,
    )


def page_d_echec(commande: Commande, echec: Echec, ancien: Trace | None) -> bytes:
    """Return the page that says why a report failed: where, why, what to do.

    It lists the files of ``ancien``, the last success of the report, that are still there. It lies
    among the reports, which may be published: of a fault in a file of entered counts it gives the
    place, and where to read the rest, never the value.
    """
    restes = []
    if ancien:
        for nom in ancien.sorties:
            path = commande.dossier / nom
            if path.suffix != ".csv" and path.is_file():
                restes.append(path.name)
    if commande.diffusion != INTERNE:
        fautes_montrees = []
        for faute in FAUTE.split(echec.details):
            lieu = faute.partition("\n")[
                0
            ]  # « - conventions/harnes/suivi/2024/suivi.csv, ligne 3 »
            fichier = lieu.removeprefix("- ").partition(",")[0]
            if publiable(fichier):
                fautes_montrees.append(faute)
            else:
                fautes_montrees.append(f"{lieu}\n    {phrases()['ailleurs']}\n")
        echec = replace(echec, details="".join(fautes_montrees))
    page = rendre(
        "echec.html.j2",
        titre=titre_de(commande, ancien),
        commande=commande,
        echec=echec,
        restes=restes,
    )
    return page.encode("utf-8")


def titre_de(commande: Commande, ancien: Trace | None) -> str:
    """Return the title of a report: that of its last success, else that of its notebook.

    The title of a notebook is followed by the number of the fiche: « Fiche 3 ».
    """
    if ancien:
        return ancien.page["titre"]
    titre = Carnet(commande.carnet).titre
    return f"{titre} {commande.fiche}" if commande.fiche else titre


def rendre(modele: str, **valeurs: object) -> str:
    """Return the text of a template of ``modeles``, filled with values; it may import those of
    ``export``.

    In a page (``.html.j2``), values are escaped and ``style`` is the style sheet; elsewhere they
    are written as they are.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from ctglib.document.signes import ponctuer

    page = modele.endswith(".html.j2")
    environment = Environment(
        loader=FileSystemLoader((MODELES, EXPORT)),
        autoescape=page,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=not page,
    )
    environment.filters["ponctuer"] = ponctuer
    style = (EXPORT / "page.css").read_text(encoding="utf-8") if page else ""
    return environment.get_template(modele).render(style=style, **valeurs)
