"""What no file of the follow-up can check alone: the years against the convention, the catalogue and one another."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ctglib.donnees.confidentialite import valeur_personnelle
from ctglib.donnees.fautes import Faute
from ctglib.donnees.references import VOCABULAIRES, nom_inconnu, parcourir
from ctglib.donnees.suivi.connus import Connus, relever
from ctglib.donnees.suivi.pieces import dossier_du_suivi
from ctglib.donnees.suivi.tables import fautes_des_tables

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Confidentialite
    from ctglib.donnees.modeles.suivi import Avenants, Changement
    from ctglib.donnees.suivi.pieces import PiecesAnnee, PiecesSuivi
    from ctglib.donnees.yaml_strict import Arbre, Chemin, Document


def verifier_suivi(suivi: PiecesSuivi) -> list[Faute]:
    """Return the faults between files; a place that is faulty by itself is left out, one fault is enough for it."""
    connus = relever(suivi)
    rules = suivi.pieces.documents["confidentialite"][0].objet
    faults = [*fautes_des_tables(suivi, connus), *_contexte(suivi, connus), *_annees_hors_convention(suivi, connus)]
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
    if document := annee.documents.get("participation"):
        faults += _inconnus(document, "exemples.*.axe", "axe", connus)
    return faults


def _contexte(suivi: PiecesSuivi, connus: Connus) -> list[Faute]:
    """Return the fault of a context that only a fictional convention may invent."""
    invented = suivi.tables.get("contexte")
    if invented is None or connus.fictive or not connus.debut:
        return []
    found = "un contexte propre à la convention, qui n'est pas fictive"
    expected = "aucun fichier de ce nom : les séries publiques sont dans « sources »"
    remedy = "supprimer le fichier, ou verser ses chiffres dans « sources » avec leur origine"
    return [Faute(invented.fichier, found, expected, remedy)]


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


_CITES = {
    "cible": "indicateur_de_fiche",
    "definition": "indicateur_de_fiche",
    "indicateur": "indicateur_de_fiche",
    "fiche": "fiche",
}


def fautes_de_bilan(annee: PiecesAnnee, precedente: PiecesAnnee | None) -> list[Faute]:
    """Return the faults of a bilan: its year and dates, and the decisions that it says the fate of."""
    document = annee.documents.get("bilan")
    if document is None:
        return []
    tree, bilan = document.arbre, document.objet
    faults = [*doublons(tree, "comite.decisions.*.id"), *doublons(tree, "comite.suites.*.decision")]
    faults += _suites(tree, annee.annee, precedente)
    if bilan is None:
        return faults
    if bilan.annee != annee.annee:
        remedy = f"écrire {annee.annee}, ou déplacer le fichier"
        faults.append(tree.faute(("annee",), f"« {bilan.annee} »", f"{annee.annee}, l'année du dossier", remedy))
    elif bilan.date_arretee.year != annee.annee:
        expected = f"une date de {annee.annee}, l'année du bilan"
        faults.append(tree.faute(("date_arretee",), f"« {bilan.date_arretee} »", expected, "corriger la date"))
    held = bilan.comite.date if bilan.comite else None
    if isinstance(held, date) and held.year not in (annee.annee, annee.annee + 1):
        expected = f"une date de {annee.annee} ou de {annee.annee + 1}"
        faults.append(tree.faute(("comite", "date"), f"« {held} »", expected, "corriger la date"))
    return faults


def fautes_d_appreciations(document: Document, connus: Connus) -> list[Faute]:
    """Return the faults of the appreciations: fiches that the convention has not, or twice."""
    place = "appreciations.*.fiche"
    return [*doublons(document.arbre, place), *_inconnus(document, place, "fiche", connus)]


def _inconnus(document: Document, place: str, sorte: str, connus: Connus) -> list[Faute]:
    """Return the faults of names that the convention has not."""
    words, names, tree = VOCABULAIRES[sorte], connus.noms[sorte], document.arbre
    return [
        tree.faute(path, *nom_inconnu(str(value), names, words.libelle, words.ou))
        for path, value in parcourir(tree.contenu, place)
        if names and str(value) not in names
    ]


def fautes_d_avenants(document: Document[Avenants], connus: Connus) -> list[Faute]:
    """Return the faults of the avenants: numbers, dates in order and inside the convention, elements that exist."""
    tree = document.arbre
    faults = doublons(tree, "avenants.*.numero")
    last: date | None = None
    for rank, avenant in enumerate(document.objet.avenants if document.objet else ()):
        path: Chemin = ("avenants", rank)
        faults += _hors_convention(tree, (*path, "date"), avenant.date, connus)
        if last and avenant.date < last:
            expected = f"le {last} ou après, la date de l'avenant précédent"
            remedy = "remettre les avenants dans l'ordre de leur date, ou corriger la date"
            faults.append(tree.faute((*path, "date"), f"« {avenant.date} »", expected, remedy))
        last = avenant.date
        for number, change in enumerate(avenant.changements):
            faults += _changement(tree, (*path, "changements", number), change, connus)
    return faults


def fautes_personnelles(arbre: Arbre, regles: Confidentialite | None) -> list[Faute]:
    """Return a fault for each text of a file that gives something away about a person."""
    if regles is None:
        return []
    return [
        arbre.faute(path, f"« {text[:80]} », {what}", regles.pourquoi, regles.remede)
        for path, text in arbre.textes.items()
        if (what := valeur_personnelle(text, regles))
    ]


def doublons(arbre: Arbre, chemin: str) -> list[Faute]:
    """Return a fault for each value at a path that an earlier item of the file has."""
    first: dict[object, Chemin] = {}
    faults = []
    for path, value in parcourir(arbre.contenu, chemin):
        before = first.setdefault(value, path)
        if before != path:
            found = f"« {str(value)[:80]} » une seconde fois (déjà ligne {arbre.ligne(before)})"
            faults.append(arbre.faute(path, found, "une valeur différente pour chacun", "supprimer l'un des deux"))
    return faults


def _suites(arbre: Arbre, annee: int, precedente: PiecesAnnee | None) -> list[Faute]:
    """Return the faults of decisions that last year's comité did not take."""
    previous = precedente.documents.get("bilan") if precedente else None
    if previous is not None and previous.objet is None:
        return []
    comite = previous.objet.comite if previous else None
    names = [decision.id for decision in comite.decisions] if comite else []
    where = f"suivi/{annee - 1}/bilan.yaml"
    return [
        arbre.faute(path, *nom_inconnu(str(value), names, "une décision", where))
        for path, value in parcourir(arbre.contenu, "comite.suites.*.decision")
        if value not in names
    ]


def _changement(arbre: Arbre, chemin: Chemin, change: Changement, connus: Connus) -> list[Faute]:
    faults = _hors_convention(arbre, (*chemin, "effet"), change.effet, connus)
    if kind := _CITES.get(change.nature):
        names, words = connus.noms[kind], VOCABULAIRES[kind]
        if names and str(change.element) not in names:
            problem = nom_inconnu(str(change.element), names, words.libelle, words.ou)
            faults.append(arbre.faute((*chemin, "element"), *problem))
    if change.nature == "cible" and connus.debut and connus.fin:
        first, last = connus.debut.year, connus.fin.year
        if not first <= change.annee <= last:
            expected = f"une année de {first} à {last}, la durée de la convention"
            faults.append(arbre.faute((*chemin, "annee"), f"« {change.annee} »", expected, "corriger l'année"))
    return faults


def _hors_convention(arbre: Arbre, chemin: Chemin, jour: date, connus: Connus) -> list[Faute]:
    if connus.debut is None or connus.fin is None or connus.debut <= jour <= connus.fin:
        return []
    expected = f"une date entre le {connus.debut} et le {connus.fin}, la durée de la convention"
    return [arbre.faute(chemin, f"« {jour} »", expected, "corriger la date")]
