"""A document as slides for a meeting, ten at most: each message of its first page, over its proof.

The title of a slide is a sentence; under it stands a list, one chart, or one table of six rows at
most. The proof (``preuve``) of a message is the chart or the table that the message refers to. The
same slides are written for PowerPoint or Impress, where they can be changed, and as a PDF that is
as accessible as that of a report.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import cast

from pptx import Presentation
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.opc.package import Part
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Presentee
from pptx.shapes.base import BaseShape
from pptx.shapes.picture import Picture
from pptx.shapes.placeholder import SlidePlaceholder
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Inches, Pt

from ctglib.document.blocs import (
    QUESTIONS,
    Bloc,
    Colonnes,
    Dessin,
    Lien,
    Liste,
    Paragraphe,
    Renvoi,
    Texte,
    Titre,
    feuilles,
    morceaux,
)
from ctglib.document.signes import largeur, lisible, montrable
from ctglib.document.tableau import Colonne, Tableau
from ctglib.export import typst
from ctglib.export.document import Document, en_clair, tout
from ctglib.export.word import BLEU, en_images, terminer

MODELE = Path(__file__).parent / "modele.pptx"  # slides and their styles, which PowerPoint changes
# at most
DIAPOSITIVES = 10
LIGNES = 6
MOTS_D_UN_TITRE = 12
LIGNES_AU_MOINS = 2  # with fewer, a message says as much as the table
CONSTATS = "constats"  # the class of the columns of findings
# a chart that is not this much as wide as it is high would be too small to read from afar
PORTRAIT = 1.2
# inches, those of the model
LARGE = 13.333
HAUT = 7.5
MARGE = 0.6
TITRE_HAUT = 1.7
SOURCE_HAUT = 0.45
ENTRE_DEUX = 0.25
# the fonts that stand for Calibri where it is not installed are that much wider than ours
AISANCE = 1.28
# pt: the largest that holds, never less than what is read four metres away
TAILLES = (28, 26, 24, 22, 20, 18)
TITRES = (28, 26, 24, 22, 20)
TAILLES_DE_COUVERTURE = (34,), (24, 22, 20), (20, 18), (18, 16)  # title, subject, warning, mentions
NORMALE = "400"  # weight of a text that is no title
INTERLIGNE = 1.25
ENTRE = 0.6
# pt
TABLEAU = 16
PIED = 12
DESSIN = PIED  # the least type of a chart: one whose texts would be smaller is not shown
# of a table: its width, that of a long text
POINTS = (LARGE - 2 * MARGE) * 72
TEXTE_LONG = 320
MARGE_DE_CASE = 8
HAUT_DE_CASE = 8  # pt: above and below the text of a cell
# a number, « 1 234,5 »; a year, from 1900 to 2099, is not one
CHIFFRE = re.compile(r"(?<![\d\u202f,])(?!(?:19|20)\d\d(?![\d\u202f,]))\d[\d\u202f,]*")
VUE = re.compile(r'viewBox="\S+ \S+ (\S+) (\S+)"')
CORPS = re.compile(r'font-size="(\S+)px"')  # of the texts of a drawing, at its own size
# what introduced a reference, once it is gone: « (voir le ) »
PARENTHESE_VIDE = re.compile(r"\s*\((?:voir )?(?:la |le )?\s*\)")


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
    """Return the slides after the first one, which is the cover.

    In order: the findings of the first page, each with its gap and its consequence, then its
    drawing; or, where the page has no findings, the list of its messages and the proof of each.
    Then the answers to the questions that were put, the other charts of the report, in its order,
    as long as there is room, and the other lists of the first page. Nothing is shown twice, and a
    chart that is too narrow only comes as a proof. A chart whose texts the room could not read is
    not shown: a table may prove in its place.
    """
    premiere_page = document.premiere_page
    suite = list(tout(document.corps[len(premiere_page) :]))
    de_constats = _diapositives_des_constats(premiere_page)

    listes: list[tuple[str, Liste]] = []  # of the first page, each after its heading
    dessins_de_la_page = []
    titre = "En bref"
    for bloc in tout(premiere_page):
        if isinstance(bloc, Titre):
            titre = bloc.texte
        elif isinstance(bloc, Liste):
            listes.append((titre, bloc))
        elif isinstance(bloc, Dessin) and _se_lit_de_loin(bloc, bloc.titre):
            dessins_de_la_page.append(bloc)

    montrees: dict[str, Diapositive] = {}
    if not de_constats:
        # The first list of the first page is that of its messages.
        messages = listes[0][1].items if listes else ()
        montrees = _preuves_des_messages(messages, suite)
    des_questions = _diapositives_des_questions(suite)
    place = DIAPOSITIVES - 1 - len(listes) - len(de_constats) - len(dessins_de_la_page)
    place -= len(des_questions)
    for bloc in suite:
        if len(montrees) >= place:
            break
        if not isinstance(bloc, Dessin) or bloc.nom in montrees or forme_de(bloc) < PORTRAIT:
            continue
        if _se_lit_de_loin(bloc, bloc.titre):
            montrees[bloc.nom] = _montrer(bloc, bloc.titre)
    de_listes = [
        Diapositive(titre, replace(liste, items=tuple(map(_sans_renvois, liste.items))))
        for titre, liste in listes
    ]
    premieres = de_constats or de_listes[:1]
    autres_listes = de_listes if de_constats else de_listes[1:]
    return (
        *premieres,
        *(_montrer(dessin, dessin.titre) for dessin in dessins_de_la_page),
        *des_questions,
        *list(montrees.values())[:place],
        *autres_listes,
    )


def _diapositives_des_constats(premiere_page: Iterable[Bloc]) -> list[Diapositive]:
    """Return the slides of the findings of a first page, each with what follows it; none where the
    page has no findings.
    """
    diapositives_des_constats = []
    for bloc in premiere_page:
        if not isinstance(bloc, Colonnes) or bloc.classe != CONSTATS:
            continue
        for colonne in bloc.blocs:
            phrase, suite = _constat(list(feuilles(colonne.pieces)))
            titre, reste = _couper(phrase.rstrip("."))
            if suite:
                titre = _court(phrase.rstrip("."))
            diapositives_des_constats.append(Diapositive(titre, Liste(suite or (reste or phrase,))))
    return diapositives_des_constats


def _diapositives_des_questions(blocs: Iterable[Bloc]) -> list[Diapositive]:
    """Return the slide of the questions that were put, each before its answer, under the title of
    their chapter; none where nobody put any.
    """
    titre = ""
    des_questions = []
    for bloc in blocs:
        if isinstance(bloc, Titre):
            titre = bloc.texte
        elif isinstance(bloc, Liste) and bloc.classe == QUESTIONS:
            items = tuple(map(_sans_renvois, bloc.items))
            des_questions.append(Diapositive(titre, replace(bloc, items=items)))
    return des_questions


def _constat(pieces: list[Bloc]) -> tuple[str, tuple[str, ...]]:
    """Return the sentence of a finding, and what follows it, from its column on a first page."""
    phrase = ""
    suite = []
    for piece in pieces:
        if not isinstance(piece, Paragraphe) or piece.classe:
            continue
        texte = _sans_renvois(piece.texte)
        if phrase:
            suite.append(texte)
        else:
            phrase = texte
    return phrase, tuple(suite)


def _sans_renvois(texte: Texte) -> str:
    """Return a text without its references, to a table or to another report, which the room cannot
    see, nor the brackets that they leave empty.
    """
    restes = [morceau for morceau in morceaux(texte) if not isinstance(morceau, (Renvoi, Lien))]
    return PARENTHESE_VIDE.sub("", en_clair(tuple(restes))).strip()


def _court(titre: str) -> str:
    """Return a title without its last clauses, as long as it has too many words to be read from
    afar; one of a single clause is cut, and ends with « … ».

    A bracket is left out whole, or not at all: what follows a comma inside it is no clause.

    Examples:
        >>> _court("Le relais a un poste de plus que l'an dernier (Relais petite enfance, 20 mai)")
        "Le relais a un poste de plus que l'an dernier"
    """
    while len(titre.split()) > MOTS_D_UN_TITRE:
        coupes = _fins_de_propositions(titre)
        if not coupes:
            break
        titre = titre[: coupes[-1]]
    mots = titre.split(" ")
    if len(mots) <= MOTS_D_UN_TITRE:
        return titre
    debut = " ".join(mots[:MOTS_D_UN_TITRE])
    if debut.count("(") > debut.count(")"):
        debut = debut[: debut.rindex("(")]
    return f"{debut.rstrip(' ,;:')}…"


def _fins_de_propositions(phrase: str) -> list[int]:
    """Return where the clauses of a sentence end: before a comma that is in no bracket, and before
    a bracket that ends it.
    """
    fins = []
    profondeur = 0
    for rang, signe in enumerate(phrase):
        if signe == "(":
            ferme = phrase.find(")", rang)
            if profondeur == 0 and ferme == len(phrase) - 1:
                fins.append(len(phrase[:rang].rstrip()))
            profondeur += 1
        elif signe == ")":
            profondeur -= 1
        elif profondeur == 0 and phrase.startswith(", ", rang):
            fins.append(rang)
    return [fin for fin in fins if fin]


def _couper(phrase: str) -> tuple[str, str]:
    """Return a title for a sentence that stands alone, and what is left of it, to be said below:
    who signs it, and the clauses that the title leaves out.

    Examples:
        >>> _couper("Le relais a un poste de plus (Relais petite enfance, le 20 mai)")
        ('Le relais a un poste de plus', 'Relais petite enfance, le 20 mai')
    """
    titre = _court(phrase)
    fins = _fins_de_propositions(phrase)
    if titre == phrase and phrase.endswith(")") and fins:
        titre = phrase[: fins[-1]]
    reste = phrase[len(titre.removesuffix("…")) :].strip(" ,")
    if reste.startswith("(") and reste.endswith(")") and reste.count("(") == 1:
        reste = reste[1:-1]
    if reste and titre.endswith("…"):
        reste = f"…\u00a0{reste}"
    return titre, reste


def _preuves_des_messages(
    messages: Iterable[Texte], blocs: Iterable[Bloc]
) -> dict[str, Diapositive]:
    """Return the slides of the messages that have a proof, by the name of what they show.

    The proof is the first chart or table that a message refers to and that no slide shows yet. The
    title is the message, without its references nor the brackets that they leave empty.
    """
    par_ancre: dict[str, Dessin | Tableau] = {}
    for bloc in blocs:
        if isinstance(bloc, Dessin):
            par_ancre[f"figure-{bloc.nom}"] = bloc
        elif isinstance(bloc, Tableau):
            par_ancre[f"tableau-{bloc.nom}"] = bloc

    diapositives_par_nom: dict[str, Diapositive] = {}
    for message in messages:
        preuves = [
            par_ancre[morceau.ancre]
            for morceau in morceaux(message)
            if isinstance(morceau, Renvoi) and morceau.ancre in par_ancre
        ]
        phrase = _sans_renvois(message)
        nouvelles = [
            preuve
            for preuve in preuves
            if preuve.nom not in diapositives_par_nom
            and (isinstance(preuve, Tableau) or _se_lit_de_loin(preuve, phrase))
        ]
        preuve = nouvelles[0] if nouvelles else None
        if isinstance(preuve, Tableau):
            preuve = _extrait(preuve, phrase)
        if preuve is not None:
            diapositives_par_nom[preuve.nom] = _montrer(preuve, phrase)
    return diapositives_par_nom


def _montrer(preuve: Dessin | Tableau, titre: str) -> Diapositive:
    """Return the slide of a chart or of a table.

    Its notes, which the speaker alone sees, say where it stands in the report (« Figure 2 du
    rapport : … »), then what a chart shows.
    """
    notes = [f"{preuve.numero or 'Tableau'} du rapport : {preuve.titre}"]
    if isinstance(preuve, Dessin):
        notes += [preuve.alt, preuve.lecture]
        preuve = le_plus_lisible(preuve, LARGE - 2 * MARGE, _place_du_dessin(titre))
    return Diapositive(titre, preuve, "\n".join(filter(None, notes)))


def _se_lit_de_loin(dessin: Dessin, titre: str) -> bool:
    """Return whether the texts of a chart can be read on the slide that has this title."""
    place = (LARGE - 2 * MARGE, _place_du_dessin(titre))
    montre = le_plus_lisible(dessin, *place)
    return corps_du_dessin(montre.svg_large, *place) >= DESSIN


def _place_du_dessin(titre: str) -> float:
    """Return the height that a chart has under a title, above its source, in inches."""
    return HAUT - _sous_le_titre(en_bref(titre)) - SOURCE_HAUT - 0.3


def le_plus_lisible(dessin: Dessin, large: float, haut: float) -> Dessin:
    """Return a chart whose large drawing is the one of its two that has the larger type in a
    place, in inches.
    """
    corps_large = corps_du_dessin(dessin.svg_large, large, haut)
    corps_etroit = corps_du_dessin(dessin.svg_etroit, large, haut)
    return replace(dessin, svg_large=dessin.svg_etroit) if corps_etroit > corps_large else dessin


def corps_du_dessin(svg: str, large: float, haut: float) -> float:
    """Return the size of the texts of a drawing that fills a place, in points, the place being in
    inches; 0 when the drawing does not say its size.
    """
    vue = VUE.search(svg)
    if vue is None:
        return 0.0
    corps = CORPS.search(svg)
    echelle = min(large * 72 / float(vue[1]), haut * 72 / float(vue[2]))
    return echelle * float(corps[1]) if corps else math.inf  # it has no text


def forme_de(dessin: Dessin) -> float:
    """Return the width of a chart divided by its height, 0 when the drawing does not say them."""
    vue = VUE.search(dessin.svg_large)
    return float(vue[1]) / float(vue[2]) if vue else 0.0


def _extrait(tableau: Tableau, message: str) -> Tableau | None:
    """Return the part of a table that proves a message and holds on a slide.

    Its rows are those with a number of the message in one of their cells: of « 12 places pour 40
    enfants », those where a cell has 12 or 40. They are ``LIGNES`` at most; None when they are
    fewer than ``LIGNES_AU_MOINS``. The columns with these numbers come before the others when all
    do not hold. Its groups, if any, are written before the first cell of each row, and its notes
    are left out.
    """
    cellules = tableau.cellules[[colonne.cle for colonne in tableau.colonnes]].map(montrable)
    if tableau.groupes:
        premiere = tableau.colonnes[0].cle
        cellules[premiere] = [
            f"{groupe}, {nom}" if groupe else nom
            for groupe, nom in zip(tableau.groupes, cellules[premiere], strict=True)
        ]

    chiffres_du_message = set(CHIFFRE.findall(message))
    en_commun = cellules.map(
        lambda texte: not chiffres_du_message.isdisjoint(CHIFFRE.findall(texte))
    )
    en_commun.iloc[:, 0] = False  # a number in the header of a row proves nothing
    lignes_en_commun = en_commun.any(axis=1)
    if lignes_en_commun.sum() < LIGNES_AU_MOINS:
        return None

    lignes_de_preuve = replace(
        tableau, cellules=cellules[lignes_en_commun].head(LIGNES), groupes=None, notes=()
    )
    prioritaires = en_commun[lignes_en_commun].head(LIGNES).any().tolist()
    return _tenir_en_hauteur(_tenir_en_largeur(lignes_de_preuve, prioritaires), message)


def _tenir_en_largeur(tableau: Tableau, prioritaires: Sequence[bool]) -> Tableau:
    """Return a table with the columns that hold in the width of a slide, in the same order.

    The first is always there. The others go one by one until the rest holds: first those that have
    no priority, from the last; then those that have it, from the last. Each has its header on one
    line.
    """
    besoins = besoins_des_colonnes(tableau)
    autres = range(1, len(besoins))
    rangs = [
        0,
        *(rang for rang in autres if prioritaires[rang]),
        *(rang for rang in autres if not prioritaires[rang]),
    ]
    while len(rangs) > 1 and sum(besoins[rang] for rang in rangs) >= POINTS:
        rangs.pop()
    colonnes = [tableau.colonnes[rang] for rang in sorted(rangs)]
    return replace(
        tableau,
        colonnes=tuple(
            replace(colonne, libelle=_entete(colonne), groupe="") for colonne in colonnes
        ),
    )


def _tenir_en_hauteur(tableau: Tableau, titre: str) -> Tableau:
    """Return a table with as many of its rows, from the first, as hold under a title.

    ``LIGNES_AU_MOINS`` stay, even when they do not hold.
    """
    besoins = besoins_des_colonnes(tableau)
    largeurs = [POINTS * besoin / sum(besoins) - 2 * MARGE_DE_CASE for besoin in besoins]
    entete = hauteur_de_ligne([colonne.libelle for colonne in tableau.colonnes], largeurs)
    hauteur_libre = 72 * (HAUT - _sous_le_titre(titre) - SOURCE_HAUT - ENTRE_DEUX) - entete
    hauteurs = [hauteur_de_ligne(map(montrable, ligne), largeurs) for ligne in tableau.lignes()]
    while len(hauteurs) > LIGNES_AU_MOINS and sum(hauteurs) > hauteur_libre:
        hauteurs.pop()
    return replace(tableau, cellules=tableau.cellules.head(len(hauteurs)))


def hauteur_de_ligne(
    textes: Iterable[str], largeurs: Sequence[float], taille: int = TABLEAU
) -> float:
    """Return the height of a row of a table, in points, with room to spare.

    ``largeurs`` are those that the texts of its cells have, in points.
    """
    lignes = [
        largeur(texte, taille) * AISANCE / largeur_de_case
        for texte, largeur_de_case in zip(textes, largeurs, strict=True)
    ]
    return taille * (math.ceil(max(lignes)) * INTERLIGNE + ENTRE) + HAUT_DE_CASE


def besoins_des_colonnes(tableau: Tableau, taille: int = TABLEAU) -> list[float]:
    """Return the width that each column needs on a slide, in points, its margins included.

    A text longer than ``TEXTE_LONG`` goes to the next line; a header does at each word.
    """
    besoins = []
    for colonne in tableau.colonnes:
        textes = tableau.cellules[colonne.cle].map(montrable)
        plus_long = min(max(largeur(texte, taille) for texte in textes), TEXTE_LONG)
        entete = max(largeur(mot, taille, typst.GRAS) for mot in _entete(colonne).split())
        besoins.append(max(plus_long, entete) * AISANCE + 2 * MARGE_DE_CASE)
    return besoins


def _entete(colonne: Colonne) -> str:
    """Return the header of a column on one line: « Part, 2024 » when « Part » heads several."""
    return montrable(", ".join(filter(None, (colonne.groupe, colonne.libelle))))


def en_bref(texte: Texte) -> str:
    """Return a text as a slide shows it: without strong words nor links."""
    return montrable(en_clair(texte))


# PowerPoint.


def composer(document: Document) -> bytes:
    """Return the slides for PowerPoint or Impress, in our template. Same document, same bytes."""
    presentation = Presentation(str(MODELE))
    if document.habillage.couleur:
        _teindre(presentation, document.habillage.couleur.removeprefix("#").upper())
    suite = diapositives(document)
    dessins = tuple(
        diapositive.corps for diapositive in suite if isinstance(diapositive.corps, Dessin)
    )
    images = en_images(replace(document, corps=dessins))

    couverture = document.couverture
    page = _nouvelle_page(presentation, "Couverture")
    textes = (
        [document.titre],
        [f"{couverture.territoire} – {couverture.sujet}" if couverture else ""],
        [couverture.avertissement],
        [f"{mention} : {texte}" for mention, texte in couverture.mentions],
    )
    for cadre, paragraphes, tailles in zip(
        _cadres(page), textes, TAILLES_DE_COUVERTURE, strict=True
    ):
        _ecrire(cadre, paragraphes, tailles)
    gauche = MARGE
    for logo in couverture.logos:
        if logo.nom in images:
            alternative = f"Logo : {logo.nom}"
            image = placer_l_image(page, images[logo.nom], alternative, gauche, 0.6, hauteur=0.9)
            gauche += image.width.inches + 0.4

    taille = _taille_des_listes(suite)
    for diapositive in suite:
        _ajouter(presentation, diapositive, couverture.avertissement, images, taille)
    return terminer(presentation, document)


def _teindre(presentation: Presentee, couleur: str) -> None:
    """Write the titles and the headers of tables of our template in another colour, « RRGGBB »."""
    maitre = presentation.slide_master
    for element in maitre.element.iter(qn("a:srgbClr")):
        if element.get("val") == BLEU:
            element.set("val", couleur)
    theme = maitre.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    assert isinstance(theme, Part)
    theme.blob = theme.blob.replace(BLEU.encode(), couleur.encode())


def _ajouter(
    presentation: Presentee,
    diapositive: Diapositive,
    avertissement: str,
    images: dict[str, bytes],
    taille: int,
) -> None:
    """Add a slide: its title, its list in the size of all lists (``taille``), or its chart or its
    table with the source under it, then its notes.
    """
    corps = diapositive.corps
    page = _nouvelle_page(presentation, "Liste" if isinstance(corps, Liste) else "Preuve")
    cadre_du_titre, cadre = _cadres(page)
    titre = en_bref(diapositive.titre)
    remplir_le_cadre(cadre_du_titre.text_frame, [titre], _taille_du_titre(titre))
    haut = _sous_le_titre(titre)

    if isinstance(corps, Liste):
        cadre.left = Inches(MARGE)
        cadre.top = Inches(haut)
        cadre.width = Inches(LARGE - 2 * MARGE)
        cadre.height = Inches(HAUT - haut - SOURCE_HAUT - ENTRE_DEUX)
        tailles = tuple(possible for possible in TAILLES if possible <= taille)
        _ecrire(cadre, [en_clair(item) for item in corps.items], tailles)
    else:
        if isinstance(corps, Dessin):
            forme = forme_de(corps)
            hauteur = min(_place_du_dessin(diapositive.titre), (LARGE - 2 * MARGE) / forme)
            image = images[f"figure-{corps.nom}"]
            placer_l_image(
                page, image, corps.alt, (LARGE - hauteur * forme) / 2, haut, hauteur=hauteur
            )
        else:
            _ecrire_le_tableau(page, corps, haut)
        page.shapes.element.append(cadre.element)  # read after what it is the source of
        _ecrire(cadre, [diapositive.source], (PIED,))

    annoter(page, diapositive, avertissement)


def annoter(page: Slide, diapositive: Diapositive, avertissement: str) -> None:
    """Write the notes of a slide, which the speaker alone sees."""
    notes = (diapositive.notes, diapositive.source, avertissement)
    cadre_des_notes = page.notes_slide.notes_text_frame
    assert cadre_des_notes is not None  # that of python-pptx has it
    cadre_des_notes.text = "\n".join(montrable(texte) for texte in notes if texte)


def _ecrire_le_tableau(page: Slide, tableau: Tableau, haut: float) -> None:
    largeur_du_tableau = LARGE - 2 * MARGE
    lignes = [[montrable(cellule) for cellule in ligne] for ligne in tableau.lignes()]
    entete = [colonne.libelle for colonne in tableau.colonnes]
    besoins = besoins_des_colonnes(tableau)
    cadre = page.shapes.add_table(
        len(lignes) + 1,
        len(entete),
        Inches(MARGE),
        Inches(haut),
        Inches(largeur_du_tableau),
        Inches(0.4 * (len(lignes) + 1)),
    )
    decrire(cadre, montrable(tableau.titre))
    for rang, besoin in enumerate(besoins):
        cadre.table.columns[rang].width = Inches(largeur_du_tableau * besoin / sum(besoins))
    for colonne, texte in enumerate(entete):
        remplir_le_cadre(cadre.table.cell(0, colonne).text_frame, [texte], TABLEAU, gras=True)
    for rang, ligne in enumerate(lignes, start=1):
        for colonne, texte in enumerate(ligne):
            remplir_le_cadre(cadre.table.cell(rang, colonne).text_frame, [texte], TABLEAU)


def _nouvelle_page(presentation: Presentee, disposition: str) -> Slide:
    modele = presentation.slide_layouts.get_by_name(disposition)
    assert modele is not None  # our own file has it
    return presentation.slides.add_slide(modele)


def _cadres(page: Slide) -> list[SlidePlaceholder]:
    """Return the places that the model leaves to be filled: the title first."""
    return cast(list[SlidePlaceholder], list(page.placeholders))


def placer_l_image(
    page: Slide, octets: bytes, alternative: str, gauche: float, haut: float, hauteur: float
) -> Picture:
    """Add a picture to a slide, at a place and of a height in inches, with its alternative text."""
    image = page.shapes.add_picture(
        BytesIO(octets), Inches(gauche), Inches(haut), height=Inches(hauteur)
    )
    decrire(image, lisible(alternative))
    return image


def decrire(forme: BaseShape, alternative: str) -> None:
    """Write the alternative text of a picture or of a table, which python-pptx does not."""
    (proprietes,) = forme.element.xpath("./*/p:cNvPr")
    proprietes.set("descr", alternative)


def _ecrire(cadre: SlidePlaceholder, textes: Iterable[str], tailles: tuple[int, ...]) -> None:
    """Write paragraphs in a place of the model, at the largest size at which they hold; an empty
    place goes.
    """
    paragraphes = [montrable(texte) for texte in textes if texte]
    if not paragraphes:
        cadre.element.getparent().remove(cadre.element)
        return
    hauteur = cadre.height
    assert hauteur is not None  # our model has one for each place
    remplir_le_cadre(cadre.text_frame, paragraphes, _taille(paragraphes, hauteur.inches, tailles))


def remplir_le_cadre(
    cadre: TextFrame, textes: list[str], taille: int, *, gras: bool | None = None
) -> None:
    """Write paragraphs in a frame at a size, in French."""
    cadre.text = "\n".join(textes)
    for paragraphe in cadre.paragraphs:
        paragraphe.space_after = Pt(taille * ENTRE)
        for run in paragraphe.runs:
            run.font.size = Pt(taille)
            run.font.bold = gras
            run.font.language_id = MSO_LANGUAGE_ID.FRENCH


def _taille(
    textes: Sequence[str], hauteur: float, tailles: tuple[int, ...], *, graisse: str = NORMALE
) -> int:
    """Return the largest size at which these paragraphs hold in the width of a slide and in this
    height, in inches; the least when none does.
    """
    for taille in tailles:
        if hauteur_des_textes(textes, taille, graisse=graisse) <= hauteur:
            return taille
    return tailles[-1]


def _taille_des_listes(suite: Sequence[Diapositive]) -> int:
    """Return the size at which each list of some slides holds on its slide: one for all."""
    hauteur = HAUT - 2 * MARGE - TITRE_HAUT - SOURCE_HAUT
    tailles = [
        _taille([en_bref(item) for item in diapositive.corps.items], hauteur, TAILLES)
        for diapositive in suite
        if isinstance(diapositive.corps, Liste)
    ]
    return min(tailles, default=TAILLES[0])


def _taille_du_titre(titre: str) -> int:
    return _taille([titre], TITRE_HAUT, TITRES, graisse=typst.GRAS)


def _sous_le_titre(titre: str) -> float:
    """Return the top of what is under a title, in inches."""
    hauteur = hauteur_des_textes([titre], _taille_du_titre(titre), graisse=typst.GRAS)
    return MARGE + hauteur + ENTRE_DEUX


def hauteur_des_textes(
    textes: Sequence[str],
    taille: int,
    *,
    graisse: str = NORMALE,
    en_largeur: float = LARGE - 2 * MARGE - 0.3,
) -> float:
    """Return how many inches paragraphs take in a width, in inches, never short."""
    largeur_de_ligne = en_largeur * 72 - taille
    lignes = sum(
        math.ceil(largeur(texte, taille, graisse) * AISANCE / largeur_de_ligne) for texte in textes
    )
    return taille * (lignes * INTERLIGNE + len(textes) * ENTRE) / 72


# PDF.


def composer_pdf(document: Document) -> bytes:
    """Return the same slides as a PDF that is PDF/A-2a and PDF/UA-1. Same document, same bytes."""
    pages = []
    suite = diapositives(document)
    taille_des_listes = _taille_des_listes(suite)
    for diapositive in suite:
        titre = en_bref(diapositive.titre)
        corps = diapositive.corps
        taille = 0
        if isinstance(corps, Liste):
            corps = Liste(tuple(en_bref(item) for item in corps.items))
            taille = taille_des_listes
        elif isinstance(corps, Tableau):
            corps = replace(corps, numero="")
        pages.append(
            {
                "titre": typst.secable(titre),
                "taille": _taille_du_titre(titre),
                "source": typst.secable(diapositive.source),
                "corps": typst.en_donnees(corps),
                "taille-du-corps": taille,
            }
        )
    return typst.compiler(document, "diapositives", pages)
