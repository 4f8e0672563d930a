"""``ctg nouvelle-convention``: a draft drawn from the one that ends, checked whole before anything is written."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg

from ctglib.calculs.revisite import renouveler
from ctglib.commandes.application import lancer
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles.convention import ValeurDatee
from ctglib.donnees.modeles.evaluation import Renouvellement
from ctglib.donnees.validation import avertissements, valider

ANCIENNES = ("harnes", "demonstration")
DATES = ("--debut", "2027-01-01", "--fin", "2030-12-31")
NOTES = ("{source} ; même champ", "à demander")


@pytest.fixture(scope="module")
def ecrites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the data folder, read instead of the real one, where each convention has its next one."""
    copie = tmp_path_factory.mktemp("suivante") / "donnees"
    shutil.copytree(DEPOT / "data", copie)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(copie))
        for ancienne in ANCIENNES:
            assert lancer(["nouvelle-convention", f"suite_{ancienne}", "--depuis", ancienne, *DATES]) == 0
        yield copie


def _fichiers(donnees: Path) -> set[str]:
    return {path.relative_to(donnees).as_posix() for path in donnees.rglob("*")}


@pytest.mark.parametrize("ancienne", ANCIENNES)
def test_la_convention_ecrite_est_juste_et_garde_ses_fiches(ancienne: str, ecrites: Path) -> None:
    name = f"suite_{ancienne}"

    assert valider(name)
    new, old = lire_dossier(name).convention, lire_dossier(ancienne).convention
    assert (new.debut.year, new.fin.year, new.id) == (2027, 2030, name)
    assert [fiche.titre for fiche in new.fiches] == [fiche.titre for fiche in old.fiches]
    assert [partie.nom for partie in new.parties] == [partie.nom for partie in old.parties]


def test_les_cibles_et_les_echeances_sont_a_convenir(ecrites: Path) -> None:
    fiches = lire_dossier("suite_demonstration").convention.fiches
    assert all(item.cible.absent == "À convenir entre les parties" for fiche in fiches for item in fiche.indicateurs)
    assert all(item.implicite is None for fiche in fiches for item in fiche.indicateurs)
    assert all(item.debut is None and item.echeance is None for fiche in fiches for item in fiche.modalites)


def test_la_valeur_de_depart_est_la_derniere_connue_avec_son_annee_et_sa_source(ecrites: Path) -> None:
    starts = {
        item.id: item.valeur_initiale for item in lire_dossier("suite_demonstration").convention.fiches[0].indicateurs
    }
    found = starts["gardes_domicile"]
    assert isinstance(found, ValeurDatee)
    assert (found.valeur, found.annee) == (6, 2025)
    assert found.reference.startswith("dernière valeur connue, suivi 2023-2026 ; ")


def test_ce_que_personne_n_a_transmis_reste_absent_avec_sa_raison(ecrites: Path) -> None:
    starts = [
        item.valeur_initiale for fiche in lire_dossier("suite_harnes").convention.fiches for item in fiche.indicateurs
    ]
    known = [item for item in starts if isinstance(item, ValeurDatee)]
    assert {item.annee for item in known} == {2023}
    assert len(known) < len(starts)
    assert all(item.absent for item in starts if item not in known)


