"""Every file of a convention and of the catalogue, read as far as it goes, so that all faults are told at once."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath

from ctglib.donnees.csv_strict import SchemaTable, TableLue, charger_schema, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import existe, lire_octets, lister
from ctglib.donnees.modeles import Modele
from ctglib.donnees.modeles.catalogue import (
    Charte,
    Comparaison,
    Confidentialite,
    Dimensions,
    IndicateursContexte,
    IndicateursPropres,
    Moyens,
    Profils,
    Radar,
    ReferentielEmploi,
    Responsables,
    Secret,
    Seuils,
    Statuts,
    SujetIndicateurs,
    Territoires,
    Theme,
    Unites,
    VocabulaireOffre,
)
from ctglib.donnees.modeles.coherence import Corrections, Justifications, Regles, Relations
from ctglib.donnees.modeles.convention import Affirmations, Commentaires, Convention
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import MessagesDesParties, ReglesBilan, ReglesDiagnostic, ReglesMessages, Synthese
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.modeles.suivi import Avenants
from ctglib.donnees.yaml_strict import Document, examiner_yaml

CATALOGUE: dict[str, type[Modele]] = {
    "statuts": Statuts,
    "unites": Unites,
    "seuils": Seuils,
    "donnees_publiques": DonneesPubliques,
    "radar": Radar,
    "offre": VocabulaireOffre,
    "referentiel_emploi": ReferentielEmploi,
    "synthese": Synthese,
    "diagnostic": ReglesDiagnostic,
    "charte": Charte,
    "relations": Relations,
    "regles": Regles,
    "contexte": IndicateursContexte,
    "dimensions": Dimensions,
    "profils": Profils,
    "moyens": Moyens,
    "responsables": Responsables,
    "evaluation": Evaluation,
    "confidentialite": Confidentialite,
    "secret": Secret,
    "comparaison": Comparaison,
    "bilan": ReglesBilan,
    "messages": ReglesMessages,
}
# Files of a convention that may not be there: an absent one is an empty one.
FACULTATIFS: dict[str, type[Modele]] = {
    "affirmations": Affirmations,
    "commentaires": Commentaires,
    "corrections": Corrections,
    "justifications": Justifications,
    "avenants": Avenants,
    "territoires": Territoires,
    "indicateurs": IndicateursPropres,
    "messages": MessagesDesParties,
}
TABLES = ("annexe1", "offre")
# Folders of the catalogue whose files are read together, and what they hold, in the words of a fault.
ENSEMBLES: dict[str, tuple[type[Modele], str, str]] = {
    "themes": (Theme, "aucun thème", "un fichier « .yaml » par thème"),
    "indicateurs": (SujetIndicateurs, "aucun sujet", "un fichier « .yaml » par sujet"),
}
SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
POINTS_MAX = 25_000_000


@dataclass(frozen=True)
class Pieces:
    """What was read.

    Attributes:
        convention: Name of the folder.
        documents: YAML files by name, the catalogue's and the convention's; those of a folder (themes…) together.
        schemas: Schemas by name of table, those without fault.
        tables: CSV files by name, those whose schema has no fault.
        logos: Bytes by party, None while the file is not there.
        fautes: The faults of each file taken alone.
    """

    convention: str
    documents: dict[str, tuple[Document, ...]]
    schemas: dict[str, SchemaTable]
    tables: dict[str, TableLue]
    logos: dict[str, bytes | None]
    fautes: tuple[Faute, ...] = field(default=())


def rassembler(convention: str) -> Pieces:
    """Return all the files of a convention and of the catalogue, with the faults of each."""
    folder = f"conventions/{convention}"
    faults: list[Faute] = []
    documents = {name: (examiner_yaml(f"catalogue/{name}.yaml", model),) for name, model in CATALOGUE.items()}
    documents["convention/convention"] = (examiner_yaml(f"{folder}/convention.yaml", Convention),)
    documents |= {
        f"convention/{name}": (examiner_yaml(relatif, model),) if existe(relatif := f"{folder}/{name}.yaml") else ()
        for name, model in FACULTATIFS.items()
    }
    documents |= {name: _ensemble(name, faults) for name in ENSEMBLES}
    schemas, tables = _tables(folder, faults)
    logos = _logos(folder, documents["convention/convention"][0], faults)
    faults += [fault for group in documents.values() for document in group for fault in document.fautes]
    faults += [fault for table in tables.values() for fault in table.fautes]
    return Pieces(convention, documents, schemas, tables, logos, tuple(faults))


def _ensemble(nom: str, faults: list[Faute]) -> tuple[Document, ...]:
    """Return the files of a folder; a file with another ending would be silently left out, so it is a fault."""
    model, none, expected = ENSEMBLES[nom]
    folder = f"catalogue/{nom}"
    try:
        names = lister(folder)
    except DonneesInvalides as error:
        faults.extend(error.fautes)
        return ()
    kept = [name for name in names if name.endswith(".yaml")]
    for name in names:
        if name not in kept and re.search(r"\.ya?ml", name, re.IGNORECASE):
            remedy = f"renommer en « {re.split(r'[.]', name)[0]}.yaml »"
            faults.append(
                Faute(f"{folder}/{name}", f"un fichier nommé « {name} »", "un nom qui finit par « .yaml »", remedy)
            )
    if not kept:
        faults.append(Faute(folder, none, expected, "remettre les fichiers de ce dossier"))
    return tuple(examiner_yaml(f"{folder}/{name}", model) for name in kept)


def _tables(folder: str, faults: list[Faute]) -> tuple[dict[str, SchemaTable], dict[str, TableLue]]:
    schemas, tables = {}, {}
    for name in TABLES:
        try:
            schemas[name] = charger_schema(name)
        except DonneesInvalides as error:
            faults.extend(error.fautes)
        else:
            tables[name] = examiner_csv(f"{folder}/{name}.csv", schemas[name])
    return schemas, tables


def _logos(folder: str, document: Document[Convention], faults: list[Faute]) -> dict[str, bytes | None]:
    """Return the logo of each party; a name is a file of ``logos/``, and its bytes are those of a PNG or an SVG."""
    logos: dict[str, bytes | None] = {}
    for rank, party in enumerate(document.objet.parties if document.objet else ()):
        path = ("parties", rank, "logo")
        name = PurePosixPath(party.logo)
        if name.name != party.logo or name.suffix.lower() not in (".png", ".svg"):
            faults.append(
                document.arbre.faute(
                    path,
                    f"« {party.logo[:80]} »",
                    "le nom d'un fichier PNG ou SVG de « logos »",
                    "écrire le nom seul, par exemple ville.png",
                )
            )
            continue
        logos[party.id] = _logo(f"{folder}/logos/{party.logo}", faults)
    return logos


def _logo(relatif: str, faults: list[Faute]) -> bytes | None:
    """Return the bytes of a logo, None while the file is not there."""
    if not existe(relatif):
        return None
    content = lire_octets(relatif)
    if found := _defaut_d_image(content):
        remedy = "enregistrer de nouveau l'image au format PNG (changer l'extension ne suffit pas)"
        faults.append(Faute(relatif, found, "une image PNG ou SVG", remedy))
    return content


def _defaut_d_image(content: bytes) -> str | None:
    """Return what keeps an image from being shown, None when it opens whole: else the PDF alone would fail, later."""
    if content.startswith(SIGNATURE_PNG):
        from PIL import Image

        try:
            with Image.open(BytesIO(content), formats=["PNG"]) as image:
                if image.width * image.height > POINTS_MAX:
                    return f"un PNG de {image.width} points sur {image.height}, trop grand pour un logo"
                image.load()
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
            return "un PNG abîmé, qui ne s'ouvre pas"
        return None
    if b"<svg" not in content[:2000]:
        return "un fichier qui n'est ni un PNG ni un SVG"
    from lxml import etree

    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, ValueError):
        return "un SVG abîmé, qui ne s'ouvre pas"
    return None if etree.QName(root).localname == "svg" else "un fichier qui n'est ni un PNG ni un SVG"
