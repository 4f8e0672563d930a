"""What a published bilan hides, kept in ``masque.csv``: a later bilan, made from mended data, hides it still."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ctglib.classeur.annuel.publication import publier
from ctglib.donnees.dossier_suivi import lire_suivi_brut
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.lecture import racine

COLONNES = ["annee", "table", "ligne", "colonne"]


@dataclass(frozen=True)
class MasqueFige:
    """The mask to keep: where, its bytes, how many cells the bilan hides, and how many are not yet in the file."""

    relatif: str
    contenu: bytes
    cellules: int
    nouvelles: int

    def ecrire(self) -> None:
        """Write the file, when there is something new to keep.

        Raises:
            EcritureImpossible: The disk or the file refuses.
        """
        if self.nouvelles:
            ecrire({racine() / self.relatif: self.contenu})


def figer(convention: str, annee: int) -> MasqueFige:
    """Return the mask of a convention once the bilan of a year is published; nothing is written.

    Without it, the bilans of the past are worked out again from today's data and threshold: a count mended since, or a
    lower threshold, would uncover what was published as secret.

    Args:
        convention: Name of a folder of ``data/conventions``.
        annee: A year of the convention.

    Raises:
        DonneesInvalides: All the faults of the data, or a year out of the convention.
    """
    kept = lire_suivi_brut(convention).masque  # that of later bilans too
    hidden = publier(lire_suivi_brut(convention, annee), annee).suivi.masque
    cells = pd.concat([kept, hidden])[COLONNES].astype({"annee": "Int64"}).sort_values(COLONNES)
    cells = cells.drop_duplicates(COLONNES[1:])
    return MasqueFige(
        relatif=f"conventions/{convention}/masque.csv",
        contenu=cells.to_csv(index=False, lineterminator="\n").encode("utf-8"),
        cellules=len(hidden),
        nouvelles=len(cells) - len(kept),
    )
