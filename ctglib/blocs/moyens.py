"""The means of each signatory: what is said of them, their tables, and what they realised over the convention.

Euros with euros, full-time equivalents with full-time equivalents, never together.
"""

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
from ctglib.document.blocs import liste, paragraphe
from ctglib.document.mesures import legende, marquer
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, enumerer, nombre_court
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.blocs.cadre import Cadre
    from ctglib.document.blocs import Bloc
    from ctglib.document.contexte import Contexte
    from ctglib.donnees.modeles.catalogue import Moyens as Vocabulaire
    from ctglib.donnees.modeles.convention import Convention
    from ctglib.donnees.modeles.rapports import ReglesBilan
    from ctglib.donnees.suivi.objets import Suivi

AU_MOINS = "au moins "
COLONNES_AU_PLUS = 8  # of amounts; beyond, they would not fit beside each other on a page
LIGNE = ["signataire", "poste", "nature"]  # of the budget
REALISATIONS = (
    "Moyens : somme des signataires ; « au moins », une ligne n'a pas de valeur. Réalisations : indicateurs de "
    "cette nature qui ont une valeur. Aucun coût unitaire : un moyen sert à plusieurs réalisations."
)


@dataclass(frozen=True)
class Moyens(Montrable):
    """What each signatory brings, this year and the year before."""

    etude: EtudeAnnuelle

    @cached_property
    def _annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year and of the year before, none in the first year of the convention."""
        now, before = self.etude.annuel.moyens, self.etude.precedent
        return now, now.head(0) if before is None else before.moyens

    @cached_property
    def _budget(self) -> Budget:
        (now, before), etude = self._annees, self.etude
        known = (len(before) > 0, len(now) > 0)
        return Budget(etude.convention, etude.catalogue.moyens, etude.contexte, etude.annee, known)

    def en_bref(self) -> Bloc | None:
        """Return a line a nature of means, signatory by signatory, then what is not transmitted.

        Money of the year and money invested, like posts, are never added up.
        """
        (now, before), budget, words = self._annees, self._budget, self.etude.catalogue.bilan.mots
        if self.etude.annuel.vide:
            return None
        if now.empty:
            parties = enumerer(list(budget.parties.values()))
            return paragraphe(words["moyens_absents"].format(annee=budget.annee, parties=parties))
        totals = rapprocher(moyens_par_objet(now), moyens_par_objet(before))
        whole = totals[totals["objet"].eq(ENSEMBLE)].set_index(["nature", "signataire"])
        told = []
        for nature in budget.vocabulaire.natures:
            rows = {
                payer: whole.loc[(nature.id, payer)] for payer in budget.parties if (nature.id, payer) in whole.index
            }
            named = [
                f"{budget.parties[payer]}, {budget.cellule(row, budget.annee, nature.id, unite=True)}"
                for payer, row in rows.items()
                if pd.notna(row["lignes"])
            ]
            if named:
                told.append(f"{nature.libelle} : {' ; '.join(named)}.")
        return liste([*told, *_manquants(now, budget)])

    def par_signataire(self) -> Tableau | None:
        """Return what each signatory brings to each fiche, to structures, to the territory, and in all."""
        (now, before), budget = self._annees, self._budget
        if now.empty and before.empty:
            return None
        whole, lines = (rapprocher(by(now), by(before)) for by in (moyens_par_objet, moyens_du_territoire))
        # The sentence on the team names its posts one by one: they are in the data alone.
        totals = pd.concat([whole, lines.rename(columns={"poste": "objet"})], ignore_index=True)
        rows = {(row["signataire"], row["objet"], row["nature"]): row for row in totals.to_dict("records")}
        labels = {str(fiche.numero): f"Fiche {fiche.numero}" for fiche in budget.convention.fiches}
        labels |= {STRUCTURE: "Structures, sans fiche", TERRITOIRE: "Territoire entier, sans fiche"}
        natures, groups, cells = budget.vocabulaire.natures, [], []
        for signataire, nom in budget.parties.items():
            for objet, label in (labels | {ENSEMBLE: "Ensemble"}).items():
                found = {nature.id: rows.get((signataire, objet, nature.id)) for nature in natures}
                if objet not in (STRUCTURE, TERRITOIRE) or any(found.values()):
                    groups.append(nom)
                    amounts = [budget.cellule(row, year, code) for code, row in found.items() for year in budget.annees]
                    cells.append([label, *amounts])
        columns = [
            Colonne(f"{nature.id}_{year}", str(year), numerique=True, groupe=nature.court)
            for nature in natures
            for year in budget.annees
        ]
        title = "Moyens de chaque signataire, par fiche action"
        return budget.tableau("moyens-signataires", title, [Colonne("objet", "Pour"), *columns], cells, totals, groups)

    def par_structure(self) -> Tableau | None:
        """Return what each structure receives, a column a line of the budget and year; a row when they are too many."""
        totals, budget = rapprocher(*map(moyens_par_structure, self._annees)), self._budget
        if totals.empty:
            return None
        offer, at = self.etude.suivi.dossier.offre, self.etude.convention.clause("offre")
        title = f"Moyens par structure de l'{at.article}" if at else "Moyens par structure"
        names = dict(zip(offer["structure"], offer["nom"], strict=True))
        shown = _ranger(totals, "structure", names)
        parties, postes = list(budget.parties), [item.id for item in budget.vocabulaire.postes]
        lines = sorted(
            set(shown[LIGNE].itertuples(index=False, name=None)),
            key=lambda line: (parties.index(line[0]), postes.index(line[1]), line[2]),
        )
        if len(lines) * len(budget.annees) > COLONNES_AU_PLUS:
            return budget.par_poste("moyens-structures", title, shown, [names.get(x, x) for x in shown["structure"]])
        columns = [
            Colonne(
                f"l{rank}_{year}",
                str(year),
                numerique=True,
                groupe=f"{budget.poste(poste)}, {budget.parties[payer]}, en {budget.unite(nature).symbole}",
            )
            for rank, (payer, poste, nature) in enumerate(lines)
            for year in budget.annees
        ]
        found = {(row["structure"], *(row[name] for name in LIGNE)): row for row in shown.to_dict("records")}
        cells = [
            [names.get(structure, structure)]
            + [budget.cellule(found.get((structure, *line)), year, line[2]) for line in lines for year in budget.annees]
            for structure in dict.fromkeys(shown["structure"])
        ]
        columns = [Colonne("structure", "Structure"), *columns]
        return budget.tableau("moyens-structures", title, columns, cells, totals)


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
        return (self.annee,) if self.annee == self.convention.debut.year else (self.annee - 1, self.annee)

    @property
    def parties(self) -> dict[str, str]:
        """The short name of each signatory."""
        return {partie.id: partie.nom_court for partie in self.convention.parties}

    def poste(self, identifiant: str) -> str:
        """Return the label of a line of the budget."""
        return {item.id: item.libelle for item in self.vocabulaire.postes}.get(identifiant, identifiant)

    def unite(self, nature: str) -> object:
        """Return the unit of a nature."""
        return self.contexte.unites[{item.id: item.unite for item in self.vocabulaire.natures}[nature]]

    def montant(self, valeur: float, nature: str, *, unite: bool) -> str:
        """Return an amount: full-time equivalents with the decimals they need, euros without any."""
        unit = self.unite(nature)
        if unit.decimales:
            text = nombre_court(round(valeur, unit.decimales))
            return f"{text}{INSECABLE}{unit.symbole}" if unite else text
        return avec_unite(valeur, unit.symbole if unite else "", 0)

    def cellule(self, row: Mapping[str, object] | None, annee: int, nature: str, *, unite: bool = False) -> str:
        """Return a total as a cell: its amount, « au moins » what is known of it, or the word of its absence."""
        end = "" if annee == self.annee else "_avant"
        if row is None or pd.isna(row[f"lignes{end}"]):
            return RIEN if self.transmis[annee == self.annee] else self.contexte.absence(Statut.NON_TRANSMIS)
        value, known, statut = (row[f"{name}{end}"] for name in ("valeur", "valeur_connue", "statut"))
        if pd.notna(value):
            return self.montant(value, nature, unite=unite) + (" (p)" if statut == Statut.PROVISOIRE else "")
        return self.contexte.absence(statut) if pd.isna(known) else AU_MOINS + self.montant(known, nature, unite=unite)

    def par_poste(self, nom: str, titre: str, totaux: pd.DataFrame, groupes: list[str]) -> Tableau:
        """Return one row a line of the budget, with its signatory where the groups are not signatories."""
        payers = "structure" in totaux.columns
        cells = [
            [self.poste(row["poste"])]
            + [self.parties[row["signataire"]]] * payers
            + [self.cellule(row, year, row["nature"], unite=True) for year in self.annees]
            for row in totaux.to_dict("records")
        ]
        columns = [Colonne("poste", "Poste"), *[Colonne("signataire", "Signataire")] * payers]
        columns += [Colonne(f"annee_{year}", str(year), numerique=True) for year in self.annees]
        return self.tableau(nom, titre, columns, cells, totaux, groupes)

    def tableau(
        self,
        nom: str,
        titre: str,
        colonnes: list[Colonne],
        cellules: list[list[str]],
        donnees: pd.DataFrame,
        groupes: list[str] | None = None,
    ) -> Tableau:
        """Return a table of amounts, with what its marks mean under it."""
        shown = {text for row in cellules for text in row[1:]}
        marks = {
            f"« {AU_MOINS.strip()} » : une ligne au moins n'a pas de valeur, le total est inconnu.": any(
                text.startswith(AU_MOINS) for text in shown
            ),
            f"(p) {self.contexte.statuts['P'].libelle}.": any(text.endswith("(p)") for text in shown),
            f"« {RIEN} » : aucune ligne saisie.": RIEN in shown,
        }
        return Tableau(
            nom=nom,
            titre=f"{titre}, {self.contexte.territoire.nom}, {' et '.join(map(str, self.annees))}",
            colonnes=tuple(colonnes),
            cellules=pd.DataFrame(cellules, columns=[colonne.cle for colonne in colonnes]),
            donnees=donnees,
            source=self.contexte.source,
            groupes=None if groupes is None else tuple(groupes),
            notes=tuple(note for note, met in marks.items() if met),
        )


def tableau_de_fiche(totaux: pd.DataFrame, budget: Budget, numero: int) -> Tableau:
    """Return what each signatory brings to a fiche, line by line of the budget.

    Args:
        totaux: ``moyens_par_poste`` of the year beside that of the year before.
        budget: What the tables read.
        numero: Number of the fiche.
    """
    shown = _ranger(totaux, "signataire", budget.parties)
    titles = [budget.parties[name] for name in shown["signataire"]]
    return budget.par_poste("moyens", f"Moyens de la fiche action {numero}", shown, titles)


def equipe(moyens: pd.DataFrame, budget: Budget, regles: ReglesBilan) -> Iterator[str]:
    """Yield what the article announces of a party's own team, then what was handed in of it."""
    clause = budget.convention.clause(regles.equipe.clause)
    for article in budget.convention.articles if clause else ():
        if article.numero == clause.article:
            yield regles.mots["equipe"].format(article=article.numero, objet=article.objet)
    if moyens.empty:
        return
    told = []
    for poste in regles.equipe.postes:
        rows = moyens[moyens["poste"].eq(poste)]
        unknown = rows["valeur"].isna().any() or rows.empty
        amount = (
            budget.contexte.absence(Statut.NON_TRANSMIS)
            if unknown
            else budget.montant(rows["valeur"].sum(), "etp", unite=True)
        )
        told.append(f"{budget.poste(poste)}, {amount}")
    yield f"En {budget.annee} : {' ; '.join(told)}."


