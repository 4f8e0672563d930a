"""Cells as people type them: numbers, dates, words of a list, and what gives a person away."""

from __future__ import annotations

from datetime import datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctglib.collecte.cellules import Illisible, lire_choix, lire_date, lire_nombre, lire_texte_libre
from ctglib.collecte.feuilles import Nombre
from ctglib.collecte.lecture import noms_possibles
from ctglib.collecte.ouverture import Cellule
from ctglib.donnees.csv_strict import colonne_personnelle, valeur_personnelle
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.yaml_strict import charger_yaml

REGLES = charger_yaml("catalogue/confidentialite.yaml", Confidentialite)
NOMS = charger_yaml("catalogue/gabarit.yaml", Gabarit).noms
DEUX = Nombre(decimales=2)


@pytest.mark.parametrize(
    ("ecrit", "lu"),
    [
        ("1 234,5", "1234.5"),
        ("1\u202f234,5", "1234.5"),
        ("1\u00a0234\u00a0567", "1234567"),
        ("1234.5", "1234.5"),
        ("0,125", "0.125"),
        ("+3", "3"),
        (" 7 ", "7"),
        ("1 200,50 €", "1200.5"),
        (0.1 + 0.2, "0.3"),
        (12.0, "12"),
        (0, "0"),
        ("-0", "0"),
    ],
)
def test_un_nombre_se_lit_comme_on_l_ecrit(ecrit: str | float, lu: str) -> None:
    assert lire_nombre(Cellule(ecrit), DEUX) == (lu,)


@pytest.mark.parametrize(
    ("cellule", "lu"),
    [
        (Cellule(0.59, pourcent=True), ("59", "cellule au format pourcentage, lue 59 %.")),
        (Cellule("59 %"), ("59",)),
        (Cellule(59.4), ("59.4",)),
        (Cellule(0.59), ("0.59", "lu 0,59 %, et non 59 %.")),
    ],
)
def test_un_pourcentage_se_lit_de_ses_quatre_facons(cellule: Cellule, lu: tuple[str, ...]) -> None:
    assert lire_nombre(cellule, Nombre(0, 100, 1, pourcent=True)) == lu


@given(st.integers(0, 10**12), st.sampled_from([" ", "\u00a0", "\u202f", ""]))
def test_un_entier_revient_quel_que_soit_le_separateur_de_milliers(
    nombre: int, espace: str
) -> None:
    assert lire_nombre(Cellule(f"{nombre:,}".replace(",", espace)), Nombre()) == (str(nombre),)


@given(st.text(max_size=30))
def test_aucun_texte_ne_fait_echouer_la_lecture(texte: str) -> None:
    cell = Cellule(texte)

    for lire in (
        partial(lire_nombre, nombre=DEUX),
        lire_date,
        partial(lire_choix, choix={"Oui": "oui"}),
        lire_texte_libre,
    ):
        try:
            read = lire(cell)
        except Illisible as problem:
            read = problem.args
        assert len(read) == 2 or all(read)


@pytest.mark.parametrize(
    "ecrit",
    [
        "15/03/2025",
        "15-3-2025",
        "15.03.2025",
        "2025-03-15",
        "15 03 2025",
        datetime(2025, 3, 15, 14, 30),
    ],
)
def test_une_date_se_lit_comme_on_l_ecrit(ecrit: str | datetime) -> None:
    assert lire_date(Cellule(ecrit)) == "2025-03-15"


@pytest.mark.parametrize("ecrit", ["Réalisée", "realisee", " RÉALISÉE ", "réalisée"])
def test_un_mot_de_la_liste_se_lit_sans_accent_ni_majuscule(ecrit: str) -> None:
    assert lire_choix(Cellule(ecrit), {"Réalisée": "realisee", "Prévue": "prevue"}) == "realisee"


def test_un_texte_garde_ses_mots_et_perd_ce_qui_ne_se_voit_pas() -> None:
    cell = Cellule("Une\u200b\u00ad ligne_x000D_\n\n  une\tautre\x0b")

    assert lire_texte_libre(cell) == "Une ligne une autre"
    assert lire_texte_libre(cell, lignes=True) == "Une ligne\nune autre"
    assert (
        lire_texte_libre(Cellule("- 5 places\n-5 % de moins"), lignes=True)
        == "5 places\n-5 % de moins"
    )


@pytest.mark.parametrize(
    ("texte", "objet"),
    [
        ("rpe@ville-harnes.fr", "une adresse électronique"),
        ("écrire à prenom.nom+ctg@caf.cnafmail.fr", "une adresse électronique"),
        ("03 21 79 42 00", "un numéro de téléphone"),
        ("0612345678", "un numéro de téléphone"),
        ("06.12.34.56.78", "un numéro de téléphone"),
        ("+33 6 12 34 56 78", "un numéro de téléphone"),
        ("2 55 08 14 168 025 38", "un numéro de sécurité sociale"),
        ("255081416802538", "un numéro de sécurité sociale"),
        ("1 85 05 2A 004 012 59", "un numéro de sécurité sociale"),
        ("12 345,67 €", None),
        ("Délibération 2024-05-12", None),
        ("SIRET 216 204 130 00012", None),
        ("62413", None),
        ("12 places, 14 enfants, 15 heures", None),
    ],
)
def test_ce_qui_designe_une_personne_se_reconnait(texte: str, objet: str | None) -> None:
    assert valeur_personnelle(texte, REGLES) == objet


@pytest.mark.parametrize(
    "titre", ["Nom", "NOM DE FAMILLE", "Prénom(s)", "Né(e) le", "Date de naissance", "Tél.", "NIR"]
)
def test_une_colonne_sur_une_personne_se_reconnait(titre: str) -> None:
    assert colonne_personnelle(titre, REGLES)


def test_aucune_colonne_du_gabarit_n_est_prise_pour_celle_d_une_personne() -> None:
    gabarit = charger_yaml("catalogue/gabarit.yaml", Gabarit)

    assert [
        c.titre
        for f in gabarit.feuilles
        for c in f.colonnes
        if colonne_personnelle(c.titre, REGLES)
    ] == []


@pytest.mark.parametrize(
    ("texte", "noms"),
    [
        ("Réunion au centre Bella Mandel", ["Bella Mandel"]),
        ("Vu avec M. Petit et Mme LEROY", ["M. Petit", "Mme LEROY"]),
        ("La Ville et la Caf du Pas-de-Calais", []),
        ("Le Relais petite enfance, Conseil municipal des jeunes", []),
        ("Jean-Pierre Dupont-Martin y était", ["Jean-Pierre Dupont-Martin"]),
    ],
)
def test_ce_qui_peut_etre_un_nom_est_signale(texte: str, noms: list[str]) -> None:
    assert noms_possibles(texte, NOMS) == noms
