"""What is still to be handed in: said service by service, with a letter and blank workbooks that
can be sent.
"""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache

import docx
import pytest
from classeur_rempli import LIGNE_DES_TITRES
from openpyxl import load_workbook
from rapports_produits import Production, Rapport

from ctglib import ouvrir_dossier
from ctglib.blocs.collecte import periodes
from ctglib.calculs.collecte import a_demander
from ctglib.document.blocs import Piece
from ctglib.rapports.dossier import DossierACompleter

pytestmark = pytest.mark.complet  # long: « make complet », and the continuous integration


@cache
def dossier(convention: str = "harnes") -> DossierACompleter:
    return ouvrir_dossier(convention)


@cache
def pieces(convention: str = "harnes") -> dict[str, bytes]:
    return {
        piece.adresse: piece.contenu
        for piece in dossier(convention).lettres().pieces
        if isinstance(piece, Piece)
    }


def test_chaque_demande_a_un_service_une_feuille_des_annees_et_un_moment() -> None:
    table = dossier().demandes()

    assert set(table.cellules["feuille"]) <= {
        "Indicateurs",
        "Profils",
        "Posture",
        "Actions",
        "Moyens",
        "Appréciations",
    }
    assert (table.cellules[["quoi", "quand_annees", "feuille", "delai"]] != "").all(axis=None)
    assert not table.donnees.duplicated(["responsable", "quoi", "fiche"]).any()
    assert "Service action sociale de la Caf" in table.groupes


def test_une_valeur_de_depart_se_demande_avec_les_annees_de_son_indicateur() -> None:
    rows = dossier().demandes().cellules.set_index("quoi")["quand_annees"]

    assert rows["Gardes d'enfants à domicile"] == "2024\u00a0à 2026 ; 2022 (départ)"


def test_ce_qui_est_facultatif_n_est_demande_a_personne() -> None:
    asked = set(dossier().demandes().donnees["element"])

    assert "am_agreees" in asked
    assert not asked & {"ateliers_rpe", "heures_offertes", "pij_visites"}


def test_ce_qu_un_avenant_a_arrete_manque_encore_et_n_est_plus_demande() -> None:
    etude = dossier("demonstration").etude
    manques = etude.demandes[etude.demandes["manque"]]
    (fiche,) = [fiche for fiche in etude.convention.fiches if str(fiche.numero) == "2"]
    sans_2_5 = [modalite for modalite in fiche.modalites if modalite.numero != "2.5"]
    fiches = [
        autre if autre is not fiche else fiche.model_copy(update={"modalites": sans_2_5})
        for autre in etude.convention.fiches
    ]
    convention = etude.convention.model_copy(update={"fiches": fiches})

    demandes = a_demander(
        manques, etude.a_collecter.head(0), etude.catalogue, convention, etude.bilan.date_arretee
    )

    assert demandes["nombre"].sum() == len(manques)
    arretees = demandes[~demandes["demandee"]]
    assert arretees[["nature", "precisions", "annees"]].to_numpy().tolist() == [
        ["etat", "2.5", "2025"]
    ]


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_chaque_service_a_sa_lettre_et_un_classeur_par_annee(convention: str) -> None:
    rows = dossier(convention).demandees

    for service in rows["responsable"].unique():
        letter = docx.Document(io.BytesIO(pieces(convention)[f"dossier/lettre-{service}.docx"]))
        text = "\n".join(paragraph.text for paragraph in letter.paragraphs)
        books = [name for name in pieces(convention) if name.endswith(f"-{service}.xlsx")]

        assert rows.loc[rows["responsable"].eq(service), "service"].iloc[0] in text.replace(
            "\u202f", " "
        )
        assert "{" not in text
        assert (
            "Ce qui est à réunir" if service == "coordination" else "Ce qui est demandé"
        ) in text
        assert books


def test_une_lettre_dit_qui_ecrit_quand_pour_quelles_annees_et_pour_quand_repondre() -> None:
    letter = docx.Document(io.BytesIO(pieces()["dossier/lettre-rpe.docx"]))
    texts = [re.sub("[\xa0\u202f]", " ", paragraph.text) for paragraph in letter.paragraphs]
    xml = letter.element.xml

    assert texts[0] == "Ville de Harnes et Caisse d'allocations familiales du Pas-de-Calais"
    assert texts[1] == texts[-1] == "Coordination de la CTG"
    assert texts[2] == "À l'attention de : Relais petite enfance"
    assert texts[3].startswith("Harnes, le ")
    assert "DATE \\@ " in xml
    assert any("transmises pour les années 2023 à 2026" in text for text in texts)
    assert any(": 2024 à 2026, plus 2022 (la valeur de départ), feuille" in text for text in texts)
    assert "[date à choisir]" in xml and '<w:dateFormat w:val="d MMMM yyyy"/>' in xml
    assert not [text for text in texts if re.search(r" et 20\d\d et ", text)]


def test_les_annees_d_une_lettre_sont_dites_en_mots() -> None:
    assert periodes([2023, 2025, 2026]).replace("\xa0", " ") == "2023, 2025 et 2026"
    assert periodes([2023, 2024, 2025]).replace("\xa0", " ") == "2023 à 2025"


def test_un_classeur_a_envoyer_ne_porte_aucun_chiffre_saisi() -> None:
    for name, content in pieces("demonstration").items():
        if (
            name.endswith(".xlsx")
            and "Indicateurs" in (wb := load_workbook(io.BytesIO(content))).sheetnames
        ):
            ws = wb["Indicateurs"]
            heads = {cell.value: cell.column for cell in ws[LIGNE_DES_TITRES]}
            columns = [
                column for title, column in heads.items() if title and title.startswith("Valeur ")
            ]

            assert {
                ws.cell(row, column).value for row in range(5, ws.max_row + 1) for column in columns
            } == {None}


def test_une_lettre_est_datee_de_la_fin_de_la_convention() -> None:
    with zipfile.ZipFile(io.BytesIO(pieces()["dossier/lettre-caf.docx"])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2026, 12, 31, 0, 0, 0)}


def test_la_commande_ecrit_les_memes_fichiers_a_cote_du_dossier(
    rapports_produits: Production,
) -> None:
    report = Rapport("harnes", "dossier")
    page = rapports_produits.html(report)
    files = rapports_produits.octets(report)

    for name, content in pieces().items():
        assert files[name] == content, name
        assert f'href="{name}"' in page


def test_une_fiche_sans_suivi_renvoie_au_dossier() -> None:
    from ctglib import ouvrir_bilan

    assert "../dossier.html" in ouvrir_bilan("harnes", 2025).fiche(2).dossier().html
    assert ouvrir_bilan("demonstration", 2025).fiche(2).dossier() is None
