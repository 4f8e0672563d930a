"""A document as one semantic, self-contained HTML page: no script, no outside address, its style
and fonts inside.

The page is ``page.html.j2``; ``blocs.html.j2`` has one macro a kind of object.
"""

from base64 import b64encode
from functools import lru_cache
from html import escape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ctglib.document.blocs import morceaux
from ctglib.document.signes import lisible, montrable
from ctglib.export.document import Document, Habillage

DOSSIER = Path(__file__).parent
POLICES = DOSSIER / "polices.css"


def composer(document: Document) -> str:
    """Return the page of a document. Same document, same bytes."""
    polices = POLICES.read_text(encoding="utf-8")
    feuille = (DOSSIER / "page.css").read_text(encoding="utf-8")
    page = modeles().get_template("page.html.j2")
    style = "\n".join((polices, feuille, *_couleurs(document.habillage)))
    return page.render(document=document, style=style)


def _couleurs(habillage: Habillage) -> list[str]:
    """Return what gives a page the colour of its convention; nothing where it gives none."""
    if not habillage.couleur:
        return []
    nuit = f":root {{ --bleu: {habillage.couleur_de_nuit}; }}"
    return [
        f":root {{ --bleu: {habillage.couleur}; }}",
        f"@media screen and (prefers-color-scheme: dark) {{ {nuit} }}",
    ]


def ecrire_html(objet: object) -> str:
    """Return an object of a document as HTML, by the macro of its kind; a string stays one, to be
    escaped.
    """
    if isinstance(objet, str):
        return objet
    macros = modeles().get_template("blocs.html.j2").module
    macro = getattr(macros, type(objet).__name__, None)
    if macro is None:
        raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en HTML")
    return macro(objet)


@lru_cache(maxsize=1)
def modeles() -> Environment:
    """Return the templates, in which every value is escaped and has the signs of our fonts."""
    environnement = Environment(
        loader=FileSystemLoader(DOSSIER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_ecrire_valeur,
    )
    environnement.globals.update(
        html=ecrire_html,
        lisible=lisible,
        morceaux=morceaux,
        zip=zip,
        base64=_en_base64,
    )
    return environnement


def _ecrire_valeur(valeur: object) -> Markup:
    """Return a value of a template: HTML as it is, all else escaped."""
    return valeur if isinstance(valeur, Markup) else Markup(escape(montrable(valeur)))


def _en_base64(contenu: bytes) -> str:
    return b64encode(contenu).decode("ascii")
