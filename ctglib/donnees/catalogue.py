"""The catalogue, read and checked: what the words mean, whatever the convention."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from ctglib.donnees.modeles import Nomme, catalogue
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.coherence import Regles, Relations
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import ReglesBilan, ReglesDiagnostic, ReglesMessages, Synthese
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.montrable import Montrable

PROPRES = "Indicateurs propres à la convention"  # the subject that they are under in the library


@dataclass(frozen=True)
class Fichiers:
    """The files of ``data/catalogue`` that are held whole, each under its name."""

    seuils: catalogue.Seuils
    radar: catalogue.Radar
    offre: catalogue.VocabulaireOffre
    synthese: Synthese
    charte: catalogue.Charte
    profils: catalogue.Profils
    moyens: catalogue.Moyens
    evaluation: Evaluation
    confidentialite: catalogue.Confidentialite
    secret: catalogue.Secret
    comparaison: catalogue.Comparaison
    bilan: ReglesBilan
    messages: ReglesMessages
    diagnostic: ReglesDiagnostic
    relations: Relations
    regles: Regles
    referentiel_emploi: catalogue.ReferentielEmploi
    donnees_publiques: DonneesPubliques


@dataclass(frozen=True)
class Catalogue(Montrable, Fichiers):
    """What the words mean, whatever the convention."""

    # in the order of a diagnostic, titled as the convention calls them; its own come last
    themes: tuple[catalogue.Theme, ...]
    themes_propres: tuple[catalogue.ThemePropre, ...]
    statuts: dict[str, catalogue.Statut]
    unites: dict[str, catalogue.Unite]
    territoires: dict[str, catalogue.Territoire]  # those of the convention
    # by subject; those of the convention alone come last
    bibliotheque: dict[str, tuple[Indicateur, ...]]
    # those that each fiche follows, in its order
    fiches_indicateurs: dict[str, tuple[Indicateur, ...]]
    # those that fiches followed, until an avenant withdrew them
    indicateurs_retires: tuple[Indicateur, ...]
    indicateurs_contexte: dict[str, Indicateur]  # of the public series
    dimensions: dict[str, catalogue.Dimension]
    responsables: dict[str, Nomme]  # who fills what in the year's spreadsheet

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        """Return the indicators of Annexe 1 by id, in the order of the themes and their tables."""
        return {
            indicateur.id: indicateur for theme in self.themes for indicateur in theme.indicateurs
        }

    @cached_property
    def indicateurs_fiches(self) -> dict[str, Indicateur]:
        """Return the indicators of the follow-up by id, fiche by fiche; those withdrawn come last.

        What is asked for is in ``fiches_indicateurs``.
        """
        return _par_id((*self.fiches_indicateurs.values(), self.indicateurs_retires))

    @property
    def propres(self) -> frozenset[str]:
        """Return the ids of the indicators that the convention adds to the library."""
        return frozenset(indicateur.id for indicateur in self.bibliotheque[PROPRES])

    @cached_property
    def mesures(self) -> dict[str, Indicateur]:
        """Return every indicator that may have a value.

        Those of the diagnostic, of the context, of the library, of the fiches.
        """
        return {
            **self.indicateurs,
            **self.indicateurs_contexte,
            **_par_id(self.bibliotheque.values()),
            **self.indicateurs_fiches,
        }


def _par_id(groupes: Iterable[tuple[Indicateur, ...]]) -> dict[str, Indicateur]:
    return {indicateur.id: indicateur for groupe in groupes for indicateur in groupe}
