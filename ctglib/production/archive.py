"""One file that keeps the reports of a convention with all that makes them again; the same bytes
each time.

It has the shape of the project: the library unpacked finds its data and its notebooks where it
looks for them. Its description, as RO-Crate 1.1 asks, comes from a template: the library that would
write it brings the date of the day.
"""

from __future__ import annotations

import io
import json
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ctglib.donnees.ecriture import EPOQUE
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import CLE, existe, lire_octets, lister
from ctglib.production.echec import dire_refus, rendre
from ctglib.production.manifeste import PYTHON, Manifeste, empreinte, fichiers_de, versions
from ctglib.production.plan import (
    LISTE,
    MANIFESTE,
    PAQUET,
    PROJET,
    Carnet,
    carnets_declares,
    convention_de,
)
from ctglib.production.portail import PORTAIL, octets_du_portail
from ctglib.production.verifier import DESCRIPTION

if TYPE_CHECKING:
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.sources import FichierAjoute, Origine

LISEZMOI = "LISEZMOI.md"
VERROU = "requirements.lock"
PAQUETS = "paquets"
REQUIS = ("pyproject.toml", "README.md", VERROU)  # without them the library does not install
AUTRES = ("CHANGELOG.md", "environment.yml", "LICENCE*", "LICENSE*", "docs/*.md")
PARTAGES = ("catalogue", "schemas", "sources")
UNIX = 3
DROITS = 0o100644
DROITS_DE_LA_CLE = 0o100600
DEJA_COMPRESSES = {".whl", ".png", ".pdf", ".docx", ".pptx", ".xlsx"}
SYSTEME = f"{platform.system()} {platform.machine()}"


def archiver(
    manifeste: Manifeste,
    carnets: Path,
    *,
    reserves: tuple[str, ...] = (),
    paquets: Mapping[str, bytes] | None = None,
) -> tuple[bytes, bytes]:
    """Return the archive of a convention, and the description that it holds of itself.

    ``manifeste`` is that of its public reports, ``reserves`` what is not up to date, ``paquets`` to
    put inside by path.
    """
    nom = manifeste.chemin.parent.name
    convention = convention_de(nom)
    fichiers = {**rassembler(manifeste, carnets), **(paquets or {})}
    lisezmoi = rendre(
        "LISEZMOI.md.j2",
        titre=convention.titre,
        reserves=reserves,
        python=versions()[PYTHON],
        systeme=SYSTEME,
        nom=nom,
        traces=sorted(manifeste.traces.items()),
        paquets=f"--no-index -f {PAQUETS} " if paquets else "",
    )
    fichiers[LISEZMOI] = lisezmoi.encode("utf-8")
    fichiers[DESCRIPTION] = _decrire(convention, manifeste, fichiers, reserves)
    buffer = io.BytesIO()
    with zipfile.ZipFile(
        buffer, "w"
    ) as archive:  # names in order, no clock, no trace of the system that wrote it
        for path, content in sorted(fichiers.items()):
            entree = zipfile.ZipInfo(path, EPOQUE)
            entree.create_system = UNIX
            entree.external_attr = (DROITS_DE_LA_CLE if path.endswith(CLE) else DROITS) << 16
            stored = Path(path).suffix in DEJA_COMPRESSES
            entree.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entree, content)
    return buffer.getvalue(), fichiers[DESCRIPTION]


