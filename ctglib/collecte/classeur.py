"""The workbook to fill, as the bytes of an .xlsx file: protected, checked as it is filled, the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import Outline

from ctglib.collecte.reconnaitre import PLI, SANS_SAISIE

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from ctglib.collecte.cadre import Cadre
    from ctglib.collecte.feuilles import Feuille, Ligne, Liste, Nombre
    from ctglib.donnees.modeles.catalogue import Couleurs
    from ctglib.donnees.modeles.gabarit import ColonneGabarit


MODE_EMPLOI, LISTES = SANS_SAISIE


def classeur(cadre: Cadre, feuilles: tuple[Feuille, ...]) -> bytes:
    """Return the workbook of a year."""
    wb = Workbook()
    charte = cadre.dossier.catalogue.charte
    looks = styles(charte.couleurs, cadre.gabarit.couleur_attendue)
    territoire = cadre.dossier.catalogue.territoires[cadre.dossier.convention.territoire].nom
    subtitle = cadre.mots(cadre.gabarit.sous_titre).replace("{territoire}", territoire)
    guide = wb.active
    guide.title = MODE_EMPLOI
    ecrire_mode_emploi(guide, cadre, feuilles, looks)
    for sheet in feuilles:
        ws = wb.create_sheet(sheet.modele.titre)
        ws.sheet_properties.tabColor = charte.couleurs.territoire.removeprefix("#")
        ecrire_feuille(ws, sheet, looks, subtitle)
    _ecrire_listes(wb, feuilles)
    _proprietes(wb, cadre, subtitle)
    return en_octets(wb, _instant(cadre))


def _ecrire_listes(wb: Workbook, feuilles: tuple[Feuille, ...]) -> None:
    """Write the hidden sheet of the drop-down lists, each under a name of its own."""
    lists: dict[str, Liste] = {}
    for sheet in feuilles:
        found = [*sheet.listes.values(), *(choices for row in sheet.lignes for choices in row.listes.values())]
        lists |= {choices.nom: choices for choices in found}
    ws = wb.create_sheet(LISTES)
    for column, (name, choices) in enumerate(lists.items(), 1):
        letter = get_column_letter(column)
        ecrire_texte(ws.cell(1, column), name)
        for row, word in enumerate(choices.codes, 2):
            ecrire_texte(ws.cell(row, column), word)
        area = f"{quote_sheetname(LISTES)}!${letter}$2:${letter}${len(choices.codes) + 1}"
        wb.defined_names[name] = DefinedName(name, attr_text=area)
    ws.sheet_state = "hidden"
    ws.protection.sheet = True


def _proprietes(wb: Workbook, cadre: Cadre, sous_titre: str) -> None:
    wb.properties.title = f"{cadre.gabarit.titre} – {sous_titre}"
    wb.properties.creator = "ctglib"
    wb.properties.language = "fr-FR"
    wb.properties.created = _instant(cadre)
    wb.custom_doc_props.append(StringProperty(name="convention", value=cadre.dossier.convention.id))
    wb.custom_doc_props.append(IntProperty(name="annee", value=cadre.annee))
    wb.custom_doc_props.append(IntProperty(name="version", value=cadre.gabarit.version))
    if cadre.responsable:
        wb.custom_doc_props.append(StringProperty(name="responsable", value=cadre.responsable))


def _instant(cadre: Cadre) -> datetime:
    """Return the date that the file bears: a fixed one, so that the same data give the same bytes."""
    return datetime(cadre.annee, 12, 31)


FORMAT_TEXTE = "@"
FORMAT_DATE = "dd/mm/yyyy"
LIGNE_DES_TITRES = 4
_HAUTEURS = {1: 26, 2: 20, LIGNE_DES_TITRES: 46}
_HAUTEUR_TEXTE = 48
# An unfilled cell of a colour to be seen turns white once it, or the state that says why it is empty, is filled.
_ETAT = "statut"


def ecrire_feuille(ws: Worksheet, feuille: Feuille, styles: dict[str, Style], sous_titre: str) -> None:
    """Write a sheet, its folded rows after the others, each fold under its heading, and set its printing.

    It is protected without a password. One that has folds is not, since Excel opens no fold of a protected sheet: there
    the cells written in advance refuse to be typed over.
    """
    model, folds = feuille.modele, feuille.plis
    _tete(ws, feuille, styles, sous_titre)
    checks: dict[tuple[int, int], Controle] = {}
    rows: list[Ligne | str | None] = [ligne for ligne in feuille.lignes if not ligne.pli]
    for heading, folded in folds.items():
        rows += [heading, *folded]
    rows += [None] * model.lignes_libres
    for row, ligne in enumerate(rows, LIGNE_DES_TITRES + 1):
        if isinstance(ligne, str):
            _titre_de_pli(ws, row, ligne, feuille, styles["pli"])
            continue
        for column, spec in enumerate(feuille.colonnes, 1):
            cell = ws.cell(row, column)
            opened = _cellule(cell, feuille, ligne, spec, styles)
            if opened or folds:
                checks[row, column] = controle(feuille, ligne, spec) if opened else ECRITE_D_AVANCE
        if ligne and ligne.pli:
            ws.row_dimensions[row].outlineLevel, ws.row_dimensions[row].hidden = 1, True
        if ligne and model.id == "appreciations":
            ws.row_dimensions[row].height = _HAUTEUR_TEXTE
    poser_les_controles(ws, checks)
    last = LIGNE_DES_TITRES + len(rows)
    _blanchir(ws, feuille, last, styles["facultative"])
    _mise_en_page(ws, feuille, last, sous_titre)


def _titre_de_pli(ws: Worksheet, row: int, titre: str, feuille: Feuille, style: Style) -> None:
    for column in range(1, len(feuille.colonnes) + 1):
        style.appliquer(ws.cell(row, column))
    count = len(feuille.plis[titre])
    ecrire_texte(ws.cell(row, 1), insecables(f"{PLI}{titre} ({count} ligne{'s' if count > 1 else ''})"))
    ws.row_dimensions[row].collapsed = True


def _tete(ws: Worksheet, feuille: Feuille, styles: dict[str, Style], sous_titre: str) -> None:
    for row, text, style in (
        (1, f"{feuille.modele.titre} – {sous_titre}", "titre"),
        (2, feuille.modele.consigne, "consigne"),
    ):
        ecrire_texte(ws.cell(row, 1), insecables(text))
        styles[style].appliquer(ws.cell(row, 1))
    for column, spec in enumerate(feuille.colonnes, 1):
        cell = ws.cell(LIGNE_DES_TITRES, column)
        ecrire_texte(cell, spec.titre)
        styles["entete"].appliquer(cell)
        ws.column_dimensions[get_column_letter(column)].width = spec.largeur
    for row, height in _HAUTEURS.items():
        ws.row_dimensions[row].height = height


def _cellule(cell: Cell, feuille: Feuille, ligne: Ligne | None, spec: ColonneGabarit, styles: dict[str, Style]) -> bool:
    """Write a cell and return whether it may be filled."""
    value = ligne.montre.get(spec.id, "") if ligne else ""
    style = _style(ligne, spec)
    styles[style].appliquer(cell, _format(feuille, ligne, spec, value))
    if isinstance(value, str):
        if value:
            ecrire_texte(cell, value)
    else:
        cell.value = value
    return styles[style].ouvert


def _style(ligne: Ligne | None, spec: ColonneGabarit) -> str:
    if ligne is None:
        return "rappel" if spec.role == "rappel" else "facultative"
    if spec.role != "saisie":
        return "repere" if spec.id == "repere" else "rappel"
    if spec.id in ligne.fermees:
        return "fermee"
    return "attendue" if spec.id in ligne.attendues else "facultative"


def _format(feuille: Feuille, ligne: Ligne | None, spec: ColonneGabarit, value: object) -> str:
    if isinstance(value, date) or spec.type == "date":
        return FORMAT_DATE
    if isinstance(value, float) or spec.type == "nombre":
        decimals = feuille.nombre(ligne, _mesure(feuille) if spec.role == "rappel" else spec.id).decimales
        return "#,##0" + ("." + "0" * decimals if decimals else "")
    return FORMAT_TEXTE


def _mesure(feuille: Feuille) -> str:
    """Return the column whose decimals are those of last year's figures."""
    return next((spec.id for spec in feuille.colonnes if spec.role == "saisie" and spec.type == "nombre"), "")


