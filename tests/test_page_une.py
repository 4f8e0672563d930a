"""What an élu reads first: the sentences of each first page, and the rules that choose them."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from datetime import date
from itertools import takewhile
from pathlib import Path

import lxml.html
import nbformat
import pandas as pd
import pikepdf
import pytest
from donnees_suivies import DONNEES
from premieres_pages import dire, ecart, pages
from rapports_produits import Production, Rapport, choisir

from ctglib import (
    ouvrir,
    ouvrir_en_clair,
    tableau,
)
from ctglib.blocs.page_une import Message, PremierePage, page_une
from ctglib.commandes.application import lancer
from ctglib.document.blocs import Groupe, Titre, feuilles
from ctglib.donnees.lecture import VARIABLE
from ctglib.donnees.modeles.rapports import MessageDesParties
from ctglib.export import ExporteurPDF
from ctglib.export.document import document_de
from ctglib.export.exporteurs import DOCUMENT
from ctglib.export.html import composer
from ctglib.production.paroles import nombres_absents

DEMONSTRATION = "demonstration"
CONVENTIONS = ("harnes", DEMONSTRATION)
MOTS_D_UNE_PHRASE = 17


def test_les_premieres_pages_de_la_demonstration_sont_celles_qui_ont_ete_relues() -> None:
    assert not (dit := ecart(DEMONSTRATION)), dit


def test_chaque_ligne_est_une_phrase(convention: str) -> None:
    lines = [
        line[2:]
        for page in pages(convention).values()
        for line in page.splitlines()
        if line[:2] == "- "
    ]

    for line in lines:
        assert line[0].isupper() or line[0] in "«0123456789", line
        assert line.rstrip("\u202f\u00a0 ")[-1] in ".?", line
        assert "\u00a0:" not in re.sub(r"«[^»]*»", "", line), (
            f"une étiquette n'est pas une phrase : {line}"
        )
        assert "{" not in line and "  " not in line, line


def test_une_page_a_trois_messages_trois_incertitudes_trois_decisions_au_plus(
    convention: str,
) -> None:
    for page in pages(convention).values():
        decide = page.count("\nCe qui est décidé\n")
        for titre in ("Ce qui est incertain", "À décider"):
            liste = page.partition(f"\n{titre}\n")[2]
            phrases = list(takewhile(lambda ligne: ligne[:2] == "- ", liste.splitlines()))

            assert 1 <= len(phrases) <= 3, page
        assert decide <= 1
        assert page.count("\n= Écart") <= 3 or page.startswith("À retenir"), page


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "convention" in metafunc.fixturenames:
        metafunc.parametrize("convention", CONVENTIONS)


@pytest.mark.parametrize(
    "rapport",
    [item for item in choisir(convention="demonstration") if item.nom != "en-clair"],
    ids=str,
)
def test_chaque_message_mene_a_ce_qui_le_montre(
    rapports_produits: Production, rapport: Rapport
) -> None:
    page = lxml.html.fromstring(rapports_produits.html(rapport))

    messages = page.xpath(
        "//*[@class='messages']/li | //*[@class='brefs'][1]/li"
        " | //*[contains(@class, 'constats')]//p[strong]"
    )
    assert messages
    for item in messages:
        [address] = [link.get("href") for link in item.xpath(".//a")] or [""]
        assert not address.startswith("#") or page.get_element_by_id(address[1:]) is not None, (
            item.text_content()
        )


@pytest.mark.parametrize(
    "rapport",
    [*choisir(convention="demonstration"), *choisir(convention="harnes", nom="diagnostic")],
    ids=str,
)
def test_chaque_nombre_de_la_premiere_page_est_dans_un_tableau(
    rapports_produits: Production, rapport: Rapport
) -> None:
    page = lxml.html.fromstring(rapports_produits.html(rapport))
    tables = {name: pd.read_csv(path) for name, path in rapports_produits.csv(rapport).items()}
    counts = pd.DataFrame(
        {"lignes": [len(table) for table in tables.values()]}
    )  # what is counted, not measured
    cells = pd.DataFrame({"texte": [cell.text_content() for cell in page.xpath("//td")]})
    shown = [
        tableau(table, name, name, "Caf")
        for name, table in {**tables, "comptes": counts, "cellules": cells}.items()
        if len(table)
    ]
    document = document_de(shown)

    for item in page.xpath(
        "//*[@class='messages' or @class='brefs']/li | //*[contains(@class, 'constats')]//p"
    ):
        said = "".join(item.itertext()).replace("tableau\u00a0", "tableau ")
        assert nombres_absents(said, document) == [], said


def dits(messages: list[Message]) -> PremierePage:
    """Return a first page that has the same messages in its three lists."""
    return PremierePage(messages, messages, messages)


def test_la_premiere_page_s_envoie_seule_en_une_page(tmp_path: Path) -> None:
    carnet = nbformat.from_dict({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    table = tableau(pd.DataFrame({"a": [1]}), "faits", "Faits", "Caf")
    proof = Message("Trois actions sont faites.", ("tableau-faits",))
    page = page_une(ouvrir("harnes").catalogue.messages, dits([proof]))
    whole = document_de(
        [Titre("Bilan", 1), Titre("En une page", 2), page, Titre("Le détail", 2), table]
    )

    alone = whole.resume
    pdf, _ = ExporteurPDF().from_notebook_node(carnet, {DOCUMENT: alone})
    (tmp_path / "resume.pdf").write_bytes(pdf)

    assert len(pikepdf.open(tmp_path / "resume.pdf").pages) == 1
    text = dire(Groupe(alone.corps)) + alone.corps[-1].texte
    assert "Trois actions sont faites (tableau\u00a01)." in text
    assert "détail" not in text and "ceux du rapport « Bilan »" in text


def test_un_tableau_de_l_ecran_est_nomme_a_l_ecran_et_le_papier_n_en_dit_rien() -> None:
    table = replace(
        tableau(pd.DataFrame({"a": [1]}), "faits", "Ce qui est fait, 2025", "Caf"), ecran=True
    )
    proof = Message("Trois actions sont faites.", ("tableau-faits",))
    whole = document_de([page_une(ouvrir("harnes").catalogue.messages, dits([proof])), table])

    text = lxml.html.fromstring(composer(whole)).text_content().replace("\u00a0", " ")
    assert "Trois actions sont faites (« Ce qui est fait »)." in text
    assert "- Trois actions sont faites." in dire(Groupe(whole.papier.corps))


def test_une_rubrique_sans_message_est_laissee_de_cote_ou_dit_qu_elle_n_en_a_pas() -> None:
    rules = ouvrir("harnes").catalogue.messages

    assert not page_une(rules, dits([]))
    assert "- Rien de certain." in dire(
        page_une(rules, dits([]), rien={"messages": "Rien de certain."})
    )


def test_les_parties_remplacent_un_message_et_le_signent() -> None:
    theirs = MessageDesParties(
        rapport="bilan",
        rang=1,
        texte="Le Moulin rouvre",
        auteur="Ville de Harnes",
        date=date(2026, 1, 5),
    )
    page = page_une(
        ouvrir("harnes").catalogue.messages, dits([Message("Un."), Message("Deux.")]), [theirs]
    )

    lines = dire(page).splitlines()
    assert lines[1:3] == [
        "- Le Moulin rouvre (Ville de Harnes, le 5\u00a0janvier 2026).",
        "- Deux.",
    ]
    assert "- Un." in lines[4:], "les autres rubriques gardent les nôtres"


def test_en_clair_les_phrases_sont_courtes_et_les_mots_difficiles_expliques(
    convention: str,
) -> None:
    left, right = ouvrir_en_clair(convention).texte().blocs
    told = [
        item
        for piece in feuilles([*left.pieces, *right.pieces])
        for item in getattr(piece, "items", ())
    ]

    for sentence in told:
        assert len(sentence.split()) <= MOTS_D_UNE_PHRASE, sentence
        assert sentence.count(",") <= 1 and ";" not in sentence, sentence
    for sigle in re.findall(r"\b[A-Z]{2,}\b|\bCaf\b", " ".join(told)):
        assert any(sentence.startswith(f"{sigle} : ") for sentence in told), sigle


def test_en_clair_ce_qu_il_y_a_pour_les_familles_vient_d_abord_et_la_pauvrete_a_la_fin(
    convention: str,
) -> None:
    left, right = ouvrir_en_clair(convention).texte().blocs
    titles = [
        piece.texte for piece in feuilles([*left.pieces, *right.pieces]) if isinstance(piece, Titre)
    ]

    assert titles[0].startswith("Qu'est-ce qu'il y a pour les familles")
    assert titles[1].startswith("Qu'est-ce qui a été fait")
    assert titles[-2].startswith("Qui vit à"), "avant les mots difficiles"


def test_en_clair_un_service_dont_la_convention_ne_dit_rien_n_est_pas_dit() -> None:
    plain = ouvrir_en_clair("harnes")
    empty = replace(plain, dossier=replace(plain.dossier, offre=plain.dossier.offre.head(0)))

    first = next(
        piece for piece in feuilles(empty.texte().blocs[0].pieces) if hasattr(piece, "items")
    )
    assert first.items == ("L'accord ne dit pas quels services existent.",)


@pytest.mark.parametrize("rapport", choisir(nom="en-clair"), ids=str)
def test_en_clair_tient_en_une_page(rapports_produits: Production, rapport: Rapport) -> None:
    assert len(rapports_produits.pages(rapport)) == 1


@pytest.mark.parametrize(
    ("texte", "absents"),
    [
        ("Les accueils ont reçu 985 enfants", []),
        ("82 % des heures, et même 82,3 %", []),
        ("En 2031, 12 jeunes de 11 à 17 ans, comme le veut la fiche 2", ["12"]),
        ("Près de 1,2 million d'euros", []),
        ("Il y a 986 enfants, 182\u202f700 heures", ["986"]),
    ],
)
def test_un_nombre_des_parties_est_dans_un_tableau_du_rapport(
    texte: str, absents: list[str]
) -> None:
    values = pd.DataFrame({"a": [985.0, 82.297297, 182700.0, 1202500.0]})
    document = document_de([tableau(values, "valeurs", "Valeurs", "Caf")])

    assert nombres_absents(texte, document) == absents


def test_valider_dit_a_relire_la_ligne_dont_un_nombre_n_est_pas_dans_le_rapport(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(DONNEES, tmp_path / "data")
    written = tmp_path / "data/conventions/demonstration/suivi/2025/messages.yaml"
    message = "{rapport: bilan, rang: 1, texte: Il y a 985 puis 7777 enfants, auteur: Ville, date: 2026-01-05}"
    written.write_text(f"messages: [{message}]\n", encoding="utf-8")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "data"))

    assert lancer(["valider", "--convention", "demonstration"]) == 0

    said = " ".join(capsys.readouterr().out.split())
    assert (
        "à relire : demonstration, 2025, bilan, le message 1 (Ville, le 5\u00a0janvier 2026) :"
        " « 7777 » n'est dans aucun tableau du rapport"
    ) in said.replace("5 janvier", "5\u00a0janvier")
    assert "985 »" not in said


def test_en_clair_ne_dit_que_des_nombres_des_rapports(
    rapports_produits: Production, convention: str
) -> None:
    others = [one for one in choisir(convention=convention) if one.nom in ("diagnostic", "bilan")]
    paths = [path for one in others for path in rapports_produits.csv(one).values()]
    shown = [
        tableau(pd.read_csv(path), f"t{rank}", "Table", "Caf") for rank, path in enumerate(paths)
    ]
    [page] = choisir(convention=convention, nom="en-clair")
    said = [
        "".join(item.itertext())
        for item in lxml.html.fromstring(rapports_produits.html(page)).xpath("//main//li")
    ]

    assert said and nombres_absents("\n".join(said), document_de(shown)) == []
