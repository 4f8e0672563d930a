"""A command stopped at any of its writes leaves the data as they were or as they were to be; two at
once lose nothing.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import arrets
import pytest
from classeur_rempli import enregistrer, photographie, poser, vierge
from cloture_exemple import remplacer, rouvrir
from donnees_suivies import DONNEES
from ligne_de_commande import ctg, reussir
from officiels_exemple import cnaf, ecrire
from production_exemple import (
    ANNEE,
    CONVENTION,
    COUVERTURE,
    LECTURE,
    demande,
    ecrire_carnet,
    produire,
)
from releves_exemple import ecrire_en_docx, ecrire_en_odt

from ctglib.commandes.archives import MOT_DE_PASSE as VARIABLE_DU_MOT_DE_PASSE
from ctglib.donnees import ecriture
from ctglib.donnees.ecriture import JOURNAL, VERROU, reprendre_si_besoin, tenir_les_donnees
from ctglib.donnees.lecture import VARIABLE
from ctglib.production.manifeste import Trace, empreinte, lire_manifeste
from ctglib.production.site import ecrire_le_site

posix = pytest.mark.skipif(os.name == "nt", reason="Windows n'a pas de fork")
Essai = dict[str, Any]
SUITE = 'paragraphe("Suite")'
TERRITOIRE = 'territoire: str = "62413"  # code'
ICONE = ".local/share/applications/rapports-ctg.desktop"


def classeur(dossier: Path, nom: str, **valeurs: float) -> str:
    """Return the path of a workbook of 2025 where indicators of Harnes have values."""
    wb = vierge()
    for repere, valeur in valeurs.items():
        poser(wb, "Indicateurs", repere, Valeur_2025=valeur)
    return str(enregistrer(wb, dossier, nom))


def importer(dossier: Path) -> list[str]:
    wb = vierge()
    poser(wb, "Indicateurs", "comites_pilotage", Valeur_2025=3)
    poser(wb, "Actions", "4.1", État_fin_2025="Prévue")
    return ["importer", str(enregistrer(wb, dossier))]


def ajouter(dossier: Path) -> list[str]:
    return ["source", "ajouter", "--oui", str(ecrire(dossier, "x.csv", cnaf(2026)))]


def retirer(dossier: Path) -> list[str]:
    """A file was added, with the tables that are made of it."""
    reussir(*ajouter(dossier), dossier=dossier)
    return ["source", "retirer", "--oui", "x.csv"]


def publier(dossier: Path) -> list[str]:
    """Make a manifest of a report of the demonstration, which nobody has to make."""
    manifeste = lire_manifeste(dossier / "reports" / "demonstration")
    trace = Trace("", {}, "", {}, {}, [], {}, {}, {"2024/bilan.html": empreinte(b"bilan")}, {})
    page = dossier / "reports/demonstration/2024/bilan.html"
    manifeste.consigner({page: b"bilan"}, "2024/bilan", trace=trace)
    return ["publier", "2024", "-c", "demonstration", "-s", str(dossier / "reports")]


def rapporter(lieu: Path) -> list[str]:
    """Make a small report of a year of the demonstration; return the options that tell of it."""
    carnets = lieu / "carnets"
    parametres = (CONVENTION.replace("harnes", "demonstration"), ANNEE)
    ecrire_carnet(carnets / "bilan.ipynb", COUVERTURE, LECTURE, parametres=parametres)
    voulue = demande(
        carnets,
        lieu / "reports",
        conventions=("demonstration",),
        annees=(2025,),
        rapports=("bilan",),
    )
    produire(voulue)
    ecrire_le_site(lieu / "reports")
    return ["-c", "demonstration", "-s", "reports", "--carnets", "carnets"]


def archiver(lieu: Path) -> list[str]:
    """The archive of an older state is there, and its signature."""
    (lieu / "ctg-demonstration.zip").write_bytes(b"ancienne")
    (lieu / "ctg-demonstration.zip.p7s").write_bytes(b"sa signature")
    return ["archiver", "--tel-quel", *rapporter(lieu)]


def archiver_et_signer(lieu: Path) -> list[str]:
    return [*archiver(lieu), "--signer", signataire(lieu)]


def signataire(lieu: Path) -> str:
    """Return the name of a certificate in a folder, whose password the environment has."""
    pytest.importorskip("pyhanko", reason="pyHanko n'est pas installé : make test l'installe")
    from signature_exemple import certifier

    certifier("Marie Dupont").ecrire_p12(lieu / "marie.p12")
    return "marie.p12"


def clore(lieu: Path) -> list[str]:
    """Close a year of which there is a small report; an older archive is there, and its signature."""
    rouvrir(lieu / "donnees")
    return ["clore", "2025", "--le", "2026-02-10", *archiver(lieu)[2:]]


def clore_et_signer(lieu: Path) -> list[str]:
    return [*clore(lieu), "--signer", signataire(lieu)]


def importer_un_releve(ecrire_le_releve: Callable[..., Path], dossier: Path) -> list[str]:
    dit = ("demonstration 2026 comite_date", "Date du comité", "12 janvier 2027")
    return ["importer", str(ecrire_le_releve(dossier, *dit))]


def importer_une_convention(dossier: Path) -> list[str]:
    """The workbook of the text of a convention, where its YAML has lost a line since."""
    reussir("gabarit", "-c", "harnes", "--texte", dossier=dossier)
    convention = dossier / "donnees/conventions/harnes/convention.yaml"
    remplacer(convention, "titre: ", "titre: Autre, ")
    return ["importer", "convention.xlsx"]


def refaire_la_cle(dossier: Path) -> list[str]:
    """The key is lost, and nothing was published."""
    (dossier / "donnees/conventions/demonstration/suivi/.cle").unlink()
    return ["importer", "--nouvelle-cle", "-c", "demonstration"]


def commencer(_: Path) -> list[str]:
    return [
        *("nouvelle-convention", "lens", "--territoire", "62498", "--fiches", "1"),
        *("--debut", "2027-01-01", "--fin", "2030-12-31", "--parties", "Ville ; Caf"),
    ]


def poursuivre(_: Path) -> list[str]:
    """Begin a convention from the one that ends."""
    dates = ("--debut", "2027-01-01", "--fin", "2030-12-31")
    return ["nouvelle-convention", "suivante", "--depuis", "harnes", *dates]


def ecrire_un_gabarit(quoi: str, lieu: Path) -> list[str]:
    """Another workbook is there, whose name it takes."""
    for nom in ("convention.xlsx", "ctg-harnes-2025.xlsx"):
        (lieu / nom).write_bytes(b"ancien")
    return ["gabarit", "-c", "harnes", quoi, "--remplacer"]


def produire_un_rapport(lieu: Path) -> list[str]:
    """A report is there, whose notebook has changed since."""
    demande_du_rapport = ["produire", "bilan", *rapporter(lieu), "-a", "2025", "-f", "html"]
    carnet = lieu / "carnets" / "bilan.ipynb"
    parametres = (CONVENTION.replace("harnes", "demonstration"), ANNEE)
    ecrire_carnet(carnet, COUVERTURE, LECTURE, SUITE, parametres=parametres)
    return demande_du_rapport


def refaire_les_clos(lieu: Path) -> list[str]:
    """A closed year has its report, and an older one was made again beside it."""
    rouvrir(lieu / "donnees")
    options = rapporter(lieu)
    reussir("clore", "2025", "--le", "2026-02-10", *options, dossier=lieu)
    (lieu / "ctg-demonstration.zip").unlink()
    carnet = lieu / "carnets" / "bilan.ipynb"
    parametres = (CONVENTION.replace("harnes", "demonstration"), ANNEE)
    ecrire_carnet(carnet, COUVERTURE, LECTURE, SUITE, parametres=parametres)
    return ["produire", "bilan", *options, "-a", "2025", "-f", "html", "--refaire-clos"]


def faire_un_portrait(lieu: Path) -> list[str]:
    """The portrait of another town is there."""
    carnets = lieu / "carnets"
    ecrire_carnet(carnets / "portrait.ipynb", COUVERTURE, SUITE, parametres=(TERRITOIRE,))
    options = ["-s", "reports", "--carnets", "carnets", "-f", "html"]
    reussir("portrait", "62498", *options, dossier=lieu)
    return ["portrait", "62413", *options]


def poser_l_icone(lieu: Path) -> list[str]:
    """An older icon is there."""
    (lieu / ICONE).parent.mkdir(parents=True)
    (lieu / ICONE).write_bytes(b"ancienne")
    (lieu / ICONE).chmod(0o755)
    return ["ouvrir", "--icone"]


def analyser(lieu: Path) -> list[str]:
    """The pages of an older state of the notebook are there."""
    for nom in ("essai.html", "essai.docx"):
        (lieu / nom).write_bytes(b"ancien")
    ecrire_carnet(lieu / "essai.ipynb", SUITE)
    return ["analyser", "essai.ipynb", "--formats", "html,docx"]


def verifier_une_archive(lieu: Path) -> list[str]:
    reussir(*archiver(lieu), dossier=lieu)
    options = ("--sans-rejouer", "--carnets", "carnets")
    return ["verifier", "--archive", "ctg-demonstration.zip", *options]


LUES = frozenset({"ancien"})


class Essayee(NamedTuple):
    """A command that is stopped at its writes.

    Of its many writes, one in so many is tried by day, "" for none, and one in so many at night.
    """

    preparer: Callable[[Path], list[str]]  # returns what is typed in a folder, once it is ready
    le_jour: str = ""
    la_nuit: str = "1/1"
    etats: frozenset[str] = frozenset({"ancien", "nouveau"})  # that any next command may find
    au_plus_pres: bool = True  # any next command leaves one of these; else the same again does


COMMANDES = {
    "archiver": Essayee(archiver, "1/1"),
    "archiver --signer": Essayee(archiver_et_signer),
    "importer": Essayee(importer, "1/1"),
    "importer, un relevé docx": Essayee(partial(importer_un_releve, ecrire_en_docx), "1/5"),
    "importer, un relevé odt": Essayee(partial(importer_un_releve, ecrire_en_odt)),
    "importer, une convention": Essayee(importer_une_convention),
    "importer --nouvelle-cle": Essayee(refaire_la_cle),
    "publier": Essayee(publier, "1/1"),
    "clore": Essayee(clore, "4/30", au_plus_pres=False),
    "clore --signer": Essayee(clore_et_signer, au_plus_pres=False),
    "source ajouter": Essayee(ajouter, "1/1"),
    "source retirer": Essayee(retirer, "1/1"),
    "nouvelle-convention": Essayee(commencer, "1/4"),
    "nouvelle-convention --depuis": Essayee(poursuivre, "7/20"),
    "analyser": Essayee(analyser, "1/8"),
    "gabarit": Essayee(partial(ecrire_un_gabarit, "2025"), "10/21"),
    "gabarit --texte": Essayee(partial(ecrire_un_gabarit, "--texte")),
    "produire": Essayee(produire_un_rapport, au_plus_pres=False),
    "produire --refaire-clos": Essayee(refaire_les_clos, au_plus_pres=False),
    "portrait": Essayee(faire_un_portrait, au_plus_pres=False),
    "ouvrir --icone": Essayee(poser_l_icone, "1/1"),
    "verifier --archive": Essayee(verifier_une_archive, "7/600", "3/40", etats=LUES),
}


@pytest.fixture
def lieu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where commands are typed, with a copy of the data in it."""
    lieu = tmp_path / "lieu"
    sans = shutil.ignore_patterns("plan.yaml")
    monkeypatch.setenv(VARIABLE, str(shutil.copytree(DONNEES, lieu / "donnees", ignore=sans)))
    (lieu / arrets.PROVISOIRES).mkdir()
    monkeypatch.setenv(VARIABLE_DU_MOT_DE_PASSE, "été 2026")
    return lieu


