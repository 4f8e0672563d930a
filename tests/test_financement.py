"""What the financing plan plans, beside what was spent: known and unknown are never mixed."""

from __future__ import annotations

import pandas as pd
import pytest

from ctglib import ouvrir_bilan
from ctglib.calculs.financement import additionner, rapprocher_du_plan
from ctglib.donnees.modeles.convention import Financement

COLONNES = ["signataire", "fiche", "structure", "nature", "poste", "valeur", "statut", "note"]


def plan(unite: str = "euros", **ligne: object) -> Financement:
    une_ligne = {
        "libelle": "Bonus",
        "payeur": "caf",
        "poste": "bonus_territoire",
        "montants": {2024: 10, 2025: 12},
        "reference": "annexe 6",
        **ligne,
    }
    return Financement.model_validate({"unite": unite, "lignes": [une_ligne]})


def moyens(*rangees: tuple[str, int | None, str, str, float | None]) -> pd.DataFrame:
    """Means: signataire, fiche, nature, poste, valeur."""
    table = pd.DataFrame(
        [
            (signataire, fiche, "", nature, poste, valeur, "A" if valeur is not None else "L", "")
            for signataire, fiche, nature, poste, valeur in rangees
        ],
        columns=COLONNES,
    )
    return table.astype({"fiche": "Int64", "valeur": float})


BONUS = ("caf", None, "euros", "bonus_territoire")


def test_une_ligne_compte_les_euros_de_son_payeur_de_son_poste_et_de_sa_fiche() -> None:
    saisis = moyens(
        (*BONUS, 7000.0),
        ("caf", 2, "euros", "bonus_territoire", 2000.0),
        ("caf", 2, "euros", "subvention", 500.0),
        ("ville", 2, "euros", "bonus_territoire", 900.0),
        ("caf", 2, "etp", "coordination", 1.0),
    )

    du_poste = rapprocher_du_plan(plan(), {2024: saisis})
    de_la_fiche = rapprocher_du_plan(plan(fiche="2"), {2024: saisis})
    sans_poste = rapprocher_du_plan(plan(fiche="2", poste=None), {2024: saisis})
    en_milliers = rapprocher_du_plan(plan("k_euros"), {2024: saisis})

    assert du_poste["depense"].tolist() == [9000]
    assert de_la_fiche["depense"].tolist() == [2000]
    assert sans_poste["depense"].tolist() == [2500]
    assert en_milliers[["prevu", "depense"]].to_numpy().tolist() == [[10, 9]]


@pytest.mark.parametrize(
    ("saisis", "depense", "incomplet"),
    [
        (moyens((*BONUS, 7.0), (*BONUS, 5.0)), 12.0, False),
        (moyens((*BONUS, 7.0), (*BONUS, None)), 7.0, True),
        (moyens((*BONUS, None)), None, True),
        (moyens(), None, True),
        (moyens((*BONUS, 0.0)), 0.0, False),
    ],
    ids=["tout", "en partie", "rien de connu", "rien de transmis", "zéro"],
)
def test_ce_qui_n_est_pas_connu_ne_compte_pas_pour_zero(
    saisis: pd.DataFrame, depense: float | None, incomplet: bool
) -> None:
    (ligne,) = rapprocher_du_plan(plan(), {2024: saisis}).to_dict("records")

    assert ligne["incomplet"] is incomplet
    assert pd.isna(ligne["depense"]) if depense is None else ligne["depense"] == depense


def test_une_somme_qui_lui_manque_un_montant_est_un_minimum() -> None:
    connus = rapprocher_du_plan(plan(), {2024: moyens((*BONUS, 7.0)), 2025: moyens((*BONUS, 8.0))})
    en_partie = rapprocher_du_plan(plan(), {2024: moyens((*BONUS, 7.0)), 2025: moyens()})

    (somme,) = additionner(connus, ["rang"]).to_dict("records")
    (minimum,) = additionner(en_partie, ["rang"]).to_dict("records")

    assert (somme["prevu"], somme["depense"], somme["incomplet"]) == (22, 15, False)
    assert (minimum["prevu"], minimum["depense"], minimum["incomplet"]) == (22, 7, True)


def test_ce_que_personne_ne_suit_n_est_pas_compare_a_ce_qui_est_depense() -> None:
    suivie = plan().lignes[0]
    autre = plan(payeur=None, autre_payeur="Région", montants={2024: 60}).lignes[0]
    deux = plan().model_copy(update={"lignes": [suivie, autre]})
    rapproches = rapprocher_du_plan(deux, {2024: moyens((*BONUS, 7.0))})

    (tout,) = additionner(rapproches, ["annee"]).to_dict("records")
    (suivies,) = additionner(rapproches[rapproches["suivie"]], ["annee"]).to_dict("records")

    assert (tout["prevu"], tout["hors_suivi"]) == (70, 60)
    assert (suivies["prevu"], suivies["depense"], suivies["hors_suivi"]) == (10, 7, 0)
    assert not suivies["incomplet"]  # nothing that is followed is missing


def test_un_payeur_qui_n_a_pas_signe_n_est_pas_suivi_et_une_annee_sans_montant_n_est_pas_attendue() -> (
    None
):
    autre = plan(payeur=None, autre_payeur="Département")

    assert not rapprocher_du_plan(autre, {2024: moyens((*BONUS, 7.0))})["suivie"].any()
    assert not rapprocher_du_plan(plan(), {2023: moyens()})["incomplet"].any()


def test_le_tableau_de_la_demonstration_met_le_depense_a_cote_du_prevu() -> None:
    tableau = ouvrir_bilan("demonstration", 2025).financement()

    assert tableau is not None
    assert "en euros" in tableau.titre
    rangees = {str(rangee[0]): rangee[1:3] for rangee in tableau.lignes()}
    espaces = {
        libelle: tuple(str(cellule).replace("\u202f", " ") for cellule in rangee)
        for libelle, rangee in rangees.items()
    }
    assert espaces["Subventions sur projet"] == ("28 000", "29 000")
    assert espaces["Bonus territoire des structures soutenues"] == ("160 000", "au moins 150 500")
    assert espaces["Formation des candidates à l'agrément"] == ("4 000", "non suivi")
    assert espaces["Total des lignes suivies"] == ("431 000", "au moins 428 000")
    assert espaces["Total"] == (
        "435 000",
        "4 000 prévus ne sont pas suivis",
    )  # the last one, of all payers
    assert ouvrir_bilan("harnes", 2026).financement() is None


def test_une_fiche_dit_que_rien_ne_dit_si_ses_euros_paient_ses_postes() -> None:
    bilan = ouvrir_bilan("demonstration", 2025)
    des_deux = bilan.fiche(2).moyens().html
    d_euros_seuls = ouvrir_bilan("demonstration", 2026).fiche(5).moyens().html

    assert "Rien ne dit si ces euros comprennent les salaires" in des_deux
    assert "comprennent les salaires" not in d_euros_seuls
