"""What the values of the atelier know of themselves is drawn and printed, wherever they go."""

from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.text import Text
from openpyxl import load_workbook

from ctglib import atelier as a
from ctglib.atelier.dessins import legende_de
from ctglib.atelier.phrases import DemandeImpossible
from ctglib.atelier.series import etude
from ctglib.blocs.actions import bandes_des_actions
from ctglib.document.figure import charte
from ctglib.graphiques.bandes import COTE

LOGEMENT = "cnaf_foyers_logement"
RSA = "cnaf_foyers_rsa"
PREMIERE_LIGNE = 5
FOND = charte().couleurs.fond


@pytest.fixture(scope="module")
def heures() -> pd.DataFrame:
    """Hours by year: those of the last one are provisional."""
    return _totaux("heures_realisees")


@pytest.fixture(scope="module")
def deciles() -> pd.DataFrame:
    """Incomes by commune and year, as a crossed table: those of Acheville are suppressed."""
    lignes = a.donnees("filosofi_decile_1", ["Harnes", "Lens", "Acheville"], [2018, 2019])
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
        "Foyers au RSA",
        "Foyers avec une aide au logement",
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

    assert dessin.get_suptitle() == "Foyers au RSA, Harnes et Lens, 2020 à 2024"
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


def _textes_vus(dessin: Figure) -> list[Text]:
    """Return the texts of a figure, without the labels of graduations that its axes leave out."""
    invisibles = []
    for axes in dessin.axes:
        for axe, (debut, fin) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            for graduation in axe.get_major_ticks():
                dehors = not min(debut, fin) <= graduation.get_loc() <= max(debut, fin)
                if dehors or not axe.get_visible():
                    invisibles += [graduation.label1, graduation.label2]
    textes = dessin.findobj(Text)
    vus = [texte for texte in textes if texte.get_text() and texte.get_visible()]
    return [texte for texte in vus if texte not in invisibles]


def _totaux(code: str) -> pd.DataFrame:
    lignes = a.donnees(code, convention="demonstration")
    return lignes[lignes["ligne"] == "total"]


DESSINS = {
    "courbes": lambda: a.courbes(a.comparer(RSA, ["Harnes", a.epci("Lens-Liévin"), "62"])),
    "une courbe": lambda: a.courbes(_totaux("heures_realisees")),
    "pente": lambda: a.pente(a.donnees(LOGEMENT, ["Harnes", "62"])),
    "panneaux": lambda: a.panneaux(a.donnees(RSA, ["Harnes", "Lens", "Avion"])),
    "barres": lambda: a.barres(a.evolution(RSA, ["Harnes", "Lens"], 2020, 2024), y="ecart"),
    "points": lambda: a.points(a.ratio(RSA, "cnaf_foyers", ["Harnes", "Lens"], 2024)),
    "bandes des actions": lambda: a.bandes(a.promesses("demonstration")),
    "bandes des années": lambda: a.bandes(a.comparer(LOGEMENT, ["Harnes", a.epci("Lens-Liévin")])),
}


@pytest.mark.parametrize("dessiner", DESSINS.values(), ids=DESSINS)
def test_sur_un_ecran_etroit_aucun_texte_n_est_coupe_ni_n_en_couvre_un_autre(dessiner) -> None:
    etroit = a.figure(dessiner(), alt="Des lieux.").dessiner("etroit")
    etroit.draw_without_rendering()

    textes = _textes_vus(etroit)
    places = [texte.get_window_extent() for texte in textes]

    for texte, place in zip(textes, places, strict=True):
        assert place.x0 >= -2 and place.x1 <= etroit.bbox.width + 2, texte.get_text()
    for (un, place), (autre, voisine) in combinations(zip(textes, places, strict=True), 2):
        se_touchent = place.shrunk(0.8, 0.8).overlaps(voisine.shrunk(0.8, 0.8))
        assert not se_touchent, (un.get_text(), autre.get_text())


@pytest.mark.parametrize("tracer", [a.courbes, a.pente, a.panneaux])
def test_un_total_et_ses_parties_ne_font_pas_une_courbe(tracer) -> None:
    melees = a.donnees("heures_realisees", convention="demonstration")

    with pytest.raises(DemandeImpossible, match=r'a 6 valeurs en 2022.*par="modalite"'):
        tracer(melees)

    assert tracer(melees[melees["ligne"] == "partie"], par="modalite")


