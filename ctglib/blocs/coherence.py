"""What the consistency check found: in a few sentences, then in tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from ctglib.calculs.coherence import STATUTS_MONTRES
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import Contexte
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import accorder, compter, enumerer, majuscule, nombre, nombre_court
from ctglib.donnees.modeles.catalogue import Seuils
from ctglib.donnees.modeles.coherence import Correction, Regle, Regles

TEXTE_LONG, CALCULS = "texte-long", "calculs du classeur d'évaluation"
OUVERT, JUSTIFIE, VERIFIEE = "ouvert", "justifie", "verifiee"


def bilan(controle: pd.DataFrame, jugements: pd.DataFrame, regles: Regles) -> Bloc:
    """Return what the rules found, the gravest first, what was justified, and the verdicts on the sentences.

    ``controle`` is what ``controler`` returns, ``jugements`` what ``juger`` does.
    """
    silent, justified = len(regles.regles) - controle["regle"].nunique(), int(controle["statut"].eq(JUSTIFIE).sum())
    found = controle.loc[controle["statut"].eq(OUVERT), "gravite"].value_counts()
    verdicts = jugements["verdict"].value_counts()
    open_ = [f"{nombre(found[key])} {title.lower()}" for key, title in regles.gravites.items() if key in found]
    judged = [f"{nombre(verdicts[key])} {accorder(word.mot, verdicts[key])}"
              for key, word in regles.verdicts.items() if key in verdicts]  # fmt: skip
    said = {
        f"{compter(len(regles.regles), 'règle')} ont été appliquées"
        + (f", dont {nombre(silent)} sans rien à signaler." if silent else "."): True,
        "Aucun constat n'est ouvert.": not open_,
        f"{compter(int(found.sum()), 'constat ouvert')} : {enumerer(open_)}.": open_,
        f"{compter(justified, 'constat')} {'sont justifiés' if justified > 1 else 'est justifié'} : le tableau dit "
        "pourquoi.": justified,
        f"{compter(len(jugements), 'phrase')} du diagnostic qui comparent, classent ou totalisent, refaites sur ses "
        f"tableaux : {enumerer(judged)}.": judged,
    }
    return liste(sentence for sentence, holds in said.items() if holds) + paragraphe(
        "Une valeur douteuse est signalée et reste telle qu'elle est imprimée : aucune n'est corrigée ici."
    )


def tableau_coherence(controle: pd.DataFrame, regles: Regles, contexte: Contexte) -> Tableau:
    """Return the findings in groups, the gravest first; a justified one gives its reason in place of its question.

    A rule whose findings have a table of their own takes one line. Findings that others tell, and declared corrections,
    are in the CSV only, and a note counts them.
    """
    shown = controle[controle["statut"].isin(STATUTS_MONTRES)]
    rules = {rule.id: rule for rule in regles.regles}
    together = shown["regle"].map(lambda name: rules[name].detail is not None) & shown["statut"].ne(JUSTIFIE)
    ranks = shown.groupby(["regle", "statut"])["numero"]
    lines = shown.assign(ensemble=together, dernier=ranks.transform("max"), combien=ranks.transform("size"))
    lines = lines[~(together & shown.duplicated(["regle", "statut"]))]
    justified = shown["statut"].eq(JUSTIFIE).groupby(shown["gravite"]).agg(["size", "sum"])
    titles = {
        name: f"{regles.gravites[name]} ({compter(all_ - known, 'constat')}"
        + (f", et {compter(known, 'justifié')})" if known else ")")
        for name, all_, known in justified.itertuples()
    }

    def place(row: pd.Series) -> str:
        if not row.ensemble:
            return f"{row.numero}. {row.libelle} : {row.objet}. {majuscule(row.lieu)}"
        return f"{' à '.join(dict.fromkeys(map(str, (row.numero, row.dernier))))}. {row.libelle}"

    def calcule(row: pd.Series) -> str:
        told = f"{row.calcule}. {majuscule(row.pourquoi)}" if row.pourquoi else row.calcule
        return rules[row.regle].explication if row.ensemble else majuscule(told)

    def question(row: pd.Series) -> str:
        if row.statut == JUSTIFIE:
            return f"{regles.statuts[row.statut]} : {row.motif}"
        if row.ensemble:
            return f"Voir le tableau « {rules[row.regle].detail} » ({rules[row.regle].a_qui})"
        return f"{row.question} ({row.a_qui})"

    hidden = controle.loc[~controle["statut"].isin(STATUTS_MONTRES), "statut"].value_counts()
    return Tableau.de(
        lines,
        [
            Colonne("place", "Règle, objet et lieu", ecrire=place),
            Colonne("lu", "Écrit", ecrire=lambda row: (
                compter(row.combien, "constat") if row.ensemble else majuscule(row.ecrit))),
            Colonne("attendu", "Calculé ou attendu", ecrire=calcule),
            Colonne("a_demander", "Question à poser", ecrire=question),
        ],
        nom="coherence",
        titre=f"Constats du contrôle, par gravité, {contexte.territoire.nom}",
        donnees=controle,
        source=f"{contexte.source} ; {CALCULS}",
        groupes=tuple(lines["gravite"].map(titles)),
        notes=tuple(
            f"{word} : {compter(int(hidden[statut]), 'constat')}, dans le fichier CSV de ce tableau."
            for statut, word in regles.statuts.items()
            if statut in hidden
        ),
        classe=TEXTE_LONG,
    )  # fmt: skip


def tableau_regles(controle: pd.DataFrame, regles: Regles, seuils: Seuils, contexte: Contexte) -> Tableau:
    """Return every rule that ran, what it verifies with its thresholds, and how many findings it gave."""
    rules = pd.DataFrame([rule.model_dump() for rule in regles.regles])
    found = controle["regle"].value_counts()
    rows = pd.DataFrame(
        {
            "regle": rules["libelle"],
            "explication": [expliquer(rule, seuils) for rule in regles.regles],
            "constats": rules["id"].map(found).fillna(0).astype(int),
            "gravite": rules["gravite"].map(regles.gravites),
            "id": rules["id"],
        }
    )
    return Tableau.de(
        rows,
        [
            Colonne("regle", "Règle"),
            Colonne("explication", "Ce qu'elle vérifie"),
            Colonne("constats", "Constats", True, ecrire=str),
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
    """
    order = sorted(regles.verdicts, key=VERIFIEE.__eq__)
    shown = jugements.sort_values("verdict", key=lambda column: column.map(order.index), kind="stable")
    titles = {
        key: majuscule(compter(count, f"phrase {regles.verdicts[key].mot}"))
        for key, count in shown["verdict"].value_counts().items()
    }
    return Tableau.de(
        shown,
        [
            Colonne("resume", "Ce que dit le texte"),
            Colonne("recalcule", "Recalculé sur les tableaux", ecrire=lambda row: majuscule(
                f"{row.calcul}. {majuscule(row.note)}" if row.note else row.calcul)),
            Colonne("section", "Point de l'étude"),
        ],
        nom="affirmations",
        titre=f"Phrases du diagnostic qui comparent, classent ou totalisent, recalculées, {contexte.territoire.nom}",
        donnees=jugements,
        source=f"{contexte.source} ; {CALCULS}",
        groupes=tuple(shown["verdict"].map(titles)),
        classe=TEXTE_LONG,
    )  # fmt: skip


def tableau_corrections(corrections: Iterable[Correction], contexte: Contexte) -> Tableau:
    """Return the places of the source read otherwise than written, and why."""
    columns = ["id", "objet", "fichier", "mention", "ecrit", "lu", "raison", "reference", "par", "date"]
    return contexte.tableau(
        pd.DataFrame([item.model_dump(mode="json") for item in corrections], columns=columns),
        [
            Colonne("place", "Objet et lieu", ecrire=lambda row: f"{majuscule(row.objet)}. {majuscule(row.reference)}"),
            Colonne("ecrit", "Écrit"),
            Colonne("lu", "Lu"),
            Colonne("raison", "Raison"),
        ],
        "corrections",
        f"Endroits de la source lus autrement qu'ils ne sont écrits, {contexte.territoire.nom}",
        classe=TEXTE_LONG,
    )
