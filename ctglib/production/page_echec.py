"""The page that lies beside a report that could not be made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.production.rapports import Carnet
from ctglib.rapport.typographie import ponctuer

if TYPE_CHECKING:
    from ctglib.production.echec import Echec
    from ctglib.production.manifeste import Trace
    from ctglib.production.rapports import Commande

MODELES = Path(__file__).parent / "modeles"
STYLE = Path(__file__).parents[1] / "export" / "modeles" / "ctg" / "page.css"  # its module would load nbconvert


def page_d_echec(commande: Commande, echec: Echec, ancien: Trace | None) -> bytes:
    """Return the page: where, why, what to do, and the former report when there is one.

    Args:
        commande: The order that failed.
        echec: What happened.
        ancien: The last success, whose files are still there.
    """
    restes = [nom for nom in (ancien.sorties if ancien else ()) if not nom.endswith(".csv")]
    page = rendre(
        "echec.html.j2",
        titre=titre_de(commande, ancien),
        commande=commande,
        echec=echec,
        restes=[Path(nom).name for nom in restes if (commande.dossier / nom).is_file()],
    )
    return page.encode("utf-8")


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
