"""How far the past of an indicator can take it: what a target to be agreed on is set beside.

It is no forecast, and no target: the best gain of one year, repeated every year of the convention
to come, from the last known value. Nothing is said of an indicator with too few known years.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from ctglib.calculs.evaluation import OBSERVATIONS
from ctglib.donnees.modeles.catalogue import Indicateur, Unite

# By what a change is multiplied to be a gain: a fall is one when a fall is wanted.
SIGNES = {"hausse": 1, "baisse": -1}
NOMBRE = "nombre"
ABSENTE = float("nan")


@dataclass(frozen=True)
class Repere:
    """The mark of an indicator, or the reason why it has none.

    ``gain`` is that of the best year, in the direction that is wanted, from the year before
    ``annee`` to it; ``valeur`` is where it leads from ``depart``, and ``borne`` the bound that
    stops it there, missing when none does.
    """

    motif: str = ""  # why there is none
    variations: int = 0  # from one known year to the next, since the last break
    rupture: int = 0  # the year of that break, 0 without any
    depart: float = ABSENTE
    gain: float = ABSENTE
    annee: int = 0
    valeur: float = ABSENTE
    borne: float = ABSENTE


def repere(
    indicateur: Indicateur,
    unites: Mapping[str, Unite],
    valeurs: pd.Series,
    ruptures: Collection[int],
    *,
    annees: int,
    variations_au_moins: int,
    tout: float = ABSENTE,
) -> Repere:
    """Return the mark of an indicator: its last value and ``annees`` times its best gain of a year.

    Args:
        indicateur: Its direction and its bounds.
        unites: Those of the catalogue, by code: a yes or no has no mark.
        valeurs: Its values by year, those that are not known missing or left out.
        ruptures: The years from which its values no longer compare with earlier ones.
        annees: How many years the convention to come has.
        variations_au_moins: How many yearly changes have to be known.
        tout: The last value of what it is a part of, or of the places that it fills: no mark goes
            beyond. Missing when there is none.

    Returns:
        The mark; ``motif`` tells why there is none, in this order: "pas_un_nombre", "sans_valeur",
        "a_maintenir" (a level to be kept), "sans_sens", "trop_peu" (of known years), "sans_gain"
        (no year that went the way that is wanted). Values are rounded as they are printed, so that
        a reader finds the mark again.

    Examples:
        >>> places = Indicateur(
        ...     id="places",
        ...     libelle="Places",
        ...     definition="Places",
        ...     unite="nombre",
        ...     nature="resultat",
        ...     sens="hausse",
        ...     decimales=0,
        ... )
        >>> unites = {"nombre": Unite(id="nombre", libelle="Nombre", ecart="pourcent", decimales=0)}
        >>> valeurs = pd.Series({2023: 40.0, 2024: 44.0, 2025: 43.0, 2026: 50.0})
        >>> trouve = repere(places, unites, valeurs, (), annees=4, variations_au_moins=3)
        >>> trouve.depart, trouve.gain, trouve.annee, trouve.valeur
        (50.0, 7.0, 2026, 78.0)
    """
    if indicateur.table != OBSERVATIONS or unites[indicateur.unite].forme != NOMBRE:
        return Repere("pas_un_nombre")
    connues = valeurs.dropna().sort_index().round(indicateur.decimales)
    if connues.empty:
        return Repere("sans_valeur")
    if indicateur.sens not in SIGNES:
        return Repere("a_maintenir" if indicateur.sens == "maintien" else "sans_sens")

    rupture = derniere_rupture(connues, ruptures)
    gains = gains_par_annee(connues, ruptures, indicateur.sens).round(indicateur.decimales)
    if len(gains) < variations_au_moins:
        return Repere("trop_peu", len(gains), rupture)
    gain = float(gains.max())
    if gain <= 0:
        return Repere("sans_gain", len(gains), rupture)

    depart = float(connues.iloc[-1])
    visee = depart + SIGNES[indicateur.sens] * annees * gain
    bas, haut = indicateur.bornes
    bornee = visee if bas is None else max(visee, bas)
    plafonds = [plafond for plafond in (haut, tout) if plafond is not None and pd.notna(plafond)]
    bornee = min([bornee, *plafonds])
    return Repere(
        variations=len(gains),
        rupture=rupture,
        depart=depart,
        gain=gain,
        annee=meilleure_annee(gains),
        valeur=round(bornee, indicateur.decimales),
        borne=bornee if bornee != visee else ABSENTE,
    )


def gains_par_annee(valeurs: pd.Series, ruptures: Collection[int], sens: str) -> pd.Series:
    """Return by how much each year went the way that is wanted, negative when it went the other.

    A year counts when the one before is known, since the last break. To keep a level, a rise is a
    gain.

    Args:
        valeurs: The known values of an indicator, by year, in order.
        ruptures: The years from which its values no longer compare with earlier ones.
        sens: The direction that is wanted: "hausse", "baisse", "maintien"…
    """
    depuis = derniere_rupture(valeurs, ruptures)
    comparables = valeurs[valeurs.index >= depuis]
    d_une_annee = comparables.index.to_series().diff().eq(1)
    signe = SIGNES.get(sens, 1)
    return (signe * comparables.diff())[d_une_annee]


def meilleure_annee(gains: pd.Series) -> int:
    """Return the first year that gained most, of gains by year."""
    return int(gains.index[gains.eq(gains.max())].min())


def derniere_rupture(valeurs: pd.Series, ruptures: Collection[int]) -> int:
    """Return the last year from which known values no longer compare with earlier ones, 0 without
    any.
    """
    if valeurs.empty:
        return 0
    passees = [annee for annee in ruptures if valeurs.index[0] < annee <= valeurs.index[-1]]
    return max(passees, default=0)
