"""What is handed out: the workbook to fill, protected and checked as it is filled, and the letter that goes with it.

The same data give the same bytes.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import Outline
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.cellules import TEXTE_MAX
from ctglib.collecte.feuilles import Cadre, Feuille, Ligne, feuilles, ouvrir_cadre
from ctglib.donnees.ecriture import EcritureImpossible, dater, ecrire
from ctglib.donnees.modeles.catalogue import Couleurs
from ctglib.donnees.modeles.suivi import ColonneGabarit

MODE_EMPLOI, LISTES = SANS_SAISIE = ("Mode d'emploi", "Listes")  # the sheets that nothing is entered in
PLI = "+ "  # begins the heading of folded rows, which says nothing
LIGNE_DES_TITRES = 4
_HAUTEURS = {1: 26, 2: 20, LIGNE_DES_TITRES: 46}
_HAUTEUR_TEXTE = 48
_FORMAT_TEXTE, _FORMAT_DATE = "@", "dd/mm/yyyy"
_OUVERTS = ("attendue", "facultative")  # the styles of the cells to fill


def nom_du_classeur(convention: str, annee: int, responsable: str = "") -> str:
    """Return the name of a workbook: ``ctg-<convention>-<annee>[-<responsable>].xlsx``."""
    return "-".join(part for part in ("ctg", convention, str(annee), responsable) if part) + ".xlsx"


def ecrire_gabarit(
    convention: str, annee: int, sortie: Path, *, responsable: str = "", remplacer: bool = False
) -> Path:
    """Write the workbook of a year, never over a filled one, and return its path.

    Raises:
        DonneesInvalides: The data do not hold, or the year or the service is unknown.
        EcritureImpossible: Another file is there, maybe filled, or the folder cannot be written.
    """
    cadre = ouvrir_cadre(convention, annee, responsable)
    content = classeur(cadre, feuilles(cadre))
    target = sortie / nom_du_classeur(convention, annee, responsable)
    if target.exists() and not remplacer and target.read_bytes() != content:
        raise EcritureImpossible(
            f"{target} existe déjà, et n'est pas le gabarit vierge : quelqu'un l'a peut-être rempli. "
            "Rien n'a été écrit. Déplacez-le, choisissez un autre dossier (--sortie), ou écrasez-le par --remplacer."
        )
    ecrire({target: content})
    return target


def lettre(
    objet: str, service: str, paragraphes: Iterable[str], demandes: Iterable[str], fin: str, *, annee: int
) -> bytes:
    """Return the letter to a service, as the bytes of a Word file: why, what is asked for, to whom to send it back."""
    import docx
    from docx.shared import Cm, Pt

    word = docx.Document()
    word.styles["Normal"].font.name, word.styles["Normal"].font.size = "Calibri", Pt(11)
    section = word.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    word.core_properties.title, word.core_properties.author, word.core_properties.language = objet, "ctglib", "fr-FR"
    word.core_properties.created = end = datetime(annee, 12, 31)
    for text in (service, f"Objet : {objet}"):
        word.add_paragraph(insecables(text)).runs[0].bold = True
    for text in paragraphes:
        word.add_paragraph(insecables(text))
    for text in demandes:
        word.add_paragraph(insecables(text), style="List Bullet")
    word.add_paragraph(insecables(fin))
    raw = io.BytesIO()
    word.save(raw)
    return dater(raw, end)


def classeur(cadre: Cadre, feuilles: tuple[Feuille, ...]) -> bytes:
    """Return the workbook of a year, with the hidden sheet of its drop-down lists, each under a name of its own."""
    wb, gabarit, charte = Workbook(), cadre.gabarit, cadre.dossier.catalogue.charte
    styles = _styles(charte.couleurs, gabarit.couleur_attendue)
    for style in styles.values():  # cells then take it by name: openpyxl works out each once
        wb.add_named_style(style)
    territoire = cadre.dossier.catalogue.territoires[cadre.dossier.convention.territoire].nom
    subtitle = gabarit.sous_titre.replace("{territoire}", territoire)
    wb.active.title = MODE_EMPLOI
    _ecrire_mode_emploi(wb.active, cadre, feuilles)
    for sheet in feuilles:
        ws = wb.create_sheet(sheet.modele.titre)
        ws.sheet_properties.tabColor = charte.couleurs.territoire.removeprefix("#")
        _ecrire_feuille(ws, sheet, styles["facultative"].fill, subtitle)
    own = [row.liste for sheet in feuilles for row in sheet.lignes if row.liste]
    lists = {choices.nom: choices for sheet in feuilles for choices in sheet.listes.values()}
    ws = wb.create_sheet(LISTES)
    for column, choices in enumerate((lists | {choices.nom: choices for choices in own}).values(), 1):
        letter = get_column_letter(column)
        for row, word in enumerate([choices.nom, *choices.codes], 1):
            _remplir(ws.cell(row, column), word, "Normal", "General")
        area = f"{quote_sheetname(LISTES)}!${letter}$2:${letter}${len(choices.codes) + 1}"
        wb.defined_names[choices.nom] = DefinedName(choices.nom, attr_text=area)
    ws.sheet_state = "hidden"
    ws.protection.sheet = True
    wb.properties.title = f"{gabarit.titre} – {subtitle}"
    wb.properties.creator, wb.properties.language = "ctglib", "fr-FR"
    wb.properties.created = end = datetime(cadre.annee, 12, 31)
    for name, value in (("annee", cadre.annee), ("version", gabarit.version)):
        wb.custom_doc_props.append(IntProperty(name=name, value=value))
    for name, text in (("convention", cadre.dossier.convention.id), ("responsable", cadre.responsable)):
        if text:
            wb.custom_doc_props.append(StringProperty(name=name, value=text))
    raw = io.BytesIO()
    wb.save(raw)
    return dater(raw, end)


def _ecrire_mode_emploi(ws: Worksheet, cadre: Cadre, feuilles: tuple[Feuille, ...]) -> None:
    """Write the first sheet: title, who and what it is for, then each part of the instructions."""
    ws.column_dimensions["A"].width, ws.column_dimensions["B"].width = 24, 96
    ws.row_dimensions[1].height = 30
    small = str(cadre.dossier.catalogue.seuils.petits_effectifs)
    rows: list[tuple[str, str, str, str]] = [(cadre.gabarit.titre, "titre", "", "")]
    about = {"Convention": cadre.dossier.convention.titre, "Année": str(cadre.annee)}
    if cadre.responsable:
        about["À remplir par"] = cadre.dossier.catalogue.responsables[cadre.responsable].libelle
    rows += [(name, "repere", value, "rappel") for name, value in about.items()]
    for part in cadre.gabarit.mode_emploi:
        rows += [("", "texte", "", "texte"), (part.titre, "intertitre", "", "")]
        if part.contenu == "feuilles":
            rows += [(sheet.modele.titre, "lien", sheet.modele.resume, "texte") for sheet in feuilles]
        if part.contenu == "legende":
            rows += [("", style, words, "texte") for style, words in cadre.gabarit.legende.items()]
        rows += [("•", "puce", line, "texte") for line in part.lignes]
    for row, (*first, text, style) in enumerate(rows, 1):
        for column, (words, look) in enumerate((first, (text, style)), 1):
            if look:
                cell = ws.cell(row, column)
                if look == "lien":
                    cell.hyperlink = f"#'{words}'!A1"
                _remplir(cell, insecables(words.replace("{seuil}", small)), look)
                cell.protection = Protection(locked=True)
    ws.protection.sheet = True
    _mettre_en_page(ws, f"A1:B{len(rows) + 1}", cadre.gabarit.titre, paysage=False)


def _ecrire_feuille(ws: Worksheet, feuille: Feuille, blanc: PatternFill, sous_titre: str) -> None:
    """Write a sheet, its folded rows after the others, each fold under its heading, and set its printing.

    It is protected without a password. One that has folds is not, since Excel opens no fold of a protected sheet: there
    the cells written in advance refuse to be typed over.
    """
    model, columns, folds = feuille.modele, list(enumerate(feuille.modele.colonnes, 1)), defaultdict(list)
    for ligne in feuille.lignes:
        folds[ligne.pli].append(ligne)
    rows: list[Ligne | str] = folds.pop("", [])
    for heading, folded in folds.items():
        rows += [heading, *folded]
    rows += [feuille.libre] * model.lignes_libres
    first, last = LIGNE_DES_TITRES + 1, LIGNE_DES_TITRES + len(rows)
    _remplir(ws.cell(1, 1), insecables(f"{model.titre} – {sous_titre}"), "titre")
    _remplir(ws.cell(2, 1), insecables(model.consigne), "consigne")
    for row, height in _HAUTEURS.items():
        ws.row_dimensions[row].height = height
    for column, spec in columns:
        _remplir(ws.cell(LIGNE_DES_TITRES, column), spec.titre, "entete")
        ws.column_dimensions[get_column_letter(column)].width = spec.largeur
    checks: dict[Controle, list[tuple[int, int]]] = defaultdict(list)
    for row, ligne in enumerate(rows, first):
        if isinstance(ligne, str):
            count = len(folds[ligne])
            title = f"{PLI}{ligne} ({count} ligne{'s' if count > 1 else ''})"
            for column, _ in columns:
                _remplir(ws.cell(row, column), insecables(title) if column == 1 else "", "pli")
            ws.row_dimensions[row].collapsed = True
            continue
        for column, spec in columns:
            style, value, kind = _style(ligne, spec), ligne.montre.get(spec.id, ""), _FORMAT_TEXTE
            if isinstance(value, date) or spec.type == "date":
                kind = _FORMAT_DATE
            elif isinstance(value, float) or spec.type == "nombre":
                decimals = ligne.nombre.decimales
                kind = "#,##0" + ("." + "0" * decimals if decimals else "")
            _remplir(ws.cell(row, column), value, style, kind)
            if style in _OUVERTS or folds:
                check = _controle(feuille, ligne, spec) if style in _OUVERTS else ECRITE_D_AVANCE
                checks[check].append((column, row))
        if ligne.pli:
            ws.row_dimensions[row].outlineLevel, ws.row_dimensions[row].hidden = 1, True
        if any(spec.type == "phrases" for _, spec in columns):
            ws.row_dimensions[row].height = _HAUTEUR_TEXTE
    for check, cells in checks.items():
        ws.add_data_validation(_regle(check, cells))
    # A cell of a colour to be seen turns white once it, or the state that says why it is empty, is filled.
    letters = {spec.id: get_column_letter(column) for column, spec in columns}
    for letter in (letters[spec.id] for _, spec in columns if spec.attendue and spec.role == "saisie"):
        filled = f"LEN({letter}{first})>0"
        if letters.get("statut", letter) != letter:
            filled = f"OR({filled},LEN({letters['statut']}{first})>0)"
        rule = FormulaRule(formula=[filled], fill=blanc)
        ws.conditional_formatting.add(f"{letter}{first}:{letter}{last}", rule)
    end = get_column_letter(len(columns))
    ws.freeze_panes = ws.cell(first, model.figees + 1)
    ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{end}{last}"
    ws.sheet_view.zoomScale = 100
    # Of the protection, the attribute says what is forbidden.
    ws.protection.sheet = not folds
    ws.protection.autoFilter = ws.protection.formatColumns = ws.protection.formatRows = False
    ws.sheet_properties.outlinePr = Outline(summaryBelow=False)
    ws.sheet_format.outlineLevelRow = 1 if folds else 0
    _mettre_en_page(ws, f"A1:{end}{last}", sous_titre)
    ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"


def _style(ligne: Ligne, spec: ColonneGabarit) -> str:
    added = not ligne.montre
    if spec.role == "rappel" or (spec.role == "cle" and not added):
        return "repere" if spec.id == "repere" else "rappel"
    if not added and spec.id not in ligne.ouvertes:
        return "fermee"
    return "attendue" if spec.attendue and not added else "facultative"


def _mettre_en_page(ws: Worksheet, zone: str, pied: str, paysage: bool = True) -> None:
    """Set the printing of a sheet: A4, as wide as the page, numbered."""
    ws.sheet_view.showGridLines = False
    ws.print_area = zone
    ws.set_printer_settings(ws.PAPERSIZE_A4, "landscape" if paysage else "portrait")
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.7, header=0.3, footer=0.3)
    ws.oddFooter.left.text = pied
    ws.oddFooter.right.text = "Page &P / &N"


# What the format of the file allows.
_TITRE_MAX, _MESSAGE_MAX = 32, 255
_JOURS = ("DATE(2000,1,1)", "DATE(2100,12,31)")
_TOUJOURS = {"allow_blank": True, "showErrorMessage": True, "showInputMessage": True}


class Controle(NamedTuple):
    """A check, by attribute of openpyxl: its kind, what it compares to, what is shown after and before."""

    type: str
    operator: str | None
    formula1: str
    formula2: str | None
    error: str
    promptTitle: str = ""  # noqa: N815
    prompt: str = ""


ECRITE_D_AVANCE = Controle(
    "custom", None, "FALSE", None, "Cette cellule est écrite d'avance : laissez-la telle quelle."
)


def _regle(check: Controle, cellules: list[tuple[int, int]]) -> DataValidation:
    """Return the rule of all the cells (column, row) that share a check, as areas of cells that follow each other."""
    areas: list[list[int]] = []
    for column, row in sorted(cellules):
        if areas and areas[-1][0] == column and areas[-1][2] == row - 1:
            areas[-1][2] = row
        else:
            areas.append([column, row, row])
    letters = ((get_column_letter(column), first, last) for column, first, last in areas)
    places = " ".join(f"{letter}{first}:{letter}{last}" for letter, first, last in letters)
    return DataValidation(**check._asdict(), **_TOUJOURS, errorTitle="Saisie refusée", sqref=places)


def _controle(feuille: Feuille, ligne: Ligne, colonne: ColonneGabarit) -> Controle:
    """Return the check of a cell."""
    if colonne.type == "liste" and (choices := feuille.liste(ligne, colonne.id)):
        error = "Choisissez l'une des valeurs de la liste (flèche à droite de la cellule)."
        check = ("list", None, choices.nom, None, error)
    elif colonne.type == "date":
        check = ("date", "between", *_JOURS, "Écrivez une date : jour/mois/année, par exemple 15/03/2024.")
    elif colonne.type != "nombre":
        error = f"Texte trop long : {TEXTE_MAX} caractères au plus."
        check = ("textLength", "lessThanOrEqual", str(TEXTE_MAX), None, error)
    else:
        number, low, high = ligne.nombre, ligne.nombre.minimum, ligne.nombre.maximum
        words, *rule = f", {low:g} au moins", "greaterThanOrEqual", f"{low:g}", None
        if high is not None:
            words, *rule = f", entre {low:g} et {high:g}", "between", f"{low:g}", f"{high:g}"
        kind, what = ("decimal", "un nombre") if number.decimales or number.pourcent else ("whole", "un nombre entier")
        error = f"Écrivez {what}{words}, sans unité ni texte. Si la valeur manque, laissez vide."
        check = (kind, *rule, error)
    return Controle(*check, colonne.titre[:_TITRE_MAX], colonne.aide[:_MESSAGE_MAX])


def _styles(couleurs: Couleurs, attendue: str) -> dict[str, NamedStyle]:
    """Return the styles by use: headings, cells written for the reader, cells to fill, texts of the first sheet."""
    blue, grey, text, white, thread, panel, asked = (
        f"FF{colour.removeprefix('#').upper()}"
        for colour in (couleurs.territoire, couleurs.secondaire, couleurs.texte, couleurs.fond, couleurs.filet,
                       couleurs.panneau, attendue)
    )  # fmt: skip
    line, entry = Side("thin", thread), Side("thin", grey)
    box, frame = Border(line, line, line, line), Border(entry, entry, entry, entry)

    def look(size: int, colour: str, fill: str = "", border: Border | None = None, **reste: object) -> dict:
        places = {name: reste.pop(name) for name in ("horizontal", "vertical", "wrap_text") if name in reste}
        return {
            "font": Font(name="Calibri", size=size, color=colour, **reste),
            "fill": PatternFill("solid", fgColor=fill, bgColor=fill) if fill else PatternFill(),
            "border": border or Border(),
            "alignment": Alignment(**{"vertical": "top", "wrap_text": True, **places}),
            "protection": Protection(locked=border is not frame),
        }

    alone = {"vertical": "center", "wrap_text": None}
    closed = PatternFill("lightUp", fgColor=thread, bgColor=panel)
    looks = {
        "titre": look(16, blue, bold=True, **alone),
        "consigne": look(11, text, **alone),
        "entete": look(11, white, blue, box, bold=True, vertical="center"),
        "rappel": look(11, text, panel, box),
        "repere": look(9, grey, panel, box),
        "attendue": look(11, text, asked, frame),
        "facultative": look(11, text, white, frame),
        "fermee": look(9, grey, panel, box) | {"fill": closed},
        "pli": look(13, blue, panel, Border(top=line, bottom=line), bold=True, **alone),
        "texte": look(11, text),
        "puce": look(11, text, horizontal="right", wrap_text=None),
        "lien": look(11, blue, underline="single"),
        "intertitre": look(13, blue, bold=True, **alone),
    }
    return {name: NamedStyle(name, **kept) for name, kept in looks.items()}


def _remplir(cell: Cell, valeur: str | float | date, style: str, nombre: str = _FORMAT_TEXTE) -> None:
    """Write a value, a text as a text, whatever it begins with: « =1+1 » is no formula, « #REF! » no error."""
    if not isinstance(valeur, str):
        cell.value = valeur
    elif valeur:
        cell.value, cell.data_type = ILLEGAL_CHARACTERS_RE.sub("", valeur), "s"
    cell.style, cell.number_format = style, nombre
    cell.quotePrefix = isinstance(valeur, str) and valeur.startswith(("=", "+", "-", "@"))


def insecables(texte: str) -> str:
    """Return a text whose French signs do not part from their word at the end of a line."""
    inside = texte.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(" ([:;!?%])", "\u202f\\1", inside)
