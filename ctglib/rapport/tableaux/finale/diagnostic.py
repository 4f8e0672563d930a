"""The tables of the diagnostic revisited: what the public series compare, and why the rest cannot be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.finale.diagnostic import APRES_RUPTURE, POINTS, SANS_DEPART, SANS_VALEUR
from ctglib.calculs.moyennes import TROP_PEU
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import points, pourcent
from ctglib.rapport.phrases.finale.cadre import RIEN
from ctglib.rapport.phrases.territoire import notes_des_moyennes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.rapport.phrases.finale.cadre import Cadre

RESTE = (Colonne("theme", "Thème"), Colonne("reste", "Ce qui ne se compare pas, et ce qu'il faudrait demander"))


def tableau_revisite(
    revisite: pd.DataFrame, themes: Mapping[str, str], cadre: Cadre, source: str, annees: Mapping[int, str]
) -> Tableau | None:
    """Return one row a public series, by theme: then, now, the change here and in the reference.

    Args:
        revisite: As ``ctglib.calculs.finale.diagnostic.revisiter`` returns it.
        themes: Title of each theme.
        cadre: The words.
        source: Producers, as captions write them.
        annees: What to know of a peculiar year.
    """
    rows = revisite[revisite["motif"].ne(SANS_VALEUR)]
    if rows.empty:
        return None
    columns = (
        Colonne("libelle", "Série"),
        Colonne("avant", "Alors", numerique=True),
        Colonne("apres", "Maintenant", numerique=True),
        Colonne("variation", cadre.contexte.territoire.nom, numerique=True, groupe="Évolution"),
        Colonne("reference", cadre.contexte.reference.nom, numerique=True, groupe="Évolution"),
        Colonne("precision", "Précision"),
    )
    cells = [_cellules(row, cadre) for row in rows.itertuples()]
    return Tableau(
        nom="diagnostic-revisite",
        titre=f"Le diagnostic, alors et maintenant, {cadre.contexte.territoire.nom} et {cadre.contexte.reference.nom}",
        colonnes=columns,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in columns]),
        donnees=rows,
        source=source,
        groupes=tuple(themes[theme] for theme in rows["theme"]),
        notes=(
            *(told for annee, told in annees.items() if rows["annee_avant"].eq(annee).any()),
            *notes_des_moyennes(rows, cadre.contexte),
        ),
    )


def tableau_sans_comparaison(themes: Mapping[str, str], cadre: Cadre) -> Tableau:
    """Return one row a theme of Annexe 1: what does not compare, and why."""
    rows = pd.DataFrame(
        [(themes[item.theme], item.reste) for item in cadre.regles.diagnostic], columns=[col.cle for col in RESTE]
    )
    return Tableau(
        nom="sans-comparaison",
        titre=f"Ce que les séries publiques ne disent pas du diagnostic, {cadre.contexte.territoire.nom}",
        colonnes=RESTE,
        cellules=rows,
        donnees=rows,
        source="catalogue du classeur d'évaluation",
        classe="texte-long",
    )


def _cellules(row: object, cadre: Cadre) -> list[str]:
    contexte = cadre.contexte
    known = pd.notna(row.avant)
    if pd.notna(row.moyenne):
        changes = (row.variation, row.variation_reference)
        return [
            contexte.indicateurs[row.indicateur].libelle,
            f"{contexte.valeur(row.indicateur, row.avant)} par an ({row.periode_avant})",
            f"{contexte.valeur(row.indicateur, row.apres)} par an ({row.periode})",
            *(RIEN if pd.isna(change) else pourcent(change, 0, signe=True) for change in changes),
            cadre.mot("moyennes") + (f" ; {cadre.mot('hasard')}" if row.lecture == TROP_PEU else ""),
        ]
    return [
        contexte.indicateurs[row.indicateur].libelle,
        f"{contexte.valeur(row.indicateur, row.avant)} ({row.annee_avant})" if known else RIEN,
        f"{contexte.valeur(row.indicateur, row.apres)} ({row.annee})",
        evolution(row.variation, row),
        evolution(row.variation_reference, row),
        _precision(row, cadre),
    ]


def evolution(valeur: float, row: object) -> str:
    """Return a change in points or in %, a dash when there is none."""
    if pd.isna(valeur):
        return RIEN
    return points(valeur) if row.variation_type == POINTS else pourcent(valeur, 1, signe=True)


def _precision(row: object, cadre: Cadre) -> str:
    words = []
    if row.motif == SANS_DEPART:
        words.append(cadre.mot(SANS_DEPART))
    if row.motif == APRES_RUPTURE:
        words.append(cadre.mot(APRES_RUPTURE).format(annee=row.annee_rupture))
    if row.dans_le_bruit:
        words.append(cadre.mot("dans_le_bruit"))
    return " ; ".join(words) or RIEN
