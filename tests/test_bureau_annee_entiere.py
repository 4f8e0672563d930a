"""A whole year of one convention on the desk, by clicks alone: from ``convention.xlsx`` to closing,
with faulty workbooks, and the real reports.
"""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from bureau_ouvert import BureauOuvert, conduire, ouvrir, texte
from donnees_suivies import DONNEES
from openpyxl import load_workbook
from parcours import SAISIES, taper_l_annee, taper_le_texte
from releves_exemple import remplir

if TYPE_CHECKING:
    from playwright.sync_api import Download, Page

LENS = SAISIES / "lens"
TEXTE = yaml.safe_load((LENS / "classeur.yaml").read_text(encoding="utf-8"))
RENDUS = yaml.safe_load((LENS / "rendus.yaml").read_text(encoding="utf-8"))
REPONSE = date.today() + timedelta(days=30)
PRODUCTION = 900_000  # milliseconds: all the reports of a year, on a loaded machine
CHAPO = "Le relais a trouvé son public, et les accueils de loisirs ont allongé leur été"


@pytest.fixture
def bureau(tmp_path: Path) -> Iterator[BureauOuvert]:
    """A desk that has no convention yet."""
    donnees = tmp_path / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration", "harnes"))
    with ouvrir(tmp_path, donnees, "--port", "9111") as ouvert:
        yield ouvert


class Personne:
    """Somebody at the desk: what it clicks, chooses and types, and a picture of what it sees."""

    def __init__(self, page: Page, dossier: Path) -> None:
        self.page = page
        self.recus = dossier / "telechargements"
        self.images = dossier / "images"
        self.recus.mkdir()
        self.images.mkdir()

    def voir(self, titre: str) -> str:
        """Wait for a page by its title, take its picture, and return what is read there."""
        self.page.get_by_role("heading", name=titre).first.wait_for()
        rang = len(list(self.images.iterdir())) + 1
        self.page.screenshot(path=self.images / f"{rang:02}.png", full_page=True)
        return texte(self.page, "main")

    def suivre(self, lien: str) -> None:
        self.page.get_by_role("link", name=lien).first.click()

    def appuyer(self, bouton: str) -> None:
        self.page.get_by_role("button", name=bouton).first.click()

    def ecrire(self, **champs: str) -> None:
        """Fill fields by their labels; « _ » stands for a space."""
        for libelle, valeur in champs.items():
            self.page.get_by_label(libelle.replace("_", " ")).first.fill(valeur)

    def prendre(self, lien: str, rang: int = 0) -> Path:
        """Click on what is to be downloaded, and return where it is."""
        with self.page.expect_download() as attendu:
            self.page.get_by_role("link", name=lien).nth(rang).click()
        pris: Download = attendu.value
        chemin = self.recus / pris.suggested_filename
        pris.save_as(chemin)
        return chemin

    def deposer(self, *fichiers: Path) -> None:
        self.page.set_input_files("#fichiers", [str(fichier) for fichier in fichiers])
        self.appuyer("Vérifier et enregistrer")

    def produire(self) -> None:
        """Make the reports from the page of the year, and wait until they are there."""
        self.appuyer("Produire les rapports 2025")
        self.page.wait_for_url("**/travail")
        self.page.get_by_text("terminée").wait_for(timeout=PRODUCTION)
        self.voir("Production")
        self.suivre("Revenir à l’année 2025")


def retaper(chemin: Path, feuilles: dict[str, Any]) -> Path:
    """Type in the workbook of a year as a service does, and return its path."""
    classeur = load_workbook(chemin)
    taper_l_annee(classeur, feuilles)
    classeur.save(chemin)
    return chemin


@pytest.mark.complet  # the real reports of a convention, made three times
@pytest.mark.navigateur
def test_une_convention_va_de_son_texte_a_la_cloture_de_son_annee_par_clics(
    bureau: BureauOuvert, tmp_path: Path
) -> None:
    def vivre(page: Page) -> None:
        personne = Personne(page, tmp_path)
        page.goto(bureau.adresse)
        commencer(personne)
        saisir_le_texte(personne)
        classeurs = demander(personne)
        recevoir(personne, classeurs)
        signer(personne)
        tenir_le_comite(personne)
        clore(personne)

    conduire(vivre, locale="fr-FR")

    suivi = bureau.donnees / "conventions/lens/suivi/2025"
    assert (suivi / "plan.yaml").is_file(), "la clôture garde la copie du plan"
    observations = (suivi / "observations.csv").read_text(encoding="utf-8")
    for valeur in (",960,", ",34,", ",64500,", ",55200,", ",455,"):
        assert valeur in observations
    assert "Un second site" in (suivi / "confirmations.csv").read_text(encoding="utf-8")
    assert CHAPO in (suivi / "messages.yaml").read_text(encoding="utf-8")
    bilan = (bureau.dossier / "reports/lens/2025/bilan.html").read_text(encoding="utf-8")
    assert CHAPO in bilan and "ouvrir une permanence" in bilan
    assert "définitif" in bilan and "en recul depuis" not in bilan, "toutes les valeurs avancent"
    assert list(bureau.dossier.glob("**/*lens*.zip")), "l'archive est là"


def commencer(personne: Personne) -> None:
    """Begin the convention by the code of its territory."""
    personne.voir("Les conventions suivies sur ce poste")
    personne.suivre("Commencer une convention")
    personne.voir("Commencer une convention")
    personne.ecrire(
        Son_nom_court="lens",
        Premier_jour="2025-01-01",
        Dernier_jour="2028-12-31",
        Son_territoire="62498",
        Ses_signataires="Ville de Lens ; Caf du Pas-de-Calais",
        Nombre_de_fiches_action="3",
    )
    personne.appuyer("Écrire le dossier")
    personne.voir("Le dossier de la convention est écrit")
    personne.suivre("Saisir le texte de la convention")


