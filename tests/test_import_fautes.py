"""Bad workbooks and CSV: each has its message, at the cell where it was typed, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from classeur_rempli import cellule, enregistrer, poser, vierge
from import_exemple import JOUR, fautes
from openpyxl import Workbook

from ctglib.collecte.cellules import Illisible, lire_choix
from ctglib.collecte.importer import preparer
from ctglib.collecte.ouverture import Cellule
from ctglib.donnees.fautes import DonneesInvalides

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "import_cellules.yaml").read_text(encoding="utf-8")
)
PART = "coordination"
REPERE = "comites_pilotage"
VALEUR = "Valeur_2025"


def _valeur(ecrite: object) -> object:
    """Return what a case puts in a cell."""
    if not isinstance(ecrite, dict):
        return ecrite
    if "date" in ecrite:
        return datetime.fromisoformat(ecrite["date"])
    return ecrite["repete"] * ecrite["fois"] if "repete" in ecrite else ecrite["formule"]


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_cellule_mal_remplie_est_dite_a_sa_place(cas: dict, tmp_path: Path) -> None:
    wb = vierge(cas.get("part", PART), feuille=cas["feuille"])
    cells = [
        (
            cellule(
                wb,
                cas["feuille"],
                tuple(row["ligne"]) if isinstance(row["ligne"], list) else row["ligne"],
                title,
            ),
            value,
        )
        for row in cas["lignes"]
        for title, value in row["valeurs"].items()
    ]
    for cell, value in cells:
        cell.value = _valeur(value)
        cell.number_format = cas.get("format", cell.number_format)
        if cell.number_format == "@" and cell.data_type == "f" and "format" in cas:
            cell.data_type = "s"

    found = fautes(enregistrer(wb, tmp_path))

    assert [
        {
            "ligne": f.ligne,
            "colonne": f.colonne,
            "trouve": f.trouve,
            "attendu": f.attendu,
            "remede": f.remede,
        }
        for f in found
    ] == cas["fautes"]
    assert {(f.fichier, f.feuille) for f in found} == {("ctg-harnes-2025.xlsx", cas["feuille"])}


def _colonne_ajoutee(titre: str) -> Callable[[Workbook], None]:
    def abimer(wb: Workbook) -> None:
        ws = wb["Indicateurs"]
        column = ws.max_column + 1
        ws.cell(4, column).value = titre
        ws.cell(5, column).value = "x"

    return abimer


def _sans_colonne(wb: Workbook) -> None:
    wb["Indicateurs"].delete_cols(10)


def _sans_repere(wb: Workbook) -> None:
    wb["Actions"].delete_cols(1)


def _sans_titres(wb: Workbook) -> None:
    wb["Indicateurs"].delete_rows(4)


def _colonne_en_double(wb: Workbook) -> None:
    wb["Indicateurs"].cell(4, 13).value = "Source"


def _feuille_renommee(wb: Workbook) -> None:
    wb["Actions"].title = "Suivi des projets"


def _feuille_mal_ecrite(wb: Workbook) -> None:
    del wb["Actions"]
    wb.create_sheet("Actionss")["A1"] = "Réunion en mars"


def _feuille_en_double(wb: Workbook) -> None:
    wb.copy_worksheet(wb["Actions"]).title = "ACTIONS "


def _fusion(wb: Workbook) -> None:
    wb["Indicateurs"].merge_cells("I5:I7")


def _valeur_hors_du_tableau(wb: Workbook) -> None:
    wb["Indicateurs"]["Q9"] = 12


def _liste_de_personnes(wb: Workbook) -> None:
    wb.create_sheet("Inscrits").append(["Nom", "Prénom", "Né(e) le"])


def _telephone_ailleurs(wb: Workbook) -> None:
    wb["Mode d'emploi"]["B2"] = "Me joindre au 06 12 34 56 78"


STRUCTURES = [
    (
        _colonne_ajoutee("Nom de l'agent"),
        "« O : Nom de l'agent »",
        "le nom d'une personne",
        "des agrégats seulement",
    ),
    (
        _colonne_ajoutee("Date de naissance"),
        "« O : Date de naissance »",
        "la naissance d'une personne",
        "agrégats",
    ),
    (
        _colonne_ajoutee("Prénom"),
        "« O : Prénom »",
        "le prénom d'une personne",
        "retirer cette donnée",
    ),
    (
        _colonne_ajoutee("Courriel"),
        "« O : Courriel »",
        "une adresse électronique",
        "retirer cette donnée",
    ),
    (
        _colonne_ajoutee("N° allocataire"),
        "« O : N° allocataire »",
        "un numéro d'allocataire",
        "retirer cette donnée",
    ),
    (
        _colonne_ajoutee("Avis"),
        "« O : Avis »",
        "une colonne ajoutée, « Avis » (première valeur ligne 5)",
        "« Note »",
    ),
    (
        _sans_colonne,
        "« Source »",
        "colonne supprimée",
        "remettre le titre « Source » sur la ligne 4",
    ),
    (
        _sans_repere,
        "« Repère »",
        "colonne supprimée",
        "remettre le titre « Repère » sur la ligne 4",
    ),
    (
        _sans_titres,
        "« Indicateurs »",
        "aucune ligne de titres de colonnes",
        "remettre la ligne des titres",
    ),
    (_colonne_en_double, "« Source »", "2 colonnes « Source »", "supprimer la colonne en double"),
    (
        _feuille_renommee,
        "« Suivi des projets »",
        "une feuille nommée « Suivi des projets »",
        "renommer la feuille en « Actions »",
    ),
    (
        _feuille_mal_ecrite,
        "« Actionss »",
        "une feuille nommée « Actionss »",
        "renommer la feuille en « Actions »",
    ),
    (
        _feuille_en_double,
        "« ACTIONS  »",
        "une seconde feuille « Actions »",
        "supprimer ou renommer l'une des deux",
    ),
    (_fusion, "ligne 5, « I »", "les cellules fusionnées I5:I7", "annuler la fusion"),
    (
        _valeur_hors_du_tableau,
        "« Q »",
        "une valeur dans une colonne sans titre (première valeur ligne 9)",
        "déplacer",
    ),
    (
        _liste_de_personnes,
        "« Inscrits », ligne 1, « B : Prénom »",
        "le prénom d'une personne",
        "retirer cette donnée",
    ),
    (
        _telephone_ailleurs,
        "« Mode d'emploi », ligne 2, « B »",
        "un numéro de téléphone",
        "retirer cette donnée",
    ),
]


@pytest.mark.parametrize(("abimer", "place", "trouve", "remede"), STRUCTURES)
def test_un_classeur_deforme_est_refuse(
    abimer: Callable[[Workbook], None], place: str, trouve: str, remede: str, tmp_path: Path
) -> None:
    wb = vierge()
    poser(wb, "Posture", "Chargé de coopération CTG", Niveau_2025="3 – Installé")
    abimer(wb)

    found = [str(fault) for fault in fautes(enregistrer(wb, tmp_path))]

    message = next((text for text in found if place in text.splitlines()[0] and trouve in text), "")
    assert remede in message, "\n".join(found)
    assert all("attendu : " in text and "à faire : " in text for text in found)


def test_toutes_les_fautes_sont_dites_d_un_coup(tmp_path: Path) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", REPERE, **{VALEUR: "beaucoup"})
    poser(wb, "Actions", "4.1", État_fin_2025="Réalisée")
    poser(wb, "Moyens", ("Ville de Harnes",), Année_2025="12 k€")
    poser(wb, "Appréciations", "comite_date", Date="bientôt")

    found = fautes(enregistrer(wb, tmp_path))

    assert [(f.feuille, f.trouve) for f in sorted(found, key=lambda f: f.feuille)] == [
        ("Actions", "une cellule vide avec l'état « Réalisée »"),
        ("Appréciations", "« bientôt »"),
        ("Indicateurs", "« beaucoup »"),
        ("Moyens", "« 12 k€ »"),
    ]


def test_un_etat_contredit_se_dit_dans_les_mots_de_qui_l_a_choisi(
    donnees: Path, tmp_path: Path
) -> None:
    chemins = []
    for rang, etat in enumerate(("En cours", "Prévue")):
        wb = vierge()
        poser(wb, "Actions", "3.1", État_fin_2025=etat)
        chemins.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-{rang}.xlsx"))

    with pytest.raises(DonneesInvalides) as levee:
        preparer(chemins, jour=JOUR)

    assert "« En cours »" in str(levee.value) and "« Prévue »" in str(levee.value)
    assert "en_cours" not in str(levee.value) and "prevue" not in str(levee.value)


def test_une_date_de_comite_illisible_ne_fait_pas_dire_que_rien_n_est_dit_du_comite(
    donnees: Path, tmp_path: Path
) -> None:
    wb = vierge()
    poser(wb, "Appréciations", "comite_date", Date="le mois prochain")
    poser(wb, "Appréciations", "decision.d2025_1", Texte="Ouvrir le samedi")

    (faute,) = fautes(enregistrer(wb, tmp_path))

    assert "le mois prochain" in faute.trouve


def test_un_mot_qui_n_est_pas_permis_dans_un_tableau_word_y_est_suivi_de_ceux_qui_le_sont() -> None:
    votes = {"Adoptée": "adoptee", "Rejetée": "rejetee"}

    with pytest.raises(Illisible) as dans_word:
        lire_choix(Cellule("ok"), votes, en_word=True)
    with pytest.raises(Illisible) as dans_excel:
        lire_choix(Cellule("ok"), votes)

    assert dans_word.value.args[1:] == (
        "l'un de ces mots : Adoptée, Rejetée",
        "écrire « Adoptée » ou « Rejetée »",
    )
    assert "flèche" in dans_excel.value.args[2]
