"""What a notebook open in JupyterLab says of an error, and its « %ctg »."""

from __future__ import annotations

import nbformat
import pytest
from nbclient import NotebookClient

CELLULES = {
    "atelier": "from ctglib import atelier as a",
    "serie": 'a.comparer("cnaf_foyer_rsa", "Harnes")',
    "fonction": 'a.comparre("cnaf_foyers_rsa", "Harnes")',
    "manque": 'a.rang("Harnes")',
    "option": 'a.lieux(niveu="commune")',
    "autre": "1 / 0",
    "porte": "from ctglib import ouvrir, ouvrir_bilan",
    "convention": 'ouvrir("harne")',
    "methode": 'ouvrir_bilan("harnes", 2024).fich(2)',
    "valeur": 'ouvrir_bilan("harnes", 2024).suivre("cnaf_foyers_rsaa")',
    "trace": "%tb",
    "table": 't = a.donnees("cnaf_foyers_rsa", ["Harnes", "Pas-de-Calais"], 2024)',
    "colonne": 't["valeurs"]',
    "attribut": "t.valeurs",
    "somme": 't["valeur"].sum()',
    "jointure": 't.astype({"territoire": int}).merge(t, on="territoire")',
    "inconnu": "x = 1\ninconnu",
    "fichier": 'open("rien.csv")',
    "propre": 'raise RuntimeError("la mienne")',
    "vide": 't[t["annee"] == 1990]',
    "styler": "t.style.format(precision=0)",
    "entiers": 't["valeur"].astype(int)',
    "tournee": 't.pivot(index="annee", columns="libelle", values=["valeur", "statut"])',
    "resume": "t.describe()",
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
    ("cellule", "lignes"),
    [
        (
            "colonne",
            [
                'Ligne 1 de la cellule : t["valeurs"]',
                "KeyError: 'valeurs'",
                "La colonne ou l'étiquette « valeurs » n'existe pas. Noms proches : valeur.",
            ],
        ),
        (
            "attribut",
            [
                "AttributeError: 'DataFrame' object has no attribute 'valeurs'",
                "L'attribut « valeurs » n'existe pas. Noms proches : valeur, values.",
            ],
        ),
        ("jointure", ["ValueError: You are trying to merge", "un code Insee est un texte"]),
        ("inconnu", ["Ligne 2 de la cellule : inconnu", "« inconnu » n'existe pas encore"]),
        ("fichier", ["FileNotFoundError", "Le fichier « rien.csv » n'existe pas"]),
        ("autre", ["ZeroDivisionError: division by zero", "Une division par zéro."]),
        ("propre", ["RuntimeError: la mienne", "C'est une erreur de Python ou de pandas"]),
    ],
)
def test_une_erreur_de_pandas_est_la_sienne_en_bref_avec_une_ligne_en_francais(
    dit: dict[str, str], cellule: str, lignes: list[str]
) -> None:
    dites = dit[cellule]

    assert [ligne for ligne in lignes if ligne not in dites] == []
    assert len(dites.splitlines()) <= 4 and dites.endswith("(Le détail technique : %tb)")


def test_une_somme_refusee_est_une_phrase(dit: dict[str, str]) -> None:
    assert dit["somme"].startswith("Cette somme compterait deux fois les mêmes")


@pytest.mark.parametrize("cellule", ["vide", "styler", "entiers", "tournee", "resume"])
def test_le_pandas_ordinaire_se_montre_sans_erreur(dit: dict[str, str], cellule: str) -> None:
    assert dit[cellule] and "%tb" not in dit[cellule]


@pytest.mark.parametrize(
    ("cellule", "phrase"),
    [
        ("serie", "La série « cnaf_foyer_rsa » n'existe pas. Noms proches : cnaf_foyers_rsa"),
        ("fonction", "atelier : « comparre » n'existe pas. Noms proches : comparer"),
        ("manque", "rang(…) : il manque « table ». L'aide : rang?"),
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


def test_la_trace_reste_a_une_commande(dit: dict[str, str]) -> None:
    assert "(Le détail technique : %tb)" in dit["valeur"]
    assert "ouverture.py" in dit["trace"] or "suivre" in dit["trace"]


def test_un_objet_dit_en_deux_lignes_ce_qu_il_est_et_que_demander(dit: dict[str, str]) -> None:
    assert dit["bilan"].startswith("Bilan 2024, Harnes.\nEnsuite : .fiche(2)")
    assert dit["diagnostic"].startswith(
        "Diagnostic de la convention « harnes » (Harnes).\nEnsuite : "
    )
    assert dit["fiche"].startswith("Fiche action 2, 2024 : ")


def test_une_question_sans_reponse_dit_pourquoi(dit: dict[str, str]) -> None:
    assert dit["rien"] == "Rien à montrer (Bilan 2024, Harnes) : rien n'a été transmis pour 2024.\n"
