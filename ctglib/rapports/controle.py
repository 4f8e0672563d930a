"""What audits the text of a convention, its figures and its sentences: its sections in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.blocs.besoins import lacunes
from ctglib.blocs.coherence import (
    bilan,
    tableau_affirmations,
    tableau_coherence,
    tableau_corrections,
    tableau_regles,
)
from ctglib.blocs.messages_diagnostic import MessagesDuControle
from ctglib.blocs.offre import tableau_manques
from ctglib.blocs.page_une import page_une
from ctglib.blocs.radar import mode_d_emploi
from ctglib.document.blocs import suite
from ctglib.graphiques.radar import points_indices
from ctglib.rapports.diagnostic import Diagnostic, ouvrir, plein

if TYPE_CHECKING:
    from ctglib.document.blocs import Bloc, Couverture
    from ctglib.document.tableau import Tableau


def ouvrir_controle(convention: str) -> Controle:
    """Rend le contrôle d'une convention : ses règles, ses phrases confrontées à ses tableaux, ses points ouverts.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    return Controle(ouvrir(convention))


@dataclass(frozen=True)
class Controle:
    """The audit of a convention; each method returns one section, None when it has nothing to show."""

    diagnostic: Diagnostic

    def __repr__(self) -> str:
        return (
            f"Contrôle de la convention « {self.diagnostic.convention.id} ».\nEnsuite : .coherence(), .affirmations()."
        )

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, how much is still to be corrected, date of the data."""
        return self.diagnostic.couverture()

    def en_bref(self) -> Bloc:
        """Return the first page: what is to be corrected, what is not sure, what to ask."""
        etude = self.diagnostic
        written = [item for item in etude.dossier.messages if item.rapport == "controle"]
        return page_une(etude.catalogue.messages, etude.dire(MessagesDuControle), written)

    def comptes(self) -> Bloc:
        """Return how many rules ran, what they found, and what the sentences of the text are worth."""
        etude = self.diagnostic
        return bilan(etude.controle, etude.jugements, etude.catalogue.coherence.regles)

    def coherence(self) -> Bloc | None:
        """Return what the rules found, the gravest first."""
        etude = self.diagnostic
        return plein([tableau_coherence(etude.controle, etude.catalogue.coherence.regles, etude.contexte_texte)])

    def affirmations(self) -> Bloc | None:
        """Return the sentences of the text with their verdict."""
        etude = self.diagnostic
        return plein([tableau_affirmations(etude.jugements, etude.catalogue.coherence.regles, etude.contexte_texte)])

    def corrections(self) -> Bloc | None:
        """Return the places read otherwise than they are written."""
        return plein([tableau_corrections(self.diagnostic.dossier.corrections, self.diagnostic.contexte_texte)])

    def lacunes(self) -> Bloc | None:
        """Return what the convention leaves out or open, with the question to put."""
        convention = self.diagnostic.convention
        return plein([lacunes(convention, convention.source_texte)])

    def non_dits(self) -> Bloc | None:
        """Return what the convention does not say of its structures."""
        return plein([tableau_manques(self.diagnostic.manques, self.diagnostic.contexte_offre)])

    def vulnerabilite(self) -> Bloc | None:
        """Return the indices of vulnerability: the hypothesis they rest on, their chart, then how they are read."""
        etude, rules = self.diagnostic, self.diagnostic.catalogue.radar
        if not etude.indices["indice"].notna().any():
            return None
        gap = next((item for item in etude.convention.lacunes if item.id == rules.lacune), None)
        both = f"{etude.contexte.territoire.le} et {etude.contexte.reference.le}"
        title = f"Indices de vulnérabilité : quels écarts entre {both} ?"
        hypothesis, *reading = mode_d_emploi(etude.indices, rules, etude.contexte, gap).pieces
        chart = points_indices(etude.indices, rules, etude.contexte, nom="indices", titre=title)
        return suite([hypothesis, chart, *reading])

    def regles(self) -> Tableau:
        """Return what each rule verifies, with its thresholds, and how many findings it gave."""
        etude = self.diagnostic
        words = etude.catalogue
        return tableau_regles(etude.controle, words.coherence.regles, words.seuils, etude.contexte_texte)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return self.diagnostic.sources()
