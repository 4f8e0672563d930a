"""The gap of a commune to the trend of comparable ones: exact arithmetic on rounded counts, and never an effect.

A change is (count / count of reference) − 1, a fraction. A printed count stands for any whole number within ``marge``
of it; the bounds are the least and the greatest values over all of these, each count being free of the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import sqrt
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ctglib.donnees.modeles.catalogue import Comparaison, Indicateur, Reglage
    from ctglib.donnees.modeles.convention import Convention


@dataclass(frozen=True)
class Resultat:
    """A comparison that could be made.

    Attributes:
        regle: What it was made with.
        candidates: How many communes of the window could be compared.
        retenues: See ``choix.table_des_retenues``: the territory, then the comparable communes, the nearest first.
        exclues: commune, nom, indicateur, annee, nulle: what made a commune of the window impossible to compare.
        ecarts: See ``lignes.lignes_d_ecarts``: one row an indicator.
        points: See ``evolutions.variations``: the comparable communes' changes.
        trajectoires: See ``evolutions.trajectoires``.
        variantes: The rows of ``ecarts`` under each rule: variante (0 is the rule itself), annees_avant, voisins,
            fenetre, candidates, then those columns; missing where the rule cannot be followed.
    """

    regle: Regle
    candidates: int
    retenues: pd.DataFrame
    exclues: pd.DataFrame
    ecarts: pd.DataFrame
    points: pd.DataFrame
    trajectoires: pd.DataFrame
    variantes: pd.DataFrame

    @property
    def nombre(self) -> int:
        """Return how many communes it is compared with."""
        return len(self.retenues) - 1


def comparer(
    effectifs: pd.DataFrame, comparaison: Comparaison, indicateurs: Mapping[str, Indicateur], convention: Convention
) -> Resultat | None:
    """Return the comparison of the commune of a convention, None when it cannot be made.

    It cannot without the commune's own counts of the year of reference and of a later year, or without any comparable
    commune.

    Args:
        effectifs: Counts by commune and year (``ctglib.donnees.communes``).
        comparaison: The catalogue's rule and its variants.
        indicateurs: The catalogue's indicators: rounding and breaks.
        convention: Territory, and first year.
    """
    counts, place = panel(effectifs), convention.territoire
    rule = _regle(comparaison, comparaison.reglage, convention, counts)
    chosen = _choix(counts, place, rule)
    if chosen is None:
        return None
    breaks = {name: tuple(item.annee for item in indicateurs[name].ruptures) for name in rule.indicateurs}
    rows = en_table(lignes_d_ecarts(counts, place, chosen.retenues, rule, indicateurs=indicateurs))
    compared = list(rows.loc[~rows["rupture"], "indicateur"])
    return Resultat(
        regle=rule,
        candidates=chosen.candidates,
        retenues=table_des_retenues(counts, (place, *chosen.retenues), rule, chosen),
        exclues=_exclues(counts, chosen),
        ecarts=rows,
        points=variations(counts, chosen.retenues, compared, rule),
        trajectoires=trajectoires(counts, place, chosen.retenues, rule, ruptures=breaks),
        variantes=_variantes(counts, comparaison, indicateurs, convention),
    )


def _regle(comparaison: Comparaison, reglage: Reglage, convention: Convention, panel: Panel) -> Regle:
    return Regle(
        taille=comparaison.taille,
        ratios=comparaison.ratios,
        indicateurs=comparaison.indicateurs,
        voisins=reglage.voisins,
        fenetre=reglage.fenetre,
        annee_reference=convention.debut.year - reglage.annees_avant,
        annee=max(panel.annees, default=convention.debut.year),
    )


def _choix(panel: Panel, territoire: str, regle: Regle) -> Choix | None:
    """Return the comparable communes, None when the rule cannot be followed."""
    if territoire not in panel.noms or regle.annee <= regle.annee_reference:
        return None
    if any(manques(panel, territoire, regle)):
        return None
    found = choisir(panel, territoire, regle)
    return found if found.retenues else None


def _exclues(panel: Panel, choix: Choix) -> pd.DataFrame:
    rows = [(code, panel.noms[code], name, year, zero) for code, name, year, zero in choix.exclues]
    return pd.DataFrame(rows, columns=["commune", "nom", "indicateur", "annee", "nulle"])


def _variantes(
    panel: Panel, comparaison: Comparaison, indicateurs: Mapping[str, Indicateur], convention: Convention
) -> pd.DataFrame:
    found = []
    for rank, setting in enumerate((comparaison.reglage, *comparaison.variantes)):
        rule = _regle(comparaison, setting, convention, panel)
        chosen = _choix(panel, convention.territoire, rule)
        if chosen is None:
            rows = lignes_sans_calcul(rule, indicateurs)
        else:
            rows = lignes_d_ecarts(panel, convention.territoire, chosen.retenues, rule, indicateurs=indicateurs)
        told = {"variante": rank, **setting.model_dump(), "candidates": 0 if chosen is None else chosen.candidates}
        found += [told | row for row in rows]
    return en_table(found, avant=("variante", *comparaison.reglage.model_dump(), "candidates"))


def distances(parts: pd.DataFrame, ici: str) -> pd.Series:
    """Return how far the shares of territories are from those of one, the nearest first, ties by code.

    The root of the sum of squared gaps, each over the variance of its share: none weighs more by its scale, and one
    that is the same everywhere weighs nothing.
    """
    spread = parts.var(ddof=0)
    gaps = (parts - parts.loc[ici]).loc[:, spread > PRESQUE_NUL] / spread[spread > PRESQUE_NUL].pow(0.5)
    return gaps.pow(2).sum(axis=1).pow(0.5).round(DECIMALES).drop(ici).sort_index().sort_values(kind="stable")


PRESQUE_NUL, DECIMALES = 1e-18, 12  # what is left of floats once equal shares are subtracted
PREMIERES = ("commune", "nom", "departement", "annee", "statut")


@dataclass(frozen=True)
class Panel:
    """Communes and their counts.

    Args:
        noms: Names by code, in the order of the codes.
        effectifs: By code and year, the count of each indicator, None when it is not available.
    """

    noms: dict[str, str]
    effectifs: dict[tuple[str, int], dict[str, int | None]]

    @cached_property
    def annees(self) -> tuple[int, ...]:
        """Return the years, in order."""
        return tuple(sorted({annee for _, annee in self.effectifs}))

    def valeur(self, commune: str, annee: int, indicateur: str) -> int | None:
        """Return a count, None when it is not available."""
        return self.effectifs.get((commune, annee), {}).get(indicateur)


@dataclass(frozen=True)
class Regle:
    """What the comparison is made with: the catalogue's rule, once the years are known.

    Args:
        taille: Indicator of the window, and denominator of the ratios.
        ratios: Numerators of the ratios of the distance.
        indicateurs: What is compared.
        voisins: How many communes are kept.
        fenetre: The window goes from the size divided by it to the size multiplied by it.
        annee_reference: Year that changes start from, and that the ratios are of.
        annee: Year that changes end at.
    """

    taille: str
    ratios: tuple[str, ...]
    indicateurs: tuple[str, ...]
    voisins: int
    fenetre: int
    annee_reference: int
    annee: int

    @property
    def necessaires(self) -> tuple[str, ...]:
        """Return the indicators without which a commune cannot be compared."""
        return tuple(dict.fromkeys([self.taille, *self.ratios, *self.indicateurs]))


def panel(effectifs: pd.DataFrame) -> Panel:
    """Return the panel of a table of ``ctglib.donnees.communes``."""
    measures = [name for name in effectifs.columns if name not in PREMIERES]
    rows = effectifs.sort_values(["commune", "annee"], kind="stable")
    counts = [[None if pd.isna(cell) else int(cell) for cell in rows[name]] for name in measures]
    keys = zip(rows["commune"], (int(annee) for annee in rows["annee"]), strict=True)
    found = {key: dict(zip(measures, cells, strict=True)) for key, *cells in zip(keys, *counts, strict=True)}
    return Panel(dict(zip(rows["commune"], rows["nom"], strict=True)), found)


def manques(panel: Panel, commune: str, regle: Regle) -> Iterable[tuple[str, int, bool]]:
    """Yield what a commune lacks to be compared: indicator, year, and whether the count is there but zero.

    A relative change has no meaning from zero; to zero, it has.
    """
    for indicateur in regle.necessaires:
        start = panel.valeur(commune, regle.annee_reference, indicateur)
        if not start:
            yield indicateur, regle.annee_reference, start == 0
        if panel.valeur(commune, regle.annee, indicateur) is None:
            yield indicateur, regle.annee, False


@dataclass(frozen=True)
class Choix:
    """The communes kept.

    Args:
        retenues: Their codes, the nearest first.
        carres: The square of the distance of each, exact.
        candidates: How many communes of the window could be compared.
        exclues: Communes of the window that could not: code, indicator, year, whether the count is zero.
    """

    retenues: tuple[str, ...]
    carres: tuple[Fraction, ...]
    candidates: int
    exclues: tuple[tuple[str, str, int, bool], ...]


def choisir(panel: Panel, territoire: str, regle: Regle) -> Choix:
    """Return the comparable communes, the nearest first, ties by code.

    The window keeps both its ends. Each ratio is centred and reduced on the communes of the window that can be
    compared, the territory's included, so that none weighs more by its scale; one that is the same everywhere weighs
    nothing. Fractions make ties true ties, whatever the order of the sums.

    Args:
        panel: The counts; the territory's own must be complete.
        territoire: Code of the commune looked at.
        regle: Window, ratios, year and number.
    """
    window = [code for code in panel.noms if code != territoire and _dans_la_fenetre(panel, code, territoire, regle)]
    lacks = {code: next(iter(manques(panel, code, regle)), None) for code in window}
    kept = [code for code in window if lacks[code] is None]
    squares = _carres(panel, territoire, kept, regle)
    nearest = sorted(kept, key=lambda code: (squares[code], code))[: regle.voisins]
    return Choix(
        tuple(nearest),
        tuple(squares[code] for code in nearest),
        len(kept),
        tuple((code, *lack) for code, lack in lacks.items() if lack is not None),
    )


def table_des_retenues(panel: Panel, codes: Sequence[str], regle: Regle, choix: Choix) -> pd.DataFrame:
    """Return the communes with what they were chosen on, in the order given.

    Returns:
        commune, nom, the size, a ratio per 100 of the size a column (named as its numerator), distance (missing for a
        commune that is not among those kept: the one looked at).
    """
    square = dict(zip(choix.retenues, choix.carres, strict=True))
    year = regle.annee_reference
    rows = [
        {
            "commune": code,
            "nom": panel.noms[code],
            regle.taille: panel.valeur(code, year, regle.taille),
            **{name: float(100 * _ratio(panel, code, name, regle)) for name in regle.ratios},
            "distance": sqrt(square[code]) if code in square else float("nan"),
        }
        for code in codes
    ]
    return pd.DataFrame(rows, columns=["commune", "nom", regle.taille, *regle.ratios, "distance"])


def _dans_la_fenetre(panel: Panel, commune: str, territoire: str, regle: Regle) -> bool:
    """Return whether a commune's size is in the window; one whose size is not known is not."""
    own, other = (panel.valeur(code, regle.annee_reference, regle.taille) for code in (territoire, commune))
    return other is not None and own <= other * regle.fenetre and other <= own * regle.fenetre


