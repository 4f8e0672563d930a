"""The findings by enjeu, the fiche that answers each, and what no enjeu takes."""

from __future__ import annotations

from functools import cache
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from analyse_exemple import SEUILS, UNITES, indicateur, lignes

from ctglib.blocs.mots import dire
from ctglib.blocs.theme import AUCUNE, besoins_en_bref, lacunes, tableau_besoins
from ctglib.calculs.comparaison import besoins, comparer, constats, reponse
from ctglib.document.contexte import Contexte
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.modeles.convention import Convention

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "enjeux.yaml").read_text(encoding="utf-8"))
SERVICES = ("service",)  # in the cases, the indicator whose zero is a need
# What the demonstration lacks here so that it has needs of every kind: few places of childcare, and
# services that its reference has.
MANQUES = {"capacite_accueil": 34.1, "places_eaje": 0.0, "centres_sociaux": 0.0}


@cache
def demonstration() -> Dossier:
    return lire_dossier("demonstration")


def convention_exemple(indicateurs: dict) -> Convention:
    """Return the demonstration with one enjeu on « accueil », whose fiches answer what the case
    says.
    """
    source = demonstration().convention
    enjeu = source.enjeux[0].model_copy(update={"id": "e", "themes": ["accueil"]})
    repond = {
        fiche.numero: [
            name
            for name, given in indicateurs.items()
            if int(fiche.numero) in given.get("fiches", [])
        ]
        for fiche in source.fiches
    }
    fiches = [
        fiche.model_copy(update={"repond_a": repond[fiche.numero], "enjeu": "e", "besoins": []})
        for fiche in source.fiches
    ]
    return source.model_copy(update={"enjeux": [enjeu], "fiches": fiches})


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_les_constats_se_rangent_par_enjeu_comme_dans_l_exemple(cas: dict) -> None:
    given = cas["indicateurs"]
    catalogue = {
        name: indicateur(name, item.get("unite", "pourcent"), sens=item["sens"])
        for name, item in given.items()
    }
    rows = [
        (
            name,
            code,
            2020,
            item[role],
            None,
            item.get("unite", "pourcent"),
            "A" if item[role] is not None else "L",
        )
        for name, item in given.items()
        for role, code in (("ici", "01001"), ("la", "01"))
    ]
    table = comparer(lignes(*rows), catalogue, UNITES, "01001", "01")
    themes = {name: item["theme"] for name, item in given.items()}
    found = constats(table, catalogue, theme_de=themes, seuils=SEUILS)
    convention = convention_exemple(given)

    table = besoins(convention, found, SERVICES, {})

    told = {
        name: rows[["indicateur", "fiches"]].to_numpy().tolist()
        for name, rows in table.groupby("enjeu")
    }
    assert told == {
        name: cas[key] for name, key in (("e", "enjeu"), ("", "hors_enjeux")) if cas[key]
    }


@cache
def constats_lus() -> pd.DataFrame:
    catalogue = demonstration().catalogue
    annexe1 = demonstration().annexe1
    ici = annexe1["territoire"].eq("00001")
    reduites = annexe1["indicateur"].where(ici).map(MANQUES)
    annexe1 = annexe1.assign(valeur=reduites.fillna(annexe1["valeur"]))
    table = comparer(annexe1, catalogue.indicateurs, catalogue.unites, "00001", "00")
    themes = {item.id: theme.theme for theme in catalogue.themes for item in theme.indicateurs}
    return constats(table, catalogue.indicateurs, theme_de=themes, seuils=catalogue.seuils)


@cache
def lus() -> pd.DataFrame:
    synthese = demonstration().catalogue.synthese
    return besoins(
        demonstration().convention,
        constats_lus(),
        synthese.services,
        synthese.categories_des_services,
    )


def contexte() -> Contexte:
    catalogue = demonstration().catalogue
    ici = catalogue.territoires["00001"]
    la = catalogue.territoires["00"]
    return Contexte(catalogue.indicateurs, catalogue.unites, catalogue.statuts, ici, la, "annexe 1")


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("\u2212", "-")


def test_chaque_besoin_du_diagnostic_est_dit_une_fois() -> None:
    found = constats_lus()
    needs = {*found.loc[found["sens"].eq("defavorable"), "indicateur"]}
    services = {"places_eaje", "centres_sociaux"}
    own = [besoin for fiche in demonstration().convention.fiches for besoin in fiche.besoins]

    assert sorted(lus()["indicateur"] + lus()["besoin"]) == sorted([*needs, *services, *own])
    assert "capacite_accueil" in needs and own


