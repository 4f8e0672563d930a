"""The trial of what is said of the years to come: ``make epreuve``.

Births of every commune, 2008–2024, are cut at each past year (an « origine ») and carried on by
each method, which sees nothing of what follows; what happened then says how far off each was, and
how often its range held. One commune in two chooses, the other judges. Writes
``data/catalogue/prolongement_epreuve.yaml``, that the reports read, and ``docs/prolongement.md``.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import yaml
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ctglib.calculs.prolongement import (
    DEJA_CONNUES,
    additionner,
    borner,
    classe_de,
    elan,
    part_du_departement,
    part_prolongee,
    pente,
    pente_par_an,
)
from ctglib.donnees.magasin import departement_de, lire_tables, tables
from ctglib.donnees.modeles.prolongement import Cible, ReglesProlongement
from ctglib.donnees.yaml_strict import charger_yaml

RACINE = Path(__file__).parents[1]
RESULTATS = RACINE / "data/catalogue/prolongement_epreuve.yaml"
PAGE = RACINE / "docs/prolongement.md"
PAR_METHODE = RACINE / "docs/prolongement_par_methode.csv"
MODELE_DE_LA_PAGE = "prolongement.md.j2"
# Five years at most make a mean or a slope, three at least: the first origin has three.
PREMIERE_ORIGINE = 2010
DERNIERE_ORIGINE_DU_CHOIX = 2015
# Those of the origins set aside that precede the fall of births of 2023: they choose the range.
DERNIERE_ORIGINE_DE_LA_FOURCHETTE = 2018
ORIGINES_DU_CALAGE = 3  # known at least, for a range to be set
HORIZONS = range(1, 7)
HORIZONS_MONTRES = (1, 2, 3, 4, 6)  # in the tables of errors of the page
BAS = 0.1  # eight chances in ten: one in ten below, one in ten above
HAUT = 0.9
MAYOTTE = "976"  # no births before 2014
# Student's law, 95 %, by degrees of freedom, from 1.
STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306)
# What the settings of the method could have been.
AUTRES_REGLAGES = {
    "oubli": (0.6, 0.8, 0.9),
    "amortissement": (0.7, 0.9),
    "annees_de_la_pente": (4, 6),
}
DECIMALES = 4  # of what is per 100: what reads it rounds once
UNE_FOIS_SUR_DEUX = 0.5
COTES = {"dessous": -1, "dessus": 1}
REGLES_DE_FOURCHETTE = ("melee", "enveloppe")  # the narrowest first
ENTETE_DES_RESULTATS = (
    "# Écrit par « make epreuve » : ne pas modifier à la main. Ce que l'essai a trouvé, par cible,",
    "# classe de taille et horizon (docs/prolongement.md) : la fourchette, en parts de la valeur",
    "# centrale ; combien de fois sur 100 elle a tenu sur les origines et les communes mises de",
    "# côté, son intervalle, la pire origine ; et pourquoi elle est refusée.",
)
COMMUNE_DE_L_EXEMPLE = "62413"
ENFANTS: Cible = "moins_de_3_ans"
NAISSANCES: Cible = "naissances"
COMMUNES_AU_MOINS = 30_000
CIBLES: tuple[Cible, ...] = get_args(Cible)


@dataclass(frozen=True)
class Passe:
    """What an origin knows: births of communes, of their département, of the country; one year a
    column, the origin last.
    """

    naissances: np.ndarray
    departement: np.ndarray
    pays: np.ndarray
    regles: ReglesProlongement

    def moyenne(self, annees: int) -> np.ndarray:
        """Return the mean births of the last years."""
        return self.naissances[:, -annees:].mean(axis=1)

    def au_cours(self, annees: int, cours: np.ndarray) -> np.ndarray:
        """Return the mean of the last years, brought to today by the course of a larger place."""
        return self.moyenne(annees) / cours[:, -annees:].mean(axis=1) * cours[:, -1]


def tendance_amortie(passe: Passe, horizon: int) -> np.ndarray:
    """Return a level and a slope, both smoothed over the years, the slope fading."""
    lissage_du_niveau = 0.4
    lissage_de_la_pente = 0.1
    amortissement = passe.regles.amortissement
    niveau = passe.naissances[:, 0]
    pente_lissee = np.zeros(len(niveau))
    for annee in range(1, passe.naissances.shape[1]):
        attendu = niveau + amortissement * pente_lissee
        precedent = niveau
        niveau = lissage_du_niveau * passe.naissances[:, annee] + (1 - lissage_du_niveau) * attendu
        pente_lissee = (
            lissage_de_la_pente * (niveau - precedent)
            + (1 - lissage_de_la_pente) * amortissement * pente_lissee
        )
    annees = sum(amortissement**rang for rang in range(1, horizon + 1))
    return np.maximum(niveau + pente_lissee * annees, 0)


def bayes_empirique(passe: Passe, horizon: int) -> np.ndarray:
    """Return the last two years, shrunk towards what the département's course made of the six
    before: the more births, the less they are shrunk. The strength of the prior (Gamma) is that of
    the spread beyond chance, over all communes.
    """
    recentes = passe.naissances[:, -2:].sum(axis=1)
    anciennes = passe.naissances[:, :-2][:, -6:].sum(axis=1)
    cours_ancien = passe.departement[:, :-2][:, -6:].sum(axis=1)
    attendues = anciennes / cours_ancien * passe.departement[:, -2:].sum(axis=1)
    du_hasard = attendues + attendues**2 / np.maximum(anciennes, 1)
    exces = ((recentes - attendues) ** 2 - du_hasard).sum() / (attendues**2).sum()
    force = 1 / max(exces, 1e-4)
    retrecies = np.where(
        attendues > 0, attendues * (force + recentes) / (force + attendues), recentes
    )
    du_departement = passe.departement[:, -1] / passe.departement[:, -2:].mean(axis=1)
    return retrecies / 2 * du_departement * elan(passe.departement, horizon, passe.regles)


Methode = Callable[[Passe, int], np.ndarray]
METHODES: dict[str, Methode] = {
    "derniere_annee": lambda passe, _: passe.naissances[:, -1],
    "moyenne_3": lambda passe, _: passe.moyenne(3),
    "moyenne_5": lambda passe, _: passe.moyenne(5),
    "tendance_amortie": tendance_amortie,
    "departement_3": lambda passe, _: passe.au_cours(3, passe.departement),
    "departement_5": lambda passe, _: passe.au_cours(5, passe.departement),
    "pays_3": lambda passe, _: passe.au_cours(3, passe.pays),
    "pays_5": lambda passe, _: passe.au_cours(5, passe.pays),
    "departement_3_prolonge": lambda passe, horizon: (
        passe.au_cours(3, passe.departement) * elan(passe.departement, horizon, passe.regles)
    ),
    "departement_5_prolonge": lambda passe, horizon: (
        passe.au_cours(5, passe.departement) * elan(passe.departement, horizon, passe.regles)
    ),
    "pays_3_prolonge": lambda passe, horizon: (
        passe.au_cours(3, passe.pays) * elan(passe.pays, horizon, passe.regles)
    ),
    "pays_5_prolonge": lambda passe, horizon: (
        passe.au_cours(5, passe.pays) * elan(passe.pays, horizon, passe.regles)
    ),
    "bayes_empirique": bayes_empirique,
    "part_prolongee": lambda passe, horizon: part_prolongee(
        passe.naissances, passe.departement, horizon, passe.regles
    ),
}


@dataclass(frozen=True)
class Essai:
    """Births of communes, by code and year, and what each method makes of them."""

    naissances: pd.DataFrame
    regles: ReglesProlongement

    @cached_property
    def annees(self) -> list[int]:
        """The years of births, in order."""
        return [int(annee) for annee in self.naissances.columns]

    @cached_property
    def juge(self) -> np.ndarray:
        """Whether each commune judges: one in two, in the order of codes, the second one first."""
        return np.arange(len(self.naissances)) % 2 == 1

    @cached_property
    def _tables(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        departements = departement_de(pd.Series(self.naissances.index)).to_numpy()
        du_departement = self.naissances.groupby(departements).transform("sum")
        naissances = self.naissances.to_numpy(float)
        pays = np.broadcast_to(naissances.sum(axis=0), naissances.shape)
        return naissances, du_departement.to_numpy(float), pays

    def passe(self, origine: int) -> Passe:
        """Return what is known at an origin."""
        fin = self.annees.index(origine) + 1
        return Passe(*(table[:, :fin] for table in self._tables), self.regles)

    def constatees(self, origine: int, horizon: int, cible: Cible) -> np.ndarray:
        """Return what happened: the births of the years that end ``horizon`` years later."""
        fin = self.annees.index(origine) + horizon + 1
        annees = self.regles.cibles[cible].annees
        return self._tables[0][:, fin - annees : fin].sum(axis=1)

    def origines(self, horizon: int) -> range:
        """Return the origins of which what happened is known."""
        return range(PREMIERE_ORIGINE, self.annees[-1] - horizon + 1)

    def pays_connu(self) -> dict[str, object]:
        """Return the first year that judges, and of those the ones when the country's births rose,
        and that of their worst fall.
        """
        premiere_jugee = DERNIERE_ORIGINE_DU_CHOIX + 2
        cours = self.naissances.sum().pct_change().loc[premiere_jugee:]
        return {
            "premiere_jugee": premiere_jugee,
            "hausses": [int(annee) for annee in cours[cours.gt(0)].index],
            "plus_forte_baisse": int(cours.idxmin()),
        }

    def prevoir(self, origine: int, methode: str) -> Iterator[tuple[int, Cible, np.ndarray]]:
        """Yield what a method says, horizon by horizon, as far as what happened is known."""
        passe = self.passe(origine)
        prevues: list[np.ndarray] = []
        for horizon in HORIZONS:
            if origine not in self.origines(horizon):
                return
            prevues.append(METHODES[methode](passe, horizon))
            for cible in CIBLES:
                annees = self.regles.cibles[cible].annees
                yield horizon, cible, additionner(passe.naissances, prevues, horizon, annees)

    def ecarts(self, methodes: Collection[str] = tuple(METHODES)) -> pd.DataFrame:
        """Return how far off each method was: the sum of gaps and that of births, by methode,
        cible, horizon, origine, juge and classe.
        """
        lignes = []
        classes = len(self.regles.classes)
        for origine in self.origines(1):
            classe = classe_de(self.passe(origine).naissances, self.regles)
            for methode in methodes:
                for horizon, cible, central in self.prevoir(origine, methode):
                    constatees = self.constatees(origine, horizon, cible)
                    for juge in (False, True):
                        choisies = self.juge == juge
                        rangs = classe[choisies]
                        ecarts = np.abs(constatees - central)[choisies]
                        sommes = np.bincount(rangs, ecarts, classes)
                        totaux = np.bincount(rangs, constatees[choisies], classes)
                        lignes += [
                            (methode, cible, horizon, origine, juge, rang, somme, total)
                            for rang, (somme, total) in enumerate(zip(sommes, totaux, strict=True))
                        ]
        noms = ["methode", "cible", "horizon", "origine", "juge", "classe", "ecart", "naissances"]
        return pd.DataFrame(lignes, columns=noms)

    def relatifs(self, methode: str) -> dict[tuple[Cible, int, int], pd.DataFrame]:
        """Return by target, horizon and origin: classe, central, constatees, relatif, juge, a row a
        commune that has a forecast.
        """
        tables = {}
        for origine in self.origines(1):
            classe = classe_de(self.passe(origine).naissances, self.regles)
            for horizon, cible, central in self.prevoir(origine, methode):
                constatees = self.constatees(origine, horizon, cible)
                table = pd.DataFrame(
                    {
                        "classe": classe,
                        "central": central,
                        "constatees": constatees,
                        "juge": self.juge,
                    }
                )
                table = table[table["central"].gt(0)]
                relatif = table["constatees"] / table["central"] - 1
                tables[cible, horizon, origine] = table.assign(relatif=relatif)
        return tables


def choisir(ecarts: pd.DataFrame) -> pd.Series:
    """Return the methods, the best first: the mean, over targets, classes and horizons, of how far
    off each was beside the last year repeated; on the communes and the origins that choose.
    """
    du_choix = ecarts[~ecarts["juge"] & ecarts["origine"].le(DERNIERE_ORIGINE_DU_CHOIX)]
    sommes = du_choix.groupby(["methode", "cible", "classe", "horizon"])[["ecart", "naissances"]]
    parts = sommes.sum().pipe(lambda table: table["ecart"] / table["naissances"])
    par_methode = parts.unstack("methode")
    relatives = par_methode.div(par_methode["derniere_annee"], axis=0)
    return relatives.mean().sort_values(kind="stable")


def essayer_les_reglages(essai: Essai, methode: str) -> pd.DataFrame:
    """Return reglage, valeur and relative: how far off the method chosen is beside the last year
    repeated, when one of its settings is another; on what chooses.
    """
    lignes = []
    for reglage, valeurs in AUTRES_REGLAGES.items():
        for valeur in valeurs:
            regles = essai.regles.model_copy(update={reglage: valeur})
            ecarts = Essai(essai.naissances, regles).ecarts(("derniere_annee", methode))
            lignes.append((reglage, valeur, choisir(ecarts)[methode]))
    return pd.DataFrame(lignes, columns=["reglage", "valeur", "relative"])


def quantiles(relatifs: dict[tuple[Cible, int, int], pd.DataFrame]) -> pd.DataFrame:
    """Return how far the births of the communes that choose fell from the central value: the gap
    that one in ten was under (bas), and that one in ten was over (haut); by cible, horizon,
    origine and classe.
    """
    lignes = []
    for (cible, horizon, origine), table in relatifs.items():
        par_classe = table[~table["juge"]].groupby("classe")["relatif"]
        for classe, gaps in par_classe:
            bas, haut = gaps.quantile([BAS, HAUT])
            lignes.append((cible, horizon, origine, classe, bas, haut))
    return pd.DataFrame(lignes, columns=["cible", "horizon", "origine", "classe", "bas", "haut"])


def fourchette(
    relatifs: dict[tuple[Cible, int, int], pd.DataFrame],
    calage: pd.DataFrame,
    regle: str,
    cle: tuple[Cible, int, int],
    origine: int,
) -> tuple[float, float]:
    """Return the range that an origin would have given, from what it knew: the origins whose
    outcome had come by then.

    « enveloppe »: from the lowest end that an origin had to the highest; « melee »: as if communes
    of all origins were of one year, which forgets that those of a year turn together.
    """
    cible, horizon, classe = cle
    du_lot = calage["cible"].eq(cible) & calage["horizon"].eq(horizon)
    connues = calage[du_lot & calage["classe"].eq(classe) & calage["origine"].le(origine - horizon)]
    if regle == "enveloppe":
        return connues["bas"].min(), connues["haut"].max()
    tables = [relatifs[cible, horizon, int(connue)] for connue in connues["origine"]]
    communes = pd.concat(tables)
    gaps = communes.loc[~communes["juge"] & communes["classe"].eq(classe), "relatif"]
    return gaps.quantile(BAS), gaps.quantile(HAUT)


def couvertures(
    relatifs: dict[tuple[Cible, int, int], pd.DataFrame],
    calage: pd.DataFrame,
    regles_essayees: Collection[str] = REGLES_DE_FOURCHETTE,
) -> pd.DataFrame:
    """Return how often ranges held, by regle, cible, horizon, origine, classe and juge, on the
    origins that judge: 100 × communes within, in all and in the half of a class of which fewer or
    more are expected; and how wide ranges were beside their centre.
    """
    lignes = []
    for (cible, horizon, origine), table in relatifs.items():
        connues = origine - horizon - PREMIERE_ORIGINE + 1
        if origine <= DERNIERE_ORIGINE_DU_CHOIX or connues < ORIGINES_DU_CALAGE:
            continue
        for classe, communes in table.groupby("classe"):
            for regle in regles_essayees:
                cle = (cible, horizon, int(classe))
                ecarts = fourchette(relatifs, calage, regle, cle, origine)
                bas, haut = borner(communes["central"].to_numpy(), *ecarts)
                dedans = communes["constatees"].between(bas, haut)
                dessous = communes["constatees"].lt(bas)
                dessus = communes["constatees"].gt(haut)
                largeur = (haut - bas) / communes["central"]
                petites = communes["central"].lt(communes["central"].median())
                for juge, groupe in dedans.groupby(communes["juge"]):
                    lignes.append(
                        (
                            regle,
                            *cle,
                            origine,
                            bool(juge),
                            len(groupe),
                            100 * groupe.mean(),
                            100 * largeur[groupe.index].median(),
                            100 * groupe[petites].mean(),
                            100 * groupe[~petites].mean(),
                            100 * dessous[groupe.index].mean(),
                            100 * dessus[groupe.index].mean(),
                        )
                    )
    noms = ["regle", "cible", "horizon", "classe", "origine", "juge", "communes"]
    noms += ["couverture", "largeur", "petites", "grandes", "dessous", "dessus"]
    return pd.DataFrame(lignes, columns=noms)


def issues(
    relatifs: dict[tuple[Cible, int, int], pd.DataFrame], calage: pd.DataFrame, regle: str
) -> pd.DataFrame:
    """Return on which side of its range each commune that judges fell, at each origin that judges:
    cible, horizon, origine, commune, classe, cote (−1 below, 0 within, 1 above).
    """
    tables = []
    for (cible, horizon, origine), table in relatifs.items():
        connues = origine - horizon - PREMIERE_ORIGINE + 1
        if origine <= DERNIERE_ORIGINE_DU_CHOIX or connues < ORIGINES_DU_CALAGE:
            continue
        for classe, communes in table[table["juge"]].groupby("classe"):
            ecarts = fourchette(relatifs, calage, regle, (cible, horizon, int(classe)), origine)
            bas, haut = borner(communes["central"].to_numpy(), *ecarts)
            au_dessus = communes["constatees"].gt(haut).astype(int)
            au_dessous = communes["constatees"].lt(bas).astype(int)
            tables.append(
                pd.DataFrame(
                    {
                        "cible": cible,
                        "horizon": horizon,
                        "origine": origine,
                        "commune": communes.index,
                        "classe": classe,
                        "cote": au_dessus - au_dessous,
                    }
                )
            )
    return pd.concat(tables, ignore_index=True)


def horizons_dits(lignes: list[dict[str, object]], cible: Cible, classe: int) -> list[object]:
    """Return the horizons that have a range."""
    return [
        ligne["horizon"]
        for ligne in lignes
        if (ligne["cible"], ligne["classe"], ligne["motif"]) == (cible, classe, "")
    ]


def tenues_ensemble(
    cotes: pd.DataFrame, lignes: list[dict[str, object]]
) -> list[dict[str, object]]:
    """Return, by class, how often the ranges of all the horizons that have one held together
    (``EnsembleDeLEpreuve``), on the communes that judge: a table is read as a whole.
    """
    ensembles = []
    for classe, de_la_classe in cotes.groupby("classe"):
        horizons = horizons_dits(lignes, ENFANTS, int(classe))
        if not horizons:
            continue
        dits = de_la_classe[de_la_classe["horizon"].isin(horizons)]
        enfants = dits[dits["cible"].eq(ENFANTS)]
        juges = enfants.groupby("origine")["horizon"].nunique()
        entieres = juges[juges.eq(len(horizons))].index
        dits = dits[dits["origine"].isin(entieres)]
        enfants = dits[dits["cible"].eq(ENFANTS)]
        d_une_annee = horizons_dits(lignes, NAISSANCES, int(classe))
        naissances = dits[dits["cible"].eq(NAISSANCES) & dits["horizon"].isin(d_une_annee)]
        ensemble = None
        if not naissances.empty:
            ensemble = _tenues_a_la_fois(pd.concat([enfants, naissances]))
        ensembles.append(
            {
                "classe": int(classe),
                "horizons": len(horizons),
                "origines": len(entieres),
                "couverture": _arrondi(_tenues_a_la_fois(enfants)),
                "avec_les_naissances": _arrondi(ensemble),
            }
        )
    return ensembles


def _tenues_a_la_fois(cotes: pd.DataFrame) -> float:
    """Return in how many communes per 100 all the ranges held, the mean of the origins."""
    tenues = cotes["cote"].eq(0).groupby([cotes["origine"], cotes["commune"]]).all()
    return 100 * tenues.groupby("origine").mean().mean()


def deja_depassees(cotes: pd.DataFrame, lignes: list[dict[str, object]]) -> list[dict[str, object]]:
    """Return how ranges held in communes that had been on one side of theirs at least half of the
    time, at the same horizon, as far as their origin knew (``DepasseesDeLEpreuve``).
    """
    resultats = []
    enfants = cotes[cotes["cible"].eq(ENFANTS)]
    for horizon, de_l_horizon in enfants.groupby("horizon"):
        for cote, signe in COTES.items():
            cas = _cas_deja_depasses(de_l_horizon, int(horizon), signe)
            for classe, de_la_classe in cas.groupby("classe"):
                if horizon not in horizons_dits(lignes, ENFANTS, int(classe)):
                    continue
                resultats.append(
                    {
                        "classe": int(classe),
                        "horizon": int(horizon),
                        "cote": cote,
                        "cas": len(de_la_classe),
                        "communes": int(de_la_classe["commune"].nunique()),
                        "origines": int(de_la_classe["origine"].nunique()),
                        "couverture": _arrondi(100 * de_la_classe["cote"].eq(0).mean()),
                        "encore": _arrondi(100 * de_la_classe["cote"].eq(signe).mean()),
                    }
                )
    return sorted(resultats, key=lambda resultat: (resultat["classe"], resultat["horizon"]))


def _cas_deja_depasses(cotes: pd.DataFrame, horizon: int, signe: int) -> pd.DataFrame:
    """Return the rows of one horizon whose commune had been on that side at least half of the
    time, among the origins of which its own origin knew what happened: two at least.
    """
    cas = []
    for origine, lignes in cotes.groupby("origine"):
        connus = cotes[cotes["origine"].le(int(origine) - horizon)]
        du_meme_cote = connus["cote"].eq(signe).groupby(connus["commune"])
        souvent = du_meme_cote.mean().ge(UNE_FOIS_SUR_DEUX)
        plus_d_une = du_meme_cote.size().ge(DEJA_CONNUES)
        deja = souvent[souvent & plus_d_une].index
        cas.append(lignes[lignes["commune"].isin(deja)])
    return pd.concat(cas)


def fourchettes_passees(
    relatifs: dict[tuple[Cible, int, int], pd.DataFrame],
    calage: pd.DataFrame,
    regle: str,
    tenues: pd.DataFrame,
) -> pd.DataFrame:
    """Return the ranges that past origins would have given children under three, by classe,
    horizon and origine (``EssaiDeLEpreuve``), on the origins that judge.
    """
    jugees = tenues[tenues["cible"].eq(ENFANTS) & tenues["regle"].eq(regle) & tenues["juge"]]
    cles = jugees[["classe", "horizon", "origine"]].sort_values(["classe", "horizon", "origine"])
    lignes = []
    for classe, horizon, origine in cles.itertuples(index=False):
        cle = (ENFANTS, int(horizon), int(classe))
        bas, haut = fourchette(relatifs, calage, regle, cle, int(origine))
        lignes.append((int(classe), int(horizon), int(origine), round(bas, 4), round(haut, 4)))
    return pd.DataFrame(lignes, columns=["classe", "horizon", "origine", "bas", "haut"])


def tenues_du_choix(tenues: pd.DataFrame) -> pd.DataFrame:
    """Return how often the ranges of each rule (a row) held in each class (a column), over the
    targets, the horizons and the first origins set aside; on the communes that choose.
    """
    avant = tenues["origine"].le(DERNIERE_ORIGINE_DE_LA_FOURCHETTE)
    du_choix = tenues[~tenues["juge"] & avant]
    return du_choix.groupby(["regle", "classe"])["couverture"].mean().unstack("classe")


def choisir_la_fourchette(du_choix: pd.DataFrame, regles: ReglesProlongement) -> tuple[str, bool]:
    """Return the narrowest rule whose ranges held as often as they promise in each class (see
    ``tenues_du_choix``), else the widest; and whether it is for want of one.
    """
    for regle in REGLES_DE_FOURCHETTE:
        if du_choix.loc[regle].ge(100 * regles.refus.couverture).all():
            return regle, False
    return REGLES_DE_FOURCHETTE[-1], True


def fenetres_sans_recouvrement(origines: pd.Series, horizon: int) -> int:
    """Return how many of these origins, at most, have no year to come in common."""
    if origines.empty:
        return 0
    return int((origines.max() - origines.min()) // horizon) + 1


def intervalle(
    couvertures_des_origines: pd.Series, fenetres: int
) -> tuple[float, float] | tuple[None, None]:
    """Return the interval (95 %) of the mean of coverages, per 100: the spread is that of all
    origins, the draws are those that share no year.
    """
    if fenetres < 2:
        return None, None
    moyenne = couvertures_des_origines.mean()
    marge = STUDENT[fenetres - 2] * couvertures_des_origines.std() / np.sqrt(fenetres)
    return max(moyenne - marge, 0.0), min(moyenne + marge, 100.0)


def juger(
    regles: ReglesProlongement, calage: pd.DataFrame, tenues: pd.DataFrame, regle: str
) -> list[dict[str, object]]:
    """Return what the trial found of each target, class and horizon (``LigneDeLEpreuve``).

    The range is the one of today: every origin whose outcome is known sets it. The interval of a
    coverage takes an origin as one draw, not a commune, and counts only those that share no year:
    the promise is proven where the whole interval keeps it.
    """
    refus = regles.refus
    lignes = []
    jugees = tenues[tenues["juge"] & tenues["regle"].eq(regle)]
    cles = calage.groupby(["cible", "classe", "horizon"], sort=False)
    for (cible, classe, horizon), connues in cles:
        du_lot = jugees["cible"].eq(cible) & jugees["classe"].eq(classe)
        origines = jugees[du_lot & jugees["horizon"].eq(horizon)]
        par_origine = origines.set_index("origine")["couverture"].sort_index()
        dernieres = par_origine.tail(refus.dernieres_origines)
        nombre = len(origines)
        fenetres = fenetres_sans_recouvrement(origines["origine"], int(horizon))
        moyenne = origines["couverture"].mean() if nombre else None
        basse, haute = intervalle(origines["couverture"], fenetres)
        bas = connues["bas"].min()
        haut = connues["haut"].max()
        motif = ""
        if nombre < refus.origines_au_moins:
            motif = "origines"
        elif (
            moyenne < 100 * refus.couverture
            or dernieres.min() <= 100 * refus.couverture_des_dernieres
        ):
            motif = "couverture"
        elif bas <= -1 or (1 + haut) / (1 + bas) > refus.du_simple_a:
            motif = "largeur"
        lignes.append(
            {
                "cible": cible,
                "classe": int(classe),
                "horizon": int(horizon),
                "bas": round(float(bas), 4),
                "haut": round(float(haut), 4),
                "origines": nombre,
                "fenetres": fenetres,
                "couverture": _arrondi(moyenne),
                "couverture_basse": _arrondi(basse),
                "couverture_haute": _arrondi(haute),
                "prouvee": basse is not None and bool(basse >= 100 * refus.couverture),
                "pire": _arrondi(par_origine.min() if nombre else None),
                "meilleure": _arrondi(par_origine.max() if nombre else None),
                "derniere": _arrondi(par_origine.iloc[-1] if nombre else None),
                "pire_des_dernieres": _arrondi(dernieres.min() if nombre else None),
                "dessous": _arrondi(origines["dessous"].mean() if nombre else None),
                "dessous_moins": _arrondi(origines["dessous"].min() if nombre else None),
                "dessous_plus": _arrondi(origines["dessous"].max() if nombre else None),
                "dessus": _arrondi(origines["dessus"].mean() if nombre else None),
                "dessus_moins": _arrondi(origines["dessus"].min() if nombre else None),
                "dessus_plus": _arrondi(origines["dessus"].max() if nombre else None),
                "de": int(par_origine.index[0]) if nombre else None,
                "a": int(par_origine.index[-1]) if nombre else None,
                "motif": motif,
            }
        )
    return lignes


def juger_chaque_methode(essai: Essai, regle: str) -> pd.DataFrame:
    """Return what the same trial finds of every method: methode, cible, classe, horizon, origines,
    couverture, pire_des_dernieres, largeur (the mean of the origins that judge, beside the central
    value, per 100) and refus.
    """
    tables = []
    cles = ["cible", "classe", "horizon"]
    for methode in METHODES:
        relatifs = essai.relatifs(methode)
        calage = quantiles(relatifs)
        tenues = couvertures(relatifs, calage, [regle])
        jugees = tenues[tenues["juge"] & tenues["regle"].eq(regle)]
        largeurs = jugees.groupby(cles)["largeur"].mean().rename("largeur")
        lignes = pd.DataFrame(juger(essai.regles, calage, tenues, regle))
        lignes = lignes.rename(columns={"motif": "refus"}).join(largeurs, on=cles)
        tables.append(lignes.assign(methode=methode))
    colonnes = ["methode", *cles, "origines", "couverture", "pire_des_dernieres", "largeur"]
    return pd.concat(tables, ignore_index=True)[[*colonnes, "refus"]]


def resumer_les_methodes(par_methode: pd.DataFrame) -> pd.DataFrame:
    """Return, by method, how many targets, classes and horizons have a range (dits); then, over
    those that every method has one of, the mean coverage and width.
    """
    dits = par_methode[par_methode["refus"].eq("")]
    cles = ["cible", "classe", "horizon"]
    communs = dits.groupby(cles)["methode"].transform("nunique").eq(len(METHODES))
    moyennes = dits[communs].groupby("methode")[["couverture", "largeur"]].mean()
    resume = moyennes.assign(dits=dits["methode"].value_counts())
    resume.attrs["communs"] = int(dits[communs].groupby(cles).ngroups)
    return resume.reindex(list(METHODES))


def ecrire_les_methodes(
    par_methode: pd.DataFrame, regles: ReglesProlongement, fichier: Path
) -> None:
    """Write what the trial finds of every method, with the words of the page, for a spreadsheet."""
    mots = par_methode.assign(
        cible=par_methode["cible"].map(lambda cible: regles.cibles[cible].libelle),
        classe=par_methode["classe"].map(dict(enumerate(regles.classes))),
    )
    mots.round(1).to_csv(fichier, sep=";", decimal=",", index=False, lineterminator="\n")


def _arrondi(valeur: float | None) -> float | None:
    return None if valeur is None else round(float(valeur), DECIMALES)


def lire_le_magasin(serie: str) -> pd.DataFrame:
    """Return the births of communes by code and year, those of Mayotte left out.

    They are as the producer publishes them: a commune that parted from another keeps the births of
    both before, as in his workbook.
    """
    des_communes = [
        table for table in tables().values() if table.niveau == "commune" and serie in table.series
    ]
    lignes = lire_tables(des_communes, None, [serie])
    return en_tableau(lignes.pivot(index="territoire", columns="annee", values=serie))


def lire_le_classeur(fichier: Path) -> pd.DataFrame:
    """Return the same from the Insee's workbook."""
    lignes = pd.read_excel(fichier, sheet_name="COM", header=None, skiprows=4, dtype=str)
    entete = pd.read_excel(fichier, sheet_name="COM", header=None, skiprows=3, nrows=1, dtype=str)
    annees = [int(annee) for annee in entete.iloc[0, 2:]]
    communes = lignes[lignes[1].notna()].set_index(0).iloc[:, 1:]
    communes.columns = annees
    return en_tableau(communes.apply(pd.to_numeric, errors="coerce"))


