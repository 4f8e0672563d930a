"""``ctg nouvelle-convention``: a draft drawn from the one that ends, checked whole before anything
is written.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pandas as pd
import pytest
import yaml
from donnees_suivies import DONNEES
from ligne_de_commande import reussir
from production_exemple import faire

from ctglib.calculs.territoire import remplir
from ctglib.collecte.classeur_convention import classeur_de
from ctglib.commandes.application import lancer
from ctglib.commandes.brouillon import diagnostic_public
from ctglib.donnees import publiques
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.ecriture import VERROU
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles.plan import ValeurDatee
from ctglib.donnees.modeles.sources import DonneesPubliques
from ctglib.donnees.suivi import lire_suivi_brut
from ctglib.donnees.validation import avertissements, manques, valider
from ctglib.production.plan import commandes

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

ANCIENNES = ("harnes", "demonstration")
DATES = ("--debut", "2027-01-01", "--fin", "2030-12-31")


@pytest.fixture(scope="module")
def ecrites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the data folder, read instead of the real one, where each convention has its next
    one.
    """
    copie = tmp_path_factory.mktemp("suivante") / "donnees"
    shutil.copytree(DONNEES, copie)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(copie))
        for ancienne in ANCIENNES:
            assert (
                lancer(["nouvelle-convention", f"suite_{ancienne}", "--depuis", ancienne, *DATES])
                == 0
            )
        yield copie


def _fichiers(donnees: Path) -> set[str]:
    """Return the paths of a folder, but its lock, which every command that writes takes first."""
    chemins = {path.relative_to(donnees).as_posix() for path in donnees.rglob("*")}
    return chemins - {VERROU}


@pytest.mark.parametrize("ancienne", ANCIENNES)
def test_la_convention_ecrite_est_juste_et_garde_ses_fiches(ancienne: str, ecrites: Path) -> None:
    name = f"suite_{ancienne}"

    assert valider(name)
    new = lire_dossier(name).convention
    old = lire_dossier(ancienne).convention
    assert (new.debut.year, new.fin.year, new.id) == (2027, 2030, name)
    vivantes = lire_suivi_brut(ancienne).plan(old.fin.year).fiches  # an avenant may have added one
    assert [fiche.titre for fiche in new.fiches] == [fiche.titre for fiche in vivantes]
    assert [partie.nom for partie in new.parties] == [partie.nom for partie in old.parties]


def test_seul_ce_qui_vit_du_plan_est_repris(ecrites: Path) -> None:
    texte = (ecrites / "conventions/suite_demonstration/convention.yaml").read_text("utf-8")
    fiches = lire_dossier("suite_demonstration").convention.fiches

    modalites = {item.numero for fiche in fiches for item in fiche.modalites}

    assert {"2.1", "2.6", "4.4"} <= modalites  # 2.6 was added by an avenant
    assert not {"2.4", "4.1", "4.2", "2.3"} & modalites  # given up, or done
    assert "histoire:" not in texte
    assert "\nfinancement:" not in texte


def test_les_cibles_et_les_echeances_sont_a_convenir(ecrites: Path) -> None:
    fiches = lire_dossier("suite_demonstration").convention.fiches
    assert all(
        item.cible.absent == "À convenir entre les parties"
        for fiche in fiches
        for item in fiche.indicateurs
    )
    assert all(item.implicite is None for fiche in fiches for item in fiche.indicateurs)
    assert all(
        item.debut is None and item.echeance is None for fiche in fiches for item in fiche.modalites
    )


def test_la_valeur_de_depart_est_la_derniere_connue_avec_son_annee_et_sa_source(
    ecrites: Path,
) -> None:
    starts = {
        item.id: item.valeur_initiale
        for item in lire_dossier("suite_demonstration").convention.fiches[0].indicateurs
    }
    found = starts["gardes_domicile"]
    assert isinstance(found, ValeurDatee)
    assert (found.valeur, found.annee) == (6, 2025)
    assert found.reference.startswith("dernière valeur connue, suivi 2023-2026 ; ")


def test_ce_que_personne_n_a_transmis_reste_absent_avec_sa_raison(ecrites: Path) -> None:
    starts = [
        item.valeur_initiale
        for fiche in lire_dossier("suite_harnes").convention.fiches
        for item in fiche.indicateurs
    ]
    known = [item for item in starts if isinstance(item, ValeurDatee)]
    assert {item.annee for item in known} == {2023}
    assert len(known) < len(starts)
    assert all(item.absent for item in starts if item not in known)


