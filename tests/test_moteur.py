"""The engine of ours gives what the standard one gives."""

from __future__ import annotations

import os
from pathlib import Path

import papermill
import pytest

from ctglib.export import ExporteurHTML
from ctglib.production.echec import RapportEchoue
from ctglib.production.execution import executer
from ctglib.production.rapports import CARNETS

CARNET = CARNETS / "diagnostic.ipynb"


def test_le_moteur_ordinaire_donne_la_meme_page_depuis_un_autre_dossier(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    ordinaire = papermill.execute_notebook(str(CARNET), "execute.ipynb", progress_bar=False)

    maison = executer(CARNET, {"convention": "harnes"})
    assert ExporteurHTML().from_notebook_node(ordinaire)[0] == ExporteurHTML().from_notebook_node(maison)[0]


def test_le_moteur_laisse_l_environnement_comme_il_l_a_trouve() -> None:
    avant = dict(os.environ)

    executer(CARNET, {"convention": "harnes"})

    assert dict(os.environ) == avant


def test_un_parametre_inconnu_est_refuse() -> None:
    with pytest.raises(RapportEchoue, match="ne connaît pas le paramètre « annee »"):
        executer(CARNET, {"annee": 2025})


def test_une_cellule_qui_echoue_dit_ou_et_pourquoi(tmp_path: Path) -> None:
    import nbformat

    notebook = nbformat.read(CARNET, as_version=4)
    notebook.cells[4].source = 'ctg.constats("n_existe_pas")'
    path = tmp_path / "casse.ipynb"
    nbformat.write(notebook, path)

    with pytest.raises(RapportEchoue) as caught:
        executer(path, {"convention": "harnes"})

    assert "casse.ipynb" in str(caught.value)
    assert "n_existe_pas" in str(caught.value)
    assert "Thèmes possibles : cadrage" in str(caught.value)
