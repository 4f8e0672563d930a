"""What goes back to a service whose workbook has faults: a fresh workbook with what was typed, each
faulty cell coloured and with a note, and a first sheet that sums up.

The file received is read, never opened to be edited: nothing of it but its values goes on.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.classeur import (
    A_CORRIGER,
    FORMAT_DATE,
    LIGNE_DES_TITRES,
    annoter,
    cellule_de,
    composer,
    ecrire_le_pied_de_page,
    enregistrer,
    insecables,
    nom_du_classeur,
    rangees_de,
    remplir,
)
from ctglib.collecte.feuilles import Cadre, Cle, Feuille, Ligne, feuilles
from ctglib.collecte.importer import cadre_a_lire
from ctglib.collecte.lecture import FeuilleLue, Lecture, lire, porte_le_nom
from ctglib.collecte.ouverture import VIDE, Cellule, ClasseurLu, Grille
from ctglib.donnees.fautes import Faute
from ctglib.donnees.modeles.suivi import RenvoiGabarit

A_RENVOYER = Path("a-renvoyer")  # where the copies are written, from where the command is typed
FAUTE = PatternFill("solid", fgColor="FFF7C6B3", bgColor="FFF7C6B3")
_POURCENT = "0.##%"
_GENERAL = "General"
_RELEVES = (".docx", ".odt")


@dataclass
class _Reprise:
    """A sheet of the copy: where the rows received and the columns are in it."""

    ws: Worksheet
    lue: FeuilleLue
    feuille: Feuille
    lignes: dict[int, int] = field(default_factory=dict)
    fautives: list[str] = field(default_factory=list)

    def colonne(self, faute: Faute) -> int | None:
        """Return the number of the column of a fault (« H : Valeur 2025 »); None when it has none
        of the gabarit's.
        """
        titre = (faute.colonne or "").partition(" : ")[2]
        for numero, colonne in self.feuille.modele.ecrites.items():
            if colonne.titre == titre:
                return numero
        return None

    def sujet(self, ligne: int) -> str:
        """Return what a row is about: the texts of the columns that stay in view."""
        modele = self.feuille.modele
        textes = []
        for numero, colonne in modele.ecrites.items():
            texte = self.ws.cell(ligne, numero).value
            if numero <= modele.figees and not colonne.masquee and texte:
                textes.append(str(texte))
        return ", ".join(textes)


@dataclass(frozen=True)
class _Rangee:
    """A row of the summary: a fault, or what found no place."""

    ou: str
    sujet: str
    textes: tuple[str, str, str]
    lien: str = ""


def copie(cadre: Cadre, classeur: ClasseurLu, fautes: Iterable[Faute]) -> bytes | None:
    """Return the workbook that goes back to who sent a file with these faults.

    None when the file holds no sheet of the gabarit, or is a relevé, which is no workbook.
    """
    a_lire = cadre_a_lire(cadre)
    plan = feuilles(a_lire, a_lire=True)
    regles = cadre.dossier.catalogue.confidentialite
    lecture = lire(classeur, plan, regles, cadre.gabarit.noms)
    if not lecture.feuilles or classeur.fichier.endswith(_RELEVES):
        return None
    service = classeur.proprietes.get("responsable", "")
    if service not in cadre.dossier.catalogue.responsables:
        service = ""
    cadre = replace(cadre, responsable=service)
    lues = {lue.feuille.modele.titre: lue for lue in lecture.feuilles}
    a_ecrire = tuple(_feuilles_du_renvoi(cadre, plan, lues))
    wb = composer(cadre, a_ecrire)
    reprises: dict[tuple[str, str], _Reprise] = {}
    for feuille in a_ecrire:
        titre = feuille.modele.titre
        if titre in lues:
            grille = lues[titre].grille
            reprises[grille.fichier, grille.feuille] = _reprendre(wb[titre], lues[titre], feuille)
    ordre = {titre: rang for rang, titre in enumerate(wb.sheetnames)}
    dans_l_ordre = sorted(fautes, key=lambda faute: ordre.get(faute.feuille or "", 0))
    rangees = [_rangee(faute, reprises) for faute in dans_l_ordre]
    for reprise in reprises.values():
        _colorer(reprise)
    perdues = list(_perdues(classeur, lecture))
    _ecrire_le_resume(wb, cadre.gabarit.renvoi, classeur.fichier, rangees, perdues)
    return enregistrer(wb, cadre.annee)


def nom_de_la_copie(cadre: Cadre, classeur: ClasseurLu) -> str:
    """Return the name of a copy: that of the workbook received, or of the year's for CSV files."""
    if any(grille.csv for grille in classeur.grilles):
        return nom_du_classeur(cadre.dossier.convention.id, cadre.annee)
    return f"{Path(classeur.fichier).stem}.xlsx"


