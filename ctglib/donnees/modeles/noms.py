"""The types of the fields that cite a name which another file defines; ``references`` says where each is defined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Union, get_args, get_origin

from pydantic import BaseModel

from ctglib.donnees.modeles import CodeTerritoire, Identifiant, Positif, Texte


@dataclass(frozen=True)
class Nom:
    """A kind of name, as the type of a field carries it; ``sorte`` is a key of ``references.VOCABULAIRES``."""

    sorte: str


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


@cache
def cites(modele: type[BaseModel]) -> tuple[tuple[str, str], ...]:
    """Return the kinds of names that a model cites, each with its path (« fiches.*.contexte.* »)."""
    return tuple(dict.fromkeys(_cites(modele, ())))


def _cites(forme: object, chemin: tuple[str, ...], *marques: object) -> Iterator[tuple[str, str]]:
    yield from ((mark.sorte, ".".join(chemin)) for mark in marques if isinstance(mark, Nom))
    origin, args = get_origin(forme), get_args(forme)
    if isinstance(forme, type) and issubclass(forme, BaseModel):
        for name, info in forme.model_fields.items():
            yield from _cites(info.annotation, (*chemin, name), *info.metadata)
    elif origin is Annotated:
        yield from _cites(args[0], chemin, *args[1:])
    elif origin in (Union, UnionType):
        for arg in args:
            yield from _cites(arg, chemin)
    elif origin is dict:
        yield from (*_cites(args[0], (*chemin, "+")), *_cites(args[1], (*chemin, "*")))
    elif args:
        yield from _cites(args[0], (*chemin, "*"))
