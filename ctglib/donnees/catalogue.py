"""The catalogue, read and checked: what the words mean, whatever the convention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ctglib.donnees.modeles import Nomme, catalogue
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.coherence import ReglesCoherence
from ctglib.donnees.modeles.convention import IndicateurFiche
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import ReglesBilan, ReglesDiagnostic, ReglesMessages, Synthese
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.pieces import Pieces

PROPRES = "Indicateurs propres à la convention"


@dataclass(frozen=True)
class Catalogue(Montrable):
    """What the words mean, whatever the convention: most are the files of ``data/catalogue`` that have their name."""

    themes: tuple[catalogue.Theme, ...]  # in the order of a diagnostic, titled as the convention calls them
    statuts: dict[str, catalogue.Statut]
    unites: dict[str, catalogue.Unite]
    territoires: dict[str, catalogue.Territoire]  # those of the convention
    seuils: catalogue.Seuils
    radar: catalogue.Radar
    offre: catalogue.VocabulaireOffre
    referentiel: catalogue.ReferentielEmploi
    coherence: ReglesCoherence
    publiques: DonneesPubliques  # what public figures say of a diagnostic
    synthese: Synthese
    charte: catalogue.Charte
    bibliotheque: dict[str, tuple[Indicateur, ...]]  # by subject; those of the convention alone come last
    fiches_indicateurs: dict[int, tuple[Indicateur, ...]]  # those that each fiche follows, in its order
    indicateurs_contexte: dict[str, Indicateur]  # of the public series
    dimensions: dict[str, catalogue.Dimension]
    profils: catalogue.Profils
    moyens: catalogue.Moyens
    responsables: dict[str, Nomme]  # who fills what in the year's spreadsheet
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
    convention = pieces.convention
    read = {name: [document.objet for document in group] for name, group in pieces.documents.items()}
    found = {name: group[0] for name, group in read.items() if group}
    themes = [one.model_copy(update={"titre": convention.themes.get(one.theme, one.titre)}) for one in read["themes"]]
    own = read["convention/indicateurs"]
    shelf = {subject.titre: subject.indicateurs for subject in read["indicateurs"]}
    shelf |= {PROPRES: tuple(one for item in own for one in item.indicateurs)}
    known = {item.id: item for group in shelf.values() for item in group}

    def suivi(item: IndicateurFiche) -> Indicateur:
        whose = {"origine": "convention" if item.libelle else "propose", "references": item.references}
        return known[item.id].model_copy(update=whose)

    same = ("seuils", "radar", "offre", "charte", "profils", "moyens", "confidentialite", "secret", "comparaison",
            "messages", "diagnostic")  # fmt: skip
    return Catalogue(
        **{name: found[name] for name in same},
        **{name: found[name].selon(convention) for name in ("synthese", "evaluation", "bilan")},
        themes=tuple(sorted(themes, key=lambda theme: theme.ordre)),
        statuts={item.code: item for item in found["statuts"].statuts},
        unites={item.id: item for item in found["unites"].unites},
        territoires={item.code: item for one in read["convention/territoires"] for item in one.territoires},
        referentiel=found["referentiel_emploi"],
        coherence=ReglesCoherence(relations=found["relations"], regles=found["regles"]),
        publiques=found["donnees_publiques"],
        bibliotheque=shelf,
        fiches_indicateurs={
            fiche.numero: tuple(map(suivi, fiche.indicateurs))
            for fiche in sorted(convention.fiches, key=lambda fiche: fiche.numero)
        },
        indicateurs_contexte={item.id: item for item in found["contexte"].indicateurs},
        dimensions={item.id: item for one in (found["dimensions"], *own) for item in one.dimensions},
        responsables={item.id: item for one in (found["responsables"], convention) for item in one.responsables},
    )
