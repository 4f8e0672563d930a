"""The catalogue, read and checked: what the words mean, whatever the convention."""

from dataclasses import dataclass
from functools import cached_property

from ctglib.donnees.modeles import Nomme, catalogue
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.coherence import Regles, Relations
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import ReglesBilan, ReglesDiagnostic, ReglesMessages, Synthese
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.montrable import Montrable


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

    themes: tuple[
        catalogue.Theme, ...
    ]  # in the order of a diagnostic, titled as the convention calls them
    statuts: dict[str, catalogue.Statut]
    unites: dict[str, catalogue.Unite]
    territoires: dict[str, catalogue.Territoire]  # those of the convention
    bibliotheque: dict[
        str, tuple[Indicateur, ...]
    ]  # by subject; those of the convention alone come last
    fiches_indicateurs: dict[
        int, tuple[Indicateur, ...]
    ]  # those that each fiche follows, in its order
    indicateurs_contexte: dict[str, Indicateur]  # of the public series
    dimensions: dict[str, catalogue.Dimension]
    responsables: dict[str, Nomme]  # who fills what in the year's spreadsheet

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        """Return the indicators of Annexe 1 by id, in the order of the themes and of their tables."""
        return {item.id: item for theme in self.themes for item in theme.indicateurs}

    @cached_property
    def indicateurs_fiches(self) -> dict[str, Indicateur]:
        """Return the indicators of the follow-up by id, fiche by fiche."""
        return {item.id: item for group in self.fiches_indicateurs.values() for item in group}

    @cached_property
    def mesures(self) -> dict[str, Indicateur]:
        """Return every indicator that may have a value: of the library, the context, the
        diagnostic.
        """
        shelf = {item.id: item for group in self.bibliotheque.values() for item in group}
        return {**self.indicateurs, **self.indicateurs_contexte, **shelf, **self.indicateurs_fiches}