def test_une_carte_refuse_deux_series() -> None:
    deux = pd.concat([a.donnees(code, ["Harnes", "Lens"], 2024) for code in (RSA, LOGEMENT)])

    with pytest.raises(DemandeImpossible, match="« Harnes » a 2 valeurs en 2024"):
        a.carte(deux)


def test_ce_qu_un_analyste_ajoute_a_un_dessin_se_voit_aussi_sur_un_ecran_etroit() -> None:
    axes = a.courbes(a.donnees(RSA, "Harnes"))
    axes.annotate("la crise", (2021, 640))

    etroit = a.figure(axes, alt="Harnes.").dessiner("etroit")

    assert "la crise" in [texte.get_text() for texte in etroit.axes[0].texts]


@pytest.mark.parametrize("taille", ["large", "etroit"])
def test_un_dessin_dont_l_analyste_change_l_echelle_garde_ses_valeurs_entieres(taille) -> None:
    axes = a.courbes(a.donnees(RSA, "Harnes"))
    axes.set_ylim(bottom=0)

    change = a.figure(axes, alt="Harnes.").dessiner(taille)
    change.draw_without_rendering()

    places = [texte.get_window_extent() for texte in change.axes[0].texts]
    assert len(places) == 5
    assert all(place.y1 <= change.bbox.height for place in places)


def test_la_cle_montre_le_signe_de_la_courbe_dont_elle_parle() -> None:
    axes = a.courbes(a.comparer(RSA, ["Harnes", "62"], pour="cnaf_foyers"))
    (signe,) = axes.get_legend().legend_handles
    creux = [ligne for ligne in axes.get_lines() if ligne.get_markerfacecolor() == FOND]

    assert [ligne.get_marker() for ligne in creux] == [signe.get_marker()] == ["D"]
    assert creux[0].get_markeredgecolor() == signe.get_markeredgecolor()


def test_une_raison_trop_longue_pour_son_panneau_est_dite_entiere_sous_tous() -> None:
    series = ["cnaf_foyers", RSA, LOGEMENT]
    dessin = a.panneaux(pd.concat([a.donnees(code, "Harnes") for code in series]), par="indicateur")

    pied = " ".join(dessin.get_supxlabel().split())
    notes = " ".join(legende_de(dessin)["notes"].split())

    for dites in (pied, notes):
        assert "aide au logement, rupture de série en 2021 : depuis le 1er janvier" in dites
        assert "ne se comparent pas aux suivants." in dites
    assert "Source" in pied and "Source" not in notes


def test_l_unite_d_une_evolution_n_est_dite_qu_une_fois() -> None:
    axes = a.points(a.evolution(RSA, ["Harnes", "Lens"], 2020, 2024), y="evolution")

    assert axes.get_xlabel() == "évolution (%)"


@pytest.mark.parametrize(
    ("dessiner", "titre"),
    [
        (
            lambda: a.barres(a.evolution(RSA, ["Harnes", "Lens"], 2020, 2024), y="evolution"),
            "Foyers au RSA, Harnes et Lens, 2020 à 2024, évolution (%)",
        ),
        (
            lambda: a.courbes(_totaux("heures_realisees")),
            "Heures d'accueil réalisées, Valfontaine (fictive), 2022 à 2026",
        ),
    ],
)
def test_un_rapport_dit_l_unite_d_un_dessin_sans_axe_gradue(dessiner, titre: str) -> None:
    axes = dessiner()

    assert axes.get_title(loc="left") == titre
    assert a.figure(axes, alt="Des valeurs.").titre == titre


def test_des_panneaux_d_indices_le_disent() -> None:
    dessin = a.panneaux(a.comparer(RSA, ["Harnes", "Lens"]), y="indice")

    assert "indice" in [texte.get_text() for texte in dessin.axes[0].texts]


def test_les_parties_d_un_suivi_ont_leur_nom_dans_la_table_et_le_dessin() -> None:
    heures = a.donnees("heures_realisees", convention="demonstration")
    parties = heures[heures["ligne"] == "partie"]

    table = a.tableau(parties)
    noms = [texte.get_text() for texte in a.courbes(parties, par="modalite").texts]

    assert "Accueil périscolaire" in set(parties["modalite"])
    assert "Modalité" in [colonne.libelle for colonne in table.colonnes]
    assert any(nom.replace("\n", " ").startswith("Accueil périscolaire") for nom in noms)
    assert set(heures[heures["ligne"] == "total"]["modalite"]) == {""}


