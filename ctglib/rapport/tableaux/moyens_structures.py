"""The table of the means of the structures: one row a structure, one column a line of the budget and a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ctglib.document.tableau import Colonne, Tableau
from ctglib.rapport.tableaux.moyens import par_poste, tableau_de_moyens

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from ctglib.rapport.tableaux.moyens import Budget

NOM, TITRE = "moyens-structures", "Moyens par structure de l'annexe 2"
COLONNES_AU_PLUS = 8  # of amounts; beyond, they would not fit beside each other on a page
Ligne = tuple[str, str, str]  # signatory, line of the budget, nature


def tableau_par_structure(totaux: pd.DataFrame, structures: Mapping[str, str], budget: Budget) -> Tableau:
    """Return what each structure of annexe 2 receives: prestation de service, bonus, contribution.

    Args:
        totaux: ``moyens_par_structure`` of the year beside that of the year before.
        structures: The name of each structure, in the order of the offer.
        budget: What the tables read.
    """
    order = {name: rank for rank, name in enumerate(structures)}
    shown = totaux.sort_values("structure", key=lambda column: column.map(order), kind="stable")
    lines = _lignes(shown, budget)
    if len(lines) * len(budget.annees) > COLONNES_AU_PLUS:
        titles = [structures.get(name, name) for name in shown["structure"]]
        return par_poste(NOM, TITRE, shown, titles, budget)
    columns = (
        Colonne("structure", "Structure"),
        *(
            Colonne(f"l{rank}_{annee}", str(annee), numerique=True, groupe=_titre(line, budget))
            for rank, line in enumerate(lines)
            for annee in budget.annees
        ),
    )
    found = {(row["structure"], *_cle(row)): row for row in shown.to_dict("records")}
    cells = [
        [structures.get(name, name)]
        + [budget.cellule(found.get((name, *line)), annee, line[2]) for line in lines for annee in budget.annees]
        for name in dict.fromkeys(shown["structure"])
    ]
    return tableau_de_moyens(NOM, TITRE, columns, cells, budget, donnees=totaux, groupes=None)


def _cle(row: Mapping[str, str]) -> Ligne:
    return row["signataire"], row["poste"], row["nature"]


def _lignes(totaux: pd.DataFrame, budget: Budget) -> list[Ligne]:
    """Return the lines of the budget that some structure has, signatory by signatory, in the catalogue's order."""
    parties = list(budget.parties)
    postes = [item.id for item in budget.vocabulaire.postes]
    met = {_cle(row) for row in totaux.to_dict("records")}
    return sorted(met, key=lambda line: (parties.index(line[0]), postes.index(line[1]), line[2]))


def _titre(ligne: Ligne, budget: Budget) -> str:
    signataire, poste, nature = ligne
    return f"{budget.poste(poste)}, {budget.parties[signataire]}, en {budget.symbole(nature)}"
