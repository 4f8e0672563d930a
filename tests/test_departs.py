"""The initial values: each that is asked for may be typed in the workbook of the first year, and is
asked for no more once it came.
"""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import docx
import pytest
from import_exemple import JOUR
from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell
from test_manques import classeur_de, entetes

from ctglib import ouvrir_dossier
from ctglib.calculs.collecte import DEPART
from ctglib.collecte.importer import preparer
from ctglib.document.blocs import Piece
from ctglib.donnees.modeles.catalogue import Rupture
from ctglib.donnees.plan import depart_utile
from ctglib.rapports.dossier import DossierACompleter

PREMIERE = 2023
TITRE = "Valeur 2022 (départ)"


@cache
def dossier(convention: str) -> DossierACompleter:
    return ouvrir_dossier(convention)


def demandes(dossier: DossierACompleter) -> set[tuple[str, str]]:
    """Return whom each initial value is asked of: a service and an indicator."""
    table = dossier.demandees
    departs = table[table["nature"].eq(DEPART) | table["depart"].ne("")]
    return set(departs[["responsable", "element"]].itertuples(index=False, name=None))


def pieces(dossier: DossierACompleter) -> dict[str, bytes]:
    lettres = dossier.lettres()
    assert lettres is not None
    return {piece.adresse: piece.contenu for piece in lettres.pieces if isinstance(piece, Piece)}


def jaunes(wb: Workbook) -> dict[str, Cell]:
    """Return the yellow cells of the initial values, by indicator."""
    cellules = {}
    for nom in ("Indicateurs", "Communes"):
        if nom not in wb.sheetnames or TITRE not in entetes(wb[nom]):
            continue
        ws = wb[nom]
        colonne = entetes(ws)[TITRE]
        for row in ws.iter_rows(min_row=5):
            if row[colonne - 1].style == "attendue":
                cellules[str(row[0].value)] = row[colonne - 1]
    return cellules


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_chaque_valeur_de_depart_demandee_s_ecrit_dans_les_classeurs_de_la_premiere_annee(
    convention: str,
) -> None:
    demandees = demandes(dossier(convention))
    par_adresse = pieces(dossier(convention))
    services = {service for service, _ in demandees}

    joints = set()
    propres = set()
    for service in services:
        adresse = f"dossier/ctg-{convention}-{PREMIERE}-{service}.xlsx"
        joint = jaunes(load_workbook(io.BytesIO(par_adresse[adresse])))
        assert not [cell for cell in joint.values() if cell.protection.locked]
        joints |= {(service, indicateur) for indicateur in joint}
        propre = jaunes(classeur_de(convention, PREMIERE, service))
        propres |= {(service, indicateur) for indicateur in propre}
    entier = jaunes(classeur_de(convention, PREMIERE))

    assert bool(demandees) == (convention == "harnes")  # the demonstration has all of them
    assert joints == propres == demandees
    assert set(entier) == {indicateur for _, indicateur in demandees}


def test_la_valeur_de_depart_est_dite_la_premiere_annee_et_une_correction_ensuite() -> None:
    wb = classeur_de("harnes", PREMIERE)
    aides = {
        regle.promptTitle: regle.prompt
        for regle in wb["Indicateurs"].data_validations.dataValidation
    }
    mode_emploi = {str(cell.value) for row in wb.worksheets[0].iter_rows() for cell in row}
    suivante = classeur_de("harnes", 2024)

    assert "avant la convention" in aides[TITRE]
    assert "n'en demande pas" in aides["Raison de la correction"]
    assert "La valeur de départ (2022)" in mode_emploi
    assert "Une valeur de 2022 était fausse" not in mode_emploi
    assert "Valeur 2023 corrigée" in entetes(suivante["Indicateurs"])
    assert not jaunes(suivante)


def test_ce_qui_commence_plus_tard_ne_demande_que_sa_valeur_de_depart() -> None:
    ws = classeur_de("harnes", PREMIERE, "rpe")["Indicateurs"]
    cellules = {titre: ws.cell(5, colonne) for titre, colonne in entetes(ws).items()}

    assert cellules["Valeur 2023"].style == cellules["État de la valeur"].style == "fermee"
    assert cellules[TITRE].style == "attendue"
    assert not cellules["Source"].protection.locked


