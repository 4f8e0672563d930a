"""``manifeste.json``: what each report was made from and is made of; so, why it has to be made
again, if it has.

What counts: the notebook's sources, the parameters, every data file read, looked for or listed
while it ran, the library's own code, the installed versions. Everything is compared by content;
dates tell nothing.
"""

import json
import os
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from importlib import metadata
from itertools import chain, groupby
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
    """Return the fingerprint of every file of the package, templates and style sheets among them."""
    total = sha256()
    for path in sorted(fichiers_de(PAQUET)):
        total.update(
            f"{path.relative_to(PAQUET).as_posix()}\0{empreinte(path.read_bytes())}\n".encode()
        )
    return total.hexdigest()


def fichiers_de(*dossiers: Path) -> Iterator[Path]:
    """Yield the files of folders and of those below; what is hidden, compiled or locked by a
    spreadsheet left out.
    """
    for folder, below, names in chain.from_iterable(map(os.walk, dossiers)):
        below[:] = [name for name in below if not name.startswith(IGNORES)]
        yield from (Path(folder, name) for name in names if not name.startswith(IGNORES))


@cache
def versions() -> dict[str, str]:
    """Return the versions of Python and of all that the package requires, and that those require in
    turn.
    """
    from packaging.requirements import Requirement

    found = {PYTHON: platform.python_version()}
    restants = ["ctglib"]
    while restants:
        nom = re.sub(r"[-_.]+", "-", restants.pop()).lower()
        if nom in found:
            continue
        try:
            distribution = metadata.distribution(nom)
        except metadata.PackageNotFoundError:  # of another system, or of another version of Python
            continue
        # ``distribution.metadata`` reads all of it as an e-mail, the long description too: five
        # times longer.
        text = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
        fields = CHAMP.findall(text.partition("\n\n")[0])
        found[nom] = dict(fields)["Version"]
        required = [
            Requirement(value)
            for key, value in fields
            if key == "Requires-Dist" and "extra ==" not in value
        ]
        # What is required elsewhere may be here for the tests: it makes no report.
        restants += [one.name for one in required if one.marker is None or one.marker.evaluate()]
    return dict(sorted(found.items()))


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
    parts: dict[
        str, str
    ]  # fingerprints of the parts used of the studies of the follow-up (see ``lecture.Journal``)


@dataclass
class Manifeste:
    """The manifest of a folder of reports.

    The fingerprints of the follow-up are keyed: they may be published.
    """

    chemin: Path
    traces: dict[str, Trace] = field(
        default_factory=dict
    )  # the last success of each report, by its key
    echecs: dict[str, str] = field(
        default_factory=dict
    )  # the title of the reports that failed since then, by key

    def consigner(
        self, fichiers: dict[Path, bytes], cle: str, *, trace: Trace | None = None, echec: str = ""
    ) -> None:
        """Write the files of a report and, last, the manifest that tells of them, all or none.

        ``trace`` is what it was made from; without one its last success stays. ``echec`` is its
        title, when what is written is the page of its failure.

        Raises:
            EcritureImpossible: Something cannot be written; the manifest is then as it was.
        """
        traces = {**self.traces, cle: trace} if trace else self.traces
        echecs = {key: titre for key, titre in self.echecs.items() if key != cle} | (
            {cle: echec} if echec else {}
        )
        told = {
            "forme": FORME,
            "rapports": {key: vars(one) for key, one in traces.items()},
            "echecs": echecs,
        }
        text = json.dumps(
            told, ensure_ascii=False, indent=1, sort_keys=True
        )  # in whatever order they were made
        ecrire({**fichiers, self.chemin: f"{text}\n".encode()})
        self.traces = traces
        self.echecs = echecs


