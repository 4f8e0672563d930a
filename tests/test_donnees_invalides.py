"""One fault each, its whole message and no other; then faults in several files, told at once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from donnees_abimees import abimer, message, remplacer

from ctglib.commandes.application import lancer
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider

CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "donnees_invalides.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_faute_donne_son_message_entier_et_lui_seul(cas: dict, donnees: Path) -> None:
    ligne = abimer(donnees / cas["fichier"], cas)

    messages = dire(donnees)

    assert messages == [message(cas["fichier"], faute, ligne) for faute in cas["fautes"]]


def test_toutes_les_fautes_de_plusieurs_fichiers_sortent_d_un_coup(
    donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    harnes = donnees / "conventions/harnes"
    remplacer(harnes / "annexe1.csv", "12324,0.7", "12324,")
    remplacer(harnes / "annexe1.csv", "1466743", '"1 466 743"')
    remplacer(harnes / "annexe1.csv", "evolution_population,62,", "evolution_population,06,")
    remplacer(harnes / "convention.yaml", "fictive: false", "fictive: non")
    remplacer(donnees / "catalogue/radar.yaml", "part_rsa", "part_rsas")
    (harnes / "offre.csv").write_bytes(b"")
    (harnes / "commentaires.yaml").write_text("commentaires: rien\n", encoding="utf-8")
    remplacer(donnees / "catalogue/unites.yaml", "unites:", "unités:")

    code = lancer(["valider", "--convention", "harnes"])

    erreurs = capsys.readouterr().err
    places = re.findall(r"^- (.*)$", erreurs, re.MULTILINE)
    assert code == 1
    assert erreurs.startswith("8 fautes dans les données :\n")
    assert [place.partition(",")[0] for place in places] == [
        "catalogue/radar.yaml",
        "catalogue/unites.yaml",
        "catalogue/unites.yaml",
        "conventions/harnes/annexe1.csv",
        "conventions/harnes/annexe1.csv",
        "conventions/harnes/commentaires.yaml",
        "conventions/harnes/convention.yaml",
        "conventions/harnes/offre.csv",
    ]


def test_des_donnees_justes_sont_dites_justes(donnees: Path, capsys: pytest.CaptureFixture) -> None:
    code = lancer(["valider"])

    sorties = capsys.readouterr()
    assert (code, sorties.err) == (0, "")
    assert re.fullmatch(
        r"✓ demonstration : [0-9]+ fichiers lus, aucune faute\.\n✓ harnes : [0-9]+ fichiers lus, aucune faute\.\n",
        sorties.out,
    )


def test_une_convention_inconnue_propose_celles_qui_existent(
    donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    code = lancer(["valider", "--convention", "arnes"])

    assert code == 1
    assert capsys.readouterr().err == (
        "1 faute dans les données :\n"
        "- conventions\n"
        "    trouvé : la convention inconnue « arnes »\n"
        "    attendu : le nom d'un dossier de « conventions » : demonstration, harnes\n"
        "    à faire : écrire « harnes »\n"
    )


def test_un_indicateur_defini_par_deux_themes_est_dit_avec_ses_deux_places(donnees: Path) -> None:
    themes = donnees / "catalogue/themes"
    remplacer(themes / "precarite.yaml", "- id: part_fragiles", "- id: part_aah")

    messages = dire(donnees)

    ligne = numero(themes / "precarite.yaml", "- id: part_aah")
    premiere = numero(themes / "aah.yaml", "- id: part_aah")
    assert (
        f"catalogue/themes/precarite.yaml, ligne {ligne}, « indicateurs[2].id »\n"
        f"    trouvé : « part_aah » une seconde fois (déjà catalogue/themes/aah.yaml, ligne {premiere})\n"
        "    attendu : un nom différent pour chacun\n"
        "    à faire : supprimer l'un des deux, ou le renommer"
    ) in messages


@pytest.mark.parametrize(
    "texte",
    [
        "=1+1",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "$x$",
        "#let x = 1",
        "NA",
        "01001",
        "x" * 5000,
    ],
)
def test_un_texte_libre_est_garde_tel_quel(texte: str, donnees: Path) -> None:
    remplacer(
        donnees / "conventions/harnes/annexe1.csv",
        "12324,0.7,nombre,A,",
        f"12324,0.7,nombre,A,{texte}",
    )

    assert dire(donnees) == []


def test_le_csv_d_un_tableur_avec_sa_marque_d_encodage_et_ses_fins_de_ligne_est_lu(
    donnees: Path,
) -> None:
    path = donnees / "conventions/harnes/annexe1.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")

    assert dire(donnees) == []


def dire(donnees: Path) -> list[str]:
    """Return the messages of the faults of Harnes in a copy of the data."""
    try:
        valider("harnes")
    except DonneesInvalides as error:
        return [str(faute) for faute in error.fautes]
    return []


def numero(path: Path, texte: str) -> int:
    """Return the line of the first occurrence of a text."""
    before, found, _ = path.read_text(encoding="utf-8").partition(texte)
    assert found
    return before.count("\n") + 1


@pytest.mark.parametrize("colonne", ["territoire", "annee", "valeur"])
def test_un_extrait_sans_une_colonne_est_une_faute_et_non_une_panne(
    colonne: str, donnees: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (extrait, *_) = sorted(donnees.glob("sources/*/observations.csv"))
    lignes = extrait.read_text(encoding="utf-8").splitlines()
    rang = lignes[0].split(",").index(colonne)
    sans = [",".join(ligne.split(",")[:rang] + ligne.split(",")[rang + 1 :]) for ligne in lignes]
    extrait.write_text("\n".join(sans) + "\n", encoding="utf-8")

    assert lancer(["valider"]) == 1
    assert f"« {colonne} »" in capsys.readouterr().err
