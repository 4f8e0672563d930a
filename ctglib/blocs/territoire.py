"""The territory's public series: a level, its date, how it moved; context and never an effect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import ruptures
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.calculs.moyennes import TROP_PEU
from ctglib.calculs.territoire import Lieux, contexte_du_territoire, revisions_du_territoire, trajectoires_du_territoire
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import (
    FINE,
    INSECABLE,
    date_longue,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    nombre_court,
    points,
    pourcent,
)
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.sources import Origine


@dataclass(frozen=True)
class Territoire:
    """What the public series say of the territory in a year, each figure with its own date."""

    etude: EtudeAnnuelle

    @cached_property
    def rangees(self) -> pd.DataFrame:
        """One row a series (see ``contexte_du_territoire``)."""
        etude = self.etude
        names = [name for group in etude.catalogue.bilan.territoire.groupes for name in group.indicateurs]
        places = Lieux(etude.convention.territoire, etude.convention.reference, etude.convention.debut.year - 1)
        return contexte_du_territoire(
            etude.series, names, etude.catalogue.indicateurs_contexte, places, etude.catalogue.evaluation.seuils
        )

    @property
    def revisions(self) -> pd.DataFrame:
        """The public figures of the territory that last year's bilan gave otherwise."""
        table = revisions_du_territoire(self.etude.suivi.contexte, self.etude.annee)
        return table[table["territoire"].eq(self.etude.convention.territoire)]

    @property
    def _source(self) -> str:
        return source_publique(self.etude.series, self.etude.suivi.origines, self.etude.contexte)

    def tableau(self) -> Tableau | None:
        """Return the latest figure of each series, and how it moved."""
        if self.rangees.empty:
            return None
        return tableau_territoire(
            self.rangees,
            self.etude.catalogue.bilan,
            self.etude.contexte,
            depart=self.etude.convention.debut.year - 1,
            modalite=self.etude.modalite,
            source=self._source,
        )

    def graphique(self) -> Figure | None:
        """Return the trajectories of the series, their breaks not joined."""
        etude = self.etude
        rows = trajectoires_du_territoire(
            etude.series,
            etude.catalogue.bilan.territoire.graphique,
            etude.catalogue.indicateurs_contexte,
            territoire=etude.convention.territoire,
            depuis=etude.convention.debut.year - etude.catalogue.bilan.territoire.annees_avant,
        )
        if rows.empty:
            return None
        return trajectoires(
            rows,
            etude.contexte,
            nom="territoire-trajectoires",
            titre=f"Comment {etude.contexte.territoire.le} a-t-il évolué jusqu'en {rows['annee'].max()} ?",
            source=self._source,
        )

    def origines(self) -> Tableau | None:
        """Return where the public series come from."""
        shown = {
            name: item for name, item in self.etude.suivi.origines.items() if name in set(self.etude.series["serie"])
        }
        return tableau_origines(shown) if shown else None


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


ORIGINES = (
    Colonne("titre", "Série"),
    Colonne("periode", "Période"),
    Colonne("publie", "Publication"),
    Colonne("arrondi", "Arrondi"),
    Colonne("licence", "Licence, consultation"),
)


HASARD = "« Trop peu pour conclure » : un nombre varie de lui-même ; le hasard suffit à expliquer l'écart sur un an."


def tableau_territoire(
    rows: pd.DataFrame,
    regles: ReglesBilan,
    contexte: Contexte,
    *,
    depart: int,
    modalite: Callable[[str, str], str],
    source: str,
) -> Tableau:
    """Return one row a public series: latest figure with its year, change over a year and since the convention began.

    Args:
        rows: As ``contexte_du_territoire`` returns them.
        regles: The groups, the words of how a figure moved.
        contexte: The words, the territory and its reference.
        depart: Year before the convention.
        modalite: The label of a modalité of a dimension.
        source: Producers, as captions write them.
    """
    since, place = f"Depuis {depart}", contexte.reference.nom
    columns = (
        Colonne("indicateur", "Série"),
        Colonne("annee", "Année", numerique=True),
        Colonne("valeur", "Valeur", numerique=True, groupe=contexte.territoire.nom),
        Colonne("ecart", "Sur un an", numerique=True, groupe=contexte.territoire.nom),
        Colonne("depart", since, numerique=True, groupe=contexte.territoire.nom),
        Colonne("reference", "Sur un an", numerique=True, groupe=place),
        Colonne("reference_depart", since, numerique=True, groupe=place),
        Colonne("lecture", "Lecture"),
    )
    groups = {name: group.libelle for group in regles.territoire.groupes for name in group.indicateurs}
    cells = [_cellules(row, regles, contexte, modalite) for row in rows.itertuples()]
    return Tableau(
        nom="territoire",
        titre=f"Chiffres publics, {contexte.territoire.nom} et {place}, dernière année connue",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=rows,
        source=source,
        groupes=tuple(groups[name] for name in rows["indicateur"]),
        notes=(regles.mots["contexte"], *_notes(rows, contexte), *notes_des_moyennes(rows, contexte)),
    )


