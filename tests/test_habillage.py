"""The look that a convention gives its reports: read once, in a child process, and recorded."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pikepdf
import pytest
from modeles_etrangers import (
    EN_TETE,
    avec_partie,
    diapositives_en_4_3,
    diapositives_en_francais,
    word_a_la_francaise,
)
from production_exemple import COUVERTURE, demande, ecrire_carnet, pourquoi, produire

from ctglib import export
from ctglib.commandes.application import lancer
from ctglib.document.blocs import Couverture
from ctglib.donnees.couleurs import LISIBLE, contraste
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import enregistrer, lister
from ctglib.export.diapositives import composer
from ctglib.export.document import SANS_HABILLAGE, Document, Habillage
from ctglib.export.habillage import DE_JOUR, DE_NUIT, lire_habillage

HARNES = "conventions/harnes"
WORD = f"{HARNES}/modele.docx"
DIAPOSITIVES = f"{HARNES}/modele.pptx"
CHARTE = f"{HARNES}/charte.yaml"


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


def test_la_couleur_d_une_convention_est_celle_de_chaque_format(
    donnees: Path, tmp_path: Path
) -> None:
    ecrire_carnet(
        tmp_path / "carnets" / "sobre.ipynb", COUVERTURE, "## Une page", 'paragraphe("rien")'
    )
    formats = ("html", "pdf", "docx", "odt")
    voulue = demande(tmp_path / "carnets", tmp_path / "sortie", formats=formats)
    produire(voulue)
    [page] = (tmp_path / "sortie").rglob("sobre.html")
    assert "#7a1f3d" not in page.read_text(encoding="utf-8")

    (donnees / CHARTE).write_text('couleur: "#7a1f3d"\n', encoding="utf-8")
    assert "charte.yaml" in str(pourquoi(voulue)["sobre"])
    produire(voulue)

    assert ":root { --bleu: #7a1f3d; }" in page.read_text(encoding="utf-8")
    [ecrit] = (tmp_path / "sortie").rglob("sobre.docx")
    titre = docx.Document(str(ecrit)).styles["Title"].font.color
    assert titre is not None and str(titre.rgb) == "7A1F3D"
    [libre] = (tmp_path / "sortie").rglob("sobre.odt")
    assert 'fo:color="#7a1f3d"' in zipfile.ZipFile(libre).read("styles.xml").decode()
    [pdf] = (tmp_path / "sortie").rglob("sobre.pdf")
    assert (0x7A, 0x1F, 0x3D) in _couleurs_du_pdf(pdf)


def test_les_diapositives_prennent_sa_couleur() -> None:
    document = Document("Essai", Couverture(), (), habillage=Habillage(couleur="#7a1f3d"))
    archive = zipfile.ZipFile(BytesIO(composer(document)))

    for partie in ("ppt/theme/theme1.xml", "ppt/slideMasters/slideMaster1.xml"):
        dit = archive.read(partie).decode()
        assert "7A1F3D" in dit and "00558C" not in dit


def test_une_couleur_trop_claire_est_refusee_et_une_couleur_de_nuit_se_lit(donnees: Path) -> None:
    (donnees / CHARTE).write_text('couleur: "#e3b64f"\n', encoding="utf-8")
    with pytest.raises(DonneesInvalides, match="contraste de 1,7"):
        lire_habillage("harnes")
    (donnees / CHARTE).write_text("couleurs: rouge\n", encoding="utf-8")
    with pytest.raises(DonneesInvalides, match="couleur"):
        lire_habillage("harnes")

    (donnees / CHARTE).write_text('couleur: "#7a1f3d"\n', encoding="utf-8")
    habillage = lire_habillage("harnes")

    assert habillage.couleur == "#7a1f3d"
    assert all(contraste(habillage.couleur_de_nuit, fond) >= LISIBLE for fond in DE_NUIT)


def test_les_fonds_des_pages_sont_ceux_sur_lesquels_une_couleur_est_jugee() -> None:
    feuille = (Path(export.__file__).parent / "page.css").read_text(encoding="utf-8")
    fonds = re.findall(r"--(?:papier|fond): (#[0-9a-f]{3,6})", feuille)

    assert [fonds[1] + "fff", fonds[0]] == list(DE_JOUR)
    assert sorted(fonds[2:]) == sorted(DE_NUIT)


def _couleurs_du_pdf(pdf: Path) -> set[tuple[int, ...]]:
    """Return the colours that the pages of a PDF are written in, of 255 parts."""
    couleurs = set()
    for page in pikepdf.open(pdf).pages:
        for operandes, operateur in pikepdf.parse_content_stream(page):
            if str(operateur) in ("scn", "rg"):
                couleurs.add(tuple(round(float(part) * 255) for part in operandes))
    return couleurs
