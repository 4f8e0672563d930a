"""The report of the evaluation at the end: one page first, links that lead somewhere, hostile texts, faults."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path

import pytest
from ligne_de_commande import ctg
from test_diagnostic_hostile import PIEGES
from test_pdf import texte_du_pdf

from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.validation import valider

NOM = "evaluation-finale"
TITRES = (
    "Sommaire",
    "L'évaluation en une page", "Trajectoires", "Le diagnostic revisité", "Six critères",
    "Ce que la convention permettait d'évaluer", "L'écart à la tendance des communes comparables", "Contribution",
    "Ce que la loi de la convention décide", "Recommandations", "Ce qui manque, et à qui le demander", "Limites",
    "Sources et traçabilité",
)  # fmt: skip


@pytest.fixture(scope="module")
def rapports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The evaluations of Harnes and of the demonstration."""
    dossier = tmp_path_factory.mktemp("finale")
    done = ctg("produire", "evaluation", "-c", "harnes", "-c", "demonstration", "-s", "sortie", dossier=dossier)
    assert done.returncode == 0, done.stderr + done.stdout
    return dossier / "sortie"


def _texte(html: str) -> str:
    shown = re.sub(r"<(style|svg)\b.*?</\1>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", " ", shown)).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(scope="module", params=["harnes", "demonstration"])
def convention(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def html(rapports: Path, convention: str) -> str:
    return (rapports / convention / f"{NOM}.html").read_text(encoding="utf-8")


def test_le_rapport_a_toutes_ses_sections_dans_l_ordre(html: str) -> None:
    titles = [unescape(title) for title in re.findall(r'<h2 id="[^"]*">(.*?)</h2>', html)]

    assert titles == list(TITRES)


def test_la_premiere_page_est_une_page(rapports: Path, convention: str, tmp_path: Path) -> None:
    pages = texte_du_pdf((rapports / convention / f"{NOM}.pdf").read_bytes(), tmp_path).split("\f")

    assert "À décider" in pages[0]
    assert "Sommaire" in pages[1].split("Trajectoires")[0]
    assert "À décider" not in pages[1].split("Sommaire")[0]


def test_chaque_renvoi_mene_a_un_tableau_ou_a_une_figure_du_rapport(html: str) -> None:
    links = re.findall(r'Voir l[ea] <a href="#((?:tableau|figure)-[\w-]+)">(.*?)</a>', html)

    assert len(links) > 10
    assert [anchor for anchor, _ in links if f'id="{anchor}"' not in html] == []
    assert [text for _, text in links if not re.search(r"\d", text)] == []


def test_aucune_valeur_absente_ne_se_lit_comme_un_mot_de_machine(html: str) -> None:
    text = _texte(html)

    assert re.findall(r"\b(?:nan|NaN|None|NaT|<NA>)\b", text) == []
    assert re.findall(r"\{[a-z_]+\}", text) == []


def test_harnes_dit_ce_qui_manque_et_n_invente_rien(rapports: Path) -> None:
    text = _texte((rapports / "harnes" / f"{NOM}.html").read_text(encoding="utf-8"))

    assert "l'état d'aucune modalité n'a été transmis" in text
    assert text.count("à compléter par les évaluateurs") >= 6
    assert "rendre mesurable 15 objectifs" in re.sub(r"\s+", " ", text)
    assert "Département, protection maternelle et infantile" in text


def test_la_demonstration_est_complete(rapports: Path) -> None:
    text = re.sub(r"\s+", " ", _texte((rapports / "demonstration" / f"{NOM}.html").read_text(encoding="utf-8")))

    assert "Critères appréciés par les évaluateurs : 6 sur 6" in text
    assert "à compléter par les évaluateurs" not in text.lower()
    assert "Statut définitif" in text


def test_les_chiffres_du_rapport_ont_chacun_leur_csv(rapports: Path, convention: str) -> None:
    names = {path.stem for path in (rapports / convention / NOM).glob("*.csv")}

    assert {
        "trajectoires", "evaluabilite", "recommandations", "contribution", "indicateurs-suivants", "manques",
        "criteres", "besoins", "moyens-realisations", "articles", "diagnostic-revisite",
    } <= names  # fmt: skip


def test_un_texte_hostile_des_evaluateurs_reste_du_texte(donnees: Path, tmp_path: Path) -> None:
    path = donnees / "conventions/harnes/evaluation_finale.yaml"
    path.write_text(_saisie(), encoding="utf-8")

    done = ctg("produire", "evaluation", "-c", "harnes", "-s", "sortie", dossier=tmp_path)

    assert done.returncode == 0, done.stderr
    html = (tmp_path / "sortie/harnes" / f"{NOM}.html").read_text(encoding="utf-8")
    pdf = texte_du_pdf((tmp_path / "sortie/harnes" / f"{NOM}.pdf").read_bytes(), tmp_path)
    assert "<script" not in html
    for piege in PIEGES[:-1]:
        assert f"Avis {piege}" in unescape(html)
        assert f"Avis {piege}" in " ".join(pdf.split())


def _saisie() -> str:
    traps = [f"Avis {piege}" for piege in PIEGES[:-1]]
    said = [
        f"  - {{critere: {name}, reponse: oui, appreciation: {json.dumps(text)}}}"
        for name, text in zip(("pertinence", "coherence", "efficacite", "efficience", "effets"), traps, strict=True)
    ]
    others = f"contribution:\n  - {{fiche: 1, force: forte, autres_explications: {json.dumps(traps)}}}"
    return "\n".join(["criteres:", *said, others])


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
        "evaluation_finale.yaml", "decisions:\n  - {fiche: 1, objectif: 4, decision: adapter}\n", "« 4 »",
    ),
    "une modalité d'une autre fiche": (
        "lectures.yaml", "objectifs:\n  - {fiche: 1, objectif: 1, modalites: ['2.1']}\n", "« 2.1 »",
    ),
    "un indicateur d'une autre fiche": (
        "lectures.yaml", "objectifs:\n  - {fiche: 1, objectif: 1, indicateurs: [cmj_seances]}\n", "« cmj_seances »",
    ),
    "un chapitre que le schéma n'a pas": (
        "lectures.yaml", "schemas:\n  - {fiche: 1, element: Un autre chapitre}\n", "« Un autre chapitre »",
    ),
}  # fmt: skip


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
