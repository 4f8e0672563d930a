"""The avenants of a convention: what the parties change of it once it is signed."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import model_validator

from ctglib.donnees.modeles import Annee, Modele, Positif, Texte, noms

NatureDeChangement = Literal["cible", "definition", "fiche", "indicateur", "duree"]


class Changement(Modele):
    """One change of the convention.

    ``element`` is the id of an indicator (cible, definition, indicateur) or the number of a fiche.
    A ``cible`` has a number and its ``annee``; a ``duree`` has no element, and its ``nouveau`` is
    the new last day.
    """

    nature: NatureDeChangement
    element: int | Texte | None = None
    ancien: float | Texte | None = None
    nouveau: float | Texte | None = None
    annee: Annee | None = None
    effet: date

    @model_validator(mode="after")
    def _selon_la_nature(self) -> Changement:
        if (self.element is None) != (self.nature == "duree"):
            raise ValueError(
                "un élément pour chaque changement, sauf pour la durée, qui n'en a pas"
            )
        if self.nature == "fiche" and not isinstance(self.element, int):
            raise ValueError(
                "le numéro d'une fiche, sans guillemets, pour un changement de nature « fiche »"
            )
        if self.nature == "cible" and (
            self.annee is None or not isinstance(self.nouveau, float | int)
        ):
            raise ValueError(
                "pour une cible, un nombre dans « nouveau » et l'année à laquelle l'atteindre dans "
                "« annee »"
            )
        _ = self.nouvelle_fin  # a duration whose last day is no date is refused
        return self

    @property
    def nouvelle_fin(self) -> date | None:
        """Return the last day of the convention after this change, None when it keeps its duration.

        Raises:
            ValueError: A change of duration gives no date.
        """
        if self.nature != "duree":
            return None
        try:
            return date.fromisoformat(str(self.nouveau))
        except ValueError:
            raise ValueError(
                "pour une durée, le nouveau dernier jour dans « nouveau » : 2027-12-31"
            ) from None


class Avenant(Modele):
    numero: Positif
    date: date  # of signature
    objet: Texte
    reference: Texte  # where it is kept
    changements: tuple[Changement, ...] = ()


class Avenants(Modele):
    # in the order of signature
    avenants: Annotated[tuple[Avenant, ...], noms.Unique("numero")] = ()
