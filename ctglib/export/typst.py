"""A document as Typst, and from it a PDF that is PDF/A-2a and PDF/UA-1 at once; see ``rapport.typ`` for its look."""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.document.blocs import (
    Colonnes,
    Dessin,
    Encadre,
    Gras,
    Groupe,
    Lien,
    Liste,
    Paragraphe,
    Piece,
    Renvoi,
    Titre,
    morceaux,
)  # fmt: skip
from ctglib.document.signes import fichiers, lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.export.largeurs import largeurs

if TYPE_CHECKING:
    import pikepdf
    from typst import Fonts

    from ctglib.document.blocs import Texte
    from ctglib.export.document import Document

MODELE = Path(__file__).parent / "rapport.typ"
NORMES = ["a-2a", "ua-1"]
BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
MOT_LONG = 30  # a longer word may break: after a sign that parts it, as in a path, or every ten characters
COUPURES = re.compile(r"[/_.]|[^/_.]{10}")
LIGNES_COURTES, SIGNES_COURTS = 8, 1300  # a table of no more rows and of no more text than that is never cut
SIGNES_D_UN_BLOC = 800  # a row whose cells hold less than that is never cut between two pages
MARGE_BASSE = 4  # pt: under the text of a cell, as « rapport.typ » has it
SIGNES_PAR_LIGNE = 105  # of 8.5 pt in the width of the page, few enough never to count a line short
HAUTEUR, ENTRE = 11.5, 5.0  # pt: of a line of a note, and above it


def composer(document: Document) -> bytes:
    """Return the PDF of a document. Same document, same bytes: no clock, no name of a folder enters it.

    Raises:
        typst.TypstError: The document does not hold under both standards (an alternative text is missing, a title…).
    """
    return compiler(document, _corps(document), "rapport")


def compiler(document: Document, corps: str, cadre: str) -> bytes:
    """Return the PDF of what is written in Typst, in one of the frames of ``rapport.typ``.

    Raises:
        typst.TypstError: See ``composer``.
    """
    import typst

    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        root = Path(folder)
        shutil.copy(MODELE, root)
        main = root / "principal.typ"
        main.write_text(
            f'#import "{MODELE.name}": *\n'
            f'#show: {cadre}.with(json(bytes("{citer(json.dumps(_donnees(document, root)))}")))\n{corps}',
            encoding="utf-8",
        )
        written = typst.Compiler(input=main, root=root, font_paths=polices(root))
        pdf = written.compile(format="pdf", pdf_standards=NORMES, timestamp=document.instant)
    return _baliser(pdf)


def polices(root: Path) -> Fonts:
    """Return our fonts and no other, in a folder of their own: theirs hold each style twice, and Typst would choose."""
    import typst

    folder = root / "polices"
    folder.mkdir()
    for path in fichiers().values():
        shutil.copy(path, folder)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)])


def _donnees(document: Document, root: Path) -> dict[str, object]:
    """Return what the template is told; logos are written beside it."""
    cover, logos = document.couverture, []
    for rank, logo in enumerate(cover.logos if cover else (), start=1):
        name = f"logo-{rank}.{logo.suffixe}" if logo.contenu else ""
        if name:
            (root / name).write_bytes(logo.contenu)
        logos.append({"nom": montrable(logo.nom), "adresse": name})
    said = {name: montrable(getattr(cover, name, "")) for name in ("sujet", "territoire", "source", "avertissement")}
    return {
        **said,
        "titre": montrable(document.titre),
        "mentions": [[montrable(nom), secables(montrable(text))] for nom, text in (cover.mentions if cover else ())],
        "logos": logos,
        "avertissement-court": montrable(document.rappel),
        "auteurs": [logo["nom"] for logo in logos],
        "court": document.court,
        "mots": ["convention territoriale globale", said["territoire"]],
    }


def _corps(document: Document) -> str:
    """Return the body: the contents before its second chapter."""
    second = document.chapitres[1] if not document.court else None
    pieces = []
    for before, bloc in pairwise([None, *document.papier]):
        if bloc is second:
            pieces.append("#sommaire")
        written = ecrire_typst(bloc, document.numeros)
        question = isinstance(before, Titre) and isinstance(bloc, Paragraphe)  # it stays with what answers it
        pieces.append(f"#question[{written}]" if question else written)
    return "\n\n".join(pieces)


