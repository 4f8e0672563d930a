"""Each indicator over the convention, then the fiches by year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import sur
from ctglib.blocs.indicateurs import avec_annee
from ctglib.blocs.moyens import tableau_moyens_realisations
from ctglib.calculs.etats import etats_par_annee
from ctglib.calculs.suivi import annees, avec_departs, avec_reperes
from ctglib.document.blocs import Groupe, suite
from ctglib.document.mesures import BANDE, IMPLICITE, bande, legende, marquer, petits_publies
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.grille import grille
from ctglib.graphiques.trajectoires import trajectoires

if TYPE_CHECKING:
    from ctglib.blocs.fin import EtudeFinale
    from ctglib.document.contexte import Contexte
    from ctglib.document.figure import Figure

DEUX_POINTS, PANNEAUX = 2, 6  # a single point draws no way; at most in a figure
NON_COMMENCEE = "non commencée"
LECTURE = (
    "Atteinte : verdict du bilan de la dernière année mesurée. Depuis le départ : de la valeur initiale à la dernière "
    "mesure, selon le sens souhaité. Entre parenthèses, l'année."
)
DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."


@dataclass(frozen=True)
class Trajectoires(Montrable):
    """The indicators and the states over the whole convention."""

    etude: EtudeFinale

    @cached_property
    def series(self) -> pd.DataFrame:
        """The values of the indicators by year, the written initial value in its own; ``fiche`` beside."""
        etude, ways = self.etude, self.etude.parcours
        names = ways.loc[ways["table"].eq("observations"), "indicateur"]
        years = etude.convention.debut.year, etude.annees[-1]
        rows = annees(etude.derniere.mesures, etude.catalogue, names, annees=years)
        whole = avec_departs(rows, ways[ways["origine_initiale"].eq("convention")])
        return whole.assign(fiche=whole["indicateur"].map(ways.set_index("indicateur")["fiche"]))

    def tableau(self) -> Tableau:
        """Return one row an indicator of which a value is known, by fiche; small counts that are shown say why."""
        cadre, ways = self.etude.cadre, self.etude.parcours
        contexte, threshold = cadre.contexte, self.etude.catalogue.seuils.petits_effectifs
        known, unknown = ways[ways["connue"].notna()], ways[ways["connue"].isna()]
        silent, shapes = (
            int(test.sum()) for test in (unknown["annees_connues"].eq(0), unknown["annees_connues"].gt(0))
        )
        notes = {
            f"Sans aucune valeur, et donc dans ce qui manque : {compter(silent, 'indicateur')}.": silent,
            f"Suivis par une typologie ou une grille, sans valeur unique : {shapes}.": shapes,
            LECTURE: True,
            DEDUITE: known["origine_cible"].eq(IMPLICITE).any(),
        }

        return replace(
            self._tableau(
                known, "trajectoires", f"Chaque indicateur, du départ à la dernière mesure, {cadre.lieu_et_dates}"
            ),
            donnees=ways,
            notes=(
                *(note for note, said in notes.items() if said),
                *petits_publies(known, ("valeur_initiale", "derniere"), threshold, contexte),
                *legende(known.loc[known["derniere"].notna(), "statut_derniere"], contexte),
            ),
        )

    def ecrits(self) -> Tableau | None:
        """Return the indicators that the convention writes, those of which a value is known; None when none is."""
        ways = self.etude.parcours
        known = ways[ways["connue"].notna() & ways["origine"].eq("convention")]
        title = f"Les indicateurs que la convention écrit, {self.etude.cadre.lieu_et_dates}"
        return None if known.empty else self._tableau(known, "indicateurs-ecrits", title)

    def figures(self) -> Groupe | None:
        """Return the indicators that have two values at least, fiche by fiche, six at most; None when none has."""
        return suite(self._figure(fiche.numero) for fiche in self.etude.convention.fiches)

    def etats(self) -> Figure | None:
        """Return the share of the modalités that were done, by fiche and year; None when no state is known."""
        return self._etats

    @cached_property
    def _etats(self) -> Figure | None:
        title = "Combien de modalités étaient réalisées, en tout ou en partie"
        table = etats_par_annee(self.etude.etats, self.etude.convention.fiches)
        return self._grille("etats", title, table, "etats_inconnus")

    def moyens(self) -> Tableau | None:
        """Return the means of each fiche beside what it realised, year by year; None when nothing of it is known."""
        natures = self.series["indicateur"].map(self.etude.parcours.set_index("indicateur")["nature"])
        realised = self.series[natures.eq("realisation")]
        suivis, words = self.etude.derniere.suivi.suivis, self.etude.catalogue.moyens
        return tableau_moyens_realisations(suivis, realised, words, self.etude.cadre)

    def _tableau(self, known: pd.DataFrame, nom: str, titre: str) -> Tableau:
        cadre, contexte = self.etude.cadre, self.etude.cadre.contexte

        def depart(row: pd.Series) -> str:
            return avec_annee(row.indicateur, row.valeur_initiale, row.annee_initiale, contexte) or RIEN

        return Tableau.de(
            known,
            [
                Colonne("libelle", "Indicateur"),
                Colonne("depart", "Départ", numerique=True, ecrire=depart),
                Colonne("mesure", "Dernière mesure", numerique=True, ecrire=lambda row: derniere(row, contexte)),
                Colonne("visee", "Cible, ou référence (d)", numerique=True, ecrire=self._visee),
                Colonne("atteinte", "Atteinte", ecrire=self._atteinte),
                Colonne("depuis", "Depuis le départ", ecrire=self._depuis_le_depart),
            ],
            nom=nom,
            titre=titre,
            source=contexte.source,
            groupes=tuple(map(cadre.fiche, known["fiche"])),
            notes=(
                *([DEDUITE] if known["origine_cible"].eq(IMPLICITE).any() else []),
                *legende(known.loc[known["derniere"].notna(), "statut_derniere"], contexte),
            ),
        )

    def _grille(self, nom: str, titre: str, table: pd.DataFrame, inconnu: str) -> Figure | None:
        """Return a heat map of fiches by year: « 3 sur 5 », or why there is nothing to say; then the counts."""
        cadre, rows = self.etude.cadre, []
        for row in table.itertuples():
            waiting = not row.commencee and not row.compte
            said = row.connus and not waiting
            text = sur(row.compte, row.parmi) if said else NON_COMMENCEE if waiting else cadre.mot(inconnu)
            share = 100 * row.compte / row.parmi if said else float("nan")
            rows.append((cadre.fiche(row.fiche), str(row.annee), share, text))
        cells = pd.DataFrame(rows, columns=["ligne", "colonne", "valeur", "texte"])
        counts = table.drop(columns=["fiche", "annee", "commencee"]).reset_index(drop=True)
        title = f"{titre}, {cadre.lieu_et_dates} ?"
        return grille(cells.join(counts), self.etude.derniere.contexte, nom=nom, titre=title)

    def _figure(self, numero: int) -> Figure | None:
        """Return the indicators of a fiche that have two values at least, those that it writes first."""
        etude, own = self.etude, self.series[self.series["fiche"] == numero]
        known = own.groupby("indicateur", sort=False)["valeur"].count()
        proposed = etude.parcours.set_index("indicateur")["origine"].ne("convention")
        names = sorted(known.index[known >= DEUX_POINTS], key=proposed.get)[:PANNEAUX]
        return trajectoires(
            avec_reperes(
                own[own["indicateur"].isin(names)], etude.derniere.evaluation, etude.catalogue, etude.changements
            ),
            etude.derniere.contexte,
            nom=f"trajectoires-fiche-{numero}",
            titre=f"Fiche{INSECABLE}{numero} : comment ses indicateurs ont-ils évolué, {etude.cadre.lieu_et_dates} ?",
        )

    def _visee(self, row: pd.Series) -> str:
        """Return the target with its year; a reference that the text implies bears its mark: « 36 (d, 2026) »."""
        if pd.isna(row.cible):
            return RIEN
        mark = "d, " if row.origine_cible == IMPLICITE else ""
        return f"{self.etude.cadre.contexte.valeur(row.indicateur, row.cible)} ({mark}{row.annee_cible})"

    def _atteinte(self, row: pd.Series) -> str:
        """Return the verdict; without one, only the reason that the row does not show already."""
        cadre, words = self.etude.cadre, self.etude.catalogue.evaluation
        if pd.isna(row.cible):
            return RIEN
        if row.verdict == "non_evaluable" and row.raison:
            return f"{words.verdicts[row.verdict].signe} {words.raisons[row.raison]}"
        kept = f" : {bande(row, row.derniere, row.cible, cadre.contexte, words)}" if row.raison == BANDE else ""
        return words.verdicts[row.verdict].dit + kept

    def _depuis_le_depart(self, row: pd.Series) -> str:
        cadre, words = self.etude.cadre, self.etude.catalogue.evaluation
        if not row.evolution:
            bare = pd.isna(row.derniere) or pd.isna(row.valeur_initiale)
            return RIEN if bare else words.raisons[row.raison_evolution]
        told = words.evolutions[row.evolution].mot
        if row.raison_evolution != BANDE:
            return told
        since = pd.Series({**row, "origine_cible": ""})
        return f"{told}, {bande(since, row.derniere, row.a_maintenir, cadre.contexte, words)}"


def derniere(row: object, contexte: Contexte) -> str:
    """Return the last measure with its mark and year, or the word of its absence."""
    if pd.isna(row.derniere):
        return contexte.absence(row.statut_derniere) or RIEN
    return avec_marque(contexte.valeur(row.indicateur, row.derniere), row.statut_derniere, row.annee_derniere)


def avec_marque(texte: str, statut: str, annee: int) -> str:
    """Return a value with its year, and the mark of a provisional or an estimated one: « 60 (p, 2026) »."""
    mark = marquer("", statut).strip(" ()")
    return f"{texte} ({f'{mark}, ' if mark else ''}{annee})"
