"""The offer: what each reading makes of the rows, and what the convention of Harnes says of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ctglib.blocs.offre import tableau_manques, tableau_offre, tableau_offre_autres, tableau_vacances
from ctglib.blocs.places import ages_constats, contradictions_des_places, places_constats, plages
from ctglib.calculs import offre as lecture
from ctglib.calculs.comparaison import comparer, constats
from ctglib.calculs.offre import ages_des_fiches, manques, sans_dispositif
from ctglib.document.contexte import Contexte
from ctglib.donnees.dossier import Dossier, lire_dossier
from ctglib.donnees.modeles.bilan import Synthese
from ctglib.donnees.modeles.catalogue import VocabulaireOffre
from ctglib.donnees.modeles.coherence import AttenduOffre
from ctglib.donnees.yaml_strict import charger_yaml

DOSSIER_CAS = Path(__file__).parent / "cas"
CAS = yaml.safe_load((DOSSIER_CAS / "offre.yaml").read_text(encoding="utf-8"))
CAS_AGES = yaml.safe_load((DOSSIER_CAS / "ages.yaml").read_text(encoding="utf-8"))
COLONNES = (
    "structure", "nom", "type", "gestion", "caracteristique", "modalite", "valeur", "unite", "statut", "reference",
    "note",
)  # fmt: skip


@cache
def harnes() -> Dossier:
    return lire_dossier("harnes")


@cache
def vocabulaire() -> VocabulaireOffre:
    return charger_yaml("catalogue/offre.yaml", VocabulaireOffre)


def contexte() -> Contexte:
    catalogue = harnes().catalogue
    ici, la = catalogue.territoires["62413"], catalogue.territoires["62"]
    return Contexte(catalogue.indicateurs, catalogue.unites, catalogue.statuts, ici, la, "annexe 2")


def lignes(rows: list[dict[str, str]]) -> pd.DataFrame:
    empty = dict.fromkeys(COLONNES, "")
    return pd.DataFrame([{**empty, "nom": row["structure"], **row} for row in rows], columns=list(COLONNES))


def lisible(text: str) -> str:
    return text.replace("\u202f", " ").replace("\xa0", " ").replace("\u2212", "-")


def lire(cas: dict) -> pd.DataFrame:
    """Return what the reading that the case names makes of its rows."""
    offre = lignes(cas["lignes"])
    attendus = [AttenduOffre(type=kind, caracteristiques=names) for kind, names in cas.get("attendus", {}).items()]
    lectures: dict[str, Callable[[], pd.DataFrame]] = {
        "places": lambda: lecture.places(offre, vocabulaire()),
        "ages": lambda: lecture.ages(offre, vocabulaire()),
        "semaine": lambda: lecture.semaine(offre, charger_yaml("catalogue/synthese.yaml", Synthese), vocabulaire()),
        "vacances": lambda: lecture.vacances(offre, vocabulaire()),
        "manques": lambda: manques(offre, attendus, vocabulaire()),
    }
    return lectures[cas["lecture"]]()


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_l_offre_se_lit_comme_dans_l_exemple(cas: dict) -> None:
    read = lire(cas).astype(object)

    rows = read.where(read.notna(), None).to_dict("records")

    assert [{key: row[key] for key in wanted} for row, wanted in zip(rows, cas["attendu"], strict=True)] == cas[
        "attendu"
    ]


@pytest.mark.parametrize("cas", CAS_AGES, ids=[cas["nom"] for cas in CAS_AGES])
def test_les_ages_d_une_fiche_se_lisent_dans_l_offre_de_ses_categories(cas: dict) -> None:
    ages = pd.DataFrame(
        [(nom, "x", low, high, "texte") for nom, (low, high) in cas["dispositifs"].items()],
        columns=["nom", "categorie", "age_min", "age_max", "texte"],
    )
    given = {"offre": ["x"], "age_min": cas["fiche"][0], "age_max": cas["fiche"][1]}
    fiche = harnes().convention.fiches[0].model_copy(update=given)

    (read,) = ages_des_fiches(ages, [fiche])

    assert lisible(plages(read.sans_dispositif)) == cas["sans_dispositif"]
    assert {nom: lisible(plages(annees)) for nom, _, annees in read.en_dehors} == cas["en_dehors"]


def test_les_lectures_laissent_l_offre_intacte() -> None:
    offre = harnes().offre
    before = offre.copy()

    lecture.places(offre, vocabulaire())
    lecture.vacances(offre, vocabulaire())
    manques(offre, harnes().catalogue.coherence.relations.attendus_offre, vocabulaire())

    pd.testing.assert_frame_equal(offre, before)


def test_harnes_nomme_22_places_de_micro_creche_et_12_de_mam_toutes_privees() -> None:
    places = lecture.places(harnes().offre, vocabulaire())

    known = places[places["places"].notna()]

    assert known.groupby("type")["places"].sum().to_dict() == {"micro_creche": 22, "mam": 12}
    assert set(known["gestion"]) == {"privee"}


def test_a_harnes_chaque_age_compte_par_l_annexe_1_a_un_dispositif() -> None:
    ages = lecture.ages(harnes().offre, vocabulaire())

    assert sans_dispositif(ages, harnes().catalogue.synthese.tranches_age) == ()


def test_chaque_ligne_vide_de_l_offre_est_dite_au_lecteur() -> None:
    offre = harnes().offre
    blank = offre[offre["valeur"] == ""]

    told = manques(offre, harnes().catalogue.coherence.relations.attendus_offre, vocabulaire())

    pairs = set(zip(told["structure"], told["caracteristique"], strict=True))
    assert set(zip(blank["structure"], blank["caracteristique"], strict=True)) <= pairs


def test_les_phrases_des_places_viennent_des_donnees_et_nomment_le_rapport_calcule() -> None:
    text = phrases_des_places()

    assert (
        ": 34, soit 22 en micro-crèche (2 structures) et 12 en maison d'assistantes maternelles (MAM) (1 structure)."
        in text
    )
    assert "aucune place en gestion publique et 34 places en gestion privée" in text
    assert "Rapport calculé ici : 7,2 places citées pour 100 enfants (34 places ; 473 enfants" in text
    assert "(34,1 places à Harnes, 51,5 places dans le Pas-de-Calais en 2020)" in text
    assert "Assistantes maternelles (le texte compte des professionnelles, non des places)" in text
    assert "Le nombre de places : 0 ; 22 ; 12. Hors prestation." in text
    assert "Autre chose" not in text


def phrases_des_places() -> str:
    dossier = harnes()
    catalogue = dossier.catalogue
    controle = pd.DataFrame(
        [
            ("meme_effectif:places_eaje", "le nombre de places", "0 ; 22 ; 12", "Hors prestation."),
            ("meme_effectif:coordination", "autre chose", "1 ; 2", ""),
            ("valeur_absente:mam", "autre chose", "non donné", ""),
        ],
        columns=["cle", "objet", "ecrit", "pourquoi"],
    )
    table = comparer(dossier.annexe1, catalogue.indicateurs, catalogue.unites, "62413", "62")
    enfants, capacite = constats(
        table,
        [catalogue.synthese.enfants_moins_3, catalogue.synthese.capacite],
        catalogue.indicateurs,
        theme_de=catalogue.theme_de,
        seuils=catalogue.seuils,
    )
    bloc = places_constats(
        lecture.places(dossier.offre, catalogue.offre),
        enfants,
        capacite,
        contexte(),
        vocabulaire=catalogue.offre,
        contradictions=contradictions_des_places(
            controle, catalogue.coherence.relations.memes_effectifs, catalogue.offre
        ),
    )
    return lisible(unescape(bloc.html))


def test_les_phrases_des_ages_disent_ce_que_visent_les_fiches_et_qui_ne_dit_rien() -> None:
    catalogue = harnes().catalogue
    bloc = ages_constats(
        lecture.ages(harnes().offre, catalogue.offre),
        manques(harnes().offre, catalogue.coherence.relations.attendus_offre, catalogue.offre),
        fiches=harnes().convention.fiches,
        tranches=catalogue.synthese.tranches_age,
        vocabulaire=catalogue.offre,
    )

    text = lisible(unescape(bloc.html))

    assert "La fiche action 2 vise les 3 à 17 ans" in text
    assert "ALSH Gouillard (2 à 10 ans) reçoit aussi, hors de la fiche action 2, des enfants de 2 ans." in text
    assert "La fiche action 3 vise les 6 à 25 ans : aucun dispositif d'âge connu pour 6 à 8 ans, parmi" in text
    assert "Âges que la convention ne dit pas : Les p'tites canailles, " in text


def test_les_tableaux_de_l_offre_montrent_chaque_structure_une_fois_sans_case_vide() -> None:
    offre = harnes().offre
    tables = [tableau(offre, vocabulaire(), contexte()) for tableau in (tableau_offre, tableau_offre_autres)]

    shown = sum(len(table.cellules) for table in tables)

    assert shown == offre["structure"].nunique()
    assert not any((table.cellules == "").any(axis=None) for table in tables)
    assert sum(len(table.donnees) for table in tables) == len(offre)


def test_un_total_de_semaines_dont_une_manque_est_un_minimum() -> None:
    cells = tableau_vacances(harnes().offre, vocabulaire(), contexte()).cellules.set_index("nom")

    assert cells["total"].to_list() == ["13", "au moins 12"]
    assert cells["noel"].to_list() == ["1", "non transmis"]


def test_le_tableau_des_manques_tient_une_ligne_par_structure() -> None:
    told = manques(harnes().offre, harnes().catalogue.coherence.relations.attendus_offre, vocabulaire())

    table = tableau_manques(told, contexte())

    assert len(table.cellules) == told["structure"].nunique()
    assert len(table.donnees) == len(told)
    assert "Places, âge minimal (a), âge maximal (a)" in set(table.cellules["manque"])
