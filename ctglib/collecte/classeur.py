"""What is handed out: the workbook to fill, protected and checked as it is filled.

The same data give the same bytes.
"""

import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.cell_range import CellRange, MultiCellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.cellules import TEXTE_MAX
from ctglib.collecte.feuilles import (
    CORRECTION,
    Cadre,
    Cle,
    Feuille,
    Ligne,
    feuilles,
    ouvrir_cadre,
)
from ctglib.collecte.manques import SANS_REPONSE, compter_les_departs, elements_manquants
from ctglib.collecte.ouverture import proprietes_de
from ctglib.donnees.ecriture import EcritureImpossible, dater, ecrire
from ctglib.donnees.modeles.classeur import ClasseurDeConvention
from ctglib.donnees.modeles.suivi import ColonneGabarit, Gabarit, Refus

LISTES = "Listes"
A_CORRIGER = "À corriger"  # the first sheet of a workbook that goes back
SANS_SAISIE = (A_CORRIGER, "Mode d'emploi", LISTES)  # the sheets that nothing is entered in
# Its first sheet, what the others begin as, the styles of cells.
MODELE = Path(__file__).parent / "modele.xlsx"
# A cell that was awaited, once filled.
BLANC = PatternFill("solid", fgColor="FFFFFFFF", bgColor="FFFFFFFF")
PLI = "+ "  # begins the heading of folded rows, which says nothing
LIGNE_DES_TITRES = 4
_HAUTEUR_LIGNE = 15  # in points, of a line of text
_HAUTEUR_TEXTE = 4 * _HAUTEUR_LIGNE
# A note: its width and the height of its lines in pixels, the signs of a line.
_NOTE_LARGEUR = 360
_NOTE_LIGNE = 18
_NOTE_SIGNES = 50
FORMAT_TEXTE = "@"
FORMAT_DATE = "dd/mm/yyyy"
_A_REMPLIR = ("attendue", "facultative")  # the styles of the cells to fill
# what the format of the file allows
TITRE_MAX = 32
MESSAGE_MAX = 255
JOURS = ("DATE(2000,1,1)", "DATE(2100,12,31)")


def nom_du_classeur(convention: str, annee: int, responsable: str = "") -> str:
    """Return the name of a workbook: ``ctg-<convention>-<annee>[-<responsable>].xlsx``."""
    return "-".join(part for part in ("ctg", convention, str(annee), responsable) if part) + ".xlsx"


def ecrire_gabarit(
    convention: str,
    annee: int,
    sortie: Path,
    *,
    responsable: str = "",
    remplacer: bool = False,
    propositions: Mapping[Cle, str] = {},
) -> Path:
    """Write the workbook of a year, never over a filled one, and return its path.

    ``propositions`` is what the bilan would say of each line of its first page.

    Raises:
        DonneesInvalides: The data do not hold, or the year or the service is unknown.
        EcritureImpossible: Another file is there, maybe filled, or the folder cannot be written.
    """
    cadre = replace(ouvrir_cadre(convention, annee, responsable), propositions=propositions)
    octets = classeur(cadre, feuilles(cadre))
    chemin = sortie / nom_du_classeur(convention, annee, responsable)
    if chemin.exists() and not remplacer and chemin.read_bytes() != octets:
        raise EcritureImpossible(
            f"{chemin} existe déjà, et n'est pas le gabarit vierge : "
            "quelqu'un l'a peut-être rempli. Rien n'a été écrit. Déplacez-le, choisissez un autre "
            "dossier (--sortie), ou écrasez-le par --remplacer."
        )
    ecrire({chemin: octets}, au_journal=True)
    return chemin


def classeur(cadre: Cadre, feuilles: tuple[Feuille, ...]) -> bytes:
    """Return the workbook of a year, as the bytes of its file."""
    return enregistrer(composer(cadre, feuilles), cadre.annee)


def enregistrer(wb: Workbook, annee: int) -> bytes:
    """Return the bytes of a workbook; each of its parts is dated of the end of a year."""
    archive = io.BytesIO()
    wb.save(archive)
    return dater(archive, datetime(annee, 12, 31))


