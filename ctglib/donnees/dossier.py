"""A convention and its catalogue, read whole and checked: the one door of the data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import enregistrer, lister, proches
from ctglib.donnees.modeles.coherence import ReglesCoherence
from ctglib.donnees.pieces import Pieces, rassembler
from ctglib.donnees.table import en_table
from ctglib.donnees.verifications import verifier

if TYPE_CHECKING:
    import pandas as pd

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
    from ctglib.donnees.modeles.coherence import Correction, Justification
    from ctglib.donnees.modeles.convention import Affirmation, Commentaire, Convention
    from ctglib.donnees.modeles.synthese import Synthese

DOSSIER = "conventions"


@dataclass(frozen=True)
class Catalogue:
    """What the words mean, whatever the convention; the themes are in the order of Annexe 1."""

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

    @cached_property
    def indicateurs(self) -> dict[str, Indicateur]:
        """Return the indicators by id, in the order of the themes and of their tables."""
        return {item.id: item for theme in self.themes for item in theme.indicateurs}

    @cached_property
    def theme_de(self) -> dict[str, str]:
        """Return the theme of each indicator."""
        return {item.id: theme.theme for theme in self.themes for item in theme.indicateurs}


@dataclass(frozen=True)
class Dossier:
    """A convention, checked.

    Attributes:
        catalogue: What its words mean.
        convention: ``convention.yaml``.
        annexe1: section, indicateur, territoire, annee (Int64), valeur, variation_5_ans (float64, missing when empty),
            unite, statut, note ("" when none).
        affirmations: Sentences of Annexe 1 that compare, rank or total.
        offre: One characteristic of a structure a row, all text ("" when empty).
        commentaires: What the parties wrote under the themes.
        corrections: Places of the source read otherwise than written.
        justifications: Findings that are no fault.
        logos: Bytes by party, None while the file is not there.
        fichiers: The files read, relative to the data folder, sorted.
    """

    catalogue: Catalogue
    convention: Convention
    annexe1: pd.DataFrame
    affirmations: tuple[Affirmation, ...]
    offre: pd.DataFrame
    commentaires: tuple[Commentaire, ...]
    corrections: tuple[Correction, ...]
    justifications: tuple[Justification, ...]
    logos: dict[str, bytes | None]
    fichiers: tuple[str, ...]


def conventions() -> tuple[str, ...]:
    """Return the names of the conventions: the folders of ``conventions``, sorted."""
    return tuple(name.removesuffix("/") for name in lister(DOSSIER) if name.endswith("/"))


def valider(convention: str) -> tuple[str, ...]:
    """Check all the files of a convention and of the catalogue, and return the names of those read.

    Raises:
        DonneesInvalides: All the faults of all the files, or a convention that is not there.
    """
    return _lire(convention)[1]


def lire_dossier(convention: str) -> Dossier:
    """Return a convention, read whole and checked.

    Args:
        convention: Name of a folder of ``conventions``.

    Raises:
        DonneesInvalides: All the faults of all the files, or a convention that is not there.
    """
    pieces, files = _lire(convention)
    found = {name: group[0].objet for name, group in pieces.documents.items() if name != "themes"}
    tables = {name: en_table(table, pieces.schemas[name]) for name, table in pieces.tables.items()}
    return Dossier(
        catalogue=_catalogue(pieces, found),
        convention=found["convention/convention"],
        annexe1=tables["annexe1"],
        affirmations=tuple(found["convention/affirmations"].affirmations),
        offre=tables["offre"],
        commentaires=tuple(found["convention/commentaires"].commentaires),
        corrections=tuple(found["convention/corrections"].corrections),
        justifications=tuple(found["convention/justifications"].justifications),
        logos=pieces.logos,
        fichiers=files,
    )


def _lire(convention: str) -> tuple[Pieces, tuple[str, ...]]:
    """Return the files of a convention, without fault, and their names."""
    with enregistrer() as journal:
        _verifier_nom(convention)
        pieces = rassembler(convention)
    if faults := [*pieces.fautes, *verifier(pieces)]:
        raise DonneesInvalides(faults)
    return pieces, tuple(sorted(journal.lus))


def _verifier_nom(convention: str) -> None:
    known = conventions()
    if convention in known:
        return
    close = proches(convention, known)
    remedy = f"écrire « {close[0]} »" if close else "écrire l'un de ces noms, ou créer le dossier de la convention"
    expected = f"le nom d'un dossier de « {DOSSIER} » : {', '.join(known) or 'aucun pour le moment'}"
    raise DonneesInvalides([Faute(DOSSIER, f"la convention inconnue « {convention[:80]} »", expected, remedy)])


def _catalogue(pieces: Pieces, found: dict) -> Catalogue:
    themes = [document.objet for document in pieces.documents["themes"]]
    return Catalogue(
        themes=tuple(sorted(themes, key=lambda theme: theme.ordre)),
        statuts={item.code: item for item in found["statuts"].statuts},
        unites={item.id: item for item in found["unites"].unites},
        territoires={item.code: item for item in found["territoires"].territoires},
        seuils=found["seuils"],
        radar=found["radar"],
        offre=found["offre"],
        referentiel=found["referentiel_emploi"],
        coherence=ReglesCoherence(relations=found["relations"], regles=found["regles"]),
        synthese=found["synthese"],
        charte=found["charte"],
    )
