"""The titles of the slides of findings: short, whole, and never said again below."""

from __future__ import annotations

import pytest

from ctglib.document.blocs import Colonnes, Groupe, Liste, paragraphe
from ctglib.export.diapositives import _couper, _diapositives_des_constats

SIGNEE = "La rencontre s'est tenue le 18 juin 2024 (Coordination de la CTG, le 10 février 2025)"


@pytest.mark.parametrize(
    ("phrase", "titre", "reste"),
    [
        (
            SIGNEE,
            "La rencontre s'est tenue le 18 juin 2024",
            "Coordination de la CTG, le 10 février 2025",
        ),
        (
            "Un poste est prévu au printemps, un autre à la rentrée dans la même"
            " maison (Relais, le 20 mai)",
            "Un poste est prévu au printemps",
            "un autre à la rentrée dans la même maison (Relais, le 20 mai)",
        ),
        (
            "Un deux trois quatre cinq six sept huit neuf dix onze douze treize (Caf, le 3 mai)",
            "Un deux trois quatre cinq six sept huit neuf dix onze douze…",
            "…\u00a0treize (Caf, le 3 mai)",
        ),
        ("Un mot", "Un mot", ""),
    ],
)
def test_un_titre_est_court_et_dessous_se_lit_ce_qu_il_ne_dit_pas(
    phrase: str, titre: str, reste: str
) -> None:
    assert _couper(phrase) == (titre, reste)


def test_une_phrase_signee_n_est_pas_repetee_sous_son_titre() -> None:
    colonnes = Colonnes((Groupe((paragraphe(f"{SIGNEE}."),)),), classe="constats")

    (diapositive,) = _diapositives_des_constats([colonnes])

    assert diapositive.titre == "La rencontre s'est tenue le 18 juin 2024"
    assert isinstance(diapositive.corps, Liste)
    assert diapositive.corps.items == ("Coordination de la CTG, le 10 février 2025",)
