"""Every number that a report writes in a sentence, a caption or an alternative text is in its data."""

from __future__ import annotations

from random import Random

import pytest
from donnees_de_la_prose import Amorces, Donnees, Textes, lire_tables, lire_textes
from nombres_de_la_prose import regles, verifier
from prose_changee import Lu, changer
from prose_des_rapports import Passage, paroles, passages, simplifier
from rapports_produits import RAPPORTS, Production, Rapport

CHANGEMENTS = 440  # ten a report
PART_VUE = (
    0.97  # measured: 996 in a thousand; what is missed are small counts beside one another in a row
)
GRAINE = 20261231


@pytest.fixture(scope="module")
def lus(rapports_produits: Production) -> dict[Rapport, Lu]:
    """Every report, read once."""
    return {
        rapport: Lu(
            rapport.nom,
            [item for item in passages(rapports_produits.html(rapport)) if dit_ici(rapport, item)],
            Donnees(lire_tables(rapports_produits.csv(rapport)), lire_textes(rapport.convention)),
        )
        for rapport in RAPPORTS
    }


def dit_ici(rapport: Rapport, passage: Passage) -> bool:
    """Return whether a sentence is looked at here: test_page_une holds the first pages and the
    plain words.
    """
    return not passage.premiere_page and rapport.nom != "en-clair"


@pytest.mark.parametrize("rapport", RAPPORTS, ids=str)
def test_chaque_nombre_de_la_prose_vient_des_donnees_du_rapport(
    lus: dict[Rapport, Lu], rapport: Rapport
) -> None:
    inconnus = [
        f"« {verdict.nombre.ecrit} » dans : {passage.texte} [{passage.tableau or passage.titre}]"
        for passage, verdict in lus[rapport].verdicts
        if not verdict.origine
    ]

    assert not inconnus, (
        "Ces nombres ne sont pas dans les données du rapport. Si la phrase est juste, mettre la donnée dans un CSV du "
        "rapport, ou dire dans tests/cas/prose d'où vient le nombre :\n" + "\n".join(inconnus)
    )


def test_un_nombre_change_au_hasard_est_vu(lus: dict[Rapport, Lu]) -> None:
    changements = list(changer(lus.values(), CHANGEMENTS, Random(GRAINE)))

    manques = [
        f"{item.avant} -> {item.apres} : {item.passage.texte}"
        for item in changements
        if not item.vu
    ]
    assert len(manques) <= (1 - PART_VUE) * CHANGEMENTS, "\n".join(manques)


def test_chaque_phrase_des_regles_est_dite_par_un_rapport(lus: dict[Rapport, Lu]) -> None:
    inutiles = [
        regle.phrase.pattern
        for regle in regles()
        if not any(
            next(regle.lieux(passage, lu.donnees), None)
            for lu in lus.values()
            if regle.rapport.match(lu.nom)
            for passage in lu.passages
        )
    ]

    assert not inutiles


@pytest.mark.parametrize("rapport", RAPPORTS, ids=str)
def test_les_paroles_des_parties_sont_donnees_mot_pour_mot(
    rapports_produits: Production, rapport: Rapport
) -> None:
    documents = lire_textes(rapport.convention)

    inventees = [
        said for said in paroles(rapports_produits.html(rapport)) if not documents.donnent(said)
    ]

    assert not inventees


TABLE = (
    {
        "indicateur": "places",
        "libelle": "Places du séjour",
        "annee": "2025",
        "valeur": "32.0",
        "statut": "A",
    },
    {
        "indicateur": "places",
        "libelle": "Places du séjour",
        "annee": "2026",
        "valeur": "30.0",
        "statut": "P",
    },
    {
        "indicateur": "taux",
        "libelle": "Taux d'occupation",
        "annee": "2026",
        "valeur": "77.593",
        "statut": "A",
    },
)


@pytest.mark.parametrize(
    ("phrase", "origines"),
    [
        ("Places du séjour : 32 en 2025, 30 en 2026.", ["ligne nommée", "ligne nommée"]),
        ("Places du séjour : 30 en 2025.", [""]),
        ("Taux d'occupation : 77,6 % en 2026.", ["ligne nommée"]),
        ("Taux d'occupation : 77,5 % en 2026.", [""]),
        ("Taux d'occupation : 30 en 2026.", [""]),
        ("Places du séjour : +30 en 2026.", [""]),
        ("En tout, 32 places.", [""]),
        ("Articles 8 et 14, annexe 4, fiche action 2, modalité 2.1, le 1er janvier 2023.", []),
    ],
)
def test_un_nombre_est_celui_de_la_ligne_nommee_a_sa_date_et_a_son_arrondi(
    phrase: str, origines: list[str]
) -> None:
    textes = Textes(Amorces(()), {}, {"convention/territoires": []})
    donnees = Donnees({"mesures": TABLE}, textes)

    verdicts = verifier(Passage(simplifier(phrase), "", ""), donnees, "bilan")

    assert [item.origine for item in verdicts if not item.origine.startswith("à part")] == origines