def _ratio(panel: Panel, commune: str, indicateur: str, regle: Regle) -> Fraction:
    year = regle.annee_reference
    return Fraction(panel.valeur(commune, year, indicateur), panel.valeur(commune, year, regle.taille))


def _carres(panel: Panel, territoire: str, communes: list[str], regle: Regle) -> dict[str, Fraction]:
    """Return the square of the distance of each commune: the sum of squared gaps of ratios over their variance."""
    squares = dict.fromkeys(communes, Fraction(0))
    for name in regle.ratios:
        ratios = {code: _ratio(panel, code, name, regle) for code in (*communes, territoire)}
        mean = sum(ratios.values()) / len(ratios)
        variance = sum(ratio**2 for ratio in ratios.values()) / len(ratios) - mean**2
        if variance:
            weight = 1 / variance
            for code in communes:
                squares[code] += (ratios[code] - ratios[territoire]) ** 2 * weight
    return squares


COLONNES = (
    "indicateur", "libelle", "annee_reference", "annee", "rupture", "valeur_reference", "valeur", "variation",
    "nombre", "variation_moyenne", "ecart", "ecart_min", "ecart_max", "bruit", "rang", "ex_aequo", "aussi_eloignees",
    "part_placebo", "communes_departement", "variation_departement", "ecart_departement", "ecart_departement_min",
    "ecart_departement_max", "bruit_departement",
)  # fmt: skip
ENTIERS = ("annee_reference", "annee", "valeur_reference", "valeur", "nombre", "rang", "ex_aequo", "aussi_eloignees",
           "communes_departement")  # fmt: skip


