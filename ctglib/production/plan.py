"""Which reports there are: the declared list, for each convention, year and fiche asked for.

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
CTG = "ctg"  # the engine that runs the cells in this process
STANDARD = "standard"  # an ordinary Jupyter kernel
MOTEURS = (CTG, STANDARD)
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
            cellules = json.loads(lire_fichier(self.chemin, self.chemin.name))["cells"]
            return tuple({**cellule, "source": "".join(cellule["source"])} for cellule in cellules)
        except (ValueError, KeyError, TypeError, RecursionError):
            raise refus(self.chemin.name, *mots("carnet_abime")) from None

    @cached_property
    def empreinte(self) -> str:
        """What it is: its sources.

        Running it and saving its outputs in JupyterLab makes nothing out of date.
        """
        sources = [
            [
                cellule["cell_type"],
                cellule["source"],
                cellule["metadata"].get("tags", []),
                cellule.get("attachments"),
            ]
            for cellule in self.cellules
        ]
        return sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()

    @property
    def titre(self) -> str:
        """Its first heading, its name when it has none."""
        for cellule in self.cellules:
            if cellule["cell_type"] == "markdown":
                titre = TITRE.search(cellule["source"])
                if titre:
                    return titre.group(1).strip()
        return self.nom

    @cached_property
    def parametres(self) -> dict[str, str | int]:
        """The parameters that its cell tagged « parameters » declares, with their defaults."""
        for cellule in self.cellules:
            if "parameters" in cellule["metadata"].get("tags", []):
                return parametres_declares(cellule["source"])
        return {}

    def situer(self, source: str) -> tuple[int | None, str]:
        """Return the number of the cell with this source, and the heading above it.

        Cells are counted as a reader of the notebook does; None when none has this source.
        """
        section = ""
        for numero, cellule in enumerate(self.cellules, start=1):
            if cellule["cell_type"] == "markdown":
                titres = TITRE.findall(cellule["source"])
                if titres:
                    section = titres[-1].strip()
            elif cellule["cell_type"] == "code" and cellule["source"] == source:
                return numero, section
        return None, ""


def parametres_declares(source: str) -> dict[str, str | int]:
    """Return what a cell gives to names.

    « annee: int = 2024 », or « annee = 2024 » in the cell that papermill injects.
    """
    parametres = {}
    for instruction in ast.parse(source).body:
        if isinstance(instruction, ast.AnnAssign):
            cible = instruction.target
        elif isinstance(instruction, ast.Assign):
            cible = instruction.targets[0]
        else:
            continue
        if isinstance(cible, ast.Name) and instruction.value is not None:
            parametres[cible.id] = ast.literal_eval(instruction.value)
    return parametres


def nom_de(convention: str, cle: str, diffusion: str) -> str:
    """Return the name of a report for a reader: « harnes, 2024, bilan »."""
    parties = [convention, *cle.split("/")]
    if diffusion == INTERNE:
        parties.append(INTERNE)
    return ", ".join(parties)


@dataclass(frozen=True)
class Commande:
    """One report to make: of what, for whom, in which formats, where."""

    carnet: Path
    convention: str
    annee: int | None
    diffusion: str
    formats: tuple[str, ...]
    sortie: Path
    parametres: tuple[tuple[str, str | int], ...]

    @property
    def cle(self) -> str:
        """The name of the report in its convention: « diagnostic », « 2024/fiche-1 »."""
        rapport = Carnet(self.carnet).nom
        if self.fiche:
            rapport = f"{rapport}-{self.fiche}"
        return f"{self.annee}/{rapport}" if self.annee else rapport

    @property
    def dossier(self) -> Path:
        """The folder of the convention's reports.

        What is internal has its own, so that the other can be published.
        """
        convention = self.sortie / self.convention
        return convention / INTERNE if self.diffusion == INTERNE else convention

    @property
    def fiche(self) -> str | int | None:
        """The number of the fiche that it is about, None when it is about all."""
        return dict(self.parametres).get("fiche")

    @property
    def nom(self) -> str:
        """The name of the report for a reader."""
        return nom_de(self.convention, self.cle, self.diffusion)

    @property
    def base(self) -> Path:
        """The path of the report, without its extension."""
        return self.dossier / self.cle

    @property
    def page_echec(self) -> Path:
        """The path of the page that says why it could not be made."""
        return self.base.with_name(f"{self.base.name}.echec.html")


@dataclass(frozen=True)
class Rapport:
    """What is declared under a name that is typed after « ctg produire »."""

    carnets: tuple[Carnet, ...]
    formats: tuple[str, ...]  # of its own; none, those asked for


def declares(dossier: Path = CARNETS) -> dict[str, Rapport]:
    """Return the declared reports, by the name typed after « ctg produire »."""
    path = dossier / LISTE
    rapports = {}
    try:
        declarations = tomllib.loads(path.read_text(encoding="utf-8"))
        for nom, declaration in declarations.items():
            if not isinstance(declaration, dict):
                declaration = {"carnets": declaration}
            formats = tuple(declaration.get("formats", ()))
            inconnus = [sorte for sorte in formats if sorte not in FORMATS]
            if inconnus:
                raise ValueError(f"format inconnu : {', '.join(inconnus)}")
            carnets = [Carnet(dossier / f"{tige}.ipynb") for tige in declaration.get("carnets", ())]
            rapports[nom] = Rapport(tuple(carnets), formats)
    except (OSError, ValueError, TypeError) as error:
        raise refus(str(path), *mots("liste_des_rapports", raison=error)) from None
    return rapports


def rapports_connus(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the names of the declared reports, but the portraits of territories."""
    return tuple(
        nom
        for nom, rapport in declares(dossier).items()
        if not any(map(_d_un_territoire, rapport.carnets))
    )


