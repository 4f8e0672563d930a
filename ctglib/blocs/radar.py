"""The indices of vulnerability: how they are read, and which ones the rounding of the printed values alone classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.radar import DECIMALES_INDICE, incertains
from ctglib.document.blocs import Bloc, avertissement, liste, paragraphe
from ctglib.document.typographie import majuscule, nombre, nombre_court

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Radar
    from ctglib.donnees.modeles.convention import Lacune


def mode_d_emploi(indices: pd.DataFrame, radar: Radar, contexte: Contexte, lacune: Lacune | None = None) -> Bloc:
    """Return the working hypothesis set apart, then the formula, the reference and the thresholds.

    Args:
        indices: As ``ctglib.calculs.radar.indices`` returns them.
        radar: Axes, formula, thresholds.
        contexte: The territory and its reference.
        lacune: The open question of the convention on its radar, if any.
    """
    low, high, same = map(nombre_court, (radar.seuil_bas, radar.seuil_haut, 100))
    used = {contexte.unites[contexte.indicateurs[axe.indicateur].unite].renversement
            for axe in radar.axes if axe.renverse}  # fmt: skip
    steps = {name: contexte.indicateurs[name].arrondi_source or 0.0 for name in indices["indicateur"]}
    unsure = incertains(indices, radar, steps)
    return (
        avertissement(f"{radar.avertissement} {lacune.manque.rstrip('. ')}." if lacune else radar.avertissement)
        + paragraphe(radar.formule)
        + liste(
            [
                f"Groupe de référence : {radar.groupe_de_reference.rstrip('. ')}. À {same}, la valeur "
                f"{contexte.territoire.de} égale celle {contexte.reference.de}.",
                f"Un indice de {high} ou plus est dit fortement supérieur, de {low} ou moins fortement inférieur ; il "
                "est classé tel qu'il est imprimé, à l'unité.",
                *(f"« {majuscule(rule.mots)} » : {rule.regle}." for kind, rule in radar.renversements if kind in used),
                *(
                    f"Classement incertain, à l'arrondi près des valeurs imprimées : « {row.libelle} », dont l'indice "
                    f"va de {nombre(row.minimum, DECIMALES_INDICE)} à {nombre(row.maximum, DECIMALES_INDICE)}."
                    for row in unsure.itertuples()
                ),
                *([f"Question ouverte ({lacune.reference}) : {lacune.question}"] if lacune else []),
            ]
        )
    )
