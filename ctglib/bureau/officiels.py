"""Official files dropped on the desk: what they would change is shown, then they are added, whole
or not at all.

It is ``ctg source ajouter``; the files stay in memory between the two, and not on the disk.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ctglib.donnees.ajout import Ajout
from ctglib.donnees.ecriture import tenir_les_donnees
from ctglib.donnees.geographie import lire_niveau
from ctglib.donnees.magasin import lire_registre

PHRASES_MONTREES = 5  # of each kind, as the command


@dataclass(frozen=True)
class Annonce:
    """What adding some files would do, in French."""

    ajouts: tuple[str, ...]
    revisions: tuple[str, ...]
    fausses: tuple[str, ...]  # what looks wrong
    a_savoir: tuple[str, ...]  # what may be true
    rien: bool  # the store has all of it already


@dataclass
class Apport:
    """Official files dropped together, what they would do, and whether they have been added."""

    fichiers: list[tuple[str, bytes]]
    le: date
    annee: int | None
    niveau: str
    annonce: Annonce
    fait: bool = False
    cle: str = field(default_factory=lambda: secrets.token_urlsafe(12))


def annoncer(chemins: list[Path], le: date, annee: int | None, niveau: str) -> Annonce:
    """Return what adding some files would do.

    Args:
        chemins: The files.
        le: Their date.
        annee: The year of a file that does not say it.
        niveau: The level of the codes of a file that does not say it, "" otherwise.

    Raises:
        DonneesInvalides: A file is not recognised, or has faults.
    """
    return _resumer(_preparer(chemins, le, annee, niveau))


def ajouter(chemins: list[Path], apport: Apport) -> bool:
    """Add files, and return whether it is done: not when it would no longer do what was shown."""
    with tenir_les_donnees():
        ajout = _preparer(chemins, apport.le, apport.annee, apport.niveau)
        if _resumer(ajout) != apport.annonce:
            return False
        ajout.enregistrer()
    return True


def _preparer(chemins: list[Path], le: date, annee: int | None, niveau: str) -> Ajout:
    return Ajout(chemins, annee=annee, le=le, niveau=lire_niveau(niveau))


def _resumer(ajout: Ajout) -> Annonce:
    nombre_de_fausses = len(ajout.fausses)
    return Annonce(
        tuple(ajout.phrases),
        tuple(ajout.revisions),
        tuple(ajout.fausses),
        tuple(ajout.alertes[nombre_de_fausses:]),
        ajout.registre == lire_registre(ajout.dossier),
    )
