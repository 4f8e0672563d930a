"""Files too large, too deep, out of reach or never ending: each has a French message, at once, and
takes no memory.
"""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
import stat
import subprocess
import sys
import time
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from classeur_rempli import octets
from donnees_abimees import png
from import_exemple import fautes
from ligne_de_commande import programme
from openpyxl import Workbook
from pandas import DataFrame
from production_exemple import COUVERTURE, LECTURE, ecrire_carnet

from ctglib.collecte.lecture import noms_possibles
from ctglib.commandes.application import lancer
from ctglib.document.tableau import Tableau
from ctglib.donnees.csv_strict import valeur_personnelle
from ctglib.donnees.ecriture import ecrire, en_csv
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.magasin import moteur
from ctglib.donnees.modeles.catalogue import Confidentialite
from ctglib.donnees.modeles.suivi import Gabarit
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.plan import Carnet

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

MEGA = 1024**2
FEUILLE = "xl/worksheets/sheet2.xml"


def dire(capsys: pytest.CaptureFixture, *arguments: str) -> str:
    """Return what a command says of the faults, once it is sure that it failed in French and
    without a traceback.
    """
    code = lancer(list(arguments))
    said = capsys.readouterr().err
    assert code == 1 and "Traceback" not in said, said
    return said


def refait(path: Path, changer: Callable[[bytes], bytes], partie: str = FEUILLE) -> Path:
    """Write the gabarit of a year, one part of it changed."""
    source = path.with_name("source.zip")
    source.write_bytes(octets())
    with (
        zipfile.ZipFile(source) as before,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, changer(content) if name == partie else content)
    return path


def _derniere_cellule(feuille: bytes) -> bytes:
    cell = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return feuille.replace(b"</sheetData>", cell)


def _grande_fusion(feuille: bytes) -> bytes:
    merge = b'</sheetProtection><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    return re.sub(rb"(<sheetProtection[^>]*)/>", rb"\1>" + merge, feuille)


def _cellules_sans_fin(feuille: bytes) -> bytes:
    return feuille.replace(b"</sheetData>", b"<row>" + b"<c/>" * 300_001 + b"</row></sheetData>")


def _bombe(feuille: bytes) -> bytes:
    return feuille.replace(b"</worksheet>", b" " * 70 * MEGA + b"</worksheet>")


@pytest.mark.parametrize(
    ("changer", "trouve"),
    [
        (_derniere_cellule, "une saisie en XFD1048576, très loin du tableau"),
        (_grande_fusion, "une saisie en A1:XFD1048576, très loin du tableau"),
        (_cellules_sans_fin, "très loin du tableau"),
        (_bombe, "plus de 60 Mo une fois ouvert"),
    ],
)
def test_un_classeur_demesure_dit_ce_qui_est_trop_loin(
    changer: Callable[[bytes], bytes], trouve: str, tmp_path: Path
) -> None:
    path = refait(tmp_path / "ctg-harnes-2025.xlsx", changer)

    (fault,) = fautes(path)

    assert trouve in fault.trouve
    assert fault.feuille == (None if "Mo" in trouve else "Actions")


def test_une_feuille_mise_en_forme_jusqu_au_bout_se_lit(tmp_path: Path) -> None:
    path = refait(
        tmp_path / "ctg-harnes-2025.xlsx",
        lambda text: text.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
        ),
    )

    (fault,) = fautes(path)

    assert fault.trouve == "aucune cellule remplie"


@pytest.mark.parametrize("contenu", [b"a;b\n" * 6_000, b"a;" * 200, b"a" * 5 * MEGA])
def test_un_csv_demesure_est_refuse(contenu: bytes, tmp_path: Path) -> None:
    path = tmp_path / "ctg-harnes-2025-Actions.csv"
    path.write_bytes(contenu)

    (fault,) = fautes(path)

    assert "très loin du tableau" in fault.trouve or fault.trouve == "un fichier de plus de 4 Mo"


def test_une_table_sans_fin_est_refusee(donnees: Path, capsys: pytest.CaptureFixture) -> None:
    path = donnees / "conventions" / "harnes" / "offre.csv"
    header, row, *_ = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *[row] * 100_001]), encoding="utf-8")

    assert "plus de 100000 lignes" in dire(capsys, "valider", "--convention", "harnes")


