"""The scoring of an indicator: way, pace, verdict, evolution, and why there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from evaluation_exemple import (
    SEUILS,
    avenants,
    catalogue,
    convention,
    datee,
    evaluer,
    evaluer_cas,
    indicateur,
    observations,
    par_annee,
    prevu,
)
from pydantic import ValidationError

from ctglib.calculs.evaluation import COLONNES
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.yaml_strict import charger_yaml

CAS = [
    cas
    for nom in ("cibles", "evolutions")
    for cas in yaml.safe_load(
        (Path(__file__).parent / "cas" / f"evaluation_{nom}.yaml").read_text(encoding="utf-8")
    )
]


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_indicateur_est_juge_comme_l_exemple_le_dit(cas: dict) -> None:
    found = evaluer_cas(cas)

    assert {nom: _lisible(found[nom]) for nom in cas["attendu"]} == cas["attendu"]


def _lisible(valeur: object) -> object:
    if isinstance(valeur, str | bool):
        return valeur
    return None if pd.isna(valeur) else round(float(valeur), 3)


def test_un_service_nouveau_part_de_zero_et_le_dit() -> None:
    nouveau = {"service_nouveau": True, "annee": 2024, "reference": "avenant n° 2"}
    fiche = convention(prevu(valeur_initiale=nouveau, cible=datee({2026: 20})))

    trouve = evaluer(fiche, catalogue(indicateur()), par_annee({2025: 10}), (), 2025).iloc[0]

    assert (trouve.valeur_initiale, trouve.annee_initiale) == (0, 2024)
    assert trouve.origine_initiale == "service_nouveau"
    assert (trouve.realise, trouve.verdict) == (0.5, "en_bonne_voie")
    with pytest.raises(ValidationError):
        prevu(valeur_initiale={**nouveau, "valeur": 12})


@pytest.mark.parametrize(
    ("annee", "verdict", "raison"),
    [(2024, "non_evaluable", "a_son_echeance"), (2026, "manque", "")],
)
def test_un_seuil_qui_a_un_depart_se_juge_a_son_echeance_et_non_au_rythme(
    annee: int, verdict: str, raison: str
) -> None:
    seuil = {"sens": "hausse", "valeur": 10, "annee": 2026, "reference": "fiche 1"}
    fiche = convention(prevu(valeur_initiale=datee({2022: 2}), implicite=seuil))

    trouve = evaluer(fiche, catalogue(indicateur()), par_annee({annee: 5}), (), annee).iloc[0]

    assert (trouve.verdict, trouve.raison) == (verdict, raison)
    assert pd.isna(trouve.rythme)


def test_un_oui_ou_non_se_juge_a_son_echeance() -> None:
    connu = catalogue(indicateur(unite="oui_non"))
    oui_non = connu.unites["oui_non"].model_copy(update={"forme": "oui_non"})
    connu = replace(connu, unites={**connu.unites, "oui_non": oui_non})
    fiche = convention(prevu(valeur_initiale=datee({2022: 0}), cible=datee({2026: 1})))

    avant = evaluer(fiche, connu, par_annee({2024: 0}), (), 2024).iloc[0]
    apres = evaluer(fiche, connu, par_annee({2025: 1}), (), 2025).iloc[0]

    assert (avant.verdict, avant.raison) == ("non_evaluable", "a_son_echeance")
    assert apres.verdict == "atteint"


def test_chaque_modalite_se_juge_a_part_et_l_ensemble_n_est_pas_leur_somme() -> None:
    meaning = indicateur(dimension="dispositif", modalites=["caj", "sejour", "ete"])
    rows = observations(
        {"annee": 2023, "valeur": 90},
        {"annee": 2024, "valeur": 100},
        {"annee": 2023, "dimension": "dispositif", "modalite": "sejour", "valeur": 36},
        {"annee": 2024, "dimension": "dispositif", "modalite": "sejour", "valeur": 30},
        {"annee": 2023, "dimension": "dispositif", "modalite": "caj", "valeur": 80},
    )
    fiche = convention(prevu(valeur_initiale=datee({2022: 80}), cible=datee({2026: 120})))

    table = evaluer(fiche, catalogue(meaning), rows, (), 2024)

    assert tuple(table.columns) == COLONNES
    assert list(table["modalite"]) == ["", "caj", "sejour"]
    assert list(table["evolution"]) == ["favorable", "", "defavorable"]
    assert list(table["verdict"]) == ["en_bonne_voie", "non_evaluable", "non_evaluable"]
    assert list(table["raison"]) == ["", "sans_cible", "sans_cible"]
    assert list(table["statut"]) == ["A", "L", "A"]
    assert list(table["valeur_initiale"]) == [80, 80, 36]
    assert list(table["origine_initiale"]) == ["convention", "observation", "observation"]


def test_un_autre_territoire_ne_compte_pas() -> None:
    rows = observations({"annee": 2024, "valeur": 3, "territoire": "01"})

    table = evaluer(convention(prevu()), catalogue(indicateur()), rows, (), 2024)

    assert table["valeur"].isna().all()


def test_un_indicateur_calcule_se_deduit_de_ses_entrees_et_de_leur_absence() -> None:
    ratio = indicateur("taux", calcul="quotient", entrees={"numerateur": "x", "denominateur": "y"})
    rows = observations(
        {"annee": 2023, "valeur": 50},
        {"annee": 2023, "indicateur": "y", "valeur": 2, "statut": "P"},
        {"annee": 2024, "valeur": 60},
        {"annee": 2024, "indicateur": "y", "statut": "Q"},
        {"annee": 2025, "valeur": 60},
        {"annee": 2025, "indicateur": "y", "valeur": 0},
    )
    fiche = convention(prevu("taux"))
    meanings = catalogue(indicateur(), indicateur("y"), ratio)

    years = [
        evaluer(fiche, meanings, rows, (), annee).iloc[0] for annee in (2023, 2024, 2025, 2026)
    ]

    assert [(_lisible(row["valeur"]), row["statut"]) for row in years] == [
        (25, "P"),
        (None, "Q"),
        (None, "M"),
        (None, "L"),
    ]


def test_une_valeur_calculee_n_efface_pas_celle_qui_est_saisie() -> None:
    ratio = indicateur("taux", calcul="quotient", entrees={"numerateur": "x", "denominateur": "y"})
    rows = observations(
        {"annee": 2023, "valeur": 50},
        {"annee": 2023, "indicateur": "y", "valeur": 2},
        {"annee": 2023, "indicateur": "taux", "valeur": 24},
    )

    table = evaluer(
        convention(prevu("taux")), catalogue(indicateur(), indicateur("y"), ratio), rows, (), 2023
    )

    assert list(table["valeur"]) == [24]


def test_un_ancien_bilan_refait_lit_ce_qu_il_lisait() -> None:
    rows = observations(
        {"annee": 2023, "valeur": 50},
        {"annee": 2023, "millesime": 2024, "valeur": 55, "note": "Double compte"},
    )
    fiche = convention(prevu(valeur_initiale=datee({2022: 40}), cible=datee({2026: 80})))

    values = [
        evaluer(fiche, catalogue(indicateur()), rows, (), annee).iloc[0] for annee in (2023, 2024)
    ]

    assert values[0]["valeur"] == 50
    assert values[1]["valeur_precedente"] == 55


def test_un_avenant_qui_change_une_cible_ne_change_pas_ses_arguments() -> None:
    change = {
        "nature": "cible",
        "element": "x",
        "nouveau": 60,
        "annee": 2026,
        "effet": "2024-01-01",
    }
    rows = par_annee({2024: 60})
    changes = avenants(change)
    before = rows.copy(deep=True)

    evaluer(convention(prevu()), catalogue(indicateur()), rows, changes, 2024)

    pd.testing.assert_frame_equal(rows, before)


@pytest.mark.parametrize("annee", [2023, 2024, 2025, 2026])
def test_harnes_sans_suivi_n_a_aucun_verdict_et_dit_toujours_pourquoi(annee: int) -> None:
    dossier = lire_dossier("harnes")

    table = evaluer(dossier.convention, dossier.catalogue, observations(), (), annee)

    assert len(table) == sum(len(fiche.indicateurs) for fiche in dossier.convention.fiches)
    assert set(table["verdict"]) == {"non_evaluable"}
    assert (table["raison"] != "").all()
    assert not table["renseigne"].any()


def test_chaque_raison_du_calcul_a_ses_mots_au_catalogue() -> None:
    words = charger_yaml("catalogue/evaluation.yaml", Evaluation)

    used = {
        raison
        for cas in CAS
        for nom in ("raison", "raison_evolution")
        if (raison := cas["attendu"].get(nom))
    }

    assert used <= set(words.raisons)
    assert words.seuils == SEUILS