def tableau_origines(origines: Mapping[str, Origine]) -> Tableau:
    """Return where each public series comes from: producer, dates, rounding, licence; the CSV adds the fingerprint."""
    cells = [
        (
            f"{item.producteur}, {item.titre} ({item.jeu})",
            item.periode,
            item.publie,
            item.arrondi or "non indiqué",
            f"{item.licence}, le {date_longue(item.consulte)}",
        )
        for item in origines.values()
    ]
    data = [{"serie": name, **item.model_dump(mode="json")} for name, item in origines.items()]
    names = [
        "serie",
        "producteur",
        "titre",
        "jeu",
        "periode",
        "publie",
        "consulte",
        "licence",
        "fichier",
        "sha256",
        "arrondi",
    ]
    return Tableau(
        nom="origines",
        titre="Origine des séries publiques",
        colonnes=ORIGINES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in ORIGINES]),
        donnees=pd.DataFrame(data, columns=names),
        source="catalogue du classeur d'évaluation",
        classe="texte-long",
    )


def _cellules(row: object, regles: ReglesBilan, contexte: Contexte, modalite: Callable[[str, str], str]) -> list[str]:
    label, value = _serie(row, contexte), contexte.valeur(row.indicateur, row.valeur, row.statut)
    if _taux_sans_signe(row.indicateur, contexte):
        value = contexte.valeur_nue(row.indicateur, row.valeur, row.statut)
    mark = {"E": " (e)", "P": " (p)"}.get(row.statut, "")
    return [
        f"– {majuscule(modalite(row.dimension, row.modalite))}" if row.dimension else label,
        str(row.annee),
        value + mark,
        ecart(row, contexte),
        part(row.variation_depart),
        part(row.variation_reference),
        part(row.variation_reference_depart),
        regles.lectures[row.lecture],
    ]


def _serie(row: object, contexte: Contexte) -> str:
    """Return the name of a series, with the unit that its values are written without."""
    item = contexte.indicateurs[row.indicateur]
    unit = f", en {minuscule(contexte.unites[item.unite].libelle)}"
    return item.libelle + (unit if _taux_sans_signe(row.indicateur, contexte) else "")


def _taux_sans_signe(indicateur: str, contexte: Contexte) -> bool:
    """Tell whether a series is a rate of something else than %: « 0,9 places » would count places."""
    unit = contexte.unites[contexte.indicateurs[indicateur].unite]
    return unit.ecart == "points" and unit.symbole != "%"


def _notes(rows: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    items = [contexte.indicateurs[name] for name in dict.fromkeys(rows["indicateur"])]
    rounded = sorted({item.arrondi_source for item in items if (item.arrondi_source or 0) > 1})
    noise = [
        f"« Dans le bruit » : l'écart ne dépasse pas l'arrondi de la source ({', '.join(map(nombre_court, rounded))})."
    ]
    return (
        "Sur un an : écart avec l'année d'avant. Chaque série a sa propre année, celle du dernier chiffre paru.",
        *([HASARD] if rows["lecture"].eq("trop_peu").any() else []),
        *(noise if rows["lecture"].eq("dans_le_bruit").any() else []),
        f"« – » : pas de chiffre qui se compare. {contexte.reference.nom} : une évolution, jamais un niveau.",
        *ruptures(items),
    )