def essayer(lieu: Path, arguments: list[str], mode: str, part: str = "1/1") -> list[Essai]:
    """Return what became of a folder where a command was stopped, at each of its writes."""
    dossier = lieu.with_name("arrets")
    dossier.mkdir()
    programme = [sys.executable, arrets.__file__, mode, part, str(lieu), str(dossier), *arguments]
    done = subprocess.run(programme, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(ligne) for ligne in done.stdout.splitlines()]


@posix
@pytest.mark.complet
@pytest.mark.parametrize("mode", ["mort", "plein"])
@pytest.mark.parametrize("nom", [nom for nom, essayee in COMMANDES.items() if essayee.le_jour])
def test_une_commande_arretee_a_chacune_de_ses_ecritures_laisse_l_ancien_ou_le_nouveau(
    nom: str, mode: str, lieu: Path
) -> None:
    laisse_l_ancien_ou_le_nouveau(COMMANDES[nom], mode, lieu, COMMANDES[nom].le_jour)


@posix
@pytest.mark.nuit
@pytest.mark.parametrize("mode", ["mort", "plein"])
@pytest.mark.parametrize(
    "nom", [nom for nom, essayee in COMMANDES.items() if essayee.le_jour != "1/1"]
)
def test_la_nuit_toutes_les_ecritures_de_toutes_les_commandes_sont_essayees(
    nom: str, mode: str, lieu: Path
) -> None:
    laisse_l_ancien_ou_le_nouveau(COMMANDES[nom], mode, lieu, COMMANDES[nom].la_nuit)


