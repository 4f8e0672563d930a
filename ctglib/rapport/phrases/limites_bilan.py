"""What the figures of a year's bilan must not be made to say, each limit drawn from the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, liste
from ctglib.document.typographie import compter, nombre_court
from ctglib.rapport.phrases.suivi_indicateurs import mode_de_lecture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.bilan.propositions import Situation
    from ctglib.document.contexte import Contexte
EXCEPTION = "une exception se dit sous le tableau qui la montre"


def limites_bilan(
    situation: Situation, territoire: pd.DataFrame, retraits: pd.DataFrame | None, contexte: Contexte
) -> Bloc:
    """Return how the figures are read, then their limits.

    Args:
        situation: What the year's data say.
        territoire: The public series (``contexte_du_territoire``).
        retraits: Tables that secrecy withholds whole (table, raison).
        contexte: The words.
    """
    reading = mode_de_lecture(situation.evaluation, situation.catalogue.evaluation)
    return reading + liste(
        [
            situation.catalogue.bilan.mots["contexte"],
            "Une valeur non transmise n'est pas un zéro : rien ne se conclut de son absence.",
            *_provisoires(situation),
            *_secret(situation, retraits),
            *_dates(situation, territoire, contexte),
            *_ruptures(situation, contexte),
            *(
                f"Article {article.numero} : {article.consequence}"
                for article in situation.convention.articles
                if article.limite
            ),
        ]
    )


def _provisoires(situation: Situation) -> Iterator[str]:
    count = int(situation.collecte.iloc[0]["provisoires"])
    if count:
        yield f"{compter(count, 'indicateur provisoire')}, à confirmer au bilan suivant."


def _secret(situation: Situation, retraits: pd.DataFrame | None) -> Iterator[str]:
    """Yield the threshold of small counts, and the tables that are withheld whole."""
    threshold = nombre_court(situation.catalogue.seuils.petits_effectifs)
    hidden = f"Un effectif de personnes inférieur à {threshold} est masqué, avec ce qui permettrait de le retrouver"
    yield f"{hidden} ; {EXCEPTION}."
    if retraits is not None:
        for row in retraits.itertuples():
            yield f"Tableau retiré en entier ({row.table}) : {row.raison}"


def _dates(situation: Situation, territoire: pd.DataFrame, contexte: Contexte) -> Iterator[str]:
    """Yield the public figures that are older than the year: their date is not that of the bilan."""
    late = territoire[territoire["annee"].lt(situation.bilan.annee) & territoire["dimension"].eq("")]
    if len(late):
        told = [f"{contexte.indicateurs[row.indicateur].libelle}, {row.annee}" for row in late.itertuples()]
        yield f"Chiffres publics plus anciens que l'année du bilan : {' ; '.join(told)}."


def _ruptures(situation: Situation, contexte: Contexte) -> Iterator[str]:
    """Yield the breaks that part the follow-up's own years, up to the year of the bilan."""
    first, year = situation.convention.debut.year - 1, situation.bilan.annee
    for item in contexte.indicateurs.values():
        if item.fiche is None or item.nature == "contexte" or item.id not in set(situation.evaluation["indicateur"]):
            continue
        for rupture in item.ruptures:
            if first < rupture.annee <= year:
                yield f"Rupture de série en {rupture.annee} ({item.libelle}). {rupture.raison}"
