"""The door of secrecy: profiles and observations that one bilan may show."""

from __future__ import annotations

import pytest
from attaque_secret import intervalles
from demonstration_exemple import suivi
from essais import exemples
from hypothesis import given
from hypothesis import strategies as st
from secret_exemple import (
    GRAINE,
    RIEN,
    SEUIL,
    SEXES,
    SansHasard,
    lieux_caches,
    observations,
    profils,
    publier,
    secrets,
)

from ctglib.donnees.modeles.catalogue import Secret
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.secret.masque import SANS_PROTECTION, TROP_LONG
from ctglib.secret.modele import Tirage
from ctglib.secret.publication import GARDE, appliquer

AGES = (("m", 3), ("n", 12), ("o", 9))


def test_un_petit_effectif_d_un_profil_est_masque_avec_un_autre_de_la_meme_variable() -> None:
    ages = [(2023, "cmj", "age", name, count) for name, count in AGES]
    sexes = [(2023, "cmj", "sexe", name, count) for name, count in SEXES]

    publiable = publier(profils(*ages, *sexes), observations())

    assert secrets(publiable.profils, "variable", "modalite") == [("age", "m"), ("age", "n")]
    assert lieux_caches(publiable) == {
        ("profils/2023/cmj", "age/m", ""),
        ("profils/2023/cmj", "age/n", ""),
    }


def test_la_marge_d_un_profil_croise_est_celle_de_ses_deux_variables() -> None:
    crossed = [
        (2023, "cmj", "age", a, "sexe", s, count)
        for a, s, count in (
            ("m", "m", 3),
            ("m", "n", 20),
            ("n", "m", 30),
            ("n", "n", 40),
            ("o", "m", 9),
            ("o", "n", 50),
        )
    ]
    ages = [(2023, "cmj", "age", name, count) for name, count in (("m", 23), ("n", 70), ("o", 59))]
    sexes = [(2023, "cmj", "sexe", "m", 42), (2023, "cmj", "sexe", "n", 110)]

    publiable = publier(profils(*crossed, *ages, *sexes), observations())

    assert secrets(publiable.profils, "modalite", "modalite_2") == [
        ("m", "m"),
        ("m", "n"),
        ("n", "m"),
        ("n", "n"),
    ]


def test_un_indicateur_qui_compte_les_memes_personnes_ne_rend_pas_ce_que_le_profil_cache() -> None:
    rows = profils((2023, "cmj", "age", "m", 3), (2023, "cmj", "age", "n", 7))
    counts = observations(
        (2023, "accueillis", "dispositif", "cmj", 2023, 10),
        (2023, "accueillis", "dispositif", "caj", 2023, 30),
    )

    publiable = publier(rows, counts)

    assert secrets(publiable.profils, "modalite") == [("m",), ("n",)]
    assert secrets(publiable.observations, "modalite") == []


def test_ce_qui_laisserait_deviner_un_effectif_masque_l_est_dans_tous_ses_details_et_non_dans_l_ensemble() -> (
    None
):
    heures = [
        (2023, "heures", "dispositif", name, 2023, count)
        for name, count in (("cmj", 80), ("caj", 900))
    ]
    counts = [
        (2023, "accueillis", "dispositif", name, 2023, count)
        for name, count in (("cmj", 2), ("caj", 30))
    ]

    publiable = publier(
        profils(), observations(*counts, *heures, (2023, "heures", "", "", 2023, 980))
    )

    hidden = {
        place
        for place in secrets(publiable.observations, "indicateur", "modalite")
        if place[0] == "heures"
    }
    assert hidden == {("heures", "cmj"), ("heures", "caj")}


