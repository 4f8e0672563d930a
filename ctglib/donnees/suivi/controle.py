"""What no file of the follow-up can check alone: the years against the convention, the catalogue and one another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.suivi.connus import Connus, relever
from ctglib.donnees.suivi.observations import fautes_d_observations, fautes_de_contexte, fautes_de_saisie_annuelle
from ctglib.donnees.suivi.pieces import dossier_du_suivi
from ctglib.donnees.suivi.profils import fautes_de_profils
from ctglib.donnees.suivi.tables import fautes_d_actions, fautes_de_moyens, fautes_de_posture
from ctglib.donnees.suivi.textes import (
    fautes_d_appreciations,
    fautes_d_avenants,
    fautes_de_bilan,
    fautes_personnelles,
)

if TYPE_CHECKING:
    from ctglib.donnees.suivi.pieces import PiecesAnnee, PiecesSuivi

_TABLES = {
    "observations": fautes_d_observations,
    "actions": fautes_d_actions,
    "moyens": fautes_de_moyens,
    "profils": fautes_de_profils,
    "posture": fautes_de_posture,
}


def verifier_suivi(suivi: PiecesSuivi) -> list[Faute]:
    """Return the faults between files; a place that is faulty by itself is left out, one fault is enough for it."""
    connus = relever(suivi)
    rules = suivi.pieces.documents["confidentialite"][0].objet
    faults = [*_contexte(suivi, connus), *_annees_hors_convention(suivi, connus)]
    documents = [document for year in suivi.annees.values() for document in year.documents.values()]
    for document in suivi.pieces.documents["convention/avenants"]:
        documents.append(document)
        faults += fautes_d_avenants(document, connus)
    for document in documents:
        faults += fautes_personnelles(document.arbre, rules)
    for year in suivi.annees.values():
        faults += _annee(year, suivi.annees.get(year.annee - 1), connus)
    told = {(fault.fichier, fault.ligne, fault.colonne) for fault in (*suivi.fautes, *suivi.pieces.fautes)}
    return [fault for fault in faults if (fault.fichier, fault.ligne, fault.colonne) not in told]


def _annee(annee: PiecesAnnee, precedente: PiecesAnnee | None, connus: Connus) -> list[Faute]:
    faults = fautes_de_bilan(annee, precedente)
    if document := annee.documents.get("appreciations"):
        faults += fautes_d_appreciations(document, connus)
    for name, table in annee.tables.items():
        faults += _TABLES[name](table, connus)
    if table := annee.tables.get("observations"):
        faults += fautes_de_saisie_annuelle(table, annee.annee, connus)
    return faults


def _contexte(suivi: PiecesSuivi, connus: Connus) -> list[Faute]:
    """Return the faults of the public series, and of the context that only a fictional convention may invent."""
    series = [serie.observations for serie in suivi.series.values() if serie.observations]
    faults = [fault for table in series for fault in fautes_d_observations(table, connus)]
    invented = suivi.tables.get("contexte")
    if invented is None:
        return faults
    if connus.debut and not connus.fictive:
        found = "un contexte propre à la convention, qui n'est pas fictive"
        expected = "aucun fichier de ce nom : les séries publiques sont dans « sources »"
        remedy = "supprimer le fichier, ou verser ses chiffres dans « sources » avec leur origine"
        faults.append(Faute(invented.fichier, found, expected, remedy))
    return [*faults, *fautes_d_observations(invented, connus), *fautes_de_contexte(invented, connus)]


def _annees_hors_convention(suivi: PiecesSuivi, connus: Connus) -> list[Faute]:
    if connus.debut is None or connus.fin is None:
        return []
    first, last = connus.debut.year, connus.fin.year
    folder = dossier_du_suivi(suivi.pieces.convention)
    expected = f"une année de {first} à {last}, la durée de la convention"
    return [
        Faute(f"{folder}/{annee}", f"l'année {annee}", expected, "demander une autre année, ou renommer son dossier")
        for annee, year in suivi.annees.items()
        if not first <= annee <= last and (year.documents or year.tables or annee == max(suivi.annees))
    ]
