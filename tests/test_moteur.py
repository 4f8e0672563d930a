"""The engine of ours: a notebook finds nothing of the others, leaves nothing behind, and fails with
its place.
"""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from production_exemple import LECTURE, demande, ecrire_carnet, octets, produire

from ctglib import ouvrir_bilan
from ctglib.export.document import CarnetImpubliable, assembler
from ctglib.production.echec import Echec
from ctglib.production.moteur import executer
from ctglib.production.plan import CARNETS, MOTEURS
from ctglib.production.pool import PRECHARGE, Ouvriers

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

CARNET = CARNETS / "diagnostic.ipynb"
# What a notebook could leave to the next one in the same process.
SALETES = (
    "import os, random, sys, warnings\nimport matplotlib.pyplot as plt\nimport pandas as pd\nimport numpy as np",
    "plt.rcParams['svg.hashsalt'] = 'x'\nplt.rcParams['font.size'] = 40",
    "pd.set_option('display.precision', 1)",
    "os.environ['CTG_SALE'] = '1'\nos.chdir('/')\nsys.path.insert(0, '/nulle-part')\nrandom.seed(1)\nnp.random.seed(1)",
    "paragraphe('sale')",
)
CONSTAT = (
    "import os, sys\nimport matplotlib.pyplot as plt\nimport pandas as pd",
    "etat = (plt.rcParams['font.size'], pd.get_option('display.precision'))",
    "etat += (os.environ.get('CTG_SALE'), plt.get_fignums())",
    "etat += ('/nulle-part' in sys.path, os.getcwd() == '/', 'SALETES' in globals(), 'random' in globals())",
    "paragraphe(str(etat))",
)


def test_les_deux_moteurs_relevent_les_memes_lectures(tmp_path: Path) -> None:
    ecrire_carnet(
        tmp_path / "carnets" / "essai.ipynb",
        LECTURE,
        "x = existe('conventions/harnes/x.csv')",
        "x = lister('schemas')",
    )

    for moteur in MOTEURS:
        produire(demande(tmp_path / "carnets", tmp_path / moteur), moteur=moteur)

    manifestes = [
        (tmp_path / moteur / "harnes" / "manifeste.json").read_bytes() for moteur in MOTEURS
    ]
    assert b"x.csv" in manifestes[0] and b"offre.schema.json" in manifestes[0]
    assert manifestes[0] == manifestes[1]


def test_un_processus_qui_dure_ne_garde_pas_ce_que_tenaient_ses_carnets(tmp_path: Path) -> None:
    carnet = ecrire_carnet(
        tmp_path / "essai.ipynb", "class Tenu: pass\ntenu = Tenu()", "tenu.soi = tenu"
    )

    for _ in range(3):
        executer(carnet, {"convention": "harnes"})

    gc.collect()
    assert not [thing for thing in gc.get_objects() if type(thing).__name__ == "Tenu"]


def test_un_carnet_ne_laisse_rien_au_suivant_dans_un_processus_qui_dure(tmp_path: Path) -> None:
    carnets = tmp_path / "carnets"
    ecrire_carnet(carnets / "b_constat.ipynb", *CONSTAT)
    produire(demande(carnets, tmp_path / "seul"), Ouvriers(1, methode="spawn"))
    ecrire_carnet(carnets / "a_sale.ipynb", *SALETES, 'paragraphe("long")')

    produire(demande(carnets, tmp_path / "suivi"), Ouvriers(1, methode="spawn"))

    seul = octets(tmp_path / "seul")
    suivi = octets(tmp_path / "suivi")
    assert "harnes/a-sale.html" in suivi
    assert suivi["harnes/b-constat.html"] == seul["harnes/b-constat.html"]


