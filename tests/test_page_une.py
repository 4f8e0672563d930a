"""What an élu reads first: the sentences of each first page, and the rules that choose them."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from ctglib import ouvrir, ouvrir_bilan, ouvrir_evaluation
from ctglib.document.blocs import Bloc, Lien, Liste, Renvoi, Titre, feuilles
from ctglib.document.signes import montrable

GOLDEN = Path(__file__).parent / "golden" / "premieres_pages"
CONVENTIONS = ("harnes", "demonstration")
ANNEES = (2023, 2024, 2025, 2026)


def dire(bloc: Bloc) -> str:
    """Return a first page as it is read aloud, each sentence with the anchor of what shows it."""
    lines = []
    for piece in feuilles(bloc.pieces):
        if isinstance(piece, Titre):
            lines.append(f"{piece.texte}")
        elif isinstance(piece, Liste):
            lines += [f"- {''.join(map(_morceau, (item,) if isinstance(item, str) else item))}" for item in piece.items]
    return montrable("\n".join(lines)) + "\n"


def _morceau(run: object) -> str:
    if isinstance(run, Renvoi):
        return f" [{run.ancre}{f' ; {run.sinon.texte}' if run.sinon else ''}]"
    return run.texte if isinstance(run, Lien) else run


@cache
def pages(convention: str) -> dict[str, str]:
    """Return the first pages of a convention, by name of report."""
    found = {"diagnostic": dire(ouvrir(convention).synthese())}
    for year in ANNEES:
        bilan = ouvrir_bilan(convention, year)
        found[f"bilan-{year}"] = dire(bilan.une_page())
        numbers = [fiche.numero for fiche in bilan.etude.convention.fiches]
        found |= {f"fiche-{number}-{year}": dire(bilan.fiche(number).essentiel()) for number in numbers}
    return found | {"evaluation": dire(ouvrir_evaluation(convention).page())}


def test_les_premieres_pages_sont_celles_qui_ont_ete_relues(convention: str, request: pytest.FixtureRequest) -> None:
    told = "\n".join(f"# {name}\n{page}" for name, page in pages(convention).items())

    assert told == (GOLDEN / f"{convention}.txt").read_text(encoding="utf-8"), "relire, puis récrire le fichier"


def test_chaque_ligne_est_une_phrase(convention: str) -> None:
    lines = [line[2:] for page in pages(convention).values() for line in page.splitlines() if line[:2] == "- "]

    for line in lines:
        assert line[0].isupper() or line[0] in "«0123456789", line
        assert line.rstrip("\u202f\u00a0 ")[-1] in ".?", line
        assert "\u00a0:" not in re.sub(r"«[^»]*»", "", line), f"une étiquette n'est pas une phrase : {line}"
        assert "{" not in line and "  " not in line, line


def test_une_page_a_trois_messages_trois_incertitudes_trois_decisions_au_plus(convention: str) -> None:
    for page in pages(convention).values():
        counts = [block.count("\n- ") for block in re.split(r"\n(?=[A-ZÀ])", page)]

        assert all(1 <= count <= 3 for count in counts) and len(counts) == 3, page


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "convention" in metafunc.fixturenames:
        metafunc.parametrize("convention", CONVENTIONS)