def lire_manifeste(dossier: Path) -> Manifeste:
    """Return the manifest of a folder; without one that can be read, an empty one: all its reports
    are to be made.
    """
    chemin = dossier / MANIFESTE
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        content = json.loads(chemin.read_bytes())
        if content["forme"] == FORME:
            traces = {cle: Trace(**told) for cle, told in content["rapports"].items()}
            return Manifeste(chemin, traces, dict(content["echecs"]))
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


def prevoir(orders: Iterable[Commande], *, forcer: bool = False) -> Iterator[Prevision]:
    """Yield the reports asked for, with why each has to be made, the causes that a reader knows
    best first.

    They come convention by convention, and one manifest at a time is held: memory does not grow
    with their number. In each the longest come first, those that made most files, then the longest
    notebooks; and the last year.
    """
    donnees = Donnees()
    for dossier, own in groupby(orders, key=lambda order: order.dossier):
        manifeste = lire_manifeste(dossier)
        made = {cle: len(trace.sorties) for cle, trace in manifeste.traces.items()}
        for commande in sorted(
            own, key=lambda it: (-made.get(it.cle, 0), -it.carnet.stat().st_size, -(it.annee or 0))
        ):
            trace = manifeste.traces.get(commande.cle)
            raisons = (JAMAIS,)
            suspendue = False
            if trace:
                absents = (
                    kind
                    for kind in commande.formats
                    if f"{commande.cle}.{kind}" not in trace.sorties
                )
                raisons = (
                    *(f"format {kind} pas encore produit" for kind in absents),
                    *causes(commande, trace, donnees),
                    *fichiers_touches(dossier, trace.sorties),
                )
                # All that has changed is follow-up, of which it used parts and no whole: they tell
                # if it matters.
                suivi = {nom: lue for nom, lue in trace.lus.items() if not publiable(nom)}
                parts = trace.parts and all(trace.parts.values())
                suspendue = (
                    bool(raisons and parts)
                    and not forcer
                    and raisons == tuple(donnees.changees(suivi))
                )
            yield Prevision(commande, manifeste, raisons or ((FORCE,) if forcer else ()), suspendue)


class Donnees:
    """The data folder as it is now, each file read once however many reports have read it."""

    def __init__(self) -> None:
        self.empreinte = cache(lambda nom: _essayer(lecture.empreinte, nom))
        self.noms = cache(lambda nom: set(_essayer(lecture.lister, nom) or ()))
        self.existe = cache(lambda nom: (lecture.racine() / nom).exists())

    def changees(self, lus: Mapping[str, str]) -> Iterator[str]:
        """Yield the files that no longer have the fingerprint they were read with."""
        for nom, lue in lus.items():
            if (actuelle := self.empreinte(nom)) != lue:
                yield f"{nom} a {'disparu' if actuelle is None else 'changé'}"

    def changements(self, lu: Trace) -> Iterator[str]:
        """Yield what is no longer as a piece of work read it, looked for it in vain or listed it."""
        yield from self.changees(lu.lus)
        yield from (f"{nom} est apparu" for nom in lu.absents if self.existe(nom))
        for nom, noms in lu.listes.items():
            yield from (
                f"{nom}/{ajoute} est apparu" for ajoute in sorted(self.noms(nom) - set(noms))
            )
            yield from (
                f"{nom}/{retire} a disparu" for retire in sorted(set(noms) - self.noms(nom))
            )


def _essayer(lire: Callable[[str], object], nom: str) -> object:
    with suppress(DonneesInvalides):
        return lire(nom)


def causes(commande: Commande, trace: Trace, donnees: Donnees) -> Iterator[str]:
    """Yield what is no longer as it was when a report was made: data, parameters, notebook, code,
    versions.
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
    """Yield the files that are not those of these fingerprints: removed, touched, or left by a work
    cut short.
    """
    for nom, attendue in attendus.items():
        path = dossier / nom
        if path.is_symlink():
            yield f"{nom} {LIEN}"
        elif not path.is_file():
            yield f"{nom} a été retiré"
        elif empreinte(path.read_bytes()) != attendue:
            yield f"{nom} {autre}"
