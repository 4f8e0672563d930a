"""Small notebooks to make reports of, and the command that makes them, as a program when it is to
be killed.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ctglib.commandes.application import lancer
from ctglib.production.manifeste import prevoir
from ctglib.production.menage import ranger
from ctglib.production.plan import (
    CARNETS,
    CTG,
    LISTE,
    PUBLIQUE,
    Commande,
    commandes,
    rapports_connus,
)
from ctglib.production.produire import (
    TRAVAIL,
    VERROU,
    Resultat,
    ecarter_les_rapports_a_jour,
    realiser,
)

JOUR = date(2026, 11, 30)
CONVENTION = 'convention: str = "harnes"  # nom'
ANNEE = "annee: int = 2023  # année"
IMPORTS = "from ctglib.donnees.lecture import existe, lire_octets, lister\nfrom ctglib.document.blocs import paragraphe"
LECTURE = "paragraphe(f\"{len(lire_octets(f'conventions/{convention}/annexe1.csv'))} octets\")"
COUVERTURE = (
    "from ctglib.document.blocs import Couverture, Logo\n"
    "Couverture('CTG 2023–2026', 'Harnes', (('Statut', 'définitif'),), (Logo('Ville', None),), 'Source', '2023-01-01')"
)


def ecrire_carnet(path: Path, *cellules: str, parametres: tuple[str, ...] = (CONVENTION,)) -> Path:
    """Write a notebook: a title, its parameters, the imports, then these cells."""
    import nbformat  # the program that makes the reports writes none, and would wait seconds for it

    code = [
        nbformat.v4.new_code_cell(source, id=f"cellule-{i}")
        for i, source in enumerate((IMPORTS, *cellules))
    ]
    tagged = nbformat.v4.new_code_cell(
        "\n".join(parametres), id="parametres", metadata={"tags": ["parameters"]}
    )
    title = nbformat.v4.new_markdown_cell(f"# Rapport {path.stem}\n\n## Partie unique", id="titre")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(nbformat.v4.new_notebook(cells=[title, tagged, *code], metadata=kernel), path)
    declarer(path.parent, **{path.stem: [path.stem]})
    return path


def declarer(carnets: Path, **rapports: list[str]) -> None:
    """Add reports to the list of a folder of notebooks, or change those of these names."""
    path = carnets / LISTE
    listed = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    lines = (
        json.dumps([nom, stems], ensure_ascii=False)
        for nom, stems in {**listed, **rapports}.items()
    )
    path.write_text(
        "".join(f"{line[1:-1].replace(', ', ' = ', 1)}\n" for line in lines), encoding="utf-8"
    )


@dataclass(frozen=True)
class Demande:
    """What a test asks for, perhaps several times: the arguments of ``plan.commandes``."""

    rapports: tuple[str, ...]
    conventions: tuple[str, ...]
    sortie: Path
    carnets: Path = CARNETS
    annees: tuple[int, ...] = ()
    diffusion: str = PUBLIQUE
    formats: tuple[str, ...] = ("html",)

    def commandes(self) -> list[Commande]:
        """Return the orders."""
        return commandes(**vars(self))


def demande(carnets: Path, sortie: Path, **autres: object) -> Demande:
    """Return what asks for every notebook of a folder, for Harnes, in HTML."""
    defaut = {"rapports": tuple(sorted(rapports_connus(carnets))), "conventions": ("harnes",)}
    return Demande(sortie=sortie, carnets=carnets, **{**defaut, **autres})


def produire(
    voulue: Demande, executeur: Executor | None = None, moteur: str = CTG, *, forcer: bool = False
) -> dict[str, Resultat]:
    """Make what is out of date, in this process unless told by whom, and return what became of
    each.
    """
    return faire(voulue.commandes(), executeur, moteur, forcer=forcer)


def faire(
    orders: Iterable[Commande],
    executeur: Executor | None = None,
    moteur: str = CTG,
    *,
    forcer: bool = False,
) -> dict[str, Resultat]:
    """Make some of what is asked for, as ``produire`` makes it all."""
    orders = list(orders)
    a_faire = list(ecarter_les_rapports_a_jour(prevoir(orders, forcer=forcer)))
    with executeur or ThreadPoolExecutor(1) as qui:
        resultats = realiser(a_faire, qui, moteur=moteur, places=4, jour=JOUR)
        faits = {resultat.commande.cle: resultat for resultat in resultats}
    if orders:
        ranger(orders, JOUR, orders[0].carnet.parent)
    return faits


def pourquoi(voulue: Demande, *, forcer: bool = False) -> dict[str, tuple[str, ...]]:
    """Return why each report that is out of date is."""
    previsions = prevoir(voulue.commandes(), forcer=forcer)
    return {
        prevision.commande.cle: prevision.raisons for prevision in previsions if prevision.raisons
    }


def octets(dossier: Path) -> dict[str, bytes]:
    """Return every file of a folder of reports, but the lock."""
    return {
        path.relative_to(dossier).as_posix(): path.read_bytes()
        for path in dossier.rglob("*")
        if path.is_file() and path.name != VERROU and path.relative_to(dossier).parts[0] != TRAVAIL
    }


def main(carnets: str, sortie: str, forcer: str = "", moteur: str = CTG) -> int:
    """Make the reports of a folder of notebooks, as ``ctg produire`` does."""
    options = [
        "--formats",
        "html",
        "--sortie",
        sortie,
        "--carnets",
        carnets,
        "--travailleurs",
        "2",
        "--moteur",
        moteur,
    ]
    return lancer(["produire", *options, *(["--forcer"] if forcer else [])])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
