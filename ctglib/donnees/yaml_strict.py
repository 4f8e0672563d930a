"""A YAML file to a checked model, or French faults: each with its line, its dotted key and what to do."""

from __future__ import annotations

import json
import re
import types
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from ctglib.donnees.fautes import DonneesInvalides, Faute, refus
from ctglib.donnees.lecture import empreinte, faute_invisible, invisible, lire_texte, proches
from ctglib.donnees.modeles import Modele

Chemin = tuple[str | int, ...]

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_ENTIER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,30}")
_CODE = re.compile(r"0[0-9_]+")
_MOTS = {"true": True, "false": False, "null": None, "~": None, "": None}
_PROFONDEUR = 30
# The C parser builds its nodes one inside the other, and dies of some ten thousand: a file that could have that many,
# by its brackets or by one line's indentation, is first walked flat.
_OUVRANTS = 2000
_RETRAIT = re.compile(rf"^[ ?-]{{{_OUVRANTS}}}", re.MULTILINE)
_CROCHETS = re.compile(rf"[\[{{]{{{_PROFONDEUR + 1}}}")
_TROP_PROFOND = (
    f"des valeurs emboîtées sur plus de {_PROFONDEUR} niveaux",
    f"{_PROFONDEUR} niveaux au plus",
    "remettre le fichier d'origine, ou retirer les crochets, accolades et tirets de trop",
)


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

    def faute(self, chemin: Chemin, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault at a path."""
        return Faute(self.fichier, trouve, attendu, remede, ligne=self.ligne(chemin), colonne=pointer(chemin))


def pointer(chemin: Chemin) -> str | None:
    """Return a path as a reader counts: ``("fiches", 0, "titre")`` reads « fiches[1].titre »."""
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in chemin)
    return text.removeprefix(".")[:120] or None


def lire_arbre(relatif: str) -> Arbre:
    """Return the content of a YAML file with its lines.

    Raises:
        DonneesInvalides: The file cannot be read, or is not YAML.
    """
    text = lire_texte(relatif)
    try:
        _verifier_la_profondeur(relatif, text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise DonneesInvalides([faute_de_syntaxe(relatif, text, error)]) from None
    tree = Arbre(relatif)
    if node is None:
        return tree
    content = _Lecture(tree).valeur(node, ())
    return Arbre(relatif, content, tree.lignes, tree.textes, tree.fautes)


def _verifier_la_profondeur(relatif: str, text: str) -> None:
    """Refuse a file whose values are nested without end."""
    if text.count("[") + text.count("{") < _OUVRANTS and not _RETRAIT.search(text):
        return
    if found := _CROCHETS.search(text):  # of those the parser says something else, or nothing
        raise refus(relatif, *_TROP_PROFOND, ligne=text.count("\n", 0, found.start()) + 1)
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _PROFONDEUR:
            raise refus(relatif, *_TROP_PROFOND, ligne=event.start_mark.line + 1)


class _Lecture:
    """One walk of the nodes of a file, filling the lines, texts and faults of a tree."""

    def __init__(self, arbre: Arbre) -> None:
        self.arbre = arbre
        self.vus: set[int] = set()

    def valeur(self, node: yaml.Node, chemin: Chemin) -> object:
        self.arbre.lignes.setdefault(chemin, node.start_mark.line + 1)
        if len(chemin) > _PROFONDEUR:
            self._refuser(chemin, *_TROP_PROFOND)
            return None
        if id(node) in self.vus:
            self._refuser(
                chemin,
                "un renvoi (« & » et « * »)",
                "des valeurs écrites en entier",
                "recopier la valeur à cet endroit, sans renvoi",
            )
            return None
        self.vus.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self._refuser(
                chemin,
                f"l'étiquette « {node.tag[:40]} »",
                "une valeur sans étiquette",
                "supprimer le point d'exclamation et le mot qui le suit, ou mettre la valeur entre guillemets",
            )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._dictionnaire(node, chemin)
        if isinstance(node, yaml.SequenceNode):
            return [self._element(item, (*chemin, rank)) for rank, item in enumerate(node.value)]
        return self._scalaire(node, chemin)

    def _element(self, node: yaml.Node, chemin: Chemin) -> object:
        self.arbre.lignes[chemin] = node.start_mark.line + 1
        return self.valeur(node, chemin)

    def _dictionnaire(self, node: yaml.MappingNode, chemin: Chemin) -> dict[str, object]:
        content: dict[str, object] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
                self._refuser(
                    chemin, "une clé composée ou « << »", "une clé d'un seul mot", "écrire la clé en entier", line
                )
                continue
            key = key_node.value
            path = (*chemin, key)
            if key in content:
                self._refuser(
                    path,
                    f"la clé « {key[:60]} » une seconde fois (déjà ligne {self.arbre.lignes[path]})",
                    "une seule fois chaque clé",
                    "supprimer l'une des deux, ou la renommer",
                    line,
                )
                continue
            self.arbre.lignes[path] = line
            content[key] = self.valeur(value_node, path)
        return content

    def _scalaire(self, node: yaml.ScalarNode, chemin: Chemin) -> object:
        text = node.value
        self.arbre.textes[chemin] = text
        hidden = invisible(text)
        if hidden:
            line = self.arbre.ligne(chemin)
            self.arbre.fautes.append(faute_invisible(self.arbre.fichier, hidden, line, pointer(chemin)))
        if node.style:  # the C parser writes "" for a plain scalar, the Python one None
            return text
        if _CODE.fullmatch(text):
            self._refuser(
                chemin,
                f"{text} sans guillemets",
                "un code entre guillemets",
                f'mettre des guillemets : "{text}" (sans eux, le zéro de tête se perd)',
            )
            return text
        if text.lower() in _MOTS:
            return _MOTS[text.lower()]
        if _ENTIER.fullmatch(text):
            return int(text)
        return float(text) if _DECIMAL.fullmatch(text) else text

    def _refuser(self, chemin: Chemin, trouve: str, attendu: str, remede: str, ligne: int | None = None) -> None:
        line = ligne or self.arbre.ligne(chemin)
        self.arbre.fautes.append(Faute(self.arbre.fichier, trouve, attendu, remede, line, pointer(chemin)))


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
    "undefined alias": ("des valeurs écrites en entier", "mettre entre guillemets la valeur qui commence par « * »"),
    "unknown escape character": (
        "un texte sans barre oblique inversée",
        "remplacer les guillemets doubles par des apostrophes autour de la valeur",
    ),
}
_TABULATION = ("des espaces", "remplacer la tabulation par des espaces (deux par niveau)")
_DEFAUT = ("un fichier YAML bien formé", "comparer cette ligne à ses voisines : retrait, « : », guillemets, tirets")


def faute_de_syntaxe(relatif: str, texte: str, erreur: yaml.YAMLError) -> Faute:
    """Return the fault of a YAML syntax error, at its line, showing the line as written."""
    mark = getattr(erreur, "problem_mark", None) or getattr(erreur, "context_mark", None)
    lines = texte.splitlines()
    index = min(mark.line if mark else 0, len(lines) - 1)
    line = lines[index]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Faute(relatif, "une tabulation au début de la ligne", *_TABULATION, ligne=index + 1)
    problem = f"{getattr(erreur, 'context', '') or ''} {getattr(erreur, 'problem', '') or ''}"
    if "expected a single document" in problem:
        index = erreur.problem_mark.line
    expected, remedy = next((found for words, found in _REMEDES.items() if words in problem), _DEFAUT)
    shown = lines[min(index, len(lines) - 1)].strip()[:60]
    return Faute(
        relatif, f"« {shown} »" if shown else "une ligne vide ou la fin du fichier", expected, remedy, ligne=index + 1
    )


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


_ENTRE_GUILLEMETS = "mettre des guillemets autour de la valeur"
_ATTENDUS = {
    "string_type": ("un texte", "écrire un texte"),
    "string_too_short": ("un texte qui n'est pas vide", "remplir la valeur, ou retirer la clé si elle est facultative"),
    "string_too_long": ("un texte de {max_length} caractères au plus", "raccourcir le texte"),
    "int_type": ("un nombre entier, sans guillemets", "écrire un nombre entier, sans guillemets ni décimale"),
    "int_from_float": ("un nombre entier", "écrire un nombre entier, sans décimale"),
    "float_type": ("un nombre, sans guillemets", "écrire un nombre avec un point décimal, sans espace ni guillemets"),
    "finite_number": ("un nombre fini", "écrire un nombre"),
    "bool_type": ("true ou false", "écrire true (oui) ou false (non)"),
    "list_type": ("une liste", "écrire une liste : un tiret et une espace devant chaque élément"),
    "tuple_type": ("une liste", "écrire une liste : un tiret et une espace devant chaque élément"),
    "dict_type": ("des clés suivies de leur valeur", "écrire « clé: valeur », une par ligne"),
    "model_type": ("des clés suivies de leur valeur", "écrire « clé: valeur », une par ligne"),
    "too_short": ("{min_length} éléments au moins", "compléter la liste"),
    "too_long": ("{max_length} éléments au plus", "raccourcir la liste"),
    "greater_than_equal": ("un nombre au moins égal à {ge}", "corriger le nombre"),
    "less_than_equal": ("un nombre au plus égal à {le}", "corriger le nombre"),
    "greater_than": ("un nombre plus grand que {gt}", "corriger le nombre"),
    "less_than": ("un nombre plus petit que {lt}", "corriger le nombre"),
    "date_type": ("une date (2023-01-31)", "écrire la date dans l'ordre année-mois-jour : 2023-01-31"),
    "date_parsing": ("une date (2023-01-31)", "écrire la date dans l'ordre année-mois-jour : 2023-01-31"),
    "date_from_datetime_parsing": ("une date (2023-01-31)", "écrire la date dans l'ordre année-mois-jour : 2023-01-31"),
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


def traduire(erreur: ValidationError, modele: type[BaseModel], arbre: Arbre) -> list[Faute]:
    """Return the faults of a validation error; of a choice of forms, only the form the writer meant is told."""
    direct: list[dict] = []
    choices: dict[Chemin, dict[object, list[dict]]] = {}
    for detail in erreur.errors(include_url=False):
        if detail["type"] == "default_factory_not_called":  # another key's fault, already told
            continue
        path, point, branch = _situer(arbre.contenu, detail["loc"])
        located = {**detail, "chemin": path}
        if branch is None:
            direct.append(located)
        else:
            choices.setdefault(point, {}).setdefault(branch, []).append(located)
    faults = [_faute(detail, modele, arbre) for detail in direct]
    for point, branches in choices.items():
        faults.extend(_fautes_d_un_choix(point, branches, modele=modele, arbre=arbre))
    return faults


def _situer(contenu: object, loc: tuple) -> tuple[Chemin, Chemin, object]:
    """Return the path in the file, then the point and name of the first choice met (None when there is none).

    Pydantic puts in its location the name of the form tried (« Absence ») and « [key] »: they are not in the file.
    """
    path: Chemin = ()
    point, branch = (), None
    node = contenu
    for rank, step in enumerate(loc):
        last = rank == len(loc) - 1
        present = (isinstance(node, dict) and step in node) or (
            isinstance(node, list) and isinstance(step, int) and step < len(node)
        )
        if present:
            node, path = node[step], (*path, step)
        elif (
            last and (isinstance(node, dict) or isinstance(step, int)) and step != "[key]" and branch_name(step) is None
        ):
            path = (*path, step)
        elif branch is None and step != "[key]":
            point, branch = path, step
    return path, point, branch


def branch_name(step: object) -> str | None:
    """Return the name of a tried form: a class, a type or a list, which no key of our files can be."""
    known = isinstance(step, str) and (
        step[:1].isupper() or "[" in step or step.startswith("constrained-") or step in ("str", "int", "float", "bool")
    )
    return str(step) if known else None


def _fautes_d_un_choix(point: Chemin, branches: dict, *, modele: type[BaseModel], arbre: Arbre) -> list[Faute]:
    deep = [details for details in branches.values() if any(len(d["chemin"]) > len(point) for d in details)]
    if deep:
        return [_faute(detail, modele, arbre) for detail in min(deep, key=len)]
    faults = [_faute(detail, modele, arbre) for details in branches.values() for detail in details]
    expected = list(dict.fromkeys(fault.attendu for fault in faults))
    remedies = list(dict.fromkeys(fault.remede for fault in faults))
    return [arbre.faute(point, faults[0].trouve, " ou ".join(expected), " ; ou bien ".join(remedies))]


def _faute(detail: dict, modele: type[BaseModel], arbre: Arbre) -> Faute:
    path: Chemin = detail["chemin"]
    kind = detail["type"]
    if kind == "missing":
        return _faute_manquante(path, arbre)
    if kind == "extra_forbidden":
        return _faute_cle_inconnue(detail, modele, arbre)
    found = _trouve(detail, arbre)
    expected, remedy = _attendu(detail, arbre.textes.get(path))
    return arbre.faute(path, found, expected, remedy)


def _attendu(detail: dict, ecrit: str | None) -> tuple[str, str]:
    """Return what was expected and what to do, for an error that is not about a key."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in ("literal_error", "enum"):
        allowed = re.findall(r"'([^']*)'", context["expected"])
        return f"l'une des valeurs {', '.join(allowed)}", _proposer(
            str(detail["input"]), allowed, "l'une de ces valeurs"
        )
    if kind == "string_pattern_mismatch":
        return _MOTIFS.get(context["pattern"], _AU_MODELE)
    if kind == "value_error":
        return str(context["error"]), "corriger ces clés ensemble"
    if kind == "string_type" and isinstance(detail["input"], (int, float)) and ecrit:
        return "un texte entre guillemets", f'{_ENTRE_GUILLEMETS} : "{ecrit}"'
    if kind == "float_type" and ecrit and re.fullmatch(r"-?[0-9]+,[0-9]+", ecrit):
        return "un nombre avec un point décimal", f"écrire {ecrit.replace(',', '.')}"
    expected, remedy = _ATTENDUS.get(kind, _AU_MODELE)
    return expected.format(**context), remedy


def _trouve(detail: dict, arbre: Arbre) -> str:
    value = detail["input"]
    if isinstance(value, dict):
        return f"les clés {', '.join(map(str, value))[:80]}" if value else "aucune clé"
    if isinstance(value, list):
        return f"une liste de {len(value)} élément{'s' if len(value) > 1 else ''}"
    if value is None:
        return "aucune valeur"
    text = arbre.textes.get(detail["chemin"], str(value)) if "[key]" not in detail["loc"] else str(value)
    return f"« {text[:80]} »" if text.strip() else "un texte vide"


def _faute_manquante(path: Chemin, arbre: Arbre) -> Faute:
    if isinstance(path[-1], int):
        return arbre.faute(
            path[:-1],
            f"une liste de {path[-1]} élément{'s' if path[-1] > 1 else ''}",
            f"un élément n° {path[-1] + 1}",
            "compléter la liste",
        )
    return arbre.faute(
        path,
        f"la clé « {path[-1]} » est absente",
        f"la clé « {path[-1]} » et sa valeur",
        f"ajouter « {path[-1]}: … » à cet endroit",
    )


def _faute_cle_inconnue(detail: dict, modele: type[BaseModel], arbre: Arbre) -> Faute:
    path = detail["chemin"]
    owner = _modele_a(modele, detail["loc"][:-1])
    allowed = list(owner.model_fields) if owner else []
    key = str(path[-1])
    expected = f"l'une des clés {', '.join(allowed)}" if allowed else "une clé prévue par le modèle"
    return arbre.faute(
        path,
        f"la clé inconnue « {key[:60]} »",
        expected,
        _proposer(key, allowed, "l'une de ces clés, ou retirer celle-ci"),
    )


def _proposer(ecrit: str, permis: list[str], sinon: str) -> str:
    close = proches(ecrit, permis)
    return f"écrire « {close[0]} »" if close else f"écrire {sinon}"


def _modele_a(annotation: Any, loc: tuple) -> type[BaseModel] | None:
    """Return the model that holds the keys at a location, following fields, lists, dicts and choices."""
    if get_origin(annotation) is Annotated:
        return _modele_a(get_args(annotation)[0], loc)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not loc:
            return annotation
        if loc[0] == annotation.__name__:
            return _modele_a(annotation, loc[1:])
        info = annotation.model_fields.get(loc[0])
        return _modele_a(info.annotation, loc[1:]) if info else None
    inner = [arg for arg in get_args(annotation) if arg is not type(None) and arg is not Ellipsis]
    if get_origin(annotation) in (Union, types.UnionType):
        named = [arg for arg in inner if loc and getattr(arg, "__name__", "") == loc[0]]
        return next((found for arg in named or inner if (found := _modele_a(arg, loc))), None)
    return _modele_a(inner[-1], loc[1:]) if inner and loc else None


def charger_yaml_une_fois(relatif: str, modele: type[T]) -> T:
    """Return what ``charger_yaml`` does, checked once while its bytes are the same, and read each time."""
    return _charge(relatif, empreinte(relatif), modele)


@lru_cache(maxsize=64)
def _charge(relatif: str, octets: str, modele: type[T]) -> T:
    return charger_yaml(relatif, modele)
