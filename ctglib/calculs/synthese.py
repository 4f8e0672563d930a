"""What the first page holds: key figures, the widest gaps good and bad, and what is uncertain."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import evolutions_annuelles

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ctglib.calculs.constats import Constat, Sens
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.synthese import Synthese

OUVERT = "ouvert"


@dataclass(frozen=True)
class Incertitudes:
    """What the figures and the text leave in doubt.

    Args:
        ouverts: Open findings of the consistency check by severity, the gravest first.
        plus_graves: What the first open findings of the gravest severity are about, each once.
        verdicts: Sentences of the text by verdict.
        provisoires: Indicators whose level may still be revised; ``evolutions_provisoires`` counts the yearly changes.
        ruptures: Findings whose variation crosses a break.
        absents: Indicators of which one of the two values is absent.
        lacunes: How many points the convention leaves open.
    """

    ouverts: Mapping[str, int]
    plus_graves: tuple[str, ...]
    verdicts: Mapping[str, int]
    provisoires: tuple[str, ...]
    evolutions_provisoires: int
    ruptures: tuple[Constat, ...]
    absents: tuple[str, ...]
    lacunes: int


@dataclass(frozen=True)
class Essentiel:
    """The first page.

    ``reperes`` are wide gaps neither good nor bad, ``services`` those absent; ``doutes`` says why an indicator is
    doubtful. ``sans_ecart`` when no gap at all could be computed: that there is no need then means nothing.
    """

    chiffres: tuple[Constat, ...]
    forces: tuple[Constat, ...]
    besoins: tuple[Constat, ...]
    reperes: tuple[Constat, ...]
    services: tuple[Constat, ...]
    doutes: Mapping[str, str]
    incertitudes: Incertitudes
    sans_ecart: bool = False


def synthetiser(
    constats: tuple[Constat, ...],
    synthese: Synthese,
    indicateurs: Mapping[str, Indicateur],
    *,
    doutes: Mapping[str, str],
    incertitudes: Incertitudes,
) -> Essentiel:
    """Return what the first page shows, picked by the size of the gap to the reference.

    Strengths and needs are gaps that the catalogue's direction calls good or bad; a doubtful or provisional need comes
    last: it is never the strongest. Few indicators have a direction: the places that strengths leave empty go to the
    widest gaps without one, one a theme, doubtful values left out.

    Args:
        constats: A finding for every indicator, in catalogue order.
        synthese: The key figures, and how many strengths and needs.
        indicateurs: The catalogue.
        doutes: Why some indicators are doubtful, by id.
        incertitudes: See ``relever_incertitudes``.
    """
    by_id = {constat.indicateur: constat for constat in constats}
    ranked = classer_par_ecart(constats, indicateurs)
    forces = _de_sens(ranked, "favorable")[: synthese.forces]
    needs = _de_sens(ranked, "defavorable")[: synthese.besoins]
    return Essentiel(
        chiffres=tuple(by_id[identifiant] for identifiant in synthese.chiffres_cles if identifiant in by_id),
        forces=forces,
        besoins=tuple(sorted(needs, key=lambda item: item.provisoire or item.indicateur in doutes)),
        reperes=_un_par_theme(ranked, doutes)[: synthese.forces - len(forces)],
        services=services_absents(constats, synthese.services),
        doutes=doutes,
        incertitudes=incertitudes,
        sans_ecart=not ranked,
    )


def classer_par_ecart(constats: Iterable[Constat], indicateurs: Mapping[str, Indicateur]) -> tuple[Constat, ...]:
    """Return the findings that have a relative gap, the widest first; equal gaps keep the order of the catalogue.

    Counts have none: a commune is not compared with its département by size. The gap between two changes is left out:
    +17.6 % for +4.3 % is not four times anything.
    """
    kept = (
        constat
        for constat in constats
        if constat.ecart_relatif is not None and not indicateurs[constat.indicateur].est_evolution
    )
    return tuple(sorted(kept, key=lambda constat: -abs(constat.ecart_relatif)))


def services_absents(constats: Iterable[Constat], services: Collection[str]) -> tuple[Constat, ...]:
    """Return the findings of services that the territory has none of while its reference has some."""
    return tuple(item for item in constats if item.indicateur in services and item.niveau == 0 and item.reference)


def relever_incertitudes(
    constats: tuple[Constat, ...],
    controle: pd.DataFrame,
    affirmations: pd.DataFrame,
    *,
    gravites: Iterable[str],
    points_graves: int,
    lacunes: int,
) -> Incertitudes:
    """Return what is uncertain: open findings, sentences judged, provisional or absent values, breaks, open points.

    Args:
        constats: A finding for every indicator.
        controle: Findings of the consistency check: objet, gravite, statut.
        affirmations: Sentences judged: verdict.
        gravites: The severities, the gravest first.
        points_graves: How many of the gravest open findings are named.
        lacunes: How many points the convention leaves open.
    """
    open_ = controle[controle["statut"] == OUVERT]
    counts = {gravite: int((open_["gravite"] == gravite).sum()) for gravite in gravites}
    gravest = next((gravite for gravite, count in counts.items() if count), None)
    yearly = set(evolutions_annuelles({constat.indicateur: constat.unite for constat in constats}).values())
    provisional = [constat.indicateur for constat in constats if constat.provisoire]
    return Incertitudes(
        ouverts=counts,
        plus_graves=_plus_graves(open_[open_["gravite"] == gravest])[:points_graves],
        verdicts=dict(Counter(affirmations["verdict"])),
        provisoires=tuple(identifiant for identifiant in provisional if identifiant not in yearly),
        evolutions_provisoires=sum(identifiant in yearly for identifiant in provisional),
        ruptures=tuple(constat for constat in constats if constat.rupture),
        absents=tuple(c.indicateur for c in constats if c.niveau is None or c.reference is None),
        lacunes=lacunes,
    )


def _plus_graves(rows: pd.DataFrame) -> tuple[str, ...]:
    """Return what the gravest findings are about: the first of each rule, then the others."""
    first = ~rows["regle"].duplicated()
    return tuple(dict.fromkeys([*rows.loc[first, "objet"], *rows.loc[~first, "objet"]]))


def _de_sens(constats: Iterable[Constat], sens: Sens) -> tuple[Constat, ...]:
    return tuple(constat for constat in constats if constat.sens == sens)


def _un_par_theme(ranked: Iterable[Constat], doutes: Mapping[str, str]) -> tuple[Constat, ...]:
    """Return, for each theme, its widest gap that is neither good nor bad nor similar nor doubtful."""
    first: dict[str, Constat] = {}
    for constat in _de_sens(ranked, "neutre"):
        if constat.position != "similaire" and constat.indicateur not in doutes:
            first.setdefault(constat.theme, constat)
    return tuple(first.values())