def en_tableau(naissances: pd.DataFrame) -> pd.DataFrame:
    """Return the communes that have every year, in the order of their codes; a year that few
    communes have is left out.
    """
    naissances = naissances.loc[:, naissances.notna().sum().ge(COMMUNES_AU_MOINS)]
    naissances = naissances[~naissances.index.str.startswith(MAYOTTE)].dropna()
    return naissances.sort_index()


def ecrire_les_resultats(
    essai: Essai, methode: str, listes: dict[str, list[dict[str, object]]], fichier: Path
) -> None:
    """Write what the reports read: the lists of ``Epreuve``, a line an item."""
    entete = {
        "origine": essai.annees[-1],
        "premiere": essai.annees[0],
        "communes": len(essai.naissances),
        "methode": methode,
        **essai.pays_connu(),
    }
    textes = [
        *ENTETE_DES_RESULTATS,
        *(f"{cle}: {valeur}" for cle, valeur in entete.items()),
    ]
    for nom, lignes in listes.items():
        textes.append(f"{nom}:")
        for ligne in lignes:
            ecrites = yaml.safe_dump(
                ligne, default_flow_style=True, sort_keys=False, width=1000, allow_unicode=True
            )
            textes.append(f"  - {ecrites.strip()}")
    fichier.write_text("\n".join(textes) + "\n", encoding="utf-8")


