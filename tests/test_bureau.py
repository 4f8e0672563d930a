"""The desk driven in Debian's Chromium: workbooks dropped, a value confirmed, reports made and read,
by clicks alone.
"""

from __future__ import annotations

import email.policy
import io
import os
import re
import shutil
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest
from annee_exemple import ecrire_les_carnets
from bureau_ouvert import BureauOuvert, conduire, examiner, ouvrir, texte
from classeur_rempli import enregistrer, poser, vierge
from donnees_suivies import DONNEES
from import_exemple import SUIVI
from suivi_exemple import OBSERVATIONS

from ctglib.bureau.demandes import courriel_de_retour
from ctglib.bureau.depot import deposer
from ctglib.bureau.etat import annee_courante, etudier_l_annee, lignes_signees
from ctglib.bureau.formulaire import Ecriture, formulaire
from ctglib.bureau.formulaire import enregistrer as enregistrer_le_formulaire
from ctglib.bureau.memoire import (
    ARevoir,
    Demandes,
    noter_les_demandes,
    noter_les_retours,
    se_souvenir,
)
from ctglib.bureau.publies import en_zip
from ctglib.document.typographie import date_longue
from ctglib.donnees.lecture import VARIABLE

if TYPE_CHECKING:
    from playwright.sync_api import Page

AVANT = "62413,2024,pij_demandes,,,2024,540,nombre,A,Registre,\n"
JOUR = date(2026, 2, 12)
REPONSE = date.today() + timedelta(days=30)


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BureauOuvert]:
    """A desk over a copy of Harnes with a figure of 2024, and small notebooks."""
    dossier = tmp_path_factory.mktemp("bureau")
    donnees = dossier / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration"))
    suivi = donnees / SUIVI / "2024"
    suivi.mkdir(parents=True)
    (suivi / "observations.csv").write_text(OBSERVATIONS + AVANT, encoding="utf-8")
    carnets = dossier / "carnets"
    carnets.mkdir()
    ecrire_les_carnets(carnets)
    with ouvrir(dossier, donnees, "--port", "8931", "--carnets", str(carnets)) as ouvert:
        yield ouvert


