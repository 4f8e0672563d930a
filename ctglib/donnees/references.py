"""The names that files cite: each is defined, and once.

What a YAML file cites is told by the types of its model (``modeles.noms``), what a CSV cites by its
schema. A path is that of a YAML file: « * » stands for any item of a list or any value of a dict,
« + » for its keys, « # » for the ranks of a list, from 1, « ** » for all that is below. A file read
in part still defines its names, so that one fault does not make a hundred.
"""

from collections.abc import Iterable, Iterator
from types import UnionType
from typing import Any

import pandas as pd

from ctglib.donnees.csv_strict import SchemaTable
from ctglib.donnees.fautes import Faute, phrases
from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.catalogue import COMMUNE
from ctglib.donnees.modeles.noms import Nom, Unique, marques
from ctglib.donnees.modeles.suivi import AUTRES
from ctglib.donnees.pieces import Pieces
from ctglib.donnees.yaml_strict import Chemin, Document

CONVENTION = "convention/convention"
AVENANTS = "convention/avenants avenants.*.changements.*"
# the indicators that fiches follow, as the text or an avenant writes them
SUIVIS = (
    f"{CONVENTION} fiches.*.indicateurs.*.id",
    f"{AVENANTS}.fiche_ecrite.indicateurs.*.id",
    f"{AVENANTS}.indicateur_ecrit.id",
)
_NOMS = "noms.yaml"  # of each kind of name, the words of its faults, and where it is defined
DEFINITIONS = ("definitions", "remplace", "ajoute")
# names shown whatever is written, and when none is close
_PEU = 8
_BEAUCOUP = 20


def parcourir(
    contenu: object, chemin: str, sorte: UnionType | type = str | int | float
) -> Iterator[tuple[Chemin, Any]]:
    """Yield the texts and numbers at a path, or what is there of another kind, with their paths."""
    etape, _, suite = chemin.partition(".")
    for cle, valeur in _a_l_etape(contenu, etape):
        reste = suite
        if not suite and etape == "**" and isinstance(valeur, dict | list):
            reste = "**"
        if reste:
            for chemin_dessous, trouve in parcourir(valeur, reste, sorte):
                yield (cle, *chemin_dessous), trouve
        elif isinstance(valeur, sorte) and not isinstance(valeur, bool):
            yield (cle,), valeur


def _a_l_etape(contenu: object, etape: str) -> Iterator[tuple[str | int, Any]]:
    """Yield what a step of a path leads to, each beside its key in a dict, its index in a list."""
    if isinstance(contenu, dict):
        for cle, valeur in contenu.items():
            if etape == "+":
                yield cle, cle
            elif etape in ("*", "**", str(cle)):
                yield cle, valeur
    elif isinstance(contenu, list):
        for index, valeur in enumerate(contenu):
            if etape == "#":
                yield index, index + 1
            elif etape in ("*", "**", str(index)):
                yield index, valeur


def elements(
    pieces: Pieces, *lieux: str, sorte: UnionType | type = dict
) -> Iterator[tuple[Document, Chemin, Any]]:
    """Yield the dicts at some paths (« themes indicateurs.* », a kind and a path), each with its
    document and its path.

    Whatever else a faulty file holds there is passed over.
    """
    for lieu in lieux:
        sorte_de_document, _, motif = lieu.partition(" ")
        for document in pieces.documents_des_sortes(sorte_de_document):
            for chemin, element in parcourir(document.contenu, motif, sorte):
                yield document, chemin, element


Places = dict[str, list[tuple[Document, Chemin]]]


def places(pieces: Pieces, *lieux: str) -> Places:
    """Return the values at some paths as texts, with the places of each: 1 is « 1 »."""
    trouvees: Places = {}
    for document, chemin, valeur in elements(pieces, *lieux, sorte=str | int | float):
        trouvees.setdefault(str(valeur), []).append((document, chemin))
    return trouvees


Noms = dict[str, dict[str, list[str]]]


