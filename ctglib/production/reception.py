"""What was sent back for a year, recorded: what is right is written, what is not goes back with its
faults.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from ctglib.blocs.signees import asseoir
from ctglib.collecte.feuilles import Cadre, ouvrir_cadre
from ctglib.collecte.importer import Preparation, preparer_dans
from ctglib.collecte.ouverture import ClasseurLu
from ctglib.collecte.renvoi import A_RENVOYER, copie, nom_de_la_copie, place_libre
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.lecture import superposer
from ctglib.donnees.publications import nouvelle_cle


@dataclass(frozen=True)
class Reception:
    """What became of the files of one convention and one year."""

    cadre: Cadre
    classeurs: list[ClasseurLu]
    preparation: Preparation

    def renvoyer(self) -> dict[str, Path]:
        """Write a copy to send back of each workbook with faults of its own.

        Returns:
            Their paths, by the name of the file received.
        """
        chemins = {}
        for classeur in self.classeurs:
            siennes = [faute for faute in self.preparation.fautes if faute.fichier in classeur.noms]
            if not siennes or classeur.fichier in self.preparation.en_attente:
                continue
            octets = copie(self.cadre, classeur, siennes)
            if octets is None:
                continue
            chemin = place_libre(A_RENVOYER, nom_de_la_copie(self.cadre, classeur), octets)
            ecrire({chemin: octets}, au_journal=True)
            chemins[classeur.fichier] = chemin
        return chemins


def recevoir_une_annee(
    convention: str,
    annee: int,
    classeurs: list[ClasseurLu],
    millesime: int | None = None,
    *,
    jour: date,
    a_blanc: bool = False,
    autre_cle: bool = False,
) -> Reception:
    """Check what was filled for a year, then write each file: whole, or not at all.

    Args:
        convention: The convention that the files are of.
        annee: Their year.
        classeurs: The files, as read.
        millesime: The year of entry, when it is another.
        jour: Today.
        a_blanc: Whether nothing is to be written.
        autre_cle: Whether the convention gets another secret key with them.

    Raises:
        DonneesInvalides: What is already entered does not hold, or another key is asked for though
            something was published.
        EcritureImpossible: Something cannot be written; the data are then as they were.
    """
    cle = nouvelle_cle(convention) if autre_cle else {}
    with superposer(cle):
        cadre = ouvrir_cadre(convention, annee)
        preparation = preparer_dans(cadre, classeurs, millesime, jour=jour)
        fichiers = asseoir(convention, annee, preparation.fichiers)
    preparation = replace(preparation, fichiers={**fichiers, **cle})
    if preparation.pris and not a_blanc:
        preparation.ecrire()
    return Reception(cadre, classeurs, preparation)
