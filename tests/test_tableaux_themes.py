"""The tables of the indicators of annexe 1 as their readers get them, on the real convention, and
their sentences.
"""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import pandas as pd
import pytest
from analyse_exemple import SEUILS, UNITES, contexte, indicateur, lignes

from ctglib import ouvrir
from ctglib.blocs.theme import phrases, services_absents
from ctglib.calculs.comparaison import comparer, constats
from ctglib.document.tableau import Tableau
from ctglib.donnees.modeles.rapports import PhraseDeSection
from ctglib.rapports.diagnostic import Diagnostic


@cache
def etude() -> Diagnostic:
    return ouvrir("harnes")


def tableau(nom: str) -> Tableau:
    return etude().tableau(nom)


@pytest.mark.parametrize(
    ("nom", "montrees"), [("aah", True), ("cadrage", True), ("precarite", True)]
)
def test_les_colonnes_de_variation_ne_sont_la_que_si_une_ligne_en_a_une(
    nom: str, montrees: bool
) -> None:
    keys = {colonne.cle for colonne in tableau(nom).colonnes}

    assert ("variation" in keys) is montrees
    assert set(tableau(nom).cellules) == keys


@pytest.mark.parametrize(
    ("valeurs", "combien"),
    [
        ([0, 3, 0], "de 1 d'entre elles"),
        ([0, 0, 3], "de toutes"),
    ],
)
def test_les_services_absents_se_comptent_parmi_ceux_que_la_reference_a(
    valeurs: list[int], combien: str
) -> None:
    services = ["un", "deux", "sans_reference"]
    comparaison = pd.DataFrame(
        {"indicateur": services, "theme": "sans_enjeu", "valeur": valeurs}
    ).assign(valeur_reference=[5, 5, 0])
    autre_etude = SimpleNamespace(
        comparaison=comparaison,
        catalogue=etude().catalogue,
        convention=etude().convention,
        contexte=etude().contexte,
    )

    phrase, suite = services_absents(autre_etude, services)

    assert phrase == (
        "Le Pas-de-Calais compte 2\xa0sortes de services pour les parents et les habitants ; "
        f"{combien}, le diagnostic ne compte aucun service à Harnes."
    )
    assert suite == "Aucune fiche action n'y répond."


@pytest.mark.parametrize(
    ("theme", "reponses"),
    [
        ("sans_enjeu", ["La fiche action 3 porte l'offre dont ils relèvent."]),
        (
            "enfance_jeunesse",
            [
                "La fiche action 3 porte l'offre dont ils relèvent.",
                "Les fiches action 2 et 3 relèvent d'enjeux qui reprennent leur thème.",
            ],
        ),
    ],
)
def test_les_fiches_qui_repondent_a_un_service_absent_disent_par_quoi(
    theme: str, reponses: list[str]
) -> None:
    """By its offer or, where no fiche bears on it, by the theme of its enjeu."""
    fiches = list(etude().convention.fiches)
    fiches[2] = fiches[2].model_copy(update={"offre": ["vie_sociale"]})
    services = ["centres_sociaux", "un_autre"]
    comparaison = pd.DataFrame({"indicateur": services, "theme": theme, "valeur": 0}).assign(
        valeur_reference=5
    )
    autre_etude = SimpleNamespace(
        comparaison=comparaison,
        catalogue=etude().catalogue,
        convention=etude().convention.model_copy(update={"fiches": fiches}),
        contexte=etude().contexte,
    )

    _, *suites = services_absents(autre_etude, services)

    assert suites == reponses


def test_une_rupture_n_est_dite_que_si_une_variation_montree_la_traverse() -> None:
    breaks = [note for note in tableau("precarite").notes if note.startswith("Rupture")]

    assert breaks == [
        "Rupture de série en 2016 (« Bénéficiaires du RSA »). Au 1er janvier 2016, la prime d'activité remplace le RSA "
        "activité : le champ du RSA se réduit au RSA socle."
    ]


