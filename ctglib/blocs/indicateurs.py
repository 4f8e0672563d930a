"""The indicators of a fiche in a year: values, evolutions and verdicts, in words and tables, and
how they are read.
"""

from collections.abc import Callable

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import nombre, pourcent
from ctglib.document.contexte import BANDE, IMPLICITE, Contexte, bande, legende, marquer
from ctglib.document.tableau import RIEN
from ctglib.document.typographie import compter
from ctglib.donnees.statuts import Statut

DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."
PROFILS = "profils"
POSTURE = "posture"
REPRISES = (
    "qualitatif",
    "non_transmis",
    "annee_manquante",
    "non_disponible",
    "sans_objet",
    "secret",
)


def ecrire_l_annee(etude: EtudeAnnuelle) -> dict[str, Callable[[pd.Series], str]]:
    """Return what writes the scoring of the year: the value before, that of the year, the
    evolution, the target.
    """
    contexte = etude.contexte
    words = etude.catalogue.evaluation

    def precedente(row: pd.Series) -> str:
        """Return the value before, with its year when it is older; what nobody ever told is a dash."""
        if pd.notna(row.valeur_precedente):
            older = f" ({row.annee_precedente})" if row.annee_precedente < row.annee - 1 else ""
            return (
                mesuree(row.indicateur, row.valeur_precedente, row.statut_precedent, contexte)
                + older
            )
        return (
            RIEN
            if row.statut_precedent in ("", Statut.NON_TRANSMIS)
            else contexte.absence(row.statut_precedent)
        )

    def dite(row: pd.Series) -> str:
        """Return the value or the word of its absence; a typology refers to its profiles."""
        if pd.notna(row.valeur):
            return mesuree(row.indicateur, row.valeur, row.statut, contexte)
        known = row.renseigne and contexte.indicateurs[row.indicateur].table == PROFILS
        return etude.mot("voir_les_profils") if known else contexte.absence(row.statut)

    def jugee(row: pd.Series) -> str:
        """Return « ▲ favorable », or why nothing is said; a dash when the value itself already says
        why.
        """
        if not row.evolution:
            return RIEN if row.raison_evolution in REPRISES else words.raisons[row.raison_evolution]
        kept = row.raison_evolution == BANDE
        gap = f", {bande(row, row.valeur, row.a_maintenir, contexte, words)}" if kept else ""
        return words.evolutions[row.evolution] + gap

    def visee(row: pd.Series) -> str:
        """Return « 1 080 en 2026, ● atteint »; a reference that the text implies bears its mark."""
        if pd.isna(row.cible):
            return RIEN
        when = " (d)" if row.origine_cible == IMPLICITE else f" en {row.annee_cible}"
        judged = "" if row.verdict == "non_evaluable" else f", {words.verdicts[row.verdict].dit}"
        return contexte.valeur(row.indicateur, row.cible) + when + judged

    return {"avant": precedente, "dite": dite, "jugee": jugee, "visee": visee}


def depart(row: pd.Series, contexte: Contexte) -> str:
    """Return the initial value and its year: « 380 (2022) »."""
    value = row.valeur_initiale
    return (
        RIEN
        if pd.isna(value)
        else f"{contexte.valeur(row.indicateur, value)} ({row.annee_initiale})"
    )


def mesuree(indicateur: str, valeur: float, statut: str, contexte: Contexte) -> str:
    """Return a value that is there, with its mark; of the grid of annexe 4, how many lines moved,
    and not which way.
    """
    if contexte.indicateurs[indicateur].table == POSTURE:
        return compter(int(valeur), "ligne a bougé", "lignes ont bougé")
    return marquer(contexte.valeur(indicateur, valeur), statut)


def marques(rows: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    """Return what the marks of a table mean, those that it shows."""
    return legende(
        pd.concat([rows.loc[rows["valeur"].notna(), "statut"], rows["statut_precedent"]]), contexte
    )


def mode_de_lecture(etude: EtudeAnnuelle, de_a: str) -> list[str]:
    """Return how evolutions and targets are read, with the thresholds; what is proposed binds
    nobody, said once.

    ``de_a`` is between what and what an evolution is read, by its key in the catalogue.
    """
    rules = etude.catalogue.evaluation
    rows = etude.evaluation
    told = [etude.mot("lecture_des_evolutions", de_a=etude.mot(de_a), regles=rules)]
    if rows["cible"].notna().any():
        good = nombre(rules.seuils.en_bonne_voie, 2)
        near = nombre(rules.seuils.a_surveiller, 2)
        kept = pourcent(100 * rules.seuils.tolerance_maintien, 0)
        told.append(
            etude.mot(
                "lecture_des_cibles", regles=rules, bonne_voie=good, surveiller=near, tolerance=kept
            )
        )
    if rows["origine"].eq("propose").any() or rows["origine_cible"].eq("propose").any():
        told.append(etude.mot("proposition"))
    return told
