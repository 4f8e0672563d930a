"""What the convention writes of a fiche, in its order, what an avenant changed of it, and what was done of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.suivi import Numerotes
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import date_longue, majuscule, minuscule
from ctglib.donnees.modeles.convention import Absence, Fiche, Resultat

RIEN_D_ECRIT = "La fiche n'en écrit aucun."
EN_MARCHE = ("en_cours", "partielle")
DITS = {"commentaire": "", "motif": "Motif : ", "preuve": "Trace : ", "responsable": "Responsable : "}


def tableau_contrat(etude: EtudeAnnuelle, fiche: Fiche, changements: Numerotes, notes: tuple[str, ...]) -> Tableau:
    """Return all that the fiche writes, one row a heading, one a modalité with its calendar."""
    rows = [row for row in _rubriques(etude, fiche, changements) if row[1]]
    return etude.tableau(
        pd.DataFrame(rows, columns=["rubrique", "texte"]),
        [Colonne("rubrique", "Rubrique"), Colonne("texte", "Ce qui est écrit, en nos mots")],
        "contrat",
        f"Ce que la convention écrit de la fiche action {fiche.numero}, {etude.contexte.territoire.nom}",
        source=f"{etude.convention.source_texte}, {fiche.reference}",
        classe="texte-long",
        notes=notes,
    )


def _rubriques(etude: EtudeAnnuelle, fiche: Fiche, changements: Numerotes) -> Iterator[tuple[str, str]]:
    texts = {item.numero: item.texte for item in fiche.modalites}
    yield "Constat initial", _phrase(fiche.constat_initial)
    yield "Publics", _phrase(fiche.publics)
    yield "Objectifs", _phrase(fiche.objectifs)
    for row in etude.etats[etude.etats["fiche"].eq(fiche.numero)].itertuples():
        yield f"Modalité {row.modalite}, {minuscule(_calendrier(row))}", f"{texts[row.modalite]}."
    yield "Services mobilisés et responsables de l'action", _phrase(fiche.services)
    yield "Partenaires sollicités", _phrase(fiche.partenaires) or RIEN_D_ECRIT
    yield "Résultats attendus", _phrase(_resultat(item, etude.contexte) for item in fiche.resultats)
    # The indicators that the fiche writes, in its words, then what it gives of a start and of a target.
    written = [item for item in fiche.indicateurs if item.libelle]
    lacks = [
        label
        for label, name in (("valeur de départ", "valeur_initiale"), ("cible", "cible"))
        if all(isinstance(getattr(item, name), Absence) for item in written)
    ]
    told = majuscule(_phrase(item.libelle for item in written)) + (f" Sans {' ni '.join(lacks)}." if lacks else "")
    yield "Indicateurs d'évaluation", told if written else f"{RIEN_D_ECRIT} Ceux qui la suivent sont proposés."
    for number, change in changements:
        if change.nature == "fiche" and change.element == fiche.numero:
            yield f"Changé par l'avenant {number}, à partir du {date_longue(change.effet)}", f"{change.nouveau}."


def _phrase(textes: Iterable[str]) -> str:
    told = " ; ".join(textes)
    return f"{told}." if told else ""


def _resultat(resultat: Resultat, contexte: Contexte) -> str:
    """Return a result with what could show it: what the convention writes, or else what every service is asked for."""
    items = [contexte.indicateurs[name] for name in resultat.indicateurs]
    written = [minuscule(item.libelle) for item in items if item.origine == "convention"]
    asked = [minuscule(item.libelle) for item in items if item.noyau]
    proposed = f"proposé : {', '.join(asked)}" if asked else "aucun indicateur ne le montre"
    return f"{resultat.libelle} ({', '.join(written) or proposed})"


def _calendrier(row: object) -> str:
    """Return when a modalité is due: « Pour le 30 juin 2024 », « De 2023 à 2026 » when no échéance is written."""
    if row.echeance_ecrite:
        return f"Pour le {date_longue(row.echeance.date())}"
    return f"De {row.debut.year} à {row.echeance.year}"


def tableau_etats(etats: pd.DataFrame, contexte: Contexte, *, titre: str, aujourd_hui: date) -> Tableau:
    """Return one row a modalité of a fiche: the word of its state, its dates, what was done, why not, the proof."""

    def precision(row: pd.Series) -> str:
        """Return what was told, one sentence each; nothing is added to it."""
        said = [f"{head}{row[name]}" for name, head in DITS.items() if row[name]]
        ended = [text if text.endswith((".", "!", "?", "…")) else f"{text}." for text in said]
        return " ".join([*_dates(row, aujourd_hui), *ended]) or RIEN

    columns = [
        Colonne("intitule", "Modalité", ecrire=lambda row: f"{row.modalite} {row.libelle}"),
        Colonne("calendrier", "Prévue", ecrire=_calendrier),
        Colonne("mot", "État"),
        Colonne("precision", "Ce qui en est dit", ecrire=precision),
    ]
    return Tableau.de(etats, columns, nom="actions", titre=titre, source=contexte.source, classe="texte-long")


def _dates(row: pd.Series, aujourd_hui: date) -> Iterator[str]:
    """Yield when it began, then when it ended or is now to end."""
    start, end = (None if pd.isna(instant) else instant.date() for instant in (row.debut_reel, row.fin))
    if start and end and end <= aujourd_hui:
        yield f"Le {date_longue(start)}." if start == end else f"Du {date_longue(start)} au {date_longue(end)}."
        return
    if start:
        yield f"{'Depuis' if row.statut in EN_MARCHE else 'Commencée'} le {date_longue(start)}."
    if end and end > aujourd_hui:
        yield f"{'Nouvelle date' if row.statut == 'reportee' else 'Fin prévue'} : {date_longue(end)}."
    elif end:
        yield f"{'Terminée' if row.statut == 'realisee' else 'Arrêtée'} le {date_longue(end)}."
