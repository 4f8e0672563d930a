"""The tables of the themes as their readers get them, on the real convention."""

from __future__ import annotations

from functools import cache

import pytest

from ctglib import ouvrir
from ctglib.document.tableau import Tableau


@cache
def tableau(theme: str) -> Tableau:
    return ouvrir("harnes").tableau(theme)


def ligne(theme: str, debut: str) -> dict[str, str]:
    """Return the cells of the row whose label begins so, with plain spaces."""
    rows = tableau(theme).cellules
    found = rows[rows["indicateur"].str.startswith(debut)].iloc[0]
    return {key: text.replace("\u202f", " ").replace("\u00a0", " ") for key, text in found.items()}


def test_une_evolution_d_un_an_porte_son_annee_et_ne_se_lit_pas_sur_cinq_ans() -> None:
    cells = ligne("petite_enfance", "Places d'EAJE")

    assert (cells["variation"], cells["variation_reference"]) == ("0 en 2021", "+16 en 2021")
    assert any(note.startswith("« En 2021 » : ") for note in tableau("petite_enfance").notes)


@pytest.mark.parametrize(("theme", "montrees"), [("precarite", False), ("cadrage", True)])
def test_les_colonnes_de_variation_ne_sont_la_que_si_une_ligne_en_a_une(theme: str, montrees: bool) -> None:
    keys = {colonne.cle for colonne in tableau(theme).colonnes}

    assert ("variation" in keys) is montrees
    assert set(tableau(theme).cellules) == keys


def test_deux_notes_qui_partagent_une_phrase_partagent_sa_lettre() -> None:
    notes = [note for note in tableau("logement").notes if note.startswith("(")]

    assert ligne("logement", "Bénéficiaires d'une aide au logement dans")["indicateur"].endswith(" (b, a)")
    assert len({note.split(") ", 1)[1] for note in notes}) == len(notes) == 3


def test_une_rupture_nomme_peu_d_indicateurs_et_compte_les_autres() -> None:
    breaks = [note.replace("\u00a0", " ") for note in tableau("logement").notes if note.startswith("Rupture")]

    assert breaks[0].startswith(
        "Rupture de série en 2021 (7 indicateurs, dont « Bénéficiaires d'une aide au logement »)."
    )
    assert breaks[1].startswith(
        "Rupture de série en 2021 (« Part des allocataires aidés en accession à la propriété »)."
    )
