"""The objects of a document: what they keep through JSON, what their CSV holds, which signs they
are shown with.
"""

from __future__ import annotations

import base64
import csv
import json
import re
import runpy
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import nbformat
import numpy as np
import pandas as pd
import pytest
from carnet_exemple import carnet, montrer, tableau
from fichiers_suivis import DEPOT
from fontTools.ttLib import TTFont
from lecture_pdf import pages_du_pdf

from ctglib import ouvrir
from ctglib.document.blocs import (
    MIME,
    Colonnes,
    Couverture,
    Dessin,
    Gras,
    Lien,
    Logo,
    Renvoi,
    citation,
    de_json,
    en_json,
    liste,
    paragraphe,
    sous_titre,
)
from ctglib.document.signes import connus, largeur, lisible
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.tableau import tableau as tableau_de
from ctglib.export import ExporteurDOCX, ExporteurHTML, ExporteurPDF
from ctglib.export.document import document_de
from ctglib.export.html import POLICES
from ctglib.export.typst import GRAS, LARGEUR, TAILLE, en_donnees, largeurs, secable
from ctglib.export.typst import composer as composer_pdf

COUVERTURE = Couverture(
    "Sujet", "Harnes", (("Statut", "définitif"),), (Logo("Caf", b"<svg/>"),), "Caf", "2023-01-01"
)
OBJETS = (
    paragraphe(("Un ", Gras("mot"), Lien("x", "https://x.fr"), Renvoi("figure-x")))
    + liste(["a", "b"]),
    Colonnes((sous_titre("A") + liste(["un"]), citation("« Oui. »\n« Non. »", "Ville"))),
    COUVERTURE,
)


@pytest.mark.parametrize("objet", OBJETS)
def test_un_objet_part_en_json_et_revient_le_meme(objet: object) -> None:
    assert de_json(json.loads(json.dumps(en_json(objet)))) == objet


def test_un_tableau_revient_avec_ses_cellules_et_le_meme_csv() -> None:
    values = {
        "n": [1, -2],
        "x": [0.1, np.nan],
        "d": [date(2024, 1, 2), None],
        "o": [True, pd.NA],
        "t": ["=1", "a;b"],
    }
    frame = pd.DataFrame(values)
    table = Tableau.de(
        frame, [Colonne("n", "N", True), Colonne("t", "T")], nom="t", titre="T", source="Caf"
    )

    back = de_json(json.loads(json.dumps(en_json(table))))

    assert back.csv() == table.csv()
    assert list(back.lignes()) == list(table.lignes()) == [("1", "=1"), ("−2", "a;b")]


def test_une_figure_part_dessinee() -> None:
    chart = ouvrir("demonstration").comparer("part_rsa", "part_ppa")

    drawn = de_json(json.loads(json.dumps(en_json(chart))))

    assert isinstance(drawn, Dessin)
    assert (drawn.svg_large, drawn.svg_etroit, drawn.alt) == (
        chart.svg_large,
        chart.svg_etroit,
        chart.alt,
    )
    assert drawn.tableau.csv() == chart.tableau.csv()


def test_un_objet_montre_son_html_et_notre_type_mime() -> None:
    assert {"text/html", MIME} < set(paragraphe("Un texte.")._repr_mimebundle_())


@pytest.mark.parametrize(
    "porte", ["ctglib", "ctglib.document.blocs", "ctglib.rapports.releve", "ctglib.export.html"]
)
def test_jupyterlab_montre_un_bloc_comme_sa_page_quelle_que_soit_la_porte(porte: str) -> None:
    code = (
        f"import {porte}\n"
        "from ctglib.document.blocs import paragraphe\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shown, _ = shell.display_formatter.format(paragraphe('Un <texte>'))\n"
        "print(shown['text/html'])\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=DEPOT
    )

    assert done.stdout.strip() == "<p>Un &lt;texte&gt;</p>"


