"""What is still to be handed in, all years of a convention: a request a service, its letter, its workbooks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.collecte import ce_qui_manque, periodes
from ctglib.blocs.messages_suivi import surtout
from ctglib.blocs.page_une import couvrir
from ctglib.calculs.collecte import APPRECIATION, ETAT, MOYEN
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.collecte.cadre import cadre_vierge
from ctglib.collecte.classeur import classeur
from ctglib.collecte.feuilles import feuilles
from ctglib.collecte.gabarit import lettre, nom_du_classeur
from ctglib.document.blocs import Couverture, Liste, Piece, Renvoi, Titre, paragraphe, suite
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import compter, majuscule, nombrer
from ctglib.rapports.evaluation import ouvrir_evaluation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ctglib.blocs.fin import EtudeFinale
    from ctglib.document.blocs import Bloc

DOSSIER = "dossier"  # the folder of the files that go with the page
FEUILLES = {ETAT: "actions", MOYEN: "moyens", APPRECIATION: "appreciations"}
TABLES = {"observations": "indicateurs"}  # the sheet of a table, where it has another name
RIEN_NE_MANQUE = "Rien de ce qui était attendu ne manque."


def ouvrir_dossier(convention: str) -> DossierACompleter:
    """Rend le dossier à compléter d'une convention : ce qui manque, à qui le demander, avec quels fichiers.

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
        last, convention = self.etude, self.etude.convention
        asked = compter(len(self.demandees), "demande") if len(self.demandees) else "complet"
        return couvrir(
            convention,
            last.suivi.dossier.logos,
            (("Statut", asked),),
            fin=last.suivi.fin,
            sujet=convention.titre,
            territoire=self.etude.contexte.territoire.nom,
            source=f"Source : {last.contexte.source}",
            date=convention.debut.isoformat(),
            sigles=tuple(self.etude.catalogue.synthese.sigles.items()),
            breve=True,
        )

    @cached_property
    def demandees(self) -> pd.DataFrame:
        """What is missing (see ``ce_qui_manque``), with its sheet and when it is awaited."""
        catalogue, gabarit, rows = self.etude.catalogue, self.etude.gabarit, ce_qui_manque(self.etude)

        def feuille(row: pd.Series) -> str:
            table = catalogue.indicateurs_fiches[row.element].table if row.element else ""
            return gabarit.par_feuille[FEUILLES.get(row.nature) or TABLES.get(table, table)].titre

        def delai(element: str) -> str:
            asked = catalogue.indicateurs_fiches[element].collecte if element else None
            return majuscule(asked.quand if asked else gabarit.lettre.delai)

        sheets = [feuille(row) for row in rows.itertuples()]
        return rows.assign(feuille=sheets, delai=rows["element"].map(delai))

    def essentiel(self) -> Bloc:
        """Return what is missing in two sentences, then how much is asked of each service, for which years."""
        asked = self.demandees
        if asked.empty:
            return paragraphe(RIEN_NE_MANQUE)
        counts = asked["service"].value_counts()
        who = f"« {counts.index[0]} »"
        if len(counts) > 1:
            who = f"{nombrer(len(counts), 'service')}{surtout(counts, 'surtout')}"
        missing = majuscule(nombrer(len(asked), "élément manque", "éléments manquent"))
        renvois = (Renvoi(f"tableau-{name}", entre_parentheses=True) for name in ("services", "demandes"))
        phrases = (
            f"{missing} encore, à demander à {who}",
            "Une lettre et des classeurs à remplir sont joints pour chaque service, qui y lit quoi donner et quand",
        )
        sentences = tuple((text, renvoi, ".") for text, renvoi in zip(phrases, renvois, strict=True))
        told = asked.groupby("service", sort=False)
        rows = told.agg(demandes=("quoi", "size"), fiches=("fiche", lambda one: ", ".join(map(str, sorted(set(one))))))
        rows["annees"] = [periodes(self._annees(group)) or RIEN for _, group in told]
        return Liste(sentences, classe="messages") + Tableau.de(
            rows.reset_index(),
            [
                Colonne("service", "Service"),
                Colonne("demandes", "Demandes", numerique=True, ecrire=str),
                Colonne("fiches", "Fiches action", numerique=True),
                Colonne("annees", "Classeurs joints"),
            ],
            nom="services",
            titre=f"À qui demander quoi, {self.etude.lieu_et_dates}",
            source="relevé des fichiers de suivi",
        )

    def demandes(self) -> Tableau | None:
        """Return what is missing, service by service: for which years, in which sheet, from which document, by when."""
        if self.demandees.empty:
            return None
        return Tableau.de(
            self.demandees,
            [
                Colonne("quoi", "Ce qui manque"),
                Colonne("fiche", "Fiche", numerique=True, ecrire=str),
                Colonne("quand_annees", "Années"),
                Colonne("feuille", "Feuille"),
                Colonne("document", "Où le trouver", ecrire=lambda text: majuscule(text) or RIEN),
                Colonne("delai", "Quand"),
            ],
            nom="demandes",
            titre=f"Ce qui manque, service par service, {self.etude.lieu_et_dates}",
            source="relevé des fichiers de suivi ; catalogue du classeur d'évaluation",
            groupes=tuple(self.demandees["service"]),
            classe="texte-long",
        )

    def lettres(self) -> Bloc | None:
        """Return, for each service, its letter as a Word file, and its part of the workbook of each year."""
        services = self.demandees.groupby("responsable", sort=False)
        return suite(block for service, rows in services for block in self._envoi(service, rows))

    def _envoi(self, service: str, rows: pd.DataFrame) -> Iterator[Bloc]:
        last, years = self.etude, self._annees(rows)
        told, model = rows["service"].iloc[0], last.gabarit.lettre
        words = {"titre": self.etude.convention.titre, "annees": periodes(years)}
        subject, body = model.objet.format(**words), [text.format(**words) for text in model.paragraphes]
        asked = [
            f"{row.quoi} : {row.quand_annees}, feuille « {row.feuille} ». {row.delai}." for row in rows.itertuples()
        ]
        content = lettre(subject, told, body, asked, model.fin, annee=self.etude.annees[-1])
        yield Titre(told)
        yield Piece(f"{DOSSIER}/lettre-{service}.docx", content, "Lettre")
        for year in years:
            frame = cadre_vierge(last.suivi, last.gabarit, year, service)
            file = nom_du_classeur(self.etude.convention.id, year, service)
            yield Piece(f"{DOSSIER}/{file}", classeur(frame, feuilles(frame)), f"Classeur de {year}")

    def _annees(self, rows: pd.DataFrame) -> list[int]:
        """Return the years whose workbook some rows need; a value of before is corrected in that of the first year."""
        told = SEPARATEUR.join([*rows["annees"], *rows["depart"]]).split(SEPARATEUR)
        return sorted({max(int(year), self.etude.annees[0]) for year in told if year})
