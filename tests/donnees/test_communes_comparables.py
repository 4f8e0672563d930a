"""The communes that Harnes is compared to, worked out again from the public store by another path."""

from __future__ import annotations

import pytest
from donnees_suivies import DONNEES
from recalcul_comparables import lire, pareil, recalculer

from ctglib.calculs.comparables import Resultat, comparer
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.suivi import lire_suivi_brut


@pytest.fixture(scope="module")
def comparaison() -> Resultat:
    suivi = lire_suivi_brut("harnes")
    rows = lire_communes(suivi.convention, suivi.catalogue.comparaison)
    catalogue = suivi.catalogue
    return comparer(rows, catalogue.comparaison, catalogue.indicateurs_contexte, suivi.convention)


def test_la_comparaison_est_ce_que_redonne_un_calcul_sans_la_bibliotheque(
    comparaison: Resultat,
) -> None:
    communes = lire(DONNEES / "sources/publiques/cnaf_communes")

    attendu = recalculer(communes, "62413", (2022, 2024), tuple(comparaison.ecarts["indicateur"]))

    pareil(comparaison, attendu)
    assert (comparaison.candidates, comparaison.nombre) == (66, 20)


def test_le_logement_ne_se_compare_pas_depuis_2020(comparaison: Resultat) -> None:
    variantes = comparaison.variantes
    rows = variantes[variantes["indicateur"] == "cnaf_foyers_logement"]

    assert list(rows["rupture"]) == [year < 2021 for year in rows["annee_reference"]]
    assert set(variantes.loc[variantes["rupture"], "indicateur"]) == {"cnaf_foyers_logement"}
