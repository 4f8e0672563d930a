"""The page that lies beside a report that could not be made."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.document.typographie import ponctuer
from ctglib.donnees.empreintes import publiable
from ctglib.production.rapports import INTERNE, Carnet

if TYPE_CHECKING:
    from ctglib.production.echec import Echec
    from ctglib.production.manifeste import Trace
    from ctglib.production.rapports import Commande

MODELES = Path(__file__).parent / "modeles"
STYLE = Path(__file__).parents[1] / "export" / "page.css"  # its module would load nbconvert

FAUTE = re.compile(r"^(?=- (?:catalogue|conventions|schemas|sources)/)", re.MULTILINE)
AILLEURS = (
    "    ce qui y est écrit n'est pas montré ici, cette page étant parmi les rapports publiés : ctg valider le dit\n"
)


def page_d_echec(commande: Commande, echec: Echec, ancien: Trace | None) -> bytes:
    """Return the page: where, why, what to do, and the former report when there is one.

    It lies among the reports that are published: of a fault in what was entered it says the place alone.

    Args:
        commande: The order that failed.
        echec: What happened.
        ancien: The last success, whose files are still there.
    """
    restes = [nom for nom in (ancien.sorties if ancien else ()) if not nom.endswith(".csv")]
    if commande.diffusion != INTERNE:
        echec = replace(echec, details="".join(map(_sans_valeur, FAUTE.split(echec.details))))
    page = rendre(
        "echec.html.j2",
        titre=titre_de(commande, ancien),
        commande=commande,
        echec=echec,
        restes=[Path(nom).name for nom in restes if (commande.dossier / nom).is_file()],
    )
    return page.encode("utf-8")


def _sans_valeur(faute: str) -> str:
    """Return a fault without what was found nor expected, when it is in a file whose values are not all published."""
    place, line, _ = faute.partition("\n")
    return faute if publiable(place.removeprefix("- ").partition(",")[0]) else f"{place}{line}{AILLEURS}"


def titre_de(commande: Commande, ancien: Trace | None) -> str:
    """Return the title of a report: that of its last success, else the first heading of its notebook."""
    if ancien:
        return ancien.page["titre"]
    notebook = Carnet(commande.carnet)
    return notebook.titre or notebook.nom


def rendre(modele: str, **valeurs: object) -> str:
    """Return a page from one of our templates, every value escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(MODELES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["ponctuer"] = ponctuer
    return environment.get_template(modele).render(style=STYLE.read_text(encoding="utf-8"), **valeurs)
