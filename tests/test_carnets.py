"""Notebooks are thin: they ask the library and show what it answers."""

from __future__ import annotations

import ast
import re

import nbformat
import pytest
from fichiers_suivis import DEPOT, fichiers_suivis

from ctglib.commandes.analyses import livres

CARNETS = [path for path in fichiers_suivis(".ipynb") if path.is_relative_to(DEPOT / "notebooks")]
ANALYSES = [DEPOT / nom for nom in sorted(livres())]
LIGNES_PAR_CELLULE = 8
REFUSES = (
    ast.FunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.If,
    ast.IfExp,
    ast.Try,
    ast.With,
    ast.comprehension,
)
ALEATOIRE = re.compile(r"[0-9a-f]{6,}")

tous = pytest.mark.parametrize(
    "carnet", CARNETS + ANALYSES, ids=[path.stem for path in CARNETS + ANALYSES]
)
rapports = pytest.mark.parametrize("carnet", CARNETS, ids=[path.stem for path in CARNETS])


def cellules(carnet, kind: str = "code") -> list[nbformat.NotebookNode]:
    return [cell for cell in nbformat.read(carnet, as_version=4).cells if cell.cell_type == kind]


@tous
def test_le_carnet_est_valide_et_nomme_son_noyau(carnet) -> None:
    notebook = nbformat.read(carnet, as_version=4)

    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"


@tous
def test_le_carnet_ne_garde_ni_sortie_ni_numero_ni_trace_d_execution(carnet) -> None:
    for cell in cellules(carnet):
        assert cell.outputs == []
        assert cell.execution_count is None
        assert set(cell.metadata) <= {"tags"}, cell.id


@tous
def test_chaque_cellule_porte_un_nom_choisi(carnet) -> None:
    noms = [cell.id for cell in nbformat.read(carnet, as_version=4).cells]

    assert len(set(noms)) == len(noms)
    assert [
        nom for nom in noms if ALEATOIRE.fullmatch(nom) or not re.fullmatch(r"[a-z][a-z0-9-]+", nom)
    ] == []


@rapports
def test_une_seule_cellule_de_parametres_et_elle_ne_fait_que_les_declarer(carnet) -> None:
    marquees = [cell for cell in cellules(carnet) if "parameters" in cell.metadata.get("tags", [])]

    assert len(marquees) == 1
    assert all(isinstance(node, ast.AnnAssign) for node in ast.parse(marquees[0].source).body)
    assert all("#" in ligne for ligne in marquees[0].source.splitlines()), (
        "chaque paramètre a son aide"
    )


@rapports
def test_les_cellules_ne_font_que_demander_a_la_bibliotheque(carnet) -> None:
    for cell in cellules(carnet):
        tree = ast.parse(cell.source)
        modules = [
            node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            for node in ast.walk(tree)
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]

        assert len(cell.source.splitlines()) <= LIGNES_PAR_CELLULE, cell.id
        assert {module.split(".")[0] for module in modules} <= {"ctglib"}, cell.id
        assert not [node for node in ast.walk(tree) if isinstance(node, REFUSES)], cell.id


@rapports
def test_les_cellules_ne_tapent_aucun_nombre_et_finissent_par_ce_qu_elles_montrent(carnet) -> None:
    for cell in cellules(carnet):
        tree = ast.parse(cell.source)
        nombres = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, float | int)
        ]

        assert "parameters" in cell.metadata.get("tags", []) or isinstance(
            tree.body[-1], ast.Expr
        ), cell.id
        assert not nombres or "parameters" in cell.metadata.get("tags", []), cell.id


@rapports
def test_aucun_nombre_n_est_tape_dans_le_texte(carnet) -> None:
    titre = f"# {carnet.stem.replace('_', ' ').replace('fiche', 'Fiche action')}"
    for cell in cellules(carnet, "markdown"):
        assert cell.source == titre or not re.search(r"\d", cell.source), cell.id


@rapports
def test_chaque_section_pose_sa_question_avant_le_resultat(carnet) -> None:
    sections = [
        cell for cell in cellules(carnet, "markdown") if cell.source.startswith(("## ", "### "))
    ]

    assert {cell.id for cell in sections if not cell.source.rstrip().endswith("?")} <= {
        "synthese",
        "en-clair",
    }
