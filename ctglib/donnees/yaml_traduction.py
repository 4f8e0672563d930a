"""Pydantic's errors as French faults, at the line and key of the file."""

from __future__ import annotations

import re
import types
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ctglib.donnees.fautes import Faute
from ctglib.donnees.lecture import proches
from ctglib.donnees.yaml_arbre import Arbre, Chemin

_GUILLEMETS = "mettre des guillemets autour de la valeur"
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
_DEFAUT = ("une valeur conforme au modèle de ce fichier", "comparer la valeur à celles des autres entrées du fichier")
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
        return _MOTIFS.get(context["pattern"], _DEFAUT)
    if kind == "value_error":
        return str(context["error"]), "corriger ces clés ensemble"
    if kind == "string_type" and isinstance(detail["input"], (int, float)) and ecrit:
        return "un texte entre guillemets", f'{_GUILLEMETS} : "{ecrit}"'
    if kind == "float_type" and ecrit and re.fullmatch(r"-?[0-9]+,[0-9]+", ecrit):
        return "un nombre avec un point décimal", f"écrire {ecrit.replace(',', '.')}"
    expected, remedy = _ATTENDUS.get(kind, _DEFAUT)
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
