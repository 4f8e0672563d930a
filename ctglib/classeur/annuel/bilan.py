"""The bilan of a year, as a notebook uses it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.sources import sources_en_bref
from ctglib.calculs.bilan.comptes import compter_par_fiche
from ctglib.calculs.bilan.propositions import Proposition, Situation, proposer
from ctglib.calculs.essentiel import pas_commencees
from ctglib.classeur.annuel.fiche import Fiche
from ctglib.classeur.annuel.gouvernance import Gouvernance
from ctglib.classeur.annuel.moyens import Moyens
from ctglib.classeur.annuel.part import empreinte_de, nom_de_part, part_de
from ctglib.classeur.annuel.suivre import suivre
from ctglib.classeur.annuel.territoire import Territoire
from ctglib.document.blocs import paragraphe
from ctglib.donnees.lecture import noter_part
from ctglib.graphiques.grille import grille
from ctglib.rapport.phrases.fiches_en_bref import cellules_des_etats, fiches_en_bref
from ctglib.rapport.phrases.limites_bilan import limites_bilan
from ctglib.rapport.phrases.une_page import une_page
from ctglib.rapport.tableaux.a_collecter import tableau_a_collecter
from ctglib.rapport.tableaux.collecte import tableau_collecte
from ctglib.rapport.tableaux.indicateurs_des_fiches import tableau_des_indicateurs
from ctglib.rapport.tableaux.revisions import tableau_revisions

if TYPE_CHECKING:
    from ctglib.classeur.annuel.etude import EtudeAnnuelle
    from ctglib.document.blocs import Bloc
    from ctglib.document.couverture import Couverture
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau


@dataclass(frozen=True)
class Bilan:
    """What can be asked of a year: each method returns one thing that a notebook shows, None when there is nothing.

    The sections with several questions are attributes: ``bilan.gouvernance``, ``bilan.moyens``, ``bilan.territoire``.
    """

    annee: EtudeAnnuelle

    @property
    def etude(self) -> EtudeAnnuelle:
        """The study of the year, whole: what is asked of it depends on all that was entered."""
        noter_part(self.annee.nom)
        return self.annee

    def fiche(self, numero: int) -> Fiche:
        """Return what can be asked of a fiche action: what was entered for the others does not reach it.

        Raises:
            ValueError: There is none of that number; the message, in French, lists those that exist.
        """
        fiche = self.annee.fiche(numero)
        part = part_de(self.annee, fiche)
        noter_part(nom_de_part(part, numero), empreinte_de(part))
        return Fiche(part, fiche)

    @cached_property
    def gouvernance(self) -> Gouvernance:
        """The comité, its decisions, the avenants, what is to be decided."""
        return Gouvernance(self.etude, self._propositions)

    @cached_property
    def moyens(self) -> Moyens:
        """What each signatory brings."""
        return Moyens(self.etude)

    @cached_property
    def territoire(self) -> Territoire:
        """What the public series say."""
        return Territoire(self.etude)

    def suivre(self, *indicateurs: str) -> Figure | None:
        """Return the trajectories of some indicators of the fiches or of the public series; None without a value.

        Raises:
            ValueError: An indicator does not exist; the message, in French, proposes close names.
        """
        return suivre(self.etude, indicateurs)

    def couverture(self) -> Couverture:
        """Return the cover: parties, year, date and status of the data."""
        etude = self.etude
        return etude.couverture(etude.convention.titre, f" {etude.annee}")

    def une_page(self) -> Bloc:
        """Return the year on one page: done, moved, unknown, to be decided."""
        return une_page(self._situation, self._propositions, self.territoire.rangees, self.etude.contexte)

    def etats(self) -> Figure | None:
        """Return the chart of the states of the modalités, fiche by fiche; nothing when none was handed in."""
        etude = self.etude
        if etude.annuel.actions.empty:
            return None
        known = etude.catalogue.evaluation
        words = known.etats | {"": known.etats["prevue"].model_copy(update={"mot": known.mots["a_commencer"]})}
        waiting = pas_commencees(etude.etats, pd.Timestamp(etude.bilan.date_arretee))
        states = etude.etats.assign(statut=etude.etats["statut"].mask(waiting, ""))
        met = [code for code in words if code in set(states["statut"])]
        counts, late = (compter_par_fiche(rows, "statut", met) for rows in (states, states[states["en_retard"]]))
        return grille(
            cellules_des_etats(counts, words, late),
            etude.contexte,
            nom="etats-des-fiches",
            titre=f"Où en sont les modalités de chaque fiche, {etude.contexte.territoire.nom}, {etude.annee} ?",
        )

    def fiches_en_bref(self) -> Bloc:
        """Return each fiche in three sentences, with the way to its report."""
        addresses = {fiche.numero: f"fiche-{fiche.numero}.html" for fiche in self.etude.convention.fiches}
        return fiches_en_bref(self._situation, self.etude.contexte, addresses)

    def indicateurs(self) -> Tableau:
        """Return how many indicators moved, which way, and how many hold their target, fiche by fiche."""
        etude = self.etude
        return tableau_des_indicateurs(
            etude.evaluation, etude.convention.fiches, etude.catalogue.evaluation, etude.contexte, annee=etude.annee
        )

    def collecte(self) -> Tableau:
        """Return how much of what is expected could be gathered."""
        etude = self.etude
        return tableau_collecte(
            etude.collecte, etude.convention, etude.catalogue.responsables, etude.contexte, annee=etude.annee
        )

    def revisions(self) -> Tableau | Bloc:
        """Return what this bilan says of earlier years otherwise than last year's."""
        etude = self.etude
        if etude.annee == etude.convention.debut.year:
            return paragraphe(etude.catalogue.bilan.mots["premier_bilan"])
        found = [etude.revisions, self.territoire.revisions]
        shown = [table for table in found if len(table)]
        if not shown:
            return paragraphe(etude.catalogue.bilan.mots["aucune_revision"])
        rows = pd.concat(shown, ignore_index=True)
        return tableau_revisions(rows, etude.contexte, annee=etude.annee, modalite=etude.modalite)

    def a_collecter(self) -> Tableau | None:
        """Return what the next collection asks for, service by service."""
        etude = self.etude
        if etude.a_collecter.empty:
            return None
        return tableau_a_collecter(
            etude.a_collecter,
            etude.contexte,
            responsables=etude.catalogue.responsables,
            evaluation=etude.catalogue.evaluation,
            titre=f"Ce que le prochain bilan demande, par service, {etude.contexte.territoire.nom}",
        )

    def limites(self) -> Bloc:
        """Return what the figures must not be made to say."""
        return limites_bilan(self._situation, self.territoire.rangees, self.etude.retraits, self.etude.contexte)

    def sources(self) -> Tableau:
        """Return what was read, with what identifies it; the CSV has the files one by one."""
        return sources_en_bref(self.etude.empreintes, self.etude.catalogue.synthese.fichiers)

    @cached_property
    def _situation(self) -> Situation:
        etude = self.etude
        return Situation(
            convention=etude.convention,
            catalogue=etude.catalogue,
            bilan=etude.bilan,
            precedent=etude.precedent.bilan if etude.precedent else None,
            fin=etude.suivi.fin,
            etats=etude.etats,
            evaluation=etude.evaluation,
            collecte=etude.collecte,
            a_collecter=etude.a_collecter,
            moyens=etude.annuel.moyens,
        )

    @cached_property
    def _propositions(self) -> tuple[Proposition, ...]:
        return proposer(self._situation)
