"""The sheets in which a convention is typed: their columns, and the rows of a folder.

What a cell may hold is what the model of its file says: a key that a model gains is a column of its
sheet. Which sheets there are, and what their columns are called, is in
``catalogue/classeur_convention.yaml``.
"""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from ctglib.donnees.fautes import phrases
from ctglib.donnees.lecture import CONVENTIONS
from ctglib.donnees.modeles import Modele, Numero
from ctglib.donnees.modeles.avenants import Avenants
from ctglib.donnees.modeles.classeur import (
    ClasseurDeConvention,
    ColonneDeConvention,
    FeuilleDeConvention,
)
from ctglib.donnees.modeles.convention import Convention
from ctglib.donnees.modeles.noms import Nom
from ctglib.donnees.pieces import Pieces
from ctglib.donnees.references import elements, parcourir
from ctglib.donnees.yaml_strict import Chemin, charger_yaml, examiner_yaml, modele_a

CLASSEUR = "catalogue/classeur_convention.yaml"
# The files that the workbook is of, by the name that paths have for them.
DOCUMENTS: dict[str, type[Modele]] = {"convention": Convention, "avenants": Avenants}
Genre = Literal["texte", "numero", "entier", "nombre", "date", "oui_non", "choix", "mixte"]
Contenus = dict[str, dict[str, Any]]  # what each file says, by document
Cle = tuple[str, ...]  # of a value in an element: « poids », « valeur »

OUI_NON = {True: "oui", False: "non"}
_GENRES: dict[object, Genre] = {
    bool: "oui_non",
    int: "entier",
    float: "nombre",
    date: "date",
    str: "texte",
}
_EN_MOTS = ("libelle", "titre", "nom")  # the keys that say in words what has an id
# A name chosen in a fiche has the words of the same name chosen anywhere.
MEMES_MOTS = {"indicateur_d_une_fiche": "indicateur_de_fiche"}


@dataclass(frozen=True)
class Champ:
    """A value of an element that a cell holds, as the model says it.

    ``plusieurs``: a list, an item a line, which may be empty. ``par_annee``: one cell a year.
    ``attendu``: the model requires it, whatever else is said.
    """

    cle: Cle
    genre: Genre
    codes: tuple[str, ...] = ()  # those of a choice
    sorte: str = ""  # of name (``noms.yaml``)
    plusieurs: bool = False
    par_annee: bool = False
    attendu: bool = False

    @property
    def nom(self) -> str:
        """The key as a path: « poids.valeur »."""
        return ".".join(self.cle)


@dataclass(frozen=True)
class Colonne:
    """A column of a sheet, or a row of one that has a row a key."""

    champ: Champ
    intitule: ColonneDeConvention

    @property
    def mots(self) -> Mapping[str, str]:
        """The word of each of its codes."""
        return self.intitule.mots

    @property
    def en_code(self) -> bool:
        """Whether a name is written by its code."""
        return self.intitule.en_code

    @property
    def sorte(self) -> str:
        """The kind of the names whose words it understands; "" when it cites none."""
        return self.champ.sorte or self.intitule.sorte or ""


@dataclass(frozen=True)
class Choix:
    """What may be said in several forms, by the keys of each: a figure, or why there is none."""

    formes: tuple[frozenset[str], ...]
    attendu: bool


@dataclass(frozen=True)
class Element:
    """What a row is about: a part of a file."""

    document: str
    chemin: Chemin
    identite: str  # what other sheets call it
    parents: Mapping[str, str]  # the identity of what it is in, by sheet
    contenu: Mapping[str, Any]


def charger_classeur() -> ClasseurDeConvention:
    """Return what the sheets are."""
    return charger_yaml(CLASSEUR, ClasseurDeConvention)


def lire_contenus(convention: str) -> Contenus:
    """Return what the files of a convention say, as far as they can be read: nothing, when one is
    absent.
    """
    contenus = {}
    for document, modele in DOCUMENTS.items():
        lu = examiner_yaml(fichier_de(convention, document), modele).contenu
        # What was read is kept for others to read.
        contenus[document] = deepcopy(lu) if isinstance(lu, dict) else {}
    return contenus


def fichier_de(convention: str, document: str) -> str:
    """Return the file of a document, by name relative to the data folder."""
    return f"{CONVENTIONS}/{convention}/{document}.yaml"


def etapes_de(chemin: str) -> tuple[str, tuple[str, ...]]:
    """Return the document of a path of the specification, and its steps.

    Examples:
        >>> etapes_de("convention fiches.*.modalites.*")
        ('convention', ('fiches', '*', 'modalites', '*'))
        >>> etapes_de("convention")
        ('convention', ())
    """
    document, _, suite = chemin.partition(" ")
    return document, tuple(suite.split(".")) if suite else ()


