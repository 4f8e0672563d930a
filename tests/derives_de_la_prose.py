"""The ways to draw a number of the prose from the data of its report, each by its name;
tests/cas/prose tells when.
"""

from __future__ import annotations

import fnmatch
import math
import re
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from donnees_de_la_prose import Donnees, Ligne
from prose_des_rapports import Nombre, Passage, simplifier

PARTIES: Mapping[str, Callable[[float], float]] = {
    "": float,
    "entier": math.floor,
    "minutes": lambda value: round(60 * (value % 1)),
}
CELLULES = {
    "cellule": None,
    "somme": math.fsum,
    "maximum": max,
    "minimum": min,
    "mediane": statistics.median,
    "derniere": lambda found: found[-1],
}
DEPLIE = re.compile(r"(\w+)(?:\[(\w+)(\^?=)([^\]]*)\])?(?:\.|$)")


@dataclass(frozen=True)
class Lieu:
    """A phrase found in a passage.

    Attributes:
        passage: Where.
        donnees: Those of the report.
        mots: The words that the phrase leaves open, by name.
        nombres: Its numbers, by name.
        derives: How each is drawn, by name.
        vus: The values already found for a number, by name.
    """

    passage: Passage
    donnees: Donnees
    mots: Mapping[str, str]
    nombres: Mapping[str, Nombre]
    derives: Mapping[str, object]
    vus: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def valeurs(self, nom: str) -> tuple[float, ...]:
        """Return the values that the data give for a number and that it says, none when it is
        wrong.
        """
        if nom not in self.vus:
            number = self.nombres[nom]
            self.vus[nom] = tuple(
                value for value in deriver(self.derives[nom], self) if number.dit(value)
            )
        return self.vus[nom]


def deriver(derive: object, lieu: Lieu) -> Iterator[float]:
    """Yield the values that a way of drawing a number gives; a list is several ways, of which one
    is enough.
    """
    if isinstance(derive, list):
        for other in derive:
            yield from deriver(other, lieu)
        return
    (verbe, objet), *conditions = derive.items()
    options = dict(conditions)
    facteur = float(options.pop("fois", 1))
    partie = PARTIES[options.pop("partie", "")]
    for value in VERBES[verbe](objet, options, lieu):
        yield partie(value * facteur)


def verbe(derive: object) -> str:
    """Return the name of a way."""
    return verbe(derive[0]) if isinstance(derive, list) else next(iter(derive))


