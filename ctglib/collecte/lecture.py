"""The sheets of a file read as those of the plan: what was entered, the faults, the remarks.

The gabarit and its CSV are read; anything else has a fault that says where it departs from the
gabarit.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time

from openpyxl.utils import get_column_letter as lettre

from ctglib.collecte.cellules import (
    TEXTE_MAX,
    Illisible,
    lire_choix,
    lire_date,
    lire_texte_libre,
    lire_valeur,
    montrer,
)
from ctglib.collecte.classeur import A_CORRIGER, PLI, SANS_SAISIE
from ctglib.collecte.feuilles import TEXTE, Cle, Feuille, Ligne
from ctglib.collecte.ouverture import VIDE, Cellule, ClasseurLu, Grille
from ctglib.donnees.csv_strict import colonne_personnelle, valeur_personnelle
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.lecture import proches, sans_accents
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.modeles.suivi import ColonneGabarit, NomsDePersonnes

_DATE = re.compile(r"\b([0-9]{4})-([0-9]{2})-([0-9]{2})\b")
LIGNES_D_EN_TETE = 20  # the headings are looked for in the first rows only
_TITRE_MAX = 60
_LONGUEUR_D_UN_NIR = 13

Cellules = dict[str, Cellule]  # of a row, by the id of their column


@dataclass(frozen=True)
class Origine:
    """Where something was read: a row of a sheet of a file.

    ``colonnes`` has the letter and the title of each column (« B : Repère »), by its id.
    """

    fichier: str
    feuille: str
    ligne: int
    colonnes: dict[str, str]
    service: str = ""  # who filled it, where the file says it
    tableau: int = 0  # of a Word document, from 1: it has no sheet

    @property
    def lieu(self) -> str:
        """The place in the file: « feuille « Actions », ligne 3 », « tableau 2, ligne 3 »."""
        feuille = f"tableau {self.tableau}" if self.tableau else f"feuille « {self.feuille} »"
        return f"{feuille}, ligne {self.ligne}"

    def faute(self, colonne: str, cle: str, /, **valeurs: object) -> Faute:
        """Return a fault of one of the row's cells, in the words of ``fautes.yaml``."""
        return self.placer(colonne, *mots(cle, **valeurs))

    def placer(self, colonne: str, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault of one of the row's cells, in words already written."""
        return Faute(
            self.fichier,
            trouve,
            attendu,
            remede,
            ligne=self.ligne,
            colonne=self.colonnes.get(colonne, colonne),
            feuille=None if self.tableau else self.feuille,
            tableau=self.tableau,
        )

    def __str__(self) -> str:
        return f"{self.fichier}, {self.lieu}"


@dataclass(frozen=True)
class Entree:
    """A row of a table of the follow-up, or some of its cells: those that were entered."""

    table: str
    cle: Cle
    valeurs: dict[str, str]
    origine: Origine
    # the words that were chosen, by column: its code stands in ``valeurs``
    choisis: dict[str, str] = field(default_factory=dict)
    retire: bool = False  # the whole row is withdrawn: its values are empty

    def dit(self, colonne: str) -> str:
        """Return what a column holds in the words of who filled it, a date as they write it."""
        return self.choisis.get(colonne) or _DATE.sub(r"\3/\2/\1", self.valeurs[colonne])


@dataclass
class Lecture:
    """What a file says.

    ``remarques`` are told without stopping the import; ``feuilles`` are the sheets that are the
    gabarit's.
    """

    entrees: list[Entree] = field(default_factory=list)
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    feuilles: list["FeuilleLue"] = field(default_factory=list)


def lire(
    classeur: ClasseurLu,
    plan: tuple[Feuille, ...],
    regles: Confidentialite,
    noms: NomsDePersonnes,
) -> Lecture:
    """Return what a file says, with all its faults.

    What is about a person (``regles``) is refused; what may be a person's name (``noms``) is a
    remark.
    """
    lecture = Lecture()
    attribuees, fautes = _attribuer(classeur, plan)
    lecture.fautes += fautes
    # By sheet, or table, then by number of the column.
    intitules: dict[tuple[str, int], dict[int, str]] = {}
    for grille, feuille in attribuees:
        service = classeur.proprietes.get("responsable", "")
        lue = FeuilleLue(grille, feuille, noms, lecture, service)
        lue.lire()
        lecture.feuilles.append(lue)
        intitules[grille.feuille, grille.tableau] = {
            lue.numeros[colonne]: intitule for colonne, intitule in lue.intitules.items()
        }
    for grille in classeur.grilles:
        if porte_le_nom(grille, A_CORRIGER):  # it quotes what was to be taken out
            continue
        intitules_de_la_grille = intitules.get((grille.feuille, grille.tableau), {})
        lecture.fautes += donnees_personnelles(grille, regles, intitules_de_la_grille)
    if not lecture.entrees and not lecture.fautes:
        titres = ", ".join(feuille.modele.titre for feuille in plan)
        en_word = any(grille.tableau for grille in classeur.grilles)
        cle = "releve_vide" if en_word else "rien_de_rempli"
        lecture.fautes.append(Faute(classeur.fichier, *mots(cle, feuilles=titres)))
    return lecture


def porte_le_nom(grille: Grille, nom: str) -> bool:
    """Tell whether a sheet has a name; before it, a CSV may have that of the workbook
    (« rempli-Actions.csv »).
    """
    ecrit = sans_accents(grille.feuille)
    attendu = sans_accents(nom)
    return ecrit == attendu or (grille.csv and ecrit.endswith(f" {attendu}"))


def _attribuer(
    classeur: ClasseurLu, plan: tuple[Feuille, ...]
) -> tuple[list[tuple[Grille, Feuille]], list[Faute]]:
    """Return the sheets of the file that are the gabarit's, each with its model, and the faults.

    Any other sheet that holds something is a fault, but those where nothing is entered.
    """
    attribuees: list[tuple[Grille, Feuille]] = []
    premieres: dict[str, Grille] = {}  # by title
    inconnues: list[Grille] = []
    fautes: list[Faute] = []
    for grille in classeur.grilles:
        du_meme_nom = [feuille for feuille in plan if porte_le_nom(grille, feuille.modele.titre)]
        if not du_meme_nom:
            sans_saisie = any(porte_le_nom(grille, nom) for nom in SANS_SAISIE)
            if grille.lignes and not sans_saisie:
                inconnues.append(grille)
            continue
        feuille = du_meme_nom[0]
        titre = feuille.modele.titre
        premiere = premieres.setdefault(titre, grille)
        if premiere is grille or grille.tableau:  # the tables of a document fill one sheet
            attribuees.append((grille, feuille))
        else:
            fautes.append(grille.faute("feuille_en_double", titre=titre, autre=premiere.feuille))
    titres = [feuille.modele.titre for feuille in plan]
    titres_absents = [f"« {titre} »" for titre in titres if titre not in premieres]
    absentes = ", ".join(titres_absents)
    if inconnues and not attribuees:
        fautes.append(inconnues[0].faute("tableau_d_ailleurs", feuilles=absentes))
        return [], fautes
    cle = "feuille_renommee" if titres_absents else "feuille_de_trop"
    choix = " ou ".join(titres_absents)
    for grille in inconnues:
        fautes.append(grille.faute(cle, nom=grille.feuille, feuilles=absentes, choix=choix))
    return attribuees, fautes


class FeuilleLue:
    """A sheet as it is read, with the model that says what its columns are.

    ``colonnes`` is the id of each column by its number, ``numeros`` the reverse, and ``intitules``
    how a fault names a column (« B : Repère »), by id. Of the rows under the headings, by their
    numbers: ``lignes`` are those of the plan, ``ajoutees`` those that were added where some may be,
    ``perdues`` those that are of no place.
    """

    def __init__(
        self,
        grille: Grille,
        feuille: Feuille,
        noms: NomsDePersonnes,
        lecture: Lecture,
        service: str,
    ) -> None:
        self.grille = grille
        self.feuille = feuille
        self.noms = noms
        self.lecture = lecture
        self.service = service
        self.lignes: dict[int, Ligne] = {}
        self.ajoutees: list[int] = []
        self.perdues: list[int] = []
        self.reprise = False  # whether its rows were read one by one
        # The first row with two known headings; -1 when no row has two.
        self.ligne_d_en_tete = -1
        self.colonnes: dict[int, str] = {}
        par_titre = {
            sans_accents(titre): colonne.id
            for colonne in feuille.modele.colonnes
            for titre in colonne.titres
        }
        for ligne, cellules in list(grille.lignes.items())[:LIGNES_D_EN_TETE]:
            titres = {numero: sans_accents(cellule.texte) for numero, cellule in cellules.items()}
            connues = {
                numero: par_titre[titre] for numero, titre in titres.items() if titre in par_titre
            }
            if len(connues) > 1:
                self.ligne_d_en_tete = ligne
                self.colonnes = connues
                break

        self.numeros: dict[str, int] = {}  # of a heading written twice, the first
        for numero, colonne in self.colonnes.items():
            self.numeros.setdefault(colonne, numero)
        presentes = [colonne for colonne in feuille.modele.colonnes if colonne.id in self.numeros]
        self.cles = [colonne for colonne in presentes if colonne.role == "cle"]
        self.saisies = [colonne for colonne in presentes if colonne.role == "saisie"]
        self.intitules = {
            colonne.id: grille.titres.get(
                colonne.id, f"{lettre(self.numeros[colonne.id])} : {colonne.titre}"
            )
            for colonne in presentes
        }

    def lire(self) -> None:
        """Add what the rows under the headings say; the heading of a fold says nothing."""
        colonnes = self.feuille.modele.colonnes
        if self.ligne_d_en_tete < 0:
            titres = ", ".join(colonne.titre for colonne in colonnes[:4])
            self.lecture.fautes.append(self.grille.faute("sans_titres", titres=titres))
            return
        self.lecture.fautes += self._fautes_de_forme()
        self.lecture.fautes += self._fautes_de_colonnes_en_plus()
        cles_attendues = [colonne for colonne in colonnes if colonne.role == "cle"]
        if len(self.cles) < len(cles_attendues):
            return

        self.reprise = True
        lignes_du_plan = self._lignes_du_plan()
        numeros_lus = {colonne.id: self.numeros[colonne.id] for colonne in self.cles + self.saisies}
        deja_lues: dict[tuple[str, Cle], int] = {}
        for numero, rangee in self.grille.lignes.items():
            cellules = {
                colonne: rangee[numero_lu]
                for colonne, numero_lu in numeros_lus.items()
                if numero_lu in rangee
            }
            if numero <= self.ligne_d_en_tete or not cellules:
                continue
            textes = [cellules.get(colonne.id, VIDE).texte for colonne in self.cles]
            if textes[0].startswith(PLI):
                continue

            origine = Origine(
                self.grille.fichier,
                self.grille.feuille,
                numero,
                self.intitules,
                self.service,
                self.grille.tableau,
            )
            sans_place = self.perdues if self.feuille.libre is None else self.ajoutees
            fautes = list(self._numeros_en_nombres(cellules, origine))
            if fautes:
                self.lecture.fautes += fautes
                sans_place.append(numero)
                continue
            ligne = lignes_du_plan.get(tuple(textes))
            if ligne is None:
                ligne = lignes_du_plan.get(tuple(map(sans_accents, textes)))
            if ligne is None:
                ligne = self._ligne_ajoutee(cellules, origine)
            if ligne is None:
                sans_place.append(numero)
                continue
            cible = ligne.cibles[0]
            premiere = deja_lues.setdefault((cible.table, cible.cle), numero)
            if premiere == numero:
                self._lire_les_saisies(cellules, origine, ligne)
                if ligne.montre:
                    self.lignes[numero] = ligne
                else:
                    self.ajoutees.append(numero)
            else:
                self.perdues.append(numero)
                remplies = [colonne.id for colonne in self.cles if colonne.id in cellules]
                cle = ", ".join(cellules[colonne].texte for colonne in remplies)
                self.lecture.fautes.append(
                    origine.faute(self.cles[0].id, "ligne_en_double", cle=cle, ligne=premiere)
                )

    def _lignes_du_plan(self) -> dict[tuple[str, ...], Ligne]:
        """Return the rows of the plan by the texts of their keys: as they are written, or else in
        the same words (« 1.1 » and « 1-1 » may be two modalités).
        """
        lignes_du_plan: dict[tuple[str, ...], Ligne] = {}
        for ligne in self.feuille.lignes:
            textes = [str(ligne.montre.get(colonne.id, "")) for colonne in self.cles]
            lignes_du_plan.setdefault(tuple(map(sans_accents, textes)), ligne)
            lignes_du_plan[tuple(textes)] = ligne
        return lignes_du_plan

    def _fautes_de_forme(self) -> Iterator[Faute]:
        """Yield a fault for each heading that is lost, or there twice, and for each area of merged
        cells that reaches the headings or the rows.

        A reminder may be lost. So may, in a CSV that a program wrote or a table of a document, what
        is filled only when there is something to say.
        """
        fois = Counter(self.colonnes.values())
        for colonne in self.feuille.modele.colonnes:
            facultative = colonne.role == "rappel" or (
                (self.grille.csv or self.grille.tableau)
                and colonne.role != "cle"
                and not colonne.attendue
            )
            if fois[colonne.id] == 0 and not facultative:
                yield self.grille.faute("titre_perdu", self.ligne_d_en_tete, colonne.titre)
            if fois[colonne.id] > 1:
                yield self.grille.faute(
                    "titre_en_double", self.ligne_d_en_tete, colonne.titre, fois=fois[colonne.id]
                )

        for zone in self.grille.fusions:
            if zone.max_row >= self.ligne_d_en_tete:
                yield self.grille.faute(
                    "cellules_fusionnees", zone.min_row, lettre(zone.min_col), zone=zone.coord
                )

    def _fautes_de_colonnes_en_plus(self) -> Iterator[Faute]:
        """Yield a fault for each column under no heading of ours: it would be lost in silence."""
        premieres_lignes: dict[int, int] = {}
        for ligne, cellules in self.grille.lignes.items():
            if ligne <= self.ligne_d_en_tete:
                continue
            for numero in cellules:
                if numero not in self.colonnes:
                    premieres_lignes.setdefault(numero, ligne)

        titres = self.grille.lignes[self.ligne_d_en_tete]
        for numero, premiere in sorted(premieres_lignes.items()):
            titre = titres.get(numero, VIDE).texte[:_TITRE_MAX]
            cle = "colonne_sans_titre"
            intitule = lettre(numero)
            if titre:
                cle = "colonne_ajoutee"
                intitule = f"{intitule} : {titre}"
            yield self.grille.faute(
                cle, self.ligne_d_en_tete, intitule, titre=titre, premiere=premiere
            )

    def _numeros_en_nombres(self, cellules: Cellules, origine: Origine) -> Iterator[Faute]:
        """Yield a fault for each key that is a decimal number: 1.1 may have been « 1.10 »."""
        for colonne in self.cles:
            cellule = cellules.get(colonne.id, VIDE)
            if not isinstance(cellule.valeur, float) or cellule.valeur.is_integer():
                continue
            choix = self.feuille.listes.get(colonne.id)
            numeros = choix.codes.values() if choix else self._noms_du_plan(colonne)
            possibles = [numero for numero in numeros if _vaut(numero, cellule.valeur)]
            if possibles:
                yield origine.faute(
                    colonne.id,
                    "numero_en_nombre",
                    titre=colonne.titre,
                    trouve=montrer(cellule),
                    possibles=" ou ".join(f"« {numero} »" for numero in dict.fromkeys(possibles)),
                )

    def _ligne_ajoutee(self, cellules: Cellules, origine: Origine) -> Ligne | None:
        """Return what a row is that is not written as one of the plan; None, and its faults, where
        its key is none.
        """
        premiere = self.cles[0]
        cles_ecrites = [cellules[cle.id].texte for cle in self.cles if cle.id in cellules]
        if not any(sans_accents(texte) for texte in cles_ecrites):
            ecrit = montrer(next(iter(cellules.values())))
            self.lecture.fautes.append(
                origine.faute(premiere.id, "ligne_sans_cle", titre=premiere.titre, ecrit=ecrit)
            )
            return None
        libre = self.feuille.libre
        if libre is None:
            self.lecture.fautes.append(self._faute_de_cle_etrangere(cellules, origine))
            return None

        codes: dict[str, str] = {}
        fautes: list[Faute] = []
        for colonne in self.cles:
            codes[colonne.id] = ""
            if colonne.id in cellules:
                code_d_avant = codes.get(colonne.selon, "") if colonne.selon else ""
                choix = self.feuille.listes[colonne.id].choix(code_d_avant)
                try:
                    codes[colonne.id] = lire_choix(cellules[colonne.id], choix)
                except Illisible as refus:
                    fautes.append(origine.placer(colonne.id, *refus.args))
            elif colonne.attendue:
                fautes.append(origine.faute(colonne.id, "choix_absent"))
        if fautes:
            self.lecture.fautes += fautes
            return None

        # A row that was added may be one of the plan in other words.
        cle = tuple(codes.values())
        for ligne in self.feuille.lignes:
            if ligne.cibles[0].cle == cle:
                return ligne
        return replace(libre, cibles=(replace(libre.cibles[0], cle=cle),))

    def _faute_de_cle_etrangere(self, cellules: Cellules, origine: Origine) -> Faute:
        """Return the fault of a key that the plan does not have, in a sheet where no row is added.

        It is placed at the first cell that no row of the plan holds, or at the first of the key
        when only the whole is of no row.
        """
        en_faute = self.cles[0]
        for colonne in self.cles:
            ecrit = sans_accents(cellules.get(colonne.id, VIDE).texte)
            if ecrit not in map(sans_accents, self._noms_du_plan(colonne)):
                en_faute = colonne
                break
        cellule = cellules.get(en_faute.id, VIDE)
        noms_proches = proches(cellule.texte, self._noms_du_plan(en_faute))
        cle = "cle_proche" if noms_proches else "cle_etrangere"
        if isinstance(cellule.valeur, date | time):  # what a spreadsheet made of « 1.2 »
            cle = "cle_en_date"
        trouve = "une cellule vide" if cellule.vide else montrer(cellule)
        return origine.faute(
            en_faute.id, cle, titre=en_faute.titre, trouve=trouve, proches=noms_proches
        )

    def _noms_du_plan(self, colonne: ColonneGabarit) -> list[str]:
        return [str(ligne.montre.get(colonne.id, "")) for ligne in self.feuille.lignes]

    def _lire_les_saisies(self, cellules: Cellules, origine: Origine, ligne: Ligne) -> None:
        """Add what the entry cells of a row say, as rows of the follow-up; none when one of them is
        at fault.
        """
        valeurs: dict[str, str] = {}
        fautes: list[Faute] = []
        for colonne in self.saisies:
            if colonne.id not in cellules:
                continue
            try:
                texte, remarques = self._lire_une_saisie(cellules[colonne.id], colonne, ligne)
            except Illisible as refus:
                fautes.append(origine.placer(colonne.id, *refus.args))
                continue
            if colonne.type == "nombre" and ligne.nombre.forme in ("liste", "texte"):
                valeurs[f"{colonne.id}{TEXTE}"] = texte
                combien = len(texte.split(" ; ")) if ligne.nombre.forme == "liste" else 1
                texte = str(combien) if texte else ""
            valeurs[colonne.id] = texte
            for remarque in remarques:
                self.lecture.remarques.append(
                    f"{origine}, « {self.intitules[colonne.id]} » : {remarque}"
                )

        if not fautes:
            fautes = list(self._fautes_sans_objet(cellules, valeurs, origine, ligne))
        if fautes:
            self.lecture.fautes += fautes
        else:
            self.lecture.entrees += self._entrees(cellules, valeurs, origine, ligne)

    def _lire_une_saisie(
        self, cellule: Cellule, colonne: ColonneGabarit, ligne: Ligne
    ) -> tuple[str, list[str]]:
        """Return an entry cell as a text of the follow-up, and the remarks that it calls for."""
        if colonne.id not in ligne.ouvertes:
            raise Illisible(cellule, "cellule_fermee")
        remarques: list[str] = []
        liste = self.feuille.liste(ligne, colonne.id)
        if colonne.type == "nombre":
            texte, *remarques = lire_valeur(cellule, ligne.nombre)
        elif colonne.type == "date":
            texte = lire_date(cellule)
        elif colonne.type == "liste" and liste is not None:
            texte = lire_choix(cellule, liste.codes, en_word=self.grille.tableau > 0)
        else:
            maximum = colonne.signes or TEXTE_MAX
            texte = lire_texte_libre(cellule, colonne.type == "phrases", maximum)
        if cellule.formule:
            remarques.append(f"formule, son résultat enregistré est {montrer(cellule)}.")
        libre = colonne.type == "nombre" and ligne.nombre.forme in ("liste", "texte")
        if libre or colonne.type not in ("nombre", "date", "liste"):
            noms = ", ".join(f"« {nom} »" for nom in noms_possibles(texte, self.noms))
            if noms:
                remarques.append(
                    f"{noms}, peut-être le nom d'une personne ; si c'en est une, le retirer."
                )
        return texte, remarques

    def _fautes_sans_objet(
        self, cellules: Cellules, valeurs: dict[str, str], origine: Origine, ligne: Ligne
    ) -> Iterator[Faute]:
        """Yield a fault for each cell that would be lost, as what it is about is empty.

        A cell left as it was written in advance is no loss.
        """
        ouvertes = ligne.ouvertes
        for colonne in self.saisies:
            if colonne.id not in valeurs:
                continue
            sujets = [sujet for sujet in colonne.accompagne if sujet in ouvertes]
            if not sujets or any(valeurs.get(sujet) for sujet in sujets):
                continue
            ecrit_d_avance = sans_accents(str(ligne.montre.get(colonne.id, "")))
            if ligne.montre and sans_accents(valeurs[colonne.id]) == ecrit_d_avance:
                continue
            colonnes = self.feuille.modele.colonnes
            titres = [autre.titre for autre in colonnes if autre.id in sujets]
            yield origine.faute(
                colonne.id,
                "sans_objet",
                trouve=montrer(cellules[colonne.id]),
                colonnes=" ou ".join(f"« {titre} »" for titre in titres),
            )

    def _entrees(
        self, cellules: Cellules, valeurs: dict[str, str], origine: Origine, ligne: Ligne
    ) -> Iterator[Entree]:
        """Yield the rows of the follow-up that the entry cells of a row fill.

        A row is filled once a cell says something by itself: one that accompanies others does not.
        It is withdrawn once all those were emptied in a form.
        """
        ouvertes = ligne.ouvertes
        numeros_vides = self.grille.videes.get(origine.ligne, frozenset())
        videes = {
            colonne.id for colonne in self.saisies if self.numeros[colonne.id] in numeros_vides
        }
        autonomes = {
            colonne.id for colonne in self.saisies if ouvertes.isdisjoint(colonne.accompagne)
        }
        a_choisir = {colonne.id for colonne in self.saisies if colonne.type == "liste"}
        for cible in ligne.cibles:
            cellules_autonomes = autonomes & cible.champs.keys()
            intitules = dict(self.intitules)
            for cellule, colonne in cible.champs.items():
                if cellule in self.intitules:
                    intitules[colonne] = self.intitules[cellule]
            a_cet_endroit = replace(origine, colonnes=intitules)
            if not any(valeurs.get(cellule) for cellule in cellules_autonomes):
                if cellules_autonomes & videes:
                    vides = dict.fromkeys(cible.champs.values(), "")
                    yield Entree(cible.table, cible.cle, vides, a_cet_endroit, retire=True)
                continue
            saisies = dict(cible.defauts)
            choisis = {}
            for cellule, colonne in cible.champs.items():
                if cellule in videes:
                    saisies[colonne] = ""
                elif valeurs.get(cellule):
                    saisies[colonne] = valeurs[cellule]
                    if cellule in a_choisir:
                        choisis[colonne] = " ".join(cellules[cellule].texte.split())
            yield Entree(cible.table, cible.cle, saisies, a_cet_endroit, choisis)


def _vaut(numero: str, nombre: float) -> bool:
    """Tell whether a spreadsheet makes a number of the text: « 1.1 » and « 1.10 » are both 1.1."""
    try:
        return float(numero) == nombre
    except ValueError:
        return False


def donnees_personnelles(
    grille: Grille, regles: Confidentialite, intitules: dict[int, str]
) -> Iterator[Faute]:
    """Yield a fault for each heading of a column about a person, and for each cell that is an
    e-mail, a telephone or a NIR.
    """
    for ligne, cellules in list(grille.lignes.items())[:LIGNES_D_EN_TETE]:
        # The headings are the first short texts that stand beside another.
        titres = {
            numero: cellule.texte
            for numero, cellule in cellules.items()
            if isinstance(cellule.valeur, str) and len(cellule.texte) <= _TITRE_MAX
        }
        if len(titres) < 2:
            continue
        for numero, titre in titres.items():
            quoi = colonne_personnelle(titre, regles)
            if quoi:
                intitule = f"{lettre(numero)} : {titre}"
                yield grille.faute("colonne_personnelle", ligne, intitule, nom=titre, quoi=quoi)
        break

    yield from cellules_personnelles(grille, regles, intitules)


def cellules_personnelles(
    grille: Grille, regles: Confidentialite, intitules: dict[int, str]
) -> Iterator[Faute]:
    """Yield a fault for each cell that is an e-mail, a telephone or a NIR.

    ``intitules`` has how a fault names each column (« B : Repère »), by its number.
    """
    for ligne, cellules in grille.lignes.items():
        for numero, cellule in cellules.items():
            valeur = cellule.valeur
            if isinstance(valeur, bool) or not isinstance(valeur, str | int | float):
                continue
            if not isinstance(valeur, str) and len(cellule.texte) < _LONGUEUR_D_UN_NIR:
                continue
            quoi = valeur_personnelle(cellule.texte, regles)
            if quoi:
                texte = " ".join(cellule.texte.split())
                intitule = intitules.get(numero, lettre(numero))
                yield grille.faute("personne", ligne, intitule, texte=texte, quoi=quoi)


# Atomic, and never begun inside a chain of hyphens: a long text is read once, not once from each of
# its words.
_MOT = r"(?>[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+(?:-[A-ZÀ-ÖØ-Ý][a-zà-öø-ÿ]+)*)"
_PAIRE = re.compile(rf"(?<![\w-])({_MOT}) ((?:{_MOT}|[A-ZÀ-ÖØ-Ý]{{3,}}))\b")


def noms_possibles(texte: str, regles: NomsDePersonnes) -> list[str]:
    """Return what looks like a person's name in a text: after a civility, or two capitalised words.

    Of two such words, the first is not one of those admitted; the second may begin the next pair.

    Examples:
        >>> from ctglib.donnees.modeles.suivi import NomsDePersonnes
        >>> rules = NomsDePersonnes(civilites=("Mme",), mots_admis=("Centre",))
        >>> noms_possibles("Vu avec Mme Durand au Centre Jean Moulin", rules)
        ['Mme Durand', 'Jean Moulin']
    """
    civilites = sorted(regles.civilites, key=len, reverse=True)
    civilite = "|".join(re.escape(mot) for mot in civilites)
    noms = re.findall(rf"\b(?:{civilite})\.? (?:{_MOT}|[A-ZÀ-Ý]{{2,}})", texte)
    sans_civilites = texte
    for nom in noms:
        sans_civilites = sans_civilites.replace(nom, "·")
    debut = 0
    while paire := _PAIRE.search(sans_civilites, debut):
        if paire.group(1) in regles.mots_admis:
            debut = paire.start(2)
        else:
            noms.append(paire.group())
            debut = paire.end()
    return noms


def signature_d_une_personne(signature: str, regles: NomsDePersonnes) -> str:
    """Return the name of the person that signs, "" when it may be a service: what is told simply
    begins with a civility, or is two names and a comma.

    Examples:
        >>> from ctglib.donnees.modeles.suivi import NomsDePersonnes
        >>> rules = NomsDePersonnes(civilites=("Mme",), mots_admis=("Centre",))
        >>> signature_d_une_personne("Marie Dupont, chargée de coopération", rules)
        'Marie Dupont'
        >>> signature_d_une_personne("Centre Jean Moulin, direction", rules)
        ''
    """
    for nom in noms_possibles(signature, regles):
        a_une_civilite = nom.split()[0].rstrip(".") in regles.civilites
        if signature.startswith(nom) and (a_une_civilite or signature.startswith(f"{nom},")):
            return nom
    return ""