def modele_de(feuille: FeuilleDeConvention) -> type[BaseModel]:
    """Return the model of the elements of a sheet."""
    document, etapes = etapes_de(feuille.chemins[0])
    modele = modele_a(DOCUMENTS[document], etapes)
    assert modele is not None, f"aucun modèle pour {feuille.chemins[0]}"
    return modele


def champs_de(classeur: ClasseurDeConvention, feuille: FeuilleDeConvention) -> dict[str, Champ]:
    """Return the values of an element that the sheet holds, by key, in the order of the model.

    What the specification leaves in the file is not there, nor is what is the rows of another
    sheet.
    """
    ailleurs = {*feuille.ailleurs, *cles_d_autres_feuilles(classeur, feuille)}
    champs = {}
    for champ in champs_du_modele(modele_de(feuille)):
        chemins = {".".join(map(str, champ.cle[: rang + 1])) for rang in range(len(champ.cle))}
        if chemins.isdisjoint(ailleurs):
            champs[champ.nom] = champ
    return champs


def cles_d_autres_feuilles(
    classeur: ClasseurDeConvention, feuille: FeuilleDeConvention
) -> dict[str, FeuilleDeConvention]:
    """Return the keys of an element of a sheet that the rows of another say, « modalites », and the
    other.
    """
    cles = {}
    for chemin in feuille.chemins:
        document, etapes = etapes_de(chemin)
        for autre in classeur.feuilles:
            for chemin_de_l_autre in autre.chemins:
                document_de_l_autre, etapes_de_l_autre = etapes_de(chemin_de_l_autre)
                suite = etapes_de_l_autre[len(etapes) :]
                dessous = etapes_de_l_autre[: len(etapes)] == etapes and suite
                if document_de_l_autre == document and dessous:
                    cle = ".".join(suite).partition(".*")[0]
                    if ".".join(suite) in (cle, f"{cle}.*"):
                        cles[cle] = autre
    return cles


def colonnes_de(
    classeur: ClasseurDeConvention, feuille: FeuilleDeConvention, annees: Iterable[int]
) -> list[Colonne]:
    """Return the columns of a sheet: those that the specification names, then the others.

    Args:
        classeur: What the sheets are.
        feuille: The sheet.
        annees: The years of what is said year by year.
    """
    champs = champs_de(classeur, feuille)
    colonnes = []
    for nom in [*feuille.colonnes, *(nom for nom in champs if nom not in feuille.colonnes)]:
        champ = champs[nom]
        intitule = feuille.colonnes.get(nom) or ColonneDeConvention(titre=nom)
        if not champ.par_annee:
            colonnes.append(Colonne(champ, intitule))
            continue
        for annee in annees:
            de_l_annee = Champ((*champ.cle, str(annee)), champ.genre)
            titre = intitule.titre.format(annee=annee)
            colonnes.append(Colonne(de_l_annee, intitule.model_copy(update={"titre": titre})))
    return colonnes


def annees_de(contenus: Contenus) -> list[int]:
    """Return the years of a convention, and those of the amounts that it plans."""
    convention = contenus["convention"]
    bornes = [str(convention.get(cle, ""))[:4] for cle in ("debut", "fin")]
    for _, changement in parcourir(contenus["avenants"], "avenants.*.changements.*", dict):
        if changement.get("nature") == "duree":
            bornes.append(str(changement.get("nouveau"))[:4])
    annees_des_bornes = [int(borne) for borne in bornes if borne.isdigit()]
    annees = set()
    if annees_des_bornes:
        annees.update(range(min(annees_des_bornes), max(annees_des_bornes) + 1))
    for _, annee in parcourir(convention, "financement.lignes.*.montants.+"):
        if str(annee).isdigit():
            annees.add(int(annee))
    return sorted(annees)


@cache
def champs_du_modele(modele: type[BaseModel]) -> tuple[Champ, ...]:
    """Return the values that an element of a model holds, the lists of elements left out."""
    champs = []
    for nom, champ in modele.model_fields.items():
        champs += _champs(champ.annotation, champ.metadata, (nom,), champ.is_required())
    return tuple(champs)