def _blanchir(ws: Worksheet, feuille: Feuille, last: int, blanc: Style) -> None:
    ids = [spec.id for spec in feuille.colonnes]
    for column, spec in enumerate(feuille.colonnes, 1):
        if not spec.attendue or spec.role != "saisie":
            continue
        first, letter = LIGNE_DES_TITRES + 1, get_column_letter(column)
        filled = f"LEN({letter}{first})>0"
        if _ETAT in ids and spec.id != _ETAT:
            filled = f"OR({filled},LEN({get_column_letter(ids.index(_ETAT) + 1)}{first})>0)"
        fill = aplat(f"#{blanc.fond.fgColor.rgb[2:]}")
        ws.conditional_formatting.add(f"{letter}{first}:{letter}{last}", FormulaRule(formula=[filled], fill=fill))


def _mise_en_page(ws: Worksheet, feuille: Feuille, last: int, sous_titre: str) -> None:
    end = get_column_letter(len(feuille.colonnes))
    ws.freeze_panes = ws.cell(LIGNE_DES_TITRES + 1, feuille.modele.figees + 1)
    ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{end}{last}"
    ws.sheet_view.zoomScale = 100
    ws.sheet_view.showGridLines = False
    # Of the protection, the attribute says what is forbidden.
    protection = ws.protection
    protection.sheet = not feuille.plis
    protection.autoFilter = protection.formatColumns = protection.formatRows = False
    ws.sheet_properties.outlinePr = Outline(summaryBelow=False)
    ws.sheet_format.outlineLevelRow = 1 if feuille.plis else 0
    mettre_en_page(ws, f"A1:{end}{last}", sous_titre)
    ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"