BOOLEENS = ("bruit", "bruit_departement")
Rangee = dict[str, object]


def lignes_d_ecarts(
    panel: Panel, territoire: str, communes: Sequence[str], regle: Regle, *, indicateurs: Mapping[str, Indicateur]
) -> list[Rangee]:
    """Return the gaps of a commune, one row an indicator of the rule; a break between the two years leaves none.

    Args:
        panel: The counts.
        territoire: The commune looked at.
        communes: The comparable ones.
        regle: Indicators and years.
        indicateurs: Their rounding and their breaks.

    Returns:
        Those of ``COLONNES`` that have a value. Changes in %, gaps in points of %; ``rang`` is among the comparable
        communes and the territory, the greatest rise first; ``aussi_eloignees`` is how many comparable communes are at
        least as far from the mean of the others, ``part_placebo`` the same as a share. The département is the sum of
        its other communes.
    """
    return [_ligne(panel, territoire, communes, regle, item=indicateurs[name]) for name in regle.indicateurs]


def lignes_sans_calcul(regle: Regle, indicateurs: Mapping[str, Indicateur]) -> list[Rangee]:
    """Return the same rows without any value: the rule cannot be followed."""
    years = {"annee_reference": regle.annee_reference, "annee": regle.annee, "rupture": False}
    return [{"indicateur": name, "libelle": indicateurs[name].libelle, **years} for name in regle.indicateurs]


