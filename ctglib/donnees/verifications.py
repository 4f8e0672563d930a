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
    connus,
    definis,
    elements,
    nom_inconnu,
    parcourir,
    places,
)
from ctglib.donnees.regles import DU_CATALOGUE, Regle, appliquer, avec_le_catalogue, en_lignes, inconnus, regles_de_vide
from ctglib.donnees.verifications_analyses import verifier_analyses

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from ctglib.donnees.pieces import Pieces


def verifier(pieces: Pieces) -> list[Faute]:
    """Return the faults between files, those of a place that is faulty by itself left out: one fault is enough for it.

    A kind of name none of whose files could be read is not checked.
    """
    known = {name: connus(pieces, name) for name in VOCABULAIRES}
    faults = [
        *_noms_inconnus(pieces, known),
        *_cellules_inconnues(pieces, known),
        *_doublons(pieces),
        *_identifiant(pieces),
        *_axes_sans_regle(pieces),
        *_indicateurs_de_fiche(pieces),
        *verifier_fiches(pieces),
        *_annexe1(pieces),
        *_offre(pieces),
        *verifier_analyses(pieces),
    ]
    told = {(fault.fichier, fault.ligne, fault.colonne) for fault in pieces.fautes}
    return [fault for fault in faults if (fault.fichier, fault.ligne, fault.colonne) not in told]


def _noms_inconnus(pieces: Pieces, known: dict[str, list]) -> list[Faute]:
    return [
        tree.faute(path, *nom_inconnu(str(value), known[kind], VOCABULAIRES[kind].libelle, VOCABULAIRES[kind].ou))
        for document, where, kind in CITATIONS
        if known[kind]
        for value, found in places(pieces, document, where).items()
        if value not in known[kind]
        for tree, path in found
    ]


def _cellules_inconnues(pieces: Pieces, known: dict[str, list]) -> list[Faute]:
    return [
        fault
        for name, columns in COLONNES.items()
        if name in pieces.tables
        for rows in [en_lignes([pieces.tables[name]], pieces.schemas[name].colonnes)]
        for column, kind in columns.items()
        for fault in inconnus(rows, column, known[kind], VOCABULAIRES[kind].libelle, VOCABULAIRES[kind].ou)
    ]


def _doublons(pieces: Pieces) -> list[Faute]:
    """Return a fault for each name defined again, in the same file or in another."""
    named = [definis(pieces, name) for name in VOCABULAIRES]
    named += [places(pieces, *kind.remplace) for kind in VOCABULAIRES.values() if kind.remplace]
    named += [places(pieces, document, where) for document, where in UNIQUES]
    return [
        tree.faute(
            path,
            f"« {str(value)[:80]} » une seconde fois (déjà {first.fichier}, ligne {first.ligne(place)})",
            "un nom différent pour chacun",
            "supprimer l'un des deux, ou le renommer",
        )
        for group in named
        for value, ((first, place), *found) in group.items()
        for tree, path in found
    ]


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


_DETAILLES = (("dimensions", "dimensions"), ("convention/indicateurs", "dimensions"), ("profils", "variables"))
_DIMENSIONS = "catalogue/dimensions.yaml"


def verifier_fiches(pieces: Pieces) -> list[Faute]:
    """Return the faults of the indicators of the fiches, in the catalogue and in the convention."""
    return [
        *_sans_responsable(pieces),
        *_modalites_en_double(pieces),
        *_modalites_retenues(pieces),
        *_entrees_suivies(pieces),
    ]


def _sans_responsable(pieces: Pieces) -> list[Faute]:
    """Return the faults of indicators that nobody is told to enter."""
    faults = []
    for document in (*pieces.documents["indicateurs"], *pieces.documents["convention/indicateurs"]):
        tree = document.arbre
        for rank, item in enumerate(elements(tree.contenu, "indicateurs")):
            path, collecte = ("indicateurs", rank), item.get("collecte")
            if not (isinstance(collecte, dict) and collecte.get("responsable")):
                where = (*path, "collecte", "responsable") if collecte else (*path, "collecte")
                expected = "qui saisit la valeur, un responsable de catalogue/responsables.yaml"
                remedy = "ajouter « responsable: … » à « collecte »"
                faults.append(tree.faute(where, "aucun responsable", expected, remedy))
    return faults


def _modalites_en_double(pieces: Pieces) -> list[Faute]:
    """Return the faults of modalités that their own dimension, or variable, has twice."""
    faults = []
    for name, key in _DETAILLES:
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
    """Return the faults of modalités that an indicator keeps and that its dimension has not.

    Of the library, only what a fiche follows is checked: a convention may have other dispositifs than those it names.
    """
    tree = pieces.documents["convention/convention"][0].arbre
    known = {
        item.get("id"): [value for _, value in parcourir(item, "modalites.*.id")]
        for name in ("dimensions", "convention/indicateurs")
        for document in pieces.documents[name]
        for item in elements(document.arbre.contenu, "dimensions")
    }
    followed = {value for _, value in parcourir(tree.contenu, "fiches.*.indicateurs.*.id")}
    faults = []
    for name in ("indicateurs", "contexte", "convention/indicateurs"):
        for document in pieces.documents[name]:
            for rank, item in enumerate(elements(document.arbre.contenu, "indicateurs")):
                if name == "indicateurs" and item.get("id") not in followed:
                    continue
                own = known.get(item.get("dimension"), [])
                label = f"une modalité de « {item.get('dimension')} »"
                faults += [
                    document.arbre.faute(
                        ("indicateurs", rank, *path), *nom_inconnu(str(value), own, label, _DIMENSIONS)
                    )
                    for path, value in parcourir(item, "modalites.*")
                    if value not in own
                ]
    return faults


