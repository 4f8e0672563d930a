"""A drawing is one element of a page: valid, its ids its own, without style sheet, the same bytes each time."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from dessin_svg import mots, racine, textes
from fontTools.ttLib import TTFont
from graphiques_exemple import HOSTILE

from ctglib.document.polices import FAMILLE, SECOURS, fichiers
from ctglib.graphiques.planche import Planche
from ctglib.graphiques.svg import nombre, rendre
from ctglib.graphiques.textes import mesurer


def _dessin(nom: str, taille: str = "large", mot: str = "Un mot", alt: str = "Ce que montre le dessin.") -> str:
    planche = Planche(taille)
    planche.texte(2, 10, mot)
    planche.texte(2, 25, "En gras", gras=True)
    planche.trait([(0, 35), (100, 35)], planche.couleurs.filet, style="tirets")
    planche.marque(50, 35, "disque", planche.couleurs.territoire)
    planche.marque(70, 35, "losange", planche.couleurs.reference)
    planche.rectangle(0, 45, 40, 10, hachure=True)
    planche.cercle((60, 60), 10, planche.couleurs.reference)
    return rendre(planche.dessin(80), nom, alt, taille)


def _ids(svg: str) -> list[str]:
    return re.findall(r'\bid="([^"]+)"', svg)


@pytest.mark.parametrize(
    ("signe", "gras", "police"),
    [
        *(
            (signe, gras, (FAMILLE, "700" if gras else "400", "normal"))
            for signe in "Aéiœ€1 «\u202f\u00a0–"
            for gras in (False, True)
        ),
        *((signe, False, (SECOURS, "400", "normal")) for signe in "إ⚠"),
    ],
)
def test_la_largeur_d_un_signe_est_celle_que_dit_la_police(
    signe: str, *, gras: bool, police: tuple[str, str, str]
) -> None:
    font = TTFont(fichiers()[police])
    width = font["hmtx"][font.getBestCmap()[ord(signe)]][0] / font["head"].unitsPerEm

    assert mesurer(signe * 3, 10.0, gras) == pytest.approx(30 * width, abs=0.01)


def test_deux_dessins_d_une_page_n_ont_aucun_identifiant_commun() -> None:
    drawings = [_dessin(nom, taille) for nom in ("un", "deux") for taille in ("large", "etroit")]

    ids = [name for drawing in drawings for name in _ids(drawing)]

    assert len(ids) >= 3 * len(drawings)
    assert len(set(ids)) == len(ids)


def test_chaque_renvoi_d_un_dessin_mene_a_un_de_ses_identifiants() -> None:
    drawing = _dessin("un")

    calls = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', drawing)

    assert calls
    assert {one or other for one, other in calls} == set(_ids(drawing))


def test_le_meme_dessin_donne_les_memes_octets() -> None:
    assert _dessin("un") == _dessin("un")


def test_un_dessin_n_apporte_ni_style_ni_script_ni_date_ni_adresse() -> None:
    drawing = _dessin("un")

    tags = {element.tag.split("}")[1] for element in racine(drawing).iter()}
    assert tags <= {"svg", "g", "defs", "path", "use", "text", "pattern", "rect", "clipPath", "circle"}
    assert not re.search(r"style=|<\?xml|<!DOCTYPE|<metadata|matplotlib", drawing)
    assert re.findall(r"https?://[^\"]+", drawing) == ["http://www.w3.org/2000/svg"]


def test_un_dessin_est_une_image_qui_porte_son_texte_de_remplacement() -> None:
    root = racine(_dessin("un", alt='Taux de "Harnes" : 5 < 6 & 7'))

    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Taux de "Harnes" : 5 < 6 & 7'
    assert root.get("class") == "dessin-large"


def test_un_texte_hostile_reste_du_texte() -> None:
    drawing = _dessin("un", mot=HOSTILE, alt=HOSTILE)

    assert "<script" not in drawing
    assert HOSTILE in mots(drawing)
    assert racine(drawing).get("aria-label") == HOSTILE


@pytest.mark.parametrize(
    "mot", ["a\x00b", "a\x0bb", "a\ud800b", "a\uffffb"], ids=["nul", "tabulation", "moitie", "fin"]
)
def test_un_caractere_que_le_xml_interdit_est_remplace(mot: str) -> None:
    drawing = _dessin("un", mot=mot, alt=mot)

    assert "a\ufffdb" in mots(drawing)
    assert ElementTree.fromstring(drawing).get("aria-label") == "a\ufffdb"


def test_cinq_mille_caracteres_tiennent_en_trois_lignes_qui_disent_qu_il_en_manque() -> None:
    planche = Planche("etroit")

    for mot in ("mot " * 1250, "m" * 5000):
        lines = planche.couper(mot, 100, 3)

        assert len(lines) == 3
        assert lines[-1].endswith("…")
        assert all(planche.mesurer(line) <= 100 for line in lines)


def test_un_texte_se_coupe_entre_deux_mots_sans_en_perdre() -> None:
    text = "Part des moins de 3 ans dont les parents travaillent : 36,8 %"

    lines = Planche("large").couper(text, 120, 9)

    assert " ".join(lines) == "Part des moins de 3 ans dont les parents travaillent\u00a0: 36,8\u202f%"


def test_un_texte_en_gras_garde_sa_famille_et_sa_taille() -> None:
    root = racine(_dessin("un"))

    bold = next(item for item in root.iter() if item.text == "En gras")
    assert bold.get("font-weight") == "700"
    assert "Source Sans Pro" in root.get("font-family")
    assert len(textes(_dessin("un"))) == 2


def test_deux_marques_semblables_partagent_un_contour_et_deux_couleurs_en_ont_deux() -> None:
    planche = Planche("large")
    for x, colour in ((10, "territoire"), (20, "territoire"), (30, "reference")):
        planche.marque(x, 10, "disque", getattr(planche.couleurs, colour))

    drawing = rendre(planche.dessin(20), "un", "alt")

    assert re.findall(r'href="#un-large-(\d)"', drawing) == ["1", "1", "2"]
    assert drawing.count("<defs>") == 2
    assert "font-family" not in drawing


def test_ce_qui_est_dessous_est_ecrit_avant() -> None:
    planche = Planche("large")
    planche.texte(0, 10, "Un mot", fond=True)
    planche.trait([(0, 10), (20, 10)], "#112233")
    planche.rectangle(0, 0, 20, 20, couleur="#445566")
    planche.polygone([(0, 0), (5, 5), (0, 5), (0, 0)], "#000000", opacite=0.5)

    drawing = rendre(planche.dessin(20), "un", "alt")

    assert re.findall(r'd="([^"]+)"', drawing)[:3] == [
        "M 0 0 L 20 0 L 20 20 L 0 20 z",
        "M 0 0 L 5 5 L 0 5 z",
        "M 0 10 L 20 10",
    ]
    assert '<path d="M 0 0 L 5 5 L 0 5 z" opacity="0.5"/>' in drawing
    assert drawing.endswith(">Un mot</text></svg>")


@pytest.mark.parametrize(
    ("valeur", "ecrit"),
    [(1.0, "1"), (1.005, "1"), (307.92499999999995, "307.93"), (-0.001, "0"), (1234567.0, "1234567")],
)
def test_un_nombre_est_au_centieme(valeur: float, ecrit: str) -> None:
    assert nombre(valeur) == ecrit
