"""Files of another convention, unreadable, in CSV, or that contradict one another: each is told,
nothing is written.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from classeur_rempli import enregistrer, photographie, poser, vierge
from import_exemple import JOUR, fautes
from openpyxl import Workbook
from openpyxl.packaging.custom import IntProperty, StringProperty
from test_import_fautes import CAS as CELLULES
from test_import_fautes import STRUCTURES

from ctglib.collecte.importer import preparer
from ctglib.collecte.lettre import MODELE
from ctglib.donnees.ecriture import EcritureImpossible

PART = "coordination"
REPERE = "comites_pilotage"
VALEUR = "Valeur_2025"


def _propriete(wb: Workbook, nom: str, valeur: object) -> None:
    del wb.custom_doc_props[nom]
    kind = IntProperty if isinstance(valeur, int) else StringProperty
    wb.custom_doc_props.append(kind(name=nom, value=valeur))


@pytest.mark.parametrize(
    ("nom", "valeur", "options", "trouve", "remede"),
    [
        ("convention", "harnesse", {}, "la convention inconnue « harnesse »", "écrire « harnes »"),
        ("convention", "bourg", {}, "la convention inconnue « bourg »", "bon fichier"),
        (
            "convention",
            "lens",
            {"convention": "harnes"},
            "un classeur pour la convention « lens »",
            "bon fichier",
        ),
        (
            "annee",
            2024,
            {"annee": 2025},
            "un classeur pour l'année « 2024 »",
            "vérifier que c'est le bon fichier",
        ),
        ("annee", 2031, {}, "l'année 2031", "corriger l'année demandée"),
        ("version", 1, {}, "un gabarit de version 1", "écrire un nouveau gabarit"),
        ("version", 2, {"millesime": 2024}, "le millésime 2024", "corriger le millésime"),
    ],
)
def test_un_classeur_d_ailleurs_est_refuse(
    nom: str, valeur: object, options: dict, trouve: str, remede: str, tmp_path: Path
) -> None:
    wb = vierge("pij")
    poser(wb, "Indicateurs", wb["Indicateurs"]["A5"].value, **{VALEUR: 3})
    _propriete(wb, nom, valeur)

    (fault,) = fautes(enregistrer(wb, tmp_path), seul=False, **options)

    assert trouve in fault.trouve and remede in fault.remede


def test_un_classeur_sans_propriete_ni_nom_demande_la_convention_et_l_annee(tmp_path: Path) -> None:
    wb = vierge("pij")
    for nom in ("convention", "annee", "version", "responsable"):
        del wb.custom_doc_props[nom]

    (fault,) = fautes(enregistrer(wb, tmp_path, "retour du service.xlsx"), seul=False)

    assert fault.trouve == "ni convention ni année dans le fichier"
    assert fault.remede.startswith("indiquer --convention et --annee")


FICHIERS = [
    ("vide.xlsx", b"", "un fichier vide", "la copie ou l'envoi a échoué"),
    (
        "page.xlsx",
        b"<html></html>",
        "un fichier qui n'est pas un classeur",
        "Classeur Excel (.xlsx)",
    ),
    ("rendu.pdf", b"%PDF-1.7 et la suite", "un document PDF", "redemander au service le classeur"),
    ("coupe.xlsx", b"PK\x03\x04 et la suite manque", "un classeur abîmé", "reprendre le gabarit"),
    (
        "lettre.xlsx",
        MODELE.read_bytes(),
        "un classeur abîmé",
        "reprendre le gabarit",
    ),  # of Word, renamed
    (
        "ancien.xls",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "à l'ancien format d'Excel (.xls)",
        "Enregistrer",
    ),
    (
        "chiffre.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le"),
        "protégé par un mot de passe d'ouverture",
        "retirer ce mot de passe",
    ),
    (
        "libre.ods",
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "un classeur abîmé",
        "reprendre le gabarit",
    ),
    (
        "~$ctg-harnes-2025.xlsx",
        b"verrou",
        "le fichier de travail d'un classeur ouvert",
        "sans « ~$ »",
    ),
    ("ctg-harnes-2025.csv", "Repère;État".encode("utf-16"), "un fichier en UTF-16", "CSV UTF-8"),
    ("ctg-harnes-2025-Actions.csv", b" \n ", "un fichier vide", "CSV UTF-8"),
    ("ctg-harnes-2025-Profils.csv", b'a;b\n"c;d', "un guillemet jamais refermé", "CSV UTF-8"),
]


@pytest.mark.parametrize(
    ("nom", "contenu", "trouve", "remede"), FICHIERS, ids=[cas[0] for cas in FICHIERS]
)
def test_un_fichier_illisible_dit_ce_qu_il_est(
    nom: str, contenu: bytes, trouve: str, remede: str, tmp_path: Path
) -> None:
    path = tmp_path / nom
    path.write_bytes(contenu)

    (fault,) = fautes(path)

    assert fault.fichier == nom and trouve in fault.trouve and remede in fault.remede


def test_un_fichier_absent_est_dit(tmp_path: Path) -> None:
    (fault,) = fautes(tmp_path / "parti.xlsx")

    assert (fault.fichier, fault.trouve) == ("parti.xlsx", "fichier absent")


def test_un_dossier_sans_classeur_ni_csv_est_dit(tmp_path: Path) -> None:
    (tmp_path / "envoi").mkdir()

    (fault,) = fautes(tmp_path / "envoi")

    assert (fault.fichier, fault.trouve) == ("envoi", "aucun fichier .xlsx, .ods ni .csv")


def test_un_classeur_rendu_vide_parle_du_mode_protege(tmp_path: Path) -> None:
    (fault,) = fautes(enregistrer(vierge(PART), tmp_path))

    assert fault.trouve == "aucune cellule remplie"
    assert "Activer la modification" in fault.remede


PROFIL = (
    "Dispositif;Selon;Catégorie;Et selon;Seconde catégorie;Effectif 2025\n"
    "Conseil municipal des jeunes (CMJ);Sexe;Filles;;;"
)
CSV = [
    ("Repère;État fin 2025\n4.1;Fini\n", "Actions", "« Fini »"),
    (
        "Repère,Valeur 2025,État de la valeur,Source\ncomites_pilotage,1.234,,a\n",
        "Indicateurs",
        "de deux façons",
    ),
    (
        "Repère;Valeur 2025;État de la valeur;Source\ncomites_pilotage;1 2;;a\n",
        "Indicateurs",
        "« 1 2 »",
    ),
    ("Repère;Valeur 2025;État de la valeur\n02/04/2025;3;\n", "Indicateurs", "« 02/04/2025 »"),
    (
        "Repère;Prénom;Valeur 2025\ncomites_pilotage;Léa;3\n",
        "Indicateurs",
        "le prénom d'une personne",
    ),
    ("un;deux\n1;2\n", "Indicateurs", "aucune ligne de titres de colonnes"),
    ("Repère;Valeur 2025\ncomites_pilotage;-3\n", "Indicateurs", "« -3 »"),
    (
        "Repère;Texte;Choix;Date;Service responsable\ncomite_date;;;31/02/2026;\n",
        "Appréciations",
        "« 31/02/2026 »",
    ),
    (f"{PROFIL}-2\n", "Profils", "« -2 »"),
    (f"{PROFIL}2,5\n", "Profils", "« 2,5 »"),
]


@pytest.mark.parametrize(("texte", "feuille", "trouve"), CSV, ids=[cas[2] for cas in CSV])
def test_un_csv_mal_rempli_est_dit_comme_un_classeur(
    texte: str, feuille: str, trouve: str, tmp_path: Path
) -> None:
    folder = tmp_path / "ctg-harnes-2025"
    folder.mkdir()
    (folder / f"{feuille}.csv").write_bytes(texte.encode("cp1252"))

    found = fautes(folder)

    assert any(trouve in fault.trouve for fault in found), found
    assert {fault.fichier for fault in found} == {f"ctg-harnes-2025/{feuille}.csv"}


def test_plus_de_soixante_mauvais_fichiers_ont_chacun_leur_message() -> None:
    """Of each list the cases are told apart by what is wrong in them, and each is refused above or
    beside.
    """
    cells = {str((case["lignes"], case.get("format"), case.get("part"))) for case in CELLULES}
    others = {case[2:] for case in (*STRUCTURES, *FICHIERS)} | {case[2] for case in CSV}

    assert len(cells) == len(CELLULES) and len(cells) > 60
    assert len(cells) + len(others) > 90


def test_deux_services_qui_se_contredisent_sont_listes_et_rien_n_est_choisi(tmp_path: Path) -> None:
    paths = []
    for rank, value in enumerate((3, 4)):
        wb = vierge(PART)
        poser(wb, "Indicateurs", REPERE, **{VALEUR: value})
        poser(wb, "Indicateurs", "revues_plan", **{VALEUR: 2})
        paths.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-service{rank}.xlsx"))

    first, second = fautes(*paths)

    for fault, here, there in ((first, 0, 1), (second, 1, 0)):
        assert fault.fichier == f"ctg-harnes-2025-service{here}.xlsx"
        assert (fault.colonne, fault.ligne) == ("H : Valeur 2025", 5)
        assert fault.trouve == (
            f"« {here + 3} », alors que ctg-harnes-2025-service{there}.xlsx, feuille « Indicateurs »,"
            f" ligne 5 dit « {there + 3} »"
        )


def test_une_valeur_qui_ne_va_pas_avec_celle_d_un_autre_service_dit_les_deux(
    tmp_path: Path,
) -> None:
    enfance = vierge("enfance")
    poser(enfance, "Indicateurs", "enfants_aeeh_accueillis", **{VALEUR: 84})
    jeunesse = vierge("jeunesse")
    poser(jeunesse, "Indicateurs", "enfants_aeeh_accueillis.caj", **{VALEUR: 94})
    chemins = [
        enregistrer(enfance, tmp_path, "ctg-harnes-2025-enfance.xlsx"),
        enregistrer(jeunesse, tmp_path, "ctg-harnes-2025-jeunesse.xlsx"),
    ]

    dites = {faute.fichier: faute for faute in fautes(*chemins)}

    de_jeunesse = dites["ctg-harnes-2025-jeunesse.xlsx"]
    assert (de_jeunesse.trouve, de_jeunesse.attendu) == ("« 94 »", "84 au plus, l'ensemble")
    d_enfance = dites["ctg-harnes-2025-enfance.xlsx"]
    assert d_enfance.trouve.startswith("« 84 », qui ne va pas avec « 94 » (Enfants bénéficiaires")
    assert "Centre d'animation jeunesse (CAJ), demandé à « Direction du service" in d_enfance.trouve
    assert d_enfance.attendu == "de cette autre valeur : 84 au plus, l'ensemble"


def test_une_ecriture_refusee_ne_laisse_rien_de_moitie(donnees: Path, tmp_path: Path) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", REPERE, **{VALEUR: 3})
    poser(wb, "Actions", "4.1", État_fin_2025="Prévue")
    ready = preparer([enregistrer(wb, tmp_path)], jour=JOUR)
    shutil.rmtree(donnees / "conventions" / "harnes" / "suivi", ignore_errors=True)
    (donnees / "conventions" / "harnes" / "suivi").write_bytes(b"un fichier a la place du dossier")
    before = photographie(donnees)

    with pytest.raises(EcritureImpossible, match="Impossible d'écrire"):
        ready.ecrire()

    assert photographie(donnees) == before
