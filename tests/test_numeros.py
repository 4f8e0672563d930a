"""The numbers of fiches and modalités are texts, as the convention writes them, from end to end.

What ``valider`` accepts, ``gabarit`` writes and ``importer`` reads back: each form goes through the
three, in a convention that has them all.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from classeur_rempli import cellule, poser
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg, reussir
from openpyxl import Workbook, load_workbook
from pydantic import TypeAdapter, ValidationError

from ctglib.atelier.questions import promesses
from ctglib.blocs.annee import etudier
from ctglib.calculs.ordre import ordre_des_numeros
from ctglib.donnees.csv_strict import charger_schema
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles import NUMERO, Numero
from ctglib.production.echec import Echec
from ctglib.production.moteur import executer
from ctglib.production.plan import CARNETS, commandes
from ctglib.rapports.bilan import ouvrir_bilan

NOM = "rives_de_laune"
ANNEE = 2025
CLASSEUR = f"ctg-{NOM}-{ANNEE}.xlsx"
# In the order in which the convention writes them: a modalité of each fiche.
MODALITES = {
    "1.1": "1.1.a",
    "1.9": "1.9.a",
    "1.10": "1.10.a",
    "2": "2.1",
    "A-2": "A-2.a",
    "4.3": "4.3.a",
}
EN_ORDRE = ["1.1", "1.9", "1.10", "2", "4.3", "A-2"]


@dataclass(frozen=True)
class Retour:
    """The workbook of a year as ``gabarit`` wrote it, and the folder of what ``importer`` wrote."""

    ecrit: Workbook
    suivi: Path

    def lignes(self, table: str) -> list[dict[str, str]]:
        """Return the rows of a table of the year."""
        with (self.suivi / f"{table}.csv").open(encoding="utf-8", newline="") as fichier:
            return list(csv.DictReader(fichier))


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose data have the convention of all the forms."""
    dossier = tmp_path_factory.mktemp("numeros")
    shutil.copytree(DONNEES, dossier / "data")
    shutil.copytree(DEPOT / "tests/fixtures/conventions" / NOM, dossier / "data/conventions" / NOM)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "data"))
        yield dossier


@pytest.fixture(scope="module")
def retour(dossier: Path) -> Retour:
    """The year once its workbook is written, filled for every fiche, and read back."""
    reussir("valider", "-c", NOM, dossier=dossier)
    reussir("gabarit", str(ANNEE), "-c", NOM, dossier=dossier)
    ecrit = load_workbook(dossier / CLASSEUR)
    rempli = load_workbook(dossier / CLASSEUR)
    for fiche, modalite in MODALITES.items():
        poser(rempli, "Actions", modalite, **{f"État_fin_{ANNEE}": "En cours"})
        poser(rempli, "Appréciations", f"{fiche}.reussites", Texte=f"Réussite de {fiche}.")
    # A row that a service adds: the fiche is chosen, or its number typed.
    moyens = rempli["Moyens"]
    for rang, fiche in enumerate(MODALITES, start=moyens.max_row + 1):
        numero = int(fiche) if fiche.isdigit() else fiche
        ajoutee = ["MSA de la Haute-Brume", numero, None, "ETP", "Coordination", None, 0.5]
        for colonne, valeur in enumerate(ajoutee, start=1):
            moyens.cell(rang, colonne).value = valeur
    rempli.save(dossier / CLASSEUR)
    reussir("importer", CLASSEUR, dossier=dossier)
    reussir("valider", "-c", NOM, dossier=dossier)
    return Retour(ecrit, dossier / "data/conventions" / NOM / "suivi" / str(ANNEE))


@pytest.mark.parametrize("fiche", MODALITES)
def test_un_numero_revient_du_classeur_tel_que_la_convention_l_ecrit(
    retour: Retour, fiche: str
) -> None:
    modalite = MODALITES[fiche]
    repere = cellule(retour.ecrit, "Actions", modalite, "Repère")
    choix = cellule(retour.ecrit, "Actions", modalite, "Fiche action")

    actions = {ligne["modalite"]: ligne["fiche"] for ligne in retour.lignes("actions")}
    moyens = [ligne["fiche"] for ligne in retour.lignes("moyens")]
    texte = (retour.suivi / "appreciations.yaml").read_text(encoding="utf-8")
    appreciations = {
        item["fiche"]: item["reussites"] for item in yaml.safe_load(texte)["appreciations"]
    }

    assert (repere.value, repere.data_type, repere.number_format) == (modalite, "s", "@")
    assert str(choix.value).startswith(f"{fiche}. ")
    assert actions[modalite] == fiche
    assert moyens.count(fiche) == 1
    assert appreciations[fiche] == [f"Réussite de {fiche}."]


