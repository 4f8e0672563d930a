"""The OpenDocument text of a report: what the Word file has, opened by LibreOffice, and minutes
that are read back as those of Word.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections import Counter
from pathlib import Path

import docx
import pandas as pd
import pytest
from carnet_exemple import PIEGES, carnet
from docx.document import Document as Word
from import_exemple import JOUR, avec_libreoffice, libreoffice
from lxml import etree
from rapports_produits import Production, Rapport, produire_tout
from test_releve import ANNEE, remplir

from ctglib.collecte.importer import preparer
from ctglib.collecte.opendocument import lire_les_tableaux_du_texte
from ctglib.collecte.ouverture import lire_les_tableaux
from ctglib.document.tableau import Colonne, Tableau
from ctglib.export import ExporteurDOCX, ExporteurODT
from ctglib.export.document import document_de
from ctglib.export.odt import NATURE, composer

OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
ESPACES = {
    prefixe: f"{OASIS}{nom}:1.0"
    for prefixe, nom in {
        "office": "office",
        "style": "style",
        "text": "text",
        "table": "table",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
        "svg": "svg-compatible",
        "manifest": "manifest",
    }.items()
}
ESPACES["dc"] = "http://purl.org/dc/elements/1.1/"
SUIVI = Path("conventions") / "demonstration" / "suivi"
RELEVE = Rapport("demonstration", f"{ANNEE}/releve")
BILAN = Rapport("demonstration", f"{ANNEE}/bilan")
REMPLI = {
    "comite_date": {"Date": "mardi 12 janvier 2027"},
    "suite.rouvrir_le_moulin": {"Suite": "Faite", "Précision": "Ouvert  tout l'été & l'automne"},
    "suite.local_18_25": {"Suite": "rejetée", "Raison": "Aucun local"},
    "decision.retard_2026": {
        "Vote": "Adoptée à l'unanimité",
        "Service_responsable": "Ville",
        "Pour_le": "30 juin 2027",
    },
    "decision.d2026_1": {"Texte_retenu": "Inviter la Msa", "Pour_le": "1er mars 2027"},
}


@pytest.fixture(scope="module")
def octets() -> bytes:
    return ExporteurODT().from_notebook_node(carnet())[0]


@pytest.fixture(scope="module")
def contenu(octets: bytes) -> etree._Element:
    return partie(octets, "content.xml")


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Production:
    """The minutes and the bilan of a year, for Word and for LibreOffice."""
    dossier = tmp_path_factory.mktemp("odt")
    annee = ("-c", "demonstration", "-a", str(ANNEE))
    return produire_tout(dossier, "releve", "bilan", *annee, "-f", "docx,odt")


def partie(octets: bytes, nom: str) -> etree._Element:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return etree.fromstring(archive.read(nom))


def trouver(element: etree._Element, chemin: str) -> list:
    return element.xpath(chemin, namespaces=ESPACES)


def texte(element: etree._Element) -> str:
    return "".join(element.itertext())


def avec_parties(octets: bytes, **parties: bytes) -> bytes:
    """Return an OpenDocument file some parts of which are others."""
    flux = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(octets)) as source,
        zipfile.ZipFile(flux, "w", zipfile.ZIP_DEFLATED) as copie,
    ):
        for nom in source.namelist():
            copie.writestr(nom, parties.get(nom.replace(".", "_"), source.read(nom)))
    return flux.getvalue()


def remplir_odt(releve: Path, repere: str, **cellules: str) -> None:
    """Fill cells of the row of a key, as LibreOffice does: two spaces are « text:s »."""
    racine = partie(releve.read_bytes(), "content.xml")
    reperes = f"[.//text:span[@text:style-name='Repere']='demonstration {ANNEE} {repere}']"
    [rangee] = trouver(racine, f"//table:table-row{reperes}")
    [table] = trouver(rangee, "ancestor::table:table")
    entetes = [
        texte(cellule).strip()
        for cellule in trouver(table, ".//table:table-header-rows//table:table-cell")
    ]
    titres = [titre for titre in dict.fromkeys(entetes) if titre]
    for titre, valeur in cellules.items():
        cellule = rangee[titres.index(titre.replace("_", " "))]
        [paragraphe] = trouver(cellule, "text:p")
        for enfant in list(paragraphe):
            paragraphe.remove(enfant)
        avant, blancs, apres = valeur.partition("  ")
        paragraphe.text = avant + " " if blancs else avant
        if blancs:
            etree.SubElement(paragraphe, f"{{{ESPACES['text']}}}s").tail = apres
    releve.write_bytes(avec_parties(releve.read_bytes(), content_xml=etree.tostring(racine)))


def test_c_est_un_opendocument_dont_la_nature_vient_d_abord(octets: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        premiere, *autres = archive.infolist()
        liste = etree.fromstring(archive.read("META-INF/manifest.xml"))
        annoncees = trouver(liste, "manifest:file-entry/@manifest:full-path")

        assert premiere.filename == "mimetype" and archive.read(premiere).decode() == NATURE
        assert premiere.compress_type == zipfile.ZIP_STORED and not premiere.extra
        assert octets[30:38] == b"mimetype"
        assert set(annoncees) == {"/", *(part.filename for part in autres)} - {
            "META-INF/manifest.xml"
        }
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_le_meme_carnet_donne_les_memes_octets(octets: bytes) -> None:
    assert ExporteurODT().from_notebook_node(carnet())[0] == octets


def test_titre_langue_et_plan_sont_ceux_du_rapport(octets: bytes, contenu: etree._Element) -> None:
    proprietes = partie(octets, "meta.xml")
    styles = partie(octets, "styles.xml")

    assert trouver(proprietes, "//dc:title/text()") == ["Diagnostic d'essai"]
    assert trouver(proprietes, "//dc:creator/text()") == ["Ville de Harnes, Caf du Pas-de-Calais"]
    assert trouver(proprietes, "//dc:language/text()") == ["fr-FR"]
    [langue] = trouver(styles, "//style:default-style[@style:family='paragraph']//@fo:language")
    assert langue == "fr"
    assert [
        (titre.get(f"{{{ESPACES['text']}}}outline-level"), texte(titre))
        for titre in trouver(contenu, "//text:h")
    ] == [
        ("1", "Synthèse"),
        ("2", "Points forts"),
        ("2", "Besoins"),
        ("1", "Cadrage"),
        ("1", "Sources"),
    ]


def test_chaque_style_employe_est_defini(octets: bytes, contenu: etree._Element) -> None:
    styles = partie(octets, "styles.xml")
    definis = {*trouver(contenu, "//@style:name"), *trouver(styles, "//@style:name")}

    employes = {
        *trouver(contenu, "//@text:style-name | //@table:style-name"),
        *trouver(styles, "//@style:parent-style-name | //@text:style-name"),
    }

    assert employes and employes <= definis


def test_chaque_image_a_son_texte_de_remplacement_et_ses_proportions(
    octets: bytes, contenu: etree._Element
) -> None:
    decrites = trouver(contenu, "//draw:frame/svg:desc/text()")
    adresses = trouver(contenu, "//draw:image/@*[local-name()='href']")
    [largeur] = trouver(contenu, "//draw:frame[@draw:name='figure-points']/@svg:width")
    [hauteur] = trouver(contenu, "//draw:frame[@draw:name='figure-points']/@svg:height")
    proportion = float(hauteur.removesuffix("cm")) / float(largeur.removesuffix("cm"))

    assert decrites == [
        "Logo\u00a0: Caf du Pas-de-Calais",
        "Deux points\u00a0: 12 et 15\u202f% & plus",
    ]
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        assert all(archive.read(adresse).startswith(b"\x89PNG") for adresse in adresses)
    assert largeur == "17cm" and proportion == pytest.approx(40 / 100, abs=0.01)


def test_un_lecteur_d_ecran_a_les_entetes_la_legende_et_la_forme_d_un_tableau(
    contenu: etree._Element,
) -> None:
    [table] = trouver(contenu, "//table:table")
    [legende] = trouver(table, "table:title/text()")
    [forme] = trouver(table, "table:desc/text()")
    entetes = trouver(table, "table:table-header-rows/table:table-row")

    assert legende in map(texte, trouver(contenu, "//text:p"))
    assert forme.startswith("Lignes\u00a0: 68. Colonnes\u00a0: Indicateur, Variation sur 5 ans, ")
    assert len(entetes) == 2 and "Indicateur" in texte(entetes[0])
    assert len(trouver(table, "table:table-header-columns/table:table-column")) == 1


def test_les_colonnes_tiennent_dans_la_page(contenu: etree._Element) -> None:
    largeurs = [
        float(largeur.removesuffix("pt")) for largeur in trouver(contenu, "//@style:column-width")
    ]

    assert sum(largeurs) * 2.54 / 72 == pytest.approx(17, abs=0.1)


def test_un_texte_de_la_donnee_reste_du_texte(octets: bytes, contenu: etree._Element) -> None:
    items = [texte(item).strip() for item in trouver(contenu, "//text:list-item")]

    assert {piege for piege in PIEGES[:-1] if "$" not in piege} <= set(items)
    assert not trouver(contenu, "//*[local-name()='script' or local-name()='b']")
    assert trouver(partie(octets, "styles.xml"), "//style:footer//text:page-count")


def test_les_cellules_sont_celles_de_word() -> None:
    donnees = pd.DataFrame([["  deux   blancs\tet\nune ligne", "«  »"]], columns=["a", "b"])
    colonnes = [Colonne("a", "A", groupe="Ensemble"), Colonne("b", "B")]
    blancs = document_de([Tableau.de(donnees, colonnes, nom="t", titre="T", source="Caf")])
    word = ExporteurDOCX().from_notebook_node(carnet())[0]
    odt = ExporteurODT().from_notebook_node(carnet())[0]

    [*_, derniere] = lire_les_tableaux_du_texte("blancs.odt", composer(blancs))[0]

    assert derniere[0].texte == "deux   blancs\tet\nune ligne"
    assert lire_les_tableaux_du_texte("o", odt) == lire_les_tableaux("w", word)


def test_seul_qui_demande_odt_en_a_un(production: Production, tmp_path: Path) -> None:
    sans = produire_tout(tmp_path, "releve", "-c", "demonstration", "-a", str(ANNEE))

    assert {path.name for path in sans.dossier("demonstration").rglob("releve.*")} == {
        "releve.docx"
    }
    word = sans.chemin(RELEVE, "docx").read_bytes()
    assert production.chemin(RELEVE, "docx").read_bytes() == word
    assert production.chemin(RELEVE, "odt").is_file() and production.chemin(BILAN, "odt").is_file()


@pytest.mark.parametrize("rapport", [RELEVE, BILAN], ids=str)
def test_les_tableaux_d_un_rapport_sont_ceux_de_son_word(
    production: Production, rapport: Rapport
) -> None:
    odt = production.chemin(rapport, "odt").read_bytes()
    word = production.chemin(rapport, "docx").read_bytes()

    lus = lire_les_tableaux_du_texte("o", odt)

    assert lus and lus == lire_les_tableaux("w", word)


def test_le_releve_rempli_donne_les_memes_octets_du_suivi_qu_en_word(
    production: Production, donnees: Path, tmp_path: Path
) -> None:
    depart = shutil.copytree(donnees / SUIVI, tmp_path / "depart")
    suivis = []
    for sorte, ecrire in (("docx", remplir), ("odt", remplir_odt)):
        path = tmp_path / f"releve.{sorte}"
        shutil.copy(production.chemin(RELEVE, sorte), path)
        for repere, cellules in REMPLI.items():
            ecrire(path, repere, **cellules)
        shutil.rmtree(donnees / SUIVI)
        shutil.copytree(depart, donnees / SUIVI)
        preparation = preparer([path], jour=JOUR)
        preparation.ecrire()
        suivis.append(
            {
                fichier.relative_to(donnees).as_posix(): fichier.read_bytes()
                for fichier in sorted((donnees / SUIVI).rglob("*"))
                if fichier.is_file()
            }
        )

    en_word, en_odt = suivis
    assert en_odt == en_word
    assert any(b"Inviter la Msa" in octets for octets in en_odt.values())


@avec_libreoffice
def test_enregistre_par_libreoffice_le_releve_rempli_se_relit(
    production: Production, donnees: Path, tmp_path: Path
) -> None:
    path = tmp_path / "releve.odt"
    shutil.copy(production.chemin(RELEVE, "odt"), path)
    for repere, cellules in REMPLI.items():
        remplir_odt(path, repere, **cellules)

    libreoffice(path, tmp_path / "relu", "odt")

    avant = lire_les_tableaux_du_texte("o", path.read_bytes())
    relu = tmp_path / "relu" / "releve.odt"
    assert lire_les_tableaux_du_texte("o", relu.read_bytes()) == avant
    preparation = preparer([relu], jour=JOUR)
    assert (preparation.convention, preparation.annee) == ("demonstration", ANNEE)
    assert preparation.nouvelles["decisions"] == 2


@avec_libreoffice
def test_libreoffice_ne_perd_rien_d_un_rapport(production: Production, tmp_path: Path) -> None:
    rapports = (RELEVE, BILAN)
    sources = [production.chemin(rapport, "odt") for rapport in rapports]

    libreoffice(sources, tmp_path / "relu", "docx")
    libreoffice(sources, tmp_path / "relu", "pdf")

    for rapport in rapports:
        lu = docx.Document(str(tmp_path / "relu" / f"{rapport.nom}.docx"))
        notre = docx.Document(str(production.chemin(rapport, "docx")))
        assert compter(lu) == compter(notre)
        pdf = tmp_path / "relu" / f"{rapport.nom}.pdf"
        assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size > 10_000


def compter(word: Word) -> Counter[str]:
    """Return how many tables and pictures a Word file has, and its paragraphs by their text."""
    combien = Counter(paragraphe.text for paragraphe in word.paragraphs if paragraphe.text.strip())
    combien["tableaux"] = len(word.tables)
    combien["images"] = len(word.inline_shapes)
    return combien