def test_les_heures_d_un_chantier_tombent_avec_le_nombre_de_ses_jeunes() -> None:
    counts = observations(
        (2023, "chantiers_jeunes", "", "", 2023, 3),
        (2023, "chantiers_heures", "", "", 2023, 210),
        (2024, "chantiers_jeunes", "", "", 2024, 24),
        (2024, "chantiers_heures", "", "", 2024, 1680),
    )

    publiable = appliquer(
        profils(),
        counts,
        suivi().catalogue,
        annee=2024,
        seuil=SEUIL,
        registre=RIEN,
        tirage=SansHasard(b""),
    )

    assert secrets(publiable.observations, "indicateur", "annee") == [
        ("chantiers_jeunes", 2023),
        ("chantiers_heures", 2023),
    ]


def test_rien_n_est_masque_de_ce_qui_va_avec_un_effectif_montre() -> None:
    counts = [(2023, "accueillis", "dispositif", name, 2023, 30) for name in ("cmj", "caj")]

    publiable = publier(
        profils(), observations(*counts, (2023, "heures", "dispositif", "cmj", 2023, 80))
    )

    assert secrets(publiable.observations, "indicateur") == []


def test_l_effectif_du_dispositif_est_masque_quand_il_donnerait_deux_petits_effectifs() -> None:
    rows = profils((2023, "cmj", "age", "m", 2), (2023, "cmj", "age", "n", 3))
    counts = observations(
        (2023, "accueillis", "dispositif", "cmj", 2023, 5),
        (2023, "accueillis", "dispositif", "caj", 2023, 30),
        (2023, "accueillis", "dispositif", "ete", 2023, 60),
    )

    publiable = publier(rows, counts)

    assert ("cmj",) in secrets(publiable.observations, "modalite")


def test_sans_suivi_il_n_y_a_rien_a_masquer() -> None:
    publiable = publier(profils(), observations())

    assert publiable.profils.empty and publiable.observations.empty
    assert publiable.effectifs.empty and publiable.retraits.empty


def test_un_dispositif_de_trois_personnes_est_masque_dans_l_indicateur_aussi() -> None:
    rows = profils((2023, "cmj", "age", "m", 3), (2023, "cmj", "age", "n", 0))
    counts = observations(
        (2023, "accueillis", "dispositif", "cmj", 2023, 3),
        (2023, "accueillis", "dispositif", "caj", 2023, 30),
        (2023, "accueillis", "", "", 2023, 33),
    )

    publiable = publier(rows, counts)

    assert secrets(publiable.observations, "modalite") == [("cmj",), ("caj",)]
    assert secrets(publiable.profils, "modalite")[0] == ("m",)


def test_une_somme_du_catalogue_relie_ses_termes_et_un_taux_tombe_avec_son_effectif() -> None:
    counts = observations(
        (2023, "filles", "", "", 2023, 2),
        (2023, "garcons", "", "", 2023, 1),
        (2023, "jeunes", "", "", 2023, 3),
        (2023, "places", "", "", 2023, 20),
        (2023, "taux", "", "", 2023, 15),
    )

    publiable = publier(profils(), counts)

    assert secrets(publiable.observations, "indicateur") == [
        ("filles",),
        ("garcons",),
        ("jeunes",),
        ("taux",),
    ]


def test_la_note_d_une_valeur_masquee_part_avec_elle() -> None:
    publiable = publier(
        profils(),
        observations((2023, "filles", "", "", 2023, 2), (2023, "filles", "", "", 2022, 8)),
    )

    assert list(publiable.observations["note"]) == ["", "Une note."]


def test_ce_que_le_bilan_ne_connait_pas_n_en_sort_pas() -> None:
    rows = profils((2023, "cmj", "age", "m", 30), (2024, "cmj", "age", "m", 30))

    publiable = publier(
        rows, observations((2023, "filles", "", "", 2023, 8), (2023, "filles", "", "", 2024, 9))
    )

    assert list(publiable.profils["annee"]) == [2023]
    assert list(publiable.observations["millesime"]) == [2023]


def test_les_tables_recues_ne_changent_pas() -> None:
    rows = profils((2023, "cmj", "age", "m", 3))
    counts = observations((2023, "filles", "", "", 2023, 2))
    before = rows.copy(), counts.copy()

    publier(rows, counts)

    assert rows.equals(before[0]) and counts.equals(before[1])


