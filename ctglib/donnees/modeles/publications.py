"""The register of what was published: ``suivi/publications.json``."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from ctglib.donnees.modeles import Annee, Modele, Positif, Texte
from ctglib.donnees.montrable import Montrable


class EffectifMontre(NamedTuple):
    """A count that a publication showed, by its name (see ``ctglib.secret.modele.Cle``)."""

    table: str
    ligne: str
    colonne: str
    millesime: int
    effectif: int


class EffectifCache(NamedTuple):
    """A count that a publication hid: of its value, only a fingerprint, which takes the key."""

    table: str
    ligne: str
    colonne: str
    millesime: int
    empreinte: str


class Publication(Modele):
    """The public reports of a year, as they were published on a day."""

    numero: Positif
    annee: Annee | None = None  # None: what « masque.csv » had noted, whatever the bilan
    jour: date | None = None
    version: str = ""  # of the program
    cle: str = ""  # the fingerprint of the key that drew the mask, "" when nothing tells
    fichiers: dict[Texte, Texte] = {}  # SHA-256, by path in the convention's folder of reports
    montres: tuple[EffectifMontre, ...] = ()
    caches: tuple[EffectifCache, ...] = ()


class RegistrePublie(Montrable, Modele):
    """What was published of a convention, in order."""

    forme: Literal[1] = 1
    convention: Texte
    publications: tuple[Publication, ...] = ()
