"""A convention and its catalogue, read whole and checked, its yearly follow-up left out; then what
its end reads.
"""

from dataclasses import dataclass, fields

import pandas as pd

from ctglib.donnees.catalogue import Catalogue, Fichiers
from ctglib.donnees.csv_strict import en_table
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CONVENTIONS, existe
from ctglib.donnees.modeles.catalogue import Indicateur
from ctglib.donnees.modeles.coherence import Correction, Justification
from ctglib.donnees.modeles.convention import Affirmation, Commentaire, Convention, IndicateurFiche
from ctglib.donnees.modeles.evaluation import (
    Lectures,
    ReglesConformite,
    ReglesFinales,
    SaisieFinale,
)
from ctglib.donnees.modeles.rapports import MessageDesParties
from ctglib.donnees.modeles.suivi import Avenant, CollecteAnnuelle, Gabarit
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.pieces import CATALOGUE, Pieces, avec_la_fin, lire_pieces
from ctglib.donnees.regles import verifier
from ctglib.donnees.yaml_strict import charger_yaml

GABARIT = "catalogue/gabarit.yaml"
COLLECTE = "collecte.yaml"
PROPRES = "Indicateurs propres à la convention"


@dataclass(frozen=True)
class Dossier(Montrable):
    """A convention, checked."""

    catalogue: Catalogue
    convention: Convention
    # Columns section, indicateur, territoire, annee (Int64), valeur, variation_5_ans (float64,
    # missing when empty), unite, statut, note ("" when none).
    annexe1: pd.DataFrame
    affirmations: tuple[Affirmation, ...]  # sentences of annexe 1 that compare, rank or total
    offre: pd.DataFrame  # one characteristic of a structure a row, all text ("" when empty)
    commentaires: tuple[Commentaire, ...]  # what the parties wrote under the themes
    corrections: tuple[Correction, ...]  # places of the source read otherwise than written
    justifications: tuple[Justification, ...]  # findings that are no fault
    avenants: tuple[Avenant, ...]  # in order; what they name is checked with the follow-up
    messages: tuple[
        MessageDesParties, ...
    ]  # what the parties say on first pages in place of our messages
    logos: dict[str, bytes | None]  # None while the file is not there


@dataclass(frozen=True)
class Finale:
    """What the evaluation at the end reads beside the follow-up, checked; an absent file is an
    empty one.
    """

    regles: ReglesFinales
    conformite: ReglesConformite
    lectures: Lectures  # links that the text does not write
    saisie: SaisieFinale  # what the evaluators entered


def lire_dossier(convention: str) -> Dossier:
    """Return the convention of a folder of ``conventions``, read whole and checked, or raise all
    its faults.
    """
    return en_dossier(lire_pieces(convention))


def en_dossier(pieces: Pieces) -> Dossier:
    """Return the convention of pieces, or raise all their faults."""
    if faults := verifier(pieces):
        raise DonneesInvalides(faults)
    own = {
        name: tuple(
            item for one in pieces.objets(f"convention/{name}") for item in getattr(one, name)
        )
        for name in (
            "affirmations",
            "commentaires",
            "corrections",
            "justifications",
            "avenants",
            "messages",
        )
    }
    tables = {name: en_table(name, pieces.tables[name]) for name in ("annexe1", "offre")}
    return Dossier(_catalogue(pieces), pieces.convention, **own, **tables, logos=pieces.logos)


def _catalogue(pieces: Pieces) -> Catalogue:
    """Return the catalogue of pieces without fault, as the convention reads it: its own words, its
    articles cited.
    """
    convention = pieces.convention
    whole = {name: convention.lire(pieces.objets(name)[0]) for name in CATALOGUE}
    themes = [
        one.model_copy(update={"titre": convention.themes.get(one.theme, one.titre)})
        for one in sorted(pieces.objets("themes"), key=lambda theme: theme.ordre)
    ]
    own = pieces.objets("convention/indicateurs")
    shelf = {subject.titre: subject.indicateurs for subject in pieces.objets("indicateurs")}
    shelf |= {PROPRES: tuple(item for one in own for item in one.indicateurs)}
    known = {item.id: item for group in shelf.values() for item in group}

    def suivi(item: IndicateurFiche) -> Indicateur:
        whose = {
            "origine": "convention" if item.libelle else "propose",
            "references": item.references,
        }
        return known[item.id].model_copy(update=whose)

    return Catalogue(
        **{item.name: whole[item.name] for item in fields(Fichiers)},
        themes=tuple(themes),
        statuts=whole["statuts"].statuts,
        unites={item.id: item for item in whole["unites"].unites},
        territoires={
            item.code: item
            for one in pieces.objets("convention/territoires")
            for item in one.territoires
        },
        bibliotheque=shelf,
        fiches_indicateurs={
            fiche.numero: tuple(map(suivi, fiche.indicateurs))
            for fiche in sorted(convention.fiches, key=lambda fiche: fiche.numero)
        },
        indicateurs_contexte={item.id: item for item in whole["contexte"].indicateurs},
        dimensions={
            item.id: item for one in (whole["dimensions"], *own) for item in one.dimensions
        },
        responsables={
            item.id: item
            for one in (whole["responsables"], convention)
            for item in one.responsables
        },
    )


def lire_finale(dossier: Dossier) -> Finale:
    """Return what the evaluation at the end reads beside the follow-up of a convention, or raise
    all its faults.
    """
    pieces = avec_la_fin(lire_pieces(dossier.convention.id))
    if faults := verifier(pieces):
        raise DonneesInvalides(faults)
    lectures, saisie = (
        pieces.objets(f"convention/{name}") for name in ("lectures", "evaluation_finale")
    )
    return Finale(
        regles=dossier.convention.lire(pieces.objets("evaluation_finale")[0]),
        conformite=pieces.objets("conformite")[0],
        lectures=(*lectures, Lectures())[0],
        saisie=(*saisie, SaisieFinale())[0],
    )


def charger_gabarit(convention: str) -> Gabarit:
    """Return the workbook of a year, with what a convention asks for and from whom."""
    gabarit = charger_yaml(GABARIT, Gabarit)
    own = f"{CONVENTIONS}/{convention}/{COLLECTE}"
    asked = charger_yaml(own, CollecteAnnuelle) if existe(own) else CollecteAnnuelle()
    return gabarit.model_copy(update={"parts": asked.parts, "moyens": asked.moyens})
