"""Each indicator over the convention, then the fiches by year: their states, their means beside what they realised."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pandas as pd

from ctglib.blocs.fin import EtudeFinale, sur
from ctglib.blocs.indicateurs import DEDUITE, avec_annee
from ctglib.calculs.collecte import demandes
from ctglib.calculs.etats import etats_par_annee
from ctglib.calculs.moyens import moyens_par_objet
from ctglib.calculs.suivi import annees, avec_departs, avec_reperes
from ctglib.document.blocs import Groupe, suite
from ctglib.document.contexte import BANDE, IMPLICITE, Contexte, bande, marquer, petits_publies
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, avec_unite, compter, nombre_court
from ctglib.donnees.montrable import Montrable
from ctglib.donnees.statuts import Statut
from ctglib.graphiques.grille import grille
from ctglib.graphiques.trajectoires import trajectoires

DEUX_POINTS, PANNEAUX = 2, 6  # a single point draws no way; at most in a figure
LECTURE = (
    "Atteinte : verdict du bilan de la dernière année mesurée. Depuis le départ : de la valeur initiale à la dernière "
    "mesure, selon le sens souhaité. Entre parenthèses, l'année."
)
REALISATIONS = (
    "Moyens : somme des signataires ; « au moins », une ligne n'a pas de valeur. Réalisations : indicateurs de "
    "cette nature qui ont une valeur. Aucun coût unitaire : un moyen sert à plusieurs réalisations."
)


@dataclass(frozen=True)
class Trajectoires(Montrable):
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, the written initial value in its own; ``fiche`` beside."""
        etude, ways = self.etude, self.etude.parcours.set_index("indicateur")
        names = ways.index[ways["table"].eq("observations")]
        years = etude.convention.debut.year, etude.annees[-1]
        rows = annees(etude.mesures, etude.catalogue, names, annees=years)
        written = self.etude.parcours
        known = avec_departs(rows, written[written["origine_initiale"].eq("convention")])
        return known.assign(fiche=known["indicateur"].map(ways["fiche"]))

    def tableau(self) -> Tableau:
        """Return one row an indicator of which a value is known, by fiche; small counts that are shown say why."""
        ways, contexte = self.etude.parcours, self.etude.contexte
        known, unknown = ways[ways["connue"].notna()], ways.loc[ways["connue"].isna(), "annees_connues"]
        silent, shapes = int(unknown.eq(0).sum()), int(unknown.gt(0).sum())
        asked = len(demandes(ways.loc[unknown.index[unknown.eq(0)]]))
        notes = {
            f"Sans aucune valeur : {compter(silent, 'indicateur')}, dont {asked} que l'on demande.": silent,
            f"Suivis par une typologie ou une grille, sans valeur unique : {shapes}.": shapes,
            LECTURE: True,
        }
        return self._tableau(
            known,
            "trajectoires",
            "Chaque indicateur, du départ à la dernière mesure",
            avant=[note for note, said in notes.items() if said],
            apres=petits_publies(
                known, ("valeur_initiale", "derniere"), self.etude.catalogue.seuils.petits_effectifs, contexte
            ),
            donnees=ways,
        )

    def ecrits(self) -> Tableau | None:
        """Return the indicators that the convention writes, those of which a value is known; None when none is."""
        ways = self.etude.parcours
        known = ways[ways["connue"].notna() & ways["origine"].eq("convention")]
        title = "Les indicateurs que la convention écrit"
        return None if known.empty else self._tableau(known, "indicateurs-ecrits", title)

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, six at most; None when none has."""
        etude, found = self.etude, []
        proposed = etude.parcours.set_index("indicateur")["origine"].ne("convention")  # those that it writes come first
        for numero, own in self.series.groupby("fiche"):
            known = own.groupby("indicateur", sort=False)["valeur"].count()
            names = sorted(known.index[known >= DEUX_POINTS], key=proposed.get)[:PANNEAUX]
            rows = own[own["indicateur"].isin(names)]
            rows = avec_reperes(rows, etude.evaluation, etude.catalogue, etude.changements)
            title = f"Fiche{INSECABLE}{numero} : comment ses indicateurs ont-ils évolué, {etude.lieu_et_dates} ?"
            found.append(trajectoires(rows, etude.contexte, nom=f"trajectoires-fiche-{numero}", titre=title))
        return suite(found)

    def etats(self) -> Figure | None:
        """Return the share of the modalités that were done, by fiche and year; None when no state is known."""
        etude, rows = self.etude, []
        table = etats_par_annee(etude.etats_par_annee, etude.convention.fiches)
        for row in table.itertuples():
            waiting = not row.commencee and not row.compte
            said = row.connus and not waiting
            unknown = "non commencée" if waiting else etude.mot("etats_inconnus")
            text, share = (
                (sur(row.compte, row.parmi), 100 * row.compte / row.parmi) if said else (unknown, float("nan"))
            )
            rows.append((etude.titre_de_fiche(row.fiche), str(row.annee), share, text))
        cells = pd.DataFrame(rows, columns=["ligne", "colonne", "valeur", "texte"])
        counts = table.drop(columns=["fiche", "annee", "commencee"]).reset_index(drop=True)
        title = f"Combien de modalités étaient réalisées, en tout ou en partie, {etude.lieu_et_dates} ?"
        return grille(cells.join(counts), etude.contexte, nom="etats", titre=title)

    def moyens(self) -> Tableau | None:
        """Return, by fiche, its means of each nature then what it realised, a column a year; None when bare.

        Nothing is divided by anything: a means serves several realisations.
        """
        etude, contexte, years, rows = self.etude, self.etude.contexte, list(self.etude.annees), []
        means = [moyens_par_objet(one.moyens).assign(annee=year) for year, one in etude.suivi.suivis.items()]
        sums = pd.concat(means).groupby(["objet", "nature", "annee"])[["valeur_connue", "manquantes"]].sum(min_count=1)
        known = sums.astype("float64").T.to_dict("list")
        for fiche, nature, year in product(etude.convention.fiches, etude.catalogue.moyens.natures, years):
            unit = contexte.unites[nature.unite]
            amount, missing = known.get((str(fiche.numero), nature.id, year), (float("nan"), 0))
            amount, status, text = round(amount, unit.decimales), "", contexte.absence(Statut.NON_TRANSMIS)
            if pd.isna(amount):
                status = Statut.NON_TRANSMIS
            else:
                text = nombre_court(amount) if unit.decimales else avec_unite(amount, "", 0)
                text = f"au moins {text}" if missing else text
            element = (fiche.numero, nature.id, nature.libelle, nature.unite)
            rows.append((*element, year, amount, int(missing), status, text))
        columns = ["fiche", "element", "libelle", "unite", "annee", "valeur", "lignes_sans_valeur", "statut", "texte"]
        natures = self.series["indicateur"].map(etude.parcours.set_index("indicateur")["nature"])
        series = self.series[natures.eq("realisation")]
        told = series.groupby("indicateur")["valeur"].transform("count").gt(0)
        done = series[told & series["annee"].isin(years)].rename(columns={"indicateur": "element"})
        texts = [
            marquer(contexte.valeur(name, value, status), status)
            for name, value, status in done[["element", "valeur", "statut"]].itertuples(index=False)
        ]
        done = done.assign(lignes_sans_valeur=0, texte=texts)[columns]
        table = pd.concat([pd.DataFrame(rows, columns=columns), done]).sort_values("fiche", kind="stable")
        if table["statut"].eq(Statut.NON_TRANSMIS).all():
            return None
        shown = table.pivot_table("texte", ["fiche", "element", "libelle"], "annee", aggfunc="first", sort=False)
        shown = shown.rename(columns=str).reset_index()
        return etude.tableau(
            shown,
            [Colonne("libelle", "Élément"), *(Colonne(str(year), str(year), True) for year in years)],
            "moyens-realisations",
            "Moyens engagés et réalisations, par fiche",
            donnees=table.drop(columns="texte"),
            groupes=map(etude.titre_de_fiche, shown["fiche"]),
            notes=[REALISATIONS],
            statuts=series.loc[series["valeur"].notna(), "statut"],
        )

    def _tableau(
        self, known: pd.DataFrame, nom: str, titre: str, *, avant: tuple = (), apres: tuple = (), **reste: object
    ) -> Tableau:
        """Return one row an indicator, by fiche; notes come before and after what its marks mean."""
        etude, contexte, words = self.etude, self.etude.contexte, self.etude.catalogue.evaluation

        def depart(row: pd.Series) -> str:
            return avec_annee(row.indicateur, row.valeur_initiale, row.annee_initiale, contexte) or RIEN

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

        return etude.tableau(
            known,
            [
                Colonne("libelle", "Indicateur"),
                Colonne("depart", "Départ", True, ecrire=depart),
                Colonne("mesure", "Dernière mesure", True, ecrire=lambda row: derniere(row, contexte)),
                Colonne("visee", "Cible, ou référence (d)", True, ecrire=visee),
                Colonne("atteinte", "Atteinte", ecrire=atteinte),
                Colonne("depuis", "Depuis le départ", ecrire=depuis),
            ],
            nom,
            titre,
            groupes=map(etude.titre_de_fiche, known["fiche"]),
            notes=[*avant, known["origine_cible"].eq(IMPLICITE).any() and DEDUITE, *apres],
            statuts=known.loc[known["derniere"].notna(), "statut_derniere"],
            **reste,
        )


def derniere(row: object, contexte: Contexte) -> str:
    """Return the last measure with its mark and year, or the word of its absence."""
    if pd.isna(row.derniere):
        return contexte.absence(row.statut_derniere) or RIEN
    return avec_marque(contexte.valeur(row.indicateur, row.derniere), row.statut_derniere, row.annee_derniere)


def avec_marque(texte: str, statut: str, annee: int) -> str:
    """Return a value with its year, and the mark of a provisional or an estimated one: « 60 (p, 2026) »."""
    mark = marquer("", statut).strip(" ()")
    return f"{texte} ({f'{mark}, ' if mark else ''}{annee})"
