"""Change the code in a hundred places, one at a time, and run the tests that touch each place.

``python benchmarks/mutants.py --graine 2026`` prints the seed, then each mutant that no test sees.
A survivor is shown equivalent, or killed by a test of behaviour. Each mutant is made in a copy of
the project: nothing here is changed.

Which tests touch a line is measured once, by coverage, and kept (``--mesures``): measure again when
the code or its tests have changed. A test that fails on the code as it is sees no mutant: it is
named, and left aside.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from queue import SimpleQueue
from xml.etree import ElementTree

from coverage import CoverageData

from ctglib.production.pool import coeurs

DEPOT = Path(__file__).resolve().parents[1]
DOSSIERS = ("calculs", "blocs", "secret", "collecte")
COPIES = ("ctglib", "data", "tests", "notebooks", "analyses", "docs", "benchmarks")
FICHIERS = ("pyproject.toml", "README.md", "environment.yml", "Makefile", "rapports.cmd")
ECHECS = 1  # what pytest returns when tests fail
DELAI = 900  # seconds: a mutant that makes a loop endless is seen too
ESSAIS_AU_PLUS = 40  # tests run for one mutant, the shortest files first
COMPARAISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATIONS = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


@dataclass(frozen=True)
class Mutant:
    """One change in one file."""

    fichier: Path  # in the project
    ligne: int
    avant: str
    apres: str
    source: str  # the whole file, changed

    def __str__(self) -> str:
        return f"{self.fichier}:{self.ligne} : « {self.avant} » → « {self.apres} »"


def changements(noeud: ast.expr) -> list[ast.expr]:
    """Return what may stand in the place of an expression, without making it nonsense."""
    match noeud:
        case ast.Compare(ops=[operateur]) if type(operateur) in COMPARAISONS:
            autre = deepcopy(noeud)
            autre.ops = [COMPARAISONS[type(operateur)]()]
            return [autre]
        case ast.BinOp(op=operateur) if type(operateur) in OPERATIONS and not _texte(noeud):
            autre = deepcopy(noeud)
            autre.op = OPERATIONS[type(operateur)]()
            return [autre]
        case ast.BoolOp(op=operateur):
            autre = deepcopy(noeud)
            autre.op = ast.Or() if isinstance(operateur, ast.And) else ast.And()
            return [autre]
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operande):
            return [operande]
        case ast.IfExp(body=alors, orelse=sinon):
            return [alors, sinon]
        case ast.Constant(value=bool() as valeur):
            return [ast.Constant(not valeur)]
        case ast.Constant(value=int() as valeur):
            return [ast.Constant(valeur + 1)]
        case _:
            return []


def _texte(operation: ast.BinOp) -> bool:
    """Tell whether an operation is on a text, as far as it shows."""
    cotes = (operation.left, operation.right)
    return any(
        isinstance(cote, ast.JoinedStr)
        or (isinstance(cote, ast.Constant) and isinstance(cote.value, str))
        for cote in cotes
    )


def mutants_de(fichier: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file; annotations and docstrings are left as they are."""
    source = (DEPOT / fichier).read_text(encoding="utf-8")
    arbre = ast.parse(source)
    annotations = set()
    for noeud in ast.walk(arbre):
        for champ in ("annotation", "returns"):
            annotation = getattr(noeud, champ, None)
            if isinstance(annotation, ast.AST):
                annotations |= set(ast.walk(annotation))
    lignes = source.encode().splitlines(keepends=True)
    for noeud in ast.walk(arbre):
        if noeud in annotations or not isinstance(noeud, ast.expr):
            continue
        for autre in changements(noeud):
            yield _ecrire(fichier, lignes, noeud, autre)


def _ecrire(fichier: Path, lignes: list[bytes], noeud: ast.expr, autre: ast.expr) -> Mutant:
    """Return the mutant with one expression written in the place of another."""
    debut = sum(map(len, lignes[: noeud.lineno - 1])) + noeud.col_offset
    derniere_ligne = noeud.end_lineno or noeud.lineno
    fin = sum(map(len, lignes[: derniere_ligne - 1])) + (noeud.end_col_offset or 0)
    octets = b"".join(lignes)
    apres = ast.unparse(autre)
    source = (octets[:debut] + f"({apres})".encode() + octets[fin:]).decode()
    return Mutant(fichier, noeud.lineno, ast.unparse(noeud), apres, source)


def tirer(nombre: int, graine: int) -> list[Mutant]:
    """Return mutants drawn at random: a file by its number of places, then a place."""
    possibles: list[Mutant] = []
    for dossier in DOSSIERS:
        for path in sorted((DEPOT / "ctglib" / dossier).glob("*.py")):
            possibles += mutants_de(path.relative_to(DEPOT))
    return random.Random(graine).sample(possibles, min(nombre, len(possibles)))


def copier(dossier: Path) -> None:
    """Copy the project, without its environment nor its reports."""
    sans = shutil.ignore_patterns("__pycache__", "locales")
    for nom in COPIES:
        shutil.copytree(DEPOT / nom, dossier / nom, ignore=sans)
    for nom in FICHIERS:
        shutil.copy(DEPOT / nom, dossier / nom)


@dataclass(frozen=True)
class Essais:
    """The tests that touch the code, the shortest first."""

    par_ligne: dict[tuple[str, int], list[str]]  # by file and line
    par_fichier: dict[str, list[str]]

    def de(self, mutant: Mutant) -> list[str]:
        """Return those to run: of the line; of its file, when it runs as the file is imported.

        Python counts a statement of several lines where it begins.
        """
        fichier = mutant.fichier.as_posix()
        ligne = mutant.ligne
        while ligne and (fichier, ligne) not in self.par_ligne:
            ligne -= 1
        essais = self.par_ligne.get((fichier, ligne)) or self.par_fichier.get(fichier, [])
        return essais[:ESSAIS_AU_PLUS]


