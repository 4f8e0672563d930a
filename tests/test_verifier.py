"""``ctg verifier`` says each file, each input, the code and each version that is not as the
manifest says.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable
from importlib.metadata import FileHash, PackagePath
from pathlib import Path

import pytest
from production_exemple import ANNEE, CONVENTION, LECTURE, demande, ecrire_carnet, produire
from verification_exemple import ANNEXE1, Lieu, copier, corriger, preparer

from ctglib.production import verifier
from ctglib.production.verifier import (
    Ecart,
    grouper,
    relever_le_demarrage,
    relever_paquets,
)


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return preparer(tmp_path_factory.mktemp("modele"))


@pytest.fixture
def lieu(modele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lieu:
    return copier(modele, tmp_path / "lieu", monkeypatch)


ILLISIBLE = (
    "harnes : manifeste.json ne se lit pas, ou vient d'une autre version du classeur : rien ne dit de quoi ces "
    "rapports sont faits"
)
SORTIES: dict[str, tuple[Callable[[Path], object], str]] = {
    "un octet d'un rapport": (
        lambda d: corriger(d / "sobre.html", b"rien", b"bien"),
        "harnes, sobre : sobre.html n'est pas celui qui avait été produit (travail interrompu, ou fichier modifié)",
    ),
    "un octet d'un CSV": (
        lambda d: corriger(d / "chiffres/chiffres.csv", b"12324", b"12325"),
        "harnes, chiffres : chiffres/chiffres.csv n'est pas celui qui avait été produit (travail interrompu, ou "
        "fichier modifié)",
    ),
    "un rapport retiré": (
        lambda d: (d / "sobre.html").unlink(),
        "harnes, sobre : sobre.html a été retiré",
    ),
    "un CSV inattendu": (
        lambda d: (d / "chiffres/autres.csv").write_bytes(b"a\n"),
        "harnes : chiffres/autres.csv n'est pas au manifeste (fichier ajouté, ou d'une version "
        "précédente) : ctg produire le retire, ou le met de côté",
    ),
    "un lien": (
        lambda d: (d / "chiffres/lien.html").symlink_to("../sobre.html"),
        "harnes : chiffres/lien.html est un lien vers un autre fichier : remettre le fichier à sa place",
    ),
    "un rapport remplacé par un lien": (
        lambda d: (d / "sobre.html").symlink_to(
            (d / "sobre.html").rename(d.parent.parent / "sobre.html")
        ),
        "harnes, sobre : sobre.html est un lien vers un autre fichier : remettre le fichier à sa place",
    ),
    "un faux rapport à côté": (
        lambda d: shutil.copytree(
            d, d.parent / "lens", ignore=shutil.ignore_patterns("manifeste.json")
        ),
        "rapports : lens n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer",
    ),
    "un fichier à côté": (
        lambda d: (d.parent / "bilan.html").write_bytes(b"faux"),
        "rapports : bilan.html n'est d'aucun manifeste (ajouté à côté des rapports) : le retirer",
    ),
    "un manifeste abîmé": (
        lambda d: (d / "manifeste.json").write_bytes(b"{"),
        ILLISIBLE,
    ),
    "un manifeste trop profond": (
        lambda d: (d / "manifeste.json").write_bytes(b"[" * 100_000),
        ILLISIBLE,
    ),
    "un manifeste où une valeur n'est pas de sa sorte": (
        lambda d: corriger(d / "manifeste.json", b'"listes": {', b'"listes": 1, "autres": {'),
        ILLISIBLE,
    ),
}


@pytest.mark.parametrize(("abimer", "attendu"), SORTIES.values(), ids=SORTIES)
def test_un_fichier_qui_n_est_pas_tel_que_le_manifeste_le_dit_est_dit(
    lieu: Lieu, abimer: Callable[[Path], object], attendu: str
) -> None:
    assert lieu.relever() == ([], [])

    abimer(lieu.sortie / "harnes")

    sorties, causes = lieu.relever()
    assert (sorties[0], causes) == (attendu, [])
    assert len(sorties) == 1 or "manifeste.json" in attendu, (
        "sans manifeste, aucun fichier n'est attendu"
    )


CAUSES: dict[str, tuple[Callable[[Lieu], object], str]] = {
    "un octet d'une donnée": (
        lambda lieu: corriger(lieu.donnees / ANNEXE1, b"12324", b"12325"),
        f"harnes, chiffres : {ANNEXE1} a changé",
    ),
    "une donnée retirée": (
        lambda lieu: (lieu.donnees / ANNEXE1).unlink(),
        f"harnes, chiffres : {ANNEXE1} a disparu",
    ),
    "un octet d'un carnet": (
        lambda lieu: corriger(lieu.carnets / "sobre.ipynb", b"rien", b"bien"),
        "harnes, sobre : le carnet sobre.ipynb a changé",
    ),
    "un carnet qui ne se lit plus": (
        lambda lieu: (lieu.carnets / "sobre.ipynb").write_bytes(b"{"),
        "harnes, sobre : son carnet a disparu, ou n'est plus déclaré",
    ),
    "un carnet retiré": (
        lambda lieu: (lieu.carnets / "sobre.ipynb").unlink(),
        "harnes, sobre : son carnet a disparu, ou n'est plus déclaré",
    ),
}


@pytest.mark.parametrize(("abimer", "attendu"), CAUSES.values(), ids=CAUSES)
def test_une_entree_qui_n_est_plus_celle_du_manifeste_est_dite(
    lieu: Lieu, abimer: Callable[[Lieu], object], attendu: str
) -> None:
    abimer(lieu)

    assert lieu.relever() == ([], [attendu])


class Paquet:
    """An installed package whose file is not, any more, as its RECORD says."""

    def __init__(self, files: list[PackagePath] | None) -> None:
        self.files = files

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


def test_un_fichier_d_un_paquet_qui_n_est_plus_tel_qu_installe_est_dit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = b"import os"
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    for nom in ("bon", "change"):
        (tmp_path / nom).write_bytes(content)
    paquets = {"pandas": Paquet([]), "numpy": Paquet([]), "sans": Paquet(None)}
    for nom in ("bon", "change", "absent"):
        path = PackagePath(tmp_path / nom)
        path.dist = paquets["pandas"]
        path.hash = FileHash(f"sha256={digest}")
        path.size = len(content)
        paquets["pandas"].files.append(path)
    monkeypatch.setattr(
        verifier, "versions", lambda: {"Python": "3", **dict.fromkeys(paquets, "1")}
    )
    monkeypatch.setattr(verifier.metadata, "distribution", paquets.__getitem__)
    (tmp_path / "change").write_bytes(b"import sys")

    nombre, ecarts = relever_paquets()

    assert nombre == 3
    assert grouper(ecarts) == [
        f"pandas : 2 fichiers, dont {tmp_path / 'change'}, ne sont plus tels qu'installés : réinstaller le paquet",
        "sans : ne dit pas ce qu'il a installé (RECORD absent) : le réinstaller",
    ]


def test_un_octet_de_la_bibliotheque_est_vu(lieu: Lieu, depot: Path, tmp_path: Path) -> None:
    shutil.copytree(
        depot / "ctglib", tmp_path / "ctglib", ignore=shutil.ignore_patterns("__pycache__")
    )
    corriger(tmp_path / "ctglib" / "calculs" / "__init__.py", b".", b"!")
    code = (
        "import sys; from pathlib import Path; from ctglib.production.verifier import *\n"
        "found = relever(Path(sys.argv[1]), ('harnes',), Path(sys.argv[2])); print(grouper(found.causes))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(lieu.sortie), str(lieu.carnets)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )

    assert "le code du classeur a changé : harnes, chiffres ; harnes, sobre" in done.stdout


RENDRE = """
import importlib.util, py_compile, sys
from pathlib import Path
source = Path(sys.argv[1])
vraie = source.read_text(encoding="utf-8")
source.write_text(vraie + sys.argv[2], encoding="utf-8")
compile_la = importlib.util.cache_from_source(str(source))
py_compile.compile(str(source), compile_la, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
source.write_text(vraie, encoding="utf-8")
"""


def test_du_code_compile_depose_a_cote_du_programme_ne_change_rien_et_se_dit(
    lieu: Lieu, depot: Path, tmp_path: Path
) -> None:
    """Bytecode that makes other bytes of each report, and that Python runs in place of its source:
    the check sees that reports are as they should be, runs none of it, and names it.
    """
    shutil.copytree(
        depot / "ctglib", tmp_path / "ctglib", ignore=shutil.ignore_patterns("__pycache__")
    )
    ailleurs = {**os.environ, "PYTHONPATH": str(tmp_path)}
    piege = (
        "\n_vraie = composer\ndef composer(document):\n"
        "    return _vraie(document).replace('</body>', '<!-- faux --></body>')\n"
    )
    subprocess.run(
        [sys.executable, "-c", RENDRE, str(tmp_path / "ctglib/export/html.py"), piege], check=True
    )
    dossiers = ["--sortie", str(lieu.sortie), "--carnets", str(lieu.carnets), "--travailleurs", "1"]
    code = "import sys; from ctglib.commandes.application import lancer; lancer(sys.argv[1:])"

    def verifier(*programme: str) -> str:
        return subprocess.run(
            [sys.executable, *programme, "verifier", *dossiers],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            env=ailleurs,
        ).stdout

    trompe = verifier("-c", code)  # as it was: by what lies beside the source
    juste = verifier("-m", "ctglib")

    assert "✗ Rejeu : 2 rapports sur 2 diffèrent" in trompe
    assert "✓ Rejeu : 2 rapports, les octets du manifeste" in juste
    assert "✗ Code compilé : 1 fichier" in juste
    assert "ctglib/export/__pycache__/html.cpython-" in juste


DEMARRAGES = {
    "un .pth qui lance du code": ("x.pth", "/ailleurs\nimport os\n"),
    "sitecustomize": ("sitecustomize.py", ""),
    "usercustomize, compilé": ("usercustomize.abi3.so", ""),
    "sitecustomize, un dossier": ("sitecustomize/__init__.py", ""),
}


def installer(dossier: Path, nom: str, contenu: str) -> None:
    """Write a file in a folder of packages, as one of them installs it."""
    (dossier / nom).write_text(contenu, encoding="utf-8")
    empreinte = urlsafe_b64encode(hashlib.sha256(contenu.encode()).digest()).rstrip(b"=").decode()
    infos = dossier / "paquet-1.0.dist-info"
    infos.mkdir()
    (infos / "METADATA").write_text("Name: paquet\nVersion: 1.0\n", encoding="utf-8")
    (infos / "RECORD").write_text(f"{nom},sha256={empreinte},{len(contenu)}\n", encoding="utf-8")


@pytest.mark.parametrize(("nom", "contenu"), DEMARRAGES.values(), ids=DEMARRAGES)
def test_ce_que_python_execute_en_demarrant_et_qu_aucun_paquet_n_a_pose_est_dit(
    nom: str, contenu: str, tmp_path: Path
) -> None:
    (tmp_path / nom).parent.mkdir(exist_ok=True)
    (tmp_path / nom).write_text(contenu, encoding="utf-8")

    (ecart,) = relever_le_demarrage([tmp_path])

    assert ecart.lieu == (tmp_path / nom.partition("/")[0]).as_posix()
    assert "Python l'exécute en démarrant" in ecart.phrase


def test_le_demarrage_d_un_paquet_se_dit_seulement_s_il_a_change(tmp_path: Path) -> None:
    installer(tmp_path, "paquet.pth", "import paquet\n")
    (tmp_path / "dossiers.pth").write_text("/ailleurs\n# import os\n", encoding="utf-8")
    assert relever_le_demarrage([tmp_path]) == []

    (tmp_path / "paquet.pth").write_text("import os\n", encoding="utf-8")

    assert [ecart.lieu for ecart in relever_le_demarrage([tmp_path])] == [
        (tmp_path / "paquet.pth").as_posix()
    ]


def test_la_commande_voit_un_pth_de_l_environnement_du_dossier_qu_elle_juge(
    lieu: Lieu, depot: Path, tmp_path: Path
) -> None:
    shutil.copytree(
        depot / "ctglib", tmp_path / "ctglib", ignore=shutil.ignore_patterns("__pycache__")
    )
    paquets = tmp_path / ".venv" / "lib" / "python3.11" / "site-packages"
    paquets.mkdir(parents=True)
    dossiers = ["--sortie", str(lieu.sortie), "--carnets", str(lieu.carnets)]

    def verifier() -> str:
        return subprocess.run(
            [sys.executable, "-m", "ctglib", "verifier", "--sans-rejouer", *dossiers],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
        ).stdout

    sans = verifier()
    (paquets / "x.pth").write_text("import os\n", encoding="utf-8")
    avec = verifier()

    assert "Démarrage de Python" not in sans and "✓ Paquets" in sans
    assert "✗ Démarrage de Python : 1 fichier" in avec
    assert f"{paquets.resolve().as_posix()}/x.pth : Python l'exécute en démarrant" in avec
    assert "Tout concorde" not in avec


def test_les_rapports_internes_sont_verifies_aussi(lieu: Lieu) -> None:
    diffusion = 'diffusion: str = "publique"  # pour qui'
    ecrire_carnet(lieu.carnets / "bilan.ipynb", LECTURE, parametres=(CONVENTION, ANNEE, diffusion))
    produire(
        demande(lieu.carnets, lieu.sortie, rapports=("bilan",), annees=(2023,), diffusion="interne")
    )
    assert lieu.relever() == ([], [])

    (lieu.sortie / "harnes/interne/2023/bilan.html").unlink()

    assert lieu.relever() == (["harnes, 2023, bilan, interne : 2023/bilan.html a été retiré"], [])


def test_un_rapport_qui_n_a_pas_pu_etre_refait_est_dit(lieu: Lieu) -> None:
    ecrire_carnet(lieu.carnets / "sobre.ipynb", "inconnu()")
    produire(demande(lieu.carnets, lieu.sortie, rapports=("sobre",)))

    sorties, causes = lieu.relever()

    assert sorties == [
        "harnes, sobre : n'a pas pu être refait depuis (sobre.echec.html dit pourquoi)"
    ]
    assert causes == ["harnes, sobre : le carnet sobre.ipynb a changé"]


def test_un_ecart_de_tous_les_rapports_se_compte_au_lieu_de_les_nommer() -> None:
    lieux = [
        f"{nom}, {annee}, bilan"
        for nom in ("demonstration", "harnes")
        for annee in (2023, 2024, 2025)
    ]

    assert grouper(Ecart(lieu, "le code du classeur a changé") for lieu in lieux) == [
        "le code du classeur a changé : demonstration, 3 rapports ; harnes, 3 rapports"
    ]
