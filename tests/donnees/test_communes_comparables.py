"""The communes that Harnes is compared to, worked out again from the public store by another path."""

from __future__ import annotations

import duckdb
import pytest
from donnees_suivies import DONNEES
from recalcul_comparables import STRUCTURE, lire, pareil, recalculer

from ctglib.calculs.comparables import Resultat, comparer
from ctglib.donnees.modeles.catalogue import Comparaison
from ctglib.donnees.publiques import lire_communes
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.yaml_strict import charger_yaml


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

    attendu = recalculer(
        communes, _structures(), "62413", (2022, 2024), tuple(comparaison.ecarts["indicateur"])
    )

    pareil(comparaison, attendu)
    assert (comparaison.candidates, comparaison.nombre) == (54, 20)


def _structures() -> dict[str, STRUCTURE]:
    """Return what the communes of the store are alike by, read apart from the library: those that
    were joined since are counted whole.
    """
    degres = charger_yaml("catalogue/comparaison.yaml", Comparaison).ressemblance.degres
    publiques = DONNEES / "sources/publiques"
    lignes = duckdb.execute(
        f"""
        with reunies as (
            select territoire, devient from '{publiques}/cog_mouvements/*.parquet'
            where genre = '32' and date > '2023-01-01'
        ), filosofi as (
            select coalesce(devient, table_de_2021.territoire) as territoire,
                   sum(filosofi_menages) as filosofi_menages,
                   sum(filosofi_personnes) as filosofi_personnes
            from '{publiques}/insee_filosofi_disp/2021-commune-*.parquet' as table_de_2021
            left join reunies using (territoire)
            group by all
        )
        select grille.territoire, densite, population_municipale, filosofi_menages, filosofi_personnes
        from '{publiques}/insee_densite/*.parquet' as grille
        join '{publiques}/cog_communes/*.parquet' as cog using (territoire)
        join filosofi using (territoire)
        where grille.territoire like '62%' and isfinite(filosofi_menages)
        """
    ).fetchall()
    return {
        code: (degres.index(densite) + 1, *(int(effectif) for effectif in effectifs))
        for code, densite, *effectifs in lignes
    }


def test_le_logement_ne_se_compare_pas_depuis_2020(comparaison: Resultat) -> None:
    variantes = comparaison.variantes
    rows = variantes[variantes["indicateur"] == "cnaf_foyers_logement"]

    assert list(rows["rupture"]) == [year < 2021 for year in rows["annee_reference"]]
    assert set(variantes.loc[variantes["rupture"], "indicateur"]) == {"cnaf_foyers_logement"}