def composer(cadre: Cadre, feuilles: tuple[Feuille, ...]) -> Workbook:
    """Return the workbook of a year, with the hidden sheet of its drop-down lists, each under a
    name of its own.
    """
    wb = load_workbook(MODELE)
    gabarit = cadre.gabarit
    convention = cadre.dossier.convention
    territoire = cadre.dossier.catalogue.territoires[convention.territoire].nom
    sous_titre = gabarit.sous_titre.replace("{territoire}", territoire)
    mode_emploi, modele = wb.worksheets
    a_propos = {"Convention": convention.titre, "Année": str(cadre.annee)}
    if cadre.responsable:
        service = cadre.dossier.catalogue.responsables[cadre.responsable]
        a_propos["À remplir par"] = service.libelle
    reste = elements_manquants(cadre, feuilles)
    a_propos["Reste à remplir"] = reste or "rien"
    departs = {ligne.depart for feuille in feuilles for ligne in feuille.lignes if ligne.depart}
    if departs:
        a_propos["Reste à remplir"] = reste or f"rien pour {cadre.annee}"
        a_propos[f"Et pour {cadre.annee - 1}"] = compter_les_departs(len(departs), gabarit)
    resumes = {feuille.modele.titre: feuille.modele.resume for feuille in feuilles}
    seuil = str(cadre.dossier.catalogue.seuils.petits_effectifs)
    ecrire_mode_emploi(mode_emploi, gabarit, a_propos, resumes, seuil)
    for feuille in feuilles:
        _ecrire_feuille(wb.copy_worksheet(modele), feuille, sous_titre, gabarit)
    wb.remove(modele)
    listes: dict[str, Iterable[str]] = {}
    for feuille in feuilles:
        listes_des_lignes = [ligne.liste for ligne in feuille.lignes]
        for liste in [*feuille.listes.values(), *listes_des_lignes]:
            if liste:
                listes[liste.nom] = liste.codes
    ecrire_les_listes(wb, listes)
    wb.properties.title = f"{gabarit.titre} – {sous_titre}"
    wb.properties.creator = "ctglib"
    wb.properties.language = "fr-FR"
    wb.properties.created = datetime(cadre.annee, 12, 31)
    proprietes = proprietes_de(wb)
    proprietes.append(IntProperty(name="annee", value=cadre.annee))
    proprietes.append(IntProperty(name="version", value=gabarit.version))
    proprietes.append(StringProperty(name="convention", value=convention.id))
    if cadre.responsable:
        proprietes.append(StringProperty(name="responsable", value=cadre.responsable))
    return wb


def ecrire_les_listes(wb: Workbook, listes: Mapping[str, Iterable[str]]) -> None:
    """Write the hidden sheet of the words that cells choose from, a list a column, and name it."""
    ws = wb.create_sheet(LISTES)
    for numero, (nom, mots_de_la_liste) in enumerate(listes.items(), 1):
        rangee = [nom, *mots_de_la_liste]
        for ligne, mot in enumerate(rangee, 1):
            remplir(cellule_de(ws, ligne, numero), mot, "Normal", "General")
        colonne = get_column_letter(numero)
        plage = f"{quote_sheetname(LISTES)}!${colonne}$2:${colonne}${len(rangee)}"
        wb.defined_names[nom] = DefinedName(nom, attr_text=plage)
    ws.sheet_state = "hidden"
    ws.protection.sheet = True


@dataclass(frozen=True)
class _Case:
    """A cell of the « mode d'emploi »."""

    texte: str
    style: str


