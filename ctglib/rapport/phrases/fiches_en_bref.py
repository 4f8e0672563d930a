"""Each fiche action in three sentences, with the way to its own report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.bilan.comptes import NON_EVALUABLE, ensembles
from ctglib.calculs.bilan.marquants import evolutions_marquantes, verdicts
from ctglib.calculs.bilan.propositions import service
from ctglib.calculs.essentiel import pas_commencees
from ctglib.document.blocs import Bloc, Groupe, Lien, liste, paragraphe, sous_titre
from ctglib.document.typographie import compter, enumerer, nombre
from ctglib.rapport.phrases.marquants import MANQUEES, TENUES, comptes, evolution_nommee, qui_commencent, verdict_nomme

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.calculs.bilan.propositions import Situation
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.coherence import MotDeVerdict
    from ctglib.donnees.modeles.convention import Fiche


def fiches_en_bref(situation: Situation, contexte: Contexte, adresses: dict[int, str]) -> Bloc:
    """Return the four fiches, each under its title.

    Args:
        situation: What the year's data say.
        contexte: The words.
        adresses: Address of the report of each fiche, from this one.
    """
    told = Groupe()
    for fiche in situation.convention.fiches:
        told += sous_titre(f"Fiche {fiche.numero}. {fiche.titre}") + liste(_phrases(fiche, situation, contexte))
        told += _lien(fiche, adresses[fiche.numero])
    return told


def cellules_des_etats(
    comptes_par_fiche: pd.DataFrame, mots: Mapping[str, MotDeVerdict], en_retard: pd.DataFrame
) -> pd.DataFrame:
    """Return the cells of the grid of states: a row a fiche, a column a state, none of which is a zero worth a colour.

    Args:
        comptes_par_fiche: One row a fiche, one column a state (``compter_par_fiche``).
        mots: The words and signs of the states.
        en_retard: The same of those that are late, for the data.
    """
    cells = [
        {
            "ligne": f"Fiche {numero}",
            "colonne": f"{mots[code].signe} {mots[code].mot}",
            "valeur": float(count),
            "texte": nombre(count),
            "en_retard": int(en_retard[code].get(numero, 0)),
        }
        for numero, row in comptes_par_fiche.iterrows()
        for code, count in row.items()
    ]
    return pd.DataFrame(cells)


def _phrases(fiche: Fiche, situation: Situation, contexte: Contexte) -> Iterator[str]:
    rows = ensembles(situation.evaluation)
    rows = rows[rows["fiche"].eq(fiche.numero)]
    yield _actions(fiche, situation)
    yield _indicateurs(rows, situation)
    yield _marquants(rows, situation, contexte)


def _actions(fiche: Fiche, situation: Situation) -> str:
    """Return how many modalités stand where; a fiche that has not begun says when it does."""
    rows = situation.etats[situation.etats["fiche"].eq(fiche.numero)]
    waiting = pas_commencees(rows, pd.Timestamp(situation.bilan.date_arretee))
    counts = comptes(rows.loc[~waiting, "statut"], situation.catalogue.evaluation.etats)
    late = int(rows["en_retard"].sum())
    end = f", dont {late} en retard" if late else ""
    told = enumerer([*counts, *qui_commencent(rows[waiting])])
    return f"Actions : {compter(len(rows), 'modalité')}, {told}{end}."


def _indicateurs(rows: pd.DataFrame, situation: Situation) -> str:
    """Return how many indicators are informed, then how they moved, then where they stand to their targets."""
    words, entered = situation.catalogue.evaluation, rows[~rows["calcule"]]
    informed = int(entered["renseigne"].sum())
    parts = [f"{compter(informed, 'indicateur renseigné')} sur {len(entered)}"]
    if not informed:
        known = int(rows["valeur_initiale"].notna().sum())
        starts = compter(known, "valeur de départ connue", "valeurs de départ connues")
        parts.append(starts if known else "aucune valeur de départ connue")
    if moved := comptes(rows["evolution"], words.evolutions):
        parts.append(f"évolutions : {enumerer(moved)}")
    if judged := comptes(rows["verdict"], words.verdicts, sauf=(NON_EVALUABLE,)):
        parts.append(f"cibles ou références : {enumerer(judged)}")
    return f"Indicateurs : {' ; '.join(parts)}."


def _marquants(rows: pd.DataFrame, situation: Situation, contexte: Contexte) -> str:
    """Return what goes worst and what goes best, with figures; from whom to ask when nothing can be read."""
    worst = [verdict_nomme(row, situation, contexte) for row in verdicts(rows, MANQUEES).itertuples()]
    best = [verdict_nomme(row, situation, contexte) for row in verdicts(rows, TENUES).itertuples()]
    down, up = (
        [evolution_nommee(row, situation, contexte) for row in evolutions_marquantes(rows, code).itertuples()]
        for code in ("defavorable", "favorable")
    )
    told = [*(best or up)[:1], *(worst or down)[:1]]
    if told:
        return f"À retenir : {' ; '.join(told)}."
    lacking = rows.loc[~rows["renseigne"] & ~rows["calcule"], "responsable"].value_counts()
    if lacking.empty:
        return "À retenir : aucune évolution ne se lit encore."
    asked = [f"{service(situation, name)} ({count})" for name, count in lacking.items()]
    return f"À demander : {', '.join(asked)}."


def _lien(fiche: Fiche, adresse: str) -> Bloc:
    return paragraphe((Lien(f"Le rapport de la fiche {fiche.numero}", adresse),))
