"""An indicator that an EPCI asks commune by commune: one sheet, one count each, masked with its
sum.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from classeur_rempli import poser
from donnees_abimees import remplacer
from fichiers_suivis import DEPOT
from import_exemple import importer
from openpyxl import load_workbook

from ctglib.blocs.annee import etudier
from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.donnees.csv_strict import examiner_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.suivi import lire_suivi_brut

RIVES = DEPOT / "tests/fixtures/conventions/rives_de_laune"
COMMUNES = {"00011": "Bourg-sur-Aune", "00012": "Val-d'Aune", "62498": "Lens"}
MEMBRES = 'membres: ["00011", "00012", "00013"]\n'
LIEUX = """\
  - {code: "00011", nom: Bourg-sur-Aune, niveau: commune, a: à Bourg, de: de Bourg, le: Bourg}
  - {code: "00012", nom: Val-d'Aune, niveau: commune, a: à Val, de: de Val, le: Val}
"""
SUIVI = """      - id: enfants_inscrits
        libelle: Enfants inscrits dans l'année
        valeur_initiale: {absent: Inconnue}
        cible: {absent: Aucune}
"""
DEFINITION = """
  - id: enfants_inscrits
    libelle: Enfants inscrits
    definition: Pour le test.
    unite: nombre
    nature: resultat
    sens: hausse
    dimension: commune
    partition: true
    sensible: true
    decimales: 0
    bornes: [0, null]
    collecte: {responsable: coordination, qui: Service, quand: en janvier, document: Registre}
"""
AVANT = "    repond_a: [espaces_vie_sociale]\n"


@pytest.fixture
def convention(donnees: Path) -> Path:
    """A convention of three communes, whose fiche 3 asks an indicator of each."""
    dossier = donnees / "conventions/rives_de_laune"
    shutil.copytree(RIVES, dossier)
    texte = dossier / "convention.yaml"
    remplacer(texte, MEMBRES, MEMBRES.replace("00013", "62498"))  # one that is known of public data
    remplacer(texte, AVANT, SUIVI + AVANT)
    lieux = dossier / "territoires.yaml"
    lieux.write_text(f"{lieux.read_text(encoding='utf-8').rstrip()}\n{LIEUX}", encoding="utf-8")
    propres = dossier / "indicateurs.yaml"
    remplacer(propres, "indicateurs:\n", f"indicateurs:{DEFINITION}")
    return dossier


def remplir(dossier: Path, **valeurs: int) -> Path:
    """Return the workbook of 2025, filled with values by what its rows are called."""
    chemin = ecrire_gabarit("rives_de_laune", 2025, dossier)
    classeur = load_workbook(chemin)
    for repere, valeur in valeurs.items():
        poser(classeur, "Communes", repere.replace("__", "."), Valeur_2025=valeur)
    classeur.save(chemin)
    return chemin


def test_une_feuille_demande_l_ensemble_puis_chaque_commune(
    convention: Path, tmp_path: Path
) -> None:
    classeur = load_workbook(ecrire_gabarit("rives_de_laune", 2025, tmp_path))

    lignes = [
        ligne
        for ligne in classeur["Communes"].iter_rows(values_only=True)
        if str(ligne[0]).startswith("enfants_inscrits")
    ]

    assert [ligne[0] for ligne in lignes] == [
        "enfants_inscrits",
        *(f"enfants_inscrits.{code}" for code in COMMUNES),
    ]
    assert [ligne[3] for ligne in lignes] == ["Ensemble", *COMMUNES.values()]
    ailleurs = [str(ligne[0].value) for ligne in classeur["Indicateurs"].rows]
    assert "enfants_inscrits" not in ailleurs


def test_ce_qui_est_saisi_se_relit_et_un_petit_effectif_est_masque_avec_un_autre(
    convention: Path, tmp_path: Path
) -> None:
    chemin = remplir(
        tmp_path,
        enfants_inscrits=133,
        enfants_inscrits__00011=80,
        enfants_inscrits__00012=50,
        enfants_inscrits__62498=3,
    )

    importer(chemin)

    fichier = "conventions/rives_de_laune/suivi/2025/observations.csv"
    saisies = examiner_csv(fichier, "observations").lignes
    assert dict(zip(saisies["modalite"], saisies["valeur"], strict=True)) == {
        "": "133",
        "00011": "80",
        "00012": "50",
        "62498": "3",
    }
    evaluation = etudier("rives_de_laune", 2025, "publique").evaluation
    publiees = evaluation[evaluation["indicateur"].eq("enfants_inscrits")].set_index("modalite")
    caches = publiees.index[publiees["valeur"].isna()]
    assert publiees.loc["", "valeur"] == 133
    assert "62498" in caches
    assert len(caches) == 2


def test_des_communes_qui_font_plus_que_l_ensemble_sont_refusees(
    convention: Path, tmp_path: Path
) -> None:
    chemin = remplir(
        tmp_path, enfants_inscrits=100, enfants_inscrits__00011=80, enfants_inscrits__00012=50
    )

    with pytest.raises(DonneesInvalides, match="130 pour la somme des détails"):
        importer(chemin)


def test_une_commune_d_ailleurs_est_inconnue(convention: Path) -> None:
    remplacer(
        convention / "indicateurs.yaml",
        "    dimension: commune\n",
        "    dimension: commune\n    modalites: ['62001']\n",
    )

    with pytest.raises(DonneesInvalides, match="00011, 00012, 62498"):
        lire_suivi_brut("rives_de_laune")


def test_qui_n_a_pas_de_communes_n_a_rien_a_demander_commune_par_commune(
    convention: Path,
) -> None:
    remplacer(convention / "convention.yaml", MEMBRES.replace("00013", "62498"), "")

    with pytest.raises(DonneesInvalides, match="« commune »"):
        lire_suivi_brut("rives_de_laune")
