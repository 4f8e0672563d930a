"""The names that files cite: each is defined, and once.

What a YAML file cites is told by the types of its model (``modeles.noms``), what a CSV cites by its
schema. A path is that of a YAML file: « * » stands for any item of a list or any value of a dict,
« + » for its keys, « # » for the ranks of a list, from 1, « ** » for all that is below. A file read
in part still defines its names, so that one fault does not make a hundred.
"""

from collections.abc import Iterable, Iterator
from itertools import chain
from types import UnionType
from typing import Any

import pandas as pd

from ctglib.donnees.csv_strict import SchemaTable
from ctglib.donnees.fautes import Faute, phrases
from ctglib.donnees.lecture import proches
from ctglib.donnees.modeles.noms import Nom, Unique, marques
from ctglib.donnees.modeles.suivi import AUTRES
from ctglib.donnees.pieces import Pieces
from ctglib.donnees.yaml_strict import Chemin, Document

CONVENTION = "convention/convention"
SUIVIS = f"{CONVENTION} fiches.*.indicateurs.*.id"  # the indicators that fiches follow
_NOMS = "noms.yaml"  # of each kind of name, the words of its faults, and where it is defined
# names shown whatever is written, and when none is close
_PEU = 8
_BEAUCOUP = 20


def parcourir(
    contenu: object, chemin: str, sorte: UnionType | type = str | int | float
) -> Iterator[tuple[Chemin, Any]]:
    """Yield the texts and numbers at a path, or what is there of another kind, each with its path."""
    step, _, rest = chemin.partition(".")
    keyed = isinstance(contenu, dict)
    for key, value in (
        contenu.items() if keyed else enumerate(contenu) if isinstance(contenu, list) else ()
    ):
        if not (step in ("*", "**", str(key)) or step == ("+" if keyed else "#")):
            continue
        value = key if step == "+" else key + 1 if step == "#" else value
        below = rest or ("**" if step == "**" and isinstance(value, dict | list) else "")
        if below:
            yield from (((key, *path), found) for path, found in parcourir(value, below, sorte))
        elif isinstance(value, sorte) and not isinstance(value, bool):
            yield (key,), value


def elements(
    pieces: Pieces, *lieux: str, sorte: UnionType | type = dict
) -> Iterator[tuple[Document, Chemin, Any]]:
    """Yield the dicts at some paths (« themes indicateurs.* », a kind and a path), each with its
    document and its path.

    Whatever else a faulty file holds there is passed over.
    """
    for kind, _, chemin in [lieu.partition(" ") for lieu in lieux]:
        for document in pieces.lus(kind):
            yield from (
                (document, path, item) for path, item in parcourir(document.contenu, chemin, sorte)
            )


Places = dict[str | int | float, list[tuple[Document, Chemin]]]


def places(pieces: Pieces, *lieux: str) -> Places:
    """Return the values at some paths, with the places of each."""
    found: Places = {}
    for document, path, value in elements(pieces, *lieux, sorte=str | int | float):
        found.setdefault(value, []).append((document, path))
    return found


Noms = dict[str, dict[str, list[str]]]


def noms_connus(pieces: Pieces) -> Noms:
    """Return the names of each kind as text, by what they are chosen in: a dimension, a fiche; ""
    when it is nothing.

    A kind none of whose files could be read has no name, and is not checked.
    """
    found: Noms = {}
    for kind, words in phrases(_NOMS).items():
        if chosen_in := words.get("dans"):
            found[kind] = {
                str(item.get(chosen_in["cle"])): [
                    str(name) for _, name in parcourir(item, chosen_in["chemin"])
                ]
                for _, _, item in elements(pieces, *chosen_in["lieux"])
            }
        else:
            names = places(pieces, *words.get("definitions", ()), *words.get("remplace", ()))
            found[kind] = {"": list(map(str, names))} if names else {}
    counted = [
        found["modalite_de_dimension"].get(str(name), [])
        for name in places(pieces, "profils dimension")
    ]
    parties = found["signataire"].get("")
    offer = {
        name for one in pieces.tables.get("offre", ()) for name in one.lignes.get("structure", ())
    }
    grid = {
        name: [*places(pieces, f"referentiel_emploi {name}.*.id")]
        for name in ("attendus", "activites")
    }
    return found | {
        "dispositif": {"": sorted(chain(*counted))} if counted else {},
        "donateur": {"": [*parties, AUTRES]} if parties else {},
        "structure": {"": sorted(offer)} if offer else {},
        "item": grid,
    }


