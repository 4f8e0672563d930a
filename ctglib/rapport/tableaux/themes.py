"""The table of a theme: the territory, its reference, the gap, and how both have moved."""

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.comparaison import evolutions_annuelles
from ctglib.document.contexte import Contexte, variation
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter, enumerer, nombre

if TYPE_CHECKING:
    from ctglib.donnees.modeles.catalogue import Indicateur, Theme
    from ctglib.donnees.modeles.synthese import GroupeDeLignes

SANS_OBJET = "–"
NOMMES = 3  # a break that parts more indicators than that names the first one and counts the others


def tableau_theme(
    comparaison: pd.DataFrame, theme: Theme, groupes: list[GroupeDeLignes], contexte: Contexte
) -> Tableau:
    """Return the theme's table: one row an indicator, in groups, every row of the theme in the CSV.

    The provisional yearly change of an equipment is read on the equipment's own row, in the columns of variations.
    """
    rows = comparaison[comparaison["indicateur"].isin([item.id for item in theme.indicateurs])].reset_index(drop=True)
    merged = evolutions_annuelles(dict(zip(rows["indicateur"], rows["unite"], strict=True)))
    shown = _en_groupes(rows[~rows["indicateur"].isin(merged.values())], groupes, contexte)
    marks = _appels(shown)
    by_id = rows.set_index("indicateur")
    cells = [_cellules(row, by_id, merged.get(row["indicateur"]), marks, contexte) for _, row in shown.iterrows()]
    varies = any(change != SANS_OBJET for row in cells for change in row[-2:])
    columns = _colonnes(contexte, annual=bool(merged), varies=varies)
    return Tableau(
        nom=f"theme-{theme.theme.replace('_', '-')}",
        titre=_titre(theme, shown, contexte),
        colonnes=columns,
        cellules=pd.DataFrame([row[: len(columns)] for row in cells], columns=[colonne.cle for colonne in columns]),
        donnees=rows,
        source=contexte.source,
        groupes=tuple(shown["groupe"]) if shown["groupe"].nunique() > 1 else None,
        notes=_notes(rows, merged, marks, contexte),
    )


def groupe_de(contexte: Contexte, identifiant: str, groupes: list[GroupeDeLignes]) -> str:
    """Return the label of the first group that takes the indicator, or "" when none does."""
    item = contexte.indicateurs[identifiant]
    for groupe in groupes:
        if (not groupe.unites or item.unite in groupe.unites) and (not groupe.natures or item.nature in groupe.natures):
            return groupe.libelle
    return ""


def _en_groupes(rows: pd.DataFrame, groupes: list[GroupeDeLignes], contexte: Contexte) -> pd.DataFrame:
    """Return the rows with their ``groupe``, group after group in the order in which Annexe 1 meets them."""
    labelled = rows.assign(groupe=[groupe_de(contexte, identifiant, groupes) for identifiant in rows["indicateur"]])
    rank = {label: position for position, label in enumerate(dict.fromkeys(labelled["groupe"]))}
    return labelled.sort_values("groupe", key=lambda labels: labels.map(rank), kind="stable")


def _appels(shown: pd.DataFrame) -> dict[str, str]:
    """Return the letter that calls each distinct sentence of the notes, in the order of the rows."""
    sentences = dict.fromkeys(sentence for note in shown["note"] for sentence in _phrases(note))
    return dict(zip(sentences, ascii_lowercase, strict=False))


def _phrases(note: str) -> list[str]:
    """Return the sentences of a note: rows that share one of them share its letter."""
    return [f"{part.rstrip('.')}." for part in re.split(r"\. (?=[A-ZÀÉÊ])", note) if part]


def _titre(theme: Theme, shown: pd.DataFrame, contexte: Contexte) -> str:
    years = sorted({int(annee) for annee in shown["annee"].dropna()})
    period = "-".join(str(annee) for annee in dict.fromkeys((years[0], years[-1]))) if years else ""
    names = f"{contexte.territoire.nom} et {contexte.reference.nom}"
    return ", ".join(part for part in (f"{theme.titre} : indicateurs de l'annexe 1", names, period) if part)