def _champs(
    annotation: Any, metadonnees: Iterable[object], cle: Cle, attendu: bool
) -> Iterator[Champ]:
    """Yield the values of a type: one, or those of a model that stands in the element."""
    origine = get_origin(annotation)
    arguments = get_args(annotation)
    if origine is Annotated:
        yield from _champs(arguments[0], (*metadonnees, *arguments[1:]), cle, attendu)
    elif origine in (Union, UnionType):
        yield from _champs_au_choix(arguments, metadonnees, cle, attendu)
    elif origine in (list, tuple):
        if not list(_sous_modeles(arguments[0])):
            item = next(_champs(arguments[0], (), cle, attendu=False))
            yield replace(item, plusieurs=True, attendu=attendu)
    elif origine is dict:
        annees_en_cle = get_args(arguments[0])[:1] == (int,)
        if annees_en_cle and not list(_sous_modeles(arguments[1])):
            yield Champ(cle, "nombre", par_annee=True)
    elif origine is Literal:
        yield Champ(cle, "choix", tuple(map(str, arguments)), attendu=attendu)
    elif issubclass(annotation, BaseModel):
        for nom, champ in annotation.model_fields.items():
            exige = attendu and champ.is_required()
            yield from _champs(champ.annotation, champ.metadata, (*cle, nom), exige)
    else:
        sortes = [marque.sorte for marque in metadonnees if isinstance(marque, Nom)]
        est_un_numero = any(marque in get_args(Numero)[1:] for marque in metadonnees)
        genre = "numero" if est_un_numero else _GENRES[annotation]
        yield Champ(cle, genre, sorte=sortes[0] if sortes else "", attendu=attendu)


def _champs_au_choix(
    arguments: Iterable[Any], metadonnees: Iterable[object], cle: Cle, attendu: bool
) -> Iterator[Champ]:
    """Yield the values of a choice of types: those of each, or one that takes any form."""
    formes = [argument for argument in arguments if argument is not NoneType]
    scalaires = [forme for forme in formes if not list(_sous_modeles(forme))]
    if len(scalaires) > 1:  # a number with decimals, or a text; a whole one is a number of ours
        yield Champ(cle, "mixte" if float in scalaires else "numero", attendu=attendu)
        return
    communes = metadonnees if len(formes) == 1 else ()
    for forme in formes:
        yield from _champs(forme, communes, cle, attendu=False)


