"""Each workbook apart: what holds is recorded, the rest goes back with its faulty cells coloured."""

from __future__ import annotations

from pathlib import Path

import pytest
from classeur_rempli import cellule, colonne, enregistrer, photographie, poser, vierge
from import_exemple import LIBRE, SUIVI, avec_libreoffice, libreoffice, lignes
from ligne_de_commande import ctg, reussir
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

ROUGE = "FFF7C6B3"
REMPLIE = {"Valeur_2025": 12}


def part(dossier: Path, service: str, wb: Workbook | None = None, nom: str = "") -> Path:
    return enregistrer(wb or vierge(service), dossier, nom or f"ctg-harnes-2025-{service}.xlsx")


def bon(dossier: Path) -> Path:
    """Return a workbook that holds."""
    wb = vierge("pij")
    poser(wb, "Indicateurs", "pij_visites", **REMPLIE)
    return part(dossier, "pij", wb)


def fautif(dossier: Path) -> Path:
    """Return a workbook with faults in a cell in view, in a folded one, in a row that was added."""
    wb = vierge("jeunesse")
    poser(wb, "Actions", "3.1", État_fin_2025="Fini", Ce_qui_a_été_fait="Deux ateliers")
    poser(wb, "Indicateurs", "dispositifs_participation", Valeur_2025=4, Note="À confirmer")
    poser(wb, "Indicateurs", "cmj_membres", Valeur_2025=-3)
    ws = wb["Moyens"]
    row = next(
        row[0].row
        for row in ws.iter_rows(min_row=5)
        if tuple(cell.value or "" for cell in row[:5]) == LIBRE
    )
    for titre, valeur in {
        "Signataire": "Ville de Harnes",
        "Nature": "Euros d'investissement",
        "Poste": "Loyers",
        "Année 2025": 500,
    }.items():
        ws.cell(row, colonne(ws, titre)).value = valeur
    return part(dossier, "jeunesse", wb)


@pytest.fixture
def retours(tmp_path: Path) -> Path:
    dossier = tmp_path / "retours"
    dossier.mkdir()
    return dossier


def copie(tmp_path: Path, nom: str) -> Workbook:
    return load_workbook(tmp_path / "a-renvoyer" / nom)


def colorees(ws: Worksheet) -> list[str]:
    return [cell.coordinate for row in ws.iter_rows() for cell in row if _rouge(cell)]


def _rouge(cell: object) -> bool:
    return cell.fill.fgColor.rgb == ROUGE


