"""What a report says in sentences, and the numbers written there: tables, citations and the table
of contents apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

PROSE = {"p", "li", "figcaption", "caption", "dd", "h1", "h2", "h3", "summary"}
TITRES = ("h1", "h2", "h3")
RUBRIQUES = (
    "réussites",
    "difficultés",
    "perspectives",
)  # of the appreciation that the parties enter
RIEN_DE_TRANSMIS = "non transmises."
SANS_PROSE = {"style", "nav", "thead", "tbody", "blockquote", "head"}
NOMBRE = r"(?:[+−]\s?)?(?:\d{1,3}(?:\u202f\d{3})+|\d+)(?:,\d+)?"
# A space between two figures is kept only where it sets the thousands apart: the rest reads as
# written at a keyboard.
ESPACES = re.compile("(?<!\\d)\u202f|\u202f(?!\\d{3}(?!\\d))|[\u00a0 \\t\\n]")


@dataclass(frozen=True)
class Passage:
    """A sentence or two of a report.

    Attributes:
        texte: What is read, in small letters, plain spaces but inside numbers.
        tableau: The CSV that stands beside it: that of its figure or of its table; empty in running
            text.
        titre: The heading above it.
        premiere_page: Whether it stands in the first chapter of its report.
    """

    texte: str
    tableau: str
    titre: str
    premiere_page: bool = False


@dataclass(frozen=True)
class Nombre:
    """A number as it is written: where, its value, how many decimals are printed, whether a sign
    is.
    """

    debut: int
    fin: int
    ecrit: str

    @property
    def valeur(self) -> float:
        """What it is worth."""
        return float(self.ecrit.translate({0x202F: None, 0x2212: "-", 0x2C: "."}).replace(" ", ""))

    @property
    def decimales(self) -> int:
        """How many decimals are printed."""
        return len(self.ecrit.partition(",")[2])

    @property
    def signe(self) -> bool:
        """Whether it bears a sign: a difference or a change, most often."""
        return self.ecrit[0] in "+−"

    def dit(self, valeur: float) -> bool:
        """Return whether a value, rounded to the decimals printed, is this number."""
        return abs(valeur - self.valeur) <= 0.5 * 10**-self.decimales + 1e-9


def simplifier(texte: str) -> str:
    """Return a text in small letters with plain spaces, but for those of the thousands; nothing
    else is moved.
    """
    grouped = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "\u202f", texte)
    return re.sub(" {2,}", " ", ESPACES.sub(" ", grouped.replace("’", "'")).lower()).strip()


def nombres(texte: str) -> list[Nombre]:
    """Return the numbers of a passage in order."""
    return [Nombre(found.start(), found.end(), found[0]) for found in re.finditer(NOMBRE, texte)]


def passages(html: str) -> list[Passage]:
    """Return the sentences of a report that hold a number, each once a place."""
    return list(dict.fromkeys(item for item in _lire(_page(html)) if re.search(r"\d", item.texte)))


def paroles(html: str) -> list[str]:
    """Return the words of the parties that a report gives: its citations, and the lists of their
    appreciations.
    """
    root = _page(html)
    titre = ""
    found = []
    for element in root.iter("h1", "h2", "h3", "li", "p"):
        text = simplifier("".join(element.itertext()))
        if element.tag in TITRES:
            titre = text
        elif _parole(element, titre) and text != RIEN_DE_TRANSMIS:
            found.append(text)
    return found


def _parole(element: etree._Element, titre: str) -> bool:
    if element.tag == "li":
        return titre in RUBRIQUES
    return element.getparent().tag == "blockquote" and not element.get("class")


def _page(html: str) -> etree._Element:
    return etree.fromstring(
        html.encode("utf-8"), etree.HTMLParser(encoding="utf-8", huge_tree=True)
    )


def _lire(root: etree._Element) -> Iterator[Passage]:
    titre = ""
    chapitres = 0
    for element, tableau in _prose(root, ""):
        text = element.get("aria-label") if element.tag == "svg" else "".join(element.itertext())
        text = simplifier(text or "")
        if element.tag in TITRES:
            titre = text
        chapitres += element.tag == "h2"
        yield Passage(text, tableau, titre, premiere_page=chapitres == 1)


def _prose(element: etree._Element, tableau: str) -> Iterator[tuple[etree._Element, str]]:
    """Yield the elements of prose in the order of the page, each with the CSV beside it."""
    held = (
        element.find("div") if element.tag == "details" else None
    )  # what a fold says first is said of its table
    anchor = (element if held is None else held).get("id") or ""
    if anchor.startswith("figure-"):
        tableau = anchor.replace("figure-", "donnees-", 1)
    elif anchor.startswith("tableau-"):
        tableau = anchor.removeprefix("tableau-")
    for child in element:
        if not isinstance(child.tag, str) or child.tag in SANS_PROSE:
            continue
        if child.get("class") == "sommaire-replie":
            continue
        if child.tag == "svg" or (child.tag in PROSE and child.find(".//p") is None):
            yield child, tableau
        else:
            yield from _prose(child, tableau)
