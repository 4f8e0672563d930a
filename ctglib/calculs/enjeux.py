"""What the figures say under each enjeu of the convention, and which fiche answers it.

That a theme belongs to an enjeu and that a fiche answers an indicator is a reading of the workbook, entered in
``convention.yaml``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.synthese import classer_par_ecart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.calculs.constats import Constat
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.convention import Convention

COLONNES = (
    "enjeu", "theme", "indicateur", "annee", "unite", "niveau", "statut", "reference", "statut_reference", "ecart",
    "ecart_type", "ecart_relatif", "lecture", "fiches",
)  # fmt: skip
LECTURES = {"defavorable": "besoin", "favorable": "atout"}
SIMILAIRE, REPERE = "similaire", "repere"


def constats_par_enjeu(
    convention: Convention, constats: Iterable[Constat], indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return the comparable findings of the themes of each enjeu, the widest relative gap first within the enjeu.

    Returns:
        The columns ``COLONNES``: ``lecture`` is besoin, atout, similaire (under the threshold) or repere (a gap neither
        good nor bad); ``fiches`` lists the fiches that answer the indicator, joined by « ; », empty when none does.
    """
    ranked = classer_par_ecart(constats, indicateurs)
    rows = [
        _ligne(constat, enjeu.id, convention)
        for enjeu in convention.enjeux
        for constat in ranked
        if constat.theme in enjeu.themes
    ]
    return pd.DataFrame(rows, columns=list(COLONNES))


def hors_enjeux(
    convention: Convention, constats: Iterable[Constat], indicateurs: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Return the needs of the themes that no enjeu takes, the widest relative gap first.

    Returns:
        The columns ``COLONNES``; ``enjeu`` is empty.
    """
    taken = {theme for enjeu in convention.enjeux for theme in enjeu.themes}
    rows = [
        _ligne(constat, "", convention)
        for constat in classer_par_ecart(constats, indicateurs)
        if constat.theme not in taken and constat.sens == "defavorable"
    ]
    return pd.DataFrame(rows, columns=list(COLONNES))


def fiches_de(convention: Convention, indicateur: str) -> tuple[int, ...]:
    """Return the numbers of the fiches that answer an indicator."""
    return tuple(fiche.numero for fiche in convention.fiches if indicateur in fiche.repond_a)


def _ligne(constat: Constat, enjeu: str, convention: Convention) -> dict[str, object]:
    reading = LECTURES.get(constat.sens, SIMILAIRE if constat.position == "similaire" else REPERE)
    return {
        **{name: getattr(constat, name) for name in COLONNES if hasattr(constat, name)},
        "enjeu": enjeu,
        "lecture": reading,
        "fiches": SEPARATEUR.join(str(numero) for numero in fiches_de(convention, constat.indicateur)),
    }
