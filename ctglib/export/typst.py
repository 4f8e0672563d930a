"""A document as Typst, and from it a PDF that is PDF/A-2a and PDF/UA-1 at once; see ``rapport.typ``
for its look.
"""

import json
import math
import re
import shutil
import tempfile
from dataclasses import fields
from io import BytesIO
from pathlib import Path

import pikepdf
import typst

from ctglib.document import blocs
from ctglib.document.signes import fichiers, largeur, lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.export.document import Document, legende

BLANCS = re.compile(r"[ \t\r\n]+")  # not the no-break spaces
MOT_LONG = (
    30  # a longer word may break: after a sign that parts it, as in a path, or every ten characters
)
COUPURES = re.compile(r"[/_.]|[^/_.]{10}")
# a table of no more rows and of no more text than that is never cut
LIGNES_COURTES = 8
SIGNES_COURTS = 1300
TAILLE = 8.5  # pt, of the text of a table
GRAS = "600"  # weight of its headers
LARGEUR = 481.9  # pt: A4 between margins of 20 mm
MARGES = 8.2  # pt: inside a cell, left and right
MOT_AU_PLUS = 110.0  # pt: a column need not be wider for one word, which is then cut with a hyphen
COLONNE_AU_MOINS = 18.0
ENTETE_AU_PLUS = 64.0


def composer(document: Document) -> bytes:
    """Return the PDF of a document, or raise ``typst.TypstError`` when it does not hold under both
    standards.
    """
    return compiler(document, "rapport", [en_donnees(bloc) for bloc in document.papier])


def compiler(document: Document, cadre: str, corps: list[object]) -> bytes:
    """Return the PDF of a body, in one of the frames of ``rapport.typ``.

    No clock, no name of a folder enters it.
    """
    cover = document.couverture
    told = {
        **{
            key: montrable(getattr(cover, key))
            for key in ("sujet", "territoire", "source", "avertissement")
        },
        "titre": montrable(document.titre),
        "mentions": [[montrable(name), secable(text)] for name, text in cover.mentions],
        "logos": [
            {"nom": montrable(logo.nom), "contenu": [*(logo.contenu or b"")]}
            for logo in cover.logos
        ],
        "avertissement-court": montrable(document.rappel),
        "court": document.court,
        "sommaire": len(document.premiere_page),
        "corps": corps,
    }
    shown = f'#import "rapport.typ": {cadre}\n#show: {cadre}.with(donnees)\n'
    pdf = compiler_typst(
        shown, told, format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=document.instant
    )
    return _baliser(pdf)


def compiler_typst(texte: str, donnees: object, **options: object) -> bytes | list[bytes]:
    """Return what a text becomes, in which ``donnees`` are these, with our fonts and no other.

    They are copied apart: their packages hold each style twice, and Typst would choose.
    """
    main = f"#let donnees = json(bytes(sys.inputs.donnees))\n{texte}".encode()
    with tempfile.TemporaryDirectory(prefix="ctg-") as fonts:
        for path in fichiers().values():
            shutil.copy(path, fonts)
        ours = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts]
        )
        told = {"donnees": json.dumps(donnees)}
        compiler = typst.Compiler(
            input=main, root=Path(__file__).parent, font_paths=ours, sys_inputs=told
        )
        return compiler.compile(**options)


def en_donnees(objet: object) -> object:
    """Return what ``rapport.typ`` is told of an object of a document: its kind and its fields,
    texts as shown.
    """
    match objet:
        case str():
            return secable(objet)
        case bool() | int():
            return objet
        case tuple():
            return [en_donnees(one) for one in objet]
        case blocs.Lien(texte, adresse):
            return {
                "genre": "Lien",
                "texte": secable(texte),
                "adresse": "" if adresse.startswith("#") else adresse,
            }
        case blocs.Renvoi(ancre):
            return {"genre": "Renvoi", "texte": secable(objet.texte), "ancre": ancre}
        case blocs.Dessin() | Tableau():
            kind = type(objet).__name__
            own = (
                _tableau(objet)
                if kind == "Tableau"
                else {
                    "svg": lisible(objet.svg_large),
                    "alt": lisible(objet.alt),
                    "lecture": secable(objet.lecture),
                }
            )
            anchor = (
                f"{'tableau' if kind == 'Tableau' else 'figure'}-{objet.nom}"
                if objet.numero
                else ""
            )
            source = secable(f"Source : {objet.source}")
            return {
                "genre": kind,
                "ancre": anchor,
                "legende": secable(legende(objet)),
                "source": source,
                **own,
            }
    said = {field.name: en_donnees(getattr(objet, field.name)) for field in fields(objet)}
    return {"genre": type(objet).__name__, **said}


def _tableau(tableau: Tableau) -> dict[str, object]:
    """Return what is told of a table; a short one is never cut."""
    signs = sum(len(montrable(value)) for row in tableau.lignes() for value in row)
    heads = [
        [
            ("center", secable(column), across, down)
            if isinstance(column, str)
            else ("right" if column.numerique else "left", secable(column.libelle), across, down)
            for column, across, down in row
        ]
        for row in tableau.entetes()
    ]
    return {
        "court": len(tableau.cellules) <= LIGNES_COURTES and signs <= SIGNES_COURTS,
        "notes": [secable(note) for note in tableau.notes],
        "entetes": heads,
        "largeurs": [round(width, 1) for width in largeurs(tableau)],
        "nombres": [column.numerique for column in tableau.colonnes],
        "groupes": [
            (secable(title), [[*map(secable, row)] for row in rows])
            for title, rows in tableau.corps()
        ],
    }