def _lignes(table: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """The rows of a table that meet conditions."""
    yield float(sum(1 for _ in _choisies(table, conditions, lieu)))


def _distincts(objet: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """The different values of a column in the rows that meet conditions."""
    table, _, colonne = objet.rpartition(".")
    yield float(len({row[colonne] for row in _choisies(table, conditions, lieu)} - {""}))


def _cellules(calcul: Callable[[list[float]], float] | None) -> Callable[..., Iterator[float]]:
    """A cell of the rows that meet conditions, or their sum, the greatest, the least, the median."""

    def lire(objet: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
        table, _, colonne = objet.rpartition(".")
        found = [float(row[colonne]) for row in _choisies(table, conditions, lieu) if row[colonne]]
        if calcul is None:
            yield from found
        elif found or calcul is math.fsum:
            yield calcul(found)

    return lire


def _document(chemin: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """A number of the catalogue or of the convention."""
    yield from (float(node) for node in _noeuds(chemin, lieu) if isinstance(node, int | float))


def _elements(chemin: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """How many elements the catalogue or the convention has in a list."""
    yield float(sum(1 for _ in _noeuds(chemin, lieu)))


def _cite(mot: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """How many things the sentence itself lists."""
    separateur = str(conditions.get("separateur", r" ; |, | et "))
    yield float(len(re.split(separateur, lieu.mots[mot])))


def _somme_citee(mot: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """The sum of the numbers in brackets of what the sentence lists, each of which is drawn from
    the data elsewhere.
    """
    yield float(sum(int(found) for found in re.findall(r"\((\d+)\)", lieu.mots[mot])))


def _calcul(operation: Callable[..., float]) -> Callable[..., Iterator[float]]:
    """A calculation on numbers of the same phrase, each found in the data first, or on what is
    drawn from them.
    """

    def calculer(
        termes: list[object], conditions: Mapping[str, object], lieu: Lieu
    ) -> Iterator[float]:
        terms = (
            lieu.valeurs(term) if isinstance(term, str) else tuple(deriver(term, lieu))
            for term in termes
        )
        for values in product(*terms):
            if operation is not _quotient or values[1]:
                yield operation(*values)

    return calculer


def _ecart(gauche: float, droite: float) -> float:
    return gauche - droite


def _quotient(gauche: float, droite: float) -> float:
    return gauche / droite


def _somme(*values: float) -> float:
    return math.fsum(values)


def _constante(valeur: float, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[float]:
    """The base of a rate or of an index."""
    yield float(valeur)


VERBES: Mapping[str, Callable[..., Iterator[float]]] = {
    "lignes": _lignes,
    "distincts": _distincts,
    **{name: _cellules(calcul) for name, calcul in CELLULES.items()},
    "document": _document,
    "elements": _elements,
    "cite": _cite,
    "somme_citee": _somme_citee,
    "ecart": _calcul(_ecart),
    "quotient": _calcul(_quotient),
    "total": _calcul(_somme),
    "base": _constante,
}


def _choisies(table: str, conditions: Mapping[str, object], lieu: Lieu) -> Iterator[Ligne]:
    pattern = lieu.passage.tableau if table == "." else table
    for name in fnmatch.filter(lieu.donnees.tables, pattern):
        for row in lieu.donnees.tables[name]:
            if all(
                _convient(row.get(column, ""), wanted, lieu)
                for column, wanted in conditions.items()
            ):
                yield row


def _convient(cellule: str, voulu: object, lieu: Lieu) -> bool:
    """Return whether a cell is as wanted: « * » not empty, « !x » not x, « $x » what is called x,
    « x* » a start.
    """
    if isinstance(voulu, list):
        return any(_convient(cellule, other, lieu) for other in voulu)
    text = str(voulu).format(**lieu.mots)
    if text == "*":
        return cellule != ""
    if text.startswith("!"):
        return cellule != text[1:]
    if text.endswith("*") and text[0] != "$":
        return cellule.startswith(text[:-1])
    if text.startswith("$"):
        word = lieu.mots[text[1:].rstrip("*")]
        return _appelee(cellule, word + "…" * text.endswith("*"), lieu.donnees)
    return cellule == text


def _appelee(cellule: str, mot: str, donnees: Donnees) -> bool:
    """Return whether a phrase may call a cell so: its label, in the plural, or cut short."""
    wanted = _singulier(mot.removesuffix("…"))
    names = [_singulier(name) for name in (simplifier(cellule), *donnees.noms(cellule))]
    return any(name == wanted or (mot.endswith("…") and name.startswith(wanted)) for name in names)


def _singulier(texte: str) -> str:
    return re.sub(r"s\b", "", texte)


def _noeuds(chemin: str, lieu: Lieu) -> list[object]:
    """Return the nodes at a path « document.cle[nom=valeur] », « ^= » for a start; a list stands
    for its elements.
    """
    name, _, rest = chemin.format(**lieu.mots).partition(".")
    documents = lieu.donnees.textes.documents
    nodes: list[object] = [documents[other] for other in fnmatch.filter(documents, name)]
    for key, attribute, sign, value in DEPLIE.findall(rest):
        nodes = [child[key] for child in nodes if isinstance(child, dict) and key in child]
        lists = [child if isinstance(child, list) else [child] for child in nodes]
        nodes = [element for elements in lists for element in elements]
        if attribute:
            held = [
                (child, simplifier(str(child.get(attribute, ""))))
                for child in nodes
                if isinstance(child, dict)
            ]
            nodes = [
                child
                for child, text in held
                if text == value or (sign == "^=" and text.startswith(value))
            ]
    return nodes