def test_une_definition_est_sous_le_tableau_ou_est_le_chiffre() -> None:
    notes = tableau("precarite").notes

    assert any(
        note.startswith("Part des allocataires fragiles : allocataires qui passent au-dessus")
        for note in notes
    )


def test_une_valeur_douteuse_ou_provisoire_est_marquee_et_la_marque_expliquee() -> None:
    shown = tableau("petite_enfance")

    marked = [cell for cell in shown.cellules["intitule"] if cell.endswith("(p, ?)")]
    assert marked == ["Capacité théorique d'accueil pour 100 enfants de moins de 3 ans (p, ?)"]
    assert {note[:3] for note in shown.notes} >= {"(p)", "(?)"}


def test_les_taux_du_graphique_ne_sont_pas_redits_dans_le_tableau() -> None:
    section = etude().section("precarite")

    drawn = set(section["ecarts-precarite"].tableau.donnees["indicateur"])
    assert drawn & set(section["precarite"].donnees["indicateur"]) == set()


SI = [
    PhraseDeSection(
        si={"part": "superieur"}, texte="Elle dépasse de {points[part]} celle {de_reference}."
    ),
    PhraseDeSection(
        si={"part": "inferieur"},
        texte="Elle est moindre : {ici[part]}, contre {la[part]} {a_reference}.",
    ),
    PhraseDeSection(
        si={"foyers": "plus_vite"},
        texte="Ils {y}sont plus{que} : {variation[foyers]}, contre {variation_la[foyers]}.",
    ),
]


def _trouves(ici: float, la: float, variation: float = 0.0) -> pd.DataFrame:
    items = {"part": indicateur("part", libelle="Part"), "foyers": indicateur("foyers", "nombre")}
    rows = [
        ("part", "01001", 2020, ici, None, "pourcent", "A"),
        ("part", "01", 2020, la, None, "pourcent", "A"),
    ]
    rows += [
        ("foyers", "01001", 2020, 9.0, variation, "nombre", "A"),
        ("foyers", "01", 2020, 9.0, 2.0, "nombre", "A"),
    ]
    table = comparer(lignes(*rows), items, UNITES, "01001", "01")
    return constats(table, items, theme_de=dict.fromkeys(items, "t"), seuils=SEUILS).set_index(
        "indicateur"
    )


def _dites(found: pd.DataFrame) -> list[str]:
    words = contexte(
        {"part": indicateur("part", libelle="Part"), "foyers": indicateur("foyers", "nombre")}
    )
    told = phrases(SI, found, words, ["part"])
    return [one.replace("\u202f", " ").replace("\xa0", " ").replace("\u2212", "-") for one in told]


@pytest.mark.parametrize(
    ("ici", "la", "variation", "attendu"),
    [
        (15.0, 12.0, 0.0, ["À Exemple, elle dépasse de 3,0 points celle de l'Ain."]),
        (10.0, 12.0, 0.0, ["À Exemple, elle est moindre : 10,0 %, contre 12,0 % dans l'Ain."]),
        (12.2, 12.0, 3.0, ["À Exemple, ils sont plus que dans l'Ain : +3,0 %, contre +2,0 %."]),
        (
            15.0,
            12.0,
            3.0,
            [
                "À Exemple, elle dépasse de 3,0 points celle de l'Ain.",
                "Ils y sont plus : +3,0 %, contre +2,0 %.",
            ],
        ),
        (12.2, 12.0, -5.0, ["C'est « Part » qui s'écarte le plus de la valeur de l'Ain."]),
    ],
)
def test_une_phrase_n_est_dite_que_si_ses_chiffres_la_portent(
    ici: float, la: float, variation: float, attendu: list[str]
) -> None:
    assert _dites(_trouves(ici, la, variation)) == attendu


def test_une_valeur_douteuse_ou_provisoire_ne_porte_aucune_phrase() -> None:
    sure = etude().constats_surs
    known = etude().comparaison

    assert etude().doutes and not etude().doutes & {*sure.index}
    assert known["provisoire"].any() and not sure["provisoire"].any()
    assert _dites(sure.iloc[:0]) == []
