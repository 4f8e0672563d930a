"""What the type of a field says of names: that it cites one of another file, or has no double."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ctglib.donnees.modeles import (
    CodeModalite,
    CodeTerritoire,
    Identifiant,
    Numero,
    Positif,
    Texte,
)


@dataclass(frozen=True)
class Nom:
    """A field cites a name of a kind, a key of ``noms.yaml``.

    ``selon`` is the key, beside the name or above it, that says among what it is chosen: for a
    modalité, the key of its dimension.
    """

    sorte: str
    selon: str = ""


@dataclass(frozen=True)
class Unique:
    """A list has no double: of what these keys of an item say together, or of the item itself.

    ``partout``: all the lists of the file that are at the same path count as one list.
    """

    cles: str = ""  # separated by spaces; none: the item itself
    partout: bool = False


Indicateur = Annotated[Identifiant, Nom("indicateur")]  # of a diagnostic
IndicateurDeFiche = Annotated[Identifiant, Nom("indicateur_de_fiche")]
Contexte = Annotated[Identifiant, Nom("contexte")]  # of a public series
Mesure = Annotated[Identifiant, Nom("mesure")]  # any of the three
Theme = Annotated[Identifiant, Nom("theme")]
Unite = Annotated[Identifiant, Nom("unite")]
Territoire = Annotated[CodeTerritoire, Nom("territoire")]
Categorie = Annotated[Identifiant, Nom("categorie")]
Type = Annotated[Identifiant, Nom("type")]
Caracteristique = Annotated[Identifiant, Nom("caracteristique")]
ModaliteDOffre = Annotated[Identifiant, Nom("modalite")]
Axe = Annotated[Identifiant, Nom("axe")]
Enjeu = Annotated[Identifiant, Nom("enjeu")]
Fiche = Annotated[Numero, Nom("fiche")]
ElementDeSchema = Annotated[Texte, Nom("schema")]
Dimension = Annotated[Identifiant, Nom("dimension")]
Variable = Annotated[Identifiant, Nom("variable")]
Poste = Annotated[Identifiant, Nom("poste")]
Responsable = Annotated[Identifiant, Nom("responsable")]
Element = Annotated[Identifiant, Nom("element")]
Signataire = Annotated[Identifiant, Nom("signataire")]
Gestion = Annotated[Identifiant, Nom("gestion")]
Dispositif = Annotated[CodeModalite, Nom("dispositif")]
# a signataire, or all those that have no rows of their own
Donateur = Annotated[Identifiant, Nom("donateur")]
ModaliteDeDimension = Annotated[CodeModalite, Nom("modalite_de_dimension", "dimension")]
# said inside the fiche
IndicateurDeLaFiche = Annotated[Identifiant, Nom("indicateur_d_une_fiche", "numero")]
IndicateurDUneFiche = Annotated[Identifiant, Nom("indicateur_d_une_fiche", "fiche")]
ModaliteDUneFiche = Annotated[Numero, Nom("modalite_d_une_fiche", "fiche")]
Objectif = Annotated[Positif, Nom("objectif", "fiche")]  # its rank, from 1


@cache
def marques(modele: type[BaseModel], sorte: type) -> tuple[tuple[Any, str], ...]:
    """Return what the types of a model say of names, each with its path (« fiches.*.contexte.* »).

    ``sorte`` is ``Nom`` or ``Unique``. In a path, « * » is an item of a list or a value of a dict,
    « + » a key of a dict.
    """
    voulues = [
        (marque, chemin) for marque, chemin in _marques(modele, ()) if isinstance(marque, sorte)
    ]
    return tuple(dict.fromkeys(voulues))


def _marques(
    annotation: object, chemin: tuple[str, ...], metadonnees: Iterable[object] = ()
) -> Iterator[tuple[Nom | Unique, str]]:
    """Yield the marks of a type and of what it holds."""
    for metadonnee in metadonnees:
        if isinstance(metadonnee, Nom | Unique):
            yield metadonnee, ".".join(chemin)
    origine = get_origin(annotation)
    arguments = get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for nom, champ in annotation.model_fields.items():
            yield from _marques(champ.annotation, (*chemin, nom), champ.metadata)
    elif origine is Annotated:
        yield from _marques(arguments[0], chemin, arguments[1:])
    elif origine in (Union, UnionType):
        for argument in arguments:
            yield from _marques(argument, chemin)
    elif origine is dict:
        yield from _marques(arguments[0], (*chemin, "+"))
        yield from _marques(arguments[1], (*chemin, "*"))
    elif arguments:
        yield from _marques(arguments[0], (*chemin, "*"))
