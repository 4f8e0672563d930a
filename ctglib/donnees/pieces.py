"""Every file of a convention, of the catalogue and of the follow-up, read as far as it goes: all
faults come at once.

A document, or a table, is known by its kind: « themes » (the catalogue's), « convention/themes »,
« convention/convention », « suivi/bilan » (one for each year), « sources/origine ». An absent file
is recorded as looked for.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, get_type_hints

from ctglib.donnees.catalogue import Fichiers
from ctglib.donnees.csv_strict import TableLue, examiner_csv
from ctglib.donnees.enclos import ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.images import verifier_l_image
from ctglib.donnees.lecture import (
    CONVENTIONS,
    conventions,
    existe,
    lire_octets,
    lister,
    lister_si_present,
    proches,
    proposer,
)
from ctglib.donnees.magasin import LOCALES, PUBLIQUES
from ctglib.donnees.modeles import (
    Modele,
    avenants,
    catalogue,
    cloture,
    coherence,
    convention,
    evaluation,
    prolongement,
    rapports,
    sources,
    suivi,
)
from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.donnees.partage import partager
from ctglib.donnees.plan import PLAN, chemin_du_plan, dossier_du_suivi
from ctglib.donnees.publications import fautes_de_la_cle, lire_publications
from ctglib.donnees.yaml_strict import Document, examiner_yaml

Modeles = Mapping[str, type[Modele]]  # of YAML files, by name

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
THEMES_PROPRES = "themes"  # the folder of a convention's own themes
# Files of a convention, of a year of follow-up, that may not be there: an absent one is an empty
# one.
FACULTATIFS: Modeles = {
    "affirmations": convention.Affirmations,
    "commentaires": convention.Commentaires,
    "corrections": coherence.Corrections,
    "justifications": coherence.Justifications,
    "avenants": avenants.Avenants,
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
TABLES = ("observations", "actions", "moyens", "profils", "posture", "confirmations")
# Of these, those that may count persons, or score a post: what holds the figure.
VALEURS_SENSIBLES = {"observations": "valeur", "profils": "effectif", "posture": "niveau"}
# What only the evaluation at the end reads: of the catalogue, then of the convention.
FINALE: Modeles = {
    "evaluation_finale": evaluation.ReglesFinales,
    "conformite": evaluation.ReglesConformite,
    "prolongement": prolongement.ReglesProlongement,
}
FINALE_PROPRE: Modeles = {
    "lectures": evaluation.Lectures,
    "evaluation_finale": evaluation.SaisieFinale,
    "prolongement": prolongement.SaisieProlongement,
}
# Files of a convention that its copy takes the place of, for the reports of a closed year.
COPIES = ("convention", "avenants", "indicateurs")
SOURCES = "sources"
LOGOS_JUGES = 64  # how many logos are remembered: those of a few conventions
_ANNEE = re.compile(r"(19|20)[0-9]{2}/")


@dataclass(frozen=True)
class Pieces:
    """What was read."""

    nom: str  # of the folder of the convention
    documents: dict[str, list[Document]]  # YAML files by kind
    # CSV files by kind: public series, and what years enter, are observations.
    tables: dict[str, list[TableLue]]
    logos: dict[str, bytes | None]  # by party, None while the file is not there
    autres_fautes: tuple[Faute, ...]  # of folders, of logos
    # Of the follow-up, even those that have no file; None: it is left out.
    annees: tuple[int, ...] | None = None
    # Whether the convention, its avenants and its own indicators are the copy of a closed year.
    copie: bool = False
    registre: RegistrePublie | None = None  # what was published; None: the follow-up is left out

    @property
    def fautes(self) -> list[Faute]:
        """The faults of each file taken alone."""
        fautes = list(self.autres_fautes)
        for fichiers in (*self.documents.values(), *self.tables.values()):
            for fichier in fichiers:
                fautes += fichier.fautes
        return fautes

    def documents_des_sortes(self, *sortes: str) -> list[Document]:
        """Return the YAML files of these kinds (« suivi/bilan »), kind by kind.

        A kind that was not read, as those of the follow-up for a diagnostic, has none.
        """
        return [document for sorte in sortes for document in self.documents.get(sorte, ())]

    def objets(self, sorte: str) -> list[Any]:
        """Return the objects of the YAML files of a kind; a file that has a fault gives none."""
        return [document.objet for document in self.documents_des_sortes(sorte) if document.objet]

    @property
    def convention(self) -> convention.Convention | None:
        """The convention itself, None when it cannot be read."""
        conventions_lues = self.objets("convention/convention")
        return conventions_lues[0] if conventions_lues else None

    @property
    def fin(self) -> date | None:
        """The last day of the convention, as the avenants of duration extend it."""
        if self.convention is None:
            return None
        fichiers = self.objets("convention/avenants")
        signes = [avenant for fichier in fichiers for avenant in fichier.avenants]
        return self.convention.fin_selon(signes)


def annee_du_dossier(fichier: str) -> int | None:
    """Return the year of the folder of follow-up that a file is in, None for another file."""
    trouvee = re.search(r"/suivi/([0-9]{4})/", fichier)
    return int(trouvee[1]) if trouvee else None


def annees_presentes(convention: str) -> tuple[int, ...]:
    """Return the years that have a folder, in order; none when there is no follow-up yet."""
    noms = _noms(dossier_du_suivi(convention))
    return tuple(int(nom[:4]) for nom in noms if _ANNEE.fullmatch(nom))


def _noms(dossier: str) -> tuple[str, ...]:
    """Return the names in a folder, none when it is not there or is closed to us."""
    try:
        return lister_si_present(dossier) or ()
    except DonneesInvalides:
        return ()


def _documents(
    prefixe: str, modeles: Modeles, *dossiers: str, exiges: bool = False
) -> dict[str, list[Document]]:
    """Return the YAML files of some folders by kind: all of them, their absence a fault, or those
    that are there.
    """
    documents: dict[str, list[Document]] = {}
    for nom, modele in modeles.items():
        documents[f"{prefixe}{nom}"] = []
        for dossier in dossiers:
            fichier = f"{dossier}/{nom}.yaml"
            if exiges or existe(fichier):
                documents[f"{prefixe}{nom}"].append(examiner_yaml(fichier, modele))
    return documents


def lire_pieces(convention: str, annee: int | None = None) -> Pieces:
    """Return the files of a convention and of the catalogue, as far as they can be read; raise when
    it is not there.

    With a year that is closed, the convention, its avenants and its own indicators are those of the
    copy that the closing made: their files are not even looked at.
    """
    if not isinstance(convention, str):
        raise refus(CONVENTIONS, *mots("convention_sans_nom", ecrit=repr(convention)))
    bien_nommee = convention.replace("-", "_").isidentifier()
    if annee is not None and bien_nommee and existe(chemin_du_plan(convention, annee)):
        chemin = chemin_du_plan(convention, annee)
        return partager(f"pieces/{convention}/{annee}", lambda: _rassembler(convention, chemin))
    # Its own file answers, and not the list of all of them: another convention, that comes or goes,
    # changes nothing in what is recorded as read.
    fichier = f"{CONVENTIONS}/{convention}/convention.yaml"
    if not (bien_nommee and existe(fichier)):
        connues = conventions()
        if convention not in connues:
            conseil = "l'un de ces noms, ou créer le dossier de la convention"
            phrase = mots(
                "convention_inconnue",
                ecrit=convention,
                connues=", ".join(connues) or "aucun pour le moment",
                proche=proposer(convention, connues, conseil),
            )
            raise refus(CONVENTIONS, *phrase)
    return partager(f"pieces/{convention}", lambda: _rassembler(convention))


def _rassembler(nom: str, chemin_de_la_copie: str = "") -> Pieces:
    dossier = f"{CONVENTIONS}/{nom}"
    fautes: list[Faute] = []
    documents = _documents("", CATALOGUE, "catalogue", exiges=True)
    if chemin_de_la_copie:
        facultatifs = {
            nom_du_fichier: modele
            for nom_du_fichier, modele in FACULTATIFS.items()
            if nom_du_fichier not in COPIES
        }
        documents |= _documents("convention/", facultatifs, dossier)
        documents |= _copies(examiner_yaml(chemin_de_la_copie, cloture.PlanClos))
    else:
        propre = {"convention": convention.Convention}
        documents |= _documents("convention/", propre, dossier, exiges=True)
        documents |= _documents("convention/", FACULTATIFS, dossier)
    for ensemble, (modele, mot) in ENSEMBLES.items():
        chemin = f"catalogue/{ensemble}"
        documents[ensemble] = []
        with recueillir(fautes):
            noms = lister(chemin)
            documents[ensemble] = _ensemble(chemin, noms, modele, fautes)
            if not any(fichier.endswith(".yaml") for fichier in noms):
                fautes.append(Faute(chemin, *mots("ensemble_vide", quoi=mot)))
    themes = f"{dossier}/{THEMES_PROPRES}"
    documents["convention/themes"] = _ensemble(themes, _noms(themes), catalogue.ThemePropre, fautes)
    tables = {
        table: [examiner_csv(f"{dossier}/{table}.csv", table)] for table in ("annexe1", "offre")
    }
    logos, fautes_des_logos = _logos(dossier, documents["convention/convention"][0])
    autres_fautes = (*fautes, *fautes_des_logos)
    return Pieces(nom, documents, tables, logos, autres_fautes, copie=bool(chemin_de_la_copie))


def _copies(plan: Document[cloture.PlanClos]) -> dict[str, list[Document]]:
    """Return what the copy of a closed year keeps, by kind, each as the file that it stands for."""
    documents: dict[str, list[Document]] = {f"convention/{nom}": [] for nom in COPIES}
    documents["convention/convention"].append(plan)  # its faults, when it has any
    if plan.objet:
        objets = {
            "convention": plan.objet.convention,
            "avenants": avenants.Avenants(avenants=plan.objet.avenants),
            "indicateurs": plan.objet.indicateurs,
        }
        for nom in COPIES:
            objet = objets[nom]
            documents[f"convention/{nom}"] = [Document(plan.fichier, type(objet), objet=objet)]
    return documents


def _ensemble(
    chemin: str, noms: Iterable[str], modele: type[Modele], fautes: list[Faute]
) -> list[Document]:
    """Return the YAML files of a folder; another ending would be silently left out: a fault."""
    documents = []
    for fichier in noms:
        if fichier.endswith(".yaml"):
            documents.append(examiner_yaml(f"{chemin}/{fichier}", modele))
        elif re.search(r"\.ya?ml", fichier, re.IGNORECASE):
            debut = fichier.partition(".")[0]
            fautes.append(
                Faute(f"{chemin}/{fichier}", *mots("autre_fin", nom=fichier, debut=debut))
            )
    return documents


def _logos(dossier: str, document: Document) -> tuple[dict[str, bytes | None], list[Faute]]:
    """Return the logo of each party, and the faults of logos.

    A name is a file of ``logos/``, and its bytes are those of a PNG or an SVG.
    """
    logos: dict[str, bytes | None] = {}
    fautes: list[Faute] = []
    parties = document.objet.parties if document.objet else ()
    for rang, partie in enumerate(parties):
        nom = PurePosixPath(partie.logo)
        if nom.name != partie.logo or nom.suffix.lower() not in (".png", ".svg"):
            place = ("parties", rang, "logo")
            fautes.append(document.dire(place, "nom_de_logo", ecrit=partie.logo))
            continue
        chemin = f"{dossier}/logos/{partie.logo}"
        contenu = lire_octets(chemin) if existe(chemin) else None
        logos[partie.id] = contenu
        if contenu is not None:
            fautes += _fautes_du_logo(chemin, contenu)
    return logos, fautes


@lru_cache(maxsize=LOGOS_JUGES)
def _fautes_du_logo(chemin: str, contenu: bytes) -> tuple[Faute, ...]:
    """Return what is wrong with a logo: the same is parsed once, in a child process."""
    try:
        with ouvrir_enclos() as enclos:
            enclos.lire(verifier_l_image, chemin, contenu)
    except DonneesInvalides as error:
        return tuple(error.fautes)
    return ()


def avec_le_suivi(pieces: Pieces, annee: int | None) -> Pieces:
    """Return pieces with the follow-up, what was published, the context and the public series.

    ``annee`` is the last year read, the first being that of the convention; None: all the years
    that have a folder.
    """
    dossier = f"{CONVENTIONS}/{pieces.nom}"
    annees = annees_presentes(pieces.nom) if annee is None else (annee,)
    if pieces.convention and annees:
        # Without a gap; only those of the folders when the dates cannot be read.
        premiere = min(pieces.convention.debut.year, *annees)
        annees = tuple(range(premiere, max(annees) + 1))
    dossiers_annuels = [f"{dossier}/suivi/{une_annee}" for une_annee in annees]
    regles = pieces.documents["confidentialite"][0].objet

    tables = {
        nom: _tables_saisies(nom, [f"{annuel}/{nom}.csv" for annuel in dossiers_annuels], regles)
        for nom in TABLES
    }
    # Not the stores, which are read when all communes are needed.
    sous_dossiers = [f"{SOURCES}/{nom[:-1]}" for nom in _noms(SOURCES) if nom.endswith("/")]
    extraits = [extrait for extrait in sous_dossiers if extrait not in (PUBLIQUES, LOCALES)]
    for extrait in extraits:
        tables["observations"].append(examiner_csv(f"{extrait}/observations.csv", "observations"))
    tables["observations"] += _tables_saisies("observations", [f"{dossier}/contexte.csv"], regles)

    documents = _documents("suivi/", DOCUMENTS, *dossiers_annuels)
    documents |= _documents("convention/", {"collecte": suivi.CollecteAnnuelle}, dossier)
    # A series has both its files: a figure without an origin is not published.
    documents |= _documents("sources/", {"origine": sources.Origine}, *extraits, exiges=True)
    lues = replace(
        pieces,
        annees=annees,
        documents=pieces.documents | documents,
        tables=pieces.tables | tables,
    )
    fautes: list[Faute] = []
    with recueillir(fautes):
        registre = lire_publications(pieces.nom)
        fautes += fautes_de_la_cle(registre, fichier_sensible(lues))
        lues = replace(lues, registre=registre)
    return replace(lues, autres_fautes=(*pieces.autres_fautes, *fautes))


def fichier_sensible(pieces: Pieces) -> str:
    """Return the first file of the follow-up that counts persons, or scores a post; "" if none
    does.
    """
    sensibles = {
        indicateur.id
        for sujet in (*pieces.objets("indicateurs"), *pieces.objets("convention/indicateurs"))
        for indicateur in sujet.indicateurs
        if indicateur.sensible
    }
    for nom, colonne in VALEURS_SENSIBLES.items():
        for table in pieces.tables[nom]:
            if "/suivi/" not in table.fichier or colonne not in table.lignes:
                continue
            remplies = table.lignes[colonne].ne("")
            if nom == "observations":
                remplies &= table.lignes["indicateur"].isin(sensibles)
            if remplies.any():
                return table.fichier
    return ""


def _tables_saisies(
    nom: str, fichiers: Iterable[str], regles: catalogue.Confidentialite | None
) -> list[TableLue]:
    """Return the tables of a kind that are there, of what is entered."""
    presents = [fichier for fichier in fichiers if existe(fichier)]
    return [examiner_csv(fichier, nom, regles) for fichier in presents]


def avec_la_fin(pieces: Pieces) -> Pieces:
    """Return pieces with what only the evaluation at the end reads: rules, readings, what people
    entered.
    """
    documents = _documents("", FINALE, "catalogue", exiges=True)
    documents |= _documents("convention/", FINALE_PROPRE, f"{CONVENTIONS}/{pieces.nom}")
    return replace(pieces, documents=pieces.documents | documents)


def fautes_de_nom(convention: str) -> Iterator[Faute]:
    """Yield the faults of names in the folders of the follow-up: what is not known would be
    silently left out.
    """
    dossier = dossier_du_suivi(convention)
    connus = [*(f"{nom}.yaml" for nom in DOCUMENTS), *(f"{nom}.csv" for nom in TABLES)]
    for nom in _noms(dossier):
        if nom.endswith("/") and not _ANNEE.fullmatch(nom):
            sous_dossier = nom[:-1]
            phrase = mots("dossier_d_annee", nom=sous_dossier)
            yield Faute(f"{dossier}/{sous_dossier}", *phrase)
    for annee in annees_presentes(convention):
        for nom in _noms(f"{dossier}/{annee}"):
            if nom in (*connus, PLAN):  # nobody writes the copy by hand
                continue
            if re.search(r"\.(csv|ya?ml)", nom, re.IGNORECASE):
                voisins = proches(nom, connus)
                remede = (
                    f"en « {voisins[0]} »" if voisins else "le fichier, ou le sortir du dossier"
                )
                phrase = mots("fichier_d_annee", nom=nom, connus=", ".join(connus), ou=remede)
                yield Faute(f"{dossier}/{annee}/{nom}", *phrase)
