"""A YAML file to a checked model, or French faults: each with its line, its dotted key and what to do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from pydantic import ValidationError

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import empreinte
from ctglib.donnees.modeles.base import Modele
from ctglib.donnees.yaml_arbre import Arbre, lire_arbre
from ctglib.donnees.yaml_traduction import traduire

T = TypeVar("T", bound=Modele)


@dataclass(frozen=True)
class Document(Generic[T]):
    """A YAML file read as far as it goes: ``objet`` is None when ``fautes`` is not empty; ``arbre`` has the lines."""

    arbre: Arbre
    objet: T | None
    fautes: tuple[Faute, ...]


def examiner_yaml(relatif: str, modele: type[T]) -> Document[T]:
    """Return a YAML file checked against its model, with all its faults instead of an exception."""
    try:
        tree = lire_arbre(relatif)
    except DonneesInvalides as error:
        return Document(Arbre(relatif), None, error.fautes)
    required = any(info.is_required() for info in modele.model_fields.values())
    if tree.contenu is None and required:
        fault = Faute(relatif, "aucune valeur, des commentaires seulement", "un fichier rempli", "remplir le fichier")
        return Document(tree, None, (fault,))
    try:
        found = modele.model_validate_json(json.dumps({} if tree.contenu is None else tree.contenu), strict=True)
    except ValidationError as error:
        return Document(tree, None, (*tree.fautes, *traduire(error, modele, tree)))
    return Document(tree, None if tree.fautes else found, tuple(tree.fautes))


def charger_yaml(relatif: str, modele: type[T]) -> T:
    """Return the object of a YAML file.

    JSON's strict mode is used on purpose: a quoted year is not a number, « oui » not a boolean, 20230101 not a date.

    Args:
        relatif: Path in the data folder.
        modele: What the file may hold.

    Raises:
        DonneesInvalides: All the faults of the file.
    """
    document = examiner_yaml(relatif, modele)
    if document.objet is None:
        raise DonneesInvalides(list(document.fautes))
    return document.objet


def charger_yaml_une_fois(relatif: str, modele: type[T]) -> T:
    """Return what ``charger_yaml`` does, checked once while its bytes are the same, and read each time."""
    return _charge(relatif, empreinte(relatif), modele)


@lru_cache(maxsize=64)
def _charge(relatif: str, octets: str, modele: type[T]) -> T:
    return charger_yaml(relatif, modele)
