"""In a convention whose every free text is a trap, each kind of report is what it was, the traps
read as texts.
"""

from __future__ import annotations

import csv
import re
import shutil
from collections import Counter
from pathlib import Path

import docx
import lxml.html
import pikepdf
import pytest
from donnees_suivies import DONNEES
from inspection_des_pages import ECRAN, TELEPHONE, inspecter
from lecture_pdf import noeuds, texte_suivi
from navigateur import Navigateur
from rapports_produits import RAPPORTS, Production, Rapport, choisir, produire_tout
from test_bilan_rapport import INCERTAIN
from test_tous_les_rapports import FICTIVE
from textes_hostiles import FORMULE, LONG, PIEGES, pieger_la_convention

from ctglib.donnees.cloture import fichiers_de_la_cloture, plan_a_clore
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.plan import plan_clos

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

ANNEE = 2025
CHAQUE_SORTE = tuple(rapport for rapport in choisir(FICTIVE) if rapport.annee in (None, ANNEE))
BILAN = Rapport(FICTIVE, f"{ANNEE}/bilan")
RELEVE = Rapport(FICTIVE, f"{ANNEE}/releve")
NOMBRE = re.compile(r"-?\d+(\.\d+)?(e-?\d+)?")


@pytest.fixture(scope="module")
def piegees(tmp_path_factory: pytest.TempPathFactory) -> Production:
    """A report of each kind, in every format, from data whose free texts are traps."""
    dossier = tmp_path_factory.mktemp("pieges")
    shutil.copytree(DONNEES, dossier / "donnees")
    pieger_la_convention(dossier / "donnees" / "conventions" / FICTIVE)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv(VARIABLE, str(dossier / "donnees"))
        clore_de_nouveau(dossier / "donnees")
        return produire_tout(dossier, "-c", FICTIVE, "-a", str(ANNEE), "-f", "html,pdf,docx")


def clore_de_nouveau(donnees: Path) -> None:
    """Write again the plans of the closed years, so that they have the traps too."""
    for chemin in sorted((donnees / "conventions" / FICTIVE / "suivi").glob("*/plan.yaml")):
        annee = int(chemin.parent.name)
        copie = plan_clos(FICTIVE, annee)
        chemin.unlink()
        nouvelle = plan_a_clore(FICTIVE, annee, copie.cloture, copie.version)
        for nom, octets in fichiers_de_la_cloture(FICTIVE, annee, nouvelle).items():
            (donnees / nom).write_bytes(octets)


@pytest.fixture(scope="module", params=CHAQUE_SORTE, ids=str)
def rapport(request: pytest.FixtureRequest) -> Rapport:
    return request.param


def serre(texte: str) -> str:
    """Return a text without its blanks: where a line is broken is not what is asked."""
    return "".join(texte.split())


def absents(texte: str) -> list[str]:
    """Return the traps that a text does not hold."""
    return [piege for piege in (*PIEGES, FORMULE) if serre(piege) not in serre(texte)]


def mots_du_document(document: docx.document.Document) -> str:
    """Return the text of a Word document: its paragraphs, its tables, what stands at the foot of
    its pages.
    """
    parts = [document, *(section.footer for section in document.sections)]
    cells = [
        cell for part in parts for table in part.tables for row in table.rows for cell in row.cells
    ]
    return " ".join(paragraph.text for part in [*parts, *cells] for paragraph in part.paragraphs)


def element(html: str) -> lxml.html.HtmlElement:
    """Return a page, its drawings left out: a label is written there on as many lines as it takes."""
    tree = lxml.html.document_fromstring(html)
    for drawing in tree.xpath("//*[local-name()='svg']"):
        drawing.drop_tree()
    return tree


def test_chaque_sorte_de_rapport_est_piegee() -> None:
    # An avenant of 2026 adds the fiche 5, made as the others are.
    autres = {rapport.nom for rapport in RAPPORTS} - {rapport.nom for rapport in CHAQUE_SORTE}
    assert autres == {"fiche-5"}


