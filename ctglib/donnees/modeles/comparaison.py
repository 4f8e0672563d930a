"""Model of ``data/catalogue/comparaison.yaml``: how comparable communes are chosen, and what is said of the gaps."""

from __future__ import annotations

from pydantic import Field

from ctglib.donnees.modeles.base import Identifiant, Modele, Texte


class Reglage(Modele):
    """What the rule has that is arbitrary.

    The year of reference is the first of the convention less ``annees_avant``; ``voisins`` communes are kept among
    those whose size is between that of the one looked at divided by ``fenetre``, and multiplied by it.
    """

    annees_avant: int = Field(ge=1)
    voisins: int = Field(ge=1)
    fenetre: int = Field(ge=2)


class MotsComparaison(Modele):
    """Words and signs of what a gap is worth, and why there is none."""

    bruit: Texte
    signe_bruit: Texte
    depasse: Texte
    signe_depasse: Texte
    rupture: Texte
    sans_calcul: Texte


class Comparaison(Modele):
    """``comparaison.yaml``.

    ``serie`` is a family of ``catalogue/sources``; ``taille`` bounds the window and divides the
    ``ratios`` of the distance.
    """

    serie: Identifiant
    indicateurs: tuple[Identifiant, ...] = Field(min_length=1)
    taille: Identifiant
    ratios: tuple[Identifiant, ...] = Field(min_length=1)
    reglage: Reglage
    variantes: tuple[Reglage, ...]
    part_inhabituelle: float = Field(gt=0, lt=1)
    mots: MotsComparaison
    limites: tuple[Texte, ...] = Field(min_length=1)
