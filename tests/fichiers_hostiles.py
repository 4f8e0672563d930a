"""Files made to hurt who opens them: too large once open, endless, too deep, or not what they say.

Each is made when a test asks for it. A name that begins with that of the gabarit has a convention
and a year: « ctg-harnes-2025 ».
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import sys
import zipfile
import zlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NoReturn

import docx
import duckdb
from classeur_rempli import octets
from donnees_abimees import png
from donnees_suivies import DONNEES

from ctglib.commandes.application import lancer
from ctglib.donnees.images import SIGNATURE_PNG
from ctglib.donnees.lecture import racine
from ctglib.production.contenant import DESCRIPTION

MEGA = 1024**2
FEUILLE = "xl/worksheets/sheet2.xml"
TOUT = b"A1:XFD1048576"
ENTITES = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(
        b'<!ENTITY %c "%s">' % (lettre, b"&%c;" % (lettre - 1) * 10) for lettre in range(98, 108)
    )
    + b"]>"
)

Changer = Callable[[bytes], bytes]
Hostile = Callable[[Path], None]  # writes the file at a path
ADRESSE = b"file:" + b"/" * 3 + b"etc/passwd"  # of a file of the machine


def refait(archive: bytes, partie: str, changer: Changer) -> bytes:
    """Return an Office file, one part of it changed."""
    cible = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as avant,
        zipfile.ZipFile(cible, "w", zipfile.ZIP_DEFLATED) as apres,
    ):
        for nom in avant.namelist():
            contenu = avant.read(nom)
            apres.writestr(nom, changer(contenu) if nom == partie else contenu)
    return cible.getvalue()


def classeur(changer: Changer, partie: str = FEUILLE) -> Hostile:
    return lambda path: _ecrire(path, refait(octets(), partie, changer))


def _ecrire(path: Path, contenu: bytes) -> None:
    path.write_bytes(contenu)


def avant(balise: bytes, ajout: bytes, fois: int = 1, fin: bytes = b"") -> Changer:
    """Return what adds something, so many times, before the first of a tag; nothing is made yet."""

    def changer(xml: bytes) -> bytes:
        assert balise in xml, balise
        return xml.replace(balise, ajout * fois + fin + balise, 1)

    return changer


def _sans_entete(xml: bytes) -> bytes:
    return re.sub(rb"^<\?xml.*?\?>\s*", b"", xml)


def entites(xml: bytes) -> bytes:
    """Return a part whose first text is an entity that grows ten times eleven times over."""
    sans_entete = ENTITES + _sans_entete(xml)
    return re.sub(rb"(<(?:t|v|vt:lpwstr)(?: [^>]*)?>)[^<]*", rb"\1&k;", sans_entete, count=1)


def entite_du_dehors(xml: bytes) -> bytes:
    dehors = b'<!DOCTYPE x [<!ENTITY k SYSTEM "%s">]>' % ADRESSE + _sans_entete(xml)
    return re.sub(rb"(<(?:t|v)(?: [^>]*)?>)[^<]*", rb"\1&k;", dehors, count=1)


def lien(xml: bytes) -> bytes:
    """Return a sheet with one hyperlink, over all its cells."""
    liens = b'<hyperlinks><hyperlink ref="%s" location="A1"/></hyperlinks>' % TOUT
    return avant(b"<pageMargins", liens)(re.sub(rb"<hyperlinks>.*?</hyperlinks>", b"", xml))


def styles(nombre: int) -> Changer:
    format_ = b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"><alignment wrapText="1"/></xf>'
    return avant(b"</cellXfs>", format_, nombre)


def polices(nombre: int) -> Changer:
    return avant(b"</fonts>", b'<font><sz val="11"/><name val="Arial"/></font>', nombre)


def noms(nombre: int) -> Changer:
    def changer(xml: bytes) -> bytes:
        definis = b"".join(
            b'<definedName name="n%d">Actions!$A$1:$XFD$1048576</definedName>' % rang
            for rang in range(nombre)
        )
        sans = re.sub(rb"<definedNames>.*?</definedNames>|<definedNames ?/>", b"", xml)
        return avant(b"<calcPr", b"<definedNames>" + definis + b"</definedNames>")(sans)

    return changer


def feuilles_sans_nombre(xml: bytes) -> bytes:
    feuille = re.search(rb"<sheet [^>]*/>", xml)
    assert feuille is not None
    autres = b"".join(
        re.sub(rb'name="[^"]*"', b'name="f%d"' % rang, feuille[0]) for rang in range(3_000)
    )
    return avant(b"</sheets>", autres)(xml)


def proprietes_sans_nombre(xml: bytes) -> bytes:
    propriete = (
        b'<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="%d" name="n%d">'
        b"<vt:i4>1</vt:i4></property>"
    )
    return avant(
        b"</Properties>", b"".join(propriete % (rang, rang) for rang in range(99, 400_000))
    )(xml)


def taille_menteuse(path: Path) -> None:
    """Write a workbook whose sheet takes 300 MB, and says that it takes 10 KB."""
    contenu = bytearray(refait(octets(), FEUILLE, avant(b"</worksheet>", b" ", 300 * MEGA)))
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        vraie = archive.getinfo(FEUILLE).file_size.to_bytes(4, "little")
    assert vraie in contenu
    path.write_bytes(bytes(contenu).replace(vraie, (10_000).to_bytes(4, "little")))


def partie_ajoutee(nom: str, contenu: bytes, fois: int = 1) -> Hostile:
    def ecrire(path: Path) -> None:
        path.write_bytes(octets())
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(nom, contenu * fois)

    return ecrire


def tube(path: Path) -> None:
    os.mkfifo(path)


def sans_fin(path: Path) -> None:
    path.symlink_to("/dev/zero")


def creux(path: Path) -> None:
    """Write a file of 8 GB that takes no room on the disk."""
    with path.open("wb") as fichier:
        fichier.truncate(8 * 1024 * MEGA)


CLASSEURS: dict[str, Hostile] = {
    "lien sur toute la feuille": classeur(lien),
    "600 000 formats": classeur(styles(600_000), "xl/styles.xml"),
    "un million de polices": classeur(polices(1_000_000), "xl/styles.xml"),
    "700 000 noms": classeur(noms(700_000), "xl/workbook.xml"),
    "3 000 feuilles": classeur(feuilles_sans_nombre, "xl/workbook.xml"),
    "400 000 proprietes": classeur(proprietes_sans_nombre, "docProps/custom.xml"),
    "derniere cellule": classeur(
        avant(b"</sheetData>", b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    ),
    "fusion de tout": classeur(
        avant(b"<pageMargins", b'<mergeCells><mergeCell ref="%s"/></mergeCells>' % TOUT)
    ),
    "cellules sans fin": classeur(avant(b"</sheetData>", b"<c/>", 3_000_000)),
    "70 Mo d'espaces": classeur(avant(b"</worksheet>", b" ", 70 * MEGA)),
    "taille menteuse": taille_menteuse,
    "colonnes sans fin": classeur(
        avant(b"</cols>", b'<col min="1" max="16384" width="9" customWidth="1"/>', 500_000)
    ),
    "lignes vides sans fin": classeur(avant(b"</sheetData>", b'<row ht="9"/>', 3_000_000)),
    "balises emboitees": classeur(
        lambda xml: avant(b"</sheetData>", b"<row>", 1_000_000, b"</row>" * 1_000_000)(xml)
    ),
    "entites": classeur(entites, "docProps/custom.xml"),
    "entites d'une feuille": classeur(entites),
    "entite du dehors": classeur(entite_du_dehors),
    "ligne sans nombre": classeur(
        avant(b"</sheetData>", b'<row r="99999999999999999999"><c r="A1"><v>1</v></c></row>')
    ),
    "reference impossible": classeur(
        avant(b"</sheetData>", b'<row><c r="ZZZZZZZZ99999999999"><v>1</v></c></row>')
    ),
    "nombre demesure": classeur(
        avant(b'<row r="1"', b'<row><c r="A9"><v>%s</v></c></row>' % (b"9" * 400_000))
    ),
    "date demesuree": classeur(
        avant(b"</sheetData>", b'<row><c r="A9" t="d"><v>%s</v></c></row>' % (b"9" * 400_000))
    ),
    "formule de tableau partout": classeur(
        avant(
            b"</sheetData>",
            b'<row><c r="A9"><f t="array" ref="%s">1</f><v>1</v></c></row>' % TOUT,
        )
    ),
    "texte partage introuvable": classeur(
        avant(b"</sheetData>", b'<row><c r="A9" t="s"><v>999999999</v></c></row>')
    ),
    "choix sur toute la feuille": classeur(
        lambda xml: re.sub(
            rb'sqref="[^"]*"', b'sqref="%s"' % ((TOUT + b" ") * 100_000), xml, count=1
        )
    ),
    "mises en forme sans fin": classeur(
        avant(
            b"<pageMargins",
            b'<conditionalFormatting sqref="A1"><cfRule type="expression" priority="1">'
            b"<formula>1</formula></cfRule></conditionalFormatting>",
            400_000,
        )
    ),
    "nom qui sort du dossier": partie_ajoutee("../../../../sorti.xml", b"<x/>"),
    "partie en double": partie_ajoutee(FEUILLE, b"<worksheet"),
    "image demesuree": partie_ajoutee("xl/media/image1.png", b"\x89PNG", 10 * MEGA),
    "tube": tube,
    "sans fin": sans_fin,
    "8 Go": creux,
}


def word(corps: bytes, fois: int = 1, fin: bytes = b"") -> Hostile:
    """Return what writes a Word file with something at the beginning of its body."""
    return _word(avant(b"<w:sectPr", corps, fois, fin))


def _word(changer: Changer) -> Hostile:
    def ecrire(path: Path) -> None:
        neuf = io.BytesIO()
        docx.Document().save(neuf)
        path.write_bytes(refait(neuf.getvalue(), "word/document.xml", changer))

    return ecrire


def entites_de_word(xml: bytes) -> bytes:
    paragraphe = avant(b"<w:sectPr", b"<w:p><w:r><w:t>&k;</w:t></w:r></w:p>")
    return ENTITES + _sans_entete(paragraphe(xml))


CELLULE_WORD = b"<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"
TABLEAU_WORD = b"<w:tbl><w:tr><w:tc>"
FIN_DU_TABLEAU = b"</w:tc></w:tr></w:tbl>"
WORDS: dict[str, Hostile] = {
    "gridSpan": word(
        b"<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='2000000000'/></w:tcPr><w:p/></w:tc>"
        b"</w:tr></w:tbl>"
    ),
    "un million de cellules": _word(
        lambda xml: avant(
            b"<w:sectPr", b"<w:tbl><w:tr>" + CELLULE_WORD * 1_000_000 + b"</w:tr></w:tbl>"
        )(xml)
    ),
    "50 000 tableaux emboites": word(TABLEAU_WORD, 50_000, FIN_DU_TABLEAU * 50_000),
    "80 tableaux emboites": word(
        TABLEAU_WORD, 80, b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 50_000 + FIN_DU_TABLEAU * 80
    ),
    "entites": _word(entites_de_word),
    "70 Mo d'espaces": word(b" ", 70 * MEGA),
    "texte de 55 Mo": _word(
        lambda xml: avant(
            b"<w:sectPr", b"<w:p><w:r><w:t>" + b"a" * 55 * MEGA + b"</w:t></w:r></w:p>"
        )(xml)
    ),
    "tube": tube,
    "sans fin": sans_fin,
}


def contenu(motif: bytes, fois: int = 1, debut: bytes = b"", fin: bytes = b"") -> Hostile:
    """Return what writes a text, so many times, between two others; nothing is made yet."""
    return lambda path: _ecrire(path, debut + motif * fois + fin)


CSVS: dict[str, Hostile] = {
    "une ligne de 4 Mo": contenu(b"a;", 2 * MEGA - 1),
    "une cellule de 3 Mo": contenu(b"a", 3 * MEGA),
    "des guillemets": contenu(b'"', 3 * MEGA),
    "un guillemet ouvert": contenu(b'a;"b\n', 500_000),
    "des lignes vides": contenu(b"\n", 4 * MEGA),
    "des octets nuls": contenu(b"\0", 3 * MEGA),
    "8 Go": creux,
    "tube": tube,
    "sans fin": sans_fin,
}


def parquet(requete: str) -> Hostile:
    """Return what writes a Parquet file of the rows of a query."""

    def ecrire(path: Path) -> None:
        moteur = duckdb.connect()
        moteur.execute(f"copy ({requete}) to '{path}' (format parquet, compression zstd)")

    return ecrire


CNAF = b"dtreffre;numcomdo;nomcom;indfoy_ndur;indfoy_rsa\n"
CARTE = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"62413"},'
OFFICIELS: dict[str, tuple[str, Hostile]] = {
    "20 millions de lignes": (
        "parquet",
        parquet(
            "select '2024-12' as dtreffre, '62413' as numcomdo, 'H' as nomcom, 5 as indfoy_ndur,"
            " 5 as indfoy_rsa from range(20000000)"
        ),
    ),
    "4 millions de lignes": (
        "parquet",
        parquet(
            "select '2024-12' as dtreffre, '62413' as numcomdo, repeat('h', 1000) as nomcom,"
            " 5 as indfoy_ndur, 5 as indfoy_rsa from range(4000000)"
        ),
    ),
    "3 000 colonnes": (
        "parquet",
        parquet(
            "select '2024-12' as dtreffre, '62413' as numcomdo, "
            + ", ".join(f"5 as indfoy_c{rang}" for rang in range(3_000))
            + " from range(20000)"
        ),
    ),
    "cellules de 100 Mo": (
        "parquet",
        parquet(
            "select '2024-12' as dtreffre, '62413' as numcomdo, repeat('h', 100000000) as nomcom,"
            " 5 as indfoy_ndur, 5 as indfoy_rsa from range(20)"
        ),
    ),
    "parquet coupe": ("parquet", contenu(b"PAR1" + b"\xff" * 1000)),
    "parquet creux": ("parquet", contenu(b"\0", 90 * MEGA, b"PAR1", b"\xff\xff\xff\x7fPAR1")),
    "carte emboitee": (
        "geojson",
        contenu(b"[", 4 * MEGA, CARTE + b'"geometry":{"coordinates":'),
    ),
    "carte de cinq millions de points": (
        "geojson",
        contenu(b"[1,2],", 5_000_000, CARTE + b'"geometry":{"coordinates":[', b"[1,2]]}}]}"),
    ),
    "carte au nombre sans fin": (
        "geojson",
        contenu(b"9", 5 * MEGA, CARTE + b'"geometry":{"coordinates":', b"}}]}"),
    ),
    "deux millions de colonnes": ("csv", contenu(b"a;", 2_000_000)),
    "une ligne de deux millions de colonnes": ("csv", contenu(b";", 2_000_000, CNAF)),
    "trois millions de lignes": (
        "csv",
        contenu(b"2024-12;62413;H;x;y\n", 3_000_000, CNAF),
    ),
    "la meme ligne sans fin": ("csv", contenu(b"2024-12;62413;H;5;5\n", 1_000_000, CNAF)),
    "une cellule de 90 Mo": ("csv", contenu(b"a", 90 * MEGA, CNAF + b"2024-12;62413;")),
    "un guillemet ouvert": ("csv", contenu(b"2024-12;62413;H;5;5\n", 1_000_000, CNAF + b'"')),
    "des octets nuls": ("csv", contenu(b"\0", 50 * MEGA, CNAF)),
    "une archive": ("csv", contenu(b"PK\x03\x04" + bytes(1000))),
    "8 Go": ("csv", creux),
    "un dossier": ("csv", Path.mkdir),
    "tube": ("csv", tube),
    "sans fin": ("csv", sans_fin),
    "coupe": (
        "csv",
        contenu(CNAF + b"2024-12;62413;Harnes;1500;500\n2024-12;62498;Lens;3000;10"),
    ),
}

CELLULE = b'{"cell_type":"code","metadata":{},"source":"","outputs":[],"execution_count":null},'
CARNETS: dict[str, Hostile] = {
    "des listes sans fin": contenu(b"[],", 20_000_000, b'{"cells": [', b"[]]}"),
    "700 000 cellules": contenu(CELLULE, 700_000, b'{"cells": [', CELLULE[:-1] + b"]}"),
    "trop profond": contenu(b"[", 1_000_000, b'{"cells": '),
    "une source sans fin": contenu(b"1,", 25_000_000, b'{"cells": [{"source": [', b"1]}]}"),
    "pas un carnet": contenu(b'{"cells": 1}'),
    "8 Go": creux,
    "coupé": contenu(CELLULE, 10, b'{"cells": ['),
}


def comprime(
    dedans: Mapping[str, bytes], methode: int = zipfile.ZIP_DEFLATED, emboites: int = 0
) -> Hostile:
    """Return what writes a ZIP of files; within another, within another, so many times."""

    def ecrire(path: Path) -> None:
        archive = _comprimer(dedans, methode)
        for _ in range(emboites):
            archive = _comprimer({"dedans.zip": archive}, zipfile.ZIP_STORED)
        path.write_bytes(archive)

    return ecrire


def _comprimer(dedans: Mapping[str, bytes], methode: int = zipfile.ZIP_DEFLATED) -> bytes:
    cible = io.BytesIO()
    with zipfile.ZipFile(cible, "w", methode) as archive:
        for nom, contenu in dedans.items():
            archive.writestr(nom, contenu)
    return cible.getvalue()


def gonfle(nom: str, octets_dits: int) -> Hostile:
    """Return what writes a ZIP whose one file takes 300 MB, and says that it takes so many."""

    def ecrire(path: Path) -> None:
        vrais = struct.pack("<L", 300 * MEGA)
        contenu = _comprimer({nom: bytes(300 * MEGA)})
        assert vrais in contenu
        path.write_bytes(contenu.replace(vrais, struct.pack("<L", octets_dits)))

    return ecrire


def entrees_sans_nombre(path: Path) -> None:
    """Write a ZIP of two million empty files, that only its directory has."""
    nombre = 2_000_000
    fixe = struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, *(0,) * 8, 12, *(0,) * 6)
    sommaire = b"".join(fixe + b"%012d" % rang for rang in range(nombre))
    place = len(sommaire)
    fin = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, nombre, nombre, place, 0)
    renvoi = struct.pack("<4sLQL", b"PK\6\7", 0, place, 1)
    pleins = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, *(0xFFFF,) * 2, *(0xFFFFFFFF,) * 2, 0)
    path.write_bytes(sommaire + fin + renvoi + pleins)


def chiffre(path: Path) -> None:
    """Write a ZIP whose one file says that it has a password."""
    contenu = bytearray(_comprimer({"a.csv": CNAF}))
    contenu[6] |= 1
    contenu[contenu.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(contenu)


ZIPS: dict[str, Hostile] = {
    "300 Mo de vide": gonfle("s_ben_com_f.csv", 300 * MEGA),
    "taille menteuse": gonfle("s_ben_com_f.csv", 10_000),
    "deux millions de fichiers": entrees_sans_nombre,
    "500 dans 500": comprime({"a.csv": CNAF}, emboites=500),
    "lzma de 90 Mo": comprime({"s_ben_com_f.csv": CNAF + bytes(90 * MEGA)}, zipfile.ZIP_LZMA),
    "un mot de passe": chiffre,
    "coupe": contenu(b"PK\3\4" + bytes(1000)),
}


def grand_png(cote: int) -> bytes:
    """Return a black square, which is never held whole."""
    compresseur = zlib.compressobj()
    rangee = bytes(1 + (cote + 7) // 8)
    points = b"".join(compresseur.compress(rangee) for _ in range(cote)) + compresseur.flush()
    entete = struct.pack(">2L5B", cote, cote, 1, 0, 0, 0, 0)
    morceaux = ((b"IHDR", entete), (b"IDAT", points), (b"IEND", b""))
    return SIGNATURE_PNG + b"".join(
        struct.pack(">L", len(dedans)) + nom + dedans + struct.pack(">L", zlib.crc32(nom + dedans))
        for nom, dedans in morceaux
    )


# A logo is put where the convention of Harnes says.
LOGO = "conventions/harnes/logos/ville.png"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
DANS_UN_SVG = b'<image href="data:image/png;base64,'
IMAGES: dict[str, Hostile] = {
    "png, 50 000 points sur 50 000": lambda path: _ecrire(path, grand_png(50_000)),
    "png, 10 000 points sur 10 000": lambda path: _ecrire(path, grand_png(10_000)),
    "png coupe": lambda path: _ecrire(path, png(900, 900)[:-30]),
    "svg, 50 000 points sur 50 000": lambda path: _ecrire(
        path, SVG + DANS_UN_SVG + b64encode(grand_png(50_000)) + b'"/></svg>'
    ),
    "svg, balises emboitees": contenu(b"<g>", 500_000, SVG, b"</g>" * 500_000 + b"</svg>"),
    "svg, balises sans nombre": contenu(b"<g/>", 1_200_000, SVG, b"</svg>"),
    "svg, renvois sans fin": contenu(
        b"".join(b'<use id="n%d" href="#n%d"/>' % (n, n - 1) for n in range(90_000, 0, -1)),
        debut=SVG,
        fin=b"</svg>",
    ),
    "svg, entites": contenu(b"<text>&k;</text>", 1, ENTITES + SVG, b"</svg>"),
    "svg, entite du dehors": contenu(
        b"<text>&k;</text>",
        1,
        b'<!DOCTYPE x [<!ENTITY k SYSTEM "%s">]>' % ADRESSE + SVG,
        b"</svg>",
    ),
    "svg, image liee": contenu(b'<image href="%s"/>' % ADRESSE, 1, SVG, b"</svg>"),
    "8 Go": creux,
    "sans fin": sans_fin,
    "tube": tube,
}

MANIFESTE = "reports/harnes/manifeste.json"


def archive(fichiers: Mapping[str, bytes]) -> Hostile:
    """Return what writes an archive of some files, with a manifest and a description."""
    vides = {DESCRIPTION: b'{"@graph": []}', MANIFESTE: b'{"forme": 1}'}
    return comprime({**vides, **fichiers})


def _archive_d_un_magasin(path: Path) -> None:
    """Write an archive whose table of figures has twenty million rows, in 300 KB."""
    table = path.with_name("x.parquet")
    parquet("select '62413' as code, 5.0 as cnaf_foyers_rsa from range(20000000)")(table)
    fichiers = {}
    for fichier in DONNEES.rglob("*"):
        if fichier.is_file():
            nom = f"data/{fichier.relative_to(DONNEES).as_posix()}"
            forge = fichier.suffix == ".parquet"
            fichiers[nom] = table.read_bytes() if forge else fichier.read_bytes()
    table.unlink()
    archive(fichiers)(path)


ARCHIVES: dict[str, Hostile] = {
    "deux millions de fichiers": entrees_sans_nombre,
    "300 Mo de vide": gonfle(DESCRIPTION, 300 * MEGA),
    "taille menteuse": gonfle(DESCRIPTION, 10_000),
    "description sans fin": archive({DESCRIPTION: b'{"@graph": [' + b"[]," * 20 * MEGA + b"1]}"}),
    "manifeste de 3 Mo": archive({MANIFESTE: b'{"a": [' + b"[]," * (MEGA - 9) + b"1]}"}),
    "convention de 1 Mo": archive(
        {"data/conventions/harnes/convention.yaml": b"- {a: [1]}\n" * (MEGA // 12)}
    ),
    "tableau de 8 Mo": archive({"data/conventions/harnes/annexe1.csv": b"a," * (4 * MEGA - 9)}),
    "magasin de 20 millions de lignes": _archive_d_un_magasin,
    "description profonde": archive({DESCRIPTION: b"[" * 60 * MEGA}),
    "manifeste sans fin": archive({MANIFESTE: b'{"a": [' + b"[]," * 20 * MEGA + b"1]}"}),
    "convention sans fin": archive(
        {"data/conventions/harnes/convention.yaml": b"- {a: [1]}\n" * 3 * MEGA}
    ),
    "carnet sans fin": archive({"notebooks/a.ipynb": b'{"cells": [' + b"[]," * 20 * MEGA + b"1]}"}),
    "lien": comprime({"../dehors.txt": b"a"}),
    "tube": tube,
    "sans fin": sans_fin,
    "8 Go": creux,
}

IMPORTER = ("importer",)
AJOUTER = ("source", "ajouter", "--oui")
VALIDER = ("valider", "-c", "harnes")
VERIFIER = ("verifier", "--sans-rejouer", "--archive")
QUI_LISENT = (VALIDER, VERIFIER)  # these write nothing, whatever is found
# What is typed before a file, its name without its end, what writes it, by name.
ESSAIS: dict[str, tuple[tuple[str, ...], str, Hostile]] = {}
for sorte, hostiles in (("xlsx", CLASSEURS), ("docx", WORDS), ("csv", CSVS)):
    for nom, hostile in hostiles.items():
        ESSAIS[f"{sorte}, {nom}"] = (IMPORTER, f"ctg-harnes-2025-Actions.{sorte}", hostile)
for nom, (sorte, hostile) in OFFICIELS.items():
    ESSAIS[f"source, {nom}"] = (AJOUTER, f"s_ben_com_f.{sorte}", hostile)
for nom, hostile in ZIPS.items():
    ESSAIS[f"source, zip, {nom}"] = (AJOUTER, "s_ben_com_f.zip", hostile)
for nom, hostile in IMAGES.items():
    ESSAIS[f"logo, {nom}"] = (VALIDER, "ville.png", hostile)
for nom, hostile in ARCHIVES.items():
    ESSAIS[f"archive, {nom}"] = (VERIFIER, "a.zip", hostile)
for nom, hostile in CARNETS.items():
    ESSAIS[f"ipynb, {nom}"] = (("analyser",), "recu.ipynb", hostile)


def essayer(dossier: Path) -> None:
    """Give each file to its command, in a process of its own, and print what was said and what it
    took: the exit code, the message, the seconds of processor, and the memory in MB.
    """
    import ctglib.collecte.importer
    import ctglib.donnees.ajout  # noqa: F401

    for rang, (commande, nom, _) in enumerate(ESSAIS.values()):
        chemin = dossier / str(rang) / nom
        resultat = chemin.with_name("resultat.json")
        arguments = [*commande, str(chemin)]
        if commande == VALIDER:  # what is judged is the data
            arguments.pop()
            chemin.rename(racine() / LOGO)
        enfant = os.fork()
        if not enfant:
            _commander(arguments, resultat)
        _, statut, comptes = os.wait4(enfant, 0)
        (racine() / LOGO).unlink(missing_ok=True)
        essai = {"code": os.waitstatus_to_exitcode(statut), "dit": "", "memoire": 0}
        essai |= json.loads(resultat.read_text(encoding="utf-8"))
        essai["secondes"] = comptes.ru_utime + comptes.ru_stime  # of the process that reads too
        sys.stdout.write(json.dumps(essai) + "\n")
        sys.stdout.flush()


def _commander(arguments: list[str], resultat: Path) -> NoReturn:
    """Run a command; write what it said and what it took, and end this process."""
    code = 2
    try:
        avant = _memoire(resource.RUSAGE_SELF)
        with redirect_stderr(io.StringIO()) as dit, redirect_stdout(dit):
            code = lancer(arguments)
        # What the process that read it took at most, and what this one took on top.
        memoire = _memoire(resource.RUSAGE_CHILDREN) + _memoire(resource.RUSAGE_SELF) - avant
        ecrit = json.dumps({"dit": dit.getvalue(), "memoire": memoire})
        resultat.write_text(ecrit, encoding="utf-8")
    finally:
        os._exit(code)


def _memoire(qui: int) -> int:
    """Return the most that this process, or one of its children, had at once, in MB."""
    unite = MEGA if sys.platform == "darwin" else 1024  # macOS counts octets
    return resource.getrusage(qui).ru_maxrss // unite


if __name__ == "__main__":
    import resource

    essayer(Path(sys.argv[1]))
