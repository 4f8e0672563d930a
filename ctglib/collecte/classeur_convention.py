"""The workbook in which a convention is typed, written from its folder.

The same data give the same bytes.
"""

import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.packaging.custom import IntProperty, StringProperty
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.worksheet import Worksheet

from ctglib.collecte.classeur import (
    FORMAT_DATE,
    FORMAT_TEXTE,
    JOURS,
    LIGNE_DES_TITRES,
    MESSAGE_MAX,
    MODELE,
    TITRE_MAX,
    Controle,
    cellule_de,
    ecrire_le_pied_de_page,
    ecrire_les_listes,
    ecrire_mode_emploi,
    insecables,
    poser_les_controles,
    remplir,
)
from ctglib.collecte.convention import (
    OUI_NON,
    Colonne,
    Contenus,
    Element,
    Mots,
    annees_de,
    charger_classeur,
    choix_de,
    codes_du_repere,
    colonnes_de,
    elements_des_feuilles,
    lire_contenus,
    mots_du_catalogue,
    valeur_a,
)
from ctglib.collecte.ouverture import proprietes_de
from ctglib.donnees.dossier import GABARIT
from ctglib.donnees.ecriture import EcritureImpossible, dater, ecrire
from ctglib.donnees.modeles.classeur import (
    ClasseurDeConvention,
    FeuilleDeConvention,
    Intitule,
)
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.pieces import lire_pieces
from ctglib.donnees.yaml_strict import charger_yaml

NOM = "convention.xlsx"
ANNEXES = "projet-annexes.docx"  # beside it, the draft in Word of those of a project
SORTE = "convention"  # what the workbook says that it is, in its custom properties
_A_REMPLIR = PatternFill("solid", fgColor="FFFFF3C4", bgColor="FFFFF3C4")
_HAUTEUR_D_UNE_LIGNE = 15
_HAUTEUR_MIN = 20
_HAUTEUR_MAX = 405  # what Excel shows of a row
_LARGEUR_D_UNE_PAGE = 230  # in characters, on the long side of an A3
_A3 = "8"


def ecrire_classeur(convention: str, sortie: Path, *, remplacer: bool = False) -> Path:
    """Write the workbook of a convention as its folder says it, and return its path.

    Raises:
        DonneesInvalides: The convention is unknown.
        EcritureImpossible: Another file is there, maybe filled, or the folder cannot be written.
    """
    octets = classeur_de(convention)
    chemin = sortie / NOM
    if chemin.exists() and not remplacer and chemin.read_bytes() != octets:
        raise EcritureImpossible(
            f"{chemin} existe déjà, et ne dit pas la même chose que le dossier : quelqu'un l'a "
            "peut-être rempli. Rien n'a été écrit. Importez-le d'abord (ctg importer), déplacez-le,"
            " choisissez un autre dossier (--sortie), ou écrasez-le par --remplacer."
        )
    ecrire({chemin: octets}, au_journal=True)
    return chemin


def classeur_de(convention: str) -> bytes:
    """Return the workbook of a convention as its folder says it, faults included."""
    pieces = lire_pieces(convention)
    spec = charger_classeur()
    contenus = lire_contenus(convention)
    ecrivain = _Ecrivain(spec, contenus, mots_du_catalogue(pieces))
    return ecrivain.ecrire(convention)


@dataclass(frozen=True)
class _Case:
    """A column as the sheet has it: its heading, and what is chosen in its cells."""

    intitule: Intitule
    colonne: Colonne | None = None  # None: of the mark of an element, or of what it is in
    parent: str = ""  # the sheet of what it is in
    format: str = FORMAT_TEXTE
    attendue: bool = False


