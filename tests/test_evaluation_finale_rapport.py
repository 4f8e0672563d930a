"""The report of the evaluation at the end: one page first, links that lead somewhere, what is
missing, faults.
"""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from rapports_produits import Production, Rapport

from ctglib.donnees.dossier import lire_dossier
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider

NOM = "evaluation-finale"
TITRES = (
    "Sommaire",
    "Les questions du comité",
    "Ce qui a été promis, fait et atteint",
    "Six critères",
    "Ce que la convention permettait d'évaluer",
    "Le territoire depuis le diagnostic",
    "Les enfants à venir",
    "Participation et coopération",
    "Ce que la convention règle d'avance",
    "Recommandations",
    "Ce qui manque, et à qui le demander",
    "Limites",
    "Annexe : le détail",
    "Sources et traçabilité",
)
PAGES = 10
AVEC_ANNEXE = 18
# What was spent stands beside what was done only where someone told it.
SELON_LE_SUIVI = {"harnes": set(), "demonstration": {"moyens-realisations"}}


def _texte(html: str) -> str:
    shown = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module", params=["harnes", "demonstration"])
def rapport(request: pytest.FixtureRequest) -> Rapport:
    return Rapport(request.param, NOM)


@pytest.fixture(scope="module")
def html(rapports_produits: Production, rapport: Rapport) -> str:
    return rapports_produits.html(rapport)


def test_le_rapport_a_toutes_ses_sections_dans_l_ordre(html: str) -> None:
    titles = [unescape(title) for title in re.findall(r'<h2 id="[^"]*">(.*?)</h2>', html)]
    del titles[1]  # that of the first page is what it finds

    # Harnes has chosen no question.
    assert [title.replace("\u00a0", " ") for title in titles] == [
        title for title in TITRES if title != "Les questions du comité" or "Valfontaine" in html
    ]


def test_la_premiere_page_est_une_page(rapports_produits: Production, rapport: Rapport) -> None:
    pages = rapports_produits.pages(rapport)

    assert "À décider" in pages[0]
    assert "À décider" not in pages[1].split("Sommaire")[0]


def test_l_evaluation_tient_en_dix_pages_et_dix_huit_avec_son_annexe(
    rapports_produits: Production, rapport: Rapport
) -> None:
    pages = [page.replace("\u00a0", " ") for page in rapports_produits.pages(rapport)]
    annex = [rank for rank, page in enumerate(pages, start=1) if "Annexe : le détail" in page]

    assert annex[-1] <= PAGES and len(pages) <= AVEC_ANNEXE


def test_chaque_renvoi_mene_a_un_tableau_ou_a_une_figure_du_rapport(html: str) -> None:
    links = re.findall(r'\(<a href="#((?:tableau|figure)-[\w-]+)">(.*?)</a>\)', html)

    assert len(links) > 5
    assert [anchor for anchor, _ in links if f'id="{anchor}"' not in html] == []
    # A table for the screen alone has no number: it is named by its title.
    screen = set(re.findall(r'<div class="tableau[^"]*\becran" id="([^"]+)">', html))
    for anchor, text in links:
        numbered = re.fullmatch(r"(?:tableau|figure) \d+", text.replace("\u00a0", " "))
        title = (
            text.strip("«»\u00a0") in html.partition(f'id="{anchor}"')[2].partition("</caption>")[0]
        )
        assert title if anchor in screen else numbered, (anchor, text)


def test_aucun_tableau_n_est_fait_que_d_absences(html: str) -> None:
    for table in re.findall(r"<table.*?</table>", html, re.DOTALL):
        cells = [
            unescape(cell)
            for cell in re.findall(r'<td class="nombre">(.*?)</td>', table, re.DOTALL)
        ]
        assert set(cells) != {"non transmis"}


