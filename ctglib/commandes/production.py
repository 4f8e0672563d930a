"""``ctg produire``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from ctglib.commandes.messages import proposer
from ctglib.donnees.dossier import conventions
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.production.portail import ecrire_portail
from ctglib.production.produire import FORMATS, Commande, Resultat, produire, rapports_connus

if TYPE_CHECKING:
    from pathlib import Path

ETAPES = 5


def produire_rapports(
    rapports: list[str], demandees: list[str], formats: str, *, sortie: Path, mesures: Path | None = None
) -> int:
    """Make the reports asked for, show what became of each, and return 0, or 1 when one failed."""
    erreurs = Console(stderr=True, highlight=False)
    voulus = tuple(part.strip() for part in formats.split(",") if part.strip())
    try:
        connues = conventions()
    except DonneesInvalides as error:
        erreurs.print(str(error), markup=False, soft_wrap=True)
        return 1
    fautes = [
        *_inconnus("Le rapport", rapports, rapports_connus()),
        *_inconnus("La convention", demandees, connues),
        *_inconnus("Le format", voulus, FORMATS),
    ]
    if fautes or not voulus:
        erreurs.print("\n".join(fautes) or "Aucun format demandé : html, pdf.", markup=False, soft_wrap=True)
        return 1
    commandes = [
        Commande(rapport, convention, voulus, sortie)
        for convention in demandees or connues
        for rapport in rapports or rapports_connus()
    ]
    resultats = _suivre(commandes)
    portail = ecrire_portail(sortie)
    _rendre_compte(resultats, portail)
    if mesures:
        mesures.write_text(json.dumps([_mesure(r) for r in resultats], ensure_ascii=False, indent=1), encoding="utf-8")
    return 0 if all(resultat.reussi for resultat in resultats) else 1


def _inconnus(quoi: str, demandes: list[str] | tuple[str, ...], connus: tuple[str, ...]) -> list[str]:
    return [
        f"{quoi} « {nom} » n'existe pas{proposer(nom, connus)}. Possibles : {', '.join(connus)}."
        for nom in demandes
        if nom not in connus
    ]


def _suivre(commandes: list[Commande]) -> list[Resultat]:
    """Run the orders one after the other under a progress bar."""
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    resultats = []
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        for commande in commandes:
            task = progress.add_task(commande.rapport, total=ETAPES)

            def etape(nom: str, task: int = task, commande: Commande = commande) -> None:
                progress.update(task, advance=1, description=f"{commande.convention}, {commande.rapport} : {nom}")

            resultats.append(produire(commande, etape))
            progress.remove_task(task)
    return resultats


def _rendre_compte(resultats: list[Resultat], portail: Path) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Rapport")
    table.add_column("Résultat")
    table.add_column("Secondes", justify="right")
    table.add_column("Taille", justify="right")
    table.add_column("Chemin", overflow="fold")
    for resultat in resultats:
        nom = f"{resultat.commande.convention}, {resultat.commande.rapport}"
        secondes = f"{resultat.secondes:.1f}".replace(".", ",")
        if not resultat.reussi:
            table.add_row(nom, "[red]échec[/red]", secondes, "", "")
        for path in (path for path in resultat.fichiers if path.suffix != ".csv"):
            table.add_row(nom, "produit", secondes, _taille(resultat.fichiers[path]), str(path))
        csv = [path for path in resultat.fichiers if path.suffix == ".csv"]
        if csv:
            total = sum(resultat.fichiers[path] for path in csv)
            table.add_row(nom, f"{len(csv)} tableaux", secondes, _taille(total), str(csv[0].parent))
    console.print(table)
    for resultat in (r for r in resultats if not r.reussi):
        Console(stderr=True, highlight=False).print(
            f"\n{resultat.commande.convention}, {resultat.commande.rapport} :\n{resultat.message}",
            markup=False,
            soft_wrap=True,
        )
    console.print(f"\nPortail : {portail}", markup=False, soft_wrap=True)


def _taille(octets: int) -> str:
    return f"{octets / 1024:,.0f} Ko".replace(",", "\u202f")


def _mesure(resultat: Resultat) -> dict[str, object]:
    return {
        "rapport": resultat.commande.rapport,
        "convention": resultat.commande.convention,
        "secondes": resultat.secondes,
        "etapes": resultat.mesures,
    }
