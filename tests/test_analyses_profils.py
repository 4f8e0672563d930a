"""The profiles of a fiche: shares that the published counts allow, and nothing that gives a hidden
one away.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from attaque_secret import intervalles
from essais import exemples
from hypothesis import given
from hypothesis import strategies as st
from secret_exemple import SEUIL, catalogue, observations, profils, publier

from ctglib import ouvrir_bilan
from ctglib.blocs.profils import (
    CACHES_AU_MOINS,
    SANS_TOTAL,
    UN_SEUL_CACHE,
    VIDE,
    croisements,
    parts,
    phrases,
)
from ctglib.blocs.profils import profils as profils_de
from ctglib.document.figure import Figure
from ctglib.donnees.fautes import DonneesInvalides

DISPOSITIFS = {"caj": "CAJ", "cmj": "CMJ"}


def publies(*rows: tuple) -> pd.DataFrame:
    """Return published rows (dispositif, variable, modalite, effectif); « Q » and « L » are
    absences.
    """
    table = profils(
        *((2023, *row[:3], None if isinstance(row[3], str) else row[3]) for row in rows)
    )
    return table.assign(statut=[row[3] if isinstance(row[3], str) else "A" for row in rows])


def lire(*rows: tuple) -> pd.DataFrame:
    return parts(publies(*rows), catalogue().profils, DISPOSITIFS)


def test_une_variable_montree_en_entier_se_partage_sur_sa_propre_somme() -> None:
    read = lire(("cmj", "age", "m", 30), ("cmj", "age", "n", 10), ("cmj", "age", "o", 0))

    assert list(read["part"]) == [75.0, 25.0, 0.0]
    assert set(read["raison"]) == {""}


def test_deux_effectifs_caches_laissent_les_autres_parts_quand_le_total_est_publie_ailleurs() -> (
    None
):
    read = lire(
        ("cmj", "age", "m", 30),
        ("cmj", "age", "n", "Q"),
        ("cmj", "age", "o", "Q"),
        ("cmj", "sexe", "m", 20),
        ("cmj", "sexe", "n", 20),
    )

    ages = read[read["variable"].eq("age")]
    assert list(ages["total"]) == [40.0] * 3
    assert list(ages["part"].fillna(-1)) == [75.0, -1, -1]


def test_un_seul_effectif_cache_interdit_toutes_les_parts_car_le_reste_le_donnerait() -> None:
    read = lire(
        ("cmj", "age", "m", 30),
        ("cmj", "age", "n", "Q"),
        ("cmj", "sexe", "m", 20),
        ("cmj", "sexe", "n", 20),
    )

    ages = read[read["variable"].eq("age")]
    assert ages["part"].isna().all()
    assert ages["total"].isna().all()
    assert set(ages["raison"]) == {UN_SEUL_CACHE}


@pytest.mark.parametrize(
    "autres",
    [
        pytest.param([], id="aucune autre variable"),
        pytest.param([("sexe", "m", 20), ("sexe", "n", "L")], id="une modalité non transmise"),
        pytest.param([("sexe", "m", 20), ("quartier", "m", 25)], id="deux totaux différents"),
        pytest.param([("sexe", "m", 10)], id="un total plus petit que ce qui est montré"),
    ],
)
def test_sans_total_sur_il_n_y_a_pas_de_parts(autres: list) -> None:
    read = lire(
        ("cmj", "age", "m", 15),
        ("cmj", "age", "n", "Q"),
        ("cmj", "age", "o", "Q"),
        *(("cmj", *row) for row in autres),
    )

    ages = read[read["variable"].eq("age")]
    assert ages["part"].isna().all()
    assert set(ages["raison"]) == {SANS_TOTAL}


def test_un_dispositif_ou_personne_n_est_venu_n_a_pas_de_parts() -> None:
    read = lire(("cmj", "age", "m", 0), ("cmj", "age", "n", 0))

    assert read["part"].isna().all()
    assert set(read["raison"]) == {VIDE}


def test_seuls_les_dispositifs_de_la_fiche_sont_lus_dans_son_ordre() -> None:
    read = lire(("ete", "age", "m", 30), ("cmj", "age", "m", 30), ("caj", "age", "m", 30))

    assert list(read["dispositif"]) == ["caj", "cmj"]


def test_un_croisement_garde_ses_secrets() -> None:
    rows = publies(("cmj", "age", "m", 12), ("cmj", "age", "n", "Q")).assign(
        variable_2="sexe", modalite_2="m"
    )

    read = croisements(rows, catalogue().profils, DISPOSITIFS)

    assert list(read["statut"]) == ["A", "Q"]
    assert list(read["libelle_2"]) == ["m", "m"]
    assert parts(rows, catalogue().profils, DISPOSITIFS).empty


def test_les_profils_disent_leurs_manques_et_leurs_secrets() -> None:
    read = lire(("cmj", "age", "m", 30), ("cmj", "age", "n", "Q"))

    told = " ".join(
        phrases(ouvrir_bilan("harnes", 2025).etude, read, read.iloc[0:0], DISPOSITIFS, {})
    )

    assert "1 dispositif sur 2" in told.replace("\u00a0", " ")
    assert "non transmis" in told
    assert "Sans répartition" in told


def test_chaque_graphique_nomme_le_public_de_l_analyse() -> None:
    etude = ouvrir_bilan("demonstration", 2025).etude
    fiche = next(fiche for fiche in etude.convention.fiches if fiche.numero == "3")
    analyse = next(analyse for analyse in fiche.analyses if analyse.type == "profils")

    titres = [bloc.titre for bloc in profils_de(etude, analyse) if isinstance(bloc, Figure)]

    assert titres
    assert all("les jeunes participants" in titre for titre in titres)


def test_une_analyse_de_profils_qui_ne_dit_pas_son_public_est_refusee(donnees: Path) -> None:
    convention = donnees / "conventions/demonstration/convention.yaml"
    texte = convention.read_text(encoding="utf-8")
    sans_public = texte.replace("        public: les jeunes participants\n", "")
    convention.write_text(sans_public, encoding="utf-8")

    with pytest.raises(DonneesInvalides, match="pas de « public »"):
        ouvrir_bilan("demonstration", 2025)


EFFECTIFS = st.lists(st.integers(min_value=0, max_value=40), min_size=2, max_size=3)


@exemples(25)
@given(EFFECTIFS, st.lists(EFFECTIFS, min_size=0, max_size=2))
def test_les_parts_ne_rendent_aucun_effectif_cache(
    ages: list[int], autres: list[list[int]]
) -> None:
    variables = dict(zip(("age", "sexe", "quartier"), _memes_totaux(ages, autres), strict=False))
    rows = profils(
        *(
            (2023, "cmj", name, mode, n)
            for name, counts in variables.items()
            for mode, n in zip("mno", counts, strict=False)
        )
    )
    publiable = publier(rows, observations())

    read = parts(publiable.profils, catalogue().profils, DISPOSITIFS)

    hidden = read[read["statut"].eq("Q")]
    shared = hidden[hidden["total"].notna()]
    assert hidden["part"].isna().all()
    assert (shared.groupby("variable").size() >= CACHES_AU_MOINS).all()
    assert len(publiable.retraits) or all(
        high - low >= SEUIL for low, high in _attaque(read).values()
    )


def _memes_totaux(ages: list[int], autres: list[list[int]]) -> list[list[int]]:
    """Return counts of several variables over the same persons: the last modalité takes what is
    left.
    """
    total = sum(ages)
    found = [ages]
    for counts in autres:
        kept = counts[:-1] if sum(counts[:-1]) <= total else [0] * (len(counts) - 1)
        found.append([*kept, total - sum(kept)])
    return found


def _attaque(read: pd.DataFrame) -> dict:
    """Return what a reader of the shares works out, who rebuilds the total from a count and its
    share.
    """
    counts = {(row.variable, row.modalite): row.effectif for row in read.itertuples()}
    shown = {name: int(count) for name, count in counts.items() if pd.notna(count)}
    told = read[read["part"].gt(0)]
    totals = {round(100 * row.effectif / row.part) for row in told.itertuples()}
    assert len(totals) <= 1
    published = {**shown, **dict.fromkeys(["ensemble"] * len(totals), *totals)}
    sums = [
        ("ensemble", tuple(name for name in counts if name[0] == variable))
        for variable in read["variable"].unique()
    ]
    return intervalles(published, [name for name in counts if name not in shown], sums, seuil=SEUIL)
