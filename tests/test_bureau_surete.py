"""What the desk refuses: who has not its token, another site, paths, sizes; and two writers at once."""

from __future__ import annotations

import http.client
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from bureau_ouvert import BureauOuvert, Reponse, ouvrir
from classeur_rempli import enregistrer, poser, vierge
from donnees_suivies import DONNEES
from import_exemple import SUIVI
from ligne_de_commande import programme

from ctglib.bureau import commencer, pages
from ctglib.bureau.pages import ANNEE, CLE, CONVENTION

JETON = "a" * 32
LIMITE = "limite"
SUITE = f"--{LIMITE}--\r\n".encode()
PARTIES = {"Content_Type": f"multipart/form-data; boundary={LIMITE}"}
DES_FORMULAIRES = {**PARTIES, "Cookie": f"_xsrf={JETON}"}
DU_JETON = (
    f'--{LIMITE}\r\nContent-Disposition: form-data; name="_xsrf"\r\n\r\n{JETON}\r\n'
).encode()
DEPOT = "/depots"


@pytest.fixture(scope="module")
def bureau(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BureauOuvert]:
    dossier = tmp_path_factory.mktemp("surete")
    donnees = dossier / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration"))
    with ouvrir(dossier, donnees, "--port", "8951") as ouvert:
        yield ouvert


def partie(nom: str, octets: bytes) -> bytes:
    entete = (
        f'--{LIMITE}\r\nContent-Disposition: form-data; name="fichiers"; filename="{nom}"\r\n\r\n'
    )
    return entete.encode() + octets + b"\r\n"


def deposer(bureau: BureauOuvert, *chemins: Path) -> Reponse:
    corps = b"".join(partie(chemin.name, chemin.read_bytes()) for chemin in chemins)
    return bureau.demander("POST", DEPOT, DU_JETON + corps + SUITE, **DES_FORMULAIRES)


@pytest.mark.parametrize(
    "chemin",
    [
        "/",
        "/conventions/harnes/2025",
        "/conventions/harnes/2025/comite",
        "/conventions/harnes/archive.zip",
        "/depots/aaaaaaaaaaaaaaaa/courriels/0",
        "/rapports/index.html",
        "/travail",
        "/travail/flux",
        "/depots/aaaaaaaaaaaaaaaa",
    ],
)
def test_sans_jeton_aucune_page_ne_se_montre(bureau: BureauOuvert, chemin: str) -> None:
    for entetes in ({}, {"Authorization": "token faux"}, {"Cookie": "username-127-0-0-1=faux"}):
        rendu = bureau.demander("GET", chemin, connu=False, **entetes)

        assert rendu.code == 302 and rendu.entetes["Location"].startswith("/login")
    dit = bureau.demander("GET", "/login", connu=False)
    assert dit.code == 403 and "ctg ouvrir" in dit.texte and bureau.token not in dit.texte


@pytest.mark.parametrize(
    ("entetes", "code"),
    [
        ({"Origin": "https://ailleurs.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Host": "bureau.example"}, 403),
        ({"Host": "bureau.example:8951"}, 403),
        ({"Cookie": ""}, 403),
        ({"Cookie": f"_xsrf={'b' * 32}"}, 403),
    ],
)
def test_la_page_d_un_autre_site_ne_fait_rien_faire(
    bureau: BureauOuvert, entetes: dict[str, str], code: int
) -> None:
    """The token is in the request: it does not do instead of the rest."""
    for chemin in (
        DEPOT,
        "/conventions/harnes/2025/produire",
        "/travail/arreter",
        "/quitter",
    ):
        corps = DU_JETON + SUITE
        rendu = bureau.demander("POST", chemin, corps, **{**DES_FORMULAIRES, **entetes})

        assert rendu.code == code, chemin
        assert "Access-Control-Allow-Origin" not in rendu.entetes


FORMULAIRES = [
    chemin.replace(CONVENTION, "harnes").replace(ANNEE, "2025").replace(CLE, "a" * 16)
    for chemin, page in (*pages.default_handlers, *commencer.default_handlers)
    if "post" in vars(page)
]


@pytest.mark.parametrize("chemin", FORMULAIRES)
@pytest.mark.parametrize("adresse", ["", f"?_xsrf={JETON}"])
def test_un_formulaire_sans_son_jeton_n_est_pas_lu(
    bureau: BureauOuvert, chemin: str, adresse: str
) -> None:
    """Not even where the token is in the address, which a history keeps."""
    rendu = bureau.demander("POST", chemin + adresse, SUITE, **DES_FORMULAIRES)

    assert rendu.code == 403 and "Rien n’a été changé" in rendu.texte


@pytest.mark.parametrize(
    "chemin",
    [
        "/rapports/../donnees/conventions/harnes/convention.yaml",
        "/rapports/%2e%2e/donnees/conventions/harnes/convention.yaml",
        "/rapports/..%2fdonnees%2fconventions%2fharnes%2fconvention.yaml",
        "/rapports/harnes/../../donnees/conventions/harnes/convention.yaml",
        "/rapports//etc/passwd",
        "/rapports/%2fetc%2fpasswd",
        "/rapports/harnes/manifeste.json",
        "/rapports/C:%5cWindows%5cwin.ini",
        "/fixe/../pages.py",
        "/fixe/pages.py",
        "/files/conventions/harnes/convention.yaml",
        "/api/contents",
        "/api/contents/conventions",
        "/api/kernels",
        "/api/sessions",
        "/api/terminals",
        "/terminals/1",
        "/lab",
        "/tree",
        "/edit/pages.py",
        "/nbconvert/html/pages.py",
        "/static/../../pages.py",
        "/conventions/absente/2025",
        "/conventions/harnes/1999",
        "/conventions/harnes/2025/comite.zip",
        "/conventions/harnes/archive.zip",
        "/conventions/inconnue/archive.zip",
        "/conventions/..%2fharnes/2025",
        "/depots/aaaaaaaaaaaaaaaa",
        "/depots/aaaaaaaaaaaaaaaa/copies/0",
        "/depots/../../etc/passwd",
    ],
)
def test_rien_n_est_servi_que_ce_qui_est_liste(bureau: BureauOuvert, chemin: str) -> None:
    rendu = bureau.demander("GET", chemin)

    assert rendu.code == 404
    assert "territoire:" not in rendu.texte and "root:" not in rendu.texte