def largeurs(tableau: Tableau) -> list[float]:
    """Return the widths of the columns on paper, in points; they share the width of the page.

    Where there is room, texts stand on one line, headers on two, and texts take the rest. Else
    numbers take what they need, and so do the words of all columns: no number, no short word is cut
    in its cell; texts share what is left by the root of what they hold, none having less than it
    needs, and headers break at a hyphen too.
    """
    columns = tableau.colonnes
    rows = [[montrable(value) for value in row] for row in tableau.lignes()]
    texts = [[row[rank] for row in rows] for rank in range(len(columns))]
    cells = [[largeur(text, TAILLE) for text in column] for column in texts]

    def besoins(*, serre: bool) -> list[float]:
        """Return the least width of each: its longest word, or its longest number, and its header
        on three lines.
        """
        needs = []
        for rank, colonne in enumerate(columns):
            label = montrable(colonne.libelle)
            words = (
                min(largeur(word, TAILLE), MOT_AU_PLUS)
                for text in texts[rank]
                for word in text.split(" ")
            )
            heads = re.findall(r"[^ \n-]+-?", label) if serre else label.split(" ")
            shared = sum(
                other.groupe == colonne.groupe for other in columns
            )  # what its group's title is spread over
            needs.append(
                MARGES
                + max(
                    COLONNE_AU_MOINS,
                    colonne.largeur,
                    min(largeur(label, TAILLE, GRAS) / 3, ENTETE_AU_PLUS),
                    *(cells[rank] if colonne.numerique else words),
                    *(min(largeur(word, TAILLE, GRAS), MOT_AU_PLUS) for word in heads),
                    *(
                        largeur(word, TAILLE, GRAS) / shared
                        for word in montrable(colonne.groupe).split()
                    ),
                )
            )
        return needs

    weights = {
        rank: math.sqrt(sum(cells[rank]) + 1)
        for rank, column in enumerate(columns)
        if not column.numerique
    }
    widths = besoins(serre=False)
    lines = [
        max(
            need,
            largeur(montrable(column.libelle), TAILLE, GRAS) / 2 + MARGES,
            *(cell + MARGES for cell in own),
        )
        for need, column, own in zip(widths, columns, cells, strict=True)
    ]
    spare = LARGEUR - sum(lines)
    if spare >= 0 and weights:
        return [
            width + spare * weights.get(rank, 0) / sum(weights.values())
            for rank, width in enumerate(lines)
        ]
    if sum(widths) > LARGEUR:
        widths = besoins(serre=True)
    short = weights
    while short:
        left = LARGEUR - sum(width for rank, width in enumerate(widths) if rank not in weights)
        shares = {rank: left * weight / sum(weights.values()) for rank, weight in weights.items()}
        short = [rank for rank, share in shares.items() if share < widths[rank]]
        weights = {rank: weight for rank, weight in weights.items() if rank not in short}
    return [shares[rank] if rank in weights else width for rank, width in enumerate(widths)]


def secable(texte: object) -> str:
    """Return a text as it is shown: blanks are one, and all words can break, long ones where they
    part.
    """
    words = BLANCS.sub(" ", montrable(texte)).split(" ")
    return " ".join(
        COUPURES.sub("\\g<0>\u200b", word) if len(word) > MOT_LONG else word for word in words
    )


def _baliser(pdf: bytes) -> bytes:
    """Return the PDF in which the first cell of each body row heads it (TH, scope Row), which Typst
    cannot say yet.

    Every table of a report heads its rows by their first cell, as its HTML says. The column that
    ties rows is taken out of the tags (see ``rapport.typ``). Nothing else changes, so that both
    standards still hold.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        rows = [
            one
            for one in document.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/TR"
        ]
        tied = {_tableau_de(row) for row in rows if _est_un_lien(row.K[-1])}
        for row in rows:
            first = row.K[0]
            last = row.K[-1]
            if _est_un_lien(last):
                del row.K[-1]
            elif _tableau_de(row) in tied and (across := _attributs(last).get("/ColSpan", 1)) > 1:
                _attribuer(last, "/ColSpan", across - 1)
            if first.S == "/TD":
                first.S = pikepdf.Name.TH
                _attribuer(first, "/Scope", pikepdf.Name.Row)
        buffer = BytesIO()
        document.save(
            buffer,
            deterministic_id=True,
            # it is right already, and setting it would write all of them again
            fix_metadata_version=False,
            # a third of the size, as PDF/A-2 allows
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return buffer.getvalue()


def _tableau_de(row: pikepdf.Object) -> tuple[int, int]:
    return row.P.P.objgen  # a row is in the head or in a body of its table


def _attributs(cell: pikepdf.Object) -> dict[str, object]:
    """Return the attributes of a cell: its scope, its spans; Typst has them in an array."""
    told = cell.get("/A", [])
    return {
        name: value
        for part in ([told] if isinstance(told, pikepdf.Dictionary) else told)
        for name, value in part.items()
    }


def _est_un_lien(cell: pikepdf.Object) -> bool:
    return cell.S == "/TD" and _attributs(cell).get("/RowSpan", 1) > 1


def _attribuer(cell: pikepdf.Object, nom: str, valeur: object) -> None:
    cell.A = pikepdf.Dictionary({**_attributs(cell), "/O": pikepdf.Name.Table, nom: valeur})
