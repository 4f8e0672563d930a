"""The demonstration shows a newcomer every case of a follow-up, once at least, in a commune that
does not exist.
"""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pandas as pd
from demonstration_exemple import (
    ANNEES,
    ICI,
    LA,
    NOM,
    actions,
    evaluation,
    suivi,
    toutes_les_annees,
)

from ctglib import ouvrir_evaluation
from ctglib.calculs.evaluation import comparer_les_grilles, mouvement
from ctglib.calculs.suivi import revisions
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.modeles.plan import Absence
from ctglib.donnees.validation import valider

ABSENCES = {"L", "M", "O", "Q"}


def test_la_demonstration_est_sans_faute_et_se_dit_fictive_partout() -> None:
    convention = suivi().convention
    names = [convention.titre, *(partie.nom for partie in convention.parties)]
    names.append(suivi().catalogue.territoires[convention.territoire].nom)

    assert valider(NOM)
    assert convention.fictive
    assert all("fictif" in name or "fictive" in name for name in names)
    sources = [
        getattr(convention, f"source_{name}") for name in ("diagnostic", "offre", "texte", "suivi")
    ]
    assert all(source.startswith("Données fictives") for source in sources)
    assert suivi().dossier.logos == {"ville": None, "caf": None}


def test_ses_territoires_ne_sont_connus_que_d_elle() -> None:
    assert set(lire_dossier("harnes").catalogue.territoires) == {"62413", "62"}
    assert set(suivi().catalogue.territoires) == {ICI, LA, "R00"}
    assert set(suivi().contexte["territoire"]) == {ICI, LA}


def test_chaque_verdict_apparait_sur_les_quatre_annees() -> None:
    assert set(toutes_les_annees()["verdict"]) == set(suivi().catalogue.evaluation.verdicts)


def test_une_atteinte_y_est_non_evaluable_pour_dix_raisons_au_moins() -> None:
    rows = toutes_les_annees().query("verdict == 'non_evaluable'")

    assert set(rows["raison"]) >= {
        "non_commencee",
        "premiere_annee",
        "sans_cible",
        "sans_valeur_initiale",
        "rupture",
        "changement_definition",
        "non_transmis",
        "sans_objet",
        "qualitatif",
    }
    assert {"secret", "non_disponible", "annee_manquante"} <= {
        one for text in rows["raisons"] for one in text.split(";")
    }


def test_chaque_evolution_apparait_ou_se_lit_dans_les_series_publiques() -> None:
    known = suivi().catalogue
    series = (
        suivi()
        .contexte.query("territoire == @ICI and indicateur == 'cnaf_foyers'")
        .set_index("annee")["valeur"]
    )
    rounding = known.indicateurs_contexte["cnaf_foyers"].arrondi_source
    names = ["valeur_precedente", "valeur", "arrondi", "hasard"]
    evenements = [165, 158, 0, True]  # births
    change = pd.DataFrame(
        [[series[2024], series[2025], rounding, False], evenements], columns=names
    )

    noise, _ = mouvement(change, known.evaluation.seuils)

    assert {*toutes_les_annees()["evolution"], *noise} - {""} == set(known.evaluation.evolutions)


def test_une_cible_vient_de_la_convention_d_un_avenant_ou_du_texte() -> None:
    assert set(toutes_les_annees()["origine_cible"]) - {""} == {
        "convention",
        "avenant",
        "implicite",
    }


def test_l_avenant_change_une_cible_et_une_definition() -> None:
    (avenant, _) = suivi().avenants
    natures = Counter(change.nature for change in avenant.changements)
    rows = {
        annee: evaluation(annee).query("dimension == ''").set_index("indicateur")
        for annee in (2024, 2025)
    }

    assert natures["cible"] >= 1 and natures["definition"] == 1
    assert all(change.effet.year == 2025 for change in avenant.changements)
    assert [rows[annee].loc["frequentation_jeunes", "cible"] for annee in rows] == [1000, 1080]
    assert rows[2025].loc["familles_informees", "raison"] == "changement_definition"


def test_l_evaluation_dit_les_cibles_que_les_avenants_ont_changees() -> None:
    table = ouvrir_evaluation(NOM).avenants()

    ((ancien, nouveau),) = [
        (ligne["ancien"], ligne["nouveau"])
        for _, ligne in table.cellules.iterrows()
        if ligne["objet"].startswith("Cible : Enfants et jeunes accueillis")
    ]
    assert (ancien, nouveau) == ("1\u202f000", "1\u202f080 en 2026")