def test_une_carte_n_a_pas_de_blanc_autour_d_elle() -> None:
    dessin = a.carte(a.ratio(RSA, "cnaf_foyers", a.lieux(epci="Lens-Liévin"), 2024)).figure
    etroit = a.figure(dessin, alt="Des communes.").dessiner("etroit")

    for carte in (dessin, etroit):
        carte.draw_without_rendering()
        cle = carte.axes[0].get_legend().get_window_extent()
        hauteur = carte.axes[0].bbox.height + (cle.height if carte is etroit else 0)
        assert hauteur > 0.75 * carte.bbox.height
        assert cle.y0 >= 0
    assert cle.y1 <= etroit.axes[0].bbox.y0 + 1


# Bands.


def _signes_et_cases(axes: Axes) -> list[tuple[str, Patch]]:
    """Return the sign and the box of each case of bands, without those of the key."""
    boites = [case for case in axes.patches if case.get_height() == COTE]
    signes = [texte.get_text() for texte in axes.texts if texte.get_fontweight() == "bold"]
    return list(zip(signes, boites, strict=False))


def test_les_bandes_des_promesses_sont_celles_du_bilan() -> None:
    suivi = etude("demonstration")

    du_bilan = bandes_des_actions(suivi)
    axes = a.bandes(a.promesses("demonstration"))

    cases = _signes_et_cases(du_bilan.dessiner("large").axes[0])
    assert legende_de(axes.figure)["source"] == suivi.convention.source_texte
    assert [signe for signe, _ in _signes_et_cases(axes)] == [signe for signe, _ in cases]


def test_des_bandes_disent_ce_que_vaut_chaque_annee_de_chaque_lieu(heures: pd.DataFrame) -> None:
    secrets = a.bandes(a.donnees("filosofi_decile_1", ["Harnes", "Acheville"], [2018, 2019]))
    provisoires = a.bandes(heures)

    dites = [texte.get_text() for texte in secrets.texts]
    assert "Acheville : secret (2018 à 2019)" in legende_de(secrets.figure)["alt"]
    assert "Harnes : connue (2018 à 2019)" in legende_de(secrets.figure)["alt"]
    assert "2\u00a0secrètes" in dites and "2\u00a0connues" in dites
    pleines = [case.get_facecolor() != to_rgba(FOND) for _, case in _signes_et_cases(provisoires)]
    assert pleines == [True, True, True, True, False]
    assert [signe for signe, _ in _signes_et_cases(provisoires)][-1] == "p"


def test_une_rupture_coupe_chaque_bande_et_sa_raison_est_dessous() -> None:
    axes = a.bandes(a.comparer(LOGEMENT, ["Harnes", "Lens"]))

    coupures = [trait for trait in axes.get_lines() if trait.get_linestyle() == ":"]
    pied = " ".join(axes.figure.get_supxlabel().split())

    assert len(coupures) == 3  # two bands and the key
    assert "rupture de série" in [texte.get_text() for texte in axes.texts]
    assert pied.startswith("Rupture de série en 2021 : depuis le 1er janvier 2021")
    assert "rupture de série en 2021" in legende_de(axes.figure)["alt"]
    assert not a.bandes(a.comparer(LOGEMENT, "Harnes", [2021, 2024])).get_lines()


@pytest.mark.parametrize("taille", ["large", "etroit"])
def test_des_bandes_n_ont_pas_de_blanc_sous_elles_dans_un_rapport(taille) -> None:
    axes = a.bandes(a.comparer(LOGEMENT, ["Harnes", "Lens"]))

    du_rapport = a.figure(axes, alt="Deux communes.").dessiner(taille)
    du_rapport.draw_without_rendering()

    (dessinees,) = du_rapport.axes
    pied = [texte for texte in du_rapport.texts if texte.get_text()]
    hauteur = dessinees.bbox.height + sum(texte.get_window_extent().height for texte in pied)
    assert hauteur > 0.8 * du_rapport.bbox.height


