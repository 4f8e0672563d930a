"""``manifeste.json``: what each report was made from, the files it gave, why it must be made again.

A report is out of date when one of these is no longer the same: the notebook's sources, the
parameters, every data file read, looked for or listed while it ran, the library's own code, the
installed versions. Files are compared by their content (sha256), never by their date.

Why a report must be made again is said in sentences for the user, which everything here yields:
« le carnet bilan.ipynb a changé ».
"""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib import metadata
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees import lecture
from ctglib.donnees.ecriture import PREFIXE, ecrire
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import publiable
from ctglib.export.formats import extensions_bureautiques, formats_connus
from ctglib.production.plan import (
    A_REPRENDRE,
    DONNEES,
    ECHEC,
    INTERNE,
    MANIFESTE,
    PAQUET,
    PUBLIQUE,
    REFAITS,
    Carnet,
    Commande,
)

if TYPE_CHECKING:
    from pydantic import TypeAdapter

FORME = 2  # of the file; another one is not read, and its reports are made again
JAMAIS = "jamais produit"
FORCE = "demandé par --forcer"
LIEN = "est un lien vers un autre fichier : remettre le fichier à sa place"
PRODUIT_AUTREMENT = "n'est pas celui qui avait été produit (travail interrompu, ou fichier modifié)"
REMPLI = "a été rempli ou modifié : ctg produire le met de côté et en fait un neuf"
PYTHON = "Python"
# in a folder of reports, what its manifest does not list: the internal reports have their own,
# those of a closed year made again beside and what is set aside have none
A_PART = re.compile(rf"{INTERNE}/|[0-9]{{4}}/{REFAITS}/|{A_REPRENDRE}/")
# what systems and office suites keep for themselves in a folder: how the names begin
DU_SYSTEME = ("~$", ".~lock.", ".DS_Store", "Thumbs.db", "desktop.ini")
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
    """Yield the files of a folder and of its subfolders, but those whose name is in ``IGNORES``."""
    for folder, dossiers, fichiers in os.walk(dossier):
        dossiers[:] = [nom for nom in dossiers if not nom.startswith(IGNORES)]
        for nom in fichiers:
            if not nom.startswith(IGNORES):
                yield Path(folder, nom)


@cache
def versions() -> dict[str, str]:
    """Return the installed versions of Python and of all that ctglib requires, directly or not.

    ``{"Python": "3.11.9", "ctglib": "0.1.0", …}``, in the order of names.
    """
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
    """What a report was made from, and the files that it gave.

    The fields are the keys of a report in ``manifeste.json``.
    """

    carnet: str  # fingerprint of its notebook's sources
    parametres: dict[str, str | int]  # those that its notebook was run with
    code: str  # fingerprint of the library
    versions: dict[str, str]  # by package
    lus: dict[str, str]  # fingerprints of the data files read, by path in the data folder
    absents: list[str]  # data files and folders looked for and not found
    listes: dict[str, list[str]]  # names found in the data folders listed
    page: dict[str, str]  # what the portal says of it (see ``produire._exporter``)
    sorties: dict[str, str]  # fingerprints of its files, by path in the folder of the manifest
    # fingerprints of the parts of the follow-up's studies that it used, by name
    # (« suivi/harnes/2024/publique/fiche-1 »); empty for one used whole (see ``lecture.Journal``)
    parts: dict[str, str]
    # of the lines that the parties signed, those that no longer hold: which, and why
    a_relire: list[str] = field(default_factory=list)
    # the large numbers of its first page (see ``Document.chiffres``); None in a manifest of before
    chiffres: list[dict[str, str]] | None = None


