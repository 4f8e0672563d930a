"""What annexe 2 says of its structures: ages against the fiches, and what is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import enumerer, majuscule, minuscule
from ctglib.calculs.manques import manques
from ctglib.calculs.offre import ages, annees_couvertes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import AgesOfferts
    from ctglib.donnees.modeles.convention import Fiche

OUI = "oui"


def ages_offerts(contexte: Contexte) -> Iterator[Constat]:
    """Yield the fiches whose ages are not those that the structures of their theme take together."""
    known = ages(contexte.entrees.offre, contexte.entrees.catalogue.offre)
    for relation in contexte.relations.ages_offerts:
        taken = known[known["type"].isin(relation.types)]
        for fiche in fiches_du_theme(contexte, relation.theme):
            meant = frozenset(range(fiche.age_min, fiche.age_max + 1))
            if not taken.empty and annees_couvertes(taken) != meant:
                yield _autres_ages(relation, fiche, taken, contexte)


def fiches_du_theme(contexte: Contexte, theme: str) -> list[Fiche]:
    """Return the fiches of the stakes that gather a theme, when they say for which ages they are meant."""
    stakes = {enjeu.id for enjeu in contexte.convention.enjeux if theme in enjeu.themes}
    return [
        fiche
        for fiche in contexte.convention.fiches
        if fiche.enjeu in stakes and fiche.age_min is not None and fiche.age_max is not None
    ]


def non_dits(contexte: Contexte) -> Iterator[Constat]:
    """Yield what the structures should say and do not: those never described one by one, the others kind by kind."""
    missing = _manquants(contexte)
    unknown = _inconnues(missing, contexte)
    yield from _non_decrites(missing, unknown, contexte)
    yield from _incompletes(missing[~missing["structure"].isin(unknown)], contexte)


def _non_decrites(missing: pd.DataFrame, unknown: list[str], contexte: Contexte) -> Iterator[Constat]:
    """Yield the structures said to exist, or to be supported, of which nothing that is expected is given."""
    for structure in unknown:
        rows = missing[missing["structure"] == structure]
        yield contexte.constat(
            "structure_non_decrite",
            structure,
            lieu=majuscule(rows["reference"].iloc[0]),
            objet=f"« {rows['nom'].iloc[0]} », {minuscule(rows['libelle_type'].iloc[0])}",
            ecrit="le nom seul",
            calcule=f"attendu : {_attendu(rows)}",
        )


def _incompletes(missing: pd.DataFrame, contexte: Contexte) -> Iterator[Constat]:
    """Yield, kind by kind, what is not given; the structures that lack the same are told together."""
    for kind, rows in missing.groupby("type", sort=False):
        lacking = {str(name): _attendu(lines) for name, lines in rows.groupby("nom", sort=False)}
        told = {}
        for name, text in lacking.items():
            told[text] = [*told.get(text, []), f"« {name} »"]
        yield contexte.constat(
            "caracteristique_absente",
            str(kind),
            lieu=majuscule(rows["reference"].iloc[0]),
            objet=f"« {rows['libelle_type'].iloc[0]} »",
            ecrit="non donné",
            calcule=" ; ".join(f"{enumerer(names)} : {text}" for text, names in told.items()),
        )


def _autres_ages(relation: AgesOfferts, fiche: Fiche, taken: pd.DataFrame, contexte: Contexte) -> Constat:
    offered = annees_couvertes(taken)
    meant = frozenset(range(fiche.age_min, fiche.age_max + 1))
    outside = [f"hors de la fiche : {_plages(offered - meant)}"] if offered - meant else []
    without = [f"sans accueil : {_plages(meant - offered)}"] if meant - offered else []
    structures = [f"{row.nom} : {row.texte}" for row in taken.itertuples()]
    return contexte.constat_de(
        "ages_offerts",
        relation,
        f"fiche_{fiche.numero}",
        lieu=f"Annexe 2 et {fiche.reference}",
        ecrit=f"fiche {fiche.numero} : {fiche.age_min} à {fiche.age_max} ans",
        calcule=" ; ".join([*structures, *outside, *without]),
        indicateurs=(),
    )


def _plages(years: frozenset[int]) -> str:
    """Return ages in completed years as spans: « 2 ans », « 18 à 25 ans »."""
    starts = sorted(age for age in years if age - 1 not in years)
    ends = sorted(age for age in years if age + 1 not in years)
    spans = [str(low) if low == high else f"{low} à {high}" for low, high in zip(starts, ends, strict=True)]
    return f"{enumerer(spans)} ans"


def _manquants(contexte: Contexte) -> pd.DataFrame:
    """Return what the catalogue expects of each kind of structure and the text does not give (see ``manques``)."""
    expected = contexte.relations.attendus_offre
    gaps = manques(contexte.entrees.offre, expected, contexte.entrees.catalogue.offre)
    wanted = {(item.type, name) for item in expected for name in item.caracteristiques}
    kept = [pair in wanted for pair in zip(gaps["type"], gaps["caracteristique"], strict=True)]
    return gaps.loc[pd.Series(kept, index=gaps.index, dtype=bool)]


def _inconnues(missing: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return the structures said to exist that lack everything expected of their kind."""
    offre = contexte.entrees.offre
    expected = {item.type: set(item.caracteristiques) for item in contexte.relations.attendus_offre}
    exist = set(offre.loc[offre["valeur"] == OUI, "structure"])
    given = offre[offre["valeur"] != ""]
    described = {row.structure for row in given.itertuples() if row.caracteristique in expected.get(row.type, set())}
    return [name for name in dict.fromkeys(missing["structure"]) if name in exist and name not in described]


def _attendu(rows: pd.DataFrame) -> str:
    return enumerer([minuscule(label) for label in dict.fromkeys(rows["libelle"])])
