"""What the code must keep to, whatever it does."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from fichiers_suivis import DEPOT, fichiers_suivis

import ctglib
from ctglib import PORTES

COUCHES = (
    "donnees",
    "collecte",
    "calculs",
    "secret",
    "document",
    "graphiques",
    "blocs",
    "rapports",
    "export",
    "atelier",
    "production",
    "bureau",
    "commandes",
)
RACINE = {"__init__", "__main__"}
MUET = (
    DEPOT / "ctglib/secret/solveur.py"
)  # shuts the descriptor that HiGHS prints on, and does no more
SOURCES = [path for path in fichiers_suivis(".py") if path.is_relative_to(DEPOT / "ctglib")]
TOUS = fichiers_suivis(".py")


@cache
def arbre(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def nom(path: Path) -> str:
    return path.relative_to(DEPOT).as_posix()


def couche(path: Path) -> str:
    return path.relative_to(DEPOT / "ctglib").parts[0].removesuffix(".py")


def modules_importes(path: Path) -> Iterator[str]:
    """Yield every module of ours that a file imports, wherever the import stands, as dotted names."""
    for node in ast.walk(arbre(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{nom(path)} : import relatif"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_chaque_dossier_du_code_est_une_couche_connue() -> None:
    assert {couche(path) for path in SOURCES} <= {*COUCHES, *RACINE}


def test_les_imports_ne_vont_que_vers_le_bas() -> None:
    montants = [
        f"{nom(path)} importe {module}"
        for path in SOURCES
        if couche(path) in COUCHES
        for module in modules_importes(path)
        if module.startswith("ctglib.") and _monte(couche(path), module)
    ]

    assert montants == []


def _monte(depuis: str, module: str) -> bool:
    """Tell whether a module is above a layer; of ``ctglib`` itself nothing may be had."""
    vers = module.split(".")[1]
    return vers not in COUCHES or COUCHES.index(vers) > COUCHES.index(depuis)


def test_aucun_module_ne_depend_de_lui_meme_par_le_detour_d_autres() -> None:
    """Wherever an import stands: put off into a function, or made for the types alone, it is read
    as one.
    """
    modules = {module_de(path): path for path in SOURCES}
    graph = {module: set(importes(path, modules)) for module, path in modules.items()}

    found = cercles(graph)

    assert not found, "des modules dépendent d'eux-mêmes :\n" + "\n".join(found)


def test_aucun_module_n_en_cherche_un_autre_par_un_nom_qu_il_compose() -> None:
    """Such an import is in no graph: only the doors of the package have one, to load nothing before
    it is asked for.
    """
    portes = {"__init__.py"}
    composes = [
        nom(path)
        for path in SOURCES
        if "import_module(f" in path.read_text(encoding="utf-8")
        and path.relative_to(DEPOT / "ctglib").as_posix() not in portes
    ]

    assert composes == []


def module_de(path: Path) -> str:
    """Return the dotted name of a file of ours."""
    parts = path.relative_to(DEPOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def importes(path: Path, modules: Collection[str]) -> Iterator[str]:
    """Yield the modules of ours that a file imports: of ``from package import name``, the module
    of that name, else the package.
    """
    for importe in modules_importes(path):
        while importe and importe not in modules:
            importe = importe.rpartition(".")[0]
        if importe and importe != module_de(path):
            yield importe


def cercles(graph: Mapping[str, set[str]]) -> list[str]:
    """Return the circles of a graph, each as the way round it, one for every arrow to take away."""
    ways = {module: set(targets) for module, targets in graph.items()}
    found = []
    while True:
        try:
            TopologicalSorter(ways).prepare()
        except CycleError as error:
            circle = error.args[1][::-1]  # from who imports to what is imported
            found.append(" > ".join(circle))
            ways[circle[0]].discard(circle[1])
        else:
            return found


def test_un_cercle_est_dit_par_le_chemin_qui_en_fait_le_tour() -> None:
    graph = {"a": {"b"}, "b": {"c", "d"}, "c": {"a"}, "d": set()}

    (circle,) = cercles(graph)

    assert circle in ("a > b > c > a", "b > c > a > b", "c > a > b > c")


def test_les_calculs_ne_lisent_ni_fichier_ni_horloge() -> None:
    interdits = {
        "os",
        "pathlib",
        "time",
        "datetime",
        "socket",
        "urllib",
        "requests",
        "subprocess",
        "io",
    }
    fautifs = [
        f"{nom(path)} importe {module}"
        for path in SOURCES
        if couche(path) in ("calculs", "secret") and path != MUET
        for module in modules_importes(path)
        if module.split(".")[0] in interdits
    ]

    assert fautifs == []


def test_rien_n_est_imprime_et_aucune_erreur_n_est_avalee() -> None:
    fautifs = []
    for path in SOURCES:
        for node in ast.walk(arbre(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "print"
            ):
                fautifs.append(f"{nom(path)}:{node.lineno} print")
            if isinstance(node, ast.ExceptHandler) and _large(node):
                fautifs.append(f"{nom(path)}:{node.lineno} except")

    assert fautifs == []


def _large(handler: ast.ExceptHandler) -> bool:
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        kind is None or getattr(kind, "id", "") in ("Exception", "BaseException") for kind in types
    )


def test_aucun_module_fourre_tout() -> None:
    assert [
        nom(path)
        for path in TOUS
        if path.stem in ("utils", "util", "helpers", "common", "misc", "divers")
    ] == []


def test_les_noms_qu_un_carnet_importe_ont_chacun_leur_module() -> None:
    assert list(PORTES) == ctglib.__all__


def test_ouvrir_un_rapport_ne_charge_pas_ce_qui_lit_les_carnets() -> None:
    """Their schema is checked by jsonschema, which compiles a grammar to do so: a second and a
    half.

    What assembles a report is loaded by ``ctg valider`` too.
    """
    code = (
        f"import sys, IPython, ctglib.export.document; from ctglib import {', '.join(PORTES)}\n"
        "print(sorted({'nbformat', 'jsonschema', 'rfc3987_syntax'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DEPOT
    )

    assert done.stdout == "[]\n"
