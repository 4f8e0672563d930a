"""The tables of the territory's public series: figures and their dates, and where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.theme import ruptures
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import date_longue, majuscule, minuscule, nombre_court
from ctglib.rapport.phrases.territoire import ecart, notes_des_moyennes, part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.sources import Origine

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
