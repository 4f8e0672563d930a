"""The years of a follow-up, a panel a series: what a report says of them, their numbers, and their
drawing (``courbes.panneaux``).

A series is an indicator, or one of its modalités.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Unpack

import pandas as pd
from matplotlib.figure import Figure as Dessin

from ctglib.calculs.ecriture import enumerer, minuscule
from ctglib.document.contexte import MARQUES, Contexte
from ctglib.document.contexte import legende as notes_des_marques
from ctglib.document.figure import Figure
from ctglib.document.typographie import RIEN, compter
from ctglib.donnees.modeles.catalogue import Largeur
from ctglib.graphiques.courbes import (
    Annee,
    Panneau,
    Remarque,
    bornes,
    panneaux,
    par_nom,
    remarques,
)
from ctglib.graphiques.feuille import Legende, assemble, dire, feuille

COLONNES = [
    "indicateur",
    "libelle",
    "unite",
    "serie",
    "annee",
    "valeur",
    "statut",
    "cible",
    "annee_cible",
    "rupture",
]
MANY_YEARS = 8  # beyond, one row a year in the table
SYMBOLE_COURT = 2  # letters: such a unit is written after each value, « 20 % »
MARQUE_DE_RUPTURE = "(r)"


@dataclass(frozen=True)
class Serie:
    """An indicator, or one of its modalités.

    - ``nom``: its name in a sentence, « Naissances (garçons) »; ``titre`` is that of its panel, and
      ``detail`` what stands under it: the modalité, the unit.
    - ``annees``: one a year, in order; ``mesures`` are those that have a value.
    - ``etiquettes``: what is written beside each year that has a value.
    """

    nom: str
    titre: str
    detail: str
    annees: list[Annee]
    etiquettes: list[str]

    @cached_property
    def mesures(self) -> list[Annee]:
        """Return the years that have a value."""
        return [annee for annee in self.annees if not isnan(annee.valeur)]

    @cached_property
    def remarques(self) -> list[Remarque]:
        """Return what is said under its panel."""
        return remarques({"": self.annees})

    @property
    def phrase(self) -> str:
        """« « Projets » : 12 en 2023, 15 en 2025 (cible : 20 en 2026) ».

        The first and the last value, once when they are the same, then the remarks.
        """
        bouts = (self.mesures[0], self.mesures[-1])
        valeurs = dict.fromkeys(f"{annee.texte} en {annee.annee}" for annee in bouts)
        phrase = f"« {self.nom} » : {', '.join(valeurs)}"
        if self.remarques:
            notes = " ; ".join(minuscule(remarque.texte) for remarque in self.remarques)
            phrase += f" ({notes})"
        return phrase


def trajectoires(
    lignes: pd.DataFrame, contexte: Contexte, **legende: Unpack[Legende]
) -> Figure | None:
    """Return the panels of the series that have a value, in order; None when none has.

    A series without any value has no panel: the alternative text and the reading name it.

    - ``lignes``: one row a series and year: ``indicateur``, ``libelle``, ``unite``, ``serie`` (the
      modalité, "" when the indicator has none; the same as the label when the panel bears its name
      alone), ``annee``, ``valeur`` (NaN with the absence that ``statut`` tells), ``statut``,
      ``cible`` and ``annee_cible`` (the same on all the rows of a series; missing, or no such
      column, without a target), ``rupture`` (True in the first year of the new series).
    """
    annees = _annees_des_series(lignes, contexte)
    series = [
        _serie(annees_de_la_serie, contexte) for _, annees_de_la_serie in annees.groupby("rang")
    ]
    avec_valeur = [serie for serie in series if serie.mesures]
    if not avec_valeur:
        return None
    sans_valeur = [f"« {serie.nom} »" for serie in series if not serie.mesures]
    sans_panneau = ""
    if sans_valeur:
        sans_panneau = f" Sans aucune valeur, donc sans panneau : {enumerer(sans_valeur)}."
    la_plus_longue = max(
        avec_valeur,
        key=lambda serie: (len(serie.mesures), not isnan(serie.annees[0].cible)),
    )
    evolutions = " ".join(f"{serie.phrase}." for serie in avec_valeur)
    colonnes, tableau, groupes = _tableau(annees, series)
    statuts_des_valeurs = set(annees.loc[annees["valeur"].notna(), "statut"])
    notes = notes_des_marques(statuts_des_valeurs, contexte)
    if annees["rupture"].any():
        notes = (*notes, dire("rupture", marque=MARQUE_DE_RUPTURE))
    return assemble(
        contexte,
        lambda taille: _dessiner(avec_valeur, taille),
        **legende,
        lecture=f"{la_plus_longue.phrase}.{sans_panneau}",
        alt=f"Évolution de {compter(len(avec_valeur), 'série')}. {evolutions}{sans_panneau}",
        colonnes=colonnes,
        lignes=tableau,
        donnees=annees[COLONNES],
        groupes=groupes,
        notes=notes,
    )


def _annees_des_series(lignes: pd.DataFrame, contexte: Contexte) -> pd.DataFrame:
    """Return the rows by series, then by year, with ``rang``, that of the series, and ``texte``:
    the value, « 12 », or the words of its absence, « non transmis ».

    The series keep the order in which they come.
    """
    colonnes = lignes.columns.union(["cible", "annee_cible"], sort=False)
    annees = lignes.reindex(columns=colonnes)[COLONNES]
    annees = annees.astype({"annee": "int64", "rupture": bool})
    # Through pandas' own numbers, which a missing value of any kind enters.
    annees["valeur"] = annees["valeur"].astype("Float64").astype("float64")
    annees["cible"] = annees["cible"].astype("Float64").astype("float64")
    annees["rang"] = annees.groupby(["indicateur", "serie"], sort=False).ngroup()
    annees = annees.sort_values(["rang", "annee"], kind="stable", ignore_index=True)
    valeurs = zip(annees["indicateur"], annees["valeur"], annees["statut"], strict=True)
    annees["texte"] = [contexte.valeur(*valeur) for valeur in valeurs]
    return annees


def _serie(annees: pd.DataFrame, contexte: Contexte) -> Serie:
    """Return a series from its rows, one a year, in order."""
    premiere = annees.iloc[0]
    libelle = premiere["libelle"]
    modalite = "" if premiere["serie"] == libelle else premiere["serie"]
    cible_dite = ""
    if pd.notna(premiere["cible"]):
        cible_dite = contexte.valeur(premiere["indicateur"], premiere["cible"])
        if pd.notna(premiere["annee_cible"]):
            cible_dite += f" en {int(premiere['annee_cible'])}"
    details = [modalite] if modalite else []
    unite = contexte.unites[premiere["unite"]]
    if len(unite.symbole) <= SYMBOLE_COURT:  # each value has it, « 20 % »; else it is the detail
        ecrire = contexte.valeur
    else:
        ecrire = contexte.valeur_nue
        details.append(minuscule(unite.libelle))
    (lues,) = par_nom(annees.assign(cible_dite=cible_dite)).values()
    return Serie(
        nom=f"{libelle} ({modalite})" if modalite else libelle,
        titre=libelle,
        detail=", ".join(details),
        annees=lues,
        etiquettes=[
            annee.texte if isnan(annee.valeur) else ecrire(premiere["indicateur"], annee.valeur)
            for annee in lues
        ],
    )


def _dessiner(series: Sequence[Serie], taille: Largeur) -> Dessin:
    """Return the panels of series, each on its own scale; a note says which start at zero."""
    dessin = feuille(taille)
    dessines = []
    for serie in series:
        ecrites = [
            annee._replace(texte=etiquette)
            for annee, etiquette in zip(serie.annees, serie.etiquettes, strict=True)
        ]
        dessines.append(Panneau(serie.titre, serie.detail, ecrites, serie.remarques))
    avec_zero = [bornes(serie.annees)[0] <= 0 for serie in series]
    note = "echelle_de_chacun"
    if all(avec_zero):
        note = "echelle_de_zero"
    elif not any(avec_zero):
        note = "echelle_sans_zero"
    panneaux(dessines, dessin, dire(note, n=len(series)))
    return dessin


def _tableau(
    annees: pd.DataFrame, series: Sequence[Serie]
) -> tuple[dict[str, str], pd.DataFrame, tuple[str, ...] | None]:
    """Return the table of numbers: its columns and their headers, its rows, the group of each row.

    One row a series and one column a year, without groups (None); with more than ``MANY_YEARS``,
    one row a year, grouped by series. A cell is the value with its marks: « 12 (r) » in the first
    year after a break.
    """
    cibles = [serie.annees[0].cible_dite or RIEN for serie in series]
    noms = pd.DataFrame({"nom": [serie.nom for serie in series], "cible_dite": cibles})
    cellules = annees.join(noms, on="rang").assign(an=annees["annee"].astype(str))
    marques = cellules["statut"].map(MARQUES).where(cellules["valeur"].notna()).fillna("")
    marques_de_rupture = cellules["rupture"].map({True: f" {MARQUE_DE_RUPTURE}", False: ""})
    cellules["texte"] += marques + marques_de_rupture
    ans = sorted(cellules["an"].unique())
    if len(ans) > MANY_YEARS:
        colonnes = {"annee": "Année", "texte": "Valeur"}
        tableau = cellules.assign(annee=cellules["an"])
        groupes = tuple(cellules["nom"])
    else:
        colonnes = {"nom": "Série", **{an: an for an in ans}}
        tableau = cellules.pivot(
            index=["rang", "nom", "cible_dite"], columns="an", values="texte"
        ).reset_index()
        groupes = None
    if cellules["cible_dite"].ne(RIEN).any():
        colonnes["cible_dite"] = "Cible"
    return colonnes, tableau, groupes
