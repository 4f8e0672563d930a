"""An archive: one ZIP that keeps the reports of a convention with all that makes them again.

The same reports give the same bytes. The archive has the folders of the project: once unpacked, the
library finds its data and its notebooks where it looks for them. Its description, as RO-Crate 1.1
asks, comes from a template of ours: the RO-Crate library would write today's date in it.
"""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import CLE, existe, lire_octets, lister
from ctglib.donnees.provisoires import dossier_provisoire
from ctglib.export.formats import natures
from ctglib.production.contenant import DESCRIPTION, emballer
from ctglib.production.echec import dire_refus, rendre
from ctglib.production.manifeste import (
    PYTHON,
    Manifeste,
    empreinte,
    est_bureautique,
    fichiers_de,
    tel_qu_ecrit,
    versions,
)
from ctglib.production.plan import (
    LISTE,
    MANIFESTE,
    PAQUET,
    PROJET,
    carnets_declares,
    convention_de,
)
from ctglib.production.portail import PORTAIL, octets_du_portail
from ctglib.production.signature import SIGNATAIRE, Signataire, cles_parmi
from ctglib.production.site import autour_des_rapports

if TYPE_CHECKING:
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.sources import FichierAjoute, Origine

LISEZMOI = "LISEZMOI.md"
VERROU = "requirements.lock"
PAQUETS = "paquets"
REQUIS = ("pyproject.toml", "README.md", VERROU)  # without them the library does not install
# files of the project that a reader of the archive may want
AUTRES = (
    "CHANGELOG.md",
    "environment.yml",
    "requirements-signature.lock",
    "LICENCE*",
    "LICENSE*",
    "docs/*.md",
)
PARTAGES = ("catalogue", "schemas", "sources")  # folders of data/ that all conventions use
SYSTEME = f"{platform.system()} {platform.machine()}"


def archiver(
    manifeste: Manifeste,
    carnets: Path,
    *,
    reserves: tuple[str, ...] = (),
    paquets: Mapping[str, bytes] | None = None,
    signataire: Signataire | None = None,
) -> tuple[bytes, bytes]:
    """Return the bytes of a convention's archive, and those of the description inside it.

    The description is what ``signataire`` signs afterwards, beside the archive: both say who does.

    Args:
        manifeste: That of its public reports.
        carnets: The folder of the notebooks.
        reserves: What is not up to date, a sentence each: the archive says it to its reader.
        paquets: Packages to put inside, by path in the archive (see ``telecharger``).
        signataire: Who is to sign it.

    Raises:
        Empechement: A file holds a signing key, which has nothing to do in an archive.
    """
    nom = manifeste.chemin.parent.name
    convention = convention_de(nom)
    fichiers = rassembler(manifeste, carnets)
    cles = cles_parmi(fichiers)
    if cles:
        raise Empechement(dire_refus("cle_dans_l_archive", fichiers=", ".join(cles)))
    fichiers.update(paquets or {})
    cle = f"data/conventions/{nom}/{CLE}"
    if cle not in fichiers:
        cle = ""
    lisezmoi = rendre(
        "LISEZMOI.md.j2",
        cle=cle,
        titre=convention.titre,
        reserves=reserves,
        python=versions()[PYTHON],
        systeme=SYSTEME,
        nom=nom,
        traces=sorted(manifeste.traces.items()),
        paquets=f"--no-index -f {PAQUETS} " if paquets else "",
        signataire=signataire,
    )
    fichiers[LISEZMOI] = lisezmoi.encode("utf-8")
    description = _decrire(convention, manifeste, fichiers, reserves, signataire, cle)
    fichiers[DESCRIPTION] = description

    return emballer(fichiers), description


def rassembler(manifeste: Manifeste, carnets: Path) -> dict[str, bytes]:
    """Return the files of an archive by path in it, but its description and its ``LISEZMOI.md``.

    - The data: what all conventions share, and those of the convention, counts as entered included.
      Its secret key is with them: the small counts that reports hide depend on it, and without it
      the same reports could not be made again.
    - The reports that the public manifest lists; the internal ones have another manifest. What
      somebody has filled in since is theirs: it is left out.
    - The declared notebooks, without the outputs that running them may have left in them.
    - The code of the library and the files that install it.
    """
    dossier = manifeste.chemin.parent
    convention = dossier.name
    fichiers = {f"data/{nom}": lire_octets(nom) for nom in _donnees_de(convention)}
    for motif in (*REQUIS, *AUTRES):
        for path in PROJET.glob(motif):
            fichiers[path.relative_to(PROJET).as_posix()] = path.read_bytes()
    for path in fichiers_de(PAQUET):
        fichiers[path.relative_to(PROJET).as_posix()] = path.read_bytes()
    for carnet in carnets_declares(carnets):
        contenu = json.loads(carnet.chemin.read_bytes())
        for cellule in contenu["cells"]:
            if cellule["cell_type"] == "code":
                cellule.update(outputs=[], execution_count=None)
        fichiers[f"notebooks/{carnet.chemin.name}"] = _json(contenu)
    fichiers[f"notebooks/{LISTE}"] = (carnets / LISTE).read_bytes()
    fichiers[f"reports/{convention}/{MANIFESTE}"] = manifeste.chemin.read_bytes()
    for trace in manifeste.traces.values():
        for nom, ecrite in trace.sorties.items():
            path = dossier / nom
            if not path.is_file():
                continue
            if not est_bureautique(nom) or tel_qu_ecrit(path, ecrite):
                fichiers[f"reports/{convention}/{nom}"] = path.read_bytes()
    for path, contenu in autour_des_rapports(dossier.parent, [dossier]).items():
        fichiers[f"reports/{path.relative_to(dossier.parent).as_posix()}"] = contenu
    fichiers[f"reports/{PORTAIL}"] = octets_du_portail([dossier])
    return fichiers


