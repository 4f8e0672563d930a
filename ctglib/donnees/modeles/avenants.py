"""Model of a convention's ``avenants.yaml``: what was changed, from what to what, from when (article 11)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from ctglib.donnees.modeles.base import Annee, Modele, Texte


class Changement(Modele):
    """One change. ``element`` is the id of an indicator (cible, definition, indicateur) or the number of a fiche.

    A ``cible`` has a number and its ``annee``; a ``duree`` has no element, and its ``nouveau`` is the new last day.
    """

    nature: Literal["cible", "definition", "fiche", "indicateur", "duree"]
    element: int | Texte | None = None
    ancien: float | Texte | None = None
    nouveau: float | Texte | None = None
    annee: Annee | None = None
    effet: date

    @model_validator(mode="after")
    def _selon_la_nature(self) -> Changement:
        if (self.element is None) != (self.nature == "duree"):
            raise ValueError("un élément pour chaque changement, sauf pour la durée, qui n'en a pas")
        if self.nature == "fiche" and not isinstance(self.element, int):
            raise ValueError("le numéro d'une fiche, sans guillemets, pour un changement de nature « fiche »")
        if self.nature == "cible" and (self.annee is None or not isinstance(self.nouveau, float | int)):
            raise ValueError(
                "pour une cible, un nombre dans « nouveau » et l'année à laquelle l'atteindre dans « annee »"
            )
        if self.nature == "duree":
            _jour(self.nouveau)
        return self

    @property
    def nouvelle_fin(self) -> date | None:
        """Return the last day of the convention after this change, None when it does not touch its duration."""
        return _jour(self.nouveau) if self.nature == "duree" else None


class Avenant(Modele):
    """An avenant: its number, when it was signed, what it is about, where it is kept."""

    numero: int = Field(ge=1)
    date: date
    objet: Texte
    reference: Texte
    changements: tuple[Changement, ...] = ()


class Avenants(Modele):
    """``avenants.yaml``, in the order of signature."""

    avenants: tuple[Avenant, ...] = ()


def _jour(ecrit: float | str | None) -> date:
    try:
        return date.fromisoformat(str(ecrit))
    except ValueError:
        raise ValueError("pour une durée, le nouveau dernier jour dans « nouveau » : 2027-12-31") from None
