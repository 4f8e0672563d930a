"""The table of what a fiche promised: its modalités with their calendar, its results with what could show them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.etats import NON_RENSEIGNEE
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import date_longue, majuscule, minuscule
from ctglib.donnees.modeles.convention import Absence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Fiche, Resultat

COLONNES = (
    Colonne("promesse", "Ce qui est promis"),
    Colonne("detail", "En quoi cela consiste, ou ce qui le montrerait"),
)
DONNEES = ("groupe", "numero", "libelle", "suivi", "note")
MODALITES, RESULTATS = "Modalités de mise en œuvre", "Résultats attendus"
INDICATEURS = "Indicateurs d'évaluation écrits par la fiche"
AUCUN_INDICATEUR = "aucun indicateur"


def tableau_promesses(fiche: Fiche, etats: pd.DataFrame, contexte: Contexte, aujourd_hui: date) -> Tableau:
    """Return one row a modalité with its calendar, one a result with its indicators, one an indicator that it writes.

    Args:
        fiche: The fiche.
        etats: The states of the year, for the calendar that the avenants may have changed.
        contexte: The words and the source, which is the text's.
        aujourd_hui: Date of the bilan.
    """
    rows = [*_modalites(fiche, etats, aujourd_hui), *_resultats(fiche, contexte), *_ecrits(fiche)]
    return Tableau(
        nom="promesses",
        titre=f"Ce que promet la fiche action {fiche.numero}, {contexte.territoire.nom}",
        colonnes=COLONNES,
        cellules=pd.DataFrame([row[:2] for row in rows], columns=[colonne.cle for colonne in COLONNES]),
        donnees=pd.DataFrame([row[2:] for row in rows], columns=list(DONNEES)),
        source=f"{contexte.source}, {fiche.reference}",
        groupes=tuple(row[2] for row in rows),
    )


def calendrier(row: object) -> str:
    """Return when a modalité is due: « Pour le 30 juin 2024 », « De 2023 à 2026 » when no échéance is written.

    Args:
        row: A row of the states: ``debut``, ``echeance``, ``echeance_ecrite``.
    """
    if row.echeance_ecrite:
        return f"Pour le {date_longue(row.echeance.date())}"
    return f"De {row.debut.year} à {row.echeance.year}"


def _modalites(fiche: Fiche, etats: pd.DataFrame, aujourd_hui: date) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each modalité, then its row of the CSV; one of which nothing is told says when it is past."""
    texts = {item.numero: item.texte for item in fiche.modalites}
    for row in etats[etats["fiche"] == fiche.numero].itertuples():
        when = calendrier(row)
        late = f" : {row.mot}" if row.statut == NON_RENSEIGNEE and row.echeance.date() < aujourd_hui else ""
        text = texts[row.modalite]
        yield f"{row.modalite}, {minuscule(when)}{late}", text, MODALITES, row.modalite, text, when, ""


def _resultats(fiche: Fiche, contexte: Contexte) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each result, then its row of the CSV; one without indicator says why."""
    for resultat in fiche.resultats:
        shown = indicateurs_du_resultat(resultat, contexte)
        told = f"{shown}. {resultat.note}" if resultat.note and not resultat.indicateurs else shown
        yield resultat.libelle, told, RESULTATS, "", resultat.libelle, shown, resultat.note or ""


def _ecrits(fiche: Fiche) -> Iterator[tuple[str, ...]]:
    """Yield the indicators that the fiche writes, in its words, with what it gives of a start and of a target."""
    written = [item for item in fiche.indicateurs if item.libelle]
    for item in written:
        absent = [one.absent for one in (item.valeur_initiale, item.cible) if isinstance(one, Absence)]
        told = ". ".join(dict.fromkeys(absent)) or "Valeur de départ et cible écrites"
        yield item.libelle, told, INDICATEURS, "", item.libelle, item.id, item.note or ""
    if not written:
        yield majuscule(AUCUN_INDICATEUR), "Ceux qui suivent la fiche sont proposés", INDICATEURS, "", "", "", ""


def indicateurs_du_resultat(resultat: Resultat, contexte: Contexte) -> str:
    """Return the indicators that could show a result, those of the convention first; « aucun indicateur » when none."""
    if not resultat.indicateurs:
        return majuscule(AUCUN_INDICATEUR)
    found = [contexte.indicateurs[name] for name in resultat.indicateurs]
    written = " ; ".join(item.libelle for item in found if item.origine == "convention")
    proposed = " ; ".join(item.libelle for item in found if item.origine == "propose")
    if written and proposed:
        return f"{written} ; proposés : {proposed}"
    return written or f"Proposés : {proposed}"
