"""The names that files cite: where each kind is defined, and the words of the fault of one that nothing defines.

A path is that of a YAML file: « * » stands for any item of a list or any value of a dict, « + » for its keys, « ** »
for all that is below, a rank for one item. A file read in part still defines its names, so that one fault does not
make a hundred. What a YAML file cites is told by the types of its model (``modeles.noms``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.yaml_strict import Chemin, Document

_PEU, _BEAUCOUP = 8, 20  # names shown whatever is written, and when none is close


class Vocabulaire(NamedTuple):
    """A kind of name: the words of its faults, and the documents and paths that define it, each name once.

    ``remplace`` may define a name again, and its own then takes the place of the first.
    """

    libelle: str
    ou: str
    definitions: tuple[str, ...]
    remplace: str = ""


_OFFRE, _CONVENTION, _PROPRES = "catalogue/offre.yaml", "convention.yaml", "indicateurs.yaml de la convention"
_THEMES, _CONTEXTE = "themes indicateurs.*.id", "contexte indicateurs.*.id"
_BIBLIOTHEQUE = ("indicateurs indicateurs.*.id", "convention/indicateurs indicateurs.*.id")
VOCABULAIRES = {
    kind: Vocabulaire(*told)
    for kind, told in {
        "indicateur": ("un indicateur", "catalogue/themes", (_THEMES,)),
        "indicateur_de_fiche": ("un indicateur", f"catalogue/indicateurs ou {_PROPRES}", _BIBLIOTHEQUE),
        "contexte": ("un indicateur", "catalogue/contexte.yaml", (_CONTEXTE,)),
        "mesure": ("un indicateur", f"catalogue/indicateurs, catalogue/contexte.yaml ou {_PROPRES}",
                   (*_BIBLIOTHEQUE, _CONTEXTE, _THEMES)),
        "theme": ("un thème", "catalogue/themes", ("themes theme",)),
        "unite": ("une unité", "catalogue/unites.yaml", ("unites unites.*.id",)),
        "statut": ("un statut", "catalogue/statuts.yaml", ("statuts statuts.*.code",)),
        "territoire": ("un territoire", "territoires.yaml de la convention",
                       ("convention/territoires territoires.*.code",)),
        "categorie": ("une catégorie", _OFFRE, ("offre categories.+",)),
        "type": ("un type de structure", _OFFRE, ("offre types.*.id",)),
        "caracteristique": ("une caractéristique", _OFFRE, ("offre caracteristiques.+",)),
        "modalite": ("une modalité", _OFFRE, ("offre modalites.+",)),
        "gestion": ("une gestion", _OFFRE, ("offre gestions.+",)),
        "axe": ("un axe", _CONVENTION, ("convention/convention axes.*.id",)),
        "enjeu": ("un enjeu", _CONVENTION, ("convention/convention enjeux.*.id",)),
        "fiche": ("une fiche action", _CONVENTION, ("convention/convention fiches.*.numero",)),
        "signataire": ("une partie", _CONVENTION, ("convention/convention parties.*.id",)),
        "schema": ("un axe ou un chapitre d'un schéma", _CONVENTION,
                   ("convention/convention schemas.*.axes.*", "convention/convention schemas.*.chapitres.*")),
        "dimension": ("une dimension", f"catalogue/dimensions.yaml ou {_PROPRES}", ("dimensions dimensions.*.id",),
                      "convention/indicateurs dimensions.*.id"),
        "variable": ("une variable", "catalogue/profils.yaml", ("profils variables.*.id",)),
        "poste": ("un poste", "catalogue/moyens.yaml", ("moyens postes.*.id",)),
        "nature": ("une nature", "catalogue/moyens.yaml", ("moyens natures.*.id",)),
        "responsable": ("un responsable", "catalogue/responsables.yaml ou « responsables » de convention.yaml",
                        ("responsables responsables.*.id",), "convention/convention responsables.*.id"),
        "element": ("un élément du schéma", "catalogue/conformite.yaml", ("finale/conformite elements.*.id",)),
    }.items()
}  # fmt: skip

# By table, its columns and the kind of name that each cites.
COLONNES = {
    "annexe1": {name: name for name in ("indicateur", "unite", "statut")},
    "offre": {name: name for name in ("type", "gestion", "caracteristique", "modalite", "unite", "statut")},
    "observations": {"indicateur": "mesure", "dimension": "dimension", "unite": "unite", "statut": "statut"},
    "actions": {"fiche": "fiche"},
    "moyens": {"signataire": "signataire", "fiche": "fiche", "poste": "poste", "statut": "statut"},
    "profils": {"variable": "variable", "variable_2": "variable", "statut": "statut"},
}


def parcourir(contenu: object, chemin: str) -> Iterator[tuple[Chemin, str | int | float]]:
    """Yield the texts and numbers at a path, each with its path."""
    step, _, rest = chemin.partition(".")
    keyed = isinstance(contenu, dict)
    for key, value in contenu.items() if keyed else enumerate(contenu) if isinstance(contenu, list) else ():
        if not (step in ("*", "**", str(key)) or (keyed and step == "+")):
            continue
        value = key if step == "+" else value
        below = rest or ("**" if step == "**" and isinstance(value, dict | list) else "")
        if below:
            yield from (((key, *path), found) for path, found in parcourir(value, below))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield (key,), value


def elements(pieces: Pieces, documents: str, cle: str) -> Iterator[tuple[Document, int, dict]]:
    """Yield the dicts of a list of some documents (« dimensions convention/indicateurs »), each with its rank.

    Whatever else a faulty file holds there is passed over.
    """
    for name in documents.split():
        for document in pieces.documents.get(name, ()):
            content = document.contenu
            found = content.get(cle) if isinstance(content, dict) else None
            for rank, item in enumerate(found if isinstance(found, list) else ()):
                if isinstance(item, dict):
                    yield document, rank, item


Places = dict[str | int | float, list[tuple["Document", "Chemin"]]]


def places(pieces: Pieces, *lieux: str) -> Places:
    """Return the values at some paths (« themes theme », a document and a path), with the places of each."""
    found: Places = {}
    for document, _, chemin in [lieu.partition(" ") for lieu in lieux]:
        for item in pieces.documents.get(document, ()):
            for path, value in parcourir(item.contenu, chemin):
                found.setdefault(value, []).append((item, path))
    return found


def connus(pieces: Pieces, sorte: str) -> list[str]:
    """Return the names of a kind as text, those of the convention that take the place of one included."""
    words = VOCABULAIRES[sorte]
    return list(dict.fromkeys(map(str, places(pieces, *words.definitions, words.remplace))))


def nom_inconnu(ecrit: object, connus: Iterable[object], libelle: str, ou: str = "") -> tuple[str, str, str]:
    """Return what was found, expected and is to be done, for a name that no file defines.

    Args:
        ecrit: The name as written.
        connus: The names that may be written.
        libelle: What is expected (« un indicateur »).
        ou: Where such names are defined; "" when nothing can be added to them.
    """
    written, names = str(ecrit)[:80], list(dict.fromkeys(map(str, connus)))
    close = proches(written, names)
    expected = f"{libelle} de {ou}" if ou else libelle
    if len(names) <= (_PEU if ou and close else _BEAUCOUP):
        expected += f" : {', '.join(names) or 'aucun'}"
    elif close:
        expected += f" ; noms proches : {', '.join(close)}"
    remedy = f"écrire « {close[0]} »" if close else "corriger ce nom" if ou else "corriger ou retirer ce nom"
    return f"« {written} »", expected, f"{remedy}, ou ajouter « {written} » à {ou}" if ou else remedy
