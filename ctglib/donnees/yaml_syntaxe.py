"""What is wrong with a file that is not YAML, in French: the parser's own words are English."""

from __future__ import annotations

import yaml

from ctglib.donnees.fautes import Faute

_INDENTATION = ("un retrait régulier, fait d'espaces", "aligner cette ligne sur ses voisines (deux espaces par niveau)")
_GUILLEMETS = (
    "une valeur sans « : », ou entre guillemets",
    'mettre la valeur entre guillemets (clé: "texte : suite"), ou aligner la ligne',
)
_DEUX_POINTS = ("une clé suivie de « : » et d'une espace", "ajouter « : » et une espace après la clé")
_FERMETURE = (
    "un guillemet ou un crochet fermé",
    "fermer le guillemet, le crochet ou l'accolade ouvert sur cette ligne ou plus haut",
)
_REMEDES = {
    "mapping values are not allowed": _GUILLEMETS,
    "could not find expected ':'": _DEUX_POINTS,
    "did not find expected ',' or": _FERMETURE,
    "expected ',' or": _FERMETURE,
    "unexpected end of stream": _FERMETURE,
    "did not find expected key": _INDENTATION,
    "did not find expected '-' indicator": _INDENTATION,
    "expected <block end>": _INDENTATION,
    "block sequence entries are not allowed": _INDENTATION,
    "expected a single document": (
        "un seul document par fichier",
        "supprimer la ligne « --- » et ce qui ne doit pas suivre",
    ),
    "undefined alias": ("des valeurs écrites en entier", "mettre entre guillemets la valeur qui commence par « * »"),
    "unknown escape character": (
        "un texte sans barre oblique inversée",
        "remplacer les guillemets doubles par des apostrophes autour de la valeur",
    ),
}
_TABULATION = ("des espaces", "remplacer la tabulation par des espaces (deux par niveau)")
_DEFAUT = ("un fichier YAML bien formé", "comparer cette ligne à ses voisines : retrait, « : », guillemets, tirets")


def faute_de_syntaxe(relatif: str, texte: str, erreur: yaml.YAMLError) -> Faute:
    """Return the fault of a YAML syntax error, at its line, showing the line as written."""
    mark = getattr(erreur, "problem_mark", None) or getattr(erreur, "context_mark", None)
    lines = texte.splitlines()
    index = min(mark.line if mark else 0, len(lines) - 1)
    line = lines[index]
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return Faute(relatif, "une tabulation au début de la ligne", *_TABULATION, ligne=index + 1)
    problem = f"{getattr(erreur, 'context', '') or ''} {getattr(erreur, 'problem', '') or ''}"
    if "expected a single document" in problem:
        index = erreur.problem_mark.line
    expected, remedy = next((found for words, found in _REMEDES.items() if words in problem), _DEFAUT)
    shown = lines[min(index, len(lines) - 1)].strip()[:60]
    return Faute(
        relatif, f"« {shown} »" if shown else "une ligne vide ou la fin du fichier", expected, remedy, ligne=index + 1
    )
