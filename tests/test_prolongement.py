"""The years to come: what is said of them, as far as the trial goes, and what is refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from ctglib import atelier as a
from ctglib.atelier import prolongements
from ctglib.atelier.phrases import DemandeImpossible
from ctglib.blocs.prolongement import (
    Avenir,
    Places,
    Prolongement,
    avenir_invente,
    lire_l_avenir,
    places_d_aujourd_hui,
)
from ctglib.calculs.prolongement import (
    additionner,
    borner,
    classe_de,
    essais_passes,
    part_du_departement,
    part_prolongee,
    places_pour_100,
)
from ctglib.document.contexte import Contexte
from ctglib.donnees import publiques
from ctglib.donnees.dossier import lire_dossier, lire_finale
from ctglib.donnees.fautes import DonneesInvalides
from ctglib.donnees.modeles.catalogue import Territoire
from ctglib.donnees.modeles.prolongement import Epreuve, ReglesProlongement, SaisieProlongement
from ctglib.donnees.yaml_strict import charger_yaml
from ctglib.export.paquet import champs

ANNEES = range(2008, 2025)
LIEU = Territoire(code="99999", nom="Lieu", niveau="commune", a="à Lieu", de="de Lieu", le="Lieu")


@pytest.fixture
def regles() -> ReglesProlongement:
    return charger_yaml("catalogue/prolongement.yaml", ReglesProlongement)


@pytest.fixture
def epreuve() -> Epreuve:
    return charger_yaml("catalogue/prolongement_epreuve.yaml", Epreuve)


def avenir_de(naissances: float, regles: ReglesProlongement, epreuve: Epreuve) -> Avenir:
    """Return what is to come where births never move, in a département where they never do."""
    ici = pd.Series(naissances, ANNEES, dtype=float)
    return Avenir(regles, epreuve, ici, pd.Series(15000.0, ANNEES))


def section(avenir: Avenir, places: int = 30) -> Prolongement:
    contexte = Contexte({}, {}, {}, LIEU, LIEU, "essai")
    return Prolongement(avenir, contexte, Places(places, ["Les Lutins"]))


def test_des_naissances_qui_ne_bougent_pas_restent_les_memes(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    enfants = avenir_de(150, regles, epreuve).prolonger("moins_de_3_ans")

    dits = enfants[enfants["motif"].eq("")]
    assert set(dits["central"]) == {450}
    assert dits["bas"].lt(450).all() and dits["haut"].gt(450).all()


def test_la_methode_est_celle_que_la_page_decrit(regles: ReglesProlongement) -> None:
    """Recomputed in plain Python, from the words of docs/prolongement.md."""
    commune = [180.0, 176, 190, 171, 169, 160]
    departement = [7000.0, 6900, 6850, 6800, 6600, 6400]
    poids = [0.7**age for age in (5, 4, 3, 2, 1, 0)]
    part = sum(p * n for p, n in zip(poids, commune, strict=True))
    part /= sum(p * n for p, n in zip(poids, departement, strict=True))
    logs = np.log(departement[-5:])
    pente = sum(x * y for x, y in zip((-2, -1, 0, 1, 2), logs, strict=True)) / 10
    attendu = part * 6400 * np.exp(pente * (0.8 + 0.8**2 + 0.8**3))

    ici = np.array([commune])
    la = np.array([departement])

    assert part_prolongee(ici, la, 3, regles)[0] == pytest.approx(attendu)
    assert part_du_departement(ici, la, regles)[0] == pytest.approx(part)


def test_les_annees_connues_comptent_telles_quelles() -> None:
    connues = np.array([[5.0, 7.0, 11.0]])
    prevues = [np.array([100.0]), np.array([200.0]), np.array([400.0])]

    assert additionner(connues, prevues, 1, 3)[0] == 7 + 11 + 100
    assert additionner(connues, prevues, 2, 3)[0] == 11 + 100 + 200
    assert additionner(connues, prevues, 3, 3)[0] == 700
    assert additionner(connues, prevues, 2, 1)[0] == 200


def test_la_taille_est_celle_des_trois_dernieres_annees(regles: ReglesProlongement) -> None:
    tailles = np.array([[900.0, 9, 9, 9], [0, 10, 10, 10], [0, 299, 299, 299], [0, 300, 300, 300]])

    assert classe_de(tailles, regles).tolist() == [0, 1, 3, 4]


def test_plus_d_enfants_font_moins_de_places() -> None:
    enfants = pd.DataFrame({"bas": [300.0], "central": [400.0], "haut": [500.0]})

    places = places_pour_100(40, enfants).iloc[0]

    assert (places["bas"], places["central"], places["haut"]) == (8, 10, pytest.approx(40 / 3))


def test_une_fourchette_a_des_bouts_entiers_et_jamais_negatifs() -> None:
    bas, haut = borner(np.array([3.0, 100.0]), -1.2, 0.254)

    assert bas.tolist() == [0, 0] and haut.tolist() == [4, 125]


def test_un_village_est_refuse_avec_les_chiffres_de_l_essai(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    village = section(avenir_de(5, regles, epreuve))

    assert not village.est_dit
    (phrase,) = village.phrases()
    assert "plus que du simple au double" in phrase and "moins de 10" in phrase
    assert "de 65 à 145 pour 100 attendus" in phrase


def test_rien_n_est_dit_au_dela_de_ce_qui_a_ete_juge(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    for naissances in (20, 60, 150, 2000):
        enfants = avenir_de(naissances, regles, epreuve).prolonger("moins_de_3_ans", 2035)

        dites = enfants[enfants["motif"].eq("")]
        assert dites["horizon"].max() <= 4
        assert (
            enfants.loc[enfants["horizon"].gt(4), ["bas", "central", "haut"]].isna().all(axis=None)
        )
        assert enfants["motif"].iloc[-1] == "au_dela"


def test_chaque_fourchette_dite_a_tenu_sa_parole(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    refus = regles.refus
    for ligne in epreuve.lignes:
        if ligne.motif:
            continue
        assert ligne.origines >= refus.origines_au_moins
        assert ligne.couverture is not None and ligne.derniere is not None
        assert ligne.couverture >= 100 * refus.couverture
        assert ligne.derniere > 100 * refus.couverture_des_dernieres
        assert (1 + ligne.haut) / (1 + ligne.bas) <= refus.du_simple_a


def test_la_section_dit_les_places_la_mesure_et_ce_qu_elle_ne_dit_pas(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    ville = section(avenir_de(150, regles, epreuve))

    texte = " ".join(ville.phrases())
    assert (
        "pour 100 de ces enfants en 2028" in texte
        and "contre 6,7 pour ceux nés de 2022 à 2024" in texte
    )
    assert "(5 années de départ, dont 2 au plus n'ont aucune année en commun : trop peu" in texte
    assert "effet de la convention" in texte
    assert "4 ans plus loin, 86 communes sur 100 en moyenne ont eu leur nombre dans une" in texte
    assert "de 1 à 7 ont eu moins, de 8 à 13 plus" in texte
    assert "En France, les naissances ont baissé de 2017 à" in texte
    assert "sauf en 2021 : ni reprise durable, ni chute" in texte
    assert "plus forte qu'en 2023 n'a été éprouvée." in texte
    assert "parmi 34 854 (Insee, 2008-2024" in texte.replace("\u202f", " ").replace("\xa0", " ")
    assert "des enfants ont tenu ensemble dans 72 communes sur 100, 55 avec les" in texte
    assert "Dans les communes de cette taille qui" not in texte
    assert "6 fois sur 6 pour 3 ans plus loin et 5 fois sur 5 pour 4 ans plus loin." in texte
    assert len(list(ville.tableau().lignes())) == 4


def test_une_annee_deja_connue_est_dite_et_n_est_pas_employee(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    sans = avenir_de(150, regles, epreuve)
    avec = replace(sans, suivantes=pd.Series({2025: 250.0}))

    assert avec.prolonger("naissances").equals(sans.prolonger("naissances"))
    (dite,) = section(avec).deja_connues()
    assert dite == (
        "Avec les naissances de 2025 (250, d'un autre fichier, à vérifier), non employées, "
        "550 enfants nés de 2023 à 2025."
    )
    (inventee,) = section(replace(avec, inventees=True)).deja_connues()
    assert inventee.startswith("Avec les naissances de 2025 (250), non employées")


def test_une_grande_ville_dont_les_dernieres_fourchettes_n_ont_pas_tenu_est_refusee_plus_tot(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    ville = section(avenir_de(2000, regles, epreuve))

    assert ville.dits["annee"].tolist() == [2025, 2026]
    texte = " ".join(ville.phrases())
    assert "fourchettes réglées de même ont tenu 80 fois sur 100 en moyenne et 73" in texte
    assert "il en faut 80 en moyenne, et plus de 75 à chacune" in texte


@pytest.mark.parametrize(
    ("code", "motif"),
    [
        ("62", "niveau"),
        ("246200364", "niveau"),
        ("97611", "hors_essai"),
        ("59350", "trop_grande"),
    ],
)
def test_ce_qui_n_a_pas_ete_essaye_est_refuse(code: str, motif: str) -> None:
    assert lire_l_avenir(code).motif == motif


def test_harnes_se_prolonge_un_village_non(regles: ReglesProlongement, epreuve: Epreuve) -> None:
    """The example of docs/prolongement.md, from the births that the project ships."""
    harnes = lire_l_avenir("62413")

    enfants = harnes.prolonger("moins_de_3_ans").set_index("annee")
    assert harnes.enfants == 448
    assert enfants.loc[2027, ["bas", "haut"]].tolist() == [353, 468]
    passees = essais_passes(
        harnes.naissances, harnes.cours, "moins_de_3_ans", regles, epreuve.essais, 4
    ).set_index("origine")
    assert passees.loc[2016, ["bas", "haut", "constate"]].tolist() == [351, 463, 485]
    assert passees["constate"].between(passees["bas"], passees["haut"]).sum() == 2
    assert lire_l_avenir("01002").prolonger("moins_de_3_ans")["bas"].isna().all()


def test_une_convention_fictive_a_ses_propres_naissances() -> None:
    series = pd.DataFrame(
        [
            (lieu, annee, "insee_naissances", valeur)
            for lieu, valeur in (("00001", 150.0), ("00", 6000.0))
            for annee in range(2015, 2026)
        ],
        columns=["territoire", "annee", "indicateur", "valeur"],
    )

    avenir = avenir_invente(series, "00001", "00")

    assert (avenir.motif, avenir.enfants, avenir.naissances.index[-1]) == ("", 450, 2024)
    trop_courtes = series[series["annee"].lt(2024)]
    assert avenir_invente(trop_courtes, "00001", "00").motif == "incomplet"


def test_les_places_sont_celles_des_structures_d_accueil_collectif(
    regles: ReglesProlongement,
) -> None:
    offre = pd.DataFrame(
        [
            ("creche", "Crèche", "creche", "places", "", "nombre"),
            ("lutins", "Les Lutins", "micro_creche", "places", "12", "nombre"),
            ("lutins", "Les Lutins", "micro_creche", "age_max", "4", "ans"),
            ("nid", "Le Nid", "mam", "places", "8", "nombre"),
            ("nid", "Le Nid", "mam", "age_max", "3", "ans"),
            ("am", "Assistantes maternelles", "assistantes_maternelles", "places", "186", "nombre"),
        ],
        columns=["structure", "nom", "type", "caracteristique", "valeur", "unite"],
    )

    places = places_d_aujourd_hui(offre, regles)

    assert places == Places(20, ["Les Lutins", "Le Nid"], vides=["Crèche"], plus_ages=1, age=4)
    assert places_d_aujourd_hui(offre[offre["valeur"].eq("")], regles) is None


def test_un_scenario_au_dela_de_l_essai_n_a_pas_de_couverture(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    saisie = SaisieProlongement.model_validate(
        {
            "et_si": [
                {
                    "id": nom,
                    "quoi": nom,
                    "places": 12,
                    "annee": annee,
                    "service": "enfance",
                    "date": "2026-06-11",
                    "source": "délibération",
                }
                for nom, annee in (("tot", 2027), ("tard", 2031))
            ]
        }
    )
    ville = section(avenir_de(150, regles, epreuve))
    ville = Prolongement(ville.avenir, ville.contexte, ville.places, saisie, {"enfance": "Enfance"})

    tot, tard = ville.et_si().lignes()

    assert "en 2028" in tot[3] and tot[4] == "–" and tot[5].startswith("Enfance")
    assert "à enfants égaux, de 2,3 à 3,3 de plus" in tot[3]
    assert tard[3] == "2031 : refusé, rien n'est dit après 2028"
    _, les_autres, *_ = ville.essentiel().pieces
    dit = les_autres.items[-1].replace("\xa0", " ").replace("\u202f", " ")
    assert (
        "« tot » (2027 ; dit le 11 juin 2026), +12 places : de 8,2 à 11,5 ;"
        " « tard » (2031 ; dit le 11 juin 2026), +12 places : rien n'est dit si loin"
    ) in dit
    assert "chacun pris seul, sans être une prévision ; places pour 100 enfants en 2028" in dit
    assert "avec les mêmes réserves" in " ".join(ville.et_si().notes)


def test_un_scenario_ne_retire_pas_plus_de_places_que_la_convention_n_en_ecrit(
    donnees: Path,
) -> None:
    fichier = donnees / "conventions/demonstration/prolongement.yaml"
    texte = fichier.read_text(encoding="utf-8")
    fichier.write_text(texte.replace("places: -12", "places: -80"), encoding="utf-8")

    with pytest.raises(DonneesInvalides, match="−80 places") as leve:
        lire_finale(lire_dossier("demonstration"))

    assert "62" in str(leve.value)


def test_les_communes_deja_depassees_disent_ce_qui_y_a_tenu(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    ville = avenir_de(150, regles, epreuve)
    passes = pd.DataFrame(
        [(1, 8, 6, 0, 2), (3, 6, 2, 0, 4), (4, 5, 2, 0, 3)],
        columns=["horizon", "origines", "dedans", "dessous", "dessus"],
    )

    cas = ville.depassees(passes)

    assert [(c.horizon, c.cote, c.cas, round(c.couverture, 1)) for c in cas] == [
        (3, "dessus", 90, 75.6),
    ]
    assert avenir_de(60, regles, epreuve).depassees(passes) == []
    phrases = " ".join(section(lire_l_avenir("62413")).phrases())
    assert "76 fois sur 100 pour 3 ans plus loin (90 cas dans 63 communes, 2 années" in phrases
    assert "le nombre était encore au-dessus 20 fois sur 100" in phrases
    assert "pour 4 ans plus loin, l'essai n'a pas de quoi le mesurer" in phrases


def test_une_seule_annee_de_depart_connue_ne_dit_pas_une_fois_sur_deux(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    ville = avenir_de(150, regles, epreuve)
    colonnes = ["horizon", "origines", "dedans", "dessous", "dessus"]

    assert ville.depassees(pd.DataFrame([(3, 1, 0, 0, 1)], columns=colonnes)) == []
    assert ville.depassees(pd.DataFrame([(3, 2, 1, 0, 1)], columns=colonnes)) != []


@pytest.mark.parametrize(
    ("suite", "dit"),
    [
        ([100, 100, 100, 100, 100, 90, 80, 70], "la baisse y est plus forte que dans toutes"),
        (
            [1000 * 0.9**rang for rang in range(13)] + [280, 278, 276, 274],
            "la baisse y est moins forte que dans toutes",
        ),
        ([100.0] * 12 + [104, 108, 112, 116, 120], "la hausse y est plus forte que dans toutes"),
        ([], "à cet horizon, l'essai en a jugé, dans ce département, de"),
    ],
)
def test_la_pente_du_departement_est_mise_a_cote_de_celles_que_l_essai_a_jugees(
    suite: list[float], dit: str, regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    ville = avenir_de(150, regles, epreuve)
    if suite:
        premieres = [100] * (len(ville.cours) - len(suite))
        cours = pd.Series([*premieres, *suite], index=ville.cours.index, dtype=float)
        ville = replace(ville, cours=20 * cours)

    (phrase,) = [p for p in section(ville).phrases() if p.startswith("La pente du département")]
    assert dit in phrase
    inventees = section(replace(ville, inventees=True)).phrases()
    assert not [p for p in inventees if p.startswith("La pente")]


def test_des_euros_sans_bareme_source_ne_sont_pas_lus(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="source"):
        SaisieProlongement.model_validate(
            {
                "et_si": [
                    {
                        "id": "un",
                        "quoi": "Un",
                        "places": 1,
                        "annee": 2027,
                        "service": "enfance",
                        "date": "2026-06-11",
                        "source": "x",
                        "bareme": {"euros_par_place": 31000, "annee": 2026},
                    }
                ]
            }
        )


def test_l_atelier_prolonge_et_dessine_un_eventail(
    regles: ReglesProlongement, epreuve: Epreuve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        prolongements,
        "lire_l_avenir",
        lambda code: avenir_de(5 if code == "01002" else 150, regles, epreuve),
    )

    table = a.prolonger("moins_de_3_ans", "Harnes", 2028)
    ax = a.eventail(a.prolonger("moins_de_3_ans", "Harnes"))

    a_venir = table[table["horizon"].gt(0)]
    assert a_venir["annee"].tolist() == [2025, 2026, 2027, 2028]
    colonnes = ["bas", "central", "haut", "a_tenu", "pire", "dessous", "dessus", "ici"]
    assert a_venir[colonnes].notna().all(axis=None)
    assert a_venir["ici"].tolist() == ["8 sur 8", "7 sur 7", "6 sur 6", "5 sur 5"]
    assert any("huit chances sur dix" in remarque for remarque in table.attrs["remarques"])
    assert "au-delà : refusé" in [texte.get_text() for texte in ax.texts]
    assert "au-delà : refusé" not in [texte.get_text() for texte in a.eventail(table).texts]
    plt.close("all")
    with pytest.raises(DemandeImpossible, match="du simple à plus du double"):
        a.prolonger("insee_naissances", "01002")
    with pytest.raises(DemandeImpossible, match="2024 n'est pas à venir"):
        a.prolonger("moins_de_3_ans", "Harnes", 2024)
    with pytest.raises(DemandeImpossible, match="rien d'autre n'a été essayé"):
        a.prolonger("cnaf_foyers", "Harnes")


def test_la_promesse_n_est_prouvee_que_d_origines_sans_annee_en_commun(epreuve: Epreuve) -> None:
    non_prouvees = {
        (ligne.horizon, ligne.classe)
        for ligne in epreuve.lignes
        if not ligne.motif and not ligne.prouvee
    }

    assert non_prouvees == {(2, 4), *((3, classe) for classe in (1, 2, 3))} | {
        (4, classe) for classe in (1, 2, 3)
    }


def test_l_intervalle_compte_les_seules_origines_sans_annee_en_commun(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import epreuve as banc

    tenues = pd.Series([84.0, 86.0, 85.0, 83.0, 87.0])

    basse, haute = banc.intervalle(tenues, 3)
    assert basse == pytest.approx(85 - 4.303 * tenues.std() / 3**0.5)
    assert haute == pytest.approx(85 + 4.303 * tenues.std() / 3**0.5)
    assert banc.intervalle(tenues, 1) == (None, None)
    assert banc.intervalle(tenues, 2) == (
        pytest.approx(70.8, abs=0.1),
        pytest.approx(99.2, abs=0.1),
    )
    sys.modules.pop("epreuve", None)


def test_une_promesse_non_prouvee_est_dite_en_tete_et_sous_le_tableau(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    for naissances, annees in ((60, "2027 et 2028"), (150, "2027 et 2028"), (400, "2026")):
        ville = section(avenir_de(naissances, regles, epreuve))

        tete, tenue, *_ = ville.phrases()
        assert "non pour celle-ci seule ; promesse non prouvée si loin." in tete
        manque = (
            "descend trop bas pour une preuve" if naissances == 400 else "trop peu pour une preuve"
        )
        assert manque in tenue
        notes = " ".join(ville.tableau().notes)
        assert f"promesse non prouvée pour {annees}." in notes


def test_l_atelier_dit_ou_la_promesse_n_est_pas_prouvee() -> None:
    for serie in ("moins_de_3_ans", "insee_naissances"):
        table = a.prolonger(serie, "Harnes", 2028).set_index("annee")

        dites = table.loc[[2025, 2026, 2027, 2028], "statut"].str.endswith("; promesse non prouvée")
        assert dites.tolist() == [False, False, True, True]
        assert any("n'est pas prouvé" in remarque for remarque in table.attrs["remarques"])


def test_les_rates_se_repetent_a_partir_de_cent_naissances(epreuve: Epreuve) -> None:
    """What docs/prolongement.md says, from its own table."""
    en_moyenne = {
        (ligne.classe, ligne.horizon): {"dessous": ligne.dessous, "dessus": ligne.dessus}
        for ligne in epreuve.lignes
        if ligne.cible == "moins_de_3_ans"
    }
    plus_souvent = {
        (cas.classe, cas.cote, cas.horizon): cas.encore
        / (en_moyenne[cas.classe, cas.horizon][cas.cote] or 1)
        for cas in epreuve.depassees
    }

    grandes = [fois for (classe, *_), fois in plus_souvent.items() if classe >= 3]
    petites = [fois for (classe, *_), fois in plus_souvent.items() if classe < 3]
    assert min(grandes) > 1.4 and np.mean(grandes) > 2
    assert np.mean(petites) < 1
    assert all(cas.couverture >= 80 for cas in epreuve.depassees if cas.classe < 3)
    page = (Path(__file__).parents[1] / "docs/prolongement.md").read_text(encoding="utf-8")
    assert "Les ratés se répètent dans les mêmes communes, surtout à partir de 100" in page


def test_jusqu_a_s_arrondit_au_dessus(regles: ReglesProlongement, epreuve: Epreuve) -> None:
    for naissances, ecrit in (
        (60, "jusqu'à 14 moins"),
        (150, "20 moins"),
        (400, "19 moins"),
    ):
        phrases = " ".join(section(avenir_de(naissances, regles, epreuve)).phrases())
        assert ecrit in phrases


def test_une_commune_qui_etait_d_une_autre_taille_le_dit(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    naissances = pd.Series([330.0] * 14 + [290.0] * 3, ANNEES)
    ville = Avenir(regles, epreuve, naissances, pd.Series(15000.0, ANNEES))

    phrases = " ".join(section(ville).phrases())

    assert (
        "la fourchette de sa taille d'alors (le plus souvent une autre, naissances : 300 et plus)"
        in phrases
    )
    toujours = " ".join(section(avenir_de(150, regles, epreuve)).phrases())
    assert "taille d'alors" not in toujours


def test_des_places_que_la_convention_n_ecrit_pas_sont_dites_a_part(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    ville = section(avenir_de(150, regles, epreuve))
    ville = replace(ville, places=Places(30, ["Les Lutins"], vides=["Crèche"]))

    tete, *_ = ville.phrases()
    assert "au moins" not in tete.partition("ce serait")[2]
    assert "sans compter celles que la convention n'écrit pas, contre 6,7, comptées de même" in tete
    assert (
        "30 places sont comptées ; la convention n'écrit pas les autres." in ville.tableau().notes
    )


def test_chaque_colonne_du_csv_a_un_titre_et_un_type(
    regles: ReglesProlongement, epreuve: Epreuve
) -> None:
    harnes = section(lire_l_avenir("62413"))
    inventee = section(replace(avenir_de(150, regles, epreuve), inventees=True))

    for tableau in (harnes.tableau(), inventee.tableau()):
        decrits = champs(tableau)
        assert [champ["name"] for champ in decrits if "title" not in champ] == []
    sans_type = [champ["name"] for champ in champs(inventee.tableau()) if champ["type"] == "any"]
    assert [nom for nom in sans_type if nom.startswith("ici_")] == []


def test_chaque_methode_a_passe_le_meme_essai_et_celle_qui_est_retenue_a_ses_chiffres(
    epreuve: Epreuve, regles: ReglesProlongement
) -> None:
    fichier = Path(__file__).parents[1] / "docs/prolongement_par_methode.csv"

    par_methode = pd.read_csv(fichier, sep=";", decimal=",", keep_default_na=False)

    lignes_par_methode = par_methode["methode"].value_counts()
    assert len(lignes_par_methode) == 14
    assert set(lignes_par_methode) == {len(epreuve.lignes)}
    retenue = par_methode[par_methode["methode"].eq(epreuve.methode)]
    ecrites = {
        (ligne["cible"], ligne["classe"], int(ligne["horizon"])): (
            str(ligne["couverture"]).replace(",", "."),
            ligne["refus"],
        )
        for _, ligne in retenue.iterrows()
    }
    for ligne in epreuve.lignes:
        cle = (regles.cibles[ligne.cible].libelle, regles.classes[ligne.classe], ligne.horizon)
        couverture = "" if ligne.couverture is None else f"{round(ligne.couverture, 1)}"
        assert ecrites[cle] == (couverture, ligne.motif)


@pytest.mark.complet
def test_l_essai_se_refait_et_trouve_ce_qui_est_ecrit(
    regles: ReglesProlongement, epreuve: Epreuve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "benchmarks"))
    import epreuve as banc

    try:
        naissances = banc.lire_le_magasin(regles.serie)
    except DonneesInvalides:
        naissances = pd.DataFrame()
    if len(naissances) < epreuve.communes:
        pytest.skip("les naissances de toutes les communes ne sont pas dans le magasin")
    essai = banc.Essai(naissances, regles)

    relatifs = essai.relatifs(epreuve.methode)
    calage = banc.quantiles(relatifs)
    tenues = banc.couvertures(relatifs, calage)
    lignes = banc.juger(regles, calage, tenues, "enveloppe")

    assert lignes == [ligne.model_dump() for ligne in epreuve.lignes]
    sys.modules.pop("epreuve", None)


def test_chaque_refus_d_un_territoire_est_dit_dans_l_atelier() -> None:
    for lieu in ("62", "97611", "59350"):
        with pytest.raises(DemandeImpossible, match=r"pas de prolongement \(refusé : "):
            a.prolonger("moins_de_3_ans", lieu, 2028)


def test_une_commune_separee_est_refusee_et_compte_dans_son_departement() -> None:
    for lieu in ("60054", "60694"):  # Beaumont-les-Nonains, Les Hauts-Talican, since 2024
        assert lire_l_avenir(lieu).motif == "separee"
    with pytest.raises(DemandeImpossible, match=r"s'est séparée d.une autre le 1er.janvier 2024"):
        a.prolonger("moins_de_3_ans", "60054", 2028)
    de_l_oise = publiques.lire("insee_naissances", "60", [2010]).iloc[0]

    assert lire_l_avenir("60057").cours[2010] == pytest.approx(de_l_oise["valeur"], rel=1e-3)


def test_le_nom_de_harnes_garde_sa_preposition() -> None:
    harnes, henin = publiques.nommer(["62413", "62427"])

    assert harnes.de == "de Harnes"
    assert henin.de == "d'Hénin-Beaumont"


def test_un_arrondissement_est_refuse_par_son_nom() -> None:
    with pytest.raises(DemandeImpossible, match="75101 est un arrondissement de Paris"):
        a.prolonger("moins_de_3_ans", "75101")


def test_un_lieu_refuse_parmi_d_autres_a_des_lignes_sans_valeur() -> None:
    table = a.prolonger("moins_de_3_ans", ["Harnes", "59350"], 2026)

    lille = table[table["territoire"].eq("59350")]
    assert lille["annee"].tolist() == [2025, 2026] and lille["bas"].isna().all()
    assert lille["statut"].str.contains("plus de 1.500 naissances").all()
    harnes = table[table["territoire"].eq("62413") & table["annee"].eq(2025)]
    assert any("Harnes : Dans les communes de cette taille" in r for r in table.attrs["remarques"])
    assert harnes["statut"].tolist() == ["prolongé ; constaté depuis, non employé : 449"]
