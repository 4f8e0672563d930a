"""What is handed out: the workbook to fill, protected and checked as it is filled, and the letter
that goes with it.

The same data give the same bytes.
"""

import io
import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.cellules import TEXTE_MAX
from ctglib.collecte.feuilles import Cadre, Feuille, Ligne, feuilles, ouvrir_cadre
from ctglib.donnees.ecriture import EcritureImpossible, dater, ecrire
from ctglib.donnees.modeles.suivi import ColonneGabarit

LISTES = "Listes"
SANS_SAISIE = ("Mode d'emploi", LISTES)  # the sheets that nothing is entered in
MODELE = (
    Path(__file__).parent / "modele.xlsx"
)  # its first sheet, what the others begin as, the styles of cells
LETTRE = MODELE.with_name("lettre.docx")  # its page and its styles, which Word changes
BLANC = PatternFill(
    "solid", fgColor="FFFFFFFF", bgColor="FFFFFFFF"
)  # a cell that was awaited, once filled
PLI = "+ "  # begins the heading of folded rows, which says nothing
LIGNE_DES_TITRES = 4
_HAUTEUR_TEXTE = 48
_FORMAT_TEXTE = "@"
_FORMAT_DATE = "dd/mm/yyyy"
_OUVERTS = ("attendue", "facultative")  # the styles of the cells to fill
# what the format of the file allows
_TITRE_MAX = 32
_MESSAGE_MAX = 255
_JOURS = ("DATE(2000,1,1)", "DATE(2100,12,31)")
_TOUJOURS = {"allow_blank": True, "showErrorMessage": True, "showInputMessage": True}


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
    objet: str,
    service: str,
    paragraphes: Iterable[str],
    demandes: Iterable[str],
    fin: str,
    *,
    annee: int,
) -> bytes:
    """Return the letter to a service, as the bytes of a Word file: why, what is asked for, to whom
    to send it back.
    """
    import docx

    word = docx.Document(LETTRE)
    word.core_properties.title = objet
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
    """Return the workbook of a year, with the hidden sheet of its drop-down lists, each under a
    name of its own.
    """
    wb = load_workbook(MODELE)
    gabarit = cadre.gabarit
    guide, model = wb.worksheets
    territoire = cadre.dossier.catalogue.territoires[cadre.dossier.convention.territoire].nom
    subtitle = gabarit.sous_titre.replace("{territoire}", territoire)
    _ecrire_mode_emploi(guide, cadre, feuilles)
    for sheet in feuilles:
        _ecrire_feuille(wb.copy_worksheet(model), sheet, subtitle, gabarit.refus)
    wb.remove(model)
    ws = wb.create_sheet(LISTES)
    own = (
        choices
        for sheet in feuilles
        for choices in (*sheet.listes.values(), *(row.liste for row in sheet.lignes))
    )
    for column, choices in enumerate(
        {choices.nom: choices for choices in own if choices}.values(), 1
    ):
        letter = get_column_letter(column)
        for row, word in enumerate([choices.nom, *choices.codes], 1):
            _remplir(ws.cell(row, column), word, "Normal", "General")
        area = f"{quote_sheetname(LISTES)}!${letter}$2:${letter}${len(choices.codes) + 1}"
        wb.defined_names[choices.nom] = DefinedName(choices.nom, attr_text=area)
    ws.sheet_state = "hidden"
    ws.protection.sheet = True
    wb.properties.title = f"{gabarit.titre} – {subtitle}"
    wb.properties.creator = "ctglib"
    wb.properties.language = "fr-FR"
    wb.properties.created = end = datetime(cadre.annee, 12, 31)
    said = {
        "annee": cadre.annee,
        "version": gabarit.version,
        "convention": cadre.dossier.convention.id,
    }
    said |= {"responsable": cadre.responsable} if cadre.responsable else {}
    for name, value in said.items():
        kind = IntProperty if isinstance(value, int) else StringProperty
        wb.custom_doc_props.append(kind(name=name, value=value))
    raw = io.BytesIO()
    wb.save(raw)
    return dater(raw, end)


