"""The published figures come back; a change of them is a reviewed diff and an entry of the changelog."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest
from publications import CONVENTIONS, TEMOINS, chiffres, ecarts, publier, rapports, temoin

DIAGNOSTIC = "diagnostic"


def test_les_chiffres_du_diagnostic_sont_ceux_qui_ont_ete_publies(
    production: tuple[CompletedProcess[str], Path],
) -> None:
    dossier = production[1] / "harnes"
    contenus = {path.relative_to(dossier).as_posix(): path.read_bytes() for path in dossier.rglob("*.csv")}

    assert not (dit := ecarts("harnes", {DIAGNOSTIC: chiffres(contenus)})), dit


def test_les_chiffres_de_la_derniere_annee_et_de_l_evaluation_sont_ceux_qui_ont_ete_publies() -> None:
    orders = [order for order in rapports("harnes") if order.cle != DIAGNOSTIC]
    derniere = max((order.annee for order in orders if order.annee), default=None)

    publies = publier(order for order in orders if order.annee in (None, derniere))

    assert not (dit := ecarts("harnes", publies)), dit


@pytest.mark.complet
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_tous_les_chiffres_publies_reviennent(convention: str) -> None:
    assert not (dit := ecarts(convention, publier(rapports(convention)))), dit


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_chaque_rapport_a_son_temoin_et_chaque_temoin_son_rapport(convention: str) -> None:
    attendus = {temoin(convention, order.cle) for order in rapports(convention)}

    assert set((TEMOINS / convention).rglob("*.csv")) == attendus, "« make golden », puis relire la différence"


def test_un_chiffre_qui_change_est_dit_avec_ce_qu_il_faut_faire() -> None:
    publie = temoin("harnes", DIAGNOSTIC).read_bytes()

    dit = ecarts("harnes", {DIAGNOSTIC: publie.replace(b",valeur,12324.0\n", b",valeur,12325.0\n", 1)})

    assert dit.splitlines()[0] == "1 chiffres publiés ne sont plus ceux de tests/golden/publications :"
    assert dit.splitlines()[1].endswith("valeur : 12324.0 -> 12325.0")
    assert "make golden" in dit and "CHANGELOG.md" in dit


def test_seuls_les_nombres_sont_des_chiffres_publies() -> None:
    tables = {
        "a/t.csv": b"nom,valeur,note\nun,1.5,rien\ndeux,,2\n",
        "a/u.csv": b"nom,valeur,note\nun,1.5,rien\ndeux,,2\n",
    }

    assert chiffres(tables) == b"tableau,ligne,colonne,valeur\nt,un,valeur,1.5\nt,deux,note,2\n"