def test_l_annexe_1_ne_reprend_que_ce_qu_une_serie_publique_renouvelle(ecrites: Path) -> None:
    with (ecrites / "conventions/suite_harnes/annexe1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    valued = {row["indicateur"] for row in rows if row["valeur"]}
    links = yaml.safe_load((ecrites / "catalogue/evaluation_finale.yaml").read_text(encoding="utf-8"))["renouvellement"]
    assert valued == {link["indicateur"] for link in links}
    assert {row["statut"] for row in rows if not row["valeur"]} == {"L"}
    assert all(row["note"] for row in rows)


def test_le_diagnostic_de_la_convention_ecrite_se_produit(ecrites: Path, tmp_path: Path) -> None:
    done = ctg("produire", "diagnostic", "-c", "suite_harnes", "-f", "html", "-s", "sortie", dossier=tmp_path)

    assert done.returncode == 0, done.stderr + done.stdout
    html = (tmp_path / "sortie/suite_harnes/diagnostic.html").read_text(encoding="utf-8")
    assert "Non transmis à Harnes, ni dans le Pas-de-Calais" in html
    assert 'id="figure-ecarts-' not in html and 'id="figure-radar"' not in html, "rien à dessiner, pas de graphique"
    assert "Aucun écart défavorable" not in html, "sans valeur, l'absence d'écart ne veut rien dire"
    assert "<tbody></tbody>" not in html


def test_les_corrections_de_l_offre_suivent_l_offre(ecrites: Path) -> None:
    old, new = (lire_dossier(name).corrections for name in ("harnes", "suite_harnes"))

    assert [item.id for item in new] == [item.id for item in old if item.fichier == "offre.csv"] != []


@pytest.mark.parametrize("ancienne", ANCIENNES)
def test_ce_que_la_convention_demande_et_a_qui_suit_avec_ses_clauses(ancienne: str, ecrites: Path) -> None:
    old, new = (ecrites / "conventions" / name for name in (ancienne, f"suite_{ancienne}"))

    assert (new / "collecte.yaml").read_bytes() == (old / "collecte.yaml").read_bytes()
    assert lire_dossier(new.name).convention.clauses == lire_dossier(ancienne).convention.clauses != {}


def test_les_memes_donnees_donnent_les_memes_octets(ecrites: Path) -> None:
    lancer(["nouvelle-convention", "encore", "--depuis", "harnes", *DATES])

    first, second = (ecrites / "conventions" / name for name in ("suite_harnes", "encore"))
    for path in first.rglob("*.*"):
        other = (second / path.relative_to(first)).read_bytes()
        assert path.read_bytes().replace(b"id: suite_harnes\n", b"id: encore\n") == other, path.name


REFUS = {
    "un nom avec des majuscules": (["Suivante", "--depuis", "harnes", *DATES], "le nom « Suivante »"),
    "un nom qui sort du dossier": (["../ailleurs", "--depuis", "harnes", *DATES], "le nom « ../ailleurs »"),
    "un dossier déjà là": (["harnes", "--depuis", "harnes", *DATES], "un dossier déjà là"),
    "une ancienne convention inconnue": (["suivante", "--depuis", "arnes", *DATES], "écrire « harnes »"),
    "une date qui n'en est pas une": (
        ["suivante", "--depuis", "harnes", "--debut", "demain", "--fin", "2030-12-31"], "« demain » pour --debut",
    ),
    "une date oubliée": (["suivante", "--depuis", "harnes", "--debut", "2027-01-01"], "aucune date pour « --fin »"),
    "une fin avant le début": (
        ["suivante", "--depuis", "harnes", "--debut", "2030-01-01", "--fin", "2027-12-31"], "une date après le début",
    ),
    "un début pendant l'ancienne": (
        ["suivante", "--depuis", "harnes", "--debut", "2026-01-01", "--fin", "2029-12-31"],
        "une date après la fin de l'ancienne convention",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), REFUS.values(), ids=REFUS)
def test_une_demande_qui_ne_convient_pas_est_refusee_sans_rien_ecrire(
    donnees: Path, capsys: pytest.CaptureFixture, arguments: list[str], message: str
) -> None:
    avant = _fichiers(donnees)

    code = lancer(["nouvelle-convention", *arguments])

    assert code == 1
    assert message in capsys.readouterr().err
    assert _fichiers(donnees) == avant


def _renouveler(series: list[tuple]) -> pd.DataFrame:
    names = ["section", "indicateur", "territoire", "annee", "valeur", "variation_5_ans", "unite", "statut", "note"]
    old = [("1.1", "a", code, 2020, 10.0, None, "nombre", "A", "") for code in ("01001", "01")]
    old.append(("1.1", "b", "01001", 2018, 3.0, 1.0, "nombre", "A", ""))
    known = pd.DataFrame(series, columns=["indicateur", "territoire", "annee", "valeur"])
    return renouveler(
        pd.DataFrame(old, columns=names),
        known.assign(dimension="", statut="A", source="Cnaf"),
        [Renouvellement(indicateur="a", serie="s")],
        territoire="01001",
        notes=NOTES,
    ).set_index(["indicateur", "territoire"])


def test_une_valeur_renouvelee_dit_sa_variation_sur_cinq_ans_et_sa_source() -> None:
    table = _renouveler([("s", "01001", 2019, 80.0), ("s", "01001", 2024, 60.0), ("s", "01", 2024, 500.0)])

    own, there = table.loc[("a", "01001")], table.loc[("a", "01")]
    assert (own["valeur"], own["annee"], own["variation_5_ans"], own["note"]) == (60, 2024, -25, "Cnaf ; même champ")
    assert (there["valeur"], pd.isna(there["variation_5_ans"])) == (500, True)


def test_la_reference_prend_l_annee_du_territoire_ou_rien() -> None:
    table = _renouveler([("s", "01001", 2024, 60.0), ("s", "01", 2023, 500.0)])

    assert (table.loc[("a", "01"), "statut"], table.loc[("a", "01"), "note"]) == ("L", "à demander")


def test_ce_qu_aucune_serie_ne_renouvelle_est_a_demander_pour_la_meme_annee() -> None:
    table = _renouveler([("s", "01001", 2024, 60.0)])

    assert (table.loc[("b", "01001"), "statut"], table.loc[("b", "01001"), "annee"]) == ("L", 2024)


DEPART = ("--debut", "2024-01-01", "--fin", "2028-12-31", "--parties", "CA de Lens ; Caf ; MSA", "--fiches", "6")


def test_une_convention_commence_de_rien_et_son_dossier_est_juste(donnees: Path) -> None:
    assert lancer(["nouvelle-convention", "lens", "--territoire", "246200364", *DEPART]) == 0

    assert valider("lens")
    new = lire_dossier("lens").convention
    assert (new.territoire, len(new.membres), new.reference) == ("246200364", 36, "62")
    assert (len(new.parties), len(new.fiches)) == (3, 6)
    assert avertissements("harnes") == []


def test_valider_dit_ce_qui_reste_et_les_chiffres_d_un_autre(donnees: Path) -> None:
    assert lancer(["nouvelle-convention", "lens", "--territoire", "62498", *DEPART]) == 0
    shutil.copy(donnees / "conventions/harnes/annexe1.csv", donnees / "conventions/lens/annexe1.csv")

    told = " ".join(avertissements("lens"))

    assert "« À compléter »" in told and "le même fichier que celui de « harnes »" in told
    with pytest.raises(DonneesInvalides, match="« 62413 », le territoire de 124 lignes"):
        valider("lens")


def test_un_depart_mal_demande_dit_tout_ce_qui_manque(donnees: Path, capsys: pytest.CaptureFixture) -> None:
    avant = _fichiers(donnees)

    code = lancer(["nouvelle-convention", "lens", "--territoire", "Lens", "--fiches", "21"])

    told = capsys.readouterr().err
    assert code == 1 and _fichiers(donnees) == avant
    for words in ("--territoire 62498 (Lens)", "21 fiches action", "deux signataires au moins", "« --debut »"):
        assert words in told
