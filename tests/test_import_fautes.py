"""Bad workbooks and CSV: each has its message, at the cell where it was typed, and changes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from classeur_rempli import cadre, cellule, enregistrer, photographie, poser, vierge
from openpyxl import Workbook
from openpyxl.packaging.custom import IntProperty, StringProperty

from ctglib.collecte.importer import preparer, preparer_dans
from ctglib.collecte.reception import recevoir
from ctglib.donnees.fautes import DonneesInvalides, Faute
from ctglib.donnees.lecture import racine

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "import_cellules.yaml").read_text(encoding="utf-8"))
PART = "coordination"
REPERE, VALEUR = "comites_pilotage", "Valeur_2025"


def fautes(*chemins: Path, seul: bool = True, **options: object) -> tuple[Faute, ...]:
    """Return the faults of an import, once it is sure that nothing was written.

    ``seul``: the convention and the year need no reading, since the file says them rightly.
    """
    folder = racine() / "conventions"
    before = photographie(folder)
    with pytest.raises(DonneesInvalides) as caught:
        _importer(list(chemins), seul, options)
    assert photographie(folder) == before
    return caught.value.fautes


def _importer(chemins: list[Path], seul: bool, options: dict) -> None:
    ready = preparer_dans(cadre(), recevoir(chemins)) if seul else preparer(chemins, **options)
    ready.ecrire()


def _valeur(ecrite: object) -> object:
    """Return what a case puts in a cell."""
    if not isinstance(ecrite, dict):
        return ecrite
    if "date" in ecrite:
        return datetime.fromisoformat(ecrite["date"])
    return ecrite["repete"] * ecrite["fois"] if "repete" in ecrite else ecrite["formule"]


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_cellule_mal_remplie_est_dite_a_sa_place(cas: dict, tmp_path: Path) -> None:
    wb = vierge(cas.get("part", PART))
    for name in {*wb.sheetnames} - {cas["feuille"]}:
        del wb[name]
    cells = [
        (
            cellule(wb, cas["feuille"], tuple(row["ligne"]) if isinstance(row["ligne"], list) else row["ligne"], title),
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
        {"ligne": f.ligne, "colonne": f.colonne, "trouve": f.trouve, "attendu": f.attendu, "remede": f.remede}
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
    wb["Indicateurs"].delete_cols(11)


def _sans_repere(wb: Workbook) -> None:
    wb["Actions"].delete_cols(1)


def _sans_titres(wb: Workbook) -> None:
    wb["Indicateurs"].delete_rows(4)


def _colonne_en_double(wb: Workbook) -> None:
    wb["Indicateurs"].cell(4, 12).value = "Source"


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
    (_colonne_ajoutee("Nom de l'agent"), "« O : Nom de l'agent »", "le nom d'une personne", "articles 8 et 14"),
    (_colonne_ajoutee("Date de naissance"), "« O : Date de naissance »", "la naissance d'une personne", "agrégats"),
    (_colonne_ajoutee("Prénom"), "« O : Prénom »", "le prénom d'une personne", "retirer cette donnée"),
    (_colonne_ajoutee("Courriel"), "« O : Courriel »", "une adresse électronique", "retirer cette donnée"),
    (_colonne_ajoutee("N° allocataire"), "« O : N° allocataire »", "un numéro d'allocataire", "retirer cette donnée"),
    (_colonne_ajoutee("Avis"), "« O : Avis »", "une colonne ajoutée, « Avis » (première valeur ligne 5)", "« Note »"),
    (_sans_colonne, "« Source »", "colonne supprimée", "remettre le titre « Source » sur la ligne 4"),
    (_sans_repere, "« Repère »", "colonne supprimée", "remettre le titre « Repère » sur la ligne 4"),
    (_sans_titres, "« Indicateurs »", "aucune ligne de titres de colonnes", "remettre la ligne des titres"),
    (_colonne_en_double, "« Source »", "2 colonnes « Source »", "supprimer la colonne en double"),
    (
        _feuille_renommee,
        "« Suivi des projets »",
        "qui a les colonnes de « Actions »",
        "renommer la feuille en « Actions »",
    ),
    (_feuille_mal_ecrite, "« Actionss »", "une feuille nommée « Actionss »", "renommer la feuille en « Actions »"),
    (_feuille_en_double, "« ACTIONS  »", "une seconde feuille « Actions »", "supprimer ou renommer l'une des deux"),
    (_fusion, "ligne 5, « I »", "les cellules fusionnées I5:I7", "annuler la fusion"),
    (_valeur_hors_du_tableau, "« Q »", "une valeur dans une colonne sans titre (première valeur ligne 9)", "déplacer"),
    (_liste_de_personnes, "« Inscrits », ligne 1, « B : Prénom »", "le prénom d'une personne", "retirer cette donnée"),
    (_telephone_ailleurs, "« Mode d'emploi », ligne 2, « B »", "un numéro de téléphone", "retirer cette donnée"),
]


@pytest.mark.parametrize(("abimer", "place", "trouve", "remede"), STRUCTURES)
def test_un_classeur_deforme_est_refuse(
    abimer: Callable[[Workbook], None], place: str, trouve: str, remede: str, tmp_path: Path
) -> None:
    wb = vierge(PART)
    poser(wb, "Posture", "Chargé de coopération CTG", Niveau_2025="3 – Installé")
    abimer(wb)

    found = [str(fault) for fault in fautes(enregistrer(wb, tmp_path))]

    message = next((text for text in found if place in text.splitlines()[0] and trouve in text), "")
    assert remede in message, "\n".join(found)
    assert all("attendu : " in text and "à faire : " in text for text in found)


def test_toutes_les_fautes_sont_dites_d_un_coup(tmp_path: Path) -> None:
    wb = vierge(PART)
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


def _propriete(wb: Workbook, nom: str, valeur: object) -> None:
    del wb.custom_doc_props[nom]
    kind = IntProperty if isinstance(valeur, int) else StringProperty
    wb.custom_doc_props.append(kind(name=nom, value=valeur))


@pytest.mark.parametrize(
    ("nom", "valeur", "options", "trouve", "remede"),
    [
        ("convention", "harnesse", {}, "la convention inconnue « harnesse »", "écrire « harnes »"),
        ("convention", "lens", {"convention": "harnes"}, "un classeur pour la convention « lens »", "bon fichier"),
        ("annee", 2024, {"annee": 2025}, "un classeur pour l'année « 2024 »", "vérifier que c'est le bon fichier"),
        ("annee", 2031, {}, "l'année 2031", "corriger l'année demandée"),
        ("version", 99, {}, "un gabarit de version 99", "écrire un nouveau gabarit"),
        ("version", 1, {"millesime": 2024}, "le millésime 2024", "corriger le millésime"),
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


def test_des_classeurs_de_deux_annees_ne_s_importent_pas_ensemble(tmp_path: Path) -> None:
    first = enregistrer(vierge("pij"), tmp_path)
    second = enregistrer(vierge("pij", 2024), tmp_path, "ctg-harnes-2024.xlsx")

    (fault,) = fautes(first, second, seul=False)

    assert (fault.fichier, fault.trouve) == ("ctg-harnes-2024.xlsx", "un classeur de « harnes », 2024")


FICHIERS = [
    ("vide.xlsx", b"", "un fichier vide", "la copie ou l'envoi a échoué"),
    ("page.xlsx", b"<html></html>", "un fichier qui n'est pas un classeur", "Classeur Excel (.xlsx)"),
    ("coupe.xlsx", b"PK\x03\x04 et la suite manque", "un classeur abîmé", "reprendre le gabarit"),
    ("ancien.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "à l'ancien format d'Excel (.xls)", "Enregistrer"),
    (
        "chiffre.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64) + "EncryptedPackage".encode("utf-16-le"),
        "protégé par un mot de passe d'ouverture",
        "retirer ce mot de passe",
    ),
    (
        "libre.ods",
        b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet",
        "au format de LibreOffice (.ods)",
        "Classeur Excel (.xlsx)",
    ),
    ("~$ctg-harnes-2025.xlsx", b"verrou", "le fichier de travail d'un classeur ouvert", "sans « ~$ »"),
    ("ctg-harnes-2025.csv", "Repère;État".encode("utf-16"), "un fichier en UTF-16", "CSV UTF-8"),
    ("ctg-harnes-2025-Actions.csv", b" \n ", "un fichier vide", "CSV UTF-8"),
    ("ctg-harnes-2025-Profils.csv", b'a;b\n"c;d', "un guillemet jamais refermé", "CSV UTF-8"),
]


@pytest.mark.parametrize(("nom", "contenu", "trouve", "remede"), FICHIERS, ids=[cas[0] for cas in FICHIERS])
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

    assert (fault.fichier, fault.trouve) == ("envoi", "aucun fichier .csv")


def test_un_classeur_rendu_vide_parle_du_mode_protege(tmp_path: Path) -> None:
    (fault,) = fautes(enregistrer(vierge(PART), tmp_path))

    assert fault.trouve == "aucune cellule remplie"
    assert "Activer la modification" in fault.remede


CSV = [
    ("Repère;État fin 2025\n4.1;Fini\n", "Actions", "« Fini »"),
    ("Repère,Valeur 2025,État de la valeur,Source\ncomites_pilotage,1.234,,a\n", "Indicateurs", "de deux façons"),
    ("Repère;Valeur 2025;État de la valeur;Source\ncomites_pilotage;1 2;;a\n", "Indicateurs", "« 1 2 »"),
    ("Repère;Valeur 2025;État de la valeur\n02/04/2025;3;\n", "Indicateurs", "« 02/04/2025 »"),
    ("Repère;Prénom;Valeur 2025\ncomites_pilotage;Léa;3\n", "Indicateurs", "le prénom d'une personne"),
    ("un;deux\n1;2\n", "Indicateurs", "aucune ligne de titres de colonnes"),
    ("Repère;Texte;Choix;Date;Service responsable\ncomite_date;;;31/02/2026;\n", "Appréciations", "« 31/02/2026 »"),
]


@pytest.mark.parametrize(("texte", "feuille", "trouve"), CSV, ids=[cas[2] for cas in CSV])
def test_un_csv_mal_rempli_est_dit_comme_un_classeur(texte: str, feuille: str, trouve: str, tmp_path: Path) -> None:
    folder = tmp_path / "ctg-harnes-2025"
    folder.mkdir()
    (folder / f"{feuille}.csv").write_bytes(texte.encode("cp1252"))

    found = fautes(folder)

    assert any(trouve in fault.trouve for fault in found), found
    assert {fault.fichier for fault in found} == {f"ctg-harnes-2025/{feuille}.csv"}


def test_deux_services_qui_se_contredisent_sont_listes_et_rien_n_est_choisi(tmp_path: Path) -> None:
    paths = []
    for rank, value in enumerate((3, 4)):
        wb = vierge(PART)
        poser(wb, "Indicateurs", REPERE, **{VALEUR: value})
        poser(wb, "Indicateurs", "revues_plan", **{VALEUR: 2})
        paths.append(enregistrer(wb, tmp_path, f"ctg-harnes-2025-service{rank}.xlsx"))

    (fault,) = fautes(*paths)

    assert fault.fichier == "ctg-harnes-2025-service1.xlsx" and fault.colonne == "I : Valeur 2025" and fault.ligne == 5
    expected = "« 4 », alors que ctg-harnes-2025-service0.xlsx, feuille « Indicateurs », ligne 5 dit « 3 »"
    assert fault.trouve == expected


def test_une_ecriture_refusee_ne_laisse_rien_de_moitie(donnees: Path, tmp_path: Path) -> None:
    wb = vierge(PART)
    poser(wb, "Indicateurs", REPERE, **{VALEUR: 3})
    poser(wb, "Actions", "4.1", État_fin_2025="Prévue")
    ready = preparer([enregistrer(wb, tmp_path)])
    shutil.rmtree(donnees / "conventions" / "harnes" / "suivi", ignore_errors=True)
    (donnees / "conventions" / "harnes" / "suivi").write_bytes(b"un fichier a la place du dossier")
    before = photographie(donnees)

    from ctglib.donnees.ecriture import EcritureImpossible

    with pytest.raises(EcritureImpossible, match="Impossible d'écrire"):
        ready.ecrire()

    assert photographie(donnees) == before
