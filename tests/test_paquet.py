"""``datapackage.json`` says what the CSV beside a report really hold, and nothing that is not
published.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from production_exemple import (
    COUVERTURE,
    LECTURE,
    demande,
    ecrire_carnet,
    produire,
)
from rapports_produits import PORTRAITS, TOUS, Production, Rapport

from ctglib.document.tableau import Colonne, Tableau
from ctglib.donnees.modeles.convention import Licence
from ctglib.export.document import Document, document_de
from ctglib.export.paquet import SANS_LICENCE, champs, paquet_commun, paquet_du_rapport
from ctglib.production.plan import DONNEES, INTERNE
from ctglib.production.site import autour_des_rapports, ecrire_le_site

TABLEAU = (
    "import pandas as pd\n"
    "from ctglib import tableau\n"
    "tableau(pd.DataFrame({'code': ['01001', '01002'], 'part': [59.5, None]}), nom='parts',"
    " titre='Parts', source='Caf, 2024')"
)
LECTEURS: dict[str, Callable[[str], object]] = {
    "boolean": {"True": True, "False": False}.__getitem__,
    "integer": int,
    "number": float,
    "date": date.fromisoformat,
    "string": str,
}


def un_tableau(**reste: Any) -> Tableau:
    donnees = pd.DataFrame(
        {
            "code": ["01001", "01002"],
            "annee": [2024, 2025],
            "part": [59.5, None],
            "faite": [True, False],
            "fin": [date(2024, 6, 30), None],
            "statut": ["A", "Q"],
            "statut_action": ["A", "en_cours"],
            "rien": [None, None],
        }
    )
    colonnes = [Colonne("code", "Commune"), Colonne("part", "Part (%)", groupe="Foyers")]
    return Tableau.de(donnees, colonnes, nom="parts", titre="Parts", source="Caf, 2024", **reste)


def un_document(*tableaux: Tableau) -> Document:
    return document_de(tableaux)


def fautes_du_paquet(dossier: Path) -> list[str]:
    """Return what a package says and its CSV do not: a file, its size, a column, a type."""
    paquet = json.loads((dossier / DONNEES).read_bytes())
    fautes = []
    for ressource in paquet["resources"]:
        octets = (dossier / ressource["path"]).read_bytes()
        if ressource["bytes"] != len(octets):
            fautes.append(f"{ressource['path']} : taille")
        if ressource["hash"] != f"sha256:{sha256(octets).hexdigest()}":
            fautes.append(f"{ressource['path']} : empreinte")
        lignes = list(csv.reader(io.StringIO(octets.decode("utf-8"), newline="")))
        decrits = ressource["schema"]["fields"]
        if lignes[0] != [champ["name"] for champ in decrits]:
            fautes.append(f"{ressource['path']} : colonnes")
        if not all(any(ligne) for ligne in lignes):
            fautes.append(f"{ressource['path']} : une ligne vide")
        for ligne in lignes[1:]:
            for champ, cellule in zip(decrits, ligne, strict=True):
                if not cellule:
                    continue
                try:
                    LECTEURS[champ["type"]](cellule)
                except (KeyError, ValueError):
                    fautes.append(f"{ressource['path']}, {champ['name']} : {cellule}")
    return fautes


def test_le_type_d_une_colonne_est_celui_de_ce_qu_elle_montre() -> None:
    types = {champ["name"]: champ["type"] for champ in champs(un_tableau())}

    assert types == {
        "code": "string",
        "annee": "integer",
        "part": "number",
        "faite": "boolean",
        "fin": "date",
        "statut": "string",
        "statut_action": "string",
        "rien": "any",
    }


def test_une_colonne_montree_a_son_titre_et_un_statut_le_sens_de_ses_lettres() -> None:
    decrits = {champ["name"]: champ for champ in champs(un_tableau())}

    assert decrits["part"]["title"] == "Foyers, Part (%)"
    assert "title" not in decrits["annee"]
    lettres = {mot["value"]: mot["label"] for mot in decrits["statut"]["categories"]}
    assert lettres["Q"] == "Valeur couverte par le secret statistique"
    assert "categories" not in decrits["statut_action"]


def test_ce_qui_est_dit_d_une_colonne_ne_depend_pas_de_ce_qui_est_masque() -> None:
    masque = un_tableau(donnees=pd.DataFrame({"part": [None, None]}, dtype=object))
    autre = un_tableau(donnees=pd.DataFrame({"part": [None, None]}, dtype=float))

    assert champs(masque) == champs(autre)


def test_une_ligne_a_remplir_a_la_main_n_est_pas_une_donnee() -> None:
    donnees = pd.DataFrame({"organisme": ["Caf", None], "present": [None, None]})
    colonnes = [Colonne("organisme", "Organisme"), Colonne("present", "Présent")]
    presents = Tableau.de(donnees, colonnes, nom="presents", titre="Présents", source="Caf")

    assert presents.csv() == "organisme,present\nCaf,\n"
    assert len(list(presents.lignes())) == 2


def test_la_licence_est_celle_que_la_convention_dit_ou_son_absence_est_dite() -> None:
    licence = Licence(nom="etalab-2.0", titre="Licence Ouverte 2.0")
    document = un_document(un_tableau())

    dite = json.loads(paquet_du_rapport(document, "un", licence))
    tue = json.loads(paquet_du_rapport(document, "un"))

    assert dite["licenses"] == [{"name": "etalab-2.0", "title": "Licence Ouverte 2.0"}]
    assert SANS_LICENCE not in dite.get("description", "")
    assert "licenses" not in tue and SANS_LICENCE in tue["description"]


def test_le_paquet_d_une_convention_nomme_chaque_csv_par_son_chemin() -> None:
    licence = Licence(nom="etalab-2.0", titre="Licence Ouverte 2.0")
    document = un_document(un_tableau())
    paquets = {
        "2025/bilan": paquet_du_rapport(document, "a", licence),
        "diagnostic": paquet_du_rapport(document, "b"),
    }

    commun = json.loads(paquet_commun(paquets, "harnes", "Harnes", ""))

    ressources = commun["resources"]
    assert [ressource["path"] for ressource in ressources] == [
        "2025/bilan/parts.csv",
        "diagnostic/parts.csv",
    ]
    assert [ressource["name"] for ressource in ressources] == [
        "2025-bilan-parts",
        "diagnostic-parts",
    ]
    assert "licenses" not in commun and SANS_LICENCE in commun["description"]
    assert "licenses" in ressources[0] and "licenses" not in ressources[1]
    assert commun["sources"] == [{"title": "Caf, 2024"}]


@pytest.fixture
def carnets(tmp_path: Path) -> Path:
    dossier = tmp_path / "carnets"
    ecrire_carnet(dossier / "un.ipynb", COUVERTURE, LECTURE, TABLEAU)
    ecrire_carnet(dossier / "muet.ipynb", COUVERTURE, LECTURE)
    return dossier


def test_un_rapport_a_son_paquet_au_manifeste_et_la_convention_le_sien(
    carnets: Path, tmp_path: Path
) -> None:
    sortie = tmp_path / "sortie"
    produire(demande(carnets, sortie))
    ecrire_le_site(sortie)

    harnes = sortie / "harnes"
    manifeste = json.loads((harnes / "manifeste.json").read_bytes())
    assert f"un/{DONNEES}" in manifeste["rapports"]["un"]["sorties"]
    assert not (harnes / "muet").exists()
    assert fautes_du_paquet(harnes / "un") == fautes_du_paquet(harnes) == []


def test_un_rapport_interne_n_a_pas_de_paquet(carnets: Path, tmp_path: Path) -> None:
    sortie = tmp_path / "sortie"
    produire(demande(carnets, sortie, diffusion=INTERNE))
    ecrire_le_site(sortie)

    assert (sortie / "harnes" / "interne" / "un" / "parts.csv").is_file()
    assert list(sortie.rglob(DONNEES)) == []


def test_le_paquet_d_une_convention_part_avec_son_dernier_rapport(
    carnets: Path, tmp_path: Path
) -> None:
    sortie = tmp_path / "sortie"
    produire(demande(carnets, sortie))
    ecrire_le_site(sortie)
    (carnets / "un.ipynb").unlink()
    ecrire_carnet(carnets / "un.ipynb", COUVERTURE, LECTURE)
    produire(demande(carnets, sortie))

    ecrire_le_site(sortie)

    assert list(sortie.rglob(DONNEES)) == []


@pytest.mark.complet
@pytest.mark.parametrize("rapport", [*TOUS, *PORTRAITS], ids=str)
def test_chaque_paquet_dit_ce_que_ses_csv_contiennent(
    rapport: Rapport, rapports_produits: Production
) -> None:
    dossier = rapports_produits.dossier(rapport.convention) / rapport.cle
    if not list(dossier.glob("*.csv")):
        pytest.skip("ce rapport n'a pas de tableau")

    decrits = json.loads((dossier / DONNEES).read_bytes())["resources"]

    assert {ressource["path"] for ressource in decrits} == {
        path.name for path in dossier.glob("*.csv")
    }
    assert fautes_du_paquet(dossier) == []


@pytest.mark.complet
def test_les_paquets_des_conventions_sont_ceux_de_leurs_rapports(
    rapports_produits: Production,
) -> None:
    dossiers = sorted({rapport.convention for rapport in (*TOUS, *PORTRAITS)})
    ici = [rapports_produits.dossier(nom) for nom in dossiers]

    attendus = autour_des_rapports(rapports_produits.sortie, ici)

    for dossier in ici:
        assert (dossier / DONNEES).read_bytes() == attendus[dossier / DONNEES]
        assert fautes_du_paquet(dossier) == []
