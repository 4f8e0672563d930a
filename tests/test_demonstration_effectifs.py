"""The counts of the demonstration fit one another, and what is to be hidden of them is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd
from demonstration_exemple import ANNEES, ICI, LA, NOM, publie, suivi

from ctglib.calculs.affirmations import juger
from ctglib.calculs.coherence import controler
from ctglib.donnees.dossier import lire_dossier


def _profils() -> Iterator[tuple[int, str, pd.DataFrame]]:
    for annee, year in suivi().suivis.items():
        for dispositif, rows in year.profils.groupby("dispositif"):
            yield annee, str(dispositif), rows


def test_chaque_profil_fait_l_effectif_de_son_dispositif() -> None:
    rows = suivi().observations
    simple = rows[rows["indicateur"].isin(["frequentation_jeunes", "participants_citoyennete"])]
    counts = simple.set_index(["annee", "modalite"])["valeur"]

    for annee, dispositif, profile in _profils():
        sums = profile.query("variable_2 == ''").groupby("variable")["effectif"].sum()
        assert set(sums) == {counts[annee, dispositif]}, (annee, dispositif)
        crossed = profile.query("variable_2 != ''")["effectif"].sum()
        assert crossed in (0, counts[annee, dispositif])
    assert len({dispositif for _, dispositif, _ in _profils()}) == 5


def test_une_personne_comptee_deux_fois_l_est_du_meme_nombre() -> None:
    values = (
        suivi()
        .observations.query("millesime == annee")
        .set_index(["annee", "indicateur", "modalite"])["valeur"]
    )

    for annee in ANNEES:
        assert (
            values[annee, "sejour_participants", ""]
            == values[annee, "frequentation_jeunes", "sejour"]
        )
        assert (
            values[annee, "chantiers_jeunes", ""]
            == values[annee, "participants_citoyennete", "chantiers"]
        )
    for annee, dispositif, profile in _profils():
        for count in profile.query("variable == 'sante' and modalite == 'aeeh'")["effectif"]:
            assert count == values[annee, "enfants_aeeh_accueillis", dispositif]


def test_le_secret_cache_des_cases_sans_retirer_aucun_tableau() -> None:
    shown = publie()
    hidden = shown.profils["statut"].eq("Q")
    wholes = shown.observations.query("indicateur == 'frequentation_jeunes'")

    assert len(shown.retraits) == 0
    assert 0.1 < hidden.mean() < 0.5
    threshold = suivi().catalogue.seuils.petits_effectifs
    assert not shown.profils["effectif"].between(1, threshold - 1).any()
    assert wholes["valeur"].notna().all()
    assert (
        shown.observations.query("indicateur == 'enfants_aeeh_accueillis'")["statut"].eq("Q").any()
    )


def test_son_contexte_imite_toutes_les_series_publiques_pour_ses_deux_territoires() -> None:
    wanted = set(suivi().catalogue.indicateurs_contexte)
    covered = suivi().contexte.groupby("territoire")["indicateur"].agg(set)

    assert dict(covered) == {ICI: wanted, LA: wanted}
    counts = suivi().contexte[suivi().contexte["indicateur"].str.startswith("cnaf_foyers")]
    assert counts["valeur"].mod(5).eq(0).all() and set(counts["annee"]) == set(range(2020, 2026))


def test_son_diagnostic_a_les_lignes_de_harnes_et_les_seules_contradictions_voulues() -> None:
    dossier = lire_dossier(NOM)
    keys = ["section", "indicateur"]
    found = controler(dossier)
    opened = found[
        found["statut"].eq("ouvert")
        & found["regle"].isin(["parties_tout", "variation_comparee", "ratio"])
    ]

    annexe1 = dossier.annexe1
    de_la_seconde_reference = annexe1["territoire"].isin(dossier.convention.references)
    des_deux_territoires = annexe1.loc[~de_la_seconde_reference, keys].reset_index(drop=True)
    assert des_deux_territoires.equals(lire_dossier("harnes").annexe1[keys])
    # A second reference gives what it has: rows of its own, for indicators that the others have too.
    lignes_de_la_seconde = annexe1.loc[de_la_seconde_reference, keys]
    assert len(lignes_de_la_seconde)
    assert lignes_de_la_seconde.merge(des_deux_territoires.drop_duplicates()).equals(
        lignes_de_la_seconde.reset_index(drop=True)
    )
    assert list(opened["cle"]) == [
        "parties_tout:equipements_parentalite:00",
        "variation_comparee:moins_3:00",
    ]
    verdicts = juger(dossier)
    assert Counter(verdicts["verdict"]) == {"verifiee": 9, "contredite": 2, "inverifiable": 1}
