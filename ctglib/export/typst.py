"""A document as Typst, and from it a PDF that is PDF/A-2a and PDF/UA-1 at once; see ``rapport.typ`` for its look."""

from __future__ import annotations

import json
import math
import re
import shutil
import tempfile
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.document import blocs
from ctglib.document.signes import fichiers, largeur, lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.export.document import legende

if TYPE_CHECKING:
    import pikepdf
    import typst

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
TAILLE = 8.5  # pt, of the text of a table
GRAS = "600"  # weight of its headers
LARGEUR = 481.9  # pt: A4 between margins of 20 mm
MARGES = 8.2  # pt: inside a cell, left and right
MOT_AU_PLUS = 110.0  # pt: a column need not be wider for one word, which is then cut with a hyphen
COLONNE_AU_MOINS = 18.0
ENTETE_AU_PLUS = 64.0


def composer(document: Document) -> bytes:
    """Return the PDF of a document. Same document, same bytes: no clock, no name of a folder enters it.

    Raises:
        typst.TypstError: The document does not hold under both standards (an alternative text is missing, a title…).
    """
    second = document.chapitres[1] if not document.court else None
    pieces = []
    for before, bloc in pairwise([None, *document.papier]):
        if bloc is second:  # the contents come before the second chapter
            pieces.append("#sommaire")
        written = ecrire_typst(bloc)
        question = isinstance(before, blocs.Titre) and isinstance(bloc, blocs.Paragraphe)
        pieces.append(f"#question[{written}]" if question else written)  # it stays with what answers it
    return compiler(document, "\n\n".join(pieces), "rapport")


def compiler(document: Document, corps: str, cadre: str) -> bytes:
    """Return the PDF of what is written in Typst, in one of the frames of ``rapport.typ``.

    Raises:
        typst.TypstError: See ``composer``.
    """
    cover, logos = document.couverture, []
    with tempfile.TemporaryDirectory(prefix="ctg-") as folder:
        root = Path(folder)
        shutil.copy(MODELE, root)
        for rank, logo in enumerate(cover.logos if cover else (), start=1):
            name = f"logo-{rank}.{logo.suffixe}" if logo.contenu else ""
            if name:
                (root / name).write_bytes(logo.contenu)
            logos.append({"nom": montrable(logo.nom), "adresse": name})
        said = {key: montrable(getattr(cover, key, "")) for key in ("sujet", "territoire", "source", "avertissement")}
        told = {
            **said,
            "titre": montrable(document.titre),
            "mentions": [
                [montrable(name), secables(montrable(text))] for name, text in (cover.mentions if cover else ())
            ],
            "logos": logos,
            "avertissement-court": montrable(document.rappel),
            "auteurs": [logo["nom"] for logo in logos],
            "court": document.court,
            "mots": ["convention territoriale globale", said["territoire"]],
        }
        show = f'#show: {cadre}.with(json(bytes("{citer(json.dumps(told))}")))'
        pdf = compilateur(root, f'#import "{MODELE.name}": *\n{show}\n{corps}').compile(
            format="pdf", pdf_standards=NORMES, timestamp=document.instant
        )
    return _baliser(pdf)


def compilateur(root: Path, texte: str) -> typst.Compiler:
    """Return what compiles a text, written in a folder beside what it reads, with our fonts and no other.

    They are copied there: their packages hold each style twice, and Typst would choose.
    """
    import typst

    main, fonts = root / "principal.typ", root / "polices"
    main.write_text(texte, encoding="utf-8")
    fonts.mkdir()
    for path in fichiers().values():
        shutil.copy(path, fonts)
    ours = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts)])
    return typst.Compiler(input=main, root=root, font_paths=ours)


