"""The way through a year: the examples of the README and of the guide, and fifty orders at random,
none of which ends in a refusal that ``produire`` does not lift.
"""

from __future__ import annotations

import random
import re
import shlex
import shutil
from pathlib import Path

import openpyxl
import pytest
from annee_exemple import (
    NOM,
    Annee,
    ecrire_les_carnets,
    remplir_le_classeur,
    remplir_le_releve,
    sur_place,
)
from classeur_rempli import poser
from essais import combien
from fichiers_suivis import DEPOT
from officiels_exemple import cnaf

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

SHELL = re.compile(r"^```shell\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# What needs a network, a cluster of machines or a browser, and has tests of its own.
AILLEURS = (
    "ouvrir",
    "laboratoire",
    "analyser",
    "--avec-paquets",
    "--ordonnanceur",
    "--signer",  # a certificate is somebody's own
    "--help",
)
ORDRES = (
    50  # all of them in « make nuit », one in ten elsewhere: an order takes ten to thirty seconds
)
UN_SUR = 10
GESTES = 6
VALEURS = (56, 58, 60)
VUES = ("bilan", "fiches", "releve", "presentation", "dossier")


@pytest.fixture(scope="module")
def carnets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ecrire_les_carnets(tmp_path_factory.mktemp("carnets"))


@pytest.fixture
def annee(carnets: Path, donnees: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Annee:
    """The year, nothing made yet."""
    sur_place(monkeypatch)
    (tmp_path / "s_ben_com_f_2025.csv").write_text(cnaf(), encoding="utf-8")
    return Annee(tmp_path, carnets, donnees)


def exemples(page: str) -> list[list[str]]:
    """Return the commands of a page that can be run here, as words, « ctg » left out."""
    texte = (DEPOT / page).read_text(encoding="utf-8")
    lignes = [ligne for bloc in SHELL.findall(texte) for ligne in bloc.splitlines()]
    return [
        shlex.split(ligne)[1:]
        for ligne in lignes
        if ligne.startswith("ctg ") and not any(mot in ligne for mot in AILLEURS)
    ]


def remplir(annee: Annee, valeur: int) -> str:
    """Return the name of a workbook of the year with a value typed in it, written once."""
    vierge = annee.dossier / f"ctg-{NOM}-2025.xlsx"
    if not vierge.exists():
        annee.reussir("gabarit", "2025", "-c", NOM)
    rempli = annee.dossier / f"ctg-{NOM}-2025-{valeur}.xlsx"
    if not rempli.exists():
        classeur = openpyxl.load_workbook(vierge)
        poser(classeur, "Indicateurs", "am_agreees", Valeur_2025=valeur)
        chapo = {"Ce_que_vous_signez": "Le relais a trouvé son public", "Signé_par": "Coordination"}
        poser(classeur, "Première page", "chapo", **chapo)
        classeur.save(rempli)
    return rempli.name


@pytest.mark.parametrize("page", ["README.md", "docs/guide.md"])
def test_les_exemples_d_une_page_menent_a_une_archive(annee: Annee, page: str) -> None:
    commandes = exemples(page)
    assert {"produire", "importer", "clore", "verifier", "archiver"} <= {
        mots[0] for mots in commandes
    }

    for mots in commandes:
        if mots[0] == "verifier":
            annee.verifier()
        else:
            annee.reussir(*mots, *(["--oui"] if mots[0] == "source" else []))
        if mots[0] == "gabarit":
            (annee.dossier / remplir(annee, 58)).rename(annee.dossier / f"ctg-{NOM}-2025.xlsx")

    annee.concorder()


class Ordre:
    """What somebody does over a year, in an order that a seed gives, and what must hold of it."""

    def __init__(self, annee: Annee, graine: int) -> None:
        self.annee = annee
        self.hasard = random.Random(graine)
        self.faits: list[str] = []
        self.remplis: list[bytes] = []
        self.a_jour = False

    def suivre(self) -> None:
        """Do some gestures at random, then produce: all has to agree."""
        gestes = (self.produire, self.importer, self.publier, self.verifier, self.archiver)
        for geste in self.hasard.choices((*gestes, self.remplir), k=GESTES):
            self.faits.append(geste.__name__)
            geste()
        self.produire(tout=True)
        self.annee.concorder()
        presents = {*self.annee.lus().values(), *self.annee.a_reprendre.values()}
        assert presents.issuperset(self.remplis), "ce qui a été rempli est perdu"

    def produire(self, *, tout: bool = False) -> None:
        demandes = []
        if not tout and self.hasard.random() < 0.5:
            demandes = [*self.hasard.sample(VUES, self.hasard.randint(1, 3)), "-a", "2025"]
        self.faits[-1:] = [f"produire {demandes}"]
        self.annee.produire(*demandes, "-f", "html")
        self.a_jour = not demandes

    def importer(self) -> None:
        self.annee.reussir("importer", remplir(self.annee, self.hasard.choice(VALEURS)))
        self.a_jour = False

    def publier(self) -> None:
        fait = self.annee.lancer("publier", "2025", "-c", NOM)
        assert fait.returncode == 0 or "ctg produire" in fait.stderr, fait.stderr
        self.a_jour = False

    def verifier(self) -> None:
        if self.a_jour:
            self.annee.verifier()
        else:
            fait = self.annee.lancer("verifier", "--sans-rejouer")
            assert fait.returncode == 0 or "ctg produire" in fait.stdout + fait.stderr

    def archiver(self) -> None:
        fait = self.annee.lancer("archiver", "-c", NOM)
        assert fait.returncode == 0 or (not self.a_jour and "ctg produire" in fait.stderr)

    def remplir(self) -> None:
        """Fill in what ``produire`` left there, if there is something."""
        sortes = {".docx": remplir_le_releve, ".xlsx": remplir_le_classeur}
        presents = [
            path
            for path in sorted(self.annee.rapports.rglob("*"))
            if path.suffix in sortes and "a-reprendre" not in path.parts
        ]
        if presents:
            path = self.hasard.choice(presents)
            avant = path.read_bytes()
            if avant in self.remplis:  # filled in once more, by the same person
                self.remplis.remove(avant)
            self.remplis.append(sortes[path.suffix](path, f"Saisie {len(self.remplis)}"))
            self.a_jour = False


def test_cinquante_ordres_au_hasard_finissent_par_concorder(annee: Annee) -> None:
    for graine in range(combien(ORDRES, UN_SUR)):
        convention = annee.donnees / "conventions" / NOM
        shutil.rmtree(convention / "suivi", ignore_errors=True)
        if graine % 5 == 0:
            shutil.rmtree(annee.rapports, ignore_errors=True)
        ordre = Ordre(annee, graine)
        try:
            ordre.suivre()
        except AssertionError as error:
            error.add_note(f"ordre {graine} : {', '.join(ordre.faits)}")
            raise
