"""Nothing to do when nothing has changed; else only what read the change, and why."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest
from production_exemple import (
    COUVERTURE,
    LECTURE,
    Demande,
    demande,
    ecrire_carnet,
    octets,
    pourquoi,
    produire,
)

from ctglib.production import manifeste

ANNEXE1 = "conventions/harnes/annexe1.csv"
TEXTE = "conventions/harnes/convention.yaml"  # whose licence and contact are said beside


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three reports: one reads the figures, one lists a folder and looks for a file, one reads
    nothing; made once.
    """
    folder = tmp_path_factory.mktemp("incremental")
    carnets = folder / "carnets"
    ecrire_carnet(carnets / "lecteur.ipynb", COUVERTURE, LECTURE)
    ecrire_carnet(
        carnets / "curieux.ipynb",
        'paragraphe(", ".join(lister("catalogue/themes")) + str(existe("conventions/harnes/suivi.csv")))',
    )
    ecrire_carnet(carnets / "sobre.ipynb", COUVERTURE, 'paragraphe("rien")')
    produire(demande(carnets, folder / "sortie"))
    return folder


@pytest.fixture
def voulue(modele: Path, donnees: Path, tmp_path: Path) -> Demande:
    """These reports and their notebooks, which a test may damage."""
    for nom in ("carnets", "sortie"):
        shutil.copytree(modele / nom, tmp_path / nom)
    return demande(tmp_path / "carnets", tmp_path / "sortie")


def test_tout_est_a_jour_apres_une_production(voulue: Demande) -> None:
    assert pourquoi(voulue) == {}

    shutil.rmtree(voulue.sortie)

    assert pourquoi(voulue) == dict.fromkeys(("lecteur", "curieux", "sobre"), ("jamais produit",))


def test_une_valeur_changee_ne_refait_que_le_rapport_qui_l_a_lue(
    voulue: Demande, donnees: Path
) -> None:
    avant = octets(voulue.sortie)
    annexe1 = donnees / ANNEXE1
    annexe1.write_bytes(annexe1.read_bytes().replace(b",12324,", b",123245,"))

    assert pourquoi(voulue) == {"lecteur": (f"{ANNEXE1} a changé",)}
    assert set(produire(voulue)) == {"lecteur"}

    apres = octets(voulue.sortie)
    assert pourquoi(voulue) == {}
    assert {nom for nom in apres if apres[nom] != avant[nom]} == {
        "harnes/lecteur.html",
        "harnes/manifeste.json",
    }


def test_une_autre_convention_ne_refait_rien(voulue: Demande, donnees: Path) -> None:
    (donnees / "conventions" / "ailleurs").mkdir()

    assert pourquoi(voulue) == {}


def test_un_fichier_qui_apparait_ou_disparait_refait_qui_l_a_cherche_ou_liste(
    voulue: Demande, donnees: Path
) -> None:
    (donnees / "conventions" / "harnes" / "suivi.csv").write_bytes(b"a\n")
    (donnees / "catalogue" / "themes" / "nouveau.yaml").write_bytes(b"a: 1\n")
    (donnees / ANNEXE1).unlink()

    assert pourquoi(voulue) == {
        "curieux": (
            "conventions/harnes/suivi.csv est apparu",
            "catalogue/themes/nouveau.yaml est apparu",
        ),
        "lecteur": (f"{ANNEXE1} a disparu",),
    }


def test_un_carnet_change_est_refait(voulue: Demande) -> None:
    ecrire_carnet(voulue.carnets / "sobre.ipynb", 'paragraphe("presque rien")')

    assert pourquoi(voulue) == {"sobre": ("le carnet sobre.ipynb a changé",)}


def test_un_carnet_execute_et_enregistre_dans_jupyterlab_ne_refait_rien(voulue: Demande) -> None:
    path = voulue.carnets / "sobre.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for rang, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        cell.execution_count = rang + 1
        cell.metadata.trusted = True
        cell.outputs = [nbformat.v4.new_output("stream", text="7 familles")]
    notebook.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    nbformat.write(notebook, path)

    assert pourquoi(voulue) == {}

    notebook.cells[0].source += " !"
    nbformat.write(notebook, path)
    assert pourquoi(voulue) == {"sobre": ("le carnet sobre.ipynb a changé",)}


