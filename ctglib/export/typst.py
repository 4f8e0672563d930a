"""A document as Typst, and from it a PDF that is PDF/A-2a and PDF/UA-1 at once; see ``rapport.typ``
for its look.
"""

import json
import math
import re
import shutil
from dataclasses import dataclass, fields, is_dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import typst

from ctglib.document import blocs
from ctglib.document.signes import fichiers, largeur, lisible, montrable
from ctglib.document.tableau import Colonne, Tableau
from ctglib.donnees.provisoires import dossier_provisoire
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
    papier = document.papier
    return compiler(papier, "rapport", [en_donnees(bloc) for bloc in papier.corps])


def compiler(document: Document, cadre: str, corps: list[object]) -> bytes:
    """Return the PDF of a body, in one of the frames of ``rapport.typ``.

    No clock, no name of a folder enters it.
    """
    couverture = document.couverture
    donnees = {
        "sujet": montrable(couverture.sujet),
        "territoire": montrable(couverture.territoire),
        "source": montrable(couverture.source),
        "avertissement": montrable(couverture.avertissement),
        "titre": montrable(document.titre),
        "mentions": [
            [montrable(mention), secable(texte)] for mention, texte in couverture.mentions
        ],
        "logos": [
            {"nom": montrable(logo.nom), "contenu": list(logo.contenu or b"")}
            for logo in couverture.logos
        ],
        "avertissement-court": montrable(document.rappel),
        "court": document.court,
        "sommaire": len(document.premiere_page),
        "seule": len(document.chapitres) < 2,
        "corps": corps,
    }
    texte = f'#import "rapport.typ": {cadre}\n#show: {cadre}.with(donnees)\n'
    pdf = compiler_typst(
        texte,
        donnees,
        couleur=document.habillage.couleur,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        timestamp=document.instant,
    )
    return _baliser(pdf)


def compiler_typst(texte: str, donnees: object, *, couleur: str = "", **options: Any) -> bytes:
    """Return what a text becomes, in which ``donnees`` are these, with our fonts and no other: one
    PDF, or one image. ``couleur`` takes the place of our blue. ``options``: see
    ``typst.Compiler.compile``.

    The fonts are copied apart: their packages hold each style twice, and Typst would choose.
    """
    entrees = {"donnees": json.dumps(donnees)}
    if couleur:
        entrees["couleur"] = couleur
    source = f"#let donnees = json(bytes(sys.inputs.donnees))\n{texte}".encode()
    with dossier_provisoire() as dossier:
        for police in fichiers().values():
            shutil.copy(police, dossier)
        polices = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[dossier]
        )
        compilateur = typst.Compiler(
            input=source,
            root=Path(__file__).parent,
            font_paths=polices,
            sys_inputs=entrees,
        )
        octets = compilateur.compile(**options)
    assert isinstance(octets, bytes)  # a list would be images, of several pages
    return octets


def en_donnees(objet: object) -> object:
    """Return an object of a document as the data that ``rapport.typ`` reads: {"genre": "Titre", …}.

    Its texts are as shown, and can break (see ``secable``). A chart and a table have fields made
    for Typst; any other object has the fields of its class.

    Raises:
        TypeError: It is no object of a document.
    """
    match objet:
        case str():
            return secable(objet)
        case bool() | int():
            return objet
        case tuple():
            return [en_donnees(item) for item in objet]
        case blocs.Lien(texte, adresse):
            vers_l_ecran = adresse.startswith("#")
            return {
                "genre": "Lien",
                "texte": secable(texte),
                "adresse": "" if vers_l_ecran else adresse,
            }
        case blocs.Renvoi(ancre):
            return {"genre": "Renvoi", "texte": secable(objet.texte), "ancre": ancre}
        case blocs.Dessin():
            return {
                "genre": "Dessin",
                "ancre": f"figure-{objet.nom}" if objet.numero else "",
                "legende": secable(legende(objet)),
                "source": secable(f"Source : {objet.source}"),
                "svg": lisible(objet.svg_large),
                "alt": lisible(objet.alt),
                "lecture": secable(objet.lecture),
            }
        case Tableau():
            return {
                "genre": "Tableau",
                "ancre": f"tableau-{objet.nom}" if objet.numero else "",
                "legende": secable(legende(objet)),
                "source": secable(f"Source : {objet.source}"),
                **_tableau(objet),
            }
    if not is_dataclass(objet):
        raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en Typst")
    champs = {champ.name: en_donnees(getattr(objet, champ.name)) for champ in fields(objet)}
    return {"genre": type(objet).__name__, **champs}


