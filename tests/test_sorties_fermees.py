"""What a notebook opens past the mask closes the exits of the workbook: what was opened decides, not
what numbers look like.
"""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import nbformat
import pytest
import yaml
from classeur_rempli import octets
from ligne_de_commande import ctg
from production_exemple import ecrire_carnet

from ctglib.commandes.application import lancer
from ctglib.donnees.lecture import enregistrer, racine
from ctglib.export import ExporteurHTML
from ctglib.production.archive import rassembler
from ctglib.production.echec import Echec
from ctglib.production.manifeste import lire_manifeste
from ctglib.production.moteur import executer
from ctglib.production.plan import LISTE, MANIFESTE
from ctglib.secret import ExportRefuse
from ctglib.secret.garde import lecteurs_importes, refuser, surveiller

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

CAS = yaml.safe_load((Path(__file__).parent / "cas/sorties.yaml").read_text(encoding="utf-8"))
DEMONSTRATION = "conventions/demonstration"


DEPOT = Path(__file__).resolve().parents[1]
LU = "jeudi 12-17 = 3"  # what a closed analysis shows, and its cell does not have
SECRET = "print('jeudi', '12-17', '=', 3)"
MONTRE = "from ctglib import paragraphe\nparagraphe('Une phrase.')"


def _refus(carnet: Path) -> str:
    """Return what the command says of a notebook once it ran, "" when it may be published."""
    with enregistrer() as journal:
        executer(carnet, {})
    return refuser(journal.ouvertures)


