"""What a value knows of itself follows it through pandas: the values are those of plain pandas, and
the marks are right or gone.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ctglib.donnees.marques import SAISIE, Marque, Origine
from ctglib.donnees.nombres import SommeRefusee, marques_de, nombres
from ctglib.donnees.statuts import Statut

RSA = Origine("rsa", "Foyers au RSA", "Cnaf", "nombre", arrondi=5, ruptures=((2022, "réforme"),))
PAJE = Origine("paje", "Naissances", "Insee", "nombre")
Table = pd.DataFrame


def _marque(origine: Origine, annee: int, statut: str = "A") -> Marque:
    mot = "secret" if statut == "Q" else ""
    arrondi = origine.arrondi or 0.0
    return Marque((origine,), "nombre", statut, mot, arrondi, (annee, annee), "communes")


def _tables() -> tuple[Table, Table]:
    """Return the same table twice: with our numbers, and with those of plain pandas."""
    lieux = ["Harnes", "Harnes", "Lens", "Lens", "Carvin", "Carvin"]
    annees = [2021, 2024] * 3
    rsa = [620.0, 560.0, 2445.0, 2390.0, 400.0, 385.0]
    paje = [135.0, 155.0, 300.0, 310.0, 90.0, 80.0]
    statuts = ["A", "P", "A", "A", "A", "E"]
    simple = pd.DataFrame(
        {
            "lieu": lieux,
            "annee": annees,
            "rsa": pd.array(rsa, dtype="Float64"),
            "paje": pd.array(paje, dtype="Float64"),
        }
    )
    marques = [_marque(RSA, *cle) for cle in zip(annees, statuts, strict=True)]
    autres = [_marque(PAJE, annee) for annee in annees]
    notre = simple.assign(rsa=nombres(rsa, marques), paje=nombres(paje, autres))
    return notre, simple


AUTRE = pd.DataFrame({"lieu": ["Harnes", "Lens", "Avion"], "places": [22, 105, 8]})

# What is done to a table, and what becomes of the marks: every value keeps one, or none does, or
# those that nobody typed do.
OPERATIONS: dict[str, tuple[Callable[[Table], object], str]] = {
    "filtrer": (lambda t: t[t["annee"] == 2024]["rsa"], "gardées"),
    "filtrer tout": (lambda t: t[t["annee"] == 1990]["rsa"], "vide"),
    "query": (lambda t: t.query("rsa > 500")["rsa"], "gardées"),
    "loc": (lambda t: t.loc[t["lieu"] == "Lens", "rsa"], "gardées"),
    "iloc": (lambda t: t.iloc[1:4]["rsa"], "gardées"),
    "head": (lambda t: t.head(2)["rsa"], "gardées"),
    "tail": (lambda t: t.tail(2)["rsa"], "gardées"),
    "sample": (lambda t: t.sample(3, random_state=1)["rsa"], "gardées"),
    "isin": (lambda t: t[t["lieu"].isin(["Lens"])]["rsa"], "gardées"),
    "sort_values": (lambda t: t.sort_values("rsa")["rsa"], "gardées"),
    "sort_index": (lambda t: t.sort_index(ascending=False)["rsa"], "gardées"),
    "nlargest": (lambda t: t.nlargest(2, "rsa")["rsa"], "gardées"),
    "nsmallest": (lambda t: t["rsa"].nsmallest(2), "gardées"),
    "reset_index": (lambda t: t.set_index("lieu").reset_index()["rsa"], "gardées"),
    "set_index": (lambda t: t.set_index(["lieu", "annee"])["rsa"], "gardées"),
    "reindex": (lambda t: t["rsa"].reindex([0, 2, 9]), "trou"),
    "rename": (lambda t: t.rename(columns={"rsa": "foyers"})["foyers"], "gardées"),
    "drop": (lambda t: t.drop(columns="paje")["rsa"], "gardées"),
    "drop_duplicates": (lambda t: t.drop_duplicates("lieu")["rsa"], "gardées"),
    "dropna": (lambda t: t.dropna()["rsa"], "gardées"),
    "copy": (lambda t: t.copy()["rsa"], "gardées"),
    "assign": (lambda t: t.assign(n=t["rsa"])["n"], "gardées"),
    "astype de texte ailleurs": (lambda t: t.astype({"annee": str})["rsa"], "gardées"),
    "astype Float64": (lambda t: t.astype({"rsa": "Float64"})["rsa"], "gardées"),
    "convert_dtypes": (lambda t: t.convert_dtypes()["lieu"], "perdues"),
    "merge": (lambda t: t.merge(AUTRE, on="lieu")["rsa"], "gardées"),
    "merge à gauche": (lambda t: t.merge(AUTRE, on="lieu", how="left")["rsa"], "gardées"),
    "merge extérieur": (lambda t: t.merge(AUTRE, on="lieu", how="outer")["rsa"], "trou"),
    "join": (lambda t: t.join(AUTRE.set_index("lieu"), on="lieu")["rsa"], "gardées"),
    "concat": (lambda t: pd.concat([t, t], ignore_index=True)["rsa"], "gardées"),
    "concat en colonnes": (lambda t: pd.concat([t["rsa"], t["lieu"]], axis=1)["rsa"], "gardées"),
    "pivot": (lambda t: t.pivot(index="lieu", columns="annee", values="rsa")[2024], "gardées"),
    "pivot de deux": (
        lambda t: t.pivot(index="lieu", columns="annee", values=["rsa", "paje"])["paje", 2024],
        "gardées",
    ),
    "pivot_table": (
        lambda t: t.pivot_table("rsa", "lieu", "annee", aggfunc="sum")[2021],
        "gardées",
    ),
    "pivot_table avec totaux": (
        lambda t: t.pivot_table("rsa", "lieu", "annee", aggfunc="sum", margins=True)["All"][:-1],
        "gardées",
    ),
    "melt": (lambda t: t.melt(["lieu", "annee"])["value"], "gardées"),
    "unstack": (lambda t: t.set_index(["lieu", "annee"])["rsa"].unstack()[2021], "gardées"),
    "stack": (
        lambda t: t.pivot(index="lieu", columns="annee", values="rsa").stack(),
        "perdues",
    ),
    "transposer": (
        lambda t: t.pivot(index="lieu", columns="annee", values="rsa").T["Lens"],
        "gardées",
    ),
    "groupby sum": (lambda t: t.groupby("lieu")["rsa"].sum(), "gardées"),
    "groupby mean": (lambda t: t.groupby("annee")["rsa"].mean(), "gardées"),
    "groupby min": (lambda t: t.groupby("annee")["rsa"].min(), "gardées"),
    "groupby median": (lambda t: t.groupby("annee")["rsa"].median(), "gardées"),
    "groupby first": (lambda t: t.groupby("lieu")["rsa"].first(), "gardées"),
    "groupby agg": (lambda t: t.groupby("lieu").agg(n=("rsa", "sum"))["n"], "gardées"),
    "groupby transform": (lambda t: t.groupby("lieu")["rsa"].transform("sum"), "gardées"),
    "groupby head": (lambda t: t.groupby("lieu").head(1)["rsa"], "gardées"),
    "groupby shift": (lambda t: t.groupby("lieu")["rsa"].shift(), "trou"),
    "groupby diff": (lambda t: t.groupby("lieu")["rsa"].diff().dropna(), "gardées"),
    "groupby cumsum": (lambda t: t.groupby("lieu")["rsa"].cumsum(), "gardées"),
    "groupby size": (lambda t: t.groupby("lieu").size(), "perdues"),
    "addition": (lambda t: t["rsa"] + t["paje"], "gardées"),
    "différence": (lambda t: t["rsa"] - t["paje"], "gardées"),
    "quotient": (lambda t: 100 * t["rsa"] / t["paje"], "gardées"),
    "arrondir": (lambda t: (t["rsa"] / 7).round(1), "gardées"),
    "valeur absolue": (lambda t: (-t["rsa"]).abs(), "gardées"),
    "cumsum": (lambda t: t["rsa"].cumsum(), "gardées"),
    "shift": (lambda t: t["rsa"].shift(), "trou"),
    "diff": (lambda t: t["rsa"].diff().dropna(), "gardées"),
    "where": (lambda t: t["rsa"].where(t["rsa"] > 500), "trou"),
    "mask": (lambda t: t["rsa"].mask(t["rsa"] > 500, 0), "saisie"),
    "clip": (lambda t: t["rsa"].clip(upper=500), "saisie"),
    "fillna": (lambda t: t["rsa"].where(t["rsa"] > 500).fillna(0), "saisie"),
    "somme de colonnes": (lambda t: t[["rsa", "paje"]].sum(axis=1), "gardées"),
    "somme d'une table": (lambda t: t[["rsa", "paje"]].sum(), "perdues"),
    "rank": (lambda t: t["rsa"].rank(), "perdues"),
    "astype float": (lambda t: t["rsa"].astype(float), "perdues"),
    "astype int": (lambda t: t["rsa"].astype(int), "perdues"),
    "rolling": (lambda t: t["rsa"].rolling(2).mean().astype("Float64"), "trou"),
    "rolling plein": (lambda t: t["rsa"].rolling(2, min_periods=1).max(), "gardées"),
    "rolling d'une table": (
        lambda t: t[["rsa", "paje"]].rolling(2).sum()["paje"].astype("Float64"),
        "trou",
    ),
    "groupby rolling": (
        lambda t: t.groupby("lieu")["rsa"].rolling(2).mean().astype("Float64"),
        "trou",
    ),
    "expanding": (lambda t: t["rsa"].expanding().sum(), "gardées"),
    "ewm": (lambda t: t["rsa"].ewm(1).mean(), "perdues"),
    "comparaison": (lambda t: t["rsa"] > 500, "perdues"),
    "apply": (lambda t: t["rsa"].apply(lambda n: n * 2), "perdues"),
    "numpy": (lambda t: np.log(t["rsa"]), "perdues"),
    "describe": (lambda t: t["rsa"].describe(), "perdues"),
    "value_counts": (lambda t: t["lieu"].value_counts(), "perdues"),
    "combine_first": (lambda t: t["rsa"].combine_first(t["paje"]), "gardées"),
}


@pytest.mark.parametrize(("operation", "marques"), OPERATIONS.values(), ids=OPERATIONS)
def test_une_operation_donne_les_valeurs_de_pandas_et_des_marques_justes_ou_aucune(
    operation: Callable[[Table], object], marques: str
) -> None:
    notre, simple = _tables()

    obtenu = operation(notre)
    attendu = operation(simple)

    assert isinstance(obtenu, pd.Series) and isinstance(attendu, pd.Series)
    pd.testing.assert_series_equal(obtenu, attendu, check_dtype=False)
    portees = marques_de(obtenu)
    if marques == "gardées":
        assert len(portees) and None not in portees
        assert all(SAISIE not in marque.origines for marque in portees if marque)
    elif marques == "perdues":
        assert set(portees) <= {None}
    elif marques == "trou":  # a hole has no mark, what is there has one
        assert [marque is None for marque in portees] == obtenu.isna().tolist()
    elif marques == "saisie":
        assert None in portees and any(marque is not None for marque in portees)
    assert marques_de(notre["rsa"]) == marques_de(_tables()[0]["rsa"])  # nothing changed there


def test_il_y_a_soixante_operations() -> None:
    assert len(OPERATIONS) >= 60


def test_une_valeur_retapee_perd_ce_qu_elle_disait_et_la_table_de_depart_le_garde() -> None:
    notre, _ = _tables()
    copie = notre.copy()

    copie.loc[0, "rsa"] = 99
    remplacee = notre.assign(rsa=[1, 2, 3, 4, 5, 6])

    assert marques_de(copie["rsa"])[0] is None and marques_de(copie["rsa"])[1] is not None
    assert marques_de(notre["rsa"])[0] is not None
    assert set(marques_de(remplacee["rsa"])) == {None}


def test_ce_que_deviennent_la_source_l_unite_le_statut_et_l_arrondi() -> None:
    notre, _ = _tables()

    somme = marques_de(notre.groupby("lieu")["rsa"].sum())[1]  # Harnes
    deux = marques_de(notre["rsa"] + notre["paje"])[0]
    taux = marques_de(100 * notre["rsa"] / notre["paje"])[1]
    ajoute = marques_de(notre["rsa"] + [1, 2, 3, 4, 5, 6])[0]

    assert somme and deux and taux and ajoute
    assert (somme.statut, somme.unite, somme.arrondi) == (Statut.PROVISOIRE, "nombre", 10)
    assert somme.annees == (2021, 2024) and somme.ruptures == [(2022, "réforme")]
    assert deux.origines == (RSA, PAJE) and deux.unite == "nombre" and not deux.ruptures
    assert (taux.unite, taux.statut) == ("pour_100", Statut.PROVISOIRE)
    assert ajoute.origines == (RSA, SAISIE) and ajoute.unite == ""


QUOTIENTS: dict[str, tuple[Callable[[Table], pd.Series], str]] = {
    "pour 1 000": (lambda t: 1000 * t["rsa"] / t["paje"], "pour_1000"),
    "pour 1 000, après": (lambda t: t["rsa"] / t["paje"] * 1000, "pour_1000"),
    "pour 100, d'une moyenne": (
        lambda t: 100 * t.groupby("lieu")["rsa"].mean() / t.groupby("lieu")["paje"].mean(),
        "pour_100",
    ),
    "sans facteur": (lambda t: t["rsa"] / t["paje"], "rapport"),
    "un autre facteur": (lambda t: 12 * t["rsa"] / t["paje"], ""),
    "un produit": (lambda t: t["rsa"] * t["paje"], ""),
    "un effectif multiplié": (lambda t: 2 * t["rsa"], "nombre"),
}


@pytest.mark.parametrize(("calculer", "unite"), QUOTIENTS.values(), ids=QUOTIENTS)
def test_un_quotient_d_effectifs_sait_pour_combien_il_est(
    calculer: Callable[[Table], pd.Series], unite: str
) -> None:
    notre, _ = _tables()

    assert {marque and marque.unite for marque in marques_de(calculer(notre))} == {unite}


def test_une_moyenne_mobile_dit_ce_que_disent_les_annees_de_sa_fenetre() -> None:
    marques = [_marque(RSA, 2021), _marque(RSA, 2022), _marque(RSA, 2023, "P"), _marque(RSA, 2024)]
    colonne = pd.Series(nombres([8, 9, 7, 6], marques))
    masquee = pd.Series(
        nombres([8, float("nan"), 7, 6], [marques[0], _marque(RSA, 2022, "Q"), *marques[2:]])
    )

    mobiles = marques_de(colonne.rolling(2).mean())
    mot = [marque and marque.mot for marque in marques_de(masquee.rolling(2).mean())]

    assert mobiles[0] is None
    assert [marque and marque.annees for marque in mobiles[1:]] == [
        (2021, 2022),
        (2022, 2023),
        (2023, 2024),
    ]
    assert [len(marque.ruptures) for marque in mobiles[1:] if marque] == [1, 0, 0]
    assert [marque.statut for marque in mobiles[1:] if marque] == ["A", "P", "P"]
    assert all(marque.unite == "nombre" for marque in mobiles[1:] if marque)
    assert mot == [None, "secret", "secret", ""]


def test_une_somme_qui_rencontre_un_secret_le_dit() -> None:
    marques = [_marque(RSA, 2024), _marque(RSA, 2024, "Q")]
    colonne = pd.Series(nombres([45, float("nan")], marques))

    somme = colonne.groupby([1, 1]).sum()

    assert somme.isna().all() and marques_de(somme)[0].mot == "secret"  # pyright: ignore[reportOptionalMemberAccess]


def test_un_tableau_croise_et_ses_totaux_gardent_ce_que_disent_les_valeurs() -> None:
    marques = [_marque(RSA, 2024), _marque(RSA, 2024, "Q"), _marque(RSA, 2024), _marque(RSA, 2024)]
    table = pd.DataFrame(
        {
            "lieu": ["a", "a", "b", "b"],
            "sexe": ["f", "g", "f", "g"],
            "n": nombres([10, float("nan"), 7, 8], marques),
        }
    )

    croise = table.pivot_table("n", "lieu", "sexe", aggfunc="sum", margins=True)

    dites = {colonne: marques_de(croise[colonne]) for colonne in croise}
    assert [marque and marque.mot for marque in dites["g"][:2]] == ["secret", ""]
    assert [marque and marque.mot for marque in dites["All"][:2]] == ["secret", ""]
    assert all(marque and marque.origines == (RSA,) for marque in dites["f"][:2])


MELANGES: dict[str, Callable[[Table], object]] = {
    "sum": lambda t: t["n"].sum(),
    "cumsum": lambda t: t["n"].cumsum(),
    "groupby": lambda t: t.groupby("annee")["n"].sum(),
    "rolling": lambda t: t["n"].rolling(2).sum(),
    "table": lambda t: t[["n"]].sum(),
    "pivot_table": lambda t: t.pivot_table("n", "annee", aggfunc="sum"),
    "totaux": lambda t: t.pivot_table("n", "annee", "genre", aggfunc="sum", margins=True),
    "colonnes": lambda t: t.pivot(index="annee", columns="genre", values="n").sum(axis=1),
}


@pytest.mark.parametrize("sommer", MELANGES.values(), ids=MELANGES)
def test_un_total_ne_s_ajoute_pas_a_ses_parties(sommer: Callable[[Table], object]) -> None:
    genres = ["un total", "parties par âge", "parties par âge"]
    marques = [Marque((RSA,), genre=genre) for genre in genres]
    table = pd.DataFrame(
        {
            "annee": [2024] * 3,
            "genre": ["total", "0-2", "3-5"],
            "n": nombres([58, 30, 28], marques),
        }
    )

    with pytest.raises(SommeRefusee, match="elle mêle « parties par âge », « un total »"):
        sommer(table)

    assert table[table["genre"] != "total"]["n"].sum() == 58
    assert table["n"].max() == 58


def test_des_colonnes_de_nombres_ordinaires_et_des_notres_font_une_colonne_des_notres() -> None:
    notre, simple = _tables()
    cachee = notre.assign(rsa=notre["rsa"].where(notre["rsa"] > 500))

    reunies = pd.concat([cachee["rsa"], simple["annee"]], ignore_index=True)

    assert reunies.sum() is pd.NA
