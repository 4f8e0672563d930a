"""What an archive holds: the reports of a convention that may be published, and all that makes them again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.cle import FICHIER as CLE
from ctglib.donnees.lecture import existe, lire_octets, lister
from ctglib.production.identite import PAQUET, fichiers_du_code
from ctglib.production.portail import octets_du_portail
from ctglib.production.rapports import MANIFESTE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ctglib.production.manifeste import Manifeste

PROJET = PAQUET.parent
VERROU = "requirements.lock"
REQUIS = ("pyproject.toml", "README.md", VERROU)  # without them the library does not install
AUTRES = ("CHANGELOG.md", "environment.yml", "LICENCE*", "LICENSE*", "docs/*.md")
PARTAGES = ("catalogue", "schemas", "sources")


def fichiers_requis_absents() -> tuple[str, ...]:
    """Return the files of the project that an archive cannot do without and that are not beside the library."""
    return tuple(nom for nom in REQUIS if not (PROJET / nom).is_file())


def rassembler(manifeste: Manifeste, carnets: Path) -> dict[str, bytes]:
    """Return the files of an archive by their path in it, but those that tell of the others.

    The paths are those of the project: the library unpacked finds its data and its notebooks where it looks for them.
    The key of the convention goes with the counts as entered, which it hides: without it neither is made again.
    Of the reports only what the manifest tells of is taken: internal reports have another one, in a folder of theirs.

    Args:
        manifeste: That of the convention's public reports.
        carnets: Folder of the notebooks.
    """
    convention = manifeste.chemin.parent.name
    dossiers = (*PARTAGES, f"conventions/{convention}")
    projet = {path for motif in (*REQUIS, *AUTRES) for path in PROJET.glob(motif)}
    cle = f"conventions/{convention}/{CLE}"
    return {
        **{f"data/{nom}": lire_octets(nom) for dossier in dossiers for nom in _arbre(dossier)},
        **({f"data/{cle}": lire_octets(cle)} if existe(cle) else {}),
        **{path.relative_to(PROJET).as_posix(): path.read_bytes() for path in (*projet, *fichiers_du_code())},
        **{f"notebooks/{path.name}": path.read_bytes() for path in carnets.glob("*.ipynb")},
        **{f"reports/{convention}/{nom}": content for nom, content in _sorties(manifeste)},
        **{f"reports/{nom}": content for nom, content in octets_du_portail([manifeste.chemin]).items()},
    }


def _sorties(manifeste: Manifeste) -> Iterator[tuple[str, bytes]]:
    """Yield the manifest and the files it tells of that are there."""
    dossier = manifeste.chemin.parent
    noms = {nom for trace in manifeste.traces.values() for nom in trace.sorties}
    for nom in (MANIFESTE, *sorted(noms)):
        if (dossier / nom).is_file():
            yield nom, (dossier / nom).read_bytes()


def _arbre(relatif: str) -> Iterator[str]:
    """Yield the data files of a folder and of those below."""
    for nom in lister(relatif):
        if nom.endswith("/"):
            yield from _arbre(f"{relatif}/{nom.removesuffix('/')}")
        else:
            yield f"{relatif}/{nom}"
