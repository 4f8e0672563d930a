"""The page of results, in French."""

from __future__ import annotations

import os
import platform
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

import psutil

OUTILS = ("papermill", "nbconvert", "pandas", "matplotlib", "typst")
FACONS = {
    "ordinaire": "(a) la façon ordinaire : papermill, nbconvert, WeasyPrint, l'un après l'autre",
    "standard": "(b) le classeur, moteur ordinaire, de front : `--moteur standard`",
    "froid": "(c) le classeur, dans un dossier vide",
    "change": "(d) le classeur, une valeur changée, commande relancée",
    "suivi": "(d) le classeur, une valeur changée, commande restée ouverte : `--suivre`",
    "rien": "(e) le classeur, rien à faire",
    "borne": "(f) la borne : processeur des cellules et du rendu, divisé par les cœurs",
}
# What a witness tells the seconds of: how the row of the second table begins.
RAMENEES = {
    "change": "(d) une valeur changée, commande relancée",
    "suivi": "(d) une valeur changée, sous `--suivre`",
    "rien": "(e) rien à faire",
    "aide": "`ctg --help`",
}
TEMOIN = """
La machine n'a pas toujours la même vitesse. À chaque tour, une version plus ancienne a été mesurée aussi, dont la page
de mesures dit ce qu'elle prenait sur une machine calme. La durée ramenée est cette durée-là, multipliée par ce que la
version d'aujourd'hui prend de l'ancienne le même jour (médiane des tours).

| Grandeur | Ancienne, au calme (s) | Ancienne, ce jour (s) | Ce jour (s) | Ramenée (s) | Visé |
|---|---:|---:|---:|---:|---:|
{lignes}
"""
PAGE = """# Mesures

Écrit par `make bench` : ne pas modifier à la main.

## Tous les rapports, de toutes les conventions, en page HTML et en PDF

{nombre} rapports. Médianes de {fois} mesures, en secondes (entre crochets, la plus petite et la plus grande), toutes
du même lancement. Chaque mesure part de programmes neufs et d'une copie des données ; les façons alternent ; un premier
tour, non compté, met les fichiers dans la mémoire du système.

| Façon | Secondes | Mesures |
|---|---:|---:|
{facons}

| Rapport ou grandeur | Mesuré | Visé |
|---|---:|---:|
| (a) / (c) : gain sur la façon ordinaire | {gain} | 15 ou plus |
| (c) / (f) : ce qui n'est ni cellule ni rendu | {surcout} | 1,3 ou moins |
| (d) une valeur changée, commande relancée (s) | {change} | moins de 5 |
| (d) une valeur changée, sous `--suivre` (s) | {suivi} | moins de 3 |
| (e) rien à faire (s) | {rien} | moins de 0,6 |
| Mémoire d'un ouvrier au plus fort (Mo) | {memoire} | moins de 350 |
| `ctg --help` (s) | {aide} | moins de 0,3 |
| Environnement des rapports, une fois installé (Mo) | {environnement} | moins de 700 |

En (d), la valeur est dans `{fichier}` : {refaits} rapports la montrent et sont refaits.
Sous `--suivre`, le temps va de l'enregistrement de la valeur au message de la commande, trois corrections de suite à
chaque tour. La mémoire de toute la commande monte à {total} Mo en (c), ce que deux processus partagent compté
deux fois.
{temoin}
## Un, dix, cent conventions

Le diagnostic de conventions d'essai (`benchmarks/conventions.py`), page HTML et PDF, une mesure chacune.

| Conventions | Secondes par rapport | Mémoire de la commande (Mo) | Mémoire d'un ouvrier (Mo) | Rien à faire (s) |
|---:|---:|---:|---:|---:|
{echelles}

## Où

{machine}
"""


@dataclass(frozen=True)
class Echelle:
    """What the diagnostics of some conventions take."""

    conventions: int
    secondes: float
    memoire: float
    memoire_par_ouvrier: float
    rien: float


