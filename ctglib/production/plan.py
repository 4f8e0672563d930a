"""Which reports there are: those of the declared list, for each convention, year and fiche that
they are asked for.

Notebooks are read here as JSON and their parameters as Python, without papermill: finding that
there is nothing to do must not take the second that importing it takes.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import CONVENTIONS, lire_fichier

if TYPE_CHECKING:
    from ctglib.donnees.modeles.convention import Convention

PAQUET = Path(__file__).parents[1]
PROJET = PAQUET.parent
CARNETS = PROJET / "notebooks"
# beside the notebooks: a name typed after « ctg produire », its notebooks and formats
LISTE = "rapports.toml"
TITRE = re.compile(r"^#+ (.+)$", re.MULTILINE)
PUBLIQUE = "publique"
INTERNE = "interne"
DIFFUSIONS = (PUBLIQUE, INTERNE)
# What a report may be written as: the end of the file's name, what a reader calls it, and who
# writes it.
FORMATS = {
    "html": ("Page HTML", "ExporteurHTML"),
    "pdf": ("PDF", "ExporteurPDF"),
    "docx": ("Word", "ExporteurDOCX"),
    "resume.pdf": ("Une page, PDF", "ExporteurPDF"),
    "resume.docx": ("Une page, Word", "ExporteurDOCX"),
    "presentation.pptx": ("Diapositives", "ExporteurPresentation"),
    "presentation.pdf": ("Diapositives (PDF)", "ExporteurPresentationPDF"),
}
RESUMES = ("resume.pdf", "resume.docx")  # the first page alone, to be sent
CTG, STANDARD = MOTEURS = ("ctg", "standard")  # this process, or an ordinary Jupyter kernel
SORTIE = "reports"  # where they are written, unless said otherwise
MANIFESTE = "manifeste.json"  # beside the reports of a convention
# the folder of the reports of no convention, and their parameter
PORTRAITS = "portraits"
TERRITOIRE = "territoire"


@dataclass(frozen=True)
class Carnet:
    """A notebook and what it can be told."""

    chemin: Path

    @property
    def nom(self) -> str:
        """The name of its report in paths: « evaluation_finale » makes « evaluation-finale »."""
        return self.chemin.stem.replace("_", "-")

    @cached_property
    def cellules(self) -> tuple[dict, ...]:
        """Its cells, the source of each as one text; a fault when the file is no notebook."""
        try:
            cells = json.loads(lire_fichier(self.chemin, self.chemin.name))["cells"]
            return tuple({**cell, "source": "".join(cell["source"])} for cell in cells)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise refus(self.chemin.name, *mots("carnet_abime")) from None

    @cached_property
    def empreinte(self) -> str:
        """What it is: its sources.

        Running it and saving its outputs in JupyterLab makes nothing out of date.
        """
        told = [
            [
                cell["cell_type"],
                cell["source"],
                cell["metadata"].get("tags", []),
                cell.get("attachments"),
            ]
            for cell in self.cellules
        ]
        return sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def titre(self) -> str:
        """Its first heading, its name when it has none."""
        headings = (
            TITRE.search(cell["source"])
            for cell in self.cellules
            if cell["cell_type"] == "markdown"
        )
        return next((found.group(1).strip() for found in headings if found), self.nom)

    @cached_property
    def parametres(self) -> dict[str, str | int]:
        """The parameters that its cell tagged « parameters » declares, each with its default value."""
        tagged = (
            cell["source"]
            for cell in self.cellules
            if "parameters" in cell["metadata"].get("tags", [])
        )
        return parametres_declares(next(tagged, ""))

    def situer(self, source: str) -> tuple[int | None, str]:
        """Return the number of the cell with this source, as a reader of the notebook counts, and
        the heading above.
        """
        section = ""
        for number, cell in enumerate(self.cellules, start=1):
            if cell["cell_type"] == "markdown" and (titres := TITRE.findall(cell["source"])):
                section = titres[-1].strip()
            elif cell["cell_type"] == "code" and cell["source"] == source:
                return number, section
        return None, ""


def parametres_declares(source: str) -> dict[str, str | int]:
    """Return what a cell gives to names: « annee: int = 2024 », or « annee = 2024 » in the one
    papermill injects.
    """
    nodes = [
        node for node in ast.parse(source).body if isinstance(node, ast.AnnAssign | ast.Assign)
    ]
    pairs = [
        (node.targets[0] if isinstance(node, ast.Assign) else node.target, node.value)
        for node in nodes
    ]
    return {
        target.id: ast.literal_eval(value)
        for target, value in pairs
        if isinstance(target, ast.Name)
    }


def nom_de(convention: str, cle: str, diffusion: str) -> str:
    """Return the name of a report for a reader: « harnes, 2024, bilan »."""
    return ", ".join((convention, *cle.split("/"), *((INTERNE,) if diffusion == INTERNE else ())))


@dataclass(frozen=True)
class Commande:
    """One report to make: which notebook, for which convention, year and fiche, for whom, in which
    formats, where.
    """

    carnet: Path
    convention: str
    annee: int | None
    diffusion: str
    formats: tuple[str, ...]
    sortie: Path
    parametres: tuple[tuple[str, str | int], ...]

    @property
    def cle(self) -> str:
        """The name of the report in its convention: « 2024/bilan », « 2024/fiche-1 »,
        « diagnostic ».
        """
        rapport = Carnet(self.carnet).nom + (f"-{self.fiche}" if self.fiche else "")
        return f"{self.annee}/{rapport}" if self.annee else rapport

    @property
    def dossier(self) -> Path:
        """The folder of the convention's reports; what is internal has its own, so that the other
        can be published.
        """
        convention = self.sortie / self.convention
        return convention / INTERNE if self.diffusion == INTERNE else convention

    fiche = property(
        lambda self: dict(self.parametres).get("fiche")
    )  # that it is about, None when it is about all
    nom = property(lambda self: nom_de(self.convention, self.cle, self.diffusion))  # for a reader
    base = property(
        lambda self: self.dossier / self.cle
    )  # the path of the report, without its extension
    page_echec = property(lambda self: self.base.with_name(f"{self.base.name}.echec.html"))


def declares(dossier: Path = CARNETS) -> dict[str, tuple[tuple[Carnet, ...], tuple[str, ...]]]:
    """Return what is declared, by the name typed after « ctg produire »: its notebooks, and formats
    of its own.
    """
    path = dossier / LISTE
    found = {}
    try:
        for nom, written in tomllib.loads(path.read_text(encoding="utf-8")).items():
            told = written if isinstance(written, dict) else {"carnets": written}
            stems = told.get("carnets", ())
            formats = told.get("formats", ())
            if lost := [kind for kind in formats if kind not in FORMATS]:
                raise ValueError(f"format inconnu : {', '.join(lost)}")
            found[nom] = tuple(Carnet(dossier / f"{stem}.ipynb") for stem in stems), tuple(formats)
    except (OSError, ValueError, TypeError) as error:
        raise refus(str(path), *mots("liste_des_rapports", raison=error)) from None
    return found


def rapports_connus(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the names of the reports of a convention: those of the declared list but the portraits
    of territories.
    """
    return tuple(
        name
        for name, (carnets, _) in declares(dossier).items()
        if not any(
            carnet.chemin.is_file() and TERRITOIRE in carnet.parametres for carnet in carnets
        )
    )


