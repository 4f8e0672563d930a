"""``manifeste.json``: what each report was made from and is made of.

So, why it has to be made again, if it has.

What counts: the notebook's sources, the parameters, every data file read, looked for or listed
while it ran, the library's own code, the installed versions. Everything is compared by content;
dates tell nothing.
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, partial
from hashlib import sha256
from importlib import metadata
from itertools import groupby
from pathlib import Path

from ctglib.donnees import lecture
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import publiable
from ctglib.production.plan import MANIFESTE, PAQUET, Carnet, Commande

FORME = 2  # of the file; another one is not read, and its reports are made again
JAMAIS = "jamais produit"
FORCE = "demandé par --forcer"
LIEN = "est un lien vers un autre fichier : remettre le fichier à sa place"
PRODUIT_AUTREMENT = "n'est pas celui qui avait été produit (travail interrompu, ou fichier modifié)"
PYTHON = "Python"
IGNORES = (".", "~$", "__pycache__")  # how the names begin of files that are not ours
CHAMP = re.compile(r"^([\w-]+): (.*)$", re.MULTILINE)


def empreinte(octets: bytes) -> str:
    """Return the sha256 of some bytes."""
    return sha256(octets).hexdigest()


@cache
def empreinte_du_code() -> str:
    """Return the fingerprint of every file of the package, templates and styles among them."""
    total = sha256()
    for path in sorted(fichiers_de(PAQUET)):
        nom = path.relative_to(PAQUET).as_posix()
        total.update(f"{nom}\0{empreinte(path.read_bytes())}\n".encode())
    return total.hexdigest()


def fichiers_de(dossier: Path) -> Iterator[Path]:
    """Yield the files of a folder and of those below, but what is not ours (``IGNORES``)."""
    for folder, dossiers, fichiers in os.walk(dossier):
        dossiers[:] = [nom for nom in dossiers if not nom.startswith(IGNORES)]
        for nom in fichiers:
            if not nom.startswith(IGNORES):
                yield Path(folder, nom)


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of all that the package requires, directly or not."""
    from packaging.requirements import Requirement

    versions_installees = {PYTHON: platform.python_version()}
    a_voir = ["ctglib"]
    while a_voir:
        nom = re.sub(r"[-_.]+", "-", a_voir.pop()).lower()
        if nom in versions_installees:
            continue
        try:
            distribution = metadata.distribution(nom)
        except metadata.PackageNotFoundError:  # of another system, or of another version of Python
            continue
        # ``distribution.metadata`` reads all of it as an e-mail, the long description too: five
        # times longer.
        texte = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        champs = CHAMP.findall(texte.partition("\n\n")[0])
        versions_installees[nom] = dict(champs)["Version"]
        for champ, valeur in champs:
            if champ != "Requires-Dist" or "extra ==" in valeur:
                continue
            # What is required elsewhere may be here for the tests: it makes no report.
            exigence = Requirement(valeur)
            if exigence.marker is None or exigence.marker.evaluate():
                a_voir.append(exigence.name)
    return dict(sorted(versions_installees.items()))


@dataclass(frozen=True)
class Trace:
    """What a report was made from, and what it is made of."""

    carnet: str  # fingerprint of its notebook's sources
    parametres: dict[str, str | int]  # what the notebook was told
    code: str  # fingerprint of the library
    versions: dict[str, str]  # by package
    lus: dict[str, str]  # fingerprints of the data files read
    absents: list[str]  # data files and folders looked for and not found
    listes: dict[str, list[str]]  # names found in the data folders listed
    page: dict[str, str]  # what the portal says of it
    sorties: dict[str, str]  # fingerprints of its files, by path in the folder of the manifest
    # fingerprints of the parts used of the studies of the follow-up (see ``lecture.Journal``)
    parts: dict[str, str]


