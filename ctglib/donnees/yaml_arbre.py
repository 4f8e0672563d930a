"""A YAML file as plain values, with the line and the text of each, and none of YAML's surprises.

YAML 1.1 reads 01001 as 513, « no » as false and 2023-01-01 as an object. Here a plain scalar is a number only when it
is written as one, a boolean only when it reads true or false, and a date stays text until a model asks for a date.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.texte import faute_invisible, invisible, lire_texte
from ctglib.donnees.yaml_syntaxe import faute_de_syntaxe

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
        raise DonneesInvalides([Faute(relatif, *_TROP_PROFOND, ligne=text.count("\n", 0, found.start()) + 1)])
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _PROFONDEUR:
            raise DonneesInvalides([Faute(relatif, *_TROP_PROFOND, ligne=event.start_mark.line + 1)])


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
