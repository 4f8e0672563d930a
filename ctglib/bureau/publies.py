"""The reports that the desk shows and gives: those that the manifests list, and nothing else of the
disk.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ctglib.donnees.ecriture import EPOQUE
from ctglib.donnees.numeros import ordre
from ctglib.export.formats import formats_connus
from ctglib.production.manifeste import lire_manifeste
from ctglib.production.plan import ACCESSIBILITE, MANIFESTE
from ctglib.production.portail import PORTAIL, dossiers_publies

COMITE = ("bilan", "presentation", "releve", "en-clair")  # what a comité is given, with the fiches


@dataclass(frozen=True)
class RapportPublie:
    """A report that is there: its title, and the path of each of its formats."""

    cle: str
    titre: str
    statut: str
    formats: tuple[tuple[str, str], ...]  # « PDF », its path in the folder of the reports
    tableaux: int


def rapports_de(sortie: Path, convention: str, annee: int) -> list[RapportPublie]:
    """Return the reports of a year that are there, then those of the whole convention."""
    traces = lire_manifeste(sortie / convention).traces
    rapports = []
    for cle in sorted(traces, key=lambda cle: ("/" not in cle, ordre(cle))):
        if "/" in cle and not cle.startswith(f"{annee}/"):
            continue
        trace = traces[cle]
        presents = [nom for nom in trace.sorties if (sortie / convention / nom).is_file()]
        formats = []
        for nom, sorte in formats_connus().items():
            if f"{cle}.{nom}" in presents:
                formats.append((sorte.libelle, f"{convention}/{cle}.{nom}"))
        tableaux = [nom for nom in presents if nom.endswith(".csv")]
        page = trace.page
        rapports.append(
            RapportPublie(
                cle,
                page.get("titre") or cle,
                page.get("statut", ""),
                tuple(formats),
                len(tableaux),
            )
        )
    return rapports


def pages_de_l_an_dernier(sortie: Path, convention: str, annee: int) -> dict[str, str]:
    """Return the pages of the year before that are there, each by the report that follows it.

    « 2025/bilan » has « harnes/2024/bilan.html », to be read beside.
    """
    dossier = sortie / convention
    pages = {}
    for cle in lire_manifeste(dossier).traces:
        annee_du_rapport, _, nom = cle.partition("/")
        page = f"{cle}.html"
        if annee_du_rapport == str(annee - 1) and (dossier / page).is_file():
            pages[f"{annee}/{nom}"] = f"{convention}/{page}"
    return pages


def fichier_publie(sortie: Path, chemin: str) -> Path | None:
    """Return the path of a published file, None when no manifest lists it.

    What is asked for is compared with the lists, never looked for on the disk.
    """
    if chemin in (PORTAIL, ACCESSIBILITE):
        return sortie / chemin
    for dossier in dossiers_publies(sortie):
        debut = f"{dossier.relative_to(sortie).as_posix()}/"
        if not chemin.startswith(debut):
            continue
        nom = chemin.removeprefix(debut)
        listes = lire_manifeste(dossier).fichiers
        if nom in listes and nom != MANIFESTE:
            return dossier / nom
    return None


def pour_le_comite(sortie: Path, convention: str, annee: int) -> bytes | None:
    """Return one archive with the reports of a year to send to the comité; None when none is there.

    They are the bilan, its slides, the relevé, the summary and the fiches, in all their formats but
    CSV.
    """
    chemins = []
    for rapport in rapports_de(sortie, convention, annee):
        nom = PurePosixPath(rapport.cle).name
        if nom in COMITE or nom.startswith("fiche-"):
            chemins += [chemin for _, chemin in rapport.formats]
    if not chemins:
        return None
    noms = {PurePosixPath(chemin).name: nom_a_garder(chemin, annee) for chemin in chemins}
    fichiers = []
    for chemin in chemins:
        octets = (sortie / chemin).read_bytes()
        if chemin.endswith(".html"):
            octets = _avec_les_liens(octets, noms)
        fichiers.append((noms[PurePosixPath(chemin).name], octets))
    return en_zip(fichiers)


def _avec_les_liens(page: bytes, noms: Mapping[str, str]) -> bytes:
    """Return a page whose links to the files beside it have the names that these are given."""
    for avant, apres in noms.items():
        for fin in ('"', "#"):
            page = page.replace(f'href="{avant}{fin}'.encode(), f'href="{apres}{fin}'.encode())
    return page


def convention_et_annee(chemin: str) -> tuple[str, str]:
    """Return the convention and the year of the report of a path, "" for one that has none."""
    convention, _, reste = chemin.partition("/")
    annee, _, nom = reste.partition("/")
    return convention, annee if nom and annee.isdecimal() else ""


def nom_a_garder(chemin: str, annee: int | None = None) -> str:
    """Return the name that a report is kept under, which says its convention and its year.

    Args:
        chemin: Its path in the folder of the reports.
        annee: The year of the others that it goes with, where it is of none.

    Examples:
        >>> nom_a_garder("harnes/2024/releve.docx")
        'harnes-2024-releve.docx'
        >>> nom_a_garder("index.html")
        'index.html'
    """
    convention, sienne = convention_et_annee(chemin)
    nom = PurePosixPath(chemin).name
    if nom == chemin:
        return nom
    return "-".join(filter(None, (convention, sienne or str(annee or ""), nom)))


def en_zip(fichiers: Iterable[tuple[str, bytes]]) -> bytes:
    """Return some files as one archive, undated: the same files, the same bytes."""
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w") as archive:
        for nom, octets in fichiers:
            archive.writestr(zipfile.ZipInfo(nom, EPOQUE), octets, zipfile.ZIP_DEFLATED)
    return flux.getvalue()
