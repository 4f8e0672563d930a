"""What the consistency check gave, in a few sentences; every number comes from the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.typographie import compter, enumerer

if TYPE_CHECKING:
    import pandas as pd

    from ctglib.donnees.modeles.coherence import Regles


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
