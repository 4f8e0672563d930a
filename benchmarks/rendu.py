"""The page of results, in French."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from statistics import median

import psutil

OUTILS = ("papermill", "nbconvert", "pandas", "matplotlib", "typst")
FACONS = {
    "ordinaire": "(a) la façon ordinaire : papermill, nbconvert, WeasyPrint, l'un après l'autre",
    "standard": "(b) le classeur, moteur ordinaire, de front : `--moteur standard`",
    "froid": "(c) le classeur, dans un dossier vide",
    "change": "(d) le classeur, une valeur changée, commande relancée",
    "rien": "(e) le classeur, rien à faire",
    "aide": "(f) `ctg --help`",
}
# What is measured of both when an older version is measured beside: the name, and its label.
COMPAREES = {
    "froid processeur": "(c) tous les rapports, secondes de processeur",
    "froid": "(c) tous les rapports, secondes",
    "change processeur": "(d) une valeur changée, secondes de processeur",
    "change": "(d) une valeur changée, secondes",
    "rien": "(e) rien à faire, secondes",
    "aide": "(f) `ctg --help`, secondes",
}
TEMOIN = """
## Comparé à une version plus ancienne

Les deux versions alternent, tour après tour, sur la même machine. Le processeur est celui de la
commande et de tous les processus qu'elle lance. Le quotient est la médiane de ceux des tours.

| Grandeur | Cette version | Version {ancienne} | Quotient |
|---|---:|---:|---:|
{lignes}
"""
PAGE = """# Mesures

Écrit par `make bench` : ne pas modifier à la main. Ce qui est écrit ici a été mesuré le {jour}, sur la version {version}
et sur cette machine :

{machine}

## Tous les rapports, de toutes les conventions, en page HTML et en PDF

{nombre} rapports. Médianes (entre crochets, la plus petite et la plus grande mesure). Chaque mesure part de programmes
neufs et d'une copie des données ; les façons alternent ; un premier tour, non compté, met les fichiers dans la mémoire
du système.

| Façon | Secondes | Secondes de processeur | Mesures |
|---|---:|---:|---:|
{facons}

| Grandeur | Mesuré |
|---|---:|
{gain}| Mémoire d'un ouvrier au plus fort (Mo) | {memoire} |
| Mémoire de toute la commande en (c), ce que deux processus partagent compté deux fois (Mo) | {total} |
| Environnement des rapports, une fois installé (Mo) | {environnement} |

En (d), la valeur est dans `{fichier}` : {refaits} rapports la montrent et sont refaits.
{temoin}
## Plusieurs conventions

Le diagnostic de conventions d'essai (`benchmarks/conventions.py`), page HTML et PDF, une mesure chacune.

| Conventions | Secondes par rapport | Mémoire de la commande (Mo) | Mémoire d'un ouvrier (Mo) | Rien à faire (s) |
|---:|---:|---:|---:|---:|
{echelles}
"""  # noqa: E501 - a row of a Markdown table is one line


@dataclass(frozen=True)
class Echelle:
    """What the diagnostics of some conventions take."""

    conventions: int
    secondes: float
    memoire: float
    memoire_par_ouvrier: float
    rien: float


@dataclass(frozen=True)
class Releve:
    """What was measured: the numbers of every turn by name, and what they were measured on."""

    mesures: Mapping[str, list[float]]
    fichier: str  # where the corrected value is
    echelles: list[Echelle]
    environnement: float  # MB
    version: str  # the commit that was measured
    ancienne: str = ""  # the older version measured beside, when there is one


def rediger(releve: Releve) -> str:
    """Return the page of what was measured."""
    mesures = releve.mesures
    milieux = {nom: median(valeurs) for nom, valeurs in mesures.items()}
    gain = ""
    if "ordinaire" in milieux:
        quotient = nombre(milieux["ordinaire"] / milieux["froid"], 1)
        gain = f"| (a) / (c), en secondes | {quotient} |\n"
    temoin = ""
    if releve.ancienne:
        lignes = "\n".join(_comparer(nom, mesures) for nom in COMPAREES)
        temoin = TEMOIN.format(ancienne=releve.ancienne, lignes=lignes)
    return PAGE.format(
        jour=f"{date.today():%d/%m/%Y}",
        version=releve.version,
        machine=machine(),
        nombre=round(milieux["nombre"]),
        facons="\n".join(_facon(nom, mesures) for nom in FACONS if nom in mesures),
        gain=gain,
        memoire=nombre(milieux["memoire"], 0),
        total=nombre(milieux["total"], 0),
        environnement=nombre(releve.environnement, 0),
        fichier=releve.fichier,
        refaits=round(milieux["refaits"]),
        temoin=temoin,
        echelles="\n".join(_echelle(echelle) for echelle in releve.echelles),
    )


def _facon(nom: str, mesures: Mapping[str, list[float]]) -> str:
    secondes = mesures[nom]
    processeur = mesures.get(f"{nom} processeur")
    cellules = (
        FACONS[nom],
        etendue(secondes),
        etendue(processeur) if processeur else "–",
        str(len(secondes)),
    )
    return f"| {' | '.join(cellules)} |"


def _comparer(nom: str, mesures: Mapping[str, list[float]]) -> str:
    celle_ci = mesures[nom]
    ancienne = mesures[f"temoin {nom}"]
    quotient = median(ici / avant for ici, avant in zip(celle_ci, ancienne, strict=True))
    cellules = (COMPAREES[nom], etendue(celle_ci), etendue(ancienne), nombre(quotient, 2))
    return f"| {' | '.join(cellules)} |"


def _echelle(echelle: Echelle) -> str:
    cellules = (
        str(echelle.conventions),
        nombre(echelle.secondes / echelle.conventions, 2),
        nombre(echelle.memoire, 0),
        nombre(echelle.memoire_par_ouvrier, 0),
        nombre(echelle.rien, 2),
    )
    return f"| {' | '.join(cellules)} |"


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
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cœurs, {memoire} Gio de "
        f"mémoire, Python {platform.python_version()}, {outils}."
    )