def erreurs_par_classe(ecarts: pd.DataFrame, cible: Cible, horizon: int) -> pd.DataFrame:
    """Return how far off each method was on the communes and the origins that judge, per 100
    births: a row a method, a column a class.
    """
    juges = ecarts[ecarts["juge"] & ecarts["origine"].gt(DERNIERE_ORIGINE_DU_CHOIX)]
    du_lot = juges[juges["cible"].eq(cible) & juges["horizon"].eq(horizon)]
    sommes = du_lot.groupby(["methode", "classe"])[["ecart", "naissances"]].sum()
    return (100 * sommes["ecart"] / sommes["naissances"]).unstack("classe")


def meilleures_par_classe(
    erreurs: dict[Cible, dict[int, pd.DataFrame]], methode: str
) -> list[list[str]]:
    """Return, class by class, the methods that judge better than one at each horizon shown, for
    both targets.
    """
    tables = [table for par_horizon in erreurs.values() for table in par_horizon.values()]
    partout = np.logical_and.reduce([table.lt(table.loc[methode]).to_numpy() for table in tables])
    noms = tables[0].index
    return [noms[partout[:, classe]].tolist() for classe in range(partout.shape[1])]


def mieux_repetee(
    ecarts: pd.DataFrame, methode: str, lignes: list[dict[str, object]]
) -> pd.DataFrame:
    """Return, by class, the targets and horizons that have a range (dits), and those where the last
    year repeated judges better than the method (mieux).
    """
    erreurs = {
        (cible, horizon): erreurs_par_classe(ecarts, cible, horizon)
        for cible in CIBLES
        for horizon in HORIZONS
    }
    comptes = []
    for ligne in lignes:
        if ligne["motif"]:
            continue
        classe = ligne["classe"]
        table = erreurs[ligne["cible"], ligne["horizon"]]
        repetee = table.loc["derniere_annee", classe] < table.loc[methode, classe]
        comptes.append((classe, 1, int(repetee)))
    table = pd.DataFrame(comptes, columns=["classe", "dits", "mieux"])
    return table.groupby("classe").sum()


