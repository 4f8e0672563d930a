"""The workbook to fill: a town clerk fills it without help, a program finds it the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from classeur_rempli import cadre, cellule, colonne, ligne, octets, vierge
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.classeur import classeur, ecrire_gabarit
from ctglib.collecte.feuilles import feuilles, ouvrir_cadre

FEUILLES = [
    "Actions",
    "Indicateurs",
    "Moyens",
    "Profils",
    "Posture",
    "Appréciations",
    "Participation",
    "Première page",
]
SAISIES = {
    "Actions": [
        "État fin 2025",
        "Date de début",
        "Date de fin",
        "Service responsable",
        "Ce qui a été fait",
    ],
    "Indicateurs": ["Valeur 2025", "État de la valeur", "Source", "Note", "Valeur 2024 corrigée"],
    "Moyens": ["Année 2025", "État de la valeur", "Note"],
    "Profils": ["Effectif 2025", "État de la valeur"],
    "Posture": ["Niveau 2025", "Diffusion"],
}


def titres(ws: Worksheet) -> list[str]:
    return [cell.value for cell in ws[4] if cell.value]


def regle(ws: Worksheet, coordonnee: str) -> object:
    """Return the check that a cell has."""
    return next(rule for rule in ws.data_validations.dataValidation if coordonnee in rule.sqref)


def mots_de_la_liste(wb: Workbook, nom: str) -> list[str]:
    """Return what a drop-down list of that name offers."""
    sheet, area = wb.defined_names[nom].attr_text.split("!")
    assert sheet.strip("'") == "Listes"
    return [row[0].value for row in wb["Listes"][area.replace("$", "")]]


def test_le_classeur_a_ses_feuilles_et_cache_celle_des_listes() -> None:
    wb = vierge()

    assert [ws.title for ws in wb.worksheets if ws.sheet_state == "visible"] == [
        "Mode d'emploi",
        *FEUILLES,
    ]
    assert wb["Listes"].sheet_state == "hidden"


def test_chaque_action_de_la_convention_a_sa_ligne() -> None:
    numeros = [row[0].value for row in vierge()["Actions"].iter_rows(min_row=5)]

    assert numeros == [
        item.numero for fiche in cadre().dossier.convention.fiches for item in fiche.modalites
    ]


def test_le_service_lit_la_definition_du_texte_quand_le_texte_en_ecrit_une(donnees: Path) -> None:
    texte = donnees / "conventions/demonstration/convention.yaml"
    ecrit = texte.read_text("utf-8")
    avec = ecrit.replace(
        "- id: am_agreees\n", "- id: am_agreees\n        definition: DU TEXTE\n", 1
    )
    assert avec != ecrit
    texte.write_text(avec, "utf-8")

    cadre_2026 = ouvrir_cadre("demonstration", 2026)
    definitions = {
        ligne.montre["repere"]: ligne.montre["definition"]
        for feuille in feuilles(cadre_2026)
        if feuille.modele.id == "indicateurs"
        for ligne in feuille.lignes
    }

    assert definitions["am_agreees"] == "DU TEXTE"
    assert definitions["am_en_activite"] not in ("", "DU TEXTE")


def test_chaque_indicateur_a_saisir_a_sa_ligne_avec_sa_definition_et_son_detail() -> None:
    ws = vierge()["Indicateurs"]
    rows = [row for row in ws.iter_rows(min_row=5) if not row[0].value.startswith("+ ")]
    found = [row[0].value for row in rows]
    asked = [
        item
        for item in cadre().dossier.catalogue.indicateurs_fiches.values()
        if item.table == "observations" and not item.calcul
    ]

    assert [name for name in found if "." not in name] == sorted(
        (item.id for item in asked), key=found.index
    )
    assert {item.id for item in asked} <= set(found)
    assert all(row[4].value and row[5].value for row in rows)  # the definition and the unit
    assert cellule(
        vierge(), "Indicateurs", "frequentation_jeunes.caj", "Précision"
    ).value.startswith("Centre d'animation")


@pytest.mark.parametrize(
    ("annee", "demandee"), [(2023, False), (2024, True), (2025, True), (2026, False)]
)
def test_ce_qui_n_est_attendu_qu_une_fois_n_est_demande_qu_a_son_annee_et_corrige_la_suivante(
    annee: int, demandee: bool
) -> None:
    sheets = {sheet.modele.id: sheet for sheet in feuilles(cadre(annee=annee))}
    found = {line.cibles[0].cle[2] for line in sheets["indicateurs"].lignes}

    assert ("rencontre_2024" in found) == demandee
    assert "comites_pilotage" in found


@pytest.mark.parametrize("feuille", SAISIES)
def test_seules_les_cellules_a_remplir_sont_ouvertes(feuille: str) -> None:
    ws = vierge()[feuille]
    ids = {title: colonne(ws, title) for title in titres(ws)}

    assert ws.protection.sheet is not any(dim.outlineLevel for dim in ws.row_dimensions.values())
    assert ws.protection.password is None
    assert all(cell.protection.locked for cell in ws[4])
    first = next(row[0].row for row in ws.iter_rows(min_row=5) if not row[0].value.startswith("+ "))
    opened = {
        title for title, column in ids.items() if not ws.cell(first, column).protection.locked
    }
    assert opened >= set(SAISIES[feuille])
    assert ws.cell(first, 1).protection.locked


def test_les_cellules_attendues_sont_colorees_et_blanchissent_remplies() -> None:
    wb = vierge()
    expected = cellule(wb, "Indicateurs", "am_agreees", "Valeur 2025")
    optional = cellule(wb, "Indicateurs", "am_agreees", "Note")
    formulas = [
        rule.formula[0] for area in wb["Indicateurs"].conditional_formatting for rule in area.rules
    ]

    assert expected.fill.fgColor.rgb == "FFFFF3C4" and optional.fill.fgColor.rgb == "FFFFFFFF"
    assert formulas == ['OR(LEN(H5)>0,AND(LEN(I5)>0,I5<>"Non transmise"))']


def test_l_allure_des_cellules_est_dans_les_couleurs_de_la_charte() -> None:
    wb = vierge()
    charter = {
        f"FF{color[1:].upper()}"
        for color in cadre().dossier.catalogue.charte.couleurs.model_dump().values()
    }
    styled = [cell for ws in wb for row in ws.iter_rows() for cell in row if cell.style != "Normal"]

    assert {cell.style for cell in styled} >= {
        "titre",
        "consigne",
        "entete",
        "rappel",
        "attendue",
        "facultative",
        "lien",
    }
    assert {cell.font.color.rgb for cell in styled} <= charter
    filled = {cell.fill.fgColor.rgb for cell in styled if cell.fill.patternType == "solid"}
    own = [
        cellule(wb, "Indicateurs", "am_agreees", title).fill.fgColor.rgb
        for title in ("Valeur 2025", "Unité")
    ]
    assert filled - charter == {*own}  # what is awaited, what is written in advance


def test_chaque_cellule_ouverte_a_son_controle_en_francais() -> None:
    wb = vierge()
    bare = []
    for ws in (wb[name] for name in FEUILLES):
        for row in ws.iter_rows(min_row=5):
            for cell in (cell for cell in row if not cell.protection.locked):
                rule = regle(ws, cell.coordinate)
                if not (
                    rule.error and rule.errorTitle == "Saisie refusée" and rule.showErrorMessage
                ):
                    bare.append(f"{ws.title} {cell.coordinate}")
                assert (
                    len(rule.error) < 256
                    and len(rule.prompt or "") < 256
                    and len(rule.promptTitle or "") < 33
                )

    assert bare == []


def test_les_controles_disent_les_bornes() -> None:
    wb = vierge()
    count = regle(
        wb["Indicateurs"], cellule(wb, "Indicateurs", "am_agreees", "Valeur 2025").coordinate
    )
    share = regle(
        wb["Indicateurs"],
        cellule(wb, "Indicateurs", "part_temps_referentiel", "Valeur 2025").coordinate,
    )
    day = regle(wb["Actions"], cellule(wb, "Actions", "1.1", "Date de début").coordinate)

    assert (count.type, count.operator, count.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert count.error.startswith("Écrivez un nombre entier, 0 au moins")
    assert (share.type, share.formula1, share.formula2) == ("decimal", "0", "100")
    assert day.type == "date" and "jour/mois/année" in day.error
    assert (day.formula1, day.formula2) == ("DATE(2023,01,01)", "DATE(2026,12,31)")
    assert "entre le 01/01/2023 et le 31/12/2026" in day.error


@pytest.mark.parametrize(
    ("feuille", "ligne_remplie", "titre", "format_"),
    [
        ("Actions", "1.1", "Date de début", "dd/mm/yyyy"),
        ("Actions", "1.1", "Ce qui a été fait", "@"),
        ("Indicateurs", "am_agreees", "Valeur 2025", "#,##0"),
        ("Indicateurs", "etp_rpe", "Valeur 2025", "#,##0.00"),
        ("Indicateurs", "am_agreees", "Note", "@"),
    ],
)
def test_une_cellule_vide_attend_ce_qu_elle_montrera(
    feuille: str, ligne_remplie: str, titre: str, format_: str
) -> None:
    vide = cellule(vierge(), feuille, ligne_remplie, titre)

    assert (vide.value, vide.number_format) == (None, format_)


def test_les_listes_proposent_les_mots_du_catalogue() -> None:
    wb = vierge()
    ws = wb["Actions"]
    state = regle(ws, cellule(wb, "Actions", "1.1", "État fin 2025").coordinate)

    assert mots_de_la_liste(wb, state.formula1) == [
        "Prévue",
        "En cours",
        "Réalisée",
        "Réalisée en partie",
        "Reportée",
        "Abandonnée",
        "Non renseignée",
    ]
    assert "Autres agents" in mots_de_la_liste(
        wb, "postes"
    ) and "Ville de Harnes" in mots_de_la_liste(wb, "signataires")


def test_les_titres_restent_en_vue_et_s_impriment_sur_chaque_page() -> None:
    for ws in (vierge()[name] for name in FEUILLES):
        assert ws.freeze_panes and ws.freeze_panes.endswith("5") and ws.freeze_panes[0] > "A"
        assert ws.print_title_rows == "$4:$4"
        assert (ws.page_setup.orientation, ws.page_setup.fitToWidth, ws.page_setup.paperSize) == (
            "landscape",
            1,
            9,
        )
        assert all(ws.column_dimensions[cell.column_letter].width >= 6 for cell in ws[4])


ECRAN = 1300  # what 1,366 pixels leave to cells, beside the numbers of rows and the scroll bar
PAGE = 1046  # pixels of an A4 landscape page between its margins


def largeurs(ws: Worksheet) -> dict[str, int]:
    """Return the width of the columns in view, by heading, in pixels at 100 %: 7 a digit."""
    en_vue = {}
    for cell in ws[4]:
        dimension = ws.column_dimensions[cell.column_letter]
        if cell.value and not dimension.hidden:
            en_vue[cell.value] = round(dimension.width * 7)
    return en_vue


@pytest.mark.parametrize("annee", [2024, 2025])
@pytest.mark.parametrize("service", ["", "jeunesse", "caf"])
def test_ce_qui_est_a_remplir_se_voit_a_cote_de_son_libelle_dans_un_ecran_de_1366(
    service: str, annee: int
) -> None:
    wb = vierge(service, annee)
    for sheet in feuilles(cadre(service, annee)):
        widths = largeurs(wb[sheet.modele.titre])
        first = next(c.titre for c in sheet.modele.colonnes if c.role == "saisie")
        beside = list(widths)[: list(widths).index(first) + 1]

        assert sum(widths[title] for title in beside) <= ECRAN, sheet.modele.titre
        assert sum(widths.values()) <= PAGE / 0.6, sheet.modele.titre  # 11 points print as 6.6


def test_les_chiffres_se_lisent_avec_leur_definition_leur_etat_et_leur_source_sans_defiler() -> (
    None
):
    widths = largeurs(vierge()["Indicateurs"])
    seen = list(widths)[: list(widths).index("Note") + 1]

    assert {"Indicateur", "Définition", "Valeur 2025", "État de la valeur", "Source"} <= {*seen}
    assert sum(widths[title] for title in seen) <= ECRAN


def test_les_codes_sont_caches_et_le_numero_d_une_action_ne_l_est_pas() -> None:
    wb = vierge()
    hidden = {
        name for name in FEUILLES if wb[name].column_dimensions["A"].hidden
    }  # where column A is « Repère »

    assert hidden == {"Indicateurs", "Appréciations", "Participation", "Première page"}
    for name in hidden:
        assert wb[name]["A4"].value == "Repère"
        assert wb[name]["B1"].value.startswith(f"{name} – ")  # a title in a hidden column is lost


def test_qui_tient_un_chiffre_et_quand_est_une_note_sur_son_libelle() -> None:
    wb = vierge()
    cell = cellule(wb, "Indicateurs", "am_agreees", "Indicateur")

    assert "Qui, quand, dans quel document" not in titres(wb["Indicateurs"])
    assert cell.comment.text.startswith("Qui, quand, dans quel document\u202f: Département,")


def test_un_long_rappel_montre_son_debut_et_se_lit_en_entier_dans_sa_note() -> None:
    longues = {
        item.numero: item.texte
        for fiche in cadre().dossier.convention.fiches
        for item in fiche.modalites
        if len(item.texte) > cadre().gabarit.rappel_long
    }
    assert longues
    for numero, texte in longues.items():
        cell = cellule(vierge(), "Actions", numero, "Ce que la convention prévoit")

        assert cell.value.endswith(" …") and texte.startswith(cell.value[:-2])
        assert cell.comment.text.replace("\u202f", " ").replace("\u00a0", " ") == texte


def test_un_rappel_que_rien_ne_remplit_ne_prend_pas_de_place() -> None:
    ws = vierge()["Indicateurs"]

    assert "Valeur 2024" in titres(ws) and "Valeur 2024" not in largeurs(ws)


def test_les_proprietes_disent_convention_annee_version_et_service() -> None:
    def proprietes(wb: Workbook) -> dict[str, object]:
        return {prop.name: prop.value for prop in wb.custom_doc_props.props}

    assert proprietes(vierge()) == {"convention": "harnes", "annee": 2025, "version": 2}
    assert proprietes(vierge("rpe")) == {
        "convention": "harnes",
        "annee": 2025,
        "version": 2,
        "responsable": "rpe",
    }
    assert vierge().properties.language == "fr-FR"


def test_un_service_n_a_que_sa_part() -> None:
    wb = vierge("jeunesse")

    assert next(row[0].value for row in wb["Actions"].iter_rows(min_row=5)) == "3.1"
    assert {row[1].value for row in wb["Indicateurs"].iter_rows(min_row=5)} >= {"3"}
    assert "Posture" not in wb.sheetnames and "Profils" not in vierge("rpe").sheetnames
    assert [row[0].value for row in wb["Appréciations"].iter_rows(min_row=5)] == [
        "3.reussites",
        "3.difficultes",
        "3.perspectives",
    ]


def test_les_parts_des_services_font_le_classeur_entier_sans_se_chevaucher() -> None:
    services = list(cadre().dossier.catalogue.responsables)
    for sheet in feuilles(cadre()):
        parts = [
            (row.cibles[0].table, row.cibles[0].cle)
            for service in services
            for part in feuilles(cadre(service))
            if part.modele.id == sheet.modele.id
            for row in part.lignes
        ]
        assert sorted(map(str, parts)) == sorted(
            str((row.cibles[0].table, row.cibles[0].cle)) for row in sheet.lignes
        )


def test_les_memes_donnees_donnent_les_memes_octets() -> None:
    again = classeur(cadre(), feuilles(cadre()))

    assert again == octets()
    with zipfile.ZipFile(io.BytesIO(again)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2025, 12, 31, 0, 0, 0)}


def test_un_texte_qui_commence_par_un_signe_egal_reste_un_texte(
    donnees: Path, tmp_path: Path
) -> None:
    path = donnees / "conventions" / "harnes" / "convention.yaml"
    text = path.read_text(encoding="utf-8")
    first = re.search(r'numero: "1.1"\n\s+libelle: (.*)\n', text)
    path.write_text(text.replace(first.group(1), '"=HYPERLINK(A1)"'), encoding="utf-8")

    wb = load_workbook(ecrire_gabarit("harnes", 2025, tmp_path))

    cell = cellule(wb, "Actions", "1.1", "Ce que la convention prévoit")
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(A1)", "s", True)
    assert all(
        cell.data_type != "f" for ws in wb.worksheets for row in ws.iter_rows() for cell in row
    )


def test_le_mode_d_emploi_mene_a_chaque_feuille_et_met_en_garde() -> None:
    ws = vierge()["Mode d'emploi"]
    links = {
        cell.value: cell.hyperlink.location or cell.hyperlink.ref
        for cell in ws["A"]
        if cell.hyperlink
    }
    text = "\n".join(str(cell.value) for row in ws.iter_rows() for cell in row if cell.value)

    assert list(links) == FEUILLES
    assert (
        "Aucune donnée sur une personne" in text
        and "Activer la modification" in text
        and "moins de 5" in text
    )
    assert "{" not in text


def test_la_ligne_d_un_moyen_porte_sa_fiche_ou_sa_structure() -> None:
    ws = vierge()["Moyens"]

    assert ligne(
        ws,
        "Caf du Pas-de-Calais",
        "",
        "Les Premiers Pas",
        "Euros de fonctionnement",
        "Bonus territoire CTG",
    )
    assert ligne(ws, "Ville de Harnes", "1. " + cadre().dossier.convention.fiches[0].titre)


SERVICES = [
    (convention, service)
    for convention in ("harnes", "demonstration")
    for service in ("coordination", "rpe", "enfance", "jeunesse", "pij", "caf", "pmi")
]


@pytest.mark.parametrize(("convention", "service"), SERVICES)
def test_un_service_voit_d_abord_quarante_cellules_a_remplir_au_plus(
    convention: str, service: str
) -> None:
    frame = ouvrir_cadre(convention, 2025, service)
    wb = load_workbook(io.BytesIO(classeur(frame, feuilles(frame))))
    seen = [
        cell.coordinate
        for ws in wb.worksheets[1:]
        for row in ws.iter_rows(min_row=5)
        for cell in row
        if cell.fill.fgColor.rgb == "FFFFF3C4" and not ws.row_dimensions[cell.row].hidden
    ]

    assert len(seen) <= 40


def test_ce_qui_est_facultatif_est_replie_sous_un_titre_et_le_reste_en_vue() -> None:
    ws = vierge()["Indicateurs"]
    folded = {
        row[0].value
        for row in ws.iter_rows(min_row=5)
        if ws.row_dimensions[row[0].row].outlineLevel
    }
    kept = {row[0].value for row in ws.iter_rows(min_row=5)} - folded
    items = cadre().dossier.catalogue.indicateurs_fiches

    assert {name for name in folded if "." not in name} == {
        item.id
        for item in items.values()
        if item.facultatif and item.table == "observations" and not item.calcul
    }
    assert "frequentation_jeunes.caj" in kept  # the fiche writes it
    assert "capacite_declaree.caj" in folded  # the parts of what is proposed
    assert any(name.startswith("+ Facultatif, fiche 1") for name in kept)


def test_le_titre_d_un_pli_porte_la_croix_qui_l_ouvre_et_lui_seul() -> None:
    for ws in (vierge()[nom] for nom in ("Indicateurs", "Moyens", "Profils")):
        titres_des_plis = {
            row[0].row for row in ws.iter_rows(min_row=5) if str(row[0].value).startswith("+ ")
        }
        avec_croix = {
            numero for numero, dimension in ws.row_dimensions.items() if dimension.collapsed
        }

        assert titres_des_plis and avec_croix == titres_des_plis


def test_ce_qui_est_ecrit_d_avance_refuse_la_saisie_sur_une_feuille_a_plis() -> None:
    wb = vierge()

    rule = regle(
        wb["Indicateurs"], cellule(wb, "Indicateurs", "am_agreees", "Définition").coordinate
    )

    assert (rule.type, rule.formula1, rule.showErrorMessage) == ("custom", "FALSE", True)


def test_une_decision_ancienne_que_nul_n_a_dite_faite_se_redemande_jusqu_a_ce_qu_elle_le_soit() -> (
    None
):
    demandees = {
        annee: {
            ligne.cibles[0].cle[0]
            for feuille in feuilles(ouvrir_cadre("demonstration", annee))
            for ligne in feuille.lignes
            if ligne.cibles and ligne.cibles[0].table == "suites"
        }
        for annee in (2025, 2026)
    }

    # The comité of 2024 said what became of the three others of 2023.
    assert demandees[2025] == {"terminer_le_guide", "chiffrer_le_pilotage"}
    assert {"terminer_le_guide", "chiffrer_le_pilotage", "local_18_25"} <= demandees[2026]
