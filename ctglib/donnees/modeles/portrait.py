"""Model of ``data/catalogue/portrait.yaml``: what a portrait says of a territory, from public figures alone."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte


class Mesure(Modele):
    """A figure of a portrait: a series, or the ratio of two.

    Of several series the first that the territory has is taken. ``dit`` is the sentence that bears the value, "" when
    page one never does; ``moyenne`` how many years are averaged; ``garder`` keeps its row where only others have it.
    """

    id: Identifiant
    libelle: Texte
    numerateur: tuple[Identifiant, ...] = Field(min_length=1)
    denominateur: Identifiant | None = None
    pour: int = 100
    unite: Identifiant
    dit: str = ""
    moyenne: int = Field(default=1, ge=1)
    garder: bool = False


class Theme(Modele):
    """The measures of a chapter; ``figure`` asks what its dumbbells answer, of ``figure_de``, or of all its shares.

    ``parts`` asks what the stacked bar of the counts ``parts_de`` answers.
    """

    tableau: Texte
    mesures: tuple[Mesure, ...]
    figure: str = ""
    figure_de: tuple[Identifiant, ...] = ()
    parts: str = ""
    parts_de: tuple[Identifiant, ...] = ()
    parts_libelles: tuple[Texte, ...] = ()


class Semblables(Modele):
    """How the territories alike are chosen: how many by level, the window of sizes, the shares compared."""

    voisins: dict[Literal["commune", "epci"], int]
    fenetre: int = Field(ge=1)
    taille: Identifiant
    parts: tuple[Identifiant, ...] = Field(min_length=1)


class Manque(Modele):
    """What public figures do not say of a theme, who has it, and why it is not public."""

    theme: Identifiant
    quoi: Texte
    qui: Texte
    pourquoi: Texte


class Portrait(Modele):
    """``portrait.yaml``.

    Under ``minimum`` there is no rate, under ``suivi`` no curve; ``champs`` says why the figures of a family of files
    are missing.
    """

    minimum: int = Field(ge=1)
    suivi: int = Field(ge=1)
    abreviations: dict[str, Texte]
    semblables: Semblables
    themes: dict[Identifiant, Theme]
    evolution: tuple[Identifiant, ...] = Field(max_length=6)
    evolution_libelles: tuple[Texte, ...]
    carte: tuple[Identifiant, ...]
    champs: dict[Identifiant, Texte]
    manques: tuple[Manque, ...]
