"""The recorded reader: what was read, looked for and listed, and that nothing goes round it."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from donnees_abimees import png

from ctglib.donnees.csv_strict import en_table, examiner_csv
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import (
    VARIABLE,
    conventions,
    enregistrer,
    existe,
    lire_octets,
    lister,
    proches,
)
from ctglib.donnees.modeles.catalogue import Statuts
from ctglib.donnees.statuts import ABSENCES, Statut
from ctglib.donnees.yaml_strict import charger_yaml

OFFRE = "catalogue/offre.yaml"
SCHEMA = "schemas/annexe1.schema.json"
LOGO = "conventions/harnes/logos/ville.png"
PNG = png(9, 9)
NOMS_PROCHES = yaml.safe_load(
    (Path(__file__).parent / "cas" / "noms_proches.yaml").read_text(encoding="utf-8")
)
# What a run opened under the data folder, by Python, beside what its journals recorded.
ESPION = """
import os, sys
from pathlib import Path
dossier = Path(os.environ["CTG_DONNEES"]).resolve()
ouverts = set()
def espionner(evenement, arguments):
    if evenement == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
        chemin = Path(os.fsdecode(arguments[0])).absolute()
        if chemin.is_relative_to(dossier):
            ouverts.add(chemin.relative_to(dossier).as_posix())
sys.addaudithook(espionner)
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import enregistrer
with enregistrer() as journal:
    lire_dossier("harnes")
