"""Measure all the reports of all the conventions, five ways: ``make bench`` writes
``docs/mesures.md``.

Every run is a new process, in folders of its own, on a copy of the data. The ways are run in turn,
so that a busy moment of the machine weighs on all; a first turn, which fills the caches of the
disk, does not count. The plain way is much longer than the others, and its length hardly varies: it
may be run fewer times.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

from conventions import generer
from facons import BIN, CTG, aide, changer_une_valeur, ordinaire, produire, rapports
from mesure import CommandeEchouee, mesurer, taille_installee
from rendu import Echelle, Releve, rediger

from ctglib.donnees.lecture import VARIABLE
from ctglib.production.manifeste import PYTHON, versions

DEPOT = Path(__file__).resolve().parents[1]
ECHELLES = (1, 10, 100)
PANGO = (
    "WeasyPrint ne démarre pas. Il demande Pango, une bibliothèque du système, que le classeur "
    "n'emploie pas. Sous Debian et Ubuntu : "
    "sudo apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


def un_tour(dossier: Path, depot: Path = DEPOT, ctg: str = CTG) -> dict[str, float]:
    """Return the measures of one turn of our ``ctg``, or of that of another checkout, by name."""
    donnees = dossier / "donnees"
    sortie = dossier / "rapports"
    shutil.copytree(depot / "data", donnees)
    os.environ[VARIABLE] = str(donnees)
    froid = produire(sortie, ctg=ctg)
    rien = produire(sortie, ctg=ctg)
    changer_une_valeur(donnees)
    change = produire(sortie, ctg=ctg)
    return {
        "nombre": len(froid.rapports),
        "froid": froid.mesure.secondes,
        "froid processeur": froid.mesure.processeur,
        "change": change.mesure.secondes,
        "change processeur": change.mesure.processeur,
        "refaits": len(change.rapports),
        "rien": rien.mesure.secondes,
        "rien processeur": rien.mesure.processeur,
        "memoire": froid.memoire_par_ouvrier,
        "total": froid.mesure.memoire,
        "aide": aide(dossier, ctg),
    }


def mesurer_tout(
    fois: int, fois_ordinaire: int, weasyprint: str, temoin: Path | None
) -> dict[str, list[float]]:
    """Return the measures of every turn, by name; « temoin froid » is that of another checkout."""
    mesures: dict[str, list[float]] = defaultdict(list)
    for rang in range(fois + 1):
        with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
            tour = un_tour(Path(folder))
            if rang and rang <= fois_ordinaire:
                standard = produire(Path(folder) / "standard", "--moteur", "standard")
                tour["standard"] = standard.mesure.secondes
                tour["standard processeur"] = standard.mesure.processeur
                tour["ordinaire"] = ordinaire(Path(folder), weasyprint, rapports(Path(folder)))
        if temoin:
            with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
                ctg_temoin = str(temoin / ".venv" / BIN.name / "ctg")
                tour_temoin = un_tour(Path(folder), temoin, ctg_temoin)
            tour |= {f"temoin {nom}": valeur for nom, valeur in tour_temoin.items()}
        if rang:
            for nom, valeur in tour.items():
                mesures[nom].append(valeur)
        print(f"tour {rang} sur {fois} : {tour}", file=sys.stderr)
    return mesures


def valeur_changee() -> str:
    """Return the file where the corrected value is."""
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        donnees = Path(folder) / "donnees"
        shutil.copytree(DEPOT / "data", donnees)
        return changer_une_valeur(donnees)


def version_de(depot: Path) -> str:
    """Return the commit of a checkout, in short."""
    commande = ["git", "-C", str(depot), "rev-parse", "--short", "HEAD"]
    return subprocess.run(commande, capture_output=True, text=True, check=True).stdout.strip()


def echelle(nombre: int) -> Echelle:
    """Return what the diagnostic of this many conventions takes."""
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        donnees = Path(folder) / "donnees"
        os.environ.pop(VARIABLE, None)
        generer(nombre, donnees)
        os.environ[VARIABLE] = str(donnees)
        froid = produire(Path(folder) / "rapports", "diagnostic")
        rien = produire(Path(folder) / "rapports", "diagnostic")
    return Echelle(
        nombre,
        froid.mesure.secondes,
        froid.mesure.memoire,
        froid.memoire_par_ouvrier,
        rien.mesure.secondes,
    )


def trouver(weasyprint: str) -> str:
    """Return WeasyPrint's path, the plain way's last step.

    Raises:
        SystemExit: It does not start, for want of Pango.
    """
    path = str(Path(shutil.which(weasyprint) or weasyprint).absolute())
    try:
        mesurer([path, "--info"], DEPOT)
    except (CommandeEchouee, OSError) as error:
        sys.exit(f"{PANGO}\n{error}")
    return path


def main() -> int:
    """Run the benchmark and return the exit code."""
    parser = argparse.ArgumentParser(
        description="Mesure la production des rapports et écrit docs/mesures.md."
    )
    parser.add_argument(
        "--exigence", action="store_true", help="dire quel WeasyPrint installer, et s'arrêter"
    )
    parser.add_argument("--weasyprint", default="weasyprint", help="le programme WeasyPrint")
    parser.add_argument("--mesures", type=int, default=5, help="nombre de mesures de chaque façon")
    parser.add_argument(
        "--ordinaires", type=int, default=5, help="mesures des façons (a) et (b), au plus"
    )
    parser.add_argument(
        "--temoin", type=Path, help="un autre dossier du projet, installé, à mesurer en alternance"
    )
    parser.add_argument(
        "--echelles", type=int, nargs="*", default=ECHELLES, help="nombres de conventions d'essai"
    )
    parser.add_argument(
        "--page", type=Path, default=DEPOT / "docs" / "mesures.md", help="page à écrire"
    )
    options = parser.parse_args()
    if options.exigence:
        projet = tomllib.loads((DEPOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        print(projet["optional-dependencies"]["bench"][0])
        return 0
    weasyprint = trouver(options.weasyprint) if options.ordinaires else ""
    mesures = mesurer_tout(options.mesures, options.ordinaires, weasyprint, options.temoin)
    environnement = taille_installee(nom for nom in versions() if nom != PYTHON)
    releve = Releve(
        mesures,
        fichier=valeur_changee(),
        echelles=[echelle(nombre) for nombre in options.echelles],
        environnement=environnement,
        version=version_de(DEPOT),
        ancienne=version_de(options.temoin) if options.temoin else "",
    )
    page = rediger(releve)
    options.page.write_text(page, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
