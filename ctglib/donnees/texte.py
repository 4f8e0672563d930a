"""Bytes to text: UTF-8 and nothing else, and what to do when a spreadsheet saved something else."""

from __future__ import annotations

import codecs
import re

from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import lire_octets

_UTF8 = "un texte encodé en UTF-8"
_REMEDE_CSV = (
    "ouvrir le fichier dans le tableur, puis « Enregistrer sous » > "
    "« CSV UTF-8 (délimité par des virgules) », et vérifier les accents"
)
_REMEDE_TEXTE = "ouvrir le fichier dans un éditeur de texte, puis « Enregistrer sous » avec l'encodage UTF-8"
_MARQUES_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_INVISIBLES = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffd-\uffff]"
)


def lire_texte(relatif: str) -> str:
    """Return the text of a data file; a UTF-8 byte-order mark is dropped, since Excel's own « CSV UTF-8 » writes one.

    Raises:
        DonneesInvalides: The file is absent, empty, not in UTF-8, or holds invisible characters.
    """
    content = lire_octets(relatif)
    text = _decoder(content, relatif)
    if not text.strip():
        raise DonneesInvalides(
            [
                Faute(
                    relatif,
                    "fichier vide",
                    "un fichier rempli",
                    "remettre le contenu du fichier, par exemple depuis la dernière version enregistrée dans git",
                )
            ]
        )
    if _INVISIBLES.search(text):
        lines = re.split("\r\n|\n|\r", text)
        found = [(number, invisible(line)) for number, line in enumerate(lines, 1)]
        raise DonneesInvalides([faute_invisible(relatif, name, number) for number, name in found if name])
    return text


def invisible(texte: str) -> str | None:
    """Return the first invisible or lost character, named for a message, or None."""
    match = _INVISIBLES.search(texte)
    if match is None:
        return None
    if match.group() == "\ufffd":
        return "un caractère perdu (« \ufffd ») lors d'une conversion"
    return f"un caractère invisible (U+{ord(match.group()):04X})"


def faute_invisible(relatif: str, trouve: str, ligne: int, colonne: str | None = None) -> Faute:
    """Return the fault of an invisible character at a line."""
    return Faute(
        relatif,
        trouve,
        "un texte sans caractère de contrôle",
        "retaper le mot où se trouve ce caractère",
        ligne=ligne,
        colonne=colonne,
    )


def _decoder(content: bytes, relatif: str) -> str:
    """Return the decoded text, or raise the fault that names the encoding met."""
    remedy = _REMEDE_CSV if relatif.endswith(".csv") else _REMEDE_TEXTE
    if content.startswith(_MARQUES_UTF16) or content.count(0) > len(content) // 4:
        raise DonneesInvalides([Faute(relatif, "un fichier encodé en UTF-16 (« Texte Unicode »)", _UTF8, remedy)])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        excerpt = content[error.start : error.start + 1].decode("cp1252", errors="replace")
        found = f"un caractère qui n'est pas en UTF-8 (sans doute « {excerpt} » en Windows-1252, ou ANSI)"
        if excerpt in "\ufffd":
            found = "un octet qui n'est pas en UTF-8"
        raise DonneesInvalides([Faute(relatif, found, _UTF8, remedy, ligne=line)]) from None
