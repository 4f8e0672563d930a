"""What audits the text of a convention, its figures and its sentences: its sections in order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ctglib.blocs.besoins import lacunes
from ctglib.blocs.coherence import bilan, tableau_affirmations, tableau_coherence, tableau_corrections, tableau_regles
from ctglib.blocs.messages_diagnostic import MessagesDuControle
from ctglib.blocs.offre import tableau_manques
from ctglib.blocs.theme import vulnerabilite
from ctglib.calculs.offre import manques
from ctglib.document.blocs import Bloc, Couverture, suite
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Tableau
from ctglib.donnees.modeles.coherence import Regles
from ctglib.rapports.diagnostic import Diagnostic, ouvrir


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

    @property
    def _regles(self) -> Regles:
        return self.diagnostic.catalogue.coherence.regles

    @property
    def _contexte(self) -> Contexte:
        """The words, for what the convention says in its text."""
        return replace(self.diagnostic.contexte, source=self.diagnostic.convention.source_texte)

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, how much is still to be corrected, date of the data."""
        return self.diagnostic.couverture()

    def en_bref(self) -> Bloc:
        """Return the first page: what is to be corrected, what is not sure, what to ask."""
        return self.diagnostic.page_une("controle", MessagesDuControle)

    def comptes(self) -> Bloc:
        """Return how many rules ran, what they found, and what the sentences of the text are worth."""
        return bilan(self.diagnostic.controle, self.diagnostic.jugements, self._regles)

    def coherence(self) -> Bloc | None:
        """Return what the rules found, the gravest first."""
        return suite([tableau_coherence(self.diagnostic.controle, self._regles, self._contexte)])

    def affirmations(self) -> Bloc | None:
        """Return the sentences of the text with their verdict."""
        return suite([tableau_affirmations(self.diagnostic.jugements, self._regles, self._contexte)])

    def corrections(self) -> Bloc | None:
        """Return the places read otherwise than they are written."""
        return suite([tableau_corrections(self.diagnostic.dossier.corrections, self._contexte)])

    def lacunes(self) -> Bloc | None:
        """Return what the convention leaves out or open, with the question to put."""
        return suite([lacunes(self.diagnostic.convention, self.diagnostic.convention.source_texte)])

    def non_dits(self) -> Bloc | None:
        """Return what the convention does not say of its structures."""
        dossier, words = self.diagnostic.dossier, self.diagnostic.catalogue
        found = manques(dossier.offre, words.coherence.relations.attendus_offre, words.offre)
        return suite([tableau_manques(found, replace(self._contexte, source=dossier.convention.source_offre))])

    def vulnerabilite(self) -> Bloc | None:
        """Return the indices of vulnerability, as long as they are a hypothesis: validated, the diagnostic has them."""
        etude = self.diagnostic
        return vulnerabilite(etude.indices, etude.catalogue.radar, etude.contexte, etude.convention, valide=False)

    def regles(self) -> Tableau:
        """Return what each rule verifies, with its thresholds, and how many findings it gave."""
        return tableau_regles(self.diagnostic.controle, self._regles, self.diagnostic.catalogue.seuils, self._contexte)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return self.diagnostic.sources()