@dataclass
class Manifeste:
    """The manifest of a folder of reports.

    The fingerprints of the follow-up are keyed: they may be published.
    """

    chemin: Path
    # the last success of each report, by its key
    traces: dict[str, Trace] = field(default_factory=dict)
    # the title of the reports that failed since then, by key
    echecs: dict[str, str] = field(default_factory=dict)

    def consigner(
        self, fichiers: dict[Path, bytes], cle: str, *, trace: Trace | None = None, echec: str = ""
    ) -> None:
        """Write the files of a report and, last, the manifest that tells of them, all or none.

        ``trace`` is what it was made from; without one its last success stays. ``echec`` is its
        title, when what is written is the page of its failure.

        Raises:
            EcritureImpossible: Something cannot be written; the manifest is then as it was.
        """
        traces = dict(self.traces)
        if trace:
            traces[cle] = trace
        echecs = dict(self.echecs)
        echecs.pop(cle, None)
        if echec:
            echecs[cle] = echec
        contenu = {
            "forme": FORME,
            "rapports": {nom: vars(trace) for nom, trace in traces.items()},
            "echecs": echecs,
        }
        # sorted: the same in whatever order the reports were made
        texte = json.dumps(contenu, ensure_ascii=False, indent=1, sort_keys=True)
        ecrire({**fichiers, self.chemin: f"{texte}\n".encode()})
        self.traces = traces
        self.echecs = echecs


def lire_manifeste(dossier: Path) -> Manifeste:
    """Return the manifest of a folder; an empty one when none can be read: all is to be made."""
    chemin = dossier / MANIFESTE
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        contenu = json.loads(chemin.read_bytes())
        if contenu["forme"] == FORME:
            traces = {cle: Trace(**champs) for cle, champs in contenu["rapports"].items()}
            return Manifeste(chemin, traces, dict(contenu["echecs"]))
    return Manifeste(chemin)


@dataclass(frozen=True)
class Prevision:
    """A report, its manifest, and why it has to be made; no reason, it is up to date.

    ``suspendue``: it may be up to date all the same, when the parts that it used of the follow-up
    have not changed.
    """

    commande: Commande
    manifeste: Manifeste
    raisons: tuple[str, ...]
    suspendue: bool = False

    @property
    def trace(self) -> Trace | None:
        """The last success of the report."""
        return self.manifeste.traces.get(self.commande.cle)

    def oublier_l_echec(self, trace: Trace | None = None) -> None:
        """Note that the report is up to date, whatever became of it meanwhile."""
        self.manifeste.consigner({}, self.commande.cle, trace=trace)
        self.commande.page_echec.unlink(missing_ok=True)


def prevoir(commandes: Iterable[Commande], *, forcer: bool = False) -> Iterator[Prevision]:
    """Yield the reports asked for, with why each has to be made.

    They come convention by convention, and one manifest at a time is held: memory does not grow
    with their number. In each the longest come first, those that made most files, then the longest
    notebooks; and the last year.
    """
    donnees = Donnees()
    for dossier, commandes_du_dossier in groupby(commandes, key=lambda commande: commande.dossier):
        manifeste = lire_manifeste(dossier)
        du_plus_long = partial(_longueur, manifeste)
        for commande in sorted(commandes_du_dossier, key=du_plus_long, reverse=True):
            yield _prevoir_un_rapport(commande, manifeste, donnees, forcer=forcer)


def _longueur(manifeste: Manifeste, commande: Commande) -> tuple[int, int, int]:
    """Return what tells how long a report is to make: its files, its notebook; then its year."""
    trace = manifeste.traces.get(commande.cle)
    fichiers = len(trace.sorties) if trace else 0
    return fichiers, commande.carnet.stat().st_size, commande.annee or 0


