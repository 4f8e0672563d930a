"""The tables of the means over two years: each signatory by fiche, each structure or fiche by line of the budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.moyens import ENSEMBLE, STRUCTURE, TERRITOIRE
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, nombre_court

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.fiches import Moyens

RIEN = "–"
AU_MOINS = "au moins "
NON_TRANSMIS = "L"


@dataclass(frozen=True)
class Budget:
    """What every table of means reads.

    Args:
        convention: Its parties and fiches.
        vocabulaire: The natures and lines of the budget.
        contexte: The words and the source.
        annee: Year of the report; the year before is beside it.
        transmis: Whether anything was handed in for the year before, then for the year: a year without anything reads
            « non transmis » everywhere, and not « – ».
    """

    convention: Convention
    vocabulaire: Moyens
    contexte: Contexte
    annee: int
    transmis: tuple[bool, bool]

    @property
    def annees(self) -> tuple[int, ...]:
        """The years shown: the first year of the convention has none before it."""
        first = self.annee == self.convention.debut.year
        return (self.annee,) if first else (self.annee - 1, self.annee)

    @property
    def parties(self) -> dict[str, str]:
        """The short name of each signatory."""
        return {partie.id: partie.nom_court for partie in self.convention.parties}

    def poste(self, identifiant: str) -> str:
        """Return the label of a line of the budget."""
        return {item.id: item.libelle for item in self.vocabulaire.postes}.get(identifiant, identifiant)

    def symbole(self, nature: str) -> str:
        """Return the sign of the unit of a nature: « € », « ETP »."""
        units = {item.id: item.unite for item in self.vocabulaire.natures}
        return self.contexte.unites[units[nature]].symbole

    def montant(self, valeur: float, nature: str, *, unite: bool) -> str:
        """Return an amount: full-time equivalents with the decimals they need, euros without any."""
        units = {item.id: item.unite for item in self.vocabulaire.natures}
        unit = self.contexte.unites[units[nature]]
        if unit.decimales:
            text = nombre_court(round(valeur, unit.decimales))
            return f"{text}{INSECABLE}{unit.symbole}" if unite else text
        return avec_unite(valeur, unit.symbole if unite else "", 0)

    def cellule(self, row: Mapping[str, object] | None, annee: int, nature: str, *, unite: bool = False) -> str:
        """Return a total as a cell: its amount, « au moins » what is known of it, or the word of its absence."""
        end = "" if annee == self.annee else "_avant"
        if row is None or pd.isna(row[f"lignes{end}"]):
            given = self.transmis[annee == self.annee]
            return RIEN if given else self.contexte.absence(NON_TRANSMIS)
        statut = row[f"statut{end}"]
        if pd.notna(row[f"valeur{end}"]):
            mark = " (p)" if statut == "P" else ""
            return self.montant(row[f"valeur{end}"], nature, unite=unite) + mark
        if pd.notna(row[f"valeur_connue{end}"]):
            return AU_MOINS + self.montant(row[f"valeur_connue{end}"], nature, unite=unite)
        return self.contexte.absence(statut)


def tableau_par_signataire(totaux: pd.DataFrame, budget: Budget) -> Tableau:
    """Return what each signatory brings to each fiche, to structures, to the territory, and in all.

    Args:
        totaux: ``moyens_par_objet`` of the year beside that of the year before (``rapprocher``); an object that is none
            of those above is in the data alone.
        budget: What the tables read.
    """
    rows = {(row["signataire"], row["objet"], row["nature"]): row for row in totaux.to_dict("records")}
    labels = {str(fiche.numero): f"Fiche {fiche.numero}" for fiche in budget.convention.fiches}
    labels |= {STRUCTURE: "Structures, sans fiche", TERRITOIRE: "Territoire entier, sans fiche", ENSEMBLE: "Ensemble"}
    natures = budget.vocabulaire.natures
    groups, cells = [], []
    for signataire, nom in budget.parties.items():
        for objet, label in labels.items():
            found = [rows.get((signataire, objet, nature.id)) for nature in natures]
            if objet in (STRUCTURE, TERRITOIRE) and not any(found):
                continue
            groups.append(nom)
            amounts = [
                budget.cellule(row, annee, nature.id)
                for row, nature in zip(found, natures, strict=True)
                for annee in budget.annees
            ]
            cells.append([label, *amounts])
    columns = (
        Colonne("objet", "Pour"),
        *(
            Colonne(f"{nature.id}_{annee}", str(annee), numerique=True, groupe=nature.libelle)
            for nature in natures
            for annee in budget.annees
        ),
    )
    return tableau_de_moyens(
        "moyens-signataires",
        "Moyens de chaque signataire, par fiche action",
        columns,
        cells,
        budget,
        donnees=totaux,
        groupes=groups,
    )


def tableau_de_fiche(totaux: pd.DataFrame, budget: Budget, numero: int) -> Tableau:
    """Return what each signatory brings to a fiche, line by line of the budget.

    Args:
        totaux: ``moyens_par_poste`` of the year beside that of the year before.
        budget: What the tables read.
        numero: Number of the fiche.
    """
    order = {name: rank for rank, name in enumerate(budget.parties)}
    shown = totaux.sort_values("signataire", key=lambda column: column.map(order), kind="stable")
    titles = [budget.parties[name] for name in shown["signataire"]]
    return par_poste("moyens", f"Moyens de la fiche action {numero}", shown, titles, budget)


def par_poste(nom: str, titre: str, totaux: pd.DataFrame, groupes: list[str], budget: Budget) -> Tableau:
    """Return one row a line of the budget, grouped as told, with its signatory where the groups are not signatories."""
    by_structure = "structure" in totaux.columns
    cells = []
    for row in totaux.to_dict("records"):
        amounts = [budget.cellule(row, annee, row["nature"], unite=True) for annee in budget.annees]
        payer = [budget.parties[row["signataire"]]] if by_structure else []
        cells.append([budget.poste(row["poste"]), *payer, *amounts])
    columns = (
        Colonne("poste", "Poste"),
        *([Colonne("signataire", "Signataire")] if by_structure else []),
        *(Colonne(f"annee_{annee}", str(annee), numerique=True) for annee in budget.annees),
    )
    return tableau_de_moyens(nom, titre, columns, cells, budget, donnees=totaux, groupes=groupes)


def tableau_de_moyens(
    nom: str,
    titre: str,
    colonnes: tuple[Colonne, ...],
    cellules: list[list[str]],
    budget: Budget,
    *,
    donnees: pd.DataFrame,
    groupes: list[str] | None,
) -> Tableau:
    """Return a table of amounts, with what its marks mean under it."""
    years = " et ".join(map(str, budget.annees))
    return Tableau(
        nom=nom,
        titre=f"{titre}, {budget.contexte.territoire.nom}, {years}",
        colonnes=colonnes,
        cellules=pd.DataFrame(cellules, columns=[colonne.cle for colonne in colonnes]),
        donnees=donnees,
        source=budget.contexte.source,
        groupes=None if groupes is None else tuple(groupes),
        notes=tuple(_lecture(cellules, budget)),
    )


def _lecture(cellules: list[list[str]], budget: Budget) -> list[str]:
    """Return what each mark of the cells means, those that are there."""
    shown = {text for row in cellules for text in row[1:]}
    notes = []
    if any(text.startswith(AU_MOINS) for text in shown):
        notes.append(f"« {AU_MOINS.strip()} » : une ligne au moins n'a pas de valeur, le total est inconnu.")
    if any(text.endswith("(p)") for text in shown):
        notes.append(f"(p) {budget.contexte.statuts['P'].libelle}.")
    if RIEN in shown:
        notes.append(f"« {RIEN} » : aucune ligne saisie.")
    return notes