def ecrire_mode_emploi(
    ws: Worksheet,
    gabarit: Gabarit | ClasseurDeConvention,
    a_propos: Mapping[str, str],
    feuilles: Mapping[str, str],
    seuil: str = "",
) -> None:
    """Write the first sheet: what the workbook is of, how to fill it, and a link to each sheet.

    ``feuilles`` is what each sheet is for, by title; ``seuil`` stands for « {seuil} ».
    """
    rangees = [[_Case(gabarit.titre, "titre")]]
    for quoi, texte in a_propos.items():
        rangees.append([_Case(quoi, "repere"), _Case(texte, "rappel")])
    for partie in gabarit.mode_emploi:
        rangees.append([_Case("", "texte"), _Case("", "texte")])
        rangees.append([_Case(partie.titre, "intertitre")])
        if partie.contenu == "feuilles":
            for titre, resume in feuilles.items():
                rangees.append([_Case(titre, "lien"), _Case(resume, "texte")])
        if partie.contenu == "legende":
            for style, texte in gabarit.legende.items():
                rangees.append([_Case("", style), _Case(texte, "texte")])
        for texte in partie.lignes:
            rangees.append([_Case("•", "puce"), _Case(texte, "texte")])
    for ligne, cases in enumerate(rangees, 1):
        for colonne, case in enumerate(cases, 1):
            cellule = cellule_de(ws, ligne, colonne)
            if case.style == "lien":
                cellule.hyperlink = f"#'{case.texte}'!A1"
            remplir(cellule, insecables(case.texte.replace("{seuil}", seuil)), case.style)
            cellule.protection = Protection(locked=True)
    ws.print_area = f"A1:B{len(rangees) + 1}"
    ecrire_le_pied_de_page(ws, gabarit.titre)


@dataclass(frozen=True)
class Controle:
    """What cells accept, as openpyxl says it, and the words of the bubble and of the refusal."""

    type: Literal["list", "date", "whole", "decimal", "textLength", "custom"]
    formula1: str
    error: str
    prompt_title: str
    prompt: str
    operator: Literal["between", "greaterThanOrEqual", "lessThanOrEqual"] | None = None
    formula2: str | None = None


def _ecrire_feuille(ws: Worksheet, feuille: Feuille, sous_titre: str, gabarit: Gabarit) -> None:
    """Write a sheet, and set its checks, its protection and its printing.

    It is protected without a password. One that has folds is not, since Excel opens no fold of a
    protected sheet: there the cells written in advance refuse to be typed over.
    """
    modele = feuille.modele
    colonnes = modele.ecrites
    rangees = rangees_de(feuille)
    a_des_plis = any(isinstance(rangee, str) for rangee in rangees)
    masquees = _masquees(feuille)
    premiere_en_vue = min(numero for numero in colonnes if numero not in masquees)
    ws.title = modele.titre
    titre = insecables(f"{modele.titre} – {sous_titre}")
    remplir(cellule_de(ws, 1, premiere_en_vue), titre, "titre")
    remplir(cellule_de(ws, 2, premiere_en_vue), insecables(modele.consigne), "consigne")
    lettres: dict[str, str] = {}
    for numero, colonne in colonnes.items():
        lettres[colonne.id] = get_column_letter(numero)
        remplir(cellule_de(ws, LIGNE_DES_TITRES, numero), colonne.titre, "entete")
        ws.column_dimensions[lettres[colonne.id]].width = colonne.largeur
        ws.column_dimensions[lettres[colonne.id]].hidden = numero in masquees
    controles = _ecrire_les_rangees(ws, feuille, rangees, gabarit, premiere_en_vue)
    poser_les_controles(ws, controles, gabarit.refus["titre"])
    _blanchir_ce_qui_est_repondu(ws, feuille, rangees, lettres)
    premiere = LIGNE_DES_TITRES + 1
    derniere = LIGNE_DES_TITRES + len(rangees)
    ws.freeze_panes = cellule_de(ws, premiere, modele.figees + 1)
    derniere_colonne = get_column_letter(max(colonnes))
    ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{derniere_colonne}{derniere}"
    # Of the protection, the attribute says what is forbidden.
    ws.protection.sheet = not a_des_plis
    ws.protection.autoFilter = False
    ws.protection.formatColumns = False
    ws.protection.formatRows = False
    ws.sheet_format.outlineLevelRow = 1 if a_des_plis else 0
    ws.sheet_view.showGridLines = False
    ws.sheet_view.zoomScale = 100
    ecrire_le_pied_de_page(ws, sous_titre)
    ws.print_area = f"A1:{derniere_colonne}{derniere}"
    ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"


def _masquees(feuille: Feuille) -> set[int]:
    """Return the numbers of the columns that are not seen: codes, and reminders that no row has."""
    masquees = set()
    for numero, colonne in feuille.modele.ecrites.items():
        rappelee = any(ligne.montre.get(colonne.id, "") != "" for ligne in feuille.lignes)
        if colonne.masquee or (colonne.role == "rappel" and not rappelee):
            masquees.add(numero)
    return masquees


