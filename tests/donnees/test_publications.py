"""The published figures come back; a change of them is a reviewed diff and an entry of the
changelog.
"""

from __future__ import annotations

import pytest
from publications import CONVENTIONS, TEMOINS, chiffres, ecarts, rapports, temoin
from rapports_produits import Production, choisir

DIAGNOSTIC = "diagnostic"


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_les_chiffres_sont_ceux_qui_ont_ete_publies(
    rapports_produits: Production, convention: str
) -> None:
    publies = {
        rapport.cle: chiffres(
            {path.name: path.read_bytes() for path in rapports_produits.csv(rapport).values()}
        )
        for rapport in choisir(convention)
    }

    assert not (dit := ecarts(convention, publies)), dit


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_chaque_rapport_a_son_temoin_et_chaque_temoin_son_rapport(convention: str) -> None:
    attendus = {temoin(convention, order.cle) for order in rapports(convention)}

    assert set((TEMOINS / convention).rglob("*.csv")) == attendus, (
        "« make golden », puis relire la différence"
    )


def test_un_chiffre_qui_change_est_dit_avec_ce_qu_il_faut_faire() -> None:
    publie = temoin("harnes", DIAGNOSTIC).read_bytes()

    dit = ecarts(
        "harnes", {DIAGNOSTIC: publie.replace(b",valeur,12324.0\n", b",valeur,12325.0\n", 1)}
    )

    assert (
        dit.splitlines()[0] == "1 chiffres publiés ne sont plus ceux de tests/golden/publications :"
    )
    assert dit.splitlines()[1].endswith("valeur : 12324.0 -> 12325.0")
    assert "make golden" in dit and "CHANGELOG.md" in dit


def test_seuls_les_nombres_sont_des_chiffres_publies() -> None:
    tables = {
        "a/t.csv": b"nom,valeur,note\nun,1.5,rien\ndeux,,2\n",
        "a/u.csv": b"nom,valeur,note\nun,1.5,rien\ndeux,,2\n",
    }

    assert chiffres(tables) == b"tableau,ligne,colonne,valeur\nt,un,valeur,1.5\nt,deux,note,2\n"