def _colonnes(contexte: Contexte, *, annual: bool, varies: bool) -> tuple[Colonne, ...]:
    """Return the columns; those of the variations only when a row has one."""
    group = "Variation sur 5 ans ou 1 an" if annual else "Variation sur 5 ans"
    levels = (
        Colonne("indicateur", "Indicateur"),
        Colonne("annee", "Année", numerique=True),
        Colonne("territoire", contexte.territoire.nom, numerique=True, groupe="Niveau"),
        Colonne("reference", contexte.reference.nom, numerique=True, groupe="Niveau"),
        Colonne("ecart", "Écart", numerique=True),
    )
    if not varies:
        return levels
    return (
        *levels,
        Colonne("variation", contexte.territoire.nom, numerique=True, groupe=group),
        Colonne("variation_reference", contexte.reference.nom, numerique=True, groupe=group),
    )


def _cellules(
    row: pd.Series, by_id: pd.DataFrame, annual: str | None, marks: dict[str, str], contexte: Contexte
) -> list[str]:
    identifiant = row["indicateur"]
    mark = " (p)" if "P" in (row["statut"], row["statut_reference"]) else ""
    letters = [marks[sentence] for sentence in _phrases(row["note"]) if sentence in marks]
    mark += f" ({', '.join(letters)})" if letters else ""
    gap = row["ecart"]
    own, other = _variations(row, by_id, annual, contexte)
    return [
        row["libelle"] + mark,
        "" if pd.isna(row["annee"]) else str(int(row["annee"])),
        contexte.valeur(identifiant, row["valeur"], row["statut"]),
        contexte.valeur(identifiant, row["valeur_reference"], row["statut_reference"]),
        SANS_OBJET if pd.isna(gap) else contexte.ecart(identifiant, gap, row["ecart_type"]),
        own,
        other,
    ]


def _variations(row: pd.Series, by_id: pd.DataFrame, annual: str | None, contexte: Contexte) -> tuple[str, str]:
    if annual is None:
        return variation(row["variation"]), variation(row["variation_reference"])
    change = by_id.loc[annual]
    return (
        _annuelle(contexte, change["valeur"], change["statut"], change["annee"]),
        _annuelle(contexte, change["valeur_reference"], change["statut_reference"], change["annee"]),
    )


def _annuelle(contexte: Contexte, valeur: float, statut: str, annee: float) -> str:
    """Return a yearly change with its year, so that it is not read as a change over five years: « +16 en 2021 »."""
    if pd.isna(valeur):
        return contexte.absence(statut)
    year = "" if pd.isna(annee) else f"{INSECABLE}en{INSECABLE}{int(annee)}"
    return f"{nombre(valeur, 0, signe=True)}{year}"


def _notes(rows: pd.DataFrame, merged: dict[str, str], marks: dict[str, str], contexte: Contexte) -> tuple[str, ...]:
    provisional = contexte.statuts["P"].libelle
    is_annual = rows["indicateur"].isin(merged.values())
    notes = []
    if is_annual.any():
        years = sorted({str(int(annee)) for annee in rows.loc[is_annual, "annee"].dropna()})
        notes.append(
            f"« En {' » ou « en '.join(years)} » : évolution en nombre sur cette seule année, {provisional.lower()}."
        )
    if "P" in set(rows.loc[~is_annual, ["statut", "statut_reference"]].to_numpy().ravel()):
        notes.append(f"(p) {provisional}.")
    notes += [f"({mark}) {sentence}" for sentence, mark in marks.items()]
    notes += ruptures([contexte.indicateurs[identifiant] for identifiant in rows["indicateur"]])
    return tuple(notes)


def ruptures(indicateurs: list[Indicateur]) -> list[str]:
    """Return one sentence a break (year and reason), with the indicators that it parts, earliest first."""
    concerned: dict[tuple[int, str], list[str]] = {}
    for item in indicateurs:
        for rupture in item.ruptures:
            concerned.setdefault((rupture.annee, rupture.raison), []).append(item.libelle)
    return [
        f"Rupture de série en {annee} ({_concernes(libelles)}). {raison}"
        for (annee, raison), libelles in sorted(concerned.items())
    ]


def _concernes(libelles: list[str]) -> str:
    """Return which indicators a break parts, few enough to be read."""
    if len(libelles) <= NOMMES:
        return enumerer([f"« {libelle} »" for libelle in libelles])
    return f"{compter(len(libelles), 'indicateur')}, dont « {libelles[0]} »"
