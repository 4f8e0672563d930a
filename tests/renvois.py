"""The references of a report, « (tableau 3) », and the numbers that they vouch for.

The rule: what stands before a reference, up to the beginning of its paragraph, says no number that a
reader cannot find in the table. Each number, in figures or in letters from « deux » to « seize », is

- a number of the table, in its cells, its title or its notes, to the decimals that are printed and
  without its sign;
- or how many rows it has, in all, in a group, or with the same word in a column: « trois actions en
  retard ». A row « Ensemble » is not counted; « et quatre autres » counts the one named too.

A figure is read in its numbers. Years, days, ages, the numbers of articles, fiches and avenants count nothing
(``nombres_de_la_prose``), nor does the base of a rate; what is quoted between « » is a name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from pathlib import Path

import docx
import lxml.html
from docx.table import Table
from docx.text.paragraph import Paragraph
from lecture_pdf import texte_suivi
from nombres_de_la_prose import APARTS
from prose_des_rapports import ESPACES, nombres, simplifier

from ctglib.document.typographie import NOMBRES

RENVOI = re.compile(r"\(((?:tableau|figure) (?:\d+|« [^()»]+ »))\)")
BASE = re.compile(r"\bpour \d+ ")
CITATION = re.compile("«[^»]*»")
LETTRES = {mot: valeur for valeur, mot in enumerate(NOMBRES) if valeur > 1}
MOT = re.compile(rf"\b({'|'.join(LETTRES)})\b( autres)?")


@dataclass
class TableauLu:
    """A table as a reader has it: its rows, and the texts around them."""

    lignes: list[list[str]]
    textes: list[str]  # title, headers, titles of groups, notes
    groupes: list[int] = field(default_factory=list)  # how many rows each has

    def tient(self, valeur: float, decimales: int = 0) -> bool:
        """Tell whether a reader finds a number there."""
        return any(round(lue, decimales) == valeur for lue in self._valeurs) or (
            valeur in self._comptes
        )

    @property
    def _valeurs(self) -> Iterator[float]:
        for texte in chain(self.textes, *self.lignes):
            yield from (abs(nombre.valeur) for nombre in nombres(simplifier(texte)))

    @property
    def _comptes(self) -> set[float]:
        par_mot = Counter(
            (colonne, mot)
            for ligne in self.lignes
            for colonne, texte in enumerate(ligne)
            for mot in set(re.findall(r"[^\s\d,;()]+", simplifier(texte)))
        )
        ensembles = sum(ligne[0].startswith("Ensemble") for ligne in self.lignes)
        return {len(self.lignes) - ensembles, *par_mot.values(), *self.groupes}


@dataclass(frozen=True)
class Renvoyee:
    """A sentence and the table that it refers to, « tableau 3 »."""

    phrase: str
    tableau: str


@dataclass
class Lu:
    """A report in one of its formats."""

    passages: list[str] = field(default_factory=list)
    tableaux: dict[str, TableauLu] = field(default_factory=dict)

    @property
    def renvoyees(self) -> list[Renvoyee]:
        """What stands before each reference."""
        return [
            Renvoyee(passage[: renvoi.start()].strip(), renvoi[1])
            for passage in self.passages
            for renvoi in RENVOI.finditer(passage)
        ]

    def fautes(self) -> list[str]:
        """Return what is wrong with each reference."""
        fautes = []
        for renvoyee in self.renvoyees:
            tableau = self.tableaux.get(renvoyee.tableau)
            if tableau is None:
                fautes.append(f"{renvoyee.tableau}, absent : {renvoyee.phrase}")
                continue
            absents = [
                ecrit
                for ecrit, valeur, decimales in dits(renvoyee.phrase)
                if not tableau.tient(valeur, decimales)
            ]
            if absents:
                fautes.append(f"{renvoyee.tableau}, sans {', '.join(absents)} : {renvoyee.phrase}")
        return fautes


def dits(phrase: str) -> list[tuple[str, float, int]]:
    """Return the numbers that a sentence says: as written, without sign, with their decimals."""
    texte = BASE.sub("pour tant de ", simplifier(CITATION.sub("« »", phrase)))
    a_part = [
        trouve.span("n" if "n" in motif.groupindex else 0)
        for motif in APARTS.values()
        for trouve in motif.finditer(texte)
    ]
    chiffres = [
        (nombre.ecrit, abs(nombre.valeur), nombre.decimales)
        for nombre in nombres(texte)
        if not any(debut <= nombre.debut < fin for debut, fin in a_part)
    ]
    lettres = [(mot[0], float(LETTRES[mot[1]] + bool(mot[2])), 0) for mot in MOT.finditer(texte)]
    return chiffres + lettres


def aplanir(texte: str) -> str:
    """Return a text on one line, with plain spaces but for those of the thousands."""
    return " ".join(re.sub("[\u00ad\u200b\u2060]", "", ESPACES.sub(" ", texte)).split(" "))


@cache
def lire_html(chemin: Path) -> Lu:
    """Return a report as its page has it."""
    page = lxml.html.fromstring(chemin.read_text(encoding="utf-8"))
    for lien in page.xpath("//main//a[starts-with(@href, '#tableau-')]"):
        if lien.text.startswith("«"):  # a table for the screen, by its title
            lien.text = f"tableau {lien.text}"
    lu = Lu([aplanir(element.text_content()) for element in page.xpath("//main//p | //main//li")])
    for cadre in page.xpath("//div[starts-with(@id, 'tableau-')]"):
        numero = aplanir(cadre.findtext(".//caption/span") or "").strip(" .").lower()
        numero = numero.replace("données de la figure", "figure")
        legende = aplanir(cadre.find(".//caption").text_content())
        titre = numero or f"tableau « {legende.partition(',')[0]} »"
        lignes = cadre.xpath(".//tbody/tr[not(contains(@class, 'groupe'))]")
        autour = cadre.xpath(".//caption | .//thead//th | .//tr[@class='groupe'] | ./p")
        lu.tableaux[titre] = TableauLu(
            [[aplanir(cellule.text_content()) for cellule in ligne] for ligne in lignes],
            [aplanir(element.text_content()) for element in autour],
            [len(groupe.xpath("./tr[not(@class)]")) for groupe in cadre.xpath(".//tbody")],
        )
    return lu


def lire_word(chemin: Path, page: Lu) -> Lu:
    """Return a report as its Word file has it; a figure is an image of that of its page."""
    lu = Lu()
    ouvert = None
    for bloc in docx.Document(str(chemin)).iter_inner_content():
        if isinstance(bloc, Paragraph):
            texte = aplanir(bloc.text)
            style = bloc.style.name if bloc.style else ""
            nom = texte.partition(".")[0].lower()
            if style == "Table Caption":
                ouvert = TableauLu([], [texte])
                lu.tableaux[nom] = ouvert
            elif style == "Image Caption" and nom in page.tableaux:
                lu.tableaux[nom] = page.tableaux[nom]
            elif style == "Note" and ouvert is not None:
                ouvert.textes.append(texte)
            else:
                lu.passages.append(texte)
        elif isinstance(bloc, Table) and ouvert is not None:
            for rangee in bloc.rows:
                cellules = [aplanir(cellule.text) for cellule in rangee.cells]
                if rangee._tr.xpath("./w:trPr/w:tblHeader"):
                    ouvert.textes += cellules
                elif len(set(cellules)) == 1:  # the title of a group, over all the columns
                    ouvert.textes.append(cellules[0])
                    ouvert.groupes.append(0)
                else:
                    ouvert.lignes.append(cellules)
                    ouvert.groupes[-1:] = [ouvert.groupes[-1] + 1] if ouvert.groupes else []
    return lu


def lire_pdf(chemin: Path, page: Lu) -> Lu:
    """Return a report as its PDF has it: the sentences and the tables of its page that are there,
    a table with each of its numbers between its title and its source. A figure is drawn.
    """
    texte = serrer(texte_du_pdf(chemin))
    lu = Lu([passage for passage in page.passages if serrer(passage) in texte])
    for nom, tableau in page.tableaux.items():
        debut = texte.find(serrer(tableau.textes[0]))
        if nom.startswith("figure"):
            if serrer(f"{nom}.").capitalize() in texte:
                lu.tableaux[nom] = tableau
        elif debut >= 0:
            suite = texte[debut : texte.index("Source:", debut)]
            if all(serrer(cellule) in suite for cellule in chain(*tableau.lignes)):
                lu.tableaux[nom] = tableau
    return lu


@cache
def texte_du_pdf(chemin: Path) -> str:
    """Return the text of a PDF as it follows, without its running heads and feet."""
    return re.sub(r"\n[^\n]*page \d+ / \d+\n\f[^\n]*\n", "\n", texte_suivi(chemin))


def serrer(texte: str) -> str:
    """Return a text without blanks nor the hyphens that cut its words."""
    return re.sub(r"[\s\u00ad\u200b\u2060\u2010-]", "", texte)


def est_tout_a_l_ecran(titre: lxml.html.HtmlElement) -> bool:
    """Tell whether a heading of a page has under it, besides its question, folded tables alone."""
    dessous = []
    for element in titre.itersiblings():
        if element.tag in ("h2", "h3") and element.tag <= titre.tag:
            break
        dessous.append(element)
    if dessous and dessous[0].tag == "p":
        dessous = dessous[1:]
    return bool(dessous) and all(
        element.tag == "details" and "a-part" in element.get("class", "") for element in dessous
    )