def test_une_annee_qu_un_lieu_n_a_pas_garde_sa_place_et_est_absente() -> None:
    lignes = a.donnees(RSA, ["Harnes", "Lens"])
    sans = lignes[(lignes["libelle"] != "Lens") | (lignes["annee"] != 2022)]

    axes = a.bandes(sans)

    cases = _signes_et_cases(axes)
    assert [signe for signe, _ in cases].count("–") == 1
    assert (
        "Lens : connue (2020, 2021, 2023, 2024), absente (2022)" in legende_de(axes.figure)["alt"]
    )
    abscisses = [round(case.get_x(), 3) for _, case in cases]
    assert abscisses[:5] == abscisses[5:]


def test_une_absence_pour_une_autre_raison_est_dite_sous_les_bandes() -> None:
    axes = a.bandes(a.comparer(LOGEMENT, ["Harnes", "Lens"]), y="indice")

    pied = " ".join(axes.figure.get_supxlabel().split())

    assert "2020 : avant la rupture de série" in pied
    assert axes.get_title(loc="left").endswith("indice")


def test_des_bandes_d_une_table_a_soi_ont_le_titre_et_la_source_donnes() -> None:
    actions = pd.DataFrame(
        {
            "libelle": ["Crèche", "Crèche", "Relais"],
            "modalite": ["1.1", "1.2", "2.1"],
            "situation": ["réalisée", "en retard", "sans nouvelles"],
        }
    )

    axes = a.bandes(actions, titre="Nos actions", source="Ville de Harnes", unite="avis")

    legende = legende_de(axes.figure)
    assert axes.get_title(loc="left") == "Nos actions, avis"
    assert legende["source"] == "Ville de Harnes"
    assert (
        "Crèche : réalisée (1.1), en retard (1.2) ; Relais : sans nouvelles (2.1)."
        in (legende["alt"])
    )


def test_des_bandes_refusent_un_etat_inconnu_et_deux_valeurs_d_une_annee() -> None:
    promesses = a.promesses("demonstration")
    melees = a.donnees("heures_realisees", convention="demonstration")

    with pytest.raises(
        DemandeImpossible, match=r"« statut » a « valeur normale »\. États possible"
    ):
        a.bandes(a.donnees(RSA, "Harnes").assign(modalite="1"), y="statut")
    with pytest.raises(DemandeImpossible, match=r'a 6 valeurs en 2022.*par="modalite"'):
        a.bandes(melees)
    with pytest.raises(DemandeImpossible, match="« modalite » n'existe pas"):
        a.bandes(promesses.drop(columns="modalite"))
    with pytest.raises(DemandeImpossible, match="« valeur » n'existe pas"):
        a.bandes(promesses.drop(columns=["situation"]))


def test_un_tableau_de_promesses_ne_redit_pas_ce_que_montrent_les_bandes() -> None:
    entetes = [colonne.cle for colonne in a.tableau(a.promesses("demonstration")).colonnes]

    assert "etat" in entetes
    assert "situation" not in entetes and "intitule" not in entetes


# Tables and files.


def test_un_taux_vaut_le_pire_de_ses_deux_nombres() -> None:
    estime = a.ratio(
        "cnaf_personnes", "insee_population_municipale", "62", 2024, annee_denominateur=2023
    )

    assert estime["numerateur"].array.marques[0].statut == "E"
    assert estime["statut"].tolist() == ["valeur estimée"]


def test_une_valeur_tapee_sur_un_secret_n_est_plus_dite_secrete(tmp_path: Path) -> None:
    lignes = a.donnees("filosofi_decile_1", ["Harnes", "Acheville"], 2019)
    remplies = lignes.assign(valeur=lignes["valeur"].fillna(0))
    videes = lignes.assign(valeur=lignes["valeur"].where(lignes["libelle"] != "Harnes"))

    montree = a.tableau(remplies)
    a.enregistrer(remplies, tmp_path / "remplies.csv")
    a.enregistrer(remplies, tmp_path / "remplies.xlsx")

    attendus = {"Harnes": "valeur normale", "Acheville": "saisie ou calcul"}
    du_csv = pd.read_csv(tmp_path / "remplies.csv")
    du_xlsx = pd.read_excel(tmp_path / "remplies.xlsx", header=PREMIERE_LIGNE - 2)
    assert dict(zip(montree.cellules["libelle"], montree.cellules["statut"], strict=True)) == (
        attendus
    )
    assert set(du_csv["statut"]) == set(du_xlsx["Statut"]) == set(attendus.values())
    assert "saisie ou calcul" in montree.source
    assert set(a.tableau(videes).cellules["statut"]) == {"absent", "secret"}