def _dire(code: str, dossier: Path) -> str:
    """Return the code of a case, its braces filled: the data, a workbook sent back, a scratch
    folder.
    """
    return (
        code.replace("{donnees}", str(racine()))
        .replace("{suivi}", str(racine() / DEMONSTRATION / "suivi"))
        .replace("{classeur}", str(dossier / "classeur.xlsx"))
        .replace("{ailleurs}", str(dossier))
    )


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workbook that a service sent back under another name, and a public one."""
    from openpyxl import Workbook

    dossier = tmp_path_factory.mktemp("retour")
    (dossier / "classeur.xlsx").write_bytes(octets())
    public = Workbook()
    feuille = public.worksheets[0]
    feuille.append(["commune", "foyers"])
    feuille.append(["62413", 560])
    public.save(dossier / "public.xlsx")
    (dossier / "public.csv").write_text("commune,foyers\n62413,560\n", encoding="utf-8")
    return dossier


@pytest.mark.parametrize("cas", CAS["fermees"], ids=lambda cas: cas["nom"])
def test_rien_ne_sort_de_ce_qui_s_ouvre_hors_du_masque(
    cas: dict[str, str], dossier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cellules = [_dire(cellule, dossier) for cellule in cas["cellules"]]

    refus = _refus(ecrire_carnet(tmp_path / "essai.ipynb", *cellules, parametres=()))

    assert "Ce carnet ne peut rien publier par le classeur" in refus
    assert cas["dit"] in refus


@pytest.mark.parametrize("cas", CAS["ouvertes"], ids=lambda cas: cas["nom"])
def test_une_analyse_ordinaire_n_est_pas_refusee(
    cas: dict[str, str], dossier: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    cellules = [_dire(cellule, dossier) for cellule in cas["cellules"]]

    assert _refus(ecrire_carnet(tmp_path / "essai.ipynb", *cellules, parametres=())) == ""


def test_analyser_refuse_et_l_interne_le_dit_a_chaque_page(tmp_path: Path) -> None:
    lecture = (
        f"import pandas as pd\nn = pd.read_csv('{_dire('{suivi}', tmp_path)}/2023/profils.csv')"
    )
    carnet = ecrire_carnet(tmp_path / "essai.ipynb", lecture, MONTRE, parametres=())

    refuse = ctg("analyser", str(carnet), "--formats", "html", dossier=tmp_path)
    restes = {chemin.suffix for chemin in tmp_path.glob("essai.*")}
    interne = ctg("analyser", str(carnet), "--formats", "html,pdf", "--interne", dossier=tmp_path)

    assert (refuse.returncode, restes) == (1, {".ipynb"})
    assert "profils.csv" in refuse.stderr and "--interne" in refuse.stderr
    assert interne.returncode == 0, interne.stderr
    assert "Diffusion interne" in (tmp_path / "essai.html").read_text(encoding="utf-8")


SORTIES = {
    "une table": "a.enregistrer(t, '{ailleurs}/sortie.xlsx')",
    "une note": "a.note('Note', ['Une phrase.', t]).enregistrer('{ailleurs}/sortie.docx')",
    "un tableau": "a.tableau(t).exporter('{ailleurs}/sortie.csv')",
    "un graphique": "a.figure(a.courbes(t), alt='De 1 à 2.').enregistrer('{ailleurs}/sortie.svg')",
}


@pytest.mark.parametrize("sortie", SORTIES.values(), ids=SORTIES)
def test_aucun_verbe_n_enregistre_apres_une_lecture_sans_masque(
    sortie: str, tmp_path: Path
) -> None:
    cellules = [
        "import pandas as pd\nfrom ctglib import atelier as a",
        "t = a.donnees('cnaf_foyers_rsa', 'Harnes')",
        "n = pd.read_csv('{suivi}/2023/profils.csv')",
        sortie,
    ]
    dites = [_dire(cellule, tmp_path) for cellule in cellules]
    ouvert = ecrire_carnet(tmp_path / "ouvert.ipynb", *dites[:2], dites[3], parametres=())
    ferme = ecrire_carnet(tmp_path / "ferme.ipynb", *dites, parametres=())

    executer(ouvert, {})
    for ecrit in tmp_path.glob("sortie.*"):
        ecrit.unlink()
    with pytest.raises(Echec, match="Ce carnet ne peut rien publier"):
        executer(ferme, {})

    assert list(tmp_path.glob("sortie.*")) == []


def test_l_exporteur_refuse_un_carnet_qui_a_lu_sans_masque_et_l_interne_le_dit(
    tmp_path: Path,
) -> None:
    lecture = _dire("import pandas as pd\nn = pd.read_csv('{suivi}/2023/profils.csv')", tmp_path)
    carnet = executer(ecrire_carnet(tmp_path / "essai.ipynb", lecture, MONTRE, parametres=()), {})

    with pytest.raises(ExportRefuse, match=r"profils\.csv"):
        ExporteurHTML().from_notebook_node(carnet)
    carnet.metadata["papermill"]["parameters"]["diffusion"] = "interne"
    page, _ = ExporteurHTML().from_notebook_node(carnet)

    assert "Diffusion interne" in page


@pytest.mark.parametrize("sortie", ["reports", "data/conventions/harnes", "ctglib", "ailleurs"])
def test_une_analyse_interne_ne_va_ni_dans_les_rapports_ni_dans_ce_qu_une_archive_prend(
    sortie: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """« ailleurs » has reports too, that another folder was asked for."""
    carnet = ecrire_carnet(tmp_path / "essai.ipynb", MONTRE, parametres=())
    ailleurs = tmp_path / "ailleurs"
    (ailleurs / "harnes").mkdir(parents=True)
    (ailleurs / "harnes" / MANIFESTE).write_text("{}", encoding="utf-8")
    dossiers = {"ailleurs": ailleurs, "data/conventions/harnes": racine() / "conventions/harnes"}
    dossier = dossiers.get(sortie, DEPOT / sortie)
    avant = set(dossier.rglob("essai.*"))

    code = lancer(["analyser", str(carnet), "--interne", "--sortie", str(dossier)])

    nom = racine().name if sortie.startswith("data/") else sortie
    assert code == 1
    assert f"Une analyse interne ne va pas dans {nom}/" in capsys.readouterr().err
    assert set(dossier.rglob("essai.*")) == avant


def test_rien_d_une_analyse_fermee_n_entre_dans_une_archive(tmp_path: Path) -> None:
    """The notebook that bears it is among those of the reports, with its outputs, and its pages are
    beside: the archive has the cells alone of the declared ones.
    """
    carnets = tmp_path / "carnets"
    lecture = _dire("import pandas as pd\nn = pd.read_csv('{suivi}/2023/profils.csv')", tmp_path)
    for nom in ("declare", "essai"):
        execute = executer(
            ecrire_carnet(carnets / f"{nom}.ipynb", lecture, SECRET, parametres=()), {}
        )
        nbformat.write(execute, carnets / f"{nom}.ipynb")
    (carnets / LISTE).write_text('declare = ["declare"]\n', encoding="utf-8")
    (carnets / "essai.html").write_text(LU, encoding="utf-8")
    sortie = tmp_path / "reports" / "demonstration"
    sortie.mkdir(parents=True)
    (sortie / "essai.html").write_text(LU, encoding="utf-8")
    (sortie / MANIFESTE).write_text("{}", encoding="utf-8")
    assert LU in (carnets / "declare.ipynb").read_text(encoding="utf-8")

    fichiers = rassembler(lire_manifeste(sortie), carnets)

    assert "notebooks/declare.ipynb" in fichiers
    assert [nom for nom in fichiers if "essai" in nom] == []
    assert [nom for nom, contenu in fichiers.items() if LU.encode() in contenu] == []


@pytest.mark.parametrize(
    ("source", "lecteurs"),
    [
        ("import pandas as pd", []),
        ("import duckdb, polars as pl", ["duckdb", "polars"]),
        ("if True:\n    from pyarrow import csv", ["pyarrow"]),
        ("d = __import__('duckdb')", ["duckdb"]),
        ("%matplotlib inline\nimport duckdb", ["duckdb"]),
        ("%%time\nimport duckdb", ["duckdb"]),
        ("from duckdb import connect\n!ls", ["duckdb"]),
        ("ce n'est pas du Python", []),
    ],
)
def test_les_lecteurs_qu_une_cellule_importe(source: str, lecteurs: list[str]) -> None:
    assert lecteurs_importes(source) == lecteurs


@pytest.mark.parametrize(
    ("cellules", "avant"),
    [
        (["", "from ctglib import ouvrir_bilan\nb = ouvrir_bilan('harnes', 2024)"], []),
        (["", "annee = 2024", "import pandas as pd\nfrom ctglib import atelier as a"], []),
        (["", "def f():\n    return open('x')", "from ctglib import atelier as a"], []),
        (["", "t = lire('x')", "from ctglib import atelier as a"], ["t = lire('x')"]),
        (["", "t = lire('x')\nfrom ctglib import atelier as a"], ["t = lire('x')"]),
        (["", "!cat x", "from ctglib import atelier as a"], ["!cat x"]),
    ],
    ids=[
        "la même cellule",
        "un paramètre",
        "une définition",
        "une cellule d'avant",
        "avant, ici",
        "une magie",
    ],
)
def test_ce_qui_a_tourne_avant_le_classeur_compte(cellules: list[str], avant: list[str]) -> None:
    evenements = SimpleNamespace(register=lambda *_: None)
    carnet = SimpleNamespace(user_ns={"In": cellules}, events=evenements)

    with enregistrer() as journal:
        surveiller(cast("InteractiveShell", carnet))

    notees = [ouverture.quoi for ouverture in journal.ouvertures if ouverture.genre == "avant"]
    assert notees == avant
