"""An indicator that serves several fiches: asked once, shown in each, counted once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from donnees_abimees import remplacer
from fichiers_suivis import DEPOT
from openpyxl import load_workbook

from ctglib import ouvrir_evaluation
from ctglib.blocs.annee import EtudeAnnuelle, etudier, part_de
from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider

RIVES = "tests/fixtures/conventions/rives_de_laune"
PARTAGE = """      - id: ateliers_parents
        libelle: Ateliers accueillis dans l'espace
        valeur_initiale: {valeur: 12, annee: 2023, reference: "annexe A, fiche 3"}
        cible: {absent: Non fixée}
"""
AVANT = "    repond_a: [espaces_vie_sociale]\n"


@pytest.fixture
def convention(donnees: Path) -> Path:
    """A convention whose fiche 3 follows an indicator of its fiche 2, in words of its own."""
    dossier = donnees / "conventions/rives_de_laune"
    shutil.copytree(DEPOT / RIVES, dossier)
    remplacer(dossier / "convention.yaml", AVANT, PARTAGE + AVANT)
    return dossier


def lignes(etude: EtudeAnnuelle) -> list[tuple[str, str]]:
    """Return the fiche and the words of each row of the shared indicator."""
    evaluation = etude.evaluation[etude.evaluation["indicateur"].eq("ateliers_parents")]
    return list(zip(evaluation["fiche"].astype(str), evaluation["libelle"], strict=True))


def test_il_est_accepte_dans_plusieurs_fiches(convention: Path) -> None:
    assert f"conventions/{convention.name}/convention.yaml" in valider(convention.name)


def test_il_est_montre_dans_chaque_fiche_et_compte_une_fois(convention: Path) -> None:
    etude = etudier(convention.name, 2025, "publique")
    deuxieme, troisieme = (part_de(etude, etude.fiche(numero)) for numero in ("1.9", "1.10"))

    taux = etude.collecte.set_index(["groupe", "valeur_groupe"])["demandes"]

    assert lignes(etude) == [("1.9", "Ateliers tenus avec les parents")]
    assert lignes(deuxieme) == [("1.9", "Ateliers tenus avec les parents")]
    assert lignes(troisieme) == [("1.10", "Ateliers accueillis dans l'espace")]
    assert taux[("ensemble", "")] == taux.loc["fiche"].sum()
    demandes = etude.a_collecter.query("indicateur == 'ateliers_parents'")
    assert demandes["fiche"].astype(str).unique().tolist() == ["1.9"]


def test_il_est_demande_une_fois_dans_le_classeur(convention: Path, tmp_path: Path) -> None:
    classeur = load_workbook(ecrire_gabarit(convention.name, 2025, tmp_path))

    reperes = [
        cellule.value
        for cellule in next(iter(classeur["Indicateurs"].iter_cols(max_col=1)))
        if cellule.value == "ateliers_parents"
    ]

    assert reperes == ["ateliers_parents"]


@pytest.mark.parametrize(
    ("ecrit", "remplace", "cle"),
    [
        (
            'valeur: 12, annee: 2023, reference: "annexe A, fiche 3"',
            "absent: Inconnue",
            "valeur_initiale",
        ),
        (
            "cible: {absent: Non fixée}",
            "cible: {valeur: 30, annee: 2028, reference: Annexe A}",
            "cible",
        ),
    ],
)
def test_une_autre_valeur_de_depart_ou_une_autre_cible_est_refusee(
    convention: Path, ecrit: str, remplace: str, cle: str
) -> None:
    remplacer(convention / "convention.yaml", ecrit, remplace)

    with pytest.raises(DonneesInvalides) as refus:
        valider(convention.name)

    (faute,) = refus.value.fautes
    assert faute.colonne is not None and faute.colonne.endswith(f".{cle}")
    assert "suivi par plusieurs fiches" in faute.trouve


def test_deux_fois_dans_une_meme_fiche_est_une_faute(convention: Path) -> None:
    remplacer(convention / "convention.yaml", AVANT, PARTAGE + AVANT)

    with pytest.raises(DonneesInvalides) as refus:
        valider(convention.name)

    assert "« ateliers_parents » une seconde fois" in refus.value.fautes[0].trouve


def test_l_evaluation_finale_le_lit_et_ne_dit_pas_sans_indicateur_la_fiche_qui_le_partage(
    convention: Path,
) -> None:
    fiche = convention / "convention.yaml"
    seul = """      - id: adherents_evs
        libelle: Adhérents de l'espace de vie sociale
        valeur_initiale: {valeur: 85, annee: 2023, reference: "annexe A, fiche 1.10"}
        cible: {absent: Le texte ne la donne pas}
"""
    remplacer(fiche, seul, "")
    remplacer(fiche, "indicateurs: [adherents_evs]", "indicateurs: [ateliers_parents]")

    evaluation = ouvrir_evaluation(convention.name)

    lecon = " ".join(map(str, evaluation.criteres.lecon().items))
    assert "Sans aucun indicateur écrit" not in lecon
    demandes = evaluation.etude.a_demander.query("element == 'ateliers_parents'")
    assert demandes["fiche"].astype(str).tolist() == ["1.9"]
