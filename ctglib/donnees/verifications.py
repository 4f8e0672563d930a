"""What no file can check alone: names that another file defines, values that another column or the catalogue bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches
from ctglib.donnees.references import (
    CITATIONS,
    COLONNES,
    UNIQUES,
    VOCABULAIRES,
    definis,
    elements,
    nom_inconnu,
    parcourir,
    places,
)
from ctglib.donnees.verifications_fiches import verifier_fiches
from ctglib.donnees.verifications_tables import verifier_annexe1, verifier_offre

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.yaml_arbre import Arbre, Chemin


def verifier(pieces: Pieces) -> list[Faute]:
    """Return the faults between files, those of a place that is faulty by itself left out: one fault is enough for it.

    A kind of name none of whose files could be read is not checked.
    """
    known = {name: list(definis(pieces, name)) for name in VOCABULAIRES}
    faults = [
        *_noms_inconnus(pieces, known),
        *_cellules_inconnues(pieces, known),
        *_doublons(pieces),
        *_identifiant(pieces),
        *_constats_d_un_autre_theme(pieces),
        *_axes_sans_regle(pieces),
        *_indicateurs_de_fiche(pieces),
        *verifier_fiches(pieces),
        *verifier_annexe1(pieces),
        *verifier_offre(pieces),
    ]
    told = {(fault.fichier, fault.ligne, fault.colonne) for fault in pieces.fautes}
    return [fault for fault in faults if (fault.fichier, fault.ligne, fault.colonne) not in told]


def _noms_inconnus(pieces: Pieces, known: dict[str, list]) -> list[Faute]:
    return [
        tree.faute(path, *_inconnu(str(value), known[kind], kind))
        for document, where, kind in CITATIONS
        if known[kind]
        for value, found in places(pieces, document, where).items()
        if value not in known[kind]
        for tree, path in found
    ]


def _cellules_inconnues(pieces: Pieces, known: dict[str, list]) -> list[Faute]:
    return [
        Faute(table.fichier, *_inconnu(row.cellules[column], known[kind], kind), ligne=row.numero, colonne=column)
        for name, column, kind in COLONNES
        if known[kind] and (table := pieces.tables.get(name))
        for row in table.lignes
        if row.cellules.get(column) and row.cellules[column] not in known[kind]
    ]


def _inconnu(ecrit: str, connus: list, nom: str) -> tuple[str, str, str]:
    kind = VOCABULAIRES[nom]
    return nom_inconnu(ecrit, connus, kind.libelle, kind.ou)


def _doublons(pieces: Pieces) -> list[Faute]:
    """Return a fault for each name defined again, in the same file or in another."""
    named = [definis(pieces, name) for name in VOCABULAIRES]
    named += [places(pieces, document, where) for document, where in UNIQUES]
    return [
        tree.faute(
            path,
            f"« {str(value)[:80]} » une seconde fois (déjà {_ou(found[0])})",
            "un nom différent pour chacun",
            "supprimer l'un des deux, ou le renommer",
        )
        for group in named
        for value, found in group.items()
        for tree, path in found[1:]
    ]


def _ou(place: tuple[Arbre, Chemin]) -> str:
    tree, path = place
    return f"{tree.fichier}, ligne {tree.ligne(path)}"


def _identifiant(pieces: Pieces) -> list[Faute]:
    """Return the fault of a convention whose id is not the name of its folder."""
    return [
        tree.faute(
            path,
            f"« {str(value)[:80]} »",
            f"« {pieces.convention} », le nom du dossier de la convention",
            f"écrire « {pieces.convention} », ou renommer le dossier",
        )
        for value, found in places(pieces, "convention/convention", "id").items()
        if value != pieces.convention
        for tree, path in found
    ]


def _constats_d_un_autre_theme(pieces: Pieces) -> list[Faute]:
    """Return the faults of findings and charts about an indicator of another theme: the table has no such row."""
    elsewhere = definis(pieces, "indicateur")
    faults = []
    for document in pieces.documents["themes"]:
        content = document.arbre.contenu
        own = {value for _, value in parcourir(content, "indicateurs.*.id")}
        cited = [*parcourir(content, "constats.*"), *parcourir(content, "graphique.*")]
        faults += [
            document.arbre.faute(
                path,
                f"« {value} », un indicateur de {elsewhere[value][0][0].fichier}",
                "un indicateur de ce thème",
                "le retirer d'ici, ou déplacer l'indicateur",
            )
            for path, value in cited
            if value in elsewhere and value not in own
        ]
    return faults


def _axes_sans_regle(pieces: Pieces) -> list[Faute]:
    """Return the faults of radar axes turned round although their unit has no rule for it."""
    found = pieces.documents
    unit = {
        item.get("id"): item.get("unite")
        for theme in found["themes"]
        for item in elements(theme.arbre.contenu, "indicateurs")
    }
    units = [item for file in found["unites"] for item in elements(file.arbre.contenu, "unites")]
    ruled = {item.get("id") for item in units if "renversement" in item}
    return [
        file.arbre.faute(
            ("axes", rank, "renverse"),
            f"un axe renversé, en « {unit[axe.get('indicateur')]} », unité sans « renversement »",
            "une unité qui dit comment elle se renverse, dans catalogue/unites.yaml",
            "ajouter « renversement » à cette unité, ou retirer « renverse » de l'axe",
        )
        for file in found["radar"]
        for rank, axe in enumerate(elements(file.arbre.contenu, "axes"))
        if ruled and axe.get("renverse") is True and unit.get(axe.get("indicateur"), next(iter(ruled))) not in ruled
    ]


def _indicateurs_de_fiche(pieces: Pieces) -> list[Faute]:
    """Return the faults of expected results whose indicator is not one of the same fiche."""
    tree = pieces.documents["convention/convention"][0].arbre
    faults = []
    for rank, fiche in enumerate(elements(tree.contenu, "fiches")):
        own = [str(value) for _, value in parcourir(fiche, "indicateurs.*.id")]
        faults += [
            tree.faute(("fiches", rank, *path), *_inconnu_de_la_fiche(str(value), own))
            for path, value in parcourir(fiche, "resultats.*.indicateurs.*")
            if value not in own
        ]
    return faults


def _inconnu_de_la_fiche(ecrit: str, connus: list[str]) -> tuple[str, str, str]:
    close = proches(ecrit, connus)
    return (
        f"« {ecrit[:80]} »",
        f"un indicateur de la même fiche : {', '.join(connus) or 'aucun'}",
        f"écrire « {close[0]} »" if close else "corriger ce nom, ou ajouter l'indicateur à la fiche",
    )
