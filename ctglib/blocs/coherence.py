"""What the consistency check found: in a few sentences, then in tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.coherence import STATUTS_MONTRES
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import accorder, compter, enumerer, majuscule, nombre, nombre_court

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Seuils
    from ctglib.donnees.modeles.coherence import Correction, Regle, Regles

TEXTE_LONG = "texte-long"
OUVERT, JUSTIFIE = "ouvert", "justifie"
VERIFIEE = "verifiee"
PRINCIPE = "Une valeur douteuse est signalée et reste telle qu'elle est imprimée : aucune n'est corrigée ici."


def bilan(controle: pd.DataFrame, jugements: pd.DataFrame, regles: Regles) -> Bloc:
    """Return what the rules found, the gravest first, what was justified, and the verdicts on the sentences.

    Args:
        controle: As ``controler`` returns it.
        jugements: As ``juger`` returns it.
        regles: The rules that ran, and their words.
    """
    statuts = controle["statut"].value_counts()
    silent = len(regles.regles) - controle["regle"].nunique()
    sentences = [
        f"{compter(len(regles.regles), 'règle')} ont été appliquées"
        + (f", dont {nombre(silent)} sans rien à signaler." if silent else "."),
        _ouverts(controle, regles),
        _justifies(int(statuts.get(JUSTIFIE, 0))),
        _phrases(jugements, regles),
    ]
    return liste(sentence for sentence in sentences if sentence) + paragraphe(PRINCIPE)


def _ouverts(controle: pd.DataFrame, regles: Regles) -> str:
    counts = controle.loc[controle["statut"] == OUVERT, "gravite"].value_counts()
    if counts.empty:
        return "Aucun constat n'est ouvert."
    told = [f"{nombre(counts[key])} {title.lower()}" for key, title in regles.gravites.items() if key in counts]
    return f"{compter(int(counts.sum()), 'constat ouvert')} : {enumerer(told)}."


def _justifies(combien: int) -> str:
    verb = "sont justifiés" if combien > 1 else "est justifié"
    return f"{compter(combien, 'constat')} {verb} : le tableau dit pourquoi." if combien else ""


def _phrases(jugements: pd.DataFrame, regles: Regles) -> str:
    if jugements.empty:
        return ""
    counts = jugements["verdict"].value_counts()
    told = [f"{nombre(counts[key])} {accorder(word.mot, counts[key])}" for key, word in regles.verdicts.items()
            if key in counts]  # fmt: skip
    total = compter(len(jugements), "phrase")
    return f"{total} du diagnostic qui comparent, classent ou totalisent, refaites sur ses tableaux : {enumerer(told)}."


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
    rules = {rule.id: rule for rule in regles.regles}
    together = shown["regle"].map(lambda name: rules[name].detail is not None) & shown["statut"].ne(JUSTIFIE)
    lines = shown[~(together & shown.duplicated(["regle", "statut"]))].assign(ensemble=together)
    titles = {key: f"{title} ({_compte(shown[shown['gravite'] == key])})" for key, title in regles.gravites.items()}

    def place(row: pd.Series) -> str:
        if not row.ensemble:
            return f"{row.numero}. {row.libelle} : {row.objet}. {majuscule(row.lieu)}"
        numbers = shown.loc[(shown["regle"] == row.regle) & (shown["statut"] == row.statut), "numero"]
        span = " à ".join(dict.fromkeys(map(str, (numbers.min(), numbers.max()))))
        return f"{span}. {row.libelle}"

    def ecrit(row: pd.Series) -> str:
        same = (shown["regle"] == row.regle) & (shown["statut"] == row.statut)
        return compter(int(same.sum()), "constat") if row.ensemble else majuscule(row.ecrit)

    def calcule(row: pd.Series) -> str:
        told = f"{row.calcule}. {majuscule(row.pourquoi)}" if row.pourquoi else row.calcule
        return rules[row.regle].explication if row.ensemble else majuscule(told)

    def question(row: pd.Series) -> str:
        if row.statut == JUSTIFIE:
            return f"{regles.statuts[row.statut]} : {row.motif}"
        asked = f"Voir le tableau « {rules[row.regle].detail} »" if row.ensemble else row.question
        return f"{asked} ({rules[row.regle].a_qui if row.ensemble else row.a_qui})"

    hidden = controle.loc[~controle["statut"].isin(STATUTS_MONTRES), "statut"].value_counts()
    return Tableau.de(
        lines,
        [
            Colonne("place", "Règle, objet et lieu", ecrire=place),
            Colonne("lu", "Écrit", ecrire=ecrit),
            Colonne("attendu", "Calculé ou attendu", ecrire=calcule),
            Colonne("a_demander", "Question à poser", ecrire=question),
        ],
        nom="coherence",
        titre=f"Constats du contrôle, par gravité, {contexte.territoire.nom}",
        donnees=controle,
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        groupes=tuple(lines["gravite"].map(titles)),
        notes=tuple(
            f"{word} : {compter(int(hidden[statut]), 'constat')}, dans le fichier CSV de ce tableau."
            for statut, word in regles.statuts.items()
            if statut in hidden
        ),
        classe=TEXTE_LONG,
    )


def _compte(rows: pd.DataFrame) -> str:
    """Return how many findings of a severity are open, then how many are justified."""
    justified = int((rows["statut"] == JUSTIFIE).sum())
    told = compter(len(rows) - justified, "constat")
    return f"{told}, et {compter(justified, 'justifié')}" if justified else told


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
        titre="Règles du contrôle, et nombre de constats de chacune",
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
        regles: The words of the verdicts.
        contexte: The words.
    """
    order = [verdict for verdict in regles.verdicts if verdict != VERIFIEE] + [VERIFIEE]
    shown = jugements.sort_values("verdict", key=lambda column: column.map(order.index), kind="stable")
    counts = shown["verdict"].value_counts()
    titles = {
        key: majuscule(compter(int(count), f"phrase {regles.verdicts[key].mot}")) for key, count in counts.items()
    }

    def recalcule(row: pd.Series) -> str:
        return majuscule(f"{row.calcul}. {majuscule(row.note)}" if row.note else row.calcul)

    return Tableau.de(
        shown,
        [
            Colonne("resume", "Ce que dit le texte"),
            Colonne("recalcule", "Recalculé sur les tableaux", ecrire=recalcule),
            Colonne("section", "Point de l'étude"),
        ],
        nom="affirmations",
        titre=f"Phrases du diagnostic qui comparent, classent ou totalisent, recalculées, {contexte.territoire.nom}",
        donnees=jugements,
        source=f"{contexte.source} ; calculs du classeur d'évaluation",
        groupes=tuple(shown["verdict"].map(titles)),
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