def _prevoir_un_rapport(
    commande: Commande, manifeste: Manifeste, donnees: Donnees, *, forcer: bool
) -> Prevision:
    """Return why a report has to be made, the causes that a reader knows best first."""
    trace = manifeste.traces.get(commande.cle)
    if trace is None:
        return Prevision(commande, manifeste, (JAMAIS,))
    raisons = [
        f"format {sorte} pas encore produit"
        for sorte in commande.formats
        if f"{commande.cle}.{sorte}" not in trace.sorties
    ]
    raisons += causes(commande, trace, donnees)
    raisons += fichiers_touches(commande.dossier, trace.sorties)
    if not raisons:
        return Prevision(commande, manifeste, (FORCE,) if forcer else ())
    # When all that has changed is follow-up, of which it used parts and no whole, these parts tell
    # if it matters.
    suivi = {nom: lue for nom, lue in trace.lus.items() if not publiable(nom)}
    par_parts = bool(trace.parts) and all(trace.parts.values())
    suivi_seul = raisons == list(donnees.changees(suivi))
    suspendue = par_parts and suivi_seul and not forcer
    return Prevision(commande, manifeste, tuple(raisons), suspendue)


class Donnees:
    """The data folder as it is now, each file read once however many reports have read it."""

    def __init__(self) -> None:
        self.empreinte = cache(_empreinte_si_lisible)
        self.noms = cache(_noms_si_lisibles)
        self.existe = cache(lambda nom: (lecture.racine() / nom).exists())

    def changees(self, lus: Mapping[str, str]) -> Iterator[str]:
        """Yield the files that no longer have the fingerprint they were read with."""
        for nom, empreinte_lue in lus.items():
            actuelle = self.empreinte(nom)
            if actuelle is None:
                yield f"{nom} a disparu"
            elif actuelle != empreinte_lue:
                yield f"{nom} a changé"

    def changements(self, trace: Trace) -> Iterator[str]:
        """Yield what is no longer as a report read it, looked for it in vain or listed it."""
        yield from self.changees(trace.lus)
        for nom in trace.absents:
            if self.existe(nom):
                yield f"{nom} est apparu"
        for dossier, noms in trace.listes.items():
            noms_actuels = self.noms(dossier)
            for ajoute in sorted(noms_actuels - set(noms)):
                yield f"{dossier}/{ajoute} est apparu"
            for retire in sorted(set(noms) - noms_actuels):
                yield f"{dossier}/{retire} a disparu"


def _empreinte_si_lisible(nom: str) -> str | None:
    with suppress(DonneesInvalides):
        return lecture.empreinte(nom)
    return None


def _noms_si_lisibles(dossier: str) -> set[str]:
    with suppress(DonneesInvalides):
        return set(lecture.lister(dossier))
    return set()


def causes(commande: Commande, trace: Trace, donnees: Donnees) -> Iterator[str]:
    """Yield what is no longer as it was when a report was made.

    Data, parameters, notebook, code, versions.
    """
    yield from donnees.changements(trace)
    if dict(commande.parametres) != trace.parametres:
        yield "les paramètres ont changé"
    if Carnet(commande.carnet).empreinte != trace.carnet:
        yield f"le carnet {commande.carnet.name} a changé"
    if trace.code != empreinte_du_code():
        yield "le code du classeur a changé"
    anciennes = trace.versions
    actuelles = versions()
    for nom in sorted({*anciennes, *actuelles}):
        if nom not in anciennes:
            yield f"{nom} {actuelles[nom]} a été installé"
        elif nom not in actuelles:
            yield f"{nom} {anciennes[nom]} a été retiré"
        elif anciennes[nom] != actuelles[nom]:
            yield f"{nom} est passé de {anciennes[nom]} à {actuelles[nom]}"


def fichiers_touches(
    dossier: Path, attendus: Mapping[str, str], autre: str = PRODUIT_AUTREMENT
) -> Iterator[str]:
    """Yield the files of a folder that do not have their fingerprint: removed, touched, cut short.

    ``attendus`` are the fingerprints by name; ``autre`` is what is said of another content.
    """
    for nom, attendue in attendus.items():
        path = dossier / nom
        if path.is_symlink():
            yield f"{nom} {LIEN}"
        elif not path.is_file():
            yield f"{nom} a été retiré"
        elif empreinte(path.read_bytes()) != attendue:
            yield f"{nom} {autre}"
