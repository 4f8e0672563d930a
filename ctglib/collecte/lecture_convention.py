"""The workbook of a convention read as what its files become, with the cell of each thing said.

What the workbook does not carry stays as it is: a key that no column is, a column or a sheet that
was taken away.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openpyxl.utils import get_column_letter as lettre

from ctglib.collecte.cellules import (
    Illisible,
    lire_choix,
    lire_date,
    lire_nombre,
    lire_texte_libre,
)
from ctglib.collecte.classeur import SANS_SAISIE
from ctglib.collecte.convention import (
    DOCUMENTS,
    MEMES_MOTS,
    OUI_NON,
    Champ,
    Choix,
    Cle,
    Colonne,
    Contenus,
    Mots,
    choix_de,
    codes_des_mots,
    codes_du_repere,
    colonnes_de,
    contenu_a,
    elements_des_feuilles,
    etapes_de,
    modele_de,
    valeur_a,
)
from ctglib.collecte.feuilles import Nombre
from ctglib.collecte.lecture import LIGNES_D_EN_TETE, cellules_personnelles, porte_le_nom
from ctglib.collecte.ouverture import VIDE, Cellule, ClasseurLu, Grille
from ctglib.donnees.fautes import Faute, mots
from ctglib.donnees.lecture import proches, sans_accents
from ctglib.donnees.modeles.avenants import ECRITS
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.modeles.classeur import ClasseurDeConvention, FeuilleDeConvention
from ctglib.donnees.references import nom_inconnu, parcourir
from ctglib.donnees.yaml_strict import Chemin, charger_yaml, modele_a

CHANGEMENTS = "changements"  # the sheet whose rows write elements of the others
REPERE = "@"  # the key of the column of a mark; « @fiches » is that of what a row is in
_LISTE_MAX = 30_000  # characters of a cell that holds a list, an item a line
_NOMBRE = Nombre(minimum=-1e12, decimales=6)
_ENTIER = Nombre(minimum=-1e12)
_EN_CHIFFRES = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")
_ANNEE = re.compile(r"(?:19|20)[0-9]{2}")


@dataclass(frozen=True)
class Lieu:
    """A cell, or a sheet: where what the file says was typed."""

    grille: Grille
    ligne: int | None = None
    colonne: str | None = None  # « B : Numéro »
    titre: str = ""

    def placer(self, trouve: str, attendu: str, remede: str) -> Faute:
        """Return a fault of the cell, in words already written."""
        fichier = self.grille.fichier
        feuille = self.grille.feuille
        return Faute(fichier, trouve, attendu, remede, self.ligne, self.colonne, feuille)

    def dire(self, cle: str, /, **valeurs: object) -> Faute:
        """Return a fault of the cell, in the words of ``fautes.yaml``."""
        return self.placer(*mots(cle, **valeurs))

    @property
    def titre_de_la_feuille(self) -> str:
        """The name of its sheet."""
        return self.grille.feuille

    def __str__(self) -> str:
        ligne = f", ligne {self.ligne}" if self.ligne else ""
        return f"feuille « {self.grille.feuille} »{ligne}"


@dataclass(frozen=True)
class Ligne:
    """A row: its cells, and the place of each, by the key of its column."""

    cellules: Mapping[str, Cellule]
    lieux: Mapping[str, Lieu]

    def cellule(self, cle: str) -> Cellule:
        """Return a cell, empty when its column is not there."""
        return self.cellules.get(cle, VIDE)


@dataclass
class Table:
    """A sheet as it was found: the columns that it has, its rows."""

    feuille: FeuilleDeConvention
    grille: Grille
    colonnes: list[Colonne]
    lignes: list[Ligne] = field(default_factory=list)
    intitules: dict[int, str] = field(default_factory=dict)  # « B : Numéro », by column


@dataclass
class Lecture:
    """What a workbook says.

    ``lieux`` is the cell of each thing that the files say, by document and path.
    """

    contenus: Contenus
    fautes: list[Faute] = field(default_factory=list)
    remarques: list[str] = field(default_factory=list)
    lieux: dict[tuple[str, Chemin], Lieu] = field(default_factory=dict)
    tables: list[Table] = field(default_factory=list)


def lire_convention(
    classeur: ClasseurLu, spec: ClasseurDeConvention, anciens: Contenus, noms: Mots
) -> Lecture:
    """Return what the files of a convention become, and every fault of the cells.

    Args:
        classeur: The workbook, as read.
        spec: What its sheets are.
        anciens: What the files say, whose keys without a cell are kept.
        noms: The words of the names of the catalogue.
    """
    lecture = Lecture(deepcopy(anciens))
    lecture.tables = _tables(classeur, spec, lecture)
    _Poseur(spec, anciens, noms, lecture).poser_tout()
    return lecture


def _tables(classeur: ClasseurLu, spec: ClasseurDeConvention, lecture: Lecture) -> list[Table]:
    """Return the sheets of ours that the file has; any other that holds something is a fault."""
    regles = charger_yaml("catalogue/confidentialite.yaml", Confidentialite)
    tables: dict[str, Table] = {}
    inconnues = []
    for grille in classeur.grilles:
        du_meme_nom = [feuille for feuille in spec.feuilles if porte_le_nom(grille, feuille.titre)]
        if not du_meme_nom:
            if grille.lignes and not any(porte_le_nom(grille, nom) for nom in SANS_SAISIE):
                inconnues.append(grille)
            continue
        feuille = du_meme_nom[0]
        if feuille.id in tables:
            autre = tables[feuille.id].grille.feuille
            lecture.fautes.append(
                grille.faute("feuille_en_double", titre=feuille.titre, autre=autre)
            )
            continue
        table = _lire_la_grille(spec, feuille, grille, lecture)
        tables[feuille.id] = table
        lecture.fautes += cellules_personnelles(grille, regles, table.intitules)

    absentes = [f"« {feuille.titre} »" for feuille in spec.feuilles if feuille.id not in tables]
    cle = "feuille_renommee" if absentes else "feuille_de_trop"
    for grille in inconnues:
        valeurs = {"feuilles": ", ".join(absentes), "choix": " ou ".join(absentes)}
        lecture.fautes.append(grille.faute(cle, nom=grille.feuille, **valeurs))
    if absentes:
        lecture.remarques.append(
            f"Feuilles absentes, dont le contenu reste tel quel : {', '.join(absentes)}."
        )
    return [tables[feuille.id] for feuille in spec.feuilles if feuille.id in tables]


def _lire_la_grille(
    spec: ClasseurDeConvention, feuille: FeuilleDeConvention, grille: Grille, lecture: Lecture
) -> Table:
    """Return a sheet with its rows, and note the faults of its headings."""
    for zone in grille.fusions:
        lecture.fautes.append(
            grille.faute("cellules_fusionnees", zone.min_row, lettre(zone.min_col), zone=zone.coord)
        )
    if feuille.forme == "rubriques":
        return _lire_les_rubriques(spec, feuille, grille, lecture)
    en_tete, titres = _en_tete(spec, feuille, grille)
    if not en_tete:
        premiers = [intitule.titre for intitule in list(feuille.colonnes.values())[:4]]
        lecture.fautes.append(grille.faute("sans_titres", titres=", ".join(premiers)))
        return Table(feuille, grille, [])

    annees = [int(titre) for titre in titres.values() if _ANNEE.fullmatch(titre)]
    colonnes = colonnes_de(spec, feuille, annees)
    titre_des_cles = _titres_des_cles(spec, feuille, colonnes)
    numeros = _numeros_des_cles(grille, en_tete, titres, titre_des_cles, lecture)
    lecture.fautes += _colonnes_en_plus(grille, en_tete, titres, set(numeros.values()))
    exigees = _cles_exigees(feuille)
    facultatives = []
    for cle, titre in titre_des_cles.items():
        if cle in numeros:
            continue
        if cle in exigees:
            lecture.fautes.append(grille.faute("titre_perdu", en_tete, titre))
        else:
            facultatives.append(f"« {titre} »")
    if facultatives:
        lecture.remarques.append(
            f"{feuille.titre} : colonnes absentes, dont le contenu reste tel quel : "
            f"{', '.join(facultatives)}."
        )
    intitules = {
        numero: f"{lettre(numero)} : {titre_des_cles[cle]}" for cle, numero in numeros.items()
    }
    presentes = [colonne for colonne in colonnes if colonne.champ.nom in numeros]
    table = Table(feuille, grille, presentes, intitules=intitules)
    for numero_de_ligne, rangee in grille.lignes.items():
        cellules = {cle: rangee[numero] for cle, numero in numeros.items() if numero in rangee}
        if numero_de_ligne <= en_tete or not cellules:
            continue
        lieux = {}
        for cle, numero in numeros.items():
            lieux[cle] = Lieu(grille, numero_de_ligne, intitules[numero], titre_des_cles[cle])
        table.lignes.append(Ligne(cellules, lieux))
    return table


def _numeros_des_cles(
    grille: Grille,
    en_tete: int,
    titres: Mapping[int, str],
    titre_des_cles: Mapping[str, str],
    lecture: Lecture,
) -> dict[str, int]:
    """Return the column of each key, the first of a heading written twice, which is a fault."""
    par_titre = {sans_accents(titre): cle for cle, titre in titre_des_cles.items()}
    fois = Counter(sans_accents(titre) for titre in titres.values())
    numeros: dict[str, int] = {}
    for numero, titre in titres.items():
        cle = par_titre.get(sans_accents(titre))
        if cle is None:
            continue
        if cle in numeros:
            combien = fois[sans_accents(titre)]
            lecture.fautes.append(grille.faute("titre_en_double", en_tete, titre, fois=combien))
        numeros.setdefault(cle, numero)
    return numeros


def _lire_les_rubriques(
    spec: ClasseurDeConvention, feuille: FeuilleDeConvention, grille: Grille, lecture: Lecture
) -> Table:
    """Return the sheet that has a key a row: its answers are those of one element."""
    colonnes = colonnes_de(spec, feuille, ())
    par_titre = {sans_accents(colonne.intitule.titre): colonne for colonne in colonnes}
    intitule = f"B : {spec.colonnes_des_rubriques[1].titre}"
    cellules: dict[str, Cellule] = {}
    lieux: dict[str, Lieu] = {}
    for numero, rangee in grille.lignes.items():
        titre = rangee.get(1, VIDE).texte
        colonne = par_titre.get(sans_accents(titre))
        reponse = rangee.get(2)
        if colonne is None:
            est_un_titre = sans_accents(titre) == sans_accents(spec.colonnes_des_rubriques[0].titre)
            if reponse is not None and not est_un_titre:
                connues = [colonne.intitule.titre for colonne in colonnes]
                lecture.fautes.append(
                    grille.faute(
                        "rubrique_inconnue",
                        numero,
                        "A",
                        titre=titre,
                        proche=" ou ".join(proches(titre, connues)) or "l'un de ces mots",
                    )
                )
            continue
        cle = colonne.champ.nom
        lieux[cle] = Lieu(grille, numero, intitule, colonne.intitule.titre)
        if reponse is not None:
            cellules[cle] = reponse
    presentes = [colonne for colonne in colonnes if colonne.champ.nom in lieux]
    if not presentes:
        premiers = [colonne.intitule.titre for colonne in colonnes[:4]]
        lecture.fautes.append(grille.faute("sans_titres", titres=", ".join(premiers)))
        return Table(feuille, grille, [])
    return Table(feuille, grille, presentes, [Ligne(cellules, lieux)], {2: intitule})


def _en_tete(
    spec: ClasseurDeConvention, feuille: FeuilleDeConvention, grille: Grille
) -> tuple[int, dict[int, str]]:
    """Return the row of the headings, the first with two of ours, and its texts by column; 0 when
    no row has two.
    """
    connus = _titres_des_cles(spec, feuille, colonnes_de(spec, feuille, ())).values()
    titres_connus = {sans_accents(titre) for titre in connus}
    for ligne, cellules in list(grille.lignes.items())[:LIGNES_D_EN_TETE]:
        titres = {numero: cellule.texte for numero, cellule in cellules.items()}
        if sum(sans_accents(titre) in titres_connus for titre in titres.values()) > 1:
            return ligne, titres
    return 0, {}


def _titres_des_cles(
    spec: ClasseurDeConvention, feuille: FeuilleDeConvention, colonnes: list[Colonne]
) -> dict[str, str]:
    """Return the heading of each column of a sheet, by key."""
    titres = {f"{REPERE}{parent}": spec.rattachements[parent].titre for parent in feuille.parents}
    if feuille.repere:
        titres[REPERE] = feuille.repere.titre
    for colonne in colonnes:
        titres[colonne.champ.nom] = colonne.intitule.titre
    return titres


def _cles_exigees(feuille: FeuilleDeConvention) -> set[str]:
    """Return the columns without which no row can be told from the others."""
    exigees = {f"{REPERE}{parent}" for parent in feuille.parents}
    if feuille.repere:
        exigees.add(REPERE)
    if feuille.cle:
        exigees.add(feuille.cle)
    return exigees


def _colonnes_en_plus(
    grille: Grille, en_tete: int, titres: Mapping[int, str], connues: set[int]
) -> Iterator[Faute]:
    """Yield a fault for each filled column under no heading of ours: it would be lost."""
    premieres: dict[int, int] = {}
    for ligne, cellules in grille.lignes.items():
        for numero in cellules:
            if ligne > en_tete and numero not in connues:
                premieres.setdefault(numero, ligne)
    for numero, premiere in sorted(premieres.items()):
        titre = titres.get(numero, "")[:60]
        cle = "colonne_ajoutee" if titre else "colonne_sans_titre"
        intitule = f"{lettre(numero)} : {titre}" if titre else lettre(numero)
        yield grille.faute(cle, en_tete, intitule, titre=titre, premiere=premiere)


class _Inconnu(ValueError):
    """A name that nothing defines; its arguments are the words of its fault."""


def en_classeur(texte: str) -> str:
    """Return what is said of the files of the convention as it is said of their workbook."""
    return re.sub(r"\b(?:convention|avenants)\.yaml\b", "ce classeur", texte)


class _Poseur:
    """What is at hand while the rows are set where they belong in the files."""

    def __init__(
        self, spec: ClasseurDeConvention, anciens: Contenus, noms: Mots, lecture: Lecture
    ) -> None:
        self.spec = spec
        self.noms = {sorte: dict(codes) for sorte, codes in noms.items()}
        self.lecture = lecture
        # Where each element is, by its sheet, the change that writes it ("": the text), and what it
        # is called.
        self.places: dict[tuple[str, str, str], tuple[str, Chemin]] = {}
        # What the files said of each: by its sheet, what it is in, and what it is called.
        self.anciens: dict[tuple[str, tuple[str, ...], str], Mapping[str, Any]] = {}
        for id_, elements in elements_des_feuilles(spec, anciens).items():
            for element in elements:
                parents = tuple(element.parents.values())
                self.anciens.setdefault((id_, parents, element.identite), element.contenu)
                changement = element.parents.get(CHANGEMENTS, "")
                self.places.setdefault(
                    (id_, changement, element.identite), (element.document, element.chemin)
                )

    def poser_tout(self) -> None:
        """Set all the rows, those that others are in first."""
        for table in self.lecture.tables:
            self._noter_les_noms(table)
        for table in sorted(self.lecture.tables, key=self._niveau):
            self._vider(table)
            for ligne in table.lignes:
                self._poser(table, ligne)

    def _niveau(self, table: Table) -> int:
        """Return how many sheets there are above one, of those whose rows its rows are in."""
        au_dessus = {table.feuille.id}
        while (
            parents := {p for id_ in au_dessus for p in self.spec.par_id[id_].parents} - au_dessus
        ):
            au_dessus |= parents
        return len(au_dessus)

    def _noter_les_noms(self, table: Table) -> None:
        """Note the names that a sheet defines, for the cells that cite them by their words."""
        feuille = table.feuille
        if not feuille.sorte or not feuille.cle or not feuille.nom:
            return
        mots_des_codes = {}
        for ligne in table.lignes:
            code = ligne.cellule(feuille.cle).texte
            if code:
                mots_des_codes[code] = ligne.cellule(feuille.nom).texte or code
        codes = self.noms.setdefault(feuille.sorte, {})
        codes |= codes_des_mots(mots_des_codes)

    def _vider(self, table: Table) -> None:
        """Take away what the rows of a sheet say again."""
        feuille = table.feuille
        for place in [place for place in self.places if place[0] == feuille.id]:
            del self.places[place]
        for chemin in feuille.chemins:
            document, etapes = etapes_de(chemin)
            if not etapes:
                continue
            du_contenant = etapes[:-2] if etapes[-1] == "*" else etapes[:-1]
            cle = etapes[len(du_contenant)]
            contenu = self.lecture.contenus[document]
            contenants: list[tuple[Chemin, Any]] = [((), contenu)]
            if du_contenant:
                contenants = list(parcourir(contenu, ".".join(du_contenant), dict))
            modele = modele_a(DOCUMENTS[document], du_contenant)
            exige = modele is not None and modele.model_fields[cle].is_required()
            for place, contenant in contenants:
                avant = contenant.pop(cle, None)
                if exige or avant == []:
                    contenant[cle] = []
                self.lecture.lieux.setdefault((document, (*place, cle)), Lieu(table.grille))

    def _poser(self, table: Table, ligne: Ligne) -> None:
        """Set an element where it belongs, with what the former one says that no cell carries."""
        feuille = table.feuille
        fautes_avant = len(self.lecture.fautes)
        valeurs = self._valeurs(table, ligne)
        parents = {parent: self._rattachement(ligne, parent) for parent in feuille.parents}
        identite = str(valeurs.get((feuille.cle,), "")) if feuille.cle else ""
        if feuille.repere:
            identite = self._repere(feuille, ligne)
        ancien: Mapping[str, Any] = {}
        if feuille.forme == "rubriques":
            ancien = self.lecture.contenus[etapes_de(feuille.chemins[0])[0]]
        elif identite:
            ancien = self.anciens.get((feuille.id, tuple(parents.values()), identite), {})
        element = _element(table, ancien, valeurs)
        rattache = all(
            parents[parent] or self.spec.rattachements[parent].facultatif for parent in parents
        )
        if not rattache or (feuille.repere and not identite):
            return
        place = self._placer(feuille, ligne, parents, identite, element)
        if place is None:
            assert len(self.lecture.fautes) > fautes_avant
            return
        document, chemin = place
        self.places[feuille.id, parents.get(CHANGEMENTS, ""), identite] = place
        lieux = self.lecture.lieux
        premier = next(iter(ligne.lieux.values()))
        lieux[document, chemin] = ligne.lieux.get(feuille.cle or REPERE, premier)
        for colonne in table.colonnes:
            lieu = ligne.lieux[colonne.champ.nom]
            lieux[document, (*chemin, *colonne.champ.cle)] = lieu
            lieux.setdefault((document, (*chemin, colonne.champ.cle[0])), lieu)

    def _placer(
        self,
        feuille: FeuilleDeConvention,
        ligne: Ligne,
        parents: Mapping[str, str],
        identite: str,
        element: dict[str, Any],
    ) -> tuple[str, Chemin] | None:
        """Set an element in its file and return its place; None, and a fault, when it has none."""
        changement = parents.get(CHANGEMENTS, "")
        if changement:
            trouve = self._dans_le_changement(feuille, ligne, parents)
        else:
            trouve = self._dans_le_texte(feuille, ligne, parents)
        if trouve is None:
            return None
        document, chemin, seul = trouve
        contenus = self.lecture.contenus
        if not chemin:
            contenus[document] = element
            return document, chemin
        contenant: Any = contenus[document]
        for pas in chemin[:-1]:
            contenant = (
                contenant.setdefault(pas, {}) if isinstance(contenant, dict) else contenant[pas]
            )
        cle = chemin[-1]
        if feuille.repere and codes_du_repere(feuille):
            contenant = contenant.setdefault(cle, {})
            cle = identite
            seul = True
            chemin = (*chemin, cle)
        if not seul:
            liste = contenant.setdefault(cle, [])
            liste.append(element)
            return document, (*chemin, len(liste) - 1)
        if cle in contenant:
            premier = self.lecture.lieux[document, chemin]
            repere = REPERE if feuille.repere else f"{REPERE}{CHANGEMENTS}"
            self._dire(
                ligne, repere, "ligne_en_double", cle=identite or changement, ligne=premier.ligne
            )
            return None
        contenant[cle] = element
        return document, chemin

    def _dans_le_texte(
        self, feuille: FeuilleDeConvention, ligne: Ligne, parents: Mapping[str, str]
    ) -> tuple[str, Chemin, bool] | None:
        """Return where a row of the text goes: its file, the place of its list, whether it is
        alone there.
        """
        document, etapes = etapes_de(feuille.chemins[0])
        chemin: Chemin = ()
        for rang, pas in enumerate(etapes[:-1], 1):
            if pas != "*":
                chemin = (*chemin, pas)
                continue
            au_dessus = f"{document} {'.'.join(etapes[:rang])}"
            parente = next(f for f in self.spec.feuilles if f.chemins[0] == au_dessus)
            place = self.places.get((parente.id, "", parents[parente.id]))
            if place is None:
                self._dire_inconnu(ligne, parente, parents[parente.id])
                return None
            chemin = place[1]
        return document, chemin, not etapes

    def _dans_le_changement(
        self, feuille: FeuilleDeConvention, ligne: Ligne, parents: Mapping[str, str]
    ) -> tuple[str, Chemin, bool] | None:
        """Return where a row that an avenant writes goes, as ``_dans_le_texte`` does: in the key
        that its change has for what it adds or writes again.
        """
        changement = parents[CHANGEMENTS]
        parente = self.spec.par_id[CHANGEMENTS]
        place = self.places.get((CHANGEMENTS, "", changement))
        if place is None:
            self._dire_inconnu(ligne, parente, changement)
            return None
        document, chemin = place
        contenu = contenu_a(self.lecture.contenus[document], chemin)
        nature = contenu.get("nature", "")
        debut = f"{parente.chemins[0]}."
        suites = [c.removeprefix(debut).split(".") for c in feuille.chemins if c.startswith(debut)]
        suite = next((suite for suite in suites if suite[0] == ECRITS.get(nature)), None)
        if suite is None:
            mot = parente.colonnes["nature"].mots.get(nature, nature)
            self._dire(
                ligne,
                f"{REPERE}{CHANGEMENTS}",
                "changement_d_autre_chose",
                repere=changement,
                nature=mot,
                feuille=feuille.titre,
            )
            return None
        for parent, identite in parents.items():
            dit_par = self.spec.rattachements[parent].dit_par
            attendu = valeur_a(contenu, (dit_par,)) if dit_par else None
            if suite[0] != suite[-1] and parent == "fiches":
                attendu = valeur_a(contenu, (suite[0], "numero"))
            if attendu is not None and str(attendu) != identite:
                valeurs = {"repere": changement, "attendu": attendu, "trouve": identite}
                self._dire(ligne, f"{REPERE}{parent}", "changement_d_une_autre_fiche", **valeurs)
                return None
        if suite[-1] == "*":
            return document, (*chemin, *suite[:-1]), False
        return document, (*chemin, *suite), True

    def _dire(self, ligne: Ligne, cle: str, faute: str, /, **valeurs: object) -> None:
        """Note a fault of a cell of a row."""
        self.lecture.fautes.append(ligne.lieux[cle].dire(faute, **valeurs))

    def _dire_inconnu(self, ligne: Ligne, parente: FeuilleDeConvention, identite: str) -> None:
        """Note the fault of a row that is in nothing: no row of a sheet is called so."""
        connus = [place[2] for place in self.places if place[:2] == (parente.id, "")]
        voisins = proches(identite, connus)
        self._dire(
            ligne,
            f"{REPERE}{parente.id}",
            "rattachement_inconnu",
            trouve=identite,
            feuille=parente.titre,
            connus=", ".join(connus[:20]) or "aucun",
            remede=f"écrire « {voisins[0]} »" if voisins else "corriger la cellule",
        )

    def _rattachement(self, ligne: Ligne, parent: str) -> str:
        """Return what a row is in, as it was typed; "", and a fault, when it has to say it."""
        rattachement = self.spec.rattachements[parent]
        cle = f"{REPERE}{parent}"
        if cle not in ligne.lieux:  # the loss of its column has its fault
            return ""
        texte = self._lire(ligne, cle, _numero) or ""
        if not texte and ligne.cellule(cle).vide and not rattachement.facultatif:
            self._dire(ligne, cle, "cellule_necessaire", titre=rattachement.titre)
        return texte

    def _repere(self, feuille: FeuilleDeConvention, ligne: Ligne) -> str:
        """Return the mark of a row: a code of those of a dict, or a text that no other row has."""
        assert feuille.repere is not None
        if REPERE not in ligne.lieux:
            return ""
        cellule = ligne.cellule(REPERE)
        if cellule.vide:
            self._dire(ligne, REPERE, "cellule_necessaire", titre=feuille.repere.titre)
            return ""
        codes = codes_du_repere(feuille)
        if codes:
            mots_des_codes = {feuille.repere.mots.get(code, code): code for code in codes}
            return self._lire(ligne, REPERE, lambda lue: lire_choix(lue, mots_des_codes)) or ""
        texte = self._lire(ligne, REPERE, _numero) or ""
        if (feuille.id, "", texte) in self.places:
            document, chemin = self.places[feuille.id, "", texte]
            premier = self.lecture.lieux[document, chemin]
            self._dire(ligne, REPERE, "ligne_en_double", cle=texte, ligne=premier.ligne)
            return ""
        return texte

    def _valeurs(self, table: Table, ligne: Ligne) -> dict[Cle, Any]:
        """Return what the cells of a row say, by key; the empty ones say nothing."""
        valeurs: dict[Cle, Any] = {}
        for colonne in table.colonnes:
            champ = colonne.champ
            if ligne.cellule(champ.nom).vide:
                continue
            de_la_cle = champ.nom == table.feuille.cle
            valeur = self._lire(ligne, champ.nom, self._lecteur(colonne, de_la_cle))
            if valeur not in (None, "", []):
                valeurs[champ.cle] = valeur
        for choix in choix_de(self.spec, table.feuille):
            self._verifier_le_choix(table, ligne, choix, valeurs)
        return valeurs

    def _verifier_le_choix(
        self, table: Table, ligne: Ligne, choix: Choix, valeurs: dict[Cle, Any]
    ) -> None:
        """Note the fault of what is said in two forms at once: a figure, and why there is none."""
        dites = {".".join(cle) for cle in valeurs}
        remplies = [forme for forme in choix.formes if dites & forme]
        if len(remplies) < 2:
            return
        seconde = sorted(dites & remplies[1])[0]
        titres = []
        for forme in remplies:
            premiere = next(nom for nom in ligne.lieux if nom in forme)
            titres.append(f"« {ligne.lieux[premiere].titre} »")
        self._dire(
            ligne,
            seconde,
            "deux_formes",
            trouve=ligne.cellule(seconde).texte,
            formes=", soit ".join(titres),
        )
        for cle in [cle for cle in valeurs if ".".join(cle) in remplies[1]]:
            del valeurs[cle]

    def _lire(self, ligne: Ligne, cle: str, lecteur: Callable[[Cellule], Any]) -> Any:
        """Return what a cell says; None, and its fault, when it is not accepted."""
        cellule = ligne.cellule(cle)
        if cellule.vide:
            return None
        try:
            return lecteur(cellule)
        except (Illisible, _Inconnu) as error:
            self.lecture.fautes.append(ligne.lieux[cle].placer(*error.args))
            return None

    def _lecteur(self, colonne: Colonne, de_la_cle: bool) -> Callable[[Cellule], Any]:
        """Return what reads the cells of a column, as the model says what they hold."""
        champ = colonne.champ
        codes = {} if colonne.en_code else self.noms.get(colonne.sorte, {})
        if champ.plusieurs:
            return lambda cellule: _lire_une_liste(cellule, champ, codes)
        if champ.genre == "choix":
            choix = {colonne.mots.get(code, code): code for code in champ.codes}
            return lambda cellule: lire_choix(cellule, choix)
        if colonne.intitule.sorte:  # its words are understood, and any other text
            return lambda cellule: _code(codes, _numero(cellule)) or _numero(cellule)
        if champ.genre == "texte" and de_la_cle and not champ.sorte:
            return _numero
        return lambda cellule: _lire_un_scalaire(cellule, champ, codes)


def _lire_une_liste(cellule: Cellule, champ: Champ, codes: Mapping[str, str]) -> list[Any]:
    """Return the items of a cell, a line each."""
    texte = lire_texte_libre(cellule, lignes=True, maximum=_LISTE_MAX)
    return [_lire_un_scalaire(Cellule(item), champ, codes) for item in texte.splitlines()]


def _lire_un_scalaire(cellule: Cellule, champ: Champ, codes: Mapping[str, str]) -> Any:
    """Return what a cell of one value says, as the file holds it."""
    match champ.genre:
        case "date":
            return lire_date(cellule)
        case "entier":
            return int(lire_nombre(cellule, _ENTIER)[0])
        case "nombre":
            return _nombre(lire_nombre(cellule, _NOMBRE)[0])
        case "oui_non":
            oui_ou_non = {mot: str(valeur) for valeur, mot in OUI_NON.items()}
            return lire_choix(cellule, oui_ou_non) == str(True)
        case "numero":
            return _numero(cellule)
        case "mixte":
            return _lire_un_mixte(cellule)
    texte = lire_texte_libre(cellule)
    if not codes:
        return texte
    code = _code(codes, texte)
    if code is None:
        sorte = MEMES_MOTS.get(champ.sorte, champ.sorte)
        raise _Inconnu(*map(en_classeur, nom_inconnu(texte, codes, sorte)))
    return code


def _code(codes: Mapping[str, str], texte: str) -> str | None:
    """Return the code of a word, or a code as it was typed; None for another text."""
    if texte in codes.values():
        return texte
    cherche = sans_accents(texte)
    return next((code for mot, code in codes.items() if sans_accents(mot) == cherche), None)


def _lire_un_mixte(cellule: Cellule) -> Any:
    """Return a number, a day or a text: what a cell holds when its model takes any."""
    if isinstance(cellule.valeur, date):
        return lire_date(cellule)
    texte = lire_texte_libre(cellule)
    return _nombre(texte.replace(",", ".")) if _EN_CHIFFRES.fullmatch(texte) else texte


def _nombre(texte: str) -> int | float:
    nombre = float(texte)
    return int(nombre) if nombre.is_integer() else nombre


def _numero(cellule: Cellule) -> str:
    """Return a number of the convention as it writes it: a cell that holds a number, or a day, has
    lost it (« 1.10 » reads 1.1), but for a whole one.
    """
    valeur = cellule.valeur
    entier = isinstance(valeur, int) or (isinstance(valeur, float) and valeur.is_integer())
    if isinstance(valeur, str) or (entier and not isinstance(valeur, bool)):
        return lire_texte_libre(cellule)
    raise Illisible(cellule, "numero_perdu")


def _element(table: Table, ancien: Mapping[str, Any], valeurs: Mapping[Cle, Any]) -> dict[str, Any]:
    """Return an element: what the former one said without a cell, and what the cells say.

    The keys are in the order of the former one, then in that of the model.
    """
    contenu: dict[str, Any] = deepcopy(dict(ancien))
    for colonne in table.colonnes:
        _retirer(contenu, colonne.champ.cle)
    for cle, valeur in valeurs.items():
        dessous = contenu
        for pas in cle[:-1]:
            dessous = dessous.setdefault(pas, {})
        dessous[cle[-1]] = valeur
    for colonne in table.colonnes:
        cle = colonne.champ.cle
        ecrite_vide = valeur_a(ancien, cle) == []
        if len(cle) == 1 and colonne.champ.plusieurs and (colonne.champ.attendu or ecrite_vide):
            contenu.setdefault(cle[0], [])
    du_modele = [cle for cle in modele_de(table.feuille).model_fields if cle not in ancien]
    return {cle: contenu[cle] for cle in [*ancien, *du_modele] if cle in contenu}


def _retirer(contenu: dict[str, Any], cle: Cle) -> None:
    """Take a value away, and what held nothing else."""
    dessous = contenu.get(cle[0])
    if len(cle) == 1:
        contenu.pop(cle[0], None)
    elif isinstance(dessous, dict):
        _retirer(dessous, cle[1:])
        if not dessous:
            del contenu[cle[0]]
