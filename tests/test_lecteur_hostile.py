"""What a reader who compares each sentence with its table has to find true."""

from __future__ import annotations

from html import unescape
from types import SimpleNamespace

import pandas as pd
import pytest
from premieres_pages import dire

from ctglib import ouvrir, ouvrir_bilan, ouvrir_en_clair, ouvrir_evaluation
from ctglib.blocs.messages_suivi import MessagesDuSuivi
from ctglib.blocs.theme import services_absents
from ctglib.calculs.comparables import CHANGE
from ctglib.document.blocs import Bloc, Groupe, feuilles
from ctglib.document.figure import Figure
from ctglib.document.tableau import Tableau
from ctglib.document.typographie import nombrer

DEMONSTRATION = "demonstration"
HARNES = "harnes"


def dans_la_ligne(tableau: Tableau, rubrique: str) -> str:
    """Return the text of the row of a heading of a table."""
    textes = tableau.donnees.set_index("rubrique")["texte"]
    return str(textes[rubrique])


def lire(bloc: Bloc) -> str:
    """Return a piece of a report as it is read aloud, with plain spaces."""
    return dire(bloc).replace("\xa0", " ").replace("\u202f", " ")


def test_un_resultat_que_montrent_des_indicateurs_facultatifs_n_est_pas_dit_sans_indicateur() -> (
    None
):
    contrat = ouvrir_bilan(DEMONSTRATION, 2024).fiche(3).contrat()

    resultats = dans_la_ligne(contrat, "Résultats attendus")

    assert resultats.count("aucun indicateur ne le montre") == 1
    assert "projets (aucun indicateur ne le montre)" in resultats
    assert "proposé, facultatif : visites au point information jeunesse" in resultats


def test_ce_qui_etait_a_maintenir_est_dit_avec_le_niveau_du_depart() -> None:
    page = lire(ouvrir_bilan(DEMONSTRATION, 2023).fiche(1).essentiel())

    attendu = "Le maintien était souhaité, et il manque 3 pour retrouver le niveau de 2022 (186)."
    assert attendu in page
    assert "sans que rien dise de combien" not in page
    assert "rien ne dit si ce niveau suffit" not in page


@pytest.mark.parametrize(("annee", "numero"), [(2023, 1), (2025, 3), (2026, 3)])
def test_les_indicateurs_sans_cible_se_comptent_sur_les_lignes_du_tableau(
    annee: int, numero: int
) -> None:
    fiche = ouvrir_bilan(DEMONSTRATION, annee).fiche(numero)
    groupe = fiche.indicateurs()
    assert groupe is not None
    lignes = groupe["indicateurs"].donnees.query("dimension == ''")

    phrases = [
        message.texte for message in MessagesDuSuivi(fiche.etude, fiche.fiche).incertitudes()
    ]

    sans_cible = int(lignes["cible"].isna().sum())
    [dite] = [phrase for phrase in phrases if "cible" in phrase]
    debut = nombrer(sans_cible, "indicateur")
    total = nombrer(len(lignes), "indicateur").split("\xa0")[0].split(" ")[0]
    assert dite.lower().startswith(f"{debut} sur {total} ")


def test_les_modalites_qui_commencent_plus_tard_sont_comptees_avec_les_autres() -> None:
    recit = ouvrir_bilan(DEMONSTRATION, 2024).recit()
    assert recit is not None

    assert "Sur cinq modalités, dont une qui commence plus tard, une est réalisée" in lire(recit)


def test_une_naissance_est_dite_au_domicile_de_la_mere() -> None:
    page = lire(ouvrir_bilan(HARNES, 2024).une_page())

    assert "155 enfants sont nés de mères domiciliées à Harnes" in page


def test_la_marque_du_hasard_ne_parle_que_du_territoire() -> None:
    diagnostic = ouvrir(HARNES)

    [note] = [note for note in diagnostic.tableau("petite_enfance").notes if "(h)" in note]

    assert "celle de son territoire" in note


def test_le_diagnostic_dit_ce_qui_n_est_pas_de_la_convention_et_de_quelle_annee() -> None:
    diagnostic = ouvrir(HARNES)
    lecture = lire(diagnostic.mode_de_lecture())
    dates = dict(diagnostic.couverture().mentions)["Date des données"]

    assert "sauf les places par mode d'accueil (Cnaf, txcouv_pe_com, 2023), ceux des q" in lecture
    assert "ceux des communes voisines (Cnaf" in lecture
    assert "2017" not in lecture
    assert "places d'accueil de 2023 ; quartiers de 2020 ; communes voisines de 2024" in dates


