"""One file that keeps the reports of a convention with all that makes them again; the same bytes each time.

It has the shape of the project: the library unpacked finds its data and its notebooks where it looks for them. Its
description, ``ro-crate-metadata.json``, is as RO-Crate 1.1 asks. It is written by hand, one JSON of a few kinds of
objects: the library that would write it (rocrate) brings a client of the web and the date of the day, where bytes must
be the same twice.
"""

from __future__ import annotations

import io
import json
import platform
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from ctglib.donnees.cle import FICHIER as CLE
from ctglib.donnees.fautes import Empechement
from ctglib.donnees.lecture import existe, lire_octets, lister
from ctglib.production.manifeste import PYTHON, empreinte, fichiers_du_code, versions
from ctglib.production.plan import LISTE, MANIFESTE, Carnet, carnets_declares
from ctglib.production.portail import octets_du_portail
from ctglib.production.verifier import DESCRIPTION, PROJET

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.sources import FichierAjoute, Origine
    from ctglib.production.manifeste import Manifeste

LISEZMOI, VERROU, PAQUETS = "LISEZMOI.md", "requirements.lock", "paquets"
REQUIS = ("pyproject.toml", "README.md", VERROU)  # without them the library does not install
AUTRES = ("CHANGELOG.md", "environment.yml", "LICENCE*", "LICENSE*", "docs/*.md")
PARTAGES = ("catalogue", "schemas", "sources")
MODELES = Path(__file__).parent / "modeles"
EPOQUE = (1980, 1, 1, 0, 0, 0)  # the first that a zip can write: an archive bears no clock
UNIX, DROITS, DROITS_DE_LA_CLE = 3, 0o100644, 0o100600
DEJA_COMPRESSES = {".whl", ".png", ".pdf", ".docx"}
# schema.org's « sha256 » is younger than the vocabulary of RO-Crate 1.1, which lets a file name the terms it adds.
CONTEXTE = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
CLASSEUR, LICENCE = "#classeur", "#licence"


class PaquetsIndisponibles(Empechement):
    """The packages could not be had; the message says what to do, in French."""


@dataclass(frozen=True)
class Fiche:
    """What is said of an archive as a whole.

    Attributes:
        convention: The convention.
        date: That of the most recent report, as its cover bears it.
        reserves: What was not up to date when it was made all the same.
        systeme: System that made the archive.
    """

    convention: Convention
    date: str
    reserves: tuple[str, ...]
    systeme: str = f"{platform.system()} {platform.machine()}"

    @property
    def python(self) -> str:
        """Version that made the reports."""
        return versions()[PYTHON]


def archiver(
    manifeste: Manifeste, carnets: Path, *, reserves: tuple[str, ...] = (), paquets: Mapping[str, bytes] | None = None
) -> tuple[bytes, bytes]:
    """Return the archive of a convention, and the description that it holds of itself.

    Args:
        manifeste: That of its public reports.
        carnets: Folder of the notebooks.
        reserves: What is not up to date, that the archive has to say.
        paquets: Packages to put inside, by path.

    Raises:
        DonneesInvalides: A file of the data that the archive describes does not hold.
    """
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.yaml_strict import charger_yaml

    convention = charger_yaml(f"conventions/{manifeste.chemin.parent.name}/convention.yaml", Convention)
    dates = (trace.page.get("date", "") for trace in manifeste.traces.values())
    fiche = Fiche(convention, max(dates, default="") or convention.debut.isoformat(), reserves)
    fichiers = {**rassembler(manifeste, carnets), **(paquets or {})}
    fichiers[LISEZMOI] = _lisezmoi(fiche, manifeste, avec_paquets=bool(paquets))
    fichiers[DESCRIPTION] = decrire(fiche, manifeste, fichiers)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # names in order, no clock, no trace of the system that wrote it
        for nom, content in sorted(fichiers.items()):
            entree = zipfile.ZipInfo(nom, EPOQUE)
            entree.create_system = UNIX
            entree.external_attr = (DROITS_DE_LA_CLE if nom.endswith(CLE) else DROITS) << 16
            stored = Path(nom).suffix in DEJA_COMPRESSES
            entree.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(entree, content)
    return buffer.getvalue(), fichiers[DESCRIPTION]


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


def fichiers_requis_absents() -> tuple[str, ...]:
    """Return the files of the project that an archive cannot do without and that are not beside the library."""
    return tuple(nom for nom in REQUIS if not (PROJET / nom).is_file())


