"""What the numbers of a report are looked for in: its CSV, the catalogue, the convention, the texts
of the parties.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import yaml
from prose_des_rapports import simplifier

from ctglib.donnees.lecture import lire_octets, lister

Ligne = Mapping[str, str]
CHARGEUR = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# Columns that name a row: a number of the prose belongs to a row that the sentence names.
NOMS = re.compile(
    r"(libelle|nom|ligne|colonne|serie|groupe|element|modalite|indicateur|structure|lieu|dispositif|poste|signataire|objet)(_|$)"
)
LIBELLES = ("libelle", "nom", "nom_court", "titre", "mot", "objet")
CONVENTION = "convention/"  # where the files of the convention are among the documents
AMORCE = 3  # a label is looked for only where its first letters stand
MOTS = 2  # fewer words in a text of the parties, and it would be found by chance


@dataclass(frozen=True)
class Textes:
    """The texts of the catalogue and of a convention.

    Attributes:
        phrases: Those with a number in them, as they would stand in a sentence.
        libelles: Labels of each id.
        documents: Every YAML file by its name without suffix, those of the convention under
            ``CONVENTION``.
    """

    phrases: Amorces
    libelles: Mapping[str, frozenset[str]]
    documents: Mapping[str, object]

    def donnent(self, parole: str) -> bool:
        """Return whether some words are those that a file of the convention holds, after the answer
        that opens them.
        """
        return parole in self._paroles or any(
            parole == f"{answer}. {words}" for answer, words in self._reponses
        )

    @cached_property
    def _paroles(self) -> frozenset[str]:
        own = [document for name, document in self.documents.items() if name.startswith(CONVENTION)]
        lines = [line for text in _scalaires(own) for line in text.splitlines()]
        return frozenset(simplifier(line) for line in lines)

    @cached_property
    def _reponses(self) -> list[tuple[str, str]]:
        answers = self.documents["evaluation_finale"]["reponses"].values()
        return [(answer, words) for answer in answers for words in self._paroles]


class Amorces:
    """Texts that can be found in a sentence quickly, the longest first."""

    def __init__(self, textes: Iterable[str]) -> None:
        """Sort the texts by their first letters."""
        self._par_amorce: dict[str, list[str]] = defaultdict(list)
        for texte in sorted(set(textes), key=lambda item: (-len(item), item)):
            self._par_amorce[texte[:AMORCE]].append(texte)

    def trouver(self, phrase: str) -> list[tuple[int, int, str]]:
        """Return where texts stand in a sentence, whole words; one that is cut by « … » is found by
        its beginning.
        """
        found: list[tuple[int, int, str]] = []
        for start in (match.start() for match in re.finditer(r"(?<![\wÀ-ÿ])[\wÀ-ÿ]", phrase)):
            if found and start < found[-1][1]:
                continue
            for texte in self._par_amorce.get(phrase[start : start + AMORCE], ()):
                end = _fin(phrase, start, texte)
                if end:
                    found.append((start, end, texte))
                    break
        return found


def _fin(phrase: str, start: int, texte: str) -> int:
    """Return where a text that stands at a place of a sentence ends, 0 when it does not stand
    there.
    """
    if phrase.startswith(texte, start):
        end = start + len(texte)
        return 0 if phrase[end : end + 1].isalnum() else end
    cut = phrase.find("…", start)
    return cut if cut - start > 4 * AMORCE and texte.startswith(phrase[start:cut]) else 0


@dataclass(frozen=True)
class Donnees:
    """The data of a report.

    Attributes:
        tables: Its CSV by name.
        textes: Those of the catalogue and of the convention.
    """

    tables: Mapping[str, tuple[Ligne, ...]]
    textes: Textes

    @cached_property
    def lignes_nommees(self) -> Mapping[str, frozenset[tuple[str, int]]]:
        """The rows, by table and place, that each name stands for."""
        named: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for table, rows in self.tables.items():
            for place, row in enumerate(rows):
                for column, cell in row.items():
                    if cell and NOMS.match(column):
                        for name in self.noms(cell):
                            named[name].add((table, place))
        places = {name for name in self.territoires if name in named}
        return {name: frozenset(rows) for name, rows in named.items() if name not in places}

    @cached_property
    def noms_connus(self) -> Amorces:
        """Those names, to be found in a sentence."""
        return Amorces(self.lignes_nommees)

    @cached_property
    def constats(self) -> Amorces:
        """What the check of the convention writes and computes, word for word, without the sign of
        a lone number.
        """
        rows = self.tables.get("coherence", ())
        cells = {
            simplifier(row[name]).lstrip("+−") for row in rows for name in ("ecrit", "calcule")
        }
        return Amorces(cell for cell in cells if re.search(r"\d.*(?:[a-zà-ÿ]{3}|%)", cell))

    @cached_property
    def territoires(self) -> frozenset[str]:
        """The names of the territories, which are everywhere and name no row."""
        return frozenset(
            simplifier(text)
            for text in _scalaires(self.textes.documents[CONVENTION + "territoires"])
        )

    def noms(self, cellule: str) -> Iterator[str]:
        """Yield what a cell may be called: itself, the label of the id it is, each without its
        brackets.
        """
        for name in {simplifier(cellule), *self.textes.libelles.get(cellule, ())}:
            for form in {
                name,
                re.sub(r"\s*\([^()]*\)", "", name),
                re.sub(r"^\W+|[ »]+$", "", name),
            }:
                if re.search(r"[a-zà-ÿ]{3}|\d à \d", form):
                    yield form


def lire_tables(chemins: Mapping[str, Path]) -> dict[str, tuple[Ligne, ...]]:
    """Return the rows of each CSV; what a report says of its sources is not a figure of it."""
    return {
        name: tuple(csv.DictReader(path.read_text(encoding="utf-8").splitlines(keepends=True)))
        for name, path in chemins.items()
        if name != "sources"
    }


@cache
def lire_textes(convention: str) -> Textes:
    """Return the texts of the catalogue and of a convention."""
    documents = {}
    cells = set()
    for folder, prefix in (("catalogue", ""), (f"conventions/{convention}", CONVENTION)):
        for name in _fichiers(folder):
            content = lire_octets(f"{folder}/{name}").decode("utf-8")
            if name.endswith(".yaml"):
                documents[prefix + name.removesuffix(".yaml")] = yaml.load(content, Loader=CHARGEUR)
            elif name.endswith(".csv"):
                cells.update(
                    cell for row in csv.reader(content.splitlines(keepends=True)) for cell in row
                )
    labels: dict[str, set[str]] = defaultdict(set)
    for key, label in _libelles(list(documents.values())):
        labels[key].add(simplifier(label))
    texts = {text for document in documents.values() for text in _scalaires(document)} | cells
    return Textes(
        Amorces(form for text in texts for form in _formes(text)),
        {key: frozenset(names) for key, names in labels.items()},
        documents,
    )


def _fichiers(dossier: str) -> Iterator[str]:
    for name in lister(dossier):
        if name == "modele/":  # what a new convention is written from: its blanks are no YAML
            continue
        if name.endswith("/"):
            yield from (name + other for other in _fichiers(f"{dossier}/{name.rstrip('/')}"))
        else:
            yield name


def _formes(texte: str) -> Iterator[str]:
    """Yield a text with a number as it may stand in a sentence: whole, or without its brackets."""
    whole = simplifier(texte).rstrip(". ")
    for form in {whole, re.sub(r"\s*\([^()]*\)", "", whole)}:
        words = re.findall(r"[a-zà-ÿœ]{2,}", form)
        if "{" not in form and re.search(r"\d", form) and len(words) >= MOTS:
            yield form


def _scalaires(noeud: object) -> Iterator[str]:
    if isinstance(noeud, dict):
        for value in noeud.values():
            yield from _scalaires(value)
    elif isinstance(noeud, list):
        for value in noeud:
            yield from _scalaires(value)
    elif isinstance(noeud, str):
        yield noeud


def _libelles(noeud: object, cle: str = "") -> Iterator[tuple[str, str]]:
    """Yield each id, or key of a mapping, with a label of it."""
    if isinstance(noeud, dict):
        names = {str(noeud[name]) for name in ("id", "code") if name in noeud} | {cle}
        for key in names - {""}:
            yield from ((key, noeud[name]) for name in LIBELLES if isinstance(noeud.get(name), str))
        for key, value in noeud.items():
            if isinstance(value, str) and key not in LIBELLES:
                yield str(key), value
            yield from _libelles(value, str(key))
    elif isinstance(noeud, list):
        for value in noeud:
            yield from _libelles(value)
