"""The rules on figures: shares recomputed, parts against their whole, one thing given twice, variations."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ctglib.calculs.coherence.constat import EPSILON, demi_pas
from ctglib.calculs.comparaison import rupture_dans
from ctglib.calculs.ecriture import enumerer, majuscule, nombre, pourcent, variation
from ctglib.calculs.formules import appliquer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte, Ligne
    from ctglib.donnees.modeles.catalogue import Indicateur
    from ctglib.donnees.modeles.coherence import (
        Inclusion,
        LectureAnnexe1,
        LectureEffectif,
        MemeEffectif,
        MemeGrandeur,
        PartiesTout,
        VariationDesParties,
        VariationsComparables,
    )

QUOTIENT = "ratio_pour_100"
UNITE_DES_EFFECTIFS = "nombre"


def parts_recalculees(contexte: Contexte) -> Iterator[Constat]:
    """Yield the values that the catalogue's formula does not give back, whatever the rounding of both sides."""
    for item in contexte.indicateurs.values():
        if item.calcul is None:
            continue
        for territoire in contexte.annexe.territoires:
            printed = contexte.annexe.valeur(item.id, territoire)
            bounds = intervalle(item, territoire, contexte)
            if printed is None or bounds is None:
                continue
            if bounds[0] - EPSILON <= printed + demi_pas(item) and printed - demi_pas(item) <= bounds[1] + EPSILON:
                continue
            yield contexte.constat(
                "part_recalculee",
                item.id,
                territoire,
                lieu=contexte.lieu(contexte.annexe.ligne(item.id, territoire)),
                objet=contexte.libelle(item.id),
                ecrit=contexte.ecrire(printed, item.id),
                calcule=_calcul(item, bounds, territoire, contexte),
                indicateurs=(item.id,),
            )


def intervalle(indicateur: Indicateur, territoire: str, contexte: Contexte) -> tuple[float, float] | None:
    """Return the least and the greatest value that the formula can take, or None when an input is absent.

    The formulas are monotone in each input, so that the extremes are at the ends of the inputs' rounding.
    """
    inputs = list(dict.fromkeys(indicateur.termes))
    values = contexte.annexe.valeurs(inputs, territoire)
    if values is None:
        return None
    steps = (demi_pas(contexte.indicateurs[name]) for name in inputs)
    ends = [
        dict.fromkeys((value - step, value + step)) for value, step in zip(values, steps, strict=True)
    ]  # an exact count has one end
    corners = pd.DataFrame(list(product(*ends)), columns=inputs)
    found = appliquer(indicateur.calcul, indicateur.entrees, corners).dropna()
    return None if found.empty else (float(found.min()), float(found.max()))


def quotients(contexte: Contexte) -> Iterator[Constat]:
    """Yield the percentages without formula that equal, in every territory, the same quotient of two counts.

    The rule's least number of territories, and counts that are not zero, keep chance out.
    """
    unites = contexte.entrees.catalogue.unites
    levels = [item for item in contexte.indicateurs.values() if item.bornes[0] == 0]  # a change may be under zero
    counts = [item.id for item in levels if item.unite == UNITE_DES_EFFECTIFS]
    shares = [item for item in levels if unites[item.unite].symbole == "%" and item.calcul is None]
    values = _valeurs(counts, contexte)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = 100 * values[:, None, :] / values[None, :, :]  # part, whole, territory
    found[~((values[:, None, :] > 0) & (values[:, None, :] <= values[None, :, :]))] = np.nan
    least = contexte.regle("quotient").seuils["territoires"]
    for share in shares:
        printed = _valeurs([share.id], contexte)[0]
        present = ~np.isnan(printed)
        if present.sum() < least:
            continue
        near = np.abs(found - printed)[:, :, present] <= demi_pas(share) + EPSILON
        for part, whole in np.argwhere(near.all(axis=2)):
            if part != whole:
                yield _quotient(share, counts[part], counts[whole], contexte)


def _valeurs(indicateurs: list[str], contexte: Contexte) -> np.ndarray:
    """Return the values, one row an indicator, one column a territory, NaN when absent."""
    territoires = contexte.annexe.territoires
    rows = [[contexte.annexe.valeur(name, code) for code in territoires] for name in indicateurs]
    return np.array(rows, dtype=float).reshape(len(indicateurs), len(territoires))


def _quotient(share: Indicateur, part: str, whole: str, contexte: Contexte) -> Constat:
    lines = [contexte.annexe.ligne(share.id, code) for code in contexte.annexe.territoires]
    present = [line for line in lines if line is not None and line.valeur is not None]
    written = [f"{contexte.ecrire(line.valeur, share.id)} ({contexte.nom(line.territoire)})" for line in present]
    computed = [
        f"{contexte.ecrire(contexte.annexe.valeur(part, line.territoire), part)} / "
        f"{contexte.ecrire(contexte.annexe.valeur(whole, line.territoire), whole)}"
        for line in present
    ]
    return contexte.constat(
        "quotient",
        share.id,
        lieu=contexte.section(present[0].section),
        objet=contexte.libelle(share.id),
        ecrit=enumerer(written),
        calcule=f"{contexte.libelle(part)} sur {contexte.libelle(whole)} : {enumerer(computed)}",
        indicateurs=(share.id,),
    )


def _calcul(item: Indicateur, bounds: tuple[float, float], territoire: str, contexte: Contexte) -> str:
    low, high = (contexte.ecrire(bound, item.id) for bound in bounds)
    result = low if low == high else f"de {low} à {high}"
    if item.calcul != QUOTIENT:
        return result
    part, whole = item.termes
    values = contexte.annexe.valeurs((part, whole), territoire)
    return f"{contexte.ecrire(values[0], part)} / {contexte.ecrire(values[1], whole)} = {result}"


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
    if parts is None or whole is None or len({contexte.annexe.ligne(name, territoire).annee for name in names}) > 1:
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


