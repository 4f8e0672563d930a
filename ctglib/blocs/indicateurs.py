"""The indicators of a fiche in a year: values, evolutions and verdicts, in words and tables, and
how they are read.
"""

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs.ecriture import nombre, pourcent
from ctglib.document.contexte import BANDE, IMPLICITE, Contexte, bande, legende, marquer
from ctglib.document.tableau import RIEN, Ecriture
from ctglib.document.typographie import compter
from ctglib.donnees.statuts import Statut

DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."
PROFILS = "profils"
POSTURE = "posture"
# Why there is no evolution, when the cell of the value says it already.
REPRISES = (
    "qualitatif",
    "non_transmis",
    "annee_manquante",
    "non_disponible",
    "sans_objet",
    "secret",
)


def ecrire_l_annee(etude: EtudeAnnuelle) -> dict[str, Ecriture]:
    """Return what writes a row of the scoring of the year: the value before (``avant``), that of
    the year (``dite``), the evolution (``jugee``), the target (``visee``).
    """
    return {
        "avant": lambda row: _valeur_precedente(row, etude.contexte),
        "dite": lambda row: _valeur_de_l_annee(row, etude),
        "jugee": lambda row: _evolution(row, etude),
        "visee": lambda row: _cible(row, etude),
    }


def _valeur_precedente(row: pd.Series, contexte: Contexte) -> str:
    """Return the value before, with its year when it is older than the year before; a dash when it
    was never transmitted.
    """
    if pd.notna(row.valeur_precedente):
        texte = mesuree(row.indicateur, row.valeur_precedente, row.statut_precedent, contexte)
        if row.annee_precedente < row.annee - 1:
            texte += f" ({row.annee_precedente})"
        return texte
    if row.statut_precedent in ("", Statut.NON_TRANSMIS):
        return RIEN
    return contexte.absence(row.statut_precedent)


def _valeur_de_l_annee(row: pd.Series, etude: EtudeAnnuelle) -> str:
    """Return the value or the word of its absence; a typology refers to its profiles."""
    contexte = etude.contexte
    if pd.notna(row.valeur):
        return mesuree(row.indicateur, row.valeur, row.statut, contexte)
    if row.renseigne and contexte.indicateurs[row.indicateur].table == PROFILS:
        return etude.mot("voir_les_profils")
    return contexte.absence(row.statut)


def _evolution(row: pd.Series, etude: EtudeAnnuelle) -> str:
    """Return « ▲ favorable », or why there is no evolution; a dash when the value itself already
    says why.
    """
    mots = etude.catalogue.evaluation
    if row.evolution:
        texte = mots.evolutions[row.evolution]
        if row.raison_evolution == BANDE:
            texte += f", {bande(row, row.valeur, row.a_maintenir, etude.contexte, mots)}"
        return texte
    if row.raison_evolution in REPRISES:
        return RIEN
    return mots.raisons[row.raison_evolution]


def _cible(row: pd.Series, etude: EtudeAnnuelle) -> str:
    """Return « 1 080 en 2026, ● atteint »; a reference that the text implies bears its mark."""
    if pd.isna(row.cible):
        return RIEN
    texte = etude.contexte.valeur(row.indicateur, row.cible)
    texte += " (d)" if row.origine_cible == IMPLICITE else f" en {row.annee_cible}"
    if row.verdict != "non_evaluable":
        texte += f", {etude.catalogue.evaluation.verdicts[row.verdict].dit}"
    return texte


def depart(row: pd.Series, contexte: Contexte) -> str:
    """Return the initial value and its year: « 380 (2022) »."""
    if pd.isna(row.valeur_initiale):
        return RIEN
    return f"{contexte.valeur(row.indicateur, row.valeur_initiale)} ({row.annee_initiale})"


def mesuree(indicateur: str, valeur: float, statut: str, contexte: Contexte) -> str:
    """Return a value that is not missing, with its mark.

    Of the grid of annexe 4, it says how many lines changed, and not in which direction.
    """
    if contexte.indicateurs[indicateur].table == POSTURE:
        return compter(int(valeur), "ligne a bougé", "lignes ont bougé")
    return marquer(contexte.valeur(indicateur, valeur), statut)


def marques(rows: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    """Return what the marks of a table mean, those that it shows."""
    statuts_de_l_annee = rows.loc[rows["valeur"].notna(), "statut"]
    return legende(pd.concat([statuts_de_l_annee, rows["statut_precedent"]]), contexte)


def mode_de_lecture(etude: EtudeAnnuelle, de_a: str) -> list[str]:
    """Return how evolutions and targets are read, with the thresholds, and that what is proposed
    binds nobody.

    ``de_a`` is the key in the catalogue of the two years that an evolution is read between.
    """
    regles = etude.catalogue.evaluation
    evaluation = etude.evaluation
    phrases = [etude.mot("lecture_des_evolutions", de_a=etude.mot(de_a), regles=regles)]
    if evaluation["cible"].notna().any():
        lecture_des_cibles = etude.mot(
            "lecture_des_cibles",
            regles=regles,
            bonne_voie=nombre(regles.seuils.en_bonne_voie, 2),
            surveiller=nombre(regles.seuils.a_surveiller, 2),
            tolerance=pourcent(100 * regles.seuils.tolerance_maintien, 0),
        )
        phrases.append(lecture_des_cibles)
    proposes = evaluation["origine"].eq("propose") | evaluation["origine_cible"].eq("propose")
    if proposes.any():
        phrases.append(etude.mot("proposition"))
    return phrases