def carnets_declares(dossier: Path = CARNETS) -> tuple[Carnet, ...]:
    """Return the declared notebooks, each once."""
    return tuple(
        dict.fromkeys(carnet for carnets, _ in declares(dossier).values() for carnet in carnets)
    )


def carnets_ignores(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the notebooks of a folder that are not declared: nothing makes, publishes or archives
    them.
    """
    known = {carnet.chemin.name for carnet in carnets_declares(dossier)}
    return tuple(sorted(path.name for path in dossier.glob("*.ipynb") if path.name not in known))


def commandes(
    rapports: Iterable[str],
    conventions: Iterable[str],
    *,
    annees: Iterable[int] = (),
    diffusion: str = PUBLIQUE,
    formats: tuple[str, ...] = ("html",),
    sortie: Path = Path(SORTIE),
    carnets: Path = CARNETS,
) -> list[Commande]:
    """Return the reports asked for, by convention: those of the whole convention first, then year
    by year.

    ``formats`` are those of a report that has none of its own; without ``annees``, those of all the
    years are asked.
    """
    known = declares(carnets)
    found = {}
    for notebooks, own in (known[rapport] for rapport in rapports):
        for carnet in notebooks:
            asked = (*found.get(carnet, ()), *(own or formats))
            found[carnet] = tuple(kind for kind in FORMATS if kind in asked)
    if absents := [carnet.chemin.name for carnet in found if not carnet.chemin.is_file()]:
        raise DonneesInvalides(
            [Faute(str(carnets / LISTE), *mots("carnet_absent", nom=nom)) for nom in absents]
        )
    orders = []
    for convention in conventions:
        try:
            numeros = [fiche.numero for fiche in convention_de(convention).fiches]
            years = annees_de(convention)
        except (
            DonneesInvalides
        ):  # the notebooks of its former reports will say what is wrong with it
            numeros = []
            years = sorted(
                int(path.name) for path in (sortie / convention).glob("[0-9][0-9][0-9][0-9]/")
            )
        for annee in (None, *(year for year in years if year in (annees or years))):
            orders += [
                commander(carnet, convention, annee, fiche, diffusion, kinds, sortie)
                for carnet, kinds in found.items()
                if ("annee" in carnet.parametres) == bool(annee)
                for fiche in (numeros if "fiche" in carnet.parametres else (None,))
            ]
    return orders


def commander(
    carnet: Carnet,
    convention: str,
    annee: int | None,
    fiche: int | None,
    diffusion: str,
    formats: tuple[str, ...],
    sortie: Path,
) -> Commande:
    """Return the order of one report; its notebook is told what it declares, and no more."""
    possible = {"convention": convention, "annee": annee, "fiche": fiche, "diffusion": diffusion}
    possible[TERRITOIRE] = convention.removeprefix(f"{PORTRAITS}/")
    told = tuple((nom, value) for nom, value in possible.items() if nom in carnet.parametres)
    return Commande(carnet.chemin, convention, annee, diffusion, formats, sortie, told)


def portraits(
    codes: Iterable[str], formats: tuple[str, ...], sortie: Path, carnets: Path = CARNETS
) -> list[Commande]:
    """Return the portraits of some territories; each has a folder and a manifest of its own,
    whatever their number.
    """
    (notebook,) = [
        carnet for carnet in carnets_declares(carnets) if TERRITOIRE in carnet.parametres
    ]
    return [
        commander(notebook, f"{PORTRAITS}/{code}", None, None, PUBLIQUE, formats, sortie)
        for code in codes
    ]


def annees_de(convention: str) -> tuple[int, ...]:
    """Return the years of a convention, from the one it begins in to the one it ends in."""
    found = convention_de(convention)
    return tuple(range(found.debut.year, found.fin.year + 1))


def convention_de(nom: str) -> Convention:
    """Return ``convention.yaml``, or raise its faults."""
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.yaml_strict import charger_yaml

    return charger_yaml(f"{CONVENTIONS}/{nom}/convention.yaml", Convention)
