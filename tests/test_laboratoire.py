"""JupyterLab as ``ctg laboratoire`` opens it, driven in Debian's Chromium without the network."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg
from navigateur import OPTIONS, trouver_chromium

from ctglib.commandes.analyses import JUPYTERLAB, REGLAGES, environnement, habiller, livres

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

ADRESSE = re.compile(r"http://127\.0\.0\.1:\d+/\S*token=\S+")
ATTENTE = 120_000  # milliseconds, on a loaded machine
COURT = 20_000
ESSAIS = 30
MONTRES = ".jp-Notebook .jp-OutputArea-output"
# in the browser: the first font of each element, its size
POLICES = "els => els.map(e => getComputedStyle(e).fontFamily.split(',')[0].replaceAll('\"', ''))"
TAILLES = "els => els.map(e => [e.tagName, getComputedStyle(e).fontSize])"


def test_un_carnet_inconnu_est_dit_avec_le_plus_proche() -> None:
    fait = ctg("laboratoire", "accuil.ipynb", dossier=DEPOT)

    assert fait.returncode == 1
    assert "« accuil.ipynb » n'existe pas ; vouliez-vous dire « accueil.ipynb »" in fait.stderr


def test_arreter_la_commande_par_un_signal_arrete_jupyterlab() -> None:
    commande = [
        sys.executable,
        "-m",
        "ctglib",
        "laboratoire",
        "--sans-navigateur",
        "--port",
        "18888",
    ]
    ctg_laboratoire = subprocess.Popen(
        commande, cwd=DEPOT, stderr=subprocess.PIPE, encoding="utf-8"
    )
    adresse = _adresse(ctg_laboratoire)
    _ouvrir_un_noyau(adresse)
    processus = _descendants(ctg_laboratoire.pid)
    # JupyterLab and its kernel; a third that one of them starts for a moment may be there.
    assert len(processus) >= 2, "JupyterLab et son noyau"

    ctg_laboratoire.terminate()
    ctg_laboratoire.wait(timeout=30)

    try:
        assert not any(Path(f"/proc/{pid}").exists() for pid in processus)
    finally:
        for pid in processus:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _ouvrir_un_noyau(adresse: str) -> None:
    base, _, jeton = adresse.partition("/lab")
    _, _, jeton = jeton.partition("token=")
    demande = urllib.request.Request(
        f"{base}/api/kernels", b"{}", {"Authorization": f"token {jeton}"}, method="POST"
    )
    for _ in range(ESSAIS):  # its address is said a little before it listens
        try:
            urllib.request.urlopen(demande)
        except urllib.error.URLError:
            time.sleep(1)
        else:
            return
    pytest.fail("JupyterLab n'écoute pas")


def _descendants(pid: int) -> list[int]:
    """Return the processes that one started, and those that these started."""
    trouves = []
    for fil in Path(f"/proc/{pid}/task").iterdir():
        for enfant in map(int, (fil / "children").read_text().split()):
            trouves += [enfant, *_descendants(enfant)]
    return trouves


def test_une_ligne_de_papermill_fait_une_note_par_commune(tmp_path: Path) -> None:
    carnet = DEPOT / "analyses" / "une_note.ipynb"
    (ligne,) = re.findall(r"`(for c in .*?; done)`", carnet.read_text(encoding="utf-8"))
    ligne = ligne.replace("Lens Avion Carvin", "Lens 62570").replace('\\"', '"')
    ligne = ligne.replace(".venv/bin/papermill", f"{Path(sys.executable).parent}/papermill")
    ligne = ligne.replace("analyses/une_note.ipynb", str(carnet))

    subprocess.run(["bash", "-c", ligne], cwd=tmp_path, check=True, env={**os.environ})

    assert sorted(note.name for note in tmp_path.iterdir()) == [
        "note_Lens.docx",
        "note_Lens.pdf",
        "note_Méricourt.docx",
        "note_Méricourt.pdf",
    ]


def test_chaque_carnet_livre_est_au_menu_des_recettes() -> None:
    reglages = json.loads((REGLAGES / "labconfig" / "default_setting_overrides.json").read_text())
    (menu,) = reglages["@jupyterlab/mainmenu-extension:plugin"]["menus"]

    assert {entree["args"]["path"] for entree in menu["items"]} == livres()


@pytest.mark.navigateur
def test_jupyterlab_s_ouvre_en_francais_execute_l_accueil_et_ne_demande_rien_au_dehors(
    tmp_path: Path,
) -> None:
    pytest.importorskip("playwright", reason="playwright n'est pas installé") if not os.environ.get(
        "CI"
    ) else None
    chromium = trouver_chromium()
    env = {**environnement(), "HOME": str(tmp_path)}
    env |= {
        "JUPYTERLAB_SETTINGS_DIR": str(tmp_path / "reglages"),
        "JUPYTERLAB_WORKSPACES_DIR": str(tmp_path / "onglets"),
    }
    options = [
        *JUPYTERLAB,
        "--ServerApp.port=0",
        "--ServerApp.open_browser=False",
        "--LabApp.default_url=/lab/tree/analyses/accueil.ipynb",
    ]
    habiller()
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", *options],
        env=env,
        cwd=DEPOT,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        lu, dehors = (
            ThreadPoolExecutor(1).submit(_conduire, chromium, _adresse(server), tmp_path).result()
        )
    finally:
        server.terminate()
        server.communicate(timeout=30)

    assert {"Fichier", "Édition", "Noyau", "Recettes"} <= set(lu["menus"])
    assert "comparer.ipynb" in lu["recettes"]
    assert lu["polices"] == {"Source Sans Pro"}
    assert lu["tailles"] == {"TD": "15px", "CAPTION": "16px", "FIGCAPTION": "16px"}
    assert lu["largeur"] == 736, "celle d'un dessin de la page"
    assert (
        "Communauté d'agglomération de Lens - Liévin" in lu["tableau"] and "Source" in lu["tableau"]
    )
    assert lu["images"] == 2, "le graphique et la carte"
    assert "Compare des lieux sur une série" in lu["aide"]
    assert "comparer" in lu["completion"]
    assert dehors == []


def _adresse(server: subprocess.Popen) -> str:
    for line in server.stderr:
        if found := ADRESSE.search(line):
            ThreadPoolExecutor(1).submit(
                server.stderr.read
            )  # else the server waits once the pipe is full
            return found[0]
    pytest.fail("JupyterLab ne s'est pas ouvert")


def _conduire(chromium: str, adresse: str, dossier: Path) -> tuple[dict[str, object], list[str]]:
    from playwright.sync_api import sync_playwright

    lu: dict[str, object] = {}
    dehors: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(OPTIONS))
        page = browser.new_page(viewport={"width": 1400, "height": 4000})
        page.on(
            "request", lambda request: dehors.append(request.url) if _dehors(request.url) else None
        )
        page.goto(adresse)
        page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=ATTENTE)
        page.wait_for_timeout(3000)  # the menus of a notebook come with its kernel
        lu["menus"] = [
            item.inner_text() for item in page.locator("#jp-MainMenu .lm-MenuBar-itemLabel").all()
        ]
        page.get_by_text("Exécution", exact=True).click()
        page.get_by_text("Exécuter toutes les cellules", exact=True).first.click()
        page.locator(".jp-Notebook figure").nth(1).wait_for(timeout=ATTENTE, state="attached")
        lu["images"] = page.locator(".jp-Notebook figure svg[role=img]:visible").count()
        lu["tableau"] = (
            page.locator(".jp-Notebook .jp-OutputArea-output table >> nth=1")
            .locator("xpath=../..")
            .inner_text()
        )
        page.wait_for_selector("text=Compare des lieux sur une série", timeout=ATTENTE)
        lu["aide"] = page.locator("text=Compare des lieux sur une série").first.inner_text()
        lu["polices"] = set(page.locator(f"{MONTRES} svg text").evaluate_all(POLICES))
        lu["polices"] |= set(page.locator(MONTRES).locator("td, caption").evaluate_all(POLICES))
        montres = page.locator(MONTRES).locator("td, caption, figcaption")
        lu["tailles"] = dict(montres.evaluate_all(TAILLES))
        lu["largeur"] = page.locator(f"{MONTRES} svg:visible").first.bounding_box()["width"]
        page.get_by_text("Recettes", exact=True).first.click()
        lu["recettes"] = page.locator(".lm-Menu").inner_text()
        page.keyboard.press("Escape")
        page.screenshot(path=dossier / "accueil.png")
        page.locator(".jp-CodeCell .cm-content").nth(1).click()
        page.keyboard.press("Control+End")
        page.keyboard.press("Enter")
        page.keyboard.type("a.compar")
        page.keyboard.press("Tab")
        page.locator(".jp-Completer-item", has_text="comparer").first.wait_for(timeout=COURT)
        lu["completion"] = page.locator(".jp-Completer").first.inner_text()
        page.screenshot(path=dossier / "completion.png")
        browser.close()
    return lu, dehors


def _dehors(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "data:", "blob:"))