@dataclass
class Manifeste:
    """The manifest of a folder of reports.

    It may be published: the fingerprint of a follow-up file is made with the convention's secret
    key, so that nobody can guess the file's counts by trying some.
    """

    chemin: Path
    # the last success of each report, by its key
    traces: dict[str, Trace] = field(default_factory=dict)
    # the title of the reports that failed since then, by key
    echecs: dict[str, str] = field(default_factory=dict)

    @property
    def fichiers(self) -> dict[str, str]:
        """The paths that may be in its folder, with their fingerprint when it matters."""
        attendus = {MANIFESTE: "", DONNEES: ""}  # the latter is made from those of its reports
        for trace in self.traces.values():
            attendus |= trace.sorties
        for cle in self.echecs:
            attendus[f"{cle}.{ECHEC}"] = ""
        return attendus

    def duree_attendue(self, commande: Commande) -> tuple[int, int, int]:
        """Return what a report is sorted by, the greater the longer it should take to make.

        How many files it made last time, then how many bytes its notebook has, then its year.
        """
        trace = self.traces.get(commande.cle)
        fichiers = len(trace.sorties) if trace else 0
        return fichiers, commande.carnet.stat().st_size, commande.annee or 0

    def consigner(
        self, fichiers: dict[Path, bytes], cle: str, *, trace: Trace | None = None, echec: str = ""
    ) -> None:
        """Write the files of a report and, last, the manifest that lists them: all or none.

        Args:
            fichiers: What to write, by path.
            cle: The key of the report in its convention: « 2024/bilan ».
            trace: What it was made from; without one, the trace of its last success stays.
            echec: The title of the report, when the file is the page of its failure; "" records
                that it has not failed.

        Raises:
            EcritureImpossible: Something cannot be written; the manifest is then as it was.
        """
        traces = {cle: trace} if trace else {}
        self.consigner_plusieurs(fichiers, traces, {cle: echec})

    def oublier(self, cles: Iterable[str]) -> None:
        """Write the manifest without some reports.

        Raises:
            EcritureImpossible: It cannot be written, and is then as it was.
        """
        for cle in cles:
            self.traces.pop(cle, None)
            self.echecs.pop(cle, None)
        self.consigner_plusieurs({}, {}, {})

    def consigner_plusieurs(
        self, fichiers: Mapping[Path, bytes], traces: Mapping[str, Trace], echecs: Mapping[str, str]
    ) -> None:
        """Write files, of several reports and others, and last the manifest: all or none.

        Args:
            fichiers: What to write, by path.
            traces: What reports were made from, by key; that of the others stays.
            echecs: The title of those that failed, by key; "" for one that has not.

        Raises:
            EcritureImpossible: Something cannot be written; all is then as it was.
        """
        traces = {**self.traces, **traces}
        echecs = {cle: titre for cle, titre in {**self.echecs, **echecs}.items() if titre}
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
    """Return the manifest of a folder.

    An empty one when there is none, or it cannot be read, or has another ``FORME``: every report of
    the folder is then to be made.
    """
    chemin = dossier / MANIFESTE
    with suppress(OSError, ValueError):  # pydantic's error is one
        ecrit = _lecteur().validate_json(chemin.read_bytes())
        if ecrit.forme == FORME:
            return Manifeste(chemin, ecrit.rapports, ecrit.echecs)
    return Manifeste(chemin)


@dataclass
class _Ecrit:
    """What is in ``manifeste.json``."""

    forme: int
    rapports: dict[str, Trace]
    echecs: dict[str, str]


@cache
def _lecteur() -> TypeAdapter[_Ecrit]:
    """Return what reads a manifest, which may come from outside: each value is of its kind."""
    from pydantic import TypeAdapter

    return TypeAdapter(_Ecrit)


@dataclass(frozen=True)
class Prevision:
    """A report, its manifest, and why it has to be made: no reason, and it is up to date.

    ``suspendue``: the only reasons are changed files of the follow-up, of which the report used
    parts. It is up to date all the same when these parts have not changed; to know that takes
    studying the follow-up again, which is done later (``produire.ecarter_les_rapports_a_jour``).
    """

    commande: Commande
    manifeste: Manifeste
    raisons: tuple[str, ...]  # sentences
    suspendue: bool = False

    @property
    def trace(self) -> Trace | None:
        """What the last success of the report was made from, None when it was never made."""
        return self.manifeste.traces.get(self.commande.cle)

    def noter_a_jour(self, trace: Trace | None = None) -> None:
        """Note in the manifest that the report is up to date, and remove the page of its failure.

        ``trace``, when given, replaces that of its last success.
        """
        self.manifeste.consigner({}, self.commande.cle, trace=trace)
        self.commande.page_echec.unlink(missing_ok=True)