def laisse_l_ancien_ou_le_nouveau(essayee: Essayee, mode: str, lieu: Path, part: str) -> None:
    """Check that a command stopped at its writes, or at a part of them, left one of two states."""
    arguments = essayee.preparer(lieu)

    essais = essayer(lieu, arguments, mode, part)

    assert len(essais) > 1
    assert {essai["fini"] for essai in essais} <= essayee.etats, essais
    if essayee.au_plus_pres:
        assert {essai["apres"] for essai in essais} <= essayee.etats, essais
    if part == "1/1" and essayee.au_plus_pres:
        assert {essai["apres"] for essai in essais} >= essayee.etats, essais
    if mode == "plein" and essayee.au_plus_pres:  # nothing is left for the next command to do
        for essai in essais:
            attendu = "ancien" if essai["code"] or essayee.etats == LUES else "nouveau"
            assert essai["laisse"] == attendu and "Traceback" not in essai["dit"], essai


@pytest.fixture
def trois(donnees: Path) -> dict[Path, bytes]:
    """Two files of the data and a new one in a new folder, with what is to be written in them."""
    harnes = donnees / "conventions" / "harnes"
    (harnes / "offre.csv").chmod(0o640)
    neuf = donnees / "conventions" / "neuve" / "suivi" / "profils.csv"
    return {harnes / "offre.csv": b"a\n", harnes / "annexe1.csv": b"b\n", neuf: b"c\n"}


