"""The consistency check as its readers get it: tables and sentences."""

from __future__ import annotations

import io
import re

import pandas as pd
from coherence_exemple import (
    SIGNEE,
    Entrees,
    affirmation,
    annexe1,
    avec,
    catalogue,
    convention,
    correction,
    saine,
)

from ctglib.calculs.coherence import controler
from ctglib.donnees.modeles.coherence import Justification
from ctglib.rapports.controle import Controle

REGLES = catalogue().regles
FAUTES = avec(
    annexe1=annexe1(petits=(40, -40.0)),
    convention=convention({"partenaires": []}, annexes_vides=["Annexe 5"]),
    justifications=(
        Justification(cle="variation_comparee:petits:01001", raison="Une fermeture", **SIGNEE),
        Justification(
            cle="variation_forte:petits:01001",
            redit_par=("variation_comparee:petits:01001",),
            **SIGNEE,
        ),
    ),
)


JUGEES = avec(
    affirmations=(
        affirmation(operateur="superieur", indicateurs=["part_petits"], reference="01"),
        affirmation(operateur="inferieur", indicateurs=["part_petits"], reference="01"),
    )
)


def lire(entrees: Entrees) -> Controle:
    return Controle(entrees, controler(entrees))


def test_les_constats_se_suivent_par_gravite_et_le_csv_les_porte_tous() -> None:
    controle = controler(FAUTES)

    tableau = lire(FAUTES).coherence()

    titres = [title.split(" (")[0] for title in dict.fromkeys(tableau.groupes)]
    assert titres == ["À corriger", "À vérifier", "Pour information"]
    assert list(pd.read_csv(io.StringIO(tableau.csv()))["cle"]) == list(controle["cle"])
    assert len(tableau.cellules) == (controle["statut"] != "redit").sum()


def test_un_constat_justifie_montre_sa_raison_a_la_place_de_la_question() -> None:
    cells = lire(FAUTES).coherence().cellules

    answers = list(cells.loc[cells["place"].str.contains("groupes voisins"), "a_demander"])
    assert answers == ["Justifié : Une fermeture (équipe du classeur d'évaluation, 25/11/2026)"]


def test_le_titre_d_une_gravite_compte_les_constats_ouverts_puis_les_justifies() -> None:
    titles = dict.fromkeys(lire(FAUTES).coherence().groupes)

    assert "À vérifier (1\u00a0constat, et 1\u00a0justifié)" in titles


def test_les_constats_qu_un_autre_tableau_detaille_tiennent_en_une_ligne() -> None:
    phrases = tuple(
        affirmation(operateur="environ", valeur=10, arrondi=1, id=f"phrase_{x}") for x in "abc"
    )

    tableau = lire(avec(affirmations=phrases)).coherence()

    line = tableau.cellules.iloc[0]
    assert len(tableau.cellules) == 1
    assert line["place"] == "1 à 3. Affirmation que rien ne permet de vérifier"
    assert line["a_demander"].startswith("Voir le tableau « Affirmations du diagnostic")
    assert len(tableau.donnees) == 3


def test_un_constat_redit_est_compte_sous_le_tableau_et_non_montre() -> None:
    tableau = lire(FAUTES).coherence()

    assert not tableau.cellules["place"].str.contains("grande ampleur").any()
    assert tableau.notes == ("Redit ailleurs : 1\u00a0constat, sans ligne dans ce tableau.",)


def test_un_controle_sans_constat_n_a_pas_de_tableau() -> None:
    assert lire(saine()).coherence() is None


def test_chaque_regle_est_expliquee_avec_ses_seuils() -> None:
    tableau = lire(FAUTES).regles()

    explanations = dict(zip(tableau.donnees["id"], tableau.cellules["explication"], strict=True))
    assert len(explanations) == len(REGLES.regles)
    assert "Au-delà de 30 % en cinq ans" in explanations["variation_forte"]
    assert not any(re.search("[{}]", text) for text in explanations.values())


def test_les_phrases_se_rangent_par_verdict_les_fautes_d_abord() -> None:
    tableau = lire(JUGEES).affirmations()

    assert tableau.groupes == ("1\u00a0affirmation contredite", "1\u00a0affirmation vérifiée")
    assert list(tableau.donnees["verdict"]) == ["verifiee", "contredite"]


def test_une_correction_montre_ce_qui_est_ecrit_ce_qui_est_lu_et_pourquoi() -> None:
    hostile = correction("« ABC »").model_copy(update={"ecrit": "=1+1<script>"})

    tableau = lire(avec(corrections=(hostile,))).corrections()

    assert list(tableau.cellules.iloc[0]) == [
        "Le sigle. Annexe 2",
        "=1+1<script>",
        "ABD",
        "Le sigle existe.",
    ]
    assert "<script>" not in tableau.html
    assert ",'=1+1<script>," in tableau.csv()


def test_le_bilan_compte_les_regles_les_constats_et_les_phrases() -> None:
    text = Controle(JUGEES, controler(FAUTES)).comptes().html.replace("\u00a0", " ")

    ouverts = controler(FAUTES)["statut"].eq("ouvert").sum()
    assert f"<li>{len(REGLES.regles)} règles ont été appliquées, dont" in text
    assert f"<li>{ouverts} constats ouverts : 1 à corriger" in text
    assert "<li>1 constat est justifié" in text
    assert "totalisent, refaites sur ses tableaux : 1 vérifiée et 1 contredite." in text


def test_le_bilan_dit_qu_aucune_regle_n_a_rien_trouve() -> None:
    text = lire(saine()).comptes().html

    assert "<li>Aucun constat" in text
