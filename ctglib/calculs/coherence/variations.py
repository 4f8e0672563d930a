"""Variations over five years: beside neighbouring groups, from the parts, by their size, and across a break."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.coherence.annexe import EPSILON, demi_pas
from ctglib.calculs.constats import rupture_dans
from ctglib.calculs.ecriture import enumerer, nombre, pourcent, variation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.annexe import Ligne
    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import VariationDesParties, VariationsComparables


def comparees(contexte: Contexte) -> Iterator[Constat]:
    """Yield the variations that are further than the relation's threshold from every comparable one."""
    for relation in contexte.relations.variations_comparables:
        for territoire in contexte.annexe.territoires:
            own = contexte.annexe.variation(relation.indicateur, territoire)
            others = {name: contexte.annexe.variation(name, territoire) for name in relation.comparables}
            known = {name: value for name, value in others.items() if value is not None}
            if own is None or not known:
                continue
            if min(abs(own - value) for value in known.values()) > relation.seuil + EPSILON:
                yield _eloignee(relation, territoire, known, contexte)


def des_parties(contexte: Contexte) -> Iterator[Constat]:
    """Yield the variations of a whole that the values and variations of its parts do not give back.

    The rounding of every printed variation is carried through; parts that are not exhaustive only bound the past.
    """
    step = demi_pas_variation(contexte)
    for relation in contexte.relations.variations_des_parties:
        for territoire in contexte.annexe.territoires:
            whole = contexte.annexe.ligne(relation.tout, territoire)
            parts = [contexte.annexe.ligne(name, territoire) for name in relation.parties]
            if not all(_complete(line, step) for line in (whole, *parts)):
                continue
            low, high = variation_deduite(whole.valeur, parts, contexte)
            above = whole.variation - step > high + EPSILON
            below = whole.variation + step < low - EPSILON
            if above or (below and relation.exhaustives):
                yield _deduite(relation, whole, parts, contexte)


def variation_deduite(valeur: float, parts: list[Ligne], contexte: Contexte) -> tuple[float, float]:
    """Return the least and greatest variation of the whole that its parts allow, in %."""
    pasts = [_passe(part, contexte) for part in parts]
    low = valeur / sum(high for _, high in pasts)
    high = valeur / sum(low for low, _ in pasts)
    return 100 * (low - 1), 100 * (high - 1)


def demi_pas_variation(contexte: Contexte) -> float:
    """Return how far a variation can be from its printed value, in points."""
    return contexte.regle("variation_des_parties").seuils["arrondi"] / 2


def fortes(contexte: Contexte) -> Iterator[Constat]:
    """Yield the variations so great that they are to be confirmed before anything is said of them."""
    limit = contexte.entrees.catalogue.seuils.variation_invraisemblable
    for line in contexte.annexe.lignes.values():
        if line.variation is not None and abs(line.variation) > limit + EPSILON:
            yield contexte.constat(
                "variation_forte",
                line.indicateur,
                line.territoire,
                lieu=contexte.lieu(line),
                objet=f"la variation de l'indicateur {contexte.libelle(line.indicateur)}",
                ecrit=variation(line.variation),
                calcule=f"au-delà de {pourcent(limit, 0)} en plus ou en moins",
                indicateurs=(line.indicateur,),
            )


def a_travers_une_rupture(contexte: Contexte) -> Iterator[Constat]:
    """Yield the variations whose five years hold a break of the series: they measure the reform, not a change.

    They make no indicator doubtful here: the sentences on an indicator tell its breaks by themselves.
    """
    for line in contexte.annexe.lignes.values():
        reason, year = rupture_dans(contexte.indicateurs[line.indicateur], line.annee)
        if line.variation is None or not reason:
            continue
        yield contexte.constat(
            "rupture",
            line.indicateur,
            line.territoire,
            lieu=contexte.lieu(line),
            objet=f"la variation de l'indicateur {contexte.libelle(line.indicateur)}",
            ecrit=variation(line.variation),
            calcule=f"rupture en {year}, entre les deux dates : variation non interprétable",
            pourquoi=reason,
        )


def _passe(part: Ligne, contexte: Contexte) -> tuple[float, float]:
    """Return the least and greatest value of five years before."""
    step = demi_pas(contexte.indicateurs[part.indicateur])
    growth = demi_pas_variation(contexte)
    low = (part.valeur - step) / (1 + (part.variation + growth) / 100)
    return low, (part.valeur + step) / (1 + (part.variation - growth) / 100)


def _complete(line: Ligne | None, step: float) -> bool:
    """Return whether a line has a value and a variation that says what the past was (a fall of 100 % does not)."""
    return line is not None and line.valeur is not None and line.variation is not None and line.variation - step > -100


def _eloignee(relation: VariationsComparables, territoire: str, known: dict[str, float], contexte: Contexte) -> Constat:
    own = contexte.annexe.variation(relation.indicateur, territoire)
    others = [f"{variation(value)} ({contexte.libelle(name)})" for name, value in known.items()]
    return contexte.constat_de(
        "variation_comparee",
        relation,
        territoire,
        lieu=contexte.lieu(contexte.annexe.ligne(relation.indicateur, territoire)),
        ecrit=variation(own),
        calcule=f"groupes voisins : {enumerer(others)} (seuil : {nombre(relation.seuil)} points)",
        indicateurs=(relation.indicateur,),
    )


def _deduite(relation: VariationDesParties, whole: Ligne, parts: list[Ligne], contexte: Contexte) -> Constat:
    past = sum(part.valeur / (1 + part.variation / 100) for part in parts)
    implied = variation(100 * (whole.valeur / past - 1))
    shares = [f"{contexte.libelle(part.indicateur)} {variation(part.variation)}" for part in parts]
    limit = "" if relation.exhaustives else "au plus "
    return contexte.constat_de(
        "variation_des_parties",
        relation,
        whole.territoire,
        lieu=contexte.lieux((relation.tout, *relation.parties), whole.territoire),
        ecrit=f"{contexte.libelle(relation.tout)} : {variation(whole.variation)}",
        calcule=f"{limit}{implied} d'après les parties : {enumerer(shares)}",
        indicateurs=(relation.tout,),
    )
