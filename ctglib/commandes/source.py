"""``ctg source``: official files into the store, and what the store holds."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from ctglib.commandes.messages import dire, refusant
from ctglib.donnees.magasin import LOCALES, PUBLIQUES, lire_registre
from ctglib.donnees.officiels.ajout import Ajout, Demande, enregistrer, preparer

RIEN = "Rien n'a été changé."
CONTINUER = "Continuer ? [o/N] "


@refusant(f"\n\n{RIEN}")
def ajouter_fichiers(chemins: list[Path], demande: Demande, oui: bool) -> int:
    """Say what files are and would change, ask, write all or nothing, and return 0, or 1 when nothing is written."""
    console = Console(highlight=False)
    addition = preparer(chemins, demande)
    dire(_dire(addition))
    if addition.registre == lire_registre(addition.dossier):
        console.print(RIEN)
        return 0
    if not oui and not _accord(console):
        console.print(f"{RIEN} Pour ajouter sans question : --oui")
        return 1
    enregistrer(addition)
    plural = "s" if len(addition.octets) > 1 else ""
    console.print(f"Ajouté : {len(addition.octets)} table{plural} dans data/{addition.dossier}.")
    return 0


@refusant()
def lister_sources() -> int:
    """Say which tables the stores hold and which files they come from, and return 0, or 1 with what prevents it."""
    console = Console(highlight=False)
    stores = {folder: lire_registre(folder) for folder in (PUBLIQUES, LOCALES)}
    for folder, register in stores.items():
        console.print(f"data/{folder} :" if register.tables else f"data/{folder} : rien")
        for family in dict.fromkeys(item.famille for item in register.tables):
            for level in dict.fromkeys(item.niveau for item in register.tables if item.famille == family):
                rows = [item for item in register.tables if (item.famille, item.niveau) == (family, level)]
                years = ", ".join(str(item.annee) for item in rows)
                most = max(item.territoires for item in rows)
                console.print(f"  {family}, {level} : {years} ({most} territoires au plus)", soft_wrap=True)
        for item in register.fichiers:
            whose = f"{item.producteur}, {item.jeu}, {item.licence}, fichier du {item.date:%d/%m/%Y}"
            console.print(f"  d'après {item.fichier} ({whose})", markup=False, soft_wrap=True)
    return 0


def _dire(addition: Ajout) -> str:
    parts = ["\n".join(addition.dites)]
    if addition.revisions:
        parts.append("\n".join(["Ce qui change de ce qui était là :", *(f"  {said}" for said in addition.revisions)]))
    if addition.alertes:
        parts.append("\n".join(["À vérifier, cela paraît faux :", *(f"  {said}" for said in addition.alertes)]))
    return "\n\n".join(parts)


def _accord(console: Console) -> bool:
    """Return whether the user says yes; nobody to answer is a no."""
    try:
        return console.input(CONTINUER, markup=False).strip().lower() in ("o", "oui")
    except EOFError:
        console.print()
        return False
