"""The table of durability: documents and meetings that exist, and what the fiches write of what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.mesures import legende
from ctglib.document.tableau import Colonne, Tableau
from ctglib.rapport.phrases.finale.cadre import RIEN
from ctglib.rapport.tableaux.finale.trajectoires import derniere

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.donnees.suivi.objets import Suivi
    from ctglib.rapport.phrases.finale.cadre import Cadre

COLONNES = (Colonne("element", "Élément"), Colonne("su", "Ce qui en est su"))
LIVRABLES, PERSPECTIVES = "Documents et instances", "Perspectives écrites dans le dernier bilan"


def tableau_durabilite(parcours: pd.DataFrame, suivis: Mapping[int, Suivi], cadre: Cadre) -> Tableau | None:
    """Return what exists and what the fiches write of what comes next; None when nothing is known.

    Args:
        parcours: The indicators.
        suivis: The years.
        cadre: The words; its rules name the indicators that count a document or a meeting.
    """
    kept = parcours[parcours["indicateur"].isin(cadre.regles.livrables)]
    written = dict(_perspectives(suivis))
    if not written and not kept["annees_connues"].gt(0).any():
        return None
    known = kept["annees_connues"].gt(0)
    rows = [(LIVRABLES, row.libelle, derniere(row, cadre.contexte)) for row in kept.itertuples()]
    rows += [
        (PERSPECTIVES, cadre.fiche(fiche.numero), written.get(fiche.numero, RIEN)) for fiche in cadre.convention.fiches
    ]
    table = pd.DataFrame(rows, columns=["groupe", *(colonne.cle for colonne in COLONNES)])
    return Tableau(
        nom="durabilite",
        titre=f"Ce qui reste après la convention, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=table.drop(columns="groupe"),
        donnees=table,
        source=cadre.contexte.source,
        groupes=tuple(table["groupe"]),
        notes=legende(kept.loc[known, "statut_derniere"], cadre.contexte),
        classe="texte-long",
    )


def _perspectives(suivis: Mapping[int, Suivi]) -> Iterator[tuple[int, str]]:
    """Yield what each fiche wrote of what comes next, the latest last; a later appreciation replaces an earlier one."""
    for annee, suivi in sorted(suivis.items()):
        for item in suivi.appreciations:
            yield item.fiche, f"{' ; '.join(item.perspectives)} ({annee})" if item.perspectives else RIEN
