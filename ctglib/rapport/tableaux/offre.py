"""The tables of the offer: who receives people, what else exists, the weeks of the holidays, what is not said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.offre import structures, vacances
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import enumerer, majuscule, minuscule, nombre_court
from ctglib.rapport.phrases.caracteristiques import horaires, intitule, precision, sans_coupure, valeur

if TYPE_CHECKING:
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import VocabulaireOffre

RIEN = "–"
LIGNE_VIDE = "Ligne laissée vide : la convention ne dit pas si la structure existe"
# What has a column or a note of its own, or a table of its own (weeks of the holidays).
A_PART = ("presence", "soutien", "places", "age_min", "age_max", "ouverture", "semaines")
COLONNES_USAGERS = (
    Colonne("nom", "Structure"),
    Colonne("gestion", "Gestion"),
    Colonne("places", "Places", numerique=True),
    Colonne("ages", "Âges"),
    Colonne("ouverture", "Horaires"),
    Colonne("autres", "Autres précisions"),
)
COLONNES_AUTRES = (
    Colonne("nom", "Établissement, équipement ou dispositif"),
    Colonne("gestion", "Gestion"),
    Colonne("autres", "Ce que la convention en dit"),
)


def tableau_offre(offre: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> Tableau:
    """Return the structures that receive people, in the groups of the vocabulary; the CSV carries every row."""
    shown = _des_categories(offre, vocabulaire, usagers=True)
    cells = [_usagers(row, _lignes(offre, row), vocabulaire, contexte) for _, row in shown.iterrows()]
    return Tableau(
        nom="offre",
        titre=f"Structures et services qui reçoivent du public, {contexte.territoire.nom}",
        colonnes=COLONNES_USAGERS,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES_USAGERS]),
        donnees=offre[offre["structure"].isin(shown["structure"])].reset_index(drop=True),
        source=contexte.source,
        groupes=tuple(shown["libelle_categorie"]),
        notes=(*_soutenus(offre, shown, vocabulaire), *_legende(contexte)),
    )


def tableau_offre_autres(offre: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> Tableau:
    """Return what else the convention lists: posts, schools, equipment, urban schemes."""
    shown = _des_categories(offre, vocabulaire, usagers=False)
    cells = [_autres(row, _lignes(offre, row), vocabulaire, contexte) for _, row in shown.iterrows()]
    return Tableau(
        nom="offre-autres",
        titre=f"Pilotage, écoles, équipements et dispositifs, {contexte.territoire.nom}",
        colonnes=COLONNES_AUTRES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES_AUTRES]),
        donnees=offre[offre["structure"].isin(shown["structure"])].reset_index(drop=True),
        source=contexte.source,
        groupes=tuple(shown["libelle_categorie"]),
        notes=(*_remarques(offre, shown), *_legende(contexte)[:1]),
    )


def tableau_vacances(offre: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> Tableau:
    """Return the weeks of opening, one row a structure and one column a holiday, with their sum.

    A sum that lacks a holiday is told « au moins ». Stays counted in days are told in a note, not added.
    """
    weeks = vacances(offre, vocabulaire)
    periods = [name for name in vocabulaire.modalites if name in set(weeks["modalite"])]
    columns = (
        Colonne("nom", "Structure"),
        *(Colonne(period, vocabulaire.modalites[period], numerique=True) for period in periods),
        Colonne("total", "Ensemble", numerique=True),
    )
    cells = [_semaines(rows, periods, contexte) for _, rows in weeks.groupby("structure", sort=False)]
    return Tableau(
        nom="vacances",
        titre=f"Semaines d'ouverture pendant les vacances scolaires, par structure, {contexte.territoire.nom}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=weeks,
        source=contexte.source,
        notes=(*_notes_semaines(weeks), *_durees(offre, vocabulaire, contexte)),
    )


def _des_categories(offre: pd.DataFrame, vocabulaire: VocabulaireOffre, *, usagers: bool) -> pd.DataFrame:
    kept = [item.id for item in vocabulaire.categories if item.usagers == usagers]
    table = structures(offre, vocabulaire)
    return table[table["categorie"].isin(kept)]


def _lignes(offre: pd.DataFrame, row: pd.Series) -> pd.DataFrame:
    return offre[offre["structure"] == row["structure"]]


def _usagers(row: pd.Series, lines: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> tuple[str, ...]:
    places = lines[lines["caracteristique"] == "places"]
    hours = lines[lines["caracteristique"] == "ouverture"]
    return (
        intitule(row["nom"], row["libelle_type"]),
        vocabulaire.gestions.get(row["gestion"], RIEN),
        valeur(places.iloc[0], contexte) if len(places) else RIEN,
        sans_coupure(row["ages"] or contexte.absence(row["statut_ages"]) or RIEN),
        horaires(hours, vocabulaire, contexte) or RIEN,
        _presence_vide(lines) or _precisions(lines, vocabulaire, contexte),
    )


def _autres(row: pd.Series, lines: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> tuple[str, ...]:
    told = lines[lines["caracteristique"] == "presence"]
    texts = [majuscule(", ".join(valeur(line, contexte) for _, line in told.iterrows()))] if len(told) else []
    others = _precisions(lines, vocabulaire, contexte)
    return (
        row["nom"],
        vocabulaire.gestions.get(row["gestion"], RIEN),
        " ; ".join([*texts, *([others] if others != RIEN else [])]) or RIEN,
    )


def _presence_vide(lines: pd.DataFrame) -> str:
    """Return that the very presence of the structure is left blank, or "" when it is not."""
    blank = (lines["caracteristique"] == "presence") & (lines["valeur"] == "")
    return LIGNE_VIDE if blank.any() else ""


def _precisions(lines: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> str:
    """Return what is said in no column of its own; blank cells are told in the table of what is not said."""
    others = lines[~lines["caracteristique"].isin(A_PART) & (lines["valeur"] != "")]
    texts = [precision(rows, vocabulaire, contexte) for _, rows in others.groupby("caracteristique", sort=False)]
    return " ; ".join(texts) or RIEN


def _soutenus(offre: pd.DataFrame, shown: pd.DataFrame, vocabulaire: VocabulaireOffre) -> list[str]:
    said = offre[(offre["caracteristique"] == "soutien") & (offre["valeur"] == "oui")]
    names = [nom for nom in said["nom"] if nom in set(shown["nom"])]
    return [f"{vocabulaire.caracteristiques['soutien']} : {enumerer(names)}."] if names else []


def _legende(contexte: Contexte) -> tuple[str, ...]:
    return (
        f"{RIEN} : la convention n'en dit rien.",
        f"« {contexte.absence('L')} » : la convention a une case ou une ligne pour cela, laissée vide.",
    )


def _remarques(offre: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    """Return each distinct note of the file and whom it is about, so that a number is not read without it."""
    noted = offre[offre["structure"].isin(shown["structure"]) & (offre["note"] != "")]
    by_note = noted.groupby("note", sort=False)["nom"].unique()
    by_names: dict[tuple[str, ...], list[str]] = {}
    for note, names in by_note.items():
        by_names.setdefault(tuple(names), []).append(f"{note}.")
    return [f"{enumerer(list(names))} : {minuscule(' '.join(notes))}" for names, notes in by_names.items()]


def _semaines(rows: pd.DataFrame, periods: list[str], contexte: Contexte) -> list[str]:
    by_period = rows.set_index("modalite")
    texts = []
    for period in periods:
        if period not in by_period.index:
            texts.append(RIEN)
            continue
        cell = by_period.loc[period]
        absent = pd.isna(cell["semaines"])
        texts.append(contexte.absence(cell["statut"]) if absent else nombre_court(cell["semaines"]))
    complete = rows["semaines"].notna().all() and len(rows) == len(periods)
    total = nombre_court(rows["semaines"].sum())
    return [rows["nom"].iloc[0], *texts, total if complete else f"au moins {total}"]


def _notes_semaines(weeks: pd.DataFrame) -> list[str]:
    noted = weeks[weeks["note"] != ""]
    return [f"{row.nom}, {row.libelle} : {row.note}." for row in noted.itertuples()]


def _durees(offre: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> list[str]:
    """Return, for each stay with a length, its length and its period."""
    sentences = []
    for _, stay in offre[offre["caracteristique"] == "duree"].iterrows():
        lines = _lignes(offre, stay)
        periods = lines.loc[(lines["caracteristique"] == "presence") & (lines["valeur"] == "oui"), "modalite"]
        when = [vocabulaire.modalites[period].lower() for period in periods if period]
        sentences.append(f"{stay['nom']} : {', '.join([valeur(stay, contexte), *when])}.")
    return sentences
