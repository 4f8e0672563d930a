"""The year's workbook comes back: filled, saved by Excel's way, LibreOffice's or as CSV, and
becomes the follow-up.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from classeur_rempli import cellule, colonne, enregistrer, photographie, poser, vierge
from import_exemple import (
    JOUR,
    SUIVI,
    annee_entiere,
    avec_libreoffice,
    importer,
    libreoffice,
    lignes,
    remplir_par_libreoffice,
    verifier_l_annee_entiere,
)
from ligne_de_commande import ctg
from openpyxl import load_workbook

from ctglib.collecte.feuilles import ouvrir_cadre
from ctglib.collecte.importer import preparer
from ctglib.donnees.lecture import superposer
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import valider


def test_une_annee_entiere_remplie_devient_le_suivi(donnees: Path, tmp_path: Path) -> None:
    ready = importer(enregistrer(annee_entiere(), tmp_path))

    verifier_l_annee_entiere(donnees)
    assert sum(ready.nouvelles.values()) == 15 and ready.changements == ()
    assert [note for note in ready.remarques if "pourcentage" in note]
    assert ready.reste.startswith("Manquent encore pour 2025")


@avec_libreoffice
def test_le_classeur_enregistre_par_libreoffice_dit_la_meme_chose(
    donnees: Path, tmp_path: Path
) -> None:
    source = enregistrer(annee_entiere(), tmp_path)
    (tmp_path / "retour").mkdir()
    libreoffice(source, tmp_path / "retour", "xlsx")
    saved = load_workbook(tmp_path / "retour" / source.name)

    importer(tmp_path / "retour" / source.name)

    verifier_l_annee_entiere(donnees)
    assert {prop.name: str(prop.value) for prop in saved.custom_doc_props.props}[
        "convention"
    ] == "harnes"
    assert saved["Actions"].protection.sheet and saved["Actions"].data_validations.count > 3
    assert saved["Listes"].sheet_state == "hidden"


@avec_libreoffice
def test_la_part_d_un_service_s_ouvre_se_remplit_et_s_enregistre_dans_libreoffice(
    donnees: Path, tmp_path: Path
) -> None:
    wb = vierge("jeunesse")
    source = enregistrer(wb, tmp_path, "ctg-harnes-2025-jeunesse.xlsx")
    (tmp_path / "retour").mkdir()
    valeur = cellule(wb, "Indicateurs", "dispositifs_participation", "Valeur 2025").coordinate
    etat = cellule(wb, "Actions", "3.1", "État fin 2025").coordinate
    texte = cellule(wb, "Appréciations", "3.reussites", "Texte").coordinate
    saisies = {
        ("Indicateurs", valeur): 12,
        ("Actions", etat): "En cours",
        ("Appréciations", texte): "Un conseil de plus",
    }

    retour = remplir_par_libreoffice(source, tmp_path / "retour", saisies)
    importer(retour)

    saved = load_workbook(retour)
    assert saved["Indicateurs"].column_dimensions["A"].hidden
    assert cellule(saved, "Indicateurs", "dispositifs_participation", "Indicateur").comment
    assert [line.split(",")[2:7:4] for line in lignes(donnees, "observations")] == [
        ["dispositifs_participation", "12"]
    ]
    assert lignes(donnees, "actions") == ["3,3.1,en_cours,,,,,,"]
    (appreciation,) = lire_suivi_brut("harnes").suivis[2025].appreciations
    assert appreciation.reussites == ("Un conseil de plus",)


def test_un_classeur_envoye_sous_la_forme_d_avant_se_lit_encore(
    donnees: Path, tmp_path: Path
) -> None:
    """Its columns stood in another order, and « Qui, quand, dans quel document » was one."""
    wb = vierge("pij")
    poser(wb, "Indicateurs", "pij_visites", Valeur_2025=12, Note="Comptées à l'entrée")
    ws = wb["Indicateurs"]
    ws.insert_cols(5)
    ws["E4"] = "Qui, quand, dans quel document"
    ws["E5"] = "Le point information jeunesse ; en janvier ; Registre"
    note = colonne(ws, "Note")
    last = ws.max_column + 1
    for row in range(4, ws.max_row + 1):  # the note after all others
        ws.cell(row, last).value = ws.cell(row, note).value
        ws.cell(row, note).value = None

    importer(enregistrer(wb, tmp_path, "ctg-harnes-2025-pij.xlsx"))

    (line,) = lignes(donnees, "observations")
    assert "pij_visites,,,2025,12," in line and line.endswith("Comptées à l'entrée")


@avec_libreoffice
def test_les_feuilles_enregistrees_en_csv_par_libreoffice_disent_la_meme_chose(
    donnees: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "ctg-harnes-2025"
    folder.mkdir()
    source = enregistrer(annee_entiere(), tmp_path)
    libreoffice(
        source,
        folder,
        "csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true,false,false,false,-1",
    )

    importer(folder)

    verifier_l_annee_entiere(donnees)


@pytest.mark.parametrize(
    ("separateur", "decimale", "encodage", "milliers"),
    [
        (";", ",", "cp1252", "\u00a0"),
        (";", ",", "utf-8-sig", "\u202f"),
        (",", ".", "utf-8", ""),
    ],
)
def test_un_csv_se_lit_quels_que_soient_separateur_decimale_et_encodage(
    separateur: str, decimale: str, encodage: str, milliers: str, donnees: Path, tmp_path: Path
) -> None:
    rows = [
        ["Repère", "Valeur 2025", "État de la valeur", "Source"],
        ["heures_realisees", f"12{milliers}345", "Estimée", "Déclaration à la Caf"],
        ["etp_rpe", f"0{decimale}8", "", "Déclaration à la Caf"],
    ]
    path = tmp_path / "Indicateurs.csv"
    path.write_bytes("\r\n".join(separateur.join(row) for row in rows).encode(encodage))

    importer(path, convention="harnes", annee=2025)

    assert lignes(donnees, "observations") == [
        "62413,2025,etp_rpe,,,2025,0.8,etp,A,Déclaration à la Caf,",
        "62413,2025,heures_realisees,,,2025,12345,heures,E,Déclaration à la Caf,",
    ]


def test_les_parts_des_services_s_additionnent(donnees: Path, tmp_path: Path) -> None:
    paths = []
    for service, name in (("pij", "pij_visites"), ("enfance", "sejour_places")):
        wb = vierge(service)
        poser(wb, "Indicateurs", name, Valeur_2025=36)
        paths.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-{service}.xlsx"))

    importer(*paths)

    assert [line.split(",")[2] for line in lignes(donnees, "observations")] == [
        "pij_visites",
        "sejour_places",
    ]


def test_l_ordre_des_imports_ne_change_pas_les_fichiers(donnees: Path, tmp_path: Path) -> None:
    paths = []
    for service, name in (("pij", "pij_visites"), ("enfance", "sejour_places")):
        wb = vierge(service)
        poser(wb, "Indicateurs", name, Valeur_2025=36)
        paths.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-{service}.xlsx"))

    importer(paths[0])
    importer(paths[1])
    first = photographie(donnees / SUIVI)
    shutil.rmtree(donnees / SUIVI)
    importer(paths[1])
    importer(paths[0])

    assert photographie(donnees / SUIVI) == first


def test_un_nom_de_personne_est_signale_sans_etre_refuse(donnees: Path, tmp_path: Path) -> None:
    wb = vierge()
    text = "Vu avec Mme Durand au centre Bella Mandel, au Centre Gouillard et à la Maison Pour Tous"
    poser(wb, "Actions", "1.1", État_fin_2025="En cours", Ce_qui_a_été_fait=text)

    ready = importer(enregistrer(wb, tmp_path))

    (note,) = ready.remarques
    assert "« Mme Durand », « Bella Mandel », peut-être le nom d'une personne" in note
    assert "ligne 5, « I : Ce qui a été fait »" in note


@avec_libreoffice
def test_une_formule_vaut_son_resultat_enregistre(donnees: Path, tmp_path: Path) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025="=50+8")
    (tmp_path / "retour").mkdir()
    source = enregistrer(wb, tmp_path)
    libreoffice(source, tmp_path / "retour", "xlsx")

    ready = importer(tmp_path / "retour" / source.name)

    assert lignes(donnees, "observations")[0].startswith("62413,2025,am_agreees,,,2025,58,")
    assert any("formule, son résultat enregistré est « 58 »" in note for note in ready.remarques)


def test_l_import_et_valider_ont_les_memes_regles(donnees: Path, tmp_path: Path) -> None:
    ready = preparer([enregistrer(annee_entiere(), tmp_path)], jour=JOUR)

    with superposer(ready.fichiers):
        assert valider("harnes")
    assert not (donnees / SUIVI / "2025").exists()
    assert ouvrir_cadre("harnes", 2025).saisi("actions") == {}


def test_la_commande_importe_ou_dit_pourquoi_elle_ne_le_fait_pas(
    donnees: Path, tmp_path: Path
) -> None:
    (tmp_path / "envoi").mkdir()
    path = enregistrer(annee_entiere(), tmp_path / "envoi")

    dry = ctg("importer", str(path), "--a-blanc", dossier=tmp_path)
    untouched = not (donnees / SUIVI / "2025").exists()
    done = ctg("importer", str(tmp_path / "envoi"), dossier=tmp_path)
    wb = annee_entiere()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025="soixante")
    before = photographie(donnees)
    refused = ctg("importer", str(enregistrer(wb, tmp_path)), dossier=tmp_path)

    assert dry.returncode == 0 and "à blanc, rien n'a été écrit" in dry.stdout and untouched
    assert done.returncode == 0 and "harnes, 2025 : enregistré." in done.stdout
    assert refused.returncode == 1 and "« soixante »" in refused.stderr
    assert "Rien n'a été enregistré." in refused.stderr and "Traceback" not in refused.stderr
    assert photographie(donnees) == before