def rassembler(manifeste: Manifeste, carnets: Path) -> dict[str, bytes]:
    """Return the files of an archive by their path in it, but those that tell of the others.

    The key of the convention goes with the counts as entered, which it hides: without it neither is
    made again. Of the reports only what the manifest tells of is taken: internal reports have
    another one, in a folder of theirs. Of the notebooks only those of the declared list, and
    without what running them may have left in them.
    """
    dossier = manifeste.chemin.parent
    convention = manifeste.chemin.parent.name
    cle = f"conventions/{convention}/{CLE}"
    donnees = []
    folders = [*PARTAGES, f"conventions/{convention}"]
    for folder in (
        folders
    ):  # those below join the list while it is read; one that cannot be listed stops everything
        for nom in lister(folder):
            (folders if nom.endswith("/") else donnees).append(f"{folder}/{nom.removesuffix('/')}")
    projet = {path for motif in (*REQUIS, *AUTRES) for path in PROJET.glob(motif)}
    rapports = [MANIFESTE, *(nom for trace in manifeste.traces.values() for nom in trace.sorties)]
    return {
        **{f"data/{nom}": lire_octets(nom) for nom in [*donnees, *([cle] if existe(cle) else [])]},
        **{
            path.relative_to(PROJET).as_posix(): path.read_bytes()
            for path in (*projet, *fichiers_de(PAQUET))
        },
        **{
            f"notebooks/{carnet.chemin.name}": _sans_sorties(carnet)
            for carnet in carnets_declares(carnets)
        },
        f"notebooks/{LISTE}": (carnets / LISTE).read_bytes(),
        **{
            f"reports/{convention}/{nom}": (dossier / nom).read_bytes()
            for nom in rapports
            if (dossier / nom).is_file()
        },
        f"reports/{PORTAIL}": octets_du_portail([dossier]),
    }


def _sans_sorties(carnet: Carnet) -> bytes:
    content = json.loads(carnet.chemin.read_bytes())
    for cell in content["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
    return _json(content)


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def telecharger() -> dict[str, bytes]:
    """Return the packages of the lock, what builds ours among them, for this system and Python, by
    path in the archive.

    Only wheels: what would have to be compiled could not be ten years from now.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
        ]
        command += [
            "--only-binary",
            ":all:",
            "--dest",
            folder,
            "--requirement",
            str(PROJET / VERROU),
        ]
        done = subprocess.run(
            command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False
        )
        if done.returncode:
            raise Empechement(
                dire_refus("paquets_absents", dit="".join(done.stderr.splitlines()[-1:]).strip())
            )
        return {
            f"{PAQUETS}/{path.name}": path.read_bytes() for path in sorted(Path(folder).iterdir())
        }


def _decrire(
    convention: Convention,
    manifeste: Manifeste,
    fichiers: Mapping[str, bytes],
    reserves: tuple[str, ...],
) -> bytes:
    """Return the description of an archive; its template says what there is of itself, its reports
    and its files.
    """
    credits = {nom: found for nom in fichiers if (found := _credit(nom))}
    dates = (trace.page.get("date", "") for trace in manifeste.traces.values())
    dossier = f"reports/{manifeste.chemin.parent.name}/"
    text = rendre(
        f"{DESCRIPTION}.j2",
        convention=convention,
        date=max(dates, default="") or convention.debut.isoformat(),
        licence=next(
            (nom for nom in sorted(fichiers) if nom.startswith(("LICENCE", "LICENSE"))), ""
        ),
        reserves=reserves,
        versions=versions(),
        systeme=SYSTEME,
        dossier=dossier,
        traces=sorted(manifeste.traces.items()),
        titres={
            dossier + nom: trace.page["titre"]
            for trace in manifeste.traces.values()
            for nom in trace.sorties
        },
        fichiers=dict(sorted(fichiers.items())),
        credits=credits,
        licences=sorted({one.licence for one in credits.values()}),
        chemin=PurePosixPath,
        empreinte=empreinte,
    )
    return _json(json.loads(text))


def _credit(path: str) -> Origine | FichierAjoute | None:
    """Return what a file of public figures was taken from, which tells its producer and its
    licence.
    """
    from ctglib.donnees.magasin import LOCALES, PUBLIQUES, lire_registre
    from ctglib.donnees.modeles.sources import Origine
    from ctglib.donnees.yaml_strict import charger_yaml

    parts = PurePosixPath(path).parts
    if parts[:2] != ("data", "sources") or len(parts) < 4:
        return None
    folder = "/".join(parts[1:3])
    if folder not in (PUBLIQUES, LOCALES):
        return charger_yaml(f"{folder}/origine.yaml", Origine)
    return next((one for one in lire_registre(folder).fichiers if one.famille == parts[3]), None)