def test_ce_que_les_rapports_n_emploient_pas_n_est_pas_charge_et_n_est_retire_a_personne() -> None:
    code = (
        "import sys; from ctglib.production.moteur import charger_papermill\n"
        "charger_papermill(); import nbconvert\n"
        "print(sorted({'lark', 'rfc3987_syntax', 'debugpy'} & set(sys.modules)))\n"
        "import rfc3987_syntax, debugpy"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split("\n")[:1] == ["[]"]
    assert done.stderr == ""


def test_ce_qui_est_charge_d_avance_se_charge_sans_rien_lire_des_donnees() -> None:
    """A preload that fails is only a slower production: nothing else would say so."""
    code = (
        "import importlib; from ctglib.donnees.lecture import Journal, enregistrer\n"
        f"with enregistrer() as journal: importlib.import_module({PRECHARGE!r})\n"
        "assert journal == Journal(), journal"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


def test_le_moteur_n_ecrit_pas_dans_l_historique_de_l_utilisateur(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))

    executer(ecrire_carnet(tmp_path / "essai.ipynb", LECTURE), {})

    assert list((tmp_path / "ipython").rglob("*.sqlite")) == []


def test_le_moteur_laisse_l_environnement_comme_il_l_a_trouve(tmp_path: Path) -> None:
    avant = dict(os.environ)

    executer(ecrire_carnet(tmp_path / "essai.ipynb", LECTURE), {})

    assert dict(os.environ) == avant


def test_un_chemin_avec_des_accolades_est_pris_tel_quel(tmp_path: Path) -> None:
    carnet = ecrire_carnet(tmp_path / "{a}" / "essai.ipynb", LECTURE)

    assert executer(carnet, {"convention": "harnes"}).cells


def test_un_parametre_inconnu_est_refuse() -> None:
    with pytest.raises(Echec, match="ne connaît pas le paramètre « annee »"):
        executer(CARNET, {"annee": 2025})


TYPES = [
    (
        {"annee": "deux mille"},
        "Le paramètre « annee » du carnet bilan.ipynb attend un nombre entier",
    ),
    ({"annee": 2024.5}, "attend un nombre entier"),
    ({"annee": True}, "attend un nombre entier"),
    ({"convention": 3}, "Le paramètre « convention » du carnet bilan.ipynb attend un texte"),
]


@pytest.mark.parametrize(("parametres", "dit"), TYPES)
def test_un_parametre_d_un_autre_type_est_refuse(parametres: dict[str, object], dit: str) -> None:
    with pytest.raises(Echec, match=dit):
        executer(CARNETS / "bilan.ipynb", parametres)


@pytest.mark.parametrize("annee", ["2024", 2024.5, True, None])
def test_dans_un_noyau_ordinaire_le_bilan_dit_qu_une_annee_est_un_nombre_entier(
    annee: object,
) -> None:
    with pytest.raises(ValueError, match="est un nombre entier, par exemple 2024 ; reçu"):
        ouvrir_bilan("demonstration", annee)


@pytest.mark.parametrize(("mot", "valeur"), [("annee", "2024.5"), ("anee", "2024")])
def test_la_commande_papermill_le_dit_en_francais_sans_trace_d_erreur(
    tmp_path: Path, mot: str, valeur: str
) -> None:
    command = [
        sys.executable,
        "-m",
        "papermill",
        "--engine",
        "ctg",
        str(CARNETS / "bilan.ipynb"),
        "sortie.ipynb",
    ]

    done = subprocess.run(
        [*command, "-p", mot, valeur], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert f"paramètre « {mot} »" in done.stderr


@pytest.mark.parametrize("moteur", MOTEURS)
def test_une_cellule_qui_echoue_dit_ou_et_pourquoi(tmp_path: Path, moteur: str) -> None:
    carnet = ecrire_carnet(
        tmp_path / "casse.ipynb",
        'from ctglib import ouvrir\nouvrir(convention).tableau("n_existe_pas")',
    )

    with pytest.raises(Echec) as caught:
        executer(carnet, {"convention": "harnes"}, moteur)

    echec = caught.value
    assert (echec.cellule, echec.ligne, echec.section) == (4, 2, "Partie unique")
    assert echec.code == 'ouvrir(convention).tableau("n_existe_pas")'
    assert "n_existe_pas" in echec.cause and "Thèmes possibles : territoire" in str(echec)


def test_une_figure_dessinee_dans_le_processus_avant_un_carnet_n_est_pas_de_lui(
    tmp_path: Path,
) -> None:
    carnet = ecrire_carnet(tmp_path / "essai.ipynb", "paragraphe('Rien de dessiné.')")
    plt.figure()

    nb = executer(carnet, {"convention": "harnes"})

    assert sum(len(cell.outputs) for cell in nb.cells if cell.cell_type == "code") == 1


def test_une_figure_laissee_ouverte_et_un_tableau_nu_arretent_le_rapport_en_disant_quoi_ecrire(
    tmp_path: Path,
) -> None:
    figure = "import matplotlib.pyplot as plt\nax = plt.figure().subplots()"
    nu = "import pandas as pd\npd.DataFrame()"
    chemin = ecrire_carnet(tmp_path / "carnets" / "essai.ipynb", figure, nu)

    with pytest.raises(CarnetImpubliable) as raised:
        assembler(executer(chemin, {}))

    _, first, second = str(raised.value).splitlines()
    assert "« import matplotlib.pyplot as plt »" in first and "figure_de(ax" in first
    assert "« import pandas as pd »" in second and "tableau(df" in second
