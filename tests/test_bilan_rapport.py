"""The bilan as its readers get it: one page for the élus, no empty heading, texts that stay texts."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
import yaml
from ligne_de_commande import ctg
from test_pdf import texte_du_pdf

from ctglib import ouvrir_bilan

PIEGES = ("<script>alert(1)</script>", "{{7*7}}", "$x$", "#let", "=1+1", "long" * 1250)
ANNEES = (2024, 2025, 2026)
SANS_SUIVI, AVEC_SUIVI = ("harnes", 2024), ("demonstration", 2025)
PREMIERE = "L'année en une page"
SECTIONS = [
    "Sommaire",
    PREMIERE,
    "Gouvernance",
    "Les quatre fiches en bref",
    "Les moyens de chaque signataire",
    "Le territoire",
    "Ce que nous avons pu recueillir",
    "Chiffres révisés depuis le dernier bilan",
    "À collecter l'an prochain",
    "Limites",
    "Sources et traçabilité",
]


def produire_bilans(dossier: Path, *options: str) -> Path:
    dossier.mkdir(parents=True, exist_ok=True)
    done = ctg("produire", "bilan", *options, "--sortie", str(dossier), dossier=dossier)
    assert done.returncode == 0, done.stderr + done.stdout
    return dossier


@pytest.fixture(scope="module")
def rapports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bilans of both conventions; the first year, which has less to say than the others, is left out."""
    years = [option for annee in ANNEES for option in ("--annee", str(annee))]
    return produire_bilans(tmp_path_factory.mktemp("bilans"), "-c", "harnes", "-c", "demonstration", *years)


@pytest.fixture(params=[SANS_SUIVI, AVEC_SUIVI], ids=["sans suivi", "avec suivi"])
def rapport(request: pytest.FixtureRequest, rapports: Path) -> Path:
    convention, annee = request.param
    return rapports / convention / str(annee)


def html(rapport: Path) -> str:
    return (rapport / "bilan.html").read_text(encoding="utf-8")


def pages(rapport: Path, travail: Path) -> list[str]:
    travail.mkdir(parents=True, exist_ok=True)
    return texte_du_pdf((rapport / "bilan.pdf").read_bytes(), travail).split("\f")


def test_l_annee_tient_sur_une_page_et_une_seule_dans_chaque_bilan(rapports: Path, tmp_path: Path) -> None:
    found = sorted(path.parent for path in rapports.glob("*/*/bilan.pdf"))

    assert len(found) == 2 * len(ANNEES)
    for rapport in found:
        first, second, *_ = pages(rapport, tmp_path / "-".join(rapport.parts[-2:]))
        assert PREMIERE in first and "Décisions à prendre" in first and "Le contexte" in first, rapport
        assert "Sommaire" in second[:400], rapport


def test_les_sections_sont_toutes_la_dans_l_ordre(rapport: Path) -> None:
    titles = [unescape(title) for title in re.findall(r"<h2 id=\"[^\"]+\">(.*?)</h2>", html(rapport))]

    assert titles == SECTIONS


def test_une_question_sans_reponse_n_a_pas_de_titre(rapports: Path) -> None:
    without, with_ = (html(rapports / convention / str(annee)) for convention, annee in (SANS_SUIVI, AVEC_SUIVI))

    for question in ("Qu'a décidé le comité", "Que sont devenues les décisions"):
        assert question not in unescape(without)
    assert "Qu'a décidé le comité" in unescape(with_)


def test_rien_d_absent_ne_se_lit_comme_un_mot_de_l_ordinateur(rapports: Path) -> None:
    for path in rapports.glob("*/*/bilan.html"):
        text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(nan|NaN|None|NaT|<NA>|inf)\b", unescape(text)), path


def test_un_bilan_sans_suivi_dit_a_qui_demander_et_ce_que_disent_les_series_publiques(rapports: Path) -> None:
    page = unescape(html(rapports / "harnes" / "2024"))
    first = page[page.index(PREMIERE) : page.index("Gouvernance</h2>")]

    for said in (
        "Service enfance (12)",
        "Valeurs de départ connues",
        "Foyers au RSA (Cnaf)",
        "en 2024, −20 depuis 2023",
    ):
        assert said in first


def test_chaque_fiche_mene_a_son_rapport(rapport: Path) -> None:
    assert re.findall(r'<a href="(fiche-\d\.html)">', html(rapport)) == [f"fiche-{n}.html" for n in range(1, 5)]


def test_chaque_tableau_a_legende_source_et_csv(rapport: Path) -> None:
    page = html(rapport)

    tables = re.findall(
        r'<div class="tableau.*?</table>.*?</div>\s*(?:<p class="note">.*?</p>)*<p class="source">', page, re.DOTALL
    )
    names = set(re.findall(r'id="tableau-([\w-]+)"', page))
    assert len(tables) == page.count("<table>")
    assert names == {path.stem for path in (rapport / "bilan").glob("*.csv")}


def test_la_convention_fictive_le_dit_et_la_diffusion_interne_aussi(rapports: Path) -> None:
    assert "Données fictives" in html(rapports / "demonstration" / "2025")
    assert "Diffusion interne" not in html(rapports / "demonstration" / "2025")
    assert "Diffusion interne" in ouvrir_bilan("demonstration", 2025, "interne").couverture().avertissement


def test_un_texte_hostile_ou_sans_fin_reste_du_texte_et_la_page_reste_une_page(donnees: Path, tmp_path: Path) -> None:
    folder = donnees / "conventions" / "demonstration" / "suivi"
    for annee in (2024, 2025):
        _pieger(folder / str(annee) / "bilan.yaml", annee)
    made = produire_bilans(tmp_path / "sortie", "-c", "demonstration", "--annee", "2025") / "demonstration" / "2025"

    page, (first, second, *_) = html(made), pages(made, tmp_path / "pdf")
    assert "<script" not in page
    for piege in PIEGES[:-1]:
        assert f"Comité {piege}" in unescape(page)
    assert PIEGES[-1] in page
    assert PREMIERE in first and "Sommaire" in second[:400]


def _pieger(fichier: Path, annee: int) -> None:
    """Write traps in place of all the free texts of a year's comité."""
    read = yaml.safe_load(fichier.read_text(encoding="utf-8"))
    decisions = [
        {"id": f"d{annee}_{rank}", "texte": f"Comité {piege}", "responsable": piege}
        for rank, piege in enumerate(PIEGES)
    ]
    suites = [
        {"decision": f"d{annee - 1}_{rank}", "etat": "en_cours", "commentaire": piege}
        for rank, piege in enumerate(PIEGES)
    ]
    reason = {"absent": " et ".join(PIEGES)}
    read["comite"] = {"date": reason, "decisions": decisions, "suites": suites if annee > 2024 else []}
    fichier.write_text(json.dumps(read, default=str), encoding="utf-8")
