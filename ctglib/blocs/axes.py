"""The year axis by axis, then fiche by fiche: what was done, what families got."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.indicateurs import DEDUITE, colonnes_de_l_annee, marques
from ctglib.calculs.bilan import NON_EVALUABLE, RANGS, ensembles
from ctglib.calculs.etats import NON_RENSEIGNEE, pas_commencees
from ctglib.document.blocs import Bloc, Gras, Groupe, Lien, liste, sous_titre
from ctglib.document.contexte import IMPLICITE
from ctglib.document.figure import Figure
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, accorder, en_lettres, enumerer
from ctglib.donnees.modeles.convention import Fiche
from ctglib.donnees.montrable import Montrable
from ctglib.graphiques.grille import grille

NOMMES = ("realisee", "partielle", "reportee", "abandonnee")  # the others are counted by the chart of states
# What the parties wrote of a fiche, a success and a difficulty, or one of them: a form a fiche, in turn.
PAROLES = (
    (
        "Les parties retiennent « {} », mais notent « {} ».",
        "Les parties retiennent « {} ».",
        "Les parties notent « {} ».",
    ),
    (
        "De l'année, les parties gardent « {} » ; comme difficulté, « {} ».",
        "De l'année, les parties gardent « {} ».",
        "Comme difficulté, les parties disent « {} ».",
    ),
    (
        "« {} », se félicitent les parties, avant d'ajouter « {} ».",
        "« {} », se félicitent les parties.",
        "« {} », regrettent les parties.",
    ),
    (
        "Leur appréciation dit « {} », et, en regard, « {} ».",
        "Leur appréciation dit « {} ».",
        "Leur appréciation regrette « {} ».",
    ),
)


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
            fiches = [
                self._fiche(fiche, rang)
                for rang, fiche in enumerate(self.etude.convention.fiches)
                if fiche.axe == axe.id
            ]
            if fiches:
                told += sous_titre(f"Axe {axe.titre}") + liste(fiches)
        return told

    def familles(self) -> Tableau | None:
        """Return the first indicators of each fiche that have a value: written ones, then results, then acts."""
        etude, whole = self.etude, ensembles(self.etude.evaluation)
        told = whole[whole["valeur"].notna() & whole["nature"].ne("moyen")]
        ranks = told.assign(rang=2 * told["origine"].ne("convention") + told["nature"].map(RANGS))
        first = ranks.sort_values(["fiche", "rang"], kind="stable").groupby("fiche")
        first = first.head(etude.catalogue.bilan.indicateurs_par_fiche)
        if first.empty:
            return None
        axes = {axe.id: axe.titre for axe in etude.convention.axes}
        groups = {
            fiche.numero: f"{axes[fiche.axe]} – fiche{INSECABLE}{fiche.numero}, {fiche.titre}"
            for fiche in etude.convention.fiches
        }
        shown = pd.concat([first[first["fiche"].eq(numero)] for numero in groups])
        implied = shown["origine_cible"].eq(IMPLICITE).any()
        return self._tableau(
            shown,
            "familles",
            "Ce que les familles ont reçu, et ce qui l'a permis",
            groupes=shown["fiche"].map(groups),
            notes=(
                *marques(shown, etude.contexte),
                implied and DEDUITE,
                "Les autres indicateurs sont dans le rapport de chaque fiche.",
            ),
        )

    def indicateurs(self) -> Tableau:
        """Return every indicator of the fiches, informed or not, for the screen."""
        rows = ensembles(self.etude.evaluation)
        groups = [f"Fiche{INSECABLE}{numero}" for numero in rows["fiche"]]
        return self._tableau(rows, "indicateurs", "Tous les indicateurs", groupes=groups, ecran=True)

    def etats(self) -> Figure | None:
        """Return the chart of the states of the modalités: a row a fiche, a column a state that is met."""
        rows, known = self.etude.etats, self.etude.catalogue.evaluation
        if self.etude.annuel.actions.empty or rows["fiche"].nunique() < 2:
            return None
        words = {**{code: word.mot for code, word in known.etats.items()}, "": known.mots["a_commencer"]}
        states = rows.assign(statut=rows["statut"].mask(self._a_venir, ""))
        met = [code for code in words if code in set(states["statut"])]
        counts = pd.crosstab(states["fiche"], states["statut"])[met]
        late = states[states["en_retard"]]
        late = pd.crosstab(late["fiche"], late["statut"]).reindex(index=counts.index, columns=met, fill_value=0)
        cells = counts.stack().rename("valeur").reset_index()
        cells = cells.assign(
            ligne="Fiche " + cells["fiche"].astype(str),
            colonne=cells["statut"].map(words),
            texte=cells["valeur"].astype(str),
            en_retard=late.stack().array,
            valeur=cells["valeur"].astype(float),
        )[["ligne", "colonne", "valeur", "texte", "en_retard"]]
        title = f"Combien de modalités sont faites, {self.etude.lieu} ?"
        return grille(cells, self.etude.contexte, nom="etats-des-fiches", titre=title)

    def _tableau(self, rows: pd.DataFrame, nom: str, titre: str, **reste: object) -> Tableau:
        def visee(row: pd.Series) -> str:
            """Return « 1 080 en 2026, ● atteint »; a reference that the text implies bears its mark."""
            if pd.isna(row.cible):
                return RIEN
            value = self.etude.contexte.valeur(row.indicateur, row.cible)
            aim = f"{value} (d)" if row.origine_cible == IMPLICITE else f"{value} en {row.annee_cible}"
            judged = row.verdict != NON_EVALUABLE
            return f"{aim}, {self.etude.catalogue.evaluation.verdicts[row.verdict].dit}" if judged else aim

        columns = [
            Colonne("libelle", "Indicateur"),
            *colonnes_de_l_annee(self.etude),
            Colonne("visee", "Cible", ecrire=visee),
        ]
        return self.etude.contexte.tableau(rows, columns, nom, f"{titre}, {self.etude.lieu}", **reste)

    @cached_property
    def _a_venir(self) -> pd.Series:
        return pas_commencees(self.etude.etats, pd.Timestamp(self.etude.bilan.date_arretee))

    def _fiche(self, fiche: Fiche, rang: int) -> tuple:
        """Return its states, then the first success and the first difficulty that the parties wrote of the year."""
        own = self.etude.etats["fiche"].eq(fiche.numero)
        rows, words, told = self.etude.etats[own & ~self._a_venir], self.etude.catalogue.evaluation.etats, []
        if rows.empty:
            told.append(f"Elle commence en {fiche.debut.year}.")
        elif rows["statut"].eq(NON_RENSEIGNEE).all():
            told.append("L'état de ses modalités n'a pas été transmis.")
        named = {words[code].feminin or words[code].mot: rows["statut"].eq(code) for code in NOMMES}
        named["en retard"] = rows["en_retard"] & ~rows["statut"].isin(NOMMES)
        states = [
            f"{en_lettres(len(names), feminin=True)} {'est' if len(names) == 1 else 'sont'} "
            f"{accorder(word, len(names))} ({' ; '.join(f'« {name} »' for name in names)})"
            for word, mask in named.items()
            if len(names := rows.loc[mask, "libelle"])
        ]
        if states:
            told.append(
                f"Sur {en_lettres(len(rows), feminin=True)} modalité{'s' * (len(rows) > 1)}, {enumerer(states)}."
            )
        both, success, trouble = PAROLES[rang % len(PAROLES)]
        for item in self.etude.annuel.appreciations:
            if item.fiche == fiche.numero and (item.reussites or item.difficultes):
                first = [text.rstrip(".") for texts in (item.reussites, item.difficultes) for text in texts[:1]]
                form = both if len(first) > 1 else success if item.reussites else trouble
                told.append(form.format(*first))
        link = Lien("Lire son rapport", f"{self.dossier}fiche-{fiche.numero}.html")
        return (Gras(f"Fiche{INSECABLE}{fiche.numero}, {fiche.titre}. "), f"{' '.join(told)} ", link, ".")
