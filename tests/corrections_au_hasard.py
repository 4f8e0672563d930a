"""Tables drawn at random, published, corrected in the same year, published again: and what a reader
of both makes of it.

The attacker is the one of ``attaque_secret``, with all publications side by side. It is even told
which hidden counts are the same in two of them: whoever guesses it right knows no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from attaque_secret import Nom, Somme, groupes_lies, intervalles_de_plusieurs
from secret_exemple import (
    RIEN,
    SEUIL,
    noter_publication,
    observations,
    profils,
    publier,
)

from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.secret.modele import Tirage
from ctglib.secret.publication import GARDE, Publiable

ANNEE = 2023
DISPOSITIFS = ("cmj", "caj")
AGES = ("m", "n", "o")
SEXES = ("m", "n")
Effectifs = dict[tuple[str, ...], int]


class Saisie(NamedTuple):
    """Counts by name, and the sums that the reader knows of."""

    effectifs: Effectifs
    sommes: list[Somme]


class Lecture(NamedTuple):
    """What one publication shows and hides, by name."""

    montres: Effectifs
    caches: set[tuple[str, ...]]


def tirer(hasard: np.random.Generator) -> dict[str, np.ndarray]:
    """Return the persons of each dispositif by age and sex, half of the counts small."""
    taille = (len(AGES), len(SEXES))
    return {
        nom: np.where(
            hasard.random(taille) < 0.5,
            hasard.integers(0, 8, taille),
            hasard.integers(0, 61, taille),
        )
        for nom in DISPOSITIFS
    }


def corriger(personnes: Mapping[str, np.ndarray], hasard: np.random.Generator) -> dict:
    """Return persons with one to three counts corrected, by little or by much."""
    corrigees = {nom: table.copy() for nom, table in personnes.items()}
    while all((corrigees[nom] == personnes[nom]).all() for nom in DISPOSITIFS):
        for _ in range(hasard.integers(1, 4)):
            table = corrigees[DISPOSITIFS[hasard.integers(2)]]
            place = tuple(hasard.integers(0, table.shape))
            ecart = hasard.integers(-3, 4) if hasard.random() < 0.7 else hasard.integers(-40, 41)
            table[place] = max(0, table[place] + ecart)
    return corrigees


def saisir(personnes: Mapping[str, np.ndarray], *, croisees: bool, total: bool) -> Saisie:
    """Return the counts that are typed of persons, with or without the crossed table and the
    indicator of the whole.
    """
    effectifs: Effectifs = {}
    sommes: list[Somme] = []
    for nom, table in personnes.items():
        effectifs[nom,] = int(table.sum())
        effectifs |= {(nom, "age", a): int(table[i].sum()) for i, a in enumerate(AGES)}
        effectifs |= {(nom, "sexe", s): int(table[:, j].sum()) for j, s in enumerate(SEXES)}
        sommes += [((nom,), tuple((nom, "age", a) for a in AGES))]
        sommes += [((nom,), tuple((nom, "sexe", s) for s in SEXES))]
        if croisees:
            effectifs |= {
                (nom, a, s): int(table[i, j])
                for i, a in enumerate(AGES)
                for j, s in enumerate(SEXES)
            }
            sommes += [((nom, "age", a), tuple((nom, a, s) for s in SEXES)) for a in AGES]
            sommes += [((nom, "sexe", s), tuple((nom, a, s) for a in AGES)) for s in SEXES]
    if total:
        effectifs["ensemble",] = sum(effectifs[nom,] for nom in DISPOSITIFS)
        sommes.append((("ensemble",), tuple((nom,) for nom in DISPOSITIFS)))
    return Saisie(effectifs, sommes)


def publier_la_saisie(saisie: Saisie, registre: RegistrePublie, tirage: Tirage) -> Publiable:
    """Return what a publication of a typing shows."""
    lignes = []
    comptes = []
    for nom, effectif in saisie.effectifs.items():
        if len(nom) == 1:
            dimension = "" if nom == ("ensemble",) else "dispositif"
            modalite = nom[0] if dimension else ""
            comptes.append((ANNEE, "accueillis", dimension, modalite, ANNEE, effectif))
        elif nom[1] in ("age", "sexe"):
            lignes.append((ANNEE, *nom, effectif))
        else:
            lignes.append((ANNEE, nom[0], "age", nom[1], "sexe", nom[2], effectif))
    return publier(
        profils(*lignes), observations(*comptes), ANNEE, registre=registre, tirage=tirage
    )


def lire(publiable: Publiable) -> Lecture:
    """Return what a reader of a publication sees, from its tables alone."""
    montres: Effectifs = {}
    caches = set()
    tables = [
        (publiable.profils, "effectif", _nom_de_profil),
        (publiable.observations, "valeur", _nom_d_observation),
    ]
    for table, colonne, nommer in tables:
        for ligne in table.to_dict("records"):
            if ligne["statut"] == "Q":
                caches.add(nommer(ligne))
            else:
                montres[nommer(ligne)] = int(ligne[colonne])
    return Lecture(montres, caches)


def _nom_de_profil(ligne: Mapping) -> tuple[str, ...]:
    if ligne["variable_2"]:
        return ligne["dispositif"], ligne["modalite"], ligne["modalite_2"]
    return ligne["dispositif"], ligne["variable"], ligne["modalite"]


def _nom_d_observation(ligne: Mapping) -> tuple[str, ...]:
    return (ligne["modalite"] or "ensemble",)


def resserres(lectures: Iterable[tuple[Saisie, Lecture]]) -> dict[Nom, tuple[int, int]]:
    """Return the counts that some sum ties to others, and that who reads all the publications
    narrows to less than the threshold.
    """
    publies: dict[Nom, int] = {}
    caches: set[Nom] = set()
    sommes: list[Somme] = []
    regles: list[set[Nom]] = []
    places_cachees: set[tuple[str, ...]] = set()
    for saisie, lecture in lectures:

        def nommer(place: tuple[str, ...], saisie: Saisie = saisie) -> Nom:
            """Return one name for the same place with the same value, whichever the publication."""
            return place, saisie.effectifs[place]

        siens = {nommer(place) for place in lecture.caches}
        montres = {nommer(place): valeur for place, valeur in lecture.montres.items()}
        siennes = [(nommer(total), tuple(map(nommer, parties))) for total, parties in saisie.sommes]
        # The rule of this publication, for who reads it alone: where nothing was hidden before.
        for groupe in groupes_lies(montres, siens, siennes):
            if not {place for place, _ in groupe} & places_cachees:
                regles.append(groupe & siens)
        publies |= montres
        caches |= siens
        sommes += siennes
        places_cachees |= lecture.caches
    caches -= set(publies)
    trouves = intervalles_de_plusieurs(publies, caches, sommes, regles, seuil=SEUIL)
    return {nom: bornes for nom, bornes in trouves.items() if bornes[1] - bornes[0] < SEUIL}


class Essai(NamedTuple):
    """What became of a correction."""

    issue: str  # publiee, gardee (the table keeps what was published), retiree, retiree_avant
    trop_resserres: int


def essayer(graine: int, cles: tuple[bytes, bytes] = (b"une", b"une")) -> Essai:
    """Publish a table, correct it, publish it again with what the register has, and attack both."""
    hasard = np.random.default_rng(graine)
    personnes = tirer(hasard)
    formes = {"croisees": bool(hasard.integers(2)), "total": bool(hasard.integers(2))}
    avant = saisir(personnes, **formes)
    premiere = publier_la_saisie(avant, RIEN, Tirage(cles[0]))
    registre = noter_publication(premiere, ANNEE, tirage=Tirage(cles[0]))
    apres = saisir(corriger(personnes, hasard), **formes)
    seconde = publier_la_saisie(apres, registre, Tirage(cles[1]))
    raisons = set(seconde.retraits["raison"])
    if len(premiere.retraits):
        return Essai("retiree_avant", 0)
    lue = lire(seconde)
    if GARDE in raisons:
        apres = Saisie(_saisie_gardee(seconde, apres), apres.sommes)
    trop = resserres([(avant, lire(premiere)), (apres, lue)])
    if GARDE in raisons:
        return Essai("gardee", len(trop))
    return Essai("retiree" if raisons else "publiee", len(trop))


def _saisie_gardee(publiable: Publiable, saisie: Saisie) -> Effectifs:
    """Return the counts that a publication is made of, some of them those published before."""
    effectifs = dict(saisie.effectifs)
    vrais: pd.DataFrame = publiable.effectifs
    for ligne in vrais.to_dict("records"):
        sorte, _, *reste = ligne["table"].split("/")
        if sorte == "observations":
            nom = (ligne["ligne"].partition("/")[2] or "ensemble",)
        elif ligne["colonne"]:
            nom = (reste[0], ligne["ligne"].split("/")[1], ligne["colonne"].split("/")[1])
        else:
            nom = (reste[0], *ligne["ligne"].split("/"))
        effectifs[nom] = int(ligne["effectif"])
    return effectifs
