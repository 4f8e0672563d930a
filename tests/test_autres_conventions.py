"""Two conventions that are not Harnes: their whole year, from the workbook to the reports, and only
their own.
"""

from __future__ import annotations

import io
import re
import shutil
from html import unescape

import pytest
import yaml
from classeur_rempli import poser
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from ligne_de_commande import reussir
from openpyxl import load_workbook

from ctglib.collecte.classeur import ecrire_gabarit
from ctglib.donnees.lecture import VARIABLE

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

FICTIVES = DEPOT / "tests/fixtures/conventions"
# Convention, year, values to enter by indicator, the numbers of its fiches.
ANNEES = {
    "rives_de_laune": (
        2025,
        {
            "places_eaje_ouvertes": 18,
            "demandes_sans_place": 31,
            "ateliers_parents": 20,
            "familles_laep": 64,
            "adherents_evs": 102,
            "rendez_vous_droits": 540,
            "demandes_abouties": 310,
            "menages_accompagnes": 22,
            "comites_pilotage": 1,
        },
        ("1.1", "1.9", "1.10", "2", "A-2", "4.3"),
    ),
    "monteclair": (2026, {"jeunes_accueillis": 25, "visites_tiers_lieu": 0}, ("1", "2")),
}
# What only the other conventions of the project say: names, articles, annexes, promised documents,
# posts, its study.
DE_HARNES = re.compile(
    r"Harnes|Carvin|Valfontaine|Pas-de-Calais|Gouillard|Brevière|\b62413\b|\b6-[ab]\b|[Aa]nnexes? [1-9]|"
    r"quatre fiches|13 indicateurs|L'étude|\bVille\b|"
    r"[Aa]rticles? (?:2|3|4|5|6|7|8|9|10|11|12|14)\b"
)

# What no sentence holds: a value that is none, a brace that was not filled, an article that is
# there twice or not contracted (« de le » before an infinitive is a pronoun).
MAL_DIT = re.compile(
    r"\b(?:None|nan|NaN|NA)\b|\{[\w.:|+]*\}|"
    r"\b(?:le le|la la|les les|des des|du du|de du|de des|(?:de|à) les? (?!\w+(?:er|ir|re)\b))\b|"
    r"\b[dl]'(?:la|le|les|du|des|un de) |\bles 1 |« »|\(\)"
)


@pytest.fixture(scope="module", params=ANNEES)
def rapports(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, dict[str, str]]:
    """The texts of the reports of a convention, its year once filled, imported and produced."""
    nom = request.param
    annee, valeurs, _ = ANNEES[nom]
    dossier = tmp_path_factory.mktemp(nom)
    shutil.copytree(DONNEES, dossier / "data")
    shutil.copytree(FICTIVES / nom, dossier / "data/conventions" / nom)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "data"))
        path = ecrire_gabarit(nom, annee, dossier)
        workbook = load_workbook(io.BytesIO(path.read_bytes()))
        for indicateur, valeur in valeurs.items():
            poser(workbook, "Indicateurs", indicateur, **{f"Valeur_{annee}": valeur})
        premiere = {"rives_de_laune": "1.1.a", "monteclair": "1.1"}[nom]
        poser(workbook, "Actions", premiere, **{f"État_fin_{annee}": "En cours"})
        workbook.save(path)
        reussir("importer", path.name, dossier=dossier)
        kinds = ("diagnostic", "controle", "bilan", "fiches", "evaluation", "en_clair", "dossier")
        wanted = ("-c", nom, "-a", str(annee))
        reussir("produire", *kinds, *wanted, "-f", "html", "-s", "sortie", dossier=dossier)
    pages = (dossier / "sortie" / nom).rglob("*.html")
    return nom, {page.stem: _texte(page.read_text(encoding="utf-8")) for page in pages}


def _texte(html: str) -> str:
    body = re.sub(r"<style.*?</style>", "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def test_ses_rapports_ne_disent_rien_d_une_autre_convention(
    rapports: tuple[str, dict[str, str]],
) -> None:
    nom, textes = rapports
    fiches = {f"fiche-{numero.lower().replace('.', '-')}" for numero in ANNEES[nom][2]}

    told = {
        page: sorted({found.group() for found in DE_HARNES.finditer(texte)})
        for page, texte in textes.items()
    }

    assert {page: found for page, found in told.items() if found} == {}
    autres = {"diagnostic", "controle", "bilan", "evaluation-finale", "en-clair", "dossier"}
    assert set(textes) == {*autres, *fiches}


