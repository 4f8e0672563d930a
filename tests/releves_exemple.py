"""Minutes of a comité: those that are produced, filled in as the comité does; others with one table,
as a Word or an OpenDocument file.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
from docx.table import _Cell

ENTETE = ("Ce qu'il faut dire", "Date", "Raison")
ESPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
}
CACHE = (
    '<style:style style:name="T2" style:family="text">'
    '<style:text-properties text:display="none"/></style:style>'
)


def cache(cellule: _Cell) -> str:
    """Return what is hidden in a cell."""
    runs = [run for paragraph in cellule.paragraphs for run in paragraph.runs]
    return "".join(run.text for run in runs if run.font.hidden)


def remplir(releve: Path, repere: str, **cellules: str) -> None:
    """Fill cells of the row of a key, « lens 2025 comite_date »; « _ » stands for a space in the
    headings.
    """
    word = docx.Document(str(releve))
    rangees = [
        (table, row) for table in word.tables for row in table.rows if cache(row.cells[0]) == repere
    ]
    assert rangees, f"aucune ligne {repere}"
    for table, row in rangees:
        titres = [cell.text for cell in table.rows[0].cells]
        for titre, texte in cellules.items():
            row.cells[titres.index(titre.replace("_", " "))].text = texte
    word.save(str(releve))


def ecrire_en_docx(dossier: Path, repere: str, point: str, date: str) -> Path:
    """Write minutes that give a date to a point, whose key is hidden in its cell."""
    word = docx.Document()
    tableau = word.add_table(2, len(ENTETE))
    for colonne, titre in enumerate(ENTETE):
        tableau.cell(0, colonne).text = titre
    paragraphe = tableau.cell(1, 0).paragraphs[0]
    paragraphe.add_run(repere).font.hidden = True
    paragraphe.add_run(point)
    tableau.cell(1, 1).text = date
    path = dossier / "releve.docx"
    word.save(str(path))
    return path


def ecrire_en_odt(dossier: Path, repere: str, point: str, date: str) -> Path:
    """Write the same minutes as an OpenDocument text."""
    espaces = " ".join(f'xmlns:{nom}="{adresse}"' for nom, adresse in ESPACES.items())
    cache = f'<text:span text:style-name="T2">{repere}</text:span>'
    rangees = [_rangee(*ENTETE), _rangee(f"{cache}{point}", date, "")]
    contenu = (
        f"<office:document-content {espaces}>"
        f"<office:automatic-styles>{CACHE}</office:automatic-styles><office:body><office:text>"
        f'<table:table table:name="Comité">{"".join(rangees)}</table:table>'
        "</office:text></office:body></office:document-content>"
    )
    path = dossier / "releve.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("content.xml", contenu)
    return path


def _rangee(*textes: str) -> str:
    cases = [f"<table:table-cell><text:p>{texte}</text:p></table:table-cell>" for texte in textes]
    return f"<table:table-row>{''.join(cases)}</table:table-row>"
