"""Whatever stops a production, no file is half made, and the next one completes with the right
bytes.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import production_exemple
import pytest
from production_exemple import LECTURE, demande, ecrire_carnet, octets, pourquoi, produire

from ctglib.commandes.application import lancer
from ctglib.donnees.ecriture import PROVISOIRES
from ctglib.donnees.fautes import Empechement
from ctglib.production.plan import MOTEURS
from ctglib.production.produire import TRAVAIL, verrouiller

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

posix = pytest.mark.skipif(
    os.name == "nt", reason="Windows n'a ni fork, ni signaux, ni limite de taille de fichier"
)
TABLEAU = (
    "import pandas as pd\nfrom ctglib.document.tableau import Colonne, Tableau\n"
    "t = pd.DataFrame({'a': ['1', '2']})\nTableau('essai', 'Essai', (Colonne('a', 'A'),), t, t, 'Source')"
)


@pytest.fixture
def carnets(tmp_path: Path) -> Path:
    """Three reports, each of a page and a table."""
    return ecrire_les_carnets(tmp_path / "carnets")


def ecrire_les_carnets(folder: Path, *cellules: str) -> Path:
    for nom in ("un", "deux", "trois"):
        ecrire_carnet(folder / f"{nom}.ipynb", LECTURE, TABLEAU, *cellules)
    return folder


@pytest.fixture(scope="module")
def temoin(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, float]:
    """The folder of these reports, made by a program of its own, and the seconds that it took."""
    folder = tmp_path_factory.mktemp("temoin")
    ecrire_les_carnets(folder / "carnets")
    debut = time.perf_counter()
    subprocess.run(commande(folder / "carnets", folder / "sortie"), check=True, capture_output=True)
    return folder / "sortie", time.perf_counter() - debut


def commande(carnets: Path, sortie: Path) -> list[str]:
    return [sys.executable, production_exemple.__file__, str(carnets), str(sortie)]


@posix
@pytest.mark.parametrize("morts", [2, pytest.param(12, marks=pytest.mark.complet)])
def test_une_production_tuee_a_des_moments_au_hasard_est_reprise_a_l_identique(
    temoin: tuple[Path, float], carnets: Path, tmp_path: Path, morts: int
) -> None:
    hasard = random.Random(2023)
    sortie = tmp_path / "sortie"
    (modele, duree) = temoin
    bons = octets(modele)

    for _ in range(morts):
        process = subprocess.Popen(
            [*commande(carnets, sortie), "forcer"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(hasard.uniform(0.4, 1.0) * duree)
        process.send_signal(signal.SIGKILL)
        process.wait()
        entiers = {
            nom: content
            for nom, content in octets(sortie).items()
            if not Path(nom).match(PROVISOIRES)
        }
        assert {nom for nom in entiers if entiers[nom] != bons[nom] and "manifeste" not in nom} <= {
            "index.html",
            "harnes/datapackage.json",
        }

    assert production_exemple.main(str(carnets), str(sortie)) == 0
    assert octets(sortie) == bons


@posix
@pytest.mark.parametrize("coup", range(5))
def test_une_mort_entre_deux_fichiers_est_vue_et_reparee(
    carnets: Path, donnees: Path, tmp_path: Path, coup: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    voulue = demande(carnets, tmp_path / "sortie", rapports=("un",))
    produire(voulue)
    (donnees / "conventions" / "harnes" / "annexe1.csv").write_bytes(b"autre\n")
    ecrire_carnet(carnets / "un.ipynb", LECTURE, TABLEAU, 'paragraphe("suite")')

    if not (enfant := os.fork()):
        reste = [coup]
        vrai = Path.replace

        def mourir(source: Path, cible: Path) -> Path:
            if not reste[0]:
                os._exit(9)
            reste[0] -= 1
            return vrai(source, cible)

        monkeypatch.setattr(Path, "replace", mourir)
        produire(voulue)
        os._exit(0)
    mort = os.waitstatus_to_exitcode(os.waitpid(enfant, 0)[1])

    assert mort == (9 if coup < 4 else 0), (
        "la page, le tableau, sa description et le manifeste prennent leur nom l'un après l'autre"
    )
    assert bool(pourquoi(voulue)) == (coup < 4)
    produire(voulue)
    produits = octets(voulue.sortie)
    produire(demande(carnets, tmp_path / "temoin", rapports=("un",)))
    restes = {nom for nom in produits if Path(nom).match(PROVISOIRES)}
    assert {nom: produits[nom] for nom in produits if nom not in restes} == octets(
        tmp_path / "temoin"
    )


def test_les_restes_d_une_production_tuee_sont_retires(carnets: Path, tmp_path: Path) -> None:
    reste = tmp_path / "sortie" / "harnes" / "un" / ".ctg-abandonne.tmp"
    reste.parent.mkdir(parents=True)
    reste.write_bytes(b"moitie")

    assert production_exemple.main(str(carnets), str(tmp_path / "sortie")) == 0

    assert not reste.exists()


SECRET = b"274177"  # stands for a small count


@posix
@pytest.mark.parametrize(
    "moteur", [MOTEURS[0], pytest.param(MOTEURS[1], marks=pytest.mark.complet)]
)
def test_ce_qu_une_production_tuee_laisse_est_retire_par_la_suivante_et_n_a_rien_de_secret(
    donnees: Path, tmp_path: Path, moteur: str
) -> None:
    """Killed while it shares a count, makes a PDF, or runs an ordinary kernel: nothing of the count
    lies anywhere.
    """
    saisi = donnees / "conventions" / "harnes" / "suivi" / "2023" / "profils.csv"
    saisi.parent.mkdir(parents=True, exist_ok=True)
    saisi.write_bytes(SECRET)
    carnets = tmp_path / "carnets"
    sortie = tmp_path / "sortie"
    systeme = tmp_path / "t"
    systeme.mkdir()
    partage = (
        "import tempfile, time\nfrom pathlib import Path\nfrom ctglib.donnees.partage import partager\n"
        "lu = partager('x', lambda: lire_octets('conventions/harnes/suivi/2023/profils.csv'))\n"
        "provisoire = tempfile.mkdtemp()\n"
        f"Path({str(tmp_path / 'pret')!r}).touch()\ntime.sleep(60)"
    )
    ecrire_carnet(carnets / "un.ipynb", partage)
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); import production_exemple as p; p.main(*sys.argv[1:])"
    command = [
        sys.executable,
        "-c",
        code,
        str(Path(__file__).parent),
        str(carnets),
        str(sortie),
        "",
        moteur,
    ]
    process = subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(systeme)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (tmp_path / "pret").exists() and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()

    laisses = [path for folder in (sortie, systeme) for path in folder.rglob("*") if path.is_file()]
    assert [path for path in laisses if SECRET in path.read_bytes()] == []
    assert [
        path for path in systeme.rglob("*") if not path.name.startswith(("pymp-", "listener-"))
    ] == []
    assert list((sortie / TRAVAIL).iterdir()), "le dossier provisoire du carnet tué"

    ecrire_carnet(carnets / "un.ipynb", LECTURE)
    assert production_exemple.main(str(carnets), str(sortie)) == 0
    assert not (sortie / TRAVAIL).exists()


def test_deux_productions_a_la_fois_ne_se_genent_pas(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sortie = tmp_path / "sortie"
    with verrouiller(sortie):
        avant = octets(sortie)

        code = lancer(["produire", "--sortie", str(sortie)])

    dit = capsys.readouterr().err
    assert code == 1 and octets(sortie) == avant
    assert "travaille déjà" in dit and "Attendez" in dit


@posix
def test_le_verrou_d_un_processus_mort_ne_retient_personne(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path; from ctglib.production.produire import verrouiller\n"
        "with verrouiller(Path(sys.argv[1])): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    with (
        verrouiller(tmp_path),
        pytest.raises(Empechement, match="travaille déjà"),
        verrouiller(tmp_path),
    ):
        pass


@contextmanager
def sans_privilege() -> Iterator[None]:
    """Become nobody for a block: root may write anywhere."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if root:
            os.seteuid(0)


