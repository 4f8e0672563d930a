"""Model of ``data/sources/<serie>/origine.yaml``: where a public series comes from, what to know before reading it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from ctglib.donnees.modeles.base import Annee, Modele, Texte

Empreinte = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class RuptureSource(Modele):
    """A year from which the series no longer compares with what was before."""

    annee: Annee
    raison: Texte


class Origine(Modele):
    """``origine.yaml``.

    ``jeu`` is the data set's id at its producer's, ``periode`` the dates of its figures, ``publie`` when they came out
    (a day, a month or a year, as text), ``fichier`` and ``sha256`` the file that our rows were taken from, ``arrondi``
    how its producer rounds.
    """

    producteur: Texte
    titre: Texte
    jeu: Texte
    periode: Texte
    publie: Texte
    consulte: date
    licence: Texte
    adresse_du_jeu: Texte | None = None
    fichier: Texte
    sha256: Empreinte
    arrondi: Texte | None = None
    ruptures: tuple[RuptureSource, ...] = ()
    remarques: tuple[Texte, ...] = ()
