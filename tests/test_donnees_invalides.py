"""One fault each, its whole message and no other; then faults in several files, told at once."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
import yaml

from ctglib.commandes.application import lancer
from ctglib.donnees.dossier import valider
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modeles.convention import Convention

CAS = yaml.safe_load((Path(__file__).parent / "cas" / "donnees_invalides.yaml").read_text(encoding="utf-8"))
REPERES = {"{cles_de_convention}": ", ".join(Convention.model_fields)}


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
    (harnes / "commentaires.yaml").unlink()
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
    assert re.fullmatch(r"✓ harnes : [0-9]+ fichiers lus, aucune faute\.\n", sorties.out)


def test_une_convention_inconnue_propose_celles_qui_existent(donnees: Path, capsys: pytest.CaptureFixture) -> None:
    code = lancer(["valider", "--convention", "arnes"])

    assert code == 1
    assert capsys.readouterr().err == (
        "1 faute dans les données :\n"
        "- conventions\n"
        "    trouvé : la convention inconnue « arnes »\n"
        "    attendu : le nom d'un dossier de « conventions » : harnes\n"
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
    "texte", ["=1+1", "<script>alert(1)</script>", "{{7*7}}", "$x$", "#let x = 1", "NA", "01001", "x" * 5000]
)
def test_un_texte_libre_est_garde_tel_quel(texte: str, donnees: Path) -> None:
    remplacer(donnees / "conventions/harnes/annexe1.csv", "12324,0.7,nombre,A,", f"12324,0.7,nombre,A,{texte}")

    assert dire(donnees) == []


def test_le_csv_d_un_tableur_avec_sa_marque_d_encodage_et_ses_fins_de_ligne_est_lu(donnees: Path) -> None:
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


def message(fichier: str, faute: dict, ici: int) -> str:
    """Return the whole message that a case expects; « ici+1 » is the line after the replaced text."""
    ligne = faute.get("ligne")
    if isinstance(ligne, str):
        ligne = ici + int(ligne.partition("+")[2] or 0)
    place = [
        fichier,
        *([f"ligne {ligne}"] if ligne else []),
        *([f"« {faute['colonne']} »"] if "colonne" in faute else []),
    ]
    attendu = re.sub(r"\{\w+\}", lambda found: REPERES[found.group()], faute["attendu"])
    return (
        f"{', '.join(place)}\n    trouvé : {faute['trouve']}\n    attendu : {attendu}\n    à faire : {faute['a_faire']}"
    )


def abimer(path: Path, cas: dict) -> int:
    """Damage a file as a case says, and return the line of what changed."""
    if cas.get("supprimer"):
        path.unlink()
        return 0
    if "renommer" in cas:
        path.rename(path.with_name(cas["renommer"]))
        return 0
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    after = changer(before, cas)
    path.write_bytes(after.encode(cas.get("encodage", "utf-8")))
    if "ajouter" in cas:
        return after.rstrip("\n").count("\n") + 1
    return before[: before.index(cas["remplacer"])].count("\n") + 1 if "remplacer" in cas else 0


def changer(before: str, cas: dict) -> str:
    """Return the text of a file as a case changes it."""
    if "remplacer" in cas:
        assert cas["remplacer"] in before
        return before.replace(cas["remplacer"], cas["par"], 1)
    if "retirer_colonne" in cas or "ajouter_colonne" in cas:
        return changer_colonne(before, cas)
    return cas.get("contenu", before) + cas.get("ajouter", "")


def changer_colonne(before: str, cas: dict) -> str:
    """Return a CSV with a column removed, or an empty one added at its right."""
    header, *rows = csv.reader(io.StringIO(before, newline=""))
    if "ajouter_colonne" in cas:
        rows = [[*header, cas["ajouter_colonne"]], *([*row, ""] for row in rows)]
    else:
        rank = header.index(cas["retirer_colonne"])
        rows = [row[:rank] + row[rank + 1 :] for row in [header, *rows]]
    written = io.StringIO(newline="")
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def remplacer(path: Path, avant: str, apres: str) -> None:
    """Replace the first occurrence of a text, which must be there."""
    texte = path.read_text(encoding="utf-8")
    assert avant in texte
    path.write_text(texte.replace(avant, apres, 1), encoding="utf-8", newline="")


def numero(path: Path, texte: str) -> int:
    """Return the line of the first occurrence of a text."""
    before, found, _ = path.read_text(encoding="utf-8").partition(texte)
    assert found
    return before.count("\n") + 1
