"""Two conventions that are not Harnes: their whole year, from the workbook to the reports, and only their own."""

from __future__ import annotations

import io
import re
import shutil

import pytest
from classeur_rempli import poser
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg
from openpyxl import load_workbook

from ctglib.collecte.gabarit import ecrire_gabarit
from ctglib.commandes.application import lancer
from ctglib.donnees.lecture import VARIABLE

FICTIVES = DEPOT / "tests/fixtures/conventions"
# Convention, year, values to enter by indicator, number of fiches.
ANNEES = {
    "rives_de_laune": (2025, {"places_eaje_ouvertes": 18, "rendez_vous_droits": 150, "comites_pilotage": 1}, 6),
    "monteclair": (2026, {"jeunes_accueillis": 25}, 2),
}
# What only the other conventions of the project say: names, articles, annexes, promised documents, posts.
DE_HARNES = re.compile(
    r"Harnes|Carvin|Valfontaine|Pas-de-Calais|Gouillard|Brevière|\b62413\b|\b6-[ab]\b|[Aa]nnexes? [1-4]|"
    r"quatre fiches|13 indicateurs|"
    r"[Aa]rticles? (?:2|5|6|7|8|9|10|11|12|14)\b"
)


@pytest.fixture(scope="module", params=ANNEES)
def rapports(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, str]]:
    """The texts of the reports of a convention, its year once filled, imported and produced."""
    nom = request.param
    annee, valeurs, _ = ANNEES[nom]
    dossier = tmp_path_factory.mktemp(nom)
    shutil.copytree(DEPOT / "data", dossier / "data")
    shutil.copytree(FICTIVES / nom, dossier / "data/conventions" / nom)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "data"))
        path = ecrire_gabarit(nom, annee, dossier)
        workbook = load_workbook(io.BytesIO(path.read_bytes()))
        for indicateur, valeur in valeurs.items():
            poser(workbook, "Indicateurs", indicateur, **{f"Valeur_{annee}": valeur})
        poser(workbook, "Actions", "1.1", **{f"État_fin_{annee}": "En cours"})
        workbook.save(path)
        assert lancer(["importer", str(path)]) == 0
        order = ("diagnostic", "bilan", "evaluation", "-c", nom, "-a", str(annee), "-f", "html", "-s", "sortie")
        done = ctg("produire", *order, dossier=dossier)
        assert done.returncode == 0, done.stderr + done.stdout
    pages = (dossier / "sortie" / nom).rglob("*.html")
    return nom, {page.stem: _texte(page.read_text(encoding="utf-8")) for page in pages}


def _texte(html: str) -> str:
    body = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_ses_rapports_ne_disent_rien_d_une_autre_convention(rapports: tuple[str, dict[str, str]]) -> None:
    _, textes = rapports

    told = {page: sorted({found.group() for found in DE_HARNES.finditer(texte)}) for page, texte in textes.items()}

    told["diagnostic"] = [found for found in told["diagnostic"] if found.lower() != "annexe 1"]  # its own usual name
    assert {page: found for page, found in told.items() if found} == {}
    assert set(textes) >= {"diagnostic", "bilan", "evaluation-finale"}


def test_le_bilan_dit_ses_fiches_et_ce_qui_a_ete_saisi(rapports: tuple[str, dict[str, str]]) -> None:
    nom, textes = rapports
    _, valeurs, fiches = ANNEES[nom]

    bilan = textes["bilan"]

    assert all(f"Fiche {numero}" in bilan.replace("\u00a0", " ") for numero in range(1, fiches + 1))
    assert f"Fiche {fiches + 1}" not in bilan.replace("\u00a0", " ")
    assert valeurs


def test_ses_articles_sont_les_siens(rapports: tuple[str, dict[str, str]]) -> None:
    nom, textes = rapports
    own = {"rives_de_laune": ("article 17", "article 23"), "monteclair": ("article 31",)}[nom]

    whole = " ".join(textes.values())

    assert all(article in whole.replace("\u00a0", " ").lower() for article in own)
