"""A report ready to be written, assembled from what an executed notebook shows.

It has a title, a cover, and a body whose captions are numbered. An anchor is « figure-etats »,
« tableau-familles », or the text of a heading with hyphens. A table « for the screen » (``ecran``)
is in the HTML page and its CSV alone: paper, which stands alone, says nothing of it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
from mistune import create_markdown

from ctglib.calculs.ecriture import INSECABLE
from ctglib.document import blocs as objets
from ctglib.document.blocs import (
    Bloc,
    Dessin,
    Lien,
    Liste,
    Morceau,
    Paragraphe,
    Texte,
    Titre,
    feuilles,
    morceaux,
)
from ctglib.document.tableau import Tableau
from ctglib.donnees.lecture import sans_accents
from ctglib.export.sorties_lues import ADRESSE, SortieForgee, bloc_de
from ctglib.secret import MIME as BRUT

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from ctglib.donnees.modele_office import ModeleAdopte

LIRE_PROSE = create_markdown(renderer=None, plugins=["table"])  # tokens
CHAPITRE = 2
SOUS_SECTION = 3
CONSTATS = "constats"  # the class of the columns of a first page, each under its number
CHAPITRES_D_UNE_PAGE = (
    4  # a report of no more has no chapter of sources, and no table of contents on paper
)
MUETS = ("blank_line", "thematic_break")
CACHES = (
    "nom",
    "ancre",
    "adresse",
    "classe",
    "cle",
    "donnees",
    "donnees_de",
    "reperes",
    "titres_du_csv",
)  # fields that no reader sees
HORS = {
    "block_html": "du HTML",
    "inline_html": "du HTML",
    "image": "une image",
    "table": "un tableau",
    "link": "un lien qui n'est ni une page du réseau, ni un fichier du rapport",
}
FORGE = (
    "garde un affichage que le classeur n'a pas écrit ; effacez les sorties du carnet, "
    "exécutez-le de nouveau, et vérifiez d'où il vient."
)
# What a notebook may show that no report can carry, by type and text: what it is, what to write;
# the first one that fits.
INCONNUS = {
    r"image/|application/pdf|<Axes|<Figure |<matplotlib\.": (
        "une image ou une figure matplotlib seule, sans titre ni texte ; terminez la cellule par "
        "figure_de(ax, nom=…, titre=…, alt=…, source=…), importée de ctglib"
    ),
    r"text/html|application/vnd\.dataresource": (
        "un tableau pandas ou du HTML seul, sans source ; "
        "terminez la cellule par tableau(df, nom=…, titre=…, source=…)"
    ),
    "": (
        "une valeur ou un texte seul ; terminez la cellule par paragraphe(…), "
        "ou supprimez cet affichage"
    ),
}
Jeton = dict[str, Any]  # of mistune: what a piece of prose is, and what is in it


class CarnetImpubliable(ValueError):
    """A notebook shows what a report cannot carry; the message says where and what to write, in
    French.
    """


@dataclass(frozen=True)
class Place:
    """Where a page stands in the site of the reports; its addresses start from the page."""

    chemin: tuple[Lien, ...]  # from the portal down to the page, whose own address is ""
    liens: tuple[Lien, ...]  # where else it leads: its other formats, other reports
    avant: Lien | None  # the same report, a year before
    apres: Lien | None
    racine: str  # the folder of all the reports: « ../../ »
    version: str  # of the program
    licence: str = ""  # of the report, where the convention gives one


@dataclass(frozen=True)
class Habillage:
    """What a convention gives to be used in the place of our look; None, "": it gives none."""

    word: ModeleAdopte | None = None
    diapositives: ModeleAdopte | None = None
    couleur: str = ""  # of titles and links, « #rrggbb »
    couleur_de_nuit: str = ""  # the same, on the dark page


SANS_HABILLAGE = Habillage()


@dataclass(frozen=True, repr=False)
class Document:
    """A report ready to be written: headings have their anchors; tables, charts and references
    their numbers.
    """

    titre: str
    couverture: objets.Couverture
    corps: tuple[Bloc, ...]
    place: Place | None = None  # None for a page alone, which is in no site
    habillage: Habillage = SANS_HABILLAGE

    def __repr__(self) -> str:
        return f"Document « {self.titre} », {len(self.corps)} blocs. Ensuite : .tableaux, .dessins."

    @cached_property
    def chapitres(self) -> tuple[Titre, ...]:
        """What the table of contents lists."""
        return tuple(
            bloc for bloc in self.corps if isinstance(bloc, Titre) and bloc.niveau == CHAPITRE
        )

    @property
    def premiere_page(self) -> tuple[Bloc, ...]:
        """What comes before its second chapter."""
        if len(self.chapitres) < 2:
            return self.corps
        second = self.chapitres[1]
        return tuple(takewhile(lambda bloc: bloc is not second, self.corps))

    @property
    def entete(self) -> str:
        """What each page of an office file says of itself."""
        dits = (self.rappel, self.titre, self.couverture.territoire)
        return " – ".join(texte for texte in dits if texte)

    @property
    def constat(self) -> str:
        """What its first page finds, which is its title; "" when it answers several questions."""
        colonnes = [bloc for bloc in self.premiere_page if isinstance(bloc, objets.Colonnes)]
        if self.chapitres and any(bloc.classe for bloc in colonnes):
            return self.chapitres[0].texte
        return ""

    @property
    def chiffres(self) -> list[dict[str, str]]:
        """The large numbers of its first page, by key: libelle, valeur, detail, verdict.

        What one does not say is "".
        """
        chiffres = []
        for bloc in self.premiere_page:
            if not isinstance(bloc, objets.Colonnes) or bloc.classe != CONSTATS:
                continue
            for colonne in bloc.blocs:
                chiffre = _chiffre(feuilles((colonne,)))
                if chiffre["valeur"]:
                    chiffres.append(chiffre)
        return chiffres

    @property
    def court(self) -> bool:
        """Whether it has so few chapters, or pages, that a table of contents would be longer than
        the way to them.
        """
        return len(self.chapitres) <= CHAPITRES_D_UNE_PAGE or self.couverture.breve

    @cached_property
    def tableaux(self) -> dict[str, str]:
        """The CSV behind its tables and its charts, by name."""
        return {tableau.nom: tableau.csv() for tableau in tableaux_de(self.corps)}

    @property
    def dessins(self) -> tuple[Dessin, ...]:
        """Its charts."""
        return tuple(bloc for bloc in tout(self.corps) if isinstance(bloc, Dessin))

    @property
    def pieces(self) -> dict[str, bytes]:
        """The files that it carries with it, by address."""
        return {
            bloc.adresse: bloc.contenu
            for bloc in tout(self.corps)
            if isinstance(bloc, objets.Piece)
        }

    @cached_property
    def papier(self) -> Document:
        """Itself on paper, which stands alone: without the tables for the screen, what refers to
        them, and the headings that only they answered.

        A file is only named; charts have no table.
        """
        corps = [_changer(bloc, _sur_papier) for bloc in self.corps]
        return replace(self, corps=tuple(_sans_titres_seuls(corps)))

    @property
    def resume(self) -> Document:
        """Its cover and its first chapter, to be sent alone: what it refers to is named, and is in
        the whole.
        """
        corps = [_changer(bloc, _sans_liens) for bloc in self.papier.premiere_page]
        rapport = f"Les tableaux et les figures cités sont ceux du rapport « {self.titre} »."
        corps.append(Paragraphe(rapport, "note"))
        corps = _avec_sigles(corps, self.couverture.sigles)
        return replace(self, titre=f"{self.titre}, en une page", corps=tuple(corps))

    @property
    def instant(self) -> datetime:
        """The date it bears, which is that of its content, never the clock's."""
        return datetime.fromisoformat(self.couverture.date or "2000-01-01").replace(tzinfo=UTC)

    @property
    def rappel(self) -> str:
        """What the head of every page recalls of the warnings of the cover: the beginning of each,
        on one line.
        """
        avertissements = self.couverture.avertissement.split(" – ")
        debuts = [texte.partition(" : ")[0] for texte in avertissements if texte]
        return " – ".join(debuts)


