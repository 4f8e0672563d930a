"""How an indicator is judged: the way it has made, the verdict on its target, the evolution of two of its values.

Each judgement is a list of cases, of which the first that holds says the word and its reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctglib.calculs.comparaison import DECIMALES_EXACTES

if TYPE_CHECKING:
    from ctglib.donnees.modeles.evaluation import SeuilsEvaluation

ORIENTATIONS = {"hausse": 1, "baisse": -1}  # a maintien or a neutral indicator has no better side
TRAJET = ["valeur_initiale", "annee_initiale", "valeur", "annee", "cible", "annee_cible"]
Cas = tuple[pd.Series | bool, str, "str | pd.Series"]  # whether it holds, the word, the reason


def _premier(cas: list[Cas], index: pd.Index) -> tuple[pd.Series, pd.Series]:
    """Return, row by row, the word and the reason of the first case that holds."""
    masks = [np.broadcast_to(np.asarray(held, dtype=bool), len(index)) for held, _, _ in cas]
    found = []
    for place in (1, 2):
        choices = [np.broadcast_to(np.asarray(case[place], dtype=object), len(index)) for case in cas]
        found.append(pd.Series(np.select(masks, choices, default=""), index, dtype=object))
    return found[0], found[1]


def explique_par_le_hasard(avant: pd.Series, apres: pd.Series, seuils: SeuilsEvaluation) -> pd.Series:
    """Tell whether chance alone may explain the change of a count: few events, or a gap under some 2√(a + b).

    A count n varies by about √n when nothing changes, the difference of two by √(a + b).

    Examples:
        >>> from types import SimpleNamespace
        >>> seuils = SimpleNamespace(hasard_ecarts=2, hasard_effectif=10)
        >>> explique_par_le_hasard(pd.Series([7, 941, 905]), pd.Series([6, 985, 1032]), seuils).tolist()
        [True, True, False]
    """
    few = np.maximum(avant, apres) < seuils.hasard_effectif
    with np.errstate(invalid="ignore"):  # an indicator moved by chance is a count; the others may be under zero
        return few | (abs(apres - avant) <= seuils.hasard_ecarts * np.sqrt(avant + apres))


def mouvement(changements: pd.DataFrame, seuils: SeuilsEvaluation) -> tuple[pd.Series, pd.Series]:
    """Return how two values differ (hausse, baisse, stable, dans_le_bruit, trop_peu), and why they say no direction.

    Two equal values are stable; a difference up to the source's rounding is noise, whatever its sign; one that chance
    explains (``trop_peu``) has no direction.

    Args:
        changements: valeur_precedente, valeur, arrondi (0 when none), hasard (whether chance alone moves it).
        seuils: What chance explains.
    """
    before, now = changements["valeur_precedente"], changements["valeur"]
    gap = (now - before).round(DECIMALES_EXACTES)
    chance = changements["hasard"] & explique_par_le_hasard(before, now, seuils)
    return _premier(
        [
            (gap.isna(), "", ""),
            (gap.eq(0), "stable", ""),
            (gap.abs() <= changements["arrondi"], "dans_le_bruit", "sous_arrondi"),
            (chance, "trop_peu", "hasard"),
            (gap.gt(0), "hausse", ""),
            (True, "baisse", ""),
        ],
        changements.index,
    )


def evolution(changements: pd.DataFrame, seuils: SeuilsEvaluation) -> tuple[pd.Series, pd.Series]:
    """Return the evolution, and why it is silent, noise or banded: ("favorable", ""), ("", "rupture").

    A value to be kept is stable inside its band (the reason tells it from an equal one); nearer to the value,
    favourable; lower and farther, unfavourable. Higher and farther is neither: the text wants the offer kept, not held
    down.

    Args:
        changements: As ``mouvement`` reads them, and absence (why the value is missing), coupure (what parts the two),
            sens, maintenir (the value that a maintien keeps).
        seuils: Chance, and the band of a maintien.
    """
    told, reason = mouvement(changements, seuils)
    before, now, kept = (changements[name] for name in ("valeur_precedente", "valeur", "maintenir"))
    width = _largeur(kept, changements["arrondi"], seuils)
    far, near = (abs(value - kept).round(DECIMALES_EXACTES) for value in (before, now))
    banded = changements["sens"].eq("maintien")
    side = changements["sens"].map(ORIENTATIONS).fillna(0)
    return _premier(
        [
            (changements["absence"].ne(""), "", changements["absence"]),
            (before.isna(), "", "sans_valeur_precedente"),
            (changements["coupure"].ne(""), "", changements["coupure"]),
            (~banded & side.eq(0), "", "sans_sens"),
            (~told.isin(ORIENTATIONS), told, reason),
            (banded & np.maximum(far, near).le(width), "stable", np.where(near.gt(0), "dans_la_bande", "")),
            (banded & near.lt(far), "favorable", ""),
            (banded & told.eq("hausse"), "", "au_dessus_du_maintien"),
            (~banded & told.map(ORIENTATIONS).eq(side), "favorable", ""),
            (True, "defavorable", ""),
        ],
        changements.index,
    )


def _largeur(valeur: pd.Series, arrondi: pd.Series, seuils: SeuilsEvaluation) -> pd.Series:
    """Return how far from a value to be kept one may be: a share of it, or the rounding of the source."""
    return np.maximum(seuils.tolerance_maintien * valeur.abs(), arrondi).round(DECIMALES_EXACTES)


def progression(trajets: pd.DataFrame) -> pd.DataFrame:
    """Return what was done of a way, what a straight line would have done, their ratio, and that of compound growths.

    realise is (y_t − y_0) / (y_T − y_0), negative when going backwards; attendu is 1 once the target's year is there.
    Growth needs three values above zero and a year up to the target's: it is a second reading, which calls late a way
    that a straight line finds half done at mid-term. All are rounded, so that a threshold does not see the binary tail.

    Args:
        trajets: The columns ``TRAJET``; the target is not the initial value, the year is after the initial one.

    Examples:
        >>> progression(pd.DataFrame([[40.0, 2022, 30, 2024, 20, 2026]], columns=TRAJET)).round(2).iloc[0].tolist()
        [0.5, 0.5, 1.0, 0.84]
    """
    start, year, now, annee, target, end = (trajets[name] for name in TRAJET)
    spent, length = annee - year, end - year
    done, due = (now - start) / (target - start), (spent / length).where(spent < length, 1.0)
    grows = start.gt(0) & now.gt(0) & target.gt(0) & (spent <= length)
    had, needed = ((last / start).where(grows) ** (1 / years) - 1 for last, years in ((now, spent), (target, length)))
    return pd.DataFrame(
        {
            "realise": done.round(DECIMALES_EXACTES),
            "attendu": due.where(done.notna()),
            "rythme": (done / due).round(DECIMALES_EXACTES),
            "rythme_compose": (had / needed).round(DECIMALES_EXACTES),
        }
    )


def juger(cas: pd.DataFrame, seuils: SeuilsEvaluation) -> pd.DataFrame:
    """Return the verdict of each case, its reasons in the order of saying, and the progression where there is a way.

    A threshold that the text implies is held or not. A target that is the initial value, or a direction « maintien »,
    is a band, at least as wide as the source's rounding; without a direction, a value under it goes back, and one above
    is to be looked at: keeping an offer is keeping at least that offer. A target already met at the outset is kept or
    lost. Everything else is a way with its pace. A count that chance may have lowered is to be watched: it is not said
    to go back.

    Args:
        cas: As ``progression`` and ``evolution`` read them, and origine_cible, annuelle (a threshold without a date).
        seuils: Of paces, of the band and of chance.

    Returns:
        verdict, raisons (lists), realise, attendu, rythme, rythme_compose.
    """
    start, now, target = (cas[name] for name in ("valeur_initiale", "valeur", "cible"))
    side, rounding = cas["sens"].map(ORIENTATIONS).fillna(0), cas["arrondi"]
    held_or_not = cas["origine_cible"].eq("implicite")
    first_year = start.notna() & cas["annee"].le(cas["annee_initiale"].fillna(0)) & ~(held_or_not & cas["annuelle"])
    obstacles = pd.DataFrame(
        {
            "sans_valeur_initiale": np.where(start.isna() & ~held_or_not, "sans_valeur_initiale", ""),
            "sans_cible": np.where(target.isna(), "sans_cible", ""),
            "premiere_annee": np.where(first_year, "premiere_annee", ""),
            "absence": cas["absence"],
            "coupure": cas["coupure"],
        },
        cas.index,
    )
    stopped = obstacles.ne("").any(axis=1)
    gap = (now - target).round(DECIMALES_EXACTES)
    band = cas["sens"].eq("maintien") | (start.eq(target) & ~cas["annuelle"])
    kept = band & gap.abs().le(_largeur(target, rounding, seuils))
    threshold = ~band & (start.isna() | cas["annuelle"])
    met = ~band & ~threshold & (side * (start - target)).gt(0)
    missing = -side.replace(0, 1) * (now - target)  # how much is lacking, under zero when none
    yet_to_come = start.isna() & ~cas["annuelle"] & cas["annee"].lt(cas["annee_cible"].fillna(0))
    still = rounding.gt(0) & (now - start).abs().round(DECIMALES_EXACTES).le(rounding)
    way = progression(cas[TRAJET].where(~(stopped | band | threshold | met | still)))
    late = np.where(cas["annee"].ge(cas["annee_cible"].fillna(9999)), "echeance_passee", "")
    above, below, already = "au_dessus_de_la_bande", "sous_la_bande", "deja_atteinte_au_depart"
    verdict, reason = _premier(
        [
            (stopped, "non_evaluable", ""),
            (kept, "atteint", np.where(gap.ne(0), "dans_la_bande", "")),
            (band & (side * gap).gt(0), "atteint", np.where(gap.gt(0), above, below)),
            (band & side.eq(0) & gap.gt(0), "a_surveiller", above),
            (band, "en_recul", np.where(gap.gt(0), above, below)),
            (threshold & missing.le(0), "atteint", ""),
            (met & missing.le(0), "atteint", already),
            ((threshold | met) & missing.le(rounding), "non_evaluable", "sous_arrondi"),
            (threshold & yet_to_come, "non_evaluable", "sans_valeur_initiale"),
            (threshold, "insuffisant", "seuil_non_tenu"),
            (met, "en_recul", already),
            (still, "non_evaluable", "sous_arrondi"),
            (way["realise"].ge(1), "atteint", ""),
            (way["rythme"].lt(0), "en_recul", late),
            (way["rythme"].ge(seuils.en_bonne_voie), "en_bonne_voie", late),
            (way["rythme"].ge(seuils.a_surveiller), "a_surveiller", late),
            (True, "insuffisant", late),
        ],
        cas.index,
    )
    silent = verdict.eq("en_recul") & cas["hasard"] & start.notna() & explique_par_le_hasard(start, now, seuils)
    told = obstacles.assign(raison=reason, hasard=np.where(silent, "hasard", ""))
    reasons = [[code for code in row if code] for row in told.itertuples(index=False)]
    return way.assign(verdict=verdict.mask(silent, "a_surveiller"), raisons=pd.Series(reasons, cas.index, dtype=object))
