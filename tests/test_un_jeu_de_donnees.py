"""The page that teaches a new data set, walked as it is written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ligne_de_commande import ctg
from officiels_exemple import ecrire

from ctglib.donnees import publiques
from ctglib.donnees.magasin import charger_familles
from ctglib.donnees.officiels import lire_officiel


def blocs(page: str, langue: str) -> list[str]:
    return re.findall(rf"```{langue}\n(.*?)```", page, flags=re.DOTALL)


@pytest.fixture
def page(depot: Path) -> str:
    return (depot / "docs/un-jeu-de-donnees.md").read_text(encoding="utf-8")


@pytest.fixture
def appris(page: str, donnees: Path) -> Path:
    """Write the family of the page in the catalogue, as its reader does."""
    (texte,) = blocs(page, "yaml")
    (identifiant,) = re.findall(r"^id: (.*)$", texte, flags=re.MULTILINE)
    return ecrire(donnees / "catalogue/sources", f"{identifiant}.yaml", texte)


def test_la_page_mene_du_fichier_inconnu_au_chiffre(
    page: str, donnees: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    (texte,) = blocs(page, "csv")
    (commandes,) = blocs(page, "console")
    nom = re.findall(r"ajouter (\S+)", commandes)[0]
    fichier = ecrire(tmp_path, nom, texte)
    avant = ctg("source", "ajouter", "--oui", str(fichier), dossier=tmp_path)
    request.getfixturevalue("appris")

    valide = ctg("valider", dossier=tmp_path)
    apres = ctg("source", "ajouter", "--oui", str(fichier), dossier=tmp_path)
    liste = ctg("source", "liste", dossier=tmp_path)
    (code,) = blocs(page, "python")
    lus = eval(code.split("\n\n")[1], {"publiques": publiques})

    assert avant.returncode == 1 and "d'aucun fichier connu" in avant.stderr
    assert valide.returncode == 0, valide.stderr
    assert apres.returncode == 0, apres.stderr
    assert "lignes d'autres niveaux : ZE2020" in apres.stdout
    assert "mesures non reprises : F Y_GE15 POP" in apres.stdout
    assert "DS_RP_POPULATION_COMP, jusqu'à 2023 : 2 séries" in liste.stdout
    par_code = lus.set_index("territoire")
    chiffres = par_code["valeur"].dropna().to_dict()
    assert chiffres == {
        "62413": 1350.5,
        "62": 170000,
        "R32": 760000,
        "FM": 7800000,
    }
    statuts = par_code["statut"].to_dict()
    assert statuts["62427"] == "Q"


def test_un_vrai_fichier_de_l_api_de_l_insee_se_lit_ainsi(appris: Path, depot: Path) -> None:
    extrait = depot.parent / "shared/donnees/officiels/insee_population_comp_sample.zip"
    if not extrait.exists():
        pytest.skip("le fichier officiel n'est pas là (insee_population_comp_sample.zip)")

    found = lire_officiel(extrait, charger_familles())

    assert found.famille.id == appris.stem
    paris = found.tables[2012, "arrondissement"]["insee_population_15_24"].to_dict()
    assert paris["75101"] == pytest.approx(2084.77126)


def test_chaque_cle_que_la_page_nomme_existe(page: str) -> None:
    from ctglib.donnees.modeles.sources import Famille, Geographie, SerieOfficielle

    table = page.split("## Les autres présentations")[1].split("\n## ")[0]
    nommees = set(re.findall(r"`(?:[^`]*?\()?([a-z_]+):", table))
    nommees |= set(re.findall(r"une liste `([a-z_]+)`", table))

    connues = {*Famille.model_fields, *SerieOfficielle.model_fields, *Geographie.model_fields}
    assert nommees - {"colonne"} <= connues
    assert {"presentations", "tableaux", "somme_des_lignes", "cles"} <= nommees