def legende(objet: Dessin | Tableau) -> str:
    """Return a caption with its number, « Tableau 2. Les états », without it when it has none."""
    return f"{objet.numero}. {objet.titre}" if objet.numero else objet.titre


def en_clair(texte: Texte) -> str:
    """Return a text as a string: neither strong words nor links, a reference by its number."""
    return "".join(
        morceau if isinstance(morceau, str) else morceau.texte for morceau in morceaux(texte)
    )


def tout(corps: Iterable[Bloc]) -> Iterator[Bloc]:
    """Yield the blocks in reading order, without groups; those side by side come one by one."""
    for bloc in feuilles(corps):
        if isinstance(bloc, objets.Colonnes):
            yield from tout(bloc.blocs)
        else:
            yield bloc


def tableaux_de(corps: Iterable[Bloc]) -> list[Tableau]:
    """Return the tables, those of the charts among them."""
    tableaux = []
    for bloc in tout(corps):
        tableau = bloc.tableau if isinstance(bloc, Dessin) else bloc
        if isinstance(tableau, Tableau):
            tableaux.append(tableau)
    return tableaux


def _chiffre(blocs: Iterable[Bloc]) -> dict[str, str]:
    """Return the number that a column of a first page stands under (see ``Document.chiffres``)."""
    chiffre = {"libelle": "", "valeur": "", "detail": "", "verdict": ""}
    for bloc in blocs:
        if isinstance(bloc, Titre):
            chiffre["libelle"] = bloc.texte
        elif isinstance(bloc, Paragraphe) and bloc.classe == "chiffre":
            chiffre["valeur"] = en_clair(bloc.texte)
        elif isinstance(bloc, Paragraphe) and bloc.classe in ("detail", "verdict"):
            chiffre[bloc.classe] = en_clair(bloc.texte)
    return chiffre


