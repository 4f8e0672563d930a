"""The command line, as a user runs it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from ligne_de_commande import ctg, programme, reussir
from rapports_produits import RAPPORTS, TOUS, Production


def photographie(dossier: Path) -> dict[str, bytes]:
    """Return every file of a folder by its path, but the lock."""
    files = (path for path in dossier.rglob("*") if path.is_file() and path.name != ".ctg-verrou")
    return {str(path.relative_to(dossier)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def html_seul(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fiches of a year made in HTML only, where a former one had left a table."""
    dossier = tmp_path_factory.mktemp("html")
    vieux = dossier / "harnes" / "2023" / "fiche-1" / "ancien-tableau.csv"
    vieux.parent.mkdir(parents=True)
    vieux.write_text("a\n", encoding="utf-8")
    reussir(
        "produire", "fiches", "-c", "harnes", "-a", "2023", "-f", "html", "-s", ".", dossier=dossier
    )
    return dossier / "harnes" / "2023"


@pytest.mark.parametrize(
    "arguments",
    [
        ("gabarit", "2026", "--convention", "harnes"),
        ("source", "liste"),
        ("portrait", "62413", "--a-blanc"),
        ("valider", "--convention", "demonstration"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_dans_un_programme_a_elle_une_commande_reussit_sans_un_mot_de_trop(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    done = programme(*arguments, dossier=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")


def test_produire_rend_compte_et_ecrit_le_portail(rapports_produits: Production) -> None:
    assert f"{len(TOUS)} rapports faits" in rapports_produits.sortie_standard
    portail = (rapports_produits.sortie / "index.html").read_text(encoding="utf-8")
    for rapport in RAPPORTS:
        assert f'href="{rapport}.html"' in portail and f'href="{rapport}.pdf"' in portail


def test_ce_qui_est_a_jour_n_est_pas_refait_et_rien_de_lourd_n_est_charge(
    rapports_produits: Production,
) -> None:
    demande = ["produire", "--sortie", str(rapports_produits.sortie)]
    lourds = (
        "IPython",
        "jinja2",
        "matplotlib",
        "nbconvert",
        "numpy",
        "pandas",
        "papermill",
        "typst",
    )
    avant = photographie(rapports_produits.sortie)
    code = (
        f"import sys; from ctglib.commandes.application import lancer; lancer({demande!r})\n"
        f"print(sorted(set(sys.modules) & set({lourds!r})))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert f"Les {len(TOUS)} rapports sont à jour : rien à faire." in done.stdout
    assert done.stdout.splitlines()[-1] == "[]"
    assert photographie(rapports_produits.sortie) == avant


def test_un_essai_a_blanc_dit_ce_qui_serait_fait_et_n_ecrit_rien(tmp_path: Path) -> None:
    done = ctg(
        "produire",
        "diagnostic",
        "--convention",
        "harnes",
        "--a-blanc",
        "--sortie",
        "s",
        dossier=tmp_path,
    )

    assert done.returncode == 0
    assert "harnes, diagnostic" in done.stdout and "jamais produit" in done.stdout
    assert "Essai à blanc : rien n'a été écrit." in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_un_seul_format_ne_fait_que_lui(html_seul: Path) -> None:
    assert (html_seul / "fiche-1.html").exists()
    assert list(html_seul.rglob("*.pdf")) == []


def test_une_donnee_fausse_dit_ses_fautes_et_laisse_les_rapports_intacts(
    donnees: Path, tmp_path: Path
) -> None:
    rapport = tmp_path / "sortie" / "harnes" / "diagnostic.html"
    rapport.parent.mkdir(parents=True)
    rapport.write_text("le rapport d'avant", encoding="utf-8")
    annexe1 = donnees / "conventions" / "harnes" / "annexe1.csv"
    lignes = annexe1.read_text(encoding="utf-8").splitlines(keepends=True)
    lignes[1] = lignes[1].replace(",12324,", ",douze mille,")
    lignes[2] = lignes[2].replace(",A,", ",Z,")
    annexe1.write_text("".join(lignes), encoding="utf-8")

    done = ctg(
        "produire",
        "diagnostic",
        "--convention",
        "harnes",
        "--formats",
        "html",
        "--sortie",
        "sortie",
        dossier=tmp_path,
    )

    assert done.returncode == 1
    assert "annexe1.csv, ligne 2" in done.stderr and "douze mille" in done.stderr
    assert "annexe1.csv, ligne 3" in done.stderr and "« Z »" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert rapport.read_text(encoding="utf-8") == "le rapport d'avant"
    assert "douze mille" in rapport.with_name("diagnostic.echec.html").read_text(encoding="utf-8")
    assert "Échec" in (tmp_path / "sortie" / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("produire", "diagnostique"), "vouliez-vous dire « diagnostic »"),
        (("produire", "--formats", "rtf"), "Le format « rtf » n'existe pas"),
        (("produire", "--formats", "word"), "vouliez-vous dire « docx »"),
        (("produire", "--formats", ","), "Aucun format demandé"),
        (("gabarit", "-c", "harnes"), "1 faute dans la commande :"),
        (("nouvelle-convention", "lens", "--debut", "demain"), "1 faute dans la commande :"),
        (("source", "ajouter"), "Il manque un argument : FICHIER."),
        (("archiver",), "Il manque une option : --convention NOM."),
        (
            ("gabarit", "-c", "harnes", "deux"),
            "L'argument ANNÉE n'est pas compris : un nombre est attendu. Pour une convention : "
            "ctg gabarit --convention NOM.",
        ),
        (
            ("produire", "--annee", "deux"),
            "La valeur de l'option « --annee » n'est pas comprise : écrire --annee ANNÉE",
        ),
        (
            ("valider", "harnes"),
            "« harnes » n'est pas attendu ici. Pour une convention : ctg valider --convention harnes",
        ),
        (("source", "ajouter", "--date"), "L'option « --date » attend une valeur."),
        (("produire", "--diffusion", "internes"), "vouliez-vous dire « interne »"),
        (("produire", "--moteur", "rapide"), "Le moteur « rapide » n'existe pas"),
        (("produire", "--travailleurs", "-1"), "plus grands que zéro"),
        (("produir",), "vouliez-vous dire « produire »"),
        (("produire", "--sorti", "x"), "L'option « --sorti » n'existe pas"),
    ],
)
def test_une_commande_mal_ecrite_recoit_une_phrase_en_francais(
    arguments: tuple[str, ...], attendu: str, tmp_path: Path
) -> None:
    done = ctg(*arguments, dossier=tmp_path)

    assert done.returncode == 1
    assert attendu in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_l_aide_est_en_francais(tmp_path: Path) -> None:
    done = programme("--help", dossier=tmp_path)

    assert done.returncode == 0
    assert "Commandes" in done.stdout and "produire" in done.stdout and "valider" in done.stdout
    assert "Usage" in done.stdout
    assert "Show this message" not in done.stdout and "Options" in done.stdout


def test_un_tableau_disparu_du_rapport_disparait_du_dossier(html_seul: Path) -> None:
    tableaux = {path.name for path in (html_seul / "fiche-1").glob("*.csv")}

    assert "contrat.csv" in tableaux
    assert "ancien-tableau.csv" not in tableaux


def test_produire_compte_les_rapports_et_leurs_raisons_en_dix_lignes_au_plus(
    tmp_path: Path,
) -> None:
    dit = reussir("produire", "controle", "diagnostic", "-f", "html", "-s", "s", dossier=tmp_path)

    lignes = dit.splitlines()
    assert len(lignes) <= 10
    assert lignes[0] == "4 rapports faits : s/demonstration (2 rapports), s/harnes (2 rapports)"
    assert lignes[1] == "  - tous : jamais produit"
    assert lignes[-1] == f"Portail : {(tmp_path / 's/index.html').as_uri()}"


def test_le_detail_dit_chaque_rapport(tmp_path: Path) -> None:
    demande = ("produire", "controle", "-c", "harnes", "-f", "html", "-s", "s", "--detail")
    dit = reussir(*demande, dossier=tmp_path)

    assert "Secondes" in dit
    assert "harnes, controle" in dit
    assert "- jamais produit : harnes, controle" in dit


def test_la_version_se_demande(tmp_path: Path) -> None:
    dit = reussir("--version", dossier=tmp_path)

    assert re.fullmatch(r"ctg \d+\.\d+\.\d+, Python \d+\.\d+\.\d+\n", dit)


CONVENTION_INCONNUE = (
    "La convention « harne » n'existe pas ; vouliez-vous dire « harnes » ? "
    "Possibles : demonstration, harnes."
)
ANNEE_INCONNUE = (
    "L'année 2031 n'est pas de la convention « harnes ». Possibles : 2023, 2024, 2025, 2026."
)


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("produire", "-c", "harne"), CONVENTION_INCONNUE),
        (("valider", "-c", "harne"), CONVENTION_INCONNUE),
        (("gabarit", "2031", "-c", "harne"), CONVENTION_INCONNUE),
        (("importer", "absent.xlsx", "-c", "harne", "-a", "2031"), CONVENTION_INCONNUE),
        (("publier", "2025", "-c", "harne"), CONVENTION_INCONNUE),
        (("clore", "2025", "-c", "harne"), CONVENTION_INCONNUE),
        (("archiver", "-c", "harne"), CONVENTION_INCONNUE),
        (("nouvelle-convention", "lens", "--depuis", "harne"), CONVENTION_INCONNUE),
        (("produire", "-c", "harnes", "-a", "2031"), ANNEE_INCONNUE),
        (("gabarit", "2031", "-c", "harnes"), ANNEE_INCONNUE),
        (("importer", "absent.xlsx", "-c", "harnes", "-a", "2031"), ANNEE_INCONNUE),
        (("publier", "2031", "-c", "harnes"), ANNEE_INCONNUE),
        (("clore", "2031", "-c", "harnes"), ANNEE_INCONNUE),
        (
            ("gabarit", "2025", "-c", "harnes", "-r", "relais"),
            "Le service « relais » n'existe pas ; vouliez-vous dire « rpe » ? Possibles : "
            "coordination (Coordination de la CTG) ; rpe (Relais petite enfance) ; ",
        ),
        (
            ("gabarit", "2025", "-c", "harnes", "-r", "enfanse"),
            "Le service « enfanse » n'existe pas ; vouliez-vous dire « enfance » ?",
        ),
    ],
)
def test_un_nom_qui_n_existe_pas_est_dit_dans_les_memes_mots_par_toutes_les_commandes(
    arguments: tuple[str, ...], attendu: str, tmp_path: Path
) -> None:
    done = ctg(*arguments, dossier=tmp_path)

    dit = " ".join(done.stderr.split())
    assert done.returncode == 1
    assert dit.startswith(attendu)
    assert "catalogue" not in dit and ".yaml" not in dit
    assert [*tmp_path.iterdir()] == []
