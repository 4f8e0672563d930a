"""What a notebook open in JupyterLab says of an error, and its « %ctg »."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

CELLULES = {
    "atelier": "from ctglib import atelier as a",
    "serie": 'a.comparer("cnaf_foyer_rsa", "Harnes")',
    "fonction": 'a.comparre("cnaf_foyers_rsa", "Harnes")',
    "manque": 'a.comparer("cnaf_foyers_rsa")',
    "option": 'a.lieux(niveu="commune")',
    "autre": "1 / 0",
    "porte": "from ctglib import ouvrir, ouvrir_bilan",
    "convention": 'ouvrir("harne")',
    "methode": 'ouvrir_bilan("harnes", 2024).fich(2)',
    "valeur": 'ouvrir_bilan("harnes", 2024).suivre("cnaf_foyers_rsaa")',
    "trace": "%tb",
    "commande": "%ctg prodire",
    "bilan": 'bilan = ouvrir_bilan("harnes", 2024)\nbilan',
    "rien": 'bilan.suivre("am_agreees")',
    "diagnostic": 'ouvrir("harnes")',
    "fiche": 'bilan.fiche("2")',
}


@pytest.fixture(scope="module")
def dit() -> dict[str, str]:
    """What each cell answers, in an ordinary kernel."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLULES.values()]
    NotebookClient(nbformat.v4.new_notebook(cells=cells), allow_errors=True, timeout=120).execute()
    said = ["".join(map(texte, cell.outputs)) for cell in cells]
    return dict(zip(CELLULES, said, strict=True))


def texte(sortie: nbformat.NotebookNode) -> str:
    return (
        "\n".join(sortie.get("traceback", []))
        + sortie.get("text", "")
        + sortie.get("data", {}).get("text/plain", "")
    )


@pytest.mark.parametrize(
    ("cellule", "phrase"),
    [
        ("serie", "La série « cnaf_foyer_rsa » n'existe pas. Noms proches : cnaf_foyers_rsa"),
        ("fonction", "atelier : « comparre » n'existe pas. Noms proches : comparer"),
        ("manque", "comparer(…) : il manque « lieux ». L'aide : comparer?"),
        ("option", "lieux(…) ne connaît pas « niveu »."),
        ("convention", "écrire « harnes »"),
        ("methode", "Bilan : « fich » n'existe pas. Noms proches : fiche"),
        ("valeur", "Noms proches : cnaf_foyers_rsa"),
        ("commande", "La commande « prodire » n'existe pas ; vouliez-vous dire « produire » ?"),
    ],
)
def test_une_erreur_du_classeur_est_une_phrase(
    dit: dict[str, str], cellule: str, phrase: str
) -> None:
    assert phrase in dit[cellule]
    assert "Traceback" not in dit[cellule]


def test_la_trace_reste_a_une_commande_et_les_erreurs_de_python_la_gardent(
    dit: dict[str, str],
) -> None:
    assert "(Le détail technique : %tb)" in dit["valeur"]
    assert "ouverture.py" in dit["trace"] or "suivre" in dit["trace"]
    assert "ZeroDivisionError" in dit["autre"] and "Traceback" in dit["autre"]


def test_un_objet_dit_en_deux_lignes_ce_qu_il_est_et_que_demander(dit: dict[str, str]) -> None:
    assert dit["bilan"].startswith("Bilan 2024, Harnes.\nEnsuite : .fiche(2)")
    assert dit["diagnostic"].startswith(
        "Diagnostic de la convention « harnes » (Harnes).\nEnsuite : "
    )
    assert dit["fiche"].startswith("Fiche action 2, 2024 : ")


def test_une_question_sans_reponse_dit_pourquoi(dit: dict[str, str]) -> None:
    assert dit["rien"] == "Rien à montrer (Bilan 2024, Harnes) : rien n'a été transmis pour 2024.\n"
