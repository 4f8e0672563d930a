"""The verdict on each sentence of the text that compares, ranks or totals: worked out again from
annexe 1.
"""

from collections.abc import Callable, Iterable

import pandas as pd

from ctglib.calculs.comparaison import comparer, position
from ctglib.calculs.ecriture import SEPARATEUR, avec_unite, ecrire, enumerer, majuscule, nombre
from ctglib.donnees.dossier import Dossier
from ctglib.donnees.modeles.coherence import Verdict
from ctglib.donnees.modeles.convention import Affirmation

COLONNES = ("id", "section", "resume", "verdict", "calcul", "note", "indicateurs")
# binary fractions only: 99.9 is not exactly 99.9; it never decides between two printed values
EPSILON = 1e-9
VARIATION = "variation_5_ans"


class Lecture:
    """Annexe 1 by indicator and territory (of two years, the latest), and the words for what it
    says.
    """

    def __init__(self, dossier: Dossier) -> None:
        self.dossier = dossier
        self.catalogue = dossier.catalogue
        ordered = dossier.annexe1.sort_values("annee", kind="stable")
        self.lignes = {
            (row.indicateur, row.territoire): row for row in ordered.itertuples(index=False)
        }
        self.territoires = tuple(dossier.annexe1["territoire"].unique())

    def valeur(self, indicateur: str, territoire: str, champ: str = "valeur") -> float | None:
        """Return the value as printed, or another column of its row; None when absent."""
        found = getattr(self.lignes.get((indicateur, territoire)), champ, None)
        return None if pd.isna(found) else float(found)

    def valeurs(self, indicateurs: Iterable[str], territoire: str) -> list[float] | None:
        """Return the values of all the indicators, None if one of them is absent."""
        values = [self.valeur(name, territoire) for name in indicateurs]
        return None if None in values else values

    def annees(self, indicateurs: Iterable[str], territoire: str) -> list[int]:
        """Return the year of each indicator; all have a row."""
        return [int(self.lignes[name, territoire].annee) for name in indicateurs]

    def demi_pas(self, *indicateurs: str) -> float:
        """Return how far the sum of some indicators can be from its printed value: half of each
        one's rounding.
        """
        return (
            sum(self.catalogue.indicateurs[name].arrondi_source or 0.0 for name in indicateurs) / 2
        )

    def libelle(self, indicateur: str) -> str:
        """Return the label of an indicator, in French quotes."""
        return f"« {self.catalogue.indicateurs[indicateur].libelle} »"

    def ecrire(self, valeur: float, indicateur: str) -> str:
        """Return a value of an indicator as the text prints it, with its unit."""
        return ecrire(valeur, self.catalogue.indicateurs[indicateur], self.catalogue.unites)

    def section(self, *numeros: str) -> str:
        """Return the place of some sections of the diagnostic."""
        return f"{majuscule(self.dossier.convention.piece('diagnostic'))}, {enumerer(list(dict.fromkeys(numeros)))}"

    def lieu(self, indicateurs: Iterable[str], territoire: str) -> str:
        """Return the place of some rows of one territory: their sections, territory."""
        rows = [
            self.lignes[name, territoire]
            for name in indicateurs
            if (name, territoire) in self.lignes
        ]
        return f"{self.section(*(row.section for row in rows))}, {self.catalogue.territoires[territoire].nom}"


Jugement = tuple["Verdict", str]  # and the computation that leads to it, in French
GRAVITE = (
    "verifiee",
    "inverifiable",
    "contredite",
)  # a sentence on several indicators is as false as its worst


def juger(dossier: Dossier) -> pd.DataFrame:
    """Return the verdict of each sentence, in the order of the file.

    A sentence is « vérifiée » when the printed values say so, « contredite » when they say
    otherwise, « invérifiable » when a value is absent, or when the rounding of the two values hides
    which is greater.

    Returns:
        The columns ``COLONNES``: ``verdict`` is verifiee, contredite or inverifiable, ``calcul`` a
        French text, ``note`` "" when none, ``indicateurs`` the indicators concerned, joined by
        « ; ».
    """
    lecture = Lecture(dossier)
    rows = [
        (
            item.id,
            item.section,
            item.resume,
            *_juger(item, lecture),
            item.note or "",
            SEPARATEUR.join(item.indicateurs),
        )
        for item in dossier.affirmations
    ]
    return pd.DataFrame(rows, columns=list(COLONNES))


def _juger(phrase: Affirmation, lecture: Lecture) -> Jugement:
    unites = lecture.catalogue.unites
    if not phrase.indicateurs:
        return "inverifiable", "aucune valeur des tableaux ne correspond"
    counted = {lecture.catalogue.indicateurs[name].unite for name in phrase.indicateurs}
    if phrase.unite is not None and counted != {phrase.unite}:
        units = enumerer([unites[unite].libelle.lower() for unite in sorted(counted)])
        told = unites[phrase.unite].libelle.lower()
        return "inverifiable", f"unité de la phrase : {told} ; unité du tableau : {units}"
    return OPERATEURS[phrase.operateur](phrase, lecture)


