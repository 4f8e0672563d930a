"""``ctg clore``: what a closed year says never changes, whatever becomes of the convention."""

from __future__ import annotations

import os
import re
import shutil
import stat
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from classeur_rempli import photographie
from cloture_exemple import ANNEE, CHAPO, CONVENTION, NOM, SUIVI, remplacer, rouvrir
from donnees_suivies import DONNEES
from ligne_de_commande import ctg, reussir
from production_exemple import declarer

from ctglib import ouvrir_bilan
from ctglib.commandes import archives
from ctglib.document.blocs import Bloc, Groupe, Liste
from ctglib.donnees.cloture import fichiers_de_la_cloture, plan_a_clore
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles.suivi import Bilan
from ctglib.donnees.plan import plan_clos
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import avertissements, valider
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.production.plan import CARNETS

JOUR = date(2026, 2, 10)
SUIVANT = '  - numero: "2"\n'  # the avenant of 2026
AUTRE = """\
  - numero: "1 bis"
    date: 2025-12-01
    saisi: 2026-03-01
    objet: Une cible revue
    reference: avenant n° 1 bis
    changements:
      - {nature: cible, element: am_agreees, ancien: 62, nouveau: 90, annee: 2026, effet: 2025-12-01}
"""


class Atelier:
    """A copy of the data, the reports of a year, and the commands run there."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier
        self.donnees = dossier / "donnees"
        self.carnets = dossier / "carnets"

    @classmethod
    def monter(cls, dossier: Path) -> Atelier:
        """Return one whose year is open, with two notebooks."""
        atelier = cls(dossier)
        shutil.copytree(DONNEES, atelier.donnees, ignore=shutil.ignore_patterns("plan.yaml"))
        atelier.carnets.mkdir()
        for nom in ("bilan.ipynb", "fiche.ipynb"):
            shutil.copy(CARNETS / nom, atelier.carnets)
        declarer(atelier.carnets, bilan=["bilan"], fiches=["fiche"])
        rouvrir(atelier.donnees)
        (atelier.donnees / SUIVI / "participation.yaml").unlink()  # it comes after the closing
        return atelier

    def produire(self, *arguments: str) -> str:
        demande = ("-c", NOM, "-a", str(ANNEE), "-f", "html", *arguments)
        return reussir("produire", *demande, "--carnets", str(self.carnets), dossier=self.dossier)

    def clore(self, annee: int, *arguments: str) -> str:
        demande = ("-c", NOM, "--le", str(JOUR), "--carnets", str(self.carnets), *arguments)
        return reussir("clore", str(annee), *demande, dossier=self.dossier)

    def rapports(self) -> dict[str, bytes]:
        """Return the bytes of the reports of the year, by path."""
        dossier = self.dossier / "reports" / NOM
        return {
            path.relative_to(dossier).as_posix(): path.read_bytes()
            for path in sorted((dossier / str(ANNEE)).rglob("*"))
            if path.is_file() and "refaits" not in path.parts
        }

    def changer_la_suite(self) -> None:
        """Enter all that may come after the closing: an avenant, a fiche and an indicator, figures."""
        ici = self.donnees / CONVENTION
        remplacer(ici / "avenants.yaml", SUIVANT, AUTRE + SUIVANT)
        propre = ici / "indicateurs.yaml"
        debut, titre, propres = propre.read_text("utf-8").partition("indicateurs:\n")
        un_de_plus = propres.partition("  - id: familles_laep")[0]
        un_de_plus = un_de_plus.replace("rencontre_2024", "indicateur_de_plus", 1)
        propre.write_text(f"{debut}{titre}{un_de_plus}{propres}", encoding="utf-8")
        depart = "{absent: Un essai}"
        remplacer(
            ici / "convention.yaml",
            "    indicateurs:\n      - id: am_agreees",
            f"    indicateurs:\n      - id: indicateur_de_plus\n        valeur_initiale: {depart}\n"
            f"        cible: {depart}\n      - id: am_agreees",
        )
        remplacer(ici / "convention.yaml", "    titre: ", "    titre: Un autre titre, ")
        revision = "00001,2025,am_agreees,,,2026,58,nombre,A,Liste des agréments du Département,\n"
        with (ici / "suivi/2026/observations.csv").open("a", encoding="utf-8") as file:
            file.write(revision)


@pytest.fixture(scope="module")
def premier(tmp_path_factory: pytest.TempPathFactory) -> tuple[Atelier, str]:
    """The year closed once, and what the command said."""
    atelier = Atelier.monter(tmp_path_factory.mktemp("clore"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(atelier.donnees))
        atelier.produire()
        return atelier, atelier.clore(ANNEE)


@pytest.fixture
def clos(
    premier: tuple[Atelier, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Atelier, str]:
    """A copy of the year closed, that a test may change, and what the command had said."""
    ferme, dit = premier
    atelier = Atelier(Path(shutil.copytree(ferme.dossier, tmp_path / "atelier")))
    monkeypatch.setenv(VARIABLE, str(atelier.donnees))
    return atelier, dit


def test_clore_dit_ce_qui_est_garde_et_ecrit(clos: tuple[Atelier, str]) -> None:
    _, dit = clos

    assert f"{NOM}, {ANNEE} : année close le 10/02/2026." in dit
    assert "4 fiches, 2 avenants" in dit
    assert " ; seul un chiffre peut encore venir" in dit
    assert f"{SUIVI.as_posix()}/plan.yaml" in dit
    assert f"{SUIVI.as_posix()}/bilan.yaml" in dit


def test_le_bilan_dit_definitif_et_rien_d_autre_n_y_change(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    avant = (DONNEES / SUIVI / "bilan.yaml").read_text(encoding="utf-8")
    attendu = avant.replace("statut: definitif", "statut: definitif  # à valider")

    assert (atelier.donnees / SUIVI / "bilan.yaml").read_text(encoding="utf-8") == attendu


def test_la_copie_a_le_plan_lu_les_saisies_et_ce_qui_est_publie(
    clos: tuple[Atelier, str],
) -> None:
    atelier, _ = clos

    copie = plan_clos(NOM, ANNEE)

    assert copie is not None
    assert copie.cloture == JOUR
    assert [avenant.numero for avenant in copie.avenants] == ["1", "2"]
    assert copie.convention == lire_suivi_brut(NOM, ANNEE, plan_actuel=True).convention
    assert copie.saisies == {
        f"{SUIVI.as_posix()}/{path.name}": sha256(path.read_bytes()).hexdigest()
        for path in (atelier.donnees / SUIVI).iterdir()
        if path.name != "plan.yaml"
    }
    assert copie.publications == {
        nom: sha256(octets).hexdigest() for nom, octets in atelier.rapports().items()
    }
    assert "définitif" in atelier.rapports()[f"{ANNEE}/bilan.html"].decode()


def test_une_annee_close_ne_se_clot_pas_deux_fois(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    avant = photographie(atelier.dossier)

    refus = ctg("clore", str(ANNEE), "-c", NOM, dossier=atelier.dossier)

    assert refus.returncode == 1
    assert "close le 10/02/2026" in refus.stderr
    assert "L'année n'a pas été close." in refus.stderr
    assert photographie(atelier.dossier) == avant


def test_ce_qui_vient_apres_ne_change_aucun_octet_des_rapports(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    avant = atelier.rapports()

    atelier.changer_la_suite()
    dit = atelier.produire("--forcer")

    assert "rien à faire" in dit
    assert atelier.rapports() == avant
    # A fresh clone has no report: those made again read the copy, and are the same.
    shutil.rmtree(atelier.dossier / "reports")
    dit = atelier.produire()
    assert atelier.rapports() == avant
    assert "Années closes" not in dit


def test_le_bilan_suivant_dit_ce_qui_est_venu_apres(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    atelier.changer_la_suite()
    remplacer(
        atelier.donnees / SUIVI / "actions.csv", ",Coordination de la CTG,", ",Service enfance,"
    )

    bilan = ouvrir_bilan(NOM, ANNEE + 1)

    assert textes(bilan.revisions()) >= {
        "L'avenant n° 1 bis a un effet en 2025, close le 10 février 2026 : il n'y était pas, et les"
        " rapports de 2025 ne le disent pas.",
        "La saisie de 2025 a changé depuis sa clôture, le 10 février 2026 (actions.csv) : les"
        " rapports de 2025 restent tels que publiés.",
        "Entrés dans le texte sans avenant depuis la clôture de 2025, le 10 février 2026 :"
        " « Rencontre du premier semestre 2024 ».",
    }
    revisions = bilan.etude.revisions
    assert set(revisions.loc[revisions["indicateur"].eq("am_agreees"), "annee"]) == {ANNEE}
    avenants = bilan.avenants()
    assert avenants is not None
    assert {"1", "1 bis", "2"} <= set(avenants.donnees["avenant"])
    # Of the closed year, nothing of this.
    assert ouvrir_bilan(NOM, ANNEE).etude.suivi.depuis_la_cloture is None


def textes(bloc: Bloc | None) -> set[str]:
    """Return the sentences of the lists of a block, with ordinary spaces."""
    assert isinstance(bloc, Groupe)
    return {
        re.sub("[\u00a0\u202f]", " ", str(item))
        for partie in bloc.pieces
        if isinstance(partie, Liste)
        for item in partie.items
    }


def test_un_classeur_plus_recent_laisse_les_rapports_publies_et_le_dit(
    clos: tuple[Atelier, str],
) -> None:
    atelier, _ = clos
    avant = atelier.rapports()
    catalogue = atelier.donnees / "catalogue/evaluation.yaml"
    remplacer(catalogue, "definitif: définitif", "definitif: arrêté pour toujours")

    assert "rien à faire" in atelier.produire()
    refaits = atelier.produire("--refaire-clos", "bilan")
    verifie = ctg(
        "verifier", "-c", NOM, "--carnets", str(atelier.carnets), dossier=atelier.dossier
    ).stdout

    assert f"{NOM}, {ANNEE}, bilan : {ANNEE}/bilan.html" in refaits
    a_cote = atelier.dossier / "reports" / NOM / str(ANNEE) / "refaits"
    assert "arrêté pour toujours" in (a_cote / "bilan.html").read_text(encoding="utf-8")
    assert (a_cote / "bilan/sources.csv").is_file()
    assert f"Années closes ({NOM} {ANNEE}) : 5 rapports" in verifie
    assert [ligne for ligne in verifie.splitlines() if re.match("✗ (?!Paquets)", ligne)] == []
    assert atelier.rapports() == avant
    # Where there is no report, this version makes them, and says that they are not those.
    shutil.rmtree(atelier.dossier / "reports")
    assert f"Années closes ({NOM} {ANNEE}) : 1 rapport," in atelier.produire("bilan")


def test_un_format_de_plus_ne_touche_pas_a_ce_qui_est_publie(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    avant = atelier.rapports()
    catalogue = atelier.donnees / "catalogue/evaluation.yaml"
    remplacer(catalogue, "definitif: définitif", "definitif: arrêté pour toujours")

    atelier.produire("bilan", "-f", "docx")

    apres = atelier.rapports()
    assert apres.keys() - avant.keys() == {f"{ANNEE}/bilan.docx"}
    assert {nom: apres[nom] for nom in avant} == avant


def test_il_n_y_a_rien_a_refaire_d_une_annee_ouverte(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos

    refus = ctg("produire", "-c", NOM, "-a", "2024", "--refaire-clos", dossier=atelier.dossier)

    assert refus.returncode == 1
    assert "Aucun rapport d'une année close" in refus.stderr


@pytest.mark.parametrize(
    ("arguments", "attendu"),
    [
        (("2031", "-c", NOM), "Possibles : 2023, 2024, 2025, 2026"),
        (("2025", "-c", "demonstratio"), "vouliez-vous dire « demonstration » ?"),
        (("2024", "-c", "harnes"), "aucun fichier pour 2024"),
        (("2026", "-c", NOM, "--le", "2026-11-19"), "le 20/11/2026, ou après"),
        (("2026", "-c", NOM, "--le", "2100-01-01"), "n'est pas encore venu"),
        (("2026", "-c", NOM, "--le", "2026-11-25"), "demonstration, 2026, bilan : jamais produit"),
    ],
)
def test_une_annee_qui_ne_peut_etre_close_est_refusee(
    arguments: tuple[str, ...], attendu: str, donnees: Path, tmp_path: Path
) -> None:
    avant = photographie(donnees)

    refus = ctg("clore", *arguments, dossier=tmp_path)

    assert refus.returncode == 1
    assert attendu in refus.stderr, refus.stderr
    assert "L'année n'a pas été close." in refus.stderr
    assert photographie(donnees) == avant


def test_un_bilan_sans_chapo_signe_n_est_pas_clos_et_le_refus_dit_quoi_faire(
    donnees: Path, tmp_path: Path
) -> None:
    rouvrir(donnees)
    (donnees / SUIVI / "messages.yaml").write_text(
        CHAPO.replace("rubrique: chapo", "rang: 1"), encoding="utf-8"
    )
    avant = photographie(donnees)

    refus = ctg("clore", str(ANNEE), "-c", NOM, "--le", str(JOUR), dossier=tmp_path)

    assert refus.returncode == 1
    assert f"Il manque le chapô du bilan {ANNEE}" in refus.stderr
    assert f"ctg gabarit {ANNEE} --convention {NOM}" in refus.stderr
    assert "feuille « Première page »" in refus.stderr
    assert "L'année n'a pas été close." in refus.stderr
    assert photographie(donnees) == avant


def test_une_faute_des_donnees_empeche_de_clore(donnees: Path, tmp_path: Path) -> None:
    remplacer(donnees / CONVENTION / "suivi/2023/actions.csv", "prevue", "prevu")
    avant = photographie(donnees)

    refus = ctg("clore", "2026", "-c", NOM, "--le", "2026-11-25", dossier=tmp_path)

    assert refus.returncode == 1
    assert "prevu" in refus.stderr
    assert photographie(donnees) == avant


def test_un_bilan_definitif_d_avant_les_copies_recoit_la_sienne_sans_rapport(
    donnees: Path, tmp_path: Path
) -> None:
    (donnees / CONVENTION / "suivi/2023/plan.yaml").unlink(missing_ok=True)

    dit = reussir("clore", "2023", "-c", NOM, "--le", "2024-03-15", dossier=tmp_path)

    copie = plan_clos(NOM, 2023)
    assert "aucun rapport ici" in dit
    assert copie is not None
    assert copie.publications == {}
    assert copie.avenants == ()  # that of 2025 was not signed yet


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("annee: 2025\n", "annee: 2025\nstatut: definitif\n"),
        ("annee: 2025\r\nstatut: provisoire\r\n", "annee: 2025\r\nstatut: definitif\r\n"),
        ('statut: "provisoire"\nannee: 2025\n', "statut: definitif\nannee: 2025\n"),
    ],
)
def test_le_statut_s_ecrit_a_sa_place(texte: str, attendu: str, donnees: Path) -> None:
    rouvrir(donnees)
    path = donnees / SUIVI / "bilan.yaml"
    path.write_text(texte, encoding="utf-8", newline="")
    (donnees / CONVENTION / "suivi/2026/bilan.yaml").unlink()  # it comes back to its decisions

    fichiers = fichiers_de_la_cloture(NOM, ANNEE, plan_a_clore(NOM, ANNEE, JOUR, "0.1.0"))

    assert fichiers[f"{SUIVI.as_posix()}/bilan.yaml"].decode() == attendu


def test_un_bilan_dont_le_statut_n_est_pas_seul_sur_sa_ligne_est_refuse(donnees: Path) -> None:
    rouvrir(donnees)
    path = donnees / SUIVI / "bilan.yaml"
    path.write_text("{annee: 2025, statut: provisoire}\n", encoding="utf-8")
    (donnees / CONVENTION / "suivi/2026/bilan.yaml").unlink()

    with pytest.raises(DonneesInvalides, match="seul sur sa ligne"):
        plan_a_clore(NOM, ANNEE, JOUR, "0.1.0")


def test_une_copie_se_relit_telle_qu_elle_a_ete_ecrite(donnees: Path) -> None:
    rouvrir(donnees)
    copie = plan_a_clore(NOM, ANNEE, JOUR, "0.1.0")

    for chemin, octets in fichiers_de_la_cloture(NOM, ANNEE, copie).items():
        (donnees / chemin).write_bytes(octets)

    assert plan_clos(NOM, ANNEE) == copie
    assert charger_yaml(f"{SUIVI.as_posix()}/bilan.yaml", Bilan).statut == "definitif"


def test_valider_dit_ce_qui_a_change_depuis_la_cloture_sans_le_refuser(
    clos: tuple[Atelier, str],
) -> None:
    atelier, _ = clos
    ici = atelier.donnees / SUIVI
    remplacer(ici / "actions.csv", ",Coordination de la CTG,", ",Service enfance,")
    (ici / "posture.csv").unlink()
    (ici / "participation.yaml").write_text("cooperation: []\n", encoding="utf-8")
    remplacer(atelier.donnees / CONVENTION / "avenants.yaml", SUIVANT, AUTRE + SUIVANT)

    phrases = avertissements(NOM)

    fin = f" : les rapports de {ANNEE} n'en disent rien, le bilan suivant le dira"
    depuis = "depuis la clôture du 10/02/2026"
    for attendue in (
        f"{SUIVI.as_posix()}/actions.csv, changé {depuis}{fin}",
        f"{SUIVI.as_posix()}/posture.csv, retiré {depuis}{fin}",
        f"{SUIVI.as_posix()}/participation.yaml, ajouté {depuis}{fin}",
        f"{CONVENTION.as_posix()}/avenants.yaml, l'avenant n° 1 bis, entré {depuis}, a un effet en"
        f" {ANNEE}{fin}",
    ):
        assert attendue in phrases


def test_valider_ne_dit_rien_d_une_annee_close_que_rien_n_a_changee(
    clos: tuple[Atelier, str],
) -> None:
    assert [phrase for phrase in avertissements(NOM) if str(ANNEE) in phrase] == []


def test_valider_demande_de_clore_un_bilan_qui_se_dit_definitif(donnees: Path) -> None:
    (donnees / SUIVI / "plan.yaml").unlink(missing_ok=True)

    (phrase,) = [phrase for phrase in avertissements(NOM) if f"/{ANNEE}/" in phrase]

    assert phrase.startswith(f"{SUIVI.as_posix()}/bilan.yaml, « definitif » écrit à la main")
    assert f"ctg clore {ANNEE} -c {NOM}" in phrase


def test_une_copie_abimee_est_une_faute_a_sa_ligne(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    remplacer(atelier.donnees / SUIVI / "plan.yaml", "version: 0.1.0", "versions: 0.1.0")

    with pytest.raises(DonneesInvalides) as refus:
        valider(NOM)

    assert {(faute.fichier, faute.ligne) for faute in refus.value.fautes} == {
        (f"{SUIVI.as_posix()}/plan.yaml", 3),
        (f"{SUIVI.as_posix()}/plan.yaml", 4),
    }
    with pytest.raises(DonneesInvalides, match="versions"):
        lire_suivi_brut(NOM, ANNEE)


REGISTRE = CONVENTION / "suivi/publications.json"
ARCHIVE = f"ctg-{NOM}.zip"


def oublier(atelier: Atelier, *, registre: bool) -> None:
    """Leave a closed year as a command does that was killed before the archive, or before the
    register too.
    """
    (atelier.dossier / ARCHIVE).unlink()
    if registre:
        (atelier.donnees / REGISTRE).unlink()


@pytest.mark.parametrize(
    ("registre", "restait"),
    [(True, "à la noter comme publiée et à l'archiver"), (False, "à l'archiver")],
    ids=["avant le registre", "avant l'archive"],
)
def test_une_cloture_interrompue_se_finit_par_la_meme_commande(
    registre: bool, restait: str, clos: tuple[Atelier, str]
) -> None:
    atelier, _ = clos
    complete = photographie(atelier.dossier)
    oublier(atelier, registre=registre)

    dit = atelier.clore(ANNEE)
    encore = ctg("clore", str(ANNEE), "-c", NOM, dossier=atelier.dossier)

    assert f"{NOM}, {ANNEE} : année déjà close le 10/02/2026. Il restait {restait} : " in dit
    assert ("publication n° 1" in dit) == registre
    assert f"Archive : {ARCHIVE}" in dit
    assert photographie(atelier.dossier) == complete
    assert encore.returncode == 1 and "close le 10/02/2026" in encore.stderr


def test_une_archive_d_avant_la_cloture_est_refaite(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos
    complete = photographie(atelier.dossier)
    registre = (atelier.donnees / REGISTRE).read_bytes()
    (atelier.donnees / REGISTRE).unlink()
    archiver = ("archiver", "-c", NOM, "--tel-quel", "--carnets", str(atelier.carnets))
    reussir(*archiver, dossier=atelier.dossier)
    (atelier.donnees / REGISTRE).write_bytes(registre)

    dit = atelier.clore(ANNEE)

    assert "Il restait à l'archiver" in dit
    assert photographie(atelier.dossier) == complete


@pytest.mark.parametrize("contenu", [b"", b"PK\x05\x06 autre chose", b"texte"])
def test_ce_qui_n_est_pas_une_archive_en_est_une_a_faire(
    contenu: bytes, clos: tuple[Atelier, str]
) -> None:
    atelier, _ = clos
    (atelier.dossier / ARCHIVE).write_bytes(contenu)

    assert "Il restait à l'archiver" in atelier.clore(ANNEE)


def test_qui_n_a_pas_les_rapports_de_la_cloture_ne_la_finit_pas(
    clos: tuple[Atelier, str],
) -> None:
    """Those made again elsewhere, by another version, are not what was published."""
    atelier, _ = clos
    oublier(atelier, registre=True)
    shutil.rmtree(atelier.dossier / "reports")
    catalogue = atelier.donnees / "catalogue/evaluation.yaml"
    remplacer(catalogue, "definitif: définitif", "definitif: arrêté pour toujours")
    dits = [ctg("clore", str(ANNEE), "-c", NOM, dossier=atelier.dossier).stderr]
    atelier.produire()

    dits.append(ctg("clore", str(ANNEE), "-c", NOM, dossier=atelier.dossier).stderr)

    assert all("close le 10/02/2026" in dit for dit in dits)
    assert not (atelier.donnees / REGISTRE).exists()
    assert not (atelier.dossier / ARCHIVE).exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows n'a pas de droits")
def test_l_archive_n_est_lue_que_de_qui_l_a_faite(clos: tuple[Atelier, str]) -> None:
    atelier, _ = clos

    assert stat.S_IMODE((atelier.dossier / ARCHIVE).stat().st_mode) == 0o600


def test_un_certificat_refuse_ne_clot_rien(donnees: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyhanko", reason="pyHanko n'est pas installé : make test l'installe")
    avant = photographie(donnees)

    refus = ctg("clore", "2025", "-c", NOM, "--signer", "absent.p12", dossier=tmp_path)

    assert refus.returncode == 1 and "absent.p12" in refus.stderr
    assert "L'année n'a pas été close." in refus.stderr
    assert photographie(donnees) == avant


def test_clore_signe_l_archive_par_le_certificat_donne(
    clos: tuple[Atelier, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyhanko", reason="pyHanko n'est pas installé : make test l'installe")
    from signature_exemple import MOT_DE_PASSE, certifier

    atelier, _ = clos
    oublier(atelier, registre=False)
    certifier("Marie Dupont").ecrire_p12(atelier.dossier / "marie.p12")
    monkeypatch.setenv(archives.MOT_DE_PASSE, MOT_DE_PASSE)

    dit = atelier.clore(ANNEE, "--signer", "marie.p12")

    assert f"Signature : {ARCHIVE}.p7s (CMS détachée, en DER), par Marie Dupont" in dit
    assert (atelier.dossier / f"{ARCHIVE}.p7s").is_file()
