"""What every sentence about a territory must keep to, on small values."""

from __future__ import annotations

import re
from html import unescape
from math import inf, nan
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ctglib.calculs.portrait import evolutions, mesurer
from ctglib.donnees import publiques
from ctglib.donnees.etendue import Chiffres, Lieu
from ctglib.donnees.modeles.catalogue import Comparaison, Compte, Tus
from ctglib.donnees.modeles.evaluation import Evaluation
from ctglib.donnees.modeles.rapports import Mesure, Portrait
from ctglib.donnees.modeles.sources import SerieOfficielle
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.rapports.portrait import etudier_portrait, ouvrir_portrait

CAS = yaml.safe_load((Path(__file__).parent / "cas/portrait.yaml").read_text(encoding="utf-8"))
PART = {"numerateur": ["rsa"], "denominateur": "foyers", "unite": "pourcent"}
TUS = Tus(
    petit=5,
    ecart=0.02,
    foyers=Compte(connus="allocataires", total="foyers"),
    personnes=Compte(connus="personnes", total="personnes_cnaf"),
    de_personnes=("personnes",),
)
CODES = {"s": inf, None: nan}


def chiffres(cas: dict) -> Chiffres:
    """Return the figures of a case, as a portrait reads those of the store."""
    tables = {}
    familles = {}
    for famille, lignes in cas["chiffres"].items():
        rows = []
        for annee, territoire, comptes in lignes:
            niveau = {2: "departement", 5: "commune", 9: "iris"}[len(territoire)]
            values = {nom: CODES.get(valeur, valeur) for nom, valeur in comptes.items()}
            rows.append(
                {
                    "annee": annee,
                    "territoire": territoire,
                    "niveau": niveau,
                    "commune": territoire[:5],
                    **values,
                }
            )
            familles |= dict.fromkeys(comptes, famille)
        tables[famille] = pd.DataFrame(rows)
    series = {
        nom: SerieOfficielle(
            code=nom,
            colonne=nom,
            libelle=nom,
            unite="nombre",
            arrondi=5 if famille == "cnaf_communes" else None,
        )
        for nom, famille in familles.items()
    }
    return Chiffres(
        tables=tables,
        familles=familles,
        series=series,
        sommees=frozenset({"cnaf_communes", "insee_caf_iris", "populations"}),
        habitants=pd.Series(cas.get("habitants", {}), dtype=float),
        tus={"insee_caf_iris": TUS},
        connus_au_moins=0.5,
    )


def lieu(membres: list[str], code: str) -> Lieu:
    return Lieu(membres[0] if len(membres) == 1 else code, tuple(membres), len(membres) > 1)


CALCULS = [cas for cas in CAS if "chiffres" in cas]
PHRASES = [cas for cas in CAS if "territoire" in cas]


@pytest.mark.parametrize("cas", CALCULS, ids=[cas["nom"] for cas in CALCULS])
def test_ce_qu_une_phrase_sur_un_territoire_doit_tenir(cas: dict) -> None:
    lieux = {"territoire": lieu(cas["ici"], "epci")}
    if "la" in cas:
        # The département is published as such, or is the sum of its communes.
        lieux["departement"] = Lieu("01", tuple(cas["la"]), groupe=True)
    if "semblables" in cas:
        lieux["semblables"] = Lieu("", tuple(cas["semblables"]), groupe=True)
    mesure = Mesure(id="mesure", libelle="Mesure", **cas.get("mesure", PART))

    found = mesurer(
        chiffres(cas),
        lieux,
        [mesure],
        100,
        charger_yaml("catalogue/portrait.yaml", Portrait).prudence,
    ).iloc[0]

    for nom, expected in cas["attendu"].items():
        if expected is None:
            assert pd.isna(found[nom]), nom
        elif isinstance(expected, float):
            assert found[nom] == pytest.approx(expected, abs=1e-5), nom
        else:
            assert found[nom] == expected, nom