@pytest.fixture(scope="module")
def rendus(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Four files sent back: one right, one that astonishes, one with faults, one that is nothing."""
    dossier = tmp_path_factory.mktemp("rendus")
    juste = vierge("rpe")
    poser(juste, "Indicateurs", "etp_rpe", Valeur_2025=0.8)
    etonnant = vierge("pij")
    poser(etonnant, "Indicateurs", "pij_demandes", Valeur_2025=5400)
    fautif = vierge("enfance")
    poser(fautif, "Indicateurs", "heures_realisees", Valeur_2025="beaucoup")
    poser(fautif, "Indicateurs", "heures_offertes", Valeur_2025=-5)
    chemins = [
        enregistrer(juste, dossier, "ctg-harnes-2025-rpe.xlsx"),
        enregistrer(etonnant, dossier, "ctg-harnes-2025-pij.xlsx"),
        enregistrer(fautif, dossier, "ctg-harnes-2025-enfance.xlsx"),
        dossier / "note.xlsx",
    ]
    chemins[-1].write_bytes(b"rien")
    return [str(chemin) for chemin in chemins]


@pytest.mark.navigateur
def test_le_bilan_d_une_annee_se_fait_par_clics_depuis_des_classeurs_dont_deux_sont_a_reprendre(
    bureau: BureauOuvert, rendus: list[str]
) -> None:
    pytest.importorskip("playwright", reason="playwright n'est pas installé") if not os.environ.get(
        "CI"
    ) else None
    harnes = bureau.donnees / SUIVI
    erreurs: list[str] = []

    def suivre(page: Page) -> None:
        page.on("console", lambda message: erreurs.append(message.text))
        page.goto(bureau.adresse)
        assert "token" not in page.url, "le jeton reste dans l'historique"
        examiner(page)

        page.set_input_files("#fichiers", rendus)
        page.get_by_role("button", name="Vérifier et enregistrer").click()
        page.wait_for_url("**/depots/*")
        assert texte(page, "h1") == "1 fichier enregistré, 3 à reprendre"
        assert "« beaucoup »" in texte(page, "main")
        assert "5400 pour « Demandes traitées" in texte(page, "main")
        examiner(page)
        with page.expect_download() as copie:
            page.get_by_role("link", name="Télécharger la copie annotée").first.click()
        assert copie.value.suggested_filename.startswith("a-corriger-ctg-harnes-2025-")

        page.get_by_label("La valeur est juste, parce que").fill("Deux points ouverts")
        assert page.input_value("#service-0") == "pij", "celui du classeur est proposé"
        page.get_by_role("button", name="Confirmer et enregistrer").click()
        page.get_by_role("heading", name="2 fichiers enregistrés, 2 à reprendre").wait_for()
        examiner(page)

        page.get_by_role("link", name="Harnes, année 2025").first.click()
        page.get_by_role("heading", name="Bilan 2025 : 1 fichier est à corriger").wait_for()
        assert "ctg-harnes-2025-enfance.xlsx" in texte(page, "main")
        examiner(page)

        page.get_by_role("button", name="Produire les rapports 2025").click()
        page.wait_for_url("**/travail")
        page.get_by_text("terminée").wait_for()
        assert "10 rapports faits" in texte(page, "main")
        examiner(page)

        page.get_by_role("link", name="Lire et télécharger les rapports").click()
        page.get_by_role("heading", name="10 rapports à lire ou à envoyer").wait_for()
        examiner(page)
        with page.expect_download() as comite:
            page.get_by_role("link", name="Télécharger le dossier du comité").click()
        noms = zipfile.ZipFile(comite.value.path()).namelist()
        attendus = {"bilan.html", "bilan.pdf", "fiche-1.pdf", "releve.docx"}
        assert {f"harnes-2025-{nom}" for nom in attendus} <= set(noms)
        page.get_by_role("link", name="Page HTML : Rapport bilan").click()
        page.wait_for_url("**/rapports/harnes/2025/bilan.html")

        page.goto(page.url.replace("2025/bilan", "2024/bilan"))
        page.get_by_role("heading", name="Ce rapport n’est pas encore produit").wait_for()
        assert page.get_by_text("Revenir au bureau").count() == 1
        page.get_by_role("link", name="Produire les rapports 2024").click()
        assert page.get_by_role("button", name="Produire les rapports 2024").is_visible()

    conduire(suivre)

    assert len(erreurs) == 1 and "404" in erreurs[0], "la page du rapport qui n'est pas produit"
    assert "etp_rpe" in (harnes / "2025/observations.csv").read_text(encoding="utf-8")
    confirmations = (harnes / "2025/confirmations.csv").read_text(encoding="utf-8")
    ligne = f"5400,pij,{date.today().isoformat()},Deux points ouverts"
    assert ligne in confirmations
    assert (bureau.dossier / "a-renvoyer/ctg-harnes-2025-enfance.xlsx").is_file()
    assert list((bureau.dossier / "reports/harnes/2025").glob("bilan.*"))


def aller_a_l_annee(page: Page, bureau: BureauOuvert, annee: int) -> str:
    """Open the page of a year of Harnes, and return its address."""
    page.goto(bureau.adresse)
    adresse = f"{page.url.rstrip('/')}/conventions/harnes/{annee}"
    page.goto(adresse)
    return adresse


@pytest.mark.complet  # it makes the reports of a year twice, then closes it
@pytest.mark.navigateur
def test_on_demande_puis_on_ecrit_et_l_on_clot_l_annee_par_clics(bureau: BureauOuvert) -> None:
    suivi = bureau.donnees / SUIVI / "2025"

    def suivre(page: Page) -> None:
        annee = aller_a_l_annee(page, bureau, 2025)
        page.get_by_role("link", name="Préparer les demandes").click()
        page.get_by_label("Réponse attendue pour le").fill("2026-03-01")
        page.get_by_role("button", name="Noter la demande").click()
        page.get_by_role("heading", name="Le jour de la réponse est passé").wait_for()
        page.go_back()
        page.get_by_label("Réponse attendue pour le").fill(REPONSE.isoformat())
        page.get_by_role("button", name="Noter la demande").click()
        with page.expect_download() as demandes:
            page.get_by_role("link", name="Télécharger les demandes").click()
        assert "attendu" in texte(page, "main")
        examiner(page)
        verifier_le_courriel(zipfile.ZipFile(demandes.value.path()))

        page.goto(annee)
        page.get_by_role("link", name="Écrire le bilan 2025").click()
        decisions = page.locator("details", has_text="Décisions de ce comité")
        assert "0 ligne écrite sur 6" in texte(page, "main")
        decisions.locator("summary").click()
        decision = decisions.get_by_role("group").first
        decision.get_by_role("textbox").first.fill("Ouvrir une permanence")
        page.get_by_role("button", name="Enregistrer ce que j’ai écrit").last.click()
        page.get_by_text("Rien n’est enregistré").wait_for()
        fautif = page.locator(".points tbody th a").first
        assert "Décisions de ce comité" in fautif.inner_text()
        assert page.locator(f"[id='{(fautif.get_attribute('href') or '')[1:]}']").is_visible()
        assert decision.get_by_role("textbox").first.input_value() == "Ouvrir une permanence"
        examiner(page)
        assert page.url == annee + "/ecrire", "le jeton du formulaire n'est dans aucune adresse"
        assert decision.get_by_label("À faire pour le").is_visible(), "sa date est une échéance"
        assert not (suivi / "bilan.yaml").exists()
        page.get_by_role("group", name="Date du comité").locator("input").fill("2026-02-12")
        chapo = page.get_by_role("group", name="Chapô")
        chapo.get_by_label("Ce que vous signez").fill("Le relais a reçu 9 731 familles")
        chapo.get_by_label("Signé par").fill("Coordination de la CTG")
        page.get_by_role("button", name="Enregistrer ce que j’ai écrit").last.click()
        page.wait_for_url("**/ecrire?enregistre=*")

        page.goto(annee + "/clore")
        page.get_by_text("Les rapports ne sont pas tous à jour").wait_for()
        examiner(page)
        page.goto(annee)
        page.get_by_role("button", name="Produire les rapports 2025").click()
        page.get_by_text("terminée").wait_for()
        page.goto(annee)
        assert "1 ligne signée à relire" in texte(page, ".etapes")
        page.goto(annee + "/clore")
        assert "9 731" in texte(page, "main")
        assert not page.get_by_role("button", name="Clore l’année 2025").count()
        page.get_by_role("link", name="La récrire").click()
        chapo = page.get_by_role("group", name="Chapô")
        chapo.get_by_label("Ce que vous signez").fill("Le relais a trouvé son public")
        page.get_by_role("button", name="Enregistrer ce que j’ai écrit").last.click()
        page.wait_for_url("**/ecrire?enregistre=*")
        page.goto(annee)
        page.get_by_role("button", name="Produire les rapports 2025").click()
        page.get_by_text("terminée").wait_for()
        page.goto(annee + "/clore")
        assert "Les années 2023, 2024 ne sont pas closes" in texte(page, "main")
        page.get_by_role("button", name="Clore l’année 2025, pour de bon").click()
        page.wait_for_url("**/travail")
        page.get_by_text("sont définitifs").wait_for()
        assert not page.get_by_text("sha256").count(), "aucun mot de la commande"
        with page.expect_download() as archive:
            page.get_by_role("link", name="Télécharger l’archive").click()
        assert archive.value.suggested_filename == "ctg-harnes.zip"
        assert str(bureau.dossier) in texte(page, "main"), "le dossier de l'archive est dit"
        examiner(page)
        page.goto(annee)
        page.get_by_role("heading", name="Le bilan 2025 est clos").wait_for()

    conduire(suivre)

    assert "Ouvrir une permanence" in (suivi / "bilan.yaml").read_text(encoding="utf-8")
    assert "Le relais a trouvé son public" in (suivi / "messages.yaml").read_text(encoding="utf-8")
    assert (suivi / "plan.yaml").is_file()


@pytest.mark.navigateur
def test_l_etape_du_comite_dit_ses_gestes_et_un_champ_vide_ce_qu_il_efface(
    bureau: BureauOuvert,
) -> None:
    def suivre(page: Page) -> None:
        aller_a_l_annee(page, bureau, 2023)
        page.get_by_role("link", name="Tenir le comité").click()
        titres = page.get_by_role("heading", level=2).all_inner_texts()
        assert [titre[:2] for titre in titres] == ["1.", "2.", "3.", "La"]
        assert page.get_by_role("link", name="produire les rapports 2023").is_visible()
        examiner(page)

        page.get_by_role("link", name="date et décisions du comité").click()
        ensemble = page.get_by_role("group", name="Partenaires : Ce qu'ils font ensemble")
        for texte_tape in ("Un atelier : commun", ""):
            ensemble.get_by_role("textbox").fill(texte_tape)
            avant = page.url
            page.get_by_role("button", name="Enregistrer ce que j’ai écrit").last.click()
            page.wait_for_url(lambda adresse, avant=avant: adresse != avant)
            efface = page.get_by_text("Effacé, parce que le champ a été vidé").count()
            assert efface == (not texte_tape)
            assert ensemble.get_by_role("textbox").input_value() == texte_tape
        lu = page.inner_text("main")
        assert "«\u00a0Un atelier\u00a0: commun\u00a0»" in lu
        assert not re.search(r" [:;?!»]|« ", lu), "un signe n'est pas seul au début d'une ligne"
        assert ensemble.get_by_role("textbox").input_value() == ""
        assert page.locator("#services option").count() > 5
        examiner(page)

    conduire(suivre)


def verifier_le_courriel(paquet: zipfile.ZipFile) -> None:
    """Be sure that the draft of a service has its workbook and its letter, and no address."""
    brouillon = paquet.read("courriel-2025-rpe.eml")
    message = message_from_bytes(brouillon, policy=email.policy.default)
    joints = {joint.get_filename(): joint for joint in message.iter_attachments()}

    assert message["X-Unsent"] == "1" and message["To"] is None and b"@" not in brouillon[:2000]
    assert set(joints) == {"ctg-harnes-2025-rpe.xlsx", "lettre-rpe.docx"}
    classeur = openpyxl.load_workbook(io.BytesIO(joints["ctg-harnes-2025-rpe.xlsx"].get_content()))
    assert "Indicateurs" in classeur.sheetnames
    le_jour = f"pour le {date_longue(REPONSE)}".replace("\u00a0", " ")
    assert le_jour in message.get_body().get_content().replace("\u00a0", " ")
    lettre = docx.Document(io.BytesIO(joints["lettre-rpe.docx"].get_content()))
    ecrite = " ".join(paragraphe.text for paragraphe in lettre.paragraphs).replace("\u00a0", " ")
    assert le_jour in ecrite
    a_cote = {nom: paquet.read(nom) for nom in joints}
    assert a_cote == {nom: joint.get_content() for nom, joint in joints.items()}


@pytest.mark.parametrize(
    ("points", "dit"), [(1, "1 point à reprendre"), (3, "3 points à reprendre")]
)
def test_la_copie_annotee_a_un_courriel_pret_a_partir(points: int, dit: str) -> None:
    octets = courriel_de_retour("CTG de Harnes", 2025, points, "ctg-harnes-2025-rpe.xlsx", b"PK")

    message = message_from_bytes(octets, policy=email.policy.default)
    (joint,) = message.iter_attachments()
    ecrit = message.get_body().get_content().replace("\u00a0", " ")
    assert message["Subject"] == "CTG de Harnes : le classeur 2025 à corriger"
    assert message["X-Unsent"] == "1" and message["To"] is None
    assert dit in ecrit and "À corriger" in ecrit
    assert joint.get_filename() == "a-corriger-ctg-harnes-2025-rpe.xlsx"
    assert joint.get_content() == b"PK"


@pytest.mark.navigateur
def test_sans_script_la_page_se_relit_seule_et_une_production_s_arrete(
    bureau: BureauOuvert,
) -> None:
    def suivre(page: Page) -> None:
        aller_a_l_annee(page, bureau, 2026)
        page.get_by_role("button", name="Produire les rapports 2026").click()
        page.wait_for_url("**/travail")
        assert 'http-equiv="refresh"' in page.content()
        page.get_by_role("button", name="Arrêter").click()
        page.get_by_text("arrêtée").wait_for()
        assert "Les rapports faits sont gardés" in texte(page, "main")

    conduire(suivre, java_script_enabled=False)


@pytest.mark.navigateur
def test_au_clavier_seul_on_saute_au_contenu_puis_on_depose(bureau: BureauOuvert) -> None:
    vus: list[str] = []

    def suivre(page: Page) -> None:
        page.goto(bureau.adresse)
        page.keyboard.press("Tab")
        vus.append(page.evaluate("document.activeElement.textContent"))
        for _ in range(40):
            page.keyboard.press("Tab")
            vus.append(
                page.evaluate("document.activeElement.textContent || document.activeElement.id")
            )

    conduire(suivre)

    assert vus[0] == "Aller au contenu"
    assert {"fichiers", "Vérifier et enregistrer"} <= set(vus)


@pytest.mark.parametrize(
    ("mots", "attendue"),
    [
        ({2023: "close", 2024: "commencee", 2025: "commencee"}, 2025),
        ({2023: "vide", 2024: "vide", 2025: "close", 2026: "vide"}, 2026),
        ({2024: "vide", 2025: "vide", 2026: "vide"}, 2025),
        ({2026: "vide", 2027: "a_venir"}, 2026),
        ({2023: "close", 2024: "close"}, 2024),
    ],
)
def test_l_annee_proposee_est_celle_a_laquelle_on_travaille(
    mots: dict[int, str], attendue: int
) -> None:
    assert annee_courante(mots, date(2026, 2, 1)) == attendue


def test_le_bureau_se_souvient_des_demandes_et_oublie_un_fichier_corrige(donnees: Path) -> None:
    fautif = ARevoir(fichier="ctg-harnes-2025-rpe.xlsx", le=JOUR, service="rpe", fautes=2)
    autre = ARevoir(fichier="rendu.xlsx", le=JOUR, fautes=1)

    noter_les_demandes("harnes", 2025, Demandes(le=JOUR, reponse=date(2026, 3, 1)))
    noter_les_retours("harnes", 2025, [fautif, autre], [])
    assert se_souvenir("harnes").de(2025).a_revoir == (fautif, autre)
    noter_les_retours("harnes", 2025, [], ["rpe"])

    de_2025 = se_souvenir("harnes").de(2025)
    assert de_2025.a_revoir == (autre,)
    assert de_2025.demandes == Demandes(le=JOUR, reponse=date(2026, 3, 1))
    assert se_souvenir("harnes").de(2026).demandes is None


@pytest.mark.navigateur
def test_un_releve_corrige_remplace_celui_qui_etait_a_corriger_sous_un_autre_nom(
    donnees: Path,
) -> None:
    fautifs = [ARevoir(fichier=nom, le=JOUR, fautes=1) for nom in ("releve.docx", "enfance.xlsx")]
    noter_les_retours("harnes", 2025, fautifs, [])

    noter_les_retours("harnes", 2025, [], ["Relevé signé v2.docx", ""])

    restent = [retour.fichier for retour in se_souvenir("harnes").de(2025).a_revoir]
    assert restent == ["enfance.xlsx"]


def test_un_service_qui_a_repondu_a_moitie_n_est_pas_celui_qui_n_a_rien_rendu(
    donnees: Path, tmp_path: Path
) -> None:
    etat = etudier_l_annee("demonstration", 2026, JOUR, tmp_path, Path("notebooks"))

    assert etat.en_attente
    for service in etat.en_attente:
        assert service.etat == ("en_partie" if service.recus else "attendu"), service


def test_un_fichier_mis_de_cote_est_nomme_et_peut_etre_oublie(
    bureau: BureauOuvert, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(bureau.donnees))
    noter_les_retours("harnes", 2025, [ARevoir(fichier="rendu.docx", le=JOUR, fautes=2)], [])

    def suivre(page: Page) -> None:
        aller_a_l_annee(page, bureau, 2025)
        assert "rendu.docx" in texte(page, "#a-corriger")
        examiner(page)
        page.get_by_role("button", name="Ne plus attendre rendu.docx").click()
        page.get_by_text("rendu.docx").first.wait_for(state="detached")

    conduire(suivre)

    assert "rendu.docx" not in {
        retour.fichier for retour in se_souvenir("harnes").de(2025).a_revoir
    }


def test_ce_qui_change_se_dit_dans_les_mots_du_classeur(
    donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    premier = vierge("rpe")
    poser(premier, "Indicateurs", "etp_rpe", Valeur_2025=0.8)
    deposer([enregistrer(premier, tmp_path, "premier.xlsx")], JOUR)
    second = vierge("rpe")
    poser(second, "Indicateurs", "etp_rpe", Valeur_2025=0.9)

    (recu,) = deposer([enregistrer(second, tmp_path, "second.xlsx")], JOUR).recus

    (changement,) = recu.changements
    assert "relais" in changement.sujet.lower() and "etp_rpe" not in changement.sujet
    assert (changement.avant, changement.apres) == ("0,8", "0,9")
    assert recu.titre == "Convention territoriale globale de Harnes, 2023-2026"


def test_une_fenetre_restee_ouverte_ne_rend_pas_l_ancien_texte_a_une_ligne_recrite(
    donnees: Path,
) -> None:
    ouverte_hier = formulaire("demonstration", 2026)
    montre = {
        champ.nom: champ.valeur
        for partie in ouverte_hier
        for rangee in partie.rangees
        for champ in rangee.champs
    }
    reussites, difficultes = (
        next(nom for nom, valeur in montre.items() if valeur.startswith(debut))
        for debut in ("Le guichet unique est ouvert\n", "Le nombre de gardes à domicile")
    )

    premier = enregistrer_le_formulaire(
        "demonstration", 2026, ouverte_hier, montre | {reussites: "Récrit"}, JOUR
    )
    second = enregistrer_le_formulaire(
        "demonstration", 2026, ouverte_hier, montre | {difficultes: "Autre difficulté"}, JOUR
    )

    ecrit = (donnees / "conventions/demonstration/suivi/2026/appreciations.yaml").read_text("utf-8")
    assert premier.fautes == second.fautes == ()
    assert "Récrit" in ecrit and "Autre difficulté" in ecrit
    assert "Le guichet unique est ouvert" not in ecrit


def rangee_de(debut: str) -> tuple[str, dict[str, str]]:
    """Return the cells of the row of the form of the demonstration that begins with a text: the
    name of that cell, then what all of them show, by name.
    """
    for partie in formulaire("demonstration", 2026):
        for rangee in partie.rangees:
            montre = {champ.nom: champ.valeur for champ in rangee.champs}
            for nom, valeur in montre.items():
                if valeur.startswith(debut):
                    return nom, montre
    raise AssertionError(debut)


def ecrire_au_formulaire(valeurs: dict[str, str], jour: date) -> Ecriture:
    """Record cells of the form of the demonstration, the others as they are shown."""
    parties = formulaire("demonstration", 2026)
    montre = {
        champ.nom: champ.valeur
        for partie in parties
        for rangee in partie.rangees
        for champ in rangee.champs
    }
    return enregistrer_le_formulaire("demonstration", 2026, parties, montre | valeurs, jour)


@pytest.mark.parametrize(
    ("fichier", "debut"),
    [
        ("appreciations", "Le guichet unique est ouvert\n"),
        ("messages", "1 032 enfants et jeunes"),
        ("messages", "Le guichet unique est ouvert, le Moulin"),
        ("bilan", "Engager le renouvellement"),
    ],
)
def test_un_champ_vide_efface_ce_qui_y_etait_et_le_dit(
    donnees: Path, fichier: str, debut: str
) -> None:
    _, rangee = rangee_de(debut)
    ecrit = donnees / f"conventions/demonstration/suivi/2026/{fichier}.yaml"
    premiere_phrase = debut.strip()
    assert premiere_phrase in ecrit.read_text("utf-8")

    ecriture = ecrire_au_formulaire(dict.fromkeys(rangee, ""), date(2026, 12, 2))

    assert ecriture.fautes == ()
    assert any(efface.avant.startswith(debut) for efface in ecriture.effaces)
    assert premiere_phrase not in ecrit.read_text("utf-8")


def test_vider_le_texte_d_une_ligne_signee_suffit_a_la_retirer(donnees: Path) -> None:
    nom, _ = rangee_de("1 032 enfants et jeunes")

    ecriture = ecrire_au_formulaire({nom: ""}, date(2026, 12, 2))

    assert ecriture.fautes == ()
    assert [efface.avant for efface in ecriture.effaces][1:] == ["Service enfance", "19/11/2026"]


def test_vider_la_date_du_comite_dont_les_decisions_restent_est_refuse(donnees: Path) -> None:
    nom, _ = rangee_de("2026-11-17")

    ecriture = ecrire_au_formulaire({nom: ""}, date(2026, 12, 2))

    (faute,) = ecriture.fautes
    assert "rien n'est dit du comité" in faute.trouve and faute.feuille == "Appréciations"


def test_la_date_signee_est_celle_que_l_on_tape_celle_d_avant_sinon_et_jamais_a_venir(
    donnees: Path,
) -> None:
    nom, rangee = rangee_de("Le guichet unique est ouvert, le Moulin")
    signe_le = next(cle for cle, valeur in rangee.items() if valeur == "2026-11-19")

    ecrire_au_formulaire({signe_le: "2026-10-01"}, date(2026, 12, 2))
    assert rangee_de("Le guichet unique est ouvert, le")[1][signe_le] == "2026-10-01"

    ecrire_au_formulaire({nom: "Un autre chapô"}, date(2026, 12, 2))
    assert rangee_de("Un autre chapô")[1][signe_le] == "2026-10-01"

    (faute,) = ecrire_au_formulaire({signe_le: "2026-12-03"}, date(2026, 12, 2)).fautes
    assert faute.trouve == "« 03/12/2026 », un jour à venir, comme jour de signature"


def test_une_premiere_signature_sans_date_dit_le_jour_qu_elle_prend(donnees: Path) -> None:
    nom, rangee = rangee_de("Le guichet unique est ouvert, le Moulin")
    ecrire_au_formulaire(dict.fromkeys(rangee, ""), date(2026, 12, 2))
    sans_date = rangee | {cle: "" for cle, valeur in rangee.items() if valeur == "2026-11-19"}

    ecriture = ecrire_au_formulaire(sans_date | {nom: "Un chapô"}, date(2026, 12, 2))

    (remarque,) = ecriture.remarques
    assert remarque.startswith("Bilan 2026 : Chapô") and "signée du 02/12/2026" in remarque


def test_clore_montre_chaque_ligne_signee_par_qui_et_quand(donnees: Path) -> None:
    chapo, constat = lignes_signees("demonstration", 2026)

    assert (chapo.sujet, chapo.auteur, chapo.jour) == (
        "Chapô",
        "Coordination de la CTG",
        "19/11/2026",
    )
    assert constat.sujet == "Enfants et jeunes accueillis" and constat.auteur == "Service enfance"


@pytest.mark.parametrize(
    "signature", ["Marie Dupont, chargée de coopération", "Mme Dupont", "M. Jean Petit, Caf"]
)
def test_une_personne_ne_signe_pas(donnees: Path, signature: str) -> None:
    _, rangee = rangee_de("1 032 enfants et jeunes")
    signe_par = next(cle for cle, valeur in rangee.items() if valeur == "Service enfance")

    (faute,) = ecrire_au_formulaire({signe_par: signature}, date(2026, 12, 2)).fautes

    assert "le nom d'une personne" in faute.trouve and "un service" in faute.attendu


def test_un_nombre_deja_ecrit_se_relit_comme_on_le_tape(donnees: Path) -> None:
    montres = {
        champ.valeur
        for partie in formulaire("demonstration", 2025)
        for rangee in partie.rangees
        for champ in rangee.champs
        if champ.saisie == "nombre" and champ.valeur
    }

    assert montres, "la démonstration dit combien ont répondu"
    assert all(valeur.isdecimal() for valeur in montres), montres


@pytest.mark.navigateur
def test_le_bouton_quitter_ferme_le_bureau_apres_avoir_demande(tmp_path: Path) -> None:
    def suivre(page: Page) -> None:
        page.goto(ouvert.adresse)
        page.get_by_role("link", name="Quitter").click()
        examiner(page)
        page.get_by_role("link", name="Rester").click()
        page.get_by_role("link", name="Quitter").click()
        assert ouvert.processus.poll() is None
        page.get_by_role("button", name="Quitter le bureau").click()
        page.get_by_role("heading", name="Le bureau est fermé").wait_for()
        examiner(page)

    with ouvrir(tmp_path, DONNEES, "--port", "8991") as ouvert:
        conduire(suivre)

        assert ouvert.processus.wait(timeout=60) == 0


def test_deux_archives_des_memes_fichiers_sont_les_memes_octets() -> None:
    fichiers = [("bilan.pdf", b"%PDF"), ("fiche-1.pdf", b"%PDF")]

    archive = en_zip(fichiers)

    assert archive == en_zip(fichiers)
    assert zipfile.ZipFile(io.BytesIO(archive)).namelist() == ["bilan.pdf", "fiche-1.pdf"]