def test_un_classeur_vide_fautif_ou_illisible_n_arrete_pas_les_autres(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    bon(retours)
    fautif(retours)
    part(retours, "enfance")  # sent back empty
    (retours / "coupe.xlsx").write_bytes(b"PK\x03\x04 et la suite manque")

    done = ctg("importer", "retours", dossier=tmp_path)

    assert done.returncode == 1 and "harnes, 2025 : enregistré." in done.stdout
    (line,) = lignes(donnees, "observations")  # none of the faulty one, not even its good rows
    assert "pij_visites,,,2025,12," in line
    assert not (donnees / SUIVI / "2025" / "actions.csv").exists()
    for told in ("coupe.xlsx", "aucune cellule remplie", "« Fini »", "« -3 »", "« Loyers »"):
        assert told in done.stderr
    assert "Enregistrés malgré cela, chacun en entier : ctg-harnes-2025-pij.xlsx." in done.stderr
    sent = sorted(path.name for path in (tmp_path / "a-renvoyer").iterdir())
    assert sent == ["ctg-harnes-2025-enfance.xlsx", "ctg-harnes-2025-jeunesse.xlsx"]


def test_le_classeur_renvoye_porte_ce_qui_a_ete_saisi_ses_fautes_colorees_et_un_resume(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    path = fautif(retours)
    before = path.read_bytes()

    ctg("importer", str(path), dossier=tmp_path)

    wb = copie(tmp_path, path.name)
    assert path.read_bytes() == before
    assert wb.sheetnames[0] == "À corriger" and wb.active.title == "À corriger"
    assert [ws.title for ws in wb if ws.sheet_view.tabSelected] == ["À corriger"]
    state = cellule(wb, "Actions", "3.1", "État fin 2025")
    assert (state.value, _rouge(state)) == ("Fini", True)
    assert "trouvé\u202f: «\u00a0Fini\u00a0»" in state.comment.text
    assert "à faire\u202f: choisir dans la liste" in state.comment.text
    assert cellule(wb, "Actions", "3.1", "Ce qui a été fait").value == "Deux ateliers"
    assert cellule(wb, "Indicateurs", "dispositifs_participation", "Valeur 2025").value == 4
    folded = cellule(wb, "Indicateurs", "cmj_membres", "Valeur 2025")
    assert folded.value == -3 and not wb["Indicateurs"].row_dimensions[folded.row].hidden
    assert colorees(wb["Actions"]) == [state.coordinate]
    assert colorees(wb["Indicateurs"]) == [folded.coordinate]
    (poste,) = colorees(wb["Moyens"])
    assert wb["Moyens"][poste].value == "Loyers" and not wb["Moyens"][poste].protection.locked
    assert wb["Moyens"].cell(wb["Moyens"][poste].row, 1).value == "Ville de Harnes"
    resume = wb["À corriger"]
    assert resume["A1"].value == "À corriger : 3"
    links = [cell.hyperlink.location for cell in resume["A"] if cell.hyperlink]
    assert links == [
        f"'Actions'!{state.coordinate}",
        f"'Indicateurs'!{folded.coordinate}",
        f"'Moyens'!{poste}",
    ]


def test_une_cellule_coloree_le_reste_bien_qu_une_cellule_remplie_blanchisse(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    path = fautif(retours)

    ctg("importer", str(path), dossier=tmp_path)

    ws = copie(tmp_path, path.name)["Actions"]
    rules = {
        rule.priority: (rule.stopIfTrue, str(area.sqref))
        for area in ws.conditional_formatting
        for rule in area.rules
    }
    assert len(rules) == 2 and rules[1] == (True, colorees(ws)[0])


def test_le_classeur_renvoye_une_fois_corrige_s_importe(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    path = fautif(retours)
    ctg("importer", str(path), dossier=tmp_path)
    wb = copie(tmp_path, path.name)
    poser(wb, "Actions", "3.1", État_fin_2025="Prévue")
    poser(wb, "Indicateurs", "cmj_membres", Valeur_2025=30)
    (poste,) = colorees(wb["Moyens"])
    wb["Moyens"][poste].value = "Investissement"

    reussir("importer", str(part(retours, "jeunesse", wb)), dossier=tmp_path)

    assert lignes(donnees, "actions")[0].startswith("3,3.1,prevue,")
    assert lignes(donnees, "moyens") == ["ville,,,investissement,investissement,500,A,"]


def test_une_ligne_sans_place_est_donnee_en_entier_dans_le_resume(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    wb = vierge("pij")
    poser(wb, "Indicateurs", "pij_visites", Valeur_2025=12, Note="Comptées à l'entrée")
    cellule(wb, "Indicateurs", "pij_visites", "Repère").value = "visites_du_point"
    path = part(retours, "pij", wb)

    ctg("importer", str(path), dossier=tmp_path)

    resume = copie(tmp_path, path.name)["À corriger"]
    texts = [str(cell.value) for row in resume.iter_rows() for cell in row if cell.value]
    assert any("visites_du_point" in text and "Comptées à l'entrée" in text for text in texts)


def test_deux_services_qui_se_contredisent_sont_tous_deux_mis_a_part_et_prevenus(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    bon(retours)
    for rank, value in enumerate((3, 4)):
        wb = vierge("coordination")
        poser(wb, "Indicateurs", "comites_pilotage", Valeur_2025=value)
        part(retours, "coordination", wb, f"ctg-harnes-2025-service{rank}.xlsx")

    done = ctg("importer", "retours", dossier=tmp_path)

    assert "« 4 », alors que ctg-harnes-2025-service0.xlsx" in done.stderr
    assert "« 3 », alors que ctg-harnes-2025-service1.xlsx" in done.stderr
    assert "2 fautes dans les données" in done.stderr
    assert [line.split(",")[2] for line in lignes(donnees, "observations")] == ["pij_visites"]
    for rank in (0, 1):
        assert colorees(copie(tmp_path, f"ctg-harnes-2025-service{rank}.xlsx")["Indicateurs"])


def test_un_tout_et_sa_partie_de_deux_services_sont_dits_a_chacun(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    for service, repere, value in (
        ("jeunesse", "participants_citoyennete", 10),
        ("coordination", "participants_citoyennete.cmj", 12),
    ):
        wb = vierge()  # the whole, of which each fills a cell
        poser(wb, "Indicateurs", repere, Valeur_2025=value)
        part(retours, service, wb)

    done = ctg("importer", "retours", dossier=tmp_path)

    assert done.returncode == 1 and "Rien n'a été enregistré." in done.stderr
    for service in ("jeunesse", "coordination"):
        assert f"ctg-harnes-2025-{service}.xlsx, feuille « Indicateurs »" in done.stderr


def test_ce_qui_ne_tient_qu_avec_un_classeur_mis_a_part_l_attend_sans_etre_renvoye(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    wb = vierge()
    poser(wb, "Appréciations", "comite_date", Date="12/02/2026")
    poser(wb, "Indicateurs", "comites_pilotage", Valeur_2025="deux ou trois")
    part(retours, "coordination", wb)
    other = vierge()
    poser(other, "Appréciations", "decision.d2025_1", Texte="Ouvrir une permanence")
    part(retours, "caf", other)

    done = ctg("importer", "retours", dossier=tmp_path)

    assert "cela tient avec ctg-harnes-2025-coordination.xlsx, qui n'est pas enregistré" in (
        done.stderr
    )
    assert "Rien n'a été enregistré." in done.stderr
    sent = [path.name for path in (tmp_path / "a-renvoyer").iterdir()]
    assert sent == ["ctg-harnes-2025-coordination.xlsx"]


def test_des_classeurs_de_deux_annees_vont_chacun_dans_la_sienne(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    bon(retours)
    wb = vierge("pij", 2024)
    poser(wb, "Indicateurs", "pij_visites", Valeur_2024=9)
    part(retours, "pij", wb, "ctg-harnes-2024-pij.xlsx")

    said = reussir("importer", "retours", dossier=tmp_path)

    assert "harnes, 2024 : enregistré." in said and "harnes, 2025 : enregistré." in said
    assert lignes(donnees, "observations", 2024)[0].split(",")[6] == "9"
    assert lignes(donnees, "observations", 2025)[0].split(",")[6] == "12"


def test_une_copie_n_est_jamais_ecrite_sur_un_fichier_que_l_on_a_pu_remplir(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    path = fautif(retours)
    ctg("importer", str(path), dossier=tmp_path)
    ctg("importer", str(path), dossier=tmp_path)
    sent = tmp_path / "a-renvoyer"
    assert [item.name for item in sent.iterdir()] == [path.name]  # the same bytes, once
    wb = load_workbook(sent / path.name)
    poser(wb, "Actions", "3.1", État_fin_2025="Presque")
    wb.save(sent / path.name)
    filled = (sent / path.name).read_bytes()

    ctg("importer", str(sent / path.name), dossier=tmp_path)

    assert (sent / path.name).read_bytes() == filled
    assert (sent / "ctg-harnes-2025-jeunesse (2).xlsx").exists()


def test_a_blanc_n_ecrit_pas_de_copie(donnees: Path, retours: Path, tmp_path: Path) -> None:
    bon(retours)
    fautif(retours)
    before = photographie(donnees)

    done = ctg("importer", "retours", "--a-blanc", dossier=tmp_path)

    assert done.returncode == 1 and "« Fini »" in done.stderr
    assert photographie(donnees) == before and not (tmp_path / "a-renvoyer").exists()


def test_le_resume_qui_cite_un_telephone_n_est_pas_relu_comme_une_faute(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    wb = vierge("pij")
    poser(wb, "Indicateurs", "pij_visites", Valeur_2025=12, Note="Joindre le 03 21 00 00 00")
    path = part(retours, "pij", wb)
    ctg("importer", str(path), dossier=tmp_path)
    corrige = copie(tmp_path, path.name)
    assert colorees(corrige["Indicateurs"])
    poser(corrige, "Indicateurs", "pij_visites", Note="Comptées à l'entrée")

    reussir("importer", str(part(retours, "pij", corrige)), dossier=tmp_path)


def test_des_csv_reviennent_en_un_classeur_de_leurs_feuilles(donnees: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ctg-harnes-2025"
    folder.mkdir()
    (folder / "Actions.csv").write_text("Repère;État fin 2025\n4.1;Fini\n", encoding="utf-8")

    done = ctg("importer", str(folder), dossier=tmp_path)

    wb = copie(tmp_path, "ctg-harnes-2025.xlsx")
    assert done.returncode == 1
    assert [ws.title for ws in wb if ws.sheet_state == "visible"] == [
        "À corriger",
        "Mode d'emploi",
        "Actions",
    ]
    assert cellule(wb, "Actions", "4.1", "État fin 2025").value == "Fini"


@avec_libreoffice
def test_le_classeur_renvoye_s_enregistre_dans_libreoffice_avec_ses_notes_et_ses_couleurs(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    path = fautif(retours)
    ctg("importer", str(path), dossier=tmp_path)
    (tmp_path / "libreoffice").mkdir()

    libreoffice(tmp_path / "a-renvoyer" / path.name, tmp_path / "libreoffice", "xlsx")

    wb = load_workbook(tmp_path / "libreoffice" / path.name)
    state = cellule(wb, "Actions", "3.1", "État fin 2025")
    assert _rouge(state) and "Fini" in state.comment.text


def test_le_resume_est_dans_l_ordre_des_feuilles_et_tient_sur_la_largeur_d_une_page(
    donnees: Path, retours: Path, tmp_path: Path
) -> None:
    wb = vierge()
    poser(wb, "Appréciations", "comite_date", Date="bientôt")
    poser(wb, "Indicateurs", "cmj_membres", Valeur_2025=-3)
    poser(wb, "Actions", "3.1", État_fin_2025="Fini")
    path = enregistrer(wb, retours)

    ctg("importer", str(path), dossier=tmp_path)

    resume = copie(tmp_path, path.name)["À corriger"]
    feuilles = [cell.hyperlink.location for cell in resume["A"] if cell.hyperlink]
    assert [lieu.partition("'!")[0] for lieu in feuilles] == [
        "'Actions",
        "'Indicateurs",
        "'Appréciations",
    ]
    # A landscape A4 shows about 130 signs of its letters across: they are printed as large.
    assert sum(resume.column_dimensions[lettre].width for lettre in "ABCDE") <= 130
