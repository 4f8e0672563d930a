"""A convention typed in ``convention.xlsx``: what the folder says comes back, what is typed wrong is
told at its cell.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from convention_typee import (
    ajouter,
    colonne,
    enregistrer,
    libre,
    poser,
    relire,
    repondre,
    taper,
    vierge,
)
from donnees_suivies import DONNEES
from fichiers_suivis import DEPOT
from ligne_de_commande import ctg, reussir

from ctglib.collecte.classeur_convention import NOM, classeur_de, ecrire_classeur
from ctglib.collecte.convention import (
    DOCUMENTS,
    Contenus,
    charger_classeur,
    cles_d_autres_feuilles,
    fichier_de,
    lire_contenus,
    modele_de,
    mots_du_catalogue,
)
from ctglib.collecte.lecture_convention import lire_convention
from ctglib.collecte.ouverture import lire_classeur, proprietes_de
from ctglib.donnees.ecriture import EcritureImpossible
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.lecture import VARIABLE, existe, superposer
from ctglib.donnees.modeles import Modele
from ctglib.donnees.pieces import lire_pieces
from ctglib.donnees.yaml_ecrit import en_yaml
from ctglib.donnees.yaml_strict import charger_yaml

FICTIVES = DEPOT / "tests/fixtures/conventions"
CONVENTIONS = ("harnes", "demonstration", "monteclair", "rives_de_laune")
RIVES = "rives_de_laune"
CAS = yaml.safe_load(
    (Path(__file__).parent / "cas" / "convention_typee.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module", autouse=True)
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The data, with the conventions of the tests beside the others."""
    copie = tmp_path_factory.mktemp("typee") / "data"
    shutil.copytree(DONNEES, copie)
    for nom in ("monteclair", RIVES):
        shutil.copytree(FICTIVES / nom, copie / "conventions" / nom)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(copie))
        yield copie


def _objets(convention: str, contenus: Contenus) -> dict[str, Modele]:
    """Return the models of what the files of a convention would say."""
    objets = {}
    for document, modele in DOCUMENTS.items():
        fichier = fichier_de(convention, document)
        with superposer({fichier: en_yaml(contenus[document], ())}):
            objets[document] = charger_yaml(fichier, modele)
    return objets


def _lire(octets: bytes, dossier: Path, convention: str, anciens: Contenus) -> Contenus:
    chemin = dossier / "convention.xlsx"
    chemin.write_bytes(octets)
    noms = mots_du_catalogue(lire_pieces(convention))
    lecture = lire_convention(
        lire_classeur(chemin.name, chemin.read_bytes()), charger_classeur(), anciens, noms
    )
    assert lecture.fautes == []
    return lecture.contenus


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_ce_que_le_dossier_dit_revient_du_classeur(convention: str, tmp_path: Path) -> None:
    anciens = lire_contenus(convention)

    contenus = _lire(classeur_de(convention), tmp_path, convention, anciens)

    assert _objets(convention, contenus) == _objets(convention, anciens)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_ce_que_le_classeur_porte_ne_vient_que_de_lui(convention: str, tmp_path: Path) -> None:
    anciens = lire_contenus(convention)
    spec = charger_classeur()
    rien: Contenus = {
        "convention": {cle: anciens["convention"][cle] for cle in ("id", "fictive")},
        "avenants": {},
    }

    lus = _objets(convention, _lire(classeur_de(convention), tmp_path, convention, rien))

    sans_le_reste = lire_contenus(convention)
    for cle in set(spec.par_id["convention"].ailleurs) - {"id", "fictive"}:
        sans_le_reste["convention"].pop(cle, None)
    fiches = list(sans_le_reste["convention"]["fiches"])
    for avenant in sans_le_reste["avenants"].get("avenants", ()):
        fiches += [changement.get("fiche_ecrite", {}) for changement in avenant["changements"]]
    for fiche in fiches:
        for cle in spec.par_id["fiches"].ailleurs:
            fiche.pop(cle, None)
    assert lus == _objets(convention, sans_le_reste)


