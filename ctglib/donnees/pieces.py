"""Every file of a convention, of the catalogue and of the follow-up, read as far as it goes: all faults come at once.

A document, or a table, is known by its kind: « themes » (the catalogue's), « convention/convention », « suivi/bilan »
(one for each year), « finale/lectures », « sources/origine ». An absent file is recorded as looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from io import BytesIO
from pathlib import PurePosixPath

from ctglib.donnees.csv_strict import TableLue, charger_schema, examiner_csv
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import CONVENTIONS, conventions, existe, lire_octets, lister, proches
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

CATALOGUE: dict[str, type[Modele]] = {
    "statuts": catalogue.Statuts,
    "unites": catalogue.Unites,
    "seuils": catalogue.Seuils,
    "donnees_publiques": sources.DonneesPubliques,
    "radar": catalogue.Radar,
    "offre": catalogue.VocabulaireOffre,
    "referentiel_emploi": catalogue.ReferentielEmploi,
    "synthese": rapports.Synthese,
    "diagnostic": rapports.ReglesDiagnostic,
    "charte": catalogue.Charte,
    "relations": coherence.Relations,
    "regles": coherence.Regles,
    "contexte": catalogue.IndicateursContexte,
    "dimensions": catalogue.Dimensions,
    "profils": catalogue.Profils,
    "moyens": catalogue.Moyens,
    "responsables": catalogue.Responsables,
    "evaluation": evaluation.Evaluation,
    "confidentialite": catalogue.Confidentialite,
    "secret": catalogue.Secret,
    "comparaison": catalogue.Comparaison,
    "bilan": rapports.ReglesBilan,
    "messages": rapports.ReglesMessages,
}
# Folders of the catalogue whose files are read together, and what each of them is in the words of a fault.
ENSEMBLES: dict[str, tuple[type[Modele], str]] = {
    "themes": (catalogue.Theme, "thème"),
    "indicateurs": (catalogue.SujetIndicateurs, "sujet"),
}
# Files of a convention, of a year of follow-up, that may not be there: an absent one is an empty one.
FACULTATIFS: dict[str, type[Modele]] = {
    "affirmations": convention.Affirmations,
    "commentaires": convention.Commentaires,
    "corrections": coherence.Corrections,
    "justifications": coherence.Justifications,
    "avenants": suivi.Avenants,
    "territoires": catalogue.Territoires,
    "indicateurs": catalogue.IndicateursPropres,
    "messages": rapports.MessagesDesParties,
}
DOCUMENTS: dict[str, type[Modele]] = {
    "bilan": suivi.Bilan,
    "appreciations": suivi.Appreciations,
    "participation": suivi.Participation,
    "messages": rapports.MessagesDesParties,
}
TABLES = ("observations", "actions", "moyens", "profils", "posture")
SOURCES = "sources"
_ANNEE = re.compile(r"(19|20)[0-9]{2}/")
SIGNATURE_PNG = b"\x89PNG\r\n\x1a\n"
POINTS_MAX = 25_000_000


@dataclass(frozen=True)
class Pieces:
    """What was read."""

    nom: str  # of the folder of the convention
    documents: dict[str, tuple[Document, ...]]  # YAML files by kind
    tables: dict[str, tuple[TableLue, ...]]  # CSV files by kind: public series, and what years enter, are observations
    logos: dict[str, bytes | None]  # by party, None while the file is not there
    annees: tuple[int, ...] | None = None  # of the follow-up, even those that have no file; None: it is left out
    fautes: tuple[Faute, ...] = ()  # of each file taken alone

    @property
    def convention(self) -> convention.Convention | None:
        """The convention itself, None when it cannot be read."""
        return self.documents["convention/convention"][0].objet

    @property
    def fin(self) -> date | None:
        """The last day of the convention, as the avenants of duration extend it."""
        if self.convention is None:
            return None
        read = [document.objet for document in self.documents["convention/avenants"] if document.objet]
        return self.convention.fin_selon(avenant for one in read for avenant in one.avenants)


def annee_du_dossier(fichier: str) -> int | None:
    """Return the year of the folder of follow-up that a file is in, None for another file."""
    found = re.search(r"/suivi/([0-9]{4})/", fichier)
    return int(found[1]) if found else None


def dossier_du_suivi(convention: str) -> str:
    """Return the folder of the years of follow-up."""
    return f"{CONVENTIONS}/{convention}/suivi"


def annees_presentes(convention: str) -> tuple[int, ...]:
    """Return the years that have a folder, in order; none when there is no follow-up yet."""
    return tuple(int(name[:4]) for name in _noms(dossier_du_suivi(convention)) if _ANNEE.fullmatch(name))


def _noms(dossier: str) -> tuple[str, ...]:
    """Return the names in a folder, none when it is not there; either way it is recorded."""
    try:
        return lister(dossier)
    except DonneesInvalides:
        return ()


def lire_pieces(convention: str) -> Pieces:
    """Return the files of a convention and of the catalogue, as far as they can be read.

    Raises:
        DonneesInvalides: The convention is not there.
    """
    if not isinstance(convention, str):
        raise refus(CONVENTIONS, *mots("convention_sans_nom", ecrit=repr(convention)))
    # Its own file answers, and not the list of all of them: another convention, that comes or goes, changes nothing in
    # what is recorded as read.
    there = convention.replace("-", "_").isidentifier() and existe(f"{CONVENTIONS}/{convention}/convention.yaml")
    if not there and convention not in (known := conventions()):
        close = proches(convention, known)
        told = f"« {close[0]} »" if close else "l'un de ces noms, ou créer le dossier de la convention"
        names = ", ".join(known) or "aucun pour le moment"
        raise refus(CONVENTIONS, *mots("convention_inconnue", ecrit=convention, connues=names, proche=told))
    return partager(f"pieces/{convention}", lambda: _rassembler(convention))


def _rassembler(nom: str) -> Pieces:
    folder = f"{CONVENTIONS}/{nom}"
    read: dict[str, list[Document]] = {
        name: [examiner_yaml(f"catalogue/{name}.yaml", model)] for name, model in CATALOGUE.items()
    }
    read["convention/convention"] = [examiner_yaml(f"{folder}/convention.yaml", convention.Convention)]
    read |= {f"convention/{name}": _si_present(f"{folder}/{name}.yaml", model) for name, model in FACULTATIFS.items()}
    faults: list[Faute] = []
    for name, (model, what) in ENSEMBLES.items():
        where, names = f"catalogue/{name}", ()
        with recueillir(faults):
            names = lister(where)
            if not any(one.endswith(".yaml") for one in names):
                faults.append(Faute(where, *mots("ensemble_vide", quoi=what)))
        read[name] = [examiner_yaml(f"{where}/{one}", model) for one in names if one.endswith(".yaml")]
        for one in names:  # another ending would be silently left out
            if not one.endswith(".yaml") and re.search(r"\.ya?ml", one, re.IGNORECASE):
                faults.append(Faute(f"{where}/{one}", *mots("autre_fin", nom=one, debut=one.partition(".")[0])))
    tables = {name: [examiner_csv(f"{folder}/{name}.csv", charger_schema(name))] for name in ("annexe1", "offre")}
    logos = _logos(nom, read["convention/convention"][0], faults)
    return _avec(Pieces(nom, {}, {}, logos), read, tables, faults)


def _avec(
    pieces: Pieces,
    documents: dict[str, list[Document]],
    tables: dict[str, list[TableLue]],
    fautes: Iterable[Faute] = (),
) -> Pieces:
    """Return pieces with more documents and tables, and their faults."""
    read = [one for group in (*documents.values(), *tables.values()) for one in group]
    return replace(
        pieces,
        documents={**pieces.documents, **{name: tuple(group) for name, group in documents.items()}},
        tables={**pieces.tables, **{name: tuple(group) for name, group in tables.items()}},
        fautes=(*pieces.fautes, *fautes, *(fault for one in read for fault in one.fautes)),
    )


def _si_present(relatif: str, modele: type[Modele]) -> list[Document]:
    return [examiner_yaml(relatif, modele)] if existe(relatif) else []


def _logos(nom: str, document: Document, faults: list[Faute]) -> dict[str, bytes | None]:
    """Return the logo of each party; a name is a file of ``logos/``, and its bytes are those of a PNG or an SVG."""
    logos: dict[str, bytes | None] = {}
    for rank, party in enumerate(document.objet.parties if document.objet else ()):
        name, relatif = PurePosixPath(party.logo), f"{CONVENTIONS}/{nom}/logos/{party.logo}"
        if name.name != party.logo or name.suffix.lower() not in (".png", ".svg"):
            faults.append(document.dire(("parties", rank, "logo"), "nom_de_logo", ecrit=party.logo))
            continue
        logos[party.id] = lire_octets(relatif) if existe(relatif) else None
        if logos[party.id] is not None and (found := _defaut_d_image(logos[party.id])):
            faults.append(Faute(relatif, *mots("image", trouve=found)))
    return logos


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


def avec_le_suivi(pieces: Pieces, annee: int | None) -> Pieces:
    """Return pieces with the follow-up, the mask, the context and the public series.

    ``annee`` is the last year read, the first being that of the convention; None: all the years that have a folder.
    """
    folder = f"{CONVENTIONS}/{pieces.nom}"
    present = annees_presentes(pieces.nom) if annee is None else (annee,)
    if pieces.convention and present:  # without a gap; only those of the folders when the dates cannot be read
        present = tuple(range(min(pieces.convention.debut.year, *present), max(present) + 1))
    rules = pieces.documents["confidentialite"][0].objet

    def table(relatif: str, nom: str) -> list[TableLue]:
        return [examiner_csv(relatif, charger_schema(nom), rules)] if existe(relatif) else []

    years = [f"{folder}/suivi/{year}" for year in present]
    read = {
        f"suivi/{name}": [one for year in years for one in _si_present(f"{year}/{name}.yaml", model)]
        for name, model in DOCUMENTS.items()
    }
    tables = {name: [one for year in years for one in table(f"{year}/{name}.csv", name)] for name in TABLES}
    read["convention/collecte"] = _si_present(f"{folder}/collecte.yaml", suivi.CollecteAnnuelle)
    tables["masque"] = table(f"{folder}/masque.csv", "masque")
    # Not the stores, which are read when all communes are needed.
    series = [one for name in _noms(SOURCES) if (one := f"{SOURCES}/{name}"[:-1]) not in (PUBLIQUES, LOCALES)
              and name.endswith("/")]  # fmt: skip
    # A series has both its files: a figure without an origin is not published.
    read["sources/origine"] = [examiner_yaml(f"{name}/origine.yaml", sources.Origine) for name in series]
    schema = charger_schema("observations")
    tables["observations"] += [examiner_csv(f"{name}/observations.csv", schema) for name in series]
    tables["observations"] += table(f"{folder}/contexte.csv", "observations")
    return _avec(replace(pieces, annees=present), read, tables)


def avec_la_fin(pieces: Pieces) -> Pieces:
    """Return pieces with what only the evaluation at the end reads: rules, readings, what people entered."""
    folder = f"{CONVENTIONS}/{pieces.nom}"
    read = {
        "finale/regles": [examiner_yaml("catalogue/evaluation_finale.yaml", evaluation.ReglesFinales)],
        "finale/conformite": [examiner_yaml("catalogue/conformite.yaml", evaluation.ReglesConformite)],
        "finale/lectures": _si_present(f"{folder}/lectures.yaml", evaluation.Lectures),
        "finale/saisie": _si_present(f"{folder}/evaluation_finale.yaml", evaluation.SaisieFinale),
    }
    return _avec(pieces, read, {})


def fautes_de_nom(convention: str) -> Iterator[Faute]:
    """Yield the faults of names in the folders of the follow-up: what is not known would be silently left out."""
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
