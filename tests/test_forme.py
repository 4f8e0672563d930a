"""How the code is written: one binding a statement, a condition is an ``if``."""

import ast
from collections.abc import Iterator

import pytest
from fichiers_suivis import DEPOT, fichiers_suivis

BOUCLES = (ast.For, ast.comprehension)


def ecarts(code: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the kind of each thing that is not written as the project does."""
    for noeud in ast.walk(ast.parse(code)):
        if isinstance(noeud, ast.Assign) and _paquet(noeud):
            yield noeud.lineno, "deux affectations en une"
        if isinstance(noeud, ast.BinOp) and isinstance(noeud.op, ast.Mult) and _texte_choisi(noeud):
            yield noeud.lineno, "texte multiplié par une condition"
        if isinstance(noeud, BOUCLES) and isinstance(noeud.iter, ast.IfExp):
            yield noeud.iter.lineno, "condition cachée dans ce qui est parcouru"
        if isinstance(noeud, ast.IfExp) and any(
            isinstance(branche, ast.IfExp) for branche in (noeud.body, noeud.orelse)
        ):
            yield noeud.lineno, "condition dans une condition"


def _paquet(affectation: ast.Assign) -> bool:
    """Tell whether one statement binds several values; a swap of the same names does not."""
    cibles = affectation.targets[0]
    if not isinstance(cibles, ast.Tuple) or not isinstance(affectation.value, ast.Tuple):
        return False
    gauche = {ast.unparse(cible) for cible in cibles.elts}
    droite = {ast.unparse(valeur) for valeur in affectation.value.elts}
    return gauche != droite


def _texte_choisi(produit: ast.BinOp) -> bool:
    """Tell whether a text or a list is multiplied by a truth value."""
    cotes = (produit.left, produit.right)
    texte = any(
        isinstance(cote, ast.List | ast.JoinedStr)
        or (isinstance(cote, ast.Constant) and isinstance(cote.value, str))
        for cote in cotes
    )
    condition = any(
        isinstance(cote, ast.Compare | ast.BoolOp)
        or (isinstance(cote, ast.Call) and getattr(cote.func, "id", "") == "bool")
        for cote in cotes
    )
    return texte and condition


def test_le_code_s_ecrit_une_chose_a_la_fois() -> None:
    trouves = [
        f"{chemin.relative_to(DEPOT)}:{ligne} : {quoi}"
        for chemin in fichiers_suivis(".py")
        for ligne, quoi in ecarts(chemin.read_text(encoding="utf-8"))
    ]

    assert trouves == []


@pytest.mark.parametrize(
    ("code", "attendu"),
    [
        ("a, b = 1, 2", ["deux affectations en une"]),
        ("a, b = b, a", []),
        ("for a, b in paires: pass", []),
        ("texte = ' (note)' * bool(note)", ["texte multiplié par une condition"]),
        ("tirets = '-' * largeur", []),
        ("for x in xs if ok else (): pass", ["condition cachée dans ce qui est parcouru"]),
        ("y = [x for x in (xs if ok else ())]", ["condition cachée dans ce qui est parcouru"]),
        ("y = 1 if a else 2 if b else 3", ["condition dans une condition"]),
        ("y = 1 if a else 2", []),
    ],
)
def test_ce_qui_n_est_pas_ecrit_ainsi_est_trouve(code: str, attendu: list[str]) -> None:
    assert [quoi for _, quoi in ecarts(code)] == attendu
