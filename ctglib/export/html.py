"""A document as one semantic, self-contained HTML page: no script, no outside address, its style and fonts inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import singledispatch
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.document.blocs import (
    Colonnes,
    Couverture,
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
from ctglib.document.signes import lisible, montrable
from ctglib.document.tableau import Colonne, Tableau

if TYPE_CHECKING:
    from ctglib.document.blocs import Logo, Texte
    from ctglib.export.document import Document

STYLE = Path(__file__).parent / "page.css"
POLICES = Path(__file__).parent / "polices.css"
RIEN: Mapping[str, str] = {}
SECURITE = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
)


def composer(document: Document) -> str:
    """Return the page of a document. Same document, same bytes."""
    cover = document.couverture
    title = _texte(document.titre)
    head = title + (f" – {_texte(cover.territoire)}" if cover else "")
    entries = "\n".join(f'<li><a href="#{titre.ancre}">{_texte(titre.texte)}</a></li>' for titre in document.chapitres)
    nav = f"<ol>\n{entries}\n</ol>"
    second = document.corps.index(document.chapitres[1]) if document.chapitres[1:] else len(document.corps)
    pieces = [ecrire_html(bloc, document.numeros) for bloc in document.corps]
    pieces.insert(second, f'<details class="sommaire-replie"><summary>Sommaire</summary>{nav}</details>')
    body = "\n".join(pieces)
    warning = f'<p class="bandeau">{_texte(cover.avertissement)}</p>' if cover and cover.avertissement else ""
    return f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{SECURITE}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{head}</title>
<style>
{POLICES.read_text(encoding="utf-8")}
{STYLE.read_text(encoding="utf-8")}
</style>
</head>
<body>
<a class="evitement" href="#contenu">Aller au contenu</a>
<header class="couverture">
{_logos(cover) if cover else ""}
<h1>{title}</h1>
{warning}
{_mentions(cover) if cover else ""}
</header>
<div class="page">
<nav class="sommaire" aria-labelledby="titre-sommaire">
<h2 id="titre-sommaire">Sommaire</h2>
{nav}
</nav>
<main id="contenu" tabindex="-1">
{body}
</main>
</div>
<footer>
{f"<p>{_texte(cover.source)}</p>{warning}" if cover else ""}
</footer>
</body>
</html>
"""


@singledispatch
def ecrire_html(objet: object, numeros: Mapping[str, str] = RIEN) -> str:
    """Return an object as HTML, every value of the data escaped.

    Args:
        objet: A block, or what stands inside one.
        numeros: The numbers of captions by anchor; none in a notebook.

    Raises:
        TypeError: It is not an object of a document.
    """
    raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en HTML")


@ecrire_html.register(Groupe)
def _(groupe: Groupe, numeros: Mapping[str, str] = RIEN) -> str:
    return "".join(ecrire_html(piece, numeros) for piece in groupe.pieces)


@ecrire_html.register(Titre)
def _(titre: Titre, numeros: Mapping[str, str] = RIEN) -> str:
    anchor = f' id="{titre.ancre}"' if titre.ancre else ""
    return f"<h{titre.niveau}{anchor}>{_texte(titre.texte)}</h{titre.niveau}>"


@ecrire_html.register(Paragraphe)
def _(paragraphe: Paragraphe, numeros: Mapping[str, str] = RIEN) -> str:
    return _p(paragraphe.texte, paragraphe.classe, numeros)


@ecrire_html.register(Liste)
def _(liste: Liste, numeros: Mapping[str, str] = RIEN) -> str:
    tag = "ol" if liste.ordonnee else "ul"
    items = "".join(f"<li>{_morceaux(item, numeros)}</li>" for item in liste.items)
    return f"<{tag}{_attribut(liste.classe)}>{items}</{tag}>"


@ecrire_html.register(Encadre)
def _(encadre: Encadre, numeros: Mapping[str, str] = RIEN) -> str:
    text = "".join(_p(paragraphe, "", numeros) for paragraphe in encadre.paragraphes)
    if not encadre.citation:
        return f'<div class="avertissement">{text}</div>'
    return f"<blockquote>{text}{_p(encadre.auteur, 'source') if encadre.auteur else ''}</blockquote>"


@ecrire_html.register(Colonnes)
def _(colonnes: Colonnes, numeros: Mapping[str, str] = RIEN) -> str:
    inside = "".join(f'<div class="colonne">{ecrire_html(bloc, numeros)}</div>' for bloc in colonnes.blocs)
    return f'<div class="colonnes">{inside}</div>'


@ecrire_html.register(Tableau)
def _(tableau: Tableau, numeros: Mapping[str, str] = RIEN) -> str:
    name = escape(tableau.nom)
    head = "".join(f"<tr>{''.join(_entete(*cell) for cell in row)}</tr>" for row in tableau.entetes())
    body = "".join(_groupe_de_lignes(title, rows, tableau.colonnes) for title, rows in tableau.corps())
    notes = "".join(_p(note, "note") for note in tableau.notes)
    kinds = ("tableau", tableau.classe, "ecran" * tableau.ecran)
    written = (
        f'<div class="{escape(" ".join(filter(None, kinds)))}" id="tableau-{name}">'
        f'<div class="cadre" role="region" tabindex="0" aria-labelledby="titre-{name}"><table>'
        f'<caption id="titre-{name}">{_numero(f"tableau-{tableau.nom}", numeros)}{_texte(tableau.titre)}</caption>'
        f"<thead>{head}</thead>{body or '<tbody></tbody>'}</table></div>"
        f"{notes}{_p('Source : ' + tableau.source, 'source')}</div>"
    )
    if not tableau.ecran:
        return written
    return f'<details class="donnees a-part"><summary>{_texte(tableau.titre)}</summary>{written}</details>'