# On paper, and in a report of one page.


def _sur_papier(bloc: Bloc) -> Bloc:
    """Return a block as paper has it: an empty group in the place of a table for the screen."""
    if isinstance(bloc, objets.Piece):
        return Paragraphe(f"Fichier joint : {bloc.libelle} ({bloc.adresse}).")
    if isinstance(bloc, Tableau) and bloc.ecran:
        return objets.Groupe()
    return _redire(bloc, _texte_sur_papier)


def _texte_sur_papier(texte: Texte) -> Texte:
    """Return a text without its references to the tables for the screen, which alone are still in
    brackets.
    """
    return _texte(
        morceau
        for morceau in morceaux(texte)
        if not (isinstance(morceau, objets.Renvoi) and morceau.entre_parentheses)
    )


def _sans_titres_seuls(corps: list[Bloc]) -> Iterator[Bloc]:
    """Yield the blocks without the empty groups, nor the headings that have lost all that answered
    them: the paragraph right under a heading is its question, which goes with it.
    """
    fin = 0  # of the last heading that goes, with what stands under it
    for rang, bloc in enumerate(corps):
        if rang < fin or not bloc:
            continue
        if isinstance(bloc, Titre):
            section = [bloc, *_dessous(bloc, corps[rang + 1 :])]
            if not all(section) and not any(_repond(*paire) for paire in pairwise(section)):
                fin = rang + len(section)
                continue
        yield bloc


def _dessous(titre: Titre, suite: list[Bloc]) -> Iterator[Bloc]:
    """Return what stands under a heading, from what comes after it."""
    return takewhile(lambda bloc: not isinstance(bloc, Titre) or bloc.niveau > titre.niveau, suite)


def _repond(avant: Bloc, bloc: Bloc) -> bool:
    """Tell whether a block of a section answers it: neither a heading nor its question."""
    une_question = isinstance(avant, Titre) and isinstance(bloc, Paragraphe)
    return bool(bloc) and not isinstance(bloc, Titre) and not une_question


def _sans_liens(bloc: Bloc) -> Bloc:
    return _redire(bloc, _texte_sans_liens)


