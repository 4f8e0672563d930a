"""A convention and its catalogue, read whole and checked: the door of the data, its yearly follow-up left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.catalogue import Catalogue, assembler
from ctglib.donnees.conventions import DOSSIER, conventions
from ctglib.donnees.csv_strict import en_table
from ctglib.donnees.fautes import DonneesInvalides, refus
from ctglib.donnees.lecture import enregistrer, existe, proches
from ctglib.donnees.modeles.gabarit import CollecteAnnuelle, Gabarit
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.partage import partager
from ctglib.donnees.pieces import Pieces, rassembler
from ctglib.donnees.verifications import verifier
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.coherence import Correction, Justification
    from ctglib.donnees.modeles.convention import Affirmation, Commentaire, Convention
    from ctglib.donnees.modeles.rapports import MessageDesParties
    from ctglib.donnees.modeles.suivi import Avenant


GABARIT, COLLECTE = "catalogue/gabarit.yaml", "collecte.yaml"


@dataclass(frozen=True)
class Dossier(Montrable):
    """A convention, checked.

    Attributes:
        catalogue: What its words mean.
        convention: ``convention.yaml``.
        annexe1: section, indicateur, territoire, annee (Int64), valeur, variation_5_ans (float64, missing when empty),
            unite, statut, note ("" when none).
        affirmations: Sentences of Annexe 1 that compare, rank or total.
        offre: One characteristic of a structure a row, all text ("" when empty).
        commentaires: What the parties wrote under the themes.
        corrections: Places of the source read otherwise than written.
        justifications: Findings that are no fault.
        avenants: Changes to the convention, in order; what they name is checked with the follow-up.
        messages: What the parties say on first pages in place of our messages.
        logos: Bytes by party, None while the file is not there.
        fichiers: The files read, relative to the data folder, sorted.
    """

    catalogue: Catalogue
    convention: Convention
    annexe1: pd.DataFrame
    affirmations: tuple[Affirmation, ...]
    offre: pd.DataFrame
    commentaires: tuple[Commentaire, ...]
    corrections: tuple[Correction, ...]
    justifications: tuple[Justification, ...]
    avenants: tuple[Avenant, ...]
    messages: tuple[MessageDesParties, ...]
    logos: dict[str, bytes | None]
    fichiers: tuple[str, ...]


def lire_dossier(convention: str) -> Dossier:
    """Return a convention, read whole and checked.

    Args:
        convention: Name of a folder of ``conventions``.

    Raises:
        DonneesInvalides: All the faults of all the files, or a convention that is not there.
    """
    with enregistrer() as journal:
        pieces = lire_pieces(convention)
    if faults := [*pieces.fautes, *verifier(pieces)]:
        raise DonneesInvalides(faults)
    return en_dossier(pieces, tuple(sorted(journal.lus)))


def charger_gabarit(convention: str) -> Gabarit:
    """Return the workbook of a year, with what a convention asks for and from whom.

    Raises:
        DonneesInvalides: A file does not hold.
    """
    gabarit, own = charger_yaml(GABARIT, Gabarit), f"{DOSSIER}/{convention}/{COLLECTE}"
    asked = charger_yaml(own, CollecteAnnuelle) if existe(own) else CollecteAnnuelle()
    return gabarit.model_copy(update={"parts": asked.parts, "moyens": asked.moyens})


def lire_pieces(convention: str) -> Pieces:
    """Return the files of a convention and of the catalogue, as far as they can be read.

    Raises:
        DonneesInvalides: The convention is not there.
    """
    _verifier_nom(convention)
    return partager(f"pieces/{convention}", lambda: rassembler(convention))


def en_dossier(pieces: Pieces, fichiers: tuple[str, ...]) -> Dossier:
    """Return the convention of pieces without fault."""
    own = {
        name: tuple(
            item for document in pieces.documents[f"convention/{name}"] for item in getattr(document.objet, name)
        )
        for name in ("affirmations", "commentaires", "corrections", "justifications", "avenants", "messages")
    }
    tables = {name: en_table(table, pieces.schemas[name]) for name, table in pieces.tables.items()}
    return Dossier(
        catalogue=assembler(pieces),
        convention=pieces.documents["convention/convention"][0].objet,
        annexe1=tables["annexe1"],
        offre=tables["offre"],
        **own,
        logos=pieces.logos,
        fichiers=fichiers,
    )


def _verifier_nom(convention: str) -> None:
    """Refuse a convention that is not there.

    Its own file answers, and not the list of all of them: another convention, that comes or goes, changes nothing in
    what is recorded as read.
    """
    if not isinstance(convention, str):
        expected, remedy = "un nom, entre guillemets dans un carnet", 'écrire le nom : convention = "harnes"'
        raise refus(DOSSIER, f"la convention « {convention!r:.80} »", expected, remedy)
    if convention.replace("-", "_").isidentifier() and existe(f"{DOSSIER}/{convention}/convention.yaml"):
        return
    known = conventions()
    if convention in known:
        return
    close = proches(convention, known)
    remedy = f"écrire « {close[0]} »" if close else "écrire l'un de ces noms, ou créer le dossier de la convention"
    expected = f"le nom d'un dossier de « {DOSSIER} » : {', '.join(known) or 'aucun pour le moment'}"
    raise refus(DOSSIER, f"la convention inconnue « {convention[:80]} »", expected, remedy)
