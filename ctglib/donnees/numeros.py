"""The numbers that a convention gives to its fiches and modalités: « 2 », « 1.10 », « A-2 ».

They are texts (``modeles.Numero``): « 1.10 » is the tenth of 1, and no 1.1. What is to be done with
such a text is done here: its order, and the name that it gives to a file.
"""

import re
from collections.abc import Iterable

_CHIFFRES = re.compile("([0-9]+)")
_SUR_DANS_UN_NOM = re.compile("[a-z0-9]+")

Ordre = tuple[tuple[bool, int, str], ...]


def ordre(numero: str) -> Ordre:
    """Return what a number is sorted by, its figures by their value.

    Examples:
        >>> sorted(["1.10", "A-10", "10", "1.9", "A-2", "2", "1.1.a", "1.1"], key=ordre)
        ['1.1', '1.1.a', '1.9', '1.10', '2', '10', 'A-2', 'A-10']
    """
    return tuple(
        (morceau.isdigit(), int(morceau) if morceau.isdigit() else 0, morceau)
        for morceau in _CHIFFRES.split(numero)
    )


def ranger(numeros: Iterable[str]) -> list[str]:
    """Return numbers in their order, each once."""
    return sorted(set(numeros), key=ordre)


def noms_de_fichiers(numeros: Iterable[str]) -> dict[str, str]:
    """Return the name that each number has in a path: safe everywhere, and unique in any case.

    Two numbers that would give one name are told apart by their rank, in the order in which they
    are given: that of the convention.

    Examples:
        >>> noms_de_fichiers(["2", "1.1", "A-2", "1-1", "a.2"])
        {'2': '2', '1.1': '1-1', 'A-2': 'a-2', '1-1': '1-1-2', 'a.2': 'a-2-2'}
    """
    noms: dict[str, str] = {}
    for numero in numeros:
        nom = "-".join(_SUR_DANS_UN_NOM.findall(numero.lower()))
        rang = 1
        unique = nom
        while unique in noms.values():
            rang += 1
            unique = f"{nom}-{rang}"
        noms[numero] = unique
    return noms
