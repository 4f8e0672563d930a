"""Questions as an analyst of a Caf asks them: the numbers of the atelier are those that plain
pandas reads in the files that producers gave, by another way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from ctglib import atelier as a
from ctglib.atelier.phrases import DemandeImpossible
from ctglib.donnees.lecture import racine
from ctglib.donnees.magasin import PUBLIQUES
from ctglib.donnees.nombres import marques_de
from ctglib.donnees.suivi import lire_suivi_brut

AGGLOMERATION = "246200364"  # Lens-Liévin
MINIMUM = 30  # foyers, under which no rate is given
EFFECTIFS = ["cnaf_foyers", "cnaf_foyers_rsa"]


@lru_cache(maxsize=4)
def lire(famille: str) -> pd.DataFrame:
    """Return all the files of a family, read by DuckDB: a suppressed number is infinite there."""
    morceaux = []
    for fichier in sorted((racine() / PUBLIQUES / famille).glob("*.parquet")):
        morceau = duckdb.read_parquet(str(fichier)).df()
        morceaux.append(morceau.assign(annee=int(fichier.name[:4])))
    return pd.concat(morceaux, ignore_index=True).replace(np.inf, np.nan)


def de_l_agglomeration(famille: str) -> pd.DataFrame:
    """Return the rows of the communes of the agglomeration."""
    communes = lire("cog_communes")
    codes = communes.loc[communes["epci"] == AGGLOMERATION, "territoire"]
    lignes = lire(famille)
    return lignes[lignes["territoire"].isin(codes)]


def pertes() -> pd.Series:
    """Who lost more of a benefit than Harnes, in the département?"""
    paje = a.evolution("cnaf_foyers_paje", a.lieux(departement="62"), 2020, 2024)
    harnes = paje.loc[paje["libelle"] == "Harnes", "ecart"].iloc[0]
    pertes = paje[paje["ecart"] < harnes].sort_values("ecart")
    return pertes.set_index("territoire")["ecart"]


def pertes_lues() -> pd.Series:
    """The same, by plain pandas."""
    lignes = lire("cnaf_communes")
    paje = lignes.pivot(index="territoire", columns="annee", values="cnaf_foyers_paje")
    ecarts = paje[2024] - paje[2020]
    return ecarts[ecarts < ecarts["62413"]]


def carte() -> pd.Series:
    """Where is the share of households with the RSA the highest?"""
    part = a.ratio("cnaf_foyers_rsa", "cnaf_foyers", a.lieux(epci="Lens-Liévin"), 2024)
    return part.set_index("territoire")["valeur"]


def carte_lue() -> pd.Series:
    """The same, by plain pandas."""
    lignes = de_l_agglomeration("cnaf_communes")
    lignes = lignes[lignes["annee"] == 2024].set_index("territoire")
    parts = 100 * lignes["cnaf_foyers_rsa"] / lignes["cnaf_foyers"]
    return parts.where(lignes["cnaf_foyers"] >= MINIMUM)


def taux_de_l_agglomeration() -> pd.Series:
    """How did a rate change over the years, in the agglomeration?"""
    part = a.comparer("cnaf_foyers_rsa", a.epci("Lens-Liévin"), pour="cnaf_foyers")
    return part.set_index("annee")["indice"]


def taux_lu_de_l_agglomeration() -> pd.Series:
    """The same, by plain pandas."""
    sommes = de_l_agglomeration("cnaf_communes").groupby("annee")[EFFECTIFS].sum()
    taux = sommes["cnaf_foyers_rsa"] / sommes["cnaf_foyers"]
    return 100 * taux / taux.loc[2020]


def ages_des_quartiers() -> pd.Series:
    """How many children of each age does each quarter have, over three layouts of a file?"""
    ages = ["iris_enfants_0_2", "iris_enfants_3_5"]
    enfants = pd.concat([a.donnees(code, a.lieux(iris="Harnes")) for code in ages])
    return enfants.groupby(["territoire", "annee"])["valeur"].sum()


def ages_lus_des_quartiers() -> pd.Series:
    """The same, by plain pandas."""
    lignes = lire("insee_caf_iris")
    lignes = lignes[lignes["territoire"].str.startswith("62413")]
    ages = lignes.set_index(["territoire", "annee"])[["iris_enfants_0_2", "iris_enfants_3_5"]]
    return ages.sum(axis=1, skipna=False)


def moins_de_trois_ans() -> pd.Series:
    """How many children under three, by the births of three years?"""
    naissances = a.donnees("insee_naissances", "Harnes").set_index("annee")["valeur"]
    return naissances.rolling(3).sum()


def moins_de_trois_ans_lus() -> pd.Series:
    """The same, by plain pandas."""
    lignes = lire("insee_etat_civil")
    naissances = lignes[lignes["territoire"] == "62413"].set_index("annee")["insee_naissances"]
    return naissances.dropna().sort_index().rolling(3).sum()


def natalite() -> pd.Series:
    """How many births for a thousand people, on three years, ranked?"""
    communes = a.lieux(epci="Lens-Liévin")
    naissances = a.donnees("insee_naissances", communes, [2021, 2022, 2023])
    moyennes = naissances.groupby(["territoire", "libelle"], as_index=False)["valeur"].mean()
    habitants = a.donnees("insee_population_municipale", communes, 2023)
    taux = habitants.merge(moyennes, on=["territoire", "libelle"], suffixes=("_habitants", ""))
    taux["valeur"] = 1000 * taux["valeur"] / taux["valeur_habitants"]
    return a.rang("Harnes", taux).set_index("territoire")["valeur"]


def natalite_lue() -> pd.Series:
    """The same, by plain pandas."""
    lignes = de_l_agglomeration("insee_etat_civil")
    lignes = lignes[lignes["annee"].between(2021, 2023)]
    naissances = lignes.groupby("territoire")["insee_naissances"].mean()
    habitants = lire("insee_populations").query("annee == 2023")
    habitants = habitants.set_index("territoire")["insee_population_municipale"]
    return 1000 * naissances / habitants.reindex(naissances.index)


def poids_des_accueils() -> pd.Series:
    """What is the share of each kind of care in the hours?"""
    heures = a.donnees("heures_realisees", convention="demonstration")
    parties = heures[heures["ligne"] == "partie"]
    totaux = heures[heures["ligne"] == "total"][["annee", "valeur"]]
    poids = parties.merge(totaux, on="annee", suffixes=("", "_total"))
    poids["part"] = 100 * poids["valeur"] / poids["valeur_total"]
    return poids.groupby("annee")["part"].max()


def poids_lus_des_accueils() -> pd.Series:
    """The same, by plain pandas."""
    cle = ["annee", "dimension", "modalite"]
    suivi = lire_suivi_brut("demonstration", 2026).observations
    heures = suivi[suivi["indicateur"] == "heures_realisees"].sort_values("millesime")
    heures = heures.astype({"valeur": float}).drop_duplicates(cle, keep="last")
    du_total = heures["dimension"].fillna("") == ""
    totaux = heures[du_total].set_index("annee")["valeur"]
    return 100 * heures[~du_total].groupby("annee")["valeur"].max() / totaux


Question = Callable[[], pd.Series]
QUESTIONS: dict[str, tuple[Question, Question]] = {
    "ceux qui perdent plus que Harnes": (pertes, pertes_lues),
    "une carte": (carte, carte_lue),
    "un taux au fil des ans": (taux_de_l_agglomeration, taux_lu_de_l_agglomeration),
    "les âges par quartier": (ages_des_quartiers, ages_lus_des_quartiers),
    "les moins de trois ans": (moins_de_trois_ans, moins_de_trois_ans_lus),
    "la natalité": (natalite, natalite_lue),
    "le poids des accueils": (poids_des_accueils, poids_lus_des_accueils),
}


def _a_nu(reponse: pd.Series) -> pd.Series:
    """Return an answer as plain floats, in the order of what it is about."""
    valeurs = reponse.astype("Float64").to_numpy(dtype=float, na_value=np.nan)
    return pd.Series(valeurs, index=pd.Index(reponse.index.tolist())).sort_index()


@pytest.mark.parametrize(("demander", "lire_en_pandas"), QUESTIONS.values(), ids=QUESTIONS)
def test_une_question_a_la_reponse_de_pandas_seul_et_dit_d_ou_elle_vient(
    demander: Question, lire_en_pandas: Question
) -> None:
    obtenue = demander()
    attendue = lire_en_pandas()

    pd.testing.assert_series_equal(_a_nu(obtenue), _a_nu(attendue))
    assert len(obtenue)
    sans_valeur_ni_marque = [marque is None for marque in marques_de(obtenue)]
    assert (obtenue.isna() | ~pd.Series(sans_valeur_ni_marque, obtenue.index)).all()


def test_un_csv_tape_et_joint_donne_un_taux_et_ses_deux_sources(tmp_path: Path) -> None:
    fichier = tmp_path / "places.csv"
    fichier.write_text("Commune;Code;Places\nHarnes;62413;25\nAvion;62065;s\n", "cp1252")

    places = a.importer(fichier)
    foyers = a.donnees("cnaf_foyers", ["Harnes", "Avion"], 2024)
    jointes = foyers.merge(places, left_on="territoire", right_on="Code").set_index("territoire")
    jointes["pour_mille"] = 1000 * jointes["Places"] / jointes["valeur"]

    lus = lire("cnaf_communes").query("annee == 2024").set_index("territoire")["cnaf_foyers"]
    montree = a.tableau(jointes.reset_index())
    assert jointes.loc["62413", "pour_mille"] == pytest.approx(25_000 / lus["62413"])
    assert "secret" in montree.cellules["pour_mille"].tolist()
    assert "Cnaf" in montree.source and "saisie : places.csv" in montree.source


# What a verb says rather than leaves out.


def test_une_partie_a_son_indice_et_son_evolution_non_ceux_du_total() -> None:
    heures = a.comparer("heures_realisees", convention="demonstration")
    ecarts = a.evolution("heures_realisees", convention="demonstration")

    premieres = heures[heures["annee"] == heures["annee"].min()]
    assert premieres["ligne"].nunique() == 2
    assert premieres["indice"].astype(float).tolist() == [100.0] * len(premieres)
    assert ecarts["modalite"].tolist() == premieres["modalite"].tolist()
    assert ecarts["depart"].tolist() == premieres["valeur"].tolist()


def test_l_evolution_d_un_taux_publie_est_en_points_jamais_en_pour_cent() -> None:
    couverture = a.evolution("cnaf_couverture", ["Harnes", "Pas-de-Calais"], 2018, 2019)

    assert "evolution" not in couverture
    assert marques_de(couverture["ecart"])[0].unite == "points"


def test_une_annee_que_connait_une_seule_commune_n_est_pas_la_derniere_des_autres() -> None:
    naissances = a.evolution("insee_naissances", ["Harnes", "Lens", "Avion"])
    voisines = a.comparables("insee_naissances", "Harnes", n=3)

    assert naissances["annee"].unique().tolist() == [2024]
    assert naissances["ecart"].notna().all()
    assert voisines["annee"].unique().tolist() == [2024]


@pytest.mark.parametrize("annee", ["2024", 2024.0, np.int64(2024)])
def test_une_annee_lue_dans_une_table_ou_tapee_en_texte_est_la_meme(annee: object) -> None:
    foyers = a.donnees("cnaf_foyers_rsa", "Harnes", annee)
    ecart = a.evolution("cnaf_foyers_rsa", "Harnes", 2020, annee)
    public = a.frequentation(annee, convention="demonstration", selon="sexe")

    assert foyers["annee"].tolist() == ecart["annee"].tolist() == [2024]
    assert public["annee"].unique().tolist() == [2024]


DEUX = ["Harnes", "Lens"]


@pytest.mark.parametrize(
    ("demander", "phrase"),
    [
        (lambda: a.rang(DEUX, a.donnees("cnaf_foyers_rsa", DEUX)), "non '62413, 62498'"),
        (lambda: a.semblables(DEUX), "non '62413, 62498'"),
        (lambda: a.comparables("cnaf_foyers_rsa", DEUX), "non '62413, 62498'"),
        (lambda: a.donnees("cnaf_foyers_rsa", 62413), "entre guillemets, non 62413"),
        (lambda: a.donnees("cnaf_foyers_rsa", []), "La table est vide"),
        (lambda: a.donnees("cnaf_foyers_rsa", "Harnes", 2024.5), "reçu : 2024.5"),
        (lambda: a.revisions("demonstration", [2024, 2025]), "quatre chiffres"),
        (lambda: a.evolution("cnaf_couverture", "Harnes"), "Depuis 2022, première année"),
        (lambda: a.comparables("insee_deces", "Harnes"), "ne porte que sur Harnes"),
    ],
)
def test_ce_qui_ne_se_demande_pas_ainsi_est_dit_en_francais(
    demander: Callable[[], object], phrase: str
) -> None:
    with pytest.raises(DemandeImpossible) as refus:
        demander()

    assert phrase in str(refus.value)