def test_sans_suivi_l_evaluation_dit_ce_qui_manque_et_n_invente_rien(
    harnes_sans_suivi: Production,
) -> None:
    text = _texte(harnes_sans_suivi.html(Rapport("harnes", NOM)))

    promised = sum(len(fiche.modalites) for fiche in lire_dossier("harnes").convention.fiches)
    assert f"nul ne peut dire ce que sont devenues les {promised} actions promises" in re.sub(
        r"\s+", " ", text
    )
    assert text.lower().count("à compléter par les évaluateurs") >= 6
    assert len(re.findall("Rendre mesurable", text)) <= 2, "une phrase, non quinze lignes"
    assert "Département, protection maternelle et infantile" in text


def test_la_demonstration_est_complete(rapports_produits: Production) -> None:
    text = re.sub(r"\s+", " ", _texte(rapports_produits.html(Rapport("demonstration", NOM))))

    assert "à compléter par les évaluateurs" not in text.lower()
    assert "Statut provisoire, 6 sur 6 critères appréciés ; le bilan de 2026 n'est pas clos" in text
    assert "Partager le guichet avec les communes voisines (2026)" in text, (
        "les perspectives écrites par les fiches"
    )
    assert "un poste à temps plein vaut 48 000 € par an" in text, "l'article 6-b en euros"
    assert "dans la presse" not in text, "la loi que personne n'a confirmée est pour l'équipe"
    assert {"moyens-realisations", "durabilite"} <= set(
        rapports_produits.csv(Rapport("demonstration", NOM))
    )


def test_les_chiffres_du_rapport_ont_chacun_leur_csv(
    rapports_produits: Production, rapport: Rapport
) -> None:
    assert {
        "trajectoires",
        "evaluabilite",
        "recommandations",
        "contribution",
        "indicateurs-suivants",
        "manques",
        "criteres",
        "besoins",
        "articles",
        "diagnostic-revisite",
        *SELON_LE_SUIVI[rapport.convention],
    } <= set(rapports_produits.csv(rapport))


FAUTES = {
    "un critère inconnu": (
        "evaluation_finale.yaml",
        "criteres:\n  - {critere: utilite, reponse: oui, appreciation: Bien}\n",
        "« utilite »",
    ),
    "une appréciation donnée deux fois": (
        "evaluation_finale.yaml",
        "criteres:\n" + "  - {critere: effets, reponse: oui, appreciation: Bien}\n" * 2,
        "une seconde fois",
    ),
    "une fiche inconnue": ("evaluation_finale.yaml", "contribution:\n  - {fiche: 9}\n", "« 9 »"),
    "un objectif que la fiche n'a pas": (
        "evaluation_finale.yaml",
        "decisions:\n  - {fiche: 1, objectif: 4, decision: adapter}\n",
        "« 4 »",
    ),
    "une modalité d'une autre fiche": (
        "lectures.yaml",
        "objectifs:\n  - {fiche: 1, objectif: 1, modalites: ['2.1']}\n",
        "« 2.1 »",
    ),
    "un indicateur d'une autre fiche": (
        "lectures.yaml",
        "objectifs:\n  - {fiche: 1, objectif: 1, indicateurs: [cmj_seances]}\n",
        "« cmj_seances »",
    ),
    "un chapitre que le schéma n'a pas": (
        "lectures.yaml",
        "schemas:\n  - {fiche: 1, element: Un autre chapitre}\n",
        "« Un autre chapitre »",
    ),
}


@pytest.mark.parametrize(("fichier", "contenu", "trouve"), FAUTES.values(), ids=FAUTES)
def test_une_saisie_fausse_est_dite_en_francais_avec_sa_place(
    donnees: Path, fichier: str, contenu: str, trouve: str
) -> None:
    (donnees / "conventions/harnes" / fichier).write_text(contenu, encoding="utf-8")

    with pytest.raises(DonneesInvalides) as refus:
        valider("harnes")

    assert [fault.fichier for fault in refus.value.fautes] == [f"conventions/harnes/{fichier}"]
    (fault,) = refus.value.fautes
    assert trouve in fault.trouve
    assert fault.ligne is not None
