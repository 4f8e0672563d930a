"""The consistency check: silent on what is sound, and each rule finds the fault that is planted for
it.
"""

from __future__ import annotations

from datetime import date

import pytest
from analyse_exemple import rupture
from coherence_exemple import (
    INDICATEURS,
    SIGNEE,
    Entrees,
    affirmation,
    annexe1,
    avec,
    catalogue,
    convention,
    correction,
    offre,
    saine,
)

from ctglib.calculs.coherence import COLONNES, controler, doutes
from ctglib.donnees.modeles.coherence import Justification

ABSENT = {"absent": "Non donné"}
SEANCES = {"id": "seances", "libelle": "Séances"}
LACUNE = {
    "id": "radar",
    "objet": "Le radar",
    "manque": "Aucun nom d'axe",
    "reference": "annexe 1, 2",
    "question": "Quels sont les axes ?",
}
SCHEMA = {"nom": "Schéma", "debut": 2019, "fin": 2022, "reference": "préambule"}


def indicateur_de_fiche(**changes: object) -> dict:
    valeur = {"valeur": 1, "annee": 2022, "reference": "fiche 1"}
    return {"indicateurs": [{**SEANCES, "valeur_initiale": valeur, "cible": valeur, **changes}]}


def resultat(**changes: object) -> dict:
    return {
        "resultats": [
            {"id": "resultat", "libelle": "Un résultat", "indicateurs": ["seances"], **changes}
        ]
    }


RSA = {"petits": INDICATEURS["petits"].model_copy(update={"ruptures": [rupture(2016)]})}
PLANTEES: dict[str, Entrees] = {
    "part_recalculee": avec(annexe1=annexe1(part_petits=(40.2, None))),
    "parties_tout": avec(annexe1=annexe1(grands=(61, 5.0))),
    "inclusion": avec(annexe1=annexe1(petits=(101, 5.0))),
    "variation_comparee": avec(annexe1=annexe1(petits=(40, -20.0))),
    "variation_des_parties": avec(annexe1=annexe1(enfants=(100, 5.3))),
    "variation_forte": avec(annexe1=annexe1(petits=(40, 30.1))),
    "rupture": avec(catalogue=catalogue(RSA)),
    "meme_grandeur": avec(annexe1=annexe1(evolution=(5.1, None))),
    "meme_effectif": avec(offre=offre(places="10")),
    "quotient": avec(annexe1=annexe1(taux_libre=((60.0, None), (65.0, None)))),
    "affirmation_contredite": avec(
        affirmations=(
            affirmation(operateur="inferieur", indicateurs=["part_petits"], reference="01"),
        )
    ),
    "affirmation_inverifiable": avec(
        affirmations=(affirmation(operateur="environ", valeur=10, arrondi=1),)
    ),
    "periodicite": avec(
        affirmations=(
            affirmation(
                operateur="egal", indicateurs=["petits"], valeur=40, periodicite="mensuelle"
            ),
        )
    ),
    "ages_offerts": avec(offre=offre(age_min="2")),
    "structure_non_decrite": avec(offre=offre(places="", age_min="", age_max="", soutien="oui")),
    "caracteristique_absente": avec(offre=offre(age_max="")),
    "fiche_sans_indicateur": avec(convention=convention({"indicateurs": []})),
    "fiche_sans_partenaire": avec(convention=convention({"partenaires": []})),
    "fiche_differee": avec(convention=convention({"debut": date(2024, 1, 1)})),
    "valeur_initiale_absente": avec(
        convention=convention(indicateur_de_fiche(valeur_initiale=ABSENT))
    ),
    "cible_absente": avec(convention=convention(indicateur_de_fiche(cible=ABSENT))),
    "indicateur_qualitatif": avec(
        convention=convention(
            indicateur_de_fiche(valeur_initiale={"absent": "Mesure qualitative, sans échelle"})
        )
    ),
    "resultat_sans_indicateur": avec(convention=convention(resultat(indicateurs=[]))),
    "resultat_etranger": avec(
        convention=convention(resultat(note="Semble venir d'une autre fiche"))
    ),
    "perimetre_different": avec(convention=convention(resultat(libelle="Un projet intercommunal"))),
    "signature_sans_date": avec(convention=convention(date_signature=ABSENT)),
    "annexe_vide": avec(convention=convention(annexes_vides=["Annexe 5, délibération"])),
    "schema_echu": avec(convention=convention(schemas=[SCHEMA])),
    "lacune_du_diagnostic": avec(convention=convention(lacunes=[LACUNE])),
    "correction": avec(offre=offre(note="Écrit « ABC »"), corrections=(correction("« ABC »"),)),
    "correction_obsolete": avec(corrections=(correction("« ABC »"),)),
    "lecture_non_declaree": avec(offre=offre(note="Écrit « ABC »")),
    "justification_obsolete": avec(
        justifications=(Justification(cle="inclusion:rien:01", raison="Aucune", **SIGNEE),)
    ),
}


def test_rien_n_est_dit_d_une_convention_ou_tout_s_accorde() -> None:
    found = controler(saine())

    assert found.empty
    assert tuple(found.columns) == COLONNES


