"""Two fictional conventions walked through the command line, from ``nouvelle-convention`` to the
archive, as the people of their territory would do it.

What they type is in ``fixtures/parcours``: the text, its avenants, each year's workbook.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import yaml
from classeur_rempli import cellule
from convention_typee import LIGNE_DES_TITRES, ajouter, repondre
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg, reussir
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.classeur_convention import NOM
from ctglib.donnees.lecture import VARIABLE

SAISIES = DEPOT / "tests/fixtures/parcours"
ANNEES = (2021, 2022, 2023, 2024, 2025)
CLOTURES = {2021: "2022-02-15", 2022: "2023-02-20"}
SUITE = ("--debut", "2026-01-01", "--fin", "2030-12-31")


@dataclass
class Parcours:
    """A convention on its way: the folder where it is worked on, and what each command said."""

    nom: str
    dossier: Path
    dits: dict[str, str] = field(default_factory=dict)
    # the reports of the closed years, by path, the day before the second avenant
    clos: dict[str, bytes] = field(default_factory=dict)

    @property
    def saisies(self) -> Path:
        """Where what people type is."""
        return SAISIES / self.nom

    @property
    def convention(self) -> Path:
        """The folder of the convention."""
        return self.dossier / "data/conventions" / self.nom

    @property
    def suivante(self) -> str:
        """The name of the convention that follows."""
        return f"{self.nom}_suite"

    def ctg(self, etape: str, *arguments: str) -> str:
        """Run a command, which succeeds, and keep what it says under the name of the step."""
        self.dits[etape] = reussir(*arguments, dossier=self.dossier)
        return self.dits[etape]

    def rapports(self, *annees: int) -> dict[str, bytes]:
        """Return the files of the reports of some years, or of all, by path."""
        racine = self.dossier / "reports" / self.nom
        dossiers = [racine / str(annee) for annee in annees] or [racine]
        return {
            path.relative_to(racine).as_posix(): path.read_bytes()
            for dossier in dossiers
            for path in sorted(dossier.rglob("*"))
            if path.is_file()
        }

    def commencer(self, *options: str) -> None:
        """Write the folder of the convention, as the documentation says."""
        dates = ("--debut", "2021-01-01", "--fin", "2025-12-31")
        self.ctg("nouvelle", "nouvelle-convention", self.nom, *options, *dates)

    def taper(self, saisie: str) -> None:
        """Type in the workbook of the convention, and import it.

        The first sheet has an answer a row; the others, a row an element. The rows that the command
        has written for the parties are typed over.
        """
        if saisie != "classeur":
            self.ctg(f"texte {saisie}", "gabarit", "--texte", "--remplacer", "-c", self.nom)
            path = self.dossier / NOM
        else:
            path = self.convention / NOM
        classeur = load_workbook(path)
        lignes = yaml.safe_load((self.saisies / f"{saisie}.yaml").read_text(encoding="utf-8"))
        taper_le_texte(classeur, lignes, neuf=saisie == "classeur")
        classeur.save(path)
        self.ctg(f"importer {saisie}", "importer", str(path))

    def remplir(self, annee: int) -> None:
        """Fill the workbook of a year, and import it."""
        self.ctg(f"gabarit {annee}", "gabarit", str(annee), "-c", self.nom)
        path = self.dossier / f"ctg-{self.nom}-{annee}.xlsx"
        classeur = load_workbook(path)
        taper_l_annee(classeur, self.annees[annee])
        classeur.save(path)
        self.ctg(f"importer {annee}", "importer", path.name)

    @property
    def annees(self) -> dict[int, dict[str, dict[str, dict[str, Any]]]]:
        """What is typed each year, by sheet, row and heading."""
        return yaml.safe_load((self.saisies / "annees.yaml").read_text(encoding="utf-8"))

    def produire(self, etape: str, *options: str) -> None:
        """Make reports, as pages alone."""
        self.ctg(etape, "produire", "-c", self.nom, "-f", "html", *options)

    def clore(self, annee: int) -> None:
        """Make the reports of a year, and close it."""
        self.produire(f"produire {annee}", "bilan", "fiches", "releve", "-a", str(annee))
        self.ctg(f"clore {annee}", "clore", str(annee), "-c", self.nom, "--le", CLOTURES[annee])

    def finir(self, *verifier: str) -> None:
        """Go from the second avenant, which is entered, to the archive and the next convention.

        ``verifier`` is the options of the command of that name.
        """
        self.ctg("valider, deux années closes", "valider", "-c", self.nom)
        self.remplir(2023)
        self.produire("produire 2023", "bilan", "-a", "2023")
        self.remplir(2024)
        self.remplir(2025)
        self.produire("produire")
        # in a copied environment, packages are not as they were installed
        demande = ("verifier", "-c", self.nom, *verifier)
        self.dits["verifier"] = ctg(*demande, dossier=self.dossier).stdout
        self.ctg("archiver", "archiver", "-c", self.nom, "--vers", f"{self.nom}.zip")
        self.ctg("suite", "nouvelle-convention", self.suivante, "--depuis", self.nom, *SUITE)
        self.ctg("valider, suite", "valider", "-c", self.suivante)


def taper_le_texte(classeur: Workbook, lignes: dict[str, Any], *, neuf: bool) -> None:
    """Type in the workbook of a convention: the first sheet has an answer a row; the others, a row
    an element, over what the command has written when it is ``neuf``.
    """
    for rubrique, reponse in lignes.get("Convention", {}).items():
        repondre(classeur, rubrique, en_cellule(reponse))
    for feuille, elements in lignes.items():
        if feuille == "Convention":
            continue
        if neuf:
            vider(classeur[feuille])
        for element in elements:
            valeurs = {titre: en_cellule(valeur) for titre, valeur in element.items()}
            ajouter(classeur, feuille, **valeurs)


def taper_l_annee(classeur: Workbook, feuilles: Mapping[str, Any]) -> None:
    """Type in the workbook of a year, by sheet, row and heading."""
    for feuille, lignes in feuilles.items():
        for repere, valeurs in lignes.items():
            # of a row that several columns name: « Caf | Investissement »
            debut = tuple(str(repere).split(" | "))
            for titre, valeur in valeurs.items():
                cellule(classeur, feuille, debut, titre).value = en_cellule(valeur)


def vider(ws: Worksheet) -> None:
    """Empty the rows of a sheet."""
    for rangee in ws.iter_rows(min_row=LIGNE_DES_TITRES + 1):
        for cell in rangee:
            cell.value = None


def en_cellule(valeur: Any) -> Any:
    """Return a value as a spreadsheet holds it: a day is a moment."""
    return datetime.combine(valeur, time()) if isinstance(valeur, date) else valeur


def marcher_au_village(dossier: Path) -> Parcours:
    """Walk the convention of a village, whose files are written in a text editor."""
    parcours = Parcours("la_gresle", dossier)
    parties = "Commune de La Gresle ; Caf de la Loire"
    parcours.commencer("--territoire", "42104", "--parties", parties, "--fiches", "2")
    for nom in ("convention.yaml", "indicateurs.yaml"):
        shutil.copy(parcours.saisies / nom, parcours.convention / nom)
    parcours.ctg("valider", "valider", "-c", parcours.nom)

    parcours.remplir(2021)
    parcours.clore(2021)
    avenants = parcours.convention / "avenants.yaml"
    premier = (parcours.saisies / "avenant-1.yaml").read_text(encoding="utf-8")
    avenants.write_text(premier, encoding="utf-8")
    parcours.ctg("valider, un avenant", "valider", "-c", parcours.nom)
    parcours.remplir(2022)
    parcours.clore(2022)

    parcours.clos = parcours.rapports(*CLOTURES)
    second = (parcours.saisies / "avenant-2.yaml").read_text(encoding="utf-8")
    avenants.write_text(premier + second, encoding="utf-8")
    parcours.finir()
    return parcours


def marcher_dans_les_collines(dossier: Path) -> Parcours:
    """Walk the convention of a communauté de communes, typed in ``convention.xlsx``."""
    parcours = Parcours("collines", dossier)
    parties = "Communauté de communes ; Caf ; MSA ; Département ; Bellême ; Ceton ; Val-au-Perche"
    parcours.commencer("--territoire", "200071504", "--parties", parties, "--fiches", "9")
    for nom in ("indicateurs.yaml", "collecte.yaml"):
        shutil.copy(parcours.saisies / nom, parcours.convention)
    texte = parcours.convention / "convention.yaml"
    du_dossier = texte.read_text(encoding="utf-8")
    texte.write_text(du_dossier.replace("fictive: false", "fictive: true"), encoding="utf-8")
    parcours.taper("classeur")
    parcours.ctg("valider", "valider", "-c", parcours.nom)

    parcours.remplir(2021)
    parcours.clore(2021)
    parcours.taper("avenant-1")
    parcours.ctg("valider, un avenant", "valider", "-c", parcours.nom)
    parcours.remplir(2022)
    parcours.clore(2022)

    parcours.clos = parcours.rapports(*CLOTURES)
    parcours.taper("avenant-2")
    parcours.finir("--sans-rejouer")  # the reports of the village are made again
    return parcours


MARCHES: dict[str, Callable[[Path], Parcours]] = {
    "collines": marcher_dans_les_collines,
    "la_gresle": marcher_au_village,
}


@contextmanager
def marcher(nom: str, dossier: Path) -> Iterator[Parcours]:
    """Walk a convention in a folder, with a copy of the data that is read until the block ends."""
    shutil.copytree(DONNEES, dossier / "data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "data"))
        yield MARCHES[nom](dossier)
