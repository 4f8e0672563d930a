"""``ctg gabarit`` and ``ctg importer``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ctglib.collecte.gabarit import ecrire_gabarit
from ctglib.collecte.importer import preparer
from ctglib.commandes.messages import dire, refusant

if TYPE_CHECKING:
    from pathlib import Path

    from ctglib.collecte.importer import Changement, Preparation

_VIDE = "(vide)"


@refusant()
def ecrire_le_gabarit(
    convention: str, annee: int, sortie: Path, *, responsable: str = "", remplacer: bool = False
) -> int:
    """Write the workbook of a year, say where, and return 0, or 1 with what prevents it."""
    path = ecrire_gabarit(convention, annee, sortie, responsable=responsable, remplacer=remplacer)
    dire(f"Classeur à remplir : {path}")
    return 0


@refusant("\n\nRien n'a été enregistré.")
def importer_fichiers(
    chemins: list[Path], convention: str, annee: int | None, *, millesime: int | None = None, a_blanc: bool = False
) -> int:
    """Check filled files, say what they change, write them unless asked not to, and return 0, or 1 with every fault."""
    ready = preparer(chemins, convention, annee, millesime)
    if not a_blanc:
        ready.ecrire()
    _rendre_compte(ready, a_blanc)
    return 0


def _rendre_compte(ready: Preparation, a_blanc: bool) -> None:
    if ready.remarques:
        dire("À vérifier (rien n'est refusé pour cela) :", *(f"- {note}" for note in ready.remarques), "")
    for title, changes in (
        ("Ce qui change :", [item for item in ready.changements if not item.revision]),
        (
            "Chiffres révisés (l'ancien reste sous son millésime) :",
            [item for item in ready.changements if item.revision],
        ),
    ):
        if changes:
            dire(title)
            Console(highlight=False).print(_tableau(changes))
    for name, count in ready.nouvelles.items():
        dire(f"{name} : {count} ligne{'s' if count > 1 else ''} de plus")
    if ready.attendues:
        dire(f"Cellules attendues encore vides, qui se liront « non transmis » : {ready.attendues}.")
    dire(_conclusion(ready, a_blanc))


def _tableau(changes: list[Changement]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("Où", "Repère", "Colonne", "Avant", "Après"):
        table.add_column(title, overflow="fold")
    for item in changes:
        origin = item.entree.origine
        key = " ".join(part for part in item.entree.cle if part)
        column = origin.colonnes.get(item.colonne, item.colonne)
        table.add_row(f"{origin.feuille}, ligne {origin.ligne}", key, column, item.avant or _VIDE, item.apres or _VIDE)
    return table


def _conclusion(ready: Preparation, a_blanc: bool) -> str:
    where = f"{ready.convention}, {ready.annee}"
    if not ready.fichiers:
        return f"{where} : rien de nouveau, rien n'a été écrit."
    files = "\n".join(f"  {name}" for name in sorted(ready.fichiers))
    if a_blanc:
        return f"{where} : à blanc, rien n'a été écrit. Fichiers qui changeraient :\n{files}"
    return f"{where} : enregistré.\n{files}"
