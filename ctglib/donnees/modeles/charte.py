"""Model of ``data/catalogue/charte.yaml``: the visual charter of the charts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ctglib.donnees.modeles.base import Modele

Couleur = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Degrade = Annotated[list[Couleur], Field(min_length=3)]


class Couleurs(Modele):
    """One colour a use; a colour is never the only carrier of meaning."""

    texte: Couleur
    territoire: Couleur
    reference: Couleur
    secondaire: Couleur
    favorable: Couleur
    a_surveiller: Couleur
    insuffisant: Couleur
    defavorable: Couleur
    absence: Couleur
    panneau: Couleur
    filet: Couleur
    fond: Couleur


class Degrades(Modele):
    """Shades of the parts of a stacked bar, from strong to light."""

    territoire: Degrade
    reference: Degrade


class Largeurs(Modele):
    """Widths of the two drawings of a chart, in centimetres."""

    large: float = Field(gt=0)
    etroit: float = Field(gt=0)


class Charte(Modele):
    """``charte.yaml``."""

    couleurs: Couleurs
    degrades: Degrades
    interligne: float = Field(ge=9)
    largeurs: Largeurs
