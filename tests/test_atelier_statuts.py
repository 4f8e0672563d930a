"""What the values of the atelier know of themselves is drawn and printed, wherever they go."""

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.colors import to_rgba
from openpyxl import load_workbook

from ctglib import atelier as a
from ctglib.atelier.dessins import legende_de

LOGEMENT = "cnaf_foyers_logement"
RSA = "cnaf_foyers_rsa"
PREMIERE_LIGNE = 5


@pytest.fixture(scope="module")
def heures() -> pd.DataFrame:
    """Hours by year: those of the last one are provisional."""
    toutes = a.donnees("heures_realisees", convention="demonstration")
    return toutes[toutes["ligne"] == "total"]


@pytest.fixture(scope="module")
def deciles() -> pd.DataFrame:
    """Incomes by commune and year, as a crossed table: those of Acheville are suppressed."""
    lignes = a.donnees("filosofi_decile_1", ["Harnes", "Lens", "Acheville"])
    return lignes.pivot(index="libelle", columns="annee", values="valeur")


# Drawings.


def test_une_mesure_faite_d_un_secret_se_dessine_secrete_et_non_normale() -> None:
    deciles = a.donnees("filosofi_decile_1", ["Harnes", "Acheville"], 2019)
    moities = deciles.assign(moitie=deciles["valeur"] / 2, statut="valeur normale")

    alt = legende_de(a.barres(moities, y="moitie").figure)["alt"]

    assert "Acheville : secret" in alt
    assert "valeur normale" not in alt


def test_un_indice_d_avant_une_rupture_le_dit_sous_le_dessin() -> None:
    axes = a.courbes(a.comparer(LOGEMENT, ["Harnes", "Lens"]), y="indice")

    dites = [" ".join(texte.get_text().split()) for texte in axes.get_legend().get_texts()]

    assert any("2020 : avant la rupture de série" in dite for dite in dites)
    assert not any("valeur normale" in dite for dite in dites)


def test_la_rupture_d_une_serie_ne_se_dessine_pas_sur_une_autre() -> None:
    deux = pd.concat([a.donnees(RSA, "Harnes"), a.donnees(LOGEMENT, "Harnes")])

    dessin = a.panneaux(deux, par="indicateur", echelle="propre")

    assert [axes.get_title(loc="left") for axes in dessin.axes] == [
        "Foyers au RSA (Cnaf)",
        "Foyers avec une aide au logement (Cnaf)",
    ]
    assert [axes.get_legend() is not None for axes in dessin.axes] == [False, True]
    assert "rupture de série en 2021" in legende_de(dessin)["alt"]


@pytest.mark.parametrize("tracer", [a.courbes, a.pente])
def test_une_rupture_entre_deux_annees_choisies_coupe_le_trait(tracer) -> None:
    axes = tracer(a.donnees(LOGEMENT, "Harnes", [2020, 2024]))

    alt = legende_de(axes.figure)["alt"]
    pleins = [ligne for ligne in axes.get_lines() if ligne.get_linestyle() == "-"]

    assert "rupture de série en 2021" in alt
    for ligne in pleins:
        assert len(ligne.get_xdata()) < 2 or pd.isna(ligne.get_ydata()).any()


def test_une_barre_et_un_point_provisoires_sont_creux_et_c_est_dit(heures: pd.DataFrame) -> None:
    fond = to_rgba("white")
    barres = a.barres(heures, par="annee")
    points = a.points(heures, par="annee")

    pleines = [barre.get_facecolor() != fond for barre in barres.patches]
    creux = [ligne for ligne in points.get_lines() if to_rgba(ligne.get_markerfacecolor()) == fond]

    assert pleines == [True, True, True, True, False]
    assert [ligne.get_xdata().tolist() for ligne in creux] == [[191500.0]]
    for axes in (barres, points):
        pied = " ".join(axes.figure.get_supxlabel().split())
        assert pied.startswith("En creux : valeur provisoire (2026). Source : ")


def test_une_pente_rompue_dit_pourquoi_sous_le_dessin_et_dans_un_rapport() -> None:
    axes = a.pente(a.donnees(LOGEMENT, ["Harnes", "Lens"]))

    pied = " ".join(axes.figure.get_supxlabel().split())

    assert pied.startswith("Rupture de série en 2021 : depuis le 1er janvier 2021")
    assert "Effectifs arrondis à 5 par la source. Source : Cnaf" in pied
    assert pied.count("Rupture") == 1
    du_rapport = a.figure(axes, alt="Deux communes.").dessiner("large").get_supxlabel()
    assert "Rupture de série en 2021" in du_rapport
    assert "Source" not in du_rapport


def test_ce_que_la_cle_dit_de_toutes_les_courbes_n_est_dit_qu_une_fois() -> None:
    axes = a.courbes(a.donnees(LOGEMENT, ["Harnes", "Lens", "62"]))

    dites = [" ".join(texte.get_text().split()) for texte in axes.get_legend().get_texts()]

    assert sum("upture de série" in dite for dite in dites) == 1
    assert "Pas-de-Calais, 2024 : valeur estimée" in dites


