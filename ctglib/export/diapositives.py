"""A document as slides for a meeting, ten at most: what its first page says, each message with what proves it.

A title of slide is a sentence, what is under it one chart or one table of six rows. The same slides are written for
PowerPoint or Impress, where they can be changed, and as a PDF that is accessible as reports are.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING

from lxml import etree

from ctglib.document.blocs import Dessin, Liste, Renvoi, Titre
from ctglib.document.signes import largeur, lisible, montrable
from ctglib.document.tableau import Tableau
from ctglib.donnees.ecriture import dater
from ctglib.export import typst
from ctglib.export.document import tout
from ctglib.export.largeurs import GRAS
from ctglib.export.word import ALERTE, BLEU, GRIS, POLICE, en_images, proprietes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pptx.presentation import Presentation
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

    from ctglib.document.blocs import Bloc, Texte
    from ctglib.document.tableau import Colonne
    from ctglib.export.document import Document

DIAPOSITIVES, LIGNES = 10, 6  # at most
PORTRAIT = 1.2  # a chart that is not this much as wide as it is high would be too small to read from afar
POUCE, POINT = 914_400, 12_700
LARGE, HAUT, MARGE = 13.333, 7.5, 0.6  # inches: 16:9
TITRE_HAUT, SOURCE_HAUT, ENTRE_DEUX = 1.7, 0.45, 0.25
AISANCE = 1.28  # the fonts that stand for Calibri where it is not installed are that much wider than ours
TAILLES = (28, 26, 24, 22, 20, 18)  # pt: the largest that holds, never less than what is read four metres away
TITRES = (28, 26, 24, 22, 20)
INTERLIGNE, ENTRE = 1.25, 0.6
TABLEAU, PIED = 16, 12  # pt
POINTS, TEXTE_LONG, MARGE_DE_CASE = (LARGE - 2 * MARGE) * 72, 320, 8  # of a table: its width, that of a long text
HAUT_DE_CASE = 8  # pt: above and below the text of a cell
CHIFFRE = re.compile(r"(?<![\d\u202f,])(?!(?:19|20)\d\d(?![\d\u202f,]))\d[\d\u202f,]*")  # a year is no figure
VUE = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')


@dataclass(frozen=True)
class Diapositive:
    """A slide: a sentence, what shows it, its source, and what the speaker may add."""

    titre: Texte
    corps: Bloc
    source: str = ""
    notes: str = ""


def diapositives(document: Document) -> tuple[Diapositive, ...]:
    """Return the slides after the first, which is the cover.

    The lists of the first page come each on its slide; between its messages and what follows them, what proves each
    message, then the other charts of the report as far as there is room.
    """
    first, *others = _chapitres(document)
    lists = [*_listes(first)]
    messages, rest = lists[:1], lists[1:]
    room = DIAPOSITIVES - 1 - len(lists)
    shown: dict[str, Diapositive] = {}
    for item in (item for one in messages for item in one.corps.items):
        if proof := _preuve(item, others, shown):
            shown[proof.nom] = _montrer(proof, document, _sans_renvois(item))
    charts = (bloc for chapter in others for bloc in chapter if isinstance(bloc, Dessin) and _large(bloc))
    spare = (chart for chart in charts if chart.nom not in shown)
    shown |= {chart.nom: _montrer(chart, document) for chart in islice(spare, max(0, room - len(shown)))}
    return (*messages, *islice(shown.values(), room), *rest)


def _chapitres(document: Document) -> list[list[Bloc]]:
    """Return the blocks of each chapter, its heading first."""
    chapters: list[list[Bloc]] = [[]]
    for bloc in tout(document.corps):
        if bloc in document.chapitres:
            chapters.append([])
        chapters[-1].append(bloc)
    return [chapter for chapter in chapters if any(isinstance(bloc, Titre) for bloc in chapter)] or [[]]


def _listes(chapitre: list[Bloc]) -> Iterator[Diapositive]:
    heading = Titre("En bref")
    for bloc in chapitre:
        if isinstance(bloc, Titre):
            heading = bloc
        elif isinstance(bloc, Liste):
            yield Diapositive(heading.texte, bloc)


def _preuve(item: Texte, chapitres: list[list[Bloc]], montres: dict[str, Diapositive]) -> Dessin | Tableau | None:
    """Return the first thing that a message refers to, of a table the rows that hold its figures."""
    runs = () if isinstance(item, str) else item
    anchors = [run.ancre for run in runs if isinstance(run, Renvoi)]
    blocs = {f"figure-{bloc.nom}": bloc for part in chapitres for bloc in part if isinstance(bloc, Dessin)}
    blocs |= {f"tableau-{bloc.nom}": bloc for part in chapitres for bloc in part if isinstance(bloc, Tableau)}
    found = next((blocs[name] for name in anchors if name in blocs and blocs[name].nom not in montres), None)
    return _extrait(found, _sans_renvois(item)) if isinstance(found, Tableau) else found


def _extrait(tableau: Tableau, message: str) -> Tableau | None:
    """Return the rows of a table, six at most, that hold figures of a message; None when one row says it all.

    Columns are kept as far as they hold on a slide, those of the figures first.
    """
    figures = set(CHIFFRE.findall(message))
    shown = tableau.cellules[[colonne.cle for colonne in tableau.colonnes]].map(montrable)
    if tableau.groupes:
        shown.iloc[:, 0] = [
            f"{group}, {name}" if group else name for group, name in zip(tableau.groupes, shown.iloc[:, 0], strict=True)
        ]
    said = shown.map(lambda text: bool(figures & set(CHIFFRE.findall(text))))
    said.iloc[:, 0] = False
    rows = said.any(axis=1)
    if rows.sum() < 2:
        return None
    places = [place for place, row in enumerate(rows) if row][:LIGNES]
    wanted = sorted(range(1, len(tableau.colonnes)), key=lambda rank: not said.iloc[places, rank].any())
    needs = [_besoin(shown.iloc[places, rank], tableau.colonnes[rank]) for rank in range(len(tableau.colonnes))]
    kept, left = [0], POINTS - needs[0]
    for rank in wanted:
        left -= needs[rank]
        kept += [rank] if left > 0 else []
    widths = {rank: POINTS * needs[rank] / sum(needs[other] for other in kept) - 2 * MARGE_DE_CASE for rank in kept}

    def points(textes: Iterable[tuple[int, str]]) -> float:
        """Return the height of a row, never short."""
        lines = max(math.ceil(largeur(text, TABLEAU) * AISANCE / widths[rank]) for rank, text in textes)
        return TABLEAU * (lines * INTERLIGNE + ENTRE) + HAUT_DE_CASE

    room = 72 * (HAUT - _sous_le_titre(message) - SOURCE_HAUT - ENTRE_DEUX)
    room -= points((rank, _entete(tableau.colonnes[rank])) for rank in kept)
    while len(places) > 2 and sum(points((rank, shown.iloc[row, rank]) for rank in kept) for row in places) > room:
        places.pop()
    return replace(
        tableau,
        colonnes=tuple(replace(tableau.colonnes[rank], libelle=_entete(tableau.colonnes[rank]), groupe="")
                       for rank in sorted(kept)),
        cellules=shown.iloc[places],
        groupes=None,
        notes=(),
    )  # fmt: skip


def _besoin(textes: Iterable[str], colonne: Colonne) -> float:
    """Return the points that a column takes on a slide, its longest texts on several lines."""
    longest = min(max(largeur(text, TABLEAU) for text in textes), TEXTE_LONG)
    head = max(largeur(word, TABLEAU, GRAS) for word in _entete(colonne).split())
    return max(longest, head) * AISANCE + 2 * MARGE_DE_CASE


def _entete(colonne: Colonne) -> str:
    return montrable(", ".join(filter(None, (colonne.groupe, colonne.libelle))))


def _montrer(preuve: Dessin | Tableau, document: Document, titre: Texte = "") -> Diapositive:
    """Return the slide of a chart or of rows of a table; the speaker is told where the report has the whole."""
    kind = "figure" if isinstance(preuve, Dessin) else "tableau"
    place = f"{document.numeros.get(f'{kind}-{preuve.nom}', kind.capitalize())} du rapport : {preuve.titre}"
    said = [place, preuve.alt, preuve.lecture] if isinstance(preuve, Dessin) else [place]
    return Diapositive(titre or preuve.titre, preuve, f"Source : {preuve.source}", "\n".join(filter(None, said)))


def _large(dessin: Dessin) -> bool:
    found = VUE.search(dessin.svg_large)
    return bool(found) and float(found[1]) >= PORTRAIT * float(found[2])


def _sans_renvois(texte: Texte) -> str:
    """Return a message as the title of the slide that proves it: without its references, nor what introduced them."""
    runs = [texte] if isinstance(texte, str) else texte
    kept = [getattr(run, "texte", run) for run in runs if not isinstance(run, Renvoi)]
    return re.sub(r"\s*\((?:voir )?(?:la |le )?\s*\)", "", "".join(kept)).strip()


def _dire(texte: Texte, document: Document) -> str:
    runs = [texte] if isinstance(texte, str) else texte
    said = (
        document.numeros.get(run.ancre, run.ancre).lower() if isinstance(run, Renvoi) else getattr(run, "texte", run)
        for run in runs
    )
    return montrable("".join(said))


# --- PowerPoint -----------------------------------------------------------------------------------------------------


def composer(document: Document) -> bytes:
    """Return the slides for PowerPoint or Impress. Same document, same bytes."""
    from pptx import Presentation

    deck, slides = Presentation(), diapositives(document)
    deck.slide_width, deck.slide_height = (round(size * POUCE) for size in (LARGE, HAUT))
    images = en_images(replace(document, corps=tuple(one.corps for one in slides if isinstance(one.corps, Dessin))))
    _couverture(deck, document, images)
    for one in slides:
        _diapositive(deck, one, document, images)
    proprietes(deck.core_properties, document)
    package = deck.part.package
    for name in [name for name, link in package._rels.items() if link.reltype.endswith("/thumbnail")]:
        package.drop_rel(name)  # the picture of another document
    written = BytesIO()
    deck.save(written)
    return dater(written, document.instant)


def _couverture(deck: Presentation, document: Document, images: dict[str, bytes]) -> None:
    cover = document.couverture
    slide = _nouvelle(deck, montrable(document.titre), haut=1.7, taille=34)
    if not cover:
        return
    _texte(slide, [f"{cover.territoire} – {cover.sujet}"], 3.3, 0.9, (24, 22, 20), couleur=GRIS)
    _texte(slide, [cover.avertissement], 4.2, 0.8, (20, 18), couleur=ALERTE)
    _texte(slide, [f"{name} : {value}" for name, value in cover.mentions], 5.1, 2.2, (18, 16), couleur=GRIS)
    left = MARGE
    for logo in cover.logos:
        if logo.nom in images:
            picture = slide.shapes.add_picture(
                BytesIO(images[logo.nom]), *(round(x * POUCE) for x in (left, 0.6)), height=round(0.9 * POUCE)
            )
            _alternative(picture, f"Logo : {logo.nom}")
            left += picture.width / POUCE + 0.4


def _diapositive(deck: Presentation, one: Diapositive, document: Document, images: dict[str, bytes]) -> None:
    title = _dire(one.titre, document)
    slide, top = _nouvelle(deck, title), _sous_le_titre(title)
    if isinstance(one.corps, Dessin):
        _image(slide, images[f"figure-{one.corps.nom}"], one.corps, top)
    elif isinstance(one.corps, Tableau):
        _tableau(slide, one.corps, top)
    else:
        told = [_dire(item, document) for item in one.corps.items]
        _texte(slide, told, top, HAUT - top - SOURCE_HAUT - ENTRE_DEUX, TAILLES, puces=True)
    if one.source:
        _texte(slide, [one.source], HAUT - SOURCE_HAUT - 0.15, SOURCE_HAUT, (PIED,), couleur=GRIS)
    told = [one.notes, one.source, document.couverture.avertissement if document.couverture else ""]
    slide.notes_slide.notes_text_frame.text = "\n".join(montrable(text) for text in told if text)


def _nouvelle(deck: Presentation, titre: str, *, haut: float = MARGE, taille: int = 0) -> Slide:
    """Add a slide with its title in the place that screen readers and the outline look for."""
    slide = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title Only"))
    place = slide.shapes.title
    place.left, place.top, place.width, place.height = (
        round(size * POUCE) for size in (MARGE, haut, LARGE - 2 * MARGE, TITRE_HAUT)
    )
    _remplir(place.text_frame, [titre], taille or _taille_du_titre(titre), BLEU, gras=True)
    return slide


def _texte(
    slide: Slide, textes: list[str], haut: float, hauteur: float, tailles: tuple[int, ...], *, couleur: str = "1D2429",
    puces: bool = False,
) -> None:  # fmt: skip
    box = slide.shapes.add_textbox(*(round(size * POUCE) for size in (MARGE, haut, LARGE - 2 * MARGE, hauteur)))
    told = [montrable(text) for text in textes if text]
    _remplir(box.text_frame, told, _taille(told, hauteur, tailles), couleur, puces=puces)


def _remplir(
    cadre: TextFrame, textes: list[str], taille: int, couleur: str, *, gras: bool = False, puces: bool = False
) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.util import Pt

    cadre.word_wrap, cadre.vertical_anchor = True, MSO_ANCHOR.TOP
    for rank, text in enumerate(textes):
        paragraph = cadre.paragraphs[0] if rank == 0 else cadre.add_paragraph()
        paragraph.alignment, paragraph.space_after = PP_ALIGN.LEFT, Pt(taille * ENTRE)
        if puces:
            properties = paragraph._p.get_or_add_pPr()
            properties.set("marL", str(taille * POINT))
            properties.set("indent", str(-taille * POINT))
            etree.SubElement(properties, f"{{{properties.nsmap['a']}}}buChar").set("char", "•")
        run = paragraph.add_run()
        run.text = text
        font = run.font
        font.name, font.size, font.bold, font.color.rgb = POLICE, Pt(taille), gras, RGBColor.from_string(couleur)
        run._r.get_or_add_rPr().set("lang", "fr-FR")


def _taille(textes: list[str], hauteur: float, tailles: tuple[int, ...], *, gras: bool = False) -> int:
    """Return the largest size at which these paragraphs hold in the width of a slide and in this height, in inches."""
    return next((size for size in tailles if _hauteur(textes, size, gras=gras) <= hauteur), tailles[-1])


def _taille_du_titre(titre: str) -> int:
    return _taille([titre], TITRE_HAUT, TITRES, gras=True)


def _sous_le_titre(titre: str) -> float:
    return MARGE + _hauteur([titre], _taille_du_titre(titre), gras=True) + ENTRE_DEUX


def _hauteur(textes: list[str], taille: int, *, gras: bool = False) -> float:
    """Return how many inches paragraphs take in the width of a slide, never short."""
    width = (LARGE - 2 * MARGE - 0.3) * 72 - taille
    lines = sum(math.ceil(largeur(text, taille, *[GRAS] * gras) * AISANCE / width) for text in textes)
    return taille * (lines * INTERLIGNE + len(textes) * ENTRE) / 72


def _image(slide: Slide, png: bytes, dessin: Dessin, haut: float) -> None:
    found = VUE.search(dessin.svg_large)
    ratio = float(found[1]) / float(found[2])
    room = SOURCE_HAUT + 0.3
    height = min(HAUT - haut - room, (LARGE - 2 * MARGE) / ratio)
    left = (LARGE - height * ratio) / 2
    picture = slide.shapes.add_picture(
        BytesIO(png), *(round(size * POUCE) for size in (left, haut, height * ratio, height))
    )
    _alternative(picture, dessin.alt)


def _alternative(picture: object, texte: str) -> None:
    picture._element.nvPicPr.cNvPr.set("descr", lisible(texte))


def _tableau(slide: Slide, tableau: Tableau, haut: float) -> None:
    from pptx.util import Emu

    rows = [[colonne.libelle for colonne in tableau.colonnes]]
    rows += [[montrable(value) for value in row] for row in tableau.lignes()]
    width = LARGE - 2 * MARGE
    needs = [_besoin((row[rank] for row in rows[1:]), colonne) for rank, colonne in enumerate(tableau.colonnes)]
    frame = slide.shapes.add_table(
        len(rows), len(rows[0]), *(round(size * POUCE) for size in (MARGE, haut, width, 0.4 * len(rows)))
    )
    frame._element.nvGraphicFramePr.cNvPr.set("descr", montrable(tableau.titre))
    for column, need in zip(frame.table.columns, needs, strict=True):
        column.width = Emu(round(width * need / sum(needs) * POUCE))
    for rank, row in enumerate(rows):
        for place, text in enumerate(row):
            colour = "FFFFFF" if rank == 0 else "1D2429"
            _remplir(frame.table.cell(rank, place).text_frame, [text], TABLEAU, colour, gras=rank == 0)


# --- PDF ------------------------------------------------------------------------------------------------------------


def composer_pdf(document: Document) -> bytes:
    """Return the same slides as a PDF that is PDF/A-2a and PDF/UA-1. Same document, same bytes."""
    slides = "\n".join(_en_typst(one, document) for one in diapositives(document))
    return typst.compiler(document, slides, "diapositives")


def _en_typst(one: Diapositive, document: Document) -> str:
    title = typst.chaine(_dire(one.titre, document))
    if isinstance(one.corps, Dessin):
        svg = typst.citer(lisible(one.corps.svg_large))
        alt = typst.citer(lisible(one.corps.alt))
        body = f'#image(bytes("{svg}"), format: "svg", width: 100%, height: 100%, fit: "contain", alt: "{alt}")'
    elif isinstance(one.corps, Tableau):
        body = typst.ecrire_typst(one.corps, {})
    else:
        told = [_dire(item, document) for item in one.corps.items]
        size = _taille(told, HAUT - 2 * MARGE - TITRE_HAUT - SOURCE_HAUT, TAILLES)
        body = f"#set text(size: {size}pt)\n#list({', '.join(f'[#{typst.chaine(text)}]' for text in told)})"
    return (
        f"#diapositive({title}, {_taille_du_titre(_dire(one.titre, document))}pt, {typst.chaine(one.source)})[{body}]"
    )
