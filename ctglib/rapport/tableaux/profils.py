"""The profiles in tables: counts by variable and dispositif, and crossed counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte

TIRET = "–"
COLONNES_CROISEES = (
    Colonne("modalite", "Modalité"),
    Colonne("modalite_2", "Croisée avec"),
    Colonne("effectif", "Effectif", numerique=True),
)


def tableau_profils(parts: pd.DataFrame, annee: int, contexte: Contexte, *, titre: str) -> Tableau:
    """Return the counts, one row a modalité in the group of its variable, one column a dispositif.

    Args:
        parts: What ``ctglib.calculs.profils.parts`` returns.
        annee: Year.
        contexte: The words and the source.
        titre: What the table is about.
    """
    dispositifs = parts.drop_duplicates("dispositif")
    columns = (
        Colonne("modalite", "Profil"),
        *(Colonne(row.dispositif, row.libelle_dispositif, numerique=True) for row in dispositifs.itertuples()),
    )
    rows = [members for _, members in _lignes(parts)]
    return Tableau(
        nom="profils",
        titre=f"{titre}, effectifs par dispositif, {contexte.territoire.nom}, {annee}",
        colonnes=columns,
        cellules=pd.DataFrame(
            [_cellules(members, columns, contexte) for members in rows], columns=[column.cle for column in columns]
        ),
        donnees=parts,
        source=contexte.source,
        groupes=tuple(members["libelle_variable"].iloc[0] for members in rows),
        notes=(*_tirets(parts, rows, columns), *legende(parts["statut"], contexte)),
    )


def _lignes(parts: pd.DataFrame) -> list[tuple[object, pd.DataFrame]]:
    """Return the rows by variable and modalité, variable after variable, whatever dispositif met them first."""
    groups = dict(list(parts.groupby(["variable", "modalite"], sort=False)))
    order = {name: place for place, name in enumerate(dict.fromkeys(parts["variable"]))}
    return sorted(groups.items(), key=lambda item: order[item[0][0]])


def _cellules(members: pd.DataFrame, columns: tuple[Colonne, ...], contexte: Contexte) -> list[str]:
    counts = zip(members["dispositif"], members["effectif"], members["statut"], strict=True)
    told = {dispositif: _effectif(effectif, statut, contexte) for dispositif, effectif, statut in counts}
    return [members["libelle"].iloc[0], *(told.get(column.cle, TIRET) for column in columns[1:])]


def _tirets(parts: pd.DataFrame, rows: list[pd.DataFrame], columns: tuple[Colonne, ...]) -> tuple[str, ...]:
    return () if len(parts) == len(rows) * (len(columns) - 1) else (f"{TIRET} : ligne non remplie.",)


def _effectif(effectif: float, statut: str, contexte: Contexte) -> str:
    return contexte.absence(statut) if pd.isna(effectif) else marquer(nombre(effectif), statut)


def tableau_croisements(table: pd.DataFrame, annee: int, contexte: Contexte) -> Tableau:
    """Return the crossed counts, one group a dispositif and pair of variables.

    Args:
        table: What ``ctglib.calculs.profils.croisements`` returns.
        annee: Year.
        contexte: The words and the source.
    """
    cells = [(row.libelle, row.libelle_2, _effectif(row.effectif, row.statut, contexte)) for row in table.itertuples()]
    return Tableau(
        nom="profils-croises",
        titre=f"Profils croisés, effectifs, {contexte.territoire.nom}, {annee}",
        colonnes=COLONNES_CROISEES,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in COLONNES_CROISEES]),
        donnees=table,
        source=contexte.source,
        groupes=tuple(
            f"{row.libelle_dispositif} : {row.libelle_variable} et {row.libelle_variable_2}"
            for row in table.itertuples()
        ),
        notes=legende(table["statut"], contexte),
    )
