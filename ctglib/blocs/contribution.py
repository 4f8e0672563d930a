"""From action to result, fiche by fiche, and what the convention made it possible to evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import sur
from ctglib.blocs.recommandations import faits
from ctglib.blocs.territoire import en_moyennes, evolution
from ctglib.blocs.trajectoires import derniere
from ctglib.calculs.preuves import CONVENTION, PROPOSITIONS
from ctglib.document.blocs import Bloc, liste
from ctglib.document.mesures import legende
from ctglib.document.tableau import RIEN, Colonne, Tableau
from ctglib.document.typographie import INSECABLE, abreger, compter, majuscule, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.blocs.cadre import Cadre
    from ctglib.calculs.preuves import Chaine
    from ctglib.donnees.modeles.evaluation import ContributionSaisie

LIMITE = 8  # beyond, the others are counted: the table of the trajectories has them all
PART_SANS_CIBLE = 2  # fewer than one indicator in so many has a target: the lesson is said
GROUPES = {CONVENTION: "Ce que la convention écrit", PROPOSITIONS: "Avec les indicateurs que le classeur propose"}
COMPTES = {"definis": "Définition", "departs": "Départ", "cibles": "Cible", "donnees": "Données"}


def tableau_contribution(chaines: Iterable[Chaine], saisies: Iterable[ContributionSaisie], cadre: Cadre) -> Tableau:
    """Return five rows a fiche: actions, realisations, results, context, other explanations; then the strength.

    Pre-filled, for the evaluators to complete.

    Args:
        chaines: One a fiche.
        saisies: What the evaluators entered.
        cadre: The words.
    """
    entered, chains = {item.fiche: item for item in saisies}, list(chaines)
    table = pd.DataFrame(
        [
            (chain.fiche.numero, *row)
            for chain in chains
            for row in _lignes(chain, entered.get(chain.fiche.numero), cadre)
        ],
        columns=["fiche", "etape", "classeur", "evaluateurs"],
    )
    shown = pd.concat([rows for item in chains for rows in (item.realisations, item.resultats)])
    rules = " ; ".join(f"{item.dit}, {item.regle}" for item in cadre.regles.forces.values())
    return Tableau.de(
        table,
        [
            Colonne("etape", "Maillon"),
            Colonne("classeur", "Ce que le classeur relève"),
            Colonne("evaluateurs", "Ce que disent les évaluateurs"),
        ],
        nom="contribution",
        titre=f"De l'action au résultat, fiche par fiche, {cadre.lieu_et_dates}",
        source=f"{cadre.contexte.source} ; séries publiques ; règles du classeur d'évaluation",
        groupes=tuple(table["fiche"].map(cadre.fiche)),
        notes=(f"Force de la preuve : {rules}.", *legende(shown.get("statut_derniere", ()), cadre.contexte)),
        classe="texte-long",
    )


def tableau_evaluabilite(evaluabilite: pd.DataFrame, cadre: Cadre) -> Tableau:
    """Return the counts by fiche and in all, for the text alone, then with the proposals.

    Args:
        evaluabilite: As ``ctglib.calculs.preuves.evaluabilite`` returns it.
        cadre: The words.
    """

    def part(nom: str, total: str) -> object:
        return lambda row: sur(row[nom], row[total])

    return Tableau.de(
        evaluabilite,
        [
            Colonne("fiche", "Fiche", ecrire=lambda x: "Ensemble" if pd.isna(x) else f"Fiche{INSECABLE}{x}"),
            Colonne("part_objectifs", "Objectifs couverts", True, "", part("objectifs_couverts", "objectifs")),
            Colonne("part_resultats", "Résultats couverts", True, "", part("resultats_couverts", "resultats")),
            Colonne("indicateurs", "Nombre", True, "Indicateurs", nombre),
            *(
                Colonne(f"part_{name}", label, True, "Indicateurs", part(name, "indicateurs"))
                for name, label in COMPTES.items()
            ),
        ],
        nom="evaluabilite",
        titre=f"Objectifs, résultats et indicateurs qui pouvaient être évalués, {cadre.lieu_et_dates}",
        source=f"{cadre.contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(evaluabilite["groupe"].map(GROUPES)),
        notes=tuple(cadre.mot(name) for name in ("objectif_mesurable", "definition", "cible", "donnees")),
    )


def lecon(evaluabilite: pd.DataFrame) -> Bloc:
    """Return the first lesson in sentences: what the text alone allowed, then what the proposals add."""
    whole = evaluabilite[evaluabilite["fiche"].isna()].set_index("groupe")
    text, more = whole.loc[CONVENTION], whole.loc[PROPOSITIONS]
    number = int(text["indicateurs"])
    told = [
        f"La convention écrit {compter(number, 'indicateur')}. Objectifs couverts : "
        f"{sur(text['objectifs_couverts'], text['objectifs'])} ; résultats attendus couverts : "
        f"{sur(text['resultats_couverts'], text['resultats'])}."
    ]
    if number:
        told.append(
            f"De ces indicateurs, avec une définition : {sur(text['definis'], number)} ; une valeur de départ : "
            f"{sur(text['departs'], number)} ; une cible : {sur(text['cibles'], number)} ; une donnée pendant la "
            f"convention : {sur(text['donnees'], number)}."
        )
    if number > PART_SANS_CIBLE * text["cibles"]:
        told.append(
            "La première leçon est là : sans cible, rien ne se juge atteint ou non ; sans valeur de départ, aucune "
            "évolution ne se lit."
        )
    bare = evaluabilite["groupe"].eq(CONVENTION) & evaluabilite["fiche"].notna() & evaluabilite["indicateurs"].eq(0)
    if bare.any():
        told.append(f"Sans aucun indicateur écrit : fiche {', '.join(evaluabilite.loc[bare, 'fiche'].astype(str))}.")
    told.append(
        f"Avec ceux que le classeur propose, {compter(int(more['indicateurs']), 'indicateur')} ; avec un départ : "
        f"{int(more['departs'])} ; une cible : {int(more['cibles'])} ; une donnée : {int(more['donnees'])}."
    )
    return liste(told)


def _lignes(chaine: Chaine, saisie: ContributionSaisie | None, cadre: Cadre) -> Iterator[tuple[str, str, str]]:
    told, force = cadre.mot("a_completer"), cadre.regles.forces
    others = chaine.fiche.autres_explications
    entered = " ; ".join(saisie.autres_explications) if saisie else ""
    comment = saisie.commentaire if saisie and saisie.commentaire else ""
    answer = force[saisie.force].dit if saisie and saisie.force else told
    asked = f"À examiner : {', '.join(others)}" if others else RIEN
    yield "Actions", majuscule(" ; ".join(faits(chaine.actions))), RIEN
    yield "Réalisations", _mesures(chaine.realisations, chaine.manquants["realisation"], cadre), RIEN
    yield "Résultats", _mesures(chaine.resultats, chaine.manquants["resultat"], cadre), majuscule(comment) or RIEN
    yield "Contexte", _contexte(chaine.contexte, cadre), RIEN
    yield "Autres explications", asked, majuscule(entered or told)
    yield "Force de la preuve", force[chaine.force].dit, majuscule(answer)


def _mesures(rows: pd.DataFrame, manquants: int, cadre: Cadre) -> str:
    """Return « Ateliers : 12 (2023), puis 30 (2026), ▲ favorable », and how many have no value."""
    said, contexte = [], cadre.contexte
    for row in rows.head(LIMITE).itertuples():
        start = ""
        if pd.notna(row.valeur_initiale) and row.annee_initiale != row.annee_derniere:
            start = f"{contexte.valeur(row.indicateur, row.valeur_initiale)} ({row.annee_initiale}), puis "
        word = f", {cadre.evaluation.evolutions[row.evolution].dit}" if row.evolution else ""
        said.append(f"{abreger(row.libelle, cadre.regles.signes)} : {start}{derniere(row, contexte)}{word}")
    if len(rows) > LIMITE:
        said.append(compter(len(rows) - LIMITE, "autre mesuré", "autres mesurés"))
    if manquants:
        said.append(f"{compter(manquants, 'indicateur')} sans valeur")
    return " ; ".join(said) or RIEN


def _contexte(rows: pd.DataFrame, cadre: Cadre) -> str:
    said = []
    for row in rows.itertuples():
        label = cadre.contexte.indicateurs[row.indicateur].libelle
        if pd.notna(row.moyenne):
            said.append(f"{label} : {en_moyennes(row)}")
            continue
        there = evolution(row.variation_reference, row)
        other = "" if there == RIEN else f", contre {there} {cadre.contexte.reference.a}"
        said.append(f"{label} : {evolution(row.variation, row)} de {row.annee_avant} à {row.annee}{other}")
    return " ; ".join([*said, cadre.mot("contexte_jamais_effet")]) if said else RIEN
