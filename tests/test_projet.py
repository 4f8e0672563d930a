"""The draft of the annexes of the next convention: drawn from the evaluation, finished in Word."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import docx
import pytest
import yaml
from docx.oxml.ns import qn
from donnees_suivies import DONNEES
from projet_lu import Brouillon, lire

from ctglib.blocs.reprise import ce_qui_vit
from ctglib.commandes.application import lancer
from ctglib.commandes.brouillon import ANNEXES
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.rapports.evaluation import ouvrir_evaluation

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

DATES = ("--debut", "2027-01-01", "--fin", "2030-12-31")
# The parts of a fiche, in the order of those that were signed.
RUBRIQUES = [
    "Diagnostic initial",
    "Public cible",
    "Objectifs opérationnels",
    "Modalités de mise en œuvre",
    "Échéances de réalisation",
    "Services mobilisés et responsables de l'action",
    "Résultats attendus",
    "Partenaires sollicités",
    "Indicateurs d'évaluation",
    "Moyens mobilisés par chaque signataire",
]
VIDE = "à compléter"
# « 78 en 2030 au plus : 50 + 4 × 7 (de 2023 à 2024), arrêté à 60 »
CALCUL = re.compile(
    r"(?P<repere>[\d,\s]+)\D* en 2030 au (?:plus|mieux) : (?P<depart>[\d,\s]+) (?P<signe>[+−]) 4 × "
    r"(?P<gain>[\d,\s]+) \(de (?P<avant>\d{4}) à (?P<annee>\d{4})\)(?P<borne>, arrêté à)?"
)


@pytest.fixture(scope="module")
def donnees_du_projet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the data folder with the conventions that follow, Harnes's twice."""
    copie = tmp_path_factory.mktemp("projet") / "donnees"
    shutil.copytree(DONNEES, copie)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(copie))
        for nom, ancienne in (
            ("suite_harnes", "harnes"),
            ("encore", "harnes"),
            ("suite_demonstration", "demonstration"),
        ):
            assert lancer(["nouvelle-convention", nom, "--depuis", ancienne, *DATES]) == 0
        yield copie


@pytest.fixture(scope="module")
def harnes(donnees_du_projet: Path) -> Brouillon:
    return lire(donnees_du_projet / "conventions/suite_harnes" / ANNEXES)


@pytest.fixture(scope="module")
def demonstration(donnees_du_projet: Path) -> Brouillon:
    return lire(donnees_du_projet / "conventions/suite_demonstration" / ANNEXES)


@pytest.fixture(params=["harnes", "demonstration"])
def brouillon(request: pytest.FixtureRequest) -> Brouillon:
    return request.getfixturevalue(request.param)


def test_le_document_suit_l_ordre_du_texte_signe(harnes: Brouillon) -> None:
    chapitres = [titre for niveau, titre in harnes.titres if niveau == 1]
    sections = [titre for niveau, titre in harnes.titres if niveau == 2]
    rubriques = [titre for niveau, titre in harnes.titres if niveau == 3]

    assert chapitres == [
        "Ce que ce projet reprend",
        "Annexe 1 – Diagnostic partagé",
        "Annexe 3 – Plan d'actions 2027-2030",
        "Points à trancher",
    ]
    points = [re.match(r"[\d.]*", titre).group() for titre in sections[:9]]  # type: ignore[union-attr]
    assert points == ["1.1", "1.2.1", "1.2.2", "1.3", "1.4.1", "1.4.2", "1.5.1", "1.5.2", "1.5.3"]
    assert [titre[:18] for titre in sections[-4:]] == [
        f"Fiche action n° {numero} " for numero in "1234"
    ]
    assert rubriques == RUBRIQUES * 4


def test_le_document_se_lit_avec_une_aide_technique(brouillon: Brouillon) -> None:
    word = docx.Document(BytesIO(brouillon.octets))
    niveaux = [0, *(niveau for niveau, _ in brouillon.titres)]

    assert all(apres <= avant + 1 for avant, apres in pairwise(niveaux))
    assert word.core_properties.title == "Projet d'annexes de la convention 2027-2030"
    assert word.core_properties.language == "fr-FR"
    assert all(tableau.rangees for tableau in brouillon.tableaux)
    for table in word.tables:
        assert table.rows[0]._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None


