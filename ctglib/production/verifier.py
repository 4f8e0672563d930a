"""What is there, held against what manifests, an archive and the installed packages say; then made again in memory.

Nothing is written but temporary files, in the folder where a production has its own: a worker gives back bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64encode
from collections import Counter
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from ctglib.donnees.ecriture import PREFIXE
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.production.chiffres import Changement, comparer
from ctglib.production.echec import Echec
from ctglib.production.manifeste import (
    LIEN,
    PYTHON,
    Donnees,
    Manifeste,
    Trace,
    causes,
    empreinte,
    lire_manifeste,
    sorties_touchees,
    versions,
)
from ctglib.production.plan import (
    CTG,
    DIFFUSIONS,
    FORMATS,
    INTERNE,
    MANIFESTE,
    PROJET,
    PUBLIQUE,
    carnets_declares,
    commander,
    nom_de,
)
from ctglib.production.portail import PORTAIL, portail_touche
from ctglib.production.produire import confier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Executor

    from ctglib.production.plan import Commande

DESCRIPTION = "ro-crate-metadata.json"  # of an archive, where it was unpacked
# What installing an archive adds to it.
INSTALLES = re.compile(r"\.venv(/|$)|[^/]+\.egg-info/|ctglib/(.+/)?__pycache__/")
SOURCES = "sources.csv"  # of fingerprints, not of figures: which inputs changed is told before
LIEUX_NOMMES = 4  # beyond, they are counted
EN_TROP = "n'est pas au manifeste (fichier ajouté, ou d'une version précédente) : le retirer"


class Ecart(NamedTuple):
    """Something that is not as it is said to be: where, and what, in words."""

    lieu: str
    phrase: str


class Publie(NamedTuple):
    """A report that a manifest tells of, and the order that makes it again."""

    commande: Commande
    trace: Trace


class Releve(NamedTuple):
    """What was found without making anything again."""

    publies: list[Publie]  # the reports that can be made again
    fichiers: int  # how many files were held against a manifest
    sorties: list[Ecart]  # faults of the files: missing, touched, unexpected
    causes: list[Ecart]  # inputs, code and versions that are no longer those of a manifest


class Rejeu(NamedTuple):
    """What a report gave when it was made again."""

    commande: Commande
    fichiers: tuple[str, ...] = ()  # those whose bytes are not those of the manifest, or that only one of both has
    changements: tuple[Changement, ...] = ()  # in the tables, from what lies in the folder to what was made again
    echec: Echec | None = None  # why it could not be made again


def grouper(ecarts: Iterable[Ecart]) -> list[str]:
    """Return each fault once, with where it holds: each place when they are few, else how many of each convention."""
    groupes: dict[str, list[str]] = {}
    for lieu, phrase in ecarts:
        groupes.setdefault(phrase, []).append(lieu)
    lines = []
    for phrase, lieux in groupes.items():
        nombres = Counter(lieu.partition(", ")[0] for lieu in lieux)
        comptes = [f"{nom}, {nombre} rapport{'s' if nombre > 1 else ''}" for nom, nombre in nombres.items()]
        ensemble = " ; ".join(lieux if len(lieux) <= LIEUX_NOMMES else comptes)
        lines.append(f"{phrase} : {ensemble}" if len(lieux) > 1 else f"{lieux[0]} : {phrase}")
    return lines


def conventions_publiees(sortie: Path) -> tuple[str, ...]:
    """Return the names of the conventions that have reports in a folder."""
    folders = {path.parent for motif in ("*", f"*/{INTERNE}") for path in sortie.glob(f"{motif}/{MANIFESTE}")}
    return tuple(sorted({path.parent.name if path.name == INTERNE else path.name for path in folders}))


def relever(
    sortie: Path, conventions: Iterable[str], carnets: Path, diffusions: tuple[str, ...] = DIFFUSIONS
) -> Releve:
    """Return what is not as the manifests of some conventions say, in a folder of reports."""
    donnees, publies, sorties, found, nombre = Donnees(), [], [*_autour(sortie)], [], 0
    for convention in conventions:
        for diffusion, dossier in _dossiers(sortie / convention, diffusions):
            manifeste = lire_manifeste(dossier)
            sorties += _des_fichiers(convention, manifeste, diffusion)
            nombre += sum(len(trace.sorties) for trace in manifeste.traces.values())
            for cle, trace in manifeste.traces.items():
                if (order := _commande(carnets, convention, cle, trace, diffusion, sortie)) is None:
                    lieu = nom_de(convention, cle, diffusion)
                    found.append(Ecart(lieu, "son carnet a disparu, ou n'est plus déclaré"))
                else:
                    publies.append(Publie(order, trace))
                    found += [Ecart(order.nom, phrase) for phrase in causes(order, trace, donnees)]
    return Releve(publies, nombre, sorties, found)


def _autour(sortie: Path) -> Iterator[Ecart]:
    """Yield what lies beside the folders of the conventions and is no report of ours, or the portal when touched."""
    if touche := portail_touche(sortie):
        yield Ecart("portail", touche)
    connus = {PORTAIL, MANIFESTE, *conventions_publiees(sortie)}
    for path in sorted(sortie.iterdir()) if sortie.is_dir() else ():
        if path.is_symlink():
            yield Ecart("rapports", f"{path.name} {LIEN}")
        elif path.name not in connus and not path.name.startswith(PREFIXE):
            yield Ecart("rapports", f"{path.name} n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer")


def _dossiers(dossier: Path, diffusions: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Yield the folders of reports of a convention; it may have internal ones alone."""
    interne = dossier / INTERNE
    if PUBLIQUE in diffusions and ((dossier / MANIFESTE).exists() or not (interne / MANIFESTE).exists()):
        yield PUBLIQUE, dossier
    if INTERNE in diffusions and ((interne / MANIFESTE).exists() or _presents(interne)):
        yield INTERNE, interne