def noms_connus(pieces: Pieces) -> Noms:
    """Return the names of each kind as text, by what they are chosen in: a dimension, a fiche; ""
    when it is nothing.

    A kind none of whose files could be read has no name, and is not checked.
    """
    noms: Noms = {}
    for sorte, regle in phrases(_NOMS).items():
        choisis_dans = regle.get("dans")
        if choisis_dans:
            noms[sorte] = {}
            for lieux_et_chemin in choisis_dans:
                for _, _, element in elements(pieces, *lieux_et_chemin["lieux"]):
                    cle = str(element.get(lieux_et_chemin["cle"]))
                    choix = parcourir(element, lieux_et_chemin["chemin"])
                    noms[sorte].setdefault(cle, []).extend(str(nom) for _, nom in choix)
        else:
            lieux = [lieu for cle in DEFINITIONS for lieu in regle.get(cle, ())]
            noms[sorte] = _sans_choix(places(pieces, *lieux))

    communes = [code.lower() for code in places(pieces, "convention/convention membres.*")]
    if communes and COMMUNE not in noms["modalite_de_dimension"]:
        noms["dimension"].setdefault("", []).append(COMMUNE)
        noms["modalite_de_dimension"][COMMUNE] = communes

    dimensions_comptees = places(pieces, "profils dimension")
    dispositifs: list[str] = []
    for dimension in dimensions_comptees:
        dispositifs += noms["modalite_de_dimension"].get(dimension, [])
    noms["dispositif"] = {"": sorted(dispositifs)} if dimensions_comptees else {}
    signataires = noms["signataire"].get("")
    noms["donateur"] = _sans_choix([*signataires, AUTRES] if signataires else [])
    structures = set()
    for offre in pieces.tables.get("offre", ()):
        structures |= set(offre.lignes.get("structure", ()))
    noms["structure"] = _sans_choix(sorted(structures))
    noms["item"] = {
        liste: list(places(pieces, f"referentiel_emploi {liste}.*.id"))
        for liste in ("attendus", "activites")
    }
    return noms


def _sans_choix(noms: Iterable[str]) -> dict[str, list[str]]:
    """Return names that are chosen in nothing, as ``noms_connus`` does; no name, no check."""
    liste = list(noms)
    return {"": liste} if liste else {}


