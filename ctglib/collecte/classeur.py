"""The workbook to fill, as the bytes of an .xlsx file: protected, checked as it is filled, the same every time."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import Outline

from ctglib.collecte.cellules import TEXTE_MAX
from ctglib.donnees.ecriture import dater

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.feuilles import Feuille, Ligne
    from ctglib.donnees.modeles.catalogue import Couleurs
    from ctglib.donnees.modeles.gabarit import ColonneGabarit

MODE_EMPLOI, LISTES = SANS_SAISIE = ("Mode d'emploi", "Listes")  # the sheets that nothing is entered in
PLI = "+ "  # begins the heading of folded rows, which says nothing
LIGNE_DES_TITRES = 4
_HAUTEURS = {1: 26, 2: 20, LIGNE_DES_TITRES: 46}
_HAUTEUR_TEXTE = 48
_FORMAT_TEXTE, _FORMAT_DATE = "@", "dd/mm/yyyy"
# An unfilled cell of a colour to be seen turns white once it, or the state that says why it is empty, is filled.
_ETAT = "statut"
_OUVERTS = ("attendue", "facultative")  # the styles of the cells to fill


def classeur(cadre: Cadre, feuilles: tuple[Feuille, ...]) -> bytes:
    """Return the workbook of a year."""
    wb, gabarit, charte = Workbook(), cadre.gabarit, cadre.catalogue.charte
    styles = _styles(charte.couleurs, gabarit.couleur_attendue)
    for style in styles.values():  # cells then take it by name: openpyxl works out each once
        wb.add_named_style(style)
    territoire = cadre.catalogue.territoires[cadre.convention.territoire].nom
    subtitle = cadre.mots(gabarit.sous_titre).replace("{territoire}", territoire)
    wb.active.title = MODE_EMPLOI
    _ecrire_mode_emploi(wb.active, cadre, feuilles)
    for sheet in feuilles:
        ws = wb.create_sheet(sheet.modele.titre)
        ws.sheet_properties.tabColor = charte.couleurs.territoire.removeprefix("#")
        _ecrire_feuille(ws, sheet, styles["facultative"].fill, subtitle)
    _ecrire_listes(wb, feuilles)
    wb.properties.title = f"{gabarit.titre} – {subtitle}"
    wb.properties.creator, wb.properties.language = "ctglib", "fr-FR"
    wb.properties.created = end = datetime(cadre.annee, 12, 31)
    for name, value in (("annee", cadre.annee), ("version", gabarit.version)):
        wb.custom_doc_props.append(IntProperty(name=name, value=value))
    for name, text in (("convention", cadre.convention.id), ("responsable", cadre.responsable)):
        if text:
            wb.custom_doc_props.append(StringProperty(name=name, value=text))
    raw = io.BytesIO()
    wb.save(raw)
    return dater(raw, end)


def _ecrire_listes(wb: Workbook, feuilles: tuple[Feuille, ...]) -> None:
    """Write the hidden sheet of the drop-down lists, each under a name of its own."""
    own = [row.liste for sheet in feuilles for row in sheet.lignes if row.liste]
    lists = {choices.nom: choices for sheet in feuilles for choices in sheet.listes.values()}
    lists |= {choices.nom: choices for choices in own}
    ws = wb.create_sheet(LISTES)
    for column, (name, choices) in enumerate(lists.items(), 1):
        letter = get_column_letter(column)
        for row, word in enumerate([name, *choices.codes], 1):
            _texte(ws.cell(row, column), word)
        area = f"{quote_sheetname(LISTES)}!${letter}$2:${letter}${len(choices.codes) + 1}"
        wb.defined_names[name] = DefinedName(name, attr_text=area)
    ws.sheet_state = "hidden"
    ws.protection.sheet = True


def _ecrire_feuille(ws: Worksheet, feuille: Feuille, blanc: PatternFill, sous_titre: str) -> None:
    """Write a sheet, its folded rows after the others, each fold under its heading, and set its printing.

    It is protected without a password. One that has folds is not, since Excel opens no fold of a protected sheet: there
    the cells written in advance refuse to be typed over.
    """
    model, folds, columns = feuille.modele, feuille.plis, list(enumerate(feuille.modele.colonnes, 1))
    ecrire(ws.cell(1, 1), f"{model.titre} – {sous_titre}", "titre")
    ecrire(ws.cell(2, 1), model.consigne, "consigne")
    for row, height in _HAUTEURS.items():
        ws.row_dimensions[row].height = height
    for column, spec in columns:
        ecrire(ws.cell(LIGNE_DES_TITRES, column), spec.titre, "entete", insecable=False)
        ws.column_dimensions[get_column_letter(column)].width = spec.largeur
    rows: list[Ligne | str | None] = [ligne for ligne in feuille.lignes if not ligne.pli]
    for heading, folded in folds.items():
        rows += [heading, *folded]
    rows += [None] * model.lignes_libres
    checks: dict[Controle, list[tuple[int, int]]] = defaultdict(list)
    for row, ligne in enumerate(rows, LIGNE_DES_TITRES + 1):
        for column, spec in columns:
            cell = ws.cell(row, column)
            if isinstance(ligne, str):
                count = len(folds[ligne])
                title = f"{PLI}{ligne} ({count} ligne{'s' if count > 1 else ''})" if column == 1 else ""
                ecrire(cell, title, "pli")
                ws.row_dimensions[row].collapsed = True
                continue
            style = _style(ligne, spec)
            _ecrire_cellule(cell, feuille, ligne, spec, style)
            if style in _OUVERTS or folds:
                check = _controle(feuille, ligne, spec) if style in _OUVERTS else ECRITE_D_AVANCE
                checks[check].append((column, row))
        if isinstance(ligne, str) or ligne is None:
            continue
        if ligne.pli:
            ws.row_dimensions[row].outlineLevel, ws.row_dimensions[row].hidden = 1, True
        if any(spec.type == "phrases" for spec in feuille.modele.colonnes):
            ws.row_dimensions[row].height = _HAUTEUR_TEXTE
    for check, cells in checks.items():
        ws.add_data_validation(_regle(check, cells))
    last = LIGNE_DES_TITRES + len(rows)
    _blanchir(ws, feuille, last, blanc)
    end = get_column_letter(len(feuille.modele.colonnes))
    ws.freeze_panes = ws.cell(LIGNE_DES_TITRES + 1, model.figees + 1)
    ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{end}{last}"
    ws.sheet_view.zoomScale = 100
    # Of the protection, the attribute says what is forbidden.
    ws.protection.sheet = not folds
    ws.protection.autoFilter = ws.protection.formatColumns = ws.protection.formatRows = False
    ws.sheet_properties.outlinePr = Outline(summaryBelow=False)
    ws.sheet_format.outlineLevelRow = 1 if folds else 0
    _mettre_en_page(ws, f"A1:{end}{last}", sous_titre)
    ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"


def _style(ligne: Ligne | None, spec: ColonneGabarit) -> str:
    if spec.role == "rappel" or (ligne and spec.role == "cle"):
        return "repere" if spec.id == "repere" else "rappel"
    if ligne and spec.id not in ligne.ouvertes:
        return "fermee"
    return "attendue" if ligne and spec.attendue else "facultative"


def _ecrire_cellule(cell: Cell, feuille: Feuille, ligne: Ligne | None, spec: ColonneGabarit, style: str) -> None:
    value, kind = (ligne.montre.get(spec.id, "") if ligne else ""), _FORMAT_TEXTE
    if isinstance(value, date) or spec.type == "date":
        kind = _FORMAT_DATE
    elif isinstance(value, float) or spec.type == "nombre":
        decimals = feuille.nombre(ligne).decimales
        kind = "#,##0" + ("." + "0" * decimals if decimals else "")
    if isinstance(value, str):
        ecrire(cell, value, style, kind, insecable=False)
    else:
        cell.value = value
        _habiller(cell, style, kind)


def _blanchir(ws: Worksheet, feuille: Feuille, last: int, blanc: PatternFill) -> None:
    letters = {spec.id: get_column_letter(column) for column, spec in enumerate(feuille.modele.colonnes, 1)}
    for spec in feuille.modele.colonnes:
        if spec.attendue and spec.role == "saisie":
            first, letter = LIGNE_DES_TITRES + 1, letters[spec.id]
            filled = f"LEN({letter}{first})>0"
            if _ETAT in letters and spec.id != _ETAT:
                filled = f"OR({filled},LEN({letters[_ETAT]}{first})>0)"
            rule = FormulaRule(formula=[filled], fill=blanc)
            ws.conditional_formatting.add(f"{letter}{first}:{letter}{last}", rule)


def _mettre_en_page(ws: Worksheet, zone: str, pied: str, paysage: bool = True) -> None:
    """Set the printing of a sheet: A4, as wide as the page, numbered."""
    ws.sheet_view.showGridLines = False
    ws.print_area = zone
    ws.page_setup.orientation = "landscape" if paysage else "portrait"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.page_setup.fitToWidth, ws.page_setup.fitToHeight = 1, 0
    ws.page_margins.left = ws.page_margins.right = 0.4
    ws.page_margins.top = ws.page_margins.bottom = 0.7
    ws.page_margins.header = ws.page_margins.footer = 0.3
    ws.oddFooter.left.text = pied
    ws.oddFooter.right.text = "Page &P / &N"


def _ecrire_mode_emploi(ws: Worksheet, cadre: Cadre, feuilles: tuple[Feuille, ...]) -> None:
    """Write the sheet: title, who and what it is for, then each part of the instructions."""
    ws.column_dimensions["A"].width, ws.column_dimensions["B"].width = 24, 96
    ws.row_dimensions[1].height = 30
    small = str(cadre.catalogue.seuils.petits_effectifs)
    rows: list[tuple[str, str, str, str]] = [(cadre.gabarit.titre, "titre", "", "")]
    about = {"Convention": cadre.convention.titre, "Année": str(cadre.annee)}
    if cadre.responsable:
        about["À remplir par"] = cadre.catalogue.responsables[cadre.responsable].libelle
    rows += [(name, "repere", value, "rappel") for name, value in about.items()]
    for part in cadre.gabarit.mode_emploi:
        rows += [("", "texte", "", "texte"), (part.titre, "intertitre", "", "")]
        if part.contenu == "feuilles":
            rows += [(sheet.modele.titre, "lien", sheet.modele.resume, "texte") for sheet in feuilles]
        if part.contenu == "legende":
            rows += [("", style, words, "texte") for style, words in cadre.gabarit.legende.items()]
        rows += [("•", "puce", line, "texte") for line in part.lignes]
    for row, cells in enumerate(rows, 1):
        for column, (text, style) in enumerate((cells[:2], cells[2:]), 1):
            if style:
                cell = ws.cell(row, column)
                ecrire(cell, cadre.mots(text).replace("{seuil}", small), style)
                cell.protection = Protection(locked=True)
                if style == "lien":
                    cell.hyperlink = f"#'{text}'!A1"
                    _habiller(cell, style)
    ws.protection.sheet = True
    _mettre_en_page(ws, f"A1:B{len(rows) + 1}", cadre.gabarit.titre, paysage=False)


# What the format of the file allows.
_TITRE_MAX, _MESSAGE_MAX = 32, 255
_PREMIER_JOUR, _DERNIER_JOUR = "DATE(2000,1,1)", "DATE(2100,12,31)"


class Controle(NamedTuple):
    """A check: its kind for the spreadsheet, what it compares to, what is shown before and after."""

    type: str
    operateur: str | None
    formule_1: str
    formule_2: str | None
    erreur: str
    titre: str = ""
    aide: str = ""


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
    return DataValidation(
        type=check.type,
        operator=check.operateur,
        formula1=check.formule_1,
        formula2=check.formule_2,
        allow_blank=True,
        showErrorMessage=True,
        showInputMessage=True,
        errorTitle="Saisie refusée",
        error=check.erreur[:_MESSAGE_MAX],
        promptTitle=check.titre[:_TITRE_MAX],
        prompt=check.aide[:_MESSAGE_MAX],
        sqref=" ".join(
            f"{get_column_letter(column)}{first}:{get_column_letter(column)}{last}" for column, first, last in areas
        ),
    )


def _controle(feuille: Feuille, ligne: Ligne | None, colonne: ColonneGabarit) -> Controle:
    """Return the check of a cell."""
    shown = (colonne.titre, colonne.aide)
    if colonne.type == "liste" and (choices := feuille.liste(ligne, colonne.id)):
        error = "Choisissez l'une des valeurs de la liste (flèche à droite de la cellule)."
        return Controle("list", None, choices.nom, None, error, *shown)
    if colonne.type == "date":
        error = "Écrivez une date : jour/mois/année, par exemple 15/03/2024."
        return Controle("date", "between", _PREMIER_JOUR, _DERNIER_JOUR, error, *shown)
    if colonne.type != "nombre":
        error = f"Texte trop long : {TEXTE_MAX} caractères au plus."
        return Controle("textLength", "lessThanOrEqual", str(TEXTE_MAX), None, error, *shown)
    number = feuille.nombre(ligne)
    low, high = number.minimum, number.maximum
    words, *rule = f", {low:g} au moins", "greaterThanOrEqual", f"{low:g}", None
    if high is not None:
        words, *rule = f", entre {low:g} et {high:g}", "between", f"{low:g}", f"{high:g}"
    kind, what = ("decimal", "un nombre") if number.decimales or number.pourcent else ("whole", "un nombre entier")
    error = f"Écrivez {what}{words}, sans unité ni texte. Si la valeur manque, laissez vide."
    return Controle(kind, *rule, error, *shown)


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
        opened = reste.pop("ouvert", False)
        return {
            "font": Font(name="Calibri", size=size, color=colour, **reste),
            "fill": PatternFill("solid", fgColor=fill, bgColor=fill) if fill else PatternFill(),
            "border": border or Border(),
            "alignment": Alignment(**{"vertical": "top", "wrap_text": True, **places}),
            "protection": Protection(locked=not opened),
        }

    alone = {"vertical": "center", "wrap_text": None}
    closed = look(9, grey, panel, box)
    looks = {
        "titre": look(16, blue, bold=True, **alone),
        "consigne": look(11, text, **alone),
        "entete": look(11, white, blue, box, bold=True, vertical="center"),
        "rappel": look(11, text, panel, box),
        "repere": look(9, grey, panel, box),
        "attendue": look(11, text, asked, frame, ouvert=True),
        "facultative": look(11, text, white, frame, ouvert=True),
        "fermee": closed | {"fill": PatternFill("lightUp", fgColor=thread, bgColor=panel)},
        "pli": look(13, blue, panel, Border(top=line, bottom=line), bold=True, **alone),
        "texte": look(11, text),
        "puce": look(11, text, horizontal="right", wrap_text=None),
        "lien": look(11, blue, underline="single"),
        "intertitre": look(13, blue, bold=True, **alone),
    }
    return {name: NamedStyle(name, **kept) for name, kept in looks.items()}


def ecrire(cell: Cell, texte: str, style: str, nombre: str = _FORMAT_TEXTE, *, insecable: bool = True) -> None:
    """Write a text as a text, whatever it begins with: « =1+1 » is no formula, « #REF! » no error."""
    if texte:
        _texte(cell, insecables(texte) if insecable else texte)
    _habiller(cell, style, nombre)


def _habiller(cell: Cell, style: str, nombre: str = _FORMAT_TEXTE) -> None:
    prefixed = cell.quotePrefix
    cell.style, cell.number_format = style, nombre
    cell.quotePrefix = prefixed


def _texte(cell: Cell, texte: str) -> None:
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", texte)
    cell.data_type = "s"
    if texte.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True


def insecables(texte: str) -> str:
    """Return a text whose French signs do not part from their word at the end of a line."""
    inside = texte.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(" ([:;!?%])", "\u202f\\1", inside)