def ecrire_typst(objet: object, numeros: Mapping[str, str]) -> str:
    """Return an object as Typst, every text of the data a string.

    Raises:
        TypeError: It is not an object of a document.
    """
    match objet:
        case Groupe(pieces):
            return "\n\n".join(ecrire_typst(piece, numeros) for piece in pieces)
        case Titre(texte, niveau):
            return f"#heading(level: {niveau - 1}, {chaine(texte)})"
        case Paragraphe(texte, classe):
            text = _morceaux(texte, numeros)
            return f"#{classe}[{text}]" if classe else text
        case Liste(items, ordonnee, classe):
            inside = ", ".join(f"[{_morceaux(item, numeros)}]" for item in items)
            written = f"{'enum' if ordonnee else 'list'}({inside})"
            return f"#{classe}({written})" if classe else f"#{written}"
        case Encadre(paragraphes, citation, auteur):
            text = "\n\n".join(_morceaux(paragraphe, numeros) for paragraphe in paragraphes)
            if not citation:
                return f"#avertissement[{text}]"
            author = f"\n\n#source[{_morceaux(auteur, numeros)}]" if auteur else ""
            return f"#quote(block: true)[{text}{author}]"
        case Colonnes(blocs):
            cells = (f"[#set heading(outlined: false)\n{ecrire_typst(bloc, numeros)}]," for bloc in blocs)
            return f"#colonnes(({' '.join(cells)}))"
        case Piece():
            return _morceaux(f"Fichier joint : {objet.libelle} ({objet.adresse}).", numeros)
        case Dessin():
            caption = _legende(f"figure-{objet.nom}", objet.titre, numeros)
            svg = f'bytes("{citer(lisible(objet.svg_large))}"), format: "svg"'
            drawing = f'image({svg}, width: 100%, alt: "{citer(lisible(objet.alt))}")'
            reading = f"#lecture[{_morceaux((Gras('Lecture :'), f' {objet.lecture}'), numeros)}]\n"
            source = f"#source[{_morceaux('Source : ' + objet.source, numeros)}]"
            inside = (reading if objet.lecture else "") + source
            return f"#graphique(caption: {caption}, {drawing})[{inside}] {_etiquette(f'figure-{objet.nom}', numeros)}"
        case Tableau():
            return _tableau(objet, numeros)
    raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en Typst")


def _tableau(tableau: Tableau, numeros: Mapping[str, str]) -> str:
    """Write a table, its notes and its source; a long one keeps its last row on the page of what follows."""
    anchor, follows = f"tableau-{tableau.nom}", [*tableau.notes, f"Source : {tableau.source}"]
    signs = sum(len(montrable(value)) for row in tableau.lignes() for value in row)
    short = len(tableau.cellules) <= LIGNES_COURTES and signs <= SIGNES_COURTS
    # The height of the notes and of the source, never short.
    below = 0.0 if short else sum(ENTRE + HAUTEUR * max(1, math.ceil(len(text) / SIGNES_PAR_LIGNE)) for text in follows)
    widths = [f"{width:.1f}fr" for width in largeurs(tableau)] + ["0pt"] * (not short)
    text = (
        "figure(kind: table, numbering: none, supplement: none, outlined: false, "
        f"caption: {_legende(anchor, tableau.titre, numeros)}, table(columns: ({', '.join(widths)},), "
        f"{_tete(tableau, short)},\n{_lignes(tableau, below, short)}\n))"
    )
    label = _etiquette(anchor, numeros)
    written = [f"#court({text}) {label}"] if short else [f"#reserve\n#{text} {label}", f"#fin({below:g}pt)"]
    written += [f"#note[{_morceaux(note, numeros)}]" for note in tableau.notes]
    return "\n".join([*written, f"#source[{_morceaux(follows[-1], numeros)}]"])


def _tete(tableau: Tableau, courte: bool) -> str:
    """Return the header, whose last cells cover the column that ties rows (see ``_lignes``)."""
    cells = []
    for rank, row in enumerate(tableau.entetes()):
        covers = not courte and (rank == 0 or tableau.colonnes[-1].groupe)
        for place, (colonne, across, down) in enumerate(row, start=1):
            columns = across + bool(covers and place == len(row))
            spans = f"colspan: {columns}, " * (columns > 1) + f"rowspan: {down}, " * (down > 1)
            group = isinstance(colonne, str)
            side = "center" if group else "right" if colonne.numerique else "left"
            said = colonne if group else colonne.libelle
            cells.append(f"table.cell({spans}align: {side} + bottom, tete({chaine(said)})),")
    return f"table.header({' '.join(cells)})"


def _lignes(tableau: Tableau, sous: float, courte: bool) -> str:
    """Return the rows; under the last one room is kept, which ``fin`` gives back.

    No page of a long table has one row alone: an empty cell that no page cuts ties the first two rows, and the last
    two, in a column without width; ``_baliser`` takes that column out of what is read aloud.
    """
    lines: list[str] = []
    left, groups = len(tableau.cellules), tableau.corps()
    for place, (title, rows) in enumerate(groups):
        if title:
            across = len(tableau.colonnes) + (not courte)
            lines.append(f"table.header(level: 2, table.cell(colspan: {across}, groupe({chaine(title)}))),")
        tied = {0} if place == 0 and len(rows) > 1 else set()
        tied |= {len(rows) - 2} if place == len(groups) - 1 and len(rows) > 1 and (not tied or len(rows) > 3) else set()
        for rank, row in enumerate(rows):
            left -= 1
            common = ["breakable: false"] * all(len(str(value)) < SIGNES_D_UN_BLOC for value in row)
            common += [f"inset: (bottom: {MARGE_BASSE + sous:g}pt), stroke: none"] * (left == 0 and not courte)
            tying, alone = rank in tied and not courte, not courte and not {rank, rank - 1} & tied
            for colonne, value in zip(tableau.colonnes, row, strict=True):
                wide = ["colspan: 2"] * (alone and colonne is tableau.colonnes[-1])
                options = [*common, *wide, *["align: right + top"] * colonne.numerique, chaine(value)]
                lines.append(f"table.cell({', '.join(options)}),")
            lines += ["table.cell(rowspan: 2, breakable: false, inset: 0pt, stroke: none)[],"] * tying
    return "\n".join(lines)


