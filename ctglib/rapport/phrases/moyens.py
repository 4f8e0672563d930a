"""What is said of the means: what each signatory handed in, what is missing, what article 2 announced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.moyens import ABSENCES
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.typographie import enumerer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.rapport.tableaux.moyens import Budget


def moyens_de_l_annee(moyens: pd.DataFrame, budget: Budget, regles: ReglesBilan) -> Bloc:
    """Return how the means are read, the team that the convention announces, and what is not transmitted.

    Args:
        moyens: The means of the year.
        budget: The parties, the words, the year.
        regles: The article of the team, the sentences.
    """
    parties = enumerer(list(budget.parties.values()))
    if moyens.empty:
        first = regles.mots["moyens_absents"].format(annee=budget.annee, parties=parties)
    else:
        first = regles.mots["moyens_attendus"]
    return paragraphe(first) + liste([*equipe(moyens, budget, regles), *_manquants(moyens, budget)])


def equipe(moyens: pd.DataFrame, budget: Budget, regles: ReglesBilan) -> Iterator[str]:
    """Yield what the article announces of a party's own team, then what was handed in of it."""
    for article in budget.convention.articles:
        if article.numero == regles.equipe.article:
            yield regles.mots["equipe"].format(article=article.numero, objet=article.objet)
    if moyens.empty:
        return
    told = []
    for poste in regles.equipe.postes:
        rows = moyens[moyens["poste"].eq(poste)]
        unknown = rows["valeur"].isna().any() or rows.empty
        amount = budget.contexte.absence("L") if unknown else budget.montant(rows["valeur"].sum(), "etp", unite=True)
        told.append(f"{budget.poste(poste)}, {amount}")
    yield f"En {budget.annee} : {' ; '.join(told)}."


def _manquants(moyens: pd.DataFrame, budget: Budget) -> Iterator[str]:
    """Yield, signatory by signatory, the lines entered without a value, or that nothing was handed in."""
    for signataire, nom in budget.parties.items():
        rows = moyens[moyens["signataire"].eq(signataire)]
        lacking = rows[rows["statut"].isin(ABSENCES)]
        if len(lacking):
            names = [budget.poste(poste) for poste in dict.fromkeys(lacking["poste"])]
            yield f"{nom}, montant manquant : {' ; '.join(names)}."
        elif rows.empty and len(moyens):
            yield f"{nom} : aucun moyen transmis."