def _ecrire_mode_emploi(ws: Worksheet, cadre: Cadre, feuilles: tuple[Feuille, ...]) -> None:
    small = str(cadre.dossier.catalogue.seuils.petits_effectifs)
    rows: list[tuple[str, str, str, str]] = [(cadre.gabarit.titre, "titre", "", "")]
    about = {"Convention": cadre.dossier.convention.titre, "Année": str(cadre.annee)}
    if cadre.responsable:
        about["À remplir par"] = cadre.dossier.catalogue.responsables[cadre.responsable].libelle
    rows += [(name, "repere", value, "rappel") for name, value in about.items()]
    for part in cadre.gabarit.mode_emploi:
        rows += [("", "texte", "", "texte"), (part.titre, "intertitre", "", "")]
        if part.contenu == "feuilles":
            rows += [
                (sheet.modele.titre, "lien", sheet.modele.resume, "texte") for sheet in feuilles
            ]
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
    ws.print_area = f"A1:B{len(rows) + 1}"
    ws.oddFooter.left.text = cadre.gabarit.titre


def _ecrire_feuille(
    ws: Worksheet, feuille: Feuille, sous_titre: str, refus: dict[str, str]
) -> None:
    """Write a sheet, its folded rows after the others, each fold under its heading, and set its
    printing.

    It is protected without a password. One that has folds is not, since Excel opens no fold of a
    protected sheet: there the cells written in advance refuse to be typed over.
    """
    model = feuille.modele
    columns = list(enumerate(feuille.modele.colonnes, 1))
    folds = defaultdict(list)
    for ligne in feuille.lignes:
        folds[ligne.pli].append(ligne)
    rows: list[Ligne | str] = folds.pop("", [])
    for heading, folded in folds.items():
        rows += [heading, *folded]
    rows += [feuille.libre] * model.lignes_libres
    first = LIGNE_DES_TITRES + 1
    last = LIGNE_DES_TITRES + len(rows)
    ws.title = model.titre
    _remplir(ws.cell(1, 1), insecables(f"{model.titre} – {sous_titre}"), "titre")
    _remplir(ws.cell(2, 1), insecables(model.consigne), "consigne")
    for column, spec in columns:
        _remplir(ws.cell(LIGNE_DES_TITRES, column), spec.titre, "entete")
        ws.column_dimensions[get_column_letter(column)].width = spec.largeur
    written = {
        "type": "custom",
        "formula1": "FALSE",
        "error": refus["ecrite"],
        "promptTitle": "",
        "prompt": "",
    }
    checks: dict[tuple, list[tuple[int, int]]] = defaultdict(list)
    for row, ligne in enumerate(rows, first):
        if isinstance(ligne, str):
            count = len(folds[ligne])
            title = f"{PLI}{ligne} ({count} ligne{'s' if count > 1 else ''})"
            for column, _ in columns:
                _remplir(ws.cell(row, column), insecables(title) if column == 1 else "", "pli")
            ws.row_dimensions[row].collapsed = True
            continue
        for column, spec in columns:
            style = _style(ligne, spec)
            value = ligne.montre.get(spec.id, "")
            kind = _FORMAT_TEXTE
            if isinstance(value, date) or spec.type == "date":
                kind = _FORMAT_DATE
            elif isinstance(value, float) or spec.type == "nombre":
                decimals = ligne.nombre.decimales
                kind = "#,##0" + ("." + "0" * decimals if decimals else "")
            _remplir(ws.cell(row, column), value, style, kind)
            if style in _OUVERTS or folds:
                check = _controle(feuille, ligne, spec, refus) if style in _OUVERTS else written
                checks[tuple(check.items())].append((column, row))
        if ligne.pli:
            ws.row_dimensions[row].outlineLevel = 1
            ws.row_dimensions[row].hidden = True
        if any(spec.type == "phrases" for _, spec in columns):
            ws.row_dimensions[row].height = _HAUTEUR_TEXTE
    for check, cells in checks.items():
        rule = DataValidation(
            **_TOUJOURS, **dict(check), errorTitle=refus["titre"], sqref=_plages(cells)
        )
        ws.add_data_validation(rule)
    # A cell of a colour to be seen turns white once it, or the state that says why it is empty, is
    # filled.
    letters = {spec.id: get_column_letter(column) for column, spec in columns}
    for letter in (
        letters[spec.id] for _, spec in columns if spec.attendue and spec.role == "saisie"
    ):
        filled = f"LEN({letter}{first})>0"
        if letters.get("statut", letter) != letter:
            filled = f"OR({filled},LEN({letters['statut']}{first})>0)"
        rule = FormulaRule(formula=[filled], fill=BLANC)
        ws.conditional_formatting.add(f"{letter}{first}:{letter}{last}", rule)
    end = get_column_letter(len(columns))
    ws.freeze_panes = ws.cell(first, model.figees + 1)
    ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{end}{last}"
    # Of the protection, the attribute says what is forbidden.
    ws.protection.sheet = not folds
    ws.protection.autoFilter = ws.protection.formatColumns = ws.protection.formatRows = False
    ws.sheet_format.outlineLevelRow = 1 if folds else 0
    ws.sheet_view.showGridLines = False
    ws.sheet_view.zoomScale = 100
    ws.oddFooter.left.text = sous_titre
    ws.oddFooter.right.text = "Page &P / &N"
    ws.print_area = f"A1:{end}{last}"
    ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"


