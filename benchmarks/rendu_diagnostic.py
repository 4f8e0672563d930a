"""The page of results of the diagnostic, in French."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from rendu import etendue, machine, nombre

if TYPE_CHECKING:
    from diagnostic import Tour

PHASES = {
    "demarrage": "Démarrage",
    "execution": "Exécution du carnet",
    "html": "Page HTML",
    "pdf": "PDF",
}
PAGE = """# Mesures du diagnostic

Écrit par `make bench` : ne pas modifier à la main.

## Le diagnostic, à côté de la façon ordinaire

Le même carnet, les mêmes données, deux façons :

- **le classeur** : `ctg produire diagnostic --convention harnes`, un seul programme ;
- **la façon ordinaire** : `papermill` avec son noyau, puis `jupyter nbconvert --to html`, puis `weasyprint`, trois
  programmes.

Médianes de {fois} mesures, en secondes (entre crochets, la plus petite et la plus grande). Chaque mesure part de
programmes neufs, et les deux façons alternent ; un premier tour, non compté, met les fichiers dans la mémoire du
système.

| Étape | Classeur | Façon ordinaire |
|---|---:|---:|
{phases}
| **Total** | **{total_classeur}** | **{total_ordinaire}** |
| Mémoire au plus fort (Mo) | {memoire_classeur} | {memoire_ordinaire} |
| Taille de la page (Ko) | {html_classeur} | {html_ordinaire} |
| Taille du PDF (Ko) | {pdf_classeur} | {pdf_ordinaire} |

**Le classeur est {rapport} fois plus rapide.** `ctg --help` répond en {aide} s.

## Ce que les étapes contiennent

- *Démarrage*. Classeur : Python, la commande, le processus de travail et ses
  bibliothèques, l'écriture des fichiers et du portail. Façon ordinaire : Python,
  papermill, le démarrage du noyau et sa fin.
- *Exécution du carnet*. Classeur : la vérification des données et les cellules. Façon
  ordinaire : ce que papermill note comme durée du carnet ; le carnet vérifie et charge les mêmes choses.
- *Page HTML*. Classeur : les CSV des tableaux sont faits dans la même étape. Façon ordinaire : le modèle
  de nbconvert, tel quel.
- *PDF*. Classeur : PDF/A-2a et PDF/UA-1, balisé. Façon ordinaire : WeasyPrint sans norme.
- *Mémoire* : le plus haut de la somme des mémoires résidentes du programme et de ses enfants, lue toutes les 20 ms ; ce
  que deux processus partagent compte deux fois.

## Où

{machine}
"""


def rediger(tours: dict[str, list[Tour]], aides: list[float]) -> str:
    """Return the page from the runs of both ways and the times of the help."""
    totaux = {nom: [sum(tour.phases.values()) for tour in group] for nom, group in tours.items()}
    valeurs = {f"total_{nom}": etendue(found) for nom, found in totaux.items()}
    for nom, group in tours.items():
        valeurs[f"memoire_{nom}"] = nombre(median(tour.memoire for tour in group), 0)
        for suffixe in ("html", "pdf"):
            valeurs[f"{suffixe}_{nom}"] = nombre(median(tour.tailles[suffixe] for tour in group) / 1024, 0)
    rapport = median(totaux["ordinaire"]) / median(totaux["classeur"])
    return PAGE.format(
        fois=len(aides),
        phases="\n".join(_ligne(phase, tours) for phase in PHASES),
        rapport=nombre(rapport, 1),
        aide=nombre(median(aides), 2),
        machine=machine(),
        **valeurs,
    )


def _ligne(phase: str, tours: dict[str, list[Tour]]) -> str:
    cells = (etendue([tour.phases[phase] for tour in tours[nom]]) for nom in ("classeur", "ordinaire"))
    return f"| {PHASES[phase]} | {' | '.join(cells)} |"