def test_aucun_programme_ne_lit_une_formule_dans_un_csv_meme_en_coupant_aux_points_virgules() -> (
    None
):
    texts = ["a;=1+1", 'b "c"', "d,e", "=f", "g\nh", "i ;\t-j"]
    frame = pd.DataFrame({"t": texts, "n": range(6)})

    written = Tableau.de(frame, [Colonne("t", "T")], nom="t", titre="T", source="Caf").csv()

    assert not [cell for cell in re.split(r"[;,\n]", written) if re.match(r"\s*[=+@-]", cell)]
    assert '"a;' in written and '"i ;' in written
    read = [row[0] for row in csv.reader(written.splitlines(keepends=True))]
    assert read == ["t", "a;'=1+1", 'b "c"', "d,e", "'=f", "g\nh", "i ;\t'-j"]


def test_un_tableau_s_ecrit_d_un_dataframe_chaque_colonne_a_sa_facon() -> None:
    frame = pd.DataFrame({"annee": [2024, 2025], "taux": [59.43, None], "statut": ["A", "L"]})
    absent = {"L": "non transmis"}

    def taux(row: pd.Series) -> str:
        return absent.get(row["statut"]) or f"{row['taux']:.1f}".replace(".", ",")

    table = tableau_de(
        frame,
        "taux",
        "Taux",
        "Caf",
        [Colonne("annee", "Année", ecrire=str), Colonne("ecrit", "Taux (%)", ecrire=taux)],
    )

    assert list(table.lignes()) == [("2024", "59,4"), ("2025", "non transmis")]
    assert table.csv() == "annee,taux,statut\n2024,59.43,A\n2025,,L\n"


def test_un_tableau_sans_specification_montre_toutes_ses_colonnes() -> None:
    frame = pd.DataFrame({"total": [1234.5]}, index=pd.Index(["Harnes"], name="commune"))

    table = tableau_de(frame, "essai", "Essai", "Caf")

    assert list(table.lignes()) == [("Harnes", "1\u202f234,5")]
    assert [colonne.numerique for colonne in table.colonnes] == [False, True]


def test_un_tableau_dit_quelle_colonne_manque_aux_donnees() -> None:
    with pytest.raises(
        ValueError, match=r"Tableau « t » : pas de colonne taux dans les données \(annee\)"
    ):
        tableau_de(pd.DataFrame({"annee": [2024]}), "t", "T", "Caf", [Colonne("taux", "Taux")])


# What a person may type: pictures and their sequences, flags, ideograms, right to left, combining, unpaired, controls.
SIGNES_DU_MONDE = {
    "✅": "[bouton coché]",
    "👍🏽": "[pouce vers le haut peau légèrement mate]",
    "👩\u200d💻": "[informaticienne]",
    "🇫🇷": "[drapeau France]",
    "漢字": "[signes U+6F22 U+5B57]",
    "\u202eabc": "[signe U+202E]abc",
    "\ud800": "[signe U+D800]",
    "e\u0301t\u00e9": "été",
    "● ▲ ■ ◆ ▼ ○ ✓": "● ▲ ■ ◆ ▼ ○ ✓",
    "⚠\ufe0f": "⚠",
    "\x07": "\ufffd",
    "\uf8ff": "[signe U+F8FF]",
}


@pytest.mark.parametrize(("tape", "lu"), SIGNES_DU_MONDE.items(), ids=map(ascii, SIGNES_DU_MONDE))
def test_un_signe_se_dessine_ou_se_nomme(tape: str, lu: str) -> None:
    assert lisible(f"a {tape} b").casefold() == f"a {lu} b".casefold()
    assert set(lisible(tape)) <= connus()


