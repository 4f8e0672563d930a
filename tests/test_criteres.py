"""The tables and the lesson of the criteria of an evaluation, as its readers get them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from ctglib import ouvrir_evaluation
from ctglib.blocs.criteres import Criteres, Suites
from ctglib.blocs.fin import EtudeFinale, Trajectoires
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


def test_un_besoin_qu_une_fiche_ecrit_elle_meme_ne_compte_pas_comme_repondu() -> None:
    besoins = etude().besoins
    montres = besoins[besoins["origine"].ne("fiche")]

    preuve = etude().preuves["besoins_repondus"]

    assert 0 < len(montres) < len(besoins)
    assert (preuve.valeur, preuve.total) == (montres["fiches"].ne("").sum(), len(montres))


def test_un_resultat_dont_un_indicateur_va_a_contresens_n_est_pas_favorable() -> None:
    evolutions = etude().parcours.set_index("indicateur")["evolution"]
    favorables = 0
    for fiche in etude().convention.fiches:
        for resultat in fiche.resultats:
            lues = set(evolutions.reindex(list(resultat.indicateurs)))
            favorables += bool(lues & {"favorable", "stable"}) and "defavorable" not in lues

    preuve = etude().preuves["resultats_favorables"]

    assert preuve.valeur == favorables < preuve.total


def test_une_fiche_d_un_avenant_n_a_de_moyens_non_transmis_qu_a_partir_de_son_debut() -> None:
    moyens = Trajectoires(etude()).moyens()

    natures = [nature.id for nature in etude().catalogue.moyens.natures]
    lus = moyens.donnees[moyens.donnees["element"].isin(natures)]
    avant = lus[lus["fiche"].eq("5") & lus["annee"].lt(2026)]
    assert len(avant) == 3 * len(natures) and set(avant["statut"]) == {"M"}


def test_ce_qui_etait_promis_une_fois_et_que_l_on_a_n_est_pas_propose_de_nouveau() -> None:
    tableau = Suites(etude()).indicateurs()

    assert "rencontre_2024" not in set(tableau.donnees["indicateur"])
    assert "comites_pilotage" in set(tableau.donnees["indicateur"])
    assert any("N'y sont plus" in str(note) for note in tableau.notes)
