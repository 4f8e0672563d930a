"""What is said of the territory's public figures: a level, its date, how it moved; never an effect."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.moyennes import TROP_PEU
from ctglib.document.typographie import FINE, INSECABLE, enumerer, majuscule, nombre, points, pourcent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.sources import Origine

SANS_DIRECTION = ("dans_le_bruit", "trop_peu")
COMPARABLES = ("hausse", "baisse", "stable", *SANS_DIRECTION)
SUITE_DU_TITRE = re.compile(r" ?: |, ")  # what a short name of a data set leaves out


def chiffre_du_territoire(row: object, regles: ReglesBilan, contexte: Contexte) -> str:
    """Return « Foyers allocataires (Cnaf) : 2 950 en 2024, +75 depuis 2023 ».

    Args:
        row: A row of ``contexte_du_territoire``.
        regles: The words of how it moved.
        contexte: The words of the indicators.
    """
    label = contexte.indicateurs[row.indicateur].libelle
    if pd.notna(row.moyenne):
        return f"{label} : {en_moyennes(row)}."
    level = f"{label} : {contexte.valeur(row.indicateur, row.valeur, row.statut)} en {row.annee}"
    if row.lecture not in COMPARABLES:
        return f"{level}, {regles.lectures[row.lecture]}."
    if row.lecture == "stable":
        return f"{level}, comme en {row.annee_avant}."
    noise = f" ({regles.lectures[row.lecture]})" if row.lecture in SANS_DIRECTION else ""
    return f"{level}, {ecart(row, contexte)} depuis {row.annee_avant}{noise}."


def ecart(row: object, contexte: Contexte) -> str:
    """Return the difference with the year before, in its own unit: « +75 », « −0,4 point »; a dash when none."""
    if pd.isna(row.ecart) or row.lecture not in COMPARABLES:
        return "–"
    item = contexte.indicateurs[row.indicateur]
    unit = contexte.unites[item.unite]
    if unit.ecart == "points":
        return points(row.ecart, item.decimales)
    space = FINE if unit.symbole == "%" else INSECABLE
    return nombre(row.ecart, item.decimales, signe=True) + (f"{space}{unit.symbole}" if unit.symbole else "")


def en_moyennes(row: object) -> str:
    """Return « 150 par an en moyenne de 2021 à 2025, 156 de 2015 à 2019 (−4 %), ce que le hasard seul peut expliquer ».

    Args:
        row: A row that holds the columns of ``ctglib.calculs.moyennes``, and ``lecture``.
    """
    old, new = nombre(row.moyenne_avant, 0), nombre(row.moyenne, 0)
    if old == new:
        return f"{new} par an en moyenne {_quand(row.periode)}, comme {_quand(row.periode_avant)}"
    change = "–" if pd.isna(row.variation_des_moyennes) else pourcent(row.variation_des_moyennes, 0, signe=True)
    chance = ", ce que le hasard seul peut expliquer" if row.lecture == TROP_PEU else ""
    return f"{new} par an en moyenne {_quand(row.periode)}, {old} {_quand(row.periode_avant)} ({change}){chance}"


def notes_des_moyennes(rows: pd.DataFrame, contexte: Contexte) -> list[str]:
    """Return, for each short series, its means, what chance moves one year by, and which of its years are inferred."""
    notes = []
    for row in rows[rows["moyenne"].notna()].itertuples():
        item = contexte.indicateurs[row.indicateur]
        noted = enumerer(row.annees_notees.split(SEPARATEUR)) if row.annees_notees else ""
        notes.append(
            f"{item.libelle}, petite série : {en_moyennes(row)}. D'une année à l'autre, le hasard seul déplace un tel "
            f"nombre d'environ {nombre(row.hasard, 0)}. {majuscule(item.petite_serie.pourquoi)}."
            + (f" {row.note_des_annees} : {noted}." if noted else "")
        )
    return notes


def _quand(periode: str) -> str:
    return f"de {periode}" if " " in periode else f"en {periode}"


def source_publique(series: pd.DataFrame, origines: Mapping[str, Origine], contexte: Contexte) -> str:
    """Return the producers and what they publish; the figures that a convention invents have its own source.

    Args:
        series: The figures: ``serie`` is the folder of each, "" when invented.
        origines: Where each series comes from.
        contexte: The source of what is invented.
    """
    shown = set(series["serie"])
    sets: dict[str, list[str]] = {}
    for name, item in origines.items():
        if name in shown:
            sets.setdefault(item.producteur, []).append(SUITE_DU_TITRE.split(item.titre)[0])
    told = [f"{producer} ({' ; '.join(dict.fromkeys(names))})" for producer, names in sets.items()]
    return " ; ".join([*told, *([contexte.source] if "" in shown or not told else [])])


def part(valeur: float) -> str:
    """Return a change in %, with its sign, or a dash."""
    return "–" if pd.isna(valeur) else pourcent(valeur, 1, signe=True)
