"""The ways to install say the same thing, and nothing of the machine they were written on."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import (
    PackageNotFoundError,
    entry_points,
    packages_distributions,
    requires,
    version,
)
from pathlib import Path

import pytest
import yaml
from fichiers_suivis import DEPOT, fichiers_suivis
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJET = tomllib.loads((DEPOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DEPENDANCES = [Requirement(line) for line in PROJET["dependencies"]]
TESTS = [Requirement(line) for line in PROJET["optional-dependencies"]["tests"]]
BINAIRES = {
    ".ico",
    ".docx",
    ".webp",
    ".png",
    ".jpg",
    ".pdf",
    ".pptx",
    ".ttf",
    ".xlsx",
    ".parquet",
    ".woff",
    ".woff2",
    ".icc",
}
CONSTRUCTION = [Requirement(line) for line in PROJET["optional-dependencies"]["construction"]]
SIGNATURE = [Requirement(line) for line in PROJET["optional-dependencies"]["signature"]]
VERROU = "requirements.lock"
VERROU_DE_LA_SIGNATURE = "requirements-signature.lock"
VERROU_DES_TESTS = "requirements-tests.lock"
EMPREINTE = re.compile(r" {4}--hash=sha256:[0-9a-f]{64}( \\)?")
# Each pattern is broken by a class of one letter, so that this file does not hold what it looks
# for.
TRACES = re.compile(
    r"/[r]oot/|/[h]ome/\w|/[U]sers/\w|/[w]ork/|/[t]mp/\w|[C]:\\Users|[f]ile://|(?<!emit-)[i]ndex-url|--[f]ind-links|"
    r"[h]ttps?://[^\s)]*(?:pypi|simple/|registry|mirror|artifactory|nexus|anaconda\.org)|[p]ypi\.org|[l]ocalhost"
)


def verrou(*noms: str) -> dict[str, list[Requirement]]:
    """Return the lines of locks by canonical name; a name has several when its version depends on
    Python's.
    """
    found: dict[str, list[Requirement]] = {}
    for nom in noms:
        for line in (DEPOT / nom).read_text(encoding="utf-8").splitlines():
            if line and not line.startswith(("#", " ")):
                requirement = Requirement(line.removesuffix("\\"))
                found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def epinglee(requirement: Requirement) -> str:
    """Return the version a locked line pins."""
    (specifier,) = requirement.specifier
    assert specifier.operator == "==", str(requirement)
    return specifier.version


def test_conda_installe_les_memes_paquets_que_pyproject() -> None:
    listed = yaml.safe_load((DEPOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = [item for item in listed if isinstance(item, str)]
    (par_pip,) = [item["pip"] for item in listed if isinstance(item, dict)]

    assert f"python{PROJET['requires-python']}" in conda
    assert "pip" in conda
    voulus = {Requirement(item) for item in [*conda, *par_pip]}
    outils = {Requirement("pip"), Requirement(f"python{PROJET['requires-python']}")}
    assert voulus - outils == set(DEPENDANCES)


@pytest.mark.parametrize("requirement", [*DEPENDANCES, *CONSTRUCTION], ids=str)
def test_le_verrou_fixe_chaque_dependance_a_une_version_permise(requirement: Requirement) -> None:
    lines = verrou(VERROU)[canonicalize_name(requirement.name)]

    assert all(requirement.specifier.contains(epinglee(line)) for line in lines)


@pytest.mark.parametrize(
    ("requirement", "nom_du_verrou"),
    [
        *((requirement, VERROU_DES_TESTS) for requirement in TESTS),
        *((requirement, VERROU_DE_LA_SIGNATURE) for requirement in SIGNATURE),
    ],
    ids=str,
)
def test_un_verrou_de_plus_fixe_ce_qu_il_ajoute_et_celui_des_rapports_ne_l_a_pas(
    requirement: Requirement, nom_du_verrou: str
) -> None:
    nom = canonicalize_name(requirement.name)

    assert all(
        requirement.specifier.contains(epinglee(line)) for line in verrou(nom_du_verrou)[nom]
    )
    assert nom not in verrou(VERROU)


@pytest.mark.parametrize(
    ("noms", "depart"),
    [
        ((VERROU,), DEPENDANCES),
        ((VERROU, VERROU_DES_TESTS), [*DEPENDANCES, *TESTS]),
        ((VERROU, VERROU_DE_LA_SIGNATURE), [*DEPENDANCES, *SIGNATURE]),
    ],
    ids=["rapports", "tests", "signature"],
)
def test_le_verrou_contient_aussi_ce_que_les_dependances_demandent(
    noms: tuple[str, ...], depart: list[Requirement]
) -> None:
    assert _fermeture(depart) - set(verrou(*noms)) == set()


def test_le_verrou_des_rapports_n_a_que_ce_que_les_rapports_demandent() -> None:
    """What one system alone installs is not in the closure of this one: only lines without a marker
    are told.
    """
    fixes = {nom for nom, lines in verrou(VERROU).items() if not any(line.marker for line in lines)}

    assert fixes - _fermeture([*DEPENDANCES, *CONSTRUCTION]) == set()


def test_les_tests_signent_avec_les_versions_de_qui_signe() -> None:
    des_tests = verrou(VERROU_DES_TESTS)

    ecarts = {
        nom
        for nom, lines in verrou(VERROU_DE_LA_SIGNATURE).items()
        if list(map(str, lines)) != list(map(str, des_tests[nom]))
    }

    assert ecarts == set()


@pytest.mark.parametrize("nom", [VERROU, VERROU_DES_TESTS, VERROU_DE_LA_SIGNATURE])
def test_chaque_ligne_d_un_verrou_a_ses_empreintes_et_rien_d_autre(nom: str) -> None:
    lines = [
        line
        for line in (DEPOT / nom).read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]

    for line, suivante in zip(lines, [*lines[1:], ""], strict=True):
        if line.startswith(" "):
            assert EMPREINTE.fullmatch(line) and line.endswith("\\") == suivante.startswith(" ")
        else:
            assert line.endswith(" \\") and EMPREINTE.fullmatch(suivante), line


@pytest.mark.parametrize(
    ("programme", "code", "dit"),
    [
        ("exit 0", 0, "Aucune faille connue"),
        ("echo 'numpy 1.0 PYSEC-1' > \"$out\"; exit 1", 1, "Des failles sont connues"),
        (
            "echo 'ConnectionError: sans réseau' >&2; exit 1",
            0,
            "La base des failles n'a pas répondu",
        ),
    ],
)
def test_une_base_de_failles_injoignable_est_dite_et_n_est_pas_une_faille(
    programme: str, code: int, dit: str, tmp_path: Path
) -> None:
    faux = tmp_path / "env-failles" / "bin" / "pip-audit"
    faux.parent.mkdir(parents=True)
    option = 'while [ $# -gt 0 ]; do [ "$1" = --output ] && out=$2; shift; done'
    faux.write_text(f"#!/bin/sh\n{option}\n{programme}\n", encoding="utf-8")
    faux.chmod(0o755)

    done = subprocess.run(
        ["make", "vulnerabilites", f"VENV={tmp_path / 'env'}"],
        capture_output=True,
        text=True,
        check=False,
        cwd=DEPOT,
    )

    assert (done.returncode == 0) == (code == 0)
    assert dit in done.stdout


@pytest.mark.parametrize(
    ("noms", "depart"),
    [
        ((VERROU,), [*DEPENDANCES, *CONSTRUCTION]),
        ((VERROU, VERROU_DES_TESTS), [*DEPENDANCES, *CONSTRUCTION, *TESTS]),
        ((VERROU, VERROU_DE_LA_SIGNATURE), [*DEPENDANCES, *CONSTRUCTION, *SIGNATURE]),
    ],
    ids=["rapports", "tests", "signature"],
)
def test_le_verrou_nomme_les_supplements_qu_un_paquet_demande(
    noms: tuple[str, ...], depart: list[Requirement]
) -> None:
    """pip before 23.3 takes « coverage[toml] » for another package than the « coverage » of the
    lock: it then chooses the newest, which has no hash, and refuses to install.
    """
    verrouilles = verrou(*noms)
    oublies = {
        str(requirement)
        for requirement in _demandees(depart)
        for line in verrouilles[canonicalize_name(requirement.name)]
        if not requirement.extras <= line.extras
    }

    assert oublies == set()


def _fermeture(depart: list[Requirement]) -> set[str]:
    """Return the names of all packages needed here, as the installed packages declare them."""
    return {canonicalize_name(requirement.name) for requirement in _demandees(depart)}


def _demandees(depart: list[Requirement]) -> Iterator[Requirement]:
    """Yield all requirements that hold here, as the installed packages declare them."""
    restants = list(depart)
    vus = set()
    while restants:
        requirement = restants.pop()
        nom = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if (nom, frozenset(requirement.extras)) in vus:
            continue
        vus.add((nom, frozenset(requirement.extras)))
        yield requirement
        restants += [_avec_extras(line, requirement.extras) for line in _demandes(nom)]


def _demandes(nom: str) -> list[str]:
    try:
        return requires(nom) or []
    except PackageNotFoundError:
        pytest.fail(f"{nom} n'est pas installé : refaire l'environnement (make test)")


def _avec_extras(line: str, extras: set[str]) -> Requirement:
    """Return a requirement of a package without the part of its marker that the extras asked for
    make true.
    """
    requirement = Requirement(line)
    if requirement.marker and any(
        requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)
    ):
        requirement.marker = None
    return requirement


def test_tout_ce_que_le_code_importe_est_declare() -> None:
    fournisseurs = packages_distributions()
    dask = [Requirement(line) for line in PROJET["optional-dependencies"]["dask"]]
    declares = {canonicalize_name(item.name) for item in [*DEPENDANCES, *dask, *SIGNATURE]}
    importes = set()
    for path in fichiers_suivis(".py"):
        if path.is_relative_to(DEPOT / "ctglib"):
            importes |= set(_paquets_importes(path.read_text(encoding="utf-8")))

    assert {
        nom
        for nom in importes - sys.stdlib_module_names - {"ctglib"}
        if not declares
        & {canonicalize_name(fournisseur) for fournisseur in fournisseurs.get(nom, [nom])}
    } == set()


def _paquets_importes(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.split(".")[0]


def test_aucune_trace_d_une_machine_ni_adresse_de_registre() -> None:
    traces = [
        f"{path.relative_to(DEPOT)}:{rang} {found.group(0)}"
        for path in fichiers_suivis()
        if path.suffix not in BINAIRES
        for rang, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if (found := TRACES.search(line))
    ]

    assert traces == []


def test_les_exporteurs_et_le_moteur_sont_declares_et_se_chargent() -> None:
    groupes = {nom: entry_points(group=nom) for nom in ("nbconvert.exporters", "papermill.engine")}

    charges = {
        entree.name: entree.load()
        for group in groupes.values()
        for entree in group
        if entree.value.startswith("ctglib")
    }

    assert set(charges) == {
        "ctg",
        "ctg-docx",
        "ctg-html",
        "ctg-odt",
        "ctg-pdf",
        "ctg-presentation",
    }
    assert hasattr(charges["ctg"], "execute_managed_notebook")


@pytest.mark.parametrize(
    "premier", ["ctglib.production.moteur", "ctglib.production.greffon", "papermill"]
)
def test_le_moteur_se_charge_quel_que_soit_le_premier_importe(premier: str) -> None:
    code = (
        f"import {premier}; from papermill.engines import papermill_engines as connus; "
        "print(connus.get_engine('ctg').execute_managed_notebook.__qualname__)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip().endswith("MoteurCtg.execute_managed_notebook")


def test_les_modeles_des_pages_sont_livres_avec_le_paquet() -> None:
    globs = tomllib.loads((DEPOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "setuptools"
    ]["package-data"]["*"]
    livres = {
        path
        for folder in (DEPOT / "ctglib").rglob("*/")
        for glob in globs
        for path in folder.glob(glob)
    }

    oublies = [
        path
        for path in fichiers_suivis()
        if path.is_relative_to(DEPOT / "ctglib") and path.suffix != ".py"
    ]

    assert [path.name for path in oublies if path not in livres] == []


def test_la_version_est_partout_la_meme() -> None:
    import ctglib

    assert ctglib.__version__ == PROJET["version"] == version("ctglib")