@posix
@pytest.mark.parametrize("mode", ["mort", "plein"])
def test_une_ecriture_arretee_a_chacun_de_ses_pas_est_finie_ou_defaite(
    mode: str, trois: dict[Path, bytes], donnees: Path, tmp_path: Path
) -> None:
    retire = donnees / "catalogue" / "seuils.yaml"
    garde = tmp_path / "garde"
    shutil.copytree(donnees, garde)
    ancien = arrets.etat(garde)
    etats = []
    for rang in range(1, 100):
        shutil.rmtree(donnees)
        shutil.copytree(garde, donnees)

        def ecrire_trois(rang: int = rang) -> int:
            arrets.arreter(donnees, rang, mode)
            ecriture.ecrire(trois, retires=[retire])
            return 0

        code = arrets.dans_un_enfant(ecrire_trois)
        secrets_ouverts = [
            path
            for path in donnees.rglob("*.tmp")
            if path.name != f"{JOURNAL}.tmp" and path.stat().st_mode & 0o077 and path.stat().st_size
        ]
        reprendre_si_besoin()
        etats.append(arrets.etat(donnees))
        assert secrets_ouverts in ([], [max(secrets_ouverts, default=None)]), secrets_ouverts
        if code == 0 and rang > 30:
            break

    nouveau = etats[-1]
    assert nouveau != ancien and all(etat in (ancien, nouveau) for etat in etats)
    assert len(etats) > 30 and ancien in etats