def test_une_partie_d_un_service_n_en_est_pas_une_sorte_de_plus() -> None:
    diagnostic = ouvrir(HARNES)
    services = diagnostic.catalogue.diagnostic.sections["parentalite"].absences
    sans_inclusion = SimpleNamespace(
        relations=SimpleNamespace(inclusions=()), synthese=diagnostic.catalogue.synthese
    )
    autre_etude = SimpleNamespace(
        comparaison=diagnostic.comparaison,
        catalogue=sans_inclusion,
        convention=diagnostic.convention,
        contexte=diagnostic.contexte,
    )

    phrase, _ = services_absents(diagnostic, services)
    sans_elle, _ = services_absents(autre_etude, services)

    assert "6\xa0sortes de services" in phrase
    assert (
        "de 5 d'entre elles, le diagnostic ne compte aucun service à Harnes, dont 3 lues" in phrase
    )
    assert "7\xa0sortes de services" in sans_elle


def en_clair(convention: str) -> str:
    """Return the plain-language summary, as it is read aloud."""
    return lire(Groupe(tuple(ouvrir_en_clair(convention).texte().blocs)))


def test_en_clair_une_place_est_celle_de_l_annee_et_une_heure_celle_de_l_accord() -> None:
    page = en_clair(DEMONSTRATION)

    assert "En 2026, le séjour de vacances a 30 places." in page
    assert "a 32 places" not in page
    assert "Voici ce que disait l'accord en 2023." in page
    assert "Les horaires ont pu changer depuis." in page


def test_en_clair_les_buts_sont_ceux_des_parties_et_la_suite_dit_la_fin() -> None:
    page = en_clair(DEMONSTRATION)

    assert "L'accord a cinq sujets." in page
    assert "- Voici le premier but de chacun." in page
    assert "L'accord s'arrête le 31 décembre 2026." in page
    assert "Ceux qui l'ont signé ont parlé de la suite le 17 novembre 2026." in page
    assert "ont décidé" not in en_clair(HARNES)


def test_la_carte_des_communes_voisines_les_a_toutes_dans_son_tableau() -> None:
    carte = ouvrir(HARNES).carte_lue
    assert carte is not None
    figure = ouvrir(HARNES).voisines()
    assert figure is not None
    [dessin] = [piece for piece in feuilles(figure.pieces) if isinstance(piece, Figure)]

    assert dessin.tableau is not None
    assert len(dessin.tableau.cellules) == len(carte.communes) == 36


def test_les_postes_a_convertir_sont_dits_avec_leur_cible() -> None:
    propositions = ouvrir_bilan(DEMONSTRATION, 2024).propositions()
    assert propositions is not None

    dites = " ".join(propositions.donnees["proposition"]).replace("\xa0", " ")

    assert "0,50 ETP sur 1,50 ETP à ce jour, pour une cible de 2,00 ETP" in dites


def test_ce_qu_aucun_dispositif_n_a_donne_de_ses_profils_est_dit() -> None:
    profils = ouvrir_bilan(DEMONSTRATION, 2024).fiche(3).profils()
    assert profils is not None

    assert "Donné par aucun dispositif : âge révolu au 31 décembre." in lire(profils)


def test_l_evaluation_dit_a_cote_d_un_jugement_ce_que_ses_preuves_disent_a_l_inverse() -> None:
    criteres = ouvrir_evaluation(DEMONSTRATION).criteres

    detail = lire(criteres.detail())
    coherence = detail[detail.index("Cohérence\n") : detail.index("Efficacité\n")]
    efficacite = detail[detail.index("Efficacité\n") : detail.index("Efficience\n")]

    sans_indicateur = "3 (fiche 1), 1 (fiche 2), 3 (fiche 3) et 1 (fiche 4)"
    assert f"À l'inverse, sans indicateur écrit : {sans_indicateur}." in coherence
    a_contresens = "4 (fiche 1), 1 (fiche 2) et 1 (fiche 3)"
    assert f"À l'inverse, à contresens depuis leur départ : {a_contresens}" in efficacite


def test_un_taux_favorable_depuis_son_depart_dit_son_recul_de_l_annee() -> None:
    detail = lire(ouvrir_evaluation(DEMONSTRATION).criteres.detail())

    recul = "77,6 % en 2026, −3,9 points depuis 2025 (heures d'accueil offertes : +24 800 h)"
    assert f"taux d'occupation des accueils, {recul}" in detail


