"""From the empty workbooks to the pages and back: what the services write is what the reports of
the year say.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from aller_retour import ANNEE, CAS, CONVENTION, lignes, nom, remplir, textes
from classeur_rempli import cellule, photographie
from donnees_suivies import DONNEES
from import_exemple import SUIVI, avec_libreoffice, libreoffice
from ligne_de_commande import reussir
from openpyxl import load_workbook

from ctglib.donnees.lecture import VARIABLE
from ctglib.rapports.bilan import ouvrir_bilan

LUS_EN_CSV = [case for case in CAS if "csv" in case]
LUS_EN_PAGE = [case for case in CAS if "page" in case]
REVISE = "ateliers_rpe"


@dataclass(frozen=True)
class Annee:
    """A year entered in a copy of the data: its folder, the workbooks sent back, the reports made
    from them.
    """

    donnees: Path
    classeurs: list[Path]
    sortie: Path

    @property
    def rapports(self) -> Path:
        """The folder of the reports of the year."""
        return self.sortie / CONVENTION / str(ANNEE)


@pytest.fixture(scope="module")
def annee(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Annee]:
    """2024 at Harnes, filled by its services, imported, its bilan and fiches made; nothing of it is
    changed after.
    """
    dossier = tmp_path_factory.mktemp("annee")
    donnees = shutil.copytree(DONNEES, dossier / "donnees")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(donnees))
        (dossier / "envoi").mkdir()
        classeurs = remplir(dossier / "envoi")
        said = reussir("importer", "envoi", dossier=dossier)
        assert f"{CONVENTION}, {ANNEE} : enregistré." in said
        _produire(dossier, "bilan", "fiches")
        yield Annee(donnees, classeurs, dossier / "sortie")


def _produire(dossier: Path, *rapports: str, annees: tuple[int, ...] = (ANNEE,)) -> None:
    years = [word for annee in annees for word in ("-a", str(annee))]
    reussir(
        "produire",
        *rapports,
        "-c",
        CONVENTION,
        *years,
        "-f",
        "html",
        "-s",
        "sortie",
        dossier=dossier,
    )


@pytest.mark.parametrize("cas", LUS_EN_CSV, ids=nom)
def test_ce_qu_un_service_ecrit_se_relit_dans_les_tableaux_de_l_annee(
    cas: dict, annee: Annee
) -> None:
    rows = [
        row
        for row in lignes(annee.rapports / f"{cas['csv']}.csv")
        if cas["ou"].items() <= row.items()
    ]

    assert [row for row in rows if cas["dit"].items() <= row.items()], rows


@pytest.mark.parametrize("cas", LUS_EN_PAGE, ids=nom)
def test_ce_qu_un_service_ecrit_se_lit_dans_les_pages_de_l_annee(cas: dict, annee: Annee) -> None:
    found = textes(annee.rapports / f"{cas['page']}.html", cas.get("dans", ""))

    assert any(cas["lu"] in text for text in found), found


def test_toutes_les_feuilles_de_plusieurs_services_sont_remplies() -> None:
    assert {case["feuille"] for case in CAS} == {
        "Actions",
        "Indicateurs",
        "Moyens",
        "Profils",
        "Posture",
        "Appréciations",
    }
    assert len({case["service"] for case in CAS}) == 5


def test_la_grille_saisie_ne_se_lit_que_dans_le_rapport_interne(annee: Annee) -> None:
    (case,) = [case for case in CAS if "interne" in case]
    inside = ouvrir_bilan(CONVENTION, ANNEE, "interne").fiche(4).detail()["posture"].tableau.donnees

    shown = inside[inside["item"] == case["interne"]]

    assert [int(level) for level in shown["niveau"].dropna()] == [case["lu"]]
    assert textes(annee.rapports / "fiche-4.html", case["ligne"][2]) == []


@avec_libreoffice
def test_les_memes_classeurs_enregistres_par_libreoffice_donnent_le_meme_suivi(
    annee: Annee, donnees: Path, tmp_path: Path
) -> None:
    (tmp_path / "retour").mkdir()
    libreoffice(annee.classeurs, tmp_path / "retour", "xlsx")

    reussir("importer", "retour", dossier=tmp_path)

    assert photographie(donnees / SUIVI) == photographie(annee.donnees / SUIVI)


def test_un_chiffre_corrige_l_annee_suivante_est_liste_par_son_bilan_et_par_lui_seul(
    annee: Annee, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copie = shutil.copytree(annee.donnees, tmp_path / "donnees")
    monkeypatch.setenv(VARIABLE, str(copie))
    reussir("gabarit", str(ANNEE + 1), "-c", CONVENTION, "-r", "rpe", dossier=tmp_path)
    path = tmp_path / f"ctg-{CONVENTION}-{ANNEE + 1}-rpe.xlsx"
    wb = load_workbook(path)
    before = cellule(wb, "Indicateurs", REVISE, f"Valeur {ANNEE}").value
    for title, value in {
        f"Valeur {ANNEE + 1}": 46,
        f"Valeur {ANNEE} corrigée": 44,
        "Raison de la correction": "Registre retrouvé",
    }.items():
        cellule(wb, "Indicateurs", REVISE, title).value = value
    wb.save(path)

    reussir("importer", path.name, dossier=tmp_path)
    _produire(tmp_path, "bilan", annees=(ANNEE, ANNEE + 1))

    made = tmp_path / "sortie" / CONVENTION
    assert before == 0
    (row,) = [
        row for row in lignes(made / "2025/bilan/revisions.csv") if row["indicateur"] == REVISE
    ]
    assert (row["valeur_ancienne"], row["valeur"], row["note"]) == (
        "0.0",
        "44.0",
        "Registre retrouvé",
    )
    assert any("44" in text for text in textes(made / "2025/bilan.html", "Ateliers du relais"))
    assert (made / "2024/bilan.html").read_bytes() == (annee.rapports / "bilan.html").read_bytes()


def test_une_annee_de_la_demonstration_remise_en_classeur_revient_sans_rien_de_nouveau(
    donnees: Path, tmp_path: Path
) -> None:
    before = photographie(donnees)
    reussir("gabarit", "2026", "-c", "demonstration", dossier=tmp_path)
    wb = load_workbook(tmp_path / "ctg-demonstration-2026.xlsx")

    said = reussir("importer", "ctg-demonstration-2026.xlsx", dossier=tmp_path)

    assert "demonstration, 2026 : rien de nouveau, rien n'a été écrit." in said
    assert photographie(donnees) == before
    shown = [
        cellule(wb, "Indicateurs", "frequentation_jeunes", f"Valeur {year}").value
        for year in (2025, 2026)
    ]
    assert shown == [985, 1032]
    assert (
        cellule(
            wb, "Profils", ("Séjour de vacances (colonie)", "Sexe", "Filles"), "Effectif 2025"
        ).value
        == 15
    )
    assert cellule(wb, "Actions", "2.4", "Fin 2025").value.startswith("Abandonnée")