def _donnees_de(convention: str) -> list[str]:
    """Return the paths, in the data folder, of all that a convention's reports may read.

    A folder that cannot be listed stops everything.
    """
    fichiers = []
    dossiers_a_lister = [*PARTAGES, f"conventions/{convention}"]
    while dossiers_a_lister:
        dossier = dossiers_a_lister.pop(0)
        for nom in lister(dossier):
            chemin = f"{dossier}/{nom.removesuffix('/')}"
            if nom.endswith("/"):
                dossiers_a_lister.append(chemin)
            else:
                fichiers.append(chemin)
    cle = f"conventions/{convention}/{CLE}"
    if existe(cle):
        fichiers.append(cle)
    return fichiers


def _json(contenu: dict[str, Any]) -> bytes:
    return (json.dumps(contenu, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def telecharger() -> dict[str, bytes]:
    """Return the packages of the lock, by path in the archive, for this system and this Python.

    The lock also lists those that build ctglib itself. Only wheels are taken: a package that has to
    be compiled could perhaps not be ten years from now.

    Raises:
        Empechement: They cannot be downloaded.
    """
    with dossier_provisoire() as dossier:
        commande = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        commande += ["--disable-pip-version-check", "--only-binary", ":all:"]
        commande += ["--dest", str(dossier), "--requirement", str(PROJET / VERROU)]
        pip = subprocess.run(
            commande,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if pip.returncode:
            derniere_ligne = "".join(pip.stderr.splitlines()[-1:]).strip()
            raise Empechement(dire_refus("paquets_absents", dit=derniere_ligne))
        paquets = sorted(dossier.iterdir())
        return {f"{PAQUETS}/{path.name}": path.read_bytes() for path in paquets}


def _decrire(
    convention: Convention,
    manifeste: Manifeste,
    fichiers: Mapping[str, bytes],
    reserves: tuple[str, ...],
    signataire: Signataire | None,
    cle: str,
) -> bytes:
    """Return the RO-Crate description of an archive: itself, its reports, each of its files."""
    dossier = f"reports/{manifeste.chemin.parent.name}/"
    traces = manifeste.traces.values()
    dates = [trace.page.get("date", "") for trace in traces]
    titres = {}
    for trace in traces:
        for nom in trace.sorties:
            titres[dossier + nom] = trace.page["titre"]
    credits = {}
    for chemin in fichiers:
        credit = _credit(chemin)
        if credit:
            credits[chemin] = credit
    licences = [nom for nom in sorted(fichiers) if nom.startswith(("LICENCE", "LICENSE"))]
    description = rendre(
        f"{DESCRIPTION}.j2",
        convention=convention,
        date=max(dates, default="") or convention.debut.isoformat(),
        licence=licences[0] if licences else "",
        reserves=reserves,
        signataire=signataire,
        cle=cle,
        versions=versions(),
        systeme=SYSTEME,
        dossier=dossier,
        traces=sorted(manifeste.traces.items()),
        titres=titres,
        fichiers=dict(sorted(fichiers.items())),
        credits=credits,
        licences=sorted({credit.licence for credit in credits.values()}),
        chemin=PurePosixPath,
        natures=natures(),
        empreinte=empreinte,
        identifiant=SIGNATAIRE,
    )
    return _json(json.loads(description))


def _credit(chemin: str) -> Origine | FichierAjoute | None:
    """Return where a file of public figures comes from, with its producer and its licence.

    None for a file of the archive that is no public figure. « data/sources/insee/… » has an
    ``origine.yaml`` in its folder; a file that was added by a command is in a register.
    """
    from ctglib.donnees.magasin import LOCALES, PUBLIQUES, lire_registre
    from ctglib.donnees.modeles.sources import Origine
    from ctglib.donnees.yaml_strict import charger_yaml

    parties = PurePosixPath(chemin).parts
    if parties[:2] != ("data", "sources") or len(parties) < 4:
        return None
    dossier = "/".join(parties[1:3])
    if dossier not in (PUBLIQUES, LOCALES):
        return charger_yaml(f"{dossier}/origine.yaml", Origine)
    for fichier in lire_registre(dossier).fichiers:
        if fichier.famille == parties[3]:
            return fichier
    return None