def _d_un_territoire(carnet: Carnet) -> bool:
    """Tell whether a notebook is there, and makes the portrait of a territory."""
    return carnet.chemin.is_file() and TERRITOIRE in carnet.parametres


def carnets_declares(dossier: Path = CARNETS) -> tuple[Carnet, ...]:
    """Return the declared notebooks, each once."""
    carnets = {}
    for rapport in declares(dossier).values():
        carnets.update(dict.fromkeys(rapport.carnets))
    return tuple(carnets)


def carnets_ignores(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the notebooks of a folder that are not declared.

    Nothing makes, publishes or archives them.
    """
    declares_ici = {carnet.chemin.name for carnet in carnets_declares(dossier)}
    presents = {path.name for path in dossier.glob("*.ipynb")}
    return tuple(sorted(presents - declares_ici))


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
    """Return the reports asked for, by convention: the whole convention's, then year by year.

    ``formats`` are those of a report that has none of its own; without ``annees``, those of all the
    years are asked.

    Raises:
        DonneesInvalides: A declared notebook is not there.
    """
    formats_par_carnet = _formats_par_carnet(rapports, formats, carnets)
    absents = [carnet.chemin.name for carnet in formats_par_carnet if not carnet.chemin.is_file()]
    if absents:
        liste = str(carnets / LISTE)
        raise DonneesInvalides([Faute(liste, *mots("carnet_absent", nom=nom)) for nom in absents])
    trouvees = []
    for convention in conventions:
        try:
            fiches = [fiche.numero for fiche in convention_de(convention).fiches]
            annees_possibles = list(annees_de(convention))
        except DonneesInvalides:  # the notebooks of its former reports will say what is wrong
            fiches = []
            dossiers_annuels = (sortie / convention).glob("[0-9][0-9][0-9][0-9]/")
            annees_possibles = sorted(int(path.name) for path in dossiers_annuels)
        annees_voulues = [annee for annee in annees_possibles if not annees or annee in annees]
        for annee in (None, *annees_voulues):
            for carnet, sortes in formats_par_carnet.items():
                if ("annee" in carnet.parametres) != (annee is not None):
                    continue
                for fiche in fiches if "fiche" in carnet.parametres else [None]:
                    trouvees.append(
                        commander(carnet, convention, annee, fiche, diffusion, sortes, sortie)
                    )
    return trouvees


def _formats_par_carnet(
    rapports: Iterable[str], formats: tuple[str, ...], dossier: Path
) -> dict[Carnet, tuple[str, ...]]:
    """Return the formats to make of each notebook of the reports asked for, in order."""
    rapports_declares = declares(dossier)
    demandes: dict[Carnet, set[str]] = {}
    for nom in rapports:
        rapport = rapports_declares[nom]
        for carnet in rapport.carnets:
            demandes.setdefault(carnet, set()).update(rapport.formats or formats)
    return {
        carnet: tuple(sorte for sorte in FORMATS if sorte in sortes)
        for carnet, sortes in demandes.items()
    }


def commander(
    carnet: Carnet,
    convention: str,
    annee: int | None,
    fiche: str | int | None,
    diffusion: str,
    formats: tuple[str, ...],
    sortie: Path,
) -> Commande:
    """Return the order of one report; its notebook is told what it declares, and no more."""
    possibles = {
        "convention": convention,
        "annee": annee,
        "fiche": fiche,
        "diffusion": diffusion,
        TERRITOIRE: convention.removeprefix(f"{PORTRAITS}/"),
    }
    parametres = [(nom, valeur) for nom, valeur in possibles.items() if nom in carnet.parametres]
    return Commande(carnet.chemin, convention, annee, diffusion, formats, sortie, tuple(parametres))


def portraits(
    codes: Iterable[str], formats: tuple[str, ...], sortie: Path, carnets: Path = CARNETS
) -> list[Commande]:
    """Return the portraits of some territories.

    Each has a folder and a manifest of its own, whatever their number.
    """
    (carnet,) = [carnet for carnet in carnets_declares(carnets) if TERRITOIRE in carnet.parametres]
    return [
        commander(carnet, f"{PORTRAITS}/{code}", None, None, PUBLIQUE, formats, sortie)
        for code in codes
    ]


def annees_de(convention: str) -> tuple[int, ...]:
    """Return the years of a convention, from the one it begins in to the one it ends in."""
    donnees = convention_de(convention)
    return tuple(range(donnees.debut.year, donnees.fin.year + 1))


def convention_de(nom: str) -> Convention:
    """Return ``convention.yaml``, or raise its faults."""
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.yaml_strict import charger_yaml

    return charger_yaml(f"{CONVENTIONS}/{nom}/convention.yaml", Convention)
