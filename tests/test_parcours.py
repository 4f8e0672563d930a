"""Two conventions, from ``nouvelle-convention`` to the archive: a communauté de communes typed in
``convention.xlsx``, a village in a text editor.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ligne_de_commande import reussir
from openpyxl import Workbook, load_workbook
from parcours import ANNEES, CLOTURES, MARCHES, Parcours, marcher
from premieres_pages import ecart
from projet_lu import lire
from test_autres_conventions import MAL_DIT, _texte

from ctglib.collecte.classeur import LIGNE_DES_TITRES
from ctglib.commandes.brouillon import ANNEXES
from ctglib.document.typographie import en_lettres
from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.lecture import VARIABLE

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration

# What only the other conventions of the project say.
D_UNE_AUTRE = re.compile(
    r"Harnes|Carvin|Valfontaine|Pas-de-Calais|Gouillard|Brevière|Monteclair|Rives de l'Aune|Lens\b|"
    r"\bCAJ\b|\bCMJ\b|\bPIJ\b|[Pp]ériscolaire|chantiers? éducatif|\b62413\b|\bVille\b|"
    r"\b6-[ab]\b|[Aa]nnexes? [1-9]|quatre fiches|13 indicateurs"
)
EN_ANGLAIS = re.compile(
    r"\b(?:the|and|of|with|for|from|year|this|that|none|error|value|true|false|null|nan)\b",
    re.IGNORECASE,
)
# The files that a convention has no use of, by what « valider » says.
SANS = {
    "collines": [
        "sans offre.csv",
        "sans affirmations.yaml",
        "sans commentaires.yaml",
        "sans lectures.yaml",
        "sans logos",
    ],
    "la_gresle": [
        "sans offre.csv",
        "sans collecte.yaml",
        "sans affirmations.yaml",
        "sans commentaires.yaml",
        "sans lectures.yaml",
        "sans logos",
    ],
}
FACULTATIFS = ("avis_des_parents",)  # what nobody has to give
FICHES = {
    "collines": {
        2021: ["1.1", "1.2", "1.3", "2.1", "2.2", "3.1", "4.1", "4.2", "4.3"],
        2022: ["1.1", "1.2", "1.3", "2.1", "3.1", "4.1", "4.2", "4.3"],
        2023: ["1.1", "1.2", "1.3", "2.1", "2.3", "3.1", "4.1", "4.2", "4.3"],
    },
    "la_gresle": {annee: ["1", "2"] for annee in (2021, 2022, 2023)},
}


@pytest.fixture(scope="module", params=MARCHES)
def parcours(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Parcours]:
    """A convention walked to its end, whose data are read while the tests of it last."""
    with marcher(request.param, tmp_path_factory.mktemp(request.param)) as marche:
        yield marche


@pytest.fixture(scope="module")
def pages(parcours: Parcours) -> dict[str, str]:
    """The text of each page of its reports, by path."""
    racine = parcours.dossier / "reports" / parcours.nom
    return {
        page.relative_to(racine).as_posix(): lisible(page)
        for page in sorted(racine.rglob("*.html"))
    }


def test_les_premieres_pages_sont_celles_qui_ont_ete_relues(parcours: Parcours) -> None:
    assert not (dit := ecart(parcours.nom)), dit


def test_valider_ne_dit_que_ce_qui_manque_vraiment(parcours: Parcours) -> None:
    for etape in ("valider", "valider, un avenant"):
        dites = parcours.dits[etape].splitlines()

        assert "aucune faute" in dites[0]
        assert [ligne.strip().partition(" : ")[0] for ligne in dites[1:]] == SANS[parcours.nom]


def test_valider_dit_l_avenant_qui_touche_une_annee_close(parcours: Parcours) -> None:
    dites = parcours.dits["valider, deux années closes"].splitlines()

    (a_voir,) = [ligne for ligne in dites if "à voir" in ligne]

    assert "l'avenant n° 2, entré depuis la clôture du 20/02/2023, a un effet en 2022" in a_voir


def test_les_rapports_d_une_annee_close_ne_changent_plus(parcours: Parcours) -> None:
    assert len(parcours.clos) > 20
    maintenant = parcours.rapports(*CLOTURES)
    # The last production adds the slides, which had not been asked for.
    ajoutes = {Path(nom).name for nom in maintenant.keys() - parcours.clos.keys()}
    assert ajoutes == {"bilan.presentation.pptx", "bilan.presentation.pdf"}
    assert {nom: maintenant[nom] for nom in parcours.clos} == parcours.clos


def test_le_bilan_suivant_dit_les_avenants(parcours: Parcours, pages: dict[str, str]) -> None:
    avant, apres = (pages[f"{annee}/bilan.html"] for annee in (2022, 2023))

    assert "avenant n° 1" in avant and "avenant n° 2" not in avant
    assert "L'avenant n° 2 a un effet en 2022, close le 20 février 2023" in apres


def test_les_fiches_d_une_annee_sont_celles_qui_sont_en_vigueur(
    parcours: Parcours, pages: dict[str, str]
) -> None:
    for annee, numeros in FICHES[parcours.nom].items():
        trouvees = {nom for nom in pages if nom.startswith(f"{annee}/fiche-")}

        assert trouvees == {f"{annee}/fiche-{numero.replace('.', '-')}.html" for numero in numeros}
        dites = re.findall(r"Fiche ([0-9.]+), ", pages[f"{annee}/bilan.html"])
        assert list(dict.fromkeys(dites)) == numeros


def test_ses_pages_ne_disent_rien_d_une_autre_convention(pages: dict[str, str]) -> None:
    dits = {nom: set(D_UNE_AUTRE.findall(texte)) for nom, texte in pages.items()}
    # The library's diagnostic counts « accueils périscolaires », whoever asks.
    dits["diagnostic.html"] -= {"périscolaire"}

    assert {nom: mots for nom, mots in dits.items() if mots} == {}


def test_ses_pages_sont_en_francais_et_bien_dites(pages: dict[str, str]) -> None:
    motif = re.compile(f"{MAL_DIT.pattern}|{EN_ANGLAIS.pattern}")
    dits = {
        nom: [texte[max(0, faux.start() - 40) : faux.end() + 20] for faux in motif.finditer(texte)]
        for nom, texte in pages.items()
    }

    assert {nom: mots for nom, mots in dits.items() if mots} == {}


@pytest.mark.parametrize("annee", [2022, 2023])
def test_le_bilan_le_classeur_et_l_import_comptent_pareil(parcours: Parcours, annee: int) -> None:
    classeur = load_workbook(parcours.dossier / f"ctg-{parcours.nom}-{annee}.xlsx")
    etats = saisies(classeur, "Actions", f"État fin {annee}")
    valeurs = saisies(classeur, "Indicateurs", f"Valeur {annee}")
    demandees = {repere for repere in valeurs if repere not in FACULTATIFS}
    rapports = parcours.rapports(annee)

    dites = parcours.dits[f"importer {annee}"]
    assert len(etats) == nombre_dit("actions", dites)
    sans_valeur = saisies(classeur, "Indicateurs", "État de la valeur")
    assert len(valeurs | sans_valeur) == nombre_dit("observations", dites)
    taux = lignes_de(rapports[f"{annee}/bilan/collecte.csv"])[0]
    manquent = re.search(r"Manquent encore .* : ([0-9]+)", dites)
    assert int(taux["manquent"]) == (int(manquent[1]) if manquent else 0)
    assert int(taux["recus"]) >= len(demandees) + len(etats)
    dessin = lignes_de(rapports[f"{annee}/bilan/donnees-etats-des-fiches.csv"])
    comptees = len(dessin)
    page = _texte(rapports[f"{annee}/bilan.html"].decode())
    phrase = re.search(r"actions? sur ([\w-]+) (?:sont|est)|(?:des|Les) ([\w-]+) actions", page)
    assert phrase is not None
    assert (phrase[1] or phrase[2]) == en_lettres(comptees)
    assert comptees >= len(etats)


def saisies(classeur: Workbook, feuille: str, titre: str) -> dict[str, object]:
    """Return what is typed in a column of a sheet, by the mark of its row; nothing without it."""
    if feuille not in classeur.sheetnames:  # all that it would ask is done
        return {}
    ws = classeur[feuille]
    titres = [cell.value for cell in ws[LIGNE_DES_TITRES]]
    colonne = titres.index(titre)
    rangees = ws.iter_rows(min_row=LIGNE_DES_TITRES + 1, values_only=True)
    return {str(rangee[0]): rangee[colonne] for rangee in rangees if rangee[colonne] is not None}


def nombre_dit(quoi: str, dites: str) -> int:
    """Return how many rows an import says that it has added to a table."""
    trouve = re.search(rf"^{quoi} : (\d+) lignes? de plus", dites, re.MULTILINE)
    return int(trouve[1]) if trouve else 0


def lignes_de(octets: bytes) -> list[dict[str, str]]:
    """Return the rows of a table of a report."""
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"))))


def test_une_clause_otee_du_dossier_emporte_ses_phrases(
    parcours: Parcours, pages: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(parcours.dossier / "data", tmp_path / "data")
    texte = tmp_path / "data/conventions" / parcours.nom / "convention.yaml"
    contenu = yaml.safe_load(texte.read_text(encoding="utf-8"))
    clauses = contenu.pop("clauses")
    del contenu["comite"], contenu["articles"]
    texte.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), "utf-8")
    kinds = ("bilan", "fiches", "evaluation", "en_clair", "diagnostic")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(tmp_path / "data"))
        reussir(
            *("produire", *kinds, "-c", parcours.nom, "-a", "2025", "-f", "html"), dossier=tmp_path
        )
    sans = dits_des_rapports(tmp_path / "reports")

    avec = " ".join(texte for nom, texte in pages.items() if nom[:4] in ("2025", "eval", "en-c"))
    for clause in clauses.values():
        dits = [f"rticle {clause['article']}", clause.get("texte", "")]
        for dit in filter(None, dits):
            if clause["article"].isdigit():
                assert not re.search(rf"{dit}\b", sans, re.IGNORECASE), dit
    assert re.search(r"[Aa]rticle \d", avec)
    assert not re.search(r"[Aa]rticles? \d", sans.replace("2023, article 17", ""))


def articles(texte: str) -> set[str]:
    """Return the numbers of the articles that a text names: « article 12 », « articles 5 et 7 »."""
    suites = re.findall(r"[Aa]rticles? (\d+(?:(?:, | et )\d+)*)", texte)
    return {numero for suite in suites for numero in re.findall(r"\d+", suite)}


def test_chaque_clause_otee_emporte_la_sienne_et_laisse_les_autres(
    parcours: Parcours, tmp_path: Path
) -> None:
    shutil.copytree(parcours.dossier / "data", tmp_path / "data")
    texte = tmp_path / "data/conventions" / parcours.nom / "convention.yaml"
    entiere = yaml.safe_load(texte.read_text(encoding="utf-8"))
    clauses = entiere["clauses"]
    avec = _dits_sans("", entiere, texte, parcours.nom, tmp_path)
    dites = {role for role, clause in clauses.items() if _la_dit(clause, avec)}
    assert dites

    for role in clauses:
        sans = _dits_sans(role, entiere, texte, parcours.nom, tmp_path)

        assert {autre for autre in dites if _la_dit(clauses[autre], sans)} == dites - {role}, role
        restent = articles(texte.read_text(encoding="utf-8"))
        restent |= {item.get("article") or item["numero"] for item in _restantes(entiere, role)}
        assert articles(sans.replace("2023, article 17", "")) <= restent, role


def _la_dit(clause: dict[str, str], pages: str) -> bool:
    """Tell whether pages say what a clause says, in its words."""
    return bool(clause.get("texte")) and clause["texte"].casefold() in pages.casefold()


def _restantes(entiere: dict[str, Any], role: str) -> list[dict[str, str]]:
    """Return the clauses of a convention but one, then what its articles say of those that are
    left: an article that this clause alone names goes with it.
    """
    gardees = [clause for autre, clause in entiere["clauses"].items() if autre != role]
    numeros = {clause["article"] for clause in gardees}
    ote = entiere["clauses"].get(role, {}).get("article")
    dits = [
        item for item in entiere["articles"] if item["numero"] in numeros or item["numero"] != ote
    ]
    return [*gardees, *dits]


def _dits_sans(role: str, entiere: dict[str, Any], texte: Path, nom: str, dossier: Path) -> str:
    """Return what the reports of the last year say once a clause is out of the folder."""
    clauses = {autre: clause for autre, clause in entiere["clauses"].items() if autre != role}
    restantes = _restantes(entiere, role)
    dits = [item for item in entiere["articles"] if item in restantes]
    contenu = entiere | {"clauses": clauses, "articles": dits}
    texte.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), "utf-8")
    rapports = dossier / "reports"
    shutil.rmtree(rapports, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(dossier / "data"))
        demande = ("produire", "bilan", "evaluation", "-c", nom, "-a", "2025", "-f", "html")
        reussir(*demande, dossier=dossier)
    return dits_des_rapports(rapports)


def dits_des_rapports(rapports: Path) -> str:
    """Return what the reports and their portal say; the statement of accessibility has the articles
    of the law.
    """
    pages = sorted(rapports.rglob("*.html"))
    return " ".join(lisible(page) for page in pages if page.name != "accessibilite.html")


def lisible(page: Path) -> str:
    """Return the text of a page, with ordinary spaces."""
    texte = _texte(page.read_text(encoding="utf-8"))
    return texte.replace("\u00a0", " ").replace("\u202f", " ")


def test_verifier_ne_trouve_rien(parcours: Parcours) -> None:
    dites = parcours.dits["verifier"].splitlines()

    assert [ligne for ligne in dites if re.match("✗ (?!Paquets)", ligne)] == []
    rejoue = parcours.nom == "la_gresle"
    assert any(ligne.startswith("✓ Rejeu") for ligne in dites) == rejoue


def test_l_archive_a_les_rapports_et_les_donnees_de_toutes_les_annees(parcours: Parcours) -> None:
    with zipfile.ZipFile(parcours.dossier / f"{parcours.nom}.zip") as archive:
        noms = archive.namelist()

    for annee in ANNEES:
        assert any(nom.endswith(f"{parcours.nom}/{annee}/bilan.html") for nom in noms)
    assert any(nom.endswith(f"conventions/{parcours.nom}/avenants.yaml") for nom in noms)
    assert any(nom.endswith(f"{parcours.nom}/evaluation-finale.html") for nom in noms)


def test_la_suite_ne_reprend_que_ce_qui_vit(parcours: Parcours) -> None:
    convention = lire_dossier(parcours.suivante).convention
    modalites = {modalite.numero for fiche in convention.fiches for modalite in fiche.modalites}
    attendues = {
        "collines": {"3.1.b", "4.2.b"},
        "la_gresle": set(),
    }[parcours.nom]

    assert modalites == attendues
    assert [ligne for ligne in parcours.dits["valider, suite"].splitlines() if "✗" in ligne] == []
    texte = (parcours.convention.parent / parcours.suivante / "convention.yaml").read_text("utf-8")
    assert yaml.safe_load(texte)["fictive"] is True


def test_le_brouillon_des_annexes_ne_dit_que_la_convention_qui_s_acheve(parcours: Parcours) -> None:
    brouillon = lire(parcours.convention.parent / parcours.suivante / ANNEXES)
    chapitres = [titre for niveau, titre in brouillon.titres if niveau == 1]
    fiches = [titre for _, titre in brouillon.titres if titre.startswith("Fiche action")]

    assert D_UNE_AUTRE.findall(brouillon.texte) == []
    assert EN_ANGLAIS.findall(brouillon.texte) == []
    # An annexe has the name that the convention gives it, none when it gives none.
    plan = "Plan d'actions 2026-2030"
    attendu = {"collines": f"Annexe B – {plan}", "la_gresle": plan}[parcours.nom]
    assert chapitres[1:3] == ["Diagnostic partagé", attendu]
    assert len(fiches) == len(lire_dossier(parcours.suivante).convention.fiches)
