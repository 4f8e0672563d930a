"""The fingerprints of what is entered: whoever reads the published folder can try no count until
one comes out.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from analyse_exemple import contexte
from production_exemple import (
    CONVENTION,
    Demande,
    demande,
    ecrire_carnet,
    octets,
    pourquoi,
    produire,
)

from ctglib.blocs.mots import dire, sources
from ctglib.donnees import lecture
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import CLE as FICHIER
from ctglib.donnees.lecture import VARIABLE, cle_de, enregistrer, lire_octets, publiable
from ctglib.donnees.modeles.rapports import Synthese
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.archive import rassembler
from ctglib.production.manifeste import lire_manifeste

NOM = "demonstration"
SAISI = f"conventions/{NOM}/suivi/2023/posture.csv"
PUBLIC = f"conventions/{NOM}/convention.yaml"
CLE = f"conventions/{NOM}/{FICHIER}"
LECTURE = f"paragraphe(f\"{{len(lire_octets('{SAISI}')) + len(lire_octets('{PUBLIC}'))}} octets\")"


@pytest.fixture
def voulue(donnees: Path, tmp_path: Path) -> Demande:
    """An internal report that reads a file as entered and one that is public, made once."""
    parametres = (CONVENTION.replace("harnes", NOM), 'diffusion: str = "publique"')
    ecrire_carnet(tmp_path / "carnets" / "diagnostic.ipynb", LECTURE, parametres=parametres)
    order = demande(
        tmp_path / "carnets", tmp_path / "sortie", conventions=(NOM,), diffusion="interne"
    )
    assert [item.echec for item in produire(order).values() if item.echec] == []
    return order


@pytest.mark.parametrize(
    ("relatif", "attendu"),
    [
        (SAISI, False),
        (CLE, False),
        ("conventions/harnes/suivi/2026/appreciations.yaml", False),
        ("conventions/harnes/suivi/2026/pieces/plan.pdf", False),
        (PUBLIC, True),
        ("conventions/harnes/masque.csv", True),
        ("sources/suivi/observations.csv", True),
        ("catalogue/seuils.yaml", True),
    ],
)
def test_seul_ce_qui_est_saisi_chaque_annee_a_une_empreinte_a_cle(
    relatif: str, attendu: bool
) -> None:
    assert publiable(relatif) == attendu


def test_un_public_a_son_sha256_et_un_saisi_une_empreinte_que_seule_la_cle_donne(
    donnees: Path,
) -> None:
    with enregistrer() as journal:
        entered = lire_octets(SAISI)
        public = lire_octets(PUBLIC)

    key = cle_de(NOM)
    told = b"empreinte\0" + SAISI.encode() + b"\0" + entered
    assert journal.lus[PUBLIC] == lecture.empreinte(PUBLIC) == hashlib.sha256(public).hexdigest()
    assert (
        journal.lus[SAISI]
        == lecture.empreinte(SAISI)
        == hmac.new(key, told, hashlib.sha256).hexdigest()
    )


def _essais(contenu: bytes) -> Iterator[bytes]:
    """Yield a file with its last level replaced by each of those that it may have."""
    for level in range(5):
        yield re.sub(rb"\d(,\w*\n?)$", b"%d\\1" % level, contenu)


def test_qui_a_les_rapports_et_le_code_mais_pas_la_cle_n_essaie_pas_les_niveaux_un_a_un(
    voulue: Demande, donnees: Path
) -> None:
    """Five levels, five tries: with a plain sha256 one of them would come out."""
    published = b"".join(path.read_bytes() for path in voulue.sortie.rglob("*") if path.is_file())
    tries = list(_essais((donnees / SAISI).read_bytes()))

    assert (donnees / SAISI).read_bytes() in tries and len(set(tries)) == 5
    for content in tries:
        digests = [hashlib.sha256(content), hashlib.sha256(SAISI.encode() + b"\0" + content)]
        digests += [
            hmac.new(b"", b"empreinte\0" + SAISI.encode() + b"\0" + content, hashlib.sha256)
        ]
        assert not [digest for digest in digests if digest.hexdigest().encode() in published]
    assert lecture.empreinte(SAISI).encode() in published


def test_ni_la_cle_ni_un_fichier_d_empreintes_ne_sont_dans_les_rapports(
    voulue: Demande, donnees: Path
) -> None:
    key = cle_de(NOM).hex().encode()
    files = [path for path in voulue.sortie.rglob("*") if path.is_file()]

    assert not [
        path
        for path in files
        if path.name in ("empreintes.json", ".cle") or key in path.read_bytes()
    ]


@pytest.fixture
def conventions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder of conventions."""
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    (tmp_path / "conventions").mkdir()
    return tmp_path / "conventions"


def test_lire_la_cle_d_une_convention_qui_n_en_a_pas_n_en_fait_pas(conventions: Path) -> None:
    (conventions / "autre" / "suivi").mkdir(parents=True)

    assert cle_de("une") == cle_de("autre") == b""
    assert list(conventions.rglob("*")) == [conventions / "autre", conventions / "autre" / "suivi"]


