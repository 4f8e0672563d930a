"""What avenants do to the plan, as it is validated, read year by year, and asked of services."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ctglib.calculs.collecte import a_collecter, a_demander, taux_de_collecte
from ctglib.calculs.etats import etat_inconnu, etats
from ctglib.calculs.evaluation import evaluer
from ctglib.calculs.suivi import series
from ctglib.collecte.feuilles import cadre_vierge, feuilles, ouvrir_cadre
from ctglib.collecte.manques import demandes_du_suivi
from ctglib.donnees.dossier import charger_gabarit
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.plan import dispense
from ctglib.donnees.suivi import DossierSuivi, lire_suivi_brut
from ctglib.donnees.validation import valider
from ctglib.production.plan import annees_de, fiches_de

NOM = "demonstration"
DOSSIER = f"conventions/{NOM}"
EFFET = date(2026, 3, 1)
ABSENT = {"absent": "La fiche ne le donne pas"}


INDICATEUR = """
  - id: ateliers_du_lieu
    libelle: Ateliers du lieu d'accueil
    noyau: La fiche ajoutée ne se lit pas sans eux
    definition: Ateliers tenus dans l'année.
    unite: nombre
    nature: realisation
    sens: hausse
    decimales: 0
    bornes: [0, null]
    collecte: {responsable: coordination, qui: Coordination, quand: en janvier, document: Registre}
"""


@pytest.fixture(autouse=True)
def sans_avenant(donnees: Path) -> None:
    """The demonstration without its own avenants, nor what was said of what they added; with an
    indicator that no fiche follows yet.
    """
    (donnees / DOSSIER / "avenants.yaml").unlink()
    for table, debut in (
        ("actions", "2,2.6,"),
        ("actions", "5,"),
        ("observations", "00001,2026,familles_laep,"),
        ("observations", "00001,2026,heures_laep,"),
        ("moyens", "ville,5,"),
        ("moyens", "caf,5,"),
    ):
        retirer_les_lignes(donnees, 2026, table, debut)
    couper(donnees / DOSSIER / "suivi/2026/appreciations.yaml", "  - fiche: 5\n")
    for nom in ("evaluation_finale.yaml", "lectures.yaml"):
        oublier_la_fiche_5(donnees / DOSSIER / nom)
    collecte = donnees / DOSSIER / "collecte.yaml"
    texte = collecte.read_text(encoding="utf-8")
    texte = texte.replace(", 5: enfance}", "}").replace(", 5]}", "]}")
    collecte.write_text(texte, encoding="utf-8")
    fichier = donnees / DOSSIER / "indicateurs.yaml"
    propres = fichier.read_text(encoding="utf-8")
    fichier.write_text(
        propres.replace("indicateurs:\n", f"indicateurs:\n{INDICATEUR}", 1), encoding="utf-8"
    )


def fiche_ajoutee(donnees: Path, numero: int = 7) -> dict[str, object]:
    """Return a fiche of one modalité, and of the indicator that nothing else follows."""
    texte = (donnees / DOSSIER / "convention.yaml").read_text(encoding="utf-8")
    premiere = yaml.safe_load(texte)["fiches"][0]
    gardes = ("axe", "enjeu", "constat_initial", "publics", "objectifs", "services", "partenaires")
    return {
        **{cle: premiere[cle] for cle in gardes},
        "numero": numero,
        "titre": "Ouvrir un lieu d'accueil pour les parents",
        "modalites": [{"numero": f"{numero}.1", "libelle": "Ouvrir le lieu"}],
        "debut": "2026-03-01",
        "fin": "2026-12-31",
        "resultats": [],
        "indicateurs": [
            {"id": "ateliers_du_lieu", "valeur_initiale": ABSENT, "cible": ABSENT},
        ],
        "reference": "avenant n° 2",
    }


class EnEntier(yaml.SafeDumper):
    """Writes in full what comes twice: our reader of YAML refuses references."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def signer(donnees: Path, *changements: dict[str, object], jour: date = EFFET) -> None:
    """Replace the avenants of the demonstration by one, with these changes from a day."""
    ecrit = {
        "avenants": [
            {
                "numero": 2,
                "date": str(jour),
                "objet": "Un essai",
                "reference": "avenant n° 2",
                "changements": [{"effet": str(jour), **changement} for changement in changements],
            }
        ]
    }
    texte = yaml.dump(ecrit, Dumper=EnEntier, allow_unicode=True, sort_keys=False)
    (donnees / DOSSIER / "avenants.yaml").write_text(texte, encoding="utf-8")


