"""No article, annexe or fiche number is in the library or in the shared catalogue, and none of the
abbreviations that a convention gives to its services: each convention has its own.
"""

from __future__ import annotations

import ast
import re

from fichiers_suivis import DEPOT

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.catalogue import Dimensions, IndicateursPropres
from ctglib.donnees.yaml_strict import charger_yaml

NUMERO = re.compile(
    r"\b(?:[Aa]nnexes?|[Aa]rticles?|[Ff]iches?(?: action)?)[ _][0-9]|\b[0-9]+-[ab]\b|\bHarnes\b"
)
# The articles of a law are those of nobody's convention.
LOI = re.compile(r"\b(?:Loi|Décret) n° .*|l'article [0-9]+ de la loi ")


def _textes_python() -> dict[str, str]:
    """Every text of the library that is no docstring, by place."""
    found = {}
    for path in sorted((DEPOT / "ctglib").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        doc = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body
            if isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in doc
            ):
                found[f"{path.relative_to(DEPOT)}:{node.lineno}"] = node.value
    return found


def _lignes(*dossiers: str) -> dict[str, str]:
    """Every line of the files of folders that are no Python, by place."""
    return {
        f"{path.relative_to(DEPOT)}:{rank}": line
        for folder in dossiers
        for path in sorted((DEPOT / folder).rglob("*"))
        if path.suffix in (".yaml", ".j2", ".toml", ".ipynb", ".typ")
        for rank, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    }


def test_ni_la_bibliotheque_ni_le_catalogue_ne_citent_un_numero_de_convention() -> None:
    texts = _textes_python() | _lignes("ctglib", "data/catalogue", "notebooks")

    assert len(texts) > 5000
    assert {place: text for place, text in texts.items() if NUMERO.search(LOI.sub("", text))} == {}


def test_le_catalogue_n_emploie_pas_les_sigles_d_une_convention() -> None:
    sigles = lire_dossier("harnes").convention.sigles
    propres = re.compile(rf"\b({'|'.join(sigles)})\b")
    lignes = _lignes("ctglib", "data/catalogue", "notebooks")

    assert {"CAJ", "CMJ"} <= set(sigles)
    assert {lieu: ligne for lieu, ligne in lignes.items() if propres.search(ligne)} == {}


def test_le_catalogue_ne_nomme_aucun_dispositif_comme_une_convention_le_fait() -> None:
    (dimension,) = (
        une
        for une in charger_yaml(
            "conventions/harnes/indicateurs.yaml", IndicateursPropres
        ).dimensions
        if une.id == "dispositif"
    )
    (commune,) = (
        une
        for une in charger_yaml("catalogue/dimensions.yaml", Dimensions).dimensions
        if une.id == "dispositif"
    )
    proposes = {modalite.libelle for modalite in commune.modalites}
    propres = [
        modalite.libelle.partition(" (")[0].casefold()
        for modalite in dimension.modalites
        if modalite.libelle not in proposes and modalite.libelle.partition(" (")[0] not in proposes
    ]
    lignes = _lignes("ctglib", "data/catalogue", "notebooks")

    assert propres
    assert {
        lieu: ligne
        for lieu, ligne in lignes.items()
        if any(nom in ligne.casefold() for nom in propres)
    } == {}
