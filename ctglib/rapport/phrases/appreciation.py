"""What the parties think of a fiche's year, in their words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.blocs import Bloc, colonnes, liste, sous_titre

if TYPE_CHECKING:
    from ctglib.donnees.modeles.suivi import Appreciation

RUBRIQUES = {"reussites": "Réussites", "difficultes": "Difficultés", "perspectives": "Perspectives"}
NON_TRANSMIS = "Non transmises."


def appreciation(parole: Appreciation) -> Bloc:
    """Return the three lists of an appreciation side by side; one that is empty is said to be."""
    return colonnes(
        *(
            sous_titre(titre) + liste(getattr(parole, rubrique) or (NON_TRANSMIS,))
            for rubrique, titre in RUBRIQUES.items()
        )
    )
