"""Models of the follow-up's part of ``data/catalogue``: indicators of the fiches, their breakdowns, who gives them."""

from __future__ import annotations

from pydantic import Field

from ctglib.donnees.modeles.base import CodeModalite, Identifiant, Modele, Texte
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.convention import Responsable
from ctglib.donnees.modeles.suivi import Nature


class SujetIndicateurs(Modele):
    """A file of ``catalogue/indicateurs``: what the fiches of any convention may follow of a subject."""

    titre: Texte
    indicateurs: tuple[Indicateur, ...]


class IndicateursContexte(Modele):
    """``contexte.yaml``: the indicators of the public series."""

    indicateurs: tuple[Indicateur, ...]


class Modalite(Modele):
    """A value of a dimension or of a profile's variable; its code may begin with a digit (« 6-11 »)."""

    id: CodeModalite
    libelle: Texte


class Dimension(Modele):
    """What an indicator can be broken down by."""

    id: Identifiant
    libelle: Texte
    modalites: tuple[Modalite, ...] = Field(min_length=1)


class Dimensions(Modele):
    """``dimensions.yaml``; the dispositifs are one of them."""

    dimensions: tuple[Dimension, ...]


class IndicateursPropres(Modele):
    """``indicateurs.yaml`` of a convention: what it adds to the library, and its own breakdowns.

    A dimension of the same name as one of the catalogue takes its place: « dispositif » is what a territory has.
    """

    indicateurs: tuple[Indicateur, ...] = ()
    dimensions: tuple[Dimension, ...] = ()


class VariableProfil(Modele):
    """What the people of a dispositif are counted by. Counts of a sensitive one are suppressed when small.

    ``question`` is the title of its chart: ``{qui}`` is who is counted, ``{annee}`` the year.
    """

    id: Identifiant
    libelle: Texte
    question: Texte
    modalites: tuple[Modalite, ...] = Field(min_length=1)
    sensible: bool = True


class Profils(Modele):
    """``profils.yaml``. ``dimension`` is the dimension whose modalités are the dispositifs."""

    dimension: Identifiant = "dispositif"
    variables: tuple[VariableProfil, ...]


class NatureMoyen(Modele):
    """A kind of means and its unit."""

    id: Nature
    libelle: Texte
    unite: Identifiant


class PosteMoyen(Modele):
    """What a means pays or is: prestation de service, bonus territoire, contribution… None: of any nature."""

    id: Identifiant
    libelle: Texte
    nature: Nature | None = None


class Moyens(Modele):
    """``moyens.yaml``."""

    natures: tuple[NatureMoyen, ...]
    postes: tuple[PosteMoyen, ...]


class Responsables(Modele):
    """``responsables.yaml``."""

    responsables: tuple[Responsable, ...]
