"""Whatever is altered of a signed archive is told, with no trace of ours; an untouched one is not."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytest.importorskip("pyhanko", reason="pyHanko n'est pas installé : make test l'installe")

from archives_alterees import ALTERATIONS, Signee, remplacee_par
from ligne_de_commande import ctg
from signature_exemple import MOT_DE_PASSE, certifier
from verification_exemple import preparer

from ctglib.commandes import archives
from ctglib.donnees.enclos import ouvrir_enclos
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.production import verifier
from ctglib.production.contenant import DESCRIPTION, deballer
from ctglib.production.signature import juger, lire_signataire

GRAINE = 2026
QUELQUES = 30
TOUTES = 1000


@pytest.fixture(scope="module")
def lieu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with « vraie.zip », signed, the signatures of others, and what they are judged by."""
    dossier = preparer(tmp_path_factory.mktemp("modele"))
    autorite = certifier("Autorité")
    autorite.ecrire_pem(dossier / "autorite.pem")
    certifier("Marie", autorite).ecrire_p12(dossier / "marie.p12")
    certifier("Paul", autorite).ecrire_p12(dossier / "paul.p12")
    certifier("Marie", certifier("Autorité")).ecrire_p12(dossier / "fausse.p12")
    ici = ("-c", "harnes", "-s", "sortie", "--carnets", "carnets", "--vers", "vraie.zip")
    with pytest.MonkeyPatch.context() as patch, ouvrir_enclos():
        patch.setenv(VARIABLE, str(dossier / "donnees"))
        patch.setenv(archives.MOT_DE_PASSE, MOT_DE_PASSE)
        patch.setattr(verifier, "relever_paquets", lambda: (1, []))
        assert ctg("archiver", *ici, "--signer", "marie.p12", dossier=dossier).returncode == 0
        yield dossier


@pytest.fixture(scope="module")
def vraie(lieu: Path) -> Signee:
    return Signee((lieu / "vraie.zip").read_bytes(), (lieu / "vraie.zip.p7s").read_bytes())


def autres_signatures(lieu: Path, vraie: Signee) -> list[Signee]:
    """Return it with the signatures of others, and with one that Marie made of something else."""
    description = vraie.fichiers()[DESCRIPTION]
    instant = datetime.now(UTC).replace(microsecond=0)
    contenus = {"paul": description, "fausse": description, "marie": description + b" "}
    return [
        Signee(
            vraie.octets,
            lire_signataire(lieu / f"{nom}.p12", lambda: MOT_DE_PASSE, instant).signer(
                contenu, instant
            ),
        )
        for nom, contenu in contenus.items()
    ]


def poser(signee: Signee, lieu: Path) -> Path:
    archive = lieu / "a.zip"
    archive.write_bytes(signee.octets)
    signature = lieu / "a.zip.p7s"
    signature.unlink(missing_ok=True)
    if signee.signature is not None:
        signature.write_bytes(signee.signature)
    return archive


def dire(signee: Signee, lieu: Path) -> list[str]:
    """Return what the checks of an archive tell, up to the first that tells something: those of the
    command, in this process, the data and the reports not read.
    """
    archive = poser(signee, lieu)
    try:
        with deballer(archive) as dossier:
            decrite = verifier.relever_archive(dossier, archive)
            assert decrite is not None
            if decrite[1]:
                return verifier.grouper(decrite[1])
            description = (dossier / DESCRIPTION).read_bytes()
            signature = lieu / "a.zip.p7s"
            avis = juger(description, signature, lieu / "autorite.pem", attendue=True)
            if avis.ecarts:
                return list(avis.ecarts)
            return verifier.grouper(verifier.relever_le_code(dossier, lieu / "carnets")[1])
    except DonneesInvalides as error:
        return [str(error)]


def commander(signee: Signee, lieu: Path) -> tuple[int, str]:
    """Return the exit code of the command, and all that it says."""
    poser(signee, lieu)
    arguments = ("--archive", "a.zip", "--sans-rejouer", "--carnets", "carnets")
    done = ctg("verifier", *arguments, "--autorite", "autorite.pem", dossier=lieu)
    return done.returncode, done.stdout + done.stderr


def alterer(nombre: int, lieu: Path, vraie: Signee) -> Iterator[tuple[int, str, Signee]]:
    alterations = (*ALTERATIONS, remplacee_par(autres_signatures(lieu, vraie)))
    for rang in range(nombre):
        hasard = random.Random(f"{GRAINE}-{rang}")
        alteration = alterations[rang % len(alterations)]
        alteree = alteration(vraie, hasard)
        assert alteree != vraie, f"{alteration.__name__} {rang} n'a rien changé"
        yield rang, alteration.__name__, alteree


def test_une_archive_intacte_est_dite_conforme(lieu: Path, vraie: Signee, tmp_path: Path) -> None:
    assert dire(vraie, lieu) == []
    code, dit = commander(vraie, lieu)

    assert code == 0 and "✗" not in dit, dit
    shutil.copy(lieu / "a.zip", tmp_path / "autre nom.zip")
    shutil.copy(lieu / "a.zip.p7s", tmp_path / "autre nom.zip.p7s")
    assert dire(vraie, lieu) == []


@pytest.mark.parametrize(
    "nombre",
    [QUELQUES, pytest.param(TOUTES, marks=pytest.mark.nuit)],
    ids=["quelques-unes", "mille"],
)
def test_chaque_archive_alteree_est_dite(nombre: int, lieu: Path, vraie: Signee) -> None:
    passees = []
    comptes: Counter[str] = Counter()
    for rang, nom, alteree in alterer(nombre, lieu, vraie):
        comptes[nom] += 1
        if not dire(alteree, lieu):
            passees.append((rang, nom))

    assert passees == [], comptes


@pytest.mark.complet
def test_la_commande_dit_les_memes_sans_trace_de_nous(lieu: Path, vraie: Signee) -> None:
    manquees = []
    for rang, nom, alteree in alterer(16, lieu, vraie):
        code, dit = commander(alteree, lieu)
        if code != 1 or "Traceback" in dit:
            manquees.append((rang, nom, dit[-300:]))

    assert manquees == []