@pytest.mark.parametrize("exporteur", [ExporteurHTML, ExporteurPDF, ExporteurDOCX])
def test_aucun_signe_ne_fait_echouer_un_rapport_ni_dans_un_titre_ni_chez_les_parties(
    exporteur: type,
) -> None:
    every = (
        "".join(SIGNES_DU_MONDE)
        + "שלום سلام x\u0338\u0301 \u2066a\u2069 \u0000 \U0001f3f4\U000e0067\U000e007f"
    )
    text = f"Texte {every}"
    cover = Couverture(
        text, text, ((text, text),), (Logo(text, None),), text, "2023-01-01", text, text
    )
    titles = [
        nbformat.v4.new_markdown_cell(f"{mark} Titre {text.replace(chr(0), '')}")
        for mark in ("#", "##", "###")
    ]
    numbers = Tableau(
        "n",
        text,
        (Colonne("a", text),),
        pd.DataFrame({"a": [text]}),
        pd.DataFrame({"a": ["x"]}),
        text,
    )
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><text y="9">{text[:20]}</text></svg>'.replace(
        "\x07", ""
    )
    drawn = Dessin("f", text, text, svg, svg, text, text, numbers)
    cells = [
        *titles,
        *map(
            montrer,
            (cover, paragraphe((Gras(text), text)), liste([text]), citation(text, text), drawn),
        ),
    ]

    written, _ = exporteur().from_notebook_node(nbformat.v4.new_notebook(cells=cells))

    shown = _lu(written, exporteur)
    assert "[bouton coché]" in shown and "✅" not in shown


def _lu(ecrit: str | bytes, exporteur: type) -> str:
    if exporteur is ExporteurDOCX:
        return "\n".join(paragraph.text for paragraph in docx.Document(BytesIO(ecrit)).paragraphs)
    return "[bouton coché]" if isinstance(ecrit, bytes) else ecrit


def test_un_signe_nomme_se_lit_dans_le_pdf(tmp_path: object) -> None:
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_markdown_cell("# Fait ✅\n\nVu 漢 et سلام.")]
    )
    (tmp_path / "x.pdf").write_bytes(ExporteurPDF().from_notebook_node(notebook)[0])

    (said,) = pages_du_pdf(tmp_path / "x.pdf")

    assert "Fait [bouton coché]" in said and "Vu [signe U+6F22]" in said


def test_la_feuille_de_polices_livree_a_tous_les_signes_des_rapports() -> None:
    generator = runpy.run_path(str(DEPOT / "docs" / "polices.py"))
    signs = generator["SIGNES"]

    delivered = signes_de_la_feuille(POLICES.read_text(encoding="ascii"))
    written_again = signes_de_la_feuille(generator["feuille"]())

    assert set("●▲■◆▼○ €œ’−\u202f") <= signs <= connus()
    assert delivered == written_again, "lancer : python docs/polices.py"
    assert signs <= delivered["Source Sans Pro", "400"] | delivered["DejaVu Sans", "400"]
    assert {chr(code) for code in range(0x20, 0x7F)} <= delivered["Source Sans Pro", "600"]


def signes_de_la_feuille(feuille: str) -> dict[tuple[str, str], set[str]]:
    """Return the signs that each font of a style sheet draws, by family and weight."""
    rule = re.compile(r'font-family:"([^"]+)";font-weight:(\d+).*?base64,([^)]+)\)')
    fonts = {}
    for family, weight, content in rule.findall(feuille):
        font = TTFont(BytesIO(base64.b64decode(content)))
        fonts[family, weight] = {chr(code) for code in font.getBestCmap()}
    return fonts


TEXTES = ['#sys.exit("x")', 'a\\"b', "]) #eval(", "$x$ *gras* _italique_ @ref", "// ---"]


def test_un_texte_reste_un_texte_dans_le_pdf(tmp_path: Path) -> None:
    page = document_de(
        [sous_titre(text, 2) + paragraphe(text) + liste([text]) + _table([text]) for text in TEXTES]
    )
    (tmp_path / "x.pdf").write_bytes(composer_pdf(page))

    said = "".join(" ".join(pages_du_pdf(tmp_path / "x.pdf")).split())

    assert all(said.count("".join(text.split())) == 5 for text in TEXTES), (
        "titre, sommaire, paragraphe, liste, cellule"
    )


