"""The words of reports: sentences stand whole in text files, labels in the YAML of the catalogue;
Python has none, and a text file has neither arithmetic nor dead text.
"""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT, fichiers_suivis
from jinja2 import Environment, nodes
from ligne_de_commande import ctg, reussir

DEMONSTRATION = "demonstration"
TEXTES = DONNEES / "catalogue" / "textes"
PROSE = [
    path
    for path in fichiers_suivis(".py")
    if path.parent in (DEPOT / "ctglib/blocs", DEPOT / "ctglib/rapports")
]
# A label has two words at most.
UNE_PHRASE = 3
# What looks like French in Python and is none, and why.
EXCEPTIONS = {
    r"\w+(er|ir|re)\b": "une expression régulière : ce que finit un verbe à l'infinitif",
}
MOT = re.compile(r"[^\W\d_]{2,}")
CODE = re.compile(r"[a-z0-9_/{}.:-]*")
OPERATIONS = (
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Pow,
    nodes.Neg,
)
# The file whose parts a module says, by what it says them with.
FICHIER_DIT = {
    ("actions", "etude.textes.dire"): "annee",
    ("constats", "self.textes.dire"): "annee",
    ("constats", "self.textes.rediger"): "annee",
    ("messages_suivi", "self._dire"): "annee",
    ("messages_suivi", "self.etude.textes.dire"): "annee",
    ("messages_diagnostic", "self._textes.dire"): "diagnostic",
    ("messages_diagnostic", "self._textes.rediger"): "diagnostic",
    ("page_une", "phrases.dire"): "couverture",
    ("portrait", "etude.dire"): "portrait",
    ("prolongement", "self._dire"): "prolongement",
    ("portrait", "self.etude.dire"): "portrait",
}


def _docstrings(tree: ast.Module) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            premiere = node.body[0]
            if isinstance(premiere, ast.Expr):
                yield id(premiere.value)


