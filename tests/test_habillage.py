"""The look that a convention gives its reports: read once, in a child process, and recorded."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from modeles_etrangers import (
    EN_TETE,
    avec_partie,
    diapositives_en_4_3,
    diapositives_en_francais,
    word_a_la_francaise,
)
from production_exemple import COUVERTURE, demande, ecrire_carnet, pourquoi, produire

from ctglib.commandes.application import lancer
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer, lister
from ctglib.export.document import SANS_HABILLAGE
from ctglib.export.habillage import lire_habillage

HARNES = "conventions/harnes"
WORD = f"{HARNES}/modele.docx"
DIAPOSITIVES = f"{HARNES}/modele.pptx"


def test_sans_modele_le_notre_sert_et_son_absence_est_notee() -> None:
    with enregistrer() as journal:
        assert lire_habillage("harnes") == SANS_HABILLAGE

    assert {WORD, DIAPOSITIVES} <= journal.absents


def test_un_modele_pose_est_lu_et_compte_parmi_les_fichiers_lus(donnees: Path) -> None:
    (donnees / WORD).write_bytes(word_a_la_francaise())
    (donnees / DIAPOSITIVES).write_bytes(diapositives_en_4_3())

    with enregistrer() as journal:
        habillage = lire_habillage("harnes")

    assert habillage.word is not None
    assert habillage.diapositives is not None
    assert {WORD, DIAPOSITIVES} <= set(journal.lus)
    assert "modele.docx" in lister(HARNES)  # what an archive of the convention lists


def test_toutes_les_fautes_des_deux_modeles_sont_dites(donnees: Path) -> None:
    (donnees / WORD).write_bytes(avec_partie(word_a_la_francaise(), "word/vbaProject.bin", b"x"))
    (donnees / DIAPOSITIVES).write_bytes(b"bonjour")

    with pytest.raises(DonneesInvalides) as levee:
        lire_habillage("harnes")

    assert [faute.fichier for faute in levee.value.fautes] == [WORD, DIAPOSITIVES]


def test_valider_dit_ce_que_le_modele_n_a_pas_ou_pourquoi_il_est_refuse(
    donnees: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (donnees / DIAPOSITIVES).write_bytes(diapositives_en_francais())
    assert lancer(["valider", "--convention", "harnes"]) == 0
    assert "modele.pptx n'a pas les dispositions « Preuve »" in capsys.readouterr().out

    (donnees / DIAPOSITIVES).write_bytes(b"bonjour")
    assert lancer(["valider", "--convention", "harnes"]) == 1
    dit = capsys.readouterr().err
    assert DIAPOSITIVES in dit and "abîmé ou chiffré" in dit


def test_un_modele_pose_ou_change_refait_les_rapports(donnees: Path, tmp_path: Path) -> None:
    ecrire_carnet(tmp_path / "carnets" / "sobre.ipynb", COUVERTURE, 'paragraphe("rien")')
    voulue = demande(tmp_path / "carnets", tmp_path / "sortie", formats=("docx",))
    produire(voulue)
    assert pourquoi(voulue) == {}

    (donnees / WORD).write_bytes(word_a_la_francaise())
    assert "modele.docx" in str(pourquoi(voulue)["sobre"])
    produire(voulue)

    [ecrit] = (tmp_path / "sortie").rglob("sobre.docx")
    assert docx.Document(str(ecrit)).sections[0].header.paragraphs[0].text == EN_TETE
    assert pourquoi(voulue) == {}
    (donnees / WORD).unlink()
    assert "modele.docx" in str(pourquoi(voulue)["sobre"])