def _texte_sans_liens(texte: Texte) -> Texte:
    """Return a text whose links and references are words; what is strong stays so."""
    return _texte(
        morceau if isinstance(morceau, (str, objets.Gras)) else morceau.texte
        for morceau in morceaux(texte)
    )


# From an executed notebook.


@dataclass
class _Section:
    """A Markdown cell, and what the cells of code after it show."""

    texte: list[Bloc] = field(default_factory=list)
    cellules: int = 0
    montre: list[Bloc] = field(default_factory=list)

    @property
    def niveau(self) -> int:
        """The level of its own heading, 0 when it begins with none."""
        return self.texte[0].niveau if self.texte and isinstance(self.texte[0], Titre) else 0

    def pieces(self, sous_sections: Iterable[_Section] = ()) -> list[Bloc]:
        """Return its blocks; none, not even its heading, when its cells of code show nothing. A
        heading of the same level that they show first takes the place of its own: a finding, of
        what the notebook only names.

        That holds for a section with a heading of chapter or of part. A section without cells of
        code stays, unless it is a chapter whose ``sous_sections`` are all left out.
        """
        montres = [bloc for bloc in feuilles(self.montre) if bloc]
        if self.cellules and not montres and self.niveau in (CHAPITRE, SOUS_SECTION):
            return []
        if not self.cellules and self.niveau == CHAPITRE:
            parties = [sous_section.pieces() for sous_section in sous_sections]
            if parties and not any(parties):
                return []
        if montres and isinstance(montres[0], Titre) and montres[0].niveau == self.niveau:
            return [montres[0], *self.texte[1:], *montres[1:]]
        return [*self.texte, *montres]


def assembler(carnet: NotebookNode) -> Document:
    """Return the document of an executed notebook: its prose and what its cells show, never their
    code.

    A section whose cells show nothing is left out, and so is a chapter whose sections all are: a
    report without data on a subject does not keep its heading. ``CarnetImpubliable`` names all the
    cells that show what no report can carry.
    """
    sections = [_Section()]
    fautes = []
    couverture = objets.SANS_COUVERTURE
    rang = 0
    for cellule in carnet.cells:
        # The cell of parameters that the engine adds is not one of those that the author counts.
        if "injected-parameters" not in cellule.get("metadata", {}).get("tags", ()):
            rang += 1
        lignes = cellule.source.strip().splitlines()
        lieu = f"- cellule {rang}, « {lignes[0] if lignes else ''} » : "
        if cellule.cell_type == "markdown":
            try:
                sections.append(_Section(list(_lire_prose(cellule.source))))
            except ProseImpossible as erreur:
                conseil = "écrivez-le en prose, ou montrez-le par une cellule de code."
                fautes.append(f"{lieu}contient {erreur} ; {conseil}")
            continue
        sections[-1].cellules += 1
        blocs, faute = _lire_sorties(cellule.get("outputs", []))
        if faute:
            fautes.append(lieu + faute)
        for bloc in blocs:
            if isinstance(bloc, objets.Couverture):
                couverture = bloc
            else:
                sections[-1].montre.append(bloc)

    corps = []
    for rang_suivant, section in enumerate(sections, start=1):
        sous_sections = takewhile(
            lambda autre: autre.niveau == SOUS_SECTION, sections[rang_suivant:]
        )
        corps += section.pieces(sous_sections)
    # The CSV of one would hide that of the other.
    tableaux_par_nom = Counter(tableau.nom for tableau in tableaux_de(corps))
    fautes += [
        f"- deux tableaux portent le nom « {nom} » ; donnez-leur deux noms."
        for nom, combien in tableaux_par_nom.items()
        if combien > 1
    ]
    if fautes:
        raise CarnetImpubliable(
            "Le carnet montre ce qu'un rapport ne peut pas publier :\n" + "\n".join(fautes)
        )
    return document_de(corps, couverture)