def _sous_modeles(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models that a type holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _sous_modeles(argument)


def choix_de(classeur: ClasseurDeConvention, feuille: FeuilleDeConvention) -> list[Choix]:
    """Return what an element of a sheet may say in several forms."""
    choix = []
    permises = champs_de(classeur, feuille)
    for nom, champ in modele_de(feuille).model_fields.items():
        if get_origin(champ.annotation) not in (Union, UnionType):
            continue
        formes = [forme for forme in get_args(champ.annotation) if forme is not NoneType]
        if len(formes) < 2 or not list(_sous_modeles(champ.annotation)):
            continue
        cles_des_formes: list[frozenset[str]] = []
        for forme in formes:
            champs = _champs(forme, (), (nom,), attendu=False)
            cles = frozenset(champ.nom for champ in champs)
            # A form that completes another, as a new service does a dated value, is the same one.
            communes = [rang for rang, autres in enumerate(cles_des_formes) if autres & cles]
            if communes:
                cles_des_formes[communes[0]] |= cles
            else:
                cles_des_formes.append(cles)
        if all(permises.keys() >= cles for cles in cles_des_formes):
            choix.append(Choix(tuple(cles_des_formes), champ.is_required()))
    return choix


def codes_du_repere(feuille: FeuilleDeConvention) -> tuple[str, ...]:
    """Return what may mark the elements of a dict, « avenant » for a clause; nothing for a list."""
    document, etapes = etapes_de(feuille.chemins[0])
    modele = modele_a(DOCUMENTS[document], etapes[:-2])
    annotation = modele.model_fields[etapes[-2]].annotation if modele else None
    if get_origin(annotation) is not dict:
        return ()
    cle = get_args(annotation)[0]
    return get_args(cle) if get_origin(cle) is Literal else ()


def valeur_a(contenu: Any, cle: Cle) -> Any:
    """Return what a key of an element says, None when it says nothing."""
    for pas in cle:
        if not isinstance(contenu, Mapping):
            return None
        contenu = contenu.get(pas)
    return contenu


def elements_des_feuilles(
    classeur: ClasseurDeConvention, contenus: Contenus
) -> dict[str, list[Element]]:
    """Return the elements that each sheet has a row for, by the id of the sheet."""
    trouves: dict[str, list[tuple[str, Chemin, Mapping[str, Any]]]] = {}
    for feuille in classeur.feuilles:
        trouves[feuille.id] = []
        for chemin_de_la_feuille in feuille.chemins:
            document, etapes = etapes_de(chemin_de_la_feuille)
            if not etapes:
                trouves[feuille.id].append((document, (), contenus[document]))
                continue
            for chemin, contenu in parcourir(contenus[document], ".".join(etapes), dict):
                trouves[feuille.id].append((document, chemin, contenu))

    # What each is called, by its place: the sheet, then the identity.
    identites: dict[tuple[str, Chemin], tuple[str, str]] = {}
    for feuille in sorted(classeur.feuilles, key=_profondeur):
        for document, chemin, contenu in trouves[feuille.id]:
            identite = str(contenu.get(feuille.cle, "")) if feuille.cle else ""
            if feuille.repere:
                identite = _repere(document, chemin, identites)
            identites[document, chemin] = (feuille.id, identite)

    des_feuilles: dict[str, list[Element]] = {}
    for feuille in classeur.feuilles:
        des_feuilles[feuille.id] = []
        for document, chemin, contenu in trouves[feuille.id]:
            au_dessus = dict(
                identites[document, chemin[:rang]]
                for rang in range(len(chemin))
                if (document, chemin[:rang]) in identites
            )
            parents = {}
            for parent in feuille.parents:
                parents[parent] = au_dessus.get(parent, "")
                dit_par = classeur.rattachements[parent].dit_par
                if dit_par and parent not in au_dessus:
                    dit = valeur_a(contenu_a(contenus[document], chemin[:-1]), (dit_par,))
                    parents[parent] = "" if dit is None else str(dit)
            element = Element(document, chemin, identites[document, chemin][1], parents, contenu)
            des_feuilles[feuille.id].append(element)
    return des_feuilles


def _profondeur(feuille: FeuilleDeConvention) -> int:
    return len(feuille.chemins[0].split("."))


def _repere(
    document: str, chemin: Chemin, identites: Mapping[tuple[str, Chemin], tuple[str, str]]
) -> str:
    """Return what marks an element that holds no key of its own.

    It is its key in a dict; in a list, its rank after what it is in: « 2-1 ».
    """
    dernier = chemin[-1]
    if isinstance(dernier, str):
        return dernier
    au_dessus = ""
    for rang in range(len(chemin)):
        if (document, chemin[:rang]) in identites:
            au_dessus = identites[document, chemin[:rang]][1]
    return f"{au_dessus}-{dernier + 1}" if au_dessus else str(dernier + 1)


def contenu_a(contenu: Any, chemin: Chemin) -> Any:
    """Return what is at a path of a file, which is there."""
    for pas in chemin:
        contenu = contenu[pas]
    return contenu


Mots = dict[str, dict[str, str]]  # by kind of name, the code of each word


def mots_du_catalogue(pieces: Pieces) -> Mots:
    """Return the words of the names that no sheet defines, or not alone: the catalogue's, and those
    of the other files of the convention.

    A word that two names have is followed by the code of each.
    """
    des_feuilles = {f"convention/{document}" for document in DOCUMENTS}
    mots_par_sorte: Mots = {}
    for sorte, regle in phrases("noms.yaml").items():
        lieux = [*regle.get("definitions", ()), *regle.get("remplace", ())]
        mots_des_codes: dict[str, str] = {}
        for lieu in lieux:
            if lieu.partition(" ")[0] in des_feuilles:
                continue
            for document, chemin, code in elements(pieces, lieu, sorte=str):
                mots_des_codes[code] = _en_mots(document.contenu, chemin, code)
        mots_par_sorte[sorte] = codes_des_mots(mots_des_codes)
    for sorte, autre in MEMES_MOTS.items():
        mots_par_sorte[sorte] = mots_par_sorte[autre]
    return mots_par_sorte


def codes_des_mots(mots_des_codes: Mapping[str, str]) -> dict[str, str]:
    """Return the code of each word, one that two codes have being followed by its code."""
    tous = list(mots_des_codes.values())
    codes = {}
    for code, mot in mots_des_codes.items():
        codes[f"{mot} ({code})" if tous.count(mot) > 1 else mot] = code
    return codes


def _en_mots(contenu: Any, chemin: Chemin, code: str) -> str:
    """Return how what has a code is said in words; the code itself when nothing says it."""
    au_dessus = contenu_a(contenu, chemin[:-1])
    decrit = au_dessus
    if chemin[-1] == code:  # a key of a dict
        decrit = au_dessus[code]
    if isinstance(decrit, str):
        return decrit
    for cle in _EN_MOTS:
        if isinstance(decrit, Mapping) and isinstance(decrit.get(cle), str):
            return decrit[cle]
    return code
