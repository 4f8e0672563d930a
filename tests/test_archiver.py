"""``ctg archiver``: one file, the same bytes twice, from which the same reports are made elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from ligne_de_commande import sans_donnees
from production_exemple import (
    ANNEE,
    CONVENTION,
    COUVERTURE,
    LECTURE,
    declarer,
    demande,
    ecrire_carnet,
    octets,
    produire,
)

from ctglib.commandes.application import lancer
from ctglib.donnees.fautes import Empechement
from ctglib.production.archive import REQUIS, telecharger
from ctglib.production.site import ecrire_le_site
from ctglib.production.verifier import grouper, relever_archive

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

DIFFUSION = 'diffusion: str = "publique"  # pour qui'
DESCRIPTION = "ro-crate-metadata.json"


@pytest.fixture(scope="module")
def produits(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The notebooks and the reports of Harnes: a diagnostic, and a bilan that has an internal
    version.
    """
    carnets, sortie = (tmp_path_factory.mktemp("archives") / nom for nom in ("carnets", "sortie"))
    ecrire_carnet(carnets / "diagnostic.ipynb", COUVERTURE, LECTURE)
    ecrire_carnet(
        carnets / "bilan.ipynb", COUVERTURE, LECTURE, parametres=(CONVENTION, ANNEE, DIFFUSION)
    )
    produire(demande(carnets, sortie))
    produire(demande(carnets, sortie, rapports=("bilan",), annees=(2023,), diffusion="interne"))
    ecrire_le_site(sortie)
    return carnets, sortie


def archiver(produits: tuple[Path, Path], vers: Path, *options: str) -> int:
    carnets, sortie = produits
    return lancer(
        [
            "archiver",
            "-c",
            "harnes",
            "--sortie",
            str(sortie),
            "--vers",
            str(vers),
            "--carnets",
            str(carnets),
            *options,
        ]
    )


