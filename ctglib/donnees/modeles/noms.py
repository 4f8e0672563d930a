"""What the type of a field says of names: that it cites one which another file defines, or says
each thing once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from ctglib.donnees.modeles import CodeModalite, CodeTerritoire, Identifiant, Positif, Texte


@dataclass(frozen=True)
class Nom:
    """A field cites a name of a kind, a key of ``noms.yaml``.

    ``selon`` is the key, beside the name or above it, that tells in what it is chosen: the
    dimension of a modalité.
    """

    sorte: str
    selon: str = ""


@dataclass(frozen=True)
class Unique:
    """A list says each thing once: what these keys of an item say together, or the item itself when
    there is no key.

    ``partout`` looks at all the lists of the file that are at the same path as at one.
    """

    cles: str = ""
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
Fiche = Annotated[Positif, Nom("fiche")]
ElementDeSchema = Annotated[Texte, Nom("schema")]
Dimension = Annotated[Identifiant, Nom("dimension")]
Variable = Annotated[Identifiant, Nom("variable")]
Poste = Annotated[Identifiant, Nom("poste")]
Responsable = Annotated[Identifiant, Nom("responsable")]
Element = Annotated[Identifiant, Nom("element")]
Signataire = Annotated[Identifiant, Nom("signataire")]
Gestion = Annotated[Identifiant, Nom("gestion")]
Dispositif = Annotated[CodeModalite, Nom("dispositif")]
Donateur = Annotated[
    Identifiant, Nom("donateur")
]  # a signataire, or all those that have no rows of their own
ModaliteDeDimension = Annotated[CodeModalite, Nom("modalite_de_dimension", "dimension")]
IndicateurDeLaFiche = Annotated[
    Identifiant, Nom("indicateur_d_une_fiche", "numero")
]  # said inside the fiche
IndicateurDUneFiche = Annotated[Identifiant, Nom("indicateur_d_une_fiche", "fiche")]
ModaliteDUneFiche = Annotated[Texte, Nom("modalite_d_une_fiche", "fiche")]
Objectif = Annotated[Positif, Nom("objectif", "fiche")]  # its rank, from 1


@cache
def marques(modele: type[BaseModel], sorte: type) -> tuple[tuple[Any, str], ...]:
    """Return what the types of a model say of names, ``Nom`` or ``Unique``, with its path
    (« fiches.*.contexte.* »).
    """
    return tuple(dict.fromkeys(one for one in _marques(modele, ()) if isinstance(one[0], sorte)))


def _marques(forme: object, chemin: tuple[str, ...], *dites: object) -> Iterator[tuple[Any, str]]:
    yield from ((mark, ".".join(chemin)) for mark in dites if isinstance(mark, Nom | Unique))
    origin = get_origin(forme)
    args = get_args(forme)
    if isinstance(forme, type) and issubclass(forme, BaseModel):
        for name, info in forme.model_fields.items():
            yield from _marques(info.annotation, (*chemin, name), *info.metadata)
    elif origin is Annotated:
        yield from _marques(args[0], chemin, *args[1:])
    elif origin in (Union, UnionType):
        for arg in args:
            yield from _marques(arg, chemin)
    elif origin is dict:
        yield from (*_marques(args[0], (*chemin, "+")), *_marques(args[1], (*chemin, "*")))
    elif args:
        yield from _marques(args[0], (*chemin, "*"))
