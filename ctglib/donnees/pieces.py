"""Every file of a convention, of the catalogue and of the follow-up, read as far as it goes: all
faults come at once.

A document, or a table, is known by its kind: « themes » (the catalogue's),
« convention/convention », « suivi/bilan » (one for each year), « sources/origine ». An absent file
is recorded as looked for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import PurePosixPath
from typing import Any, get_type_hints

from ctglib.donnees.catalogue import Fichiers
from ctglib.donnees.csv_strict import TableLue, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import (
    CONVENTIONS,
    conventions,
    existe,
    lire_octets,
    lister,
    par_parts,
    proches,
    proposer,
)
from ctglib.donnees.magasin import LOCALES, PUBLIQUES
from ctglib.donnees.modeles import (
    Modele,
    catalogue,
    coherence,
    convention,
    evaluation,
    rapports,
    sources,
    suivi,
)
from ctglib.donnees.partage import partager
from ctglib.donnees.yaml_strict import Document, examiner_yaml

Modeles = dict[str, type[Modele]]  # of YAML files, by name

CATALOGUE: Modeles = get_type_hints(Fichiers) | {
    "statuts": catalogue.Statuts,
    "unites": catalogue.Unites,
    "contexte": catalogue.IndicateursContexte,
    "dimensions": catalogue.Dimensions,
    "responsables": catalogue.Responsables,
}
# Folders of the catalogue whose files are read together, and what each of them is in the words of a
# fault.
ENSEMBLES: dict[str, tuple[type[Modele], str]] = {
    "themes": (catalogue.Theme, "thème"),
    "indicateurs": (catalogue.SujetIndicateurs, "sujet"),
}
# Files of a convention, of a year of follow-up, that may not be there: an absent one is an empty
# one.
FACULTATIFS: Modeles = {
    "affirmations": convention.Affirmations,
    "commentaires": convention.Commentaires,
    "corrections": coherence.Corrections,
    "justifications": coherence.Justifications,
    "avenants": suivi.Avenants,
    "territoires": catalogue.Territoires,
    "indicateurs": catalogue.IndicateursPropres,
    "messages": rapports.MessagesDesParties,
}
DOCUMENTS: Modeles = {
    "bilan": suivi.Bilan,
    "appreciations": suivi.Appreciations,
    "participation": suivi.Participation,
    "messages": rapports.MessagesDesParties,
}
TABLES = ("observations", "actions", "moyens", "profils", "posture")
# What only the evaluation at the end reads: of the catalogue, then of the convention.
FINALE: Modeles = {
    "evaluation_finale": evaluation.ReglesFinales,
    "conformite": evaluation.ReglesConformite,
}
FINALE_PROPRE: Modeles = {
    "lectures": evaluation.Lectures,
    "evaluation_finale": evaluation.SaisieFinale,
}
SOURCES = "sources"
_ANNEE = re.compile(r"(19|20)[0-9]{2}/")
SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
POINTS_MAX = 25_000_000


@dataclass(frozen=True)
class Pieces:
    """What was read."""

    nom: str  # of the folder of the convention
    documents: dict[str, list[Document]]  # YAML files by kind
    tables: dict[
        str, list[TableLue]
    ]  # CSV files by kind: public series, and what years enter, are observations
    logos: dict[str, bytes | None]  # by party, None while the file is not there
    autres_fautes: tuple[Faute, ...]  # of folders, of logos
    annees: tuple[int, ...] | None = (
        None  # of the follow-up, even those that have no file; None: it is left out
    )

    @property
    def fautes(self) -> list[Faute]:
        """The faults of each file taken alone."""
        read = [one for group in (*self.documents.values(), *self.tables.values()) for one in group]
        return [*self.autres_fautes, *(fault for one in read for fault in one.fautes)]

    def lus(self, *sortes: str) -> list[Document]:
        """Return the documents of some kinds, none of those that are left out."""
        return [one for kind in sortes for one in self.documents.get(kind, ())]

    def objets(self, sorte: str) -> list[Any]:
        """Return what the documents of a kind say, those that have a fault left out."""
        return [one.objet for one in self.lus(sorte) if one.objet]

    @property
    def convention(self) -> convention.Convention | None:
        """The convention itself, None when it cannot be read."""
        return next(iter(self.objets("convention/convention")), None)

    @property
    def fin(self) -> date | None:
        """The last day of the convention, as the avenants of duration extend it."""
        avenants = [
            avenant for one in self.objets("convention/avenants") for avenant in one.avenants
        ]
        return self.convention and self.convention.fin_selon(avenants)


def annee_du_dossier(fichier: str) -> int | None:
    """Return the year of the folder of follow-up that a file is in, None for another file."""
    found = re.search(r"/suivi/([0-9]{4})/", fichier)
    return int(found[1]) if found else None


def dossier_du_suivi(convention: str) -> str:
    """Return the folder of the years of follow-up."""
    return f"{CONVENTIONS}/{convention}/suivi"


def annees_presentes(convention: str) -> tuple[int, ...]:
    """Return the years that have a folder, in order; none when there is no follow-up yet."""
    return tuple(
        int(name[:4]) for name in _noms(dossier_du_suivi(convention)) if _ANNEE.fullmatch(name)
    )


def _noms(dossier: str) -> tuple[str, ...]:
    """Return the names in a folder, none when it is not there; either way it is recorded."""
    try:
        return lister(dossier)
    except DonneesInvalides:
        return ()


def _documents(
    sorte: str, modeles: Modeles, *dossiers: str, exiges: bool = False
) -> dict[str, list[Document]]:
    """Return the YAML files of some folders by kind: all of them, their absence a fault, or those
    that are there.
    """
    return {
        f"{sorte}{name}": [
            examiner_yaml(path, model)
            for path in (f"{folder}/{name}.yaml" for folder in dossiers)
            if exiges or existe(path)
        ]
        for name, model in modeles.items()
    }


def lire_pieces(convention: str) -> Pieces:
    """Return the files of a convention and of the catalogue, as far as they can be read; raise when
    it is not there.
    """
    if not isinstance(convention, str):
        raise refus(CONVENTIONS, *mots("convention_sans_nom", ecrit=repr(convention)))
    # Its own file answers, and not the list of all of them: another convention, that comes or goes,
    # changes nothing in what is recorded as read.
    there = convention.replace("-", "_").isidentifier() and existe(
        f"{CONVENTIONS}/{convention}/convention.yaml"
    )
    if not there and convention not in (known := conventions()):
        close = proposer(
            convention, known, "l'un de ces noms, ou créer le dossier de la convention"
        )
        names = ", ".join(known) or "aucun pour le moment"
        raise refus(
            CONVENTIONS, *mots("convention_inconnue", ecrit=convention, connues=names, proche=close)
        )
    return partager(f"pieces/{convention}", lambda: _rassembler(convention))


def _rassembler(nom: str) -> Pieces:
    folder = f"{CONVENTIONS}/{nom}"
    faults = []
    read = _documents("", CATALOGUE, "catalogue", exiges=True)
    read |= _documents("convention/", {"convention": convention.Convention}, folder, exiges=True)
    read |= _documents("convention/", FACULTATIFS, folder)
    for name, (model, what) in ENSEMBLES.items():
        where = f"catalogue/{name}"
        names = ()
        with recueillir(faults):
            names = lister(where)
            if not any(one.endswith(".yaml") for one in names):
                faults.append(Faute(where, *mots("ensemble_vide", quoi=what)))
        read[name] = [
            examiner_yaml(f"{where}/{one}", model) for one in names if one.endswith(".yaml")
        ]
        for one in names:  # another ending would be silently left out
            if not one.endswith(".yaml") and re.search(r"\.ya?ml", one, re.IGNORECASE):
                faults.append(
                    Faute(
                        f"{where}/{one}", *mots("autre_fin", nom=one, debut=one.partition(".")[0])
                    )
                )
    tables = {name: [examiner_csv(f"{folder}/{name}.csv", name)] for name in ("annexe1", "offre")}
    logos = _logos(folder, read["convention/convention"][0], faults)
    return Pieces(nom, read, tables, logos, tuple(faults))


def _logos(dossier: str, document: Document, fautes: list[Faute]) -> dict[str, bytes | None]:
    """Return the logo of each party; a name is a file of ``logos/``, and its bytes are those of a
    PNG or an SVG.
    """
    logos: dict[str, bytes | None] = {}
    for rank, party in enumerate(document.objet.parties if document.objet else ()):
        name = PurePosixPath(party.logo)
        path = f"{dossier}/logos/{party.logo}"
        if name.name != party.logo or name.suffix.lower() not in (".png", ".svg"):
            fautes.append(document.dire(("parties", rank, "logo"), "nom_de_logo", ecrit=party.logo))
            continue
        logos[party.id] = lire_octets(path) if existe(path) else None
        if logos[party.id] is not None and (found := _defaut_d_image(logos[party.id])):
            fautes.append(Faute(path, *mots("image", trouve=found)))
    return logos


def _defaut_d_image(content: bytes) -> str | None:
    """Return what keeps an image from being shown, None when it opens whole: else the PDF alone
    would fail, later.
    """
    from lxml import etree
    from PIL import Image

    kind = (
        "PNG" if content.startswith(SIGNATURE_PNG) else "SVG" if b"<svg" in content[:2000] else ""
    )
    try:
        if kind == "PNG":
            with Image.open(BytesIO(content), formats=[kind]) as image:
                if image.width * image.height > POINTS_MAX:
                    return f"un PNG de {image.width} points sur {image.height}, trop grand pour un logo"
                image.load()
        elif kind:
            root = etree.fromstring(
                content, etree.XMLParser(resolve_entities=False, no_network=True)
            )
            kind = kind if etree.QName(root).localname == "svg" else ""
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return f"un {kind} abîmé, qui ne s'ouvre pas"
    return None if kind else "un fichier qui n'est ni un PNG ni un SVG"


def avec_le_suivi(pieces: Pieces, annee: int | None) -> Pieces:
    """Return pieces with the follow-up, the mask, the context and the public series.

    ``annee`` is the last year read, the first being that of the convention; None: all the years
    that have a folder.
    """
    folder = f"{CONVENTIONS}/{pieces.nom}"
    present = annees_presentes(pieces.nom) if annee is None else (annee,)
    if (
        pieces.convention and present
    ):  # without a gap; only those of the folders when the dates cannot be read
        present = tuple(range(min(pieces.convention.debut.year, *present), max(present) + 1))
    years = [f"{folder}/suivi/{year}" for year in present]
    rules = pieces.documents["confidentialite"][0].objet

    def table(nom: str, paths: Iterable[str]) -> list[TableLue]:
        there = [partial(examiner_csv, path, nom, rules) for path in paths if existe(path)]
        with (
            par_parts()
        ):  # ``existe`` has told who reads: what is kept serves those who do not read it as entered
            return [partager(f"table/{read.args[0]}/{rules!r}", read) for read in there]

    tables = {name: table(name, [f"{year}/{name}.csv" for year in years]) for name in TABLES}
    tables["masque"] = table("masque", [f"{folder}/masque.csv"])
    # Not the stores, which are read when all communes are needed.
    found = [f"{SOURCES}/{name[:-1]}" for name in _noms(SOURCES) if name.endswith("/")]
    series = [one for one in found if one not in (PUBLIQUES, LOCALES)]
    tables["observations"] += [
        examiner_csv(f"{one}/observations.csv", "observations") for one in series
    ]
    tables["observations"] += table("observations", [f"{folder}/contexte.csv"])
    read = _documents("suivi/", DOCUMENTS, *years)
    read |= _documents("convention/", {"collecte": suivi.CollecteAnnuelle}, folder)
    # A series has both its files: a figure without an origin is not published.
    read |= _documents("sources/", {"origine": sources.Origine}, *series, exiges=True)
    return replace(
        pieces, annees=present, documents=pieces.documents | read, tables=pieces.tables | tables
    )


def avec_la_fin(pieces: Pieces) -> Pieces:
    """Return pieces with what only the evaluation at the end reads: rules, readings, what people
    entered.
    """
    read = _documents("", FINALE, "catalogue", exiges=True)
    read |= _documents("convention/", FINALE_PROPRE, f"{CONVENTIONS}/{pieces.nom}")
    return replace(pieces, documents=pieces.documents | read)


def fautes_de_nom(convention: str) -> Iterator[Faute]:
    """Yield the faults of names in the folders of the follow-up: what is not known would be
    silently left out.
    """
    folder = dossier_du_suivi(convention)
    known = [*(f"{name}.yaml" for name in DOCUMENTS), *(f"{name}.csv" for name in TABLES)]
    for name in _noms(folder):
        if name.endswith("/") and not _ANNEE.fullmatch(name):
            yield Faute(f"{folder}/{name[:-1]}", *mots("dossier_d_annee", nom=name[:-1]))
    for annee in annees_presentes(convention):
        for name in _noms(f"{folder}/{annee}"):
            if name not in known and re.search(r"\.(csv|ya?ml)", name, re.IGNORECASE):
                close = proches(name, known)
                instead = f"en « {close[0]} »" if close else "le fichier, ou le sortir du dossier"
                words = mots("fichier_d_annee", nom=name, connus=", ".join(known), ou=instead)
                yield Faute(f"{folder}/{annee}/{name}", *words)
