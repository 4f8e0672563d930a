"""Which reports there are: those of the declared list, for each convention, year and fiche.

A « rapport » is what ``rapports.toml`` declares under a name, one or several notebooks; a
``Commande`` is one report to make, of one notebook with its parameters. Its ``cle`` names it in its
convention: « 2024/fiche-1 ».

Notebooks are read here as JSON and their parameters as Python, without papermill: finding that
there is nothing to do must not take the second that importing it takes.
"""

from __future__ import annotations

import ast
import json
import re
import tomllib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.enclos import ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import CONVENTIONS, existe, lire_fichier
from ctglib.donnees.numeros import noms_de_fichiers
from ctglib.export.formats import formats_connus

if TYPE_CHECKING:
    from datetime import date

    from ctglib.donnees.modeles.avenants import Avenant
    from ctglib.donnees.modeles.convention import Convention

PAQUET = Path(__file__).parents[1]
PROJET = PAQUET.parent
CARNETS = PROJET / "notebooks"
# beside the notebooks: a name typed after « ctg produire », its notebooks and formats
LISTE = "rapports.toml"
TITRE = re.compile(r"^#+ (.+)$", re.MULTILINE)
PUBLIQUE = "publique"
INTERNE = "interne"
REFAITS = "refaits"  # in the folder of a closed year: its reports made again, beside
A_REPRENDRE = "a-reprendre"  # in a folder of reports: what somebody filled in, set aside
ECHEC = "echec.html"  # how the name ends of the page that says why a report could not be made
DIFFUSIONS = (PUBLIQUE, INTERNE)
CTG = "ctg"  # the engine that runs the cells in this process
STANDARD = "standard"  # an ordinary Jupyter kernel
MOTEURS = (CTG, STANDARD)
FORMATS_ORDINAIRES = ("html", "pdf")  # of a report that declares none, when none is asked for
SORTIE = "reports"  # where they are written, unless said otherwise
MANIFESTE = "manifeste.json"  # beside the reports of a convention
# beside the CSV of a report, and in the folder of a convention: what these CSV hold
DONNEES = "datapackage.json"
ACCESSIBILITE = "accessibilite.html"  # beside the portal
# the folder of the reports of no convention, and their parameter
PORTRAITS = "portraits"
TERRITOIRE = "territoire"


def lire_cellules(nom: str, contenu: bytes) -> tuple[dict, ...]:
    """Return the cells of a notebook, the source of each as one text.

    Raises:
        DonneesInvalides: It is no notebook.
    """
    try:
        cellules = json.loads(contenu)["cells"]
        return tuple({**cellule, "source": "".join(cellule["source"])} for cellule in cellules)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise refus(nom, *mots("carnet_abime")) from None


def eprouver(carnet: Path) -> None:
    """Read a notebook that somebody gave as running it will, in a child process that is bounded.

    Raises:
        DonneesInvalides: It is no notebook, or takes too much.
    """
    with ouvrir_enclos() as enclos:
        enclos.lire(_lire_en_entier, carnet.name, lire_fichier(carnet, carnet.name))


def _lire_en_entier(nom: str, contenu: bytes) -> None:
    import nbformat

    lire_cellules(nom, contenu)
    try:
        nbformat.reads(contenu.decode(), as_version=4)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise refus(nom, *mots("carnet_abime")) from None


