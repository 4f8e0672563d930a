"""A report that fails says why on its own page, stops no other, and leaves its last version where
it is.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from navigateur import Navigateur, fautes, largeur_du_document
from production_exemple import LECTURE, demande, ecrire_carnet, octets, pourquoi, produire

from ctglib.production.echec import phrases
from ctglib.production.pool import Ouvriers
from ctglib.production.portail import ecrire_portail
from ctglib.production.produire import Resultat

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

posix = pytest.mark.skipif(
    os.name == "nt", reason="Windows n'a ni forkserver ni groupes de processus"
)


@pytest.fixture
def carnets(tmp_path: Path) -> Path:
    """Two reports that hold."""
    folder = tmp_path / "carnets"
    ecrire_carnet(folder / "fragile.ipynb", LECTURE)
    ecrire_carnet(folder / "solide.ipynb", LECTURE)
    return folder


def casser(carnets: Path, cellule: str = 'tableau = 1\ninconnu("<b>")') -> Path:
    return ecrire_carnet(carnets / "fragile.ipynb", cellule)


def test_les_autres_sont_produits_et_la_page_dit_l_endroit_la_cause_et_le_remede(
    carnets: Path, tmp_path: Path
) -> None:
    casser(carnets)

    rendus = produire(demande(carnets, tmp_path / "sortie"))

    assert (
        rendus["solide"].echec is None and (tmp_path / "sortie" / "harnes" / "solide.html").exists()
    )
    page = (tmp_path / "sortie" / "harnes" / "fragile.echec.html").read_text(encoding="utf-8")
    assert "à la cellule 4, section « Partie unique », ligne 2" in page.replace("\u00a0", " ")
    assert "<code>inconnu(&#34;&lt;b&gt;&#34;)</code>" in page
    assert (
        "Un nom employé dans la cellule n&#39;existe pas (name &#39;inconnu&#39; is not defined)."
        in page
    )
    assert "Remettre le carnet tel qu&#39;il a été livré" in page
    assert (
        "encore jamais été produit" in page
        and not (tmp_path / "sortie" / "harnes" / "fragile.html").exists()
    )


def test_la_version_precedente_reste_et_la_page_d_echec_part_au_succes(
    carnets: Path, tmp_path: Path
) -> None:
    voulue = demande(carnets, tmp_path / "sortie")
    produire(voulue)
    bons = octets(voulue.sortie)
    casser(carnets)

    produire(voulue)

    casses = octets(voulue.sortie)
    assert casses["harnes/fragile.html"] == bons["harnes/fragile.html"]
    assert b'href="fragile.html"' in casses["harnes/fragile.echec.html"]
    assert set(pourquoi(voulue)) == {"fragile"}, "un échec est retenté"

    ecrire_carnet(carnets / "fragile.ipynb", LECTURE, 'paragraphe("corrigé")')
    assert set(produire(voulue)) == {"fragile"}
    assert not (voulue.sortie / "harnes" / "fragile.echec.html").exists()

    casser(carnets)
    produire(voulue)
    ecrire_carnet(carnets / "fragile.ipynb", LECTURE, 'paragraphe("corrigé")')
    assert produire(voulue) == {}, "redevenu comme avant, le rapport est à jour sans être refait"
    assert not (voulue.sortie / "harnes" / "fragile.echec.html").exists()


def test_une_faute_dans_les_donnees_est_dite_telle_quelle(
    donnees: Path, carnets: Path, tmp_path: Path
) -> None:
    casser(carnets, "from ctglib import ouvrir\nouvrir(convention)")
    annexe1 = donnees / "conventions" / "harnes" / "annexe1.csv"
    annexe1.write_text(
        annexe1.read_text(encoding="utf-8").replace(",12324,", ",douze mille,"), encoding="utf-8"
    )

    echec = produire(demande(carnets, tmp_path / "sortie"))["fragile"].echec

    assert echec.cause == "1 faute dans les données."
    assert "annexe1.csv, ligne 2" in echec.details and "douze mille" in echec.details


MORT = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"


@posix
def test_la_page_d_echec_ne_montre_pas_ce_qui_est_saisi_et_le_terminal_le_montre(
    donnees: Path, tmp_path: Path
) -> None:
    profils = donnees / "conventions" / "demonstration" / "suivi" / "2023" / "profils.csv"
    text = profils.read_text(encoding="utf-8")
    profils.write_text(
        text.replace("cmj,sexe,garcons,,,7,A", "cmj,sexe,garcons,,,-7,A"), encoding="utf-8"
    )
    ecrire_carnet(
        tmp_path / "carnets" / "fragile.ipynb",
        "from ctglib.donnees.suivi import lire_suivi_brut\nlire_suivi_brut('demonstration', 2023)",
    )

    rendu = produire(demande(tmp_path / "carnets", tmp_path / "sortie"))["fragile"]

    page = rendu.commande.page_echec.read_text(encoding="utf-8")
    assert "« -7 »" in rendu.echec.details and "0 au moins" in rendu.echec.details
    assert "suivi/2023/profils.csv, ligne 46, « effectif »" in page and "ctg " not in page
    assert "-7" not in page.partition("<main")[2] and "au moins" not in page


@pytest.mark.parametrize(
    ("cellule", "cause", "lieu", "methode"),
    [
        (MORT, "s'est arrêté avant la fin", "cellule 4", "forkserver"),
        (MORT, "s'est arrêté avant la fin", "cellule 4", "spawn"),
        (
            "import time\ntime.sleep(60)",
            "n'a pas fini dans le temps permis",
            "cellule 4",
            "forkserver",
        ),
        (
            'print("x" * 70_000_000)',
            "les sorties du carnet dépassent 64 millions de signes",
            "cellule 4",
            "forkserver",
        ),
        ("def f(:", "La cellule n'est pas du Python correct", "cellule 4", "forkserver"),
    ],
    ids=["processus tué", "processus qui dure tué", "délai", "sorties", "syntaxe"],
)
def test_un_carnet_qui_tombe_n_emporte_que_lui(
    carnets: Path, tmp_path: Path, cellule: str, cause: str, lieu: str, methode: str
) -> None:
    casser(carnets, cellule)

    delai = 5 if "sleep" in cellule else 60
    rendus = produire(
        demande(carnets, tmp_path / "sortie"), Ouvriers(2, delai=delai, methode=methode)
    )

    assert cause in rendus["fragile"].echec.cause
    assert lieu in rendus["fragile"].echec.lieu
    assert rendus["solide"].echec is None


def test_le_delai_est_celui_d_une_cellule_non_du_carnet(carnets: Path, tmp_path: Path) -> None:
    attendre = "import time\ntime.sleep(2)"
    ecrire_carnet(carnets / "fragile.ipynb", *[attendre] * 3, LECTURE)

    rendus = produire(
        demande(carnets, tmp_path / "sortie", rapports=("fragile",)), Ouvriers(1, delai=5)
    )

    assert rendus["fragile"].echec is None
    assert rendus["fragile"].mesures["total"] > 6


def test_une_erreur_du_classeur_lui_meme_arrive_avec_sa_trace(
    carnets: Path, tmp_path: Path
) -> None:
    svg = '\'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"/>\''
    casser(
        carnets,
        f"from ctglib.document.blocs import Dessin\nDessin('f', 'Sans alternative', '', {svg}, {svg}, '', 'Caf')",
    )
    voulue = demande(carnets, tmp_path / "sortie", rapports=("fragile",), formats=("pdf",))

    (rendu,) = produire(voulue, Ouvriers(1)).values()

    assert "TypstError" in rendu.echec.details or "le PDF" in rendu.echec.cause
    assert "Traceback" in rendu.echec.details


@pytest.mark.navigateur
def test_la_page_d_echec_est_accessible(
    carnets: Path, tmp_path: Path, navigateur: Navigateur
) -> None:
    voulue = demande(carnets, tmp_path / "sortie")
    produire(voulue)
    casser(carnets)
    rendu: Resultat = produire(voulue)["fragile"]

    (violations, large), demandes = navigateur.lire(
        rendu.commande.page_echec, 390, lambda page: (fautes(page, {}), largeur_du_document(page))
    )

    assert violations == []
    assert demandes == [] and large <= 390
    assert "Échec" in ecrire_portail(voulue.sortie).read_text(encoding="utf-8")


@posix
def test_ctrl_c_arrete_les_rapports_en_cours(carnets: Path, tmp_path: Path) -> None:
    import subprocess
    import sys
    import time

    casser(
        carnets, f"import time\nopen({str(tmp_path / 'commence')!r}, 'w').close()\ntime.sleep(60)"
    )
    code = (
        # A job in the background of a script is born deaf to Ctrl-C.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import sys; sys.path.insert(0, sys.argv[3]); import production_exemple as e\n"
        "sys.exit(e.main(*sys.argv[1:3]))"
    )
    command = [
        sys.executable,
        "-c",
        code,
        str(carnets),
        str(tmp_path / "sortie"),
        str(Path(__file__).parent),
    ]
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    while not (tmp_path / "commence").exists() and process.poll() is None:
        time.sleep(0.05)

    os.killpg(process.pid, signal.SIGINT)
    _, dit = process.communicate(timeout=20)

    assert (
        dit.strip() == "Interrompu : les rapports précédents sont intacts."
        and process.returncode == 1
    )
    assert not (tmp_path / "sortie" / "harnes" / "fragile.html").exists()


def test_chaque_cause_d_un_echec_a_son_remede_et_chaque_remede_sert() -> None:
    assert {remede for _, remede in phrases()["causes"].values()} == set(phrases()["remedes"])
