"""A second import: what changes is shown, what was published stays under its millésime."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from classeur_rempli import cellule, enregistrer, photographie, poser, vierge
from import_exemple import JOUR, SUIVI, annee_entiere, importer, lignes
from openpyxl import load_workbook

from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.collecte.importer import preparer
from ctglib.donnees.cloture import fichiers_de_la_cloture, plan_a_clore
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modeles.suivi import Suite
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import valider

RAISON = "Raison_(abandonnée,_repoussée)"


def test_un_second_import_montre_ce_qui_change_et_n_efface_rien_de_vide(
    donnees: Path, tmp_path: Path
) -> None:
    importer(enregistrer(annee_entiere(), tmp_path))
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025=60)

    ready = importer(enregistrer(wb, tmp_path))

    (change,) = ready.changements
    assert (change.colonne, change.avant, change.apres, change.revision) == (
        "valeur",
        "58",
        "60",
        False,
    )
    assert "62413,2025,am_agreees,,,2025,60,nombre,A,Liste des agréments du Département," in lignes(
        donnees, "observations"
    )
    assert len(lignes(donnees, "observations")) == 6


def test_le_meme_classeur_importe_deux_fois_ne_change_rien(donnees: Path, tmp_path: Path) -> None:
    path = enregistrer(annee_entiere(), tmp_path)
    importer(path)
    before = photographie(donnees)

    ready = importer(path)

    assert ready.fichiers == {} and photographie(donnees) == before


def test_le_gabarit_refait_montre_ce_qui_est_deja_saisi_et_revient_sans_changement(
    donnees: Path, tmp_path: Path
) -> None:
    importer(enregistrer(annee_entiere(), tmp_path))
    path = ecrire_gabarit("harnes", 2025, tmp_path / "refait")
    wb = load_workbook(path)

    ready = preparer([path], jour=JOUR)

    assert cellule(wb, "Indicateurs", "am_agreees", "Valeur 2025").value == 58
    assert cellule(wb, "Actions", "4.1", "État fin 2025").value == "Réalisée"
    assert cellule(wb, "Actions", "4.1", "Ce qui a été fait").data_type == "s"
    assert ready.fichiers == {}


def test_une_valeur_corrigee_l_annee_suivante_garde_l_ancienne_sous_son_millesime(
    donnees: Path, tmp_path: Path
) -> None:
    importer(enregistrer(annee_entiere(), tmp_path))
    wb = load_workbook(ecrire_gabarit("harnes", 2026, tmp_path))
    poser(wb, "Indicateurs", "am_agreees", Valeur_2026=57, Valeur_2025_corrigée=56)
    poser(
        wb, "Indicateurs", "am_agreees", Raison_de_la_correction="Deux agréments comptés deux fois"
    )

    ready = importer(enregistrer(wb, tmp_path, "ctg-harnes-2026.xlsx"))

    assert [(c.avant, c.apres, c.revision) for c in ready.changements] == [("58", "56", True)]
    assert lignes(donnees, "observations", 2026) == [
        "62413,2025,am_agreees,,,2026,56,nombre,A,Liste des agréments du Département,Deux agréments comptés deux fois",
        "62413,2026,am_agreees,,,2026,57,nombre,A,Liste des agréments du Département,",
    ]
    assert "62413,2025,am_agreees,,,2025,58,nombre,A,Liste des agréments du Département," in lignes(
        donnees, "observations", 2025
    )


def test_une_annee_ne_se_clot_pas_par_le_classeur(donnees: Path, tmp_path: Path) -> None:
    wb = annee_entiere()
    poser(wb, "Appréciations", "statut", Choix="Définitif")

    ready = importer(enregistrer(wb, tmp_path))

    (remarque,) = [phrase for phrase in ready.remarques if "définitif" in phrase]
    assert "feuille « Appréciations », ligne " in remarque
    assert "ctg clore 2025 --convention harnes" in remarque
    assert lire_suivi_brut("harnes", 2025).suivis[2025].bilan.statut == "provisoire"


def _definitif(donnees: Path, tmp_path: Path) -> None:
    """Import the year, its chapô signed, and close it."""
    wb = annee_entiere()
    poser(wb, "Première page", "chapo", Ce_que_vous_signez="Le relais avance", Signé_par="Relais")
    importer(enregistrer(wb, tmp_path))
    copie = plan_a_clore("harnes", 2025, date(2026, 2, 10), "0.1.0")
    for chemin, octets in fichiers_de_la_cloture("harnes", 2025, copie).items():
        (donnees / chemin).write_bytes(octets)


def test_une_annee_definitive_ne_se_revise_que_par_un_millesime(
    donnees: Path, tmp_path: Path
) -> None:
    _definitif(donnees, tmp_path)
    before = photographie(donnees / SUIVI / "2025")
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025=60)

    ready = importer(enregistrer(wb, tmp_path))

    assert [(c.avant, c.apres, c.revision) for c in ready.changements] == [("58", "60", True)]
    assert photographie(donnees / SUIVI / "2025") == before
    assert [line.split(",")[5:7] for line in lignes(donnees, "observations", 2026)] == [
        ["2026", "60"]
    ]
    assert valider("harnes")


def test_une_annee_definitive_refuse_tout_autre_changement(donnees: Path, tmp_path: Path) -> None:
    _definitif(donnees, tmp_path)
    before = photographie(donnees)
    wb = vierge()
    poser(wb, "Actions", "1.1", État_fin_2025="Abandonnée")
    path = enregistrer(wb, tmp_path)

    with pytest.raises(DonneesInvalides, match="dont le bilan est définitif") as caught:
        preparer([path], jour=JOUR)

    assert caught.value.fautes[0].colonne == "F : État fin 2025"
    assert photographie(donnees) == before


def test_le_millesime_demande_est_celui_de_la_saisie(donnees: Path, tmp_path: Path) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025=60)

    importer(enregistrer(wb, tmp_path), millesime=2026)

    assert lignes(donnees, "observations", 2026)[0].startswith("62413,2025,am_agreees,,,2026,60")


def test_la_decision_de_l_an_passe_demande_ce_qu_elle_est_devenue(
    donnees: Path, tmp_path: Path
) -> None:
    importer(enregistrer(annee_entiere(), tmp_path))
    wb = load_workbook(ecrire_gabarit("harnes", 2026, tmp_path))
    poser(wb, "Appréciations", "suite.d2025_1", Choix="Faite", Texte="Le mercredi")
    poser(wb, "Appréciations", "suite.d2025_1", Date="15/03/2027", **{RAISON: "Faute de salle"})
    poser(wb, "Appréciations", "comite_absence", Texte="Reporté au printemps")

    importer(enregistrer(wb, tmp_path, "ctg-harnes-2026.xlsx"))

    comite = lire_suivi_brut("harnes").suivis[2026].bilan.comite
    assert comite.suites == (
        Suite(
            decision="d2025_1",
            etat="faite",
            raison="Faute de salle",
            echeance=date(2027, 3, 15),
            commentaire="Le mercredi",
        ),
    )
    assert comite.date.absent == "Reporté au printemps"