def mettre_en_page(ws: Worksheet, zone: str, pied: str, paysage: bool = True) -> None:
    """Set the printing of a sheet: A4, as wide as the page, numbered."""
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


_LARGEURS = {"A": 24, "B": 96}


def ecrire_mode_emploi(ws: Worksheet, cadre: Cadre, feuilles: tuple[Feuille, ...], styles: dict[str, Style]) -> None:
    """Write the sheet: title, who and what it is for, then each part of the instructions."""
    for letter, width in _LARGEURS.items():
        ws.column_dimensions[letter].width = width
    _ecrire(ws, 1, cadre.gabarit.titre, styles["titre"])
    ws.row_dimensions[1].height = 30
    row = 2
    for name, value in _entete(cadre).items():
        _ecrire(ws, row, name, styles["repere"])
        _ecrire(ws, row, value, styles["rappel"], colonne=2)
        row += 1
    for part in cadre.gabarit.mode_emploi:
        row += 1
        _ecrire(ws, row, _en_mots(cadre, part.titre), styles["intertitre"])
        row += 1
        if part.contenu == "feuilles":
            row = _liens(ws, row, feuilles, styles)
        if part.contenu == "legende":
            row = _legende(ws, row, cadre, styles)
        for line in part.lignes:
            _ecrire(ws, row, "•", styles["puce"])
            _ecrire(ws, row, _en_mots(cadre, line), styles["texte"], colonne=2)
            row += 1
    ws.sheet_view.showGridLines = False
    ws.protection.sheet = True
    mettre_en_page(ws, f"A1:B{row}", cadre.gabarit.titre, paysage=False)


def _entete(cadre: Cadre) -> dict[str, str]:
    service = cadre.dossier.catalogue.responsables[cadre.responsable].libelle if cadre.responsable else ""
    return {
        "Convention": cadre.dossier.convention.titre,
        "Année": str(cadre.annee),
        **({"À remplir par": service} if service else {}),
    }


def _en_mots(cadre: Cadre, texte: str) -> str:
    return cadre.mots(texte).replace("{seuil}", str(cadre.dossier.catalogue.seuils.petits_effectifs))


def _liens(ws: Worksheet, row: int, feuilles: tuple[Feuille, ...], styles: dict[str, Style]) -> int:
    """Write a link to each sheet and what it asks for; return the next row."""
    for sheet in feuilles:
        _ecrire(ws, row, sheet.modele.titre, styles["lien"])
        ws.cell(row, 1).hyperlink = f"#'{sheet.modele.titre}'!A1"
        styles["lien"].appliquer(ws.cell(row, 1))
        _ecrire(ws, row, sheet.modele.resume, styles["texte"], colonne=2)
        row += 1
    return row


