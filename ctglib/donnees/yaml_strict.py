"""A YAML file to a checked model, or French faults: each with its line, its dotted key and what to
do.
"""

import json
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, phrases, refus
from ctglib.donnees.lecture import empreinte, invisible, lire_texte, proposer
from ctglib.donnees.modeles import Modele

Chemin = tuple[str | int, ...]
T = TypeVar("T", bound=Modele)

_ENTIER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,30}")
_CODE = re.compile(r"0[0-9_]+")
_MOTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_PROFONDEUR = 30


@dataclass
class Document(Generic[T]):
    """A YAML file read as far as it goes."""

    fichier: str
    modele: type[T]  # what it is checked against
    contenu: object = (
        None  # dicts, lists, texts, numbers, booleans; None: comments only, or it cannot be read
    )
    lignes: dict[Chemin, int] = field(default_factory=dict)  # of each key or list item
    textes: dict[Chemin, str] = field(default_factory=dict)  # each scalar as written
    fautes: list[Faute] = field(default_factory=list)  # what YAML allows and we refuse included
    objet: T | None = None  # what it says, None when there is a fault

    def ligne(self, chemin: Chemin) -> int:
        """Return the line of a path, or of its closest parent that is written."""
        while chemin and chemin not in self.lignes:
            chemin = chemin[:-1]
        return self.lignes.get(chemin, 1)

    def faute(self, chemin: Chemin, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault at a path, as a reader counts: ``("fiches", 0, "titre")`` reads
        « fiches[1].titre ».
        """
        told = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in chemin)
        return Faute(
            self.fichier,
            trouve,
            attendu,
            remede,
            self.ligne(chemin),
            told.removeprefix(".")[:120] or None,
        )

    def dire(self, chemin: Chemin, cle: str, /, **valeurs: object) -> Faute:
        """Return a fault at a path, in the words that ``fautes.yaml`` has for it."""
        return self.faute(chemin, *mots(cle, **valeurs))


def examiner_yaml(relatif: str, modele: type[T]) -> Document[T]:
    """Return a YAML file checked against its model, once while its bytes are the same, with all its
    faults.
    """
    try:
        return _examiner(relatif, empreinte(relatif), modele)
    except DonneesInvalides as error:
        return Document(relatif, modele, fautes=list(error.fautes))


@lru_cache(maxsize=256)
def _examiner(relatif: str, octets: str, modele: type[T]) -> Document[T]:
    """JSON's strict mode is used on purpose: a quoted year is not a number, « oui » no boolean,
    20230101 no date.
    """
    document = Document(relatif, modele)
    text = lire_texte(relatif)
    try:
        document.contenu = _lire(document, yaml.parse(text, yaml.CBaseLoader))
    except yaml.MarkedYAMLError as error:
        return Document(relatif, modele, fautes=[_faute_de_syntaxe(relatif, text, error)])
    if document.contenu is None:
        if any(info.is_required() for info in modele.model_fields.values()):
            return replace(document, fautes=[document.dire((), "sans_valeur")])
        document.contenu = {}
    try:
        found = modele.model_validate_json(json.dumps(document.contenu), strict=True)
    except ValidationError as error:
        document.fautes += _traduire(error, modele, document)
    else:
        document.objet = None if document.fautes else found
    return document


def charger_yaml(relatif: str, modele: type[T]) -> T:
    """Return the object of a YAML file, or raise all its faults."""
    document = examiner_yaml(relatif, modele)
    if document.objet is None:
        raise DonneesInvalides(document.fautes)
    return document.objet


def _lire(document: Document, events: Iterator[yaml.Event]) -> object:
    """Return the content of the only document of a file, event by event: nodes would lose the lines
    of the aliases.
    """
    next(events)
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    content = _valeur(document, events, next(events), ())
    next(events)
    if not isinstance(after := next(events), yaml.StreamEndEvent):
        raise yaml.MarkedYAMLError(
            problem="expected a single document", problem_mark=after.start_mark
        )
    return content


def _valeur(
    document: Document, events: Iterator[yaml.Event], event: yaml.Event, chemin: Chemin
) -> object:
    line = event.start_mark.line + 1
    document.lignes.setdefault(chemin, line)
    if isinstance(event, yaml.AliasEvent):
        document.fautes.append(document.dire(chemin, "renvoi"))
        return None
    if event.tag and not event.tag.startswith("tag:yaml.org,2002:") and event.tag != "!":
        document.fautes.append(document.dire(chemin, "etiquette", etiquette=event.tag))
    if isinstance(event, yaml.ScalarEvent):
        return _scalaire(document, event, chemin)
    if len(chemin) >= _PROFONDEUR:
        raise refus(document.fichier, *mots("trop_profond", niveaux=_PROFONDEUR), ligne=line)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[object] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_valeur(document, events, event, (*chemin, len(items))))
        return items
    content: dict[str, object] = {}
    aside = Document(document.fichier, document.modele)  # where what is refused is read to its end
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        line = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
            document.fautes.append(replace(document.dire(chemin, "cle_composee"), ligne=line))
            _valeur(aside, events, event, ())
            _valeur(aside, events, next(events), ())
            continue
        path = (*chemin, event.value)
        if event.value in content:
            again = document.dire(path, "cle_repetee", cle=event.value, ligne=document.lignes[path])
            document.fautes.append(replace(again, ligne=line))
            _valeur(aside, events, next(events), ())
        else:
            document.lignes[path] = line
            content[event.value] = _valeur(document, events, next(events), path)
    return content


def _scalaire(document: Document, event: yaml.ScalarEvent, chemin: Chemin) -> object:
    text = document.textes[chemin] = event.value
    if words := invisible(text):  # an escape sequence writes it
        document.fautes.append(document.faute(chemin, *words))
    if event.style:  # quotes, or a block
        return text
    if _CODE.fullmatch(text):
        document.fautes.append(document.dire(chemin, "code_sans_guillemets", texte=text))
        return text
    if text.lower() in _MOTS:
        return _MOTS[text.lower()]
    if _ENTIER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


_SYNTAXE = {
    "mapping values are not allowed": "guillemets",
    "could not find expected ':'": "deux_points",
    "expected ',' or": "fermeture",
    "unexpected end of stream": "fermeture",
    "did not find expected key": "indentation",
    "did not find expected '-' indicator": "indentation",
    "expected <block end>": "indentation",
    "block sequence entries are not allowed": "indentation",
    "expected a single document": "un_document",
    "unknown escape character": "barre_oblique",
    "nesting depth": "trop_profond",
    "alias": "renvoi",  # a text that begins with « * »
}


def _faute_de_syntaxe(relatif: str, texte: str, erreur: yaml.MarkedYAMLError) -> Faute:
    """Return the fault of a YAML syntax error, at its line, showing the line as written."""
    lines = texte.splitlines()
    index = min(erreur.problem_mark.line, len(lines) - 1)
    indent, shown = re.match(r"(\s*)(.{,60})", lines[index]).groups()
    problem = f"{erreur.context} {erreur.problem}"
    kind = next((found for words, found in _SYNTAXE.items() if words in problem), "syntaxe")
    shown = f"« {shown.strip()} »" if shown else "une ligne vide ou la fin du fichier"
    words = mots("tabulation" if "\t" in indent else kind, ligne=shown, niveaux=_PROFONDEUR)
    return Faute(relatif, *words, index + 1)


_MOTIFS = {
    "^[a-z][a-z0-9_]*$": "identifiant",
    "^[a-z0-9][a-z0-9_-]*$": "code",
    "^[0-9a-f]{64}$": "empreinte",
    "^([0-9][0-9AB][0-9]{0,3}|[0-9]{9})$": "territoire",
}
_EXPRESSION = {
    "pattern_type": "string_type",
    "pattern_regex": "expression",
}  # of a text that is to be a regular one


def _traduire(
    erreur: ValidationError, modele: type[BaseModel], document: Document
) -> Iterator[Faute]:
    """Yield the faults of a validation error; of a choice of forms, only the form the writer meant
    is told.
    """
    choices: dict[Chemin, dict[object, list[dict]]] = {}
    for detail in erreur.errors(include_url=False):
        if detail["type"] == "default_factory_not_called":  # another key's fault, already told
            continue
        detail["chemin"], point, branch = _situer(document.contenu, detail)
        if branch is None:
            yield _faute(detail, modele, document)
        else:
            choices.setdefault(point, {}).setdefault(branch, []).append(detail)
    for point, branches in choices.items():
        if deep := [
            group
            for group in branches.values()
            if any(len(one["chemin"]) > len(point) for one in group)
        ]:
            yield from (_faute(detail, modele, document) for detail in min(deep, key=len))
            continue
        faults = [
            _faute(detail, modele, document) for group in branches.values() for detail in group
        ]
        expected, remedies = (
            dict.fromkeys(getattr(one, name) for one in faults) for name in ("attendu", "remede")
        )
        yield document.faute(
            point, faults[0].trouve, " ou ".join(expected), " ; ou bien ".join(remedies)
        )


def _situer(contenu: object, detail: dict) -> tuple[Chemin, Chemin, object]:
    """Return the path in the file, then where a choice was met and the form tried, that pydantic
    puts in its place.
    """
    path: Chemin = ()
    point = ()
    branch = None
    node = contenu
    loc = detail["loc"]
    for rank, step in enumerate(loc, 1):
        if step in (
            node if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
        ):
            node = node[step]
            path = (*path, step)
        elif detail["type"] == "missing" and rank == len(loc):
            path = (*path, step)
        elif branch is None and step != "[key]":
            point = path
            branch = step
    return path, point, branch


def _faute(detail: dict, modele: type[BaseModel], document: Document) -> Faute:
    """Return the fault of an error of pydantic, in the words that ``fautes.yaml`` has for its kind."""
    path: Chemin = detail["chemin"]
    kind = _EXPRESSION.get(detail["type"], detail["type"])
    value = detail["input"]
    text = document.textes.get(path) if "[key]" not in detail["loc"] else None
    told = {
        "valeur": _trouve(value, text),
        "texte": text,
        "cle": str(path[-1]) if path else "",
        **detail.get("ctx", {}),
    }
    if kind == "missing" and isinstance(path[-1], int):
        kind = "element_absent"
        rank = path[-1]
        path = path[:-1]
        told |= {
            "valeur": f"une liste de {rank} élément{'s' if rank > 1 else ''}",
            "rang": rank + 1,
        }
    elif kind == "extra_forbidden":
        allowed = [*_modele_a(modele, detail["loc"][:-1]).model_fields]
        close = proposer(told["cle"], allowed, "l'une de ces clés, ou retirer celle-ci")
        told |= {"permises": ", ".join(allowed), "proche": close}
    elif kind == "model_type":
        fields = _modele_a(modele, detail["loc"]).model_fields
        keys = [name for name, info in fields.items() if info.is_required()] or [*fields]
        told["cles"] = f"{'les clés' if len(keys) > 1 else 'la clé'} {', '.join(keys)}"
    elif kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", told["expected"])
        told |= {
            "permises": ", ".join(allowed),
            "proche": proposer(str(value), allowed, "l'une de ces valeurs"),
        }
    elif kind == "string_pattern_mismatch":
        kind = _MOTIFS.get(told["pattern"], "modele")
    elif kind == "string_type" and isinstance(value, (int, float)) and text:
        kind = "texte_sans_guillemets"
    elif kind == "float_type" and text and re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        kind = "virgule"
        told["nombre"] = text.replace(",", ".")
    return document.dire(path, kind if kind in phrases() else "modele", **told)


def _trouve(value: object, text: str | None) -> str:
    if isinstance(value, dict):
        return f"les clés {', '.join(map(str, value))[:80]}" if value else "aucune clé"
    if isinstance(value, list):
        return f"une liste de {len(value)} élément{'s' if len(value) > 1 else ''}"
    text = str(value) if text is None else text
    return (
        "aucune valeur"
        if value is None
        else f"« {text[:80]} »"
        if text.strip()
        else "un texte vide"
    )


def _modele_a(annotation: Any, loc: tuple) -> type[BaseModel] | None:
    """Return the model that holds the keys at a location, following fields, lists, dicts and
    choices.
    """
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not loc or loc[0] == annotation.__name__:
            return _modele_a(annotation, loc[1:]) if loc else annotation
        info = annotation.model_fields.get(loc[0])
        return _modele_a(info.annotation, loc[1:]) if info else None
    rest = loc if get_origin(annotation) in (Annotated, Union, types.UnionType) else loc[1:]
    return next(
        (found for arg in reversed(get_args(annotation)) if (found := _modele_a(arg, rest))), None
    )