@pytest.mark.parametrize("contenu", ["", "abc\n", "# clé\n", "z" * 64, "0" * 64 + "\n" + "1" * 64])
def test_une_cle_abimee_est_dite_avec_son_fichier_et_ce_qu_il_faut_faire(
    conventions: Path, contenu: str
) -> None:
    (conventions / "une/suivi").mkdir(parents=True)
    (conventions / "une" / FICHIER).write_text(contenu, encoding="utf-8")

    with pytest.raises(
        DonneesInvalides, match=r"une/suivi/\.cle\n.*contenu qui n'est pas une clé"
    ) as error:
        cle_de("une")

    assert "la reprendre d'une sauvegarde" in str(error.value)


def test_git_ne_suit_ni_la_cle_ni_ce_qui_a_la_saisie_hors_du_suivi_sauf_les_cles_fictives(
    depot: Path, tmp_path: Path
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    shutil.copy(depot / ".gitignore", tmp_path)
    ignores = [
        f"data/conventions/harnes/{FICHIER}",
        "ctg-harnes.zip",
        "archives/Harnes 2025.zip",
        "ctg-harnes.zip.p7s",
        "ctg-harnes-2025.xlsx",
        "data/conventions/harnes/convention.xlsx",
        "Retour du RPE.xlsx",
        "rendus/Relevé signé.docx",
        "rendus/releve.odt",
        "marie.p12",
        "rendus/ctg-harnes-2025-rpe.xlsx",
        "a-renvoyer/ctg-harnes-2025.xlsx",
        "data/.ctg-0123456789abcdef.tmp",
        "data/.ctg-journal",
        "~$ctg-harnes-2025.xlsx",
    ]
    suivis = [
        f"data/{CLE}",
        f"tests/fixtures/conventions/monteclair/{FICHIER}",
        "data/conventions/harnes/suivi/publications.json",
        "data/conventions/lens/modele.docx",
        "data/conventions/lens/projet-annexes.docx",
        "ctglib/collecte/modele.xlsx",
        "ctglib/export/modele.docx",
    ]

    git = ["git", "-c", "core.quotepath=off", "-C", str(tmp_path)]
    commande = [*git, "check-ignore", *ignores, *suivis]
    dits = subprocess.run(commande, capture_output=True, text=True, check=True).stdout

    assert dits.splitlines() == ignores


def test_un_fichier_saisi_qui_change_fait_refaire_son_rapport_et_une_autre_cle_aussi(
    voulue: Demande, donnees: Path
) -> None:
    untouched = pourquoi(voulue)
    before = (donnees / SAISI).read_bytes()
    (donnees / SAISI).write_bytes(before + b"\n")
    changed = pourquoi(voulue)
    (donnees / SAISI).write_bytes(before)
    (donnees / CLE).unlink()

    assert untouched == {}
    assert changed == pourquoi(voulue) == {"diagnostic": (f"{SAISI} a changé",)}


def test_l_archive_qui_a_les_donnees_saisies_a_aussi_leur_cle_pour_que_tout_se_refasse(
    donnees: Path, tmp_path: Path
) -> None:
    parametres = (CONVENTION.replace("harnes", NOM),)
    ecrire_carnet(
        tmp_path / "carnets" / "diagnostic.ipynb", "paragraphe('rien')", parametres=parametres
    )
    produire(demande(tmp_path / "carnets", tmp_path / "sortie", conventions=(NOM,)))

    kept = rassembler(lire_manifeste(tmp_path / "sortie" / NOM), tmp_path / "carnets")

    assert kept[f"data/{CLE}"] == (donnees / CLE).read_bytes()


def test_refaire_avec_la_meme_cle_donne_les_memes_octets(voulue: Demande, tmp_path: Path) -> None:
    again = demande(
        tmp_path / "carnets", tmp_path / "encore", conventions=(NOM,), diffusion="interne"
    )

    produire(again)

    assert octets(again.sortie) == octets(voulue.sortie)


def test_le_tableau_des_sources_dit_qu_elle_n_est_pas_publiee_et_pourquoi() -> None:
    digests = {SAISI: "a" * 64, PUBLIC: "b" * 64}
    roles = charger_yaml("catalogue/synthese.yaml", Synthese).fichiers

    whole, public = (sources(read, roles, contexte({})) for read in (digests, {PUBLIC: "b" * 64}))

    assert dict(zip(whole.donnees["fichier"], whole.donnees["sha256"], strict=True)) == {
        PUBLIC: "b" * 64,
        SAISI: "",
    }
    assert list(whole.cellules["empreinte"]) == ["b" * 12, dire("non_publiee")]
    assert any("par essais" in note for note in whole.notes) and not any(
        "par essais" in note for note in public.notes
    )
