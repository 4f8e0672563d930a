"""The evaluation at the end: its rules on worked examples, what it reads of the years, what it
refuses.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml
from analyse_exemple import UNITES, rupture
from evaluation_exemple import (
    ICI,
    SEUILS,
    catalogue,
    convention,
    datee,
    evaluer,
    indicateur,
    observations,
    par_annee,
    prevu,
)
from hypothesis import given
from hypothesis import strategies as st

from ctglib.blocs.collecte import periodes
from ctglib.calculs.parcours import (
    CONDITIONS,
    Preuve,
    evaluabilite,
    force,
    parcours,
    preuves_du_suivi,
    recommander,
    relever,
)
from ctglib.calculs.suivi import series
from ctglib.calculs.territoire import annee_du_diagnostic, revisiter
from ctglib.document.contexte import avec_marque
from ctglib.donnees.modeles.avenants import Changement
from ctglib.donnees.modeles.evaluation import Lectures, ReglesFinales, ThemeRevisite
from ctglib.donnees.modeles.plan import Absence, DepartAbsent, IndicateurFiche, Resultat
from ctglib.donnees.yaml_strict import charger_yaml

CAS = Path(__file__).parent / "cas"
RECOMMANDATIONS = yaml.safe_load((CAS / "recommandations.yaml").read_text(encoding="utf-8"))
EVALUABILITE = yaml.safe_load((CAS / "evaluabilite.yaml").read_text(encoding="utf-8"))
FIN = date(2026, 12, 31)


@pytest.fixture(scope="module")
def regles() -> ReglesFinales:
    return charger_yaml("catalogue/evaluation_finale.yaml", ReglesFinales)


def _indicateurs(items: list[dict]) -> pd.DataFrame:
    rows = [
        (item.get("annees", 0), item.get("verdict", "non_evaluable"), item.get("evolution", ""))
        for item in items
    ]
    return pd.DataFrame(rows, columns=["annees_connues", "verdict", "evolution"])


@pytest.mark.parametrize("cas", RECOMMANDATIONS, ids=[cas["nom"] for cas in RECOMMANDATIONS])
def test_un_objectif_recoit_la_recommandation_de_l_exemple(
    cas: dict, regles: ReglesFinales
) -> None:
    faits = relever(cas["modalites"], _indicateurs(cas["indicateurs"]))

    regle = recommander(faits, regles.regles)

    assert {"regle": regle.id, "decision": regle.decision} == cas["attendu"]


def test_chaque_regle_est_eprouvee_par_un_exemple() -> None:
    assert {cas["attendu"]["regle"] for cas in RECOMMANDATIONS} == set(CONDITIONS)


@pytest.mark.parametrize("cas", EVALUABILITE, ids=[cas["nom"] for cas in EVALUABILITE])
def test_ce_qui_pouvait_s_evaluer_se_compte_comme_dans_l_exemple(cas: dict) -> None:
    results = [
        Resultat(id=f"r{rank}", libelle="Un résultat", indicateurs=names)
        for rank, names in enumerate(cas["resultats"])
    ]
    definis = [
        IndicateurFiche(
            id=name,
            definition="Selon le texte",
            valeur_initiale=DepartAbsent(absent="Non donnée"),
            cible=Absence(absent="Aucune cible écrite"),
        )
        for name in cas.get("definitions_du_texte", [])
    ]
    written = convention(*definis, objectifs=["Un objectif", "Un autre"], resultats=results)
    changes = [
        Changement(nature="definition", element=name, nouveau="Autrement", effet=FIN)
        for name in cas.get("definitions", [])
    ]

    links = Lectures.model_validate(
        {
            "objectifs": [
                {"fiche": "1", "objectif": rank, **link}
                for rank, link in cas.get("liens", {}).items()
            ]
        }
    )

    table = evaluabilite(written, links, _parcours(cas["indicateurs"]), changes)

    for groupe, expected in cas["attendu"].items():
        found = table[table["groupe"].eq(groupe) & table["fiche"].eq("")].iloc[0]
        assert {name: int(found[name]) for name in expected} == expected, groupe


def _parcours(items: dict[str, dict]) -> pd.DataFrame:
    rows = [
        {
            "fiche": "1",
            "indicateur": name,
            "origine": item["origine"],
            "definition": "Une définition.",
            "origine_initiale": item.get("depart", ""),
            "valeur_initiale": 1.0 if item.get("depart") else None,
            "origine_cible": item.get("cible", ""),
            "annees_connues": item.get("annees", 0),
        }
        for name, item in items.items()
    ]
    return pd.DataFrame(rows).astype({"valeur_initiale": "float64"})


@pytest.mark.parametrize(
    ("faites", "mesurees", "evolutions", "attendue"),
    [
        (3, 2, [], "aucune"),
        (3, 2, ["", "dans_le_bruit"], "aucune"),
        (0, 2, ["favorable"], "faible"),
        (3, 0, ["favorable"], "faible"),
        (3, 2, ["defavorable"], "faible"),
        (3, 2, ["defavorable", "stable"], "moyenne"),
    ],
)
def test_la_preuve_est_aussi_forte_que_son_maillon_le_plus_faible(
    faites: int, mesurees: int, evolutions: list[str], attendue: str
) -> None:
    assert force(faites, mesurees, evolutions) == attendue


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.lists(st.sampled_from(["favorable", "stable", "defavorable", ""])),
)
def test_le_classeur_ne_dit_jamais_qu_une_preuve_est_forte(
    faites: int, mesurees: int, evolutions: list[str]
) -> None:
    assert force(faites, mesurees, evolutions) in ("moyenne", "faible", "aucune")


def _suivre(
    valeurs: dict, *, depart: dict | None = None, cible: dict | None = None, **autres: object
) -> pd.Series:
    """Return the way of an indicator over the convention."""
    told = prevu(valeur_initiale=datee(depart), cible=datee(cible))
    one = convention(told)
    words = catalogue(indicateur(**autres))
    rows = par_annee(valeurs)
    evaluations = {annee: evaluer(one, words, rows, (), annee) for annee in range(2023, 2027)}
    known = series(rows, words.indicateurs_fiches.values(), territoire=one.territoire, annee=2026)
    return parcours(one, words, known, evaluations, changements=(), suivis={}).iloc[0]


def test_une_derniere_annee_sans_valeur_n_efface_pas_le_verdict_de_la_precedente() -> None:
    way = _suivre({2023: 50, 2025: 72}, depart={2022: 40}, cible={2026: 80})

    assert (way["derniere"], way["annee_derniere"], way["verdict"], way["evolution"]) == (
        72,
        2025,
        "en_bonne_voie",
        "favorable",
    )


def test_l_evolution_va_du_depart_a_la_derniere_mesure_et_non_d_une_annee_a_l_autre() -> None:
    way = _suivre({2023: 60, 2025: 70, 2026: 65}, depart={2022: 40})

    assert way["evolution"] == "favorable"


def test_une_rupture_entre_le_depart_et_la_fin_interdit_de_lire_l_evolution() -> None:
    way = _suivre({2023: 50, 2026: 90}, depart={2022: 40}, ruptures=[rupture(2025)])

    assert (way["evolution"], way["raison_evolution"]) == ("", "rupture")


def test_sans_mesure_la_derniere_valeur_connue_est_celle_du_depart() -> None:
    way = _suivre({}, depart={2022: 40})

    assert pd.isna(way["derniere"])
    assert (way["connue"], way["annee_connue"], way["annees_connues"]) == (40, 2022, 0)


def test_la_premiere_annee_de_la_convention_compte_parmi_les_mesures() -> None:
    way = _suivre({2023: 50}, depart={2022: 40})

    assert (way["derniere"], way["annee_derniere"], way["evolution"]) == (50, 2023, "favorable")


def test_une_mesure_de_l_annee_du_depart_n_est_pas_une_evolution() -> None:
    way = _suivre({2023: 45}, depart={2023: 40})

    assert (way["annee_derniere"], way["evolution"], way["raison_evolution"]) == (
        2023,
        "",
        "premiere_annee",
    )


def test_une_valeur_masquee_est_une_donnee_sans_etre_une_mesure() -> None:
    way = _suivre({2024: "Q"})

    assert (way["annees_connues"], pd.isna(way["derniere"])) == (1, True)


def _serie(valeurs: dict[int, float], *, depart: int = 2020, **autres: object) -> pd.Series:
    rows = [("01001", annee, "x", "", valeur) for annee, valeur in valeurs.items()]
    table = pd.DataFrame(rows, columns=["territoire", "annee", "indicateur", "dimension", "valeur"])
    themes = (ThemeRevisite(theme="t", series=("x",), reste="Le reste"),)
    words = {"x": indicateur("x", **autres)}
    return revisiter(
        table.assign(note=""),
        themes,
        words,
        UNITES,
        territoires=(ICI, "01"),
        depart=depart,
        seuils=SEUILS,
    ).iloc[0]


def test_une_serie_part_de_l_annee_du_diagnostic() -> None:
    row = _serie({2018: 10, 2020: 100, 2024: 90})

    assert (row["annee_avant"], row["annee"], row["variation"], row["motif"]) == (
        2020,
        2024,
        -10,
        "",
    )


def test_une_serie_qui_rompt_part_d_apres_sa_rupture() -> None:
    row = _serie({2020: 100, 2021: 80, 2024: 88}, ruptures=[rupture(2021)])

    assert (row["annee_avant"], row["variation"], row["motif"]) == (2021, 10, "depart_rupture")


def test_une_rupture_l_annee_meme_du_diagnostic_ne_deplace_pas_le_depart() -> None:
    row = _serie({2020: 100, 2024: 88}, ruptures=[rupture(2020)])

    assert (row["annee_avant"], row["variation"], row["motif"]) == (2020, -12, "")
    assert pd.isna(row["annee_rupture"])


PETITE_SERIE = {"avant": (2015, 2019), "depuis": 2021, "pourquoi": "2020 est un pic"}
NAISSANCES = dict(
    zip(range(2015, 2026), (167, 140, 165, 173, 135, 177, 160, 143, 150, 155, 144), strict=True)
)


def test_une_petite_serie_se_lit_en_moyennes_et_non_depuis_son_pic() -> None:
    row = _serie(NAISSANCES, petite_serie=PETITE_SERIE)

    assert (row["avant"], round(row["apres"], 1), round(row["variation"], 1)) == (156, 150.4, -3.6)
    assert (row["periode_avant"], row["periode"], row["lecture"]) == (
        "2015 à 2019",
        "2021 à 2025",
        "trop_peu",
    )


def test_une_petite_serie_sans_premiere_periode_ne_compare_rien() -> None:
    row = _serie({2021: 160, 2022: 143}, petite_serie=PETITE_SERIE)

    assert (row["motif"], pd.isna(row["avant"]), pd.isna(row["variation"])) == (
        "depart_absent",
        True,
        True,
    )


def test_une_serie_d_une_seule_annee_ne_compare_rien() -> None:
    row = _serie({2023: 100})

    assert (row["motif"], pd.isna(row["variation"])) == ("depart_absent", True)


@pytest.mark.parametrize(("fin", "bruit"), [(105, True), (106, False)])
def test_un_ecart_qui_ne_depasse_pas_l_arrondi_est_du_bruit(fin: float, bruit: bool) -> None:
    assert _serie({2020: 100, 2024: fin}, arrondi_source=5)["dans_le_bruit"] == bruit


def test_l_annee_du_diagnostic_est_celle_de_la_plupart_des_chiffres() -> None:
    table = pd.DataFrame({"annee": [2018, 2020, 2020, 2021], "valeur": [1.0, 2.0, 3.0, None]})

    assert annee_du_diagnostic(table) == 2020


@pytest.mark.parametrize(
    ("connus", "attendus", "completude"),
    [(0, 0, "absente"), (0, 3, "absente"), (2, 3, "partielle"), (3, 3, "complete")],
)
def test_une_preuve_est_complete_quand_rien_n_y_manque(
    connus: int, attendus: int, completude: str
) -> None:
    assert Preuve(1, 2, connus, attendus).completude == completude


@pytest.mark.parametrize(
    ("annees", "dites"),
    [
        ([2023], "2023"),
        ([2023, 2024], "2023 et 2024"),
        ([2023, 2024, 2025], "2023\u00a0à 2025"),
        ([2023, 2025], "2023 et 2025"),
    ],
)
def test_des_annees_de_suite_se_disent_en_periode(annees: list[int], dites: str) -> None:
    assert periodes(annees) == dites


def test_chaque_theme_du_diagnostic_dit_ce_qui_ne_se_compare_pas(regles: ReglesFinales) -> None:
    themes = {theme.theme for theme in catalogue().themes}

    assert [item.theme for item in regles.diagnostic] == sorted(
        themes, key=[item.theme for item in regles.diagnostic].index
    )
    assert len(regles.diagnostic) == len(themes)


def test_un_depart_estime_garde_sa_marque() -> None:
    mots = catalogue(indicateur())
    rows = observations(
        {"annee": 2023, "valeur": 6, "statut": "E"}, {"annee": 2024, "valeur": 9, "statut": "A"}
    )

    ligne = evaluer(convention(prevu("x")), mots, rows, (), 2024).iloc[0]

    assert (ligne["statut_initial"], avec_marque("6", ligne["statut_initial"], 2023)) == (
        "E",
        "6 (e, 2023)",
    )


def _jugee(verdict: str, annee_cible: int, *, raison: str = "", a_venir: bool = False) -> dict:
    """Return a target and its verdict on a measure of 2026, or of its own year when it is past."""
    return {
        "indicateur": "x",
        "verdict": verdict,
        "raison": raison,
        "annee_cible": annee_cible,
        "annee_derniere": min(annee_cible, 2026),
        "a_venir": a_venir,
        "evolution": "",
        "derniere": 1.0,
        "annees_connues": 1,
    }


def _cibles(*jugees: dict) -> Preuve:
    preuves = preuves_du_suivi(
        pd.DataFrame({"statut": []}, dtype=object),
        pd.DataFrame(jugees),
        convention(prevu("x"), resultats=[]),
        {},
        ("postes", "convertis"),
        (),
    )
    return preuves["cibles_atteintes"]


def test_une_cible_de_l_annee_en_cours_est_a_venir_meme_deja_tenue() -> None:
    cibles = _cibles(
        _jugee("manque", 2024),
        _jugee("atteint", 2025),
        _jugee("atteint", 2026, a_venir=True),
        _jugee("non_evaluable", 2026, raison="annee_en_cours", a_venir=True),
    )

    assert (cibles.valeur, cibles.total) == (1, 2)
    assert (cibles.a_venir, cibles.deja_tenues) == (2, 1)


def test_une_fois_l_annee_finie_toutes_ses_cibles_comptent() -> None:
    cibles = _cibles(_jugee("atteint", 2026), _jugee("manque", 2026))

    assert (cibles.valeur, cibles.total, cibles.a_venir) == (1, 2, 0)
