"""The verdict on each sentence of the text that compares, ranks or totals: worked out again from the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.coherence.constat import EPSILON, Annexe, demi_pas, lire_annexe
from ctglib.calculs.comparaison import DECIMALES_EXACTES, position
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, ecrire, enumerer, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.donnees.modeles.catalogue import Indicateur, Seuils, Territoire, Unite
    from ctglib.donnees.modeles.coherence import Verdict
    from ctglib.donnees.modeles.convention import Affirmation

COLONNES = ("id", "section", "resume", "verdict", "calcul", "note", "indicateurs")
GRAVITE = {
    "verifiee": 0,
    "inverifiable": 1,
    "contredite": 2,
}  # a sentence on several indicators is as false as its worst


@dataclass(frozen=True)
class Jugement:
    """A verdict and the computation that leads to it, as a French text."""

    verdict: Verdict
    calcul: str


@dataclass(frozen=True)
class Mots:
    """What a judgement reads: the tables, the catalogue, and the words for units and territories."""

    annexe: Annexe
    indicateurs: Mapping[str, Indicateur]
    seuils: Seuils
    unites: Mapping[str, Unite]
    territoires: Mapping[str, Territoire]

    def ecrire(self, valeur: float, indicateur: str) -> str:
        """Return a value with its unit."""
        return ecrire(valeur, self.indicateurs[indicateur], self.unites)

    def entier(self, valeur: float, indicateur: Indicateur) -> str:
        """Return a whole number with the unit of an indicator."""
        return avec_unite(valeur, self.unites[indicateur.unite].symbole, 0)

    def libelle(self, indicateur: str) -> str:
        """Return a label in French quotes."""
        return f"« {self.indicateurs[indicateur].libelle} »"


def juger(
    affirmations: Iterable[Affirmation],
    annexe1: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    seuils: Seuils,
    *,
    unites: Mapping[str, Unite],
    territoires: Mapping[str, Territoire],
) -> pd.DataFrame:
    """Return the verdict of each sentence, in the order of the file.

    A sentence is « vérifiée » when the printed values say so, « contredite » when they say otherwise, « invérifiable »
    when a value is absent, or when the rounding of the two values hides which is greater.

    Returns:
        The columns ``COLONNES``: ``verdict`` is verifiee, contredite or inverifiable, ``calcul`` a French text,
        ``note`` "" when none, ``indicateurs`` the indicators concerned, joined by « ; ».
    """
    mots = Mots(lire_annexe(annexe1), indicateurs, seuils, unites, territoires)
    rows = []
    for item in affirmations:
        found = juger_une(item, mots)
        concerned = SEPARATEUR.join(item.indicateurs)
        rows.append((item.id, item.section, item.resume, found.verdict, found.calcul, item.note or "", concerned))
    return pd.DataFrame(rows, columns=list(COLONNES))


def juger_une(affirmation: Affirmation, mots: Mots) -> Jugement:
    """Return the verdict of one sentence."""
    if not affirmation.indicateurs:
        return Jugement("inverifiable", "aucune valeur des tableaux ne correspond")
    counted = {mots.indicateurs[name].unite for name in affirmation.indicateurs}
    if affirmation.unite is not None and counted != {affirmation.unite}:
        units = enumerer([mots.unites[unite].libelle.lower() for unite in sorted(counted)])
        told = mots.unites[affirmation.unite].libelle.lower()
        return Jugement("inverifiable", f"unité de la phrase : {told} ; unité du tableau : {units}")
    return OPERATEURS[affirmation.operateur](affirmation, mots)


def _chacun(un: Callable[[str, Affirmation, Mots], Jugement], affirmation: Affirmation, mots: Mots) -> Jugement:
    """Return one judgement for a sentence on several indicators: the worst verdict, all the computations."""
    found = [un(name, affirmation, mots) for name in affirmation.indicateurs]
    worst = max(found, key=lambda one: GRAVITE[one.verdict])
    return Jugement(worst.verdict, " ; ".join(one.calcul for one in found))


def _ordre(name: str, affirmation: Affirmation, mots: Mots, *, signe: int, egalite: bool = False) -> Jugement:
    """Return whether the territory's value is above (``signe`` 1) or below (-1) the reference's."""
    pair = _paire(name, affirmation, mots)
    if isinstance(pair, Jugement):
        return pair
    own, other, told = pair
    gap = signe * (own - other)
    if gap > EPSILON or (egalite and abs(gap) <= EPSILON):
        return Jugement("verifiee", told)
    if abs(gap) <= EPSILON and demi_pas(mots.indicateurs[name]) > 0:
        return Jugement("inverifiable", f"{told}, valeurs égales à l'arrondi près")
    return Jugement("contredite", told)


def _proche(name: str, affirmation: Affirmation, mots: Mots) -> Jugement:
    """Return whether the two values are similar, by the threshold that the reports use everywhere."""
    pair = _paire(name, affirmation, mots)
    if isinstance(pair, Jugement):
        return pair
    own, other, told = pair
    kind = mots.unites[mots.indicateurs[name].unite].ecart
    if kind == "aucun" or (kind == "pourcent" and other == 0):
        return Jugement("inverifiable", f"{told}, valeurs qui ne se comparent pas")
    gap = own - other if kind == "points" else 100 * (own - other) / other
    similar = position(round(gap, DECIMALES_EXACTES), kind, mots.seuils) == "similaire"
    return Jugement("verifiee" if similar else "contredite", told)


def _maximum(affirmation: Affirmation, mots: Mots) -> Jugement:
    """Return whether the first indicator is the greatest of ``parmi`` in the territory; a tie tells nothing."""
    first = affirmation.indicateurs[0]
    names = list(dict.fromkeys((first, *affirmation.parmi)))
    values = mots.annexe.valeurs(names, affirmation.territoire)
    if values is None:
        return _absents(names, affirmation.territoire, mots)
    told = enumerer([f"{mots.libelle(n)} {mots.ecrire(v, n)}" for n, v in zip(names, values, strict=True)])
    rival = max(values[1:], default=float("-inf"))
    if values[0] > rival + EPSILON:
        return Jugement("verifiee", told)
    return Jugement("inverifiable" if abs(values[0] - rival) <= EPSILON else "contredite", told)


def _somme(affirmation: Affirmation, mots: Mots) -> Jugement:
    """Return whether the sum is the one written, within half of the rounding that the sentence implies."""
    expected, names = affirmation.valeur or 0, affirmation.indicateurs
    tolerance = (affirmation.arrondi or 0) / 2 if affirmation.operateur == "environ" else 0
    values = mots.annexe.valeurs(names, affirmation.territoire)
    if values is None:
        return _absents(names, affirmation.territoire, mots)
    item = mots.indicateurs[names[0]]
    total = mots.ecrire(sum(values), names[0])
    terms = [nombre(value, item.decimales) for value in values]
    told = f"{' + '.join(terms)} = {total}" if len(values) > 1 else total
    gap = sum(values) - expected
    if tolerance and gap:
        side = "plus" if gap > 0 else "moins"
        told += f", soit {mots.entier(abs(gap), item)} de {side} que {mots.entier(expected, item)}"
        told += f" (arrondi admis : {mots.entier(tolerance, item)})"
    return Jugement("verifiee" if abs(gap) <= tolerance + EPSILON else "contredite", told)


def _paire(name: str, affirmation: Affirmation, mots: Mots) -> tuple[float, float, str] | Jugement:
    """Return both values and how they read, or that one of them is absent or of another year."""
    codes = (affirmation.territoire, affirmation.reference or "")
    lines = [mots.annexe.ligne(name, code) for code in codes]
    if any(line is None or line.valeur is None for line in lines):
        missing = next(code for code, line in zip(codes, lines, strict=True) if line is None or line.valeur is None)
        return _absents([name], missing, mots)
    own, other = (line.valeur for line in lines)
    told = f"{mots.ecrire(own, name)} {_a(codes[0], mots)}, {mots.ecrire(other, name)} {_a(codes[1], mots)}"
    if lines[0].annee != lines[1].annee:
        return Jugement("inverifiable", f"{told}, de deux années différentes")
    return own, other, told if len(affirmation.indicateurs) == 1 else f"{mots.libelle(name)} : {told}"


def _absents(names: Iterable[str], territoire: str, mots: Mots) -> Jugement:
    absent = [mots.libelle(name) for name in names if mots.annexe.valeur(name, territoire) is None]
    return Jugement("inverifiable", f"non donné {_a(territoire, mots)} : {enumerer(absent)}")


def _a(territoire: str, mots: Mots) -> str:
    return mots.territoires[territoire].a


OPERATEURS: dict[str, Callable[[Affirmation, Mots], Jugement]] = {
    "superieur": partial(_chacun, partial(_ordre, signe=1)),
    "inferieur": partial(_chacun, partial(_ordre, signe=-1)),
    "aucun_superieur": partial(_chacun, partial(_ordre, signe=-1, egalite=True)),
    "similaire": partial(_chacun, _proche),
    "maximum": _maximum,
    "environ": _somme,
    "egal": _somme,
    "nul": _somme,
}
