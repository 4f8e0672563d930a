"""Tables drawn at random, published, corrected in the same year, published again: and what a reader
of both makes of it.

The attacker is the one of ``attaque_secret``, with all publications side by side. It is even told
which hidden counts are the same in two of them: whoever guesses it right knows no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from attaque_secret import Nom, Somme, groupes_lies, tables_de_plusieurs
from secret_exemple import (
    RIEN,
    SEUIL,
    Choisi,
    noter_publication,
    observations,
    profils,
    publier,
)

from ctglib.donnees.modeles.publications import RegistrePublie
from ctglib.secret.modele import Cle, Tirage
from ctglib.secret.publication import GARDE, Publiable

ANNEE = 2023
VALEURS_ESSAYEES = 3 * SEUIL  # from each end of what a hidden count may be
DISPOSITIFS = ("cmj", "caj")
AGES = ("m", "n", "o")
SEXES = ("m", "n")
Effectifs = dict[tuple[str, ...], int]


class Saisie(NamedTuple):
    """Counts by name, and the sums that the reader knows of."""

    effectifs: Effectifs  # the whole among them, typed or not
    sommes: list[Somme]
    total: bool = True  # whether the whole is typed


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
    # A whole that nobody gives ties its parts all the same: docs/decisions/0006.
    effectifs["ensemble",] = sum(effectifs[nom,] for nom in DISPOSITIFS)
    sommes.append((("ensemble",), tuple((nom,) for nom in DISPOSITIFS)))
    return Saisie(effectifs, sommes, total)


def publier_la_saisie(saisie: Saisie, registre: RegistrePublie, tirage: Tirage) -> Publiable:
    """Return what a publication of a typing shows."""
    lignes = []
    comptes = []
    for nom, effectif in saisie.effectifs.items():
        if nom == ("ensemble",) and not saisie.total:
            continue
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


Retrouve = Callable[[dict[Nom, int]], bool]


def resserres(
    lectures: Iterable[tuple[Saisie, Lecture]], retrouve: Retrouve = lambda _: True
) -> dict[Nom, tuple[int, int]]:
    """Return the counts that some sum ties to others, and that who reads all the publications
    narrows to less than the threshold.

    ``retrouve`` tells whether a table of all counts, by name, could be the one published: the
    others are thrown away.
    """
    publies: dict[Nom, int] = {}
    caches: set[Nom] = set()
    sommes: list[Somme] = []
    regles: list[set[Nom]] = []
    places_cachees: set[tuple[str, ...]] = set()
    for saisie, lecture in lectures:
        siens = {nommer(saisie, place) for place in lecture.caches}
        montres = {nommer(saisie, place): valeur for place, valeur in lecture.montres.items()}
        siennes = [
            (nommer(saisie, total), tuple(nommer(saisie, partie) for partie in parties))
            for total, parties in saisie.sommes
        ]
        # The rule of this publication, for who reads it alone: where nothing was hidden before.
        for groupe in groupes_lies(montres, siens, siennes):
            if not {place for place, _ in groupe} & places_cachees:
                regles.append(groupe & siens)
        publies |= montres
        caches |= siens
        sommes += siennes
        places_cachees |= lecture.caches
    caches -= set(publies)
    extremes: dict[Nom, list[int]] = {nom: [] for nom in caches}
    gardees: dict[Nom, set[int]] = {nom: set() for nom in caches}
    for nom, table in tables_de_plusieurs(publies, caches, sommes, regles, seuil=SEUIL):
        extremes[nom].append(table[nom])
        if retrouve({**publies, **table}):
            gardees[nom].add(table[nom])
    trop_resserres = {}
    for nom, valeurs in gardees.items():
        if valeurs and max(valeurs) - min(valeurs) >= SEUIL:
            continue
        # An extreme may be thrown away, and the values beside it be possible.
        for valeur in _vers_l_interieur(*extremes[nom]):
            if len(valeurs) >= SEUIL:
                break
            autres = tables_de_plusieurs(
                publies, sorted(caches), sommes, regles, seuil=SEUIL, valeurs={nom: valeur}
            )
            if any(retrouve({**publies, **table}) for _, table in autres):
                valeurs.add(valeur)
        if len(valeurs) < SEUIL:
            trop_resserres[nom] = (min(valeurs, default=0), max(valeurs, default=-1))
    return trop_resserres


def _vers_l_interieur(bas: int, haut: int) -> Iterator[int]:
    """Yield values from both ends of an interval towards its middle, so many of them at most."""
    for pas in range(min(VALEURS_ESSAYEES, (haut - bas) // 2 + 1)):
        yield bas + pas
        if haut - pas > bas + pas:
            yield haut - pas


def nommer(saisie: Saisie, place: tuple[str, ...]) -> Nom:
    """Return one name for the same place with the same value, whichever the publication."""
    return place, saisie.effectifs[place]


def resserres_par_le_rejeu(graine: int, cle: bytes = b"une") -> int:
    """Return how many counts are narrowed to who has both publications and replays the public code,
    with any key: a table that no key would have masked so, both times, is thrown away.
    """
    hasard = np.random.default_rng(graine)
    personnes = tirer(hasard)
    avant = saisir(personnes, croisees=False, total=bool(hasard.integers(2)))
    apres = saisir(corriger(personnes, hasard), croisees=False, total=avant.total)
    saisies = (avant, apres)
    publiables = _deux_publications(saisies, (Tirage(cle), Tirage(cle)))
    if any(len(publiable.retraits) for publiable in publiables):
        return 0
    lues = [lire(publiable) for publiable in publiables]

    def retrouve(table: dict[Nom, int]) -> bool:
        """Tell whether one key gives both masks.

        It adds the hidden counts that were not small the first time, some of those that the second
        publication alone hides, and makes all of them the cheaper ones.
        """
        essais = []
        grands: list[set[tuple[str, ...]]] = []
        for saisie, lue in zip(saisies, lues, strict=True):
            effectifs = {place: table[nommer(saisie, place)] for place in saisie.effectifs}
            essais.append(saisie._replace(effectifs=effectifs))
            grands.append({place for place in lue.caches if not 0 < effectifs[place] < SEUIL})
        for place in lues[1].caches & lues[0].montres.keys():
            if essais[0].effectifs[place] == essais[1].effectifs[place]:
                return False  # shown once, it is never hidden
        moins_chers = _cles_des_places(lues[0].caches | lues[1].caches)
        for places in _parties(grands[1] - lues[0].caches):
            tirage = Choisi(_cles_des_places(grands[0] | places), moins_chers)
            refaites = _deux_publications(essais, (tirage, tirage))
            if [lire(refaite).caches for refaite in refaites] == [lue.caches for lue in lues]:
                return True
        return False

    return len(resserres(zip(saisies, lues, strict=True), retrouve))


def _deux_publications(saisies: Sequence[Saisie], tirages: Sequence[Tirage]) -> list[Publiable]:
    premiere = publier_la_saisie(saisies[0], RIEN, tirages[0])
    registre = noter_publication(premiere, ANNEE, tirage=tirages[0])
    return [premiere, publier_la_saisie(saisies[1], registre, tirages[1])]


def _parties(places: set[tuple[str, ...]]) -> Iterator[set[tuple[str, ...]]]:
    """Yield the sets of some places, the smallest first."""
    for nombre in range(len(places) + 1):
        yield from map(set, combinations(sorted(places), nombre))


def _cles_des_places(places: Iterable[tuple[str, ...]]) -> frozenset[Cle]:
    return frozenset(cle_de_la_place(place) for place in places)


def cle_de_la_place(place: tuple[str, ...]) -> Cle:
    """Return the name that ctglib has for a count that a table without crosses shows."""
    if len(place) == 3:
        return Cle(f"profils/{ANNEE}/{place[0]}", f"{place[1]}/{place[2]}")
    ligne = "ensemble" if place == ("ensemble",) else f"dispositif/{place[0]}"
    return Cle(f"observations/{ANNEE}/01001/accueillis", ligne, "", ANNEE)


class Essai(NamedTuple):
    """What became of a correction."""

    issue: str  # publiee, gardee (the table keeps what was published), retiree, retiree_avant
    trop_resserres: int


def essayer(
    graine: int, cles: tuple[bytes, bytes] = (b"une", b"une"), *, noter: bool = True
) -> Essai:
    """Publish a table, correct it, publish it again with what the register has, and attack both.

    Without ``noter``, the first publication is in no register.
    """
    hasard = np.random.default_rng(graine)
    personnes = tirer(hasard)
    formes = {"croisees": bool(hasard.integers(2)), "total": bool(hasard.integers(2))}
    avant = saisir(personnes, **formes)
    premiere = publier_la_saisie(avant, RIEN, Tirage(cles[0]))
    registre = noter_publication(premiere, ANNEE, tirage=Tirage(cles[0]))
    apres = saisir(corriger(personnes, hasard), **formes)
    seconde = publier_la_saisie(apres, registre if noter else RIEN, Tirage(cles[1]))
    raisons = set(seconde.retraits["raison"])
    if len(premiere.retraits):
        return Essai("retiree_avant", 0)
    lue = lire(seconde)
    if GARDE in raisons:
        apres = apres._replace(effectifs=_saisie_gardee(seconde, apres))
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
    effectifs["ensemble",] = sum(effectifs[nom,] for nom in DISPOSITIFS)
    return effectifs
