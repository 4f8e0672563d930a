"""What every block of the evaluation at the end shares: all the years together, each indicator over them.

Then the fiches by year: their states, their means beside what they realised.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import nan

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.comparables import Comparables
from ctglib.blocs.indicateurs import DEDUITE, depart
from ctglib.blocs.moyens import Moyens
from ctglib.calculs.collecte import DEPART, VALEUR, demandes, manques_finaux
from ctglib.calculs.etats import etats, etats_par_annee, moyens_par_objet
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.parcours import (
    CONVENTION,
    Preuve,
    evaluabilite,
    parcours,
    preuves_du_suivi,
    preuves_du_texte,
    recommandations,
)
from ctglib.calculs.suivi import annees, avec_departs, avec_reperes, changements_en_vigueur
from ctglib.calculs.territoire import annee_du_diagnostic, revisiter
from ctglib.document.blocs import Groupe, suite
from ctglib.document.contexte import BANDE, IMPLICITE, Contexte, bande, marquer, petits_publies
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, nombre_court
from ctglib.donnees.dossier import Finale
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Schema
from ctglib.donnees.modeles.rapports import Presentation
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.partage import partager
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.teintes import grille
from ctglib.graphiques.trajectoires import trajectoires

DEUX_POINTS, PANNEAUX = 2, 6  # a single point draws no way; at most in a figure


def sur(valeur: float, total: float) -> str:
    """Return « 3 sur 12 »; a total of nothing is a dash."""
    return f"{nombre_court(valeur)} sur {nombre_court(total)}" if total else RIEN


@dataclass(frozen=True)
class EtudeFinale(EtudeAnnuelle):
    """The whole convention, as its evaluation reads it: its last year, in which all are; each result is kept."""

    finale: Finale  # rules, readings, what the evaluators entered
    comparables: Comparables  # the comparison with other communes
    constats: pd.DataFrame  # the comparison of the diagnostic that the convention began with
    besoins: pd.DataFrame  # its needs and those of the fiches, each once

    @property
    def annees(self) -> tuple[int, ...]:
        """The years of the convention."""
        return tuple(self.suivi.suivis)

    @property
    def lieu(self) -> str:
        """The end of most captions: « Harnes, 2023-2026 »."""
        return f"{self.contexte.territoire.nom}, {self.convention.debut.year}-{self.convention.fin.year}"

    @property
    def mots(self) -> dict[str, str]:
        """Those of a year, and those of the evaluation."""
        return {**super().mots, **self.finale.regles.mots}

    @property
    def presentations(self) -> dict[str, Presentation]:
        """Those of the evaluation alone: a table of a year has its years."""
        return self.finale.regles.tableaux

    def titre_de_fiche(self, numero: int) -> str:
        """Return the title of the rows of a fiche."""
        return f"Fiche {numero} : {self.fiche(numero).titre}"

    def etat_du_schema(self, schema: Schema) -> str:
        """Return whether a schéma holds over the convention, as a sentence."""
        debut, fin = self.convention.debut.year, self.convention.fin.year
        key = "schema_echu" if schema.fin < debut else "schema_cours" if schema.fin < fin else "schema_en_vigueur"
        return f"{self.mot(key, debut=schema.debut, fin=schema.fin)}."

    @cached_property
    def evaluations(self) -> dict[int, pd.DataFrame]:
        """The scoring of each year, as its own bilan read it."""
        earlier = self.annees[:-1]
        known = partager(f"{self.nom}/annees", lambda: {year: evaluer(self.suivi, year) for year in earlier})
        return known | {self.annee: self.evaluation}

    @cached_property
    def etats_par_annee(self) -> dict[int, pd.DataFrame]:
        """The state of each modalité, by year."""
        return {year: etats(self.suivi, year) for year in self.annees[:-1]} | {self.annee: self.etats}

    @cached_property
    def changements(self) -> tuple:
        """The changes of the avenants in force at the end."""
        return changements_en_vigueur(self.suivi.avenants, self.bilan.date_arretee)

    @cached_property
    def parcours(self) -> pd.DataFrame:
        """The way of each indicator (see ``ctglib.calculs.parcours``)."""
        return parcours(
            self.convention, self.catalogue, self.mesures, self.evaluations,
            changements=self.changements, suivis=self.suivi.suivis,
        )  # fmt: skip

    @cached_property
    def evaluabilite(self) -> pd.DataFrame:
        """What the convention made it possible to evaluate."""
        return evaluabilite(self.convention, self.finale.lectures, self.parcours, self.changements)

    @property
    def ecrits(self) -> pd.Series:
        """What the text alone made it possible to evaluate, all fiches together."""
        table = self.evaluabilite
        return table[table["groupe"].eq(CONVENTION) & table["fiche"].isna()].iloc[0]

    @cached_property
    def revisite(self) -> pd.DataFrame:
        """The public series, then and now."""
        return revisiter(
            self.series,
            self.finale.regles.diagnostic,
            self.catalogue.indicateurs_contexte,
            self.catalogue.unites,
            territoires=(self.convention.territoire, self.convention.reference),
            depart=annee_du_diagnostic(self.suivi.dossier.annexe1),
            hasard=self.catalogue.evaluation.seuils.hasard_ecarts,
        )

    @cached_property
    def recommandations(self) -> pd.DataFrame:
        """What the rules propose for each objective."""
        finale = self.finale
        return recommandations(self.convention, finale.lectures, self.etats, self.parcours, finale.regles.regles)

    @cached_property
    def manques(self) -> pd.DataFrame:
        """What is missing, and from whom."""
        return manques_finaux(
            self.convention, self.catalogue, self.suivi.suivis, self.evaluations, self.etats_par_annee,
            parcours=self.parcours, gabarit=self.gabarit,
        )  # fmt: skip

    @cached_property
    def elements_manquants(self) -> pd.DataFrame:
        """The same, a thing once: an initial value joins the years of its indicator, ``depart`` being its year."""
        rows = self.manques
        starts = rows[rows["nature"].eq(DEPART)].set_index("element")["annees"]
        valued = rows["nature"].eq(VALEUR)
        rows = rows.assign(depart=rows["element"].map(starts).where(valued, "").fillna(""))
        return rows[rows["nature"].ne(DEPART) | ~rows["element"].isin(rows.loc[valued, "element"])]

    @property
    def themes(self) -> list[Theme]:
        """The themes that the diagnostic of the convention has."""
        given = {*self.constats["indicateur"]}
        return [theme for theme in self.catalogue.themes if given & {item.id for item in theme.indicateurs}]

    @cached_property
    def preuves(self) -> Mapping[str, Preuve]:
        """The evidence of the criteria, by code."""
        convention, found, posts = self.convention, self.comparables.resultat, self.catalogue.bilan.pilotage
        sens = {name: item.sens for name, item in self.catalogue.indicateurs.items()}
        themes = [theme.theme for theme in self.themes]
        compared = Preuve(0, 0, 0, 1)
        if found is not None and len(found.ecarts):  # the public series whose gap is more than rounding
            known = int(found.ecarts["ecart"].notna().sum())
            compared = Preuve(len(self.comparables.depassent), known, known, len(found.ecarts))
        written = preuves_du_texte(
            convention, self.finale.lectures, self.constats, sens, self.ecrits, self.besoins, themes
        )
        names = posts.postes, posts.convertis
        done = preuves_du_suivi(self.etats, self.parcours, convention, self.suivi.suivis, names)
        return {**written, **done, "resultats_compares": compared}


@dataclass(frozen=True)
class Trajectoires(Montrable):
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, the written initial value in its own; ``fiche`` beside."""
        etude, ways = self.etude, self.etude.parcours
        measured = ways[ways["table"].eq("observations")].set_index("indicateur")["fiche"]
        years = etude.convention.debut.year, etude.annee
        rows = annees(etude.mesures, etude.catalogue, measured.index, annees=years)
        known = avec_departs(rows, ways[ways["origine_initiale"].eq(CONVENTION)])
        return known.assign(fiche=known["indicateur"].map(ways.set_index("indicateur")["fiche"]))

    def tableau(self) -> Tableau:
        """Return one row an indicator of which a value is known, by fiche; small counts that are shown say why."""
        ways, contexte, limit = self.etude.parcours, self.etude.contexte, self.etude.catalogue.seuils.petits_effectifs
        known, unknown = ways[ways["connue"].notna()], ways[ways["connue"].isna()]
        silent = unknown[unknown["annees_connues"].eq(0)]
        shapes, asked = len(unknown) - len(silent), len(demandes(silent))
        before = [self.etude.mot("trajectoires_muettes", nombre=len(silent), demandes=asked)] if len(silent) else []
        before += [*self.etude.dire(trajectoires_sans_valeur=shapes), self.etude.mot("trajectoires")]
        small = petits_publies(known, ("valeur_initiale", "derniere"), limit, contexte)
        return self._tableau(known, "trajectoires", avant=before, apres=small, donnees=ways)

    def ecrits(self) -> Tableau | None:
        """Return the indicators that the convention writes, those of which a value is known; None when none is."""
        ways = self.etude.parcours
        known = ways[ways["connue"].notna() & ways["origine"].eq(CONVENTION)]
        return None if known.empty else self._tableau(known, "indicateurs_ecrits")

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, six at most; None when none has."""
        etude, found = self.etude, []
        proposed = etude.parcours.set_index("indicateur")["origine"].ne("convention")  # those that it writes come first
        for numero, own in self.series.groupby("fiche"):
            known = own.groupby("indicateur", sort=False)["valeur"].count()
            names = sorted(known.index[known >= DEUX_POINTS], key=proposed.get)[:PANNEAUX]
            rows = own[own["indicateur"].isin(names)]
            rows = avec_reperes(rows, etude.evaluation, etude.catalogue, etude.changements)
            title = f"Fiche{INSECABLE}{numero} : comment ses indicateurs ont-ils évolué, {etude.lieu} ?"
            found.append(trajectoires(rows, etude.contexte, nom=f"trajectoires-fiche-{numero}", titre=title))
        return suite(found)

    def etats(self) -> Figure | None:
        """Return the share of the modalités that were done, by fiche and year; None when no state is known."""
        etude, rows = self.etude, []
        table = etats_par_annee(etude.etats_par_annee, etude.convention.fiches)
        for row in table.itertuples():
            share, text = float("nan"), etude.mot("etats_inconnus")
            if not row.commencee and not row.compte:
                text = "non commencée"
            elif row.connus:
                share, text = 100 * row.compte / row.parmi, sur(row.compte, row.parmi)
            rows.append((etude.titre_de_fiche(row.fiche), str(row.annee), share, text))
        cells = pd.DataFrame(rows, columns=["ligne", "colonne", "valeur", "texte"])
        counts = table.drop(columns=["fiche", "annee", "commencee"]).reset_index(drop=True)
        title = f"Combien de modalités étaient réalisées, en tout ou en partie, {etude.lieu} ?"
        return grille(cells.join(counts), etude.contexte, nom="etats", titre=title)

    def moyens(self) -> Tableau | None:
        """Return, by fiche, its means of each nature then what it realised, a column a year; None when bare.

        Nothing is divided by anything: a means serves several realisations.
        """
        etude, contexte, years, rows = self.etude, self.etude.contexte, list(self.etude.annees), []
        means = [moyens_par_objet(one.moyens).assign(annee=year) for year, one in etude.suivi.suivis.items()]
        sums = pd.concat(means).groupby(["objet", "nature", "annee"])[["valeur_connue", "manquantes"]].sum(min_count=1)
        known, budget = sums.astype("float64").T.to_dict("list"), Moyens(etude)
        for fiche, nature, year in product(etude.convention.fiches, etude.catalogue.moyens.natures, years):
            amount, missing = known.get((str(fiche.numero), nature.id, year), (nan, 0))
            amount = round(amount, contexte.unites[nature.unite].decimales)
            status = Statut.NON_TRANSMIS if pd.isna(amount) else ""
            total = {"valeur": nan if missing else amount, "valeur_connue": amount, "statut": status}
            text = budget.total(total, nature.id, unite=False)
            element = (fiche.numero, nature.id, nature.libelle, nature.unite)
            rows.append((*element, year, amount, int(missing), status, text))
        columns = ["fiche", "element", "libelle", "unite", "annee", "valeur", "lignes_sans_valeur", "statut", "texte"]
        kinds = self.series["indicateur"].map(etude.parcours.set_index("indicateur")["nature"])
        series = self.series[kinds.eq("realisation")]
        told = series.groupby("indicateur")["valeur"].transform("count").gt(0)
        done = series[told & series["annee"].isin(years)].rename(columns={"indicateur": "element"})
        texts = [
            marquer(contexte.valeur(name, value, status), status)
            for name, value, status in done[["element", "valeur", "statut"]].itertuples(index=False)
        ]
        table = pd.concat(
            [pd.DataFrame(rows, columns=columns), done.assign(lignes_sans_valeur=0, texte=texts)[columns]]
        )
        table = table.sort_values("fiche", kind="stable")
        if table["statut"].eq(Statut.NON_TRANSMIS).all():
            return None
        shown = table.pivot_table("texte", ["fiche", "element", "libelle"], "annee", aggfunc="first", sort=False)
        shown = shown.rename(columns=str).reset_index()
        data, groups = table.drop(columns="texte"), map(etude.titre_de_fiche, shown["fiche"])
        years, marks = map(str, years), series.loc[series["valeur"].notna(), "statut"]
        return etude.tableau(
            "moyens_realisations", shown, None, *(Colonne(year, year, True) for year in years),
            donnees=data, groupes=groups, statuts=marks,
        )  # fmt: skip

    def _tableau(
        self, known: pd.DataFrame, cle: str, *, avant: Iterable[str] = (), apres: Iterable[str] = (), **reste: object
    ) -> Tableau:
        """Return one row an indicator, by fiche; notes come before and after what its marks mean."""
        etude, contexte, words = self.etude, self.etude.contexte, self.etude.catalogue.evaluation

        def visee(row: pd.Series) -> str:
            if pd.isna(row.cible):
                return RIEN
            mark = "d, " if row.origine_cible == IMPLICITE else ""
            return f"{contexte.valeur(row.indicateur, row.cible)} ({mark}{row.annee_cible})"

        def atteinte(row: pd.Series) -> str:
            """Return the verdict; without one, only the reason that the row does not show already."""
            if pd.isna(row.cible):
                return RIEN
            if row.verdict == "non_evaluable" and row.raison:
                return f"{words.verdicts[row.verdict].signe} {words.raisons[row.raison]}"
            kept = f" : {bande(row, row.derniere, row.cible, contexte, words)}" if row.raison == BANDE else ""
            return words.verdicts[row.verdict].dit + kept

        def depuis(row: pd.Series) -> str:
            if not row.evolution:
                bare = pd.isna(row.derniere) or pd.isna(row.valeur_initiale)
                return RIEN if bare else words.raisons[row.raison_evolution]
            told = words.evolutions[row.evolution].mot
            if row.raison_evolution != BANDE:
                return told
            since = pd.Series({**row, "origine_cible": ""})
            return f"{told}, {bande(since, row.derniere, row.a_maintenir, contexte, words)}"

        writers = {
            "depart": lambda row: depart(row, contexte),
            "mesure": lambda row: derniere(row, contexte),
            "visee": visee,
            "atteinte": atteinte,
            "depuis": depuis,
        }
        notes = [*avant, known["origine_cible"].eq(IMPLICITE).any() and DEDUITE, *apres]
        groups = map(etude.titre_de_fiche, known["fiche"])
        marks = known.loc[known["derniere"].notna(), "statut_derniere"]
        return etude.tableau(cle, known, writers, groupes=groups, notes=notes, statuts=marks, **reste)


def derniere(row: object, contexte: Contexte) -> str:
    """Return the last measure with its mark and year, or the word of its absence."""
    if pd.isna(row.derniere):
        return contexte.absence(row.statut_derniere) or RIEN
    return avec_marque(contexte.valeur(row.indicateur, row.derniere), row.statut_derniere, row.annee_derniere)


def avec_marque(texte: str, statut: str, annee: int) -> str:
    """Return a value with its year, and the mark of a provisional or an estimated one: « 60 (p, 2026) »."""
    mark = marquer("", statut).strip(" ()")
    return f"{texte} ({f'{mark}, ' if mark else ''}{annee})"
