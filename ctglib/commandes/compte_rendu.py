"""What ``ctg produire`` shows: a bar while it works, then a table, and each failure once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from ctglib.production.manifeste import Prevision
    from ctglib.production.produire import Prevu, Resultat

RAISONS_MONTREES = 3
IGNORES = (
    "Non produit, n'étant pas dans notebooks/rapports.toml : {}. Un carnet d'analyse a sa place dans le dossier "
    "analyses."
)
SI_CELA_LE_TOUCHE = "(produit seulement si ce changement touche ce qu'il montre)"


def suivre(resultats: Iterable[Prevu]) -> Iterator[Prevu]:
    """Yield results under a bar that counts them; how many there will be is known only at the end."""
    columns = (
        SpinnerColumn(),
        TextColumn("rapports faits : {task.completed:.0f}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        for resultat in resultats:
            progress.update(task, advance=1, description=resultat.commande.nom)
            yield resultat


def annoncer(a_faire: list[Prevision], a_jour: int) -> None:
    """Say which reports would be made and why, and how many are up to date."""
    console = Console(highlight=False)
    if a_faire:
        table = _table("Rapport", "Pourquoi il serait produit")
        for prevision in a_faire:
            pourquoi = _pourquoi(prevision.raisons)
            table.add_row(
                prevision.commande.nom, f"{pourquoi} {SI_CELA_LE_TOUCHE}" if prevision.suspendue else pourquoi
            )
        console.print(table)
    _dire_a_jour(console, a_jour, a_jour + len(a_faire))
    console.print("Essai à blanc : rien n'a été écrit.", soft_wrap=True)


def rendre_compte(resultats: list[Resultat], a_jour: int, portail: Path, ignores: Sequence[str] = ()) -> None:
    """Say what became of each report, where the portal is, and which notebooks are not those of reports."""
    console = Console(highlight=False)
    if resultats:
        resultats = sorted(resultats, key=lambda item: (item.commande.convention, item.commande.cle))
        table = _table("Rapport", "Résultat", "Secondes", "Taille", "Chemin")
        table.columns[2].justify = "right"
        for resultat in resultats:
            table.add_row(*_ligne(resultat))
        console.print(table)
        _dire_pourquoi(console, resultats)
    _dire_echecs([resultat for resultat in resultats if resultat.echec])
    _dire_a_jour(console, a_jour, a_jour + len(resultats))
    if ignores:
        console.print(IGNORES.format(", ".join(ignores)), markup=False, soft_wrap=True)
    console.print(f"Portail : {portail}", markup=False, soft_wrap=True)


def _table(*titres: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for titre in titres:
        table.add_column(titre, overflow="fold")
    return table


def _ligne(resultat: Resultat) -> tuple[str, ...]:
    nom = resultat.commande.nom
    if resultat.echec:
        return nom, "[red]échec[/red]", "", "", str(resultat.commande.page_echec)
    secondes = f"{resultat.mesures['total']:.1f}".replace(".", ",")
    parts = [f"{kind} {_taille(size)}" for kind, size in resultat.tailles.items()]
    if resultat.tableaux:
        parts.append(f"{resultat.tableaux} tableaux")
    return nom, "produit", secondes, ", ".join(parts), f"{resultat.commande.base}.{next(iter(resultat.tailles))}"


def _pourquoi(raisons: tuple[str, ...]) -> str:
    montrees = " ; ".join(raisons[:RAISONS_MONTREES])
    autres = len(raisons) - RAISONS_MONTREES
    return f"{montrees} ; et {autres} autre{'s' if autres > 1 else ''}" if autres > 0 else montrees


def _dire_pourquoi(console: Console, resultats: list[Resultat]) -> None:
    """Say why each report was made: each reason once, with the reports it holds for."""
    groupes: dict[str, list[str]] = {}
    for resultat in resultats:
        groupes.setdefault(_pourquoi(resultat.raisons), []).append(resultat.commande.nom)
    console.print("\nPourquoi :")
    for raison, noms in groupes.items():
        qui = "tous" if len(noms) == len(resultats) > 1 else " ; ".join(noms)
        console.print(f"- {raison} : {qui}", markup=False, soft_wrap=True)
    console.print()


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