def _comparer(phrase: Affirmation, lecture: Lecture) -> Jugement:
    verdicts, told = zip(
        *(_comparer_un(name, phrase, lecture) for name in phrase.indicateurs), strict=True
    )
    return max(verdicts, key=GRAVITE.index), " ; ".join(told)


def _comparer_un(name: str, phrase: Affirmation, lecture: Lecture) -> Jugement:
    codes = (phrase.territoire, phrase.reference or "")
    values = [lecture.valeur(name, code) for code in codes]
    if None in values:
        return _absents([name], codes[values.index(None)], lecture)
    own, other = values
    places = [lecture.catalogue.territoires[code].a for code in codes]
    told = ", ".join(
        f"{lecture.ecrire(value, name)} {at}" for value, at in zip(values, places, strict=True)
    )
    if len({lecture.lignes[name, code].annee for code in codes}) > 1:
        return "inverifiable", f"{told}, de deux années différentes"
    if len(phrase.indicateurs) > 1:
        told = f"{lecture.libelle(name)} : {told}"
    gap = own - other
    if phrase.operateur == "similaire":
        words = lecture.catalogue
        items = {name: lecture.catalogue.indicateurs[name]}
        found = comparer(lecture.dossier.annexe1, items, words.unites, *codes).iloc[0]
        where = position(found["ecart"], found["ecart_type"], words.seuils)
        if where == "incomparable":
            return "inverifiable", f"{told}, valeurs qui ne se comparent pas"
        return "verifiee" if where == "similaire" else "contredite", told
    ahead = gap if phrase.operateur == "superieur" else -gap
    if ahead > EPSILON or (phrase.operateur == "aucun_superieur" and abs(gap) <= EPSILON):
        return "verifiee", told
    if abs(gap) <= EPSILON and lecture.demi_pas(name) > 0:
        return "inverifiable", f"{told}, valeurs égales à l'arrondi près"
    return "contredite", told


def _maximum(phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Return whether the first indicator is the greatest of ``parmi`` in the territory; a tie tells
    nothing.
    """
    names = list(dict.fromkeys((phrase.indicateurs[0], *phrase.parmi)))
    values = lecture.valeurs(names, phrase.territoire)
    if values is None:
        return _absents(names, phrase.territoire, lecture)
    told = enumerer(
        [f"{lecture.libelle(n)} {lecture.ecrire(v, n)}" for n, v in zip(names, values, strict=True)]
    )
    ahead = values[0] - max(values[1:], default=float("-inf"))
    if ahead > EPSILON:
        return "verifiee", told
    return "inverifiable" if abs(ahead) <= EPSILON else "contredite", told


def _somme(phrase: Affirmation, lecture: Lecture) -> Jugement:
    """Return whether the sum is the one written, within half of the rounding that the sentence
    implies.
    """
    names = phrase.indicateurs
    expected = phrase.valeur or 0
    tolerance = (phrase.arrondi or 0) / 2 if phrase.operateur == "environ" else 0
    values = lecture.valeurs(names, phrase.territoire)
    if values is None:
        return _absents(names, phrase.territoire, lecture)
    item = lecture.catalogue.indicateurs[names[0]]
    told = lecture.ecrire(sum(values), names[0])
    gap = sum(values) - expected
    if len(values) > 1:
        told = f"{' + '.join(nombre(value, item.decimales) for value in values)} = {told}"
    if tolerance and gap:
        symbol = lecture.catalogue.unites[item.unite].symbole
        apart, aimed, allowed = (
            avec_unite(value, symbol, 0) for value in (abs(gap), expected, tolerance)
        )
        far = f", soit {apart} de {'plus' if gap > 0 else 'moins'} que {aimed} (arrondi admis : {allowed})"
        told += far if any(values) else f" au lieu de {aimed}"
    return "verifiee" if abs(gap) <= tolerance + EPSILON else "contredite", told


def _absents(names: Iterable[str], territoire: str, lecture: Lecture) -> Jugement:
    absent = [lecture.libelle(name) for name in names if lecture.valeur(name, territoire) is None]
    return (
        "inverifiable",
        f"non donné {lecture.catalogue.territoires[territoire].a} : {enumerer(absent)}",
    )


OPERATEURS: dict[str, Callable[[Affirmation, Lecture], Jugement]] = {
    **dict.fromkeys(("superieur", "inferieur", "aucun_superieur", "similaire"), _comparer),
    "maximum": _maximum,
    **dict.fromkeys(("environ", "egal", "nul"), _somme),
}
