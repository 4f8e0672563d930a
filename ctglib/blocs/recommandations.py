"""What comes next: what the convention settles by itself, what the rules propose, draft indicators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.besoins import lacunes
from ctglib.blocs.cadre import signer
from ctglib.blocs.criteres import tableau_articles
from ctglib.blocs.trajectoires import avec_marque
from ctglib.document.mesures import legende
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, compter, majuscule

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ctglib.blocs.cadre import Cadre
    from ctglib.blocs.fin import EtudeFinale
    from ctglib.calculs.preuves import Preuve
    from ctglib.donnees.modeles.finale import DecisionSaisie


@dataclass(frozen=True)
class Suites:
    """What is decided, and what is proposed to be."""

    etude: EtudeFinale

    def articles(self) -> Tableau:
        """Return what the articles and the schémas settle."""
        etude = self.etude
        said = postes(etude.preuves["postes_convertis"], etude.parcours, etude.noms_des_postes, etude.cadre)
        return tableau_articles(etude.cadre, said, etude.convention.source_texte)

    def regles(self) -> Tableau:
        """Return the rules of the recommendations, printed."""
        return tableau_regles(self.etude.cadre)

    def recommandations(self) -> Tableau:
        """Return what the rules propose for each objective, and what was decided."""
        etude = self.etude
        return tableau_recommandations(etude.recommandations, etude.finale.saisie.decisions, etude.cadre)

    def indicateurs(self) -> Tableau:
        """Return the draft indicators of the next convention."""
        return tableau_indicateurs_suivants(self.etude.parcours, self.etude.cadre)

    def lacunes(self) -> Tableau:
        """Return what the convention leaves open, and the questions that the next one has to settle."""
        return lacunes(self.etude.convention, self.etude.convention.source_texte)


COLONNES = (
    Colonne("objectif", "Objectif"),
    Colonne("su", "Ce qui en est su"),
    Colonne("proposition", "Proposition"),
    Colonne("decision", "Décision"),
)


REGLES = (Colonne("numero", "Règle"), Colonne("quand", "Quand"), Colonne("proposition", "Proposition"))


DONNEES = ("fiche", "indicateur", "libelle", "definition", "unite", "sens", "connue", "annee_connue")


INDICATEURS = (
    Colonne("libelle", "Indicateur"),
    Colonne("definition", "Définition"),
    Colonne("depart", "Valeur de départ", numerique=True),
    Colonne("cible", "Cible"),
)


def tableau_recommandations(
    recommandations: pd.DataFrame, decisions: Iterable[DecisionSaisie], cadre: Cadre
) -> Tableau:
    """Return one row an objective: what is known, what the rules propose, what was decided.

    Args:
        recommandations: As ``ctglib.calculs.parcours`` returns them.
        decisions: Those entered.
        cadre: The words.
    """
    taken = {(item.fiche, item.objectif): item for item in decisions}
    words = cadre.regles.decisions
    ranks = {rule.id: rank for rank, rule in enumerate(cadre.regles.regles, start=1)}
    cells = [
        [
            row.libelle,
            majuscule(_su(row, cadre)),
            f"{signer(words[row.decision])} (règle{INSECABLE}{ranks[row.regle]})",
            _decision(taken.get((row.fiche, row.objectif)), cadre),
        ]
        for row in recommandations.itertuples()
    ]
    return Tableau(
        nom="recommandations",
        titre=f"Ce que le rapport propose pour chaque objectif, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES]),
        donnees=recommandations,
        source=f"{cadre.contexte.source} ; règles du classeur d'évaluation",
        groupes=tuple(cadre.fiche(numero) for numero in recommandations["fiche"]),
        classe="texte-long",
    )


def tableau_regles(cadre: Cadre) -> Tableau:
    """Return the rules in the order in which they are tried."""
    rows = pd.DataFrame(
        [
            (str(rank), majuscule(rule.quand), signer(cadre.regles.decisions[rule.decision]))
            for rank, rule in enumerate(cadre.regles.regles, start=1)
        ],
        columns=[colonne.cle for colonne in REGLES],
    )
    return Tableau(
        nom="regles",
        titre="Les règles des recommandations : la première qui convient l'emporte",
        colonnes=REGLES,
        cellules=rows,
        donnees=rows,
        source="catalogue du classeur d'évaluation",
    )


def tableau_indicateurs_suivants(parcours: pd.DataFrame, cadre: Cadre) -> Tableau:
    """Return the draft indicators of the next convention: definition, last known value, target to be agreed."""
    target = cadre.mot("a_convenir")
    cells = [
        [
            row.libelle,
            row.definition,
            _connue(row, cadre),
            target,
        ]
        for row in parcours.itertuples()
    ]
    return Tableau(
        nom="indicateurs-suivants",
        titre=f"Indicateurs proposés pour la convention suivante, {cadre.contexte.territoire.nom}",
        colonnes=INDICATEURS,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in INDICATEURS]),
        donnees=parcours[
            ["fiche", "indicateur", "libelle", "definition", "unite", "sens", "derniere", "annee_derniere"]
        ],
        source=f"{cadre.contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(cadre.fiche(numero) for numero in parcours["fiche"]),
        notes=legende(parcours["statut_connue"], cadre.contexte),
        classe="texte-long",
    )


def _connue(row: object, cadre: Cadre) -> str:
    if pd.isna(row.connue):
        return cadre.mot("aucune_valeur")
    return avec_marque(cadre.contexte.valeur(row.indicateur, row.connue), row.statut_connue, row.annee_connue)


def faits(valeurs: Mapping[str, int]) -> list[str]:
    """Return the counts of an objective or a fiche as short phrases, those of nothing left out.

    Args:
        valeurs: The fields of ``ctglib.calculs.parcours.Faits``.
    """
    told = []
    if valeurs["modalites"]:
        states = [
            (valeurs["realisees"], "faite"),
            (valeurs["arretees"], "reportée ou abandonnée", "reportées ou abandonnées"),
            (valeurs["inconnues"], "sans état connu", "sans état connu"),
        ]
        detail = ", ".join(compter(*item) for item in states if item[0])
        told.append(compter(valeurs["modalites"], "modalité") + (f" ({detail})" if detail else ""))
    if valeurs["indicateurs"]:
        states = [
            (valeurs["mesures"], "mesuré"),
            (valeurs["bons"], "favorable"),
            (valeurs["mauvais"], "défavorable"),
            (valeurs["en_retard"], "à surveiller", "à surveiller"),
        ]
        detail = ", ".join(compter(*item) for item in states if item[0]) or "aucun mesuré"
        told.append(f"{compter(valeurs['indicateurs'], 'indicateur')} ({detail})")
    return told


def _su(row: object, cadre: Cadre) -> str:
    if not row.lu:
        return cadre.mot("sans_lecture")
    return " ; ".join(faits(row._asdict()))


def _decision(decision: DecisionSaisie | None, cadre: Cadre) -> str:
    if decision is None:
        return cadre.mot("a_decider")
    word = signer(cadre.regles.decisions[decision.decision])
    return f"{word}. {decision.commentaire}" if decision.commentaire else word


def postes(preuve: Preuve, parcours: pd.DataFrame, noms: tuple[str, str], cadre: Cadre) -> str:
    """Return where the posts of article 6-b stand.

    Args:
        preuve: Posts converted out of those that exist.
        parcours: The indicators.
        noms: Ids of what counts the posts, and those converted.
        cadre: The words.
    """
    if preuve.completude == "absente":
        return "Le nombre de postes, et de ceux qui ont changé, n'a pas été transmis."
    rows = parcours.set_index("indicateur")
    said = []
    for name in noms:
        if name in rows.index:
            row, label = rows.loc[name], cadre.contexte.indicateurs[name].libelle
            known = pd.notna(row["derniere"])
            value = cadre.contexte.valeur(name, row["derniere"], row["statut_derniere"])
            said.append(f"{label} : {value}{f' en {row.annee_derniere}' if known else ''}.")
    return " ".join(said)