def prevoir(commandes: Iterable[Commande], *, forcer: bool = False) -> Iterator[Prevision]:
    """Yield the reports asked for, up to date or not, each with why it has to be made.

    They come folder by folder, as ``commandes`` does, and one manifest at a time is held: memory
    does not grow with their number. In a folder those that take longest come first, so that no
    worker ends long after the others: those that made most files, then those with the biggest
    notebooks; of two alike, the last year.
    """
    donnees = Donnees()
    for dossier, commandes_du_dossier in groupby(commandes, key=lambda commande: commande.dossier):
        manifeste = lire_manifeste(dossier)
        for commande in sorted(commandes_du_dossier, key=manifeste.duree_attendue, reverse=True):
            yield _prevoir_un_rapport(commande, manifeste, donnees, forcer=forcer)


def _prevoir_un_rapport(
    commande: Commande, manifeste: Manifeste, donnees: Donnees, *, forcer: bool
) -> Prevision:
    """Return a report with why it has to be made, the reasons that a user knows best first.

    ``forcer`` gives a reason to a report that has no other.
    """
    trace = manifeste.traces.get(commande.cle)
    if trace is None:
        return Prevision(commande, manifeste, (JAMAIS,))
    raisons = [
        f"format {sorte} pas encore produit"
        for sorte in commande.formats
        if f"{commande.cle}.{sorte}" not in trace.sorties
    ]
    changements = [
        *causes(commande, trace, donnees),
        *phrases_des_fichiers_touches(commande.dossier, trace.sorties),
    ]
    if changements or forcer:
        commande = replace(commande, formats=_formats_a_refaire(commande, trace))
    raisons += changements
    if not raisons:
        force = forcer and not est_garde(commande, trace)
        return Prevision(commande, manifeste, (FORCE,) if force else ())
    # Each changed file gives one reason: with as many reasons as changed files, nothing else has
    # changed. The files that may not be published are those of the follow-up. When only these have
    # changed, and the report used parts of the follow-up and never the whole of it, the parts tell
    # whether the report would be another one.
    fichiers_changes = donnees.fichiers_changes(trace.lus)
    rien_d_autre = len(raisons) == len(fichiers_changes)
    suivi_seul = rien_d_autre and not any(publiable(nom) for nom in fichiers_changes)
    par_parts = bool(trace.parts) and all(trace.parts.values())
    suspendue = par_parts and suivi_seul and not forcer and not est_garde(commande, trace)
    return Prevision(commande, manifeste, tuple(raisons), suspendue)


def _formats_a_refaire(commande: Commande, trace: Trace) -> tuple[str, ...]:
    """Return the formats of a report that has changed: those asked for, and those that are there.

    Slides of an old bilan never stay beside a new one. A format whose file has been removed is not
    made again unless it is asked for; in a closed year, all that was published is.
    """
    formats = []
    for sorte in formats_connus():
        nom = f"{commande.cle}.{sorte}"
        la = nom in trace.sorties and (
            est_garde(commande, trace) or (commande.dossier / nom).exists()
        )
        if la or sorte in commande.formats:
            formats.append(sorte)
    return tuple(formats)


class Donnees:
    """The data folder as it is now; each file is read once, however many reports depend on it."""

    def __init__(self) -> None:
        self.empreinte = cache(_empreinte_si_lisible)
        self.noms = cache(_noms_si_lisibles)
        self.existe = cache(lambda nom: (lecture.racine() / nom).exists())

    def fichiers_changes(self, empreintes_lues: Mapping[str, str]) -> dict[str, str]:
        """Return a sentence a file that no longer has the fingerprint it was read with, by path.

        « catalogue/indicateurs.yaml a changé », or « … a disparu » when it cannot be read any more.
        """
        phrases = {}
        for nom, empreinte_lue in empreintes_lues.items():
            actuelle = self.empreinte(nom)
            if actuelle is None:
                phrases[nom] = f"{nom} a disparu"
            elif actuelle != empreinte_lue:
                phrases[nom] = f"{nom} a changé"
        return phrases

    def phrases_des_changements(self, trace: Trace) -> Iterator[str]:
        """Yield a sentence a change of the data that a report was made from.

        Files read that have changed or gone, those looked for in vain that are now there (« x est
        apparu »), names that were added to a folder it listed or removed from it.
        """
        yield from self.fichiers_changes(trace.lus).values()
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
    """Yield a sentence for each thing that is no longer as it was when a report was made.

    In order: the data, the parameters, the notebook, the code, the versions (« pandas est passé de
    3.0.0 à 3.0.1 »). The report of a closed year stays as it was published: nothing counts but the
    copy of its plan.
    """
    if est_garde(commande, trace):
        copie = commande.copie_du_plan
        yield from donnees.fichiers_changes({copie: trace.lus[copie]}).values()
        return
    yield from donnees.phrases_des_changements(trace)
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


