"""What no model can check of the analyses of the fiches: their roles by type, and the indicators that play them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.convention import CLES, PLUSIEURS, TYPES, attendus
from ctglib.donnees.references import definis, elements, parcourir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.donnees.fautes import Faute
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.yaml_strict import Arbre, Chemin


def verifier_analyses(pieces: Pieces) -> list[Faute]:
    """Return the faults of the analyses that the fiches of a convention declare; unknown names are told elsewhere."""
    known = set(definis(pieces, "mesure"))
    dispositifs = {
        item.get("id")
        for document in pieces.documents["profils"]
        for dimension in (*pieces.documents["dimensions"], *pieces.documents["convention/indicateurs"])
        for entry in elements(dimension.arbre.contenu, "dimensions")
        if isinstance(document.arbre.contenu, dict) and entry.get("id") == document.arbre.contenu.get("dimension")
        for item in elements(entry, "modalites")
    }
    faults: list[Faute] = []
    for document in pieces.documents["convention/convention"]:
        tree = document.arbre
        for rank, fiche in enumerate(elements(tree.contenu, "fiches")):
            own = {item.get("id") for item in elements(fiche, "indicateurs")}
            names: dict[object, int] = {}
            for place, analyse in enumerate(elements(fiche, "analyses")):
                path = ("fiches", rank, "analyses", place)
                faults += _type(tree, path, analyse)
                faults += _indicateurs(tree, path, analyse, own=own, elsewhere=known - own)
                faults += _inconnus(
                    tree,
                    [((*path, *where), value) for where, value in parcourir(analyse, "dispositifs.*")],
                    dispositifs,
                    "un dispositif de catalogue/dimensions.yaml",
                )
                name = analyse.get("nom") or analyse.get("type")
                if isinstance(name, str) and name in names:
                    faults.append(
                        tree.faute(
                            (*path, "nom"),
                            f"deux analyses nommées « {name} » (déjà ligne {names[name]})",
                            "un nom différent pour chacune : c'est celui de leurs fichiers",
                            "ajouter ou changer « nom » de l'une des deux",
                        )
                    )
                names[name] = tree.ligne(path)
    return faults


def _type(tree: Arbre, path: Chemin, analyse: dict) -> Iterator[Faute]:
    """Yield the faults of an analysis whose type is unknown, or that has not the roles and keys of its type."""
    kind = analyse.get("type")
    if kind not in TYPES:
        if isinstance(kind, str):
            yield from _inconnus(tree, [((*path, "type"), kind)], TYPES, "un type d'analyse")
        return
    roles = analyse.get("roles") if isinstance(analyse.get("roles"), dict) else {}
    needed, possible, keys, other_keys = attendus(kind)
    of_type = f"une analyse « {kind} »"
    yield from _inconnus(
        tree, [((*path, "roles", role), role) for role in roles], needed | possible, f"un rôle d'{of_type}"
    )
    read = [((*path, key), key) for key in analyse if key in CLES]
    yield from _inconnus(tree, read, keys | other_keys, f"une clé d'{of_type}")
    for lacking, where, word in (
        (needed - set(roles), (*path, "roles"), "le rôle"),
        (keys - set(analyse), path, "la clé"),
    ):
        for name in sorted(lacking):
            yield tree.faute(where, f"pas de « {name} »", f"{word} « {name} » d'{of_type}", f"ajouter « {name} »")
    for role, played in roles.items():
        if isinstance(played, list) and role not in PLUSIEURS:
            yield tree.faute((*path, "roles", role), "une liste", "un seul indicateur", "garder un indicateur")


def _indicateurs(
    tree: Arbre, path: Chemin, analyse: dict, *, own: set[object], elsewhere: set[object]
) -> Iterator[Faute]:
    """Yield the faults of indicators that exist, but not in the fiche: what it is not given, it can't show."""
    cited = [
        *parcourir(analyse, "roles.*"),
        *parcourir(analyse, "roles.*.*"),
        *parcourir(analyse, "rapports.*.numerateur"),
        *parcourir(analyse, "rapports.*.denominateur"),
    ]
    for where, value in cited:
        if value in elsewhere:
            yield from _inconnus(tree, [((*path, *where), value)], own, "un indicateur de cette fiche")


def _inconnus(
    tree: Arbre, ecrits: Iterable[tuple[Chemin, object]], connus: Iterable[object], quoi: str
) -> Iterator[Faute]:
    names = [str(name) for name in connus]
    for path, value in ecrits:
        if value in names:
            continue
        close = proches(str(value), names)
        expected = f"{quoi} ; noms proches : {', '.join(close)}" if close and len(names) > 12 else (
            f"{quoi} : {', '.join(sorted(names)) or 'aucun'}"
        )  # fmt: skip
        yield tree.faute(
            path,
            f"« {str(value)[:80]} »",
            expected,
            f"écrire « {close[0]} »" if close else "corriger ou retirer ce nom",
        )
