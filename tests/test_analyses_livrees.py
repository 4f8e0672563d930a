"""The notebooks of ``analyses``: they run as they are, and answer the questions that an analyst
asks.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from pathlib import Path

import nbformat
import pytest
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT

from ctglib import atelier
from ctglib.commandes.analyses import livres, sans_sorties
from ctglib.document.blocs import MIME, en_json
from ctglib.export.document import assembler
from ctglib.production.moteur import executer
from ctglib.production.plan import Carnet
from ctglib.secret import est_interne

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

CARNETS = [DEPOT / nom for nom in sorted(livres())]
QUESTIONS = range(1, 11)
LIGNES = 5
SECONDES = 10
SECONDES_DE_LA_GALERIE = 30  # it has each verb once


@pytest.fixture(scope="module", params=CARNETS, ids=[path.stem for path in CARNETS])
def execute(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple:
    """A notebook of the project run in a folder of its own, its seconds, and whether the data
    folder is as before.
    """
    before = donnees()
    start = time.process_time()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("analyses"))
        atelier.oublier()
        notebook = executer(request.param, {})
    return notebook, time.process_time() - start, donnees() == before


def donnees() -> str:
    told = hashlib.sha256()
    for path in sorted(DONNEES.rglob("*")):
        told.update(f"{path}{path.stat().st_size if path.is_file() else ''}".encode())
    return told.hexdigest()


def test_un_carnet_livre_s_execute_vite_et_ne_change_pas_les_donnees(execute: tuple) -> None:
    notebook, seconds, same = execute

    est_la_galerie = any(cell.id.startswith("verbe-") for cell in notebook.cells)
    assert seconds < (SECONDES_DE_LA_GALERIE if est_la_galerie else SECONDES)
    assert same


def test_une_question_tient_en_cinq_lignes_et_sa_reponse_a_une_source(execute: tuple) -> None:
    notebook, _, _ = execute
    for cell in notebook.cells:
        if cell.id.startswith("question-"):
            shown = [output.data[MIME] for output in cell.outputs if MIME in output.get("data", {})]

            assert len(cell.source.splitlines()) <= LIGNES, cell.id
            assert re.search(r'"source": ?"[^"]+', json.dumps(shown)), cell.id


def test_un_carnet_livre_s_exporte_tel_quel_et_ne_dit_rien_de_la_console(execute: tuple) -> None:
    notebook, _, _ = execute

    shown = json.dumps(en_json(assembler(notebook).corps), ensure_ascii=False)

    assert shown.count(atelier.PONCTUELLE) == 0, "la page la porte une fois, et l'export l'y met"
    assert "\x1b" not in shown


def test_un_carnet_livre_n_ouvre_rien_qui_ferme_ses_sorties(execute: tuple) -> None:
    notebook, _, _ = execute

    assert not est_interne(notebook)


def test_chaque_cellule_de_la_galerie_montre_quelque_chose_et_rien_ne_s_y_plaint(
    execute: tuple,
) -> None:
    notebook, _, _ = execute
    for cell in notebook.cells:
        if cell.id.startswith("verbe-"):
            formes = [forme for output in cell.outputs for forme in output.get("data", {})]
            plaintes = [output.text for output in cell.outputs if output.get("name") == "stderr"]

            assert "text/plain" in formes, cell.id
            assert plaintes == [], cell.id


def test_les_dix_questions_sont_toutes_posees() -> None:
    cells = [cell.id for path in CARNETS for cell in nbformat.read(path, as_version=4).cells]

    assert sorted(nom for nom in cells if re.fullmatch(r"question-\d+", nom)) == sorted(
        f"question-{n}" for n in QUESTIONS
    )


def test_l_accueil_mene_a_tous_les_carnets_livres() -> None:
    accueil = (DEPOT / "analyses/accueil.ipynb").read_text(encoding="utf-8")

    liens = re.findall(r"\]\((\w+\.ipynb)\)", accueil)

    assert {*liens, "accueil.ipynb"} == {path.name for path in CARNETS}


@pytest.mark.parametrize("nom", ["notebooks/bilan.ipynb", "analyses/accueil.ipynb"])
def test_enregistrer_un_carnet_suivi_par_git_n_y_laisse_aucune_sortie(nom: str) -> None:
    avant = nbformat.read(DEPOT / nom, as_version=4)
    model = {"type": "notebook", "content": execute_a_la_main(avant)}

    sans_sorties(model=model, path=nom, contents_manager=None)

    assert model["content"] == avant


def test_enregistrer_le_carnet_d_un_analyste_garde_ses_sorties() -> None:
    content = execute_a_la_main(nbformat.read(DEPOT / "analyses/modele.ipynb", as_version=4))
    model = {"type": "notebook", "content": content}

    sans_sorties(model=model, path="analyses/le_mien.ipynb", contents_manager=None)

    assert any(cell.get("outputs") for cell in model["content"].cells)


def test_enregistrer_un_carnet_de_rapport_avec_ses_sorties_ne_rend_rien_perime(
    tmp_path: Path,
) -> None:
    content = execute_a_la_main(nbformat.read(DEPOT / "notebooks/bilan.ipynb", as_version=4))
    nbformat.write(content, tmp_path / "bilan.ipynb")

    assert (
        Carnet(tmp_path / "bilan.ipynb").empreinte
        == Carnet(DEPOT / "notebooks/bilan.ipynb").empreinte
    )


def execute_a_la_main(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Return a notebook as JupyterLab saves it once it has run."""
    saved = nbformat.from_dict(json.loads(json.dumps(notebook)))
    saved.metadata["widgets"] = {}
    for cell in saved.cells:
        cell.metadata["execution"] = {"iopub.execute_input": "2026-01-01"}
        if cell.cell_type == "code":
            cell.execution_count = 3
            cell.outputs = [nbformat.v4.new_output("stream", text="vu")]
    return saved
