"""Cells that try to be something else stay text in every output of the real report."""

from __future__ import annotations

import csv
import json
from html import unescape
from pathlib import Path

import pytest
from ligne_de_commande import produire
from test_pdf import texte_du_pdf

PIEGES = ("<script>alert(1)</script>", "{{7*7}}", "$x$", "#let", "=1+1", "long" * 1250)


@pytest.fixture
def rapport(donnees: Path, tmp_path: Path) -> Path:
    """The diagnostic made from data whose free texts are traps."""
    convention = donnees / "conventions" / "harnes"
    _remplacer_notes(convention / "annexe1.csv")
    (convention / "commentaires.yaml").write_text(_commentaires(), encoding="utf-8")
    return produire(tmp_path / "sortie", "diagnostic")


def _remplacer_notes(fichier: Path) -> None:
    with fichier.open(encoding="utf-8", newline="") as file:
        lignes = list(csv.reader(file))
    for ligne, piege in zip(lignes[1:], PIEGES, strict=False):
        ligne[-1] = piege
    with fichier.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lignes)


def _commentaires() -> str:
    items = [
        {"theme": "cadrage", "auteur": f"Service {rang}", "date": "2024-03-15", "texte": f"Comité {piege}"}
        for rang, piege in enumerate(PIEGES)
    ]
    lines = [
        f"  - theme: cadrage\n    auteur: {json.dumps(item['auteur'])}\n    date: {item['date']}\n"
        f"    texte: {json.dumps(item['texte'])}\n"
        for item in items
    ]
    return "commentaires:\n" + "".join(lines)


def test_un_texte_hostile_reste_du_texte_partout(rapport: Path, tmp_path: Path) -> None:
    html = (rapport / "diagnostic.html").read_text(encoding="utf-8")
    pdf = texte_du_pdf((rapport / "diagnostic.pdf").read_bytes(), tmp_path)
    with (rapport / "diagnostic" / "theme-cadrage.csv").open(encoding="utf-8", newline="") as file:
        notes = {ligne["note"] for ligne in csv.DictReader(file)}

    assert "<script" not in html
    for piege in PIEGES[:-1]:
        assert f"Comité {piege}" in unescape(html)
        assert piege in pdf
    assert PIEGES[-1] in html
    pages = pdf.count("\f")
    assert "".join(pdf.split()).count("long") >= 2 * 1250 - 2 * pages  # a word may be cut where a page ends
    assert any("'=1+1" in note for note in notes)