def _tableau(tableau: Tableau) -> dict[str, object]:
    """Return the cells of a table as ``rapport.typ`` reads them.

    A cell of the header is (side, text, columns spanned, rows spanned), a group (title, rows);
    ``court`` says that the table is short enough never to be cut between two pages.
    """
    signes = sum(len(montrable(cellule)) for ligne in tableau.lignes() for cellule in ligne)
    entetes = []
    for ligne in tableau.entetes():
        cellules = []
        for colonne, en_largeur, en_hauteur in ligne:
            if isinstance(colonne, str):  # the title of several columns
                cellules.append(("center", secable(colonne), en_largeur, en_hauteur))
            else:
                cote = "right" if colonne.numerique else "left"
                cellules.append((cote, secable(colonne.libelle), en_largeur, en_hauteur))
        entetes.append(cellules)
    groupes = []
    for titre, lignes in tableau.corps():
        groupes.append(
            (secable(titre), [[secable(cellule) for cellule in ligne] for ligne in lignes])
        )
    return {
        "court": len(tableau.cellules) <= LIGNES_COURTES and signes <= SIGNES_COURTS,
        "notes": [secable(note) for note in tableau.notes],
        "entetes": entetes,
        "largeurs": [round(largeur, 1) for largeur in largeurs(tableau)],
        "nombres": [colonne.numerique for colonne in tableau.colonnes],
        "groupes": groupes,
    }


@dataclass(frozen=True)
class _Mesures:
    """What a column of a table would take on paper, in points."""

    colonne: Colonne
    textes: list[str]  # of its cells
    largeurs: list[float]  # of these, on one line
    aisance: float  # how much wider the font that shows them may be
    dans_le_groupe: int  # how many columns the title of its group is spread over

    def besoin(self, *, serre: bool) -> float:
        """Return the least width: the longest word, or the longest number, and the header on three
        lines, which breaks at a hyphen too when ``serre``.
        """
        libelle = montrable(self.colonne.libelle)
        mots_de_l_entete = libelle.split(" ")
        if serre:
            mots_de_l_entete = re.findall(r"[^ \n-]+-?", libelle)
        besoins = [
            COLONNE_AU_MOINS,
            self.colonne.largeur,
            min(largeur(libelle, TAILLE, GRAS) / 3, ENTETE_AU_PLUS),
        ]
        if self.colonne.numerique:
            besoins += [self.aisance * largeur_d_un_nombre for largeur_d_un_nombre in self.largeurs]
        else:
            for texte in self.textes:
                besoins += [min(largeur(mot, TAILLE), MOT_AU_PLUS) for mot in texte.split(" ")]
        besoins += [
            min(self.aisance * largeur(mot, TAILLE, GRAS), MOT_AU_PLUS) for mot in mots_de_l_entete
        ]
        besoins += [
            largeur(mot, TAILLE, GRAS) / self.dans_le_groupe
            for mot in montrable(self.colonne.groupe).split()
        ]
        return MARGES + max(besoins)

    def sur_une_ligne(self) -> float:
        """Return the width in which no text needs two lines, nor the header three."""
        entete_sur_deux_lignes = largeur(montrable(self.colonne.libelle), TAILLE, GRAS) / 2
        return MARGES + self.aisance * max(entete_sur_deux_lignes, *self.largeurs)

    def poids(self) -> float:
        """Return its share in the width left for texts: the square root of their whole length.

        A column ten times as long as another is then three times as wide: both get long cells.
        """
        return math.sqrt(sum(self.largeurs) + 1)


def largeurs(tableau: Tableau, aisance: float = 1.0) -> list[float]:
    """Return the widths of the columns on paper, in points; they share the width of the page.

    Where there is room, texts stand on one line, headers on two, and texts take the rest. Else
    numbers take what they need, and so do the words of all columns: no number, no short word is cut
    in its cell; texts share what is left by the root of what they hold, none having less than it
    needs, and headers break at a hyphen too.

    ``aisance``: how much wider than ours the font that shows the table may be; numbers
    and headers have this room as long as the page has it.
    """
    lignes = [[montrable(cellule) for cellule in ligne] for ligne in tableau.lignes()]
    colonnes = []
    for rang, colonne in enumerate(tableau.colonnes):
        textes = [ligne[rang] for ligne in lignes]
        colonnes.append(
            _Mesures(
                colonne=colonne,
                textes=textes,
                largeurs=[largeur(texte, TAILLE) for texte in textes],
                aisance=aisance,
                dans_le_groupe=sum(autre.groupe == colonne.groupe for autre in tableau.colonnes),
            )
        )

    poids = {
        rang: mesures.poids()
        for rang, mesures in enumerate(colonnes)
        if not mesures.colonne.numerique
    }
    besoins = [mesures.besoin(serre=False) for mesures in colonnes]
    sur_une_ligne = [
        max(besoin, mesures.sur_une_ligne())
        for besoin, mesures in zip(besoins, colonnes, strict=True)
    ]
    surplus = LARGEUR - sum(sur_une_ligne)
    if surplus >= 0 and poids:
        return [
            largeur_de_colonne + surplus * poids.get(rang, 0) / sum(poids.values())
            for rang, largeur_de_colonne in enumerate(sur_une_ligne)
        ]
    if sum(besoins) > LARGEUR:
        besoins = [mesures.besoin(serre=True) for mesures in colonnes]
    if sum(besoins) > LARGEUR and aisance > 1:
        return largeurs(tableau)
    return _partager(besoins, poids)


