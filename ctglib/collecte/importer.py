"""``ctg importer``: filled files to the follow-up, everything checked first, all of it written or nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ctglib.collecte.appliquer import (
    CHAMP_DU_COMITE,
    Changement,
    appliquer,
    fautes_a_l_ecriture,
    fautes_de_comite,
    fusionner,
)
from ctglib.collecte.cadre import Cadre, ouvrir_cadre
from ctglib.collecte.extraire import extraire, fautes_de_personnes
from ctglib.collecte.feuilles import entrees, feuilles
from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.reconnaitre import reconnaitre
from ctglib.collecte.suivi import en_fichiers, lire_annee
from ctglib.donnees.conventions import conventions
from ctglib.donnees.dossier import GABARIT
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import proches, racine
from ctglib.donnees.modeles.gabarit import Gabarit
from ctglib.donnees.yaml_strict import charger_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ctglib.collecte.extraire import Entree
    from ctglib.collecte.feuilles import Feuille
    from ctglib.collecte.fichiers import ClasseurLu

DECISIONS = 40  # of a comité, at most


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
    cadre = ouvrir_cadre(*identifier_les_classeurs(books, convention, annee, version))
    # A relevé may hold more decisions than the workbook has rows for.
    gabarit = cadre.gabarit.model_copy(update={"nombre_de_decisions": DECISIONS})
    return preparer_dans(replace(cadre, gabarit=gabarit), books, millesime)


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
    raise refus("--millesime", found, expected, "corriger le millésime, ou ne pas l'indiquer")


_NOM = re.compile(r"ctg-(?P<convention>.+?)-(?P<annee>[0-9]{4})(?:[-_ ].*)?(?:\.[a-z]+)?", re.IGNORECASE)
_ANNEE = re.compile(r"(19|20)[0-9]{2}")


def identifier_les_classeurs(
    classeurs: list[ClasseurLu], convention: str, annee: int | None, version: int
) -> tuple[str, int]:
    """Return the convention and the year of an import, which all its files share.

    Args:
        classeurs: The files as read.
        convention: What the command says, "" when it does not.
        annee: What the command says, None when it does not.
        version: The version of the workbook that can be read.

    Raises:
        DonneesInvalides: A file is of another convention, year or version, or nothing says which.
    """
    asked = {"convention": convention, "annee": str(annee or "")}
    faults: list[Faute] = []
    first: tuple[str, dict[str, str]] | None = None
    for book in classeurs:
        said = _dit(book)
        here = {name: said.get(name) or text for name, text in asked.items()}
        first = first or (book.fichier, here)
        faults += [Faute(book.fichier, *words) for words in _defauts_d_identite(book, said, asked, here, version)]
        if here != first[1]:
            found = f"un classeur de « {here['convention']} », {here['annee']}"
            expected = f"« {first[1]['convention']} », {first[1]['annee']}, comme {first[0]}"
            remedy = "importer ensemble les fichiers d'une seule convention et d'une seule année"
            faults.append(Faute(book.fichier, found, expected, remedy))
    if faults or first is None:
        raise DonneesInvalides(faults)
    return first[1]["convention"], int(first[1]["annee"])


def _dit(book: ClasseurLu) -> dict[str, str]:
    """Return what a file says of itself: its properties, else its name."""
    if "convention" in book.proprietes and "annee" in book.proprietes:
        return {name: book.proprietes[name] for name in ("convention", "annee")}
    names = [book.fichier, *(grid.fichier.rsplit("/", 1)[-1] for grid in book.grilles)]
    match = next((found for name in names if (found := _NOM.fullmatch(name))), None)
    return {name: match[name].lower() for name in ("convention", "annee")} if match else {}


def _defauts_d_identite(
    book: ClasseurLu, dit: dict[str, str], demande: dict[str, str], ici: dict[str, str], version: int
) -> Iterator[tuple[str, str, str]]:
    """Yield what is found, expected and to do: another version, another convention or year, or none that is known."""
    written = book.proprietes.get("version", str(version))
    if written != str(version):
        remedy = "écrire un nouveau gabarit (ctg gabarit) et y recopier les valeurs"
        yield f"un gabarit de version {written[:20]}", f"la version {version}", remedy
    words = {"convention": "la convention", "annee": "l'année"}
    if contrary := [name for name in words if dit.get(name) and demande[name] not in ("", dit[name])]:
        for name in contrary:
            found, expected = (
                f"un classeur pour {words[name]} « {dit[name][:60]} »",
                f"{words[name]} « {demande[name]} »",
            )
            yield found, f"{expected}, demandée", "vérifier que c'est le bon fichier, ou corriger la commande"
        return
    convention, year = ici["convention"], ici["annee"]
    if not convention or not year:
        expected = "un classeur écrit par « ctg gabarit », qui dit sa convention et son année"
        remedy = "indiquer --convention et --annee, ou rendre au fichier son nom : ctg-<convention>-<année>"
        yield "ni convention ni année dans le fichier", expected, remedy
        return
    if convention not in (known := conventions()):
        close = proches(convention, known)
        remedy = f"écrire « {close[0]} »" if close else "vérifier que c'est le bon fichier"
        yield f"la convention inconnue « {convention[:60]} »", f"l'une des conventions {', '.join(known)}", remedy
    if not _ANNEE.fullmatch(year):
        yield f"l'année « {year[:20]} »", "une année", "indiquer --annee"