def en_table(rangees: list[Rangee], avant: tuple[str, ...] = ()) -> pd.DataFrame:
    """Return rows of gaps as a table: the columns ``avant``, then ``COLONNES``, missing where a row has none."""
    table = pd.DataFrame(rangees, columns=[*avant, *COLONNES])
    missing = [name for name in COLONNES if table[name].isna().all()]
    kinds = dict.fromkeys(ENTIERS, "Int64") | dict.fromkeys(BOOLEENS, "boolean") | {"rupture": bool}
    return table.astype(dict.fromkeys(missing, "float64") | kinds)


def _ligne(panel: Panel, territoire: str, communes: Sequence[str], regle: Regle, *, item: Indicateur) -> Rangee:
    years, name = (regle.annee_reference, regle.annee), item.id
    own = paire(panel, territoire, name, years)
    broken = any(years[0] < rupture.annee <= years[1] for rupture in item.ruptures)
    row = {
        "indicateur": name,
        "libelle": item.libelle,
        "annee_reference": years[0],
        "annee": years[1],
        "rupture": broken,
        "valeur_reference": own[0],
        "valeur": own[1],
    }
    if broken:
        return row
    others = [paire(panel, code, name, years) for code in communes]
    changes = [variation(other) for other in others]
    change, margin = variation(own), marge(item.arrondi_source)
    far = aussi_eloignees(change, changes)
    whole = autres_du_departement(panel, territoire, name, years)
    return {
        **row,
        "variation": float(100 * change),
        "nombre": len(changes),
        "variation_moyenne": float(100 * moyenne(changes)),
        **_ecart("", ecart_a_la_moyenne(own, others, margin)),
        "rang": rang(change, changes),
        "ex_aequo": sum(other == change for other in changes),
        "aussi_eloignees": far,
        "part_placebo": far / len(changes),
        "communes_departement": len(whole),
        "variation_departement": _pour_cent(variation_de_la_somme(whole)),
        **_ecart("_departement", ecart_a_la_somme(own, whole, margin)),
    }


def _ecart(suffixe: str, ecart: Ecart | None) -> dict[str, object]:
    if ecart is None:
        return {}
    return {
        f"ecart{suffixe}": float(100 * ecart.valeur),
        f"ecart{suffixe}_min": float(100 * ecart.minimum),
        f"ecart{suffixe}_max": float(100 * ecart.maximum),
        f"bruit{suffixe}": ecart.bruit,
    }


def _pour_cent(valeur: object) -> float:
    return float("nan") if valeur is None else float(100 * valeur)