def ecrire_la_page(
    essai: Essai,
    ecarts: pd.DataFrame,
    rangs: pd.Series,
    regle: str,
    tenues: pd.DataFrame,
    lignes: list[dict[str, object]],
    ensembles: list[dict[str, object]],
    depassees: list[dict[str, object]],
    par_methode: pd.DataFrame,
    fichier: Path,
    *,
    par_defaut: bool,
) -> None:
    """Write the page of the method and of the trial, its figures filled."""
    juges = tenues[tenues["juge"]]
    moyennes = juges.groupby(["cible", "classe", "horizon", "regle"])[["couverture", "largeur"]]
    par_origine = juges[juges["regle"].eq(regle)].set_index(
        ["cible", "classe", "horizon", "origine"]
    )["couverture"]
    a_trois_ans = juges["regle"].eq(regle) & juges["cible"].eq(ENFANTS) & juges["horizon"].eq(3)
    par_taille = juges[a_trois_ans].groupby("classe")[["petites", "grandes"]].mean()
    repetes = {cas["horizon"] for cas in depassees}
    dits = {
        ligne["horizon"] for ligne in lignes if ligne["cible"] == ENFANTS and not ligne["motif"]
    }
    reglages = essayer_les_reglages(essai, str(rangs.index[0]))
    modele = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(MODELE_DE_LA_PAGE)
    modele.globals["nombre"] = ecrire_un_nombre
    erreurs = {
        cible: {horizon: erreurs_par_classe(ecarts, cible, horizon) for horizon in HORIZONS_MONTRES}
        for cible in CIBLES
    }
    du_pays = essai.naissances.sum()
    recentes = essai.naissances.iloc[:, -essai.regles.annees_de_la_classe :].mean(axis=1)
    page = modele.render(
        regles=essai.regles,
        communes=len(essai.naissances),
        premiere=essai.annees[0],
        origine=essai.annees[-1],
        premiere_origine=PREMIERE_ORIGINE,
        fin_du_choix=DERNIERE_ORIGINE_DU_CHOIX,
        fin_de_la_fourchette=DERNIERE_ORIGINE_DE_LA_FOURCHETTE,
        origines_du_calage=ORIGINES_DU_CALAGE,
        rangs=rangs,
        methode=rangs.index[0],
        regle=regle,
        erreurs=erreurs,
        meilleures=meilleures_par_classe(erreurs, str(rangs.index[0])),
        pente_du_pays=pente_par_an(du_pays, essai.regles),
        pentes_jugees=pentes_du_pays_jugees(du_pays, essai.regles),
        recul_du_pays=100 * (1 - du_pays.iloc[-1] / du_pays.iloc[-4]),
        lignes=lignes,
        ensembles=ensembles,
        depassees=depassees,
        methodes=resumer_les_methodes(par_methode),
        reglages=reglages,
        ecart_des_reglages=(reglages["relative"] - rangs.iloc[0]).abs().max(),
        avance=rangs.iloc[1] - rangs.iloc[0],
        repetees=mieux_repetee(ecarts, str(rangs.index[0]), lignes),
        **essai.pays_connu(),
        tres_grandes=int(recentes.gt(essai.regles.naissances_au_plus).sum()),
        moyennes=moyennes.mean(),
        par_origine=par_origine,
        par_taille=par_taille,
        moities=moities_sous_la_promesse(juges[juges["regle"].eq(regle)], lignes, essai.regles),
        sans_repetition=sorted(dits - repetes),
        du_choix=tenues_du_choix(tenues),
        par_defaut=par_defaut,
        exemple=exemple(essai, lignes),
    )
    fichier.write_text(page + "\n", encoding="utf-8")


