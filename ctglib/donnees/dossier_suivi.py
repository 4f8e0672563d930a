"""A convention and its yearly follow-up, read whole and checked.

Three doors:

- ``lire_suivi_brut(convention, annee)`` is what a bilan or a fiche reads: the follow-up of the years up to that one, so
  that a later year, its folder or its name, changes nothing in what is recorded as read;
- ``lire_suivi_brut(convention)`` reads all the years that have a folder;
- ``fautes_de_saisie(convention, fichiers)`` answers « would these files hold? » by the very same rules, before anything
  is written: the importer gives it the bytes it would write and gets every fault of the whole follow-up, to tell or to
  refuse. ``with superposer(fichiers): lire_suivi_brut(convention)`` gives what would be read, to show what changes.

The diagnostic reads ``lire_dossier`` alone: a row of follow-up, or a public series, never touches it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ctglib.donnees.catalogue import assembler
from ctglib.donnees.communes import fautes_de_communes
from ctglib.donnees.dossier import en_dossier, lire_pieces
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import enregistrer, superposer
from ctglib.donnees.suivi.assemblage import en_dossier_suivi
from ctglib.donnees.suivi.controle import verifier_suivi
from ctglib.donnees.suivi.pieces import annees_presentes, fautes_de_nom, rassembler_suivi
from ctglib.donnees.verifications import verifier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.suivi.objets import DossierSuivi
    from ctglib.donnees.suivi.pieces import PiecesSuivi


def lire_suivi_brut(convention: str, annee: int | None = None) -> DossierSuivi:
    """Return a convention with its follow-up up to a year, or of all the years that have a folder.

    Args:
        convention: Name of a folder of ``conventions``.
        annee: A year of the convention; its own folder may be absent, and is then empty.

    Raises:
        DonneesInvalides: All the faults of what was read, or a year out of the convention.
    """
    if annee is not None and type(annee) is not int:
        expected, remedy = "une année sur quatre chiffres, sans guillemets", "écrire le nombre : annee = 2025"
        raise refus("annee", f"« {annee!r:.80} »", expected, remedy)
    with enregistrer() as journal:
        suivi, faults = _examiner(convention, annee)
        if faults:
            raise DonneesInvalides(faults)
        found = en_dossier_suivi(suivi, en_dossier(suivi.pieces, tuple(sorted(journal.lus))), annee)
    return replace(found, fichiers=tuple(sorted(journal.lus)))


def fautes_de_saisie(convention: str, fichiers: Mapping[str, bytes | None]) -> tuple[Faute, ...]:
    """Return every fault that the follow-up would have with these files in place of those of the disk; none: it holds.

    Args:
        convention: Name of a folder of ``conventions``.
        fichiers: Bytes by path in the data folder (« conventions/harnes/suivi/2025/actions.csv »), None for a file
            that would go. A row is at the line where the bytes write it, the first after the header being line 2.
    """
    with superposer(fichiers):
        return fautes_de_convention(convention)


def fautes_de_convention(convention: str) -> tuple[Faute, ...]:
    """Return every fault of a convention, of the catalogue and of all its years, sorted by file and line.

    The communes of its département are looked at once all that they are checked against holds.
    """
    try:
        suivi, faults = _examiner(convention)
        faults += fautes_de_nom(convention)
        if not faults:
            declared = suivi.pieces.documents["convention/convention"][0].objet
            faults = fautes_de_communes(declared, assembler(suivi.pieces))
        return DonneesInvalides(faults).fautes
    except DonneesInvalides as error:
        return error.fautes


def _examiner(convention: str, annee: int | None = None) -> tuple[PiecesSuivi, list[Faute]]:
    pieces = lire_pieces(convention)
    suivi = rassembler_suivi(pieces, _annees(pieces, annee))
    return suivi, [*pieces.fautes, *verifier(pieces), *suivi.fautes, *verifier_suivi(suivi)]


def _annees(pieces: Pieces, annee: int | None) -> range | tuple[int, ...]:
    """Return the years to read, without a gap; those of the folders when the convention's own dates cannot be read."""
    present = annees_presentes(pieces.convention) if annee is None else (annee,)
    declared = pieces.documents["convention/convention"][0].objet
    if declared is None or not present:
        return present
    return range(min(declared.debut.year, *present), max(present) + 1)
