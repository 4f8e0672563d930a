"""What annexe 2 says of the offer: the structures, how each characteristic is written, what is not said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.offre import ABSENT, structures, vacances
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import FINE, INSECABLE, avec_unite, enumerer, majuscule, minuscule, nombre_court

if TYPE_CHECKING:
    import pandas as pd

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


def valeur(ligne: pd.Series, contexte: Contexte) -> str:
    """Return the value of a row of the offer as read: « 8,03 € », « 7 h 30 à 18 h 30 », « oui », « non transmis »."""
    text = ligne["valeur"]
    if text == "":
        return contexte.absence(ligne["statut"])
    if ligne["unite"] == "plage_horaire":
        return horaire(text)
    if not text.replace(".", "", 1).isdigit():
        return text
    return avec_unite(float(text), contexte.unites[ligne["unite"]].symbole, len(text.partition(".")[2]))


def sans_coupure(texte: str) -> str:
    """Return a short text whose numbers and two-word absences no line break parts, so that narrow columns read well.

    Examples:
        >>> sans_coupure("6 semaines à 4 ans"), sans_coupure("non transmis")
        ('6\\xa0semaines à 4\\xa0ans', 'non\\xa0transmis')
    """
    joined = re.sub(r"(\d) ", rf"\1{INSECABLE}", texte)
    return joined.replace(" ", INSECABLE) if not re.search(r"\d", joined) else joined


def horaire(plage: str) -> str:
    """Return a span of hours as French writes it.

    Examples:
        >>> horaire("07:30-18:00")
        '7\\u202fh\\u202f30\\xa0à\\xa018\\u202fh'
    """
    return f"{INSECABLE}à{INSECABLE}".join(_heure(moment) for moment in plage.split("-"))


def intitule(nom: str, libelle_type: str) -> str:
    """Return the name of a structure and its kind, said once when the name already holds it."""
    return nom if libelle_type.casefold() in nom.casefold() else f"{nom}, {minuscule(libelle_type)}"


def horaires(lignes: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> str:
    """Return all the hours of a structure: moments that begin alike are joined (« Jours d'école : … ; … »).

    The vocabulary's label « Jours d'école, matin » begins with its days; what follows the comma is told by the hours.
    """
    days: dict[str, list[str]] = {}
    for _, ligne in lignes.iterrows():
        label = vocabulaire.modalites[ligne["modalite"]].partition(",")[0] if ligne["modalite"] else ""
        written = valeur(ligne, contexte)
        if written not in days.setdefault(label, []):
            days[label].append(written)
    if not lignes["valeur"].any():
        return contexte.absence(lignes["statut"].iloc[0]) if len(lignes) else ""
    return " ; ".join(f"{label} : {', '.join(spans)}" if label else ", ".join(spans) for label, spans in days.items())


def precision(lignes: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> str:
    """Return a characteristic and its values: « Équivalents temps plein : 1 ETP », each told with its modality.

    Values that are names (schools) are listed without the modality, which only numbers them.
    """
    label = vocabulaire.caracteristiques[lignes["caracteristique"].iloc[0]]
    written = []
    for _, ligne in lignes.iterrows():
        text = valeur(ligne, contexte)
        told = ligne["modalite"] and ligne["unite"]
        written.append(f"{text} ({minuscule(vocabulaire.modalites[ligne['modalite']])})" if told else text)
    return f"{label} : {', '.join(written)}"


def _heure(moment: str) -> str:
    hours, minutes = moment.split(":")
    return f"{int(hours)}{FINE}h" + (f"{FINE}{minutes}" if int(minutes) else "")


COLONNES = (
    Colonne("nom", "Structure"),
    Colonne("manque", "Ce que la convention ne dit pas"),
    Colonne("reference", "Place dans la convention"),
)
APPEL = " (a)"
NOTE = "(a) Le texte n'en parle pas ; le classeur d'évaluation l'attend d'une structure de ce type."


def tableau_manques(manques: pd.DataFrame, contexte: Contexte) -> Tableau:
    """Return one row a structure with all that is not said of it; the CSV has one row a characteristic.

    What the text does not even name, while the catalogue expects it of that kind, is marked and explained in a note.
    """
    cells = [_cellules(rows) for _, rows in manques.groupby("structure", sort=False)]
    expected = (manques["origine"] == ABSENT).any()
    return Tableau(
        nom="offre-manques",
        titre=f"Ce que la convention ne dit pas de l'offre, par structure, {contexte.territoire.nom}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=manques,
        source=contexte.source,
        notes=(NOTE,) if expected else (),
    )


def _cellules(rows: pd.DataFrame) -> tuple[str, ...]:
    first = rows.iloc[0]
    told = [row.libelle + (APPEL if row.origine == ABSENT else "") for row in rows.itertuples()]
    listed = ", ".join([told[0], *(minuscule(text) for text in told[1:])])
    return intitule(first["nom"], first["libelle_type"]), listed, majuscule(" ; ".join(rows["reference"].unique()))