def test_ce_qui_est_ecrit_est_dans_l_ordre_des_numeros(retour: Retour) -> None:
    texte = (retour.suivi / "appreciations.yaml").read_text(encoding="utf-8")
    appreciations = [item["fiche"] for item in yaml.safe_load(texte)["appreciations"]]
    etats = etudier(NOM, ANNEE, "publique").etats

    assert [ligne["fiche"] for ligne in retour.lignes("actions")] == EN_ORDRE
    assert [ligne["fiche"] for ligne in retour.lignes("moyens")] == EN_ORDRE
    assert appreciations == EN_ORDRE
    assert list(etats["fiche"].unique()) == list(MODALITES)
    ranges = etats.sort_values("fiche", key=ordre_des_numeros)["fiche"]
    assert list(ranges.unique()) == EN_ORDRE


def test_chaque_fiche_a_sa_page_sous_un_nom_sur(dossier: Path) -> None:
    ordres = commandes(["fiches"], [NOM], annees=[ANNEE])

    assert {ordre.fiche: ordre.cle for ordre in ordres} == {
        "1.1": "2025/fiche-1-1",
        "1.9": "2025/fiche-1-9",
        "1.10": "2025/fiche-1-10",
        "2": "2025/fiche-2",
        "A-2": "2025/fiche-a-2",
        "4.3": "2025/fiche-4-3",
    }


@pytest.fixture
def suivant(dossier: Path, tmp_path: Path) -> Path:
    """The workbook of the year after, empty."""
    reussir("gabarit", str(ANNEE + 1), "-c", NOM, "-s", str(tmp_path), dossier=dossier)
    return tmp_path / f"ctg-{NOM}-{ANNEE + 1}.xlsx"


def test_un_repere_devenu_un_nombre_est_refuse(suivant: Path) -> None:
    rempli = load_workbook(suivant)
    poser(rempli, "Actions", "2.1", **{f"État_fin_{ANNEE + 1}": "En cours", "Repère": 2.1})
    rempli.save(suivant)

    refus = ctg("importer", suivant.name, dossier=suivant.parent)

    assert refus.returncode != 0
    assert " ".join(refus.stderr.split()).startswith(
        f"1 faute dans les données : - {suivant.name}, feuille « Actions », ligne 11,"
        " « A : Repère » trouvé : le nombre « 2,1 » attendu : « Repère » tel que dans le gabarit,"
        " en texte : « 2.1 » à faire : mettre la cellule au format Texte, puis retaper « Repère »"
        " d'après le gabarit Rien n'a été enregistré."
    )


def test_une_fiche_tapee_en_nombre_decimal_est_refusee(suivant: Path) -> None:
    rempli = load_workbook(suivant)
    moyens = rempli["Moyens"]
    rang = moyens.max_row + 1
    ajoutee = ["MSA de la Haute-Brume", 1.10, None, "ETP", "Coordination", None, 0.5]
    for colonne, valeur in enumerate(ajoutee, start=1):
        moyens.cell(rang, colonne).value = valeur
    rempli.save(suivant)

    refus = ctg("importer", suivant.name, dossier=suivant.parent)

    assert refus.returncode != 0
    dit = " ".join(refus.stderr.split())
    assert "« B : Fiche action » trouvé : le nombre « 1,1 »" in dit
    assert "tel que dans le gabarit, en texte : « 1.1 » ou « 1.10 » à faire" in dit


@pytest.mark.parametrize("ecrit", ["2", "1.1", "A-2", "1.1.a", "1.9", "1.10", "12 bis", "3/4"])
def test_un_numero_est_le_meme_dans_le_modele_et_dans_les_tables(ecrit: str) -> None:
    assert TypeAdapter(Numero).validate_python(ecrit) == ecrit
    for table in ("actions", "moyens"):
        champs = {champ.name: champ for champ in charger_schema(table).fields}
        assert champs["fiche"].type == "string"
        assert champs["fiche"].constraints.pattern == NUMERO


@pytest.mark.parametrize("ecrit", [1.10, "", " ", "1.", ".1", "1..2", "../1", "é", "a" * 21])
def test_ce_qui_n_est_pas_un_numero_est_refuse(ecrit: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Numero).validate_python(ecrit)


def test_un_entier_sans_guillemets_devient_un_texte() -> None:
    assert TypeAdapter(Numero).validate_python(2) == "2"


def test_l_atelier_et_les_rapports_refusent_un_nombre_decimal(dossier: Path) -> None:
    with pytest.raises(ValueError, match="s'écrit entre guillemets"):
        ouvrir_bilan(NOM, ANNEE).fiche(1.10)  # pyright: ignore[reportArgumentType] - as it is typed
    with pytest.raises(ValueError, match="s'écrit entre guillemets"):
        promesses(NOM, fiche=1.10)  # pyright: ignore[reportArgumentType] - as it is typed

    assert ouvrir_bilan(NOM, ANNEE).fiche("1.10").fiche.titre.startswith("Faire vivre")
    assert ouvrir_bilan(NOM, ANNEE).fiche(2).fiche.titre.startswith("Rapprocher")


def test_le_parametre_d_un_carnet_est_un_texte() -> None:
    parametres = {"convention": "harnes", "annee": 2024, "fiche": 1.10}

    with pytest.raises(Echec, match=r"attend un texte, par exemple '1' ; reçu : 1\.1\..*-r fiche"):
        executer(CARNETS / "fiche.ipynb", parametres)
