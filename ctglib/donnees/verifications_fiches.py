"""Indicators of the fiches: what the catalogue says of them, their breakdowns, and what the convention writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.references import elements, nom_inconnu, parcourir

if TYPE_CHECKING:
    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.pieces import Pieces

_DETAILLES = {"dimensions": "dimensions", "profils": "variables"}
_DIMENSIONS = "catalogue/dimensions.yaml"


def verifier_fiches(pieces: Pieces) -> list[Faute]:
    """Return the faults of the indicators of the fiches, in the catalogue and in the convention."""
    return [*_catalogue(pieces), *_modalites_en_double(pieces), *_modalites_retenues(pieces), *_convention(pieces)]


def _catalogue(pieces: Pieces) -> list[Faute]:
    """Return the faults of indicators whose fiche is not that of the file, or that nobody is told to enter."""
    faults = []
    for document in pieces.documents["fiches"]:
        tree = document.arbre
        number = tree.contenu.get("fiche") if isinstance(tree.contenu, dict) else None
        for rank, item in enumerate(elements(tree.contenu, "indicateurs")):
            path = ("indicateurs", rank)
            if item.get("fiche") != number:
                found = f"« {item['fiche']} »" if "fiche" in item else "la clé « fiche » est absente"
                remedy = f"écrire « fiche: {number} », ou déplacer l'indicateur"
                faults.append(tree.faute((*path, "fiche"), found, f"{number}, la fiche du fichier", remedy))
            collecte = item.get("collecte")
            if not (isinstance(collecte, dict) and collecte.get("responsable")):
                where = (*path, "collecte", "responsable") if collecte else (*path, "collecte")
                expected = "qui saisit la valeur, un responsable de catalogue/responsables.yaml"
                remedy = "ajouter « responsable: … » à « collecte »"
                faults.append(tree.faute(where, "aucun responsable", expected, remedy))
    return faults


def _modalites_en_double(pieces: Pieces) -> list[Faute]:
    """Return the faults of modalités that their own dimension, or variable, has twice."""
    faults = []
    for name, key in _DETAILLES.items():
        for document in pieces.documents[name]:
            for rank, item in enumerate(elements(document.arbre.contenu, key)):
                seen: set[object] = set()
                for path, value in parcourir(item, "modalites.*.id"):
                    if value in seen:
                        found, expected = f"« {value} » une seconde fois", "un code différent pour chaque modalité"
                        where = (key, rank, *path)
                        faults.append(document.arbre.faute(where, found, expected, "supprimer l'une des deux"))
                    seen.add(value)
    return faults


def _modalites_retenues(pieces: Pieces) -> list[Faute]:
    """Return the faults of modalités that an indicator keeps and that its dimension has not."""
    known = {
        item.get("id"): [value for _, value in parcourir(item, "modalites.*.id")]
        for document in pieces.documents["dimensions"]
        for item in elements(document.arbre.contenu, "dimensions")
    }
    faults = []
    for document in (*pieces.documents["fiches"], *pieces.documents["contexte"]):
        for rank, item in enumerate(elements(document.arbre.contenu, "indicateurs")):
            own = known.get(item.get("dimension"), [])
            label = f"une modalité de « {item.get('dimension')} »"
            faults += [
                document.arbre.faute(("indicateurs", rank, *path), *nom_inconnu(str(value), own, label, _DIMENSIONS))
                for path, value in parcourir(item, "modalites.*")
                if value not in own
            ]
    return faults


def _convention(pieces: Pieces) -> list[Faute]:
    """Return the faults of a fiche's indicators: of another fiche, or written by the convention without its words."""
    tree = pieces.documents["convention/convention"][0].arbre
    known = {
        item.get("id"): item
        for document in pieces.documents["fiches"]
        for item in elements(document.arbre.contenu, "indicateurs")
    }
    faults = []
    for rank, fiche in enumerate(elements(tree.contenu, "fiches")):
        for place, written in enumerate(elements(fiche, "indicateurs")):
            item = known.get(written.get("id"), {})
            path = ("fiches", rank, "indicateurs", place)
            if item and item.get("fiche") != fiche.get("numero"):
                found = f"« {item['id']} », un indicateur de la fiche {item.get('fiche')} au catalogue"
                expected = f"un indicateur de la fiche {fiche.get('numero')}"
                remedy = "le déplacer, ou corriger sa fiche au catalogue"
                faults.append(tree.faute((*path, "id"), found, expected, remedy))
            if item.get("origine") == "convention" and not written.get("libelle"):
                expected = "le libellé que la convention écrit, puisque l'indicateur vient d'elle"
                remedy = "ajouter « libelle: … », ou corriger « origine » au catalogue"
                faults.append(tree.faute((*path, "libelle"), "la clé « libelle » est absente", expected, remedy))
    return faults