def test_chaque_tableau_dit_sa_source(brouillon: Brouillon) -> None:
    assert [tableau.legende for tableau in brouillon.tableaux if len(tableau.source) < 20] == []


def test_les_memes_donnees_donnent_le_meme_document(
    donnees_du_projet: Path, harnes: Brouillon
) -> None:
    assert (donnees_du_projet / "conventions/encore" / ANNEXES).read_bytes() == harnes.octets


def test_les_modalites_reprises_sont_celles_du_dossier(brouillon: Brouillon) -> None:
    nom = "suite_harnes" if "Harnes" in brouillon.tableaux[0].legende else "suite_demonstration"
    convention = lire_dossier(nom).convention
    du_dossier = {item.numero for fiche in convention.fiches for item in fiche.modalites}
    rangees = brouillon.rangees("modalités de mise en œuvre")

    reprises = {rangee["N°"] for rangee in rangees if rangee[""] == "Repris dans le projet"}

    assert reprises == du_dossier
    for rangee in rangees:
        assert (rangee["Nouvelle échéance"] == VIDE) == (rangee["N°"] in du_dossier)


def test_ce_qui_n_est_pas_repris_est_dit_avec_sa_raison(demonstration: Brouillon) -> None:
    rangees = demonstration.rangees("modalités de mise en œuvre")

    etats = {
        rangee["N°"]: rangee["Où elle en est"] for rangee in rangees if rangee[""] == "Non repris"
    }

    assert set(etats) == {"1.2", "1.3", "2.3", "2.4", "2.5", "4.1", "4.2", "5.1"}
    assert etats["2.4"].startswith("abandonnée par l'avenant")
    assert {etats[numero] for numero in etats if numero != "2.4"} == {
        "réalisée",
        "réalisée, avec près de 3 mois de retard",
        "réalisée, avec 6 mois de retard",
        "réalisée, avec 14 mois de retard",
    }
    (non_repris,) = [texte for texte in demonstration.textes if "non repris" in texte]
    assert "Rencontre du premier semestre 2024" in non_repris  # awaited once, and its day is past


def test_un_objectif_que_les_parties_arretent_n_est_pas_repris(
    donnees_du_projet: Path, demonstration: Brouillon
) -> None:
    folder = donnees_du_projet / "conventions/suite_demonstration"
    convention = yaml.safe_load((folder / "convention.yaml").read_text("utf-8"))
    lectures = yaml.safe_load((folder / "lectures.yaml").read_text("utf-8"))
    (quatre,) = [fiche for fiche in convention["fiches"] if fiche["numero"] == "4"]
    liens = {
        lien["objectif"]: lien["indicateurs"]
        for lien in lectures["objectifs"]
        if lien["fiche"] == "4"
    }
    dits = {rangee["Objectif"]: rangee for rangee in demonstration.rangees("Fiche 4, objectifs")}

    arrete = "Décrire les missions actuelles de la coordination"
    assert quatre["objectifs"] == [
        "Faire des deux postes des postes de chargé de coopération",
        "Former les agents",
    ]
    assert liens[2] == ["formations_coordination"]  # the readings follow the ranks
    assert (dits[arrete][""], dits[arrete]["Décision des parties"]) == (
        "Non repris",
        "arrêter : l'état des lieux est fait",
    )
    assert dits["Former les agents"]["Décision des parties"] == "à compléter : décision des parties"


def test_ce_qui_reste_a_completer_est_compte(brouillon: Brouillon) -> None:
    comptes = {
        rangee["À compléter"]: int(rangee["Combien"])
        for rangee in brouillon.rangees("Ce qui reste à compléter")
    }

    def vides(mots: str, *colonnes: str) -> int:
        rangees = brouillon.rangees(mots)
        return sum(any(VIDE in rangee[nom] for nom in colonnes) for rangee in rangees)

    attendus = {
        "Besoins auxquels aucune fiche ne répond": vides("Besoins lus", "Ce qui y répond"),
        "Décisions sur les objectifs": vides("objectifs opérationnels", "Décision des parties"),
        "Échéances des modalités": vides("modalités de mise en œuvre", "Nouvelle échéance"),
        "Cibles des indicateurs": vides("qui ont été donnés", "Nouvelle cible"),
        "Indicateurs jamais donnés : les garder, ou non": vides("jamais donnés", "Suite"),
        "Décisions du comité sans responsable, ou sans échéance": vides(
            "Décisions qu'aucun comité", "Qui", "Pour le"
        ),
    }
    for quoi, combien in attendus.items():
        assert comptes.get(quoi, 0) == combien, quoi