def _blanchir_ce_qui_est_repondu(
    ws: Worksheet, feuille: Feuille, rangees: list[Ligne | str], lettres: Mapping[str, str]
) -> None:
    """Have the cells that are awaited turn white once what they ask for is answered: filled, or
    told by the state why they are empty.
    """
    for colonne in feuille.modele.colonnes:
        premiere = LIGNE_DES_TITRES + 1
        if colonne.id == CORRECTION and any(ligne.depart for ligne in feuille.lignes):
            la_colonne = lettres[colonne.id]
            plage = f"{la_colonne}{premiere}:{la_colonne}{LIGNE_DES_TITRES + len(rangees)}"
            regle = FormulaRule(formula=[f"LEN({la_colonne}{premiere})>0"], fill=BLANC)
            ws.conditional_formatting.add(plage, regle)
        if colonne.role != "saisie" or not colonne.attendue:
            continue
        la_colonne = lettres[colonne.id]
        repondue = _formule_de_reponse(feuille, colonne.id, f"{la_colonne}{premiere}")
        if "statut" in lettres and colonne.id != "statut":
            du_statut = _formule_de_reponse(feuille, "statut", f"{lettres['statut']}{premiere}")
            repondue = f"OR({repondue},{du_statut})"
        plage = f"{la_colonne}{premiere}:{la_colonne}{LIGNE_DES_TITRES + len(rangees)}"
        ws.conditional_formatting.add(plage, FormulaRule(formula=[repondue], fill=BLANC))


def _formule_de_reponse(feuille: Feuille, colonne: str, cellule: str) -> str:
    """Return the formula that tells whether a cell answers: it is filled, and says otherwise than
    « non transmise ».
    """
    liste = feuille.listes.get(colonne)
    for mot, code in (liste.codes if liste else {}).items():
        if code in SANS_REPONSE:
            return f'AND(LEN({cellule})>0,{cellule}<>"{mot}")'
    return f"LEN({cellule})>0"


def _ecrire_les_rangees(
    ws: Worksheet,
    feuille: Feuille,
    rangees: list[Ligne | str],
    gabarit: Gabarit,
    premiere_en_vue: int,
) -> Mapping[Controle, list[tuple[int, int]]]:
    """Write the rows of a sheet under its titles, and return the cells (column, row) of each check
    that they call for.
    """
    refus = gabarit.refus
    colonnes = feuille.modele.ecrites
    a_des_plis = any(isinstance(rangee, str) for rangee in rangees)
    a_des_phrases = any(colonne.type == "phrases" for colonne in colonnes.values())
    ecrite_d_avance = Controle("custom", "FALSE", refus["ecrite"], "", "")
    controles: dict[Controle, list[tuple[int, int]]] = defaultdict(list)
    for ligne, rangee in enumerate(rangees, LIGNE_DES_TITRES + 1):
        if isinstance(rangee, str):
            # The reader knows a fold by its first cell, a person by the first in view.
            for numero in colonnes:
                titre = insecables(rangee) if numero in (1, premiere_en_vue) else ""
                remplir(cellule_de(ws, ligne, numero), titre, "pli")
            ws.row_dimensions[ligne].collapsed = True
            continue
        notes = _notes(rangee, feuille, gabarit.rappel_long)
        for numero, colonne in colonnes.items():
            valeur = rangee.montre.get(colonne.id, "")
            if colonne.role == "rappel" and isinstance(valeur, str):
                valeur = _debut(valeur, gabarit.rappel_long)
            style = _style(rangee, colonne)
            cellule = cellule_de(ws, ligne, numero)
            remplir(cellule, valeur, style, _format(rangee, colonne, valeur))
            if colonne.id in notes:
                annoter(cellule, notes[colonne.id])
            if style in _A_REMPLIR:
                controles[_controle(feuille, rangee, colonne, refus)].append((numero, ligne))
            elif a_des_plis:
                controles[ecrite_d_avance].append((numero, ligne))
        if rangee.pli:
            ws.row_dimensions[ligne].outlineLevel = 1
            ws.row_dimensions[ligne].hidden = True
        if a_des_phrases:
            ws.row_dimensions[ligne].height = _hauteur(rangee, feuille)
    return controles


