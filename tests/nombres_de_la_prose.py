"""Whether every number that a report writes in its sentences is in its data, and how each is drawn
from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from derives_de_la_prose import Lieu, verbe
from donnees_de_la_prose import Donnees
from prose_des_rapports import NOMBRE, Nombre, Passage, nombres

REGLES = Path(__file__).parent / "cas" / "prose"
MOIS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
NUMEROS = r"articles?|annexes?|fiches?(?: actions?)?|tableaux?|figures?|modalités?|points?|constats?|avenants?"
AN = r"(?P<n>(?:19|20)\d\d(?:-(?:19|20)\d\d)?)(?!\d|\u202f\d|,\d| en \d)"
DATE = rf"\b(?:en|depuis|fin|années?|rentrée|semestre|bilan|{MOIS}) |'en "
AUTRES = (
    r"(?:\b(?:pour|de|à|et|est|entre|données|globale|annuel|ans|donner|gestion|convention|caf|cnaf|insee)|[(,;:.»]) |"
    r"[(]|^"
)
COMPTE = (
    r"(?! (?:%|€|etp|h |jours|ans|places|points?|séries|à [a-zà-ÿ]|dans |contre|\(?[pe]\)|sur))"
)
HORS_COMPTE = "à part : "
# What is written with figures and counts nothing.
A_PART = {
    "date": rf"\b\d{{1,2}}(?:er)? (?:{MOIS})\b",
    "année dite": rf"(?:{DATE}){AN}",
    "année": rf"(?:{AUTRES}){AN}{COMPTE}",
    "année d'un chiffre": r"[a-zà-ÿ')] (?P<n>(?:19|20)\d\d)(?=$| ;| \?)",
    "année du tableau": r"(?<= )(?P<n>(?:19|20)\d\d)(?= : | \d+ sur \d| non commencée)",
    "numéro": rf"\b(?:{NUMEROS})(?: n°)? \d+(?:-[a-z])?(?:(?:, | et )\d+(?!\d|,\d| %))*(?!\d|,\d)",
    "modalité": r"(?<![\d,])\d+\.\d+(?:\.\d+)*(?!\d)",
    "rang": r"\b\d+°",
    "code": r"\(\d{5} : ",
    "nom": r"[a-zà-ÿ_]+_?\d+",
}
APARTS = {name: re.compile(pattern) for name, pattern in A_PART.items()}
# The columns of a row that are not read as its values, and those that hold a difference.
RANGS = re.compile(
    r"annee|fiche$|numero$|rang$|lignes|manquantes|valeur_connue|en_retard|millesime|sha256"
)
RYTHMES = re.compile(r"realise$|attendu$|rythme")
ECARTS = re.compile(r"ecart|variation|solde")
DATEES = {
    "annee_cible": ("cible",),
    "annee_initiale": ("valeur_initiale",),
    "annee_precedente": ("valeur_precedente",),
    "annee_avant": ("valeur_avant", "avant"),
    "annee_derniere": ("derniere",),
    "annee_connue": ("connue",),
}
ANNEE_DE = {colonne: annee for annee, colonnes in DATEES.items() for colonne in colonnes}
EN_ANNEE = re.compile(
    r"[^\d,;.:]{0,24}\(?(?:p\) )?\ben ((?:19|20)\d\d)|[^\d,;.:(]{0,12}\((?:p, )?((?:19|20)\d\d)\)"
)


@dataclass(frozen=True)
class Regle:
    """A phrase of the reports with numbers in it, and how each is drawn.

    Attributes:
        phrase: What is read, « {n} » being a number and « {:mot} » words.
        derives: How each number is drawn, by its name.
        rapport: The kinds of reports that say so, as a pattern.
        dans: What the passage also says, as a pattern.
        sous: What the heading says, as a pattern; its words may be used.
        tableau: The CSV beside it, as a pattern.
    """

    phrase: re.Pattern[str]
    derives: Mapping[str, object]
    rapport: re.Pattern[str]
    dans: re.Pattern[str]
    sous: re.Pattern[str]
    tableau: re.Pattern[str]

    def lieux(self, passage: Passage, donnees: Donnees) -> Iterator[tuple[Lieu, re.Match[str]]]:
        """Yield where a passage says it."""
        above = self.sous.search(passage.titre)
        around = self.dans.search(passage.texte)
        if not above or not around or not self.tableau.match(passage.tableau):
            return
        for found in self.phrase.finditer(passage.texte):
            groups = {name: text for name, text in found.groupdict().items() if text is not None}
            words = {**above.groupdict(), **around.groupdict(), **groups}
            numbers = {
                name: Nombre(found.start(name), found.end(name), groups[name])
                for name in self.derives
                if name in groups
            }
            yield Lieu(passage, donnees, words, numbers, self.derives), found


@cache
def regles() -> tuple[Regle, ...]:
    """Return the phrases of tests/cas/prose."""
    return tuple(
        _regle(dict(entry))
        for path in sorted(REGLES.glob("*.yaml"))
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    )


def _regle(entree: dict[str, object]) -> Regle:
    words = re.sub(r"\{:(\w+)\}", r"(?P<\1>[^\\d.;:,()]+?)", str(entree.pop("phrase")))
    names = re.findall(r"\{([a-z]\w*)\}", words)
    phrase = re.sub(
        r"\{([a-z]\w*)\}",
        lambda found: rf"(?<![\d,\u202f])(?P<{found[1]}>{NOMBRE})(?!\d|,\d)",
        words,
    )
    filters = {
        name: re.compile(str(entree.pop(name, "")))
        for name in ("rapport", "dans", "sous", "tableau")
    }
    assert set(entree) == set(names), f"« {words} » : {sorted(set(entree) ^ set(names))}"
    return Regle(re.compile(phrase), entree, **filters)


@dataclass(frozen=True)
class Verdict:
    """A number of a passage, and how it is drawn from the data; empty when it is not."""

    nombre: Nombre
    origine: str


def verifier(passage: Passage, donnees: Donnees, rapport: str) -> list[Verdict]:
    """Return how each number of a passage is drawn from the data of its report.

    What a phrase of tests/cas/prose covers is judged by these phrases alone; the rest is a value of
    the row that the sentence names, a text of the parties given word for word, or what counts
    nothing.
    """
    texts = donnees.textes.phrases.trouver(passage.texte) + donnees.noms_connus.trouver(
        passage.texte
    )
    texts += [
        (start - (passage.texte[start - 1 : start] in {"+", "−"}), end, text)
        for start, end, text in donnees.constats.trouver(passage.texte)
    ]
    judged = _juger(passage, donnees, rapport)
    return [
        Verdict(
            number,
            _meilleur(judged[number.debut])
            if number.debut in judged
            else _a_part(number, passage.texte)
            or _place(number, [(start, end, "texte des données") for start, end, _ in texts])
            or _de_sa_ligne(number, passage, donnees),
        )
        for number in nombres(passage.texte)
    ]


def _juger(passage: Passage, donnees: Donnees, rapport: str) -> dict[int, list[str]]:
    """Return what the phrases say of the numbers they cover, by place: the way each is drawn, empty
    when it is not.
    """
    judged: dict[int, list[str]] = {}
    for regle in regles():
        if not regle.rapport.match(rapport):
            continue
        for lieu, _ in regle.lieux(passage, donnees):
            for name, number in lieu.nombres.items():
                judged.setdefault(number.debut, []).append(
                    verbe(regle.derives[name]) if lieu.valeurs(name) else ""
                )
    return judged


def _meilleur(origines: list[str]) -> str:
    return next(filter(None, origines), "")


def _place(nombre: Nombre, places: list[tuple[int, int, str]]) -> str:
    return next(
        (name for start, end, name in places if start <= nombre.debut and nombre.fin <= end), ""
    )


def _a_part(nombre: Nombre, texte: str) -> str:
    places = [
        (*(found.span("n") if "n" in rx.groupindex else found.span()), f"{HORS_COMPTE}{name}")
        for name, rx in APARTS.items()
        for found in rx.finditer(texte)
    ]
    return _place(nombre, places)


def _de_sa_ligne(nombre: Nombre, passage: Passage, donnees: Donnees) -> str:
    """Return that a number is a value of the row that the sentence names, dated as it says."""
    year = EN_ANNEE.match(passage.texte[nombre.fin :])
    wanted = next(filter(None, year.groups())) if year else ""
    for table, place in _lignes_nommees(nombre, passage, donnees):
        row = donnees.tables[table][place]
        for column, cell in row.items():
            if _lisible(column, nombre, row, passage) and (
                not wanted or _datee(row, column, wanted)
            ):
                value = _valeur(cell)
                if value is not None and nombre.dit(value):
                    return "ligne nommée"
    return ""


def _lignes_nommees(
    nombre: Nombre, passage: Passage, donnees: Donnees
) -> frozenset[tuple[str, int]]:
    """Return the rows that the names before a number stand for, the nearest first; after it when
    none comes before.
    """
    found = [
        item
        for item in donnees.noms_connus.trouver(passage.texte)
        if not _unite(passage.texte, *item)
    ]
    names = [name for _, end, name in found if end <= nombre.debut][::-1]
    names = names or [name for start, _, name in found if start >= nombre.fin]
    rows: frozenset[tuple[str, int]] = frozenset()
    for name in names:
        others = donnees.lignes_nommees.get(name, frozenset())
        if passage.tableau:
            others = frozenset(row for row in others if row[0] == passage.tableau)
        rows = (rows & others) or rows if rows else others
    return rows


def _unite(texte: str, debut: int, fin: int, nom: str) -> bool:
    """Return whether a name of one word is what a number counts and not the name of a row: « 12
    places ».
    """
    counted = re.search(r"\d (?:\([pe]\) )?$", texte[:debut]) and not re.match(
        r" \d{4}\b", texte[fin:]
    )
    return " " not in nom and bool(counted)


def _lisible(colonne: str, nombre: Nombre, ligne: Mapping[str, str], passage: Passage) -> bool:
    """Return whether a column may be what a number says: a difference bears its sign, a value does
    not.
    """
    if RANGS.match(colonne) or (RYTHMES.match(colonne) and "rythme" not in passage.texte):
        return False
    before = passage.texte[max(0, nombre.debut - 30) : nombre.debut]
    if nombre.ecrit[0] == "+":
        return bool(ECARTS.match(colonne)) or ligne.get("indicateur", "").startswith("evolution")
    return nombre.signe or not ECARTS.match(colonne) or bool(re.search(r"écart|solde", before))


def _datee(ligne: Mapping[str, str], colonne: str, annee: str) -> bool:
    dated = ligne.get(ANNEE_DE.get(colonne, "annee"))
    return dated is None or dated.partition(".")[0] == annee


def _valeur(cellule: str) -> float | None:
    try:
        return float(cellule)
    except ValueError:
        return None
