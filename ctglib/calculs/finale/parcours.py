"""The way of each indicator over the whole convention: where it started, its last measure, and how that reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.evaluation.cible import Depart, depart, sens_voulu
from ctglib.calculs.evaluation.evolution import Changement, evolution
from ctglib.calculs.evaluation.lignes import Annee, Ligne, lignes
from ctglib.calculs.evaluation.serie import MESURE, Mesure, coupures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.calculs.evaluation.serie import Series

COLONNES = (
    "fiche", "indicateur", "libelle", "definition", "unite", "sens", "nature", "origine", "table", "valeur_initiale",
    "annee_initiale", "origine_initiale", "derniere", "annee_derniere", "statut_derniere", "cible", "annee_cible",
    "origine_cible", "verdict", "raison", "evolution", "raison_evolution", "annees_connues", "responsable", "calcule",
    "connue", "annee_connue", "statut_connue", "a_maintenir",
)  # fmt: skip
REELS = ("valeur_initiale", "derniere", "cible", "connue", "a_maintenir")
ENTIERS = ("fiche", "annee_initiale", "annee_derniere", "annee_cible", "annees_connues", "annee_connue")
SECRET, OBSERVATIONS = "Q", "observations"
QUALITATIF, SANS_MESURE, SANS_DEPART, SANS_SUITE = (
    "qualitatif", "annee_manquante", "sans_valeur_initiale", "premiere_annee",
)  # fmt: skip


def parcours(year: Annee, mesures: Series, evaluations: Mapping[int, pd.DataFrame]) -> pd.DataFrame:
    """Return one row an indicator: its initial value, its last measure, the verdict then, the evolution since.

    The verdict is that of the bilan of the last measured year: a year that nobody informed does not wipe it out. The
    evolution is from the initial value to that measure, breaks and rounding counted as in a year's bilan.

    Args:
        year: The last year of the convention.
        mesures: What ``series`` returns for that year, small counts suppressed.
        evaluations: What ``evaluer`` returns for each year of the convention.

    Returns:
        The columns ``COLONNES``; ``annees_connues`` counts the years informed, a suppressed value included; ``connue``
        is the last value known: that of ``derniere``, or else the initial one.
    """
    by_year = {annee: _ensembles(table) for annee, table in evaluations.items()}
    known = _annees_connues(evaluations)
    rows = [
        _ligne(ligne, year, by_year, known.get(ligne.indicateur.id, 0))
        for ligne in lignes(year, mesures)
        if ligne.est_ensemble
    ]
    table = pd.DataFrame(rows, columns=list(COLONNES))
    return table.astype(dict.fromkeys(REELS, "float64") | dict.fromkeys(ENTIERS, "Int64") | {"calcule": "bool"})


def _ensembles(evaluation: pd.DataFrame) -> pd.DataFrame:
    return evaluation[evaluation["dimension"].eq("")].set_index("indicateur")


def _annees_connues(evaluations: Mapping[int, pd.DataFrame]) -> dict[str, int]:
    """Return in how many years each indicator is informed, by its whole or by one of its modalités."""
    counts: dict[str, int] = {}
    for table in evaluations.values():
        told = table[table["renseigne"] | table["statut"].eq(SECRET)]
        for name in told["indicateur"].unique():
            counts[name] = counts.get(name, 0) + 1
    return counts


def _ligne(ligne: Ligne, year: Annee, by_year: Mapping[int, pd.DataFrame], known: int) -> dict[str, object]:
    debut = year.convention.debut.year
    initial = depart(ligne.prevu, ligne.serie, debut)
    last = _derniere(ligne, debut)
    told = by_year[last.annee if last else year.annee].loc[ligne.indicateur.id]
    evolved, reason = _evolution(ligne, year, initial, last)
    latest = last or (Mesure(initial.annee, initial.valeur, MESURE) if initial else None)
    names = ("libelle", "unite", "sens", "nature", "origine", "responsable", "calcule", "cible", "annee_cible")
    return {
        **{name: told[name] for name in (*names, "origine_cible", "verdict", "raison")},
        "fiche": ligne.fiche.numero,
        "indicateur": ligne.indicateur.id,
        "definition": ligne.indicateur.definition,
        "table": ligne.indicateur.table,
        "valeur_initiale": initial.valeur if initial else None,
        "annee_initiale": initial.annee if initial else None,
        "origine_initiale": initial.origine if initial else "",
        "derniere": last.valeur if last else None,
        "annee_derniere": last.annee if last else None,
        "statut_derniere": last.statut if last else told["statut"],
        "evolution": evolved,
        "raison_evolution": reason,
        "a_maintenir": initial.valeur if initial and told["sens"] == "maintien" else None,
        "annees_connues": known,
        "connue": latest.valeur if latest else None,
        "annee_connue": latest.annee if latest else None,
        "statut_connue": latest.statut if latest else "",
    }


def _derniere(ligne: Ligne, debut: int) -> Mesure | None:
    """Return the last measure of the years of the convention, None when there is none."""
    return next(_mesures(ligne, debut), None)


def _mesures(ligne: Ligne, debut: int) -> Iterator[Mesure]:
    for year in sorted(ligne.serie, reverse=True):
        if year >= debut and ligne.serie[year].valeur is not None:
            yield ligne.serie[year]


def _evolution(ligne: Ligne, year: Annee, initial: Depart | None, last: Mesure | None) -> tuple[str, str]:
    """Return the evolution since the initial value, or why there is none."""
    if ligne.indicateur.table != OBSERVATIONS:
        return "", QUALITATIF
    if last is None:
        return "", SANS_MESURE
    if initial is None:
        return "", SANS_DEPART
    if last.annee <= initial.annee:
        return "", SANS_SUITE
    return evolution(
        Changement(
            precedente=Mesure(initial.annee, initial.valeur, MESURE),
            mesure=last,
            sens=sens_voulu(ligne.prevu, ligne.indicateur),
            maintenir=initial.valeur,
            arrondi=ligne.indicateur.arrondi_source or 0,
            coupures=coupures(ligne.indicateur, year.changements),
            hasard=ligne.indicateur.hasard,
        ),
        year.catalogue.evaluation.seuils,
    )
