"""A document to YAML as a person writes it, and as ``yaml_strict`` reads it back."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml

_LARGEUR = 120
_COURT = 100  # the texts of a dict, or of a list, that is written on one line
# What our reader refuses without quotes, and YAML leaves bare: « 08 ».
_CODE = re.compile(r"0[0-9_]+")
_JOUR = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def en_yaml(document: Mapping[str, Any], entete: Iterable[str]) -> bytes:
    """Return a document as YAML, under the lines of a comment.

    Examples:
        >>> print(en_yaml({"reference": "08", "axes": [{"id": "a"}]}, ["Vrai."]).decode(), end="")
        # Vrai.
        reference: "08"
        axes:
          - {id: a}
    """
    commentaires = "".join(f"# {ligne}".rstrip() + "\n" for ligne in entete)
    texte = yaml.dump(
        dict(document), Dumper=_Ecrivain, allow_unicode=True, sort_keys=False, width=_LARGEUR
    )
    return (commentaires + texte).encode("utf-8")


class _Ecrivain(yaml.SafeDumper):
    """Indents the items of a list, and writes an object that comes twice in full twice: our reader
    refuses references.
    """

    def ignore_aliases(self, data: object) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _texte(ecrivain: _Ecrivain, texte: str) -> yaml.ScalarNode:
    if _CODE.fullmatch(texte):
        return ecrivain.represent_scalar("tag:yaml.org,2002:str", texte, style='"')
    if _JOUR.fullmatch(texte):  # as a person writes it: without quotes
        return ecrivain.represent_scalar("tag:yaml.org,2002:timestamp", texte)
    return ecrivain.represent_scalar("tag:yaml.org,2002:str", texte)


def _dictionnaire(ecrivain: _Ecrivain, contenu: Mapping[str, Any]) -> yaml.MappingNode:
    # A key is a text for our reader, quoted or not: a year needs no quotes.
    cles = {int(cle) if str(cle).isdecimal() else cle: valeur for cle, valeur in contenu.items()}
    return ecrivain.represent_mapping("tag:yaml.org,2002:map", cles.items(), _court(contenu))


def _liste(ecrivain: _Ecrivain, contenu: Sequence[Any]) -> yaml.SequenceNode:
    codes = {str(index): valeur for index, valeur in enumerate(contenu)}
    return ecrivain.represent_sequence("tag:yaml.org,2002:seq", contenu, _court(codes))


def _court(contenu: Mapping[str, Any]) -> bool:
    """Tell whether a dict holds nothing but values that one line takes."""
    if any(isinstance(valeur, Mapping | list | tuple) for valeur in contenu.values()):
        return False
    return sum(len(cle) + len(str(valeur)) + 4 for cle, valeur in contenu.items()) <= _COURT


_Ecrivain.add_representer(str, _texte)
_Ecrivain.add_representer(dict, _dictionnaire)
_Ecrivain.add_representer(list, _liste)
