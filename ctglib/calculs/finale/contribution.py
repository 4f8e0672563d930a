"""From action to result, fiche by fiche: what the workbook knows of each link, and how strong the chain is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.calculs.finale.lecture import CONTRAIRES, VOULUES
from ctglib.calculs.finale.objectifs import Faits, relever

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.finale import CodeForce

REALISATION, RESULTAT = "realisation", "resultat"


@dataclass(frozen=True)
class Chaine:
    """A fiche from its actions to its results.

    Attributes:
        fiche: The fiche.
        actions: Its modalités by state, its indicators.
        realisations: Rows of the parcours, those measured.
        resultats: The same, for results.
        manquants: How many indicators of realisation and of result nobody informed in any year.
        contexte: Rows of ``revisiter`` whose series is said of the fiche.
        force: What the rules of the catalogue say of the evidence.
    """

    fiche: Fiche
    actions: Faits
    realisations: pd.DataFrame
    resultats: pd.DataFrame
    manquants: Mapping[str, int]
    contexte: pd.DataFrame
    force: CodeForce


def chaine(
    fiche: Fiche,
    etats: pd.DataFrame,
    parcours: pd.DataFrame,
    revisite: pd.DataFrame,
    series: Mapping[str, Indicateur],
) -> Chaine:
    """Return the chain of a fiche.

    Args:
        fiche: The fiche.
        etats: The states at the end.
        parcours: The indicators.
        revisite: The public series then and now.
        series: Meanings of the public series: « fiche » is the one that a series throws light on.
    """
    own = parcours[parcours["fiche"] == fiche.numero]
    known = own["derniere"].notna()
    kinds = {kind: own["nature"].eq(kind) for kind in (REALISATION, RESULTAT)}
    actions = relever(etats.loc[etats["fiche"] == fiche.numero, "statut"], own)
    results = own[kinds[RESULTAT] & known]
    about = [name for name, item in series.items() if item.fiche == fiche.numero]
    return Chaine(
        fiche=fiche,
        actions=actions,
        realisations=own[kinds[REALISATION] & known],
        resultats=results,
        manquants={kind: int((rows & own["annees_connues"].eq(0)).sum()) for kind, rows in kinds.items()},
        contexte=revisite[revisite["indicateur"].isin(about) & revisite["avant"].notna()],
        force=force(actions.realisees, int((kinds[REALISATION] & known).sum()), results["evolution"].tolist()),
    )


def force(actions_faites: int, realisations_mesurees: int, evolutions: list[str]) -> CodeForce:
    """Return the strength of a chain; « forte » is never said here: other explanations have to be ruled out by people.

    Args:
        actions_faites: Modalités done, in whole or in part.
        realisations_mesurees: Indicators of realisation with a value.
        evolutions: Of the results since their initial value, "" when it cannot be read.
    """
    if not any(item in (*VOULUES, *CONTRAIRES) for item in evolutions):
        return "aucune"
    linked = actions_faites > 0 and realisations_mesurees > 0
    return "moyenne" if linked and any(item in VOULUES for item in evolutions) else "faible"
