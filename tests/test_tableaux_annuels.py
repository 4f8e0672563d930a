"""The tables of the yearly reports: dates said as they are, nothing repeated on each row, no year
beyond its need.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import pytest
from graphiques_annuels_exemple import tableau_etats

from ctglib import ouvrir_bilan
from ctglib.blocs import moyens
from ctglib.document.tableau import Tableau
from ctglib.rapports.bilan import Bilan
from ctglib.rapports.fiche import precision

ARRETE = date(2025, 12, 31)


@cache
def bilan(annee: int) -> Bilan:
    return ouvrir_bilan("demonstration", annee)


def colonne(tableau: Tableau, tete: str, cle: str) -> str:
    """Return a cell of the row that begins with a text."""
    rows = tableau.cellules
    return rows.loc[rows.iloc[:, 0].str.startswith(tete), cle].item()


@pytest.mark.parametrize(
    ("statut", "debut", "fin", "dit"),
    [
        ("realisee", "2024-06-18", "2024-06-18", "Le 18\u00a0juin 2024."),
        ("realisee", "2024-01-15", "2025-04-11", "Du 15\u00a0janvier 2024 au 11\u00a0avril 2025."),
        ("realisee", None, "2025-04-11", "Terminée le 11\u00a0avril 2025."),
        ("abandonnee", None, "2025-04-11", "Arrêtée le 11\u00a0avril 2025."),
        ("abandonnee", "2024-04-02", None, "Commencée le 2\u00a0avril 2024."),
        ("en_cours", "2024-04-02", None, "Depuis le 2\u00a0avril 2024."),
        (
            "en_cours",
            "2024-04-02",
            "2026-06-30",
            "Depuis le 2\u00a0avril 2024. Fin prévue : 30\u00a0juin 2026.",
        ),
        ("reportee", None, "2026-06-30", "Nouvelle date : 30\u00a0juin 2026."),
        (
            "reportee",
            "2024-04-02",
            "2026-06-30",
            "Commencée le 2\u00a0avril 2024. Nouvelle date : 30\u00a0juin 2026.",
        ),
        ("non_renseignee", None, None, "–"),
    ],
)
def test_une_date_a_venir_n_est_pas_une_fin_et_un_jour_seul_n_est_pas_une_periode(
    statut: str, debut: str | None, fin: str | None, dit: str
) -> None:
    rows = tableau_etats(("1.1", "Un", "2023-01-01", "2026-12-31", statut, statut, debut, fin))
    told = rows.assign(**dict.fromkeys(("commentaire", "motif", "preuve", "responsable"), ""))

    assert precision(told.iloc[0], ARRETE) == dit


def test_ce_qu_un_service_a_ecrit_une_autre_annee_porte_cette_annee() -> None:
    rows = tableau_etats(
        ("1.1", "Un", "2023-01-01", "2026-12-31", "abandonnee", "abandonnée", None, None)
    )
    vide = dict.fromkeys(("preuve", "responsable"), "")
    dits = {"commentaire": "Essai arrêté.", "motif": "Peu d'enfants"}
    told = rows.assign(**vide, **dits, annee_dite=ARRETE.year - 1).iloc[0]

    assert precision(told, ARRETE) == (
        f"Essai arrêté ({ARRETE.year - 1}). Motif : Peu d'enfants ({ARRETE.year - 1})."
    )
    assert precision(told.replace({ARRETE.year - 1: ARRETE.year}), ARRETE) == (
        "Essai arrêté. Motif : Peu d'enfants."
    )


def test_la_collecte_dit_l_annee_suivante_une_fois_et_ce_qui_manque_a_chaque_ligne() -> None:
    table = bilan(2025).a_collecter()

    assert table.colonnes[2].libelle == "En plus de 2026"
    assert any("2026" in note for note in table.notes)
    assert not table.cellules["demande"].str.contains("2026").any()
    assert not table.cellules["indicateur"].str.startswith("Heures").any()  # optional
    assert colonne(table, "Comités de pilotage tenus", "demande") == "–"
    # Of 2022, before the convention, nothing is asked: what has no start could not have one.
    assert set(table.donnees["annee"]) == {2025, 2026}


def test_la_collecte_ne_repete_pas_le_service_qui_fait_le_groupe() -> None:
    table = bilan(2025).a_collecter()

    assert colonne(table, "Comités de pilotage tenus", "ou") == "Comptes rendus du comité"
    assert colonne(table, "Assistantes maternelles agréées", "ou").endswith(
        "; par le relais petite enfance"
    )
    assert colonne(table, "Nouveaux projets communaux", "ou").endswith("; service jeunesse")


def test_une_typologie_donnee_a_une_derniere_valeur_et_une_rencontre_tenue_n_est_plus_demandee() -> (
    None
):
    given = bilan(2025).a_collecter()

    assert colonne(given, "Typologie", "derniere") == "donnée, voir les profils"
    assert not given.cellules["indicateur"].str.startswith("Rencontre").any()


def test_sans_suivi_la_typologie_n_a_pas_de_valeur_et_la_rencontre_est_demandee(
    avant_le_suivi: None,
) -> None:
    never = ouvrir_bilan("demonstration", 2024).a_collecter()

    assert colonne(never, "Typologie", "derniere") == "aucune"
    assert colonne(never, "Rencontre", "demande") == "2024 (à compléter)"


@pytest.mark.parametrize("annee", [2024, 2025, 2026])
def test_la_rencontre_tenue_en_2024_reste_tenue(annee: int) -> None:
    table = bilan(annee).fiche(4).indicateurs()["indicateurs"]

    assert "●\u00a0atteint" in colonne(table, "Rencontre", "visee")


def test_les_moyens_d_une_structure_tiennent_sur_une_ligne() -> None:
    table = bilan(2025).moyens.par_structure()

    assert table.cellules["structure"].is_unique
    heads = {column.groupe.partition(",")[0] for column in table.colonnes[1:]}
    assert heads == {
        "Prestation de service",
        "Bonus territoire CTG",
        "Contribution au fonctionnement",
        "Investissement",
    }
    (bonus,) = [
        column.cle
        for column in table.colonnes
        if "Bonus" in column.groupe and column.libelle == "2025"
    ]
    assert colonne(table, "La Parenthèse", bonus) == "non transmis"
    assert colonne(table, "Les Libellules", bonus) == "50\u202f200"


def test_des_lignes_de_budget_trop_nombreuses_restent_l_une_sous_l_autre(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(moyens, "COLONNES_AU_PLUS", 6)

    table = bilan(2025).moyens.par_structure()

    assert [column.cle for column in table.colonnes] == [
        "poste",
        "signataire",
        "annee_2024",
        "annee_2025",
    ]


def test_un_taux_qui_n_est_pas_un_pourcentage_ne_compte_pas_des_places() -> None:
    table = bilan(2025).territoire.tableau()

    assert colonne(table, "Taux de couverture", "niveau") == "63,0"
    assert not table.cellules["niveau"].str.contains("place").any()
    assert colonne(table, "Taux de couverture", "serie").endswith(", en places pour 100 enfants")


def test_la_source_publique_est_dite_en_mots() -> None:
    assert "_" not in bilan(2024).territoire.tableau().source


def test_la_page_d_une_fiche_sans_suivi_rappelle_le_depart_et_l_echeance(
    avant_le_suivi: None,
) -> None:
    missing = " ".join(ouvrir_bilan("demonstration", 2025).fiche(2).manques().cellules["detail"])
    written = ouvrir_bilan("demonstration", 2025).fiche(1).contrat().cellules["rubrique"]

    assert "Places du séjour de vacances (départ : 32 en 2022)" in missing
    assert "pour le 31\u00a0décembre 2024" in " ".join(written)
