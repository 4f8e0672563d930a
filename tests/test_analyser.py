"""``ctg analyser``: a notebook of the day by the engine of the reports, marked, beside the
notebook.
"""

from __future__ import annotations

import os
import shutil
from html import unescape
from pathlib import Path

import nbformat
import pytest
from ligne_de_commande import ctg
from production_exemple import ecrire_carnet

from ctglib.export.document import CarnetImpubliable, assembler
from ctglib.production.moteur import executer

DEPOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def modele(tmp_path: Path) -> Path:
    return Path(shutil.copy(DEPOT / "analyses" / "modele.ipynb", tmp_path / "essai.ipynb"))


def test_un_carnet_devient_une_page_un_pdf_et_un_word_a_cote_de_lui(
    modele: Path, tmp_path: Path
) -> None:
    fait = ctg(
        "analyser",
        str(modele),
        "--formats",
        "html,pdf,docx",
        "-p",
        "commune",
        "Lens",
        dossier=tmp_path,
    )

    assert (fait.returncode, {path.suffix for path in modele.parent.iterdir()}) == (
        0,
        {".ipynb", ".html", ".pdf", ".docx"},
    )
    page = modele.with_suffix(".html").read_text(encoding="utf-8")
    assert "Analyse ponctuelle" in page
    assert "Lens" in page and "Harnes" not in page


@pytest.mark.parametrize(
    ("arguments", "phrase"),
    [
        (
            ["accuil.ipynb"],
            "Le carnet « accuil.ipynb » n'existe pas ; vouliez-vous dire « accueil.ipynb »",
        ),
        (
            ["modele", "-p", "comune", "Lens"],
            "ne connaît pas le paramètre « comune ». Ses paramètres : commune.",
        ),
        (
            ["modele", "--formats", "pfd"],
            "Le format « pfd » n'existe pas ; vouliez-vous dire « pdf »",
        ),
        (
            ["modele", "-p", "commune", "Lenss"],
            "Le lieu « Lenss » n'existe pas. Noms proches : Lens",
        ),
    ],
)
def test_une_demande_fausse_est_une_phrase_et_rien_n_est_ecrit(
    arguments: list[str], phrase: str, tmp_path: Path
) -> None:
    fait = ctg("analyser", *arguments, "--sortie", str(tmp_path), dossier=DEPOT)

    assert fait.returncode == 1
    assert phrase in fait.stderr
    assert "Rien n'a été écrit." in fait.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("valeur", ["--5", "²", "1-2"])
def test_une_valeur_qui_n_est_pas_un_entier_est_une_phrase(valeur: str, tmp_path: Path) -> None:
    carnet = ecrire_carnet(tmp_path / "essai.ipynb", parametres=("n: int = 2",))

    fait = ctg("analyser", str(carnet), "-p", f"n={valeur}", dossier=DEPOT)

    assert fait.returncode == 1
    assert f"attend un nombre entier, par exemple 2 ; reçu : '{valeur}'." in fait.stderr
    assert "Rien n'a été écrit." in fait.stderr


