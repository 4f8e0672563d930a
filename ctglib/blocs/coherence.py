"""What the consistency check found: in a few sentences, then in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.coherence.controle import STATUTS_MONTRES
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import compter, enumerer, majuscule, nombre_court

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Seuils
    from ctglib.donnees.modeles.coherence import Correction, Regle, Regles


def bilan(controle: pd.DataFrame, jugements: pd.DataFrame, regles: Regles) -> Bloc:
    """Return how many rules ran, the open findings by severity, what was justified, and the verdicts on the sentences.

    Args:
        controle: As ``controler`` returns it.
        jugements: As ``juger`` returns it.
        regles: The rules that ran, and their words.
    """
    sentences = [_ouverts(controle, regles), *_autres(controle), _phrases(jugements, regles)]
    principle = "Une valeur douteuse est signalée et reste telle qu'elle est imprimée."
    return paragraphe(principle) + liste(sentence for sentence in sentences if sentence)


def _ouverts(controle: pd.DataFrame, regles: Regles) -> str:
    open_ = controle[controle["statut"] == "ouvert"]
    silent = len(regles.regles) - controle["regle"].nunique()
    counts = open_["gravite"].value_counts()
    by_gravity = [f"{counts[key]} {title.lower()}" for key, title in regles.gravites.items() if key in counts]
    given = f"{compter(len(open_), 'constat ouvert')}, {enumerer(by_gravity)}" if len(open_) else "aucun constat ouvert"
    quiet = "" if not silent else f" ; {compter(silent, 'règle')} sans rien à signaler"
    return f"{compter(len(regles.regles), 'règle')} : {given}{quiet}."


def _autres(controle: pd.DataFrame) -> list[str]:
    counts = controle["statut"].value_counts()
    kinds = (
        ("justifie", "constat justifié", " : la raison est dans le tableau."),
        ("redit", "constat", " que d'autres disent déjà : le fichier CSV du tableau est seul à les donner."),
        ("corrige", "lecture corrigée", " : la raison est dans le tableau des corrections."),
    )
    return [f"{compter(int(counts[key]), noun)}{more}" for key, noun, more in kinds if key in counts]


def _phrases(jugements: pd.DataFrame, regles: Regles) -> str:
    if jugements.empty:
        return ""
    counts = jugements["verdict"].value_counts()
    told = [compter(int(counts[key]), word.mot) for key, word in regles.verdicts.items() if key in counts]
    total = compter(len(jugements), "phrase")
    return f"{total} du diagnostic qui comparent, classent ou totalisent : {enumerer(told)}."


TEXTE_LONG = "texte-long"
VERIFIEE = "verifiee"
CONSTATS = (
    Colonne("constat", "Règle, objet et lieu"),
    Colonne("ecrit", "Écrit"),
    Colonne("calcule", "Calculé ou attendu"),
    Colonne("question", "Question à poser"),
)
AFFIRMATIONS = (
    Colonne("resume", "Ce que dit le texte"),
    Colonne("calcul", "Recalculé sur les tableaux"),
    Colonne("place", "Place dans la convention"),
)


def tableau_coherence(controle: pd.DataFrame, regles: Regles, contexte: Contexte) -> Tableau:
    """Return the findings in groups, the gravest first; a justified one gives its reason in place of its question.

    A rule whose findings have a table of their own takes one line. Findings that others tell, and declared corrections,
    are in the CSV only, and a note counts them.

    Args:
        controle: As ``controler`` returns it.
        regles: The words of severities and statuses.
        contexte: The words.
    """
    shown = controle[controle["statut"].isin(STATUTS_MONTRES)]
    titles = {key: f"{title} ({_compte(shown[shown['gravite'] == key])})" for key, title in regles.gravites.items()}
    lines = _lignes(shown, regles)
    return Tableau(
        nom="coherence",
        titre=f"Constats du contrôle de cohérence de la convention, par gravité, {contexte.territoire.nom}",
        colonnes=CONSTATS,
        cellules=pd.DataFrame([cells for _, cells in lines], columns=[colonne.cle for colonne in CONSTATS]),
        donnees=controle,
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        groupes=tuple(titles[gravite] for gravite, _ in lines),
        notes=_notes_coherence(controle, regles),
        classe=TEXTE_LONG,
    )


def tableau_regles(controle: pd.DataFrame, regles: Regles, seuils: Seuils, contexte: Contexte) -> Tableau:
    """Return every rule that ran, what it verifies with its thresholds, and how many findings it gave."""
    found = controle["regle"].value_counts()
    rows = [
        (rule.libelle, expliquer(rule, seuils), int(found.get(rule.id, 0)), regles.gravites[rule.gravite], rule.id)
        for rule in regles.regles
    ]
    return Tableau.de(
        pd.DataFrame(rows, columns=["regle", "explication", "constats", "gravite", "id"]),
        [
            Colonne("regle", "Règle"),
            Colonne("explication", "Ce qu'elle vérifie"),
            Colonne("constats", "Constats", numerique=True, ecrire=str),
        ],
        nom="coherence-regles",
        titre="Règles du contrôle de cohérence, et nombre de constats de chacune",
        source="catalogue du classeur d'évaluation",
        notes=(f"Constats de toute sorte, {contexte.territoire.nom} et {contexte.reference.nom}.",),
        classe=TEXTE_LONG,
    )


def expliquer(regle: Regle, seuils: Seuils) -> str:
    """Return what a rule verifies, its own thresholds and the catalogue's written in their place."""
    numbers = {name: nombre_court(value) for name, value in {**seuils.model_dump(), **regle.seuils}.items()}
    return regle.explication.format_map(numbers)