def test_une_table_dit_l_unite_de_chaque_colonne(deciles: pd.DataFrame) -> None:
    taux = a.tableau(a.comparer(RSA, "Harnes", pour="cnaf_foyers"))
    croisee = a.tableau(deciles)
    saisie = pd.DataFrame({"libelle": ["Harnes"], "annee": [2024], "places": [12]})

    entetes = {colonne.cle: colonne.libelle for colonne in taux.colonnes}

    assert entetes["valeur"] == "Pour 100"
    assert entetes["numerateur"] == "Foyers au RSA, arrondi à 5"
    assert [colonne.libelle for colonne in croisee.colonnes[1:]] == [
        "2018 (euros), arrondi à 10",
        "2019 (euros), arrondi à 10",
    ]
    assert [
        colonne.libelle for colonne in a.tableau(saisie, "Places", unite="places par jour").colonnes
    ] == ["Libellé", "Année", "Places (places par jour)"]


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


# What a drawing or a table says of what it leaves out.


def test_une_carte_dit_quels_lieux_n_y_sont_pas_et_n_entoure_que_les_siens() -> None:
    naissances = a.donnees("insee_naissances", ["Harnes", "Lens", "Lille", "Pas-de-Calais"], 2023)

    axes = a.carte(naissances)

    assert axes.get_title(loc="left") == "Naissances domiciliées, Harnes et Lens, 2023"
    assert "Lille et Pas-de-Calais" in axes.figure.get_supxlabel().split("absent")[0]
    with pytest.raises(DemandeImpossible, match="« Calais » : il n'est pas dans cette table"):
        a.carte(naissances, lieu="Calais")


def test_une_partie_sans_nom_est_l_ensemble_sur_un_dessin() -> None:
    axes = a.barres(a.revisions("demonstration", 2025), y="ecart")

    noms = [etiquette.get_text() for etiquette in axes.get_yticklabels()]
    assert noms[0] == "Enfants et jeunes accueillis, Ensemble"


def test_un_dessin_de_rangs_dit_combien_de_lieux_n_en_ont_pas() -> None:
    communes = a.lieux(epci="Lens-Liévin")
    rangs = a.rang("Harnes", a.ratio("iris_monoparents", "iris_allocataires", communes, 2020))

    pied = a.points(rangs).figure.get_supxlabel()

    assert "30 lieux sans valeur en 2020 ne sont pas classés." in pied
    assert "Méricourt, 1er\N{NARROW NO-BREAK SPACE}; Avion, 2e\N{NARROW NO-BREAK SPACE}; " in pied


def test_des_comptes_a_cote_de_taux_gardent_leurs_decimales() -> None:
    naissances = a.donnees("insee_naissances", "Harnes", 2024).assign(mesure="Naissances")
    rsa = a.ratio("cnaf_foyers_rsa", "cnaf_foyers", "Harnes", 2024).assign(mesure="RSA")
    ensemble = pd.concat([rsa, naissances]).pivot(
        index="mesure", columns="libelle", values="valeur"
    )

    cellules = a.tableau(ensemble, "Harnes en deux chiffres").cellules["Harnes"].tolist()

    assert cellules == ["155", "19 pour 100"]


def test_la_valeur_revisee_a_le_titre_de_valeur_a_cote_de_l_ancienne() -> None:
    colonnes = a.tableau(a.revisions("demonstration", 2025)).colonnes

    entetes = [colonne.libelle for colonne in colonnes]
    assert entetes[3:5] == ["Ancienne valeur", "Valeur"]


def test_une_annee_qui_n_en_est_pas_une_est_dite_et_une_division_par_zero_est_absente() -> None:
    sans_annee = pd.DataFrame({"annee": [2020, None], "valeur": [1.0, 2.0]})
    par_zero = pd.DataFrame({"annee": [2020, 2021], "valeur": [1.0, float("inf")]})

    with pytest.raises(DemandeImpossible, match="Une année s'écrit en quatre chiffres"):
        a.courbes(sans_annee, titre="Essai")
    legende = a.courbes(par_zero, titre="Essai").get_legend()
    assert [texte.get_text() for texte in legende.get_texts()] == ["2021\N{NO-BREAK SPACE}: absent"]
