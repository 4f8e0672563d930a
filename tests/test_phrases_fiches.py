"""What the sentences of the own analyses say: from the scoring of a year to French."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pandas as pd
import pytest
from analyses_exemple import ICI, analyse, catalogue, observations
from evaluation_exemple import evaluer

from ctglib import ouvrir_bilan
from ctglib.blocs.analyses import mouvements, passage, quotients
from ctglib.document.contexte import Contexte
from ctglib.donnees.dossier import lire_dossier


def contexte() -> Contexte:
    known = catalogue()
    here = known.territoires["62413"]
    return Contexte(known.mesures, known.unites, known.statuts, here, here, "suivi")


def notee(valeurs: dict[str, dict[int, object]], annee: int = 2025) -> pd.DataFrame:
    convention = lire_dossier("harnes").convention.model_copy(update={"territoire": ICI})
    return evaluer(convention, catalogue(), observations(valeurs), (), annee)


def lisible(html: str) -> str:
    text = unescape(re.sub(r"<[^>]+>", " ", html))
    return re.sub(r"\s+", " ", text.replace("\u2212", "-")).strip()


def test_la_frequentation_dit_ce_qui_monte_ce_qui_baisse_et_ce_qui_ne_se_compare_pas() -> None:
    table = notee(
        {
            "frequentation_jeunes": {2024: 400, 2025: 410},
            "frequentation_jeunes/periscolaire": {2024: 200, 2025: 300},
            "frequentation_jeunes/sejour": {2024: 30, 2025: 32},
            "frequentation_jeunes/ete": {2024: 90, 2025: 40},
            "frequentation_jeunes/caj": {2024: 60, 2025: "Q"},
        }
    )

    rows = table[table["indicateur"].eq("frequentation_jeunes") & table["modalite"].ne("")]
    told = lisible(" ".join(mouvements(rows, "dispositif", contexte(), catalogue().evaluation)))

    assert "2 dispositifs en hausse : accueil périscolaire (+100 depuis 2024) ; séjour" in told
    assert "1 dispositif en baisse : accueil de loisirs, été (-50 depuis 2024)." in told
    assert "1 dispositif sans comparaison (secret) : centre d'animation jeunesse (CAJ)." in told


def dispositifs(valeurs: dict[str, dict[int, object]]) -> list[str]:
    """Return what is said of the dispositifs of an example, whose values are by dispositif."""
    table = notee({f"frequentation_jeunes/{nom}": annees for nom, annees in valeurs.items()})
    rows = table[table["indicateur"].eq("frequentation_jeunes") & table["modalite"].ne("")]
    told = mouvements(rows, "dispositif", contexte(), catalogue().evaluation)
    return [lisible(phrase) for phrase in told]


def test_ce_qui_est_compte_en_entier_monte_de_quatre_meme_s_il_y_en_a_quatre_cents() -> None:
    told = dispositifs(
        {
            "periscolaire": {2024: 400, 2025: 404},
            "ete": {2024: 200, 2025: 400},
            "caj": {2024: 60, 2025: 60},
        }
    )

    assert told == [
        "2 dispositifs en hausse : accueil périscolaire (+4 depuis 2024) ; accueil de loisirs, été "
        "(+200 depuis 2024).",
        "1 dispositif sans changement : centre d'animation jeunesse (CAJ).",
    ]


def test_un_ecart_d_evenements_a_la_portee_du_hasard_n_est_ni_en_hausse_ni_en_baisse() -> None:
    table = notee({"frequentation_jeunes/ete": {2024: 400, 2025: 404}})
    rows = table[table["modalite"].eq("ete")].assign(evolution="trop_peu")
    told = mouvements(rows, "dispositif", contexte(), catalogue().evaluation)

    assert lisible(told[0]) == (
        "1 dispositif dont l'écart n'excède pas ce que le hasard donne : accueil de loisirs, été "
        "(+4 depuis 2024)."
    )


def test_des_dispositifs_dont_aucun_ne_se_compare_disent_une_fois_leur_seule_raison() -> None:
    une = dispositifs({"periscolaire": {2024: 9, 2025: "Q"}, "ete": {2024: 8, 2025: "Q"}})
    deux = dispositifs({"periscolaire": {2024: 9, 2025: "Q"}, "ete": {2024: 8, 2025: "O"}})

    assert une == ["Aucune comparaison par dispositif (secret)."]
    assert deux == [
        "1 dispositif sans comparaison (secret) : accueil périscolaire.",
        "1 dispositif sans comparaison (non disponible) : accueil de loisirs, été.",
    ]


def rapports(nom: str, valeurs: dict) -> str:
    """Return what an analysis of Harnes says of its ratios."""
    read = pd.DataFrame(
        {"indicateur": [], "dimension": [], "annee": [], "valeur": [], "statut": []}
    )
    return lisible(
        " ".join(quotients(analyse("effectifs", nom).rapports, notee(valeurs), read, contexte()))
    )


def test_le_sejour_dit_son_remplissage_et_ce_que_la_convention_ecrit() -> None:
    known = {"sejour_places": {2025: 36}, "sejour_participants": {2025: 27}}

    told = rapports("sejour", known)

    assert "Le séjour a rempli 75 % de ses places." in told
    assert "D'après l'annexe 2 : 36 places et 14 jours, à maintenir." in told
    assert "rempli" not in rapports("sejour", known | {"sejour_participants": {2025: "Q"}})


def test_les_chantiers_ne_disent_rien_d_un_effectif_cache() -> None:
    known = {
        "chantiers_jeunes": {2025: 30},
        "chantiers_places": {2025: 40},
        "chantiers_heures": {2025: 600},
    }

    told = rapports("activite", known)

    assert "30 jeunes pour 40 places, soit 75 %." in told
    assert "30 jeunes, en moyenne 20 heures chacun." in told
    assert "chantiers" not in rapports("activite", known | {"chantiers_jeunes": {2025: "Q"}})


@pytest.mark.parametrize(
    ("valeurs", "dit"),
    [
        (
            {"etp_coordination": {2025: 2}},
            "On ne le sait pas : « Postes passés en chargé de coopération »",
        ),
        (
            {"etp_coordination": {2025: 2}, "etp_charges_cooperation": {2025: 0}},
            "Pas encore : aucun des 2,00 ETP de coordination",
        ),
        (
            {"etp_coordination": {2025: 2}, "etp_charges_cooperation": {2025: "1.5 P"}},
            "En partie : 1,50 ETP (p) sur 2,00 ETP de coordination en 2025.",
        ),
        (
            {"etp_coordination": {2025: 2}, "etp_charges_cooperation": {2025: 2}},
            "Oui : 2,00 ETP sur 2,00 ETP",
        ),
        ({"etp_charges_cooperation": {2025: 1}}, "1,00 ETP en 2025, sur un nombre"),
    ],
)
def test_le_passage_repond_a_la_question_de_l_article_6_b(valeurs: dict, dit: str) -> None:
    etude = replace(ouvrir_bilan("harnes", 2025).etude, evaluation=notee(valeurs))

    told = lisible(" ".join(block.html for block in passage(etude, analyse("passage"))))

    assert told.startswith(dit)
    assert "Ce que dit la convention (article 6-b) : les missions d'un poste" in told
    assert "31 décembre 2026" in told
