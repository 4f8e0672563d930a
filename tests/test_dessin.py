"""A figure on its way to a page or a file: valid SVG, ids of its own, texts as text, the same bytes
each time.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import pytest
from analyse_exemple import ICI, LA
from dessin_svg import debords, mots, racine, textes
from fontTools.ttLib import TTFont
from graphiques_exemple import HOSTILE, TAILLES, dessins, figure_en_halteres
from matplotlib.colors import to_hex

from ctglib.document.figure import STYLE, charte, measure
from ctglib.document.signes import FAMILLE, SECOURS, fichiers


def _dessin(
    nom: str, taille: str = "large", mot: str = "Un mot", alt: str = "Ce que montre le dessin."
) -> str:
    """Draw a chart whose rows are named by a word: texts, bold names, rules, both kinds of marks."""
    figure = figure_en_halteres([(15.9, 15.1), (37.0, float("nan"))], mot)
    return dessins(replace(figure, nom=nom, alt=alt))[taille]


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
    hostile = f'{HOSTILE} id="un" style="x" #un-large-1'

    drawing = _dessin("un", "etroit", mot=hostile, alt=HOSTILE)

    assert "<script" not in drawing
    assert hostile in mots(drawing)
    assert racine(drawing).get("aria-label") == HOSTILE


@pytest.mark.parametrize("signe", ["\x00", "\x0b", "\uffff"], ids=ascii)
def test_un_caractere_que_le_xml_interdit_est_remplace_dans_les_mots(signe: str) -> None:
    lu = {"\uffff": "[signe U+FFFF]"}.get(signe, "\ufffd")

    assert f"a{lu}b" in mots(_dessin("un", mot=f"a{signe}b"))


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
def test_un_caractere_que_le_xml_interdit_est_remplace_dans_le_texte_de_remplacement(
    signe: str, lu: str
) -> None:
    drawing = _dessin("un", alt=f"a{signe}b")

    assert ElementTree.fromstring(drawing).get("aria-label") == f"a{lu}b"


def test_un_signe_que_nos_polices_n_ont_pas_est_nomme() -> None:
    drawing = _dessin("un", mot="Fait ✅ 漢", alt="Vu 🇫🇷")

    assert "Fait [bouton coché] [signe U+6F22]" in mots(drawing)
    assert racine(drawing).get("aria-label") == "Vu [drapeau france]"


@pytest.mark.parametrize("taille", TAILLES)
@pytest.mark.parametrize("mot", ["mot " * 1250, "m" * 5000], ids=["mots", "un-seul-mot"])
def test_cinq_mille_caracteres_tiennent_en_trois_lignes_qui_disent_qu_il_en_manque(
    mot: str, taille: str
) -> None:
    drawing = _dessin("un", taille, mot)

    lines = [
        box.mot for box in textes(drawing) if re.fullmatch(r"[01]?[mot …\u00a0]+|[01]", box.mot)
    ]
    assert len(lines) == 6
    assert [lines[2][-1], lines[5][-1]] == ["…", "…"]
    assert debords(drawing) == []


def test_un_texte_se_coupe_entre_deux_mots_sans_en_perdre() -> None:
    label = "Part des moins de 3 ans dont les parents travaillent : 36,8 %"

    drawing = _dessin("un", mot=label)

    assert label in mots(drawing).replace("\u00a0", " ").replace("\u202f", " ")
    assert label not in [box.mot for box in textes(drawing)]


def test_un_nom_en_gras_garde_sa_famille_et_sa_taille() -> None:
    root = racine(_dessin("un"))

    bold = [item for item in root.iter() if item.get("font-weight") == "700"]
    assert {ICI.nom, LA.nom} <= {item.text for item in bold}
    assert all(item.get("font-family") is item.get("font-size") is None for item in bold)
    assert "Source Sans Pro" in root.get("font-family")
    assert root.get("font-size") == "9px"


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
