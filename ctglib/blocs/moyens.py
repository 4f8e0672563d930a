"""The means of each signatory: what is said of them, and their tables.

Euros with euros, full-time equivalents with full-time equivalents, never together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.calculs import etats as calculs
from ctglib.document.blocs import Bloc, liste, paragraphe
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, enumerer, nombre_court
from ctglib.donnees.modeles.catalogue import Unite
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut

AU_MOINS = "au moins "
INCONNU = f"« {AU_MOINS.strip()} » : une ligne au moins n'a pas de valeur, le total est inconnu."
SANS_FICHE = {calculs.STRUCTURE: "Structures, sans fiche", calculs.TERRITOIRE: "Territoire entier, sans fiche"}
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
        now, year = self._annees[0], self.etude.annee
        if now.empty:
            words, parties = self.etude.catalogue.bilan.mots["moyens_absents"], enumerer(list(self.parties.values()))
            return paragraphe(words.format(annee=year, parties=parties))
        totals = calculs.rapprocher(*map(calculs.moyens_par_objet, self._annees))
        whole = totals[totals["objet"].eq(calculs.ENSEMBLE) & totals["lignes"].notna()].to_dict("records")
        rows = {(row["nature"], row["signataire"]): self._cellule(row, year, unite=True) for row in whole}
        told = []
        for nature in self.etude.catalogue.moyens.natures:
            named = [f"{nom}, {rows[nature.id, payer]}" for payer, nom in self.parties.items()
                     if (nature.id, payer) in rows]  # fmt: skip
            told += [f"{nature.libelle} : {' ; '.join(named)}."] * bool(named)
        for payer, nom in self.parties.items():
            rows = now[now["signataire"].eq(payer)]
            lacking = rows.loc[rows["statut"].isin(calculs.ABSENCES), "poste"].unique()
            if len(lacking):
                told.append(f"{nom}, montant manquant : {' ; '.join(map(self.poste, lacking))}.")
            elif rows.empty:
                told.append(f"{nom} : aucun moyen transmis.")
        return liste(told)

    def par_signataire(self) -> Tableau | None:
        """Return what each signatory brings to each fiche, to structures, to the territory, and in all."""
        if all(rows.empty for rows in self._annees):
            return None
        kinds = (calculs.moyens_par_objet, calculs.moyens_du_territoire)
        whole, lines = (calculs.rapprocher(*map(by, self._annees)) for by in kinds)
        # The sentence on the team names its posts one by one: they are in the data alone.
        totals = pd.concat([whole, lines.rename(columns={"poste": "objet"})], ignore_index=True)
        labels = {str(fiche.numero): f"Fiche {fiche.numero}" for fiche in self.etude.convention.fiches}
        labels |= {**SANS_FICHE, calculs.ENSEMBLE: "Ensemble"}
        met = set(zip(totals["signataire"], totals["objet"], strict=True))
        places = {
            (payer, objet): label
            for payer, (objet, label) in product(self.parties, labels.items())
            if objet not in SANS_FICHE or (payer, objet) in met
        }
        heads = {nature.id: ((nature.id,), nature.court) for nature in self.etude.catalogue.moyens.natures}
        return self._croise(
            "moyens-signataires", "Moyens de chaque signataire, par fiche action", Colonne("objet", "Pour"), totals,
            ["signataire", "objet", "nature"], places, heads, [self.parties[payer] for payer, _ in places],
        )  # fmt: skip

    def par_structure(self) -> Tableau | None:
        """Return what each structure receives, a column a line of the budget and year; a row when they are too many."""
        totals, dossier = calculs.rapprocher(*map(calculs.moyens_par_structure, self._annees)), self.etude.suivi.dossier
        if totals.empty:
            return None
        at = self.etude.convention.clauses.get("offre")
        title = f"Moyens par structure de l'{at.article}" if at else "Moyens par structure"
        names = dict(zip(dossier.offre["structure"], dossier.offre["nom"], strict=True))
        shown = _ranger(totals, "structure", names)
        places = {(structure,): names.get(structure, structure) for structure in shown["structure"]}
        postes = {item.id: item.libelle for item in self.etude.catalogue.moyens.postes}
        lines = _ranger(_ranger(shown.sort_values("nature"), "poste", postes), "signataire", self.parties)
        lines = list(lines[LIGNE].drop_duplicates().itertuples(index=False, name=None))
        if len(lines) * len(self._exercices) > COLONNES_AU_PLUS:
            return self._par_poste("moyens-structures", title, shown, [places[name,] for name in shown["structure"]])
        heads = {
            f"l{rank}": (line, f"{self.poste(line[1])}, {self.parties[line[0]]}, en {self._unite(line[2]).symbole}")
            for rank, line in enumerate(lines)
        }
        head = Colonne("structure", "Structure")
        return self._croise("moyens-structures", title, head, totals, ["structure", *LIGNE], places, heads)

    def de_la_fiche(self, numero: int) -> Tableau | None:
        """Return what each signatory brings to a fiche, line by line of the budget; None when nobody told."""
        totals = calculs.rapprocher(*(calculs.moyens_par_poste(rows, numero) for rows in self._annees))
        if totals.empty:
            return None
        shown = _ranger(totals, "signataire", self.parties)
        groups = shown["signataire"].map(self.parties)
        return self._par_poste("moyens", f"Moyens de la fiche action {numero}", shown, groups)

    def equipe(self) -> Iterator[str]:
        """Yield what the article announces of a party's own team, then what was handed in of it."""
        rules, convention, now = self.etude.catalogue.bilan, self.etude.convention, self.etude.annuel.moyens
        clause = convention.clauses.get(rules.equipe.clause)
        for article in convention.articles if clause else ():
            if article.numero == clause.article:
                yield rules.mots["equipe"].format(article=article.numero, objet=article.objet)
        if now.empty:
            return
        told, unknown = [], self.etude.contexte.absence(Statut.NON_TRANSMIS)
        for poste in rules.equipe.postes:
            values = now.loc[now["poste"].eq(poste), "valeur"]
            known = len(values) and values.notna().all()
            amount = self._montant(values.sum(), "etp", unite=True) if known else unknown
            told.append(f"{self.poste(poste)}, {amount}")
        yield f"En {self.etude.annee} : {' ; '.join(told)}."

    @property
    def parties(self) -> dict[str, str]:
        """The short name of each signatory."""
        return {partie.id: partie.nom_court for partie in self.etude.convention.parties}

    def poste(self, identifiant: str) -> str:
        """Return the label of a line of the budget."""
        return {item.id: item.libelle for item in self.etude.catalogue.moyens.postes}.get(identifiant, identifiant)

    @property
    def _annees(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The means of the year and of the year before, none in the first year of the convention."""
        now, before = self.etude.annuel.moyens, self.etude.precedent
        return now, now.head(0) if before is None else before.moyens

    @property
    def _exercices(self) -> tuple[int, ...]:
        year = self.etude.annee
        return (year,) if year == self.etude.convention.debut.year else (year - 1, year)

    def _unite(self, nature: str) -> Unite:
        natures = {item.id: item.unite for item in self.etude.catalogue.moyens.natures}
        return self.etude.contexte.unites[natures[nature]]

    def _montant(self, valeur: float, nature: str, *, unite: bool) -> str:
        """Return an amount: full-time equivalents with the decimals they need, euros without any."""
        unit = self._unite(nature)
        if unit.decimales:
            text = nombre_court(round(valeur, unit.decimales))
            return f"{text}{INSECABLE}{unit.symbole}" if unite else text
        return avec_unite(valeur, unit.symbole if unite else "", 0)

    def _cellule(self, row: Mapping[str, object] | None, annee: int, *, unite: bool = False) -> str:
        """Return a total as a cell: its amount, « au moins » what is known of it, or the word of its absence.

        In a year without anything, all is « non transmis », and not « – ».
        """
        now, absence = annee == self.etude.annee, self.etude.contexte.absence
        end = "" if now else "_avant"
        if row is None or pd.isna(row[f"lignes{end}"]):
            return absence(Statut.NON_TRANSMIS) if self._annees[not now].empty else RIEN
        value, known, statut = (row[f"{name}{end}"] for name in ("valeur", "valeur_connue", "statut"))
        if pd.notna(value):
            return self._montant(value, row["nature"], unite=unite) + (" (p)" if statut == Statut.PROVISOIRE else "")
        if pd.isna(known):
            return absence(statut)
        return AU_MOINS + self._montant(known, row["nature"], unite=unite)

    def _croise(
        self, nom: str, titre: str, tete: Colonne, totaux: pd.DataFrame, cles: list[str],
        places: Mapping[tuple, str], lignes: Mapping[str, tuple[tuple, str]], groupes: Iterable[str] | None = None,
    ) -> Tableau:  # fmt: skip
        """Return a row a place, a column a line of the budget and year; ``cles``: those of a place, then of a line."""
        rows = {tuple(row[name] for name in cles): row for row in totaux.to_dict("records")}
        columns, table = [tete], pd.DataFrame({tete.cle: places.values()})
        for (name, (line, head)), year in product(lignes.items(), self._exercices):
            columns.append(Colonne(f"{name}_{year}", str(year), True, head))
            table[f"{name}_{year}"] = [self._cellule(rows.get((*place, *line)), year) for place in places]
        return self._tableau(nom, titre, columns, table, totaux, groupes)

    def _par_poste(self, nom: str, titre: str, totaux: pd.DataFrame, groupes: Iterable[str]) -> Tableau:
        """Return one row a line of the budget, with its signatory where the groups are not signatories."""
        years, rows = {f"annee_{year}": year for year in self._exercices}, totaux.to_dict("records")
        table = pd.DataFrame(
            {"poste": totaux["poste"].map(self.poste), "signataire": totaux["signataire"].map(self.parties)}
            | {name: [self._cellule(row, year, unite=True) for row in rows] for name, year in years.items()}
        )
        columns = [Colonne("poste", "Poste"), *[Colonne("signataire", "Signataire")] * ("structure" in totaux.columns)]
        columns += [Colonne(name, str(year), True) for name, year in years.items()]
        return self._tableau(nom, titre, columns, table, totaux, groupes)

    def _tableau(
        self, nom: str, titre: str, colonnes: list[Colonne], table: pd.DataFrame, donnees: pd.DataFrame,
        groupes: Iterable[str] | None,
    ) -> Tableau:  # fmt: skip
        """Return a table of amounts, with what its marks mean under it."""
        cells, contexte = table.iloc[:, 1:].stack(), self.etude.contexte
        notes = [
            cells.str.startswith(AU_MOINS).any() and INCONNU,
            cells.str.endswith("(p)").any() and f"(p) {contexte.statuts['P'].libelle}.",
            cells.eq(RIEN).any() and f"« {RIEN} » : aucune ligne saisie.",
        ]
        title = f"{titre}, {contexte.territoire.nom}, {' et '.join(map(str, self._exercices))}"
        return contexte.tableau(table, colonnes, nom, title, donnees=donnees, groupes=groupes, notes=notes)


def _ranger(totaux: pd.DataFrame, colonne: str, noms: Iterable[str]) -> pd.DataFrame:
    """Return the rows in the order of the names, equals as they come."""
    order = {name: rank for rank, name in enumerate(noms)}
    return totaux.sort_values(colonne, key=lambda column: column.map(order), kind="stable")
