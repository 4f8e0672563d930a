"""The tables of a page as Typst: cells stay text, spans and headers are kept, widths follow what columns hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from carnet_exemple import carnet, tableau
from lecture_pdf import pages_du_pdf

from ctglib.document.tableau import MIME_TABLEAUX
from ctglib.export import ExporteurPDF
from ctglib.export.tables_typst import ecrire, extraire, lire, remettre

TABLE = (
    '<table><caption id="t"><span class="numero">Tableau 1.</span> Effectifs</caption>'
    '<thead><tr><th scope="col" rowspan="2">Nom</th><th scope="colgroup" colspan="2">Années</th></tr>'
    '<tr><th scope="col" class="nombre">2020</th><th scope="col" class="nombre">2021</th></tr></thead>'
    '<tbody><tr class="groupe"><th scope="rowgroup" colspan="3"><span>Enfance</span></th></tr>'
    '<tr><th scope="row">Moins de 3 ans</th><td class="nombre">473</td><td class="nombre">458</td></tr></tbody></table>'
)


def test_une_table_part_et_revient_a_sa_place() -> None:
    corps, tables = extraire(f"<p>avant</p>{TABLE}<p>après</p>")

    assert "<table" not in corps
    assert re.sub(r"<[^>]+>", "", remettre(corps, tables)).startswith("avant#court(figure(")
    assert remettre(corps, tables).endswith("<p>après</p>")


def test_une_cellule_sous_un_titre_sur_deux_lignes_garde_sa_colonne() -> None:
    table = lire(TABLE)

    assert [[cell.colonne for cell in row] for row in table.tete] == [[0, 1], [1, 2]]
    assert table.largeur == 3


def test_les_titres_sont_des_entetes_et_les_groupes_des_entetes_de_second_rang() -> None:
    typst = ecrire(lire(TABLE))

    assert typst.count("table.header(") == 2
    assert 'table.header(level: 2, table.cell(colspan: 3)[#groupe[#"Enfance"]]),' in typst
    assert 'caption: [#"Tableau 1. Effectifs"]' in typst


def test_les_nombres_sont_a_droite() -> None:
    typst = ecrire(lire(TABLE))

    assert 'table.cell(breakable: false, align: right + top, "473"),' in typst
    assert 'table.cell(breakable: false, "Moins de 3 ans"),' in typst


@pytest.mark.parametrize("texte", ['#sys.exit("x")', 'a\\"b', "]) #eval(", "$x$ *gras* _italique_ @ref"])
def test_un_texte_de_cellule_reste_une_chaine(texte: str) -> None:
    from html import escape

    typst = ecrire(lire(f"<table><tbody><tr><td>{escape(texte)}</td></tr></tbody></table>"))

    quoted = texte.replace("\\", "\\\\").replace('"', '\\"')
    assert f'"{quoted}"),' in typst


def test_un_mot_long_peut_se_couper_apres_un_signe_qui_le_partage() -> None:
    chemin = "conventions/harnes/suivi/2024/observations.csv"

    [[cellule]] = lire(f"<table><tr><td>{chemin}</td></tr></table>").corps

    assert "harnes/\u200bsuivi/\u200b2024/\u200b" in cellule.texte
    assert cellule.texte.replace("\u200b", "") == chemin


def test_une_colonne_de_nombres_prend_ce_qu_il_lui_faut_et_le_texte_le_reste() -> None:
    rows = f"<tr><td>{'mot ' * 40}</td><td class='nombre'>12 345</td></tr>"

    widths = re.search(r"columns: \(([\d.]+)fr, ([\d.]+)fr,\)", ecrire(lire(f"<table><tbody>{rows}</tbody></table>")))

    texte, nombre = (float(width) for width in widths.groups())
    assert nombre < 12 < texte


def test_une_longue_table_se_coupe_entre_deux_pages_et_une_courte_non() -> None:
    ligne = "<tr><td>texte</td></tr>"

    courte, longue = (ecrire(lire(f"<table><tbody>{ligne * count}</tbody></table>")) for count in (16, 17))

    assert courte.startswith("#court(")
    assert longue.startswith("#reserve\n#figure(")


@pytest.mark.parametrize("lignes", range(22, 28))
def test_la_source_d_un_long_tableau_reste_avec_sa_derniere_ligne(lignes: int, tmp_path: Path) -> None:
    notebook = carnet(premiers=("un",))
    (shown,) = [cell for cell in notebook.cells if MIME_TABLEAUX in str(cell) and "Un tableau" in str(cell)]
    shown.outputs[0].data.update(tableau((), lignes)._repr_mimebundle_())

    pdf, _ = ExporteurPDF().from_notebook_node(notebook)

    (tmp_path / "table.pdf").write_bytes(pdf)
    end = next(page for page in pages_du_pdf(tmp_path / "table.pdf") if "Note." in page)
    assert f"Ligne {lignes - 1} " in end, "la note et la source seules sur une page"
