"""What looks wrong is asked at its cell; once confirmed, it is recorded with who, when and why."""

from __future__ import annotations

from pathlib import Path

import pytest
from classeur_rempli import enregistrer, poser, vierge
from import_exemple import SUIVI, importer, lignes
from suivi_exemple import OBSERVATIONS

from ctglib.collecte.feuilles import feuilles, ouvrir_cadre
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import avertissements, valider

AVANT = "62413,2024,pij_demandes,,,2024,540,nombre,A,Registre,\n"


@pytest.fixture
def suivi(donnees: Path) -> Path:
    """Return the folder of 2024 of a copy of the data, with a figure."""
    dossier = donnees / SUIVI / "2024"
    dossier.mkdir(parents=True)
    (dossier / "observations.csv").write_text(OBSERVATIONS + AVANT, encoding="utf-8")
    return dossier


def classeur(dossier: Path, **valeurs: object) -> Path:
    wb = vierge("pij")
    poser(wb, "Indicateurs", "pij_demandes", **valeurs)
    return enregistrer(wb, dossier, "ctg-harnes-2025-pij.xlsx")


def test_une_valeur_invraisemblable_est_demandee_et_rien_n_est_ecrit(
    suivi: Path, donnees: Path, tmp_path: Path
) -> None:
    with pytest.raises(DonneesInvalides) as levee:
        importer(classeur(tmp_path, Valeur_2025=5400))

    (question,) = levee.value.fautes
    assert question.question and not (donnees / SUIVI / "2025").exists()
    assert str(levee.value).startswith("1 valeur à confirmer :\n")
    assert (question.feuille, question.colonne) == ("Indicateurs", "H : Valeur 2025")
    assert "5400 pour « Demandes traitées" in question.trouve
    assert "après 540 en 2024" in question.trouve
    assert "« Je confirme, parce que »" in question.remede


def test_une_valeur_confirmee_est_enregistree_avec_le_service_et_le_jour(
    suivi: Path, donnees: Path, tmp_path: Path
) -> None:
    confirmee = {"Valeur_2025": 5400, "Je_confirme,_parce_que": "Deux points ouverts"}

    importer(classeur(tmp_path, **confirmee))

    ligne = "2025,62413,pij_demandes,,,,,,,,5400,pij,2026-02-12,Deux points ouverts"
    assert lignes(donnees, "confirmations") == [ligne]
    assert valider("harnes")
    assert not [phrase for phrase in avertissements("harnes") if "pij" in phrase]
    assert importer(classeur(tmp_path, **confirmee)).fichiers == {}
    cadre = ouvrir_cadre("harnes", 2025, "pij")
    montrees = [ligne.montre for feuille in feuilles(cadre) for ligne in feuille.lignes]
    assert "Deux points ouverts" in [montre.get("confirmation") for montre in montrees]


def test_une_autre_valeur_se_confirme_de_nouveau(
    suivi: Path, donnees: Path, tmp_path: Path
) -> None:
    confirmee = {"Valeur_2025": 5400, "Je_confirme,_parce_que": "Deux points ouverts"}
    importer(classeur(tmp_path, **confirmee))

    with pytest.raises(DonneesInvalides, match="9400 pour"):
        importer(classeur(tmp_path, Valeur_2025=9400))
    importer(classeur(tmp_path, Valeur_2025=560))

    assert lignes(donnees, "confirmations") == []


def test_une_faute_et_une_question_sont_dites_ensemble(
    suivi: Path, donnees: Path, tmp_path: Path
) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", "pij_demandes", Valeur_2025=5400)
    poser(wb, "Indicateurs", "heures_realisees", Valeur_2025=21700)
    poser(wb, "Indicateurs", "heures_offertes", Valeur_2025=10000)

    with pytest.raises(DonneesInvalides) as levee:
        importer(enregistrer(wb, tmp_path))

    assert str(levee.value).startswith("1 faute dans les données, 1 valeur à confirmer :\n")
    faute = next(faute for faute in levee.value.fautes if not faute.question)
    assert (faute.feuille, faute.colonne) == ("Indicateurs", "H : Valeur 2025")
    assert faute.trouve.startswith("217 % pour « Taux d'occupation des accueils »")


def test_le_taux_impossible_est_dit_a_la_cellule_que_l_on_saisit(
    suivi: Path, tmp_path: Path
) -> None:
    chiffres = "62413,2025,heures_realisees,,,2025,21700,heures,A,Déclaration,\n"
    (suivi.with_name("2025")).mkdir()
    (suivi.with_name("2025") / "observations.csv").write_text(
        OBSERVATIONS + chiffres, encoding="utf-8"
    )
    wb = vierge()
    poser(wb, "Indicateurs", "heures_realisees", Source=None)
    poser(wb, "Indicateurs", "heures_offertes", Valeur_2025=10000)

    with pytest.raises(DonneesInvalides) as levee:
        importer(enregistrer(wb, tmp_path))

    (faute,) = levee.value.fautes
    assert (faute.feuille, faute.colonne) == ("Indicateurs", "H : Valeur 2025")


def test_une_confirmation_sans_valeur_est_refusee(suivi: Path, tmp_path: Path) -> None:
    with pytest.raises(DonneesInvalides, match="« Valeur 2025 » ou « Valeur 2024 corrigée »"):
        importer(classeur(tmp_path, **{"Je_confirme,_parce_que": "Deux points ouverts"}))


def test_une_valeur_invraisemblable_que_personne_n_a_confirmee_est_a_voir(suivi: Path) -> None:
    (suivi.with_name("2025")).mkdir()
    (suivi.with_name("2025") / "observations.csv").write_text(
        OBSERVATIONS + AVANT.replace("2024", "2025").replace("540", "5400"), encoding="utf-8"
    )

    assert valider("harnes")
    assert (
        "conventions/harnes/suivi/2025/observations.csv, ligne 2, 5400 pour « Demandes traitées par"
        " le point information jeunesse », après 540 en 2024 (attendu : une valeur du même ordre,"
        " ou la confirmation de celle-ci)"
    ) in avertissements("harnes")


def test_une_valeur_reimportee_qui_saute_est_demandee_quand_aucune_annee_ne_la_juge(
    donnees: Path, tmp_path: Path
) -> None:
    importer(classeur(tmp_path, Valeur_2025=137))

    with pytest.raises(DonneesInvalides) as levee:
        importer(classeur(tmp_path, Valeur_2025=1370))
    (question,) = levee.value.fautes
    importer(classeur(tmp_path, Valeur_2025=150))
    importer(classeur(tmp_path, **{"Valeur_2025": 1370, "Je_confirme,_parce_que": "Recompté"}))

    assert question.question and question.colonne == "H : Valeur 2025"
    assert "1370 pour « Demandes traitées" in question.trouve
    assert question.trouve.endswith("alors que 137 était enregistré pour 2025")
    assert lignes(donnees, "confirmations")[0].endswith("1370,pij,2026-02-12,Recompté")


def test_une_valeur_reimportee_est_jugee_par_l_annee_d_avant_quand_elle_est_connue(
    suivi: Path, tmp_path: Path
) -> None:
    importer(classeur(tmp_path, **{"Valeur_2025": 54, "Je_confirme,_parce_que": "Fermé"}))

    assert importer(classeur(tmp_path, Valeur_2025=540)).changements
