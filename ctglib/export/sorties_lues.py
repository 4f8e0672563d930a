"""The objects of a document that a notebook kept among its outputs: whoever sent it may have put
others there than ours, with a program in a drawing or in an address.
"""

import re
from typing import Any, cast

from lxml import etree  # pyright: ignore[reportAttributeAccessIssue] - lxml has no types

from ctglib.document.blocs import Bloc, de_json

# Before a link: an address of the network, or a file beside the report.
ADRESSE = re.compile(r"(?:https?:|mailto:|(?![a-z][a-z0-9+.-]*:))", re.IGNORECASE)
# What matplotlib writes: nothing that runs, and nothing that looks elsewhere.
_ELEMENTS = {
    "svg",
    "g",
    "defs",
    "use",
    "clipPath",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "image",
    "pattern",
    "mask",
    "marker",
    "symbol",
    "linearGradient",
    "radialGradient",
    "stop",
}
_ADRESSES_INTERNES = ("#", "data:image/png;", "data:image/jpeg;")


class SortieForgee(ValueError):
    """What a notebook kept is not an object that this program would have written."""


def bloc_de(ecrit: Any) -> Bloc:
    """Return the object that a notebook kept.

    Raises:
        SortieForgee: It is of no kind of ours, or holds a drawing or an address that may run a
            program.
    """
    try:
        _verifier(ecrit)
        return cast(Bloc, de_json(ecrit))
    except (
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        SyntaxError,
        RecursionError,
    ) as error:
        raise SortieForgee from error


def _verifier(ecrit: Any) -> None:
    """Check every drawing and every address in what is kept, wherever it is."""
    if isinstance(ecrit, list):
        for element in ecrit:
            _verifier(element)
    if not isinstance(ecrit, dict):
        return
    for nom, valeur in ecrit.items():
        if nom.startswith("svg_"):
            _verifier_le_dessin(valeur)
        elif nom == "adresse" and not ADRESSE.match(valeur.strip()):
            raise SortieForgee
        else:
            _verifier(valeur)


def _verifier_le_dessin(svg: str) -> None:
    """Check that an SVG has nothing but shapes, texts and pictures of its own."""
    analyseur = etree.XMLParser(resolve_entities=False, no_network=True)
    for element in etree.fromstring(svg.encode("utf-8"), analyseur).iter():
        if not isinstance(element.tag, str):  # a comment, an entity, an instruction
            raise SortieForgee
        if etree.QName(element).localname not in _ELEMENTS:
            raise SortieForgee
        for attribut, valeur in element.items():
            nom = etree.QName(attribut).localname
            if nom.lower().startswith("on"):
                raise SortieForgee
            if nom == "href" and not valeur.startswith(_ADRESSES_INTERNES):
                raise SortieForgee
