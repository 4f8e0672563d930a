"""A document as one semantic, self-contained HTML page: no script, no outside address, its style and fonts inside."""

from __future__ import annotations

import base64
from collections.abc import Mapping
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
    morceaux,
)  # fmt: skip
from ctglib.document.signes import lisible, montrable
from ctglib.document.tableau import Colonne, Tableau

if TYPE_CHECKING:
    from ctglib.document.blocs import Texte
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


def ecrire_html(objet: object, numeros: Mapping[str, str] = RIEN) -> str:
    """Return an object as HTML; ``numeros`` are those of captions, by anchor.

    Raises:
        TypeError: It is not an object of a document.
    """
    match objet:
        case Groupe(pieces):
            return "".join(ecrire_html(piece, numeros) for piece in pieces)
        case Titre(texte, niveau, ancre):
            return f"<h{niveau}{_attribut('id', ancre)}>{_texte(texte)}</h{niveau}>"
        case Paragraphe(texte, classe):
            return _p(texte, classe, numeros)
        case Liste(items, ordonnee, classe):
            tag, inside = "ol" if ordonnee else "ul", "".join(f"<li>{_runs(item, numeros)}</li>" for item in items)
            return f"<{tag}{_attribut('class', classe)}>{inside}</{tag}>"
        case Encadre(paragraphes, citation, auteur):
            text = "".join(_p(paragraphe, "", numeros) for paragraphe in paragraphes)
            if not citation:
                return f'<div class="avertissement">{text}</div>'
            return f"<blockquote>{text}{_p(auteur, 'source') if auteur else ''}</blockquote>"
        case Colonnes(blocs):
            inside = "".join(f'<div class="colonne">{ecrire_html(bloc, numeros)}</div>' for bloc in blocs)
            return f'<div class="colonnes">{inside}</div>'
        case Piece():
            return _p((Lien(objet.libelle, objet.adresse),), "piece")
        case Couverture():
            return _logos(objet) + _mentions(objet)
        case Tableau():
            return _tableau(objet, numeros)
        case Dessin():
            return _dessin(objet, numeros)
    raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en HTML")


def _tableau(tableau: Tableau, numeros: Mapping[str, str]) -> str:
    name = escape(tableau.nom)
    head = "".join(f"<tr>{''.join(_entete(*cell) for cell in row)}</tr>" for row in tableau.entetes())
    body = "".join(_groupe_de_lignes(title, rows, tableau.colonnes) for title, rows in tableau.corps())
    notes = "".join(_p(note, "note") for note in tableau.notes)
    kinds = " ".join(filter(None, ("tableau", tableau.classe, "ecran" * tableau.ecran)))
    written = (
        f'<div{_attribut("class", kinds)} id="tableau-{name}">'
        f'<div class="cadre" role="region" tabindex="0" aria-labelledby="titre-{name}"><table>'
        f'<caption id="titre-{name}">{_numero(f"tableau-{tableau.nom}", numeros)}{_texte(tableau.titre)}</caption>'
        f"<thead>{head}</thead>{body or '<tbody></tbody>'}</table></div>"
        f"{notes}{_p('Source : ' + tableau.source, 'source')}</div>"
    )
    if not tableau.ecran:
        return written
    return f'<details class="donnees a-part"><summary>{_texte(tableau.titre)}</summary>{written}</details>'


def _entete(colonne: Colonne | str, largeur: int, hauteur: int) -> str:
    if isinstance(colonne, str):
        return f'<th scope="colgroup" colspan="{largeur}">{_texte(colonne)}</th>'
    span = f' rowspan="{hauteur}"' if hauteur > 1 else ""
    return f'<th scope="col"{span}{_attribut("class", "nombre" * colonne.numerique)}>{_texte(colonne.libelle)}</th>'


def _groupe_de_lignes(titre: str, lignes: list[tuple[object, ...]], colonnes: tuple[Colonne, ...]) -> str:
    rows = []
    if titre:
        title = f'<th scope="rowgroup" colspan="{len(colonnes)}"><span>{_texte(titre)}</span></th>'
        rows.append(f'<tr class="groupe">{title}</tr>')
    # On a phone each row is a card and no header stands above: a cell tells its own.
    heads = [", ".join(filter(None, (colonne.groupe, colonne.libelle))) for colonne in colonnes]
    for first, *values in lignes:
        cells = [
            f'<td{_attribut("class", "nombre" * col.numerique)} data-colonne="{_texte(head)}">{_texte(value)}</td>'
            for col, head, value in zip(colonnes[1:], heads[1:], values, strict=True)
        ]
        rows.append(f'<tr><th scope="row">{_texte(first)}</th>{"".join(cells)}</tr>')
    return f"<tbody>{''.join(rows)}</tbody>"


def _dessin(dessin: Dessin, numeros: Mapping[str, str]) -> str:
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


def _logos(couverture: Couverture) -> str:
    logos = []
    for logo in couverture.logos:
        if logo.contenu is None:
            logos.append(f'<span class="logo absent">{_texte(logo.nom)}</span>')
        else:
            kind = "png" if logo.suffixe == "png" else "svg+xml"
            address = f"data:image/{kind};base64,{base64.b64encode(logo.contenu).decode('ascii')}"
            logos.append(f'<img class="logo" src="{address}" alt="{_texte("Logo : " + logo.nom)}">')
    subject = f"<strong>{_texte(couverture.territoire)}</strong> – {_texte(couverture.sujet)}"
    shown = "\n".join(logos)
    return f'<div class="logos">\n{shown}\n</div>\n<p class="sujet">{subject}</p>'


def _mentions(couverture: Couverture) -> str:
    rows = "\n".join(
        f"<div><dt>{_texte(nom)}</dt><dd>{_texte(valeur)}</dd></div>" for nom, valeur in couverture.mentions
    )
    return f'<dl class="mentions">\n{rows}\n</dl>'


def _texte(texte: object) -> str:
    return escape(montrable(texte))


def _runs(texte: Texte, numeros: Mapping[str, str] = RIEN) -> str:
    """Return a text with its strong words, its links, and the references that have a number."""
    pieces = []
    for run in morceaux(texte):
        match run:
            case Gras(said):
                pieces.append(f"<strong>{_texte(said)}</strong>")
            case Lien(said, adresse):
                pieces.append(f'<a href="{escape(adresse)}">{_texte(said)}</a>')
            case Renvoi(ancre) if not run.entre_parentheses:  # else it is in a cell alone: nothing has a number yet
                pieces.append(f'<a href="#{escape(ancre)}">{_texte(numeros.get(ancre, ancre).lower())}</a>')
            case str():
                pieces.append(_texte(run))
    return "".join(pieces)


def _p(texte: Texte, classe: str = "", numeros: Mapping[str, str] = RIEN) -> str:
    return f"<p{_attribut('class', classe)}>{_runs(texte, numeros)}</p>"


def _attribut(nom: str, valeur: str) -> str:
    return f' {nom}="{escape(valeur)}"' if valeur else ""


def _numero(ancre: str, numeros: Mapping[str, str]) -> str:
    return f'<span class="numero">{numeros[ancre]}.</span> ' if ancre in numeros else ""
