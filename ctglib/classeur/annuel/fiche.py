"""A fiche action in a year, as its notebook uses it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.analyses import montrer
from ctglib.blocs.collecte import tableau_manques_suivi, tableau_revisions
from ctglib.blocs.etats import tableau_etats
from ctglib.blocs.moyens import Budget, tableau_de_fiche
from ctglib.blocs.sources import sources_en_bref
from ctglib.calculs.collecte import manques
from ctglib.calculs.essentiel import essentiel
from ctglib.calculs.moyens import moyens_par_poste, rapprocher
from ctglib.calculs.suivi import par_avenant
from ctglib.classeur.annuel.indicateurs import Indicateurs
from ctglib.document.blocs import Titre, suite
from ctglib.document.typographie import date_longue
from ctglib.graphiques.frise import frise
from ctglib.rapport.phrases import fiche as phrases
from ctglib.rapport.phrases.appreciation import appreciation
from ctglib.rapport.phrases.limites_fiche import limites_de_fiche
from ctglib.rapport.tableaux.promesses import tableau_promesses

if TYPE_CHECKING:
    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.calculs.suivi import Numerotes
    from ctglib.document.blocs import Bloc, Groupe
    from ctglib.document.contexte import Contexte
    from ctglib.document.couverture import Couverture
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau
    from ctglib.donnees.modeles.convention import Fiche as FicheAction


@dataclass(frozen=True)
class Fiche:
    """What can be asked of a fiche action in a year: each method returns one thing that a notebook shows, or None.

    As long as nothing was ever handed in, a fiche is one page: what was promised, what is missing and from whom.
    """

    etude: EtudeAnnuelle
    fiche: FicheAction

    @property
    def sans_suivi(self) -> bool:
        """Whether nothing was handed in, for the year nor for any before it."""
        return all(suivi.vide for suivi in self.etude.suivi.suivis.values())

    @cached_property
    def indicateurs(self) -> Indicateurs:
        """What the indicators of the fiche say."""
        return Indicateurs(self.etude, self.fiche, muet=self.sans_suivi)

    def couverture(self) -> Couverture:
        """Return the cover: the fiche's title, parties, year, date and status of the data."""
        return self.etude.couverture(self.fiche.titre, f" {self.fiche.numero}, année {self.etude.annee}")

    def essentiel(self) -> Bloc:
        """Return the first page: how many modalités and indicators stand where, what moves, what asks for attention."""
        etude = self.etude
        found = essentiel(etude.etats, etude.evaluation, etude.collecte, fiche=self.fiche.numero, arrete=self._arrete)
        if self.sans_suivi:
            begun = self.fiche.debut <= etude.bilan.date_arretee
            return phrases.sans_suivi(self.fiche, found, etude.catalogue.evaluation, etude.annee, commencee=begun)
        missing = phrases.ce_qui_manque(self._manques, etude.catalogue.responsables)
        return phrases.page(found, etude.catalogue.evaluation, etude.contexte, etude.annee, missing)

    def objectifs(self) -> Bloc:
        """Return whom the fiche is for, what it aims at, who carries it."""
        return phrases.objectifs(self.fiche, self._changements)

    def promesses(self) -> Tableau:
        """Return the modalités and their calendar, the expected results and what could show them."""
        return tableau_promesses(self.fiche, self.etude.etats, self._contexte_texte, self.etude.bilan.date_arretee)

    def frise(self) -> Figure | None:
        """Return the modalités on the years of the convention, with the date of the bilan."""
        if self.sans_suivi:
            return None
        etude, numero = self.etude, self.fiche.numero
        return frise(
            self._etats,
            etude.convention.debut,
            etude.suivi.fin,
            etude.bilan.date_arretee,
            etude.catalogue.evaluation,
            etude.contexte,
            nom="frise",
            titre=f"Où en sont les actions de la fiche {numero} au {date_longue(etude.bilan.date_arretee)} ?",
        )

    def actions(self) -> Tableau | None:
        """Return where each modalité stands, and what was told of it."""
        if self.sans_suivi:
            return None
        etude = self.etude
        titre = (
            f"État des modalités de la fiche action {self.fiche.numero}, {etude.contexte.territoire.nom}, {etude.annee}"
        )
        return tableau_etats(
            self._etats,
            etude.catalogue.evaluation,
            etude.contexte,
            titre=titre,
            aujourd_hui=etude.bilan.date_arretee,
        )

    def detail(self) -> Groupe | None:
        """Return the analyses that the fiche declares, each under its question."""
        shown = {item.titre: montrer(self.etude, item) for item in self.fiche.analyses}
        return suite(Titre(titre) + block for titre, block in shown.items() if block)

    def moyens(self) -> Tableau | None:
        """Return what each signatory brings to the fiche, line by line; None when nobody told."""
        etude, numero = self.etude, self.fiche.numero
        now = moyens_par_poste(etude.annuel.moyens, numero)
        earlier = etude.precedent.moyens if etude.precedent else etude.annuel.moyens.iloc[:0]
        rows = rapprocher(now, moyens_par_poste(earlier, numero))
        return tableau_de_fiche(rows, self._budget, numero) if len(rows) else None

    def appreciation(self) -> Bloc | None:
        """Return what the parties think of the year; None when they wrote nothing."""
        words = [item for item in self.etude.annuel.appreciations if item.fiche == self.fiche.numero]
        return appreciation(words[0]) if words else None

    def manques(self) -> Tableau | None:
        """Return what is missing, and which service to ask; None when nothing is."""
        etude = self.etude
        found = self._manques
        if found.empty:
            return None
        return tableau_manques_suivi(
            found,
            etude.catalogue.responsables,
            etude.catalogue.evaluation,
            etude.contexte,
            titre=f"Ce qui manque à la fiche action {self.fiche.numero} pour {etude.annee}, et à qui le demander",
            poste=self._poste,
            departs=self.indicateurs.departs if self.sans_suivi else None,
        )

    def limites(self) -> Bloc | None:
        """Return what the figures must not be made to say."""
        if self.sans_suivi:
            return None
        etude, own = self.etude, self.indicateurs.lignes
        return limites_de_fiche(
            own,
            etude.convention.articles,
            etude.contexte,
            changements=self._changements,
            retraits=self._retraits,
            debut=etude.convention.debut.year,
            seuil=etude.catalogue.seuils.petits_effectifs,
        )

    def revisions(self) -> Tableau | None:
        """Return what this bilan says of earlier years otherwise than last year's; None when nothing changed."""
        etude = self.etude
        own = etude.revisions[etude.revisions["indicateur"].isin(item.id for item in self.fiche.indicateurs)]
        if self.sans_suivi or own.empty:
            return None
        return tableau_revisions(own, etude.contexte, annee=etude.annee, modalite=etude.modalite)

    def sources(self) -> Tableau | None:
        """Return the files read, with what identifies them."""
        etude = self.etude
        return None if self.sans_suivi else sources_en_bref(etude.empreintes, etude.catalogue.synthese.fichiers)

    @cached_property
    def _manques(self) -> pd.DataFrame:
        etude = self.etude
        return manques(
            etude.a_collecter,
            etude.etats,
            etude.annuel,
            etude.gabarit,
            fiche=self.fiche,
            convention=etude.convention,
        )

    @property
    def _changements(self) -> Numerotes:
        return par_avenant(self.etude.suivi.avenants, self.etude.bilan.date_arretee)

    @property
    def _retraits(self) -> pd.DataFrame:
        """The tables withheld whole that are about the fiche."""
        tables = self.etude.retraits
        return pd.DataFrame(columns=["table", "raison"]) if tables is None else tables

    @property
    def _arrete(self) -> pd.Timestamp:
        return pd.Timestamp(self.etude.bilan.date_arretee)

    @property
    def _etats(self) -> pd.DataFrame:
        return self.etude.etats[self.etude.etats["fiche"] == self.fiche.numero]

    @property
    def _contexte_texte(self) -> Contexte:
        return replace(self.etude.contexte, source=self.etude.convention.source_texte)

    @property
    def _budget(self) -> Budget:
        etude = self.etude
        given = (etude.precedent is not None and not etude.precedent.moyens.empty, not etude.annuel.moyens.empty)
        return Budget(etude.convention, etude.catalogue.moyens, etude.contexte, etude.annee, given)

    def _poste(self, element: str) -> tuple[str, str]:
        """Return the names of a means « signataire/poste »: « Caf du Pas-de-Calais », « Financement du pilotage »."""
        signataire, _, poste = element.partition("/")
        return self._budget.parties[signataire], self._budget.poste(poste)