def _format(ligne: Ligne, colonne: ColonneGabarit, valeur: str | float | date) -> str:
    """Return how a cell shows its number or its day, even when it is still empty."""
    if isinstance(valeur, date) or colonne.type == "date":
        return FORMAT_DATE
    if isinstance(valeur, float) or colonne.type == "nombre":
        decimales = "0" * ligne.nombre.decimales
        return f"#,##0.{decimales}" if decimales else "#,##0"
    return FORMAT_TEXTE


def _notes(ligne: Ligne, feuille: Feuille, rappel_long: int) -> dict[str, str]:
    """Return the notes of a row, by column: its long reminders in full, and those that are notes
    only, under their title.
    """
    textes: dict[str, list[str]] = defaultdict(list)
    for colonne in feuille.modele.colonnes:
        texte = str(ligne.montre.get(colonne.id, ""))
        if colonne.note and texte:
            textes[colonne.note].append(f"{colonne.titre} : {texte}")
        elif colonne.role == "rappel" and len(texte) > rappel_long:
            textes[colonne.id].append(texte)
    return {colonne: "\n".join(parties) for colonne, parties in textes.items()}


def _debut(texte: str, longueur: int) -> str:
    """Return a text, or its beginning up to a word when it is longer."""
    if len(texte) <= longueur:
        return texte
    return f"{texte[:longueur].rpartition(' ')[0]} …"


def _hauteur(ligne: Ligne, feuille: Feuille) -> float:
    """Return the height of a row of texts to write: that of its longest reminder, room to write at
    the least.
    """
    lignes_de_texte = [
        math.ceil(len(str(ligne.montre.get(colonne.id, ""))) / colonne.largeur)
        for colonne in feuille.modele.ecrites.values()
        if not colonne.masquee
    ]
    return max(_HAUTEUR_TEXTE, _HAUTEUR_LIGNE * max(lignes_de_texte))


def annoter(cellule: Cell, texte: str) -> None:
    """Give a cell a note, in a frame where the whole of it is seen."""
    lignes = [math.ceil(len(partie) / _NOTE_SIGNES) or 1 for partie in texte.split("\n")]
    hauteur = _NOTE_LIGNE * (sum(lignes) + 1)
    cellule.comment = Comment(insecables(texte), "ctg", height=hauteur, width=_NOTE_LARGEUR)


def rangees_de(feuille: Feuille) -> list[Ligne | str]:
    """Return the rows of a sheet in order: those in view, each fold under its heading, the free
    ones.
    """
    plis: dict[str, list[Ligne]] = defaultdict(list)
    for ligne in feuille.lignes:
        plis[ligne.pli].append(ligne)
    rangees: list[Ligne | str] = [*plis.pop("", [])]
    for titre, repliees in plis.items():
        pluriel = "s" if len(repliees) > 1 else ""
        rangees.append(f"{PLI}{titre} ({len(repliees)} ligne{pluriel})")
        rangees += repliees
    if feuille.libre:
        rangees += [feuille.libre] * feuille.modele.lignes_libres
    return rangees


def _style(ligne: Ligne, colonne: ColonneGabarit) -> str:
    """Return the style of a cell. In a free row the key is to be filled, nothing is awaited."""
    libre = not ligne.montre
    if colonne.role == "rappel" or (colonne.role == "cle" and not libre):
        return "repere" if colonne.id == "repere" else "rappel"
    if libre:
        return "facultative"
    if colonne.id not in ligne.ouvertes:
        return "fermee"
    attendue = colonne.attendue and ligne.demande is not None
    if colonne.id == CORRECTION:
        attendue = ligne.depart != ""
    return "attendue" if attendue else "facultative"


