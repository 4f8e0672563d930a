"""Statements that reports once made and that the data contradicted: what they say now."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html import unescape

import pandas as pd

from ctglib import ouvrir, ouvrir_bilan, ouvrir_dossier, ouvrir_evaluation
from ctglib.blocs.collecte import tableau_collecte
from ctglib.blocs.types_d_analyse import montrer
from ctglib.calculs.coherence import controler
from ctglib.document.tableau import Tableau
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.evaluation import ReglesFinales
from ctglib.donnees.statuts import Statut
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.rapports.bilan import Bilan
from ctglib.rapports.evaluation import EvaluationFinale

DEMONSTRATION = "demonstration"


@cache
def evaluation() -> EvaluationFinale:
    return ouvrir_evaluation(DEMONSTRATION)


@cache
def bilan(annee: int) -> Bilan:
    return ouvrir_bilan(DEMONSTRATION, annee)


def en_espaces(texte: str) -> str:
    sans_balises = re.sub(r"<[^>]+>", " ", texte)
    return re.sub(r"\s+", " ", re.sub("[\xa0\u202f]", " ", unescape(sans_balises)))


def rangees(tableau: Tableau | None) -> dict[str, list[str]]:
    """Return the rows of a table by their first cell."""
    assert tableau is not None
    cellules = [[en_espaces(str(cellule)) for cellule in rangee] for rangee in tableau.lignes()]
    return {rangee[0]: rangee for rangee in cellules}


def test_ce_qui_n_existait_pas_avant_la_convention_est_sans_objet() -> None:
    series = evaluation().trajectoires.series
    avant = series[series["annee"].eq(2022) & series["valeur"].isna()].set_index("indicateur")

    # The register of candidates is among what began with the convention: nothing is said not to
    # have been handed in.
    nouveaux = ["candidats_rencontres", "comites_pilotage", "familles_laep"]
    assert set(avant.loc[nouveaux, "statut"]) == {"M"}
    figures = evaluation().trajectoires.figures()
    assert figures is not None
    phrases = en_espaces(figures.html)
    assert "2022 : sans objet" in phrases


def test_ce_qui_existait_avant_la_convention_sans_etre_connu_n_est_pas_sans_objet() -> None:
    series = evaluation().trajectoires.series
    avant = series[series["annee"].eq(2022)].set_index("indicateur")

    # The lists of 2022 can't be compared, the extraction was not asked for: both existed.
    existants = ["participants_citoyennete", "am_en_activite"]
    assert avant.loc[existants, "statut"].tolist() == [Statut.NON_DISPONIBLE] * 2


def test_l_annee_d_avant_la_premiere_est_sans_objet_dans_les_analyses() -> None:
    etude = bilan(2023).etude
    dites = [
        en_espaces(bloc.html)
        for fiche in etude.convention.fiches
        for analyse in fiche.analyses
        if analyse.type in ("inclusion", "effectifs", "taux")
        if (bloc := montrer(etude, analyse)) is not None
    ]
    texte = " ".join(dites)

    assert "Aucune comparaison par dispositif (sans objet en 2022)." in texte
    assert "non transmis en 2022" not in texte
    assert "Ensemble non disponible 6 (e)" in texte


def test_ce_qui_se_demande_en_janvier_n_est_pas_du_avant() -> None:
    en_cours = bilan(2026)
    finie = bilan(2025)

    statuts = [
        en_espaces(dict(un_bilan.couverture().mentions)["Statut"]) for un_bilan in (en_cours, finie)
    ]

    assert "à donner une fois l'année finie : 2 éléments" in statuts[0]
    assert "il manque 3 éléments" in statuts[1]
    dit = "n'est dû qu'en janvier 2027"
    assert dit in tableau_collecte(en_cours.etude).notes[-1]
    assert dit not in " ".join(tableau_collecte(finie.etude).notes)
    dossier = ouvrir_dossier(DEMONSTRATION)
    assert en_espaces(dict(dossier.couverture().mentions)["Statut"]) == "3 éléments à demander"
    assert "pour 2026, en janvier 2027." in en_espaces(dossier.essentiel().html)


def test_une_citation_a_ce_qui_la_complete() -> None:
    constats = controler(lire_dossier("harnes")).set_index("regle")

    ecrit = constats.loc["periodicite", "ecrit"]

    assert "« mensuellement »" in ecrit
    assert ecrit.endswith("« prestation versée une fois dans l'année »")


def test_le_tableau_des_familles_suit_les_axes_de_la_convention() -> None:
    tableau = bilan(2026).familles()
    assert tableau is not None and tableau.groupes is not None

    titres = [en_espaces(groupe) for groupe in dict.fromkeys(tableau.groupes)]

    fiches = [re.sub(r".*– fiche (\S+),.*", r"\1", titre) for titre in titres]
    assert fiches == ["1", "5", "2", "3", "4"]


def test_ce_qui_est_facultatif_et_absent_n_est_pas_dit_comme_ce_qui_est_demande() -> None:
    lues = rangees(bilan(2025).indicateurs())

    assert lues["Heures de chantier éducatif"][2] == "non transmis (facultatif)"
    assert lues["Nombre de projets collectifs portés par des jeunes"][2] == "non transmis"
    premiere_page = en_espaces(bilan(2025).une_page().html)
    assert "Une valeur demandée pour 2025 n'a pas été transmise, « projets" in premiere_page


def test_une_typologie_que_personne_n_a_remise_compte_parmi_ce_qui_manque() -> None:
    sans_suivi = ouvrir_bilan("harnes", 2024).etude.demandes
    avec = bilan(2024).etude.demandes

    def typologies(demandes: pd.DataFrame) -> list[tuple[str, str, bool]]:
        return [
            (ligne.element, ligne.responsable, ligne.manque)
            for ligne in demandes.itertuples()
            if ligne.feuille == "Profils" and ligne.annee == 2024
        ]

    assert typologies(sans_suivi) == [("profil_jeunes_accueillis", "enfance", True)]
    assert [manque for _, _, manque in typologies(avec)] == [False]


def test_un_ecart_aux_communes_comparables_n_est_l_effet_de_rien() -> None:
    criteres = charger_yaml("catalogue/evaluation_finale.yaml", ReglesFinales).criteres
    effets = next(critere for critere in criteres if critere.id == "effets")

    assert [preuve.id for preuve in effets.preuves] == ["resultats_favorables"]
    assert "dépasse l'arrondi :" not in en_espaces(evaluation().criteres.tableau().html)


def test_l_etat_initial_est_celui_de_la_convention_et_les_places_publiees_sont_a_cote() -> None:
    diagnostic = ouvrir("harnes")

    accueil = en_espaces(str(diagnostic.section("petite_enfance").html))
    date = en_espaces(dict(diagnostic.couverture().mentions)["Date des données"])

    depart = accueil.index("en 2020, 34,1 places pour 100 enfants de moins de 3 ans à Harnes")
    assert "51,5 places dans le Pas-de-Calais (valeur provisoire, à vérifier)" in accueil
    assert depart < accueil.index("En 2023, pour 100 enfants de moins de 3 ans")
    assert "; places d'accueil de 2023 ;" in date
    # No place of an EAJE in a table, 5.5 for 100 children in the chart beside: why is said.
    assert "compte toutes les micro-crèches" in accueil


def test_sans_taux_publie_la_date_des_donnees_reste_celle_de_la_convention() -> None:
    diagnostic = replace(ouvrir("harnes"), modes=pd.DataFrame())

    date = dict(diagnostic.couverture().mentions)["Date des données"]
    assert date.startswith("2020 (population recensée en 2018) ; ")
    assert "places d'accueil" not in date
