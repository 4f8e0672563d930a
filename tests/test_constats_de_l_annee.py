"""The findings of a year: what each says, which comes first, and that no order of rows changes it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from donnees_suivies import DONNEES
from premieres_pages import dire

from ctglib import ouvrir, ouvrir_bilan, ouvrir_evaluation
from ctglib.blocs.annee import EtudeAnnuelle
from ctglib.blocs.constats import selon_leur_poids
from ctglib.blocs.decisions import dit_de_la_decision, etat_a_ce_jour, fil_des_decisions
from ctglib.blocs.messages_diagnostic import MessagesDuDiagnostic
from ctglib.blocs.messages_suivi import MessagesDeLaFin, MessagesDuSuivi
from ctglib.blocs.page_une import page_une
from ctglib.blocs.propositions import objets
from ctglib.calculs.constats import Constat, constater, premiers_par_fiche, sans_ce_qui_explique
from ctglib.document.blocs import Liste, Titre
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles.suivi import Comite, Decision, EtatSuite, Suite
from ctglib.export.diapositives import MOTS_D_UN_TITRE, diapositives
from ctglib.export.document import document_de

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "constats.yaml").read_text(encoding="utf-8"))
DEMONSTRATION = "demonstration"
ANNEE = 2024
TABLES = ("evaluation", "etats", "mesures", "demandes", "a_collecter", "collecte")


def evaluation(*lignes: dict[str, Any]) -> pd.DataFrame:
    """Return a scoring of a row an indicator, with what each says over what is usual."""
    usuelles = {
        "fiche": "1",
        "indicateur": "places",
        "nature": "resultat",
        "sens": "hausse",
        "valeur": 10.0,
        "annee": ANNEE,
        "statut": "A",
        "valeur_precedente": float("nan"),
        "annee_precedente": ANNEE - 1,
        "valeur_initiale": float("nan"),
        "annee_initiale": pd.NA,
        "cible": float("nan"),
        "annee_cible": pd.NA,
        "origine_cible": "",
        "verdict": "non_evaluable",
        "raison": "",
        "retard": pd.NA,
        "a_venir": False,
        "annee_finie": True,
        "evolution": "",
        "raison_evolution": "",
        "a_maintenir": float("nan"),
    }
    return pd.DataFrame([{**usuelles, **ligne} for ligne in lignes])


def mesures(**series: dict[int, float]) -> pd.DataFrame:
    """Return the values by year of some indicators, as wholes."""
    return pd.DataFrame(
        [
            (indicateur, "", annee, valeur)
            for indicateur, valeurs in series.items()
            for annee, valeur in valeurs.items()
        ],
        columns=["indicateur", "dimension", "annee", "valeur"],
    )


def constats(
    lignes: pd.DataFrame,
    series: pd.DataFrame,
    definitions: dict[str, Any] | None = None,
    *,
    familles: dict[str, float] | None = None,
    enjeux: dict[str, int] | None = None,
    clauses: dict[str, Any] | None = None,
) -> list[Constat]:
    """Return the findings of rows whose indicators have no peculiar definition."""
    [modele] = [
        item
        for item in ouvrir(DEMONSTRATION).catalogue.mesures.values()
        if item.id == "frequentation_jeunes"
    ]
    noms = {*lignes["indicateur"], *series["indicateur"]}
    connues = {nom: modele.model_copy(update={"id": nom, "ruptures": []}) for nom in noms}
    return constater(
        lignes,
        series,
        {**connues, **(definitions or {})},
        changements=[],
        familles=familles or {},
        enjeux=enjeux or dict.fromkeys(lignes["fiche"], 1),
        clauses=clauses or {},
        notes={},
    )


TAUX = "taux_occupation"
HEURES = {"heures_realisees": {2023: 700.0, 2024: 800.0}}


@pytest.mark.parametrize(
    ("offertes", "attendu"),
    [
        ({2023: 1000.0, 2024: 900.0}, 80.0),
        ({2023: 1000.0, 2024: 1000.0}, None),
        ({2024: 900.0}, None),
        ({2023: 0.0, 2024: 900.0}, None),
    ],
    ids=[
        "l'offre a baissé",
        "l'offre n'a pas bougé",
        "l'année d'avant manque",
        "pas d'offre avant",
    ],
)
def test_un_taux_s_ouvre_quand_son_denominateur_a_bouge(
    offertes: dict[int, float], attendu: float | None
) -> None:
    definition = ouvrir(DEMONSTRATION).catalogue.mesures[TAUX]
    lignes = evaluation({"indicateur": TAUX, "valeur": 88.9, "valeur_precedente": 70.0})
    series = mesures(**HEURES, heures_offertes=offertes)

    [constat] = constats(lignes, series, {TAUX: definition})

    ancien = None if constat.quotient is None else constat.quotient.au_denominateur_d_avant
    assert ancien == attendu


@pytest.mark.parametrize("cas", CAS, ids=lambda cas: cas["nom"])
def test_ce_que_l_on_dit_d_un_indicateur(cas: dict[str, Any]) -> None:
    catalogue = ouvrir(DEMONSTRATION).catalogue.mesures
    definition = catalogue["am_agreees"].model_copy(update={"id": "places", "ruptures": []})
    if "rupture" in cas:
        rupture = next(item.ruptures[0] for item in catalogue.values() if item.ruptures)
        rupture = rupture.model_copy(update={"annee": cas["rupture"]})
        definition = definition.model_copy(update={"ruptures": [rupture]})
    valeurs = cas["valeurs"]
    cible, annee_cible = cas.get("cible", (float("nan"), pd.NA))
    depart, annee_du_depart = cas.get("depart", (float("nan"), pd.NA))
    ligne = {
        "sens": cas["sens"],
        "valeur": float(valeurs[ANNEE]),
        "valeur_precedente": float(valeurs.get(ANNEE - 1, float("nan"))),
        "valeur_initiale": float(depart),
        "annee_initiale": annee_du_depart,
        "cible": float(cible),
        "annee_cible": annee_cible,
        "origine_cible": "convention" if "cible" in cas else "",
        "verdict": cas["verdict"],
        "raison": cas.get("raison", ""),
        "annee_finie": cas.get("annee_finie", True),
        "evolution": cas.get("evolution", ""),
        "raison_evolution": "rupture" if "rupture" in cas else "",
        "a_maintenir": float(depart) if cas["sens"] == "maintien" else float("nan"),
    }
    series = mesures(
        places=valeurs,
        am_entrees=cas.get("entrees", {}),
        am_sorties=cas.get("sorties", {}),
    )

    [constat] = constats(evaluation(ligne), series, {"places": definition})

    assert {nom: getattr(constat, nom) for nom in cas["attendu"]} == cas["attendu"]


def test_ce_qui_conditionne_un_financement_passe_avant_une_cible_manquee() -> None:
    manque = {"cible": 20.0, "annee_cible": ANNEE, "origine_cible": "convention"}
    lignes = evaluation(
        {"indicateur": "a", "fiche": "1", "verdict": "manque", **manque},
        {"indicateur": "b", "fiche": "2", "verdict": "insuffisant", **manque, "annee_cible": 2026},
        {"indicateur": "c", "fiche": "3", "verdict": "insuffisant", **manque, "annee_cible": 2026},
    )

    ordre = constats(lignes, mesures(), clauses={"b": "financement_pilotage"})

    assert [constat.indicateur for constat in ordre] == ["b", "a", "c"]


def test_l_enjeu_puis_ce_que_les_familles_voient_puis_l_ecart_departagent() -> None:
    manque = {"verdict": "manque", "annee_cible": ANNEE, "origine_cible": "convention"}
    lignes = evaluation(
        {"indicateur": "d", "fiche": "1", "cible": 12.0, **manque},
        {"indicateur": "c", "fiche": "1", "cible": 40.0, **manque},
        {"indicateur": "b", "fiche": "1", "cible": 11.0, **manque},
        {"indicateur": "a", "fiche": "2", "cible": 11.0, **manque},
    )

    ordre = constats(lignes, mesures(), familles={"b": 0, "c": 5, "d": 5}, enjeux={"1": 1, "2": 0})

    assert [constat.indicateur for constat in ordre] == ["a", "b", "c", "d"]


def test_un_niveau_que_le_texte_implique_ne_pese_pas_comme_une_cible() -> None:
    manque = {"verdict": "manque", "cible": 40.0, "annee_cible": ANNEE}
    lignes = evaluation(
        {"indicateur": "a", **manque, "origine_cible": "implicite"},
        {"indicateur": "b", **manque, "cible": 11.0, "origine_cible": "convention"},
    )

    assert [constat.indicateur for constat in constats(lignes, mesures())] == ["b", "a"]


def test_ce_qui_explique_un_effectif_n_a_pas_de_constat_a_lui() -> None:
    catalogue = ouvrir(DEMONSTRATION).catalogue.mesures
    definitions = {nom: catalogue[nom] for nom in ("am_agreees", "am_entrees", "am_sorties")}
    lignes = evaluation(*({"indicateur": nom} for nom in definitions))

    tous = constats(lignes, mesures(), definitions)
    assert len(tous) == 3  # a decision may be proposed of each
    assert [item.indicateur for item in sans_ce_qui_explique(tous, definitions)] == ["am_agreees"]
    sans_l_effectif = [item for item in tous if item.indicateur != "am_agreees"]
    assert sans_ce_qui_explique(sans_l_effectif, definitions) == sans_l_effectif


def test_la_premiere_page_dit_d_abord_une_chose_de_chaque_fiche() -> None:
    lignes = evaluation(
        {"indicateur": "a", "fiche": "1"},
        {"indicateur": "b", "fiche": "1"},
        {"indicateur": "c", "fiche": "2"},
    )
    tous = constats(lignes, mesures())

    assert [item.indicateur for item in premiers_par_fiche(tous, 2)] == ["a", "c"]
    assert [item.indicateur for item in premiers_par_fiche(tous, 3)] == ["a", "b", "c"]


def melanger(etude: EtudeAnnuelle, graine: int) -> EtudeAnnuelle:
    """Return a study, the rows of its tables in another order."""
    melangees = {
        nom: getattr(etude, nom).sample(frac=1, random_state=graine, ignore_index=True)
        for nom in TABLES
    }
    return replace(etude, nom=f"{etude.nom}/{graine}", **melangees)


@pytest.mark.parametrize("graine", [1, 2, 3])
@pytest.mark.parametrize("annee", [2023, 2024, 2025, 2026])
def test_l_ordre_des_lignes_ne_change_rien_a_la_premiere_page(annee: int, graine: int) -> None:
    etude = ouvrir_bilan(DEMONSTRATION, annee).etude
    regles = etude.catalogue.messages
    attendue = dire(page_une(regles, MessagesDuSuivi(etude).page))

    melangee = dire(page_une(regles, MessagesDuSuivi(melanger(etude, graine)).page))

    assert melangee == attendue


def test_les_actions_passent_par_le_poids_de_leur_enjeu_puis_par_leur_numero() -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2026).etude
    actions = etude.etats.sample(frac=1, random_state=5)

    ordre = selon_leur_poids(etude, actions)["modalite"].tolist()

    # The enjeu of the fiches 1 and 5 weighs more than the others.
    assert ordre[:3] == ["1.1", "1.2", "1.3"]
    assert ordre.index("5.1") < ordre.index("2.1") < ordre.index("2.2") < ordre.index("3.1")


def test_un_besoin_passe_avant_un_chiffre_et_ce_qui_est_d_un_enjeu_avant_le_reste() -> None:
    trouves = MessagesDuDiagnostic(ouvrir("harnes")).constats

    assert [constat.genre for constat in trouves[:3]] == ["places", "part", "absents"]
    assert trouves[1].valeur == "46,1\u202f%"
    besoins = [constat.besoin for constat in trouves]
    assert besoins == sorted(besoins, reverse=True) and not besoins[-1]


@pytest.mark.parametrize("graine", [1, 2, 3])
def test_l_ordre_des_lignes_ne_change_rien_a_la_page_de_l_evaluation(graine: int) -> None:
    etude = ouvrir_evaluation(DEMONSTRATION).etude
    regles = etude.catalogue.messages
    attendue = dire(page_une(regles, MessagesDeLaFin(etude).page))
    melangee = melanger(etude, graine)
    for nom in ("parcours", "recommandations"):
        lignes = getattr(etude, nom).sample(frac=1, random_state=graine, ignore_index=True)
        melangee = replace(melangee, **{nom: lignes})

    assert dire(page_une(regles, MessagesDeLaFin(melangee).page)) == attendue


@pytest.mark.parametrize("convention", ["harnes", DEMONSTRATION])
def test_l_ordre_des_lignes_ne_change_rien_a_la_page_du_diagnostic(convention: str) -> None:
    diagnostic = ouvrir(convention)
    attendue = dire(page_une(diagnostic.catalogue.messages, MessagesDuDiagnostic(diagnostic).page))
    melange = ouvrir(convention)
    lignes = diagnostic.dossier.annexe1.sample(frac=1, random_state=4, ignore_index=True)
    melange = replace(melange, dossier=replace(diagnostic.dossier, annexe1=lignes))

    assert (
        dire(page_une(melange.catalogue.messages, MessagesDuDiagnostic(melange).page)) == attendue
    )


def test_une_convention_reecrit_un_paragraphe_sans_toucher_au_programme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(DONNEES, tmp_path / "data")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))
    textes = tmp_path / "data" / "conventions" / DEMONSTRATION / "textes"
    textes.mkdir()
    modele = (tmp_path / "data/catalogue/textes/annee.j2").read_text(encoding="utf-8")
    phrase = "Il manque {{ c.manque }} pour {{ la_cible(c) }}"
    assert phrase in modele
    propre = textes / "annee.j2"

    propre.write_text(
        modele.replace(phrase, "Encore {{ c.manque }} avant {{ la_cible(c) }}"), encoding="utf-8"
    )

    page = dire(ouvrir_bilan(DEMONSTRATION, 2025).une_page())
    assert "Encore 95 avant la cible de 2026 (1\u202f080" in page
    assert "Il manque 95" not in page


@pytest.mark.parametrize(
    ("faute", "dit"),
    [
        ("{{ c.population }}", "population"),
        ("{% if %}", "Expected an expression"),
        ("{{ c.__class__.__mro__ }}", "__class__"),
    ],
)
def test_un_texte_qui_demande_ce_qui_n_existe_pas_est_refuse_en_francais(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faute: str, dit: str
) -> None:
    shutil.copytree(DONNEES, tmp_path / "data")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))
    modele = tmp_path / "data/catalogue/textes/annee.j2"
    ecrit = modele.read_text(encoding="utf-8").replace("{{ c.dit|majuscule }}", faute)
    modele.write_text(ecrit, encoding="utf-8")

    with pytest.raises(DonneesInvalides, match=r"annee\.j2") as refus:
        ouvrir_bilan(DEMONSTRATION, 2025).une_page()

    assert dit in str(refus.value) and "à faire :" in str(refus.value)


def avec_comites(etude: EtudeAnnuelle, comites: dict[int, Comite]) -> EtudeAnnuelle:
    """Return a study whose comités are these."""
    suivis = {
        annee: replace(suivi, bilan=suivi.bilan.model_copy(update={"comite": comites.get(annee)}))
        for annee, suivi in etude.suivi.suivis.items()
    }
    return replace(etude, suivi=replace(etude.suivi, suivis=suivis))


def test_le_fil_dit_ce_que_chaque_decision_est_devenue_et_ce_qui_y_cloche() -> None:
    etude = avec_comites(
        ouvrir_bilan(DEMONSTRATION, 2025).etude,
        {
            2023: Comite(
                date=date(2023, 12, 1),
                decisions=(
                    Decision(id="a", texte="Ouvrir le site", echeance=date(2024, 6, 30)),
                    Decision(id="b", texte="Former une équipe", responsable="Ville"),
                    Decision(id="c", texte="Fermer le site", responsable="Ville", etat="rejetee"),
                ),
            ),
            2024: Comite(date=date(2024, 12, 1), suites=(Suite(decision="b", etat="faite"),)),
            2025: Comite(
                date=date(2025, 12, 1),
                decisions=(
                    Decision(
                        id="d",
                        texte="Ouvrir le site",
                        responsable="Ville",
                        echeance=date(2028, 1, 1),
                    ),
                ),
            ),
        },
    )

    fil = fil_des_decisions(etude).set_index("id")

    assert fil.index.tolist() == ["d", "a", "b", "c"]
    assert fil["etat"].to_dict() == {
        "d": "decidee",
        "a": "non_renseignee",
        "b": "faite",
        "c": "rejetee",
    }
    assert "dépasse la fin" in fil["remarque"]["d"] and "déjà" in fil["remarque"]["d"]
    assert "nul n'en est chargé" in fil["remarque"]["a"] and "passée" in fil["remarque"]["a"]
    assert not fil["remarque"]["b"] and not fil["remarque"]["c"]


def _decider(etude: EtudeAnnuelle, decision: Decision, *suites: Suite) -> EtudeAnnuelle:
    """Return the study with this one decision of 2024, and what the comité of 2025 says of it."""
    return avec_comites(
        etude,
        {
            2024: Comite(date=date(2024, 12, 1), decisions=(decision,)),
            2025: Comite(date=date(2025, 12, 1), suites=suites),
        },
    )


def _avec_etat(etude: EtudeAnnuelle, modalite: str, **valeurs: object) -> EtudeAnnuelle:
    """Return the study with an action in this state."""
    etats = etude.etats.copy()
    for colonne, valeur in valeurs.items():
        etats.loc[etats["modalite"].eq(modalite), colonne] = valeur
    return replace(etude, etats=etats)


@pytest.mark.parametrize("etat_dit", ["en_cours", "non_renseignee"])
def test_une_decision_est_faite_des_que_les_actions_qu_elle_decide_sont_realisees(
    etat_dit: EtatSuite,
) -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2025).etude
    decision = Decision(id="a", texte="Finir le guide", fiche="2", modalites=("2.3",))
    suivie = _decider(etude, decision, Suite(decision="a", etat=etat_dit))

    realisee = fil_des_decisions(
        _avec_etat(suivie, "2.3", statut="realisee", fin=pd.Timestamp("2025-04-11"))
    ).iloc[0]
    en_cours = fil_des_decisions(_avec_etat(suivie, "2.3", statut="en_cours")).iloc[0]

    assert (realisee["etat"], en_cours["etat"]) == ("faite", etat_dit)
    assert "2.3 est réalisée depuis le 11\u00a0avril 2025" in realisee["remarque"]
    assert ("disait « en cours »" in realisee["remarque"]) == (etat_dit == "en_cours")


def test_une_decision_se_rapproche_de_la_seule_action_de_meme_service_et_de_meme_echeance() -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2025).etude
    decision = Decision(
        id="a",
        texte="Terminer le guide des loisirs",
        responsable="Service enfance",
        echeance=date(2024, 9, 30),
    )
    autre_sujet = decision.model_copy(update={"texte": "Repeindre le local"})
    autre_jour = decision.model_copy(update={"echeance": date(2024, 9, 29)})

    def suivre(cas: Decision) -> pd.Series:
        return fil_des_decisions(_decider(etude, cas)).iloc[0]

    assert suivre(decision)["etat"] == "faite"
    assert "2.3, de même service et de même échéance, est réalisée" in suivre(decision)["remarque"]
    assert suivre(autre_sujet)["etat"] == "non_renseignee"
    assert suivre(autre_jour)["etat"] == "non_renseignee"


def test_une_decision_ouverte_dit_l_annee_du_bilan_qui_la_dit_en_cours() -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2025).etude

    assert etat_a_ce_jour(etude, "en_cours", 2024) == "en cours d'après le bilan de 2024"
    assert etat_a_ce_jour(etude, "en_cours", 2025) == "en cours"
    assert etat_a_ce_jour(etude, "non_renseignee", 2024) == "non renseignée"


def test_l_evaluation_ne_redemande_pas_ce_que_les_parties_ont_decide_d_un_objectif() -> None:
    evaluation = ouvrir_evaluation(DEMONSTRATION)
    asked = objets(evaluation.etude)["cible_manquee"]
    of_the_bilan = objets(ouvrir_bilan(DEMONSTRATION, 2026).etude)["cible_manquee"]

    assert (
        "sejour_places" in evaluation.etude.indicateurs_decides
    )  # « Rendre au séjour ses places »
    assert not [objet for objet in asked if "séjour" in objet.nom]
    assert [objet for objet in of_the_bilan if "séjour" in objet.nom]


def test_ce_qu_un_comite_avait_decide_n_est_pas_du_a_la_consultation_qui_suit() -> None:
    page = dire(ouvrir_bilan(DEMONSTRATION, 2025).participation())

    assert "Un référent handicap par accueil de loisirs, ce que le comité avait déjà décidé" in page
    assert "7 h 30 au lieu de 8 h, ce que le comité" not in page


@pytest.mark.parametrize(
    ("suite", "proposee"), [("en_cours", False), ("faite", True), ("abandonnee", True)]
)
def test_une_action_dont_un_comite_a_decide_n_est_plus_proposee(
    suite: EtatSuite, proposee: bool
) -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2025).etude
    en_retard = etude.etats.loc[etude.etats["en_retard"], ["fiche", "modalite"]].iloc[0]
    decision = Decision(
        id="a", texte="La garder", fiche=en_retard["fiche"], modalites=(en_retard["modalite"],)
    )

    retards = objets(_decider(etude, decision, Suite(decision="a", etat=suite)))["retard"]

    numeros = [objet.avant.strip() for objet in retards]
    assert (en_retard["modalite"] in numeros) == proposee


def test_un_indicateur_dont_le_comite_a_decide_n_est_plus_propose() -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2025).etude
    sans_decision = avec_comites(etude, {})
    decision = Decision(id="a", texte="La signer", indicateurs=("fiches_de_poste_signees",))

    avant = [objet.nom for objet in objets(sans_decision)["cible_manquee"]]
    apres = [objet.nom for objet in objets(_decider(etude, decision))["cible_manquee"]]

    assert set(avant) - set(apres) == {"Fiches de poste de chargé de coopération"}


def test_le_commentaire_d_une_annee_d_avant_porte_cette_annee() -> None:
    etude = ouvrir_bilan(DEMONSTRATION, 2025).etude
    decision = Decision(id="a", texte="Finir le guide", responsable="Service enfance")
    suite = Suite(decision="a", etat="en_cours", commentaire="Maquette attendue")

    dite_en_2025 = fil_des_decisions(_decider(etude, decision, suite)).iloc[0]

    assert dit_de_la_decision(dite_en_2025, 2025) == "Maquette attendue."
    assert dit_de_la_decision(dite_en_2025, 2026) == "Maquette attendue (2025)."


def test_les_titres_des_diapositives_sont_des_constats_courts_sans_renvoi() -> None:
    bilan = ouvrir_bilan(DEMONSTRATION, 2025)
    page = bilan.une_page()

    suite = diapositives(document_de([*page.pieces, *bilan.familles().pieces]))

    titres = [diapositive.titre for diapositive in suite]
    assert "57 assistantes maternelles sont agréées, 1 de moins qu'en 2024" in titres
    assert all(len(titre.split()) <= MOTS_D_UN_TITRE + 2 for titre in titres), titres
    for diapositive in suite:
        items = getattr(diapositive.corps, "items", ())
        assert not [item for item in items if not isinstance(item, str) or "(tableau" in item]


def test_les_questions_du_comite_et_leurs_reponses_ont_leur_diapositive() -> None:
    evaluation = ouvrir_evaluation(DEMONSTRATION)
    questions = evaluation.questions()
    assert questions is not None

    suite = diapositives(
        document_de([*evaluation.page().pieces, Titre("Les questions du comité", 2), questions])
    )

    (diapositive,) = [item for item in suite if item.titre == "Les questions du comité"]
    assert isinstance(diapositive.corps, Liste)
    saisies = evaluation.etude.finale.saisie.questions
    for question, item in zip(saisies, diapositive.corps.items, strict=True):
        assert str(item).startswith(question.question)
        assert str(item).endswith(str(question.reponse)[1:])


@pytest.mark.parametrize(
    ("indicateur", "dit"),
    [
        ("fiches_de_poste_signees", "aucune fiche de poste de chargé de coopération n'est signée"),
        ("document_organisation", "aucun document d'organisation du pilotage n'est adopté"),
    ],
)
def test_une_valeur_nulle_se_dit_aucune_ou_zero(indicateur: str, dit: str) -> None:
    messages = MessagesDuSuivi(ouvrir_bilan(DEMONSTRATION, 2023).etude)

    assert messages.dire_un_chiffre(indicateur, 0.0) == dit


def test_un_retard_n_est_pas_dit_comme_une_consequence() -> None:
    messages = MessagesDuSuivi(ouvrir_bilan(DEMONSTRATION, 2025).etude)

    suites = [constat.rediger().suite for constat in messages.premiers_constats]

    dits = [(intitule, texte) for suite in suites for intitule, texte in suite]
    en_retard = [intitule for intitule, texte in dits if "en retard" in texte]
    assert set(en_retard) == {"À savoir"}
