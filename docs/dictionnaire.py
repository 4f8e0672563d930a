"""Write ``docs/dictionnaire.md``, the dictionary of indicators, from the catalogue: ``make
dictionnaire``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ctglib.donnees.dossier import lire_dossier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ctglib.donnees.dossier import Catalogue
    from ctglib.donnees.modeles.catalogue import Indicateur

FICHIER = Path(__file__).with_suffix(".md")
ACCENTS = {"realisation": "réalisation", "resultat": "résultat"}
ENTETE = """# Dictionnaire des indicateurs

Écrit par `make dictionnaire` d'après `data/catalogue/` : ne pas modifier à la main. Un test
vérifie qu'il est à jour.

- **Nature** : contexte (le territoire), moyen (ce qui est mobilisé), réalisation (ce qui est fait),
  résultat (ce qui change).
- **Sens** : l'évolution souhaitée. « neutre » : ni la hausse ni la baisse n'est bonne en soi.
- **Masqué** : il compte des personnes ou des familles, un petit effectif n'est pas publié.
- **Référence** : où la convention de Harnes en parle. Une convention suit ceux que ses fiches
  citent, et ajoute les siens dans son `indicateurs.yaml`.
- **Calcul** : la formule qui retrouve l'indicateur à partir d'autres, quand il y en a une ; sinon
  la valeur est celle de la source.
"""
COLONNES = (
    "Indicateur",
    "Définition",
    "Unité",
    "Nature, sens",
    "Calcul",
    "Producteur, document, moment",
    "Référence",
)


def dictionnaire(catalogue: Catalogue) -> str:
    """Return the dictionary as Markdown: a table a theme, a subject and the public series, with its
    breaks.
    """
    sections = [
        *((theme.titre, theme.indicateurs) for theme in catalogue.themes),
        *(
            (titre, [catalogue.mesures[item.id] for item in group])
            for titre, group in catalogue.bibliotheque.items()
        ),
        ("Contexte : séries publiques", catalogue.indicateurs_contexte.values()),
    ]
    return "\n".join([ENTETE, *(_section(titre, group, catalogue) for titre, group in sections)])


def _section(titre: str, indicateurs: Iterable[Indicateur], catalogue: Catalogue) -> str:
    rows = [_ligne(COLONNES), _ligne(["---"] * len(COLONNES))]
    rows += [_ligne(_cellules(item, catalogue)) for item in indicateurs]
    ruptures = _ruptures(indicateurs)
    suite = ["Ruptures de série :", "", *ruptures, ""] if ruptures else []
    return "\n".join([f"## {titre}", "", *rows, "", *suite])


def _ruptures(indicateurs: Iterable[Indicateur]) -> list[str]:
    """Return the breaks of a section, each with the indicators it parts."""
    touches: dict[tuple[int, str, str], list[str]] = {}
    for item in indicateurs:
        for rupture in item.ruptures:
            touches.setdefault(
                (rupture.annee, rupture.raison.rstrip("."), rupture.reference), []
            ).append(item.libelle)
    return [
        f"- {annee}. {raison} ({reference}). Concerne : {' ; '.join(libelles)}."
        for (annee, raison, reference), libelles in touches.items()
    ]


def _cellules(item: Indicateur, catalogue: Catalogue) -> tuple[str, ...]:
    collecte = item.collecte
    return (
        f"{item.libelle}<br>`{item.id}`",
        item.definition,
        catalogue.unites[item.unite].libelle,
        _nature(item),
        _calcul(item, catalogue),
        f"{collecte.qui} ; {collecte.document} ; {collecte.quand}" if collecte else "",
        " ; ".join(item.references),
    )


def _nature(item: Indicateur) -> str:
    """Return the nature and the direction; and whether it is masked."""
    told = [ACCENTS.get(item.nature, item.nature), item.sens]
    return ", ".join([*told, *(["masqué"] if item.sensible else [])])


def _calcul(item: Indicateur, catalogue: Catalogue) -> str:
    """Return the formula with the labels of its inputs."""
    if item.calcul is None:
        return ""
    entrees = []
    for valeur in item.entrees.values():
        noms = valeur if isinstance(valeur, list) else [valeur]
        entrees += [catalogue.mesures[nom].libelle for nom in noms]
    return f"{item.calcul} ({' ; '.join(entrees)})"


def _ligne(cellules: tuple[str, ...] | list[str]) -> str:
    return (
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cellules) + " |"
    )


if __name__ == "__main__":
    FICHIER.write_text(
        dictionnaire(lire_dossier("harnes").catalogue), encoding="utf-8", newline="\n"
    )