def test_une_carte_dit_pourquoi_une_commune_n_a_pas_de_valeur() -> None:
    axes = a.carte(a.donnees("filosofi_decile_1", ["Harnes", "Lens", "Acheville"]))

    dites = [texte.get_text() for texte in axes.get_legend().get_texts()]

    assert "secret (1)" in dites
    assert "sans valeur : secret (1)" in legende_de(axes.figure)["alt"]


def test_des_panneaux_ont_leur_titre_et_gardent_leurs_noms_dans_un_rapport() -> None:
    dessin = a.panneaux(a.donnees(RSA, ["Harnes", "Lens"]))

    du_rapport = a.figure(dessin, alt="Deux communes.").dessiner("large")

    assert dessin.get_suptitle() == "Foyers au RSA (Cnaf)"
    assert du_rapport.get_suptitle() == ""
    assert [axes.get_title(loc="left") for axes in du_rapport.axes] == ["Harnes", "Lens"]


def test_un_dessin_d_ecarts_dit_que_ce_sont_des_ecarts_et_leurs_textes_tiennent() -> None:
    axes = a.barres(a.evolution(RSA, ["Harnes", "Lens"], 2020, 2024), y="ecart")

    assert axes.get_title(loc="left").endswith(", écart")
    assert axes.get_xlim()[0] < 1.05 * min(barre.get_width() for barre in axes.patches)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("tracer", [a.courbes, a.pente])
def test_ce_que_dit_un_dessin_tient_aussi_sur_un_ecran_etroit(tracer) -> None:
    axes = tracer(a.donnees(LOGEMENT, ["Harnes", "62"]))

    etroit = a.figure(axes, alt="Deux lieux.").dessiner("etroit")
    etroit.draw_without_rendering()

    textes = [*etroit.texts]
    if etroit.axes[0].get_legend() is not None:
        textes += etroit.axes[0].get_legend().get_texts()
    assert any("upture" in texte.get_text() for texte in textes)
    assert all(texte.get_window_extent().x1 <= etroit.bbox.width * 1.01 for texte in textes)


# Tables and files.


def test_un_taux_vaut_le_pire_de_ses_deux_nombres() -> None:
    estime = a.ratio(
        "cnaf_personnes", "insee_population_municipale", "62", 2024, annee_denominateur=2023
    )

    assert estime["numerateur"].array.marques[0].statut == "E"
    assert estime["statut"].tolist() == ["valeur estimée"]


def test_une_table_dit_l_unite_de_chaque_colonne(deciles: pd.DataFrame) -> None:
    taux = a.tableau(a.comparer(RSA, "Harnes", pour="cnaf_foyers"))
    croisee = a.tableau(deciles)
    saisie = pd.DataFrame({"libelle": ["Harnes"], "annee": [2024], "places": [12]})

    entetes = {colonne.cle: colonne.libelle for colonne in taux.colonnes}

    assert entetes["valeur"] == "Valeur (pour 100)"
    assert entetes["numerateur"] == "Numérateur, arrondi à 5"
    assert [colonne.libelle for colonne in croisee.colonnes[1:]] == ["2018 (euros)", "2019 (euros)"]
    assert [
        colonne.libelle for colonne in a.tableau(saisie, "Places", unite="places par jour").colonnes
    ] == ["Libellé", "Année", "places (places par jour)"]


def test_un_classeur_excel_dit_a_leur_place_le_secret_et_le_provisoire(
    heures: pd.DataFrame, deciles: pd.DataFrame, tmp_path: Path
) -> None:
    croisees = heures.pivot(index="libelle", columns="annee", values="valeur")
    a.enregistrer(croisees, tmp_path / "heures.xlsx")
    a.enregistrer(deciles, tmp_path / "deciles.xlsx")

    provisoires = load_workbook(tmp_path / "heures.xlsx")["Données"]
    secrets = load_workbook(tmp_path / "deciles.xlsx")["Données"]
    derniere = provisoires.cell(PREMIERE_LIGNE, provisoires.max_column)

    assert derniere.value == 191500
    assert derniere.number_format.endswith('" (p)"')
    assert provisoires["A3"].value == "(p) : valeur provisoire."
    assert not provisoires.cell(PREMIERE_LIGNE, 2).number_format.endswith('"')
    assert [cellule.value for cellule in secrets[PREMIERE_LIGNE]] == [
        "Acheville",
        "secret",
        "secret",
    ]


def test_un_csv_dit_dans_une_colonne_voisine_ce_que_vaut_une_valeur(
    heures: pd.DataFrame, deciles: pd.DataFrame, tmp_path: Path
) -> None:
    croisees = heures.pivot(index="libelle", columns="annee", values="valeur")
    a.enregistrer(croisees, tmp_path / "heures.csv")
    a.enregistrer(deciles, tmp_path / "deciles.csv")
    a.enregistrer(heures, tmp_path / "lignes.csv")

    provisoires = pd.read_csv(tmp_path / "heures.csv")
    secrets = pd.read_csv(tmp_path / "deciles.csv").set_index("libelle")

    assert provisoires["2026, statut"].tolist() == ["valeur provisoire"]
    assert "2025, statut" not in provisoires
    assert secrets.loc["Acheville", "2018, statut"] == "secret"
    assert "valeur, statut" not in pd.read_csv(tmp_path / "lignes.csv")