def test_un_tableau_fait_maison_recoit_le_gabarit(tmp_path: Path) -> None:
    wb = Workbook()
    wb.active.append(["Action", "Avancement", "Remarques"])
    wb.active.append(["Ouvrir un LAEP", "En bonne voie", ""])
    wb.save(tmp_path / "ctg-harnes-2025.xlsx")

    (fault,) = fautes(tmp_path / "ctg-harnes-2025.xlsx")

    assert fault.trouve == "un tableau qui n'est pas du gabarit"
    assert "« ctg gabarit »" in fault.remede


@pytest.mark.parametrize(
    "texte", ["[" * 100_000, "- " * 100_000 + "a", "{a: " * 100_000, "[" * 40 + "]" * 40]
)
def test_des_valeurs_emboitees_sans_fin_ont_leur_message(
    texte: str, donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    (donnees / "schemas" / "offre.schema.json").write_text(texte, encoding="utf-8")

    said = dire(capsys, "valider", "--convention", "harnes")

    assert "schemas/offre.schema.json, ligne 1" in said
    assert "emboîtées sur plus de 30 niveaux" in said


@pytest.mark.parametrize(
    "texte", ["[" * 100_000 + "]" * 100_000, "{", "[]", '{"cells": [1]}', '{"cells": [{}]}', ""]
)
def test_un_carnet_abime_est_dit(texte: str, tmp_path: Path) -> None:
    (tmp_path / "bilan.ipynb").write_text(texte, encoding="utf-8")

    with pytest.raises(DonneesInvalides, match=r"bilan\.ipynb\n    trouvé : un carnet abîmé"):
        _ = Carnet(tmp_path / "bilan.ipynb").cellules


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="ce système n'a pas de tubes nommés")
@pytest.mark.parametrize("nom", ["catalogue/seuils.yaml", "conventions/harnes/avenants.yaml"])
def test_un_tube_a_la_place_d_un_fichier_est_dit_sans_attendre(nom: str, donnees: Path) -> None:
    (donnees / nom).unlink(missing_ok=True)
    os.mkfifo(donnees / nom)

    done = subprocess.run(
        [sys.executable, "-m", "ctglib", "valider", "-c", "harnes"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert (
        f"{nom}\n    trouvé : un tube ou un périphérique" in done.stderr
        and "Traceback" not in done.stderr
    )


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="ce système n'a pas de tubes nommés")
@pytest.mark.parametrize("nom", ["ctg-harnes-2025.xlsx", "ctg-harnes-2025-Actions.csv"])
def test_un_tube_donne_a_importer_est_dit_sans_attendre(nom: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / nom)

    done = subprocess.run(
        [sys.executable, "-m", "ctglib", "importer", str(tmp_path / nom)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert f"{nom}\n    trouvé : un tube ou un périphérique" in done.stderr


@contextmanager
def sans_privilege() -> Iterator[None]:
    """Read as an ordinary user, whom rights stop; root is stopped by none."""
    if not hasattr(os, "seteuid"):
        pytest.skip("ce système n'a pas de droits à retirer ainsi")
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.mark.parametrize("nom", ["catalogue/themes", "conventions", "conventions/harnes"])
def test_un_dossier_que_l_on_ne_peut_pas_ouvrir_est_dit(
    nom: str, donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    moteur()  # what is imported late is imported here: an ordinary user may not read root's Python
    # A follow-up has a secret key, which another user may neither read nor make.
    shutil.rmtree(donnees / "conventions/harnes/suivi", ignore_errors=True)
    for parent in [donnees, *list(donnees.parents)[:4]]:  # xdist adds a folder of its own
        parent.chmod(0o755)
    (donnees / nom).chmod(0)

    try:
        with sans_privilege():
            said = dire(capsys, "valider", "--convention", "harnes")
    finally:
        (donnees / nom).chmod(0o755)

    assert "que l'on ne peut pas ouvrir" in said and "droits de lecture" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows n'a pas cette limite")
def test_un_dossier_temporaire_au_nom_trop_long_n_empeche_pas_les_rapports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 100)
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))

    shared = f"from ctglib.donnees.partage import partager\npartager('x', lambda: 1)\n{LECTURE}"
    for nom in ("un", "deux"):
        ecrire_carnet(tmp_path / "carnets" / f"{nom}.ipynb", COUVERTURE, shared)

    done = programme(
        "produire", "-c", "harnes", "--carnets", "carnets", "--sortie", "s", dossier=tmp_path
    )

    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    made = {path.name for path in (tmp_path / "s" / "harnes").glob("*.*")}
    assert {"un.html", "un.pdf", "deux.html", "deux.pdf"} <= made


@pytest.mark.parametrize(
    ("convention", "annee", "faute", "dit"),
    [
        ("harnes", "2025", ValueError, r"L'année d'un bilan est un nombre entier.* reçu : '2025'"),
        ("harnes", 2025.5, ValueError, r"L'année d'un bilan est un nombre entier.* reçu : 2025\.5"),
        ("harnes", True, ValueError, r"L'année d'un bilan est un nombre entier.* reçu : True"),
        (12, 2025, DonneesInvalides, "attendu : un nom"),
    ],
)
def test_un_parametre_d_un_autre_type_a_son_message(
    convention: object, annee: object, faute: type[Exception], dit: str
) -> None:
    from ctglib import ouvrir_bilan

    with pytest.raises(faute, match=dit):
        ouvrir_bilan(convention, annee)


@pytest.mark.parametrize(
    "texte", ["a" * 200_000, "a@" * 50_000, "a@" + "b" * 200_000, "a.b-" * 50_000]
)
def test_une_adresse_electronique_se_cherche_en_une_lecture(texte: str) -> None:
    regles = charger_yaml("catalogue/confidentialite.yaml", Confidentialite)

    start = time.process_time()
    valeur_personnelle(texte, regles)

    assert time.process_time() - start < 2
    assert (
        valeur_personnelle("écrire à jean.dupont+ctg@ville-harnes.fr", regles)
        == "une adresse électronique"
    )


def test_des_noms_se_cherchent_en_une_lecture() -> None:
    regles = charger_yaml("catalogue/gabarit.yaml", Gabarit).noms

    start = time.process_time()
    noms_possibles("Aa-" * 30_000, regles)

    assert time.process_time() - start < 2


@pytest.mark.parametrize(
    "texte", ["a;=1+1", "a ; +1", 'dit "non";@x', "=1;=2", "a\n-1", "fait ; rien"]
)
def test_un_programme_qui_coupe_aux_points_virgules_ne_lit_aucune_formule(texte: str) -> None:
    tableau = Tableau(
        nom="t",
        titre="T",
        source="S",
        colonnes=(),
        cellules=DataFrame(),
        donnees=DataFrame({"a": ["x"], "b": [texte]}),
    )

    cells = [
        cell
        for separator in ";,"
        for row in csv.reader(io.StringIO(tableau.csv()), delimiter=separator)
        for cell in row
    ]

    assert not [cell for cell in cells if cell.strip().startswith(("=", "+", "-", "@"))]


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
PNG = png(90, 30)
# Ten times ten, twelve times over: nobody would see the end of the drawing.
DIX_FOIS_DIX = '<g id="n0"><rect/></g>' + "".join(
    f'<g id="n{rang}">' + f'<use href="#n{rang - 1}"/>' * 10 + "</g>" for rang in range(1, 13)
)
# Each shows the next: as deep as they are many.
A_LA_SUITE = "".join(f'<use id="n{rang}" href="#n{rang - 1}"/>' for rang in range(5_000, 0, -1))


def svg(contenu: str, declarations: str = "") -> bytes:
    espaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"'
    entete = f"<!DOCTYPE svg [{declarations}]>" if declarations else ""
    return f'{entete}<svg {espaces} width="9" height="9">{contenu}</svg>'.encode()


def incorporer(image: bytes) -> str:
    return f'<image href="data:image/png;base64,{b64encode(image).decode()}"/>'


# The names that a drawing program gives to its addresses are no fault.
RACCOURCI = '<!ENTITY ns "http://www.w3.org/2000/svg">'


@pytest.mark.parametrize(
    ("nom", "contenu", "trouve"),
    [
        ("ville.png", PNG[:-30], "un PNG abîmé"),
        ("ville.png", PNG[:40] + b"xx" + PNG[42:], "un PNG abîmé"),
        ("ville.png", PNG[:8], "un PNG abîmé"),
        ("ville.png", png(6000, 6000), "un PNG de 6000 points sur 6000"),
        ("ville.svg", SVG[:-10], "un SVG abîmé"),
        ("ville.svg", SVG.replace(b"<rect", b"<rect x="), "un SVG abîmé"),
        ("ville.svg", b"<html><svg/></html>", "ni un PNG ni un SVG"),
        ("ville.svg", svg('<image href="photo.png"/>'), "montre une autre image (« photo.png »)"),
        ("ville.svg", svg(f'<image x:href="file:{"/" * 3}etc/passwd"/>'), "montre une autre image"),
        ("ville.svg", svg('<use href="autre.svg#a"/>'), "montre une autre image"),
        ("ville.svg", svg("<script>1</script>"), "un SVG qui contient un programme"),
        ("ville.svg", svg("<foreignObject/>"), "un SVG qui contient un programme"),
        ("ville.svg", svg(DIX_FOIS_DIX), "un SVG de trop d'éléments"),
        ("ville.svg", svg('<g id="a"><use href="#a"/></g>'), "un SVG de trop d'éléments"),
        ("ville.svg", svg("<g>" * 3_000 + "</g>" * 3_000), "un SVG abîmé"),
        ("ville.svg", svg(A_LA_SUITE), "un SVG de trop d'éléments"),
        ("ville.svg", svg("&b;", '<!ENTITY a "a"><!ENTITY b "&a;&a;">'), "trop d'éléments"),
        ("ville.svg", svg("&a;" * 9_000, f'<!ENTITY a "{"a" * 900}">'), "un SVG abîmé"),
        (
            "ville.svg",
            svg("&a;", '<!ENTITY a SYSTEM "a.txt">'),
            "montre un autre fichier (« &a; »)",
        ),
        ("ville.svg", svg(incorporer(PNG[:-30])), "une image incorporée ne s'ouvre pas"),
        ("ville.svg", svg(incorporer(png(6000, 6000))), "contient un PNG de 6000 points sur 6000"),
        ("ville.svg", svg(incorporer(PNG) * 5), "un SVG qui contient plus de 4 images"),
        ("ville.svg", svg("<g/>" * 2_000_000), "un logo de plus de 5 Mo"),
        ("ville.png", PNG + bytes(6 * MEGA), "un logo de plus de 5 Mo"),
        ("ville.svg", svg('<rect id="r"/><use href="#r"/><a href="https://harnes.fr"/>'), ""),
        ("ville.svg", svg(incorporer(PNG)), ""),
        ("ville.svg", svg('<g class="&ns;"/>', RACCOURCI), ""),
        ("ville.png", PNG, ""),
        ("ville.svg", SVG, ""),
    ],
)
def test_un_logo_est_ouvert_par_valider(
    nom: str, contenu: bytes, trouve: str, donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    harnes = donnees / "conventions" / "harnes"
    text = (harnes / "convention.yaml").read_text(encoding="utf-8")
    before = re.search(r"logo: (\S+)", text).group(1)
    (harnes / "convention.yaml").write_text(text.replace(before, nom, 1), encoding="utf-8")
    (harnes / "logos" / nom).write_bytes(contenu)

    if not trouve:
        assert lancer(["valider", "--convention", "harnes"]) == 0
    else:
        assert trouve in dire(capsys, "valider", "--convention", "harnes")


def test_un_champ_qui_contient_un_point_virgule_est_entoure_de_guillemets() -> None:
    text = en_csv([["1.1", "fait ; =SOMME(A1)", 'dit "oui"', "a,b"], ["1.2", "rien", None, 2.5]])

    assert text == '1.1,"fait ; =SOMME(A1)","dit ""oui""","a,b"\n1.2,rien,,2.5\n'
    assert next(csv.reader(io.StringIO(text)))[1] == "fait ; =SOMME(A1)"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows n'a pas de umask")
@pytest.mark.parametrize(
    ("masque", "droits"), [(0o022, 0o644), (0o027, 0o640), (0o002, 0o664), (0o077, 0o600)]
)
def test_un_fichier_ecrit_a_les_droits_que_laisse_le_umask(
    masque: int, droits: int, tmp_path: Path
) -> None:
    before = os.umask(masque)
    try:
        ecrire({tmp_path / "a.csv": b"a"})
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == droits
