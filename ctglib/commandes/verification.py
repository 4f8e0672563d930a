"""``ctg verifier``."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from ctglib.commandes.compte_rendu import suivre
from ctglib.commandes.messages import dire, proposer, refusant, refuser
from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider
from ctglib.production.manifeste import empreinte
from ctglib.production.plan import CARNETS, CTG
from ctglib.production.pool import AVANCE, coeurs, ouvrir_executeur
from ctglib.production.produire import verrouiller
from ctglib.production.verifier import (
    DESCRIPTION,
    PROJET,
    Rejeu,
    Releve,
    conventions_publiees,
    grouper,
    rejouer,
    relever,
    relever_archive,
    relever_paquets,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ctglib.production.chiffres import Changement

VALEURS_MONTREES = 40
DESACCORD = (
    "Tout ne concorde pas : voir chaque ligne marquée ✗. Un changement voulu se publie par ctg produire ; sinon, "
    "remettre ce qui a changé comme il était."
)
CHIFFRES, CHIFFRES_AU_PLUS = 6, 12  # significant


@dataclass(frozen=True)
class Verification:
    """What is typed after ``ctg verifier``; see ``application.py``."""

    sortie: Path
    conventions: tuple[str, ...] = ()
    rejouer: bool = True
    travailleurs: int = 0
    delai: float = 600
    carnets: Path = CARNETS


@refusant()
def verifier_rapports(demande: Verification) -> int:
    """Check the data, the files and the replay of what was produced; return 0 when all agrees, 1 otherwise."""
    publiees = conventions_publiees(demande.sortie)
    if refus := _refus(demande, publiees):
        return refuser(refus)
    conventions = demande.conventions or publiees
    invalides = _dire_les_donnees(conventions)
    releve = relever(demande.sortie, conventions, demande.carnets)
    _dire_le_releve(releve)
    accord = not (invalides or releve.sorties or releve.causes)
    accord = all((_dire_l_archive(), _dire_les_paquets(), accord))
    rejeux = _rejouer(releve, demande, invalides) if demande.rejouer else []
    if not demande.rejouer:
        dire("– Rejeu : non demandé (--sans-rejouer)")
    elif not _dire_le_rejeu(rejeux, len(releve.publies)):
        accord = False
    elif releve.causes:
        dire("  Ce qui n'est plus celui du manifeste ne change aucun octet des rapports.")
    dire("Tout concorde." if accord else DESACCORD)
    return 0 if accord else 1


def _refus(demande: Verification, publiees: tuple[str, ...]) -> str:
    """Return why there is nothing to check, empty when there is."""
    if not publiees:
        return f"Aucun rapport dans {demande.sortie}. Produisez-les (ctg produire), ou dites où ils sont par --sortie."
    return "\n".join(
        f"La convention « {nom} » n'a pas de rapport dans {demande.sortie}{proposer(nom, publiees)}. "
        f"Possibles : {', '.join(publiees)}."
        for nom in demande.conventions
        if nom not in publiees
    )


def _rejouer(releve: Releve, demande: Verification, invalides: set[str]) -> list[Rejeu]:
    publies = [item for item in releve.publies if item.commande.convention not in invalides]
    if not publies:
        return []
    nombre = min(demande.travailleurs or coeurs(), len(publies))
    with ExitStack() as pile:
        travail = ""
        with suppress(EcritureImpossible):  # reports that can only be read: the system's folder serves
            travail = str(pile.enter_context(verrouiller(demande.sortie)).absolute())
        executeur, _ = pile.enter_context(ouvrir_executeur(travailleurs=nombre, delai=demande.delai))
        return list(suivre(rejouer(publies, executeur, moteur=CTG, places=AVANCE * nombre, temporaire=travail)))


def _dire_les_donnees(conventions: Iterable[str]) -> set[str]:
    """Say whether the data of each convention hold, and return the names of those that do not."""
    invalides = set()
    for nom in conventions:
        try:
            fichiers = valider(nom)
        except DonneesInvalides as error:
            invalides.add(nom)
            dire(f"✗ Données : {nom}, {error}")
        else:
            dire(f"✓ Données : {nom}, {len(fichiers)} fichiers lus, aucune faute")
    return invalides


def _dire_le_releve(releve: Releve) -> None:
    if releve.sorties:
        dire(f"✗ Fichiers : {_compter(len(releve.sorties), 'écart')} avec ce que dit le manifeste")
        _dire_liste(grouper(releve.sorties))
    else:
        dire(f"✓ Fichiers : {_compter(releve.fichiers, 'fichier')}, tous tels que le manifeste les dit")
    if releve.causes:
        dire("✗ Données lues, carnets, code et versions : ce ne sont plus ceux du manifeste")
        _dire_liste(grouper(releve.causes))
    else:
        dire("✓ Données lues, carnets, code et versions : ceux du manifeste")


def _dire_l_archive() -> bool:
    """Say whether the files of an unpacked archive are those it described, and return it; say nothing elsewhere."""
    found = relever_archive()
    if not found:
        return True
    nombre, ecarts = found
    if ecarts:
        dire(f"✗ Archive : {_compter(len(ecarts), 'écart')} avec ce qu'elle contenait")
        _dire_liste(grouper(ecarts))
        return False
    dire(
        f"✓ Archive : {_compter(nombre, 'fichier')}, tous ceux de sa description ({DESCRIPTION}, sha256 "
        f"{empreinte((PROJET / DESCRIPTION).read_bytes())})"
    )
    return True


def _dire_les_paquets() -> bool:
    """Say whether the files of the packages are those that were installed, and return it."""
    nombre, ecarts = relever_paquets()
    if ecarts:
        dire(f"✗ Paquets : {_compter(len(ecarts), 'paquet')} à réinstaller")
        _dire_liste(grouper(ecarts))
        return False
    dire(f"✓ Paquets : {_compter(nombre, 'fichier')}, tels qu'installés")
    return True


def _dire_le_rejeu(rejeux: list[Rejeu], publies: int) -> bool:
    """Say what was made again and what it changes in the published figures; return whether nothing differs."""
    rejeux = sorted(rejeux, key=lambda item: item.publie.nom)
    autres = [item for item in rejeux if item.echec or item.fichiers]
    if retenus := publies - len(rejeux):
        dire(f"✗ Rejeu : {_compter(retenus, 'rapport')} à ne pas refaire tant que les données ont une faute")
    if autres:
        suite = "diffèrent une fois refaits" if len(autres) > 1 else "diffère une fois refait"
        dire(f"✗ Rejeu : {_compter(len(autres), 'rapport')} sur {len(rejeux)} {suite}")
    elif rejeux:
        dire(f"✓ Rejeu : {_compter(len(rejeux), 'rapport')}, les octets du manifeste")
    for item in autres:
        _dire_liste([f"{item.publie.nom} : {item.echec or ', '.join(item.fichiers)}"])
    _dire_les_chiffres(rejeux, autres=bool(autres))
    return not autres and len(rejeux) == publies


def _dire_les_chiffres(rejeux: list[Rejeu], *, autres: bool) -> None:
    """Say the old and the new value of each published figure that changes."""
    changes = [(item.commande.convention, found) for item in rejeux for found in item.changements]
    if not changes:
        if autres:
            dire("  Aucune valeur des tableaux publiés (CSV) ne change.")
        return
    quoi = "Ce que cela change" if autres else "Ce qui a été changé après coup"
    dire(f"  {quoi} dans les tableaux publiés (CSV) : {_compter(len(changes), 'valeur')}")
    shown = changes[:VALEURS_MONTREES]
    for chemin in dict.fromkeys(f"{convention}/{found.fichier}" for convention, found in shown):
        dire(f"  {chemin}")
        _dire_les_valeurs([found for convention, found in shown if f"{convention}/{found.fichier}" == chemin])
    if len(changes) > VALEURS_MONTREES:
        dire(f"  … et {_compter(len(changes) - VALEURS_MONTREES, 'autre')}, {len(changes)} en tout.")


def _dire_les_valeurs(changements: list[Changement]) -> None:
    """Say what changes in one CSV, a line a value."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2))
    for titre in ("    Ligne", "Colonne", "Publié", "Rejoué"):
        table.add_column(titre, overflow="fold")
    for found in changements:
        avant, apres = _courtes(found.avant, found.apres)
        cells = (f"    {found.ligne}", found.colonne, avant, apres)
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    Console(highlight=False).print(table)


def _courtes(avant: str, apres: str) -> tuple[str, str]:
    """Return two values as a reader writes them, with no more digits than it takes to tell them apart."""
    for chiffres in (CHIFFRES, CHIFFRES_AU_PLUS):
        courtes = tuple(_court(value, chiffres) for value in (avant, apres))
        if courtes[0] != courtes[1]:
            return courtes
    return avant, apres


def _court(valeur: str, chiffres: int) -> str:
    try:
        number = float(valeur)
    except ValueError:
        return valeur
    return f"{number:.{chiffres}g}".replace(".", ",") if "." in valeur else valeur


def _compter(nombre: int, nom: str) -> str:
    return f"{nombre} {nom}{'s' if nombre > 1 else ''}"


def _dire_liste(lines: Iterable[str]) -> None:
    dire(*(f"  - {line}" for line in lines))
