"""What entries and departures explain of a stock, and what weighs more is said first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ctglib import ouvrir_bilan
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.indicateurs import flux_des_stocks
from ctglib.blocs.propositions import objets
from ctglib.donnees.modeles.plan import Poids


def _etude(annee: int = 2025) -> EtudeAnnuelle:
    return ouvrir_bilan("demonstration", annee).etude


def _valeurs(etude: EtudeAnnuelle, **valeurs: float) -> EtudeAnnuelle:
    evaluation = etude.evaluation.copy()
    ensembles = evaluation["dimension"].eq("")
    for indicateur, valeur in valeurs.items():
        evaluation.loc[ensembles & evaluation["indicateur"].eq(indicateur), "valeur"] = valeur
    return replace(etude, evaluation=evaluation)


@pytest.mark.parametrize(
    ("annee", "dit"),
    [
        (2024, "61 → 58 de 2023 à 2024, deux entrées et cinq départs."),
        (2025, "58 → 57 de 2024 à 2025, quatre entrées et cinq départs."),
        (2026, "57 → 60 de 2025 à 2026, six entrées et trois départs."),
    ],
)
def test_un_effectif_s_explique_par_ses_entrees_et_ses_departs(annee: int, dit: str) -> None:
    etude = _etude(annee)

    (phrase,) = flux_des_stocks(etude, etude.fiche("1"))

    assert phrase == f"Assistantes maternelles agréées : {dit}"
    assert flux_des_stocks(etude, etude.fiche("2")) == []


def test_des_comptes_qui_ne_se_rejoignent_pas_le_disent_et_un_compte_inconnu_ne_dit_rien() -> None:
    etude = _etude()

    inexplique = flux_des_stocks(_valeurs(etude, am_entrees=0), etude.fiche("1"))
    inconnu = flux_des_stocks(_valeurs(etude, am_sorties=float("nan")), etude.fiche("1"))

    assert inexplique == [
        "Assistantes maternelles agréées : 58 → 57 de 2024 à 2025 ; aucune entrée et cinq départs "
        "donneraient 53, l'un des comptes est à vérifier."
    ]
    assert inconnu == []


def test_l_action_en_retard_de_l_enjeu_qui_pese_est_dite_d_abord() -> None:
    etude = _etude()
    dossier = etude.suivi.dossier
    lourd = Poids(valeur="fort", pourquoi="de test")
    enjeux = [
        enjeu.model_copy(
            update={"poids": lourd if enjeu.id == "reponses_enfance_jeunesse" else None}
        )
        for enjeu in dossier.convention.enjeux
    ]
    convention = dossier.convention.model_copy(update={"enjeux": enjeux})
    suivi = replace(etude.suivi, dossier=replace(dossier, convention=convention))

    avant = [objet.texte for objet in objets(etude)["retard"]]
    apres = [objet.texte for objet in objets(replace(etude, suivi=suivi))["retard"]]

    assert avant[0].startswith("1.3 ")
    assert apres[0].startswith("3.")
    assert sorted(avant) == sorted(apres)
    rangs = [Poids.rang(Poids(valeur=v, pourquoi="x")) for v in ("fort", "moyen", "faible")]
    assert rangs == sorted(rangs)
    assert Poids.rang(None) == rangs[1]