def _legende(ws: Worksheet, row: int, cadre: Cadre, styles: dict[str, Style]) -> int:
    """Write a cell of each look and what it means; return the next row."""
    for style, words in cadre.gabarit.legende.items():
        styles[style].appliquer(ws.cell(row, 1))
        ws.cell(row, 1).protection = Protection(locked=True)
        _ecrire(ws, row, _en_mots(cadre, words), styles["texte"], colonne=2)
        row += 1
    return row


def _ecrire(ws: Worksheet, row: int, texte: str, style: Style, colonne: int = 1) -> None:
    cell = ws.cell(row, colonne)
    ecrire_texte(cell, insecables(texte))
    style.appliquer(cell)


# What the format of the file allows.
_TITRE_MAX, _MESSAGE_MAX = 32, 255
_TEXTE_MAX = 4000
_PLUS_PETIT = -(10**12)
_PREMIER_JOUR, _DERNIER_JOUR = "DATE(2000,1,1)", "DATE(2100,12,31)"


@dataclass(frozen=True)
class Controle:
    """A check: its kind for the spreadsheet, what it compares to, what is shown before and after."""

    type: str
    operateur: str | None
    formule_1: str
    formule_2: str | None
    titre: str
    aide: str
    erreur: str


ECRITE_D_AVANCE = Controle(
    "custom", None, "FALSE", None, "", "", "Cette cellule est écrite d'avance : laissez-la telle quelle."
)


