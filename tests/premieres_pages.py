"""The first pages of a convention, as they are read aloud, and the golden copy of them."""

from __future__ import annotations

from difflib import unified_diff
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import parcours

from ctglib import (
    ouvrir,
    ouvrir_bilan,
    ouvrir_controle,
    ouvrir_dossier,
    ouvrir_en_clair,
    ouvrir_evaluation,
)
from ctglib.document.blocs import Bloc, Groupe, Lien, Liste, Renvoi, Titre, feuilles
from ctglib.document.signes import montrable
from ctglib.donnees.dossier import lire_dossier

TEMOINS = Path(__file__).parent / "golden" / "premieres_pages"
CONVENTIONS = ("harnes", "demonstration")
MONTRES = 30


def dire(bloc: Bloc) -> str:
    """Return a first page as it is read aloud, each sentence with the anchor of what shows it."""
    lines = []
    for piece in feuilles(bloc.pieces):
        if isinstance(piece, Titre):
            lines.append(f"{piece.texte}")
        elif isinstance(piece, Liste):
            lines += [
                f"- {''.join(map(_morceau, (item,) if isinstance(item, str) else item))}"
                for item in piece.items
            ]
    return montrable("\n".join(lines)) + "\n"


def _morceau(run: object) -> str:
    if isinstance(run, Renvoi):
        return f" [{run.ancre}{f' ; {run.sinon.texte}' if run.sinon else ''}]"
    return run.texte if isinstance(run, Lien) else run


@cache
def pages(convention: str) -> dict[str, str]:
    """Return the first pages of a convention, by name of report."""
    found = {
        "diagnostic": dire(ouvrir(convention).synthese()),
        "controle": dire(ouvrir_controle(convention).en_bref()),
    }
    signed = lire_dossier(convention).convention
    for year in range(signed.debut.year, signed.fin.year + 1):
        bilan = ouvrir_bilan(convention, year)
        found[f"bilan-{year}"] = dire(bilan.une_page())
        numbers = [fiche.numero for fiche in bilan.etude.convention.fiches]
        found |= {
            f"fiche-{number}-{year}": dire(bilan.fiche(number).essentiel()) for number in numbers
        }
    return found | {"evaluation": dire(ouvrir_evaluation(convention).page())}


def autres(convention: str) -> dict[str, str]:
    """Return the first pages that are made otherwise: what is to be handed in, and the page in
    plain words.
    """
    plain = Groupe(tuple(ouvrir_en_clair(convention).texte().blocs))
    return {"dossier": dire(ouvrir_dossier(convention).essentiel()), "en-clair": dire(plain)}


def temoin(convention: str) -> Path:
    """Return where the golden file of a convention lies."""
    return TEMOINS / f"{convention}.txt"


def ecrites(convention: str) -> str:
    """Return all the first pages of a convention, one after the other."""
    return "\n".join(
        f"# {name}\n{page}" for name, page in (pages(convention) | autres(convention)).items()
    )


def ecart(convention: str) -> str:
    """Return what is not as the golden file says and what to do about it, empty when all is."""
    path = temoin(convention)
    before = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    lines = [*unified_diff(before, ecrites(convention).splitlines(), n=0, lineterm="")][2:]
    if not lines:
        return ""
    suite = [f"… et {len(lines) - MONTRES} autres lignes"] if len(lines) > MONTRES else []
    return "\n".join(
        [
            f"les premières pages ne sont plus celles de tests/golden/premieres_pages/{path.name} :",
            *lines[:MONTRES],
            *suite,
            "Si c'est voulu : « make golden », puis relire la différence phrase à phrase.",
        ]
    )


def recrire() -> None:
    """Write the golden files anew."""
    for convention in CONVENTIONS:
        temoin(convention).write_text(ecrites(convention), encoding="utf-8", newline="\n")
    for nom in parcours.MARCHES:
        with TemporaryDirectory() as dossier, parcours.marcher(nom, Path(dossier)):
            temoin(nom).write_text(ecrites(nom), encoding="utf-8", newline="\n")
