"""The draft minutes: written in Word, finished by the comité, read back into the follow-up."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import docx
import pytest
import releves_exemple
from import_exemple import JOUR, avec_libreoffice, libreoffice
from ligne_de_commande import ctg
from rapports_produits import Production, Rapport

from ctglib.blocs.decisions import fil_des_decisions
from ctglib.blocs.propositions import proposer
from ctglib.collecte.importer import preparer
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.rapports.bilan import ouvrir_bilan

ANNEE = 2026


@pytest.fixture
def releve(rapports_produits: Production, tmp_path: Path) -> Path:
    """The minutes of a year that is still open, as they are produced."""
    path = tmp_path / "releve.docx"
    path.write_bytes(
        rapports_produits.chemin(Rapport("demonstration", f"{ANNEE}/releve"), "docx").read_bytes()
    )
    return path


def remplir(releve: Path, repere: str, **cellules: str) -> None:
    """Fill cells of the row of a key."""
    releves_exemple.remplir(releve, f"demonstration {ANNEE} {repere}", **cellules)


def fautes(releve: Path) -> str:
    """Return what the import of the minutes says, once it is refused."""
    with pytest.raises(DonneesInvalides) as caught:
        preparer([releve], jour=JOUR)
    return str(caught.value)


def test_chaque_decision_proposee_a_sa_raison_et_de_la_place_pour_le_vote(releve: Path) -> None:
    *_, suites, _, decisions = docx.Document(str(releve)).tables

    assert [cell.text for cell in decisions.rows[0].cells] == [
        "N°",
        "Proposition",
        "Vote",
        "Texte retenu",
        "Service responsable",
        "Pour le",
    ]
    assert decisions.rows[1].cells[0].text.startswith("Leur échéance est passée")
    assert decisions.rows[2].cells[1].text.startswith("Abandonner les modalités en retard")
    # Six of the year before, and two of 2023 that nobody said done.
    assert len(suites.rows) == 1 + 6 + 2


def test_le_releve_dit_ce_qui_est_enregistre_et_se_relit_sans_rien_changer(
    releve: Path, rapports_produits: Production
) -> None:
    close = rapports_produits.chemin(Rapport("demonstration", "2025/releve"), "docx")
    for chemin in (releve, close):
        preparation = preparer([chemin], jour=JOUR)
        assert (preparation.fichiers, preparation.changements) == ({}, ())

    comite, suites, prises = docx.Document(str(close)).tables

    assert [cell.text for cell in comite.rows[1].cells][1] == "9\u00a0décembre 2025"
    assert len(comite.rows) == 2 and len(suites.rows) == 2
    vote = [cell.text for cell in prises.rows[1].cells][1:]
    assert vote == [
        "Rouvrir le site du Moulin pour l'été 2026",
        "Adoptée",
        "Service enfance",
        "30\u00a0juin 2026",
    ]
    dit = "\n".join(paragraphe.text for paragraphe in docx.Document(str(close)).paragraphs)
    assert "L'année est close" in dit and "se remet à" not in dit


def test_aucun_code_n_est_sur_le_papier(releve: Path) -> None:
    vus = []
    for table in docx.Document(str(releve)).tables:
        for cell in table._cells:
            runs = [run for paragraph in cell.paragraphs for run in paragraph.runs]
            vus += [run.text for run in runs if not run.font.hidden]

    assert "1" in vus
    assert not [vu for vu in vus if "_" in vu or "demonstration" in vu]


def test_un_releve_complete_et_renomme_devient_le_bilan_de_l_annee(
    releve: Path, donnees: Path
) -> None:
    remplir(releve, "comite_date", Date="mardi 12 janvier 2027")
    remplir(releve, "suite.rouvrir_le_moulin", Suite="Faite", Précision="Ouvert tout l'été")
    remplir(releve, "suite.local_18_25", Suite="rejetée", Raison="Aucun local")
    remplir(
        releve,
        "decision.retard_2026",
        Vote="Adoptée à l'unanimité",
        Service_responsable="Ville",
        Pour_le="30 juin 2027",
    )
    remplir(releve, "decision.lacunes_2026", Vote="rejetée, 3 voix contre 2")
    remplir(releve, "decision.d2026_1", Texte_retenu="Inviter la Msa", Pour_le="1er mars 2027")
    renomme = releve.rename(releve.with_name("Compte rendu (signé).docx"))

    preparation = preparer([renomme], jour=JOUR)
    preparation.ecrire()

    assert (preparation.convention, preparation.annee) == ("demonstration", ANNEE)
    comite = lire_suivi_brut("demonstration").suivis[ANNEE].bilan.comite
    assert comite is not None
    assert comite.date == date(2027, 1, 12)
    suites = [(item.decision, item.etat, item.raison) for item in comite.suites]
    assert ("rouvrir_le_moulin", "faite", None) in suites
    assert ("local_18_25", "rejetee", "Aucun local") in suites
    assert [
        (item.id, item.etat, item.texte[:25], item.responsable, item.echeance)
        for item in comite.decisions
        if "2026" in item.id and item.id != "reconduction_2026"
    ] == [
        ("d2026_1", "adoptee", "Inviter la Msa", None, date(2027, 3, 1)),
        ("lacunes_2026", "rejetee", "Trancher dans la conventi", None, None),
        ("retard_2026", "adoptee", "Abandonner les modalités ", "Ville", date(2027, 6, 30)),
    ]
    # What was decided, adopted or not, is not asked again.
    restent = set(proposer(ouvrir_bilan("demonstration", ANNEE).etude)["regle"])
    assert not restent & {"retard", "lacunes", "reconduction"}
    assert "suites" in restent


def test_une_decision_rejetee_est_dite_et_n_a_pas_de_suite(releve: Path, donnees: Path) -> None:
    remplir(releve, "comite_date", Date="12/01/2027")
    remplir(releve, "decision.lacunes_2026", Vote="Rejetée")
    preparer([releve], jour=JOUR).ecrire()

    bilan = ouvrir_bilan("demonstration", ANNEE)

    tableau = bilan.decisions()
    assert tableau is not None
    rejetees = tableau.cellules[tableau.cellules["etat"].eq("Rejetée")]
    assert [texte[:20] for texte in rejetees["texte"]] == ["Trancher dans la con"]
    fil = fil_des_decisions(bilan.etude)
    suivies = fil.loc[fil["etat"].ne("rejetee"), "id"].tolist()
    assert suivies and "lacunes_2026" not in suivies


def test_les_fautes_d_un_releve_sont_placees_dans_les_mots_d_un_document_word(
    releve: Path, donnees: Path
) -> None:
    remplir(releve, "comite_date", Date="le mois prochain")
    remplir(releve, "suite.ajouter_des_places", Suite="oubliée", Repoussée_au="septembre 2027")
    remplir(releve, "decision.d2026_3", Vote="oui", Pour_le="3 juin 25")

    dit = fautes(releve)

    assert "releve.docx, tableau 1, ligne 1, colonne « Date »\n    trouvé : « le mois proch" in dit
    assert "releve.docx, tableau 3, ligne 2, colonne « Suite »\n    trouvé : « oubliée »" in dit
    assert "tableau 3, ligne 2, colonne « Repoussée au »\n    trouvé : « septembre 2027 »" in dit
    assert re.search(r"tableau 5, ligne \d+, colonne « Vote »\n    trouvé : « oui »", dit)
    assert "Adoptée, Rejetée" in dit
    assert re.search(r"tableau 5, ligne \d+, colonne « Pour le »", dit)
    assert "feuille" not in dit and "décision.d2026" not in dit
    assert dit.startswith("5 fautes")


def test_ce_qui_serait_perdu_dans_un_releve_est_une_faute(releve: Path, donnees: Path) -> None:
    word = docx.Document(str(releve))
    _, _, suites, _, decisions = word.tables
    suites.rows[0].cells[3].text = "Délai"
    suites.rows[1].cells[3].text = "30/06/2027"
    decisions.add_row().cells[3].text = "Une décision de plus"
    word.save(str(releve))

    dit = fautes(releve)

    assert "tableau 3, colonne « Repoussée au »" in dit and "remettre son titre" in dit
    assert "tableau 3, ligne 1, colonne « Délai »" in dit
    assert re.search(r"tableau 5, ligne \d+\n    trouvé : une ligne ajoutée", dit)


def test_un_releve_vide_ou_d_une_autre_annee_le_dit(
    releve: Path, donnees: Path, tmp_path: Path
) -> None:
    (tmp_path / "vide").mkdir()
    repere = f"demonstration {ANNEE} comite_date"
    vide = releves_exemple.ecrire_en_docx(tmp_path / "vide", repere, "Date du comité", "")
    with pytest.raises(DonneesInvalides, match="un relevé où rien n'est rempli"):
        preparer([vide], jour=JOUR)

    remplir(releve, "comite_date", Date="12/01/2027")
    with pytest.raises(DonneesInvalides, match="2025"):
        preparer([releve], "demonstration", 2025, jour=JOUR)


@pytest.mark.parametrize("contenu", [b"", b"PK\x03\x04abime", b"du texte"])
def test_un_document_abime_a_son_message(tmp_path: Path, contenu: bytes) -> None:
    (tmp_path / "releve.docx").write_bytes(contenu)

    with pytest.raises(DonneesInvalides, match="un document abîmé, ou qui n'est ni de Word"):
        preparer([tmp_path / "releve.docx"], "demonstration", ANNEE, jour=JOUR)


def test_un_document_sans_tableau_du_releve_le_dit(tmp_path: Path) -> None:
    docx.Document().save(tmp_path / "autre.docx")

    done = ctg("importer", "autre.docx", "-c", "demonstration", "-a", str(ANNEE), dossier=tmp_path)

    assert (
        done.returncode == 1
        and "aucun tableau du relevé" in done.stderr
        and "Traceback" not in done.stderr
    )


@avec_libreoffice
def test_libreoffice_l_ouvre(releve: Path, tmp_path: Path) -> None:
    libreoffice(releve, tmp_path / "pdf", "pdf")

    assert (tmp_path / "pdf" / "releve.pdf").stat().st_size > 10_000


@avec_libreoffice
@pytest.mark.parametrize("sorte", ["docx", "odt"])
def test_enregistre_par_libreoffice_il_se_relit(
    sorte: str, releve: Path, tmp_path: Path, donnees: Path
) -> None:
    remplir(releve, "comite_date", Date="12/01/2027")
    remplir(releve, "decision.lacunes_2026", Vote="rejetée")

    libreoffice(releve, tmp_path / "relu", sorte)

    preparation = preparer([tmp_path / "relu" / f"releve.{sorte}"], jour=JOUR)
    assert (preparation.convention, preparation.annee) == ("demonstration", ANNEE)
    assert preparation.nouvelles["decisions"] == 1