def test_le_diagnostic_ne_reprend_que_ce_que_des_donnees_publiques_disent(ecrites: Path) -> None:
    with (ecrites / "conventions/suite_harnes/annexe1.csv").open(
        encoding="utf-8", newline=""
    ) as file:
        rows = list(csv.DictReader(file))
    valued = {row["indicateur"] for row in rows if row["valeur"]}
    rules = yaml.safe_load(
        (ecrites / "catalogue/donnees_publiques.yaml").read_text(encoding="utf-8")
    )
    assert valued == {link["indicateur"] for link in rules["lignes"]}
    assert {row["statut"] for row in rows if not row["valeur"]} == {"L"}
    assert all(
        row["note"].startswith("Donnée publique : " if row["valeur"] else "À demander : ")
        for row in rows
    )


def test_le_diagnostic_de_la_convention_ecrite_se_produit(ecrites: Path, tmp_path: Path) -> None:
    reussir(
        "produire",
        "diagnostic",
        "-c",
        "suite_harnes",
        "-f",
        "html",
        "-s",
        "sortie",
        dossier=tmp_path,
    )

    html = (tmp_path / "sortie/suite_harnes/diagnostic.html").read_text(encoding="utf-8")
    assert "non transmis" in html and "Données publiques de la Cnaf et de l'Insee" in unescape(html)
    assert 'id="figure-ecarts-' not in html and 'id="figure-radar"' not in html, (
        "rien à dessiner, pas de graphique"
    )
    assert "Aucun écart défavorable" not in html, "sans valeur, l'absence d'écart ne veut rien dire"
    assert "<tbody></tbody>" not in html


def test_les_corrections_de_l_offre_suivent_l_offre(ecrites: Path) -> None:
    old, new = (lire_dossier(name).corrections for name in ("harnes", "suite_harnes"))

    assert (
        [item.id for item in new] == [item.id for item in old if item.fichier == "offre.csv"] != []
    )


@pytest.mark.parametrize("ancienne", ANCIENNES)
def test_ce_que_la_convention_demande_et_a_qui_suit_avec_ses_clauses(
    ancienne: str, ecrites: Path
) -> None:
    old, new = (ecrites / "conventions" / name for name in (ancienne, f"suite_{ancienne}"))

    assert (new / "collecte.yaml").read_bytes() == (old / "collecte.yaml").read_bytes()
    assert (
        lire_dossier(new.name).convention.clauses == lire_dossier(ancienne).convention.clauses != {}
    )


def test_les_memes_donnees_donnent_les_memes_octets(ecrites: Path) -> None:
    lancer(["nouvelle-convention", "encore", "--depuis", "harnes", *DATES])

    first, second = (ecrites / "conventions" / name for name in ("suite_harnes", "encore"))
    for path in first.rglob("*.*"):
        other = (second / path.relative_to(first)).read_bytes()
        if path.suffix == ".xlsx":  # it bears the name of its convention
            assert classeur_de("encore") == other
            continue
        assert path.read_bytes().replace(b"id: suite_harnes\n", b"id: encore\n") == other, path.name


REFUS = {
    "un nom avec des majuscules": (
        ["Suivante", "--depuis", "harnes", *DATES],
        "le nom « Suivante »",
    ),
    "un nom qui sort du dossier": (
        ["../ailleurs", "--depuis", "harnes", *DATES],
        "le nom « ../ailleurs »",
    ),
    "un dossier déjà là": (["harnes", "--depuis", "harnes", *DATES], "un dossier déjà là"),
    "une ancienne convention inconnue": (
        ["suivante", "--depuis", "arnes", *DATES],
        "vouliez-vous dire « harnes » ?",
    ),
    "une date qui n'en est pas une": (
        ["suivante", "--depuis", "harnes", "--debut", "demain", "--fin", "2030-12-31"],
        "« demain » pour --debut",
    ),
    "une date oubliée": (
        ["suivante", "--depuis", "harnes", "--debut", "2027-01-01"],
        "aucune date pour « --fin »",
    ),
    "une fin avant le début": (
        ["suivante", "--depuis", "harnes", "--debut", "2030-01-01", "--fin", "2027-12-31"],
        "une date après le début",
    ),
    "un début pendant l'ancienne": (
        ["suivante", "--depuis", "harnes", "--debut", "2026-01-01", "--fin", "2029-12-31"],
        "une date après la fin de l'ancienne convention",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), REFUS.values(), ids=REFUS)
def test_une_demande_qui_ne_convient_pas_est_refusee_sans_rien_ecrire(
    donnees: Path, capsys: pytest.CaptureFixture, arguments: list[str], message: str
) -> None:
    avant = _fichiers(donnees)

    code = lancer(["nouvelle-convention", *arguments])

    assert code == 1
    assert message in capsys.readouterr().err
    assert _fichiers(donnees) == avant