def test_une_valeur_d_avant_une_rupture_ne_sert_pas_de_depart() -> None:
    etude = dossier("harnes").etude
    indicateurs = etude.catalogue.indicateurs_fiches
    fiche = etude.fiche("2")
    prevu = next(item for item in fiche.indicateurs if item.id == "frequentation_jeunes")

    def utile(*ruptures: int) -> bool:
        coupures = tuple(
            Rupture(annee=annee, raison="Test", reference="Test") for annee in ruptures
        )
        indicateur = indicateurs[prevu.id].model_copy(update={"ruptures": coupures})
        return depart_utile(etude.convention, fiche, prevu, indicateur)

    assert utile()
    assert utile(2022)
    assert not utile(2023)
    assert not utile(2020, 2025)


def test_une_valeur_de_depart_s_importe_sans_raison_et_n_est_plus_demandee(
    donnees: Path, tmp_path: Path
) -> None:
    avant = ouvrir_dossier("harnes")
    nom = f"ctg-harnes-{PREMIERE}-rpe.xlsx"
    wb = load_workbook(io.BytesIO(pieces(avant)[f"dossier/{nom}"]))
    jaunes(wb)["familles_informees"].value = 137
    wb.save(tmp_path / nom)

    preparer([tmp_path / nom], jour=JOUR).ecrire()

    saisies = (donnees / f"conventions/harnes/suivi/{PREMIERE}/observations.csv").read_text("utf-8")
    assert "62413,2022,familles_informees,,,2023,137," in saisies
    apres = ouvrir_dossier("harnes")
    assert demandes(avant) - demandes(apres) == {("rpe", "familles_informees")}
    assert avant.demandees["nombre"].sum() - apres.demandees["nombre"].sum() == 1
    assert "familles_informees" not in jaunes(classeur_de("harnes", PREMIERE, "rpe"))


def test_un_classeur_envoye_sous_l_ancien_titre_se_lit(donnees: Path, tmp_path: Path) -> None:
    wb = classeur_de("harnes", PREMIERE, "enfance")
    depart = jaunes(wb)["capacite_declaree"]
    depart.value = 30
    wb["Indicateurs"].cell(4, depart.column, "Valeur 2022 corrigée")
    chemin = tmp_path / f"ctg-harnes-{PREMIERE}-enfance.xlsx"
    wb.save(chemin)

    assert preparer([chemin], jour=JOUR).nouvelles == {"observations": 1}


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_les_nombres_d_une_lettre_font_celui_que_le_dossier_dit_du_service(
    convention: str,
) -> None:
    totaux = dossier(convention).demandees.groupby("responsable")["nombre"].sum()
    par_adresse = pieces(dossier(convention))

    for service, total in totaux.items():
        lettre = docx.Document(io.BytesIO(par_adresse[f"dossier/lettre-{service}.docx"]))
        textes = [paragraphe.text for paragraphe in lettre.paragraphs]
        (dit,) = [texte for texte in textes if texte.startswith("Ce qui est ")]
        elements = dit.partition(" (")[2].split("pour ")[1:]

        assert sum(int(e.partition(", ")[2].split("\u00a0")[0]) for e in elements) == total, dit
        departs = [texte for texte in textes if f"colonne «\u00a0{TITRE}\u00a0»" in texte]
        assert bool(departs) == ("valeur de départ" in dit or "valeurs de départ" in dit)


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_deux_lignes_d_une_lettre_ne_sont_jamais_les_memes(convention: str) -> None:
    for adresse, contenu in pieces(dossier(convention)).items():
        if adresse.endswith(".docx"):
            paragraphes = docx.Document(io.BytesIO(contenu)).paragraphs
            lignes = [p.text for p in paragraphes if ", feuille «" in p.text]
            quoi = [ligne.rpartition(", feuille")[0].rpartition("\u202f:")[0] for ligne in lignes]

            assert len(set(quoi)) == len(quoi), adresse


def test_la_coordination_ne_s_ecrit_pas_une_lettre() -> None:
    contenu = pieces(dossier("harnes"))["dossier/lettre-coordination.docx"]
    textes = [paragraphe.text for paragraphe in docx.Document(io.BytesIO(contenu)).paragraphs]

    assert [texte for texte in textes if "Coordination de la CTG" in texte] == [
        "Aide-mémoire\u202f: Coordination de la CTG"
    ]
    assert not [texte for texte in textes if "Votre service" in texte or texte == "Bonjour,"]
