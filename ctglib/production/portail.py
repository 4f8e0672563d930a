"""``reports/index.html``: what was produced, convention by convention and year by year, from the manifests alone."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import ecrire
from ctglib.production.echec import rendre
from ctglib.production.manifeste import empreinte, empreinte_du_code, lire_manifeste, sorties_touchees
from ctglib.production.plan import FORMATS, MANIFESTE, PORTRAITS

if TYPE_CHECKING:
    from pathlib import Path

    from ctglib.production.manifeste import Manifeste

PORTAIL = "index.html"
DURABLES = "Toute la convention"
DEPARTEMENTS, EPCI = "Départements", "Intercommunalités"


@dataclass(frozen=True)
class Produit:
    """A report; addresses are relative to the portal.

    Attributes:
        titre: Its title.
        statut: « définitif », « provisoire »…, as its cover says it.
        formats: Name and address of each.
        tableaux: Addresses of its CSV.
        page_echec: Address of the page that says why it could not be made since, empty when it could.
    """

    titre: str
    statut: str
    formats: tuple[tuple[str, str], ...]
    tableaux: tuple[str, ...]
    page_echec: str


@dataclass(frozen=True)
class Section:
    """A convention: its reports by year, those of the whole convention first."""

    ancre: str
    titre: str
    sujet: str
    avertissement: str
    groupes: tuple[tuple[str, tuple[Produit, ...]], ...]


def ecrire_portail(sortie: Path) -> Path:
    """Write the portal of a folder of reports if what it says has changed, and return its path.

    Raises:
        EcritureImpossible: It cannot be written.
    """
    portail, temoin = sortie / PORTAIL, sortie / MANIFESTE
    chemins = [*sorted(sortie.glob(f"*/{MANIFESTE}")), *sorted(sortie.glob(f"{PORTRAITS}/*/{MANIFESTE}"))]
    if _a_jour(portail, temoin, _entrees(chemins)):
        return portail
    ecrire({sortie / nom: content for nom, content in octets_du_portail(chemins).items()})
    return portail


def octets_du_portail(chemins: list[Path]) -> dict[str, bytes]:
    """Return the portal of some manifests and, under its own name, what tells later whether it is up to date."""
    from ctglib.export.html import POLICES

    alone = [path for path in chemins if path.parents[1].name == PORTRAITS]
    found = filter(None, (_section(lire_manifeste(path.parent)) for path in chemins if path not in {*alone}))
    sections = sorted(found, key=lambda section: bool(section.avertissement))  # what is fictional, last
    sections += [_portraits(alone)] if alone else []
    page = rendre("portail.html.j2", sections=sections, polices=POLICES.read_text(encoding="ascii")).encode("utf-8")
    trace = {"entrees": _entrees(chemins), "portail": empreinte(page)}
    return {PORTAIL: page, MANIFESTE: (json.dumps(trace, indent=1) + "\n").encode()}


def portail_touche(sortie: Path) -> str:
    """Return what became of the portal since it was written; empty when nothing did, or when there never was one."""
    try:
        attendue = json.loads((sortie / MANIFESTE).read_bytes())["portail"]
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError):
        return f"{MANIFESTE}, à côté du portail, ne se lit plus"
    return next(sorties_touchees(sortie, {PORTAIL: attendue}), "")


def _entrees(chemins: list[Path]) -> str:
    lus = "".join(f"{path.parent.name}\0{empreinte(path.read_bytes())}\n" for path in chemins)
    return empreinte((lus + empreinte_du_code()).encode())


def _a_jour(portail: Path, temoin: Path, entrees: str) -> bool:
    try:
        trace = json.loads(temoin.read_bytes())
        return trace == {"entrees": entrees, "portail": empreinte(portail.read_bytes())}
    except (OSError, ValueError):
        return False


def _section(manifeste: Manifeste) -> Section | None:
    """Return the section of a convention, None when it has no report."""
    nom = manifeste.chemin.parent.name
    groupes: dict[str, list[Produit]] = {}
    cles = {*manifeste.traces, *manifeste.echecs}
    for cle in sorted(cles, key=lambda cle: ("/" in cle, cle)):
        annee = cle.rpartition("/")[0]
        groupes.setdefault(annee or DURABLES, []).append(_produit(manifeste, cle))
    pages = [trace.page for trace in manifeste.traces.values()]
    found = pages[0] if pages else {"territoire": "", "sujet": "", "avertissement": ""}
    if not groupes:
        return None
    return Section(
        ancre=nom,
        titre=found["territoire"] or nom,
        sujet=found["sujet"],
        avertissement=found["avertissement"],
        groupes=tuple((titre, tuple(listing)) for titre, listing in groupes.items()),
    )


def _portraits(chemins: list[Path]) -> Section:
    """Return the section of the portraits of territories, département by département, the larger places first."""
    groupes: dict[str, list[tuple[str, Produit]]] = {}
    for path in chemins:
        code, manifeste = path.parent.name, lire_manifeste(path.parent)
        kind = {9: EPCI, 2: DEPARTEMENTS, 3: DEPARTEMENTS}.get(len(code), f"Communes, département {_departement(code)}")
        for cle in {*manifeste.traces, *manifeste.echecs}:
            trace = manifeste.traces.get(cle)
            produit = _produit(manifeste, cle, PurePosixPath(PORTRAITS, code))
            name = trace.page["territoire"] if trace else code
            groupes.setdefault(kind, []).append((name, replace(produit, titre=f"{name} ({code})")))
    order = sorted(groupes, key=lambda kind: (kind not in (DEPARTEMENTS, EPCI), kind))
    return Section(
        ancre=PORTRAITS,
        titre="Portraits de territoires",
        sujet="Données publiques seules : un portrait n'est pas une convention",
        avertissement="",
        groupes=tuple(
            (kind, tuple(one for _, one in sorted(groupes[kind], key=lambda pair: pair[0]))) for kind in order
        ),
    )


def _departement(commune: str) -> str:
    return commune[:3] if commune.startswith("97") else commune[:2]


def _produit(manifeste: Manifeste, cle: str, dossier: PurePosixPath | None = None) -> Produit:
    dossier = dossier or PurePosixPath(manifeste.chemin.parent.name)
    trace = manifeste.traces.get(cle)
    sorties = [nom for nom in (trace.sorties if trace else ()) if (manifeste.chemin.parent / nom).is_file()]
    echec = manifeste.echecs.get(cle, "")
    return Produit(
        titre=trace.page["titre"] if trace else echec,
        statut=trace.page["statut"] if trace else "",
        formats=tuple(
            (nom, str(dossier / f"{cle}.{kind}")) for kind, nom in FORMATS.items() if f"{cle}.{kind}" in sorties
        ),
        tableaux=tuple(str(dossier / nom) for nom in sorties if nom.endswith(".csv")),
        page_echec=str(dossier / f"{cle}.echec.html") if echec else "",
    )
