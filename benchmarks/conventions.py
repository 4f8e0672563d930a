"""N synthetic conventions, to see that time and memory by report do not grow with their number.

Each is a copy of a real folder under another name, for another commune with a code of its own. The
figures stay the same: what is measured is the chain, not what it says. Run by itself, it leaves a
data folder to try things on: ``python benchmarks/conventions.py 100 --dossier essai`` then
``CTG_DONNEES=essai ctg produire``.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from ctglib.donnees.dossier import lire_dossier

DEPOT = Path(__file__).resolve().parents[1]
MODELE = "harnes"
PREMIER_CODE = 98001  # the Insee gives no commune of metropolitan France a code that begins by 98
TEXTES = (".csv", ".yaml", ".md")


def generer(nombre: int, donnees: Path, modele: str = MODELE) -> tuple[str, ...]:
    """Write a data folder with this many conventions, and return their names.

    Args:
        nombre: How many.
        donnees: The folder, which must not exist.
        modele: The convention they are copies of.
    """
    ancien = lire_dossier(modele)
    territoire = ancien.catalogue.territoires[ancien.convention.territoire]
    shutil.copytree(DEPOT / "data", donnees, ignore=lambda folder, _: _conventions(folder))
    noms = tuple(f"essai_{rang:04}" for rang in range(1, nombre + 1))
    for rang, nom in enumerate(noms):
        code = str(PREMIER_CODE + rang)
        commune = f"Essai {rang + 1}"
        remplacements = {
            territoire.code: code,
            territoire.nom: commune,
            f"id: {modele}\n": f"id: {nom}\n",
            "fictive: false": "fictive: true",
        }
        source = DEPOT / "data" / "conventions" / modele
        for path in sorted(path for path in source.rglob("*") if path.is_file()):
            _copier(path, donnees / "conventions" / nom / path.relative_to(source), remplacements)
        for serie in sorted((donnees / "sources").glob("*/observations.csv")):
            lines = serie.read_text(encoding="utf-8").splitlines(keepends=True)
            own = (line for line in lines if line.startswith(f"{territoire.code},"))
            with serie.open("a", encoding="utf-8", newline="\n") as file:
                file.writelines(line.replace(territoire.code, code, 1) for line in own)
    return noms


def _conventions(folder: str) -> list[str]:
    """Return what is left out of the copy of a folder: the conventions that are not asked for."""
    path = Path(folder)
    return [item.name for item in path.iterdir()] if path.name == "conventions" else []


def _copier(source: Path, cible: Path, remplacements: dict[str, str]) -> None:
    content = source.read_bytes()
    if source.suffix in TEXTES:
        text = content.decode("utf-8")
        for avant, apres in remplacements.items():
            text = text.replace(avant, apres)
        content = text.encode("utf-8")
    cible.parent.mkdir(parents=True, exist_ok=True)
    cible.write_bytes(content)


def main() -> int:
    """Write the folder and return the exit code."""
    parser = argparse.ArgumentParser(
        description="Écrit un dossier de données avec des conventions d'essai."
    )
    parser.add_argument("nombre", type=int, help="combien de conventions")
    parser.add_argument("--dossier", type=Path, required=True, help="dossier à créer")
    options = parser.parse_args()
    noms = generer(options.nombre, options.dossier)
    print(f"{len(noms)} conventions, de {noms[0]} à {noms[-1]}, dans {options.dossier}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
