"""A workbook to bytes: the same for the same content, whenever it is written."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from openpyxl import Workbook
    from openpyxl.cell import Cell

_MODIFIE = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_CORE = "docProps/core.xml"


def en_octets(classeur: Workbook, instant: datetime) -> bytes:
    """Return the bytes of a workbook, dated of an instant of its own rather than of the clock.

    openpyxl stamps the time of saving on each part and in the properties, whatever it is told.
    """
    raw = io.BytesIO()
    classeur.save(raw)
    stamp = instant.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == _CORE:
                content = _MODIFIE.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            info = zipfile.ZipInfo(name, date_time=instant.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            copy.writestr(info, content)
    return target.getvalue()


def insecables(texte: str) -> str:
    """Return a text whose French signs do not part from their word at the end of a line."""
    inside = texte.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(" ([:;!?%])", "\u202f\\1", inside)


def ecrire_texte(cellule: Cell, texte: str) -> None:
    """Write a text as a text, whatever it begins with: « =1+1 » is no formula, « #REF! » no error."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cellule.value = ILLEGAL_CHARACTERS_RE.sub("", texte)
    cellule.data_type = "s"
    if texte.startswith(("=", "+", "-", "@")):
        cellule.quotePrefix = True
