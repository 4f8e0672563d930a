"""Births carried on a few years, as far as the trial goes (``benchmarks/epreuve.py``).

Births are arrays of one commune a row and one year a column, in order, the last one being the
origin: what follows is not there, so that nothing can look at it. ``cours`` is the same of the
département of each commune.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ctglib.donnees.modeles.prolongement import (
    Cible,
    EssaiDeLEpreuve,
    LigneDeLEpreuve,
    ReglesProlongement,
)

COLONNES = ("annee", "horizon", "bas", "central", "haut", "motif")
DEJA_CONNUES = 2  # past ranges of a commune, from which « half of the time » says something
AU_DELA = "au_dela"  # why a year has no range: no horizon of the trial is that far


def annees_de(cible: Cible, regles: ReglesProlongement) -> int:
    """Return how many years of births a target adds up."""
    return regles.cibles[cible].annees


def classe_de(naissances: np.ndarray, regles: ReglesProlongement) -> np.ndarray:
    """Return the rank of the class of each commune, by its mean births of the last three years."""
    recentes = naissances[:, -regles.annees_de_la_classe :].mean(axis=1)
    return np.digitize(recentes, regles.bornes_des_classes)


def pente(cours: np.ndarray, regles: ReglesProlongement) -> np.ndarray:
    """Return how fast births went in the last years, a year: the slope of the least squares of
    their logarithm.

    An origin near the first year of the series has fewer years than the rule says.
    """
    derniers = np.log(np.maximum(cours[:, -regles.annees_de_la_pente :], 1))
    annees = np.arange(derniers.shape[1]) - (derniers.shape[1] - 1) / 2
    return derniers @ annees / (annees @ annees)


def pente_par_an(cours: pd.Series, regles: ReglesProlongement) -> float:
    """Return the slope of births by year, in per cent a year, to one decimal."""
    par_an = pente(cours.to_numpy(float)[None, :], regles)[0]
    return round(100 * float(np.expm1(par_an)), 1)


def elan(cours: np.ndarray, horizon: int, regles: ReglesProlongement) -> np.ndarray:
    """Return by what the last births of the département are multiplied in ``horizon`` years: its
    slope, that fades year after year.
    """
    annees = sum(regles.amortissement**rang for rang in range(1, horizon + 1))
    return np.exp(pente(cours, regles) * annees)


def part_du_departement(
    naissances: np.ndarray, cours: np.ndarray, regles: ReglesProlongement
) -> np.ndarray:
    """Return the births of a commune per birth of its département, recent years weighing more.

    It is the mean of a Gamma law whose two terms are multiplied by ``oubli`` each year before the
    births of that year are added (Poisson births): a small commune keeps the memory of its past, a
    large one has enough of its last years.
    """
    ages = np.arange(naissances.shape[1])[::-1]
    poids = regles.oubli**ages
    return (naissances @ poids) / (cours @ poids)


def part_prolongee(
    naissances: np.ndarray, cours: np.ndarray, horizon: int, regles: ReglesProlongement
) -> np.ndarray:
    """Return the births in ``horizon`` years: the part that the commune has of its département,
    times the births that the département would have.
    """
    part = part_du_departement(naissances, cours, regles)
    return part * cours[:, -1] * elan(cours, horizon, regles)


def additionner(
    naissances: np.ndarray, prevues: Sequence[np.ndarray], horizon: int, annees: int
) -> np.ndarray:
    """Return the births of the ``annees`` years that end in ``horizon`` years.

    Args:
        naissances: Those that are known: they count for the years that they cover.
        prevues: Those of the years to come, the next one first.
        horizon: How far the last year is, from 1.
        annees: How many years are added up.
    """
    total = np.zeros(len(naissances))
    for avance in range(horizon - annees + 1, horizon + 1):
        total = total + (naissances[:, avance - 1] if avance <= 0 else prevues[avance - 1])
    return total


def borner(central: np.ndarray, bas: float, haut: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of ranges in whole births, from relative gaps: 100, −0.2, 0.1 → 80, 110."""
    plancher = np.floor(central * (1 + bas) + 0.5)
    plafond = np.floor(central * (1 + haut) + 0.5)
    return np.maximum(plancher, 0), plafond