def noms_inconnus(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each name that a YAML file cites and that nothing defines."""
    suivis = places(pieces, *SUIVIS)
    for sorte_de_document, documents in pieces.documents.items():
        for document in documents:
            for marque, motif in marques(document.modele, Nom):
                for chemin, nom in parcourir(document.contenu, motif):
                    choisi_dans = _au_dessus(document.contenu, chemin, marque.selon)
                    connus = noms[marque.sorte].get(str(choisi_dans or ""))
                    if connus is None or str(nom) in connus:
                        continue
                    # Of the library, only what a fiche follows counts: a convention may have other
                    # dispositifs than those it names.
                    indicateur = _au_dessus(document.contenu, chemin, "id")
                    de_la_bibliotheque = sorte_de_document == "indicateurs" and marque.selon
                    if de_la_bibliotheque and indicateur not in suivis:
                        continue
                    phrase = nom_inconnu(nom, connus, marque.sorte, choisi_dans)
                    yield document.faute(chemin, *phrase)


def _au_dessus(contenu: Any, chemin: Chemin, cle: str) -> Any:
    """Return what a key says, beside a place or above it, the closest one."""
    valeur = None
    for etape in chemin:
        if isinstance(contenu, dict):
            valeur = contenu.get(cle, valeur)
        contenu = None if contenu is None else contenu[etape]
    return valeur


def cellules_inconnues(lignes: pd.DataFrame, schema: SchemaTable, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each cell of tables of a kind that cites a name that nothing defines."""
    for champ in schema.fields:
        if not champ.vocabulaire:
            continue
        for choisi_dans, connus in noms[champ.vocabulaire].items():
            citations = lignes[lignes[champ.selon] == choisi_dans] if champ.selon else lignes
            fautives = citations[~citations[champ.name].isin([*connus, ""])]
            for fichier, numero, ecrit in zip(
                fautives["fichier"], fautives["numero"], fautives[champ.name], strict=True
            ):
                phrase = nom_inconnu(ecrit, connus, champ.vocabulaire, choisi_dans)
                yield Faute(fichier, *phrase, ligne=numero, colonne=champ.name)


def noms_repetes(pieces: Pieces) -> Iterator[Faute]:
    """Yield a fault for each name defined again, in the same file or in another, and for what a
    list says twice.
    """
    groupes: list[tuple[str, ...]] = []
    for sorte, regle in phrases(_NOMS).items():
        if sorte != "schema":  # two schémas may have like chapters
            groupes += [tuple(regle.get(cle, ())) for cle in ("definitions", "remplace")]
    groupes += [("themes ordre",), ("convention/themes ordre",)]
    for lieux in dict.fromkeys(groupes):
        for nom, definitions in places(pieces, *lieux).items():
            premier_document, premiere_place = definitions[0]
            for document, chemin in definitions[1:]:
                yield _encore(document, chemin, nom, premier_document, premiere_place)
    for document in pieces.documents_des_sortes(*pieces.documents):
        for marque, motif in marques(document.modele, Unique):
            yield from _deux_fois(document, marque, motif)


def _deux_fois(document: Document, unique: Unique, motif: str) -> Iterator[Faute]:
    """Yield a fault for each item of a list that says what an earlier one says."""
    cles = unique.cles.split()
    premieres: dict[tuple[Chemin, str], Chemin] = {}  # by list and by what an item says
    sorte = dict if cles else str | int | float
    for chemin, element in parcourir(document.contenu, f"{motif}.*", sorte):
        if cles:
            place = (*chemin, cles[-1])
            dit = ", ".join(str(element.get(cle)) for cle in cles) or str(element)
        else:
            place = chemin
            dit = str(element)
        # An avenant may write again what another one wrote.
        partout = unique.partout and "changements" not in chemin
        liste = () if partout else chemin[:-1]
        premiere = premieres.setdefault((liste, dit), place)
        if premiere != place:
            yield _encore(document, place, dit, document, premiere)


def _encore(
    document: Document, chemin: Chemin, nom: object, premier: Document, place: Chemin
) -> Faute:
    """Return the fault of a name defined again, that tells where it was first."""
    ou = f"ligne {premier.ligne(place)}"
    if premier.fichier != document.fichier:
        ou = f"{premier.fichier}, {ou}"
    return document.dire(chemin, "encore", valeur=str(nom), ou=ou)


def nom_inconnu(
    ecrit: object, connus: Iterable[object], sorte: str, dans: object = ""
) -> tuple[str, str, str]:
    """Return what was found, expected and is to be done, for a name that is none of those known of
    its kind.

    ``dans`` is what it is chosen in. A kind that says nowhere where it is defined takes no more
    names.
    """
    regle = phrases(_NOMS)[sorte]
    libelle = regle.get("libelle", "").format(dans)
    ou = regle.get("ou", "").format(dans)
    nom = str(ecrit)[:80]
    noms = list(dict.fromkeys(map(str, connus)))
    voisins = proches(nom, noms)

    attendu = f"{libelle} de {ou}" if ou else libelle
    montres = _PEU if ou and voisins else _BEAUCOUP
    if len(noms) <= montres:
        attendu += f" : {', '.join(noms) or 'aucun'}"
    elif voisins:
        attendu += f" ; noms proches : {', '.join(voisins)}"

    if voisins:
        remede = f"écrire « {voisins[0]} »"
    elif ou:
        remede = "corriger ce nom"
    else:
        remede = "corriger ou retirer ce nom"
    if ou:
        remede += f", ou ajouter « {nom} » à {ou}"
    return f"« {nom} »", attendu, remede