def _remplir(series: list[tuple], *liens: dict) -> pd.DataFrame:
    """Rows « a » and « b » of 01001 and 01, filled from series; « a » is the series « s » unless
    told otherwise.
    """
    rows = [
        ("1.1", name, code, 2018, "nombre", "à demander")
        for name in ("a", "b")
        for code in ("01001", "01")
    ]
    names = ["territoire", "annee", "valeur"]
    known = pd.DataFrame(series, columns=["indicateur", *names])
    known = known.assign(statut="A", source="Cnaf", note="")
    words = {"anciennete": 5, "mots": {"note": "{source} ; publique"}, "annonce": ("a",)}
    links = [
        {"indicateur": "a", "raison": "même champ", **link}
        for link in liens or ({"series": ["s"]},)
    ]
    return remplir(
        pd.DataFrame(
            rows, columns=["section", "indicateur", "territoire", "annee", "unite", "note"]
        ),
        known,
        DonneesPubliques.model_validate({**words, "lignes": links}),
        "01001",
    ).set_index(["indicateur", "territoire"])


def test_une_valeur_publique_dit_sa_variation_sur_cinq_ans_et_sa_source() -> None:
    table = _remplir(
        [("s", "01001", 2019, 80.0), ("s", "01001", 2024, 60.0), ("s", "01", 2024, 500.0)]
    )

    own = table.loc[("a", "01001")]
    there = table.loc[("a", "01")]
    assert (own["valeur"], own["annee"], own["variation_5_ans"], own["note"]) == (
        60,
        2024,
        -25,
        "Cnaf ; publique",
    )
    assert (there["valeur"], pd.isna(there["variation_5_ans"])) == (500, True)


def test_la_reference_prend_l_annee_du_territoire_ou_rien() -> None:
    table = _remplir([("s", "01001", 2024, 60.0), ("s", "01", 2023, 500.0)])

    assert (table.loc[("a", "01"), "statut"], table.loc[("a", "01"), "note"]) == ("L", "à demander")


def test_ce_qu_aucune_serie_ne_dit_est_a_demander_pour_la_meme_annee() -> None:
    table = _remplir([("s", "01001", 2024, 60.0)])

    assert (table.loc[("b", "01001"), "statut"], table.loc[("b", "01001"), "annee"]) == ("L", 2024)


def test_une_part_est_le_quotient_des_sommes_et_manque_avec_l_un_de_ses_effectifs() -> None:
    link = {"series": ["x", "y"], "sur": ["z"]}
    counts = [("x", "01001", 2024, 10.0), ("y", "01001", 2024, 20.0), ("z", "01001", 2024, 90.0)]

    assert _remplir(counts, link).loc[("a", "01001"), "valeur"] == 33.3
    assert _remplir(counts[1:], link).loc[("a", "01001"), "statut"] == "L"


def test_une_valeur_trop_vieille_reste_a_demander() -> None:
    series = [("s", "01001", 2016, 60.0), ("t", "01001", 2024, 5.0)]
    table = _remplir(series, {"series": ["s"]}, {"indicateur": "b", "series": ["t"]})

    assert (table.loc[("a", "01001"), "statut"], table.loc[("b", "01001"), "valeur"]) == ("L", 5)


DEPART = (
    "--debut",
    "2024-01-01",
    "--fin",
    "2028-12-31",
    "--parties",
    "CA de Lens ; Caf ; MSA",
    "--fiches",
    "20",
)


@pytest.fixture(scope="module")
def lens(ecrites: Path) -> str:
    """A convention begun from nothing, beside the others, with as many fiches as there may be."""
    assert lancer(["nouvelle-convention", "lens", "--territoire", "246200364", *DEPART]) == 0
    return "lens"


def test_une_convention_commence_de_rien_et_son_dossier_est_juste(lens: str) -> None:
    assert valider(lens)
    new = lire_dossier(lens).convention
    assert (new.territoire, len(new.membres), new.reference) == ("246200364", 36, "62")
    assert (len(new.parties), len(new.fiches)) == (3, 20)
    assert not [told for told in avertissements("harnes") if lens in told]


def test_vingt_fiches_commencees_de_rien_ont_leurs_rapports(lens: str, tmp_path: Path) -> None:
    kinds = ("diagnostic", "bilan", "fiches")
    orders = commandes(kinds, (lens,), annees=(2024,), sortie=tmp_path / "sortie")
    others = {
        f"2024/fiche-{numero}" for numero in range(2, 20)
    }  # nothing but their number is theirs

    made = faire([order for order in orders if order.cle not in others])

    assert others < {order.cle for order in orders}
    shown = ("diagnostic", "2024/bilan", "2024/fiche-1", "2024/fiche-20")
    assert {cle: one.echec for cle, one in made.items()} == dict.fromkeys(shown)