def test_le_code_et_les_versions_refont_tout(
    voulue: Demande, monkeypatch: pytest.MonkeyPatch
) -> None:
    actuelles = manifeste.versions()
    suivantes = {**actuelles, "pandas": "99", "nouveau": "1"}
    del suivantes["babel"]

    monkeypatch.setattr(manifeste, "empreinte_du_code", lambda: "autre")
    monkeypatch.setattr(manifeste, "versions", lambda: suivantes)

    assert pourquoi(voulue)["sobre"] == (
        "le code du classeur a changé",
        f"babel {actuelles['babel']} a été retiré",
        "nouveau 1 a été installé",
        f"pandas est passé de {actuelles['pandas']} à 99",
    )


def test_une_sortie_touchee_ou_retiree_est_refaite_a_l_identique(voulue: Demande) -> None:
    avant = octets(voulue.sortie)
    dossier = voulue.sortie / "harnes"

    (dossier / "sobre.html").write_bytes(b"moitie")
    (dossier / "lecteur.html").unlink()

    assert pourquoi(voulue) == {
        "lecteur": ("lecteur.html a été retiré",),
        "sobre": (
            "sobre.html n'est pas celui qui avait été produit (travail interrompu, ou fichier modifié)",
        ),
    }
    produire(voulue)
    assert octets(voulue.sortie) == avant


def test_un_format_de_plus_est_fait_et_le_premier_reste_a_jour(voulue: Demande) -> None:
    import dataclasses

    produire(voulue)
    pdf = dataclasses.replace(voulue, rapports=("sobre",), formats=("pdf",))

    assert pourquoi(pdf) == {"sobre": ("format pdf pas encore produit",)}
    produire(pdf)

    assert pourquoi(dataclasses.replace(pdf, formats=("html", "pdf"))) == {}


def test_un_rapport_refait_l_est_dans_tous_les_formats_qui_sont_la(
    voulue: Demande, donnees: Path
) -> None:
    import dataclasses

    deux = dataclasses.replace(voulue, rapports=("lecteur",), formats=("html", "pdf"))
    produire(deux)
    avant = octets(voulue.sortie)
    (donnees / ANNEXE1).write_bytes(b"autre\n")

    produire(dataclasses.replace(deux, formats=("html",)))

    apres = octets(voulue.sortie)
    assert pourquoi(deux) == {}
    assert apres["harnes/lecteur.pdf"] != avant["harnes/lecteur.pdf"]


def test_un_format_retire_et_non_demande_n_est_pas_refait(voulue: Demande, donnees: Path) -> None:
    import dataclasses

    html = dataclasses.replace(voulue, rapports=("lecteur",), formats=("html",))
    produire(dataclasses.replace(html, formats=("html", "pdf")))
    pdf = voulue.sortie / "harnes" / "lecteur.pdf"
    pdf.unlink()

    assert pourquoi(html) == {"lecteur": ("lecteur.pdf a été retiré",)}
    produire(html)

    assert pourquoi(html) == {}
    assert not pdf.exists()


def test_forcer_refait_ce_qui_est_a_jour(voulue: Demande) -> None:
    avant = octets(voulue.sortie)

    assert pourquoi(voulue, forcer=True)["sobre"] == ("demandé par --forcer",)
    assert set(produire(voulue, forcer=True)) == {"lecteur", "curieux", "sobre"}
    assert octets(voulue.sortie) == avant


@pytest.mark.parametrize(
    "contenu", [b"", b"{", b"[]", b'{"forme": 99}', b'{"forme": 2, "rapports": {"sobre": {}}}']
)
def test_un_manifeste_abime_fait_tout_refaire(voulue: Demande, contenu: bytes) -> None:
    (voulue.sortie / "harnes" / "manifeste.json").write_bytes(contenu)

    assert pourquoi(voulue) == dict.fromkeys(("lecteur", "curieux", "sobre"), ("jamais produit",))


def test_le_manifeste_ne_dit_rien_de_la_machine(voulue: Demande, modele: Path) -> None:
    text = (voulue.sortie / "harnes" / "manifeste.json").read_text(encoding="utf-8")

    assert str(modele) not in text
    assert json.loads(text)["rapports"]["lecteur"]["lus"].keys() == {ANNEXE1, TEXTE}