def rassembler(manifeste: Manifeste, carnets: Path) -> dict[str, bytes]:
    """Return the files of an archive by their path in it, but those that tell of the others.

    The key of the convention goes with the counts as entered, which it hides: without it neither is made again.
    Of the reports only what the manifest tells of is taken: internal reports have another one, in a folder of theirs.
    Of the notebooks only those of the declared list, and without what running them may have left in them.

    Args:
        manifeste: That of the convention's public reports.
        carnets: Folder of the notebooks.
    """
    convention = manifeste.chemin.parent.name
    projet = {path for motif in (*REQUIS, *AUTRES) for path in PROJET.glob(motif)}
    cle = f"conventions/{convention}/{CLE}"
    return {
        **({f"data/{cle}": lire_octets(cle)} if existe(cle) else {}),
        **{f"data/{nom}": lire_octets(nom) for dossier in (*PARTAGES, f"conventions/{convention}")
           for nom in _arbre(dossier)},
        **{path.relative_to(PROJET).as_posix(): path.read_bytes() for path in (*projet, *fichiers_du_code())},
        **{f"notebooks/{carnet.chemin.name}": _sans_sorties(carnet) for carnet in carnets_declares(carnets)},
        f"notebooks/{LISTE}": (carnets / LISTE).read_bytes(),
        **{f"reports/{convention}/{nom}": content for nom, content in _sorties(manifeste)},
        **{f"reports/{nom}": content for nom, content in octets_du_portail([manifeste.chemin]).items()},
    }  # fmt: skip


