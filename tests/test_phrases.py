"""Sentences are built from their numbers, and read as French."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from analyse_exemple import SEUILS, UNITES, contexte, indicateur, lignes, rupture

from ctglib.blocs.theme import phrase
from ctglib.calculs.comparaison import comparer, constats

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "phrases.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_un_constat_s_ecrit_comme_dans_l_exemple(cas: dict) -> None:
    unite = cas.get("unite", "pourcent")
    ruptures = [rupture(item["annee"], item["raison"]) for item in cas.get("ruptures", [])]
    bornes = tuple(cas["bornes"]) if "bornes" in cas else (None, None)
    item = indicateur("x", unite, libelle=cas["libelle"], ruptures=ruptures, bornes=bornes)
    rows = [_ligne(cas, role, code, unite) for role, code in (("ici", "01001"), ("la", "01"))]
    table = comparer(lignes(*rows), {"x": item}, UNITES, "01001", "01")
    constat = constats(table, ["x"], {"x": item}, theme_de={"x": "theme"}, seuils=SEUILS)[0]

    written = phrase(constat, contexte({"x": item}), {"x": cas["doute"]} if "doute" in cas else None)

    assert _lisible(written) == cas["phrase"]


def _ligne(cas: dict, role: str, code: str, unite: str) -> tuple:
    """Return the observation of one territory."""
    value, change, statut = (cas.get(f"{champ}_{role}") for champ in ("valeur", "variation", "statut"))
    return "x", code, cas["annee"], value, change, unite, statut or "A"


def _lisible(text: str) -> str:
    """Return the sentence with plain spaces and signs, so that the example can be typed."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("\u2212", "-")
