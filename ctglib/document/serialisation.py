"""The objects of a document as JSON, both ways: what an executed notebook keeps of them, all that exporters read."""

from __future__ import annotations

import base64
from dataclasses import fields, is_dataclass
from datetime import date
from numbers import Integral, Real

import pandas as pd

from ctglib.document import blocs, tableau
from ctglib.document.figure import Figure

MIME = "application/vnd.ctg.document+json"
GENRES = {name: kind for module in (blocs, tableau) for name, kind in vars(module).items() if is_dataclass(kind)}


def en_json(objet: object) -> object:
    """Return an object as JSON; of a figure, what was drawn.

    Raises:
        TypeError: It is none of ours.
    """
    if objet is None or isinstance(objet, (str, int)):
        return objet
    if isinstance(objet, (tuple, list)):
        return [en_json(item) for item in objet]
    if isinstance(objet, pd.DataFrame):
        rows = [[_valeur(value) for value in row] for row in objet.itertuples(index=False, name=None)]
        return {"genre": "table", "colonnes": [str(name) for name in objet.columns], "lignes": rows}
    if isinstance(objet, bytes):
        return {"genre": "octets", "base64": base64.b64encode(objet).decode("ascii")}
    if isinstance(objet, Figure):
        return en_json(objet.bloc)
    genre = type(objet).__name__
    if GENRES.get(genre) is type(objet):
        said = {field.name: en_json(getattr(objet, field.name)) for field in fields(objet) if field.name != "ecrire"}
        return {"genre": genre, **said}
    raise TypeError(f"« {type(objet).__name__} » n'est pas un objet d'un document")


def de_json(ecrit: object) -> object:
    """Return the object that was written by ``en_json``.

    Raises:
        KeyError: It is not an object of ours.
    """
    if isinstance(ecrit, list):
        return tuple(de_json(item) for item in ecrit)
    if not isinstance(ecrit, dict):
        return ecrit
    if ecrit["genre"] == "table":
        return pd.DataFrame(ecrit["lignes"], columns=ecrit["colonnes"], dtype=object)
    if ecrit["genre"] == "octets":
        return base64.b64decode(ecrit["base64"])
    return GENRES[ecrit["genre"]](**{name: de_json(value) for name, value in ecrit.items() if name != "genre"})


def _valeur(valeur: object) -> object:
    """Return the value of a cell: its type lasts, since a number and a text are not written alike in a CSV."""
    if isinstance(valeur, (str, bool)):
        return valeur
    if valeur is None or pd.isna(valeur):
        return None
    if isinstance(valeur, Integral):
        return int(valeur)
    if isinstance(valeur, Real):
        return float(valeur)
    return valeur.isoformat()[:10] if isinstance(valeur, date) else str(valeur)
