"""A workbook saved as .ods gives the same follow-up as the same saved as .xlsx; what it says to be
repeated is never made beyond the bounds.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from classeur_rempli import cellule, enregistrer, photographie, poser, vierge
from import_exemple import SUIVI, annee_entiere, avec_libreoffice, importer, libreoffice

from ctglib.collecte.fichiers import recevoir
from ctglib.collecte.opendocument import lire_les_tableaux_du_texte, lire_ods
from ctglib.collecte.ouverture import (
    Cellule,
    CelluleWord,
    ClasseurLu,
    lire_classeur,
)
from ctglib.donnees.fautes import Faute
from ctglib.donnees.ouvertures import est_de_la_collecte

TYPE = "application/vnd.oasis.opendocument.spreadsheet"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
PREFIXES = " ".join(
    f'xmlns:{prefixe}="{OASIS}{prefixe}:1.0"'
    for prefixe in ("office", "table", "text", "style", "meta")
)
CALCEXT = 'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"'
MILLIARD = 10**9


def ods(feuilles: str, styles: str = "", entete: str = "", **parties: bytes) -> bytes:
    """Return a workbook of these sheets, in the XML of OpenDocument; ``parties`` are others."""
    contenu = (
        f'<?xml version="1.0"?>{entete}<office:document-content {PREFIXES} {CALCEXT}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{feuilles}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), TYPE)
        archive.writestr("content.xml", contenu)
        for nom, octets in parties.items():
            archive.writestr(nom.replace("__", "/").replace("_xml", ".xml"), octets)
    return flux.getvalue()


def feuille(rangees: str, attributs: str = 'table:name="Actions"') -> str:
    return f"<table:table {attributs}>{rangees}</table:table>"


def rangee(*cellules: str, attributs: str = "") -> str:
    return f"<table:table-row {attributs}>{''.join(cellules)}</table:table-row>"


def case(attributs: str = "", texte: str = "", element: str = "table-cell") -> str:
    paragraphe = f"<text:p>{texte}</text:p>" if texte else ""
    return f"<table:{element} {attributs}>{paragraphe}</table:{element}>"


def lire(contenu: bytes) -> ClasseurLu:
    return lire_ods("envoi.ods", contenu)


def une(*cellules: str) -> dict[int, Cellule]:
    """Return the cells of the first row of a workbook that has one, by column."""
    (grille,) = lire(ods(feuille(rangee(*cellules)))).grilles
    return grille.lignes.get(1, {})


def refuse(contenu: bytes, tmp_path: Path) -> Faute:
    """Return the fault of a file that is received, in a child process that is bounded."""
    path = tmp_path / "envoi.ods"
    path.write_bytes(contenu)
    classeurs, (faute,) = recevoir([path])
    assert classeurs == []
    return faute


TYPES = {
    "nombre": (case('office:value-type="float" office:value="12.5"', "12,5"), Cellule(12.5)),
    "entier": (case('office:value-type="float" office:value="12"', "12,00"), Cellule(12)),
    "euros": (case('office:value-type="currency" office:value="3"', "3 €"), Cellule(3)),
    "part": (
        case('office:value-type="percentage" office:value="0.59"', "59 %"),
        Cellule(0.59, pourcent=True),
    ),
    "date": (
        case('office:value-type="date" office:date-value="2025-03-15"', "15/03/25"),
        Cellule(datetime(2025, 3, 15)),
    ),
    "heure": (
        case('office:value-type="time" office:time-value="PT08H30M00S"', "08:30"),
        Cellule(timedelta(hours=8, minutes=30)),
    ),
    "vrai": (case('office:value-type="boolean" office:boolean-value="true"'), Cellule(True)),
    "texte": (
        case('office:value-type="string"', 'Le<text:s text:c="2"/>lieu<text:line-break/>ouvre'),
        Cellule("Le  lieu\nouvre"),
    ),
    "formule": (
        case('table:formula="of:=1+1" office:value-type="float" office:value="2"', "2"),
        Cellule(2, formule=True),
    ),
    "formule sans resultat": (case('table:formula="of:=1+1"'), Cellule(None, formule=True)),
    "erreur": (
        case('table:formula="of:=1/0" calcext:value-type="error"', "#DIV/0!"),
        Cellule("#DIV/0!", formule=True),
    ),
    "erreur d'un numero": (
        case('table:formula="of:=X" calcext:value-type="error"', "Err:502"),
        Cellule("#VALEUR!", formule=True),
    ),
}


@pytest.mark.parametrize("nom", TYPES)
def test_une_cellule_a_sa_valeur_et_son_type(nom: str) -> None:
    ecrite, attendue = TYPES[nom]

    assert une(ecrite) == {1: attendue}


def test_un_commentaire_n_est_pas_dans_la_cellule() -> None:
    note = "<office:annotation><text:p>à revoir</text:p></office:annotation>"
    seule = f"<table:table-cell>{note}</table:table-cell>"
    remplie = (
        f'<table:table-cell office:value-type="string">{note}<text:p>oui</text:p>'
        "</table:table-cell>"
    )

    assert une(seule, remplie) == {2: Cellule("oui")}


def test_ce_qui_est_vide_et_repete_est_compte_et_non_ecrit() -> None:
    vide = case(f'table:number-columns-repeated="{MILLIARD}"')
    vides = rangee(vide, attributs=f'table:number-rows-repeated="{MILLIARD}"')
    x = case('office:value-type="string"', "x")
    trois = rangee(case('table:number-columns-repeated="3"'), x)
    deux_fois = rangee(x, attributs='table:number-rows-repeated="2"')

    (grille,) = lire(ods(feuille(trois + deux_fois + vides))).grilles

    assert grille.lignes == {1: {4: Cellule("x")}, 2: {1: Cellule("x")}, 3: {1: Cellule("x")}}


def test_une_feuille_cachee_est_laissee_et_ses_fusions_dites() -> None:
    style = (
        '<style:style style:name="c" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    large = case(
        'office:value-type="string" table:number-columns-spanned="2" table:number-rows-spanned="1"',
        "x",
    )
    couverte = case(element="covered-table-cell")
    cachee = feuille(rangee(large), 'table:name="Listes" table:style-name="c"')

    (grille,) = lire(ods(cachee + feuille(rangee(large, couverte)), style)).grilles

    assert grille.feuille == "Actions" and list(map(str, grille.fusions)) == ["A1:B1"]


def test_les_proprietes_sont_lues() -> None:
    meta = (
        f"<office:document-meta {PREFIXES}><office:meta>"
        '<meta:user-defined meta:name="annee" meta:value-type="float">2025</meta:user-defined>'
        '<meta:user-defined meta:name="convention">harnes</meta:user-defined>'
        "</office:meta></office:document-meta>"
    )

    lu = lire(ods(feuille(""), meta_xml=meta.encode()))

    assert lu.proprietes == {"annee": "2025", "convention": "harnes"}


ENTITES = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
X = 'office:value-type="string"'
HOSTILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "cellule repetee": (
        lambda: ods(feuille(rangee(case(f'{X} table:number-columns-repeated="{MILLIARD}"', "x")))),
        "une saisie en",
    ),
    "rangee repetee": (
        lambda: ods(
            feuille(rangee(case(X, "x"), attributs=f'table:number-rows-repeated="{MILLIARD}"'))
        ),
        "une saisie en",
    ),
    "trop de cellules": (
        lambda: ods(
            feuille(
                rangee(
                    case(f'{X} table:number-columns-repeated="99"', "x"),
                    attributs='table:number-rows-repeated="4999"',
                )
            )
        ),
        "cellules",
    ),
    "fusion sans fin": (
        lambda: ods(feuille(rangee(case(f'{X} table:number-rows-spanned="{MILLIARD}"', "x")))),
        "une saisie en",
    ),
    "nombre de mille chiffres": (
        lambda: ods(
            feuille(rangee(case(f'{X} table:number-columns-repeated="{"9" * 9000}"', "x")))
        ),
        "un classeur abîmé",
    ),
    "entites": (
        lambda: ods(feuille(rangee(case(X, "&j;"))), entete=ENTITES),
        "un classeur abîmé",
    ),
    "balises emboitees": (
        lambda: ods(feuille("<table:table-row>" * 5000 + "</table:table-row>" * 5000)),
        "un classeur abîmé",
    ),
    "70 Mo": (lambda: ods(feuille(" " * 70 * 1024**2)), "Mo"),
    "chiffre": (
        lambda: ods("", **{"META-INF__manifest_xml": b"<manifest:encryption-data/>"}),
        "protégé par un mot de passe",
    ),
    "sans contenu": (
        lambda: b"PK\x03\x04" + bytes(26) + b"mimetype" + TYPE.encode(),
        "un classeur abîmé",
    ),
}


@pytest.mark.parametrize("nom", HOSTILES)
def test_un_fichier_hostile_est_refuse(nom: str, tmp_path: Path) -> None:
    faire, trouve = HOSTILES[nom]

    faute = refuse(faire(), tmp_path)

    assert trouve in faute.trouve and faute.remede


def odt(corps: str) -> bytes:
    """Return minutes with this body, where the style « T2 » hides."""
    style = (
        '<style:style style:name="T2" style:family="text">'
        '<style:text-properties text:display="none"/></style:style>'
    )
    contenu = (
        f"<office:document-content {PREFIXES}>"
        f"<office:automatic-styles>{style}</office:automatic-styles>"
        f"<office:body><office:text>{corps}</office:text></office:body></office:document-content>"
    )
    flux = io.BytesIO()
    with zipfile.ZipFile(flux, "w") as archive:
        archive.writestr("content.xml", contenu)
    return flux.getvalue()


def test_un_tableau_du_releve_a_ses_cellules_et_ce_qu_elles_cachent() -> None:
    cachee = '<text:span text:style-name="T2">harnes 2025 comite_date</text:span>Date du comité'
    groupe = case('table:number-columns-spanned="2"', "Groupe")
    entete = f"<table:table-header-rows>{rangee(case('', 'Quoi'), case('', 'Date'))}</table:table-header-rows>"
    rangees = [
        entete,
        rangee(groupe, case(element="covered-table-cell")),
        rangee(case("", cachee), case("", "le<text:s/>3 juin")),
    ]

    (tableau,) = lire_les_tableaux_du_texte("releve.odt", odt(feuille("".join(rangees))))

    assert tableau == [
        [CelluleWord("Quoi", ""), CelluleWord("Date", "")],
        [CelluleWord("Groupe", "")],
        [CelluleWord("Date du comité", "harnes 2025 comite_date"), CelluleWord("le 3 juin", "")],
    ]


def test_ce_qu_un_releve_dit_repete_n_est_lu_qu_une_fois() -> None:
    sans_fin = case(f'table:number-columns-repeated="{MILLIARD}"', "x")
    repetee = rangee(sans_fin, attributs=f'table:number-rows-repeated="{MILLIARD}"')

    (tableau,) = lire_les_tableaux_du_texte("releve.odt", odt(feuille(repetee)))

    assert tableau == [[CelluleWord("x", "")]]


def test_un_releve_abime_est_dit(tmp_path: Path) -> None:
    path = tmp_path / "releve.odt"
    path.write_bytes(b"PK\x03\x04")

    _, (faute,) = recevoir([path])

    assert "abîmé" in faute.trouve


def test_un_carnet_ne_lit_pas_plus_un_ods_qu_un_xlsx(tmp_path: Path) -> None:
    path = tmp_path / "autre nom.ods"
    meta = (
        f"<office:document-meta {PREFIXES}><office:meta>"
        '<meta:user-defined meta:name="convention">harnes</meta:user-defined>'
        "</office:meta></office:document-meta>"
    )
    path.write_bytes(ods(feuille(""), meta_xml=meta.encode()))

    assert est_de_la_collecte(str(path))


@avec_libreoffice
def test_le_meme_classeur_en_ods_et_en_xlsx_se_lit_de_meme(tmp_path: Path) -> None:
    wb = vierge()
    poser(wb, "Indicateurs", "am_agreees", Valeur_2025="=20+31", Source="deux   blancs")
    poser(wb, "Indicateurs", "gardes_domicile", Valeur_2025=0.125, Note="une\ndeux")
    cellule(wb, "Indicateurs", "gardes_domicile", "Valeur 2025").number_format = "0%"
    poser(wb, "Indicateurs", "familles_informees", Valeur_2025=datetime(2025, 3, 15))
    poser(wb, "Indicateurs", "reunions_partenariales", Valeur_2025="=1/0", Note="« & <b> »")
    source = enregistrer(wb, tmp_path)
    lecteurs = {"ods": lire_ods, "xlsx": lire_classeur}
    lus = {}
    for sorte in lecteurs:
        (tmp_path / sorte).mkdir()
        libreoffice(source, tmp_path / sorte, sorte)
        contenu = (tmp_path / sorte / f"{source.stem}.{sorte}").read_bytes()
        lus[sorte] = lecteurs[sorte]("envoi", contenu)

    assert lus["ods"].grilles == lus["xlsx"].grilles
    proprietes = lus["xlsx"].proprietes
    assert {nom: lus["ods"].proprietes[nom] for nom in proprietes} == proprietes


@avec_libreoffice
def test_une_annee_rendue_en_ods_donne_les_memes_octets(donnees: Path, tmp_path: Path) -> None:
    source = enregistrer(annee_entiere(), tmp_path)
    (tmp_path / "ods").mkdir()
    libreoffice(source, tmp_path / "ods", "ods")
    importer(source)
    attendu = photographie(donnees / SUIVI)
    for path in sorted((donnees / SUIVI).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    importer(tmp_path / "ods" / f"{source.stem}.ods")

    assert attendu and photographie(donnees / SUIVI) == attendu
