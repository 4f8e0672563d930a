"""``ctg importer``: filled files to the follow-up, everything checked first, all of it written or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.collecte.appliquer import Changement, appliquer
from ctglib.collecte.cadre import GABARIT, Cadre, ouvrir_cadre
from ctglib.collecte.comite import CHAMP_DU_COMITE, fautes_de_comite
from ctglib.collecte.extraire import extraire
from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.fusion import fusionner
from ctglib.collecte.identite import identifier_les_classeurs
from ctglib.collecte.personnes import fautes_de_personnes
from ctglib.collecte.plan import entrees, feuilles
from ctglib.collecte.porte import fautes_a_l_ecriture
from ctglib.collecte.reconnaitre import reconnaitre
from ctglib.collecte.suivi import en_fichiers, lire_annee
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import racine
from ctglib.donnees.modeles.gabarit import Gabarit
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from pathlib import Path

    from ctglib.collecte.entrees import Entree
    from ctglib.collecte.feuille import Feuille
    from ctglib.collecte.fichiers import ClasseurLu


@dataclass(frozen=True)
class Preparation:
    """An import checked and ready: what it would write, and what the person is told.

    Attributes:
        convention: The convention of the files.
        annee: Their year.
        fichiers: The files that would change, by name relative to the data folder.
        nouvelles: Rows added, by table.
        changements: Cells that change.
        remarques: What is told without stopping: how a cell was understood, what may be a name.
        attendues: Expected cells that are still empty.
    """

    convention: str
    annee: int
    fichiers: dict[str, bytes]
    nouvelles: dict[str, int]
    changements: tuple[Changement, ...]
    remarques: tuple[str, ...]
    attendues: int

    def ecrire(self) -> None:
        """Write all the files, or none.

        Raises:
            EcritureImpossible: The disk or a file refuses.
        """
        if self.fichiers:
            ecrire({racine() / name: content for name, content in self.fichiers.items()})


def preparer(
    chemins: list[Path], convention: str = "", annee: int | None = None, millesime: int | None = None
) -> Preparation:
    """Return what an import of these files would write; nothing is written.

    Args:
        chemins: Workbooks, CSV files, folders of either.
        convention: The convention, when the files do not say it.
        annee: The year, when the files do not say it.
        millesime: The year of entry, when it is not the files' own.

    Raises:
        DonneesInvalides: All the faults of all the files, at the cell where each was typed.
    """
    books = recevoir(chemins)
    version = charger_yaml(GABARIT, Gabarit).version
    identity = identifier_les_classeurs(books, convention, annee, version)
    return preparer_dans(ouvrir_cadre(identity.convention, identity.annee), books, millesime)


def preparer_dans(cadre: Cadre, books: list[ClasseurLu], millesime: int | None = None) -> Preparation:
    """Return what an import of files already read would write, in the frame of a convention and a year.

    Raises:
        DonneesInvalides: All the faults of all the files, at the cell where each was typed.
    """
    _verifier_millesime(cadre, millesime)
    convention = cadre.dossier.convention.id
    plan = feuilles(cadre)
    lecture = _lire(books, plan, cadre)
    merged, conflicts = fusionner(lecture.entrees)
    result = appliquer(cadre, merged, millesime)
    files: dict[str, bytes] = {}
    for year, after in result.apres.items():
        before = cadre.suivis.get(year) or lire_annee(convention, year)
        files |= en_fichiers(convention, year, before, after)
    faults = [*lecture.fautes, *conflicts, *result.fautes]
    written = fautes_a_l_ecriture(convention, files, result, plan) if files else []
    if silent := fautes_de_comite(cadre, merged, result.apres[cadre.annee]):
        written = [fault for fault in written if fault.colonne != CHAMP_DU_COMITE]
    faults += [*silent, *written]
    if faults:
        raise DonneesInvalides(faults)
    return Preparation(
        convention,
        cadre.annee,
        files,
        result.nouvelles,
        tuple(result.changements),
        tuple(lecture.remarques),
        lecture.attendues,
    )


@dataclass(frozen=True)
class _Lecture:
    entrees: list[Entree]
    fautes: list[Faute]
    remarques: list[str]
    attendues: int


def _lire(books: list[ClasseurLu], plan: tuple[Feuille, ...], cadre: Cadre) -> _Lecture:
    """Return what all the files say, with the faults of each cell."""
    found: list[Entree] = []
    faults: list[Faute] = []
    notes: list[str] = []
    missing = 0
    rules = cadre.dossier.catalogue.confidentialite
    for book in books:
        sheets, own, left = reconnaitre(book, plan, rules)
        places = {
            sheet.grille.feuille: {sheet.colonnes[name]: place for name, place in sheet.places().items()}
            for sheet in sheets
        }
        own += [
            fault for grid in book.grilles for fault in fautes_de_personnes(grid, rules, places.get(grid.feuille, {}))
        ]
        read = [extraire(sheet, cadre.gabarit.noms) for sheet in sheets]
        own += [fault for sheet in read for fault in sheet.fautes]
        notes += [*left, *(note for sheet in read for note in sheet.remarques)]
        missing += sum(sheet.attendues for sheet in read)
        said = [entry for sheet in read for line in sheet.lignes for entry in entrees(line, cadre)]
        if not (said or own):
            own.append(_rien_de_rempli(book, plan))
        found += said
        faults += own
    return _Lecture(found, faults, notes, missing)


def _rien_de_rempli(book: ClasseurLu, plan: tuple[Feuille, ...]) -> Faute:
    names = ", ".join(sheet.modele.titre for sheet in plan)
    return Faute(
        book.fichier,
        "aucune cellule remplie",
        f"une saisie au moins dans l'une des feuilles {names}",
        "si le classeur était en « Mode protégé », cliquer sur « Activer la modification », remplir, puis enregistrer",
    )


def _verifier_millesime(cadre: Cadre, millesime: int | None) -> None:
    if millesime is None or millesime >= cadre.annee:
        return
    found = f"le millésime {millesime}"
    expected = f"{cadre.annee} ou une année d'après : un chiffre ne se saisit pas avant son année"
    raise DonneesInvalides([Faute("--millesime", found, expected, "corriger le millésime, ou ne pas l'indiquer")])
