"""What is still to be handed in, all years of a convention: a request a service, its letter, its
workbooks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd

from ctglib.blocs.collecte import ce_qui_manque, periodes
from ctglib.blocs.fin import EtudeFinale
from ctglib.blocs.messages_suivi import surtout
from ctglib.calculs.collecte import APPRECIATION, ETAT, MOYEN
from ctglib.calculs.ecriture import SEPARATEUR, majuscule
from ctglib.collecte.classeur import classeur, lettre, nom_du_classeur
from ctglib.collecte.feuilles import cadre_vierge, feuilles
from ctglib.document.blocs import Bloc, Couverture, Liste, Piece, Renvoi, Titre, paragraphe, suite
from ctglib.document.tableau import RIEN, Tableau
from ctglib.document.typographie import compter, nombrer
from ctglib.rapports.evaluation import ouvrir_evaluation

DOSSIER = "dossier"  # the folder of the files that go with the page
FEUILLES = {ETAT: "actions", MOYEN: "moyens", APPRECIATION: "appreciations"}
TABLES = {"observations": "indicateurs"}  # the sheet of a table, where it has another name


def ouvrir_dossier(convention: str) -> DossierACompleter:
    """Rend le dossier à compléter d'une convention : ce qui manque, à qui le demander, avec quels
    fichiers.

    Args:
        convention: Nom d'un dossier de ``data/conventions``.

    Raises:
        DonneesInvalides: Toutes les fautes des données.
    """
    return DossierACompleter(ouvrir_evaluation(convention).etude)


@dataclass(frozen=True)
class DossierACompleter:
    """What a convention still lacks; each method returns one section, None when nothing is missing."""

    etude: EtudeFinale

    def __repr__(self) -> str:
        return f"Dossier à compléter, {self.etude.contexte.territoire.nom}.\nEnsuite : .demandes(), .lettres()."

    def couverture(self) -> Couverture:
        """Return the cover: parties, period, how many things are asked for."""
        cover = self.etude.couverture(self.etude.convention.titre, "")
        convention = self.etude.convention
        asked = compter(len(self.demandees), "demande") if len(self.demandees) else "complet"
        mentions = (*cover.mentions[:2], ("Statut", asked))
        return replace(cover, mentions=mentions, date=convention.debut.isoformat(), breve=True)

    @cached_property
    def demandees(self) -> pd.DataFrame:
        """What is missing (see ``ce_qui_manque``), with its sheet and when it is awaited."""
        gabarit = self.etude.gabarit
        rows = ce_qui_manque(self.etude)
        asked = rows["element"].map(
            lambda name: self.etude.catalogue.indicateurs_fiches[name] if name else None
        )
        tables = asked.map(lambda item: TABLES.get(item.table, item.table), na_action="ignore")
        sheets = rows["nature"].map(FEUILLES).fillna(tables)
        when = asked.map(
            lambda item: item.collecte.quand if item and item.collecte else gabarit.lettre.delai
        )
        return rows.assign(
            feuille=sheets.map(lambda name: gabarit.par_feuille[name].titre),
            delai=when.map(majuscule),
        )

    def essentiel(self) -> Bloc:
        """Return what is missing in two sentences, then how much is asked of each service, for
        which years.
        """
        asked = self.demandees
        if asked.empty:
            return paragraphe(self.etude.mot("rien_ne_manque"))
        counts = asked["service"].value_counts()
        who = f"« {counts.index[0]} »"
        if len(counts) > 1:
            who = f"{nombrer(len(counts), 'service')}{surtout(counts, 'surtout')}"
        missing = majuscule(nombrer(len(asked), "élément manque", "éléments manquent"))
        phrases = {
            "services": self.etude.mot("dossier_des_services", manquent=missing, services=who),
            "demandes": self.etude.mot("dossier_des_lettres"),
        }
        sentences = tuple(
            (text, Renvoi(f"tableau-{name}", entre_parentheses=True), ".")
            for name, text in phrases.items()
        )
        told = asked.groupby("service", sort=False)
        rows = told.agg(
            demandes=("quoi", "size"),
            fiches=("fiche", lambda one: ", ".join(map(str, sorted(set(one))))),
        )
        rows["annees"] = [periodes(self._annees(group)) or RIEN for _, group in told]
        return Liste(sentences, classe="messages") + self.etude.tableau(
            "services", rows.reset_index()
        )

    def demandes(self) -> Tableau | None:
        """Return what is missing, service by service: for which years, in which sheet, from which
        document, by when.
        """
        if self.demandees.empty:
            return None
        writers = {"document": lambda text: majuscule(text) or RIEN}
        rows = self.demandees
        return self.etude.tableau("demandes", rows, writers, groupes=rows["service"])

    def lettres(self) -> Bloc | None:
        """Return, for each service, its letter as a Word file, and its part of the workbook of each
        year.
        """
        told = []
        model = self.etude.gabarit.lettre
        etude = self.etude
        for service, rows in self.demandees.groupby("responsable", sort=False):
            name = rows["service"].iloc[0]
            years = self._annees(rows)
            words = {"titre": etude.convention.titre, "annees": periodes(years)}
            subject = model.objet.format(**words)
            body = [text.format(**words) for text in model.paragraphes]
            asked = [
                f"{row.quoi} : {row.quand_annees}, feuille « {row.feuille} ». {row.delai}."
                for row in rows.itertuples()
            ]
            content = lettre(subject, name, body, asked, model.fin, annee=etude.annee)
            told += [Titre(name), Piece(f"{DOSSIER}/lettre-{service}.docx", content, "Lettre")]
            for year in years:
                frame = cadre_vierge(etude.suivi, etude.gabarit, year, service)
                file = nom_du_classeur(etude.convention.id, year, service)
                told.append(
                    Piece(
                        f"{DOSSIER}/{file}", classeur(frame, feuilles(frame)), f"Classeur de {year}"
                    )
                )
        return suite(told)

    def _annees(self, rows: pd.DataFrame) -> list[int]:
        """Return the years whose workbook some rows need; a value of before is corrected in that of
        the first year.
        """
        told = SEPARATEUR.join([*rows["annees"], *rows["depart"]]).split(SEPARATEUR)
        return sorted({max(int(year), self.etude.annees[0]) for year in told if year})
