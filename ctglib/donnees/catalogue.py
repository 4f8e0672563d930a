"""The catalogue, read and checked: what the words mean, whatever the convention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.donnees.modeles.coherence import ReglesCoherence

if TYPE_CHECKING:
    from ctglib.donnees.modeles.analyses import AnalysesFiches
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.catalogue import (
        Indicateur,
        Radar,
        ReferentielEmploi,
        Seuils,
        Statut,
        Territoire,
        Theme,
        Unite,
        VocabulaireOffre,
    )
    from ctglib.donnees.modeles.charte import Charte
    from ctglib.donnees.modeles.comparaison import Comparaison
    from ctglib.donnees.modeles.confidentialite import Confidentialite
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.fiches import Dimension, Moyens, Profils, Responsable
    from ctglib.donnees.modeles.secret import Secret
    from ctglib.donnees.modeles.synthese import Synthese
    from ctglib.donnees.pieces import Pieces


@dataclass(frozen=True)
class Catalogue:
    """What the words mean, whatever the convention.

    Attributes:
        themes: In the order of Annexe 1.
        territoires: By code; those that the convention adds come last.
        fiches_indicateurs: Indicators of the follow-up by fiche action, in the order of their tables.
        indicateurs_contexte: Indicators of the public series, by id.
        dimensions: What an indicator may be broken down by, by id.
        responsables: Who fills what in the year's spreadsheet, by id.
        bilan: What a year's bilan picks, and proposes to decide.
    """

    themes: tuple[Theme, ...]
    statuts: dict[str, Statut]
    unites: dict[str, Unite]
    territoires: dict[str, Territoire]
    seuils: Seuils
    radar: Radar
    offre: VocabulaireOffre
    referentiel: ReferentielEmploi
    coherence: ReglesCoherence
    synthese: Synthese
    charte: Charte
    fiches_indicateurs: dict[int, tuple[Indicateur, ...]]
    indicateurs_contexte: dict[str, Indicateur]
    dimensions: dict[str, Dimension]
    profils: Profils
    moyens: Moyens
    responsables: dict[str, Responsable]
    evaluation: Evaluation
    confidentialite: Confidentialite
    secret: Secret
    comparaison: Comparaison
    bilan: ReglesBilan
    analyses: AnalysesFiches

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        """Return the indicators of Annexe 1 by id, in the order of the themes and of their tables."""
        return {item.id: item for theme in self.themes for item in theme.indicateurs}

    @cached_property
    def theme_de(self) -> dict[str, str]:
        """Return the theme of each indicator."""
        return {item.id: theme.theme for theme in self.themes for item in theme.indicateurs}

    @cached_property
    def indicateurs_fiches(self) -> dict[str, Indicateur]:
        """Return the indicators of the follow-up by id, fiche by fiche."""
        return {item.id: item for group in self.fiches_indicateurs.values() for item in group}

    @cached_property
    def mesures(self) -> dict[str, Indicateur]:
        """Return every indicator that an observation may give a value to: of the fiches, the context and Annexe 1."""
        return {**self.indicateurs, **self.indicateurs_contexte, **self.indicateurs_fiches}


def _propres(pieces: Pieces) -> list[Responsable]:
    """Return the services as the convention calls them."""
    read = [document.objet for document in pieces.documents.get("convention/convention", ()) if document.objet]
    return [item for convention in read for item in convention.responsables]


def assembler(pieces: Pieces) -> Catalogue:
    """Return the catalogue of pieces without fault."""
    found = {name: group[0].objet for name, group in pieces.documents.items() if len(group) == 1}
    themes = [document.objet for document in pieces.documents["themes"]]
    fiches = [document.objet for document in pieces.documents["fiches"]]
    places = [*pieces.documents["territoires"], *pieces.documents["convention/territoires"]]
    return Catalogue(
        themes=tuple(sorted(themes, key=lambda theme: theme.ordre)),
        statuts={item.code: item for item in found["statuts"].statuts},
        unites={item.id: item for item in found["unites"].unites},
        territoires={item.code: item for document in places for item in document.objet.territoires},
        seuils=found["seuils"],
        radar=found["radar"],
        offre=found["offre"],
        referentiel=found["referentiel_emploi"],
        coherence=ReglesCoherence(relations=found["relations"], regles=found["regles"]),
        synthese=found["synthese"],
        charte=found["charte"],
        fiches_indicateurs={item.fiche: item.indicateurs for item in sorted(fiches, key=lambda item: item.fiche)},
        indicateurs_contexte={item.id: item for item in found["contexte"].indicateurs},
        dimensions={item.id: item for item in found["dimensions"].dimensions},
        profils=found["profils"],
        moyens=found["moyens"],
        responsables={item.id: item for item in (*found["responsables"].responsables, *_propres(pieces))},
        evaluation=found["evaluation"],
        confidentialite=found["confidentialite"],
        secret=found["secret"],
        comparaison=found["comparaison"],
        bilan=found["bilan"],
        analyses=found["fiches_analyses"],
    )