def test_la_page_a_les_memes_elements_et_les_pieges_s_y_lisent(
    piegees: Production, rapports_produits: Production, rapport: Rapport
) -> None:
    trapped = element(piegees.html(rapport))
    plain = element(rapports_produits.html(rapport))

    assert [node.tag for node in trapped.iter()] == [node.tag for node in plain.iter()]
    assert "<script" not in piegees.html(rapport)
    assert absents(trapped.text_content()) == []


def test_le_pdf_a_les_memes_balises_et_les_pieges_s_y_lisent(
    piegees: Production, rapports_produits: Production, rapport: Rapport
) -> None:
    kinds = []
    for production in (piegees, rapports_produits):
        with pikepdf.open(production.chemin(rapport, "pdf")) as pdf:
            kinds.append(Counter(str(node.S) for node in noeuds(pdf.Root.StructTreeRoot)))

    assert kinds[0] == kinds[1]
    assert absents(texte_suivi(piegees.chemin(rapport, "pdf"))) == []


def test_le_document_word_a_les_memes_tableaux_et_les_pieges_s_y_lisent(
    piegees: Production, rapports_produits: Production, rapport: Rapport
) -> None:
    document = docx.Document(str(piegees.chemin(rapport, "docx")))
    page = lxml.html.fromstring(rapports_produits.html(rapport))
    screen = page.xpath("//details[contains(@class, 'donnees')]//table")
    assert len(document.tables) == len(page.xpath("//table")) - len(screen)
    assert absents(mots_du_document(document)) == []


def test_les_pieges_se_lisent_dans_le_releve_de_decisions(piegees: Production) -> None:
    said = mots_du_document(docx.Document(str(piegees.chemin(RELEVE, "docx"))))

    assert [piege for piege in absents(said) if piege != FORMULE] == [], (
        "aucun texte repris n'y commence par =1+1"
    )


def test_aucune_cellule_d_un_csv_n_est_une_formule(piegees: Production, rapport: Rapport) -> None:
    cells = []
    tables = piegees.csv(rapport)
    for path in tables.values():
        with path.open(encoding="utf-8", newline="") as file:
            cells += [cell for row in csv.reader(file) for cell in row]

    assert [
        cell for cell in cells if cell[:1] in {*"=+-@\t\r"} and cell and not NOMBRE.fullmatch(cell)
    ] == []
    assert bool(tables) is ("<table" in piegees.html(rapport))
    assert any(cell.startswith(f"'{FORMULE}") for cell in cells) is bool(tables)


def test_un_mot_sans_fin_est_coupe_et_se_lit_en_entier(piegees: Production) -> None:
    endless = [rapport for rapport in CHAQUE_SORTE if LONG in piegees.html(rapport)]

    assert {rapport.nom for rapport in endless} >= {
        "diagnostic",
        "fiche-1",
        "bilan",
        "evaluation-finale",
    }
    for rapport in endless:
        pages = piegees.pages(rapport)
        # A word may be cut where a page ends.
        assert serre("".join(pages)).count("long") >= len(LONG) / len("long") - 2 * len(pages), (
            rapport
        )


def test_la_premiere_page_du_bilan_reste_une_page(piegees: Production) -> None:
    first, second, *_ = piegees.pages(BILAN)

    assert INCERTAIN in first and "À décider" in first
    assert "Sommaire" in second[:400]


@pytest.mark.navigateur
def test_rien_ne_deborde_et_axe_ne_trouve_rien(piegees: Production, navigateur: Navigateur) -> None:
    seen = {one: inspecter(navigateur, piegees.chemin(one, "html")) for one in CHAQUE_SORTE}

    for rapport, waited in seen.items():
        inspection, requests = waited.result()
        assert inspection.fautes == [] and requests == [], rapport
        for largeur in (TELEPHONE, ECRAN):
            found = {place: what for place, what in inspection.debords[largeur].items() if what}
            assert found == {} and inspection.largeurs[largeur] <= largeur, rapport
