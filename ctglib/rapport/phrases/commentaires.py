"""What the parties wrote under a theme, and which themes still await it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.blocs import Bloc, Groupe, citation, paragraphe
from ctglib.document.typographie import date_longue, enumerer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.modeles.catalogue import Theme
    from ctglib.donnees.modeles.convention import Commentaire


def commentaires(theme: Theme, commentaires: Iterable[Commentaire]) -> Bloc:
    """Return the comments of a theme, the earliest first, with author and date; nothing when none is in."""
    own = sorted((item for item in commentaires if item.theme == theme.theme), key=lambda item: item.date)
    if not own:
        return Groupe()
    block = paragraphe("Commentaires des parties :")
    for item in own:
        block += citation(item.texte, f"{item.auteur}, le {date_longue(item.date)}")
    return block


def commentaires_attendus(themes: Iterable[Theme], commentaires: Iterable[Commentaire]) -> Bloc:
    """Return which themes await a comment, and what becomes of one."""
    told = {item.theme for item in commentaires}
    awaited = [theme for theme in themes if theme.theme not in told]
    if not awaited:
        return paragraphe("Chaque thème porte au moins un commentaire des parties.")
    names = enumerer([f"« {theme.titre} »" for theme in awaited])
    return paragraphe(
        f"L'étude laisse vide le champ « Commentaires » de chaque thème. Ceux-ci attendent ceux des parties : {names}."
    ) + paragraphe(
        "Un commentaire saisi paraît sous son thème, avec sa date et le service ou l'institution qui l'écrit, jamais "
        "une personne. Le guide du classeur d'évaluation dit comment le saisir."
    )