@posix
def test_un_dossier_en_lecture_seule_est_dit_et_rien_n_est_perdu(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sortie = tmp_path / "sortie"
    sortie.mkdir()
    (sortie / "index.html").write_bytes(b"ancien")
    sortie.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(0o755)

    with sans_privilege():
        code = lancer(["produire", "--sortie", str(sortie)])

    assert code == 1
    assert "accepte l'écriture" in " ".join(capsys.readouterr().err.split())
    assert octets(sortie) == {"index.html": b"ancien"}


@posix
def test_un_disque_plein_est_dit_et_rien_n_est_perdu(
    temoin: tuple[Path, float], tmp_path: Path
) -> None:
    sortie = shutil.copytree(temoin[0], tmp_path / "sortie")
    avant = octets(sortie)
    carnets = ecrire_les_carnets(tmp_path / "carnets", 'paragraphe("suite")')

    # No file may grow beyond a few kilobytes: the write that would pass it fails, as it does on a
    # full disk.
    code = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096)); sys.argv.pop(0)\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *commande(carnets, sortie)[1:]],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert (
        "le disque n'est pas plein" in " ".join(done.stderr.split())
        and "Traceback" not in done.stderr
    )
    assert octets(sortie) == avant


def test_un_fichier_tenu_par_un_autre_programme_est_dit_et_rien_n_est_perdu(
    carnets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voulue = demande(carnets, tmp_path / "sortie", rapports=("un",))
    produire(voulue)
    avant = octets(voulue.sortie)
    ecrire_carnet(carnets / "un.ipynb", LECTURE, TABLEAU, 'paragraphe("suite")')
    vraie = Path.open

    def tenu(path: Path, mode: str = "r", *arguments: object, **options: object) -> object:
        if mode == "r+b" and path.name == "un.html":
            raise PermissionError(13, "The process cannot access the file")  # what Windows says
        return vraie(path, mode, *arguments, **options)

    monkeypatch.setattr(Path, "open", tenu)
    echec = produire(voulue)["un"].echec

    assert "Fermez le fichier s'il est ouvert dans un autre programme" in echec.cause
    apres = octets(voulue.sortie)
    assert apres["harnes/un.html"] == avant["harnes/un.html"] and "harnes/un.echec.html" in apres
