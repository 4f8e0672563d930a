"""The indicators of a fiche in a year: values, evolutions and verdicts, in words and tables, and how they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, liste
from ctglib.document.mesures import BANDE, IMPLICITE, bande, legende, marquer, petits_publies
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, nombre, pourcent
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.evaluation import Evaluation

GROUPES = {
    "convention": "Écrits par la fiche",
    "demande": "Proposés par le classeur, et demandés",
    "facultatif": "Proposés par le classeur, facultatifs",
}
CHAQUE_ANNEE, DEDUITE = "chaque année", " (d)"
REFERENCE_DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."
PROFILS, POSTURE = "profils", "posture"
REPRISES = ("qualitatif", "non_transmis", "annee_manquante", "non_disponible", "sans_objet", "secret")
D_UNE_ANNEE_A_L_AUTRE = "de la dernière valeur connue à celle de l'année"


def tableau_indicateurs(
    evaluation: pd.DataFrame,
    mots: Evaluation,
    contexte: Contexte,
    *,
    titre: str,
    seuil: int,
    avenants: Mapping[str, int] | None = None,
    annuelles: Collection[str] = (),
) -> Tableau:
    """Return one row an indicator: start, value before, value of the year, evolution, target and verdict, by group.

    What is optional is there when somebody gave it. The data have the rows by modalité too, after the wholes: sentences
    are written on them; and the pace of each target.

    Args:
        evaluation: The rows of a fiche, as ``evaluer`` returns them.
        mots: The words of evolutions, verdicts and reasons.
        contexte: The words of the indicators and the source.
        titre: Caption.
        seuil: Counts of persons under it are suppressed, save an exception, then said.
        avenants: Number of the avenant that set each changed target.
        annuelles: Indicators whose reference has to hold every year.
    """
    whole = evaluation["dimension"].eq("")
    told = evaluation["valeur"].notna() | evaluation["valeur_precedente"].notna() | evaluation["renseigne"]
    shown = evaluation[whole & (told | ~evaluation["facultatif"])]
    groups = pd.Series("demande", shown.index).mask(shown["facultatif"], "facultatif")
    shown = shown.assign(groupe=groups.mask(shown["origine"].eq("convention"), "convention"))
    shown = shown.sort_values("groupe", key=lambda names: names.map(list(GROUPES).index), kind="stable")
    year, aimed = int(evaluation["annee"].iloc[0]), shown["cible"].notna()
    implied = aimed & shown["origine_cible"].eq(IMPLICITE)

    def depart(row: pd.Series) -> str:
        return avec_annee(row.indicateur, row.valeur_initiale, row.annee_initiale, contexte) or RIEN

    def cible(row: pd.Series) -> str:
        value, by = contexte.valeur(row.indicateur, row.cible), (avenants or {}).get(row.indicateur)
        when = CHAQUE_ANNEE if row.indicateur in annuelles else f"en {row.annee_cible}"
        mark = DEDUITE if row.origine_cible == IMPLICITE else f" (avenant {by})" if by else ""
        return f"{value} {when}{mark}"

    columns = [
        Colonne("libelle", "Indicateur"),
        Colonne("depart", "Départ", True, ecrire=depart),
        Colonne("avant", str(year - 1), True, ecrire=lambda row: precedente(row, contexte)),
        Colonne("dite", str(year), True, ecrire=lambda row: en_valeur(row, mots, contexte)),
        Colonne("jugee", "Évolution", ecrire=lambda row: jugement_de_l_evolution(row, mots, contexte)),
    ]
    if aimed.any():
        columns += [
            Colonne(
                "visee",
                "Cible, et ce qu'il en est",
                ecrire=lambda row: RIEN if pd.isna(row.cible) else f"{cible(row)} {verdict(row, mots, contexte)}",
            )
        ]
    return Tableau.de(
        shown,
        columns,
        nom="indicateurs",
        titre=titre,
        donnees=pd.concat([shown.drop(columns="groupe"), evaluation[~whole]], ignore_index=True),
        source=contexte.source,
        groupes=tuple(shown["groupe"].map(GROUPES)),
        notes=(
            *marques(shown, contexte),
            *([REFERENCE_DEDUITE] if implied.any() else []),
            *petits_publies(shown, ("valeur_initiale", "valeur_precedente", "valeur"), seuil, contexte),
            *lecture(evaluation, mots),
        ),
    )


def precedente(row: object, contexte: Contexte) -> str:
    """Return the value before, with its year when it is older; what nobody ever told is a dash."""
    if pd.notna(row.valeur_precedente):
        older = f" ({row.annee_precedente})" if row.annee_precedente < row.annee - 1 else ""
        return mesuree(row.indicateur, row.valeur_precedente, row.statut_precedent, contexte) + older
    return RIEN if row.statut_precedent in ("", Statut.NON_TRANSMIS) else contexte.absence(row.statut_precedent)


def avec_annee(indicateur: str, valeur: float | None, annee: int | None, contexte: Contexte) -> str:
    """Return « 380 (2022) »; nothing when there is no value."""
    if pd.isna(valeur):
        return ""
    return f"{contexte.valeur(indicateur, valeur)} ({annee})"


def en_valeur(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return the value of the year with its mark, or the word of its absence.

    A typology refers to its profiles, the grid of annexe 4 says how many of its lines moved, and not which way.

    Args:
        row: A row of the evaluation.
        mots: The words.
        contexte: The words of the absences.
    """
    if pd.notna(row.valeur):
        return mesuree(row.indicateur, row.valeur, row.statut, contexte)
    if row.renseigne and contexte.indicateurs[row.indicateur].table == PROFILS:
        return mots.mots["voir_les_profils"]
    return contexte.absence(row.statut)