BASE = 100


def variations(panel: Panel, communes: Sequence[str], indicateurs: Sequence[str], regle: Regle) -> pd.DataFrame:
    """Return the change of each commune from the year of reference to the last.

    Returns:
        indicateur, commune, nom, variation (%).
    """
    years = (regle.annee_reference, regle.annee)
    rows = [
        (name, code, panel.noms[code], float(100 * variation(paire(panel, code, name, years))))
        for name in indicateurs
        for code in communes
    ]
    return pd.DataFrame(rows, columns=["indicateur", "commune", "nom", "variation"])


def trajectoires(
    panel: Panel, territoire: str, communes: Sequence[str], regle: Regle, *, ruptures: dict[str, tuple[int, ...]]
) -> pd.DataFrame:
    """Return every year's counts with the year of reference at 100.

    The département is the sum of its other communes known in both years; the comparable communes are their mean, the
    least and the greatest of them.

    Args:
        panel: The counts.
        territoire: The commune looked at.
        communes: The comparable ones.
        regle: Indicators and year of reference.
        ruptures: First years of new series, by indicator.

    Returns:
        indicateur, annee (Int64), rupture (whether a new series starts that year), effectif (Int64), commune,
        departement, moyenne, bas, haut (float64, missing when there is no count), nombre (communes of the mean).
    """
    rows = []
    for name in regle.indicateurs:
        for annee in panel.annees:
            own = _indice(panel, territoire, name, (regle.annee_reference, annee))
            others = [_indice(panel, code, name, (regle.annee_reference, annee)) for code in communes]
            known = [value for value in others if value is not None]
            rows.append(
                {
                    "indicateur": name,
                    "annee": annee,
                    "rupture": annee in ruptures.get(name, ()),
                    "effectif": panel.valeur(territoire, annee, name),
                    "commune": _flottant(own),
                    "departement": _flottant(_departement(panel, territoire, name, (regle.annee_reference, annee))),
                    "moyenne": _flottant(moyenne(known) if known else None),
                    "bas": _flottant(min(known, default=None)),
                    "haut": _flottant(max(known, default=None)),
                    "nombre": len(known),
                }
            )
    return pd.DataFrame(rows).astype({"annee": "Int64", "effectif": "Int64"})


def paire(panel: Panel, commune: str, indicateur: str, annees: tuple[int, int]) -> tuple[int | None, int | None]:
    """Return the counts of two years."""
    return tuple(panel.valeur(commune, annee, indicateur) for annee in annees)


def autres_du_departement(
    panel: Panel, territoire: str, indicateur: str, annees: tuple[int, int]
) -> list[tuple[int, int]]:
    """Return the counts of every other commune that has both: the territory's change must not be on both sides."""
    pairs = [paire(panel, code, indicateur, annees) for code in panel.noms if code != territoire]
    return [pair for pair in pairs if None not in pair]


def _indice(panel: Panel, commune: str, indicateur: str, annees: tuple[int, int]) -> Fraction | None:
    start, end = paire(panel, commune, indicateur, annees)
    return BASE * Fraction(end, start) if start and end is not None else None


def _departement(panel: Panel, territoire: str, indicateur: str, annees: tuple[int, int]) -> Fraction | None:
    pairs = autres_du_departement(panel, territoire, indicateur, annees)
    start, end = sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)
    return BASE * Fraction(end, start) if start else None


def _flottant(valeur: Fraction | None) -> float:
    return float("nan") if valeur is None else float(valeur)


Paire = tuple[int, int]  # count of the year of reference, count of the last year


@dataclass(frozen=True)
class Ecart:
    """A gap and its bounds, as fractions."""

    valeur: Fraction
    minimum: Fraction
    maximum: Fraction

    @property
    def bruit(self) -> bool:
        """Return whether rounding alone may have made the gap: zero is between its bounds."""
        return self.minimum <= 0 <= self.maximum


def marge(arrondi: float | None) -> int:
    """Return how far a whole number may be from its printed multiple.

    Examples:
        >>> marge(5), marge(10), marge(None)
        (2, 5, 0)
    """
    return int(arrondi or 1) // 2


def variation(paire: Paire) -> Fraction:
    """Return a relative change.

    Examples:
        >>> variation((600, 560))
        Fraction(-1, 15)
    """
    start, end = paire
    return Fraction(end, start) - 1