def _commande(carnets: Path, convention: str, cle: str, trace: Trace, diffusion: str, sortie: Path) -> Commande | None:
    """Return the order of a report as it is made today, None when its notebook is not there or cannot be read."""
    year, _, nom = cle.rpartition("/")
    annee, fiche = int(year) if year else None, trace.parametres.get("fiche")
    formats = tuple(kind for kind in FORMATS if f"{cle}.{kind}" in trace.sorties)
    try:
        for carnet in carnets_declares(carnets):
            if carnet.nom + (f"-{fiche}" if fiche else "") == nom:
                return commander(carnet, convention, annee, fiche, diffusion, formats, sortie)
    except (DonneesInvalides, OSError, ValueError, KeyError, TypeError, SyntaxError):
        pass
    return None


def _des_fichiers(convention: str, manifeste: Manifeste, diffusion: str) -> Iterator[Ecart]:
    """Yield the faults of the files of a folder: what the manifest tells of and is not so, what it does not tell of."""
    dossier = manifeste.chemin.parent
    if not manifeste.traces and not manifeste.echecs:
        etat = "ne se lit pas, ou vient d'une autre version du classeur" if manifeste.chemin.exists() else "est absent"
        yield Ecart(convention, f"{MANIFESTE} {etat} : rien ne dit de quoi ces rapports sont faits")
    for cle, trace in manifeste.traces.items():
        lieu = nom_de(convention, cle, diffusion)
        yield from (Ecart(lieu, phrase) for phrase in sorties_touchees(dossier, trace.sorties))
    pages = {cle: f"{cle}.echec.html" for cle in manifeste.echecs}
    for cle, page in pages.items():
        lieu = nom_de(convention, cle, diffusion)
        yield Ecart(lieu, f"n'a pas pu être refait depuis ({page} dit pourquoi)")
    attendus = {*pages.values(), *(nom for trace in manifeste.traces.values() for nom in trace.sorties)}
    for nom in sorted(_presents(dossier) - attendus):
        yield Ecart(convention, f"{nom} {LIEN if (dossier / nom).is_symlink() else EN_TROP}")


def _presents(dossier: Path) -> set[str]:
    """Return the files and the links of a folder of reports; the internal ones have their own."""
    noms = (path.relative_to(dossier) for path in dossier.rglob("*") if path.is_symlink() or path.is_file())
    return {
        nom.as_posix()
        for nom in noms
        if nom != Path(MANIFESTE) and nom.parts[0] != INTERNE and not nom.name.startswith(PREFIXE)
    }