@st.composite
def frequentations(draw: st.DrawFn) -> list[tuple[str, str, str]]:
    """Return who came: dispositif, age and sex of each, few or many."""
    person = st.tuples(
        st.sampled_from(["cmj", "caj"]),
        st.sampled_from(["m", "n", "o"]),
        st.sampled_from(["m", "n"]),
    )
    groups = draw(
        st.lists(
            st.tuples(person, st.one_of(st.integers(1, 4), st.integers(1, 30))),
            min_size=1,
            max_size=8,
        )
    )
    return [who for who, count in groups for _ in range(count)]


def _publie(personnes: list[tuple[str, str, str]]) -> tuple[dict, list]:
    """Return the counts of a bilan by name and the sums of a reader: profiles of both dispositifs,
    their indicator.
    """
    counts = {("ensemble",): len(personnes)}
    sommes = [(("ensemble",), (("cmj",), ("caj",)))]
    for place in ("cmj", "caj"):
        here = [who for who in personnes if who[0] == place]
        counts |= {(place,): len(here)}
        counts |= {(place, "age", a): sum(who[1] == a for who in here) for a in "mno"}
        counts |= {(place, "sexe", s): sum(who[2] == s for who in here) for s in "mn"}
        counts |= {
            (place, a, s): sum(who[1:] == (a, s) for who in here) for a in "mno" for s in "mn"
        }
        sommes += [
            ((place,), tuple((place, "age", a) for a in "mno")),
            ((place,), tuple((place, "sexe", s) for s in "mn")),
        ]
        sommes += [((place, "age", a), tuple((place, a, s) for s in "mn")) for a in "mno"]
        sommes += [((place, "sexe", s), tuple((place, a, s) for a in "mno")) for s in "mn"]
    return counts, sommes


@exemples(20)
@given(frequentations())
def test_profils_et_indicateur_publies_ensemble_ne_resserrent_rien_sous_le_seuil(
    personnes: list[tuple],
) -> None:
    counts, sommes = _publie(personnes)
    simples = [
        (2023, *name, count)
        for name, count in counts.items()
        if len(name) == 3 and len(name[1]) > 1
    ]
    crossed = [
        (2023, name[0], "age", name[1], "sexe", name[2], count)
        for name, count in counts.items()
        if len(name) == 3 and len(name[1]) == 1
    ]
    lignes = [
        (2023, "accueillis", "dispositif", place, 2023, counts[place,]) for place in ("cmj", "caj")
    ]
    lignes += [(2023, "accueillis", "", "", 2023, counts["ensemble",])]

    publiable = publier(profils(*simples, *crossed), observations(*lignes), tirage=Tirage(GRAINE))

    caches = {
        (place, a, s)
        for place, a, b, s in secrets(
            publiable.profils, "dispositif", "modalite", "variable_2", "modalite_2"
        )
        if b
    }
    caches |= {
        row[:3]
        for row in secrets(publiable.profils, "dispositif", "variable", "modalite", "variable_2")
        if not row[3]
    }
    caches |= {(place or "ensemble",) for (place,) in secrets(publiable.observations, "modalite")}
    publies = {name: count for name, count in counts.items() if name not in caches}
    found = intervalles(publies, caches, sommes, seuil=SEUIL)
    assert {name for name, count in counts.items() if 0 < count < SEUIL} <= caches
    assert len(publiable.retraits) or all(high - low >= SEUIL for low, high in found.values())


def test_les_raisons_d_un_retrait_ont_leurs_mots_au_catalogue() -> None:
    written = charger_yaml("catalogue/secret.yaml", Secret)

    assert set(written.raisons) == {SANS_PROTECTION, TROP_LONG, GARDE}


@pytest.mark.parametrize("valeur", [-1, 2.5])
def test_un_effectif_qui_n_en_est_pas_un_est_refuse_avec_son_nom(valeur: float) -> None:
    with pytest.raises(ValueError, match="observations/2023/01001/filles / ensemble"):
        publier(profils(), observations((2023, "filles", "", "", 2023, valeur)))
