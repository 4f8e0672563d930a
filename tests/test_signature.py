"""``ctg archiver --signer`` signs beside the archive, and ``ctg verifier`` says who, when, and what
changed since.
"""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path

import pytest

pytest.importorskip("pyhanko", reason="pyHanko n'est pas installé : make test l'installe")

from ligne_de_commande import ctg
from signature_exemple import MOT_DE_PASSE, Certificat, certifier
from verification_exemple import preparer

from ctglib.commandes import archives
from ctglib.commandes.application import lancer
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.production.contenant import DESCRIPTION
from ctglib.production.signature import Avis, examiner, juger, lire_signataire

OPENSSL = shutil.which("openssl")


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with reports, certificates, and « a.zip », signed by Marie."""
    dossier = preparer(tmp_path_factory.mktemp("modele"))
    autorite = certifier("Autorité")
    autorite.ecrire_pem(dossier / "autorite.pem")
    certifier("Autre autorité").ecrire_pem(dossier / "autre.pem")
    certifier("Marie Dupont", autorite).ecrire_p12(dossier / "marie.p12")
    certifier("Paul Durand", autorite).ecrire_p12(dossier / "paul.p12")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "donnees"))
        patch.setenv(archives.MOT_DE_PASSE, MOT_DE_PASSE)
        done = archiver(dossier, "--signer", "marie.p12")
    assert "Signature : a.zip.p7s (CMS détachée, en DER), par Marie Dupont" in done.stdout
    return dossier


@pytest.fixture
def ici(modele: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, where the environment has the password."""
    dossier = tmp_path / "ici"
    shutil.copytree(modele, dossier)
    monkeypatch.setenv(VARIABLE, str(dossier / "donnees"))
    monkeypatch.setenv(archives.MOT_DE_PASSE, MOT_DE_PASSE)
    return dossier


