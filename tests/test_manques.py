"""What a year lacks is one number: the import, the workbook, the letters, the dossier, the bilan and
the portal say the same, and it falls as answers come in.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import docx
import pandas as pd
import pytest
from classeur_rempli import LIGNE_DES_TITRES
from import_exemple import JOUR
from ligne_de_commande import reussir
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from rapports_produits import Production, Rapport

from ctglib import ouvrir_bilan, ouvrir_dossier
from ctglib.calculs.ecriture import SEPARATEUR
from ctglib.collecte.classeur import classeur, ecrire_gabarit
from ctglib.collecte.feuilles import feuilles, ouvrir_cadre
from ctglib.collecte.importer import preparer
from ctglib.document.blocs import Piece
from ctglib.rapports.dossier import DossierACompleter

ANNEES = (2023, 2024, 2025, 2026)
SANS_REPONSE = (None, "", "Non transmise", "Non renseignée")


def en_espaces(texte: str) -> str:
    """Return a text with plain spaces in place of those that do not break."""
    return re.sub("[\xa0\u202f]", " ", texte)


def nombre(texte: str) -> int:
    """Return the number of things that a text says: « 6 éléments (…) », « 5 moyens »; 0 if none."""
    dits = re.search(r"([0-9]+)[\u00a0 ](?:éléments|[a-zéè])", texte)
    return int(dits[1]) if dits else 0


def parties(texte: str) -> int:
    """Return the sum of the parts that a text says, as its own number when it has none."""
    dans_la_parenthese = re.search(r"éléments \(([^)]*)\)", texte.replace("\u00a0", " "))
    if not dans_la_parenthese:
        return nombre(texte)
    return sum(int(partie.split()[0]) for partie in dans_la_parenthese[1].split(", "))


def entetes(ws: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column for cell in ws[LIGNE_DES_TITRES] if cell.value}


def jaunes(wb: Workbook) -> Iterator[tuple[str, int, int]]:
    """Yield the yellow cells (sheet, row, column) that the eye still sees to be filled for the
    year; those of the initial values are of the year before.
    """
    for ws in wb.worksheets[1:]:
        titres = entetes(ws)
        etat = titres.get("État de la valeur")
        depart = titres.get("Valeur 2022 (départ)")
        groupes: dict[object, list[tuple[int, int]]] = {}
        for row in ws.iter_rows(min_row=LIGNE_DES_TITRES + 1):
            for cell in row:
                if cell.style == "attendue" and cell.column != depart:
                    # The three cells of an appreciation are one thing.
                    appreciation = ws.title == "Appréciations"
                    cle = str(row[0].value).partition(".")[0] if appreciation else cell.coordinate
                    groupes.setdefault(cle, []).append((cell.row, cell.column))
        for cellules in groupes.values():
            repondue = all(ws.cell(*place).value not in SANS_REPONSE for place in cellules)
            if etat and not repondue:
                repondue = ws.cell(cellules[0][0], etat).value not in SANS_REPONSE
            if not repondue:
                yield ws.title, *cellules[0]


def dit_au_classeur(wb: Workbook) -> str:
    """Return what the first sheet of a workbook says is left to fill."""
    (dit,) = [
        row[1].value for row in wb.worksheets[0].iter_rows() if row[0].value == "Reste à remplir"
    ]
    return str(dit)


def classeur_de(convention: str, annee: int, responsable: str = "") -> Workbook:
    cadre = ouvrir_cadre(convention, annee, responsable)
    return load_workbook(io.BytesIO(classeur(cadre, feuilles(cadre))))


def lettres(dossier: DossierACompleter, annee: int) -> int:
    """Return how much all the letters ask for a year, each as much as its workbook."""
    bloc = dossier.lettres()
    pieces = [piece for piece in bloc.pieces if isinstance(piece, Piece)] if bloc else []
    total = 0
    for piece in pieces:
        if not piece.adresse.endswith(".docx"):
            continue
        texte = "\n".join(p.text for p in docx.Document(io.BytesIO(piece.contenu)).paragraphs)
        (demande,) = re.findall(r"Ce qui est (?:demandé|à réunir) \((.*)\)", texte)
        dits = re.findall(rf"pour {annee}, ([^;]*)", demande)
        service = piece.adresse.removeprefix("dossier/lettre-").removesuffix(".docx")
        joints = [autre for autre in pieces if autre.adresse.endswith(f"-{annee}-{service}.xlsx")]
        if dits:
            (joint,) = joints
            wb = load_workbook(io.BytesIO(joint.contenu))
            assert nombre(dits[0]) == parties(dits[0]) == len(list(jaunes(wb))), piece.adresse
            assert dit_au_classeur(wb) == dits[0].strip()
            total += nombre(dits[0])
    return total


def comptes(convention: str, annee: int) -> dict[str, int]:
    """Return what each place says that a year lacks, but the import and the portal."""
    return comptes_du_bilan(convention, annee) | comptes_du_dossier(convention, annee)


def comptes_du_bilan(convention: str, annee: int) -> dict[str, int]:
    """Return what the workbook and the bilan say that a year lacks."""
    wb = classeur_de(convention, annee)
    bilan = ouvrir_bilan(convention, annee)
    _, _, statut = dict(bilan.couverture().mentions)["Statut"].partition(" ; ")
    _, _, statut = statut.rpartition(" ; ")
    assert parties(statut) == nombre(statut)
    collecte = bilan.etude.collecte
    ensemble = collecte[collecte["groupe"].eq("ensemble")].iloc[0]
    par_service = collecte.loc[collecte["groupe"].eq("responsable"), "manquent"].sum()
    par_fiche = collecte.loc[collecte["groupe"].eq("fiche"), "manquent"].sum()
    return {
        "classeur": nombre(dit_au_classeur(wb)),
        "cellules jaunes": len(list(jaunes(wb))),
        "couverture du bilan": nombre(statut),
        "bilan": int(ensemble["manquent"]),
        "bilan, par service": int(par_service),
        "bilan, par fiche": int(par_fiche),
    }


def comptes_du_dossier(convention: str, annee: int) -> dict[str, int]:
    """Return what the dossier and the letters say that a year lacks."""
    dossier = ouvrir_dossier(convention)
    services = dossier.essentiel().pieces[1].cellules.set_index("service")
    du_dossier = services[str(annee)].get("Ensemble", "–") if str(annee) in services else "–"
    if annee in dossier.etude.suivi.closes:  # the dossier counts what nobody is asked any more
        return {"dossier": int(du_dossier)}
    return {
        "dossier": 0 if du_dossier == "–" else int(du_dossier),
        "lettres": lettres(dossier, annee),
    }


@pytest.mark.parametrize("annee", ANNEES)
@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_tous_disent_le_meme_nombre(convention: str, annee: int) -> None:
    dits = comptes(convention, annee)

    assert set(dits.values()) == {dits["classeur"]}, dits
    assert dits["classeur"] > 0  # both lack something, each year


def test_d_une_annee_close_on_ne_demande_que_des_valeurs() -> None:
    dossier = ouvrir_dossier("demonstration")
    closes = dossier.etude.suivi.closes

    demandees = dossier.demandees[~dossier.demandees["nature"].isin(["valeur", "valeur_initiale"])]
    assert closes == {2023, 2024, 2025}
    assert set(SEPARATEUR.join(demandees["annees"]).split(SEPARATEUR)) == {"2026"}
    assert lettres(dossier, 2025) == 1  # one value; the state and the five means are not asked


@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_les_classeurs_des_services_font_ensemble_celui_de_tous(convention: str) -> None:
    entier = classeur_de(convention, 2025)
    services = ouvrir_cadre(convention, 2025).dossier.catalogue.responsables

    parts = [
        nombre(dit_au_classeur(classeur_de(convention, 2025, service))) for service in services
    ]

    assert sum(parts) == nombre(dit_au_classeur(entier))


@pytest.mark.parametrize(
    ("feuille", "reponse", "etat", "baisse"),
    [
        ("Indicateurs", 1, None, 1),
        ("Indicateurs", None, "Non disponible", 1),
        ("Indicateurs", None, "Sans objet", 1),
        ("Indicateurs", None, "Non transmise", 0),
        ("Actions", "Prévue", None, 1),
        ("Actions", "Non renseignée", None, 0),
        ("Moyens", 1, None, 1),
        ("Posture", "3 – Installé", None, 1),
        ("Appréciations", "Une phrase", None, 0),  # its two other cells are empty
    ],
)
def test_l_import_dit_le_meme_nombre_que_le_classeur_qui_suit(
    donnees: Path,
    tmp_path: Path,
    feuille: str,
    reponse: object,
    etat: str | None,
    baisse: int,
) -> None:
    chemin = ecrire_gabarit("harnes", 2025, tmp_path)
    wb = load_workbook(chemin)
    avant = len(list(jaunes(wb)))
    ligne, colonne = next(
        (ligne, colonne) for titre, ligne, colonne in jaunes(wb) if titre == feuille
    )
    ws = wb[feuille]
    ws.cell(ligne, colonne).value = reponse
    if etat:
        ws.cell(ligne, entetes(ws)["État de la valeur"]).value = etat
    wb.save(chemin)

    pret = preparer([chemin], jour=JOUR)
    pret.ecrire()

    assert nombre(pret.reste.partition(":")[2]) == avant - baisse
    assert nombre(dit_au_classeur(classeur_de("harnes", 2025))) == avant - baisse


def remplir(chemin: Path, feuille: str) -> int:
    """Answer all that a sheet of a workbook asks for, and return how much that is."""
    wb = load_workbook(chemin)
    ws = wb[feuille]
    places = [(ligne, colonne) for titre, ligne, colonne in jaunes(wb) if titre == feuille]
    for ligne, colonne in places:
        if feuille == "Indicateurs":
            ws.cell(ligne, entetes(ws)["État de la valeur"]).value = "Non disponible"
            continue
        reponses = {"Actions": "Prévue", "Moyens": 1, "Posture": "3 – Installé", "Profils": 12}
        ws.cell(ligne, colonne).value = reponses.get(feuille, "Une phrase")
    if feuille == "Appréciations":  # the three cells of each
        for row in ws.iter_rows(min_row=LIGNE_DES_TITRES + 1):
            for cell in row:
                if cell.style == "attendue":
                    cell.value = "Une phrase"
    wb.save(chemin)
    return len(places)


@pytest.mark.complet
def test_le_nombre_baisse_partout_a_mesure_que_l_annee_arrive(
    donnees: Path, tmp_path: Path
) -> None:
    manquent = nombre(dit_au_classeur(classeur_de("harnes", 2025)))

    for feuille in ("Actions", "Moyens", "Posture", "Appréciations", "Profils", "Indicateurs"):
        chemin = ecrire_gabarit("harnes", 2025, tmp_path, remplacer=True)
        manquent -= remplir(chemin, feuille)
        dit = reussir("importer", str(chemin), dossier=tmp_path)

        assert set(comptes_du_bilan("harnes", 2025).values()) == {manquent}
        if feuille in ("Posture", "Indicateurs"):  # half way, and at the end
            assert set(comptes_du_dossier("harnes", 2025).values()) == {manquent}
        (phrase,) = [ligne for ligne in dit.splitlines() if "manque" in ligne.lower()]
        assert nombre(phrase.partition(":")[2]) == manquent

    assert manquent == 0
    assert phrase == "Rien ne manque pour 2025 : tout ce qui est demandé a une réponse."


def test_les_lignes_repliees_et_celles_d_avant_ne_sont_pas_jaunes() -> None:
    wb = classeur_de("demonstration", 2026)

    for ws in wb.worksheets[1:]:
        for row in ws.iter_rows(min_row=LIGNE_DES_TITRES + 1):
            if ws.row_dimensions[row[0].row].outlineLevel:
                assert not [cell for cell in row if cell.style == "attendue"], ws.title


def test_une_valeur_est_demandee_au_service_qui_la_doit(donnees: Path) -> None:
    """The detail of a dispositif is owed by the service of the dispositif, not of the indicator;
    the first page names the service of the value that it names.
    """
    fichier = donnees / "conventions/demonstration/suivi/2026/observations.csv"
    lignes = fichier.read_text(encoding="utf-8").splitlines(keepends=True)
    debuts = ("00001,2026,frequentation_jeunes,dispositif,caj,", "00001,2026,am_agreees,,,")
    gardees = [ligne for ligne in lignes if not ligne.startswith(debuts)]
    assert len(lignes) - len(gardees) == 2
    fichier.write_text("".join(gardees), encoding="utf-8")

    bilan = ouvrir_bilan("demonstration", 2026)

    manques = bilan.etude.manques
    valeurs = manques[manques["nature"].eq("valeur")]
    dus = dict(zip(valeurs["element"], valeurs["responsable"], strict=True))
    assert dus == {
        "am_agreees": "pmi",
        "frequentation_jeunes": "jeunesse",
        "gardes_domicile": "caf",
    }
    page = bilan.une_page().html.replace("\u00a0", " ")
    assert "enfants et jeunes accueillis » (Service jeunesse)" in page


def test_un_total_a_qui_manque_un_moyen_demande_n_est_qu_au_moins(donnees: Path) -> None:
    fichier = donnees / "conventions/demonstration/suivi/2026/moyens.csv"
    lignes = fichier.read_text(encoding="utf-8").splitlines(keepends=True)
    gardees = [ligne for ligne in lignes if not ligne.startswith("ville,3,,euros,fonctionnement,")]
    assert len(lignes) - len(gardees) == 1
    avant = ouvrir_bilan("demonstration", 2026).moyens.en_bref()
    fichier.write_text("".join(gardees), encoding="utf-8")

    bilan = ouvrir_bilan("demonstration", 2026)

    en_bref = bilan.moyens.en_bref()
    par_signataire = bilan.moyens.par_signataire()
    assert avant is not None and en_bref is not None and par_signataire is not None
    fonctionnement = r"Euros de fonctionnement : Ville de Valfontaine \(fictive\), "
    assert re.search(rf"{fonctionnement}[0-9 ]+ €", en_espaces(avant.html))
    assert re.search(rf"{fonctionnement}au moins [0-9 ]+ €", en_espaces(en_bref.html))
    assert "Ville de Valfontaine (fictive), valeur manquante : Contrib" in en_espaces(en_bref.html)
    groupes = pd.Series(par_signataire.groupes)
    ville = par_signataire.cellules[groupes.str.startswith("Ville").to_numpy()]
    euros = ville.set_index("objet")["euros_2026"]
    assert euros["Fiche 3"] == "non transmis"
    assert euros["Ensemble"].startswith("au moins ")


def test_une_annee_dont_rien_n_est_venu_est_a_demander_et_non_en_retard() -> None:
    page = ouvrir_bilan("harnes", 2024).une_page().html.replace("\u00a0", " ")

    assert "éléments de 2024 sont à demander à six services" in page
    assert "doivent encore transmettre" not in page


@pytest.mark.complet
@pytest.mark.parametrize("convention", ["harnes", "demonstration"])
def test_le_portail_dit_le_nombre_du_bilan(rapports_produits: Production, convention: str) -> None:
    page = (rapports_produits.sortie / "index.html").read_text(encoding="utf-8")
    portail = en_espaces(unescape(page))

    for annee in ANNEES:
        statut = dict(ouvrir_bilan(convention, annee).couverture().mentions)["Statut"]
        reste = statut.rpartition(" ; ")[2]
        assert en_espaces(reste) in portail
        assert rapports_produits.html(Rapport(convention, f"{annee}/bilan"))


def test_une_appreciation_manque_tant_que_l_une_de_ses_trois_cellules_est_vide(
    donnees: Path, tmp_path: Path
) -> None:
    """The fiche prints « Non transmises » of what is empty: the count says it too."""
    chemin = ecrire_gabarit("harnes", 2025, tmp_path)
    wb = load_workbook(chemin)
    avant = nombre(dit_au_classeur(wb))
    ws = wb["Appréciations"]
    texte = entetes(ws)["Texte"]
    lignes = {str(row[0].value): row[0].row for row in ws.iter_rows(min_row=5)}
    for rubrique in ("reussites", "difficultes"):
        ws.cell(lignes[f"3.{rubrique}"], texte, "Une phrase")
    wb.save(chemin)
    preparer([chemin], jour=JOUR).ecrire()
    deux_cellules = nombre(dit_au_classeur(classeur_de("harnes", 2025)))
    ws.cell(lignes["3.perspectives"], texte, "Une phrase")
    wb.save(chemin)
    preparer([chemin], jour=JOUR).ecrire()

    assert deux_cellules == avant
    assert nombre(dit_au_classeur(classeur_de("harnes", 2025))) == avant - 1
    plages = [str(plage.sqref) for plage in ws.conditional_formatting]
    assert len(plages) == 1  # each of the three cells whitens by itself
