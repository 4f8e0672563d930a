"""Two indicators set against each other, in the words that the convention declares for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.suivi import ensemble
from ctglib.document.mesures import ligne, periode
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, nombre, pourcent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Rapport

CONVENTION = "convention"  # where an initial value comes from


class Compte(float):
    """A count that a sentence writes with its noun: ``f"{Compte(2):place}"`` is « 2 places »."""

    def __format__(self, nom: str) -> str:
        """Return the count, alone or with its noun."""
        return compter(self, nom) if nom else nombre(self)


def quotients(rapports: Iterable[Rapport], evaluation: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Return the sentence of each ratio of which both counts are known and the denominator is not zero.

    Args:
        rapports: What the convention declares.
        evaluation: The scoring of the year.
        table: What ``ctglib.calculs.suivi.annees`` returns for their indicators.
    """
    told = []
    for rapport in rapports:
        above, below, years = _comptes(rapport, evaluation, table)
        if pd.isna(above) or not below > 0:
            continue
        value = nombre(above / below, rapport.decimales)
        if rapport.calcul == "part":
            value = pourcent(100 * above / below, rapport.decimales)
        words = {"numerateur": Compte(above), "denominateur": Compte(below), "rapport": value, "annees": years}
        told.append(rapport.phrase.format(**words))
    return told


def cumul(rapport: Rapport, table: pd.DataFrame) -> pd.DataFrame:
    """Return both counts, added up from year to year over the years for which both are known."""
    both = {name: ensemble(table, getattr(rapport, name))["valeur"] for name in ("numerateur", "denominateur")}
    return pd.DataFrame(both).dropna().cumsum().reset_index(names="annee")


def tableau_cumul(rapport: Rapport, table: pd.DataFrame, contexte: Contexte) -> Tableau | None:
    """Return, on the screen, both counts added up year after year; None when only one year is known."""
    added = cumul(rapport, table)
    if len(added) < 2:
        return None
    labels = {name: contexte.indicateurs[getattr(rapport, name)].libelle for name in ("denominateur", "numerateur")}
    return Tableau.de(
        added,
        [Colonne("annee", "Année", ecrire=str), *(Colonne(name, label, True) for name, label in labels.items())],
        nom=f"cumul-{rapport.numerateur.replace('_', '-')}",
        titre=f"{labels['numerateur']}, en cumul, {contexte.territoire.nom}, {periode(added['annee'])}",
        source=contexte.source,
        ecran=True,
    )


def _comptes(rapport: Rapport, evaluation: pd.DataFrame, table: pd.DataFrame) -> tuple[float, float, str]:
    """Return the numerator, the denominator, and the years that they are of."""
    if rapport.calcul == "cumul":
        known = cumul(rapport, table)
        if known.empty:
            return float("nan"), float("nan"), ""
        years = [str(year) for year in known["annee"]]
        since = f"En {years[0]}" if len(years) == 1 else f"Sur les années connues ({enumerer(years)})"
        return known["numerateur"].iloc[-1], known["denominateur"].iloc[-1], since
    written = {"depart": (False, True), "ecrit": (True, True)}.get(rapport.calcul, (False, False))
    above, below = (
        _valeur(ligne(evaluation, name), ecrite=initial)
        for name, initial in zip((rapport.numerateur, rapport.denominateur), written, strict=True)
    )
    return above, below, ""


def _valeur(row: pd.Series | None, *, ecrite: bool) -> float:
    """Return the value of the year, or the one that the convention writes."""
    if row is None or (ecrite and row["origine_initiale"] != CONVENTION):
        return float("nan")
    return row["valeur_initiale"] if ecrite else row["valeur"]