def publiees(page: Path) -> dict[str, tuple[str, str]]:
    """Return what a page of results has of the measures that a witness tells: what was measured,
    what was aimed at.
    """
    rows = re.findall(
        r"^\| (.+?)(?: \(s\))? \| ([\d,]+) \| (.+?) \|$",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    found = {libelle: (mesure, vise) for libelle, mesure, vise in rows}
    return {nom: found[libelle] for nom, libelle in RAMENEES.items()}


def rediger(
    mesures: dict[str, list],
    echelles: list[Echelle],
    environnement: float,
    avant: dict[str, tuple[str, str]],
) -> str:
    """Return the page from the measures of every turn, those of some conventions, and the MB of the
    environment.

    ``avant`` is what the witness has published (see ``publiees``), when there is one.
    """
    milieu = {nom: median(valeurs) for nom, valeurs in mesures.items() if nom != "fichier"}
    return PAGE.format(
        nombre=round(milieu["nombre"]),
        fois=len(mesures["froid"]),
        facons="\n".join(_ligne(nom, mesures[nom]) for nom in FACONS if nom in mesures),
        gain=nombre(milieu["ordinaire"] / milieu["froid"], 1)
        if "ordinaire" in milieu
        else "non mesuré",
        surcout=nombre(milieu["froid"] / milieu["borne"], 2),
        change=nombre(milieu["change"], 2),
        suivi=nombre(milieu["suivi"], 2),
        rien=nombre(milieu["rien"], 2),
        memoire=nombre(milieu["memoire"], 0),
        aide=nombre(milieu["aide"], 2),
        environnement=nombre(environnement, 0),
        total=nombre(milieu["total"], 0),
        refaits=round(milieu["refaits"]),
        fichier=mesures["fichier"][0],
        temoin=TEMOIN.format(
            lignes="\n".join(_temoin(nom, mesures, avant[nom]) for nom in RAMENEES)
        )
        if avant
        else "",
        echelles="\n".join(_echelle(item) for item in echelles),
        machine=machine(),
    )


def _temoin(nom: str, mesures: dict[str, list[float]], publie: tuple[str, str]) -> str:
    ici = mesures[nom]
    autre = mesures[f"temoin {nom}"]
    (avant, vise) = publie
    part = median(one / other for one, other in zip(ici, autre, strict=True))
    ramenee = nombre(float(avant.replace(",", ".")) * part, 2)
    return f"| {RAMENEES[nom]} | {avant} | {etendue(autre)} | {etendue(ici)} | {ramenee} | {vise} |"


def _ligne(nom: str, valeurs: list[float]) -> str:
    return f"| {FACONS[nom]} | {etendue(valeurs)} | {len(valeurs)} |"


def _echelle(item: Echelle) -> str:
    cells = (
        str(item.conventions),
        nombre(item.secondes / item.conventions, 2),
        nombre(item.memoire, 0),
        nombre(item.memoire_par_ouvrier, 0),
        nombre(item.rien, 2),
    )
    return f"| {' | '.join(cells)} |"


def etendue(valeurs: list[float]) -> str:
    """Return the median of some seconds, with the least and the greatest."""
    return f"{nombre(median(valeurs), 2)} [{nombre(min(valeurs), 2)} – {nombre(max(valeurs), 2)}]"


def nombre(valeur: float, decimales: int) -> str:
    """Return a number as French writes it."""
    return f"{valeur:,.{decimales}f}".replace(",", "\u202f").replace(".", ",")


def machine() -> str:
    """Return what the measures were made on."""
    memoire = nombre(psutil.virtual_memory().total / 2**30, 0)
    outils = ", ".join(f"{nom} {version(nom)}" for nom in OUTILS)
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cœurs, {memoire} Gio de mémoire, "
        f"Python {platform.python_version()}, {outils}."
    )