def test_un_indicateur_donne_part_de_sa_derniere_valeur_avec_son_annee_et_sa_source(
    demonstration: Brouillon,
) -> None:
    observations = lire_suivi_brut("demonstration").observations
    rangees = demonstration.rangees("qui ont été donnés")
    (agreees,) = [
        rangee for rangee in rangees if rangee["Indicateur"] == "Assistantes maternelles agréées"
    ]

    connues = observations[observations["indicateur"].eq("am_agreees")]
    derniere = connues.sort_values("annee").iloc[-1]
    assert agreees["Départ"] == f"{derniere['valeur']:.0f} (p, {derniere['annee']})"
    assert agreees["Source du départ"] == derniere["source"]
    assert agreees["Cible de la convention"].startswith("62 (2026)")
    for rangee in rangees:
        if not rangee["Départ"].startswith("mesure qualitative"):
            assert re.search(r"\((?:p, )?20\d\d\)$", rangee["Départ"]), rangee
            assert rangee["Source du départ"] != "–", rangee


def test_un_repere_se_recalcule_sur_ce_qui_a_ete_donne(demonstration: Brouillon) -> None:
    rangees = demonstration.rangees("qui ont été donnés")
    lus = [CALCUL.search(rangee["Repère"]) for rangee in rangees]
    reperes = [lu for lu in lus if lu]

    assert len(reperes) > 10
    for lu in reperes:
        depart, gain, repere = (_nombre(lu[nom]) for nom in ("depart", "gain", "repere"))
        visee = depart + (1 if lu["signe"] == "+" else -1) * 4 * gain
        assert int(lu["annee"]) == int(lu["avant"]) + 1
        assert gain > 0
        if lu["borne"]:
            assert abs(repere - depart) <= abs(visee - depart)
        else:
            assert repere == pytest.approx(visee)
    sans = [rangee["Repère"] for rangee, lu in zip(rangees, lus, strict=True) if not lu]
    assert all(texte.startswith(("aucun : ", "à maintenir : ")) for texte in sans)
    (document,) = [
        rangee["Repère"] for rangee in rangees if rangee["Indicateur"].startswith("Document d'orga")
    ]
    assert document == "aucun : ce qui est promis existe, ou non"


def _nombre(texte: str) -> float:
    return float(re.sub(r"\s", "", texte).replace(",", "."))


def test_ce_qui_n_a_jamais_ete_donne_dit_qui_devait_le_donner_et_pourquoi(
    harnes: Brouillon,
) -> None:
    rangees = harnes.rangees("jamais donnés")
    par_libelle = {rangee["Indicateur"]: rangee for rangee in rangees}

    assert harnes.nommes("qui ont été donnés") == []
    assert all(len(rangee["Qui devait le donner, d'après quoi"]) > 3 for rangee in rangees)
    agreees = par_libelle["Assistantes maternelles agréées"]
    assert agreees["Pourquoi il manque"] == "aucun suivi n'a été transmis de 2023 à 2026"
    assert "liste des agréments" in agreees["Qui devait le donner, d'après quoi"]
    # The one number that the text gives is said to be the text's.
    postes = par_libelle["Postes d'animation du relais petite enfance (texte : 1,00 ETP, 2023)"]
    assert postes["Pourquoi il manque"].startswith("facultatif")
    depart = {
        item.id: item.valeur_initiale
        for item in lire_dossier("suite_harnes").convention.fiches[0].indicateurs
    }["etp_rpe"]
    assert getattr(depart, "reference", "").startswith(
        "seule valeur connue, convention 2023-2026 : annexe 2"
    )


