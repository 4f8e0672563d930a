"""An evolution beside those of comparable communes, with what rounding leaves uncertain."""

import pandas as pd
import pytest

from ctglib import atelier as a
from ctglib import ouvrir_evaluation
from ctglib.atelier.phrases import DemandeImpossible

RSA = "cnaf_foyers_rsa"


@pytest.fixture(scope="module")
def voisines() -> pd.DataFrame:
    """Harnes and the communes alike it, for the RSA of 2022 and 2024."""
    return a.comparables(RSA, "Harnes", 2022, 2024)


def test_les_comparables_sont_ceux_de_l_evaluation_finale_avec_les_memes_ecarts(
    voisines: pd.DataFrame,
) -> None:
    resultat = ouvrir_evaluation("harnes").comparables.resultat
    assert resultat is not None
    ecart = resultat.ecarts.set_index("indicateur").loc[RSA]

    phrase = voisines.attrs["remarques"][0]

    assert voisines["territoire"].tolist() == resultat.retenues["commune"].tolist()
    assert voisines["evolution"].iloc[0] == pytest.approx(ecart["variation"])
    assert voisines["evolution"].iloc[1:].astype(float).mean() == pytest.approx(
        ecart["variation_moyenne"]
    )
    assert "−4,6 points, dépasse l'arrondi de la source (de −6,4 à −2,7)" in " ".join(
        phrase.split()
    )


def test_une_evolution_est_encadree_par_l_arrondi_de_ses_deux_effectifs(
    voisines: pd.DataFrame,
) -> None:
    harnes = voisines.iloc[0]

    assert harnes["evolution_min"] == pytest.approx(100 * (558 / 602 - 1))
    assert harnes["evolution_max"] == pytest.approx(100 * (562 / 598 - 1))


def test_les_sources_des_comparables_sont_celles_des_effectifs_et_du_choix(
    voisines: pd.DataFrame,
) -> None:
    montree = a.tableau(voisines)

    assert montree.source.startswith("Cnaf")
    assert "saisie" not in montree.source
    assert any("Insee" in note for note in montree.notes)


@pytest.mark.parametrize(
    ("appel", "dite"),
    [
        (lambda: a.comparables("cnaf_foyers_logement", "Harnes", 2020, 2024), "debut=2021"),
        (lambda: a.comparables("filosofi_gini", "Harnes"), "n'est pas un effectif"),
        (lambda: a.comparables(RSA, "Acheville"), "part de zéro"),
        (lambda: a.comparables(RSA, "Pas-de-Calais"), "une commune"),
    ],
    ids=["rupture", "un indice", "zéro", "un département"],
)
def test_ce_qui_ne_se_compare_pas_est_dit(appel, dite: str) -> None:
    with pytest.raises(DemandeImpossible, match=dite):
        appel()
