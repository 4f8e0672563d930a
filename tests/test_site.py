"""The reports as one site: the portal says what each finds, and each page leads to the others."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path
from posixpath import dirname, join, normpath

import nbformat
import pytest
import yaml
from carnet_exemple import carnet, montrer

from ctglib.document.blocs import Colonnes, Groupe, Liste, Paragraphe, Titre
from ctglib.donnees.lecture import conventions, superposer
from ctglib.donnees.modeles.cloture import PlanClos
from ctglib.donnees.plan import chemin_du_plan, en_vigueur
from ctglib.export.document import Document, Place, assembler
from ctglib.export.html import composer
from ctglib.production.manifeste import Trace, lire_manifeste
from ctglib.production.place import place_de
from ctglib.production.plan import (
    FORMATS_ORDINAIRES,
    INTERNE,
    Commande,
    avenants_de,
    commandes,
    convention_de,
    portraits,
    rapports_connus,
)
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
        *("Fiche 2. Les loisirs", "2024/fiche-2.pdf", "Fiche 10. Le pilotage", "Constat de 2023"),
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


SORTIE = Path("reports")


def page_de(commande: Commande) -> str:
    """Return the path of the page of a report, in the folder of all the reports."""
    return commande.base.relative_to(commande.sortie).as_posix() + ".html"


def adresses(place: Place, page: str) -> dict[str, str]:
    """Return where a page leads, as paths in the folder of all the reports, by what is read."""
    liens = [*place.chemin, *place.liens, *filter(None, (place.avant, place.apres))]
    return {
        lien.texte: normpath(join(dirname(page), lien.adresse.partition("#")[0]))
        for lien in liens
        if lien.adresse
    }


def le_rapport(cle: str, convention: str = "demonstration", **options: str) -> Commande:
    """Return the order of a report of a convention."""
    tous = commandes(
        rapports_connus(), (convention,), formats=FORMATS_ORDINAIRES, sortie=SORTIE, **options
    )
    return next(commande for commande in tous if commande.cle == cle)


def test_tout_ce_a_quoi_mene_une_page_est_fait_par_ctg_produire() -> None:
    tous = commandes(rapports_connus(), conventions(), formats=FORMATS_ORDINAIRES, sortie=SORTIE)
    tous += portraits(("62413",), FORMATS_ORDINAIRES, SORTIE)
    faits = {"index.html"}
    for commande in tous:
        page = page_de(commande).removesuffix(".html")
        faits.update(f"{page}.{sorte}" for sorte in commande.formats)

    perdus = {}
    pages = [commande for commande in tous if "html" in commande.formats]
    for commande in pages:
        page = page_de(commande)
        menees = adresses(place_de(commande, "Harnes"), page)
        perdus[page] = {nom for nom, adresse in menees.items() if adresse not in faits}

    assert len(pages) > 40 and {page: noms for page, noms in perdus.items() if noms} == {}


def test_une_fiche_mene_au_bilan_aux_annees_voisines_et_a_son_pdf_et_le_bilan_aux_fiches() -> None:
    fiche = place_de(le_rapport("2024/fiche-2"), "Valfontaine")
    bilan = place_de(le_rapport("2026/bilan"), "Valfontaine")

    assert [lien.texte for lien in fiche.chemin] == ["Rapports", "Valfontaine", "2024", "Fiche 2"]
    assert adresses(fiche, "demonstration/2024/fiche-2.html") == {
        "Rapports": "index.html",
        "Valfontaine": "index.html",
        "PDF": "demonstration/2024/fiche-2.pdf",
        "Bilan annuel": "demonstration/2024/bilan.html",
        "2023": "demonstration/2023/fiche-2.html",
        "2025": "demonstration/2025/fiche-2.html",
    }
    assert [lien.texte for lien in bilan.liens] == [
        *("PDF", "Diapositives", "Diapositives (PDF)"),
        *("Fiche 1", "Fiche 2", "Fiche 3", "Fiche 4", "Fiche 5"),
    ]
    assert bilan.avant and not bilan.apres, "2026 est la dernière année"
    assert bilan.licence == "Licence Ouverte 2.0"


def test_une_fiche_ajoutee_n_a_pas_d_annee_d_avant() -> None:
    assert place_de(le_rapport("2026/fiche-5"), "Valfontaine").avant is None
    assert place_de(le_rapport("2026/fiche-4"), "Valfontaine").avant is not None


@pytest.mark.parametrize("cle", ["2025/bilan", "2026/fiche-5", "2025/fiche-4"])
def test_une_annee_close_garde_sa_place_quand_la_convention_change(cle: str) -> None:
    commande = le_rapport(cle)
    annee = commande.annee or 0
    signee = convention_de("demonstration")
    avenants = tuple(avenants_de("demonstration"))
    copie = PlanClos(
        cloture=date(annee + 1, 3, 31),
        version="0.1.0",
        convention=en_vigueur(signee, avenants, date(annee, 12, 31)),
    )
    ecrite = yaml.safe_dump(copie.model_dump(mode="json", exclude_defaults=True)).encode()
    changee = signee.model_copy(
        update={"fin": date(2030, 12, 31), "fiches": signee.fiches[:1], "sujet": "Autre"}
    )
    close = {chemin_du_plan("demonstration", annee): ecrite}
    change = {
        "conventions/demonstration/convention.yaml": yaml.safe_dump(
            changee.model_dump(mode="json", exclude_defaults=True)
        ).encode()
    }

    ouverte = place_de(commande, "Valfontaine")
    with superposer(close):
        gardee = place_de(commande, "Valfontaine")
    with superposer({**close, **change}):
        apres = place_de(commande, "Valfontaine")

    assert gardee == apres
    assert gardee.avant == ouverte.avant


def test_une_page_interne_ne_mene_qu_au_portail() -> None:
    commande = le_rapport("2024/bilan", diffusion=INTERNE)

    place = place_de(commande, "Valfontaine")

    assert adresses(place, page_de(commande)) == {
        "Rapports": "index.html",
        "Valfontaine": "index.html",
    }


def test_la_page_porte_sa_barre_et_son_pied_et_une_page_seule_n_en_a_pas() -> None:
    seul = assembler(carnet())
    place = place_de(le_rapport("2024/fiche-2"), "Valfontaine")

    page = composer(replace(seul, place=place))
    avec_licence = composer(replace(seul, place=replace(place, licence="Ouverte")))

    assert '<a rel="prev" href="../2023/fiche-2.html">' in page
    assert '<a href="../../accessibilite.html">Accessibilité</a>' in page
    assert f"ctglib {place.version}" in page
    assert "Licence du rapport\u00a0: Ouverte," in unescape(avec_licence)
    assert '<link rel="icon" type="image/png" href="data:image/png;base64,' in page
    assert "accessibilite.html" not in composer(seul) and "barre" not in re.sub(
        "<style>.*?</style>", "", composer(seul), flags=re.DOTALL
    )
