"""Parts against their whole: sums that must close, counts that cannot exceed where they are taken from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.coherence.annexe import EPSILON, demi_pas
from ctglib.calculs.ecriture import enumerer, nombre

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import Inclusion, PartiesTout


def sommes(contexte: Contexte) -> Iterator[Constat]:
    """Yield the wholes that their parts do not make, beyond the rounding of each value.

    Values of different years are not summed; an absent part leaves the sum unknown.
    """
    for relation in contexte.relations.parties_tout:
        for territoire in contexte.annexe.territoires:
            found = _somme(relation, territoire, contexte)
            if found is not None:
                yield found


def inclusions(contexte: Contexte) -> Iterator[Constat]:
    """Yield the counts that exceed the sum of those they are among; two years may differ, and are then told."""
    for relation in contexte.relations.inclusions:
        for territoire in contexte.annexe.territoires:
            names = (relation.partie, *relation.tout)
            values = contexte.annexe.valeurs(names, territoire)
            if values is None:
                continue
            slack = sum(demi_pas(contexte.indicateurs[name]) for name in names)
            if values[0] > sum(values[1:]) + slack + EPSILON:
                yield _depassement(relation, territoire, contexte)


def _somme(relation: PartiesTout, territoire: str, contexte: Contexte) -> Constat | None:
    parts = contexte.annexe.valeurs(relation.parties, territoire)
    names = (*relation.parties, *((relation.tout,) if relation.tout else ()))
    whole = relation.constante if relation.tout is None else contexte.annexe.valeur(relation.tout, territoire)
    if parts is None or whole is None or len(_annees(names, territoire, contexte)) > 1:
        return None
    tolerance = relation.tolerance
    if tolerance is None:
        tolerance = sum(demi_pas(contexte.indicateurs[name]) for name in names)
    if abs(sum(parts) - whole) <= tolerance + EPSILON:
        return None
    unit_of = relation.tout or relation.parties[0]
    decimales = contexte.indicateurs[unit_of].decimales
    terms = " + ".join(nombre(value, decimales) for value in parts)
    return contexte.constat_de(
        "parties_tout",
        relation,
        territoire,
        lieu=contexte.lieux(names, territoire),
        ecrit=contexte.ecrire(whole, unit_of),
        calcule=f"{terms} = {contexte.ecrire(sum(parts), unit_of)}",
        indicateurs=(relation.tout,) if relation.tout else relation.parties,
    )


def _depassement(relation: Inclusion, territoire: str, contexte: Contexte) -> Constat:
    names = (relation.partie, *relation.tout)
    lines = [contexte.annexe.ligne(name, territoire) for name in names]
    several = len({line.annee for line in lines}) > 1
    written = [
        contexte.ecrire(line.valeur, line.indicateur) + (f" en {line.annee}" if several else "") for line in lines
    ]
    labels = [contexte.libelle(name) for name in names]
    return contexte.constat_de(
        "inclusion",
        relation,
        territoire,
        lieu=contexte.lieux(names, territoire),
        ecrit=f"{labels[0]} : {written[0]}",
        calcule=f"au plus {enumerer(written[1:])} ({enumerer(labels[1:])})",
        indicateurs=(relation.partie,),
    )


def _annees(names: tuple[str, ...], territoire: str, contexte: Contexte) -> set[int]:
    return {contexte.annexe.ligne(name, territoire).annee for name in names}
