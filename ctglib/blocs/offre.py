"""What annexe 2 says of the offer: the structures, how each characteristic is written, what is not said."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.offre import ABSENT, structures
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import FINE, INSECABLE, avec_unite, enumerer, majuscule, minuscule, nombre_court

if TYPE_CHECKING:
    from collections.abc import Collection

    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import VocabulaireOffre

RIEN = "–"
LIGNE_VIDE = "Ligne laissée vide"
# What has a column or a note of its own.
A_PART = ("presence", "soutien", "places", "age_min", "age_max", "ouverture")


def tableau_offre(
    offre: pd.DataFrame,
    vocabulaire: VocabulaireOffre,
    contexte: Contexte,
    categories: Collection[str],
    *,
    nom: str,
    titre: str,
) -> Tableau:
    """Return the structures of some categories, in the groups of the vocabulary; the CSV carries every row of them.

    Columns that no structure fills are left out.
    """
    table = structures(offre, vocabulaire)
    shown = table[table["categorie"].isin(list(categories))].reset_index(drop=True)
    lines = {name: offre[offre["structure"] == name] for name in shown["structure"]}
    told = shown.assign(
        intitule=[intitule(row.nom, row.libelle_type) for row in shown.itertuples()],
        en_gestion=shown["gestion"].map(vocabulaire.gestions),
        en_places=[_places(lines[name], contexte) for name in shown["structure"]],
        en_ages=[sans_coupure(row.ages or contexte.absence(row.statut_ages)) for row in shown.itertuples()],
        en_horaires=[_horaires(lines[name], vocabulaire, contexte) for name in shown["structure"]],
        autres=[_autres(lines[name], vocabulaire, contexte) for name in shown["structure"]],
    )
    columns = [
        Colonne("intitule", "Structure"),
        Colonne("en_gestion", "Gestion"),
        Colonne("en_places", "Places", numerique=True),
        Colonne("en_ages", "Âges"),
        Colonne("en_horaires", "Horaires"),
        Colonne("autres", "Ce que la convention en dit encore"),
    ]
    told = told.replace({column.cle: {"": None} for column in columns})
    return Tableau.de(
        told,
        [column for column in columns if told[column.cle].notna().any()],
        nom=nom,
        titre=f"{titre} : l'offre que décrit la convention, {contexte.territoire.nom}",
        donnees=offre[offre["structure"].isin(shown["structure"])].reset_index(drop=True),
        source=contexte.source,
        groupes=tuple(shown["libelle_categorie"]) if shown["categorie"].nunique() > 1 else None,
        notes=(*_soutenus(offre, shown, vocabulaire), *_legende(contexte)),
    )


def phrase_des_equipements(offre: pd.DataFrame, vocabulaire: VocabulaireOffre, categories: Collection[str]) -> str:
    """Return which structures of some categories the convention says are there, and which are not; "" without any."""
    kinds = {item.id for item in vocabulaire.types if item.categorie in categories}
    said = offre[offre["type"].isin(kinds) & offre["caracteristique"].eq("presence")]
    there, not_there = (list(map(minuscule, said.loc[said["valeur"] == answer, "nom"])) for answer in ("oui", "non"))
    parts = [f"cite {enumerer(there)}"] * bool(there) + [f"écarte {enumerer(not_there)}"] * bool(not_there)
    return f"La convention {' ; elle '.join(parts)}." if parts else ""


def _places(lines: pd.DataFrame, contexte: Contexte) -> str:
    places = lines[lines["caracteristique"] == "places"]
    return valeur(places.iloc[0], contexte) if len(places) else ""


def _horaires(lines: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> str:
    return horaires(lines[lines["caracteristique"] == "ouverture"], vocabulaire, contexte)


def _autres(lines: pd.DataFrame, vocabulaire: VocabulaireOffre, contexte: Contexte) -> str:
    """Return whether the structure exists, when the text says so, and what is said in no column of its own.

    Blank cells are told in the check of the convention.
    """
    presence = lines[lines["caracteristique"] == "presence"]
    if (presence["valeur"] == "").any():
        return LIGNE_VIDE
    others = lines[~lines["caracteristique"].isin(A_PART) & (lines["valeur"] != "")]
    told = [majuscule(valeur(line, contexte)) for _, line in presence.iterrows() if others.empty]
    told += [precision(rows, vocabulaire, contexte) for _, rows in others.groupby("caracteristique", sort=False)]
    return " ; ".join(dict.fromkeys(told))


def _soutenus(offre: pd.DataFrame, shown: pd.DataFrame, vocabulaire: VocabulaireOffre) -> list[str]:
    said = offre[(offre["caracteristique"] == "soutien") & (offre["valeur"] == "oui")]
    names = [nom for nom in said["nom"] if nom in set(shown["nom"])]
    return [f"{vocabulaire.caracteristiques['soutien']} : {enumerer(names)}."] if names else []


def _legende(contexte: Contexte) -> tuple[str, ...]:
    return (
        f"{RIEN} : la convention n'en dit rien.",
        f"« {contexte.absence('L')} » : la convention a une case ou une ligne pour cela, laissée vide.",
    )


def valeur(ligne: pd.Series, contexte: Contexte) -> str:
    """Return the value of a row of the offer as read: « 8,03 € », « 7 h 30 à 18 h 30 », « oui », « non transmis »."""
    text = ligne["valeur"]
    if text == "":
        return contexte.absence(ligne["statut"])
    if ligne["unite"] == "plage_horaire":
        return horaire(text)
    if not text.replace(".", "", 1).isdigit():
        return text
    return avec_unite(float(text), contexte.unites[ligne["unite"]].apres(float(text)), len(text.partition(".")[2]))


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
    caracteristique = lignes["caracteristique"].iloc[0]
    label = vocabulaire.caracteristiques[caracteristique]
    written = []
    for _, ligne in lignes.iterrows():
        text = valeur(ligne, contexte)
        told = ligne["modalite"] and ligne["unite"]
        if told and ligne["unite"] == caracteristique:  # the label names the unit
            text = nombre_court(float(ligne["valeur"]))
        written.append(f"{text} ({minuscule(vocabulaire.modalites[ligne['modalite']])})" if told else text)
    return f"{label} : {', '.join(written)}"


def _heure(moment: str) -> str:
    hours, minutes = moment.split(":")
    return f"{int(hours)}{FINE}h" + (f"{FINE}{minutes}" if int(minutes) else "")


APPEL = " (a)"
NOTE = "(a) Le texte n'en parle pas ; le classeur d'évaluation l'attend d'une structure de ce type."


def tableau_manques(manques: pd.DataFrame, contexte: Contexte) -> Tableau:
    """Return one row a structure with all that is not said of it; the CSV has one row a characteristic.

    What the text does not even name, while the catalogue expects it of that kind, is marked and explained in a note.
    """
    expected = manques["origine"] == ABSENT
    told = manques.assign(manque=manques["libelle"] + expected.map({True: APPEL, False: ""}))
    shown = told.groupby("structure", sort=False).agg(
        nom=("nom", "first"),
        libelle_type=("libelle_type", "first"),
        manque=("manque", lambda texts: ", ".join([texts.iloc[0], *map(minuscule, texts.iloc[1:])])),
        reference=("reference", lambda texts: majuscule(" ; ".join(texts.unique()))),
    )
    return Tableau.de(
        shown,
        [
            Colonne("intitule", "Structure", ecrire=lambda row: intitule(row["nom"], row["libelle_type"])),
            Colonne("manque", "Ce que la convention ne dit pas"),
            Colonne("reference", "Place dans la convention"),
        ],
        nom="offre-manques",
        titre=f"Ce que la convention ne dit pas de l'offre, par structure, {contexte.territoire.nom}",
        donnees=manques,
        source=contexte.source,
        notes=(NOTE,) if expected.any() else (),
    )