ABSENT = "non donné"


@dataclass(frozen=True)
class Lecture:
    """A number and where it is read; None when the convention does not give it there."""

    nom: str
    valeur: float | None
    ajoute: bool

    @property
    def texte(self) -> str:
        """Return « 70 (tableau de l'offre) »."""
        if self.valeur is None:
            return f"{ABSENT} ({self.nom})"
        told = nombre(self.valeur, 0 if self.valeur.is_integer() else 2)
        return f"{told} de plus ({self.nom})" if self.ajoute else f"{told} ({self.nom})"


def memes_grandeurs(contexte: Contexte) -> Iterator[Constat]:
    """Yield the quantities whose cells differ by more than the relation's tolerance, territory by territory."""
    for relation in contexte.relations.memes_grandeurs:
        for territoire in contexte.annexe.territoires:
            cells = [_cellule(lecture, territoire, contexte) for lecture in relation.lectures]
            known = [value for value in cells if value is not None]
            if len(known) > 1 and max(known) - min(known) > relation.tolerance + EPSILON:
                yield _deux_grandeurs(relation, territoire, cells, contexte)


def memes_effectifs(contexte: Contexte) -> Iterator[Constat]:
    """Yield the things whose count is not the same wherever it is given, or is not given where it should be."""
    for relation in contexte.relations.memes_effectifs:
        readings = [lire(lecture, contexte) for lecture in relation.lectures if _se_lit(lecture, contexte)]
        compared = {reading.valeur for reading in readings if not reading.ajoute}
        if len(compared) > 1 and compared != {None, 0.0}:  # what a list leaves out does not contradict a zero
            yield _deux_effectifs(relation, readings, contexte)


def lire(lecture: LectureEffectif, contexte: Contexte) -> Lecture:
    """Return the number of a reading, for the territory of the convention."""
    if lecture.indicateur is not None:
        value = contexte.annexe.valeur(lecture.indicateur, contexte.convention.territoire)
    else:
        value = _dans_l_offre(lecture, contexte.entrees.offre)
    return Lecture(lecture.nom, value, lecture.ajoute)


def _se_lit(lecture: LectureEffectif, contexte: Contexte) -> bool:
    """Return whether the convention has the place that is read: an offer that is not there contradicts nothing."""
    if lecture.indicateur is not None:
        return contexte.annexe.ligne(lecture.indicateur, contexte.convention.territoire) is not None
    return not contexte.entrees.offre.empty


def _dans_l_offre(lecture: LectureEffectif, offre: pd.DataFrame) -> float | None:
    """Return the sum of a characteristic, or the number of structures of which something is said; None for neither."""
    rows = offre[offre["type"].isin(lecture.types) & (offre["valeur"] != "")]
    if lecture.caracteristique is None:
        return float(rows["structure"].nunique()) or None
    rows = rows[rows["caracteristique"] == lecture.caracteristique]
    if lecture.modalites:
        rows = rows[rows["modalite"].isin(lecture.modalites)]
    return None if rows.empty else float(pd.to_numeric(rows["valeur"]).sum())


def _cellule(lecture: LectureAnnexe1, territoire: str, contexte: Contexte) -> float | None:
    if lecture.champ == "valeur":
        return contexte.annexe.valeur(lecture.indicateur, territoire)
    return contexte.annexe.variation(lecture.indicateur, territoire)


def _deux_grandeurs(relation: MemeGrandeur, territoire: str, cells: list[float | None], contexte: Contexte) -> Constat:
    names = [lecture.indicateur for lecture in relation.lectures]
    known = [value for value in cells if value is not None]
    told = []
    for lecture, value in zip(relation.lectures, cells, strict=True):
        label = contexte.libelle(lecture.indicateur)
        if value is not None and lecture.champ == "valeur":
            told.append(f"{contexte.ecrire(value, lecture.indicateur)} ({label})")
        elif value is not None:
            told.append(f"{variation(value)} ({label}, variation sur 5 ans)")
    return contexte.constat_de(
        "meme_grandeur",
        relation,
        territoire,
        lieu=contexte.lieux(names, territoire),
        ecrit=enumerer(told),
        calcule=f"écart de {nombre(max(known) - min(known), contexte.indicateurs[names[-1]].decimales)}",
        indicateurs=[lecture.indicateur for lecture in relation.lectures if lecture.champ == "valeur"],
    )


def _deux_effectifs(relation: MemeEffectif, readings: list[Lecture], contexte: Contexte) -> Constat:
    known = [reading.valeur for reading in readings if reading.valeur is not None and not reading.ajoute]
    names = [lecture.indicateur for lecture in relation.lectures if lecture.indicateur is not None]
    line = next((contexte.annexe.ligne(name, contexte.convention.territoire) for name in names), None)
    compared = f"de {nombre(min(known))} à {nombre(max(known))} selon l'endroit" if len(set(known)) > 1 else ""
    offre = contexte.convention.piece("offre")
    absent = "non donné à un endroit" if any(reading.valeur is None for reading in readings) else ""
    return contexte.constat_de(
        "meme_effectif",
        relation,
        lieu=majuscule(offre) if line is None else f"{contexte.lieu(line)}, et {offre}",
        ecrit=" ; ".join(reading.texte for reading in readings),
        calcule=" ; ".join(part for part in (compared, absent) if part),
        indicateurs=names,
    )


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
            known = [line for line in (whole, *parts) if line and None not in (line.valeur, line.variation)]
            # A fall of 100 % does not say what the past was.
            if len(known) <= len(parts) or any(line.variation - step <= -100 for line in known):
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