@pytest.mark.parametrize("cas", PHRASES, ids=[cas["nom"] for cas in PHRASES])
def test_ce_qu_un_portrait_dit_et_tait(cas: dict) -> None:
    portrait = ouvrir_portrait(cas["territoire"])
    partie = cas["partie"]
    if partie.startswith("theme: "):
        bloc = portrait.theme(partie.removeprefix("theme: "))
    else:
        bloc = getattr(portrait, partie)()

    text = re.sub(r"<(style|svg)\b.*?</\1>|<[^>]+>", " ", bloc.html, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", unescape(text))

    alts = unescape(" ".join(re.findall(r'(?:alt|aria-label)="([^"]*)"', bloc.html)))
    alts += " ".join(re.findall(r"<(?:title|desc)[^>]*>([^<]*)", bloc.html))
    alts = re.sub(r"\s+", " ", unescape(alts))

    assert [dit for dit in cas.get("dit", []) if dit not in text] == []
    assert [dit for dit in cas.get("alt", []) if dit not in alts] == []
    assert [tu for tu in cas.get("tait", []) if tu in text] == []


def test_l_evolution_d_un_groupe_compte_toujours_les_memes_communes() -> None:
    cas = {
        "chiffres": {
            "cnaf_communes": [
                [2020, "01001", {"foyers": 1000}],
                [2020, "01002", {"foyers": 50}],
                [2024, "01001", {"foyers": 1020}],
                [2024, "01002", {"foyers": None}],
            ]
        },
        "habitants": {"01001": 3000, "01002": 120},
    }
    seuils = charger_yaml("catalogue/evaluation.yaml", Evaluation).seuils

    _, found = evolutions(
        chiffres(cas), {"territoire": lieu(["01001", "01002"], "epci")}, ["foyers"], seuils
    )

    assert found["variation"].iloc[0] == pytest.approx(2.0)  # not -2.9: the hamlet did not leave
    assert found["lecture"].iloc[0] == "hausse"  # chance has no part in a register


def test_ce_qui_choisit_les_semblables_n_est_jamais_ce_qui_est_compare() -> None:
    comparaison = charger_yaml("catalogue/comparaison.yaml", Comparaison)
    portrait = charger_yaml("catalogue/portrait.yaml", Portrait)
    regle = comparaison.ressemblance
    choix = {regle.personnes, regle.menages}
    rates = [
        mesure
        for theme in portrait.themes.values()
        for mesure in theme.mesures
        if mesure.denominateur
    ]

    assert choix.isdisjoint(comparaison.indicateurs)
    assert choix.isdisjoint(serie for mesure in rates for serie in mesure.numerateur)


def test_nul_n_est_compare_a_lui_meme() -> None:
    paris = etudier_portrait("75056")
    calais = etudier_portrait("62193")

    assert paris.reference is None and "departement" not in paris.lieux
    assert "62193" not in calais.lieux["epci"].membres  # it makes up most of its EPCI
    assert "62193" in calais.lieux["departement"].membres


def test_nul_n_est_compare_a_lui_meme_par_ses_iris() -> None:
    # « 58,2 % à Mende, 58,2 % à Mende, seule commune de la Lozère découpée en IRIS »
    mende = ouvrir_portrait("48095")
    bourges = etudier_portrait("18033")

    rows = mende.etude.mesures.set_index("mesure")
    assert rows.at["part_isoles", "valeur"] > 0
    assert pd.isna(rows.at["part_isoles", "valeur_departement"])
    assert "Lozère (Mende" not in mende.theme("familles").html
    assert "18033" not in bourges.decoupage("departement").communes
    assert "sans Bourges" in ouvrir_portrait("18033").theme("familles").html


def test_un_zero_arrondi_a_cinq_est_moins_de_cinq() -> None:
    portrait = ouvrir_portrait("62396")  # Guinecourt, 5 households

    html = portrait.theme("precarite").html

    assert "moins de 5" in html.replace("\u202f", " ").replace("\xa0", " ")


def test_aucun_extreme_de_la_carte_n_est_celui_d_une_poignee() -> None:
    carte = ouvrir_portrait("246200364")._carte()

    rows = carte.tableau.donnees
    named = rows[rows["valeur"].notna()]
    assert "Servins" not in carte.lecture and "selon l'arrondi" in carte.lecture
    assert named["numerateur"].min() >= 20
    assert (named["borne_haute"] < 1.1 * named["valeur"]).all()


def test_une_commune_dont_un_iris_est_tu_a_sa_somme_dans_un_diagnostic() -> None:
    found = publiques.lire("iris_aah", "62498", [2020]).iloc[0]

    assert (found["valeur"], found["statut"]) == (1036.0, "E")
    assert "sur 17, 95 % des foyers ; de 1036 à" in found["origine"]


def test_un_nombre_tu_n_est_pas_un_iris_tu() -> None:
    # « tait jusqu'à 3 IRIS sur 8 (100,0 % des foyers allocataires) »: three counts of students.
    page = unescape(ouvrir_portrait("80001").theme("jeunesse").html)  # Abbeville
    page = page.replace("\u202f", " ").replace("\xa0", " ")

    assert "tait un nombre trop petit, ou un autre pour le protéger, dans 3 IRIS sur 8" in page
    assert "foyers allocataires au moins" not in page


def test_une_seule_commune_n_est_pas_des_communes_semblables() -> None:
    # « 19,3 % dans les communes semblables » was Albert alone.
    abbeville = ouvrir_portrait("80001")

    assert "semblables" not in etudier_portrait("80001").lieux
    html = abbeville.semblables().html.replace("\u202f", " ").replace("\xa0", " ")
    assert "moins de 3 communes de la Somme" in html


def test_un_ecart_que_rien_ne_borne_n_est_pas_du_bruit() -> None:
    # « 68,3 % contre 56,7 % : dans le bruit », for 5 IRIS of 88.
    html = ouvrir_portrait("33063").theme("familles").html

    assert "non jugé" in html and "Non jugé" in html
    assert "dans le bruit" not in html


def test_une_commune_qui_a_change_dit_pourquoi_ses_chiffres_d_avant_manquent() -> None:
    # « l'Insee ne le publie qu'au-delà d'un nombre de ménages » was all that was said of it.
    page = ouvrir_portrait("62447").manques().html  # Hesdin-la-Forêt

    assert "a changé le 01/01/2025" in page
    assert "a changé le" not in ouvrir_portrait("62413").manques().html
