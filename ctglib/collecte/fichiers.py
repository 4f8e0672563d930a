"""What a person sent back, as sheets of cells: workbooks, CSV, minutes in Word, folders of the
first two.

The files are opened here, and parsed in a child process (``ouverture``). What cannot be read, or
holds far more than the gabarit, is ``DonneesInvalides``.
"""

from pathlib import Path

from ctglib.collecte.opendocument import est_un_ods, lire_les_tableaux_du_texte, lire_ods
from ctglib.collecte.ouverture import (
    Cellule,
    CelluleWord,
    ClasseurLu,
    Grille,
    lire_classeur,
    lire_csv,
    lire_les_tableaux,
)
from ctglib.donnees.dossier import GABARIT
from ctglib.donnees.enclos import Enclos, ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, recueillir, refus
from ctglib.donnees.lecture import lire_fichier, sans_accents
from ctglib.donnees.modeles.rapports import ReglesReleve
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.yaml_strict import charger_yaml

_OCTETS_MAX = 20 * 1024**2
_CSV_MAX = 4 * 1024**2
_CLASSEURS = (".xlsx", ".xlsm", ".xls", ".ods")
_LECTEURS_DE_RELEVE = {".docx": lire_les_tableaux, ".odt": lire_les_tableaux_du_texte}
FEUILLE_DU_RELEVE = "appreciations"
REPERE = "repere"  # the column of the sheet that knows a row


def recevoir(chemins: list[Path], dossier: str = "") -> tuple[list[ClasseurLu], list[Faute]]:
    """Return what was sent back (workbooks, CSV files, minutes in Word, folders of the first two),
    and the faults of the files that cannot be read.

    ``dossier`` comes before the name of a CSV: the folder that it is in.
    """
    classeurs: list[ClasseurLu] = []
    fautes: list[Faute] = []
    with ouvrir_enclos() as enclos:
        for chemin in chemins:
            try:
                with recueillir(fautes):
                    if chemin.is_dir():
                        lus, illisibles = _recevoir_un_dossier(chemin)
                        classeurs += lus
                        fautes += illisibles
                    else:
                        classeurs.append(ouvrir_un_fichier(chemin, enclos, dossier))
            except FileNotFoundError:
                fautes.append(Faute(chemin.name, *mots("saisie_absente")))
            except OSError:
                fautes.append(Faute(chemin.name, *mots("saisie_fermee")))
    return classeurs, fautes


def ouvrir_un_fichier(chemin: Path, enclos: Enclos, dossier: str = "") -> ClasseurLu:
    """Return a file that was sent back, be it a workbook, a CSV or minutes."""
    sorte = chemin.suffix.lower()
    if sorte == ".csv":
        nom = f"{dossier}{chemin.name}"
        contenu = lire_fichier(chemin, nom, "un CSV", _CSV_MAX)
        grille = enclos.lire(lire_csv, nom, chemin.stem, contenu)
        return ClasseurLu(chemin.name, (grille,))
    if sorte in _LECTEURS_DE_RELEVE:
        attendu = mots("releve_sans_tableau")[1]
        contenu = lire_fichier(chemin, chemin.name, attendu, _OCTETS_MAX)
        tableaux = enclos.lire(_LECTEURS_DE_RELEVE[sorte], chemin.name, contenu)
        return lire_releve(chemin.name, tableaux)
    if chemin.name.startswith("~$"):
        raise refus(chemin.name, *mots("classeur_ouvert"))
    contenu = lire_fichier(chemin, chemin.name, mots("pas_un_classeur")[1], _OCTETS_MAX)
    lire = lire_ods if est_un_ods(contenu) else lire_classeur
    return enclos.lire(lire, chemin.name, contenu)


def _recevoir_un_dossier(dossier: Path) -> tuple[list[ClasseurLu], list[Faute]]:
    """Return the workbooks of a folder, and the faults of those that cannot be read; its CSV files
    are the sheets of one more, or of none when one of them cannot be read.
    """
    fichiers = sorted(fichier for fichier in dossier.iterdir() if fichier.name[0] not in ".~")
    en_csv = [fichier for fichier in fichiers if fichier.suffix.lower() == ".csv"]
    autres = [fichier for fichier in fichiers if fichier.suffix.lower() in _CLASSEURS]
    if not autres and not en_csv:
        raise refus(dossier.name, *mots("dossier_sans_saisie"))
    classeurs, fautes = recevoir(autres)
    lus, fautes_des_csv = recevoir(en_csv, f"{dossier.name}/")
    grilles = [grille for lu in lus for grille in lu.grilles]
    if grilles and not fautes_des_csv:
        classeurs.append(ClasseurLu(dossier.name, tuple(grilles)))
    return classeurs, [*fautes, *fautes_des_csv]