def moities_sous_la_promesse(
    tenues: pd.DataFrame, lignes: list[dict[str, object]], regles: ReglesProlongement
) -> list[dict[str, object]]:
    """Return the ranges that are given, of which one half of the class, by what is expected, held
    less than is promised: cible, classe, horizon, moitie (« petites », « grandes »), tenue.
    """
    cles = ["cible", "classe", "horizon"]
    moyennes = tenues.groupby(cles)[["petites", "grandes"]].mean().sort_index()
    trouvees = []
    for ligne in lignes:
        if ligne["motif"]:
            continue
        cle = tuple(ligne[nom] for nom in cles)
        for moitie, tenue in moyennes.loc[cle].items():
            if tenue < 100 * regles.refus.couverture:
                trouvees.append({**dict(zip(cles, cle, strict=True)), "moitie": moitie})
                trouvees[-1]["tenue"] = tenue
    return trouvees


def ecrire_un_nombre(valeur: float | None, decimales: int = 0) -> str:
    """Return a number as French writes it, « – » for none."""
    if valeur is None or pd.isna(valeur):
        return "–"
    texte = f"{valeur:,.{decimales}f}".replace(",", "\u202f").replace(".", ",")
    return texte.replace("-", "−")


def pentes_du_pays_jugees(du_pays: pd.Series, regles: ReglesProlongement) -> pd.Series:
    """Return the slope of the country's births at each origin that judges, in per cent a year."""
    origines = range(DERNIERE_ORIGINE_DU_CHOIX + 1, int(du_pays.index[-1]))
    pentes = {origine: pente_par_an(du_pays.loc[:origine], regles) for origine in origines}
    return pd.Series(pentes)


