"""The portal, ``reports/index.html``: links to the reports, by convention and year.

It is made from the manifests alone. It has a section a convention, and one for the portraits.
"""

from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path
from typing import Any

from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.numeros import ordre
from ctglib.production.echec import EXPORT, rendre
from ctglib.production.manifeste import empreinte, lire_manifeste
from ctglib.production.plan import FORMATS, MANIFESTE, PORTRAITS

PORTAIL = "index.html"
DURABLES = "Toute la convention"  # heading of the reports that are of no year
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
    """Return the fingerprint of the manifests that a portal comes from.

    It is written in the page: one search in its bytes tells whether it is up to date.
    """
    return empreinte(b"".join((dossier / MANIFESTE).read_bytes() for dossier in dossiers))


def dossiers_publies(sortie: Path) -> list[Path]:
    """Return the folders of public reports: those of the conventions, then of the portraits."""
    dossiers = []
    for motif in ("*", f"{PORTRAITS}/*"):
        manifestes = sorted(sortie.glob(f"{motif}/{MANIFESTE}"))
        dossiers += [manifeste.parent for manifeste in manifestes]
    return dossiers


def octets_du_portail(dossiers: list[Path]) -> bytes:
    """Return the portal of some folders of reports.

    Conventions come in the order of the folders, but those with a warning, which are fictional,
    after the others; the portraits of territories are last.
    """
    sections = []
    portraits = []
    for dossier in dossiers:
        produits = _produits(dossier)
        if dossier.parent.name == PORTRAITS:
            portraits += produits
            continue
        if not produits:
            continue
        # A convention's name and subject are those on the cover of its first yearly report: that of
        # a report of the whole convention, such as the diagnostic, says the kind of the report.
        annuels_d_abord = sorted(produits, key=lambda produit: produit["groupe"] == DURABLES)
        pages = [produit["page"] for produit in annuels_d_abord if produit["page"]]
        page = pages[0] if pages else {}
        sections.append(
            {
                "ancre": dossier.name,
                "titre": page.get("territoire") or dossier.name,
                "sujet": page.get("sujet", ""),
                "avertissement": page.get("avertissement", ""),
                "produits": produits,
            }
        )
    sections.sort(key=lambda section: bool(section["avertissement"]))  # False comes first
    if portraits:
        # « Départements » and « Intercommunalités », then « Communes, département 62 »
        portraits.sort(key=itemgetter("groupe", "titre"))
        portraits.sort(key=lambda portrait: portrait["groupe"] not in (DEPARTEMENTS, EPCI))
        sections.append(
            {
                "ancre": PORTRAITS,
                "titre": "Portraits de territoires",
                "sujet": SUJET_DES_PORTRAITS,
                "avertissement": "",
                "produits": portraits,
            }
        )
    portail = rendre(
        "portail.html.j2",
        sections=sections,
        polices=(EXPORT / "polices.css").read_text(encoding="ascii"),
        marque=_marque(dossiers),
    )
    return portail.encode("utf-8")


def _produits(dossier: Path) -> list[dict[str, Any]]:
    """Return what the portal says of each report of a folder, made or failed.

    Those of the whole convention come first, then year by year. The keys are those of the template:
    ``groupe`` (the heading: a year, « Toute la convention », « Départements »), ``titre``,
    ``statut``, ``formats`` (pairs: « PDF », its address), ``tableaux`` (addresses of CSV),
    ``page_echec`` (an address, "" when it has not failed), ``page`` (see ``Trace``).
    """
    manifeste = lire_manifeste(dossier)
    produits = []
    portrait = dossier.parent.name == PORTRAITS
    adresse = f"{PORTRAITS}/{dossier.name}" if portrait else dossier.name
    cles = sorted({*manifeste.traces, *manifeste.echecs}, key=lambda cle: ("/" in cle, ordre(cle)))
    for cle in cles:
        trace = manifeste.traces.get(cle)
        page = trace.page if trace else {}
        sorties = list(trace.sorties) if trace else []
        sorties = [nom for nom in sorties if (dossier / nom).is_file()]
        formats = []
        for fin, (nom_du_format, _) in FORMATS.items():
            if f"{cle}.{fin}" in sorties:
                formats.append((nom_du_format, f"{adresse}/{cle}.{fin}"))
        if portrait:
            groupe = _groupe_d_un_territoire(dossier.name)
            titre = f"{page.get('territoire', dossier.name)} ({dossier.name})"
        else:
            groupe = cle.rpartition("/")[0] or DURABLES
            titre = page.get("titre") or manifeste.echecs.get(cle, cle)
        produits.append(
            {
                "groupe": groupe,
                "titre": titre,
                "statut": page.get("statut", ""),
                "formats": formats,
                "tableaux": [f"{adresse}/{nom}" for nom in sorties if nom.endswith(".csv")],
                "page_echec": f"{adresse}/{cle}.echec.html" if cle in manifeste.echecs else "",
                "page": page,
            }
        )
    return produits


def _groupe_d_un_territoire(code: str) -> str:
    """Return the heading that a portrait stands under, by the code of its territory."""
    match len(code):
        case 9:  # a SIREN, « 246200364 »
            return EPCI
        case 2 | 3:  # « 62 », « 974 »
            return DEPARTEMENTS
        case _:  # « 62413 », « 97411 »
            departement = code[:3] if code.startswith("97") else code[:2]
            return f"Communes, département {departement}"