@dataclass(frozen=True)
class Carnet:
    """A notebook: its cells, its title, the parameters that it declares."""

    chemin: Path

    @property
    def nom(self) -> str:
        """The name of its report in paths: « evaluation_finale » makes « evaluation-finale »."""
        return self.chemin.stem.replace("_", "-")

    @cached_property
    def cellules(self) -> tuple[dict, ...]:
        """Its cells, the source of each as one text.

        Raises:
            DonneesInvalides: The file is no notebook.
        """
        return lire_cellules(self.chemin.name, lire_fichier(self.chemin, self.chemin.name))

    @cached_property
    def empreinte(self) -> str:
        """The fingerprint of the sources of its cells, without their outputs.

        Running it and saving it in JupyterLab makes no report out of date.
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
        """Return the number of the code cell with this source, and the last heading above it.

        All cells are counted, from 1. (None, "") when no cell has this source.
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
    """Return the parameters that the source of a cell assigns, with their values.

    « annee: int = 2024 » gives ``{"annee": 2024}``; so does « annee = 2024 », as in the cell that
    papermill injects.
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
    """Return the name of a report for a user: « harnes, 2024, bilan » or « …, bilan, interne »."""
    parties = [convention, *cle.split("/")]
    if diffusion == INTERNE:
        parties.append(INTERNE)
    return ", ".join(parties)


@dataclass(frozen=True)
class Commande:
    """One report to make: of which notebook and parameters, in which formats, where."""

    carnet: Path  # its notebook
    convention: str  # or « portraits/62413 »
    annee: int | None  # None for a report of the whole convention
    diffusion: str  # one of ``DIFFUSIONS``
    formats: tuple[str, ...]  # their names
    sortie: Path  # the folder of all the reports
    parametres: tuple[tuple[str, str | int], ...]  # those of the notebook: names and values
    nom_de_la_fiche: str = ""  # in paths: « a-2 » for the fiche « A-2 », "" when it is about all

    @property
    def cle(self) -> str:
        """The name of the report in its convention: « diagnostic », « 2024/fiche-1 »."""
        rapport = Carnet(self.carnet).nom
        if self.nom_de_la_fiche:
            rapport = f"{rapport}-{self.nom_de_la_fiche}"
        return f"{self.annee}/{rapport}" if self.annee else rapport

    @property
    def dossier(self) -> Path:
        """The folder of the convention's reports: « reports/harnes ».

        Internal reports have their own, « reports/harnes/interne »: the other can be published.
        """
        convention = self.sortie / self.convention
        return convention / INTERNE if self.diffusion == INTERNE else convention

    @property
    def fiche(self) -> str | None:
        """The number of the fiche that it is about, None when it is about all."""
        numero = dict(self.parametres).get("fiche")
        return None if numero is None else str(numero)

    @property
    def nom(self) -> str:
        """The name of the report for a reader."""
        return nom_de(self.convention, self.cle, self.diffusion)

    @property
    def copie_du_plan(self) -> str:
        """The path, in the data folder, of the copy of the plan that its year has once closed.

        « conventions/harnes/suivi/2024/plan.yaml »; "" for a report of no year.
        """
        from ctglib.donnees.plan import chemin_du_plan

        return chemin_du_plan(self.convention, self.annee) if self.annee else ""

    @property
    def base(self) -> Path:
        """The path of the report, without its extension."""
        return self.dossier / self.cle

    @property
    def dossier_refait(self) -> Path:
        """The folder where it is made again, beside, once its year is closed.

        « reports/harnes/2024/refaits ».
        """
        return self.base.parent / REFAITS

    @property
    def page_echec(self) -> Path:
        """The path of the page that says why it could not be made."""
        return self.base.with_name(f"{self.base.name}.{ECHEC}")


@dataclass(frozen=True)
class Rapport:
    """What is declared under a name that is typed after « ctg produire »."""

    carnets: tuple[Carnet, ...]
    formats: tuple[str, ...]  # those it is always made in; empty, those that the user asks for
    en_plus: tuple[str, ...] = ()  # of a report that has its own, what it is made in too when asked
    suit: str = ""  # the report that it is made again with, once it has been made


def rapports_declares(dossier: Path = CARNETS) -> dict[str, Rapport]:
    """Return the declared reports, by the name typed after « ctg produire ».

    Raises:
        DonneesInvalides: ``rapports.toml`` cannot be read, or names an unknown format.
    """
    path = dossier / LISTE
    rapports = {}
    try:
        declarations = tomllib.loads(path.read_text(encoding="utf-8"))
        for nom, declaration in declarations.items():
            if not isinstance(declaration, dict):
                declaration = {"carnets": declaration}
            propres = tuple(declaration.get("formats", ()))
            inconnus = [sorte for sorte in propres if sorte not in formats_connus()]
            if inconnus:
                raise ValueError(f"format inconnu : {', '.join(inconnus)}")
            en_plus: tuple[str, ...] = ()
            if declaration.get("a_remplir"):
                en_plus = tuple(nom for nom, sorte in formats_connus().items() if sorte.releve)
            carnets = [Carnet(dossier / f"{tige}.ipynb") for tige in declaration.get("carnets", ())]
            suit = declaration.get("suit", "")
            if suit and suit not in declarations:
                raise ValueError(f"rapport inconnu : {suit}")
            rapports[nom] = Rapport(tuple(carnets), propres, en_plus, suit)
    except (OSError, ValueError, TypeError) as error:
        raise refus(str(path), *mots("liste_des_rapports", raison=error)) from None
    return rapports


def rapports_connus(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the names of the declared reports that are of a convention: not the portraits."""
    noms = []
    for nom, rapport in rapports_declares(dossier).items():
        presents = [carnet for carnet in rapport.carnets if carnet.chemin.is_file()]
        d_un_territoire = any(TERRITOIRE in carnet.parametres for carnet in presents)
        if not d_un_territoire:
            noms.append(nom)
    return tuple(noms)


