"""The copy that the closing of a year keeps: ``suivi/<année>/plan.yaml``."""

from __future__ import annotations

from datetime import date

from ctglib.donnees.modeles import Modele, Texte
from ctglib.donnees.modeles.avenants import Avenant
from ctglib.donnees.modeles.catalogue import IndicateursPropres
from ctglib.donnees.modeles.convention import Convention


class PlanClos(Modele):
    """``plan.yaml`` of a closed year: the plan as its reports read it, and what was published.

    The reports of the year read this copy and nothing newer.
    """

    cloture: date  # the day of the closing: what was entered later is not in it
    version: Texte  # of the program that made the reports
    convention: Convention  # as it stands on the day that the year is stopped
    avenants: tuple[Avenant, ...] = ()  # those that this plan has taken in
    indicateurs: IndicateursPropres = IndicateursPropres()  # its own, ``indicateurs.yaml``
    # SHA-256, by path in the data folder, of what the parties had entered for the year; by path in
    # the convention's folder of reports, of what was published
    saisies: dict[Texte, Texte] = {}
    publications: dict[Texte, Texte] = {}
