"""Ce qu'un carnet ordinaire montre, rendu publiable : un tableau de pandas, un graphique, un texte
imprimé, une image, du HTML, du Markdown.

Rien n'y est refusé : ce qui n'a ni titre ni source le dit, ce qui bouge est montré par sa forme
fixe ou nommé. Ce qui ferme les sorties d'un carnet est ailleurs (``ctglib.secret.garde``).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from copy import deepcopy
from html import escape
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd
from lxml import html as lxml_html

from ctglib.atelier.phrases import dire
from ctglib.document.blocs import MIME, Bloc, Dessin, Groupe, Paragraphe, de_json, en_json
from ctglib.document.figure import ORDINAIRE
from ctglib.document.tableau import Colonne, Tableau, ecrire_valeur
from ctglib.document.typographie import RIEN
from ctglib.secret import MIME as BRUT

if TYPE_CHECKING:
    from nbformat import NotebookNode

LIGNES = 60  # of a text, or of a table without a source: the rest is counted
LARGEUR = 480.0  # points, of an image as wide as a page
POINTS_PAR_PIXEL = 0.75
DECIMAL = re.compile(r"-?\d+\.\d+")
NOMBRE = re.compile(r"-?[\d\s.,]+(?: ?%)?|NaN|<NA>|–")
TAILLE = re.compile(r"\d+ rows × \d+ columns")
# What an expression that only draws gives back.
DESSIN = re.compile(r"^\[?\(?<(?:matplotlib|Axes|Figure|seaborn)|^Text\(|^\(?array\(\[+<Axes")
BALISE = re.compile(r"<[^<>]+>")
IMAGE_CITEE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
LIEN_INTERDIT = re.compile(
    r"(?<!!)\[([^\]]*)\]\((?!https?:|mailto:|#|[\w./-]+\))(?:[^()]|\([^()]*\))*\)"
)
# A number alone, as numpy writes it: « np.float64(12.5) ».
UN_NOMBRE = re.compile(r"^(?:np\.\w+\()?(-?\d+\.\d+)\)?$")
LIGNE_DE_TABLEAU = re.compile(r"^\s*\|(.+)\|\s*$")
TRAITS = re.compile(r"^[\s:|-]+$")


def en_blocs(carnet: NotebookNode) -> NotebookNode:
    """Return a copy of an executed notebook of which everything that cells show is a block of a
    document, each table and chart under a name of its own.
    """
    copie = deepcopy(carnet)
    noms: set[str] = set()
    for rang, cellule in enumerate(copie.cells, start=1):
        if cellule.cell_type == "markdown":
            cellule.source = _prose(cellule.source)
            continue
        for sortie in cellule.get("outputs", []):
            donnees = sortie.get("data", {})
            if BRUT in donnees or sortie.get("name") == "stderr":
                continue
            if MIME not in donnees:
                blocs = tuple(_blocs(sortie, rang))
                sortie.output_type = "display_data"
                sortie.metadata = {}
                sortie.data = {MIME: en_json(Groupe(blocs))}
            _nommer(sortie.data[MIME], noms)
    return copie


def _blocs(sortie: NotebookNode, rang: int) -> Iterator[Bloc]:
    """Yield what an output of the cell of that rank shows, in its richest form that is still."""
    donnees = sortie.get("data", {})
    if ORDINAIRE in donnees:
        yield de_json(donnees[ORDINAIRE])
        return
    if "image/svg+xml" in donnees or "image/png" in donnees or "image/jpeg" in donnees:
        yield _image(donnees, rang)
        return
    if "text/html" in donnees and "<script" not in donnees["text/html"]:
        yield from _du_html(donnees["text/html"], rang)
        return
    if "text/markdown" in donnees:
        yield from _lignes(BALISE.sub("", _prose(donnees["text/markdown"])))
        return
    if "text/latex" in donnees:
        yield Paragraphe(donnees["text/latex"].strip().strip("$").strip())
        return
    texte = donnees.get("text/plain", sortie.get("text", ""))
    animees = [forme for forme in donnees if forme not in ("text/plain",)]
    if animees:
        yield Paragraphe(dire("interactif", rang=rang), "note")
    elif not DESSIN.match(texte):
        yield from _lignes(UN_NOMBRE.sub(lambda nombre: _en_francais(nombre[1]), texte))


def _lignes(texte: str) -> Iterator[Bloc]:
    """Yield the lines of a text, a paragraph each; those over ``LIGNES`` are counted."""
    lignes = [ligne.rstrip() for ligne in texte.splitlines() if ligne.strip()]
    for ligne in lignes[:LIGNES]:
        yield Paragraphe(ligne)
    if len(lignes) > LIGNES:
        yield Paragraphe(dire("lignes_de_plus", nombre=len(lignes) - LIGNES), "note")


def _image(donnees: dict[str, Any], rang: int) -> Bloc:
    """Return an image as a chart without a source; one that is drawn (SVG) is shown by its PNG if
    there is one: a drawing may hold a program.
    """
    for forme in ("image/png", "image/jpeg"):
        if forme in donnees:
            contenu = "".join(donnees[forme].split())
            largeur, hauteur = _dimensions(b64decode(contenu))
            break
    else:
        return Paragraphe(dire("dessin_svg", rang=rang), "note")
    echelle = min(POINTS_PAR_PIXEL, LARGEUR / largeur)
    titre = dire("image_de", rang=rang)
    alt = dire("image_sans_texte", rang=rang)
    dessins = []
    for taille in ("large", "etroit"):
        dimensions = f'width="{largeur * echelle:.0f}" height="{hauteur * echelle:.0f}"'
        cadre = f"0 0 {largeur * echelle:.0f} {hauteur * echelle:.0f}"
        dessins.append(
            f'<svg xmlns="http://www.w3.org/2000/svg" class="dessin-{taille}" role="img" '
            f'aria-label="{escape(alt)}" {dimensions} viewBox="{cadre}">'
            f'<image {dimensions} href="data:{forme};base64,{contenu}"/></svg>'
        )
    return Dessin("image", titre, alt, dessins[0], dessins[1], "", dire("sans_source"))


def _dimensions(octets: bytes) -> tuple[int, int]:
    """Return the width and the height of an image in pixels."""
    from PIL import Image

    with Image.open(BytesIO(octets)) as image:
        return image.size


def _du_html(texte: str, rang: int) -> Iterator[Bloc]:
    """Yield the tables of an HTML text, and its other words as paragraphs."""
    racine = arbre_du_html(texte)
    for inutile in racine.xpath(".//style|.//script|.//template"):
        inutile.drop_tree()
    tables = racine.xpath(".//table[not(ancestor::table)]")
    for table in tables:
        yield tableau_du_html(table, dire("tableau_de", rang=rang), dire("sans_source"))
        table.drop_tree()
    reste = racine.xpath(".//p|.//h1|.//h2|.//h3|.//h4|.//li") or [racine]
    for element in reste:
        mots = " ".join(element.text_content().split())
        if mots and not TAILLE.fullmatch(mots):
            yield Paragraphe(mots)


def arbre_du_html(texte: str) -> Any:
    """Return HTML as a tree, under one element."""
    return lxml_html.fragment_fromstring(texte, create_parent=True)


def tableau_du_html(table: Any, titre: str, source: str) -> Tableau:
    """Return a table of HTML as a table of a document: its cells as shown, numbers as in French.

    A first column that only numbers the rows is left out.
    """
    legende = table.xpath("./caption")
    if legende:
        titre = " ".join(legende[0].text_content().split()) or titre
    lignes = [_mots(ligne) for ligne in _grille(table)]
    entetes = [ligne for ligne, est_un_entete in _avec_entetes(table, lignes) if est_un_entete]
    corps = [ligne for ligne, est_un_entete in _avec_entetes(table, lignes) if not est_un_entete]
    largeur = max((len(ligne) for ligne in lignes), default=1)
    noms = [
        ", ".join(
            dict.fromkeys(ligne[rang] for ligne in entetes if rang < len(ligne) and ligne[rang])
        )
        for rang in range(largeur)
    ]
    corps = [[*ligne, *[""] * (largeur - len(ligne))] for ligne in corps]
    if not noms[0] and _numerotees([ligne[0] for ligne in corps]):
        noms = noms[1:]
        corps = [ligne[1:] for ligne in corps]
    cles = [f"colonne_{rang}" for rang in range(len(noms))]
    cellules = pd.DataFrame(corps, columns=cles, dtype=object)
    return Tableau(
        nom="tableau",
        titre=titre,
        colonnes=tuple(
            Colonne(cle, nom, numerique=_numerique(cellules[cle]))
            for cle, nom in zip(cles, noms, strict=True)
        ),
        cellules=cellules.map(_en_francais),
        donnees=cellules,
        source=source,
    )


def _numerotees(cellules: list[str]) -> bool:
    """Tell whether cells only number the rows: 0, 1, « ... », 9."""
    rangs = [int(cellule) for cellule in cellules if cellule.isdecimal()]
    coupees = len(cellules) - len(rangs)
    suivies = all(suivant > rang for rang, suivant in pairwise(rangs))
    commencent = rangs[:2] == [0, 1][: len(rangs)]
    return commencent and suivies and cellules.count("...") == coupees


def _grille(table: Any) -> list[list[Any]]:
    """Return the cells of a table row by row, one that spans rows or columns in each of them."""
    grille: dict[int, dict[int, Any]] = {}
    lignes = table.xpath(".//tr")
    for rang, ligne in enumerate(lignes):
        place = 0
        for cellule in ligne.xpath("./td|./th"):
            while place in grille.setdefault(rang, {}):
                place += 1
            larges = range(place, place + int(cellule.get("colspan") or 1))
            hautes = range(rang, min(rang + int(cellule.get("rowspan") or 1), len(lignes)))
            for haut in hautes:
                for large in larges:
                    grille.setdefault(haut, {})[large] = cellule
    return [[grille[rang][place] for place in sorted(grille[rang])] for rang in sorted(grille)]


def _mots(cellules: list[Any]) -> list[str]:
    """Return the words of cells; the sign that pandas puts for nothing is none."""
    return [" ".join(cellule.text_content().split()) for cellule in cellules]


def _avec_entetes(table: Any, lignes: list[list[str]]) -> Iterator[tuple[list[str], bool]]:
    """Yield each row, and whether it is one of the header: in ``thead``, or only of ``th``."""
    elements = [ligne for ligne in table.xpath(".//tr") if ligne.xpath("./td|./th")]
    for element, ligne in zip(elements, lignes, strict=True):
        yield ligne, element.getparent().tag == "thead" or not element.xpath("./td")


def _numerique(colonne: pd.Series) -> bool:
    pleines = [str(valeur) for valeur in colonne if str(valeur)]
    return bool(pleines) and all(NOMBRE.fullmatch(texte) for texte in pleines)


def _en_francais(texte: str) -> str:
    """Return « 1 234,5 » for « 1234.5 »; a whole number stays as it is: it may be a code."""
    if texte in ("NaN", "<NA>", "None", "nan"):
        return RIEN
    return ecrire_valeur(float(texte)) if DECIMAL.fullmatch(texte) else texte


def _prose(source: str) -> str:
    """Return Markdown without what no document has: an image is named, a table is a list of its
    rows, HTML and a dangerous link are their words.
    """
    source = IMAGE_CITEE.sub(lambda image: f"(image : {image[1] or dire('sans_texte')})", source)
    source = LIEN_INTERDIT.sub(r"\1", source)
    source = BALISE.sub("", source)
    lignes = []
    entetes: list[str] = []
    for ligne in source.splitlines():
        rangee = LIGNE_DE_TABLEAU.match(ligne)
        if not rangee:
            entetes = []
            lignes.append(ligne)
            continue
        cellules = [cellule.strip() for cellule in rangee[1].split("|")]
        if not entetes:
            entetes = cellules
            lignes.append("")
        elif not TRAITS.match(rangee[1]):
            paires = zip(entetes, cellules, strict=False)
            lignes.append("- " + " ; ".join(f"{nom} : {cellule}" for nom, cellule in paires))
    return "\n".join(lignes)


def _nommer(ecrit: Any, noms: set[str]) -> None:
    """Give each table and chart of what is kept a name that no other has, in place."""
    if isinstance(ecrit, list):
        for element in ecrit:
            _nommer(element, noms)
    if not isinstance(ecrit, dict):
        return
    if ecrit.get("genre") in ("Tableau", "Dessin"):
        ancien = ecrit["nom"]
        rang = 2
        while ecrit["nom"] in noms:
            ecrit["nom"] = f"{ancien}-{rang}"
            rang += 1
        noms.add(ecrit["nom"])
        chiffres = ecrit.get("tableau")
        if chiffres and chiffres.get("donnees_de") == ancien:
            chiffres["donnees_de"] = ecrit["nom"]
    for valeur in ecrit.values():
        _nommer(valeur, noms)