def poser_les_controles(ws: Worksheet, cellules: dict[tuple[int, int], Controle]) -> None:
    """Put each check on its cells, one rule for all the cells that share it."""
    shared: dict[Controle, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (row, column), check in cellules.items():
        shared[check][column].append(row)
    for check, columns in shared.items():
        rule = DataValidation(
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
        )
        for column, rows in columns.items():
            for first, last in _suites(rows):
                letter = get_column_letter(column)
                rule.add(f"{letter}{first}:{letter}{last}" if last > first else f"{letter}{first}")
        ws.add_data_validation(rule)


def _suites(rows: list[int]) -> list[tuple[int, int]]:
    """Return the runs of consecutive rows."""
    runs: list[tuple[int, int]] = []
    for row in sorted(rows):
        if runs and row == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def controle(feuille: Feuille, ligne: Ligne | None, colonne: ColonneGabarit) -> Controle:
    """Return the check of a cell."""
    if colonne.type == "liste" and (choices := feuille.liste(ligne, colonne.id)):
        error = "Choisissez l'une des valeurs de la liste (flèche à droite de la cellule)."
        return Controle("list", None, choices.nom, None, colonne.titre, colonne.aide, error)
    if colonne.type == "nombre":
        return _controle_de_nombre(feuille.nombre(ligne, colonne.id), colonne)
    if colonne.type == "date":
        error = "Écrivez une date : jour/mois/année, par exemple 15/03/2024."
        return Controle("date", "between", _PREMIER_JOUR, _DERNIER_JOUR, colonne.titre, colonne.aide, error)
    error = f"Texte trop long : {_TEXTE_MAX} caractères au plus."
    return Controle("textLength", "lessThanOrEqual", str(_TEXTE_MAX), None, colonne.titre, colonne.aide, error)


def _controle_de_nombre(nombre: Nombre, colonne: ColonneGabarit) -> Controle:
    """Return the check of a number; the spreadsheet wants a bound even where there is none."""
    kind, what = ("decimal", "un nombre") if nombre.decimales or nombre.pourcent else ("whole", "un nombre entier")
    low, high = nombre.minimum, nombre.maximum
    if low is not None and high is not None:
        words, *rule = f", entre {low:g} et {high:g}", "between", f"{low:g}", f"{high:g}"
    elif high is not None:
        words, *rule = f", {high:g} au plus", "lessThanOrEqual", f"{high:g}", None
    elif low is not None:
        words, *rule = f", {low:g} au moins", "greaterThanOrEqual", f"{low:g}", None
    else:
        words, *rule = "", "greaterThanOrEqual", str(_PLUS_PETIT), None
    error = f"Écrivez {what}{words}, sans unité ni texte. Si la valeur manque, laissez vide."
    return Controle(kind, *rule, colonne.titre, colonne.aide, error)


@dataclass(frozen=True)
class Style:
    """What a cell looks like, and whether it may be filled."""

    police: Font
    fond: PatternFill
    bordure: Border
    alignement: Alignment
    ouvert: bool = False

    def appliquer(self, cellule: Cell, nombre: str = FORMAT_TEXTE) -> None:
        """Give a cell this look and a number format."""
        cellule.font = self.police
        cellule.fill = self.fond
        cellule.border = self.bordure
        cellule.alignment = self.alignement
        cellule.number_format = nombre
        cellule.protection = Protection(locked=not self.ouvert)


def styles(couleurs: Couleurs, attendue: str) -> dict[str, Style]:
    """Return the styles by use: headings, cells written for the reader, cells to fill, texts of the first sheet."""
    line = Side("thin", _argb(couleurs.filet))
    entry = Side("thin", _argb(couleurs.secondaire))
    text = _argb(couleurs.texte)
    wrap = Alignment(vertical="top", wrap_text=True)
    none, box, frame = Border(), Border(line, line, line, line), Border(entry, entry, entry, entry)
    panel = aplat(couleurs.panneau)
    hatched = PatternFill("lightUp", fgColor=_argb(couleurs.filet), bgColor=_argb(couleurs.panneau))
    title = Font(name="Calibri", size=16, bold=True, color=_argb(couleurs.territoire))
    header = Font(name="Calibri", size=11, bold=True, color=_argb(couleurs.fond))
    body = Font(name="Calibri", size=11, color=text)
    subtitle = Font(name="Calibri", size=13, bold=True, color=_argb(couleurs.territoire))
    link = Font(name="Calibri", size=11, underline="single", color=_argb(couleurs.territoire))
    small = Font(name="Calibri", size=9, color=_argb(couleurs.secondaire))
    middle = Alignment(vertical="center", wrap_text=True)
    return {
        "titre": Style(title, PatternFill(), none, Alignment(vertical="center")),
        "consigne": Style(body, PatternFill(), none, Alignment(vertical="center")),
        "entete": Style(header, aplat(couleurs.territoire), box, middle),
        "rappel": Style(body, panel, box, wrap),
        "repere": Style(small, panel, box, wrap),
        "attendue": Style(body, aplat(attendue), frame, wrap, ouvert=True),
        "facultative": Style(body, aplat(couleurs.fond), frame, wrap, ouvert=True),
        "fermee": Style(small, hatched, box, wrap),
        "pli": Style(subtitle, panel, Border(top=line, bottom=line), Alignment(vertical="center")),
        "texte": Style(body, PatternFill(), none, wrap),
        "puce": Style(body, PatternFill(), none, Alignment(horizontal="right", vertical="top")),
        "lien": Style(link, PatternFill(), none, wrap),
        "intertitre": Style(subtitle, PatternFill(), none, Alignment(vertical="center")),
    }


def aplat(couleur: str) -> PatternFill:
    """Return a plain fill."""
    return PatternFill("solid", fgColor=_argb(couleur), bgColor=_argb(couleur))


def _argb(couleur: str) -> str:
    return f"FF{couleur.removeprefix('#').upper()}"


_MODIFIE = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
_CORE = "docProps/core.xml"


def en_octets(classeur: Workbook, instant: datetime) -> bytes:
    """Return the bytes of a workbook, dated of an instant of its own rather than of the clock.

    openpyxl stamps the time of saving on each part and in the properties, whatever it is told.
    """
    raw = io.BytesIO()
    classeur.save(raw)
    return dater(raw, instant)


def dater(brut: io.BytesIO, instant: datetime) -> bytes:
    """Return the bytes of an Office file whose parts and properties bear an instant of its own."""
    stamp = instant.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with zipfile.ZipFile(brut) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in source.namelist():
            content = source.read(name)
            if name == _CORE:
                content = _MODIFIE.sub(rb"\g<1>" + stamp + rb"\g<2>", content)
            info = zipfile.ZipInfo(name, date_time=instant.timetuple()[:6])
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            copy.writestr(info, content)
    return target.getvalue()


def insecables(texte: str) -> str:
    """Return a text whose French signs do not part from their word at the end of a line."""
    inside = texte.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(" ([:;!?%])", "\u202f\\1", inside)


def ecrire_texte(cellule: Cell, texte: str) -> None:
    """Write a text as a text, whatever it begins with: « =1+1 » is no formula, « #REF! » no error."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    cellule.value = ILLEGAL_CHARACTERS_RE.sub("", texte)
    cellule.data_type = "s"
    if texte.startswith(("=", "+", "-", "@")):
        cellule.quotePrefix = True