def _sans_sorties(carnet: Carnet) -> bytes:
    """Return a notebook without outputs; its bytes as they are when it has none."""
    content = json.loads(carnet.chemin.read_bytes())
    executed = [cell for cell in content["cells"] if cell.get("outputs") or cell.get("execution_count")]
    for cell in executed:
        cell.update(outputs=[], execution_count=None)
    told = (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
    return told if executed else carnet.chemin.read_bytes()


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


def telecharger() -> dict[str, bytes]:
    """Return the packages of the lock, what builds ours among them, for this system and Python, by path in the archive.

    Only wheels: what would have to be compiled could not be ten years from now.

    Raises:
        PaquetsIndisponibles: Without the network, or for a package that the index does not have for this system.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--only-binary", ":all:", "--dest", folder, "--requirement", str(PROJET / VERROU)]
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
        if done.returncode:
            said = "".join(f"\n    ce que dit pip : {line.strip()}" for line in done.stderr.splitlines()[-1:])
            raise PaquetsIndisponibles(
                "Les paquets n'ont pas pu être téléchargés. Vérifiez la connexion à internet et, s'il y en a un, le "
                "serveur mandataire, puis recommencez ; ou faites l'archive sans --avec-paquets, qui se passe de "
                f"réseau.{said}"
            )
        return {f"{PAQUETS}/{path.name}": path.read_bytes() for path in sorted(Path(folder).iterdir())}


def decrire(fiche: Fiche, manifeste: Manifeste, fichiers: Mapping[str, bytes]) -> bytes:
    """Return the description of an archive: itself, its authors, its files, and how each report was made.

    Args:
        fiche: What is said of the archive as a whole.
        manifeste: The manifest of the reports.
        fichiers: Every other file of the archive.
    """
    series = sorted({licence for _, licence in filter(None, map(_credit, fichiers))})
    licences = {nom: f"{LICENCE}-{rang}" for rang, nom in enumerate(series, start=1)}
    entites = [
        {
            "@id": DESCRIPTION,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "description": "Description de l'archive, au format RO-Crate 1.1",
        },
        *_ensemble(fiche, manifeste, fichiers),
        *({"@id": identifiant, "@type": "CreativeWork", "name": nom} for nom, identifiant in licences.items()),
        *_productions(manifeste, fichiers),
        *_fichiers(fichiers, manifeste, licences),
    ]
    content = {"@context": CONTEXTE, "@graph": entites}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _ensemble(fiche: Fiche, manifeste: Manifeste, fichiers: Mapping[str, bytes]) -> Iterator[dict[str, object]]:
    """Yield the archive as a whole, its authors, the licence of the project or that there is none yet, the library."""
    convention = fiche.convention
    licence = next((nom for nom in sorted(fichiers) if nom.startswith(("LICENCE", "LICENSE"))), LICENCE)
    yield {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{convention.titre} : rapports, et de quoi les refaire",
        "description": (
            "Les rapports de la convention, les données dont ils sont faits, les carnets et la bibliothèque qui les "
            "font, les versions employées. LISEZMOI.md dit comment les refaire."
        ),
        "inLanguage": "fr",
        "datePublished": fiche.date,
        "license": {"@id": licence},
        "author": [{"@id": f"#{partie.id}"} for partie in convention.parties],
        "conditionsOfAccess": (
            "Contient les données saisies, petits effectifs compris : à conserver par les parties, à ne pas publier. "
            "Seul le dossier reports peut l'être."
        ),
        "temporalCoverage": f"{convention.debut.isoformat()}/{convention.fin.isoformat()}",
        "hasPart": _liens(sorted(fichiers)),
        "mentions": [{"@id": _production(cle)} for cle in sorted(manifeste.traces)],
        **({"creativeWorkStatus": f"En l'état : {' ; '.join(fiche.reserves)}"} if fiche.reserves else {}),
    }
    yield from ({"@id": f"#{partie.id}", "@type": "Organization", "name": partie.nom} for partie in convention.parties)
    yield {
        "@id": LICENCE,
        "@type": "CreativeWork",
        "name": "Licence à choisir" if licence == LICENCE else "Licence du classeur",
        "description": (
            "La licence des rapports, des données saisies et de la bibliothèque est celle que les parties "
            "choisissent ; chaque série publique garde la sienne, dite par son fichier origine.yaml."
        ),
    }
    yield {
        "@id": CLASSEUR,
        "@type": "SoftwareApplication",
        "name": "Classeur d'évaluation d'une convention territoriale globale (ctglib)",
        "softwareVersion": versions().get("ctglib", ""),
        "runtimePlatform": f"Python {fiche.python}",
        "operatingSystem": fiche.systeme,
        "softwareRequirements": {"@id": VERROU},
    }


def _credit(path: str) -> tuple[str, str] | None:
    """Return the producer and the licence of a file of public figures, None for any other file."""
    from ctglib.donnees.magasin import LOCALES, PUBLIQUES

    parts = PurePosixPath(path).parts
    if parts[:2] != ("data", "sources") or len(parts) < 4:
        return None
    folder = "/".join(parts[1:3])
    if folder in (PUBLIQUES, LOCALES):
        return next(((one.producteur, one.licence) for one in _ajoutes(folder) if one.famille == parts[3]), None)
    origine = _origine(folder)
    return origine.producteur, origine.licence


@cache
def _ajoutes(dossier: str) -> tuple[FichierAjoute, ...]:
    from ctglib.donnees.magasin import lire_registre

    return lire_registre(dossier).fichiers


@cache
def _origine(dossier: str) -> Origine:
    from ctglib.donnees.modeles.sources import Origine
    from ctglib.donnees.yaml_strict import charger_yaml

    return charger_yaml(f"{dossier}/origine.yaml", Origine)


def _productions(manifeste: Manifeste, fichiers: Mapping[str, bytes]) -> Iterator[dict[str, object]]:
    """Yield how each report was made: the notebook, what it read, what it gave."""
    dossier = f"reports/{manifeste.chemin.parent.name}"
    for cle, trace in sorted(manifeste.traces.items()):
        carnet = f"notebooks/{trace.page.get('carnet', '')}"
        yield {
            "@id": _production(cle),
            "@type": "CreateAction",
            "name": f"Production du rapport « {trace.page['titre']} » ({cle})",
            "instrument": [{"@id": CLASSEUR}, *_liens([carnet] if carnet in fichiers else [])],
            "object": _liens(nom for nom in (f"data/{lu}" for lu in trace.lus) if nom in fichiers),
            "result": _liens(nom for nom in (f"{dossier}/{sortie}" for sortie in trace.sorties) if nom in fichiers),
        }


def _production(cle: str) -> str:
    return f"#production-{cle.replace('/', '-')}"


def _fichiers(
    fichiers: Mapping[str, bytes], manifeste: Manifeste, licences: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    modele = json.loads((MODELES / "archive.json").read_bytes())
    dossier = f"reports/{manifeste.chemin.parent.name}"
    titres = {f"{dossier}/{nom}": trace.page["titre"] for trace in manifeste.traces.values() for nom in trace.sorties}
    for nom, content in sorted(fichiers.items()):
        path = PurePosixPath(nom)
        yield {
            "@id": quote(nom),
            "@type": "File",
            "name": f"{titres[nom]} : {path.name}" if nom in titres else path.name,
            "description": next(text for prefix, text in modele["descriptions"] if nom.startswith(prefix)),
            "encodingFormat": modele["formats"].get(path.suffix or path.name, modele["formats"][""]),
            "contentSize": str(len(content)),
            "sha256": empreinte(content),
        } | (_droits(credit, licences) if (credit := _credit(nom)) else {})


def _droits(credit: tuple[str, str], licences: Mapping[str, str]) -> dict[str, object]:
    producteur, licence = credit
    return {"license": {"@id": licences[licence]}, "creditText": producteur}


def _liens(noms: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": quote(nom)} for nom in noms]