def mesurer_les_essais(dossier: Path, copie: Path) -> Essais:
    """Return the tests that touch the code, measured once, by coverage, and kept in the folder.

    They run in a copy of the project, as the mutants do.
    """
    garde = dossier / "essais.json"
    if not garde.is_file():
        dossier.mkdir(parents=True, exist_ok=True)
        durees = dossier / "durees.xml"
        commande = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile"]
        commande += ["--cov=ctglib", "--cov-context=test", "--cov-report=", f"--junitxml={durees}"]
        environnement = _environnement(copie) | {"COVERAGE_FILE": str(dossier / ".coverage")}
        pytest = subprocess.run(commande, cwd=copie, env=environnement, check=False)
        if pytest.returncode not in (0, ECHECS):
            raise SystemExit("Les essais n'ont pas pu être lancés : voir ci-dessus.")
        essais = _essais_par_ligne(dossier / ".coverage", lire_durees(durees), copie)
        garde.write_text(json.dumps(essais), encoding="utf-8")
    par_ligne = {}
    par_fichier = {}
    for fichier, lignes in json.loads(garde.read_text(encoding="utf-8")).items():
        par_fichier[fichier] = list(dict.fromkeys(chain.from_iterable(lignes.values())))
        for ligne, essais in lignes.items():
            par_ligne[fichier, int(ligne)] = essais
    return Essais(par_ligne, par_fichier)


def lire_durees(rapport: Path) -> dict[str, float]:
    """Return the seconds of each test: « tests/test_x.py::test_y », whatever its parameters.

    Those that fail are named, and left out.
    """
    durees: dict[str, float] = {}
    echecs = set()
    for cas in ElementTree.parse(rapport).iter("testcase"):
        fichier = cas.get("classname", "").replace(".", "/") + ".py"
        essai = f"{fichier}::{cas.get('name', '').partition('[')[0]}"
        durees[essai] = durees.get(essai, 0.0) + float(cas.get("time", 0))
        if cas.find("failure") is not None or cas.find("error") is not None:
            echecs.add(essai)
    for essai in sorted(echecs):
        print(f"{essai} échoue sur le code tel qu'il est : laissé de côté", flush=True)
        del durees[essai]
    return durees


def _essais_par_ligne(
    mesure: Path, durees: dict[str, float], copie: Path
) -> dict[str, dict[int, list[str]]]:
    """Return the tests that ran each line of each file; what no test names ran in all."""
    donnees = CoverageData(basename=str(mesure))
    donnees.read()
    essais_par_fichier = {}
    for path in donnees.measured_files():
        lignes = {}
        for ligne, contextes in donnees.contexts_by_lineno(path).items():
            essais = {contexte.partition("|")[0].partition("[")[0] for contexte in contextes}
            connus = [essai for essai in essais if essai in durees]
            lignes[ligne] = sorted(connus, key=lambda essai: durees[essai])
        essais_par_fichier[Path(path).relative_to(copie).as_posix()] = lignes
    return essais_par_fichier


def _environnement(copie: Path) -> dict[str, str]:
    """Return the variables that have the code of a copy of the project run."""
    return os.environ | {"PYTHONPATH": str(copie), "PYTHONDONTWRITEBYTECODE": "1"}


def survit(mutant: Mutant, essais: list[str], copie: Path) -> bool:
    """Tell whether the tests pass on the project changed so."""
    path = copie / mutant.fichier
    origine = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    commande = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "--no-cov", *essais]
    try:
        pytest = subprocess.run(
            commande,
            cwd=copie,
            env=_environnement(copie),
            capture_output=True,
            timeout=DELAI,
            check=False,
        )
        return pytest.returncode == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(origine, encoding="utf-8")


def main() -> int:
    """Make the mutants and print those that survive; return 0 when all are seen, else 1.

    The seed is printed first: the same one makes the same mutants of the same code.
    """
    parser = argparse.ArgumentParser(description="Change le code, et dit ce que nul essai ne voit.")
    parser.add_argument("--graine", type=int, default=random.randrange(10**6))
    parser.add_argument("--nombre", type=int, default=100)
    parser.add_argument("--mesures", type=Path, default=DEPOT / "build" / "mutants")
    options = parser.parse_args()
    print(f"graine {options.graine}", flush=True)
    mutants = tirer(options.nombre, options.graine)
    survivants = 0
    copies: SimpleQueue[Path] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        for rang in range(coeurs()):
            copier(Path(folder) / str(rang))
            copies.put(Path(folder) / str(rang))
        essais = mesurer_les_essais(options.mesures.resolve(), Path(folder).resolve() / "0")

        def essayer(mutant: Mutant) -> tuple[Mutant, int, bool]:
            essais_du_mutant = essais.de(mutant)
            copie = copies.get()
            try:
                vivant = not essais_du_mutant or survit(mutant, essais_du_mutant, copie)
                return mutant, len(essais_du_mutant), vivant
            finally:
                copies.put(copie)

        with ThreadPoolExecutor(coeurs()) as fils:
            for mutant, nombre, vivant in fils.map(essayer, mutants):
                if vivant:
                    survivants += 1
                    print(f"{mutant} ({nombre} essais)", flush=True)
    print(f"{survivants} survivants sur {options.nombre}")
    return 1 if survivants else 0


if __name__ == "__main__":
    sys.exit(main())
