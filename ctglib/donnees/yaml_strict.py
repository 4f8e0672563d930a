"""A YAML file to a checked model, or French faults: the line, the dotted key and what to do."""

import json
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, phrases, refus
from ctglib.donnees.lecture import empreinte, invisible, lire_texte, proposer
from ctglib.donnees.modeles import NUMERO, Modele

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
    # Dicts, lists, texts, numbers, booleans; None: comments only, or it cannot be read.
    contenu: object = None
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
        """Return a fault at a path, written as a reader counts.

        ``("fiches", 0, "titre")`` reads « fiches[1].titre ».
        """
        cle = "".join(f"[{pas + 1}]" if isinstance(pas, int) else f".{pas}" for pas in chemin)
        colonne = cle.removeprefix(".")[:120] or None
        return Faute(self.fichier, trouve, attendu, remede, self.ligne(chemin), colonne)

    def dire(self, chemin: Chemin, cle: str, /, **valeurs: object) -> Faute:
        """Return a fault at a path, in the words that ``fautes.yaml`` has for it."""
        return self.faute(chemin, *mots(cle, **valeurs))


def examiner_yaml(relatif: str, modele: type[T]) -> Document[T]:
    """Return a YAML file checked against its model, with all its faults.

    It is checked once, while its bytes are the same.
    """
    try:
        return _examiner(relatif, empreinte(relatif), modele)
    except DonneesInvalides as error:
        return Document(relatif, modele, fautes=list(error.fautes))


@lru_cache(maxsize=256)
def _examiner(relatif: str, octets: str, modele: type[T]) -> Document[T]:
    """Return a YAML file checked against its model; ``octets`` is the fingerprint of its bytes.

    JSON's strict mode is used on purpose: a quoted year is not a number, « oui » no boolean,
    20230101 no date.
    """
    document = Document(relatif, modele)
    text = lire_texte(relatif)
    try:
        document.contenu = _lire(document, yaml.parse(text, yaml.CBaseLoader))
    except yaml.MarkedYAMLError as error:
        return Document(relatif, modele, fautes=[_faute_de_syntaxe(relatif, text, error)])
    if document.contenu is None:
        if any(champ.is_required() for champ in modele.model_fields.values()):
            return replace(document, fautes=[document.dire((), "sans_valeur")])
        document.contenu = {}
    try:
        objet = modele.model_validate_json(json.dumps(document.contenu), strict=True)
    except ValidationError as error:
        document.fautes += _traduire(error, modele, document)
        return document
    if not document.fautes:
        document.objet = objet
    return document


def charger_yaml(relatif: str, modele: type[T]) -> T:
    """Return the object of a YAML file, or raise all its faults."""
    document = examiner_yaml(relatif, modele)
    if document.objet is None:
        raise DonneesInvalides(document.fautes)
    return document.objet


def _lire(document: Document, events: Iterator[yaml.Event]) -> object:
    """Return the content of the only document of a file.

    It is read event by event: PyYAML's nodes would lose the lines of the aliases.
    """
    next(events)  # the stream starts
    if isinstance(next(events), yaml.StreamEndEvent):
        return None
    contenu = _valeur(document, events, next(events), ())
    next(events)  # the document ends
    suivant = next(events)
    if not isinstance(suivant, yaml.StreamEndEvent):
        raise yaml.MarkedYAMLError(
            problem="expected a single document", problem_mark=suivant.start_mark
        )
    return contenu


def _valeur(
    document: Document, events: Iterator[yaml.Event], event: yaml.Event, chemin: Chemin
) -> object:
    """Return the value that an event begins, and take its events to the last one."""
    ligne = event.start_mark.line + 1
    document.lignes.setdefault(chemin, ligne)
    if isinstance(event, yaml.AliasEvent):
        document.fautes.append(document.dire(chemin, "renvoi"))
        return None
    assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
    tag = event.tag
    if tag and tag != "!" and not tag.startswith("tag:yaml.org,2002:"):
        document.fautes.append(document.dire(chemin, "etiquette", etiquette=tag))
    if isinstance(event, yaml.ScalarEvent):
        return _scalaire(document, event, chemin)
    if len(chemin) >= _PROFONDEUR:
        raise refus(document.fichier, *mots("trop_profond", niveaux=_PROFONDEUR), ligne=ligne)
    if isinstance(event, yaml.MappingStartEvent):
        return _dictionnaire(document, events, chemin)

    elements: list[object] = []
    event = next(events)
    while not isinstance(event, yaml.SequenceEndEvent):
        elements.append(_valeur(document, events, event, (*chemin, len(elements))))
        event = next(events)
    return elements


