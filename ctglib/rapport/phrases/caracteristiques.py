"""How one characteristic of the offer is written: a number with its unit, hours, a list of schools, a missing cell."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ctglib.document.typographie import FINE, INSECABLE, avec_unite, minuscule

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import VocabulaireOffre


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
