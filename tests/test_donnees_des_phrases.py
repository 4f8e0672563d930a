"""The tables that hold what the sentences of a bilan say, where no other table did."""

from __future__ import annotations

import csv
import io

import pytest

from ctglib import ouvrir_bilan
from ctglib.document.tableau import Tableau
from ctglib.rapports.bilan import Bilan


@pytest.fixture(scope="module")
def bilan() -> Bilan:
    return ouvrir_bilan("demonstration", 2025)


def lignes(tableau: Tableau) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tableau.csv())))


def test_les_indicateurs_sont_comptes_par_fiche_et_en_tout(bilan: Bilan) -> None:
    *fiches, ensemble = bilan.indicateurs().cellules.to_dict("records")

    assert [row["fiche"] for row in fiches] == ["Fiche 1", "Fiche 2", "Fiche 3", "Fiche 4"]
    for colonne in ("nombre", "depart", "cible", "favorable", "defavorable", "stable", "jugees", "tenues"):
        assert int(ensemble[colonne]) == sum(int(row[colonne]) for row in fiches), colonne


def test_le_csv_des_indicateurs_les_donne_un_par_un(bilan: Bilan) -> None:
    tableau = bilan.indicateurs()

    favorables = [row for row in lignes(tableau) if row["evolution"] == "favorable"]

    assert str(len(lignes(tableau))) == tableau.cellules["nombre"].iloc[-1]
    assert str(len(favorables)) == tableau.cellules["favorable"].iloc[-1]


@pytest.mark.parametrize("tableau", ["bilan", "fiche"])
def test_l_equipe_de_la_caf_est_dans_les_donnees_poste_par_poste(bilan: Bilan, tableau: str) -> None:
    rows = lignes(bilan.moyens.par_signataire() if tableau == "bilan" else bilan.fiche(4).detail()["postes"])

    equipe = {
        row["objet"]: float(row["valeur"]) for row in rows if row.get("annee", "2025") == "2025" and row["valeur"]
    }
    assert equipe["accompagnement_territorial"] == 0.5
    assert equipe["responsable_territoire"] == 0.2


def test_le_csv_des_indicateurs_d_une_fiche_garde_les_lignes_par_modalite(bilan: Bilan) -> None:
    tableau = bilan.fiche(2).indicateurs()["indicateurs"]

    detail = [row for row in lignes(tableau) if row["dimension"]]

    assert len(lignes(tableau)) == len(tableau.cellules) + len(detail)
    assert {"periscolaire", "caj"} <= {row["modalite"] for row in detail}
