"""What comes next: what the convention settles by itself, what the rules propose, draft indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.besoins import lacunes
from ctglib.blocs.trajectoires import avec_marque
from ctglib.document.mesures import legende
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter, majuscule
from ctglib.donnees.montrable import Montrable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ctglib.blocs.fin import EtudeFinale

INDICATEURS = ["fiche", "indicateur", "libelle", "definition", "unite", "sens", "derniere", "annee_derniere"]
LONG, POSTES = "texte-long", "financement_pilotage"


@dataclass(frozen=True)
class Suites(Montrable):
    """What is decided, and what is proposed to be."""

    etude: EtudeFinale

    def articles(self) -> Tableau:
        """Return what the articles and the schémas that the convention names settle for what comes next."""
        cadre, convention = self.etude.cadre, self.etude.convention
        articles = {article.numero: article.objet for article in convention.articles}
        rows = [
            (
                majuscule(clause.article),
                articles[clause.article],
                f"{item.decision}." + (f" {self._postes()}" if item.clause == POSTES else ""),
            )
            for item in cadre.regles.articles
            if (clause := convention.clause(item.clause)) and clause.article in articles
        ]
        rows += [
            ("Préambule", f"{schema.nom}, {schema.debut}-{schema.fin}", f"{cadre.etat_du_schema(schema)}.")
            for schema in convention.schemas
        ]
        return Tableau.de(
            pd.DataFrame(rows, columns=["article", "objet", "decision"]),
            [
                Colonne("article", "Article"),
                Colonne("objet", "Ce qu'il dit"),
                Colonne("decision", "Ce qui en découle"),
            ],
            nom="articles",
            titre=f"Ce que la convention elle-même décide de la suite, {cadre.lieu_et_dates}",
            source=convention.source_texte,
            classe=LONG,
        )

    def regles(self) -> Tableau:
        """Return the rules of the recommendations, in the order in which they are tried."""
        rules = self.etude.finale.regles
        rows = [
            (str(rank), majuscule(rule.quand), rules.decisions[rule.decision].dit)
            for rank, rule in enumerate(rules.regles, start=1)
        ]
        return Tableau.de(
            pd.DataFrame(rows, columns=["numero", "quand", "proposition"]),
            [Colonne("numero", "Règle"), Colonne("quand", "Quand"), Colonne("proposition", "Proposition")],
            nom="regles",
            titre="Les règles des recommandations : la première qui convient l'emporte",
            source="catalogue du classeur d'évaluation",
        )

    def recommandations(self) -> Tableau:
        """Return one row an objective: what is known, what the rules propose, what was decided."""
        rows, cadre = self.etude.recommandations, self.etude.cadre
        taken = {(item.fiche, item.objectif): item for item in self.etude.finale.saisie.decisions}
        words, ranks = cadre.regles.decisions, {rule.id: rank for rank, rule in enumerate(cadre.regles.regles, start=1)}

        def decision(row: pd.Series) -> str:
            found = taken.get((row.fiche, row.objectif))
            if found is None:
                return cadre.mot("a_decider")
            word = words[found.decision].dit
            return f"{word}. {found.commentaire}" if found.commentaire else word

        return Tableau.de(
            rows,
            [
                Colonne("libelle", "Objectif"),
                Colonne(
                    "su", "Ce qui en est su", False, "",
                    lambda row: majuscule(" ; ".join(faits(row)) if row.lu else cadre.mot("sans_lecture")),
                ),
                Colonne(
                    "proposition", "Proposition", False, "",
                    lambda row: f"{words[row.decision].dit} (règle{INSECABLE}{ranks[row.regle]})",
                ),
                Colonne("prise", "Décision", ecrire=decision),
            ],
            nom="recommandations",
            titre=f"Ce que le rapport propose pour chaque objectif, {cadre.lieu_et_dates}",
            source=f"{cadre.contexte.source} ; règles du classeur d'évaluation",
            groupes=tuple(map(cadre.fiche, rows["fiche"])),
            classe=LONG,
        )  # fmt: skip

    def indicateurs(self) -> Tableau:
        """Return the draft indicators of the next convention: definition, last known value, target to be agreed."""
        rows, cadre = self.etude.parcours, self.etude.cadre

        def depart(row: pd.Series) -> str:
            if pd.isna(row.connue):
                return cadre.mot("aucune_valeur")
            return avec_marque(cadre.contexte.valeur(row.indicateur, row.connue), row.statut_connue, row.annee_connue)

        return Tableau.de(
            rows,
            [
                Colonne("libelle", "Indicateur"),
                Colonne("definition", "Définition"),
                Colonne("depart", "Valeur de départ", numerique=True, ecrire=depart),
                Colonne("a_convenir", "Cible", ecrire=lambda row: cadre.mot("a_convenir")),
            ],
            nom="indicateurs-suivants",
            titre=f"Indicateurs proposés pour la convention suivante, {cadre.contexte.territoire.nom}",
            donnees=rows[INDICATEURS],
            source=f"{cadre.contexte.source} ; catalogue du classeur d'évaluation",
            groupes=tuple(map(cadre.fiche, rows["fiche"])),
            notes=legende(rows["statut_connue"], cadre.contexte),
            classe=LONG,
        )

    def lacunes(self) -> Tableau:
        """Return what the convention leaves open, and the questions that the next one has to settle."""
        return lacunes(self.etude.convention, self.etude.convention.source_texte)

    def _postes(self) -> str:
        """Return where the posts of coordination stand."""
        if self.etude.preuves["postes_convertis"].completude == "absente":
            return "Le nombre de postes, et de ceux qui ont changé, n'a pas été transmis."
        rows, contexte, said = self.etude.parcours.set_index("indicateur"), self.etude.cadre.contexte, []
        for name in self.etude.noms_des_postes:
            if name in rows.index:
                row = rows.loc[name]
                value = contexte.valeur(name, row["derniere"], row["statut_derniere"])
                year = f" en {row.annee_derniere}" if pd.notna(row["derniere"]) else ""
                said.append(f"{contexte.indicateurs[name].libelle} : {value}{year}.")
        return " ".join(said)


def faits(valeurs: Mapping[str, int]) -> list[str]:
    """Return the counts of an objective or a fiche as short phrases, those of nothing left out.

    Args:
        valeurs: The fields of ``ctglib.calculs.parcours.Faits``.
    """

    def detail(**mots: tuple[str, ...]) -> str:
        return ", ".join(compter(valeurs[name], *words) for name, words in mots.items() if valeurs[name])

    told, many = [], "reportées ou abandonnées"
    if valeurs["modalites"]:
        unknown = ("sans état connu", "sans état connu")
        states = detail(realisees=("faite",), arretees=("reportée ou abandonnée", many), inconnues=unknown)
        told.append(compter(valeurs["modalites"], "modalité") + (f" ({states})" if states else ""))
    if valeurs["indicateurs"]:
        late = ("à surveiller", "à surveiller")
        ways = detail(mesures=("mesuré",), bons=("favorable",), mauvais=("défavorable",), en_retard=late)
        told.append(f"{compter(valeurs['indicateurs'], 'indicateur')} ({ways or 'aucun mesuré'})")
    return told