def _style(ligne: Ligne, spec: ColonneGabarit) -> str:
    added = not ligne.montre
    if spec.role == "rappel" or (spec.role == "cle" and not added):
        return "repere" if spec.id == "repere" else "rappel"
    if not added and spec.id not in ligne.ouvertes:
        return "fermee"
    return "attendue" if spec.attendue and not added else "facultative"


def _controle(
    feuille: Feuille, ligne: Ligne, colonne: ColonneGabarit, refus: dict[str, str]
) -> dict[str, object]:
    """Return the check of a cell to fill, as openpyxl takes it, with the words of what it refuses."""
    shown = {"promptTitle": colonne.titre[:_TITRE_MAX], "prompt": colonne.aide[:_MESSAGE_MAX]}
    if colonne.type == "liste":
        return {
            "type": "list",
            "formula1": feuille.liste(ligne, colonne.id).nom,
            "error": refus["liste"],
            **shown,
        }
    kind = "textLength"
    operator = "lessThanOrEqual"
    bounds = [TEXTE_MAX]
    words = "texte"
    if colonne.type == "date":
        kind = "date"
        operator = "between"
        bounds = _JOURS
        words = "date"
    elif colonne.type == "nombre":
        number = ligne.nombre
        kind, words = (
            ("decimal", "nombre") if number.decimales or number.pourcent else ("whole", "entier")
        )
        bounds = [f"{number.minimum:g}"]
        operator = "greaterThanOrEqual"
        if number.maximum is not None:
            bounds = [*bounds, f"{number.maximum:g}"]
            operator = "between"
            words = f"{words}_borne"
    formulas = {f"formula{rank}": str(bound) for rank, bound in enumerate(bounds, 1)}
    return {
        "type": kind,
        "operator": operator,
        **formulas,
        "error": refus[words].format(*bounds),
        **shown,
    }


def _plages(cellules: list[tuple[int, int]]) -> MultiCellRange:
    """Return cells (column, row) as the areas of those that follow each other."""
    ranked = groupby(enumerate(sorted(cellules)), lambda item: (item[1][0], item[1][1] - item[0]))
    areas = [[cell for _, cell in group] for _, group in ranked]
    return MultiCellRange([CellRange(None, *area[0], *area[-1]) for area in areas])


def _remplir(
    cell: Cell, valeur: str | float | date, style: str, nombre: str = _FORMAT_TEXTE
) -> None:
    """Write a value, a text as a text, whatever it begins with: « =1+1 » is no formula, « #REF! »
    no error.
    """
    if not isinstance(valeur, str):
        cell.value = valeur
    elif valeur:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", valeur)
        cell.data_type = "s"
    cell.style = style
    cell.number_format = nombre
    cell.quotePrefix = isinstance(valeur, str) and valeur.startswith(("=", "+", "-", "@"))


def insecables(texte: str) -> str:
    """Return a text whose French signs do not part from their word at the end of a line."""
    inside = texte.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(" ([:;!?%])", "\u202f\\1", inside)
