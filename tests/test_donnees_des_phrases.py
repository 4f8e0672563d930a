"""The tables that hold what the sentences of a bilan say, where no other table did."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from ctglib import ouvrir_bilan
from ctglib.document.tableau import Tableau
from ctglib.rapports.bilan import Bilan


@pytest.fixture(scope="module")
def bilan() -> Bilan:
    return ouvrir_bilan("demonstration", 2025)


def lignes(tableau: Tableau) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tableau.csv())))


@pytest.mark.parametrize("tableau", ["bilan", "fiche"])
def test_l_equipe_de_la_caf_est_dans_les_donnees_poste_par_poste(
    bilan: Bilan, tableau: str
) -> None:
    rows = lignes(
        bilan.moyens.par_signataire() if tableau == "bilan" else bilan.fiche(4).detail()["postes"]
    )

    equipe = {
        row["objet"]: float(row["valeur"])
        for row in rows
        if row.get("annee", "2025") == "2025" and row["valeur"]
    }
    assert equipe["accompagnement_territorial"] == 0.5
    assert equipe["responsable_territoire"] == 0.2


def test_le_csv_des_indicateurs_d_une_fiche_garde_les_lignes_par_modalite(bilan: Bilan) -> None:
    tableau = bilan.fiche(2).indicateurs()["indicateurs"]

    detail = [row for row in lignes(tableau) if row["dimension"]]

    assert len(lignes(tableau)) == len(tableau.cellules) + len(detail)
    assert {"periscolaire", "caj"} <= {row["modalite"] for row in detail}


@pytest.mark.parametrize(
    ("lignes_de_plus", "dit"),
    [
        ("", "Responsable de territoire de la Caf, 0,2\u00a0ETP (p)"),
        (
            "caf,1,,etp,responsable_territoire,,L,\n",
            "Responsable de territoire de la Caf, au moins 0,2\u00a0ETP",
        ),
    ],
)
def test_un_poste_dont_une_ligne_manque_dit_ce_qui_est_connu(
    donnees: Path, lignes_de_plus: str, dit: str
) -> None:
    chemin = donnees / "conventions/demonstration/suivi/2026/moyens.csv"
    chemin.write_text(chemin.read_text(encoding="utf-8") + lignes_de_plus, encoding="utf-8")

    phrases = list(ouvrir_bilan("demonstration", 2026).moyens.equipe())

    assert dit in phrases[-1]
