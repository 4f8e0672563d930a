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
    """A report; addresses are relative to the portal."""

    titre: str
    statut: str  # « définitif », « provisoire »…, as its cover says it
    formats: tuple[tuple[str, str], ...]  # name and address of each
    tableaux: tuple[str, ...]  # addresses of its CSV
    page_echec: str  # address of the page that says why it could not be made since, empty when it could


@dataclass(frozen=True)
class Section:
    """A convention: its reports by year, those of the whole convention first."""

    ancre: str
    titre: str
    sujet: str
    avertissement: str
    groupes: tuple[tuple[str, list[Produit]], ...]


def ecrire_portail(sortie: Path) -> Path:
    """Write the portal of a folder of reports if what it says has changed, and return its path.

    Raises:
        EcritureImpossible: It cannot be written.
    """
    portail = sortie / PORTAIL
    chemins = [*sorted(sortie.glob(f"*/{MANIFESTE}")), *sorted(sortie.glob(f"{PORTRAITS}/*/{MANIFESTE}"))]
    try:
        trace = json.loads((sortie / MANIFESTE).read_bytes())
        a_jour = trace == {"entrees": _entrees(chemins), "portail": empreinte(portail.read_bytes())}
    except (OSError, ValueError):
        a_jour = False
    if not a_jour:
        ecrire({sortie / nom: content for nom, content in octets_du_portail(chemins).items()})
    return portail


def octets_du_portail(chemins: list[Path]) -> dict[str, bytes]:
    """Return the portal of some manifests and, under its own name, what tells later whether it is up to date."""
    from ctglib.export.html import POLICES

    alone = [path.parent for path in chemins if path.parents[1].name == PORTRAITS]
    found = filter(None, (_section(lire_manifeste(path.parent)) for path in chemins if path.parent not in alone))
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


def _section(manifeste: Manifeste) -> Section | None:
    """Return the section of a convention, None when it has no report."""
    nom = manifeste.chemin.parent.name
    groupes: dict[str, list[Produit]] = {}
    for cle in sorted({*manifeste.traces, *manifeste.echecs}, key=lambda cle: ("/" in cle, cle)):
        groupes.setdefault(cle.rpartition("/")[0] or DURABLES, []).append(_produit(manifeste, cle, nom))
    page = next((trace.page for trace in manifeste.traces.values()), dict.fromkeys(("territoire", "sujet"), ""))
    avertissement = page.get("avertissement", "")
    titre = page["territoire"] or nom
    return Section(nom, titre, page["sujet"], avertissement, tuple(groupes.items())) if groupes else None


def _portraits(dossiers: list[Path]) -> Section:
    """Return the section of the portraits of territories, département by département, in alphabetical order."""
    groupes: dict[str, list[Produit]] = {}
    for path in dossiers:
        code, manifeste = path.name, lire_manifeste(path)
        departement = code[:3] if code.startswith("97") else code[:2]
        kind = {9: EPCI, 2: DEPARTEMENTS, 3: DEPARTEMENTS}.get(len(code), f"Communes, département {departement}")
        for cle in {*manifeste.traces, *manifeste.echecs}:
            name = manifeste.traces[cle].page["territoire"] if cle in manifeste.traces else code
            produit = _produit(manifeste, cle, f"{PORTRAITS}/{code}")
            groupes.setdefault(kind, []).append(replace(produit, titre=f"{name} ({code})"))
    order = sorted(groupes, key=lambda kind: (kind not in (DEPARTEMENTS, EPCI), kind))
    sujet = "Données publiques seules : un portrait n'est pas une convention"
    listed = tuple((kind, sorted(groupes[kind], key=lambda one: one.titre)) for kind in order)
    return Section(PORTRAITS, "Portraits de territoires", sujet, "", listed)


def _produit(manifeste: Manifeste, cle: str, adresse: str) -> Produit:
    dossier, trace, echec = PurePosixPath(adresse), manifeste.traces.get(cle), manifeste.echecs.get(cle, "")
    sorties = [nom for nom in (trace.sorties if trace else ()) if (manifeste.chemin.parent / nom).is_file()]
    formats = [(nom, f"{cle}.{kind}") for kind, nom in FORMATS.items() if f"{cle}.{kind}" in sorties]
    return Produit(
        titre=trace.page["titre"] if trace else echec,
        statut=trace.page["statut"] if trace else "",
        formats=tuple((nom, str(dossier / path)) for nom, path in formats),
        tableaux=tuple(str(dossier / nom) for nom in sorties if nom.endswith(".csv")),
        page_echec=str(dossier / f"{cle}.echec.html") if echec else "",
    )
