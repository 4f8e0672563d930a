"""Model of ``data/catalogue/releve.yaml``: the words of the draft minutes."""

from __future__ import annotations

from pydantic import Field

from ctglib.donnees.modeles.base import Modele, Texte

RELEVE = "catalogue/releve.yaml"


class ReglesReleve(Modele):
    """``releve.yaml``; ``{annee}`` and ``{convention}`` are filled; ``lignes_*`` count empty rows."""

    presents: Texte
    lignes_de_presents: int = Field(ge=1)
    lignes_libres: int = Field(ge=1)
    ordre_du_jour: tuple[Texte, ...] = Field(min_length=1)
    autres: Texte
    consigne: Texte
    retour: Texte
