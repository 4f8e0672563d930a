"""The indicators of a fiche in a year: values, evolutions and verdicts, in words and tables, and how they are read."""

from __future__ import annotations

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.document.contexte import BANDE, Contexte, bande, legende, marquer
from ctglib.document.tableau import RIEN, Colonne
from ctglib.document.typographie import compter, nombre, pourcent
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.statuts import Statut

DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."
PROFILS, POSTURE = "profils", "posture"
REPRISES = ("qualitatif", "non_transmis", "annee_manquante", "non_disponible", "sans_objet", "secret")


def colonnes_de_l_annee(etude: EtudeAnnuelle) -> list[Colonne]:
    """Return how the scoring of the year is shown: the value before, that of the year, the evolution."""
    contexte, words = etude.contexte, etude.catalogue.evaluation

    def precedente(row: pd.Series) -> str:
        """Return the value before, with its year when it is older; what nobody ever told is a dash."""
        if pd.notna(row.valeur_precedente):
            older = f" ({row.annee_precedente})" if row.annee_precedente < row.annee - 1 else ""
            return mesuree(row.indicateur, row.valeur_precedente, row.statut_precedent, contexte) + older
        return RIEN if row.statut_precedent in ("", Statut.NON_TRANSMIS) else contexte.absence(row.statut_precedent)

    def dite(row: pd.Series) -> str:
        """Return the value or the word of its absence; a typology refers to its profiles."""
        if pd.notna(row.valeur):
            return mesuree(row.indicateur, row.valeur, row.statut, contexte)
        known = row.renseigne and contexte.indicateurs[row.indicateur].table == PROFILS
        return words.mots["voir_les_profils"] if known else contexte.absence(row.statut)

    def jugee(row: pd.Series) -> str:
        """Return « ▲ favorable », or why nothing is said; a dash when the value itself already says why."""
        if not row.evolution:
            return RIEN if row.raison_evolution in REPRISES else words.raisons[row.raison_evolution]
        kept = row.raison_evolution == BANDE
        gap = f", {bande(row, row.valeur, row.a_maintenir, contexte, words)}" if kept else ""
        return words.evolutions[row.evolution].mot + gap

    return [
        Colonne("avant", str(etude.annee - 1), True, ecrire=precedente),
        Colonne("dite", str(etude.annee), True, ecrire=dite),
        Colonne("jugee", "Évolution", ecrire=jugee),
    ]


def depart(contexte: Contexte) -> Colonne:
    """Return the column of the initial value and its year: « 380 (2022) »."""

    def ecrire(row: pd.Series) -> str:
        value = row.valeur_initiale
        return RIEN if pd.isna(value) else f"{contexte.valeur(row.indicateur, value)} ({row.annee_initiale})"

    return Colonne("depart", "Départ", True, ecrire=ecrire)


def mesuree(indicateur: str, valeur: float, statut: str, contexte: Contexte) -> str:
    """Return a value that is there, with its mark; of the grid of annexe 4, how many lines moved, and not which way."""
    if contexte.indicateurs[indicateur].table == POSTURE:
        return compter(int(valeur), "ligne a bougé", "lignes ont bougé")
    return marquer(contexte.valeur(indicateur, valeur), statut)


def marques(rows: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    """Return what the marks of a table mean, those that it shows."""
    return legende(pd.concat([rows.loc[rows["valeur"].notna(), "statut"], rows["statut_precedent"]]), contexte)


def mode_de_lecture(
    evaluation: pd.DataFrame, mots: Evaluation, de_a: str = "de la dernière valeur connue à celle de l'année"
) -> list[str]:
    """Return how evolutions and targets are read, with the thresholds; what is proposed binds nobody, said once."""
    way, word = mots.evolutions, {code: word.dit for code, word in mots.verdicts.items()}
    limits = mots.seuils
    sides = ", ".join(way[code].mot for code in ("favorable", "defavorable", "stable"))
    told = [
        f"Évolution, {de_a}, selon le sens souhaité : {sides} ; {way['dans_le_bruit'].mot}, en deçà de l'arrondi de la "
        f"source ; {way['trop_peu'].mot}, pour un nombre de personnes, de familles ou de demandes que le hasard suffit "
        f"à faire varier ainsi (a et b inférieurs à {nombre(limits.hasard_effectif)}, ou un écart d'au plus "
        f"{nombre(limits.hasard_ecarts)}√(a + b))."
    ]
    if evaluation["cible"].notna().any():
        told.append(
            f"Atteinte d'une cible, selon le rythme (part du chemin faite ÷ part du temps passée) : {word['atteint']}, "
            f"la cible l'est déjà ; {word['en_bonne_voie']} à partir de {nombre(limits.en_bonne_voie, 2)} ; "
            f"{word['a_surveiller']} à partir de {nombre(limits.a_surveiller, 2)} ; {word['insuffisant']} en deçà ; "
            f"{word['en_recul']}, à rebours du départ. Une valeur à maintenir l'est à "
            f"{pourcent(100 * limits.tolerance_maintien, 0)} près, et l'écart est dit."
        )
    if evaluation["origine"].eq("propose").any() or evaluation["origine_cible"].eq("propose").any():
        told.append(mots.mots["proposition"])
    return told
