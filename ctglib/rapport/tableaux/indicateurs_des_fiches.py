"""The table of the indicators of all the fiches, counted by fiche: which moved, which have a target, which hold it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.bilan.comptes import NON_EVALUABLE, deduits, ensembles, vises
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import nombre
from ctglib.rapport.phrases.marquants import TENUES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Fiche
    from ctglib.donnees.modeles.evaluation import Evaluation

INDICATEURS, EVOLUTIONS, CIBLES = "Indicateurs", "Évolutions", "Cibles ou références qui se jugent"
ENSEMBLE = "Ensemble"
INCONNU = "« – » : inconnu, rien n'a été transmis."
CONNUS = 4  # the counts that the text alone gives
UN_PAR_UN = "Un par un, avec leurs valeurs, dans le fichier CSV de ce tableau."


def tableau_des_indicateurs(
    evaluation: pd.DataFrame, fiches: Iterable[Fiche], mots: Evaluation, contexte: Contexte, *, annee: int
) -> Tableau:
    """Return one row a fiche, then all of them; the data have one row an indicator.

    Args:
        evaluation: What ``evaluer`` returns.
        fiches: The fiches, in their order.
        mots: The words and signs of the evolutions.
        contexte: The territory and the source.
        annee: Year of the report.
    """
    rows = ensembles(evaluation)
    evolutions = [
        Colonne(code, f"{word.signe} {word.mot}", numerique=True, groupe=EVOLUTIONS)
        for code, word in mots.evolutions.items()
    ]
    columns = (
        Colonne("fiche", "Fiche"),
        Colonne("nombre", "en tout", numerique=True, groupe=INDICATEURS),
        Colonne("depart", "avec un départ", numerique=True, groupe=INDICATEURS),
        Colonne("cible", "avec une cible", numerique=True, groupe=INDICATEURS),
        Colonne("deduite", "avec une référence déduite du texte", numerique=True, groupe=INDICATEURS),
        *evolutions,
        Colonne("jugees", "en tout", numerique=True, groupe=CIBLES),
        Colonne("tenues", "tenues", numerique=True, groupe=CIBLES),
    )
    parts = [(f"Fiche {fiche.numero}", rows[rows["fiche"].eq(fiche.numero)]) for fiche in fiches]
    cells = [[name, *_textes(part, list(mots.evolutions))] for name, part in [*parts, (ENSEMBLE, rows)]]
    silent = any(not part["renseigne"].any() for _, part in parts)
    held = " ou ".join(mots.verdicts[code].mot for code in TENUES)
    return Tableau(
        nom="indicateurs",
        titre=f"Indicateurs, évolutions et cibles, par fiche action, {contexte.territoire.nom}, {annee}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[column.cle for column in columns]),
        donnees=rows,
        source=contexte.source,
        notes=(f"Tenues : {held}.", *((INCONNU,) if silent else ()), UN_PAR_UN),
    )


def _textes(rows: pd.DataFrame, evolutions: list[str]) -> list[str]:
    """Return the counts; where nothing was handed in, how they moved and where they stand is not known."""
    counts = list(map(nombre, _comptes(rows, evolutions)))
    return counts if rows["renseigne"].any() else [*counts[:CONNUS], *["–"] * (len(counts) - CONNUS)]


def _comptes(rows: pd.DataFrame, evolutions: list[str]) -> list[int]:
    judged = rows["verdict"].ne(NON_EVALUABLE)
    return [
        len(rows),
        int(rows["valeur_initiale"].notna().sum()),
        int(vises(rows).sum()),
        int(deduits(rows).sum()),
        *(int(rows["evolution"].eq(code).sum()) for code in evolutions),
        int(judged.sum()),
        int(rows["verdict"].isin(TENUES).sum()),
    ]