def prolonger(
    naissances: pd.Series,
    cours: pd.Series,
    cible: Cible,
    regles: ReglesProlongement,
    epreuve: Sequence[LigneDeLEpreuve],
    jusqu_a: int,
) -> pd.DataFrame:
    """Return the births of one commune in the years to come, each with its range or why it has
    none.

    Args:
        naissances: By year, without a gap, the last one being the origin.
        cours: Those of its département, the same years.
        cible: One year's births, or those of three years: the children under three.
        regles: ``prolongement.yaml`` of the catalogue.
        epreuve: What the trial found, by target, class and horizon.
        jusqu_a: The last year asked for.

    Returns:
        The columns ``COLONNES``, a row a year: bas, central and haut in whole births, missing when
        ``motif`` says why (« largeur », « couverture », « origines », or ``AU_DELA``).
    """
    connues = naissances.to_numpy(float)[None, :]
    du_departement = cours.to_numpy(float)[None, :]
    classe = int(classe_de(connues, regles)[0])
    lignes_de_la_classe = {
        ligne.horizon: ligne for ligne in epreuve if (ligne.cible, ligne.classe) == (cible, classe)
    }
    origine = int(naissances.index[-1])
    prevues: list[np.ndarray] = []
    lignes = []
    for annee in range(origine + 1, jusqu_a + 1):
        horizon = annee - origine
        prevues.append(part_prolongee(connues, du_departement, horizon, regles))
        ligne = lignes_de_la_classe.get(horizon)
        motif = AU_DELA if ligne is None else ligne.motif
        if ligne is None or motif:
            lignes.append((annee, horizon, np.nan, np.nan, np.nan, motif))
            continue
        central = additionner(connues, prevues, horizon, annees_de(cible, regles))
        bas, haut = borner(central, ligne.bas, ligne.haut)
        entier = float(np.floor(central[0] + 0.5))
        lignes.append((annee, horizon, float(bas[0]), entier, float(haut[0]), ""))
    return pd.DataFrame(lignes, columns=list(COLONNES))


def essais_passes(
    naissances: pd.Series,
    cours: pd.Series,
    cible: Cible,
    regles: ReglesProlongement,
    essais: Sequence[EssaiDeLEpreuve],
    horizon: int,
) -> pd.DataFrame:
    """Return the range that each past origin would have given one commune, and what happened.

    Args:
        naissances: By year, without a gap, the last one being the origin.
        cours: Those of its département, the same years.
        cible: What was looked for.
        regles: ``prolongement.yaml`` of the catalogue.
        essais: The ranges that past origins would have given, by class and horizon.
        horizon: How far from each origin.

    Returns:
        origine, bas, haut, constate: a row an origin of which what happened is known.
    """
    premiere = int(naissances.index[0])
    annees = annees_de(cible, regles)
    toutes = naissances.to_numpy(float)[None, :]
    du_departement = cours.to_numpy(float)[None, :]
    lignes = []
    for essai in essais:
        fin = essai.origine - premiere + 1
        connues = toutes[:, :fin]
        classe = int(classe_de(connues, regles)[0])
        if (essai.horizon, essai.classe) != (horizon, classe):
            continue
        cours_connu = du_departement[:, :fin]
        prevues = [
            part_prolongee(connues, cours_connu, avance, regles) for avance in range(1, horizon + 1)
        ]
        central = additionner(connues, prevues, horizon, annees)
        bas, haut = borner(central, essai.bas, essai.haut)
        constate = toutes[0, fin + horizon - annees : fin + horizon].sum()
        lignes.append((essai.origine, float(bas[0]), float(haut[0]), float(constate)))
    return pd.DataFrame(lignes, columns=["origine", "bas", "haut", "constate"])


def places_pour_100(places: float, enfants: pd.DataFrame) -> pd.DataFrame:
    """Return the range of places per 100 children: more children, fewer places each.

    Args:
        places: Places that do not move.
        enfants: bas, central, haut (see ``prolonger``).

    Returns:
        The same columns; a range of children that starts at none has no upper end.
    """
    return enfants.assign(
        bas=100 * places / enfants["haut"].replace(0, np.nan),
        central=100 * places / enfants["central"].replace(0, np.nan),
        haut=100 * places / enfants["bas"].replace(0, np.nan),
    )
