"""Ce que dit un titre ou une source par défaut : de quoi il s'agit, où, et en quelles années."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

import pandas as pd

from ctglib.atelier.phrases import dire
from ctglib.calculs.ecriture import enumerer
from ctglib.donnees import publiques
from ctglib.donnees.lecture import sans_accents
from ctglib.donnees.marques import Marque, Origine
from ctglib.donnees.nombres import LIEU, marques_de
from ctglib.donnees.publiques import reperes

LIEUX_NOMMES = 3
SERIES_CITEES = 3
MOTS_D_UN_DEBUT = 2  # of what the labels of several series have in common
IRIS = 9  # signs of its code, which begins with that of its commune
COMMUNE = 5


@lru_cache(maxsize=1)
def territoires_connus() -> pd.DataFrame:
    """Return the territories of the official code, read once.

    ``nom_cherche`` is their name without accents, to which what a user types is compared.
    """
    territoires = publiques.territoires()
    return territoires.assign(nom_cherche=territoires["nom"].map(sans_accents))


def phrase_des_annees(annees: Iterable[int]) -> str:
    """Return « 2020 à 2024 », « 2019, 2022 », or « aucune année »."""
    triees = sorted({int(annee) for annee in annees})
    if not triees:
        return "aucune année"
    if len(triees) > 1 and triees == list(range(triees[0], triees[-1] + 1)):
        return f"{triees[0]} à {triees[-1]}"
    return ", ".join(str(annee) for annee in triees)


def nom_court(libelle: str) -> str:
    """Return the label of a series without its source between brackets, which a source line says.

    Examples:
        >>> nom_court("Foyers au RSA (Cnaf)"), nom_court("Heures réalisées (jeunes)")
        ('Foyers au RSA', 'Heures réalisées (jeunes)')
    """
    debut, parenthese, fin = libelle.rpartition(" (")
    if parenthese and fin.removesuffix(")") in reperes().precisions_de_source:
        return debut
    return libelle


def noms_courts(series: Mapping[str, Origine]) -> dict[str, str]:
    """Return the short name of each series, by its code; two that would be the same keep theirs."""
    courts = {code: nom_court(origine.libelle) for code, origine in series.items()}
    noms = list(courts.values())
    return {
        code: court if noms.count(court) == 1 else series[code].libelle
        for code, court in courts.items()
    }


def debut_commun(noms: Iterable[str]) -> str:
    """Return the words with which names begin, without those that mean nothing alone: « Enfants
    couverts » of « Enfants couverts de 3 à 5 ans » and the like; "" for less than two.
    """
    mots = [nom.split(" ") for nom in noms]
    communs = []
    for de_meme_rang in zip(*mots, strict=False):
        if len(set(de_meme_rang)) > 1:
            break
        communs.append(de_meme_rang[0])
    while communs and sans_accents(communs[-1]) in reperes().recherche.mots_vides:
        communs.pop()
    return " ".join(communs) if len(communs) >= MOTS_D_UN_DEBUT else ""


def sujet_des_series(origines: Iterable[Origine]) -> str:
    """Return what values of some series are about: what their labels share, else the first ones."""
    noms = list(dict.fromkeys(nom_court(o.libelle) for o in origines if o.libelle))
    if len(noms) > 1:
        commun = debut_commun(noms)
        if commun:
            return commun
    return _premieres(noms)


def _premieres(noms: list[str]) -> str:
    """Return the first names of a list, and a sign that there are others."""
    cites = " ; ".join(noms[:SERIES_CITEES])
    return f"{cites}…" if len(noms) > SERIES_CITEES else cites


def sujet_d_un_calcul(marques: Iterable[Marque], sujet: str) -> str:
    """Return what computed values are about: a sum of three years is no series of its own, nor is
    what is made from two series. Values that are not all made alike are named by all their series:
    the calculation of one says nothing of the others.
    """
    marques = list(marques)
    duree = _duree({marque.annees for marque in marques if marque.annees})
    facons = {tuple(_noms_des_origines(marque)) for marque in marques if marque.origines}
    if len(facons) == 1:
        (noms,) = facons
        if len(noms) > 1:
            cites = enumerer([f"« {nom} »" for nom in noms])
            phrase = "calcul_d_apres_des_annees" if duree else "calcul_d_apres"
            return dire(phrase, series=cites, duree=duree)
    return dire("calcul_sur_des_annees", sujet=sujet, duree=duree) if duree else sujet


def _noms_des_origines(marque: Marque) -> list[str]:
    """Return the short names of what a value is made from, each once."""
    noms = [nom_court(origine.libelle) for origine in marque.origines if origine.libelle]
    return list(dict.fromkeys(noms))


def _duree(bornes: set[tuple[int, int]]) -> str:
    """Return on how many years each value is computed, « 3 années (2021 à 2023) », from their first
    and last ones; "" when one is of a single year.
    """
    durees = {fin - debut + 1 for debut, fin in bornes}
    if not durees or min(durees) == 1:
        return ""
    combien = str(durees.pop()) if len(durees) == 1 else dire("plusieurs")
    annees = dire("annees_d_un_calcul", combien=combien)
    if len(bornes) > 1:
        return annees
    ((debut, fin),) = bornes
    return f"{annees} ({phrase_des_annees(range(debut, fin + 1))})"


def lieux_dits(table: pd.DataFrame) -> str:
    """Return the places that a table is about: their names when they are few, « communes de… » or
    « quartiers (IRIS) de… » when they are of one place, "" otherwise.
    """
    noms = _valeurs(table, "libelle")
    codes = _valeurs(table, "territoire")
    if not noms and not codes:
        return table.attrs.get(LIEU, "")
    if codes and not noms:
        connus = territoires_connus().set_index("code")["nom"]
        noms = [connus.get(code, code) for code in codes]
    if len(noms) <= LIEUX_NOMMES:
        return enumerer(noms)
    if codes:
        return _ensemble(codes)
    debut = _premier_mot(noms)
    marques = [
        marque for rang in range(table.shape[1]) for marque in marques_de(table.iloc[:, rang])
    ]
    genres = {marque.genre for marque in marques if marque is not None}
    if debut and genres == {reperes().genres["iris"]}:
        return dire("quartiers_d_un_lieu", lieu=f": {debut}")
    return ""


def _premier_mot(noms: list[str]) -> str:
    """Return the first word of names when all have the same."""
    premiers = {nom.split(" ")[0] for nom in noms}
    return premiers.pop() if len(premiers) == 1 else ""


def _ensemble(codes: list[str]) -> str:
    """Return what some places are parts of: the IRIS of a commune, the communes of an EPCI or of a
    département; their number when they are not all there.
    """
    if all(len(code) == IRIS for code in codes):
        communes = {code[:COMMUNE] for code in codes}
        if len(communes) != 1:
            return ""
        return dire("quartiers_d_un_lieu", lieu=_de(communes.pop()))
    connus = territoires_connus()
    communes = connus[connus["niveau"].eq("commune")]
    choisies = communes[communes["code"].isin(codes)]
    autres = set(codes) - set(choisies["code"])
    for niveau in ("epci", "departement"):
        ensembles = choisies[niveau].unique()
        if len(ensembles) == 1 and ensembles[0] and autres <= {ensembles[0]}:
            toutes = int(communes[niveau].eq(ensembles[0]).sum())
            lieu = _de(ensembles[0])
            dites = dire("des_communes_d_un_lieu", nombre=len(choisies), lieu=lieu)
            if len(choisies) == toutes:
                dites = dire("communes_d_un_lieu", lieu=lieu)
            noms_des_autres = connus.loc[connus["code"].isin(autres), "nom"]
            return enumerer([dites, *noms_des_autres])
    return ""


@lru_cache(maxsize=64)
def _de(code: str) -> str:
    """Return « du Pas-de-Calais »."""
    return publiques.nommer([code])[0].de


def annees_dites(table: pd.DataFrame, marques: Iterable[Marque]) -> str:
    """Return the years that a table shows: those of its rows, else those of its values."""
    annees = {int(annee) for annee in _valeurs(table, "annee")}
    departs = {int(annee) for annee in _valeurs(table, "annee_depart")}
    if annees and departs:
        return f"{min(departs)} à {max(annees)}"
    if not annees:
        annees = annees_des_marques(marques)
    return phrase_des_annees(annees) if annees else ""


def annees_des_marques(marques: Iterable[Marque]) -> set[int]:
    """Return the years that values are made from, those between the first and the last too."""
    annees: set[int] = set()
    for bornes in {marque.annees for marque in marques if marque.annees}:
        annees |= set(range(bornes[0], bornes[1] + 1))
    return annees


def periode(annees: set[int], datee: str) -> str:
    """Return when figures are of, as their source dates them: « décembre 2020 à décembre 2024 »."""
    if not annees or not datee:
        return ""
    triees = sorted(annees)
    if triees == list(range(triees[0], triees[-1] + 1)):
        triees = sorted({triees[0], triees[-1]})
        return " à ".join(datee.format(annee=annee) for annee in triees)
    return ", ".join(datee.format(annee=annee) for annee in triees)


def _valeurs(table: pd.DataFrame, nom: str) -> list:
    """Return the values of a column, or of a level of the index, each once, in their order."""
    if list(table.columns).count(nom) == 1:
        return table[nom].dropna().unique().tolist()
    if nom in table.index.names:
        return table.index.get_level_values(nom).dropna().unique().tolist()
    return []
