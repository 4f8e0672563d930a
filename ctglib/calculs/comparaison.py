"""A territory beside its reference: levels, gaps and variations, one row an indicator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.formules import dernieres

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur, Unite

COLONNES = (
    "indicateur", "libelle", "section", "unite", "annee", "valeur", "statut", "valeur_reference", "statut_reference",
    "ecart", "ecart_type", "ecart_relatif", "variation", "variation_reference", "ecart_variation", "note",
)  # fmt: skip
PREFIXE_EVOLUTION = "evolution_"  # in the catalogue, the yearly change of « x » is « evolution_x »
DECIMALES_EXACTES = 9  # 15.9 − 15.1 is 0.8000000000000007 in binary: a threshold must not see that


def comparer(
    observations: pd.DataFrame,
    indicateurs: Mapping[str, Indicateur],
    unites: Mapping[str, Unite],
    territoire: str,
    reference: str,
) -> pd.DataFrame:
    """Return one row an indicator, in catalogue order: the territory, its reference, and what separates them.

    Two rates differ by points, two amounts per head by a percentage, two counts by nothing: a commune is not compared
    with its département by size. ``ecart_relatif`` is a percentage of the reference, missing for counts and when the
    reference is zero. Values of two different years are not compared.

    Args:
        observations: Long table: section, indicateur, territoire, annee, valeur, variation_5_ans, unite, statut, note.
        indicateurs: The catalogue, in the order wanted.
        unites: The units by id; ``ecart`` tells how two values compare.
        territoire: Code of the territory looked at.
        reference: Code of the territory it is compared with.

    Returns:
        The columns ``COLONNES``; ``ecart`` in points or in %, as ``ecart_type`` says.
    """
    known = observations[observations["indicateur"].isin(list(indicateurs))]
    latest = dernieres(known)
    own = latest[latest["territoire"] == territoire].set_index("indicateur")
    other = latest[latest["territoire"] == reference].set_index("indicateur").reindex(own.index)
    table = own[["section", "unite", "annee", "valeur", "statut", "note"]].assign(
        libelle=[indicateurs[identifiant].libelle for identifiant in own.index],
        valeur_reference=other["valeur"],
        statut_reference=other["statut"],
        ecart_type=own["unite"].map(lambda unite: unites[unite].ecart),
        variation=own["variation_5_ans"],
        variation_reference=other["variation_5_ans"],
        est_evolution=[indicateurs[identifiant].est_evolution for identifiant in own.index],
        note=[reunir_notes(*notes) for notes in zip(own["note"], other["note"], strict=True)],
    )
    order = [identifiant for identifiant in indicateurs if identifiant in table.index]
    return _ecarts(table, same_year=own["annee"].eq(other["annee"])).loc[order].reset_index()[list(COLONNES)]


def evolutions_annuelles(unites: Mapping[str, str]) -> dict[str, str]:
    """Return, for each indicator whose yearly change is an indicator of the same unit, the id of that change.

    Args:
        unites: The unit of each indicator, by id.
    """
    return {
        identifiant: PREFIXE_EVOLUTION + identifiant
        for identifiant in unites
        if unites.get(PREFIXE_EVOLUTION + identifiant) == unites[identifiant]
    }


def reunir_notes(note: object, note_reference: object) -> str:
    """Return the notes of both territories as one text, without repetition; empty when there is none."""
    own, other = (text if isinstance(text, str) else "" for text in (note, note_reference))
    if other in own:
        return own
    return other if own in other else f"{own.rstrip('.')}. {other}"


def _ecarts(table: pd.DataFrame, same_year: pd.Series) -> pd.DataFrame:
    valeur = table["valeur"].where(same_year.fillna(False).astype(bool))
    reference = table["valeur_reference"]
    points = valeur - reference
    relatif = 100 * points / reference.where(reference != 0)
    kind = table["ecart_type"]
    return table.assign(
        ecart=points.where(kind == "points", relatif.where(kind == "pourcent")).round(DECIMALES_EXACTES),
        ecart_relatif=relatif.where((kind != "aucun") & ~table["est_evolution"]).round(DECIMALES_EXACTES),
        ecart_variation=(table["variation"] - table["variation_reference"]).round(DECIMALES_EXACTES),
    )
