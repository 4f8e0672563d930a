"""The indices of vulnerability: how they are read, their table, the axes far from the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import deux_niveaux, lieux_et_dates
from ctglib.calculs.radar import DECIMALES_INDICE, incertains, ranger
from ctglib.document.blocs import Bloc, avertissement, colonnes, liste, paragraphe, sous_titre
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import enumerer, majuscule, nombre, nombre_court

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Radar, RegleDeRenversement
    from ctglib.donnees.modeles.convention import Lacune

AUCUN = "Aucun."


def mode_d_emploi(radar: Radar, contexte: Contexte, lacune: Lacune | None = None) -> Bloc:
    """Return the working hypothesis set apart (with what the text lost), the formula, the reference and the thresholds.

    Args:
        radar: Axes, formula, thresholds.
        contexte: The territory and its reference.
        lacune: The open question of the convention on its radar, if any.
    """
    low, high = nombre_court(radar.seuil_bas), nombre_court(radar.seuil_haut)
    rules = [
        f"Groupe de référence : {_sans_point(radar.groupe_de_reference)}. À {nombre_court(100)}, la valeur "
        f"{contexte.territoire.de} égale celle {contexte.reference.de}.",
        f"Un indice de {high} ou plus est dit fortement supérieur, de {low} ou moins fortement inférieur ; il est "
        "classé tel qu'il est imprimé, à l'unité.",
        *(f"« {majuscule(rule.mots)} » : {rule.regle}." for rule in _renversements(radar, contexte)),
    ]
    if lacune is not None:
        rules.append(f"Question ouverte ({lacune.reference}) : {lacune.question}")
    return avertissement(radar.avertissement) + paragraphe(radar.formule) + liste(rules)


def ecarts_forts(indices: pd.DataFrame, radar: Radar, contexte: Contexte) -> Bloc:
    """Return the axes far above and far below the reference, the furthest first, each with its index."""
    high, low = nombre_court(radar.seuil_haut), nombre_court(radar.seuil_bas)
    above = ranger(indices[indices["niveau"] == "haut"])
    below = ranger(indices[indices["niveau"] == "bas"], montant=True)
    there = contexte.reference.a
    lists = colonnes(
        sous_titre(f"Fortement supérieurs ({high} ou plus)") + _axes(above, contexte),
        sous_titre(f"Fortement inférieurs ({low} ou moins)") + _axes(below, contexte),
    )
    absent = list(indices.loc[indices["niveau"] == "absent", "libelle"])
    if len(absent) == len(indices):
        return paragraphe(f"Aucun indice ne se calcule : aucun axe n'a deux valeurs de la même année ici et {there}.")
    sentences = _incertains(indices, radar, contexte)
    if absent:
        sentences.append(f"Sans indice, faute de deux valeurs de la même année ici et {there} : {enumerer(absent)}.")
    return sum((paragraphe(sentence) for sentence in sentences), lists)


def _incertains(indices: pd.DataFrame, radar: Radar, contexte: Contexte) -> list[str]:
    """Return which axes are classed by the rounding of the printed values alone."""
    steps = {name: contexte.indicateurs[name].arrondi_source or 0.0 for name in indices["indicateur"]}
    return [
        f"Classement incertain, à l'arrondi près des valeurs imprimées : « {row.libelle} », dont l'indice va de "
        f"{nombre(row.minimum, DECIMALES_INDICE)} à {nombre(row.maximum, DECIMALES_INDICE)}."
        for row in incertains(indices, radar, steps).itertuples()
    ]


def _axes(rows: pd.DataFrame, contexte: Contexte) -> Bloc:
    return liste(_axe(row, contexte) for _, row in rows.iterrows()) if len(rows) else paragraphe(AUCUN)


def _axe(row: pd.Series, contexte: Contexte) -> str:
    own = contexte.valeur(row["indicateur"], row["valeur"], row["statut"])
    other = contexte.valeur(row["indicateur"], row["valeur_reference"], row["statut_reference"])
    index = nombre(row["indice"], DECIMALES_INDICE)
    return f"{row['libelle']} : indice {index} ({own}, contre {other} {contexte.reference.a})"


def _renversements(radar: Radar, contexte: Contexte) -> list[RegleDeRenversement]:
    """Return the rules that turn an axis of this radar round."""
    units = {contexte.indicateurs[axe.indicateur].unite for axe in radar.axes if axe.renverse}
    used = {contexte.unites[unit].renversement for unit in units}
    return [rule for kind, rule in radar.renversements if kind in used]


def _sans_point(phrase: str) -> str:
    return phrase.rstrip(". ")


PLACES = {
    "haut": "fortement supérieur",
    "bas": "fortement inférieur",
    "proche": "entre les deux seuils",
    "absent": "sans indice",
}


def tableau_radar(indices: pd.DataFrame, radar: Radar, contexte: Contexte) -> Tableau:
    """Return the table of the indices, in the radar's order; the CSV carries them unrounded."""
    columns = (
        Colonne("axe", "Axe", ecrire=lambda row: row["libelle"]),
        Colonne("annee", "Année", numerique=True, ecrire=lambda annee: "" if pd.isna(annee) else str(annee)),
        *deux_niveaux(contexte, "valeur", "Valeur"),
        Colonne("indice", "Indice", numerique=True, ecrire=_indice),
        Colonne("place", "Place", ecrire=lambda row: PLACES[row["niveau"]]),
    )
    title = f"Indices de vulnérabilité (hypothèse de travail), {lieux_et_dates(contexte, indices['annee'])}"
    notes = _notes(radar, contexte)
    return Tableau.de(indices, columns, nom="radar", titre=title, source=contexte.source, notes=notes)


def _indice(valeur: float) -> str:
    return "–" if pd.isna(valeur) else nombre(valeur, DECIMALES_INDICE)


def _notes(radar: Radar, contexte: Contexte) -> tuple[str, ...]:
    low, high = nombre_court(radar.seuil_bas), nombre_court(radar.seuil_haut)
    reference = f"{contexte.reference.nom} = {nombre_court(100)}"
    return (f"Indice : {reference}. Fortement supérieur : {high} ou plus ; fortement inférieur : {low} ou moins.",)
