"""Bilan after bilan: what was hidden stays so, what was shown hides nothing more, and two give no
more than one.
"""

from __future__ import annotations

from collections import defaultdict

from attaque_secret import intervalles
from essais import exemples
from hypothesis import given
from hypothesis import strategies as st
from secret_exemple import (
    GRAINE,
    SEUIL,
    SEXES,
    SansHasard,
    lieux_caches,
    masque_csv,
    noter_publication,
    observations,
    profils,
    publier,
    secrets,
)

from ctglib.secret.modele import Tirage
from ctglib.secret.publication import Publiable

DEUX_ANS = (
    (2023, "accueillis", "", "", 2023, 23),
    (2023, "accueillis", "dispositif", "cmj", 2023, 3),
    (2023, "accueillis", "dispositif", "caj", 2023, 8),
    (2023, "accueillis", "dispositif", "sejour", 2023, 12),
)


def test_un_bilan_garde_masque_ce_que_le_precedent_masquait() -> None:
    revised = observations(
        *DEUX_ANS,
        (2023, "accueillis", "dispositif", "cmj", 2024, 9),
        (2023, "accueillis", "", "", 2024, 29),
    )

    publiable = publier(profils(), revised, annee=2024)

    assert secrets(publiable.observations, "modalite", "millesime") == [
        ("cmj", 2023),
        ("caj", 2023),
        ("cmj", 2024),
    ]


def test_ce_qu_un_bilan_a_montre_ne_sert_plus_a_cacher() -> None:
    revised = observations(
        *DEUX_ANS[:1],
        (2023, "accueillis", "dispositif", "cmj", 2023, 7),
        (2023, "accueillis", "dispositif", "caj", 2023, 4 + 4),
        (2023, "accueillis", "dispositif", "sejour", 2023, 8),
        (2023, "accueillis", "dispositif", "cmj", 2024, 3),
        (2023, "accueillis", "", "", 2024, 19),
    )

    publiable = publier(profils(), revised, annee=2024)

    assert secrets(publiable.observations, "modalite", "millesime") == [("cmj", 2024), ("", 2024)]
    assert list(publiable.retraits["raison"]) == ["sans_protection"]


def test_ce_que_l_ancien_bilan_disait_d_une_somme_ne_rend_pas_ce_que_le_nouveau_cache() -> None:
    """The old total gives what two hidden counts make: the new one would leave two small counts a
    sum of five.
    """
    revised = observations(
        (2023, "accueillis", "", "", 2023, 43),
        *DEUX_ANS[1:],
        (2023, "accueillis", "dispositif", "chantiers", 2023, 20),
        (2023, "accueillis", "dispositif", "sejour", 2024, 2),
        (2023, "accueillis", "dispositif", "chantiers", 2024, 3),
        (2023, "accueillis", "", "", 2024, 16),
    )

    publiable = publier(profils(), revised, annee=2024)

    assert ("", 2024) in secrets(publiable.observations, "modalite", "millesime")


def test_une_cellule_de_masque_csv_reste_masquee_et_ce_qui_la_donnerait_aussi() -> None:
    ages = [(2023, "cmj", "age", name, count) for name, count in (("m", 7), ("n", 12), ("o", 9))]
    sexes = [(2023, "cmj", "sexe", name, count) for name, count in SEXES]
    earlier = masque_csv(("profils/2023/cmj", "age/n", ""))

    publiable = publier(
        profils(*ages, *sexes[:1], (2023, "cmj", "sexe", "n", 14)), observations(), 2024, earlier
    )

    assert secrets(publiable.profils, "modalite") == [("m",), ("n",)]
    assert {ligne for _, ligne, _ in lieux_caches(publiable)} == {"age/m", "age/n"}


