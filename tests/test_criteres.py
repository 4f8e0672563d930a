"""The tables and the lesson of the criteria of an evaluation, as its readers get them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from ctglib import ouvrir_evaluation
from ctglib.blocs.criteres import Criteres
from ctglib.blocs.fin import EtudeFinale
from ctglib.document.tableau import RIEN


@cache
def etude() -> EtudeFinale:
    return ouvrir_evaluation("demonstration").etude


def test_un_element_du_schema_a_un_oui_en_face_des_fiches_qui_y_repondent_et_d_elles_seules() -> (
    None
):
    reponses = Criteres(etude()).schemas().cellules.set_index("element")

    assert reponses.loc["Aller vers les familles"].to_list() == [RIEN, "oui", "oui", RIEN, RIEN]
    assert reponses.loc["Accueillir tous les enfants"].to_list() == ["oui", "oui", RIEN, RIEN, RIEN]


def test_ce_qui_pouvait_s_evaluer_se_lit_fiche_par_fiche_puis_ensemble() -> None:
    fiches = Criteres(etude()).evaluabilite().cellules["fiche"].str.replace("\u00a0", " ")

    de_chaque_groupe = ["Fiche 1", "Fiche 2", "Fiche 3", "Fiche 4", "Fiche 5", "Ensemble"]
    assert fiches.to_list() == de_chaque_groupe * 2  # of the text alone, then with the proposals


@pytest.mark.parametrize(("cibles", "dite"), [(3, True), (4, False), (5, False)])
def test_la_lecon_sans_cible_se_dit_quand_moins_d_un_indicateur_sur_deux_en_a_une(
    cibles: int, dite: bool
) -> None:
    table = etude().evaluabilite.copy()
    du_texte = table["groupe"].eq("convention") & table["fiche"].eq("")
    table.loc[du_texte, ["indicateurs", "cibles"]] = [8, cibles]

    lecon = Criteres(replace(etude(), evaluabilite=table)).lecon()

    assert any("sans cible, rien ne se juge" in str(phrase) for phrase in lecon.items) == dite


def test_ce_qui_reste_apres_la_convention_n_a_de_tableau_que_si_l_on_en_sait_quelque_chose() -> (
    None
):
    sans_appreciation = replace(etude(), suivi=replace(etude().suivi, suivis={}))
    parcours = etude().parcours.assign(annees_connues=0)
    sans_rien = replace(sans_appreciation, parcours=parcours)

    assert Criteres(sans_rien).durabilite() is None
    assert Criteres(sans_appreciation).durabilite() is not None
    assert Criteres(etude()).durabilite() is not None
