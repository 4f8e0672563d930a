"""What a value of the atelier knows of itself, beside its number: where it comes from, in what
unit, what it is worth, to what its source rounds it, and of which years it speaks.

A mark belongs to a value, not to a table: it goes where the value goes (``nombres``), and a value
that somebody types over another has none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ctglib.donnees.statuts import GRAVITE, Statut

# What an operation does to units: these keep the unit that both values have.
GARDENT_L_UNITE = {"add", "radd", "sub", "rsub", "sum", "mean", "median", "min", "max", "first"}
GARDENT_L_UNITE |= {"last", "cumsum", "cummin", "cummax", "mod", "std", "sem"}
TAUX = ("pour_100", "pourcent")
POINTS = "points"
# What a quotient of two counts is, by the number that it was multiplied by.
QUOTIENTS = {1.0: "rapport", 100.0: "pour_100", 1000.0: "pour_1000"}
FACTEURS = {unite: facteur for facteur, unite in QUOTIENTS.items()}
AJOUTENT_L_ARRONDI = {"add", "radd", "sub", "rsub", "sum", "cumsum"}


@dataclass(frozen=True)
class Origine:
    """Where values come from: a series of the workbook, a file of the analyst's, or the hand."""

    code: str
    libelle: str
    source: str
    unite: str = ""
    definition: str = ""
    annees: str = ""
    arrondi: float | None = None
    ruptures: tuple[tuple[int, str], ...] = ()  # first year of after, reason
    precautions: tuple[str, ...] = ()
    datee: str = ""  # how its source dates a year: « décembre {annee} »; "" when it says none
    masquee: bool = False  # the workbook hides its small counts, and what would give them away


# Typed in the notebook, or computed from what was: it has neither a source nor a unit.
SAISIE = Origine("", "", "")


@dataclass(frozen=True)
class Marque:
    """What one value knows of itself."""

    origines: tuple[Origine, ...]
    unite: str = ""
    statut: str = Statut.NORMAL
    mot: str = ""  # what is said in the place of an absent value: « secret »
    arrondi: float = 0.0  # a step: the true value is within half of it
    annees: tuple[int, int] | None = None  # the first and the last that it is made from
    genre: str = ""  # what a sum may not mix: « total », « commune »
    facteur: float = 1.0  # by what a count was multiplied: 1000, of what becomes a rate per 1,000

    @property
    def ruptures(self) -> list[tuple[int, str]]:
        """The breaks between the years that it is made from: it compares what does not compare."""
        return [] if self.annees is None else self.depuis(*self.annees)

    def depuis(self, debut: int, fin: int) -> list[tuple[int, str]]:
        """Return the breaks of its series after a year, up to another."""
        toutes = [rupture for origine in self.origines for rupture in origine.ruptures]
        return [rupture for rupture in dict.fromkeys(toutes) if debut < rupture[0] <= fin]


# Of a missing value that nobody typed: it says nothing of what is made from it.
ABSENTE = Marque(())


def combiner(marques: Sequence[Marque | None], operation: str) -> Marque | None:
    """Return the mark of a value made from others: their sources together, the worst status, the
    unit if they share it and the operation keeps it.

    A value without a mark among them was typed (``SAISIE``); None when none has a mark.
    """
    marques = [marque for marque in marques if marque is not ABSENTE]
    presentes = [marque for marque in marques if marque is not None]
    if not presentes:
        return None
    distinctes = list(dict.fromkeys(presentes))
    origines = [origine for marque in distinctes for origine in marque.origines]
    if len(presentes) < len(marques):
        origines.append(SAISIE)
    est_un_ecart = operation in ("sub", "rsub") and len(presentes) == len(marques)
    pire = min(distinctes, key=lambda marque: GRAVITE.index(Statut(marque.statut)))
    unites = {marque.unite for marque in distinctes}
    garde_l_unite = operation in GARDENT_L_UNITE and len(unites) == 1
    garde_l_unite = garde_l_unite and len(presentes) == len(marques)
    arrondi = 0.0
    if operation in AJOUTENT_L_ARRONDI:
        arrondi = sum(marque.arrondi for marque in presentes)
    elif operation in GARDENT_L_UNITE:
        arrondi = max(marque.arrondi for marque in presentes)
    annees = [annee for marque in distinctes for annee in marque.annees or ()]
    genres = genres_de(distinctes)
    unite = ""
    if garde_l_unite:
        unite = _unite_d_un_resultat(unites.pop(), est_un_ecart)
    elif operation == "truediv" and len(presentes) == len(marques) == 2:
        unite = _unite_d_un_quotient(*presentes)
    facteurs = {marque.facteur for marque in distinctes}
    return Marque(
        origines=tuple(dict.fromkeys(origines)),
        unite=unite,
        statut=pire.statut,
        mot=pire.mot,
        arrondi=arrondi,
        annees=(min(annees), max(annees)) if annees else None,
        genre=genres[0] if len(genres) == 1 else "",
        facteur=facteurs.pop() if garde_l_unite and len(facteurs) == 1 else 1.0,
    )


def _unite_d_un_resultat(unite: str, est_un_ecart: bool) -> str:
    """Return a unit; the gap between two rates is in points."""
    return POINTS if est_un_ecart and unite in TAUX else unite


def _unite_d_un_quotient(dividende: Marque, diviseur: Marque) -> str:
    """Return the unit of the quotient of two counts, « pour_1000 » when the first was multiplied by
    1000; "" of anything else.
    """
    if (dividende.unite, diviseur.unite) != ("nombre", "nombre"):
        return ""
    return QUOTIENTS.get(round(dividende.facteur / diviseur.facteur, 6), "")


def par_un_nombre(marque: Marque | None, operation: str, nombre: object) -> Marque | None:
    """Return the mark of a value that a plain number was added to or that it multiplied."""
    if marque is None or operation in GARDENT_L_UNITE:
        return marque
    if operation in ("mul", "rmul", "truediv") and isinstance(nombre, int | float) and nombre:
        facteur = abs(nombre) if operation != "truediv" else 1 / abs(nombre)
        multipliee = replace(
            marque, arrondi=marque.arrondi * facteur, facteur=marque.facteur * facteur
        )
        unite = QUOTIENTS.get(round(FACTEURS.get(marque.unite, 0.0) * facteur, 6), marque.unite)
        return replace(multipliee, unite=unite)
    return replace(marque, unite="", arrondi=0.0)


def genres_de(marques: Iterable[Marque | None]) -> list[str]:
    """Return the kinds of some values, each once."""
    return sorted({marque.genre for marque in marques if marque is not None and marque.genre})
