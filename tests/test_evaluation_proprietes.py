"""What holds for the scoring whatever the values: direction, unit, order, comparability."""

from __future__ import annotations

import pandas as pd
import pytest
from essais import exemples
from evaluation_exemple import (
    catalogue,
    convention,
    datee,
    evaluer,
    evaluer_cas,
    indicateur,
    observations,
    prevu,
)
from hypothesis import assume, given
from hypothesis import strategies as st

from ctglib.calculs.evaluation import progression

OPPOSE = {"hausse": "baisse", "baisse": "hausse"}
JUGES = {"atteint", "en_bonne_voie", "a_surveiller", "insuffisant", "en_recul"}
ENTIERS = st.integers(0, 200)
SENS = st.sampled_from(["hausse", "baisse", "maintien", "neutre"])
ABSENCES = st.sampled_from(["L", "M", "O", "Q"])
LECTURES = ["verdict", "raisons", "evolution", "raison_evolution"]
PROPRIETE = exemples(40)


def _evaluer(
    sens: str, depart: float | None, cible: float | None, valeurs: dict, **autres: object
) -> pd.Series:
    return evaluer_cas(
        {
            "indicateur": {"sens": sens, **autres},
            "depart": None if depart is None else {2022: depart},
            "cible": None if cible is None else {2026: cible},
            "valeurs": valeurs,
            "annee": 2024,
        }
    )


@PROPRIETE
@given(st.sampled_from(["hausse", "baisse"]), ENTIERS, ENTIERS, ENTIERS, ENTIERS)
def test_inverser_les_valeurs_et_le_sens_ne_change_aucun_verdict(
    sens: str, depart: int, cible: int, hier: int, valeur: int
) -> None:
    direct = _evaluer(sens, depart, cible, {2023: hier, 2024: valeur})
    mirror = _evaluer(OPPOSE[sens], -depart, -cible, {2023: -hier, 2024: -valeur})

    assert list(direct[["verdict", "evolution", "raison_evolution"]]) == list(
        mirror[["verdict", "evolution", "raison_evolution"]]
    )
    assert _egaux(direct, mirror, ["realise", "attendu", "rythme"])


@PROPRIETE
@given(ENTIERS, ENTIERS, st.one_of(ENTIERS, ABSENCES))
def test_ce_qui_est_a_maintenir_l_est_tant_qu_il_ne_tombe_pas_dessous(
    depart: int, valeur: int, hier: int | str
) -> None:
    found = _evaluer("maintien", depart, depart, {2023: hier, 2024: valeur})

    assert (found["verdict"] == "atteint") == (valeur >= depart)


@PROPRIETE
@given(
    SENS,
    st.one_of(st.none(), ENTIERS),
    st.one_of(st.none(), ENTIERS),
    st.one_of(ENTIERS, ABSENCES),
    st.one_of(ENTIERS, ABSENCES),
)
def test_pas_de_verdict_sans_deux_valeurs_comparables(
    sens: str, depart: int | None, cible: int | None, hier: int | str, valeur: int | str
) -> None:
    found = _evaluer(sens, depart, cible, {2023: hier, 2024: valeur})

    measured = not isinstance(valeur, str)
    started = depart is not None or not isinstance(hier, str)
    assert (found["verdict"] in JUGES) == (measured and started and cible is not None)
    assert (found["raison"] != "") or found["verdict"] in JUGES
    assert found["evolution"] == "" or (measured and pd.notna(found["valeur_precedente"]))
    assert found["evolution"] != "" or found["raison_evolution"] != ""


@PROPRIETE
@given(
    SENS,
    st.tuples(ENTIERS, ENTIERS, ENTIERS, ENTIERS),
    st.sampled_from([0.01, 0.5, 2, 60, 1000]),
    st.booleans(),
)
def test_changer_l_unite_ne_change_rien(
    sens: str, valeurs: tuple[int, ...], echelle: float, arrondi: bool
) -> None:
    def lire(facteur: float) -> pd.Series:
        depart, cible, hier, valeur = (facteur * item for item in valeurs)
        rounding = {"arrondi_source": 5 * facteur} if arrondi else {}
        return _evaluer(sens, depart, cible, {2023: hier, 2024: valeur}, **rounding)

    once = lire(1)
    scaled = lire(echelle)

    assert list(once[LECTURES]) == list(scaled[LECTURES])
    assert _egaux(once, scaled, ["realise", "attendu", "rythme", "rythme_compose"])


@PROPRIETE
@given(ENTIERS, ENTIERS, ENTIERS, st.integers(-500, 500))
def test_le_rythme_ne_depend_pas_de_l_origine_de_l_echelle(
    depart: int, cible: int, valeur: int, decalage: int
) -> None:
    assume(depart != cible)

    names = ["valeur_initiale", "annee_initiale", "valeur", "annee", "cible", "annee_cible"]
    rows = [(depart + gap, 2022, valeur + gap, 2024, cible + gap, 2026) for gap in (0, decalage)]

    found = progression(pd.DataFrame(rows, columns=names))[["realise", "rythme"]]

    assert list(found.iloc[0]) == list(found.iloc[1])


@PROPRIETE
@given(st.randoms(use_true_random=False), st.lists(ENTIERS, min_size=6, max_size=6))
def test_l_ordre_des_lignes_ne_change_rien(hasard: object, valeurs: list[int]) -> None:
    rows = [
        {"annee": annee, "millesime": annee + retard, "valeur": valeurs[rang]}
        for rang, (annee, retard) in enumerate(
            [(2022, 0), (2022, 1), (2023, 0), (2023, 1), (2024, 0), (2024, 1)]
        )
    ]
    shuffled = list(rows)
    hasard.shuffle(shuffled)
    fiche = convention(prevu(cible=datee({2026: 100})))

    def lire(lignes: list[dict]) -> pd.DataFrame:
        return evaluer(fiche, catalogue(indicateur()), observations(*lignes), (), 2024)

    pd.testing.assert_frame_equal(lire(rows), lire(shuffled))


def _egaux(une: pd.Series, autre: pd.Series, colonnes: list[str]) -> bool:
    return all(
        (pd.isna(une[nom]) and pd.isna(autre[nom]))
        or une[nom] == pytest.approx(autre[nom], abs=1e-6)
        for nom in colonnes
    )