def test_ce_que_le_classeur_ne_porte_pas_reste_dans_le_fichier(tmp_path: Path) -> None:
    wb = vierge(RIVES)
    poser(wb, "Fiches", 5, Titre="Ouvrir trente places")
    avant = lire_contenus(RIVES)["convention"]

    preparation = relire(wb, tmp_path)

    with superposer(preparation.fichiers):
        apres = lire_contenus(RIVES)["convention"]
    assert apres["fiches"][0] == {**avant["fiches"][0], "titre": "Ouvrir trente places"}
    assert "analyses" in apres["fiches"][0] and "repond_a" in apres["fiches"][0]
    assert apres["themes"] == avant["themes"]
    assert apres["fiches"][1:] == avant["fiches"][1:]
    assert preparation.changements == ("Fiches – changé : 1.1",)


def test_une_colonne_ou_une_feuille_otee_ne_retire_rien_et_se_dit(tmp_path: Path) -> None:
    wb = vierge(RIVES)
    wb["Fiches"].delete_cols(colonne(wb["Fiches"], "Partenaires"))
    del wb["Clauses"]
    poser(wb, "Axes", 5, Titre="Tout-petits")
    avant = lire_contenus(RIVES)["convention"]

    preparation = relire(wb, tmp_path)

    with superposer(preparation.fichiers):
        apres = lire_contenus(RIVES)["convention"]
    assert apres["fiches"] == avant["fiches"] and apres["clauses"] == avant["clauses"]
    dites = " ".join(preparation.remarques)
    assert "« Clauses »" in dites and "« Partenaires »" in dites


def test_chaque_liste_d_elements_du_modele_a_sa_feuille_ou_reste_dans_le_fichier() -> None:
    spec = charger_classeur()
    sans_feuille = []
    for feuille in spec.feuilles:
        ailleurs = {*feuille.ailleurs, *cles_d_autres_feuilles(spec, feuille)}
        for nom, champ in modele_de(feuille).model_fields.items():
            liste_de_modeles = "Annotated[list[" in str(champ.annotation) or (
                str(champ.annotation).startswith(("list[ctglib", "tuple[ctglib"))
            )
            if liste_de_modeles and nom not in ailleurs:
                sans_feuille.append((feuille.id, nom))

    assert sans_feuille == []


@pytest.mark.parametrize("numero", ["2", "1.1", "1.10", "1.1.a", "A-2", "1 bis", "10"])
def test_un_numero_revient_tel_que_la_convention_l_ecrit(numero: str, tmp_path: Path) -> None:
    wb = vierge("monteclair")
    poser(wb, "Fiches", 5, Numéro=numero)
    poser(wb, "Fiches", 6, Numéro="autre")
    for feuille in ("Modalités", "Indicateurs", "Résultats"):
        for ligne in range(5, libre(wb, feuille)):
            fiche = str(wb[feuille].cell(ligne, 1).value)
            poser(wb, feuille, ligne, Fiche={"1": numero, "2": "autre"}[fiche])
    poser(wb, "Modalités", 5, Numéro=f"{numero}.a")

    preparation = relire(wb, tmp_path)

    with superposer(preparation.fichiers):
        fiche = lire_contenus("monteclair")["convention"]["fiches"][0]
        assert fiche["numero"] == numero
        assert fiche["modalites"][0]["numero"] == f"{numero}.a"
        assert fiche["indicateurs"][0]["id"] == "jeunes_accueillis"
        relu = vierge("monteclair")
    assert relu["Fiches"].cell(5, colonne(relu["Fiches"], "Numéro")).value == numero
    assert relu["Modalités"].cell(5, colonne(relu["Modalités"], "Fiche")).value == numero