def carnets_declares(dossier: Path = CARNETS) -> tuple[Carnet, ...]:
    """Return the declared notebooks in the order of the list, each once."""
    carnets = {}
    for rapport in rapports_declares(dossier).values():
        for carnet in rapport.carnets:
            carnets[carnet] = None  # a dictionary keeps the order of its keys; a set does not
    return tuple(carnets)


def formats_ordinaires(carnet: Path) -> tuple[str, ...]:
    """Return the formats that a notebook is made in when all reports are, in the order of their
    list.
    """
    sortes: set[str] = set()
    for rapport in rapports_declares(carnet.parent).values():
        if Carnet(carnet) in rapport.carnets:
            sortes.update(rapport.formats or FORMATS_ORDINAIRES)
    return tuple(sorte for sorte in formats_connus() if sorte in sortes)


def carnets_ignores(dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the names of a folder's notebooks that are not declared: no command makes them."""
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

    A report of fiches is there once a fiche.

    Args:
        rapports: Names of declared reports (« bilan »).
        conventions: Names of conventions.
        annees: Years of the yearly reports; none, all those of each convention. The reports of the
            whole convention are there whatever the years.
        diffusion: One of ``DIFFUSIONS``.
        formats: Those of the reports that declare none of their own; of the others, those that
            they declare to be made in too when asked.
        sortie: The folder of the reports.
        carnets: The folder of the notebooks and of their list.

    Raises:
        DonneesInvalides: A declared notebook is not there.
    """
    formats_par_carnet = _formats_par_carnet(rapports, formats, carnets)
    absents = [carnet.chemin.name for carnet in formats_par_carnet if not carnet.chemin.is_file()]
    if absents:
        liste = str(carnets / LISTE)
        raise DonneesInvalides([Faute(liste, *mots("carnet_absent", nom=nom)) for nom in absents])
    commandes_demandees = []
    for convention in conventions:
        try:
            annees_possibles = list(annees_de(convention))
            fiches = {annee: fiches_de(convention, annee) for annee in (None, *annees_possibles)}
        except DonneesInvalides:
            # No year can be known but those of its former reports: as these are made again, their
            # notebooks will say what is wrong.
            fiches = {}
            dossiers_annuels = (sortie / convention).glob("[0-9][0-9][0-9][0-9]/")
            annees_possibles = sorted(int(path.name) for path in dossiers_annuels)
        annees_voulues = [annee for annee in annees_possibles if not annees or annee in annees]
        for annee in (None, *annees_voulues):
            for carnet, sortes in formats_par_carnet.items():
                if ("annee" in carnet.parametres) != (annee is not None):
                    continue
                fiches_du_carnet = {"": ""}
                if "fiche" in carnet.parametres:
                    fiches_du_carnet = fiches.get(annee, {})
                for fiche, nom_de_la_fiche in fiches_du_carnet.items():
                    commande = commander(
                        carnet, convention, annee, fiche, diffusion, sortes, sortie
                    )
                    commandes_demandees.append(replace(commande, nom_de_la_fiche=nom_de_la_fiche))
    return commandes_demandees


def suites(rapports: Collection[str], dossier: Path = CARNETS) -> tuple[str, ...]:
    """Return the names of the declared reports that are made again with some others."""
    return tuple(
        nom
        for nom, rapport in rapports_declares(dossier).items()
        if rapport.suit in rapports and nom not in rapports
    )


def carnets_de(rapports: Iterable[str], dossier: Path = CARNETS) -> set[Path]:
    """Return the paths of the notebooks of some declared reports."""
    declares = rapports_declares(dossier)
    return {carnet.chemin for nom in rapports for carnet in declares[nom].carnets}


def cles_possibles(convention: str, carnets: Path = CARNETS) -> set[str]:
    """Return the keys of all the reports that a convention may have.

    Raises:
        DonneesInvalides: The convention cannot be read: nothing says which they are.
    """
    for annee in annees_de(convention):
        fiches_de(convention, annee)
    toutes = commandes(rapports_connus(carnets), (convention,), carnets=carnets)
    return {commande.cle for commande in toutes}


def _formats_par_carnet(
    rapports: Iterable[str], formats: tuple[str, ...], dossier: Path
) -> dict[Carnet, tuple[str, ...]]:
    """Return the formats to make of each notebook of the reports asked for.

    Notebooks are in the order of the reports, formats in that of their list. A notebook that two
    reports have is made in the formats of both.
    """
    declares = rapports_declares(dossier)
    demandes: dict[Carnet, set[str]] = {}
    for nom in rapports:
        rapport = declares[nom]
        sortes = set(rapport.formats or formats)
        sortes.update(sorte for sorte in rapport.en_plus if sorte in formats)
        for carnet in rapport.carnets:
            demandes.setdefault(carnet, set()).update(sortes)
    return {
        carnet: tuple(sorte for sorte in formats_connus() if sorte in sortes)
        for carnet, sortes in demandes.items()
    }


def commander(
    carnet: Carnet,
    convention: str,
    annee: int | None,
    fiche: str,
    diffusion: str,
    formats: tuple[str, ...],
    sortie: Path,
) -> Commande:
    """Return the order of one report.

    Its notebook is given, of the convention, the year, the fiche, the diffusion and the territory,
    the parameters that it declares.
    """
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
    """Return the portraits of some territories, by their codes.

    Each has a folder and a manifest of its own: that of « 62413 » is « portraits/62413 », which
    stands for the name of its convention.
    """
    (carnet,) = [carnet for carnet in carnets_declares(carnets) if TERRITOIRE in carnet.parametres]
    return [
        commander(carnet, f"{PORTRAITS}/{code}", None, "", PUBLIQUE, formats, sortie)
        for code in codes
    ]


def annees_de(convention: str) -> tuple[int, ...]:
    """Return the years of a convention, from the one it begins in to the one it ends in, as
    avenants extend it.
    """
    premiere = convention_de(convention).debut.year
    return tuple(range(premiere, dernier_jour_de(convention).year + 1))


def dernier_jour_de(convention: str) -> date:
    """Return the last day of a convention, as avenants extend it."""
    return convention_de(convention).fin_selon(avenants_de(convention))


def avenants_de(convention: str) -> tuple[Avenant, ...]:
    """Return the avenants of a convention; none when it has no file of them."""
    from ctglib.donnees.modeles.avenants import Avenants
    from ctglib.donnees.yaml_strict import charger_yaml

    fichier = f"{CONVENTIONS}/{convention}/avenants.yaml"
    return charger_yaml(fichier, Avenants).avenants if existe(fichier) else ()


def fiches_de(convention: str, annee: int | None) -> dict[str, str]:
    """Return the numbers of the fiches that have a report in a year, and the name of each in paths:
    those of its copy when it is closed, else those of the plan on the day that it is stopped.
    """
    from ctglib.donnees.modeles.suivi import Bilan
    from ctglib.donnees.plan import dossier_du_suivi, en_vigueur, plan_clos
    from ctglib.donnees.yaml_strict import charger_yaml

    plan = plan_clos(convention, annee) if annee else None
    lue = plan.convention if plan else convention_de(convention)
    avenants = () if plan else avenants_de(convention)
    if annee and avenants:
        bilan = f"{dossier_du_suivi(convention)}/{annee}/bilan.yaml"
        de_l_annee = charger_yaml(bilan, Bilan) if existe(bilan) else Bilan(annee=annee)
        lue = en_vigueur(lue, avenants, de_l_annee.date_arretee)
    return noms_de_fichiers(fiche.numero for fiche in lue.fiches)


def convention_de(nom: str) -> Convention:
    """Return the ``convention.yaml`` of a convention.

    Raises:
        DonneesInvalides: It is not there, or has faults.
    """
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.yaml_strict import charger_yaml

    return charger_yaml(f"{CONVENTIONS}/{nom}/convention.yaml", Convention)