def test_une_fiche_sans_lecture_ni_service_est_dite(donnees: Path) -> None:
    lectures, collecte = (
        donnees / f"conventions/harnes/{name}.yaml" for name in ("lectures", "collecte")
    )
    kept = [
        line
        for line in lectures.read_text("utf-8").splitlines()
        if "{fiche: 3, objectif" not in line
    ]
    lectures.write_text("\n".join(kept), "utf-8")
    collecte.write_text(collecte.read_text("utf-8").replace(", 3: jeunesse", ""), "utf-8")

    assert avertissements("harnes") == [
        "conventions/harnes/lectures.yaml, rien sur la fiche 3 : l'évaluation finale n'en lira pas les objectifs",
    ]
    assert manques("harnes")[-1] == (
        "collecte.yaml ne nomme aucun service pour la fiche 3 : l'état des actions se demande à "
        "« coordination »"
    )


def test_dix_fiches_sans_faute_n_ont_rien_a_voir_et_ce_qui_manque_dit_ce_qu_il_coute(
    donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    dix = [*DEPART[:-1], "10"]
    assert lancer(["nouvelle-convention", "lens", "--territoire", "62498", *dix]) == 0
    path = donnees / "conventions/lens/convention.yaml"
    path.write_text(path.read_text("utf-8").replace("À compléter", "Écrit"), "utf-8")
    capsys.readouterr()

    assert lancer(["valider", "-c", "lens"]) == 0

    dites = capsys.readouterr().out.splitlines()
    assert len(lire_dossier("lens").convention.fiches) == 10
    assert not [ligne for ligne in dites if "à voir" in ligne]
    manquants = [ligne.strip() for ligne in dites if ligne.startswith("  sans ")]
    assert [ligne.partition(" : ")[0] for ligne in manquants] == [
        "sans offre.csv",
        "sans collecte.yaml",
        "sans affirmations.yaml",
        "sans commentaires.yaml",
        "sans lectures.yaml",
        "sans logos",
        "sans « clauses » dans convention.yaml",
        "sans « lacunes » dans convention.yaml",
    ]


def test_le_depart_prend_les_donnees_publiques_et_dit_a_qui_demander_le_reste(
    donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    assert lancer(["nouvelle-convention", "encore_harnes", "--territoire", "62413", *DEPART]) == 0

    told = capsys.readouterr().out
    new = lire_dossier("encore_harnes")
    own = new.annexe1[new.annexe1["territoire"].eq("62413")].set_index("indicateur")
    assert "26 indicateurs sur 124 remplis de données publiques" in told and "Caf, 90" in told
    assert own.loc["enfants_moins_3", ["valeur", "annee"]].to_list() == [473, 2020]
    assert own.loc["places_eaje", "note"].startswith("À demander : Caf")
    assert new.convention.source_diagnostic.startswith("Données publiques")


def test_le_taux_d_un_epci_est_le_quotient_des_sommes_de_ses_communes(donnees: Path) -> None:
    communes = publiques.territoires(niveaux=("commune",))
    members = communes.loc[communes["departement"].eq("62"), "code"]
    counts = {
        name: publiques.lire(name, members, [2020]).set_index("territoire")["valeur"].dropna()
        for name in ("iris_rsa_socle", "iris_allocataires")
    }
    known = list(counts["iris_rsa_socle"].index.intersection(counts["iris_allocataires"].index))
    rules = lire_dossier("harnes").catalogue

    table = diagnostic_public(
        rules.themes, rules.donnees_publiques, ("246200364", known, "62"), annee=2026
    )

    found = table.set_index(["indicateur", "territoire"])["valeur"]["part_rsa", "246200364"]
    above, below = (counts[name][known] for name in ("iris_rsa_socle", "iris_allocataires"))
    assert (
        found == round(100 * above.sum() / below.sum(), 1) != round((100 * above / below).mean(), 1)
    )


def test_valider_dit_ce_qui_reste_et_les_chiffres_d_un_autre(donnees: Path) -> None:
    assert lancer(["nouvelle-convention", "lens", "--territoire", "62498", *DEPART]) == 0
    shutil.copy(
        donnees / "conventions/harnes/annexe1.csv", donnees / "conventions/lens/annexe1.csv"
    )

    told = " ".join(avertissements("lens"))

    assert "« À compléter »" in told and "le même fichier que celui de « harnes »" in told
    with pytest.raises(DonneesInvalides, match="« 62413 », le territoire de 124 lignes"):
        valider("lens")


def test_un_depart_mal_demande_dit_tout_ce_qui_manque(
    donnees: Path, capsys: pytest.CaptureFixture
) -> None:
    avant = _fichiers(donnees)

    code = lancer(["nouvelle-convention", "lens", "--territoire", "Lens", "--fiches", "21"])

    told = capsys.readouterr().err
    assert code == 1 and _fichiers(donnees) == avant
    for words in (
        "--territoire 62498 (Lens)",
        "21 fiches action",
        "deux signataires au moins",
        "« --debut »",
    ):
        assert words in told
