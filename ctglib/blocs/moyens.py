"""The means of each signatory: what is said of them, and their tables.

Euros with euros, full-time equivalents with full-time equivalents, never together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs import etats as calculs
from ctglib.calculs.ecriture import INSECABLE, enumerer
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.contexte import MARQUES, legende, marquer
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.modeles.catalogue import Unite
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import INCONNUES, Statut

AU_MOINS = "au moins "
SANS_FICHE = {
    calculs.STRUCTURE: "Structures, sans fiche",
    calculs.TERRITOIRE: "Territoire entier, sans fiche",
}
COLONNES_AU_PLUS = 8  # of amounts; beyond, they would not fit beside each other on a page
LIGNE = ["signataire", "poste", "nature"]  # of the budget


@dataclass(frozen=True)
class Moyens(Montrable):
    """What each signatory brings, this year and the year before."""

    etude: EtudeAnnuelle

    def en_bref(self) -> Bloc | None:
        """Return a line a nature of means, signatory by signatory, then what is not transmitted.

        Money of the year and money invested, like posts, are never added up.
        """
        if self.etude.annuel.vide:
            return None
        now = self.etude.annuel.moyens
        if now.empty:
            parties = enumerer(list(self.parties.values()))
            return paragraphe(
                self.etude.mot("moyens_absents", annee=self.etude.annee, parties=parties)
            )
        totals = calculs.totaux(now, ["signataire", "nature"]).to_dict("records")
        rows = {
            (row["nature"], row["signataire"]): self.total(row, row["nature"]) for row in totals
        }
        told = []
        for nature in self.etude.catalogue.moyens.natures:
            named = [
                f"{nom}, {rows[nature.id, payer]}"
                for payer, nom in self.parties.items()
                if (nature.id, payer) in rows
            ]
            told += [f"{nature.libelle} : {' ; '.join(named)}."] * bool(named)
        for payer, nom in self.parties.items():
            rows = now[now["signataire"].eq(payer)]
            lacking = rows.loc[rows["statut"].isin(INCONNUES), "poste"].unique()
            if len(lacking):
                told.append(f"{nom}, montant manquant : {' ; '.join(map(self.poste, lacking))}.")
            elif rows.empty:
                told.append(f"{nom} : aucun moyen transmis.")
        return liste(told)

    def par_signataire(self) -> Tableau | None:
        """Return what each signatory brings to each fiche, to structures, to the territory, and in
        all.
        """
        if all(rows.empty for rows in self._annees):
            return None
        # The sentence on the team names its posts one by one: they are in the data alone.
        lines = self._rapproches(
            calculs.PAR_POSTE, lambda rows: rows[rows["objet"].eq(calculs.TERRITOIRE)]
        )
        totals = self._rapproches(
            ["signataire", "objet", "nature"],
            lambda rows: pd.concat([rows, rows.assign(objet=calculs.ENSEMBLE)]),
        )
        totals = pd.concat([totals, lines.rename(columns={"poste": "objet"})], ignore_index=True)
        labels = {
            str(fiche.numero): f"Fiche {fiche.numero}" for fiche in self.etude.convention.fiches
        }
        labels |= {**SANS_FICHE, calculs.ENSEMBLE: "Ensemble"}
        met = set(zip(totals["signataire"], totals["objet"], strict=True))
        places = {
            (payer, objet): label
            for payer, (objet, label) in product(self.parties, labels.items())
            if objet not in SANS_FICHE or (payer, objet) in met
        }
        heads = {
            nature.id: ((nature.id,), nature.court)
            for nature in self.etude.catalogue.moyens.natures
        }
        payers = [self.parties[payer] for payer, _ in places]
        return self._croise(
            "moyens_signataires",
            totals,
            ["signataire", "objet", "nature"],
            places,
            heads,
            groupes=payers,
        )

    def par_structure(self) -> Tableau | None:
        """Return what each structure receives, a column a line of the budget and year; a row when
        they are too many.
        """
        totals = self._rapproches(
            ["structure", *calculs.PAR_POSTE], lambda rows: rows[rows["structure"].ne("")]
        )
        offre = self.etude.suivi.dossier.offre
        if totals.empty:
            return None
        at = self.etude.convention.clauses.get("offre")
        words = {"article": f" de l'{at.article}" if at else ""}
        names = dict(zip(offre["structure"], offre["nom"], strict=True))
        shown = _ranger(totals, "structure", names)
        places = {(structure,): names.get(structure, structure) for structure in shown["structure"]}
        postes = {item.id: item.libelle for item in self.etude.catalogue.moyens.postes}
        lines = _ranger(
            _ranger(shown.sort_values("nature"), "poste", postes), "signataire", self.parties
        )
        lines = list(lines[LIGNE].drop_duplicates().itertuples(index=False, name=None))
        if len(lines) * len(self._exercices) > COLONNES_AU_PLUS:
            groups = [places[name,] for name in shown["structure"]]
            return self._par_poste("moyens_des_structures_par_poste", shown, groups, words)
        heads = {
            f"l{rank}": (
                line,
                f"{self.poste(line[1])}, {self.parties[line[0]]}, en {self._unite(line[2]).symbole}",
            )
            for rank, line in enumerate(lines)
        }
        return self._croise(
            "moyens_structures", totals, ["structure", *LIGNE], places, heads, mots=words
        )

    def de_la_fiche(self, numero: int) -> Tableau | None:
        """Return what each signatory brings to a fiche, line by line of the budget; None when
        nobody told.
        """
        totals = self._rapproches(
            calculs.PAR_POSTE, lambda rows: rows[rows["objet"].eq(str(numero))]
        )
        shown = _ranger(totals, "signataire", self.parties)
        groups = shown["signataire"].map(self.parties)
        return (
            None
            if shown.empty
            else self._par_poste("moyens_de_la_fiche", shown, groups, {"fiche": numero})
        )

    def equipe(self) -> Iterator[str]:
        """Yield what the article announces of a party's own team, then what was handed in of it."""
        rules = self.etude.catalogue.bilan
        convention = self.etude.convention
        now = self.etude.annuel.moyens
        clause = convention.clauses.get(rules.equipe.clause)
        for article in convention.articles if clause else ():
            if article.numero == clause.article:
                yield self.etude.mot("equipe", article=article.numero, objet=article.objet)
        if now.empty:
            return
        told = []
        unknown = self.etude.contexte.absence(Statut.NON_TRANSMIS)
        for poste in rules.equipe.postes:
            values = now.loc[now["poste"].eq(poste), "valeur"]
            known = len(values) and values.notna().all()
            amount = self.montant(values.sum(), "etp") if known else unknown
            told.append(f"{self.poste(poste)}, {amount}")
        yield f"En {self.etude.annee} : {' ; '.join(told)}."

    @property
    def parties(self) -> dict[str, str]:
        """The short name of each signatory."""
        return {partie.id: partie.nom_court for partie in self.etude.convention.parties}

    def poste(self, identifiant: str) -> str:
        """Return the label of a line of the budget."""
        return {item.id: item.libelle for item in self.etude.catalogue.moyens.postes}.get(
            identifiant, identifiant
        )

    def montant(self, valeur: float, nature: str, *, unite: bool = True) -> str:
        """Return an amount: full-time equivalents with the decimals they need, euros without any."""
        unit = self._unite(nature)
        text = nombre_court(round(valeur, unit.decimales))
        return f"{text}{INSECABLE}{unit.symbole}" if unite else text

    def total(self, row: Mapping[str, object], nature: str, *, unite: bool = True) -> str:
        """Return the amount of a total, « au moins » what is known of it, or the word of its
        absence.
        """
        if pd.notna(row["valeur"]):
            return marquer(self.montant(row["valeur"], nature, unite=unite), row["statut"])
        if pd.isna(row["valeur_connue"]):
            return self.etude.contexte.absence(row["statut"])
        return AU_MOINS + self.montant(row["valeur_connue"], nature, unite=unite)

    @property
    def _annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year and of the year before, none in the first year of the convention."""
        now = self.etude.annuel.moyens
        before = self.etude.precedent
        return now, now.head(0) if before is None else before.moyens

    def _rapproches(
        self, cles: list[str], choisir: Callable[[pd.DataFrame], pd.DataFrame] = lambda rows: rows
    ) -> pd.DataFrame:
        """Return the totals of the year beside those of the year before, of the means that are
        chosen.
        """
        return calculs.rapprocher(
            *(calculs.totaux(choisir(calculs.avec_objet(rows)), cles) for rows in self._annees)
        )

    @property
    def _exercices(self) -> tuple[int, ...]:
        year = self.etude.annee
        return (year,) if year == self.etude.convention.debut.year else (year - 1, year)

    def _unite(self, nature: str) -> Unite:
        natures = {item.id: item.unite for item in self.etude.catalogue.moyens.natures}
        return self.etude.contexte.unites[natures[nature]]

    def _cellule(self, row: Mapping[str, object] | None, annee: int, *, unite: bool = True) -> str:
        """Return a total of a year as a cell; in a year without anything, all is « non transmis »,
        and not « – ».
        """
        now = annee == self.etude.annee
        end = "" if now else "_avant"
        if row is None or pd.isna(row[f"lignes{end}"]):
            return (
                self.etude.contexte.absence(Statut.NON_TRANSMIS)
                if self._annees[not now].empty
                else RIEN
            )
        told = {name: row[f"{name}{end}"] for name in ("valeur", "valeur_connue", "statut")}
        return self.total(told, row["nature"], unite=unite)

    def _croise(
        self,
        cle: str,
        totaux: pd.DataFrame,
        cles: list[str],
        places: Mapping[tuple, str],
        lignes: Mapping[str, tuple[tuple, str]],
        **reste: object,
    ) -> Tableau:
        """Return a row a place, a column a line of the budget and year; ``cles``: those of a place,
        then of a line.
        """
        rows = {tuple(row[name] for name in cles): row for row in totaux.to_dict("records")}
        (head,) = self.etude.presentations[cle].colonnes
        columns = []
        table = pd.DataFrame({head: places.values()})
        for (name, (line, label)), year in product(lignes.items(), self._exercices):
            columns.append(Colonne(f"{name}_{year}", str(year), True, label))
            table[f"{name}_{year}"] = [
                self._cellule(rows.get((*place, *line)), year, unite=False) for place in places
            ]
        return self._tableau(cle, table, columns, donnees=totaux, **reste)

    def _par_poste(
        self, cle: str, totaux: pd.DataFrame, groupes: Iterable[str], mots: Mapping[str, object]
    ) -> Tableau:
        years = {f"annee_{year}": year for year in self._exercices}
        rows = totaux.to_dict("records")
        table = pd.DataFrame(
            {
                "poste": totaux["poste"].map(self.poste),
                "signataire": totaux["signataire"].map(self.parties),
            }
            | {name: [self._cellule(row, year) for row in rows] for name, year in years.items()}
        )
        columns = [Colonne(name, str(year), True) for name, year in years.items()]
        return self._tableau(cle, table, columns, donnees=totaux, groupes=groupes, mots=mots)

    def _tableau(
        self,
        cle: str,
        table: pd.DataFrame,
        annees: list[Colonne],
        mots: Mapping | None = None,
        **reste: object,
    ) -> Tableau:
        """Return a table of amounts, with what its marks mean under it."""
        cells = table.iloc[:, 1:].stack()
        mot = self.etude.mot
        marks = [code for code, mark in MARQUES.items() if cells.str.endswith(mark).any()]
        notes = [
            cells.str.startswith(AU_MOINS).any() and mot("moyens_au_moins"),
            *legende(marks, self.etude.contexte),
            cells.eq(RIEN).any() and mot("moyens_sans_ligne"),
        ]
        words = {"exercices": " et ".join(map(str, self._exercices)), **(mots or {})}
        return self.etude.tableau(cle, table, None, *annees, mots=words, notes=notes, **reste)


def _ranger(totaux: pd.DataFrame, colonne: str, noms: Iterable[str]) -> pd.DataFrame:
    """Return the rows in the order of the names, equals as they come."""
    order = {name: rank for rank, name in enumerate(noms)}
    return totaux.sort_values(colonne, key=lambda column: column.map(order), kind="stable")