def _dictionnaire(
    document: Document, events: Iterator[yaml.Event], chemin: Chemin
) -> dict[str, object]:
    """Return the keys and values of a dict; a key that is repeated or no text is a fault."""
    contenu: dict[str, object] = {}
    a_part = Document(document.fichier, document.modele)  # where what is refused is read to its end
    event = next(events)
    while not isinstance(event, yaml.MappingEndEvent):
        ligne = event.start_mark.line + 1
        if not isinstance(event, yaml.ScalarEvent) or event.value == "<<":
            faute = document.dire(chemin, "cle_composee")
            document.fautes.append(replace(faute, ligne=ligne))
            _valeur(a_part, events, event, ())
            _valeur(a_part, events, next(events), ())
        elif event.value in contenu:
            cle = event.value
            premiere_ligne = document.lignes[*chemin, cle]
            faute = document.dire((*chemin, cle), "cle_repetee", cle=cle, ligne=premiere_ligne)
            document.fautes.append(replace(faute, ligne=ligne))
            _valeur(a_part, events, next(events), ())
        else:
            chemin_de_la_cle = (*chemin, event.value)
            document.lignes[chemin_de_la_cle] = ligne
            contenu[event.value] = _valeur(document, events, next(events), chemin_de_la_cle)
        event = next(events)
    return contenu


def _scalaire(document: Document, event: yaml.ScalarEvent, chemin: Chemin) -> object:
    """Return the text, number, boolean or None that is written."""
    texte: str = event.value
    document.textes[chemin] = texte
    reproche = invisible(texte)  # a character that an escape sequence writes
    if reproche:
        document.fautes.append(document.faute(chemin, *reproche))
    if event.style:  # quotes, or a block
        return texte
    if _CODE.fullmatch(texte):
        document.fautes.append(document.dire(chemin, "code_sans_guillemets", texte=texte))
        return texte
    if texte.lower() in _MOTS:
        return _MOTS[texte.lower()]
    if _ENTIER.fullmatch(texte):
        return int(texte)
    if _DECIMAL.fullmatch(texte):
        return float(texte)
    return texte


# What PyYAML says, and the fault that it is in ``fautes.yaml``.
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
    assert erreur.problem_mark is not None
    lignes = texte.splitlines()
    rang = min(erreur.problem_mark.line, len(lignes) - 1)
    debut = lignes[rang].lstrip()
    retrait = lignes[rang].removesuffix(debut)
    extrait = debut[:60]
    ligne = f"« {extrait.strip()} »" if extrait else "une ligne vide ou la fin du fichier"

    cle = "syntaxe"
    if "\t" in retrait:
        cle = "tabulation"
    else:
        probleme = f"{erreur.context} {erreur.problem}"
        for message, cle_du_message in _SYNTAXE.items():
            if message in probleme:
                cle = cle_du_message
                break
    return Faute(relatif, *mots(cle, ligne=ligne, niveaux=_PROFONDEUR), rang + 1)


_MOTIFS = {
    "^[a-z][a-z0-9_]*$": "identifiant",
    "^[a-z0-9][a-z0-9_-]*$": "code",
    "^[0-9a-f]{64}$": "empreinte",
    "^([0-9][0-9AB][0-9]{0,3}|[0-9]{9}|R[0-9]{2}|FR)$": "territoire",
    f"^{NUMERO}$": "numero",
}
# Of a text that is to be a regular expression.
_EXPRESSION = {"pattern_type": "string_type", "pattern_regex": "expression"}


@dataclass(frozen=True)
class _Erreur:
    """An error of pydantic, and its place in the file."""

    genre: str
    valeur: object  # as read
    contexte: dict[str, Any]  # what pydantic says of what it expected
    lieu: tuple[int | str, ...]  # as pydantic has it: the forms that it tried are steps of it
    chemin: Chemin  # in the file
    choix: Chemin  # where several forms were allowed
    forme: int | str | None  # the one that was tried there, None when there was no choice


def _traduire(
    erreur: ValidationError, modele: type[BaseModel], document: Document
) -> Iterator[Faute]:
    """Yield the faults of a validation error.

    Where several forms were allowed, only the errors of the form that the writer meant are faults:
    the one that was read deepest, with the fewest errors. When none was, one fault says them all.
    """
    choix: dict[Chemin, dict[object, list[_Erreur]]] = {}
    for detail in erreur.errors(include_url=False):
        if detail["type"] == "default_factory_not_called":  # the fault is that of another key
            continue
        situee = _situer(document.contenu, detail)
        if situee.forme is None:
            yield _faute(situee, modele, document)
        else:
            choix.setdefault(situee.choix, {}).setdefault(situee.forme, []).append(situee)
    for chemin, erreurs_par_forme in choix.items():
        entamees = [
            erreurs
            for erreurs in erreurs_par_forme.values()
            if any(len(situee.chemin) > len(chemin) for situee in erreurs)
        ]
        if entamees:
            for situee in min(entamees, key=len):
                yield _faute(situee, modele, document)
            continue
        fautes = [
            _faute(situee, modele, document)
            for erreurs in erreurs_par_forme.values()
            for situee in erreurs
        ]
        attendus = dict.fromkeys(faute.attendu for faute in fautes)
        remedes = dict.fromkeys(faute.remede for faute in fautes)
        yield document.faute(
            chemin, fautes[0].trouve, " ou ".join(attendus), " ; ou bien ".join(remedes)
        )


