"""Reports with one number of their prose changed at random: what the test of the numbers must see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random

from donnees_de_la_prose import Donnees
from nombres_de_la_prose import HORS_COMPTE, Verdict, verifier
from prose_des_rapports import Nombre, Passage


@dataclass(frozen=True)
class Lu:
    """A report as it is checked: its kind, its sentences, its data."""

    nom: str
    passages: Sequence[Passage]
    donnees: Donnees

    @cached_property
    def verdicts(self) -> list[tuple[Passage, Verdict]]:
        """Return every number of its prose with what it is drawn from."""
        return [
            (item, verdict)
            for item in self.passages
            for verdict in verifier(item, self.donnees, self.nom)
        ]


@dataclass(frozen=True)
class Changement:
    """A passage with a wrong number in it, and whether it is seen."""

    passage: Passage
    avant: str
    apres: str
    vu: bool


def changer(rapports: Iterable[Lu], combien: int, hasard: Random) -> Iterator[Changement]:
    """Yield changes, report after report: a number of the same form, or another number of the same
    report, in turn.
    """
    sites = {
        rapport.nom + str(rang): (rapport, _comptes(rapport))
        for rang, rapport in enumerate(rapports)
    }
    known = [(rapport, found) for rapport, found in sites.values() if found]
    for rank in range(combien):
        rapport, found = known[rank % len(known)]
        passage, number = hasard.choice(found)
        others = [other.ecrit for _, other in found if _differe(other, number)]
        apres = (
            hasard.choice(others)
            if others and rank // len(known) % 2
            else _meme_forme(number, hasard)
        )
        texte = passage.texte[: number.debut] + apres + passage.texte[number.fin :]
        verdicts = verifier(replace(passage, texte=texte), rapport.donnees, rapport.nom)
        yield Changement(
            passage, number.ecrit, apres, any(not verdict.origine for verdict in verdicts)
        )


def _comptes(rapport: Lu) -> list[tuple[Passage, Nombre]]:
    """Return the numbers of a report that count something."""
    return [
        (item, verdict.nombre)
        for item, verdict in rapport.verdicts
        if not verdict.origine.startswith(HORS_COMPTE)
    ]


def _differe(autre: Nombre, nombre: Nombre) -> bool:
    """Return whether a number is not the same written with more or fewer decimals."""
    return (
        abs(autre.valeur - nombre.valeur)
        > 0.5 * 10 ** -min(autre.decimales, nombre.decimales) + 1e-9
    )


def _meme_forme(nombre: Nombre, hasard: Random) -> str:
    """Return another number with as many figures, the same sign and decimals."""
    body = nombre.ecrit.lstrip("+− ")
    while True:
        figures = [hasard.choice("0123456789") if sign.isdigit() else sign for sign in body]
        if "".join(figures) != body and (figures[0] != "0" or not body[1:2].isdigit()):
            return nombre.ecrit[: len(nombre.ecrit) - len(body)] + "".join(figures)
