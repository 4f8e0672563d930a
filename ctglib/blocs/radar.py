"""The indices of vulnerability: their chart, how they are read, and which ones rounding alone classes."""

from __future__ import annotations

import pandas as pd

from ctglib.calculs.radar import DECIMALES_INDICE, incertains
from ctglib.document.blocs import Bloc, avertissement, liste, paragraphe, suite
from ctglib.document.contexte import Contexte
from ctglib.document.typographie import date_longue, majuscule, nombre, nombre_court
from ctglib.donnees.modeles.catalogue import Radar
from ctglib.donnees.modeles.convention import Convention
from ctglib.graphiques.points import points_indices


def vulnerabilite(
    indices: pd.DataFrame, radar: Radar, contexte: Contexte, convention: Convention, *, valide: bool
) -> Bloc | None:
    """Return what the indices rest on, their chart, then how they are read; None when there is none.

    Until the convention says who validated them they are a working hypothesis, which the report of the check shows;
    from then on they belong to the diagnostic. ``valide`` is which of the two the caller shows.
    """
    if valide != bool(convention.radar) or not indices["indice"].notna().any():
        return None
    both = f"{contexte.territoire.le} et {contexte.reference.le}"
    title = f"Indices de vulnérabilité : quels écarts entre {both} ?"
    chart = points_indices(indices, radar, contexte, nom="indices", titre=title)
    return suite([fondement(radar, convention), chart, *mode_d_emploi(indices, radar, contexte, convention).pieces])


def fondement(radar: Radar, convention: Convention) -> Bloc:
    """Return who validated the indices and when, or the working hypothesis set apart."""
    if done := convention.radar.get("valide"):
        return paragraphe(f"Indices validés par {done.par} le {date_longue(done.date)}.")
    gaps = [item.manque.rstrip(". ") for item in convention.lacunes if item.id == radar.lacune]
    return avertissement(" ".join([radar.avertissement, *(f"{gap}." for gap in gaps)]))


def mode_d_emploi(indices: pd.DataFrame, radar: Radar, contexte: Contexte, convention: Convention) -> Bloc:
    """Return the formula, the reference, the thresholds, the unsure axes and, before validation, the open question."""
    low, high, same = map(nombre_court, (radar.seuil_bas, radar.seuil_haut, 100))
    used = {contexte.unites[contexte.indicateurs[axe.indicateur].unite].renversement
            for axe in radar.axes if axe.renverse}  # fmt: skip
    steps = {name: contexte.indicateurs[name].arrondi_source or 0.0 for name in indices["indicateur"]}
    gaps = [item for item in convention.lacunes if item.id == radar.lacune and not convention.radar]
    return paragraphe(radar.formule) + liste(
        [
            f"Groupe de référence : {radar.groupe_de_reference.rstrip('. ')}. À {same}, la valeur "
            f"{contexte.territoire.de} égale celle {contexte.reference.de}.",
            f"Un indice de {high} ou plus est dit fortement supérieur, de {low} ou moins fortement inférieur ; il est "
            "classé tel qu'il est imprimé, à l'unité.",
            *(f"« {majuscule(rule.mots)} » : {rule.regle}." for kind, rule in radar.renversements if kind in used),
            *(
                f"Classement incertain, à l'arrondi près des valeurs imprimées : « {row.libelle} », dont l'indice va "
                f"de {nombre(row.minimum, DECIMALES_INDICE)} à {nombre(row.maximum, DECIMALES_INDICE)}."
                for row in incertains(indices, radar, steps).itertuples()
            ),
            *(f"Question ouverte ({gap.reference}) : {gap.question}" for gap in gaps),
        ]
    )