def tableau_moyens_realisations(
    suivis: Mapping[int, Suivi], series: pd.DataFrame, vocabulaire: Vocabulaire, cadre: Cadre
) -> Tableau | None:
    """Return, by fiche, its means of each nature then its indicators of realisation, a column a year; None when bare.

    Nothing is divided by anything: a means serves several realisations.

    Args:
        suivis: The years.
        series: Values by year of the wholes of the indicators (``ctglib.calculs.suivi.annees``), with ``fiche``.
        vocabulaire: The natures of the means.
        cadre: The words.
    """
    years = list(suivis)
    totals = pd.concat([moyens_par_objet(suivi.moyens).assign(annee=year) for year, suivi in suivis.items()])
    sums = totals.groupby(["objet", "nature", "annee"]).agg(
        valeur=("valeur_connue", lambda known: known.sum(min_count=1)), manquantes=("manquantes", "sum")
    )
    rows = []
    for fiche in cadre.convention.fiches:
        for nature in vocabulaire.natures:
            for year in years:
                key = (str(fiche.numero), nature.id, year)
                told = _somme(*(sums.loc[key] if key in sums.index else (None, 0)), nature, cadre)
                rows.append((fiche.numero, nature.id, nature.libelle, nature.unite, year, *told))
        own = series[series["fiche"].eq(fiche.numero)].set_index(["indicateur", "annee"])
        known = own.groupby(level="indicateur", sort=False)["valeur"].transform("count").gt(0)
        for name in dict.fromkeys(own[known].index.get_level_values("indicateur")):
            first = own.loc[name].iloc[0]
            for year in years:
                row = own.loc[(name, year)] if (name, year) in own.index else None
                rows.append((fiche.numero, name, first["libelle"], first["unite"], year, *_mesure(name, row, cadre)))
    table = pd.DataFrame(
        rows,
        columns=["fiche", "element", "libelle", "unite", "annee", "valeur", "lignes_sans_valeur", "statut", "texte"],
    )
    if table["statut"].eq(Statut.NON_TRANSMIS).all():
        return None
    lines = table.drop_duplicates(["fiche", "element"])
    texts = table.pivot_table("texte", ["fiche", "element"], "annee", aggfunc="first", sort=False)
    shown = texts.loc[list(zip(lines["fiche"], lines["element"], strict=True))].reset_index(drop=True)
    return Tableau.de(
        shown.rename(columns=str).assign(element=lines["libelle"].array),
        [Colonne("element", "Élément"), *(Colonne(str(year), str(year), numerique=True) for year in years)],
        nom="moyens-realisations",
        titre=f"Moyens engagés et réalisations, par fiche, {cadre.lieu_et_dates}",
        donnees=table.drop(columns="texte"),
        source=cadre.contexte.source,
        groupes=tuple(map(cadre.fiche, lines["fiche"])),
        notes=(REALISATIONS, *legende(series.loc[series["valeur"].notna(), "statut"], cadre.contexte)),
    )