def _legende(ancre: str, titre: str, numeros: Mapping[str, str]) -> str:
    number = f"{numeros[ancre]}. " if ancre in numeros else ""
    return chaine(number + titre)


def _etiquette(ancre: str, numeros: Mapping[str, str]) -> str:
    """Return the label that references lead to."""
    return f"#label({chaine(ancre)})" if ancre in numeros else ""


def _morceaux(texte: Texte, numeros: Mapping[str, str]) -> str:
    """Return a text as markup: strings, strong or linked."""
    pieces = []
    for run in morceaux(texte):
        match run:
            case Gras(said):
                pieces.append(f"#strong({chaine(said)});")
            case Lien(said, adresse) if not adresse.startswith("#"):
                pieces.append(f'#link("{citer(adresse)}", {chaine(said)});')
            case Renvoi(ancre) if ancre in numeros:
                pieces.append(f"#link(label({chaine(ancre)}), {chaine(numeros[ancre].lower())});")
            case _:
                pieces.append(f"#{chaine(getattr(run, 'texte', getattr(run, 'ancre', run)))};")
    return "".join(pieces)


def chaine(texte: object) -> str:
    """Return a text as a Typst string, which Typst takes as it is: blanks are one, long words can break."""
    return f'"{citer(secables(montrable(texte)))}"'


def citer(texte: str) -> str:
    """Return a text between quotes of Typst, without them."""
    return texte.replace("\\", "\\\\").replace('"', '\\"')


def secables(texte: str) -> str:
    """Return a text whose words can all break, so that none runs out of its place: long ones where they part."""
    words = BLANCS.sub(" ", texte).split(" ")
    return " ".join(COUPURES.sub("\\g<0>\u200b", word) if len(word) > MOT_LONG else word for word in words)


def _baliser(pdf: bytes) -> bytes:
    """Return the PDF in which the first cell of each body row heads it (TH, scope Row), which Typst cannot say yet.

    Every table of a report heads its rows by their first cell, as its HTML says. The column that ties rows is taken out
    of the tags (see ``_lignes``). Nothing else changes, so that both standards still hold.
    """
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as document:
        for table in _noeuds(document.Root.StructTreeRoot, "/Table"):
            rows = [(row, _enfants(row)) for row in _noeuds(table, "/TR")]
            tied = any(_est_un_lien(cells[-1]) for _, cells in rows)
            for row, cells in rows:
                if _est_un_lien(cells[-1]):
                    row.K = pikepdf.Array(cells[:-1])
                elif tied and (across := _attributs(cells[-1]).get("/ColSpan", 1)) > 1:
                    _attribuer(cells[-1], "/ColSpan", across - 1)
            for row in (row for body in _noeuds(table, "/TBody") for row in _enfants(body) if row.S == "/TR"):
                for first in (cell for cell in _enfants(row)[:1] if cell.S == "/TD"):
                    first.S = pikepdf.Name.TH
                    _attribuer(first, "/Scope", pikepdf.Name.Row)
        buffer = BytesIO()
        document.save(
            buffer,
            deterministic_id=True,
            fix_metadata_version=False,  # it is right already, and setting it would write all of them again
            object_stream_mode=pikepdf.ObjectStreamMode.generate,  # a third of the size, as PDF/A-2 allows
        )
    return buffer.getvalue()


def _noeuds(noeud: pikepdf.Object, sorte: str) -> Iterator[pikepdf.Object]:
    for child in _enfants(noeud):
        if sorte == child.S:
            yield child
        yield from _noeuds(child, sorte)


def _enfants(noeud: pikepdf.Object) -> list[pikepdf.Object]:
    import pikepdf

    kids = noeud.get("/K", [])
    kids = kids if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _est_un_lien(cell: pikepdf.Object) -> bool:
    return cell.S == "/TD" and _attributs(cell).get("/RowSpan", 1) > 1


def _attributs(cell: pikepdf.Object) -> dict[str, object]:
    """Return the attributes of a cell: its scope, its spans."""
    import pikepdf

    found = cell.get("/A", [])
    entries = found if isinstance(found, pikepdf.Array) else [found]
    return {name: value for entry in entries if isinstance(entry, pikepdf.Dictionary) for name, value in entry.items()}


def _attribuer(cell: pikepdf.Object, nom: str, valeur: object) -> None:
    import pikepdf

    cell.A = pikepdf.Dictionary({**_attributs(cell), "/O": pikepdf.Name.Table, nom: valeur})