def couper(fichier: Path, debut: str) -> None:
    """Take away the end of a file, from the text that it begins with."""
    avant, trouve, _ = fichier.read_text(encoding="utf-8").partition(debut)
    assert trouve
    fichier.write_text(avant, encoding="utf-8")


def oublier_la_fiche_5(fichier: Path) -> None:
    """Take away what a file of the convention says of the fiche that its avenant adds."""
    lu = yaml.safe_load(fichier.read_text(encoding="utf-8"))
    gardes = {}
    for cle, liste in lu.items():
        gardes[cle] = liste
        if isinstance(liste, list):
            gardes[cle] = [item for item in liste if item.get("fiche") != 5]
    texte = yaml.dump(gardes, Dumper=EnEntier, allow_unicode=True, sort_keys=False)
    fichier.write_text(texte, encoding="utf-8")


def retirer_les_lignes(donnees: Path, annee: int, table: str, debut: str) -> None:
    """Take away the rows of a table of a year that begin so."""
    fichier = donnees / DOSSIER / f"suivi/{annee}/{table}.csv"
    lignes = fichier.read_text(encoding="utf-8").splitlines(keepends=True)
    gardees = [ligne for ligne in lignes if not ligne.startswith(debut)]
    assert len(gardees) < len(lignes)
    fichier.write_text("".join(gardees), encoding="utf-8")


def modalite(action: str, element: str, **autres: object) -> dict[str, object]:
    fiche = int(element.partition(".")[0])
    return {"nature": "modalite", "action": action, "fiche": fiche, "element": element, **autres}


def etat(suivi: DossierSuivi, annee: int, numero: str) -> pd.Series:
    table = etats(suivi, annee)
    return table[table["modalite"].eq(numero)].iloc[0]


def reperes(annee: int, feuille: str) -> set[str]:
    """Return what the rows of a sheet of the workbook of a year are called."""
    for une_feuille in feuilles(ouvrir_cadre(NOM, annee)):
        if une_feuille.modele.id == feuille:
            return {str(ligne.montre["repere"]) for ligne in une_feuille.lignes}
    return set()


# Validation


@pytest.mark.parametrize(
    ("changement", "place", "message"),
    [
        (modalite("abandonner", "2.9"), "element", "une modalité de cette fiche au 2026-03-01"),
        (
            modalite("retirer", "7.1"),
            "fiche",
            "une fiche action de convention.yaml : 1, 2, 3, 4",
        ),
        (
            modalite("ajouter", "2.4", modalite_ecrite={"numero": "2.4", "libelle": "Une autre"}),
            "element",
            "un numéro ou un nom que rien n'a porté avant",
        ),
        (
            modalite("ajouter", "2.8", modalite_ecrite={"numero": "2.9", "libelle": "Une autre"}),
            "modalite_ecrite",
            "« 2.8 », comme dans « element »",
        ),
        (modalite("reprendre", "2.4"), "element", "suspendu ou abandonné"),
        (
            {"nature": "indicateur", "action": "retirer", "fiche": 1, "element": "cmj_membres"},
            "element",
            "un indicateur suivi au 2026-03-01",
        ),
        (
            {"nature": "pilote", "action": "retirer", "fiche": 1, "element": "ville"},
            "element",
            "un pilote de cette fiche",
        ),
        (
            {"nature": "partie", "action": "retirer", "element": "msa"},
            "element",
            "une partie de la convention au 2026-03-01 : ville, caf",
        ),
        (
            {"nature": "cible", "element": "ateliers_du_lieu", "nouveau": 1, "annee": 2026},
            "element",
            "un indicateur suivi au 2026-03-01",
        ),
    ],
)
def test_un_changement_de_ce_que_le_plan_n_a_pas_est_refuse_avec_sa_ligne(
    donnees: Path, changement: dict[str, object], place: str, message: str
) -> None:
    signer(donnees, changement)

    with pytest.raises(DonneesInvalides) as refus:
        valider(NOM)

    (faute,) = refus.value.fautes
    assert faute.fichier == f"{DOSSIER}/avenants.yaml"
    assert faute.colonne == f"avenants[1].changements[1].{place}"
    assert faute.ligne
    assert message in faute.attendu


