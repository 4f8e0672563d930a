"""The first pages of a convention, as they are read aloud, and the golden copy of them."""

from __future__ import annotations

from collections.abc import Iterator
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
from ctglib.blocs.constats import ConstatDit
from ctglib.blocs.messages_suivi import MessagesDeLaFin, MessagesDuSuivi
from ctglib.document.blocs import (
    Bloc,
    Colonnes,
    Groupe,
    Liste,
    Paragraphe,
    Renvoi,
    Texte,
    Titre,
    feuilles,
    morceaux,
)
from ctglib.document.figure import Figure
from ctglib.document.signes import montrable
from ctglib.donnees.dossier import lire_dossier

TEMOINS = Path(__file__).parent / "golden" / "premieres_pages"
CONVENTIONS = ("harnes", "demonstration")
MONTRES = 30


def dire(bloc: Bloc) -> str:
    """Return a first page as it is read aloud, each sentence with the anchor of what shows it."""
    return montrable("\n".join(lignes(bloc))) + "\n"


def lignes(bloc: Bloc) -> Iterator[str]:
    """Yield the lines of a first page: a heading as it is, a sentence after « - », what stands
    around a large number after « = ».
    """
    for piece in feuilles(bloc.pieces):
        if isinstance(piece, Titre):
            yield piece.texte
        elif isinstance(piece, Liste):
            yield from (f"- {en_paroles(item)}" for item in piece.items)
        elif isinstance(piece, Paragraphe) and piece.classe in ("", "chapo"):
            yield f"- {en_paroles(piece.texte)}"
        elif isinstance(piece, Paragraphe):
            yield f"= {en_paroles(piece.texte)}"
        elif isinstance(piece, Colonnes):
            for colonne in piece.blocs:
                yield from lignes(colonne)
        elif isinstance(piece, Figure):
            yield f"[{piece.nom}] {piece.titre}"


def en_paroles(texte: Texte) -> str:
    """Return a text as it is read aloud, a reference as the anchor of what it leads to."""
    return "".join(map(_morceau, morceaux(texte)))


def _morceau(run: object) -> str:
    if isinstance(run, Renvoi):
        return f" [{run.ancre}{f' ; {run.sinon.texte}' if run.sinon else ''}]"
    return run if isinstance(run, str) else run.texte


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
        found[f"bilan-{year}"] = dire(bilan.une_page()) + poids(MessagesDuSuivi(bilan.etude))
        for fiche in bilan.etude.convention.fiches:
            rapport = bilan.fiche(fiche.numero)
            messages = MessagesDuSuivi(rapport.etude, rapport.fiche)
            found[f"fiche-{fiche.numero}-{year}"] = dire(rapport.essentiel()) + poids(messages)
    evaluation = ouvrir_evaluation(convention)
    found["evaluation"] = dire(evaluation.page()) + poids(MessagesDeLaFin(evaluation.etude))
    return found


def poids(messages: MessagesDuSuivi) -> str:
    """Return, a line a finding of the page, what it is about and what it weighs."""
    if messages.muette:
        return ""
    return "".join(f"~ {_poids(dit)}\n" for dit in messages.premiers_constats)


def _poids(dit: ConstatDit) -> str:
    constat = dit.constat
    pesees = ", ".join(
        f"{nom} {valeur:.2f}" if isinstance(valeur, float) else f"{nom} {valeur}"
        for nom, valeur in vars(constat.poids).items()
        if nom not in ("fiche", "indicateur")
    )
    return f"{constat.indicateur}, {constat.genre}, fiche {constat.fiche} : {pesees}"


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