def _textes_ecrits(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module, but for docstrings: of one with holes, the words around them."""
    ecartes = set(_docstrings(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            morceaux = [m.value if isinstance(m, ast.Constant) else "{}" for m in node.values]
            ecartes.update(map(id, node.values))
            yield node.lineno, "".join(map(str, morceaux))
        elif not isinstance(node, ast.Constant) or id(node) in ecartes:
            continue
        elif isinstance(node.value, str):
            yield node.lineno, node.value


def phrases_de(source: str) -> list[str]:
    """Return the French sentences of a module."""
    return [
        f"{ligne} : {texte}"
        for ligne, texte in sorted(_textes_ecrits(ast.parse(source)))
        if texte not in EXCEPTIONS
        and not CODE.fullmatch(texte)
        and len(MOT.findall(texte.replace("{}", " "))) >= UNE_PHRASE
    ]


def test_aucune_phrase_francaise_n_est_dans_les_blocs_ni_dans_les_rapports() -> None:
    assert len(PROSE) > 40
    trouvees = {
        f"{path.relative_to(DEPOT)}:{phrase}"
        for path in PROSE
        for phrase in phrases_de(path.read_text(encoding="utf-8"))
    }

    assert trouvees == set(), "une phrase est dans « textes/*.j2 », un libellé dans un YAML"


def test_une_phrase_a_trous_ou_d_un_seul_tenant_est_vue_un_libelle_ou_un_code_non() -> None:
    source = '"""Une phrase de docstring."""\na = f"Rien pour {b}, ni pour {c}."\nd = "Autres cas"'
    source += '\ne = "donnees-etats-des-fiches"\nf = "Le comité ne s\'est pas tenu"'

    assert phrases_de(source) == [
        "2 : Rien pour {}, ni pour {}.",
        "5 : Le comité ne s'est pas tenu",
    ]


@cache
def _parties(fichier: Path) -> dict[str, nodes.Macro]:
    lu = Environment().parse(fichier.read_text(encoding="utf-8"))
    return {partie.name: partie for partie in lu.find_all(nodes.Macro)}


FICHIERS = sorted(TEXTES.glob("*.j2"))
IDS = [fichier.name for fichier in FICHIERS]


@pytest.mark.parametrize("fichier", FICHIERS, ids=IDS)
def test_un_texte_ne_calcule_rien(fichier: Path) -> None:
    calculs = [
        f"{nom}, ligne {operation.lineno}"
        for nom, partie in _parties(fichier).items()
        for operation in partie.find_all(OPERATIONS)
    ]

    assert calculs == []


@pytest.mark.parametrize("fichier", FICHIERS, ids=IDS)
def test_deux_parties_d_un_texte_n_ont_pas_le_meme_nom(fichier: Path) -> None:
    lu = Environment().parse(fichier.read_text(encoding="utf-8"))
    noms = [partie.name for partie in lu.find_all(nodes.Macro)]

    assert [nom for nom in set(noms) if noms.count(nom) > 1] == []


@cache
def _appels() -> dict[str, set[str]]:
    """Return the words of the library that may name a part: « comite_tenu », « est_{} »."""
    mots: dict[str, set[str]] = {"entiers": set(), "a_trous": set()}
    for path in fichiers_suivis(".py"):
        if not path.is_relative_to(DEPOT / "ctglib"):
            continue
        for _, texte in _textes_ecrits(ast.parse(path.read_text(encoding="utf-8"))):
            mots["a_trous" if "{}" in texte else "entiers"].add(texte)
    return mots


def _est_dite(nom: str, fichier: str) -> bool:
    mots = _appels()
    if {nom, f"{fichier}.{nom}"} & mots["entiers"]:
        return True
    motifs = [
        texte for texte in mots["a_trous"] if re.fullmatch(r"[\w.{}]*\w_\{\}|\w+\.\{\}", texte)
    ]
    return any(
        re.fullmatch(re.escape(motif).replace(r"\{\}", r"\w+"), candidat)
        for motif in motifs
        if not motif.endswith(".{}")
        for candidat in (nom, f"{fichier}.{nom}")
    )


@pytest.mark.parametrize("fichier", FICHIERS, ids=IDS)
def test_chaque_partie_d_un_texte_est_dite(fichier: Path) -> None:
    parties = _parties(fichier)
    # A part may stand in another one: « {{ la_cible(c) }} ».
    appelees = {
        appel.node.name
        for partie in parties.values()
        for appel in partie.find_all(nodes.Call)
        if isinstance(appel.node, nodes.Name)
    }
    citees = {  # the series that a year without follow-up cites are named in messages.yaml
        mot
        for yaml in (DONNEES / "catalogue").glob("*.yaml")
        for mot in re.findall(r"\w+", yaml.read_text(encoding="utf-8"))
        if mot.startswith(("cnaf_", "insee_"))
    }

    assert parties
    assert {
        nom for nom in parties if nom not in appelees | citees and not _est_dite(nom, fichier.stem)
    } == set()


def _demandees() -> Iterator[tuple[str, str, str]]:
    """Yield the parts that the library asks for by name: where, the file, the part."""
    for path in fichiers_suivis(".py"):
        if not path.is_relative_to(DEPOT / "ctglib"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            premier = node.args[0]
            if not (isinstance(premier, ast.Constant) and isinstance(premier.value, str)):
                continue
            ou = f"{path.relative_to(DEPOT)}:{node.lineno}"
            appele = ast.unparse(node.func)
            if appele.endswith(".texte"):
                fichier, _, partie = premier.value.partition(".")
                yield ou, fichier, partie
            elif (path.stem, appele) in FICHIER_DIT:
                yield ou, FICHIER_DIT[path.stem, appele], premier.value


def test_chaque_partie_demandee_existe() -> None:
    demandees = list(_demandees())

    assert {fichier for _, fichier, _ in demandees} == {fichier.stem for fichier in FICHIERS}
    assert len(demandees) > 90
    assert [
        f"{ou} : {fichier}.{partie}"
        for ou, fichier, partie in demandees
        if partie not in _parties(TEXTES / f"{fichier}.j2")
    ] == []


@pytest.fixture
def convention(tmp_path: Path) -> Path:
    """Return the data of the demonstration, in a folder of their own, with a folder of texts."""
    shutil.copytree(DONNEES, tmp_path / "data")
    textes = tmp_path / "data" / "conventions" / DEMONSTRATION / "textes"
    textes.mkdir()
    return textes


def test_une_convention_change_un_texte_et_le_rapport_le_dit(
    convention: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTG_DONNEES", str(tmp_path / "data"))
    ecrit = (TEXTES / "bilan.j2").read_text(encoding="utf-8")
    phrase = "Comment évolue {{ le_territoire }} jusqu'en {{ annee }} ?"
    assert phrase in ecrit
    autre = "Ce que sont devenus les foyers, jusqu'en {{ annee }}"
    (convention / "bilan.j2").write_text(ecrit.replace(phrase, autre), encoding="utf-8")

    reussir("valider", "-c", DEMONSTRATION, dossier=tmp_path)
    reussir(
        *("produire", "bilan", "-c", DEMONSTRATION, "-a", "2025", "-f", "html", "-s", "rapports"),
        dossier=tmp_path,
    )

    page = next((tmp_path / "rapports").rglob("bilan.html")).read_text(encoding="utf-8")
    assert "Ce que sont devenus les foyers, jusqu&#x27;en 2025" in page or (
        "Ce que sont devenus les foyers, jusqu'en 2025" in page
    )
    assert "Comment évolue" not in page


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        ("macro commence_en(debut)", "macro commencent(debut)", "pas de partie « commence_en »"),
        ("macro commence_en(debut)", "macro commence_en(an)", "« {% macro commence_en(an) %} »"),
        ("commence en {{ debut }}", "commence en {{ mois }}", "trouvé : « mois »"),
        ("{{ tous.etat }}", "{{ tous.etatt }}", "trouvé : « tous.etatt »"),
        ("etats|enumerer", "etats|enumere", "trouvé : « |enumere »"),
        ("{% endmacro %}", "{% endmacr %}", "trouvé : « {% endmacr %} »"),
    ],
)
def test_valider_dit_en_francais_ce_qui_cloche_dans_un_texte(
    convention: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    avant: str,
    apres: str,
    dit: str,
) -> None:
    monkeypatch.setenv("CTG_DONNEES", str(tmp_path / "data"))
    ecrit = (TEXTES / "bilan.j2").read_text(encoding="utf-8")
    assert avant in ecrit
    (convention / "bilan.j2").write_text(ecrit.replace(avant, apres, 1), encoding="utf-8")
    (convention / "bilann.j2").write_text(ecrit, encoding="utf-8")

    fait = ctg("valider", "-c", DEMONSTRATION, dossier=tmp_path)

    assert fait.returncode == 1
    assert dit in fait.stderr and "à faire : " in fait.stderr
    assert "trouvé : un fichier de textes « bilann.j2 »" in fait.stderr  # both at once
    assert "textes/bilan.j2" in fait.stderr