def _partager(besoins: list[float], poids: dict[int, float]) -> list[float]:
    """Return the widths of the columns, those in ``poids`` sharing what the others leave.

    ``besoins`` is the least width of each column; ``poids`` the weight of the columns of texts, by
    rank. A column in ``poids`` whose share is less than its least width gets that width, and the
    remaining ones share again; the columns of numbers always get theirs.
    """
    poids = dict(poids)
    parts: dict[int, float] = {}
    trop_etroites = list(poids)
    while trop_etroites:
        a_partager = LARGEUR - sum(
            besoin for rang, besoin in enumerate(besoins) if rang not in poids
        )
        total = sum(poids.values())
        parts = {rang: a_partager * poids[rang] / total for rang in poids}
        trop_etroites = [rang for rang, part in parts.items() if part < besoins[rang]]
        for rang in trop_etroites:
            del poids[rang]
    return [parts[rang] if rang in poids else besoin for rang, besoin in enumerate(besoins)]


def secable(texte: object) -> str:
    """Return a text as it is shown, with places where its long words can break.

    Blanks that follow each other become one space. A word longer than ``MOT_LONG`` can break
    (U+200B) after « / », « _ » or « . », and every ten characters.
    """
    mots = BLANCS.sub(" ", montrable(texte)).split(" ")
    return " ".join(
        COUPURES.sub("\\g<0>\u200b", mot) if len(mot) > MOT_LONG else mot for mot in mots
    )


def _baliser(pdf: bytes) -> bytes:
    """Return the PDF in which the first cell of each body row heads it (TH, scope Row), which Typst
    cannot say yet.

    Every table of a report heads its rows by their first cell, as its HTML says. The column that
    ties rows is taken out of the tags (see ``rapport.typ``). Nothing else changes, so that both
    standards still hold.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        lignes = [
            objet
            for objet in document.objects
            if isinstance(objet, pikepdf.Dictionary) and objet.get("/S") == "/TR"
        ]
        tableaux_lies = {_tableau_de(ligne) for ligne in lignes if _est_un_lien(ligne.K[-1])}
        for ligne in lignes:
            premiere = ligne.K[0]
            derniere = ligne.K[-1]
            if _est_un_lien(derniere):
                del ligne.K[-1]
            elif _tableau_de(ligne) in tableaux_lies:
                en_largeur = _attributs(derniere).get("/ColSpan", 1)
                if en_largeur > 1:  # one of these columns was that of the ties
                    _attribuer(derniere, "/ColSpan", en_largeur - 1)
            if premiere.S == "/TD":
                premiere.S = pikepdf.Name.TH
                _attribuer(premiere, "/Scope", pikepdf.Name.Row)
        octets = BytesIO()
        document.save(
            octets,
            deterministic_id=True,
            # it is right already, and setting it would write all of them again
            fix_metadata_version=False,
            # a third of the size, as PDF/A-2 allows
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return octets.getvalue()


def _tableau_de(ligne: pikepdf.Object) -> tuple[int, int]:
    """Return what identifies the table of a row, which is in its head or in a body of it."""
    return ligne.P.P.objgen


def _attributs(cellule: pikepdf.Object) -> dict[str, Any]:
    """Return the attributes of a cell: its scope, its spans; Typst has them in an array."""
    parties = cellule.get("/A", [])
    if isinstance(parties, pikepdf.Dictionary):
        return dict(parties.items())
    attributs = {}
    for partie in parties:
        attributs.update(partie.items())
    return attributs


def _est_un_lien(cellule: pikepdf.Object) -> bool:
    """Return whether a cell is that which ties rows together on paper: it spans several rows."""
    return cellule.S == "/TD" and _attributs(cellule).get("/RowSpan", 1) > 1


def _attribuer(cellule: pikepdf.Object, nom: str, valeur: object) -> None:
    cellule.A = pikepdf.Dictionary({**_attributs(cellule), "/O": pikepdf.Name.Table, nom: valeur})
