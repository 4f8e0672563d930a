"""The workbook in which a convention is typed: its sheets, their columns, and what they are called.

What a cell may hold is not said here: it is the model of the file that a sheet writes.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ctglib.donnees.modeles import Identifiant, Modele, Positif, Texte
from ctglib.donnees.modeles.suivi import PartieModeEmploi


class Intitule(Modele):  # of a column
    titre: Texte
    aide: str = ""
    largeur: float = Field(default=22, gt=0)


class ColonneDeConvention(Intitule):  # a key of the model that the sheet writes
    mots: dict[str, Texte] = {}  # of each of its codes; a code without one is written as it is
    en_code: bool = False  # a name is written by its code, though it has a word in the catalogue
    # Names that are understood by their words too, where the model takes any text (``noms.yaml``).
    sorte: Identifiant | None = None


class ColonneDeParent(Intitule):  # in which element, a row of another sheet, a row is
    # When an avenant writes the row: the key of its change that says the same.
    dit_par: Identifiant | None = None
    facultatif: bool = False


class FeuilleDeConvention(Modele):
    id: Identifiant
    titre: Texte
    resume: Texte
    consigne: Texte
    forme: Literal["lignes", "rubriques"] = (
        "lignes"  # rubriques: the keys of one element, a row each
    )
    # Which elements are its rows: a file, then a path (« convention fiches.*.modalites.* »).
    chemins: tuple[Texte, ...] = Field(min_length=1)
    # The key that tells an element from the others of its list; none: nothing cites it.
    cle: Identifiant | None = None
    nom: Identifiant | None = None  # the key that says it in words
    sorte: Identifiant | None = None  # which names its elements define (``noms.yaml``)
    # The column of a key that the element itself does not hold: a role in a dict, the mark of a
    # change.
    repere: ColonneDeConvention | None = None
    parents: tuple[Identifiant, ...] = ()  # the sheets of what an element is in
    colonnes: dict[Texte, ColonneDeConvention] = {}  # by key (« poids.valeur »), in their order
    ailleurs: tuple[Texte, ...] = ()  # keys that stay in the file as they are
    lignes_libres: int = Field(default=0, ge=0)  # empty rows after those already written
    figees: int = Field(default=1, ge=0)  # columns that stay in view


class ClasseurDeConvention(Modele):
    version: Positif
    titre: Texte
    mode_emploi: tuple[PartieModeEmploi, ...]
    legende: dict[Literal["attendue", "facultative", "rappel"], Texte]
    colonnes_des_rubriques: tuple[Intitule, Intitule, Intitule]
    rattachements: dict[Identifiant, ColonneDeParent]  # by the sheet that defines what is cited
    feuilles: tuple[FeuilleDeConvention, ...]

    @property
    def par_id(self) -> dict[str, FeuilleDeConvention]:
        """The sheets by id."""
        return {feuille.id: feuille for feuille in self.feuilles}
