"""What the law asks since the convention was signed: whom it binds, where the convention answers, what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.evaluation import Connu, Lectures, ReglesConformite

COLONNES = ("element", "titre", "ou", "fiches", "diagnostic", "series", "offre", "manque", "detenteurs")


def population(annexe1: pd.DataFrame, regles: ReglesConformite, territoire: str) -> tuple[int, int] | None:
    """Return the inhabitants that the diagnostic counts last and their year; None when it gives none."""
    rows = annexe1[annexe1["indicateur"].eq(regles.population) & annexe1["territoire"].eq(territoire)]
    rows = rows[rows["valeur"].notna()].sort_values("annee")
    return None if rows.empty else (int(rows["valeur"].iloc[-1]), int(rows["annee"].iloc[-1]))


def conformite(
    regles: ReglesConformite,
    lectures: Lectures,
    annexe1: pd.DataFrame,
    series: pd.DataFrame,
    offre: pd.DataFrame,
    *,
    territoire: str,
) -> pd.DataFrame:
    """Return one row an element of the schéma: where the convention answers, what the workbook knows, who has the rest.

    Args:
        regles: The elements.
        lectures: What the convention declares; an element that it does not name has an empty ``ou``.
        annexe1: Its diagnostic.
        series: The public series known, all years.
        offre: Its services.
        territoire: Code of the territory.

    Returns:
        The columns ``COLONNES``: ``diagnostic`` and ``series`` map each indicator known to its last year, ``offre``
        each kind of service to how many there are.
    """
    told = {item.element: item for item in lectures.schema_petite_enfance}
    own = [table[table["territoire"].eq(territoire) & table["valeur"].notna()] for table in (annexe1, series)]
    rows = []
    for element in regles.elements:
        found = told.get(element.id)
        rows.append(
            {
                "element": element.id,
                "titre": element.titre,
                "ou": found.ou if found else "",
                "fiches": found.fiches if found else (),
                **_connus(element.connu, *own, offre),
                "manque": element.manque,
                "detenteurs": element.detenteurs,
            }
        )
    return pd.DataFrame(rows, columns=list(COLONNES))


def _connus(connu: Connu, annexe1: pd.DataFrame, series: pd.DataFrame, offre: pd.DataFrame) -> dict[str, Mapping]:
    def annees(table: pd.DataFrame, noms: tuple[str, ...]) -> dict[str, int]:
        last = table.groupby("indicateur")["annee"].max()
        return {name: int(last[name]) for name in noms if name in last.index and pd.notna(last[name])}

    kinds = offre.drop_duplicates("structure")["type"].value_counts()
    return {
        "diagnostic": annees(annexe1, connu.diagnostic),
        "series": annees(series, connu.series),
        "offre": {name: int(kinds[name]) for name in connu.offre if name in kinds.index},
    }


def themes_absents(regles: ReglesConformite, convention: Convention) -> list[str]:
    """Return the themes that no axis and no fiche names, in the words of the circular."""
    titles = [item.titre.lower() for item in (*convention.axes, *convention.fiches)]
    return [
        theme.titre
        for theme in regles.themes_minimum.themes
        if not any(word in title for word in theme.mots for title in titles)
    ]
