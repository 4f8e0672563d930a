"""The means of each signatory: what is said of them, their tables, and what they realised over the convention."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.calculs.moyens import (
    ABSENCES,
    ENSEMBLE,
    STRUCTURE,
    TERRITOIRE,
    moyens_du_territoire,
    moyens_par_objet,
    moyens_par_structure,
    rapprocher,
)
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, enumerer, nombre_court

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.bilan import ReglesBilan
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.fiches import Moyens as Vocabulaire


@dataclass(frozen=True)
class Moyens:
    """What each signatory brings, this year and the year before, full-time equivalents and euros apart."""

    etude: EtudeAnnuelle

    @cached_property
    def _annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year and of the year before, none in the first year of the convention."""
        now = self.etude.annuel.moyens
        before = self.etude.precedent
        return now, now.head(0) if before is None else before.moyens

    @cached_property
    def _budget(self) -> Budget:
        now, before = self._annees
        etude = self.etude
        return Budget(
            etude.convention, etude.catalogue.moyens, etude.contexte, etude.annee, (len(before) > 0, len(now) > 0)
        )

    def constats(self) -> Bloc:
        """Return how the means are read, the team that article 2 announces, what is not transmitted."""
        return moyens_de_l_annee(self.etude.annuel.moyens, self._budget, self.etude.catalogue.bilan)

    def par_signataire(self) -> Tableau | None:
        """Return the means of each signatory, fiche by fiche."""
        now, before = self._annees
        if now.empty and before.empty:
            return None
        totals, lines = (
            rapprocher(by(now), by(before)) for by in (moyens_par_objet, moyens_du_territoire)
        )  # the sentence on the team names its posts one by one
        rows = pd.concat([totals, lines.rename(columns={"poste": "objet"})], ignore_index=True)
        return tableau_par_signataire(rows, self._budget)

    def par_structure(self) -> Tableau | None:
        """Return the means by structure of annexe 2: prestation de service, bonus territoire, contribution."""
        totals = rapprocher(*(moyens_par_structure(year) for year in self._annees))
        if totals.empty:
            return None
        offer = self.etude.suivi.dossier.offre
        return tableau_par_structure(totals, dict(zip(offer["structure"], offer["nom"], strict=True)), self._budget)


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
    vocabulaire: Vocabulaire
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