def ecrire_typst(objet: object) -> str:
    """Return an object as Typst, every text of the data a string.

    Raises:
        TypeError: It is not an object of a document.
    """
    match objet:
        case blocs.Groupe(pieces):
            return "\n\n".join(map(ecrire_typst, pieces))
        case blocs.Titre(texte, niveau):
            return f"#heading(level: {niveau - 1}, {chaine(texte)})"
        case blocs.Paragraphe(texte, classe):
            return f"#{classe}[{_morceaux(texte)}]" if classe else _morceaux(texte)
        case blocs.Liste(items, ordonnee, classe):
            inside = ", ".join(f"[{_morceaux(item)}]" for item in items)
            written = f"{'enum' if ordonnee else 'list'}({inside})"
            return f"#{classe}({written})" if classe else f"#{written}"
        case blocs.Encadre(paragraphes, citation, auteur):
            text = "\n\n".join(map(_morceaux, paragraphes))
            author = f"\n\n#source[{_morceaux(auteur)}]" if auteur else ""
            return f"#quote(block: true)[{text}{author}]" if citation else f"#avertissement[{text}]"
        case blocs.Colonnes(colonnes):
            cells = (f"[#set heading(outlined: false)\n{ecrire_typst(bloc)}]," for bloc in colonnes)
            return f"#colonnes(({' '.join(cells)}))"
        case blocs.Dessin():
            reading = (
                f"#lecture[{_morceaux((blocs.Gras('Lecture :'), f' {objet.lecture}'))}]\n" if objet.lecture else ""
            )
            inside = f"{reading}#source[{_morceaux('Source : ' + objet.source)}]"
            return (
                f"#graphique(caption: {chaine(legende(objet))}, {image(objet)})[{inside}] {_etiquette('figure', objet)}"
            )
        case Tableau():
            return _tableau(objet)
    raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en Typst")


def image(dessin: blocs.Dessin, place: str = "") -> str:
    """Return a chart as an image of the width of its place, with its alternative text."""
    svg = f'bytes("{citer(lisible(dessin.svg_large))}"), format: "svg"'
    return f'image({svg}, width: 100%, {place}alt: "{citer(lisible(dessin.alt))}")'


def _tableau(tableau: Tableau) -> str:
    """Write a table, its notes and its source; a long one keeps its last row on the page of what follows."""
    follows = [*tableau.notes, f"Source : {tableau.source}"]
    signs = sum(len(montrable(value)) for row in tableau.lignes() for value in row)
    short = len(tableau.cellules) <= LIGNES_COURTES and signs <= SIGNES_COURTS
    # The height of the notes and of the source, never short.
    below = 0.0 if short else sum(ENTRE + HAUTEUR * max(1, math.ceil(len(text) / SIGNES_PAR_LIGNE)) for text in follows)
    widths = [f"{width:.1f}fr" for width in largeurs(tableau)] + ["0pt"] * (not short)
    heads = []
    for rank, row in enumerate(tableau.entetes()):  # the last cells cover the column that ties rows (see ``_lignes``)
        covers = not short and (rank == 0 or tableau.colonnes[-1].groupe)
        for place, (colonne, across, down) in enumerate(row, start=1):
            columns = across + bool(covers and place == len(row))
            spans = f"colspan: {columns}, " * (columns > 1) + f"rowspan: {down}, " * (down > 1)
            group = isinstance(colonne, str)
            side = "center" if group else "right" if colonne.numerique else "left"
            said = chaine(colonne if group else colonne.libelle)
            heads.append(f"table.cell({spans}align: {side} + bottom, tete({said})),")
    text = (
        "figure(kind: table, numbering: none, supplement: none, outlined: false, "
        f"caption: {chaine(legende(tableau))}, table(columns: ({', '.join(widths)},), "
        f"table.header({' '.join(heads)}),\n{_lignes(tableau, below, short)}\n))"
    )
    label = _etiquette("tableau", tableau)
    written = [f"#court({text}) {label}"] if short else [f"#reserve\n#{text} {label}", f"#fin({below:g}pt)"]
    written += [f"#note[{_morceaux(note)}]" for note in tableau.notes]
    return "\n".join([*written, f"#source[{_morceaux(follows[-1])}]"])


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


