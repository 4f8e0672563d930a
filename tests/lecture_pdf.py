"""What the tests read in a PDF: its text as poppler gives it, its tags as pikepdf does."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from itertools import groupby
from pathlib import Path

import pikepdf
import pytest

# points: where the text of an A4 page begins and ends, between its margins
HAUT = 62.0
BAS = 785.0


def noeuds(noeud: pikepdf.Object) -> list[pikepdf.Dictionary]:
    """Return the structure elements of a tag tree, in reading order."""
    kids = noeud.get("/K", [])
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    elements = [kid for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]
    return [node for kid in elements for node in (kid, *noeuds(kid))]


@cache
def pages_du_pdf(chemin: Path) -> tuple[str, ...]:
    """Return the text of the pages of a file, as pdftotext reads them; the test is skipped where
    poppler is absent.
    """
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) n'est pas installé")
    done = subprocess.run(["pdftotext", "-layout", chemin, "-"], capture_output=True, check=True)
    return tuple(done.stdout.decode("utf-8").replace("\u200b", "").removesuffix("\f").split("\f"))


def texte_suivi(chemin: Path) -> str:
    """Return the text of a file as it follows, cell after cell: a line broken in a column is not
    parted by the next.
    """
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) n'est pas installé")
    done = subprocess.run(["pdftotext", "-raw", chemin, "-"], capture_output=True, check=True)
    return done.stdout.decode("utf-8").replace("\u200b", "")


def remplissage(chemin: Path) -> list[float]:
    """Return how far down each page is written, from 0 at its top to 1 at its foot, running head
    and foot left out.
    """
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (poppler-utils) n'est pas installé")
    done = subprocess.run(["pdftotext", "-bbox", chemin, "-"], capture_output=True, check=True)
    filled = []
    for page in done.stdout.decode("utf-8").split("<page ")[1:]:
        ends = [float(end) for end in re.findall(r'yMax="([\d.]+)"', page)]
        filled.append((max([end for end in ends if end < BAS], default=HAUT) - HAUT) / (BAS - HAUT))
    return filled


def lignes_par_page(table: pikepdf.Dictionary) -> list[int]:
    """Return how many rows of its body a table has on each page, without the titles of groups."""
    pages = []
    for row in (node for node in noeuds(table) if node.S == "/TR"):
        cells = noeuds(row)
        if any(cell.S == "/TD" for cell in cells):
            pages += [page.objgen for page in (_page(node) for node in cells) if page is not None][
                :1
            ]
    return [len(list(rows)) for _, rows in groupby(pages)]


def _page(noeud: pikepdf.Dictionary) -> pikepdf.Object | None:
    """Return the page of the first content of an element."""
    kids = noeud.get("/K", [])
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return next(
        (kid.Pg for kid in kids if isinstance(kid, pikepdf.Dictionary) and "/Pg" in kid),
        noeud.get("/Pg"),
    )
