"""The gap to the trend of comparable communes: worked out again by another path, and what must hold
for any panel.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pandas as pd
import pytest
from comparables_exemple import (
    CONVENTION,
    DEBUT,
    FIN,
    NOMS,
    PANEL,
    SUR,
    effectifs,
    indicateurs,
    regle,
    resultat,
    structure,
)
from essais import exemples
from hypothesis import given
from hypothesis import strategies as st
from recalcul_comparables import pareil, recalculer

from ctglib.calculs.comparables import (
    BRUIT,
    CHANGE,
    TIENT,
    Resultat,
    comparer,
    tenue,
)
from ctglib.donnees.modeles.catalogue import Reglage
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.suivi import lire_suivi_brut

EXEMPLE = [
    [100, 50, 30, 110, 45, 30],
    [100, 50, 30, 100, 50, 30],
    [120, 55, 40, 130, 50, 45],
    [90, 40, 20, 85, 45, 20],
    [200, 60, 90, 190, 55, 95],
    [400, 50, 30, 400, 50, 30],
]


@pytest.fixture(scope="module")
def publiee() -> Resultat:
    """The comparison that the demonstration publishes: the rule of the catalogue, and its variants."""
    suivi = lire_suivi_brut("demonstration")
    rows = lire_communes(suivi.convention, suivi.catalogue.comparaison)
    catalogue = suivi.catalogue
    return comparer(rows, catalogue.comparaison, catalogue.indicateurs_contexte, suivi.convention)


@given(PANEL, st.integers(1, 4), st.integers(3, 4))
@exemples(40)
def test_un_panel_quelconque_est_ce_que_redonne_un_calcul_sans_la_bibliotheque(
    communes: list, voisins: int, fenetre: int
) -> None:
    found = resultat(communes, voisins=voisins, fenetre=fenetre)

    counts = {
        f"01{rank + 1:03}": {
            DEBUT: dict(zip(NOMS, row[:3], strict=True)),
            FIN: dict(zip(NOMS, row[3:], strict=True)),
        }
        for rank, row in enumerate(communes)
    }
    structures = {f"01{rank + 1:03}": structure(row) for rank, row in enumerate(communes)}
    expected = recalculer(
        counts, structures, "01001", (DEBUT, FIN), NOMS, voisins=voisins, fenetre=fenetre
    )
    pareil(found, expected)


@given(PANEL, st.integers(2, 7))
@exemples(15)
def test_multiplier_toutes_les_communes_ne_change_rien(communes: list, facteur: int) -> None:
    grown = [[None if count is None else facteur * count for count in row] for row in communes]

    before = resultat(communes, arrondi=None)
    after = resultat(grown, arrondi=None)

    unchanged = [name for name in before.ecarts.columns if not name.startswith("valeur")]
    pd.testing.assert_frame_equal(before.ecarts[unchanged], after.ecarts[unchanged])
    assert list(before.retenues["commune"]) == list(after.retenues["commune"])


@given(st.lists(SUR, min_size=6, max_size=6), st.integers(1, 4))
@exemples(25)
def test_une_commune_comparee_a_elle_meme_a_un_ecart_nul(commune: list, copies: int) -> None:
    found = resultat([commune] * (copies + 1)).ecarts

    for column in ("ecart", "ecart_departement"):
        assert list(found[column]) == [0.0] * len(NOMS)
    assert found["bruit"].all()
    assert list(found["rang"]) == [1] * len(NOMS)
    assert list(found["part_placebo"]) == [1.0] * len(NOMS)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3)), min_size=2, max_size=3))
@exemples(6)
def test_les_bornes_sont_les_extremes_de_tous_les_effectifs_possibles(panel: list) -> None:
    pairs = [(5 * start, 5 * end) for start, end in panel]
    ranges = [range(max(count - 2, 0), count + 3) for pair in pairs for count in pair]
    possible = []
    for counts in product(*ranges):
        own, *others = zip(counts[::2], counts[1::2], strict=True)
        mean = sum(Fraction(end, start) for start, end in others) / len(others)
        total = Fraction(sum(end for _, end in others), sum(start for start, _ in others))
        possible.append((Fraction(own[1], own[0]) - mean, Fraction(own[1], own[0]) - total))

    row = resultat([[start, 5, 5, end, 5, 5] for start, end in pairs]).ecarts.iloc[0]

    for rank, name in enumerate(("ecart", "ecart_departement")):
        gaps = [float(100 * values[rank]) for values in possible]
        assert (row[f"{name}_min"], row[f"{name}_max"]) == (
            pytest.approx(min(gaps)),
            pytest.approx(max(gaps)),
        )


@pytest.mark.parametrize(
    ("commune", "autre", "arrondi", "bruit"),
    [
        ((100, 105), (100, 100), 5, True),
        ((100, 120), (100, 100), 5, False),
        ((100, 105), (100, 105), None, True),
    ],
)
def test_un_ecart_dont_l_intervalle_touche_zero_est_dans_le_bruit(
    commune: tuple, autre: tuple, arrondi: float | None, bruit: bool
) -> None:
    found = resultat([[start, 5, 5, end, 5, 5] for start, end in (commune, autre)], arrondi=arrondi)

    assert found.ecarts["bruit"].iloc[0] == bruit


def test_une_commune_hors_de_la_fenetre_ou_sans_un_effectif_n_est_pas_comparee() -> None:
    sans = [
        *EXEMPLE,
        [100, 0, 30, 100, 50, 30],
        [100, 50, 30, 100, 50, None],
        [100, 50, 30, 100, 0, 30],
    ]

    found = resultat(sans, voisins=20)

    kept = list(found.retenues["commune"])
    assert "01006" not in kept  # four times the size
    assert list(found.exclues["commune"]) == ["01007", "01008"]
    assert list(found.exclues["nulle"]) == [True, False]
    assert "01009" in kept  # nobody in the last year is a measure
    assert found.candidates == len(kept) - 1


def test_la_fenetre_comprend_ses_deux_bouts() -> None:
    sizes = [150, 50, 450, 45, 455]

    found = resultat([[size, 50, 30, size, 45, 30] for size in sizes], voisins=20, fenetre=3)

    assert sorted(found.retenues["habitants"]) == [50, 150, 450]


def test_a_distance_egale_l_ordre_est_celui_des_codes() -> None:
    jumelles = [EXEMPLE[0], *[[100, 40, 30, 100, 40, 30]] * 4]

    assert list(resultat(jumelles, voisins=2).retenues["commune"]) == ["01001", "01002", "01003"]


@pytest.mark.parametrize(
    "communes",
    [
        [EXEMPLE[0]],
        [[0, 50, 30, 10, 45, 30], EXEMPLE[1]],
        [[100, 50, 30, 110, None, 30], EXEMPLE[1]],
    ],
)
def test_sans_voisine_ou_sans_ses_propres_effectifs_il_n_y_a_pas_de_comparaison(
    communes: list,
) -> None:
    assert resultat(communes) is None
    assert comparer(effectifs(EXEMPLE)[:0], regle(), indicateurs(), CONVENTION) is None


def test_une_rupture_entre_les_deux_annees_laisse_la_ligne_sans_ecart() -> None:
    found = resultat(EXEMPLE, rompu="rsa")

    assert list(found.ecarts["rupture"]) == [False, True, False]
    assert found.ecarts["ecart"].isna().tolist() == [False, True, False]
    assert set(found.points["indicateur"]) == {"foyers", "af"}
    assert resultat(EXEMPLE).ecarts["ecart"].notna().all()


def test_les_variantes_sont_la_regle_elle_meme_puis_chaque_changement(publiee: Resultat) -> None:
    first = publiee.variantes[publiee.variantes["variante"] == 0].reset_index(drop=True)

    pd.testing.assert_frame_equal(first[list(publiee.ecarts.columns)], publiee.ecarts)
    assert set(publiee.variantes["annees_avant"]) == {1, 2, 3}
    assert set(publiee.variantes["voisins"]) == {10, 20, 30}


def test_une_variante_sans_annee_de_reference_reste_sans_valeur() -> None:
    found = resultat(
        EXEMPLE, variantes=(Reglage(titre="Depuis 2021", annees_avant=2, voisins=3, fenetre=3),)
    )

    missing = found.variantes[found.variantes["variante"] == 1]
    assert missing["ecart"].isna().all()
    assert list(missing["libelle"]) == list(found.ecarts["libelle"])


def test_la_tenue_dit_si_le_sens_de_l_ecart_depend_de_la_regle() -> None:
    rows = pd.DataFrame(
        [
            (name, name, gap, noise)
            for name, gaps in {
                "a": [(1.0, False), (2.0, False), (-0.1, True)],
                "b": [(1.0, False), (-2.0, False)],
                "c": [(1.0, True)],
            }.items()
            for gap, noise in gaps
        ],
        columns=["indicateur", "libelle", "ecart", "bruit"],
    )

    found = tenue(rows).set_index("indicateur")

    assert found["tenue"].to_dict() == {"a": TIENT, "b": CHANGE, "c": BRUIT}
    assert found.loc["a", ["calculees", "depassent", "hausses"]].tolist() == [3, 2, 2]