def test_les_noms_d_un_element_ecrit_par_avenant_sont_verifies_comme_ceux_du_texte(
    donnees: Path,
) -> None:
    fiche = fiche_ajoutee(donnees) | {"axe": "inconnu", "offre": ["ailleurs"]}
    signer(donnees, {"nature": "fiche", "action": "ajouter", "element": 7, "fiche_ecrite": fiche})

    with pytest.raises(DonneesInvalides) as refus:
        valider(NOM)

    colonnes = {str(faute.colonne).rpartition("fiche_ecrite.")[2] for faute in refus.value.fautes}
    assert colonnes == {"axe", "offre[1]"}


def test_un_numero_retire_ne_se_redonne_pas(donnees: Path) -> None:
    signer(
        donnees,
        modalite("retirer", "2.4", effet="2026-02-01"),
        modalite("ajouter", "2.4", modalite_ecrite={"numero": "2.4", "libelle": "Une autre"}),
    )

    with pytest.raises(DonneesInvalides, match=r"« 2\.4 », déjà pris au 2026-03-01"):
        valider(NOM)


def test_le_suivi_cite_ce_qu_un_avenant_a_ajoute(donnees: Path) -> None:
    signer(
        donnees,
        {
            "nature": "fiche",
            "action": "ajouter",
            "element": 7,
            "fiche_ecrite": fiche_ajoutee(donnees),
        },
        modalite("ajouter", "3.9", modalite_ecrite={"numero": "3.9", "libelle": "Former"}),
    )
    actions = donnees / DOSSIER / "suivi/2026/actions.csv"
    texte = actions.read_text(encoding="utf-8")
    actions.write_text(f"{texte}3,3.9,en_cours,,,,,,\n7,7.1,en_cours,,,,,,\n", encoding="utf-8")

    assert valider(NOM)
    assert etat(lire_suivi_brut(NOM, 2026), 2026, "7.1").statut == "en_cours"


def test_une_fiche_recrite_deux_fois_garde_les_numeros_de_ses_modalites(donnees: Path) -> None:
    fiche = fiche_ajoutee(donnees)
    signer(
        donnees,
        {"nature": "fiche", "action": "ajouter", "element": 7, "fiche_ecrite": fiche},
        {"nature": "fiche", "action": "changer", "element": 7, "fiche_ecrite": fiche},
    )

    assert valider(NOM)


# Reading


def test_une_annee_d_avant_l_effet_se_lit_avec_le_plan_de_son_jour(donnees: Path) -> None:
    signer(
        donnees,
        modalite("abandonner", "2.1"),
        {
            "nature": "fiche",
            "action": "ajouter",
            "element": 7,
            "fiche_ecrite": fiche_ajoutee(donnees),
        },
    )

    suivi = lire_suivi_brut(NOM, 2026)

    assert [fiche.numero for fiche in suivi.plan(2025).fiches] == ["1", "2", "3", "4"]
    assert [fiche.numero for fiche in suivi.plan(2026).fiches] == ["1", "2", "3", "4", "7"]
    assert etat(suivi, 2025, "2.1").statut == "en_cours"
    assert etat(suivi, 2026, "2.1").statut == "abandonnee"
    assert [list(fiches_de(NOM, annee)) for annee in (2025, 2026)] == [list("1234"), list("12347")]