def _somme(amount: float | None, missing: float, nature: object, cadre: Cadre) -> tuple[float | None, int, str, str]:
    """Return the number of a nature of means in a year, the lines without value, its status, and how it reads."""
    if amount is None or pd.isna(amount):
        return None, int(missing), Statut.NON_TRANSMIS, cadre.contexte.absence(Statut.NON_TRANSMIS)
    unit = cadre.contexte.unites[nature.unite]
    amount = round(float(amount), unit.decimales)
    text = nombre_court(amount) if unit.decimales else avec_unite(amount, "", 0)
    return amount, int(missing), "", AU_MOINS + text if missing else text


def _mesure(indicateur: str, row: pd.Series | None, cadre: Cadre) -> tuple[float | None, int, str, str]:
    if row is None:
        return None, 0, Statut.NON_TRANSMIS, cadre.contexte.absence(Statut.NON_TRANSMIS)
    text = marquer(cadre.contexte.valeur(indicateur, row["valeur"], row["statut"]), row["statut"])
    return row["valeur"], 0, row["statut"], text


def _manquants(moyens: pd.DataFrame, budget: Budget) -> Iterator[str]:
    """Yield, signatory by signatory, the lines entered without a value, or that nothing was handed in."""
    for signataire, nom in budget.parties.items():
        rows = moyens[moyens["signataire"].eq(signataire)]
        lacking = rows[rows["statut"].isin(ABSENCES)]
        if len(lacking):
            yield f"{nom}, montant manquant : {' ; '.join(map(budget.poste, lacking['poste'].unique()))}."
        elif rows.empty and len(moyens):
            yield f"{nom} : aucun moyen transmis."


def _ranger(totaux: pd.DataFrame, colonne: str, noms: Mapping[str, str]) -> pd.DataFrame:
    """Return the rows in the order of the names, equals as they come."""
    order = {name: rank for rank, name in enumerate(noms)}
    return totaux.sort_values(colonne, key=lambda column: column.map(order), kind="stable")
