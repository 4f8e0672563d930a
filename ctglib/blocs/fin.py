"""What every block of the evaluation at the end shares: all the years together, each indicator over
them.

Then the fiches by year: their states, their means beside what they realised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ctglib.blocs.analyses import lire_annees, pour_trajectoires
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.comparables import Comparables
from ctglib.blocs.indicateurs import DEDUITE, depart
from ctglib.blocs.moyens import Moyens
from ctglib.calculs import parcours as calculs
from ctglib.calculs.collecte import a_collecter, demandes, manques_finaux
from ctglib.calculs.ecriture import INSECABLE
from ctglib.calculs.etats import FAITES, NON_RENSEIGNEE, etats, totaux
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.suivi import avec_departs, changements_en_vigueur
from ctglib.calculs.territoire import annee_du_diagnostic, revisiter
from ctglib.document.blocs import Groupe, suite
from ctglib.document.contexte import BANDE, IMPLICITE, Contexte, bande, marquer, petits_publies
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import nombre_court
from ctglib.donnees.dossier import Finale
from ctglib.donnees.modeles.catalogue import Theme
from ctglib.donnees.modeles.convention import Schema
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.teintes import grille
from ctglib.graphiques.trajectoires import trajectoires

# a single point draws no way; at most in a figure
DEUX_POINTS = 2
PANNEAUX = 6
MOYENS_ET_REALISATIONS = [
    "fiche",
    "element",
    "libelle",
    "unite",
    "annee",
    "valeur",
    "lignes_sans_valeur",
    "statut",
    "texte",
]


def sur(valeur: float, total: float) -> str:
    """Return « 3 sur 12 »; a total of nothing is a dash."""
    return f"{nombre_court(valeur)} sur {nombre_court(total)}" if total else RIEN


@dataclass(frozen=True)
class EtudeFinale(EtudeAnnuelle):
    """The whole convention, as its evaluation reads it: its last year, in which all are, and what
    all of them give.
    """

    finale: Finale  # rules, readings, what the evaluators entered
    comparables: Comparables  # the comparison with other communes
    themes: list[Theme]  # those that the diagnostic of the convention has
    besoins: pd.DataFrame  # its needs and those of the fiches, each once
    etats_annuels: Mapping[int, pd.DataFrame]  # the state of each modalité, by year
    parcours: (
        pd.DataFrame
    )  # the way of each indicator (see ``ctglib.calculs.parcours``, for the next three too)
    evaluabilite: pd.DataFrame  # what the convention made it possible to evaluate
    recommandations: pd.DataFrame  # what the rules propose for each objective
    preuves: Mapping[str, calculs.Preuve]  # the evidence of the criteria, by code
    revisite: pd.DataFrame  # the public series, then and now (see ``ctglib.calculs.territoire``)
    manques: pd.DataFrame  # what is missing, and from whom (see ``ctglib.calculs.collecte``)

    annees = property(lambda self: tuple(self.suivi.suivis))
    presentations = property(
        lambda self: self.finale.regles.tableaux
    )  # alone: a table of a year has its years

    @property
    def lieu(self) -> str:
        """The end of most captions: « Harnes, 2023-2026 »."""
        return f"{self.contexte.territoire.nom}, {self.convention.debut.year}-{self.convention.fin.year}"

    @property
    def mots(self) -> dict[str, str]:
        """Those of a year, and those of the evaluation."""
        return {**super().mots, **self.finale.regles.mots}

    def titre_de_fiche(self, numero: int) -> str:
        """Return the title of the rows of a fiche."""
        return f"Fiche {numero} : {self.fiche(numero).titre}"

    def etat_du_schema(self, schema: Schema) -> str:
        """Return whether a schéma holds over the convention, as a sentence."""
        debut = self.convention.debut.year
        fin = self.convention.fin.year
        key = (
            "schema_echu"
            if schema.fin < debut
            else "schema_cours"
            if schema.fin < fin
            else "schema_en_vigueur"
        )
        return f"{self.mot(key, debut=schema.debut, fin=schema.fin)}."


def etudier_la_fin(
    derniere: EtudeAnnuelle,
    finale: Finale,
    comparables: Comparables,
    constats: pd.DataFrame,
    besoins: pd.DataFrame,
) -> EtudeFinale:
    """Return the study of a whole convention, from that of its last year and from its diagnostic."""
    suivi = derniere.suivi
    convention = derniere.convention
    catalogue = derniere.catalogue
    mesures = derniere.mesures
    *earlier, last = suivi.suivis
    # Each year as its own bilan read it.
    scored = {year: evaluer(suivi, year) for year in earlier} | {last: derniere.evaluation}
    asked = {
        year: a_collecter(one, catalogue, convention, fin=suivi.fin) for year, one in scored.items()
    }
    states = {year: etats(suivi, year) for year in earlier} | {last: derniere.etats}
    changes = changements_en_vigueur(suivi.avenants, derniere.bilan.date_arretee)
    lectures = finale.lectures
    ways = calculs.parcours(
        convention, catalogue, mesures, scored, changements=changes, suivis=suivi.suivis
    )
    able = calculs.evaluabilite(convention, lectures, ways, changes)
    posts = catalogue.bilan.pilotage
    found = comparables.resultat
    compared = calculs.Preuve(0, 0, 0, 1)
    if found is not None and len(found.ecarts):  # the public series whose gap is more than rounding
        known = int(found.ecarts["ecart"].notna().sum())
        compared = calculs.Preuve(len(comparables.depassent), known, known, len(found.ecarts))
    given = {*constats["theme"]}
    return EtudeFinale(
        **vars(derniere),
        finale=finale,
        comparables=comparables,
        themes=[theme for theme in catalogue.themes if theme.theme in given],
        besoins=besoins,
        etats_annuels=states,
        parcours=ways,
        evaluabilite=able,
        recommandations=calculs.recommandations(
            convention, lectures, derniere.etats, ways, finale.regles.regles
        ),
        preuves={
            **calculs.preuves_du_texte(convention, catalogue, lectures, constats, able, besoins),
            **calculs.preuves_du_suivi(
                derniere.etats, ways, convention, suivi.suivis, (posts.postes, posts.convertis)
            ),
            "resultats_compares": compared,
        },
        revisite=revisiter(
            derniere.series,
            finale.regles.diagnostic,
            catalogue.indicateurs_contexte,
            catalogue.unites,
            territoires=(convention.territoire, convention.reference),
            depart=annee_du_diagnostic(suivi.dossier.annexe1),
            hasard=catalogue.evaluation.seuils.hasard_ecarts,
        ),
        manques=manques_finaux(
            convention, catalogue, suivi.suivis, asked, states, gabarit=derniere.gabarit
        ),
    )


@dataclass(frozen=True)
class Trajectoires(Montrable):
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, the written initial value in its own; ``fiche``,
        ``nature`` beside.
        """
        ways = self.etude.parcours
        rows = lire_annees(self.etude, ways.loc[ways["table"].eq("observations"), "indicateur"])
        known = avec_departs(rows, ways[ways["origine_initiale"].eq(calculs.CONVENTION)])
        return known.merge(ways[["indicateur", "fiche", "nature"]], on="indicateur")

    def tableau(self) -> Tableau:
        """Return one row an indicator of which a value is known, by fiche; small counts that are
        shown say why.
        """
        ways = self.etude.parcours
        contexte = self.etude.contexte
        limit = self.etude.catalogue.seuils.petits_effectifs
        known = ways[ways["connue"].notna()]
        unknown = ways[ways["connue"].isna()]
        silent = unknown[unknown["annees_connues"].eq(0)]
        shapes = len(unknown) - len(silent)
        asked = len(demandes(silent))
        before = (
            [self.etude.mot("trajectoires_muettes", nombre=len(silent), demandes=asked)]
            if len(silent)
            else []
        )
        before += [
            *self.etude.dire(trajectoires_sans_valeur=shapes),
            self.etude.mot("trajectoires"),
        ]
        small = petits_publies(known, ("valeur_initiale", "derniere"), limit, contexte)
        return self._tableau(known, "trajectoires", avant=before, apres=small, donnees=ways)

    def ecrits(self) -> Tableau | None:
        """Return the indicators that the convention writes, those of which a value is known; None
        when none is.
        """
        ways = self.etude.parcours
        known = ways[ways["connue"].notna() & ways["origine"].eq(calculs.CONVENTION)]
        return None if known.empty else self._tableau(known, "indicateurs_ecrits")

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, six at most; None
        when none has.
        """
        etude = self.etude
        found = []
        proposed = etude.parcours.set_index("indicateur")["origine"].ne(
            "convention"
        )  # those that it writes come first
        for numero, own in self.series.groupby("fiche"):
            known = own.groupby("indicateur", sort=False)["valeur"].count()
            names = sorted(known.index[known >= DEUX_POINTS], key=proposed.get)[:PANNEAUX]
            rows = pour_trajectoires(etude, own[own["indicateur"].isin(names)])
            title = (
                f"Fiche{INSECABLE}{numero} : comment ses indicateurs ont-ils évolué, {etude.lieu} ?"
            )
            found.append(
                trajectoires(rows, etude.contexte, nom=f"trajectoires-fiche-{numero}", titre=title)
            )
        return suite(found)

    def etats(self) -> Figure | None:
        """Return the share of the modalités that were done, by fiche and year; None when no state
        is known.
        """
        start = {fiche.numero: fiche.debut.year for fiche in self.etude.convention.fiches}
        etude = self.etude
        told = pd.concat(
            [table.assign(annee=annee) for annee, table in etude.etats_annuels.items()]
        )
        counts = pd.crosstab([told["fiche"].astype("int64"), told["annee"]], told["statut"])
        places = pd.MultiIndex.from_product([start, etude.annees], names=["fiche", "annee"])
        table = counts.reindex(places, columns=told["statut"].unique(), fill_value=0).reset_index()
        states = table.drop(columns=["fiche", "annee"])
        done = states.filter(items=FAITES).sum(axis=1)
        total = states.sum(axis=1)
        known = states.drop(columns=NON_RENSEIGNEE, errors="ignore").sum(axis=1)
        later = done.eq(0) & table["annee"].lt(table["fiche"].map(start))
        shares = [sur(one, every) for one, every in zip(done, total, strict=True)]
        cells = pd.DataFrame(
            {
                "ligne": table["fiche"].map(etude.titre_de_fiche),
                "colonne": table["annee"].astype(str),
                "valeur": (100 * done / total).where(known.gt(0) & ~later),
                "texte": np.select(
                    [later, known.gt(0)], ["non commencée", shares], etude.mot("etats_inconnus")
                ),
                "compte": done,
                "parmi": total,
                "connus": known,
            }
        )
        title = f"Combien de modalités étaient réalisées, en tout ou en partie, {etude.lieu} ?"
        return grille(cells.join(states), etude.contexte, nom="etats", titre=title)

    def moyens(self) -> Tableau | None:
        """Return, by fiche, its means of each nature then what it realised, a column a year; None
        when bare.

        Nothing is divided by anything: a means serves several realisations.
        """
        years = self.etude.annees
        budget = Moyens(self.etude)
        contexte = self.etude.contexte
        etude = self.etude
        means = pd.concat(
            [one.moyens.assign(annee=year) for year, one in etude.suivi.suivis.items()]
        )
        sums = totaux(means.rename(columns={"nature": "element"}), ["fiche", "element", "annee"])
        told = [(one.id, one.libelle, one.unite) for one in etude.catalogue.moyens.natures]
        natures = pd.DataFrame(told, columns=["element", "libelle", "unite"])
        fiches = pd.DataFrame({"fiche": [fiche.numero for fiche in etude.convention.fiches]})
        table = (
            fiches.merge(natures, "cross")
            .merge(pd.DataFrame({"annee": years}), "cross")
            .merge(sums, "left")
        )
        table["statut"] = np.where(table["valeur_connue"].isna(), Statut.NON_TRANSMIS, "")
        table["texte"] = [
            budget.total(row, row["element"], unite=False) for row in table.to_dict("records")
        ]
        digits = [contexte.unites[name].decimales for name in table["unite"]]
        table = table.assign(
            valeur=[
                round(value, most)
                for value, most in zip(table["valeur_connue"], digits, strict=True)
            ],
            lignes_sans_valeur=table["manquantes"].fillna(0).astype(int),
        )
        series = self.series[self.series["nature"].eq("realisation")]
        told = series.groupby("indicateur")["valeur"].transform("count").gt(0)
        done = series[told & series["annee"].isin(years)].rename(columns={"indicateur": "element"})
        texts = [
            marquer(contexte.valeur(name, value, status), status)
            for name, value, status in done[["element", "valeur", "statut"]].itertuples(index=False)
        ]
        done = done.assign(lignes_sans_valeur=0, texte=texts)
        table = pd.concat([table, done], ignore_index=True)[MOYENS_ET_REALISATIONS]
        table = table.sort_values("fiche", kind="stable")
        if table["statut"].eq(Statut.NON_TRANSMIS).all():
            return None
        shown = table.pivot_table(
            "texte", ["fiche", "element", "libelle"], "annee", aggfunc="first", sort=False
        )
        shown = shown.rename(columns=str).reset_index()
        data = table.drop(columns="texte")
        groups = map(etude.titre_de_fiche, shown["fiche"])
        years = map(str, years)
        marks = series.loc[series["valeur"].notna(), "statut"]
        return etude.tableau(
            "moyens_realisations",
            shown,
            None,
            *(Colonne(year, year, True) for year in years),
            donnees=data,
            groupes=groups,
            statuts=marks,
        )

    def _tableau(
        self,
        known: pd.DataFrame,
        cle: str,
        *,
        avant: Iterable[str] = (),
        apres: Iterable[str] = (),
        **reste: object,
    ) -> Tableau:
        """Return one row an indicator, by fiche; notes come before and after what its marks mean."""
        words = self.etude.catalogue.evaluation
        contexte = self.etude.contexte
        etude = self.etude

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
            kept = (
                f" : {bande(row, row.derniere, row.cible, contexte, words)}"
                if row.raison == BANDE
                else ""
            )
            return words.verdicts[row.verdict].dit + kept

        def depuis(row: pd.Series) -> str:
            if not row.evolution:
                bare = pd.isna(row.derniere) or pd.isna(row.valeur_initiale)
                return RIEN if bare else words.raisons[row.raison_evolution]
            told = words.evolutions[row.evolution]
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
        return etude.tableau(
            cle, known, writers, groupes=groups, notes=notes, statuts=marks, **reste
        )


def derniere(row: object, contexte: Contexte) -> str:
    """Return the last measure with its mark and year, or the word of its absence."""
    if pd.isna(row.derniere):
        return contexte.absence(row.statut_derniere) or RIEN
    return avec_marque(
        contexte.valeur(row.indicateur, row.derniere), row.statut_derniere, row.annee_derniere
    )


def avec_marque(texte: str, statut: str, annee: int) -> str:
    """Return a value with its year, and the mark of a provisional or an estimated one: « 60 (p,
    2026) ».
    """
    mark = marquer("", statut).strip(" ()")
    return f"{texte} ({f'{mark}, ' if mark else ''}{annee})"
