"""Sums that a masked count reaches: absent like it, and for the same reason."""

from __future__ import annotations

import pandas as pd

from ctglib.secret.masque import SECRET


def sommer(table: pd.DataFrame, *par: str) -> pd.DataFrame:
    """Rend les sommes des effectifs ou des valeurs d'une table du suivi, groupe par groupe.

    pandas saute les valeurs absentes : une somme de cellules masquées donnerait zéro, ou un total trop petit que l'on
    croirait entier. Ici une somme qui compte une valeur masquée est absente, de statut Q (« secret »), et celle qui
    compte une valeur inconnue est absente, de statut L.

    Args:
        table: Des lignes de profils (``effectif``) ou d'observations (``valeur``), avec leur ``statut``.
        par: Les colonnes qui font les groupes ; sans elles, une seule somme.

    Returns:
        Les colonnes ``par``, la somme sous le nom de ce qui est sommé, et son ``statut``.

    Examples:
        >>> rows = pd.DataFrame({"sexe": ["f", "f", "g"], "effectif": [None, 8.0, 9.0], "statut": ["Q", "A", "A"]})
        >>> sommer(rows, "sexe").to_dict("records")
        [{'sexe': 'f', 'effectif': nan, 'statut': 'Q'}, {'sexe': 'g', 'effectif': 9.0, 'statut': 'A'}]
    """
    column = "effectif" if "effectif" in table.columns else "valeur"
    known = table.assign(secret=table["statut"].eq(SECRET), inconnu=table[column].isna())
    groups = known.groupby(list(par) if par else lambda _: 0, sort=False, dropna=False)
    found = groups.agg({column: "sum", "secret": "any", "inconnu": "any"})
    found[column] = found[column].mask(found["inconnu"] | found["secret"])
    found["statut"] = (
        pd.Series("A", index=found.index).mask(found["inconnu"], "L").mask(found["secret"], SECRET).astype("str")
    )
    return found.drop(columns=["secret", "inconnu"]).reset_index(drop=not par)
