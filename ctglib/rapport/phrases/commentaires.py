"""What the parties wrote under a theme, and which themes still await it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.rapport.blocs import Bloc, citation, liste, paragraphe
from ctglib.rapport.typographie import date_longue, enumerer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.convention import Commentaire


def commentaires(theme: Theme, commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments of a theme, the earliest first, with author and date; or one line when none is in."""
    own = sorted((item for item in commentaires if item.theme == theme.theme), key=lambda item: item.date)
    if not own:
        return paragraphe("Commentaires des parties : aucun n'est encore saisi.", classe="note")
    block = paragraphe("Commentaires des parties :")
    for item in own:
        block += citation(item.texte, f"{item.auteur}, le {date_longue(item.date)}")
    return block


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire], fichier: str) -> Bloc:
    """Return which themes await a comment, and how to enter one.

    Args:
        themes: The themes, in their order.
        commentaires: Those already entered.
        fichier: Where they are entered, from the data folder.
    """
    told = {item.theme for item in commentaires}
    awaited = [theme for theme in themes if theme.theme not in told]
    if not awaited:
        return paragraphe("Chaque thème porte au moins un commentaire des parties.")
    names = enumerer([f"« {theme.titre} »" for theme in awaited])
    asked = f"L'étude laisse vide le champ « Commentaires » de chaque thème. Sont attendus : {names}."
    return paragraphe(asked) + liste(
        [
            f"Où : le fichier {fichier} du dossier des données, sous « commentaires ».",
            f"Quoi : theme ({', '.join(theme.theme for theme in awaited)}), auteur (un service ou une institution, non "
            "une personne), date (année-mois-jour) et texte.",
            "Ensuite : produire à nouveau le rapport ; le commentaire paraît sous son thème, avec auteur et date.",
        ]
    )