def place_libre(dossier: Path, nom: str, octets: bytes) -> Path:
    """Return where to write a copy: never over another file, which somebody may have filled."""
    chemin = dossier / nom
    rang = 2
    while chemin.exists() and chemin.read_bytes() != octets:
        chemin = dossier / f"{Path(nom).stem} ({rang}).xlsx"
        rang += 1
    return chemin


def _feuilles_du_renvoi(
    cadre: Cadre, plan: tuple[Feuille, ...], lues: dict[str, FeuilleLue]
) -> Iterator[Feuille]:
    """Yield the sheets of the copy: the rows that are asked of the service, and those received.

    Where rows may be added, there is room for all that were.
    """
    demandees = {_cle(ligne) for feuille in feuilles(cadre) for ligne in feuille.lignes}
    en_csv = any(lue.grille.csv for lue in lues.values())
    for feuille in plan:
        lue = lues.get(feuille.modele.titre)
        if lue is None and en_csv:
            continue
        recues = {_cle(ligne) for ligne in lue.lignes.values()} if lue else set()
        lignes = [ligne for ligne in feuille.lignes if _cle(ligne) in demandees | recues]
        if not lignes:
            continue
        libres = feuille.modele.lignes_libres
        if lue:
            libres = max(libres, len(lue.ajoutees))
        modele = feuille.modele.model_copy(update={"lignes_libres": libres})
        yield replace(feuille, modele=modele, lignes=tuple(lignes))


def _cle(ligne: Ligne) -> tuple[str, Cle]:
    return ligne.cibles[0].table, ligne.cibles[0].cle


def _reprendre(ws: Worksheet, lue: FeuilleLue, feuille: Feuille) -> _Reprise:
    """Write in a sheet of the copy what was typed in the one received."""
    places: dict[tuple[str, Cle], int] = {}
    libres: list[int] = []
    for ligne, rangee in enumerate(rangees_de(feuille), LIGNE_DES_TITRES + 1):
        if rangee is feuille.libre:
            libres.append(ligne)
        elif isinstance(rangee, Ligne):
            places[_cle(rangee)] = ligne
    reprise = _Reprise(ws, lue, feuille)
    for recue, ligne in lue.lignes.items():
        reprise.lignes[recue] = places[_cle(ligne)]
    reprise.lignes |= dict(zip(lue.ajoutees, libres, strict=False))
    for recue, place in reprise.lignes.items():
        ajoutee = recue in lue.ajoutees
        for numero, colonne in feuille.modele.ecrites.items():
            saisie = colonne.role == "saisie" or (ajoutee and colonne.role == "cle")
            lu = lue.numeros.get(colonne.id)
            cellule = lue.grille.lignes[recue].get(lu, VIDE) if lu else VIDE
            if saisie and not cellule.vide:
                _retaper(cellule_de(ws, place, numero), cellule)
    return reprise


def _retaper(cellule: Cell, saisie: Cellule) -> None:
    """Write in a cell what was typed in another, as it was shown; of a formula, its result."""
    valeur = saisie.valeur
    format_ = cellule.number_format
    if isinstance(valeur, time | timedelta):
        valeur = str(valeur)
    if saisie.pourcent:
        format_ = _POURCENT
    elif isinstance(valeur, date):
        format_ = FORMAT_DATE
    elif isinstance(valeur, int | float) and format_ == FORMAT_DATE:
        format_ = _GENERAL
    remplir(cellule, "" if valeur is None else valeur, str(cellule.style), format_)


def _rangee(faute: Faute, reprises: dict[tuple[str, str], _Reprise]) -> _Rangee:
    """Return the row of the summary of a fault, once its cell in the copy says it too."""
    textes = (faute.trouve, faute.attendu, faute.remede)
    reprise = reprises.get((faute.fichier, faute.feuille or ""))
    ligne = reprise.lignes.get(faute.ligne or 0) if reprise else None
    if reprise is None or ligne is None:
        recue = f"ligne {faute.ligne}" if faute.ligne else ""
        lieu = (faute.feuille or "", recue, faute.colonne or "")
        return _Rangee(", ".join(filter(None, lieu)), "", textes)
    numero = reprise.colonne(faute)
    titre = reprise.ws.title
    if numero is None:
        return _Rangee(f"{titre}, ligne {ligne}", reprise.sujet(ligne), textes)
    cellule = cellule_de(reprise.ws, ligne, numero)
    deja_dites = cellule.comment.text if cellule.comment else ""
    phrases = [f"trouvé : {textes[0]}", f"attendu : {textes[1]}", f"à faire : {textes[2]}"]
    annoter(cellule, "\n".join(filter(None, [deja_dites, *phrases])))
    cellule.protection = Protection(locked=False)
    reprise.fautives.append(cellule.coordinate)
    reprise.ws.row_dimensions[ligne].hidden = False
    sujet = f"{reprise.sujet(ligne)} : {reprise.feuille.modele.ecrites[numero].titre}"
    return _Rangee(
        f"{titre}, {cellule.coordinate}", sujet, textes, f"'{titre}'!{cellule.coordinate}"
    )


