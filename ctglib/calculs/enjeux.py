"""What the diagnostic and the fiches say under each enjeu of the convention, and which fiche answers it.

A need comes from three places: an indicator whose gap is unfavourable, a service that the territory has none of, what
a fiche's own constat initial tells. That a theme belongs to an enjeu and that a fiche answers an indicator is a reading
of the workbook, entered in ``convention.yaml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import classer_par_ecart, services_absents
from ctglib.calculs.ecriture import SEPARATEUR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from ctglib.calculs.comparaison import Constat
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention, Fiche

COLONNES = (
    "enjeu", "theme", "origine", "besoin", "indicateur", "annee", "unite", "niveau", "statut", "reference",
    "statut_reference", "ecart", "ecart_type", "ecart_relatif", "lecture", "fiches",
)  # fmt: skip
LECTURES = {"defavorable": "besoin", "favorable": "atout"}
BESOIN, SIMILAIRE, REPERE = "besoin", "similaire", "repere"
INDICATEUR, SERVICE, FICHE = "indicateur", "service", "fiche"


def constats_par_enjeu(
    convention: Convention,
    constats: Iterable[Constat],
    indicateurs: Mapping[str, Indicateur],
    services: Collection[str],
) -> pd.DataFrame:
    """Return the findings of the themes of each enjeu: gaps, the widest first, absent services, needs of its fiches.

    Args:
        convention: Its enjeux and fiches.
        constats: A finding for every indicator of Annexe 1.
        indicateurs: The catalogue.
        services: The counts whose zero is a need.

    Returns:
        The columns ``COLONNES``: ``origine`` is indicateur, service or fiche (``besoin`` then tells it); ``lecture`` is
        besoin, atout, similaire (under the threshold) or repere (a gap neither good nor bad); ``fiches`` lists the
        fiches that answer, joined by « ; », empty when none does.
    """
    found = list(constats)
    ranked, absent = classer_par_ecart(found, indicateurs), services_absents(found, services)
    rows = []
    for enjeu in convention.enjeux:
        rows += [_ecart(constat, enjeu.id, convention) for constat in ranked if constat.theme in enjeu.themes]
        rows += [_service(constat, enjeu.id, convention) for constat in absent if constat.theme in enjeu.themes]
        own = [fiche for fiche in convention.fiches if fiche.enjeu == enjeu.id]
        rows += [_de_fiche(besoin, fiche, enjeu.themes) for fiche in own for besoin in fiche.besoins]
    return _table(rows)


def hors_enjeux(
    convention: Convention,
    constats: Iterable[Constat],
    indicateurs: Mapping[str, Indicateur],
    services: Collection[str],
) -> pd.DataFrame:
    """Return the needs of the themes that no enjeu takes: gaps, the widest first, then absent services.

    Returns:
        The columns ``COLONNES``; ``enjeu`` is empty.
    """
    taken = {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    left = [constat for constat in constats if constat.theme not in taken]
    rows = [
        _ecart(constat, "", convention)
        for constat in classer_par_ecart(left, indicateurs)
        if constat.sens == "defavorable"
    ]
    rows += [_service(constat, "", convention) for constat in services_absents(left, services)]
    return _table(rows)


def besoins(par_enjeu: pd.DataFrame, hors: pd.DataFrame) -> pd.DataFrame:
    """Return every need once, whatever the enjeux that share its theme; the columns ``COLONNES``."""
    rows = pd.concat([par_enjeu[par_enjeu["lecture"] == BESOIN], hors], ignore_index=True)
    return rows.drop_duplicates(["origine", "besoin", "indicateur"], ignore_index=True)


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLONNES)).astype({"annee": "Int64"})


def _ligne(constat: Constat, enjeu: str, convention: Convention) -> dict[str, object]:
    answers = [str(fiche.numero) for fiche in convention.fiches if constat.indicateur in fiche.repond_a]
    told = {name: getattr(constat, name) for name in COLONNES if hasattr(constat, name)}
    return {**told, "enjeu": enjeu, "besoin": "", "fiches": SEPARATEUR.join(answers)}


def _ecart(constat: Constat, enjeu: str, convention: Convention) -> dict[str, object]:
    reading = LECTURES.get(constat.sens, SIMILAIRE if constat.position == "similaire" else REPERE)
    return {**_ligne(constat, enjeu, convention), "origine": INDICATEUR, "lecture": reading}


def _service(constat: Constat, enjeu: str, convention: Convention) -> dict[str, object]:
    return {**_ligne(constat, enjeu, convention), "origine": SERVICE, "lecture": BESOIN}


def _de_fiche(besoin: str, fiche: Fiche, themes: list[str]) -> dict[str, object]:
    return {
        "enjeu": fiche.enjeu,
        "theme": next(iter(themes), ""),
        "origine": FICHE,
        "besoin": besoin,
        "indicateur": "",
        "lecture": BESOIN,
        "fiches": str(fiche.numero),
    }
