"""What the charts of the follow-up say beside their drawing: their numbers, a date to come, the
face of their words.
"""

from __future__ import annotations

from dessin_svg import mots
from graphiques_annuels_exemple import VIDE, dessiner, tableau_series


def test_les_chiffres_d_un_graphique_ont_une_ligne_par_serie_et_une_colonne_par_annee() -> None:
    given = {2022: 60.0, 2023: VIDE, 2024: (8.0, "P"), 2025: 9.0}
    table = tableau_series(
        ("Un", "nombre", "", given, 12.0, 2026, 2025),
        ("Deux", "nombre", "", {2023: 1.0}, None, None, None),
    )

    shown = dessiner("trajectoires", table).tableau

    assert [column.libelle for column in shown.colonnes] == [
        "Série",
        "2022",
        "2023",
        "2024",
        "2025",
        "Cible",
    ]
    assert shown.cellules.to_numpy().tolist() == [
        ["Un", "60", "non transmis", "8 (p)", "9 (r)", "12 en 2026"],
        ["Deux", "–", "1", "–", "–", "–"],
    ]
    assert [note[:3] for note in shown.notes] == ["(p)", "(r)"]
    assert len(shown.donnees) == 5


def test_de_longues_series_gardent_une_ligne_par_annee() -> None:
    values = dict.fromkeys(range(2010, 2020), 1.0)
    table = tableau_series(("Un", "nombre", "", values, None, None, None))

    shown = dessiner("trajectoires", table).tableau

    assert [column.cle for column in shown.colonnes] == ["annee", "texte"]
    assert set(shown.groupes) == {"Un"}


def test_un_panneau_qui_porte_le_nom_de_sa_modalite_ne_le_dit_pas_deux_fois() -> None:
    table = tableau_series(
        ("Mercredi", "nombre", "Mercredi", {2023: 1.0, 2024: 2.0}, None, None, None)
    )

    figure = dessiner("trajectoires", table)

    assert mots(figure.svg_large).count("Mercredi") == 1
    assert figure.lecture.startswith("« Mercredi »")
