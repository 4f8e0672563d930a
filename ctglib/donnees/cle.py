"""The secret key of a convention: who makes it, and when there has to be one.

It is made by the import that writes the first sensitive value of a convention, and by nothing else:
another key would choose another mask, and two masks of the same counts, side by side, give some of
them away. So typed data without their key stop everything, until it is brought back.

A key names its convention, in a comment: one that was copied with the folder of another is seen.
"""

import re
import secrets
from collections.abc import Iterator

from ctglib.donnees.lecture import (
    CLE,
    CONVENTIONS,
    OCTETS_CLE,
    cle_de,
    conventions,
    lire_fichier,
    racine,
)

TETE = """\
# Clé secrète du suivi : à garder avec les données saisies, à ne jamais publier.
# convention : {nom}
"""
_NOMMEE = re.compile(rb"^# convention : (\S+)\s*$", re.MULTILINE)


def chemin_de_la_cle(convention: str) -> str:
    """Return where the key of a convention lies, in the data folder."""
    return f"{CONVENTIONS}/{convention}/{CLE}"


def faire_une_cle(convention: str) -> dict[str, bytes]:
    """Return the file of a new key, drawn at random, by its path in the data folder."""
    contenu = f"{TETE.format(nom=convention)}{secrets.token_hex(OCTETS_CLE)}\n"
    return {chemin_de_la_cle(convention): contenu.encode()}


def copiee_de(convention: str) -> str:
    """Return the convention whose key this one holds, as its folder was copied; "" for its own.

    A key made before they had a name is that of its convention.
    """
    try:
        octets = lire_fichier(racine() / chemin_de_la_cle(convention), CLE)
    except (FileNotFoundError, NotADirectoryError):
        return ""
    nommee = _NOMMEE.search(octets)
    nom = nommee[1].decode("ascii", errors="replace") if nommee else convention
    return "" if nom == convention else nom


def avertissements_de_la_cle(convention: str) -> Iterator[str]:
    """Yield what has to be seen of the key of a convention: it is another's."""
    cle = cle_de(convention)
    if not cle:
        return
    chemin = chemin_de_la_cle(convention)
    origine = copiee_de(convention)
    if origine:
        yield (
            f"{chemin}, la clé de la convention « {origine} », venue avec une copie de son"
            " dossier : celle-ci recevra la sienne au prochain import"
        )
        return
    for autre in conventions():
        if autre != convention and not copiee_de(autre) and cle_de(autre) == cle:
            yield (
                f"{chemin}, la même clé que la convention « {autre} » : à celle des deux qui est"
                " une copie, en donner une par « ctg importer --nouvelle-cle »"
            )