def test_chaque_etat_d_action_apparait_avec_sa_raison_et_un_retard() -> None:
    rows = pd.concat([actions(annee) for annee in ANNEES])
    explained = rows[rows["statut"].isin(["partielle", "reportee", "abandonnee"])]

    assert set(rows["statut"]) == set(suivi().catalogue.evaluation.etats)
    assert explained["motif"].ne("").all()
    assert rows["en_retard"].any()
    assert rows["mot"].str.startswith("non commencée – prévue en 2024").any()
    assert all(len(actions(annee)) == len(actions(2023)) for annee in (2024, 2025))
    assert set(actions(2026)["modalite"]) - set(actions(2025)["modalite"]) == {"2.6", "5.1", "5.2"}


def test_le_comite_a_manque_une_annee_et_chaque_decision_a_sa_suite() -> None:
    bilans = [suivi().suivis[annee].bilan for annee in ANNEES]
    missed = [bilan.annee for bilan in bilans if isinstance(bilan.comite.date, Absence)]

    assert missed == [2024]
    # None of its decisions was rejected by the comité that took it up.
    assert {item.etat for bilan in bilans for item in bilan.comite.suites} | {"rejetee"} == set(
        suivi().catalogue.evaluation.suites
    )
    for before, after in pairwise(bilans):
        decided = {item.id for item in before.comite.decisions}
        assert decided <= {item.decision for item in after.comite.suites}
    assert [bilan.statut for bilan in bilans] == ["definitif"] * 3 + ["provisoire"]


def test_chaque_statut_apparait_dans_les_observations_et_zero_y_est_une_mesure() -> None:
    rows = suivi().observations

    assert set(rows["statut"]) == set(suivi().catalogue.statuts)
    assert rows["valeur"].eq(0).any()
    assert rows[rows["statut"].isin(ABSENCES)]["note"].ne("").all()
    provisional = rows.query("millesime == 2026 and annee == 2026")
    assert set(provisional["statut"]) <= {"P", *ABSENCES}


def test_chaque_indicateur_est_suivi_et_seul_le_chantier_a_une_annee_sans_ligne() -> None:
    known = suivi().catalogue.indicateurs_fiches
    entered = {
        name for name, item in known.items() if not item.calcul and item.table == "observations"
    }
    rows = suivi().observations

    assert entered == set(rows["indicateur"])
    years = set(rows.query("indicateur == 'chantiers_heures'")["annee"])
    assert years == set(ANNEES) - {2025}


def test_des_valeurs_sont_revisees_en_2025_et_en_2026_avec_leur_raison() -> None:
    indicators = suivi().catalogue.indicateurs_fiches.values()
    found = {
        annee: revisions(suivi(annee).observations, annee, debut=2023, indicateurs=indicators)
        for annee in ANNEES
    }

    assert {annee for annee, rows in found.items() if len(rows)} == {2025, 2026}
    written = [
        rows[rows["indicateur"].isin(["frequentation_jeunes", "heures_realisees"])]
        for rows in found.values()
    ]
    assert all(rows["note"].ne("").all() for rows in written)


def fiches_suivies(annee: int) -> list[str]:
    """The numbers of the fiches in force in a year: an avenant of 2026 adds one."""
    return ["1", "2", "3", "4", "5"] if annee == 2026 else ["1", "2", "3", "4"]


def test_les_moyens_disent_ce_que_chaque_signataire_apporte_a_chaque_fiche_et_aux_structures() -> (
    None
):
    for annee in ANNEES:
        rows = suivi().suivis[annee].moyens
        assert set(rows["signataire"]) == {"ville", "caf"} and set(rows["nature"]) >= {
            "etp",
            "euros",
        }
        assert set(rows["fiche"]) - {""} == set(fiches_suivies(annee))
        assert {"prestation_service", "bonus_territoire", "pilotage", "coordination"} <= set(
            rows["poste"]
        )
    everything = pd.concat([suivi().suivis[annee].moyens for annee in ANNEES])
    assert {"A", "P", "L"} == set(everything["statut"])
    assert set(everything["nature"]) == {nature.id for nature in suivi().catalogue.moyens.natures}


def test_la_grille_monte_d_annee_en_annee_et_reste_interne() -> None:
    grids = [suivi().suivis[annee].posture for annee in ANNEES]

    moves = [comparer_les_grilles(before, after) for before, after in pairwise(grids)]

    assert all(move.montees > move.descendues for move in moves) and any(
        move.descendues for move in moves
    )
    assert all(set(grid["diffusion"]) == {"interne"} for grid in grids)


def test_chaque_fiche_est_appreciee_chaque_annee() -> None:
    for annee in ANNEES:
        written = suivi().suivis[annee].appreciations
        assert [item.fiche for item in written] == fiches_suivies(annee)
        assert all(item.reussites and item.difficultes and item.perspectives for item in written)