def test_la_force_d_une_preuve_dit_les_resultats_a_contresens() -> None:
    contribution = ouvrir_evaluation(DEMONSTRATION).criteres.contribution().donnees

    forces = contribution[contribution["etape"].eq("Force de la preuve")].set_index("fiche")

    attendu = "moyenne ; 4 de ses 5 résultats qui se lisent vont à contresens"
    assert forces["classeur"]["1"].replace("\xa0", " ") == attendu
    assert forces["classeur"]["4"] == "moyenne"


def test_une_reunion_passee_ne_reste_pas_apres_la_convention() -> None:
    evaluation = ouvrir_evaluation(DEMONSTRATION)

    livrables = evaluation.etude.preuves["livrables"]
    durabilite = evaluation.criteres.durabilite()

    assert (livrables.valeur, livrables.total) == (2, 2)
    assert durabilite is not None
    assert "Rencontre du premier semestre 2024" not in set(durabilite.donnees["element"])


def test_une_fiche_qui_n_a_pas_commence_n_est_pas_dans_l_ensemble() -> None:
    etats = ouvrir_evaluation(DEMONSTRATION).trajectoires.etats()

    assert etats is not None and etats.tableau is not None
    cellules = etats.tableau.donnees
    ensemble = cellules[cellules["ligne"].eq("Ensemble")]
    assert ensemble["texte"].tolist() == ["0 sur 13", "2 sur 16", "4 sur 16", "10 sur 19"]


def test_un_moyen_que_nul_n_a_saisi_n_est_pas_dit_non_transmis() -> None:
    moyens = ouvrir_evaluation(DEMONSTRATION).trajectoires.moyens()

    assert moyens is not None
    investissement = moyens.donnees[moyens.donnees["element"].eq("investissement")]
    de_la_fiche = investissement[investissement["fiche"].eq("1")]
    assert not de_la_fiche["statut"].eq("L").any()


def test_une_decision_faite_apres_son_echeance_le_dit_par_le_jour_de_son_action() -> None:
    fil = ouvrir_evaluation(DEMONSTRATION).fil()

    assert fil is not None
    remarques = fil.donnees.set_index("id")["remarque"]
    dite = remarques["terminer_le_guide"].replace("\xa0", " ")
    assert dite == "faite en retard (action 2.3, 11 avril 2025)"
    assert remarques["designer_referents"] == ""


def test_une_annee_sans_feuille_de_participation_est_nommee() -> None:
    texte = lire(ouvrir_evaluation(DEMONSTRATION).participation())

    assert "Pour 2024 et 2026, la feuille n'est pas remplie." in texte


@pytest.mark.parametrize(
    ("indicateur", "compare"), [("enfants_aeeh_accueillis", False), ("am_agreees", True)]
)
def test_un_changement_depuis_le_depart_n_enjambe_pas_une_rupture(
    indicateur: str, compare: bool
) -> None:
    constats = MessagesDuSuivi(ouvrir_bilan(DEMONSTRATION, 2026).etude).constats
    (constat,) = [constat for constat in constats if constat.indicateur == indicateur]

    assert constat.depart is not None
    assert (constat.depuis_le_depart is not None) is compare


def test_un_ecart_dont_le_sens_depend_de_la_regle_est_dit_au_premier_endroit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    changeante = pd.DataFrame({"indicateur": ["cnaf_foyers_paje"], "tenue": [CHANGE]})
    monkeypatch.setattr("ctglib.blocs.comparables.tenue", lambda _: changeante)

    phrases = ouvrir_evaluation(HARNES).comparables.phrases()

    attendu = (
        "Le sens de l'écart dépend de la règle qui choisit ces communes, et ne permet aucune "
        "conclusion, pour : "
    )
    dites = [phrase for phrase in phrases if phrase.startswith(attendu)]
    assert dites
    assert "foyers à la Paje" in dites[0]


def test_les_valeurs_de_depart_a_demander_sont_comptees_a_part() -> None:
    page = lire(ouvrir_evaluation(HARNES).page())

    assert "dont quinze valeurs de départ de 2022, sont à demander" in page


def test_un_besoin_de_places_dit_les_seules_sortes_que_la_fiche_soutient() -> None:
    besoins = ouvrir(HARNES).besoins()

    assert besoins is not None
    assert "1, pour l'accueil individuel seulement" in unescape(besoins.html)