def est_garde(commande: Commande, trace: Trace) -> bool:
    """Tell whether a report was made from the copy that the closing of its year keeps.

    It is then left as it is, whatever has changed since.
    """
    copie = commande.copie_du_plan
    return copie in trace.lus and lecture.existe(copie)


def autres_que_publies(commandes: Iterable[Commande]) -> list[Commande]:
    """Return the reports of closed years that are here, and are not those that were published.

    They were made again, where there was none, by another version of the program than the one that
    closed the year.
    """
    from ctglib.donnees.plan import plan_clos

    manifeste_de = cache(lire_manifeste)  # each is read once
    autres = []
    for commande in commandes:
        copie = None
        if commande.annee and commande.diffusion == PUBLIQUE:
            copie = plan_clos(commande.convention, commande.annee)
        if copie is None:
            continue
        trace = manifeste_de(commande.dossier).traces.get(commande.cle)
        sorties = trace.sorties if trace else {}
        publiees = copie.publications
        if any(publiees.get(nom, ecrite) != ecrite for nom, ecrite in sorties.items()):
            autres.append(commande)
    return autres


def lignes_a_relire(commandes: Iterable[Commande]) -> list[str]:
    """Return the lines that the parties signed and that reports no longer print, each in a sentence
    with its report: « demonstration, 2026, bilan, le chapô (…) : … ».
    """
    manifeste_de = cache(lire_manifeste)  # each is read once
    lignes = []
    for commande in commandes:
        trace = manifeste_de(commande.dossier).traces.get(commande.cle)
        if trace:
            lignes += [f"{commande.nom}, {phrase}" for phrase in trace.a_relire]
    return list(dict.fromkeys(lignes))


def phrases_des_fichiers_touches(
    dossier: Path, attendus: Mapping[str, str], autre: str = PRODUIT_AUTREMENT
) -> Iterator[str]:
    """Yield a sentence a file of a folder that is gone, or is not the one expected.

    « 2024/bilan.html a été retiré ».

    Args:
        dossier: Where the files are.
        attendus: Their fingerprints, by path in the folder.
        autre: What is said of a file with another content, after its path.
    """
    for nom, attendue in attendus.items():
        path = dossier / nom
        if path.is_symlink():
            yield f"{nom} {LIEN}"
        elif not path.is_file():
            yield f"{nom} a été retiré"
        elif not tel_qu_ecrit(path, attendue):
            rempli = est_bureautique(nom) and autre == PRODUIT_AUTREMENT
            yield f"{nom} {REMPLI if rempli else autre}"


def est_bureautique(nom: str) -> bool:
    """Tell whether a file is one that somebody may fill in, by its name."""
    return nom.endswith(extensions_bureautiques())


def tel_qu_ecrit(path: Path, attendue: str | None) -> bool:
    """Tell whether a file has the fingerprint that was written down; None, it has none."""
    return attendue is not None and empreinte(path.read_bytes()) == attendue


def fichiers_presents(dossier: Path, sauf: re.Pattern[str] = A_PART) -> set[str]:
    """Return the paths of a folder's files and links, but those of ``sauf``, temporary ones, and
    those of ``DU_SYSTEME``.

    ``sauf`` matches the beginning of a path.
    """
    noms = set()
    for path in dossier.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            continue
        chemin = path.relative_to(dossier)
        provisoire = any(partie.startswith(PREFIXE) for partie in chemin.parts)
        du_systeme = path.name.startswith(DU_SYSTEME)
        if not provisoire and not du_systeme and not sauf.match(chemin.as_posix()):
            noms.add(chemin.as_posix())
    return noms