def exemple(essai: Essai, lignes: list[dict[str, object]]) -> dict[str, object]:
    """Return each step of the calculation for one commune, three years ahead."""
    commune = COMMUNE_DE_L_EXEMPLE
    horizon = 3
    rang = essai.naissances.index.get_loc(commune)
    passe = essai.passe(essai.annees[-1])
    naissances = passe.naissances[[rang]]
    departement = passe.departement[[rang]]
    classe = int(classe_de(naissances, essai.regles)[0])
    prevues = [part_prolongee(naissances, departement, an, essai.regles) for an in (1, 2, 3)]
    central = additionner(naissances, prevues, horizon, essai.regles.cibles[ENFANTS].annees)
    ligne = next(
        ligne
        for ligne in lignes
        if (ligne["cible"], ligne["classe"], ligne["horizon"]) == (ENFANTS, classe, horizon)
    )
    bas, haut = borner(central, float(str(ligne["bas"])), float(str(ligne["haut"])))
    return {
        "commune": commune,
        "naissances": naissances[0, -5:].tolist(),
        "departement": departement[0, -5:].tolist(),
        "part": float(part_du_departement(naissances, departement, essai.regles)[0]),
        "pente": float(pente(departement, essai.regles)[0]),
        "prevues": [float(une_annee[0]) for une_annee in prevues],
        "central": float(central[0]),
        "classe": essai.regles.classes[classe],
        "ligne": ligne,
        "bas": float(bas[0]),
        "haut": float(haut[0]),
    }


