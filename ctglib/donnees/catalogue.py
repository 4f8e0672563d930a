"""The catalogue, read and checked: what the words mean, whatever the convention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.donnees.modeles.coherence import ReglesCoherence
from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from ctglib.donnees.modeles import catalogue
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.evaluation import Evaluation
    from ctglib.donnees.modeles.rapports import ReglesBilan, ReglesDiagnostic, ReglesMessages, Synthese
    from ctglib.donnees.modeles.sources import DonneesPubliques
    from ctglib.donnees.pieces import Pieces

PROPRES = "Indicateurs propres à la convention"


@dataclass(frozen=True)
class Catalogue(Montrable):
    """What the words mean, whatever the convention.

    Attributes:
        themes: In the order of a diagnostic, titled as the convention calls them.
        territoires: By code, those of the convention.
        bibliotheque: Indicators that a fiche may follow, by subject; those of the convention alone come last.
        fiches_indicateurs: Those that each fiche of the convention follows, in its order.
        indicateurs_contexte: Indicators of the public series, by id.
        publiques: What public figures say of a diagnostic.
        dimensions: What an indicator may be broken down by, by id.
        responsables: Who fills what in the year's spreadsheet, by id.
        messages: The sentences of the first pages.
        bilan: What a year's bilan picks, and proposes to decide.
        diagnostic: What the sections of the diagnostic show.
    """

    themes: tuple[catalogue.Theme, ...]
    statuts: dict[str, catalogue.Statut]
    unites: dict[str, catalogue.Unite]
    territoires: dict[str, catalogue.Territoire]
    seuils: catalogue.Seuils
    radar: catalogue.Radar
    offre: catalogue.VocabulaireOffre
    referentiel: catalogue.ReferentielEmploi
    coherence: ReglesCoherence
    publiques: DonneesPubliques
    synthese: Synthese
    charte: catalogue.Charte
    bibliotheque: dict[str, tuple[Indicateur, ...]]
    fiches_indicateurs: dict[int, tuple[Indicateur, ...]]
    indicateurs_contexte: dict[str, Indicateur]
    dimensions: dict[str, catalogue.Dimension]
    profils: catalogue.Profils
    moyens: catalogue.Moyens
    responsables: dict[str, catalogue.Responsable]
    evaluation: Evaluation
    confidentialite: catalogue.Confidentialite
    secret: catalogue.Secret
    comparaison: catalogue.Comparaison
    bilan: ReglesBilan
    messages: ReglesMessages
    diagnostic: ReglesDiagnostic

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
        """Return every indicator that may have a value: of the library, the context, the diagnostic."""
        shelf = {item.id: item for group in self.bibliotheque.values() for item in group}
        return {**self.indicateurs, **self.indicateurs_contexte, **shelf, **self.indicateurs_fiches}


def assembler(pieces: Pieces) -> Catalogue:
    """Return the catalogue of pieces without fault."""
    found = {name: group[0].objet for name, group in pieces.documents.items() if len(group) == 1}
    convention = pieces.convention
    themes = [
        theme.model_copy(update={"titre": own, "chapitre": ""})
        if (own := convention.themes.get(theme.theme))
        else theme
        for theme in (document.objet for document in pieces.documents["themes"])
    ]
    own = [document.objet for document in pieces.documents["convention/indicateurs"]]
    shelf = {document.objet.titre: document.objet.indicateurs for document in pieces.documents["indicateurs"]}
    shelf |= {PROPRES: tuple(one for item in own for one in item.indicateurs)}
    known = {item.id: item for group in shelf.values() for item in group}
    followed = {
        fiche.numero: tuple(
            known[one.id].model_copy(
                update={"origine": "convention" if one.libelle else "propose", "references": one.references}
            )
            for one in fiche.indicateurs
        )
        for fiche in sorted(convention.fiches, key=lambda fiche: fiche.numero)
    }
    dimensions = [*found["dimensions"].dimensions, *(one for item in own for one in item.dimensions)]
    places = pieces.documents["convention/territoires"]
    same = ("seuils", "radar", "offre", "charte", "profils", "moyens", "confidentialite", "secret", "comparaison",
            "messages", "diagnostic")  # fmt: skip
    return Catalogue(
        **{name: found[name] for name in same},
        **{name: found[name].selon(convention) for name in ("synthese", "evaluation", "bilan")},
        themes=tuple(sorted(themes, key=lambda theme: theme.ordre)),
        statuts={item.code: item for item in found["statuts"].statuts},
        unites={item.id: item for item in found["unites"].unites},
        territoires={item.code: item for document in places for item in document.objet.territoires},
        referentiel=found["referentiel_emploi"],
        coherence=ReglesCoherence(relations=found["relations"], regles=found["regles"]),
        publiques=found["donnees_publiques"],
        bibliotheque=shelf,
        fiches_indicateurs=followed,
        indicateurs_contexte={item.id: item for item in found["contexte"].indicateurs},
        dimensions={item.id: item for item in dimensions},
        responsables={item.id: item for item in (*found["responsables"].responsables, *convention.responsables)},
    )