def relever_archive(dossier: Path = PROJET) -> tuple[int, list[Ecart]] | None:
    """Return how many files an unpacked archive describes and what is not so; None when this is no archive.

    Every file counts, whatever it is for: the lock, the documents, the data, the notebooks, the reports. So does what
    was added, and a link that stands for a file.
    """
    try:
        graph = json.loads((dossier / DESCRIPTION).read_bytes())["@graph"]
        said = {unquote(item["@id"]): item["sha256"] for item in graph if item["@type"] == "File"}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return 0, [Ecart("archive", f"{DESCRIPTION} ne se lit plus : rien ne dit ce que l'archive contenait")]
    present, links = {}, set()
    for path in dossier.rglob("*"):
        relatif = path.relative_to(dossier)
        nom = relatif.as_posix()
        if nom == DESCRIPTION or INSTALLES.match(nom) or any(part.startswith(PREFIXE) for part in relatif.parts):
            continue
        if path.is_symlink():
            links.add(nom)
        elif not path.is_dir():
            present[nom] = empreinte(path.read_bytes()) if path.is_file() else ""
    phrases = {
        LIEN: links,
        "a été retiré": said.keys() - present - links,
        "n'y était pas (ajouté depuis)": present.keys() - said,
        "n'est pas celui de l'archive (modifié depuis)": {
            nom for nom in said.keys() & present if said[nom] != present[nom]
        },
    }
    return len(said), [Ecart("archive", f"{nom} {phrase}") for phrase, noms in phrases.items() for nom in sorted(noms)]


def relever_paquets() -> tuple[int, list[Ecart]]:
    """Return how many files the packages that the library requires have installed, and those that are not so any more.

    Each package says what it installed in its RECORD, with a fingerprint; what Python compiled has none.
    """
    nombre, ecarts = 0, []
    for nom in versions().keys() - {PYTHON}:
        listed = metadata.distribution(nom).files
        if listed is None:
            ecarts.append(Ecart(nom, "ne dit pas ce qu'il a installé (RECORD absent) : le réinstaller"))
            continue
        found = [file for file in listed if file.hash]
        nombre += len(found)
        autres = [file for file in found if not _tel_qu_installe(file)]
        if autres:
            compte = f"{len(autres)} fichiers, dont {autres[0]}," if len(autres) > 1 else f"{autres[0]}"
            accord = "ne sont plus tels qu'installés" if len(autres) > 1 else "n'est plus tel qu'installé"
            ecarts.append(Ecart(nom, f"{compte} {accord} : réinstaller le paquet"))
    return nombre, sorted(ecarts)


def _tel_qu_installe(file: metadata.PackagePath) -> bool:
    try:
        content = Path(file.locate()).read_bytes()
    except OSError:
        return False
    return urlsafe_b64encode(hashlib.new(file.hash.mode, content).digest()).rstrip(b"=").decode() == file.hash.value


def rejouer(publies: Iterable[Publie], executeur: Executor, *, places: int, temporaire: str = "") -> Iterator[Rejeu]:
    """Make reports again and yield how each compares, as it is done; the arguments are those of ``confier``."""
    for (commande, trace), rendu in confier(publies, executeur, moteur=CTG, places=places, temporaire=temporaire):
        if isinstance(rendu, Echec):
            yield Rejeu(commande, echec=rendu)
            continue
        refaits = {nom: empreinte(content) for nom, content in rendu.contenus.items()}
        noms = sorted({*refaits, *trace.sorties})
        changements = [
            item
            for path in (commande.dossier / nom for nom in noms if nom.endswith(".csv"))
            if path.name != SOURCES
            for nom in [path.relative_to(commande.dossier).as_posix()]
            for item in comparer(nom, path.read_bytes() if path.is_file() else None, rendu.contenus.get(nom))
        ]
        differents = tuple(nom for nom in noms if refaits.get(nom) != trace.sorties.get(nom))
        yield Rejeu(commande, differents, tuple(changements))