def _table(textes: list[str], nombres: list[str] | None = None, **options: object) -> Tableau:
    cells = pd.DataFrame({"a": textes, "b": nombres or ["12"] * len(textes), "c": "1"})
    columns = (
        Colonne("a", "Nom"),
        Colonne("b", "2020", True, "Années"),
        Colonne("c", "2021", True, "Années"),
    )
    return Tableau("t", "Effectifs", columns, cells, cells, "Caf", **options)


def test_les_titres_d_un_tableau_sont_des_entetes_et_ses_nombres_sont_a_droite() -> None:
    told = en_donnees(_table(["Moins de 3 ans"], groupes=("Enfance",), numero="Tableau\u00a01"))

    assert told["entetes"][0] == [("left", "Nom", 1, 2), ("center", "Années", 2, 1)]
    assert told["groupes"][0][0] == "Enfance"
    assert told["nombres"] == [False, True, True]
    assert told["legende"] == "Tableau\u00a01. Effectifs"


def test_un_mot_long_peut_se_couper_apres_un_signe_qui_le_partage() -> None:
    assert "harnes/\u200bsuivi/\u200b2024/\u200b" in secable(
        "conventions/harnes/suivi/2024/observations.csv"
    )


def test_une_longue_table_se_coupe_entre_deux_pages_et_une_courte_non() -> None:
    assert [en_donnees(_table(["texte"] * count))["court"] for count in (8, 9)] == [True, False]


def test_les_colonnes_se_partagent_la_page_sans_couper_un_nombre_ni_un_mot_court() -> None:
    from ctglib.document.signes import largeur

    long = "mot " * 200
    number = "12\u202f345\u202f678\u00a0euros"
    widths = largeurs(_table([long], [number]))

    assert sum(widths) == pytest.approx(LARGEUR)
    assert widths[1] >= largeur(number, 8.5) + 8
    assert widths[0] > 300
    assert (
        largeurs(_table(["assistantes maternelles"] * 3))[0]
        >= largeur("assistantes maternelles", 8.5) + 8
    )


@pytest.mark.parametrize("lignes", range(22, 28))
def test_la_source_d_un_long_tableau_reste_avec_sa_derniere_ligne(
    lignes: int, tmp_path: object
) -> None:
    notebook = carnet(premiers=("un",))
    rank = next(rank for rank, cell in enumerate(notebook.cells) if "Un tableau" in str(cell))
    notebook.cells[rank] = montrer(tableau((), lignes))

    pdf, _ = ExporteurPDF().from_notebook_node(notebook)

    (tmp_path / "table.pdf").write_bytes(pdf)
    end = next(page for page in pages_du_pdf(tmp_path / "table.pdf") if "Note." in page)
    assert f"Ligne {lignes - 1} " in end, "la note et la source seules sur une page"


def test_le_titre_d_un_groupe_de_colonnes_tient_au_dessus_d_elles_et_un_entete_ne_se_coupe_pas_sans_besoin() -> (
    None
):
    columns = [
        Colonne("a", "Structure"),
        *(Colonne(c, "2025", numerique=True, groupe="Investissement") for c in "bc"),
    ]
    columns += [Colonne("d", "Pas-de-Calais", numerique=True)]
    long = "Un libellé qui ne tient pas sur une seule ligne de cette colonne, parce qu'il en demande deux ou trois"
    table = Tableau.de(
        pd.DataFrame({"a": [long], "b": [1], "c": [2], "d": [3]}),
        columns,
        nom="t",
        titre="T",
        source="Caf",
    )

    _, first, second, last = largeurs(table)

    assert first + second >= largeur("Investissement", TAILLE, GRAS)
    assert last >= largeur("Pas-de-Calais", TAILLE, GRAS)
