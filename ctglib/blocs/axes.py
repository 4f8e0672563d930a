"""The year axis by axis, then fiche by fiche: what was done, what families got."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.indicateurs import en_valeur, jugement_de_l_evolution, marques, precedente
from ctglib.calculs.bilan import NON_EVALUABLE, RANGS, ensembles
from ctglib.calculs.etats import NON_RENSEIGNEE, pas_commencees
from ctglib.document.blocs import Bloc, Gras, Groupe, Lien, liste, sous_titre
from ctglib.document.mesures import IMPLICITE
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, accorder, majuscule
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.grille import grille

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.annee import EtudeAnnuelle
    from ctglib.document.figure import Figure
    from ctglib.donnees.modeles.convention import Fiche

MOYEN = "moyen"
NOMMES = ("realisee", "partielle", "reportee", "abandonnee")  # the others are counted by the chart of states
DEDUITE = "(d) Référence déduite du texte : la convention n'en fait pas une cible."
RESTE = "Les autres indicateurs sont dans le rapport de chaque fiche."


@dataclass(frozen=True)
class Axes(Montrable):
    """What was done in the year and what it gave, in the order of the axes of the convention."""

    etude: EtudeAnnuelle
    dossier: str = ""  # of the reports of the fiches, beside this one

    def recit(self) -> Bloc | None:
        """Return each axis, its fiches in a few sentences, with the way to their reports; None without a follow-up."""
        if self.etude.annuel.vide:
            return None
        told = Groupe()
        for axe in self.etude.convention.axes:
            fiches = [fiche for fiche in self.etude.convention.fiches if fiche.axe == axe.id]
            if fiches:
                told += sous_titre(f"Axe {axe.titre}")
                told += liste(self._fiche(fiche) for fiche in fiches)
        return told

    def familles(self) -> Tableau | None:
        """Return the first indicators of each fiche that have a value: written ones, then results, then acts."""
        etude, contexte = self.etude, self.etude.contexte
        whole = ensembles(etude.evaluation)
        told = whole[whole["valeur"].notna() & whole["nature"].ne(MOYEN)]
        ranks = told.assign(rang=2 * told["origine"].ne("convention") + told["nature"].map(RANGS))
        first = (
            ranks.sort_values(["fiche", "rang"], kind="stable")
            .groupby("fiche")
            .head(etude.catalogue.bilan.indicateurs_par_fiche)
        )
        axes = {axe.id: axe.titre for axe in etude.convention.axes}
        groups = {
            fiche.numero: f"{axes[fiche.axe]} – fiche{INSECABLE}{fiche.numero}, {fiche.titre}"
            for fiche in etude.convention.fiches
        }
        shown = pd.concat([first[first["fiche"].eq(numero)] for numero in groups])
        if shown.empty:
            return None
        title = f"Ce que les familles ont reçu, et ce qui l'a permis, {contexte.territoire.nom}, {etude.annee}"
        return replace(
            self._tableau(shown, "familles", title),
            groupes=tuple(shown["fiche"].map(groups)),
            notes=(
                *marques(shown, contexte),
                *([DEDUITE] if shown["origine_cible"].eq(IMPLICITE).any() else []),
                RESTE,
            ),
        )

    def indicateurs(self) -> Tableau:
        """Return every indicator of the fiches, informed or not, for the screen."""
        place = f"{self.etude.contexte.territoire.nom}, {self.etude.annee}"
        rows = ensembles(self.etude.evaluation)
        groups = tuple(f"Fiche{INSECABLE}{numero}" for numero in rows["fiche"])
        return replace(self._tableau(rows, "indicateurs", f"Tous les indicateurs, {place}"), groupes=groups, ecran=True)

    def _tableau(self, rows: pd.DataFrame, nom: str, titre: str) -> Tableau:
        etude, contexte, words = self.etude, self.etude.contexte, self.etude.catalogue.evaluation
        return Tableau.de(
            rows,
            [
                Colonne("libelle", "Indicateur"),
                Colonne("avant", str(etude.annee - 1), True, ecrire=lambda row: precedente(row, contexte)),
                Colonne("dite", str(etude.annee), True, ecrire=lambda row: en_valeur(row, words, contexte)),
                Colonne("jugee", "Évolution", ecrire=lambda row: jugement_de_l_evolution(row, words, contexte)),
                Colonne("visee", "Cible", ecrire=self._visee),
            ],
            nom=nom,
            titre=titre,
            source=contexte.source,
        )

    def etats(self) -> Figure | None:
        """Return the chart of the states of the modalités: a row a fiche, a column a state that is met."""
        rows, known = self.etude.etats, self.etude.catalogue.evaluation
        if self.etude.annuel.actions.empty or rows["fiche"].nunique() < 2:
            return None
        words = {**{code: word.mot for code, word in known.etats.items()}, "": known.mots["a_commencer"]}
        states = rows.assign(statut=rows["statut"].mask(self._a_venir, ""))
        met = [code for code in words if code in set(states["statut"])]
        counts, late = (
            pd.crosstab(table["fiche"], table["statut"]).reindex(columns=met, fill_value=0)
            for table in (states, states[states["en_retard"]])
        )
        cells = counts.rename_axis(index="fiche", columns="statut").stack().rename("valeur").reset_index()
        pairs = zip(cells["fiche"], cells["statut"], strict=True)
        return grille(
            pd.DataFrame(
                {
                    "ligne": [f"Fiche {fiche}" for fiche in cells["fiche"]],
                    "colonne": cells["statut"].map(words),
                    "valeur": cells["valeur"].astype(float),
                    "texte": cells["valeur"].astype(str),
                    "en_retard": [int(late[code].get(fiche, 0)) for fiche, code in pairs],
                }
            ),
            self.etude.contexte,
            nom="etats-des-fiches",
            titre=f"Combien de modalités sont faites, {self.etude.contexte.territoire.nom}, {self.etude.annee} ?",
        )

    @cached_property
    def _a_venir(self) -> pd.Series:
        return pas_commencees(self.etude.etats, pd.Timestamp(self.etude.bilan.date_arretee))

    def _fiche(self, fiche: Fiche) -> tuple:
        """Return what is said of a fiche: its modalités that ended or stopped, then what the parties wrote."""
        said = " ".join([*self._actions(fiche), *self._paroles(fiche)])
        link = Lien("Son rapport", f"{self.dossier}fiche-{fiche.numero}.html")
        return (Gras(f"Fiche{INSECABLE}{fiche.numero}, {fiche.titre}. "), f"{said} ", link, ".")

    def _actions(self, fiche: Fiche) -> Iterator[str]:
        own = self.etude.etats["fiche"].eq(fiche.numero)
        rows, words = self.etude.etats[own & ~self._a_venir], self.etude.catalogue.evaluation.etats
        if rows.empty:
            yield f"Elle commence en {fiche.debut.year}."
        elif rows["statut"].eq(NON_RENSEIGNEE).all():
            yield "L'état de ses modalités n'a pas été transmis."
        for code in NOMMES:
            if len(named := rows.loc[rows["statut"].eq(code), "libelle"]):
                yield f"{majuscule(accorder(words[code].mot, len(named)))} : {' ; '.join(named)}."
        if len(late := rows.loc[rows["en_retard"] & ~rows["statut"].isin(NOMMES), "libelle"]):
            yield f"En retard : {' ; '.join(late)}."

    def _paroles(self, fiche: Fiche) -> Iterator[str]:
        """Yield the first success and the first difficulty that the parties wrote of the year."""
        for item in self.etude.annuel.appreciations:
            if item.fiche == fiche.numero:
                yield from (f"Les parties retiennent « {text.rstrip('.')} »." for text in item.reussites[:1])
                yield from (f"Ce qui reste difficile : « {text.rstrip('.')} »." for text in item.difficultes[:1])

    def _visee(self, row: pd.Series) -> str:
        """Return « 1 080 en 2026, ● atteint »; a reference that the text implies bears its mark."""
        if pd.isna(row.cible):
            return RIEN
        value = self.etude.contexte.valeur(row.indicateur, row.cible)
        aim = f"{value} (d)" if row.origine_cible == IMPLICITE else f"{value} en {row.annee_cible}"
        judged = row.verdict != NON_EVALUABLE
        return f"{aim}, {self.etude.catalogue.evaluation.verdicts[row.verdict].dit}" if judged else aim