def largeurs(tableau: Tableau) -> list[float]:
    """Return the widths of the columns on paper, in points; they share the width of the page.

    Where there is room, texts stand on one line, headers on two, and texts take the rest. Else numbers take what they
    need, and so do the words of all columns: no number, no short word is cut in its cell; texts share what is left by
    the root of what they hold, none having less than it needs, and headers break at a hyphen too.
    """
    columns, rows = tableau.colonnes, [[montrable(value) for value in row] for row in tableau.lignes()]
    texts = [[row[rank] for row in rows] for rank in range(len(columns))]
    cells = [[largeur(text, TAILLE) for text in column] for column in texts]

    def besoins(*, serre: bool) -> list[float]:
        """Return the least width of each: its longest word, or its longest number, and its header on three lines."""
        needs = []
        for rank, colonne in enumerate(columns):
            label = montrable(colonne.libelle)
            words = (min(largeur(word, TAILLE), MOT_AU_PLUS) for text in texts[rank] for word in text.split(" "))
            heads = re.findall(r"[^ \n-]+-?", label) if serre else label.split(" ")
            shared = sum(other.groupe == colonne.groupe for other in columns)  # what its group's title is spread over
            needs.append(MARGES + max(
                COLONNE_AU_MOINS, colonne.largeur, min(largeur(label, TAILLE, GRAS) / 3, ENTETE_AU_PLUS),
                *(cells[rank] if colonne.numerique else words),
                *(min(largeur(word, TAILLE, GRAS), MOT_AU_PLUS) for word in heads),
                *(largeur(word, TAILLE, GRAS) / shared for word in montrable(colonne.groupe).split()),
            ))  # fmt: skip
        return needs

    weights = {rank: math.sqrt(sum(cells[rank]) + 1) for rank, column in enumerate(columns) if not column.numerique}
    widths = besoins(serre=False)
    lines = [max(need, largeur(montrable(column.libelle), TAILLE, GRAS) / 2 + MARGES, *(cell + MARGES for cell in own))
             for need, column, own in zip(widths, columns, cells, strict=True)]  # fmt: skip
    spare = LARGEUR - sum(lines)
    if spare >= 0 and weights:
        return [width + spare * weights.get(rank, 0) / sum(weights.values()) for rank, width in enumerate(lines)]
    if sum(widths) > LARGEUR:
        widths = besoins(serre=True)
    short = weights
    while short:
        left = LARGEUR - sum(width for rank, width in enumerate(widths) if rank not in weights)
        shares = {rank: left * weight / sum(weights.values()) for rank, weight in weights.items()}
        short = [rank for rank, share in shares.items() if share < widths[rank]]
        weights = {rank: weight for rank, weight in weights.items() if rank not in short}
    return [shares[rank] if rank in weights else width for rank, width in enumerate(widths)]


def _etiquette(sorte: str, objet: blocs.Dessin | Tableau) -> str:
    """Return the label that references lead to."""
    return f"#label({chaine(f'{sorte}-{objet.nom}')})" if objet.numero else ""


def _morceaux(texte: blocs.Texte) -> str:
    """Return a text as markup: strings, strong or linked."""
    pieces = []
    for run in blocs.morceaux(texte):
        said = chaine(run if isinstance(run, str) else run.texte)
        match run:
            case blocs.Gras():
                pieces.append(f"#strong({said});")
            case blocs.Lien(_, adresse) if not adresse.startswith("#"):
                pieces.append(f'#link("{citer(adresse)}", {said});')
            case blocs.Renvoi(ancre):
                pieces.append(f"#link(label({chaine(ancre)}), {said});")
            case _:
                pieces.append(f"#{said};")
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


def _liste(noeud: pikepdf.Object, cle: str) -> list[pikepdf.Object]:
    """Return the dictionaries that a key holds: one, or an array of them."""
    import pikepdf

    found = noeud.get(cle, [])
    return [
        one for one in (found if isinstance(found, pikepdf.Array) else [found]) if isinstance(one, pikepdf.Dictionary)
    ]


def _enfants(noeud: pikepdf.Object) -> list[pikepdf.Object]:
    return [child for child in _liste(noeud, "/K") if "/S" in child]


def _attributs(cell: pikepdf.Object) -> dict[str, object]:
    """Return the attributes of a cell: its scope, its spans."""
    return {name: value for entry in _liste(cell, "/A") for name, value in entry.items()}


def _est_un_lien(cell: pikepdf.Object) -> bool:
    return cell.S == "/TD" and _attributs(cell).get("/RowSpan", 1) > 1


def _attribuer(cell: pikepdf.Object, nom: str, valeur: object) -> None:
    import pikepdf

    cell.A = pikepdf.Dictionary({**_attributs(cell), "/O": pikepdf.Name.Table, nom: valeur})
