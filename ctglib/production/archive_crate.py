"""``ro-crate-metadata.json``: an archive described as RO-Crate 1.1 asks, in French.

Written by hand: it is one JSON of a few kinds of objects. The library that would write it (rocrate) brings a client of
the web and the date of the day, where bytes must be the same twice.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from ctglib.donnees.magasin import LOCALES, PUBLIQUES, lire_registre
from ctglib.donnees.modeles.sources import FichierAjoute, Origine
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.identite import empreinte

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ctglib.donnees.modeles.convention import Convention
    from ctglib.production.archive import Fiche
    from ctglib.production.manifeste import Manifeste

NOM = "ro-crate-metadata.json"
# schema.org's « sha256 » is younger than the vocabulary of RO-Crate 1.1, which lets a file name the terms it adds.
CONTEXTE = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
CLASSEUR, LICENCE = "#classeur", "#licence"
MODELE = Path(__file__).parent / "modeles" / "archive.json"


def decrire(fiche: Fiche, manifeste: Manifeste, fichiers: Mapping[str, bytes]) -> bytes:
    """Return the description of an archive: itself, its authors, its files, and how each report was made.

    Args:
        fiche: What is said of the archive as a whole.
        manifeste: The manifest of the reports.
        fichiers: Every other file of the archive.
    """
    licences = _licences(fichiers)
    entites = [
        _descripteur(),
        _racine(fiche, manifeste, fichiers),
        *_parties(fiche.convention),
        _licence(fichiers),
        _classeur(fiche),
        *({"@id": identifiant, "@type": "CreativeWork", "name": nom} for nom, identifiant in sorted(licences.items())),
        *_productions(manifeste, fichiers),
        *_fichiers(fichiers, manifeste, licences),
    ]
    content = {"@context": CONTEXTE, "@graph": entites}
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _descripteur() -> dict[str, object]:
    return {
        "@id": NOM,
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "description": "Description de l'archive, au format RO-Crate 1.1",
    }


def _racine(fiche: Fiche, manifeste: Manifeste, fichiers: Mapping[str, bytes]) -> dict[str, object]:
    convention = fiche.convention
    racine = {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{convention.titre} : rapports, et de quoi les refaire",
        "description": (
            "Les rapports de la convention, les données dont ils sont faits, les carnets et la bibliothèque qui les "
            "font, les versions employées. LISEZMOI.md dit comment les refaire."
        ),
        "inLanguage": "fr",
        "datePublished": fiche.date,
        "license": {"@id": _cible_licence(fichiers)},
        "author": [{"@id": f"#{partie.id}"} for partie in convention.parties],
        "conditionsOfAccess": (
            "Contient les données saisies, petits effectifs compris : à conserver par les parties, à ne pas publier. "
            "Seul le dossier reports peut l'être."
        ),
        "temporalCoverage": f"{convention.debut.isoformat()}/{convention.fin.isoformat()}",
        "hasPart": _liens(sorted(fichiers)),
        "mentions": [{"@id": _production(cle)} for cle in sorted(manifeste.traces)],
    }
    return racine | ({"creativeWorkStatus": f"En l'état : {' ; '.join(fiche.reserves)}"} if fiche.reserves else {})


def _parties(convention: Convention) -> Iterator[dict[str, object]]:
    for partie in convention.parties:
        yield {"@id": f"#{partie.id}", "@type": "Organization", "name": partie.nom}


def _cible_licence(fichiers: Mapping[str, bytes]) -> str:
    """Return the licence file of the project, else what says that there is none yet."""
    return next((nom for nom in sorted(fichiers) if nom.startswith(("LICENCE", "LICENSE"))), LICENCE)


def _licence(fichiers: Mapping[str, bytes]) -> dict[str, object]:
    return {
        "@id": LICENCE,
        "@type": "CreativeWork",
        "name": "Licence à choisir" if _cible_licence(fichiers) == LICENCE else "Licence du classeur",
        "description": (
            "La licence des rapports, des données saisies et de la bibliothèque est celle que les parties "
            "choisissent ; chaque série publique garde la sienne, dite par son fichier origine.yaml."
        ),
    }


def _classeur(fiche: Fiche) -> dict[str, object]:
    return {
        "@id": CLASSEUR,
        "@type": "SoftwareApplication",
        "name": "Classeur d'évaluation d'une convention territoriale globale (ctglib)",
        "softwareVersion": fiche.version,
        "runtimePlatform": f"Python {fiche.python}",
        "operatingSystem": fiche.systeme,
        "softwareRequirements": {"@id": "requirements.lock"},
    }


def _licences(fichiers: Mapping[str, bytes]) -> dict[str, str]:
    """Return the id of each licence of a public series, by what its producer calls it."""
    noms = {licence for _, licence in filter(None, map(_credit, fichiers))}
    return {nom: f"{LICENCE}-{rang}" for rang, nom in enumerate(sorted(noms), start=1)}


def _credit(path: str) -> tuple[str, str] | None:
    """Return the producer and the licence of a file of public figures, None for any other file."""
    parts = PurePosixPath(path).parts
    if parts[:2] != ("data", "sources") or len(parts) < 4:
        return None
    folder = "/".join(parts[1:3])
    if folder in (PUBLIQUES, LOCALES):
        return next(((one.producteur, one.licence) for one in _ajoutes(folder) if one.famille == parts[3]), None)
    origine = _origine(folder)
    return origine.producteur, origine.licence


@cache
def _origine(dossier: str) -> Origine:
    return charger_yaml(f"{dossier}/origine.yaml", Origine)


@cache
def _ajoutes(dossier: str) -> tuple[FichierAjoute, ...]:
    return lire_registre(dossier).fichiers


def _productions(manifeste: Manifeste, fichiers: Mapping[str, bytes]) -> Iterator[dict[str, object]]:
    """Yield how each report was made: the notebook, what it read, what it gave."""
    dossier = f"reports/{manifeste.chemin.parent.name}"
    carnets = {empreinte(content): nom for nom, content in fichiers.items() if nom.endswith(".ipynb")}
    for cle, trace in sorted(manifeste.traces.items()):
        instruments = [CLASSEUR] + ([quote(carnets[trace.carnet])] if trace.carnet in carnets else [])
        yield {
            "@id": _production(cle),
            "@type": "CreateAction",
            "name": f"Production du rapport « {trace.page['titre']} » ({cle})",
            "instrument": [{"@id": nom} for nom in instruments],
            "object": _liens(nom for nom in (f"data/{lu}" for lu in trace.lus) if nom in fichiers),
            "result": _liens(nom for nom in (f"{dossier}/{sortie}" for sortie in trace.sorties) if nom in fichiers),
        }


def _production(cle: str) -> str:
    return f"#production-{cle.replace('/', '-')}"


def _fichiers(
    fichiers: Mapping[str, bytes], manifeste: Manifeste, licences: Mapping[str, str]
) -> Iterator[dict[str, object]]:
    modele = json.loads(MODELE.read_bytes())
    dossier = f"reports/{manifeste.chemin.parent.name}"
    titres = {f"{dossier}/{nom}": trace.page["titre"] for trace in manifeste.traces.values() for nom in trace.sorties}
    for nom, content in sorted(fichiers.items()):
        entite = {
            "@id": quote(nom),
            "@type": "File",
            "name": f"{titres[nom]} : {PurePosixPath(nom).name}" if nom in titres else PurePosixPath(nom).name,
            "description": next(text for prefix, text in modele["descriptions"] if nom.startswith(prefix)),
            "encodingFormat": modele["formats"].get(PurePosixPath(nom).suffix, modele["formats"][""]),
            "contentSize": str(len(content)),
            "sha256": empreinte(content),
        }
        if credit := _credit(nom):
            entite |= {"license": {"@id": licences[credit[1]]}, "creditText": credit[0]}
        yield entite


def _liens(noms: Iterable[str]) -> list[dict[str, str]]:
    return [{"@id": quote(nom)} for nom in noms]