def noms_inconnus(pieces: Pieces, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each name that a YAML file cites and that nothing defines."""
    followed = places(pieces, SUIVIS)
    for kind, document in [
        (name, one) for name, group in pieces.documents.items() for one in group
    ]:
        for mark, chemin in marques(document.modele, Nom):
            for path, value in parcourir(document.contenu, chemin):
                chosen_in, item = (
                    _au_dessus(document.contenu, path, key) for key in (mark.selon, "id")
                )
                names = noms[mark.sorte].get(str(chosen_in or ""))
                # Of the library, what a fiche follows: a convention may have other dispositifs than
                # those it names.
                spared = mark.selon and kind == "indicateurs" and item not in followed
                if names is not None and not spared and str(value) not in names:
                    yield document.faute(path, *nom_inconnu(value, names, mark.sorte, chosen_in))


def _au_dessus(contenu: Any, chemin: Chemin, cle: str) -> object:
    """Return what a key says, beside a place or above it, the closest one."""
    found = None
    for step in chemin:
        found = contenu.get(cle, found) if isinstance(contenu, dict) else found
        contenu = contenu[step] if contenu is not None else None
    return found


def cellules_inconnues(lignes: pd.DataFrame, schema: SchemaTable, noms: Noms) -> Iterator[Faute]:
    """Yield a fault for each cell of some tables of a kind that cites a name that nothing defines."""
    for champ in schema.fields:
        for chosen_in, names in noms[champ.vocabulaire].items() if champ.vocabulaire else ():
            rows = lignes[lignes[champ.selon] == chosen_in] if champ.selon else lignes
            wrong = rows[~rows[champ.name].isin([*names, ""])]
            for fichier, numero, ecrit in zip(
                wrong["fichier"], wrong["numero"], wrong[champ.name], strict=True
            ):
                words = nom_inconnu(ecrit, names, champ.vocabulaire, chosen_in)
                yield Faute(fichier, *words, ligne=numero, colonne=champ.name)


def noms_repetes(pieces: Pieces) -> Iterator[Faute]:
    """Yield a fault for each name defined again, in the same file or in another, and for what a
    list says twice.
    """
    # Two schémas may have like chapters.
    named = [words for kind, words in phrases(_NOMS).items() if kind != "schema"]
    groups = [tuple(words.get(key, ())) for words in named for key in ("definitions", "remplace")]
    for paths in dict.fromkeys([*groups, ("themes ordre",)]):
        for value, ((first, place), *found) in places(pieces, *paths).items():
            for document, path in found:
                yield _encore(document, path, value, first, place)
    for document in pieces.lus(*pieces.documents):
        for mark, chemin in marques(document.modele, Unique):
            yield from _deux_fois(document, mark, chemin)


def _deux_fois(document: Document, unique: Unique, chemin: str) -> Iterator[Faute]:
    """Yield a fault for each item of a list that says what an earlier one says."""
    keys = unique.cles.split()
    told = {}
    for path, item in parcourir(
        document.contenu, f"{chemin}.*", dict if keys else str | int | float
    ):
        said = ", ".join(str(item.get(key)) for key in keys) or str(item)
        place = (*path, *keys[-1:])
        where = () if unique.partout else path[:-1]
        if (first := told.setdefault((where, said), place)) != place:
            yield _encore(document, place, said, document, first)


def _encore(
    document: Document, chemin: Chemin, value: object, premier: Document, place: Chemin
) -> Faute:
    where = f"ligne {premier.ligne(place)}"
    where = where if premier.fichier == document.fichier else f"{premier.fichier}, {where}"
    return document.dire(chemin, "encore", valeur=str(value), ou=where)


def nom_inconnu(
    ecrit: object, connus: Iterable[object], sorte: str, dans: object = ""
) -> tuple[str, str, str]:
    """Return what was found, expected and is to be done, for a name that is none of those known of
    its kind.

    ``dans`` is what it is chosen in. A kind that says nowhere where it is defined takes no more
    names.
    """
    libelle, ou = (phrases(_NOMS)[sorte].get(key, "").format(dans) for key in ("libelle", "ou"))
    written = str(ecrit)[:80]
    names = list(dict.fromkeys(map(str, connus)))
    close = proches(written, names)
    expected = f"{libelle} de {ou}" if ou else libelle
    if len(names) <= (_PEU if ou and close else _BEAUCOUP):
        expected += f" : {', '.join(names) or 'aucun'}"
    elif close:
        expected += f" ; noms proches : {', '.join(close)}"
    remedy = (
        f"écrire « {close[0]} »"
        if close
        else "corriger ce nom"
        if ou
        else "corriger ou retirer ce nom"
    )
    return (
        f"« {written} »",
        expected,
        f"{remedy}, ou ajouter « {written} » à {ou}" if ou else remedy,
    )
