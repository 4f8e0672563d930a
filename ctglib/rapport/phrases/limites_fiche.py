"""What the figures of a fiche's year must not be made to say, each limit drawn from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.annee import EXCEPTION
from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import compter, enumerer, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.calculs.suivi import Numerotes
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Article

SECRET, PROVISOIRE = "Q", "P"


def limites_de_fiche(
    evaluation: pd.DataFrame,
    articles: Iterable[Article],
    contexte: Contexte,
    *,
    changements: Numerotes,
    retraits: pd.DataFrame,
    debut: int,
    seuil: int,
) -> Bloc:
    """Return the limits: what is absent, provisional, broken, suppressed (what the articles ask).

    Args:
        evaluation: The rows of the fiche, as ``evaluer`` returns them.
        articles: Those marked ``limite`` ask for secrecy.
        contexte: The words.
        changements: The changes in force, with the number of their avenant.
        retraits: The tables of the fiche that secrecy withholds whole: table, raison.
        debut: First year of the convention: earlier breaks do not concern it.
        seuil: Counts under it are suppressed.
    """
    return liste(
        [
            "Une valeur absente n'est ni nulle ni mauvaise : elle n'a pas été transmise, ou ne peut pas l'être.",
            "Une évolution favorable n'est pas l'effet de la fiche : rien ici ne dit ce qui se serait passé sans elle.",
            *_provisoires(evaluation),
            *_ruptures(evaluation, contexte, debut),
            *_definitions(evaluation, changements),
            _secrets(evaluation, articles, seuil),
            *(f"Tableau retiré en entier ({row.table}) : {row.raison}" for row in retraits.itertuples()),
        ]
    )


def _provisoires(evaluation: pd.DataFrame) -> Iterator[str]:
    rows = evaluation[
        evaluation["statut"].eq(PROVISOIRE) & evaluation["valeur"].notna() & evaluation["dimension"].eq("")
    ]
    if len(rows):
        yield f"Encore provisoires : {' ; '.join(rows['libelle'])}."


def _ruptures(evaluation: pd.DataFrame, contexte: Contexte, debut: int) -> Iterator[str]:
    for row in evaluation[evaluation["dimension"].eq("")].itertuples():
        for item in contexte.indicateurs[row.indicateur].ruptures:
            if debut <= item.annee <= row.annee:
                yield f"{row.libelle} : rupture en {item.annee}, les valeurs d'avant ne se comparent pas. {item.raison}"


def _definitions(evaluation: pd.DataFrame, changements: Numerotes) -> Iterator[str]:
    """Yield what an avenant changed of a definition: earlier values do not compare."""
    labels = dict(zip(evaluation["indicateur"], evaluation["libelle"], strict=True))
    for number, change in changements:
        if change.nature == "definition" and change.element in labels:
            yield (
                f"{labels[change.element]} : définition changée par l'avenant {number} en {change.effet.year}, les "
                f"valeurs d'avant ne se comparent pas. {change.nouveau}."
            )


def _secrets(evaluation: pd.DataFrame, articles: Iterable[Article], seuil: int) -> str:
    """Return what secrecy hides, whether it does here or not, with the articles that ask for it."""
    hidden = int((evaluation["statut"].eq(SECRET) | evaluation["statut_precedent"].eq(SECRET)).sum())
    numbers = enumerer([article.numero for article in articles if article.limite])
    told = f" Ici, {compter(hidden, 'ligne')} d'indicateurs." if hidden else ""
    return (
        f"Articles {numbers} : des agrégats seulement. Un effectif de personnes inférieur à {nombre(seuil)} est "
        f"masqué, avec ce qui permettrait de le retrouver ; {EXCEPTION}.{told}"
    )