def test_la_phrase_compte_les_besoins_avec_et_sans_fiche() -> None:
    text = lisible(unescape(besoins_en_bref(lus(), demonstration().convention, contexte()).html))

    assert (
        "Sur 17 besoins, 10 ont une fiche action qui leur répond. Sept restent sans réponse, dont 6 dans des thèmes "
        "qu'aucun enjeu ne reprend." in text
    )


def test_la_phrase_se_passe_de_compte_quand_toutes_les_fiches_repondent_ou_aucune() -> None:
    convention = demonstration().convention
    none, every = (lus()[lus()["fiches"].eq("").eq(empty)] for empty in (True, False))

    assert "Aucune fiche action ne répond" in besoins_en_bref(none, convention, contexte()).html
    assert (
        "Chaque besoin lu ici a une fiche action"
        in besoins_en_bref(every, convention, contexte()).html
    )
    assert "Aucun besoin ne se lit" in besoins_en_bref(lus().iloc[:0], convention, contexte()).html


def test_le_tableau_a_un_besoin_par_ligne_sous_son_enjeu_avec_la_fiche_qui_lui_repond() -> None:
    doubtful = frozenset(["capacite_accueil"])
    etude = SimpleNamespace(
        besoins_lus=lus(),
        convention=demonstration().convention,
        catalogue=demonstration().catalogue,
        contexte=contexte(),
        a_cote=pd.DataFrame(),
        doutes=doubtful,
    )

    table = tableau_besoins(etude)

    assert [*dict.fromkeys(table.groupes)] == [
        enjeu.titre for enjeu in demonstration().convention.enjeux
    ] + [dire("sans_enjeu")]
    first, written = ([lisible(cell) for cell in table.cellules.iloc[rank]] for rank in (0, 2))
    assert first[0].endswith("(?)")
    assert first[1:] == [
        "34,1 places",
        "58,4 places",
        "fiche 1, pour l'accueil individuel seulement",
    ]
    assert written[1:] == ["–", "–", "fiche 1"]
    assert set(table.cellules["reponses"].iloc[-6:]) == {AUCUNE}
    assert "à valider par les parties" in table.notes[0]


def test_chaque_lacune_porte_sa_place_et_sa_question() -> None:
    table = lacunes(demonstration().convention, contexte())

    assert table.donnees["id"].to_list() == [item.id for item in demonstration().convention.lacunes]
    assert not (table.cellules == "").any(axis=None)


def test_les_premieres_lacunes_sont_celles_que_la_convention_met_d_abord() -> None:
    source = demonstration().convention
    d_abord = [item.id for item in reversed(source.lacunes)][:3]
    convention = source.model_copy(update={"lacunes_d_abord": d_abord})

    table = lacunes(convention, contexte(), premieres=2)

    assert table.nom == "questions"
    assert table.donnees["id"].to_list() == d_abord[:2]
    assert len(lacunes(convention, contexte(), premieres=100).donnees) == len(convention.lacunes)


@pytest.mark.parametrize(
    ("fiche", "attendu"),
    [
        ({"repond_a": ["laep"]}, (["2"], "dit")),
        ({"series_publiques": ["laep"]}, (["2"], "dit")),
        ({"offre": ["soutien_accueil_parentalite"]}, (["2"], "offre")),
        ({"enjeu": "e"}, (["2"], "theme")),
        (
            {"offre": ["soutien_accueil_parentalite"], "enjeu": "e", "modes": ["garde_domicile"]},
            ([], ""),
        ),
        ({"titre": "Ouvrir un lieu d'accueil enfants-parents (LAEP)"}, ([], "")),
    ],
)
def test_une_fiche_repond_a_un_besoin_par_ce_qu_elle_declare_et_par_aucun_de_ses_mots(
    fiche: dict, attendu: tuple[list[str], str]
) -> None:
    source = demonstration().convention
    vide = {
        "repond_a": [],
        "series_publiques": [],
        "offre": [],
        "indicateurs": [],
        "enjeu": "f",
        "modes": [],
    }
    fiches = [item.model_copy(update=vide) for item in source.fiches]
    fiches[1] = fiches[1].model_copy(update=fiche)
    enjeu = source.enjeux[0].model_copy(update={"id": "e", "themes": ["parentalite"]})
    convention = source.model_copy(update={"fiches": fiches, "enjeux": [enjeu]})

    trouvee = reponse(convention, "laep", "parentalite", "soutien_accueil_parentalite")

    assert trouvee == attendu


def test_un_diagnostic_sans_besoin_a_des_colonnes_de_texte() -> None:
    fiches = [item.model_copy(update={"besoins": []}) for item in demonstration().convention.fiches]
    convention = demonstration().convention.model_copy(update={"fiches": fiches})

    table = besoins(convention, constats_lus().iloc[:0], (), {})

    assert table.empty
    assert table["fiches"].str.split(";").explode().empty