def main() -> None:
    """Read, try, write."""
    parseur = argparse.ArgumentParser(description="L'essai des prolongements (make epreuve).")
    parseur.add_argument("--fichier", type=Path, help="le classeur NAIS_DOM_ANNUELLES de l'Insee")
    parseur.add_argument("--resultats", type=Path, default=RESULTATS)
    parseur.add_argument("--page", type=Path, default=PAGE)
    parseur.add_argument("--par-methode", type=Path, default=PAR_METHODE)
    arguments = parseur.parse_args()
    regles = charger_yaml("catalogue/prolongement.yaml", ReglesProlongement)
    if arguments.fichier:
        naissances = lire_le_classeur(arguments.fichier)
    else:
        naissances = lire_le_magasin(regles.serie)
    if len(naissances) < COMMUNES_AU_MOINS:
        sys.exit(
            f"L'essai veut les naissances de toutes les communes ; {len(naissances)} seulement "
            "sont là. À faire : ajouter NAIS_DOM_ANNUELLES par « ctg source ajouter », ou lancer "
            "« make epreuve NAISSANCES=fichier.xlsx »."
        )
    essai = Essai(naissances, regles)
    ecarts = essai.ecarts()
    rangs = choisir(ecarts)
    methode = str(rangs.index[0])
    relatifs = essai.relatifs(methode)
    calage = quantiles(relatifs)
    tenues = couvertures(relatifs, calage)
    du_choix = tenues_du_choix(tenues)
    regle, par_defaut = choisir_la_fourchette(du_choix, regles)
    lignes = juger(regles, calage, tenues, regle)
    passees = fourchettes_passees(relatifs, calage, regle, tenues)
    cotes = issues(relatifs, calage, regle)
    ensembles = tenues_ensemble(cotes, lignes)
    depassees = deja_depassees(cotes, lignes)
    listes = {
        "lignes": lignes,
        "ensembles": ensembles,
        "depassees": depassees,
        "essais": passees.to_dict("records"),
    }
    par_methode = juger_chaque_methode(essai, regle)
    ecrire_les_resultats(essai, methode, listes, arguments.resultats)
    ecrire_les_methodes(par_methode, regles, arguments.par_methode)
    ecrire_la_page(
        essai,
        ecarts,
        rangs,
        regle,
        tenues,
        lignes,
        ensembles,
        depassees,
        par_methode,
        arguments.page,
        par_defaut=par_defaut,
    )


if __name__ == "__main__":
    main()
