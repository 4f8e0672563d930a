"""A document as slides for a meeting, ten at most: what its first page says, each message with what
proves it.

A title of slide is a sentence, what is under it one chart or one table of six rows. The same slides
are written for PowerPoint or Impress, where they can be changed, and as a PDF that is accessible as
reports are.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from pathlib import Path

from pptx import Presentation
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.presentation import Presentation as Presentee
from pptx.shapes.picture import Picture
from pptx.shapes.placeholder import SlidePlaceholder
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Inches, Pt

from ctglib.document.blocs import Dessin, Liste, Renvoi, Texte, Titre, morceaux
from ctglib.document.signes import largeur, lisible, montrable
from ctglib.document.tableau import Colonne, Tableau
from ctglib.export import typst
from ctglib.export.document import Document, en_clair, tout
from ctglib.export.word import en_images, terminer

MODELE = Path(__file__).parent / "modele.pptx"  # slides and their styles, which PowerPoint changes
# at most
DIAPOSITIVES = 10
LIGNES = 6
PORTRAIT = (
    1.2  # a chart that is not this much as wide as it is high would be too small to read from afar
)
# inches, those of the model
LARGE = 13.333
HAUT = 7.5
MARGE = 0.6
TITRE_HAUT = 1.7
SOURCE_HAUT = 0.45
ENTRE_DEUX = 0.25
AISANCE = (
    1.28  # the fonts that stand for Calibri where it is not installed are that much wider than ours
)
TAILLES = (
    28,
    26,
    24,
    22,
    20,
    18,
)  # pt: the largest that holds, never less than what is read four metres away
TITRES = (28, 26, 24, 22, 20)
TAILLES_DE_COUVERTURE = (34,), (24, 22, 20), (20, 18), (18, 16)  # title, subject, warning, mentions
INTERLIGNE = 1.25
ENTRE = 0.6
# pt
TABLEAU = 16
PIED = 12
# of a table: its width, that of a long text
POINTS = (LARGE - 2 * MARGE) * 72
TEXTE_LONG = 320
MARGE_DE_CASE = 8
HAUT_DE_CASE = 8  # pt: above and below the text of a cell
CHIFFRE = re.compile(
    r"(?<![\d\u202f,])(?!(?:19|20)\d\d(?![\d\u202f,]))\d[\d\u202f,]*"
)  # a year is no figure
VUE = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')


@dataclass(frozen=True)
class Diapositive:
    """A slide: a sentence, what shows it, and what the speaker may add."""

    titre: str
    corps: Liste | Dessin | Tableau
    notes: str = ""

    @property
    def source(self) -> str:
        """Where a chart or a table comes from."""
        return "" if isinstance(self.corps, Liste) else f"Source : {self.corps.source}"


def diapositives(document: Document) -> tuple[Diapositive, ...]:
    """Return the slides after the first, which is the cover.

    The lists of the first page come each on its slide; between its messages and what follows them,
    what proves each message, then the other charts of the report as far as there is room.
    """
    others = list(tout(document.corps[len(document.premiere_page) :]))
    lists = []
    heading = "En bref"
    for bloc in tout(document.premiere_page):
        heading = bloc.texte if isinstance(bloc, Titre) else heading
        lists += [Diapositive(heading, bloc)] if isinstance(bloc, Liste) else []
    proofs = {f"figure-{bloc.nom}": bloc for bloc in others if isinstance(bloc, Dessin)}
    proofs |= {f"tableau-{bloc.nom}": bloc for bloc in others if isinstance(bloc, Tableau)}
    room = DIAPOSITIVES - 1 - len(lists)
    shown = {}
    for item in (item for one in lists[:1] for item in one.corps.items):
        names = [run.ancre for run in morceaux(item) if isinstance(run, Renvoi)]
        found = next(
            (proofs[name] for name in names if name in proofs and proofs[name].nom not in shown),
            None,
        )
        # Without its references, nor what introduced them.
        said = "".join(
            getattr(run, "texte", run) for run in morceaux(item) if not isinstance(run, Renvoi)
        )
        said = re.sub(r"\s*\((?:voir )?(?:la |le )?\s*\)", "", said).strip()
        if proof := _extrait(found, said) if isinstance(found, Tableau) else found:
            shown[proof.nom] = _montrer(proof, said)
    spare = (
        bloc
        for bloc in others
        if isinstance(bloc, Dessin) and bloc.nom not in shown and _forme(bloc) >= PORTRAIT
    )
    shown |= {
        chart.nom: _montrer(chart, chart.titre)
        for chart in islice(spare, max(0, room - len(shown)))
    }
    return (*lists[:1], *islice(shown.values(), room), *lists[1:])


def _montrer(preuve: Dessin | Tableau, titre: str) -> Diapositive:
    """Return the slide of a chart or of rows of a table; the speaker is told where the report has
    the whole.
    """
    said = [f"{preuve.numero or 'Tableau'} du rapport : {preuve.titre}"]
    said += [preuve.alt, preuve.lecture] if isinstance(preuve, Dessin) else []
    return Diapositive(titre, preuve, "\n".join(filter(None, said)))


def _forme(dessin: Dessin) -> float:
    """Return the width of a chart for a height of one, 0 when it says none."""
    found = VUE.search(dessin.svg_large)
    return float(found[1]) / float(found[2]) if found else 0.0


def _extrait(tableau: Tableau, message: str) -> Tableau | None:
    """Return the rows of a table, six at most, that hold figures of a message; None when one row
    says it all.

    Columns are kept as far as they hold on a slide, those of the figures first.
    """
    figures = set(CHIFFRE.findall(message))
    shown = tableau.cellules[[colonne.cle for colonne in tableau.colonnes]].map(montrable)
    if tableau.groupes:
        names = zip(tableau.groupes, shown.iloc[:, 0], strict=True)
        shown.iloc[:, 0] = [f"{group}, {name}" if group else name for group, name in names]
    said = shown.map(lambda text: bool(figures & set(CHIFFRE.findall(text))))
    said.iloc[:, 0] = False
    rows = said.any(axis=1)
    if rows.sum() < 2:
        return None
    told = shown[rows].head(LIGNES)
    hits = said[rows].head(LIGNES)
    needs = [_besoin(told.iloc[:, rank], colonne) for rank, colonne in enumerate(tableau.colonnes)]
    kept = [0, *sorted(range(1, len(needs)), key=lambda rank: not hits.iloc[:, rank].any())]
    while len(kept) > 1 and sum(needs[rank] for rank in kept) >= POINTS:
        kept.pop()
    kept.sort()
    widths = [
        POINTS * needs[rank] / sum(needs[other] for other in kept) - 2 * MARGE_DE_CASE
        for rank in kept
    ]

    def points(textes: Iterable[str]) -> float:
        """Return the height of a row, never short."""
        lines = [
            largeur(text, TABLEAU) * AISANCE / width
            for text, width in zip(textes, widths, strict=True)
        ]
        return TABLEAU * (math.ceil(max(lines)) * INTERLIGNE + ENTRE) + HAUT_DE_CASE

    columns = [
        replace(tableau.colonnes[rank], libelle=_entete(tableau.colonnes[rank]), groupe="")
        for rank in kept
    ]
    room = 72 * (HAUT - _sous_le_titre(message) - SOURCE_HAUT - ENTRE_DEUX) - points(
        one.libelle for one in columns
    )
    while len(told) > 2 and sum(map(points, told.iloc[:, kept].to_numpy())) > room:
        told = told.iloc[:-1]
    return replace(tableau, colonnes=tuple(columns), cellules=told, groupes=None, notes=())


def _besoin(textes: Iterable[str], colonne: Colonne) -> float:
    """Return the points that a column takes on a slide, its longest texts on several lines."""
    longest = min(max(largeur(text, TABLEAU) for text in textes), TEXTE_LONG)
    head = max(largeur(word, TABLEAU, typst.GRAS) for word in _entete(colonne).split())
    return max(longest, head) * AISANCE + 2 * MARGE_DE_CASE


def _entete(colonne: Colonne) -> str:
    return montrable(", ".join(filter(None, (colonne.groupe, colonne.libelle))))


def _dire(texte: Texte) -> str:
    return montrable(en_clair(texte))


# PowerPoint.


def composer(document: Document) -> bytes:
    """Return the slides for PowerPoint or Impress. Same document, same bytes."""
    deck = Presentation(str(MODELE))
    slides = diapositives(document)
    cover = document.couverture
    images = en_images(
        replace(document, corps=tuple(one.corps for one in slides if isinstance(one.corps, Dessin)))
    )
    first = deck.slides.add_slide(deck.slide_layouts.get_by_name("Couverture"))
    subject = f"{cover.territoire} – {cover.sujet}" if cover else ""
    mentions = [f"{name} : {value}" for name, value in cover.mentions]
    told = [document.titre], [subject], [cover.avertissement], mentions
    for place, texts, sizes in zip([*first.placeholders], told, TAILLES_DE_COUVERTURE, strict=True):
        _ecrire(place, texts, sizes)
    left = MARGE
    for logo in (logo for logo in cover.logos if logo.nom in images):
        picture = _image(first, images[logo.nom], f"Logo : {logo.nom}", left, 0.6, hauteur=0.9)
        left += picture.width.inches + 0.4
    for one in slides:
        _diapositive(deck, one, cover.avertissement, images)
    return terminer(deck, document)


def _diapositive(
    deck: Presentee, one: Diapositive, avertissement: str, images: dict[str, bytes]
) -> None:
    title = _dire(one.titre)
    shown = one.corps
    width = LARGE - 2 * MARGE
    layout = "Liste" if isinstance(shown, Liste) else "Preuve"
    top = _sous_le_titre(title)
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name(layout))
    heading, below = slide.placeholders
    _remplir(heading.text_frame, [title], _taille_du_titre(title))
    if isinstance(shown, Liste):
        room = HAUT - top - SOURCE_HAUT - ENTRE_DEUX
        below.left, below.top, below.width, below.height = map(Inches, (MARGE, top, width, room))
        _ecrire(below, map(en_clair, shown.items), TAILLES)
    elif isinstance(shown, Dessin):
        shape = _forme(shown)
        height = min(HAUT - top - SOURCE_HAUT - 0.3, width / shape)
        _image(
            slide,
            images[f"figure-{shown.nom}"],
            shown.alt,
            (LARGE - height * shape) / 2,
            top,
            hauteur=height,
        )
    else:
        rows = [[colonne.libelle for colonne in shown.colonnes]]
        rows += [[montrable(value) for value in row] for row in shown.lignes()]
        needs = [
            _besoin((row[rank] for row in rows[1:]), colonne)
            for rank, colonne in enumerate(shown.colonnes)
        ]
        place = map(Inches, (MARGE, top, width, 0.4 * len(rows)))
        frame = slide.shapes.add_table(len(rows), len(rows[0]), *place)
        frame._element.nvGraphicFramePr.cNvPr.set("descr", montrable(shown.titre))
        for column, need in zip(frame.table.columns, needs, strict=True):
            column.width = Inches(width * need / sum(needs))
        for line, row in zip(frame.table.rows, rows, strict=True):
            for cell, text in zip(line.cells, row, strict=True):
                _remplir(cell.text_frame, [text], TABLEAU, gras=row is rows[0] or None)
    if one.source:
        slide.shapes._spTree.append(below._element)  # read after what it is the source of
        _ecrire(below, [one.source], (PIED,))
    told = [montrable(text) for text in (one.notes, one.source, avertissement) if text]
    slide.notes_slide.notes_text_frame.text = "\n".join(told)


def _image(
    slide: Slide, octets: bytes, alternative: str, left: float, top: float, hauteur: float
) -> Picture:
    picture = slide.shapes.add_picture(
        BytesIO(octets), Inches(left), Inches(top), height=Inches(hauteur)
    )
    picture._element.nvPicPr.cNvPr.set("descr", lisible(alternative))
    return picture


def _ecrire(place: SlidePlaceholder, textes: Iterable[str], tailles: tuple[int, ...]) -> None:
    """Write paragraphs in a place of the model, at the largest size at which they hold; an empty
    place goes.
    """
    told = [montrable(text) for text in textes if text]
    if told:
        _remplir(place.text_frame, told, _taille(told, place.height.inches, tailles))
    else:
        place._element.getparent().remove(place._element)


def _remplir(cadre: TextFrame, textes: list[str], taille: int, *, gras: bool | None = None) -> None:
    cadre.text = "\n".join(textes)
    for paragraph in cadre.paragraphs:
        paragraph.space_after = Pt(taille * ENTRE)
        for run in paragraph.runs:
            run.font.size = Pt(taille)
            run.font.bold = gras
            run.font.language_id = MSO_LANGUAGE_ID.FRENCH


def _taille(
    textes: list[str], hauteur: float, tailles: tuple[int, ...], *, gras: bool = False
) -> int:
    """Return the largest size at which these paragraphs hold in the width of a slide and in this
    height, in inches.
    """
    return next(
        (size for size in tailles if _hauteur(textes, size, gras=gras) <= hauteur), tailles[-1]
    )


def _taille_du_titre(titre: str) -> int:
    return _taille([titre], TITRE_HAUT, TITRES, gras=True)


def _sous_le_titre(titre: str) -> float:
    return MARGE + _hauteur([titre], _taille_du_titre(titre), gras=True) + ENTRE_DEUX


def _hauteur(textes: list[str], taille: int, *, gras: bool = False) -> float:
    """Return how many inches paragraphs take in the width of a slide, never short."""
    width = (LARGE - 2 * MARGE - 0.3) * 72 - taille
    lines = sum(
        math.ceil(largeur(text, taille, *[typst.GRAS] * gras) * AISANCE / width) for text in textes
    )
    return taille * (lines * INTERLIGNE + len(textes) * ENTRE) / 72


# PDF.


def composer_pdf(document: Document) -> bytes:
    """Return the same slides as a PDF that is PDF/A-2a and PDF/UA-1. Same document, same bytes."""
    slides = []
    for one in diapositives(document):
        title = _dire(one.titre)
        shown = one.corps
        size = 0
        if isinstance(shown, Liste):
            told = tuple(map(_dire, shown.items))
            shown = Liste(told)
            size = _taille(told, HAUT - 2 * MARGE - TITRE_HAUT - SOURCE_HAUT, TAILLES)
        slides.append(
            {
                "titre": typst.secable(title),
                "taille": _taille_du_titre(title),
                "source": typst.secable(one.source),
                "corps": typst.en_donnees(
                    replace(shown, numero="") if isinstance(shown, Tableau) else shown
                ),
                "taille-du-corps": size,
            }
        )
    return typst.compiler(document, "diapositives", slides)
