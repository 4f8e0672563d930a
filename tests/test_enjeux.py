"""The findings by enjeu, the fiche that answers each, and what no enjeu takes."""

from __future__ import annotations

from functools import cache
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyse_exemple import SEUILS, UNITES, indicateur, lignes

from ctglib.blocs.besoins import besoins_en_bref, lacunes, tableau_enjeux, tableau_hors_enjeux
from ctglib.calculs.comparaison import Constat, comparer, constats
from ctglib.calculs.enjeux import besoins, constats_par_enjeu, hors_enjeux
from ctglib.document.contexte import Contexte
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.modeles.convention import Convention

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "enjeux.yaml").read_text(encoding="utf-8"))
FICHES = (1, 2, 3, 4)
SERVICES = ("service",)  # in the cases, the indicator whose zero is a need


@cache
def harnes() -> Dossier:
    return lire_dossier("harnes")


def convention_exemple(indicateurs: dict) -> Convention:
    """Return the convention of Harnes with one enjeu on « accueil », whose fiches answer what the case says."""
    source = harnes().convention
    enjeu = source.enjeux[0].model_copy(update={"id": "e", "themes": ["accueil"]})
    repond = {
        numero: [name for name, given in indicateurs.items() if numero in given.get("fiches", [])] for numero in FICHES
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
        name: indicateur(name, item.get("unite", "pourcent"), sens=item["sens"]) for name, item in given.items()
    }
    rows = [
        (name, code, 2020, item[role], None, item.get("unite", "pourcent"), "A" if item[role] is not None else "L")
        for name, item in given.items()
        for role, code in (("ici", "01001"), ("la", "01"))
    ]
    table = comparer(lignes(*rows), catalogue, UNITES, "01001", "01")
    themes = {name: item["theme"] for name, item in given.items()}
    found = constats(table, catalogue, catalogue, theme_de=themes, seuils=SEUILS)
    convention = convention_exemple(given)

    inside = constats_par_enjeu(convention, found, catalogue, SERVICES)
    outside = hors_enjeux(convention, found, catalogue, SERVICES)

    columns = ["indicateur", "lecture", "fiches"]
    assert inside[columns].to_numpy().tolist() == cas["enjeu"]
    assert outside[columns].to_numpy().tolist() == cas["hors_enjeux"]


@cache
def constats_de_harnes() -> tuple[Constat, ...]:
    catalogue = harnes().catalogue
    table = comparer(harnes().annexe1, catalogue.indicateurs, catalogue.unites, "62413", "62")
    return constats(
        table, catalogue.indicateurs, catalogue.indicateurs, theme_de=catalogue.theme_de, seuils=catalogue.seuils
    )


@cache
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    catalogue = harnes().catalogue
    given = harnes().convention, constats_de_harnes(), catalogue.indicateurs, catalogue.synthese.services
    return constats_par_enjeu(*given), hors_enjeux(*given)


def contexte() -> Contexte:
    catalogue = harnes().catalogue
    ici, la = catalogue.territoires["62413"], catalogue.territoires["62"]
    return Contexte(catalogue.indicateurs, catalogue.unites, catalogue.statuts, ici, la, "annexe 1")


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("\u2212", "-")


def test_a_harnes_la_capacite_d_accueil_est_un_besoin_auquel_la_fiche_1_repond() -> None:
    inside, outside = tables()

    first = inside.iloc[0]

    assert (first["indicateur"], first["lecture"], first["fiches"]) == ("capacite_accueil", "besoin", "1")
    assert outside["indicateur"].to_list() == [
        "part_rsa", "part_dependance_100", "part_bas_revenus", "part_dependance_50", "laep", "clas", "centres_sociaux",
    ]  # fmt: skip
    assert set(outside["fiches"]) == {""}


def test_chaque_besoin_du_diagnostic_est_dans_une_des_deux_tables_et_une_seule() -> None:
    inside, outside = tables()
    needs = {constat.indicateur for constat in constats_de_harnes() if constat.sens == "defavorable"}
    services = {"places_eaje", "laep", "clas", "centres_sociaux"}
    own = [besoin for fiche in harnes().convention.fiches for besoin in fiche.besoins]

    told = besoins(inside, outside)

    assert sorted(told["indicateur"] + told["besoin"]) == sorted([*needs, *services, *own])
    assert "part_moins_3_parents_actifs" not in needs


def test_la_phrase_compte_les_besoins_de_chaque_origine_avec_et_sans_fiche() -> None:
    inside, outside = tables()

    text = lisible(unescape(besoins_en_bref(inside, outside, harnes().convention).html))

    assert (
        "15 besoins : 5 dans les indicateurs qui ont un sens souhaité, 4 services absents et 6 dans le constat initial "
        "des fiches action ; 7 sont dans des thèmes qu'aucun enjeu ne reprend." in text
    )
    assert "Une fiche action répond à 7 d'entre eux, aucune à 8." in text
    assert text.count("lecture du classeur d'évaluation, à valider par le comité de pilotage") == 1


def test_le_tableau_a_un_groupe_par_enjeu_meme_sans_constat_et_des_mots_pour_chaque_lecture() -> None:
    inside, _ = tables()
    catalogue, convention = harnes().catalogue, harnes().convention

    table = tableau_enjeux(inside, convention, contexte(), seuils=catalogue.seuils, doutes={"part_moins_3": "quotient"})

    assert list(dict.fromkeys(table.groupes)) == [enjeu.titre for enjeu in convention.enjeux]
    own = "Faire évoluer les postes de coordination vers des postes de chargé de coopération (constat de la fiche 4)"
    assert table.cellules.iloc[-1].to_list() == [own, *"–––", "besoin", "fiche 4"]
    first = [lisible(cell) for cell in table.cellules.iloc[0]]
    assert first[1:] == ["34,1 places", "51,5 places", "-17,4 places (-34 %)", "besoin", "fiche 1"]
    assert first[0].endswith("(p)")
    assert sum(cell.endswith("(?)") for cell in table.cellules["constat"]) == 1
    assert "0,5 point" in table.notes[0]
    assert "au moins 5 % de la référence" in table.notes[0]


def test_hors_enjeux_les_themes_sans_besoin_sont_nommes() -> None:
    _, outside = tables()

    table = tableau_hors_enjeux(outside, harnes().convention, contexte(), themes=harnes().catalogue.themes, doutes={})

    assert set(table.cellules["reponse"]) == {"aucune fiche"}
    assert len(table.groupes) == len(table.cellules) == len(outside)
    assert "« Logement et habitat »" in table.notes[-1]
    assert "« Petite enfance »" not in table.notes[-1]


def test_chaque_lacune_porte_sa_place_et_sa_question() -> None:
    table = lacunes(harnes().convention, "la convention")

    assert table.donnees["id"].to_list() == [item.id for item in harnes().convention.lacunes]
    assert not (table.cellules == "").any(axis=None)