def bornes(paire: Paire, marge: int) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest change that the printed counts allow; a count is never under zero."""
    start, end = paire
    return Fraction(max(end - marge, 0), start + marge) - 1, Fraction(end + marge, start - marge) - 1


def moyenne(valeurs: Sequence[Fraction]) -> Fraction:
    """Return the mean, exact."""
    return sum(valeurs, Fraction(0)) / len(valeurs)


def ecart_a_la_moyenne(paire: Paire, autres: Sequence[Paire], marge: int) -> Ecart:
    """Return the gap between a change and the mean of others, every commune counting for one.

    It grows with the last count and with the others' counts of reference, and falls with the rest: each of its bounds
    takes every count at one end.
    """
    low, high = bornes(paire, marge)
    ends = [bornes(other, marge) for other in autres]
    return Ecart(
        variation(paire) - moyenne([variation(other) for other in autres]),
        low - moyenne([greatest for _, greatest in ends]),
        high - moyenne([least for least, _ in ends]),
    )


def variation_de_la_somme(autres: Sequence[Paire]) -> Fraction | None:
    """Return the relative change of the sum of communes, None when nobody is counted in the year of reference."""
    start, end = (sum(counts) for counts in zip(*autres, strict=True)) if autres else (0, 0)
    return variation((start, end)) if start else None


def ecart_a_la_somme(paire: Paire, autres: Sequence[Paire], marge: int) -> Ecart | None:
    """Return the gap between a change and that of the sum of others, None when the sum or a bound of it has no change.

    Every count of the sum has its own rounding: the bounds are those of the worst case, all on the same side.
    """
    total = variation_de_la_somme(autres)
    least = [tuple(max(count - marge, 0) for count in other) for other in autres]
    greatest = [tuple(count + marge for count in other) for other in autres]
    start_low, start_high = (sum(other[0] for other in ends) for ends in (least, greatest))
    if total is None or not start_low:
        return None
    low, high = bornes(paire, marge)
    return Ecart(
        variation(paire) - total,
        low - variation((start_low, sum(other[1] for other in greatest))),
        high - variation((start_high, sum(other[1] for other in least))),
    )


def rang(valeur: Fraction, autres: Sequence[Fraction]) -> int:
    """Return the place of a change among others and itself, the greatest first; equals share the best place."""
    return 1 + sum(other > valeur for other in autres)


def aussi_eloignees(valeur: Fraction, autres: Sequence[Fraction]) -> int:
    """Return how many of the others are at least as far from the mean of all but themselves.

    Each in turn takes the place of the commune looked at, as in a test of placebo. Leaving one out stretches all the
    gaps by the same factor: the distance to the mean of all ranks them alike.
    """
    centre = moyenne([valeur, *autres])
    return sum(abs(other - centre) >= abs(valeur - centre) for other in autres)


LUES = ("indicateur", "libelle", "ecart", "bruit")
BRUIT, TIENT, CHANGE = "bruit", "tient", "change"


def tenue(variantes: pd.DataFrame) -> pd.DataFrame:
    """Return how each indicator's gap holds under the rule and its variants.

    Args:
        variantes: Rows of ``Resultat.variantes``.

    Returns:
        indicateur, libelle, calculees (rules under which there is a gap), depassent (those where it is beyond
        rounding), hausses (those of them where it is positive), tenue (« bruit »: none is beyond it; « tient »:
        all that are have one sign; « change »: both signs are found).
    """
    gaps: dict[tuple[str, str], list[tuple[float, bool]]] = {}
    for name, libelle, ecart, bruit in zip(*(variantes[column] for column in LUES), strict=True):
        gaps.setdefault((name, libelle), []).append((ecart, bruit))
    rows = []
    for key, found in gaps.items():
        known = [(ecart, bruit) for ecart, bruit in found if pd.notna(ecart)]
        beyond = [ecart for ecart, bruit in known if not bruit]
        rises = sum(ecart > 0 for ecart in beyond)
        kind = BRUIT if not beyond else TIENT if rises in (0, len(beyond)) else CHANGE
        rows.append((*key, len(known), len(beyond), rises, kind))
    return pd.DataFrame(rows, columns=["indicateur", "libelle", "calculees", "depassent", "hausses", "tenue"])