assert ouverts, "rien n'a été ouvert : l'espion ne voit rien"
assert ouverts == set(journal.lus), ouverts ^ set(journal.lus)
"""


def test_le_journal_retient_l_empreinte_de_ce_qui_est_lu(donnees: Path) -> None:
    with enregistrer() as journal:
        content = lire_octets(OFFRE)

    assert content == (donnees / OFFRE).read_bytes()
    assert journal.lus == {OFFRE: hashlib.sha256(content).hexdigest()}


def test_le_journal_retient_ce_qui_est_cherche_en_vain(donnees: Path) -> None:
    with enregistrer() as journal:
        found = existe(LOGO)
        with pytest.raises(DonneesInvalides, match="fichier absent"):
            lire_octets("catalogue/absent.yaml")
        with pytest.raises(DonneesInvalides, match="dossier absent"):
            lister("conventions/nulle_part")

    assert not found
    assert journal.absents == {LOGO, "catalogue/absent.yaml", "conventions/nulle_part"}
    assert journal.lus == {}


def test_un_fichier_dont_on_demande_l_existence_compte_comme_lu(donnees: Path) -> None:
    with enregistrer() as journal:
        found = existe(OFFRE)

    assert found
    assert set(journal.lus) == {OFFRE}


def test_le_journal_retient_les_dossiers_listes_sans_les_fichiers_caches(donnees: Path) -> None:
    (donnees / "conventions/harnes/.cache").write_text("", encoding="utf-8")
    (donnees / "conventions/harnes/~$offre.csv").write_text("", encoding="utf-8")

    with enregistrer() as journal:
        names = lister("conventions/harnes")

    assert journal.listes == {"conventions/harnes": names}
    assert "logos/" in names
    assert not [name for name in names if name.startswith((".", "~$"))]


def test_des_journaux_emboites_voient_chacun_ce_qui_se_lit_pendant_qu_ils_sont_ouverts(
    donnees: Path,
) -> None:
    with enregistrer() as outer:
        lire_octets(OFFRE)
        with enregistrer() as inner:
            lire_octets(SCHEMA)
        existe(LOGO)
    lire_octets("catalogue/charte.yaml")

    assert set(inner.lus) == {SCHEMA}
    assert inner.absents == set()
    assert set(outer.lus) == {OFFRE, SCHEMA}
    assert outer.absents == {LOGO}


def test_un_dossier_est_lu_une_fois_pour_toutes_avec_ses_absences_et_ses_listes(
    donnees: Path,
) -> None:
    with enregistrer() as journal:
        dossier = lire_dossier("harnes")

    assert journal.absents == {
        "conventions/harnes/logos/ville.png",
        "conventions/harnes/logos/caf.png",
        "conventions/harnes/messages.yaml",
        "conventions/harnes/themes",
    }
    assert set(journal.listes) == {"catalogue/indicateurs", "catalogue/themes"}
    assert dossier.logos == {"ville": None, "caf": None}


def test_un_logo_depose_est_lu(donnees: Path) -> None:
    (donnees / LOGO).write_bytes(PNG)

    with enregistrer() as journal:
        dossier = lire_dossier("harnes")

    assert dossier.logos == {"ville": PNG, "caf": None}
    assert LOGO in journal.lus


def test_rien_n_est_ouvert_sous_data_hors_du_lecteur(donnees: Path) -> None:
    (donnees / LOGO).write_bytes(PNG)

    done = subprocess.run(
        [sys.executable, "-c", ESPION],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_une_seconde_convention_est_un_second_dossier(donnees: Path) -> None:
    folder = donnees / "conventions/ailleurs"
    (donnees / "conventions/harnes").rename(folder)
    declared = folder / "convention.yaml"
    declared.write_text(
        declared.read_text(encoding="utf-8").replace("id: harnes", "id: ailleurs", 1),
        encoding="utf-8",
    )

    dossier = lire_dossier("ailleurs")

    assert conventions() == ("ailleurs", "demonstration")
    assert dossier.convention.id == "ailleurs"


def test_le_catalogue_suit_l_ordre_des_themes_et_des_tableaux(donnees: Path) -> None:
    catalogue = lire_dossier("harnes").catalogue

    ordres = [theme.ordre for theme in catalogue.themes]
    assert ordres == sorted(ordres)
    assert list(catalogue.indicateurs) == [
        item.id for theme in catalogue.themes for item in theme.indicateurs
    ]


def test_un_code_et_un_mot_restent_du_texte_et_un_nombre_vide_est_absent(donnees: Path) -> None:
    rows = ["1.1,population,01001,2018,,,nombre,L,NA", "1.1,population,2A,2018,0,-0.5,nombre,A,"]
    header = (
        (donnees / "conventions/harnes/annexe1.csv").read_text(encoding="utf-8").splitlines()[0]
    )
    (donnees / "essai.csv").write_text("\n".join([header, *rows]), encoding="utf-8")

    table = en_table("annexe1", [examiner_csv("essai.csv", "annexe1")])

    assert table["territoire"].tolist() == ["01001", "2A"]
    assert table["note"].tolist() == ["NA", ""]
    assert table["valeur"].isna().tolist() == [True, False]
    assert table["annee"].tolist() == [2018, 2018]
    assert table["variation_5_ans"].tolist()[1] == -0.5
    assert {name: str(dtype) for name, dtype in table.dtypes.items()} == {
        **dict.fromkeys(["section", "indicateur", "territoire", "unite", "statut", "note"], "str"),
        "annee": "Int64",
        "valeur": "float64",
        "variation_5_ans": "float64",
    }


@pytest.mark.parametrize(
    "chemin", ["../secret", "/etc/passwd", "a/../../b", "C:/x", "catalogue\\offre.yaml", "a\x00b"]
)
def test_un_chemin_ne_sort_pas_du_dossier_des_donnees(chemin: str, donnees: Path) -> None:
    with pytest.raises(DonneesInvalides, match="un chemin à l'intérieur du dossier des données"):
        lire_octets(chemin)


def test_un_dossier_de_donnees_absent_dit_quelle_variable_corriger(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path / "nulle_part"))

    with pytest.raises(DonneesInvalides, match=f"corriger la variable d'environnement {VARIABLE}"):
        lire_octets(OFFRE)


def test_les_statuts_du_code_sont_ceux_du_catalogue() -> None:
    statuts = charger_yaml("catalogue/statuts.yaml", Statuts).statuts

    assert [statut.value for statut in Statut] == [*statuts]
    assert set(ABSENCES) == {code for code, item in statuts.items() if item.mot}


@pytest.mark.parametrize("cas", NOMS_PROCHES, ids=[cas["nom"] for cas in NOMS_PROCHES])
def test_un_message_ne_propose_qu_un_nom_mal_ecrit(cas: dict) -> None:
    assert proches(cas["ecrit"], cas["connus"]) == cas["proches"]