def _controle(
    feuille: Feuille, ligne: Ligne, colonne: ColonneGabarit, refus: Mapping[Refus, str]
) -> Controle:
    """Return what a cell to fill accepts, and the words of what it refuses."""
    titre = colonne.titre[:TITRE_MAX]
    aide = colonne.aide[:MESSAGE_MAX]
    if colonne.type == "liste":
        liste = feuille.liste(ligne, colonne.id)
        assert liste is not None  # its column's, or its row's
        return Controle("list", liste.nom, refus["liste"], titre, aide)
    if colonne.type == "date":
        premier, dernier = JOURS
        message = refus["date"]
        if ligne.jours:
            bornes = [f"{jour:%d/%m/%Y}" for jour in ligne.jours]
            premier, dernier = (f"DATE({jour:%Y,%m,%d})" for jour in ligne.jours)
            message = refus["date_bornee"].format(*bornes)
        return Controle("date", premier, message, titre, aide, "between", dernier)
    if colonne.type == "nombre" and ligne.nombre.forme == "oui_non":
        mots_permis = ",".join(ligne.nombre.choix)
        return Controle("list", f'"{mots_permis}"', refus["liste"], titre, aide)
    if colonne.type == "nombre" and ligne.nombre.forme == "nombre":
        nombre = ligne.nombre
        avec_decimales = nombre.decimales > 0 or nombre.pourcent
        sorte = "decimal" if avec_decimales else "whole"
        minimum = f"{nombre.minimum:g}"
        if nombre.maximum is None:
            message = refus["nombre" if avec_decimales else "entier"].format(minimum)
            return Controle(sorte, minimum, message, titre, aide, "greaterThanOrEqual")
        maximum = f"{nombre.maximum:g}"
        message = refus["nombre_borne" if avec_decimales else "entier_borne"]
        message = message.format(minimum, maximum)
        return Controle(sorte, minimum, message, titre, aide, "between", maximum)
    maximum = colonne.signes or TEXTE_MAX
    message = refus["texte"].format(maximum)
    return Controle("textLength", str(maximum), message, titre, aide, "lessThanOrEqual")


def poser_les_controles(
    ws: Worksheet, controles: Mapping[Controle, list[tuple[int, int]]], titre_du_refus: str
) -> None:
    """Have a sheet check its cells as they are filled: ``controles`` has their column and row."""
    for controle, cellules in controles.items():
        # The cells that follow each other in a column are one area.
        suites: list[list[tuple[int, int]]] = []
        for colonne, ligne in sorted(cellules):
            if suites and suites[-1][-1] == (colonne, ligne - 1):
                suites[-1].append((colonne, ligne))
            else:
                suites.append([(colonne, ligne)])
        plages = [CellRange(None, *suite[0], *suite[-1]) for suite in suites]
        regle = DataValidation(
            type=controle.type,
            operator=controle.operator,
            formula1=controle.formula1,
            formula2=controle.formula2,
            error=controle.error,
            errorTitle=titre_du_refus,
            promptTitle=controle.prompt_title,
            prompt=controle.prompt,
            allow_blank=True,
            showErrorMessage=True,
            showInputMessage=True,
            sqref=MultiCellRange(plages),
        )
        ws.add_data_validation(regle)


def ecrire_le_pied_de_page(ws: Worksheet, titre: str) -> None:
    """Write at the foot of each printed page what it is of, and its number."""
    pied = ws.oddFooter
    assert pied is not None  # openpyxl makes it, and its parts, with the sheet
    for partie, texte in ((pied.left, titre), (pied.right, "Page &P / &N")):
        assert partie is not None
        partie.text = texte


def cellule_de(ws: Worksheet, ligne: int, colonne: int) -> Cell:
    """Return a cell of a sheet."""
    cellule = ws.cell(ligne, colonne)
    assert isinstance(cellule, Cell)  # the model has no merged cells
    return cellule


def remplir(
    cellule: Cell, valeur: str | float | date, style: str, format_: str = FORMAT_TEXTE
) -> None:
    """Write a value, a text as a text, whatever it begins with: « =1+1 » is no formula, « #REF! »
    no error.
    """
    if not isinstance(valeur, str):
        cellule.value = valeur
    elif valeur:
        cellule.value = ILLEGAL_CHARACTERS_RE.sub("", valeur)
        cellule.data_type = "s"
    cellule.style = style
    cellule.number_format = format_
    cellule.quotePrefix = isinstance(valeur, str) and valeur.startswith(("=", "+", "-", "@"))


def insecables(texte: str) -> str:
    """Return a text whose French signs do not part from their word at the end of a line."""
    sans_coupure = texte.replace("« ", "«\u00a0").replace(" »", "\u00a0»")
    return re.sub(" ([:;!?%])", "\u202f\\1", sans_coupure)
