"""Kill ``ctg produire`` at random moments, and see that nothing is left half made: writes
``docs/arrets.md``.

After each kill, every file of a report is the one of an uninterrupted run, or is not there; the
portal and the manifest, which tell what has been made so far, are whole. At the end one run
completes with the right bytes.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from facons import CTG
from rendu import machine, nombre

DEPOT = Path(__file__).resolve().parents[1]
GRAINE = 2023
RECITS = ("manifeste.json", "empreintes.json", "index.html")  # they tell what has been made so far
PAGE = """# Arrêts brutaux

Écrit par `benchmarks/kills.py` : ne pas modifier à la main.

`ctg produire --forcer`, tous les rapports de toutes les conventions, a été tué {coups} fois
(SIGKILL) à des moments tirés au hasard entre son départ et la durée d'une production entière
({duree} s), dans le même dossier de rapports.
Après chaque coup, chaque fichier présent a été comparé à celui d'une production menée à son terme.

| Constat | Nombre |
|---|---:|
| Coups portés pendant la production | {portes} |
| Productions finies avant leur coup, qui ne comptent pas | {manques} |
| Fichiers de rapport incomplets ou faux | {faux} |
| Manifestes ou portails illisibles | {illisibles} |
| Fichiers provisoires laissés, puis retirés par la commande suivante | {provisoires} |
| Fichiers différents après la production qui a suivi le dernier coup | {differents} |

Tirage : graine {graine}. {machine}
"""


@dataclass
class Constat:
    """What was found after the kills."""

    portes: int = 0
    manques: int = 0
    faux: int = 0
    illisibles: int = 0
    provisoires: int = 0
    differents: int = 0


def octets(dossier: Path) -> dict[str, bytes]:
    """Return every file of a folder but the lock."""
    files = (path for path in dossier.rglob("*") if path.is_file() and path.name != ".ctg-verrou")
    return {path.relative_to(dossier).as_posix(): path.read_bytes() for path in files}


def eprouver(coups: int, dossier: Path) -> tuple[Constat, float]:
    """Kill the command this many times, and return what was found and the seconds that a whole run
    takes.
    """
    sortie = dossier / "rapports"
    hasard = random.Random(GRAINE)
    constat = Constat()
    commande = [CTG, "produire", "--sortie"]
    debut = time.perf_counter()
    subprocess.run([*commande, str(dossier / "temoin")], check=True, capture_output=True)
    duree = time.perf_counter() - debut
    bons = octets(dossier / "temoin")
    while constat.portes < coups:
        process = subprocess.Popen(
            [*commande, str(sortie), "--forcer"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(hasard.uniform(0, duree))
        porte = process.poll() is None
        constat.portes += porte
        process.send_signal(signal.SIGKILL)
        process.wait()
        relever(octets(sortie), bons, constat)
        constat.manques += not porte
        print(f"{coups} coups à porter : {constat}", file=sys.stderr)
    subprocess.run([*commande, str(sortie)], check=True, capture_output=True)
    finaux = octets(sortie)
    constat.differents = sum(finaux.get(nom) != bons.get(nom) for nom in {*finaux, *bons})
    return constat, duree


def relever(trouves: dict[str, bytes], bons: dict[str, bytes], constat: Constat) -> None:
    """Add to the findings what a kill left."""
    for nom, content in trouves.items():
        name = Path(nom).name
        if any(part.startswith(".ctg-") for part in Path(nom).parts):
            constat.provisoires += 1
        elif name in RECITS:
            constat.illisibles += not _lisible(name, content)
        else:
            constat.faux += content != bons[nom]


def _lisible(nom: str, content: bytes) -> bool:
    if nom.endswith(".html"):
        return content.rstrip().endswith(b"</html>")
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


def main() -> int:
    """Run the campaign, write the page, and return 1 when something was left half made."""
    parser = argparse.ArgumentParser(
        description="Tue ctg produire au hasard et écrit docs/arrets.md."
    )
    parser.add_argument("--coups", type=int, default=50, help="nombre d'arrêts")
    parser.add_argument(
        "--page", type=Path, default=DEPOT / "docs" / "arrets.md", help="page à écrire"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        constat, duree = eprouver(options.coups, Path(folder))
    page = PAGE.format(
        coups=options.coups,
        duree=nombre(duree, 1),
        graine=GRAINE,
        machine=machine(),
        **vars(constat),
    )
    options.page.write_text(page, encoding="utf-8", newline="\n")
    return 1 if constat.faux or constat.illisibles or constat.differents else 0


if __name__ == "__main__":
    sys.exit(main())