def tableau_affirmations(jugements: pd.DataFrame, regles: Regles, contexte: Contexte) -> Tableau:
    """Return the sentences in groups, one a verdict, the faults first; what the tables give, and the place.

    The CSV keeps the order of the text.

    Args:
        jugements: As ``juger`` returns it.
        regles: The words and signs of the verdicts.
        contexte: The words.
    """
    order = [verdict for verdict in regles.verdicts if verdict != VERIFIEE] + [VERIFIEE]
    shown = jugements.sort_values("verdict", key=lambda column: column.map(order.index), kind="stable")
    cells = [_affirmation(row) for row in shown.itertuples(index=False)]
    titles = {verdict: _titre_du_verdict(shown, verdict, regles) for verdict in order}
    return Tableau(
        nom="affirmations",
        titre=f"Phrases du diagnostic qui comparent, classent ou totalisent, recalculées, {contexte.territoire.nom}",
        colonnes=AFFIRMATIONS,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in AFFIRMATIONS]),
        donnees=jugements,
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        groupes=tuple(titles[verdict] for verdict in shown["verdict"]),
        classe=TEXTE_LONG,
    )


def tableau_corrections(corrections: Iterable[Correction], contexte: Contexte) -> Tableau:
    """Return the places of the source read otherwise than written, and why."""
    data = pd.DataFrame(
        [item.model_dump(mode="json") for item in corrections],
        columns=["id", "objet", "fichier", "mention", "ecrit", "lu", "raison", "reference", "par", "date"],
    )
    return Tableau.de(
        data,
        [
            Colonne("place", "Objet et lieu", ecrire=lambda row: f"{majuscule(row.objet)}. {majuscule(row.reference)}"),
            Colonne("ecrit", "Écrit"),
            Colonne("lu", "Lu"),
            Colonne("raison", "Raison"),
        ],
        nom="corrections",
        titre=f"Endroits de la source lus autrement qu'ils ne sont écrits, {contexte.territoire.nom}",
        source=contexte.source,
        classe=TEXTE_LONG,
    )


def _lignes(shown: pd.DataFrame, regles: Regles) -> list[tuple[str, tuple[str, ...]]]:
    """Return the severity and the cells of each line, in the order of the findings."""
    lines = []
    told = set()
    for row in shown.itertuples(index=False):
        rule = regles.regle(row.regle)
        if rule.detail is None or row.statut == "justifie":
            lines.append((row.gravite, _constat(row, regles)))
        elif rule.id not in told:
            told.add(rule.id)
            same = shown[(shown["regle"] == rule.id) & (shown["statut"] == row.statut)]
            lines.append((row.gravite, _ensemble(same, rule)))
    return lines


def _compte(rows: pd.DataFrame) -> str:
    """Return how many findings of a severity are open, as the first page counts them, then how many are justified."""
    justified = int((rows["statut"] == "justifie").sum())
    told = compter(len(rows) - justified, "constat")
    return f"{told}, et {compter(justified, 'justifié')}" if justified else told


def _ensemble(rows: pd.DataFrame, rule: Regle) -> tuple[str, ...]:
    """Return one line for the findings of a rule that another table gives one by one; their numbers follow."""
    first, last = rows["numero"].min(), rows["numero"].max()
    head = f"{first} à {last}. {rule.libelle}" if first < last else f"{first}. {rule.libelle}"
    return head, compter(len(rows), "constat"), rule.explication, f"Voir le tableau « {rule.detail} » ({rule.a_qui})"


def _constat(row: object, regles: Regles) -> tuple[str, ...]:
    if row.statut == "justifie":
        answer = f"{regles.statuts[row.statut]} : {row.motif}"
    else:
        answer = f"{row.question} ({row.a_qui})"
    head = f"{row.numero}. {row.libelle} : {row.objet}. {majuscule(row.lieu)}"
    return head, majuscule(row.ecrit), majuscule(_suite(row.calcule, row.pourquoi)), answer


def _affirmation(row: object) -> tuple[str, ...]:
    return row.resume, majuscule(_suite(row.calcul, row.note)), f"Annexe 1, {row.section}"


def _titre_du_verdict(jugements: pd.DataFrame, verdict: str, regles: Regles) -> str:
    """Return « ◆ 4 phrases contredites »."""
    word = regles.verdicts[verdict]
    return f"{word.signe} {compter(int((jugements['verdict'] == verdict).sum()), f'phrase {word.mot}')}"


def _notes_coherence(controle: pd.DataFrame, regles: Regles) -> tuple[str, ...]:
    hidden = controle.loc[~controle["statut"].isin(STATUTS_MONTRES), "statut"].value_counts()
    return tuple(
        f"{regles.statuts[statut]} : {compter(int(hidden[statut]), 'constat')}, dans le fichier CSV de ce tableau."
        for statut in regles.statuts
        if statut in hidden
    )


def _suite(text: str, more: str) -> str:
    """Return a computation followed by what explains it, as a second sentence."""
    return f"{text}. {majuscule(more)}" if more else text