def test_en_clair_une_structure_qui_ferme_est_dite_apres_ses_places() -> None:
    texte = en_clair(DEMONSTRATION)

    places = "La maison d'assistantes maternelles Le Nid a 12 places."
    assert texte.index("Le Nid ferme en 2026.") > texte.index(places)


def test_un_bilan_definitif_dit_ce_qui_y_reste_provisoire() -> None:
    statut = dict(ouvrir_bilan(DEMONSTRATION, 2025).couverture().mentions)["Statut"]

    assert "2 indicateurs restent provisoires" in statut.replace("\xa0", " ")


def test_en_clair_cite_le_suivi_et_les_declarations_que_ses_phrases_lisent() -> None:
    source = lire_source(DEMONSTRATION)

    assert "texte et annexes ; suivi annuel, 2025 et 2026 ;" in source
    assert source.endswith("déclaration d'un service, 3 septembre 2026")


def lire_source(convention: str) -> str:
    """Return the source of the plain-language summary, with plain spaces."""
    source = ouvrir_en_clair(convention).couverture().source
    return source.replace("\xa0", " ").replace("\u202f", " ")


def test_en_clair_ne_cite_aucun_suivi_qu_il_n_a_pas_lu() -> None:
    assert lire_source(HARNES).endswith("texte et annexes")


def test_les_livrables_un_par_poste_sont_dits_avec_la_cible_de_la_convention() -> None:
    detail = ouvrir_bilan(DEMONSTRATION, 2025).fiche(4).detail()
    assert detail is not None
    notes = " ".join(
        str(note)
        for tableau in feuilles(detail.pieces)
        if isinstance(tableau, Tableau)
        for note in tableau.notes
    )

    assert "une par poste (la convention en écrit la cible, pour 2025) ; elles" in notes.replace(
        "\xa0", " "
    )


def test_les_points_ouverts_renvoient_au_rapport_qui_les_donne_tous() -> None:
    propositions = ouvrir_bilan(HARNES, 2024).propositions()
    assert propositions is not None
    pourquoi = " ".join(propositions.donnees["pourquoi"])

    assert "Le contrôle de la convention en donne la liste" in pourquoi
    questions = ouvrir(HARNES).questions()
    assert questions is not None
    assert len(questions.donnees) < len(ouvrir(HARNES).convention.lacunes)


@pytest.mark.parametrize("rapport", ["bilan", "fiche", "evaluation"])
def test_une_annee_dont_rien_ne_dit_la_fin_ne_l_a_pas_passee(rapport: str) -> None:
    bilan = ouvrir_bilan(HARNES, 2026)
    pages = {
        "bilan": lire(bilan.une_page()),
        "fiche": lire(bilan.fiche(4).essentiel()),
        "evaluation": lire(ouvrir_evaluation(HARNES).page()),
    }

    page = pages[rapport]

    assert "devai" not in page and "était attendu" not in page
    assert "D'ici fin 2026" in page
    assert "doit avoir abouti" in page


def test_une_annee_dont_un_chiffre_est_paru_est_finie() -> None:
    assert ouvrir_bilan(HARNES, 2025).etude.annee_revolue
    assert not ouvrir_bilan(HARNES, 2026).etude.annee_revolue
    assert not ouvrir_bilan(DEMONSTRATION, 2026).etude.annee_revolue
    assert "Fin 2025, les douze actions" in lire(ouvrir_bilan(HARNES, 2025).une_page())


@pytest.mark.parametrize("annee", [2024, 2025, 2026])
def test_ce_qui_etait_du_une_fois_est_nomme_avec_son_jour_tant_qu_on_n_en_sait_rien(
    annee: int,
) -> None:
    bilan = ouvrir_bilan(HARNES, annee)
    pages = [lire(bilan.une_page()), lire(bilan.fiche(4).essentiel())]
    attendu = "« Rencontre du premier semestre 2024 », à faire pour le 30 juin 2024, reste sans"

    for page in pages:
        retenir, _, decider = page.partition("À décider")
        assert attendu in retenir
        assert "« Rencontre du premier semestre 2024 »" in decider
    assert annee != 2026 or attendu in lire(ouvrir_evaluation(HARNES).page())
    assert "Rencontre" not in lire(bilan.fiche(1).essentiel())


def test_le_comite_d_une_annee_qui_n_est_pas_finie_est_a_tenir() -> None:
    page = lire(ouvrir_bilan(HARNES, 2026).une_page())

    assert "Tenir le comité de pilotage de 2026, s'il ne l'a pas été" in page