def _situer(contenu: object, detail: Mapping[str, Any]) -> _Erreur:
    """Return an error with its path in the file, parted from the forms that pydantic tried."""
    lieu = detail["loc"]
    chemin: Chemin = ()
    choix: Chemin = ()
    forme = None
    noeud: Any = contenu
    for rang, pas in enumerate(lieu, 1):
        if isinstance(noeud, list):
            ecrit = pas in range(len(noeud))
        else:
            ecrit = isinstance(noeud, dict) and pas in noeud
        if ecrit:
            noeud = noeud[pas]
            chemin = (*chemin, pas)
        elif detail["type"] == "missing" and rang == len(lieu):
            chemin = (*chemin, pas)
        elif forme is None and pas != "[key]":
            choix = chemin
            forme = pas
    return _Erreur(
        genre=detail["type"],
        valeur=detail["input"],
        contexte=detail.get("ctx", {}),
        lieu=lieu,
        chemin=chemin,
        choix=choix,
        forme=forme,
    )


def _faute(erreur: _Erreur, modele: type[BaseModel], document: Document) -> Faute:
    """Return the fault of an error, in the words that ``fautes.yaml`` has for its kind."""
    chemin = erreur.chemin
    genre = _EXPRESSION.get(erreur.genre, erreur.genre)
    texte = document.textes.get(chemin) if "[key]" not in erreur.lieu else None
    cle = str(chemin[-1]) if chemin else ""
    valeurs = {
        "valeur": _trouve(erreur.valeur, texte),
        "texte": texte,
        "cle": cle,
        **erreur.contexte,
    }
    if genre == "missing" and isinstance(chemin[-1], int):
        genre = "element_absent"
        rang = chemin[-1]
        chemin = chemin[:-1]
        valeurs["valeur"] = _nombre_d_elements(rang)
        valeurs["rang"] = rang + 1
    elif genre == "extra_forbidden":
        permises = list(_champs(modele, erreur.lieu[:-1]))
        valeurs["permises"] = ", ".join(permises)
        valeurs["proche"] = proposer(cle, permises, "l'une de ces clés, ou retirer celle-ci")
    elif genre == "model_type":
        champs = _champs(modele, erreur.lieu)
        exiges = [nom for nom, champ in champs.items() if champ.is_required()]
        cles = exiges or list(champs)
        valeurs["cles"] = f"{'les clés' if len(cles) > 1 else 'la clé'} {', '.join(cles)}"
    elif genre == "literal_error":
        permises = re.findall(r"'([^']*)'", erreur.contexte["expected"])
        valeurs["permises"] = ", ".join(permises)
        valeurs["proche"] = proposer(str(erreur.valeur), permises, "l'une de ces valeurs")
    elif genre == "string_pattern_mismatch":
        genre = _MOTIFS.get(erreur.contexte["pattern"], "modele")
    elif texte:
        if genre == "string_type" and isinstance(erreur.valeur, int | float):
            genre = "texte_sans_guillemets"
        elif genre == "float_type" and re.fullmatch(r"-?[0-9]+,[0-9]+", texte):
            genre = "virgule"
            valeurs["nombre"] = texte.replace(",", ".")
    if genre not in phrases():
        genre = "modele"
    return document.dire(chemin, genre, **valeurs)


def _trouve(valeur: object, texte: str | None) -> str:
    """Return how a fault writes what was found, ``texte`` as it is in the file."""
    if isinstance(valeur, dict):
        return f"les clés {', '.join(map(str, valeur))[:80]}" if valeur else "aucune clé"
    if isinstance(valeur, list):
        return _nombre_d_elements(len(valeur))
    if valeur is None:
        return "aucune valeur"
    if texte is None:
        texte = str(valeur)
    return f"« {texte[:80]} »" if texte.strip() else "un texte vide"


def _nombre_d_elements(nombre: int) -> str:
    return f"une liste de {nombre} élément{'s' if nombre > 1 else ''}"


def _champs(modele: type[BaseModel], lieu: tuple[int | str, ...]) -> dict[str, FieldInfo]:
    """Return the fields of the model that an error of pydantic is about."""
    modele_du_lieu = modele_a(modele, lieu)
    assert modele_du_lieu is not None
    return modele_du_lieu.model_fields


def modele_a(annotation: Any, lieu: tuple[int | str, ...]) -> type[BaseModel] | None:
    """Return the model at a location, following fields, lists, dicts and choices; None if none."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if not lieu:
            return annotation
        if lieu[0] == annotation.__name__:  # the form that was tried
            return modele_a(annotation, lieu[1:])
        champ = annotation.model_fields.get(str(lieu[0]))
        return modele_a(champ.annotation, lieu[1:]) if champ else None
    # An annotation or a choice is no step of the location; a list or a dict is one.
    sans_pas = get_origin(annotation) in (Annotated, Union, types.UnionType)
    suite = lieu if sans_pas else lieu[1:]
    for argument in reversed(get_args(annotation)):
        modele = modele_a(argument, suite)
        if modele is not None:
            return modele
    return None
