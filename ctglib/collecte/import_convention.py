"""``ctg importer convention.xlsx``: a convention as it was typed, to its YAML.

All is checked first; all is written, or nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ctglib.collecte.classeur_convention import NOM, SORTE
from ctglib.collecte.convention import (
    DOCUMENTS,
    Champ,
    Contenus,
    Element,
    champs_de,
    charger_classeur,
    choix_de,
    cles_d_autres_feuilles,
    elements_des_feuilles,
    fichier_de,
    lire_contenus,
    mots_du_catalogue,
    valeur_a,
)
from ctglib.collecte.importer import en_mots
from ctglib.collecte.lecture_convention import Lecture, Lieu, en_classeur, lire_convention
from ctglib.collecte.ouverture import ClasseurLu
from ctglib.donnees.ecriture import ecrire
from ctglib.donnees.fautes import DonneesInvalides, Faute, mots, refus
from ctglib.donnees.lecture import (
    conventions,
    existe,
    lire_texte,
    proches,
    racine,
    sans_accents,
    superposer,
)
from ctglib.donnees.modeles.classeur import ClasseurDeConvention, FeuilleDeConvention
from ctglib.donnees.pieces import lire_pieces
from ctglib.donnees.validation import fautes_de_saisie
from ctglib.donnees.yaml_ecrit import en_yaml
from ctglib.donnees.yaml_strict import Chemin, examiner_yaml

_PAS = re.compile(r"\[([0-9]+)\]|([^.\[\]]+)")  # of a dotted key: « fiches[1].titre »
# What faults say of the keys of an element, as they say it of a row.
_DE_LA_LIGNE = {
    "^(aucune clé|les clés .*)$": "cette ligne, telle qu'elle est remplie",
    r"\bces clés\b": "ces cellules",
}
_CITES = 8  # elements that a sentence names
_PRINCIPALES = ("parties", "axes", "fiches")  # the sheets by which a workbook is known


@dataclass(frozen=True)
class PreparationDeConvention:
    """A convention checked and ready: what would be written, and what the person is told."""

    convention: str
    fichiers: dict[str, bytes]  # those that would change, by name relative to the data folder
    changements: tuple[str, ...]  # what is added, changed, gone, a sentence a sheet
    remarques: tuple[str, ...]

    def ecrire(self) -> None:
        """Write all the files, or none (``EcritureImpossible``)."""
        if self.fichiers:
            ecrire({racine() / nom: octets for nom, octets in self.fichiers.items()})


def est_une_convention(classeur: ClasseurLu) -> bool:
    """Tell whether a file is the workbook of a convention: it says so, or has its main sheets."""
    if classeur.proprietes.get("classeur") == SORTE:
        return True
    spec = charger_classeur()
    principales = {sans_accents(spec.par_id[id_].titre) for id_ in _PRINCIPALES}
    return principales <= {sans_accents(grille.feuille) for grille in classeur.grilles}


def preparer_convention(classeur: ClasseurLu, convention: str = "") -> PreparationDeConvention:
    """Return what an import of the workbook of a convention would write; nothing is written.

    Args:
        classeur: The workbook, as read.
        convention: Its folder, where the workbook does not say it.

    Raises:
        DonneesInvalides: All the faults, at the cell where each was typed.
    """
    spec = charger_classeur()
    convention = _dossier(classeur, spec, convention)
    anciens = lire_contenus(convention)
    noms = mots_du_catalogue(lire_pieces(convention))
    lecture = lire_convention(classeur, spec, anciens, noms)
    fichiers, remarques = _fichiers(convention, lecture.contenus)
    fautes = list(lecture.fautes)
    # A cell that could not be read is empty for the model: one fault is enough for it, and for what
    # its row lacks without it.
    cellules_dites = {(faute.feuille, faute.ligne, faute.colonne) for faute in fautes}
    lignes_dites = {(faute.feuille, faute.ligne) for faute in fautes}
    situeur = _Situeur(convention, spec, lecture, fichiers)
    for faute in fautes_de_saisie(convention, fichiers):
        situee = situeur.situer(faute)
        de_la_ligne = re.match("aucune clé|les clés", faute.trouve)
        if de_la_ligne and (situee.feuille, situee.ligne) in lignes_dites:
            continue
        if (situee.feuille, situee.ligne, situee.colonne) not in cellules_dites:
            fautes.append(situee)
    if fautes:
        raise DonneesInvalides(fautes)
    changements = list(_ce_qui_change(spec, anciens, lecture.contenus)) if fichiers else []
    return PreparationDeConvention(
        convention, fichiers, tuple(changements), (*lecture.remarques, *remarques)
    )


def _dossier(classeur: ClasseurLu, spec: ClasseurDeConvention, convention: str) -> str:
    """Return the folder of the convention that a workbook is of."""
    ecrite = classeur.proprietes.get("convention", "")
    if convention and ecrite and convention != ecrite:
        valeurs = {"quoi": "la convention", "comme": "demandée"}
        phrases = mots("classeur_d_une_autre", trouve=ecrite, voulue=convention, **valeurs)
        raise refus(classeur.fichier, *phrases)
    nom = convention or ecrite
    connues = conventions()
    if not nom:
        raise refus(classeur.fichier, *mots("classeur_sans_convention", nom=NOM))
    if nom not in connues:
        noms_proches = proches(nom, connues)
        cle = "convention_proche" if noms_proches else "convention_du_fichier"
        phrases = mots(cle, nom=nom, connues=", ".join(connues), proches=noms_proches)
        raise refus(classeur.fichier, *phrases)
    version = classeur.proprietes.get("version", str(spec.version))
    if version != str(spec.version):
        phrases = mots("autre_version", ecrite=version, version=spec.version)
        raise refus(classeur.fichier, *phrases)
    return nom


def _fichiers(convention: str, contenus: Contenus) -> tuple[dict[str, bytes], list[str]]:
    """Return the files that would change, and what is to be said of the comments that they lose.

    The comment that begins a file stays.
    """
    fichiers = {}
    remarques = []
    for document, modele in DOCUMENTS.items():
        fichier = fichier_de(convention, document)
        est_la = existe(fichier)
        contenu = contenus[document]
        if not est_la and not any(contenu.values()):
            continue
        entete, perdues = _commentaires(lire_texte(fichier)) if est_la else ([], 0)
        octets = en_yaml(contenu, entete)
        if est_la:
            avant = examiner_yaml(fichier, modele).objet
            with superposer({fichier: octets}):
                apres = examiner_yaml(fichier, modele).objet
            if avant is not None and avant == apres:
                continue
        fichiers[fichier] = octets
        if perdues:
            pluriel = "s" if perdues > 1 else ""
            remarques.append(
                f"{fichier} : {perdues} ligne{pluriel} de commentaires ne seront pas gardées ; le "
                "commentaire du début reste."
            )
    return fichiers, remarques


def _commentaires(texte: str) -> tuple[list[str], int]:
    """Return the lines of the comment that begins a file, and how many others hold one."""
    lignes = texte.splitlines()
    entete = []
    for ligne in lignes:
        if not ligne.startswith("#"):
            break
        entete.append(ligne.removeprefix("#").removeprefix(" "))
    autres = lignes[len(entete) :]
    return entete, sum(bool(re.match(r"\s*#|[^\"']*\s#\s", ligne)) for ligne in autres)


class _Situeur:
    """What sets the faults of the files at the cells, in the words of the sheets."""

    def __init__(
        self,
        convention: str,
        spec: ClasseurDeConvention,
        lecture: Lecture,
        fichiers: Mapping[str, bytes],
    ) -> None:
        self.spec = spec
        self.lieux = lecture.lieux
        self.documents = {fichier_de(convention, document): document for document in DOCUMENTS}
        # Where each line of the files was typed: a fault may say that of another element.
        self.lignes: dict[tuple[str, int], Chemin] = {}
        with superposer(fichiers):
            for fichier, document in self.documents.items():
                if not existe(fichier):
                    continue
                lu = examiner_yaml(fichier, DOCUMENTS[document])
                for chemin, ligne in lu.lignes.items():
                    self.lignes.setdefault((document, ligne), chemin)

    def situer(self, faute: Faute) -> Faute:
        """Return a fault of a file at the cell where it was typed; of another file, as it is."""
        document = self.documents.get(faute.fichier)
        if document is None:
            return faute
        chemin = _chemin(faute.colonne or "")
        lieu = self._lieu(document, chemin)
        if lieu is None:
            return faute
        feuille = next(f for f in self.spec.feuilles if f.titre == lieu.titre_de_la_feuille)
        absente = re.fullmatch("la clé « (.*) » est absente", faute.trouve)
        if absente:
            autre = cles_d_autres_feuilles(self.spec, feuille).get(absente[1])
            if autre:
                return lieu.placer(*mots("feuille_sans_ligne"))
            de_rubriques = feuille.forme == "rubriques"
            cle = "rubrique_necessaire" if de_rubriques else "cellule_necessaire"
            return lieu.dire(cle, titre=self._titre(feuille, lieu, absente[1]))
        mots_des_codes = self._mots(feuille)
        textes = []
        for texte in (faute.trouve, faute.attendu, faute.remede):
            en_lieux = re.sub(
                r"\bligne ([0-9]+)", lambda n: self._ou(document, int(n[1]), n[0]), texte
            )
            du_classeur = en_classeur(en_lieux)
            for cles, cellules in _DE_LA_LIGNE.items():
                du_classeur = re.sub(cles, cellules, du_classeur)
            textes.append(en_mots(du_classeur, mots_des_codes))
        trouve, attendu, remede = textes
        return lieu.placer(trouve, attendu, remede)

    def _lieu(self, document: str, chemin: Chemin) -> Lieu | None:
        """Return the cell of a path, or of the closest that holds it; None without any."""
        while chemin:
            if (document, chemin) in self.lieux:
                return self.lieux[document, chemin]
            chemin = chemin[:-1]
        return None

    def _ou(self, document: str, ligne: int, sinon: str) -> str:
        """Return the row of a sheet that a line of a file was typed in."""
        chemin = self.lignes.get((document, ligne))
        lieu = self._lieu(document, chemin) if chemin else None
        return str(lieu) if lieu else sinon

    def _titre(self, feuille: FeuilleDeConvention, lieu: Lieu, cle: str) -> str:
        """Return the headings of what is missing: one a form, of what may be said in several."""
        intitules = {nom: intitule.titre for nom, intitule in feuille.colonnes.items()}
        for choix in choix_de(self.spec, feuille):
            formes = [[nom for nom in intitules if nom in forme] for forme in choix.formes]
            if any(noms[0].partition(".")[0] == cle for noms in formes):
                return " » ou « ".join(intitules[noms[0]] for noms in formes)
        return intitules.get(cle, lieu.titre or cle)

    def _mots(self, feuille: FeuilleDeConvention) -> dict[str, str]:
        """Return the heading of each key of a sheet, and the word of each code of its lists."""
        mots_des_codes = {}
        for nom, intitule in feuille.colonnes.items():
            mots_des_codes[nom.rpartition(".")[2]] = intitule.titre
            mots_des_codes |= intitule.mots
        for id_, autre in cles_d_autres_feuilles(self.spec, feuille).items():
            mots_des_codes[id_] = autre.titre
        return mots_des_codes


def _chemin(cle: str) -> Chemin:
    """Return a path from a dotted key, whose ranks are from 1.

    Examples:
        >>> _chemin("fiches[1].titre")
        ('fiches', 0, 'titre')
    """
    return tuple(int(rang) - 1 if rang else nom for rang, nom in _PAS.findall(cle))


def _ce_qui_change(
    spec: ClasseurDeConvention, anciens: Contenus, contenus: Contenus
) -> Iterator[str]:
    """Yield what an import adds, changes and takes away, a sentence a sheet."""
    avant = elements_des_feuilles(spec, anciens)
    apres = elements_des_feuilles(spec, contenus)
    for feuille in spec.feuilles:
        champs = champs_de(spec, feuille).values()
        dits_avant = _dits(champs, avant[feuille.id])
        dits_apres = _dits(champs, apres[feuille.id])
        communs = [cle for cle in dits_apres if cle in dits_avant]
        changes = [cle for cle in communs if dits_avant[cle] != dits_apres[cle]]
        if feuille.forme == "rubriques":
            if changes:
                noms = {**dits_avant[changes[0]], **dits_apres[changes[0]]}
                titres = [
                    feuille.colonnes[nom].titre
                    for nom in noms
                    if dits_avant[changes[0]].get(nom) != dits_apres[changes[0]].get(nom)
                ]
                yield f"{feuille.titre} – changé : {_citer(titres)}"
            continue
        groupes = {
            "ajouté": [cle for cle in dits_apres if cle not in dits_avant],
            "changé": changes,
            "retiré": [cle for cle in dits_avant if cle not in dits_apres],
        }
        nommes = bool(feuille.cle or feuille.repere)
        morceaux = [
            f"{mot} : {_citer(map(' '.join, cles)) if nommes else len(cles)}"
            for mot, cles in groupes.items()
            if cles
        ]
        if morceaux:
            yield f"{feuille.titre} – {' ; '.join(morceaux)}"


def _dits(
    champs: Iterable[Champ], elements: Iterable[Element]
) -> dict[tuple[str, ...], dict[str, str]]:
    """Return what the cells of each row say, as texts, by what the row is in and is called."""
    dits = {}
    for element in elements:
        valeurs = {champ.nom: valeur_a(element.contenu, champ.cle) for champ in champs}
        dites = {nom: str(valeur) for nom, valeur in valeurs.items() if valeur not in (None, [])}
        parents = [parent for parent in element.parents.values() if parent]
        dits[(*parents, element.identite or str(dites))] = dites
    return dits


def _citer(noms: Iterable[str]) -> str:
    """Return names in a few words: the first, and how many others."""
    cites = list(noms)
    autres = len(cites) - _CITES
    if autres <= 0:
        return ", ".join(cites)
    return f"{', '.join(cites[:_CITES])} et {autres} de plus"
