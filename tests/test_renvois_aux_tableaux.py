"""Every reference of a report leads to a table that holds what is said, in each of its formats."""

from __future__ import annotations

import re

import lxml.html
import pytest
from ligne_de_commande import reussir
from rapports_produits import RAPPORTS, Production, Rapport
from renvois import (
    Lu,
    aplanir,
    est_tout_a_l_ecran,
    lire_html,
    lire_pdf,
    lire_word,
    serrer,
    texte_du_pdf,
)

# What only a screen, or the folder of a report, has.
HORS_DU_PAPIER = re.compile(r"page web|page HTML|\bCSV\b|\.csv\b|« [^»]+ »\)\.$")

pytestmark = pytest.mark.parametrize("rapport", RAPPORTS, ids=str)


@pytest.fixture(scope="session")
def en_word(tmp_path_factory: pytest.TempPathFactory) -> Production:
    """Every report as a Word file."""
    dossier = tmp_path_factory.mktemp("en-word")
    dit = reussir("produire", "--formats", "docx", "--sortie", "sortie", dossier=dossier)
    return Production(dossier / "sortie", dit)


def sans_l_ecran(page: Lu) -> list[str]:
    """Return what stands before each reference of a page to a table that paper has too."""
    return [dit.phrase for dit in page.renvoyees if not dit.tableau.startswith("tableau «")]


def test_chaque_nombre_d_une_phrase_est_dans_le_tableau_auquel_elle_renvoie(
    rapports_produits: Production, rapport: Rapport
) -> None:
    assert lire_html(rapports_produits.chemin(rapport, "html")).fautes() == []


def test_le_pdf_a_les_memes_renvois_que_la_page_et_leurs_tableaux(
    rapports_produits: Production, rapport: Rapport
) -> None:
    page = lire_html(rapports_produits.chemin(rapport, "html"))
    chemin = rapports_produits.chemin(rapport, "pdf")
    pdf = lire_pdf(chemin, page)

    assert pdf.fautes() == []
    assert [dit.phrase for dit in pdf.renvoyees] == sans_l_ecran(page)
    renvois = len(re.findall(r"\((?:tableau|figure)\d+\)", serrer(texte_du_pdf(chemin))))
    assert renvois == len(pdf.renvoyees), "aucun renvoi du PDF qui ne soit de la page"


def test_le_papier_ne_renvoie_ni_a_l_ecran_ni_a_un_fichier(
    rapports_produits: Production, rapport: Rapport
) -> None:
    texte = aplanir(texte_du_pdf(rapports_produits.chemin(rapport, "pdf")).replace("\n", " "))

    assert re.findall(r".{0,60}(?:page web|page HTML|\bCSV\b|\.csv\b).{0,40}", texte) == []


def test_aucun_titre_du_papier_n_est_sans_ce_qui_lui_repond(
    rapports_produits: Production, rapport: Rapport
) -> None:
    """On paper a heading is followed by something else than its question and the next one."""
    page = lxml.html.fromstring(rapports_produits.html(rapport))
    a_l_ecran = [
        titre.text_content()
        for titre in page.xpath("//main//h2 | //main//h3")
        if est_tout_a_l_ecran(titre)
    ]
    chapitres = set(texte_du_pdf(rapports_produits.chemin(rapport, "pdf")).splitlines())

    assert [titre for titre in a_l_ecran if titre in chapitres] == []


@pytest.mark.complet
def test_le_fichier_word_a_les_memes_renvois_que_la_page_et_leurs_tableaux(
    rapports_produits: Production, en_word: Production, rapport: Rapport
) -> None:
    page = lire_html(rapports_produits.chemin(rapport, "html"))
    word = lire_word(en_word.chemin(rapport, "docx"), page)

    assert word.fautes() == []
    assert [dit.phrase for dit in word.renvoyees] == sans_l_ecran(page)
    assert [texte for texte in word.passages if HORS_DU_PAPIER.search(texte)] == []