def lire_releve(nom: str, tableaux: list[list[list[CelluleWord]]]) -> ClasseurLu:
    """Return what was filled in a « relevé de décisions »: the rows of each of its tables, as those
    of the sheet of the gabarit that they fill.

    What a row hides in its first cell is its convention, its year and its key: so the file knows
    what it is, whatever its name. A proposal that is voted is taken as it was proposed where no
    other text is written. The line 1 of a table is the first under its headings, and the titles
    of its groups are not counted: it is the number that the row has on paper.

    Raises:
        DonneesInvalides: All the faults of what is filled, but those of the cells themselves.
    """
    lecteur = _LecteurDeReleve(nom)
    for numero, tableau in enumerate(tableaux, 1):
        lecteur.lire(numero, tableau)
    if not lecteur.grilles:
        raise refus(nom, *mots("releve_sans_tableau"))
    if len(lecteur.origines) > 1:
        noms = [f"{convention}, {annee}" for convention, annee in sorted(lecteur.origines)]
        lecteur.fautes.append(Faute(nom, *mots("releve_melange", noms=" et ".join(noms))))
    if lecteur.fautes:
        raise DonneesInvalides(lecteur.fautes)
    proprietes = {}
    for convention, annee in lecteur.origines:
        proprietes = {"convention": convention, "annee": annee}
    return ClasseurLu(nom, tuple(lecteur.grilles), proprietes)


class _LecteurDeReleve:
    """The tables of a document as they are read: their rows, what they come from, the faults."""

    def __init__(self, fichier: str) -> None:
        self.fichier = fichier
        self.regles = charger_yaml("catalogue/releve.yaml", ReglesReleve)
        feuille = charger_yaml(GABARIT, Gabarit).par_feuille[FEUILLE_DU_RELEVE]
        self.feuille = feuille.titre
        self.titres_du_gabarit = {colonne.id: colonne.titre for colonne in feuille.colonnes}
        self.saisies = [colonne.id for colonne in feuille.colonnes if colonne.role == "saisie"]
        self.grilles: list[Grille] = []
        self.origines: set[tuple[str, str]] = set()
        self.fautes: list[Faute] = []

    def lire(self, numero: int, tableau: list[list[CelluleWord]]) -> None:
        """Add a table of the document; one that fills nothing is left out."""
        en_tete = [cellule.texte for cellule in tableau[0]] if tableau else []
        presentation = self._presentation(en_tete)
        if presentation is None:
            return
        titres = {nom: presentation[nom] for nom in self.saisies if nom in presentation}
        colonnes = [REPERE, *titres]
        grille = Grille(
            self.fichier,
            self.feuille,
            {0: self._cellules(self.titres_du_gabarit, colonnes)},
            tableau=numero,
            titres=titres,
        )
        for titre in titres.values():
            if titre not in en_tete:
                self.fautes.append(grille.faute("releve_titre_perdu", 0, titre))
        rangees = [rangee for rangee in tableau[1:] if len(rangee) > 1]  # not the title of a group
        for ligne, rangee in enumerate(rangees, 1):
            ecrits = dict(zip(en_tete, rangee, strict=False))
            for titre, cellule in ecrits.items():
                if cellule.texte and titre not in presentation.values():
                    self.fautes.append(grille.faute("releve_colonne_ajoutee", ligne, titre))
            textes = {
                nom: ecrits[titre].texte for nom, titre in presentation.items() if titre in ecrits
            }
            *origine, textes[REPERE] = rangee[0].cache.split(" ") if rangee[0].cache else [""]
            if len(origine) == 2:
                self.origines.add((origine[0], origine[1]))
            if not any(textes.get(nom) for nom in titres):
                continue
            if not textes[REPERE]:
                self.fautes.append(grille.faute("releve_ligne_ajoutee", ligne))
                continue
            if textes[REPERE].startswith("decision."):
                self._retenir_le_vote(textes)
            grille.lignes[ligne] = self._cellules(textes, colonnes)
        self.grilles.append(grille)

    def _presentation(self, en_tete: list[str]) -> dict[str, str] | None:
        """Return the titles, by column, of the table that has these headings; None when none has
        two of them.
        """
        communs = {}
        for nom, presentation in self.regles.tableaux.items():
            communs[nom] = len(set(en_tete) & set(presentation.colonnes.values()))
        nom = max(communs, key=lambda nom: communs[nom])
        colonnes = self.regles.tableaux[nom].colonnes
        if communs[nom] < 2 or not set(self.saisies) & set(colonnes):
            return None
        return colonnes

    def _retenir_le_vote(self, textes: dict[str, str]) -> None:
        """Write a vote as its code, « adoptée à l'unanimité » too, with what it is about."""
        vote = sans_accents(textes.get("etat", ""))
        for code, debut in self.regles.votes.items():
            if vote.startswith(debut):
                textes["etat"] = code
                textes["reponse"] = textes.get("reponse") or textes.get("proposition", "")

    def _cellules(self, textes: dict[str, str], colonnes: list[str]) -> dict[int, Cellule]:
        return {
            rang: Cellule(textes[nom]) for rang, nom in enumerate(colonnes, 1) if textes.get(nom)
        }
