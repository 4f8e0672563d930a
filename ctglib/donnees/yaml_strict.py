"""A YAML file to a checked model, or French faults: each with its line, its dotted key and what to do."""

from __future__ import annotations

import json
import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import empreinte, invisible, lire_texte, proches
from ctglib.donnees.modeles import Modele

Chemin = tuple[str | int, ...]
T = TypeVar("T", bound=Modele)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENTIER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,30}")
_CODE = re.compile(r"0[0-9_]+")
_MOTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_PROFONDEUR = 30


@dataclass(frozen=True)
class Arbre:
    """A YAML file read without a model.

    Attributes:
        fichier: Its relative path.
        contenu: Dicts, lists, texts, numbers, booleans; None when the file holds comments only.
        lignes: Line of each key or list item, by path.
        textes: Each scalar as written, by path.
        fautes: What YAML allows and we refuse: doubled keys, codes without quotes, anchors.
    """

    fichier: str
    contenu: object = None
    lignes: dict[Chemin, int] = field(default_factory=dict)
    textes: dict[Chemin, str] = field(default_factory=dict)
    fautes: list[Faute] = field(default_factory=list)

    def ligne(self, chemin: Chemin) -> int:
        """Return the line of a path, or of its closest parent that is written."""
        while chemin and chemin not in self.lignes:
            chemin = chemin[:-1]
        return self.lignes.get(chemin, 1)

    def faute(self, chemin: Chemin, trouve: str, attendu: str, remede: str, ligne: int | None = None) -> Faute:
        """Return a fault at a path, as a reader counts: ``("fiches", 0, "titre")`` reads « fiches[1].titre »."""
        told = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in chemin)
        where = told.removeprefix(".")[:120] or None
        return Faute(self.fichier, trouve, attendu, remede, ligne or self.ligne(chemin), where)


@dataclass(frozen=True)
class Document(Generic[T]):
    """A YAML file read as far as it goes: ``objet`` is None when ``fautes`` is not empty; ``arbre`` has the lines."""

    arbre: Arbre
    objet: T | None
    fautes: tuple[Faute, ...] = ()


def examiner_yaml(relatif: str, modele: type[T]) -> Document[T]:
    """Return a YAML file checked against its model, with all its faults instead of an exception.

    JSON's strict mode is used on purpose: a quoted year is not a number, « oui » not a boolean, 20230101 not a date.
    """
    try:
        tree = lire_arbre(relatif)
    except DonneesInvalides as error:
        return Document(Arbre(relatif), None, error.fautes)
    if tree.contenu is None and any(info.is_required() for info in modele.model_fields.values()):
        fault = Faute(relatif, "aucune valeur, des commentaires seulement", "un fichier rempli", "remplir le fichier")
        return Document(tree, None, (fault,))
    try:
        found = modele.model_validate_json(json.dumps({} if tree.contenu is None else tree.contenu), strict=True)
    except ValidationError as error:
        return Document(tree, None, (*tree.fautes, *_traduire(error, modele, tree)))
    return Document(tree, None if tree.fautes else found, tuple(tree.fautes))


