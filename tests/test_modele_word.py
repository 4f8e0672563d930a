"""A convention's own Word template: its styles serve, what it lacks is said, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from carnet_exemple import carnet
from docx.oxml.ns import qn
from import_exemple import avec_libreoffice
from modeles_etrangers import (
    EN_TETE,
    OUBLI,
    avec_partie,
    avec_relation,
    par_libreoffice,
    word_a_la_francaise,
    word_en_paysage,
    word_sans_styles,
)

from ctglib.donnees.couleurs import LISIBLE, contraste
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modele_word import STYLES, adopter_word, entetes_et_pieds
from ctglib.export.document import Document, Habillage, assembler
from ctglib.export.habillage import remplaces
from ctglib.export.word import MODELE, composer

Word = docx.document.Document
FABRIQUES = {
    "à la française": word_a_la_francaise,
    "en paysage": word_en_paysage,
    "sans styles": word_sans_styles,
}


@pytest.fixture(scope="module")
def document() -> Document:
    return assembler(carnet())


@pytest.fixture(scope="module")
def le_notre(document: Document) -> Word:
    return docx.Document(BytesIO(composer(document)))


@pytest.fixture(
    scope="module",
    params=[*FABRIQUES, pytest.param("LibreOffice", marks=avec_libreoffice)],
)
def modele(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if request.param == "LibreOffice":
        dossier = tmp_path_factory.mktemp("modele")
        return par_libreoffice(word_a_la_francaise(), dossier, ".docx", "odt")
    return FABRIQUES[request.param]()


@pytest.fixture(scope="module")
def habillage(modele: bytes) -> Habillage:
    return Habillage(word=adopter_word("modele.docx", modele, MODELE.read_bytes()))


@pytest.fixture(scope="module")
def octets(document: Document, habillage: Habillage) -> bytes:
    return composer(replace(document, habillage=habillage))


@pytest.fixture(scope="module")
def ecrit(octets: bytes) -> Word:
    return docx.Document(BytesIO(octets))


def _textes_des_tableaux(word: Word) -> list[list[str]]:
    return [[cell.text for row in table.rows for cell in row.cells] for table in word.tables]


def test_rien_ne_manque_au_rapport_et_rien_du_modele_n_y_entre(le_notre: Word, ecrit: Word) -> None:
    paragraphes = [paragraph.text for paragraph in ecrit.paragraphs]

    assert paragraphes == [paragraph.text for paragraph in le_notre.paragraphs]
    assert _textes_des_tableaux(ecrit) == _textes_des_tableaux(le_notre)
    assert len(ecrit.inline_shapes) == len(le_notre.inline_shapes)
    assert OUBLI not in paragraphes
    assert ecrit.core_properties.author == le_notre.core_properties.author


def test_chaque_paragraphe_a_le_style_du_meme_nom(le_notre: Word, ecrit: Word) -> None:
    def styles(word: Word) -> list[str]:
        return [paragraph.style.name.lower() for paragraph in word.paragraphs]

    assert styles(ecrit) == styles(le_notre)


def test_une_liste_garde_ses_puces(ecrit: Word) -> None:
    listes = [par for par in ecrit.paragraphs if par.style.name == "List Bullet"]
    numeros = listes[0].style.element.xpath(".//w:numId/@w:val")
    numerotation = ecrit.part.numbering_part.element

    assert numerotation.xpath(f'w:num[@w:numId="{numeros[0]}"]')


def test_rien_ne_depasse_du_texte_ni_de_la_page(ecrit: Word) -> None:
    section = ecrit.sections[0]
    largeur = section.page_width - section.left_margin - section.right_margin
    hauteur = section.page_height - section.top_margin - section.bottom_margin
    colonnes = section._sectPr.find(qn("w:cols")).get(qn("w:num"))

    for table in ecrit.tables:
        assert sum(column.width for column in table.columns) <= largeur + 635 * len(table.columns)
    assert all(shape.width <= largeur for shape in ecrit.inline_shapes)
    assert all(shape.height < hauteur for shape in ecrit.inline_shapes)
    assert colonnes in (None, "1")


def test_un_lecteur_d_ecran_y_trouve_la_meme_chose(le_notre: Word, ecrit: Word) -> None:
    def alternatives(word: Word) -> list[str]:
        return word.element.xpath("//wp:docPr/@descr")

    assert alternatives(ecrit) == alternatives(le_notre)
    for table in ecrit.tables:
        assert "w:tblHeader" in table.rows[0]._tr.xml
        assert table._tbl.tblPr.xpath("w:tblCaption/@w:val")
    assert ecrit.styles.element.xpath("w:docDefaults//w:lang/@w:val") == ["fr-FR"]
    assert not ecrit.styles.element.xpath("w:style//w:lang")
    assert ecrit.core_properties.title == le_notre.core_properties.title


def test_chaque_page_dit_de_quel_rapport_elle_est(ecrit: Word) -> None:
    for entete, pied in entetes_et_pieds(ecrit):
        assert entete.paragraphs[-1].text == "Diagnostic d'essai – Harnes"
        assert pied.paragraphs[-1].text.startswith("Source\u00a0: Caf du Pas-de-Calais.")
        assert "NUMPAGES" in pied._element.xml


def test_tout_se_lit_sur_son_fond(ecrit: Word) -> None:
    for style in ecrit.styles.element.findall(qn("w:style")):
        couleur = style.find(f"{qn('w:rPr')}/{qn('w:color')}")
        if style.get(qn("w:styleId")) not in STYLES or couleur is None:
            continue
        valeur = couleur.get(qn("w:val"))
        assert valeur == "auto" or contraste(f"#{valeur}", "#ffffff") >= LISIBLE


def test_le_meme_modele_donne_les_memes_octets(
    document: Document, modele: bytes, octets: bytes
) -> None:
    adopte = adopter_word("modele.docx", modele, MODELE.read_bytes())

    assert composer(replace(document, habillage=Habillage(word=adopte))) == octets


def test_ce_que_le_modele_n_a_pas_ou_ne_laisse_pas_lire_est_dit() -> None:
    notre = MODELE.read_bytes()
    jaune = adopter_word("modele.docx", word_a_la_francaise(), notre)
    pauvre = adopter_word("modele.docx", word_sans_styles(), notre)

    dits = remplaces(Habillage(word=jaune))
    assert "modele.docx, « Heading 1 » : contraste de 1,3, 4,5 attendu" in dits[1]
    assert "« Note », « Source », « Avertissement », « Cellule »" in dits[0]
    assert "« Title »" not in dits[0] and "« Table Caption »" not in dits[0]
    assert {"Title", "List Bullet", "Table Caption"} <= set(pauvre.absents)
    assert pauvre.illisibles == {}
    assert "Normal" not in pauvre.absents and "Heading 1" not in pauvre.absents


def test_ce_que_le_modele_porte_en_entete_y_reste() -> None:
    adopte = adopter_word("modele.docx", word_a_la_francaise(), MODELE.read_bytes())
    word = docx.Document(BytesIO(adopte.octets))

    for entete in (word.sections[0].header, word.sections[0].first_page_header):
        assert entete.paragraphs[0].text == EN_TETE
        assert entete._element.xpath(".//pic:pic")
        assert all(image.get("descr") for image in entete._element.xpath(".//wp:docPr"))
    assert word.styles["Heading 2"].font.color.rgb == docx.shared.RGBColor(0x1B, 0x5E, 0x20)
    assert word.styles["Normal"].font.name == "Georgia"


LOCAL = "/".join(("file:", "", ""))  # how the address of a file of a machine begins
HOSTILES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "des macros": (lambda m: avec_partie(m, "word/vbaProject.bin", b"x"), "contient des macros"),
    "une image liée": (
        lambda m: avec_relation(
            m, "word/_rels/header1.xml.rels", "image", f"{LOCAL}/etc/passwd", dehors=True
        ),
        f"va chercher « {LOCAL}/etc/passwd » hors de lui",
    ),
    "un objet": (
        lambda m: avec_relation(
            m, "word/_rels/header1.xml.rels", "oleObject", "styles.xml", dehors=False
        ),
        "un objet d'un autre programme (« oleObject »)",
    ),
    "un fichier tronqué": (lambda m: m[: len(m) // 2], "abîmé ou chiffré"),
    "un texte": (lambda m: b"bonjour", "abîmé ou chiffré"),
    "une bombe": (
        lambda m: avec_partie(m, "word/media/image9.png", bytes(61 * 1024**2)),
        "trop gros",
    ),
}


@pytest.mark.parametrize("cas", HOSTILES)
def test_un_modele_qui_apporte_autre_chose_que_des_styles_est_refuse(cas: str) -> None:
    abimer, faute = HOSTILES[cas]

    with pytest.raises(DonneesInvalides, match=r"modele\.docx") as levee:
        adopter_word("modele.docx", abimer(word_a_la_francaise()), MODELE.read_bytes())

    assert faute in str(levee.value)


def test_l_adresse_du_modele_du_modele_s_en_va(tmp_path: Path) -> None:
    lie = avec_relation(
        word_a_la_francaise(),
        "word/_rels/settings.xml.rels",
        "attachedTemplate",
        f"{LOCAL}/C:/modele.dotx",
        dehors=True,
    )

    adopte = adopter_word("modele.docx", lie, MODELE.read_bytes())

    assert b"modele.dotx" not in adopte.octets
