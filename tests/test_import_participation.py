"""Who was asked, and what changed: written in the workbook, read back into ``participation.yaml``."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from classeur_rempli import cellule, enregistrer, poser, vierge
from import_exemple import JOUR, fautes, importer
from openpyxl import Workbook, load_workbook

from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.collecte.importer import preparer
from ctglib.donnees.modeles.suivi import Consultation, Exemple, Participation
from ctglib.donnees.suivi import lire_suivi_brut

FEUILLE = "Participation"
ATTENDUE = Participation(
    consultations=(
        Consultation(
            public="familles",
            combien=84,
            date=date(2025, 6, 12),
            comment="Questionnaire",
            change="Un horaire",
        ),
        Consultation(public="partenaires", combien=0, date=date(2025, 12, 31)),
    ),
    cooperation=("Ils relisent les demandes", "Un budget commun"),
    exemples=(Exemple(axe="petite_enfance", date=date(2025, 4, 8), texte="Une centième famille"),),
)


def rempli() -> Workbook:
    wb = vierge("coordination", feuille=FEUILLE)
    reponse = "Ce_qui_a_changé"
    poser(
        wb,
        FEUILLE,
        "consultations.familles.1",
        Combien=84,
        Date="12/06/2025",
        Comment="Questionnaire",
    )
    poser(wb, FEUILLE, "consultations.familles.1", **{reponse: "Un horaire"})
    poser(wb, FEUILLE, "consultations.partenaires.1", Combien=0)
    poser(wb, FEUILLE, "cooperation", **{reponse: "Ils relisent les demandes\nUn budget commun"})
    poser(
        wb,
        FEUILLE,
        "exemples.petite_enfance.1",
        Date=date(2025, 4, 8),
        **{reponse: "Une centième famille"},
    )
    return wb


def test_la_participation_saisie_devient_celle_de_l_annee_et_revient_preremplie(
    donnees: Path, tmp_path: Path
) -> None:
    ready = importer(enregistrer(rempli(), tmp_path))
    path = ecrire_gabarit("harnes", 2025, tmp_path, responsable="coordination")
    wb = load_workbook(path)

    assert ready.nouvelles == {"consultations": 2, "participation": 1, "exemples": 1}
    assert lire_suivi_brut("harnes").suivis[2025].participation == ATTENDUE
    assert cellule(wb, FEUILLE, "consultations.familles.1", "Combien").value == 84
    assert cellule(wb, FEUILLE, "consultations.familles.2", "Combien").value is None
    assert preparer([path], jour=JOUR).fichiers == {}


def lignes_de(wb: Workbook, debut: str) -> list[str]:
    """Return the references of the rows of a public or an axis, in the order of the sheet."""
    reperes = [row[0].value for row in wb[FEUILLE].iter_rows(min_row=5)]
    return [repere for repere in reperes if repere.startswith(f"{debut}.")]


def test_chaque_public_a_les_lignes_deja_remplies_et_une_seule_vide(
    donnees: Path, tmp_path: Path
) -> None:
    wb = rempli()
    assert lignes_de(wb, "consultations.familles") == ["consultations.familles.1"]

    importer(enregistrer(wb, tmp_path))
    wb = load_workbook(ecrire_gabarit("harnes", 2025, tmp_path, responsable="coordination"))
    poser(wb, FEUILLE, "consultations.familles.2", Combien=12, Date="02/10/2025")
    importer(enregistrer(wb, tmp_path))

    trois = [f"consultations.familles.{rang}" for rang in (1, 2, 3)]
    for annee in (2025, 2026):  # the year's answers, then those of the year before as a reminder
        wb = load_workbook(ecrire_gabarit("harnes", annee, tmp_path / str(annee)))
        assert lignes_de(wb, "consultations.familles") == trois
        assert lignes_de(wb, "exemples.transversal") == ["exemples.transversal.1"]


def test_une_reponse_corrigee_prend_la_place_de_l_ancienne_et_le_dit(
    donnees: Path, tmp_path: Path
) -> None:
    importer(enregistrer(rempli(), tmp_path))
    wb = load_workbook(ecrire_gabarit("harnes", 2025, tmp_path, responsable="coordination"))
    poser(wb, FEUILLE, "consultations.familles.1", Combien=85)
    poser(wb, FEUILLE, "consultations.familles.2", Combien=12, Date="02/10/2025")

    ready = importer(enregistrer(wb, tmp_path))

    assert [(item.avant, item.apres) for item in ready.changements] == [("84", "85")]
    found = lire_suivi_brut("harnes").suivis[2025].participation
    assert [item.combien for item in found.consultations] == [
        85,
        12,
        0,
    ] and found.exemples == ATTENDUE.exemples


def test_ce_qui_est_ecrit_a_la_main_revient_du_classeur_sans_changement(tmp_path: Path) -> None:
    path = ecrire_gabarit("demonstration", 2025, tmp_path)
    last = lire_suivi_brut("demonstration").suivis[2025].participation.exemples[-1]

    assert (
        cellule(load_workbook(path), FEUILLE, "exemples.transversal.1", "Ce qui a changé").value
        == last.texte
    )
    assert preparer([path], jour=JOUR).fichiers == {}


@pytest.mark.parametrize(
    ("ligne", "valeurs", "colonne", "trouve", "attendu"),
    [
        (
            "consultations.familles.1",
            {"Combien": "beaucoup"},
            "E : Combien",
            "« beaucoup »",
            "un nombre entier",
        ),
        ("consultations.familles.1", {"Combien": -2}, "E : Combien", "« -2 »", "0 au moins"),
        ("consultations.familles.1", {"Combien": 84}, "F : Date", "une cellule vide", "« Date »"),
        (
            "consultations.familles.1",
            {"Comment": "Réunion"},
            "G : Comment",
            "« Combien » est vide",
            "« Combien » rempli",
        ),
        ("cooperation", {"Combien": 3}, "E : Combien", "« 3 »", "une cellule vide (fond hachuré)"),
        (
            "exemples.transversal.1",
            {"Date": "08/04/2025"},
            "F : Date",
            "« Ce qui a changé » est vide",
            "rempli",
        ),
    ],
)
def test_une_reponse_mal_ecrite_est_dite_a_sa_place(
    ligne: str, valeurs: dict, colonne: str, trouve: str, attendu: str, tmp_path: Path
) -> None:
    wb = vierge("coordination", feuille=FEUILLE)
    poser(wb, FEUILLE, ligne, **valeurs)

    (fault,) = fautes(enregistrer(wb, tmp_path))

    assert (fault.feuille, fault.colonne) == (FEUILLE, colonne)
    assert trouve in fault.trouve and attendu in fault.attendu, fault
