"""The draft minutes: written in Word, finished by the comité, read back into the follow-up."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import docx
import pytest
from import_exemple import JOUR, avec_libreoffice, libreoffice
from ligne_de_commande import ctg
from rapports_produits import Production, Rapport

from ctglib.collecte.importer import preparer
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.suivi import lire_suivi_brut

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
    """Fill cells of the row of a key; « _ » stands for a space in the headings."""
    word = docx.Document(releve)
    for table in word.tables:
        heads = [cell.text for cell in table.rows[0].cells]
        for row in table.rows:
            if row.cells[0].text == repere:
                for head, text in cellules.items():
                    row.cells[heads.index(head.replace("_", " "))].text = text
    word.save(releve)


def test_chaque_decision_proposee_a_sa_raison_et_de_la_place_pour_le_vote(releve: Path) -> None:
    *_, suites, decisions = docx.Document(releve).tables

    assert [cell.text for cell in decisions.rows[0].cells] == [
        "Repère",
        "Proposition",
        "Vote",
        "Texte",
        "Service responsable",
        "Date",
    ]
    assert "la reconduction est expresse" in decisions.rows[1].cells[0].text
    assert decisions.rows[2].cells[1].text.startswith("Dire si la convention est reconduite")
    assert len(suites.rows) == 7


def test_un_releve_complete_devient_le_bilan_de_l_annee(releve: Path, donnees: Path) -> None:
    remplir(releve, "comite_date", Date="12/01/2027")
    remplir(releve, "suite.rouvrir_le_moulin", Choix="Faite", Texte="Ouvert tout l'été")
    remplir(
        releve,
        "decision.d2026_1",
        Vote="Adoptée à l'unanimité",
        Service_responsable="Ville",
        Date="30/06/2027",
    )
    remplir(releve, "decision.d2026_2", Vote="rejetée")
    remplir(releve, "decision.d2026_9", Texte="Inviter la Msa")

    preparer([releve], "demonstration", ANNEE, jour=JOUR).ecrire()

    comite = lire_suivi_brut("demonstration").suivis[ANNEE].bilan.comite
    assert comite.date == date(2027, 1, 12)
    assert ("rouvrir_le_moulin", "faite") in [(item.decision, item.etat) for item in comite.suites]
    assert [
        (item.id, item.texte[:25], item.responsable, item.echeance)
        for item in comite.decisions
        if "2026_" in item.id
    ] == [
        ("d2026_1", "Dire si la convention est", "Ville", date(2027, 6, 30)),
        ("d2026_9", "Inviter la Msa", None, None),
    ]


def test_une_date_fausse_est_dite_a_sa_place_et_rien_n_est_ecrit(
    releve: Path, donnees: Path
) -> None:
    remplir(releve, "comite_date", Date="le mois prochain")

    with pytest.raises(DonneesInvalides, match=r"releve\.docx") as caught:
        preparer([releve], "demonstration", ANNEE, jour=JOUR)

    assert "le mois prochain" in str(caught.value)


@pytest.mark.parametrize("contenu", [b"", b"PK\x03\x04abime", b"du texte"])
def test_un_document_abime_a_son_message(tmp_path: Path, contenu: bytes) -> None:
    (tmp_path / "releve.docx").write_bytes(contenu)

    with pytest.raises(DonneesInvalides, match="un document abîmé, ou qui n'est pas de Word"):
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
