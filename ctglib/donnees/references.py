"""Which key or column names what: where each kind of name is defined, and where it is cited.

A path is that of a YAML file, « * » standing for any item of a list or any value of a dict. A file read in part still
defines its names, so that one fault does not make a hundred.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ctglib.donnees.lecture import proches

if TYPE_CHECKING:
    from ctglib.donnees.pieces import Pieces
    from ctglib.donnees.yaml_strict import Arbre, Chemin

_MONTRES = 8


@dataclass(frozen=True)
class Vocabulaire:
    """A kind of name: the words of its faults, and the keys that define it, each name once.

    ``aussi`` are other keys that define names of the same kind; ``remplace`` is one that may define a name again,
    and whose own then takes the place of the first.
    """

    libelle: str
    ou: str
    document: str
    chemin: str
    aussi: tuple[tuple[str, str], ...] = ()
    remplace: tuple[str, str] | None = None


VOCABULAIRES = {
    "indicateur": Vocabulaire("un indicateur", "catalogue/themes", "themes", "indicateurs.*.id"),
    "theme": Vocabulaire("un thème", "catalogue/themes", "themes", "theme"),
    "unite": Vocabulaire("une unité", "catalogue/unites.yaml", "unites", "unites.*.id"),
    "statut": Vocabulaire("un statut", "catalogue/statuts.yaml", "statuts", "statuts.*.code"),
    "territoire": Vocabulaire(
        "un territoire", "territoires.yaml de la convention", "convention/territoires", "territoires.*.code"
    ),
    "categorie": Vocabulaire("une catégorie", "catalogue/offre.yaml", "offre", "categories.*.id"),
    "type": Vocabulaire("un type de structure", "catalogue/offre.yaml", "offre", "types.*.id"),
    "caracteristique": Vocabulaire("une caractéristique", "catalogue/offre.yaml", "offre", "caracteristiques.+"),
    "modalite": Vocabulaire("une modalité", "catalogue/offre.yaml", "offre", "modalites.+"),
    "gestion": Vocabulaire("une gestion", "catalogue/offre.yaml", "offre", "gestions.+"),
    "axe": Vocabulaire("un axe", "convention.yaml", "convention/convention", "axes.*.id"),
    "enjeu": Vocabulaire("un enjeu", "convention.yaml", "convention/convention", "enjeux.*.id"),
    "fiche": Vocabulaire("une fiche action", "convention.yaml", "convention/convention", "fiches.*.numero"),
    "signataire": Vocabulaire("une partie", "convention.yaml", "convention/convention", "parties.*.id"),
    "indicateur_de_fiche": Vocabulaire(
        "un indicateur",
        "catalogue/indicateurs ou indicateurs.yaml de la convention",
        "indicateurs",
        "indicateurs.*.id",
        (("convention/indicateurs", "indicateurs.*.id"),),
    ),
    "mesure": Vocabulaire(
        "un indicateur",
        "catalogue/indicateurs, catalogue/contexte.yaml ou indicateurs.yaml de la convention",
        "indicateurs",
        "indicateurs.*.id",
        (
            ("contexte", "indicateurs.*.id"),
            ("themes", "indicateurs.*.id"),
            ("convention/indicateurs", "indicateurs.*.id"),
        ),
    ),
    "contexte": Vocabulaire("un indicateur", "catalogue/contexte.yaml", "contexte", "indicateurs.*.id"),
    "dimension": Vocabulaire(
        "une dimension",
        "catalogue/dimensions.yaml ou indicateurs.yaml de la convention",
        "dimensions",
        "dimensions.*.id",
        remplace=("convention/indicateurs", "dimensions.*.id"),
    ),
    "variable": Vocabulaire("une variable", "catalogue/profils.yaml", "profils", "variables.*.id"),
    "poste": Vocabulaire("un poste", "catalogue/moyens.yaml", "moyens", "postes.*.id"),
    "nature": Vocabulaire("une nature", "catalogue/moyens.yaml", "moyens", "natures.*.id"),
    "responsable": Vocabulaire(
        "un responsable",
        "catalogue/responsables.yaml ou « responsables » de convention.yaml",
        "responsables",
        "responsables.*.id",
        remplace=("convention/convention", "responsables.*.id"),
    ),
}

# Document, path, kind of name.
CITATIONS = (
    ("themes", "indicateurs.*.unite", "unite"),
    ("themes", "indicateurs.*.entrees.*", "indicateur"),
    ("themes", "indicateurs.*.entrees.*.*", "indicateur"),
    ("themes", "indicateurs.*.collecte.responsable", "responsable"),
    ("convention/convention", "fiches.*.responsable", "responsable"),
    *(
        (document, path, kind)
        for document in ("indicateurs", "convention/indicateurs")
        for path, kind in (
            ("indicateurs.*.unite", "unite"),
            ("indicateurs.*.dimension", "dimension"),
            ("indicateurs.*.collecte.responsable", "responsable"),
            ("indicateurs.*.entrees.*", "mesure"),
            ("indicateurs.*.entrees.*.*", "mesure"),
        )
    ),
    ("contexte", "indicateurs.*.unite", "unite"),
    ("contexte", "indicateurs.*.dimension", "dimension"),
    ("contexte", "indicateurs.*.entrees.*", "mesure"),
    ("contexte", "indicateurs.*.entrees.*.*", "mesure"),
    ("moyens", "natures.*.unite", "unite"),
    ("profils", "dimension", "dimension"),
    ("secret", "effectifs_identiques.*.indicateur", "mesure"),
    ("secret", "effectifs_identiques.*.variable", "variable"),
    ("secret", "valeurs_liees.*.indicateur", "mesure"),
    ("secret", "valeurs_liees.*.effectif", "mesure"),
    ("comparaison", "indicateurs.*", "contexte"),
    ("comparaison", "taille", "contexte"),
    ("comparaison", "ratios.*", "contexte"),
    ("messages", "parts.*.indicateurs.+", "indicateur"),
    ("messages", "par_tete.*.numerateur.*", "indicateur"),
    ("messages", "par_tete.*.denominateur", "indicateur"),
    ("messages", "services.noms.+", "indicateur"),
    ("messages", "territoire.+", "contexte"),
    ("bilan", "pilotage.*", "indicateur_de_fiche"),
    ("bilan", "equipe.postes.*", "poste"),
    ("bilan", "territoire.groupes.*.indicateurs.*", "contexte"),
    ("bilan", "territoire.membres.sur", "contexte"),
    ("bilan", "territoire.membres.parts.*", "contexte"),
    ("bilan", "territoire.graphique.*", "contexte"),
    ("donnees_publiques", "lignes.*.indicateur", "indicateur"),
    ("radar", "axes.*.indicateur", "indicateur"),
    ("offre", "types.*.categorie", "categorie"),
    ("synthese", "services.*", "indicateur"),
    ("synthese", "tranches_age.*.indicateur", "indicateur"),
    ("diagnostic", "sections.*.theme.*", "theme"),
    ("diagnostic", "sections.*.tableau.*", "indicateur"),
    ("diagnostic", "sections.*.graphique.*", "indicateur"),
    ("diagnostic", "sections.*.definitions.*", "indicateur"),
    ("diagnostic", "sections.*.absences.*", "indicateur"),
    ("diagnostic", "sections.*.offre.*", "categorie"),
    ("diagnostic", "sections.*.equipements.*", "categorie"),
    ("diagnostic", "sections.*.phrases.*.si.+", "indicateur"),
    ("diagnostic", "contrat_precedent.montants.+", "indicateur"),
    ("diagnostic", "modes.ensemble", "contexte"),
    ("diagnostic", "modes.dimension", "dimension"),
    ("diagnostic", "par_tete.*.montants.*", "indicateur"),
    ("diagnostic", "par_tete.*.par", "indicateur"),
    ("relations", "*.*.tout", "indicateur"),
    ("relations", "*.*.tout.*", "indicateur"),
    ("relations", "*.*.partie", "indicateur"),
    ("relations", "*.*.parties.*", "indicateur"),
    ("relations", "*.*.indicateur", "indicateur"),
    ("relations", "*.*.comparables.*", "indicateur"),
    ("relations", "*.*.theme", "theme"),
    ("relations", "*.*.type", "type"),
    ("relations", "*.*.types.*", "type"),
    ("relations", "*.*.caracteristiques.*", "caracteristique"),
    ("relations", "*.*.lectures.*.indicateur", "indicateur"),
    ("relations", "*.*.lectures.*.types.*", "type"),
    ("relations", "*.*.lectures.*.caracteristique", "caracteristique"),
    ("relations", "*.*.lectures.*.modalites.*", "modalite"),
    ("convention/convention", "territoire", "territoire"),
    ("convention/convention", "reference", "territoire"),
    ("convention/convention", "enjeux.*.axe", "axe"),
    ("convention/convention", "enjeux.*.themes.*", "theme"),
    ("convention/convention", "fiches.*.axe", "axe"),
    ("convention/convention", "fiches.*.enjeu", "enjeu"),
    ("convention/convention", "fiches.*.indicateurs.*.id", "indicateur_de_fiche"),
    ("convention/convention", "fiches.*.contexte.*", "contexte"),
    ("convention/convention", "livrables.*", "indicateur_de_fiche"),
    ("convention/convention", "themes.+", "theme"),
    ("convention/convention", "fiches.*.repond_a.*", "indicateur"),
    ("convention/convention", "fiches.*.offre.*", "categorie"),
    ("convention/convention", "fiches.*.analyses.*.roles.*", "mesure"),
    ("convention/convention", "fiches.*.analyses.*.roles.*.*", "mesure"),
    ("convention/convention", "fiches.*.analyses.*.rapports.*.numerateur", "indicateur_de_fiche"),
    ("convention/convention", "fiches.*.analyses.*.rapports.*.denominateur", "indicateur_de_fiche"),
    ("convention/convention", "fiches.*.analyses.*.financement", "poste"),
    ("convention/convention", "fiches.*.analyses.*.variables.*", "variable"),
    ("convention/affirmations", "affirmations.*.indicateurs.*", "indicateur"),
    ("convention/affirmations", "affirmations.*.parmi.*", "indicateur"),
    ("convention/affirmations", "affirmations.*.territoire", "territoire"),
    ("convention/affirmations", "affirmations.*.reference", "territoire"),
    ("convention/affirmations", "affirmations.*.unite", "unite"),
    ("convention/commentaires", "commentaires.*.theme", "theme"),
)

# Names that nothing cites, and that are given once all the same.
UNIQUES = (
    ("themes", "ordre"),
    ("donnees_publiques", "lignes.*.indicateur"),
    ("radar", "axes.*.indicateur"),
    ("referentiel_emploi", "attendus.*.id"),
    ("referentiel_emploi", "activites.*.id"),
    ("regles", "regles.*.id"),
    ("comparaison", "indicateurs.*"),
    ("comparaison", "ratios.*"),
    ("convention/convention", "fiches.*.indicateurs.*.id"),
    ("convention/convention", "fiches.*.resultats.*.id"),
    ("convention/convention", "fiches.*.modalites.*.numero"),
    ("convention/convention", "lacunes.*.id"),
    ("convention/affirmations", "affirmations.*.id"),
    ("convention/corrections", "corrections.*.id"),
    ("convention/justifications", "justifications.*.cle"),
)

# By table, its columns and the kind of name that each cites.
COLONNES = {
    "annexe1": {name: name for name in ("indicateur", "unite", "statut")},
    "offre": {name: name for name in ("type", "gestion", "caracteristique", "modalite", "unite", "statut")},
}


def parcourir(contenu: object, chemin: str) -> Iterator[tuple[Chemin, str | int | float]]:
    """Yield the texts and numbers at a path, each with its path; « + » means the keys of a dict, a rank one item."""
    step, _, rest = chemin.partition(".")
    for key, value in _pas(contenu, step):
        if rest:
            yield from (((key, *path), found) for path, found in parcourir(value, rest))
        elif isinstance(value, str | int | float) and not isinstance(value, bool):
            yield (key,), value


def _pas(contenu: object, step: str) -> list[tuple[str | int, object]]:
    if isinstance(contenu, list):
        return [(rank, item) for rank, item in enumerate(contenu) if step in ("*", str(rank))]
    if isinstance(contenu, dict):
        if step in ("*", "+"):
            return [(key, value if step == "*" else key) for key, value in contenu.items()]
        return [(step, contenu[step])] if step in contenu else []
    return []


def elements(contenu: object, cle: str) -> list[dict]:
    """Return the dicts of a list that a key holds, whatever else a faulty file holds there."""
    found = contenu.get(cle) if isinstance(contenu, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def definis(pieces: Pieces, nom: str) -> dict[str | int | float, list[tuple[Arbre, Chemin]]]:
    """Return the names of a kind, with the places that define each."""
    kind = VOCABULAIRES[nom]
    found: dict[str | int | float, list[tuple[Arbre, Chemin]]] = {}
    for document, path in ((kind.document, kind.chemin), *kind.aussi):
        for value, where in places(pieces, document, path).items():
            found.setdefault(value, []).extend(where)
    return found


def connus(pieces: Pieces, nom: str) -> list[str | int | float]:
    """Return the names of a kind, those of the convention that take the place of one included."""
    kind = VOCABULAIRES[nom]
    return list(dict.fromkeys([*definis(pieces, nom), *(places(pieces, *kind.remplace) if kind.remplace else ())]))


def places(pieces: Pieces, document: str, chemin: str) -> dict[str | int | float, list[tuple[Arbre, Chemin]]]:
    """Return the values at a path of a document, with the places of each."""
    found: dict[str | int | float, list[tuple[Arbre, Chemin]]] = {}
    for item in pieces.documents[document]:
        for path, value in parcourir(item.arbre.contenu, chemin):
            found.setdefault(value, []).append((item.arbre, path))
    return found


def nom_inconnu(ecrit: str, connus: Iterable[object], libelle: str, ou: str) -> tuple[str, str, str]:
    """Return what was found, expected and is to be done, for a name that no file defines.

    ``libelle`` is what is expected (« un indicateur »), ``ou`` where such names are defined.
    """
    names = list(dict.fromkeys(str(known) for known in connus))
    close = proches(ecrit, names)
    expected = f"{libelle} de {ou}"
    if len(names) <= _MONTRES:
        expected += f" : {', '.join(names) or 'aucun'}"
    elif close:
        expected += f" ; noms proches : {', '.join(close)}"
    remedy = f"écrire « {close[0]} »" if close else "corriger ce nom"
    return f"« {ecrit[:80]} »", expected, f"{remedy}, ou ajouter « {ecrit[:80]} » à {ou}"