def test_un_besoin_a_ses_chiffres_leur_annee_et_ce_qui_lui_repond(harnes: Brouillon) -> None:
    besoins = {rangee["Besoin"]: rangee for rangee in harnes.rangees("Besoins lus")}
    modes = {rangee["Mode d'accueil"]: rangee for rangee in harnes.rangees("Places d'accueil")}

    rsa = besoins["Part des allocataires bénéficiaires du RSA"]
    assert (rsa["Harnes"], rsa["Pas-de-Calais"]) == ("22,4\u202f% (2020)", "17,5\u202f% (2020)")
    assert rsa["Ce qui y répond"].startswith(VIDE)
    assert "AEEH" not in " ".join(besoins)  # a fiche's own words are no need
    collectif = modes["Établissement d'accueil du jeune enfant"]
    assert (collectif["Harnes"], collectif["Pas-de-Calais"]) == ("5,5", "14,5")
    assert collectif["Ce qui le soutient dans le projet"] == "aucune fiche"


def test_le_contexte_local_est_celui_du_diagnostic_et_non_l_annexe_de_l_offre(
    harnes: Brouillon,
) -> None:
    structures = [rangee["Structure"] for rangee in harnes.rangees("Le contexte local")]

    assert "Piscine, équipement sportif" in structures
    assert not [nom for nom in structures if "micro-crèche" in nom or "relais" in nom]


def test_un_chiffre_de_la_meme_annee_n_est_pas_une_mise_a_jour(harnes: Brouillon) -> None:
    rangees = {rangee["Indicateur"]: rangee for rangee in harnes.rangees("Données de cadrage")}

    population = rangees["Population"]
    assert population["Étude précédente Harnes"] == "12\u202f324 (2018)"
    assert population["Mise à jour Harnes"] == "12\u202f247 (2023)"
    allocataires = rangees["Allocataires de la Caf"]
    assert allocataires["Étude précédente Harnes"] == "2\u202f979 (2020)"
    assert allocataires["Mise à jour Harnes"] == VIDE  # the public figure is of 2020 too
    assert allocataires["Mise à jour Source"] == "à demander : Caf"


def test_ce_qui_est_a_son_terme_n_est_pas_repris(donnees: Path) -> None:
    path = donnees / "conventions/demonstration/convention.yaml"
    contenu = yaml.safe_load(path.read_text("utf-8"))
    fiches = {fiche["numero"]: fiche for fiche in contenu["fiches"]}
    (premier, *_) = fiches["1"]["indicateurs"]
    premier["fin"] = contenu["fin"].replace(month=12)  # a day of its own: no reference in YAML
    fiches["3"]["fin"] = contenu["fin"].replace(year=2025)
    path.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), "utf-8")

    assert lancer(["nouvelle-convention", "suite", "--depuis", "demonstration", *DATES]) == 0

    suivante = lire_dossier("suite").convention
    brouillon = lire(donnees / "conventions/suite" / ANNEXES)
    assert [fiche.numero for fiche in suivante.fiches] == ["1", "2", "4", "5"]
    assert premier["id"] not in suivante.fiches[0].suivis
    # what is computed from it ends with it
    assert "am_par_etp_rpe" not in suivante.fiches[0].suivis
    assert (
        "Fiche 3, Favoriser la participation et l'engagement des enfants et des jeunes, non reprise : "
        "à son terme le dernier jour de la convention."
    ) in brouillon.texte
    assert "(se calcule d'un indicateur qui n'est pas repris)" in brouillon.texte
    assert [titre for _, titre in brouillon.titres if titre.startswith("Fiche action n° 3")] == []


def test_une_fiche_dont_tous_les_objectifs_s_arretent_n_est_pas_reprise(donnees: Path) -> None:
    path = donnees / "conventions/demonstration/evaluation_finale.yaml"
    texte = path.read_text("utf-8")
    for rang in (1, 2):
        texte = re.sub(
            rf"\{{fiche: 5, objectif: {rang}, decision: maintenir",
            f"{{fiche: 5, objectif: {rang}, decision: arreter",
            texte,
        )
    path.write_text(texte, "utf-8")

    vivante = ce_qui_vit(ouvrir_evaluation("demonstration").etude)

    assert "5" not in [fiche.numero for fiche in vivante.fiches]


def test_une_analyse_garde_ce_qui_est_encore_suivi() -> None:
    quatre = ce_qui_vit(ouvrir_evaluation("demonstration").etude).fiches[3]

    (livrables,) = [analyse for analyse in quatre.analyses if analyse.type == "livrables"]
    assert "rencontre_2024" not in livrables.indicateurs_des_roles("livrables")
    assert "document_organisation" in livrables.indicateurs_des_roles("livrables")
