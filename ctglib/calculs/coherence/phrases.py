"""The sentences of the text: those that the tables contradict, those that nothing verifies, and how often is paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.calculs.affirmations import juger
from ctglib.calculs.ecriture import SEPARATEUR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.calculs.coherence.constat import Constat, Contexte
    from ctglib.donnees.modeles.coherence import Periodicite
    from ctglib.donnees.modeles.convention import Affirmation

REGLES = {"contredite": "affirmation_contredite", "inverifiable": "affirmation_inverifiable"}


def affirmations(contexte: Contexte) -> Iterator[Constat]:
    """Yield a finding for each sentence that is contradicted, and one for each that cannot be verified.

    A contradicted comparison makes the compared values doubtful; a contradicted total does not: the words are in doubt.
    """
    compared = {item.id for item in contexte.entrees.affirmations if item.reference is not None}
    catalogue = contexte.entrees.catalogue
    judged = juger(
        contexte.entrees.affirmations,
        contexte.entrees.annexe1,
        catalogue.indicateurs,
        catalogue.seuils,
        unites=catalogue.unites,
        territoires=catalogue.territoires,
    )
    for row in judged[judged["verdict"].isin(REGLES)].itertuples(index=False):
        named = [name for name in row.indicateurs.split(SEPARATEUR) if name]
        objet = " et ".join(contexte.libelle(name) for name in named[:2]) or f"« {row.resume} »"
        yield contexte.constat(
            REGLES[row.verdict],
            row.id,
            lieu=f"Annexe 1, {row.section}",
            objet=objet,
            ecrit=row.resume,
            calcule=row.calcul,
            pourquoi=row.note,
            indicateurs=named if row.verdict == "contredite" and row.id in compared else (),
        )


def periodicites(contexte: Contexte) -> Iterator[Constat]:
    """Yield the sentences that say a benefit is paid more or less often than it is."""
    for relation in contexte.relations.periodicites:
        for item in contexte.entrees.affirmations:
            if _concerne(item, relation) and item.periodicite not in (None, relation.periodicite):
                yield contexte.constat_de(
                    "periodicite",
                    relation,
                    item.id,
                    lieu=f"Annexe 1, {item.section}",
                    ecrit=f"{item.resume} ({item.periodicite})",
                    calcule=f"prestation {relation.periodicite}",
                    indicateurs=(),
                )


def _concerne(item: Affirmation, relation: Periodicite) -> bool:
    return relation.indicateur in (*item.indicateurs, *item.parmi)