def test_aucune_phrase_n_est_mal_dite(rapports: tuple[str, dict[str, str]]) -> None:
    nom, textes = rapports
    motif = MAL_DIT.pattern
    if nom == "rives_de_laune":  # not a commune
        motif += r"|\b[Ll]a commune\b"

    trouves = {
        page: [
            texte[max(0, faux.start() - 40) : faux.end() + 20] for faux in re.finditer(motif, texte)
        ]
        for page, texte in textes.items()
    }

    assert {page: dits for page, dits in trouves.items() if dits} == {}


def test_un_indicateur_propre_est_dit_en_une_phrase_sur_la_premiere_page_et_en_clair(
    rapports: tuple[str, dict[str, str]],
) -> None:
    nom, textes = rapports
    phrase = {
        "rives_de_laune": "n compte 18 places ouvertes en établissement d'accueil",
        "monteclair": "n compte 25 jeunes accueillis",
    }[nom]

    assert f"O{phrase}" in textes["bilan"]
    assert f"O{phrase}." in textes["en-clair"]


def test_le_bilan_dit_ses_fiches_et_ce_qui_a_ete_saisi(
    rapports: tuple[str, dict[str, str]],
) -> None:
    nom, textes = rapports
    fiches = ANNEES[nom][2]
    said = {
        "rives_de_laune": r"Adhérents de l'espace de vie sociale[^.]*102",
        "monteclair": r"Jeunes[^.]*accueillis[^.]*25",
    }

    bilan = textes["bilan"].replace("\u00a0", " ")

    assert all(f"Fiche {numero}, " in bilan for numero in fiches)
    assert set(re.findall(r"Fiche ([^ ,]+), ", bilan)) == set(fiches)
    assert re.search(said[nom], bilan)


def test_le_diagnostic_a_les_noms_de_la_convention_et_rien_de_ce_qu_elle_ne_donne_pas(
    rapports: tuple[str, dict[str, str]],
) -> None:
    nom, textes = rapports
    diagnostic = textes["diagnostic"]
    absents = {"rives_de_laune": "Précarité", "monteclair": "Petite enfance"}

    assert f"« {absents[nom]} »" in diagnostic and not re.search(
        rf"{absents[nom]}, (?:Rives|Monteclair)", diagnostic
    )
    if nom == "rives_de_laune":
        assert "Accueillir les tout-petits, Rives" in diagnostic
        assert "Petite enfance, Rives" not in diagnostic
    else:
        assert "Offre existante" not in diagnostic and not re.search(
            r"\b0 place|aucune place", diagnostic
        )


def test_ce_que_la_fiche_analyse_est_calcule(rapports: tuple[str, dict[str, str]]) -> None:
    nom, textes = rapports
    said = {
        "rives_de_laune": {
            "fiche-1-9": "en moyenne 3,2 familles",
            "fiche-2": "310 demandes ouvertes pour 540",
        },
        "monteclair": {"fiche-1": "à surveiller"},
    }

    for page, words in said[nom].items():
        assert words in textes[page].replace("\u202f", " ").replace("\u00a0", " ")
    assert not re.search(r"[^.]\.\.[^.]", " ".join(textes.values()))


def test_rien_de_ce_que_decide_harnes_ne_s_y_lit(rapports: tuple[str, dict[str, str]]) -> None:
    _, textes = rapports
    fichier = DONNEES / "conventions/harnes/convention.yaml"
    harnes = yaml.safe_load(fichier.read_text("utf-8"))
    dits = [clause["texte"] for clause in harnes["clauses"].values() if "texte" in clause]
    dits += harnes["comite"]["valide"]

    entier = " ".join(textes.values()).replace("\u00a0", " ").replace("\u202f", " ").lower()

    assert len(dits) > 5
    assert [dit for dit in dits if dit.lower() in entier] == []
    assert not re.search(
        r"plein droit|mise en demeure|poste par poste|instance de validation", entier
    )


def test_le_comite_est_dit_comme_la_convention_le_dit_et_tu_sinon(
    rapports: tuple[str, dict[str, str]],
) -> None:
    nom, textes = rapports
    bilan = textes["bilan"].replace("\u00a0", " ")

    if nom == "rives_de_laune":
        assert "Tenu, comme le prévoit la convention (article 17)." in bilan
        assert "Membres : les six signataires. Fréquence : chaque année." in bilan
    else:
        assert not re.search(r"fois sur|Fréquence : |Membres : ", bilan)


def test_ses_articles_sont_les_siens(rapports: tuple[str, dict[str, str]]) -> None:
    nom, textes = rapports
    own = {"rives_de_laune": ("article 17", "article 23"), "monteclair": ("article 31",)}[nom]

    whole = " ".join(textes.values())

    assert all(article in whole.replace("\u00a0", " ").lower() for article in own)
