"""The workbook of one convention, as a notebook uses it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.blocs.couverture import couverture, statut_du_diagnostic
from ctglib.blocs.lecture import limites, mode_de_lecture
from ctglib.blocs.sources import sources
from ctglib.blocs.synthese import page, relever_incertitudes, synthetiser
from ctglib.blocs.theme import commentaires, phrases_du_theme, tableau_theme
from ctglib.classeur.coherence import Coherence
from ctglib.classeur.enjeux import Enjeux
from ctglib.classeur.etude import Etude
from ctglib.classeur.offre import Offre
from ctglib.classeur.radar import Radar
from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import enumerer
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import enregistrer
from ctglib.graphiques.haltere import haltere

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.document.couverture import Couverture
    from ctglib.document.figure import Figure
    from ctglib.document.tableau import Tableau


def ouvrir(convention: str) -> Classeur:
    """Return the workbook of a convention, its data read and checked.

    Args:
        convention: Name of a folder of ``data/conventions``.

    Raises:
        DonneesInvalides: All the faults of the data, in French.
    """
    with enregistrer() as journal:
        dossier = lire_dossier(convention)
    return Classeur(Etude(dossier, dict(journal.lus)))


@dataclass(frozen=True)
class Classeur:
    """What can be asked of a convention: each method returns one thing that a notebook shows.

    The sections with several questions are attributes: ``ctg.offre``, ``ctg.radar``, ``ctg.coherence``, ``ctg.enjeux``.
    """

    etude: Etude

    @cached_property
    def offre(self) -> Offre:
        """What exists, and for whom."""
        return Offre(self.etude)

    @cached_property
    def radar(self) -> Radar:
        """The indices of vulnerability."""
        return Radar(self.etude)

    @cached_property
    def coherence(self) -> Coherence:
        """What does not agree in the convention."""
        return Coherence(self.etude)

    @cached_property
    def enjeux(self) -> Enjeux:
        """The findings by enjeu, and the fiches that answer them."""
        return Enjeux(self.etude)

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, status, date of the data."""
        etude = self.etude
        statut = statut_du_diagnostic(etude.controle, etude.catalogue.coherence.regles)
        return couverture(etude.convention, etude.dossier.logos, etude.contexte, statut=statut)

    def synthese(self) -> Bloc:
        """Return the first page: key figures, strengths and needs, what is uncertain."""
        etude, regles = self.etude, self.etude.catalogue.coherence.regles
        doutes = relever_incertitudes(
            etude.constats,
            etude.controle,
            etude.jugements,
            gravites=regles.gravites,
            points_graves=etude.catalogue.synthese.points_graves,
            lacunes=len(etude.convention.lacunes),
        )
        essentiel = synthetiser(
            etude.constats,
            etude.catalogue.synthese,
            etude.catalogue.indicateurs,
            doutes=etude.doutes,
            incertitudes=doutes,
        )
        return page(essentiel, regles, etude.contexte)

    def mode_de_lecture(self) -> Bloc:
        """Return how gaps, variations and statuses are read."""
        catalogue = self.etude.catalogue
        return mode_de_lecture(self.etude.constats, catalogue.seuils, self.etude.contexte, catalogue.synthese.annees)

    def constats(self, theme: str) -> Bloc:
        """Return the findings of a theme as sentences."""
        found = self.etude.constats_de(self.etude.theme(theme).constats)
        return liste(phrases_du_theme(found, self.etude.contexte, self.etude.doutes))

    def tableau(self, theme: str) -> Tableau:
        """Return the table of a theme."""
        return tableau_theme(
            self.etude.comparaison,
            self.etude.theme(theme),
            self.etude.catalogue.synthese.groupes,
            self.etude.contexte,
        )

    def graphique(self, theme: str) -> Figure | None:
        """Return the chart of the gaps of a theme; nothing when its catalogue asks for none, or no value is known."""
        asked = self.etude.theme(theme)
        if not asked.graphique or not self._connus(asked.graphique):
            return None
        contexte = self.etude.contexte
        return self._haltere(
            asked.graphique,
            nom=f"ecarts-{theme.replace('_', '-')}",
            titre=f"{asked.titre} : quels écarts entre {contexte.territoire.le} et {contexte.reference.le}",
        )

    def comparer(self, *indicateurs: str) -> Figure:
        """Return the chart of some indicators of one unit, the territory beside its reference.

        Raises:
            ValueError: An indicator does not exist; the message, in French, proposes close names.
        """
        self.etude.verifier_indicateurs(indicateurs)
        contexte = self.etude.contexte
        return self._haltere(
            list(indicateurs),
            nom=f"comparer-{indicateurs[0].replace('_', '-')}",
            titre=f"Quels écarts entre {contexte.territoire.le} et {contexte.reference.le}",
        )

    def commentaires(self, theme: str) -> Bloc:
        """Return what the parties wrote under a theme."""
        return commentaires(self.etude.theme(theme), self.etude.dossier.commentaires)

    def limites(self) -> Bloc:
        """Return what the figures must not be made to say."""
        etude = self.etude
        return limites(etude.constats, etude.convention.articles, etude.contexte, etude.doutes)

    def sources(self) -> Tableau:
        """Return the files read, with what identifies them."""
        return sources(self.etude.empreintes, self.etude.catalogue.synthese.fichiers)

    def _connus(self, indicateurs: Iterable[str]) -> bool:
        """Return whether one of these indicators has a value, here or in the reference."""
        rows = self.etude.comparaison
        values = rows.loc[rows["indicateur"].isin(list(indicateurs)), ["valeur", "valeur_reference"]]
        return bool(values.notna().to_numpy().any())

    def _haltere(self, indicateurs: list[str], *, nom: str, titre: str) -> Figure:
        rows = self.etude.comparaison
        shown = rows[rows["indicateur"].isin(indicateurs)]
        return haltere(shown, self.etude.contexte, nom=nom, titre=f"{titre}{_annees(shown)} ?")


def _annees(rows: pd.DataFrame) -> str:
    """Return « en 2018 et 2020 », the years of some rows, for the end of a title; nothing when none is known."""
    years = sorted({str(int(annee)) for annee in rows["annee"].dropna()})
    return f" en {enumerer(years)}" if years else ""
