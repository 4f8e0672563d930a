"""The offer: what each reading makes of the rows, and what a convention says of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ctglib.blocs.offre import (
    phrase_des_equipements,
    phrases_des_ages,
    plages,
    tableau_manques,
    tableau_offre,
)
from ctglib.calculs import offre as lecture
from ctglib.calculs.offre import ages_des_fiches, comptes_nuls, manques
from ctglib.document.contexte import Contexte
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.yaml_strict import charger_yaml

DOSSIER_CAS = Path(__file__).parent / "cas"
CAS = yaml.safe_load((DOSSIER_CAS / "offre.yaml").read_text(encoding="utf-8"))
CAS_AGES = yaml.safe_load((DOSSIER_CAS / "ages.yaml").read_text(encoding="utf-8"))
COLONNES = (
    "structure",
    "nom",
    "type",
    "gestion",
    "caracteristique",
    "modalite",
    "valeur",
    "unite",
    "statut",
    "reference",
    "note",
)


@cache
def demonstration() -> Dossier:
    return lire_dossier("demonstration")


@cache
def vocabulaire() -> VocabulaireOffre:
    return charger_yaml("catalogue/offre.yaml", VocabulaireOffre)


def contexte() -> Contexte:
    catalogue = demonstration().catalogue
    ici = catalogue.territoires["00001"]
    la = catalogue.territoires["00"]
    return Contexte(catalogue.indicateurs, catalogue.unites, catalogue.statuts, ici, la, "annexe 2")


def lignes(rows: list[dict[str, str]]) -> pd.DataFrame:
    empty = dict.fromkeys(COLONNES, "")
    return pd.DataFrame(
        [{**empty, "nom": row["structure"], **row} for row in rows], columns=list(COLONNES)
    )


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("\u2212", "-")


def a_trous() -> pd.DataFrame:
    """Return the offer of the demonstration, two structures with their places left blank and no row
    for their ages.
    """
    offre = demonstration().offre
    peu_decrites = offre["structure"].isin(["peri_etangs", "extra_moulin"])
    offre = offre[~(peu_decrites & offre["caracteristique"].isin(["age_min", "age_max"]))]
    vides = peu_decrites & offre["caracteristique"].eq("places")
    sans_valeur = offre["valeur"].mask(vides, "")
    return offre.assign(valeur=sans_valeur, statut=offre["statut"].mask(vides, "L"))


def lire(cas: dict) -> pd.DataFrame:
    """Return what the reading that the case names makes of its rows."""
    offre = lignes(cas["lignes"])
    attendus = cas.get("attendus", {})
    lectures: dict[str, Callable[[], pd.DataFrame]] = {
        "ages": lambda: lecture.ages(offre, vocabulaire()),
        "manques": lambda: manques(offre, attendus, vocabulaire()),
    }
    return lectures[cas["lecture"]]()


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_l_offre_se_lit_comme_dans_l_exemple(cas: dict) -> None:
    read = lire(cas).astype(object)

    rows = read.where(read.notna(), None).to_dict("records")

    assert [
        {key: row[key] for key in wanted} for row, wanted in zip(rows, cas["attendu"], strict=True)
    ] == cas["attendu"]


@pytest.mark.parametrize("cas", CAS_AGES, ids=[cas["nom"] for cas in CAS_AGES])
def test_les_ages_d_une_fiche_se_lisent_dans_l_offre_de_ses_categories(cas: dict) -> None:
    ages = pd.DataFrame(
        [(nom, "x", low, high, "texte") for nom, (low, high) in cas["dispositifs"].items()],
        columns=["nom", "categorie", "age_min", "age_max", "texte"],
    )
    given = {"offre": ["x"], "age_min": cas["fiche"][0], "age_max": cas["fiche"][1]}
    fiche = demonstration().convention.fiches[0].model_copy(update=given)

    ((_, missing, outside),) = ages_des_fiches(ages, [fiche])

    assert lisible(plages(missing)) == cas["sans_dispositif"]
    assert {nom: lisible(plages(annees)) for (nom, _), annees in outside.items()} == cas[
        "en_dehors"
    ]


def test_les_lectures_laissent_l_offre_intacte() -> None:
    offre = demonstration().offre
    before = offre.copy()

    lecture.ages(offre, vocabulaire())
    manques(offre, demonstration().catalogue.relations.attendus_offre, vocabulaire())

    pd.testing.assert_frame_equal(offre, before)


def test_chaque_ligne_vide_de_l_offre_est_dite_au_lecteur() -> None:
    offre = a_trous()
    blank = offre[offre["valeur"] == ""]

    told = manques(offre, demonstration().catalogue.relations.attendus_offre, vocabulaire())

    pairs = set(zip(told["structure"], told["caracteristique"], strict=True))
    assert len(blank) > 1
    assert set(zip(blank["structure"], blank["caracteristique"], strict=True)) <= pairs


def test_les_phrases_des_ages_disent_ce_que_visent_les_fiches() -> None:
    offre = demonstration().offre
    plus_tot = offre["structure"].eq("peri_moulin") & offre["caracteristique"].eq("age_min")
    ages = lecture.ages(offre.assign(valeur=offre["valeur"].mask(plus_tot, "2")), vocabulaire())

    told = [
        lisible(one)
        for one in phrases_des_ages(ages, demonstration().convention.fiches, contexte())
    ]

    assert told == [
        "Chaque âge que vise la fiche action 2 (3 à 17 ans) a au moins un dispositif.",
        "La fiche action 3 vise les 6 à 25 ans ; parmi les dispositifs qu'elle concerne, aucun ne s'adresse aux "
        "6 à 8 ans.",
        "Accueil périscolaire du Moulin (2 à 11 ans) reçoit aussi des enfants de 2 ans, que la fiche ne vise pas.",
    ]


def test_les_tableaux_de_l_offre_montrent_chaque_structure_une_fois_sans_case_vide() -> None:
    offre = demonstration().offre
    tables = [
        tableau_offre(offre, vocabulaire(), contexte(), [categorie], nom="offre", titre="Offre")
        for categorie in vocabulaire().categories
    ]

    assert sum(len(table.cellules) for table in tables) == offre["structure"].nunique()
    assert not any((table.cellules == "").any(axis=None) for table in tables)
    assert sum(len(table.donnees) for table in tables) == len(offre)


def test_une_colonne_que_rien_ne_remplit_n_est_pas_montree() -> None:
    table = tableau_offre(
        demonstration().offre, vocabulaire(), contexte(), ["scolaire"], nom="offre", titre="Offre"
    )

    assert [colonne.cle for colonne in table.colonnes] == ["intitule", "en_gestion", "autres"]
    assert "Enfants inscrits : 572" in lisible(table.cellules["autres"].iloc[0])


def test_les_semaines_se_lisent_par_vacances_sans_repeter_l_unite() -> None:
    table = tableau_offre(
        demonstration().offre,
        vocabulaire(),
        contexte(),
        ["accueil_loisirs"],
        nom="offre",
        titre="Offre",
    )

    vacances = table.cellules["intitule"].str.startswith("Maison de l'enfance, les vacances")
    (told,) = table.cellules.loc[vacances, "autres"]
    assert lisible(told).startswith(
        "Semaines d'ouverture : 2 (vacances d'hiver), 2 (vacances de printemps)"
    )


def test_une_phrase_dit_les_equipements_qui_sont_la_et_ceux_qui_n_y_sont_pas() -> None:
    offer = demonstration().offre
    lacking = offer[offer["structure"].eq("cinema")]

    def dire(offre: pd.DataFrame, *categories: str) -> str:
        return phrase_des_equipements(offre, vocabulaire(), categories, contexte())

    assert dire(offer, "sport_culture") == (
        "Selon la convention, on trouve à Valfontaine : gymnase, terrains de sport, médiathèque et "
        "ludothèque, mais ni piscine ni cinéma."
    )
    assert (
        dire(lacking, "sport_culture")
        == "Selon la convention, il n'y a pas de cinéma à Valfontaine."
    )
    assert dire(offer) == ""


def test_le_tableau_des_manques_tient_une_ligne_par_structure() -> None:
    told = manques(a_trous(), demonstration().catalogue.relations.attendus_offre, vocabulaire())

    table = tableau_manques(told, contexte(), {})

    assert len(table.cellules) == told["structure"].nunique()
    assert len(table.donnees) == len(told) > len(table.cellules)
    assert "Places, âge minimal (a), âge maximal (a)" in set(table.cellules["manque"])


def test_ce_que_le_diagnostic_compte_a_zero_n_est_pas_tu() -> None:
    annexe1 = pd.DataFrame(
        [("laep", "00001", 2020, 0.0), ("laep", "00", 2020, 23.0)],
        columns=["indicateur", "territoire", "annee", "valeur"],
    )
    nuls = comptes_nuls(annexe1, vocabulaire(), "00001")
    told = manques(a_trous(), demonstration().catalogue.relations.attendus_offre, vocabulaire())
    genre = told["type"].iloc[0]

    table = tableau_manques(told, contexte(), {genre: nuls["laep"]})

    assert nuls == {"laep": ("laep", 2020)}
    assert comptes_nuls(annexe1, vocabulaire(), "00") == {}
    dit = str(table.cellules["manque"].iloc[0]).replace("\u00a0", " ")
    assert (
        dit
        == "Ligne vide ; le diagnostic en compte 0 en 2020 (« Lieux d'accueil enfants-parents »)"
    )