def _colorer(reprise: _Reprise) -> None:
    """Colour the faulty cells of a sheet, before the rule that whitens what is filled."""
    if not reprise.fautives:
        return
    for plage in reprise.ws.conditional_formatting:
        for regle in plage.rules:
            regle.priority += 1
    rouge = FormulaRule(formula=["TRUE"], fill=FAUTE, stopIfTrue=True)
    rouge.priority = 1
    reprise.ws.conditional_formatting.add(" ".join(dict.fromkeys(reprise.fautives)), rouge)
    for lieu in reprise.fautives:
        reprise.ws[lieu].fill = FAUTE


def _perdues(classeur: ClasseurLu, lecture: Lecture) -> Iterator[_Rangee]:
    """Yield what was typed and has no place in the copy: whole rows, and cells under no heading."""
    lues = {(lue.grille.fichier, lue.grille.feuille): lue for lue in lecture.feuilles}
    for grille in classeur.grilles:
        lue = lues.get((grille.fichier, grille.feuille))
        if lue is None:
            if not porte_le_nom(grille, A_CORRIGER) and not porte_le_nom(grille, "Mode d'emploi"):
                yield from _rangees_perdues(grille, grille.lignes)
            continue
        if not lue.reprise:
            yield from _rangees_perdues(grille, grille.lignes)
            continue
        yield from _rangees_perdues(grille, lue.perdues)
        for ligne, cellules in grille.lignes.items():
            hors = [
                cellule.texte for numero, cellule in cellules.items() if numero not in lue.colonnes
            ]
            if ligne > lue.ligne_d_en_tete and hors and ligne not in lue.perdues:
                yield _Rangee(f"{grille.feuille}, ligne {ligne}", "", (" | ".join(hors), "", ""))


def _rangees_perdues(grille: Grille, lignes: Iterable[int]) -> Iterator[_Rangee]:
    for ligne in lignes:
        textes = [cellule.texte for cellule in grille.lignes[ligne].values()]
        yield _Rangee(f"{grille.feuille}, ligne {ligne}", "", (" | ".join(textes), "", ""))


def _ecrire_le_resume(
    wb: Workbook,
    modele: RenvoiGabarit,
    fichier: str,
    rangees: list[_Rangee],
    perdues: list[_Rangee],
) -> None:
    """Write the first sheet: what is to be corrected, with a link to each cell, then what found no
    place.
    """
    ws = wb.create_sheet(A_CORRIGER, 0)
    remplir(cellule_de(ws, 1, 1), modele.titre.format(nombre=len(rangees)), "titre")
    ligne = 2
    for texte in modele.consignes:
        remplir(cellule_de(ws, ligne, 1), insecables(texte.format(fichier=fichier)), "consigne")
        ligne += 1
    premiere = ligne + 1
    ligne = _ecrire_un_tableau(ws, premiere, modele.colonnes, rangees)
    if perdues:
        remplir(cellule_de(ws, ligne + 1, 1), modele.perdues, "intertitre")
        ligne = _ecrire_un_tableau(ws, ligne + 2, modele.colonnes[:3], perdues)
    for numero, largeur in enumerate(modele.largeurs, 1):
        ws.column_dimensions[get_column_letter(numero)].width = largeur
    ws.sheet_view.showGridLines = False
    ws.page_setup.orientation = "landscape"
    ws.page_setup.paperSize = ws.PAPERSIZE_A4
    ws.page_setup.fitToHeight = 0
    ws.sheet_properties.pageSetUpPr.fitToPage = True
    ws.print_title_rows = f"{premiere}:{premiere}"
    ecrire_le_pied_de_page(ws, modele.titre.format(nombre=len(rangees)))
    for feuille in wb.worksheets:  # two sheets in view together would be typed in together
        feuille.sheet_view.tabSelected = feuille is ws
    wb.active = 0


def _ecrire_un_tableau(
    ws: Worksheet, ligne: int, titres: Iterable[str], rangees: list[_Rangee]
) -> int:
    """Write a table under its headings, and return the row that follows it."""
    for numero, titre in enumerate(titres, 1):
        remplir(cellule_de(ws, ligne, numero), titre, "entete")
    for rangee in rangees:
        ligne += 1
        for numero, texte in enumerate((rangee.ou, rangee.sujet, *rangee.textes), 1):
            cellule = cellule_de(ws, ligne, numero)
            lien = rangee.lien if numero == 1 else ""
            if lien:
                cellule.hyperlink = Hyperlink(ref=cellule.coordinate, location=lien)
            remplir(cellule, insecables(texte), "lien" if lien else "texte")
    return ligne + 1
