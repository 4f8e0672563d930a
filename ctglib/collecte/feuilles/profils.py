"""The sheet of profiles: counts of those who come, by dispositif and by variable. Aggregates only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.feuille import (
    Feuille,
    Ligne,
    Liste,
    Nombre,
    liste_des_etats,
    saisie_montree,
    statut_saisi,
    valeur_montree,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue

FEUILLE = "profils"
CLE = ("dispositif", "variable", "modalite", "variable_2", "modalite_2")


def feuille(cadre: Cadre) -> Feuille:
    """Return the sheet: each dispositif by each variable, then the crossed counts already entered."""
    lists = _listes(cadre)
    keys = dict.fromkeys(_attendues(cadre))
    keys |= dict.fromkeys([*cadre.precedent(FEUILLE), *cadre.saisi(FEUILLE)])
    parts = cadre.gabarit.parts
    lignes = tuple(
        _ligne(cadre, key, lists) for key in keys if cadre.concerne(parts.dispositifs.get(key[0], parts.principal))
    )
    return Feuille(cadre.modele(FEUILLE), lignes, lists, {"effectif": Nombre()})


def _listes(cadre: Cadre) -> dict[str, Liste]:
    catalogue = cadre.dossier.catalogue
    dispositifs = catalogue.dimensions[catalogue.profils.dimension].modalites
    variables = {item.libelle: item.id for item in catalogue.profils.variables}
    by_variable = {item.id: {part.libelle: part.id for part in item.modalites} for item in catalogue.profils.variables}
    parts = {word: code for words in by_variable.values() for word, code in words.items()}
    return {
        "dispositif": Liste("dispositifs", {item.libelle: item.id for item in dispositifs}),
        "variable": Liste("variables", variables),
        "modalite": Liste("categories", parts, "variable", by_variable),
        "variable_2": Liste("variables", variables),
        "modalite_2": Liste("categories", parts, "variable_2", by_variable),
        "statut": liste_des_etats(cadre),
    }


def _attendues(cadre: Cadre) -> Iterator[tuple[str, ...]]:
    """Yield a key for each part of each variable, for the dispositifs where a fiche counts people."""
    profils = cadre.dossier.catalogue.profils
    declared = [part.id for part in cadre.dossier.catalogue.dimensions[profils.dimension].modalites]
    asked = {
        part
        for item in cadre.indicateurs().values()
        if item.dimension == profils.dimension and item.sensible
        for part in item.modalites or declared
    }
    for dispositif in (part for part in declared if part in asked):
        for variable in profils.variables:
            yield from ((dispositif, variable.id, part.id, "", "") for part in variable.modalites)


def _ligne(cadre: Cadre, key: tuple[str, ...], lists: dict[str, Liste]) -> Ligne:
    codes = dict(zip(CLE, key, strict=True))
    shown = {name: _mot(lists[name], code, codes) for name, code in codes.items()}
    shown |= {
        "precedent": valeur_montree(cadre, cadre.precedent(FEUILLE).get(key), "effectif"),
        **saisie_montree(cadre, cadre.saisi(FEUILLE).get(key), "effectif"),
    }
    return Ligne(codes, shown, {"effectif": Nombre()})


def _mot(liste: Liste, code: str, codes: dict[str, str]) -> str:
    """Return the word of a code; of a part, the word that its own variable gives."""
    if not code:
        return ""
    words = liste.par.get(codes.get(liste.selon, ""), liste.codes)
    return next((word for word, other in words.items() if other == code), code)


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return the count of a filled row."""
    values = lue.valeurs
    status = statut_saisi(values.get("effectif", ""), values.get("statut", ""))
    if not status:
        return []
    filled = {"effectif": values.get("effectif", ""), "statut": status}
    return [Entree(FEUILLE, tuple(lue.codes.get(name, "") for name in CLE), filled, lue.origine)]
