"""Checked rows of text to a DataFrame: a code stays text, an empty number is missing, an empty text is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.csv_strict import TableLue
    from ctglib.donnees.schema_table import Champ, SchemaTable


def en_table(lue: TableLue, schema: SchemaTable) -> pd.DataFrame:
    """Return the rows of a table without fault, typed by its schema: text, float64, or Int64 for years and integers."""
    import pandas as pd

    return pd.DataFrame(
        {champ.name: _colonne([row.cellules[champ.name] for row in lue.lignes], champ) for champ in schema.fields}
    )


def _colonne(textes: list[str], champ: Champ) -> pd.Series:
    import pandas as pd

    if champ.type == "number":
        return pd.Series([float(texte) if texte else float("nan") for texte in textes], dtype="float64")
    if champ.type in ("integer", "year"):
        return pd.Series([int(texte) if texte else None for texte in textes], dtype="Int64")
    return pd.Series(textes, dtype="str")