@pytest.mark.parametrize("regle", PLANTEES)
def test_une_regle_trouve_la_faute_qui_est_faite_pour_elle(regle: str) -> None:
    found = controler(PLANTEES[regle])

    assert regle in set(found["regle"])
    assert (found[["lieu", "objet", "ecrit", "calcule", "question", "a_qui"]] != "").all(axis=None)


def test_chaque_regle_du_catalogue_a_sa_faute_et_le_code_n_en_connait_pas_d_autre() -> None:
    declared = set(catalogue().regles.regles)

    assert set(PLANTEES) == declared


@pytest.mark.parametrize(
    "sain",
    [
        avec(annexe1=annexe1(part_petits=(40.05, None))),
        avec(annexe1=annexe1(enfants=(100, 5.1), evolution=(5.1, None))),
        avec(annexe1=annexe1(petits=(40, 5.1), grands=(60, 4.9))),
        avec(annexe1=annexe1(taux_libre=((60.0, None), (65.2, None)))),
        avec(annexe1=annexe1(taux_libre=((60.0, None), (None, None)))),
        avec(annexe1=annexe1(grands=(None, None))),
        avec(convention=convention(resultat(libelle="Un projet communal"))),
    ],
    ids=[
        "arrondi d'une part",
        "arrondi d'une variation",
        "arrondi des parties",
        "quotient d'un seul territoire",
        "taux d'un seul territoire",
        "partie absente",
        "même périmètre",
    ],
)
def test_un_arrondi_une_absence_ou_un_hasard_n_est_pas_une_faute(sain: Entrees) -> None:
    assert controler(sain).empty


@pytest.mark.parametrize(
    ("indicateurs", "suite"),
    [(["seances"], ""), ([], " ; aucun indicateur de la fiche 1 ne l'éclaire")],
)
def test_un_seul_resultat_d_une_autre_fiche_se_dit_au_singulier(
    indicateurs: list[str], suite: str
) -> None:
    seul = resultat(note="Semble venir d'une autre fiche", indicateurs=indicateurs)

    constats = controler(avec(convention=convention(seul))).set_index("regle")

    dit = constats.loc["resultat_etranger", "calcule"]
    assert dit == f"ce résultat semble venir d'une autre fiche{suite}"


def test_une_variation_mise_en_doute_ne_rend_pas_douteuse_la_valeur_de_l_indicateur() -> None:
    constats = controler(PLANTEES["meme_grandeur"])

    assert doutes(constats) == {"evolution"}  # the other one is read for its change alone


def test_une_structure_decrite_en_partie_n_est_pas_dite_non_decrite() -> None:
    found = controler(avec(offre=offre(age_max="", soutien="oui")))

    assert set(found["regle"]) == {"caracteristique_absente"}


def test_un_effectif_en_sus_se_lit_a_cote_et_ne_se_compare_pas() -> None:
    words = catalogue()
    relation = words.relations.memes_effectifs[0]
    more = relation.lectures[1].model_copy(
        update={"nom": "en sus", "types": ("autre",), "ajoute": True}
    )
    relations = words.relations.model_copy(
        update={
            "memes_effectifs": (
                relation.model_copy(update={"lectures": (*relation.lectures, more)}),
            )
        }
    )
    words.relations = relations

    assert controler(avec(catalogue=words)).empty
    assert (
        "non donné (en sus)"
        in controler(avec(catalogue=words, offre=offre(places="10"))).iloc[0]["ecrit"]
    )


def test_un_constat_justifie_garde_sa_place_et_donne_sa_raison() -> None:
    reason = Justification(cle="meme_effectif:places", raison="Deux dates", **SIGNEE)

    found = controler(avec(offre=offre(places="10"), justifications=(reason,))).iloc[0]

    assert (found["statut"], found["motif"]) == (
        "justifie",
        "Deux dates (équipe du classeur d'évaluation, 25/11/2026)",
    )


def test_un_constat_n_est_redit_que_tant_que_les_autres_existent() -> None:
    both = annexe1(petits=(40, -40.0))
    retold = Justification(
        cle="variation_forte:petits:01001", redit_par=("variation_comparee:petits:01001",), **SIGNEE
    )
    lost = Justification(
        cle="variation_forte:petits:01001", redit_par=("inclusion:rien:01",), **SIGNEE
    )

    told = controler(avec(annexe1=both, justifications=(retold,))).set_index("cle")
    untold = controler(avec(annexe1=both, justifications=(lost,))).set_index("cle")

    assert told.loc[retold.cle, "statut"] == "redit"
    assert untold.loc[retold.cle, "statut"] == "ouvert"
    assert "justification_obsolete" in set(untold["regle"])


def test_un_constat_ouvert_rend_ses_indicateurs_douteux_une_information_non() -> None:
    found = doutes(
        controler(
            avec(annexe1=annexe1(grands=(61, 6.0)), convention=convention({"partenaires": []}))
        )
    )

    assert found == {"enfants"}


def test_un_constat_justifie_ne_rend_rien_douteux() -> None:
    reason = Justification(cle="meme_effectif:places", raison="Deux dates", **SIGNEE)

    assert doutes(controler(avec(offre=offre(places="10"), justifications=(reason,)))) == set()
