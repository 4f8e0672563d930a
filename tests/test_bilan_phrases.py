"""What the page of the bilan says: nothing forgotten, nothing too late to be done, and in good
French.
"""

from __future__ import annotations

import re
from functools import cache
from html import unescape

import pytest

from ctglib import ouvrir_bilan
from ctglib.blocs.propositions import ensembles
from ctglib.rapports.bilan import Bilan


@cache
def bilan(annee: int) -> Bilan:
    return ouvrir_bilan("demonstration", annee)


def texte_de(html: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", html)).replace("\u00a0", " ")


def test_une_decision_ouverte_n_est_pas_oubliee_quand_un_comite_ne_s_est_pas_tenu() -> None:
    told = {year: texte_de(bilan(year).comite().html) for year in (2024, 2025, 2026)}

    assert (
        "Décisions de 2023 encore ouvertes au bilan 2024 : Terminer le guide unique des loisirs"
        in told[2025]
    )
    assert "Désigner un référent" not in told[2025]  # done since
    assert (
        "encore ouvertes" not in told[2024] + told[2026]
    )  # those of the year before have their table


@pytest.mark.parametrize("annee", [2025, 2026])
def test_la_derniere_annee_renvoie_a_la_convention_suivante_et_non_a_un_avenant(annee: int) -> None:
    told = " ".join(bilan(annee).propositions().cellules["proposition"])

    assert ("convention suivante" in told) is (annee == 2026)
    assert ("par avenant" in told) is (annee == 2025)


def test_un_verdict_garde_d_une_annee_passee_compte_et_n_est_pas_une_nouvelle() -> None:
    rows = ensembles(bilan(2025).etude.evaluation).set_index("indicateur")

    assert rows.at["rencontre_2024", "verdict"] == "atteint"


def test_une_valeur_de_moins_de_deux_est_au_singulier() -> None:
    contexte = bilan(2025).etude.contexte

    told = [
        contexte.valeur("formations_coordination", value).replace("\u00a0", " ")
        for value in (0, 1, 2)
    ]

    assert told == ["0 jour", "1 jour", "2 jours"]
