"""The profiles in sentences: for which dispositifs they are known, what is hidden, which shares can't be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.profils import SANS_TOTAL, SECRET, UN_SEUL_CACHE
from ctglib.document.blocs import Bloc, Groupe, liste
from ctglib.document.typographie import compter, minuscule, nombre_court

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

    from ctglib.donnees.modeles.catalogue import Seuils

POURQUOI = {
    UN_SEUL_CACHE: "un effectif est secret, sa part le serait aussi",
    SANS_TOTAL: "l'effectif total n'est pas publié",
}


def profils(parts: pd.DataFrame, croisements: pd.DataFrame, dispositifs: Mapping[str, str], seuils: Seuils) -> Bloc:
    """Return what is known of the profiles, what is hidden and by which rule, and the shares that are not made.

    Args:
        parts: What ``ctglib.calculs.profils.parts`` returns.
        croisements: What ``croisements`` of the same module returns.
        dispositifs: Labels of the dispositifs of the fiche, by id.
        seuils: The threshold of small counts.
    """
    if parts.empty:
        return Groupe()
    given = set(parts["dispositif"])
    known = [label for name, label in dispositifs.items() if name in given]
    missing = [label for name, label in dispositifs.items() if name not in given]
    told = [f"Profils transmis pour {compter(len(known), 'dispositif')} sur {len(dispositifs)} : {_noms(known)}."]
    told += [f"Profils non transmis : {_noms(missing)}."] if missing else []
    return liste([*told, *_secrets([*parts["statut"], *croisements["statut"]], seuils), *_sans_parts(parts)])


def _secrets(statuts: Iterable[str], seuils: Seuils) -> list[str]:
    hidden = sum(statut == SECRET for statut in statuts)
    if not hidden:
        return []
    return [
        f"{compter(hidden, 'effectif')} sous secret : ceux de 1 à {nombre_court(seuils.petits_effectifs - 1)}, et "
        "ceux qui permettraient de les retrouver. Zéro est publié."
    ]


def _sans_parts(parts: pd.DataFrame) -> list[str]:
    """Return, by reason, the variables of the dispositifs that have counts and no shares."""
    rows = parts[parts["raison"].isin(list(POURQUOI))].drop_duplicates(["dispositif", "variable"])
    return [
        f"Sans répartition, car {why} : "
        + " ; ".join(f"{minuscule(row.libelle_variable)} ({row.libelle_dispositif})" for row in concerned.itertuples())
        + "."
        for reason, why in POURQUOI.items()
        if len(concerned := rows[rows["raison"].eq(reason)])
    ]


def _noms(labels: list[str]) -> str:
    return " ; ".join(minuscule(label) for label in labels)