def test_refaire_un_bilan_avec_son_propre_masque_ne_change_rien_quelle_que_soit_la_cle() -> None:
    counts = observations(
        *DEUX_ANS, *((2023, "accueillis", "dispositif", f"d{n}", 2023, n + 2) for n in range(12))
    )
    for tirage in (SansHasard(b""), *(Tirage(b"%d" % number) for number in range(8))):
        first = publier(profils(), counts, tirage=tirage)

        registre = noter_publication(first, 2023, tirage=tirage)
        again = publier(profils(), counts, registre=registre, tirage=tirage)

        assert again.effectifs.equals(first.effectifs)
        assert again.observations.equals(first.observations)


def test_une_valeur_saisie_deux_fois_a_l_identique_reste_connue_de_qui_l_a_lue() -> None:
    repeated = observations(
        *DEUX_ANS[:1],
        (2023, "accueillis", "dispositif", "cmj", 2023, 15),
        (2023, "accueillis", "dispositif", "caj", 2023, 8),
        (2023, "accueillis", "dispositif", "caj", 2024, 8),
        (2023, "accueillis", "dispositif", "cmj", 2024, 3),
        (2023, "accueillis", "", "", 2024, 11),
    )

    publiable = publier(profils(), repeated, annee=2024)

    assert ("caj", 2024) not in secrets(publiable.observations, "modalite", "millesime")
    assert ("", 2024) in secrets(publiable.observations, "modalite", "millesime")


@st.composite
def deux_bilans(draw: st.DrawFn) -> list[tuple]:
    """Counts by dispositif, their total, and a second entry of some of them a year later."""
    names = ("cmj", "caj", "sejour", "chantiers")
    old = [draw(st.one_of(st.integers(0, 7), st.integers(0, 40))) for _ in names]
    new = [count if draw(st.booleans()) else draw(st.integers(0, 40)) for count in old]
    rows = [
        (2023, "accueillis", "dispositif", name, 2023, count)
        for name, count in zip(names, old, strict=True)
    ]
    rows += [
        (2023, "accueillis", "dispositif", name, 2024, after)
        for name, before, after in zip(names, old, new, strict=True)
        if before != after
    ]
    totals = [(2023, sum(old)), (2024, sum(new))][: 2 if sum(old) != sum(new) else 1]
    return rows + [(2023, "accueillis", "", "", millesime, total) for millesime, total in totals]


def _lu(publiable: Publiable) -> tuple[dict, set, list]:
    """Return what both bilans say together: published counts, hidden ones, and the sum that each
    bilan shows.
    """
    publies = {}
    caches = set()
    versions = defaultdict(dict)
    for row in publiable.observations.sort_values("millesime").itertuples():
        name = (row.modalite, int(row.millesime))
        versions[int(row.millesime)][row.modalite] = name
        if row.statut == "Q":
            caches.add(name)
        else:
            publies[name] = int(row.valeur)
    second = versions[2023] | versions[2024]
    sommes = [
        (vue[""], tuple(name for place, name in vue.items() if place))
        for vue in (versions[2023], second)
    ]
    return publies, caches, sommes


@exemples(20)
@given(deux_bilans())
def test_deux_bilans_poses_cote_a_cote_ne_resserrent_rien_sous_le_seuil(rows: list[tuple]) -> None:
    first = publier(profils(), observations(*rows), annee=2023, tirage=Tirage(GRAINE))
    both = publier(profils(), observations(*rows), annee=2024, tirage=Tirage(GRAINE))

    before = set(first.observations.loc[first.observations["statut"] == "Q", "modalite"])
    publies, caches, sommes = _lu(both)
    assert {(place, 2023) for place in before} == {name for name in caches if name[1] == 2023}
    gardes = {(place, 2024) for place in before}
    found = intervalles(publies, caches, sommes, seuil=SEUIL, gardes=gardes)
    vrais = {(modalite, millesime): effectif for *_, modalite, millesime, effectif in rows}
    assert all(low <= vrais[name] <= high for name, (low, high) in found.items() if name in vrais)
    assert len(both.retraits) or all(high - low >= SEUIL for low, high in found.values())
