"""The reports of the fiches action, as their readers get them: one page without follow-up, every section with it."""

from __future__ import annotations

import csv
import json
import re
import shutil
from html import unescape
from pathlib import Path

import pikepdf
import pytest
from conftest import DEPOT
from fiches_exemple import FICHES, SECTIONS, sections
from ligne_de_commande import ctg
from navigateur import ouvrir_page
from production_exemple import demande
from production_exemple import produire as realiser
from suivi_exemple import ecrire_suivi
from test_diagnostic import AXE, octets
from test_diagnostic_hostile import PIEGES
from test_pdf import texte_du_pdf

from ctglib.donnees.lecture import VARIABLE

ANNEES = (2023, 2024, 2025, 2026)


def produire(sortie: Path, convention: str, *arguments: str) -> Path:
    """Make fiches in a folder, and return the folder of the convention."""
    sortie.mkdir(parents=True, exist_ok=True)
    done = ctg("produire", *arguments, "--convention", convention, "--sortie", str(sortie), dossier=sortie)
    assert done.returncode == 0, done.stderr + done.stdout
    return sortie / convention


@pytest.fixture(scope="module")
def sans_suivi(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fiches of Harnes, all years, from data without any follow-up."""
    dossier = tmp_path_factory.mktemp("sans-suivi")
    shutil.copytree(DEPOT / "data", dossier / "donnees", ignore=shutil.ignore_patterns("suivi", "demonstration"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(VARIABLE, str(dossier / "donnees"))
        return produire(dossier / "sortie", "harnes", "fiches")


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fiches of the demonstration in 2025."""
    return produire(tmp_path_factory.mktemp("rapports"), "demonstration", "fiches", "--annee", "2025") / "2025"


def produire_une(sortie: Path, fiche: int, convention: str, annee: int) -> Path:
    """Make one fiche, alone, and return the folder of the year."""
    carnets = sortie / "carnets"
    carnets.mkdir(parents=True)
    shutil.copy(DEPOT / "notebooks" / f"fiche_{fiche}.ipynb", carnets)
    asked = {"conventions": (convention,), "annees": (annee,), "formats": ("html", "pdf")}
    done = realiser(demande(carnets, sortie, **asked))
    assert [item.echec for item in done.values()] == [None]
    return sortie / convention / str(annee)


def page(dossier: Path, fiche: int) -> str:
    return (dossier / f"fiche-{fiche}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("annee", ANNEES)
@pytest.mark.parametrize("fiche", FICHES)
def test_sans_aucun_suivi_une_fiche_tient_sur_une_page(sans_suivi: Path, annee: int, fiche: int) -> None:
    with pikepdf.open(sans_suivi / str(annee) / f"fiche-{fiche}.pdf") as pdf:
        assert len(pdf.pages) == 1
    assert sections(page(sans_suivi / str(annee), fiche)) == ["L'essentiel", "Ce qui était promis", "Ce qui manque"]


def test_sans_aucun_suivi_la_page_dit_ce_qui_manque_sans_rien_inventer(sans_suivi: Path) -> None:
    html = page(sans_suivi / "2024", 2)

    assert "Aucun suivi n&#x27;a été transmis pour 2024" in html
    assert "Service enfance" in html and "Caf" in html
    assert "<figure" not in html


def test_une_fiche_qui_n_a_pas_commence_n_est_pas_blamee(sans_suivi: Path) -> None:
    html = unescape(page(sans_suivi / "2023", 1))

    assert "La fiche commence en 2024" in html
    assert "État en 2023" not in html and "Appréciation de 2023" not in html


def test_un_resultat_sans_indicateur_le_dit(sans_suivi: Path) -> None:
    assert page(sans_suivi / "2024", 3).count("Aucun indicateur") == 3


def test_ce_qui_est_propose_n_engage_personne_et_c_est_dit_une_fois(sans_suivi: Path, demonstration: Path) -> None:
    for dossier in (sans_suivi / "2024", demonstration):
        for fiche in FICHES:
            assert unescape(page(dossier, fiche)).count("n'engage personne avant un avenant") == 1


@pytest.mark.parametrize("fiche", FICHES)
def test_avec_un_suivi_toutes_les_sections_sont_la_dans_l_ordre(demonstration: Path, fiche: int) -> None:
    titres = sections(page(demonstration, fiche))

    assert [titre for titre in titres if titre in SECTIONS] == list(SECTIONS)
    assert len(titres) == len(SECTIONS) + 1  # and the fiche's own analysis


@pytest.mark.parametrize("fiche", FICHES)
def test_chaque_page_de_la_demonstration_se_dit_fictive(demonstration: Path, fiche: int, tmp_path: Path) -> None:
    pages = texte_du_pdf((demonstration / f"fiche-{fiche}.pdf").read_bytes(), tmp_path).rstrip("\f").split("\f")

    assert len(pages) > 5
    assert [rang for rang, text in enumerate(pages) if "Données fictives" not in text] == []


def test_la_premiere_page_porte_l_essentiel_et_rien_d_autre(demonstration: Path, tmp_path: Path) -> None:
    for fiche in FICHES:
        pages = texte_du_pdf((demonstration / f"fiche-{fiche}.pdf").read_bytes(), tmp_path).split("\f")

        assert "Ce qui demande attention" in pages[0]
        assert "Sommaire" in pages[1]


def test_les_seuils_du_rythme_sont_imprimes(demonstration: Path) -> None:
    html = unescape(page(demonstration, 2))

    assert "en bonne voie à partir de 0,95" in html
    assert "à surveiller à partir de 0,60" in html


@pytest.mark.parametrize("fiche", FICHES)
def test_les_csv_des_tableaux_sont_a_cote_du_rapport(demonstration: Path, fiche: int) -> None:
    poses = {path.stem for path in (demonstration / f"fiche-{fiche}").glob("*.csv")}

    assert set(re.findall(r'id="tableau-([\w-]+)"', page(demonstration, fiche))) == poses
    assert {"promesses", "actions", "indicateurs", "sources"} <= poses


def test_le_csv_des_sources_donne_l_empreinte_entiere_de_chaque_fichier(demonstration: Path) -> None:
    with (demonstration / "fiche-1" / "sources.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert "conventions/demonstration/suivi/2025/actions.csv" in {row["fichier"] for row in rows}
    assert {len(row["sha256"]) for row in rows} == {64}


def test_la_meme_fiche_refaite_a_les_memes_octets(demonstration: Path, tmp_path: Path) -> None:
    autre = produire_une(tmp_path / "ailleurs", 4, "demonstration", 2025)

    assert octets(autre / "fiche-4") == octets(demonstration / "fiche-4")
    for suffixe in ("html", "pdf"):
        assert (autre / f"fiche-4.{suffixe}").read_bytes() == (demonstration / f"fiche-4.{suffixe}").read_bytes()


@pytest.mark.navigateur
@pytest.mark.parametrize(("fiche", "largeur"), [(1, 1400), (2, 360), (3, 360), (4, 360)])
def test_axe_ne_trouve_rien_et_la_page_ne_deborde_pas(demonstration: Path, fiche: int, largeur: int) -> None:
    from axe_playwright_python.sync_playwright import Axe

    with ouvrir_page(demonstration / f"fiche-{fiche}.html", largeur) as (opened, demandes):
        opened.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        found = Axe().run(opened, options=AXE)
        width = opened.evaluate("document.documentElement.scrollWidth")

    assert [(fault["id"], fault["nodes"][0]["target"]) for fault in found.response["violations"]] == []
    assert demandes == []
    assert width <= largeur


def test_un_texte_hostile_reste_du_texte_partout(donnees: Path, tmp_path: Path) -> None:
    suivi = ecrire_suivi(donnees) / "suivi" / "2024"
    pieges = [f"Comité {piege}" for piege in PIEGES]
    with (suivi / "actions.csv").open("a", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerow(
            [2, "2.1", "en_cours", "", "", "", PIEGES[4], pieges[0], pieges[1]]
        )
    words = json.dumps([{"fiche": 2, "reussites": pieges, "difficultes": [pieges[2]], "perspectives": pieges[:4]}])
    (suivi / "appreciations.yaml").write_text(f"appreciations: {words}\n", encoding="utf-8")

    rapport = produire_une(tmp_path / "sortie", 2, "harnes", 2024)

    html = page(rapport, 2)
    pdf = texte_du_pdf((rapport / "fiche-2.pdf").read_bytes(), tmp_path)
    assert "<script" not in html
    for piege in pieges[:-1]:
        assert piege in unescape(html)
        assert piege.removeprefix("Comité ") in pdf
    assert ",'=1+1," in (rapport / "fiche-2" / "actions.csv").read_text(encoding="utf-8")
