"""Values that are no plain number: yes or no, lists, texts; asked, imported, judged and shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from classeur_rempli import poser
from donnees_abimees import remplacer
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from import_exemple import importer
from openpyxl import load_workbook

from ctglib.blocs.annee import etudier
from ctglib.blocs.indicateurs import notes_des_textes
from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.donnees.csv_strict import examiner_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider

RIVES = DEPOT / "tests/fixtures/conventions/rives_de_laune"
UNITES = {
    "projet_ecrit": "oui_non",
    "communes_desservies": "communes",
    "bilan_du_reseau": "texte",
    "satisfaction": "score_sur_10",
}
AVANT = "    repond_a: [espaces_vie_sociale]\n"


@pytest.fixture
def convention(donnees: Path) -> Path:
    """A convention whose fiche 3 has an indicator of each form."""
    dossier = donnees / "conventions/rives_de_laune"
    shutil.copytree(RIVES, dossier)
    suivis = []
    definitions = []
    for nom, unite in UNITES.items():
        suivis.append(
            f"      - {{id: {nom}, libelle: {nom}, valeur_initiale: {{absent: Inconnue}}, "
            "cible: {absent: Aucune}}\n"
        )
        definitions.append(
            f"  - {{id: {nom}, libelle: {nom}, definition: Pour le test., unite: {unite}, nature: resultat, "
            "sens: hausse, decimales: 0, bornes: [0, null], collecte: {responsable: coordination, qui: Service, "
            "quand: en janvier, document: Relevé}}\n"
        )
    remplacer(dossier / "convention.yaml", AVANT, "".join(suivis) + AVANT)
    remplacer(
        dossier / "indicateurs.yaml", "indicateurs:\n", "indicateurs:\n" + "".join(definitions)
    )
    return dossier


def remplir(dossier: Path, **valeurs: object) -> Path:
    """Return the workbook of 2025, filled with values by indicator."""
    chemin = ecrire_gabarit("rives_de_laune", 2025, dossier)
    classeur = load_workbook(chemin)
    for nom, valeur in valeurs.items():
        poser(classeur, "Indicateurs", nom, Valeur_2025=valeur)
    classeur.save(chemin)
    return chemin


def test_ce_qui_est_saisi_est_range_relu_et_montre(convention: Path, tmp_path: Path) -> None:
    chemin = remplir(
        tmp_path,
        projet_ecrit="Oui",
        communes_desservies="Bourg-sur-Aune ; Val-d'Aune ;  Bourg-sur-Aune",
        bilan_du_reseau="Trois familles rencontrées chaque mois.",
        satisfaction=8,
    )

    importer(chemin)

    fichier = "conventions/rives_de_laune/suivi/2025/observations.csv"
    lues = examiner_csv(fichier, "observations").lignes.set_index("indicateur")
    assert lues["valeur"].to_dict() == {
        "projet_ecrit": "1",
        "communes_desservies": "2",
        "bilan_du_reseau": "1",
        "satisfaction": "8",
    }
    assert lues["texte"]["communes_desservies"] == "Bourg-sur-Aune ; Val-d'Aune"
    valider("rives_de_laune")
    etude = etudier("rives_de_laune", 2025, "publique")
    evaluation = etude.evaluation.set_index("indicateur").loc[list(UNITES)]
    ecrites = [
        etude.contexte.valeur(str(nom), valeur) for nom, valeur in evaluation["valeur"].items()
    ]
    assert ecrites == ["oui", "2\u00a0communes", "dit en note", "8\u00a0sur 10"]
    notes = notes_des_textes(etude, evaluation.reset_index())
    assert notes == [
        "communes_desservies : Bourg-sur-Aune ; Val-d'Aune.",
        "bilan_du_reseau : Trois familles rencontrées chaque mois.",
    ]
    assert evaluation["raison_evolution"]["bilan_du_reseau"] == "qualitatif"
    assert evaluation["raison_evolution"]["projet_ecrit"] == "qualitatif"
    # The next workbook shows what was entered as it was typed.
    feuille = load_workbook(ecrire_gabarit("rives_de_laune", 2025, tmp_path / "encore"))
    montres = {str(cellule.value) for ligne in feuille["Indicateurs"] for cellule in ligne}
    assert {"oui", "Bourg-sur-Aune ; Val-d'Aune"} <= montres


def test_un_oui_qui_n_en_est_pas_un_est_refuse_a_l_import(convention: Path, tmp_path: Path) -> None:
    chemin = remplir(tmp_path, projet_ecrit="peut-être")

    with pytest.raises(DonneesInvalides) as refus:
        importer(chemin)

    (faute,) = refus.value.fautes
    assert faute.trouve == "« peut-être »"
    assert faute.attendu == "l'un des choix de la liste : oui, non"


@pytest.mark.parametrize(
    ("nom", "valeur", "texte", "colonne"),
    [
        ("projet_ecrit", "2", "", "valeur"),
        ("communes_desservies", "3", "A ; B", "valeur"),
        ("bilan_du_reseau", "1", "", "texte"),
        ("satisfaction", "8", "Très bien", "texte"),
    ],
)
def test_une_valeur_qui_n_a_pas_sa_forme_est_une_faute(
    convention: Path, nom: str, valeur: str, texte: str, colonne: str
) -> None:
    fichier = convention / "suivi/2025/observations.csv"
    fichier.parent.mkdir(parents=True)
    fichier.write_text(
        "territoire,annee,indicateur,dimension,modalite,millesime,valeur,unite,statut,source,note,texte\n"
        f"000000017,2025,{nom},,,2025,{valeur},{UNITES[nom]},A,Relevé,,{texte}\n",
        encoding="utf-8",
    )

    with pytest.raises(DonneesInvalides) as refus:
        valider("rives_de_laune")

    assert [faute.colonne for faute in refus.value.fautes] == [colonne]


def test_un_ancien_fichier_sans_la_colonne_des_textes_reste_juste() -> None:
    lues = examiner_csv("conventions/demonstration/suivi/2024/observations.csv", "observations")

    assert "texte" not in (DONNEES / lues.fichier).read_text(encoding="utf-8").splitlines()[0]
    assert lues.fautes == ()
    assert set(lues.lignes["texte"]) == {""}
