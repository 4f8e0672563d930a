"""A convention's own PowerPoint template: its layouts serve, what it lacks is said, nothing is
lost.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pandas as pd
import pptx
import pytest
from carnet_exemple import carnet
from import_exemple import avec_libreoffice
from modeles_etrangers import (
    OUBLI,
    avec_partie,
    avec_relation,
    diapositives_aux_autres_noms,
    diapositives_en_4_3,
    diapositives_en_francais,
    par_libreoffice,
)
from pptx import Presentation
from pptx.dml.color import RGBColor

from ctglib.document.tableau import Colonne, Tableau
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modele_diapositives import adopter_diapositives
from ctglib.export.diapositives import MODELE, Diapositive
from ctglib.export.diapositives_du_modele import Jeu, composer
from ctglib.export.document import Document, Habillage, assembler
from ctglib.export.habillage import remplaces

Presentee = pptx.presentation.Presentation
FABRIQUES = {
    "en 4:3": diapositives_en_4_3,
    "en français": diapositives_en_francais,
    "aux autres noms": diapositives_aux_autres_noms,
}
SOMBRE = RGBColor(0x1D, 0x24, 0x29)
BLANC = RGBColor(0xFF, 0xFF, 0xFF)


@pytest.fixture(scope="module")
def document() -> Document:
    return assembler(carnet())


@pytest.fixture(scope="module")
def le_notre(document: Document) -> Presentee:
    return Presentation(BytesIO(composer(document)))


@pytest.fixture(
    scope="module",
    params=[*FABRIQUES, pytest.param("LibreOffice", marks=avec_libreoffice)],
)
def modele(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if request.param == "LibreOffice":
        dossier = tmp_path_factory.mktemp("modele")
        return par_libreoffice(diapositives_en_4_3(), dossier, ".pptx", "odp")
    return FABRIQUES[request.param]()


@pytest.fixture(scope="module")
def habillage(modele: bytes) -> Habillage:
    adopte = adopter_diapositives("modele.pptx", modele, MODELE.read_bytes())
    return Habillage(diapositives=adopte)


@pytest.fixture(scope="module")
def octets(document: Document, habillage: Habillage) -> bytes:
    return composer(replace(document, habillage=habillage))


@pytest.fixture(scope="module")
def jeu(octets: bytes) -> Presentee:
    return Presentation(BytesIO(octets))


def _textes(presentation: Presentee) -> list[set[str]]:
    pages = []
    for slide in presentation.slides:
        textes = {
            par.text
            for shape in slide.shapes
            if shape.has_text_frame
            for par in shape.text_frame.paragraphs
        }
        pages.append(textes - {""})
    return pages


def _alternatives(presentation: Presentee) -> list[list[str]]:
    return [
        sorted(slide.element.xpath(".//p:pic/*/p:cNvPr/@descr")) for slide in presentation.slides
    ]


def test_rien_ne_manque_et_rien_du_modele_n_y_entre(le_notre: Presentee, jeu: Presentee) -> None:
    assert _textes(jeu) == _textes(le_notre)
    assert _alternatives(jeu) == _alternatives(le_notre)
    assert OUBLI not in str(_textes(jeu))
    assert jeu.core_properties.author == le_notre.core_properties.author


def test_rien_ne_depasse_de_la_diapositive(jeu: Presentee) -> None:
    for slide in jeu.slides:
        for shape in slide.shapes:
            assert shape.left >= 0 and shape.top >= 0
            assert shape.left + shape.width <= jeu.slide_width
            assert shape.top + shape.height <= jeu.slide_height


def test_ce_qui_est_sous_le_titre_ne_le_couvre_pas(jeu: Presentee) -> None:
    for slide in jeu.slides:
        titre = slide.shapes.title
        for shape in slide.shapes:
            if shape.shape_id != titre.shape_id:
                dessous = shape.top >= titre.top + titre.height
                dessus = shape.top + shape.height <= titre.top
                assert dessous or dessus, shape.name


def test_un_lecteur_d_ecran_y_trouve_titres_notes_et_langue(
    le_notre: Presentee, jeu: Presentee
) -> None:
    for slide, la_notre in zip(jeu.slides, le_notre.slides, strict=True):
        assert slide.shapes.title.text == la_notre.shapes.title.text
        assert slide.element.xpath(".//a:r") == slide.element.xpath(".//a:r[a:rPr/@lang='fr-FR']")
        assert all(place.text_frame.text for place in slide.placeholders)
        if la_notre.has_notes_slide:
            notes = la_notre.notes_slide.notes_text_frame.text
            assert slide.notes_slide.notes_text_frame.text == notes


def test_le_meme_modele_donne_les_memes_octets(
    document: Document, modele: bytes, octets: bytes
) -> None:
    adopte = adopter_diapositives("modele.pptx", modele, MODELE.read_bytes())

    assert composer(replace(document, habillage=Habillage(diapositives=adopte))) == octets


def test_un_tableau_y_tient_et_s_y_lit(habillage: Habillage) -> None:
    assert habillage.diapositives is not None
    libelle = "Enfants et jeunes accueillis dans les accueils de loisirs, en été"
    lignes = pd.DataFrame([[libelle, "1 080", "985", "à surveiller"]] * 6, columns=[*"abcd"])
    colonnes = [Colonne(cle, f"Colonne {cle}") for cle in lignes]
    preuve = Tableau.de(lignes, colonnes, nom="preuve", titre="Les accueils", source="Caf")
    page = Diapositive("Un tableau le dit", preuve)
    ecrit = Jeu(habillage.diapositives, {}, [page])
    ecrit.ajouter(page, "")
    jeu = Presentation(BytesIO(ecrit.terminer(assembler(carnet()))))

    (forme,) = [shape for shape in jeu.slides[0].shapes if shape.has_table]
    (source,) = [
        shape
        for shape in jeu.slides[0].shapes
        if shape.has_text_frame and shape.text_frame.text.startswith("Source")
    ]
    assert sum(row.height for row in forme.table.rows) + forme.top <= source.top
    assert sum(column.width for column in forme.table.columns) <= forme.width + 12_700 * 9
    assert forme._element.xpath("./p:nvGraphicFramePr/p:cNvPr/@descr")
    assert forme.table.first_row
    for cell in forme.table.iter_cells():
        assert cell.fill.fore_color.rgb != SOMBRE
        assert {r.font.color.rgb for p in cell.text_frame.paragraphs for r in p.runs} <= {SOMBRE}


def test_un_texte_qui_ne_se_lirait_pas_est_sombre_sur_blanc_et_c_est_dit(
    document: Document,
) -> None:
    adopte = adopter_diapositives("modele.pptx", diapositives_en_francais(), MODELE.read_bytes())
    habillage = Habillage(diapositives=adopte)
    jeu = Presentation(BytesIO(composer(replace(document, habillage=habillage))))

    dits = remplaces(habillage)
    assert dits[0].startswith("modele.pptx n'a pas les dispositions « Preuve »")
    assert dits[1].startswith("modele.pptx, « Titre et contenu » : contraste de 2,7")
    for slide in jeu.slides:
        titre = slide.shapes.title
        assert titre.fill.fore_color.rgb == BLANC
        assert titre.text_frame.paragraphs[0].runs[0].font.color.rgb == SOMBRE


def test_une_disposition_se_reconnait_a_son_nom_ou_a_son_genre() -> None:
    notre = MODELE.read_bytes()
    ordinaire = adopter_diapositives("modele.pptx", diapositives_en_4_3(), notre)
    autres = adopter_diapositives("modele.pptx", diapositives_aux_autres_noms(), notre)

    assert ordinaire.dispositions == {"Couverture": 0, "Liste": 1, "Preuve": 5}
    assert ordinaire.absents == ()
    assert autres.dispositions["Liste"] == 0
    assert autres.absents == ("Couverture", "Preuve")


@pytest.mark.parametrize(
    ("abime", "faute"),
    [
        (lambda m: avec_partie(m, "ppt/vbaProject.bin", b"x"), "contient des macros"),
        (
            lambda m: avec_relation(
                m,
                "ppt/slideMasters/_rels/slideMaster1.xml.rels",
                "image",
                "https://ailleurs.example/fond.png",
                dehors=True,
            ),
            "va chercher « https://ailleurs.example/fond.png » hors de lui",
        ),
        (
            lambda m: avec_relation(
                m,
                "ppt/slideMasters/_rels/slideMaster1.xml.rels",
                "oleObject",
                "../theme/theme1.xml",
                dehors=False,
            ),
            "un objet d'un autre programme (« oleObject »)",
        ),
        (lambda m: m[:1000], "abîmé ou chiffré"),
    ],
)
def test_un_modele_qui_apporte_autre_chose_est_refuse(abime, faute: str) -> None:
    with pytest.raises(DonneesInvalides) as levee:
        adopter_diapositives("modele.pptx", abime(diapositives_en_4_3()), MODELE.read_bytes())

    assert faute in str(levee.value)
