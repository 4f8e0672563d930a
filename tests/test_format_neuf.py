"""A format that the workbook doesn't know: one module and its entry point, installed beside it."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from annee_exemple import NOM, Annee, ecrire_les_carnets, sur_place
from bureau_ouvert import ouvrir
from ligne_de_commande import programme

from ctglib.export.formats import DU_CLASSEUR, formats_connus
from ctglib.production.plan import LISTE, MANIFESTE

MODULE = """\
from ctglib.export.formats import Format

FORMAT = Format(
    "rtf", "Texte enrichi", "application/rtf", "rapport_rtf:composer", bureautique=True, releve=True
)


def composer(document):
    return "{\\\\rtf1 " + document.titre + "}"
"""
POINT = """\
[ctglib.formats]
rtf = rapport_rtf:FORMAT
"""
BILAN = "2025/bilan.rtf"
RELEVE = "2025/releve.rtf"


@pytest.fixture
def installe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The format, as pip would have put it."""
    site = tmp_path / "site"
    paquet = site / "rapport_rtf-1.0.dist-info"
    paquet.mkdir(parents=True)
    (site / "rapport_rtf.py").write_text(MODULE, encoding="utf-8")
    (paquet / "METADATA").write_text("Name: rapport-rtf\nVersion: 1.0\n", encoding="utf-8")
    (paquet / "entry_points.txt").write_text(POINT, encoding="utf-8")
    chemins = [str(site), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(chemin for chemin in chemins if chemin))
    monkeypatch.syspath_prepend(str(site))
    formats_connus.cache_clear()
    yield
    sys.modules.pop("rapport_rtf", None)
    formats_connus.cache_clear()


@pytest.fixture
def annee(installe: None, donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Annee:
    """The year of Harnes, nothing made yet."""
    sur_place(monkeypatch)
    return Annee(tmp_path, ecrire_les_carnets(tmp_path / "carnets"), donnees)


def test_l_aide_des_commandes_le_propose(installe: None, tmp_path: Path) -> None:
    for commande in ("produire", "portrait", "analyser"):
        aide = " ".join(programme(commande, "--help", dossier=tmp_path).stdout.split())

        assert "odt, rtf, resume" in aide, commande


def test_il_est_propose_a_qui_se_trompe(annee: Annee) -> None:
    fait = annee.lancer("produire", "-f", "rtff")

    assert "vouliez-vous dire « rtf »" in fait.stderr


def test_des_processus_a_part_l_ecrivent(annee: Annee) -> None:
    carnets = ("--carnets", str(annee.carnets))

    fait = programme("produire", "bilan", "-c", NOM, "-f", "rtf", *carnets, dossier=annee.dossier)

    assert fait.returncode == 0, fait.stderr
    assert (annee.rapports / BILAN).read_bytes().startswith(b"{\\rtf1 ")


def test_il_est_produit_au_manifeste_au_portail_et_dans_l_archive(annee: Annee) -> None:
    annee.produire("-a", "2025", "-f", "html,rtf")

    traces = json.loads((annee.rapports / MANIFESTE).read_bytes())["rapports"]
    assert BILAN in traces["2025/bilan"]["sorties"]
    assert {RELEVE, "2025/releve.docx"} <= set(annee.lus()), "le relevé s'y remplit aussi"
    assert "2025/bilan.presentation.rtf" not in annee.lus()
    portail = (annee.rapports.parent / "index.html").read_text(encoding="utf-8")
    assert f'href="{NOM}/{BILAN}"' in portail and "Texte enrichi" in portail
    annee.produire("-f", "html,rtf")
    annee.concorder()
    assert b"application/rtf" in lire_la_description(annee.dossier / "archive.zip")


def lire_la_description(archive: Path) -> bytes:
    """Return the description of an archive, which says of what type each file is."""
    dossier = archive.with_suffix("")
    shutil.unpack_archive(archive, dossier)
    return (dossier / "ro-crate-metadata.json").read_bytes()


def test_ce_que_quelqu_un_y_a_rempli_est_mis_de_cote(annee: Annee) -> None:
    annee.produire("-a", "2025", "-f", "html,rtf")
    rempli = b"{\\rtf1 La convention, relue}"
    (annee.rapports / BILAN).write_bytes(rempli)
    annee.corriger()

    annee.produire("-a", "2025", "-f", "html,rtf")

    assert annee.a_reprendre == {BILAN: rempli}
    assert (annee.rapports / BILAN).read_bytes() != rempli


def test_le_menage_le_retire_avec_son_rapport(annee: Annee) -> None:
    annee.produire("-a", "2025", "-f", "html,rtf")
    liste = annee.carnets / LISTE
    lignes = liste.read_text(encoding="utf-8").splitlines(keepends=True)
    sans_fiche = "".join(ligne for ligne in lignes if not ligne.startswith("fiches"))
    assert "2025/fiche-1.rtf" in annee.lus()
    liste.write_text(sans_fiche, encoding="utf-8")

    annee.produire("-a", "2025", "-f", "html")

    restes = [nom for nom in annee.lus() if nom.startswith("2025/fiche")]
    assert restes == [] and annee.a_reprendre == {}


def test_le_bureau_le_nomme_et_le_sert_avec_son_type(annee: Annee) -> None:
    annee.produire("bilan", "-a", "2025", "-f", "html,rtf")
    options = ("--port", "9091", "--carnets", str(annee.carnets))

    with ouvrir(annee.dossier, annee.donnees, *options) as bureau:
        page = bureau.demander("GET", f"/conventions/{NOM}/2025/rapports")
        servi = bureau.demander("GET", f"/rapports/{NOM}/{BILAN}")

    assert "Texte enrichi" in page.texte
    assert servi.code == 200 and servi.texte.startswith("{\\rtf1 ")
    assert servi.entetes["Content-Type"] == "application/rtf"
    assert "attachment" in servi.entetes["Content-Disposition"]


def test_l_atelier_y_enregistre_une_note(installe: None, tmp_path: Path) -> None:
    from ctglib import atelier

    atelier.enregistrer(atelier.note("Le RSA", ["Il baisse."]), tmp_path / "note.rtf")

    assert (tmp_path / "note.rtf").read_text(encoding="utf-8") == "{\\rtf1 Le RSA}"


def test_un_format_d_ailleurs_ne_prend_pas_le_nom_d_un_des_notres(
    installe: None, tmp_path: Path
) -> None:
    module = tmp_path / "site/rapport_rtf.py"
    module.write_text(MODULE.replace('"rtf"', '"html"'), encoding="utf-8")

    assert formats_connus()["html"] is DU_CLASSEUR[0]
