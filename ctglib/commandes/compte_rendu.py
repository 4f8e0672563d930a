"""What ``ctg produire`` shows: a bar while it works, then a table, and each failure once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from ctglib.production.plan import Prevision
    from ctglib.production.produire import Resultat

RAISONS_MONTREES = 3


def suivre(resultats: Iterable[Resultat], nombre: int) -> Iterator[Resultat]:
    """Yield results under a bar that counts them."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("rapports", total=nombre)
        for resultat in resultats:
            progress.update(task, advance=1, description=resultat.commande.nom)
            yield resultat


def annoncer(previsions: list[Prevision]) -> None:
    """Say what would be made, and why."""
    a_faire = [prevision for prevision in previsions if prevision.raisons]
    console = Console(highlight=False)
    if a_faire:
        table = _table("Rapport", "Ce qui serait fait", "Pourquoi")
        for prevision in a_faire:
            formats = f"produire ({', '.join(prevision.commande.formats)})"
            table.add_row(prevision.commande.nom, formats, _pourquoi(prevision.raisons))
        console.print(table)
    _dire_a_jour(console, len(previsions) - len(a_faire), len(previsions))
    console.print("Essai à blanc : rien n'a été écrit.", soft_wrap=True)


def rendre_compte(resultats: list[Resultat], a_jour: int, portail: Path) -> None:
    """Say what became of each report, and where the portal is."""
    console = Console(highlight=False)
    if resultats:
        table = _table("Rapport", "Résultat", "Pourquoi", "Secondes", "Taille", "Chemin")
        table.columns[3].justify = "right"
        for resultat in sorted(resultats, key=lambda item: (item.commande.convention, item.commande.cle)):
            table.add_row(*_ligne(resultat))
        console.print(table)
    _dire_echecs([resultat for resultat in resultats if resultat.echec])
    _dire_a_jour(console, a_jour, a_jour + len(resultats))
    console.print(f"Portail : {portail}", markup=False, soft_wrap=True)


def _table(*titres: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for titre in titres:
        table.add_column(titre, overflow="fold")
    return table


def _ligne(resultat: Resultat) -> tuple[str, ...]:
    nom, pourquoi = resultat.commande.nom, _pourquoi(resultat.prevision.raisons)
    if resultat.echec:
        return nom, "[red]échec[/red]", pourquoi, "", "", str(resultat.page_echec)
    secondes = f"{resultat.mesures['total']:.1f}".replace(".", ",")
    chemin = next(str(path) for path in sorted(resultat.fichiers) if path.suffix != ".csv")
    return nom, "produit", pourquoi, secondes, _tailles(resultat.fichiers), chemin


def _pourquoi(raisons: tuple[str, ...]) -> str:
    montrees = " ; ".join(raisons[:RAISONS_MONTREES])
    autres = len(raisons) - RAISONS_MONTREES
    return f"{montrees} ; et {autres} autre{'s' if autres > 1 else ''}" if autres > 0 else montrees


def _tailles(fichiers: dict[Path, int]) -> str:
    parts = [f"{path.suffix[1:]} {_taille(size)}" for path, size in sorted(fichiers.items()) if path.suffix != ".csv"]
    tableaux = sum(path.suffix == ".csv" for path in fichiers)
    return ", ".join([*parts, f"{tableaux} tableaux"] if tableaux else parts)


def _taille(octets: int) -> str:
    return f"{octets / 1024:,.0f} Ko".replace(",", "\u202f")


def _dire_a_jour(console: Console, a_jour: int, nombre: int) -> None:
    if a_jour and a_jour == nombre:
        accord = "Le rapport est à jour" if nombre == 1 else f"Les {nombre} rapports sont à jour"
        console.print(f"{accord} : rien à faire.", soft_wrap=True)
    elif a_jour:
        pluriel = "s étaient" if a_jour > 1 else " était"
        console.print(f"{a_jour} autre{'s' if a_jour > 1 else ''} rapport{pluriel} à jour.", soft_wrap=True)


def _dire_echecs(echecs: list[Resultat]) -> None:
    """Say each failure once, with the reports that died of it."""
    groupes: dict[str, list[Resultat]] = {}
    for resultat in echecs:
        groupes.setdefault(str(resultat.echec), []).append(resultat)
    erreurs = Console(stderr=True, highlight=False)
    for message, group in groupes.items():
        noms = "\n".join(resultat.commande.nom for resultat in group)
        erreurs.print(f"\n{noms} :\n{message}", markup=False, soft_wrap=True)
    if echecs:
        erreurs.print("\nLa version précédente de ces rapports, s'il y en a une, est restée en place.", soft_wrap=True)
