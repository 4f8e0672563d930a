"""The reports as one site: the portal says what each finds, and each page leads to the others."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import nbformat
from carnet_exemple import montrer

from ctglib.document.blocs import Colonnes, Groupe, Liste, Paragraphe, Titre
from ctglib.export.document import Document, assembler
from ctglib.production.manifeste import Trace, lire_manifeste
from ctglib.production.portail import dossiers_publies, octets_du_portail

CHIFFRE = {
    "libelle": "Assistantes maternelles agréées",
    "valeur": "57",
    "detail": "−1 depuis 2024",
    "verdict": "■ à surveiller",
}


def document(*colonnes: Groupe, suite: str = "") -> Document:
    """Return a report whose first page has these columns, each under its number."""
    page = Titre("57 assistantes maternelles sont agréées", 2) + Colonnes(colonnes, "constats")
    liste = Titre("Ce qui est incertain") + Liste(("Rien.",))
    page += Colonnes((liste,), "listes")
    if suite:
        page += Titre(suite, 2) + Colonnes(
            (Titre("Autre") + Paragraphe("9", "chiffre"),), "constats"
        )
    cells = [nbformat.v4.new_markdown_cell("# Bilan"), montrer(page)]
    return assembler(nbformat.v4.new_notebook(cells=cells))


def publier(
    dossier: Path,
    cle: str,
    *,
    chiffres: list[dict[str, str]] | None,
    formats: tuple[str, ...] = ("html", "pdf"),
    echec: str = "",
    **page: str,
) -> None:
    """Put a report in a folder, and in its manifest."""
    parametres: dict[str, str | int] = {}
    if "fiche-" in cle:
        parametres["fiche"] = cle.rpartition("-")[2]
    sorties = {f"{cle}.{sorte}": b"" for sorte in formats}
    trace = Trace(
        carnet="",
        parametres=parametres,
        code="",
        versions={},
        lus={},
        absents=[],
        listes={},
        page={"titre": cle, "territoire": "Harnes", **page},
        sorties=dict.fromkeys(sorties, ""),
        parts={},
        chiffres=chiffres,
    )
    fichiers = {dossier / nom: contenu for nom, contenu in sorties.items()}
    lire_manifeste(dossier).consigner(fichiers, cle, trace=trace, echec=echec)


def portail(sortie: Path) -> str:
    """Return the portal of a folder, its typographic spaces plain."""
    page = octets_du_portail(dossiers_publies(sortie)).decode()
    return unescape(page).replace("\u00a0", " ").replace("\u202f", " ")


def test_la_premiere_page_donne_son_constat_et_ses_chiffres() -> None:
    colonne = Titre(CHIFFRE["libelle"]) + Paragraphe(CHIFFRE["valeur"], "chiffre")
    colonne += Paragraphe(CHIFFRE["detail"], "detail") + Paragraphe(CHIFFRE["verdict"], "verdict")
    sans_chiffre = Titre("Sans chiffre") + Paragraphe("Une phrase.")

    found = document(colonne, sans_chiffre, suite="La suite")

    assert found.constat == "57 assistantes maternelles sont agréées"
    assert found.chiffres == [CHIFFRE], "ceux de la première page seule, et ceux qui en ont un"


def test_une_page_qui_repond_a_plusieurs_questions_n_a_pas_de_constat() -> None:
    page = Titre("En bref", 2) + Titre("À retenir") + Liste(("Une phrase.",), classe="messages")
    cells = [nbformat.v4.new_markdown_cell("# Contrôle"), montrer(page)]

    found = assembler(nbformat.v4.new_notebook(cells=cells))

    assert (found.constat, found.chiffres) == ("", [])


def test_l_annee_la_plus_recente_vient_d_abord_avec_ce_qu_elle_constate(tmp_path: Path) -> None:
    harnes = tmp_path / "harnes"
    for annee in (2023, 2024):
        publier(
            harnes,
            f"{annee}/bilan",
            chiffres=[CHIFFRE] * 4,
            constat=f"Constat de {annee}",
            formats=("html", "pdf", "presentation.pptx"),
        )
        publier(harnes, f"{annee}/fiche-10", chiffres=[], sujet="Le pilotage")
        publier(harnes, f"{annee}/fiche-2", chiffres=[], sujet="Les loisirs")

    page = portail(tmp_path)

    ordre = [
        *('<p class="an">2024</p>', 'href="harnes/2024/bilan.html">Constat de 2024<'),
        *("harnes/2024/bilan.pdf", "harnes/2024/bilan.presentation.pptx", "<b>57</b>"),
        *("Fiche 2. Les loisirs", "Fiche 10. Le pilotage", "Constat de 2023"),
    ]
    places = [page.index(piece) for piece in ordre]
    assert places == sorted(places)
    assert page.count("<b>57</b>") == 6, "trois nombres par année, jamais plus"


def test_les_annees_sans_chiffres_se_replient_et_le_diagnostic_ouvre_la_convention(
    tmp_path: Path,
) -> None:
    harnes = tmp_path / "harnes"
    for annee in (2023, 2024):
        publier(
            harnes, f"{annee}/bilan", chiffres=[], constat=f"Rien n'a été transmis pour {annee}"
        )
    publier(harnes, "diagnostic", chiffres=[CHIFFRE], constat="Il manque des places")

    page = portail(tmp_path)

    replie = page[page.index("<details") : page.index("</details>")]
    assert "Années sans chiffres : 2024, 2023" in replie
    assert re.findall("Rien n'a été transmis pour (....)", replie) == ["2024", "2023"]
    assert page.index('<p class="an">Départ</p>') < page.index("Il manque des places")
    assert page.index("Il manque des places") < page.index("<details")
    assert page.count("Il manque des places") == 1


def test_une_annee_qui_a_echoue_ou_dont_on_ne_sait_rien_n_est_pas_repliee(tmp_path: Path) -> None:
    harnes = tmp_path / "harnes"
    publier(harnes, "2023/bilan", chiffres=None)  # closed by an earlier version of the program
    publier(harnes, "2024/bilan", chiffres=[], echec="Bilan annuel")

    page = portail(tmp_path)

    assert "<details" not in page
    assert 'href="harnes/2024/bilan.echec.html"' in page and ">2023/bilan<" in page


def test_ce_qui_est_pour_l_equipe_est_a_part(tmp_path: Path) -> None:
    harnes = tmp_path / "harnes"
    publier(harnes, "2024/bilan", chiffres=[CHIFFRE], constat="Constat")
    publier(harnes, "2024/releve", chiffres=[], formats=("docx",))
    publier(harnes, "dossier", chiffres=[], statut="312 éléments à demander")
    publier(harnes, "controle", chiffres=[])

    page = portail(tmp_path)

    equipe = page.index('<h2 id="equipe">')
    for adresse in ("2024/releve.docx", "dossier.html", "dossier.pdf", "controle.html"):
        assert page.count(f'"harnes/{adresse}"') == 1 and page.index(adresse) > equipe
    assert ">312 éléments à demander<" in page
