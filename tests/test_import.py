"""The year's workbook comes back: filled, saved by Excel's way, LibreOffice's or as CSV, and becomes the follow-up."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path

import pytest
from classeur_rempli import cellule, colonne, enregistrer, ligne, photographie, poser, vierge
from openpyxl import Workbook, load_workbook
from test_commandes import ctg

from ctglib.collecte.cadre import ouvrir_cadre
from ctglib.collecte.gabarit import ecrire_gabarit
from ctglib.collecte.importer import Preparation, preparer
from ctglib.donnees.dossier_suivi import lire_suivi
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import superposer
from ctglib.donnees.validation import valider

SUIVI = Path("conventions") / "harnes" / "suivi"
PROFIL = ("Conseil municipal des jeunes (CMJ)", "Sexe", "Filles")
POSTURE = ("Chargé de coopération CTG", "Attendus", "Conduire les diagnostics, notamment sur l'inclusion")
LIBRE = ("", "", "", "", "")


def annee_entiere(annee: int = 2025) -> Workbook:
    """Return a workbook in which every sheet says something, in every way that a cell can be filled."""
    wb = vierge("", annee)
    valeur = f"Valeur_{annee}"
    poser(wb, "Actions", "1.1", **{f"État_fin_{annee}": "En cours", "Date_de_début": datetime(2024, 3, 15)})
    poser(wb, "Actions", "4.1", **{f"État_fin_{annee}": "Réalisée", "Date_de_début": "01/02/2024"})
    poser(wb, "Actions", "4.1", Date_de_fin="30-06-2024", Ce_qui_a_été_fait="=SOMME n'est pas une formule ici")
    cellule(wb, "Actions", "4.1", "Ce qui a été fait").data_type = "s"
    poser(wb, "Indicateurs", "am_agreees", **{valeur: 58})
    poser(wb, "Indicateurs", "am_en_activite", **{valeur: 0, "État_de_la_valeur": "Provisoire", "Note": "À confirmer"})
    poser(wb, "Indicateurs", "places_agreees", **{"État_de_la_valeur": "Non transmise"})
    poser(wb, "Indicateurs", "heures_realisees", **{valeur: "12\u202f345"})
    poser(wb, "Indicateurs", "etp_rpe", **{valeur: "0,8 ".strip()})
    poser(wb, "Indicateurs", "part_temps_referentiel", **{valeur: 0.59})
    cellule(wb, "Indicateurs", "part_temps_referentiel", f"Valeur {annee}").number_format = "0%"
    poser(wb, "Moyens", ("Ville de Harnes",), **{f"Année_{annee}": 1.5})
    free = ligne(wb["Moyens"], *LIBRE)
    for title, value in {
        "Signataire": "Caf du Pas-de-Calais",
        "Nature": "Euros de l'année",
        "Poste": "Investissement",
        f"Année {annee}": "20 000,50 €",
    }.items():
        wb["Moyens"].cell(free, colonne(wb["Moyens"], title)).value = value
    poser(wb, "Profils", PROFIL, **{f"Effectif_{annee}": 4})
    poser(wb, "Posture", POSTURE, **{f"Niveau_{annee}": "3 – Installé"})
    poser(wb, "Appréciations", "comite_date", Date=date(annee + 1, 2, 12))
    poser(wb, "Appréciations", "1.reussites", Texte="Trois familles de plus\n- Un atelier par mois : tenu")
    poser(wb, "Appréciations", f"decision.d{annee}_1", Texte="Ouvrir une permanence", Date="30/09/2026")
    return wb


def importer(*chemins: Path, **options: object) -> Preparation:
    """Import files and return what was written."""
    ready = preparer(list(chemins), **options)
    ready.ecrire()
    return ready


def lignes(dossier: Path, nom: str, annee: int = 2025) -> list[str]:
    """Return the lines of a CSV of the follow-up, header left out."""
    return (dossier / SUIVI / str(annee) / f"{nom}.csv").read_text(encoding="utf-8").splitlines()[1:]


def verifier_l_annee_entiere(donnees: Path) -> None:
    assert lignes(donnees, "actions") == [
        "1,1.1,en_cours,2024-03-15,,,,,",
        "4,4.1,realisee,2024-02-01,2024-06-30,,=SOMME n'est pas une formule ici,,",
    ]
    observations = [line.split(",")[2:9] for line in lignes(donnees, "observations")]
    assert observations == [
        ["am_agreees", "", "", "2025", "58", "nombre", "A"],
        ["am_en_activite", "", "", "2025", "0", "nombre", "P"],
        ["etp_rpe", "", "", "2025", "0.8", "etp", "A"],
        ["heures_realisees", "", "", "2025", "12345", "heures", "A"],
        ["part_temps_referentiel", "", "", "2025", "59", "pourcent", "A"],
        ["places_agreees", "", "", "2025", "", "nombre", "L"],
    ]
    assert lignes(donnees, "moyens") == [
        "caf,,,euros,investissement,20000.5,A,",
        "ville,1,,etp,relais_petite_enfance,1.5,A,",
    ]
    assert lignes(donnees, "profils") == ["cmj,sexe,filles,,,4,A"]
    assert lignes(donnees, "posture") == ["Chargé de coopération CTG,attendus,diagnostics,3,"]
    suivi = lire_suivi("harnes").suivis[2025]
    assert suivi.bilan.comite.date == date(2026, 2, 12)
    assert [(item.id, item.texte, item.echeance) for item in suivi.bilan.comite.decisions] == [
        ("d2025_1", "Ouvrir une permanence", date(2026, 9, 30))
    ]
    assert suivi.appreciations[0].reussites == ("Trois familles de plus", "Un atelier par mois : tenu")
    assert valider("harnes")


def test_une_annee_entiere_remplie_devient_le_suivi(donnees: Path, tmp_path: Path) -> None:
    ready = importer(enregistrer(annee_entiere(), tmp_path))

    verifier_l_annee_entiere(donnees)
    assert sum(ready.nouvelles.values()) == 15 and ready.changements == ()
    assert [note for note in ready.remarques if "pourcentage" in note] and ready.attendues > 100


def libreoffice(source: Path, dossier: Path, format_: str) -> None:
    """Open a file in LibreOffice and save it again."""
    profile = (dossier / "profil").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", format_, "--outdir"]
    subprocess.run([*command, str(dossier), str(source)], check=True, capture_output=True, timeout=180)


avec_libreoffice = pytest.mark.skipif(
    shutil.which("soffice") is None and not os.environ.get("CI"),
    reason="LibreOffice n'est pas installé (apt-get install libreoffice-calc)",
)


@avec_libreoffice
def test_le_classeur_enregistre_par_libreoffice_dit_la_meme_chose(donnees: Path, tmp_path: Path) -> None:
    source = enregistrer(annee_entiere(), tmp_path)
    (tmp_path / "retour").mkdir()
    libreoffice(source, tmp_path / "retour", "xlsx")
    saved = load_workbook(tmp_path / "retour" / source.name)

    importer(tmp_path / "retour" / source.name)

    verifier_l_annee_entiere(donnees)
    assert {prop.name: str(prop.value) for prop in saved.custom_doc_props.props}["convention"] == "harnes"
    assert saved["Actions"].protection.sheet and saved["Actions"].data_validations.count > 3
    assert saved["Listes"].sheet_state == "hidden"


@avec_libreoffice
def test_les_feuilles_enregistrees_en_csv_par_libreoffice_disent_la_meme_chose(donnees: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ctg-harnes-2025"
    folder.mkdir()
    source = enregistrer(annee_entiere(), tmp_path)
    libreoffice(source, folder, "csv:Text - txt - csv (StarCalc):59,34,76,1,,1036,false,true,false,false,false,-1")
    shutil.rmtree(folder / "profil")

    importer(folder)

    verifier_l_annee_entiere(donnees)


@pytest.mark.parametrize(
    ("separateur", "decimale", "encodage", "milliers"),
    [
        (";", ",", "cp1252", "\u00a0"),
        (";", ",", "utf-8-sig", "\u202f"),
        (",", ".", "utf-8", ""),
        ("\t", ",", "utf-8", " "),
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
        poser(wb, "Indicateurs", name, Valeur_2025=12)
        paths.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-{service}.xlsx"))

    importer(*paths)

    assert [line.split(",")[2] for line in lignes(donnees, "observations")] == ["pij_visites", "sejour_places"]


def test_l_ordre_des_imports_ne_change_pas_les_fichiers(donnees: Path, tmp_path: Path) -> None:
    paths = []
    for service, name in (("pij", "pij_visites"), ("enfance", "sejour_places")):
        wb = vierge(service)
        poser(wb, "Indicateurs", name, Valeur_2025=12)
        paths.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-{service}.xlsx"))

    importer(paths[0])
    importer(paths[1])
    first = photographie(donnees / SUIVI)
    shutil.rmtree(donnees / SUIVI)
    importer(paths[1])
    importer(paths[0])

    assert photographie(donnees / SUIVI) == first


def test_un_second_import_montre_ce_qui_change_et_n_efface_rien_de_vide(donnees: Path, tmp_path: Path) -> None:
    importer(enregistrer(annee_entiere(), tmp_path))
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025=60)

    ready = importer(enregistrer(wb, tmp_path))

    (change,) = ready.changements
    assert (change.colonne, change.avant, change.apres, change.revision) == ("valeur", "58", "60", False)
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

    ready = preparer([path])

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
    poser(wb, "Indicateurs", "am_agreees", Raison_de_la_correction="Deux agréments comptés deux fois")

    ready = importer(enregistrer(wb, tmp_path, "ctg-harnes-2026.xlsx"))

    assert [(c.avant, c.apres, c.revision) for c in ready.changements] == [("58", "56", True)]
    assert lignes(donnees, "observations", 2026) == [
        "62413,2025,am_agreees,,,2026,56,nombre,A,Liste des agréments du Département,Deux agréments comptés deux fois",
        "62413,2026,am_agreees,,,2026,57,nombre,A,Liste des agréments du Département,",
    ]
    assert "62413,2025,am_agreees,,,2025,58,nombre,A,Liste des agréments du Département," in lignes(
        donnees, "observations", 2025
    )


def _definitif(tmp_path: Path) -> None:
    wb = annee_entiere()
    poser(wb, "Appréciations", "statut", Choix="Définitif")
    importer(enregistrer(wb, tmp_path))


def test_une_annee_definitive_ne_se_revise_que_par_un_millesime(donnees: Path, tmp_path: Path) -> None:
    _definitif(tmp_path)
    before = photographie(donnees / SUIVI / "2025")
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025=60)

    ready = importer(enregistrer(wb, tmp_path))

    assert [(c.avant, c.apres, c.revision) for c in ready.changements] == [("58", "60", True)]
    assert photographie(donnees / SUIVI / "2025") == before
    assert [line.split(",")[5:7] for line in lignes(donnees, "observations", 2026)] == [["2026", "60"]]
    assert valider("harnes")


def test_une_annee_definitive_refuse_tout_autre_changement(donnees: Path, tmp_path: Path) -> None:
    _definitif(tmp_path)
    before = photographie(donnees)
    wb = vierge()
    poser(wb, "Actions", "1.1", État_fin_2025="Abandonnée")
    path = enregistrer(wb, tmp_path)

    with pytest.raises(DonneesInvalides, match="dont le bilan est définitif") as caught:
        preparer([path])

    assert caught.value.fautes[0].colonne == "F : État fin 2025"
    assert photographie(donnees) == before


def test_le_millesime_demande_est_celui_de_la_saisie(donnees: Path, tmp_path: Path) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025=60)

    importer(enregistrer(wb, tmp_path), millesime=2026)

    assert lignes(donnees, "observations", 2026)[0].startswith("62413,2025,am_agreees,,,2026,60")


def test_la_decision_de_l_an_passe_demande_ce_qu_elle_est_devenue(donnees: Path, tmp_path: Path) -> None:
    importer(enregistrer(annee_entiere(), tmp_path))
    wb = load_workbook(ecrire_gabarit("harnes", 2026, tmp_path))
    poser(wb, "Appréciations", "suite.d2025_1", Choix="Faite", Texte="Le mercredi")
    poser(wb, "Appréciations", "comite_absence", Texte="Reporté au printemps")

    importer(enregistrer(wb, tmp_path, "ctg-harnes-2026.xlsx"))

    comite = lire_suivi("harnes").suivis[2026].bilan.comite
    assert [(item.decision, item.etat, item.commentaire) for item in comite.suites] == [
        ("d2025_1", "faite", "Le mercredi")
    ]
    assert comite.date.absent == "Reporté au printemps"


def test_un_nom_de_personne_est_signale_sans_etre_refuse(donnees: Path, tmp_path: Path) -> None:
    wb = vierge()
    text = "Vu avec Mme Durand au centre Bella Mandel, au Centre Gouillard et à la Maison Pour Tous"
    poser(wb, "Actions", "1.1", État_fin_2025="En cours", Ce_qui_a_été_fait=text)

    ready = importer(enregistrer(wb, tmp_path))

    (note,) = ready.remarques
    assert "« Mme Durand », « Bella Mandel », peut-être le nom d'une personne" in note
    assert "ligne 5, « J : Ce qui a été fait »" in note


def test_une_formule_vaut_son_resultat_enregistre(donnees: Path, tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("LibreOffice calcule la formule ; il n'est pas installé")
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025="=50+8")
    (tmp_path / "retour").mkdir()
    source = enregistrer(wb, tmp_path)
    libreoffice(source, tmp_path / "retour", "xlsx")

    ready = importer(tmp_path / "retour" / source.name)

    assert lignes(donnees, "observations")[0].startswith("62413,2025,am_agreees,,,2025,58,")
    assert any("formule, son résultat enregistré est « 58 »" in note for note in ready.remarques)


def test_l_import_et_valider_ont_les_memes_regles(donnees: Path, tmp_path: Path) -> None:
    ready = preparer([enregistrer(annee_entiere(), tmp_path)])

    with superposer(ready.fichiers):
        assert valider("harnes")
    assert not (donnees / SUIVI / "2025").exists()
    assert ouvrir_cadre("harnes", 2025).saisi("actions") == {}


def test_la_commande_importe_ou_dit_pourquoi_elle_ne_le_fait_pas(donnees: Path, tmp_path: Path) -> None:
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
