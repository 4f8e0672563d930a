"""Each criterion: its question, its evidence with links, how complete it is, what the evaluators say."""

from __future__ import annotations

from dataclasses import astuple
from typing import TYPE_CHECKING

import pandas as pd

from ctglib.document.blocs import Bloc, Groupe, Renvoi, citation, liste, paragraphe, sous_titre
from ctglib.document.tableau import Colonne, Tableau
from ctglib.document.typographie import majuscule
from ctglib.rapport.phrases.finale.cadre import rapport_de, signer, sur

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ctglib.calculs.finale.preuves import Preuve
    from ctglib.document.blocs import Texte
    from ctglib.donnees.modeles.finale import Critere, PreuveDeCritere, SaisieFinale
    from ctglib.rapport.phrases.finale.cadre import Cadre

COLONNES = (
    Colonne("critere", "Critère"),
    Colonne("question", "Question"),
    Colonne("preuves", "Preuves complètes", numerique=True),
    Colonne("reponse", "Réponse"),
)
DONNEES = ("critere", "preuve", "libelle", "valeur", "total", "connus", "attendus")
EVALUATEURS = "Les évaluateurs"
MANQUES = "tableau-manques"  # where evidence that is not there is asked for


def tableau_criteres(preuves: Mapping[str, Preuve], saisie: SaisieFinale, cadre: Cadre) -> Tableau:
    """Return one row a criterion: its question, how many pieces of evidence are complete, the answer entered.

    The data have one row a piece of evidence: its count, out of how many, and how many of what it needs are known.

    Args:
        preuves: By code.
        saisie: What the evaluators entered.
        cadre: The words.
    """
    answers = {item.critere: item.reponse for item in saisie.criteres}
    rows, data = [], []
    for item in cadre.regles.criteres:
        data += [(item.titre, proof.id, proof.libelle, *astuple(preuves[proof.id])) for proof in item.preuves]
        complete = sum(preuves[proof.id].completude == "complete" for proof in item.preuves)
        answer = answers.get(item.id)
        said = signer(cadre.regles.reponses[answer]) if answer else cadre.mot("a_completer")
        rows.append((item.titre, item.question, sur(complete, len(item.preuves)), majuscule(said)))
    table = pd.DataFrame(rows, columns=[colonne.cle for colonne in COLONNES])
    return Tableau(
        nom="criteres",
        titre=f"Les six critères, leurs preuves et la réponse des évaluateurs, {cadre.lieu_et_dates}",
        colonnes=COLONNES,
        cellules=table,
        donnees=pd.DataFrame(data, columns=list(DONNEES)),
        source=f"{cadre.contexte.source} ; appréciation des évaluateurs",
        classe="texte-long",
    )


def critere(
    item: Critere, preuves: Mapping[str, Preuve], saisie: SaisieFinale, cadre: Cadre, renvois: Collection[str]
) -> Bloc:
    """Return a criterion as its section.

    Args:
        item: The criterion.
        preuves: By code.
        saisie: What the evaluators entered.
        cadre: The words.
        renvois: The tables and charts that the report shows: nothing else is linked to.
    """
    proofs = liste(_preuve(proof, preuves[proof.id], cadre, renvois) for proof in item.preuves)
    return sous_titre(item.titre) + paragraphe(item.question) + proofs + _appreciation(item, saisie, cadre)


def _preuve(proof: PreuveDeCritere, preuve: Preuve, cadre: Cadre, renvois: Collection[str]) -> Texte:
    """Return a piece of evidence: its count, how much of what it needs is known, where it is shown."""
    word = cadre.mot(f"preuve_{preuve.completude}")
    known = "" if preuve.completude == "complete" else f" ({proof.attendus} : {sur(preuve.connus, preuve.attendus)})"
    count = f" : {rapport_de(preuve)}" if preuve.completude != "absente" or preuve.valeur else ""
    said = f"{proof.libelle}{count}. Données réunies : {word}{known if preuve.attendus else ''}."
    target = proof.renvoi if proof.renvoi in renvois else MANQUES
    if target not in renvois:
        return said
    see = "Voir la" if target.startswith("figure") else "Voir le"
    return f"{said} {see} ", Renvoi(target), "."


def _appreciation(item: Critere, saisie: SaisieFinale, cadre: Cadre) -> Bloc:
    entered = {found.critere: found for found in saisie.criteres}.get(item.id)
    if entered is None:
        return Groupe()  # the table of the criteria says it for each
    answer = majuscule(signer(cadre.regles.reponses[entered.reponse]))
    return citation(f"{answer}. {entered.appreciation}", EVALUATEURS)
