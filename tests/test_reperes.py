"""How far its past can take an indicator: one rule, said; nothing where too few years are known."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from ctglib.calculs.reperes import Repere, repere
from ctglib.donnees.modeles.catalogue import Indicateur, Unite

UNITES = {
    nom: Unite.model_validate(
        {"id": nom, "libelle": nom, "ecart": "pourcent", "decimales": 0, "forme": forme}
    )
    for nom, forme in {"nombre": "nombre", "ouvert": "oui_non", "communes": "liste"}.items()
}
MONTEE = {2022: 40.0, 2023: 41.0, 2024: 48.0, 2025: 47.0, 2026: 50.0}


def _repere(
    valeurs: dict[int, float],
    ruptures: tuple[int, ...] = (),
    tout: float = float("nan"),
    **champs: Any,
) -> Repere:
    """The mark for four years, of an indicator to be raised unless told otherwise."""
    defauts = {"unite": "nombre", "nature": "resultat", "sens": "hausse", "decimales": 0}
    indicateur = Indicateur.model_validate(
        {"id": "essai", "libelle": "Essai", "definition": "Essai", **defauts, **champs}
    )
    serie = pd.Series(valeurs, dtype=float)
    return repere(indicateur, UNITES, serie, ruptures, annees=4, variations_au_moins=3, tout=tout)


def test_le_meilleur_gain_d_une_annee_se_repete_chaque_annee() -> None:
    trouve = _repere(MONTEE)

    assert (trouve.depart, trouve.gain, trouve.annee, trouve.valeur) == (50, 7, 2024, 78)
    assert pd.isna(trouve.borne)


def test_une_baisse_voulue_est_un_gain_et_s_arrete_a_sa_borne() -> None:
    sorties = {2022: 6.0, 2023: 3.0, 2024: 4.0, 2025: 5.0, 2026: 3.0}

    trouve = _repere(sorties, sens="baisse", bornes=(0, None))

    assert (trouve.gain, trouve.annee, trouve.valeur, trouve.borne) == (3, 2023, 0, 0)


def test_une_part_ne_passe_pas_son_tout() -> None:
    assert _repere(MONTEE, tout=60).valeur == 60
    assert _repere(MONTEE, tout=60).borne == 60


def test_ce_qui_est_imprime_redonne_le_repere() -> None:
    """77,6 + 4 × 4,0 is 93,6, whatever the decimals behind."""
    taux = {2023: 70.04, 2024: 73.55, 2025: 77.58, 2026: 77.593}

    trouve = _repere(taux, decimales=1)

    assert (trouve.depart, trouve.gain, trouve.valeur) == (77.6, 4.0, 93.6)


@pytest.mark.parametrize(
    ("valeurs", "champs", "motif"),
    [
        ({}, {}, "sans_valeur"),
        (MONTEE, {"sens": "maintien"}, "a_maintenir"),
        (MONTEE, {"sens": "neutre"}, "sans_sens"),
        (MONTEE, {"unite": "ouvert"}, "pas_un_nombre"),
        (MONTEE, {"unite": "communes"}, "pas_un_nombre"),
        (MONTEE, {"table": "profils"}, "pas_un_nombre"),
        ({2024: 40.0, 2025: 44.0, 2026: 50.0}, {}, "trop_peu"),
        # a year that is not known makes no yearly change
        ({2022: 40.0, 2023: 41.0, 2025: 47.0, 2026: 50.0}, {}, "trop_peu"),
        (MONTEE, {"ruptures": (2025,)}, "trop_peu"),
        ({2023: 50.0, 2024: 48.0, 2025: 48.0, 2026: 41.0}, {}, "sans_gain"),
    ],
)
def test_sans_de_quoi_le_lire_il_n_y_a_pas_de_repere_et_la_raison_est_dite(
    valeurs: dict[int, float], champs: dict[str, Any], motif: str
) -> None:
    trouve = _repere(valeurs, **champs)

    assert trouve.motif == motif
    assert pd.isna(trouve.valeur)


def test_une_rupture_avant_la_premiere_valeur_n_en_retire_aucune() -> None:
    assert _repere(MONTEE, ruptures=(2019, 2022)) == _repere(MONTEE)
    assert _repere(MONTEE, ruptures=(2023,)).gain == 7
    assert _repere(MONTEE, ruptures=(2025,)).rupture == 2025