def _lire_sorties(sorties: list[NotebookNode]) -> tuple[list[Bloc], str]:
    """Return the blocks among the outputs of a cell, and what is wrong with its other outputs.

    « montre une valeur seule ; … » or « écrit « 3 » hors du rapport ; … »; "" when nothing is.
    """
    blocs = []
    etrangeres = []
    for sortie in sorties:
        donnees = sortie.get("data", {})
        if objets.MIME in donnees:
            try:
                blocs.append(bloc_de(donnees[objets.MIME]))
            except SortieForgee:
                return blocs, FORGE
        # A library may warn on stderr, on one machine and not on another: nobody meant to show it.
        elif BRUT not in donnees and sortie.get("name") != "stderr":
            etrangeres.append(sortie)
    if not etrangeres:
        return blocs, ""
    sortes = ""
    for sortie in etrangeres:
        donnees = sortie.get("data", {})
        sortes += f"{' '.join(donnees)} {donnees.get('text/plain', '')} "
    if not sortes.strip():
        ecrit = etrangeres[0].get("text", "").strip()[:60]
        return blocs, f"écrit « {ecrit} » hors du rapport ; supprimez cet affichage."
    conseil = next(quoi for motif, quoi in INCONNUS.items() if re.search(motif, sortes.strip()))
    return blocs, f"montre {conseil}."


class ProseImpossible(ValueError):
    """A Markdown cell holds what no object of a document says; the message names it, in French."""


def _lire_prose(source: str) -> Iterator[Bloc]:
    """Yield the blocks of a Markdown cell."""
    for jeton in cast(list[Jeton], LIRE_PROSE(source)):
        sorte = jeton["type"]
        if sorte == "heading":
            titre = en_clair(_prose(jeton["children"]))
            yield Titre(titre, min(jeton["attrs"]["level"], SOUS_SECTION))
        elif sorte in ("paragraph", "block_text"):
            yield Paragraphe(_prose(jeton["children"]))
        elif sorte == "list":
            yield Liste(tuple(_items(jeton)), ordonnee=jeton["attrs"]["ordered"])
        elif sorte == "block_quote":
            paragraphes = [
                _prose(enfant["children"]) for enfant in jeton["children"] if "children" in enfant
            ]
            yield objets.Encadre(tuple(paragraphes), citation=True)
        elif sorte == "block_code":
            for ligne in jeton["raw"].splitlines():
                if ligne.strip():
                    yield Paragraphe(ligne)
        elif sorte == "block_html" and jeton["raw"].startswith("<!--"):
            continue  # a comment
        elif sorte not in MUETS:
            raise ProseImpossible(HORS.get(sorte, sorte))


def _items(jeton: Jeton) -> Iterator[Texte]:
    """Yield the items of a list; those of a list inside it follow theirs."""
    for item in jeton["children"]:
        for enfant in item["children"]:
            if enfant["type"] == "list":
                yield from _items(enfant)
            elif enfant["type"] not in MUETS:
                yield _prose(enfant.get("children", []))


def _prose(jetons: list[Jeton]) -> Texte:
    return _texte(_morceaux_de_prose(jetons))


def _morceaux_de_prose(jetons: list[Jeton]) -> Iterator[Morceau]:
    for jeton in jetons:
        sorte = jeton["type"]
        if sorte in ("text", "codespan"):
            yield jeton["raw"]
        elif sorte in ("softbreak", "linebreak"):
            yield " "
        elif sorte == "strong":
            yield objets.Gras(en_clair(_prose(jeton["children"])))
        elif sorte == "link" and ADRESSE.match(jeton["attrs"]["url"]):
            yield Lien(en_clair(_prose(jeton["children"])), jeton["attrs"]["url"])
        elif sorte == "emphasis":
            yield from _morceaux_de_prose(jeton["children"])
        else:
            raise ProseImpossible(HORS.get(sorte, sorte))


