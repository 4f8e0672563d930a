"""The sheet of indicators: one row a figure, for the whole and for each part of its breakdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.collecte.extraire import Entree
from ctglib.collecte.feuille import (
    Feuille,
    Ligne,
    Nombre,
    liste_des_etats,
    saisie_montree,
    statut_saisi,
    valeur_montree,
)

if TYPE_CHECKING:
    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.extraire import LigneLue
    from ctglib.donnees.modeles.catalogue import Indicateur

FEUILLE = "indicateurs"
TABLE = "observations"
# Where the cells of a corrected figure stand, by column of the follow-up.
_DES_CORRECTIONS = {"valeur": "correction", "note": "raison"}


def feuille(cadre: Cadre) -> Feuille:
    """Return the sheet, each row with last year's value as it is known today.

    An indicator that is computed, or read in another table (profiles, posture), is not asked for here; what is awaited
    once is asked for its year, then the year after, to be corrected.
    """
    lignes = tuple(
        _ligne(cadre, item, part)
        for item in cadre.indicateurs().values()
        if item.table == TABLE and item.calcul is None
        for part in ("", *_parts(cadre, item))
        if cadre.concerne(_responsable(cadre, item, part)) and _attendue(cadre, item, part)
    )
    return Feuille(cadre.modele(FEUILLE), lignes, {"statut": liste_des_etats(cadre)})


def _parts(cadre: Cadre, item: Indicateur) -> tuple[str, ...]:
    """Return the parts of the breakdown that the indicator has, all of them unless it names some."""
    if item.dimension is None:
        return ()
    declared = cadre.dossier.catalogue.dimensions[item.dimension].modalites
    return tuple(item.modalites) or tuple(part.id for part in declared)


def _attendue(cadre: Cadre, item: Indicateur, part: str) -> bool:
    """Tell whether the year asks for a figure, or already has it."""
    years = cadre.annees_attendues(item) if item.unique else ()
    return (
        not years
        or bool(years & {cadre.annee, cadre.annee - 1})
        or bool(_derniere(cadre, _codes(item, part), cadre.annee))
    )


def _codes(item: Indicateur, part: str) -> dict[str, str]:
    return {"indicateur": item.id, "dimension": (item.dimension or "") if part else "", "modalite": part}


def _responsable(cadre: Cadre, item: Indicateur, part: str) -> str:
    parts = cadre.gabarit.parts
    asked = item.collecte.responsable if item.collecte else None
    of_profiles = item.dimension == cadre.dossier.catalogue.profils.dimension
    return (parts.dispositifs.get(part) if of_profiles else None) or asked or parts.principal


def _ligne(cadre: Cadre, item: Indicateur, part: str) -> Ligne:
    codes = _codes(item, part)
    entered = _derniere(cadre, codes, cadre.annee)
    shown = {
        "repere": f"{item.id}.{part}" if part else item.id,
        "fiche": cadre.fiche_de(item.id),
        "libelle": item.libelle,
        "detail": _detail(cadre, item, part),
        "definition": item.definition,
        "collecte": _collecte(cadre, item, part),
        "unite": cadre.dossier.catalogue.unites[item.unite].libelle,
        "precedent": valeur_montree(cadre, _derniere(cadre, codes, cadre.annee - 1)),
        **saisie_montree(cadre, entered),
    }
    if entered:
        shown |= {"source": entered["source"], "note": entered["note"]}
    elif item.collecte:
        shown |= {"source": item.collecte.document}
    number = _nombre(item)
    return Ligne(codes, shown, {"valeur": number, "correction": number}, attendues=frozenset({"valeur"}))


def _nombre(item: Indicateur) -> Nombre:
    low, high = item.bornes
    return Nombre(0 if low is None else low, high, item.decimales, item.unite == "pourcent")


def _detail(cadre: Cadre, item: Indicateur, part: str) -> str:
    if item.dimension is None:
        return ""
    dimension = cadre.dossier.catalogue.dimensions[item.dimension]
    words = {entry.id: entry.libelle for entry in dimension.modalites}
    return words[part] if part else "Ensemble"


def _collecte(cadre: Cadre, item: Indicateur, part: str) -> str:
    if item.collecte is None:
        return ""
    service = cadre.dossier.catalogue.responsables[_responsable(cadre, item, part)].libelle
    return " ; ".join((service, item.collecte.quand, item.collecte.document))


def _derniere(cadre: Cadre, codes: dict[str, str], annee: int) -> dict[str, str] | None:
    """Return the row of the latest millésime for a year, whichever folder holds it."""
    wanted = {**codes, "territoire": cadre.dossier.convention.territoire, "annee": str(annee)}
    rows = [
        row
        for suivi in cadre.suivis.values()
        for row in suivi[TABLE].values()
        if all(row[name] == code for name, code in wanted.items())
    ]
    return max(rows, key=lambda row: row["millesime"], default=None)


def entrees(lue: LigneLue, cadre: Cadre) -> list[Entree]:
    """Return the year's figure, and last year's corrected one; a source alone says nothing."""
    values = lue.valeurs
    figures = {cadre.annee: values.get("valeur", ""), cadre.annee - 1: values.get("correction", "")}
    states = {cadre.annee: statut_saisi(figures[cadre.annee], values.get("statut", ""))}
    states[cadre.annee - 1] = statut_saisi(figures[cadre.annee - 1], "")
    return [
        _observation(lue, cadre, year, {"valeur": figures[year], "statut": status})
        for year, status in states.items()
        if status
    ]


def _observation(lue: LigneLue, cadre: Cadre, annee: int, valeurs: dict[str, str]) -> Entree:
    """Return an observation; the millésime is the year of the workbook until the import says otherwise."""
    item = cadre.indicateurs()[lue.codes["indicateur"]]
    key = (
        cadre.dossier.convention.territoire,
        str(annee),
        *(lue.codes[name] for name in ("indicateur", "dimension", "modalite")),
        str(cadre.annee),
    )
    corrected = annee != cadre.annee
    note = lue.valeurs.get("raison" if corrected else "note", "")
    others = {"unite": item.unite, "source": lue.valeurs.get("source", ""), "note": note}
    values = valeurs | {name: text for name, text in others.items() if text}
    return Entree(TABLE, key, values, lue.origine.sous(_DES_CORRECTIONS) if corrected else lue.origine)