def _entrees_suivies(pieces: Pieces) -> list[Faute]:
    """Return the faults of computed indicators one of whose inputs no fiche follows: it would never be known."""
    tree = pieces.documents["convention/convention"][0].arbre
    shelf = [*pieces.documents["indicateurs"], *pieces.documents["convention/indicateurs"]]
    known = {item.get("id"): item for file in shelf for item in elements(file.arbre.contenu, "indicateurs")}
    followed = dict(parcourir(tree.contenu, "fiches.*.indicateurs.*.id"))
    return [
        tree.faute(
            path,
            f"« {name} », calculé d'après « {entree} », qu'aucune fiche ne suit",
            "une fiche qui suit aussi ce dont il se calcule",
            f"ajouter « {entree} » aux indicateurs de la fiche, ou retirer « {name} »",
        )
        for path, name in followed.items()
        for _, entree in (
            *parcourir(known.get(name, {}), "entrees.*"),
            *parcourir(known.get(name, {}), "entrees.*.*"),
        )
        if entree in known and entree not in followed.values()
    ]


_DE_LA_STRUCTURE = ("nom", "type", "gestion")


def _annexe1(pieces: Pieces) -> list[Faute]:
    """Return the faults of the rows of the diagnostic: unit, bounds, and a value empty as its status says."""
    if "annexe1" not in pieces.tables:
        return []
    found = {
        item["id"]: item
        for document in pieces.documents["themes"]
        for item in elements(document.arbre.contenu, "indicateurs")
        if isinstance(item.get("id"), str)
    }
    rows = avec_le_catalogue(en_lignes([pieces.tables["annexe1"]], pieces.schemas["annexe1"].colonnes), found)
    return [*_autres_territoires(pieces, rows), *appliquer(rows, [*regles_de_vide(absences(pieces)), *DU_CATALOGUE])]


def _autres_territoires(pieces: Pieces, lignes: pd.DataFrame) -> Iterator[Faute]:
    """Yield one fault for each territory whose figures are there and that the convention is not about."""
    tree = pieces.documents["convention/convention"][0].arbre
    own = [str(code) for path in ("territoire", "reference", "membres.*") for _, code in parcourir(tree.contenu, path)]
    wrong = {(fault.colonne or "").partition("[")[0] for fault in pieces.fautes if fault.fichier == tree.fichier}
    if not own or wrong & {"territoire", "reference", "membres"}:  # the convention has its own fault
        return
    others = lignes[lignes["territoire"].ne("") & ~lignes["territoire"].isin(own)]
    for code, rows in others.groupby("territoire", sort=False):
        found = f"« {code} », le territoire de {len(rows)} ligne{'s' if len(rows) > 1 else ''}"
        expected = f"un territoire de la convention : {', '.join(own[:8])}"
        remedy = "corriger le code, ou retirer les chiffres d'un autre territoire"
        first = rows.iloc[0]
        yield Faute(first["fichier"], found, expected, remedy, int(first["numero"]), "territoire")


def _offre(pieces: Pieces) -> list[Faute]:
    """Return the faults of the rows of the offer: an empty value as the status says, one name and kind a structure."""
    if "offre" not in pieces.tables:
        return []
    rows = en_lignes([pieces.tables["offre"]], pieces.schemas["offre"].colonnes)
    first = rows.drop_duplicates("structure")[["structure", "numero", *_DE_LA_STRUCTURE]]
    rows = rows.merge(first, on="structure", suffixes=("", "_premier"))
    same = [
        Regle(
            name,
            lambda t, name=name: t[name] != t[f"{name}_premier"],
            f"« {{{name}_premier}} », comme ligne {{numero_premier}} pour la même structure",
            "donner la même valeur à toutes les lignes de la structure, ou corriger son identifiant",
            f"« {{{name}}} »",
        )
        for name in _DE_LA_STRUCTURE
    ]
    return appliquer(rows, [*regles_de_vide(absences(pieces)), *same])


def absences(pieces: Pieces) -> dict[str, bool]:
    """Return whether each status tells an absence, as far as statuts.yaml can be read."""
    return {
        item["code"]: item["absence"]
        for document in pieces.documents["statuts"]
        for item in elements(document.arbre.contenu, "statuts")
        if isinstance(item.get("code"), str) and isinstance(item.get("absence"), bool)
    }
