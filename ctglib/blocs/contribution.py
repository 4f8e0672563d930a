"""From action to result, fiche by fiche, and what the convention made it possible to evaluate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from ctglib.blocs.cadre import RIEN, signer, sur
from ctglib.blocs.recommandations import faits
from ctglib.blocs.revisite import evolution
from ctglib.blocs.territoire import en_moyennes
from ctglib.blocs.trajectoires import derniere
from ctglib.calculs.preuves import CONVENTION, PROPOSITIONS
from ctglib.document.mesures import legende
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import INSECABLE, abreger, compter, majuscule, nombre

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ctglib.blocs.cadre import Cadre
    from ctglib.calculs.preuves import Chaine
    from ctglib.donnees.modeles.finale import ContributionSaisie


COLONNES = (
    Colonne("etape", "Maillon"),
    Colonne("classeur", "Ce que le classeur relève"),
    Colonne("evaluateurs", "Ce que disent les évaluateurs"),
)


A_EXAMINER = "À examiner : "


LIMITE = 8  # beyond, the others are counted: the table of the trajectories has them all


def tableau_contribution(chaines: Iterable[Chaine], saisies: Iterable[ContributionSaisie], cadre: Cadre) -> Tableau:
    """Return five rows a fiche: actions, realisations, results, context, other explanations; then the strength.

    Args:
        chaines: One a fiche.
        saisies: What the evaluators entered.
        cadre: The words.
    """
    entered = {item.fiche: item for item in saisies}
    groups, cells, data = [], [], []
    for chaine in chaines:
        numero = chaine.fiche.numero
        for row in _lignes(chaine, entered.get(numero), cadre):
            groups.append(cadre.fiche(numero))
            cells.append(row)
            data.append((numero, *row))
    keys = [colonne.cle for colonne in COLONNES]
    shown = pd.concat([rows for item in chaines for rows in (item.realisations, item.resultats)])
    return Tableau(
        nom="contribution",
        titre=f"De l'action au résultat, fiche par fiche, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=pd.DataFrame(cells, columns=keys),
        donnees=pd.DataFrame(data, columns=["fiche", *keys]),
        source=f"{cadre.contexte.source} ; séries publiques ; règles du classeur d'évaluation",
        groupes=tuple(groups),
        notes=(_regles(cadre), *legende(shown["statut_derniere"] if len(shown) else (), cadre.contexte)),
        classe="texte-long",
    )


def _lignes(chaine: Chaine, saisie: ContributionSaisie | None, cadre: Cadre) -> Iterator[tuple[str, str, str]]:
    told = cadre.mot("a_completer")
    others = chaine.fiche.autres_explications
    entered = " ; ".join(saisie.autres_explications) if saisie else ""
    comment = saisie.commentaire if saisie and saisie.commentaire else ""
    force = cadre.regles.forces
    answer = signer(force[saisie.force]) if saisie and saisie.force else told
    yield "Actions", majuscule(" ; ".join(faits(vars(chaine.actions)))), RIEN
    yield "Réalisations", _mesures(chaine.realisations, chaine.manquants["realisation"], cadre), RIEN
    yield "Résultats", _mesures(chaine.resultats, chaine.manquants["resultat"], cadre), majuscule(comment) or RIEN
    yield "Contexte", _contexte(chaine.contexte, cadre), RIEN
    yield "Autres explications", A_EXAMINER + ", ".join(others) if others else RIEN, majuscule(entered or told)
    yield "Force de la preuve", signer(force[chaine.force]), majuscule(answer)


def _mesures(rows: pd.DataFrame, manquants: int, cadre: Cadre) -> str:
    """Return « Ateliers : 12 (2023), puis 30 (2026), ▲ favorable », and how many have no value."""
    said = [_mesure(row, cadre) for row in rows.head(LIMITE).itertuples()]
    left = len(rows) - len(said)
    said += [compter(left, "autre mesuré", "autres mesurés")] if left > 0 else []
    said += [f"{compter(manquants, 'indicateur')} sans valeur"] if manquants else []
    return " ; ".join(said) or RIEN


def _mesure(row: object, cadre: Cadre) -> str:
    label = abreger(row.libelle, cadre.regles.page.signes)
    start = ""
    if pd.notna(row.valeur_initiale) and row.annee_initiale != row.annee_derniere:
        start = f"{cadre.contexte.valeur(row.indicateur, row.valeur_initiale)} ({row.annee_initiale}), puis "
    word = f", {signer(cadre.evaluation.evolutions[row.evolution])}" if row.evolution else ""
    return f"{label} : {start}{derniere(row, cadre.contexte)}{word}"


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


def _regles(cadre: Cadre) -> str:
    rules = " ; ".join(f"{signer(item)}, {item.regle}" for item in cadre.regles.forces.values())
    return f"Force de la preuve : {rules}."


COLONNES_EVALUABILITE = (
    Colonne("fiche", "Fiche"),
    Colonne("objectifs", "Objectifs couverts", numerique=True),
    Colonne("resultats", "Résultats couverts", numerique=True),
    Colonne("indicateurs", "Nombre", numerique=True, groupe="Indicateurs"),
    Colonne("definis", "Définition", numerique=True, groupe="Indicateurs"),
    Colonne("departs", "Départ", numerique=True, groupe="Indicateurs"),
    Colonne("cibles", "Cible", numerique=True, groupe="Indicateurs"),
    Colonne("donnees", "Données", numerique=True, groupe="Indicateurs"),
)


GROUPES = {
    CONVENTION: "Ce que la convention écrit",
    PROPOSITIONS: "Avec les indicateurs que le classeur propose",
}


def tableau_evaluabilite(evaluabilite: pd.DataFrame, cadre: Cadre) -> Tableau:
    """Return the counts by fiche and in all, for the text alone, then with the proposals.

    Args:
        evaluabilite: As ``ctglib.calculs.preuves`` returns it.
        cadre: The words.
    """
    cells = [
        [
            "Ensemble" if pd.isna(row.fiche) else f"Fiche{INSECABLE}{row.fiche}",
            sur(row.objectifs_couverts, row.objectifs),
            sur(row.resultats_couverts, row.resultats),
            nombre(row.indicateurs),
            *(sur(getattr(row, name), row.indicateurs) for name in ("definis", "departs", "cibles", "donnees")),
        ]
        for row in evaluabilite.itertuples()
    ]
    return Tableau(
        nom="evaluabilite",
        titre=f"Objectifs, résultats et indicateurs qui pouvaient être évalués, {cadre.lieu_et_dates}",
        colonnes=COLONNES_EVALUABILITE,
        cellules=pd.DataFrame(cells, columns=[colonne.cle for colonne in COLONNES_EVALUABILITE]),
        donnees=evaluabilite,
        source=f"{cadre.contexte.source} ; catalogue du classeur d'évaluation",
        groupes=tuple(evaluabilite["groupe"].map(GROUPES)),
        notes=tuple(cadre.mot(name) for name in ("objectif_mesurable", "definition", "cible", "donnees")),
    )
