"""One thing given at several places: two cells of annexe 1, or annexe 1 and the offer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.coherence.annexe import EPSILON
from ctglib.calculs.ecriture import enumerer, nombre, variation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import LectureAnnexe1, LectureEffectif, MemeEffectif, MemeGrandeur

ABSENT = "non donné"


@dataclass(frozen=True)
class Lecture:
    """A number and where it is read; None when the convention does not give it there."""

    nom: str
    valeur: float | None
    ajoute: bool

    @property
    def texte(self) -> str:
        """Return « 70 (tableau de l'annexe 2) »."""
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
        readings = [lire(lecture, contexte) for lecture in relation.lectures]
        compared = {reading.valeur for reading in readings if not reading.ajoute}
        if len(compared) > 1:
            yield _deux_effectifs(relation, readings, contexte)


def lire(lecture: LectureEffectif, contexte: Contexte) -> Lecture:
    """Return the number of a reading, for the territory of the convention."""
    if lecture.indicateur is not None:
        value = contexte.annexe.valeur(lecture.indicateur, contexte.convention.territoire)
    else:
        value = _dans_l_offre(lecture, contexte.entrees.offre)
    return Lecture(lecture.nom, value, lecture.ajoute)


def _dans_l_offre(lecture: LectureEffectif, offre: pd.DataFrame) -> float | None:
    """Return the sum of a characteristic, or the number of structures of which something is said."""
    rows = offre[offre["type"].isin(lecture.types) & (offre["valeur"] != "")]
    if lecture.caracteristique is None:
        return float(rows["structure"].nunique())
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
    told = [
        f"{_ecrire(lecture, value, contexte)} ({contexte.libelle(lecture.indicateur)}"
        f"{', variation sur 5 ans' if lecture.champ != 'valeur' else ''})"
        for lecture, value in zip(relation.lectures, cells, strict=True)
        if value is not None
    ]
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
    absent = "non donné à un endroit" if any(reading.valeur is None for reading in readings) else ""
    return contexte.constat_de(
        "meme_effectif",
        relation,
        lieu="Annexe 2" if line is None else f"{contexte.lieu(line)}, et annexe 2",
        ecrit=" ; ".join(reading.texte for reading in readings),
        calcule=" ; ".join(part for part in (compared, absent) if part),
        indicateurs=names,
    )


def _ecrire(lecture: LectureAnnexe1, value: float, contexte: Contexte) -> str:
    return contexte.ecrire(value, lecture.indicateur) if lecture.champ == "valeur" else variation(value)