class _Ecrivain:
    """What is at hand while a workbook is written."""

    def __init__(self, spec: ClasseurDeConvention, contenus: Contenus, mots: Mots) -> None:
        self.spec = spec
        self.contenus = contenus
        self.mots = mots
        self.refus = charger_yaml(GABARIT, Gabarit).refus
        self.annees = annees_de(contenus)
        self.elements = elements_des_feuilles(spec, contenus)
        self.listes: dict[str, Iterable[str]] = {}  # those that cells choose from, by name
        # Where the names that a sheet defines are, by id of the sheet: « 'Axes'!$A$5:$A$40 ».
        self.plages: dict[str, str] = {}
        self.cases = {feuille.id: self._cases(feuille) for feuille in spec.feuilles}

    def ecrire(self, convention: str) -> bytes:
        """Return the bytes of the workbook."""
        wb = load_workbook(MODELE)
        titre = str(self.contenus["convention"].get("titre", convention))
        mode_emploi, modele = wb.worksheets
        resumes = {feuille.titre: feuille.resume for feuille in self.spec.feuilles}
        ecrire_mode_emploi(mode_emploi, self.spec, {"Convention": titre}, resumes)
        for feuille in self.spec.feuilles:
            self._poser_la_plage(feuille)
        for feuille in self.spec.feuilles:
            ws = wb.copy_worksheet(modele)
            ws.title = feuille.titre
            remplir(cellule_de(ws, 1, 1), insecables(feuille.titre), "titre")
            remplir(cellule_de(ws, 2, 1), insecables(feuille.consigne), "consigne")
            if feuille.forme == "rubriques":
                self._ecrire_les_rubriques(ws, feuille)
            else:
                self._ecrire_les_lignes(ws, feuille)
        wb.remove(modele)
        ecrire_les_listes(wb, self.listes)
        jour = datetime(self.annees[0], 1, 1) if self.annees else datetime(2000, 1, 1)
        wb.properties.title = titre
        wb.properties.creator = "ctglib"
        wb.properties.language = "fr-FR"
        wb.properties.created = jour
        proprietes = proprietes_de(wb)
        proprietes.append(StringProperty(name="classeur", value=SORTE))
        proprietes.append(IntProperty(name="version", value=self.spec.version))
        proprietes.append(StringProperty(name="convention", value=convention))
        archive = io.BytesIO()
        wb.save(archive)
        return dater(archive, jour)

    def _cases(self, feuille: FeuilleDeConvention) -> list[_Case]:
        """Return the columns of a sheet, in order: what an element is in, its mark, what it says.

        What an avenant alone fills comes last.
        """
        au_debut = []
        a_la_fin = []
        for parent in feuille.parents:
            rattachement = self.spec.rattachements[parent]
            case = _Case(rattachement, parent=parent, attendue=not rattachement.facultatif)
            (a_la_fin if rattachement.facultatif else au_debut).append(case)
        if feuille.repere:
            au_debut.append(_Case(feuille.repere, attendue=True))
        for colonne in colonnes_de(self.spec, feuille, self.annees):
            champ = colonne.champ
            format_ = FORMAT_TEXTE
            if not champ.plusieurs and champ.genre == "date":
                format_ = FORMAT_DATE
            elif not champ.plusieurs and champ.genre in ("nombre", "entier", "mixte"):
                format_ = "General"
            attendue = champ.attendu and not champ.plusieurs
            au_debut.append(
                _Case(colonne.intitule, colonne=colonne, format=format_, attendue=attendue)
            )
        return [*au_debut, *a_la_fin]

    def _poser_la_plage(self, feuille: FeuilleDeConvention) -> None:
        """Note where the names that other sheets cite are in a sheet."""
        for numero, case in enumerate(self.cases[feuille.id], 1):
            du_repere = feuille.repere is not None and case.intitule is feuille.repere
            de_la_cle = case.colonne is not None and case.colonne.champ.nom == feuille.cle
            if du_repere or de_la_cle:
                lettre = get_column_letter(numero)
                feuille_citee = quote_sheetname(feuille.titre)
                premiere = LIGNE_DES_TITRES + 1
                self.plages[feuille.id] = f"{feuille_citee}!${lettre}${premiere}:${lettre}$500"

    def _ecrire_les_rubriques(self, ws: Worksheet, feuille: FeuilleDeConvention) -> None:
        """Write the keys of one element, a row each: what is asked, the answer, what to write."""
        element = self.elements[feuille.id][0]
        for numero, intitule in enumerate(self.spec.colonnes_des_rubriques, 1):
            ws.column_dimensions[get_column_letter(numero)].width = intitule.largeur
            remplir(cellule_de(ws, LIGNE_DES_TITRES, numero), intitule.titre, "entete")
        _, largeur, largeur_de_l_aide = (
            intitule.largeur for intitule in self.spec.colonnes_des_rubriques
        )
        controles: dict[Controle, list[tuple[int, int]]] = defaultdict(list)
        lignes_des_cles: dict[str, int] = {}
        for ligne, case in enumerate(self.cases[feuille.id], LIGNE_DES_TITRES + 1):
            assert case.colonne is not None
            lignes_des_cles[case.colonne.champ.nom] = ligne
            valeur = self._montrer(case.colonne, valeur_a(element.contenu, case.colonne.champ.cle))
            remplir(cellule_de(ws, ligne, 1), insecables(case.intitule.titre), "rappel")
            remplir(cellule_de(ws, ligne, 2), valeur, "facultative", case.format)
            remplir(cellule_de(ws, ligne, 3), insecables(case.intitule.aide), "repere")
            ws.row_dimensions[ligne].height = _hauteur(
                [(largeur, valeur), (largeur_de_l_aide, case.intitule.aide)]
            )
            controle = self._controle(feuille, case)
            if controle:
                controles[controle].append((2, ligne))
        poser_les_controles(ws, controles, self.refus["titre"])
        for groupe in self._groupes_attendus(feuille):
            lignes = [lignes_des_cles[cle] for cle in groupe]
            vides = "+".join(f"LEN($B${ligne})" for ligne in lignes)
            for ligne in lignes:
                regle = FormulaRule(formula=[f"{vides}=0"], fill=_A_REMPLIR)
                ws.conditional_formatting.add(f"B{ligne}", regle)
        self._mettre_en_page(ws, feuille, 3, portrait=True)

    def _ecrire_les_lignes(self, ws: Worksheet, feuille: FeuilleDeConvention) -> None:
        """Write the elements of a sheet, a row each, and the empty rows that follow."""
        cases = self.cases[feuille.id]
        premiere = LIGNE_DES_TITRES + 1
        elements = self.elements[feuille.id]
        derniere = LIGNE_DES_TITRES + len(elements) + feuille.lignes_libres
        for numero, case in enumerate(cases, 1):
            ws.column_dimensions[get_column_letter(numero)].width = case.intitule.largeur
            remplir(cellule_de(ws, LIGNE_DES_TITRES, numero), case.intitule.titre, "entete")
        for rang in range(derniere - LIGNE_DES_TITRES):
            ligne = premiere + rang
            element = elements[rang] if rang < len(elements) else None
            textes: list[tuple[float, str | float | date]] = []
            for numero, case in enumerate(cases, 1):
                valeur = self._valeur(feuille, case, element) if element else ""
                remplir(cellule_de(ws, ligne, numero), valeur, "facultative", case.format)
                textes.append((case.intitule.largeur, valeur))
            ws.row_dimensions[ligne].height = _hauteur(textes)

        lettres: dict[str, str] = {}
        attendues: list[list[str]] = []
        controles: dict[Controle, list[tuple[int, int]]] = defaultdict(list)
        for numero, case in enumerate(cases, 1):
            lettre = get_column_letter(numero)
            if case.colonne:
                lettres[case.colonne.champ.nom] = lettre
            elif case.attendue:
                attendues.append([lettre])
            controle = self._controle(feuille, case)
            if controle:
                controles[controle] = [
                    *controles[controle],
                    *((numero, ligne) for ligne in range(premiere, derniere + 1)),
                ]
        poser_les_controles(ws, controles, self.refus["titre"])
        for groupe in self._groupes_attendus(feuille):
            attendues.append([lettres[cle] for cle in groupe])
        derniere_lettre = get_column_letter(len(cases))
        commencee = f"COUNTA($A{premiere}:${derniere_lettre}{premiere})>0"
        for groupe in attendues:
            vides = "+".join(f"LEN(${lettre}{premiere})" for lettre in groupe)
            for lettre in groupe:
                regle = FormulaRule(formula=[f"AND({commencee},{vides}=0)"], fill=_A_REMPLIR)
                ws.conditional_formatting.add(f"{lettre}{premiere}:{lettre}{derniere}", regle)
        ws.auto_filter.ref = f"A{LIGNE_DES_TITRES}:{derniere_lettre}{derniere}"
        self._mettre_en_page(ws, feuille, len(cases))

    def _groupes_attendus(self, feuille: FeuilleDeConvention) -> list[list[str]]:
        """Return the keys of which one at least is awaited: a required one, the first of each form
        of what may be said in several.
        """
        groupes = []
        colonnes = [case.colonne for case in self.cases[feuille.id] if case.colonne]
        for colonne in colonnes:
            if colonne.champ.attendu and not colonne.champ.plusieurs:
                groupes.append([colonne.champ.nom])
        noms = [colonne.champ.nom for colonne in colonnes]
        for choix in choix_de(self.spec, feuille):
            if choix.attendu:
                premieres = [
                    next(nom for nom in noms if nom in cles_d_une_forme)
                    for cles_d_une_forme in choix.formes
                ]
                groupes.append(premieres)
        return groupes

    def _valeur(
        self, feuille: FeuilleDeConvention, case: _Case, element: Element
    ) -> str | float | date:
        """Return what a cell of a row shows."""
        if case.parent:
            return element.parents[case.parent]
        if case.colonne is None:
            assert feuille.repere is not None
            return feuille.repere.mots.get(element.identite, element.identite)
        return self._montrer(case.colonne, valeur_a(element.contenu, case.colonne.champ.cle))

    def _montrer(self, colonne: Colonne, valeur: Any) -> str | float | date:
        """Return a value of the file as a cell shows it."""
        champ = colonne.champ
        if valeur is None:
            return ""
        if isinstance(valeur, list):
            return "\n".join(self._mot(colonne, item) for item in valeur)
        if isinstance(valeur, bool):
            return OUI_NON[valeur]
        if champ.genre == "date" and isinstance(valeur, str):
            try:
                return date.fromisoformat(valeur)
            except ValueError:  # it has its fault, which « ctg valider » tells
                return valeur
        if champ.genre in ("nombre", "entier", "mixte") and isinstance(valeur, int | float):
            return valeur
        if isinstance(valeur, dict):  # another form of it, which other cells show
            return ""
        return self._mot(colonne, valeur)

    def _mot(self, colonne: Colonne, code: Any) -> str:
        """Return the word of a code, or the code itself when nothing says it."""
        texte = str(code)
        if texte in colonne.mots:
            return colonne.mots[texte]
        if colonne.en_code:
            return texte
        for mot, code_du_mot in self.mots.get(colonne.sorte, {}).items():
            if code_du_mot == texte:
                return mot
        return texte

    def _controle(self, feuille: FeuilleDeConvention, case: _Case) -> Controle | None:
        """Return what a cell accepts, and the bubble that it shows; None without any."""
        titre = case.intitule.titre[:TITRE_MAX]
        aide = case.intitule.aide[:MESSAGE_MAX]
        refus = self.refus["liste"]
        if case.parent:
            return Controle("list", self.plages[case.parent], refus, titre, aide)
        if case.colonne is None:
            codes = codes_du_repere(feuille)
            if not codes:
                return _bulle(titre, aide)
            assert feuille.repere is not None
            mots_des_codes = feuille.repere.mots
            self.listes[f"repere_{feuille.id}"] = [mots_des_codes.get(code, code) for code in codes]
            return Controle("list", f"repere_{feuille.id}", refus, titre, aide)
        colonne = case.colonne
        champ = colonne.champ
        if champ.plusieurs:
            return _bulle(titre, aide)
        if champ.genre == "date":
            premier, dernier = JOURS
            refus = self.refus["date"]
            return Controle("date", premier, refus, titre, aide, "between", dernier)
        if champ.genre in ("choix", "oui_non"):
            nom = f"{feuille.id}_{champ.nom.replace('.', '_')}"
            mots_de_la_liste = [colonne.mots.get(code, code) for code in champ.codes]
            self.listes[nom] = mots_de_la_liste or list(OUI_NON.values())
            return Controle("list", nom, refus, titre, aide)
        if champ.sorte and not colonne.en_code:
            des_feuilles = [autre for autre in self.spec.feuilles if autre.sorte == champ.sorte]
            du_catalogue = self.mots.get(champ.sorte)
            if des_feuilles and not du_catalogue:
                return Controle("list", self.plages[des_feuilles[0].id], refus, titre, aide)
            if du_catalogue and not des_feuilles:
                self.listes[champ.sorte] = list(du_catalogue)
                return Controle("list", champ.sorte, refus, titre, aide)
        return _bulle(titre, aide)

    def _mettre_en_page(
        self,
        ws: Worksheet,
        feuille: FeuilleDeConvention,
        colonnes: int,
        *,
        portrait: bool = False,
    ) -> None:
        """Set what stays in view, and how the sheet prints: as wide as pages of A3 take."""
        premiere = LIGNE_DES_TITRES + 1
        ws.freeze_panes = cellule_de(ws, premiere, feuille.figees + 1)
        ws.sheet_view.showGridLines = False
        ws.sheet_view.zoomScale = 100
        lettres = [get_column_letter(numero) for numero in range(1, colonnes + 1)]
        largeur = sum(ws.column_dimensions[lettre].width for lettre in lettres)
        ws.page_setup.orientation = "portrait" if portrait else "landscape"
        ws.page_setup.fitToHeight = 0
        ws.page_setup.fitToWidth = ceil(largeur / _LARGEUR_D_UNE_PAGE)
        if largeur > _LARGEUR_D_UNE_PAGE / 2 and not portrait:
            ws.page_setup.paperSize = _A3
        ws.print_title_rows = f"{LIGNE_DES_TITRES}:{LIGNE_DES_TITRES}"
        if ws.page_setup.fitToWidth > 1:
            ws.print_title_cols = f"A:{get_column_letter(feuille.figees)}"
        ecrire_le_pied_de_page(ws, f"{self.spec.titre} – {feuille.titre}")


def _bulle(titre: str, aide: str) -> Controle | None:
    """Return a check that accepts anything, and shows a bubble; None without a word to say."""
    if not aide:
        return None
    return Controle("custom", "TRUE", "", titre, aide)


def _hauteur(textes: Iterable[tuple[float, str | float | date]]) -> float:
    """Return the height of a row for texts, each after the width of its column in characters."""
    lignes = 1
    for largeur, texte in textes:
        if isinstance(texte, str):
            paragraphes = texte.split("\n")
            lignes = max(lignes, sum(ceil(len(p) / (largeur - 3)) or 1 for p in paragraphes))
    return max(_HAUTEUR_MIN, min(lignes * _HAUTEUR_D_UNE_LIGNE + 3, _HAUTEUR_MAX))