MONTRES = {
    "une table de pandas": ("import pandas as pd\npd.DataFrame({'a': [1.5], 'b': ['x']})", "1,5"),
    "une table mise en forme": (
        "import pandas as pd\npd.DataFrame({'a': [1]}).style.set_caption('Ma légende')",
        "Ma légende",
    ),
    "deux niveaux de colonnes": (
        "import pandas as pd\nt = pd.DataFrame({'a': [1, 1], 'b': [2, 3]})\n"
        "t.groupby('a').agg({'b': ['sum', 'max']})",
        "b, sum",
    ),
    "une figure": (
        "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.title('Deux points')",
        "Deux points",
    ),
    "un graphique de pandas": ("import pandas as pd\npd.Series([1, 2]).plot()", "sans source"),
    "un texte imprimé": ("print('bonjour')", "bonjour"),
    "un nombre": ("import numpy as np\nnp.float64(1234.5)", "1\u202f234,5"),
    "une liste": ("[1, 2, 3]", "[1, 2, 3]"),
    "du HTML": ("from IPython.display import HTML\nHTML('<p>Du <b>texte</b></p>')", "Du texte"),
    "du Markdown": ("from IPython.display import Markdown\nMarkdown('Du texte')", "Du texte"),
    "du LaTeX": ("from IPython.display import Latex\nLatex('$x^2$')", "x^2"),
    "une image": (
        "from io import BytesIO\nfrom PIL import Image as I\nfrom IPython.display import Image\n"
        "b = BytesIO()\nI.new('RGB', (9, 9)).save(b, 'png')\nImage(b.getvalue())",
        "data:image/png;base64,",
    ),
    "un objet qui bouge": (
        "from IPython.display import Javascript\nJavascript('x()')",
        "montre un objet interactif, qui n'a pas de forme fixe",
    ),
    "une page avec un programme": (
        "from IPython.display import HTML\nHTML('<script>x()</script>')",
        "montre un objet interactif, qui n'a pas de forme fixe",
    ),
    "deux fois la même table": (
        "from ctglib import atelier as a\nt = a.donnees('cnaf_foyers_rsa', 'Harnes')\n"
        "display(t, t)",
        "Foyers au RSA",
    ),
    "une table de l'atelier mise en forme": (
        "from ctglib import atelier as a\n"
        "a.donnees('cnaf_foyers_rsa', 'Harnes').style.format(precision=0)",
        "Cnaf, « Bénéficiaires des prestations",
    ),
    "un filtre vide": (
        "from ctglib import atelier as a\nt = a.donnees('cnaf_foyers_rsa', 'Harnes')\n"
        "t[t['annee'] == 1990]",
        "Tableau",
    ),
}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page of a notebook that shows everything, without a word of ours."""
    dossier = tmp_path_factory.mktemp("ordinaire")
    carnet = ecrire_carnet(dossier / "essai.ipynb", *(cellule for cellule, _ in MONTRES.values()))
    lu = nbformat.read(carnet, 4)
    prose = (
        "![une photo](attachment:x.png) <b>gras</b>\n\n| Lieu | Places |\n|---|---|\n| Lens | 9 |"
    )
    lu.cells.append(nbformat.v4.new_markdown_cell(prose))
    nbformat.write(lu, carnet)

    fait = ctg("analyser", str(carnet), "--formats", "html,pdf,docx", dossier=DEPOT)

    assert fait.returncode == 0, fait.stderr
    assert all(carnet.with_suffix(suffixe).is_file() for suffixe in (".pdf", ".docx"))
    return carnet.with_suffix(".html").read_text(encoding="utf-8")


@pytest.mark.parametrize("attendu", [attendu for _, attendu in MONTRES.values()], ids=MONTRES)
def test_tout_ce_qu_un_carnet_ordinaire_montre_est_dans_la_page(page: str, attendu: str) -> None:
    assert attendu in unescape(page).replace("\xa0", " ")


def test_ce_qui_n_a_pas_de_source_le_dit_et_rien_ne_s_execute(page: str) -> None:
    assert "Source\xa0: sans source" in page or "Source : sans source" in page
    assert "<script>x()" not in page and "x()" not in page
    assert "(image : une photo)" in unescape(page).replace("\xa0", " ")
    texte = unescape(page).replace("\xa0", " ").replace("\u202f", " ")
    assert "Lieu : Lens ; Places : 9" in texte


def test_une_colonne_tapee_dit_le_nom_du_carnet(tmp_path: Path) -> None:
    cellule = (
        "from ctglib import atelier as a\n"
        "a.donnees('cnaf_foyers_rsa', 'Harnes', 2024).assign(places=22)"
    )
    carnet = ecrire_carnet(tmp_path / "places.ipynb", cellule)

    ctg("analyser", str(carnet), "--formats", "html", dossier=DEPOT)

    page = unescape(carnet.with_suffix(".html").read_text(encoding="utf-8")).replace("\xa0", " ")
    assert "saisie ou calcul (places.ipynb) : « places »" in page
    assert "JPY_SESSION_NAME" not in os.environ


def test_un_rapport_refuse_toujours_ce_qui_n_a_pas_de_source(tmp_path: Path) -> None:
    carnet = ecrire_carnet(
        tmp_path / "essai.ipynb", "import pandas as pd\npd.DataFrame({'a': [1]})"
    )

    with pytest.raises(CarnetImpubliable, match="terminez la cellule par tableau"):
        assembler(executer(carnet, {"convention": "harnes"}))