@posix
@pytest.mark.parametrize("signee", [True, False], ids=["signee", "sans signature"])
@pytest.mark.parametrize("mode", ["mort", "plein"])
@pytest.mark.parametrize("confidentiels", [True, False], ids=["archive", "classeur"])
def test_ce_qui_s_ecrit_hors_des_donnees_ne_laisse_ni_moitie_ni_fichier_provisoire(
    confidentiels: bool, mode: str, signee: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive, a workbook to fill in: the journal is with the data; the signature of an archive
    goes or comes with it, and the owner alone may read them.
    """
    donnees = tmp_path / "donnees"
    donnees.mkdir()
    monkeypatch.setenv(VARIABLE, str(donnees))
    coffre = tmp_path / "coffre"
    archive = coffre / "a.zip"
    signature = coffre / "a.zip.p7s"
    ancien = {archive: b"ancienne", signature: b"ancienne signature"}
    ecrits = {archive: b"nouvelle", signature: b"signature"} if signee else {archive: b"nouvelle"}
    retires = [] if signee else [signature]
    trouves = []
    for rang in range(1, 100):
        shutil.rmtree(coffre, ignore_errors=True)
        coffre.mkdir()
        for path, contenu in ancien.items():
            path.write_bytes(contenu)

        def archiver(rang: int = rang) -> int:
            arrets.arreter(tmp_path, rang, mode)
            ecriture.ecrire(ecrits, retires=retires, confidentiels=confidentiels, au_journal=True)
            return 0

        code = arrets.dans_un_enfant(archiver)
        ouverts = [p for p in coffre.glob("*.tmp") if p.stat().st_mode & 0o077 and p.stat().st_size]
        reprendre_si_besoin()
        assert len(ouverts) <= (not confidentiels) and arrets.etat(donnees) == {}
        trouves.append({path: path.read_bytes() for path in coffre.iterdir()})
        if code == 0 and rang > 20:
            break

    assert all(trouve in (ancien, ecrits) for trouve in trouves), trouves
    assert ancien in trouves and trouves[-1] == ecrits
    droits = 0o600 if confidentiels else 0o644
    assert {stat.S_IMODE(path.stat().st_mode) for path in ecrits} == {droits}


def test_une_archive_se_fait_de_donnees_qui_ne_peuvent_qu_etre_lues(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    donnees = tmp_path / "donnees"
    donnees.mkdir()
    monkeypatch.setenv(VARIABLE, str(donnees))
    monkeypatch.setattr(os, "access", lambda *_: False)

    ecriture.ecrire({tmp_path / "a.zip": b"archive"}, confidentiels=True)

    assert (tmp_path / "a.zip").read_bytes() == b"archive"
    assert list(donnees.iterdir()) == []


@posix
def test_un_disque_plein_au_milieu_d_un_fichier_ne_laisse_rien_a_moitie(
    trois: dict[Path, bytes], donnees: Path
) -> None:
    """The system itself stops a write half way, as a full disk does."""
    import resource

    gros = {path: contenu * 20_000 for path, contenu in trois.items()}
    avant = arrets.etat(donnees)

    def ecrire_trop() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, 30_000))
        try:
            ecriture.ecrire(gros)
        except ecriture.EcritureImpossible:
            return 3
        return 0

    assert arrets.dans_un_enfant(ecrire_trop) == 3
    assert arrets.etat(donnees) == avant


def test_un_fichier_garde_ses_droits(trois: dict[Path, bytes]) -> None:
    ecriture.ecrire(trois)

    (garde, autre, _) = trois
    assert stat.S_IMODE(garde.stat().st_mode) == 0o640
    assert stat.S_IMODE(autre.stat().st_mode) == 0o644


def test_un_disque_plein_pendant_une_ecriture_ne_laisse_aucun_dossier(
    trois: dict[Path, bytes], donnees: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    avant = photographie(donnees)
    reste = 3
    vrai = os.fsync

    def plein(descriptor: int) -> None:
        nonlocal reste
        reste -= 1
        if not reste:
            raise OSError(28, "No space left on device")
        vrai(descriptor)

    monkeypatch.setattr(os, "fsync", plein)
    with pytest.raises(ecriture.EcritureImpossible, match="le disque n'est pas plein"):
        ecriture.ecrire(trois)

    assert photographie(donnees) == avant
    assert not (donnees / "conventions" / "neuve").exists()


@pytest.mark.parametrize(
    "note",
    [
        b"{",
        b"[]",
        b'{"valide": true, "mouvements": [[".ctg-/../x.tmp", "a", 1]], "retires": [], "dossiers": []}',
        b'{"valide": true, "mouvements": [[1, 2, 3]], "retires": [], "dossiers": []}',
    ],
)
def test_un_journal_abime_est_dit(note: bytes, donnees: Path, tmp_path: Path) -> None:
    (donnees / JOURNAL).write_bytes(note)

    done = ctg("source", "liste", dossier=tmp_path)

    assert done.returncode == 1 and "un journal d'écriture abîmé" in done.stderr, done.stdout


def test_un_journal_recu_avec_un_dossier_ne_touche_rien_au_dehors(
    donnees: Path, tmp_path: Path
) -> None:
    dehors = tmp_path / "dehors.txt"
    dehors.write_bytes(b"a moi")
    note = {
        "valide": True,
        "mouvements": [["secret.csv", str(dehors), 0o644], [".ctg-a.tmp", str(dehors), 0o777]],
        "retires": [str(dehors), "../dehors.txt"],
        "dossiers": [],
    }
    (donnees / JOURNAL).write_text(json.dumps(note), encoding="utf-8")
    (tmp_path / "secret.csv").write_bytes(b"autre")
    avant = dehors.stat()

    reprendre_si_besoin()

    assert dehors.read_bytes() == b"a moi" and dehors.stat().st_mode == avant.st_mode
    assert not (donnees / JOURNAL).exists()


def test_deux_imports_a_la_fois_ne_perdent_aucune_valeur(donnees: Path, tmp_path: Path) -> None:
    un = classeur(tmp_path, "ctg-harnes-2025-un.xlsx", comites_pilotage=3)
    autre = classeur(tmp_path, "ctg-harnes-2025-autre.xlsx", revues_plan=2)
    command = [sys.executable, "-m", "ctglib", "importer"]

    with tenir_les_donnees():
        processus = [
            subprocess.Popen([*command, chemin], stdout=subprocess.PIPE, text=True)
            for chemin in (un, autre)
        ]
        time.sleep(5)
        attendent = [process.poll() for process in processus]
    dits = [process.communicate()[0] for process in processus]

    assert attendent == [None, None]
    assert all("enregistré." in dit for dit in dits), dits
    lignes = (donnees / "conventions/harnes/suivi/2025/observations.csv").read_text("utf-8")
    assert ",comites_pilotage,,,2025,3," in lignes and ",revues_plan,,,2025,2," in lignes


def test_une_commande_qui_n_attend_plus_le_dit(
    donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = (
        "import sys, time; from ctglib.donnees.ecriture import tenir_les_donnees\n"
        "with tenir_les_donnees(): print('tenu', flush=True); sys.stdin.read()"
    )
    monkeypatch.setattr(ecriture, "PATIENCE", 1)
    tient = subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert tient.stdout is not None
    tient.stdout.readline()

    done = ctg("publier", "2024", "-c", "demonstration", dossier=tmp_path)
    lu = ctg("source", "liste", dossier=tmp_path)
    tient.communicate()

    assert done.returncode == 1 and "une autre commande écrit dans ces données" in done.stderr
    assert "Rien n'a été noté." in done.stderr
    assert lu.returncode == 0


def test_une_commande_qui_lit_n_ecrit_rien(donnees: Path, tmp_path: Path) -> None:
    (donnees / VERROU).unlink(missing_ok=True)  # that of the copied data

    assert ctg("source", "liste", dossier=tmp_path).returncode == 0

    assert not (donnees / VERROU).exists()


def test_le_verrou_pris_deux_fois_par_la_meme_commande_ne_l_arrete_pas(donnees: Path) -> None:
    with tenir_les_donnees(), tenir_les_donnees():
        ecriture.ecrire({donnees / "a.csv": b"a"})

    assert (donnees / "a.csv").read_bytes() == b"a" and not (donnees / JOURNAL).exists()
