"""The same slides in a convention's own PowerPoint template: its layouts, its places, its colours.

The places of its layouts say where the title and what shows it stand. Texts and tables take the
largest size at which they hold there. Where its colours cannot be known to let a text be read, the
text is ours: dark, on white.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from typing import cast

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.presentation import Presentation as Presentee
from pptx.shapes.autoshape import Shape
from pptx.shapes.placeholder import SlidePlaceholder
from pptx.slide import Slide, SlideLayout
from pptx.table import Table
from pptx.text.text import TextFrame
from pptx.util import Inches, Pt

from ctglib.document.blocs import Dessin, Liste
from ctglib.document.signes import montrable
from ctglib.document.tableau import Tableau
from ctglib.donnees.modele_diapositives import TABLEAU, TEXTES, TITRES, genre_de_la_place
from ctglib.donnees.modele_office import ModeleAdopte
from ctglib.donnees.modeles.catalogue import Charte
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.export import typst
from ctglib.export.diapositives import (
    NORMALE,
    PIED,
    Diapositive,
    annoter,
    besoins_des_colonnes,
    decrire,
    diapositives,
    en_bref,
    forme_de,
    hauteur_de_ligne,
    hauteur_des_textes,
    placer_l_image,
    remplir_le_cadre,
)
from ctglib.export.diapositives import composer as composer_dans_le_notre
from ctglib.export.document import Document, en_clair
from ctglib.export.word import en_images, terminer

# inches
MARGE = 0.4
BORD = 0.1  # between a place and its text
TITRE_HAUT = 1.1
TITRE_AU_MOINS = 0.5
SOURCE_HAUT = 0.4
LOGO_HAUT = 0.7
RETRAIT = 0.6  # what a bullet and the fonts of a template take of a line, at most
COUVERTURE_HAUT = 2.2  # of the texts of the cover, at least
CORPS_AU_MOINS = (4.0, 2.5)  # width and height
# pt, the largest that holds
TITRES_PT = (32, 28, 26, 24, 22, 20, 18, 16, 14)
LISTES_PT = (28, 26, 24, 22, 20, 18, 16, 14, 12)
COUVERTURE_PT = (22, 20, 18, 16, 14, 12, 11)
TABLEAUX_PT = (16, 15, 14, 13, 12, 11, 10, 9)


@dataclass(frozen=True)
class Boite:
    """Where something stands on a slide, in inches."""

    gauche: float
    haut: float
    large: float
    hauteur: float

    @property
    def bas(self) -> float:
        """Its lower edge."""
        return self.haut + self.hauteur

    def a_partir_de(self, haut: float, bas: float) -> Boite:
        """Return the same with another upper and another lower edge."""
        return replace(self, haut=haut, hauteur=max(bas - haut, 0.1))


class Jeu:
    """Slides being written in a template."""

    def __init__(
        self, modele: ModeleAdopte, images: Mapping[str, bytes], suite: Sequence[Diapositive]
    ) -> None:
        self._presentation: Presentee = Presentation(BytesIO(modele.octets))
        self._modele = modele
        self._images = images
        self._large = (self._presentation.slide_width or 0) / Inches(1)
        self._haut = (self._presentation.slide_height or 0) / Inches(1)
        couleurs = charger_yaml("catalogue/charte.yaml", Charte).couleurs
        self._texte = _rgb(couleurs.texte)
        self._fond = _rgb(couleurs.fond)
        self._filet = _rgb(couleurs.filet)
        # One for all the lists: that at which each of them holds.
        zone = self._zone(self._place_du_titre("Liste"))
        tailles = [
            _taille([en_bref(item) for item in diapositive.corps.items], zone, LISTES_PT)
            for diapositive in suite
            if isinstance(diapositive.corps, Liste)
        ]
        self._taille_des_listes = min(tailles, default=LISTES_PT[0])

    def terminer(self, document: Document) -> bytes:
        """Return the bytes of the slides."""
        return terminer(self._presentation, document)

    def couvrir(self, document: Document) -> None:
        """Add the cover: its title, what the report is about, the logos of the parties."""
        couverture = document.couverture
        page = self._nouvelle("Couverture")
        textes = [couverture.avertissement]
        if couverture:
            textes.insert(0, f"{couverture.territoire} – {couverture.sujet}")
        textes += [f"{mention} : {texte}" for mention, texte in couverture.mentions]
        logos = [logo.nom for logo in couverture.logos if logo.nom in self._images]
        bas = self._haut - MARGE
        if logos:
            bas -= LOGO_HAUT + BORD
        titre = self._place_du_titre("Couverture")
        place = self._place_du_texte("Couverture") or titre
        if place.large < titre.large:
            place = replace(place, gauche=titre.gauche, large=titre.large)
        if max(place.haut, titre.bas) + COUVERTURE_HAUT > bas:
            titre = titre.a_partir_de(min(titre.haut, 2 * MARGE), 2 * MARGE + TITRE_HAUT)
            place = place.a_partir_de(titre.bas, bas)
        zone = place.a_partir_de(max(place.haut, titre.bas + BORD), bas)
        self._titrer(page, "Couverture", document.titre, titre)
        self._ecrire(page, "Couverture", textes, zone, COUVERTURE_PT)
        gauche = zone.gauche
        for nom in logos:
            image = placer_l_image(
                page, self._images[nom], f"Logo : {nom}", gauche, bas + BORD, LOGO_HAUT
            )
            gauche += image.width.inches + MARGE
        self._retirer_les_places_vides(page)

    def ajouter(self, diapositive: Diapositive, avertissement: str) -> None:
        """Add a slide: its title, its list, or its chart or its table with the source under it,
        then its notes.
        """
        corps = diapositive.corps
        sorte = "Liste" if isinstance(corps, Liste) else "Preuve"
        page = self._nouvelle(sorte)
        titre = self._place_du_titre(sorte)
        zone = self._zone(titre)
        self._titrer(page, sorte, en_bref(diapositive.titre), titre)
        if isinstance(corps, Liste):
            textes = [en_clair(item) for item in corps.items]
            self._ecrire(page, sorte, textes, zone, (self._taille_des_listes,))
        else:
            dessous = zone.a_partir_de(zone.bas - SOURCE_HAUT, zone.bas)
            zone = zone.a_partir_de(zone.haut, dessous.haut)
            if isinstance(corps, Dessin):
                self._montrer(page, corps, zone)
            else:
                self._tabler(page, corps, zone)
            self._retirer_les_places_vides(page)
            self._ecrire(page, sorte, [diapositive.source], dessous, (PIED, 11, 10, 9))
        self._retirer_les_places_vides(page)
        annoter(page, diapositive, avertissement)

    # Places.

    def _nouvelle(self, sorte: str) -> Slide:
        return self._presentation.slides.add_slide(self._disposition(sorte))

    def _disposition(self, sorte: str) -> SlideLayout:
        return self._presentation.slide_layouts[self._modele.dispositions[sorte]]

    def _place_du_titre(self, sorte: str) -> Boite:
        """Return the place of a title: that of the layout, unless it is too small or too low for
        what stands under it.
        """
        place = self._place(sorte, TITRES)
        if place is None or place.large < self._large / 3 or place.hauteur < TITRE_AU_MOINS:
            return Boite(MARGE, MARGE, self._large - 2 * MARGE, TITRE_HAUT)
        if sorte != "Couverture" and place.bas > self._haut / 2:
            return Boite(place.gauche, MARGE, place.large, TITRE_HAUT)
        return place

    def _place_du_texte(self, sorte: str) -> Boite | None:
        return self._place(sorte, TEXTES)

    def _place(self, sorte: str, genres: Iterable[str | None]) -> Boite | None:
        """Return the first place of a layout that is of one of these kinds, within the slide."""
        for place in self._disposition(sorte).placeholders:
            mesures = (place.left, place.top, place.width, place.height)
            if genre_de_la_place(place.element) not in genres or None in mesures:
                continue
            gauche, haut, large, hauteur = (cast(int, mesure) / Inches(1) for mesure in mesures)
            gauche = min(max(gauche, 0), self._large)
            haut = min(max(haut, 0), self._haut)
            large = min(large, self._large - gauche)
            return Boite(gauche, haut, large, min(hauteur, self._haut - haut))
        return None

    def _zone(self, titre: Boite) -> Boite:
        """Return the place of what stands under a title: that of the contents of the layout of
        lists, what is left of the slide when it is too small.
        """
        bas = self._haut - MARGE
        place = self._place_du_texte("Liste")
        if place is not None:
            place = place.a_partir_de(max(place.haut, titre.bas + BORD), min(place.bas, bas))
            if place.large >= CORPS_AU_MOINS[0] and place.hauteur >= CORPS_AU_MOINS[1]:
                return place
        return Boite(MARGE, titre.bas + BORD, self._large - 2 * MARGE, bas - titre.bas - BORD)

    # What is written.

    def _titrer(self, page: Slide, sorte: str, titre: str, place: Boite) -> None:
        cadre = page.shapes.title
        assert cadre is not None  # a layout without a title is not taken
        _poser(cadre, place)
        textes = [montrable(titre)]
        taille = _taille(textes, place, TITRES_PT, graisse=typst.GRAS)
        self._remplir(cadre, sorte, textes, taille)

    def _ecrire(
        self, page: Slide, sorte: str, textes: Iterable[str], place: Boite, tailles: Sequence[int]
    ) -> None:
        """Write paragraphs in the first empty place of a slide for a text, in one of ours when
        there is none.
        """
        paragraphes = [montrable(texte) for texte in textes if texte]
        if not paragraphes:
            return
        cadres: list[Shape] = [
            cadre
            for cadre in cast("list[Shape]", list(page.placeholders))
            if genre_de_la_place(cadre.element) in TEXTES and not cadre.text_frame.text
        ]
        if cadres:
            cadre = cadres[0]
            page.shapes.element.append(cadre.element)  # read after what it is under
        else:
            cadre = page.shapes.add_textbox(*[Inches(0)] * 4)
        _poser(cadre, place)
        self._remplir(cadre, sorte, paragraphes, _taille(paragraphes, place, tailles))

    def _remplir(
        self, cadre: Shape | SlidePlaceholder, sorte: str, textes: list[str], taille: int
    ) -> None:
        texte = cadre.text_frame
        texte.word_wrap = True
        texte.auto_size = MSO_AUTO_SIZE.NONE
        remplir_le_cadre(texte, textes, taille)
        for paragraphe in texte.paragraphs:
            paragraphe.line_spacing = 1.0
            paragraphe.space_before = Pt(0)
        if sorte not in self._modele.couleurs_sures:
            cadre.fill.solid()
            cadre.fill.fore_color.rgb = self._fond
            self._encrer(texte)

    def _encrer(self, texte: TextFrame) -> None:
        for paragraphe in texte.paragraphs:
            for run in paragraphe.runs:
                run.font.color.rgb = self._texte

    def _montrer(self, page: Slide, dessin: Dessin, zone: Boite) -> None:
        """Draw a chart in the middle of a place, as large as it holds."""
        forme = forme_de(dessin)
        hauteur = min(zone.hauteur, zone.large / forme)
        gauche = zone.gauche + (zone.large - hauteur * forme) / 2
        image = self._images[f"figure-{dessin.nom}"]
        placer_l_image(page, image, dessin.alt, gauche, zone.haut, hauteur)

    def _tabler(self, page: Slide, tableau: Tableau, zone: Boite) -> None:
        """Write a table at the largest size at which it holds in a place."""
        lignes = [[colonne.libelle for colonne in tableau.colonnes]]
        lignes += [[montrable(cellule) for cellule in ligne] for ligne in tableau.lignes()]
        taille = TABLEAUX_PT[-1]
        for taille in TABLEAUX_PT:
            besoins = besoins_des_colonnes(tableau, taille)
            largeurs = [zone.large * 72 * besoin / sum(besoins) for besoin in besoins]
            hauteurs = [hauteur_de_ligne(ligne, largeurs, taille) for ligne in lignes]
            tient = sum(besoins) <= zone.large * 72 and sum(hauteurs) <= zone.hauteur * 72
            if tient:
                break
        forme = page.shapes.add_table(
            len(lignes),
            len(tableau.colonnes),
            Inches(zone.gauche),
            Inches(zone.haut),
            Inches(zone.large),
            Pt(round(sum(hauteurs))),
        )
        decrire(forme, montrable(tableau.titre))
        for colonne, largeur in enumerate(largeurs):
            forme.table.columns[colonne].width = Pt(largeur)
        for rang, ligne in enumerate(lignes):
            forme.table.rows[rang].height = Pt(round(hauteurs[rang]))
            for colonne, texte in enumerate(ligne):
                cellule = forme.table.cell(rang, colonne)
                remplir_le_cadre(cellule.text_frame, [texte], taille, gras=not rang or None)
        if TABLEAU not in self._modele.couleurs_sures:
            self._blanchir(forme.table)

    def _blanchir(self, table: Table) -> None:
        """Write a table in our colours: dark on white, its header on the colour of rules."""
        premiere = len(table.columns)
        for rang, cellule in enumerate(table.iter_cells()):
            cellule.fill.solid()
            cellule.fill.fore_color.rgb = self._filet if rang < premiere else self._fond
            self._encrer(cellule.text_frame)

    def _retirer_les_places_vides(self, page: Slide) -> None:
        """Remove what the layout leaves to be filled and nothing has: « Click to add text »."""
        for cadre in cast("list[Shape]", list(page.placeholders)):
            if not (cadre.has_text_frame and cadre.text_frame.text):
                cadre.element.getparent().remove(cadre.element)


def composer(document: Document) -> bytes:
    """Return the slides of a document in the template of its convention, in ours when it gives
    none. Same document, same template, same bytes.
    """
    modele = document.habillage.diapositives
    if modele is None:
        return composer_dans_le_notre(document)
    suite = diapositives(document)
    dessins = tuple(
        diapositive.corps for diapositive in suite if isinstance(diapositive.corps, Dessin)
    )
    jeu = Jeu(modele, en_images(replace(document, corps=dessins)), suite)
    jeu.couvrir(document)
    for diapositive in suite:
        jeu.ajouter(diapositive, document.couverture.avertissement)
    return jeu.terminer(document)


def _rgb(couleur: str) -> RGBColor:
    return RGBColor.from_string(couleur.removeprefix("#").upper())


def _poser(cadre: Shape | SlidePlaceholder, place: Boite) -> None:
    cadre.left = Inches(place.gauche)
    cadre.top = Inches(place.haut)
    cadre.width = Inches(place.large)
    cadre.height = Inches(place.hauteur)


def _taille(
    textes: Sequence[str], place: Boite, tailles: Sequence[int], *, graisse: str = NORMALE
) -> int:
    """Return the largest size at which paragraphs hold in a place; the least when none does."""
    large = place.large - RETRAIT
    for taille in tailles:
        haut = hauteur_des_textes(textes, taille, graisse=graisse, en_largeur=large)
        if haut <= place.hauteur - 2 * BORD:
            return taille
    return tailles[-1]