@ecrire_html.register(Piece)
def _(piece: Piece, numeros: Mapping[str, str] = RIEN) -> str:
    return _p((Lien(piece.libelle, piece.adresse),), "piece", numeros)


@ecrire_html.register(Dessin)
def _(dessin: Dessin, numeros: Mapping[str, str] = RIEN) -> str:
    reading = f'<p class="lecture"><strong>{_texte("Lecture :")}</strong> {_texte(dessin.lecture)}</p>'
    numbers = ""
    if dessin.tableau:
        summary = "<summary>Les chiffres du graphique</summary>"
        numbers = f'<details class="donnees">{summary}{ecrire_html(dessin.tableau, numeros)}</details>'
    return (
        f'<figure class="graphique" id="figure-{escape(dessin.nom)}">'
        f"<figcaption>{_numero(f'figure-{dessin.nom}', numeros)}{_texte(dessin.titre)}</figcaption>"
        f'<div class="dessin large">{lisible(dessin.svg_large)}</div>'
        f'<div class="dessin etroit" hidden>{lisible(dessin.svg_etroit)}</div>'
        f"{reading if dessin.lecture else ''}{_p('Source : ' + dessin.source, 'source')}</figure>{numbers}"
    )


@ecrire_html.register(Couverture)
def _(couverture: Couverture, numeros: Mapping[str, str] = RIEN) -> str:
    return f"{_logos(couverture)}{_mentions(couverture)}"


def _texte(texte: object) -> str:
    return escape(montrable(texte))


def _morceaux(texte: Texte, numeros: Mapping[str, str] = RIEN) -> str:
    """Return a text with its strong words, its links, and the references that have a number."""
    pieces = []
    for run in (texte,) if isinstance(texte, str) else texte:
        if isinstance(run, Gras):
            pieces.append(f"<strong>{_texte(run.texte)}</strong>")
        elif isinstance(run, Lien):
            pieces.append(f'<a href="{escape(run.adresse)}">{_texte(run.texte)}</a>')
        elif isinstance(run, Renvoi) and run.entre_parentheses:
            continue  # a cell alone: nothing has a number yet
        elif isinstance(run, Renvoi):
            pieces.append(f'<a href="#{escape(run.ancre)}">{_texte(numeros.get(run.ancre, run.ancre).lower())}</a>')
        else:
            pieces.append(_texte(run))
    return "".join(pieces)


def _p(texte: Texte, classe: str = "", numeros: Mapping[str, str] = RIEN) -> str:
    return f"<p{_attribut(classe)}>{_morceaux(texte, numeros)}</p>"


def _attribut(classe: str) -> str:
    return f' class="{escape(classe)}"' if classe else ""


def _numero(ancre: str, numeros: Mapping[str, str]) -> str:
    return f'<span class="numero">{numeros[ancre]}.</span> ' if ancre in numeros else ""


def _entete(colonne: Colonne | str, largeur: int, hauteur: int) -> str:
    if isinstance(colonne, str):
        return f'<th scope="colgroup" colspan="{largeur}">{_texte(colonne)}</th>'
    span = f' rowspan="{hauteur}"' if hauteur > 1 else ""
    return f'<th scope="col"{span}{_classe(colonne)}>{_texte(colonne.libelle)}</th>'


def _groupe_de_lignes(titre: str, lignes: list[tuple[object, ...]], colonnes: tuple[Colonne, ...]) -> str:
    rows = []
    if titre:
        title = f'<th scope="rowgroup" colspan="{len(colonnes)}"><span>{_texte(titre)}</span></th>'
        rows.append(f'<tr class="groupe">{title}</tr>')
    for first, *values in lignes:
        cells = [
            f'<td{_classe(col)} data-colonne="{_en_carte(col)}">{_texte(value)}</td>'
            for col, value in zip(colonnes[1:], values, strict=True)
        ]
        rows.append(f'<tr><th scope="row">{_texte(first)}</th>{"".join(cells)}</tr>')
    return f"<tbody>{''.join(rows)}</tbody>"


def _classe(colonne: Colonne) -> str:
    return ' class="nombre"' if colonne.numerique else ""


def _en_carte(colonne: Colonne) -> str:
    """Return the heading of a cell on a phone, where each row is a card and no header stands above."""
    return _texte(", ".join(filter(None, (colonne.groupe, colonne.libelle))))


def _logos(couverture: Couverture) -> str:
    logos = "\n".join(_logo(logo) for logo in couverture.logos)
    subject = f"<strong>{_texte(couverture.territoire)}</strong> – {_texte(couverture.sujet)}"
    return f'<div class="logos">\n{logos}\n</div>\n<p class="sujet">{subject}</p>'


def _logo(logo: Logo) -> str:
    if logo.contenu is None:
        return f'<span class="logo absent">{_texte(logo.nom)}</span>'
    kind = "png" if logo.suffixe == "png" else "svg+xml"
    address = f"data:image/{kind};base64,{base64.b64encode(logo.contenu).decode('ascii')}"
    return f'<img class="logo" src="{address}" alt="{_texte("Logo : " + logo.nom)}">'


def _mentions(couverture: Couverture) -> str:
    rows = "\n".join(
        f"<div><dt>{_texte(nom)}</dt><dd>{_texte(valeur)}</dd></div>" for nom, valeur in couverture.mentions
    )
    return f'<dl class="mentions">\n{rows}\n</dl>'