def charger_yaml(relatif: str, modele: type[T]) -> T:
    """Return the object of a YAML file.

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


def lire_arbre(relatif: str) -> Arbre:
    """Return the content of a YAML file with its lines.

    Raises:
        DonneesInvalides: The file cannot be read, or is not YAML.
    """
    text = lire_texte(relatif)
    reading = _Lecture(Arbre(relatif), yaml.parse(text, Loader=_Loader))
    try:
        content = reading.document()
    except yaml.YAMLError as error:
        raise DonneesInvalides([_faute_de_syntaxe(relatif, text, error)]) from None
    tree = reading.arbre
    return Arbre(relatif, content, tree.lignes, tree.textes, tree.fautes)


_RENVOI = ("un renvoi (« & » et « * »)", "des valeurs écrites en entier",
           "recopier la valeur à cet endroit, ou mettre entre guillemets un texte qui commence par « * »")  # fmt: skip
_TROP_PROFOND = (
    f"des valeurs emboîtées sur plus de {_PROFONDEUR} niveaux",
    f"{_PROFONDEUR} niveaux au plus",
    "remettre le fichier d'origine, ou retirer les crochets, accolades et tirets de trop",
)


class _Lecture:
    """One walk of the events of a file, filling the lines, texts and faults of a tree.

    Events come one at a time: the parser's own nodes, one inside the other, would die of ten thousand brackets.
    """

    def __init__(self, arbre: Arbre, evenements: Iterator[yaml.Event]) -> None:
        self.arbre = arbre
        self.evenements = evenements

    def document(self) -> object:
        """Return the only document of the file."""
        events = [next(self.evenements), next(self.evenements)]
        if isinstance(events[1], yaml.StreamEndEvent):
            return None
        content = self.valeur(next(self.evenements), ())
        next(self.evenements)
        if not isinstance(after := next(self.evenements), yaml.StreamEndEvent):
            raise yaml.MarkedYAMLError("expected a single document", problem_mark=after.start_mark)
        return content

    def valeur(self, event: yaml.Event, chemin: Chemin) -> object:
        self.arbre.lignes.setdefault(chemin, event.start_mark.line + 1)
        if isinstance(event, yaml.AliasEvent):
            self._refuser(chemin, *_RENVOI)
            return None
        if event.tag and not event.tag.startswith("tag:yaml.org,2002:") and event.tag != "!":
            self._refuser(
                chemin,
                f"l'étiquette « {event.tag[:40]} »",
                "une valeur sans étiquette",
                "supprimer le point d'exclamation et le mot qui le suit, ou mettre la valeur entre guillemets",
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalaire(event, chemin)
        if len(chemin) >= _PROFONDEUR:
            raise DonneesInvalides([Faute(self.arbre.fichier, *_TROP_PROFOND, event.start_mark.line + 1)])
        if isinstance(event, yaml.MappingStartEvent):
            return self._dictionnaire(chemin)
        items: list[object] = []
        while not isinstance(event := next(self.evenements), yaml.SequenceEndEvent):
            items.append(self.valeur(event, (*chemin, len(items))))
        return items

    def _dictionnaire(self, chemin: Chemin) -> dict[str, object]:
        content: dict[str, object] = {}
        while not isinstance(event := next(self.evenements), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            path = (*chemin, getattr(event, "value", ""))
            if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
                words = ("une clé composée ou « << »", "une clé d'un seul mot", "écrire la clé en entier")
                self._refuser(chemin, *words, line)
                if not isinstance(event, yaml.ScalarEvent):
                    self._passer(event)
                self._passer(next(self.evenements))
                continue
            if event.value in content:
                found = f"la clé « {event.value[:60]} » une seconde fois (déjà ligne {self.arbre.lignes[path]})"
                remedy = "supprimer l'une des deux, ou la renommer"
                self._refuser(path, found, "une seule fois chaque clé", remedy, line)
                self._passer(next(self.evenements))
                continue
            self.arbre.lignes[path] = line
            content[event.value] = self.valeur(next(self.evenements), path)
        return content

    def _scalaire(self, event: yaml.ScalarEvent, chemin: Chemin) -> object:
        text = self.arbre.textes[chemin] = event.value
        if words := invisible(text):  # an escape sequence writes it
            self._refuser(chemin, *words)
        if event.style:  # the C parser writes "" for a plain scalar, the Python one None
            return text
        if _CODE.fullmatch(text):
            remedy = f'mettre des guillemets : "{text}" (sans eux, le zéro de tête se perd)'
            self._refuser(chemin, f"{text} sans guillemets", "un code entre guillemets", remedy)
            return text
        if text.lower() in _MOTS:
            return _MOTS[text.lower()]
        if _ENTIER.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def _passer(self, event: yaml.Event) -> None:
        _Lecture(Arbre(self.arbre.fichier), self.evenements).valeur(event, ())

    def _refuser(self, chemin: Chemin, *mots: str | int) -> None:
        self.arbre.fautes.append(self.arbre.faute(chemin, *mots))


_INDENTATION = ("un retrait régulier, fait d'espaces", "aligner cette ligne sur ses voisines (deux espaces par niveau)")
_GUILLEMETS = (
    "une valeur sans « : », ou entre guillemets",
    'mettre la valeur entre guillemets (clé: "texte : suite"), ou aligner la ligne',
)
_DEUX_POINTS = ("une clé suivie de « : » et d'une espace", "ajouter « : » et une espace après la clé")
_FERMETURE = (
    "un guillemet ou un crochet fermé",
    "fermer le guillemet, le crochet ou l'accolade ouvert sur cette ligne ou plus haut",
)
_REMEDES = {
    "mapping values are not allowed": _GUILLEMETS,
    "could not find expected ':'": _DEUX_POINTS,
    "did not find expected ',' or": _FERMETURE,
    "expected ',' or": _FERMETURE,
    "unexpected end of stream": _FERMETURE,
    "did not find expected key": _INDENTATION,
    "did not find expected '-' indicator": _INDENTATION,
    "expected <block end>": _INDENTATION,
    "block sequence entries are not allowed": _INDENTATION,
    "expected a single document": (
        "un seul document par fichier",
        "supprimer la ligne « --- » et ce qui ne doit pas suivre",
    ),
    "unknown escape character": (
        "un texte sans barre oblique inversée",
        "remplacer les guillemets doubles par des apostrophes autour de la valeur",
    ),
}
_TABULATION = ("des espaces", "remplacer la tabulation par des espaces (deux par niveau)")
_DEFAUT = ("un fichier YAML bien formé", "comparer cette ligne à ses voisines : retrait, « : », guillemets, tirets")


def _faute_de_syntaxe(relatif: str, texte: str, erreur: yaml.YAMLError) -> Faute:
    """Return the fault of a YAML syntax error, at its line, showing the line as written."""
    mark = getattr(erreur, "problem_mark", None) or getattr(erreur, "context_mark", None)
    lines = texte.splitlines()
    index = min(mark.line if mark else 0, len(lines) - 1)
    line = lines[index]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Faute(relatif, "une tabulation au début de la ligne", *_TABULATION, ligne=index + 1)
    problem = f"{getattr(erreur, 'context', '') or ''} {getattr(erreur, 'problem', '') or ''}"
    if "nesting depth" in problem:
        return Faute(relatif, *_TROP_PROFOND, ligne=index + 1)
    expected, remedy = next((found for words, found in _REMEDES.items() if words in problem), _DEFAUT)
    shown = line.strip()[:60]
    return Faute(
        relatif, f"« {shown} »" if shown else "une ligne vide ou la fin du fichier", expected, remedy, index + 1
    )


_UNE_LISTE = ("une liste", "écrire une liste : un tiret et une espace devant chaque élément")
_DES_CLES = ("des clés suivies de leur valeur", "écrire « clé: valeur », une par ligne")
_UNE_DATE = ("une date (2023-01-31)", "écrire la date dans l'ordre année-mois-jour : 2023-01-31")
_ATTENDUS = {
    "string_type": ("un texte", "écrire un texte"),
    "string_too_short": ("un texte qui n'est pas vide", "remplir la valeur, ou retirer la clé si elle est facultative"),
    "string_too_long": ("un texte de {max_length} caractères au plus", "raccourcir le texte"),
    "int_type": ("un nombre entier, sans guillemets", "écrire un nombre entier, sans guillemets ni décimale"),
    "int_from_float": ("un nombre entier", "écrire un nombre entier, sans décimale"),
    "float_type": ("un nombre, sans guillemets", "écrire un nombre avec un point décimal, sans espace ni guillemets"),
    "finite_number": ("un nombre fini", "écrire un nombre"),
    "bool_type": ("true ou false", "écrire true (oui) ou false (non)"),
    "list_type": _UNE_LISTE,
    "tuple_type": _UNE_LISTE,
    "dict_type": _DES_CLES,
    "model_type": _DES_CLES,
    "too_short": ("{min_length} éléments au moins", "compléter la liste"),
    "too_long": ("{max_length} éléments au plus", "raccourcir la liste"),
    "greater_than_equal": ("un nombre au moins égal à {ge}", "corriger le nombre"),
    "less_than_equal": ("un nombre au plus égal à {le}", "corriger le nombre"),
    "greater_than": ("un nombre plus grand que {gt}", "corriger le nombre"),
    "less_than": ("un nombre plus petit que {lt}", "corriger le nombre"),
    "date_type": _UNE_DATE,
    "date_parsing": _UNE_DATE,
    "date_from_datetime_parsing": _UNE_DATE,
    "date_from_datetime_inexact": ("une date (2023-01-31)", "écrire la date sans heure : 2023-01-31"),
}
_AU_MODELE = (
    "une valeur conforme au modèle de ce fichier",
    "comparer la valeur à celles des autres entrées du fichier",
)
_MOTIFS = {
    "^[a-z][a-z0-9_]*$": (
        "un identifiant : minuscules sans accent, chiffres et tirets bas",
        "remplacer espaces, accents, majuscules et signes par des lettres ou « _ »",
    ),
    "^[a-z0-9][a-z0-9_-]*$": (
        "un code : minuscules sans accent, chiffres, tirets et tirets bas",
        "remplacer espaces, accents, majuscules et signes par des lettres, « - » ou « _ »",
    ),
    "^[0-9a-f]{64}$": ("une empreinte sha256, 64 chiffres et lettres de a à f", "recopier l'empreinte du fichier"),
    "^[0-9][0-9AB][0-9]{0,3}$": ("un code de territoire (« 62413 », « 62 »)", "écrire le code Insee entre guillemets"),
}


def _traduire(erreur: ValidationError, modele: type[BaseModel], arbre: Arbre) -> Iterator[Faute]:
    """Yield the faults of a validation error; of a choice of forms, only the form the writer meant is told."""
    choices: dict[Chemin, dict[object, list[dict]]] = {}
    for detail in erreur.errors(include_url=False):
        if detail["type"] == "default_factory_not_called":  # another key's fault, already told
            continue
        detail["chemin"], point, branch = _situer(arbre.contenu, detail)
        if branch is None:
            yield _faute(detail, modele, arbre)
        else:
            choices.setdefault(point, {}).setdefault(branch, []).append(detail)
    for point, branches in choices.items():
        if deep := [group for group in branches.values() if any(len(one["chemin"]) > len(point) for one in group)]:
            yield from (_faute(detail, modele, arbre) for detail in min(deep, key=len))
            continue
        faults = [_faute(detail, modele, arbre) for group in branches.values() for detail in group]
        expected, remedies = (dict.fromkeys(getattr(one, name) for one in faults) for name in ("attendu", "remede"))
        yield arbre.faute(point, faults[0].trouve, " ou ".join(expected), " ; ou bien ".join(remedies))


def _situer(contenu: object, detail: dict) -> tuple[Chemin, Chemin, object]:
    """Return the path in the file, then the point and name of the first choice met (None when there is none).

    Pydantic puts in its location the name of the form tried (« Absence ») and « [key] »: they are not in the file.
    """
    path: Chemin = ()
    point, branch = (), None
    node, loc = contenu, detail["loc"]
    for rank, step in enumerate(loc, 1):
        if (isinstance(node, dict) and step in node) or (
            isinstance(node, list) and isinstance(step, int) and step < len(node)
        ):
            node, path = node[step], (*path, step)
        elif detail["type"] == "missing" and rank == len(loc):
            path = (*path, step)
        elif branch is None and step != "[key]":
            point, branch = path, step
    return path, point, branch


def _faute(detail: dict, modele: type[BaseModel], arbre: Arbre) -> Faute:
    path: Chemin = detail["chemin"]
    kind, context, value = detail["type"], detail.get("ctx", {}), detail["input"]
    if kind == "missing" and isinstance(path[-1], int):
        found = f"une liste de {path[-1]} élément{'s' if path[-1] > 1 else ''}"
        return arbre.faute(path[:-1], found, f"un élément n° {path[-1] + 1}", "compléter la liste")
    if kind == "missing":
        key = path[-1]
        words = (f"la clé « {key} » est absente", f"la clé « {key} » et sa valeur")
        return arbre.faute(path, *words, f"ajouter « {key}: … » à cet endroit")
    if kind == "extra_forbidden":
        owner, key = _modele_a(modele, detail["loc"][:-1]), str(path[-1])
        allowed = list(owner.model_fields) if owner else []
        expected = f"l'une des clés {', '.join(allowed)}" if allowed else "une clé prévue par le modèle"
        remedy = _proposer(key, allowed, "l'une de ces clés, ou retirer celle-ci")
        return arbre.faute(path, f"la clé inconnue « {key[:60]} »", expected, remedy)
    text = arbre.textes.get(path) if "[key]" not in detail["loc"] else None
    expected, remedy = _ATTENDUS.get(kind, _AU_MODELE)
    if kind in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", context["expected"])
        expected = f"l'une des valeurs {', '.join(allowed)}"
        remedy = _proposer(str(value), allowed, "l'une de ces valeurs")
    elif kind == "string_pattern_mismatch":
        expected, remedy = _MOTIFS.get(context["pattern"], _AU_MODELE)
    elif kind == "value_error":
        expected, remedy = str(context["error"]), "corriger ces clés ensemble"
    elif kind == "string_type" and isinstance(value, (int, float)) and text:
        expected, remedy = "un texte entre guillemets", f'mettre des guillemets autour de la valeur : "{text}"'
    elif kind == "float_type" and text and re.fullmatch(r"-?[0-9]+,[0-9]+", text):
        expected, remedy = "un nombre avec un point décimal", f"écrire {text.replace(',', '.')}"
    else:
        expected = expected.format(**context)
    return arbre.faute(path, _trouve(value, text), expected, remedy)


def _trouve(value: object, text: str | None) -> str:
    if isinstance(value, dict):
        return f"les clés {', '.join(map(str, value))[:80]}" if value else "aucune clé"
    if isinstance(value, list):
        return f"une liste de {len(value)} élément{'s' if len(value) > 1 else ''}"
    if value is None:
        return "aucune valeur"
    text = str(value) if text is None else text
    return f"« {text[:80]} »" if text.strip() else "un texte vide"


def _proposer(ecrit: str, permis: list[str], sinon: str) -> str:
    close = proches(ecrit, permis)
    return f"écrire « {close[0]} »" if close else f"écrire {sinon}"


def _modele_a(annotation: Any, loc: tuple) -> type[BaseModel] | None:
    """Return the model that holds the keys at a location, following fields, lists, dicts and choices."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not loc or loc[0] == annotation.__name__:
            return _modele_a(annotation, loc[1:]) if loc else annotation
        info = annotation.model_fields.get(loc[0])
        return _modele_a(info.annotation, loc[1:]) if info else None
    rest = loc if get_origin(annotation) in (Annotated, Union, types.UnionType) else loc[1:]
    return next((found for arg in reversed(get_args(annotation)) if (found := _modele_a(arg, rest))), None)