def mesuree(indicateur: str, valeur: float, statut: str, contexte: Contexte) -> str:
    """Return a value that is there, with its mark: a count of lines of the grid says what it counts."""
    if contexte.indicateurs[indicateur].table == POSTURE:
        return compter(int(valeur), "ligne a bougé", "lignes ont bougé")
    return marquer(contexte.valeur(indicateur, valeur), statut)


def jugement_de_l_evolution(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return « ▲ favorable », or why nothing is said; a dash when the value itself already says why."""
    if row.evolution:
        word = mots.evolutions[row.evolution]
        kept = row.raison_evolution == BANDE
        return f"{word.mot}, {bande(row, row.valeur, row.a_maintenir, contexte, mots)}" if kept else word.mot
    return RIEN if row.raison_evolution in REPRISES else mots.raisons[row.raison_evolution]


def verdict(row: object, mots: Evaluation, contexte: Contexte) -> str:
    """Return « ■ à surveiller », followed by its first reason when it has one."""
    word = mots.verdicts[row.verdict]
    if row.raison == BANDE:
        return f"{word.dit} : {bande(row, row.valeur, row.cible, contexte, mots)}"
    reason = f" : {mots.raisons[row.raison]}" if row.raison else ""
    return f"{word.dit}{reason}"


def marques(rows: pd.DataFrame, contexte: Contexte) -> tuple[str, ...]:
    """Return what the marks of a table mean, those that it shows."""
    shown = pd.concat([rows.loc[rows["valeur"].notna(), "statut"], rows["statut_precedent"]])
    return legende(shown, contexte)


def mode_de_lecture(evaluation: pd.DataFrame, mots: Evaluation, *, de_a: str = D_UNE_ANNEE_A_L_AUTRE) -> Bloc:
    """Return how evolutions and targets are read, with the thresholds; what is proposed binds nobody, said once.

    Args:
        evaluation: The rows of a report.
        mots: Thresholds and words.
        de_a: From which value to which one an evolution goes.
    """
    return liste(lecture(evaluation, mots, de_a))


def lecture(evaluation: pd.DataFrame, mots: Evaluation, de_a: str = D_UNE_ANNEE_A_L_AUTRE) -> list[str]:
    """Return the sentences of ``mode_de_lecture``."""
    has_targets = evaluation["cible"].notna().any()
    proposed = evaluation["origine"].eq("propose").any() or evaluation["origine_cible"].eq("propose").any()
    return [
        _evolutions(mots, de_a),
        *([_verdicts(mots)] if has_targets else []),
        *([mots.mots["proposition"]] if proposed else []),
    ]


def _evolutions(mots: Evaluation, de_a: str) -> str:
    words = {code: word.mot for code, word in mots.evolutions.items()}
    sides = ", ".join(words[code] for code in ("favorable", "defavorable", "stable"))
    return (
        f"Évolution, {de_a}, selon le sens souhaité : {sides} ; {words['dans_le_bruit']}, en deçà de l'arrondi de la "
        f"source ; {words['trop_peu']}, pour un nombre de personnes, de familles ou de demandes que le hasard suffit à "
        f"faire varier ainsi (a et b inférieurs à {nombre(mots.seuils.hasard_effectif)}, ou un écart d'au plus "
        f"{nombre(mots.seuils.hasard_ecarts)}√(a + b))."
    )


def _verdicts(mots: Evaluation) -> str:
    words = {code: word.dit for code, word in mots.verdicts.items()}
    good, watched = mots.seuils.en_bonne_voie, mots.seuils.a_surveiller
    return (
        f"Atteinte d'une cible, selon le rythme (part du chemin faite ÷ part du temps passée) : {words['atteint']}, la "
        f"cible l'est déjà ; {words['en_bonne_voie']} à partir de {nombre(good, 2)} ; {words['a_surveiller']} à partir "
        f"de {nombre(watched, 2)} ; {words['insuffisant']} en deçà ; {words['en_recul']}, à rebours du départ. Une "
        f"valeur à maintenir l'est à {pourcent(100 * mots.seuils.tolerance_maintien, 0)} près, et l'écart est dit."
    )
