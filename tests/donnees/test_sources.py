"""The public series: the values of their files, whole, with what has to be known before reading
them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pandas as pd
import pytest
import yaml
from donnees_suivies import DONNEES

from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.modeles.sources import Origine
from ctglib.donnees.publiques import lire
from ctglib.donnees.yaml_strict import charger_yaml

CAS = yaml.safe_load(
    (Path(__file__).parents[1] / "cas" / "sources.yaml").read_text(encoding="utf-8")
)
SERIES = tuple(CAS["etendues"])
HARNES = "62413"
DEPARTEMENT = "62"


@pytest.fixture(scope="module")
def dossier() -> Dossier:
    return lire_dossier("harnes")


@pytest.fixture
def source(depot: Path):
    """Return the file that a series was taken from; without it, skip and say so."""

    def trouver(serie: str) -> Path:
        path = depot.parent / "shared" / "donnees" / _origine(serie).fichier
        if not path.exists():
            pytest.skip(f"le fichier d'origine n'est pas là ({path.name})")
        return path

    return trouver


def test_chaque_dossier_de_source_est_une_serie_attendue() -> None:
    folders = {path.name for path in (DONNEES / "sources").iterdir() if path.is_dir()}

    assert folders == {*SERIES, "publiques", "locales"}


@pytest.mark.parametrize("serie", SERIES)
def test_une_serie_couvre_ses_territoires_et_ses_annees(serie: str) -> None:
    expected = CAS["etendues"][serie]

    rows = _observations(serie)

    assert sorted(set(rows["territoire"])) == expected["territoires"]
    assert sorted(set(rows["annee"].astype(int))) == expected["annees"]
    assert len(rows) == expected["lignes"]
    assert set(rows["statut"]) <= {"A", "E"}
    assert (rows["millesime"].astype(int) > rows["annee"].astype(int)).all()


@pytest.mark.parametrize("serie", SERIES)
def test_une_serie_n_emploie_que_des_indicateurs_de_contexte_et_leur_unite(
    serie: str, dossier: Dossier
) -> None:
    context = dossier.catalogue.indicateurs_contexte
    dimensions = dossier.catalogue.dimensions

    for row in _observations(serie).itertuples():
        item = context[row.indicateur]
        assert row.unite == item.unite
        assert row.dimension in {"", item.dimension}
        assert not row.dimension or row.modalite in {
            one.id for one in dimensions[row.dimension].modalites
        }


@pytest.mark.parametrize("serie", SERIES)
def test_une_rupture_de_la_source_est_celle_du_catalogue(serie: str, dossier: Dossier) -> None:
    context = dossier.catalogue.indicateurs_contexte
    used = [context[name] for name in set(_observations(serie)["indicateur"])]

    declared = {rupture.annee for rupture in _origine(serie).ruptures}

    assert {rupture.annee for item in used for rupture in item.ruptures} == declared


@pytest.mark.parametrize("serie", SERIES)
def test_l_origine_dit_ce_qu_il_faut_savoir_avant_de_lire(serie: str) -> None:
    told = " ".join(_origine(serie).remarques)

    assert [words for words in CAS["remarques"][serie] if words not in told] == []


@pytest.mark.parametrize("serie", SERIES)
def test_l_empreinte_est_celle_du_fichier_d_origine(serie: str, source) -> None:
    assert hashlib.sha256(source(serie).read_bytes()).hexdigest() == _origine(serie).sha256


def test_les_effectifs_de_harnes_sont_ceux_de_la_cnaf_et_le_departement_leur_somme(source) -> None:
    original = pd.read_csv(source("cnaf_allocataires"), sep=";", dtype=str, keep_default_na=False)
    rows = _observations("cnaf_allocataires")

    for row in rows.itertuples():
        column = original[original["dtreffre"] == f"{row.annee}-12"].set_index("numcomdo")[
            CAS["colonnes_cnaf"][row.indicateur]
        ]
        written = (
            column[HARNES]
            if row.territoire == HARNES
            else sum(int(value) for value in column if value)
        )
        missing = list(column.index[column == ""])
        assert int(row.valeur) == int(written), (row.indicateur, row.annee)
        assert (row.statut == "E") == (row.territoire == DEPARTEMENT and missing != [])
        assert all(code in row.note for code in missing) or row.territoire == HARNES


def test_la_somme_de_2020_retrouve_le_departement_de_l_annexe_1_a_deux_pour_mille(
    dossier: Dossier,
) -> None:
    rows = _observations("cnaf_allocataires")
    summed = rows[(rows["territoire"] == DEPARTEMENT) & (rows["annee"] == "2020")].set_index(
        "indicateur"
    )["valeur"]
    annexe1 = dossier.annexe1[dossier.annexe1["territoire"] == DEPARTEMENT].set_index("indicateur")[
        "valeur"
    ]

    for name, printed in CAS["annexe1"].items():
        # SOURCES.md: within 0.2 %, what the rounding to 5 of 887 communes and the households not
        # located leave.
        assert float(summed[name]) == pytest.approx(annexe1[printed], rel=0.002), name


def test_le_departement_est_dit_somme_et_2024_dit_la_commune_sans_valeur() -> None:
    rows = _observations("cnaf_allocataires")
    summed = rows[rows["territoire"] == DEPARTEMENT]

    assert summed["note"].str.startswith("Somme des communes").all()
    assert set(summed.loc[summed["note"].str.contains("62396"), "annee"]) == {"2024"}
    assert set(summed.loc[summed["statut"] == "E", "annee"]) == {"2024"}


def test_la_couverture_est_celle_du_fichier_et_ses_modes_font_l_ensemble(source) -> None:
    original = pd.read_csv(source("cnaf_couverture"), dtype=str).set_index("numcom")
    rows = _observations("cnaf_couverture")

    for row in rows.itertuples():
        line = original.loc[HARNES if row.territoire == HARNES else "DEP62"]
        assert row.valeur == line[CAS["colonnes_couverture"][row.modalite]]
    for _, group in rows.groupby("territoire"):
        values = group.set_index("modalite")["valeur"].astype(float)
        # The modes and the whole are each rounded to a tenth: a tenth apart at the most, as the
        # origin says.
        assert values.drop("").sum() == pytest.approx(values[""], abs=0.1001)


def test_les_naissances_sont_celles_du_fichier_et_de_l_annexe_1(dossier: Dossier, source) -> None:
    rows = _observations("insee_naissances")
    births = rows[rows["territoire"].eq(HARNES)].set_index("annee")
    printed = dossier.annexe1.set_index(["indicateur", "territoire"]).loc[
        ("naissances", HARNES), "valeur"
    ]
    original = pd.read_csv(source("insee_naissances"), dtype=str).set_index("annee")[
        "naissances_domiciliees"
    ]

    assert (births["valeur"] == original[births.index]).all()
    assert float(births.loc["2020", "valeur"]) == float(printed)
    assert set(births.index[births["note"] != ""]) == {"2025"}


def test_les_naissances_sont_celles_du_fichier_national_date() -> None:
    rows = _observations("insee_naissances")
    dated = rows[rows["note"].eq("")].astype({"annee": int, "valeur": float})
    known = lire("insee_naissances", ["62", HARNES], dated["annee"].unique())

    national = known.set_index(["territoire", "annee"])["valeur"]
    delivered = dated.set_index(["territoire", "annee"])["valeur"]
    assert national[delivered.index].tolist() == delivered.tolist()


def test_filosofi_est_celui_du_fichier(source) -> None:
    values = _observations("insee_filosofi").set_index("indicateur")["valeur"]
    original = pd.read_csv(source("insee_filosofi"), dtype=str).set_index("codgeo").loc[HARNES]

    assert values["insee_niveau_vie_median"] == original["MED_SL"]
    assert values["insee_taux_pauvrete"] == original["PR_MD60"]


def _observations(serie: str) -> pd.DataFrame:
    return pd.read_csv(
        DONNEES / "sources" / serie / "observations.csv", dtype=str, keep_default_na=False
    )


def _origine(serie: str) -> Origine:
    return charger_yaml(f"sources/{serie}/origine.yaml", Origine)