def archiver(ici: Path, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = ("-c", "harnes", "-s", "sortie", "--carnets", "carnets", "--vers", "a.zip")
    return ctg("archiver", *arguments, *options, dossier=ici)


def lire(ici: Path, nom: str = DESCRIPTION) -> bytes:
    with zipfile.ZipFile(ici / "a.zip") as archive:
        return archive.read(nom)


def avis(ici: Path, autorite: str = "") -> Avis:
    """Return what is said of the signature of « a.zip »."""
    donnee = ici / autorite if autorite else None
    return juger(lire(ici), ici / "a.zip.p7s", donnee, attendue=True)


@pytest.mark.skipif(OPENSSL is None, reason="openssl n'est pas installé")
def test_openssl_seul_verifie_la_signature(ici: Path) -> None:
    (ici / DESCRIPTION).write_bytes(lire(ici))
    command = [str(OPENSSL), "cms", "-verify", "-binary", "-inform", "DER", "-in", "a.zip.p7s"]
    command += ["-content", DESCRIPTION, "-out", "copie.json", "-CAfile"]

    def codes() -> list[int]:
        return [
            subprocess.run([*command, pem], cwd=ici, capture_output=True, check=False).returncode
            for pem in ("autorite.pem", "autre.pem")
        ]

    confiance, sans_confiance = codes()
    (ici / DESCRIPTION).write_bytes(lire(ici) + b" ")
    change, _ = codes()

    assert confiance == 0 and sans_confiance != 0 and change != 0


def test_verifier_dit_qui_a_signe_quand_et_qui_le_garantit(
    ici: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctglib.production.verifier.relever_paquets", lambda: (1, []))
    arguments = ("--archive", "a.zip", "--sans-rejouer", "--carnets", "carnets")

    seule = ctg("verifier", *arguments, dossier=ici)
    garantie = ctg("verifier", *arguments, "--autorite", "autorite.pem", dossier=ici)
    refusee = ctg("verifier", *arguments, "--autorite", "autre.pem", dossier=ici)
    sans = ctg("verifier", *arguments, "--autorite", "absente.pem", dossier=ici)

    marie = "✓ Signature : Marie Dupont, Ville d'essai, le "
    assert marie in seule.stdout, seule.stdout.splitlines()
    assert "nom non vérifié : --autorite" in seule.stdout
    assert "certificat garanti par autorite.pem" in garantie.stdout
    assert (seule.returncode, garantie.returncode, refusee.returncode) == (0, 0, 1)
    assert "✗ Signature :\n  - Marie Dupont" in refusee.stdout
    assert "  - autre.pem ne garantit pas ce certificat (sha256 " in refusee.stdout
    assert sans.returncode == 1 and "absente.pem n'existe pas" in sans.stderr


def test_la_description_et_le_lisezmoi_disent_qui_signe_et_rien_sans_signature(ici: Path) -> None:
    description, lisezmoi = (lire(ici, nom).decode() for nom in (DESCRIPTION, "LISEZMOI.md"))
    assert archiver(ici).returncode == 0
    autre_description, autre_lisezmoi = (
        lire(ici, nom).decode() for nom in (DESCRIPTION, "LISEZMOI.md")
    )

    assert "Marie Dupont" in lisezmoi and "ctg verifier --archive ctg-harnes.zip" in lisezmoi
    assert "accountablePerson" in description and "Marie Dupont" in description
    assert "accountablePerson" not in autre_description and ".p7s" not in autre_lisezmoi
    assert not (ici / "a.zip.p7s").exists(), "celle de l'archive remplacée"
    assert avis(ici) == Avis((), "aucune")
    assert "et --autorite la demande" in avis(ici, "autorite.pem").ecarts[0]


def _signer_un_autre(ici: Path) -> None:
    shutil.copy(ici / "a.zip", ici / "marie.zip")
    archiver(ici, "--signer", "paul.p12")
    shutil.copy(ici / "marie.zip", ici / "a.zip")


CHANGEMENTS: dict[str, tuple[Callable[[Path], object], tuple[str, ...]]] = {
    "retiree": (
        lambda ici: (ici / "a.zip.p7s").unlink(),
        ("se dit signée par Marie Dupont, Ville d'essai, et a.zip.p7s n'est pas à côté",),
    ),
    "d'un autre": (
        _signer_un_autre,
        ("n'est plus celle qui a été signée", "se dit signée par Marie Dupont", "autre certificat"),
    ),
    "illisible": (
        lambda ici: (ici / "a.zip.p7s").write_bytes(b"0"),
        ("a.zip.p7s : une signature qui ne se lit pas",),
    ),
}


@pytest.mark.parametrize(("changer", "dits"), CHANGEMENTS.values(), ids=CHANGEMENTS)
def test_une_signature_qui_n_est_pas_celle_de_l_archive_se_dit_sans_autorite(
    ici: Path, changer: Callable[[Path], object], dits: tuple[str, ...]
) -> None:
    changer(ici)

    dit = " ".join(avis(ici).ecarts)
    assert all(attendu in dit for attendu in dits), dit


REFUS: dict[str, tuple[Callable[[Path], Path], str]] = {
    "absent": (lambda d: d / "absent.p12", "absent.p12 n'existe pas"),
    "un PEM": (lambda d: d / "autorite.pem", "autorite.pem n'est pas un certificat avec sa clé"),
    "un dossier": (lambda d: d / "sortie", "un dossier"),
    "sans clé": (
        lambda d: certifier("X").ecrire_p12(d / "x.p12", avec_cle=False),
        "x.p12 n'a pas la clé qui signe",
    ),
    "expiré": (
        lambda d: certifier("X", jours=(-30, -1)).ecrire_p12(d / "x.p12"),
        "il ne peut pas signer aujourd'hui",
    ),
    "pas encore valable": (
        lambda d: certifier("X", jours=(2, 30)).ecrire_p12(d / "x.p12"),
        "il ne peut pas signer aujourd'hui",
    ),
}


def refuser(ici: Path, certificat: Path, attendu: str) -> None:
    """Check that an archive is refused, for this reason, and that nothing is written."""
    (ici / "a.zip").write_bytes(b"l'ancienne")
    avant = sorted(path.name for path in ici.iterdir())

    done = archiver(ici, "--signer", str(certificat))

    assert done.returncode == 1 and attendu in done.stderr, done.stderr
    assert "L'archive n'a pas été faite." in done.stderr and "Traceback" not in done.stderr
    assert (ici / "a.zip").read_bytes() == b"l'ancienne"
    assert sorted(path.name for path in ici.iterdir()) == avant


@pytest.mark.parametrize(("preparer_le", "attendu"), REFUS.values(), ids=REFUS)
def test_un_certificat_qui_ne_peut_pas_signer_est_refuse_et_rien_n_est_ecrit(
    ici: Path, preparer_le: Callable[[Path], Path], attendu: str
) -> None:
    refuser(ici, preparer_le(ici), attendu)


def test_un_mot_de_passe_faux_ou_que_personne_ne_tape_est_dit(
    ici: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(archives.MOT_DE_PASSE, "faux")
    refuser(ici, ici / "marie.p12", "marie.p12 ne s'ouvre pas avec ce mot de passe")

    monkeypatch.delenv(archives.MOT_DE_PASSE)
    refuser(ici, ici / "marie.p12", "Personne n'est là pour taper le mot de passe")


class Clavier(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_le_mot_de_passe_se_demande_sans_s_afficher(
    ici: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(archives.MOT_DE_PASSE)
    demandes = []
    monkeypatch.setattr(archives, "getpass", lambda question: demandes.append(question) or "faux")
    monkeypatch.setattr(sys, "stdin", Clavier())
    vers = [str(ici / nom) for nom in ("sortie", "carnets", "marie.p12", "b.zip")]
    options = ("--sortie", "--carnets", "--signer", "--vers")

    code = lancer(["archiver", "-c", "harnes", *chain(*zip(options, vers, strict=True))])

    assert code == 1 and not (ici / "b.zip").exists()
    assert demandes == ["Mot de passe de marie.p12 (rien ne s'affiche) : "]


def test_sans_pyhanko_la_commande_dit_comment_l_installer(
    ici: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nom in [nom for nom in sys.modules if nom.split(".")[0] == "pyhanko"]:
        monkeypatch.setitem(sys.modules, nom, None)
    monkeypatch.setitem(sys.modules, "pyhanko", None)

    (dit,) = avis(ici).ecarts
    refuser(ici, ici / "marie.p12", "requirements-signature.lock")

    assert "demande pyHanko, qui n'est pas installé" in dit


CACHETTES = {
    "dans la convention": ("donnees/conventions/harnes/marie.p12", b""),
    "sous un autre nom, en texte": (
        "donnees/sources/notes.csv",
        b"# garder\n-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIE\n",
    ),
}


@pytest.mark.parametrize(("nom", "texte"), CACHETTES.values(), ids=CACHETTES)
def test_une_cle_de_signature_n_entre_jamais_dans_une_archive(
    ici: Path, nom: str, texte: bytes
) -> None:
    (ici / nom).write_bytes(texte or (ici / "marie.p12").read_bytes())

    (ici / "a.zip").unlink()

    done = archiver(ici, "--tel-quel")

    chemin = nom.replace("donnees/", "data/")
    assert done.returncode == 1 and not (ici / "a.zip").exists()
    assert f"Une clé de signature est parmi les fichiers à archiver : {chemin}." in done.stderr


def signer(tmp_path: Path, certificat: Certificat, instant: datetime) -> bytes:
    p12 = certificat.ecrire_p12(tmp_path / "x.p12")
    return lire_signataire(p12, lambda: MOT_DE_PASSE, instant).signer(b"{}", instant)


def pem(tmp_path: Path, certificat: Certificat) -> bytes:
    return certificat.ecrire_pem(tmp_path / "x.pem").read_bytes()


def test_une_signature_reste_bonne_apres_l_expiration_du_certificat(tmp_path: Path) -> None:
    autorite = certifier("Autorité", jours=(-1000, 1000))
    certificat = certifier("Marie", autorite, jours=(-100, -10))
    instant = datetime.now(UTC).replace(microsecond=0) - timedelta(days=50)

    signature = examiner(
        "x.p7s", signer(tmp_path, certificat, instant), b"{}", "x.pem", pem(tmp_path, autorite)
    )

    assert signature.instant == instant
    assert (signature.intacte, signature.garantie, signature.expiree) == (True, True, False)


@pytest.mark.parametrize(
    ("usages", "garantie"),
    [(("digital_signature",), True), (("content_commitment",), True), (("key_agreement",), False)],
)
def test_un_certificat_fait_pour_autre_chose_que_signer_n_est_pas_garanti(
    tmp_path: Path, usages: tuple[str, ...], garantie: bool
) -> None:
    autorite = certifier("Autorité")
    instant = datetime.now(UTC).replace(microsecond=0)
    octets = signer(tmp_path, certifier("Marie", autorite, usages=usages), instant)

    signature = examiner("x.p7s", octets, b"{}", "x.pem", pem(tmp_path, autorite))

    assert signature.intacte and signature.garantie is garantie


def test_une_signature_abimee_n_est_jamais_prise_pour_bonne(tmp_path: Path) -> None:
    autorite = certifier("Autorité")
    instant = datetime.now(UTC).replace(microsecond=0)
    octets = signer(tmp_path, certifier("Marie", autorite), instant)
    racine = pem(tmp_path, autorite)
    hasard = random.Random(2026)
    prises = []
    for _ in range(300):
        abimee = bytearray(octets)
        abimee[hasard.randrange(len(octets))] ^= 1 << hasard.randrange(8)
        try:
            signature = examiner("x.p7s", bytes(abimee), b"{}", "x.pem", racine)
        except DonneesInvalides:
            continue
        if signature.intacte and signature.garantie:
            prises.append(bytes(abimee))

    assert prises == []
