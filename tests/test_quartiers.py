"""The quarters of a commune in its diagnostic: what is published of them, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import duckdb
import pandas as pd
import pytest
from donnees_suivies import DONNEES

from ctglib import ouvrir
from ctglib.blocs.quartiers import quartiers
from ctglib.document.blocs import Liste
from ctglib.document.tableau import Tableau
from ctglib.rapports.diagnostic import Diagnostic

HARNES = "62413"
MONOPARENTS = "iris_monoparents"
RSA = "iris_rsa_socle"


@pytest.fixture(scope="module")
def harnes() -> Diagnostic:
    return ouvrir("harnes")


def montres(diagnostic: Diagnostic, lus: pd.DataFrame) -> tuple[list[str], Tableau]:
    """Return the sentences and the table of a section made from some counts."""
    bloc = quartiers(lus, diagnostic.catalogue.diagnostic.quartiers, diagnostic.contexte)
    assert bloc is not None
    (phrases,) = (piece for piece in bloc.pieces if isinstance(piece, Liste))
    (tableau,) = (piece for piece in bloc.pieces if isinstance(piece, Tableau))
    return [str(item) for item in phrases.items], tableau


def test_les_quartiers_ont_les_chiffres_publies_et_leurs_parts(harnes: Diagnostic) -> None:
    dossier = DONNEES / "sources" / "publiques" / "insee_caf_iris"
    (chemin,) = dossier.glob("2020-iris-*.parquet")
    publies = duckdb.read_parquet(str(chemin)).df().set_index("territoire").sort_index()
    publies = publies[publies.index.str.startswith(HARNES)]
    parts = 100 * publies[RSA] / publies["iris_allocataires"]

    phrases, tableau = montres(harnes, harnes.quartiers_lus)

    assert tableau.donnees[RSA].tolist() == publies[RSA].tolist()
    ecrites = tableau.cellules[f"part_{RSA}"].tolist()
    assert ecrites == [f"{part:.1f}".replace(".", ",") + "\u202f%" for part in parts]
    bornes = [min(ecrites), max(ecrites)]
    assert [borne in phrases[1] for borne in bornes] == [True, True]


def test_un_effectif_que_le_producteur_cache_n_a_ni_part_ni_extreme(harnes: Diagnostic) -> None:
    lus = harnes.quartiers_lus.copy()
    lus.loc[2, [RSA, f"statut_{RSA}"]] = [float("nan"), "Q"]

    phrases, tableau = montres(harnes, lus)

    ligne = tableau.cellules.iloc[2]
    assert ligne[[f"nombre_{RSA}", f"part_{RSA}"]].tolist() == ["secret", "secret"]
    assert len(phrases) == 2 and "monoparentales" in phrases[1]


def test_un_quartier_de_peu_de_foyers_n_est_dit_le_premier_de_rien(harnes: Diagnostic) -> None:
    lus = harnes.quartiers_lus.copy()
    lus.loc[0, MONOPARENTS] = 19

    phrases, _ = montres(harnes, lus)

    assert not any("monoparentales" in phrase for phrase in phrases)


def test_deux_quartiers_a_egalite_sont_nommes_tous_les_deux(harnes: Diagnostic) -> None:
    lus = harnes.quartiers_lus.copy()
    lus.loc[[3, 4], ["iris_allocataires", RSA]] = [400, 200]

    phrases, _ = montres(harnes, lus)

    assert "(Harnes 4 et Harnes 5)" in phrases[1]


def test_rien_n_est_dit_sans_quartier_ni_d_une_commune_fictive(harnes: Diagnostic) -> None:
    assert replace(harnes, quartiers_lus=harnes.quartiers_lus[:1]).quartiers() is None
    assert ouvrir("demonstration").quartiers() is None
