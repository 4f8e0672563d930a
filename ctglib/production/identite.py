"""What a report is made by: the library's own code and the installed versions. The data are in its manifest."""

from __future__ import annotations

import platform
import re
from functools import lru_cache
from hashlib import sha256
from importlib import metadata
from typing import TYPE_CHECKING

from ctglib.production.rapports import PAQUET

if TYPE_CHECKING:
    from pathlib import Path

PYTHON = "Python"
CHAMP = re.compile(r"^([\w-]+): (.*)$", re.MULTILINE)


def empreinte(octets: bytes) -> str:
    """Return the sha256 of some bytes."""
    return sha256(octets).hexdigest()


@lru_cache(maxsize=1)
def empreinte_du_code() -> str:
    """Return the fingerprint of every file of the package, templates and style sheets among them.

    They are read each time: 140 small files take a few milliseconds, less than would tell whether one has changed.
    """
    total = sha256()
    for path in fichiers_du_code():
        total.update(f"{path.relative_to(PAQUET).as_posix()}\0{empreinte(path.read_bytes())}\n".encode())
    return total.hexdigest()


def fichiers_du_code() -> list[Path]:
    """Return the files of the package, in order; what Python compiled and what is hidden left out."""
    return [path for path in sorted(PAQUET.rglob("*")) if path.is_file() and _du_code(path.relative_to(PAQUET))]


def _du_code(relatif: Path) -> bool:
    return not any(part == "__pycache__" or part.startswith(".") for part in relatif.parts)


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the versions of Python and of all that the package requires, and that those require in turn."""
    found, restants = {PYTHON: platform.python_version()}, ["ctglib"]
    while restants:
        nom = _canonique(restants.pop())
        if nom in found:
            continue
        try:
            fiche = _fiche(metadata.distribution(nom))
        except metadata.PackageNotFoundError:  # of another system, or of another version of Python
            continue
        found[nom] = dict(fiche)["Version"]
        restants += [_nom(value) for key, value in fiche if key == "Requires-Dist" and "extra ==" not in value]
    return dict(sorted(found.items()))


def _fiche(distribution: metadata.Distribution) -> list[tuple[str, str]]:
    """Return the names and values that a package declares.

    ``distribution.metadata`` reads the whole as an e-mail, its long description too: five times longer.
    """
    fiche = distribution.read_text("METADATA") or distribution.read_text("PKG-INFO") or ""
    return CHAMP.findall(fiche.partition("\n\n")[0])


def _nom(exigence: str) -> str:
    """Return the name in « nom>=1.0; marqueur »."""
    return re.match(r"[\w.-]+", exigence).group()


def _canonique(nom: str) -> str:
    return re.sub(r"[-_.]+", "-", nom).lower()
