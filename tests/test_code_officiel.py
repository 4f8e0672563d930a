"""The official code of a later year, the composition of EPCI, a store that lacks a piece."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from ligne_de_commande import ctg, reussir
from officiels_exemple import ecrire

from ctglib.donnees import publiques
from ctglib.donnees.ajout import Ajout
from ctglib.donnees.magasin import derniere_table_si_presente, lire_tables

ENTETE = "TYPECOM,COM,REG,DEP,CTCD,ARR,TNCC,NCC,NCCENR,LIBELLE,CAN,COMPARENT"


def code_de_l_insee(dossier: Path, annee: int) -> Path:
    """Write the communes of the store as the Insee's code of another year: without EPCI."""
    lignes = []
    for commune in publiques.territoires(niveaux=("commune",)).to_dict("records"):
        code_et_departement = ["COM", commune["code"], "", commune["departement"]]
        nom = ["", "", "0", "", commune["nom"], commune["nom"], "", ""]
        lignes.append(",".join([*code_et_departement, *nom]))
    texte = "\n".join([ENTETE, *lignes, "COMD,62414,,62,,,0,,Haucourt,Haucourt,,62764", ""])
    return ecrire(dossier, f"v_commune_{annee}.csv", texte)


def liste_des_epci(dossier: Path, annee: int) -> Path:
    """Write the composition of EPCI of a year in the columns of the DGCL: Harnes has changed."""
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    assert feuille is not None
    entete = ["dept", "siren", "raison_sociale", "nature_juridique", "dep_com", "insee"]
    feuille.append([*entete, "nom_membre", f"ptot_{annee}", f"pmun_{annee}"])
    for commune in publiques.territoires(niveaux=("commune",)).to_dict("records"):
        epci = "246201016" if commune["code"] == "62413" else commune["epci"]
        if epci:
            lieu = [commune["departement"], int(epci), "EPCI", "CA", commune["departement"]]
            feuille.append([*lieu, commune["code"], commune["nom"], 100, 99])
    chemin = dossier / f"epcicom{annee}.xlsx"
    classeur.save(chemin)
    return chemin


def test_le_code_officiel_d_une_annee_de_plus_ne_casse_aucun_portrait(
    donnees: Path, tmp_path: Path
) -> None:
    before = publiques.lire("cnaf_foyers", ["62", "246200364"], [2023])["valeur"].tolist()
    Ajout([code_de_l_insee(tmp_path, 2031)]).enregistrer()

    portrait = reussir("portrait", "62413", "-s", str(tmp_path / "sorties"), dossier=tmp_path)

    assert "1 rapport fait" in portrait
    assert publiques.territoires(["62413"])["epci"].tolist() == ["246200364"]
    assert publiques.lire("cnaf_foyers", ["62", "246200364"], [2023])["valeur"].tolist() == before


def test_le_code_officiel_prend_les_epci_de_la_liste_de_son_annee(
    donnees: Path, tmp_path: Path
) -> None:
    addition = Ajout([code_de_l_insee(tmp_path, 2031), liste_des_epci(tmp_path, 2031)])
    addition.enregistrer()

    (last,) = derniere_table_si_presente("cog_communes")
    row = lire_tables([last], ["62413"]).iloc[0]
    assert "  cog_communes, 2031 : EPCI repris de la liste de la DGCL" in addition.phrases
    assert (last.annee, row["epci"], row["departement"]) == (2031, "246201016", "62")
    assert publiques.territoires(["62413"])["epci"].tolist() == ["246201016"]


@pytest.mark.parametrize("piece", ["cog_epci/*.parquet", "cog_communes", "insee_caf_iris/2016*"])
def test_valider_voit_une_piece_qui_manque_au_magasin(piece: str, donnees: Path) -> None:
    removed = []
    for chemin in (donnees / "sources/publiques").glob(piece):
        removed += [chemin] if chemin.is_file() else list(chemin.iterdir())
    for chemin in removed:
        chemin.unlink()

    done = ctg("valider", dossier=donnees)

    assert removed and done.returncode == 1
    for chemin in removed:
        assert chemin.name in done.stderr
    assert "ctg source ajouter" in done.stderr and "Traceback" not in done.stderr


def test_un_epci_sur_deux_departements_se_compare_a_chacun(donnees: Path, tmp_path: Path) -> None:
    demande = ["--debut", "2027-01-01", "--fin", "2030-12-31", "--parties", "Caf;EPCI"]

    reussir(
        "nouvelle-convention",
        "berck",
        *demande,
        "--territoire",
        "200069672",
        "--fiches",
        "1",
        dossier=tmp_path,
    )

    convention = (donnees / "conventions/berck/convention.yaml").read_text(encoding="utf-8")
    territories = (donnees / "conventions/berck/territoires.yaml").read_text(encoding="utf-8")
    assert 'reference: "62"' in convention and 'references: ["80"]' in convention
    assert "Somme" in territories
    assert ctg("valider", "-c", "berck", dossier=tmp_path).returncode == 0
