"""Ce qu'a vu dans les images de l'atelier quelqu'un qui n'avait rien lu : un titre, une source, un
signe, un nom sur une carte, une colonne.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from matplotlib.axes import Axes
from officiels_exemple import cnaf, ecrire

from ctglib import atelier as a
from ctglib.atelier.phrases import DemandeImpossible
from ctglib.document.figure import charte
from ctglib.document.tableau import Tableau
from ctglib.donnees.ajout import Ajout

RSA = "cnaf_foyers_rsa"
LOGEMENT = "cnaf_foyers_logement"
AGGLOMERATION = "communes de la communauté d'agglomération de Lens - Liévin"
JEU_DE_LA_CNAF = "Cnaf, « Bénéficiaires des prestations de la branche Famille, par commune »"


@pytest.fixture(scope="module")
def taux() -> pd.DataFrame:
    """Return the rates of the communes of the agglomeration, over the years."""
    return a.ratio(RSA, "cnaf_foyers", a.lieux(epci="Lens-Liévin"))


def _pied(axes: Axes) -> str:
    return " ".join(axes.figure.get_supxlabel().split())


# What is not the producer's.


def test_une_valeur_tapee_parmi_celles_de_la_source_est_creuse_et_la_source_s_arrete_avant() -> (
    None
):
    foyers = a.donnees(RSA, "Harnes")
    foyers.loc[foyers["annee"] == 2024, "valeur"] = 543.0

    axes = a.courbes(foyers)

    assert "décembre 2020 à décembre 2023" in _pied(axes) and "2024" not in _pied(axes)
    assert "saisie ou calcul (ce carnet) : « Valeur »" in _pied(axes)
    dites = [texte.get_text() for texte in axes.get_legend().get_texts()]
    assert any(dite.startswith("2024") and "saisie ou calcul" in dite for dite in dites)
    fond = charte().couleurs.fond
    creux = [trait for trait in axes.get_lines() if trait.get_markerfacecolor() == fond]
    assert [list(trait.get_xdata()) for trait in creux] == [[2024]]


def test_un_fichier_ajoute_est_nomme_dans_la_source(donnees: Path, tmp_path: Path) -> None:
    Ajout([ecrire(tmp_path, "cnaf_2025.csv", cnaf())]).enregistrer()
    a.oublier()

    source = a.tableau(a.donnees(RSA, "Harnes")).source
    a.oublier()

    assert source == (
        f"{JEU_DE_LA_CNAF}, décembre 2020 à décembre 2024 ; "
        f"{JEU_DE_LA_CNAF}, fichier ajouté ici (cnaf_2025.csv), décembre 2025"
    )


def test_une_valeur_provisoire_l_est_aussi_devant_sa_cible() -> None:
    cibles = a.cibles("demonstration", 2025)

    tableau = a.tableau(cibles[cibles["libelle"] == "Heures d'accueil réalisées"])

    assert all("(p)" in cellule for cellule in tableau.cellules["valeur"])
    assert "(p) : valeur provisoire." in tableau.notes
    assert any("en baissant : Départs d'assistantes" in note for note in tableau.notes)


def test_une_table_du_suivi_dit_de_quel_suivi_elle_est() -> None:
    connues_en_2025 = a.tableau(a.provisoires("demonstration", 2025))
    connues_en_2026 = a.tableau(a.donnees("heures_realisees", convention="demonstration"))

    assert "telles que le suivi de 2025" in connues_en_2025.titre
    assert connues_en_2025.source.endswith("suivi de 2025")
    assert connues_en_2026.source.endswith("suivi de 2026")


# Titles and sources.


@pytest.mark.parametrize(
    ("demander", "titre"),
    [
        (lambda: a.donnees(RSA, "Harnes"), "Foyers au RSA, Harnes, 2020 à 2024"),
        (
            lambda: a.donnees("filosofi_decile_1", ["Harnes", "Lens"], 2019),
            "Premier décile du niveau de vie, Harnes et Lens, 2019",
        ),
        (
            lambda: a.ratio("iris_monoparents", "iris_allocataires", a.lieux(iris="Harnes"), 2020),
            "Familles monoparentales pour 100 foyers allocataires, quartiers (IRIS) de Harnes, 2020",
        ),
        (
            lambda: a.evolution(LOGEMENT, a.lieux(epci="Lens-Liévin")).head(9),
            "Foyers avec une aide au logement, 9 communes de la communauté d'agglomération de "
            "Lens - Liévin, 2021 à 2024",
        ),
    ],
)
def test_un_titre_dit_de_quoi_ou_et_quand_sans_redire_la_source(demander, titre: str) -> None:
    assert a.tableau(demander()).titre == titre


def test_une_carte_dit_l_agglomeration_et_la_seule_annee_qu_elle_montre(taux: pd.DataFrame) -> None:
    axes = a.carte(taux)

    titre = axes.get_title(loc="left")
    assert titre == f"Foyers au RSA pour 100 foyers allocataires, {AGGLOMERATION}, 2024"
    assert f"Source : {JEU_DE_LA_CNAF}, décembre 2024 ; contours" in _pied(axes)


def test_une_somme_de_trois_ans_n_a_pas_le_titre_d_une_annee() -> None:
    naissances = a.donnees("insee_naissances", "Harnes").set_index("annee")["valeur"]

    titre = a.tableau(naissances.rolling(3).sum().to_frame()).titre

    assert titre.startswith("Naissances domiciliées, calcul sur 3 années, Harnes, ")


def test_ce_qui_est_fait_de_deux_series_n_a_le_titre_d_aucune() -> None:
    foyers = a.donnees("cnaf_foyers", ["Harnes", "Lens"], 2024)
    naissances = a.donnees("insee_naissances", ["Harnes", "Lens"], 2024)
    deux = foyers.merge(naissances, on=["territoire", "libelle", "annee"], suffixes=("_foyers", ""))
    deux["valeur"] = 1000 * deux["valeur"] / deux["valeur_foyers"]

    titre = a.tableau(deux).titre

    assert titre.startswith("Calcul d'après « Naissances domiciliées » et « Foyers allocataires »")


def test_des_communes_et_leur_departement_n_ont_pas_le_titre_des_communes_seules() -> None:
    lieux = ["Harnes", "Lens", "Avion", "Pas-de-Calais"]

    titre = a.tableau(a.donnees(RSA, lieux, 2024)).titre

    assert titre == "Foyers au RSA, 3 communes du Pas-de-Calais et Pas-de-Calais, 2024"


def test_un_titre_qui_ne_nomme_pas_toutes_les_series_le_montre() -> None:
    codes = [RSA, "cnaf_foyers_ppa", "cnaf_foyers_af", "cnaf_foyers_paje"]
    foyers = pd.concat([a.donnees(code, "Harnes", 2024) for code in codes])
    parts = pd.concat(
        [a.ratio(code, "cnaf_foyers", "Harnes", 2024).assign(part=code) for code in codes[:2]]
    )

    titre = a.tableau(foyers.drop(columns="libelle")).titre
    croisees = parts.pivot(index="libelle", columns="part", values="valeur")

    assert titre.startswith(
        "Foyers au RSA ; Foyers à la prime d'activité ; Foyers aux allocations familiales…"
    )
    assert "Calcul d'après" not in a.tableau(croisees).titre


def test_un_lieu_absent_une_annee_n_est_pas_dit_absent_des_autres() -> None:
    naissances = a.donnees("insee_naissances", ["Harnes", "Lens", "Avion"])
    de_2025 = a.donnees("insee_naissances", ["Harnes", "Lens"], 2025)

    (remarque,) = naissances.attrs["remarques"]
    (de_l_annee,) = de_2025.attrs["remarques"]

    assert "ne disent rien de Avion, Lens en 2025." in remarque
    assert "ne disent rien de Lens en 2025." in de_l_annee


def test_plusieurs_series_ont_pour_titre_ce_que_leurs_noms_ont_en_commun() -> None:
    codes = ["iris_enfants_0_2", "iris_enfants_3_5"]
    ages = pd.concat([a.donnees(code, a.lieux(iris="Harnes"), 2020) for code in codes])

    tableau = a.tableau(ages.pivot(index="libelle", columns="indicateur", values="valeur"))

    assert tableau.titre == "Enfants couverts, quartiers (IRIS) : Harnes, 2020"
    entetes = [colonne.libelle for colonne in tableau.colonnes]
    assert entetes == ["Lieu", "De moins de 3 ans", "De 3 à 5 ans"]


def test_des_bandes_disent_un_etat_et_sa_date_ou_ce_que_l_on_connait() -> None:
    etats = a.bandes(a.promesses("harnes"))
    connues = a.bandes(a.donnees("filosofi_decile_1", ["Harnes", "Acheville"]))

    assert etats.get_title(loc="left").startswith("Où en est ce qui est promis, Harnes, suivi de")
    titre = connues.get_title(loc="left")
    assert titre.startswith("Ce que l'on connaît : premier décile") and "euros" not in titre
    assert "« secret » : la source ne donne pas cette valeur" in _pied(connues)


def test_un_dispositif_est_nomme_dans_le_titre_de_ceux_qui_le_frequentent() -> None:
    mercredi = a.frequentation(
        2025, convention="demonstration", dispositif="Accueil de loisirs du mercredi"
    )

    axes = a.barres(mercredi, par="categorie")

    assert axes.get_title(loc="left").startswith("Accueil de loisirs du mercredi, ")
    assert "« secret » : effectif de moins de 5, ou plus grand mais masqué pour" in _pied(axes)


def test_le_public_d_une_annee_n_a_pas_le_titre_de_deux() -> None:
    sexes = a.frequentation(2024, 2025, convention="demonstration", selon="sexe")

    de_2025 = a.tableau(sexes[sexes["annee"] == 2025])

    assert a.tableau(sexes).titre.endswith(", Valfontaine (fictive), 2024 à 2025")
    assert de_2025.titre.endswith(", Valfontaine (fictive), 2025")
    entetes = {colonne.cle: colonne.libelle for colonne in de_2025.colonnes}
    assert entetes["valeur"] == "Nombre"


def test_un_secret_dit_qui_le_tait_et_jamais_s_il_est_petit_ou_masque_avec_un_autre() -> None:
    quartiers = a.frequentation(2024, 2025, convention="demonstration")
    deciles = a.donnees("filosofi_decile_1", ["Harnes", "Acheville"])

    du_classeur = a.tableau(quartiers).notes
    de_la_source = a.tableau(deciles).notes

    (dite,) = [note for note in du_classeur if note.startswith("« secret »")]
    assert "lequel des deux ne se dit pas" in dite
    assert "la somme de plusieurs secrets, jamais un seul" in dite
    assert any("la source ne donne pas cette valeur" in note for note in de_la_source)
    assert not any("masqué" in note for note in de_la_source)


# What a column is, and who is who.


@pytest.mark.parametrize(
    ("demander", "entete"),
    [
        (lambda: a.donnees(RSA, ["Harnes", "Lens"]), "Foyers au RSA, arrondi à 5"),
        (
            lambda: a.donnees("filosofi_decile_1", "Harnes"),
            "Premier décile du niveau de vie (euros), arrondi à 10",
        ),
        (lambda: a.ratio(RSA, "cnaf_foyers", "Harnes"), "Pour 100"),
        (lambda: a.frequentation(2025, convention="demonstration"), "Nombre"),
        (lambda: a.cibles("demonstration", 2025), "Valeur"),  # of several indicators
    ],
)
def test_l_en_tete_d_une_colonne_dit_de_quoi_sont_ses_valeurs(demander, entete: str) -> None:
    (colonne,) = [colonne for colonne in a.tableau(demander()).colonnes if colonne.cle == "valeur"]

    assert colonne.libelle == entete


def natalite() -> pd.DataFrame:
    """Return births for a thousand people, on three years, as an analyst writes it."""
    communes = a.lieux(epci="Lens-Liévin")
    naissances = a.donnees("insee_naissances", communes, [2021, 2022, 2023])
    moyennes = naissances.groupby(["territoire", "libelle"], as_index=False)["valeur"].mean()
    habitants = a.donnees("insee_population_municipale", communes, 2023)
    taux = habitants.merge(moyennes, on=["territoire", "libelle"], suffixes=("_habitants", ""))
    taux["valeur"] = 1000 * taux["valeur"] / taux["valeur_habitants"]
    return taux


def test_un_calcul_dit_sur_quelles_annees_et_pour_combien() -> None:
    tableau = a.tableau(natalite())

    assert tableau.titre.startswith("Calcul sur 3 années (2021 à 2023) d'après « Naissances")
    entetes = {colonne.cle: colonne.libelle for colonne in tableau.colonnes}
    assert entetes["valeur"] == "Pour 1\u202f000"
    assert entetes["valeur_habitants"] == "Population municipale"


def test_un_taux_mis_a_la_place_d_un_effectif_n_en_garde_pas_le_titre() -> None:
    foyers = a.donnees(RSA, "Harnes")
    foyers["valeur"] = 100 * foyers["valeur"] / a.donnees("cnaf_foyers", "Harnes")["valeur"]

    titre = a.tableau(foyers).titre

    assert titre.startswith("Calcul d'après « Foyers au RSA » et « Foyers allocataires »")


def test_un_taux_de_moins_de_vingt_personnes_n_a_pas_de_rang_et_c_est_dit(
    taux: pd.DataFrame,
) -> None:
    de_2024 = taux[taux["annee"] == 2024]
    petits = de_2024[(de_2024["numerateur"] < 20).fillna(False) & de_2024["valeur"].notna()]

    rangs = a.rang("Harnes", taux)

    assert len(petits) and not set(petits["territoire"]) & set(rangs["territoire"])
    remarques = " ".join(rangs.attrs["remarques"])
    assert "de moins de 20 au numérateur ne sont pas classés : le hasard y décide" in remarques
    with pytest.raises(DemandeImpossible, match="moins de 20 : le hasard déciderait du rang"):
        a.rang(petits["territoire"].iloc[0], taux)


def test_le_rang_d_un_taux_dont_on_ne_voit_pas_l_effectif_le_dit() -> None:
    rangs = a.rang("Harnes", natalite())

    assert any("un rang peut y tenir à quelques personnes" in r for r in rangs.attrs["remarques"])


def test_un_rang_dit_sur_combien_dans_la_table_et_le_dessin(taux: pd.DataFrame) -> None:
    rangs = a.rang("Harnes", taux)
    voisins = rangs.iloc[3:9]

    assert a.tableau(voisins).colonnes[0].libelle == f"Rang sur {len(rangs)}"
    assert f"Rang parmi {len(rangs)} lieux classés." in _pied(a.points(voisins))


def test_la_commune_de_la_convention_est_designee_parmi_beaucoup_d_autres(
    taux: pd.DataFrame,
) -> None:
    de_2024 = taux[taux["annee"] == 2024]

    toutes = a.tableau(de_2024)
    trois = a.tableau(de_2024[de_2024["libelle"].isin(["Harnes", "Lens"])])
    semblables = a.tableau(a.semblables("Lens", n=5))

    assert [nom for nom in toutes.cellules["libelle"] if "→" in nom] == ["→ Harnes"]
    assert "→ : Harnes." in toutes.notes
    assert not any("→" in nom for nom in trois.cellules["libelle"])
    assert [nom for nom in semblables.cellules["libelle"] if "→" in nom] == ["→ Lens"]
    deux = de_2024[de_2024["libelle"].isin(["Harnes", "Lens"])]
    assert len({barre.get_facecolor() for barre in a.barres(deux).patches}) == 2


def test_la_commune_designee_est_montree_meme_loin_dans_une_longue_table() -> None:
    tous = a.evolution(RSA, a.lieux(departement="62"), 2020, 2024).sort_values("ecart")

    noms = a.tableau(tous[::-1]).cellules["libelle"]

    assert "→ Harnes" in set(noms)


# What is drawn.


def test_aucun_panneau_n_ecrit_deux_fois_la_valeur_d_une_annee() -> None:
    aides = a.comparer("cnaf_foyers_logement", ["Harnes", "Pas-de-Calais", a.epci("Lens-Liévin")])

    for axes in a.panneaux(aides).axes:
        ecrits = [texte.get_text() for texte in axes.texts if texte.get_text()]
        assert len(ecrits) == len(set(ecrits))


def test_un_point_couvert_par_un_autre_est_plus_large_et_le_premier_lieu_est_dessus() -> None:
    aides = a.comparer(LOGEMENT, ["Harnes", "Pas-de-Calais"])  # both are 100 in 2021

    traits = a.courbes(aides, y="indice").get_lines()

    harnes = next(trait for trait in traits if trait.get_label() == "Harnes")
    departement = next(trait for trait in traits if trait.get_label() == "Pas-de-Calais")
    assert harnes.get_zorder() > departement.get_zorder()
    elargis = [
        trait
        for trait in traits
        if trait.get_color() == departement.get_color()
        and trait.get_markersize() > departement.get_markersize()
    ]
    assert [list(trait.get_xdata()) for trait in elargis] == [[2021]]


def test_un_lieu_couche_sur_l_axe_est_dit_trop_bas() -> None:
    tous = a.courbes(a.comparer(LOGEMENT, ["Harnes", "Pas-de-Calais"]))
    proches = a.courbes(a.comparer(LOGEMENT, ["Harnes", "Lens"]))

    assert "Trop bas à cette échelle pour qu'un changement s'y voie : Harnes." in _pied(tous)
    assert "Trop bas" not in _pied(proches)


def test_la_derniere_valeur_sure_est_ecrite_avant_celle_qui_ne_l_est_pas() -> None:
    foyers = a.donnees("insee_naissances", "Harnes")  # too many years to write each value
    derniere = foyers["annee"].max()
    sure = foyers.loc[foyers["annee"] == derniere - 1, "valeur"].iloc[0]
    foyers.loc[foyers["annee"] == derniere, "valeur"] = 100.0

    ecrits = [texte.get_text() for texte in a.courbes(foyers).texts]

    assert f"{sure:.0f}" in ecrits and "100" in ecrits


def test_une_carte_nomme_et_entoure_la_commune_de_la_convention(taux: pd.DataFrame) -> None:
    axes = a.carte(taux)

    noms = [texte.get_text() for texte in axes.texts]
    assert "Harnes\n19,0" in noms
    assert any(nom.startswith("Sallaumines\n") for nom in noms)  # the highest
    epais = [trace for trace in axes.collections if trace.get_linewidth()[0] > 1]
    assert len(epais) == 1
    autre = a.carte(taux, lieu="Lens")
    entourees = [trace for trace in autre.collections if trace.get_linewidth()[0] > 1]
    x, _ = entourees[0].get_paths()[0].get_extents().min
    assert x < epais[0].get_paths()[0].get_extents().x0


def test_la_classe_la_plus_claire_d_une_carte_a_un_bord_qui_se_voit(taux: pd.DataFrame) -> None:
    axes = a.carte(taux)

    claire = axes.collections[0]

    assert claire.get_edgecolor()[0][:3].max() < 0.6


def test_ce_que_vaut_la_bande_d_un_eventail_est_dessous_et_entier() -> None:
    axes = a.eventail(a.prolonger("moins_de_3_ans", "Harnes"))
    etroit = a.figure(axes, alt="Des naissances.").dessiner("etroit")

    for pied in (_pied(axes), " ".join(etroit.get_supxlabel().split())):
        assert "Bande : la fourchette visée 8 fois sur 10 pour les communes" in pied
        assert "2025 : prolongé ; constaté depuis, non employé : 449." in pied


def test_les_valeurs_d_un_dessin_ont_les_memes_decimales() -> None:
    axes = a.courbes(a.comparer(RSA, ["Harnes", "Pas-de-Calais"], pour="cnaf_foyers"))

    bouts = " ".join(texte.get_text() for texte in axes.texts)
    assert "19,0" in bouts and "15,4" in bouts


# Tables.


def test_un_tableau_n_a_qu_une_regle_de_decimales_par_colonne(taux: pd.DataFrame) -> None:
    cellules = a.tableau(taux[taux["annee"] == 2024]).cellules

    assert all("," in cellule for cellule in cellules["valeur"])
    assert not any("," in cellule for cellule in cellules["numerateur"])


def test_un_ecart_de_taux_est_en_points() -> None:
    taux = a.comparer(RSA, ["Harnes", "Lens"], [2020, 2024], pour="cnaf_foyers")
    croisee = taux.pivot(index="libelle", columns="annee", values="valeur")
    croisee["ecart"] = croisee[2024] - croisee[2020]

    tableau = a.tableau(croisee, "Le RSA")

    assert tableau.colonnes[-1].libelle == "Écart (points)"
    assert not any("un écart de cet ordre" in note for note in tableau.notes)


def test_un_tableau_croise_dit_de_quoi_il_est_fait_et_par_quoi() -> None:
    actions = a.promesses("demonstration", annee=2026)

    tableau = a.tableau(pd.crosstab(actions["fiche"], actions["etat"]))

    assert tableau.titre.endswith(", dû en 2026 : fiche par état")
    assert tableau.colonnes[0].libelle == "Fiche" and tableau.colonnes[1].libelle == "En cours"
    assert tableau.source.startswith("Données fictives")


def test_ce_que_le_titre_dit_de_toutes_les_lignes_n_est_pas_une_colonne() -> None:
    pertes = a.evolution(RSA, ["Harnes", "Lens"], 2020, 2024)

    tableau = a.tableau(pertes)

    entetes = [colonne.libelle for colonne in tableau.colonnes]
    assert entetes[:3] == ["Lieu", "En 2020, arrondi à 5", "En 2024, arrondi à 5"]
    assert "Sens" not in entetes and {"annee", "annee_depart", "sens"} <= set(tableau.donnees)


def test_la_premiere_colonne_et_son_titre_sont_du_meme_cote(taux: pd.DataFrame) -> None:
    rangs = a.tableau(a.rang("Harnes", taux))
    page = rangs._repr_mimebundle_()["text/html"]

    assert not rangs.colonnes[0].numerique
    assert f'<th scope="col">Rang sur {len(rangs.donnees)}</th>' in page


@pytest.mark.parametrize(
    ("faire", "classe"),
    [
        (
            lambda: a.rang(
                "Harnes", a.ratio(RSA, "cnaf_foyers", a.lieux(epci="Lens-Liévin"), 2024)
            ),
            "reste-table",
        ),
        (lambda: a.evolution(RSA, ["Harnes", "Lens"]), ""),
        (lambda: a.provisoires("demonstration", 2025), ""),
    ],
)
def test_une_longue_table_de_nombres_le_reste_sur_un_telephone(faire, classe: str) -> None:
    assert a.tableau(faire()).classe == classe


def test_un_tableau_croise_a_deux_niveaux_garde_ses_paires() -> None:
    par_sexe = a.frequentation(2024, 2025, convention="demonstration", selon="sexe")
    croisee = par_sexe.pivot_table(
        index="dispositif", columns=["annee", "categorie"], values="valeur", aggfunc="sum"
    )

    tableau = a.tableau(croisee)

    assert [colonne.groupe for colonne in tableau.colonnes] == ["", "2024", "2024", "2025", "2025"]
    assert [colonne.libelle for colonne in tableau.colonnes[1:3]] == ["Filles", "Garçons"]
    assert tableau.classe == "reste-table"


def test_un_lieu_classe_a_son_rang_a_cote_de_son_nom() -> None:
    rangs = a.rang("Harnes", a.ratio(RSA, "cnaf_foyers", a.lieux(epci="Lens-Liévin"), 2024))

    noms = [nom.get_text() for nom in a.points(rangs.head(2)).get_yticklabels()]

    assert noms[0].endswith(", 1er") and noms[1].endswith(", 2e")


def test_des_valeurs_d_unites_differentes_ont_chacune_la_leur() -> None:
    valeurs = a.tableau(a.provisoires("demonstration", 2025)).cellules

    heures = valeurs["valeur"][valeurs["libelle"] == "Heures d'accueil réalisées"]
    assert heures.iloc[0].endswith("heures (p)")
    assert "Ensemble" in set(valeurs["modalite"])


# The numbers beside a drawing.


@pytest.mark.parametrize(
    "dessiner",
    [
        lambda: a.courbes(a.donnees(RSA, "Harnes")),
        lambda: a.panneaux(a.donnees(RSA, ["Harnes", "Lens"])),
        lambda: a.barres(a.evolution(RSA, ["Harnes", "Lens"]), y="ecart"),
        lambda: a.bandes(a.promesses("harnes")),
    ],
)
def test_chaque_dessin_a_ses_chiffres_a_deplier_dans_la_page(dessiner, tmp_path: Path) -> None:
    figure = a.figure(dessiner(), alt="Des valeurs.")

    page = a.note("Une note", [figure]).enregistrer(tmp_path / "note.html").read_text("utf-8")

    assert isinstance(figure.tableau, Tableau) and len(figure.tableau.cellules)
    assert "<summary>Les chiffres du graphique</summary>" in page
    assert figure.tableau.source == figure.source