@pytest.mark.parametrize("methode", ["PUT", "DELETE", "PATCH"])
def test_une_page_ne_se_modifie_pas(bureau: BureauOuvert, methode: str) -> None:
    rendu = bureau.demander(methode, "/", DU_JETON + SUITE, **DES_FORMULAIRES)

    assert rendu.code == 405


@pytest.mark.parametrize(
    ("corps", "code", "dit"),
    [
        (partie("gros.xlsx", bytes(20 * 1024**2)) + SUITE, 413, "20 Mo"),
        (SUITE, 400, "Aucun fichier"),
        (b"n'importe quoi", 400, "Aucun fichier"),
        (partie("../../bilan.yaml", b"x") + SUITE, 400, "nom d’un fichier"),
        (partie("..%5cbilan.yaml:flux", b"x") + SUITE, 400, "nom d’un fichier"),
        (partie(".bureau.yaml", b"x") + SUITE, 400, "nom d’un fichier"),
        (partie("n" * 300 + ".xlsx", b"x") + SUITE, 400, "nom d’un fichier"),
    ],
)
def test_un_depot_qui_n_en_est_pas_un_est_refuse_et_rien_n_est_ecrit(
    bureau: BureauOuvert, corps: bytes, code: int, dit: str
) -> None:
    avant = sorted(path for path in bureau.dossier.rglob("*") if "__pycache__" not in path.parts)

    rendu = bureau.demander("POST", DEPOT, DU_JETON + corps, **DES_FORMULAIRES)

    assert rendu.code == code and dit in rendu.texte
    apres = sorted(path for path in bureau.dossier.rglob("*") if "__pycache__" not in path.parts)
    assert apres == avant


def test_un_envoi_demesure_est_coupe(bureau: BureauOuvert) -> None:
    with suppress(OSError):  # the server may close before all is sent
        assert bureau.demander("POST", DEPOT, bytes(70 * 1024**2), **DES_FORMULAIRES).code == 400

    assert bureau.demander("GET", "/").code == 200


def test_une_page_ne_peut_rien_charger_d_ailleurs_ni_etre_mise_dans_un_cadre(
    bureau: BureauOuvert,
) -> None:
    entetes = bureau.demander("GET", "/").entetes

    assert "default-src 'none'" in entetes["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in entetes["Content-Security-Policy"]
    assert entetes["X-Content-Type-Options"] == "nosniff"
    assert entetes["Cache-Control"] == "no-store"


def test_deux_fenetres_et_une_commande_qui_ecrivent_ensemble_ne_perdent_rien(
    bureau: BureauOuvert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTG_DONNEES", str(bureau.donnees))
    valeurs = {"rpe": ("etp_rpe", 0.8), "pij": ("pij_demandes", 540), "pmi": ("am_agreees", 58)}
    rendus = {}
    for service, (indicateur, valeur) in valeurs.items():
        classeur = vierge(service)
        poser(classeur, "Indicateurs", indicateur, Valeur_2025=valeur)
        rendus[service] = enregistrer(classeur, tmp_path, f"ctg-harnes-2025-{service}.xlsx")

    with ThreadPoolExecutor(3) as fils:
        fenetres = [fils.submit(deposer, bureau, rendus[nom]) for nom in ("rpe", "pij")]
        commande = fils.submit(programme, "importer", str(rendus["pmi"]), dossier=tmp_path)
    assert [fenetre.result().code for fenetre in fenetres] == [303, 303]
    assert commande.result().returncode == 0, commande.result().stderr

    ecrit = (bureau.donnees / SUIVI / "2025/observations.csv").read_text(encoding="utf-8")
    assert all(indicateur in ecrit for indicateur, _ in valeurs.values())


@pytest.mark.complet
@pytest.mark.parametrize("secondes", [0.5, 2, 6])
def test_un_bureau_tue_pendant_un_depot_ne_perd_rien(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, secondes: float
) -> None:
    donnees = tmp_path / "donnees"
    shutil.copytree(DONNEES, donnees, ignore=shutil.ignore_patterns("demonstration"))
    monkeypatch.setenv("CTG_DONNEES", str(donnees))
    classeur = vierge("rpe")
    poser(classeur, "Indicateurs", "etp_rpe", Valeur_2025=0.8)
    rendu = enregistrer(classeur, tmp_path, "ctg-harnes-2025-rpe.xlsx")

    with ouvrir(tmp_path, donnees, "--port", "8971") as tue, ThreadPoolExecutor(1) as fil:
        depot = fil.submit(deposer, tue, rendu)
        time.sleep(secondes)
        tue.processus.kill()
        with suppress(OSError, http.client.HTTPException):
            depot.result()

    fait = programme("importer", str(rendu), dossier=tmp_path)
    assert fait.returncode == 0, fait.stderr
    assert not list((donnees / "conventions").rglob(".ctg-*.tmp"))
    assert "etp_rpe" in (donnees / SUIVI / "2025/observations.csv").read_text(encoding="utf-8")
