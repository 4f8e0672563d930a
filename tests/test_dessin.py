"""A figure on its way to a page or a file: valid SVG, ids of its own, texts as text, the same bytes
each time.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from dessin_svg import mots, racine, textes
from fontTools.ttLib import TTFont
from graphiques_exemple import HOSTILE, figure_en_halteres
from matplotlib.colors import to_hex

from ctglib.document.figure import STYLE, charte, charter_style, measure, svg
from ctglib.document.signes import FAMILLE, SECOURS, fichiers
from ctglib.graphiques.planche import Planche


def _dessin(
    nom: str, taille: str = "large", mot: str = "Un mot", alt: str = "Ce que montre le dessin."
) -> str:
    with charter_style():
        planche = Planche(taille)
        planche.write(2, 10, mot)
        planche.write(2, 25, "En gras", bold=True)
        planche.rule([(0, 35), (100, 35)], planche.couleurs.filet, style="--")
        planche.marks([50, 60], [35, 35], planche.couleurs.territoire)
        planche.marks([70], [35], planche.couleurs.reference, form="D")
        planche.rectangle(0, 45, 40, 10, None)
        return svg(planche.finish(80), nom, alt, taille)


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

    assert measure(signe * 3, 10.0, gras) == pytest.approx(30 * width, abs=0.01)


@pytest.mark.filterwarnings("error")
def test_un_signe_que_n_a_aucune_des_deux_polices_a_une_largeur_et_ne_previent_pas() -> None:
    assert measure("\u0378", 10.0, bold=False) > 0
    assert "[signe U+0378] 😀" in mots(_dessin("un", mot="\u0378 😀"))


@pytest.mark.skipif(
    not Path("/proc/self/fd").is_dir(),
    reason="les descripteurs ouverts ne se lisent que sous Linux",
)
def test_mesurer_ne_laisse_ouvert_aucun_fichier_que_des_ouvriers_liraient_ensemble() -> None:
    code = (
        "from pathlib import Path; from ctglib.document.figure import measure; measure('a', 9.0, True)\n"
        "print(*[link.resolve() for link in Path('/proc/self/fd').iterdir()])"
    )

    opened = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout

    assert ".ttf" not in opened


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
    figure = figure_en_halteres([(15.9, 15.1), (37.0, 44.4)])

    assert _dessin("un") == _dessin("un")
    assert figure.svg_large == figure.svg_large


def test_un_dessin_n_apporte_ni_style_ni_script_ni_date_ni_adresse() -> None:
    drawing = _dessin("un")

    tags = {element.tag.split("}")[1] for element in racine(drawing).iter()}
    assert tags <= {
        "svg",
        "g",
        "defs",
        "path",
        "use",
        "text",
        "pattern",
        "rect",
        "clipPath",
        "circle",
    }
    assert not re.search(r"style=|<\?xml|<!DOCTYPE|<metadata|matplotlib", drawing)
    assert re.findall(r"https?://[^\"]+", drawing) == ["http://www.w3.org/2000/svg"]


def test_un_dessin_est_une_image_qui_porte_son_texte_de_remplacement() -> None:
    root = racine(_dessin("un", alt='Taux de "Harnes" : 5 < 6 & 7'))

    assert root.get("role") == "img"
    assert root.get("aria-label") == 'Taux de "Harnes" : 5 < 6 & 7'
    assert root.get("class") == "dessin-large"


def test_un_texte_hostile_reste_du_texte() -> None:
    hostile = f'{HOSTILE} id="un" style="x" #un-large-1 1.23456 a   b'

    drawing = _dessin("un", mot=hostile, alt=HOSTILE)

    assert "<script" not in drawing
    assert hostile in mots(drawing)
    assert racine(drawing).get("aria-label") == HOSTILE


@pytest.mark.parametrize(
    ("signe", "lu"),
    [
        ("\x00", "\ufffd"),
        ("\x0b", "\ufffd"),
        ("\ud800", "[signe U+D800]"),
        ("\uffff", "[signe U+FFFF]"),
    ],
    ids=ascii,
)
def test_un_caractere_que_le_xml_interdit_est_remplace(signe: str, lu: str) -> None:
    drawing = _dessin("un", mot=f"a{signe}b", alt=f"a{signe}b")

    assert f"a{lu}b" in mots(drawing)
    assert ElementTree.fromstring(drawing).get("aria-label") == f"a{lu}b"


def test_un_signe_que_nos_polices_n_ont_pas_est_nomme_et_sa_place_mesuree() -> None:
    drawing = _dessin("un", mot="Fait ✅ 漢", alt="Vu 🇫🇷")

    with charter_style():
        assert Planche("large").measure("✅") == Planche("large").measure("[bouton coché]")
    assert "Fait [bouton coché] [signe U+6F22]" in mots(drawing)
    assert racine(drawing).get("aria-label") == "Vu [drapeau france]"


def test_cinq_mille_caracteres_tiennent_en_trois_lignes_qui_disent_qu_il_en_manque() -> None:
    planche = Planche("etroit")

    for mot in ("mot " * 1250, "m" * 5000):
        lines = planche.wrap(mot, 100, 3)

        assert len(lines) == 3
        assert lines[-1].endswith("…")
        assert all(planche.measure(line) <= 100 for line in lines)


def test_un_texte_se_coupe_entre_deux_mots_sans_en_perdre() -> None:
    text = "Part des moins de 3 ans dont les parents travaillent : 36,8 %"

    lines = Planche("large").wrap(text, 120, 9)

    assert (
        " ".join(lines) == "Part des moins de 3 ans dont les parents travaillent\u00a0: 36,8\u202f%"
    )


def test_un_texte_en_gras_garde_sa_famille_et_sa_taille() -> None:
    root = racine(_dessin("un"))

    bold = next(item for item in root.iter() if item.text == "En gras")
    assert bold.get("font-weight") == "700"
    assert "Source Sans Pro" in root.get("font-family")
    assert root.get("font-size") == "9px"
    assert len(textes(_dessin("un"))) == 2


def test_dessiner_ne_change_aucun_reglage_de_matplotlib() -> None:
    with matplotlib.rc_context({"font.size": 21.0, "svg.fonttype": "path", "lines.linewidth": 9.0}):
        before = dict(matplotlib.rcParams)

        svg = figure_en_halteres([(15.9, 15.1), (37.0, 44.4)]).svg_large

        assert dict(matplotlib.rcParams) == before
    assert svg == figure_en_halteres([(15.9, 15.1), (37.0, 44.4)]).svg_large


def test_le_style_de_matplotlib_est_celui_de_la_charte() -> None:
    style = matplotlib.rc_params_from_file(STYLE, use_default_template=False)
    colours = charte().couleurs

    used = {to_hex(value) for key, value in style.items() if "color" in key and value != "none"}
    assert used <= set(colours.model_dump().values())
    assert [to_hex(value) for value in style["axes.prop_cycle"].by_key()["color"]][:2] == [
        colours.territoire,
        colours.reference,
    ]
    assert style["font.family"] == [FAMILLE, SECOURS]
    assert style["svg.fonttype"] == "none"
