"""Why a report could not be made, in words its reader can act upon, and the page that says so
beside the report.
"""

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

FAUTE = re.compile(r"^(?=- (?:catalogue|conventions|schemas|sources)/)", re.MULTILINE)


@cache
def phrases() -> dict[str, Any]:
    """Return ``echecs.yaml``: the causes, by the name of an error, the remedies that they point to,
    what is refused.
    """
    import yaml

    return yaml.safe_load((MODELES / "echecs.yaml").read_text(encoding="utf-8"))


def dire_refus(cle: str, **valeurs: object) -> str:
    """Return why a command, or a machine of a cluster, refuses, and what to do."""
    return phrases()["refus"][cle].format(**valeurs)


@dataclass(eq=False)
class Panne(Exception):
    """Why a task gave nothing, told as it crosses to the parent, who may not have the class of its
    error.
    """

    # the name of that error; « perdu », its process ended before it; « delai », past the time of a
    # step
    sorte: str
    dit: str = ""  # what the error says, or the code that the process ended with
    trace: str = ""
    etape: str | None = None  # source of the cell that the process was at


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
    details: str = (
        ""  # what else there is to say: the faults of the data, the trace of a fault of ours
    )

    @classmethod
    def de(cls, sorte: str, dit: str, **lieu: object) -> Echec:
        """Return a failure by its name in ``echecs.yaml``, that of an error or of a stop of ours,
        and what it says.
        """
        first, _, rest = dit.strip().partition("\n")
        first = first.removesuffix(" :") if sorte == "DonneesInvalides" else first
        causes = phrases()["causes"]
        if sorte not in causes:
            first = f"{sorte} : {first or sorte}"
            sorte = "autre"
        cause, remede = causes[sorte]
        return cls(
            cause.format(dit=first or sorte),
            phrases()["remedes"][remede],
            **{"details": rest, **lieu},
        )

    @property
    def lieu(self) -> str:
        """Where it failed, empty when it is not in a notebook."""
        if self.cellule is None:
            return ""
        section = f", section « {self.section} »" if self.section else ""
        ligne = f", ligne {self.ligne}" if self.ligne else ""
        return f"Le carnet {self.carnet} s'est arrêté à la cellule {self.cellule}{section}{ligne}."

    def __str__(self) -> str:
        code = f"    code : {self.code}" if self.code else ""
        lines = [
            self.lieu,
            code,
            f"    cause : {self.cause}",
            self.details,
            f"    à faire : {self.remede}",
        ]
        return "\n".join(line for line in lines if line)


def echec_de(error: BaseException, commande: Commande) -> Echec:
    """Return the failure of a task from the error that its future holds."""
    nom = commande.carnet.name
    if not isinstance(error, Panne):
        return Echec.de(type(error).__name__, str(error), carnet=nom)
    cellule, section = Carnet(commande.carnet).situer(error.etape) if error.etape else (None, "")
    place = {"carnet": nom, "cellule": cellule, "section": section}
    dit = nom if error.sorte == "delai" else error.dit
    return Echec.de(error.sorte, dit, **place, details=error.trace)


def page_d_echec(commande: Commande, echec: Echec, ancien: Trace | None) -> bytes:
    """Return the page: where, why, what to do, and the former report when there is one.

    It lies among the reports that are published: of a fault in what was entered it says the place
    alone. ``ancien`` is the last success, whose files are still there.
    """
    restes = [nom for nom in (ancien.sorties if ancien else ()) if not nom.endswith(".csv")]
    if commande.diffusion != INTERNE:
        echec = replace(echec, details="".join(map(_sans_valeur, FAUTE.split(echec.details))))
    return rendre(
        "echec.html.j2",
        titre=titre_de(commande, ancien),
        commande=commande,
        echec=echec,
        restes=[Path(nom).name for nom in restes if (commande.dossier / nom).is_file()],
    ).encode("utf-8")


def _sans_valeur(faute: str) -> str:
    """Return a fault without what was found nor expected, when it is in a file whose values are not
    all published.
    """
    place = faute.partition("\n")[0]
    return (
        faute
        if publiable(place.removeprefix("- ").partition(",")[0])
        else f"{place}\n    {phrases()['ailleurs']}\n"
    )


def titre_de(commande: Commande, ancien: Trace | None) -> str:
    """Return the title of a report: that of its last success, else the first heading of its
    notebook.
    """
    if ancien:
        return ancien.page["titre"]
    return Carnet(commande.carnet).titre + (f" {commande.fiche}" if commande.fiche else "")


def rendre(modele: str, **valeurs: object) -> str:
    """Return a text from one of our templates; in a page every value is escaped, and the style is
    there.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from ctglib.document.signes import ponctuer

    page = modele.endswith(".html.j2")
    environment = Environment(
        loader=FileSystemLoader(MODELES),
        autoescape=page,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=not page,
    )
    environment.filters["ponctuer"] = ponctuer
    style = (EXPORT / "page.css").read_text(encoding="utf-8") if page else ""
    return environment.get_template(modele).render(style=style, **valeurs)
