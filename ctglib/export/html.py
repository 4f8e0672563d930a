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
from ctglib.export.document import Document

DOSSIER = Path(__file__).parent
POLICES = DOSSIER / "polices.css"


def composer(document: Document) -> str:
    """Return the page of a document. Same document, same bytes."""
    style = "\n".join(path.read_text(encoding="utf-8") for path in (POLICES, DOSSIER / "page.css"))
    return modeles().get_template("page.html.j2").render(document=document, style=style)


def ecrire_html(objet: object) -> str:
    """Return an object of a document as HTML, by the macro of its kind; a string stays one, to be
    escaped.
    """
    if isinstance(objet, str):
        return objet
    macro = getattr(modeles().get_template("blocs.html.j2").module, type(objet).__name__, None)
    if macro is None:
        raise TypeError(f"« {type(objet).__name__} » ne s'écrit pas en HTML")
    return macro(objet)


@lru_cache(maxsize=1)
def modeles() -> Environment:
    """Return the templates, in which every value is escaped and has the signs of our fonts."""
    templates = Environment(
        loader=FileSystemLoader(DOSSIER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: (
            value if isinstance(value, Markup) else Markup(escape(montrable(value)))
        ),
    )
    templates.globals.update(
        html=ecrire_html,
        lisible=lisible,
        morceaux=morceaux,
        zip=zip,
        base64=lambda content: b64encode(content).decode("ascii"),
    )
    return templates