def test_une_serie_qui_n_existait_pas_est_sans_objet_jamais_non_transmise(donnees: Path) -> None:
    signer(
        donnees,
        {
            "nature": "fiche",
            "action": "ajouter",
            "element": 7,
            "fiche_ecrite": fiche_ajoutee(donnees),
        },
    )
    suivi = lire_suivi_brut(NOM, 2026)

    lues = series(
        suivi.observations,
        suivi.catalogue.indicateurs_fiches.values(),
        territoire="00001",
        annee=2026,
        dispenses=suivi.dispenses(2026),
    )

    nouvelle = lues[lues["indicateur"].eq("ateliers_du_lieu")].set_index("annee")["statut"]
    assert nouvelle.to_dict() == {2023: "M", 2024: "M", 2025: "M"}
    manques = demandes_du_suivi(suivi, charger_gabarit(NOM)).query("manque")
    demandes = a_collecter(evaluer(suivi, 2026), suivi.catalogue, suivi.convention, manques)
    demandes = demandes[demandes["indicateur"].eq("ateliers_du_lieu")]
    assert set(demandes["annee"]) <= {2026}


@pytest.mark.parametrize(
    "retrait",
    [
        {"nature": "fiche", "action": "retirer", "element": 3},
        {"nature": "indicateur", "action": "retirer", "fiche": 2, "element": "heures_realisees"},
    ],
)
def test_ce_qui_est_retire_et_a_encore_des_valeurs_ne_casse_rien(
    donnees: Path, retrait: dict[str, object]
) -> None:
    signer(donnees, retrait)
    suivi = lire_suivi_brut(NOM, 2026)

    derniere = evaluer(suivi, 2026)
    precedente = evaluer(suivi, 2025)

    retires = {indicateur.id for indicateur in suivi.catalogue.indicateurs_retires}
    assert retires
    assert not retires & set(derniere["indicateur"])
    assert retires <= set(precedente["indicateur"])
    assert valider(NOM)


def test_une_duree_prolongee_prolonge_encore_les_fiches_et_les_annees(donnees: Path) -> None:
    signer(donnees, {"nature": "duree", "nouveau": "2027-06-30"})

    suivi = lire_suivi_brut(NOM, 2026)

    assert suivi.fin == date(2027, 6, 30)
    assert etat(suivi, 2026, "2.1").echeance == pd.Timestamp(2027, 6, 30)
    assert annees_de(NOM) == (2023, 2024, 2025, 2026, 2027)


# What is done stays done


def test_une_action_realisee_le_reste_sans_qu_on_la_redise(donnees: Path) -> None:
    retirer_les_lignes(donnees, 2026, "actions", "4,4.1,")

    suivi = lire_suivi_brut(NOM, 2026)
    realisee = etat(suivi, 2026, "4.1")

    assert realisee.statut == "realisee"
    assert realisee.fin == pd.Timestamp(2024, 6, 18)
    assert realisee.preuve == "Compte rendu du 18 juin 2024"
    assert not etat_inconnu(etats(suivi, 2026)).any()


def test_un_etat_inconnu_donne_le_dernier_connu_et_sa_date(donnees: Path) -> None:
    retirer_les_lignes(donnees, 2025, "actions", "1,1.1,")

    suivi = lire_suivi_brut(NOM, 2025)
    inconnue = etat(suivi, 2025, "1.1")

    assert inconnue.statut == "non_renseignee"
    assert inconnue.mot == "en cours fin 2024, sans nouvelles depuis"
    assert etat_inconnu(etats(suivi, 2025))[0]


# Asked of nobody


