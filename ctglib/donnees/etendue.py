"""What is known of a count at a place, year by year: the sum of what is published, and the least
and the most that it may be, whatever was rounded, withheld or missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ctglib.donnees.magasin import villes
from ctglib.donnees.modeles.catalogue import Sommes, Tus
from ctglib.donnees.modeles.sources import SerieOfficielle
from ctglib.donnees.yaml_strict import charger_yaml

# Why a count has no value; "" when it has one.
SECRET = "secret"
ABSENT = "absent"
COLONNES = (
    "somme",
    "minimum",
    "maximum",
    "inconnus",
    "parties",
    "connues",
    "cellules",
    "part_connue",
)
IRIS = "iris"
NOMBRE = "nombre"  # the unit of counts
PRESQUE_TOUT = 0.99
PLUS_GRANDE_PART = 99.9  # that a sentence says of a whole of which something is missing


@dataclass(frozen=True)
class Lieu:
    """A place, and the communes that add up to it."""

    code: str  # that producers publish it under, "" for none
    membres: tuple[str, ...]  # codes of communes
    groupe: bool  # it is several communes
    code_egal: str = ""  # of a territory of the same communes, published elsewhere: Paris is « 75 »
    # the communes whose IRIS add up to it, when they are not all those that have some
    a_l_iris: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Chiffres:
    """Public figures, as they were published.

    Attributes:
        tables: By family: annee, territoire, niveau, commune (of an IRIS; itself for a commune),
            then a column a series; NaN is absent, inf is secret.
        familles: The family of each series.
        series: What each series means.
        sommees: The families whose communes, or IRIS, add up.
        habitants: How many live in each commune.
        tus: How the families that withhold figures do so.
        connus_au_moins: The share of a place that has to be known for its sum to be said.
    """

    tables: Mapping[str, pd.DataFrame]
    familles: Mapping[str, str]
    series: Mapping[str, SerieOfficielle]
    sommees: frozenset[str]
    habitants: pd.Series
    tus: Mapping[str, Tus]
    connus_au_moins: float


def lire_les_sommes() -> Sommes:
    """Return when a sum is said of parts that are not all known."""
    return charger_yaml("catalogue/sommes.yaml", Sommes)


def note_de_la_somme(connu: pd.Series, phrase: str) -> str:
    """Return what a file says of a sum of parts that are not all known: how many are, what share
    that is, and its bounds where something gives them.
    """
    part = 100 * connu["part_connue"]
    if connu["connues"] < connu["parties"]:
        part = min(part, PLUS_GRANDE_PART)
    note = phrase.format(
        connues=connu["connues"],
        parties=connu["parties"],
        part=part,
        part_au_dixieme=f"{part:.1f}".replace(".", ","),
    )
    if pd.isna(connu["maximum"]):
        return note
    bornes = lire_les_sommes().mots["bornes"]
    return f"{note} ; {bornes.format(bas=connu['minimum'], haut=connu['maximum'])}"


def debuts_des_iris(communes: Iterable[str]) -> list[str]:
    """Return how the codes of the IRIS of some communes start: with their own, or in Paris, Lyon
    and Marseille with that of an arrondissement.
    """
    debuts = list(communes)
    for commune, ville in villes().items():
        if commune in debuts:
            departement = commune[:2]
            possibles = [f"{departement}{numero:03d}" for numero in range(1000)]
            debuts += [code for code in possibles if re.fullmatch(ville.motif, code)]
    return debuts


def etendue(chiffres: Chiffres, lieu: Lieu, serie: str) -> pd.DataFrame:
    """Return what is known of a series at a place, one row a year.

    As published for the place, else the sum of its communes or of their IRIS, where the family may
    be summed.

    Returns:
        somme (of what is published), minimum and maximum (NaN when nothing bounds what is
        withheld), inconnus (how many more there may be in the parts that are not known), parties
        (how many parts the place has), connues (how many are published), cellules (how many of the
        others are published, but for this figure), part_connue (the share of its households, or
        inhabitants, that the known parts have at least; of the parts when nothing tells).
        ``raison`` is "secret" when its producer withholds too much for a sum to be said, "absent"
        when it is missing, "" when it is known.
    """
    famille = chiffres.familles[serie]
    table = chiffres.tables[famille]
    publiees = table[table["territoire"].eq(lieu.code)]
    if publiees.empty and lieu.code_egal:
        publiees = table[table["territoire"].eq(lieu.code_egal)]
    if not publiees.empty:
        connu = _publie(publiees, serie, chiffres)
    elif famille not in chiffres.sommees:
        connu = pd.DataFrame(columns=[*COLONNES, "secret"], dtype=float)
    else:
        lignes = table[table["commune"].isin(lieu.membres)]
        lignes = lignes[lignes[serie].notna()]
        if lieu.a_l_iris is not None:
            d_un_iris = lignes["niveau"].eq(IRIS)
            lignes = lignes[~d_un_iris | lignes["commune"].isin(lieu.a_l_iris)]
        if lignes["niveau"].eq(IRIS).any():
            connu = _somme_des_iris(lignes, serie, chiffres)
        else:
            connu = _somme_des_communes(lignes, serie, chiffres, lieu)
    trop_peu = connu["part_connue"].lt(chiffres.connus_au_moins)
    raison = pd.Series("", connu.index).mask(trop_peu, ABSENT)
    raison = raison.mask(trop_peu & connu["secret"].astype(bool), SECRET)
    # Most of its parts withhold this figure: what is left is no figure of the place.
    parts_dites = connu["connues"] / connu["parties"]
    trop_de_cellules = connu["cellules"].gt(0) & parts_dites.lt(chiffres.connus_au_moins)
    raison = raison.mask(trop_de_cellules, SECRET)
    return connu[list(COLONNES)].astype(float).assign(raison=raison)


def communes_connues(chiffres: Chiffres, lieu: Lieu, serie: str, annee: int) -> tuple[str, ...]:
    """Return the communes of a place that have a figure of a year, all of them when it is published
    for the place itself.
    """
    table = chiffres.tables[chiffres.familles[serie]]
    de_l_annee = table[table["annee"].eq(annee)]
    if de_l_annee["territoire"].isin([lieu.code, lieu.code_egal]).any():
        return lieu.membres
    valeurs = de_l_annee[serie].astype(float)
    connues = set(de_l_annee.loc[np.isfinite(valeurs), "commune"])
    return tuple(commune for commune in lieu.membres if commune in connues)


def _publie(lignes: pd.DataFrame, serie: str, chiffres: Chiffres) -> pd.DataFrame:
    """Return a figure that its producer publishes for the place itself."""
    valeurs = lignes.set_index("annee")[serie].astype(float)
    connue = pd.Series(np.isfinite(valeurs), valeurs.index)
    somme = valeurs.where(connue)
    demi = demi_arrondi(chiffres.series[serie])
    minimum = somme - demi
    return pd.DataFrame(
        {
            "somme": somme,
            "minimum": minimum.clip(lower=0) if demi else somme,
            "maximum": somme + demi,
            "inconnus": 0.0,
            "parties": 1,
            "connues": connue.astype(int),
            "cellules": 0,
            "part_connue": connue.astype(float),
            "secret": np.isinf(valeurs),
        }
    )


def _somme_des_communes(
    lignes: pd.DataFrame, serie: str, chiffres: Chiffres, lieu: Lieu
) -> pd.DataFrame:
    """Return the sum of communes: one that is missing has at most as many as it has inhabitants."""
    habitants = chiffres.habitants.reindex(list(lieu.membres))
    connues = lignes[np.isfinite(lignes[serie].astype(float))]
    connues = connues.assign(
        effectif=connues[serie].astype(float), habitants=connues["commune"].map(habitants)
    )
    par_annee = connues.groupby("annee")
    somme = par_annee["effectif"].sum()
    nombre = par_annee.size()
    # Of whom nobody tells how many they are, nothing is bounded.
    inconnus = (habitants.sum(skipna=False) - par_annee["habitants"].sum()).clip(lower=0)
    inconnus = inconnus.mask(nombre.eq(len(lieu.membres)), 0.0)
    part_connue = (1 - inconnus / habitants.sum()).fillna(nombre / len(lieu.membres))
    demi = _demi_arrondi_d_une_somme(chiffres.series[serie], nombre)
    secretes = lignes.assign(secret=np.isinf(lignes[serie].astype(float))).groupby("annee")
    return pd.DataFrame(
        {
            "somme": somme,
            "minimum": (somme - demi).clip(lower=0),
            "maximum": somme + demi + inconnus,
            "inconnus": inconnus,
            "parties": len(lieu.membres),
            "connues": nombre,
            "cellules": 0,
            "part_connue": part_connue,
            "secret": secretes["secret"].any().reindex(somme.index),
        }
    )


def _somme_des_iris(lignes: pd.DataFrame, serie: str, chiffres: Chiffres) -> pd.DataFrame:
    """Return the sum of IRIS, in the communes that have some.

    An IRIS withheld whole has what the total of its communes leaves it, in the file that tells it;
    a cell withheld in an IRIS that is published is smaller than the least that is.
    """
    regle = chiffres.tus[chiffres.familles[serie]]
    valeurs = lignes[serie].astype(float)
    entier_tu = pd.Series(np.isinf(lignes[regle.foyers.connus].astype(float)), lignes.index)
    cellule_tue = pd.Series(np.isinf(valeurs), lignes.index) & ~entier_tu
    connus = lignes.assign(
        effectif=valeurs.where(np.isfinite(valeurs), 0.0),
        entier_tu=entier_tu,
        cellule_tue=cellule_tue,
    )
    par_annee = connus.groupby("annee")
    somme = par_annee["effectif"].sum()
    iris_tus = par_annee["entier_tu"].sum()
    parties = par_annee.size()
    cellules_tues = par_annee["cellule_tue"].sum()

    compte = regle.personnes if serie in regle.de_personnes else regle.foyers
    # How many the withheld IRIS have at most: what is left of the total of their communes, which
    # the two files do not count quite alike.
    totaux = _totaux(connus, compte.total, chiffres)
    restants = totaux * (1 + regle.ecart) - _finis(connus, compte.connus)
    inconnus = restants.clip(lower=0).mask(iris_tus.eq(0), 0.0)
    foyers_connus = _finis(connus, regle.foyers.connus)
    # The most that there may be, as the two files do not count quite alike: the share is the least.
    foyers = _totaux(connus, regle.foyers.total, chiffres) * (1 + regle.ecart)
    part_connue = (foyers_connus / foyers).clip(upper=PRESQUE_TOUT).fillna(1 - iris_tus / parties)
    part_connue = part_connue.mask(iris_tus.eq(0), 1.0)
    return pd.DataFrame(
        {
            "somme": somme,
            "minimum": somme.where(inconnus.notna()),
            "maximum": somme + (regle.petit - 1) * cellules_tues + inconnus,
            "inconnus": inconnus,
            "parties": parties,
            "connues": parties - iris_tus - cellules_tues,
            "cellules": cellules_tues,
            "part_connue": part_connue,
            "secret": iris_tus.gt(0),
        }
    )


def _finis(lignes: pd.DataFrame, serie: str) -> pd.Series:
    """Return the sum of the published figures of each year."""
    valeurs = lignes[serie].astype(float)
    return valeurs.where(np.isfinite(valeurs)).groupby(lignes["annee"]).sum()


def _totaux(iris: pd.DataFrame, total: str, chiffres: Chiffres) -> pd.Series:
    """Return the total of the communes of IRIS in another file, by year; NaN when it lacks one."""
    communes = iris[["annee", "commune"]].drop_duplicates()
    annees = pd.Index(sorted(communes["annee"].unique()), name="annee")
    if total not in chiffres.familles:
        return pd.Series(np.nan, annees)
    table = chiffres.tables[chiffres.familles[total]]
    table = table[table["niveau"].eq("commune")]
    communes = communes.merge(
        table[["annee", "territoire", total]],
        how="left",
        left_on=["annee", "commune"],
        right_on=["annee", "territoire"],
    )
    totaux = communes[total].astype(float).replace(np.inf, np.nan)
    return totaux.groupby(communes["annee"]).sum(skipna=False).reindex(annees)


def demi_arrondi(serie: SerieOfficielle) -> float:
    """Return how far what a printed multiple stands for may be from it.

    A count is a whole number: within 2 of a multiple of 5. A rate or an amount may be any number:
    within 0.05 of a tenth.
    """
    if serie.unite == NOMBRE:
        return int(serie.arrondi or 1) // 2
    return (serie.arrondi or 0) / 2


def _demi_arrondi_d_une_somme(serie: SerieOfficielle, nombre: pd.Series) -> pd.Series:
    """Return how far a sum of so many printed multiples may be from the exact one.

    Roundings of both signs cancel out: two standard deviations of their sum, when that is less than
    all of them on one side.
    """
    demi = demi_arrondi(serie)
    deux_ecarts_types = 2 * (nombre * demi * (demi + 1) / 3).pow(0.5)
    return deux_ecarts_types.clip(upper=nombre * demi)


def suite_constante(chiffres: Chiffres, lieu: Lieu, serie: str) -> pd.DataFrame:
    """Return the counts of a place by year, always of the same communes, and their rounding.

    A commune that lacks a year is left out of all, so that no change is that of the communes that
    are counted.

    Returns:
        annee; valeur, arrondi (the least difference of two of them that is more than rounding),
        connues and parties (how many communes are counted, of how many).
    """
    famille = chiffres.familles[serie]
    table = chiffres.tables[famille]
    lignes = table[table["territoire"].eq(lieu.code)]
    if lignes.empty and famille in chiffres.sommees:
        lignes = table[table["commune"].isin(lieu.membres) & table["niveau"].ne(IRIS)]
    effectifs = lignes.assign(effectif=lignes[serie].astype(float).replace(np.inf, np.nan))
    par_commune = effectifs.pivot(index="territoire", columns="annee", values="effectif")
    if not lieu.groupe:
        par_commune = par_commune.dropna(axis=1, how="all")
    connues = par_commune.dropna()
    habitants = chiffres.habitants.reindex(list(lieu.membres))
    au_moins = chiffres.connus_au_moins * habitants.sum()
    assez_connus = 0 < au_moins <= chiffres.habitants.reindex(connues.index).sum()
    publie = lignes["territoire"].eq(lieu.code).any()
    if connues.empty or not (publie or assez_connus):
        return pd.DataFrame(columns=["valeur", "arrondi", "connues", "parties"], dtype=float)
    valeurs = connues.sum()
    nombre = pd.Series(len(connues), valeurs.index)
    parties = len(connues) if publie else len(lieu.membres)
    arrondi = 2 * _demi_arrondi_d_une_somme(chiffres.series[serie], nombre)
    if demi_arrondi(chiffres.series[serie]):
        arrondi += 1
    return pd.DataFrame(
        {"valeur": valeurs, "arrondi": arrondi, "connues": nombre, "parties": parties}
    )
