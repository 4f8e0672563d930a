"""Fixtures of the whole suite."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from donnees_suivies import DONNEES
from essais import enregistrer_les_profils
from fichiers_suivis import DEPOT
from filelock import FileLock
from navigateur import Navigateur
from rapports_produits import Production, produire_les_portraits, produire_tout

from ctglib.donnees.enclos import ouvrir_enclos
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.partage import Reserve, partager_par
from ctglib.production.moteur import charger_papermill

enregistrer_les_profils()
# first, as a production does: it spares a grammar that nothing needs, four seconds of collection
charger_papermill()

# The files that make reports or open a browser, longest first: the last process at work then ends
# on a short one. The third waits for a cluster more than it works, while the reports of the second
# are made.
LONGS = (
    "test_chemin_d_une_annee",
    "test_tous_les_rapports",
    "test_bureau",
    "test_bureau_annee_entiere",
    "test_production_grappe",
    "test_parcours",
    "test_tous_les_octets",
    "test_archiver_installation",
    "test_production_surete",
    "test_secret",
    "test_textes_hostiles",
    "test_aller_retour",
    "test_production_echecs",
    "test_tous_les_pdf",
    "test_html_conforme",
    "test_secret_publie",
    "test_production_parts",
    "test_page_une",
    "test_laboratoire",
    "test_production_lectures",
    "test_autres_conventions",
    "test_nouvelle_convention",
    "test_dossier",
    "test_avenants",
    "test_bornes",
    "test_donnees_invalides",
    "test_suivi_invalide",
    "test_presentation",
    "test_publier",
    "test_import",
    "test_portrait",
    "test_bureau_surete",
    "test_archiver",
    "test_publiques",
    "test_analyses_livrees",
    "test_carnet_ouvert",
    "test_moteur",
    "test_lecture_masquee",
    "test_verifier_rejeu",
    "test_commandes",
    "test_analyser",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first."""
    ranks = {name: rank for rank, name in enumerate(LONGS)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


class DuDepot(Reserve):
    """The studies of the years and the files of a convention, of the project's own data alone:
    tests damage copies.
    """

    noms = re.compile(rf"{re.escape(str(DONNEES))}\0(etude/[^/]+/\d+/[^/]+|pieces/.+)")

    def prendre(self, nom: str) -> bytes | None:
        return super().prendre(nom) if self.noms.fullmatch(nom) else None

    def garder(self, nom: str, contenu: bytes | None) -> None:
        if self.noms.fullmatch(nom):
            super().garder(nom, contenu)


@pytest.fixture(scope="session", autouse=True)
def partage() -> Iterator[None]:
    """Work out a study once for all the tests that read it, as a production does for its reports."""
    with partager_par(DuDepot()):
        yield


@pytest.fixture(scope="session", autouse=True)
def enclos() -> Iterator[None]:
    """Parse the files of all the tests in one child: it starts once."""
    with ouvrir_enclos():
        yield


@pytest.fixture(scope="session")
def depot() -> Path:
    """The folder of the project."""
    return DEPOT


@pytest.fixture(scope="session")
def rapports_produits(tmp_path_factory: pytest.TempPathFactory) -> Production:
    """Every report, and three portraits, made when a test first asks: once, however many processes
    run the tests.
    """
    base = tmp_path_factory.getbasetemp()
    dossier = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "rapports_produits"
    dit = dossier / "dit.txt"
    with FileLock(f"{dossier}.verrou"):
        if not dit.exists():
            made = produire_les_portraits(produire_tout(dossier))
            dit.write_text(made.sortie_standard, encoding="utf-8")
    return Production(dossier / "sortie", dit.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def harnes_sans_suivi(
    rapports_produits: Production, tmp_path_factory: pytest.TempPathFactory
) -> Production:
    """The fiches, bilans and evaluation of Harnes without any follow-up: as they are, or made again
    once there is some.
    """
    if not (DONNEES / "conventions/harnes/suivi").exists():
        return rapports_produits
    dossier = tmp_path_factory.mktemp("sans-suivi")
    ignores = shutil.ignore_patterns("suivi", "demonstration")
    shutil.copytree(DONNEES, dossier / "donnees", ignore=ignores)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "donnees"))
        return produire_tout(
            dossier, "fiches", "bilan", "evaluation-finale", "--convention", "harnes"
        )


@pytest.fixture(scope="session")
def donnees_sans_suivi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the data where no convention has been followed up yet: nothing writes in it."""
    copie = tmp_path_factory.mktemp("sans-suivi") / "donnees"
    return shutil.copytree(DONNEES, copie, ignore=shutil.ignore_patterns("suivi"))


@pytest.fixture
def avant_le_suivi(donnees_sans_suivi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conventions as they were signed, whatever has been followed up since."""
    monkeypatch.setenv(VARIABLE, str(donnees_sans_suivi))


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Navigateur]:
    """Chromium, opened once; the test is skipped, with its reason, where it is not installed."""
    ouvert = Navigateur()
    yield ouvert
    ouvert.fermer()


@pytest.fixture
def donnees(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data folder, which a test may damage: the library reads it instead of the real
    one. No year is closed there: what a test writes in a convention is read in each of its years.
    """
    copie = tmp_path / "donnees"
    shutil.copytree(DONNEES, copie, ignore=shutil.ignore_patterns("plan.yaml"))
    monkeypatch.setenv(VARIABLE, str(copie))
    return copie
