"""``reports/index.html``: what was produced, convention by convention and year by year, from the
manifests alone.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ctglib.donnees.ecriture import ecrire
from ctglib.production.echec import EXPORT, rendre
from ctglib.production.manifeste import empreinte, lire_manifeste
from ctglib.production.plan import FORMATS, MANIFESTE, PORTRAITS

PORTAIL = "index.html"
DURABLES = "Toute la convention"
DEPARTEMENTS = "Départements"
EPCI = "Intercommunalités"
SUJET_DES_PORTRAITS = "Données publiques seules : un portrait n'est pas une convention"


def ecrire_portail(sortie: Path) -> Path:
    """Write the portal of a folder of reports if what it says has changed, and return its path."""
    portail = sortie / PORTAIL
    dossiers = dossiers_publies(sortie)
    if not portail.is_file() or _marque(dossiers).encode() not in portail.read_bytes():
        ecrire({portail: octets_du_portail(dossiers)})
    return portail


def _marque(dossiers: Iterable[Path]) -> str:
    """Return what a portal bears of the manifests that it comes from: to compare it loads no
    template.
    """
    return empreinte(b"".join((dossier / MANIFESTE).read_bytes() for dossier in dossiers))


def dossiers_publies(sortie: Path) -> list[Path]:
    """Return the folders of public reports: those of the conventions, then those of the portraits."""
    return [
        path.parent
        for motif in ("*", f"{PORTRAITS}/*")
        for path in sorted(sortie.glob(f"{motif}/{MANIFESTE}"))
    ]


def octets_du_portail(dossiers: list[Path]) -> bytes:
    """Return the portal of some folders of reports: what is fictional last, then the portraits of
    territories.
    """
    sections = []
    portraits = []
    for dossier in dossiers:
        produits = _produits(dossier)
        if dossier.parent.name == PORTRAITS:
            portraits += produits
        elif produits:
            # The bilan of a year bears the title of the convention, the diagnostic its kind.
            by_year = sorted(produits, key=lambda produit: produit["groupe"] == DURABLES)
            page = next((produit["page"] for produit in by_year if produit["page"]), {})
            said = {nom: page.get(nom, "") for nom in ("sujet", "avertissement")}
            said |= {"ancre": dossier.name, "titre": page.get("territoire") or dossier.name}
            sections.append({**said, "produits": produits})
    sections.sort(key=lambda section: bool(section["avertissement"]))
    if portraits:
        portraits.sort(
            key=lambda one: (one["groupe"] not in (DEPARTEMENTS, EPCI), one["groupe"], one["titre"])
        )
        said = {
            "ancre": PORTRAITS,
            "titre": "Portraits de territoires",
            "sujet": SUJET_DES_PORTRAITS,
        }
        sections.append({**said, "avertissement": "", "produits": portraits})
    polices = (EXPORT / "polices.css").read_text(encoding="ascii")
    return rendre(
        "portail.html.j2", sections=sections, polices=polices, marque=_marque(dossiers)
    ).encode("utf-8")


def _produits(dossier: Path) -> list[dict[str, Any]]:
    """Return what the portal says of each report of a folder, by year, those of the whole
    convention first.
    """
    manifeste = lire_manifeste(dossier)
    produits = []
    code = dossier.name
    portrait = dossier.parent.name == PORTRAITS
    adresse = f"{PORTRAITS}/{code}" if portrait else code
    departement = code[:3] if code.startswith("97") else code[:2]
    kind = {9: EPCI, 2: DEPARTEMENTS, 3: DEPARTEMENTS}.get(
        len(code), f"Communes, département {departement}"
    )
    for cle in sorted({*manifeste.traces, *manifeste.echecs}, key=lambda cle: ("/" in cle, cle)):
        trace = manifeste.traces.get(cle)
        page = trace.page if trace else {}
        sorties = [nom for nom in (trace.sorties if trace else ()) if (dossier / nom).is_file()]
        titre = (
            f"{page.get('territoire', code)} ({code})"
            if portrait
            else page.get("titre") or manifeste.echecs[cle]
        )
        produits.append(
            {
                "groupe": kind if portrait else cle.rpartition("/")[0] or DURABLES,
                "titre": titre,
                "statut": page.get("statut", ""),
                "formats": [
                    (nom, f"{adresse}/{cle}.{end}")
                    for end, (nom, _) in FORMATS.items()
                    if f"{cle}.{end}" in sorties
                ],
                "tableaux": [f"{adresse}/{nom}" for nom in sorties if nom.endswith(".csv")],
                "page_echec": f"{adresse}/{cle}.echec.html" if cle in manifeste.echecs else "",
                "page": page,
            }
        )
    return produits