def saisir_le_texte(personne: Personne) -> None:
    """Fill ``convention.xlsx``, with a fault that is then mended."""
    personne.voir("Le texte de la convention est à saisir")
    chemin = personne.prendre("convention.xlsx")
    classeur = load_workbook(chemin)
    taper_le_texte(classeur, TEXTE, neuf=True)
    titre = classeur["Fiches"]["B5"].value
    classeur["Fiches"]["B5"] = None
    classeur.save(chemin)
    personne.deposer(chemin)
    dit = personne.voir("1 fichier à reprendre, rien n’est enregistré")
    assert "Feuille « Fiches », ligne 5" in dit

    classeur["Fiches"]["B5"] = titre
    classeur.save(chemin)
    personne.deposer(chemin)
    dit = personne.voir("1 fichier enregistré")
    assert "Enregistré : Convention territoriale globale de Lens (fictive), 2025-2028" in dit
    personne.suivre("Revenir au bureau")
    dit = personne.voir("Les conventions suivies sur ce poste")
    assert "le texte est à saisir" not in dit


def demander(personne: Personne) -> dict[str, Path]:
    """Ask the services, and return the workbook that each is sent."""
    personne.page.get_by_role("region", name="Lens").get_by_role("link", name="2025").first.click()
    personne.voir("Bilan 2025 : aucune réponse n’est arrivée")
    personne.suivre("Préparer les demandes")
    personne.voir("services à qui demander")
    personne.ecrire(Réponse_attendue_pour_le=REPONSE.isoformat())
    personne.appuyer("Noter la demande")
    personne.voir("services ont encore à répondre")
    paquet = personne.prendre("Télécharger les demandes")
    with zipfile.ZipFile(paquet) as archive:
        archive.extractall(personne.recus)
    return {service: personne.recus / f"ctg-lens-2025-{service}.xlsx" for service in RENDUS}


def recevoir(personne: Personne, classeurs: dict[str, Path]) -> None:
    """Drop what the services send back: two are faulty, a value of the third astonishes."""
    for service, chemin in classeurs.items():
        retaper(chemin, RENDUS[service]["rendu"])
    personne.suivre("Convention territoriale globale de Lens")
    personne.voir("Bilan 2025")
    personne.deposer(*classeurs.values())
    dit = personne.voir("3 fichiers à reprendre, rien n’est enregistré")
    for trouve in ("« beaucoup »", "« Presque finie »", "« la rentrée »", "960"):
        assert trouve in dit

    personne.ecrire(La_valeur_est_juste="Un second site")
    personne.appuyer("Confirmer et enregistrer")
    personne.voir("1 fichier enregistré, 2 à reprendre")
    copies = [personne.prendre("Télécharger la copie annotée", rang) for rang in (0, 1)]
    for copie in copies:
        (service,) = [service for service in RENDUS if service in copie.name]
        retaper(copie, RENDUS[service]["corrige"])
    personne.deposer(*copies)
    personne.voir("2 fichiers enregistrés")
    personne.suivre("Lens, année 2025")
    personne.voir("Bilan 2025 : toutes les réponses sont là")


def signer(personne: Personne) -> None:
    """Write and sign what only the parties can say."""
    personne.suivre("Écrire le bilan 2025")
    personne.voir("Écrire le bilan 2025 : les mots des parties")
    chapo = personne.page.get_by_role("group", name="Chapô")
    chapo.get_by_label("Ce que vous signez").fill(CHAPO)
    chapo.get_by_label("Signé par").fill("Coordination de la CTG")
    personne.appuyer("Enregistrer ce que j’ai écrit")
    personne.page.wait_for_url("**/ecrire?enregistre=*")
    personne.voir("Écrire le bilan 2025 : les mots des parties")
    personne.suivre("Convention territoriale globale de Lens")


def tenir_le_comite(personne: Personne) -> None:
    """Produce, take the file of the comité, and drop the minutes that it has filled in."""
    personne.produire()
    personne.suivre("Lire et télécharger")
    personne.voir("rapports à lire ou à envoyer")
    with zipfile.ZipFile(personne.prendre("Télécharger le dossier du comité")) as archive:
        attendus = {"bilan.html", "bilan.pdf", "bilan.presentation.pptx"}
        assert {f"lens-2025-{nom}" for nom in attendus} <= set(archive.namelist())
        archive.extract("lens-2025-releve.docx", personne.recus)
    releve = personne.recus / "lens-2025-releve.docx"
    remplir(releve, "lens 2025 comite_date", Date="12 février 2026")
    remplir(
        releve,
        "lens 2025 decision.d2025_1",
        Texte_retenu="Ouvrir une permanence",
        Pour_le="30 juin 2026",
    )
    personne.suivre("Convention territoriale globale de Lens")
    personne.deposer(releve)
    personne.voir("1 fichier enregistré")
    personne.suivre("Lens, année 2025")


def clore(personne: Personne) -> None:
    """Make the reports that the comité has changed, and close the year."""
    personne.suivre("Voir ce qui manque, et clore")
    personne.voir("L’année 2025 ne peut pas encore être close")
    personne.suivre("produire")
    personne.produire()
    personne.suivre("Voir ce qui manque, et clore")
    personne.voir("Clore l’année 2025")
    personne.appuyer("Clore l’année 2025, pour de bon")
    personne.page.get_by_text("sont définitifs").wait_for(timeout=PRODUCTION)
    personne.suivre("Revenir à l’année 2025")
    personne.voir("Le bilan 2025 est clos")
