"""A document as Typst, and from it a PDF that is PDF/A-2a and PDF/UA-1 at once; see ``rapport.typ`` for its look."""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from functools import singledispatch
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
)  # fmt: skip
from ctglib.document.signes import fichiers, lisible, montrable
from ctglib.document.tableau import Colonne, Tableau
from ctglib.export.balises import marquer_entetes_de_lignes
from ctglib.export.largeurs import largeurs

if TYPE_CHECKING:
    from typst import Fonts

    from ctglib.document.blocs import Texte
    from ctglib.export.document import Document

MODELE = Path(__file__).parent / "rapport.typ"
NORMES = ["a-2a", "ua-1"]
BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
MOT_LONG, COUPURE = 30, 10  # a longer word may break: after a sign that parts it, or every so many characters
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
    return marquer_entetes_de_lignes(pdf)


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


@singledispatch
def ecrire_typst(objet: object, numeros: Mapping[str, str]) -> str:
    """Return an object as Typst, every text of the data a string.

    Raises:
        TypeError: It is not an object of a document.
    """
    raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en Typst")


@ecrire_typst.register(Groupe)
def _(groupe: Groupe, numeros: Mapping[str, str]) -> str:
    return "\n\n".join(ecrire_typst(piece, numeros) for piece in groupe.pieces)


@ecrire_typst.register(Titre)
def _(titre: Titre, numeros: Mapping[str, str]) -> str:
    return f"#heading(level: {titre.niveau - 1}, {chaine(titre.texte)})"


@ecrire_typst.register(Paragraphe)
def _(paragraphe: Paragraphe, numeros: Mapping[str, str]) -> str:
    text = _morceaux(paragraphe.texte, numeros)
    return f"#{paragraphe.classe}[{text}]" if paragraphe.classe else text


@ecrire_typst.register(Liste)
def _(liste: Liste, numeros: Mapping[str, str]) -> str:
    items = ", ".join(f"[{_morceaux(item, numeros)}]" for item in liste.items)
    written = f"{'enum' if liste.ordonnee else 'list'}({items})"
    return f"#{liste.classe}({written})" if liste.classe else f"#{written}"


@ecrire_typst.register(Encadre)
def _(encadre: Encadre, numeros: Mapping[str, str]) -> str:
    text = "\n\n".join(_morceaux(paragraphe, numeros) for paragraphe in encadre.paragraphes)
    if not encadre.citation:
        return f"#avertissement[{text}]"
    author = f"\n\n#source[{_morceaux(encadre.auteur, numeros)}]" if encadre.auteur else ""
    return f"#quote(block: true)[{text}{author}]"


@ecrire_typst.register(Colonnes)
def _(colonnes: Colonnes, numeros: Mapping[str, str]) -> str:
    inside = (f"[#set heading(outlined: false)\n{ecrire_typst(bloc, numeros)}]," for bloc in colonnes.blocs)
    return f"#colonnes(({' '.join(inside)}))"


@ecrire_typst.register(Piece)
def _(piece: Piece, numeros: Mapping[str, str]) -> str:
    return _morceaux(f"Fichier joint : {piece.libelle} ({piece.adresse}).", numeros)


@ecrire_typst.register(Dessin)
def _(dessin: Dessin, numeros: Mapping[str, str]) -> str:
    caption = _legende(f"figure-{dessin.nom}", dessin.titre, numeros)
    svg = f'bytes("{citer(lisible(dessin.svg_large))}"), format: "svg"'
    drawing = f'image({svg}, width: 100%, alt: "{citer(lisible(dessin.alt))}")'
    reading = f"#lecture[#strong[{_morceaux('Lecture :', numeros)}] {_morceaux(dessin.lecture, numeros)}]\n"
    source = f"#source[{_morceaux('Source : ' + dessin.source, numeros)}]"
    inside = (reading if dessin.lecture else "") + source
    return f"#graphique(caption: {caption}, {drawing})[{inside}] {_etiquette(f'figure-{dessin.nom}', numeros)}"