@pytest.fixture(scope="module")
def archive(produits: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    vers = tmp_path_factory.mktemp("archive") / "harnes.zip"
    assert archiver(produits, vers) == 0
    return vers


@pytest.fixture(scope="module")
def contenu(archive: Path) -> dict[str, bytes]:
    """The files of the archive."""
    with zipfile.ZipFile(archive) as opened:
        return {nom: opened.read(nom) for nom in opened.namelist()}


def test_l_archive_a_les_memes_octets_deux_fois(
    produits: tuple[Path, Path], archive: Path, tmp_path: Path
) -> None:
    carnets, sortie = produits
    for path in (*carnets.iterdir(), *sortie.rglob("*")):
        os.utime(path, (1e9, 1e9))

    assert archiver(produits, tmp_path / "encore.zip") == 0

    assert (tmp_path / "encore.zip").read_bytes() == archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        assert {entree.date_time for entree in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}, (
            "aucune heure du jour"
        )


def test_la_cle_qui_cache_les_effectifs_n_est_lue_que_de_qui_decompresse(
    produits: tuple[Path, Path], donnees: Path, tmp_path: Path
) -> None:
    cle = donnees / "conventions" / "harnes" / "suivi" / ".cle"
    cle.parent.mkdir(exist_ok=True)
    shutil.copyfile(donnees / "conventions" / "demonstration" / "suivi" / ".cle", cle)

    assert archiver(produits, tmp_path / "harnes.zip", "--tel-quel") == 0

    with zipfile.ZipFile(tmp_path / "harnes.zip") as opened:
        droits = {entree.filename: entree.external_attr >> 16 for entree in opened.infolist()}
    assert [nom for nom, droit in droits.items() if droit == 0o100600] == [
        "data/conventions/harnes/suivi/.cle"
    ]
    assert set(droits.values()) == {0o100600, 0o100644}


def test_l_archive_dit_qu_elle_contient_les_donnees_saisies_et_la_cle_et_ne_se_publie_pas(
    produits: tuple[Path, Path],
    contenu: dict[str, bytes],
    donnees: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert archiver(produits, tmp_path / "sans.zip", "--tel-quel") == 0
    sans_cle = capsys.readouterr().out
    cle = donnees / "conventions" / "harnes" / "suivi" / ".cle"
    cle.parent.mkdir(exist_ok=True)
    shutil.copyfile(donnees / "conventions" / "demonstration" / "suivi" / ".cle", cle)
    assert archiver(produits, tmp_path / "avec.zip", "--tel-quel") == 0
    avec_cle = capsys.readouterr().out

    assert "Ce n'est pas une publication" in sans_cle and "la clé" not in sans_cle
    assert "petits effectifs compris, et la clé qui les masque" in avec_cle
    with zipfile.ZipFile(tmp_path / "avec.zip") as opened:
        for nom in ("LISEZMOI.md", DESCRIPTION):
            dits = opened.read(nom).decode()
            assert "data/conventions/harnes/suivi/.cle" in dits, nom
            assert "n'est pas une publication" in dits
            assert "n'est pas une publication" in contenu[nom].decode()


def test_l_archive_contient_de_quoi_refaire_et_rien_d_interne(
    produits: tuple[Path, Path], contenu: dict[str, bytes]
) -> None:
    _, sortie = produits
    publics = {f"reports/{nom}" for nom in octets(sortie) if "interne" not in nom}

    assert {nom for nom in contenu if nom.startswith("reports/")} == publics
    assert not [
        nom
        for nom in contenu
        if "interne" in nom or "__pycache__" in nom or nom.startswith(("/", "."))
    ]
    assert {*REQUIS, "LISEZMOI.md", "notebooks/bilan.ipynb", "ctglib/__init__.py"} <= set(contenu)
    assert {nom.split("/")[2] for nom in contenu if nom.startswith("data/conventions/")} == {
        "harnes"
    }
    assert list(contenu) == sorted(contenu)


def test_un_carnet_non_declare_ou_ce_qu_une_execution_laisse_dans_un_carnet_n_y_est_pas(
    produits: tuple[Path, Path], tmp_path: Path
) -> None:
    carnets = shutil.copytree(produits[0], tmp_path / "carnets")
    sortie = produits[1]
    ecrire_carnet(carnets / "mes_essais.ipynb", "'essai'")
    declarer(carnets, mes_essais=[])
    notebook = nbformat.read(carnets / "diagnostic.ipynb", as_version=4)
    notebook.cells[1].outputs = [nbformat.v4.new_output("stream", text="7 familles")]
    nbformat.write(notebook, carnets / "diagnostic.ipynb")

    assert archiver((carnets, sortie), tmp_path / "harnes.zip") == 0

    with zipfile.ZipFile(tmp_path / "harnes.zip") as opened:
        kept = {nom: opened.read(nom) for nom in opened.namelist() if nom.startswith("notebooks/")}
    assert set(kept) == {
        "notebooks/bilan.ipynb",
        "notebooks/diagnostic.ipynb",
        "notebooks/rapports.toml",
    }
    assert b"7 familles" not in b"".join(kept.values())


def test_la_description_ro_crate_dit_chaque_fichier_avec_son_empreinte(
    contenu: dict[str, bytes],
) -> None:
    crate = json.loads(contenu[DESCRIPTION])
    entites = {entite["@id"]: entite for entite in crate["@graph"]}
    fichiers = {
        unquote(key): entite for key, entite in entites.items() if entite["@type"] == "File"
    }

    assert crate["@context"][0] == "https://w3id.org/ro/crate/1.1/context"
    assert len(entites) == len(crate["@graph"]), "un identifiant par entité"
    assert set(fichiers) == set(contenu) - {DESCRIPTION}
    for nom, entite in fichiers.items():
        assert entite["sha256"] == sha256(contenu[nom]).hexdigest(), nom
        assert entite["contentSize"] == str(len(contenu[nom]))
        assert entite["encodingFormat"] != "application/octet-stream" or nom.endswith(".typed"), nom
        assert entite["name"] and entite["description"]
    assert {unquote(part["@id"]) for part in entites["./"]["hasPart"]} == set(fichiers)


def test_la_description_ro_crate_se_tient(contenu: dict[str, bytes]) -> None:
    graph = json.loads(contenu[DESCRIPTION])["@graph"]
    entites = {entite["@id"]: entite for entite in graph}

    racine = entites["./"]
    assert entites[DESCRIPTION]["about"] == {"@id": "./"}
    assert entites[DESCRIPTION]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert {entites[auteur["@id"]]["name"] for auteur in racine["author"]} == {
        "Ville de Harnes",
        "Caisse d'allocations familiales du Pas-de-Calais",
    }
    assert racine["datePublished"] == "2023-01-01" and racine["inLanguage"] == "fr"
    assert [lien for lien in _liens(graph) if lien not in entites] == []
    (production,) = (item for item in graph if item["@id"] == "#production-2023-bilan")
    assert {"@id": "notebooks/bilan.ipynb"} in production["instrument"]
    lus = ("annexe1.csv", "avenants.yaml", "convention.yaml")  # the last two for its place
    assert production["object"] == [{"@id": f"data/conventions/harnes/{nom}"} for nom in lus]
    assert {"@id": "reports/harnes/2023/bilan.html"} in production["result"]
    licences = {
        entites[item["license"]["@id"]]["name"]
        for item in graph
        if item["@id"].startswith("data/sources/") and "license" in item
    }
    assert all(
        "license" in item
        for item in graph
        if item["@id"].endswith((".parquet", "observations.csv"))
    )
    assert "Licence Ouverte" in licences


def _liens(node: object) -> list[str]:
    """Return the identifiers that an object points to, but the vocabulary's."""
    if isinstance(node, dict) and set(node) == {"@id"}:
        return [] if node["@id"].startswith("https://") else [node["@id"]]
    if isinstance(node, dict):
        node = list(node.values())
    if not isinstance(node, list):
        return []
    return [lien for child in node for lien in _liens(child)]


def test_le_lisezmoi_dit_ce_qu_il_faut_et_les_deux_commandes(contenu: dict[str, bytes]) -> None:
    page = contenu["LISEZMOI.md"].decode("utf-8")

    assert ".venv/bin/ctg verifier\n.venv/bin/ctg produire" in page
    assert f"Python {'.'.join(map(str, sys.version_info[:3]))}" in page
    assert "-m pip install -r requirements.lock" in page and "paquets`" not in page
    assert "à ne pas publier" in page and "en l'état" not in page


@pytest.mark.complet
def test_decompressee_ailleurs_elle_redonne_les_memes_rapports(
    archive: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(tmp_path / "ailleurs")

    done = subprocess.run(
        [sys.executable, "-m", "ctglib", "verifier"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=tmp_path / "ailleurs",
        env={**sans_donnees(), "PYTHONPATH": str(tmp_path / "ailleurs")},
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "rapports, les octets du manifeste" in done.stdout
    assert "✓ Archive : " in done.stdout and "tels qu'installés" in done.stdout


ABIMER = {
    "le verrou": (
        lambda d: (d / "requirements.lock").write_bytes(b"pandas"),
        "requirements.lock n'est pas celui",
    ),
    "un document": (
        lambda d: (d / "docs" / "methode.md").write_bytes(b"autre"),
        "docs/methode.md n'est pas celui",
    ),
    "une donnée que rien n'a lue": (
        lambda d: (d / "data" / "schemas" / "offre.schema.json").write_bytes(b"{}"),
        "data/schemas/offre.schema.json n'est pas celui",
    ),
    "un carnet": (
        lambda d: (d / "notebooks" / "rapports.toml").write_bytes(b""),
        "notebooks/rapports.toml n'est pas",
    ),
    "un fichier retiré": (lambda d: (d / "LISEZMOI.md").unlink(), "LISEZMOI.md a été retiré"),
    "un fichier ajouté": (
        lambda d: (d / "data" / "autre.csv").write_bytes(b""),
        "data/autre.csv n'y était pas",
    ),
    "un module ajouté": (
        lambda d: (d / "sitecustomize.py").write_bytes(b""),
        "sitecustomize.py n'y était pas",
    ),
    "un faux rapport à côté": (
        lambda d: shutil.copytree(d / "reports" / "harnes", d / "reports" / "lens"),
        "reports/lens/diagnostic.html n'y était pas",
    ),
    "un lien": (
        lambda d: (
            (d / "README.md").rename(d.parent / "ailleurs.md"),
            (d / "README.md").symlink_to("../ailleurs.md"),
        ),
        "README.md est un lien vers un autre fichier",
    ),
    "un dossier qui est un lien": (
        lambda d: ((d / "docs").rename(d.parent / "docs"), (d / "docs").symlink_to("../docs")),
        "docs est un lien vers un autre fichier",
    ),
    "la description": (
        lambda d: (d / DESCRIPTION).write_bytes(b"{"),
        f"{DESCRIPTION} ne se lit plus",
    ),
    "un fichier ajouté sous un nom d'installation": (
        lambda d: (
            (d / "reports" / "harnes" / "x.venv").mkdir()
            or (d / "reports" / "harnes" / "x.venv" / "bilan.html").write_bytes(b"faux")
        ),
        "reports/harnes/x.venv/bilan.html n'y était pas (ajouté depuis)",
    ),
}


@pytest.mark.parametrize(("abimer", "attendu"), ABIMER.values(), ids=ABIMER)
def test_chaque_fichier_de_l_archive_est_verifie_et_ce_qui_a_ete_ajoute_est_dit(
    archive: Path, tmp_path: Path, abimer: Callable[[Path], object], attendu: str
) -> None:
    ailleurs = tmp_path / "ailleurs"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(ailleurs)
    (ailleurs / "ctglib" / "__pycache__").mkdir()
    (ailleurs / "ctglib" / "__pycache__" / "x.pyc").write_bytes(b"")
    assert relever_archive(ailleurs)[1] == []

    abimer(ailleurs)

    assert attendu in " ; ".join(grouper(relever_archive(ailleurs)[1]))


def _alterer(archive: Path, vers: Path, **fichiers: bytes | None) -> Path:
    """Write a copy of an archive where some files have these bytes, None to leave one out; the
    description follows, as one who forges would have it.
    """
    with zipfile.ZipFile(archive) as ouverte:
        contenus = {nom: ouverte.read(nom) for nom in ouverte.namelist()}
    description = json.loads(contenus.pop(DESCRIPTION))
    modele = next(item for item in description["@graph"] if item["@type"] == "File")
    connus = {unquote(item["@id"]): item for item in description["@graph"]}
    for nom, octets_du_fichier in fichiers.items():
        if octets_du_fichier is None:
            contenus.pop(nom)
            description["@graph"].remove(connus[nom])
            continue
        contenus[nom] = octets_du_fichier
        if nom not in connus:
            connus[nom] = {**modele, "@id": nom}
            description["@graph"].append(connus[nom])
        connus[nom]["sha256"] = sha256(octets_du_fichier).hexdigest()
    contenus[DESCRIPTION] = json.dumps(description).encode()
    with zipfile.ZipFile(vers, "w") as ecrite:
        for nom, octets_du_fichier in contenus.items():
            ecrite.writestr(nom, octets_du_fichier)
    return vers


def juger(archive: Path, carnets: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the command says of an archive, its reports not made again."""
    capsys.readouterr()
    lancer(["verifier", "--archive", str(archive), "--carnets", str(carnets), "--sans-rejouer"])
    dit, refuse = capsys.readouterr()
    return dit + refuse


FORGES = {
    "le code du programme": ("ctglib/calculs/ecriture.py", b"print('faux')\n"),
    "un module de plus": ("ctglib/calculs/autre.py", b""),
    "du code compile": ("ctglib/calculs/__pycache__/ecriture.cpython-311.pyc", b"faux"),
    "ce que Python lit en demarrant": ("sitecustomize.py", b"print('faux')\n"),
    "un chemin d'installation": (".venv/lib/site-packages/x.pth", b"import faux\n"),
    "un carnet": ("notebooks/diagnostic.ipynb", b'{"cells": []}'),
}


@pytest.mark.parametrize(("nom", "faux"), FORGES.values(), ids=FORGES)
def test_une_archive_forgee_se_dit_par_le_programme_installe_et_rien_n_en_est_execute(
    produits: tuple[Path, Path],
    archive: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    nom: str,
    faux: bytes,
) -> None:
    carnets, _ = produits
    intacte = juger(archive, carnets, capsys)
    forgee = juger(_alterer(archive, tmp_path / "forgee.zip", **{nom: faux}), carnets, capsys)

    assert "✓ Programme et carnets" in intacte and "✓ Archive" in intacte
    assert "✗ Programme et carnets" in forgee and nom in forgee
    assert "faux" not in forgee.replace(nom, "")


def test_un_rapport_change_avec_la_description_n_est_plus_celui_du_manifeste(
    produits: tuple[Path, Path], archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    forgee = _alterer(
        archive, tmp_path / "forgee.zip", **{"reports/harnes/diagnostic.html": b"<p>faux</p>"}
    )

    assert "✗ Fichiers" in juger(forgee, produits[0], capsys)


@pytest.mark.parametrize(
    ("noms", "dit"),
    [
        (("../dehors.txt",), "un lien ou un nom qui sort de l'archive"),
        (("a.txt", "a.txt"), "« a.txt » deux fois"),
        ((), "aucun ro-crate-metadata.json"),
    ],
    ids=["un nom qui sort", "un nom en double", "sans description"],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_ce_qui_n_est_pas_une_archive_du_classeur_est_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], noms: tuple[str, ...], dit: str
) -> None:
    fausse = tmp_path / "fausse.zip"
    with zipfile.ZipFile(fausse, "w") as ecrite:
        for nom in noms:
            ecrite.writestr(nom, b"a")

    assert lancer(["verifier", "--archive", str(fausse)]) == 1
    assert dit in capsys.readouterr().err
    assert not (tmp_path.parent / "dehors.txt").exists()


def test_un_fichier_qui_n_est_pas_un_zip_est_refuse(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "faux.zip").write_bytes(b"PK\x03\x04 et rien d'autre")

    assert lancer(["verifier", "--archive", str(tmp_path / "faux.zip")]) == 1
    assert "une archive qui ne se lit pas" in capsys.readouterr().err


def test_un_dossier_qui_n_est_pas_une_archive_n_en_est_pas_une_fausse(tmp_path: Path) -> None:
    assert relever_archive(tmp_path) is None


def test_une_archive_qui_n_est_pas_a_jour_est_refusee_ou_le_dit(
    produits: tuple[Path, Path], donnees: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    annexe1 = donnees / "conventions" / "harnes" / "annexe1.csv"
    annexe1.write_bytes(annexe1.read_bytes().replace(b",12324,", b",12325,"))
    vers = tmp_path / "harnes.zip"

    refusee = archiver(produits, vers)

    dit = capsys.readouterr().err
    assert refusee == 1 and not vers.exists()
    assert "annexe1.csv a changé : harnes, 5 rapports" in dit
    assert "ctg produire --convention harnes" in dit and "--tel-quel" in dit

    assert archiver(produits, vers, "--tel-quel") == 0
    with zipfile.ZipFile(vers) as opened:
        assert "annexe1.csv a changé" in opened.read("LISEZMOI.md").decode("utf-8")
        racine = next(
            item for item in json.loads(opened.read(DESCRIPTION))["@graph"] if item["@id"] == "./"
        )
    assert "annexe1.csv a changé" in racine["creativeWorkStatus"]


def test_un_fichier_touche_ou_un_rapport_jamais_produit_la_refuse(
    produits: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carnets, _ = produits
    copie = tmp_path / "sortie"
    produire(demande(carnets, copie, rapports=("diagnostic",)))
    (copie / "harnes" / "diagnostic.html").write_bytes(b"autre")

    assert archiver((carnets, copie), tmp_path / "harnes.zip") == 1

    dit = capsys.readouterr().err
    assert "harnes, diagnostic : diagnostic.html n'est pas celui qui avait été produit" in dit
    assert "jamais produit : harnes, 2023, bilan ; harnes, 2024, bilan" in dit


def test_sans_rapport_a_archiver_la_commande_le_dit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lancer(["archiver", "--convention", "harnes", "--sortie", str(tmp_path)]) == 1

    assert "n'a pas de rapport dans" in capsys.readouterr().err


def test_les_paquets_sont_dans_l_archive_et_le_lisezmoi_s_en_sert(
    produits: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "ctglib.production.archive.telecharger",
        lambda: {"paquets/essai-1.0-py3-none-any.whl": b"roue"},
    )

    assert archiver(produits, tmp_path / "harnes.zip", "--avec-paquets") == 0

    with zipfile.ZipFile(tmp_path / "harnes.zip") as opened:
        assert opened.read("paquets/essai-1.0-py3-none-any.whl") == b"roue"
        assert "pip install --no-index -f paquets -r requirements.lock" in opened.read(
            "LISEZMOI.md"
        ).decode("utf-8")
        assert "paquets/essai-1.0-py3-none-any.whl" in opened.read(DESCRIPTION).decode("utf-8")


def test_sans_reseau_les_paquets_sont_refuses_en_francais(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")

    with pytest.raises(Empechement, match="Vérifiez la connexion à internet") as refus:
        telecharger()

    assert "ce que dit pip : ERROR" in str(refus.value)