def _texte(bouts: Iterable[Morceau]) -> Texte:
    """Return pieces as one text: a string when none of them is strong, a link or a reference."""
    reunis: list[Morceau] = []  # strings that follow each other are one
    for bout in bouts:
        precedent = reunis[-1] if reunis else None
        if isinstance(bout, str) and isinstance(precedent, str):
            reunis[-1] = precedent + bout
        else:
            reunis.append(bout)
    if not reunis:
        return ""
    if len(reunis) == 1 and isinstance(reunis[0], str):
        return reunis[0]
    return tuple(morceau for morceau in reunis if morceau)


# Numbers, anchors, references, abbreviations.


def document_de(
    blocs: Iterable[Bloc], couverture: objets.Couverture = objets.SANS_COUVERTURE
) -> Document:
    """Return the document of some blocks, its captions numbered in reading order.

    Its title is the heading of the first level.
    """
    titre = Titre("Rapport", 1)
    corps: list[Bloc] = []
    titre_lu = False
    for bloc in feuilles(blocs):
        if not isinstance(bloc, Titre):
            corps.append(bloc)
        elif bloc.niveau == 1 and not titre_lu:
            titre = bloc
            titre_lu = True
        else:  # another title of the first level opens a chapter
            corps.append(replace(bloc, niveau=max(bloc.niveau, CHAPITRE)))
    corps = _avec_sigles(corps, couverture.sigles)
    ecrans = {
        f"tableau-{tableau.nom}": tableau.titre.partition(",")[0]
        for tableau in tableaux_de(corps)
        if tableau.ecran
    }
    reperes = _Reperes(_numeros(corps), ecrans)
    return Document(
        titre.texte + couverture.complement,
        couverture,
        tuple(_changer(bloc, reperes.achever) for bloc in corps),
    )


def _numeros(corps: list[Bloc]) -> dict[str, str]:
    """Return the numbers of captions, in the order of reading, by anchor; a table for the screen
    has none.
    """
    tableaux = tableaux_de(corps)
    figures = [bloc.nom for bloc in tout(corps) if isinstance(bloc, Dessin)]
    numerotes = [tableau.nom for tableau in tableaux if not (tableau.donnees_de or tableau.ecran)]
    numeros = {}
    for rang, nom in enumerate(figures, start=1):
        numeros[f"figure-{nom}"] = f"Figure{INSECABLE}{rang}"
    for rang, nom in enumerate(numerotes, start=1):
        numeros[f"tableau-{nom}"] = f"Tableau{INSECABLE}{rang}"
    for tableau in tableaux:
        if tableau.donnees_de:
            figure = numeros.get(f"figure-{tableau.donnees_de}", "").removeprefix("Figure")
            numeros[f"tableau-{tableau.nom}"] = f"Données de la figure{figure}"
    return numeros


@dataclass
class _Reperes:
    """What references lead to, by anchor; it finishes the blocks of a report one after the other.

    ``ancres`` are those of the headings so far: two headings of the same text get two anchors.
    """

    numeros: dict[str, str]  # of the captions: {"figure-etats": "Figure 1"}
    ecrans: dict[str, str]  # the titles of the tables for the screen, which have no number
    ancres: set[str] = field(default_factory=set)

    def achever(self, bloc: Bloc) -> Bloc:
        """Return a block with its number or its anchor, and its references followed."""
        if isinstance(bloc, Titre):
            # An anchor that no heading has yet.
            base = sans_accents(bloc.texte).replace(" ", "-") or "section"
            ancre = base
            rang = 2
            while ancre in self.ancres:
                ancre = f"{base}-{rang}"
                rang += 1
            self.ancres.add(ancre)
            return replace(bloc, ancre=ancre)
        if isinstance(bloc, Tableau):
            return self._numeroter(bloc)
        if isinstance(bloc, Dessin):
            tableau = bloc.tableau
            if isinstance(tableau, Tableau):
                tableau = self._numeroter(tableau)
            return replace(bloc, numero=self.numeros[f"figure-{bloc.nom}"], tableau=tableau)
        return _redire(bloc, self._suivre)

    def _numeroter(self, tableau: Tableau) -> Tableau:
        return replace(tableau, numero=self.numeros.get(f"tableau-{tableau.nom}", ""))

    def _suivre(self, texte: Texte) -> Texte:
        """Return a text with « tableau 2 » in the place of each reference.

        A reference leads to a number, else to a table for the screen by its title, else where its
        ``sinon`` says. One that leads nowhere is written as its anchor, or left out if in brackets.
        """
        bouts: list[Morceau] = []
        for morceau in morceaux(texte):
            if not isinstance(morceau, objets.Renvoi):
                bouts.append(morceau)
                continue
            ancres = (morceau.ancre, *morceau.autres)
            numerotees = [ancre for ancre in ancres if ancre in self.numeros]
            a_l_ecran = [ancre for ancre in ancres if ancre in self.ecrans]
            if numerotees:
                numero = self.numeros[numerotees[0]].lower()
                cible = objets.Renvoi(numerotees[0], texte=numero)
            elif a_l_ecran:
                titre = f"« {self.ecrans[a_l_ecran[0]]} »"
                if morceau.entre_parentheses:  # paper leaves it out, with its brackets
                    bouts.append(replace(morceau, ancre=a_l_ecran[0], texte=titre))
                    continue
                cible = Lien(titre, f"#{a_l_ecran[0]}")
            else:
                cible = morceau.sinon
            if not morceau.entre_parentheses:
                bouts.append(cible or morceau.ancre)
            elif cible:
                bouts += [" (", cible, ")"]
        return _texte(bouts)


