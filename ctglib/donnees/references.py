"""Which key or column names what: where each kind of name is defined, and where it is cited.

A path is that of a YAML file: « * » stands for any item of a list or any value of a dict, « + » for its keys, « ** »
for all that is below, a rank for one item. A file read in part still defines its names, so
that one fault does not make a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.yaml_strict import Arbre, Chemin

_PEU, _BEAUCOUP = 8, 20  # names shown whatever is written, and when none is close


@dataclass(frozen=True)
class Vocabulaire:
    """A kind of name: the words of its faults, and the documents and paths that define it, each name once.

    ``remplace`` may define a name again, and its own then takes the place of the first.
    """

    libelle: str
    ou: str
    definitions: tuple[tuple[str, str], ...]
    remplace: tuple[str, str] | None = None


def _de(libelle: str, ou: str, *definitions: str, remplace: str = "") -> Vocabulaire:
    """Return a kind of name from places written « document path »."""
    places = [place.partition(" ")[::2] for place in (*definitions, remplace)]
    return Vocabulaire(libelle, ou, tuple(places[:-1]), places[-1] if remplace else None)


_OFFRE, _CONVENTION = "catalogue/offre.yaml", "convention.yaml"
_ID = "indicateurs.*.id"
_BIBLIOTHEQUE = (f"indicateurs {_ID}", f"convention/indicateurs {_ID}")
VOCABULAIRES = {
    "indicateur": _de("un indicateur", "catalogue/themes", f"themes {_ID}"),
    "theme": _de("un thème", "catalogue/themes", "themes theme"),
    "unite": _de("une unité", "catalogue/unites.yaml", "unites unites.*.id"),
    "statut": _de("un statut", "catalogue/statuts.yaml", "statuts statuts.*.code"),
    "territoire": _de(
        "un territoire", "territoires.yaml de la convention", "convention/territoires territoires.*.code"
    ),
    "categorie": _de("une catégorie", _OFFRE, "offre categories.*.id"),
    "type": _de("un type de structure", _OFFRE, "offre types.*.id"),
    "caracteristique": _de("une caractéristique", _OFFRE, "offre caracteristiques.+"),
    "modalite": _de("une modalité", _OFFRE, "offre modalites.+"),
    "gestion": _de("une gestion", _OFFRE, "offre gestions.+"),
    "axe": _de("un axe", _CONVENTION, "convention/convention axes.*.id"),
    "enjeu": _de("un enjeu", _CONVENTION, "convention/convention enjeux.*.id"),
    "fiche": _de("une fiche action", _CONVENTION, "convention/convention fiches.*.numero"),
    "signataire": _de("une partie", _CONVENTION, "convention/convention parties.*.id"),
    "schema": _de("un axe ou un chapitre d'un schéma", _CONVENTION, "convention/convention schemas.*.axes.*",
                  "convention/convention schemas.*.chapitres.*"),
    "indicateur_de_fiche": _de(
        "un indicateur", "catalogue/indicateurs ou indicateurs.yaml de la convention", *_BIBLIOTHEQUE
    ),
    "mesure": _de(
        "un indicateur",
        "catalogue/indicateurs, catalogue/contexte.yaml ou indicateurs.yaml de la convention",
        f"indicateurs {_ID}", f"contexte {_ID}", f"themes {_ID}", f"convention/indicateurs {_ID}",
    ),
    "contexte": _de("un indicateur", "catalogue/contexte.yaml", f"contexte {_ID}"),
    "dimension": _de(
        "une dimension",
        "catalogue/dimensions.yaml ou indicateurs.yaml de la convention",
        "dimensions dimensions.*.id",
        remplace="convention/indicateurs dimensions.*.id",
    ),
    "variable": _de("une variable", "catalogue/profils.yaml", "profils variables.*.id"),
    "poste": _de("un poste", "catalogue/moyens.yaml", "moyens postes.*.id"),
    "nature": _de("une nature", "catalogue/moyens.yaml", "moyens natures.*.id"),
    "responsable": _de(
        "un responsable",
        "catalogue/responsables.yaml ou « responsables » de convention.yaml",
        "responsables responsables.*.id",
        remplace="convention/convention responsables.*.id",
    ),
    "element": _de("un élément du schéma", "catalogue/conformite.yaml", "finale/conformite elements.*.id"),
}  # fmt: skip

# By document, the paths that cite each kind of name.
_DE_LA_BIBLIOTHEQUE = {
    "unite": "indicateurs.*.unite",
    "dimension": "indicateurs.*.dimension",
    "responsable": "indicateurs.*.collecte.responsable",
    "mesure": "indicateurs.*.entrees.**",
}
CITATIONS = {
    "themes": {
        "unite": "indicateurs.*.unite",
        "indicateur": "indicateurs.*.entrees.**",
        "responsable": "indicateurs.*.collecte.responsable",
    },
    "indicateurs": _DE_LA_BIBLIOTHEQUE,
    "convention/indicateurs": _DE_LA_BIBLIOTHEQUE,
    "contexte": {
        "unite": "indicateurs.*.unite", "dimension": "indicateurs.*.dimension", "mesure": "indicateurs.*.entrees.**",
    },
    "moyens": {"unite": "natures.*.unite"},
    "profils": {"dimension": "dimension"},
    "secret": {
        "mesure": "effectifs_identiques.*.indicateur valeurs_liees.*.indicateur valeurs_liees.*.effectif",
        "variable": "effectifs_identiques.*.variable",
    },
    "comparaison": {"contexte": "indicateurs.* taille ratios.*"},
    "messages": {
        "indicateur": "parts.*.indicateurs.+ par_tete.*.numerateur.* par_tete.*.denominateur services.noms.+ "
        "precisions.+",
        "contexte": "territoire.+",
    },
    "bilan": {
        "indicateur_de_fiche": "pilotage.*",
        "poste": "equipe.postes.*",
        "contexte": "territoire.groupes.*.indicateurs.* territoire.membres.sur territoire.membres.parts.* "
        "territoire.graphique.*",
    },
    "donnees_publiques": {"indicateur": "lignes.*.indicateur"},
    "radar": {"indicateur": "axes.*.indicateur"},
    "offre": {"categorie": "types.*.categorie"},
    "synthese": {"indicateur": "services.* tranches_age.*.indicateur"},
    "diagnostic": {
        "theme": "sections.*.theme.*",
        "indicateur": "sections.*.tableau.* sections.*.graphique.* sections.*.definitions.* sections.*.absences.* "
        "sections.*.phrases.*.si.+ contrat_precedent.montants.+ par_tete.*.montants.* par_tete.*.par",
        "categorie": "sections.*.offre.* sections.*.equipements.*",
        "contexte": "modes.ensemble",
        "dimension": "modes.dimension",
    },
    "relations": {
        "indicateur": "*.*.tout *.*.tout.* *.*.partie *.*.parties.* *.*.indicateur *.*.comparables.* "
        "*.*.lectures.*.indicateur",
        "theme": "*.*.theme",
        "type": "*.*.type *.*.types.* *.*.lectures.*.types.*",
        "caracteristique": "*.*.caracteristiques.* *.*.lectures.*.caracteristique",
        "modalite": "*.*.lectures.*.modalites.*",
    },
    "convention/convention": {
        "responsable": "fiches.*.responsable",
        "territoire": "territoire reference",
        "axe": "enjeux.*.axe fiches.*.axe",
        "theme": "enjeux.*.themes.* themes.+",
        "enjeu": "fiches.*.enjeu",
        "indicateur_de_fiche": "fiches.*.indicateurs.*.id livrables.*",
        "contexte": "fiches.*.contexte.*",
        "indicateur": "fiches.*.repond_a.*",
        "categorie": "fiches.*.offre.*",
        "poste": "fiches.*.analyses.*.financement",
        "variable": "fiches.*.analyses.*.variables.*",
    },
    "convention/affirmations": {
        "indicateur": "affirmations.*.indicateurs.* affirmations.*.parmi.*",
        "territoire": "affirmations.*.territoire affirmations.*.reference",
        "unite": "affirmations.*.unite",
    },
    "convention/commentaires": {"theme": "commentaires.*.theme"},
    "suivi/appreciations": {"fiche": "appreciations.*.fiche"},
    "suivi/participation": {"axe": "exemples.*.axe"},
    "finale/regles": {"theme": "diagnostic.*.theme", "contexte": "diagnostic.*.series.*"},
    "finale/conformite": {
        "indicateur": "population elements.*.connu.diagnostic.*",
        "contexte": "elements.*.connu.series.*",
        "type": "elements.*.connu.offre.*",
        "responsable": "elements.*.detenteurs.*",
    },
    "finale/lectures": {
        "element": "schema_petite_enfance.*.element",
        "fiche": "schema_petite_enfance.*.fiches.* objectifs.*.fiche schemas.*.fiche",
        "schema": "schemas.*.element",
    },
    "finale/saisie": {"fiche": "contribution.*.fiche decisions.*.fiche"},
}  # fmt: skip

# Names that are given once in all the files of a document, though most are cited by nothing.
UNIQUES = {
    "themes": "ordre",
    "donnees_publiques": "lignes.*.indicateur",
    "radar": "axes.*.indicateur",
    "referentiel_emploi": "attendus.*.id activites.*.id",
    "regles": "regles.*.id",
    "comparaison": "indicateurs.* ratios.*",
    "convention/convention": "fiches.*.indicateurs.*.id fiches.*.resultats.*.id fiches.*.modalites.*.numero "
    "lacunes.*.id",
    "convention/affirmations": "affirmations.*.id",
    "convention/corrections": "corrections.*.id",
    "convention/justifications": "justifications.*.cle",
    "convention/avenants": "avenants.*.numero",
}
# The same in each file by itself: the list, and what its items are told apart by.
UNIQUES_PAR_FICHIER = {
    "suivi/bilan": {"comite.decisions.*": ("id",), "comite.suites.*": ("decision",)},
    "suivi/appreciations": {"appreciations.*": ("fiche",)},
    "finale/lectures": {
        "objectifs.*": ("fiche", "objectif"),
        "schemas.*": ("fiche", "element"),
        "schema_petite_enfance.*": ("element",),
    },
    "finale/saisie": {
        "criteres.*": ("critere",),
        "contribution.*": ("fiche",),
        "decisions.*": ("fiche", "objectif"),
    },
}

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
    for key, value in _pas(contenu, step):
        below = rest or ("**" if step == "**" and isinstance(value, dict | list) else "")
        if below:
            yield from (((key, *path), found) for path, found in parcourir(value, below))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield (key,), value


def _pas(contenu: object, step: str) -> list[tuple[str | int, object]]:
    if isinstance(contenu, list):
        return [(rank, item) for rank, item in enumerate(contenu) if step in ("*", "**", str(rank))]
    if isinstance(contenu, dict):
        if step in ("*", "**", "+"):
            return [(key, key if step == "+" else value) for key, value in contenu.items()]
        return [(step, contenu[step])] if step in contenu else []
    return []


def elements(pieces: Pieces, documents: str, cle: str) -> Iterator[tuple[Arbre, int, dict]]:
    """Yield the dicts of a list of some documents (« dimensions convention/indicateurs »), each with its rank.

    Whatever else a faulty file holds there is passed over.
    """
    for name in documents.split():
        for document in pieces.documents.get(name, ()):
            content = document.arbre.contenu
            found = content.get(cle) if isinstance(content, dict) else None
            for rank, item in enumerate(found if isinstance(found, list) else ()):
                if isinstance(item, dict):
                    yield document.arbre, rank, item


Places = dict[str | int | float, list[tuple["Arbre", "Chemin"]]]


def places(pieces: Pieces, document: str, chemins: str) -> Places:
    """Return the values at some paths of a document, with the places of each."""
    found: Places = {}
    for item in pieces.documents.get(document, ()):
        for chemin in chemins.split():
            for path, value in parcourir(item.arbre.contenu, chemin):
                found.setdefault(value, []).append((item.arbre, path))
    return found


def definis(pieces: Pieces, sorte: str) -> Places:
    """Return the names of a kind, with the places that define each."""
    found: Places = {}
    for document, path in VOCABULAIRES[sorte].definitions:
        for value, where in places(pieces, document, path).items():
            found.setdefault(value, []).extend(where)
    return found


def connus(pieces: Pieces, sorte: str) -> list[str]:
    """Return the names of a kind as text, those of the convention that take the place of one included."""
    other = VOCABULAIRES[sorte].remplace
    return list(dict.fromkeys(map(str, [*definis(pieces, sorte), *(places(pieces, *other) if other else ())])))


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
