"""What the page of the bilan says: nothing forgotten, nothing too late to be done, and in good
French.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape

import pytest

from ctglib import ouvrir_bilan
from ctglib.blocs.propositions import ensembles
from ctglib.blocs.tournures import tournure
from ctglib.donnees.dossier import lire_dossier
from ctglib.rapports.bilan import Bilan


@cache
def bilan(annee: int) -> Bilan:
    return ouvrir_bilan("demonstration", annee)


def texte_de(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_une_decision_ouverte_n_est_pas_oubliee_quand_un_comite_ne_s_est_pas_tenu() -> None:
    fil = bilan(2025).decisions().donnees.set_index("id")

    assert fil["annee"]["chiffrer_le_pilotage"] == 2023  # no comité was held in 2024
    assert fil["etat"]["chiffrer_le_pilotage"] == "non_renseignee"
    assert fil["remarque"]["chiffrer_le_pilotage"] == "échéance passée"
    assert fil["etat"]["designer_referents"] == "faite"
    # Its action is done, whatever the bilan of a year without comité said.
    assert fil["etat"]["terminer_le_guide"] == "faite"
    assert "le bilan de 2024 disait « en cours »" in fil["remarque"]["terminer_le_guide"]
    page = texte_de(bilan(2025).une_page().html)
    assert "Chiffrer le coût du pilotage" in page
    assert "2024), non renseignée, échéance passée" in page
    assert "Terminer le guide unique des loisirs" not in page
    assert "signer un référent handicap" not in page  # done since


@pytest.mark.parametrize("annee", [2025, 2026])
def test_la_derniere_annee_renvoie_a_la_convention_suivante_et_non_a_un_avenant(annee: int) -> None:
    told = " ".join(bilan(annee).propositions().cellules["proposition"])

    assert ("convention suivante" in told) is (annee == 2026)
    assert ("par avenant" in told) is (annee == 2025)


def test_un_verdict_garde_d_une_annee_passee_compte_et_n_est_pas_une_nouvelle() -> None:
    rows = ensembles(bilan(2025).etude.evaluation).set_index("indicateur")

    assert rows.at["rencontre_2024", "verdict"] == "atteint"


def test_une_valeur_de_moins_de_deux_est_au_singulier() -> None:
    contexte = bilan(2025).etude.contexte

    told = [
        contexte.valeur("formations_coordination", value).replace("\u00a0", " ")
        for value in (0, 1, 2)
    ]

    assert told == ["0 jour", "1 jour", "2 jours"]


@pytest.mark.parametrize(
    ("nom", "de", "a"),
    [
        ("Caf du Pas-de-Calais", "de la Caf du Pas-de-Calais", "à la Caf du Pas-de-Calais"),
        ("Département du Nord", "du Département du Nord", "au Département du Nord"),
        ("Agglomération de Lens", "de l'Agglomération de Lens", "à l'Agglomération de Lens"),
        ("Avion", "d'Avion", "à Avion"),
        ("Harnes", "de Harnes", "à Harnes"),
        ("CCAS de Lens", "du CCAS de Lens", "au CCAS de Lens"),
    ],
)
def test_une_partie_a_son_article_apres_une_preposition(nom: str, de: str, a: str) -> None:
    regles = lire_dossier("demonstration").catalogue.messages

    assert regles.avec_preposition("de", nom) == de
    assert regles.avec_preposition("à", nom) == a


@pytest.mark.parametrize(
    ("libelle", "unite", "valeur", "attendu"),
    [
        ("Places ouvertes en crèche", "nombre", "32", "on compte 32 places ouvertes en crèche"),
        ("Nombre d'adhérents", "nombre", "102", "on compte 102 adhérents"),
        ("Heures de permanence", "heures", "620", "on compte 620 heures de permanence"),
        ("ETP du relais", "etp", "1,5", "on compte 1,5 ETP du relais"),
        ("Part des refus", "pourcent", "40,0 %", "la part des refus est de 40,0 %"),
        ("Coût de la navette", "euros", "18 500 €", "le coût de la navette est de 18 500 €"),
        ("Âge moyen à l'entrée", "ans", "7 ans", "l'âge moyen à l'entrée est de 7 ans"),
        ("Dépenses d'animation", "euros", "900 €", "les dépenses d'animation sont de 900 €"),
        ("Demandes satisfaites", "pourcent", "66,0 %", None),
        ("Avis des parents", "score_sur_10", "7,9 sur 10", None),
        ("Rencontre des élus", "nombre", "1", None),
        ("Charte signée", "oui_non", "oui", None),
    ],
)
def test_un_indicateur_sans_phrase_est_dit_par_son_libelle_et_son_unite(
    libelle: str, unite: str, valeur: str, attendu: str | None
) -> None:
    catalogue = lire_dossier("demonstration").catalogue
    modele = next(iter(catalogue.indicateurs_fiches.values()))
    indicateur = modele.model_copy(update={"libelle": libelle, "unite": unite})

    dite = tournure(indicateur, catalogue.unites[unite], catalogue.messages.tournures)

    assert (dite.dire(valeur) if dite else None) == attendu