@ecrire_typst.register(Tableau)
def _(tableau: Tableau, numeros: Mapping[str, str]) -> str:
    """Write a table, its notes and its source; a long one keeps its last row on the page of what follows."""
    anchor = f"tableau-{tableau.nom}"
    source = f"Source : {tableau.source}"
    rows = [[montrable(value) for value in row] for row in tableau.lignes()]
    signs = sum(len(text) for row in rows for text in row)
    short = len(rows) <= LIGNES_COURTES and signs <= SIGNES_COURTS
    below = 0.0 if short else _hauteur([*tableau.notes, source])
    widths = ", ".join(f"{width:.1f}fr" for width in largeurs(tableau))
    text = (
        "figure(kind: table, numbering: none, supplement: none, outlined: false, "
        f"caption: {_legende(anchor, tableau.titre, numeros)}, "
        f"table(columns: ({widths},), {_tete(tableau)},\n{_lignes(tableau, below)}\n))"
    )
    label = _etiquette(anchor, numeros)
    written = [f"#court({text}) {label}" if short else f"#reserve\n#{text} {label}"]
    written += [f"#fin({below:g}pt)"] * (below > 0)
    written += [f"#note[{_morceaux(note, numeros)}]" for note in tableau.notes]
    return "\n".join([*written, f"#source[{_morceaux(source, numeros)}]"])


def _hauteur(suite: Iterable[str]) -> float:
    """Return the height in points of the notes and of the source of a table, never short."""
    lines = [max(1, math.ceil(len(text) / SIGNES_PAR_LIGNE)) for text in suite]
    return sum(ENTRE + HAUTEUR * count for count in lines)


def _tete(tableau: Tableau) -> str:
    cells = [_case_de_tete(*cell) for row in tableau.entetes() for cell in row]
    return f"table.header({' '.join(cells)})"


def _case_de_tete(colonne: Colonne | str, largeur: int, hauteur: int) -> str:
    if isinstance(colonne, str):
        return f"table.cell(colspan: {largeur}, align: center + bottom, tete({chaine(colonne)})),"
    spans = f"rowspan: {hauteur}, " if hauteur > 1 else ""
    side = "right" if colonne.numerique else "left"
    return f"table.cell({spans}align: {side} + bottom, tete({chaine(colonne.libelle)})),"


def _lignes(tableau: Tableau, sous: float) -> str:
    """Return the rows; under the last one room is kept, which ``fin`` gives back."""
    lines: list[str] = []
    left = len(tableau.cellules)
    for title, rows in tableau.corps():
        if title:
            head = f"table.cell(colspan: {len(tableau.colonnes)}, groupe({chaine(title)}))"
            lines.append(f"table.header(level: 2, {head}),")
        for row in rows:
            left -= 1
            common = ["breakable: false"] * all(len(str(value)) < SIGNES_D_UN_BLOC for value in row)
            common += [f"inset: (bottom: {MARGE_BASSE + sous:g}pt), stroke: none"] * (left == 0 and sous > 0)
            for colonne, value in zip(tableau.colonnes, row, strict=True):
                options = [*common, *["align: right + top"] * colonne.numerique, chaine(value)]
                lines.append(f"table.cell({', '.join(options)}),")
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
    for run in (texte,) if isinstance(texte, str) else texte:
        if isinstance(run, Gras):
            pieces.append(f"#strong({chaine(run.texte)});")
        elif isinstance(run, Lien) and not run.adresse.startswith("#"):
            pieces.append(f'#link("{citer(run.adresse)}", {chaine(run.texte)});')
        elif isinstance(run, Renvoi) and run.ancre in numeros:
            pieces.append(f"#link(label({chaine(run.ancre)}), {chaine(numeros[run.ancre].lower())});")
        else:
            pieces.append(
                f"#{chaine(run if isinstance(run, str) else run.ancre if isinstance(run, Renvoi) else run.texte)};"
            )
    return "".join(pieces)


def chaine(texte: object) -> str:
    """Return a text as a Typst string, which Typst takes as it is: blanks are one, long words can break."""
    return f'"{citer(secables(montrable(texte)))}"'


def citer(texte: str) -> str:
    """Return a text between quotes of Typst, without them."""
    return texte.replace("\\", "\\\\").replace('"', '\\"')


def secables(texte: str) -> str:
    """Return a text whose words can all break, so that none runs out of its place."""
    words = BLANCS.sub(" ", texte).split(" ")
    return " ".join(_secable(word) if len(word) > MOT_LONG else word for word in words)


def _secable(mot: str) -> str:
    """Return a word that may break after a sign that parts it, as in a path, or anywhere when it has none."""
    pieces, count = [], 0
    for sign in mot:
        pieces.append(sign)
        count = COUPURE if sign in "/_." else count + 1
        if count == COUPURE:
            pieces.append("\u200b")
            count = 0
    return "".join(pieces)
