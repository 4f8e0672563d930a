"""One file that keeps the reports of a convention with all that makes them again; the same bytes each time."""

from __future__ import annotations

import io
import platform
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production import archive_crate
from ctglib.production.archive_contenu import rassembler
from ctglib.production.archive_paquets import DOSSIER as PAQUETS
from ctglib.production.identite import PYTHON, versions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.production.manifeste import Manifeste

LISEZMOI = "LISEZMOI.md"
MODELES = Path(__file__).parent / "modeles"
EPOQUE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can write: an archive bears no clock
UNIX, DROITS = 3, 0o100644
DEJA_COMPRESSES = {".whl", ".png", ".pdf", ".docx"}


@dataclass(frozen=True)
class Fiche:
    """What is said of an archive as a whole.

    Attributes:
        convention: The convention.
        date: That of the most recent report, as its cover bears it.
        version: Of the library.
        python: Version that made the reports.
        systeme: System that made the archive.
        reserves: What was not up to date when it was made all the same.
    """

    convention: Convention
    date: str
    version: str
    python: str
    systeme: str
    reserves: tuple[str, ...]


def archiver(
    manifeste: Manifeste, carnets: Path, *, reserves: tuple[str, ...] = (), paquets: Mapping[str, bytes] | None = None
) -> bytes:
    """Return the archive of a convention.

    Args:
        manifeste: That of its public reports.
        carnets: Folder of the notebooks.
        reserves: What is not up to date, that the archive has to say.
        paquets: Packages to put inside, by path.

    Raises:
        DonneesInvalides: A file of the data that the archive describes does not hold.
    """
    fiche = _fiche(manifeste, reserves)
    fichiers = {**rassembler(manifeste, carnets), **(paquets or {})}
    fichiers[LISEZMOI] = _lisezmoi(fiche, manifeste, avec_paquets=bool(paquets))
    fichiers[archive_crate.NOM] = archive_crate.decrire(fiche, manifeste, fichiers)
    return _compresser(fichiers)


def _fiche(manifeste: Manifeste, reserves: tuple[str, ...]) -> Fiche:
    nom = manifeste.chemin.parent.name
    convention = charger_yaml(f"conventions/{nom}/convention.yaml", Convention)
    found = versions()
    return Fiche(
        convention=convention,
        date=max((trace.page.get("date", "") for trace in manifeste.traces.values()), default="")
        or convention.debut.isoformat(),
        version=found.get("ctglib", ""),
        python=found[PYTHON],
        systeme=f"{platform.system()} {platform.machine()}",
        reserves=reserves,
    )


def _lisezmoi(fiche: Fiche, manifeste: Manifeste, *, avec_paquets: bool) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(MODELES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )  # not escaped: this page is Markdown, read as text
    page = environment.get_template("LISEZMOI.md.j2").render(
        fiche=fiche,
        nom=manifeste.chemin.parent.name,
        traces=sorted(manifeste.traces.items()),
        paquets=f"--no-index -f {PAQUETS} " if avec_paquets else "",
    )
    return page.encode("utf-8")


def _compresser(fichiers: Mapping[str, bytes]) -> bytes:
    """Return a zip of files: names in order, no clock, no trace of the system that wrote it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for nom, content in sorted(fichiers.items()):
            entree = zipfile.ZipInfo(nom, EPOQUE)
            entree.create_system, entree.external_attr = UNIX, DROITS << 16
            stored = Path(nom).suffix in DEJA_COMPRESSES
            entree.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entree, content)
    return buffer.getvalue()