def _changer(bloc: Bloc, changer: Callable[[Bloc], Bloc]) -> Bloc:
    """Return what ``changer`` makes of a block, or of each block of a group or of columns."""
    match bloc:
        case objets.Colonnes(interieurs):
            changes = tuple(_changer(interieur, changer) for interieur in interieurs)
            return replace(bloc, blocs=changes)
        case objets.Groupe(interieurs):
            return objets.Groupe(tuple(_changer(interieur, changer) for interieur in interieurs))
    return changer(bloc)


def _redire(bloc: Bloc, redire: Callable[[Texte], Texte]) -> Bloc:
    """Return a block with each of its texts as ``redire`` makes it; one without texts as it is."""
    match bloc:
        case Paragraphe(texte):
            return replace(bloc, texte=redire(texte))
        case Liste(items):
            return replace(bloc, items=tuple(map(redire, items)))
        case objets.Encadre(paragraphes):
            return replace(bloc, paragraphes=tuple(map(redire, paragraphes)))
    return bloc


def _avec_sigles(corps: list[Bloc], sigles: tuple[tuple[str, str], ...]) -> list[Bloc]:
    """Return the body with a note of the abbreviations that it uses, « Sigles : RSA, revenu… ».

    The note comes before the last chapter, which is that of the sources, or at the end of a report
    that has no more than ``CHAPITRES_D_UNE_PAGE`` chapters. There is none when none is used.
    """
    texte = " ".join(_mots(tuple(corps)))
    employes = [
        f"{sigle}, {sens}" for sigle, sens in sigles if re.search(rf"\b{re.escape(sigle)}\b", texte)
    ]
    if not employes:
        return corps
    chapitres = [
        rang
        for rang, bloc in enumerate(corps)
        if isinstance(bloc, Titre) and bloc.niveau == CHAPITRE
    ]
    fin = chapitres[-1] if len(chapitres) > CHAPITRES_D_UNE_PAGE else len(corps)
    note = Paragraphe(f"Sigles : {' ; '.join(employes)}.", "note")
    return [*corps[:fin], note, *corps[fin:]]


def _mots(objet: object) -> Iterator[str]:
    """Yield every text that a reader sees of an object."""
    if isinstance(objet, str):
        yield objet
    elif isinstance(objet, tuple):
        for item in objet:
            yield from _mots(item)
    elif isinstance(objet, pd.DataFrame):
        yield from map(str, objet.to_numpy().ravel())
    elif is_dataclass(objet):
        for champ in fields(objet):
            if champ.name in CACHES:
                continue
            valeur = getattr(objet, champ.name)
            if champ.name.startswith("svg_"):
                valeur = re.sub(r"<[^>]+>", " ", valeur)
            yield from _mots(valeur)
