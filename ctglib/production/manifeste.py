"""``manifeste.json``: of each report of a convention, what it was made from and what it is made of."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import ecrire
from ctglib.production.identite import empreinte, empreinte_du_code, versions
from ctglib.production.rapports import MANIFESTE

if TYPE_CHECKING:
    from pathlib import Path

    from ctglib.production.fabrication import Fabrication
    from ctglib.production.rapports import Commande

NIVEAUX = 3  # of the file that have a line for each entry: its own, the reports, what is said of each
FORME = 2  # of the file; another one is not read, and its reports are made again


@dataclass(frozen=True)
class Trace:
    """What a report was made from, and what it is made of.

    Attributes:
        carnet: Fingerprint of its notebook.
        parametres: What the notebook was told.
        code: Fingerprint of the library.
        versions: Versions installed, by package.
        lus: Fingerprints of the data files read.
        absents: Data files and folders looked for and not found.
        listes: Names found in the data folders listed.
        page: What the portal says of it.
        sorties: Fingerprints of its files, by path in the folder of the manifest.
        parts: Fingerprints of the parts used of the studies of the follow-up (see ``lecture.Journal``).
    """

    carnet: str
    parametres: dict[str, str | int]
    code: str
    versions: dict[str, str]
    lus: dict[str, str]
    absents: tuple[str, ...]
    listes: dict[str, tuple[str, ...]]
    page: dict[str, str]
    sorties: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def de(cls, commande: Commande, fabrication: Fabrication, precedente: Trace | None) -> Trace:
        """Return the trace of a report just made.

        A format that was not asked for this time stays in it as long as it is made from the same things: an older PDF
        beside a newer page is no longer a version of this report.
        """
        journal = fabrication.journal
        trace = cls(
            carnet=fabrication.carnet,
            parametres=dict(commande.parametres),
            code=empreinte_du_code(),
            versions=versions(),
            lus=dict(sorted(journal.lus.items())),
            absents=tuple(sorted(journal.absents)),
            listes={nom: tuple(journal.listes[nom]) for nom in sorted(journal.listes)},
            page=fabrication.page,
            sorties={nom: empreinte(content) for nom, content in sorted(fabrication.contenus.items())},
            parts=dict(sorted(journal.parts.items())),
        )
        if precedente and replace(precedente, sorties={}) == replace(trace, sorties={}):
            return replace(trace, sorties=dict(sorted({**precedente.sorties, **trace.sorties}.items())))
        return trace


@dataclass
class Manifeste:
    """The manifest of a folder of reports. The fingerprints of the follow-up are keyed: they may be published.

    Attributes:
        chemin: Where it lies.
        traces: The last success of each report, by its key.
        echecs: The title of the reports that failed since then, by key.
    """

    chemin: Path
    traces: dict[str, Trace] = field(default_factory=dict)
    echecs: dict[str, str] = field(default_factory=dict)

    def octets(self) -> bytes:
        """Return the file: same reports, same bytes, in whatever order they were made."""
        traces = {key: vars(self.traces[key]) for key in sorted(self.traces)}
        content = {
            "forme": FORME,
            "rapports": traces,
            "echecs": dict(sorted(self.echecs.items())),
        }
        return (_en_lignes(content, NIVEAUX) + "\n").encode("utf-8")

    def consigner(self, fichiers: dict[Path, bytes], cle: str, *, trace: Trace | None = None, echec: str = "") -> None:
        """Write the files of a report and, last, the manifest that tells of them, all or none.

        Args:
            fichiers: What to write, the report or the page of its failure; nothing when it is up to date again.
            cle: The report.
            trace: What it was made from; its last success stays when None.
            echec: Its title, when what is written is the page of its failure.

        Raises:
            EcritureImpossible: Something cannot be written; the manifest is then as it was.
        """
        traces = {**self.traces, cle: trace} if trace else self.traces
        echecs = {key: titre for key, titre in self.echecs.items() if key != cle} | ({cle: echec} if echec else {})
        ecrire({**fichiers, self.chemin: Manifeste(self.chemin, traces, echecs).octets()})
        self.traces, self.echecs = traces, echecs


def lire_manifeste(dossier: Path) -> Manifeste:
    """Return the manifest of a folder; without one that can be read, an empty one: all its reports are to be made."""
    chemin = dossier / MANIFESTE
    try:
        content = json.loads(chemin.read_bytes())
        if content["forme"] != FORME:
            return Manifeste(chemin)
        traces = {key: _trace(value) for key, value in content["rapports"].items()}
        return Manifeste(chemin, traces, dict(content["echecs"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Manifeste(chemin)


def _en_lignes(contenu: object, niveaux: int, retrait: str = "") -> str:
    """Return JSON with a line for each entry of the outer levels: indenting all of it takes six times as long."""
    if not (niveaux and contenu and isinstance(contenu, dict)):
        return json.dumps(contenu, ensure_ascii=False)
    lignes = (
        f"{retrait} {json.dumps(nom, ensure_ascii=False)}: {_en_lignes(valeur, niveaux - 1, f'{retrait} ')}"
        for nom, valeur in contenu.items()
    )
    return "{\n" + ",\n".join(lignes) + f"\n{retrait}}}"


def _trace(trace: dict) -> Trace:
    listes = {nom: tuple(noms) for nom, noms in trace["listes"].items()}
    return Trace(**{**trace, "absents": tuple(trace["absents"]), "listes": listes})