@pytest.fixture(scope="module")
def fautes(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What is said of all the cases, typed in one workbook, by case."""
    wb = vierge(RIVES)
    lieux = {cas["nom"]: taper(wb, cas) for cas in CAS}
    with pytest.raises(DonneesInvalides) as refusees:
        relire(wb, tmp_path_factory.mktemp("fautes"))
    dites = {}
    for faute in refusees.value.fautes:
        assert faute.fichier == "convention.xlsx", faute
        noms = [nom for nom, lieu in lieux.items() if lieu == (faute.feuille, faute.ligne)]
        assert len(noms) == 1, faute
        assert noms[0] not in dites, faute
        dites[noms[0]] = {
            "colonne": faute.colonne,
            "trouve": faute.trouve,
            "attendu": faute.attendu,
            "remede": faute.remede,
        }
    return dites


@pytest.mark.parametrize("cas", CAS, ids=[cas["nom"] for cas in CAS])
def test_une_cellule_mal_remplie_est_dite_a_sa_place(
    cas: dict[str, Any], fautes: dict[str, dict[str, Any]]
) -> None:
    assert fautes.get(cas["nom"]) == cas.get("faute")


def test_un_avenant_tape_ecrit_chaque_element_en_entier(tmp_path: Path) -> None:
    wb = vierge("monteclair")
    jour = "01/01/2026"
    ajouter(wb, "Avenants", Numéro="1", Signé_le=jour, Objet="Ajustements", Référence="avenant 1")
    changements = [
        ("a", "Fiche", "Ajouter", "3", None),
        ("b", "Modalité", "Changer", "1.2", "1"),
        ("c", "Indicateur", "Retirer", "Visites du tiers-lieu", "2"),
        ("d", "Pilote", "Ajouter", "caf", "1"),
        ("e", "Partie", "Ajouter", "msa", None),
        ("f", "Modalité", "Abandonner", "1.1", "1"),
    ]
    for repere, nature, action, element, fiche in changements:
        ajouter(
            wb,
            "Changements",
            Avenant="1",
            Repère=repere,
            Ce_qui_change=nature,
            Comment=action,
            Lequel=element,
            Dans_la_fiche=fiche,
            À_partir_du=jour,
            Pourquoi="Le comité l'a décidé" if action == "Abandonner" else None,
        )
    ecrit_par = "Écrit_par_le_changement"
    ajouter(
        wb,
        "Fiches",
        Numéro="3",
        Titre="Ouvrir un jardin",
        Axe="Vie locale",
        Enjeu="enjeu_vie",
        Début=jour,
        Fin="31/12/2027",
        Objectifs="Jardiner\nSe retrouver",
        Référence="avenant 1",
        **{ecrit_par: "a"},
    )
    modalite = {"Fiche": "3", "Numéro": "3.1", "Ce_qui_sera_fait": "Clore le terrain"}
    ajouter(wb, "Modalités", **modalite, **{ecrit_par: "a"})
    modalite = {"Fiche": "1", "Numéro": "1.2", "Ce_qui_sera_fait": "Former trois animateurs"}
    ajouter(wb, "Modalités", **modalite, **{ecrit_par: "b"})
    ajouter(wb, "Pilotes", Fiche="1", Partie="caf", **{ecrit_par: "d"})
    partie = {"Repère": "msa", "Nom": "MSA", "Nom_court": "MSA", "Fichier_du_logo": "msa.png"}
    ajouter(wb, "Parties", **partie, Qualité_du_signataire="Le président", **{ecrit_par: "e"})
    avant = lire_contenus("monteclair")["convention"]

    chemin = enregistrer(wb, tmp_path)
    noms = mots_du_catalogue(lire_pieces("monteclair"))
    lecture = lire_convention(
        lire_classeur(chemin.name, chemin.read_bytes()),
        charger_classeur(),
        lire_contenus("monteclair"),
        noms,
    )

    assert lecture.fautes == []
    assert lecture.contenus["convention"] == avant
    objets = _objets("monteclair", lecture.contenus)
    (avenant,) = objets["avenants"].avenants  # pyright: ignore[reportAttributeAccessIssue]
    ecrits = {str(changement.element): changement for changement in avenant.changements}
    assert ecrits["3"].fiche_ecrite.objectifs == ["Jardiner", "Se retrouver"]
    assert [item.libelle for item in ecrits["3"].fiche_ecrite.modalites] == ["Clore le terrain"]
    assert ecrits["1.2"].modalite_ecrite.libelle == "Former trois animateurs"
    assert ecrits["visites_tiers_lieu"].action == "retirer"
    assert ecrits["caf"].pilote_ecrit.partie == "caf"
    assert ecrits["msa"].partie_ecrite.qualite_du_signataire == "Le président"
    assert ecrits["1.1"].raison == "Le comité l'a décidé"

    fichier = fichier_de("monteclair", "avenants")
    with superposer({fichier: en_yaml(lecture.contenus["avenants"], ())}):
        relus = _lire(classeur_de("monteclair"), tmp_path, "monteclair", lecture.contenus)
    assert _objets("monteclair", relus) == objets


def test_un_plan_de_financement_tape_a_ses_annees(tmp_path: Path) -> None:
    wb = vierge("monteclair")
    repondre(wb, "Unité du plan de financement", "milliers d'euros (k€)")
    ajouter(
        wb,
        "Financement",
        Pour_quoi="Coordination",
        Autre_payeur="Département",
        Référence="annexe",
        **{"2025": 12.5, "2027": "1 200,75"},
    )

    preparation = relire(wb, tmp_path)

    with superposer(preparation.fichiers):
        plan = lire_contenus("monteclair")["convention"]["financement"]
    assert plan["unite"] == "k_euros"
    assert plan["lignes"][0]["montants"] == {"2025": 12.5, "2027": 1200.75}
    assert b"2025: 12.5" in preparation.fichiers[fichier_de("monteclair", "convention")]


def test_un_texte_qui_commence_comme_une_formule_reste_un_texte(tmp_path: Path) -> None:
    textes = ["=1+1", "+33 places", "-5 places", "@mairie"]
    contenus = lire_contenus("monteclair")
    contenus["convention"]["fiches"][0]["objectifs"] = textes[:1]
    for rang, texte in enumerate(textes):
        contenus["convention"]["fiches"][0]["modalites"].append(
            {"numero": f"1.{rang + 3}", "libelle": texte}
        )
    fichier = fichier_de("monteclair", "convention")

    with superposer({fichier: en_yaml(contenus["convention"], ())}):
        wb = vierge("monteclair")
        relus = _lire(classeur_de("monteclair"), tmp_path, "monteclair", contenus)

    ws = wb["Modalités"]
    colonne_du_libelle = colonne(ws, "Ce qui sera fait")
    cellules = [row[colonne_du_libelle - 1] for row in ws.iter_rows(min_row=7, max_row=10)]
    assert [cell.value for cell in cellules] == textes
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cellules)
    assert relus == contenus


def _sans_titre(wb: Any) -> None:
    wb["Modalités"].delete_cols(colonne(wb["Modalités"], "Fiche"))


def _colonne_de_plus(wb: Any) -> None:
    wb["Axes"].cell(4, 9).value = "Couleur"
    wb["Axes"].cell(5, 9).value = "bleu"


def _fusion(wb: Any) -> None:
    wb["Axes"].merge_cells("A5:A6")


def _feuille_renommee(wb: Any) -> None:
    wb["Fiches"].title = "Les fiches"


def _au_loin(wb: Any) -> None:
    wb["Axes"].cell(6_000, 2).value = "loin"


def _autre_version(wb: Any) -> None:
    wb.custom_doc_props["version"].value = 99


def _autre_convention(wb: Any) -> None:
    wb.custom_doc_props["convention"].value = "montclair"


def _rubrique_de_plus(wb: Any) -> None:
    wb["Convention"].cell(40, 1).value = "Devise"
    wb["Convention"].cell(40, 2).value = "Ensemble"


@pytest.mark.parametrize(
    ("abimer", "trouve"),
    [
        (_sans_titre, "colonne supprimée"),
        (_colonne_de_plus, "une colonne ajoutée, « Couleur »"),
        (_fusion, "les cellules fusionnées A5:A6"),
        (_feuille_renommee, "une feuille nommée « Les fiches »"),
        (_au_loin, "B6000"),
        (_autre_version, "version 99"),
        (_autre_convention, "montclair"),
        (_rubrique_de_plus, "« Devise », une rubrique inconnue"),
    ],
)
def test_un_classeur_abime_est_refuse_en_francais(abimer: Any, trouve: str, tmp_path: Path) -> None:
    wb = vierge("monteclair")
    abimer(wb)

    with pytest.raises(DonneesInvalides, match=trouve):
        relire(wb, tmp_path)


def test_la_commande_enregistre_tout_ou_rien_et_dit_ce_qui_change(
    dossier: Path, tmp_path: Path
) -> None:
    fichier = dossier / "conventions/monteclair/convention.yaml"
    avant = fichier.read_bytes()
    assert NOM in reussir("gabarit", "--texte", "-c", "monteclair", dossier=tmp_path)
    wb = vierge("monteclair")
    poser(wb, "Fiches", 5, Titre=None)
    ajouter(wb, "Axes", Repère="sante", Titre="Santé")
    chemin = enregistrer(wb, tmp_path)

    refuse = ctg("importer", chemin.name, dossier=tmp_path)

    assert refuse.returncode == 1 and fichier.read_bytes() == avant
    assert "feuille « Fiches », ligne 5, « B : Titre »" in refuse.stderr
    assert "Rien n'a été enregistré." in refuse.stderr

    poser(wb, "Fiches", 5, Titre="Accueillir les jeunes")
    enregistrer(wb, tmp_path)
    a_blanc = reussir("importer", chemin.name, "--a-blanc", dossier=tmp_path)
    assert "à blanc" in a_blanc and fichier.read_bytes() == avant

    dit = reussir("importer", chemin.name, dossier=tmp_path)
    assert "Axes – ajouté : sante" in dit and "Fiches – changé : 1" in dit
    assert "lignes de commentaires" not in dit, "Monteclair n'a qu'un commentaire, au début"
    ecrit = fichier.read_text("utf-8")
    assert ecrit.startswith("# Convention inventée pour les tests") and "Santé" in ecrit
    assert "rien de nouveau" in reussir("importer", chemin.name, dossier=tmp_path)
    fichier.write_bytes(avant)


def test_les_commentaires_perdus_sont_dits(tmp_path: Path) -> None:
    wb = vierge("demonstration")
    poser(wb, "Axes", 5, Titre="Tout-petits")

    preparation = relire(wb, tmp_path)

    assert any("commentaires ne seront pas gardées" in dit for dit in preparation.remarques)


def test_un_classeur_deja_rempli_n_est_pas_ecrase(tmp_path: Path) -> None:
    chemin = ecrire_classeur("monteclair", tmp_path)
    assert ecrire_classeur("monteclair", tmp_path) == chemin, "le même classeur se récrit"
    wb = vierge("monteclair")
    poser(wb, "Axes", 5, Titre="Tout-petits")
    enregistrer(wb, tmp_path)

    with pytest.raises(EcritureImpossible, match="existe déjà"):
        ecrire_classeur("monteclair", tmp_path)
    ecrire_classeur("monteclair", tmp_path, remplacer=True)


def test_une_convention_ne_s_importe_pas_avec_d_autres_fichiers(tmp_path: Path) -> None:
    enregistrer(vierge("monteclair"), tmp_path)
    reussir("gabarit", "2025", "-c", "monteclair", dossier=tmp_path)

    fait = ctg("importer", "convention.xlsx", "ctg-monteclair-2025.xlsx", dossier=tmp_path)

    assert fait.returncode == 1 and "parmi d'autres fichiers" in fait.stderr


def test_sans_ses_proprietes_le_classeur_se_reconnait_a_ses_feuilles(tmp_path: Path) -> None:
    wb = vierge("monteclair")
    proprietes = proprietes_de(wb)
    for nom in list(proprietes.names):
        del proprietes[nom]
    enregistrer(wb, tmp_path)

    sans_nom = ctg("importer", "convention.xlsx", dossier=tmp_path)
    assert sans_nom.returncode == 1 and "indiquer --convention" in sans_nom.stderr
    dit = reussir("importer", "convention.xlsx", "-c", "monteclair", dossier=tmp_path)
    assert "rien de nouveau" in dit


def test_gabarit_demande_une_annee_ou_le_texte(tmp_path: Path) -> None:
    fait = ctg("gabarit", "-c", "harnes", dossier=tmp_path)

    assert fait.returncode == 1 and "--texte" in fait.stderr and not list(tmp_path.iterdir())


def test_le_meme_dossier_donne_les_memes_octets() -> None:
    assert classeur_de("monteclair") == classeur_de("monteclair")
    assert existe(fichier_de("monteclair", "convention"))