def test_on_ne_demande_rien_de_ce_qui_est_abandonne_suspendu_ou_retire(donnees: Path) -> None:
    signer(
        donnees,
        modalite("abandonner", "2.1"),
        modalite("suspendre", "3.1"),
        modalite("retirer", "3.3"),
        {"nature": "fiche", "action": "abandonner", "element": 1, "raison": "Plus d'objet"},
        {
            "nature": "indicateur",
            "action": "suspendre",
            "fiche": 2,
            "element": "reunions_partenariales",
        },
    )
    for table in ("actions", "observations", "moyens", "profils", "posture"):
        (donnees / DOSSIER / f"suivi/2026/{table}.csv").unlink()
    (donnees / DOSSIER / "suivi/2026/appreciations.yaml").unlink()
    suivi = lire_suivi_brut(NOM, 2026)
    evaluation = evaluer(suivi, 2026)
    gabarit = charger_gabarit(NOM)
    etats_de_2026 = etats(suivi, 2026)

    # The workbook, whole and as a letter sends it.
    actions = reperes(2026, "actions")
    assert {"3.2", "4.4"} <= actions
    assert not {"1.1", "2.1", "3.1", "3.3"} & actions
    chiffres = reperes(2026, "indicateurs")
    assert not {"am_agreees", "reunions_partenariales"} & chiffres
    vierges = feuilles(cadre_vierge(suivi, gabarit, 2026, ""))
    for feuille in vierges:
        assert not any(ligne.montre.get("repere") in ("1.1", "2.1") for ligne in feuille.lignes)
    # The counts, what is asked for next, the dossier.
    assert not etat_inconnu(etats_de_2026)[etats_de_2026["fiche"].eq("1")].any()
    demandees = demandes_du_suivi(suivi, gabarit)
    manques = demandees[demandees["manque"]]
    de_2026 = demandees[demandees["annee"].eq(2026)]
    par_fiche = taux_de_collecte(de_2026).query("groupe == 'fiche'").set_index("valeur_groupe")
    assert "1" not in par_fiche.index
    demandes = a_collecter(evaluation, suivi.catalogue, suivi.convention, manques, fin=suivi.fin)
    assert not demandes["fiche"].eq("1").any()
    assert "reunions_partenariales" not in set(demandes["indicateur"])
    departs = demandes[demandes["motif"].eq("valeur_initiale")]
    jour = suivi.suivis[2026].bilan.date_arretee
    finaux = a_demander(manques, departs, suivi.catalogue, suivi.convention, jour)
    assert not (finaux["fiche"].eq("1") & finaux["demandee"]).any()


def test_ce_qui_est_fait_ou_pas_commence_n_est_pas_au_classeur(donnees: Path) -> None:
    for annee in (2023, 2026):
        (donnees / DOSSIER / f"suivi/{annee}/actions.csv").unlink()

    en_2026 = reperes(2026, "actions")
    en_2023 = reperes(2023, "actions")

    assert not {"4.1", "4.2", "2.3", "2.4"} & en_2026  # done or given up by 2025
    assert not {"1.1", "4.1"} & en_2023  # from 2024
    assert {"2.1", "3.1"} <= en_2026 & en_2023


def test_un_classeur_deja_envoye_se_relit_encore(donnees: Path) -> None:
    signer(donnees, modalite("abandonner", "3.1"))
    (donnees / DOSSIER / "suivi/2026/actions.csv").unlink()

    a_lire = feuilles(ouvrir_cadre(NOM, 2026), a_lire=True)

    (actions,) = [feuille for feuille in a_lire if feuille.modele.id == "actions"]
    assert "3.1" in {ligne.montre["repere"] for ligne in actions.lignes}
    assert "3.1" not in reperes(2026, "actions")


def test_la_dispense_dit_pourquoi(donnees: Path) -> None:
    signer(donnees, modalite("suspendre", "2.1"), modalite("abandonner", "2.2"))
    fiche = lire_suivi_brut(NOM, 2026).plan(2026).fiches[1]
    deux_un, deux_deux, deux_trois = fiche.modalites[:3]
    jour = date(2026, 12, 31)

    assert dispense(fiche, jour, deux_un) == "suspendue"
    assert dispense(fiche, jour, deux_deux) == "abandonnee"
    assert dispense(fiche, jour, deux_deux, dernier_etat="realisee") == "faite"
    assert dispense(fiche, jour, deux_trois) == ""
    assert dispense(fiche, date(2022, 1, 1)) == "non_commencee"
