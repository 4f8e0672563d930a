"""The fingerprints of what is entered: kept from who reads the published folder, not from who makes the reports."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from production_exemple import CONVENTION, demande, ecrire_carnet, octets, pourquoi, produire

from ctglib.donnees.empreintes import publiable
from ctglib.production.archive import rassembler
from ctglib.production.manifeste import lire_manifeste
from ctglib.production.plan import Demande
from ctglib.production.verifier import relever
from ctglib.rapport.tableaux.sources import NON_PUBLIEE, sources
from ctglib.rapport.tableaux.sources_en_bref import sources_en_bref

NOM = "demonstration"
SAISI = f"conventions/{NOM}/suivi/2023/posture.csv"
PUBLIC = f"conventions/{NOM}/convention.yaml"
LECTURE = f"paragraphe(f\"{{len(lire_octets('{SAISI}')) + len(lire_octets('{PUBLIC}'))}} octets\")"
GARDEES = Path(NOM) / "interne" / "empreintes.json"


@pytest.fixture
def voulue(donnees: Path, tmp_path: Path) -> Demande:
    """A report that reads a file that was entered and one that is public, made once."""
    ecrire_carnet(tmp_path / "carnets" / "diagnostic.ipynb", LECTURE, parametres=(CONVENTION.replace("harnes", NOM),))
    order = demande(tmp_path / "carnets", tmp_path / "sortie", conventions=(NOM,))
    produire(order)
    return order


def empreinte(donnees: Path, relatif: str) -> str:
    return hashlib.sha256((donnees / relatif).read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("relatif", "attendu"),
    [
        (SAISI, False),
        ("conventions/harnes/suivi/2026/appreciations.yaml", False),
        ("conventions/harnes/suivi/2026/pieces/plan.pdf", False),
        (PUBLIC, True),
        ("conventions/harnes/masque.csv", True),
        ("sources/suivi/observations.csv", True),
        ("catalogue/seuils.yaml", True),
    ],
)
def test_seul_ce_qui_est_saisi_chaque_annee_garde_son_empreinte(relatif: str, attendu: bool) -> None:
    assert publiable(relatif) == attendu


def test_le_manifeste_public_n_a_pas_l_empreinte_du_fichier_saisi(voulue: Demande, donnees: Path) -> None:
    public = (voulue.sortie / NOM / "manifeste.json").read_text(encoding="utf-8")
    kept = json.loads((voulue.sortie / GARDEES).read_text(encoding="utf-8"))

    read = json.loads(public)["rapports"]["diagnostic"]["lus"]
    assert read[SAISI] == "" and read[PUBLIC] == empreinte(donnees, PUBLIC)
    assert kept == {"diagnostic": {SAISI: empreinte(donnees, SAISI)}}
    assert empreinte(donnees, SAISI) not in public


def test_un_fichier_saisi_qui_change_fait_refaire_son_rapport(voulue: Demande, donnees: Path) -> None:
    untouched = pourquoi(voulue)
    (donnees / SAISI).write_bytes((donnees / SAISI).read_bytes() + b"\n")

    assert untouched == {}
    assert pourquoi(voulue) == {"diagnostic": (f"{SAISI} a changé",)}


@pytest.mark.parametrize("contenu", [None, b"", b"[]", b'{"diagnostic": 3}'])
def test_sans_le_dossier_interne_le_rapport_est_refait_et_l_on_dit_pourquoi(
    voulue: Demande, contenu: bytes | None
) -> None:
    before = octets(voulue.sortie)
    shutil.rmtree(voulue.sortie / NOM / "interne")
    if contenu is not None:
        (voulue.sortie / GARDEES).parent.mkdir()
        (voulue.sortie / GARDEES).write_bytes(contenu)

    (reasons,) = pourquoi(voulue).values()
    produire(voulue)

    assert reasons == (f"{SAISI} ne peut être comparé : son empreinte n'est pas publiée, et le dossier interne manque",)
    assert octets(voulue.sortie) == before


def test_verifier_ne_prend_pas_le_fichier_des_empreintes_pour_un_rapport_interne(voulue: Demande) -> None:
    found = relever(voulue.sortie, [NOM], voulue.carnets)

    assert (found.sorties, found.causes) == ((), ())
    assert len(found.publies) == 1


def test_l_archive_les_emporte_pour_que_l_on_verifie_ailleurs(voulue: Demande) -> None:
    kept = rassembler(lire_manifeste(voulue.sortie / NOM), voulue.carnets)

    assert kept[f"reports/{GARDEES.as_posix()}"] == (voulue.sortie / GARDEES).read_bytes()


def test_un_rapport_qui_ne_lit_rien_de_saisi_n_en_garde_aucune(tmp_path: Path) -> None:
    ecrire_carnet(tmp_path / "carnets" / "diagnostic.ipynb", "paragraphe('rien')")
    order = demande(tmp_path / "carnets", tmp_path / "sortie")

    produire(order)

    assert not (order.sortie / "harnes" / "interne").exists()


def test_le_tableau_des_sources_dit_qu_elle_n_est_pas_publiee_et_pourquoi() -> None:
    digests = {SAISI: "a" * 64, PUBLIC: "b" * 64}

    whole, short, public = sources(digests, []), sources_en_bref(digests, []), sources({PUBLIC: "b" * 64}, [])

    assert dict(zip(whole.donnees["fichier"], whole.donnees["sha256"], strict=True)) == {PUBLIC: "b" * 64, SAISI: ""}
    assert list(whole.cellules["empreinte"]) == ["b" * 12, NON_PUBLIEE]
    assert list(short.cellules["empreinte"]) == [NON_PUBLIEE]
    assert any("par essais" in note for note in short.notes) and not any("par essais" in note for note in public.notes)
